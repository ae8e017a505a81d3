#![no_main]
//! Merges three small trees: nothing panics, each path of the road has an outcome, and no place is given twice.

use std::collections::BTreeSet;

use highroad::base::leaf::{Kind, Leaf};
use highroad::merge::LABELS;
use highroad::merge::trees::{self, Side, Verdict};

const PATHS: [&str; 12] =
    ["a.txt", "a/b.txt", "a/c.txt", "b/b.txt", "b/c.txt", "a", "Dockerfile", ".gitignore", "x/requirements.txt", "y/requirements.txt", "A.txt", "x/y/z.py"];

/// Reads a tree: of each file the path, the kind and the length of what follows.
fn tree(mut bytes: &[u8]) -> Vec<(String, Leaf)> {
    let mut taken = BTreeSet::new();
    let mut leaves = Vec::new();
    while let [path, kind, length, rest @ ..] = bytes {
        let path = PATHS[usize::from(*path) % PATHS.len()];
        let kind = [Kind::Plain, Kind::Plain, Kind::Executable, Kind::Link][usize::from(*kind) % 4];
        let (content, after) = rest.split_at(usize::from(*length).min(rest.len()));
        bytes = after;
        // No path is a folder of another.
        let free = |other: &&str| *other != path && !other.starts_with(&format!("{path}/")) && !path.starts_with(&format!("{other}/"));
        if taken.iter().all(|other| free(other)) {
            taken.insert(path);
            leaves.push((path.to_owned(), Leaf::new(kind, content)));
        }
    }
    leaves
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut sides = bytes.split(|byte| *byte == 0x1e).map(tree);
    let [base, ours, theirs] = [(); 3].map(|()| sides.next().unwrap_or_default());
    let [b, o, t] = [&base, &ours, &theirs].map(|leaves| Side::of(leaves.iter().cloned()));
    let outcomes = trees::merge(&b, &o, &t, LABELS).expect("all content is at hand");
    let mut places = BTreeSet::new();
    for outcome in &outcomes {
        assert_eq!(outcome.verdict == Verdict::Conflict, !outcome.conflicts.is_empty(), "{}", outcome.path);
        if outcome.result.is_some() {
            assert!(places.insert(&outcome.path), "{} is given twice", outcome.path);
        }
    }
    for (path, _) in theirs.iter().chain(&base) {
        let is_told = outcomes.iter().any(|outcome| outcome.path == *path || outcome.theirs_path.as_ref() == Some(path) || outcome.base_path.as_ref() == Some(path));
        assert!(is_told, "{path} has no outcome");
    }
});
