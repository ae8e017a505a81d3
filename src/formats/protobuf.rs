//! Fields of protocol buffers, one after the other, without a schema. After the "Encoding" page of the protocol buffers documentation.

use crate::base::read_at::ReadAt;

/// A field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Field {
    /// Its number.
    pub number: u64,
    /// What it holds.
    pub value: Value,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Value {
    /// A number.
    Number(u64),
    /// Bytes: a text, or a message: where they begin and end.
    Bytes(u64, u64),
}

/// Reads the fields of a message.
pub struct Fields<'a> {
    reader: &'a dyn ReadAt,
    at: u64,
    end: u64,
    window: Vec<u8>,
    base: u64,
    /// Whether the message is no message, from here on.
    pub broken: bool,
}

/// How much is read ahead. Most fields that are looked at are small, most that are passed over are large.
const WINDOW: usize = 4096;

impl<'a> Fields<'a> {
    /// Begins to read the message in a range of bytes.
    pub fn new(reader: &'a dyn ReadAt, at: u64, end: u64) -> Self {
        Self { reader, at, end: end.min(reader.size()), window: Vec::new(), base: 0, broken: false }
    }

    fn byte(&mut self) -> Option<u8> {
        if self.at >= self.end {
            return None;
        }
        let inside = self.at.checked_sub(self.base).and_then(|at| self.window.get(usize::try_from(at).ok()?).copied());
        let byte = match inside {
            Some(byte) => byte,
            None => {
                self.window = self.reader.read_range(self.at, WINDOW).ok()?;
                self.base = self.at;
                *self.window.first()?
            }
        };
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in 0..10 {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift * 7).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn field(&mut self) -> Option<Field> {
        let tag = self.varint()?;
        let number = tag >> 3;
        if number == 0 {
            return None;
        }
        let value = match tag & 7 {
            0 => Value::Number(self.varint()?),
            kind @ (1 | 5) => {
                let width = if kind == 1 { 8 } else { 4 };
                let from = self.at;
                self.at = self.at.checked_add(width).filter(|at| *at <= self.end)?;
                Value::Bytes(from, self.at)
            }
            2 => {
                let length = self.varint()?;
                let from = self.at;
                self.at = self.at.checked_add(length).filter(|at| *at <= self.end)?;
                Value::Bytes(from, self.at)
            }
            _ => return None,
        };
        Some(Field { number, value })
    }
}

impl Iterator for Fields<'_> {
    type Item = Field;

    fn next(&mut self) -> Option<Field> {
        if self.broken || self.at >= self.end {
            return None;
        }
        let field = self.field();
        self.broken = field.is_none();
        field
    }
}

/// Returns a text of at most `limit` bytes.
pub fn text(reader: &dyn ReadAt, from: u64, end: u64, limit: usize) -> String {
    let length = usize::try_from(end.saturating_sub(from)).unwrap_or(limit).min(limit);
    reader.read_range(from, length).map_or(String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_panics_and_never_leaves_its_range(bytes in proptest::collection::vec(any::<u8>(), 0..200), end in 0u64..300) {
            for field in Fields::new(&bytes, 0, end) {
                if let Value::Bytes(from, to) = field.value {
                    prop_assert!(from <= to && to <= bytes.len() as u64);
                }
            }
        }
    }
}
