//! Which files of the road are not as the project got them, by the digests in the lock.

use crate::base::digest::Digest;
use crate::base::leaf::Leaf;
use crate::repo::lock::{LockedFile, Ownership};
use crate::repo::project::ProjectFiles;
use crate::report::status::Drift;

/// Compares the files that the lock lists with what is on disk; seeded ones are the person's own.
pub fn compare(locked: &[LockedFile], disk: &ProjectFiles) -> Vec<Drift> {
    let mut drift: Vec<Drift> = locked
        .iter()
        .filter(|file| file.ownership != Ownership::Seeded)
        .filter_map(|file| {
            let what = match disk.leaf(&file.path) {
                Err(_) => "unreadable",
                Ok(None) => "deleted",
                Ok(Some(leaf)) => differs(file, &leaf)?,
            };
            Some(Drift { path: file.path.clone(), ownership: file.ownership.word().to_owned(), what: what.to_owned() })
        })
        .collect();
    drift.sort_by(|a, b| a.path.cmp(&b.path));
    drift
}

/// Says how a file differs from what the lock records; nothing where it does not.
fn differs(file: &LockedFile, leaf: &Leaf) -> Option<&'static str> {
    let is = |bytes: &[u8]| Digest::of(bytes).to_string() == file.digest;
    if !leaf.kind.is_file() {
        return Some("type");
    }
    if is(&leaf.bytes) {
        return (leaf.kind.git() != file.mode).then_some("mode");
    }
    let plain: Vec<u8> = leaf.bytes.iter().copied().filter(|byte| *byte != b'\r').collect();
    Some(if is(&plain) { "line-ends" } else { "edited" })
}
