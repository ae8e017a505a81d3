//! Writing so that a stop at any point leaves something to go on from: each write is counted for tests, content is synced
//! before it is switched into place, links and modes are kept.

use std::fs;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

use super::fault::{self, Fault};
use super::{Diagnostic, io_error};

/// What stands at a path, links not followed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// Nothing.
    Nothing,
    /// A regular file.
    File {
        /// The permission bits; 0 where the system has none.
        mode: u32,
        /// How many bytes it has.
        size: u64,
    },
    /// A symbolic link.
    Link,
    /// A folder, with its permission bits.
    Folder(u32),
    /// A pipe, a socket, a device.
    Special,
}

impl Standing {
    /// What it is in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::File { .. } => "a file",
            Self::Link => "a symbolic link",
            Self::Folder(_) => "a folder",
            Self::Special => "a special file",
        }
    }
}

/// Looks at what stands at a path. Below something that is no folder stands nothing.
///
/// # Errors
/// When it is there but cannot be looked at.
pub fn standing(path: &Path) -> Result<Standing, Diagnostic> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Standing::Nothing),
        Err(error) => return Err(io_error("looking at it", path, &error)),
    };
    Ok(match () {
        () if meta.is_symlink() => Standing::Link,
        () if meta.is_dir() => Standing::Folder(bits(&meta)),
        () if meta.is_file() => Standing::File { mode: bits(&meta), size: meta.len() },
        () => Standing::Special,
    })
}

#[cfg(unix)]
fn bits(meta: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    meta.permissions().mode() & 0o7777
}

#[cfg(not(unix))]
fn bits(meta: &fs::Metadata) -> u32 {
    if meta.permissions().readonly() { 0o444 } else { 0o644 }
}

/// Returns the target of a link as bytes.
///
/// # Errors
/// When it is no link or cannot be read.
pub fn link_target(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    let target = fs::read_link(path).map_err(|error| io_error("reading the link", path, &error))?;
    Ok(target.into_os_string().into_encoded_bytes())
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// When it cannot be read, is larger, or is no file.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Diagnostic> {
    super::read_bytes(path, limit)
}

/// Reads `length` bytes at a place of a file, if it has them.
///
/// # Errors
/// When it cannot be read, or ends before.
pub fn read_part(path: &Path, at: u64, length: u64) -> Result<Vec<u8>, Diagnostic> {
    let part = || -> io::Result<Vec<u8>> {
        let mut file = fs::File::open(path)?;
        if at.checked_add(length).is_none_or(|end| file.metadata().is_ok_and(|meta| end > meta.len())) {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        file.seek(io::SeekFrom::Start(at))?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    part().map_err(|error| io_error("reading the file", path, &error))
}

/// Writes a file that must not be there yet, with permission bits (or, for `None`, those that the system gives), and
/// waits until it is on the disk.
///
/// # Errors
/// When it is there, or the disk refuses.
pub fn write_synced(path: &Path, bytes: &[u8], mode: Option<u32>, executable: bool) -> Result<(), Diagnostic> {
    let write = || -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            // Nobody else may read a private file while it is written.
            let usual = if executable { 0o777 } else { 0o666 };
            options.mode(mode.map_or(usual, |mode| mode & 0o700 | 0o200));
        }
        let fault = fault::next();
        let mut out = options.open(path)?;
        if fault != Fault::None {
            out.write_all(&bytes[..bytes.len() / 2])?;
            fault.strike()?;
        }
        out.write_all(bytes)?;
        set_mode(&out, mode, executable)?;
        if fault::waits() { out.sync_all() } else { Ok(()) }
    };
    write().map_err(|error| io_error("writing the file", path, &error))
}

#[cfg(unix)]
fn set_mode(file: &fs::File, mode: Option<u32>, _: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    mode.map_or(Ok(()), |mode| file.set_permissions(fs::Permissions::from_mode(mode)))
}

#[cfg(not(unix))]
fn set_mode(_: &fs::File, _: Option<u32>, _: bool) -> io::Result<()> {
    Ok(())
}

/// Sets the permission bits of a file or folder.
///
/// # Errors
/// When the system refuses.
pub fn set_bits(path: &Path, mode: u32) -> Result<(), Diagnostic> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let set = || {
            fault::point()?;
            fs::set_permissions(path, fs::Permissions::from_mode(mode))
        };
        set().map_err(|error| io_error("setting the mode", path, &error))?;
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

/// Makes a symbolic link that must not be there yet.
///
/// # Errors
/// When something is there, or the system has no links.
pub fn make_link(path: &Path, target: &[u8]) -> Result<(), Diagnostic> {
    let make = || {
        fault::point()?;
        link(path, target)
    };
    make().map_err(|error| io_error("making the link", path, &error))
}

#[cfg(unix)]
fn link(path: &Path, target: &[u8]) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt as _;
    std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(target), path)
}

#[cfg(not(unix))]
fn link(_: &Path, _: &[u8]) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "links are not made on this system"))
}

/// Moves a file or folder on the same disk, over what stands there.
///
/// # Errors
/// When the system refuses.
pub fn switch(from: &Path, to: &Path) -> Result<(), Diagnostic> {
    let moved = || {
        fault::point()?;
        fs::rename(from, to)
    };
    moved().map_err(|error| io_error("moving it into place", to, &error))
}

/// Gives a file a second name that must not be there yet.
///
/// # Errors
/// When something is there, or the disk cannot do it.
pub fn second_name(path: &Path, second: &Path) -> io::Result<()> {
    fault::point()?;
    fs::hard_link(path, second)
}

/// Takes away a file or a link; nothing there is fine.
///
/// # Errors
/// When it stays.
pub fn take_away(path: &Path) -> Result<(), Diagnostic> {
    let take = || {
        fault::point()?;
        match fs::remove_file(path) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(()),
            other => other,
        }
    };
    take().map_err(|error| io_error("removing it", path, &error))
}

/// Makes a folder, with permission bits where they are known; a folder that is there is fine.
///
/// # Errors
/// When something else is there, or the disk refuses.
pub fn make_folder(path: &Path, mode: Option<u32>) -> Result<(), Diagnostic> {
    let make = || {
        fault::point()?;
        match fs::create_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()) => {
                Ok(())
            }
            other => other,
        }
    };
    make().map_err(|error| io_error("creating the folder", path, &error))?;
    // What the folder around it hands down, so that a team's files stay the team's, is kept.
    let inherited = match standing(path)? {
        Standing::Folder(mode) => mode & 0o2000,
        Standing::Nothing | Standing::File { .. } | Standing::Link | Standing::Special => 0,
    };
    mode.map_or(Ok(()), |mode| set_bits(path, mode | inherited))
}

/// Removes a folder if nothing is in it; returns whether it is gone.
///
/// # Errors
/// When a test wants it so.
pub fn remove_if_empty(path: &Path) -> Result<bool, Diagnostic> {
    fault::point().map_err(|error| io_error("removing the folder", path, &error))?;
    match fs::remove_dir(path) {
        Ok(()) => Ok(true),
        Err(error) => Ok(error.kind() == io::ErrorKind::NotFound),
    }
}

/// Waits until a file, or the names in a folder, are on the disk. What is not there needs no wait.
///
/// # Errors
/// When the disk refuses.
pub fn sync(path: &Path) -> Result<(), Diagnostic> {
    // Windows does not open folders as files; its file systems journal names by themselves.
    if cfg!(windows) || !fault::waits() {
        return Ok(());
    }
    let wait = || match fs::File::open(path) {
        Ok(file) => match file.sync_all() {
            // Some network and container file systems have no sync for folders.
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
            other => other,
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    wait().map_err(|error| io_error("waiting for the disk", path, &error))
}
