//! The versions of a project's road that are at hand.

use std::path::Path;

use super::Project;
use crate::base::diagnostic::Diagnostic;
use crate::repo::config;
use crate::repo::lock::{self, Lock};
use crate::road::source::Source;
use crate::road::store::{Listed, Store};
use crate::road::{Road, version};

/// The versions of a project's road that are at hand.
#[derive(Clone, Debug)]
pub struct Versions {
    /// Where the next version comes from.
    pub store: Store,
    /// Where else the version that the project came from may be.
    others: Vec<Store>,
    /// Whether a person named the folder.
    pub named: bool,
}

impl Versions {
    /// Lists the versions that are at hand: in `folder` where a person named one, else where `highroad.toml` says.
    ///
    /// # Errors
    /// When the road was read from a folder and none is named, the folder is no road, or it is another road.
    pub fn of(project: &Project, folder: Option<&Path>) -> Result<Self, Diagnostic> {
        let built_in = Store::open(&Source::BuiltIn)?;
        let Some(folder) = folder else {
            let locked = &project.lock.road;
            let same = |store: &Store| {
                store.id() == Some(&locked.id) && store.read(&locked.version).is_ok_and(|road| road.digest.to_string() == locked.digest)
            };
            if project.road.source == "built-in" && built_in.id() == Some(&locked.id) || same(&built_in) {
                return Ok(Self { store: built_in, others: Vec::new(), named: false });
            }
            return Err(Diagnostic::usage("road-folder", "nobody knows where the project's road is")
                .at(config::FILE)
                .because(format!("road `{}` was read from a folder, and this Highroad does not hold it", locked.id))
                .fix("name the folder of its versions with `--road FOLDER`"));
        };
        let store = Store::open(&Source::Folder(folder.to_owned()))?;
        match store.id() {
            Some(id) if id != project.lock.road.id => {
                Err(Diagnostic::usage("other-road", format!("the folder holds another road, `{id}`"))
                    .at(folder.display().to_string())
                    .because(format!("the project is on road `{}`", project.lock.road.id))
                    .fix("name a folder of that road; a project changes roads with `highroad adopt`"))
            }
            Some(_) | None => Ok(Self { store, others: vec![built_in], named: true }),
        }
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

    /// Returns what `highroad.toml` has to say of where the road comes from, if that is another place now.
    pub fn source(&self, road: &Road, recorded: &str) -> Option<&'static str> {
        let inside = |store: &Store| store.read(&road.manifest.version).is_ok_and(|held| held.digest == road.digest);
        let now = if !self.named || recorded == "built-in" && self.others.iter().any(inside) { "built-in" } else { "folder" };
        (now != recorded).then_some(now)
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

fn other_bytes(lock: &Lock, why: String) -> Diagnostic {
    Diagnostic::usage(
        "version-changed",
        format!("version {} of road `{}` is not what the project came from", lock.road.version, lock.road.id),
    )
    .at(lock::FILE)
    .because(why)
    .fix("get the version back from the road's publisher, or `highroad.lock` from the history")
}
