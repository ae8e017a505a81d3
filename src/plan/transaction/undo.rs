//! Taking back the last apply: the very files, modes, links, index entries, branch and HEAD of before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::build;
use super::home::{Home, Record};
use super::journal::{BranchChange, Ends, EntryChange, FileChange, GitChange, HeadPlace, Journal, shape};
use super::settle;
use super::switch::{self, Content, Work};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::durable::{self, Standing};
use crate::repo::landing::{Git, Head, short};

/// What an undo does, or would do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Undo {
    /// The command that it takes back: `upgrade`, `adopt`.
    pub command: String,
    /// The first line of the message that the change bore.
    pub title: String,
    /// The files, in order of path.
    pub files: Vec<Back>,
    /// The branch that is checked out afterwards.
    pub branch: Option<String>,
    /// The branch that goes.
    pub deleted_branch: Option<String>,
    /// The commit that is checked out afterwards, in git.
    pub commit: Option<String>,
    /// Files with edits of yours that go, from settling conflicts.
    pub edited: Vec<String>,
    /// The folder in which those files are kept, once it is done.
    pub kept_in: Option<PathBuf>,
}

/// A file that comes back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Back {
    /// The path from the root of the project.
    pub path: String,
    /// What happens to it.
    pub how: How,
}

/// What happens to a file that comes back.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum How {
    /// It gets the content, or the mode, that it had.
    Restored,
    /// It was not there before, and goes.
    Removed,
    /// It was there before, and comes again.
    BroughtBack,
}

impl How {
    /// Returns the word for it in our formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Restored => "restore",
            Self::Removed => "remove",
            Self::BroughtBack => "bring-back",
        }
    }
}

/// Works out what [`undo`] would do. Nothing is changed.
///
/// # Errors
/// As [`undo`], for what stands in the way.
pub fn foresee(root: &Path) -> Result<Undo, Diagnostic> {
    let (home, record) = last(root)?;
    plan(&home, &record).map(|(undo, _)| undo)
}

/// Whether an apply of the project at `root` is recorded, or one was stopped half-way.
///
/// # Errors
/// When there is a repository or a record that cannot be read.
pub fn has_record(root: &Path) -> Result<bool, Diagnostic> {
    for home in Home::all(root)? {
        if home.has_open()? || home.last()?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes back the last apply.
///
/// # Errors
/// When there is none, when something of it was changed or committed upon since, when another branch is checked out, or
/// when the disk or git refuses: then everything is as it was.
pub fn undo(root: &Path) -> Result<Undo, Diagnostic> {
    super::recover(root)?;
    let (home, _) = last(root)?;
    let _lock = home.lock()?;
    let (home, record) = last(root)?;
    let (mut undo, work) = plan(&home, &record)?;
    if !undo.edited.is_empty() {
        undo.kept_in = Some(keep_edits(&home, &record, &undo.edited)?);
    }
    switch::run(&home, work)?;
    Ok(undo)
}

fn last(root: &Path) -> Result<(Home, Record), Diagnostic> {
    for home in Home::all(root)? {
        if let Some(record) = home.last()? {
            return Ok((home, record));
        }
    }
    Err(Diagnostic::usage("nothing-to-undo", "there is nothing to undo here")
        .at(root.display().to_string())
        .because("no upgrade or adoption of this project was recorded on this machine, or each was undone")
        .fix("use git to go back further: `git log`, then `git revert`"))
}

fn plan(home: &Home, record: &Record) -> Result<(Undo, Work), Diagnostic> {
    let git = match (&home.git, &record.journal.git) {
        (Some(git), Some(change)) => {
            git.idle()?;
            let at = stands_right(git, record, change)?;
            Some((git, change, at))
        }
        (None, _) | (_, None) => None,
    };
    let mut undo = Undo {
        command: record.journal.command.clone(),
        title: record.journal.message.lines().next().unwrap_or_default().to_owned(),
        files: Vec::new(),
        branch: None,
        deleted_branch: None,
        commit: None,
        edited: Vec::new(),
        kept_in: None,
    };
    let (files, contents) = files(home, record, git.as_ref().map(|(git, change, _)| (*git, *change)), &mut undo)?;
    let on_the_way = files.iter().filter(|file| file.before != file.after).map(|file| file.path.as_str());
    // A folder that the change made goes, even where nothing of it is left.
    let made = record.journal.folders.iter().filter(|folder| folder.before.is_none()).map(|folder| format!("{}/.", folder.path));
    let made: Vec<String> = made.collect();
    let mut folders = build::folders(home, on_the_way.chain(made.iter().map(String::as_str)))?;
    let were: BTreeMap<&str, Option<u32>> = record.journal.folders.iter().map(|folder| (folder.path.as_str(), folder.before)).collect();
    for folder in &mut folders {
        folder.after = match were.get(folder.path.as_str()) {
            Some(mode) => *mode,
            None => folder.before,
        };
    }
    let git = match git {
        Some((git, change, at)) => Some(in_git(git, change, &at, &mut undo)?),
        None => None,
    };
    let journal = Journal {
        format: 1,
        command: "undo".to_owned(),
        prefix: home.prefix().to_owned(),
        ends: Ends::Undone(record.number),
        files,
        folders,
        git,
        conflicts: Vec::new(),
        open: None,
        message: String::new(),
    };
    Ok((undo, Work { journal, contents }))
}

/// Looks whether the branch and the commit of the record are checked out, and returns the commit.
fn stands_right(git: &Git, record: &Record, change: &GitChange) -> Result<String, Diagnostic> {
    let (head, commit) = git.head()?;
    let (before, after): (Head, Head) = (change.head_before.clone().into(), change.head_after.clone().into());
    let made = match (&change.branch, &after) {
        (Some(branch), _) => branch.after.clone(),
        (None, Head::Detached(commit)) => Some(commit.clone()),
        (None, Head::Branch(_)) => None,
    };
    let made = record.later.commit.clone().or(made).unwrap_or_else(|| change.commit_before.clone());
    let here = || git.workdir().display().to_string();
    let settled = record.later.commit.as_ref().map(|commit| HeadPlace::Detached(commit.clone()));
    let right_head = HeadPlace::from(head.clone()) == change.head_after || Some(HeadPlace::from(head.clone())) == settled;
    if right_head && (commit == made || commit == change.commit_before && !record.journal.conflicts.is_empty()) {
        let branch_stays = matches!(&change.branch, Some(branch) if branch.before.is_some());
        if let Some(remote) = git.published(&commit).filter(|_| branch_stays && commit != change.commit_before) {
            return Err(Diagnostic::usage("published", "the commit of the change is on a remote already")
                .at(remote)
                .because("others may build on it, and taking it out of the branch would part your branch from theirs")
                .fix(format!("take it back with a new commit: `git revert {}`", short(&commit))));
        }
        if before != after
            && let Head::Branch(name) = &before
            && git.target(name)?.as_ref() != Some(&change.commit_before)
        {
            return Err(Diagnostic::usage("branch-moved", format!("{} has moved since", before.words()))
                .at(here())
                .because("the files of before belong to the commit that it was at")
                .fix(format!("leave the change with `git switch {}`", before.branch().unwrap_or_default())));
        }
        return Ok(commit);
    }
    let to_before = match &before {
        Head::Branch(_) => format!("git switch {}", before.branch().unwrap_or_default()),
        Head::Detached(commit) => format!("git switch --detach {}", short(commit)),
    };
    let delete = after.branch().map(|name| format!("git branch -D {name}")).unwrap_or_default();
    if right_head {
        let why = "commits were made since, and undoing would lose them";
        let fix = if before == after {
            format!("take the change back with a new commit: `git revert {}`", short(&made))
        } else {
            format!(
                "take the change back with a new commit (`git revert {}`), or leave it all behind: `{to_before}`, then `{delete}`",
                short(&made)
            )
        };
        return Err(Diagnostic::usage("commits-since", "there are commits on top of the change").at(here()).because(why).fix(fix));
    }
    if made != change.commit_before && git.is_on_top(&commit, &made) {
        return Err(Diagnostic::usage("other-branch", "the change is part of another branch by now")
            .at(here())
            .because(format!("{} is checked out, which holds the change, and it was made on {}", head.words(), after.words()))
            .fix(format!("take it back with a new commit: `git revert {}`", short(&made))));
    }
    if head == before && commit == change.commit_before {
        return Err(Diagnostic::usage("other-branch", "the change is on another branch")
            .at(here())
            .because(format!(
                "{} is checked out, and its files are those of before the change, which is on {}",
                head.words(),
                after.words()
            ))
            .fix(format!("there is nothing to take back here; delete the other branch with `{delete}` if you do not want it")));
    }
    Err(Diagnostic::usage("other-branch", "the change is not on what is checked out")
        .at(here())
        .because(format!("{} is checked out, and the change was made on {}", head.words(), after.words()))
        .fix(match after.branch() {
            Some(name) => format!("go there first (`git switch {name}`), or delete it with `{delete}`"),
            None => format!("go there first: `git switch --detach {}`", short(&made)),
        }))
}

/// The files as they are now and as they were.
fn files(
    home: &Home,
    record: &Record,
    git: Option<(&Git, &GitChange)>,
    undo: &mut Undo,
) -> Result<(Vec<FileChange>, Vec<Option<Content>>), Diagnostic> {
    let (mut files, mut contents, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    let keeps = switch::kept_ones(&record.journal);
    for (n, file) in record.journal.files.iter().enumerate() {
        let conflicted = record.journal.conflicts.contains(&file.path);
        if file.before == file.after && !conflicted {
            continue;
        }
        let place = home.root.join(&file.path);
        let now = shape(&place)?.map(|(shape, _)| shape);
        let taken = now.is_none() && matches!(durable::standing(&place)?, Standing::Folder(_) | Standing::Special) && file.after.is_some();
        // A file that is gone takes nothing with it when it comes back.
        let known = settle::is_known(file, record, now.as_ref()) || now.is_none() || now == file.before;
        let staged = git.is_none_or(|(git, change)| is_staged_as_known(git, change, &file.path));
        if taken || (!known || !staged) && !conflicted {
            changed.push(file.path.clone());
            continue;
        }
        if !known {
            undo.edited.push(file.path.clone());
        }
        if now == file.before {
            continue;
        }
        let how = match (&now, &file.before) {
            (Some(_), Some(_)) => How::Restored,
            (_, None) => How::Removed,
            (None, Some(_)) => How::BroughtBack,
        };
        undo.files.push(Back { path: file.path.clone(), how });
        contents.push((file.before.is_some() && keeps[n]).then(|| Content::Record(record.folder.join("old").join(n.to_string()))));
        files.push(FileChange { path: file.path.clone(), before: now, after: file.before.clone() });
    }
    if changed.is_empty() {
        return Ok((files, contents));
    }
    Err(Diagnostic::usage("changed", "files were changed since")
        .at(changed.join("\n"))
        .because("undoing would lose what you wrote")
        .fix("commit or stash your changes to them (`git stash`), or copy them elsewhere and bring back what the change had made; then run it again"))
}

/// Whether the index holds nothing at a path that would be lost.
fn is_staged_as_known(git: &Git, change: &GitChange, path: &str) -> bool {
    let full = git.full(path);
    let Some(entry) = change.entries.get(&full) else { return true };
    let now = git.entries(&full);
    let known = |id: &String| entry.before.iter().chain(&entry.after).any(|known| known.id == *id);
    now.iter().all(|now| known(&now.id) || git.blob(&now.id).is_ok_and(|bytes| stands(git, &full, &bytes)))
}

/// Whether the file on disk holds the same bytes, so that it is judged there.
fn stands(git: &Git, full: &str, bytes: &[u8]) -> bool {
    shape(&git.workdir().join(full)).is_ok_and(|now| now.is_some_and(|(_, now)| now == bytes))
}

fn in_git(git: &Git, change: &GitChange, at: &str, undo: &mut Undo) -> Result<GitChange, Diagnostic> {
    let entries =
        change.entries.iter().map(|(path, entry)| (path.clone(), EntryChange { before: git.entries(path), after: entry.before.clone() }));
    let head = git.head_now()?;
    let to: Head = change.head_before.clone().into();
    let branch = change.branch.as_ref().map(|branch| BranchChange {
        name: branch.name.clone(),
        before: Some(at.to_owned()),
        after: branch.before.clone(),
    });
    let waiting = match &change.waiting {
        Some((before, after)) if switch::message(git)? == *after => Some((after.clone(), before.clone())),
        Some(_) | None => None,
    };
    undo.branch = to.branch().map(str::to_owned);
    undo.commit = Some(change.commit_before.clone());
    undo.deleted_branch =
        branch.as_ref().filter(|branch| branch.after.is_none()).map(|branch| branch.name.trim_start_matches("refs/heads/").to_owned());
    Ok(GitChange {
        entries: entries.collect(),
        branch,
        head_before: head.into(),
        head_after: to.into(),
        commit_before: at.to_owned(),
        waiting,
    })
}

/// Keeps files with edits of a person before they go.
fn keep_edits(home: &Home, record: &Record, edited: &[String]) -> Result<PathBuf, Diagnostic> {
    let kept = home.folder.join("kept");
    let mut folder = kept.join(format!("{:06}", record.number));
    let mut again = 1;
    while durable::standing(&folder)? != Standing::Nothing {
        again += 1;
        folder = kept.join(format!("{:06}-{again}", record.number));
    }
    for folder in [&kept, &folder] {
        durable::make_folder(folder, Some(0o700))?;
    }
    for path in edited {
        let Some((_, bytes)) = shape(&home.root.join(path))? else { continue };
        for (at, _) in path.match_indices('/') {
            durable::make_folder(&folder.join(&path[..at]), Some(0o700))?;
        }
        durable::write_synced(&folder.join(path), &bytes, Some(0o600), false)?;
    }
    Ok(folder)
}
