//! How a file is written: byte order mark, line endings and final newline. A result has those of the project's file.

const MARK: &str = "\u{feff}";

/// How a file is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Style {
    mark: bool,
    carriage_return: bool,
    final_newline: bool,
}

impl Style {
    /// Returns how a text is written, and the text with `\n` alone, without a mark, and with a final newline; nothing
    /// where it is not UTF-8 or its line endings differ.
    pub(super) fn of(bytes: &[u8]) -> Option<(Self, String)> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (mark, text) = text.strip_prefix(MARK).map_or((false, text), |text| (true, text));
        let (lines, returns) = (text.matches('\n').count(), text.matches("\r\n").count());
        let carriage_return = returns > 0;
        if carriage_return && returns != lines || text.matches('\r').count() != returns {
            return None;
        }
        let mut plain = if carriage_return { text.replace("\r\n", "\n") } else { text.to_owned() };
        let final_newline = plain.is_empty() || plain.ends_with('\n');
        if !final_newline {
            plain.push('\n');
        }
        Some((Self { mark, carriage_return, final_newline }, plain))
    }

    /// Writes a text that has `\n` alone and a final newline.
    pub(super) fn write(self, text: &str) -> Vec<u8> {
        let text = if self.final_newline { text } else { text.strip_suffix('\n').unwrap_or(text) };
        let text = if self.carriage_return { text.replace('\n', "\r\n") } else { text.to_owned() };
        if self.mark { format!("{MARK}{text}").into_bytes() } else { text.into_bytes() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_mixed_is_left_to_others() {
        for text in [&b"a\r\nb\n"[..], b"a\rb\n", b"\xff"] {
            assert!(Style::of(text).is_none());
        }
    }

    proptest! {
        #[test]
        fn writing_what_was_read_gives_the_same_bytes(text in "(\u{feff})?(a|b|\n|\r\n|\r|ü){0,12}") {
            if let Some((style, plain)) = Style::of(text.as_bytes()) {
                prop_assert!(!plain.contains('\r'));
                prop_assert_eq!(style.write(&plain), text.as_bytes());
            }
        }
    }
}
