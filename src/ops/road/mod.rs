//! `highroad road …`: what a road's publisher does. One file a command.

pub mod at_hand;
pub mod diff;
pub mod drafts;
pub mod import;
mod import_address;
mod import_store;
pub mod init;
mod intact;
pub mod keys;
pub mod lint;
pub mod metadata;
pub mod pairwise;
pub mod preview;
pub mod publish;
pub mod refresh;
pub mod release;
mod samples;
pub mod shelf;
pub mod show;
pub mod sources;
pub mod store;
pub mod test;
pub mod verify;
pub mod workers;

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found, Lock};

/// How often the lock is tried where its file goes away meanwhile.
const TRIES: usize = 100;

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
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
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
    for _ in 0..TRIES {
        let lock = fs::lock(file)?.ok_or_else(taken)?;
        // Who held the lock before took the file away: a lock on that file keeps nobody out.
        if lock.is_at(file) {
            return Ok(Busy { file: file.to_owned(), _lock: lock });
        }
    }
    Err(taken())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn no_two_have_the_right_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".lock");
        let (inside, had) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..3_000 {
                        let Ok(right) = busy(&file) else { continue };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two at once");
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        had.fetch_add(1, Ordering::SeqCst);
                        drop(right);
                    }
                });
            }
        });
        assert!(had.load(Ordering::SeqCst) > 100);
        assert_eq!(fs::look(&file).unwrap(), Found::Nothing);
    }
}
