//! Fixes what guardrails know how to fix: planned in memory until nothing is left to do, then written at once.

use std::collections::BTreeSet;
use std::path::Path;

use super::check::{self, Checked, Progress};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs;
use crate::base::path::RelPath;
use crate::formats::yaml;
use crate::guardrails::edits::{self, Files};
use crate::guardrails::finding::{Fix, Safety};
use crate::guardrails::outcome::Judged;
use crate::repo::worktree::Worktree;
use crate::report::fixes::{Applied, FixedFile};

/// A fix can uncover the next one; more rounds than this would mean that two of them undo each other.
const ROUNDS: usize = 6;

/// What fixing would do.
#[derive(Debug)]
pub struct Plan {
    /// The check before.
    pub before: Checked,
    /// The check of the files as they would be.
    pub after: Checked,
    /// The fixes, in the order of the findings.
    pub applied: Vec<Applied>,
    /// The files with their content before and after; `None` for no file.
    pub files: Vec<FixedFile>,
}

/// Works out what the fixes would do. Nothing is written.
///
/// # Errors
/// As a check; and when a file that is to be edited cannot be read again.
pub fn plan(options: &check::Options, careful_too: bool, progress: Progress<'_>) -> Result<Plan, Diagnostic> {
    let takes = |_: &Judged, fix: &Fix| careful_too || fix.safety == Safety::Safe;
    plan_chosen(options, &Choice { takes: &takes, over: Files::new() }, progress)
}

/// Which fixes are taken, and over what.
pub struct Choice<'a> {
    /// Whether a fix is taken.
    pub takes: &'a dyn Fn(&Judged, &Fix) -> bool,
    /// Other content for some files than they have on disk: what the command adds besides.
    pub over: Files,
}

/// Works out what some of the fixes would do, over files that may not be on disk yet. Nothing is written.
///
/// # Errors
/// As [`plan`].
pub fn plan_chosen(options: &check::Options, choice: &Choice<'_>, progress: Progress<'_>) -> Result<Plan, Diagnostic> {
    let worktree = crate::repo::worktree::open(&options.path, options.explicit, &options.scope)?;
    let before = check_over(options, &worktree, &choice.over, progress)?;
    let mut original = Files::new();
    let mut current = Files::new();
    let mut applied = Vec::new();
    let mut spoilt: BTreeSet<String> = BTreeSet::new();
    let over =
        |current: &Files| -> Files { choice.over.iter().chain(current).map(|(path, bytes)| (path.clone(), bytes.clone())).collect() };
    let mut round = check_over(options, &before.worktree, &over(&current), progress)?;
    for _ in 0..ROUNDS {
        let wanted: Vec<(Applied, &Fix)> = round
            .outcome
            .open()
            .filter_map(|judged| {
                let fix = judged.finding.fix.as_ref().filter(|fix| (choice.takes)(judged, fix))?;
                let root = &before.worktree.root;
                let can = |path: &str| RelPath::parse(path).is_ok_and(|path| fs::unwritable(root, &path).is_none());
                let writable = edits::touched(&fix.changes).into_iter().all(|path| !spoilt.contains(path) && can(path));
                let applied = Applied {
                    guardrail: judged.finding.guardrail,
                    place: judged.finding.place.clone(),
                    title: fix.title.clone(),
                    safety: fix.safety,
                };
                writable.then_some((applied, fix))
            })
            .collect();
        for (_, fix) in &wanted {
            for path in edits::touched(&fix.changes) {
                if !current.contains_key(path) {
                    let bytes = read(&round.worktree, path)?;
                    original.insert(path.to_owned(), bytes.clone());
                    current.insert(path.to_owned(), bytes);
                }
            }
        }
        let (next, taken) = edits::apply(&current, wanted.iter().map(|(_, fix)| fix.changes.as_slice()));
        // An edit that leaves a file which its readers no longer take is no fix, whatever its author thought.
        let broken: Vec<String> =
            next.iter().filter(|(path, after)| spoils(path, current.get(*path), after.as_ref())).map(|(path, _)| path.clone()).collect();
        if !broken.is_empty() {
            spoilt.extend(broken);
            continue;
        }
        if next == current {
            break;
        }
        applied.extend(wanted.into_iter().zip(taken).filter(|(_, taken)| *taken).map(|((applied, _), _)| applied));
        current = next;
        round = check_over(options, &before.worktree, &over(&current), progress)?;
    }
    let files = original
        .into_iter()
        .filter_map(|(path, before)| {
            let after = current.remove(&path)??;
            (before.as_ref() != Some(&after)).then_some((path, before, after))
        })
        .collect();
    Ok(Plan { before, after: round, applied, files })
}

/// Whether a file was read by the reader of its format before an edit and is not any more.
fn spoils(path: &str, before: Option<&Option<Vec<u8>>>, after: Option<&Vec<u8>>) -> bool {
    let reads = |bytes: &Vec<u8>| {
        let Ok(text) = std::str::from_utf8(bytes) else { return true };
        match path.rsplit('.').next().unwrap_or_default() {
            "yml" | "yaml" => yaml::parse(text).is_ok(),
            "toml" => toml::from_str::<toml::Table>(text).is_ok(),
            "json" | "ipynb" => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
            _ => true,
        }
    };
    let was = before.and_then(Option::as_ref).is_none_or(reads);
    was && after.is_some_and(|after| !reads(after))
}

/// Checks the worktree again with other content for some files.
///
/// # Errors
/// As a check.
pub fn check_over(options: &check::Options, worktree: &Worktree, files: &Files, progress: Progress<'_>) -> Result<Checked, Diagnostic> {
    let mut again = crate::repo::worktree::open(&options.path, options.explicit, &options.scope)?;
    again.snapshot = again.snapshot.with(files.clone());
    again.changed.clone_from(&worktree.changed);
    if let Some(changed) = &mut again.changed {
        changed.extend(files.keys().cloned());
        changed.sort();
        changed.dedup();
    }
    check::check_worktree(again, options, progress)
}

fn read(worktree: &Worktree, path: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
    let Some(subject) = worktree.snapshot.subject(path) else { return Ok(None) };
    let bytes = subject.bytes().map(<[u8]>::to_vec);
    match (bytes, subject.failure()) {
        (Some(bytes), _) => Ok(Some(bytes)),
        (None, failure) => Err(Diagnostic::failed("file", "a file that is to be fixed cannot be read")
            .at(path)
            .because(failure.map_or_else(|| "it is too large".to_owned(), |failure| failure.why))
            .fix("look what happened to it, and run the command again")),
    }
}

/// Writes the files of a plan, all or none where the disk allows it.
///
/// # Errors
/// When a file is no longer what it was when the plan was made, or the disk refuses; then nothing was changed.
pub fn apply(root: &Path, plan: &Plan) -> Result<(), Diagnostic> {
    let mut files = Vec::new();
    for (path, before, after) in &plan.files {
        let now = crate::base::walk::open(&root.join(path)).ok().map(|reader| {
            let limit = usize::try_from(crate::repo::subject::IN_MEMORY).unwrap_or(usize::MAX);
            crate::base::read_at::ReadAt::read_range(&reader, 0, limit)
        });
        let same = match (now, before) {
            (None, None) => true,
            (Some(Ok(now)), Some(before)) => now == *before,
            (Some(_), _) | (None, _) => false,
        };
        if !same {
            return Err(Diagnostic::failed("changed", "a file changed while the fix was made")
                .at(path.clone())
                .because("the edit was worked out for other content")
                .fix("nothing was written; run the command again"));
        }
        let path = RelPath::parse(path).map_err(|error| {
            Diagnostic::failed("path", "a file cannot be written there")
                .at(path.clone())
                .because(error.to_string())
                .fix("leave that fix out")
        })?;
        files.push((path, after.clone()));
    }
    fs::replace_all(root, &files)
}
