//! What a person reads of an adoption: within the width, and clear without colour.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::{Adoption, Item, StackSign};
use crate::base::diagnostic::printable;
use crate::report::fixes::FixedFile;
use crate::report::tree::wrap;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// How many files of a list are named.
const NAMED: usize = 40;

/// The plan: what the repository is, what would change, what would not, and why.
pub fn plan(adoption: &Adoption, width: usize) -> String {
    let mut out = String::new();
    stack(adoption, width, &mut out);
    answers(adoption, width, &mut out);
    items(adoption, width, &mut out);
    files(adoption, width, &mut out);
    rest(adoption, width, &mut out);
    not_done(adoption, width, &mut out);
    out
}

/// Writes a text with an indent, its first row after a label.
fn row(label: &str, text: &str, indent: usize, width: usize, out: &mut String) {
    let room = width.saturating_sub(indent).max(20);
    let rows = wrap(&printable(text), room);
    for (at, part) in rows.iter().enumerate() {
        let begin = if at == 0 { label } else { "" };
        let pad = indent.saturating_sub(begin.chars().count());
        let _ = writeln!(out, "{begin}{}{part}", " ".repeat(pad));
    }
}

fn head(title: &str, out: &mut String) {
    let _ = writeln!(out, "\n{STRONG}{title}{STRONG:#}");
}

fn stack(adoption: &Adoption, width: usize, out: &mut String) {
    let stack = &adoption.stack;
    let _ = writeln!(out, "{STRONG}{}{STRONG:#}", printable(&adoption.root));
    row("  it is", &format!("{}: {}", stack.shape, stack.why), 16, width, out);
    let places: Vec<String> = stack.evidence.iter().take(3).map(|place| at(&place.path, place.line)).collect();
    if !places.is_empty() {
        row("", &places.join(", "), 16, width, out);
    }
    const SHOWN: &[(&str, &str)] = &[
        ("framework", "built on"),
        ("service", "answers with"),
        ("manager", "packages by"),
        ("python", "Python"),
        ("container", "containers"),
        ("ci", "pipelines"),
        ("notebooks", "notebooks"),
        ("tests", "tests"),
        ("licence", "licence"),
        ("owner", "owners"),
    ];
    for (about, label) in SHOWN {
        let signs: Vec<&StackSign> = stack.signs.iter().filter(|sign| sign.about == *about).take(6).collect();
        if signs.is_empty() {
            continue;
        }
        let told: Vec<String> = signs.iter().map(|sign| told(sign)).collect();
        row(&format!("  {label}"), &told.join(", "), 16, width, out);
    }
    for leftover in &adoption.leftovers {
        let taken: Vec<String> = leftover.taken.iter().map(|(ours, theirs)| format!("{ours} (its `{theirs}`)")).collect();
        let text = if taken.is_empty() { "nothing of it fits".to_owned() } else { format!("took over {}", taken.join(", ")) };
        row(&format!("  {}", leftover.tool), &format!("{}: {text}; {} others stay its own", leftover.path, leftover.left), 16, width, out);
    }
}

fn told(sign: &StackSign) -> String {
    let place = sign.evidence.first().map_or_else(String::new, |place| at(&place.path, place.line));
    let counted = matches!(sign.about.as_str(), "notebooks" | "tests");
    let name = if counted { sign.times.to_string() } else { sign.name.clone() };
    format!("{name} ({place})")
}

fn at(path: &str, line: usize) -> String {
    if line == 0 { path.to_owned() } else { format!("{path}:{line}") }
}

fn answers(adoption: &Adoption, width: usize, out: &mut String) {
    head("Answers", out);
    for answer in adoption.answers.iter().filter(|answer| answer.source != "assumed") {
        let from = if answer.place.is_empty() { answer.source.clone() } else { format!("{}: {}", answer.source, answer.place) };
        row(&format!("  {}", answer.key), &format!("{}  [{from}]", answer.value), 18, width, out);
    }
    let assumed: Vec<String> = adoption
        .answers
        .iter()
        .filter(|answer| answer.source == "assumed")
        .map(|answer| format!("{}={}", answer.key, answer.value))
        .collect();
    if !assumed.is_empty() {
        row("  assumed", &format!("{}; `--set KEY=VALUE` says otherwise", assumed.join(", ")), 18, width, out);
    }
}

fn items(adoption: &Adoption, width: usize, out: &mut String) {
    if adoption.items.is_empty() {
        return;
    }
    head("What can be chosen (--only, --skip)", out);
    for item in &adoption.items {
        let mark = if item.chosen { "[x]" } else { "[ ]" };
        let _ = writeln!(out, "  {mark} {STRONG}{}{STRONG:#}", printable(&item.id));
        row("", &format!("{}. Risk: {}", item.title, risk(item)), 6, width, out);
    }
}

fn risk(item: &Item) -> &'static str {
    match item.risk.as_str() {
        "none" => "none, adds files that nothing else reads",
        "low" => "low, everything does the same as before",
        "medium" => "medium, may change a build",
        _ => "high, look at each",
    }
}

fn files(adoption: &Adoption, width: usize, out: &mut String) {
    if adoption.files.is_empty() {
        let _ = writeln!(out, "\n{GOOD}Nothing to do{GOOD:#}: the repository has what the road gives.");
        return;
    }
    let added = adoption.files.iter().filter(|file| file.change == "add").count();
    head(&format!("Files: {added} new, {} edited", adoption.files.len() - added), out);
    for file in adoption.files.iter().take(NAMED) {
        let mark = if file.change == "add" { "+" } else { "~" };
        let _ = writeln!(out, "  {mark} {STRONG}{}{STRONG:#}  {FAINT}+{} -{}{FAINT:#}", printable(&file.path), file.added, file.removed);
        row("", &file.why, 6, width, out);
        if file.change == "edit" && !file.announced.is_empty() {
            row("", &format!("proved: {} values differ, and no other line", file.announced.len()), 6, width, out);
        }
    }
    if adoption.files.len() > NAMED {
        let _ = writeln!(out, "  and {} more; --json names them all", adoption.files.len() - NAMED);
    }
    if !adoption.kept.is_empty() {
        head("Of the road, and not taken", out);
        for kept in &adoption.kept {
            row("  -", &format!("{}: {}", kept.path, kept.why), 4, width, out);
        }
    }
}

fn rest(adoption: &Adoption, width: usize, out: &mut String) {
    if let Some(first) = adoption.waivers.first() {
        head(&format!("Rests until {}, owned by {}", first.until, printable(&first.owner)), out);
        for rest in &adoption.waivers {
            let places = if rest.files == 1 { "1 file".to_owned() } else { format!("{} files", rest.files) };
            row("  -", &format!("{} x {} in {places} ({}): {}", rest.findings, rest.guardrail, rest.level, rest.why), 4, width, out);
        }
    }
    let (before, after) = (adoption.check.before, adoption.check.after);
    head("highroad check", out);
    let line = |of: super::Counts| format!("{} block, {} warn, {} advise, {} rest", of.block, of.warn, of.advise, of.waived);
    row("  before", &line(before), 10, width, out);
    row("  after", &line(after), 10, width, out);
}

fn not_done(adoption: &Adoption, width: usize, out: &mut String) {
    if adoption.not_done.is_empty() {
        return;
    }
    head("Not done", out);
    for not in &adoption.not_done {
        row("  -", &format!("{}: {}", not.what, not.why), 4, width, out);
    }
}

/// What was done, and what comes next.
pub fn applied(adoption: &Adoption, width: usize) -> String {
    let mut out = String::new();
    let added = adoption.files.iter().filter(|file| file.change == "add").count();
    let edited = adoption.files.len() - added;
    if let Some(verified) = &adoption.verify {
        verify(verified, width, &mut out);
    }
    match adoption.status.as_str() {
        "applied" => {
            let _ = write!(out, "{GOOD}Adopted{GOOD:#}: {added} new files, {edited} edited");
            if let Some(result) = &adoption.result {
                match (&result.branch, &result.commit) {
                    (Some(branch), Some(commit)) => {
                        let _ = write!(out, "; commit {} on branch `{}`", commit.get(..10).unwrap_or(commit), printable(branch));
                    }
                    (Some(branch), None) => {
                        let _ = write!(out, "; on branch `{}`", printable(branch));
                    }
                    (None, _) => {}
                }
            }
            out.push('\n');
        }
        "nothing-to-do" => {
            let _ = writeln!(out, "{GOOD}Nothing to do{GOOD:#}: the repository has what the road gives.");
        }
        "tests-failed" => {
            let _ = writeln!(
                out,
                "{BAD}Nothing was written{BAD:#}: the tests fail before anything is changed. Repair them, or leave `--verify` out."
            );
        }
        _ => {
            let _ = writeln!(
                out,
                "{BAD}Taken back{BAD:#}: the tests passed before and fail after. Everything is as it was; `--skip` leaves a group out."
            );
        }
    }
    for note in adoption.result.iter().flat_map(|result| &result.notes) {
        row("note:", note, 6, width, &mut out);
    }
    if adoption.status == "applied" {
        head("Next", &mut out);
        for step in adoption.next.iter().chain([&"highroad undo   takes it back".to_owned()]) {
            let _ = writeln!(out, "  {}", printable(step));
        }
    }
    out
}

fn verify(verified: &super::Verified, width: usize, out: &mut String) {
    for (when, run) in [("before", Some(&verified.before)), ("after", verified.after.as_ref())] {
        let Some(run) = run else { continue };
        let style = if run.passed { GOOD } else { BAD };
        let word = if run.passed { "passed" } else { "failed" };
        let _ = writeln!(out, "{style}{word}{style:#} {when}: `{}` ({})", printable(&verified.command), printable(&run.ended));
        if !run.passed {
            for line in &run.tail {
                row("  |", line, 4, width, out);
            }
        }
    }
}

/// The files as a unified diff.
pub fn diff(files: &[FixedFile]) -> String {
    crate::report::fixes::diff(files)
}
