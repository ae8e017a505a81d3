//! What programs read of `highroad road diff`.

use schemars::JsonSchema;
use serde::Serialize;

/// The result of `highroad road diff --json`.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct RoadDiff {
    /// The version of this format: 1.
    pub schema: u32,
    /// The id of the road.
    pub road: String,
    /// The version before.
    pub from: Side,
    /// The version after.
    pub to: Side,
    /// The strongest class of its effects: `none`, `attention` or `breaking`.
    pub class: String,
    /// What a team should know before it takes the version, breaking first.
    pub effects: Vec<Effect>,
    /// What the versions on the way say of themselves, security first.
    pub changes: Vec<Change>,
    /// The files of projects that differ, in order of path.
    pub files: Vec<File>,
    /// The questions that differ.
    pub questions: Vec<Question>,
    /// The pins that differ.
    pub pins: Vec<Pin>,
    /// The guardrails that speak otherwise.
    pub guardrails: Vec<Guardrail>,
    /// What is done to projects before the merge.
    pub migrations: Vec<Migration>,
    /// Files that differ and that no change speaks of.
    pub unexplained: Vec<String>,
    /// Changes that speak of paths of which none differs.
    pub without_effect: Vec<String>,
    /// What a person should know of the comparison.
    pub notes: Vec<String>,
}

/// One of the two versions.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Side {
    /// The calendar version.
    pub version: String,
    /// `sha256:` and the digest of its files.
    pub digest: String,
    /// `built-in` or the folder.
    pub source: String,
}

/// What a team should know.
#[derive(Clone, Debug, Default, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Effect {
    /// `attention` or `breaking`.
    pub class: String,
    /// What happens.
    pub what: String,
    /// Why that matters to a project.
    pub why: String,
}

/// What a version says of itself.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Change {
    /// The version.
    pub version: String,
    /// What changed.
    pub what: String,
    /// Why.
    pub why: String,
    /// Whether a project is less secure without it.
    pub security: bool,
    /// The files that differ and that it concerns.
    pub paths: Vec<String>,
}

/// A file of projects that differs.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct File {
    /// The path in a project with the suggested answers.
    pub path: String,
    /// Where it was, for one that a migration moves.
    pub from: Option<String>,
    /// `added`, `removed`, `moved`, `changed` or `ownership`.
    pub change: String,
    /// Whose it was.
    pub ownership_before: Option<String>,
    /// Whose it is.
    pub ownership: Option<String>,
    /// The kinds that it concerns.
    pub kinds: Vec<String>,
    /// In how many sets of answers it differs.
    pub cases: usize,
    /// Of how many sets of answers of these kinds.
    pub of: usize,
    /// Why, in the road's words.
    pub why: Vec<String>,
}

/// A question that differs.
#[derive(Clone, Debug, Default, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Question {
    /// Its key.
    pub key: String,
    /// The kinds that ask it.
    pub kinds: Vec<String>,
    /// `added`, `removed` or `changed`.
    pub change: String,
    /// What differs.
    pub what: Vec<String>,
}

/// A pin that differs.
#[derive(Clone, Debug, Default, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Pin {
    /// `action`, `image` or `package`.
    pub kind: String,
    /// Its id; of a package, its name.
    pub id: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is.
    pub after: Option<String>,
}

/// A guardrail that speaks otherwise.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Guardrail {
    /// Its id.
    pub id: String,
    /// How loudly it spoke.
    pub before: String,
    /// How loudly it speaks.
    pub after: String,
}

/// What is done to projects before the merge.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Migration {
    /// The version that brought it.
    pub version: String,
    /// What it does.
    pub what: String,
    /// Why.
    pub why: String,
}
