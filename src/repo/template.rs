//! The files of a template at one of its tags: read from git's object database, or from a plain folder.
//!
//! Nothing is checked out, so no filter, hook or link of the template's repository takes part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository, RepositoryOpenFlags};

use super::records::{Records, Unread};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found, Limits};
use crate::base::interrupt;
use crate::base::read_at::ReadAt as _;
use crate::base::tree::{File, Mode};
use crate::base::walk::{self, WalkedKind};

/// How much a template may hold. Public ones stay below 2 MB.
pub const LIMITS: Limits = Limits { files: 5_000, file_bytes: 4 << 20, total_bytes: 10 << 20 };
/// How many folders a template may have, and how deep they may stand in each other.
const MOST_FOLDERS: usize = 5_000;
const DEEPEST: usize = 40;
/// The longest path, in bytes.
const LONGEST_PATH: usize = 4096;
/// The largest list of packed names that is read, in bytes.
const LARGEST_NAMES: u64 = 4 << 20;
/// How many tags are looked at.
const MOST_TAGS: usize = 5_000;
/// How many tags may stand on each other.
const LONGEST_CHAIN: usize = 5;

/// The files of a template, by path. The names are the template's own: they may hold any character but `/`.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The files.
    pub files: BTreeMap<String, File>,
    /// The symbolic links, with where they lead.
    pub links: BTreeMap<String, String>,
    /// What was left out, with the reason: submodules, devices, names that are no text.
    pub left_out: Vec<(String, String)>,
}

/// A commit of a template, with the tag that names it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Point {
    /// The tag; nothing for a commit that was named by itself.
    pub tag: Option<String>,
    /// The commit, 40 hexadecimal digits.
    pub commit: String,
    /// When the commit was made, in seconds since 1970.
    pub seconds: i64,
}

/// A template's repository.
pub struct Templates {
    repository: Repository,
    shown: String,
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Templates").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl Templates {
    /// Opens the repository whose root is `folder`, also a bare one; nothing where it is a plain folder.
    ///
    /// # Errors
    /// When a repository is there but cannot be read.
    pub fn open(folder: &Path) -> Result<Option<Self>, Diagnostic> {
        let shown = folder.display().to_string();
        match Repository::open_ext(folder, RepositoryOpenFlags::NO_SEARCH, std::iter::empty::<&Path>()) {
            Ok(repository) => {
                let packed = repository.commondir().join("packed-refs");
                if fs::look(&packed)? != Found::Nothing {
                    fs::read_text(&packed, LARGEST_NAMES)?;
                }
                Ok(Some(Self { repository, shown }))
            }
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(unreadable(&shown, error.message())),
        }
    }

    /// Returns the address that it was cloned from.
    pub fn origin(&self) -> Option<String> {
        self.repository.find_remote("origin").ok()?.url().ok().map(str::to_owned)
    }

    /// Gives it the name that messages show: of a template that was fetched, its address.
    #[must_use]
    pub fn called(self, shown: &str) -> Self {
        Self { shown: shown.to_owned(), ..self }
    }

    /// Returns the tags that lead to a commit, in order of time, then of name.
    ///
    /// # Errors
    /// When there are too many, or they cannot be read.
    pub fn tags(&self) -> Result<Vec<Point>, Diagnostic> {
        let git = |error: git2::Error| unreadable(&self.shown, error.message());
        let mut points = Vec::new();
        for (count, reference) in self.repository.references_glob("refs/tags/*").map_err(git)?.enumerate() {
            interrupt::check()?;
            if count >= MOST_TAGS {
                return Err(unreadable(&self.shown, &format!("it has more than {MOST_TAGS} tags")));
            }
            let Ok(reference) = reference else { continue };
            let (Ok(name), Ok(target)) = (reference.name(), reference.resolve()) else { continue };
            let (Some(tag), Some(id)) = (name.strip_prefix("refs/tags/"), target.target()) else { continue };
            if let Some((commit, seconds)) = self.commit(id) {
                points.push(Point { tag: Some(tag.to_owned()), commit, seconds });
            }
        }
        points.sort_by(|a, b| (a.seconds, &a.tag).cmp(&(b.seconds, &b.tag)));
        Ok(points)
    }

    /// Returns the commit that `revision` names: a commit, a branch, a tag, `HEAD`.
    ///
    /// # Errors
    /// When it names none.
    pub fn point(&self, revision: &str) -> Result<Point, Diagnostic> {
        let none = |why: &str| {
            Diagnostic::usage("revision", format!("`{revision}` is no commit of the template"))
                .at(self.shown.clone())
                .because(why)
                .fix("name a commit, a branch or a tag of it; `git tag` lists the tags")
        };
        let object = self.repository.revparse_single(revision).map_err(|error| none(error.message()))?;
        let (commit, seconds) = self.commit(object.id()).ok_or_else(|| none("it does not lead to a commit"))?;
        let tag = self.repository.find_reference(&format!("refs/tags/{revision}")).is_ok().then(|| revision.to_owned());
        Ok(Point { tag, commit, seconds })
    }

    /// Follows tags to a commit, and returns its id and time.
    fn commit(&self, mut id: Oid) -> Option<(String, i64)> {
        let records = Records::of(&self.repository).ok()?;
        for _ in 0..LONGEST_CHAIN {
            if records.kind(id).ok()? == ObjectType::Tag {
                id = self.repository.find_tag(id).ok()?.target_id();
            } else {
                let commit = records.commit(id).ok()?;
                return Some((id.to_string(), commit.time().seconds()));
            }
        }
        None
    }

    /// Reads the files of a commit.
    ///
    /// # Errors
    /// When an object is missing, or the template holds more than [`LIMITS`] allow.
    pub fn files(&self, point: &Point) -> Result<Files, Diagnostic> {
        let shown = format!("{}@{}", self.shown, point.tag.as_deref().unwrap_or(&point.commit));
        let git = |error: git2::Error| unreadable(&shown, error.message());
        let unread = |what: &str, why: Unread| match why {
            Unread::Broken(error) => git(error),
            Unread::Large { .. } => too_much(&shown, &format!("{what}: {why}")),
            Unread::NoFile => unreadable(&shown, &format!("{what}: {why}")),
        };
        let records = Records::of(&self.repository).map_err(git)?;
        let commit = records.commit(Oid::from_str(&point.commit).map_err(git)?).map_err(|why| unread("the commit", why))?;
        let mut taken = Taken::default();
        let mut folders = vec![(commit.tree_id(), String::new(), 0)];
        let mut entered = 0;
        while let Some((id, prefix, depth)) = folders.pop() {
            interrupt::check()?;
            entered += 1;
            if entered > MOST_FOLDERS || depth > DEEPEST {
                return Err(too_much(&shown, &format!("it has more than {MOST_FOLDERS} folders, or folders deeper than {DEEPEST}")));
            }
            let tree = records.tree(id).map_err(|why| unread(&format!("the list of its folder `{prefix}`"), why))?;
            for entry in &tree {
                let name = String::from_utf8_lossy(entry.name_bytes());
                if prefix.len() + name.len() > LONGEST_PATH {
                    return Err(too_much(&shown, &format!("a path in its folder `{prefix}` has more than {LONGEST_PATH} bytes")));
                }
                let path = format!("{prefix}{name}");
                if entry.name().is_err() {
                    taken.leave_out(path, "its name is no UTF-8", &shown)?;
                    continue;
                }
                if name.is_empty() || matches!(&*name, "." | "..") || name.contains(['/', '\0']) || name.eq_ignore_ascii_case(".git") {
                    return Err(too_much(&shown, &format!("it has a file that is called `{path}`")));
                }
                match entry.filemode() {
                    0o040_000 => {
                        refuse_many(folders.len(), &shown)?;
                        folders.push((entry.id(), format!("{path}/"), depth + 1));
                    }
                    0o160_000 => taken.leave_out(path, "it is a submodule", &shown)?,
                    mode @ (0o120_000 | 0o100_644 | 0o100_664 | 0o100_755) => {
                        let place = format!("`{path}`");
                        let size = records.size(entry.id()).map_err(|why| unread(&place, why))?;
                        taken.count(size, &path, &shown)?;
                        let bytes = records.file(entry.id(), LIMITS.file_bytes).map_err(|why| unread(&place, why))?;
                        taken.add(path, bytes, mode);
                    }
                    _ => taken.leave_out(path, "it is neither a file nor a link", &shown)?,
                }
            }
        }
        Ok(taken.files)
    }
}

/// Refuses one more folder where so many wait to be entered.
fn refuse_many(waiting: usize, shown: &str) -> Result<(), Diagnostic> {
    if waiting < MOST_FOLDERS { Ok(()) } else { Err(too_much(shown, &format!("it has more than {MOST_FOLDERS} folders"))) }
}

/// Reads the files of a plain folder. Git's own folder is left out, and links are noted, not followed.
///
/// # Errors
/// When a file cannot be read, or the folder holds more than [`LIMITS`] allow.
pub fn read_folder(folder: &Path) -> Result<Files, Diagnostic> {
    let shown = folder.display().to_string();
    let mut taken = Taken::default();
    let mut folders: Vec<(PathBuf, String, usize)> = vec![(folder.to_owned(), String::new(), 0)];
    let mut entered = 0;
    while let Some((here, prefix, depth)) = folders.pop() {
        interrupt::check()?;
        entered += 1;
        if entered > MOST_FOLDERS || depth > DEEPEST {
            return Err(too_much(&shown, &format!("it has more than {MOST_FOLDERS} folders, or folders deeper than {DEEPEST}")));
        }
        for name in fs::list(&here)? {
            let (full, path) = (here.join(&name), format!("{prefix}{name}"));
            if name == ".git" {
                continue;
            }
            let unreadable = |why: String| unreadable(&full.display().to_string(), &why);
            match walk::walked(&here, &name) {
                None if matches!(fs::look(&full)?, Found::Folder(_)) => {
                    refuse_many(folders.len(), &shown)?;
                    folders.push((full, format!("{path}/"), depth + 1));
                }
                None => taken.leave_out(path, "its name is no UTF-8", &shown)?,
                Some(found) => match found.kind {
                    WalkedKind::Special => taken.leave_out(path, "it is neither a file nor a link", &shown)?,
                    WalkedKind::Link => {
                        let target = walk::link_target(&full).map_err(unreadable)?;
                        taken.count(target.len() as u64, &path, &shown)?;
                        taken.add(path, target, 0o120_000);
                    }
                    WalkedKind::File(runs) => {
                        taken.count(found.size, &path, &shown)?;
                        let reader = walk::open(&full).map_err(unreadable)?;
                        let mut bytes = vec![0; usize::try_from(found.size).unwrap_or(usize::MAX)];
                        let mut at = 0;
                        while at < bytes.len() {
                            match reader.read_at(at as u64, &mut bytes[at..]).map_err(|error| unreadable(error.to_string()))? {
                                0 => break,
                                came => at += came,
                            }
                        }
                        bytes.truncate(at);
                        taken.add(path, bytes, if runs { 0o100_755 } else { 0o100_644 });
                    }
                },
            }
        }
    }
    Ok(taken.files)
}

/// What was read so far, counted against the limits.
#[derive(Default)]
struct Taken {
    files: Files,
    bytes: u64,
}

impl Taken {
    /// Counts a file before it is read.
    fn count(&mut self, size: u64, path: &str, shown: &str) -> Result<(), Diagnostic> {
        self.bytes = self.bytes.saturating_add(size);
        if size > LIMITS.file_bytes {
            return Err(too_much(shown, &format!("`{path}` has {size} bytes, at most {} are taken", LIMITS.file_bytes)));
        }
        if self.bytes > LIMITS.total_bytes || self.files.files.len() + self.files.links.len() >= LIMITS.files {
            return Err(too_much(shown, &format!("it has more than {} files or {} bytes", LIMITS.files, LIMITS.total_bytes)));
        }
        Ok(())
    }

    fn add(&mut self, path: String, bytes: Vec<u8>, mode: i32) {
        match mode {
            0o120_000 => {
                self.files.links.insert(path, String::from_utf8_lossy(&bytes).into_owned());
            }
            0o100_755 => {
                self.files.files.insert(path, File { bytes, mode: Mode::Executable });
            }
            _ => {
                self.files.files.insert(path, File { bytes, mode: Mode::Plain });
            }
        }
    }

    fn leave_out(&mut self, path: String, why: &str, shown: &str) -> Result<(), Diagnostic> {
        if self.files.left_out.len() >= LIMITS.files {
            return Err(too_much(shown, &format!("more than {} of its entries cannot be taken", LIMITS.files)));
        }
        self.files.left_out.push((path, why.to_owned()));
        Ok(())
    }
}

fn unreadable(shown: &str, why: &str) -> Diagnostic {
    Diagnostic::usage("template", "the template cannot be read")
        .at(shown.to_owned())
        .because(why)
        .fix("check that it is a folder or a whole clone; `git fsck` tells what is broken")
}

fn too_much(shown: &str, why: &str) -> Diagnostic {
    Diagnostic::usage("template-size", "the template is not taken")
        .at(shown.to_owned())
        .because(why)
        .fix("import the part that projects get, from a folder of its own")
}
