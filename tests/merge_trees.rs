//! Whole trees merged: each case is a small road before, a project and a road now.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests may fail by a panic")]

use std::collections::BTreeMap;

use highroad::base::leaf::{Kind, Leaf};
use highroad::merge::trees::{Outcome, Side, Verdict, apply, merge};
use highroad::merge::{ConflictKind, LABELS};

/// Reads `path: content` pairs; a path with `*` is executable, one with `@` a link.
fn tree(files: &[(&str, &str)]) -> BTreeMap<String, Leaf> {
    let leaf = |(path, content): &(&str, &str)| {
        let kind = if path.ends_with('*') {
            Kind::Executable
        } else if path.ends_with('@') {
            Kind::Link
        } else if path.ends_with('%') {
            Kind::Submodule
        } else {
            Kind::Plain
        };
        (path.trim_end_matches(['*', '@', '%']).to_owned(), Leaf::new(kind, content.as_bytes()))
    };
    files.iter().map(leaf).collect()
}

/// A merge and what came of it.
struct Merge {
    outcomes: Vec<Outcome>,
    tree: BTreeMap<String, Leaf>,
}

impl Merge {
    fn of(base: &[(&str, &str)], ours: &[(&str, &str)], theirs: &[(&str, &str)]) -> Self {
        let (base, ours, theirs) = (Side::of(tree(base)), Side::of(tree(ours)), Side::of(tree(theirs)));
        let outcomes = merge(&base, &ours, &theirs, LABELS).unwrap();
        let paths: Vec<_> = outcomes.iter().map(|outcome| &outcome.path).collect();
        assert!(paths.windows(2).all(|pair| pair[0] < pair[1]), "{paths:?}");
        for outcome in &outcomes {
            assert_eq!(outcome.conflicts.is_empty(), outcome.verdict != Verdict::Conflict, "{outcome:?}");
            assert_eq!(outcome.stages.is_some(), outcome.verdict == Verdict::Conflict, "{outcome:?}");
        }
        let tree = apply(&outcomes, &ours).unwrap();
        Self { outcomes, tree }
    }

    #[track_caller]
    fn at(&self, path: &str) -> &Outcome {
        self.outcomes.iter().find(|outcome| outcome.path == path).unwrap_or_else(|| panic!("{:#?}", self.outcomes))
    }

    fn verdict(&self, path: &str) -> Verdict {
        self.at(path).verdict
    }

    fn conflicts(&self, path: &str) -> Vec<ConflictKind> {
        self.at(path).conflicts.iter().map(|conflict| conflict.kind).collect()
    }

    fn text(&self, path: &str) -> Option<String> {
        self.tree.get(path).map(|leaf| String::from_utf8(leaf.bytes.to_vec()).unwrap())
    }

    fn paths(&self) -> Vec<&str> {
        self.tree.keys().map(String::as_str).collect()
    }
}

const LONG: &str = "the first line of the text\nthe second line of it\nthe third line of it\nthe fourth one\nthe fifth one\n";
const LONG_YOURS: &str = "the first line of the text\nthe second line of it\nthe third line of it\nthe fourth one\nthe fifth one\nyours\n";
const LONG_ROADS: &str = "roads\nthe first line of the text\nthe second line of it\nthe third line of it\nthe fourth one\nthe fifth one\n";

#[test]
fn what_one_side_changed_is_taken() {
    let merge = Merge::of(
        &[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"), ("e", "1")],
        &[("a", "1"), ("b", "2"), ("c", "1"), ("e", "1"), ("own", "x")],
        &[("a", "2"), ("b", "1"), ("d", "1"), ("e", "1"), ("f", "1")],
    );
    let verdicts = ["a", "b", "c", "d", "e", "f"].map(|path| merge.verdict(path));
    let wanted = [Verdict::Updated, Verdict::Unchanged, Verdict::Removed, Verdict::Unchanged, Verdict::Unchanged, Verdict::Created];
    assert_eq!(verdicts, wanted);
    assert_eq!(merge.tree, tree(&[("a", "2"), ("b", "2"), ("e", "1"), ("f", "1"), ("own", "x")]));
}

#[test]
fn what_both_changed_alike_is_the_same() {
    let merge = Merge::of(&[("a", "1"), ("b", "1")], &[("a", "2"), ("c", "3")], &[("a", "2"), ("c", "3")]);
    assert_eq!(["a", "b", "c"].map(|path| merge.verdict(path)), [Verdict::Same; 3]);
    assert_eq!(merge.tree, tree(&[("a", "2"), ("c", "3")]));
}

#[test]
fn a_deleted_file_stays_deleted() {
    let merge = Merge::of(&[("a", LONG), ("b", LONG)], &[], &[("a", LONG_ROADS), ("b", LONG)]);
    assert_eq!(merge.verdict("a"), Verdict::DeletedByYou);
    assert_eq!(merge.verdict("b"), Verdict::Unchanged);
    assert!(merge.tree.is_empty());
}

#[test]
fn a_deleted_file_stays_deleted_when_the_road_moved_it() {
    let merge = Merge::of(&[("a.md", LONG)], &[], &[("docs/b.md", LONG_ROADS)]);
    assert_eq!(merge.verdict("a.md"), Verdict::DeletedByYou);
    assert_eq!(merge.at("a.md").theirs_path.as_deref(), Some("docs/b.md"));
    assert!(merge.tree.is_empty());
}

#[test]
fn a_file_that_the_road_removed_goes_unless_it_was_edited() {
    let merge = Merge::of(&[("a", "x\ny\n"), ("b", "x\n"), ("c", "x\n")], &[("a", "x\r\n y\r\n"), ("b", "x\nyours\n"), ("c", "x\n")], &[]);
    assert_eq!(merge.verdict("a"), Verdict::Removed);
    assert_eq!(merge.conflicts("b"), [ConflictKind::RemovedByRoad]);
    assert_eq!(merge.tree, tree(&[("b", "x\nyours\n")]));
    assert_eq!(merge.at("b").stages.as_ref().unwrap().theirs, None);
}

#[test]
fn a_folder_that_the_road_drops_keeps_the_files_of_the_project() {
    let merge = Merge::of(&[("d/a", "1"), ("d/b", "2")], &[("d/a", "1"), ("d/b", "2"), ("d/own", "3")], &[]);
    assert_eq!(merge.paths(), ["d/own"]);
}

#[test]
fn modes_and_contents_are_merged_apart() {
    let merge = Merge::of(
        &[("a", LONG), ("b*", LONG), ("c", LONG)],
        &[("a*", LONG), ("b*", LONG_YOURS), ("c", LONG)],
        &[("a", LONG_ROADS), ("b", LONG), ("c*", LONG)],
    );
    assert_eq!(merge.tree, tree(&[("a*", LONG_ROADS), ("b", LONG_YOURS), ("c*", LONG)]));
    assert_eq!(["a", "b", "c"].map(|path| merge.verdict(path)), [Verdict::Merged, Verdict::Merged, Verdict::Updated]);
}

#[test]
fn a_change_of_type_is_taken_from_the_side_that_made_it() {
    let merge = Merge::of(
        &[("a", "x\n"), ("b@", "x"), ("c", "x\n"), ("d%", "1111"), ("e", "x\n")],
        &[("a", "x\n"), ("b@", "x"), ("c@", "y"), ("d%", "1111"), ("e", "x\r\n")],
        &[("a@", "y"), ("b", "z\n"), ("c", "x\n"), ("d%", "2222"), ("e@", "y")],
    );
    assert_eq!(merge.tree, tree(&[("a@", "y"), ("b", "z\n"), ("c@", "y"), ("d%", "2222"), ("e@", "y")]));
    assert!(merge.outcomes.iter().all(|outcome| outcome.conflicts.is_empty()));
}

#[test]
fn a_change_of_type_against_an_edit_is_a_conflict_and_nothing_is_lost() {
    let merge = Merge::of(
        &[("a", "x\n"), ("b", "x\n"), ("c@", "x")],
        &[("a", "yours\n"), ("b@", "y"), ("c@", "y")],
        &[("a@", "y"), ("b", "road\n"), ("c@", "z")],
    );
    assert_eq!(["a", "b", "c"].map(|path| merge.conflicts(path)[0]), [ConflictKind::Type, ConflictKind::Type, ConflictKind::Content]);
    assert_eq!(merge.tree, tree(&[("a", "yours\n"), ("b@", "y"), ("c@", "y")]));
    assert_eq!(merge.at("b").stages.as_ref().unwrap().theirs, Some(Leaf::new(Kind::Plain, *b"road\n")));
}

#[test]
fn a_file_that_becomes_a_folder() {
    let merge = Merge::of(&[("a", "x\n")], &[("a", "x\n")], &[("a/b", "new\n")]);
    assert_eq!(merge.tree, tree(&[("a/b", "new\n")]));
    let merge = Merge::of(&[("a", "x\n")], &[("a", "yours\n")], &[("a/b", "new\n")]);
    assert_eq!(merge.conflicts("a"), [ConflictKind::Type]);
    assert_eq!(merge.conflicts("a/b"), [ConflictKind::Occupied]);
    assert_eq!(merge.tree, tree(&[("a", "yours\n")]));
    let merge = Merge::of(&[("a", "x\n")], &[("a/own", "yours\n")], &[("a", "road\n")]);
    assert_eq!(merge.conflicts("a"), [ConflictKind::Type]);
    assert_eq!(merge.tree, tree(&[("a/own", "yours\n")]));
    let merge = Merge::of(&[("a/b", "x\n")], &[("a@", "elsewhere")], &[("a/b", "road\n"), ("a/c", "n\n")]);
    assert_eq!(merge.conflicts("a/b"), [ConflictKind::Type]);
    assert_eq!(merge.conflicts("a/c"), [ConflictKind::Occupied]);
}

#[test]
fn a_place_that_is_taken_is_a_conflict() {
    let merge = Merge::of(&[], &[("a/own", "yours\n"), ("b", "yours\n")], &[("a", "road\n"), ("b/c", "road\n")]);
    assert_eq!([merge.conflicts("a"), merge.conflicts("b/c")], [[ConflictKind::Occupied], [ConflictKind::Occupied]]);
    assert_eq!(merge.tree, tree(&[("a/own", "yours\n"), ("b", "yours\n")]));
}

const PARTS: &str = "# tools\n\nfirst one\nfirst two\nfirst three\nfirst four\n\nsecond one\nsecond two\nsecond three\nsecond four\n";
const FIRST: &str = "# first tools\n\nfirst one\nfirst two\nfirst three\nfirst four\n";
const SECOND: &str = "# second tools\n\nsecond one\nsecond two\nsecond three\nsecond four\n";

#[test]
fn edits_follow_a_file_that_the_road_divided() {
    let yours = PARTS.replace("first two", "first two\nyours").replace("second three\n", "");
    let merge = Merge::of(&[("a.txt", PARTS)], &[("a.txt", &yours)], &[("one.txt", FIRST), ("two.txt", SECOND)]);
    assert_eq!(merge.paths(), ["one.txt", "two.txt"], "{:#?}", merge.outcomes);
    assert_eq!(merge.text("one.txt").unwrap(), FIRST.replace("first two", "first two\nyours"));
    assert_eq!(merge.text("two.txt").unwrap(), SECOND.replace("second three\n", ""));
    assert_eq!(merge.at("one.txt").settled[0].rule.id, "split-followed");
    assert_eq!(["a.txt", "one.txt"].map(|path| merge.verdict(path)), [Verdict::Removed, Verdict::Merged]);
}

#[test]
fn an_edit_that_fits_no_part_is_a_conflict() {
    let yours = PARTS.replace("# tools", "# tools of mine");
    let merge = Merge::of(&[("a.txt", PARTS)], &[("a.txt", &yours)], &[("one.txt", FIRST), ("two.txt", SECOND)]);
    assert_eq!(merge.conflicts("a.txt"), [ConflictKind::RemovedByRoad]);
    assert_eq!(merge.text("a.txt"), Some(yours));
    assert_eq!(merge.verdict("two.txt"), Verdict::Created);
}

#[test]
fn the_parts_of_a_deleted_file_stay_away() {
    let merge = Merge::of(&[("a.txt", PARTS)], &[], &[("one.txt", FIRST), ("two.txt", SECOND), ("new.txt", LONG)]);
    assert_eq!(merge.paths(), ["new.txt"]);
    assert_eq!(["one.txt", "two.txt"].map(|path| merge.verdict(path)), [Verdict::DeletedByYou; 2]);
}

#[test]
fn a_folder_of_the_road_that_the_project_deleted_stays_away() {
    let merge = Merge::of(
        &[("d/a", "1"), ("d/b", "2"), ("e/a", "1"), ("e/b", "2")],
        &[("d/own", "x"), ("e/a", "1")],
        &[("d/a", "1"), ("d/b", "2"), ("d/c", "3"), ("e/a", "1"), ("e/b", "2"), ("e/c", "3"), ("f/c", "3")],
    );
    assert_eq!(merge.paths(), ["d/own", "e/a", "e/c", "f/c"]);
    assert_eq!((merge.verdict("d/c"), merge.at("d/c").settled[0].rule.id), (Verdict::DeletedByYou, "folder-away"));
}

#[test]
fn case_twins_are_one_place() {
    let merge = Merge::of(&[], &[("README.md", "yours\n"), ("docs/a", "x\n")], &[("Readme.md", "road\n"), ("Docs/b", "y\n")]);
    assert_eq!(merge.conflicts("README.md"), [ConflictKind::AddAdd]);
    assert_eq!(merge.paths(), ["README.md", "docs/a", "docs/b"]);
}

#[test]
fn a_new_spelling_is_a_move() {
    let merge = Merge::of(&[("readme.md", LONG)], &[("readme.md", LONG_YOURS)], &[("README.md", LONG)]);
    assert_eq!(merge.tree, tree(&[("README.md", LONG_YOURS)]));
    let merge = Merge::of(&[("readme.md", "a\n")], &[("README.md", "b\n")], &[("readme.md", "a\n")]);
    assert_eq!(merge.tree, tree(&[("README.md", "b\n")]));
}

#[test]
fn a_file_that_the_road_moved_goes_there_with_the_edits() {
    let merge =
        Merge::of(&[("a", LONG), ("b", LONG_ROADS)], &[("a", LONG_YOURS), ("b", LONG_ROADS)], &[("x/a", LONG), ("x/b", LONG_ROADS)]);
    assert_eq!(merge.tree, tree(&[("x/a", LONG_YOURS), ("x/b", LONG_ROADS)]));
    assert_eq!(["x/a", "x/b"].map(|path| merge.verdict(path)), [Verdict::Merged, Verdict::Moved]);
    assert_eq!(merge.at("x/a").from.as_deref(), Some("a"));
}

#[test]
fn a_file_that_the_project_moved_gets_the_edits_of_the_road() {
    let merge = Merge::of(&[("a.py", LONG)], &[("lib/b.py", LONG)], &[("a.py", LONG_ROADS)]);
    assert_eq!(merge.tree, tree(&[("lib/b.py", LONG_ROADS)]));
    assert_eq!(merge.verdict("lib/b.py"), Verdict::Merged);
    assert_eq!(merge.at("lib/b.py").from, None);
}

#[test]
fn equal_candidates_are_no_move() {
    let merge = Merge::of(&[("a.py", LONG)], &[("b.py", LONG), ("c.py", LONG)], &[("a.py", LONG_ROADS)]);
    assert_eq!(merge.verdict("a.py"), Verdict::DeletedByYou);
    assert_eq!(merge.tree, tree(&[("b.py", LONG), ("c.py", LONG)]));
}

#[test]
fn moves_to_two_places_are_a_conflict_at_the_place_of_the_project() {
    let merge = Merge::of(&[("a.py", LONG)], &[("b.py", LONG)], &[("c.py", LONG_ROADS)]);
    assert_eq!(merge.conflicts("b.py"), [ConflictKind::Rename]);
    assert_eq!(merge.at("b.py").conflicts[0].key, "c.py");
    assert_eq!(merge.tree, tree(&[("b.py", LONG_ROADS)]));
}

#[test]
fn moves_to_one_place_merge_there() {
    let merge = Merge::of(&[("a.py", LONG)], &[("b.py", LONG)], &[("b.py", LONG_ROADS)]);
    assert_eq!(merge.tree, tree(&[("b.py", LONG_ROADS)]));
    assert!(merge.at("b.py").conflicts.is_empty());
    let merge = Merge::of(&[("a.py", LONG)], &[("b.py", "rewritten\n")], &[("b.py", LONG)]);
    assert_eq!(merge.tree, tree(&[("b.py", "rewritten\n")]));
    assert_eq!(merge.at("b.py").base_path.as_deref(), Some("a.py"));
}

#[test]
fn a_move_to_where_the_project_has_another_file_is_a_conflict() {
    let merge = Merge::of(&[("a", LONG)], &[("a", LONG_YOURS), ("b", "another\n")], &[("b", LONG)]);
    assert_eq!(merge.conflicts("a"), [ConflictKind::Occupied]);
    assert_eq!(merge.at("a").conflicts[0].key, "b");
    assert_eq!(merge.tree, tree(&[("a", LONG_YOURS), ("b", "another\n")]));
}

#[test]
fn a_move_that_the_project_made_by_hand_is_done() {
    let merge = Merge::of(&[("a", LONG)], &[("a", LONG), ("b", LONG)], &[("b", LONG)]);
    assert_eq!(["a", "b"].map(|path| merge.verdict(path)), [Verdict::Removed, Verdict::Same]);
    assert_eq!(merge.paths(), ["b"]);
}

#[test]
fn a_file_that_the_road_adds_where_the_project_moved_another() {
    let merge = Merge::of(&[("a.py", LONG)], &[("b.py", LONG_YOURS)], &[("a.py", LONG), ("b.py", "new\n")]);
    assert_eq!(merge.conflicts("b.py"), [ConflictKind::Occupied]);
    assert_eq!(merge.tree, tree(&[("b.py", LONG_YOURS)]));
    assert_eq!(merge.at("b.py").stages.as_ref().unwrap().theirs, Some(Leaf::new(Kind::Plain, *b"new\n")));
}

#[test]
fn files_swap_places() {
    let merge = Merge::of(&[("a", LONG), ("b", "other\n")], &[("a", LONG_YOURS), ("b", "other\n")], &[("b/a", LONG), ("c", "other\n")]);
    assert_eq!(merge.tree, tree(&[("b/a", LONG_YOURS), ("c", "other\n")]));
}

#[test]
fn new_files_follow_the_folder_that_the_project_moved() {
    let merge = Merge::of(
        &[("old/a.py", LONG), ("old/sub/b.py", LONG_ROADS), ("z", "z")],
        &[("new/a.py", LONG), ("new/sub/b.py", LONG_ROADS), ("z", "z")],
        &[
            ("old/a.py", LONG_YOURS),
            ("old/sub/b.py", LONG_ROADS),
            ("old/c.py", "c"),
            ("old/sub/d.py", "d"),
            ("old/x/e.py", "e"),
            ("z", "z"),
        ],
    );
    assert_eq!(merge.paths(), ["new/a.py", "new/c.py", "new/sub/b.py", "new/sub/d.py", "new/x/e.py", "z"]);
    assert_eq!(merge.text("new/a.py").unwrap(), LONG_YOURS);
    assert_eq!(merge.at("new/c.py").settled[0].rule.id, "follows-your-folder");
}

#[test]
fn files_of_the_project_follow_the_folder_that_the_road_moved() {
    let merge = Merge::of(
        &[("old/a.py", LONG), ("old/b.py", LONG_ROADS)],
        &[("old/a.py", LONG), ("old/b.py", LONG_ROADS), ("old/own.py", "own")],
        &[("new/a.py", LONG), ("new/b.py", LONG_ROADS)],
    );
    assert_eq!(merge.paths(), ["new/a.py", "new/b.py", "new/own.py"]);
    assert_eq!(merge.at("new/own.py").settled[0].rule.id, "follows-road-folder");
}

#[test]
fn a_folder_that_is_mostly_the_projects_stays() {
    let merge = Merge::of(&[("data/README.md", LONG)], &[("data/README.md", LONG), ("data/own.csv", "1")], &[("sets/README.md", LONG)]);
    assert_eq!(merge.paths(), ["data/own.csv", "sets/README.md"]);
    assert_eq!(merge.at("sets/README.md").settled[0].rule.id, "yours-stay");
}

#[test]
fn files_made_from_one_pattern_are_not_taken_for_each_other() {
    let step = |name: &str, tool: &str| {
        format!("name: {name}\nrun: {tool}\nwith the same long line that every step has\nand another one of that sort\n")
    };
    let (one, two, own) = (step("one", "first"), step("two", "second"), step("own", "mine"));
    let changed = one.replace("first", "changed");
    let merge = Merge::of(
        &[("steps/one/step.yml", &one), ("steps/two/step.yml", &two)],
        &[("steps/two/step.yml", &two), ("steps/own/step.yml", &own)],
        &[("steps/one/step.yml", &changed), ("steps/two/step.yml", &two)],
    );
    assert_eq!(merge.verdict("steps/one/step.yml"), Verdict::DeletedByYou);
    assert_eq!(merge.text("steps/own/step.yml"), Some(own));
}

#[test]
fn moves_of_a_folder_and_inside_of_it_go_together() {
    let merge = Merge::of(
        &[("old/a.py", LONG), ("old/b.py", LONG_ROADS)],
        &[("new/a.py", LONG_YOURS), ("new/b.py", LONG_ROADS)],
        &[("old/a.py", LONG), ("old/c.py", LONG_ROADS)],
    );
    assert_eq!(merge.paths(), ["new/a.py", "new/c.py"]);
    assert!(merge.outcomes.iter().all(|outcome| outcome.conflicts.is_empty()), "{:#?}", merge.outcomes);
}

#[test]
fn a_folder_that_went_to_two_places_is_not_followed_and_that_is_said() {
    let merge = Merge::of(
        &[("old/a.py", LONG), ("old/b.py", LONG_ROADS)],
        &[("one/a.py", LONG), ("two/b.py", LONG_ROADS)],
        &[("old/a.py", LONG), ("old/b.py", LONG_ROADS), ("old/c.py", "c")],
    );
    assert_eq!(merge.paths(), ["old/c.py", "one/a.py", "two/b.py"]);
    assert_eq!(merge.at("old/c.py").settled[0].rule.id, "folder-unclear");
}
