//! What a machine keeps of a registry: trusted metadata as it was received, archives by their digest, and the time.
//!
//! Every file is written beside and moved into place, and checked again each time it is read: what a full disk or a kill
//! leaves is never used. A lock file keeps processes apart.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp as Moment;

use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs::{self, Found, durable};
use crate::base::interrupt;

/// The largest file of metadata that is kept, in bytes.
const LARGEST: u64 = 8 << 20;
/// The largest sum of them.
const LARGEST_ALL: u64 = 64 << 20;
/// How long another process is waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

const METADATA: &str = "metadata";
const FILES: &str = "files";
const COMPLETE: &str = "complete.json";
const CLOCK: &str = "clock";

/// Texts of metadata by the name of their files.
pub type Texts = BTreeMap<String, Vec<u8>>;

/// The folder of one registry.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
    metadata: PathBuf,
}

impl Cache {
    /// Names the folder; nothing is made or read yet.
    pub fn new(folder: PathBuf) -> Self {
        let metadata = folder.join(METADATA);
        Self { folder, metadata }
    }

    /// As [`Cache::new`], with the metadata in another folder.
    pub fn with_metadata(folder: PathBuf, metadata: PathBuf) -> Self {
        Self { folder, metadata }
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps other processes out until the lock is dropped.
    ///
    /// # Errors
    /// When another process holds it for a minute, or the disk refuses.
    pub fn lock(&self) -> Result<fs::Lock, Diagnostic> {
        fs::create_folders(&self.folder)?;
        let path = self.folder.join("lock");
        let end = Instant::now() + LONGEST_WAIT;
        loop {
            if let Some(lock) = fs::lock(&path)? {
                return Ok(lock);
            }
            if Instant::now() > end {
                return Err(Diagnostic::failed("source-busy", "another Highroad is at work on the same source")
                    .at(path.display().to_string())
                    .because(format!("it has held the lock for {} seconds", LONGEST_WAIT.as_secs()))
                    .fix("wait until it is done, or end it, then run the command again"));
            }
            interrupt::check()?;
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Reads all trusted metadata. What cannot be read is left out: it is fetched again.
    pub fn metadata(&self) -> Texts {
        let folder = &self.metadata;
        let mut left = LARGEST_ALL;
        let mut texts = Texts::new();
        let Ok(Found::Folder(names)) = fs::look(folder) else { return texts };
        for name in names.into_iter().filter(|name| name.ends_with(".json") && !name.starts_with('.')) {
            if let Ok(bytes) = durable::read(&folder.join(&name), LARGEST.min(left)) {
                left -= bytes.len() as u64;
                texts.insert(name, bytes);
            }
        }
        texts
    }

    /// Keeps a file of metadata.
    ///
    /// # Errors
    /// When the disk refuses; then the file is as it was.
    pub fn keep_metadata(&self, name: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        write(&self.metadata, name, bytes)
    }

    /// Forgets a file of metadata.
    ///
    /// # Errors
    /// When it stays.
    pub fn forget_metadata(&self, name: &str) -> Result<(), Diagnostic> {
        durable::take_away(&self.metadata.join(name))
    }

    /// Keeps the metadata of a run in which everything fitted together, in one file: it is whole, or it is the last one.
    ///
    /// # Errors
    /// When the disk refuses; then the last one stays.
    pub fn keep_complete(&self, texts: &Texts) -> Result<(), Diagnostic> {
        let shown: BTreeMap<&String, String> =
            texts.iter().map(|(name, bytes)| (name, String::from_utf8_lossy(bytes).into_owned())).collect();
        let bytes = serde_json::to_vec(&shown).unwrap_or_default();
        if durable::read(&self.folder.join(COMPLETE), LARGEST_ALL).is_ok_and(|old| old == bytes) {
            return Ok(());
        }
        write(&self.folder, COMPLETE, &bytes)
    }

    /// Returns the metadata of the last run in which everything fitted together; nothing where there is none.
    pub fn complete(&self) -> Option<Texts> {
        let bytes = durable::read(&self.folder.join(COMPLETE), LARGEST_ALL).ok()?;
        let texts: BTreeMap<String, String> = serde_json::from_slice(&bytes).ok()?;
        Some(texts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect())
    }

    /// Returns the bytes of a file by their digest, if they are there and have it.
    pub fn file(&self, digest: &str, limit: u64) -> Option<Vec<u8>> {
        let bytes = durable::read(&self.folder.join(FILES).join(name_of(digest)?), limit).ok()?;
        (Digest::of(&bytes).hex() == digest).then_some(bytes)
    }

    /// Keeps the bytes of a file by their digest.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn keep_file(&self, bytes: &[u8]) -> Result<(), Diagnostic> {
        write(&self.folder.join(FILES), &Digest::of(bytes).hex(), bytes)
    }

    /// Removes the files of metadata with other names than these, and the files with other digests. What cannot be removed
    /// stays, and does no harm.
    pub fn prune(&self, names: &BTreeSet<String>, digests: &BTreeSet<String>) {
        for (folder, keep) in [(self.metadata.clone(), names), (self.folder.join(FILES), digests)] {
            let Ok(Found::Folder(there)) = fs::look(&folder) else { continue };
            for name in there.iter().filter(|name| !keep.contains(*name)) {
                let _ = fs::remove(&folder.join(name));
            }
        }
    }

    /// Returns the latest time that is known to have been.
    pub fn clock(&self) -> Option<Moment> {
        let text = fs::read_text(&self.folder.join(CLOCK), 64).ok()?;
        text.trim().parse().ok()
    }

    /// Remembers a time that has been.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn keep_clock(&self, now: Moment) -> Result<(), Diagnostic> {
        write(&self.folder, CLOCK, now.to_string().as_bytes())
    }
}

/// A digest that can be the name of a file.
fn name_of(digest: &str) -> Option<&str> {
    (digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digest)
}

/// Writes a file so that it is the old one or the new one, whole.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
    fs::create_folders(folder)?;
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    let written = durable::take_away(&beside)
        .and_then(|()| durable::write_synced(&beside, bytes, None, false))
        .and_then(|()| durable::switch(&beside, &folder.join(name)));
    if written.is_err() {
        // A full disk must not also lose the space.
        let _ = fs::remove(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_lost_a_byte_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned());
        cache.keep_file(b"archive").unwrap();
        let digest = Digest::of(b"archive").hex();
        assert_eq!(cache.file(&digest, 100).as_deref(), Some(b"archive".as_slice()));
        cache_break(folder.path(), &digest);
        assert_eq!(cache.file(&digest, 100), None);
        assert_eq!(cache.file("../../etc/passwd", 100), None);
    }

    fn cache_break(folder: &Path, digest: &str) {
        let path = folder.join(FILES).join(digest);
        durable::take_away(&path).unwrap();
        durable::write_synced(&path, b"archiv", None, false).unwrap();
    }

    #[test]
    fn a_bundle_comes_back_as_it_went() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned());
        assert!(cache.complete().is_none());
        let texts: Texts = [("timestamp.json".to_owned(), b"{ \"a\": \"\xc3\xa4\" }".to_vec())].into();
        cache.keep_complete(&texts).unwrap();
        assert_eq!(cache.complete(), Some(texts));
    }
}
