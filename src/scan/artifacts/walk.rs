//! Goes through a file and what lies in it, with one budget for everything.

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

use super::pickle_machine::{End, follow};
use super::report::{ArtifactReport, Hit, Kind, Limits, Rule, Severity, Unread};
use super::{archive, code_text, compressed, config_text, graphs, keras_config, sniff, template};
use crate::base::read_at::ReadAt;
use crate::formats::feed::{Feed, Forward, Part};
use crate::formats::pickle::Broken;
use crate::formats::{gguf, npy, safetensors, zip};

/// How much of a file is looked at to say what it is.
const HEAD: usize = 4096;
/// How much of an inflated file is held, where it has to be read out of order.
const HELD: usize = 40 << 20;
/// How much of a file of an unknown kind is searched for a pickle behind other bytes.
const SEARCHED: usize = 1 << 20;

/// One scan.
pub(super) struct Walk {
    pub(super) report: ArtifactReport,
    pub(super) limits: Limits,
    inflated: u64,
    members: u64,
}

/// Where something lies: its own name, and its path in the file.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    /// Its own name.
    pub name: &'a str,
    /// Its path inside nested containers; empty for the file itself.
    pub member: &'a str,
    /// How many containers lie around it.
    pub depth: usize,
}

impl Walk {
    pub(super) fn new(limits: Limits) -> Self {
        Self { report: ArtifactReport::default(), limits, inflated: 0, members: 0 }
    }

    pub(super) fn finish(mut self, kind: Kind) -> ArtifactReport {
        self.report.kind = kind;
        self.report.judge();
        self.report
    }

    pub(super) fn hit(&mut self, rule: Rule, severity: Severity, what: impl Into<String>, member: &str, offset: u64) {
        self.report.add(Hit { rule, severity, what: what.into(), member: member.to_owned(), offset });
    }

    pub(super) fn unread(&mut self, member: &str, why: impl Into<String>) {
        self.report.add_unread(Unread { member: member.to_owned(), why: why.into() });
    }

    /// Counts a member; false where there are too many.
    pub(super) fn count_member(&mut self, member: &str) -> bool {
        self.members += 1;
        if self.members > self.limits.members {
            self.unread(member, "there are more members than are looked into");
            return false;
        }
        true
    }

    /// Looks into something that can be read at any place, and says what it is.
    pub(super) fn look(&mut self, reader: &dyn ReadAt, name: &str, member: &str, depth: usize) -> Kind {
        let spot = Spot { name, member, depth };
        let head = match reader.read_range(0, HEAD) {
            Ok(head) => head,
            Err(error) => {
                self.unread(member, error.to_string());
                return Kind::Other;
            }
        };
        let kind = sniff::kind(&head, reader.size() <= head.len() as u64, name);
        if depth > self.limits.depth && kind != Kind::Other {
            self.unread(member, "containers lie in each other deeper than is looked into");
            return kind;
        }
        match kind {
            Kind::Other => return self.look_behind(reader, &head, spot),
            Kind::Pickle => self.look_at_pickles(&mut Feed::of(reader), spot, matches!(head, _ if head.first() == Some(&0x80))),
            Kind::Zip | Kind::Torch | Kind::TorchScript | Kind::Keras => return archive::look_at_zip(self, reader, spot),
            Kind::Tar => archive::look_at_tar(self, &mut Feed::of(reader), Some(reader), spot),
            Kind::Compressed => return self.look_at_compressed(reader, &head, spot),
            Kind::Numpy => self.look_at_numpy(&mut Feed::of(reader), spot),
            Kind::Hdf5 => keras_config::look_at_hdf5(self, reader, spot),
            Kind::TensorFlow => graphs::look_at_tensorflow(self, reader, spot),
            Kind::TensorFlowLite => graphs::look_at_lite(self, reader, spot),
            Kind::Onnx => graphs::look_at_onnx(self, reader, spot),
            Kind::Gguf => self.look_at_gguf(reader, spot),
            Kind::Safetensors => self.look_at_safetensors(reader, spot),
            Kind::Text => config_text::look(self, reader, spot),
            Kind::Bytecode => {
                if !name.ends_with(".pyc") {
                    self.hit(Rule::UnsafePickle, Severity::Suspicious, "it is compiled Python code", member, 0);
                }
            }
            Kind::Closed => self.unread(member, "its archive format cannot be read here"),
        }
        kind
    }

    /// Looks into something that can be read front to back only; `packed` is how many bytes it was inflated from.
    pub(super) fn look_at_flow(&mut self, flow: &mut dyn Read, consumed: &Rc<Cell<u64>>, spot: Spot<'_>) -> Kind {
        let mut held = Vec::new();
        let failure = self.fill(flow, &mut held, HEAD);
        let kind = sniff::kind(&held, held.len() < HEAD, spot.name);
        if spot.depth > self.limits.depth && kind != Kind::Other {
            self.unread(spot.member, "containers lie in each other deeper than is looked into");
            return kind;
        }
        if let Some(failure) = failure {
            // What came before the damage is looked into: a loader would have seen it, too.
            self.look(&held, spot.name, spot.member, spot.depth);
            self.unread(spot.member, failure);
            return kind;
        }
        if kind == Kind::Other {
            if self.fill(flow, &mut held, SEARCHED).is_none() {
                self.look_behind(&held.clone(), &held[..held.len().min(HEAD)], spot);
            }
            self.look_for_bomb(flow, held.len() as u64, consumed, spot);
            return kind;
        }
        let failure = self.fill(flow, &mut held, HELD >> spot.depth.min(4));
        if held.len() < HELD >> spot.depth.min(4) {
            let kind = self.look(&held, spot.name, spot.member, spot.depth);
            if let Some(failure) = failure {
                self.unread(spot.member, failure);
            }
            return kind;
        }
        let size = held.len() as u64;
        let inflated = Rc::new(Cell::new(0u64));
        let mut whole = Counted {
            inner: &mut std::io::Cursor::new(held).chain(flow),
            count: Rc::clone(&inflated),
            left: self.limits.inflated.saturating_sub(self.inflated),
        };
        match kind {
            Kind::Pickle => self.look_at_pickles(&mut Feed::flow(&mut whole), spot, true),
            Kind::Tar => archive::look_at_tar(self, &mut Feed::flow(&mut whole), None, spot),
            Kind::Numpy => self.look_at_numpy(&mut Feed::flow(&mut whole), spot),
            Kind::Other
            | Kind::Zip
            | Kind::Torch
            | Kind::TorchScript
            | Kind::Keras
            | Kind::Compressed
            | Kind::Hdf5
            | Kind::TensorFlow
            | Kind::TensorFlowLite
            | Kind::Onnx
            | Kind::Gguf
            | Kind::Safetensors
            | Kind::Text
            | Kind::Bytecode
            | Kind::Closed => {
                self.unread(spot.member, "it is compressed and too large to be held in memory");
                self.look_for_bomb(&mut whole, size, consumed, spot);
            }
        }
        self.inflated += inflated.get();
        kind
    }

    /// Reads until `held` has `wanted` bytes; says why that failed.
    fn fill(&mut self, flow: &mut dyn Read, held: &mut Vec<u8>, wanted: usize) -> Option<String> {
        let before = held.len();
        let came = flow.take((wanted - before.min(wanted)) as u64).read_to_end(held);
        self.inflated += (held.len() - before) as u64;
        if self.inflated > self.limits.inflated {
            return Some("it inflates to more than is looked into".to_owned());
        }
        came.err().map(|error| format!("it cannot be inflated: {error}"))
    }

    /// Goes on reading as long as much comes out of little.
    fn look_for_bomb(&mut self, flow: &mut dyn Read, mut size: u64, consumed: &Rc<Cell<u64>>, spot: Spot<'_>) {
        const BOMB: u64 = 24 << 20;
        // What an inflater reads ahead is not used yet.
        let little = |size: u64| consumed.get().saturating_sub(256 << 10).saturating_mul(150) < size;
        let mut buffer = vec![0; 64 << 10];
        while size < BOMB && little(size) {
            match flow.read(&mut buffer) {
                Ok(came) if came > 0 => {
                    size += came as u64;
                    self.inflated += came as u64;
                }
                Ok(_) | Err(_) => break,
            }
        }
        if size >= BOMB && little(size) {
            self.hit(
                Rule::ArchiveTrick,
                Severity::Alarm,
                format!("{} bytes inflate to more than {size}: a bomb", consumed.get()),
                spot.member,
                0,
            );
        }
    }

    /// Follows pickles, one after the other. `sure` where the first bytes say that it is one.
    fn look_at_pickles(&mut self, feed: &mut Feed<'_>, spot: Spot<'_>, sure: bool) {
        let mut streams = 0;
        feed.limit(feed.end().min(feed.offset().saturating_add(self.limits.read)));
        loop {
            let from = feed.offset();
            let followed = follow(feed);
            let seen_something = !followed.seen.is_empty();
            for seen in followed.seen {
                self.hit(Rule::UnsafePickle, seen.severity, seen.what, spot.member, seen.at);
            }
            if let Some(failure) = feed.failure.take() {
                self.unread(spot.member, failure);
            }
            for (at, bytes) in followed.nested {
                let member = format!("{}{}bytes at {at}", spot.member, if spot.member.is_empty() { "" } else { "/" });
                self.look(&bytes, "", &member, spot.depth + 1);
            }
            let first = streams == 0;
            // What only looked like a pickle, and neither ends like one nor does anything, is none.
            let stray = !sure && followed.end != End::Stop && !seen_something;
            if first && !stray {
                self.report.pickles += 1;
                self.hit(Rule::PickleArtifact, Severity::Note, "it is a pickle", spot.member, from);
            }
            match followed.end {
                End::Stop => {}
                _ if stray => return,
                End::Broken(Broken::Ends) if first => return self.unread(spot.member, "the pickle ends in the middle"),
                End::Broken(Broken::NoOpcode(byte)) if first => {
                    return self.unread(spot.member, format!("the pickle holds byte {byte:#04x}, which is no opcode"));
                }
                End::Broken(Broken::Malformed) | End::Underflow if first => return self.unread(spot.member, "the pickle is damaged"),
                End::TooLarge => return self.unread(spot.member, "the pickle holds more values than are followed"),
                End::Broken(_) | End::Underflow => return,
            }
            streams += 1;
            let head = feed.peek(HEAD).to_vec();
            if head.is_empty() {
                return;
            }
            if streams > 100_000 {
                return self.unread(spot.member, "it holds more pickles than are followed");
            }
            let short = head.len() < HEAD;
            if !sniff::pickle(&head, short) {
                if streams < 4 {
                    self.search(&head, spot, feed.offset());
                }
                return;
            }
        }
    }

    /// Looks for what stands behind other bytes: an archive that is read from its end, a pickle that a loader seeks to.
    fn look_behind(&mut self, reader: &dyn ReadAt, head: &[u8], spot: Spot<'_>) -> Kind {
        let size = reader.size();
        let text = memchr::memchr(0, head).is_none() && std::str::from_utf8(&head[..head.len().saturating_sub(4)]).is_ok();
        if text && size <= head.len() as u64 {
            return Kind::Other;
        }
        // A tensor in an archive is known by its first bytes: nothing reads it from its end, or from its middle.
        if spot.depth > 0 && size > SEARCHED as u64 {
            self.search(head, spot, 0);
            return Kind::Other;
        }
        let tail = reader.read_range(size.saturating_sub(if text { 22 } else { 1 << 16 }), 1 << 16).unwrap_or_default();
        if zip::ends_like_one(&tail) {
            return archive::look_at_zip(self, reader, spot);
        }
        if !text && !is_media(head) {
            let bytes = if size > head.len() as u64 { reader.read_range(0, SEARCHED).unwrap_or_default() } else { head.to_vec() };
            self.search(&bytes, spot, 0);
        }
        Kind::Other
    }

    /// Searches bytes for the beginning of a pickle that calls something.
    fn search(&mut self, bytes: &[u8], spot: Spot<'_>, base: u64) {
        let mut tried = 0;
        for at in memchr::memchr2_iter(0x80, b'c', bytes) {
            let begins = match bytes.get(at..at + 3) {
                Some([0x80, 2..=3, b'c' | b'}' | b']' | b'(' | b'X']) => true,
                Some([0x80, 4..=5, 0x95 | 0x8c | b'c' | b'(']) => true,
                Some([b'c', ..]) => {
                    let rest = &bytes[at + 1..];
                    [&b"os\n"[..], b"posix\n", b"nt\n", b"builtins\n", b"__builtin__\n", b"subprocess\n", b"sys\n", b"runpy\n"]
                        .iter()
                        .any(|module| rest.starts_with(module))
                }
                _ => false,
            };
            if !begins {
                continue;
            }
            tried += 1;
            if tried > 200 {
                return;
            }
            let window = bytes[at..bytes.len().min(at + (64 << 10))].to_vec();
            for seen in follow(&mut Feed::of(&window)).seen {
                if seen.severity == Severity::Alarm && seen.what.starts_with("calls `") {
                    self.report.pickles += 1;
                    self.hit(
                        Rule::UnsafePickle,
                        Severity::Alarm,
                        format!("behind other bytes, a pickle {}", seen.what),
                        spot.member,
                        base + at as u64,
                    );
                }
            }
        }
    }

    fn look_at_numpy(&mut self, feed: &mut Feed<'_>, spot: Spot<'_>) {
        for array in 0..10_000 {
            let head = feed.peek(12 << 10).to_vec();
            if array > 0 && !head.starts_with(npy::MAGIC) {
                if sniff::pickle(&head, head.len() < 12 << 10) {
                    self.look_at_pickles(feed, spot, head[0] == 0x80);
                }
                return;
            }
            let Some(header) = npy::header(&head) else { return self.unread(spot.member, "the header of the array is damaged") };
            if header.calls {
                self.hit(Rule::ObjectArray, Severity::Alarm, "the header of the array holds code", spot.member, 0);
            }
            if header.length > 1 << 20 {
                self.hit(Rule::ObjectArray, Severity::Alarm, "the header of the array claims a length that no array has", spot.member, 0);
                return;
            }
            if !feed.skip(header.length as u64) {
                return self.unread(spot.member, "the header of the array ends in the middle");
            }
            if header.objects {
                self.hit(Rule::ObjectArray, Severity::Note, "the array holds Python objects, which are a pickle", spot.member, 0);
                self.look_at_pickles(feed, spot, true);
                return;
            }
            let rest = feed.peek(16);
            if matches!(rest, [0x80, 2..=5, ..]) {
                let bytes = feed.peek(SEARCHED).to_vec();
                self.search(&bytes, spot, header.length as u64);
            }
            let Some(bytes) = header.bytes else { return };
            if !feed.skip(bytes) {
                return self.unread(spot.member, "the array is shorter than its header says");
            }
            if feed.peek(1).is_empty() {
                return;
            }
        }
    }

    fn look_at_gguf(&mut self, reader: &dyn ReadAt, spot: Spot<'_>) {
        let read = gguf::read(reader);
        for (key, text) in &read.templates {
            for (severity, what) in template::faults(text) {
                self.hit(Rule::ChatTemplate, severity, format!("`{key}` {what}"), spot.member, 0);
            }
        }
        for what in read.abuse {
            self.hit(Rule::UnscannableArtifact, Severity::Alarm, what, spot.member, 0);
        }
        if let Some(why) = read.unread {
            self.unread(spot.member, why);
        }
    }

    fn look_at_safetensors(&mut self, reader: &dyn ReadAt, spot: Spot<'_>) {
        for fault in safetensors::faults(reader) {
            match fault {
                safetensors::Fault::Abuse(what) => self.hit(Rule::SafetensorsHeader, Severity::Alarm, what, spot.member, 0),
                safetensors::Fault::Unread(why) => self.unread(spot.member, why),
            }
        }
    }

    fn look_at_compressed(&mut self, reader: &dyn ReadAt, head: &[u8], spot: Spot<'_>) -> Kind {
        let Some(packing) = sniff::packing(head) else { return Kind::Other };
        let count = Rc::new(Cell::new(0));
        let mut forward = Forward::new(reader, 0);
        let counted = Counted { inner: &mut forward, count: Rc::clone(&count), left: u64::MAX };
        let inner_name = spot.name.rsplit_once('.').map_or(spot.name, |(name, _)| name);
        match compressed::open(packing, Box::new(counted)) {
            Ok(mut flow) => {
                let inner = Spot { name: inner_name, member: spot.member, depth: spot.depth + 1 };
                // zlib has no magic to speak of: what cannot be inflated was something else.
                if packing == sniff::Packing::Zlib {
                    let mut first = [0; 64];
                    match flow.read(&mut first) {
                        Ok(came) => {
                            let mut whole = std::io::Cursor::new(first[..came].to_vec()).chain(flow);
                            self.look_at_flow(&mut whole, &count, inner);
                        }
                        Err(_) => return Kind::Other,
                    }
                } else {
                    self.look_at_flow(&mut flow, &count, inner);
                }
            }
            Err(why) => self.unread(spot.member, why),
        }
        Kind::Compressed
    }

    /// Looks at the text of a source file in an archive.
    pub(super) fn look_at_source(&mut self, text: &str, rule: Rule, member: &str) {
        for what in code_text::faults(text) {
            self.hit(rule, Severity::Alarm, what, member, 0);
        }
    }

    /// Opens a part of a file.
    pub(super) fn look_at_part(&mut self, reader: &dyn ReadAt, from: u64, size: u64, spot: Spot<'_>) -> Kind {
        self.look(&Part::new(reader, from, size), spot.name, spot.member, spot.depth)
    }
}

fn is_media(head: &[u8]) -> bool {
    [&b"\x89PNG"[..], b"\xff\xd8\xff", b"GIF8", b"RIFF", b"ID3", b"OggS", b"%PDF", b"\x7fELF", b"MZ", b"\0asm", b"wOF", b"PAR1", b"SQLite"]
        .iter()
        .any(|magic| head.starts_with(magic))
}

/// Counts what is read, and ends at a bound.
pub(super) struct Counted<'a> {
    pub(super) inner: &'a mut dyn Read,
    pub(super) count: Rc<Cell<u64>>,
    pub(super) left: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let came = self.inner.read(buffer)?;
        self.count.set(self.count.get() + came as u64);
        if self.count.get() > self.left {
            return Err(std::io::Error::other("it inflates to more than is looked into"));
        }
        Ok(came)
    }
}
