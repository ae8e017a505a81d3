//! Conflict markers in a file, as a merge writes them: found, and replaced by what a person chose.

use std::ops::Range;

/// Git's length of conflict markers; a file that holds markers of its own gets longer ones.
const SHORTEST: usize = 7;

/// The texts of one conflict in a file, with their own line ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hunk {
    /// The bytes that it takes, markers included.
    pub range: Range<usize>,
    /// The line of its first marker, from 1.
    pub line: usize,
    /// What the road gave earlier.
    pub base: Range<usize>,
    /// What the project has.
    pub ours: Range<usize>,
    /// What the road gives now.
    pub theirs: Range<usize>,
}

/// Finds the conflicts of a file. `label` is what the project's side is called; markers with another one, or that are not
/// whole, are text.
pub fn find(bytes: &[u8], label: &str) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let lines: Vec<Range<usize>> = lines(bytes);
    let mut at = 0;
    while let Some(start) = lines.get(at) {
        let line = at + 1;
        at += 1;
        let Some(length) = opens(&bytes[start.clone()], label) else { continue };
        let mut ends = [None; 3];
        let mut found = 0;
        for (ahead, range) in lines.iter().enumerate().skip(at) {
            let text = &bytes[range.clone()];
            if opens(text, label) == Some(length) {
                break;
            }
            let sign = [b'|', b'=', b'>'][found];
            if is_marker(text, sign, length) {
                ends[found] = Some(ahead);
                found += 1;
                if found == 3 {
                    break;
                }
            }
        }
        let [Some(base), Some(theirs), Some(end)] = ends else { continue };
        let (base_at, theirs_at, end_at) = (&lines[base], &lines[theirs], &lines[end]);
        hunks.push(Hunk {
            range: start.start..end_at.end,
            line,
            ours: start.end..base_at.start,
            base: base_at.end..theirs_at.start,
            theirs: theirs_at.end..end_at.start,
        });
        at = end + 1;
    }
    hunks
}

/// How many lines around a conflict find it again.
const AROUND: usize = 3;

/// Returns the lines around each conflict of a file: those before it and those after it, up to the next one.
pub fn around(bytes: &[u8], label: &str) -> Vec<[String; 2]> {
    let hunks = find(bytes, label);
    let between = |at: usize| {
        let start = if at == 0 { 0 } else { hunks[at - 1].range.end };
        let end = hunks.get(at).map_or(bytes.len(), |hunk| hunk.range.start);
        &bytes[start..end]
    };
    let last = |bytes: &[u8]| {
        let lines = lines(bytes);
        let from = lines.get(lines.len().saturating_sub(AROUND)).map_or(0, |line| line.start);
        plain(&bytes[from..])
    };
    let first = |bytes: &[u8]| plain(&bytes[..lines(bytes).get(AROUND - 1).map_or(bytes.len(), |line| line.end)]);
    (0..hunks.len()).map(|at| [last(between(at)), first(between(at + 1))]).collect()
}

/// Returns what stands between two texts in a file, where each is there once, in this order; the beginning and the end of
/// the file are there once.
pub fn between<'a>(text: &'a str, around: &[String; 2]) -> Option<&'a str> {
    let [before, after] = around;
    let once = |part: &str| text.matches(part).count() == 1;
    let start = if before.is_empty() { 0 } else { once(before).then(|| text.find(before.as_str()))?? + before.len() };
    let end = if after.is_empty() { text.len() } else { once(after).then(|| text.find(after.as_str()))?? };
    text.get(start..end)
}

/// Returns the file with texts in the place of its conflicts; `None` leaves one as it is.
pub fn replace(bytes: &[u8], hunks: &[Hunk], texts: &[Option<Vec<u8>>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut done = 0;
    for (hunk, text) in hunks.iter().zip(texts) {
        let Some(text) = text else { continue };
        out.extend_from_slice(&bytes[done..hunk.range.start]);
        out.extend_from_slice(text);
        done = hunk.range.end;
    }
    out.extend_from_slice(&bytes[done..]);
    out
}

/// Returns a text with `\n` as its line ends.
pub fn plain(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

/// Returns a text with the line ends of the file around it, and with a last line that ends.
pub fn spelled(text: &str, around: &[u8]) -> Vec<u8> {
    let mut text = text.replace("\r\n", "\n");
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if memchr::memmem::find(around, b"\r\n").is_some() { text.replace('\n', "\r\n").into_bytes() } else { text.into_bytes() }
}

/// Returns the ranges of the lines, their ends included.
fn lines(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut lines: Vec<Range<usize>> = memchr::memchr_iter(b'\n', bytes)
        .map(|end| {
            let line = start..end + 1;
            start = end + 1;
            line
        })
        .collect();
    if start < bytes.len() {
        lines.push(start..bytes.len());
    }
    lines
}

/// Returns how long the marker is that a line opens a conflict with.
fn opens(line: &[u8], label: &str) -> Option<usize> {
    let length = line.iter().take_while(|byte| **byte == b'<').count();
    let rest = line.get(length..)?.trim_ascii_end();
    (length >= SHORTEST && rest.strip_prefix(b" ") == Some(label.as_bytes())).then_some(length)
}

fn is_marker(line: &[u8], sign: u8, length: usize) -> bool {
    let row = line.iter().take_while(|byte| **byte == sign).count();
    row == length && line.get(length).is_none_or(|next| matches!(next, b' ' | b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(open: &str) -> String {
        let (bar, middle, close) = ("|".repeat(7), "=".repeat(7), ">".repeat(7));
        format!("a\n{} {open}\nmine\n{bar} before\nbase\n{middle}\nroad\n{close} now\nz\n", "<".repeat(7))
    }

    #[test]
    fn finds_its_own_markers_and_replaces_them() {
        let text = format!("{}{}", marked("yours"), marked("theirs"));
        let hunks = find(text.as_bytes(), "yours");
        assert_eq!(hunks.len(), 1);
        let hunk = &hunks[0];
        assert_eq!(
            (hunk.line, &text[hunk.ours.clone()], &text[hunk.base.clone()], &text[hunk.theirs.clone()]),
            (2, "mine\n", "base\n", "road\n")
        );
        let after = replace(text.as_bytes(), &hunks, &[Some(b"both\n".to_vec())]);
        assert_eq!(String::from_utf8(after).unwrap(), format!("a\nboth\nz\n{}", marked("theirs")));
        assert_eq!(replace(text.as_bytes(), &hunks, &[None]), text.as_bytes());
    }

    #[test]
    fn finds_what_was_put_in_the_place_of_markers() {
        let around = around(marked("yours").as_bytes(), "yours");
        assert_eq!(around, [["a\n".to_owned(), "z\n".to_owned()]]);
        assert_eq!(between("a\nboth\nz\n", &around[0]), Some("both\n"));
        assert_eq!(between("a\nz\n", &around[0]), Some(""));
        assert_eq!(between("a\na\nz\n", &around[0]), None);
        assert_eq!(between("z\na\n", &around[0]), None);
    }

    #[test]
    fn markers_that_are_not_whole_are_text() {
        for cut in [20, 40, 60] {
            let text = marked("yours");
            find(&text.as_bytes()[..cut.min(text.len())], "yours");
        }
        assert!(find(marked("yours").replace("=======", "").as_bytes(), "yours").is_empty());
    }
}
