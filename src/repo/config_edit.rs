//! Edits of `highroad.toml` that keep every byte that they are not about: comments, order, line ends.

use toml_edit::{DocumentMut, Item, Key, RawString, Table, TableLike, Value};

use super::answers::Answers;
use super::config::{FILE, RoadReference};
use crate::base::diagnostic::Diagnostic;
use crate::formats::line_ends;

/// What an upgrade changes in `highroad.toml`.
#[derive(Clone, Debug, Default)]
pub struct Edit<'a> {
    /// The version of the road.
    pub version: &'a str,
    /// Where the road comes from, if that is to change; its id, version and channel are not looked at.
    pub source: Option<&'a RoadReference>,
    /// Answers that are new or other than before.
    pub answers: Answers,
    /// Answers whose question has another key now: from, to.
    pub renamed: Vec<(String, String)>,
    /// Answers that nothing asks for any more.
    pub dropped: Vec<String>,
}

/// Returns the text with the edits made. Line ends stay as they are.
///
/// # Errors
/// When the text is no TOML, or its `road` or `answers` is no table.
pub fn apply(text: &str, edit: &Edit<'_>) -> Result<String, Diagnostic> {
    let failed =
        |why: String| Diagnostic::usage("config", format!("`{FILE}` cannot be edited")).at(FILE).because(why).fix("correct the file");
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| failed(error.message().to_owned()))?;
    let road = table(&mut document, "road").ok_or_else(|| failed("`road` is no table".to_owned()))?;
    set(road, "version", edit.version);
    if let Some(source) = edit.source {
        set(road, "source", &source.source);
        let place = source.place();
        for key in ["url", "commit", "path", "unsigned"] {
            match place.iter().find(|(known, _)| *known == key) {
                Some((_, toml::Value::String(text))) => set(road, key, text),
                Some(_) => {
                    road.insert(key, Item::Value(Value::from(true)));
                }
                None => {
                    road.remove(key);
                }
            }
        }
    }
    if !(edit.answers.is_empty() && edit.renamed.is_empty() && edit.dropped.is_empty()) {
        let answers = table(&mut document, "answers").ok_or_else(|| failed("`answers` is no table".to_owned()))?;
        for (from, to) in &edit.renamed {
            if from != to {
                rename(answers, from, to);
            }
        }
        for key in &edit.dropped {
            answers.remove(key);
        }
        for (key, value) in &edit.answers {
            set(answers, key, value);
        }
    }
    Ok(line_ends::restored(text, &document.to_string()))
}

fn table<'a>(document: &'a mut DocumentMut, name: &str) -> Option<&'a mut dyn TableLike> {
    document.as_table_mut().entry(name).or_insert_with(|| Item::Table(Table::new())).as_table_like_mut()
}

/// Gives an entry another key, in its place and with what stands around it. An entry that has that key already stays, and
/// the renamed one goes.
fn rename(table: &mut dyn TableLike, from: &str, to: &str) {
    if table.contains_key(to) {
        table.remove(from);
        return;
    }
    let names: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).collect();
    // New entries go to the end, so all that follow are put there again.
    for name in names.iter().skip_while(|name| *name != from) {
        let Some((key, item)) = table.get_key_value(name).map(|(key, item)| (key.clone(), item.clone())) else { continue };
        table.remove(name);
        let key = if name == from { Key::new(to).with_leaf_decor(key.leaf_decor().clone()) } else { key };
        table.entry_format(&key).or_insert(item);
    }
}

/// Sets a text, with what stands around it kept.
fn set(table: &mut dyn TableLike, key: &str, text: &str) {
    if let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) {
        if old.as_str() != Some(text) {
            let decor = old.decor().clone();
            *old = Value::from(text);
            *old.decor_mut() = decor;
        }
        return;
    }
    // A new entry follows the last one: comments before the next table stay with that table.
    let mut named = Key::new(key);
    named.leaf_decor_mut().set_prefix(RawString::default());
    table.entry_format(&named).or_insert_with(|| Item::Value(Value::from(text)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_what_it_is_about_and_no_other_byte() {
        let text = "# mine\nschema = 1\nkind = \"k\"\n\n[road] # the road\nid   = \"ml\"\nversion = \"2026.1.0\" # now\nsource = \"built-in\"\n\n\
                    # Answers.\n[answers]\nname = 'demo' # its name\nold = \"x\"\n\n# Levels.\n[guardrails]\n";
        let edit = Edit {
            version: "2026.1.1",
            answers: [("name".to_owned(), "demo".to_owned()), ("region".to_owned(), "asia".to_owned())].into(),
            dropped: vec!["old".to_owned()],
            ..Edit::default()
        };
        let expected = text.replace("2026.1.0", "2026.1.1").replace("old = \"x\"\n", "region = \"asia\"\n");
        assert_eq!(apply(text, &edit).unwrap(), expected);
        assert_eq!(apply(&text.replace('\n', "\r\n"), &edit).unwrap(), expected.replace('\n', "\r\n"));
        assert_eq!(apply(&expected, &edit).unwrap(), expected);
        let git = RoadReference { source: "git".into(), url: Some("https://x".into()), unsigned: true, ..RoadReference::default() };
        let moved = apply(text, &Edit { version: "2026.1.0", source: Some(&git), ..Edit::default() }).unwrap();
        assert!(moved.contains("source = \"git\"\nurl = \"https://x\"\nunsigned = true\n\n# Answers"), "{moved}");
        let built_in = RoadReference { source: "built-in".into(), ..RoadReference::default() };
        assert_eq!(apply(&moved, &Edit { version: "2026.1.0", source: Some(&built_in), ..Edit::default() }).unwrap(), text);
    }
}
