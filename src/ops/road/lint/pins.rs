//! Pins: by content, with evidence, of one mind with what else the road knows, and used.

use std::sync::LazyLock;

use regex::Regex;
use toml::{Table, Value};

use super::Desk;
use crate::base::digest::Digest;
use crate::render::inspect;
use crate::road::Engine;

const ACTIONS: &str = "pins/actions.toml";
const IMAGES: &str = "pins/images.toml";

pub(super) fn look(desk: &mut Desk<'_>) {
    let actions = entries(desk, ACTIONS, "action");
    let images = entries(desk, IMAGES, "image");
    for (path, list) in [(ACTIONS, &actions), (IMAGES, &images)] {
        for (id, pin) in list {
            evidence(desk, path, id, pin);
        }
    }
    built(desk, &images);
    same_mind(desk, &actions, "pins/known-actions.toml", "action", ["repo", "tag"], "sha");
    same_mind(desk, &images, "pins/known-images.toml", "image", ["ref", "ref"], "digest");
    unused(desk, &actions, &images);
    movable(desk);
}

fn table(desk: &Desk<'_>, path: &str) -> Table {
    let text = desk.tree.get(path).and_then(|file| std::str::from_utf8(&file.bytes).ok()).unwrap_or_default();
    toml::from_str(text).unwrap_or_default()
}

fn entries(desk: &Desk<'_>, path: &str, key: &str) -> Vec<(String, Value)> {
    let table = table(desk, path);
    table
        .get(key)
        .and_then(Value::as_table)
        .map(|table| table.iter().map(|(id, pin)| (id.clone(), pin.clone())).collect())
        .unwrap_or_default()
}

fn text<'a>(pin: &'a Value, key: &str) -> &'a str {
    pin.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Provenance says where the pin was seen: a name of a place, and more than a word.
fn evidence(desk: &mut Desk<'_>, path: &str, id: &str, pin: &Value) {
    let said = text(pin, "provenance").trim();
    let plain = said.to_lowercase();
    let is_empty = said.split_whitespace().count() < 2
        || said.contains('…')
        || ["todo", "fixme", "unknown", "tbd"].iter().any(|word| plain.starts_with(word));
    if is_empty {
        let what = format!("the pin `{id}` has no evidence: `provenance` is `{}`", said.escape_debug());
        let word = format!(".{id}]");
        desk.report(
            "pin-evidence",
            path,
            Some(&word),
            [
                &what,
                "nobody can look up whether the digest is what its publisher made",
                "say where it was seen, and when; `highroad road refresh --write` does so",
            ],
        );
    }
}

fn built(desk: &mut Desk<'_>, images: &[(String, Value)]) {
    for (id, pin) in images.iter().filter(|(_, pin)| crate::base::day::Day::parse(text(pin, "built")).is_none()) {
        let what = format!("the image `{id}` does not say which day it was built: `{}`", text(pin, "built").escape_debug());
        let word = format!(".{id}]");
        desk.report("pin-evidence", IMAGES, Some(&word), [&what, "an old image has old weaknesses", "write the day as `2026-11-30`"]);
    }
}

/// A pin and the list of what the road knows may not name two contents for one name.
fn same_mind(desk: &mut Desk<'_>, pins: &[(String, Value)], path: &str, key: &str, name: [&str; 2], content: &str) {
    let known = table(desk, path);
    let rows = known.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    for (id, pin) in pins {
        let named = |row: &&Value| name.iter().all(|key| text(row, key) == text(pin, key)) && !text(pin, name[0]).is_empty();
        if let Some(row) = rows.iter().find(named).filter(|row| text(row, content) != text(pin, content)) {
            let what = format!("`{id}` is pinned to {}, and `{path}` says {}", text(pin, content), text(row, content));
            let word = text(row, content).to_owned();
            desk.report(
                "pin-conflict",
                path,
                Some(&word),
                [
                    &what,
                    "one of them is not what its publisher made, or the tag was moved",
                    "look at the tag with `highroad road refresh`, and correct the wrong one",
                ],
            );
        }
        if content == "digest" && Digest::parse(text(pin, content)).is_none() {
            desk.report(
                "pin-form",
                path,
                None,
                [&format!("`{id}` is no full digest"), "a name can be moved", "pin the digest of the index"],
            );
        }
    }
}

fn unused(desk: &mut Desk<'_>, actions: &[(String, Value)], images: &[(String, Value)]) {
    let mut uses: Vec<String> = Vec::new();
    for (_, part) in desk.parts() {
        uses.extend(inspect::lookups(part).0.into_iter().map(|lookup| lookup.variable));
        if part.manifest.dialect.is_some() {
            return;
        }
    }
    for (path, kind, list) in [(ACTIONS, "actions", actions), (IMAGES, "images", images)] {
        // Whoever loops over all of them uses each.
        if uses.iter().any(|variable| variable == "pins" || *variable == format!("pins.{kind}")) {
            continue;
        }
        for (id, _) in list {
            let name = format!("pins.{kind}.{id}");
            if !uses.iter().any(|variable| *variable == name || variable.starts_with(&format!("{name}."))) {
                let what = format!("no template uses the pin `{id}`");
                let word = format!(".{id}]");
                desk.report("pin-unused", path, Some(&word), [&what, "it is kept up to date for nobody", "use it, or remove it"]);
            }
        }
    }
}

/// `uses:` of a workflow and `rev:` of a hook's repository.
static USES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"^\s*(?:-\s+)?uses:\s*["']?([^\s"'#]+)"#).expect("a constant pattern"));
static REV: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"^\s*(?:-\s+)?rev:\s*["']?([^\s"'#]+)"#).expect("a constant pattern"));
static FROM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^FROM\s+(?:--\S+\s+)?(\S+)").expect("a constant pattern"));

/// Names in templates that can be moved to other content.
fn movable(desk: &mut Desk<'_>) {
    let mut found = Vec::new();
    for (folder, part) in desk.parts() {
        if part.manifest.dialect.is_some() {
            continue;
        }
        for file in part.files.iter().filter(|file| matches!(file.engine, Engine::Copy | Engine::Jinja | Engine::Liquid)) {
            let Ok(text) = std::str::from_utf8(&file.bytes) else { continue };
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            let (pattern, is_movable): (&Regex, fn(&str) -> bool) = if file.path.starts_with(".github/") && is_yaml(name) {
                (&USES, is_movable_action)
            } else if name.starts_with(".pre-commit-config.") {
                (&REV, |rev| !is_commit(rev))
            } else if name.starts_with("Dockerfile") || name.starts_with("Containerfile") {
                (&FROM, is_movable_image)
            } else {
                continue;
            };
            let stages: Vec<&str> =
                text.lines().filter(|line| line.starts_with("FROM ")).filter_map(|line| line.split_whitespace().last()).collect();
            for (at, line) in text.lines().enumerate() {
                let Some(meant) = pattern.captures(line).and_then(|found| found.get(1)) else { continue };
                if !meant.as_str().contains("{@")
                    && !meant.as_str().contains("{{")
                    && is_movable(meant.as_str())
                    && !stages.contains(&meant.as_str())
                {
                    found.push((format!("{folder}/files/{}:{}", file.source, at + 1), meant.as_str().to_owned()));
                }
            }
        }
    }
    for (place, name) in found {
        let what = format!("`{}` names no content: it can be moved", name.escape_debug());
        desk.report(
            "pin-movable",
            &place,
            None,
            [
                &what,
                "every project of this version would run whatever stands there then",
                "write a full commit or digest, best from `pins/` with its evidence",
            ],
        );
    }
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yml") || name.ends_with(".yaml")
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

fn is_movable_action(uses: &str) -> bool {
    !uses.starts_with("./") && !uses.rsplit_once('@').is_some_and(|(_, at)| is_commit(at) || Digest::parse(at).is_some())
}

fn is_movable_image(image: &str) -> bool {
    image != "scratch" && !image.starts_with('$') && image.rsplit_once('@').is_none_or(|(_, at)| Digest::parse(at).is_none())
}
