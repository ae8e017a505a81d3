//! Coverage as text, for a terminal.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::assess::{Row, Status};
use super::standards::standards;

/// How wide a line is, in characters.
const WIDTH: usize = 96;
/// How far a continued line is moved in.
const INDENT: &str = "            ";

/// How many items of a standard have which status.
#[derive(Clone, Copy, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Counts {
    /// Shown by the repository.
    pub met: usize,
    /// Not shown.
    pub not_met: usize,
    /// Decided by the host, a running system or people.
    pub needs_host: usize,
    /// Of no concern to this repository.
    pub not_applicable: usize,
}

/// Counts the rows of one standard.
pub fn counts(rows: &[Row], standard: &str) -> Counts {
    let mut counts = Counts::default();
    for row in rows.iter().filter(|row| row.standard == standard) {
        let one = match row.status {
            Status::Met { .. } => &mut counts.met,
            Status::NotMet { .. } => &mut counts.not_met,
            Status::NeedsHost { .. } => &mut counts.needs_host,
            Status::NotApplicable { .. } => &mut counts.not_applicable,
        };
        *one += 1;
    }
    counts
}

/// Writes the rows by standard. Without `all`, only what is left to do: not met, and for the host.
pub fn to_text(rows: &[Row], all: bool) -> String {
    let mut text = String::new();
    for standard in standards() {
        let Counts { met, not_met, needs_host, not_applicable } = counts(rows, &standard.id);
        let total = met + not_met + needs_host + not_applicable;
        if total == 0 {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{} {} ({total} items)", standard.title, standard.version);
        let _ = writeln!(text, "  {met} met, {not_met} not met, {needs_host} need the host's settings, {not_applicable} not applicable");
        for row in rows.iter().filter(|row| row.standard == standard.id) {
            let (word, detail, left) = match &row.status {
                Status::Met { evidence } => ("met", short(evidence), false),
                Status::NotMet { why } => ("not met", why.clone(), true),
                Status::NeedsHost { what } => ("host", what.clone(), true),
                Status::NotApplicable { why } => ("n/a", why.clone(), false),
            };
            if all || left {
                let level = row.level.map_or(String::new(), |level| format!(" L{level}"));
                let title = if row.title == row.item { String::new() } else { format!("  {}", row.title) };
                wrapped(&mut text, &format!("  {word:<8}  {}{level}{title}: {detail}", row.item));
            }
        }
    }
    text
}

/// Names all paths, and of many guardrails the first ones.
fn short(evidence: &[String]) -> String {
    const GUARDRAILS: usize = 2;
    let (guardrails, paths): (Vec<&str>, Vec<&str>) = evidence.iter().map(String::as_str).partition(|one| one.starts_with('`'));
    let more = guardrails.len().saturating_sub(GUARDRAILS);
    let mut named: Vec<String> = paths.into_iter().chain(guardrails.into_iter().take(GUARDRAILS)).map(str::to_owned).collect();
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    named.join(", ")
}

/// Adds a line, broken at spaces where it is too wide.
fn wrapped(text: &mut String, line: &str) {
    let lead = line.len() - line.trim_start().len();
    let mut current = line[..lead].to_owned();
    let mut fresh = true;
    // The columns at the beginning are kept; only single spaces are places to break at.
    for (at, word) in line[lead..].split(' ').enumerate() {
        if at > 0 && !fresh {
            current.push(' ');
        }
        if !fresh && current.chars().count() + word.chars().count() > WIDTH && !word.is_empty() {
            text.push_str(current.trim_end());
            text.push('\n');
            INDENT.clone_into(&mut current);
        }
        current.push_str(word);
        fresh = false;
    }
    text.push_str(current.trim_end());
    text.push('\n');
}
