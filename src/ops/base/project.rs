//! A project with its records.

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::base::leaf::{Kind, Leaf};
use crate::plan::transaction;
use crate::repo::config::{self, Config, RoadReference};
use crate::repo::lock::{self, Lock};

/// The largest record that is read, in bytes.
const RECORD_LIMIT: u64 = 8 << 20;

/// A project with its records.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder with `highroad.toml`.
    pub root: PathBuf,
    /// `highroad.toml`.
    pub config: Config,
    /// Its text.
    pub config_text: String,
    /// Which road the project is on, as `highroad.toml` says.
    pub road: RoadReference,
    /// `highroad.lock`.
    pub lock: Lock,
    /// What was done about a run that was killed.
    pub recovered: Option<String>,
}

impl Project {
    /// Loads the project that `path` lies in: the nearest folder upwards with a `highroad.toml`, not beyond the repository.
    ///
    /// # Errors
    /// `no-project`, `no-road`, `no-lock`, `lock`, `lock-schema`, `records-differ`, or what is wrong with `highroad.toml`.
    pub fn load(path: &Path) -> Result<Self, Diagnostic> {
        let root = find(path)?;
        // What a killed run left may be the records themselves.
        let recovered = transaction::recover(&root)?;
        Ok(Self { recovered, ..Self::read(root)? })
    }

    /// Reads the project at `root` and writes nothing, not even what a killed run left to take back.
    ///
    /// # Errors
    /// As [`Project::load`].
    pub fn read(root: PathBuf) -> Result<Self, Diagnostic> {
        let config_text = fs::read_text(&root.join(config::FILE), RECORD_LIMIT)?;
        let lock_text = match fs::look(&root.join(lock::FILE))? {
            Found::Nothing => None,
            Found::Folder(_) | Found::Other(_) => Some(fs::read_text(&root.join(lock::FILE), RECORD_LIMIT)?),
        };
        Self::of_texts(root, config_text, lock_text.as_deref())
    }

    /// Makes a project of the text of its records.
    ///
    /// # Errors
    /// As [`Project::load`].
    pub fn of_texts(root: PathBuf, config_text: String, lock_text: Option<&str>) -> Result<Self, Diagnostic> {
        let config = Config::read(&config_text)?;
        config.check_ids(&config_text, &crate::guardrails::ids())?;
        let Some(road) = config.road.clone() else {
            return Err(Diagnostic::usage("no-road", "the repository is on no road")
                .at(config::FILE)
                .because("it has no `[road]`: it has guardrails only")
                .fix("put it on the road with `highroad adopt`"));
        };
        let Some(lock_text) = lock_text else {
            return Err(Diagnostic::usage("no-lock", format!("`{}` is missing", lock::FILE))
                .at(root.display().to_string())
                .because("without it nobody knows what the project came from")
                .fix("take it back with `git checkout HEAD -- highroad.lock`, or from the history"));
        };
        let lock = Lock::read(lock_text)?;
        let project = Self { root, config, config_text, road, lock, recovered: None };
        project.compare_records()?;
        Ok(project)
    }

    /// Reads `highroad.lock` again, since other steps of the same command may have written it; with the file that was read.
    ///
    /// # Errors
    /// `lock`, `lock-schema`, or what is wrong with the file.
    pub fn lock_now(&self) -> Result<(Lock, Leaf), Diagnostic> {
        let text = fs::read_text(&self.root.join(lock::FILE), RECORD_LIMIT)?;
        Ok((Lock::read(&text)?, Leaf::new(Kind::Plain, text.into_bytes())))
    }

    fn compare_records(&self) -> Result<(), Diagnostic> {
        let kind = self.config.kind.as_deref().unwrap_or(&self.lock.kind);
        let pairs = [
            ("road", &self.road.id, &self.lock.road.id),
            ("version", &self.road.version, &self.lock.road.version),
            ("kind", &kind.to_owned(), &self.lock.kind),
        ];
        let Some((what, config, lock)) = pairs.into_iter().find(|(_, config, lock)| config != lock) else { return Ok(()) };
        let fix = if what == "version" {
            format!("write `version = \"{lock}\"` in `highroad.toml`; another version is taken with `highroad upgrade --to {config}`")
        } else {
            format!("write `{lock}` in `highroad.toml`, or take both records back from the history")
        };
        Err(Diagnostic::usage("records-differ", format!("`highroad.toml` and `highroad.lock` name another {what}"))
            .at(config::FILE)
            .because(format!("`highroad.toml` says `{config}`, and the project came from `{lock}` as `highroad.lock` says"))
            .fix(fix))
    }
}

fn find(path: &Path) -> Result<PathBuf, Diagnostic> {
    let start = fs::canonical(path)?;
    for folder in start.ancestors().filter(|folder| fs::is_folder(folder)) {
        if fs::look(&folder.join(config::FILE))? != Found::Nothing {
            return Ok(folder.to_owned());
        }
        if fs::look(&folder.join(".git")).is_ok_and(|found| found != Found::Nothing) {
            break;
        }
    }
    Err(Diagnostic::usage("no-project", "there is no project of a road here")
        .at(start.display().to_string())
        .because("neither this folder nor one above it in the repository has a `highroad.toml`")
        .fix("run it in a project, put a repository on the road with `highroad adopt`, or start one with `highroad new`"))
}
