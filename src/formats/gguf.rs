//! The head of a GGUF file: keys, texts and tensor descriptions, within bounds. After the GGUF page of the ggml documentation.

use super::feed::Feed;
use crate::base::read_at::ReadAt;

/// How long a text may be that is looked into.
const TEXT: u64 = 1 << 20;

/// What a GGUF file holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Gguf {
    /// Texts that hold template syntax, with their keys.
    pub templates: Vec<(String, String)>,
    /// What cannot be: counts, lengths and sizes that no file has.
    pub abuse: Vec<String>,
    /// Why it was not read to the end of its head.
    pub unread: Option<String>,
}

/// Reads the head.
pub fn read(reader: &dyn ReadAt) -> Gguf {
    let mut read = Gguf::default();
    let mut feed = Feed::of(reader);
    if head(&mut feed, reader.size(), &mut read).is_none() && read.abuse.is_empty() && read.unread.is_none() {
        read.unread = Some("it ends in the middle of its head".to_owned());
    }
    read
}

fn head(feed: &mut Feed<'_>, size: u64, read: &mut Gguf) -> Option<()> {
    feed.skip(4);
    let version = u32(feed)?;
    if !(1..=3).contains(&version) {
        // Byte-swapped files are for other machines.
        read.unread = Some(format!("its version {version} is not known"));
        return Some(());
    }
    let count = |feed: &mut Feed<'_>| if version == 1 { u32(feed).map(u64::from) } else { u64(feed) };
    let tensors = count(feed)?;
    let keys = count(feed)?;
    // A key takes 13 bytes at least, a tensor 24.
    if keys > size / 13 || tensors > size / 24 {
        read.abuse.push(format!("it claims {keys} keys and {tensors} tensors in {size} bytes"));
        return Some(());
    }
    for _ in 0..keys {
        let length = count(feed)?;
        let Some(key) = text(feed, length, 1 << 16, size, read)? else { return Some(()) };
        let kind = u32(feed)?;
        value(feed, kind, &key, version, size, read, 0)?;
        if !read.abuse.is_empty() {
            return Some(());
        }
    }
    for _ in 0..tensors {
        let length = count(feed)?;
        let Some(name) = text(feed, length, 1 << 16, size, read)? else { return Some(()) };
        let dimensions = u32(feed)?;
        if dimensions > 4 {
            read.abuse.push(format!("tensor `{}` claims {dimensions} dimensions", name.chars().take(60).collect::<String>()));
            return Some(());
        }
        let mut items = Some(1u64);
        for _ in 0..dimensions {
            let side = count(feed)?;
            items = items.and_then(|items| items.checked_mul(side));
        }
        let kind = u32(feed)?;
        let offset = u64(feed)?;
        // The smallest type takes more than one bit and a half for an item.
        if items.is_none_or(|items| items / 8 > size) || offset > size {
            read.abuse.push(format!("tensor `{}` is larger than the file", name.chars().take(60).collect::<String>()));
            return Some(());
        }
        if kind > 255 {
            read.abuse.push(format!("tensor `{}` has a type that does not exist", name.chars().take(60).collect::<String>()));
            return Some(());
        }
    }
    Some(())
}

/// Reads a text; the outer `None` where the file ends, the inner one where its length cannot be.
fn text(feed: &mut Feed<'_>, length: u64, limit: u64, size: u64, read: &mut Gguf) -> Option<Option<String>> {
    if length > size {
        read.abuse.push(format!("a text claims {length} bytes of {size}"));
        return Some(None);
    }
    if length > limit {
        return feed.skip(length).then_some(Some(String::new()));
    }
    Some(Some(String::from_utf8_lossy(feed.chunk(length as usize)?).into_owned()))
}

fn value(feed: &mut Feed<'_>, kind: u32, key: &str, version: u32, size: u64, read: &mut Gguf, depth: usize) -> Option<()> {
    let count = |feed: &mut Feed<'_>| if version == 1 { u32(feed).map(u64::from) } else { u64(feed) };
    match kind {
        8 => {
            let length = count(feed)?;
            if key.contains("chat_template") && (TEXT..=size).contains(&length) {
                read.unread = Some(format!("`{key}` is too long to be looked into"));
            }
            let Some(text) = text(feed, length, TEXT, size, read)? else { return Some(()) };
            let template = text.contains("{{") || text.contains("{%") || key.contains("chat_template");
            if template && depth == 0 || key.contains("template") {
                read.templates.push((key.to_owned(), text));
            }
        }
        9 => {
            let inner = u32(feed)?;
            let items = count(feed)?;
            if items > size || depth > 3 {
                read.abuse.push(format!("`{}` claims {items} items", key.chars().take(60).collect::<String>()));
                return Some(());
            }
            if let Some(width) = width(inner) {
                return feed.skip(items.checked_mul(width)?).then_some(());
            }
            for _ in 0..items {
                value(feed, inner, key, version, size, read, depth + 1)?;
                if !read.abuse.is_empty() {
                    return Some(());
                }
            }
        }
        other => match width(other) {
            Some(width) => feed.skip(width).then_some(())?,
            None => read.abuse.push(format!("`{}` has a type that does not exist", key.chars().take(60).collect::<String>())),
        },
    }
    Some(())
}

fn width(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

fn u32(feed: &mut Feed<'_>) -> Option<u32> {
    feed.chunk(4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes)
}

fn u64(feed: &mut Feed<'_>) -> Option<u64> {
    feed.chunk(8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), keys in 0u64..4) {
            read(&bytes);
            read(&[&b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0"[..], &keys.to_le_bytes(), &bytes].concat());
        }
    }
}
