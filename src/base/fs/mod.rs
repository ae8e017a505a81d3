//! Files: the only place, with `walk`, that touches them.
#![expect(clippy::disallowed_methods, reason = "this module is the border to the file system")]

pub mod durable;
pub mod fault;

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::diagnostic::Diagnostic;
use super::path::RelPath;
use super::tree::{File, Mode, Tree};

/// How much a folder that we read may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Files at most.
    pub files: usize,
    /// Bytes of one file at most.
    pub file_bytes: u64,
    /// Bytes of all files at most.
    pub total_bytes: u64,
}

/// What stands at a path, links not followed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A folder, with the names in it, sorted.
    Folder(Vec<String>),
    /// A file, a link or something else that is no folder; the text says which.
    Other(&'static str),
}

/// Turns an I/O error into one that says what to do.
pub fn io_error(what: &str, path: &Path, error: &io::Error) -> Diagnostic {
    const ADVICE: [(io::ErrorKind, &str); 5] = [
        (io::ErrorKind::PermissionDenied, "check who owns the folder and whether you may write to it"),
        (io::ErrorKind::StorageFull, "free some space, or choose another disk, and run it again"),
        (io::ErrorKind::QuotaExceeded, "free some space, or choose another disk, and run it again"),
        (io::ErrorKind::ReadOnlyFilesystem, "choose a folder on a disk that can be written to"),
        (io::ErrorKind::NotFound, "check the spelling of the path"),
    ];
    let known = ADVICE.iter().find(|(kind, _)| *kind == error.kind());
    let fix = known.map_or("check the path and run the command again", |(_, advice)| advice);
    Diagnostic::failed("file", format!("{what} failed")).at(path.display().to_string()).because(error.to_string()).fix(fix)
}

/// Looks at what stands at `path`.
///
/// # Errors
/// When it is there but cannot be read.
pub fn look(path: &Path) -> Result<Found, Diagnostic> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(io_error("looking at it", path, &error)),
    };
    if meta.is_symlink() {
        return Ok(Found::Other("a symbolic link"));
    }
    if !meta.is_dir() {
        return Ok(Found::Other(if meta.is_file() { "a file" } else { "a special file" }));
    }
    list(path).map(Found::Folder)
}

/// Whether a folder is at `path`, links followed.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Whether a regular file is at `path`, links followed.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// Returns the sorted names in a folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(path: &Path) -> Result<Vec<String>, Diagnostic> {
    let read = || -> io::Result<Vec<String>> {
        let mut names =
            fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    };
    read().map_err(|error| io_error("reading the folder", path, &error))
}

/// Reads a UTF-8 text of at most `limit` bytes.
///
/// # Errors
/// When it cannot be read, is larger, or is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String, Diagnostic> {
    let bytes = read_bytes(path, limit)?;
    String::from_utf8(bytes).map_err(|error| {
        Diagnostic::usage("encoding", "the file is not UTF-8 text")
            .at(path.display().to_string())
            .because(format!("byte {} does not fit", error.utf8_error().valid_up_to()))
            .fix("save it as UTF-8")
    })
}

fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, Diagnostic> {
    // A pipe or a device could keep us waiting, or never end.
    let meta = fs::metadata(path).map_err(|error| io_error("reading the file", path, &error))?;
    if !meta.is_file() {
        return Err(Diagnostic::usage("file", "it is no file")
            .at(path.display().to_string())
            .because("only regular files are read")
            .fix("name a file"));
    }
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| io_error("reading the file", path, &error))?;
    if bytes.len() as u64 > limit {
        return Err(Diagnostic::usage("size", "the file is too large")
            .at(path.display().to_string())
            .because(format!("at most {limit} bytes are read"))
            .fix("check that it is the right file"));
    }
    Ok(bytes)
}

/// Reads a folder into a tree. Links and special files are refused, never followed. What bears the name `without` in the
/// folder itself is left out.
///
/// # Errors
/// When a file cannot be read, breaks a limit, or has a name that a tree does not take.
pub fn read_tree(root: &Path, limits: Limits, without: &str) -> Result<Tree, Diagnostic> {
    let mut tree = Tree::default();
    let mut total = 0;
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for name in list(&folder)? {
            if prefix.is_empty() && name == without {
                continue;
            }
            let path = folder.join(&name);
            let rel = format!("{prefix}{name}");
            let meta = fs::symlink_metadata(&path).map_err(|e| io_error("looking at it", &path, &e))?;
            if meta.is_dir() {
                folders.push((path, format!("{rel}/")));
                continue;
            }
            let refuse = |why: String| {
                Diagnostic::usage("road-file", "the folder holds a file that is not taken")
                    .at(path.display().to_string())
                    .because(why)
                    .fix("remove or rename it")
            };
            if !meta.is_file() {
                return Err(refuse("links and special files could point anywhere".to_owned()));
            }
            total += meta.len();
            if tree.len() >= limits.files || total > limits.total_bytes {
                return Err(refuse(format!("the folder has more than {} files or {} bytes", limits.files, limits.total_bytes)));
            }
            let rel = RelPath::parse(&rel).map_err(|error| refuse(error.to_string()))?;
            let file = File { bytes: read_bytes(&path, limits.file_bytes)?, mode: mode_of(&meta) };
            tree.insert(rel, file).map_err(|error| refuse(error.to_string()))?;
        }
    }
    Ok(tree)
}

#[cfg(unix)]
pub(super) fn mode_of(meta: &fs::Metadata) -> Mode {
    use std::os::unix::fs::PermissionsExt as _;
    if meta.permissions().mode() & 0o100 == 0 { Mode::Plain } else { Mode::Executable }
}

#[cfg(not(unix))]
pub(super) fn mode_of(_: &fs::Metadata) -> Mode {
    Mode::Plain
}

/// Creates one folder, which must not be there yet.
///
/// # Errors
/// When it is there or cannot be made.
pub fn create_folder(path: &Path) -> Result<(), Diagnostic> {
    fs::create_dir(path).map_err(|error| io_error("creating the folder", path, &error))
}

/// Creates one folder that nobody else may enter; it must not be there yet.
///
/// # Errors
/// When it is there or cannot be made.
pub fn create_private_folder(path: &Path) -> Result<(), Diagnostic> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).map_err(|error| io_error("creating the folder", path, &error))
}

/// Creates a folder and those it lies in, where they are missing.
///
/// # Errors
/// When one cannot be made.
pub fn create_folders(path: &Path) -> Result<(), Diagnostic> {
    fs::create_dir_all(path).map_err(|error| io_error("creating the folder", path, &error))
}

/// Creates a folder and those it lies in, where they are missing. Returns those that were made, the outermost first.
///
/// # Errors
/// When one cannot be made; then none that was made stays.
pub fn create_missing(path: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let mut made: Vec<PathBuf> = path.ancestors().take_while(missing).map(Path::to_owned).collect();
    made.reverse();
    create_folders(path).inspect_err(|_| {
        for folder in made.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    })?;
    Ok(made)
}

/// Writes a file that must not be there yet.
///
/// # Errors
/// When it is there, or the disk refuses.
pub fn write_new(path: &Path, file: &File) -> Result<(), Diagnostic> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(match file.mode {
            Mode::Plain => 0o666,
            Mode::Executable => 0o777,
        });
    }
    options.open(path).and_then(|mut out| out.write_all(&file.bytes)).map_err(|error| io_error("writing the file", path, &error))
}

/// Writes a tree below `root`, which must be a folder that only we write to.
///
/// # Errors
/// At the first file that the disk refuses; what was written until then stays.
pub fn write_tree(root: &Path, tree: &Tree, mut between: impl FnMut() -> Result<(), Diagnostic>) -> Result<(), Diagnostic> {
    let mut made = std::collections::BTreeSet::new();
    for (path, file) in tree.iter() {
        between()?;
        for folder in path.folders() {
            if made.insert(folder) {
                create_folder(&root.join(folder))?;
            }
        }
        write_new(&root.join(path.as_str()), file)?;
    }
    Ok(())
}

/// What git's index remembers of a file, so that it can tell an untouched one without reading it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stamp {
    /// Change and modification times: seconds and nanoseconds.
    pub changed: (i64, i64),
    /// As `changed`, of the content.
    pub modified: (i64, i64),
    /// Device and inode.
    pub place: (u64, u64),
    /// User and group.
    pub owner: (u32, u32),
    /// How many bytes it has.
    pub size: u64,
}

/// Returns the stamp of a file; zeros where the system keeps no such thing.
///
/// # Errors
/// When the file cannot be looked at.
pub fn stamp(path: &Path) -> Result<Stamp, Diagnostic> {
    let meta = fs::symlink_metadata(path).map_err(|error| io_error("looking at it", path, &error))?;
    Ok(stamp_of(&meta))
}

#[cfg(unix)]
fn stamp_of(meta: &fs::Metadata) -> Stamp {
    use std::os::unix::fs::MetadataExt as _;
    Stamp {
        changed: (meta.ctime(), meta.ctime_nsec()),
        modified: (meta.mtime(), meta.mtime_nsec()),
        place: (meta.dev(), meta.ino()),
        owner: (meta.uid(), meta.gid()),
        size: meta.len(),
    }
}

#[cfg(not(unix))]
fn stamp_of(meta: &fs::Metadata) -> Stamp {
    Stamp { size: meta.len(), ..Stamp::default() }
}

/// Moves a file or folder on the same disk.
///
/// # Errors
/// When the system refuses.
pub fn rename(from: &Path, to: &Path) -> Result<(), Diagnostic> {
    fs::rename(from, to).map_err(|error| io_error("moving it into place", to, &error))
}

/// Removes a file, or a folder with all that is in it; nothing there is fine.
///
/// # Errors
/// When something stays.
pub fn remove(path: &Path) -> Result<(), Diagnostic> {
    let result = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => Err(error),
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    result.map_err(|error| io_error("removing it", path, &error))
}

/// Returns `path` without links and `.` parts. The path must be there.
///
/// # Errors
/// When it is not there or cannot be read.
pub fn canonical(path: &Path) -> Result<PathBuf, Diagnostic> {
    path.canonicalize().map_err(|error| {
        if error.kind() != io::ErrorKind::NotFound {
            return io_error("finding it", path, &error);
        }
        Diagnostic::usage("path", "there is nothing at that path")
            .at(path.display().to_string())
            .because(error.to_string())
            .fix("check the spelling of the path")
    })
}

/// Says why no file can be written at `path` below `root`; nothing where it can. A folder on the way that is a link could
/// lead out of the root.
pub fn unwritable(root: &Path, path: &RelPath) -> Option<String> {
    for folder in path.folders() {
        match look(&root.join(folder)) {
            Ok(Found::Folder(_)) => {}
            Ok(Found::Nothing) => return None,
            Ok(Found::Other(what)) => return Some(format!("`{folder}` is {what}")),
            Err(error) => return Some(error.why),
        }
    }
    match look(&root.join(path.as_str())) {
        Ok(Found::Nothing | Found::Other("a file")) => None,
        Ok(Found::Folder(_)) => Some("a folder stands there".to_owned()),
        Ok(Found::Other(what)) => Some(format!("{what} stands there")),
        Err(error) => Some(error.why),
    }
}

/// Puts new content in the place of each file: all of it is written and synced beside first, then switched one by one,
/// so that every file is the old one or the new one, whole. A file keeps its mode; folders are made where missing.
///
/// # Errors
/// When a path cannot be written, or the disk refuses; before the first switch nothing has changed.
pub fn replace_all(root: &Path, files: &[(RelPath, Vec<u8>)]) -> Result<(), Diagnostic> {
    if let Some((path, why)) = files.iter().find_map(|(path, _)| Some((path, unwritable(root, path)?))) {
        return Err(Diagnostic::usage("path", "a file cannot be written there")
            .at(root.join(path.as_str()).display().to_string())
            .because(why)
            .fix("look what it is, and leave that fix out"));
    }
    let (mut staged, mut made) = (Vec::new(), Vec::new());
    let result = files
        .iter()
        .try_for_each(|(path, bytes)| stage(root, path, bytes, &mut staged, &mut made))
        .and_then(|()| staged.iter().try_for_each(|(from, to)| rename(from, to)));
    if result.is_err() {
        // What was switched stays, whole; what was not is taken away, with the folders that were made for it alone.
        for (from, _) in &staged {
            let _ = fs::remove_file(from);
        }
        for folder in made.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
    result
}

/// Writes one file beside its place, under a name that nothing has.
fn stage(
    root: &Path,
    path: &RelPath,
    bytes: &[u8],
    staged: &mut Vec<(PathBuf, PathBuf)>,
    made: &mut Vec<PathBuf>,
) -> Result<(), Diagnostic> {
    for folder in path.folders().map(|folder| root.join(folder)) {
        if look(&folder)? == Found::Nothing {
            create_folder(&folder)?;
            made.push(folder);
        }
    }
    let target = root.join(path.as_str());
    let name = target.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let beside = target.with_file_name(format!(".{name}.highroad-{}", std::process::id()));
    write_new(&beside, &File { bytes: bytes.to_vec(), mode: Mode::Plain })?;
    staged.push((beside.clone(), target.clone()));
    let settle = || -> io::Result<()> {
        if let Ok(meta) = fs::symlink_metadata(&target) {
            fs::set_permissions(&beside, meta.permissions())?;
        }
        fs::File::open(&beside)?.sync_all()
    };
    settle().map_err(|error| io_error("writing the file", &beside, &error))
}

/// A lock that the system drops when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock(fs::File);

impl Lock {
    /// Whether the file that is held is the one at `path`: somebody may have taken it away, and put another in its place.
    pub fn is_at(&self, path: &Path) -> bool {
        let held = self.0.metadata().map(|meta| stamp_of(&meta).place);
        let there = fs::symlink_metadata(path).map(|meta| stamp_of(&meta).place);
        matches!((held, there), (Ok(held), Ok(there)) if held == there)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A process that was started meanwhile may hold the file open for a moment longer.
        let _ = self.0.unlock();
    }
}

/// Takes the lock file at `path`, or returns `None` where another process holds it.
///
/// # Errors
/// When the lock file cannot be made.
pub fn lock(path: &Path) -> Result<Option<Lock>, Diagnostic> {
    let open = || fs::OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = open().map_err(|error| io_error("creating the lock", path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(io_error("taking the lock", path, &error)),
    }
}
