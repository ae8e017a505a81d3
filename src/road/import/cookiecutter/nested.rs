//! Templates inside a template: `templates`, and the older `template`, in `cookiecutter.json`.

use serde_json::{Map, Value};

use super::{FILE, Template, bad_template, below, variables};
use crate::base::diagnostic::Diagnostic;
use crate::base::path::resolved;

/// How deep templates may stand in each other.
const DEEPEST: usize = 5;
/// How many templates one repository may hold.
const MOST: usize = 50;

/// A template: its folder, and what the list that names it says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Place {
    /// The folder in the repository; empty for its root.
    pub(super) folder: String,
    /// What it is called in the list.
    pub(super) id: String,
    /// Its title there.
    pub(super) title: Option<String>,
    /// Its description there.
    pub(super) summary: Option<String>,
}

/// Finds the templates that a project can be made from.
///
/// # Errors
/// When a list cannot be read, leads outside, or is nested beyond measure.
pub(super) fn places(template: &Template<'_>) -> Result<Vec<Place>, Diagnostic> {
    let first = Place { folder: template.subfolder.clone(), id: super::name_of(template), ..Place::default() };
    let mut open = vec![(first, 0)];
    let mut found = Vec::new();
    while let Some((place, depth)) = open.pop() {
        let shown = join(&place.folder, FILE);
        if depth > DEEPEST || found.len() + open.len() > MOST {
            return Err(bad_template(&shown, format!("templates stand deeper than {DEEPEST} in each other, or are more than {MOST}")));
        }
        let source = variables(&below(template.files, &place.folder), &shown)?;
        let inner = listed(&source).map_err(|why| bad_template(&shown, why))?;
        if inner.is_empty() {
            found.push(place);
            continue;
        }
        for mut inner in inner.into_iter().rev() {
            let folder = resolved(&place.folder, &inner.folder)
                .ok_or_else(|| bad_template(&shown, format!("`{}` is no folder of the template", inner.folder.escape_debug())))?;
            inner.folder = folder;
            open.push((inner, depth + 1));
        }
    }
    Ok(found)
}

/// Returns the templates that `cookiecutter.json` lists; none where it is a template itself.
fn listed(source: &Map<String, Value>) -> Result<Vec<Place>, String> {
    if let Some(list) = source.get("templates").filter(|list| !matches!(list, Value::Object(members) if members.is_empty())) {
        let list = list.as_object().ok_or("`templates` is not an object")?;
        let one = |(id, entry): (&String, &Value)| {
            let text = |key: &str| entry.get(key).and_then(Value::as_str);
            let folder = text("path").ok_or_else(|| format!("the template `{}` has no `path`", id.escape_debug()))?;
            Ok(Place {
                folder: folder.to_owned(),
                id: id.clone(),
                title: text("title").map(str::to_owned),
                summary: text("description").map(str::to_owned),
            })
        };
        return list.iter().map(one).collect();
    }
    let Some(list) = source.get("template") else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or("`template` is not a list")?;
    let one = |entry: &Value| {
        // The folder stands in the brackets at the end: `Shown name (./folder)`.
        let text = entry.as_str().unwrap_or_default();
        let (title, folder) = text
            .split_once('(')
            .and_then(|(title, rest)| Some((title.trim(), rest.rsplit_once(')')?.0)))
            .ok_or_else(|| format!("`{}` names no folder in brackets", text.escape_debug()))?;
        let title = if title.is_empty() { folder } else { title };
        Ok(Place { folder: folder.to_owned(), id: title.to_owned(), title: Some(title.to_owned()), summary: None })
    };
    list.iter().map(one).collect()
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed_text(text: &str) -> Result<Vec<Place>, String> {
        listed(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn reads_both_lists() {
        let new = listed_text(
            r#"{"templates": {"lib": {"path": "./lib", "title": "Library", "description": "A library"}, "app": {"path": "apps/app"}}}"#,
        );
        let new = new.unwrap();
        assert_eq!((new[0].folder.as_str(), new[0].title.as_deref(), new[1].id.as_str()), ("./lib", Some("Library"), "app"));
        let old = listed_text(r#"{"template": ["A library (./lib)", "(app)"]}"#).unwrap();
        assert_eq!((old[0].folder.as_str(), old[0].id.as_str(), old[1].id.as_str()), ("./lib", "A library", "app"));
        assert!(listed_text(r#"{"template": ["nothing"]}"#).is_err());
        assert_eq!(listed_text(r#"{"name": "x"}"#).unwrap(), []);
    }
}
