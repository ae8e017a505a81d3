//! The commit's message: it explains itself, and is the text of a pull request too.

use std::fmt::Write as _;

use crate::base::diagnostic::printable;
use crate::report::tree::wrap;
use crate::report::upgrade::{Change, File, Guardrails, PullRequest, Upgrade};

/// The width of a commit's body, in columns.
const WIDTH: usize = 72;
/// How many lines a section has at most.
const MOST: usize = 40;

/// Returns the text of a pull request: its title and body are the message of the commit.
pub fn pull_request(report: &Upgrade) -> PullRequest {
    let Upgrade { road, from, to, .. } = report;
    let title = match (from == to, report.downgrade) {
        (true, _) => format!("Render road {road} {to} with other answers"),
        (_, true) => format!("Take road {road} back from {from} to {to}"),
        (_, false) => format!("Upgrade road {road} from {from} to {to}"),
    };
    PullRequest { title, body: body(report) }
}

/// Returns the message of the commit.
pub fn message(pull_request: &PullRequest) -> String {
    format!("{}\n\n{}", pull_request.title, pull_request.body)
}

fn body(report: &Upgrade) -> String {
    let mut out = String::new();
    if !report.changes.is_empty() {
        section(&mut out, "What the road changed, and why", report.changes.iter().map(change));
    }
    section(
        &mut out,
        "Answers",
        report.answers.iter().map(|answer| match (&answer.before, &answer.after) {
            (_, None) => format!("`{}`: nothing asks for it any more", answer.key),
            (None, Some(after)) => format!("`{}`: {after} ({})", answer.key, answer.how),
            (Some(before), Some(after)) => format!("`{}`: {before} to {after} ({})", answer.key, answer.how),
        }),
    );
    section(&mut out, "Done before the merge", report.migrations.iter().map(|one| format!("{}: {}", one.what, one.why)));
    for (name, change) in [
        ("Conflicts", "conflict"),
        ("New", "created"),
        ("Updated", "updated"),
        ("Merged with your edits", "merged"),
        ("Moved", "moved"),
        ("Changed by a migration", "migrated"),
        ("Removed", "removed"),
        ("You deleted them, and they stay deleted", "deleted-by-you"),
    ] {
        section(&mut out, name, report.files.iter().filter(|file| file.change == change).map(file));
    }
    let settled = report.files.iter().flat_map(|file| file.settled.iter().map(move |one| (file, one)));
    section(&mut out, "Settled by rule", settled.map(|(file, one)| format!("{}:{}: {} ({})", file.path, one.line, one.what, one.rule)));
    if let Some(guardrails) = &report.guardrails {
        section(&mut out, "Guardrails", checks(guardrails).into_iter());
    }
    section(&mut out, "Notes", report.notes.iter().cloned());
    out.push_str("`highroad undo` takes this back.\n");
    out
}

fn change(change: &Change) -> String {
    format!("{}{} {} ({})", if change.security { "Security: " } else { "" }, change.what, change.why, change.version)
}

fn file(file: &File) -> String {
    match &file.from {
        Some(from) => format!("{from} to {}", file.path),
        None => file.path.clone(),
    }
}

/// Says what the check came to before and after.
pub fn checks(guardrails: &Guardrails) -> Vec<String> {
    let count = |counts: &crate::report::upgrade::Counts| format!("{} block, {} warn, {} advise", counts.block, counts.warn, counts.advise);
    let mut lines = vec![format!("Before: {}", count(&guardrails.before)), format!("After: {}", count(&guardrails.after))];
    lines.extend(guardrails.new.iter().map(|one| format!("New: {} {}:{} {}", one.guardrail, one.path, one.line, one.what)));
    lines.extend(guardrails.louder.iter().map(|one| format!("Louder, {}: {} {}", one.level, one.guardrail, one.path)));
    lines.extend(guardrails.settled.iter().map(|one| format!("Settled: {} {}", one.guardrail, one.path)));
    lines.extend(guardrails.not_checked.iter().map(|one| format!("Not checked: {} ({})", one.path, one.why)));
    lines
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    let _ = writeln!(out, "{title}:");
    for line in lines {
        for (row, text) in wrap(&printable(&line), WIDTH - 2).iter().enumerate() {
            let _ = writeln!(out, "{} {text}", if row == 0 { "-" } else { " " });
        }
    }
    out.push('\n');
}
