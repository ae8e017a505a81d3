//! The files of an overlay over those that it inherits: whole files replaced or removed as declared, texts edited, the rest
//! added, and what is merged by key merged.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::keyed;
use super::manifest::{Act, Declared, Edit, Overlay};
use crate::base::diagnostic::{Diagnostic, nearest};
use crate::base::digest::Digest;
use crate::base::path::RelPath;
use crate::base::replace;
use crate::base::tree::{File, Mode, Tree};
use crate::road::broken;
use crate::road::manifest::Question;

/// The files while they are put together.
pub(super) type Files = BTreeMap<String, File>;

/// Puts the overlay's files over the inherited ones. `road.toml` and `[remove]` are not looked at here.
///
/// # Errors
/// `overlay-gone`, `overlay-changed`, `overlay-undeclared`, `edit-missed`, or a file that does not parse.
pub(super) fn lay(inherited: &Tree, own: &Tree, overlay: &Overlay, shown: &str) -> Result<Files, Diagnostic> {
    let mut files: Files = inherited.iter().map(|(path, file)| (path.to_string(), file.clone())).collect();
    files.remove("road.toml");
    let mut replaced = BTreeSet::new();
    for declared in &overlay.overlay {
        let paths = check_declared(inherited, declared, shown)?;
        for path in paths {
            files.remove(&path);
        }
        let has_own = own.iter().any(|(path, _)| covers(&declared.path, path.as_str()));
        match declared.action {
            Act::Replace if !has_own => {
                return Err(wrong(shown, "overlay-empty", declared, "nothing stands in the place of the inherited one".to_owned())
                    .fix("add the file to the overlay, or declare `action = \"remove\"`"));
            }
            Act::Remove if has_own => {
                return Err(wrong(shown, "overlay-kept", declared, "the overlay holds it, and declares that it is removed".to_owned())
                    .fix("delete the file, or declare `action = \"replace\"`"));
            }
            Act::Replace | Act::Remove => replaced.insert(declared.path.as_str()),
        };
    }
    for edit in &overlay.edit {
        apply_edit(&mut files, edit, shown)?;
    }
    for (path, file) in own.iter().filter(|(path, _)| path.as_str() != "road.toml") {
        let text = path.as_str();
        let declared = replaced.iter().any(|place| covers(place, text));
        let bytes = match (files.get(text), keyed::form(text)) {
            (Some(before), Some(form)) if !declared => merged(form, before, file, shown, text)?,
            (Some(before), None) if !declared => return Err(undeclared(shown, text, before)),
            (Some(_) | None, Some(_) | None) => file.bytes.clone(),
        };
        files.insert(text.to_owned(), File { bytes, mode: file.mode });
    }
    Ok(files)
}

/// Whether a declared path is that file, or the folder that it lies in.
fn covers(declared: &str, path: &str) -> bool {
    path.strip_prefix(declared).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Proves that what a decision was made about is still what is inherited; returns the files that it is about.
fn check_declared(inherited: &Tree, declared: &Declared, shown: &str) -> Result<Vec<String>, Diagnostic> {
    let Declared { path, inherited: recorded, .. } = declared;
    let below: Vec<(&RelPath, &File)> = inherited.iter().filter(|(file, _)| covers(path, file.as_str())).collect();
    if below.is_empty() {
        let near = nearest(path, inherited.iter().map(|(path, _)| path.as_str()));
        return Err(wrong(shown, "overlay-gone", declared, "the inherited version has no such file or folder".to_owned()).fix(
            match near {
                Some(near) => format!("look where it went (perhaps `{near}`), and correct or remove the [[overlay]]"),
                None => "look whether the overlay is still needed, and correct or remove the [[overlay]]".to_owned(),
            },
        ));
    }
    let found = match inherited.get(path) {
        Some(file) => Digest::of(&file.bytes),
        None => folder_digest(inherited, path),
    };
    if found.to_string() != *recorded {
        return Err(wrong(
            shown,
            "overlay-changed",
            declared,
            format!("the inherited one changed since: the overlay was made over {recorded}, and it is {found} now"),
        )
        .fix("look at what changed, take over what the overlay needs, then set `inherited` to the new digest"));
    }
    Ok(below.into_iter().map(|(path, _)| path.to_string()).collect())
}

/// Returns the digest of a folder of a tree: over the sorted manifest of the files in it, paths from the road's root.
pub(super) fn folder_digest(tree: &Tree, folder: &str) -> Digest {
    let manifest: String = tree
        .iter()
        .filter(|(path, _)| covers(folder, path.as_str()))
        .map(|(path, file)| format!("{} {} {path}\n", Digest::of(&file.bytes).hex(), file.mode.git()))
        .collect();
    Digest::of(manifest.as_bytes())
}

fn wrong(shown: &str, code: &'static str, declared: &Declared, why: String) -> Diagnostic {
    let what = match declared.action {
        Act::Replace => "replaced",
        Act::Remove => "removed",
    };
    Diagnostic::usage(code, format!("`{}` cannot be {what}", declared.path)).at(format!("{shown}/road.toml")).because(why)
}

fn undeclared(shown: &str, path: &str, before: &File) -> Diagnostic {
    let digest = Digest::of(&before.bytes);
    Diagnostic::usage("overlay-undeclared", format!("the overlay's `{path}` would replace an inherited file without a word"))
        .at(format!("{shown}/{path}"))
        .because("whoever replaces a file of another road says so and why, and is told when that file changes")
        .fix(format!(
            "declare it in road.toml:\n[[overlay]]\npath = \"{path}\"\naction = \"replace\"\ninherited = \"{digest}\"\nwhy = \"…\""
        ))
}

fn apply_edit(files: &mut Files, edit: &Edit, shown: &str) -> Result<(), Diagnostic> {
    for path in &edit.files {
        let missed = |code: &'static str, why: String, fix: String| {
            Diagnostic::usage(code, format!("a text in `{path}` cannot be edited")).at(format!("{shown}/road.toml")).because(why).fix(fix)
        };
        let Some(file) = files.get_mut(path) else {
            return Err(missed(
                "overlay-gone",
                "the inherited version has no such file, or the overlay replaces it".to_owned(),
                "look where it went, and correct or remove the [[edit]]".to_owned(),
            ));
        };
        let text = String::from_utf8_lossy(&file.bytes);
        if !text.contains(&edit.find) || matches!(text, std::borrow::Cow::Owned(_)) {
            return Err(missed(
                "edit-missed",
                format!("`{}` does not stand there any more: the inherited file changed", edit.find.escape_debug()),
                "look what stands there now, and correct or remove the [[edit]]".to_owned(),
            ));
        }
        let limit = usize::try_from(crate::road::LIMITS.file_bytes).unwrap_or(usize::MAX);
        let Some(after) = replace::within(limit, &text, &edit.find, &edit.with, None) else {
            return Err(missed(
                "edit-size",
                "the result is larger than a road's files may be".to_owned(),
                "make `with` shorter".to_owned(),
            ));
        };
        file.bytes = after.into_bytes();
    }
    Ok(())
}

/// Merges a file by key.
fn merged(form: keyed::Form, before: &File, own: &File, shown: &str, path: &str) -> Result<Vec<u8>, Diagnostic> {
    let read = |file: &File, place: &str| -> Result<Table, Diagnostic> {
        let text = std::str::from_utf8(&file.bytes).map_err(|error| broken(place, path, error.to_string()))?;
        toml::from_str(text).map_err(|error| broken(place, path, error.to_string()))
    };
    let said = read(own, shown)?;
    let table = keyed::merge(form, &read(before, "the inherited road")?, said.clone());
    if form == keyed::Form::Questions {
        check_questions(&table, &said, own, shown, path)?;
    }
    Ok(to_text(&table).into_bytes())
}

/// Refuses a question of the overlay that is none once it is merged, at the line where the overlay speaks of it.
fn check_questions(merged: &Table, said: &Table, own: &File, shown: &str, path: &str) -> Result<(), Diagnostic> {
    let list = |table: &Table| table.get("question").and_then(Value::as_array).cloned().unwrap_or_default();
    for question in list(said) {
        let key = question.get("key").and_then(Value::as_str).unwrap_or_default();
        let whole = list(merged).into_iter().find(|other| other.get("key") == question.get("key"));
        let Some(Err(error)) = whole.map(Value::try_into::<Question>) else { continue };
        let text = String::from_utf8_lossy(&own.bytes);
        let quoted = [format!("\"{key}\""), format!("'{key}'")];
        let speaks = |line: &str| line.trim_start().starts_with("key") && quoted.iter().any(|key| line.contains(key));
        let line = text.lines().position(speaks).map_or_else(String::new, |at| format!(":{}", at + 1));
        return Err(Diagnostic::usage("road", format!("the overlay's question `{key}` is not usable"))
            .at(format!("{shown}/{path}{line}"))
            .because(error.to_string().trim().to_owned())
            .fix("a question that is not inherited needs every key; of an inherited one, say what differs"));
    }
    Ok(())
}

/// Writes a table as a file of a flattened road.
pub(super) fn to_text(table: &Table) -> String {
    format!("{}\n{}", super::FLATTENED, toml::to_string(table).unwrap_or_default())
}

/// Makes a tree of the files.
///
/// # Errors
/// When a path is none, or two differ by case alone, or there are more than a road may hold.
pub(super) fn tree(files: Files, shown: &str) -> Result<Tree, Diagnostic> {
    let limits = crate::road::LIMITS;
    let total: u64 = files.values().map(|file| file.bytes.len() as u64).sum();
    if files.len() > limits.files || total > limits.total_bytes {
        return Err(broken(
            shown,
            "road.toml",
            format!("with what it inherits it has more than {} files or {} bytes", limits.files, limits.total_bytes),
        ));
    }
    let mut tree = Tree::default();
    for (path, file) in files {
        let parsed = RelPath::parse(&path).map_err(|error| broken(shown, &path, error.to_string()))?;
        tree.insert(parsed, file).map_err(|error| broken(shown, &path, error.to_string()))?;
    }
    Ok(tree)
}

/// Puts a text into the files.
pub(super) fn put(files: &mut Files, path: &str, text: String) {
    files.insert(path.to_owned(), File { bytes: text.into_bytes(), mode: Mode::Plain });
}
