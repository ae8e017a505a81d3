//! What programs read of `highroad resolve`: one JSON document.

use schemars::JsonSchema;
use serde::Serialize;

use super::conflicts::Conflict;

/// The result of `highroad resolve --json`.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Resolve {
    /// The version of this format: 1.
    pub schema: u32,
    /// `none` where nothing was open, `open`, `settled` where all is and the commit is still to be made, or `committed`.
    pub status: String,
    /// The folder of the project.
    pub root: String,
    /// The command that left the conflicts.
    pub command: String,
    /// The files that had conflicts, in order of path.
    pub files: Vec<ResolveFile>,
    /// How many conflicts this run settled.
    pub settled: usize,
    /// The branch that is checked out.
    pub branch: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// A file that had conflicts.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct ResolveFile {
    /// Path from the root of the project.
    pub path: String,
    /// `open`, `ready` where no marker is left in it and it was not staged yet, or `settled`.
    pub state: String,
    /// Its conflicts that are open.
    pub conflicts: Vec<Conflict>,
}

impl Resolve {
    /// Returns the files that are left for a person.
    pub fn open(&self) -> impl Iterator<Item = &ResolveFile> {
        self.files.iter().filter(|file| file.state != "settled")
    }
}
