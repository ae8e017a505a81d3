//! `copier.yml`: several documents, `!include`, and lists that add up.
#![allow(clippy::wildcard_enum_match_arm, reason = "the kinds of JSON values are few and fixed")]

use serde_json::{Map, Value};

use crate::base::diagnostic::Diagnostic;
use crate::formats::python_yaml;
use crate::repo::template::Files;
use crate::road::import::bad_template;

/// Settings that add up over documents; of others the last one counts.
const ADDED: [&str; 4] = ["_exclude", "_jinja_extensions", "_secret_questions", "_skip_if_exists"];
/// How deep files may include each other, and how many are.
const DEEPEST: usize = 8;
const MOST: usize = 200;
/// The largest file that is read, in bytes.
const LARGEST: usize = 1 << 20;

/// Reads the template's configuration; returns its file name too.
///
/// # Errors
/// When there is none, or two, or it cannot be read.
pub(super) fn read(here: &Files) -> Result<(String, Map<String, Value>), Diagnostic> {
    let names: Vec<&String> = here.files.keys().filter(|name| matches!(name.as_str(), "copier.yml" | "copier.yaml")).collect();
    let name = match names.as_slice() {
        [name] => (*name).clone(),
        [] => return Err(bad_template("copier.yml", "it is missing")),
        _ => return Err(bad_template("copier.yml", "there is a `copier.yaml` too: copier takes one of them only")),
    };
    let mut count = 0;
    let documents = documents(here, &name, 0, &mut count).map_err(|why| bad_template(&name, why))?;
    let mut config = Map::new();
    let mut added: Map<String, Value> = Map::new();
    for document in documents {
        let Value::Object(entries) = document else {
            return Err(bad_template(&name, "each document has to be a mapping"));
        };
        for (key, value) in entries {
            if ADDED.contains(&key.as_str()) {
                let list = added.entry(key).or_insert_with(|| Value::Array(Vec::new()));
                if let (Value::Array(list), Value::Array(items)) = (list, value) {
                    list.extend(items);
                }
            } else {
                config.insert(key, value);
            }
        }
    }
    config.extend(added);
    Ok((name, config))
}

/// Reads the documents of a file, those that it includes written out.
fn documents(here: &Files, path: &str, depth: usize, count: &mut usize) -> Result<Vec<Value>, String> {
    *count += 1;
    if depth > DEEPEST || *count > MOST {
        return Err("files include each other too often".to_owned());
    }
    let file = here.files.get(path).ok_or_else(|| format!("`{path}` is missing"))?;
    if file.bytes.len() > LARGEST {
        return Err(format!("`{path}` has more than {LARGEST} bytes"));
    }
    let text = std::str::from_utf8(&file.bytes).map_err(|error| error.to_string())?;
    let mut include = |pattern: &str| -> Result<Value, String> {
        let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| error.to_string())?.compile_matcher();
        let mut all = Vec::new();
        for found in here.files.keys().filter(|path| glob.is_match(path.as_str())) {
            all.extend(documents(here, found, depth + 1, count)?);
        }
        Ok(Value::Array(all))
    };
    let loaded = python_yaml::load_all(text, &mut include).map_err(|why| format!("`{path}`: {why}"))?;
    let mut flat = Vec::new();
    for document in loaded {
        flatten(document, &mut flat);
    }
    Ok(flat)
}

fn flatten(value: Value, into: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.into_iter().for_each(|item| flatten(item, into)),
        Value::Null => {}
        Value::Object(entries) if entries.is_empty() => {}
        other => into.push(other),
    }
}
