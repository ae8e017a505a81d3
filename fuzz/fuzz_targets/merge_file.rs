#![no_main]
//! Merges three texts under a name of every merger: the laws hold, nothing panics, and what is clean stays as it is when
//! it is merged again.

use highroad::merge::{LABELS, Merged, Sides, file};

/// The first byte chooses the name.
const NAMES: [&str; 18] = [
    "requirements.txt", "locks/run.txt", "uv.lock", "poetry.lock", "package-lock.json", ".gitignore", "CODEOWNERS", ".gitattributes",
    "Dockerfile", "a.py", "pyproject.toml", "a.toml", ".github/workflows/a.yml", "a.yaml", ".pre-commit-config.yaml", "a.json", "a.md", "a.ipynb",
];

/// The sides stand behind each other in the input, parted by this byte.
const PARTED: u8 = 0x1e;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let path = NAMES[usize::from(*first) % NAMES.len()];
    let mut sides = rest.split(|byte| *byte == PARTED);
    let (base, ours, theirs) = (sides.next().unwrap_or_default(), sides.next().unwrap_or_default(), sides.next().unwrap_or_default());
    let merge = |base: Option<&[u8]>, ours: &[u8], theirs: &[u8]| -> Merged { file::merge(&Sides { path, base, ours, theirs, labels: LABELS }) };
    assert_eq!(merge(Some(base), ours, base).bytes, ours, "what only the project changed");
    assert_eq!(merge(Some(base), base, theirs).bytes, theirs, "what only the road changed");
    assert_eq!(merge(Some(base), ours, ours).bytes, ours, "what both changed alike");
    let merged = merge(Some(base), ours, theirs);
    assert_eq!(merged, merge(Some(base), ours, theirs), "the same again");
    let lines = merged.bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    assert!(merged.settled.iter().all(|settled| (1..=lines).contains(&settled.line)), "a place in the result");
    assert!(merged.conflicts.iter().filter_map(|conflict| conflict.line).all(|line| (1..=lines).contains(&line)), "a place in the result");
    if merged.is_clean() {
        assert_eq!(merge(Some(theirs), &merged.bytes, theirs).bytes, merged.bytes, "merging again changes nothing");
    }
    let _ = merge(None, ours, theirs);
});
