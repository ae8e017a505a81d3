//! Merges three folders, or three versions of one file, outside of any project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::diagnostic::Diagnostic;
use crate::base::leaf::{Kind, Leaf};
use crate::base::walk::{self, LeaveOut, WalkedKind};
use crate::base::{fs, leaf_files};
use crate::merge::trees::{self, Entry, Outcome, Side};
use crate::merge::{Labels, Merged, Sides, file};

/// Larger files are not read.
const FILE_LIMIT: u64 = 256 << 20;

/// Lists the conflicts of paths that cannot bear markers.
pub const CONFLICT_LIST: &str = ".upgrade-conflicts";

/// The four places of a merge.
#[derive(Clone, Debug)]
pub struct Places {
    /// What the road gave earlier.
    pub base: PathBuf,
    /// The project.
    pub ours: PathBuf,
    /// What the road gives now.
    pub theirs: PathBuf,
    /// Where the result goes.
    pub out: PathBuf,
}

/// Merges three folders into `out`, which is a copy of ours, or is made one.
///
/// # Errors
/// When a folder cannot be read, or the result cannot be written.
pub fn folders(places: &Places, labels: Labels<'_>) -> Result<Vec<Outcome>, Diagnostic> {
    let (base, ours, theirs) = (side(&places.base)?, side(&places.ours)?, side(&places.theirs)?);
    let unreadable = |(path, why): (String, String)| {
        Diagnostic::failed("file", "a file cannot be read").at(path).because(why).fix("check the folder, and run it again")
    };
    let outcomes = trees::merge(&base, &ours, &theirs, labels).map_err(unreadable)?;
    if !matches!(fs::look(&places.out)?, fs::Found::Folder(names) if !names.is_empty()) {
        fs::create_folders(&places.out)?;
        for path in ours.entries().keys() {
            let leaf = ours.leaf(path).map_err(|why| unreadable((path.clone(), why)))?;
            leaf_files::put(&places.out, path, leaf.as_ref())?;
        }
    }
    write(&places.out, &ours, &outcomes)?;
    Ok(outcomes)
}

/// Merges three versions of one file and writes the result. A missing base is no base: both added the file.
///
/// # Errors
/// When a file cannot be read, or the result cannot be written.
pub fn files(places: &Places, path: &str, labels: Labels<'_>) -> Result<Merged, Diagnostic> {
    let base = match fs::look(&places.base)? {
        fs::Found::Nothing => None,
        fs::Found::Folder(_) | fs::Found::Other(_) => Some(leaf_files::read(&places.base, FILE_LIMIT)?),
    };
    let (ours, theirs) = (leaf_files::read(&places.ours, FILE_LIMIT)?, leaf_files::read(&places.theirs, FILE_LIMIT)?);
    let base_bytes = base.as_ref().map(|leaf| &*leaf.bytes).filter(|bytes| !bytes.is_empty());
    let merged = file::merge(&Sides { path, base: base_bytes, ours: &ours.bytes, theirs: &theirs.bytes, labels });
    leaf_files::put_file(&places.out, &Leaf::new(ours.kind, merged.bytes.clone()))?;
    Ok(merged)
}

/// Reads the paths of a folder; the contents come when they are needed.
fn side(root: &Path) -> Result<Side<'static>, Diagnostic> {
    let root = fs::canonical(root)?;
    let walked = walk::walk(&root, LeaveOut::Nothing);
    if let Some((path, why)) = walked.failed.into_iter().next() {
        return Err(Diagnostic::failed("file", "a path cannot be looked at")
            .at(root.join(path).display().to_string())
            .because(why)
            .fix("check the folder, and run it again"));
    }
    let entries: BTreeMap<String, Entry> = walked
        .found
        .into_iter()
        .filter_map(|found| {
            let kind = match found.kind {
                WalkedKind::File(true) => Kind::Executable,
                WalkedKind::File(false) => Kind::Plain,
                WalkedKind::Link => Kind::Link,
                WalkedKind::Special => return None,
            };
            Some((found.path, Entry { kind, size: found.size }))
        })
        .collect();
    let read = move |path: &str| match leaf_files::read(&root.join(path), FILE_LIMIT) {
        Ok(leaf) => Ok(Arc::clone(&leaf.bytes)),
        Err(error) => Err(error.why),
    };
    Ok(Side::lazy(entries, read))
}

/// Writes what the outcomes change, and the list of conflicts without markers.
fn write(out: &Path, ours: &Side<'_>, outcomes: &[Outcome]) -> Result<(), Diagnostic> {
    for from in outcomes.iter().filter_map(|outcome| outcome.from.as_ref().filter(|from| **from != outcome.path)) {
        leaf_files::put(out, from, None)?;
    }
    // What goes, goes first: a folder may come where a file was.
    for outcome in outcomes.iter().filter(|outcome| outcome.result.is_none()) {
        leaf_files::put(out, &outcome.path, None)?;
    }
    for outcome in outcomes {
        let Some(leaf) = &outcome.result else { continue };
        let had = ours.leaf(&outcome.path).unwrap_or_default();
        if had.as_ref() != Some(leaf) || outcome.from.is_some() {
            leaf_files::put(out, &outcome.path, Some(leaf))?;
        }
    }
    let bare: Vec<&str> = outcomes
        .iter()
        .filter(|outcome| !outcome.conflicts.is_empty() && outcome.conflicts.iter().all(|conflict| conflict.line.is_none()))
        .map(|outcome| outcome.path.as_str())
        .collect();
    if bare.is_empty() {
        return Ok(());
    }
    let text = bare.iter().map(|path| format!("{path}\n")).collect::<String>();
    leaf_files::put(out, CONFLICT_LIST, Some(&Leaf::new(Kind::Plain, text.into_bytes())))
}
