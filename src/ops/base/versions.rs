//! The versions of a project's road that are at hand.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::Project;
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::repo::config::{self, RoadReference};
use crate::repo::identity;
use crate::repo::lock::{self, Lock};
use crate::road::commit::{self, Commit};
use crate::road::folders;
use crate::road::origin::{Origin, recorded_folder};
use crate::road::source::Source;
use crate::road::sources::{Kind, Sources};
use crate::road::store::{Listed, Store};
use crate::road::{Road, version};

/// The versions of a project's road that are at hand.
#[derive(Clone, Debug)]
pub struct Versions {
    /// Where the next version comes from.
    pub store: Store,
    /// Where else the version that the project came from may be.
    others: Vec<Store>,
    /// Whether a person named the place.
    pub named: bool,
    /// What the repository is known by, once it was looked up.
    repository: OnceCell<String>,
    place: (PathBuf, String),
}

impl Versions {
    /// Lists the versions that are at hand: where a person named a place (a folder, a source, a commit), else where
    /// `highroad.toml` says. `unsigned` allows a commit that nobody signs.
    ///
    /// # Errors
    /// When nobody knows the place, it is no road or another one, or it cannot be had.
    pub fn of(project: &Project, road: Option<&Path>, unsigned: bool) -> Result<Self, Diagnostic> {
        let built_in = Store::open(&Source::BuiltIn)?;
        let locked = &project.lock.road;
        let name = project.lock.answers.get("name").unwrap_or(&locked.id).clone();
        let with = |store: Store, others: Vec<Store>| Self {
            store,
            others,
            named: road.is_some(),
            repository: OnceCell::new(),
            place: (project.root.clone(), name.clone()),
        };
        let source = match road {
            Some(text) => Some(Source::named(text, unsigned)?),
            None => recorded(project)?,
        };
        let Some(source) = source else {
            let same = |store: &Store| {
                store.id() == Some(&locked.id) && store.read(&locked.version).is_ok_and(|road| road.digest.to_string() == locked.digest)
            };
            if project.road.source == "built-in" && built_in.id() == Some(&locked.id) || same(&built_in) {
                return Ok(with(built_in, Vec::new()));
            }
            return Err(Diagnostic::usage("road-folder", "nobody knows where the project's road is")
                .at(config::FILE)
                .because(format!("road `{}` was read from a folder, and this Highroad does not hold it", locked.id))
                .fix("name the folder of its versions with `--road FOLDER`"));
        };
        let store = Store::open(&for_road(source, &locked.id))?;
        match store.id() {
            Some(id) if id != locked.id => Err(Diagnostic::usage("other-road", format!("the place holds another road, `{id}`"))
                .at(store.shown())
                .because(format!("the project is on road `{}`", locked.id))
                .fix("name a place of that road; a project changes roads with `highroad adopt`")),
            Some(_) | None => {
                // An earlier commit of the same repository still has the version that the project came from.
                let before = recorded_commit(project).filter(|commit| store.origin() != commit.origin());
                let agreed = |commit: &Commit| Sources::load().is_ok_and(|sources| sources.chose(commit));
                let before = before.filter(agreed).and_then(|commit| Store::open(&Source::Git(commit)).ok());
                Ok(with(store, before.into_iter().chain([built_in]).collect()))
            }
        }
    }

    /// Whether a version goes to this repository, as its publisher rolls it out.
    pub fn takes(&self, listed: &Listed) -> bool {
        listed.rollout >= 100 || listed.goes_to(self.repository.get_or_init(|| identity::id_of(&self.place.0, &self.place.1)))
    }

    /// Reads the version that the project came from, with the bytes that the lock records.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub(super) fn came_from(&self, lock: &Lock) -> Result<Road, Diagnostic> {
        let mut first = None;
        for store in std::iter::once(&self.store).chain(&self.others) {
            if store.id() != Some(&lock.road.id) {
                continue;
            }
            match store.read(&lock.road.version) {
                Ok(road) if road.digest.to_string() == lock.road.digest => return Ok(road),
                Ok(road) => {
                    let why =
                        format!("the files at {} have the digest {}, and the lock records {}", road.source, road.digest, lock.road.digest);
                    first.get_or_insert(other_bytes(lock, why));
                }
                Err(error) if error.code == "version-unknown" => {}
                Err(error) => {
                    first.get_or_insert(error);
                }
            }
        }
        Err(first.unwrap_or_else(|| {
            Diagnostic::usage("version-unknown", format!("version {} of road `{}` is not at hand", lock.road.version, lock.road.id))
                .at(self.store.shown())
                .because("the project came from it, and it is not among the versions there")
                .fix("name the folder of all versions with `--road FOLDER`, or update Highroad")
        }))
    }

    /// Reads a version: from where upgrades come, else from where else it is.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read(&self, version: &str) -> Result<Road, Diagnostic> {
        let id = self.store.id();
        let holds = |store: &&Store| store.get(version).is_some() && store.id() == id;
        let store = std::iter::once(&self.store).chain(&self.others).find(holds).unwrap_or(&self.store);
        store.read(version)
    }

    /// Returns what `highroad.toml` of the project at `root` has to say of where the road comes from, if that is another place
    /// now.
    pub fn source(&self, road: &Road, recorded: &RoadReference, root: &Path) -> Option<RoadReference> {
        let inside = |store: &Store| store.origin() == Origin::BuiltIn && held(store, road);
        let now = if recorded.source == "built-in" && self.others.iter().any(inside) { Origin::BuiltIn } else { self.store.origin() };
        let now = now.reference(&road.manifest.id, &road.manifest.version, root);
        (now.source != recorded.source || now.place() != recorded.place()).then_some(now)
    }

    /// Returns every version that is at hand, oldest first; of those in several places, the one where upgrades come from.
    pub fn all(&self) -> Vec<&Listed> {
        let id = self.store.id();
        let mut all: Vec<&Listed> = self.store.versions().iter().collect();
        for listed in self.others.iter().filter(|store| store.id() == id).flat_map(Store::versions) {
            if !all.iter().any(|known| known.version == listed.version) {
                all.push(listed);
            }
        }
        all.sort_by(|a, b| version::compare(&a.version, &b.version));
        all
    }
}

fn held(store: &Store, road: &Road) -> bool {
    store.read(&road.manifest.version).is_ok_and(|held| held.digest == road.digest)
}

/// Returns the source with the project's road named, where it may hold several.
fn for_road(source: Source, id: &str) -> Source {
    match source {
        Source::Registry(known, None) => Source::Registry(known, Some(id.to_owned())),
        Source::BuiltIn | Source::Folder(_) | Source::Registry(..) | Source::Git(_) => source,
    }
}

/// Returns the place that `highroad.toml` records; nothing where that is the binary or a folder that is not recorded.
///
/// # Errors
/// When it is a place that nobody on this machine agreed to take a road from.
fn recorded(project: &Project) -> Result<Option<Source>, Diagnostic> {
    let road = &project.road;
    let url = road.url.as_deref().unwrap_or_default();
    match road.source.as_str() {
        "registry" => match Sources::load()?.at(Kind::Registry, url) {
            Some(known) => Source::of(known, None).map(Some),
            None => Err(Diagnostic::usage("source-unknown", "this machine does not know the registry that the project's road is from")
                .at(config::FILE)
                .because(format!("`{url}` was not added here, and no repository decides whom you trust"))
                .fix(format!("get the registry's root from its publisher, then `highroad source add {url} --root root.json`"))),
        },
        "git" => {
            let commit = recorded_commit(project).ok_or_else(|| {
                Diagnostic::usage("git-source", "the project's road is from git, and its commit is not recorded")
                    .at(config::FILE)
                    .because("`url` and `commit` name no full commit")
                    .fix("take `highroad.toml` back from the history, or name the commit with `--road git+URL@COMMIT`")
            })?;
            let sources = Sources::load()?;
            let known = sources.at(Kind::Git, &commit.url).ok_or_else(|| commit::unsigned(&commit.shown()))?;
            Source::of(known, None).map(Some)
        }
        "folder" => {
            let Some(path) = road.path.as_deref() else { return Ok(None) };
            let there = |folder: &PathBuf| matches!(fs::look(folder), Ok(Found::Folder(_)));
            let Some(folder) = recorded_folder(path, &project.root).filter(there) else { return Ok(None) };
            if folders::is_named(&folder)? {
                return Ok(Some(Source::Folder(folder)));
            }
            Err(Diagnostic::usage("unsigned", "nobody on this machine chose the folder that the project's road is from")
                .at(config::FILE)
                .because(format!("`{path}` bears no signatures, and no repository decides whom you trust"))
                .fix(format!("if you trust it, name it once with `--road {path}`, as seen from the project; that is remembered")))
        }
        _ => Ok(None),
    }
}

fn recorded_commit(project: &Project) -> Option<Commit> {
    let road = &project.road;
    Commit::of(road.url.as_deref()?, road.commit.as_deref()?, road.path.as_deref()).ok()
}

fn other_bytes(lock: &Lock, why: String) -> Diagnostic {
    Diagnostic::usage(
        "version-changed",
        format!("version {} of road `{}` is not what the project came from", lock.road.version, lock.road.id),
    )
    .at(lock::FILE)
    .because(why)
    .fix("get the version back from the road's publisher, or `highroad.lock` from the history")
}
