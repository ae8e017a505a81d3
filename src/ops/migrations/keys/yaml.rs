//! A key of a YAML file. An edit counts only if the file then reads as it did, but for the key.

use std::ops::Range;

use ::toml::Value;

use crate::formats::yaml::{self, Node};

pub(super) fn edit(text: &str, key: &[String], value: Option<&Value>) -> Result<Option<String>, String> {
    let root = read(text)?;
    let fresh = value.map(|value| flow(&super::to_json(value)));
    let before = plain(&root);
    let mut expected = before.clone();
    change(&mut expected, key, fresh.as_deref())?;
    if expected == before {
        return Ok(None);
    }
    let edited = match &fresh {
        Some(fresh) => set(text, &root, key, fresh)?,
        None => remove(text, &root, key)?,
    };
    let same = read(&edited).is_ok_and(|after| plain(&after) == expected);
    if same { Ok(Some(edited)) } else { Err("an edit would change more than this key".to_owned()) }
}

fn read(text: &str) -> Result<Node, String> {
    let mut documents = yaml::parse(text).map_err(|error| error.to_string())?;
    match documents.pop() {
        Some(root) if documents.is_empty() && matches!(root.value, yaml::Value::Mapping(_)) => Ok(root),
        Some(_) | None => Err("it is not one document with keys".to_owned()),
    }
}

/// A value without its place.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Plain {
    Scalar(String, bool),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

fn plain(node: &Node) -> Plain {
    match &node.value {
        yaml::Value::Scalar(text, bare) => Plain::Scalar(text.clone(), *bare),
        yaml::Value::Sequence(items) => Plain::List(items.iter().map(plain).collect()),
        yaml::Value::Mapping(entries) if entries.is_empty() => Plain::Scalar(String::new(), true),
        yaml::Value::Mapping(entries) => {
            Plain::Map(entries.iter().map(|(key, value)| (key.text().unwrap_or_default().to_owned(), plain(value))).collect())
        }
    }
}

/// Makes the change to the plain value: what the edited text has to read as. A map that is empty and a value that is
/// nothing count as the same.
fn change(at: &mut Plain, key: &[String], fresh: Option<&str>) -> Result<(), String> {
    let Some((name, rest)) = key.split_first() else { return Ok(()) };
    if *at == Plain::Scalar(String::new(), true) {
        *at = Plain::Map(Vec::new());
    }
    let Plain::Map(entries) = at else { return Err(format!("there are no keys where `{name}` should be")) };
    let place = entries.iter().position(|(known, _)| known == name);
    match (place, fresh, rest.is_empty()) {
        (None, None, _) => {}
        (Some(place), None, true) => {
            entries.remove(place);
        }
        (Some(place), _, false) => change(&mut entries[place].1, rest, fresh)?,
        (Some(place), Some(fresh), true) => entries[place].1 = value_of(fresh)?,
        (None, Some(fresh), _) => entries.push((name.clone(), value_of(&nested(rest, fresh))?)),
    }
    if entries.is_empty() {
        *at = Plain::Scalar(String::new(), true);
    }
    Ok(())
}

fn value_of(fresh: &str) -> Result<Plain, String> {
    let read = yaml::parse(fresh).map_err(|error| error.to_string())?;
    read.first().map(plain).ok_or_else(|| "the value is none".to_owned())
}

/// Wraps a value in the keys that are not there yet.
fn nested(keys: &[String], fresh: &str) -> String {
    keys.iter().rev().fold(fresh.to_owned(), |inner, key| format!("{{{}: {inner}}}", key_text(key)))
}

/// Writes a value on one line.
fn flow(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Array(values) => format!("[{}]", values.iter().map(flow).collect::<Vec<_>>().join(", ")),
        serde_json::Value::Object(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{}: {}", key_text(key), flow(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) | serde_json::Value::String(_) => {
            value.to_string()
        }
    }
}

fn key_text(key: &str) -> String {
    let simple =
        key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if simple { key.to_owned() } else { serde_json::Value::String(key.to_owned()).to_string() }
}

/// Returns the node that the longest known part of a key leads to, and what is left of the key.
fn follow<'a, 'k>(root: &'a Node, key: &'k [String]) -> (&'a Node, &'k [String]) {
    let (mut node, mut rest) = (root, key);
    while let Some((name, more)) = rest.split_first()
        && let Some(next) = node.get(name)
    {
        (node, rest) = (next, more);
    }
    (node, rest)
}

/// Where the last thing in a node ends.
fn end(node: &Node, text: &str) -> usize {
    let mut last = node.span.start;
    node.walk(&mut |node| {
        if node.text().is_some() || is_flow(node, text) {
            last = last.max(node.span.end);
        }
    });
    for (key, _) in node.entries() {
        last = last.max(key.span.end);
    }
    let inside = text.get(node.span.start..last).unwrap_or_default();
    node.span.start + inside.trim_end().len()
}

fn is_flow(node: &Node, text: &str) -> bool {
    node.text().is_none() && text.get(node.span.start..).is_some_and(|rest| rest.starts_with(['{', '[']))
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1)
}

/// Returns where the line that holds a place ends, its line break included.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |more| at + more + 1)
}

fn replaced(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

fn set(text: &str, root: &Node, key: &[String], fresh: &str) -> Result<String, String> {
    let (node, rest) = follow(root, key);
    let Some((name, more)) = rest.split_first() else {
        return if node.text().is_some() || is_flow(node, text) {
            let with = if node.span.is_empty() { format!(" {fresh}") } else { fresh.to_owned() };
            Ok(replaced(text, node.span.start..node.span.end.max(node.span.start), &with))
        } else {
            Err("its value is a block over several lines".to_owned())
        };
    };
    let line = format!("{}: {}", key_text(name), nested(more, fresh));
    if is_flow(node, text) {
        let close = end(node, text).saturating_sub(1);
        let comma = if node.entries().is_empty() { "" } else { ", " };
        return Ok(replaced(text, close..close, &format!("{comma}{line}")));
    }
    if node.text() == Some("") {
        // A key without a value: what follows its colon.
        let colon = before_colon(text, root, &key[..key.len() - rest.len()])?;
        return Ok(replaced(text, colon..colon, &format!(" {{{line}}}")));
    }
    let Some((first, _)) = node.entries().first() else { return Err("there are no keys where it should be".to_owned()) };
    let indent = &text[line_start(text, first.span.start)..first.span.start];
    if !indent.trim().is_empty() {
        return Err("its keys begin in the middle of a line".to_owned());
    }
    let at = line_end(text, end(node, text));
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let open = if text[..at].ends_with('\n') { "" } else { newline };
    Ok(replaced(text, at..at, &format!("{open}{indent}{line}{newline}")))
}

/// Returns the place after the colon of a key.
fn before_colon(text: &str, root: &Node, key: &[String]) -> Result<usize, String> {
    let (last, parents) = key.split_last().ok_or("it has no keys")?;
    let (parent, _) = follow(root, parents);
    let (name, _) = parent.entry(last).ok_or("the key is not there")?;
    let after = text.get(name.span.end..).unwrap_or_default();
    after.find(':').map(|at| name.span.end + at + 1).ok_or_else(|| "its key has no colon".to_owned())
}

fn remove(text: &str, root: &Node, key: &[String]) -> Result<String, String> {
    let (last, parents) = key.split_last().ok_or("it has no keys")?;
    let (parent, _) = follow(root, parents);
    let (name, value) = parent.entry(last).ok_or("the key is not there")?;
    let start = line_start(text, name.span.start);
    if is_flow(parent, text) || !text[start..name.span.start].trim().is_empty() {
        return Err("the key stands in the middle of a line".to_owned());
    }
    let stop = line_end(text, end(value, text).max(name.span.end));
    Ok(replaced(text, start..stop, ""))
}
