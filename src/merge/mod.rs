//! L2: three-way merges, of one file and of whole trees. Pure functions: no disk, no clock, no git repository.
//!
//! One file goes through [`file::merge`]: equal sides first, then the most specific [`Merger`] that claims the path, then
//! text. A whole tree goes through [`trees::merge`], which pairs the files of the three sides (renames, moved folders)
//! and hands each pair that both sides changed to [`file::merge`].

pub mod dockerfile;
pub mod file;
pub mod json;
mod keyed;
pub mod line_set;
pub mod lock_file;
mod markers;
pub mod python;
pub mod requirements;
pub mod rule;
mod sound;
mod style;
pub mod text;
pub mod toml;
pub mod trees;
mod values;
pub mod version;
pub mod yaml;

use rule::Rule;

/// One file on the three sides of a merge.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// The path that the result will have: mergers are chosen by it.
    pub path: &'a str,
    /// What the road gave earlier; nothing where both sides added the file.
    pub base: Option<&'a [u8]>,
    /// What the project has.
    pub ours: &'a [u8],
    /// What the road gives now.
    pub theirs: &'a [u8],
    /// How the sides are called in conflict markers.
    pub labels: Labels<'a>,
}

/// How the sides are called in conflict markers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Labels<'a> {
    /// The project.
    pub ours: &'a str,
    /// What the road gave earlier.
    pub base: &'a str,
    /// What the road gives now.
    pub theirs: &'a str,
}

/// The labels where nobody says otherwise.
pub const LABELS: Labels<'static> = Labels { ours: "yours", base: "road before", theirs: "road now" };

/// What merging one file came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Merged {
    /// The content; with zdiff3 markers where a conflict is one of text. A binary or type conflict keeps ours.
    pub bytes: Vec<u8>,
    /// The name of the merger that made it: `equal`, `text`, `toml`, …
    pub merger: &'static str,
    /// Contested places that a rule settled.
    pub settled: Vec<Settled>,
    /// Contested places that are left to a person.
    pub conflicts: Vec<Conflict>,
}

impl Merged {
    /// A merge in which nothing was contested.
    pub fn clean(bytes: impl Into<Vec<u8>>, merger: &'static str) -> Self {
        Self { bytes: bytes.into(), merger, settled: Vec::new(), conflicts: Vec::new() }
    }

    /// Whether nothing is left to a person.
    pub fn is_clean(&self) -> bool {
        self.conflicts.is_empty()
    }
}

/// A place that both sides changed, and that a rule settled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settled {
    /// The rule.
    pub rule: &'static Rule,
    /// The line in the result, from 1.
    pub line: usize,
    /// What was settled, in a sentence without a period: "`numpy` goes to the higher 2.3.1".
    pub what: String,
}

/// A place that both sides changed, and that is left to a person.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Conflict {
    /// Of which sort it is.
    pub kind: ConflictKind,
    /// The line of the first marker in the result, from 1; nothing where the conflict is one of the whole file.
    pub line: Option<usize>,
    /// Where it is in the file's own terms, such as `jobs.test.steps[2].uses`; empty where there are none.
    pub key: String,
    /// What the road gave earlier, as text; nothing where there was nothing, or it is no text.
    pub base: Option<String>,
    /// What the project has.
    pub ours: Option<String>,
    /// What the road gives now.
    pub theirs: Option<String>,
    /// What a rule that is not sure enough to settle it would do.
    pub suggestion: Option<Suggestion>,
}

/// Of which sort a conflict is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum ConflictKind {
    /// Both changed the same place of a file.
    Content,
    /// Both added the path with other content.
    AddAdd,
    /// Both changed a file that is no text.
    Binary,
    /// The project changed what the road removed.
    RemovedByRoad,
    /// One side has a file where the other has a link, a folder or a submodule.
    Type,
    /// Both moved a file, to different places.
    Rename,
    /// Two files of the result would stand at one path.
    Occupied,
}

impl ConflictKind {
    /// Returns the word for it in our formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::AddAdd => "add-add",
            Self::Binary => "binary",
            Self::RemovedByRoad => "removed-by-road",
            Self::Type => "type",
            Self::Rename => "rename",
            Self::Occupied => "occupied",
        }
    }
}

/// What a rule proposes for a conflict.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Suggestion {
    /// The rule.
    pub rule: &'static Rule,
    /// The text that would stand in the place of the markers.
    pub text: String,
}

/// Merges the files of one format by their structure.
#[derive(Clone, Copy, Debug)]
pub struct Merger {
    /// Its name in reports.
    pub name: &'static str,
    /// Whether it takes files of this path. Content is not looked at.
    pub claims: fn(path: &str) -> bool,
    /// Merges; nothing where a side does not parse, or the result would not re-parse to the three-way result of the values:
    /// then the file falls to text. Both sides differ from the base and from each other, and are text in UTF-8.
    pub merge: fn(&Sides<'_>) -> Option<Merged>,
    /// Where the place of a line counts, what lines merge cleanly is left to lines, unless this objects. Nothing where the
    /// neighbours of a line mean nothing, so that the structure comes first.
    pub objects_to_lines: Option<fn(&Sides<'_>, &Merged) -> bool>,
}

/// The mergers, most specific first.
pub static MERGERS: [&Merger; 8] = [
    &lock_file::MERGER,
    &requirements::MERGER,
    &line_set::MERGER,
    &dockerfile::MERGER,
    &toml::MERGER,
    &json::MERGER,
    &yaml::MERGER,
    &python::MERGER,
];
