//! L3: what a command is about to change, and applying it as a whole.

pub mod apply;
pub mod transaction;

use std::path::PathBuf;

use crate::base::tree::Tree;
use crate::render::Reason;
use crate::repo::lock::Ownership;

/// What a command is about to do to the folder `root`.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The folder, as the person named it.
    pub root: PathBuf,
    /// The changes, in order of path.
    pub changes: Vec<Change>,
    /// The files as they will be.
    pub after: Tree,
}

/// One change of a plan.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// The path from the root.
    pub path: String,
    /// What happens to it.
    pub kind: ChangeKind,
    /// Why, in plain words.
    pub why: String,
    /// Whose the file is from then on; nothing for Highroad's own records.
    pub ownership: Option<Ownership>,
    /// The layer or kind that wants it.
    pub part: String,
}

/// What happens to a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ChangeKind {
    /// A new file.
    Create,
}

impl ChangeKind {
    /// Returns the word for it in our formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
        }
    }
}

impl From<Reason> for Change {
    fn from(reason: Reason) -> Self {
        Self {
            path: reason.path.as_str().to_owned(),
            kind: ChangeKind::Create,
            why: reason.why,
            ownership: Some(reason.ownership),
            part: reason.part,
        }
    }
}
