//! What rests after an adoption: one waiver a guardrail, with the fingerprints of exactly what is there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::reasons;
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::guardrails::outcome::{Judged, Outcome, rank, word};
use crate::repo::config::{LONGEST_WAIVER, Level, Waiver};
use crate::repo::stack::Shape;
use crate::report::adopt::Rest;

/// How long what is there may rest, where nobody says otherwise, in days.
const USUAL: i32 = 90;
/// Up to how many findings each is named on a line of its own.
const NAMED: usize = 12;

/// Returns the last day of the waivers.
///
/// # Errors
/// When the text is no day, is past, or too far ahead.
pub(super) fn last_day(until: Option<&str>, today: Day) -> Result<Day, Diagnostic> {
    let Some(text) = until else { return Ok(today.plus(USUAL)) };
    Day::parse(text).filter(|last| (0..=LONGEST_WAIVER).contains(&today.until(*last))).ok_or_else(|| {
        Diagnostic::usage("until", format!("`{text}` cannot be the end of a waiver"))
            .at("--until")
            .because(format!("it has to be a day as YYYY-MM-DD, from today on, at most {LONGEST_WAIVER} days ahead"))
            .fix(format!("take a day up to {}", today.plus(LONGEST_WAIVER)))
    })
}

/// Returns the text to add to `highroad.toml`, and what it lets rest: every open finding that blocks or warns. A finding
/// that comes later is in none of the lists, and speaks.
pub(super) fn of(outcome: &Outcome, owner: &str, until: Day, shape: Shape) -> (String, Vec<Rest>) {
    let mut groups: BTreeMap<&'static str, Vec<&Judged>> = BTreeMap::new();
    let rests = |level: Level| match level {
        Level::Block | Level::Warn => true,
        Level::Advise | Level::Off => false,
    };
    for judged in outcome.open().filter(|judged| rests(judged.level)) {
        groups.entry(judged.finding.guardrail).or_default().push(judged);
    }
    let mut text = String::new();
    let mut resting = Vec::new();
    for (guardrail, findings) in groups {
        let mut files: BTreeMap<&str, usize> = BTreeMap::new();
        findings.iter().for_each(|judged| *files.entry(judged.finding.place.path.as_str()).or_default() += 1);
        let why = reasons::why_not(guardrail, shape);
        let path = place_of(&files.keys().copied().collect::<Vec<_>>());
        let level = findings.iter().map(|judged| judged.level).max_by_key(|level| rank(*level)).map_or("warn", word);
        let waiver = Waiver {
            guardrail: guardrail.to_owned(),
            path,
            reason: format!("it was there at adoption; {why}"),
            owner: owner.to_owned(),
            until: until.to_string(),
            findings: Vec::new(),
        };
        let _ = write!(text, "\n{}", waiver.to_text());
        list(&findings, &mut text);
        resting.push(Rest {
            guardrail: guardrail.to_owned(),
            level: level.to_owned(),
            findings: findings.len(),
            files: files.len(),
            why: why.to_owned(),
            owner: owner.to_owned(),
            until: until.to_string(),
        });
    }
    (text, resting)
}

/// Returns the narrowest glob over paths that reads well: the path itself, the folder that all lie in, or everything.
fn place_of(paths: &[&str]) -> String {
    match paths {
        [only] => globset::escape(only),
        _ => {
            let folders = |path: &str| {
                path.rsplit_once('/').map_or_else(Vec::new, |(folder, _)| folder.split('/').map(str::to_owned).collect::<Vec<_>>())
            };
            let mut common = paths.first().map(|path| folders(path)).unwrap_or_default();
            for path in paths {
                let same = common.iter().zip(folders(path)).take_while(|(a, b)| *a == b).count();
                common.truncate(same);
            }
            let common: String = common.iter().map(|folder| format!("{}/", globset::escape(folder))).collect();
            format!("{common}**")
        }
    }
}

/// Writes the fingerprints: each with its place where they are few, else by file.
fn list(findings: &[&Judged], text: &mut String) {
    let _ = writeln!(text, "findings = [");
    if findings.len() <= NAMED {
        for judged in findings {
            let place = &judged.finding.place;
            let line = if place.line == 0 { String::new() } else { format!(":{}", place.line) };
            let _ = writeln!(text, "    \"{}\", # {}{line}", judged.fingerprint, comment(&place.path));
        }
    } else {
        let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for judged in findings {
            files.entry(judged.finding.place.path.as_str()).or_default().push(&judged.fingerprint);
        }
        for (path, prints) in files {
            for (row, four) in prints.chunks(4).enumerate() {
                let quoted: Vec<String> = four.iter().map(|print| format!("\"{print}\"")).collect();
                let place = if row == 0 { format!(" # {}", comment(path)) } else { String::new() };
                let _ = writeln!(text, "    {},{place}", quoted.join(", "));
            }
        }
    }
    let _ = writeln!(text, "]");
}

/// A path in a comment of TOML, which knows no control characters.
fn comment(path: &str) -> String {
    if path == "." { "the repository as a whole".to_owned() } else { path.chars().map(|c| if c.is_control() { '?' } else { c }).collect() }
}
