//! Runs the command that a person named to test their repository, where it stands: before and after.

use std::path::Path;

use crate::base::diagnostic::Diagnostic;
use crate::base::process;
use crate::report::adopt::TestRun;
use crate::scan::secrets;

/// How many of the last lines are kept.
const LINES: usize = 12;

/// Runs the command.
///
/// # Errors
/// When it cannot be started.
pub(super) fn run(command: &str, root: &Path) -> Result<TestRun, Diagnostic> {
    let ended = process::run(command, root)?;
    // What tests print may hold a credential, and is kept in a report.
    let output = secrets::redacted("output.txt", &ended.output).into_owned();
    let lines: Vec<&str> = output.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let tail = lines.iter().skip(lines.len().saturating_sub(LINES)).map(|line| line.chars().take(400).collect()).collect();
    Ok(TestRun { passed: ended.passed, ended: ended.how, tail })
}
