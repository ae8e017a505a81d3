//! Values as Python writes them.
#![allow(clippy::wildcard_enum_match_arm, reason = "the kinds of values are the engine's, which may add some")]

use std::fmt;

use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{Error, State};
use serde_json::Value as Json;

use super::{LARGEST_TEXT, extent, wrong};
use crate::formats::python_text;

/// Returns the text of a value that minijinja would write otherwise.
pub(super) fn special(value: &Value) -> Option<String> {
    match value.kind() {
        ValueKind::Number if !value.is_integer() => f64::try_from(value.clone()).ok().map(python_text::float),
        _ => None,
    }
}

/// Writes a value as Python's `repr` does.
pub(super) fn show(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match (value.as_str(), special(value)) {
        (Some(text), _) => f.write_str(&python_text::repr(text)),
        (None, Some(text)) => f.write_str(&text),
        (None, None) => write!(f, "{value}"),
    }
}

/// Writes a value as Python's `str` does, and takes fuel for it.
///
/// # Errors
/// When it unfolds to more than a template may use.
pub(crate) fn text(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    extent::measure(state, value)?;
    Ok(special(value).unwrap_or_else(|| value.to_string()))
}

/// Turns a value into JSON, and takes fuel for it; what is not defined is null.
///
/// # Errors
/// When it unfolds to more than a template may use.
pub(crate) fn to_json(state: &State<'_, '_>, value: &Value) -> Result<Json, Error> {
    extent::measure(state, value)?;
    Ok(serde_json::to_value(value).unwrap_or(Json::Null))
}

/// Turns JSON into a value.
pub(crate) fn from_json(json: &Json) -> Value {
    Value::from(Serde(json))
}

/// How `json.dumps` lays a value out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Layout {
    /// How far levels are indented; all on one line where nothing is said.
    pub(crate) indent: Option<usize>,
    /// Whether keys are sorted.
    pub(crate) sort: bool,
    /// Whether characters beyond ASCII stay.
    pub(crate) unicode: bool,
}

/// Writes JSON as Python's `json.dumps` does.
///
/// # Errors
/// When it is larger than a text may be: indents make much of little.
pub(crate) fn dumps(value: &Json, layout: Layout) -> Result<String, Error> {
    let mut out = String::new();
    write(value, layout, 0, &mut out);
    if out.len() > MOST_JSON { Err(wrong("a text of more than 2 MiB")) } else { Ok(out) }
}

/// The largest text of JSON that is made, in bytes; nothing is added to one that is larger.
const MOST_JSON: usize = 2 * LARGEST_TEXT;

fn write(value: &Json, layout: Layout, depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        if let Some(indent) = layout.indent {
            out.push('\n');
            out.push_str(&" ".repeat(indent * depth));
        }
    };
    if out.len() > MOST_JSON {
        return;
    }
    let between = |out: &mut String| out.push_str(if layout.indent.is_some() { "," } else { ", " });
    match value {
        Json::Null | Json::Bool(_) => out.push_str(&value.to_string()),
        Json::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => out.push_str(&python_text::float(float)),
            Some(_) | None => out.push_str(&number.to_string()),
        },
        Json::String(text) => push_text(text, layout.unicode, out),
        Json::Array(items) if items.is_empty() => out.push_str("[]"),
        Json::Object(entries) if entries.is_empty() => out.push_str("{}"),
        Json::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    between(out);
                }
                line(depth + 1, out);
                write(item, layout, depth + 1, out);
            }
            line(depth, out);
            out.push(']');
        }
        Json::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            if layout.sort {
                entries.sort_by(|a, b| a.0.cmp(b.0));
            }
            out.push('{');
            for (at, (key, item)) in entries.into_iter().enumerate() {
                if at > 0 {
                    between(out);
                }
                line(depth + 1, out);
                push_text(key, layout.unicode, out);
                out.push_str(": ");
                write(item, layout, depth + 1, out);
            }
            line(depth, out);
            out.push('}');
        }
    }
}

fn push_text(text: &str, unicode: bool, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if u32::from(c) < 0x20 || (!unicode && !c.is_ascii()) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
