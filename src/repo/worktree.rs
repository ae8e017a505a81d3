//! Snapshots of what is on disk, in git's index and in git's history.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use git2::{ErrorCode, Oid, Repository};

use super::git::discover;
use super::snapshot::{Entry, EntryKind, Snapshot, Source, Unreadable};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs;
use crate::base::read_at::ReadAt;
use crate::base::walk::{self, Walked, WalkedKind};

/// What a check looks at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Every file.
    Full,
    /// The files that are staged for the next commit, as they are staged.
    Staged,
    /// The files that differ from a revision, as they are on disk.
    Since(String),
}

/// A repository to be checked, and which of its paths.
#[derive(Debug)]
pub struct Worktree {
    /// The folder that paths start from.
    pub root: PathBuf,
    /// Its files.
    pub snapshot: Snapshot,
    /// The paths that are to be looked at, those that are gone included; `None` for all.
    pub changed: Option<Vec<String>>,
    /// Folders and links that were not looked into.
    pub not_entered: Vec<String>,
    /// Whether git keeps it.
    pub git: bool,
}

pub(super) fn git_error(what: &str, error: &git2::Error, place: &Path) -> Diagnostic {
    Diagnostic::failed("git", format!("git could not {what}"))
        .at(place.display().to_string())
        .because(error.message().to_owned())
        .fix("check the folder with `git status`")
}

/// Opens what `path` names. A folder is looked at as a repository of its own, unless the repository around it tracks
/// files in it; `explicit` says whether a person named it, otherwise the repository around it is meant.
///
/// # Errors
/// When it is not there, git cannot be read, or the scope needs git where there is none.
pub fn open(path: &Path, explicit: bool, scope: &Scope) -> Result<Worktree, Diagnostic> {
    let path = fs::canonical(path)?;
    let refuse = |why: &str, fix: &str| {
        Err(Diagnostic::usage("path", "there is nothing to check there").at(path.display().to_string()).because(why).fix(fix))
    };
    if !fs::is_folder(&path) && !fs::is_file(&path) {
        return refuse("it is a pipe, a socket or a device, and only files and folders are read", "name a file or a folder");
    }
    if path.to_str().is_none() {
        return refuse("its name is no UTF-8, and a report could not name it", "rename it, or check the folder that it lies in");
    }
    let folder = if fs::is_folder(&path) { path.clone() } else { path.parent().unwrap_or(&path).to_owned() };
    let repository = match discover(&folder) {
        Ok(repository) => Some(repository),
        Err(error) if error.code() == ErrorCode::NotFound => None,
        Err(error) => return Err(git_error("open the repository", &error, &folder)),
    };
    if repository.as_ref().is_some_and(|repository| repository.is_bare() || path.starts_with(repository.path())) {
        return refuse(
            "it is git's own storage, without files of a working tree",
            "check a clone of it, or `highroad scan secrets --history` here",
        );
    }
    let around = repository.as_ref().and_then(|repository| fs::canonical(repository.workdir()?).ok());
    let below = around.as_deref().and_then(|root| path.strip_prefix(root).ok()).map(slashed);
    let kept = match (&repository, &below) {
        (Some(repository), Some(below)) => below.is_empty() || !explicit || tracks(repository, below, &path)?,
        (None, _) | (_, None) => false,
    };
    match (repository, around, below) {
        (Some(repository), Some(root), Some(below)) if kept => {
            let only = if explicit && !below.is_empty() { Some(below) } else { None };
            open_git(repository, root, only, scope)
        }
        _ if *scope != Scope::Full => Err(Diagnostic::usage("no-git", "there is no git repository to compare with")
            .at(path.display().to_string())
            .because("`--staged` and `--since` ask git which files changed")
            .fix("run it in a git repository, or leave the flag out to check every file")),
        _ => Ok(open_plain(&path, walk::LeaveOut::Foreign)),
    }
}

/// Opens a folder or a file with all that is in it, whatever git or a tool thinks of it.
///
/// # Errors
/// When it is not there, or is neither a file nor a folder.
pub fn open_everything(path: &Path) -> Result<Worktree, Diagnostic> {
    let path = fs::canonical(path)?;
    if fs::is_folder(&path) || fs::is_file(&path) && path.to_str().is_some() {
        return Ok(open_plain(&path, walk::LeaveOut::Nothing));
    }
    Err(Diagnostic::usage("path", "there is nothing to scan there")
        .at(path.display().to_string())
        .because("it is no file or folder, or its name is no UTF-8")
        .fix("name a file or a folder"))
}

/// Whether the repository around keeps files below a path.
fn tracks(repository: &Repository, below: &str, path: &Path) -> Result<bool, Diagnostic> {
    let index = repository.index().map_err(|error| git_error("read the index", &error, path))?;
    let inside = format!("{below}/");
    Ok(index.iter().any(|entry| entry.path == below.as_bytes() || entry.path.starts_with(inside.as_bytes())))
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

pub(super) fn entry_of(walked: Walked) -> Entry {
    let kind = match walked.kind {
        WalkedKind::File(executable) => EntryKind::File { executable },
        WalkedKind::Link | WalkedKind::Special => EntryKind::Link,
    };
    Entry { path: walked.path, size: walked.size, kind }
}

pub(super) fn unreadable(failed: Vec<(String, String)>) -> Vec<Unreadable> {
    failed.into_iter().map(|(path, why)| Unreadable { path, why }).collect()
}

/// A folder, or one file, without git.
fn open_plain(path: &Path, leave_out: walk::LeaveOut) -> Worktree {
    if fs::is_folder(path) {
        let walk::Walk { found, failed, not_entered } = walk::walk(path, leave_out);
        let entries: Vec<Entry> = found.into_iter().map(entry_of).collect();
        let not_entered = with_links(not_entered, &entries);
        let snapshot = Snapshot::new(entries, Box::new(Disk(path.to_owned())), unreadable(failed));
        return Worktree { root: path.to_owned(), snapshot, changed: None, not_entered, git: false };
    }
    let root = path.parent().unwrap_or(path).to_owned();
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    // What was decided for the folder holds for a file in it.
    let names = [name.as_str(), super::config::FILE, super::lock::FILE];
    let entries = names.iter().filter_map(|name| walk::walked(&root, name)).map(entry_of).collect();
    let snapshot = Snapshot::new(entries, Box::new(Disk(root.clone())), Vec::new());
    Worktree { root, snapshot, changed: Some(vec![name]), not_entered: Vec::new(), git: false }
}

/// Adds the links: what they lead to is not read.
pub(super) fn with_links(mut not_entered: Vec<String>, entries: &[Entry]) -> Vec<String> {
    not_entered.extend(entries.iter().filter(|entry| entry.kind == EntryKind::Link).map(|entry| entry.path.clone()));
    not_entered.sort();
    not_entered
}

fn open_git(repository: Repository, root: PathBuf, only: Option<String>, scope: &Scope) -> Result<Worktree, Diagnostic> {
    let failed = |what: &'static str| {
        let root = root.clone();
        move |error: git2::Error| git_error(what, &error, &root)
    };
    let index = match crate::base::env::git_index_file().filter(|_| *scope == Scope::Staged) {
        Some(path) => git2::Index::open(&path),
        None => repository.index(),
    };
    let index = index.map_err(failed("read the index"))?;
    let mut changed = match scope {
        Scope::Full => None,
        Scope::Staged => Some(staged(&repository, &index).map_err(failed("compare the index with the last commit"))?),
        Scope::Since(revision) => Some(since(&repository, revision).map_err(|error| {
            Diagnostic::usage("revision", format!("git cannot compare with `{revision}`"))
                .because(error.message().to_owned())
                .fix("name a branch, a tag or a commit that this clone has; CI may need a deeper checkout")
        })?),
    };
    let tracked = index.iter().filter(|entry| (entry.flags >> 12) & 3 == 0 || *scope != Scope::Staged);
    let mut not_entered = Vec::new();
    let snapshot = if *scope == Scope::Staged {
        let mut ids = BTreeMap::new();
        let mut entries = Vec::new();
        for entry in tracked {
            let path = String::from_utf8_lossy(&entry.path).into_owned();
            let kind = kind_of(entry.mode);
            ids.insert(path.clone(), entry.id);
            entries.push(Entry { path, size: u64::from(entry.file_size), kind });
        }
        let open = conflicts(&index).map_err(failed("read the index"))?;
        Snapshot::new(entries, Box::new(Blobs { repository: Mutex::new(repository), ids }), open)
    } else {
        let walk::Walk { found, failed: mut errors, not_entered: left } = walk::walk(&root, walk::LeaveOut::Ignored);
        let mut entries: Vec<Entry> = found.into_iter().map(entry_of).collect();
        not_entered = with_links(left, &entries);
        let seen: BTreeSet<String> = entries.iter().map(|entry| entry.path.clone()).collect();
        for entry in tracked {
            let path = String::from_utf8_lossy(&entry.path).into_owned();
            if seen.contains(&path) {
                continue;
            }
            // Tracked although ignored, or in a folder that a walk leaves out: it is in every clone.
            match walk::walked(&root, &path) {
                Some(walked) => entries.push(entry_of(walked)),
                None if kind_of(entry.mode) == EntryKind::Submodule => {
                    entries.push(Entry { path, size: 0, kind: EntryKind::Submodule });
                }
                None => {}
            }
        }
        errors.retain(|(path, _)| path != ".git");
        Snapshot::new(entries, Box::new(Disk(root.clone())), unreadable(errors))
    };
    if let Some(only) = only {
        let inside = format!("{only}/");
        let within = |path: &String| *path == only || path.starts_with(&inside);
        changed = Some(match changed {
            Some(paths) => paths.into_iter().filter(within).collect(),
            None => snapshot.entries().iter().map(|entry| entry.path.clone()).filter(within).collect(),
        });
    }
    Ok(Worktree { root, snapshot, changed, not_entered, git: true })
}

/// Returns the paths that a merge left open: which of their sides will be committed is not decided yet.
fn conflicts(index: &git2::Index) -> Result<Vec<Unreadable>, git2::Error> {
    let mut paths = BTreeSet::new();
    for conflict in index.conflicts()? {
        let conflict = conflict?;
        let sides = [conflict.our, conflict.their, conflict.ancestor].into_iter().flatten();
        paths.extend(sides.map(|entry| String::from_utf8_lossy(&entry.path).into_owned()));
    }
    let why = || "a merge left it open, and what will be committed is not decided".to_owned();
    Ok(paths.into_iter().map(|path| Unreadable { path, why: why() }).collect())
}

pub(super) fn kind_of(mode: u32) -> EntryKind {
    match mode & 0o170_000 {
        0o120_000 => EntryKind::Link,
        0o160_000 => EntryKind::Submodule,
        _ => EntryKind::File { executable: mode & 0o100 != 0 },
    }
}

fn staged(repository: &Repository, index: &git2::Index) -> Result<Vec<String>, git2::Error> {
    let head = match repository.head().and_then(|head| head.peel_to_tree()) {
        Ok(tree) => Some(tree),
        Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => None,
        Err(error) => return Err(error),
    };
    let mut options = git2::DiffOptions::new();
    options.ignore_submodules(true);
    Ok(paths_of(&repository.diff_tree_to_index(head.as_ref(), Some(index), Some(&mut options))?))
}

fn since(repository: &Repository, revision: &str) -> Result<Vec<String>, git2::Error> {
    let tree = repository.revparse_single(revision)?.peel_to_tree()?;
    let mut options = git2::DiffOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true).ignore_submodules(true);
    Ok(paths_of(&repository.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut options))?))
}

fn paths_of(diff: &git2::Diff<'_>) -> Vec<String> {
    let both = diff.deltas().flat_map(|delta| [delta.old_file().path_bytes(), delta.new_file().path_bytes()]);
    let paths: BTreeSet<String> = both.flatten().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    paths.into_iter().collect()
}

/// Files on disk.
pub(super) struct Disk(pub(super) PathBuf);

impl Source for Disk {
    fn open(&self, entry: &Entry) -> Result<Box<dyn ReadAt>, String> {
        walk::open(&self.0.join(&entry.path)).map(|reader| Box::new(reader) as Box<dyn ReadAt>)
    }
}

/// Blobs of a repository, by path.
struct Blobs {
    repository: Mutex<Repository>,
    ids: BTreeMap<String, Oid>,
}

impl Source for Blobs {
    fn open(&self, entry: &Entry) -> Result<Box<dyn ReadAt>, String> {
        let id = self.ids.get(&entry.path).ok_or("git's index does not have it")?;
        let repository = self.repository.lock().map_err(|_| "another thread failed while it read".to_owned())?;
        let blob = repository.find_blob(*id).map_err(|error| error.message().to_owned())?;
        Ok(Box::new(blob.content().to_vec()))
    }
}

/// A blob of the history: where it was first met, and its bytes.
#[derive(Debug)]
pub struct Blob {
    /// The id.
    pub id: String,
    /// A path that it had.
    pub path: String,
    /// The commit that it was met in, newest first.
    pub commit: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Calls `see` with every blob that any reference reaches, each once, and returns how many there were.
///
/// # Errors
/// When there is no repository, or its history cannot be read.
pub fn history(path: &Path, limit: u64, mut see: impl FnMut(Blob), mut skipped: impl FnMut(Unreadable)) -> Result<usize, Diagnostic> {
    let repository = discover(path).map_err(|error| {
        if error.code() != ErrorCode::NotFound {
            return git_error("open the repository", &error, path);
        }
        Diagnostic::usage("no-git", "there is no git repository here")
            .at(path.display().to_string())
            .because("`--history` looks at every version of every file that git keeps")
            .fix("run it in a git repository, or leave the flag out")
    })?;
    let failed = |error: git2::Error| git_error("read the history", &error, path);
    let mut walk = repository.revwalk().map_err(failed)?;
    walk.push_glob("refs/*").map_err(failed)?;
    let _ = walk.push_head();
    let (mut seen, mut count) = (std::collections::HashSet::new(), 0);
    for commit in walk {
        let commit = repository.find_commit(commit.map_err(failed)?).map_err(failed)?;
        let mut open = vec![(commit.tree_id(), String::new())];
        while let Some((tree, prefix)) = open.pop() {
            if !seen.insert(tree) {
                continue;
            }
            let tree = repository.find_tree(tree).map_err(failed)?;
            for entry in &tree {
                let path = format!("{prefix}{}", String::from_utf8_lossy(entry.name_bytes()));
                match entry.kind() {
                    Some(git2::ObjectType::Tree) => open.push((entry.id(), format!("{path}/"))),
                    Some(git2::ObjectType::Blob) if seen.insert(entry.id()) => {
                        count += 1;
                        let size = repository.odb().and_then(|odb| odb.read_header(entry.id())).map_or(0, |(size, _)| size as u64);
                        let at = || format!("{path} (commit {})", commit.id());
                        if size > limit {
                            skipped(Unreadable { path: at(), why: format!("it has {size} bytes; at most {limit} are read") });
                            continue;
                        }
                        match repository.find_blob(entry.id()) {
                            Ok(blob) => see(Blob {
                                id: entry.id().to_string(),
                                path,
                                commit: commit.id().to_string(),
                                bytes: blob.content().to_vec(),
                            }),
                            Err(error) => skipped(Unreadable { path: at(), why: error.message().to_owned() }),
                        }
                    }
                    Some(_) | None => {}
                }
            }
        }
    }
    Ok(count)
}
