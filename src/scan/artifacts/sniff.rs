//! Says what a file is by its first bytes; a name only breaks ties.

use super::pickle_machine::{End, follow};
use super::report::Kind;
use crate::formats::feed::Feed;
use crate::formats::pickle::Broken;
use crate::formats::{hdf5, npy, tar};

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Packing {
    /// gzip.
    Gzip,
    /// zlib.
    Zlib,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// LZMA without a container.
    Lzma,
    /// zstd.
    Zstd,
    /// LZ4 frames.
    Lz4,
    /// What joblib wrote long ago: zlib behind its length.
    OldJoblib,
}

/// Returns how a stream is compressed.
pub(super) fn packing(head: &[u8]) -> Option<Packing> {
    Some(match head {
        [0x1f, 0x8b, 8, ..] => Packing::Gzip,
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] => Packing::Bzip2,
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Packing::Xz,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
        [0x04, 0x22, 0x4d, 0x18, ..] => Packing::Lz4,
        [0x5d, 0, 0, _, _, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ..] => Packing::Lzma,
        [b'Z', b'F', b'0', b'x', ..] => Packing::OldJoblib,
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, third, ..] if third & 7 != 7 && third & 6 != 6 => Packing::Zlib,
        _ => return None,
    })
}

/// Whether bytes begin like an archive or a compressed stream.
pub(super) fn is_container(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || packing(head).is_some_and(|packing| packing != Packing::Zlib) || head.starts_with(npy::MAGIC)
}

/// Formats that are known and cannot be read here.
fn closed(head: &[u8]) -> bool {
    head.starts_with(b"7z\xbc\xaf\x27\x1c")
        || head.starts_with(b"Rar!\x1a\x07")
        || head.starts_with(b"\xff\x06\0\0sNaPpY")
        || head.starts_with(b"\x02\x21\x4c\x18")
        || head.starts_with(b"LZIP")
        || head.starts_with(b"LRZI")
        || head.starts_with(b"MSCF\0\0\0\0")
}

/// Says what bytes are that begin with `head`; `whole` where that is all of them.
pub(super) fn kind(head: &[u8], whole: bool, name: &str) -> Kind {
    let extension = name.rsplit('/').next().unwrap_or(name).rsplit_once('.').map_or(String::new(), |(_, ext)| ext.to_ascii_lowercase());
    if head.len() < 2 {
        return Kind::Other;
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") || head.starts_with(b"PK\x07\x08PK\x03\x04") {
        return Kind::Zip;
    }
    if head.starts_with(hdf5::MAGIC) {
        return Kind::Hdf5;
    }
    if head.starts_with(npy::MAGIC) {
        return Kind::Numpy;
    }
    if head.starts_with(b"GGUF") {
        return Kind::Gguf;
    }
    if head.get(4..8) == Some(b"TFL3") {
        return Kind::TensorFlowLite;
    }
    if closed(head) {
        return Kind::Closed;
    }
    if is_safetensors(head, &extension) {
        return Kind::Safetensors;
    }
    if pickle(head, whole) {
        return Kind::Pickle;
    }
    if packing(head).is_some() {
        return Kind::Compressed;
    }
    if tar::begins(head) {
        return Kind::Tar;
    }
    if let Some(kind) = protobuf(head, &extension, name) {
        return kind;
    }
    if matches!(head, [_, _, b'\r', b'\n', ..]) && head.len() > 16 && matches!(head.get(16), Some(0xe3 | 0x63)) {
        return Kind::Bytecode;
    }
    // A code object: its kind, the number of its arguments.
    if matches!(head, [0xe3 | 0x63, _, 0, 0, 0, _, 0, 0, 0, ..]) {
        return Kind::Bytecode;
    }
    if text_kind(head, name, &extension) { Kind::Text } else { Kind::Other }
}

fn is_safetensors(head: &[u8], extension: &str) -> bool {
    let looks = head.get(8) == Some(&b'{')
        && (memchr::memmem::find(head, b"data_offsets").is_some() || memchr::memmem::find(head, b"__metadata__").is_some());
    looks
        || extension == "safetensors"
            && !head.starts_with(b"version https://git-lfs")
            && !head.starts_with(b"PK")
            && !matches!(head, [0x80, 1..=5, ..])
            && packing(head).is_none()
            && !pickle(head, head.len() < 4096)
            && !tar::begins(head)
}

/// Whether bytes are a pickle: by its opcodes, followed as far as the bytes go.
pub(super) fn pickle(head: &[u8], whole: bool) -> bool {
    // Most files end here: their first byte begins no pickle.
    let Some(first) = head.first() else { return false };
    let modern = matches!(head, [0x80, 1..=5, ..]);
    let plausible = matches!(
        first,
        b'(' | b'c'
            | b']'
            | b'}'
            | b')'
            | b'I'
            | b'L'
            | b'F'
            | b'S'
            | b'V'
            | b'X'
            | b'U'
            | b'K'
            | b'N'
            | b'G'
            | b'J'
            | b'M'
            | b'T'
            | 0x80
            | 0x88..=0x8e | 0x95 | b'P'
    );
    if !modern && !plausible {
        return false;
    }
    // Cheap to see, and true for all text that is no pickle of protocol 0.
    if !modern && matches!(first, b'c' | b'S' | b'V' | b'I' | b'F' | b'L') && memchr::memchr(b'\n', &head[..head.len().min(2048)]).is_none()
    {
        return false;
    }
    let held = head.to_vec();
    let followed = follow(&mut Feed::of(&held));
    match followed.end {
        End::Stop => followed.steps >= 2 || modern,
        End::Broken(Broken::Ends) | End::TooLarge => modern || !whole && followed.steps >= 4 || alarming(&followed.seen),
        End::Broken(Broken::Malformed) => modern && followed.steps >= 2 || !whole && followed.steps >= 16 || alarming(&followed.seen),
        End::Broken(Broken::NoOpcode(_)) | End::Underflow => modern && followed.steps >= 3 || alarming(&followed.seen),
    }
}

fn alarming(seen: &[super::pickle_calls::Seen]) -> bool {
    seen.iter().any(|seen| seen.severity == super::report::Severity::Alarm && seen.what.starts_with("calls"))
}

fn protobuf(head: &[u8], extension: &str, name: &str) -> Option<Kind> {
    let file = name.rsplit('/').next().unwrap_or(name);
    // SavedModel: a version of 1, then a graph. ONNX: a version of its format, then the name of the program that wrote it.
    match head {
        [0x08, 0x01, 0x12, ..] if file == "saved_model.pb" || extension == "pb" => return Some(Kind::TensorFlow),
        [0x08, 1..=30, 0x12 | 0x1a | 0x22 | 0x2a | 0x32 | 0x3a | 0x42 | 0x72, ..] if extension != "pb" || has_onnx(head) => {
            return Some(Kind::Onnx);
        }
        _ => {}
    }
    match extension {
        "pb" | "pbtxt" | "meta" if head[0] == 0x0a || head[0] == 0x12 || head[0] == 0x08 => Some(Kind::TensorFlow),
        "onnx" => Some(Kind::Onnx),
        _ => None,
    }
}

fn has_onnx(head: &[u8]) -> bool {
    [&b"onnx"[..], b"pytorch", b"skl2onnx"].iter().any(|word| memchr::memmem::find(head, word).is_some())
}

/// Whether this is a text that loaders act on: by its name, since any text could be one.
fn text_kind(head: &[u8], name: &str, extension: &str) -> bool {
    if memchr::memchr(0, head).is_some() {
        return false;
    }
    let file = name.rsplit('/').next().unwrap_or(name);
    match extension {
        "json" => {
            head.trim_ascii_start().starts_with(b"{") || head.trim_ascii_start().starts_with(b"[") || head.starts_with(b"\xef\xbb\xbf")
        }
        "yaml" | "yml" | "jinja" | "jinja2" | "j2" => true,
        _ => file.starts_with("chat_template"),
    }
}
