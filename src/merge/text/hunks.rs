//! The places in which three texts agree and differ, in order.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::diff::Change;

/// What the sides did in a place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::merge) enum Kind {
    /// Nobody changed it.
    Stable,
    /// The project changed it.
    Ours,
    /// The road changed it.
    Theirs,
    /// Both made the same change.
    Same,
    /// Both changed it, and not alike. The changes of each side, in lines of the whole texts.
    Contested(Vec<Change>, Vec<Change>),
}

/// A place of three texts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::merge) struct Hunk {
    /// What the sides did.
    pub(in crate::merge) kind: Kind,
    /// The lines in the base.
    pub(in crate::merge) base: Range<usize>,
    /// The lines in the project's text.
    pub(in crate::merge) ours: Range<usize>,
    /// The lines in the road's text.
    pub(in crate::merge) theirs: Range<usize>,
}

/// How many unchanged lines may lie between two additions of one line for these to be taken for one.
const NEAR: usize = 3;

/// The lines that a side added once, and that the base does not have.
struct News<'a> {
    lines: &'a [u32],
    once: HashSet<u32>,
}

impl<'a> News<'a> {
    fn of(base: &[u32], lines: &'a [u32], changes: &[Change]) -> Self {
        let mut count: HashMap<u32, usize> = HashMap::new();
        changes
            .iter()
            .filter_map(|change| lines.get(change.after.clone()))
            .flatten()
            .for_each(|line| *count.entry(*line).or_default() += 1);
        base.iter().for_each(|line| *count.entry(*line).or_default() += 1);
        Self { lines, once: count.into_iter().filter(|(_, count)| *count == 1).map(|(line, _)| line).collect() }
    }

    /// Whether two changes add a line that is new on both sides. A merge that takes both has it twice.
    fn shares(&self, change: &Change, other: &Self, others: &Change) -> bool {
        let added: &[u32] = self.lines.get(change.after.clone()).unwrap_or_default();
        let theirs: HashSet<u32> = other.lines.get(others.after.clone()).unwrap_or_default().iter().copied().collect();
        added.iter().any(|line| theirs.contains(line) && self.once.contains(line) && other.once.contains(line))
    }
}

/// Returns the hunks of three texts, given as numbered lines and the changes of the two sides. Changes that overlap or
/// touch are one hunk, as in git: lines beside each other often belong together.
pub(in crate::merge) fn hunks(base: &[u32], ours: &[u32], theirs: &[u32], ours_changes: &[Change], theirs_changes: &[Change]) -> Vec<Hunk> {
    let news = [News::of(base, ours, ours_changes), News::of(base, theirs, theirs_changes)];
    let doubles = |last: Option<&Change>, end: usize, next: &Change, of_last: usize| {
        let near = |last: &&Change| last.before.end == end && next.before.start - end <= NEAR;
        last.filter(near).is_some_and(|last| news[of_last].shares(last, &news[1 - of_last], next))
    };
    let mut hunks = Vec::new();
    let (mut left, mut right) = (ours_changes.iter().peekable(), theirs_changes.iter().peekable());
    // Where the next hunk starts in base, ours and theirs.
    let (mut at, mut at_ours, mut at_theirs) = (0, 0, 0);
    loop {
        let start = match (left.peek(), right.peek()) {
            (None, None) => break,
            (Some(change), None) | (None, Some(change)) => change.before.start,
            (Some(one), Some(other)) => one.before.start.min(other.before.start),
        };
        if start > at {
            let length = start - at;
            hunks.push(Hunk {
                kind: Kind::Stable,
                base: at..start,
                ours: at_ours..at_ours + length,
                theirs: at_theirs..at_theirs + length,
            });
            (at_ours, at_theirs) = (at_ours + length, at_theirs + length);
        }
        let mut end = start;
        let (mut from_ours, mut from_theirs): (Vec<Change>, Vec<Change>) = (Vec::new(), Vec::new());
        loop {
            if let Some(change) = left.next_if(|change| change.before.start <= end || doubles(from_theirs.last(), end, change, 1)) {
                end = end.max(change.before.end);
                from_ours.push(change.clone());
            } else if let Some(change) = right.next_if(|change| change.before.start <= end || doubles(from_ours.last(), end, change, 0)) {
                end = end.max(change.before.end);
                from_theirs.push(change.clone());
            } else {
                break;
            }
        }
        let length = |changes: &[Change]| {
            let (lost, come) = changes.iter().fold((0, 0), |(lost, come), change| (lost + change.before.len(), come + change.after.len()));
            end - start + come - lost
        };
        let (end_ours, end_theirs) = (at_ours + length(&from_ours), at_theirs + length(&from_theirs));
        let kind = match (from_ours.is_empty(), from_theirs.is_empty()) {
            (_, true) => Kind::Ours,
            (true, false) => Kind::Theirs,
            (false, false) if ours.get(at_ours..end_ours) == theirs.get(at_theirs..end_theirs) => Kind::Same,
            (false, false) => Kind::Contested(from_ours, from_theirs),
        };
        hunks.push(Hunk { kind, base: start..end, ours: at_ours..end_ours, theirs: at_theirs..end_theirs });
        (at, at_ours, at_theirs) = (end, end_ours, end_theirs);
    }
    if at < base.len() {
        hunks.push(Hunk { kind: Kind::Stable, base: at..base.len(), ours: at_ours..ours.len(), theirs: at_theirs..theirs.len() });
    }
    hunks
}

/// Returns the hunks of two texts that have no base: what differs is contested.
pub(in crate::merge) fn of_two(ours: &[u32], theirs: &[u32], changes: &[Change]) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let (mut at_ours, mut at_theirs) = (0, 0);
    let end = Change { before: ours.len()..ours.len(), after: theirs.len()..theirs.len() };
    for change in changes.iter().chain([&end]) {
        if change.before.start > at_ours {
            let stable = Hunk { kind: Kind::Stable, base: 0..0, ours: at_ours..change.before.start, theirs: at_theirs..change.after.start };
            hunks.push(stable);
        }
        if !change.before.is_empty() || !change.after.is_empty() {
            let one = vec![Change { before: 0..0, after: change.before.clone() }];
            let other = vec![Change { before: 0..0, after: change.after.clone() }];
            let kind = Kind::Contested(one, other);
            hunks.push(Hunk { kind, base: 0..0, ours: change.before.clone(), theirs: change.after.clone() });
        }
        (at_ours, at_theirs) = (change.before.end, change.after.end);
    }
    hunks
}
