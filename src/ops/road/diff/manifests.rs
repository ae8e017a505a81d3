//! What differs between two versions beside their files: questions, pins, levels, migrations.

use std::collections::{BTreeMap, BTreeSet};

use crate::guardrails;
use crate::guardrails::outcome::{rank, word};
use crate::render::answers::dependencies;
use crate::render::questions::problem;
use crate::repo::config::Level;
use crate::report::road_diff::{Effect, Guardrail, Migration, Pin, Question};
use crate::road::migration::{Action, RenameAnswer};
use crate::road::{Part, Road, manifest};

/// Says what a team should know.
pub(super) fn effect(class: &str, what: String, why: &str) -> Effect {
    Effect { class: class.to_owned(), what, why: why.to_owned() }
}

/// Compares the questions of the kinds that both have.
pub(super) fn questions(
    a: &Road,
    b: &Road,
    kinds: &[&str],
    due: &[&crate::road::migration::Migration],
    effects: &mut Vec<Effect>,
) -> Vec<Question> {
    let renames: Vec<&RenameAnswer> = due
        .iter()
        .filter_map(|migration| match migration.action() {
            Some(Action::RenameAnswer(rename)) => Some(rename),
            Some(_) | None => None,
        })
        .collect();
    let mut told: BTreeMap<(String, String, Vec<String>), BTreeSet<String>> = BTreeMap::new();
    let mut seen: BTreeSet<Effect> = BTreeSet::new();
    for kind in kinds {
        let (Ok(before), Ok(after)) = (a.kind(kind), b.kind(kind)) else { continue };
        let (old, new): (BTreeMap<&str, _>, BTreeMap<&str, _>) = (keyed(a, before), keyed(b, after));
        for (key, question) in &new {
            let was =
                old.get(key).or_else(|| renames.iter().find(|rename| rename.to == *key).and_then(|rename| old.get(rename.from.as_str())));
            let (change, what) = match was {
                None => {
                    seen.extend(added(after, question));
                    ("added", vec![format!("{} {}", question.ask, choices(question))])
                }
                Some(was) => ("changed", differs(was, question, &renames, &mut seen)),
            };
            if !what.is_empty() {
                told.entry(((*key).to_owned(), change.to_owned(), what)).or_default().insert((*kind).to_owned());
            }
        }
        for (key, question) in old.iter().filter(|(key, _)| !new.contains_key(*key) && !renames.iter().any(|rename| rename.from == **key)) {
            let what = vec![question.ask.clone()];
            told.entry(((*key).to_owned(), "removed".to_owned(), what)).or_default().insert((*kind).to_owned());
            seen.insert(effect("attention", format!("nobody asks `{key}` any more"), "The answer that projects gave is dropped."));
        }
    }
    effects.extend(seen);
    told.into_iter().map(|((key, change, what), kinds)| Question { key, kinds: kinds.into_iter().collect(), change, what }).collect()
}

fn keyed<'a>(road: &'a Road, part: &'a Part) -> BTreeMap<&'a str, &'a manifest::Question> {
    road.questions_of(part).map(|question| (question.key.as_str(), question)).collect()
}

fn choices(question: &manifest::Question) -> String {
    let list: Vec<&str> = question.choices.iter().map(|choice| choice.value.as_str()).collect();
    if list.is_empty() { String::new() } else { format!("({})", list.join(", ")) }
}

fn added(kind: &Part, question: &manifest::Question) -> Option<Effect> {
    if question.computed {
        return None;
    }
    let none = question.required.then(|| "it has no default".to_owned());
    // The default of a question that depends on others may be a template: whether it is an answer shows when it is asked.
    let plain = !question.is_dynamic() && kind.manifest.dialect.is_none();
    Some(match none.or_else(|| problem(question, &question.default, dependencies(kind)).filter(|_| plain)) {
        None => effect(
            "attention",
            format!("a new question, `{}`: {}", question.key, question.ask),
            "Whoever upgrades answers it; `--yes` takes what the road suggests.",
        ),
        Some(why) => effect(
            "breaking",
            format!("a new question without a usable default, `{}`: {}", question.key, question.ask),
            &format!("No upgrade runs unattended until somebody answers: {why}."),
        ),
    })
}

fn differs(was: &manifest::Question, now: &manifest::Question, renames: &[&RenameAnswer], effects: &mut BTreeSet<Effect>) -> Vec<String> {
    let mut what = Vec::new();
    if was.key != now.key {
        what.push(format!("it was called `{}`", was.key));
    }
    if was.form != now.form {
        what.push("it takes another form of answer".to_owned());
        effects.insert(effect(
            "attention",
            format!("`{}` takes another form of answer", now.key),
            "An answer that is none any more is asked again.",
        ));
    }
    let has = |question: &manifest::Question, value: &str| question.choices.iter().any(|choice| choice.value == value);
    for choice in was.choices.iter().filter(|choice| !has(now, &choice.value)) {
        let value = &choice.value;
        what.push(format!("`{value}` can no longer be answered"));
        let carried = renames.iter().any(|rename| rename.to == now.key && rename.values.contains_key(value));
        if !carried {
            let text = format!("`{}` can no longer be `{value}`", now.key);
            effects.insert(effect("breaking", text, "A project that answered so is asked again, and no migration says what it becomes."));
        }
    }
    what.extend(now.choices.iter().filter(|choice| !has(was, &choice.value)).map(|choice| format!("`{}` can be answered", choice.value)));
    if was.default != now.default {
        what.push(format!("it suggests `{}`, before `{}`", now.default, was.default));
    }
    if was.ask != now.ask || was.help != now.help {
        what.push("other words".to_owned());
    }
    what
}

/// Compares actions, images and locked packages.
pub(super) fn pins(a: &Road, b: &Road) -> Vec<Pin> {
    let (old, new) = (pins_of(a), pins_of(b));
    let keys: BTreeSet<&(String, String)> = old.keys().chain(new.keys()).collect();
    let pin = |key: &(String, String)| {
        let (before, after) = (old.get(key), new.get(key));
        (before != after).then(|| Pin { kind: key.0.clone(), id: key.1.clone(), before: before.cloned(), after: after.cloned() })
    };
    keys.into_iter().filter_map(pin).collect()
}

fn pins_of(road: &Road) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for (table, kind, field) in [("actions", "action", "uses"), ("images", "image", "reference")] {
        let pins = road.constants.get("pins").and_then(|pins| pins.get(table)).and_then(|pins| pins.as_object());
        for (id, pin) in pins.into_iter().flatten() {
            found.insert((kind.to_owned(), id.clone()), pin.get(field).and_then(|text| text.as_str()).unwrap_or_default().to_owned());
        }
    }
    let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let parts = road.layers.values().chain(road.kinds.iter().map(|(_, part)| part));
    for file in parts.flat_map(|part| &part.files).filter(|file| file.path.starts_with("locks/")) {
        for line in String::from_utf8_lossy(&file.bytes).lines() {
            let Some((name, rest)) = line.split_once("==") else { continue };
            let version: String = rest.chars().take_while(|c| !c.is_whitespace() && !matches!(c, ';' | '\\')).collect();
            if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '[' | ']')) {
                packages.entry(name.to_owned()).or_default().insert(version);
            }
        }
    }
    for (name, versions) in packages {
        found.insert(("package".to_owned(), name), versions.into_iter().collect::<Vec<_>>().join(", "));
    }
    found
}

/// Compares how loudly guardrails speak.
pub(super) fn levels(a: &Road, b: &Road, effects: &mut Vec<Effect>) -> Vec<Guardrail> {
    let mut told = Vec::new();
    for guardrail in guardrails::ALL.iter() {
        let id = guardrail.meta.id;
        let level = |road: &Road| road.manifest.guardrails.get(id).copied().unwrap_or(guardrail.meta.level);
        let (before, after) = (level(a), level(b));
        if before == after {
            continue;
        }
        let text = format!("`{id}` speaks as \"{}\", before as \"{}\"", word(after), word(before));
        effects.push(match (after, rank(after) > rank(before)) {
            (Level::Block, _) => effect("breaking", text, "A pipeline that was green can fail."),
            (Level::Warn | Level::Advise | Level::Off, true) => effect("attention", text, "More is said; nothing fails by it."),
            (Level::Warn | Level::Advise | Level::Off, false) => effect("attention", text, "What was stopped before can pass."),
        });
        told.push(Guardrail { id: id.to_owned(), before: word(before).to_owned(), after: word(after).to_owned() });
    }
    told
}

/// Describes the migrations.
pub(super) fn migrations(due: &[&crate::road::migration::Migration], effects: &mut Vec<Effect>) -> Vec<Migration> {
    let mut told = Vec::new();
    for migration in due {
        let Some(action) = migration.action() else { continue };
        let what = match action {
            Action::Move(one) => format!("move `{}` to `{}`", one.from, one.to),
            Action::Delete(one) => format!("delete `{}`", one.path),
            Action::Set(one) => format!("set `{}` in `{}`", one.key, one.file),
            Action::Remove(one) => format!("remove `{}` from `{}`", one.key, one.file),
            Action::ReplacePin(one) => format!("replace the pin `{}` by `{}`", one.find, one.with),
            Action::ReplaceText(one) => format!("replace `{}` by `{}` in `{}`", one.find, one.with, one.files),
            Action::RenameAnswer(one) => format!("take the answer `{}` over as `{}`", one.from, one.to),
        };
        let class = match action {
            // Whatever else in a project names what is gone finds nothing there.
            Action::Move(_) | Action::Delete(_) | Action::Remove(_) => "breaking",
            // The upgrade edits in place, and nobody has to act.
            Action::Set(_) | Action::ReplacePin(_) | Action::ReplaceText(_) | Action::RenameAnswer(_) => "attention",
        };
        effects.push(effect(class, format!("a migration: {what}"), &migration.why));
        told.push(Migration { version: migration.version.clone(), what, why: migration.why.clone() });
    }
    told
}
