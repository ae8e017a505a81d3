//! Merges texts by lines, and keeps what was contested on all three sides: three texts that differ only there.

use crate::merge::text::diff;
use crate::merge::text::hunks::{self, Hunk, Kind};
use crate::merge::text::lines::{Lines as Read, Numbers};

/// The three sides after everything that lines alone can merge.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Lines {
    /// Base, ours and theirs; all the same where nothing is contested.
    pub sides: [String; 3],
    /// How many places are contested.
    pub contested: usize,
}

/// Merges three texts by lines.
pub(super) fn merge(base: &str, ours: &str, theirs: &str) -> Lines {
    let read = [base, ours, theirs].map(|text| Read::of(text.as_bytes()));
    let keys: Vec<Vec<&str>> = [base, ours, theirs].iter().map(|text| text.lines().collect()).collect();
    let mut lines = Lines { sides: [String::new(), String::new(), String::new()], contested: 0 };
    for hunk in line_up(&read) {
        let from = match hunk.kind {
            Kind::Stable | Kind::Ours | Kind::Same => [1; 3],
            Kind::Theirs => [2; 3],
            Kind::Contested(..) => {
                lines.contested += 1;
                [0, 1, 2]
            }
        };
        for (side, from) in lines.sides.iter_mut().zip(from) {
            let range = [&hunk.base, &hunk.ours, &hunk.theirs][from].clone();
            for line in keys[from].get(range).unwrap_or_default() {
                side.push_str(line);
                side.push('\n');
            }
        }
    }
    lines
}

/// Finds the places in which three texts agree and differ.
fn line_up(sides: &[Read<'_>; 3]) -> Vec<Hunk> {
    let mut numbers = Numbers::default();
    let [base, ours, theirs] = [&sides[0], &sides[1], &sides[2]].map(|side| numbers.of(side.keys().iter().copied()));
    let count = numbers.count();
    hunks::hunks(
        &base,
        &ours,
        &theirs,
        &diff::changes(&base, &ours, count, diff::Algorithm::Histogram),
        &diff::changes(&base, &theirs, count, diff::Algorithm::Histogram),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_sides_where_they_are_contested() {
        let lines = merge("a\nb\nc\nd\ne\n", "a\nB\nc\nd\ne\n", "a\nX\nc\nd\nE\n");
        assert_eq!(lines.sides, ["a\nb\nc\nd\nE\n", "a\nB\nc\nd\nE\n", "a\nX\nc\nd\nE\n"].map(str::to_owned));
        assert_eq!(lines.contested, 1);
    }
}
