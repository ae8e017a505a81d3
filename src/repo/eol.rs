//! Line ends between disk and git: what a checkout writes and what a commit keeps, as gitattributes(5) and `core.autocrlf`
//! say it.

/// What git does with the line ends of one file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct LineEnds {
    /// Whether git looks at them at all.
    pub text: Text,
    /// Whether a checkout writes CRLF.
    pub crlf: bool,
}

/// Whether a file is text for git.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Text {
    /// Never.
    #[default]
    No,
    /// Where its content looks so.
    Auto,
    /// Always.
    Yes,
}

/// The settings and attributes that decide.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'a> {
    /// The attribute `text` (or the older `crlf`): `Some("true")`, `Some("false")`, a value, or nothing.
    pub text: Option<&'a str>,
    /// The attribute `eol`.
    pub eol: Option<&'a str>,
    /// `core.autocrlf`.
    pub autocrlf: Option<&'a str>,
    /// `core.eol`.
    pub core_eol: Option<&'a str>,
}

impl LineEnds {
    /// Works out what the wishes come to.
    pub fn of(wishes: Wishes<'_>) -> Self {
        let autocrlf = wishes.autocrlf.unwrap_or("false");
        let usual = match (autocrlf, wishes.core_eol) {
            ("true", _) => true,
            ("input", _) | (_, Some("lf")) => false,
            (_, Some("crlf")) => true,
            (_, Some(_) | None) => cfg!(windows),
        };
        let crlf = match wishes.eol {
            Some("crlf") => true,
            Some("lf") => false,
            Some(_) | None => usual && wishes.text != Some("input"),
        };
        match wishes.text {
            Some("false") => Self::default(),
            Some("auto") => Self { text: Text::Auto, crlf },
            Some("true" | "input") => Self { text: Text::Yes, crlf },
            Some(_) | None if matches!(wishes.eol, Some("lf" | "crlf")) => Self { text: Text::Yes, crlf },
            Some(_) | None if matches!(autocrlf, "true" | "input") => Self { text: Text::Auto, crlf: autocrlf == "true" },
            Some(_) | None => Self::default(),
        }
    }

    /// Returns the bytes that a commit keeps; nothing where they stay as they are. `kept` says whether what git has of the
    /// file now holds CRLF: then it stays so, where git only guesses that it is text.
    pub fn to_git(self, bytes: &[u8], kept_crlf: impl FnOnce() -> bool) -> Option<Vec<u8>> {
        let ends = Ends::of(bytes);
        if self.text == Text::No || ends.crlf == 0 || self.text == Text::Auto && (ends.looks_binary() || kept_crlf()) {
            return None;
        }
        let mut out = Vec::with_capacity(bytes.len());
        for (at, byte) in bytes.iter().enumerate() {
            if *byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
                out.push(*byte);
            }
        }
        Some(out)
    }

    /// Returns the bytes that a checkout writes; nothing where they stay as they are.
    pub fn to_disk(self, bytes: &[u8]) -> Option<Vec<u8>> {
        let ends = Ends::of(bytes);
        let mixed = ends.crlf > 0 || ends.cr > 0;
        if self.text == Text::No || !self.crlf || ends.lf == 0 || self.text == Text::Auto && (mixed || ends.looks_binary()) {
            return None;
        }
        let mut out = Vec::with_capacity(bytes.len() + ends.lf);
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' && (at == 0 || bytes[at - 1] != b'\r') {
                out.push(b'\r');
            }
            out.push(*byte);
        }
        Some(out)
    }
}

/// Whether bytes hold CRLF.
pub fn has_crlf(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\r\n")
}

/// What a file's bytes look like to git (its `gather_stats`).
#[derive(Default)]
struct Ends {
    nul: usize,
    cr: usize,
    lf: usize,
    crlf: usize,
    printable: usize,
    other: usize,
}

impl Ends {
    fn of(bytes: &[u8]) -> Self {
        let mut ends = Self::default();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'\r' if bytes.get(at) == Some(&b'\n') => {
                    ends.crlf += 1;
                    at += 1;
                }
                b'\r' => ends.cr += 1,
                b'\n' => ends.lf += 1,
                0x7f => ends.other += 1,
                0x08 | b'\t' | 0x1b | 0x0c => ends.printable += 1,
                0 => {
                    ends.nul += 1;
                    ends.other += 1;
                }
                1..0x20 => ends.other += 1,
                _ => ends.printable += 1,
            }
        }
        // The end-of-file mark of DOS is no sign of a binary.
        if bytes.last() == Some(&0x1a) {
            ends.other -= 1;
        }
        ends
    }

    fn looks_binary(&self) -> bool {
        self.cr > 0 || self.nul > 0 || (self.printable >> 7) < self.other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: Option<&str>, eol: Option<&str>, autocrlf: Option<&str>) -> LineEnds {
        LineEnds::of(Wishes { text, eol, autocrlf, core_eol: Some("lf") })
    }

    #[test]
    fn decides_as_the_manual_says() {
        assert_eq!(with(None, None, None), LineEnds::default());
        assert_eq!(with(None, None, Some("true")), LineEnds { text: Text::Auto, crlf: true });
        assert_eq!(with(None, None, Some("input")), LineEnds { text: Text::Auto, crlf: false });
        assert_eq!(with(Some("false"), None, Some("true")), LineEnds::default());
        assert_eq!(with(Some("auto"), Some("lf"), Some("true")), LineEnds { text: Text::Auto, crlf: false });
        assert_eq!(with(None, Some("crlf"), None), LineEnds { text: Text::Yes, crlf: true });
        assert_eq!(with(Some("true"), None, Some("true")), LineEnds { text: Text::Yes, crlf: true });
    }

    #[test]
    fn goes_there_and_back_and_leaves_binaries_alone() {
        let auto = with(None, None, Some("true"));
        assert_eq!(auto.to_disk(b"a\nb\n").as_deref(), Some(b"a\r\nb\r\n".as_slice()));
        assert_eq!(auto.to_git(b"a\r\nb\r\n", || false).as_deref(), Some(b"a\nb\n".as_slice()));
        assert_eq!(auto.to_git(b"a\r\nb\r\n", || true), None);
        assert_eq!(auto.to_disk(b"a\nb\r\n"), None);
        assert_eq!(auto.to_disk(b"a\0\n"), None);
        let always = with(Some("true"), Some("crlf"), None);
        assert_eq!(always.to_disk(b"a\nb\r\n\n").as_deref(), Some(b"a\r\nb\r\n\r\n".as_slice()));
        assert_eq!(always.to_git(b"a\rb\r\n", || true).as_deref(), Some(b"a\rb\n".as_slice()));
    }
}
