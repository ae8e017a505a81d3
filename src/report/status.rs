//! What programs read of `highroad status`: one JSON document. What people read is made from it.

use schemars::JsonSchema;
use serde::Serialize;

use super::upgrade::Change;

/// The result of `highroad status --json`.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Status {
    /// The version of this format: 1.
    pub schema: u32,
    /// The folder of the project.
    pub root: String,
    /// The id of the road.
    pub road: String,
    /// The kind of project.
    pub kind: String,
    /// The version that the project came from.
    pub version: String,
    /// The channel that it takes versions of.
    pub channel: String,
    /// The last day that the road's publisher answers for the version; nothing where the version is not at hand.
    pub supported_until: Option<String>,
    /// How many days that is from today; negative where it is past.
    pub days_left: Option<i32>,
    /// Why the road's publisher took the version back, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yanked: Option<String>,
    /// Why the road's publisher wants projects to leave the version, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// Newer versions that are not rolled out to this repository yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
    /// Whether newer versions could be looked for; where they could not, `notes` says why, and nobody knows of newer ones.
    pub looked: bool,
    /// The version that an upgrade goes to; nothing where there is none.
    pub next: Option<String>,
    /// How many versions lie between, that one included.
    pub behind: usize,
    /// What those versions changed, security-relevant first.
    pub changes: Vec<Change>,
    /// Whether the upgrade would be clean; nothing where there is none.
    pub upgrade: Option<Preview>,
    /// Files that are not as the road gave them, in order of path; seeded ones are yours and are not listed.
    pub drift: Vec<Drift>,
    /// How many files of the road were compared.
    pub compared: usize,
    /// Files with conflicts that the last change left.
    pub open_conflicts: Vec<String>,
    /// What could not be found out, and what a person should know.
    pub notes: Vec<String>,
}

/// A version that is rolled out step by step.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Waiting {
    /// The version.
    pub version: String,
    /// How many of a hundred repositories take it now.
    pub rollout: u8,
}

/// What an upgrade would come to.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Preview {
    /// Whether nothing would be left for a person.
    pub clean: bool,
    /// How many files would change.
    pub files: usize,
    /// Files with conflicts.
    pub conflicts: Vec<String>,
    /// Why it could not be worked out.
    pub problem: Option<String>,
}

/// A file that is not as the road gave it.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Drift {
    /// Path from the root of the project.
    pub path: String,
    /// `managed` or `merged`.
    pub ownership: String,
    /// `edited`, `line-ends`, `mode`, `deleted`, `type` or `unreadable`.
    pub what: String,
}
