//! Zip archives by both of their lists: the directory at the end and the header before each member. Where the two differ,
//! two readers see two archives. After PKWARE's APPNOTE.

use crate::base::read_at::ReadAt;

/// How far from the end the end record may begin.
const TAIL: usize = 65_557;
/// How large a directory may be.
const DIRECTORY: u64 = 64 << 20;

/// What the header before a member says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Local {
    /// The name.
    pub name: String,
    /// The flags.
    pub flags: u16,
    /// How it is compressed.
    pub method: u16,
    /// How many bytes it takes; 0 where that follows the data.
    pub packed: u64,
    /// How many bytes it has; 0 where that follows the data.
    pub size: u64,
}

/// A member of an archive.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Member {
    /// The name, as the directory has it.
    pub name: String,
    /// The flags.
    pub flags: u16,
    /// How it is compressed: 0 not at all, 8 deflate, …
    pub method: u16,
    /// The checksum.
    pub crc: u32,
    /// How many bytes it takes.
    pub packed: u64,
    /// How many bytes it has.
    pub size: u64,
    /// Where its header is.
    pub header: u64,
    /// Where its bytes begin.
    pub data: u64,
    /// Whether it is a symbolic link.
    pub link: bool,
    /// What its header says; `None` where there is none.
    pub local: Option<Local>,
}

/// An archive.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Archive {
    /// The members, in the order of the directory.
    pub members: Vec<Member>,
    /// How many bytes stand before the first member.
    pub prefix: u64,
    /// How many bytes stand after the end record and its comment.
    pub trailing: u64,
    /// How many end records fit.
    pub directories: usize,
    /// Whether a directory lists the same bytes more than once.
    pub repeated: bool,
    /// Whether a directory was found at all.
    pub has_directory: bool,
    /// Why the directory could not be read to its end.
    pub broken: Option<String>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes)
}

/// Whether an archive ends where the bytes end, as far as the last bytes tell.
pub fn ends_like_one(tail: &[u8]) -> bool {
    memchr::memmem::rfind(tail, b"PK\x05\x06").is_some()
}

/// Reads the lists of an archive.
///
/// # Errors
/// When the bytes cannot be read.
pub fn read(reader: &dyn ReadAt, limit: u64) -> std::io::Result<Archive> {
    let size = reader.size();
    let from = size.saturating_sub(TAIL as u64);
    let tail = reader.read_range(from, TAIL)?;
    let mut archive = Archive::default();
    let mut ends = Vec::new();
    for at in memchr::memmem::find_iter(&tail, b"PK\x05\x06") {
        if let Some(end) = end_record(reader, &tail, at, from)? {
            ends.push(end);
        }
    }
    // Readers take the last one; what another one lists is read as well, unless it is the end of an archive that is a member.
    for end in ends.iter().rev() {
        let inside = |member: &Member| member.data <= end.place && end.place < member.data.saturating_add(member.packed);
        if archive.directories >= 4 || archive.members.iter().any(inside) {
            continue;
        }
        if archive.directories == 0 {
            archive.has_directory = true;
            archive.trailing = size.saturating_sub(end.stop);
        }
        archive.directories += 1;
        directory(reader, end, limit, &mut archive)?;
    }
    if !archive.has_directory {
        headers(reader, limit, &mut archive)?;
    }
    archive.prefix = archive.members.iter().map(|member| member.header).min().unwrap_or(0);
    Ok(archive)
}

#[derive(Debug)]
struct End {
    place: u64,
    directory: u64,
    size: u64,
    shift: u64,
    stop: u64,
    count: u64,
}

fn end_record(reader: &dyn ReadAt, tail: &[u8], at: usize, from: u64) -> std::io::Result<Option<End>> {
    let fields = || {
        let record = tail.get(at..at + 22)?;
        Some((u16_at(record, 10)?, u32_at(record, 12)?, u32_at(record, 16)?, u16_at(record, 20)?))
    };
    let Some((count, length, offset, comment)) = fields() else { return Ok(None) };
    let place = from + at as u64;
    let (mut count, mut size, mut offset) = (u64::from(count), u64::from(length), u64::from(offset));
    let mut before = place;
    if count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff {
        let locator = reader.read_range(place.saturating_sub(20), 20)?;
        if locator.starts_with(b"PK\x06\x07") {
            // What the locator says is wrong where bytes stand before the archive: then the record stands right before it.
            for candidate in [u64_at(&locator, 8).unwrap_or(0), place.saturating_sub(20 + 56)] {
                let record = reader.read_range(candidate, 56)?;
                if record.starts_with(b"PK\x06\x06") {
                    count = u64_at(&record, 32).unwrap_or(0);
                    size = u64_at(&record, 40).unwrap_or(0);
                    offset = u64_at(&record, 48).unwrap_or(0);
                    before = candidate;
                    break;
                }
            }
        }
    }
    let stop = place + 22 + u64::from(comment);
    for directory in [before.checked_sub(size), Some(offset)].into_iter().flatten() {
        let begins = reader.read_range(directory, 4)?;
        if begins == b"PK\x01\x02" || (count == 0 && size == 0) {
            return Ok(Some(End { place, directory, size, shift: directory.saturating_sub(offset), stop, count }));
        }
    }
    Ok(None)
}

fn directory(reader: &dyn ReadAt, end: &End, limit: u64, archive: &mut Archive) -> std::io::Result<()> {
    if end.size > DIRECTORY {
        archive.broken = Some("its directory is larger than any real one".to_owned());
        return Ok(());
    }
    // The size may be a lie: records are read as long as they are records.
    let bytes = reader.read_range(end.directory, end.size.clamp(1 << 16, DIRECTORY) as usize)?;
    let mut at = 0;
    let mut found = 0;
    while bytes.get(at..at + 4) == Some(b"PK\x01\x02") {
        let Some((member, length)) = central(&bytes[at..], end.shift) else {
            archive.broken = Some("a record of its directory ends in the middle".to_owned());
            break;
        };
        at += length;
        found += 1;
        if archive.members.len() as u64 >= limit {
            archive.broken = Some("it has more members than are looked into".to_owned());
            break;
        }
        let mut member = member;
        if archive
            .members
            .iter()
            .rev()
            .take(64)
            .any(|other| other.header == member.header && other.name == member.name && other.method == member.method)
        {
            archive.repeated |= archive.directories < 2;
            continue;
        }
        if let Some((local, data)) = local(reader, member.header)? {
            member.data = data;
            member.local = Some(local);
        }
        archive.members.push(member);
    }
    if found != end.count && archive.broken.is_none() && end.count != 0xffff {
        archive.broken = Some(format!("its end record counts {} members and its directory lists {found}", end.count));
    }
    Ok(())
}

fn central(bytes: &[u8], shift: u64) -> Option<(Member, usize)> {
    let (name, extra, comment) = (usize::from(u16_at(bytes, 28)?), usize::from(u16_at(bytes, 30)?), usize::from(u16_at(bytes, 32)?));
    let text = bytes.get(46..46 + name)?;
    let mut packed = u64::from(u32_at(bytes, 20)?);
    let mut size = u64::from(u32_at(bytes, 24)?);
    let mut header = u64::from(u32_at(bytes, 42)?);
    let fields = bytes.get(46 + name..46 + name + extra)?;
    let mut at = 0;
    while let (Some(id), Some(length)) = (u16_at(fields, at), u16_at(fields, at + 2)) {
        if id == 1 {
            let mut next = at + 4;
            for field in [&mut size, &mut packed, &mut header] {
                if *field == 0xffff_ffff {
                    *field = u64_at(fields, next).unwrap_or(*field);
                    next += 8;
                }
            }
        }
        at += 4 + usize::from(length);
    }
    let attributes = u32_at(bytes, 38)?;
    let member = Member {
        name: String::from_utf8_lossy(text).into_owned(),
        flags: u16_at(bytes, 8)?,
        method: u16_at(bytes, 10)?,
        crc: u32_at(bytes, 16)?,
        packed,
        size,
        header: header.saturating_add(shift),
        data: u64::MAX,
        link: attributes >> 28 == 0xa,
        local: None,
    };
    Some((member, 46 + name + extra + comment))
}

/// Returns the header at a place and where the bytes after it begin.
pub fn local(reader: &dyn ReadAt, at: u64) -> std::io::Result<Option<(Local, u64)>> {
    let mut head = reader.read_range(at, 320)?;
    if !head.starts_with(b"PK\x03\x04") {
        return Ok(None);
    }
    let (Some(name), Some(extra)) = (u16_at(&head, 26), u16_at(&head, 28)) else { return Ok(None) };
    let (name, extra) = (usize::from(name), usize::from(extra));
    if head.len() < 30 + name {
        head = reader.read_range(at, 30 + name)?;
    }
    let fields = || {
        let text = head.get(30..30 + name)?;
        Some(Local {
            name: String::from_utf8_lossy(text).into_owned(),
            flags: u16_at(&head, 6)?,
            method: u16_at(&head, 8)?,
            packed: u64::from(u32_at(&head, 18)?),
            size: u64::from(u32_at(&head, 22)?),
        })
    };
    Ok(fields().map(|local| (local, at + 30 + name as u64 + extra as u64)))
}

/// Reads an archive that has no directory, header by header.
fn headers(reader: &dyn ReadAt, limit: u64, archive: &mut Archive) -> std::io::Result<()> {
    let mut at = 0;
    archive.broken = Some("it has no directory".to_owned());
    while let Some((local, data)) = local(reader, at)? {
        if archive.members.len() as u64 >= limit.min(10_000) {
            break;
        }
        let packed = if local.flags & 8 != 0 || local.packed == 0 || local.packed == 0xffff_ffff {
            next_record(reader, data)?.saturating_sub(data)
        } else {
            local.packed
        };
        let member = Member {
            name: local.name.clone(),
            flags: local.flags,
            method: local.method,
            crc: 0,
            packed,
            size: local.size,
            header: at,
            data,
            link: false,
            local: None,
        };
        archive.members.push(member);
        let next = data.saturating_add(packed);
        at = if local.flags & 8 == 0 { next } else { next_record(reader, next)? };
    }
    Ok(())
}

/// Returns where the next header or directory begins, within a bound.
fn next_record(reader: &dyn ReadAt, from: u64) -> std::io::Result<u64> {
    const STEP: usize = 1 << 20;
    let mut at = from;
    for _ in 0..64 {
        let bytes = reader.read_range(at, STEP)?;
        let found = memchr::memmem::find_iter(&bytes, b"PK")
            .find(|place| matches!(bytes.get(place + 2..place + 4), Some([3, 4] | [1, 2] | [7, 8])));
        if let Some(place) = found {
            return Ok(at + place as u64);
        }
        if bytes.len() < STEP {
            break;
        }
        at += STEP as u64 - 3;
    }
    Ok(reader.size())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0usize..200) {
            for (place, magic) in [(0, &b"PK\x03\x04"[..]), (at, b"PK\x01\x02"), (at / 2, b"PK\x06\x06"), (bytes.len().saturating_sub(22), b"PK\x05\x06")] {
                if let Some(slot) = bytes.get_mut(place..place + 4) {
                    slot.copy_from_slice(magic);
                }
            }
            let _ = read(&bytes, 100);
        }
    }
}
