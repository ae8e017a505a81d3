//! `highroad undo` through the binary: what comes back, and what is refused.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files and environment from outside, and may fail by a panic"
)]

mod support;

use highroad::plan::transaction::{self, Landing};
use support::changes::{branch, changes, conflicted, plain, project, settled, state, step, transaction};
use support::{Folder, git};

fn applied(with_git: bool, landing: Landing) -> (Folder, std::collections::BTreeMap<String, String>) {
    let folder = Folder::new();
    project(&folder, with_git);
    let before = state(folder.path());
    transaction::apply(&transaction(folder.path(), changes(), landing)).unwrap();
    (folder, before)
}

#[test]
fn takes_back_a_branch_in_place_and_without_git() {
    for (with_git, landing) in [(true, branch()), (true, Landing::InPlace), (false, Landing::Files)] {
        let (folder, before) = applied(with_git, landing);
        let after = state(folder.path());
        let planned = folder.highroad(&["undo", "--dry-run", "src"]).success();
        assert!(planned.out.contains("Would take back the last upgrade: Upgrade to 2026.11.2"), "{}", planned.out);
        assert!(planned.out.contains("bring back  src/old/gone.py"), "{}", planned.out);
        assert_eq!(state(folder.path()), after);
        let done = folder.highroad(&["undo", "src"]).success();
        assert!(done.err.contains("Took back"), "{}", done.err);
        assert_eq!(state(folder.path()), before);
        folder.highroad(&["undo"]).fails(2, &["nothing-to-undo"]);
    }
}

#[test]
fn tells_programs_what_it_did() {
    let (folder, _) = applied(true, branch());
    let run = folder.highroad(&["undo", "--json"]).success();
    let document: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(document["status"], "undone");
    assert_eq!(document["branch"], "main");
    assert_eq!(document["deleted_branch"], "highroad/ml-2026.11.2");
    assert_eq!(document["files"].as_array().unwrap().len(), 10);
    assert_eq!(document["files"][0]["change"], "restore");
    let refused = folder.highroad(&["undo", "--json"]);
    assert_eq!(refused.code, 2);
    assert!(refused.out.contains("\"nothing-to-undo\""), "{}", refused.out);
}

#[test]
fn other_work_stays_as_it_is() {
    let folder = Folder::new();
    project(&folder, true);
    folder.write("notes/mine.txt", "mine, unstaged\n");
    folder.write("staged.txt", "staged\n");
    git(folder.path(), &["add", "staged.txt"]);
    folder.write("untracked.txt", "untracked\n");
    let before = state(folder.path());
    transaction::apply(&transaction(folder.path(), changes(), branch())).unwrap();
    let status = git(folder.path(), &["status", "--porcelain"]);
    assert_eq!(status, " M notes/mine.txt\nA  staged.txt\n?? untracked.txt\n");
    assert!(!git(folder.path(), &["show", "--stat", "HEAD"]).contains("staged.txt"));
    git(folder.path(), &["add", "untracked.txt"]);
    folder.highroad(&["undo"]).success();
    git(folder.path(), &["reset", "-q", "untracked.txt"]);
    assert_eq!(state(folder.path()), before);
}

#[test]
fn refuses_where_edits_would_be_lost_and_says_which() {
    for (with_git, landing) in [(true, branch()), (false, Landing::Files)] {
        let (folder, _) = applied(with_git, landing);
        folder.write("README.md", "# Mine\n");
        folder.write("docs/a/new.md", "mine\n");
        let now = state(folder.path());
        let refused = folder.highroad(&["undo"]).fails(2, &["error[changed]", "README.md", "docs/a/new.md"]);
        assert!(!refused.err.contains("train.py"), "{}", refused.err);
        assert_eq!(state(folder.path()), now);
    }
}

#[test]
fn what_is_as_before_already_or_gone_is_no_hindrance() {
    let (folder, before) = applied(true, branch());
    folder.write("README.md", "# Demo\n");
    std::fs::remove_file(folder.join("docs/a/new.md")).unwrap();
    std::fs::remove_file(folder.join("src/train.py")).unwrap();
    folder.highroad(&["undo"]).success();
    assert_eq!(state(folder.path()), before);
}

#[test]
fn refuses_after_commits_and_on_another_branch() {
    let (folder, _) = applied(true, branch());
    folder.write("more.txt", "more\n");
    git(folder.path(), &["add", "more.txt"]);
    git(folder.path(), &["commit", "-qm", "more"]);
    folder.highroad(&["undo"]).fails(2, &["error[commits-since]", "git revert", "git switch main"]);
    git(folder.path(), &["switch", "-q", "main"]);
    folder.highroad(&["undo"]).fails(2, &["error[other-branch]", "`main` is checked out", "git branch -D highroad/ml-2026.11.2"]);
    git(folder.path(), &["merge", "-q", "--ff-only", "highroad/ml-2026.11.2"]);
    folder.highroad(&["undo"]).fails(2, &["error[other-branch]", "holds the change", "git revert"]);
    git(folder.path(), &["reset", "-q", "--hard", "HEAD~2"]);
    git(folder.path(), &["switch", "-qc", "third"]);
    folder.write("README.md", "# Third\n");
    git(folder.path(), &["commit", "-qam", "third"]);
    folder.highroad(&["undo"]).fails(2, &["error[other-branch]", "git switch highroad/ml-2026.11.2"]);
}

#[test]
fn refuses_to_take_back_a_commit_in_place_that_is_published() {
    let (folder, _) = applied(true, Landing::InPlace);
    let head = git(folder.path(), &["rev-parse", "HEAD"]);
    git(folder.path(), &["update-ref", "refs/remotes/origin/main", head.trim()]);
    folder.highroad(&["undo"]).fails(2, &["error[published]", "git revert", "origin/main"]);
    // A branch of its own can go, pushed or not.
    let (folder, before) = applied(true, branch());
    let head = git(folder.path(), &["rev-parse", "HEAD"]);
    git(folder.path(), &["update-ref", "refs/remotes/origin/x", head.trim()]);
    folder.highroad(&["undo"]).success();
    git(folder.path(), &["update-ref", "-d", "refs/remotes/origin/x"]);
    assert_eq!(state(folder.path()), before);
}

#[test]
fn half_settled_conflicts_go_and_a_copy_stays() {
    for with_git in [true, false] {
        let folder = Folder::new();
        project(&folder, with_git);
        let before = state(folder.path());
        let mut change = transaction(folder.path(), changes(), if with_git { branch() } else { Landing::Files });
        conflicted(&mut change);
        transaction::apply(&change).unwrap();
        folder.write("same.txt", "half of my work\n");
        let planned = folder.highroad(&["undo", "--dry-run"]).success();
        assert!(planned.out.contains("Your edits in same.txt go with it"), "{}", planned.out);
        let run = folder.highroad(&["undo", "--json"]).success();
        let document: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let kept = std::path::Path::new(document["kept_in"].as_str().unwrap()).join("same.txt");
        assert_eq!(std::fs::read_to_string(kept).unwrap(), "half of my work\n");
        assert_eq!(state(folder.path()), before);
    }
}

#[test]
fn settled_without_git_is_undone_too() {
    let folder = Folder::new();
    project(&folder, false);
    let before = state(folder.path());
    let mut change = transaction(folder.path(), changes(), Landing::Files);
    conflicted(&mut change);
    transaction::apply(&change).unwrap();
    assert_eq!(transaction::unsettled(folder.path()).unwrap(), ["same.txt"]);
    let settlements = [("same.txt", "both\n"), ("README.md", "# Noted\n")].map(|(path, text)| settled(folder.path(), path, plain(text)));
    transaction::settle(folder.path(), &settlements).unwrap();
    assert!(transaction::unsettled(folder.path()).unwrap().is_empty());
    transaction::finish(folder.path()).unwrap();
    assert_eq!(transaction::open_conflicts(folder.path()).unwrap(), None);
    folder.highroad(&["undo"]).success();
    assert_eq!(state(folder.path()), before);
}

#[test]
fn five_changes_are_taken_back_one_by_one() {
    for (with_git, landing) in [(true, Landing::InPlace), (false, Landing::Files)] {
        let folder = Folder::new();
        project(&folder, with_git);
        let mut states = Vec::new();
        for n in 0..5 {
            states.push(state(folder.path()));
            let text = |n: usize| plain(&format!("{n}\n"));
            let before = if n == 0 { None } else { text(n - 1) };
            transaction::apply(&transaction(folder.path(), vec![step("count.txt", before, text(n))], landing.clone())).unwrap();
        }
        for state_before in states.iter().rev() {
            folder.highroad(&["undo"]).success();
            assert_eq!(state(folder.path()), *state_before);
        }
    }
}

#[test]
fn modes_of_files_and_folders_come_back_to_the_bit() {
    use std::os::unix::fs::PermissionsExt as _;
    let set = |path: &std::path::Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    for with_git in [true, false] {
        let folder = Folder::new();
        project(&folder, with_git);
        set(&folder.join("README.md"), 0o600);
        set(&folder.join("src/train.py"), 0o640);
        set(&folder.join("src/old"), 0o700);
        let before = state(folder.path());
        transaction::apply(&transaction(folder.path(), changes(), if with_git { branch() } else { Landing::Files })).unwrap();
        let mode = |path: &str| std::fs::metadata(folder.join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("README.md"), 0o600, "a private file stays private");
        assert_eq!(mode("src/train.py"), 0o750);
        folder.highroad(&["undo"]).success();
        assert_eq!(state(folder.path()), before);
    }
}

#[test]
fn records_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, _) = applied(false, Landing::Files);
    let mode = |path: &str| std::fs::metadata(folder.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(".highroad"), 0o700);
    assert_eq!(mode(".highroad/records/000001"), 0o700);
    assert_eq!(std::fs::read_to_string(folder.join(".highroad/.gitignore")).unwrap(), "*\n");
    let (folder, _) = applied(true, branch());
    assert_eq!(std::fs::metadata(folder.join(".git/highroad")).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_record_that_came_with_a_project_leads_nowhere() {
    let outside = Folder::new();
    outside.write("target.txt", "theirs\n");
    let digest = |text: &str| highroad::base::digest::Digest::of(text.as_bytes()).to_string();
    let page = |path: &str, git: &str| {
        format!(
            r#"{{"format":1,"command":"upgrade","prefix":"","ends":"record","files":[{{"path":"{path}","before":{{"link":false,"mode":420,"digest":"{}"}},"after":{{"link":false,"mode":420,"digest":"{}"}}}}],"folders":[],"git":{git},"conflicts":[],"open":null,"message":""}}"#,
            digest("evil\n"),
            digest("theirs\n"),
        )
    };
    let somewhere = outside.path().display().to_string();
    let up = format!("../{}/target.txt", outside.path().file_name().unwrap().to_str().unwrap());
    for (place, command) in [("open", "recover"), ("records/000001", "undo")] {
        for path in
            [format!("{somewhere}/target.txt"), up.clone(), "out/target.txt".to_owned(), ".git/config".to_owned(), ".highroad/x".to_owned()]
        {
            let folder = Folder::new();
            folder.write("highroad.toml", "\n");
            std::os::unix::fs::symlink(outside.path(), folder.join("out")).unwrap();
            folder.write(&format!(".highroad/{place}/journal.json"), &page(&path, "null"));
            folder.write(&format!(".highroad/{place}/old/0"), "evil\n");
            let _ = match command {
                "undo" => transaction::undo(folder.path()).map(|_| ()),
                _ => transaction::recover(folder.path()).map(|_| ()),
            };
            assert_eq!(std::fs::read_to_string(outside.join("target.txt")).unwrap(), "theirs\n", "{place} {path}");
        }
    }
    // What stands there is neither as before nor as after: it stays.
    let folder = Folder::new();
    folder.write("mine.txt", "mine\n");
    folder.write(".highroad/open/journal.json", &page("mine.txt", "null"));
    folder.write(".highroad/open/old/0", "evil\n");
    let said = transaction::recover(folder.path()).unwrap().unwrap();
    assert!(said.contains("mine.txt"), "{said}");
    assert_eq!(std::fs::read_to_string(folder.join("mine.txt")).unwrap(), "mine\n");
    // Kept content that is not what the page says is not used.
    let folder = Folder::new();
    folder.write("mine.txt", "theirs\n");
    folder.write(".highroad/open/journal.json", &page("mine.txt", "null"));
    folder.write(".highroad/open/old/0", "other\n");
    assert_eq!(transaction::recover(folder.path()).unwrap_err().code, "record");
    assert_eq!(std::fs::read_to_string(folder.join("mine.txt")).unwrap(), "theirs\n");
    // A journal outside of git's folder may not speak of git.
    let folder = Folder::new();
    project(&folder, true);
    let before = state(folder.path());
    let git = r#"{"entries":{},"branch":{"name":"refs/heads/main","before":null,"after":null},"head_before":{"branch":"refs/heads/x"},"head_after":{"branch":"refs/heads/main"},"commit_before":"","waiting":null}"#;
    folder.write(".highroad/open/journal.json", &page("README.md", git));
    assert_eq!(transaction::recover(folder.path()).unwrap_err().code, "record");
    std::fs::remove_dir_all(folder.join(".highroad")).unwrap();
    assert_eq!(state(folder.path()), before);
    // Nor is anything read through a link.
    for link in ["old", "journal.json"] {
        let folder = Folder::new();
        folder.write("highroad.toml", "\n");
        folder.write(".highroad/records/000001/later.json", "{}");
        if link == "old" {
            folder.write(".highroad/records/000001/journal.json", &page("mine.txt", "null"));
        }
        std::os::unix::fs::symlink(outside.path(), folder.join(".highroad/records/000001").join(link)).unwrap();
        folder.highroad(&["undo"]).fails(3, &["error[record]"]);
    }
    for broken in ["", "{", "[]", "{\"format\":2}", &"[".repeat(100_000)] {
        let folder = Folder::new();
        folder.write(".highroad/records/000001/journal.json", broken);
        folder.write("highroad.toml", "\n");
        folder.highroad(&["undo"]).fails(3, &["error[record]"]);
    }
}

#[test]
fn an_upgrade_that_is_killed_is_taken_back_by_the_next_command() {
    let folder = Folder::new();
    let road = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("paved-roads/ml/2026.11.0");
    let new = ["new", "demo", "--kind", "llm-app", "--host", "github", "--set", "owner_contact=ml-team@acme.test", "--yes", "--road"];
    folder.highroad(&[&new[..], &[road.to_str().unwrap()]].concat()).success();
    let root = folder.join("demo");
    let before = state(&root);
    let mut half_done = 0;
    for write in [20, 60, 90] {
        let binary = env!("CARGO_BIN_EXE_highroad");
        let mut command = folder.command(binary);
        let killed = support::Run::of(command.args(["upgrade", "demo", "--yes"]).env("HIGHROAD_FAULT", format!("kill:{write}")));
        assert_eq!(killed.code, -1, "{}", killed.err);
        half_done += usize::from(root.join(".git/highroad/open").exists());
        folder.highroad(&["status", "demo"]);
        assert_eq!(state(&root), before);
        assert!(!root.join(".git/highroad/open").exists());
    }
    assert!(half_done > 0, "every kill came before the first write that has to be taken back");
}
