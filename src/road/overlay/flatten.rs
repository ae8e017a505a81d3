//! `road.toml` of the flattened road, and what `[remove]` and `[[add-layer]]` do to lists and rules.

use globset::GlobMatcher;
use toml::{Table, Value};

use super::files::{Files, put, to_text};
use super::history::History;
use super::keyed;
use super::manifest::{Overlay, PLAIN, Remove};
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::road::manifest::{FileRule, PartManifest};
use crate::road::{Engine, broken};

/// Writes the flattened `road.toml` and takes out what is removed. `inherited` is the inherited `road.toml`, and `earlier` the
/// files that were inherited.
///
/// # Errors
/// When something that is removed, or that a layer is added to, is not there.
pub(super) fn finish(
    mut files: Files,
    inherited: &Table,
    overlay: &Overlay,
    history: &History,
    earlier: &crate::base::tree::Tree,
    shown: &str,
) -> Result<Files, Diagnostic> {
    let refuse = |why: String| broken(shown, "road.toml", why);
    let mut road = inherited.clone();
    // What these say is true of one version of one road alone.
    for own in ["version", "released", "supported-until", "upgrades-from", "channel", "change", "migration", "inherited", "imported"] {
        road.remove(own);
    }
    for (key, value) in overlay.own.clone() {
        let before = road.remove(&key);
        let value = match (key.as_str(), before, value) {
            ("kinds" | "layers", Some(Value::Array(before)), Value::Array(own)) => Value::Array(joined(before, own)),
            ("guardrails", Some(Value::Table(before)), Value::Table(own)) => Value::Table(keyed::entries(before, own)),
            ("data" | "ranking", Some(Value::Array(before)), Value::Array(own)) => Value::Array(keyed::named(before, own, "name")),
            (_, _, value) => value,
        };
        road.insert(key, value);
    }
    remove(&mut files, &mut road, &overlay.remove, shown)?;
    add_layers(&mut files, &road, overlay, shown)?;
    drop_idle_rules(&mut files, earlier, shown)?;
    history.write(&mut road).map_err(refuse)?;
    let mut from = Table::new();
    for (key, text) in [("id", &overlay.inherits.id), ("version", &overlay.inherits.version), ("digest", &overlay.inherits.digest)] {
        from.insert(key.to_owned(), Value::String(text.clone()));
    }
    road.insert("inherited".to_owned(), Value::Table(from));
    put(&mut files, "road.toml", to_text(&in_order(road)));
    Ok(files)
}

/// Joins two lists of names: a new one comes last.
fn joined(mut before: Vec<Value>, own: Vec<Value>) -> Vec<Value> {
    for value in own {
        if !before.contains(&value) {
            before.push(value);
        }
    }
    before
}

/// Puts plain keys before tables, as TOML wants them; otherwise in the order of the format.
fn in_order(mut road: Table) -> Table {
    let mut sorted = Table::new();
    for key in PLAIN {
        if let Some(value) = road.remove(key) {
            sorted.insert(key.to_owned(), value);
        }
    }
    sorted.extend(road);
    sorted
}

fn remove(files: &mut Files, road: &mut Table, remove: &Remove, shown: &str) -> Result<(), Diagnostic> {
    for (list, folder, ids) in [("layers", "layers", &remove.layers), ("kinds", "kinds", &remove.kinds)] {
        for id in ids {
            take_name(road, list, id).map_err(|why| gone(shown, list, id, &why))?;
            let prefix = format!("{folder}/{id}/");
            files.retain(|path, _| !path.starts_with(&prefix));
        }
    }
    for id in &remove.layers {
        each_part(files, "kinds", shown, |_, part| {
            if let Some(Value::Array(layers)) = part.get_mut("layers") {
                layers.retain(|layer| layer.as_str() != Some(id));
            }
        })?;
    }
    for (table, key, names) in [("data", "name", &remove.data), ("ranking", "name", &remove.rankings)] {
        for name in names {
            take_entry(road, table, key, name).map_err(|why| gone(shown, table, name, &why))?;
        }
    }
    for id in &remove.guardrails {
        let levels = road.get_mut("guardrails").and_then(Value::as_table_mut);
        if levels.and_then(|levels| levels.remove(id)).is_none() {
            return Err(gone(shown, "guardrails", id, "the inherited road gives it no level"));
        }
    }
    if !remove.questions.is_empty() {
        edit(files, "questions.toml", shown, |table| {
            remove
                .questions
                .iter()
                .try_for_each(|key| take_entry(table, "question", "key", key).map_err(|why| gone(shown, "questions", key, &why)))
        })?;
    }
    for pin in &remove.pins {
        let (table, id) = pin.split_once('.').ok_or_else(|| gone(shown, "pins", pin, "a pin is named `action.<id>` or `image.<id>`"))?;
        edit(files, &format!("pins/{table}s.toml"), shown, |pins| {
            let entries = pins.get_mut(table).and_then(Value::as_table_mut);
            match entries.and_then(|entries| entries.remove(id)) {
                Some(_) => Ok(()),
                None => Err(gone(shown, "pins", pin, "the inherited road has no such pin")),
            }
        })?;
    }
    Ok(())
}

fn gone(shown: &str, list: &str, name: &str, why: &str) -> Diagnostic {
    Diagnostic::usage("overlay-gone", format!("`{name}` cannot be removed"))
        .at(format!("{shown}/road.toml [remove] {list}"))
        .because(why.to_owned())
        .fix("look whether it has another name now, and correct or remove the entry")
}

fn take_name(road: &mut Table, list: &str, name: &str) -> Result<(), String> {
    let Some(Value::Array(names)) = road.get_mut(list) else { return Err(format!("the inherited road has no `{list}`")) };
    let before = names.len();
    let known: Vec<String> = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    names.retain(|known| known.as_str() != Some(name));
    if names.len() == before {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err(format!("the inherited road has none of that name; {}", did_you_mean(name, &known)));
    }
    Ok(())
}

fn take_entry(table: &mut Table, list: &str, key: &str, name: &str) -> Result<(), String> {
    let entries = table.get_mut(list).and_then(Value::as_array_mut);
    let Some(entries) = entries else { return Err(format!("the inherited road has no `{list}`")) };
    let before = entries.len();
    entries.retain(|entry| entry.get(key).and_then(Value::as_str) != Some(name));
    if entries.len() == before { Err("the inherited road has none of that name".to_owned()) } else { Ok(()) }
}

/// Changes a TOML file.
fn edit(files: &mut Files, path: &str, shown: &str, change: impl FnOnce(&mut Table) -> Result<(), Diagnostic>) -> Result<(), Diagnostic> {
    let mut table = read(files, path, shown)?;
    change(&mut table)?;
    put(files, path, to_text(&table));
    Ok(())
}

fn read(files: &Files, path: &str, shown: &str) -> Result<Table, Diagnostic> {
    let file = files.get(path).ok_or_else(|| broken(shown, path, "it is missing"))?;
    let text = std::str::from_utf8(&file.bytes).map_err(|error| broken(shown, path, error.to_string()))?;
    toml::from_str(text).map_err(|error| broken(shown, path, error.to_string()))
}

/// Changes the manifests of all parts in a folder; one that stays the same keeps its bytes.
fn each_part(files: &mut Files, folder: &str, shown: &str, mut change: impl FnMut(&str, &mut Table)) -> Result<(), Diagnostic> {
    let name = format!("{}.toml", folder.trim_end_matches('s'));
    let paths: Vec<String> = files.keys().filter(|path| is_manifest(path, folder, &name)).cloned().collect();
    for path in paths {
        let before = read(files, &path, shown)?;
        let mut table = before.clone();
        change(path.split('/').nth(1).unwrap_or_default(), &mut table);
        if table != before {
            put(files, &path, to_text(&table));
        }
    }
    Ok(())
}

fn is_manifest(path: &str, folder: &str, name: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(parts.as_slice(), [top, _, file] if *top == folder && *file == name)
}

fn add_layers(files: &mut Files, road: &Table, overlay: &Overlay, shown: &str) -> Result<(), Diagnostic> {
    let listed = |list: &str, name: &str| {
        road.get(list).and_then(Value::as_array).is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)))
    };
    for add in &overlay.add_layer {
        let refuse = |why: String| broken(shown, "road.toml", format!("[[add-layer]] `{}`: {why}", add.layer));
        if !listed("layers", &add.layer) {
            return Err(refuse("the road has no layer of that name; name it in `layers`, too".to_owned()));
        }
        if let Some(kind) = add.kinds.iter().find(|kind| !listed("kinds", kind)) {
            return Err(refuse(format!("the road has no kind `{kind}`")));
        }
        each_part(files, "kinds", shown, |id, kind| {
            let adopts = kind.get("for-adoption").and_then(Value::as_bool).unwrap_or(false);
            let meant = if add.kinds.is_empty() { !adopts } else { add.kinds.iter().any(|kind| kind == id) };
            if meant {
                let layers = kind.entry("layers").or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(layers) = layers
                    && !layers.iter().any(|layer| layer.as_str() == Some(&add.layer))
                {
                    layers.push(Value::String(add.layer.clone()));
                }
            }
        })?;
    }
    Ok(())
}

/// Takes out inherited rules that claimed a file, and claim none since it was removed: a rule that claims nothing is a mistake.
fn drop_idle_rules(files: &mut Files, earlier: &crate::base::tree::Tree, shown: &str) -> Result<(), Diagnostic> {
    for folder in ["layers", "kinds"] {
        let now: Vec<String> = files.keys().cloned().collect();
        each_part(files, folder, shown, |id, part| {
            let prefix = format!("{folder}/{id}/files/");
            let (Some(rules), Ok(typed)) = (part.get("file").and_then(Value::as_array).cloned(), part.clone().try_into::<PartManifest>())
            else {
                return;
            };
            let matchers: Vec<Option<GlobMatcher>> = typed.file.iter().map(|rule| rule.matcher().ok()).collect();
            let was: Vec<bool> = claimed(&matchers, earlier.iter().map(|(path, _)| path.as_str()), &prefix);
            let is: Vec<bool> = claimed(&matchers, now.iter().map(String::as_str), &prefix);
            let kept = rules.into_iter().enumerate().filter(|(at, _)| is[*at] || !was[*at]).map(|(_, rule)| rule).collect();
            part.insert("file".to_owned(), Value::Array(kept));
        })?;
    }
    Ok(())
}

/// Tells which rules claim a file: of those that match one, the first.
fn claimed<'a>(matchers: &[Option<GlobMatcher>], paths: impl Iterator<Item = &'a str>, prefix: &str) -> Vec<bool> {
    let mut claimed = vec![false; matchers.len()];
    for inside in paths.filter_map(|path| path.strip_prefix(prefix)) {
        let plain = FileRule::matchable(Engine::of(inside).1);
        if let Some(at) = matchers.iter().position(|matcher| matcher.as_ref().is_some_and(|matcher| matcher.is_match(&plain))) {
            claimed[at] = true;
        }
    }
    claimed
}
