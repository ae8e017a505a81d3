//! Runs a command that a person named, as they would type it.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::diagnostic::Diagnostic;

/// How much of the end of the output is kept, in bytes.
const KEPT: usize = 16 << 10;

/// How a command ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    /// Whether it ended with 0.
    pub passed: bool,
    /// How it ended: `exit 1`, `signal 9`.
    pub how: String,
    /// The end of what it wrote, to either stream.
    pub output: String,
}

/// Runs a command line in a folder with the system's shell and waits for its end. It gets no input.
///
/// # Errors
/// When the shell cannot be started.
pub fn run(line: &str, folder: &Path) -> Result<Ended, Diagnostic> {
    let failed = |error: std::io::Error| {
        Diagnostic::failed("verify", "the command could not be started")
            .at(line.to_owned())
            .because(error.to_string())
            .fix("look whether a shell is on the search path")
    };
    let mut child =
        shell(line).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
    let mut output = Vec::new();
    if let Some(mut stream) = child.stdout.take() {
        let mut piece = [0; 8192];
        while let Ok(read @ 1..) = stream.read(&mut piece) {
            output.extend_from_slice(&piece[..read]);
            if output.len() > 4 * KEPT {
                output.drain(..output.len() - KEPT);
            }
        }
    }
    let status = child.wait().map_err(failed)?;
    let from = output.len().saturating_sub(KEPT);
    let how = status.code().map_or_else(|| "stopped by a signal".to_owned(), |code| format!("exit {code}"));
    Ok(Ended { passed: status.success(), how, output: String::from_utf8_lossy(&output[from..]).into_owned() })
}

#[cfg(unix)]
fn shell(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("exec 2>&1\n{line}"));
    command
}

#[cfg(not(unix))]
fn shell(line: &str) -> Command {
    let mut command = Command::new("cmd");
    command.arg("/C").arg(format!("{line} 2>&1"));
    command
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_end_of_both_streams() {
        let ended = run("echo one; echo two >&2; exit 3", Path::new("/")).unwrap();
        assert_eq!((ended.passed, ended.how.as_str(), ended.output.as_str()), (false, "exit 3", "one\ntwo\n"));
        let long = run("yes x | head -c 200000; echo end", Path::new("/")).unwrap();
        assert!(long.passed && long.output.ends_with("end\n") && long.output.len() <= KEPT);
    }
}
