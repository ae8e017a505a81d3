//! The project's side of a merge: what is on disk, with what migrations changed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::leaf::Leaf;
use crate::merge::trees::{Entry, Side};
use crate::repo::project::ProjectFiles;

/// What is on disk, read when it is needed, with what migrations changed in memory.
#[derive(Debug)]
pub struct Ours<'a> {
    disk: &'a ProjectFiles,
    read: RefCell<BTreeMap<String, Leaf>>,
    changed: BTreeMap<String, Option<Leaf>>,
    moved: BTreeMap<String, String>,
    /// How many bytes the migrations made by edits.
    made: usize,
}

/// How many bytes all migrations of an upgrade may make by edits.
const MOST_MADE: usize = 16 << 20;

impl<'a> Ours<'a> {
    /// What is on disk.
    pub fn of(disk: &'a ProjectFiles) -> Self {
        Self { disk, read: RefCell::default(), changed: BTreeMap::new(), moved: BTreeMap::new(), made: 0 }
    }

    /// Returns what is on disk at a path.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn on_disk(&self, path: &str) -> Result<Option<Leaf>, String> {
        if let Some(leaf) = self.read.borrow().get(path) {
            return Ok(Some(leaf.clone()));
        }
        let leaf = self.disk.leaf(path)?;
        if let Some(leaf) = &leaf {
            self.read.borrow_mut().insert(path.to_owned(), leaf.clone());
        }
        Ok(leaf)
    }

    /// Returns what stands at a path after the migrations so far.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn leaf(&self, path: &str) -> Result<Option<Leaf>, String> {
        match self.changed.get(path) {
            Some(leaf) => Ok(leaf.clone()),
            None => self.on_disk(path),
        }
    }

    /// As [`Ours::leaf`], for a look that the merge need not repeat: what is on disk is not kept.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn glance(&self, path: &str) -> Result<Option<Leaf>, String> {
        match (self.changed.get(path), self.read.borrow().get(path)) {
            (Some(leaf), _) => Ok(leaf.clone()),
            (None, Some(leaf)) => Ok(Some(leaf.clone())),
            (None, None) => self.disk.leaf(path),
        }
    }

    /// Makes room for what a migration edits, on either side; says no where all of them would make too much.
    pub fn take(&mut self, bytes: usize) -> bool {
        let made = self.made.saturating_add(bytes);
        if made > MOST_MADE {
            return false;
        }
        self.made = made;
        true
    }

    /// Returns the paths after the migrations so far, in order, with what stands there and how large it is.
    pub fn entries(&self) -> BTreeMap<String, Entry> {
        let mut entries: BTreeMap<String, Entry> =
            self.disk.entries().map(|(path, kind, size)| (path.to_owned(), Entry { kind, size })).collect();
        for (path, leaf) in &self.changed {
            match leaf {
                Some(leaf) => entries.insert(path.clone(), Entry { kind: leaf.kind, size: leaf.bytes.len() as u64 }),
                None => entries.remove(path),
            };
        }
        entries
    }

    /// Puts something at a path, or takes it away.
    pub fn set(&mut self, path: &str, leaf: Option<Leaf>) {
        self.changed.insert(path.to_owned(), leaf);
    }

    /// Moves what stands at a path.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), String> {
        let leaf = self.leaf(from)?;
        self.set(from, None);
        self.set(to, leaf);
        let origin = self.moved.remove(from).unwrap_or_else(|| from.to_owned());
        self.moved.insert(to.to_owned(), origin);
        Ok(())
    }

    /// Returns where on disk stands what was moved to the paths.
    pub fn moved(&self) -> &BTreeMap<String, String> {
        &self.moved
    }

    /// Returns the paths that migrations changed, with what stands there then.
    pub fn changed(&self) -> &BTreeMap<String, Option<Leaf>> {
        &self.changed
    }

    /// Returns the side for the merge.
    pub fn side(&self) -> Side<'_> {
        let read = |path: &str| -> Result<Arc<[u8]>, String> {
            self.leaf(path)?.map(|leaf| leaf.bytes).ok_or_else(|| "it is not there any more".to_owned())
        };
        Side::lazy(self.entries(), read)
    }
}
