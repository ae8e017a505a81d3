//! Builds model files byte by byte: a pickle assembler, a protobuf writer, and the containers. Nothing is loaded.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

use std::io::Write;

use super::seeded::crc32;

/// The only command that a made file names.
pub const COMMAND: &str = "echo highroad-canary";

/// A pickle that grows by one opcode at a time.
#[derive(Clone, Default)]
pub struct Pickle(Vec<u8>);

/// An argument of a call.
#[derive(Clone)]
pub enum Arg {
    Text(&'static str),
    Int(u8),
    Nothing,
    Bytes(Vec<u8>),
    List(Vec<Self>),
    Dict(Vec<(Self, Self)>),
    Code(Pickle),
}

impl Pickle {
    pub fn new(protocol: u8) -> Self {
        Self(if protocol >= 2 { vec![0x80, protocol] } else { Vec::new() })
    }

    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// `GLOBAL`.
    pub fn global(self, module: &str, name: &str) -> Self {
        self.raw(format!("c{module}\n{name}\n").as_bytes())
    }

    /// `SHORT_BINUNICODE`.
    pub fn text(self, text: &str) -> Self {
        self.raw(&[0x8c, u8::try_from(text.len()).unwrap()]).raw(text.as_bytes())
    }

    /// `BINUNICODE`.
    pub fn long_text(self, text: &str) -> Self {
        self.raw(b"X").raw(&u32::try_from(text.len()).unwrap().to_le_bytes()).raw(text.as_bytes())
    }

    /// Two strings and `STACK_GLOBAL`.
    pub fn named(self, module: &str, name: &str) -> Self {
        self.text(module).text(name).raw(b"\x93")
    }

    /// The argument on top in a tuple of one, and `REDUCE`.
    pub fn call1(self) -> Self {
        self.raw(b"\x85R")
    }

    pub fn int(self, number: u8) -> Self {
        self.raw(&[b'K', number])
    }

    pub fn arg(self, arg: &Arg) -> Self {
        match arg {
            Arg::Text(text) if text.len() < 256 => self.text(text),
            Arg::Text(text) => self.long_text(text),
            Arg::Int(number) => self.int(*number),
            Arg::Nothing => self.raw(b"N"),
            Arg::Bytes(bytes) => self.raw(b"B").raw(&u32::try_from(bytes.len()).unwrap().to_le_bytes()).raw(bytes),
            Arg::List(items) => items.iter().fold(self.raw(b"]("), Self::arg).raw(b"e"),
            Arg::Dict(items) => items.iter().fold(self.raw(b"}("), |made, (key, value)| made.arg(key).arg(value)).raw(b"u"),
            Arg::Code(code) => self.raw(&code.0),
        }
    }

    /// All arguments in a tuple, and `REDUCE`.
    pub fn call(self, args: &[Arg]) -> Self {
        args.iter().fold(self.raw(b"("), Self::arg).raw(b"tR")
    }

    pub fn stop(mut self) -> Vec<u8> {
        self.0.push(b'.');
        self.0
    }

    pub fn bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Calls `module.name(argument)`, written as the protocol would.
pub fn call(module: &str, name: &str, argument: &str, protocol: u8) -> Vec<u8> {
    let start = Pickle::new(protocol);
    match protocol {
        0 => start.global(module, name).raw(b"(V").raw(argument.as_bytes()).raw(b"\ntR").stop(),
        1 => start.global(module, name).raw(b"(").long_text(argument).raw(b"tR").stop(),
        2 | 3 => start.global(module, name).long_text(argument).call1().stop(),
        _ => start.named(module, name).text(argument).call1().stop(),
    }
}

/// Calls `module.name(*args)`.
pub fn calls(module: &str, name: &str, args: &[Arg]) -> Vec<u8> {
    Pickle::new(4).named(module, name).call(args).stop()
}

/// The pickle that runs the command, for the inside of containers.
pub fn runs(protocol: u8) -> Vec<u8> {
    call(if protocol > 2 { "os" } else { "posix" }, "system", COMMAND, protocol)
}

/// A member of a zip file.
pub struct Member {
    pub name: String,
    pub data: Vec<u8>,
    pub deflated: bool,
    /// The sizes stand after the data, as streaming writers put them.
    pub streamed: bool,
}

pub fn member(name: &str, data: Vec<u8>) -> Member {
    Member { name: name.to_owned(), data, deflated: false, streamed: false }
}

/// A zip file.
pub fn zip(members: &[Member]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let data = if member.deflated { deflate(&member.data) } else { member.data.clone() };
        let word = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
        let (flags, method) = (if member.streamed { 8u16 } else { 0 }, if member.deflated { 8u16 } else { 0 });
        let mut sizes = crc32(&member.data).to_le_bytes().to_vec();
        sizes.extend(word(data.len()));
        sizes.extend(word(member.data.len()));
        let mut common = vec![20, 0];
        common.extend(flags.to_le_bytes());
        common.extend(method.to_le_bytes());
        common.extend([0, 0, 0x21, 0x28]);
        let name = u16::try_from(member.name.len()).unwrap().to_le_bytes();
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend(&sizes);
        directory.extend(name);
        directory.extend([0; 12]);
        directory.extend(word(out.len()));
        directory.extend(member.name.as_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(if member.streamed { vec![0; 12] } else { sizes.clone() });
        out.extend(name);
        out.extend([0, 0]);
        out.extend(member.name.as_bytes());
        out.extend(&data);
        if member.streamed {
            out.extend(b"PK\x07\x08");
            out.extend(&sizes);
        }
    }
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    let (start, size) = (u32::try_from(out.len()).unwrap(), u32::try_from(directory.len()).unwrap());
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// A PyTorch archive around a pickle.
pub fn torch_zip(root: &str, pickle: Vec<u8>, extra: Vec<Member>) -> Vec<u8> {
    let mut members = vec![
        member(&format!("{root}/data.pkl"), pickle),
        member(&format!("{root}/byteorder"), b"little".to_vec()),
        member(&format!("{root}/data/0"), vec![0; 64]),
        member(&format!("{root}/version"), b"3\n".to_vec()),
    ];
    members.extend(extra);
    zip(&members)
}

/// The pickle of a state dictionary, as PyTorch writes it.
pub fn state_dict(tensors: u8, storage: &str) -> Vec<u8> {
    let mut made = Pickle::new(2).global("collections", "OrderedDict").raw(b")R(");
    for n in 0..tensors {
        made = made.long_text(&format!("block.{n}.weight")).global("torch._utils", "_rebuild_tensor_v2").raw(b"((");
        made = made.long_text("storage").global("torch", storage).long_text(&n.to_string()).long_text("cpu").int(16).raw(b"tQ");
        made = made.int(0).int(4).int(4).raw(b"\x86").int(4).int(1).raw(b"\x86\x89").global("collections", "OrderedDict").raw(b")RtR");
    }
    made.raw(b"u").stop()
}

pub fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// What stands in a tar file: a file, or a link.
pub enum Item<'a> {
    File(&'a str, &'a [u8]),
    Link(&'a str, &'a str),
}

/// A tar file (ustar).
pub fn tar(items: &[Item<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for item in items {
        let (name, data, kind, link): (&str, &[u8], u8, &str) = match item {
            Item::File(name, data) => (name, data, b'0', ""),
            Item::Link(name, target) => (name, b"", b'2', target),
        };
        let mut header = [0u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[108..115].copy_from_slice(b"0000000");
        header[116..123].copy_from_slice(b"0000000");
        header[124..135].copy_from_slice(format!("{:011o}", data.len()).as_bytes());
        header[136..147].copy_from_slice(b"00000000000");
        header[148..156].copy_from_slice(b"        ");
        header[156] = kind;
        header[157..157 + link.len()].copy_from_slice(link.as_bytes());
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        out.extend(header);
        out.extend_from_slice(data);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// An array file: the version of the format, the type, the shape, the data.
pub fn npy(version: u8, descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}").into_bytes();
    let width = if version == 1 { 2 } else { 4 };
    let start = 8 + width;
    while (start + header.len() + 1) % 64 != 0 {
        header.push(b' ');
    }
    header.push(b'\n');
    let mut out = b"\x93NUMPY".to_vec();
    out.extend([version, 0]);
    out.extend(&u32::try_from(header.len()).unwrap().to_le_bytes()[..width]);
    out.extend(header);
    out.extend_from_slice(data);
    out
}

/// A value of a protobuf field.
pub enum Field {
    Number(u64),
    Bytes(Vec<u8>),
}

pub fn number(field: u64, value: u64) -> (u64, Field) {
    (field, Field::Number(value))
}

pub fn bytes(field: u64, value: impl AsRef<[u8]>) -> (u64, Field) {
    (field, Field::Bytes(value.as_ref().to_vec()))
}

/// A protobuf message.
pub fn message(fields: &[(u64, Field)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (field, value) in fields {
        match value {
            Field::Number(value) => {
                varint(&mut out, field << 3);
                varint(&mut out, *value);
            }
            Field::Bytes(value) => {
                varint(&mut out, field << 3 | 2);
                varint(&mut out, value.len() as u64);
                out.extend(value);
            }
        }
    }
    out
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value > 127 {
        out.push(u8::try_from(value & 127).unwrap() | 128);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}
