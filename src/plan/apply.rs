//! Applying a plan to an empty folder: everything is made beside it, then switched into place.
//!
//! A run that is killed leaves at most its staging folder, whose lock the system has dropped; the next run for the
//! same target finds it, takes back what had been switched already, and removes it.

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::base::interrupt;
use crate::base::tree::{File, Mode, Tree};
use crate::repo::git::{self, FirstCommit};

/// Names the entries of the target that a switch has begun to move.
const JOURNAL: &str = "moving";
/// The longest journal that is read, in bytes.
const JOURNAL_LIMIT: u64 = 1 << 20;
/// The content as it will be.
const PROJECT: &str = "project";

/// What an apply did with git.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Committed {
    /// Nothing.
    No,
    /// One commit in the person's name.
    AsPerson,
    /// One commit in Highroad's name: git does not know the person.
    AsHighroad,
}

/// The staging folder inside a target that is there: on the same disk for certain, and writable if anything is.
pub const INSIDE: &str = ".highroad-staging";

/// The folder beside or inside the target that a run works in. Dropping it removes it.
struct Staging {
    folder: PathBuf,
    _lock: fs::Lock,
}

impl Staging {
    /// Makes the staging folder for `target`, after clearing what a killed run left.
    fn begin(target: &Path, is_there: bool) -> Result<Self, Diagnostic> {
        let folder = match (is_there, target.parent(), target.file_name()) {
            (false, Some(parent), Some(name)) => parent.join(format!(".{}.highroad", name.to_string_lossy())),
            _ => target.join(INSIDE),
        };
        if fs::look(&folder)? == Found::Nothing {
            fs::create_folder(&folder)?;
        }
        let Some(lock) = fs::lock(&folder.join("lock"))? else {
            return Err(Diagnostic::failed("busy", "another run of Highroad is making this project")
                .at(target.display().to_string())
                .because("two runs at once would mix their files")
                .fix("wait for it to end, then look at the folder"));
        };
        let staging = Self { folder, _lock: lock };
        staging.take_back(target)?;
        fs::remove(&staging.project())?;
        fs::create_folder(&staging.project())?;
        Ok(staging)
    }

    fn project(&self) -> PathBuf {
        self.folder.join(PROJECT)
    }

    /// Removes from the target what an unfinished switch had moved there.
    fn take_back(&self, target: &Path) -> Result<(), Diagnostic> {
        let journal = self.folder.join(JOURNAL);
        if fs::look(&journal)? == Found::Nothing {
            return Ok(());
        }
        // Only names are taken from the journal: it must not lead anywhere else.
        for name in fs::read_text(&journal, JOURNAL_LIMIT)?.lines().filter(|name| !name.contains(['/', '\\']) && *name != "..") {
            fs::remove(&target.join(name))?;
        }
        fs::remove(&journal)
    }

    /// Moves the finished entries one by one into a target folder that is there.
    fn move_into(&self, target: &Path) -> Result<(), Diagnostic> {
        let names = fs::list(&self.project())?;
        let journal = File { bytes: names.join("\n").into_bytes(), mode: Mode::Plain };
        fs::write_new(&self.folder.join(JOURNAL), &journal)?;
        names.iter().try_for_each(|name| fs::rename(&self.project().join(name), &target.join(name)))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Best effort: what stays is cleared by the next run for the same target.
        let _ = fs::remove(&self.folder);
    }
}

/// Rolls back a switch into `target` that was killed half-way, so that the folder is empty again.
///
/// Nothing happens unless all that the folder holds is what the journal names: a journal that came from elsewhere
/// must not cost anybody a file. The caller makes sure that the folder has no history.
///
/// # Errors
/// When another run works there, or the disk refuses.
pub fn recover(target: &Path) -> Result<(), Diagnostic> {
    let journal = target.join(INSIDE).join(JOURNAL);
    let Found::Folder(names) = fs::look(target)? else { return Ok(()) };
    if !names.iter().any(|name| name == INSIDE) || fs::look(&journal)? == Found::Nothing {
        return Ok(());
    }
    let moved = fs::read_text(&journal, JOURNAL_LIMIT)?;
    let ours = |name: &String| name == INSIDE || name == ".git" || moved.lines().any(|line| line == name);
    if names.iter().all(ours) {
        Staging::begin(target, true)?;
    }
    Ok(())
}

/// Writes `tree` as the project at `target` and, where `commit` says so, starts its repository.
///
/// `target` must be missing, empty, or the root of a repository without a commit and without files.
///
/// # Errors
/// When the disk or git refuses, or the person stops. Then `target` is as it was.
pub fn create(target: &Path, tree: &Tree, commit: Option<FirstCommit<'_>>) -> Result<Committed, Diagnostic> {
    let before = fs::look(target)?;
    if let Found::Other(what) = before {
        return Err(Diagnostic::usage("target", format!("the target is {what}"))
            .at(target.display().to_string())
            .because("a project needs a folder")
            .fix("choose another name"));
    }
    let staging = Staging::begin(target, before != Found::Nothing)?;
    fs::write_tree(&staging.project(), tree, interrupt::check)?;
    let committed = |known| if known { Committed::AsPerson } else { Committed::AsHighroad };
    let Found::Folder(names) = before else {
        let done = match commit {
            Some(commit) => committed(git::start(&staging.project(), tree, commit)?),
            None => Committed::No,
        };
        interrupt::check()?;
        fs::rename(&staging.project(), target)?;
        return Ok(done);
    };
    // The folder stays the same one: a shell or an editor may stand in it.
    let switch = || {
        staging.move_into(target)?;
        interrupt::check()?;
        commit.map_or(Ok(Committed::No), |commit| git::start(target, tree, commit).map(committed))
    };
    let done = switch();
    if done.is_err() {
        staging.take_back(target)?;
        if !names.iter().any(|name| name == ".git") {
            fs::remove(&target.join(".git"))?;
        }
        return done;
    }
    fs::remove(&staging.folder.join(JOURNAL))?;
    done
}
