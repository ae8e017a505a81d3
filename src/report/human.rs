//! What a person reads. Styles are ANSI sequences that the stream drops where it is no terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use similar::TextDiff;

use super::tree::{draw, wrap};
use crate::base::diagnostic::{Diagnostic, printable};
use crate::plan::Plan;
use crate::plan::apply::Committed;
use crate::road::Road;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// The plan as a tree with reasons, and what its marks mean.
pub fn plan(plan: &Plan, width: usize) -> String {
    let root = printable(&plan.root.display().to_string());
    let tree = draw(root.trim_end_matches('/'), &plan.changes, width);
    format!("{STRONG}The plan: {} new files{STRONG:#}\n\n{tree}", plan.changes.len())
}

/// The content of every planned file, as a unified diff against what is there.
pub fn diff(plan: &Plan) -> String {
    let mut out = String::new();
    for (path, file) in plan.after.iter() {
        let _ = writeln!(out, "diff --git a/{path} b/{path}\nnew file mode {}", file.mode.git());
        match std::str::from_utf8(&file.bytes) {
            Ok(text) => {
                let diff = TextDiff::from_lines("", text);
                let _ = write!(out, "{}", diff.unified_diff().header("/dev/null", &format!("b/{path}")));
            }
            Err(_) => {
                let _ = writeln!(out, "Binary file, {} bytes", file.bytes.len());
            }
        }
    }
    out
}

/// What was made and what comes next.
pub fn created(plan: &Plan, committed: Committed, hooks: bool, notes: &[String], next: &[String]) -> String {
    let git = match committed {
        Committed::No => "no git repository was started",
        Committed::AsPerson | Committed::AsHighroad if hooks => "one commit, hooks on",
        Committed::AsPerson | Committed::AsHighroad => "one commit",
    };
    let mut out = format!("{GOOD}Created{GOOD:#} {} ({} files; {git})\n", printable(&plan.root.display().to_string()), plan.changes.len());
    for note in notes {
        let _ = writeln!(out, "{FAINT}note:{FAINT:#} {}", printable(note));
    }
    let _ = writeln!(out, "\n{STRONG}Next{STRONG:#}");
    for step in next {
        let _ = writeln!(out, "  {}", printable(step));
    }
    out
}

/// The kinds of a road and the questions of each.
pub fn kinds(road: &Road, width: usize) -> String {
    let manifest = &road.manifest;
    let mut out =
        format!("{STRONG}{}{STRONG:#} ({} {}, {})\n\n", printable(&manifest.title), manifest.id, manifest.version, printable(&road.source));
    for (id, kind) in road.kinds_for_new() {
        let _ = writeln!(out, "{STRONG}{id}{STRONG:#}");
        for row in wrap(&kind.manifest.summary, width.saturating_sub(4).max(24)) {
            let _ = writeln!(out, "    {row}");
        }
    }
    let _ = writeln!(out, "\n{STRONG}Questions of every kind{STRONG:#} (answer with --set KEY=VALUE or --answers FILE)");
    for question in &road.questions {
        write_question(question, width, &mut out);
    }
    for (id, kind) in road.kinds_for_new() {
        if !kind.manifest.question.is_empty() {
            let _ = writeln!(out, "\n{STRONG}Questions of {id} alone{STRONG:#}");
            for question in &kind.manifest.question {
                write_question(question, width, &mut out);
            }
        }
    }
    out
}

fn write_question(question: &crate::road::manifest::Question, width: usize, out: &mut String) {
    let _ = writeln!(out, "\n  {STRONG}{}{STRONG:#}  {}", question.key, question.ask);
    for row in wrap(&question.help, width.saturating_sub(6).max(24)) {
        let _ = writeln!(out, "      {FAINT}{row}{FAINT:#}");
    }
    for choice in &question.choices {
        let mark = if choice.value == question.default { " (default)" } else { "" };
        let _ = writeln!(out, "      {:<16} {}{mark}", choice.value, choice.label);
    }
}

/// An error with its four parts.
pub fn error(diagnostic: &Diagnostic) -> String {
    let text = diagnostic.to_string();
    let (head, rest) = text.split_once(": ").unwrap_or((&text, ""));
    format!("{BAD}{head}{BAD:#}: {rest}\n")
}
