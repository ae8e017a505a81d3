//! The check before and after, over the files as they would be.

use std::collections::BTreeMap;

use crate::base::diagnostic::Diagnostic;
use crate::base::leaf::Kind;
use crate::guardrails::outcome::{Judged, Outcome, rank, word};
use crate::ops::check::{self, Options};
use crate::plan::transaction::Step;
use crate::repo::config::Level;
use crate::repo::project::ProjectFiles;
use crate::repo::snapshot::EntryKind;
use crate::repo::worktree::Scope;
use crate::report::upgrade::{Brief, Counts, Guardrails, NotChecked};

/// How loudly the two versions want their guardrails, where that is known; else what the binary holds speaks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// The levels of the version that the project came from.
    pub before: Option<&'a BTreeMap<String, Level>>,
    /// The levels of the version that it goes to.
    pub after: Option<&'a BTreeMap<String, Level>>,
}

/// Checks the project as it is and as the steps would leave it. Files with open conflicts count as they are now: half of
/// each is undecided.
///
/// # Errors
/// As a check.
pub fn compare(files: &ProjectFiles, steps: &[Step], conflicted: &[&str], wanted: &Wanted<'_>) -> Result<Guardrails, Diagnostic> {
    let options = Options { path: files.root.clone(), explicit: true, scope: Scope::Full, only: Vec::new(), skip: Vec::new() };
    let silent = |_: usize, _: usize| {};
    let before = check::check_as(files.worktree(), &options, wanted.before, &silent)?.outcome;
    let mut changed = files.worktree();
    let decided = steps.iter().filter(|step| !conflicted.contains(&step.path.as_str()));
    let overlay: BTreeMap<String, Option<(EntryKind, Vec<u8>)>> = decided
        .map(|step| {
            let after = step.after.as_ref().map(|leaf| {
                let kind = match leaf.kind {
                    Kind::Plain => EntryKind::File { executable: false },
                    Kind::Executable => EntryKind::File { executable: true },
                    Kind::Link => EntryKind::Link,
                    Kind::Submodule => EntryKind::Submodule,
                };
                (kind, leaf.bytes.to_vec())
            });
            (step.path.clone(), after)
        })
        .collect();
    changed.snapshot = changed.snapshot.with_entries(overlay);
    let after = check::check_as(changed, &options, wanted.after, &silent)?.outcome;
    let mut not_checked: Vec<NotChecked> =
        after.unscannable.iter().map(|file| NotChecked { path: file.path.clone(), why: file.why.clone() }).collect();
    not_checked.extend(conflicted.iter().map(|path| NotChecked { path: (*path).to_owned(), why: "its conflicts are open".to_owned() }));
    Ok(Guardrails {
        scope: "full".to_owned(),
        settled: missing_in(&before, &after),
        new: missing_in(&after, &before),
        louder: louder(&before, &after),
        before: counts(&before),
        after: counts(&after),
        not_checked,
    })
}

fn counts(outcome: &Outcome) -> Counts {
    Counts { block: outcome.count(Level::Block), warn: outcome.count(Level::Warn), advise: outcome.count(Level::Advise) }
}

/// Returns the open findings of one outcome that the other has not.
fn missing_in(one: &Outcome, other: &Outcome) -> Vec<Brief> {
    let known: std::collections::BTreeSet<&str> = other.open().map(|judged| judged.fingerprint.as_str()).collect();
    one.open().filter(|judged| !known.contains(judged.fingerprint.as_str())).map(brief).collect()
}

/// Returns the open findings that both have, and that are louder in `after`.
fn louder(before: &Outcome, after: &Outcome) -> Vec<Brief> {
    let levels: BTreeMap<&str, Level> = before.open().map(|judged| (judged.fingerprint.as_str(), judged.level)).collect();
    let is_louder = |judged: &&Judged| levels.get(judged.fingerprint.as_str()).is_some_and(|level| rank(judged.level) > rank(*level));
    after.open().filter(is_louder).map(brief).collect()
}

fn brief(judged: &Judged) -> Brief {
    let place = &judged.finding.place;
    Brief {
        guardrail: judged.finding.guardrail.to_owned(),
        level: word(judged.level).to_owned(),
        path: place.path.clone(),
        line: place.line,
        what: judged.finding.what.clone(),
    }
}
