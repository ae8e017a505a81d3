//! One side of a merge of trees: the paths are known, the contents are read when they are needed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::base::leaf::{Kind, Leaf};

/// What stands at a path, before its content is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// How many bytes its content has.
    pub size: u64,
}

/// Reads the content at a path; says why it cannot.
type Read<'a> = Box<dyn Fn(&str) -> Result<Arc<[u8]>, String> + 'a>;

/// A tree of files whose contents are read once, when they are needed.
pub struct Side<'a> {
    entries: BTreeMap<String, Entry>,
    read: Read<'a>,
    contents: RefCell<BTreeMap<String, Arc<[u8]>>>,
}

impl fmt::Debug for Side<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Side").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl<'a> Side<'a> {
    /// A side whose contents come from `read`.
    pub fn lazy(entries: BTreeMap<String, Entry>, read: impl Fn(&str) -> Result<Arc<[u8]>, String> + 'a) -> Self {
        Self { entries, read: Box::new(read), contents: RefCell::default() }
    }

    /// A side in memory.
    pub fn of(leaves: impl IntoIterator<Item = (String, Leaf)>) -> Self {
        let leaves: BTreeMap<String, Leaf> = leaves.into_iter().collect();
        let entries = leaves.iter().map(|(path, leaf)| (path.clone(), Entry { kind: leaf.kind, size: leaf.bytes.len() as u64 })).collect();
        let contents = leaves.into_iter().map(|(path, leaf)| (path, leaf.bytes)).collect();
        let read: Read<'a> = Box::new(|path| Err(format!("`{path}` is not there")));
        Self { entries, read, contents: RefCell::new(contents) }
    }

    /// Returns what stands at the paths, in order.
    pub fn entries(&self) -> &BTreeMap<String, Entry> {
        &self.entries
    }

    /// Returns what stands at `path`.
    pub fn entry(&self, path: &str) -> Option<Entry> {
        self.entries.get(path).copied()
    }

    /// Returns what stands at `path`, with its content; nothing where nothing stands.
    ///
    /// # Errors
    /// Says why the content cannot be read.
    pub fn leaf(&self, path: &str) -> Result<Option<Leaf>, String> {
        let Some(entry) = self.entry(path) else { return Ok(None) };
        if let Some(bytes) = self.contents.borrow().get(path) {
            return Ok(Some(Leaf { kind: entry.kind, bytes: Arc::clone(bytes) }));
        }
        let bytes = (self.read)(path)?;
        self.contents.borrow_mut().insert(path.to_owned(), Arc::clone(&bytes));
        Ok(Some(Leaf { kind: entry.kind, bytes }))
    }
}
