//! `<version>.tar.zst`: the files of a version in one archive, written always the same, read as hostile.
//!
//! The form is a narrow part of POSIX ustar (IEEE Std 1003.1, `pax`, "ustar Interchange Format") in one zstd frame (RFC 8878):
//! regular files alone, in order of path, mode 0644 or 0755, owner 0, time 0, two zero blocks at the end. A reader takes no
//! other bytes than those that [`pack`] writes for the same files, so an archive can say nothing that two programs read in
//! two ways.

use std::io::{self, Read};

use tar::{EntryType, Header};
use zstd::stream::read::Decoder;
use zstd::stream::write::Encoder;

use crate::base::diagnostic::Diagnostic;
use crate::base::path::RelPath;
use crate::base::tree::{File, Mode, Tree};
use crate::road::LIMITS;

/// The largest archive, in bytes.
pub const LIMIT: u64 = 12 << 20;
/// Bytes of all files at most. With the archive itself and the window it stays below what a reader may use.
const TOTAL: u64 = 24 << 20;
/// How much larger the files may be than the archive, above `FREE_RATIO` bytes.
const RATIO: u64 = 100;
/// Small archives of few, equal files pack better than real ones.
const FREE_RATIO: u64 = 4 << 20;
/// The largest zstd window, as a power of two: 4 MiB.
const WINDOW: u32 = 22;
/// How hard zstd tries.
const EFFORT: i32 = 12;
/// What all paths may weigh, each counted once for every folder that it lies in: a tree remembers all of them.
const NAMES: usize = 4 << 20;
/// Where a header holds the type of its entry.
const TYPE_AT: usize = 156;
/// The unit of a tar archive, in bytes.
const BLOCK: usize = 512;

/// Packs a tree: the same bytes for the same files.
///
/// # Errors
/// When the tree is larger than a reader takes, or has a path that the form cannot hold.
pub fn pack(tree: &Tree) -> Result<Vec<u8>, Diagnostic> {
    let bounds = &mut Bounds::default();
    for (path, file) in tree.iter() {
        bounds.file(path.as_str(), file.bytes.len() as u64).map_err(|why| unpackable(path.as_str(), why))?;
    }
    let write = || -> io::Result<Vec<u8>> {
        let mut encoder = Encoder::new(Vec::new(), EFFORT)?;
        encoder.window_log(WINDOW)?;
        encoder.include_checksum(true)?;
        let mut builder = tar::Builder::new(encoder);
        for (path, file) in tree.iter() {
            builder.append(&header(path.as_str(), file.bytes.len() as u64, file.mode)?, file.bytes.as_slice())?;
        }
        builder.into_inner()?.finish()
    };
    let packed = write().map_err(|error| unpackable("road.toml", error.to_string()))?;
    bounds.ratio(packed.len() as u64).map_err(|why| unpackable("road.toml", why))?;
    if packed.len() as u64 > LIMIT {
        return Err(unpackable("road.toml", format!("the archive has more than {LIMIT} bytes")));
    }
    Ok(packed)
}

/// Reads an archive. Nothing in it is believed before it is checked, and what is read at once is bounded.
///
/// # Errors
/// `archive`, with the entry and what is wrong with it.
pub fn unpack(packed: &[u8]) -> Result<Tree, Diagnostic> {
    if packed.len() as u64 > LIMIT {
        return Err(hostile(None, format!("it has more than {LIMIT} bytes")));
    }
    let broken = |error: io::Error| hostile(None, format!("it cannot be unpacked: {error}"));
    let mut decoder = Decoder::with_buffer(packed).map_err(broken)?.single_frame();
    decoder.window_log_max(WINDOW).map_err(broken)?;
    let mut tree = Tree::default();
    let mut bounds = Bounds::default();
    let mut last = String::new();
    loop {
        let mut block = [0; BLOCK];
        decoder.read_exact(&mut block).map_err(broken)?;
        if block == [0; BLOCK] {
            break;
        }
        let entry = read_header(&block).map_err(|(path, why)| hostile(path.as_deref(), why))?;
        let refused = |why: String| hostile(Some(entry.path.as_str()), why);
        if entry.path.as_str() <= last.as_str() {
            return Err(refused(format!("it is there twice, or out of order after `{last}`")));
        }
        bounds.file(entry.path.as_str(), entry.size).map_err(refused)?;
        bounds.ratio(packed.len() as u64).map_err(refused)?;
        last = entry.path.as_str().to_owned();
        let file = File { bytes: read_content(&mut decoder, entry.size).map_err(|why| refused(why.to_string()))?, mode: entry.mode };
        tree.insert(entry.path, file).map_err(|error| hostile(Some(&last), error.to_string()))?;
    }
    let mut rest = Vec::new();
    decoder.by_ref().take(2 * BLOCK as u64).read_to_end(&mut rest).map_err(broken)?;
    if rest != [0; BLOCK] {
        return Err(hostile(None, "something stands after its end"));
    }
    // The frame ended; what follows it would be read by another program, and not by this one.
    if !decoder.finish().is_empty() {
        return Err(hostile(None, "something stands after its compressed content"));
    }
    Ok(tree)
}

/// What was read so far, against what a reader takes.
#[derive(Debug, Default)]
struct Bounds {
    files: usize,
    bytes: u64,
    names: usize,
}

impl Bounds {
    fn file(&mut self, path: &str, size: u64) -> Result<(), String> {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(size);
        self.names += path.len() * (1 + path.matches('/').count());
        if self.files > LIMITS.files {
            return Err(format!("there are more than {} files", LIMITS.files));
        }
        if size > LIMITS.file_bytes {
            return Err(format!("the file has more than {} bytes", LIMITS.file_bytes));
        }
        if self.bytes > TOTAL {
            return Err(format!("all files together have more than {TOTAL} bytes"));
        }
        if self.names > NAMES {
            return Err(format!("the paths are too long and too deep: together more than {NAMES} bytes"));
        }
        Ok(())
    }

    fn ratio(&self, packed: u64) -> Result<(), String> {
        if self.bytes > FREE_RATIO && self.bytes / RATIO > packed {
            return Err(format!("the files are more than {RATIO} times as large as the archive"));
        }
        Ok(())
    }
}

struct Entry {
    path: RelPath,
    size: u64,
    mode: Mode,
}

/// The one header that a file has in our archives.
fn header(path: &str, size: u64, mode: Mode) -> io::Result<Header> {
    let mut header = Header::new_ustar();
    header.set_path(path)?;
    header.set_entry_type(EntryType::Regular);
    header.set_size(size);
    header.set_mode(match mode {
        Mode::Plain => 0o644,
        Mode::Executable => 0o755,
    });
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    Ok(header)
}

/// Reads a header; the first checks give the reason, the last one lets nothing else through.
fn read_header(block: &[u8; BLOCK]) -> Result<Entry, (Option<String>, String)> {
    let found = Header::from_byte_slice(block);
    let name = found.path_bytes();
    let shown = Some(String::from_utf8_lossy(&name).into_owned());
    let refused = |why: String| (shown.clone(), why);
    // The type of the entry, one letter (POSIX ustar, and the letters that GNU tar and pax add).
    let what = match block[TYPE_AT] {
        b'0' => None,
        b'1' | b'2' => Some("a link"),
        b'3' | b'4' | b'6' => Some("a device or a pipe"),
        b'5' => Some("a folder; folders come with their files"),
        b'L' | b'K' | b'x' | b'g' => Some("an extension that gives the next entry another name or size"),
        b'S' => Some("a file with holes"),
        _ => Some("of a type that no road needs"),
    };
    if let Some(what) = what {
        return Err(refused(format!("it is {what}; only regular files are taken")));
    }
    let text = std::str::from_utf8(&name).map_err(|_| refused("its path is not UTF-8".to_owned()))?;
    let path = RelPath::parse(text).map_err(|error| refused(error.to_string()))?;
    let size = found.entry_size().map_err(|error| refused(error.to_string()))?;
    let mode = match found.mode().map_err(|error| refused(error.to_string()))? {
        0o644 => Mode::Plain,
        0o755 => Mode::Executable,
        other => return Err(refused(format!("its mode is {other:o}; only 644 and 755 are taken"))),
    };
    let ours = header(path.as_str(), size, mode).map_err(|error| refused(error.to_string()))?;
    if ours.as_bytes() != block {
        return Err(refused("its header is not the one that Highroad writes: owner, time, links, sums or spare bytes differ".to_owned()));
    }
    Ok(Entry { path, size, mode })
}

/// Reads the bytes of a file, whose size is checked, and the zeros that fill its last block.
fn read_content(from: &mut impl Read, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.by_ref().take(size).read_to_end(&mut bytes)?;
    let mut padding = [0; BLOCK];
    let fill = bytes.len().next_multiple_of(BLOCK) - bytes.len();
    from.read_exact(&mut padding[..fill])?;
    if bytes.len() as u64 != size || padding != [0; BLOCK] {
        return Err(io::Error::other("it ends before its size, or its last block is not filled with zeros"));
    }
    bytes.shrink_to_fit();
    Ok(bytes)
}

fn hostile(path: Option<&str>, why: impl Into<String>) -> Diagnostic {
    let place = path.map_or_else(|| "the archive".to_owned(), |path| format!("the archive, `{}`", path.escape_debug()));
    Diagnostic::usage("archive", "an archive of the road is not taken")
        .at(place)
        .because(why)
        .fix("nothing of it was used; tell the road's publisher")
}

fn unpackable(path: &str, why: impl Into<String>) -> Diagnostic {
    Diagnostic::usage("archive", "the version cannot be packed")
        .at(path)
        .because(why)
        .fix("shorten the path or take large files out, and release a new version")
}

#[cfg(test)]
mod tests;
