//! What stands at one path on three sides: mode, type and content, each merged on its own.

use crate::base::leaf::{Kind, Leaf};
use crate::merge::{Conflict, ConflictKind, Labels, Settled, Sides, file};

/// What merging one leaf came to.
pub(super) struct Joined {
    /// What stands there then.
    pub(super) leaf: Leaf,
    /// The merger, where content was merged.
    pub(super) merger: Option<&'static str>,
    /// What rules settled.
    pub(super) settled: Vec<Settled>,
    /// What is left to a person.
    pub(super) conflicts: Vec<Conflict>,
}

impl Joined {
    fn of(leaf: Leaf) -> Self {
        Self { leaf, merger: None, settled: Vec::new(), conflicts: Vec::new() }
    }
}

/// Merges what stands at `path`.
pub(super) fn join(path: &str, base: Option<&Leaf>, ours: &Leaf, theirs: &Leaf, labels: Labels<'_>) -> Joined {
    if ours == theirs || base == Some(theirs) {
        return Joined::of(ours.clone());
    }
    if base == Some(ours) {
        return Joined::of(theirs.clone());
    }
    if ours.kind.is_file() && theirs.kind.is_file() {
        return join_files(path, base.filter(|base| base.kind.is_file()), ours, theirs, labels);
    }
    // A link or submodule of the road replaces a file that differs from the road's in line ends only.
    if base.is_some_and(|base| same_kind(base, ours) && equal_but_for_line_ends(base, ours)) {
        return Joined::of(theirs.clone());
    }
    let kind = if !same_kind(ours, theirs) {
        ConflictKind::Type
    } else if base.is_none() {
        ConflictKind::AddAdd
    } else {
        ConflictKind::Content
    };
    Joined { conflicts: vec![whole(kind, base, Some(ours), Some(theirs))], ..Joined::of(ours.clone()) }
}

/// Merges content and mode of regular files.
fn join_files(path: &str, base: Option<&Leaf>, ours: &Leaf, theirs: &Leaf, labels: Labels<'_>) -> Joined {
    let kind = match base {
        Some(base) if base.kind == ours.kind => theirs.kind,
        Some(_) => ours.kind,
        // Without a base nobody took the bit away, so one of the two meant it.
        None if theirs.kind == Kind::Executable => Kind::Executable,
        None => ours.kind,
    };
    let with = |bytes| Leaf { kind, bytes };
    if ours.bytes == theirs.bytes || base.is_some_and(|base| base.bytes == theirs.bytes) {
        return Joined::of(with(ours.bytes.clone()));
    }
    if base.is_some_and(|base| base.bytes == ours.bytes) {
        return Joined::of(with(theirs.bytes.clone()));
    }
    let sides = Sides { path, base: base.map(|base| &*base.bytes), ours: &ours.bytes, theirs: &theirs.bytes, labels };
    let mut merged = file::merge(&sides);
    if base.is_none() {
        for conflict in merged.conflicts.iter_mut().filter(|conflict| conflict.kind == ConflictKind::Content) {
            conflict.kind = ConflictKind::AddAdd;
        }
    }
    Joined { leaf: with(merged.bytes.into()), merger: Some(merged.merger), settled: merged.settled, conflicts: merged.conflicts }
}

/// Makes a conflict of whole files.
pub(super) fn whole(kind: ConflictKind, base: Option<&Leaf>, ours: Option<&Leaf>, theirs: Option<&Leaf>) -> Conflict {
    Conflict { kind, line: None, key: String::new(), base: text(base), ours: text(ours), theirs: text(theirs), suggestion: None }
}

/// Returns the content as text, where it is text.
fn text(leaf: Option<&Leaf>) -> Option<String> {
    let bytes = &leaf?.bytes;
    if bytes.contains(&0) { None } else { std::str::from_utf8(bytes).ok().map(str::to_owned) }
}

/// Whether both are regular files, links or submodules.
pub(super) fn same_kind(one: &Leaf, other: &Leaf) -> bool {
    one.kind == other.kind || one.kind.is_file() && other.kind.is_file()
}

/// Whether two files hold the same lines, however these end.
pub(super) fn equal_but_for_line_ends(one: &Leaf, other: &Leaf) -> bool {
    one.bytes == other.bytes || both_text(one, other) && lines(&one.bytes).eq(lines(&other.bytes))
}

/// Whether two files hold the same words in order, however they are spaced.
pub(super) fn equal_but_for_spaces(one: &Leaf, other: &Leaf) -> bool {
    one.bytes == other.bytes || both_text(one, other) && words(&one.bytes).eq(words(&other.bytes))
}

fn both_text(one: &Leaf, other: &Leaf) -> bool {
    one.kind.is_file() && other.kind.is_file() && !one.bytes.contains(&0) && !other.bytes.contains(&0)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}
