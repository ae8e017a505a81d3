//! What people read of an upgrade: the plan, and what was done.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::tree::wrap;
use super::upgrade::{Answer, Change, Counts, File, Guardrails, Upgrade};
use crate::base::diagnostic::printable;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// How wide the word before a path is, in columns.
const WORD: usize = 15;
/// How many findings are named.
const MOST: usize = 8;

/// The plan: what the road changed and why, what becomes of each file, and the check before and after.
pub fn plan(report: &Upgrade, width: usize) -> String {
    let Upgrade { road, from, to, .. } = report;
    let mut out = match (from == to, report.downgrade) {
        (true, _) => format!("{STRONG}Road {road} {to}, with other answers{STRONG:#}\n"),
        (_, true) => format!("{STRONG}Road {road} back from {from} to {to}{STRONG:#}\n"),
        (_, false) => format!("{STRONG}Road {road} from {from} to {to}{STRONG:#}\n"),
    };
    if let Some(why) = &report.base.why {
        let how = match report.base.origin.as_str() {
            "history" => "The files as you once got them come from the repository's own history",
            _ => "Some files as you once got them cannot be had and are compared two ways",
        };
        paragraph(&mut out, "", &format!("{how}: {why}."), width);
    }
    changes(&report.changes, width, &mut out);
    answers(&report.answers, width, &mut out);
    if !report.migrations.is_empty() {
        heading(&mut out, "Done before the merge");
        for migration in &report.migrations {
            paragraph(&mut out, "  ", &format!("{}: {}", migration.what, migration.why), width);
            for note in &migration.notes {
                paragraph(&mut out, "      ", note, width);
            }
        }
    }
    files(report, width, &mut out);
    if let Some(guardrails) = &report.guardrails {
        checks(guardrails, width, &mut out);
    }
    notes(&report.notes, width, &mut out);
    out
}

/// What was done, where it is, what is left and what comes next.
pub fn applied(report: &Upgrade, width: usize) -> String {
    let mut out = String::new();
    let left: usize = report.conflicted().map(|file| file.conflicts.len()).sum();
    let changed = report.files.iter().filter(|file| is_change(&file.change)).count();
    let where_to = match (&report.branch, &report.commit) {
        (Some(branch), Some(commit)) => format!("branch {branch}, commit {}", commit.get(..10).unwrap_or(commit)),
        (Some(branch), None) => format!("branch {branch}, not committed yet"),
        (None, _) => "no git repository".to_owned(),
    };
    let head = if left == 0 { format!("{GOOD}Upgraded{GOOD:#}") } else { format!("{BAD}Conflicts{BAD:#}") };
    let _ = writeln!(out, "{head} road {} {} to {} ({}; {where_to})", report.road, report.from, report.to, files_of(changed));
    let settled = report.settled();
    if settled > 0 {
        let _ = writeln!(out, "{settled} contested {} settled by rule, as the plan says", places(settled));
    }
    if left > 0 {
        let _ = writeln!(out, "\n{STRONG}Left for you: {left} {}{STRONG:#}", places(left));
        for file in report.conflicted() {
            for conflict in &file.conflicts {
                paragraph(&mut out, "  ", &format!("{} {}", file.path, conflict.summary()), width);
            }
        }
    }
    notes(&report.outcome_notes, width, &mut out);
    let _ = writeln!(out, "\n{STRONG}Next{STRONG:#}");
    for step in &report.next {
        let _ = writeln!(out, "  {}", printable(step));
    }
    out
}

/// What is said where there is nothing to do.
pub fn up_to_date(report: &Upgrade, width: usize) -> String {
    let mut out = format!("{GOOD}Up to date{GOOD:#}: road {} {}, nothing to do\n", report.road, report.to);
    for note in &report.notes {
        paragraph(&mut out, "", &format!("note: {note}"), width);
    }
    out
}

/// Whether a word for what becomes of a file says that it changes.
pub fn is_change(word: &str) -> bool {
    !matches!(word, "kept-yours" | "deleted-by-you" | "same" | "unchanged")
}

fn files_of(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

fn places(count: usize) -> &'static str {
    if count == 1 { "place" } else { "places" }
}

fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n{STRONG}{text}{STRONG:#}");
}

fn paragraph(out: &mut String, indent: &str, text: &str, width: usize) {
    for (row, line) in wrap(&printable(text), width.saturating_sub(indent.len() + 2).max(24)).iter().enumerate() {
        let _ = writeln!(out, "{indent}{}{line}", if row == 0 { "" } else { "  " });
    }
}

pub(super) fn changes(changes: &[Change], width: usize, out: &mut String) {
    if changes.is_empty() {
        return;
    }
    heading(out, "What the road changed, and why");
    for change in changes {
        let mark = if change.security { format!("{BAD}security{BAD:#} ") } else { String::new() };
        let mut text = String::new();
        paragraph(&mut text, "  ", &change.what, width.saturating_sub(if change.security { 9 } else { 0 }));
        out.push_str("  ");
        out.push_str(&mark);
        out.push_str(text.trim_start());
        let mut why = String::new();
        paragraph(&mut why, "    ", &format!("{} ({})", change.why, change.version), width);
        for line in why.lines() {
            let _ = writeln!(out, "{FAINT}{line}{FAINT:#}");
        }
    }
}

fn answers(answers: &[Answer], width: usize, out: &mut String) {
    if answers.is_empty() {
        return;
    }
    heading(out, "Answers");
    for answer in answers {
        let text = match (&answer.before, &answer.after) {
            (_, None) => format!("{}: nothing asks for it any more", answer.key),
            (None, Some(after)) => format!("{}: {after} ({})", answer.key, answer.how),
            (Some(before), Some(after)) => format!("{}: {before} to {after} ({})", answer.key, answer.how),
        };
        paragraph(out, "  ", &text, width);
    }
}

/// The order in which files are shown: what needs a person first.
const ORDER: [&str; 10] =
    ["conflict", "created", "updated", "merged", "moved", "migrated", "removed", "deleted-by-you", "kept-yours", "same"];

fn files(report: &Upgrade, width: usize, out: &mut String) {
    heading(out, "Files");
    let mut shown = 0;
    for word in ORDER {
        // Files with the same reason stand together, with the reason below them.
        let mut group: Vec<&File> = report.files.iter().filter(|file| file.change == word).collect();
        group.sort_by(|a, b| (&a.why, &a.path).cmp(&(&b.why, &b.path)));
        shown += group.len();
        for (at, file) in group.iter().enumerate() {
            let last = group.get(at + 1).is_none_or(|next| next.why != file.why);
            one_file(file, last, width, out);
        }
    }
    if shown == 0 {
        let _ = writeln!(out, "  none but Highroad's own records");
    }
    if report.untouched > 0 {
        let text = match report.untouched {
            1 => "1 file that you edited stays as it is: the road did not change it".to_owned(),
            many => format!("{many} files that you edited stay as they are: the road did not change them"),
        };
        paragraph(out, "  ", &text, width);
    }
}

fn one_file(file: &File, with_reason: bool, width: usize, out: &mut String) {
    let word = file.change.replace('-', " ");
    let style = if file.conflicts.is_empty() { STRONG } else { BAD };
    let path = match &file.from {
        Some(from) => format!("{} (was {})", file.path, from),
        None => file.path.clone(),
    };
    let _ = writeln!(out, "  {style}{word:<WORD$}{style:#}{}", printable(&path));
    let indent = " ".repeat(WORD + 2);
    for one in &file.settled {
        paragraph(out, &indent, &format!("line {}: {} [{}]", one.line, one.what, one.rule), width);
    }
    for conflict in &file.conflicts {
        paragraph(out, &indent, &conflict.summary(), width);
        if let Some(suggestion) = &conflict.suggestion {
            paragraph(out, &indent, &format!("there is a suggestion [{}]", suggestion.rule), width);
        }
    }
    if with_reason && !file.why.is_empty() {
        let mut text = String::new();
        paragraph(&mut text, &indent, &file.why.join(" "), width);
        for line in text.lines() {
            let _ = writeln!(out, "{FAINT}{line}{FAINT:#}");
        }
    }
}

fn counts(counts: &Counts) -> String {
    format!("{} block, {} warn, {} advise", counts.block, counts.warn, counts.advise)
}

fn checks(guardrails: &Guardrails, width: usize, out: &mut String) {
    heading(out, "Guardrails");
    let _ = writeln!(out, "  before  {}\n  after   {}", counts(&guardrails.before), counts(&guardrails.after));
    for (title, list) in [("new", &guardrails.new), ("louder", &guardrails.louder), ("settled", &guardrails.settled)] {
        for one in list.iter().take(MOST) {
            let title = if title == "settled" { title.to_owned() } else { format!("{title}, {}", one.level) };
            paragraph(out, "  ", &format!("{title}: {} in {}: {}", one.guardrail, one.path, one.what), width);
        }
        if list.len() > MOST {
            let _ = writeln!(out, "  {title}: and {} more", list.len() - MOST);
        }
    }
    for one in guardrails.not_checked.iter().take(MOST) {
        paragraph(out, "  ", &format!("not checked: {}: {}", one.path, one.why), width);
    }
    if guardrails.not_checked.len() > MOST {
        let _ = writeln!(out, "  not checked: and {} more", guardrails.not_checked.len() - MOST);
    }
}

fn notes(notes: &[String], width: usize, out: &mut String) {
    if notes.is_empty() {
        return;
    }
    out.push('\n');
    for note in notes {
        paragraph(out, "", &format!("note: {note}"), width);
    }
}
