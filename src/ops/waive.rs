//! A baseline: what is there becomes waivers with an owner and an end date, so that only what is new blocks.

use std::collections::BTreeMap;
use std::path::Path;

use super::check::Checked;
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::fs;
use crate::base::path::RelPath;
use crate::formats::text::line_break;
use crate::repo::config::{self, Config, LONGEST_WAIVER, Level, Waiver};
use crate::repo::git;

/// How long a waiver of a baseline holds where nobody says otherwise, in days.
const USUAL: i32 = 90;

/// What a person decides about a baseline.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Who answers for it; git's `user.name` where nothing is said.
    pub owner: Option<String>,
    /// Why it may rest.
    pub reason: Option<String>,
    /// The last day.
    pub until: Option<String>,
}

/// Returns the text of `highroad.toml` with waivers for every open finding that blocks or warns, and how many findings
/// they cover. One waiver covers the findings of one guardrail in one file, by fingerprint: a new one there still blocks.
///
/// # Errors
/// When nobody owns it, or the end date is no day, past, or too far ahead.
pub fn plan(checked: &Checked, terms: &Terms, today: Day) -> Result<(String, usize), Diagnostic> {
    if checked.worktree.changed.is_some() {
        return Err(Diagnostic::usage("waive", "waivers are made for a whole repository")
            .because("a baseline of one file or folder would not say what else is there")
            .fix("name the repository itself; `--only` makes waivers of one guardrail"));
    }
    let told = |text: &Option<String>| text.as_ref().is_none_or(|text| !text.trim().is_empty());
    if !told(&terms.owner) || !told(&terms.reason) {
        return Err(Diagnostic::usage("waive", "a waiver needs an owner and a reason")
            .because("an empty one tells nobody anything, and holds nothing")
            .fix("write who answers for it, and why it may rest"));
    }
    let owner = terms.owner.clone().or_else(|| git::facts(&checked.worktree.root).user_name).ok_or_else(|| {
        Diagnostic::usage("owner", "a waiver needs an owner")
            .because("git has no `user.name`, and nobody was named: a waiver that nobody owns never ends")
            .fix("add `--owner NAME`, a person or a team")
    })?;
    let until = match &terms.until {
        None => today.plus(USUAL),
        Some(text) => Day::parse(text).filter(|last| (0..=LONGEST_WAIVER).contains(&today.until(*last))).ok_or_else(|| {
            Diagnostic::usage("until", format!("`{text}` cannot be the end of a waiver"))
                .because(format!("it has to be a day as YYYY-MM-DD, from today on, at most {LONGEST_WAIVER} days ahead"))
                .fix(format!("take a day up to {}", today.plus(LONGEST_WAIVER)))
        })?,
    };
    let reason = terms.reason.clone().unwrap_or_else(|| "baseline: was there when the guardrails came".to_owned());
    let mut groups: BTreeMap<(String, &'static str), Vec<String>> = BTreeMap::new();
    let resting = |level: Level| match level {
        Level::Block | Level::Warn => true,
        Level::Advise | Level::Off => false,
    };
    for judged in checked.outcome.open().filter(|judged| resting(judged.level)) {
        groups.entry((judged.finding.place.path.clone(), judged.finding.guardrail)).or_default().push(judged.fingerprint.clone());
    }
    let covered = groups.values().map(Vec::len).sum();
    let mut text = match checked.worktree.snapshot.subject(config::FILE) {
        Some(subject) => subject.text().unwrap_or_default().to_owned(),
        None => Config::bare_text(),
    };
    let end = line_break(&text);
    for ((path, guardrail), findings) in groups {
        let waiver = Waiver {
            guardrail: guardrail.to_owned(),
            path: globset::escape(&path),
            reason: reason.clone(),
            owner: owner.clone(),
            until: until.to_string(),
            findings,
        };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str(end);
        }
        let waiver = format!("\n{}", waiver.to_text());
        text.push_str(&waiver.replace('\n', end));
    }
    Config::read(&text)?;
    Ok((text, covered))
}

/// Writes `highroad.toml`.
///
/// # Errors
/// When the disk refuses.
pub fn write(root: &Path, text: &str) -> Result<(), Diagnostic> {
    let path = RelPath::parse(config::FILE).expect("a plain name");
    fs::replace_all(root, &[(path, text.as_bytes().to_vec())])
}
