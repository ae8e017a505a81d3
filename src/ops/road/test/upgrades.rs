//! Upgrades from an earlier version over edited projects, in memory, and what has to hold of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cases::Case;
use super::edits::{self, Demand, Files, Scenario, UNTOUCHED};
use super::renders::records;
use super::{Tested, failure};
use crate::base::diagnostic::Diagnostic;
use crate::base::leaf::Leaf;
use crate::ops::base::{Project, leaf};
use crate::ops::road::samples;
use crate::ops::road::shelf::Tried;
use crate::ops::upgrade::answers::Asking;
use crate::render::Rendered;
use crate::repo::lock::Ownership;
use crate::repo::project::{IN_MEMORY_ROOT, ProjectFiles};
use crate::repo::{config, lock};
use crate::report::road_test::Failure;
use crate::road::Road;

/// How many failures of one upgrade are told.
const TOLD: usize = 5;

/// What the upgrades of a case came to.
#[derive(Debug, Default)]
pub(super) struct Upgrades {
    /// How many were worked out.
    pub count: usize,
    /// How many are as they should be.
    pub clean: usize,
    /// What does not hold.
    pub failures: Vec<Failure>,
}

/// Upgrades the projects of a case: the one that nobody touched and, where `edited`, those that people worked on.
pub(super) fn test(tested: &Tested<'_>, old: &Arc<Road>, kind: &str, case: &Case, edited: bool) -> Upgrades {
    let mut upgrades = Upgrades::default();
    let version = &old.manifest.version;
    let fail = |edit: &str, path: Option<String>, what: String, why: String| Failure {
        path,
        from: Some(version.clone()),
        edit: Some(edit.to_owned()),
        ..failure(kind, "upgrade", &case.given, what, why, tested.reproduce_upgrade(old, kind, &case.given, edit))
    };
    let mut told = |edit: &str, problems: Vec<Problem>| {
        upgrades.count += 1;
        upgrades.clean += usize::from(problems.is_empty());
        upgrades.failures.extend(problems.into_iter().take(TOLD).map(|(path, what, why)| fail(edit, path, what, why)));
    };
    let pristine = match pristine(tested, old, kind, case) {
        Ok(pristine) => pristine,
        Err(error) => {
            told(UNTOUCHED, vec![could_not(error)]);
            return upgrades;
        }
    };
    let untouched = Scenario { name: UNTOUCHED, files: pristine.files.clone(), demands: Vec::new() };
    told(UNTOUCHED, judge(tested, &untouched, &pristine.tried, &pristine));
    if edited {
        for scenario in edits::scenarios(&pristine.before, &pristine.now, &pristine.files) {
            let problems = match upgrade(tested, &scenario.files) {
                Ok(tried) => judge(tested, &scenario, &tried, &pristine),
                Err(error) => vec![could_not(error)],
            };
            told(scenario.name, problems);
        }
    }
    upgrades
}

/// A project that nobody touched, and what its upgrade comes to.
struct Pristine {
    files: Files,
    before: Arc<Rendered>,
    now: Arc<Rendered>,
    tried: Tried,
}

fn pristine(tested: &Tested<'_>, old: &Arc<Road>, kind: &str, case: &Case) -> Result<Pristine, Diagnostic> {
    let before = tested.shelf.render(old, kind, &case.answers)?;
    let mut files: Files = before.tree.iter().map(|(path, file)| (path.as_str().to_owned(), leaf(file))).collect();
    files.extend(records(old, kind, &case.answers, &before));
    let tried = upgrade(tested, &files)?;
    let answers = project(&after(&tried))?.lock.answers;
    let now = tested.shelf.render(tested.road, kind, &answers)?;
    Ok(Pristine { files, before, now, tried })
}

fn could_not(error: Diagnostic) -> Problem {
    (error.place, error.what, error.why)
}

fn project(files: &Files) -> Result<Project, Diagnostic> {
    let text = |path: &str| files.get(path).map(|leaf| String::from_utf8_lossy(&leaf.bytes).into_owned());
    let lock = text(lock::FILE);
    Project::of_texts(IN_MEMORY_ROOT.into(), text(config::FILE).unwrap_or_default(), lock.as_deref())
}

fn upgrade(tested: &Tested<'_>, files: &Files) -> Result<Tried, Diagnostic> {
    let project = project(files)?;
    let kind = tested.road.kind(&project.lock.kind)?;
    let samples = samples::beside(tested.road, kind, &project.lock.answers);
    tested.shelf.try_upgrade(&project, tested.road, &samples, Asking::Bare, |_, _| Ok(ProjectFiles::in_memory(files.clone())))
}

/// The files as the upgrade leaves them.
fn after(tried: &Tried) -> Files {
    let mut files: Files =
        tried.disk.entries().filter_map(|(path, _, _)| Some((path.to_owned(), tried.disk.leaf(path).ok().flatten()?))).collect();
    for step in &tried.planned.steps {
        match &step.after {
            Some(leaf) => files.insert(step.path.clone(), leaf.clone()),
            None => files.remove(&step.path),
        };
    }
    files
}

type Problem = (Option<String>, String, String);

fn problem(path: &str, what: &str, why: impl Into<String>) -> Problem {
    (Some(path.to_owned()), what.to_owned(), why.into())
}

fn judge(tested: &Tested<'_>, scenario: &Scenario, tried: &Tried, pristine: &Pristine) -> Vec<Problem> {
    let files = after(tried);
    let mut problems: Vec<Problem> = scenario.demands.iter().filter_map(|demand| broken(demand, scenario, tried, &files)).collect();
    if scenario.name == UNTOUCHED {
        problems.extend(differs(&files, &pristine.before, &pristine.now));
    }
    for file in tried.report.conflicted() {
        let near = |demand: &&Demand| demand.path() == file.path || Some(demand.path()) == file.from.as_deref();
        let contested = scenario.demands.iter().filter(near).any(|demand| match demand {
            Demand::Line { apart, .. } => !apart,
            Demand::Gone { .. } | Demand::Renamed { .. } | Demand::Own { .. } => true,
        });
        if !contested {
            let why = file
                .conflicts
                .first()
                .map_or_else(String::new, |conflict| format!("{} at line {}", conflict.kind, conflict.line.unwrap_or(0)));
            problems.push(problem(&file.path, "a conflict where nobody touched the same place", why));
        }
    }
    if problems.is_empty() && tried.planned.conflicts.is_empty() {
        match upgrade(tested, &files) {
            Ok(second) => {
                problems.extend(
                    second.planned.steps.first().map(|step| {
                        problem(&step.path, "a second run changes something", "an upgrade that was made has nothing left to do")
                    }),
                )
            }
            Err(error) => problems.push((error.place, error.what, format!("the second run: {}", error.why))),
        }
    }
    problems
}

/// Says what of a demand does not hold.
fn broken(demand: &Demand, scenario: &Scenario, tried: &Tried, files: &Files) -> Option<Problem> {
    let conflict = |path: &str| tried.planned.conflicts.iter().find(|conflict| conflict.path == path);
    match demand {
        Demand::Line { path, text, .. } => {
            let moved = tried.report.files.iter().find(|file| file.from.as_deref() == Some(path)).map(|file| file.path.as_str());
            let renamed = scenario.demands.iter().find_map(|other| match other {
                Demand::Renamed { from, to } if from == path => Some(to.as_str()),
                Demand::Gone { path: gone } if gone == path => Some(""),
                Demand::Renamed { .. } | Demand::Gone { .. } | Demand::Line { .. } | Demand::Own { .. } => None,
            });
            if renamed == Some("") {
                return None;
            }
            let places = [Some(path.as_str()), moved, renamed].into_iter().flatten();
            let holds = |leaf: &Leaf| String::from_utf8_lossy(&leaf.bytes).lines().any(|line| line.trim() == text.trim());
            let mut leaves = places.flat_map(|place| [files.get(place), conflict(place).and_then(|conflict| conflict.ours.as_ref())]);
            (!leaves.any(|leaf| leaf.is_some_and(holds)))
                .then(|| problem(path, "a line of the person is lost", format!("`{text}` is neither in the result nor in a conflict")))
        }
        Demand::Gone { path } => (files.contains_key(path) && conflict(path).is_none())
            .then(|| problem(path, "a file that the person deleted came back", "what was deleted stays deleted")),
        Demand::Renamed { from, to } => {
            let there =
                files.contains_key(to) || conflict(to).is_some() || tried.report.files.iter().any(|file| file.from.as_deref() == Some(to));
            (!there || files.contains_key(from) && conflict(from).is_none())
                .then(|| problem(to, "a file that the person renamed is not where it was put", format!("it was {from} before")))
        }
        Demand::Own { path } => (files.get(path) != scenario.files.get(path))
            .then(|| problem(path, "a file of the person's own changed", "the road does not know it")),
    }
}

/// Says where a project that nobody touched is not what the new version renders to.
fn differs(files: &Files, before: &Rendered, now: &Rendered) -> Vec<Problem> {
    let given: BTreeMap<&str, Leaf> = before.tree.iter().map(|(path, file)| (path.as_str(), leaf(file))).collect();
    let mut wanted: BTreeMap<&str, Leaf> = BTreeMap::new();
    for ((path, file), reason) in now.tree.iter().zip(&now.reasons) {
        // What was written once is the person's since.
        let earlier = given.get(path.as_str()).filter(|_| reason.ownership == Ownership::Seeded);
        wanted.insert(path.as_str(), earlier.cloned().unwrap_or_else(|| leaf(file)));
    }
    for ((path, file), reason) in before.tree.iter().zip(&before.reasons) {
        if reason.ownership == Ownership::Seeded && !wanted.contains_key(path.as_str()) {
            wanted.insert(path.as_str(), leaf(file));
        }
    }
    let mut problems: Vec<Problem> = Vec::new();
    for (path, leaf) in &wanted {
        match files.get(*path) {
            Some(found) if found == leaf => {}
            Some(_) => problems.push(problem(path, "it is not what the new version renders to", "nobody had touched the project")),
            None => problems.push(problem(path, "it is missing", "the new version gives it, and nobody had touched the project")),
        }
    }
    let extra = files.keys().filter(|path| !wanted.contains_key(path.as_str()) && *path != config::FILE && *path != lock::FILE);
    problems
        .extend(extra.map(|path| problem(path, "it is left over", "the new version does not give it, and nobody had touched the project")));
    problems
}
