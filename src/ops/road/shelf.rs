//! Road versions that are at hand and what they render to, read and rendered once for everybody who asks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::ops::base::{self, Base, Project};
use crate::ops::migrations;
use crate::ops::upgrade::answers::{self, Asking};
use crate::ops::upgrade::engine::{self, Upgrading};
use crate::ops::upgrade::files::Planned;
use crate::ops::upgrade::target;
use crate::render::answers::Given;
use crate::render::{self, Rendered};
use crate::repo::answers::Answers;
use crate::repo::lock::Lock;
use crate::repo::project::ProjectFiles;
use crate::report::upgrade::Upgrade;
use crate::road::manifest::{Change, Manifest};
use crate::road::store::{Listed, Store};
use crate::road::{Road, version};

/// How many renders are kept. One of the built-in road has about 600 kB.
const KEPT: usize = 24;

type Made<T> = Arc<OnceLock<Result<Arc<T>, Diagnostic>>>;

/// Road versions that are at hand and what they render to.
#[derive(Debug)]
pub struct Shelf {
    stores: Vec<Store>,
    /// A version that is in no store: what is being worked on.
    extra: Option<Arc<Road>>,
    roads: Mutex<Vec<(usize, String, Made<Road>)>>,
    renders: Mutex<VecDeque<(Digest, Made<Rendered>)>>,
}

/// An upgrade that was worked out in memory.
#[derive(Debug)]
pub struct Tried {
    /// What it does.
    pub report: Upgrade,
    /// The steps and conflicts.
    pub planned: Planned,
    /// The files that it was worked out for.
    pub disk: ProjectFiles,
    /// The version that the project came from, where that could be read.
    pub from: Option<Arc<Road>>,
}

impl Shelf {
    /// A shelf with the versions of some stores, the first before the others, and one that is in none.
    pub fn new(stores: Vec<Store>, extra: Option<Arc<Road>>) -> Self {
        Self { stores, extra, roads: Mutex::default(), renders: Mutex::default() }
    }

    /// Returns the versions of a road, each once, oldest first; without what is being worked on.
    pub fn listed(&self, id: &str) -> Vec<&Listed> {
        let mut all: Vec<&Listed> = Vec::new();
        for listed in self.stores.iter().filter(|store| store.id() == Some(id)).flat_map(Store::versions) {
            if !all.iter().any(|known| known.version == listed.version) {
                all.push(listed);
            }
        }
        all.sort_by(|a, b| version::compare(&a.version, &b.version));
        all
    }

    /// Reads a version.
    ///
    /// # Errors
    /// When no store has it, or it is not usable.
    pub fn read(&self, id: &str, version: &str) -> Result<Arc<Road>, Diagnostic> {
        if let Some(road) = self.extra.as_ref().filter(|road| road.manifest.id == id && road.manifest.version == version) {
            return Ok(Arc::clone(road));
        }
        let has = |store: &&Store| store.id() == Some(id) && store.get(version).is_some();
        match self.stores.iter().position(|store| has(&store)) {
            Some(at) => self.stored(at, version),
            None => Err(not_at_hand(id, version)),
        }
    }

    fn stored(&self, at: usize, version: &str) -> Result<Arc<Road>, Diagnostic> {
        let made = {
            let mut roads = self.roads.lock().unwrap_or_else(PoisonError::into_inner);
            match roads.iter().find(|(store, known, _)| *store == at && known == version) {
                Some((_, _, made)) => Arc::clone(made),
                None => {
                    let made = Made::<Road>::default();
                    roads.push((at, version.to_owned(), Arc::clone(&made)));
                    made
                }
            }
        };
        made.get_or_init(|| self.stores[at].read(version).map(Arc::new)).clone()
    }

    /// Reads the version that a project came from, with the bytes that its lock records.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub fn came_from(&self, lock: &Lock) -> Result<Arc<Road>, Diagnostic> {
        let wanted = &lock.road;
        let is_it = |road: &Arc<Road>| {
            road.manifest.id == wanted.id && road.manifest.version == wanted.version && road.digest.to_string() == wanted.digest
        };
        if let Some(road) = self.extra.as_ref().filter(|road| is_it(road)) {
            return Ok(Arc::clone(road));
        }
        let mut other = None;
        for (at, store) in self.stores.iter().enumerate() {
            if store.id() != Some(&wanted.id) || store.get(&wanted.version).is_none() {
                continue;
            }
            match self.stored(at, &wanted.version) {
                Ok(road) if is_it(&road) => return Ok(road),
                Ok(road) => {
                    other.get_or_insert_with(|| {
                        Diagnostic::usage("version-changed", format!("version {} is not what the project came from", wanted.version))
                            .at(road.source.clone())
                            .because(format!("its files have the digest {}, and the lock records {}", road.digest, wanted.digest))
                            .fix("name the folder of the versions that the project came from")
                    });
                }
                Err(error) => {
                    other.get_or_insert(error);
                }
            }
        }
        Err(other.unwrap_or_else(|| not_at_hand(&wanted.id, &wanted.version)))
    }

    /// Renders a kind with answers; what was asked for lately is there already.
    ///
    /// # Errors
    /// When it does not render.
    pub fn render(&self, road: &Road, kind: &str, answers: &Answers) -> Result<Arc<Rendered>, Diagnostic> {
        let mut key = format!("{}\0{kind}", road.digest);
        for (question, answer) in answers {
            key.push_str(&format!("\0{question}\0{}\0{answer}", answer.len()));
        }
        let key = Digest::of(key.as_bytes());
        let made = {
            let mut renders = self.renders.lock().unwrap_or_else(PoisonError::into_inner);
            match renders.iter().find(|(known, _)| *known == key) {
                Some((_, made)) => Arc::clone(made),
                None => {
                    let made = Made::<Rendered>::default();
                    renders.push_back((key, Arc::clone(&made)));
                    if renders.len() > KEPT {
                        renders.pop_front();
                    }
                    made
                }
            }
        };
        made.get_or_init(|| render::render(road, kind, answers).map(Arc::new)).clone()
    }

    /// Returns the versions from which a chain of `upgrades-from` leads to a version, oldest first, and those that the
    /// chain names and that are not at hand.
    pub fn origins(&self, manifest: &Manifest) -> (Vec<&Listed>, Vec<String>) {
        let listed = self.listed(&manifest.id);
        let mut wanted: Vec<String> = manifest.upgrades_from.clone();
        let (mut found, mut missing): (Vec<&Listed>, Vec<String>) = (Vec::new(), Vec::new());
        while let Some(next) = wanted.pop() {
            let earlier = version::compare(&next, &manifest.version) == std::cmp::Ordering::Less;
            if !earlier || found.iter().any(|known| known.version == next) || missing.contains(&next) {
                continue;
            }
            match listed.iter().find(|listed| listed.version == next) {
                Some(listed) => {
                    found.push(listed);
                    wanted.extend(listed.manifest.iter().flat_map(|manifest| manifest.upgrades_from.iter().cloned()));
                }
                None => missing.push(next),
            }
        }
        found.sort_by(|a, b| version::compare(&a.version, &b.version));
        missing.sort_by(|a, b| version::compare(a, b));
        (found, missing)
    }

    /// Returns what the versions after `from`, up to `to`, changed, with the version of each: security first, then the newest.
    pub fn changes<'a>(&'a self, from: &str, to: &'a Manifest) -> Vec<(&'a str, &'a Change)> {
        let listed: Vec<&Listed> = self.listed(&to.id).into_iter().filter(|listed| listed.version != to.version).collect();
        let mut changes: Vec<(&str, &Change)> = to.change.iter().map(|change| (to.version.as_str(), change)).collect();
        changes.extend(target::changes(&listed, from, &to.version));
        changes.sort_by_key(|(_, change)| !change.security);
        changes
    }

    /// Works an upgrade of a project out in memory. `list` says what stands in the project.
    ///
    /// # Errors
    /// When what it came from cannot be had, an answer is not usable, or a file cannot be read.
    pub fn try_upgrade(
        &self,
        project: &Project,
        road: &Arc<Road>,
        given: &[Given],
        asking: Asking<'_>,
        list: impl FnOnce(&Base, &Rendered) -> Result<ProjectFiles, Diagnostic>,
    ) -> Result<Tried, Diagnostic> {
        let lock = &project.lock;
        let rendered = self.came_from(lock).and_then(|road| Ok((self.render(&road, &lock.kind, &lock.answers)?, road)));
        let base = base::recover_from(project, rendered, false)?;
        let due = migrations::between(&road.manifest, &lock.road.version, &road.manifest.version);
        let answered = answers::gather(project, road, road.kind(&lock.kind)?, &due, given, asking)?;
        let now = self.render(road, &lock.kind, &answered.answers)?;
        let disk = list(&base, &now)?;
        let changes = self.changes(&lock.road.version, &road.manifest);
        let mut report = engine::begin(project, &road.manifest.version);
        let upgrading =
            Upgrading { project, disk: &disk, base: &base, road, now: &now, answered: &answered, source: None, changes: &changes };
        let planned = engine::plan(&upgrading, &mut report)?;
        Ok(Tried { report, planned, disk, from: base.road })
    }
}

fn not_at_hand(id: &str, version: &str) -> Diagnostic {
    Diagnostic::usage("version-unknown", format!("version {version} of road `{id}` is not at hand"))
        .at("--store")
        .because("neither the binary nor the folder of versions has it")
        .fix("name the folder of all versions with `--store FOLDER`")
}
