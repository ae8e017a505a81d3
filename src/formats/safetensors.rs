//! The header of a safetensors file, and whether it is as the format wants it. After the format's own page ("Format").

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::base::read_at::ReadAt;

/// How large a header may be; the reference implementation has the same bound.
const HEADER: u64 = 100_000_000;
/// How large a header may be that is read here.
const READ: u64 = 24 << 20;

/// What is wrong with a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    /// It does not follow the format.
    Abuse(String),
    /// It could not be read to its end.
    Unread(String),
}

struct Entries(Vec<(String, serde_json::Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

/// Returns what is wrong with a file; nothing for a sound one.
pub fn faults(reader: &dyn ReadAt) -> Vec<Fault> {
    let size = reader.size();
    let abuse = |what: String| vec![Fault::Abuse(what)];
    let length = match reader.read_range(0, 8) {
        Ok(bytes) => match <[u8; 8]>::try_from(bytes.as_slice()) {
            Ok(bytes) => u64::from_le_bytes(bytes),
            Err(_) => return vec![Fault::Unread("it is shorter than the length of its header".to_owned())],
        },
        Err(error) => return vec![Fault::Unread(error.to_string())],
    };
    if length > HEADER {
        return abuse(format!("its header claims {length} bytes, more than the format allows"));
    }
    if length > size - 8 {
        return abuse(format!("its header claims {length} bytes and the file has {size}"));
    }
    if length > READ {
        return vec![Fault::Unread("its header is too large to be read".to_owned())];
    }
    let header = match reader.read_range(8, length as usize) {
        Ok(header) => header,
        Err(error) => return vec![Fault::Unread(error.to_string())],
    };
    if header.first() != Some(&b'{') {
        return abuse("its header does not begin with `{`".to_owned());
    }
    let Ok(text) = std::str::from_utf8(&header) else { return abuse("its header is no UTF-8".to_owned()) };
    let entries = match serde_json::from_str::<Entries>(text) {
        Ok(entries) => entries.0,
        Err(_) => return abuse("its header is no JSON object".to_owned()),
    };
    check(&entries, size - 8 - length)
}

fn check(entries: &[(String, serde_json::Value)], data: u64) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut names = std::collections::HashSet::new();
    let mut ranges = Vec::new();
    for (name, entry) in entries {
        let shown: String = name.chars().take(60).filter(|c| !c.is_control()).collect();
        if faults.len() > 20 {
            break;
        }
        if !names.insert(name) {
            faults.push(Fault::Abuse(format!("`{shown}` stands twice in its header")));
        }
        if name == "__metadata__" {
            let texts = entry.as_object().is_some_and(|entries| entries.values().all(serde_json::Value::is_string));
            if !texts {
                faults.push(Fault::Abuse("its metadata holds more than texts".to_owned()));
            }
            continue;
        }
        match tensor(entry) {
            Some((begin, end, bytes)) => {
                if begin > end || end > data {
                    faults.push(Fault::Abuse(format!("`{shown}` claims bytes {begin} to {end} of {data}")));
                } else if bytes.is_some_and(|bytes| bytes != end - begin) {
                    faults.push(Fault::Abuse(format!("the type and shape of `{shown}` do not fit its {} bytes", end - begin)));
                }
                ranges.push((begin, end));
            }
            None => faults.push(Fault::Abuse(format!("`{shown}` is no tensor as the format has them"))),
        }
    }
    if !faults.is_empty() {
        return faults;
    }
    ranges.sort_unstable();
    let mut reached = 0;
    for (begin, end) in ranges {
        if begin < reached {
            return vec![Fault::Abuse("tensors overlap".to_owned())];
        }
        if begin > reached {
            return vec![Fault::Abuse(format!("bytes {reached} to {begin} belong to no tensor"))];
        }
        reached = end;
    }
    if reached < data {
        faults.push(Fault::Abuse(format!("{} bytes after the last tensor belong to none", data - reached)));
    }
    faults
}

/// Returns the range of a tensor, and how many bytes its type and shape make, where the type is known.
fn tensor(entry: &serde_json::Value) -> Option<(u64, u64, Option<u64>)> {
    let entry = entry.as_object()?;
    if entry.keys().any(|key| !matches!(key.as_str(), "dtype" | "shape" | "data_offsets")) {
        return None;
    }
    let offsets = entry.get("data_offsets")?.as_array()?;
    let [begin, end] = offsets.as_slice() else { return None };
    let (begin, end) = (begin.as_u64()?, end.as_u64()?);
    let mut count = Some(1u64);
    for side in entry.get("shape")?.as_array()? {
        let side = side.as_u64()?;
        count = count.and_then(|count| count.checked_mul(side));
    }
    let bits = match entry.get("dtype")?.as_str()? {
        "BOOL" | "U8" | "I8" | "F8_E5M2" | "F8_E4M3" | "F8_E8M0" | "F8_E4M3FNUZ" | "F8_E5M2FNUZ" => 8,
        "I16" | "U16" | "F16" | "BF16" => 16,
        "I32" | "U32" | "F32" => 32,
        "I64" | "U64" | "F64" | "C64" => 64,
        "F4" => 4,
        "F6_E2M3" | "F6_E3M2" => 6,
        _ => return None,
    };
    // A product that does not fit is larger than any file.
    let bytes = count.and_then(|count| count.checked_mul(bits)).map_or(u64::MAX, |bits| bits.div_ceil(8));
    Some((begin, end, Some(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(header: &str, data: usize) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; data]].concat()
    }

    #[test]
    fn takes_sound_files_and_no_others() {
        let sound = r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"I8","shape":[],"data_offsets":[8,9]}}   "#;
        assert_eq!(faults(&file(sound, 9)), []);
        for (header, data) in [
            (sound, 8),
            (sound, 10),
            (r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8),
            (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#, 16),
            (r#"{"a":{"dtype":"F32","shape":[18446744073709551615,2],"data_offsets":[0,8]}}"#, 8),
            (r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12),
            ("[1]", 0),
        ] {
            assert!(matches!(faults(&file(header, data)).first(), Some(Fault::Abuse(_))), "{header}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100), text in "[{}\":a-z0-9,\\[\\]]{0,60}") {
            faults(&bytes);
            faults(&file(&text, 4));
        }
    }
}
