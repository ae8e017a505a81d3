//! What people read of conflicts: the list, and one conflict with its three sides.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::conflicts::{Conflict, REMEMBERED};
use super::resolve::Resolve;
use super::tree::wrap;
use crate::base::diagnostic::printable;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
/// How many lines of a side are shown.
const MOST: usize = 16;

/// How it stands, and what comes next.
pub fn report(report: &Resolve, width: usize) -> String {
    let mut out = String::new();
    match report.status.as_str() {
        "none" => return format!("{GOOD}Nothing to settle{GOOD:#}: no conflict is open\n"),
        "committed" => {
            let place = match (&report.branch, &report.commit) {
                (Some(branch), Some(commit)) => format!(": branch {branch}, commit {}", commit.get(..10).unwrap_or(commit)),
                (None, _) | (_, None) => String::new(),
            };
            let _ = writeln!(out, "{GOOD}Done{GOOD:#}{place}");
        }
        "settled" => {
            let _ = writeln!(out, "{GOOD}Settled{GOOD:#}: no conflict is left, and nothing is committed yet");
        }
        _ => list(report, width, &mut out),
    }
    for note in &report.notes {
        paragraph(&mut out, "", &format!("note: {note}"), width);
    }
    let _ = writeln!(out, "\n{STRONG}Next{STRONG:#}");
    let next: &[&str] = match report.status.as_str() {
        "committed" => &["highroad undo                    # take it back, whole"],
        "settled" => &["highroad resolve --commit        # the message waits; `git commit` takes it too"],
        _ => &[
            "highroad resolve                 # one by one, on a terminal",
            "highroad resolve --take yours FILE     # or `road`, or `suggestion`",
            "highroad resolve FILE            # once you have edited the markers away",
        ],
    };
    next.iter().for_each(|step| {
        let _ = writeln!(out, "  {step}");
    });
    out
}

fn list(report: &Resolve, width: usize, out: &mut String) {
    let files = report.open().count();
    let _ = writeln!(out, "{BAD}Open{BAD:#}: conflicts in {files} {}", if files == 1 { "file" } else { "files" });
    for file in report.open() {
        let _ = writeln!(out, "\n{STRONG}{}{STRONG:#}", printable(&file.path));
        if file.state == "ready" {
            let _ = writeln!(out, "  no marker is left in it: it can be staged");
        }
        for conflict in &file.conflicts {
            paragraph(out, "  ", &conflict.summary(), width);
            if let Some(text) = suggested(conflict) {
                paragraph(out, "    ", &text, width);
            }
        }
    }
}

fn suggested(conflict: &Conflict) -> Option<String> {
    let suggestion = conflict.suggestion.as_ref()?;
    Some(if suggestion.rule == REMEMBERED {
        "suggestion: as you settled the same conflict before".to_owned()
    } else {
        format!("suggestion of the rule `{}`", suggestion.rule)
    })
}

/// One conflict with what each side has.
pub fn conflict(path: &str, conflict: &Conflict, width: usize) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "\n{STRONG}{}{STRONG:#}", printable(path));
    paragraph(&mut out, "", &conflict.summary(), width);
    for (name, side) in [("the road before", &conflict.base), ("yours", &conflict.ours), ("the road now", &conflict.theirs)] {
        if let Some(text) = side {
            show(&mut out, name, text, width);
        }
    }
    if let (Some(suggestion), Some(told)) = (&conflict.suggestion, suggested(conflict)) {
        show(&mut out, &told, &suggestion.text, width);
    }
    out
}

fn show(out: &mut String, name: &str, text: &str, width: usize) {
    let _ = writeln!(out, "{FAINT}-- {}{FAINT:#}", printable(name));
    if text.is_empty() {
        let _ = writeln!(out, "   (nothing)");
    }
    let room = width.saturating_sub(4).max(20);
    for line in text.lines().take(MOST) {
        let line = printable(line);
        let cut: String = line.chars().take(room).collect();
        let _ = writeln!(out, "   {cut}{}", if line.chars().count() > room { "…" } else { "" });
    }
    let more = text.lines().count().saturating_sub(MOST);
    if more > 0 {
        let _ = writeln!(out, "   and {more} more lines");
    }
}

fn paragraph(out: &mut String, indent: &str, text: &str, width: usize) {
    for (row, line) in wrap(&printable(text), width.saturating_sub(indent.len() + 2).max(24)).iter().enumerate() {
        let _ = writeln!(out, "{indent}{}{line}", if row == 0 { "" } else { "  " });
    }
}
