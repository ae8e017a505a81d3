//! Python modules: the imports at the top and `__all__` are sets; all else is merged by line.
//!
//! The sets are merged first, and stand in all three texts as the merge by line sees them: what it finds contested is the
//! rest. A result that is no Python is none.

mod exports;
mod imports;

use std::ops::Range;

use ruff_python_ast::Stmt;

use super::keyed;
use super::rule::Rule;
use super::style::Style;
use super::{Conflict, ConflictKind, Labels, Merged, Merger, Settled, Sides, Suggestion, markers, text};
use crate::scan::code::python_module;

/// The merger.
pub static MERGER: Merger = Merger { name: "python", claims, merge, objects_to_lines: Some(|_, _| false) };

/// Both sides changed the names of one import or `__all__`.
static NAMES: Rule = Rule {
    id: "python-names",
    why: "Both sides changed the names of one import, or of `__all__`: names are a set, so each change holds on its own.",
};

/// How large a file may be.
const BYTES: usize = 4 << 20;

fn claims(path: &str) -> bool {
    path.ends_with(".py") || path.ends_with(".pyi")
}

/// A file with the style taken away.
struct Side {
    text: String,
    body: Vec<Stmt>,
}

/// A part of the file that is a set, merged.
struct Part {
    /// Where it stands in base, ours and theirs.
    ranges: [Range<usize>; 3],
    text: String,
    /// The line in the part, the rule and what it did.
    settled: Vec<Settled>,
    /// Whether both sides added only. Where one took something away, the merge is a proposal: maintainers who removed an
    /// import often did not want the other side's either.
    adds_only: bool,
}

fn merge(sides: &Sides<'_>) -> Option<Merged> {
    let base = sides.base?;
    if [base, sides.ours, sides.theirs].iter().any(|text| text.len() > BYTES) {
        return None;
    }
    let by_line = keyed::by_line(MERGER.name, sides)?;
    if by_line.is_clean() {
        return None;
    }
    let (style, ours) = Style::of(sides.ours)?;
    let read = |text: String| Some(Side { body: python_module(&text)?, text });
    let three = [read(Style::of(base)?.1)?, read(ours)?, read(Style::of(sides.theirs)?.1)?];
    let mut parts: Vec<Part> = [imports::merge(&three), exports::merge(&three)].into_iter().flatten().collect();
    if parts.is_empty() {
        return None;
    }
    parts.sort_by_key(|part| part.ranges[1].start);
    let shown: Vec<[String; 3]> =
        parts.iter().map(|part| [0, 1, 2].map(|at| three[at].text.get(part.ranges[at].clone()).unwrap_or_default().to_owned())).collect();
    let mut texts = three.map(|side| side.text);
    for part in parts.iter().rev() {
        for (text, range) in texts.iter_mut().zip(&part.ranges) {
            text.replace_range(range.clone(), &part.text);
        }
    }
    let [base, ours, theirs] = texts.map(|text| style.write(&text));
    let rest = text::merge(&Sides { base: Some(&base), ours: &ours, theirs: &theirs, ..*sides });
    let (_, plain) = Style::of(&rest.bytes)?;
    if rest.is_clean() {
        python_module(&plain)?;
    }
    let mut merged = Draft { text: plain, settled: rest.settled, conflicts: rest.conflicts };
    for (part, shown) in parts.iter().zip(&shown) {
        merged.place(part, shown, sides.labels)?;
    }
    let merged = merged.finish(style);
    (contested(&merged) < contested(&by_line) || merged.conflicts.len() <= by_line.conflicts.len() && has_suggestion(&merged))
        .then_some(merged)
}

fn has_suggestion(merged: &Merged) -> bool {
    merged.conflicts.iter().any(|conflict| conflict.suggestion.is_some())
}

/// A result whose sets are yet to be marked.
struct Draft {
    text: String,
    settled: Vec<Settled>,
    conflicts: Vec<Conflict>,
}

impl Draft {
    /// Says what was done about a part, or shows it as a conflict with the proposal.
    fn place(&mut self, part: &Part, shown: &[String; 3], labels: Labels<'_>) -> Option<()> {
        let at = self.text.find(&part.text)?;
        let before = self.text[..at].matches('\n').count();
        if part.adds_only {
            self.settled.extend(part.settled.iter().map(|settled| Settled { line: settled.line + before, ..settled.clone() }));
            return Some(());
        }
        let all = [&shown[0], &shown[1], &shown[2], &part.text].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
        let shortest = all.iter().map(Vec::len).min().unwrap_or(0);
        let same = |at: &usize, from_end: bool| {
            let line = |lines: &Vec<&str>| lines.get(if from_end { lines.len() - 1 - at } else { *at }).map(|line| (*line).to_owned());
            all.iter().all(|lines| line(lines) == line(&all[0]))
        };
        let head = (0..shortest).take_while(|at| same(at, false)).count();
        let tail = (0..shortest - head).take_while(|at| same(at, true)).count();
        let [base, ours, theirs, proposed] = all.each_ref().map(|lines| lines[head..lines.len() - tail].concat());
        let block = markers::block(&base, &ours, &theirs, labels);
        let lead = all[0][..head].concat();
        let line = before + head + 1;
        let grown = block.matches('\n').count() as isize - proposed.matches('\n').count() as isize;
        for there in self.conflicts.iter_mut().filter_map(|conflict| conflict.line.as_mut()).filter(|there| **there > line) {
            *there = there.saturating_add_signed(grown);
        }
        let from = at + lead.len();
        self.text.replace_range(from..from + proposed.len(), &block);
        self.conflicts.push(Conflict {
            kind: ConflictKind::Content,
            line: Some(line),
            key: "imports".to_owned(),
            base: Some(base),
            ours: Some(ours),
            theirs: Some(theirs),
            suggestion: Some(Suggestion { rule: &NAMES, text: proposed }),
        });
        Some(())
    }

    fn finish(mut self, style: Style) -> Merged {
        self.settled.sort_by_key(|settled| settled.line);
        self.conflicts.sort_by_key(|conflict| conflict.line);
        Merged { bytes: style.write(&self.text), merger: MERGER.name, settled: self.settled, conflicts: self.conflicts }
    }
}

/// Returns how much is left to a person.
fn contested(merged: &Merged) -> usize {
    let sides = merged.conflicts.iter().flat_map(|conflict| [&conflict.base, &conflict.ours, &conflict.theirs]);
    merged.conflicts.len() + sides.flatten().map(String::len).sum::<usize>()
}

/// Returns the whole lines that a range lies on.
fn lines_of(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let from = text.get(..range.start)?.rfind('\n').map_or(0, |end| end + 1);
    let to = text.get(range.end..)?.find('\n').map_or(text.len(), |end| range.end + end + 1);
    Some(from..to)
}

/// Puts names into the order that others stand in: theirs come after the name that they follow there, or where they
/// belong in a sorted list.
fn in_order(ours: &[String], theirs: &[String], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut names: Vec<String> = ours.iter().filter(|name| wanted(name)).cloned().collect();
    let folded = |name: &String| name.to_lowercase();
    let tells = ours.len() > 1 || theirs.is_sorted_by_key(folded);
    let plain = tells && ours.is_sorted();
    let loose = tells && ours.is_sorted_by_key(folded);
    for (at, name) in theirs.iter().enumerate() {
        if !wanted(name) || names.contains(name) {
            continue;
        }
        let place = if plain {
            names.partition_point(|there| there < name)
        } else if loose {
            names.partition_point(|there| folded(there) < folded(name))
        } else {
            let before = theirs[..at].iter().rev().find_map(|before| names.iter().position(|there| there == before));
            let after = || theirs[at + 1..].iter().find_map(|after| names.iter().position(|there| there == after));
            before.map(|before| before + 1).or_else(after).unwrap_or(names.len())
        };
        names.insert(place, name.clone());
    }
    names
}

#[cfg(test)]
mod tests;
