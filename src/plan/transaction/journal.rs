//! What a run is about to switch, written down before it begins, so that the next run can take it back; afterwards the same
//! page is the record that `undo` reads.
//!
//! Nothing in it is trusted, since a project may bring one along: paths are plain and relative, content is checked against
//! its digest before it goes anywhere, sizes are bounded, and what stands at a path is touched only where it is known.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs;
use crate::base::fs::durable::{self, Standing};
use crate::base::path::{has_drive, is_spelling_of};
use crate::repo::entries::Entry;
use crate::repo::landing::Head;

/// The file that a journal is in.
pub(super) const JOURNAL: &str = "journal.json";
/// What was done with a record since.
const LATER: &str = "later.json";
/// The longest of these files that is read.
const LIMIT: u64 = 64 << 20;
/// The largest file whose content is compared or restored.
pub(super) const FILE_LIMIT: u64 = 2 << 30;
/// The permission bits that a journal may give.
const RIGHTS: u32 = 0o777;
/// The most paths in one journal.
const PATHS: usize = 200_000;

/// Everything that a run switches.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    /// The version of this format: 1.
    pub format: u32,
    /// The command that did it.
    pub command: String,
    /// The project's folder in the repository, with a final `/`; empty at its root.
    pub prefix: String,
    /// How the run ends.
    pub ends: Ends,
    /// The files; the content of the n-th before is in `old/n`.
    pub files: Vec<FileChange>,
    /// The folders on the way to them.
    pub folders: Vec<FolderChange>,
    /// What changes in git.
    pub git: Option<GitChange>,
    /// The paths that were left for a person.
    pub conflicts: Vec<String>,
    /// The list of conflicts as the caller gave it.
    pub open: Option<String>,
    /// The message of the commit.
    pub message: String,
}

/// What a finished run leaves.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Ends {
    /// A record that can be undone.
    Record,
    /// Nothing.
    Nothing,
    /// One record less: it was undone.
    Undone(u32),
}

/// A file or a link as it stands on disk.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shape {
    /// Whether it is a link; its content is its target then.
    pub link: bool,
    /// The permission bits of a file.
    pub mode: u32,
    /// The digest of the content.
    pub digest: String,
}

impl Shape {
    /// Whether the other has the same content, whatever its mode.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.link == other.link && self.digest == other.digest
    }
}

/// A path before and after; nothing for no file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileChange {
    /// The path from the root of the project.
    pub path: String,
    /// Before.
    pub before: Option<Shape>,
    /// After.
    pub after: Option<Shape>,
}

/// A folder: its permission bits before, nothing where there was none, and those that it gets where it is made, or keeps
/// though it is empty.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FolderChange {
    /// The path from the root of the project.
    pub path: String,
    /// Before.
    pub before: Option<u32>,
    /// After.
    pub after: Option<u32>,
}

/// What changes in git.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GitChange {
    /// The entries of the index, by path from the root of the working tree.
    pub entries: BTreeMap<String, EntryChange>,
    /// A branch that is made, moved or deleted.
    pub branch: Option<BranchChange>,
    /// Where HEAD points before.
    pub head_before: HeadPlace,
    /// Where HEAD points after.
    pub head_after: HeadPlace,
    /// The commit that is checked out before.
    pub commit_before: String,
    /// The waiting message of a commit, before and after; nothing where it stays.
    pub waiting: Option<(Option<String>, Option<String>)>,
}

/// The entries of one path.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntryChange {
    /// Before.
    pub before: Vec<Entry>,
    /// After.
    pub after: Vec<Entry>,
}

/// A branch and the commit that it is at; nothing for no branch.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BranchChange {
    /// Its full name.
    pub name: String,
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// Where HEAD points.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum HeadPlace {
    /// A branch, by its full name.
    Branch(String),
    /// A commit.
    Detached(String),
}

impl From<Head> for HeadPlace {
    fn from(head: Head) -> Self {
        match head {
            Head::Branch(name) => Self::Branch(name),
            Head::Detached(commit) => Self::Detached(commit),
        }
    }
}

impl From<HeadPlace> for Head {
    fn from(place: HeadPlace) -> Self {
        match place {
            HeadPlace::Branch(name) => Self::Branch(name),
            HeadPlace::Detached(commit) => Self::Detached(commit),
        }
    }
}

/// What happened to a record after it was made.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Later {
    /// The conflicts that were settled by name.
    pub settled: Vec<String>,
    /// Other content that Highroad itself put at paths since, by digest.
    pub known: BTreeMap<String, Vec<String>>,
    /// The commit that settling ended in; named before it is checked out.
    pub commit: Option<String>,
    /// Whether nothing is left to settle.
    pub done: bool,
}

/// Looks at a path on disk; a link is not followed.
pub(super) fn shape(path: &Path) -> Result<Option<(Shape, Vec<u8>)>, Diagnostic> {
    let (link, mode, bytes) = match durable::standing(path)? {
        Standing::Nothing | Standing::Folder(_) | Standing::Special => return Ok(None),
        Standing::File { mode, .. } => (false, mode, durable::read(path, FILE_LIMIT)?),
        Standing::Link => (true, 0, durable::link_target(path)?),
    };
    Ok(Some((Shape { link, mode, digest: Digest::of(&bytes).to_string() }, bytes)))
}

/// Whether a path from a journal stays inside the project and away from git's and Highroad's own folders.
pub(super) fn is_plain(path: &str) -> bool {
    path.len() <= 4096
        && !has_drive(path)
        && !path.contains(['\0', '\\'])
        && path.split('/').all(|part| !matches!(part, "" | "." | "..") && !is_spelling_of(part, ".git"))
        && !path.split('/').next().is_some_and(|first| is_spelling_of(first, super::home::PLAIN))
}

/// Writes a file of ours whole: beside first, then over the old one.
pub(super) fn write_whole(folder: &Path, name: &str, document: &impl Serialize) -> Result<(), Diagnostic> {
    let mut text = serde_json::to_vec(document).expect("our records hold only text, numbers and lists");
    text.push(b'\n');
    let beside = folder.join(format!("{name}.new"));
    durable::take_away(&beside)?;
    durable::write_synced(&beside, &text, Some(0o600), false)?;
    durable::switch(&beside, &folder.join(name))?;
    durable::sync(folder)
}

/// Says that a file of ours cannot be used.
pub(super) fn damaged(path: &Path, why: impl Into<String>) -> Diagnostic {
    Diagnostic::failed("record", "a record of Highroad cannot be used")
        .at(path.display().to_string())
        .because(why)
        .fix("nothing was changed; look what it is, and move the folder away if it is not yours")
}

fn is_there(path: &Path) -> Result<bool, Diagnostic> {
    match durable::standing(path)? {
        Standing::Nothing => Ok(false),
        Standing::File { .. } => Ok(true),
        other @ (Standing::Link | Standing::Folder(_) | Standing::Special) => Err(damaged(path, format!("it is {}", other.word()))),
    }
}

impl Journal {
    /// Reads the journal of a folder; nothing where there is none.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, Diagnostic> {
        let path = folder.join(JOURNAL);
        if !is_there(&path)? {
            return Ok(None);
        }
        let text = fs::read_text(&path, LIMIT)?;
        let mut journal: Self = serde_json::from_str(&text).map_err(|error| damaged(&path, error.to_string()))?;
        journal.check().map_err(|why| damaged(&path, why))?;
        journal.keep_plain_rights();
        Ok(Some(journal))
    }

    /// Takes out of all modes what is more than who may read, write and run: no file gets its owner's rights by a page.
    fn keep_plain_rights(&mut self) {
        let shapes = self.files.iter_mut().flat_map(|file| [&mut file.before, &mut file.after]).flatten().map(|shape| &mut shape.mode);
        let folders = self.folders.iter_mut().flat_map(|folder| [&mut folder.before, &mut folder.after]).flatten();
        shapes.chain(folders).for_each(|mode| *mode &= RIGHTS);
    }

    fn check(&self) -> Result<(), String> {
        if self.format != 1 {
            return Err(format!("it has format {}, and this Highroad knows 1", self.format));
        }
        if self.files.len() > PATHS || self.folders.len() > PATHS || self.git.as_ref().is_some_and(|git| git.entries.len() > PATHS) {
            return Err("it names too many paths".to_owned());
        }
        let paths = self.files.iter().map(|file| &file.path).chain(self.folders.iter().map(|folder| &folder.path)).chain(&self.conflicts);
        let mut all = paths.chain(self.git.iter().flat_map(|git| git.entries.keys()));
        match all.find(|path| !is_plain(path)) {
            Some(path) => Err(format!("`{path}` leads out of the project")),
            None => Ok(()),
        }
    }

    /// Writes the journal; from then on a killed run is taken back by it.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Diagnostic> {
        write_whole(folder, JOURNAL, self)
    }
}

impl Later {
    /// Reads what happened to a record since it was made.
    pub(super) fn read(record: &Path) -> Result<Self, Diagnostic> {
        let path = record.join(LATER);
        if !is_there(&path)? {
            return Ok(Self::default());
        }
        let later: Self = serde_json::from_str(&fs::read_text(&path, LIMIT)?).map_err(|error| damaged(&path, error.to_string()))?;
        match later.settled.iter().chain(later.known.keys()).find(|path| !is_plain(path)) {
            Some(bad) => Err(damaged(&path, format!("`{bad}` leads out of the project"))),
            None => Ok(later),
        }
    }

    /// Writes it.
    pub(super) fn write(&self, record: &Path) -> Result<(), Diagnostic> {
        write_whole(record, LATER, self)
    }
}
