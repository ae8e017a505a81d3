//! Variables: each that a template looks up is given, and each that is given is looked up.

use std::collections::BTreeSet;

use super::{Desk, manifest_of};
use crate::render::inspect::{self, Lookup};
use crate::road::manifest::Question;
use crate::road::{Part, Road};

pub(super) fn look(desk: &mut Desk<'_>) {
    let road = desk.road;
    let mut all = BTreeSet::new();
    let parts: Vec<(String, BTreeSet<Lookup>)> = desk
        .parts()
        .into_iter()
        .map(|(folder, part)| (folder, inspect::lookups(part)))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(folder, (found, failed))| {
            for (file, why) in failed {
                let path = if file.is_empty() { manifest_of(&folder) } else { format!("{folder}/files/{file}") };
                desk.report("template", &path, None, [&why, "it would render for nobody", "correct the template"]);
            }
            (folder, found)
        })
        .collect();
    for (folder, found) in &parts {
        unknown(desk, folder, found);
        all.extend(found.iter().map(|lookup| lookup.variable.clone()));
    }
    idle_questions(desk, &parts);
    idle_constants(desk, road, &all);
}

/// Returns the kinds that a part is in.
fn kinds_of<'a>(road: &'a Road, folder: &str) -> Vec<&'a (String, Part)> {
    let (list, id) = folder.split_once('/').unwrap_or_default();
    road.kinds
        .iter()
        .filter(|(kind, part)| if list == "kinds" { kind == id } else { part.manifest.layers.iter().any(|layer| layer == id) })
        .collect()
}

fn unknown(desk: &mut Desk<'_>, folder: &str, found: &BTreeSet<Lookup>) {
    let road = desk.road;
    let given = inspect::given(road);
    for Lookup { variable, file } in found {
        // Words of a liquid template may be its own; whether it renders is tried.
        if file.as_ref().is_some_and(|file| file.ends_with(".liquid")) {
            continue;
        }
        let root = variable.split('.').next().unwrap_or_default();
        if is_of_the_engine(root) {
            continue;
        }
        let lacks = |kind: &&&(String, Part)| !given.contains(root) && !road.questions_of(&kind.1).any(|question| question.key == root);
        let kinds = kinds_of(road, folder);
        let problem = if let Some((kind, _)) = kinds.iter().find(lacks) {
            Some(format!("`{root}` is given by no question or constant of the kind `{kind}`"))
        } else {
            missing_constant(road, variable).map(|missing| format!("`{variable}` is looked up, and there is no `{missing}`"))
        };
        if let Some(what) = problem {
            let path = file.as_ref().map_or_else(|| manifest_of(folder), |file| format!("{folder}/files/{file}"));
            desk.report(
                "variable-unknown",
                &path,
                Some(variable),
                [
                    &what,
                    "the template fails for some answers, if not for all",
                    "correct the name, add the question, or leave the file out with `when`",
                ],
            );
        }
    }
}

/// Functions that templates can call look like variables.
fn is_of_the_engine(root: &str) -> bool {
    matches!(root, "range" | "dict" | "namespace" | "debug" | "loop" | "self" | "super" | "caller" | "cycler" | "joiner" | "lipsum")
}

/// Returns the name inside a pin or a table of constants that is not there.
fn missing_constant(road: &Road, variable: &str) -> Option<String> {
    let mut parts = variable.split('.');
    let mut at = road.constants.get(parts.next()?)?;
    let mut path = String::new();
    for part in parts {
        path = if path.is_empty() { part.to_owned() } else { format!("{path}.{part}") };
        match at.as_object() {
            Some(table) => match table.get(part) {
                Some(inner) => at = inner,
                None => return (!matches!(part, "items" | "keys" | "values")).then_some(path),
            },
            None => return None,
        }
    }
    None
}

fn idle_questions(desk: &mut Desk<'_>, parts: &[(String, BTreeSet<Lookup>)]) {
    let road = desk.road;
    let ranked: BTreeSet<&str> =
        road.catalogues.values().flatten().flat_map(|entry| &entry.boost).map(|boost| boost.question.as_str()).collect();
    let is_used = |question: &Question, folders: &dyn Fn(&str) -> bool| {
        let looked_up = parts.iter().filter(|(folder, _)| folders(folder)).flat_map(|(_, found)| found);
        question.key == "name"
            || ranked.contains(question.key.as_str())
            || road.kinds.iter().any(|(_, kind)| kind.manifest.ranks_as.as_ref() == Some(&question.key))
            || road.kinds.iter().any(|(_, kind)| kind.manifest.dialect.is_some())
            || looked_up.into_iter().any(|lookup| inspect::is_of(question, &lookup.variable))
    };
    let mut idle: Vec<(String, String)> = Vec::new();
    for question in road.questions.iter().filter(|question| !is_used(question, &|_| true)) {
        idle.push(("questions.toml".to_owned(), question.key.clone()));
    }
    for (id, kind) in &road.kinds {
        let own = format!("kinds/{id}");
        let folders = |folder: &str| {
            folder == own || folder.strip_prefix("layers/").is_some_and(|layer| kind.manifest.layers.iter().any(|known| known == layer))
        };
        for question in kind.manifest.question.iter().filter(|question| !is_used(question, &folders)) {
            idle.push((manifest_of(&own), question.key.clone()));
        }
    }
    for (path, key) in idle {
        let what = format!("nothing uses the answer to `{}`", key.escape_debug());
        let word = format!("\"{key}\"");
        desk.report(
            "question-unused",
            &path,
            Some(&word),
            [&what, "people should not be asked for nothing", "use it in a template or a condition, or remove the question"],
        );
    }
}

fn idle_constants(desk: &mut Desk<'_>, road: &Road, all: &BTreeSet<String>) {
    let uses = |name: &str| all.iter().any(|variable| variable == name || variable.starts_with(&format!("{name}.")));
    let names = road.manifest.data.iter().map(|data| &data.name).chain(road.manifest.ranking.iter().map(|ranking| &ranking.name));
    for name in names.filter(|name| !uses(name)) {
        let what = format!("no template looks `{name}` up");
        let word = format!("\"{name}\"");
        desk.report(
            "constant-unused",
            "road.toml",
            Some(&word),
            [&what, "it is data that does nothing", "use it, or remove it with its file"],
        );
    }
}
