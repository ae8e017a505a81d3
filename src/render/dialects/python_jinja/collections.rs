//! Ansible's filters over lists and mappings.
#![allow(clippy::wildcard_enum_match_arm, reason = "the kinds of values are the engine's, which may add some")]

use minijinja::value::{Rest, Tuple, Value, ValueKind, ValueOrKwargs};
use minijinja::{Error, State};
use serde_json::{Map, Value as Json};

use super::python::{from_json, text, to_json};
use super::{Arguments, extent, wrong};

/// How deep values are looked into.
const DEPTH: usize = 64;

/// `combine`: later mappings win.
pub(super) fn combine(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let given = Arguments::of(given)?;
    let recursive = given.truth(99, "recursive", false);
    if given.text(state, 99, "list_merge")?.is_some_and(|how| how != "replace") {
        return Err(wrong("`combine` merges lists by replacing them only"));
    }
    let mut merged = Map::new();
    for part in std::iter::once(&value).chain(&given.placed) {
        let parts = match to_json(state, part)? {
            Json::Array(items) => items,
            other => vec![other],
        };
        for part in parts {
            let Json::Object(entries) = part else { return Err(wrong("`combine` needs mappings")) };
            merge(&mut merged, entries, recursive, 0);
        }
    }
    Ok(from_json(&Json::Object(merged)))
}

fn merge(into: &mut Map<String, Json>, from: Map<String, Json>, recursive: bool, depth: usize) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Json::Object(inner)), Json::Object(entries)) if recursive && depth < DEPTH => merge(inner, entries, true, depth + 1),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

/// `extract`: the item of a container, and further keys in it.
pub(super) fn extract(item: Value, container: Value, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let mut value = container.get_item(&item)?;
    if let Some(more) = Arguments::of(given)?.get(0, "morekeys").filter(|more| !more.is_none()) {
        let keys: Vec<Value> = if more.kind() == ValueKind::Seq { more.try_iter()?.collect() } else { vec![more] };
        for key in keys {
            value = value.get_item(&key)?;
        }
    }
    Ok(value)
}

/// `flatten`: lists in lists become one; a null ends its list.
pub(super) fn flatten(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    extent::measure(state, &value)?;
    let levels = Arguments::of(given)?.get(0, "levels").and_then(|levels| usize::try_from(levels).ok());
    let mut out = Vec::new();
    flatten_into(&value, levels.unwrap_or(DEPTH).min(DEPTH), &mut out)?;
    Ok(Value::from(out))
}

fn flatten_into(value: &Value, levels: usize, out: &mut Vec<Value>) -> Result<(), Error> {
    for item in value.try_iter()? {
        if item.is_none() || matches!(item.as_str(), Some("None" | "null")) {
            break;
        }
        if item.kind() == ValueKind::Seq && levels >= 1 {
            flatten_into(&item, levels - 1, out)?;
        } else {
            out.push(item);
        }
    }
    Ok(())
}

/// `subelements`: each element with each item of a list inside it.
pub(super) fn sub_elements(state: &State<'_, '_>, value: Value, path: Value, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let skip = Arguments::of(given)?.truth(0, "skip_missing", false);
    extent::measure(state, &value)?;
    let elements: Vec<Value> = match value.kind() {
        ValueKind::Map => value.try_iter()?.map(|key| value.get_item(&key)).collect::<Result<_, _>>()?,
        _ => value.try_iter()?.collect(),
    };
    let path: Vec<String> = match path.as_str() {
        Some(path) => path.split('.').map(str::to_owned).collect(),
        None => path.try_iter()?.map(|part| text(state, &part)).collect::<Result<_, _>>()?,
    };
    let mut out = Vec::new();
    for element in elements {
        let mut inner = element.clone();
        for key in &path {
            inner = inner.get_attr(key)?;
            if inner.is_undefined() {
                break;
            }
        }
        if inner.is_undefined() && skip {
            continue;
        }
        if inner.kind() != ValueKind::Seq {
            return Err(wrong(format!("the key `{}` should point to a list", path.join("."))));
        }
        for item in inner.try_iter()? {
            out.push(Value::from_object(Tuple::from([element.clone(), item])));
        }
    }
    Ok(Value::from(out))
}
