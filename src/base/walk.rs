//! Walking a folder and reading its files at any place, links never followed.
#![expect(clippy::disallowed_methods, reason = "this module is a border to the file system, as `fs` is")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::fs::mode_of;
use super::interrupt;
use super::read_at::ReadAt;
use super::tree::Mode;

/// A file that is open for reading at any place.
#[derive(Debug)]
pub struct Reader {
    file: fs::File,
    size: u64,
}

impl ReadAt for Reader {
    fn size(&self) -> u64 {
        self.size
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)
    }
}

/// Opens a regular file for reading at any place. Links are not followed; pipes and devices are refused, not waited for.
///
/// # Errors
/// Says why it cannot be read.
pub fn open(path: &Path) -> Result<Reader, String> {
    let meta = fs::symlink_metadata(path).map_err(|error| error.to_string())?;
    if !meta.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let size = file.metadata().map_err(|error| error.to_string())?.len();
    let reader = Reader { file, size };
    if size == 0 && reader.read_at(0, &mut [0]).is_ok_and(|came| came > 0) {
        return Err("the system does not say how large it is".to_owned());
    }
    Ok(reader)
}

/// Returns how many bytes the files below a folder have, links not followed; it stops counting at `enough`.
pub fn size(folder: &Path, enough: u64) -> u64 {
    let mut open = vec![folder.to_owned()];
    let mut sum = 0;
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => open.push(entry.path()),
                Ok(meta) => sum += meta.len(),
                Err(_) => {}
            }
            if sum >= enough {
                return sum;
            }
        }
    }
    sum
}

/// Returns where a symbolic link leads, as it is written in it.
///
/// # Errors
/// Says why it cannot be read.
pub fn link_target(path: &Path) -> Result<Vec<u8>, String> {
    let target = fs::read_link(path).map_err(|error| error.to_string())?;
    Ok(target.into_os_string().into_encoded_bytes())
}

/// A path that a walk came by.
#[derive(Clone, Debug)]
pub struct Walked {
    /// The path from the root, with `/`. A name that is no UTF-8 is shown with `\u{fffd}` and cannot be opened.
    pub path: String,
    /// What it is.
    pub kind: WalkedKind,
    /// How many bytes it has.
    pub size: u64,
}

/// What a walk came by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WalkedKind {
    /// A regular file, and whether its owner may run it.
    File(bool),
    /// A symbolic link.
    Link,
    /// A pipe, a socket, a device.
    Special,
}

/// Folders that tools fill with other people's files, which no repository keeps.
fn is_foreign(folder: &Path, name: &str) -> bool {
    matches!(
        name,
        ".highroad"
            | "node_modules"
            | "__pycache__"
            | ".tox"
            | ".nox"
            | ".mypy_cache"
            | ".ruff_cache"
            | ".pytest_cache"
            | ".ipynb_checkpoints"
    ) || folder.join("pyvenv.cfg").is_file() && ["lib", "Lib", "bin", "Scripts"].iter().any(|inner| folder.join(inner).is_dir())
}

/// Which folders a walk leaves out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LeaveOut {
    /// Git's own folder alone.
    Nothing,
    /// Environments and caches of tools, too.
    Foreign,
    /// What git ignores and repositories inside this one, too.
    Ignored,
}

/// What a walk came by.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// The files, links and special files, in no order.
    pub found: Vec<Walked>,
    /// What could not be looked at, with the reason.
    pub failed: Vec<(String, String)>,
    /// Folders that were left out for what they are; not those that git ignores.
    pub not_entered: Vec<String>,
}

/// Lists what is below `root`, links not followed.
pub fn walk(root: &Path, leave_out: LeaveOut) -> Walk {
    let mut result = Walk::default();
    let (found, failed) = (&mut result.found, &mut result.failed);
    let git = leave_out == LeaveOut::Ignored;
    let mut builder = ignore::WalkBuilder::new(root);
    builder.standard_filters(false).git_ignore(git).git_exclude(git).git_global(git).require_git(true).follow_links(false);
    let left = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = std::sync::Arc::clone(&left);
    builder.filter_entry(move |entry| {
        let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        let name = entry.file_name().to_string_lossy();
        if entry.depth() == 0 || !folder && name != ".git" {
            return true;
        }
        if name == ".git" {
            return false;
        }
        let inner = git && entry.path().join(".git").exists();
        let foreign = leave_out != LeaveOut::Nothing && is_foreign(entry.path(), &name);
        if (inner || foreign)
            && let Ok(mut left) = noted.lock()
        {
            left.push(entry.path().to_owned());
        }
        !inner && !foreign
    });
    let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    for step in builder.build() {
        // Whoever works on the result asks again, and ends with the error.
        if interrupt::check().is_err() {
            break;
        }
        let entry = match step {
            Ok(entry) => entry,
            Err(error) => {
                let path = error_path(&error).map_or_else(|| ".".to_owned(), |path| relative(&path));
                let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                failed.push((path, why));
                continue;
            }
        };
        let Some(kind) = entry.file_type() else { continue };
        let path = relative(entry.path());
        if kind.is_dir() {
            continue;
        }
        if entry.path().to_str().is_none() {
            failed.push((path.clone(), "its name is no UTF-8".to_owned()));
        }
        match entry.metadata() {
            Ok(meta) => {
                let walked = match (kind.is_symlink(), meta.is_file()) {
                    (true, _) => WalkedKind::Link,
                    (false, true) => WalkedKind::File(mode_of(&meta) == Mode::Executable),
                    (false, false) => WalkedKind::Special,
                };
                found.push(Walked { path, kind: walked, size: meta.len() });
            }
            Err(error) => failed.push((path, error.to_string())),
        }
    }
    if let Ok(left) = left.lock() {
        result.not_entered = left.iter().map(|path| relative(path)).collect();
    }
    result.not_entered.sort();
    result
}

fn error_path(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        ignore::Error::Loop { child, .. } => Some(child.clone()),
        ignore::Error::Partial(_)
        | ignore::Error::Io(_)
        | ignore::Error::Glob { .. }
        | ignore::Error::UnrecognizedFileType(_)
        | ignore::Error::InvalidDefinition => None,
    }
}

/// Looks at a path as a walk would: what lies behind a link is not there.
pub fn walked(root: &Path, path: &str) -> Option<Walked> {
    let mut folder = root.to_owned();
    for part in path.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev() {
        folder.push(part);
        if fs::symlink_metadata(&folder).ok()?.is_symlink() {
            return None;
        }
    }
    let meta = fs::symlink_metadata(root.join(path)).ok()?;
    let kind = match (meta.is_symlink(), meta.is_file(), meta.is_dir()) {
        (true, ..) => WalkedKind::Link,
        (_, true, _) => WalkedKind::File(mode_of(&meta) == Mode::Executable),
        (_, _, true) => return None,
        _ => WalkedKind::Special,
    };
    Some(Walked { path: path.to_owned(), kind, size: meta.len() })
}
