//! From what the merge says of each path to the steps that a transaction takes, and to what is told of them.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobSet;

use super::ours::Ours;
use super::sides::Filtered;
use crate::base::diagnostic::Diagnostic;
use crate::base::leaf::Leaf;
use crate::merge::LABELS;
use crate::merge::trees::{Outcome, Verdict};
use crate::ops::resolve::markers;
use crate::plan::transaction::{IndexConflict, Step};
use crate::render::Rendered;
use crate::repo::lock::Lock;
use crate::report::conflicts::{Conflict, OpenFile};
use crate::report::upgrade::{File, Settled};
use crate::road::manifest::Change;

/// What changes, in the forms that others take it in.
#[derive(Debug, Default)]
pub struct Planned {
    /// For the transaction.
    pub steps: Vec<Step>,
    /// For git's index.
    pub conflicts: Vec<IndexConflict>,
    /// For `resolve`.
    pub open: Vec<OpenFile>,
    /// For the report.
    pub files: Vec<File>,
    /// How many files of the road the person edited and the road left alone.
    pub untouched: usize,
}

/// Why files change, in the road's words.
#[derive(Debug)]
pub struct Why<'a> {
    /// The changes on the way, with the version of each and the files it concerns.
    changes: Vec<(&'a str, &'a Change, Option<GlobSet>)>,
    /// Why the project has the file at all, whose it is.
    reasons: BTreeMap<&'a str, (&'a str, &'static str)>,
    /// What to say where no change speaks of a file.
    otherwise: Option<String>,
}

impl<'a> Why<'a> {
    /// Gathers the reasons.
    pub fn of(changes: &[(&'a str, &'a Change)], now: &'a Rendered, otherwise: Option<String>) -> Self {
        let changes = changes.iter().map(|(version, change)| (*version, *change, change.matcher().ok().flatten())).collect();
        let reason = |reason: &'a crate::render::Reason| (reason.path.as_str(), (reason.why.as_str(), reason.ownership.word()));
        Self { changes, reasons: now.reasons.iter().map(reason).collect(), otherwise }
    }

    /// Returns the changes that concern a path, by their place in the list.
    fn concerning(&self, path: &str) -> impl Iterator<Item = (usize, &Change)> {
        let concerns = |globs: &Option<GlobSet>, path: &str| globs.as_ref().is_some_and(|globs| globs.is_match(path));
        self.changes.iter().enumerate().filter(move |(_, (_, _, globs))| concerns(globs, path)).map(|(at, (_, change, _))| (at, *change))
    }

    /// Says why a file changes, and whether for security.
    fn tell(&self, file: &mut File, paths: &[&str]) {
        let mut seen = BTreeSet::new();
        for path in paths {
            for (at, change) in self.concerning(path) {
                if seen.insert(at) {
                    file.why.push(change.what.clone());
                    file.security |= change.security;
                }
            }
        }
        let reason = paths.iter().find_map(|path| self.reasons.get(path));
        file.ownership = reason.map(|(_, ownership)| (*ownership).to_owned());
        if file.why.is_empty() {
            file.why.extend(self.otherwise.clone().or_else(|| reason.map(|(why, _)| (*why).to_owned())));
        }
    }

    /// Returns the changes with the files of the plan that each concerns.
    pub fn report(&self, files: &[File]) -> Vec<crate::report::upgrade::Change> {
        let describe = |(version, change, globs): &(&str, &Change, Option<GlobSet>)| crate::report::upgrade::Change {
            version: (*version).to_owned(),
            what: change.what.clone(),
            why: change.why.clone(),
            security: change.security,
            paths: files
                .iter()
                .filter(|file| globs.as_ref().is_some_and(|globs| globs.is_match(&file.path)))
                .map(|file| file.path.clone())
                .collect(),
        };
        self.changes.iter().map(describe).collect()
    }
}

/// Turns outcomes into steps and a report.
///
/// # Errors
/// When a file of the project cannot be read.
pub fn plan(outcomes: Vec<Outcome>, filtered: &Filtered, ours: &Ours<'_>, lock: &Lock, why: &Why<'_>) -> Result<Planned, Diagnostic> {
    let mut planned = Planned::default();
    let mut after: BTreeMap<String, Option<Leaf>> = ours.changed().clone();
    let mut told: BTreeSet<String> = BTreeSet::new();
    for outcome in &outcomes {
        if changes(outcome.verdict) {
            for gone in outcome.from.iter().chain((outcome.verdict == Verdict::Removed).then_some(&outcome.path)) {
                after.insert(gone.clone(), None);
            }
        }
    }
    for outcome in outcomes {
        if changes(outcome.verdict) && outcome.verdict != Verdict::Removed {
            after.insert(outcome.path.clone(), outcome.result.clone());
        }
        if outcome.verdict != Verdict::Unchanged {
            told.insert(outcome.path.clone());
            told.extend(outcome.from.clone());
        }
        describe(outcome, filtered, ours, lock, why, &mut planned)?;
    }
    for (path, reason) in &filtered.kept {
        let mut file = File { path: path.clone(), change: "kept-yours".to_owned(), ..File::default() };
        why.tell(&mut file, &[path]);
        file.why = vec![(*reason).to_owned()];
        planned.files.push(file);
    }
    for (path, leaf) in after {
        let before = ours.on_disk(&path).map_err(|why| unreadable(&path, why))?;
        if before == leaf {
            continue;
        }
        let left = leaf.is_none() && ours.moved().values().any(|from| *from == path);
        if !told.contains(&path) && !left {
            let from = ours.moved().get(&path).cloned();
            let change = if from.is_some() { "moved" } else { "migrated" };
            let mut file = File { path: path.clone(), from, change: change.to_owned(), ..File::default() };
            why.tell(&mut file, &[&path]);
            if change == "migrated" {
                file.why.clear();
            }
            planned.files.push(file);
        }
        planned.steps.push(Step { path, before, after: leaf });
    }
    planned.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(planned)
}

/// Says that a file of the project cannot be read.
pub fn unreadable(path: &str, why: String) -> Diagnostic {
    Diagnostic::failed("file", "a file of the project cannot be read")
        .at(path)
        .because(why)
        .fix("nothing was changed; look what it is, and run the command again")
}

fn changes(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Unchanged | Verdict::Same | Verdict::DeletedByYou => false,
        Verdict::Created | Verdict::Updated | Verdict::Removed | Verdict::Merged | Verdict::Moved | Verdict::Conflict => true,
    }
}

fn describe(
    outcome: Outcome,
    filtered: &Filtered,
    ours: &Ours<'_>,
    lock: &Lock,
    why: &Why<'_>,
    planned: &mut Planned,
) -> Result<(), Diagnostic> {
    let Outcome { path, from, base_path, theirs_path, verdict, result, stages, merger, settled, conflicts } = outcome;
    if verdict == Verdict::Unchanged {
        let before = base_path.as_ref().and_then(|path| filtered.base.get(path));
        let mine = ours.leaf(&path).map_err(|why| unreadable(&path, why))?;
        planned.untouched += usize::from(before.is_some() && before != mine.as_ref());
        return Ok(());
    }
    let from = from.or_else(|| ours.moved().get(&path).cloned());
    let mut file =
        File { path: path.clone(), from, change: verdict.word().to_owned(), merger: merger.map(str::to_owned), ..File::default() };
    let paths: Vec<&str> = [Some(&path), theirs_path.as_ref(), base_path.as_ref()].into_iter().flatten().map(String::as_str).collect();
    why.tell(&mut file, &paths);
    file.settled = settled.into_iter().map(|one| Settled { rule: one.rule.id.to_owned(), line: one.line, what: one.what }).collect();
    let known = |conflict: &crate::merge::Conflict| {
        let sides = [conflict.base.as_deref(), conflict.ours.as_deref(), conflict.theirs.as_deref()];
        Conflict::of(conflict, lock.resolution(&path, sides))
    };
    file.conflicts = conflicts.iter().map(known).collect();
    if verdict == Verdict::Conflict {
        let stages = stages.unwrap_or_default();
        planned.conflicts.push(IndexConflict { path: path.clone(), base: stages.base, ours: stages.ours, theirs: stages.theirs });
        let around = result.map(|leaf| markers::around(&leaf.bytes, LABELS.ours)).unwrap_or_default();
        planned.open.push(OpenFile { path, road_path: theirs_path, conflicts: file.conflicts.clone(), around });
    }
    planned.files.push(file);
    Ok(())
}
