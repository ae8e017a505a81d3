//! What a person would do by hand, case by case.

use super::super::{ConflictKind, LABELS, Merged, Sides, file};

fn sides<'a>(path: &'a str, base: &'a [u8], ours: &'a [u8], theirs: &'a [u8]) -> Sides<'a> {
    Sides { path, base: Some(base), ours, theirs, labels: LABELS }
}

fn merged(base: &str, ours: &str, theirs: &str) -> Merged {
    file::merge(&sides("notes.txt", base.as_bytes(), ours.as_bytes(), theirs.as_bytes()))
}

fn clean(base: &str, ours: &str, theirs: &str) -> String {
    let merged = merged(base, ours, theirs);
    assert!(merged.is_clean(), "{}", String::from_utf8_lossy(&merged.bytes));
    String::from_utf8(merged.bytes).unwrap()
}

const TEN: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

#[test]
fn changes_of_both_sides_stand() {
    assert_eq!(clean(TEN, &TEN.replace("two", "TWO"), &TEN.replace("nine", "NINE")), TEN.replace("two", "TWO").replace("nine", "NINE"));
    assert_eq!(clean(TEN, &TEN.replace("two", "TWO"), &TEN.replace("four", "FOUR")), TEN.replace("two", "TWO").replace("four", "FOUR"));
}

#[test]
fn a_conflict_has_the_base_and_leaves_out_what_both_have() {
    let merged = merged("a\nb\nc\n", "a\nx\nours\nc\n", "a\nx\ntheirs\nc\n");
    let wanted = "a\nx\n<<<<<<< yours\nours\n||||||| road before\nb\n=======\ntheirs\n>>>>>>> road now\nc\n";
    assert_eq!(String::from_utf8(merged.bytes).unwrap(), wanted);
    assert_eq!((merged.conflicts.len(), merged.conflicts[0].line), (1, Some(3)));
    assert_eq!(merged.conflicts[0].theirs.as_deref(), Some("theirs\n"));
}

#[test]
fn line_endings_and_the_last_newline_stay_yours() {
    let windows = |text: &str| text.replace('\n', "\r\n");
    let edited = TEN.replace("nine", "NINE");
    assert_eq!(clean(TEN, &windows(&TEN.replace("two", "TWO")), &edited), windows(&edited.replace("two", "TWO")));
    assert_eq!(clean(TEN, &windows(TEN), &edited), windows(&edited));
    assert_eq!(clean(TEN, &TEN.replace("two", "TWO"), &windows(&edited)), edited.replace("two", "TWO"));
    assert_eq!(clean(TEN, TEN.trim_end(), &edited), edited.trim_end());
    assert_eq!(clean(TEN, &format!("\u{feff}{TEN}"), &edited), format!("\u{feff}{edited}"));
}

#[test]
fn a_file_that_you_indented_anew_takes_the_roads_line() {
    let base = "def f():\n    a = 1\n    b = 2\n    c = 3\n    return a\n";
    let ours = base.replace("    ", "\t");
    assert_eq!(clean(base, &ours, &base.replace("b = 2", "b = 4")), ours.replace("b = 2", "b = 4"));
    let theirs = base.replace("    b = 2\n", "    b = 2\n    d = 5\n");
    assert_eq!(clean(base, &ours, &theirs), ours.replace("\tb = 2\n", "\tb = 2\n\td = 5\n"));
}

#[test]
fn bytes_that_are_no_unicode_are_kept() {
    let latin = |text: &str| text.replace("three", "dr\u{1}i").bytes().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect::<Vec<_>>();
    let merged = file::merge(&sides("notes.txt", &latin(TEN), &latin(&TEN.replace("one", "ONE")), &latin(&TEN.replace("nine", "NINE"))));
    assert!(merged.is_clean());
    assert_eq!(merged.bytes, latin(&TEN.replace("one", "ONE").replace("nine", "NINE")));
}

#[test]
fn a_file_that_holds_markers_merges() {
    let base = format!("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n{TEN}");
    let (ours, theirs) = (base.replace("two", "TWO"), base.replace("nine", "NINE"));
    assert_eq!(clean(&base, &ours, &theirs), ours.replace("nine", "NINE"));
    let conflict = merged(&base, &base.replace("two", "TWO"), &base.replace("two", "2 or 3"));
    assert!(String::from_utf8(conflict.bytes).unwrap().contains("\n<<<<<<<< yours\nTWO\n"));
}

#[test]
fn an_edit_of_one_of_many_like_stanzas_stays_there() {
    let stanza =
        |name: &str| format!("  {name}:\n    runs-on: linux\n    permissions:\n      contents: read\n    steps:\n      - run: make\n");
    let base = format!("jobs:\n{}{}", stanza("a"), stanza("b"));
    let ours = format!("jobs:\n{}{}", stanza("a"), stanza("b").replace("read", "write"));
    let theirs = format!("jobs:\n{}{}{}", stanza("new"), stanza("a"), stanza("b"));
    let wanted = format!("jobs:\n{}{}{}", stanza("new"), stanza("a"), stanza("b").replace("read", "write"));
    for path in ["notes.txt", "ci.yml"] {
        let merged = file::merge(&sides(path, base.as_bytes(), ours.as_bytes(), theirs.as_bytes()));
        assert!(!merged.is_clean() || merged.bytes == wanted.as_bytes(), "{}", String::from_utf8_lossy(&merged.bytes));
    }
    let headed = format!("# mine\n{ours}");
    let merged = file::merge(&sides("ci.yml", base.as_bytes(), headed.as_bytes(), theirs.as_bytes()));
    assert!(!merged.is_clean() || merged.bytes == format!("# mine\n{wanted}").as_bytes(), "{}", String::from_utf8_lossy(&merged.bytes));
}

#[test]
fn a_binary_stays_yours_and_is_a_conflict() {
    let merged = file::merge(&sides("logo.png", b"\0a", b"\0b", b"\0c"));
    assert_eq!((merged.bytes.as_slice(), merged.conflicts[0].kind), (&b"\0b"[..], ConflictKind::Binary));
}

#[test]
fn a_pin_by_commit_never_gives_way_to_a_tag() {
    let pinned = "uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v4.1.1\nwith: x\n";
    let (base, theirs) = ("uses: actions/checkout@v4\nwith: x\n", "uses: actions/checkout@v5\nwith: y\n");
    let merged = file::merge(&sides("ci.txt", base.as_bytes(), pinned.as_bytes(), theirs.as_bytes()));
    assert_eq!(String::from_utf8(merged.bytes).unwrap(), pinned.replace("with: x", "with: y"));
    assert_eq!(merged.settled[0].rule.id, "stronger-pin");
    // Nor where the road itself had the commit and now has a tag.
    let merged = file::merge(&sides("ci.txt", pinned.as_bytes(), pinned.as_bytes(), theirs.as_bytes()));
    assert_eq!(String::from_utf8(merged.bytes).unwrap(), pinned.replace("with: x", "with: y"));
}

#[test]
fn a_result_that_cannot_be_read_is_a_conflict() {
    let base = "[a]\nx = 1\n\n[b]\ny = 1\n\n[c]\nz = 1\n";
    let (ours, theirs) = (base.replace("x = 1\n", "x = 1\nnew = 2\n"), format!("{base}\n[d]\nw = 1\n"));
    assert!(file::merge(&sides("a.toml", base.as_bytes(), ours.as_bytes(), theirs.as_bytes())).is_clean());
    let (ours, theirs) = (format!("[new]\nx = 1\n\n{base}"), format!("{base}\n[new]\ny = 1\n"));
    let merged = file::merge(&sides("a.toml", base.as_bytes(), ours.as_bytes(), theirs.as_bytes()));
    let text = String::from_utf8(merged.bytes.clone()).unwrap();
    assert!(!merged.is_clean() || toml::from_str::<toml::Table>(&text).is_ok(), "{text}");
}

#[test]
fn what_only_differs_in_layout_is_settled() {
    let settled = |base: &str, ours: &str, theirs: &str| {
        let merged = merged(base, ours, theirs);
        assert!(merged.is_clean(), "{}", String::from_utf8_lossy(&merged.bytes));
        (String::from_utf8(merged.bytes).unwrap(), merged.settled[0].rule.id)
    };
    assert_eq!(settled("run('a')\n", "run(\"a\")\n", "run('a', check=True)\n"), ("run('a', check=True)\n".to_owned(), "layout-only"));
    assert_eq!(settled("run('a')\n", "run(\"b\")\n", "run('b')\n"), ("run('b')\n".to_owned(), "same-words"));
}

#[test]
fn a_comment_of_yours_is_not_given_up_to_a_rule() {
    let base = "    runs-on: linux-4-cores of the second pool\n";
    let (ours, theirs) = (base.replace("linux-4", "own-4"), base.replace("linux-4-cores", "linux-8-cores"));
    let settled = merged(base, &ours, &theirs);
    assert_eq!((settled.is_clean(), settled.settled.first().map(|settled| settled.rule.id)), (true, Some("rewritten-by-road")));
    assert!(!merged(base, &ours.replace(" pool", " pool # keep"), &theirs).is_clean());
}
