//! What programs read of an upgrade: one JSON document. What people read is made from it.

use schemars::JsonSchema;
use serde::Serialize;

use super::conflicts::Conflict;

/// The result of `highroad upgrade --json`.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Upgrade {
    /// The version of this format: 1.
    pub schema: u32,
    /// `up-to-date`, `planned`, `applied`, or `conflicts` where something is left for a person.
    pub status: String,
    /// The folder of the project.
    pub root: String,
    /// The id of the road.
    pub road: String,
    /// The version that the project came from.
    pub from: String,
    /// The version that it goes to.
    pub to: String,
    /// Whether `to` is older than `from`.
    pub downgrade: bool,
    /// What the versions on the way changed, security-relevant first.
    pub changes: Vec<Change>,
    /// What was done to the project before the merge.
    pub migrations: Vec<Migrated>,
    /// Answers that are other than before.
    pub answers: Vec<Answer>,
    /// Where the files as the project once got them come from.
    pub base: Base,
    /// The files that change, and those that could have, in order of path.
    pub files: Vec<File>,
    /// How many files of the road you edited and the new version leaves alone.
    pub untouched: usize,
    /// The check before and after; nothing where it was not made.
    pub guardrails: Option<Guardrails>,
    /// What a person should know of the plan.
    pub notes: Vec<String>,
    /// What a person should know of the result, such as where it is.
    pub outcome_notes: Vec<String>,
    /// The branch that is checked out now.
    pub branch: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The same as text for a pull request.
    pub pull_request: PullRequest,
    /// The commands that come next.
    pub next: Vec<String>,
}

/// One change of a version.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Change {
    /// The version that brought it.
    pub version: String,
    /// What changed.
    pub what: String,
    /// Why.
    pub why: String,
    /// Whether a project is less secure without it.
    pub security: bool,
    /// The files of this project that it concerns.
    pub paths: Vec<String>,
}

/// What a migration did.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Migrated {
    /// The version that brought it.
    pub version: String,
    /// What it does.
    pub what: String,
    /// Why.
    pub why: String,
    /// The files of this project that it changed.
    pub paths: Vec<String>,
    /// What it left alone, and why.
    pub notes: Vec<String>,
}

/// An answer that is other than before.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Answer {
    /// The key of the question.
    pub key: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is; nothing where nobody asks any more.
    pub after: Option<String>,
    /// `given`, `asked`, `edited` in `highroad.toml`, `suggested`, `renamed` or `dropped`.
    pub how: String,
}

/// Where the files as the project once got them come from.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Base {
    /// `rendered`, `history`, or `incomplete` where some could not be had.
    pub origin: String,
    /// Why they were not rendered.
    pub why: Option<String>,
}

/// What becomes of a file.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct File {
    /// Path from the root of the project.
    pub path: String,
    /// Where it was, where it moves.
    pub from: Option<String>,
    /// `created`, `updated`, `merged`, `moved`, `removed`, `migrated`, `conflict`, `kept-yours`, `deleted-by-you` or `same`.
    pub change: String,
    /// `managed`, `merged` or `seeded`; nothing for Highroad's own records and what the road does not give any more.
    pub ownership: Option<String>,
    /// Why it changes, in the road's words.
    pub why: Vec<String>,
    /// Whether one of the reasons is security.
    pub security: bool,
    /// What merged it: `text`, `toml`, …
    pub merger: Option<String>,
    /// Contested places that a rule settled.
    pub settled: Vec<Settled>,
    /// What is left for a person.
    pub conflicts: Vec<Conflict>,
}

/// A contested place that a rule settled.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Settled {
    /// The id of the rule.
    pub rule: String,
    /// The line in the result.
    pub line: usize,
    /// What was settled.
    pub what: String,
}

/// The check before and after.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Guardrails {
    /// Whether the whole project was checked, or `changed` for the files that change alone.
    pub scope: String,
    /// Findings before, by level.
    pub before: Counts,
    /// Findings after, by level.
    pub after: Counts,
    /// Findings that are gone afterwards.
    pub settled: Vec<Brief>,
    /// Findings that were not there before.
    pub new: Vec<Brief>,
    /// Findings that were there before, and that the new version wants to be louder.
    pub louder: Vec<Brief>,
    /// What could not be checked, and why.
    pub not_checked: Vec<NotChecked>,
}

/// Open findings by level.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Counts {
    /// Those that fail a check.
    pub block: usize,
    /// Those that are shown first.
    pub warn: usize,
    /// Those that are advice.
    pub advise: usize,
}

/// A finding in short.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Brief {
    /// The id of the guardrail.
    pub guardrail: String,
    /// `block`, `warn` or `advise`.
    pub level: String,
    /// Path from the root of the project.
    pub path: String,
    /// The line; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// A file that could not be checked.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct NotChecked {
    /// Path from the root of the project.
    pub path: String,
    /// Why.
    pub why: String,
}

/// The text of a pull request.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct PullRequest {
    /// The title: the first line of the commit's message.
    pub title: String,
    /// The body: the rest of it.
    pub body: String,
}

impl Upgrade {
    /// Returns the files with something left for a person.
    pub fn conflicted(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| !file.conflicts.is_empty())
    }

    /// Returns how many places a rule settled.
    pub fn settled(&self) -> usize {
        self.files.iter().map(|file| file.settled.len()).sum()
    }
}
