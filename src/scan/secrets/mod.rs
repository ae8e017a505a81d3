//! Finds secrets in text: tokens of providers by their published formats, private keys, connection strings and credentials
//! that are written where a name says so.
//!
//! One pass over the bytes looks for some two hundred short words; everything else happens in a bounded window around a hit,
//! so the time is linear in the size whatever the bytes are. Values never leave this module: a hit says where, not what.

mod allowance;
mod anchors;
mod assignment;
mod checksum;
mod connection;
mod formats;
mod keys;
mod names;
mod place;
#[cfg(test)]
mod planted;
#[cfg(test)]
mod planted_forms;
mod provider;
mod shape;
mod special;
mod value;

use std::borrow::Cow;
use std::ops::Range;

pub use checksum::Checksum;

use crate::formats::text::decode;

/// How sure it is that something is a secret.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Confidence {
    /// Worth a look.
    Low,
    /// Most often one.
    Medium,
    /// One, unless something unusual is going on.
    High,
}

/// What a secret was recognised by.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Recognised {
    /// By the format that its provider publishes.
    Format,
    /// By its envelope: a private key.
    Key,
    /// By its place in a connection string or an `Authorization` header.
    Connection,
    /// By the name that it is assigned to.
    Name,
}

/// A secret, or what looks like one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SecretHit {
    /// The name of the rule.
    pub rule: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// Where its value is, in the text as [`decode`] makes it: the place in the file, except for UTF-16.
    pub range: Range<usize>,
    /// How sure it is.
    pub confidence: Confidence,
    /// What it was recognised by.
    pub by: Recognised,
    /// What its own checksum says.
    pub verified: Checksum,
}

/// How much of a binary file is looked at.
const BINARY: usize = 8 << 20;

/// Finds the secrets in the bytes of a file. In binary files only formats and keys are looked for: a name proves nothing there.
pub fn scan(path: &str, bytes: &[u8]) -> Vec<SecretHit> {
    match decode(bytes) {
        Some(text) => scan_text(path, &text.text),
        None => match wide(bytes) {
            Some(text) => {
                scan_text(path, &text).into_iter().map(|hit| SecretHit { range: hit.range.start * 2..hit.range.end * 2, ..hit }).collect()
            }
            None => anchors::search(place::Place::binary(), &bytes[..bytes.len().min(BINARY)]),
        },
    }
}

/// Finds the secrets in a text.
pub fn scan_text(path: &str, text: &str) -> Vec<SecretHit> {
    anchors::search(place::Place::of(path, text.as_bytes()), text.as_bytes())
}

/// Returns a text with every secret in it replaced by three dots, for those who have to show a line.
pub fn redacted<'a>(path: &str, text: &'a str) -> Cow<'a, str> {
    let hits = scan_text(path, text);
    if hits.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut done = 0;
    for hit in hits {
        if let Some(before) = text.get(done..hit.range.start) {
            shown.push_str(before);
            shown.push_str("...");
            done = hit.range.end;
        }
    }
    shown.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(shown)
}

/// Reads UTF-16 without a byte order mark where it holds nothing but ASCII; places in it are half of those in the file.
fn wide(bytes: &[u8]) -> Option<String> {
    let pairs = bytes.get(..bytes.len().min(BINARY))?.as_chunks::<2>().0;
    if pairs.len() < 8 || !pairs.iter().take(64).all(|[low, high]| *high == 0 && *low != 0) {
        return None;
    }
    Some(pairs.iter().map(|[low, high]| if *high == 0 && low.is_ascii() { char::from(*low) } else { '?' }).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::planted::{ALNUM, Dice};
    use super::*;

    #[test]
    fn shows_no_value() {
        let token = format!("{}{}", "ghp_", Dice(9).of(ALNUM, 36));
        let text = format!("a = \"{token}\"  # caf\u{e9}\nb = 1\n");
        assert_eq!(redacted("a.py", &text), "a = \"...\"  # caf\u{e9}\nb = 1\n");
        assert_eq!(redacted("a.py", "a = 1"), "a = 1");
    }

    #[test]
    fn reads_wide_text_without_a_mark() {
        let text = format!("token = {}{}\r\n", "ghp_", Dice(9).of(ALNUM, 36));
        let wide: Vec<u8> = text.bytes().flat_map(|byte| [byte, 0]).collect();
        assert_eq!(scan("a.ini", &wide)[0].range, 16..96);
    }

    #[test]
    fn stays_linear_on_long_hostile_lines() {
        let parts = [
            "password=",
            "-----BEGIN PRIVATE KEY-----MIIE",
            "://a:b",
            "eyJ",
            "sig=",
            "token\":\"",
            "PuTTY-User-Key-File-",
            "AKIA",
            "sk-",
            "name: api_key ",
            "\\n",
            "bearer ",
            "key",
        ];
        let start = std::time::Instant::now();
        for part in parts {
            scan("a.ipynb", part.repeat(60_000 / part.len()).as_bytes());
        }
        // Without optimisation, on a busy machine; quadratic time would be minutes.
        assert!(start.elapsed().as_secs() < 60);
    }

    proptest! {
        #[test]
        fn never_panics(parts in proptest::collection::vec(prop_oneof![
            proptest::sample::select(vec!["password", "=", ": ", "\"", "'", "\\", "\\n", "\n", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "://", "@", "a:b", "eyJ", ".", "sig=", "Q~", ".atlasv1.", ":AA", ".run(\"", "wandb login ", " -u ", "AKIA", "sk-", "ghp_", "bearer ", "basic ", "default", "value", "name: ", "docker login -p ", ".login(", "identified by '", "%3D", "\u{e9}", "(", ")", "<", ">", "key"]).prop_map(|part| part.as_bytes().to_vec()),
            proptest::collection::vec(any::<u8>(), 0..40),
            "[a-zA-Z0-9+/=_-]{0,60}".prop_map(String::into_bytes),
        ], 0..24), path in proptest::sample::select(vec!["a.py", "a.yaml", "a.ipynb", "Dockerfile", ".netrc", "a.csv", "kaggle.json", "a.md"])) {
            let bytes = parts.concat();
            let hits = scan(path, &bytes);
            prop_assert!(hits.iter().all(|hit| hit.range.start < hit.range.end));
            let text = String::from_utf8_lossy(&bytes);
            let shown = redacted(path, &text);
            prop_assert!(scan_text(path, &text).is_empty() || shown != text);
        }
    }
}
