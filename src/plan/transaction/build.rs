//! From a transaction to the page and the contents of a run: what goes to the disk, what to git's index, and the commit.

use std::collections::{BTreeMap, BTreeSet};

use super::home::Home;
use super::journal::{BranchChange, Ends, EntryChange, FileChange, FolderChange, GitChange, Journal, Shape};
use super::preflight::{self, Found, Start, Wanted};
use super::switch::{self, Content, Work};
use super::{Applied, IndexConflict, Landing, Step, Transaction};
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs::durable::{self, Standing};
use crate::base::leaf::{Kind, Leaf};
use crate::repo::commits::Kept;
use crate::repo::entries::Entry;
use crate::repo::git::blob_id;
use crate::repo::landing::{Git, Head};

/// The repository and the paths of a transaction, as they were found.
pub(super) struct Looked {
    pub start: Option<Start>,
    pub found: BTreeMap<String, Found>,
}

/// A run, and what it will have done.
pub(super) struct Built {
    pub work: Work,
    pub applied: Applied,
}

/// Makes every check.
pub(super) fn look(home: &Home, transaction: &Transaction) -> Result<Looked, Diagnostic> {
    let start = preflight::repository(home, &transaction.landing)?;
    let mut seen = BTreeSet::new();
    let steps = transaction.steps.iter().map(|step| Wanted { path: &step.path, step: Some(step) });
    let steps: Vec<Wanted<'_>> = steps.filter(|wanted| seen.insert(wanted.path)).collect();
    if steps.len() != transaction.steps.len() {
        return Err(Diagnostic::failed("steps", "a path came up twice in one change")
            .because("only one of the two could be done")
            .fix("report this to the makers of Highroad"));
    }
    // A conflict at a path that no step touches leaves the file as it is: it must be as it was when the plan was made.
    let others: Vec<Step> = transaction
        .conflicts
        .iter()
        .filter(|conflict| !seen.contains(conflict.path.as_str()))
        .map(|conflict| Step { path: conflict.path.clone(), before: conflict.ours.clone(), after: conflict.ours.clone() })
        .collect();
    let others = others.iter().map(|step| Wanted { path: &step.path, step: Some(step) });
    let wanted: Vec<Wanted<'_>> = steps.into_iter().chain(others).collect();
    Ok(Looked { found: preflight::paths(home, start.as_ref(), &wanted)?, start })
}

/// Works out the run. Objects are written to git's store, where nothing names them yet.
pub(super) fn build(home: &Home, transaction: &Transaction, looked: Looked) -> Result<Built, Diagnostic> {
    let Looked { start, found } = looked;
    let mut files = Vec::new();
    let mut contents = Vec::new();
    let mut kept: BTreeMap<String, Option<Kept>> = BTreeMap::new();
    let mut private = Vec::new();
    let steps: BTreeMap<&str, &Step> = transaction.steps.iter().map(|step| (step.path.as_str(), step)).collect();
    let conflicted: BTreeSet<&str> = transaction.conflicts.iter().map(|conflict| conflict.path.as_str()).collect();
    for (path, found) in &found {
        let Some(step) = steps.get(path.as_str()) else {
            files.push(FileChange { path: path.clone(), before: found.shape.clone(), after: found.shape.clone() });
            contents.push(None);
            continue;
        };
        let (file, content) = on_disk(path, step, found);
        files.push(file);
        contents.push(content);
        let Some(git) = &home.git else { continue };
        if found.is_private {
            private.push(path.as_str());
        } else if !conflicted.contains(path.as_str()) {
            kept.insert(git.full(path), in_git(git, path, step, found)?);
        }
    }
    let folders = folders(home, files.iter().filter(|file| file.before != file.after).map(|file| file.path.as_str()))?;
    let mut applied = Applied { commit: None, branch: None, as_person: false, notes: Vec::new() };
    if !private.is_empty() {
        applied.notes.push(format!("Changed on disk only, since git ignores them: {}.", private.join(", ")));
    }
    let git = match (&home.git, start) {
        (Some(git), Some(start)) => Some(land(git, transaction, start, &found, &kept, &mut applied)?),
        (None, _) | (_, None) => None,
    };
    let journal = Journal {
        format: 1,
        command: transaction.command.to_owned(),
        prefix: home.prefix().to_owned(),
        ends: Ends::Record,
        files,
        folders,
        git,
        conflicts: conflicted.into_iter().map(str::to_owned).collect(),
        open: transaction.open.clone(),
        message: transaction.message.clone(),
    };
    Ok(Built { work: Work { journal, contents }, applied })
}

/// What a step does on disk.
pub(super) fn on_disk(path: &str, step: &Step, found: &Found) -> (FileChange, Option<Content>) {
    let unchanged = |found: &Found| FileChange { path: path.to_owned(), before: found.shape.clone(), after: found.shape.clone() };
    if step.before == step.after {
        return (unchanged(found), None);
    }
    let Some(after) = &step.after else {
        return (FileChange { path: path.to_owned(), before: found.shape.clone(), after: None }, None);
    };
    let link = after.kind == Kind::Link;
    let bytes = if link { after.bytes.to_vec() } else { found.ends.to_disk(&after.bytes).unwrap_or_else(|| after.bytes.to_vec()) };
    let executable = after.kind == Kind::Executable;
    let old = found.shape.as_ref().filter(|shape| !shape.link && !link);
    let mode = old.map_or(0, |shape| with_right_to_run(shape.mode, step.before.as_ref(), executable));
    let shape = Shape { link, mode, digest: Digest::of(&bytes).to_string() };
    if found.shape.as_ref() == Some(&shape) {
        return (unchanged(found), None);
    }
    let content = if old.is_some() || link { Content::Bytes(bytes) } else { Content::New { bytes, executable } };
    (FileChange { path: path.to_owned(), before: found.shape.clone(), after: Some(shape) }, Some(content))
}

/// A file keeps its permission bits; only the right to run it changes, where the step says so.
fn with_right_to_run(mode: u32, before: Option<&Leaf>, executable: bool) -> u32 {
    let was = before.is_some_and(|leaf| leaf.kind == Kind::Executable);
    match (was, executable) {
        (false, true) => mode | (mode & 0o444) >> 2,
        (true, false) => mode & !0o111,
        (true, true) | (false, false) => mode,
    }
}

/// What a step's path is in git afterwards.
fn in_git(git: &Git, path: &str, step: &Step, found: &Found) -> Result<Option<Kept>, Diagnostic> {
    let Some(after) = &step.after else { return Ok(None) };
    if step.before == step.after {
        return Ok(found.committed.clone());
    }
    // A disk that does not keep the right to run leaves it as git has it, unless the step changes it.
    let mode = match (&found.committed, &step.before) {
        (Some((_, mode)), Some(before)) if before.kind == after.kind && after.kind.is_file() => *mode,
        _ => after.kind.mode(),
    };
    Ok(Some((blob(git, path, after, found)?, mode)))
}

/// Keeps a leaf's content as a blob, and returns its id.
fn blob(git: &Git, path: &str, leaf: &Leaf, found: &Found) -> Result<String, Diagnostic> {
    let converted = if leaf.kind.is_file() { git.to_git(&git.full(path), found.ends, &leaf.bytes) } else { None };
    let bytes = converted.as_deref().unwrap_or(&leaf.bytes);
    let id = blob_id(bytes);
    if found.committed.as_ref().is_some_and(|(kept, _)| *kept == id) {
        return Ok(id);
    }
    git.keep(bytes)
}

/// The folders on the way to the paths, with their permission bits.
pub(super) fn folders<'a>(home: &Home, paths: impl Iterator<Item = &'a str>) -> Result<Vec<FolderChange>, Diagnostic> {
    let mut all = BTreeSet::new();
    for path in paths {
        all.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
    }
    let look = |path: &str| {
        let before = match durable::standing(&home.root.join(path))? {
            Standing::Folder(mode) => Some(mode),
            Standing::Nothing | Standing::File { .. } | Standing::Link | Standing::Special => None,
        };
        Ok(FolderChange { path: path.to_owned(), before, after: None })
    };
    all.into_iter().map(look).collect()
}

/// What happens in git: the entries of the index, the commit, the branch, HEAD.
fn land(
    git: &Git,
    transaction: &Transaction,
    start: Start,
    found: &BTreeMap<String, Found>,
    kept: &BTreeMap<String, Option<Kept>>,
    applied: &mut Applied,
) -> Result<GitChange, Diagnostic> {
    let mut entries = BTreeMap::new();
    for (path, found) in found {
        let full = git.full(path);
        if let Some(kept) = kept.get(&full) {
            let after = kept.iter().map(|(id, mode)| Entry { mode: *mode, id: id.clone(), stage: 0 }).collect();
            entries.insert(full, EntryChange { before: found.entries.clone(), after });
        }
    }
    for conflict in &transaction.conflicts {
        if let Some(found) = found.get(&conflict.path) {
            let after = stages(git, conflict, found)?;
            entries.insert(git.full(&conflict.path), EntryChange { before: found.entries.clone(), after });
        }
    }
    let Start { head, commit } = start;
    let mut target = commit.clone();
    if transaction.conflicts.is_empty() {
        match git.make_commit(&commit, kept, &transaction.message)? {
            Some(made) => {
                applied.commit = Some(made.id.clone());
                applied.as_person = made.as_person;
                target = made.id;
            }
            None => applied.notes.push("Git keeps nothing of this change, so there is no commit.".to_owned()),
        }
    }
    let stays = transaction.conflicts.is_empty() && applied.commit.is_none();
    let (branch, head_after) = match (&transaction.landing, &head) {
        _ if stays => (None, head.clone()),
        (Landing::Branch(name), _) => {
            let name = format!("refs/heads/{name}");
            (Some(BranchChange { name: name.clone(), before: None, after: Some(target.clone()) }), Head::Branch(name))
        }
        (Landing::InPlace | Landing::Files, Head::Branch(name)) => {
            (Some(BranchChange { name: name.clone(), before: Some(commit.clone()), after: Some(target.clone()) }), head.clone())
        }
        (Landing::InPlace | Landing::Files, Head::Detached(_)) => {
            applied
                .notes
                .push("No branch is checked out (HEAD is detached): make one with `git switch -c NAME` to keep the commit.".to_owned());
            (None, Head::Detached(target.clone()))
        }
    };
    applied.branch = head_after.branch().map(str::to_owned);
    let waiting = if transaction.conflicts.is_empty() { None } else { Some((switch::message(git)?, Some(transaction.message.clone()))) };
    Ok(GitChange { entries, branch, head_before: head.into(), head_after: head_after.into(), commit_before: commit, waiting })
}

/// The entries of a conflict.
fn stages(git: &Git, conflict: &IndexConflict, found: &Found) -> Result<Vec<Entry>, Diagnostic> {
    let sides = [(1, &conflict.base), (2, &conflict.ours), (3, &conflict.theirs)];
    let mut entries = Vec::new();
    for (stage, leaf) in sides {
        if let Some(leaf) = leaf {
            entries.push(entry(git, &conflict.path, leaf, found, stage)?);
        }
    }
    Ok(entries)
}

/// The entry of a leaf, with its content kept.
pub(super) fn entry(git: &Git, path: &str, leaf: &Leaf, found: &Found, stage: u16) -> Result<Entry, Diagnostic> {
    let id = match leaf.kind {
        Kind::Submodule => String::from_utf8_lossy(&leaf.bytes).into_owned(),
        Kind::Plain | Kind::Executable | Kind::Link => blob(git, path, leaf, found)?,
    };
    Ok(Entry { mode: leaf.kind.mode(), id, stage })
}
