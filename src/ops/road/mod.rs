//! `highroad road …`: what a road's publisher does. One file a command.

pub mod at_hand;
pub mod diff;
pub mod drafts;
pub mod import;
mod import_address;
mod import_store;
pub mod init;
pub mod keys;
pub mod lint;
pub mod metadata;
pub mod pairwise;
pub mod preview;
pub mod publish;
pub mod refresh;
pub mod release;
pub mod shelf;
pub mod sources;
pub mod store;
pub mod test;
pub mod workers;

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found, Lock};

/// The right to change a store or a registry; it ends when this is dropped, or the process ends.
#[derive(Debug)]
struct Busy {
    file: PathBuf,
    _lock: Lock,
}

impl Drop for Busy {
    fn drop(&mut self) {
        // The folder may be served, or under git: nothing is left in it. The lock is held until this is done.
        let _ = fs::remove(&self.file);
    }
}

/// Takes the right to change the folder of `file`.
///
/// # Errors
/// When the folder is not there, or another process changes it.
fn busy(file: &Path) -> Result<Busy, Diagnostic> {
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    let shown = folder.display().to_string();
    if !matches!(fs::look(folder)?, Found::Folder(_)) {
        return Err(Diagnostic::usage("no-folder", "the folder is not there")
            .at(shown)
            .because("nothing, or something that is no folder, stands at that path")
            .fix("check the spelling of the path"));
    }
    let taken = || {
        Diagnostic::failed("busy", "another process changes the folder")
            .at(shown.clone())
            .because("two at once could write over each other")
            .fix("wait until it is done, and run it again; nothing was written")
    };
    let lock = fs::lock(file)?.ok_or_else(taken)?;
    // Who held the lock before took the file away: then this lock is on a file that nobody else sees.
    if fs::look(file)? == Found::Nothing {
        return Err(taken());
    }
    Ok(Busy { file: file.to_owned(), _lock: lock })
}
