//! A key of a JSON file, comments allowed.

use ::toml::Value;
use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstRootNode};

/// How deep values may lie in each other.
const DEPTH: usize = 128;

pub(super) fn edit(text: &str, key: &[String], value: Option<&Value>) -> Result<Option<String>, String> {
    if depth(text) > DEPTH {
        return Err("its values lie deeper in each other than in any real file".to_owned());
    }
    let root = CstRootNode::parse(text, &ParseOptions::default()).map_err(|error| error.to_string())?;
    let Some((last, objects)) = key.split_last() else { return Ok(None) };
    let no_object = |name: &str| format!("`{name}` is no object in it");
    let mut object = root.object_value().ok_or("it is no object")?;
    for name in objects {
        object = match value {
            None => match object.get(name) {
                None => return Ok(None),
                Some(property) => property.object_value().ok_or_else(|| no_object(name))?,
            },
            Some(_) => object.object_value_or_create(name).ok_or_else(|| no_object(name))?,
        };
    }
    match (object.get(last), value) {
        (None, None) => return Ok(None),
        (Some(property), None) => property.remove(),
        (None, Some(value)) => {
            object.append(last, input(&super::to_json(value)));
        }
        (Some(property), Some(value)) => {
            let fresh = super::to_json(value);
            let old = property.value().and_then(|old| {
                let text = old.to_string();
                jsonc_parser::parse_to_value(&text, &ParseOptions::default()).ok()?.map(from)
            });
            if old.as_ref() == Some(&fresh) {
                return Ok(None);
            }
            property.set_value(input(&fresh));
        }
    }
    Ok(Some(root.to_string()))
}

/// Returns how deep brackets lie in each other, strings left out.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut quoted, mut escaped) = (0usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn input(value: &serde_json::Value) -> CstInputValue {
    match value {
        serde_json::Value::Null => CstInputValue::Null,
        serde_json::Value::Bool(value) => CstInputValue::Bool(*value),
        serde_json::Value::Number(number) => CstInputValue::Number(number.to_string()),
        serde_json::Value::String(text) => CstInputValue::String(text.clone()),
        serde_json::Value::Array(values) => CstInputValue::Array(values.iter().map(input).collect()),
        serde_json::Value::Object(entries) => {
            CstInputValue::Object(entries.iter().map(|(key, value)| (key.clone(), input(value))).collect())
        }
    }
}

fn from(value: jsonc_parser::JsonValue<'_>) -> serde_json::Value {
    use jsonc_parser::JsonValue;
    match value {
        JsonValue::Null => serde_json::Value::Null,
        JsonValue::Boolean(value) => serde_json::Value::Bool(value),
        JsonValue::Number(text) => serde_json::from_str(text).unwrap_or(serde_json::Value::Null),
        JsonValue::String(text) => serde_json::Value::String(text.into_owned()),
        JsonValue::Array(values) => serde_json::Value::Array(values.into_iter().map(from).collect()),
        JsonValue::Object(entries) => {
            serde_json::Value::Object(entries.into_iter().map(|(key, value)| (key.into_owned(), from(value))).collect())
        }
    }
}
