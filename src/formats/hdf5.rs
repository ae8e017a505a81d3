//! JSON texts in HDF5 files: Keras keeps a model's configuration as one attribute, which lies in the file in one piece.

use std::io::Read;

use crate::base::read_at::ReadAt;

use super::feed::Forward;

/// The first bytes of every such file.
pub const MAGIC: &[u8] = b"\x89HDF\r\n\x1a\n";
/// How large a text may be.
const TEXT: usize = 8 << 20;
/// How many texts are looked at.
const TEXTS: usize = 64;
/// How much is searched at once.
const STEP: usize = 1 << 20;

/// Returns the JSON objects that name a class, with their places; and whether the file was searched to its end.
///
/// # Errors
/// When the file cannot be read.
pub fn class_texts(reader: &dyn ReadAt, limit: u64) -> std::io::Result<(Vec<(u64, String)>, bool)> {
    let mut found = Vec::new();
    let mut feed = Forward::new(reader, 0);
    let mut window: Vec<u8> = Vec::with_capacity(2 * STEP);
    let mut base = 0u64;
    let mut known = 0u64;
    loop {
        let from = window.len();
        window.resize(from + STEP, 0);
        let mut filled = from;
        while filled < window.len() {
            let came = feed.read(&mut window[filled..])?;
            if came == 0 {
                break;
            }
            filled += came;
        }
        window.truncate(filled);
        for at in memchr::memmem::find_iter(&window, b"\"class_name\"") {
            let place = base + at as u64;
            if place < known || found.len() >= TEXTS {
                continue;
            }
            // The object begins at the first brace of the text before: everything before the text is binary.
            let begin = window[..at].iter().rposition(|byte| *byte < 9).map_or(0, |at| at + 1);
            let Some(brace) = memchr::memchr(b'{', &window[begin..at]) else { continue };
            let start = base + (begin + brace) as u64;
            let text = reader.read_range(start, TEXT)?;
            let length = object(&text).unwrap_or_else(|| memchr::memchr(0, &text).unwrap_or(text.len()));
            known = start + length as u64;
            found.push((start, String::from_utf8_lossy(&text[..length]).into_owned()));
        }
        if filled - from < STEP {
            return Ok((found, true));
        }
        if base + filled as u64 > limit {
            return Ok((found, false));
        }
        let keep = filled.saturating_sub(4096);
        window.drain(..keep);
        base += keep as u64;
    }
}

/// Returns how long the JSON object is that the bytes begin with.
fn object(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        match (quoted, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => quoted = !quoted,
            (false, b'{') => depth += 1,
            (false, b'}') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_the_configuration_among_bytes() {
        let json = r#"{"config": {"x": "}\""}, "class_name": "Sequential"}"#;
        let bytes = [MAGIC, &[0, 1, 2], json.as_bytes(), &[0, 9, 255]].concat();
        let (found, whole) = class_texts(&bytes, 1 << 30).unwrap();
        assert_eq!((found, whole), (vec![(11, json.to_owned())], true));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = class_texts(&[&bytes, &b"\"class_name\""[..]].concat(), 100);
        }
    }
}
