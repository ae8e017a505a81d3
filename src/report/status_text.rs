//! What people read of `highroad status`.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::status::Status;
use super::tree::wrap;
use super::upgrade_text::changes;
use crate::base::diagnostic::printable;

const STRONG: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
/// How many files are listed.
const MOST: usize = 20;
/// How wide the words before a path are, in columns.
const WORD: usize = 20;

/// Where the project stands, security-relevant first.
pub fn status(status: &Status, width: usize) -> String {
    let [road, version, kind] = [&status.road, &status.version, &status.kind].map(|text| printable(text));
    let mut out = format!("{STRONG}Road {road} {version}{STRONG:#}, kind {kind}\n");
    let support = match (&status.supported_until, status.days_left) {
        (Some(day), Some(left)) if left < 0 => format!("{BAD}not supported{BAD:#} since {day}"),
        (Some(day), Some(left)) => format!("supported until {day}, {left} days from now"),
        (Some(day), None) => format!("supported until {day}"),
        (None, _) => "how long it is supported is not known".to_owned(),
    };
    let _ = writeln!(out, "  {support}");
    if let Some(reason) = &status.yanked {
        paragraph(&mut out, "  ", &format!("taken back by its publisher: {reason}"), width);
    }
    if let Some(reason) = &status.deprecated {
        paragraph(&mut out, "  ", &format!("to be left, its publisher says: {reason}"), width);
    }
    match &status.next {
        Some(next) => {
            let versions = if status.behind == 1 { "1 version".to_owned() } else { format!("{} versions", status.behind) };
            let security = status.changes.iter().filter(|change| change.security).count();
            let urgent = if security == 0 { String::new() } else { format!("; {BAD}{security} for security{BAD:#}") };
            let _ = writeln!(out, "  {versions} behind: {next} is there{urgent}");
        }
        None if !status.looked => {
            let _ = writeln!(out, "  {BAD}could not look{BAD:#} for newer versions: see the notes");
        }
        None => {
            let _ = writeln!(out, "  {GOOD}the newest{GOOD:#} of its channel that is at hand");
        }
    }
    if !status.open_conflicts.is_empty() {
        let _ = writeln!(out, "\n{BAD}Conflicts are open{BAD:#}: `highroad resolve` walks through them");
        for path in status.open_conflicts.iter().take(MOST) {
            let _ = writeln!(out, "  {}", printable(path));
        }
    }
    changes(&status.changes, width, &mut out);
    if let (Some(preview), Some(next)) = (&status.upgrade, &status.next) {
        let _ = writeln!(out, "\n{STRONG}Upgrade to {next}{STRONG:#}");
        let files = if preview.files == 1 { "1 file".to_owned() } else { format!("{} files", preview.files) };
        let text = match (&preview.problem, preview.clean) {
            (Some(problem), _) => format!("could not be worked out: {problem}"),
            (None, true) => format!("would be clean: {files} would change"),
            (None, false) => format!("would leave conflicts in {} of {files}: {}", preview.conflicts.len(), preview.conflicts.join(", ")),
        };
        paragraph(&mut out, "  ", &text, width);
    }
    drift(status, width, &mut out);
    if !status.notes.is_empty() {
        out.push('\n');
    }
    for note in &status.notes {
        paragraph(&mut out, "", &format!("note: {note}"), width);
    }
    if status.next.is_some() {
        let _ = writeln!(out, "\n{STRONG}Next{STRONG:#}\n  highroad upgrade --dry-run     # see the plan\n  highroad upgrade");
    }
    out
}

fn drift(status: &Status, width: usize, out: &mut String) {
    let _ = writeln!(out, "\n{STRONG}Files of the road{STRONG:#}");
    if status.drift.is_empty() {
        let them = if status.compared == 1 {
            "the one is as the road gave it".to_owned()
        } else {
            format!("all {} are as the road gave them", status.compared)
        };
        let _ = writeln!(out, "  {them}, or yours to change");
        return;
    }
    // What is the road's comes first: there a change is drift.
    for ownership in ["managed", "merged"] {
        let files: Vec<_> = status.drift.iter().filter(|file| file.ownership == ownership).collect();
        for file in files.iter().take(MOST) {
            let word = format!("{ownership}, {}", file.what.replace('-', " "));
            let style = if ownership == "managed" { BAD } else { STRONG };
            let _ = writeln!(out, "  {style}{word:<WORD$}{style:#}{}", printable(&file.path));
        }
        if files.len() > MOST {
            let _ = writeln!(out, "  and {} more", files.len() - MOST);
        }
    }
    paragraph(out, "  ", "`highroad diff` shows what differs; an upgrade keeps it.", width);
}

fn paragraph(out: &mut String, indent: &str, text: &str, width: usize) {
    for (row, line) in wrap(&printable(text), width.saturating_sub(indent.len() + 2).max(24)).iter().enumerate() {
        let _ = writeln!(out, "{indent}{}{line}", if row == 0 { "" } else { "  " });
    }
}
