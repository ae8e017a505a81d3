//! Files that nothing declares, and declarations of nothing.

use std::collections::BTreeSet;

use super::{Desk, manifest_of};

/// Files beside the road that tell people about it.
const ABOUT: [&str; 6] = ["README.md", "CHANGELOG.md", "LICENSE", "LICENSE.md", "NOTICE", ".gitignore"];

pub(super) fn look(desk: &mut Desk<'_>) {
    undeclared(desk);
    idle_rules(desk);
    unused_layers(desk);
}

fn undeclared(desk: &mut Desk<'_>) {
    let manifest = &desk.road.manifest;
    let mut known: BTreeSet<String> = ["road.toml", "questions.toml"].into_iter().chain(ABOUT).map(str::to_owned).collect();
    known.extend(manifest.data.iter().map(|data| data.file.clone()));
    known.extend(manifest.ranking.iter().map(|ranking| ranking.catalogue.clone()));
    let starters = starters(desk);
    known.extend(starters.iter().map(|file| format!("starters/{file}")));
    let folders: Vec<(String, String)> = desk.parts().iter().map(|(folder, _)| (manifest_of(folder), format!("{folder}/files/"))).collect();
    let is_known = |path: &str| {
        known.contains(path)
            || path == "starters/starters.toml"
            || path.strip_prefix("pins/").is_some_and(|name| name.ends_with(".toml") && !name.contains('/'))
            || folders.iter().any(|(manifest, files)| {
                path == manifest
                    || path.starts_with(files)
                    || files.strip_suffix("files/").is_some_and(|part| path == format!("{part}README.md"))
            })
    };
    let strange: Vec<String> = desk.tree.iter().map(|(path, _)| path.to_string()).filter(|path| !is_known(path)).collect();
    for path in strange {
        let fix = match path.split('/').next() {
            Some("layers" | "kinds") => "name its layer or kind in `road.toml`, put it below `files/`, or delete it",
            _ => "delete it, or name it in `road.toml` (`[[data]]`, `[[ranking]]`)",
        };
        desk.report(
            "file-undeclared",
            &path,
            None,
            ["nothing in the road uses the file", "a release would freeze and sign it all the same", fix],
        );
    }
    let missing: Vec<String> = starters.into_iter().filter(|file| desk.tree.get(&format!("starters/{file}")).is_none()).collect();
    for file in missing {
        let what = format!("`starters/{file}` is named, and is not there");
        desk.report(
            "file-missing",
            "starters/starters.toml",
            Some(&file),
            [&what, "`highroad fix` could not add it", "add the file, or remove the entry"],
        );
    }
}

/// Returns the files that `starters.toml` names.
fn starters(desk: &Desk<'_>) -> Vec<String> {
    let Some(file) = desk.tree.get("starters/starters.toml") else { return Vec::new() };
    let table: toml::Table = std::str::from_utf8(&file.bytes).ok().and_then(|text| toml::from_str(text).ok()).unwrap_or_default();
    let rows = table.get("starter").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    rows.iter().filter_map(|row| Some(row.get("file")?.as_str()?.to_owned())).collect()
}

fn idle_rules(desk: &mut Desk<'_>) {
    let mut found = Vec::new();
    for (folder, part) in desk.parts() {
        for (at, rule) in part.manifest.file.iter().enumerate() {
            if !part.files.iter().any(|file| file.rule == at) {
                found.push((manifest_of(&folder), rule.path.clone()));
            }
        }
    }
    for (path, rule) in found {
        let what = format!("the rule for `{rule}` claims no file");
        let word = format!("path = \"{rule}\"");
        desk.report(
            "rule-idle",
            &path,
            Some(&word),
            [&what, "it is mistyped, or what it spoke of was forgotten", "correct or remove it; the first rule that matches a file counts"],
        );
    }
}

fn unused_layers(desk: &mut Desk<'_>) {
    let used: BTreeSet<&String> = desk.road.kinds.iter().flat_map(|(_, kind)| &kind.manifest.layers).collect();
    let idle: Vec<String> = desk.road.layers.keys().filter(|layer| !used.contains(layer)).cloned().collect();
    for layer in idle {
        let what = format!("no kind stands on the layer `{layer}`");
        let word = format!("\"{layer}\"");
        desk.report(
            "layer-unused",
            "road.toml",
            Some(&word),
            [&what, "no project gets its files", "name it in a kind's `layers`, with `[[add-layer]]` in an overlay, or remove it"],
        );
    }
}
