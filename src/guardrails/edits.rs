//! Applies the changes of fixes to bytes: only what a change names moves, everything else keeps its bytes.

use std::collections::BTreeMap;

use super::finding::Change;
use crate::formats::text::line_break;

/// The content of the files that changes touch: before, and then after. `None` stands for no file.
pub type Files = BTreeMap<String, Option<Vec<u8>>>;

/// Returns the paths that changes touch.
pub fn touched(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(path_of).collect()
}

/// Returns the path that a change touches.
pub fn path_of(change: &Change) -> &str {
    match change {
        Change::Edit { path, .. } | Change::Create { path, .. } | Change::Append { path, .. } => path,
    }
}

/// Applies the fixes, each with all of its changes or not at all, and returns the files after and whether each fix was
/// applied. A fix that overlaps an earlier one, edits outside its file or makes a file that is there waits for the next run.
pub fn apply<'a>(before: &Files, fixes: impl IntoIterator<Item = &'a [Change]>) -> (Files, Vec<bool>) {
    let mut edits: BTreeMap<&str, Vec<(std::ops::Range<usize>, &str)>> = BTreeMap::new();
    let mut appended: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut created: BTreeMap<&str, &str> = BTreeMap::new();
    let mut taken = Vec::new();
    for changes in fixes {
        let fits = changes.iter().all(|change| match change {
            Change::Edit { path, range, text } => {
                let inside =
                    before.get(path).and_then(Option::as_ref).is_some_and(|bytes| range.end <= bytes.len() && range.start <= range.end);
                let known = edits.get(path.as_str()).map_or(&[][..], Vec::as_slice);
                inside && known.iter().all(|(other, same)| !overlap(range, other) || (range == other && text == same))
            }
            Change::Create { path, text } => match created.get(path.as_str()) {
                Some(other) => other == text,
                None => before.get(path).is_none_or(Option::is_none),
            },
            Change::Append { .. } => true,
        });
        taken.push(fits);
        if !fits {
            continue;
        }
        for change in changes {
            match change {
                Change::Edit { path, range, text } => {
                    let known = edits.entry(path).or_default();
                    if !known.contains(&(range.clone(), text.as_str())) {
                        known.push((range.clone(), text));
                    }
                }
                Change::Create { path, text } => {
                    created.insert(path, text);
                }
                Change::Append { path, lines } => {
                    let known = appended.entry(path).or_default();
                    known.extend(lines.iter().map(String::as_str));
                }
            }
        }
    }
    let mut after = before.clone();
    for (path, mut edits) in edits {
        edits.sort_by_key(|(range, _)| range.start);
        if let Some(Some(bytes)) = after.get_mut(path) {
            for (range, text) in edits.into_iter().rev() {
                bytes.splice(range, text.bytes());
            }
        }
    }
    for (path, text) in created {
        after.insert(path.to_owned(), Some(text.as_bytes().to_vec()));
    }
    for (path, lines) in appended {
        let bytes = after.entry(path.to_owned()).or_default().get_or_insert_default();
        append(bytes, &lines);
    }
    (after, taken)
}

/// Two insertions at one place overlap, too: their order would be a guess.
fn overlap(a: &std::ops::Range<usize>, b: &std::ops::Range<usize>) -> bool {
    a.start < b.end && b.start < a.end || a.start == b.start
}

fn append(bytes: &mut Vec<u8>, lines: &[&str]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let end = line_break(&text);
    let mut there: Vec<&str> = text.lines().map(str::trim_end).collect();
    for line in lines {
        if there.contains(line) && !line.is_empty() {
            continue;
        }
        there.push(line);
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            bytes.extend(end.bytes());
        }
        bytes.extend(line.bytes());
        bytes.extend(end.bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &str) -> Files {
        [("a".to_owned(), Some(text.as_bytes().to_vec()))].into()
    }

    fn edit(range: std::ops::Range<usize>, text: &str) -> Vec<Change> {
        vec![Change::Edit { path: "a".into(), range, text: text.into() }]
    }

    #[test]
    fn applies_what_fits_and_leaves_the_rest_for_the_next_run() {
        let fixes = [edit(0..1, "X"), edit(4..5, "Y"), edit(4..6, "Z"), edit(0..1, "X"), edit(7..99, "")];
        let (after, taken) = apply(&files("a\r\nbcd\r\n"), fixes.iter().map(Vec::as_slice));
        assert_eq!(after["a"].as_deref(), Some(&b"X\r\nbYd\r\n"[..]));
        assert_eq!(taken, [true, true, false, true, false]);
    }

    #[test]
    fn appends_lines_once_and_in_the_way_of_the_file() {
        let lines = vec![Change::Append { path: "a".into(), lines: vec![".env".into(), "*.pem".into()] }];
        let (after, _) = apply(&files("x\r\n.env\r\nlast"), [lines.as_slice()]);
        assert_eq!(after["a"].as_deref(), Some(&b"x\r\n.env\r\nlast\r\n*.pem\r\n"[..]));
        let (made, _) = apply(&Files::new(), [lines.as_slice()]);
        assert_eq!(made["a"].as_deref(), Some(&b".env\n*.pem\n"[..]));
    }
}
