//! JSON read piece by piece, with the place of everything, and without holding it in memory (RFC 8259).
//!
//! The reader of a format asks for what it needs and skips the rest, so a file of many megabytes costs no tree.

use std::borrow::Cow;
use std::ops::Range;

/// How deep values may lie in each other.
const DEPTH: usize = 128;

/// Why a text is no JSON that is read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("byte {at}: {why}")]
pub struct JsonError {
    /// The byte that does not fit.
    pub at: usize,
    /// What does not fit.
    pub why: &'static str,
}

/// What a value is, by its first byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// A number, `true`, `false` or `null`.
    Plain,
}

/// Reads a JSON text from its beginning to its end.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of a text; a byte order mark is passed over.
    pub fn new(text: &'a str) -> Self {
        Self::at(text, if text.starts_with('\u{feff}') { 3 } else { 0 })
    }

    /// Starts at a value inside a text.
    pub fn at(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    /// Returns what the next value is.
    ///
    /// # Errors
    /// When no value follows.
    pub fn kind(&mut self) -> Result<Kind, JsonError> {
        match self.peek() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => Ok(Kind::Plain),
            Some(_) => Err(self.wrong("a value is expected")),
            None => Err(self.wrong("it ends before its last value")),
        }
    }

    /// Reads an object: `each` is given every key with its range (quotes included) and reads or skips the value.
    ///
    /// # Errors
    /// When it is no object, or `each` fails.
    pub fn object<E: From<JsonError>>(&mut self, mut each: impl FnMut(&mut Self, &str, Range<usize>) -> Result<(), E>) -> Result<(), E> {
        self.expect(b'{', "an object is expected")?;
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.peek();
            let range = self.string()?;
            let key = decoded(&self.text[range.start + 1..range.end - 1]);
            self.expect(b':', "a colon is expected after a key")?;
            self.peek();
            each(self, &key, range)?;
            if !self.take(b',') {
                return Ok(self.expect(b'}', "a comma or `}` is expected")?);
            }
        }
    }

    /// Reads a list: `each` reads or skips every value.
    ///
    /// # Errors
    /// When it is no list, or `each` fails.
    pub fn array<E: From<JsonError>>(&mut self, mut each: impl FnMut(&mut Self) -> Result<(), E>) -> Result<(), E> {
        self.expect(b'[', "a list is expected")?;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            self.peek();
            each(self)?;
            if !self.take(b',') {
                return Ok(self.expect(b']', "a comma or `]` is expected")?);
            }
        }
    }

    /// Reads a string and returns its range, quotes included.
    ///
    /// # Errors
    /// When it is no string.
    pub fn string(&mut self) -> Result<Range<usize>, JsonError> {
        self.expect(b'"', "a string is expected")?;
        let start = self.at - 1;
        let bytes = self.text.as_bytes();
        loop {
            match memchr::memchr2(b'"', b'\\', &bytes[self.at..]) {
                Some(found) if bytes[self.at + found] == b'"' => {
                    self.at += found + 1;
                    return Ok(start..self.at);
                }
                Some(found) => self.at = (self.at + found + 2).min(bytes.len()),
                None => {
                    self.at = bytes.len();
                    return Err(JsonError { at: start, why: "a string does not end" });
                }
            }
        }
    }

    /// Passes over a value and returns its range.
    ///
    /// # Errors
    /// When it is no value, or lies too deep.
    pub fn skip(&mut self) -> Result<Range<usize>, JsonError> {
        self.peek();
        let start = self.at;
        // The closing brackets that are awaited; what lies between is passed over without a tree.
        let mut open: Vec<u8> = Vec::new();
        loop {
            match self.kind()? {
                Kind::String => {
                    self.string()?;
                }
                Kind::Plain => self.plain()?,
                kind @ (Kind::Object | Kind::Array) => {
                    if open.len() == DEPTH {
                        return Err(self.wrong("it is deeper than any real file"));
                    }
                    self.at += 1;
                    let close = if kind == Kind::Object { b'}' } else { b']' };
                    if !self.take(close) {
                        open.push(close);
                        if close == b'}' {
                            self.key()?;
                        }
                        continue;
                    }
                }
            }
            // A value has ended: the lists and objects that it is the last of end, too.
            loop {
                let Some(close) = open.last().copied() else { return Ok(start..self.at) };
                if self.take(b',') {
                    if close == b'}' {
                        self.key()?;
                    }
                    break;
                }
                self.expect(close, "a comma or a closing bracket is expected")?;
                open.pop();
            }
        }
    }

    /// Returns where the reader is.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// Makes sure that nothing follows.
    ///
    /// # Errors
    /// When something does.
    pub fn end(&mut self) -> Result<(), JsonError> {
        if self.peek().is_some() { Err(self.wrong("something follows the last value")) } else { Ok(()) }
    }

    fn key(&mut self) -> Result<(), JsonError> {
        self.peek();
        self.string()?;
        self.expect(b':', "a colon is expected after a key")
    }

    fn plain(&mut self) -> Result<(), JsonError> {
        let rest = &self.text.as_bytes()[self.at..];
        let size = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')).count();
        // Python writes these three for floats that JSON has no word for.
        let known = |word: &[u8]| matches!(word, b"true" | b"false" | b"null" | b"NaN" | b"Infinity" | b"-Infinity");
        let number = |word: &[u8]| word.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'));
        let word = &rest[..size];
        if !known(word) && !number(word) {
            return Err(self.wrong("a value is expected"));
        }
        self.at += size;
        Ok(())
    }

    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, byte: u8, why: &'static str) -> Result<(), JsonError> {
        if self.take(byte) { Ok(()) } else { Err(self.wrong(why)) }
    }

    fn wrong(&self, why: &'static str) -> JsonError {
        JsonError { at: self.at, why }
    }
}

/// Returns what the inside of a string says.
pub fn decoded(inside: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
        return Cow::Borrowed(inside);
    }
    let mut out = String::with_capacity(inside.len());
    decode_each(inside, |_, piece| out.push_str(piece));
    Cow::Owned(out)
}

/// Calls `take` with each run of the inside of a string that stands for itself, and with each escape's character, with
/// where it begins.
pub fn decode_each(inside: &str, mut take: impl FnMut(usize, &str)) {
    let mut at = 0;
    while at < inside.len() {
        let Some(found) = memchr::memchr(b'\\', &inside.as_bytes()[at..]) else {
            take(at, &inside[at..]);
            return;
        };
        if found > 0 {
            take(at, &inside[at..at + found]);
        }
        at += found;
        let (character, size) = escape(&inside[at..]);
        take(at, character.encode_utf8(&mut [0; 4]));
        at += size;
    }
}

/// Reads an escape: its character and how many bytes it takes. What is no escape stands for a replacement character.
fn escape(text: &str) -> (char, usize) {
    let unit = |from: usize| text.get(from..from + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let number = |from: usize| unit(from).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let plain = match text.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
        Some(b'u') => {
            let Some(first) = number(2) else { return (char::REPLACEMENT_CHARACTER, 2) };
            let low = text.get(6..8).filter(|mark| *mark == "\\u").and_then(|_| number(8));
            return match (first, low) {
                (0xd800..=0xdbff, Some(low @ 0xdc00..=0xdfff)) => {
                    (char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00)).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
                }
                (first, _) => (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
            };
        }
        Some(_) | None => {
            let size = 1 + text[1..].chars().next().map_or(0, char::len_utf8);
            return (char::REPLACEMENT_CHARACTER, size);
        }
    };
    (plain, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_asked_for_and_skips_the_rest() {
        let text = "\u{feff}{\"a\": [1, {\"x\": [[], {}, \"]\\\"\"]}], \"b\\n\": \"ü\\u00e9\\ud83d\\ude00\"}";
        let mut reader = Reader::new(text);
        let mut seen = Vec::new();
        reader
            .object::<JsonError>(|reader, key, _| {
                seen.push((key.to_owned(), text[reader.skip()?].to_owned()));
                Ok(())
            })
            .unwrap();
        reader.end().unwrap();
        assert_eq!(seen[0], ("a".into(), "[1, {\"x\": [[], {}, \"]\\\"\"]}]".into()));
        assert_eq!((seen[1].0.as_str(), decoded(seen[1].1.trim_matches('"')).as_ref()), ("b\n", "üé😀"));
    }

    #[test]
    fn refuses_what_is_no_json() {
        for text in ["", "{", "[1,]", "{\"a\" 1}", "tru", "[1 2]", "{\"a\": \"", "\"\\", "[}", &"[".repeat(100_000)] {
            let mut reader = Reader::new(text);
            assert!(reader.skip().and_then(|_| reader.end()).is_err(), "{text:.20}");
        }
        assert_eq!(&*decoded("a\\u12\\q\\ud800x\\"), "a\u{fffd}12\u{fffd}\u{fffd}x\u{fffd}");
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "[\\[\\]{}\":,\\\\u0-9a-f ü]{0,80}") {
            let mut reader = Reader::new(&text);
            let _ = reader.skip();
            let _ = decoded(&text);
        }
    }
}
