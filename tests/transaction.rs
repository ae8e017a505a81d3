//! Transactions from the library: what lands, what is refused, and what a stop at any write leaves.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files and environment from outside, and may fail by a panic"
)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use highroad::plan::transaction::{self, Landing};
use support::changes::{branch, changes, conflicted, plain, project, settled, state, transaction};
use support::{Folder, git};

#[test]
fn lands_on_a_branch_and_comes_back() {
    let folder = Folder::new();
    project(&folder, true);
    let before = state(folder.path());
    let applied = transaction::apply(&transaction(folder.path(), changes(), branch())).unwrap();
    assert_eq!(applied.branch.as_deref(), Some("highroad/ml-2026.11.2"));
    assert!(applied.as_person);
    let after = state(folder.path());
    assert_eq!(after["git status --porcelain"], "");
    assert_eq!(git(folder.path(), &["symbolic-ref", "HEAD"]).trim(), "refs/heads/highroad/ml-2026.11.2");
    assert_eq!(git(folder.path(), &["log", "-1", "--format=%an|%s"]).trim(), "Ada|Upgrade to 2026.11.2");
    assert!(!after.contains_key("src/old"), "the folder that was emptied is gone");
    assert_eq!(git(folder.path(), &["diff", "--stat", "main", "--name-only"]).lines().count(), 10);
    git(folder.path(), &["fsck", "--strict"]);
    transaction::undo(folder.path()).unwrap();
    assert_eq!(state(folder.path()), before);
    assert!(transaction::undo(folder.path()).unwrap_err().code == "nothing-to-undo");
}

#[test]
fn lands_without_git_and_comes_back() {
    let folder = Folder::new();
    project(&folder, false);
    let before = state(folder.path());
    let applied = transaction::apply(&transaction(folder.path(), changes(), Landing::Files)).unwrap();
    assert_eq!(applied.commit, None);
    assert_ne!(state(folder.path()), before);
    transaction::undo(folder.path()).unwrap();
    assert_eq!(state(folder.path()), before);
}

/// What the tests below start themselves for: one transaction in a process of its own, which a fault may end.
#[test]
#[ignore = "started by other tests"]
fn child() {
    let Ok(root) = std::env::var("HIGHROAD_TEST_ROOT") else { return };
    let with_git = Path::new(&root).join(".git").exists();
    let what = std::env::var("HIGHROAD_TEST_DO").unwrap();
    let mut transaction = transaction(Path::new(&root), changes(), if with_git { branch() } else { Landing::Files });
    let result = match what.as_str() {
        "apply" => transaction::apply(&transaction).map(|_| ()),
        "conflict" => {
            conflicted(&mut transaction);
            transaction::apply(&transaction).map(|_| ())
        }
        "undo" => transaction::undo(Path::new(&root)).map(|_| ()),
        "settle" => transaction::settle(Path::new(&root), &[settled(Path::new(&root), "same.txt", plain("settled\n"))]),
        "finish" => transaction::finish(Path::new(&root)).map(|_| ()),
        "recover" => transaction::recover(Path::new(&root)).map(|_| ()),
        other => panic!("{other}"),
    };
    if let Err(error) = result {
        println!("{error}");
        panic!("refused");
    }
}

/// Runs one action in a process of its own; returns whether it went through, and what it said.
fn act(folder: &Folder, what: &str, fault: Option<&str>) -> (bool, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    support::clean(&mut command, folder.path());
    command.args(["--exact", "child", "--ignored", "--nocapture"]);
    command.env("HIGHROAD_TEST_ROOT", folder.path()).env("HIGHROAD_TEST_DO", what);
    command.env("HIGHROAD_FAULT", fault.unwrap_or("none"));
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Stops `what` at every write in turn, after `steps` that lead there; the project must be as before or as after each time:
/// at once where the disk was full, after the next run where the process was killed. Only every `stride`-th write is stopped
/// at, unless `HIGHROAD_LONG` asks for all.
fn walk(with_git: bool, steps: &[&str], what: &str, stride: usize) {
    let stride = if std::env::var_os("HIGHROAD_LONG").is_some() { 1 } else { stride };
    let ready = Folder::new();
    project(&ready, with_git);
    for step in steps {
        let (fine, said) = act(&ready, step, None);
        assert!(fine, "{step}: {said}");
    }
    let before = state(ready.path());
    let copy = || {
        let folder = Folder::new();
        let copied = Command::new("cp").arg("-a").arg(ready.join(".")).arg(folder.path()).status().unwrap();
        assert!(copied.success());
        folder
    };
    let done = copy();
    let (fine, said) = act(&done, what, None);
    assert!(fine, "{said}");
    let after = without_commits(state(done.path()));
    assert_ne!(before, after);
    let mut writes = 0;
    for n in (1..).step_by(stride) {
        assert!(n < 2000, "the walk does not end");
        let folder = copy();
        let (fine, said) = act(&folder, what, Some(&format!("kill:{n}")));
        if fine {
            assert_eq!(without_commits(state(folder.path())), after, "{said}");
            break;
        }
        writes = n;
        let (recovered, said) = act(&folder, "recover", None);
        assert!(recovered, "kill:{n}: {said}");
        expect(&folder, &before, Some(&after), &format!("kill:{n}"));
        if n % 4 != 1 {
            continue;
        }
        let (fine, said) = act(&folder, what, None);
        let again = without_commits(state(folder.path()));
        assert!(again == after, "after kill:{n}, {fine}: {said}\n{:#?}", differences(&again, &after));
    }
    for n in (1..=writes).step_by(stride) {
        let folder = copy();
        let (fine, said) = act(&folder, what, Some(&format!("full:{n}")));
        let stays = without_commits(state(folder.path())) == after;
        assert!(fine == stays, "full:{n} {fine}: {said}");
        expect(&folder, &before, stays.then_some(&after), &format!("full:{n}"));
    }
    println!("{what}, git {with_git}: {writes} writes");
    assert!(writes > 10);
}

#[track_caller]
fn expect(folder: &Folder, before: &BTreeMap<String, String>, after: Option<&BTreeMap<String, String>>, place: &str) {
    let now = state(folder.path());
    let as_after = after.is_some_and(|after| *after == without_commits(now.clone()));
    assert!(now == *before || as_after, "{place}: {:#?}", differences(&now, before));
    for open in [".highroad-staging", ".git/highroad/open/journal.json", ".highroad/open/journal.json"] {
        assert!(!folder.join(open).exists(), "{place}: {open} stayed");
    }
}

fn differences(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    let keys: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differ = keys.into_iter().filter(|key| one.get(*key) != other.get(*key));
    differ.map(|key| format!("{key}: {:?} / {:?}", one.get(key), other.get(key))).collect()
}

/// The commit of the same change has another time, and so another id: its tree is in the index.
fn without_commits(mut state: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for (_, value) in state.iter_mut().filter(|(key, _)| key.starts_with("branch ")) {
        "a commit".clone_into(value);
    }
    state
}

#[test]
fn a_stop_at_any_write_leaves_before_or_after_in_git() {
    walk(true, &[], "apply", 1);
}

#[test]
fn a_stop_at_any_write_leaves_before_or_after_without_git() {
    walk(false, &[], "apply", 1);
}

#[test]
fn a_stop_in_a_change_with_conflicts_leaves_before_or_after() {
    walk(true, &[], "conflict", 3);
}

#[test]
fn a_stop_while_settling_leaves_before_or_after() {
    walk(true, &["conflict"], "settle", 3);
    walk(true, &["conflict", "settle"], "finish", 3);
}

#[test]
fn a_stop_while_undoing_leaves_before_or_after() {
    walk(true, &["apply"], "undo", 3);
    walk(true, &["conflict", "settle"], "undo", 5);
    walk(false, &["apply"], "undo", 3);
}

#[test]
fn conflicts_are_in_the_index_and_wait_for_a_commit() {
    let folder = Folder::new();
    project(&folder, true);
    let before = state(folder.path());
    let mut change = transaction(folder.path(), changes(), branch());
    conflicted(&mut change);
    let applied = transaction::apply(&change).unwrap();
    assert_eq!(applied.commit, None);
    let stages = git(folder.path(), &["ls-files", "-u"]);
    assert_eq!(stages.lines().map(|line| &line[48..49]).collect::<String>(), "123", "{stages}");
    assert_eq!(git(folder.path(), &["diff", "--name-only", "--diff-filter=U"]).trim(), "same.txt");
    assert_eq!(transaction::open_conflicts(folder.path()).unwrap().as_deref(), Some("{\"conflicts\":1}"));
    assert_eq!(transaction::unsettled(folder.path()).unwrap(), ["same.txt"]);
    assert_eq!(transaction::finish(folder.path()).unwrap_err().code, "unmerged");
    assert_eq!(transaction::apply(&change).unwrap_err().code, "open-conflicts");
    transaction::settle(folder.path(), &[settled(folder.path(), "same.txt", plain("both\n"))]).unwrap();
    assert!(transaction::unsettled(folder.path()).unwrap().is_empty());
    assert!(transaction::open_conflicts(folder.path()).unwrap().is_some());
    let applied = transaction::finish(folder.path()).unwrap();
    assert!(applied.commit.is_some());
    assert_eq!(transaction::open_conflicts(folder.path()).unwrap(), None);
    let after = state(folder.path());
    assert_eq!(after["git status --porcelain"], "");
    assert_eq!(after["git file MERGE_MSG"], "None");
    assert_eq!(git(folder.path(), &["log", "--format=%s"]), "Upgrade to 2026.11.2\nstart\n");
    transaction::undo(folder.path()).unwrap();
    assert_eq!(state(folder.path()), before);
}

#[test]
fn git_commit_finds_the_message_and_undo_then_says_what_to_do() {
    let folder = Folder::new();
    project(&folder, true);
    let mut change = transaction(folder.path(), changes(), branch());
    conflicted(&mut change);
    transaction::apply(&change).unwrap();
    folder.write("same.txt", "mine\n");
    git(folder.path(), &["add", "same.txt"]);
    assert!(transaction::unsettled(folder.path()).unwrap().is_empty());
    git(folder.path(), &["commit", "-q", "--no-edit"]);
    assert_eq!(git(folder.path(), &["log", "-1", "--format=%s"]).trim(), "Upgrade to 2026.11.2");
    assert_eq!(transaction::open_conflicts(folder.path()).unwrap(), None);
    let error = transaction::undo(folder.path()).unwrap_err();
    assert_eq!(error.code, "commits-since");
    assert!(error.fix.contains("git switch main") && error.fix.contains("git branch -D highroad/ml-2026.11.2"), "{error}");
}
