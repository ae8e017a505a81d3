//! Git's index: what it holds of a path, and giving some paths other entries while all else in it stays.
//!
//! The new index is written beside, then takes git's own lock by getting its name, then the index's name. A run that is
//! killed in between leaves a lock that is known by being the same file.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use git2::{AttrCheckFlags, AttrValue, Index, IndexEntry, IndexTime, Oid};
use serde::{Deserialize, Serialize};

use super::eol::{self, LineEnds, Wishes};
use super::landing::{Git, failed};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::durable::{self, Standing};
use crate::base::fs::{self, Stamp, fault, io_error};

/// What the index holds of a path in one stage.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The mode as git counts it.
    pub mode: u32,
    /// The id of the blob.
    pub id: String,
    /// 0, or the side of a conflict: 1 base, 2 ours, 3 theirs.
    pub stage: u16,
}

/// Marks of an entry that say that its file is not looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mark {
    /// `git update-index --assume-unchanged`.
    AssumeUnchanged,
    /// `git update-index --skip-worktree`, or a sparse checkout.
    SkipWorktree,
    /// `git add --intent-to-add`.
    IntentToAdd,
}

/// Bits of an index entry, as gitformat-index(5) gives them.
const ASSUME_UNCHANGED: u16 = 1 << 15;
const SKIP_WORKTREE: u16 = 1 << 14;
const INTENT_TO_ADD: u16 = 1 << 13;

/// What git does to a file between disk and commit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Filter {
    /// It looks after its line ends, or leaves it alone.
    LineEnds(LineEnds),
    /// It runs something that is not run here; the text names the attribute.
    Foreign(&'static str),
}

impl Git {
    /// Returns what the index holds of a path from the root of the working tree, by stage.
    pub fn entries(&self, path: &str) -> Vec<Entry> {
        let read = |stage: u16| {
            let entry = self.index.get_path(Path::new(path), i32::from(stage))?;
            Some(Entry { mode: entry.mode, id: entry.id.to_string(), stage })
        };
        (0..=3).filter_map(read).collect()
    }

    /// Returns the mark of a path, where it has one.
    pub fn mark(&self, path: &str) -> Option<Mark> {
        let entry = self.index.get_path(Path::new(path), 0)?;
        match () {
            () if entry.flags & ASSUME_UNCHANGED != 0 => Some(Mark::AssumeUnchanged),
            () if entry.flags_extended & SKIP_WORKTREE != 0 => Some(Mark::SkipWorktree),
            () if entry.flags_extended & INTENT_TO_ADD != 0 => Some(Mark::IntentToAdd),
            () => None,
        }
    }

    /// Whether a sparse checkout leaves out the other files of the folder of `path`.
    pub fn is_left_out(&self, path: &str) -> bool {
        if !self.flag("core.sparseCheckout") {
            return false;
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let inside = format!("{folder}/");
        let mut others = self.index.iter().filter(|entry| folder.is_empty() || entry.path.starts_with(inside.as_bytes())).peekable();
        !folder.is_empty() && others.peek().is_some() && others.all(|entry| entry.flags_extended & SKIP_WORKTREE != 0)
    }

    /// Returns the first path that the index has at, or above, or below `path` and that is another repository.
    pub fn submodule_near(&self, path: &str) -> Option<String> {
        let submodule = |path: &str| self.index.get_path(Path::new(path), 0).is_some_and(|entry| entry.mode == 0o160_000);
        let above = path.match_indices('/').map(|(at, _)| &path[..at]).chain([path]);
        above.into_iter().find(|path| submodule(path)).map(str::to_owned)
    }

    /// Whether git ignores a path.
    pub fn ignores(&self, path: &str) -> bool {
        self.repository.is_path_ignored(path).unwrap_or(false)
    }

    fn flag(&self, name: &str) -> bool {
        self.repository.config().and_then(|config| config.get_bool(name)).unwrap_or(false)
    }

    /// Whether git takes the executable bit from the disk.
    pub fn trusts_modes(&self) -> bool {
        self.repository.config().and_then(|config| config.get_bool("core.fileMode")).unwrap_or(true)
    }

    /// Returns what git does to a path between disk and commit.
    ///
    /// # Errors
    /// When the attributes cannot be read.
    pub fn filter(&self, path: &str) -> Result<Filter, Diagnostic> {
        let attribute = |name: &str| -> Result<Option<String>, git2::Error> {
            let value = self.repository.get_attr(Path::new(path), name, AttrCheckFlags::FILE_THEN_INDEX)?;
            Ok(match AttrValue::from_string(value) {
                AttrValue::True => Some("true".to_owned()),
                AttrValue::False => Some("false".to_owned()),
                AttrValue::String(value) => Some(value.to_owned()),
                AttrValue::Bytes(_) | AttrValue::Unspecified => None,
            })
        };
        let read = || -> Result<Filter, git2::Error> {
            for name in ["filter", "working-tree-encoding", "ident"] {
                if attribute(name)?.is_some_and(|value| value != "false") {
                    return Ok(Filter::Foreign(name));
                }
            }
            let text = match attribute("text")? {
                None => attribute("crlf")?,
                text => text,
            };
            let eol = attribute("eol")?;
            let config = self.repository.config()?.snapshot()?;
            let autocrlf = config.get_str("core.autocrlf").ok().map(|value| match value {
                "input" => "input",
                _ if config.get_bool("core.autocrlf").unwrap_or(false) => "true",
                _ => "false",
            });
            let core_eol = config.get_str("core.eol").ok();
            let wishes = Wishes { text: text.as_deref(), eol: eol.as_deref(), autocrlf, core_eol };
            Ok(Filter::LineEnds(LineEnds::of(wishes)))
        };
        read().map_err(|error| failed("read its attributes", &error).at(path))
    }

    /// Returns the bytes that a commit keeps of a file with these bytes on disk.
    pub fn to_git(&self, path: &str, ends: LineEnds, bytes: &[u8]) -> Option<Vec<u8>> {
        ends.to_git(bytes, || {
            let kept = self.index.get_path(Path::new(path), 0).and_then(|entry| self.repository.find_blob(entry.id).ok());
            kept.is_some_and(|blob| eol::has_crlf(blob.content()))
        })
    }

    /// Writes beside the index one that has other entries for some paths. `stamps` gives the stamp of files on disk that
    /// hold just what stage 0 says; git reads the others again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn prepare_index(
        &self,
        beside: &Path,
        changes: &BTreeMap<String, Vec<Entry>>,
        stamps: &BTreeMap<String, Stamp>,
    ) -> Result<(), Diagnostic> {
        durable::take_away(beside)?;
        let own = self.index_file();
        let written = match durable::standing(&own)? {
            Standing::Nothing => None,
            Standing::File { size, .. } => {
                let stamp = fs::stamp(&own)?;
                durable::write_synced(beside, &durable::read(&own, size)?, None, false)?;
                Some(stamp)
            }
            Standing::Link | Standing::Folder(_) | Standing::Special => {
                return Err(Diagnostic::usage("index", "git's index is no regular file")
                    .at(own.display().to_string())
                    .because("it is not followed")
                    .fix("look what it is"));
            }
        };
        let write = || -> Result<(), git2::Error> {
            fault::point().map_err(|error| git2::Error::from_str(&error.to_string()))?;
            let mut index = Index::open(beside)?;
            self.distrust(&mut index, written)?;
            for path in changes.keys() {
                let present: Vec<i32> = (0..=3).filter(|stage| index.get_path(Path::new(path), *stage).is_some()).collect();
                present.into_iter().try_for_each(|stage| index.remove(Path::new(path), stage))?;
            }
            for (path, entries) in changes {
                for entry in entries {
                    let stamp = stamps.get(path).filter(|_| entry.stage == 0);
                    index.add(&raw(path, entry, stamp.copied().unwrap_or_default())?)?;
                }
            }
            index.write()
        };
        write().map_err(|error| failed("write the index", &error))?;
        durable::sync(beside)
    }

    /// A file that was changed in the second in which the index was written looks unchanged to git, which therefore reads
    /// such files again. The new index is younger, so that would be lost: files that have another stamp than they had are
    /// marked as to be read.
    fn distrust(&self, index: &mut Index, written: Option<Stamp>) -> Result<(), git2::Error> {
        let Some(written) = written else { return Ok(()) };
        let racy: Vec<IndexEntry> = index
            .iter()
            .filter(|entry| i64::from(entry.mtime.seconds()) >= written.modified.0 && entry.file_size != 0 && entry.mode != 0o160_000)
            .collect();
        for mut entry in racy {
            let Ok(path) = std::str::from_utf8(&entry.path) else {
                // Its stamp cannot be looked at here; git will.
                entry.file_size = 0;
                index.add(&entry)?;
                continue;
            };
            let now = fs::stamp(&self.workdir().join(path)).unwrap_or_default();
            let seen = raw(path, &Entry { mode: entry.mode, id: String::new(), stage: 0 }, now);
            let same = seen.is_ok_and(|seen| {
                (seen.mtime.seconds(), seen.mtime.nanoseconds(), seen.file_size)
                    == (entry.mtime.seconds(), entry.mtime.nanoseconds(), entry.file_size)
            });
            if !same {
                entry.file_size = 0;
                index.add(&entry)?;
            }
        }
        Ok(())
    }

    fn index_file(&self) -> PathBuf {
        self.folder().join("index")
    }

    fn index_lock(&self) -> PathBuf {
        self.folder().join("index.lock")
    }

    /// Puts the prepared index into its place.
    ///
    /// # Errors
    /// When another git command holds the lock, or the disk refuses.
    pub fn switch_index(&self, beside: &Path) -> Result<(), Diagnostic> {
        let lock = self.index_lock();
        if let Err(error) = durable::second_name(beside, &lock) {
            if error.kind() == io::ErrorKind::AlreadyExists {
                return Err(Diagnostic::failed("git-busy", "another git command is at work in this repository")
                    .at(lock.display().to_string())
                    .because("it holds the lock of the index")
                    .fix("wait until it has ended; if no git runs, remove that file"));
            }
            // A disk without second names: the lock is a copy.
            if !matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied | io::ErrorKind::CrossesDevices) {
                return Err(io_error("locking git's index", &lock, &error));
            }
            durable::write_synced(&lock, &durable::read(beside, u64::MAX - 1)?, None, false)?;
        }
        durable::switch(&lock, &self.index_file()).inspect_err(|_| {
            let _ = durable::take_away(&lock);
        })
    }

    /// Gives the index that stands now a second name, so that it can come back as it is. Best effort.
    pub fn remember_index(&self, old: &Path) {
        let _ = durable::take_away(old);
        let _ = durable::second_name(&self.index_file(), old);
    }

    /// Brings back a remembered index, if the one that stands now is still the prepared one; returns whether it did.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn bring_back_index(&self, beside: &Path, old: &Path) -> Result<bool, Diagnostic> {
        let own = self.index_file();
        let place = |path: &Path| match durable::standing(path) {
            Ok(Standing::File { .. }) => fs::stamp(path).ok().map(|stamp| stamp.place),
            Ok(Standing::Nothing | Standing::Link | Standing::Folder(_) | Standing::Special) | Err(_) => None,
        };
        if cfg!(not(unix)) || place(&own).is_none() || place(&own) != place(beside) || place(old).is_none() {
            return Ok(false);
        }
        self.switch_index(old)?;
        Ok(true)
    }

    /// Takes away the lock that a killed run of ours left: it is the same file as the prepared index.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn unlock_index(&self, beside: &Path) -> Result<(), Diagnostic> {
        let lock = self.index_lock();
        let is_file = |path: &Path| Ok::<bool, Diagnostic>(matches!(durable::standing(path)?, Standing::File { .. }));
        if cfg!(unix) && is_file(&lock)? && is_file(beside)? && fs::stamp(&lock)?.place == fs::stamp(beside)?.place {
            durable::take_away(&lock)?;
        }
        Ok(())
    }
}

/// Makes an entry as libgit2 takes it. The format keeps 32 bits of each number, as git's own does.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the index keeps the low 32 bits")]
fn raw(path: &str, entry: &Entry, stamp: Stamp) -> Result<IndexEntry, git2::Error> {
    let time = |(seconds, nanoseconds): (i64, i64)| IndexTime::new(seconds as i32, nanoseconds as u32);
    Ok(IndexEntry {
        ctime: time(stamp.changed),
        mtime: time(stamp.modified),
        dev: stamp.place.0 as u32,
        ino: stamp.place.1 as u32,
        mode: entry.mode,
        uid: stamp.owner.0,
        gid: stamp.owner.1,
        file_size: stamp.size as u32,
        id: if entry.id.is_empty() { Oid::ZERO_SHA1 } else { Oid::from_str(&entry.id)? },
        flags: (entry.stage & 3) << 12,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    })
}
