//! Values as Python writes them.
#![allow(clippy::wildcard_enum_match_arm, reason = "the kinds of values are the engine's, which may add some")]

use minijinja::value::{Serde, Value, ValueKind};
use serde_json::Value as Json;

use crate::formats::python_text;

/// Returns the text of a value that minijinja would write otherwise.
pub(super) fn special(value: &Value) -> Option<String> {
    match value.kind() {
        ValueKind::Number if !value.is_integer() => f64::try_from(value.clone()).ok().map(python_text::float),
        _ => None,
    }
}

/// Writes a value as Python's `str` does.
pub(crate) fn text(value: &Value) -> String {
    special(value).unwrap_or_else(|| value.to_string())
}

/// Turns a value into JSON; what is not defined is null.
pub(crate) fn to_json(value: &Value) -> Json {
    serde_json::to_value(value).unwrap_or(Json::Null)
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
pub(crate) fn dumps(value: &Json, layout: Layout) -> String {
    let mut out = String::new();
    write(value, layout, 0, &mut out);
    out
}

fn write(value: &Json, layout: Layout, depth: usize, out: &mut String) {
    let line = |depth: usize, out: &mut String| {
        if let Some(indent) = layout.indent {
            out.push('\n');
            out.push_str(&" ".repeat(indent * depth));
        }
    };
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
