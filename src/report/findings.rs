//! What a person reads of a check, and the forms that code hosts show.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::tree::wrap;
use crate::base::diagnostic::printable;
use crate::guardrails;
use crate::guardrails::finding::{Place, Safety};
use crate::guardrails::outcome::{Judged, Outcome, word};
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

fn groups(outcome: &Outcome, level: Level) -> Vec<(&'static str, Vec<&Judged>)> {
    let mut groups: BTreeMap<&'static str, Vec<&Judged>> = BTreeMap::new();
    for judged in outcome.open().filter(|judged| judged.level == level) {
        groups.entry(judged.finding.guardrail).or_default().push(judged);
    }
    let order = |id: &str| guardrails::ids().iter().position(|known| *known == id);
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

fn write_group(id: &str, group: &[&Judged], level: Level, width: usize, all: bool, out: &mut String) {
    let meta = guardrails::find(id).map(|guardrail| &guardrail.meta);
    let color = style(level);
    let _ = writeln!(out, "{color}{id}{color:#}  {}", meta.map_or("", |meta| meta.title));
    if let Some(meta) = meta {
        for row in wrap(meta.why, width.saturating_sub(2).max(24)) {
            let _ = writeln!(out, "  {FAINT}{row}{FAINT:#}");
        }
    }
    let shown = if all { group.len() } else { SHOWN };
    let mut how = "";
    for judged in group.iter().take(shown) {
        let finding = &judged.finding;
        let mark = match finding.fix.as_ref().map(|fix| fix.safety) {
            Some(Safety::Safe) => " [fix]",
            Some(Safety::Unsafe) => " [unsafe fix]",
            None => "",
        };
        let _ = writeln!(out, "  {STRONG}{}{STRONG:#}  {}{GOOD}{mark}{GOOD:#}", place(&finding.place), printable(&finding.what));
        if let Some(line) = finding.excerpt.as_deref().filter(|line| !line.is_empty()) {
            let line: String = line.chars().take(width.saturating_sub(8).max(24)).collect();
            let _ = writeln!(out, "    {FAINT}|{FAINT:#} {}", printable(&line));
        }
        if how != finding.how {
            how = &finding.how;
            for (at, row) in wrap(&printable(how), width.saturating_sub(6).max(24)).iter().enumerate() {
                let _ = writeln!(out, "    {} {row}", if at == 0 { "=" } else { " " });
            }
        }
    }
    if group.len() > shown {
        let _ = writeln!(out, "  {FAINT}and {} more: `highroad check --only {id} --all`{FAINT:#}", group.len() - shown);
    }
    out.push('\n');
}

/// The last lines: the count, what was not judged, and the next step.
pub fn summary(outcome: &Outcome) -> String {
    let mut out = String::new();
    let plural = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    let (block, warn, advise) = (outcome.count(Level::Block), outcome.count(Level::Warn), outcome.count(Level::Advise));
    let files = plural(outcome.files, "file", "files");
    let ran = plural(outcome.ran.len(), "guardrail", "guardrails");
    if block + warn + advise == 0 {
        let _ = writeln!(out, "{GOOD}Clean{GOOD:#}: nothing found in {files} by {ran}.");
    } else {
        let _ = writeln!(
            out,
            "{STRONG}{}{STRONG:#}: {block} block, {}, {advise} advice, in {files} by {ran}.",
            plural(block + warn + advise, "finding", "findings"),
            plural(warn, "warning", "warnings"),
        );
    }
    if outcome.waived() > 0 {
        let _ = writeln!(out, "{} by a waiver in highroad.toml.", plural(outcome.waived(), "finding rests", "findings rest"));
    }
    if !outcome.unscannable.is_empty() {
        let _ =
            writeln!(out, "{} could not be checked, which is not the same as clean.", plural(outcome.unscannable.len(), "file", "files"));
    }
    for lowered in &outcome.lowered {
        let (road, project) = (word(lowered.road), word(lowered.project));
        let _ =
            writeln!(out, "{FAINT}note:{FAINT:#} highroad.toml sets `{}` to \"{project}\"; the road wants \"{road}\".", lowered.guardrail);
    }
    if !outcome.left_out.is_empty() {
        let _ = writeln!(out, "{FAINT}note:{FAINT:#} only a full check judges: {}.", outcome.left_out.join(", "));
    }
    let fixable =
        |safety: Safety| outcome.open().filter(|judged| judged.finding.fix.as_ref().is_some_and(|fix| fix.safety == safety)).count();
    let first = outcome.open().min_by_key(|judged| std::cmp::Reverse(guardrails::outcome::rank(judged.level)));
    let next = match (fixable(Safety::Safe), fixable(Safety::Unsafe), first) {
        (0, 0, None) => return out,
        (safe, _, _) if safe > 0 => format!("`highroad fix` settles {safe} of them; `highroad fix --diff` shows how"),
        (0, careful, _) if careful > 0 => format!("`highroad fix --unsafe --diff` shows edits for {careful} of them that need your eyes"),
        (_, _, Some(judged)) => format!("`highroad explain {}` tells the whole story", judged.finding.guardrail),
        (_, _, None) => return out,
    };
    let _ = writeln!(out, "{STRONG}Next{STRONG:#}: {next}.");
    out
}

/// Markdown, for a comment on a change or a job summary.
pub fn markdown(outcome: &Outcome) -> String {
    let mut out = String::from("## Highroad check\n\n");
    let _ = writeln!(
        out,
        "{} block, {} warnings, {} advice; {} rest by a waiver; {} could not be checked.\n",
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
                let cell = |text: &str| printable(text).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('\n', " ");
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

/// Workflow commands of GitHub Actions, which show a finding beside the line ("Workflow commands", docs.github.com).
pub fn github(outcome: &Outcome) -> String {
    let message = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| message(text).replace(':', "%3A").replace(',', "%2C");
    let mut out = String::new();
    for judged in outcome.open() {
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
                "path": if finding.place.path == "." { "highroad.toml" } else { &finding.place.path },
                "lines": { "begin": finding.place.line.max(1), "end": finding.place.end_line.max(finding.place.line).max(1) },
            },
        })
    };
    Value::Array(outcome.open().map(entry).collect())
}
