//! Whether a text is whole in its own format: read by the readers of TOML, YAML, JSON and Python, no key twice.

use std::collections::HashSet;

use crate::formats::yaml::{self, Node};

/// Larger files are not read for this.
const SIZE: usize = 4 << 20;

/// The formats whose files can be told whole from broken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Format {
    Toml,
    Yaml,
    Json,
    Python,
}

fn format(path: &str) -> Option<Format> {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())?.as_str() {
        "toml" => Some(Format::Toml),
        "yml" | "yaml" => Some(Format::Yaml),
        "json" | "ipynb" => Some(Format::Json),
        "py" | "pyi" => Some(Format::Python),
        _ => None,
    }
}

/// Whether the merged text is broken where all that it was made of is whole.
pub(super) fn is_broken<'a>(path: &str, merged: &[u8], made_of: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let Some(format) = format(path) else { return false };
    !is_whole(format, merged) && made_of.into_iter().filter(|bytes| !bytes.is_empty()).all(|bytes| is_whole(format, bytes))
}

fn is_whole(format: Format, bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > SIZE {
        return false;
    }
    match format {
        Format::Toml => toml::from_str::<toml::Table>(text).is_ok(),
        Format::Yaml => yaml::parse(text).is_ok_and(|documents| documents.iter().all(|document| !repeats_a_key(document))),
        // Every JSON text is a YAML text, and that reader keeps both entries of a key.
        Format::Json => {
            serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
                && yaml::parse(text).map_or(true, |documents| documents.iter().all(|document| !repeats_a_key(document)))
        }
        Format::Python => python_is_whole(text),
    }
}

/// Whether a key stands twice in a mapping. The reader bounds how deep they lie.
fn repeats_a_key(node: &Node) -> bool {
    let mut keys = HashSet::new();
    let twice = node.entries().iter().any(|(key, _)| key.text().is_some_and(|key| key != "<<" && !keys.insert(key)));
    twice || node.entries().iter().any(|(_, value)| repeats_a_key(value)) || node.items().iter().any(repeats_a_key)
}

/// Whether Python reads it. A statement that is very long or deep is not given to the parser, whose tree is recursive.
fn python_is_whole(text: &str) -> bool {
    const DEEP: usize = 100;
    const LONG: usize = 8000;
    let (mut depth, mut length, mut continued) = (0_usize, 0_usize, false);
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        length = if depth == 0 && !continued { 0 } else { length } + line.len();
        let opened = line.bytes().filter(|byte| matches!(byte, b'(' | b'[' | b'{')).count();
        let closed = line.bytes().filter(|byte| matches!(byte, b')' | b']' | b'}')).count();
        if depth + opened > DEEP || length > LONG || indent > DEEP {
            return false;
        }
        depth = (depth + opened).saturating_sub(closed);
        continued = line.ends_with('\\');
    }
    text.len() < 1 << 20 && ruff_python_parser::parse_module(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_whole_must_stay_whole() {
        let broken = |path, merged: &str, made_of: &[&str]| is_broken(path, merged.as_bytes(), made_of.iter().map(|text| text.as_bytes()));
        assert!(broken("a.toml", "a = 1\na = 2\n", &["a = 1\n"]));
        assert!(broken("a.yml", "a: 1\nb: 2\na: 3\n", &["a: 1\n"]));
        assert!(broken("a.json", "{\"a\": 1, \"a\": 2}", &["{}"]));
        assert!(broken("a.py", "def f(:\n", &["x = 1\n"]));
        assert!(!broken("a.py", "x = 1\n", &["x = 2\n"]));
        assert!(!broken("a.toml", "a = 1\na = 2\n", &["a = 1\n", "broken before"]));
        assert!(!broken("a.txt", "a = 1\na = 2\n", &[]));
    }
}
