//! Reads cookiecutter templates: `cookiecutter.json`, the folder that becomes the project, hooks and extensions.
//!
//! Follows cookiecutter 2.7 (`main`, `prompt`, `generate`, `find`). Nothing of a template is run.

mod files;
mod hooks;
mod nested;
mod questions;
mod settings;
mod used;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::asked::{self, TAKEN};
use super::report::Report;
use super::{Files, Made, Template, bad_template, below, slug};
use crate::base::diagnostic::Diagnostic;

/// The tool's own file.
const FILE: &str = "cookiecutter.json";
/// The largest `cookiecutter.json` that is read, in bytes.
const LARGEST: usize = 1 << 20;

/// Reads a template into its kinds: one, or one for each nested template.
///
/// # Errors
/// When a `cookiecutter.json` cannot be read, or the tool would not take it either.
pub(super) fn read(template: &Template<'_>, report: &mut Report) -> Result<Vec<Made>, Diagnostic> {
    let places = nested::places(template)?;
    let alone = places.len() == 1;
    let mut kinds: Vec<Made> = Vec::new();
    for place in places {
        let here = below(template.files, &place.folder);
        let mut kind = kind(template, &place, &here, report)?;
        if alone {
            kind.id = slug(&name_of(template));
        }
        let mut count = 1;
        while kinds.iter().any(|other| other.id == kind.id) {
            count += 1;
            kind.id = format!("{}-{count}", slug(&place.id));
        }
        kinds.push(kind);
    }
    Ok(kinds)
}

/// Returns what the template is called: the last part of its folder or address.
fn name_of(template: &Template<'_>) -> String {
    let place = if template.subfolder.is_empty() { &template.origin.source } else { &template.subfolder };
    let last = place.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    last.strip_suffix(".git").unwrap_or(last).to_owned()
}

fn kind(template: &Template<'_>, place: &nested::Place, here: &Files, report: &mut Report) -> Result<Made, Diagnostic> {
    let shown = |path: &str| if place.folder.is_empty() { path.to_owned() } else { format!("{}/{path}", place.folder) };
    let source = variables(here, &shown(FILE))?;
    let keys = answer_keys(&source);
    let mut asked = questions::read(&source, &|key| keys.get(key).cloned().unwrap_or_else(|| key.to_owned()))
        .map_err(|why| bad_template(&shown(FILE), why))?;
    let settings = settings::read(&source, &shown(FILE), report);
    let root = files::root(here, &settings, &shown(""), report)?;
    let mut taken = files::take(here, &root, &source, &settings, &shown, report);
    for (path, file) in &here.files {
        if let Some((folder, moment)) =
            path.strip_prefix("hooks/").filter(|name| !name.contains('/')).map(|name| (path, hooks::moment(name)))
            && let Some(moment) = moment
        {
            let hook = hooks::describe(folder, moment, &file.bytes, &taken.paths);
            let names = if hook.names.is_empty() {
                String::new()
            } else {
                format!("; files of the template that it names: {}", hook.names.join(", "))
            };
            report.not_portable(
                &shown(&hook.path),
                None,
                format!("the hook is not run: {}{names}", hook.what),
                "a road never runs code",
                "do by hand what it does after `highroad new`, or change the template so that it needs no hook",
            );
        }
    }
    files::mend_questions(&mut asked, &settings, &shown(FILE), report, &mut taken.uses_now);
    let mut all = vec![asked::name()];
    if taken.uses_now {
        all.push(asked::today());
        report.told(
            &shown(FILE),
            None,
            "`{% now %}` shows the day that is recorded as the answer `today`",
            "a render reads no clock, so that the same answers always give the same files",
            "",
        );
    }
    all.append(&mut asked);
    for (key, answer) in &keys {
        report.told(
            &shown(FILE),
            None,
            format!("the answer to `{key}` is recorded as `{answer}`"),
            "Highroad keeps that key for itself",
            "",
        );
    }
    let mut dialect = settings.dialect.clone();
    dialect.insert("root".to_owned(), root.clone().into());
    dialect.insert("context".to_owned(), plain_json(&source).into());
    dialect.insert("source".to_owned(), template.origin.source.clone().into());
    if let Some(tag) = &template.origin.tag {
        dialect.insert("checkout".to_owned(), tag.clone().into());
    }
    if !keys.is_empty() {
        let renamed = keys.into_iter().map(|(key, answer)| (answer, key.into())).collect();
        dialect.insert("keys".to_owned(), toml::Value::Table(renamed));
    }
    Ok(Made {
        id: slug(&place.id),
        title: place.title.clone().unwrap_or_else(|| format!("A project of the template {}", name_of(template))),
        summary: place.summary.clone().unwrap_or_else(|| "Imported from a cookiecutter template.".to_owned()),
        dialect,
        questions: all,
        files: taken.files,
        seeded: Vec::new(),
        next: Vec::new(),
    })
}

/// Reads the variables of a template.
fn variables(here: &Files, shown: &str) -> Result<Map<String, Value>, Diagnostic> {
    let file = here.files.get(FILE).ok_or_else(|| bad_template(shown, "it is missing"))?;
    if file.bytes.len() > LARGEST {
        return Err(bad_template(shown, format!("it has {} bytes, at most {LARGEST} are read", file.bytes.len())));
    }
    match serde_json::from_slice(&file.bytes).map_err(|error| bad_template(shown, error.to_string()))? {
        Value::Object(members) => Ok(members),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            Err(bad_template(shown, format!("an object with the variables is expected, not {}", kind_of(&other))))
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Returns the variables whose answers need another key than their own.
fn answer_keys(source: &Map<String, Value>) -> BTreeMap<String, String> {
    let free = |key: &str| !source.contains_key(key) && !TAKEN.contains(&key);
    let other = |key: &str| {
        let mut other = format!("template_{key}");
        while !free(&other) {
            other.push('_');
        }
        other
    };
    TAKEN.into_iter().filter(|key| source.contains_key(*key)).map(|key| (key.to_owned(), other(key))).collect()
}

/// Writes JSON in ASCII, on one line: a manifest of a road takes no control characters.
fn plain_json(source: &Map<String, Value>) -> String {
    let text = Value::Object(source.clone()).to_string();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}
