//! The files of a project on disk: what git keeps or would keep below its folder, and the paths that its road owns.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{ErrorCode, Oid};

use super::git::discover;
use super::snapshot::{Entry, EntryKind, Snapshot};
use super::subject::IN_MEMORY;
use super::worktree::{Disk, Worktree, entry_of, git_error, kind_of, unreadable, with_links};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs;
use crate::base::leaf::{Kind, Leaf};
use crate::base::read_at::ReadAt as _;
use crate::base::walk::{self, WalkedKind};

/// What stands for the root of a project in memory. No folder can have this name.
pub const IN_MEMORY_ROOT: &str = "/in memory/\u{0}";

/// The files of a project on disk, or in memory.
#[derive(Debug)]
pub struct ProjectFiles {
    /// The root of the project, perhaps a folder of a larger repository.
    pub root: PathBuf,
    /// Whether git keeps it.
    pub git: bool,
    entries: BTreeMap<String, Entry>,
    /// The commits of submodules, by path.
    submodules: BTreeMap<String, String>,
    /// Paths of the road that git ignores and does not keep.
    ignored: BTreeSet<String>,
    failed: Vec<(String, String)>,
    not_entered: Vec<String>,
    /// The content, where the project is in memory alone.
    memory: Option<BTreeMap<String, Leaf>>,
}

impl ProjectFiles {
    /// Files in memory: a project that stands on no disk.
    pub fn in_memory(files: BTreeMap<String, Leaf>) -> Self {
        let entry = |(path, leaf): (&String, &Leaf)| {
            let kind = match leaf.kind {
                Kind::Plain => EntryKind::File { executable: false },
                Kind::Executable => EntryKind::File { executable: true },
                Kind::Link => EntryKind::Link,
                Kind::Submodule => EntryKind::Submodule,
            };
            (path.clone(), Entry { path: path.clone(), size: leaf.bytes.len() as u64, kind })
        };
        Self {
            root: PathBuf::from(IN_MEMORY_ROOT),
            git: false,
            entries: files.iter().map(entry).collect(),
            submodules: BTreeMap::new(),
            ignored: BTreeSet::new(),
            failed: Vec::new(),
            not_entered: Vec::new(),
            memory: Some(files),
        }
    }

    /// Lists the files below `root`: those that git does not ignore, those that it keeps although it ignores them, and
    /// what stands at the paths `also`, ignored or not.
    ///
    /// # Errors
    /// When git cannot be read.
    pub fn list<'a>(root: &Path, also: impl IntoIterator<Item = &'a str>) -> Result<Self, Diagnostic> {
        let tracked = tracked(root)?;
        let git = tracked.is_some();
        let leave_out = if git { walk::LeaveOut::Ignored } else { walk::LeaveOut::Foreign };
        let walk::Walk { found, failed, not_entered } = walk::walk(root, leave_out);
        // A name that is no UTF-8 is shown with another letter: no file stands at what is shown.
        let unnamed: BTreeSet<&str> = failed.iter().map(|(path, _)| path.as_str()).collect();
        let mut entries = BTreeMap::new();
        for walked in found {
            let ours = walked.path.starts_with(".highroad/");
            if !ours && walked.kind != WalkedKind::Special && !unnamed.contains(walked.path.as_str()) {
                entries.insert(walked.path.clone(), entry_of(walked));
            }
        }
        let mut submodules = BTreeMap::new();
        for (path, mode, id) in tracked.into_iter().flatten() {
            if entries.contains_key(&path) {
                continue;
            }
            if kind_of(mode) == EntryKind::Submodule {
                submodules.insert(path.clone(), id.to_string());
                entries.insert(path.clone(), Entry { path, size: 40, kind: EntryKind::Submodule });
            } else if let Some(walked) = walk::walked(root, &path) {
                entries.insert(path, entry_of(walked));
            }
        }
        let mut ignored = BTreeSet::new();
        for path in also {
            if !entries.contains_key(path)
                && let Some(walked) = walk::walked(root, path)
            {
                if git {
                    ignored.insert(path.to_owned());
                }
                entries.insert(path.to_owned(), entry_of(walked));
            }
        }
        Ok(Self { root: root.to_owned(), git, entries, submodules, ignored, failed, not_entered, memory: None })
    }

    /// Returns the paths with what stands there, in order.
    pub fn entries(&self) -> impl Iterator<Item = (&str, Kind, u64)> {
        self.entries.values().map(|entry| (entry.path.as_str(), kind(entry), entry.size))
    }

    /// Whether git ignores what stands at a path, and does not keep it.
    pub fn is_ignored(&self, path: &str) -> bool {
        self.ignored.contains(path)
    }

    /// Whether something stands at a path.
    pub fn has(&self, path: &str) -> bool {
        self.entries.contains_key(path)
    }

    /// Reads what stands at a path; nothing where nothing does.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn leaf(&self, path: &str) -> Result<Option<Leaf>, String> {
        if let Some(files) = &self.memory {
            return Ok(files.get(path).cloned());
        }
        let Some(entry) = self.entries.get(path) else { return Ok(None) };
        let kind = kind(entry);
        let place = self.root.join(path);
        let bytes = match kind {
            Kind::Plain | Kind::Executable => read(&place)?,
            Kind::Link => walk::link_target(&place)?,
            Kind::Submodule => self.submodules.get(path).cloned().unwrap_or_default().into_bytes(),
        };
        Ok(Some(Leaf { kind, bytes: Arc::from(bytes) }))
    }

    /// Returns the files as a check looks at them.
    pub fn worktree(&self) -> Worktree {
        let entries: Vec<Entry> = self.entries.values().cloned().collect();
        let not_entered = with_links(self.not_entered.clone(), &entries);
        let failed = self.failed.iter().filter(|(path, _)| path != ".git").cloned().collect();
        let snapshot = match &self.memory {
            Some(files) => {
                let given = |entry: Entry| {
                    let bytes = files.get(&entry.path).map(|leaf| leaf.bytes.to_vec());
                    (entry.path, bytes.map(|bytes| (entry.kind, bytes)))
                };
                Snapshot::of_files([]).with_entries(entries.into_iter().map(given).collect())
            }
            None => Snapshot::new(entries, Box::new(Disk(self.root.clone())), unreadable(failed)),
        };
        Worktree { root: self.root.clone(), snapshot, changed: None, not_entered, git: self.git }
    }
}

fn kind(entry: &Entry) -> Kind {
    match entry.kind {
        EntryKind::File { executable: true } => Kind::Executable,
        EntryKind::File { executable: false } => Kind::Plain,
        EntryKind::Link => Kind::Link,
        EntryKind::Submodule => Kind::Submodule,
    }
}

fn read(place: &Path) -> Result<Vec<u8>, String> {
    let limit = usize::try_from(IN_MEMORY).unwrap_or(usize::MAX);
    let reader = walk::open(place)?;
    let bytes = reader.read_range(0, limit.saturating_add(1)).map_err(|error| error.to_string())?;
    if bytes.len() > limit { Err(format!("it has more than {limit} bytes")) } else { Ok(bytes) }
}

/// What git's index holds at a path: the path, its mode and its object.
type Tracked = (String, u32, Oid);

/// Returns what git's index holds below a folder; nothing where there is no repository.
fn tracked(root: &Path) -> Result<Option<Vec<Tracked>>, Diagnostic> {
    let repository = match discover(root) {
        Ok(repository) => repository,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
        Err(error) => return Err(git_error("open the repository", &error, root)),
    };
    let Some(top) = repository.workdir().and_then(|top| fs::canonical(top).ok()) else { return Ok(None) };
    let Ok(below) = root.strip_prefix(&top) else { return Ok(None) };
    let mut prefix = below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    if !prefix.is_empty() {
        prefix.push('/');
    }
    let index = repository.index().map_err(|error| git_error("read the index", &error, root))?;
    let entry = |entry: git2::IndexEntry| {
        let path = std::str::from_utf8(&entry.path).ok()?.strip_prefix(&prefix)?.to_owned();
        Some((path, entry.mode, entry.id))
    };
    Ok(Some(index.iter().filter_map(entry).collect()))
}

/// Reads blobs of the repository around `root` by their ids: those that it has, and that are no larger than `limit`.
pub fn blobs(root: &Path, ids: &[&str], limit: u64) -> BTreeMap<String, Vec<u8>> {
    let Ok(repository) = discover(root) else { return BTreeMap::new() };
    let Ok(objects) = repository.odb() else { return BTreeMap::new() };
    let read = |id: &&str| {
        let known = Oid::from_str(id).ok()?;
        let (size, _) = objects.read_header(known).ok()?;
        let blob = (size as u64 <= limit).then(|| repository.find_blob(known).ok())??;
        Some(((*id).to_owned(), blob.content().to_vec()))
    };
    ids.iter().filter_map(read).collect()
}
