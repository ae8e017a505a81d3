//! What the machine knows: the only place that reads the environment.
#![expect(clippy::disallowed_methods, reason = "this module is the border to the environment")]

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use super::diagnostic::Diagnostic;

/// Returns the folder that the command was started in.
///
/// # Errors
/// When that folder was removed meanwhile or cannot be read.
pub fn current_folder() -> Result<PathBuf, Diagnostic> {
    std::env::current_dir().map_err(|error| {
        Diagnostic::failed("current-folder", "the current folder cannot be read")
            .because(error.to_string())
            .fix("change to a folder that exists and run the command again")
    })
}

/// Whether a person can be asked: both the questions and the answers go through a terminal.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Returns the name and address that git's own variables give for a role, `AUTHOR` or `COMMITTER`, where both are set.
pub fn git_identity(role: &str) -> Option<(String, String)> {
    let read = |part: &str| std::env::var(format!("GIT_{role}_{part}")).ok().filter(|value| !value.trim().is_empty());
    read("NAME").zip(read("EMAIL"))
}

/// Returns the index that git gave to a hook, where it is not the repository's own: `git commit -a` makes one for itself.
pub fn git_index_file() -> Option<PathBuf> {
    std::env::var_os("GIT_INDEX_FILE").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Returns a variable that a person named, where it is set to some text.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Returns a variable that only tests set: a release build looks at none of them.
fn wish(name: &str) -> Option<String> {
    if cfg!(debug_assertions) { std::env::var(name).ok() } else { None }
}

/// Returns which write is to fail, for tests of what a stopped run leaves.
pub fn fault() -> Option<String> {
    wish("HIGHROAD_FAULT")
}

/// Returns the time that a test wants it to be, in seconds since 1970.
pub fn told_time() -> Option<i64> {
    wish("HIGHROAD_NOW")?.parse().ok()
}

/// Returns how many milliseconds a test waits for a server, in place of seconds.
pub fn told_patience() -> Option<u64> {
    wish("HIGHROAD_PATIENCE")?.parse().ok()
}

/// Returns the folder of what Highroad keeps on this machine: `HIGHROAD_HOME`, else `highroad` in the folder of data of the
/// XDG base directory specification. Nothing where the machine has neither, nor a home.
pub fn data_folder() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    folder("HIGHROAD_HOME")
        .or_else(|| Some(folder("XDG_DATA_HOME")?.join("highroad")))
        .or_else(|| Some(folder(if cfg!(windows) { "USERPROFILE" } else { "HOME" })?.join(".local/share/highroad")))
}

/// Returns the folder for files that nobody keeps.
pub fn temporary_folder() -> PathBuf {
    std::env::temp_dir()
}

/// Returns the first program called `name` on the search path.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    let suffix = std::env::consts::EXE_SUFFIX;
    std::env::split_paths(&paths)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(format!("{name}{suffix}")))
        .find(|program| is_program(program))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}
