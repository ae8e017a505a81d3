//! Finds the value that a name is given, in the ways that languages, settings and manifests write it.
//!
//! Nothing is parsed: around the name a few dozen bytes are read, with the escapes of JSON taken away where they stand.

use std::ops::Range;

use super::checksum::Checksum;
use super::names::{self, Holds, Name};
use super::place::{Place, Syntax};
use super::{Confidence, Recognised, SecretHit, allowance, value};

/// The longest name.
const NAME: usize = 80;
/// The longest value.
const VALUE: usize = 640;
/// How far the value of a pair (`name: X`, `value: Y`) may stand from its name.
const PAIR: usize = 260;

/// Where a value is, and whether quotes hold it.
struct Found {
    range: Range<usize>,
    quoted: bool,
}

/// Returns the name around an anchor.
pub(super) fn name_around(text: &[u8], anchor: &Range<usize>) -> Option<Range<usize>> {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let left = text[..anchor.start].iter().rev().take(NAME).take_while(|byte| part(byte)).count();
    let right = text[anchor.end..].iter().take(NAME).take_while(|byte| part(byte)).count();
    let mut start = anchor.start - left;
    // `\nNAME` in JSON: the first letter belongs to the escape.
    if start > 0 && text[start - 1] == b'\\' && left > 0 && matches!(text[start], b'n' | b't' | b'r') {
        start += 1;
    }
    (left + right + anchor.len() < NAME).then_some(start..anchor.end + right)
}

/// Judges the name at a range, and what it is given.
pub(super) fn judge(place: Place, text: &[u8], name_range: &Range<usize>) -> Option<SecretHit> {
    let raw = &text[name_range.clone()];
    // The value is looked for first: in most places there is none, and reading a name costs more.
    let found = plain(place, text, name_range).or_else(|| pair(text, name_range))?;
    let name = names::read(raw).or_else(|| kaggle(place, text, name_range))?;
    let range = trimmed(text, found.range);
    let bytes = &text[range.clone()];
    // Three dots after a value: it is cut off, so it opens nothing.
    let cut = text[range.end..].starts_with(b"...") || text[range.end..].starts_with("\u{2026}".as_bytes());
    if !(8..=value::LONGEST).contains(&bytes.len()) || same(raw, bytes) || cut {
        return None;
    }
    let strict = matches!(place.syntax, Syntax::Prose) || (place.syntax == Syntax::Code && !found.quoted);
    let cluster = place.syntax == Syntax::Settings && !found.quoted && value::is_wrapped_text(bytes);
    let confidence = if cluster { value::wrapped(bytes)? } else { value::judge(name, bytes, found.quoted)? };
    if allowance::in_table(text, &range) || allowance::in_blob(text, range.start) {
        return None;
    }
    if allowance::in_public_address(text, range.start) || (name.holds == Holds::Token && allowance::in_search_box(text, range.start)) {
        return None;
    }
    if strict && confidence < Confidence::Medium {
        return None;
    }
    Some(SecretHit { rule: name.rule, title: name.title, range, confidence, by: Recognised::Name, verified: Checksum::None })
}

/// `"key"` in Kaggle's file, or beside a `username`.
fn kaggle(place: Place, text: &[u8], range: &Range<usize>) -> Option<Name> {
    if &text[range.clone()] != b"key" {
        return None;
    }
    let before = &text[range.start.saturating_sub(90)..range.start];
    let login = memchr::memmem::find(before, b"username").is_some() && text.get(range.end) == Some(&b'"');
    let wandb = memchr::memmem::find(before, b"wandb.login(").is_some();
    if place.kaggle || login {
        return Some(Name { holds: Holds::Token, title: "Kaggle API key", rule: "kaggle-key", uuid: false });
    }
    wandb.then_some(Name { holds: Holds::Token, title: "Weights & Biases API key", rule: "wandb-key", uuid: false })
}

/// Whether the value only says its own name again.
fn same(name: &[u8], value: &[u8]) -> bool {
    let letters =
        |text: &[u8]| -> Vec<u8> { text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect() };
    letters(name) == letters(value)
}

/// Reads what stands at a place.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn rest(&self) -> &[u8] {
        &self.text[self.at.min(self.text.len())..]
    }

    fn take(&mut self, literal: &[u8]) -> bool {
        let there = self.rest().starts_with(literal);
        if there {
            self.at += literal.len();
        }
        there
    }

    /// Skips spaces, at most forty.
    fn spaces(&mut self) -> usize {
        let count = self.rest().iter().take(40).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.at += count;
        count
    }

    /// Skips white space with line breaks, also escaped ones, at most 200 characters.
    fn blank(&mut self) {
        let end = self.at + 200;
        while self.at < end {
            match self.peek() {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'\\' if matches!(self.text.get(self.at + 1), Some(b'n' | b'\n')) => self.at += 2,
                _ => break,
            }
        }
    }

    /// Takes a quote, with the backslashes before it.
    fn quote(&mut self) -> Option<u8> {
        let slashes = self.rest().iter().take(4).take_while(|byte| **byte == b'\\').count();
        let quote = *self.text.get(self.at + slashes)?;
        matches!(quote, b'"' | b'\'' | b'`').then(|| {
            self.at += slashes + 1;
            quote
        })
    }
}

/// Finds the value after a name: after a sign, in an element, after a flag.
fn plain(place: Place, text: &[u8], name: &Range<usize>) -> Option<Found> {
    let mut reader = Reader { text, at: name.end };
    let before = name.start.checked_sub(1).map_or(0, |at| text[at]);
    let closed = reader.quote().is_some();
    let bracketed = reader.take(b"]");
    if reader.peek() == b'>' && before == b'<' {
        reader.at += 1;
        reader.take(b"<![CDATA[");
        return bare(text, reader.at, b"<]");
    }
    if reader.take(b"</key>") {
        reader.blank();
        return if reader.take(b"<string>") { bare(text, reader.at, b"<") } else { None };
    }
    if (closed || bracketed) && (reader.take(b")") || reader.take(b" )")) {
        return fallback(&mut reader);
    }
    let spaced = reader.spaces();
    let tight = spaced == 0;
    let sign;
    // `param name string = '…'`
    if spaced > 0 && reader.take(b"string =") {
        reader.at -= 1;
    }
    let rest = reader.rest();
    let signs: &[&[u8]] = &[b"===", b"!==", b"||=", b"??=", b":=", b"=>", b"==", b"!=", b"?=", b"+=", b"<-", b"=", b":"];
    if let Some(found) = signs.iter().find(|literal| rest.starts_with(literal)) {
        sign = if *found == b":" { b':' } else { b'=' };
        reader.at += found.len();
    } else if closed && rest.first() == Some(&b',') && first_argument(text, name.start) {
        reader.at += 1;
        sign = b',';
    } else if closed && rest.starts_with(b"value") {
        return attribute(&mut reader);
    } else if spaced > 0 && follows_name(place, text, name) {
        sign = b' ';
    } else {
        return None;
    }
    let gap = reader.spaces();
    if sign == b':' && place.syntax == Syntax::Code && !closed {
        annotation(&mut reader);
    }
    // A value on the next line: a bracket, a folded YAML scalar.
    let folded = [&b">-"[..], b"|-", b">", b"|", b"("].iter().any(|start| reader.take(start));
    if folded || (sign == b',' && reader.peek() == b'\n') {
        reader.blank();
    }
    if let Some(value) = quoted(&mut reader) {
        return Some(value);
    }
    let may_be_bare = match place.syntax {
        Syntax::Settings | Syntax::Container | Syntax::Netrc => sign != b',',
        Syntax::Prose => sign != b',' && !closed,
        // `password=…` inside a string: an address, an ODBC string, a command.
        Syntax::Code => (sign == b'=' && tight && gap == 0) || (sign == b':' && gap == 1 && in_string(text, name.start)),
        Syntax::Data => false,
    };
    if !may_be_bare || reader.peek() == b'\n' {
        return None;
    }
    let query = place.syntax == Syntax::Code || matches!(before, b'?' | b'&');
    bare(text, reader.at, if query { b"&" } else { b"" })
}

/// Whether a name stands inside a string on its line: an odd number of quotes before it.
fn in_string(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(200)..at];
    let line = memchr::memrchr(b'\n', before).map_or(before, |place| &before[place + 1..]);
    line.iter().filter(|byte| matches!(byte, b'"')).count() % 2 == 1 || line.iter().filter(|byte| matches!(byte, b'\'')).count() % 2 == 1
}

/// Whether a value may follow a name after a space: `--password x`, `ENV NAME x`, `setenv NAME x`, `login x password y`.
fn follows_name(place: Place, text: &[u8], name: &Range<usize>) -> bool {
    let before = &text[name.start.saturating_sub(120)..name.start];
    let trimmed = before.trim_ascii_end();
    let flag = text[name.clone()].starts_with(b"--");
    let word = [&b"ENV"[..], b"ARG", b"setenv", b"setx", b"set -x", b"set -gx", b"set -Ux", b"configure set", b"config set"]
        .iter()
        .any(|word| trimmed.ends_with(word) && trimmed.len() < before.len());
    let login = memchr::memmem::find(before, b"login ").is_some() || memchr::memmem::find(before, b"login\n").is_some();
    let lower = before.to_ascii_lowercase();
    let header = lower[lower.len().saturating_sub(24)..].windows(13).any(|window| window == b"authorization");
    // `CREATE USER x WITH PASSWORD '…'`
    let user = memchr::memmem::find(&lower, b"user ").is_some() || memchr::memmem::find(&lower, b"role ").is_some();
    let sql = user && text[name.end..].trim_ascii_start().first() == Some(&b'\'');
    header || sql || flag || (word && place.syntax != Syntax::Prose) || place.syntax == Syntax::Netrc || login
}

/// Whether a quoted name is the first argument of a call: `setdefault("NAME", "…")`.
fn first_argument(text: &[u8], at: usize) -> bool {
    let before =
        text[at.saturating_sub(40)..at].iter().rev().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'\\'));
    before == Some(&b'(')
}

/// Skips a type between a name and its value: `name: Optional[str] = …`.
fn annotation(reader: &mut Reader<'_>) {
    let rest = reader.rest();
    let length = rest.iter().take(48).take_while(|byte| byte.is_ascii_alphanumeric() || b"_.[]|<>&' ,".contains(byte)).count();
    if rest.get(length) == Some(&b'=') && length > 0 {
        reader.at += length + 1;
        reader.spaces();
    }
}

/// Finds the value after a reading of the environment: `os.getenv("NAME") or "…"`.
fn fallback(reader: &mut Reader<'_>) -> Option<Found> {
    reader.spaces();
    if ![&b"or "[..], b"||", b"??", b"?:"].iter().any(|word| reader.take(word)) {
        return None;
    }
    reader.spaces();
    quoted(reader)
}

/// Finds the value of an XML attribute: `<add key="Name" value="…"/>`.
fn attribute(reader: &mut Reader<'_>) -> Option<Found> {
    reader.at += b"value".len();
    reader.quote();
    reader.spaces();
    if !reader.take(b"=") && !reader.take(b":") {
        return None;
    }
    reader.spaces();
    quoted(reader)
}

/// Reads a value in quotes, with the letters, brackets and wrappers that may stand before it.
fn quoted(reader: &mut Reader<'_>) -> Option<Found> {
    let start = reader.at;
    let wrapper = reader.rest().iter().take(40).take_while(|byte| byte.is_ascii_alphanumeric() || b"_.:=&($".contains(byte)).count();
    let wraps = match wrapper {
        0 => true,
        1 | 2 => reader.rest()[..wrapper].iter().all(|byte| b"bBrRuUfF($".contains(byte)),
        _ => {
            let word = reader.rest()[..wrapper].to_ascii_lowercase();
            let shown = word.ends_with(b"(") || word.ends_with(b"default=");
            shown
                && [
                    "secretstr(",
                    "secret(",
                    "str(",
                    "string(",
                    "from(",
                    "bytes(",
                    "default=",
                    "string::from(",
                    "field(",
                    "quote(",
                    "b(",
                    "base64(",
                    "new(",
                ]
                .iter()
                .any(|end| word.ends_with(end.as_bytes()))
        }
    };
    if !wraps {
        return None;
    }
    reader.at += wrapper;
    let Some(quote) = reader.quote() else {
        reader.at = start;
        return None;
    };
    if reader.peek() == quote && !reader.take(&[quote, quote]) {
        return None;
    }
    let from = reader.at;
    let rest = &reader.text[from..reader.text.len().min(from + VALUE)];
    let mut size = 0;
    while let Some(byte) = rest.get(size) {
        if *byte == quote || *byte == b'\n' {
            break;
        }
        if *byte == b'\\' {
            match rest.get(size + 1) {
                // An escaped quote ends the value where the value began with one.
                Some(next) if *next == quote => break,
                Some(b'n' | b'r') => break,
                Some(b'\\') => size += 1,
                Some(_) | None => {}
            }
        }
        size += 1;
    }
    let ended = rest.get(size).is_some_and(|byte| *byte == quote || *byte == b'\\');
    ended.then(|| Found { range: from..from + size, quoted: true })
}

/// Reads a value without quotes.
fn bare(text: &[u8], from: usize, ends: &[u8]) -> Option<Found> {
    let rest = text.get(from..text.len().min(from + VALUE))?;
    let size = rest
        .iter()
        .take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b';' | b'\\' | b'<') && !ends.contains(byte))
        .count();
    // In a page the quote after a value may be written as an entity.
    let entity = ["&quot", "&#39", "&#34", "&apos", "&lt", "&nbsp"].iter().find(|entity| rest[..size].ends_with(entity.as_bytes()));
    let size = size - entity.filter(|_| rest.get(size) == Some(&b';')).map_or(0, |entity| entity.len());
    Some(Found { range: from..from + size, quoted: false })
}

/// Finds the value of a pair: `name: X` and `value: Y`, `variable "x" { default = "y" }`.
fn pair(text: &[u8], name: &Range<usize>) -> Option<Found> {
    let last = text[..name.start].iter().rev().take(12).find(|byte| !matches!(byte, b'"' | b'\'' | b' ' | b'\t' | b'\\'));
    if !matches!(last, Some(b':' | b'=' | b'>' | b'(' | b'e' | b'E')) {
        return None;
    }
    let before: Vec<u8> = text[name.start.saturating_sub(40)..name.start]
        .iter()
        .filter(|byte| !matches!(byte, b'"' | b'\'' | b' ' | b'\t' | b'\\'))
        .map(u8::to_ascii_lowercase)
        .collect();
    if ![&b"name:"[..], b"name=", b"key:", b"key=", b"variable", b"name>", b"key>", b"add_argument(", b"option("]
        .iter()
        .any(|end| before.ends_with(end))
    {
        return None;
    }
    let window = &text[name.end..text.len().min(name.end + PAIR)];
    let close = memchr::memchr(b'}', window).unwrap_or(window.len());
    let mut from = 0;
    while let Some(at) = ["value", "default", "Value"]
        .iter()
        .filter_map(|word| memchr::memmem::find(&window[from..close], word.as_bytes()).map(|at| at + from + word.len()))
        .min()
    {
        let mut reader = Reader { text, at: name.end + at };
        from = at;
        reader.quote();
        if reader.peek() == b'>' {
            return bare(text, reader.at + 1, b"<");
        }
        reader.spaces();
        if reader.take(b"=") || reader.take(b":") {
            reader.spaces();
            return quoted(&mut reader).or_else(|| bare(text, reader.at, b","));
        }
    }
    None
}

/// Takes away what stands around a value.
fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let outer = |byte: u8| matches!(byte, b' ' | b'\t' | b',' | b';' | b'`' | b'"' | b'\'');
    let (mut start, mut end) = (range.start, range.end.min(text.len()));
    while start < end && outer(text[start]) {
        start += 1;
    }
    let open = |close: u8, open: u8, text: &[u8]| text.last() == Some(&close) && !text.contains(&open);
    while end > start
        && (open(b'}', b'{', &text[start..end])
            || open(b']', b'[', &text[start..end])
            || outer(text[end - 1])
            || matches!(text[end - 1], b')' | b'.') && !text[start..end].contains(&b'('))
    {
        end -= 1;
    }
    start..end
}
