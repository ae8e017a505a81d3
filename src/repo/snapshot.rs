//! A repository as a check sees it: its files by path, and a way to read each once.

use std::collections::BTreeMap;
use std::fmt;

use super::subject::Subject;
use crate::base::read_at::ReadAt;

/// What stands at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EntryKind {
    /// A file, and whether it may be run.
    File {
        /// Whether it may be run.
        executable: bool,
    },
    /// A symbolic link; it is never followed.
    Link,
    /// Another repository inside this one.
    Submodule,
}

/// One path of a repository.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The path from the root, with `/`. It is any name that a disk can hold: it is shown and read, never written to
    /// without being parsed.
    pub path: String,
    /// How many bytes it has.
    pub size: u64,
    /// What it is.
    pub kind: EntryKind,
}

impl Entry {
    /// Returns the last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Returns the folder, empty at the root.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Returns what follows the last dot of the name, in lower case; empty where there is none.
    pub fn extension(&self) -> String {
        self.name().rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
    }

    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        matches!(self.kind, EntryKind::File { .. })
    }
}

/// Why a file could not be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unreadable {
    /// The path from the root.
    pub path: String,
    /// Why.
    pub why: String,
}

/// Where the bytes of a snapshot come from.
pub trait Source: Send + Sync {
    /// Opens a file for reading at any place.
    ///
    /// # Errors
    /// Says why it cannot be read.
    fn open(&self, entry: &Entry) -> Result<Box<dyn ReadAt>, String>;
}

/// The files of a repository, in order of path.
pub struct Snapshot {
    entries: Vec<Entry>,
    source: Box<dyn Source>,
    /// What could not be listed.
    pub unreadable: Vec<Unreadable>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Snapshot {
    /// Makes a snapshot of what a source lists.
    pub fn new(mut entries: Vec<Entry>, source: Box<dyn Source>, unreadable: Vec<Unreadable>) -> Self {
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        entries.dedup_by(|a, b| a.path == b.path);
        Self { entries, source, unreadable }
    }

    /// Makes a snapshot of files in memory: examples, tests, a plan before it is applied.
    pub fn of_files(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let files: BTreeMap<String, Vec<u8>> = files.into_iter().collect();
        let entry = |(path, bytes): (&String, &Vec<u8>)| Entry {
            path: path.clone(),
            size: bytes.len() as u64,
            kind: EntryKind::File { executable: false },
        };
        Self::new(files.iter().map(entry).collect(), Box::new(Memory(files)), Vec::new())
    }

    /// Returns the paths, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the entry at a path.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok().map(|at| &self.entries[at])
    }

    /// Whether a file stands at a path.
    pub fn has(&self, path: &str) -> bool {
        self.entry(path).is_some_and(Entry::is_file)
    }

    /// Returns the file at a path, to be read.
    pub fn subject(&self, path: &str) -> Option<Subject<'_>> {
        self.entry(path).filter(|entry| entry.is_file()).map(|entry| Subject::new(self, entry))
    }

    /// Opens a file for reading at any place.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(&self, entry: &Entry) -> Result<Box<dyn ReadAt>, Unreadable> {
        self.source.open(entry).map_err(|why| Unreadable { path: entry.path.clone(), why })
    }
}

impl Snapshot {
    /// Returns the snapshot as it would be with other content for some files; `None` takes a file away.
    #[must_use]
    pub fn with(self, files: BTreeMap<String, Option<Vec<u8>>>) -> Self {
        let kind = |path: &str| match self.entry(path).map(|entry| entry.kind) {
            Some(kind @ EntryKind::File { .. }) => kind,
            Some(EntryKind::Link | EntryKind::Submodule) | None => EntryKind::File { executable: false },
        };
        let files = files.into_iter().map(|(path, bytes)| {
            let entry = bytes.map(|bytes| (kind(&path), bytes));
            (path, entry)
        });
        let files = files.collect();
        self.with_entries(files)
    }

    /// Returns the snapshot as it would be with something else at some paths; `None` takes away what stands there.
    #[must_use]
    pub fn with_entries(self, files: BTreeMap<String, Option<(EntryKind, Vec<u8>)>>) -> Self {
        let Self { mut entries, source, unreadable } = self;
        entries.retain(|entry| !files.contains_key(&entry.path));
        let mut over = BTreeMap::new();
        for (path, entry) in files {
            let Some((kind, bytes)) = entry else { continue };
            entries.push(Entry { path: path.clone(), size: bytes.len() as u64, kind });
            over.insert(path, bytes);
        }
        Self::new(entries, Box::new(Overlay { over: Memory(over), under: source }), unreadable)
    }
}

/// Other content for some files of a source.
struct Overlay {
    over: Memory,
    under: Box<dyn Source>,
}

impl Source for Overlay {
    fn open(&self, entry: &Entry) -> Result<Box<dyn ReadAt>, String> {
        if self.over.0.contains_key(&entry.path) { self.over.open(entry) } else { self.under.open(entry) }
    }
}

/// Files in memory.
struct Memory(BTreeMap<String, Vec<u8>>);

impl Source for Memory {
    fn open(&self, entry: &Entry) -> Result<Box<dyn ReadAt>, String> {
        self.0.get(&entry.path).map(|bytes| Box::new(bytes.clone()) as Box<dyn ReadAt>).ok_or_else(|| "it is not there".to_owned())
    }
}
