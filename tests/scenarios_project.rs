//! Small upgrades that differ in what surrounds the files: the repository, the answers, the version. The numbers are
//! those of the list in docs/upgrade.md.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/mod.rs"]
mod support;

use scenario::{Files, More, Scenario, texts, twenty};
use support::{Run, git};

fn one(text: &str) -> Files {
    texts(&[("a.txt", text)])
}

fn road_seven() -> Files {
    one(&twenty().replace("line 7\n", "road 7\n"))
}

#[test]
fn s33_the_project_is_a_folder_of_a_larger_repository() {
    let s = Scenario::empty();
    s.publish(&one(&twenty()), &More::default());
    s.folder.write("mono/other/keep.txt", "other\n");
    let mono = s.folder.join("mono");
    git(&mono, &["init", "--quiet"]);
    s.folder.highroad(&["new", "mono/demo", "--road", "store/2026.1.0", "--yes", "--no-git"]).success();
    git(&mono, &["add", "--all"]);
    git(&mono, &["commit", "--quiet", "--message", "all"]);
    s.folder.write("mono/other/keep.txt", "other, changed\n");
    s.publish(&road_seven(), &More::default());
    let run = Run::of(
        s.folder.command(env!("CARGO_BIN_EXE_highroad")).args(["upgrade", "--road", "../../store", "--yes"]).current_dir(mono.join("demo")),
    )
    .success();
    assert!(std::fs::read_to_string(mono.join("demo/a.txt")).unwrap().contains("road 7"), "{}", run.err);
    assert_eq!(git(&mono, &["status", "--porcelain"]), " M other/keep.txt\n");
    let changed = git(&mono, &["show", "--name-only", "--format=", "HEAD"]);
    assert!(changed.lines().all(|path| path.starts_with("demo/")), "{changed}");
    assert_eq!(support::names(&mono), [".git", "demo", "other"]);
}

#[test]
fn s34_without_git_it_works_and_can_be_undone() {
    let s = Scenario::empty();
    s.publish(&one(&twenty()), &More::default());
    s.start(&["--no-git"]);
    s.edit("a.txt", "line 2\n", "mine 2\n");
    let before = s.state();
    s.publish(&road_seven(), &More::default());
    s.upgrade(&[]).success();
    assert_eq!(s.read("a.txt"), twenty().replace("line 2\n", "mine 2\n").replace("line 7\n", "road 7\n"));
    s.run(&["undo"]).success();
    assert_eq!(s.state(), before);
}

#[test]
fn s35_an_uncommitted_change_in_the_same_file_is_refused() {
    let s = Scenario::of(&one(&twenty()));
    s.publish(&road_seven(), &More::default());
    s.edit("a.txt", "line 2\n", "mine 2\n");
    let before = s.state();
    s.upgrade(&[]).fails(2, &["a.txt", "commit"]);
    assert_eq!(s.state(), before);
    s.git(&["add", "a.txt"]);
    let staged = s.state();
    s.upgrade(&[]).fails(2, &["a.txt"]);
    assert_eq!(s.state(), staged);
}

#[test]
fn s36_an_uncommitted_change_elsewhere_stays_as_it_is() {
    let s = Scenario::of(&texts(&[("a.txt", &twenty()), ("b.txt", "b\n"), ("c.txt", "c\n")]));
    s.publish(&texts(&[("a.txt", &twenty().replace("line 7\n", "road 7\n")), ("b.txt", "b\n"), ("c.txt", "c\n")]), &More::default());
    s.write("b.txt", "b, not staged\n");
    s.write("c.txt", "c, staged\n");
    s.git(&["add", "c.txt"]);
    s.write("own.txt", "untracked\n");
    s.upgrade(&[]).success();
    assert!(s.read("a.txt").contains("road 7"));
    assert_eq!(s.git(&["status", "--porcelain"]), " M b.txt\nM  c.txt\n?? own.txt\n");
    assert_eq!(s.read("b.txt"), "b, not staged\n");
    let committed = s.git(&["show", "--name-only", "--format=", "HEAD"]);
    assert_eq!(committed.lines().collect::<Vec<_>>(), ["a.txt", "highroad.lock", "highroad.toml"]);
}

#[test]
fn s37_with_core_autocrlf() {
    let s = Scenario::of(&one(&twenty()));
    s.git(&["config", "core.autocrlf", "true"]);
    s.git(&["rm", "--quiet", "--cached", "-r", "."]);
    s.git(&["reset", "--quiet", "--hard"]);
    assert!(s.read("a.txt").contains("\r\n"));
    s.edit("a.txt", "line 2\r\n", "mine 2\r\n");
    s.upgrade_to(&road_seven()).success();
    let expected = twenty().replace("line 2\n", "mine 2\n").replace("line 7\n", "road 7\n");
    assert_eq!(s.read("a.txt").replace("\r\n", "\n"), expected);
    assert_eq!(s.git(&["show", "HEAD:a.txt"]), expected);
    assert_eq!(s.git(&["status", "--porcelain"]), "");
}

const PURPOSE: &str = "[[question]]\nkey = \"purpose\"\nask = \"What for?\"\nhelp = \"One line.\"\ntype = \"text\"\ndefault = \"a demo\"\n";
const REGION: &str = "[[question]]\nkey = \"region\"\nask = \"Where?\"\nhelp = \"A region.\"\ntype = \"text\"\ndefault = \"europe\"\n";

fn asking(questions: &str) -> More {
    More { questions: questions.to_owned(), ..More::default() }
}

#[test]
fn s44_other_answers_at_the_same_version() {
    let template = |first: &str| texts(&[("README.md.jinja", &format!("{first}\n\nFor {{@ purpose @}}.\n\n{}", twenty()))]);
    let s = Scenario::with(&template("# Demo"), &asking(PURPOSE));
    s.edit("README.md", "line 19\n", "mine 19\n");
    s.edit("highroad.toml", "a demo", "serious work");
    s.commit();
    let old = s.newest();
    s.publish(&template("# Another demo"), &asking(PURPOSE));
    s.upgrade(&["--to", &old]).success();
    assert_eq!(s.read("README.md"), format!("# Demo\n\nFor serious work.\n\n{}", twenty().replace("line 19\n", "mine 19\n")));
    assert!(s.read("highroad.lock").contains("serious work") && s.read("highroad.lock").contains(&old));
}

#[test]
fn s45_a_new_question_is_asked_and_the_rest_kept() {
    let s = Scenario::empty();
    s.publish(&texts(&[("README.md.jinja", "For {@ purpose @}.\n")]), &asking(PURPOSE));
    s.start(&["--set", "purpose=serious work"]);
    s.publish(&texts(&[("README.md.jinja", "For {@ purpose @} in {@ region @}.\n")]), &asking(&format!("{PURPOSE}{REGION}")));
    let before = s.state();
    s.run(&["upgrade", "--road", "../store"]).fails(2, &["region", "--yes"]);
    assert_eq!(s.state(), before);
    s.run(&["upgrade", "--road", "../store", "--set", "region=asia"]).success();
    assert_eq!(s.read("README.md"), "For serious work in asia.\n");
    assert!(s.read("highroad.toml").contains("asia"));
}

#[test]
fn s46_a_seeded_file_that_you_deleted_stays_away() {
    let seeded = More { seeded: vec!["src/**".to_owned()], ..More::default() };
    let files = |text: &str| texts(&[("a.txt", text), ("src/model.py", text), ("src/data.py", text)]);
    let s = Scenario::with(&files("x = 1\n"), &seeded);
    s.remove("src/model.py");
    s.write("src/data.py", "mine = 1\n");
    s.commit();
    s.publish(&files("x = 2\n"), &seeded);
    s.upgrade(&[]).success();
    assert_eq!(s.read("a.txt"), "x = 2\n");
    assert!(!s.has("src/model.py"));
    assert_eq!(s.read("src/data.py"), "mine = 1\n");
}

#[test]
fn s47_an_ignored_file_of_the_road_is_kept_up_to_date_and_never_destroyed() {
    let files = |text: &str| texts(&[(".gitignore", "local.conf\n"), ("local.conf", text)]);
    for edited in [false, true] {
        let s = Scenario::of(&files(&twenty()));
        s.git(&["rm", "--quiet", "--cached", "local.conf"]);
        s.git(&["commit", "--quiet", "--message", "not in git"]);
        if edited {
            s.write("local.conf", twenty().replace("line 2\n", "mine 2\n"));
        }
        s.publish(&files(&twenty().replace("line 15\n", "road 15\n")), &More::default());
        let run = s.upgrade(&[]);
        let text = s.read("local.conf");
        assert_eq!(text.contains("mine 2\n"), edited, "{text}");
        assert!(text.contains("road 15\n") || run.code == 2, "{}\n{text}", run.err);
        assert!(edited || run.code == 0, "{}", run.err);
    }
}

fn renaming(version: &str, from: &str, to: &str) -> String {
    format!("[[migration]]\nversion = \"{version}\"\nwhy = \"A clearer name.\"\nmove = {{ from = \"{from}\", to = \"{to}\" }}\n")
}

#[test]
fn s48_migrations_run_in_order_and_once() {
    let s = Scenario::of(&texts(&[("a.txt", "a\n"), ("one.txt", "of the road\n")]));
    s.write("one.txt", "nothing is left of what the road wrote here\n");
    s.commit();
    let first = renaming("2026.1.1", "one.txt", "two.txt");
    s.publish(&texts(&[("a.txt", "b\n"), ("two.txt", "of the road\n")]), &More { road: first.clone(), ..More::default() });
    let both = format!("{first}{}", renaming("2026.1.2", "two.txt", "three.txt"));
    s.publish(&texts(&[("a.txt", "c\n"), ("three.txt", "of the road\n")]), &More { road: both.clone(), ..More::default() });
    let run = s.upgrade(&[]).success();
    assert!(!s.has("one.txt") && !s.has("two.txt"), "{}", run.err);
    assert_eq!(s.read("three.txt"), "nothing is left of what the road wrote here\n");
    s.write("one.txt", "another file of mine\n");
    s.commit();
    s.publish(&texts(&[("a.txt", "d\n"), ("three.txt", "of the road\n")]), &More { road: both, ..More::default() });
    s.upgrade(&[]).success();
    assert_eq!(s.read("one.txt"), "another file of mine\n");
    assert_eq!(s.read("a.txt"), "d\n");
}

#[test]
fn s49_a_downgrade_is_only_made_when_it_is_named() {
    let s = Scenario::of(&one("old\n"));
    s.publish(&one("new\n"), &More::default());
    s.upgrade(&[]).success();
    let before = s.state();
    s.run(&["upgrade", "--road", "../store/2026.1.0", "--yes"]).fails(2, &["2026.1.0", "--to"]);
    assert_eq!(s.state(), before);
    s.upgrade(&["--to", "2026.1.0"]).success();
    assert_eq!(s.read("a.txt"), "old\n");
}

#[test]
fn s50_in_a_worktree_with_a_git_folder_elsewhere_and_in_a_submodule() {
    let s = Scenario::of(&one(&twenty()));
    s.publish(&road_seven(), &More::default());
    let upgrade = |folder: &std::path::Path, store: &str| {
        let mut command = s.folder.command(env!("CARGO_BIN_EXE_highroad"));
        Run::of(command.args(["upgrade", "--road", store, "--yes"]).current_dir(folder)).success();
        assert!(std::fs::read_to_string(folder.join("a.txt")).unwrap().contains("road 7"));
        assert_eq!(git(folder, &["status", "--porcelain"]), "");
        Run::of(s.folder.command(env!("CARGO_BIN_EXE_highroad")).arg("undo").current_dir(folder)).success();
        assert_eq!(std::fs::read_to_string(folder.join("a.txt")).unwrap(), twenty());
        assert_eq!(git(folder, &["status", "--porcelain"]), "");
    };
    s.git(&["worktree", "add", "--quiet", "../beside", "-b", "beside"]);
    upgrade(&s.folder.join("beside"), "../store");
    git(s.folder.path(), &["clone", "--quiet", "--separate-git-dir", "elsewhere.git", "demo", "apart"]);
    upgrade(&s.folder.join("apart"), "../store");
    s.folder.write("outer/own.txt", "x\n");
    let outer = s.folder.join("outer");
    git(&outer, &["init", "--quiet"]);
    git(&outer, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../demo", "inner"]);
    upgrade(&outer.join("inner"), "../../store");
}

#[test]
fn s52_a_version_whose_bytes_changed_is_refused() {
    let s = Scenario::of(&one(&twenty()));
    s.publish(&road_seven(), &More::default());
    s.folder.write("store/2026.1.1/kinds/plain/files/a.txt", "other bytes\n");
    let before = s.state();
    let run = s.upgrade(&[]);
    assert!(run.code >= 2, "{}\n{}", run.out, run.err);
    assert!(run.err.contains("2026.1.1") && run.err.contains("digest"), "{}", run.err);
    assert_eq!(s.state(), before);
}

#[test]
fn s52_a_version_that_is_gone_is_recovered_from_the_repositorys_own_history() {
    let s = Scenario::of(&one(&twenty()));
    s.edit("a.txt", "line 2\n", "mine 2\n");
    s.commit();
    s.publish(&road_seven(), &More::default());
    std::fs::remove_dir_all(s.folder.join("store/2026.1.0")).unwrap();
    s.run(&["upgrade", "--road", "../store/2026.1.1", "--yes"]).success();
    assert_eq!(s.read("a.txt"), twenty().replace("line 2\n", "mine 2\n").replace("line 7\n", "road 7\n"));
}

#[test]
fn s52_without_any_base_it_asks_for_a_word_of_the_person() {
    let s = Scenario::empty();
    s.publish(&one(&twenty()), &More::default());
    s.start(&["--no-git"]);
    s.edit("a.txt", "line 2\n", "mine 2\n");
    s.publish(&road_seven(), &More::default());
    std::fs::remove_dir_all(s.folder.join("store/2026.1.0")).unwrap();
    let before = s.state();
    s.run(&["upgrade", "--road", "../store/2026.1.1", "--yes"]).fails(2, &["--without-base"]);
    assert_eq!(s.state(), before);
    let run = s.run(&["upgrade", "--road", "../store/2026.1.1", "--yes", "--without-base"]);
    assert!(run.code <= 1, "{}", run.err);
    assert!(s.read("a.txt").contains("mine 2") && s.read("a.txt").contains("road 7"), "{}", s.read("a.txt"));
}

#[test]
fn s53_a_second_run_changes_nothing() {
    let s = Scenario::of(&one(&twenty()));
    s.edit("a.txt", "line 2\n", "mine 2\n");
    s.upgrade_to(&road_seven()).success();
    let before = s.state();
    s.upgrade(&[]).success();
    assert_eq!(s.state(), before);
}

#[test]
fn undo_takes_an_upgrade_back_whole() {
    let s = Scenario::of(&texts(&[("a.txt", &twenty()), ("old.txt", &format!("{}old\n", twenty())), ("gone/b.txt", "b\n")]));
    s.edit("a.txt", "line 2\n", "mine 2\n");
    s.commit();
    let before = s.state();
    s.publish(
        &texts(&[
            ("a.txt", &twenty().replace("line 7\n", "road 7\n")),
            ("new/place.txt", &format!("{}old\n", twenty())),
            ("run.sh*", "#!/bin/sh\n"),
        ]),
        &More::default(),
    );
    s.upgrade(&[]).success();
    assert_ne!(s.state(), before);
    s.run(&["undo"]).success();
    assert_eq!(s.state(), before);
    assert!(!s.has("new") && s.has("gone/b.txt"));
    assert_eq!(s.git(&["branch", "--list", "highroad/*"]), "");
}

#[test]
fn undo_takes_an_upgrade_with_conflicts_back_whole() {
    let s = Scenario::of(&one(&twenty()));
    s.edit("a.txt", "line 7\n", "mine 7\n");
    s.commit();
    let before = s.state();
    s.publish(&road_seven(), &More::default());
    assert_eq!(s.upgrade(&[]).code, 1);
    s.run(&["undo"]).success();
    assert_eq!(s.state(), before);
}
