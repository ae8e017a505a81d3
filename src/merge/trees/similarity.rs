//! How much of one text is in another, as git's rename detection counts it: by the bytes of the lines that both have.
//!
//! git (`diffcore-delta.c`) divides the bytes that both files share by the size of the larger one. Here lines count without the
//! white space around them, so that a file that was re-indented or got other line ends is still the same file.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Files above this size are compared as a whole only.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// The lines of a text, as hashes.
#[derive(Debug)]
pub(super) struct Fingerprint {
    /// Hash of a line to the bytes of all lines with it, in order of hash.
    lines: Vec<(u64, u64)>,
    /// The sum of the bytes.
    size: u64,
}

impl Fingerprint {
    /// Takes the lines of a text; nothing where it is no text, or has no line that says anything.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.contains(&0) {
            return None;
        }
        let mut lines: BTreeMap<u64, u64> = BTreeMap::new();
        for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
            let mut hasher = DefaultHasher::new();
            line.hash(&mut hasher);
            *lines.entry(hasher.finish()).or_default() += line.len() as u64;
        }
        let size = lines.values().sum();
        (size > 0).then(|| Self { lines: lines.into_iter().collect(), size })
    }

    /// Returns how alike two texts are, from 0 to 1.
    pub(super) fn similarity(&self, other: &Self) -> f64 {
        self.shared(other) as f64 / self.size.max(other.size) as f64
    }

    /// Returns how much of this text is in the other, from 0 to 1.
    pub(super) fn contained(&self, other: &Self) -> f64 {
        self.shared(other) as f64 / self.size as f64
    }

    /// Returns the bytes of the lines that both have.
    fn shared(&self, other: &Self) -> u64 {
        let (mut one, mut two) = (self.lines.iter().peekable(), other.lines.iter().peekable());
        let mut shared = 0;
        while let (Some((a, bytes)), Some((b, more))) = (one.peek(), two.peek()) {
            if a == b {
                shared += bytes.min(more);
            }
            let (left, right) = (a <= b, b <= a);
            if left {
                one.next();
            }
            if right {
                two.next();
            }
        }
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(one: &str, two: &str) -> f64 {
        Fingerprint::of(one.as_bytes()).unwrap().similarity(&Fingerprint::of(two.as_bytes()).unwrap())
    }

    #[test]
    fn counts_shared_lines_by_their_bytes() {
        assert!((alike("aaaa\nbbbb\n", "bbbb\naaaa\n") - 1.0).abs() < 1e-9);
        assert!((alike("aaaa\nbbbb\n", "aaaa\ncccc\n") - 0.5).abs() < 1e-9);
        assert!((alike("aaaa\n", "aaaa\nbbbb\ncccc\ndddd\n") - 0.25).abs() < 1e-9);
        assert!((alike("a\r\n  b\r\n", "a\n\tb\n") - 1.0).abs() < 1e-9);
    }

    #[test]
    fn has_nothing_to_say_about_binaries_and_empty_files() {
        assert!(Fingerprint::of(b"\0\x01").is_none());
        assert!(Fingerprint::of(b" \n\r\n").is_none());
    }
}
