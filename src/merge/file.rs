//! One file: equal sides first, then by lines, then by its structure.
//!
//! A clean merge of lines keeps the formatting of both sides, so it is taken wherever it is whole and beyond doubt. Files that
//! are sets or lists of lines go to their merger first, because in them the neighbours of a line mean nothing. A structural
//! merger settles what lines contest. Where nothing is clean, the result with the fewest conflicts is taken.

use std::collections::HashSet;

use super::rule::Rule;
use super::text::{self, Texts, pins};
use super::values::rules::{DELETED, SEPARATE, UNION};
use super::{MERGERS, Merged, Merger, Sides, sound};

/// Merges one file.
pub fn merge(sides: &Sides<'_>) -> Merged {
    let Sides { base, ours, theirs, .. } = *sides;
    if ours == theirs || base == Some(theirs) {
        return Merged::clean(ours, "equal");
    }
    if base == Some(ours) && !lowers_a_pin(sides) {
        return Merged::clean(theirs, "equal");
    }
    if let Some(whole) = text::whole(sides) {
        return whole;
    }
    let Some(merger) = MERGERS.iter().find(|merger| (merger.claims)(sides.path)).filter(|_| are_text(sides)) else {
        let merged = text::merge(sides);
        let doubtful = merged.is_clean() && merged.settled.is_empty() && text::is_doubtful(sides, &merged);
        return checked(sides, merged).filter(|_| !doubtful).unwrap_or_else(|| text::cautious(sides));
    };
    match merger.objects_to_lines {
        Some(objects) => lines_first(sides, merger, objects),
        None => structure_first(sides, merger),
    }
}

/// Whether all sides are UTF-8: structural mergers take nothing else.
fn are_text(sides: &Sides<'_>) -> bool {
    sides.base.into_iter().chain([sides.ours, sides.theirs]).all(|bytes| std::str::from_utf8(bytes).is_ok())
}

/// Whether the road's text has a weaker pin where the project's has one by commit or digest.
fn lowers_a_pin(sides: &Sides<'_>) -> bool {
    Texts::of(sides).is_some_and(|texts| texts.lowers_a_pin())
}

/// Returns the merge unless it broke what was whole.
fn checked(sides: &Sides<'_>, merged: Merged) -> Option<Merged> {
    let made_of = sides.base.into_iter().chain([sides.ours, sides.theirs]);
    (!merged.is_clean() || !sound::is_broken(sides.path, &merged.bytes, made_of)).then_some(merged)
}

/// Asks the structural merger; nothing where it cannot, or its result cannot stand.
fn structural(sides: &Sides<'_>, merger: &Merger) -> Option<Merged> {
    let merged = checked(sides, (merger.merge)(sides)?)?;
    if merged.settled.is_empty() && loses_a_line(sides, &merged) {
        return None;
    }
    let lowered = merged.is_clean() && pins::weakened(&lines_of(sides.ours), &owned_lines(&merged.bytes));
    (!lowered).then_some(merged)
}

/// Whether a line that a side brought is neither in the result nor in a conflict. Where no rule says why, that is a loss.
fn loses_a_line(sides: &Sides<'_>, merged: &Merged) -> bool {
    let plain = |line: &str| line.trim().trim_end_matches(',').to_owned();
    let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).lines().map(plain).collect::<HashSet<_>>();
    let (base, had) = (lines(sides.base.unwrap_or_default()), lines(&merged.bytes));
    let said = merged.conflicts.iter().flat_map(|conflict| [&conflict.ours, &conflict.theirs]).flatten();
    let said: HashSet<String> = said.flat_map(|text| text.lines().map(plain).collect::<Vec<_>>()).collect();
    let brought = lines(sides.ours).into_iter().chain(lines(sides.theirs));
    brought
        .filter(|line| !line.is_empty() && !base.contains(line))
        .any(|line| !had.contains(&line) && !said.contains(&line) && !had.iter().any(|there| there.contains(&line)))
}

fn lines_of(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split(|byte| *byte == b'\n').collect()
}

fn owned_lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    lines_of(bytes).into_iter().map(<[u8]>::to_vec).collect()
}

fn structure_first(sides: &Sides<'_>, merger: &Merger) -> Merged {
    let structural = structural(sides, merger);
    if let Some(merged) = structural.as_ref().filter(|merged| merged.is_clean()) {
        return merged.clone();
    }
    let by_lines = checked(sides, text::merge(sides)).unwrap_or_else(|| text::cautious(sides));
    fewest(structural, by_lines)
}

fn lines_first(sides: &Sides<'_>, merger: &Merger, objects: fn(&Sides<'_>, &Merged) -> bool) -> Merged {
    let by_lines = text::merge(sides);
    let is_doubtful = |merged: &Merged| merged.settled.is_empty() && text::is_doubtful(sides, merged) || objects(sides, merged);
    if let Some(merged) = checked(sides, by_lines.clone()).filter(|merged| merged.is_clean() && !is_doubtful(merged)) {
        return merged;
    }
    let structural = structural(sides, merger);
    if let Some(merged) = structural.as_ref().filter(|merged| merged.is_clean() && is_sure(sides, merged)) {
        return merged.clone();
    }
    let by_lines = if by_lines.is_clean() { text::cautious(sides) } else { by_lines };
    fewest(structural.filter(|merged| !merged.is_clean()), by_lines)
}

/// Whether a structural merge may stand without a person. What the project removed and the road edits is for a person. That
/// both changed neighbouring keys is often no accident: it is settled for pins and lists of them.
fn is_sure(sides: &Sides<'_>, merged: &Merged) -> bool {
    let by = |rule: &Rule| merged.settled.iter().any(|settled| settled.rule.id == rule.id);
    !by(&DELETED) && (!(by(&SEPARATE) || by(&UNION)) || text::contests_pins_alone(sides))
}

/// Returns the merge that leaves less to a person; the structural one where both leave as much, since it names the keys.
fn fewest(structural: Option<Merged>, by_lines: Merged) -> Merged {
    match structural {
        Some(structural) if structural.conflicts.len() <= by_lines.conflicts.len() => structural,
        Some(_) | None => by_lines,
    }
}
