//! Text as files hold it: which encoding, and which line and column a byte is on.

use std::borrow::Cow;

/// How much is looked at to tell text from binary, in bytes; git looks at as much.
const SNIFF: usize = 8000;

/// The text of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Text<'a> {
    /// The characters. Bytes that are no UTF-8 are written as `?`, one for one, so that places stay right.
    pub text: Cow<'a, str>,
    /// Whether a place in `text` is the same place in the file: false for UTF-16, which is converted.
    pub exact: bool,
}

/// Reads bytes as text; `None` for binary files.
pub fn decode(bytes: &[u8]) -> Option<Text<'_>> {
    if let Some(text) = utf16(bytes) {
        return Some(Text { text: Cow::Owned(text), exact: false });
    }
    if memchr::memchr(0, &bytes[..bytes.len().min(SNIFF)]).is_some() {
        return None;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Text { text: Cow::Borrowed(text), exact: true });
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    Some(Text { text: Cow::Owned(text), exact: true })
}

/// Reads UTF-16 with a byte order mark, as PowerShell writes it.
fn utf16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes.get(..2)? {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return None,
    };
    // UTF-8 with a mark of UTF-16 before it would be read as nonsense, and hide what it says.
    if memchr::memchr(0, &bytes[2..]).is_none() && std::str::from_utf8(&bytes[2..]).is_ok() {
        return None;
    }
    let units = bytes[2..].as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|text| !text.contains('\0'))
}

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<usize>,
    size: usize,
}

impl Lines {
    /// Finds the lines of `text`. A line ends with `\n`; `\r` before it belongs to the end.
    pub fn of(text: &str) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Self { starts, size: text.len() }
    }

    /// Returns the line (from 1) that the byte at `offset` is on.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// Returns line and column (from 1, the column in characters) of the byte at `offset`.
    pub fn position(&self, text: &str, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.size);
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line(offset);
        let start = self.starts[line - 1];
        (line, text[start..offset].chars().count() + 1)
    }

    /// Returns the bytes of a line (from 1), without its end.
    pub fn range(&self, text: &str, line: usize) -> std::ops::Range<usize> {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.size);
        let end = self.starts.get(line).map_or(self.size, |next| next - 1);
        let end = if end > start && text.as_bytes().get(end - 1) == Some(&b'\r') { end - 1 } else { end };
        start..end.max(start)
    }

    /// Returns where a line (from 1) begins; the end of the text for lines that are not there.
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.size)
    }

    /// Returns how many lines there are; a final line break does not begin one.
    pub fn count(&self) -> usize {
        self.starts.len() - usize::from(self.starts.last() == Some(&self.size) && self.starts.len() > 1)
    }
}

/// Returns the line break that the text uses: that of its first line.
pub fn line_break(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if at > 0 && text.as_bytes()[at - 1] == b'\r' => "\r\n",
        Some(_) | None => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_text_from_binary_in_every_encoding() {
        assert_eq!(decode(b"a\0b"), None);
        assert_eq!(decode(b"caf\xe9 x").unwrap().text, "caf? x");
        let powershell = decode(b"\xff\xfea\0\n\0").unwrap();
        assert_eq!((powershell.text.as_ref(), powershell.exact), ("a\n", false));
        assert_eq!(decode(b"\xff\xfeplain text").unwrap().text, "??plain text");
        assert_eq!(decode(b"").unwrap().text, "");
    }

    #[test]
    fn finds_lines_and_columns_in_any_text() {
        let text = "ab\r\nüx\n";
        let lines = Lines::of(text);
        assert_eq!(lines.position(text, 0), (1, 1));
        assert_eq!(lines.position(text, 6), (2, 2));
        assert_eq!(lines.position(text, 5), (2, 1), "inside a character");
        assert_eq!(lines.position(text, 99), (3, 1));
        assert_eq!(&text[lines.range(text, 1)], "ab");
        assert_eq!(&text[lines.range(text, 2)], "üx");
        assert_eq!((lines.count(), Lines::of("").count(), Lines::of("x").count()), (2, 1, 1));
        assert_eq!((line_break(text), line_break("x"), line_break("\n")), ("\r\n", "\n", "\n"));
    }
}
