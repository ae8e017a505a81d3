//! Plain text: lines, three ways, with git's quality; conflicts as zdiff3 markers.
//!
//! Texts are compared by what their lines say. How ours spells them stays: line endings, indentation, a byte order mark,
//! whether the last line ends. Bytes that are no UTF-8 are merged as bytes. Contested lines go through the rules of
//! [`settle`]; what no rule settles is a conflict, with a suggestion where a rule has one.

mod combine;
pub(in crate::merge) mod diff;
pub(in crate::merge) mod hunks;
mod layout;
pub(in crate::merge) mod lines;
pub(in crate::merge) mod pins;
pub mod rules;
pub(in crate::merge) mod settle;
mod words;
pub(in crate::merge) mod writer;

use std::borrow::Cow;
use std::ops::Range;

use super::{Conflict, ConflictKind, Merged, Settled, Sides, Suggestion};
use diff::Algorithm;
use hunks::{Hunk, Kind};
use lines::{Lines, Numbers};
use settle::Contest;
use writer::Writer;

/// Larger files are not merged by line: somebody has to look at them.
const BYTES: usize = 16 << 20;

/// As [`BYTES`], for all three sides.
const LINES: usize = 1_000_000;

/// How far git looks for a zero byte before it takes a file for text.
const BINARY_WINDOW: usize = 8000;

/// Merges text by lines.
pub fn merge(sides: &Sides<'_>) -> Merged {
    if let Some(merged) = whole(sides) {
        return merged;
    }
    let texts = Texts::of(sides);
    texts.as_ref().map_or_else(|| kept(sides, kind(sides)), |texts| texts.lined_up().write(sides))
}

/// Merges text by lines, with every place that the road changed as a conflict: for files in which the lines merge cleanly and the
/// result cannot be right.
pub(in crate::merge) fn cautious(sides: &Sides<'_>) -> Merged {
    let Some(texts) = Texts::of(sides) else { return kept(sides, kind(sides)) };
    let mut lined_up = texts.lined_up();
    lined_up.settles = false;
    for hunk in &mut lined_up.hunks {
        if hunk.kind == Kind::Theirs {
            hunk.kind = Kind::Contested(Vec::new(), Vec::new());
        }
    }
    let merged = lined_up.write(sides);
    if merged.is_clean() { kept(sides, kind(sides)) } else { merged }
}

/// Whether another way to compare the texts puts a change of the road somewhere else: then no merge by lines can be trusted.
pub(in crate::merge) fn is_doubtful(sides: &Sides<'_>, merged: &Merged) -> bool {
    Texts::of(sides).is_some_and(|texts| texts.lined_up_by(Algorithm::Myers).write(sides).bytes != merged.bytes)
}

/// Whether all that is contested are pins, and lists of them.
pub(in crate::merge) fn contests_pins_alone(sides: &Sides<'_>) -> bool {
    Texts::of(sides).is_some_and(|texts| {
        let lined_up = texts.lined_up();
        lined_up.hunks.iter().filter(|hunk| matches!(hunk.kind, Kind::Contested(..))).all(|hunk| {
            let ours = texts.ours.keys().get(hunk.ours.clone()).unwrap_or_default();
            slice(&lined_up.base, &hunk.base)
                .iter()
                .chain(ours)
                .chain(&slice(&lined_up.theirs, &hunk.theirs))
                .all(|line| pins::is_of_a_list(line))
        })
    })
}

/// Settles what is no matter of lines: files that are no text, or too large.
pub(in crate::merge) fn whole(sides: &Sides<'_>) -> Option<Merged> {
    let all = || sides.base.into_iter().chain([sides.ours, sides.theirs]);
    if all().any(is_binary) {
        return Some(kept(sides, ConflictKind::Binary));
    }
    all().any(|bytes| bytes.len() > BYTES).then(|| kept(sides, kind(sides)))
}

/// Whether git would take the bytes for no text.
pub fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes.get(..BINARY_WINDOW).unwrap_or(bytes)).is_some()
}

/// A conflict of the whole file, in which ours stays.
fn kept(sides: &Sides<'_>, kind: ConflictKind) -> Merged {
    let conflict = Conflict { kind, line: None, key: String::new(), base: None, ours: None, theirs: None, suggestion: None };
    Merged { bytes: sides.ours.to_vec(), merger: "text", settled: Vec::new(), conflicts: vec![conflict] }
}

fn kind(sides: &Sides<'_>) -> ConflictKind {
    if sides.base.is_some() { ConflictKind::Content } else { ConflictKind::AddAdd }
}

/// The three texts as lines.
pub(in crate::merge) struct Texts<'a> {
    base: Lines<'a>,
    ours: Lines<'a>,
    theirs: Lines<'a>,
    has_base: bool,
}

/// The three texts with their hunks.
pub(in crate::merge) struct LinedUp<'t, 'a> {
    texts: &'t Texts<'a>,
    /// The road's texts, as they are compared.
    base: Vec<Cow<'a, [u8]>>,
    theirs: Vec<Cow<'a, [u8]>>,
    /// Lines of `theirs` in which a stronger pin of the project was put.
    pinned: Vec<usize>,
    /// Whether rules may settle what is contested.
    settles: bool,
    /// The places in which they agree and differ.
    pub(in crate::merge) hunks: Vec<Hunk>,
}

impl<'a> Texts<'a> {
    /// Splits the sides; nothing where they have too many lines.
    pub(in crate::merge) fn of(sides: &Sides<'a>) -> Option<Self> {
        let (base, ours, theirs) = (Lines::of(sides.base.unwrap_or_default()), Lines::of(sides.ours), Lines::of(sides.theirs));
        let count = base.keys().len() + ours.keys().len() + theirs.keys().len();
        (count <= LINES).then_some(Self { base, ours, theirs, has_base: sides.base.is_some() })
    }

    /// Finds the hunks; where lines are contested, as the project lays them out.
    pub(in crate::merge) fn lined_up(&self) -> LinedUp<'_, 'a> {
        self.lined_up_by(Algorithm::Histogram)
    }

    /// Whether the road's text has a weaker pin where the project's has one by commit or digest.
    pub(in crate::merge) fn lowers_a_pin(&self) -> bool {
        !pins::keep(self.ours.keys(), self.theirs.keys()).1.is_empty()
    }

    fn lined_up_by(&self, algorithm: Algorithm) -> LinedUp<'_, 'a> {
        let (theirs, pinned) = pins::keep(self.ours.keys(), self.theirs.keys());
        let base: Vec<Cow<'_, [u8]>> = self.base.keys().iter().map(|line| Cow::Borrowed(*line)).collect();
        let plain = self.with(base, theirs, pinned, algorithm);
        if !self.has_base || plain.contested() == 0 {
            return plain;
        }
        let Some((base, theirs)) = layout::follow(self.base.keys(), self.ours.keys(), &plain.theirs) else { return plain };
        let relaid = self.with(base, theirs, plain.pinned.clone(), algorithm);
        if relaid.contested() < plain.contested() { relaid } else { plain }
    }

    fn with(&self, base: Vec<Cow<'a, [u8]>>, theirs: Vec<Cow<'a, [u8]>>, pinned: Vec<usize>, algorithm: Algorithm) -> LinedUp<'_, 'a> {
        let mut numbers = Numbers::default();
        let (b, o, t) = (
            numbers.of(base.iter().map(|line| &**line)),
            numbers.of(self.ours.keys().iter().copied()),
            numbers.of(theirs.iter().map(|line| &**line)),
        );
        let count = numbers.count();
        let hunks = if self.has_base {
            hunks::hunks(&b, &o, &t, &diff::changes(&b, &o, count, algorithm), &diff::changes(&b, &t, count, algorithm))
        } else {
            hunks::of_two(&o, &t, &diff::changes(&o, &t, count, algorithm))
        };
        drop(numbers);
        LinedUp { texts: self, base, theirs, pinned, settles: true, hunks }
    }
}

fn slice<'x>(lines: &'x [Cow<'_, [u8]>], range: &Range<usize>) -> Vec<&'x [u8]> {
    lines.get(range.clone()).unwrap_or_default().iter().map(|line| &**line).collect()
}

impl LinedUp<'_, '_> {
    /// How many lines are contested.
    fn contested(&self) -> usize {
        self.hunks.iter().filter(|hunk| matches!(hunk.kind, Kind::Contested(..))).map(|hunk| 1 + hunk.ours.len() + hunk.theirs.len()).sum()
    }

    /// Writes the merged text.
    pub(in crate::merge) fn write(&self, sides: &Sides<'_>) -> Merged {
        let ours = &self.texts.ours;
        let mut writer = Writer::new(&self.texts.base, ours, &self.texts.theirs);
        let mut merged = Merged { bytes: Vec::new(), merger: "text", settled: Vec::new(), conflicts: Vec::new() };
        for hunk in &self.hunks {
            let pinned = matches!(hunk.kind, Kind::Same | Kind::Theirs | Kind::Contested(..))
                .then(|| self.pinned.iter().find(|at| hunk.theirs.contains(at)))
                .flatten();
            if let Some(at) = pinned {
                let what = format!("your pin stays: `{}`", shown(&slice(&self.theirs, &(*at..*at + 1))).trim());
                merged.settled.push(Settled { rule: pins::KEPT, line: writer.next_line(), what });
            }
            match &hunk.kind {
                Kind::Stable | Kind::Same | Kind::Ours => writer.keep(ours, hunk.ours.clone()),
                Kind::Theirs => {
                    if slice(&self.base, &hunk.base) != self.texts.base.keys().get(hunk.base.clone()).unwrap_or_default() {
                        let what = "you only laid out anew what the road changed".to_owned();
                        merged.settled.push(Settled { rule: &rules::LAYOUT_ONLY, line: writer.next_line(), what });
                    }
                    slice(&self.theirs, &hunk.theirs).iter().for_each(|line| writer.line(line));
                }
                Kind::Contested(..) => self.contest(sides, hunk, &mut writer, &mut merged),
            }
        }
        merged.bytes = writer.finish();
        merged
    }

    /// Writes contested lines: what a rule makes of them, or a conflict. Lines at the ends that both have stand outside.
    fn contest(&self, sides: &Sides<'_>, hunk: &Hunk, writer: &mut Writer<'_>, merged: &mut Merged) {
        let lines = &self.texts.ours;
        let (base, theirs) = (slice(&self.base, &hunk.base), slice(&self.theirs, &hunk.theirs));
        let ours: Vec<&[u8]> = lines.keys().get(hunk.ours.clone()).unwrap_or_default().to_vec();
        let whole = Contest { base: &base, ours: &ours, theirs: &theirs };
        let answer = settle::settle(whole);
        if let Some(answer) = answer.as_ref().filter(|answer| self.settles && answer.settles) {
            let what = format!("{} of yours, {} of the road's", count(ours.len()), count(theirs.len()));
            merged.settled.push(Settled { rule: answer.rule, line: writer.next_line(), what });
            let same = answer.lines.iter().map(Vec::as_slice).eq(ours.iter().copied());
            if same {
                writer.keep(lines, hunk.ours.clone());
            } else {
                answer.lines.iter().for_each(|line| writer.line(line));
            }
            return;
        }
        let head = ours.iter().zip(&theirs).take_while(|(one, other)| one == other).count();
        let room = ours.len().min(theirs.len()) - head;
        let tail = ours.iter().rev().zip(theirs.iter().rev()).take(room).take_while(|(one, other)| one == other).count();
        writer.keep(lines, hunk.ours.start..hunk.ours.start + head);
        let (our_rest, their_rest) = (inner(&ours, head, tail), inner(&theirs, head, tail));
        let suggestion = answer.and_then(|answer| suggestion(&answer, head, tail));
        merged.conflicts.push(Conflict {
            kind: kind(sides),
            line: Some(writer.next_line()),
            key: String::new(),
            base: sides.base.is_some().then(|| shown(&base)),
            ours: Some(shown(our_rest)),
            theirs: Some(shown(their_rest)),
            suggestion,
        });
        writer.conflict(Contest { base: &base, ours: our_rest, theirs: their_rest }, sides.labels);
        writer.keep(lines, hunk.ours.end - tail..hunk.ours.end);
    }
}

fn inner<'x, 'y>(lines: &'x [&'y [u8]], head: usize, tail: usize) -> &'x [&'y [u8]] {
    lines.get(head..lines.len() - tail).unwrap_or_default()
}

/// Returns what a rule suggests for the place between the markers.
fn suggestion(answer: &settle::Answer, head: usize, tail: usize) -> Option<Suggestion> {
    let lines = answer.lines.get(head..answer.lines.len().checked_sub(tail)?)?;
    let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
    Some(Suggestion { rule: answer.rule, text: shown(&lines) })
}

fn count(lines: usize) -> String {
    if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") }
}

/// Returns lines as a text for people.
fn shown(lines: &[&[u8]]) -> String {
    lines.iter().flat_map(|line| [String::from_utf8_lossy(line).into_owned(), "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests;
