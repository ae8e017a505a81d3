//! Several files with one path: one outcome says it all.

use super::{Outcome, Stages, Verdict};

/// Puts the outcomes in order of path, and those of one path together: what stands there carries the rest.
pub(super) fn combine(mut outcomes: Vec<Outcome>) -> Vec<Outcome> {
    outcomes.sort_by(|one, two| (&one.path, one.result.is_none()).cmp(&(&two.path, two.result.is_none())));
    let mut combined: Vec<Outcome> = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        match combined.last_mut().filter(|last| last.path == outcome.path) {
            Some(last) => take_in(last, outcome),
            None => combined.push(outcome),
        }
    }
    combined
}

/// Adds what `other` says to the outcome of what stands at its path.
fn take_in(standing: &mut Outcome, other: Outcome) {
    standing.settled.extend(other.settled);
    let theirs = other.stages.and_then(|stages| stages.theirs);
    if other.verdict != Verdict::Conflict || theirs.is_some() && theirs == standing.result {
        return;
    }
    let stages = standing.stages.get_or_insert_with(|| Stages { ours: standing.result.clone(), ..Stages::default() });
    if stages.theirs.is_none() {
        stages.theirs = theirs;
    }
    standing.conflicts.extend(other.conflicts);
    standing.verdict = Verdict::Conflict;
}
