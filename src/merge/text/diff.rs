//! What changed between two texts, as git's merge sees it: the histogram algorithm, changes as far down as they slide.

use std::ops::Range;

pub(in crate::merge) use imara_diff::Algorithm;
use imara_diff::{Diff, NoSliderHeuristic, Token};

/// Lines that were replaced by others.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::merge) struct Change {
    /// The lines before.
    pub(in crate::merge) before: Range<usize>,
    /// The lines now.
    pub(in crate::merge) after: Range<usize>,
}

/// Returns the changes from `before` to `after`, whose lines are numbers below `count`.
pub(in crate::merge) fn changes(before: &[u32], after: &[u32], count: u32, algorithm: Algorithm) -> Vec<Change> {
    let tokens = |lines: &[u32]| lines.iter().map(|line| Token(*line)).collect::<Vec<_>>();
    let (before, after) = (tokens(before), tokens(after));
    let mut diff = Diff::default();
    diff.compute_with(algorithm, &before, &after, count);
    diff.postprocess_with(&before, &after, NoSliderHeuristic);
    let range = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks().map(|hunk| Change { before: range(hunk.before), after: range(hunk.after) }).collect()
}
