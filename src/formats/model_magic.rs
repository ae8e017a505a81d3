//! Tells a model file by its first bytes. Nothing is unpacked and nothing is run.
//!
//! Sources of the marks: the Python pickle module's opcodes (protocol byte `\x80`, STOP is `.`), PKWARE's ZIP note, the
//! safetensors format page, the GGUF specification, the HDF5 format specification, the FlatBuffers identifier of TFLite.

use memchr::memmem;

/// What kind of model file the first bytes belong to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ModelKind {
    /// A pickle: it can run code when it is loaded.
    Pickle,
    /// A zip with a pickle in it, as `torch.save` writes it.
    TorchZip,
    /// A Keras archive.
    KerasZip,
    /// Tensors with a JSON header, and nothing else.
    Safetensors,
    /// An ONNX graph.
    Onnx,
    /// A llama.cpp model.
    Gguf,
    /// HDF5 with the layers of a Keras model.
    KerasHdf5,
    /// A TensorFlow Lite model.
    TfLite,
}

/// The longest header that a safetensors file may have.
const SAFETENSORS_HEADER: u64 = 100_000_000;

/// Tells the kind of a model from the first bytes of its file; `None` where they belong to no model.
pub fn sniff(head: &[u8]) -> Option<ModelKind> {
    let has = |needle: &[u8]| memmem::find(head, needle).is_some();
    if head.starts_with(b"GGUF") || head.starts_with(b"lmgg") || head.starts_with(b"tjgg") {
        return Some(ModelKind::Gguf);
    }
    if head.get(4..8) == Some(b"TFL3") {
        return Some(ModelKind::TfLite);
    }
    if head.starts_with(b"PK\x03\x04") {
        return if has(b"data.pkl") {
            Some(ModelKind::TorchZip)
        } else if has(b"model.weights.h5") || (has(b"metadata.json") && has(b"keras_version")) {
            Some(ModelKind::KerasZip)
        } else {
            None
        };
    }
    if is_hdf5(head) {
        let keras = has(b"keras_version") || has(b"model_weights") || has(b"layer_names") || has(b"model_config");
        return keras.then_some(ModelKind::KerasHdf5);
    }
    if is_pickle(head) {
        return Some(ModelKind::Pickle);
    }
    if let Some(length) = head.first_chunk::<8>() {
        let length = u64::from_le_bytes(*length);
        if (2..SAFETENSORS_HEADER).contains(&length) && head.get(8..10) == Some(b"{\"") {
            return Some(ModelKind::Safetensors);
        }
    }
    // Protobuf of ModelProto: field 1 is the version of the format, field 2 the name of the producer.
    if let [8, 1..=20, 0x12, length, rest @ ..] = head
        && rest.get(..usize::from(*length)).is_some_and(|name| !name.is_empty() && name.iter().all(u8::is_ascii_graphic))
        && usize::from(*length) < 64
        && !has(b"serve")
    {
        return Some(ModelKind::Onnx);
    }
    None
}

/// Whether the bytes begin an HDF5 file.
pub fn is_hdf5(head: &[u8]) -> bool {
    head.starts_with(b"\x89HDF\r\n\x1a\n")
}

/// Whether the bytes begin a pickle: a protocol byte and an opcode that can follow it, or the text of protocol 0.
pub fn is_pickle(head: &[u8]) -> bool {
    // The last byte of a whole pickle is STOP; a longer file shows its first part only.
    let whole = head.len() < 4096;
    let ends = !whole || head.last() == Some(&b'.');
    match head {
        [0x80, 2..=5, next, ..] => {
            ends && matches!(next, 0x95 | b'}' | b']' | b')' | b'(' | b'c' | b'X' | 0x8c | b'K' | b'J' | b'G' | b'N' | 0x8a)
        }
        [b'(', b'd' | b'l' | b'i', b'p', b'0'..=b'9', ..] => ends,
        [b'c', rest @ ..] => ends && whole_names(rest),
        _ => false,
    }
}

/// Whether two lines of a module and a name follow, as the opcode GLOBAL of protocol 0 has them.
fn whole_names(rest: &[u8]) -> bool {
    let mut lines = rest.splitn(3, |byte| *byte == b'\n');
    let name = |line: Option<&[u8]>| {
        line.is_some_and(|line| {
            (1..100).contains(&line.len()) && line.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.'))
        })
    };
    name(lines.next())
        && name(lines.next())
        && lines.next().is_some_and(|after| matches!(after.first(), Some(b'p' | b'(' | b'q' | b'\x81')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tells_models_from_what_only_looks_like_one() {
        assert_eq!(sniff(b"\x80\x04\x95\x0b\0\0\0\0\0\0\0}."), Some(ModelKind::Pickle));
        assert_eq!(sniff(b"\x80\x04\x95\x0b\0\0\0\0\0\0\0}"), None, "cut off");
        assert_eq!(sniff(b"\x10\0\0\0\0\0\0\0{\"a\":{}}        "), Some(ModelKind::Safetensors));
        assert_eq!(sniff(b"\x08\x07\x12\x07pytorch\x1a\x03"), Some(ModelKind::Onnx));
        assert_eq!(sniff(b"\x89HDF\r\n\x1a\n\0\0"), None, "HDF5 of data");
        assert_eq!(sniff(b"name: \"VGG\"\nlayer {\n"), None);
        assert_eq!(sniff(b"class A:\n    pass\n"), None);
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = sniff(&bytes);
        }
    }
}
