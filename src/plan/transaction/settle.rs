//! Conflicts that an apply left: which are open, settling them, and the commit when none is.

use std::collections::BTreeMap;
use std::path::Path;

use super::build;
use super::home::{Home, Record};
use super::journal::{BranchChange, Ends, EntryChange, FileChange, GitChange, HeadPlace, Journal, Shape, shape};
use super::preflight::Found;
use super::switch::{self, Work};
use super::{Applied, Step};
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::leaf::{Kind, Leaf};
use crate::repo::commits::Kept;
use crate::repo::entries::Filter;
use crate::repo::eol::LineEnds;
use crate::repo::landing::{Git, Head};

/// Whether a record waits for a person: it left conflicts, and nobody has committed or thrown away what it did.
pub(super) fn is_open(home: &Home, record: &Record) -> Result<bool, Diagnostic> {
    if record.journal.conflicts.is_empty() || record.later.done {
        return Ok(false);
    }
    let (Some(git), Some(change)) = (&home.git, &record.journal.git) else { return Ok(true) };
    let (head, commit) = git.head()?;
    if HeadPlace::from(head) != change.head_after || commit != change.commit_before {
        return Ok(false);
    }
    // After a `git reset --hard` nothing of it is left.
    let differs = |path: &String| -> Result<bool, Diagnostic> {
        let staged: Vec<(String, u32)> = git.entries(path).into_iter().map(|entry| (entry.id, entry.mode)).collect();
        Ok(staged != git.committed(&commit, path)?.into_iter().collect::<Vec<_>>())
    };
    for path in change.entries.keys() {
        if differs(path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the record that waits for a person.
fn open_record(root: &Path) -> Result<Option<(Home, Record)>, Diagnostic> {
    for home in Home::all(root)? {
        if let Some(last) = home.last()?
            && is_open(&home, &last)?
        {
            return Ok(Some((home, last)));
        }
    }
    Ok(None)
}

fn nothing_open(root: &Path) -> Diagnostic {
    Diagnostic::usage("no-conflicts", "no conflicts are open in this project")
        .at(root.display().to_string())
        .because("the last change left none, or they are settled and committed")
        .fix("`highroad status` shows where the project stands")
}

/// Returns the list of conflicts that the last apply left for a person, as the JSON that it was given; nothing once they are
/// committed or thrown away.
///
/// # Errors
/// When the record cannot be read.
pub fn open_conflicts(root: &Path) -> Result<Option<String>, Diagnostic> {
    Ok(open_record(root)?.map(|(_, record)| record.journal.open.unwrap_or_default()))
}

/// Returns the paths of those conflicts that nobody has settled yet, in order: in git, those that the index still holds in
/// stages (so `git add` settles one, too); without git, those that [`settle`] was not called for.
///
/// # Errors
/// When the record or the index cannot be read.
pub fn unsettled(root: &Path) -> Result<Vec<String>, Diagnostic> {
    Ok(open_record(root)?.map(|(home, record)| left(&home, &record)).unwrap_or_default())
}

fn left(home: &Home, record: &Record) -> Vec<String> {
    let is_left = |path: &&String| match &home.git {
        Some(git) => git.entries(&git.full(path)).iter().any(|entry| entry.stage != 0),
        None => !record.later.settled.contains(path) && !is_settled_by_content(home, record, path),
    };
    record.journal.conflicts.iter().filter(is_left).cloned().collect()
}

/// What stands at the path of a conflict after it was settled with no file.
const ABSENT: &str = "absent";

/// Whether what stands at a path is what it was settled with; this holds though a full disk kept the rest from being noted.
fn is_settled_by_content(home: &Home, record: &Record, path: &str) -> bool {
    let Some(known) = record.later.known.get(path) else { return false };
    let now = shape(&home.root.join(path)).ok().map(|now| now.map_or_else(|| ABSENT.to_owned(), |(now, _)| now.digest));
    now.is_some_and(|now| known.contains(&now))
}

/// What a path is settled with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settlement {
    /// What stood there when it was decided, and what will (nothing for no file).
    pub step: Step,
    /// What is left to decide there.
    pub rest: Rest,
}

/// What is left to decide in a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rest {
    /// Nothing: in git, it is staged.
    Nothing,
    /// Conflicts: it is written, and stays open.
    Conflicts,
}

/// Settles paths of the last apply. Any path of it may be named, also one without a conflict, such as the lock file. All of
/// them or none.
///
/// # Errors
/// When no conflicts are open, a path is not of the last apply, a file was changed since the choice was made, one without a
/// conflict was edited since the apply, or the disk or git refuses: then everything is as it was.
pub fn settle(root: &Path, settlements: &[Settlement]) -> Result<(), Diagnostic> {
    super::recover(root)?;
    let (home, _) = open_record(root)?.ok_or_else(|| nothing_open(root))?;
    let _lock = home.lock()?;
    let (home, mut record) = open_record(root)?.ok_or_else(|| nothing_open(root))?;
    let wanted: BTreeMap<&str, &Settlement> = settlements.iter().map(|one| (one.step.path.as_str(), one)).collect();
    let (mut files, mut news, mut entries) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (path, Settlement { step, rest }) in &wanted {
        let found = find(&home, &record, step)?;
        let (file, content) = build::on_disk(path, step, &found);
        if *rest == Rest::Nothing {
            let digest = file.after.as_ref().map_or_else(|| ABSENT.to_owned(), |after| after.digest.clone());
            let known = record.later.known.entry((*path).to_owned()).or_default();
            if !known.contains(&digest) {
                known.push(digest);
            }
            if let Some(git) = &home.git {
                let after = match &step.after {
                    Some(leaf) => vec![build::entry(git, path, leaf, &found, 0)?],
                    None => Vec::new(),
                };
                entries.insert(git.full(path), EntryChange { before: found.entries, after });
            }
        }
        files.push(file);
        news.push(content);
    }
    // Named before the switch, so that `undo` knows the content whatever happens in between.
    record.later.write(&record.folder)?;
    let folders = build::folders(&home, wanted.keys().copied())?;
    let git = match &home.git {
        Some(git) => Some(in_place(git, entries, None, None)?),
        None => None,
    };
    let journal = page(&home, files, folders, git);
    switch::run(&home, Work { journal, contents: news })?;
    for path in wanted.values().filter(|one| one.rest == Rest::Nothing).map(|one| &one.step.path) {
        if record.journal.conflicts.contains(path) && !record.later.settled.contains(path) {
            record.later.settled.push(path.clone());
        }
    }
    // It has happened, and can be told from the content, too.
    let _ = record.later.write(&record.folder);
    Ok(())
}

/// Looks at a path that is to be settled.
fn find(home: &Home, record: &Record, step: &Step) -> Result<Found, Diagnostic> {
    let path = &step.path;
    let page = record.journal.files.iter().find(|file| file.path == *path).ok_or_else(|| {
        Diagnostic::usage("path", "the last change did not touch that path")
            .at(path)
            .because("only its own files are settled with it")
            .fix("`highroad resolve --list` shows them")
    })?;
    let now = shape(&home.root.join(path))?.map(|(shape, _)| shape);
    if !is_read(step.before.as_ref(), now.as_ref()) {
        return Err(Diagnostic::failed("changed", "the file was changed while you chose")
            .at(path)
            .because("what was written there meanwhile is not overwritten")
            .fix("look at the file, then run `highroad resolve` again"));
    }
    let conflicted = record.journal.conflicts.contains(path);
    if !conflicted && !is_known(page, record, now.as_ref()) && now.is_some() {
        return Err(Diagnostic::usage("changed", "the file was edited since the last change")
            .at(path)
            .because("what you wrote is not overwritten")
            .fix("take your edit out again, or commit without `highroad resolve`"));
    }
    let (entries, ends) = match &home.git {
        Some(git) => (git.entries(&git.full(path)), line_ends(git, &git.full(path))?),
        None => (Vec::new(), LineEnds::default()),
    };
    Ok(Found { shape: now, entries, committed: None, ends, is_private: false })
}

/// Whether what stands at a path is what was read there. A submodule is a folder.
fn is_read(read: Option<&Leaf>, now: Option<&Shape>) -> bool {
    match (read, now) {
        (None, now) => now.is_none(),
        (Some(read), None) => read.kind == Kind::Submodule,
        (Some(read), Some(now)) => now.link == (read.kind == Kind::Link) && now.digest == Digest::of(&read.bytes).to_string(),
    }
}

/// Whether what stands at a path is what Highroad put there, or what stood there before.
pub(super) fn is_known(file: &FileChange, record: &Record, now: Option<&Shape>) -> bool {
    let Some(now) = now else { return file.before.is_none() || file.after.is_none() };
    let like = |side: &Option<Shape>| side.as_ref().is_some_and(|side| side.is_like(now));
    like(&file.before) || like(&file.after) || record.later.known.get(&file.path).is_some_and(|known| known.contains(&now.digest))
}

fn line_ends(git: &Git, full: &str) -> Result<LineEnds, Diagnostic> {
    match git.filter(full)? {
        Filter::LineEnds(ends) => Ok(ends),
        Filter::Foreign(name) => Err(Diagnostic::usage("filter", format!("the file has the git attribute `{name}`"))
            .at(full)
            .because("what it asks for is not run here, so git would keep other bytes")
            .fix("settle it by hand: edit the file, then `git add` it")),
    }
}

/// The page of a run that leaves no record.
fn page(home: &Home, files: Vec<FileChange>, folders: Vec<super::journal::FolderChange>, git: Option<GitChange>) -> Journal {
    Journal {
        format: 1,
        command: "resolve".to_owned(),
        prefix: home.prefix().to_owned(),
        ends: Ends::Nothing,
        files,
        folders,
        git,
        conflicts: Vec::new(),
        open: None,
        message: String::new(),
    }
}

/// A change in git on the branch that is checked out.
fn in_place(
    git: &Git,
    entries: BTreeMap<String, EntryChange>,
    commit: Option<&str>,
    waiting: Option<(Option<String>, Option<String>)>,
) -> Result<GitChange, Diagnostic> {
    let (head, at) = git.head()?;
    let (branch, head_after) = match (&head, commit) {
        (_, None) => (None, head.clone()),
        (Head::Branch(name), Some(commit)) => {
            (Some(BranchChange { name: name.clone(), before: Some(at.clone()), after: Some(commit.to_owned()) }), head.clone())
        }
        (Head::Detached(_), Some(commit)) => (None, Head::Detached(commit.to_owned())),
    };
    Ok(GitChange { entries, branch, head_before: head.into(), head_after: head_after.into(), commit_before: at, waiting })
}

/// Ends an apply that left conflicts, once none is open: in git, commits the paths of the record with the message that was
/// kept; the record then belongs to that commit.
///
/// # Errors
/// When a conflict is open, or git refuses: then everything is as it was.
pub fn finish(root: &Path) -> Result<Applied, Diagnostic> {
    super::recover(root)?;
    let (home, _) = open_record(root)?.ok_or_else(|| nothing_open(root))?;
    let _lock = home.lock()?;
    let (home, mut record) = open_record(root)?.ok_or_else(|| nothing_open(root))?;
    let left = left(&home, &record);
    if !left.is_empty() {
        return Err(Diagnostic::usage("unmerged", "conflicts are open")
            .at(left.join("\n"))
            .because("what will be committed there is not decided yet")
            .fix("settle them with `highroad resolve`, or edit the files and `git add` them"));
    }
    let mut applied = Applied { commit: None, branch: None, as_person: false, notes: Vec::new() };
    if let (Some(git), Some(change)) = (&home.git, &record.journal.git) {
        let mut kept: BTreeMap<String, Option<Kept>> = BTreeMap::new();
        for path in change.entries.keys() {
            kept.insert(path.clone(), git.entries(path).into_iter().next().map(|entry| (entry.id, entry.mode)));
        }
        let (head, at) = git.head()?;
        applied.branch = head.branch().map(str::to_owned);
        match git.make_commit(&at, &kept, &record.journal.message)? {
            Some(made) => {
                applied.commit = Some(made.id);
                applied.as_person = made.as_person;
            }
            None => applied.notes.push("Your choices leave everything as it was, so there is no commit.".to_owned()),
        }
        // Named before HEAD goes there, so that `undo` knows it whatever happens in between.
        record.later.commit.clone_from(&applied.commit);
        record.later.write(&record.folder)?;
        let waiting = switch::message(git)?.filter(|message| *message == record.journal.message).map(|message| (Some(message), None));
        let change = in_place(git, BTreeMap::new(), applied.commit.as_deref(), waiting)?;
        switch::run(&home, Work { journal: page(&home, Vec::new(), Vec::new(), Some(change)), contents: Vec::new() })?;
    }
    record.later.done = true;
    let noted = record.later.write(&record.folder);
    // With a commit it has happened, and can be told from that.
    if applied.commit.is_none() {
        noted?;
    }
    Ok(applied)
}
