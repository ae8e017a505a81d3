//! What fixing did or would do.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use schemars::JsonSchema;
use serde::Serialize;
use similar::TextDiff;

use super::check::{Check, safety};
use super::findings::place;
use crate::base::diagnostic::printable;
use crate::guardrails::finding::{Place, Safety};
use crate::guardrails::outcome::Outcome;
use crate::scan::secrets;

const STRONG: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();

/// One fix of a plan.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The id of the guardrail.
    pub guardrail: &'static str,
    /// Where it was found.
    pub place: Place,
    /// What the fix does.
    pub title: String,
    /// Whether a reviewer could object.
    pub safety: Safety,
}

/// A file of a plan: path, content before (nothing for a new file), content after.
pub type FixedFile = (String, Option<Vec<u8>>, Vec<u8>);

/// The result of `highroad fix --json`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Fixes {
    /// The version of this format: 1.
    pub schema: u32,
    /// `fixed`, or `planned` where nothing was written.
    pub status: String,
    /// The fixes.
    pub fixes: Vec<OneFix>,
    /// The files that were or would be written.
    pub files: Vec<String>,
    /// The check afterwards.
    pub after: Check,
}

/// One fix.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct OneFix {
    /// The id of the guardrail.
    pub guardrail: String,
    /// Path from the root of the repository; `.` for the repository as a whole.
    pub path: String,
    /// The line where it was found; 0 for the file as a whole.
    pub line: usize,
    /// What it does.
    pub title: String,
    /// `safe`, or `unsafe` where it may change what the project does.
    pub safety: String,
}

/// Describes fixes for programs.
pub fn document(written: bool, applied: &[Applied], files: &[FixedFile], after: &Outcome) -> Fixes {
    let one = |fix: &Applied| OneFix {
        guardrail: fix.guardrail.to_owned(),
        path: fix.place.path.clone(),
        line: fix.place.line,
        title: fix.title.clone(),
        safety: safety(fix.safety).to_owned(),
    };
    Fixes {
        schema: 1,
        status: if written { "fixed" } else { "planned" }.to_owned(),
        fixes: applied.iter().map(one).collect(),
        files: files.iter().map(|(path, ..)| path.clone()).collect(),
        after: super::check::document(after),
    }
}

/// The fixes, one a line.
pub fn applied(applied: &[Applied]) -> String {
    let mut out = String::new();
    for fix in applied {
        let careful = if fix.safety == Safety::Unsafe { " (look at it)" } else { "" };
        let _ = writeln!(out, "{GOOD}fixed{GOOD:#} {}: {}{careful}  [{}]", place(&fix.place), printable(&fix.title), fix.guardrail);
    }
    out
}

/// The fixes, then what is left.
pub fn human(written: bool, fixes: &[Applied], files: &[FixedFile], before: &Outcome, after: &Outcome) -> String {
    let mut out = if written {
        applied(fixes)
    } else {
        applied(fixes).replace(&format!("{GOOD}fixed{GOOD:#}"), &format!("{STRONG}would fix{STRONG:#}"))
    };
    let verb = if written { "Fixed" } else { "Would fix" };
    let _ = match fixes.len() {
        0 => writeln!(out, "Nothing to fix."),
        count => {
            let findings = if count == 1 { "finding" } else { "findings" };
            let places = if files.len() == 1 { "file" } else { "files" };
            writeln!(out, "{STRONG}{verb}{STRONG:#} {count} {findings} in {} {places}. What is left:", files.len())
        }
    };
    // A credential that an edit took out of a file is still in the history, and still works.
    let secrets = before.open().filter(|judged| judged.finding.guardrail == "secret");
    for gone in secrets.filter(|judged| !after.findings.iter().any(|other| other.fingerprint == judged.fingerprint)) {
        let _ = writeln!(
            out,
            "{STRONG}Also gone from the file{STRONG:#}: {} at {}. It still works: revoke it; `highroad scan secrets --history .` shows where git keeps it.",
            printable(&gone.finding.what),
            place(&gone.finding.place)
        );
    }
    out.push_str(&super::findings::summary(after));
    out
}

/// The edits as a unified diff.
pub fn diff(files: &[FixedFile]) -> String {
    let mut out = String::new();
    for (path, before, after) in files {
        let (old, new) = (String::from_utf8_lossy(before.as_deref().unwrap_or_default()), String::from_utf8_lossy(after));
        let from = if before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
        let _ = writeln!(out, "diff --git a/{path} b/{path}");
        if before.is_none() {
            let _ = writeln!(out, "new file mode 100644");
        }
        let diff = TextDiff::from_lines(&*old, &*new).unified_diff().header(&from, &format!("b/{path}")).to_string();
        // The lines around an edit are shown, too, and may hold a credential.
        out.push_str(&secrets::redacted(path, &diff));
    }
    out
}
