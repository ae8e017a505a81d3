//! The loader, within bounds.
#![allow(clippy::wildcard_enum_match_arm, reason = "the kinds of JSON values are few and fixed")]

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Value};

use super::scalar::plain;

/// How deep values may lie in each other.
const DEPTH: usize = 64;
/// How many values a text may have, aliases written out.
const NODES: usize = 200_000;

/// Gives the value of `!include PATTERN`.
pub type Include<'a> = &'a mut dyn FnMut(&str) -> Result<Value, String>;

/// A value, with the characters that it takes and whether it is a text in quotes.
struct Node {
    value: Value,
    span: (usize, usize),
    text: bool,
}

enum Open {
    Sequence(Vec<Node>),
    Mapping(Vec<(Node, Node)>, Option<Node>),
}

struct Level {
    open: Open,
    anchor: usize,
    start: usize,
}

/// Reads the documents of a text; tags other than YAML's own and `!include` are refused.
///
/// # Errors
/// When it is no YAML, or breaks a bound; the error names the line.
pub fn load_all(text: &str, include: Include<'_>) -> Result<Vec<Value>, String> {
    Ok(nodes(text, include)?.into_iter().map(|node| node.value).collect())
}

/// Reads a text with one document; an empty one is null.
///
/// # Errors
/// When it is no YAML, has several documents, or breaks a bound.
pub fn load(text: &str) -> Result<Value, String> {
    let mut documents = load_all(text, &mut no_include)?;
    match documents.len() {
        0 => Ok(Value::Null),
        1 => Ok(documents.remove(0)),
        _ => Err("it has several documents".to_owned()),
    }
}

/// Reads a list and returns each item as it was written, texts without their quotes.
///
/// # Errors
/// When it is no YAML list.
pub fn load_items(text: &str) -> Result<Vec<String>, String> {
    let documents = nodes_of(text, &mut no_include, true)?;
    let [Node { value: Value::Array(items), .. }] = documents.as_slice() else {
        return Err(format!("it is no YAML list: {text}"));
    };
    Ok(items.iter().map(|item| item.as_str().unwrap_or_default().to_owned()).collect())
}

fn no_include(_: &str) -> Result<Value, String> {
    Err("`!include` is not known here".to_owned())
}

fn nodes(text: &str, include: Include<'_>) -> Result<Vec<Node>, String> {
    nodes_of(text, include, false)
}

/// With `raw`, the items of an outermost list come as the texts that they were written in.
fn nodes_of(text: &str, include: Include<'_>, raw: bool) -> Result<Vec<Node>, String> {
    let characters: Vec<char> = if raw { text.chars().collect() } else { Vec::new() };
    let mut anchors: std::collections::HashMap<usize, Value> = std::collections::HashMap::new();
    let mut levels: Vec<Level> = Vec::new();
    let mut documents = Vec::new();
    let mut count = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| format!("line {}: {}", error.marker().line(), error.info()))?;
        let refuse = |why: String| format!("line {}: {why}", span.start.line());
        count += 1;
        if count > NODES || levels.len() > DEPTH {
            return Err(refuse("it has more values, or deeper ones, than any real file".to_owned()));
        }
        let (node, anchor) = match event {
            Event::Scalar(value, style, anchor, tag) => {
                let quoted = style != ScalarStyle::Plain;
                let value = scalar(&value, quoted, tag.as_deref(), &mut *include).map_err(refuse)?;
                let text = value.is_string() && matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
                (Node { value, span: ends(span), text }, anchor)
            }
            Event::Alias(anchor) => {
                let value = anchors.get(&anchor).cloned().ok_or_else(|| refuse("an alias to nothing".to_owned()))?;
                count += size(&value);
                (Node { value, span: ends(span), text: false }, 0)
            }
            Event::SequenceStart(anchor, _) => {
                levels.push(Level { open: Open::Sequence(Vec::new()), anchor, start: span.start.index() });
                continue;
            }
            Event::MappingStart(anchor, _) => {
                levels.push(Level { open: Open::Mapping(Vec::new(), None), anchor, start: span.start.index() });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Level { open, anchor, start }) = levels.pop() else {
                    return Err(refuse("a block ends that never began".to_owned()));
                };
                let value = match open {
                    Open::Sequence(items) if raw && levels.is_empty() => {
                        Value::Array(items.iter().map(|item| Value::String(written(item, &characters))).collect())
                    }
                    Open::Sequence(items) => Value::Array(items.into_iter().map(|item| item.value).collect()),
                    Open::Mapping(entries, _) => mapping(entries).map_err(refuse)?,
                };
                (Node { value, span: (start, span.end.index().max(start)), text: false }, anchor)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, node.value.clone());
        }
        match levels.last_mut().map(|level| &mut level.open) {
            None => documents.push(node),
            Some(Open::Sequence(items)) => items.push(node),
            Some(Open::Mapping(entries, key)) => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push((key, node)),
            },
        }
    }
    Ok(documents)
}

fn ends(span: Span) -> (usize, usize) {
    (span.start.index(), span.end.index().max(span.start.index()))
}

fn written(node: &Node, characters: &[char]) -> String {
    let text: String = characters.get(node.span.0..node.span.1.min(characters.len())).unwrap_or_default().iter().collect();
    let text = text.trim();
    match node.text {
        true => node.value.as_str().map_or_else(
            || text.to_owned(),
            |value| {
                let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
                if text.ends_with(['"', '\'']) { inside.to_owned() } else { value.to_owned() }
            },
        ),
        false => text.to_owned(),
    }
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(entries) => entries.values().map(size).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn scalar(text: &str, quoted: bool, tag: Option<&Tag>, include: Include<'_>) -> Result<Value, String> {
    let Some(tag) = tag else {
        return Ok(if quoted { Value::String(text.to_owned()) } else { plain(text) });
    };
    if tag.handle == "!" && tag.suffix == "include" {
        return include(text);
    }
    if tag.handle != "tag:yaml.org,2002:" && tag.handle != "!!" && !(tag.handle.is_empty() && tag.suffix == "!") {
        return Err(format!("the tag `{}{}` is not known", tag.handle, tag.suffix));
    }
    match tag.suffix.as_str() {
        "str" | "!" => Ok(Value::String(text.to_owned())),
        "int" | "float" | "bool" | "null" => Ok(plain(text)),
        other => Err(format!("the tag `{other}` is not known")),
    }
}

/// Builds a mapping: later keys win, `<<` brings what is not there itself.
fn mapping(entries: Vec<(Node, Node)>) -> Result<Value, String> {
    let mut own = Map::new();
    let mut merged = Map::new();
    for (key, value) in entries {
        if !key.text && key.value == Value::String("<<".to_owned()) {
            let sources = match value.value {
                Value::Array(items) => items,
                other => vec![other],
            };
            for source in sources {
                let Value::Object(entries) = source else { return Err("`<<` needs a mapping".to_owned()) };
                for (key, value) in entries {
                    merged.entry(key).or_insert(value);
                }
            }
            continue;
        }
        own.insert(key_text(&key.value)?, value.value);
    }
    if merged.is_empty() {
        return Ok(Value::Object(own));
    }
    // PyYAML puts what is merged first.
    for (key, value) in own {
        merged.insert(key, value);
    }
    Ok(Value::Object(merged))
}

/// Keys are texts here; Python would keep the type of others.
fn key_text(key: &Value) -> Result<String, String> {
    match key {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(true) => Ok("True".to_owned()),
        Value::Bool(false) => Ok("False".to_owned()),
        Value::Null => Ok("None".to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Array(_) | Value::Object(_) => Err("a key is no scalar".to_owned()),
    }
}
