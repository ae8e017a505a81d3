//! Where Highroad keeps a project's journal and records: git's own folder for the working tree, or `.highroad/` without git.

use std::path::{Path, PathBuf};

use super::journal::{JOURNAL, Journal, Later, damaged};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::durable::{self, Standing};
use crate::base::fs::{self, Found, Lock};
use crate::repo::landing::Git;

/// The folder of a project without git.
pub(super) const PLAIN: &str = ".highroad";
/// The folder inside git's own.
const INSIDE_GIT: &str = "highroad";
/// Where a run works; it becomes the record.
const OPEN: &str = "open";
const RECORDS: &str = "records";
const LOCK: &str = "lock";
/// Where new files wait that cannot wait in `open`: on the disk that the project is on.
const STAGING: &str = ".highroad-staging";
/// How many records are kept.
const KEPT: usize = 24;

/// A project and the folder with its records.
pub(super) struct Home {
    /// The root of the project, without links.
    pub root: PathBuf,
    /// The folder.
    pub folder: PathBuf,
    /// The repository.
    pub git: Option<Git>,
}

/// A record: its number, its page and what happened since.
pub(super) struct Record {
    pub number: u32,
    pub folder: PathBuf,
    pub journal: Journal,
    pub later: Later,
}

impl Home {
    /// Returns the home in git, if the project is in a repository.
    pub(super) fn in_git(root: &Path) -> Result<Option<Self>, Diagnostic> {
        let root = fs::canonical(root)?;
        Ok(Git::around(&root)?.map(|git| Self { root, folder: git.folder().join(INSIDE_GIT), git: Some(git) }))
    }

    /// Returns the home in the project itself.
    pub(super) fn plain(root: &Path) -> Result<Self, Diagnostic> {
        let root = fs::canonical(root)?;
        Ok(Self { folder: root.join(PLAIN), root, git: None })
    }

    /// Returns the homes that a project may have records in: git's first.
    pub(super) fn all(root: &Path) -> Result<Vec<Self>, Diagnostic> {
        let mut homes: Vec<Self> = Self::in_git(root)?.into_iter().collect();
        let plain = Self::plain(root)?;
        if homes.is_empty() || is_folder(&plain.folder)? {
            homes.push(plain);
        }
        Ok(homes)
    }

    /// Returns the home as the run saw it that left a journal: of another project in the same repository, perhaps.
    pub(super) fn for_prefix(&self, prefix: &str) -> Result<Self, Diagnostic> {
        let Some(git) = self.git.as_ref().filter(|git| git.prefix() != prefix) else {
            return Ok(Self {
                root: self.root.clone(),
                folder: self.folder.clone(),
                git: Git::around(&self.root)?.filter(|_| self.git.is_some()),
            });
        };
        let inside = prefix.is_empty() || prefix.strip_suffix('/').is_some_and(super::journal::is_plain);
        let root = git.workdir().join(prefix);
        let other = if inside && is_folder(&root)? { Self::in_git(&root)? } else { None };
        other
            .filter(|other| other.folder == self.folder && other.prefix() == prefix)
            .ok_or_else(|| damaged(&self.open(), format!("it speaks of the project in `{prefix}`, which is not there")))
    }

    /// The project's folder in the repository.
    pub(super) fn prefix(&self) -> &str {
        self.git.as_ref().map_or("", |git| git.prefix())
    }

    /// Makes the folder where it is missing, and takes the lock.
    pub(super) fn lock(&self) -> Result<Lock, Diagnostic> {
        self.make()?;
        let path = self.folder.join(LOCK);
        match durable::standing(&path)? {
            Standing::Nothing | Standing::File { .. } => {}
            other @ (Standing::Link | Standing::Folder(_) | Standing::Special) => {
                return Err(damaged(&path, format!("it is {}", other.word())));
            }
        }
        fs::lock(&path)?.ok_or_else(|| {
            Diagnostic::failed("busy", "another run of Highroad is at work in this project")
                .at(self.root.display().to_string())
                .because("two runs at once would mix their changes")
                .fix("wait for it to end, then run the command again")
        })
    }

    fn make(&self) -> Result<(), Diagnostic> {
        for folder in [&self.folder, &self.records()] {
            match durable::standing(folder)? {
                Standing::Folder(_) => {}
                Standing::Nothing => durable::make_folder(folder, Some(0o700))?,
                other @ (Standing::File { .. } | Standing::Link | Standing::Special) => {
                    return Err(damaged(folder, format!("it is {} where a folder is needed", other.word())));
                }
            }
        }
        if self.git.is_none() {
            let ignore = self.folder.join(".gitignore");
            if durable::standing(&ignore)? == Standing::Nothing {
                durable::write_synced(&ignore, b"*\n", None, false)?;
            }
        }
        Ok(())
    }

    /// The folder that a run works in.
    pub(super) fn open(&self) -> PathBuf {
        self.folder.join(OPEN)
    }

    fn records(&self) -> PathBuf {
        self.folder.join(RECORDS)
    }

    /// Whether git's folder is on another disk than the project.
    pub(super) fn is_apart(&self) -> Result<bool, Diagnostic> {
        Ok(fs::stamp(&self.folder)?.place.0 != fs::stamp(&self.root)?.place.0)
    }

    /// The folder that new files wait in: on the project's own disk, so that a rename brings them into place.
    pub(super) fn staging(&self) -> Result<PathBuf, Diagnostic> {
        Ok(if self.is_apart()? { self.root.join(STAGING) } else { self.open().join("new") })
    }

    /// Whether a run was stopped half-way, or is at work.
    pub(super) fn has_open(&self) -> Result<bool, Diagnostic> {
        is_folder(&self.open())
    }

    /// Ends a run that leaves no record: once its journal is gone, it is not taken back.
    pub(super) fn end(&self) -> Result<(), Diagnostic> {
        durable::take_away(&self.open().join(JOURNAL))?;
        // It has happened: what stays is cleared by the next run.
        let _ = self.clear();
        Ok(())
    }

    /// Removes what a run worked with; its journal goes first, since the rest means nothing without it.
    pub(super) fn clear(&self) -> Result<(), Diagnostic> {
        if !self.has_open()? {
            return Ok(());
        }
        let journal = self.open().join(JOURNAL);
        if durable::standing(&journal)? != Standing::Nothing {
            durable::take_away(&journal)?;
            durable::sync(&self.open())?;
        }
        let staging = self.root.join(STAGING);
        if let Found::Folder(names) = fs::look(&staging)?
            && names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        {
            fs::remove(&staging)?;
        }
        fs::remove(&self.open())
    }

    /// Turns what a run worked with into the newest record. It is one rename: until then the run is taken back.
    pub(super) fn close(&self) -> Result<(), Diagnostic> {
        let staging = self.staging()?;
        durable::remove_if_empty(&staging)?;
        let number = self.numbers()?.last().map_or(1, |last| last + 1);
        durable::switch(&self.open(), &self.record_folder(number))?;
        // It has happened: there is no way back from here.
        let _ = durable::sync(&self.records());
        Ok(())
    }

    pub(super) fn record_folder(&self, number: u32) -> PathBuf {
        self.records().join(format!("{number:06}"))
    }

    fn numbers(&self) -> Result<Vec<u32>, Diagnostic> {
        let folder = self.records();
        if !is_folder(&self.folder)? || !is_folder(&folder)? {
            return Ok(Vec::new());
        }
        let number = |name: &String| (name.len() == 6).then(|| name.parse().ok()).flatten();
        Ok(fs::list(&folder)?.iter().filter_map(number).collect())
    }

    /// Reads the journal of a folder of this home.
    pub(super) fn read(&self, folder: &Path) -> Result<Option<Journal>, Diagnostic> {
        let journal = Journal::read(folder)?;
        let old = folder.join("old");
        if !matches!(durable::standing(&old)?, Standing::Folder(_) | Standing::Nothing) {
            return Err(damaged(&old, "it is no folder, and could lead anywhere"));
        }
        match &journal {
            Some(page) if self.git.is_none() && (page.git.is_some() || !page.prefix.is_empty()) => {
                Err(damaged(&folder.join(JOURNAL), "it speaks of git, and is not kept in git's own folder"))
            }
            Some(_) | None => Ok(journal),
        }
    }

    /// Returns the newest record of this project.
    pub(super) fn last(&self) -> Result<Option<Record>, Diagnostic> {
        for number in self.numbers()?.into_iter().rev() {
            let folder = self.record_folder(number);
            if !is_folder(&folder)? {
                continue;
            }
            let Some(journal) = self.read(&folder)? else { continue };
            if journal.prefix == self.prefix() {
                let later = Later::read(&folder)?;
                return Ok(Some(Record { number, folder, journal, later }));
            }
        }
        Ok(None)
    }

    /// Removes the oldest records beyond those that are kept. Best effort: what stays does no harm.
    pub(super) fn prune(&self) {
        let Ok(numbers) = self.numbers() else { return };
        for number in numbers.iter().rev().skip(KEPT) {
            let _ = fs::remove(&self.record_folder(*number));
        }
    }
}

fn is_folder(path: &Path) -> Result<bool, Diagnostic> {
    Ok(matches!(durable::standing(path)?, Standing::Folder(_)))
}
