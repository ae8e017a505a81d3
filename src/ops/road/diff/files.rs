//! Which files of projects differ between two versions, over all pairs of answers.

use std::collections::{BTreeMap, BTreeSet};

use super::manifests::effect;
use crate::base::diagnostic::Diagnostic;
use crate::ops::migrations;
use crate::ops::road::samples;
use crate::ops::road::test::cases::{Case, cases};
use crate::ops::road::workers::{self, Progress};
use crate::render::answers::settle;
use crate::render::questions::Machine;
use crate::render::{self, Rendered};
use crate::repo::answers::Answers;
use crate::repo::lock::Ownership;
use crate::report::road_diff::{Effect, File};
use crate::road::Road;
use crate::road::migration::{Action, Migration};

/// What is known of a path in one set of answers: whose it was and is, and whether its content differs.
type Seen = (Option<Ownership>, Option<Ownership>, bool);

/// What is known of a path over all sets of answers.
#[derive(Default)]
struct Known {
    kinds: BTreeSet<String>,
    cases: usize,
    before: Option<Ownership>,
    after: Option<Ownership>,
    changed: bool,
}

/// Renders every case of the kinds with both versions and tells the files that differ.
///
/// # Errors
/// When one of the versions does not render.
pub(super) fn compare(
    a: &Road,
    b: &Road,
    kinds: &[&str],
    due: &[&Migration],
    effects: &mut Vec<Effect>,
    progress: Progress<'_>,
) -> Result<Vec<File>, Diagnostic> {
    let mut pieces: Vec<(&str, Case)> = Vec::new();
    let mut of: BTreeMap<&str, usize> = BTreeMap::new();
    for kind in kinds {
        let cases = cases(a, kind, a.kind(kind)?)?;
        of.insert(kind, cases.len());
        pieces.extend(cases.into_iter().map(|case| (*kind, case)));
    }
    let seen = workers::each(&pieces, progress, |(kind, case)| one(a, b, kind, &case.answers, due))?;
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for ((kind, _), seen) in pieces.iter().zip(seen) {
        for (path, (before, after, changed)) in seen? {
            let file = known.entry(path).or_default();
            file.kinds.insert((*kind).to_owned());
            file.cases += 1;
            file.before = file.before.or(before);
            file.after = file.after.or(after);
            file.changed |= changed;
        }
    }
    let mut files: Vec<File> = known.into_iter().map(|(path, known)| describe(path, known, &of)).collect();
    follow_moves(&mut files, due);
    files.iter().for_each(|file| judge(file, effects));
    Ok(files)
}

fn one(a: &Road, b: &Road, kind: &str, answers: &Answers, due: &[&Migration]) -> Result<BTreeMap<String, Seen>, Diagnostic> {
    let before = render::render(a, kind, answers)?;
    let part = b.kind(kind)?;
    let mut known = answers.clone();
    migrations::answers(due, &mut known);
    let samples = samples::beside(b, part, &known).into_iter().map(|given| (given.key, given.value)).collect();
    let (now, _) = settle(b, part, &samples, &known, &Machine::default())?;
    let after = render::render(b, kind, &now)?;
    let (old, new) = (owners(&before), owners(&after));
    let paths: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let mut seen = BTreeMap::new();
    for path in paths {
        let (was, is) = (old.get(path).copied(), new.get(path).copied());
        let changed = before.tree.get(path) != after.tree.get(path);
        if changed || was != is {
            seen.insert(path.to_owned(), (was, is, changed));
        }
    }
    Ok(seen)
}

fn owners(rendered: &Rendered) -> BTreeMap<&str, Ownership> {
    rendered.reasons.iter().map(|reason| (reason.path.as_str(), reason.ownership)).collect()
}

fn describe(path: String, known: Known, of: &BTreeMap<&str, usize>) -> File {
    let change = match (known.before, known.after, known.changed) {
        (None, _, _) => "added",
        (_, None, _) => "removed",
        (before, after, _) if before != after => "ownership",
        _ => "changed",
    };
    File {
        path,
        from: None,
        change: change.to_owned(),
        ownership_before: known.before.map(|one| one.word().to_owned()),
        ownership: known.after.map(|one| one.word().to_owned()),
        of: known.kinds.iter().filter_map(|kind| of.get(kind.as_str())).sum(),
        kinds: known.kinds.into_iter().collect(),
        cases: known.cases,
        why: Vec::new(),
    }
}

/// A file that is gone and that a migration moves to where one is new has moved.
fn follow_moves(files: &mut Vec<File>, due: &[&Migration]) {
    for migration in due {
        let Some(Action::Move(moved)) = migration.action() else { continue };
        let target = |path: &str| {
            let rest = path.strip_prefix(moved.from.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", moved.to))
        };
        let gone: Vec<(String, String)> = files
            .iter()
            .filter(|file| file.change == "removed")
            .filter_map(|file| Some((file.path.clone(), target(&file.path)?)))
            .collect();
        for (from, to) in gone {
            let Some(before) = files.iter().find(|file| file.path == from).and_then(|file| file.ownership_before.clone()) else { continue };
            let Some(file) = files.iter_mut().find(|file| file.path == to && file.change == "added") else { continue };
            file.change = "moved".to_owned();
            file.from = Some(from.clone());
            file.ownership_before = Some(before);
            files.retain(|file| file.path != from);
        }
    }
}

fn judge(file: &File, effects: &mut Vec<Effect>) {
    let path = &file.path;
    let (before, after) = (file.ownership_before.as_deref().unwrap_or_default(), file.ownership.as_deref().unwrap_or_default());
    match file.change.as_str() {
        "removed" if before == "seeded" => {
            effects.push(effect(
                "attention",
                format!("`{path}` is not given any more"),
                "Projects that have it keep it; nobody keeps it up to date.",
            ));
        }
        "removed" => {
            effects.push(effect("breaking", format!("`{path}` is removed"), "Whatever in a project names it finds nothing there."))
        }
        "ownership" | "moved" if before != after => {
            let why = match after {
                "managed" => "An edit of it is drift from now on.",
                "seeded" => "The road does not keep it up to date any more.",
                _ => "From now on people and road edit it together.",
            };
            effects.push(effect("breaking", format!("`{path}` is {after}, before {before}"), why));
        }
        "added" if after == "managed" => {
            effects.push(effect(
                "attention",
                format!("`{path}` is new, and the road's"),
                "Where a project has a file there, a person has to decide.",
            ));
        }
        _ => {}
    }
}
