//! A registry's folder as its publisher holds it: what is published, and the drafts that wait for signatures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use tough::schema::{Metafile, Role, RoleType, Root, Signed, Snapshot, Targets, Timestamp};

use super::METADATA;
use super::signing::{self, LIMIT, Signers, hashes, unusable};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found, durable};

/// The folder of a registry with the files that wait for signatures.
pub const DRAFT: &str = "draft";
/// In the folder of drafts: the timestamp that goes with a new root, there before the root is and gone when it is published.
pub const NEXT_TIMESTAMP: &str = "timestamp.json";
/// How many roots may follow each other.
const MOST_ROOTS: u64 = 10_000;

/// A registry's folder.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Where it is.
    pub folder: PathBuf,
    /// The roots, oldest first; none before the first publication.
    pub roots: Vec<Signed<Root>>,
    /// What is published, if something is.
    pub current: Option<Current>,
    /// A root that waits for signatures.
    pub root_draft: Option<Signed<Root>>,
    /// Targets that wait for signatures: they say who answers for which road.
    pub targets_draft: Option<Signed<Targets>>,
}

/// A file, and its bytes.
type Read<T> = (Signed<T>, Vec<u8>);

/// What is published.
#[derive(Clone, Debug)]
pub struct Current {
    /// The newest of all.
    pub timestamp: Signed<Timestamp>,
    /// Which files belong together.
    pub snapshot: Signed<Snapshot>,
    /// Who answers for which road.
    pub targets: Signed<Targets>,
    /// The files of each road.
    pub roads: BTreeMap<String, Signed<Targets>>,
}

impl Repository {
    /// Reads a registry's folder, and checks every signature and digest in it.
    ///
    /// # Errors
    /// `no-registry`, or `metadata` with the file that cannot be used.
    pub fn read(folder: &Path) -> Result<Self, Diagnostic> {
        let mut read = Self { folder: folder.to_owned(), roots: Vec::new(), current: None, root_draft: None, targets_draft: None };
        read.read_roots()?;
        read.root_draft = read.file(&format!("{DRAFT}/root.json"))?.map(|(file, _)| file);
        read.targets_draft = read.file(&format!("{DRAFT}/targets.json"))?.map(|(file, _)| file);
        if read.roots.is_empty() && read.root_draft.is_none() {
            return Err(Diagnostic::usage("no-registry", "the folder is no registry")
                .at(folder.display().to_string())
                .because(format!("it has neither `{METADATA}/1.root.json` nor `{DRAFT}/root.json`"))
                .fix("start one with `highroad road registry init`"));
        }
        read.read_current()?;
        Ok(read)
    }

    /// Returns the newest root that is published.
    pub fn root(&self) -> Option<&Signed<Root>> {
        self.roots.last()
    }

    /// Returns the path of a file of metadata.
    pub fn metadata(&self, name: &str) -> PathBuf {
        self.folder.join(METADATA).join(name)
    }

    fn read_roots(&mut self) -> Result<(), Diagnostic> {
        for version in 1..=MOST_ROOTS {
            let name = format!("{METADATA}/{version}.root.json");
            let Some((root, _)) = self.file::<Root>(&name)? else { break };
            if root.signed.version.get() != version {
                return Err(self.unusable(&name, format!("it says that it is version {}", root.signed.version)));
            }
            for judge in self.roots.last().into_iter().chain([&root]) {
                if !Signers::of_root(&judge.signed, RoleType::Root).is_some_and(|signers| signers.enough(&root)) {
                    return Err(self.unusable(&name, format!("not enough keys of root {} signed it", judge.signed.version)));
                }
            }
            self.roots.push(root);
        }
        Ok(())
    }

    /// Reads what is published. A publication that was stopped just after its new root left files that the root does not
    /// answer for any more; then what it was about to publish counts, which the new keys signed.
    fn read_current(&mut self) -> Result<(), Diagnostic> {
        self.current = match self.state_of(&format!("{METADATA}/timestamp.json")) {
            Ok(state) => state,
            Err(error) => match self.state_of(&format!("{DRAFT}/{NEXT_TIMESTAMP}")) {
                Ok(Some(state)) => Some(state),
                Ok(None) | Err(_) => return Err(error),
            },
        };
        Ok(())
    }

    /// Reads all that a timestamp leads to; nothing where there is none.
    fn state_of(&self, name: &str) -> Result<Option<Current>, Diagnostic> {
        let Some((timestamp, _)) = self.file::<Timestamp>(name)? else { return Ok(None) };
        self.check(name, &timestamp)?;
        let told = |meta: &std::collections::HashMap<String, Metafile>, of: &str, name: &str| {
            meta.get(name).cloned().ok_or_else(|| self.unusable(of, format!("it does not name `{name}`")))
        };
        let snapshot: Signed<Snapshot> = self.named("snapshot", &told(&timestamp.signed.meta, name, "snapshot.json")?)?;
        self.check("snapshot.json", &snapshot)?;
        let targets: Signed<Targets> = self.named("targets", &told(&snapshot.signed.meta, "snapshot.json", "targets.json")?)?;
        self.check("targets.json", &targets)?;
        let mut roads = BTreeMap::new();
        for role in targets.signed.delegations.iter().flat_map(|delegations| &delegations.roles) {
            let Some(meta) = snapshot.signed.meta.get(&format!("{}.json", role.name)) else { continue };
            let road: Signed<Targets> = self.named(&role.name, meta)?;
            let signers = targets.signed.delegations.as_ref().and_then(|delegations| Signers::of_road(delegations, &role.name));
            if !signers.is_some_and(|signers| signers.enough(&road)) {
                return Err(self.unusable(&format!("{}.json", role.name), "not enough of the road's keys signed it"));
            }
            roads.insert(role.name.clone(), road);
        }
        Ok(Some(Current { timestamp, snapshot, targets, roads }))
    }

    /// Checks the signatures of a file: by the keys of the newest root alone. With keys that were taken away, somebody could
    /// bring an older state back, and the next publication would sign it anew.
    fn check<T: Role>(&self, name: &str, file: &Signed<T>) -> Result<(), Diagnostic> {
        let signers = self.root().and_then(|root| Signers::of_root(&root.signed, T::TYPE));
        if signers.is_some_and(|signers| signers.enough(file)) {
            return Ok(());
        }
        Err(self.unusable(name, "not enough of the keys that the newest root names for it signed it"))
    }

    fn named<T: DeserializeOwned>(&self, role: &str, told: &Metafile) -> Result<Signed<T>, Diagnostic> {
        let name = format!("{METADATA}/{}.{role}.json", told.version);
        let Some((file, bytes)) = self.file(&name)? else { return Err(self.unusable(&name, "it is missing")) };
        if told.hashes.as_ref().is_some_and(|hashes_told| *hashes_told != hashes(&bytes)) {
            return Err(self.unusable(&name, "its digest is not the one that was signed"));
        }
        Ok(file)
    }

    fn file<T: DeserializeOwned>(&self, name: &str) -> Result<Option<Read<T>>, Diagnostic> {
        let path = self.folder.join(name);
        if fs::look(&path)? == Found::Nothing {
            return Ok(None);
        }
        let bytes = durable::read(&path, LIMIT)?;
        Ok(Some((signing::read(&bytes, &path.display().to_string())?, bytes)))
    }

    fn unusable(&self, name: &str, why: impl Into<String>) -> Diagnostic {
        unusable(&self.folder.join(name).display().to_string(), why)
    }
}
