//! The line ends of a text that was edited by a writer that knows only one sort.

use std::collections::HashMap;

use imara_diff::{Algorithm, Diff, Token};

/// A line without its end, and its end.
type Line<'a> = (&'a str, &'a str);

/// Returns the edited text in which lines that stood there before end as they did. One that replaces another ends as that
/// one did, and one that is new as the line before it.
pub fn restored(before: &str, after: &str) -> String {
    let (old, new) = (lines(before), lines(after));
    let ends = ends(&old, &new);
    let mut out = String::with_capacity(after.len() + new.len());
    let mut last = old.iter().map(|(_, end)| *end).find(|end| !end.is_empty()).unwrap_or("\n");
    for (at, ((said, own), end)) in new.iter().zip(ends).enumerate() {
        let end = match end {
            Some(end) if !end.is_empty() || at + 1 == new.len() => end,
            Some(_) | None if own.is_empty() => "",
            Some(_) | None => last,
        };
        out.push_str(said);
        out.push_str(end);
        last = if end.is_empty() { last } else { end };
    }
    out
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let line = |line| {
        let said = str::strip_suffix(line, "\r\n").or_else(|| line.strip_suffix('\n')).unwrap_or(line);
        (said, &line[said.len()..])
    };
    text.split_inclusive('\n').map(line).collect()
}

/// Returns for each new line the end of the old one that it is, or that it replaces.
fn ends<'a>(old: &[Line<'a>], new: &[Line<'_>]) -> Vec<Option<&'a str>> {
    let mut numbers: HashMap<&str, u32> = HashMap::new();
    let tokens: Vec<Token> = old
        .iter()
        .chain(new)
        .map(|(said, _)| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            Token(*numbers.entry(*said).or_insert(next))
        })
        .collect();
    let (before, after) = tokens.split_at(old.len());
    let mut diff = Diff::default();
    diff.compute_with(Algorithm::Histogram, before, after, u32::try_from(numbers.len()).unwrap_or(u32::MAX));
    let mut found = vec![None; new.len()];
    let mut pair = |from: std::ops::Range<usize>, to: std::ops::Range<usize>| {
        for (slot, (_, end)) in found[to].iter_mut().zip(&old[from]) {
            *slot = Some(*end);
        }
    };
    let (mut from, mut to) = (0, 0);
    for hunk in diff.hunks() {
        let (first, then) = (hunk.before.start as usize..hunk.before.end as usize, hunk.after.start as usize..hunk.after.end as usize);
        pair(from..first.start, to..then.start);
        (from, to) = (first.end, then.end);
        pair(first, then);
    }
    pair(from..old.len(), to..new.len());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_ends_as_it_did() {
        for (before, after, expected) in [
            ("a\r\nb\nc\r\n", "a\nb\nc\n", "a\r\nb\nc\r\n"),
            ("a\nb\r\nc\n", "a\nx\nc\n", "a\nx\r\nc\n"),
            ("a\r\nb\r\n", "a\nb\nnew\n", "a\r\nb\r\nnew\r\n"),
            ("a\r\nb\n", "new\na\nb\n", "new\r\na\r\nb\n"),
            ("a\nb", "a\nb\n", "a\nb"),
            ("a\r\nb", "a\nb\nc\n", "a\r\nb\r\nc\r\n"),
            ("a\r\nb\n", "b\n", "b\n"),
            ("", "a\n", "a\n"),
        ] {
            assert_eq!(restored(before, after), expected, "{before:?} {after:?}");
        }
    }
}
