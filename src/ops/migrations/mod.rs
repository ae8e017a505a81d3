//! Migrations: what a road's new versions declare to be done to a project, made to base and ours before the merge.

mod keys;

use std::collections::BTreeMap;

use super::base::Given;
use super::upgrade::ours::Ours;
use crate::base::diagnostic::Diagnostic;
use crate::base::leaf::Leaf;
use crate::base::replace;
use crate::repo::answers::Answers;
use crate::repo::{config, lock};
use crate::report::upgrade::Migrated;
use crate::road::manifest::Manifest;
use crate::road::migration::{Action, Migration, Move, ReplacePin, ReplaceText, key_parts};
use crate::road::version;

/// Files that hold pins, whoever wrote them, by the end of their name.
const WITH_PINS: [&str; 6] = [".yml", ".yaml", ".txt", ".toml", "Dockerfile", "Containerfile"];
/// The largest file that a migration edits, and that it may become, in bytes.
const LARGEST: usize = 4 << 20;

/// Returns the migrations between two versions, in order of version, then of the manifest.
pub fn between<'a>(manifest: &'a Manifest, old: &str, new: &str) -> Vec<&'a Migration> {
    let mut due: Vec<&Migration> = manifest.migration.iter().filter(|one| version::is_between(&one.version, old, new)).collect();
    due.sort_by(|a, b| version::compare(&a.version, &b.version));
    due
}

/// Takes answers over to the keys and values that they have now. Returns what moved: from, to.
pub fn answers(due: &[&Migration], answers: &mut Answers) -> Vec<(String, String)> {
    let mut renamed = Vec::new();
    for migration in due {
        let Some(Action::RenameAnswer(rename)) = migration.action() else { continue };
        let Some(value) = answers.remove(&rename.from) else { continue };
        let value = rename.values.get(&value).cloned().unwrap_or(value);
        // Who has answered the new question already has decided.
        answers.entry(rename.to.clone()).or_insert(value);
        renamed.push((rename.from.clone(), rename.to.clone()));
    }
    renamed
}

/// Makes the migrations to the files of base and ours, and tells what each did.
///
/// # Errors
/// When a file of the project cannot be read.
pub fn files(due: &[&Migration], base: &mut BTreeMap<String, Given>, ours: &mut Ours<'_>) -> Result<Vec<Migrated>, Diagnostic> {
    let mut done = Vec::new();
    for migration in due {
        let Some(action) = migration.action() else { continue };
        let mut told = Migrated { version: migration.version.clone(), why: migration.why.clone(), ..Migrated::default() };
        let made = match action {
            Action::Move(one) => move_path(one, base, ours, &mut told),
            Action::Delete(one) => delete(&one.path, base, ours, &mut told),
            Action::Set(one) => {
                told.what = format!("set `{}` in {}", one.key, one.file);
                edit_key(&one.file, &one.key, Some(&one.value), base, ours, &mut told)
            }
            Action::Remove(one) => {
                told.what = format!("remove `{}` from {}", one.key, one.file);
                edit_key(&one.file, &one.key, None, base, ours, &mut told)
            }
            Action::ReplacePin(one) => replace_pin(one, base, ours, &mut told),
            Action::ReplaceText(one) => replace_text(one, base, ours, &mut told),
            Action::RenameAnswer(one) => {
                told.what = match one.from == one.to {
                    true => format!("take the answer `{}` over with the values it has now", one.from),
                    false => format!("take the answer `{}` over as `{}`", one.from, one.to),
                };
                Ok(())
            }
        };
        made.map_err(|(path, why)| {
            Diagnostic::failed("migration", "a file that a migration concerns cannot be read")
                .at(path)
                .because(why)
                .fix("look what it is, and run the command again")
        })?;
        done.push(told);
    }
    Ok(done)
}

/// Whether a path is one of Highroad's own records: no road edits those.
fn is_record(path: &str) -> bool {
    path == config::FILE || path == lock::FILE
}

type Made = Result<(), (String, String)>;

fn read(ours: &Ours<'_>, path: &str) -> Result<Option<Leaf>, (String, String)> {
    ours.leaf(path).map_err(|why| (path.to_owned(), why))
}

/// Returns the paths at `path` or below it.
fn at_or_below<'a>(paths: impl Iterator<Item = &'a String>, path: &str) -> Vec<String> {
    let below = format!("{path}/");
    paths.filter(|found| *found == path || found.starts_with(&below)).cloned().collect()
}

fn move_path(Move { from, to }: &Move, base: &mut BTreeMap<String, Given>, ours: &mut Ours<'_>, told: &mut Migrated) -> Made {
    told.what = format!("move {from} to {to}");
    for path in at_or_below(base.keys(), from) {
        let target = format!("{to}{}", &path[from.len()..]);
        if !base.contains_key(&target)
            && let Some(given) = base.remove(&path)
        {
            base.insert(target, given);
        }
    }
    let paths = ours.entries();
    for path in at_or_below(paths.keys(), from) {
        let target = format!("{to}{}", &path[from.len()..]);
        if !at_or_below(paths.keys(), &target).is_empty() {
            told.notes.push(format!("{path} stays where it is: something stands at {target}"));
            continue;
        }
        ours.rename(&path, &target).map_err(|why| (path, why))?;
        told.paths.push(target);
    }
    Ok(())
}

fn delete(path: &str, base: &mut BTreeMap<String, Given>, ours: &mut Ours<'_>, told: &mut Migrated) -> Made {
    told.what = format!("delete {path}");
    let Some(mine) = read(ours, path)? else {
        base.remove(path);
        return Ok(());
    };
    if base.get(path).and_then(|given| given.leaf.as_ref()) == Some(&mine) {
        base.remove(path);
        ours.set(path, None);
        told.paths.push(path.to_owned());
    } else {
        told.notes.push(format!("{path} stays: it is not what the road wrote"));
    }
    Ok(())
}

fn edit_key(
    file: &str,
    key: &str,
    value: Option<&toml::Value>,
    base: &mut BTreeMap<String, Given>,
    ours: &mut Ours<'_>,
    told: &mut Migrated,
) -> Made {
    let parts = key_parts(key).unwrap_or_default();
    let edit = |text: &str| keys::edit(file, text, &parts, value);
    change(file, &edit, base, ours, told)
}

fn replace_pin(one: &ReplacePin, base: &mut BTreeMap<String, Given>, ours: &mut Ours<'_>, told: &mut Migrated) -> Made {
    told.what = format!("replace the pin `{}` by `{}`", one.find, one.with);
    let entries = ours.entries();
    let holds = |path: &&String| base.contains_key(*path) || WITH_PINS.iter().any(|end| path.ends_with(end));
    let small = |path: &&String| entries.get(*path).is_none_or(|entry| entry.size <= LARGEST as u64);
    let mut paths: Vec<String> = entries.keys().filter(holds).filter(small).cloned().collect();
    paths.extend(base.keys().cloned());
    paths.sort();
    paths.dedup();
    for path in paths {
        change(&path, &|text| replace_word(text, &one.find, &one.with), base, ours, told)?;
    }
    Ok(())
}

/// Replaces `find` where it stands as a whole: no letter, digit or sign of a reference goes on beside it.
///
/// # Errors
/// When the text would become too large.
fn replace_word(text: &str, find: &str, with: &str) -> Result<Option<String>, String> {
    let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@' | ':' | '+');
    let mut out = String::new();
    let mut rest = 0;
    for (at, _) in text.match_indices(find) {
        let before = text[..at].chars().next_back().is_some_and(goes_on);
        let after = text[at + find.len()..].chars().next().is_some_and(goes_on);
        if before || after || at < rest {
            continue;
        }
        out.push_str(&text[rest..at]);
        out.push_str(with);
        rest = at + find.len();
        if out.len() > LARGEST {
            return Err(too_large());
        }
    }
    Ok((rest > 0).then(|| format!("{out}{}", &text[rest..])))
}

fn replace_text(one: &ReplaceText, base: &mut BTreeMap<String, Given>, ours: &mut Ours<'_>, told: &mut Migrated) -> Made {
    told.what = format!("replace `{}` by `{}` in {}", shortened(&one.find), shortened(&one.with), one.files);
    let Ok(matcher) = one.matcher() else { return Ok(()) };
    let entries = ours.entries();
    let small = |path: &&String| entries.get(*path).is_none_or(|entry| entry.size <= LARGEST as u64);
    let mut paths: Vec<String> = entries.keys().chain(base.keys()).filter(|path| matcher.is_match(path)).filter(small).cloned().collect();
    paths.sort();
    paths.dedup();
    // Where the new text holds the old one, a second run would put it in twice.
    let again = one.with.contains(&one.find);
    let replace = |text: &str| {
        let fits = text.contains(&one.find) && !(again && text.contains(&one.with));
        fits.then(|| replace::within(LARGEST, text, &one.find, &one.with, None).ok_or_else(too_large)).transpose()
    };
    for path in paths {
        change(&path, &replace, base, ours, told)?;
    }
    Ok(())
}

fn too_large() -> String {
    format!("it would have more than {LARGEST} bytes")
}

fn shortened(text: &str) -> String {
    let line = text.trim().replace('\n', "\\n");
    if line.chars().count() <= 40 { line } else { format!("{}…", line.chars().take(39).collect::<String>()) }
}

/// Edits a text file in base and in ours; one that has no such place stays.
fn change(
    path: &str,
    edit: &dyn Fn(&str) -> Result<Option<String>, String>,
    base: &mut BTreeMap<String, Given>,
    ours: &mut Ours<'_>,
    told: &mut Migrated,
) -> Made {
    if is_record(path) {
        return Ok(());
    }
    if let Some(leaf) = base.get_mut(path).and_then(|given| given.leaf.as_mut())
        && let Ok(Some(after)) = edited(leaf, edit)
        && ours.take(after.bytes.len())
    {
        *leaf = after;
    }
    // What an edit leaves as it is is not kept: a project may hold far more text than memory.
    let Some(leaf) = ours.glance(path).map_err(|why| (path.to_owned(), why))? else { return Ok(()) };
    match edited(&leaf, edit) {
        Ok(Some(after)) if !ours.take(after.bytes.len()) => {
            told.notes.push(format!("{path} stays as it is: the migrations change too much together"));
        }
        Ok(Some(after)) => {
            ours.set(path, Some(after));
            told.paths.push(path.to_owned());
        }
        Ok(None) => {}
        Err(why) => told.notes.push(format!("{path} stays as it is: {why}")),
    }
    Ok(())
}

fn edited(leaf: &Leaf, edit: &dyn Fn(&str) -> Result<Option<String>, String>) -> Result<Option<Leaf>, String> {
    if !leaf.kind.is_file() || leaf.bytes.len() > LARGEST {
        return Ok(None);
    }
    let Ok(text) = std::str::from_utf8(&leaf.bytes) else { return Ok(None) };
    let after = edit(text)?.filter(|after| after != text);
    Ok(after.map(|after| Leaf::new(leaf.kind, after.into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_replaced_where_it_stands_whole() {
        let text = "a: x/y@v1\nb: x/y@v1.2\nc: z/x/y@v1\nd: \"x/y@v1\"\n";
        assert_eq!(replace_word(text, "x/y@v1", "x/y@v2").unwrap().unwrap(), "a: x/y@v2\nb: x/y@v1.2\nc: z/x/y@v1\nd: \"x/y@v2\"\n");
        assert_eq!(replace_word("x/y@v2\n", "x/y@v1", "x/y@v2"), Ok(None));
    }
}
