//! What programs read of a check: one JSON document.

use schemars::JsonSchema;
use serde::Serialize;

use crate::guardrails::finding::{Confidence, Safety};
use crate::guardrails::outcome::{Judged, Outcome, word};
use crate::repo::config::Level;

/// The result of `highroad check --format json`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Check {
    /// The version of this format: 1.
    pub schema: u32,
    /// What was looked at: `full`, `staged`, `since` or `paths`.
    pub mode: String,
    /// What was found, in order of path, line and guardrail.
    pub findings: Vec<CheckFinding>,
    /// Files that could not be read or parsed: they are not clean.
    pub unscannable: Vec<CheckUnscannable>,
    /// The ids of the guardrails that ran.
    pub guardrails: Vec<String>,
    /// The ids of guardrails that need every file and did not judge the whole in this mode.
    pub left_out: Vec<String>,
    /// Guardrails that the project turned down below what its road wants.
    pub lowered: Vec<CheckLowered>,
    /// Folders and links that were not looked into.
    pub not_entered: Vec<String>,
    /// How many findings there are of each level, without those that a waiver lets rest; and how many files were looked at.
    pub counts: CheckCounts,
}

/// One finding.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CheckFinding {
    /// The id of the guardrail.
    pub guardrail: String,
    /// `block`, `warn` or `advise`.
    pub level: String,
    /// `high`, `medium` or `low`.
    pub confidence: String,
    /// Path from the root of the repository; `.` for the repository as a whole.
    pub path: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// The column, from 1, in characters; 0 for the line as a whole.
    pub column: usize,
    /// The line that it ends on; 0 where it has none.
    pub end_line: usize,
    /// The column after its last character; 0 where it has none.
    pub end_column: usize,
    /// The notebook cell, from 1.
    pub cell: Option<usize>,
    /// What is wrong here.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// What to do about it here.
    pub how: String,
    /// The edits that `highroad fix` would make.
    pub fix: Option<CheckFix>,
    /// The line, cut where it is long; nothing where it may not be shown.
    pub excerpt: Option<String>,
    /// Stays the same while the finding does, whatever line it is on.
    pub fingerprint: String,
    /// The waiver that lets it rest.
    pub waived: Option<CheckWaiver>,
}

/// What `highroad fix` would do.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CheckFix {
    /// `safe`, or `unsafe` where it may change what the project does.
    pub safety: String,
    /// What it does.
    pub title: String,
}

/// A waiver.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CheckWaiver {
    /// Why it may rest.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day.
    pub until: String,
}

/// A file that could not be checked.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CheckUnscannable {
    /// Path from the root of the repository.
    pub path: String,
    /// Why.
    pub why: String,
}

/// A guardrail that the project turned down.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CheckLowered {
    /// The id of the guardrail.
    pub guardrail: String,
    /// What the road wants.
    pub road: String,
    /// What the project says.
    pub project: String,
}

/// Numbers of a check.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CheckCounts {
    /// Findings that fail the check.
    pub block: usize,
    /// Findings that are shown first.
    pub warn: usize,
    /// Findings that are advice.
    pub advise: usize,
    /// Findings that a waiver lets rest.
    pub waived: usize,
    /// Files that could not be checked.
    pub unscannable: usize,
    /// Files that were looked at.
    pub files: usize,
}

/// Returns the word for a confidence.
pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

/// Returns the word for a safety.
pub fn safety(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "unsafe",
    }
}

/// Describes a finding.
pub fn finding(judged: &Judged) -> CheckFinding {
    let finding = &judged.finding;
    let place = &finding.place;
    CheckFinding {
        guardrail: finding.guardrail.to_owned(),
        level: word(judged.level).to_owned(),
        confidence: confidence(finding.confidence).to_owned(),
        path: place.path.clone(),
        line: place.line,
        column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
        cell: place.cell,
        what: finding.what.clone(),
        why: crate::guardrails::find(finding.guardrail).map_or_else(String::new, |guardrail| guardrail.meta.why.to_owned()),
        how: finding.how.clone(),
        fix: finding.fix.as_ref().map(|fix| CheckFix { safety: safety(fix.safety).to_owned(), title: fix.title.clone() }),
        excerpt: finding.excerpt.clone().filter(|line| !line.is_empty()),
        fingerprint: judged.fingerprint.clone(),
        waived: judged.waived.as_ref().map(|waiver| CheckWaiver {
            reason: waiver.reason.clone(),
            owner: waiver.owner.clone(),
            until: waiver.until.clone(),
        }),
    }
}

/// Describes a check.
pub fn document(outcome: &Outcome) -> Check {
    Check {
        schema: 1,
        mode: outcome.mode.to_owned(),
        findings: outcome.findings.iter().map(finding).collect(),
        unscannable: outcome.unscannable.iter().map(|file| CheckUnscannable { path: file.path.clone(), why: file.why.clone() }).collect(),
        guardrails: outcome.ran.iter().map(|guardrail| guardrail.meta.id.to_owned()).collect(),
        left_out: outcome.left_out.iter().map(|id| (*id).to_owned()).collect(),
        lowered: outcome
            .lowered
            .iter()
            .map(|lowered| CheckLowered {
                guardrail: lowered.guardrail.clone(),
                road: word(lowered.road).to_owned(),
                project: word(lowered.project).to_owned(),
            })
            .collect(),
        not_entered: outcome.not_entered.clone(),
        counts: CheckCounts {
            block: outcome.count(Level::Block),
            warn: outcome.count(Level::Warn),
            advise: outcome.count(Level::Advise),
            waived: outcome.waived(),
            unscannable: outcome.unscannable.len(),
            files: outcome.files,
        },
    }
}
