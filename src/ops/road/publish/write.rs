//! Writing a publication: what nobody refers to yet comes first, what readers follow comes last.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use tough::schema::{RoleType, Signed, Snapshot, Target, Targets, Timestamp};

use super::super::metadata::replace;
use super::Force;
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found, durable};
use crate::base::interrupt;
use crate::road::registry::keys::hex;
use crate::road::registry::repository::{DRAFT, NEXT_TIMESTAMP, Repository};
use crate::road::registry::signing::{LIMIT, Signers, hashes, to_bytes};
use crate::road::registry::{METADATA, TARGETS};

/// The files of a publication, in the order in which they are written.
#[derive(Debug, Default)]
pub(super) struct Writes {
    /// Archives and listings, then metadata: their paths in the registry, and their bytes.
    files: Vec<(String, Vec<u8>)>,
    /// A root that is switched before the timestamp, or after it.
    root: Option<(String, Vec<u8>)>,
    /// Whether readers of the root before can follow the new timestamp.
    bridged: bool,
    timestamp: Vec<u8>,
    /// Drafts that are in force afterwards.
    done: Vec<PathBuf>,
}

impl Writes {
    /// Adds a file of a road, and returns what metadata says of it.
    pub(super) fn target(&mut self, road: &str, name: &str, bytes: Vec<u8>) -> Target {
        let hashes = hashes(&bytes);
        let target = Target { length: bytes.len() as u64, hashes, custom: HashMap::new(), _extra: HashMap::new() };
        self.files.push((format!("{TARGETS}/{road}/{}.{name}", hex(&target.hashes.sha256)), bytes));
        target
    }

    /// Adds the metadata.
    pub(super) fn metadata(
        &mut self,
        repository: &Repository,
        force: &Force,
        roads: &BTreeMap<String, Signed<Targets>>,
        snapshot: &Signed<Snapshot>,
        timestamp: &Signed<Timestamp>,
    ) -> Result<(), Diagnostic> {
        for (id, road) in roads {
            self.files.push((format!("{METADATA}/{}.{id}.json", road.signed.version), to_bytes(road)?));
        }
        self.files.push((format!("{METADATA}/{}.targets.json", force.targets.signed.version), to_bytes(&force.targets)?));
        self.files.push((format!("{METADATA}/{}.snapshot.json", snapshot.signed.version), to_bytes(snapshot)?));
        self.timestamp = to_bytes(timestamp)?;
        let draft = |name: &str| repository.folder.join(DRAFT).join(name);
        if force.new_root {
            self.root = Some((format!("{METADATA}/{}.root.json", force.root.signed.version), to_bytes(&force.root)?));
            self.done.push(draft("root.json"));
            let old = repository.root().map(|root| &root.signed);
            let follows = |role: RoleType| old.and_then(|root| Signers::of_root(root, role));
            self.bridged = follows(RoleType::Timestamp).is_some_and(|signers| signers.enough(timestamp))
                && follows(RoleType::Snapshot).is_some_and(|signers| signers.enough(snapshot))
                && follows(RoleType::Targets).is_some_and(|signers| signers.enough(&force.targets));
        }
        if force.new_targets {
            self.done.push(draft("targets.json"));
        }
        self.done.push(draft(NEXT_TIMESTAMP));
        self.done.extend(force.stale.iter().map(|name| draft(name)));
        Ok(())
    }

    /// Writes all of it.
    pub(super) fn run(self, repository: &Repository) -> Result<(), Diagnostic> {
        let root = &repository.folder;
        let mut folders = Vec::new();
        for (name, _) in &self.files {
            let mut path = root.clone();
            for part in name.split('/').take(name.matches('/').count()) {
                path.push(part);
                if !folders.contains(&path) {
                    durable::make_folder(&path, None)?;
                    folders.push(path.clone());
                }
            }
        }
        for (name, bytes) in &self.files {
            interrupt::check()?;
            place(root.join(name), bytes)?;
        }
        folders.iter().chain([root]).try_for_each(|folder| durable::sync(folder))?;
        let metadata = root.join(METADATA);
        let timestamp = metadata.join("timestamp.json");
        // From here on readers see what is new. Where old and new readers can follow the timestamp, it is switched before the
        // root; else the root comes first, so that a stop between the two leaves the new keys in force. The timestamp waits
        // beside the drafts meanwhile: what the old keys signed is nothing to go on from.
        match self.root {
            Some((name, bytes)) if self.bridged => {
                replace(&timestamp, &self.timestamp)?;
                place(root.join(name), &bytes)?;
            }
            Some((name, bytes)) => {
                durable::make_folder(&root.join(DRAFT), None)?;
                replace(&root.join(DRAFT).join(NEXT_TIMESTAMP), &self.timestamp)?;
                durable::sync(&root.join(DRAFT))?;
                place(root.join(name), &bytes)?;
                replace(&timestamp, &self.timestamp)?;
            }
            None => replace(&timestamp, &self.timestamp)?,
        }
        durable::sync(&metadata)?;
        for draft in &self.done {
            durable::take_away(draft)?;
        }
        durable::remove_if_empty(&root.join(DRAFT)).map(|_| ())
    }
}

/// Writes a file whose name says what is in it; where it is there with the same bytes, it stays.
fn place(path: PathBuf, bytes: &[u8]) -> Result<(), Diagnostic> {
    let limit = LIMIT.max(bytes.len() as u64);
    if fs::look(&path)? == Found::Other("a file") && durable::read(&path, limit).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    replace(&path, bytes)
}
