//! Reads TOML into values with the text that belongs to each.
//!
//! Tables are kept flat, as they are written: a header is a key. Where two sides write one table in two ways, they do not
//! meet, and the result is not read back as it should be.

use std::collections::BTreeMap;
use std::ops::Range;

use super::scan::{self, Section};
use crate::merge::values::{Body, Child, Document, Node, Scalar, Value, divide, line_end, line_start, preamble};

/// Reads a text: nothing for what is no TOML, and for arrays of tables in arrays of tables.
pub(super) fn read(text: &str) -> Option<Document<'_>> {
    let known: toml::Table = toml::from_str(text).ok()?;
    let root = root(text, scan::sections(text)?)?;
    let nested = nested(&root)?;
    (!root.repeats_a_key() && is_read(&nested, &toml::Value::Table(known))).then_some(Document { text, root })
}

/// A child before the lines are dealt out.
struct Loose {
    key: String,
    at: usize,
    node: Node,
}

fn root(text: &str, sections: Vec<Section>) -> Option<Node> {
    let begins = |section: &Section| section.header.as_ref().map(|header| header.at).or(section.entries.first().map(|entry| entry.1));
    let first = sections.iter().find_map(begins);
    let start = first.map_or(text.len(), |first| preamble(text, first));
    let mut loose: Vec<Loose> = Vec::new();
    let mut arrays: Vec<Array> = Vec::new();
    for section in sections {
        let Some(header) = section.header else {
            loose.extend(section.entries.into_iter().map(|(key, at, node)| Loose { key, at, node }));
            continue;
        };
        let body = line_end(text, header.at);
        let table = |entries: Vec<(String, usize, Node)>| {
            block(text, entries.into_iter().map(|(key, at, node)| Loose { key, at, node }).collect(), body, true)
        };
        let inside = arrays.last_mut().filter(|array| header.path.starts_with(&array.path));
        match inside {
            Some(array) if header.array && header.path.len() == array.path.len() => {
                array.items.push(Item { at: header.at, body, entries: section.entries, tables: Vec::new() });
            }
            Some(_) if header.array => return None,
            Some(array) => {
                let key = scan::join(&header.path[array.path.len()..]);
                let node = table(section.entries)?;
                array.items.last_mut()?.tables.push(Loose { key, at: header.at, node });
            }
            None => {
                if let Some(array) = arrays.pop() {
                    loose.push(array.finish(text)?);
                }
                if header.array {
                    let items = vec![Item { at: header.at, body, entries: section.entries, tables: Vec::new() }];
                    arrays.push(Array { path: header.path, items });
                } else {
                    loose.push(Loose { key: scan::join(&header.path), at: header.at, node: table(section.entries)? });
                }
            }
        }
    }
    if let Some(array) = arrays.pop() {
        loose.push(array.finish(text)?);
    }
    block(text, loose, start, true)
}

/// The items of an array of tables, one behind the other.
struct Array {
    path: Vec<String>,
    items: Vec<Item>,
}

/// An item of an array of tables.
struct Item {
    /// Where its header begins.
    at: usize,
    /// Where the line after its header begins.
    body: usize,
    /// Its keys.
    entries: Vec<(String, usize, Node)>,
    /// The tables in it.
    tables: Vec<Loose>,
}

impl Array {
    fn finish(self, text: &str) -> Option<Loose> {
        let at = self.items.first()?.at;
        let mut items = Vec::new();
        for Item { at, body, entries, tables } in self.items {
            let mut loose: Vec<Loose> = entries.into_iter().map(|(key, at, node)| Loose { key, at, node }).collect();
            loose.extend(tables);
            items.push(Loose { key: String::new(), at, node: block(text, loose, body, true)? });
        }
        Some(Loose { key: scan::join(&self.path), at, node: block(text, items, at, false)? })
    }
}

/// Deals out the lines from `start` on among children.
fn block(text: &str, loose: Vec<Loose>, start: usize, map: bool) -> Option<Node> {
    let ats: Vec<usize> = loose.iter().map(|loose| loose.at).collect();
    let mut children: Vec<Child> = Vec::with_capacity(loose.len());
    let mut lead = start;
    for (place, Loose { key, at, node }) in loose.into_iter().enumerate() {
        let block = !node.flow && node.as_scalar().is_none();
        let mut end = if block { node.span.end.max(line_end(text, at)) } else { line_end(text, node.span.end) };
        if let Some(next) = ats.get(place + 1) {
            let next = line_start(text, *next);
            if next < end {
                return None;
            }
            end = divide(text, end..next, 0);
        }
        children.push(Child { key, lead, at, node, comma: None, end });
        lead = end;
    }
    let span: Range<usize> = start..children.last().map_or(start, |child| child.end);
    Some(Node { span, body: if map { Body::Map(children) } else { Body::List(children) }, lines: true, flow: false })
}

/// Returns the value with its tables in each other. Nothing where a key meets what is no table.
fn nested(node: &Node) -> Option<Value> {
    let children = match &node.body {
        Body::Scalar(scalar) => return Some(Value::Scalar(scalar.clone())),
        Body::List(items) => return items.iter().map(|item| nested(&item.node)).collect::<Option<_>>().map(Value::List),
        Body::Map(children) => children,
    };
    let mut all = BTreeMap::new();
    for child in children {
        let path = scan::parts(&child.key)?;
        let (last, above) = path.split_last()?;
        let mut table = &mut all;
        for part in above {
            table = match table.entry(part.clone()).or_insert_with(|| Value::Map(BTreeMap::new())) {
                Value::Map(inner) => inner,
                Value::Scalar(_) | Value::List(_) => return None,
            };
        }
        match (table.get_mut(last), nested(&child.node)?) {
            (None, value) => {
                table.insert(last.clone(), value);
            }
            (Some(Value::Map(there)), Value::Map(more)) => there.extend(more),
            (Some(_), _) => return None,
        }
    }
    Some(Value::Map(all))
}

/// Whether a value is the one that another reader sees.
fn is_read(own: &Value, known: &toml::Value) -> bool {
    match (own, known) {
        (Value::Scalar(Scalar::Text(own)), toml::Value::String(known)) => own == known,
        (Value::Scalar(Scalar::Plain(_)), known) => !known.is_str() && !known.is_array() && !known.is_table(),
        (Value::List(own), toml::Value::Array(known)) => {
            own.len() == known.len() && own.iter().zip(known).all(|(own, known)| is_read(own, known))
        }
        (Value::Map(own), toml::Value::Table(known)) => {
            own.len() == known.len() && own.iter().all(|(key, value)| known.get(key).is_some_and(|known| is_read(value, known)))
        }
        (Value::Scalar(Scalar::Text(_)) | Value::List(_) | Value::Map(_), _) => false,
    }
}
