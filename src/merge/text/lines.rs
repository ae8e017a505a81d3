//! Lines of a text and how it spells them: line endings, a byte order mark, the newline at the end.

use std::collections::HashMap;

/// The mark that some editors put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A text as lines. What a line says is its key: the bytes without the line ending and without a byte order mark.
#[derive(Clone, Debug)]
pub(in crate::merge) struct Lines<'a> {
    keys: Vec<&'a [u8]>,
    endings: Vec<&'a [u8]>,
    mark: &'a [u8],
}

impl<'a> Lines<'a> {
    /// Splits a text.
    pub(in crate::merge) fn of(text: &'a [u8]) -> Self {
        let (mark, mut rest) = text.split_at(if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 });
        let (mut keys, mut endings) = (Vec::new(), Vec::new());
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at(end);
            let said = match line {
                [said @ .., b'\r', b'\n'] | [said @ .., b'\n'] => said,
                said => said,
            };
            keys.push(said);
            endings.push(line.get(said.len()..).unwrap_or_default());
            rest = after;
        }
        Self { keys, endings, mark }
    }

    /// Returns what the lines say.
    pub(in crate::merge) fn keys(&self) -> &[&'a [u8]] {
        &self.keys
    }

    /// Returns the ending that most lines have; nothing where no line has one.
    pub(super) fn ending(&self) -> Option<&'a [u8]> {
        let windows = self.endings.iter().filter(|ending| ending.len() == 2).count();
        let unix = self.endings.iter().filter(|ending| ending.len() == 1).count();
        let wanted = match (windows, unix) {
            (0, 0) => return None,
            (windows, unix) if windows > unix => 2,
            _ => 1,
        };
        self.endings.iter().find(|ending| ending.len() == wanted).copied()
    }

    /// Whether the last line has an ending; nothing where there is no line.
    pub(super) fn is_ended(&self) -> Option<bool> {
        self.endings.last().map(|ending| !ending.is_empty())
    }

    /// Returns the byte order mark, or nothing.
    pub(super) fn mark(&self) -> &'a [u8] {
        self.mark
    }

    /// Returns the ending of one line.
    pub(super) fn ending_of(&self, line: usize) -> &'a [u8] {
        self.endings.get(line).copied().unwrap_or_default()
    }
}

/// Gives equal lines of several texts one number.
#[derive(Debug, Default)]
pub(in crate::merge) struct Numbers<'a> {
    numbers: HashMap<&'a [u8], u32>,
}

impl<'a> Numbers<'a> {
    /// Returns the numbers of lines.
    pub(in crate::merge) fn of(&mut self, keys: impl IntoIterator<Item = &'a [u8]>) -> Vec<u32> {
        keys.into_iter()
            .map(|key| {
                let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
                *self.numbers.entry(key).or_insert(next)
            })
            .collect()
    }

    /// Returns how many different lines there are.
    pub(in crate::merge) fn count(&self) -> u32 {
        u32::try_from(self.numbers.len()).unwrap_or(u32::MAX)
    }
}
