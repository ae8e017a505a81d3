//! Leaves on disk: a file, a link or nothing, put at a path below a folder. Links are read and made, never followed.
#![expect(clippy::disallowed_methods, reason = "this module is a border to the file system, as `fs` is")]

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use super::diagnostic::Diagnostic;
use super::fs::{create_folders, io_error, mode_of, remove};
use super::leaf::{Kind, Leaf};
use super::tree::Mode;

/// Reads what stands at `path`, of at most `limit` bytes.
///
/// # Errors
/// When it is a folder or a special file, is larger, or cannot be read.
pub fn read(path: &Path, limit: u64) -> Result<Leaf, Diagnostic> {
    let failed = |error: &io::Error| io_error("reading the file", path, error);
    let refused = |why: String| {
        Diagnostic::usage("file", "it cannot be taken").at(path.display().to_string()).because(why).fix("name a file, or leave it out")
    };
    let meta = fs::symlink_metadata(path).map_err(|error| failed(&error))?;
    if meta.is_symlink() {
        let target = fs::read_link(path).map_err(|error| failed(&error))?;
        return Ok(Leaf::new(Kind::Link, target.to_string_lossy().into_owned().into_bytes()));
    }
    if !meta.is_file() {
        return Err(refuse_kind(&meta, refused));
    }
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes)).map_err(|error| failed(&error))?;
    if bytes.len() as u64 > limit {
        return Err(refused(format!("it has more than {limit} bytes")));
    }
    let kind = if mode_of(&meta) == Mode::Executable { Kind::Executable } else { Kind::Plain };
    Ok(Leaf::new(kind, bytes))
}

fn refuse_kind(meta: &fs::Metadata, refused: impl Fn(String) -> Diagnostic) -> Diagnostic {
    refused(if meta.is_dir() { "it is a folder".to_owned() } else { "it is a special file".to_owned() })
}

/// Puts a leaf at `path` below `root`, or takes away what stands there. Folders that become empty go, too.
///
/// # Errors
/// When a folder on the way is a link or a file, a folder that is not empty stands there, or the disk refuses.
pub fn put(root: &Path, path: &str, leaf: Option<&Leaf>) -> Result<(), Diagnostic> {
    let refused = |why: &str| {
        Diagnostic::usage("path", "a file cannot be written there").at(path).because(why).fix("look what stands there, and move it away")
    };
    let parts: Vec<&str> = path.split('/').collect();
    if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Err(refused("the path leads out of the folder"));
    }
    let mut folder = root.to_owned();
    for part in parts.iter().take(parts.len() - 1) {
        folder.push(part);
        match fs::symlink_metadata(&folder) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) if leaf.is_none() => return Ok(()),
            Ok(_) => return Err(refused("a folder on the way is a file or a link")),
            Err(_) => break,
        }
    }
    let target = root.join(path);
    match fs::symlink_metadata(&target) {
        Ok(meta) if meta.is_dir() && leaf.is_none() => return Ok(()),
        // Fails where the folder is not empty, which is what is wanted.
        Ok(meta) if meta.is_dir() => fs::remove_dir(&target).map_err(|error| io_error("removing the folder", &target, &error))?,
        Ok(_) => remove(&target)?,
        Err(_) => {}
    }
    let Some(leaf) = leaf else {
        for folder in target.ancestors().skip(1).take_while(|folder| *folder != root) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        return Ok(());
    };
    if let Some(folder) = target.parent() {
        create_folders(folder)?;
    }
    write(&target, leaf).map_err(|error| io_error("writing the file", &target, &error))
}

/// Puts a leaf at a path, in the place of what stands there.
///
/// # Errors
/// As [`put`].
pub fn put_file(path: &Path, leaf: &Leaf) -> Result<(), Diagnostic> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    put(folder, &name, Some(leaf))
}

fn write(target: &Path, leaf: &Leaf) -> io::Result<()> {
    match leaf.kind {
        Kind::Plain => fs::write(target, &leaf.bytes),
        Kind::Executable => {
            fs::write(target, &leaf.bytes)?;
            make_executable(target)
        }
        Kind::Link => make_link(target, &String::from_utf8_lossy(&leaf.bytes)),
        Kind::Submodule => fs::create_dir(target),
    }
}

#[cfg(unix)]
fn make_executable(target: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = fs::metadata(target)?.permissions();
    permissions.set_mode(permissions.mode() | 0o111);
    fs::set_permissions(target, permissions)
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn make_link(target: &Path, to: &str) -> io::Result<()> {
    std::os::unix::fs::symlink(to, target)
}

#[cfg(not(unix))]
fn make_link(target: &Path, to: &str) -> io::Result<()> {
    fs::write(target, to)
}
