//! The header of a NumPy array file. After NumPy's `numpy/lib/format.py`.

/// The first bytes of every such file.
pub const MAGIC: &[u8] = b"\x93NUMPY";

/// What the header says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// How many bytes stand before the array.
    pub length: usize,
    /// Whether items are Python objects, which are pickled.
    pub objects: bool,
    /// How many bytes the array takes, where the header tells.
    pub bytes: Option<u64>,
    /// Whether the header is more than a plain dictionary.
    pub calls: bool,
}

/// Reads the header; `None` where it is none.
pub fn header(head: &[u8]) -> Option<Header> {
    let major = *head.strip_prefix(MAGIC)?.first()?;
    let (size, from) = if major == 1 {
        (usize::from(u16::from_le_bytes(head.get(8..10)?.try_into().ok()?)), 10)
    } else {
        (u32::from_le_bytes(head.get(8..12)?.try_into().ok()?) as usize, 12)
    };
    let length = size.checked_add(from)?;
    let shown = head.get(from..length.min(head.len()))?;
    let text = String::from_utf8_lossy(shown);
    let value = |key: &str| {
        let at = text.find(&format!("'{key}'")).or_else(|| text.find(&format!("\"{key}\"")))? + key.len() + 2;
        Some(text[at..].trim_start().strip_prefix(':')?.trim_start())
    };
    let description = value("descr").unwrap_or_default();
    let described =
        &description[..description.find("'fortran_order'").or_else(|| description.find("'shape'")).unwrap_or(description.len())];
    let objects = described.split(['\'', '"']).any(|part| {
        let kind = part.trim_start_matches(['|', '<', '>', '=', '(', ')', ',', ' ']);
        kind == "O" || kind == "O8" || kind == "O4" || kind == "object"
    });
    let calls = text.contains("__") || text.contains("eval") || text.contains("exec") || text.contains("import") || text.contains("lambda");
    let shape = value("shape").and_then(|text| text.split_once('(')?.1.split_once(')')).map(|(inside, _)| inside);
    let count = shape.and_then(|shape| {
        shape
            .split(',')
            .map(|side| side.trim().trim_end_matches('L'))
            .filter(|side| !side.is_empty())
            .try_fold(1u64, |count, side| count.checked_mul(side.parse().ok()?))
    });
    let width = described.trim_start().strip_prefix(['\'', '"']).and_then(|rest| rest.split(['\'', '"']).next()).and_then(width);
    Some(Header { length, objects, bytes: count.zip(width).and_then(|(count, width)| count.checked_mul(width)), calls })
}

fn width(kind: &str) -> Option<u64> {
    let kind = kind.trim_start_matches(['|', '<', '>', '=']);
    let digits = kind.get(1..)?.split('[').next()?;
    let number: u64 = digits.parse().ok()?;
    if kind.starts_with('U') { number.checked_mul(4) } else { Some(number) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_numpy_writes() {
        let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }\n";
        let bytes = [MAGIC, &[1, 0], &(text.len() as u16).to_le_bytes(), text.as_bytes()].concat();
        let read = header(&bytes).unwrap();
        assert_eq!((read.objects, read.bytes, read.length), (false, Some(96), bytes.len()));
        let text = "{'descr': [('a', '<i4'), ('b', '|O')], 'fortran_order': False, 'shape': (), }\n";
        let bytes = [MAGIC, &[1, 0], &(text.len() as u16).to_le_bytes(), text.as_bytes()].concat();
        assert!(header(&bytes).unwrap().objects);
        let text = "{'shape': ) ( }";
        let bytes = [MAGIC, &[1, 0], &(text.len() as u16).to_le_bytes(), text.as_bytes()].concat();
        assert_eq!(header(&bytes).unwrap().bytes, None);
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[{}'a-zO|<()0-9,: ]{0,80}") {
            header(&[MAGIC, &bytes].concat());
            header(&[MAGIC, &[1, 0, 80, 0], text.as_bytes()].concat());
        }
    }
}
