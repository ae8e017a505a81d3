//! A case rendered twice, from two readings of the road, and checked in memory.

use std::collections::BTreeMap;
use std::path::Path;

use super::cases::Case;
use super::edits::Files;
use super::{Tested, failure};
use crate::base::diagnostic::Exit;
use crate::base::leaf::{Kind, Leaf};
use crate::ops::base::leaf;
use crate::ops::check::{self, Options};
use crate::ops::new;
use crate::render::{self, Rendered};
use crate::repo::answers::Answers;
use crate::repo::project::{IN_MEMORY_ROOT, ProjectFiles};
use crate::repo::worktree::Scope;
use crate::report::road_test::Failure;
use crate::road::Road;

/// How many findings of one case are told.
const TOLD: usize = 5;

/// Returns Highroad's own records of a project.
pub(super) fn records(road: &Road, kind: &str, answers: &Answers, rendered: &Rendered) -> Files {
    let records = new::records(road, kind, answers, rendered, Path::new(IN_MEMORY_ROOT));
    records.into_iter().map(|(path, _, text)| (path.to_owned(), Leaf::new(Kind::Plain, text.into_bytes()))).collect()
}

/// Renders a case with both readings of the road and checks the project. Returns what does not hold.
pub(super) fn test(tested: &Tested<'_>, again: &Road, kind: &str, case: &Case) -> Vec<Failure> {
    let road = tested.road;
    let reproduce = tested.reproduce_new(kind, &case.given);
    let fail = |test: &str, path: Option<String>, what: String, why: String| Failure {
        path,
        ..failure(kind, test, &case.given, what, why, format!("{reproduce} && cd demo && highroad check"))
    };
    let rendered = match render::render(road, kind, &case.answers) {
        Ok(rendered) => rendered,
        Err(error) => return vec![Failure { reproduce: reproduce.clone(), ..fail("render", error.place, error.what, error.why) }],
    };
    match render::render(again, kind, &case.answers) {
        Ok(second) if second.tree == rendered.tree => {}
        Ok(second) => {
            let differs = rendered.tree.iter().find(|(path, file)| second.tree.get(path.as_str()) != Some(file));
            let path = differs.map(|(path, _)| path.as_str().to_owned());
            return vec![fail(
                "render",
                path,
                "it renders to other bytes the second time".to_owned(),
                "a render is the same for ever".to_owned(),
            )];
        }
        Err(error) => return vec![fail("render", error.place, error.what, error.why)],
    }
    let mut files: Files = rendered.tree.iter().map(|(path, file)| (path.as_str().to_owned(), leaf(file))).collect();
    files.extend(records(road, kind, &case.answers, &rendered));
    let options = Options { path: ".".into(), explicit: true, scope: Scope::Full, only: Vec::new(), skip: Vec::new() };
    let worktree = ProjectFiles::in_memory(files).worktree();
    let outcome = match check::check_as(worktree, &options, Some(&road.manifest.guardrails), &|_, _| {}) {
        Ok(checked) => checked.outcome,
        Err(error) => return vec![fail("check", error.place, error.what, error.why)],
    };
    if outcome.exit() == Exit::Clean {
        return Vec::new();
    }
    // What a repository that exists brings itself is not there: of such a kind the road's own files are judged alone.
    let adopted = road.kind(kind).is_ok_and(|part| part.manifest.for_adoption);
    let counts = |path: &str| !adopted || rendered.tree.get(path).is_some();
    let blocking = outcome.findings.iter().filter(|judged| judged.blocks() && counts(&judged.finding.place.path));
    let mut failures: Vec<Failure> = blocking
        .map(|judged| {
            let place = &judged.finding.place;
            fail(
                "check",
                Some(place.path.clone()),
                format!("{} blocks at line {}", judged.finding.guardrail, place.line),
                judged.finding.what.clone(),
            )
        })
        .take(TOLD)
        .collect();
    if failures.is_empty() && outcome.unscannable.iter().any(|file| counts(&file.path)) {
        let told: BTreeMap<&str, &str> = outcome.unscannable.iter().map(|file| (file.path.as_str(), file.why.as_str())).collect();
        failures.extend(
            told.into_iter()
                .take(TOLD)
                .map(|(path, why)| fail("check", Some(path.to_owned()), "it could not be checked".to_owned(), why.to_owned())),
        );
    }
    failures
}
