//! Conflicts as programs read them: in the report of an upgrade, in the list of open ones, and in what is kept for `resolve`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::merge;

/// A place that is left for a person.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Conflict {
    /// `content`, `add-add`, `binary`, `removed-by-road`, `type`, `rename` or `occupied`.
    pub kind: String,
    /// The line of its first marker; nothing where it is the whole file.
    pub line: Option<usize>,
    /// Where it is in the file's own terms; empty where there are none.
    pub key: String,
    /// What the road gave earlier.
    pub base: Option<String>,
    /// What the project has.
    pub ours: Option<String>,
    /// What the road gives now.
    pub theirs: Option<String>,
    /// What is proposed, and by what: a rule, or `remembered`.
    pub suggestion: Option<Suggestion>,
}

/// What is proposed for a conflict.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Suggestion {
    /// The id of the rule, or `remembered` where a person settled the same conflict so before.
    pub rule: String,
    /// What would stand in its place.
    pub text: String,
}

/// The list of conflicts that an apply left, as it is kept for `resolve`.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The version of this format: 1.
    pub schema: u32,
    /// The command that left them.
    pub command: String,
    /// The files, in order of path.
    pub files: Vec<OpenFile>,
}

/// A file with conflicts.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OpenFile {
    /// Path from the root of the project.
    pub path: String,
    /// Its path in the road; nothing where the road does not give it now.
    pub road_path: Option<String>,
    /// The conflicts, in the order of their markers.
    pub conflicts: Vec<Conflict>,
    /// The lines around each place with markers, before and after it: they find it again once it was edited by hand.
    #[serde(default)]
    pub around: Vec<[String; 2]>,
}

/// What a suggestion is called that a person's earlier decision makes.
pub const REMEMBERED: &str = "remembered";

impl Conflict {
    /// Describes a conflict of a merge. `remembered` is how a person settled the same one before.
    pub fn of(conflict: &merge::Conflict, remembered: Option<&str>) -> Self {
        let by_rule = || conflict.suggestion.as_ref().map(|one| Suggestion { rule: one.rule.id.to_owned(), text: one.text.clone() });
        Self {
            kind: conflict.kind.word().to_owned(),
            line: conflict.line,
            key: conflict.key.clone(),
            base: conflict.base.clone(),
            ours: conflict.ours.clone(),
            theirs: conflict.theirs.clone(),
            suggestion: remembered.map(|text| Suggestion { rule: REMEMBERED.to_owned(), text: text.to_owned() }).or_else(by_rule),
        }
    }

    /// Returns the three sides.
    pub fn sides(&self) -> [Option<&str>; 3] {
        [self.base.as_deref(), self.ours.as_deref(), self.theirs.as_deref()]
    }

    /// Says in a few words what it is.
    pub fn summary(&self) -> String {
        let what = match self.kind.as_str() {
            "content" => "both changed this place",
            "add-add" => "both added it, with other content",
            "binary" => "both changed it, and it is no text",
            "removed-by-road" => "the road removed it, and you edited it",
            "type" => "one side has a file, the other a link, a folder or a submodule",
            "rename" => "both moved it, to different places",
            "occupied" => "two files would stand here",
            _ => "both changed it",
        };
        match (self.line, self.key.is_empty()) {
            (Some(line), true) => format!("line {line}: {what}"),
            (Some(line), false) => format!("line {line}, `{}`: {what}", self.key),
            (None, _) => what.to_owned(),
        }
    }
}
