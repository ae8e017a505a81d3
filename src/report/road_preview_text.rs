//! What people read of `highroad road preview` at the terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::road_preview::{Preview, Repository};
use super::tree::wrap;
use crate::base::diagnostic::printable;
use crate::base::words::counted;

const STRONG: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const CALM: Style = Style::new().dimmed();
/// How many repositories of a state are listed.
const MOST: usize = 40;

/// The states, the worst first, with the words for people and how many repositories are in each.
pub(super) fn states(preview: &Preview) -> [(&'static str, &'static str, usize); 6] {
    let counts = &preview.counts;
    [
        ("conflict", "a person has to decide", counts.conflict),
        ("regress", "a guardrail would block that does not now", counts.regress),
        ("could-not", "could not be worked out", counts.could_not),
        ("clean", "needs nobody", counts.clean),
        ("up-to-date", "nothing to do", counts.up_to_date),
        ("not-on-road", "not on this road", counts.not_on_road),
    ]
}

/// The counts, and the repositories that need somebody.
pub fn preview(preview: &Preview, width: usize) -> String {
    let to = preview.to.as_ref().map_or_else(|| "the newest of each channel".to_owned(), |to| printable(to));
    let mut out = format!(
        "{STRONG}Road {}, to {to}{STRONG:#}: {} in {:.1} s\n\n",
        printable(&preview.road),
        counted(preview.counts.all, "repository", "repositories"),
        preview.seconds
    );
    for (state, words, count) in states(preview) {
        let style = style(state);
        let _ = writeln!(out, "  {count:>6}  {style}{state:<12}{style:#}{words}");
    }
    if !preview.common.is_empty() {
        let _ = writeln!(out, "\n{STRONG}in common{STRONG:#}");
    }
    for one in &preview.common {
        paragraph(&mut out, "  ", &format!("{:>5}  {} {}", one.repositories, one.what, one.path), width);
    }
    for (state, ..) in states(preview) {
        let all: Vec<&Repository> = preview.repositories.iter().filter(|repository| repository.status == state).collect();
        if all.is_empty() || matches!(state, "clean" | "up-to-date") {
            continue;
        }
        let style = style(state);
        let _ = writeln!(out, "\n{style}{state}{style:#}");
        for repository in all.iter().take(MOST) {
            describe(repository, width, &mut out);
        }
        if all.len() > MOST {
            let _ = writeln!(out, "  and {} more; `--json` and `--html` have them all", all.len() - MOST);
        }
    }
    for note in &preview.notes {
        paragraph(&mut out, "", &format!("note: {note}"), width);
    }
    out
}

fn style(state: &str) -> Style {
    match state {
        "conflict" | "regress" | "could-not" => BAD,
        "clean" => GOOD,
        _ => CALM,
    }
}

fn describe(repository: &Repository, width: usize, out: &mut String) {
    let versions = match (&repository.from, &repository.to) {
        (Some(from), Some(to)) => format!(" {from} to {to}"),
        (Some(from), None) => format!(" {from}"),
        (None, _) => String::new(),
    };
    let _ = writeln!(out, "  {}{}", printable(&repository.path), printable(&versions));
    if let Some(why) = &repository.why {
        paragraph(out, "    ", why, width);
    }
    for path in repository.conflicts.iter().take(5) {
        paragraph(out, "    ", &format!("conflict: {path}"), width);
    }
    for finding in repository.new.iter().filter(|finding| finding.level == "block").take(5) {
        paragraph(out, "    ", &format!("{}: {} {}", finding.guardrail, place(&finding.path, finding.line), finding.what), width);
    }
}

fn paragraph(out: &mut String, indent: &str, text: &str, width: usize) {
    for (row, line) in wrap(&printable(text), width.saturating_sub(indent.len() + 2).max(24)).iter().enumerate() {
        let _ = writeln!(out, "{indent}{}{line}", if row == 0 { "" } else { "  " });
    }
}

/// A path with its line, where what was found is on one.
fn place(path: &str, line: usize) -> String {
    if line == 0 { path.to_owned() } else { format!("{path}:{line}") }
}
