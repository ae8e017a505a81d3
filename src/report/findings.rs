//! What a person reads of a check, and the forms that code hosts show.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::tree::wrap;
use crate::base::diagnostic::printable;
use crate::guardrails::finding::{Place, Safety};
use crate::guardrails::outcome::{Judged, Outcome, word};
use crate::guardrails::{self, unpinned_dependency};
use crate::repo::config::Level;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();

/// How many findings of one guardrail are shown before the rest is only counted.
const SHOWN: usize = 8;

fn style(level: Level) -> Style {
    match level {
        Level::Block => AnsiColor::Red.on_default().bold(),
        Level::Warn => AnsiColor::Yellow.on_default().bold(),
        Level::Advise | Level::Off => AnsiColor::Blue.on_default().bold(),
    }
}

fn heading(level: Level) -> &'static str {
    match level {
        Level::Block => "Blocks",
        Level::Warn => "Warnings",
        Level::Advise | Level::Off => "Advice",
    }
}

/// Returns a place as editors take it: `file:line:column`, with the notebook cell where there is one.
pub fn place(place: &Place) -> String {
    let mut text = if place.path == "." { "the repository".to_owned() } else { printable(&place.path) };
    if place.line > 0 {
        let _ = write!(text, ":{}", place.line);
        if place.column > 0 {
            let _ = write!(text, ":{}", place.column);
        }
    }
    if let Some(cell) = place.cell {
        let _ = write!(text, " (cell {cell})");
    }
    text
}

/// Guardrails whose findings somebody should look at before all others of their level, the worst first.
const FIRST: [&str; 12] = [
    "secret",
    "compromised-action",
    "unsafe-pickle",
    "denied-version",
    "chat-template",
    "dangerous-trigger",
    "workflow-injection",
    "model-output-execution",
    "shell-from-model-output",
    "remote-script-execution",
    "tls-verification-off",
    "trust-remote-code",
];

/// Orders guardrails: the worst first, then as they are listed.
fn order(id: &str) -> (usize, usize) {
    let first = FIRST.iter().position(|known| *known == id).unwrap_or(FIRST.len());
    (first, guardrails::ids().iter().position(|known| *known == id).unwrap_or(usize::MAX))
}

fn groups(outcome: &Outcome, level: Level) -> Vec<(&'static str, Vec<&Judged>)> {
    let mut groups: BTreeMap<&'static str, Vec<&Judged>> = BTreeMap::new();
    for judged in outcome.open().filter(|judged| judged.level == level) {
        groups.entry(judged.finding.guardrail).or_default().push(judged);
    }
    if let Some(group) = groups.get_mut("unpinned-dependency") {
        // A branch of somebody's repository says less than a range of versions.
        group.sort_by_key(|judged| unpinned_dependency::reach(&judged.finding));
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(id, _)| order(id));
    groups
}

/// What a person reads: groups by level and guardrail, the line, why, how, then the count and the next step.
/// With `all`, no finding is only counted.
pub fn human(outcome: &Outcome, width: usize, all: bool) -> String {
    let mut out = String::new();
    for level in [Level::Block, Level::Warn, Level::Advise] {
        let groups = groups(outcome, level);
        if groups.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{STRONG}{}{STRONG:#}\n", heading(level));
        for (id, group) in groups {
            write_group(id, &group, level, width, all, &mut out);
        }
    }
    out.push_str(&summary(outcome));
    out
}

/// Appends a text in rows that begin with `indent` blanks.
fn write_rows(text: &str, indent: usize, width: usize, out: &mut String) {
    for row in wrap(&printable(text), width.saturating_sub(indent).max(16)) {
        let _ = writeln!(out, "{:indent$}{row}", "");
    }
}

fn write_group(id: &str, group: &[&Judged], level: Level, width: usize, all: bool, out: &mut String) {
    let meta = guardrails::find(id).map(|guardrail| &guardrail.meta);
    let color = style(level);
    let _ = writeln!(out, "{color}{id}{color:#}  {}", meta.map_or("", |meta| meta.title));
    if let Some(meta) = meta {
        out.push_str(&FAINT.render().to_string());
        write_rows(meta.why, 2, width, out);
        out.push_str(&FAINT.render_reset().to_string());
    }
    let shown = if all { group.len() } else { SHOWN };
    // What is the same for all of them is said once, where a reader looks for it: before the places.
    let common = group
        .first()
        .map(|judged| &judged.finding.how)
        .filter(|how| group.len() > 1 && group.iter().all(|judged| judged.finding.how == **how));
    if let Some(how) = common {
        let _ = writeln!(out, "  {STRONG}How to fix{STRONG:#}");
        write_rows(how, 4, width, out);
    }
    for judged in group.iter().take(shown) {
        write_finding(judged, common.is_none(), width, out);
    }
    if group.len() > shown {
        let _ = writeln!(out, "  {FAINT}and {} more: `highroad check --only {id} --all`{FAINT:#}", group.len() - shown);
    }
    out.push('\n');
}

fn write_finding(judged: &Judged, with_how: bool, width: usize, out: &mut String) {
    let finding = &judged.finding;
    let mark = match finding.fix.as_ref().map(|fix| fix.safety) {
        Some(Safety::Safe) => "  [fix]",
        Some(Safety::Unsafe) => "  [unsafe fix]",
        None => "",
    };
    let _ = writeln!(out, "  {FAINT}-->{FAINT:#} {STRONG}{}{STRONG:#}{GOOD}{mark}{GOOD:#}", place(&finding.place));
    write_rows(&finding.what, 6, width, out);
    if let Some(line) = finding.excerpt.as_deref().filter(|line| !line.is_empty()) {
        let number = finding.place.line.to_string();
        let room = width.saturating_sub(number.len() + 9).max(24);
        let line: String = printable(line).chars().take(room).collect();
        let _ = writeln!(out, "      {FAINT}{number} |{FAINT:#} {line}");
        if let Some(mark) = underline(judged, line.chars().count()) {
            let color = style(judged.level);
            let _ = writeln!(out, "      {:1$} {FAINT}|{FAINT:#} {color}{mark}{color:#}", "", number.len());
        }
    }
    if with_how {
        let mut how = String::new();
        write_rows(&finding.how, 8, width, &mut how);
        let _ = write!(out, "      {FAINT}={FAINT:#} {}", how.trim_start());
    }
}

/// Returns blanks and marks that stand under the finding in its shown line of `length` characters.
fn underline(judged: &Judged, length: usize) -> Option<String> {
    let (finding, place) = (&judged.finding, &judged.finding.place);
    let start = place.column.checked_sub(finding.excerpt_from).filter(|start| finding.excerpt_from > 0 && *start < length)?;
    let end = if place.end_line == place.line { place.end_column.saturating_sub(finding.excerpt_from) } else { length };
    Some(format!("{}{}", " ".repeat(start), "^".repeat(end.min(length).saturating_sub(start).max(1))))
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The last lines: the count, what was not judged, and the next step.
pub fn summary(outcome: &Outcome) -> String {
    let mut out = String::new();
    let (block, warn, advise) = (outcome.count(Level::Block), outcome.count(Level::Warn), outcome.count(Level::Advise));
    let looked = format!("{} checked by {}", plural(outcome.files, "file", "files"), plural(outcome.ran.len(), "guardrail", "guardrails"));
    if block + warn + advise > 0 {
        let found = plural(block + warn + advise, "finding", "findings");
        let warnings = plural(warn, "warning", "warnings");
        let _ = writeln!(out, "{STRONG}{found}{STRONG:#}: {block} block, {warnings}, {advise} advice. {looked}.");
    } else if outcome.files == 0 && outcome.mode == "full" {
        let _ = writeln!(out, "Nothing to check: there are no files here, or git ignores them all.");
    } else if outcome.unscannable.is_empty() {
        let _ = writeln!(out, "{GOOD}Clean{GOOD:#}: nothing found. {looked}.");
    } else {
        let _ = writeln!(out, "Nothing found in what could be read. {looked}.");
    }
    if outcome.waived() > 0 {
        let _ = writeln!(out, "{} by a waiver in highroad.toml.", plural(outcome.waived(), "finding rests", "findings rest"));
    }
    if !outcome.unscannable.is_empty() {
        let count = plural(outcome.unscannable.len(), "file", "files");
        let _ = writeln!(out, "{count} could not be checked, which is not the same as clean:");
        for file in outcome.unscannable.iter().take(SHOWN) {
            let _ = writeln!(out, "  {}: {}", printable(&file.path), printable(&file.why));
        }
    }
    write_notes(outcome, &mut out);
    if let Some(next) = next_step(outcome) {
        let _ = writeln!(out, "{STRONG}Next{STRONG:#}: {next}.");
    }
    out
}

fn write_notes(outcome: &Outcome, out: &mut String) {
    for lowered in &outcome.lowered {
        let (road, project) = (word(lowered.road), word(lowered.project));
        let _ =
            writeln!(out, "{FAINT}note:{FAINT:#} highroad.toml sets `{}` to \"{project}\"; the road wants \"{road}\".", lowered.guardrail);
    }
    if !outcome.left_out.is_empty() {
        let _ = writeln!(out, "{FAINT}note:{FAINT:#} only a full check judges: {}.", outcome.left_out.join(", "));
    }
    if !outcome.not_entered.is_empty() {
        let names: Vec<String> = outcome.not_entered.iter().take(SHOWN).map(|path| printable(path)).collect();
        let more = if outcome.not_entered.len() > SHOWN { ", …" } else { "" };
        let _ = writeln!(out, "{FAINT}note:{FAINT:#} not looked into: {}{more} (environments, caches, links).", names.join(", "));
    }
    for waiver in &outcome.idle_waivers {
        let _ = writeln!(
            out,
            "{FAINT}note:{FAINT:#} the waiver of `{}` at `{}` covers nothing; it can go.",
            waiver.guardrail,
            printable(&waiver.path)
        );
    }
}

/// Returns what to do now: first what no edit settles, then what `highroad fix` can do, then what to read.
fn next_step(outcome: &Outcome) -> Option<String> {
    let secrets = outcome.open().filter(|judged| judged.finding.guardrail == "secret" && judged.level == Level::Block).count();
    if secrets > 0 {
        let them = plural(secrets, "credential", "credentials");
        return Some(format!("revoke the {them} above first; `highroad explain secret` tells how"));
    }
    let of = |safety: Safety| outcome.open().filter(move |judged| judged.finding.fix.as_ref().is_some_and(|fix| fix.safety == safety));
    let (safe, careful) = (of(Safety::Safe).count(), of(Safety::Unsafe).count());
    let first = outcome
        .open()
        .min_by_key(|judged| (std::cmp::Reverse(guardrails::outcome::rank(judged.level)), order(judged.finding.guardrail)))?;
    let mut steps = Vec::new();
    if first.level == Level::Block && (safe == 0 || of(Safety::Safe).all(|judged| judged.level != Level::Block)) {
        steps.push(format!("`highroad explain {}` tells about what blocks", first.finding.guardrail));
    }
    if safe > 0 {
        steps.push(format!("`highroad fix` settles {safe} [fix]"));
    }
    if careful > 0 {
        steps.push(format!("`highroad fix --unsafe --diff` shows edits for {careful} [unsafe fix]"));
    }
    if steps.is_empty() {
        steps.push(format!("`highroad explain {}` tells the whole story", first.finding.guardrail));
    }
    Some(steps.join("; "))
}

/// Markdown, for a comment on a change or a job summary.
pub fn markdown(outcome: &Outcome) -> String {
    let mut out = String::from("## Highroad check\n\n");
    let _ = writeln!(
        out,
        "{} block, {} warn, {} advise; {} rest by a waiver; {} could not be checked.\n",
        outcome.count(Level::Block),
        outcome.count(Level::Warn),
        outcome.count(Level::Advise),
        outcome.waived(),
        outcome.unscannable.len(),
    );
    if outcome.open().next().is_some() {
        out.push_str("| level | guardrail | where | what | how to fix |\n| --- | --- | --- | --- | --- |\n");
    }
    for level in [Level::Block, Level::Warn, Level::Advise] {
        for (id, group) in groups(outcome, level) {
            for judged in group {
                let finding = &judged.finding;
                let cell = |text: &str| table_cell(&printable(text));
                let _ = writeln!(
                    out,
                    "| {} | {id} | {} | {} | {} |",
                    word(level),
                    cell(&place(&finding.place)),
                    cell(&finding.what),
                    cell(&finding.how)
                );
            }
        }
    }
    for lowered in &outcome.lowered {
        let _ = writeln!(
            out,
            "\n`{}` is set to \"{}\" in highroad.toml; the road wants \"{}\".",
            lowered.guardrail,
            word(lowered.project),
            word(lowered.road)
        );
    }
    out
}

/// Writes a text as a cell of a Markdown table: a bar ends a cell everywhere, a `<` begins a tag outside of code only.
fn table_cell(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| {
        let plain = |part: &str| part.replace('\\', "\\\\").replace('<', "&lt;");
        let part = if at % 2 == 0 { plain(part) } else { part.to_owned() };
        part.replace('|', "\\|").replace('\n', " ")
    });
    parts.collect::<Vec<_>>().join("`")
}

/// Workflow commands of GitHub Actions, which show a finding beside the line ("Workflow commands", docs.github.com).
pub fn github(outcome: &Outcome) -> String {
    let message = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| message(text).replace(':', "%3A").replace(',', "%2C");
    let mut out = String::new();
    // A host shows the first ten of a step.
    let mut open: Vec<&Judged> = outcome.open().collect();
    open.sort_by_key(|judged| (std::cmp::Reverse(guardrails::outcome::rank(judged.level)), order(judged.finding.guardrail)));
    for judged in open {
        let finding = &judged.finding;
        let command = match judged.level {
            Level::Block => "error",
            Level::Warn => "warning",
            Level::Advise | Level::Off => "notice",
        };
        let mut parts = vec![format!("title={}", property(finding.guardrail))];
        if finding.place.path != "." {
            parts.push(format!("file={}", property(&finding.place.path)));
        }
        let numbers = [
            ("line", finding.place.line),
            ("col", finding.place.column),
            ("endLine", finding.place.end_line),
            ("endColumn", finding.place.end_column),
        ];
        // Columns mean something only where the finding is on one line.
        let one_line = finding.place.end_line == finding.place.line;
        parts.extend(
            numbers
                .iter()
                .filter(|(name, n)| *n > 0 && (one_line || !name.to_lowercase().contains("col")))
                .map(|(name, n)| format!("{name}={n}")),
        );
        let _ = writeln!(out, "::{command} {}::{}", parts.join(","), message(&printable(&format!("{}. {}", finding.what, finding.how))));
    }
    out
}

/// GitLab's code-quality report ("Code Quality report format", docs.gitlab.com).
pub fn gitlab(outcome: &Outcome) -> Value {
    let entry = |judged: &Judged| {
        let finding = &judged.finding;
        json!({
            "type": "issue",
            "check_name": finding.guardrail,
            "description": printable(&format!("{}: {}. {}", finding.guardrail, finding.what, finding.how)),
            "categories": ["Security"],
            "severity": match judged.level {
                Level::Block => "critical",
                Level::Warn => "major",
                Level::Advise | Level::Off => "minor",
            },
            "fingerprint": judged.fingerprint,
            "location": {
                "path": if finding.place.path == "." { &outcome.anchor } else { &finding.place.path },
                "lines": { "begin": finding.place.line.max(1), "end": finding.place.end_line.max(finding.place.line).max(1) },
            },
        })
    };
    Value::Array(outcome.open().map(entry).collect())
}
