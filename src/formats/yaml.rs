//! YAML with the place of every value, within bounds.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// How deep values may lie in each other.
const DEPTH: usize = 96;
/// How many values a file may have, aliases written out.
const NODES: usize = 400_000;
/// How many values one alias may stand for.
const ALIAS_NODES: usize = 4000;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// The bytes of the text that the value takes. A block ends somewhere before the next value.
    pub span: std::ops::Range<usize>,
    /// The value.
    pub value: Value,
}

/// A value.
#[derive(Clone, Debug)]
pub enum Value {
    /// A scalar, with whether it was written without quotes.
    Scalar(String, bool),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values, in the order of the file.
    Mapping(Vec<(Node, Node)>),
}

/// Why a text is no YAML that is read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct YamlError {
    /// The line, from 1.
    pub line: usize,
    /// What does not fit.
    pub why: String,
}

impl Node {
    /// Returns the value of a key in a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// Returns a key and its value in a mapping.
    pub fn entry(&self, key: &str) -> Option<&(Self, Self)> {
        self.entries().iter().find(|(name, _)| name.text() == Some(key))
    }

    /// Returns what lies at a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Returns the text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text, _) => Some(text),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// Returns the values of a list; none for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            Value::Scalar(..) | Value::Mapping(_) => &[],
        }
    }

    /// Returns the entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[(Self, Self)] {
        match &self.value {
            Value::Mapping(entries) => entries,
            Value::Scalar(..) | Value::Sequence(_) => &[],
        }
    }

    fn count(&self) -> usize {
        1 + match &self.value {
            Value::Scalar(..) => 0,
            Value::Sequence(items) => items.iter().map(Self::count).sum(),
            Value::Mapping(entries) => entries.iter().map(|(key, value)| key.count() + value.count()).sum(),
        }
    }

    /// Calls `see` with this node and all below it.
    pub fn walk<'a>(&'a self, see: &mut impl FnMut(&'a Self)) {
        see(self);
        for item in self.items() {
            item.walk(see);
        }
        for (_, value) in self.entries() {
            value.walk(see);
        }
    }
}

enum Open {
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>, Option<Node>),
}

/// Reads the documents of a text.
///
/// # Errors
/// When it is no YAML, or breaks a bound.
pub fn parse(text: &str) -> Result<Vec<Node>, YamlError> {
    let places = Places::of(text);
    let mut anchors: std::collections::HashMap<usize, Node> = std::collections::HashMap::new();
    let mut open: Vec<(Open, usize, usize)> = Vec::new();
    let mut documents = Vec::new();
    let mut nodes = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| YamlError { line: error.marker().line(), why: error.info().to_owned() })?;
        let bytes = places.bytes(span);
        let refuse = |why: &str| YamlError { line: span.start.line(), why: why.to_owned() };
        nodes += 1;
        if nodes > NODES || open.len() > DEPTH {
            return Err(refuse("it has more values, or deeper ones, than any real file"));
        }
        let (node, anchor) = match event {
            Event::Scalar(value, style, anchor, _) => {
                let plain = style == ScalarStyle::Plain;
                let span = bytes.start..scalar_end(text, bytes, style);
                (Node { span, value: Value::Scalar(value.into_owned(), plain) }, anchor)
            }
            Event::Alias(anchor) => {
                let known = anchors.get(&anchor).map(|node| (node, node.count())).filter(|(_, count)| *count <= ALIAS_NODES);
                let (value, count) = known.map_or((Value::Scalar(String::new(), true), 1), |(node, count)| (node.value.clone(), count));
                nodes += count;
                (Node { span: bytes, value }, 0)
            }
            Event::SequenceStart(anchor, _) => {
                open.push((Open::Sequence(Vec::new()), anchor, bytes.start));
                continue;
            }
            Event::MappingStart(anchor, _) => {
                open.push((Open::Mapping(Vec::new(), None), anchor, bytes.start));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some((Open::Sequence(items), anchor, start)) => {
                    (Node { span: start..bytes.end.max(start), value: Value::Sequence(items) }, anchor)
                }
                Some((Open::Mapping(entries, _), anchor, start)) => {
                    (Node { span: start..bytes.end.max(start), value: Value::Mapping(entries) }, anchor)
                }
                None => return Err(refuse("a block ends that never began")),
            },
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, node.clone());
        }
        match open.last_mut() {
            None => documents.push(node),
            Some((Open::Sequence(items), ..)) => items.push(node),
            Some((Open::Mapping(entries, key), ..)) => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push((key, node)),
            },
        }
    }
    Ok(documents)
}

/// Returns where a scalar ends: the parser's own end runs on over what follows a quoted one, a comment included.
fn scalar_end(text: &str, span: std::ops::Range<usize>, style: ScalarStyle) -> usize {
    let Some(inside) = text.as_bytes().get(span.clone()) else { return span.end };
    let quote = match style {
        ScalarStyle::SingleQuoted => b'\'',
        ScalarStyle::DoubleQuoted => b'"',
        ScalarStyle::Plain => return span.start + inside.trim_ascii_end().len(),
        ScalarStyle::Literal | ScalarStyle::Folded => return span.end,
    };
    let mut at = 1;
    while let Some(byte) = inside.get(at) {
        match *byte {
            b'\\' if quote == b'"' => at += 2,
            byte if byte == quote && quote == b'\'' && inside.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return span.start + at + 1,
            _ => at += 1,
        }
    }
    span.end
}

/// Turns places in characters into places in bytes.
struct Places {
    /// Where each character begins; empty where all are one byte long.
    starts: Vec<usize>,
    size: usize,
}

impl Places {
    fn of(text: &str) -> Self {
        let starts = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
        Self { starts, size: text.len() }
    }

    fn byte(&self, index: usize) -> usize {
        if self.starts.is_empty() { index.min(self.size) } else { self.starts.get(index).copied().unwrap_or(self.size) }
    }

    fn bytes(&self, span: Span) -> std::ops::Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_each_value_with_its_place() {
        let text = "ü: 1\njobs:\n  test: &t\n    uses: \"a/b@v1\" # c\n  two: *t\nlist: [x, y]\n";
        let root = parse(text).unwrap().remove(0);
        let uses = root.at(&["jobs", "test", "uses"]).unwrap();
        assert_eq!((uses.text(), &text[uses.span.clone()]), (Some("a/b@v1"), "\"a/b@v1\""));
        assert_eq!(root.at(&["jobs", "two", "uses"]).unwrap().text(), Some("a/b@v1"));
        assert_eq!(root.get("list").unwrap().items().len(), 2);
        assert_eq!(&text[root.entry("list").unwrap().0.span.clone()], "list");
    }

    #[test]
    fn ends_with_an_error_on_hostile_input() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse("a: [1, 2").is_err());
        let mut bomb = String::from("a: &a [x,x,x,x,x,x,x,x,x]\n");
        for (from, to) in ('a'..='h').zip('b'..='i') {
            bomb.push_str(&format!("{to}: &{to} [*{from},*{from},*{from},*{from},*{from},*{from},*{from},*{from},*{from}]\n"));
        }
        assert!(parse(&bomb).map_or(true, |documents| documents[0].count() < NODES));
    }
}
