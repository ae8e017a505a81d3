use super::*;
use crate::merge::LABELS;
use proptest::prelude::*;

fn merged(base: &str, ours: &str, theirs: &str) -> Option<Merged> {
    merge(&Sides { path: "a.py", base: Some(base.as_bytes()), ours: ours.as_bytes(), theirs: theirs.as_bytes(), labels: LABELS })
}

fn text(base: &str, ours: &str, theirs: &str) -> String {
    let merged = merged(base, ours, theirs).unwrap_or_else(|| panic!("not merged: {base:?} {ours:?} {theirs:?}"));
    assert!(merged.is_clean(), "{:?}", merged.conflicts);
    String::from_utf8(merged.bytes).unwrap()
}

#[test]
fn imports_that_both_added_stay_all_in_their_order() {
    assert_eq!(
        text(
            "import os\nimport sys\n\nx = 1\n",
            "import os\nimport json\nimport sys\n\nx = 1\n",
            "import os\nimport re\nimport sys\n\nx = 2\n"
        ),
        "import os\nimport json\nimport re\nimport sys\n\nx = 2\n"
    );
    assert_eq!(
        text("import os\nimport sys\nx = 1\n", "import os\nimport re\nimport sys\nx = 1\n", "import os\nimport json\nimport sys\nx = 1\n"),
        "import os\nimport json\nimport re\nimport sys\nx = 1\n"
            .replace("os\nimport json", "os\nimport re")
            .replace("re\nimport re", "re\nimport json"),
        "the project's come first where its imports are not sorted"
    );
}

#[test]
fn names_of_one_import_are_a_set() {
    let merged = merged("from a import x\n", "from a import x, y\n", "from a import w, x\n").unwrap();
    assert_eq!(merged.bytes, b"from a import w, x, y\n");
    assert_eq!((merged.settled[0].rule.id, merged.settled[0].line), ("python-names", 1));
    assert_eq!(
        text("from a import (\n    x,\n)\n", "from a import (\n    x,\n    z,\n)\n", "from a import (\n    x,\n    y,\n)\n"),
        "from a import (\n    x,\n    y,\n    z,\n)\n"
    );
}

#[test]
fn where_one_side_took_a_name_away_the_merge_is_a_proposal() {
    let merged =
        merged("import a\nfrom a import x, z\ny = 1\n", "import a\nfrom a import z\ny = 1\n", "import a\nfrom a import x, y, z\ny = 1\n")
            .unwrap();
    assert_eq!(merged.conflicts[0].suggestion.as_ref().unwrap().text, "from a import y, z\n", "what was removed stays removed");
    assert_eq!((merged.conflicts.len(), merged.conflicts[0].line), (1, Some(2)));
    assert_eq!(
        String::from_utf8(merged.bytes).unwrap(),
        "import a\n<<<<<<< yours\nfrom a import z\n||||||| road before\nfrom a import x, z\n=======\nfrom a import x, y, z\n>>>>>>> road now\ny = 1\n"
    );
}

#[test]
fn the_rest_is_merged_by_line_and_may_be_a_conflict() {
    let ours = "import a\nimport b\nfor each in [5, 6, 7]:\n    print(each)\n";
    let merged = merged("import a\nx = 1\n", ours, "import a\nimport c\ndef sum_of(left, right):\n    return left + right\n").unwrap();
    assert_eq!(merged.conflicts.len(), 1);
    assert!(String::from_utf8(merged.bytes).unwrap().starts_with("import a\nimport b\nimport c\n<<<<<<<"));
}

#[test]
fn exports_are_a_set() {
    assert_eq!(
        text("__all__ = [\"a\"]\n", "__all__ = [\"a\", \"c\"]\n", "__all__ = [\"a\", \"b\"]\n"),
        "__all__ = [\"a\", \"b\", \"c\"]\n"
    );
    assert_eq!(
        text(
            "__all__ = [\n    'a',\n]\nx = 1\n",
            "__all__ = [\n    'a',\n    'c',\n]\nx = 1\n",
            "__all__ = [\n    'a',\n    'b',\n]\nx = 1\n"
        ),
        "__all__ = [\n    'a',\n    'b',\n    'c',\n]\nx = 1\n"
    );
}

#[test]
fn what_is_no_python_or_no_matter_of_names_is_left_to_text() {
    for (base, ours, theirs) in [
        ("import a\n", "import a b\n", "import c\n"),
        ("x = 1\n", "x = 2\n", "x = 3\n"),
        ("import a\n", "import a\nimport b\n", "import a\n"),
        ("import a; x = 1\n", "import a; x = 2\n", "import b; x = 1\n"),
        ("from a import x  # one\n", "from a import x  # two\n", "from a import x  # three\n"),
    ] {
        assert!(merged(base, ours, theirs).is_none(), "{ours}");
    }
}

#[test]
fn the_project_says_how_the_file_is_written() {
    assert_eq!(text("from a import x\n", "from a import x, y\r\nz = 1\r\n", "from a import w, x\n"), "from a import w, x, y\r\nz = 1\r\n");
}

proptest! {
    #[test]
    fn no_import_is_lost(base in module(), ours in module(), theirs in module()) {
        if let Some(merged) = merged(&base, &ours, &theirs).filter(Merged::is_clean) {
            let got = String::from_utf8(merged.bytes).unwrap();
            prop_assert!(python_module(&got).is_some());
            for line in ours.lines().chain(theirs.lines()).filter(|line| line.starts_with("import")) {
                let has = |side: &str| side.lines().any(|there| there == line);
                let wanted = if has(&base) { has(&ours) && has(&theirs) } else { true };
                prop_assert_eq!(has(&got), wanted, "{} in {}", line, &got);
            }
        }
    }

    #[test]
    fn never_panics(base in "\\PC{0,20}", ours in "(import |from |a|b|\\.| as |,|\\(|\\)|\n|#|;|\\*|__all__ = |\\[|\\]|\"a\"|    |ü){0,30}", theirs in "(import a\n|from a import b\n|x = 1\n|\n|# c\n){0,8}") {
        let _ = (merged(&base, &ours, &theirs), merged(&theirs, &ours, &base), merged("import a\n", &ours, &theirs), merged(&ours, &theirs, "import b\n"));
    }
}

fn module() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "import a",
        "import b",
        "import c",
        "from d import e",
        "from d import e, f",
        "from d import g",
        "# note",
        "",
    ]);
    (prop::collection::vec(line, 0..6), 0..3u8).prop_map(|(lines, number)| {
        let mut seen = std::collections::HashSet::new();
        let lines = lines.into_iter().filter(|line| seen.insert(*line)).map(|line| format!("{line}\n")).collect::<String>();
        format!("{lines}x = {number}\n")
    })
}
