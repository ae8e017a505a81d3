//! Changes of two sides that touch and share no line, put together.

use super::diff::{Algorithm, Change, changes};
use super::lines::Numbers;

/// Returns the lines with the changes of both sides; nothing where a line was changed by both, or both added in one place.
pub(super) fn combine<'a>(base: &[&'a [u8]], ours: &[&'a [u8]], theirs: &[&'a [u8]]) -> Option<Vec<&'a [u8]>> {
    let trimmed = |lines: &[&'a [u8]]| lines.iter().map(|line| line.trim_ascii_end()).collect::<Vec<_>>();
    let mut numbers = Numbers::default();
    let (b, o, t) = (numbers.of(trimmed(base)), numbers.of(trimmed(ours)), numbers.of(trimmed(theirs)));
    let (from_ours, from_theirs) =
        (changes(&b, &o, numbers.count(), Algorithm::Histogram), changes(&b, &t, numbers.count(), Algorithm::Histogram));
    let mut all: Vec<(&Change, &[&'a [u8]])> = Vec::new();
    all.extend(from_ours.iter().map(|change| (change, ours)));
    all.extend(from_theirs.iter().map(|change| (change, theirs)));
    all.sort_by_key(|(change, _)| (change.before.start, change.before.end));
    let clash = |(one, other): (&Change, &Change)| {
        one.before.end > other.before.start || one.before.is_empty() && other.before.is_empty() && one.before == other.before
    };
    if all.iter().zip(all.iter().skip(1)).any(|(one, other)| clash((one.0, other.0))) {
        return None;
    }
    let mut lines = Vec::new();
    let mut at = 0;
    for (change, side) in all {
        lines.extend_from_slice(base.get(at..change.before.start)?);
        lines.extend_from_slice(side.get(change.after.clone())?);
        at = change.before.end;
    }
    lines.extend_from_slice(base.get(at..)?);
    Some(lines)
}
