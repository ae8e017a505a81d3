//! Conflict markers as git and zdiff3 write them, of another length than any row in the contested lines that a reader could take
//! for one.

use std::collections::HashSet;

use super::Labels;

/// Git's length of conflict markers.
pub(super) const SHORTEST: usize = 7;

/// Returns how long the row of signs is that a line begins with, where it could be a conflict marker; else 0. A row of `=`
/// is one, too, though headings have it.
pub(super) fn row(line: &[u8]) -> usize {
    let Some(sign) = line.first().filter(|sign| b"<|=>".contains(sign)) else { return 0 };
    let length = line.iter().take_while(|byte| *byte == sign).count();
    if length >= SHORTEST && line.get(length).is_none_or(|next| matches!(next, b' ' | b'\r' | b'\n')) { length } else { 0 }
}

/// Returns how long markers have to be in a file with these lines, so that no row in it is as long.
pub(super) fn above<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> usize {
    lines.into_iter().map(row).max().map_or(SHORTEST, |longest| SHORTEST.max(longest + 1))
}

/// Returns how long the markers around lines have to be, at least `least`: a reader goes by the length of the first, and a
/// heading of other length is none of them.
pub(super) fn length<'a>(least: usize, lines: impl IntoIterator<Item = &'a [u8]>) -> usize {
    let rows: HashSet<usize> = lines.into_iter().map(row).collect();
    (least..).find(|length| !rows.contains(length)).unwrap_or(least)
}

/// Writes three texts of whole lines as a conflict.
pub(super) fn block(base: &str, ours: &str, theirs: &str, labels: Labels<'_>) -> String {
    let length = length(SHORTEST, [base, ours, theirs].into_iter().flat_map(str::lines).map(str::as_bytes));
    let [open, bar, middle, close] = ["<", "|", "=", ">"].map(|sign| sign.repeat(length));
    format!("{open} {}\n{ours}{bar} {}\n{base}{middle}\n{theirs}{close} {}\n", labels.ours, labels.base, labels.theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_be_a_marker_makes_them_longer() {
        for (line, expected) in [("======", 7), ("=======", 8), ("========= x", 10), ("=======x", 7), (" =======", 7), (">>>>>>>>\r", 9)] {
            assert_eq!(above([line.as_bytes()]), expected, "{line}");
        }
        assert_eq!(above([]), SHORTEST);
        let rows = ["=======", "========", "==============="];
        assert_eq!((length(7, rows.map(str::as_bytes)), length(9, [b"=========".as_slice()]), length(7, [])), (9, 10, 7));
    }
}
