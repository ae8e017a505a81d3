//! Tar archives as a flow of members, in the forms that Python and GNU tar write. After POSIX.1-2001 (`pax`) and GNU tar's manual.

use super::feed::Feed;

/// How long a name may be that is written as a member of its own.
const NAME: u64 = 1 << 16;

/// A member, with its bytes next in the feed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Member {
    /// The name.
    pub name: String,
    /// The kind: `0` a file, `1` and `2` links, `3` and `4` devices, `5` a folder.
    pub kind: u8,
    /// Where a link points.
    pub link: String,
    /// How many bytes it has.
    pub size: u64,
}

/// Whether bytes begin like a tar archive: the checksum of the first header fits.
pub fn begins(head: &[u8]) -> bool {
    head.get(..512).is_some_and(|block| block[0] != 0 && checked(block))
}

fn checked(block: &[u8]) -> bool {
    let sum: u64 = block.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) }).sum();
    number(&block[148..156]) == Some(sum)
}

fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|byte| byte & 0x80 != 0) {
        return field[1..].iter().try_fold(u64::from(field[0] & 0x7f), |value, byte| value.checked_mul(256)?.checked_add(u64::from(*byte)));
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

fn text(field: &[u8]) -> String {
    let end = memchr::memchr(0, field).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// Reads the next header. `Ok(None)` at the end.
///
/// # Errors
/// Says what does not fit.
pub fn next(feed: &mut Feed<'_>) -> Result<Option<Member>, &'static str> {
    let (mut long_name, mut long_link, mut long_size) = (None, None, None);
    for _ in 0..8 {
        let Some(block) = feed.chunk(512) else {
            return if feed.peek(1).is_empty() { Ok(None) } else { Err("it ends in the middle of a header") };
        };
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        if !checked(block) {
            return Err("the checksum of a header does not fit");
        }
        let size = number(&block[124..136]).ok_or("a size is no number")?;
        let kind = block[156];
        match kind {
            b'L' | b'K' | b'x' | b'g' => {
                if size > NAME {
                    return Err("a name is longer than any real one");
                }
                let bytes = feed.chunk(size as usize).ok_or("it ends in the middle of a name")?.to_vec();
                if !feed.skip(padding(size)) {
                    return Err("it ends in the middle of a name");
                }
                match kind {
                    b'L' => long_name = Some(text(&bytes)),
                    b'K' => long_link = Some(text(&bytes)),
                    b'x' => {
                        for (key, value) in records(&bytes) {
                            match key.as_str() {
                                "path" => long_name = Some(value),
                                "linkpath" => long_link = Some(value),
                                "size" => long_size = value.parse().ok(),
                                _ => {}
                            }
                        }
                    }
                    _ => {}
                }
            }
            _ => {
                let prefix = if &block[257..262] == b"ustar" && block[263..265] == *b"00" { text(&block[345..500]) } else { String::new() };
                let name = text(&block[..100]);
                let name = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
                let size = if matches!(kind, b'1' | b'2' | b'3' | b'4' | b'5' | b'6') { 0 } else { long_size.unwrap_or(size) };
                return Ok(Some(Member {
                    name: long_name.unwrap_or(name),
                    kind,
                    link: long_link.unwrap_or_else(|| text(&block[157..257])),
                    size,
                }));
            }
        }
    }
    Err("it has more headers in a row than any real one")
}

/// Returns how many bytes fill the last block of a member.
pub fn padding(size: u64) -> u64 {
    (512 - size % 512) % 512
}

fn records(bytes: &[u8]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(space) = memchr::memchr(b' ', rest) {
        let Some(length) = std::str::from_utf8(&rest[..space]).ok().and_then(|text| text.parse::<usize>().ok()) else { break };
        if length <= space + 1 || length > rest.len() {
            break;
        }
        let record = String::from_utf8_lossy(&rest[space + 1..length]).trim_end_matches('\n').to_owned();
        if let Some((key, value)) = record.split_once('=') {
            found.push((key.to_owned(), value.to_owned()));
        }
        rest = &rest[length..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..1200)) {
            begins(&bytes);
            let mut feed = Feed::of(&bytes);
            for _ in 0..10 {
                let _ = next(&mut feed);
            }
        }
    }
}
