//! Changing a repository that is there, all or nothing, with a record that takes it back.
//!
//! A run looks at what stands in the way (`preflight`), writes all that is new beside and a page about what it is going to
//! do (`journal`), and switches by renames (`switch`). A stop at any point leaves the page, by which the next run takes
//! everything back. When all is switched, the page becomes the record that `undo` reads.

mod build;
mod home;
mod journal;
mod preflight;
mod settle;
mod switch;
mod undo;

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::base::leaf::Leaf;
use crate::repo::landing::Git;
use home::Home;
use preflight::Wanted;

pub use settle::{Rest, Settlement, finish, open_conflicts, settle, unsettled};
pub use undo::{Back, How, Undo, foresee, has_record, undo};

/// What a command is about to change in a repository.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// The root of the project: where `highroad.toml` is, or will be. It may be a folder of the git repository.
    pub root: PathBuf,
    /// The command that does it, for messages: `upgrade`, `adopt`, `resolve`.
    pub command: &'static str,
    /// The changes, each path once, in order of path (from `root`).
    pub steps: Vec<Step>,
    /// The paths that a person has to settle, for git's index.
    pub conflicts: Vec<IndexConflict>,
    /// The list of conflicts as JSON, kept for `resolve`; nothing where there are none.
    pub open: Option<String>,
    /// The commit's message.
    pub message: String,
    /// Where the result goes.
    pub landing: Landing,
}

/// One path before and after.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    /// The path from the root of the project. It came through `RelPath`, or stood in the project already.
    pub path: String,
    /// What the plan was made for; the apply is refused where something else stands there.
    pub before: Option<Leaf>,
    /// What will stand there.
    pub after: Option<Leaf>,
}

/// A conflict as git's index keeps it.
#[derive(Clone, Debug)]
pub struct IndexConflict {
    /// The path from the root of the project.
    pub path: String,
    /// Stage 1.
    pub base: Option<Leaf>,
    /// Stage 2.
    pub ours: Option<Leaf>,
    /// Stage 3.
    pub theirs: Option<Leaf>,
}

/// Where the result goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Landing {
    /// A new branch with this name, made at HEAD and checked out; one commit, unless there are conflicts.
    Branch(String),
    /// The branch that is checked out; one commit, unless there are conflicts.
    InPlace,
    /// The files alone: there is no git repository.
    Files,
}

/// What an apply did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Applied {
    /// The commit, as 40 hex digits; nothing without git, and where conflicts are open.
    pub commit: Option<String>,
    /// The branch that is checked out now.
    pub branch: Option<String>,
    /// Whether git knew the person; otherwise the commit bears Highroad's name.
    pub as_person: bool,
    /// What a person should know about where the result is, in sentences.
    pub notes: Vec<String>,
}

/// Looks whether `paths` (from `root`) can be changed: the state of the repository (bare, merge or rebase in progress, no
/// commit, open conflicts, the branch's name), uncommitted content at one of the paths, what cannot be written. Nothing is
/// changed. A file that git ignores may be in the way only of some steps; [`rehearse`] and [`apply`] tell.
///
/// # Errors
/// Says what stands in the way, and what to do about it.
pub fn preflight(root: &Path, paths: &[&str], landing: &Landing) -> Result<(), Diagnostic> {
    let home = home_for(root, landing)?;
    let start = preflight::repository(&home, landing)?;
    let wanted: Vec<Wanted<'_>> = paths.iter().map(|path| Wanted { path, step: None }).collect();
    preflight::paths(&home, start.as_ref(), &wanted).map(|_| ())
}

/// Makes every check that [`apply`] makes, and changes nothing: for a dry run.
///
/// # Errors
/// As [`apply`], for what stands in the way.
pub fn rehearse(transaction: &Transaction) -> Result<(), Diagnostic> {
    let home = home_for(&transaction.root, &transaction.landing)?;
    build::look(&home, transaction).map(|_| ())
}

/// Applies a transaction.
///
/// # Errors
/// When something stands in the way, or the disk or git refuses: then everything is as it was.
pub fn apply(transaction: &Transaction) -> Result<Applied, Diagnostic> {
    let home = home_for(&transaction.root, &transaction.landing)?;
    let _lock = home.lock()?;
    if recover_in(&home)?.is_some() {
        return Err(Diagnostic::failed("changed", "an earlier run had to be taken back first")
            .at(home.root.display().to_string())
            .because("it was stopped half-way, and the plan was made for what it had left")
            .fix("run the command again"));
    }
    // What git knows is read again under the lock.
    let home = home_for(&transaction.root, &transaction.landing)?;
    if let Some(last) = home.last()?
        && settle::is_open(&home, &last)?
    {
        return Err(Diagnostic::usage("open-conflicts", "the last change has conflicts that are not settled")
            .at(home.root.display().to_string())
            .because("a change on top of it could not be told from it")
            .fix("settle them with `highroad resolve`, or take the change back with `highroad undo`"));
    }
    let looked = build::look(&home, transaction)?;
    let built = build::build(&home, transaction, looked)?;
    switch::run(&home, built.work)?;
    home.prune();
    Ok(built.applied)
}

fn home_for(root: &Path, landing: &Landing) -> Result<Home, Diagnostic> {
    match landing {
        Landing::Files => Home::plain(root),
        Landing::Branch(_) | Landing::InPlace => Home::in_git(root)?.ok_or_else(|| {
            Diagnostic::usage("no-git", "there is no git repository here")
                .at(root.display().to_string())
                .because("a branch or a commit was asked for")
                .fix("start one with `git init` and commit what is there, or leave the flag out")
        }),
    }
}

/// Takes back what a killed run left. Every command that reads or writes a project's records calls it first. Returns a
/// sentence about what it did, where there was something.
///
/// # Errors
/// When another run is at work, or what is left cannot be taken back.
pub fn recover(root: &Path) -> Result<Option<String>, Diagnostic> {
    let mut said: Vec<String> = Vec::new();
    for home in Home::all(root)? {
        if home.has_open()? {
            let _lock = home.lock()?;
            said.extend(recover_in(&home)?);
        }
    }
    Ok((!said.is_empty()).then(|| said.join(" ")))
}

/// Whether a run that was killed left something to take back. Nothing is written.
///
/// # Errors
/// When the repository cannot be read.
pub fn is_half_way(root: &Path) -> Result<bool, Diagnostic> {
    for home in Home::all(root)? {
        if home.has_open()? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes back what a killed run left in one home. The caller holds the lock.
fn recover_in(home: &Home) -> Result<Option<String>, Diagnostic> {
    if !home.has_open()? {
        return Ok(None);
    }
    let Some(journal) = home.read(&home.open())? else {
        // Nothing had been switched yet, or everything had been taken back.
        home.clear()?;
        return Ok(None);
    };
    let home = &home.for_prefix(&journal.prefix)?;
    let left = switch::roll_back(home, &journal)?;
    let mut said = format!("An earlier `highroad {}` was stopped half-way; what it had changed was taken back.", journal.command);
    if !left.is_empty() {
        said.push_str(&format!(" Changed by somebody since, and left as they are: {}.", left.join(", ")));
    }
    Ok(Some(said))
}

/// Whether changes of the project at `root` land in a git repository; otherwise [`Landing::Files`] is the only landing. A
/// project that a repository around it ignores has none.
///
/// # Errors
/// When there is a repository, but it cannot be read.
pub fn has_git(root: &Path) -> Result<bool, Diagnostic> {
    Ok(Git::around(&crate::base::fs::canonical(root)?)?.is_some())
}
