//! What becomes of contested lines: the first rule that fits settles them, or suggests.

use super::combine::combine;
use super::pins;
use super::rules;
use super::words::{Bag, bag, is_within, less, likeness, plain, without_versions, words};
use crate::merge::rule::Rule;

/// Contested lines of the three sides.
#[derive(Clone, Copy, Debug)]
pub(in crate::merge) struct Contest<'a, 'b> {
    /// What the road gave earlier.
    pub(in crate::merge) base: &'b [&'a [u8]],
    /// What the project has.
    pub(in crate::merge) ours: &'b [&'a [u8]],
    /// What the road gives now.
    pub(in crate::merge) theirs: &'b [&'a [u8]],
}

/// What a rule says of contested lines.
#[derive(Clone, Debug)]
pub(in crate::merge) struct Answer {
    /// The lines that come in their place.
    pub(in crate::merge) lines: Vec<Vec<u8>>,
    /// The rule.
    pub(in crate::merge) rule: &'static Rule,
    /// Whether the rule is sure enough to settle it. Else it suggests.
    pub(in crate::merge) settles: bool,
}

/// A line that is laid out another way is like, a passage that is new is not; in hundredths.
const TOUCHED_UP: usize = 80;
const WRITTEN_ANEW: usize = 50;
const EDITED: usize = 60;
const HARDLY_TOUCHED: usize = 95;

/// How many lines are a passage.
const PASSAGE: usize = 3;

/// Applies the rules.
pub(in crate::merge) fn settle(contest: Contest<'_, '_>) -> Option<Answer> {
    let answer = decide(contest)?;
    let settles = answer.settles && !pins::weakened(contest.ours, &answer.lines);
    Some(Answer { settles, ..answer })
}

fn decide(contest: Contest<'_, '_>) -> Option<Answer> {
    let Contest { base, ours, theirs } = contest;
    let take = |lines: &[&[u8]], rule| Some(Answer { lines: owned(lines), rule, settles: true });
    let suggest = |lines: &[&[u8]], rule| Some(Answer { lines: owned(lines), rule, settles: false });
    let (b, o, t) = (words(base), words(ours), words(theirs));
    if o.is_empty() && t.is_empty() {
        return take(ours, &rules::SAME_WORDS);
    }
    if plain(&o) == plain(&t) {
        return take(if indented_by_you(contest) { ours } else { theirs }, &rules::SAME_WORDS);
    }
    if !base.is_empty() && plain(&b) == plain(&o) {
        return take(theirs, &rules::LAYOUT_ONLY);
    }
    if !base.is_empty() && plain(&b) == plain(&t) {
        return take(ours, &rules::LAYOUT_ONLY);
    }
    if b.is_empty() {
        let both: Vec<&[u8]> = ours.iter().chain(theirs).copied().collect();
        return if o.is_empty() || t.is_empty() { None } else { suggest(&both, &rules::BOTH_ADDED) };
    }
    if lines_within(base, ours, theirs) {
        return take(theirs, &rules::ROAD_HAS_YOURS);
    }
    if let Some((lines, rule)) = pins::by_word(base, ours, theirs) {
        return Some(Answer { lines, rule, settles: true });
    }
    let together = combine(base, ours, theirs);
    let versions_alone = |side: &[&[u8]]| without_versions(&b) == without_versions(side);
    if let Some(lines) = &together
        && (versions_alone(&o) || versions_alone(&t))
        && base.iter().chain(ours).chain(theirs).all(|line| pins::is_of_a_list(line))
    {
        return take(lines, &rules::NEXT_TO_A_PIN);
    }
    let (b, o, t) = (bag(&b), bag(&o), bag(&t));
    if changes_within(&b, &t, &o) {
        return take(ours, &rules::ALREADY_THERE);
    }
    let (yours, roads) = (likeness(&b, &o), likeness(&b, &t));
    if let Some(lines) = &together {
        return suggest(lines, &rules::NEIGHBOURS);
    }
    let passage = base.iter().filter(|line| !line.trim_ascii().is_empty()).count();
    if !o.is_empty() && yours < WRITTEN_ANEW && (roads > TOUCHED_UP && passage >= PASSAGE || roads > HARDLY_TOUCHED) {
        return take(ours, &rules::REWRITTEN_BY_YOU);
    }
    if passage == 1 && roads > EDITED && !o.is_empty() && yours >= roads && !brings_a_comment(base, ours, theirs) {
        return take(theirs, &rules::REWRITTEN_BY_ROAD);
    }
    None
}

fn owned(lines: &[&[u8]]) -> Vec<Vec<u8>> {
    lines.iter().map(|line| line.to_vec()).collect()
}

/// Whether the project, and not the road, changed how the lines are indented.
fn indented_by_you(contest: Contest<'_, '_>) -> bool {
    let Contest { base, ours, theirs } = contest;
    let stripped = ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(one, other)| one.trim_ascii() == other.trim_ascii());
    let indent = |lines: &[&[u8]]| lines.first().map(|line| line.len() - line.trim_ascii_start().len());
    stripped && (base.is_empty() || indent(base) != indent(ours) || indent(base) == indent(theirs))
}

/// Whether a line of the project ends in a comment that the road's texts do not have: a person's words are not given up.
fn brings_a_comment(base: &[&[u8]], ours: &[&[u8]], theirs: &[&[u8]]) -> bool {
    fn comment(line: &[u8]) -> Option<&[u8]> {
        [&b" # "[..], b" // "].iter().find_map(|mark| memchr::memmem::find(line, mark).map(|at| line[at..].trim_ascii()))
    }
    let has = |lines: &[&[u8]], wanted: &[u8]| lines.iter().any(|line| comment(line) == Some(wanted));
    ours.iter().filter_map(|line| comment(line)).any(|wanted| !has(base, wanted) && !has(theirs, wanted))
}

/// Whether every line that the project changed is changed alike by the road.
fn lines_within(base: &[&[u8]], ours: &[&[u8]], theirs: &[&[u8]]) -> bool {
    let (b, o, t) = (trimmed(base), trimmed(ours), trimmed(theirs));
    changes_within(&bag(&b), &bag(&o), &bag(&t))
}

fn trimmed<'a>(lines: &[&'a [u8]]) -> Vec<&'a [u8]> {
    lines.iter().map(|line| line.trim_ascii()).filter(|line| !line.is_empty()).collect()
}

/// Whether `one` brings something, and all that it brings and takes away from the base, `other` does, too.
fn changes_within(base: &Bag<'_>, one: &Bag<'_>, other: &Bag<'_>) -> bool {
    let brought = less(one, base);
    !brought.is_empty() && is_within(&brought, &less(other, base)) && is_within(&less(base, one), &less(base, other))
}
