//! Applying a plan to an empty folder: everything is made beside it, then switched into place.
//!
//! A run that is killed leaves at most its staging folder, whose lock the system has dropped; the next run for the
//! same target finds it, takes back what had been switched already, and removes it.

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::base::interrupt;
use crate::base::path::RelPath;
use crate::base::tree::{File, Mode, Tree};
use crate::repo::git::{self, FirstCommit};

/// Names the entries of the target that a switch has begun to move.
const JOURNAL: &str = "moving";
/// The longest journal that is read, in bytes.
const JOURNAL_LIMIT: u64 = 1 << 20;
/// Held by the run that works here.
const LOCK: &str = "lock";
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

impl Committed {
    /// Returns the word for it in our formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::No => "none",
            Self::AsPerson => "person",
            Self::AsHighroad => "highroad",
        }
    }
}

/// The staging folder inside a target that is there: on the same disk for certain, and writable if anything is.
pub const INSIDE: &str = ".highroad-staging";

/// The folder beside or inside the target that a run works in. Dropping it removes it.
struct Staging {
    folder: PathBuf,
    _lock: fs::Lock,
}

impl Staging {
    /// Makes the staging folder for `target`, after clearing what a killed run left. A folder of that name that is not
    /// ours, or belongs to somebody else, is refused.
    fn begin(target: &Path, is_there: bool) -> Result<Self, Diagnostic> {
        let folder = match (is_there, target.parent(), target.file_name()) {
            (false, Some(parent), Some(name)) => parent.join(format!(".{}.highroad", name.to_string_lossy())),
            _ => target.join(INSIDE),
        };
        let foreign = |why: &str| {
            Diagnostic::usage("staging", "the folder that Highroad works in is taken")
                .at(folder.display().to_string())
                .because(why)
                .fix("look what it is, then move it away and run the command again")
        };
        match fs::look(&folder)? {
            Found::Nothing => fs::create_private_folder(&folder)?,
            Found::Folder(names) if names.iter().all(|name| matches!(name.as_str(), LOCK | JOURNAL | PROJECT)) => {}
            Found::Folder(_) => return Err(foreign("it holds something that Highroad did not put there")),
            Found::Other(what) => return Err(foreign(what)),
        }
        let Some(lock) = fs::lock(&folder.join(LOCK))? else {
            return Err(Diagnostic::failed("busy", "another run of Highroad is making this project")
                .at(target.display().to_string())
                .because("two runs at once would mix their files")
                .fix("wait for it to end, then look at the folder"));
        };
        if fs::look(&folder.join(JOURNAL))? != Found::Nothing && !is_leftover(target)? {
            return Err(foreign("its journal does not fit what is in the target"));
        }
        let staging = Self { folder: folder.clone(), _lock: lock };
        staging.take_back(target)?;
        fs::remove(&staging.project())?;
        fs::create_folder(&staging.project())?;
        if fs::stamp(&staging.project())?.owner.0 != fs::stamp(&folder)?.owner.0 {
            return Err(foreign("it belongs to somebody else"));
        }
        Ok(staging)
    }

    fn project(&self) -> PathBuf {
        self.folder.join(PROJECT)
    }

    /// Removes from the target what an unfinished switch had moved there.
    fn take_back(&self, target: &Path) -> Result<(), Diagnostic> {
        let journal = self.folder.join(JOURNAL);
        for name in journalled(&journal)? {
            // A move is one rename: what is still staged was not moved, so a file of that name is not ours.
            if fs::look(&self.project().join(&name))? == Found::Nothing {
                fs::remove(&target.join(name))?;
            }
        }
        fs::remove(&journal)
    }

    /// Moves the finished entries one by one into a target folder that is there.
    fn move_into(&self, target: &Path) -> Result<(), Diagnostic> {
        let names = fs::list(&self.project())?;
        let journal = File { bytes: names.join("\n").into_bytes(), mode: Mode::Plain };
        fs::write_new(&self.folder.join(JOURNAL), &journal)?;
        names.iter().try_for_each(|name| {
            let place = target.join(name);
            match fs::look(&place)? {
                Found::Nothing => fs::rename(&self.project().join(name), &place),
                Found::Folder(_) | Found::Other(_) => Err(appeared(&place)),
            }
        })
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Best effort: what stays is cleared by the next run for the same target.
        let _ = fs::remove(&self.folder);
    }
}

/// Returns the names in a journal. It may come from elsewhere, so only plain names of the target's own entries count.
fn journalled(journal: &Path) -> Result<Vec<String>, Diagnostic> {
    if fs::look(journal)? == Found::Nothing {
        return Ok(Vec::new());
    }
    let plain = |line: &&str| RelPath::parse(line).is_ok_and(|path| path.parts().count() == 1);
    Ok(fs::read_text(journal, JOURNAL_LIMIT)?.lines().filter(plain).map(str::to_owned).collect())
}

/// Tells whether `target` holds nothing but what a switch that was killed half-way left in it.
///
/// # Errors
/// When the folder or its journal cannot be read.
pub fn is_leftover(target: &Path) -> Result<bool, Diagnostic> {
    let Found::Folder(names) = fs::look(target)? else { return Ok(false) };
    let moved = journalled(&target.join(INSIDE).join(JOURNAL))?;
    Ok(!moved.is_empty() && names.iter().all(|name| name == INSIDE || name == ".git" || moved.contains(name)))
}

/// Somebody put something into the target since it was looked at.
fn appeared(place: &Path) -> Diagnostic {
    Diagnostic::usage("target", "something has appeared in the target")
        .at(place.display().to_string())
        .because("nothing of yours is ever overwritten")
        .fix("choose an empty folder and run the command again")
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
    // Looked at again, under the lock: the plan may be minutes old.
    if let Found::Folder(names) = fs::look(target)?
        && let Some(name) = names.iter().find(|name| !matches!(name.as_str(), ".git" | INSIDE))
    {
        return Err(appeared(&target.join(name)));
    }
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
