use super::*;
use crate::merge::{ConflictKind, LABELS};
use proptest::prelude::*;

fn merged_at(path: &str, base: &str, ours: &str, theirs: &str) -> Option<Merged> {
    let sides = Sides { path, base: Some(base.as_bytes()), ours: ours.as_bytes(), theirs: theirs.as_bytes(), labels: LABELS };
    merge(&sides)
}

fn text(path: &str, base: &str, ours: &str, theirs: &str) -> String {
    let merged = merged_at(path, base, ours, theirs).unwrap_or_else(|| panic!("not merged: {base:?} {ours:?} {theirs:?}"));
    String::from_utf8(merged.bytes).unwrap()
}

#[test]
fn claims_files_of_patterns_and_no_others() {
    for path in [".gitignore", "a/.dockerignore", ".prettierignore", "CODEOWNERS", ".github/CODEOWNERS", ".gitattributes"] {
        assert!(claims(path), "{path}");
    }
    for path in ["gitignore", ".hgignore", ".gitconfig", "ignore", "a/.gitignore/b"] {
        assert!(!claims(path), "{path}");
    }
}

#[test]
fn lines_that_both_sides_added_stay_all() {
    assert_eq!(text(".gitignore", "a\n", "a\nb\n", "a\nc\n"), "a\nb\nc\n");
    let merged = merged_at(".gitignore", "a\n", "a\nb\n", "a\nc\n").unwrap();
    assert_eq!((merged.settled[0].rule.id, merged.settled[0].line), ("both-added-entries", 3));
    assert_eq!(text(".gitignore", "m\nz\n", "m\nr\nz\n", "m\nn\nz\n"), "m\nn\nr\nz\n", "sorted as the project's lines are");
}

#[test]
fn new_sections_come_with_their_comment() {
    let base = "# python\n*.pyc\n";
    assert_eq!(
        text(".gitignore", base, "# python\n*.pyc\n*.pyo\n", "# python\n*.pyc\n\n# data\n*.csv\n"),
        "# python\n*.pyc\n*.pyo\n\n# data\n*.csv\n"
    );
}

#[test]
fn removed_lines_stay_removed() {
    assert_eq!(text(".gitignore", "a\nb\nc\n", "a\nc\n", "a\nb\nc\nd\n"), "a\nc\nd\n");
    assert_eq!(text(".gitignore", "a\nb\nc\n", "a\nb\nc\nd\n", "b\nc\n"), "b\nc\nd\n");
    let merged = merged_at("CODEOWNERS", "* @a\n/x @b\n/y @b\n", "* @a\n/y @b\n", "* @a\n/x @c\n/y @b\n").unwrap();
    assert_eq!(merged.bytes, b"* @a\n/y @b\n");
    assert_eq!(merged.settled[0].rule.id, "stays-removed");
}

#[test]
fn one_pattern_with_other_owners_on_both_sides_is_a_conflict() {
    let merged = merged_at("CODEOWNERS", "* @a\n/x @b\n", "* @a\n/x @c\n", "* @a\n/x @d\n").unwrap();
    assert_eq!(merged.conflicts.len(), 1);
    assert_eq!(
        (merged.conflicts[0].key.as_str(), merged.conflicts[0].line, merged.conflicts[0].kind),
        ("/x @c", Some(2), ConflictKind::Content)
    );
    assert_eq!(
        String::from_utf8(merged.bytes).unwrap(),
        "* @a\n<<<<<<< yours\n/x @c\n||||||| road before\n/x @b\n=======\n/x @d\n>>>>>>> road now\n"
    );
    let removed = merged_at("CODEOWNERS", "* @a\n/x @b\n", "* @a\n/x @c\n", "* @a\n").unwrap();
    assert_eq!(removed.conflicts[0].kind, ConflictKind::RemovedByRoad);
}

#[test]
fn an_order_that_neither_side_had_is_a_conflict_where_it_has_a_meaning() {
    let merged = merged_at(".gitignore", "a\nb\n", "a\n!keep.log\nb\n", "a\nb\n*.log\n").unwrap();
    assert_eq!(merged.conflicts.len(), 1, "the road's line would undo the exception");
    assert!(merged_at(".gitignore", "a\nb\n", "a\n!keep.log\nb\n", "a\nb\n*.txt\n").unwrap().is_clean());
    assert!(merged_at(".dockerignore", "a\nb\n", "a\n!docs/x.md\nb\n", "a\nb\ndocs\n").unwrap().conflicts.len() == 1);
    assert!(!merged_at("CODEOWNERS", "a @x\n", "a @x\n/src/ @y\n", "a @x\n* @z\n").unwrap().is_clean());
    assert!(merged_at("CODEOWNERS", "/a/ @x\n", "/a/ @x\n/src/ @y\n", "/a/ @x\n/docs/ @z\n").unwrap().is_clean());
}

#[test]
fn another_spelling_of_a_removed_line_is_left_to_a_person() {
    assert!(merged_at(".gitignore", "build/\nx\n", "x\n", "/build/\nx\n").is_none());
    assert!(merged_at(".gitignore", "build/\nx\n", "/build\nx\n", "/build/\nx\n").is_none());
}

#[test]
fn a_file_without_base_keeps_the_lines_of_both() {
    let sides = Sides {
        path: ".gitignore",
        base: None,
        ours: b"# py\n*.pyc\n.venv\n",
        theirs: b"# py\n*.pyc\n# data\n*.csv\n.venv\n",
        labels: LABELS,
    };
    assert_eq!(String::from_utf8(merge(&sides).unwrap().bytes).unwrap(), "# py\n*.pyc\n# data\n*.csv\n.venv\n");
}

#[test]
fn the_project_says_how_the_file_is_written() {
    assert_eq!(text(".gitignore", "a\n", "\u{feff}a\r\nb", "a\nc\n"), "\u{feff}a\r\nb\r\nc");
    assert!(merged_at(".gitignore", "a\n", "a\r\nb\n", "c\n").is_none());
}

proptest! {
    #[test]
    fn laws(base in lines(), x in lines(), y in lines()) {
        for path in [".gitignore", "CODEOWNERS"] {
            if let Some(merged) = merged_at(path, &base, &x, &base) { prop_assert_eq!(String::from_utf8_lossy(&merged.bytes), x.as_str()); }
            if let Some(merged) = merged_at(path, &base, &base, &y) { prop_assert_eq!(String::from_utf8_lossy(&merged.bytes), y.as_str()); }
            if let Some(merged) = merged_at(path, &base, &x, &x) { prop_assert_eq!(String::from_utf8_lossy(&merged.bytes), x.as_str()); }
            if let Some(merged) = merged_at(path, &base, &x, &y) {
                let text = String::from_utf8(merged.bytes).unwrap();
                let has = |side: &str, line: &str| side.lines().any(|there| there == line);
                for line in x.lines().filter(|line| !line.is_empty() && !has(&base, line)) {
                    prop_assert!(has(&text, line), "{line} of yours is lost in {text}");
                }
                for line in y.lines().filter(|line| !line.is_empty() && !has(&base, line)) {
                    prop_assert!(has(&text, line) || !merged.settled.is_empty(), "{line} of the road is lost in {text}");
                }
                for line in base.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
                    prop_assert!(merged.conflicts.len() + merged.settled.len() > 0 || has(&text, line) == (has(&x, line) && has(&y, line)), "{line} in {text}");
                }
            }
        }
    }

    #[test]
    fn never_panics(base in "\\PC{0,30}", ours in "(\\[|\\]|!|\\*|\"|\\\\|#|/|a|b| |\n|\r\n|\u{feff}|ü){0,30}", theirs in "(a|b|!|\\^|\\[|\\]|@|\n| |/){0,30}") {
        for path in [".gitignore", "CODEOWNERS"] {
            let _ = (merged_at(path, &base, &ours, &theirs), merged_at(path, &theirs, &ours, &base));
        }
    }
}

fn lines() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec!["a", "b", "c", "d", "/e/", "!a", "*.x", "a.x", "f @x", "f @y", "g @x", "# one", "# two", ""]);
    prop::collection::vec(line, 0..8).prop_map(|lines| lines.iter().map(|line| format!("{line}\n")).collect())
}
