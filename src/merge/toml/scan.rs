//! The lines of a TOML text that is known to be well-formed (<https://toml.io/en/v1.0.0>): headers, keys, and where values stand.

use crate::merge::values::flow::{self, Comments};
use crate::merge::values::{Body, DEPTH, Node, Scalar};

/// A table's header and what stands under it.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// Its header; nothing for what stands before the first one.
    pub header: Option<Header>,
    /// Its keys with their places, in order.
    pub entries: Vec<(String, usize, Node)>,
}

/// `[a.b]` or `[[a.b]]`.
#[derive(Debug)]
pub(super) struct Header {
    /// Its parts.
    pub path: Vec<String>,
    /// Whether it begins an item of an array.
    pub array: bool,
    /// Where it begins.
    pub at: usize,
}

/// Returns the tables of a text, in order.
pub(super) fn sections(text: &str) -> Option<Vec<Section>> {
    let mut scan = Scan { text, at: 0 };
    let mut sections = vec![Section::default()];
    loop {
        scan.skip(true);
        let Some(byte) = scan.peek() else { return Some(sections) };
        let at = scan.at;
        if byte == b'[' {
            let array = text.as_bytes().get(at + 1) == Some(&b'[');
            scan.at += if array { 2 } else { 1 };
            let path = scan.key()?;
            scan.take(b']')?;
            if array {
                scan.take(b']')?;
            }
            sections.push(Section { header: Some(Header { path, array, at }), entries: Vec::new() });
        } else {
            let path = scan.key()?;
            scan.take(b'=')?;
            let node = scan.value(0)?;
            sections.last_mut()?.entries.push((join(&path), at, node));
        }
        scan.skip(false);
        if !matches!(scan.peek(), None | Some(b'\n')) {
            return None;
        }
    }
}

/// Writes a dotted key.
pub(super) fn join(path: &[String]) -> String {
    let part = |part: &String| {
        let bare = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if bare { part.clone() } else { format!("\"{}\"", part.escape_default()) }
    };
    path.iter().map(part).collect::<Vec<String>>().join(".")
}

/// Takes a dotted key of [`join`] apart.
pub(super) fn parts(key: &str) -> Option<Vec<String>> {
    let keys = toml_edit::Key::parse(key).ok()?;
    Some(keys.iter().map(|key| key.get().to_owned()).collect())
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over blanks and comments; line breaks too where `lines` says so.
    fn skip(&mut self, lines: bool) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' => self.at += 1,
                b'\n' if lines => self.at += 1,
                b'#' => self.at = Comments::Hash.end(self.text, self.at).unwrap_or(self.text.len()),
                _ => return,
            }
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.skip(false);
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn key(&mut self) -> Option<Vec<String>> {
        let mut path = Vec::new();
        loop {
            self.skip(false);
            let from = self.at;
            match self.peek()? {
                b'"' | b'\'' => {
                    self.string()?;
                    path.push(decoded(&self.text[from..self.at])?);
                }
                _ => {
                    while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
                        self.at += 1;
                    }
                    if self.at == from {
                        return None;
                    }
                    path.push(self.text[from..self.at].to_owned());
                }
            }
            self.skip(false);
            if self.peek() != Some(b'.') {
                return Some(path);
            }
            self.at += 1;
        }
    }

    fn string(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let quote = self.peek()?;
        let long = bytes.get(self.at..self.at + 3) == Some(&[quote; 3]);
        self.at += if long { 3 } else { 1 };
        loop {
            match self.peek()? {
                b'\\' if quote == b'"' => self.at += 2,
                byte if byte == quote && long => {
                    let run = bytes[self.at..].iter().take_while(|byte| **byte == quote).count();
                    self.at += run.min(5);
                    if run >= 3 {
                        return Some(());
                    }
                }
                byte if byte == quote => {
                    self.at += 1;
                    return Some(());
                }
                _ => self.at += 1,
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        if depth > DEPTH {
            return None;
        }
        self.skip(false);
        let from = self.at;
        match self.peek()? {
            b'"' | b'\'' => {
                self.string()?;
                let text = decoded(self.text.get(from..self.at)?)?;
                Some(Node::scalar(from..self.at, Scalar::Text(text)))
            }
            b'[' => self.brackets(b']', depth),
            b'{' => self.brackets(b'}', depth),
            _ => {
                while !matches!(self.peek(), None | Some(b',' | b']' | b'}' | b'\n' | b'#')) {
                    self.at += 1;
                }
                let text = self.text[from..self.at].trim_end();
                Some(Node::scalar(from..from + text.len(), Scalar::Plain(text.to_owned())))
            }
        }
    }

    fn brackets(&mut self, close: u8, depth: usize) -> Option<Node> {
        let from = self.at;
        self.at += 1;
        let map = close == b'}';
        let mut items = Vec::new();
        loop {
            self.skip(true);
            if self.peek()? == close {
                break;
            }
            let at = self.at;
            let key = if map {
                let path = self.key()?;
                self.take(b'=')?;
                join(&path)
            } else {
                String::new()
            };
            items.push((key, at, self.value(depth + 1)?));
            self.skip(true);
            match self.peek()? {
                b',' => self.at += 1,
                byte if byte == close => break,
                _ => return None,
            }
        }
        self.at += 1;
        let span = from..self.at;
        let children = flow::children(self.text, &span, items, Comments::Hash)?;
        let lines = flow::has_lines(self.text, &span, &children);
        Some(Node { span, body: if map { Body::Map(children) } else { Body::List(children) }, lines, flow: true })
    }
}

/// Returns what a string says.
fn decoded(raw: &str) -> Option<String> {
    let inside = raw.get(1..raw.len().checked_sub(1)?)?;
    if !raw.starts_with("\"\"\"") && !raw.starts_with("'''") && (raw.starts_with('\'') || !inside.contains('\\')) {
        return Some(inside.to_owned());
    }
    raw.parse::<toml_edit::Value>().ok()?.as_str().map(str::to_owned)
}
