//! Where a change may land: what stands in the way of a transaction, and the repositories that it works in.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files and environment from outside, and may fail by a panic"
)]

mod support;

use std::path::Path;

use highroad::base::diagnostic::Diagnostic;
use highroad::plan::transaction::{self, Landing, Transaction};
use support::changes::{branch, changes, conflicted, executable, plain, project, settled, state, step, transaction};
use support::{Folder, Run, git};

fn in_git() -> Folder {
    let folder = Folder::new();
    project(&folder, true);
    folder
}

/// Expects a refusal with this code and these words that leaves everything as it was, from a rehearsal, too.
#[track_caller]
fn refused(folder: &Folder, change: &Transaction, code: &str, words: &[&str]) {
    let before = state(folder.path());
    let check = |error: Diagnostic| {
        let text = error.to_string();
        assert_eq!(error.code, code, "{text}");
        assert!(!error.why.is_empty() && !error.fix.is_empty(), "{text}");
        for word in words {
            assert!(text.contains(word), "`{word}` is not in:\n{text}");
        }
    };
    check(transaction::rehearse(change).expect_err("the rehearsal refuses"));
    check(transaction::apply(change).expect_err("the apply refuses"));
    assert_eq!(state(folder.path()), before);
}

#[track_caller]
fn lands(folder: &Path, change: &Transaction) -> transaction::Applied {
    transaction::rehearse(change).unwrap();
    let applied = transaction::apply(change).unwrap();
    assert_eq!(git(folder, &["status", "--porcelain"]), "");
    git(folder, &["fsck", "--strict"]);
    applied
}

/// Runs git and takes whatever comes of it: a merge that stops is no failure here.
fn git_stops(folder: &Folder, arguments: &[&str]) {
    let _ = Run::of(folder.command("git").args(["-c", "user.name=Ada", "-c", "user.email=a@acme.test"]).args(arguments));
}

#[test]
fn a_bare_repository_and_one_without_a_commit_are_refused() {
    let folder = Folder::new();
    git(folder.path(), &["init", "-q", "--bare", "-b", "main"]);
    let error = transaction::preflight(folder.path(), &["a"], &branch()).unwrap_err();
    assert_eq!(error.code, "bare", "{error}");
    let folder = Folder::new();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    folder.write("README.md", "# Demo\n");
    let error = transaction::preflight(folder.path(), &["a"], &branch()).unwrap_err();
    assert_eq!(error.code, "no-commit", "{error}");
    assert!(error.fix.contains("git commit"), "{error}");
    let folder = Folder::new();
    let error = transaction::preflight(folder.path(), &["a"], &branch()).unwrap_err();
    assert_eq!(error.code, "no-git", "{error}");
}

#[test]
fn what_git_is_in_the_middle_of_has_to_end_first() {
    let diverged = || {
        let folder = in_git();
        git(folder.path(), &["switch", "-qc", "side"]);
        folder.write("notes/mine.txt", "side\n");
        git(folder.path(), &["commit", "-qam", "side"]);
        git(folder.path(), &["switch", "-q", "main"]);
        folder.write("notes/mine.txt", "main\n");
        git(folder.path(), &["commit", "-qam", "main"]);
        folder
    };
    for (arguments, words) in [
        (&["merge", "side"][..], ["a merge", "git merge --abort"]),
        (&["rebase", "side"], ["a rebase", "git rebase --abort"]),
        (&["cherry-pick", "side"], ["a cherry-pick", "git cherry-pick --abort"]),
        (&["revert", "--no-edit", "HEAD~1"], ["a revert", "git revert --abort"]),
        (&["bisect", "start"], ["a bisect", "git bisect reset"]),
    ] {
        let folder = diverged();
        if arguments[0] == "revert" {
            folder.write("notes/mine.txt", "third\n");
            git(folder.path(), &["commit", "-qam", "third"]);
        }
        git_stops(&folder, arguments);
        refused(&folder, &transaction(folder.path(), changes(), branch()), "git-busy", &words);
    }
    // Conflicts without a merge, such as a stash leaves.
    let folder = diverged();
    git_stops(&folder, &["merge", "side"]);
    git(folder.path(), &["merge", "--quit"]);
    refused(&folder, &transaction(folder.path(), changes(), branch()), "unmerged", &["notes/mine.txt", "git add"]);
    let folder = in_git();
    folder.write(".git/index.lock", "");
    let error = transaction::apply(&transaction(folder.path(), changes(), branch())).unwrap_err();
    assert_eq!(error.code, "git-busy");
    assert!(folder.join(".git/index.lock").exists(), "somebody else's lock stays");
}

#[test]
fn a_branch_that_is_there_or_has_no_valid_name_is_refused() {
    let folder = in_git();
    git(folder.path(), &["branch", "highroad/ml-2026.11.2"]);
    refused(&folder, &transaction(folder.path(), changes(), branch()), "branch-taken", &["--branch highroad/ml-2026.11.2-2", "--in-place"]);
    let named = |name: &str| transaction(folder.path(), changes(), Landing::Branch(name.to_owned()));
    refused(&folder, &named("highroad"), "branch-taken", &["highroad/ml-2026.11.2"]);
    refused(&folder, &named("main/below"), "branch-taken", &["`main`"]);
    for name in ["", "a b", "-x", "a..b", "a.lock", "HEAD", "a~1", "@{", "\u{1b}[31m"] {
        refused(&folder, &named(name), "branch-name", &["--branch"]);
    }
}

#[test]
fn a_detached_head_is_fine_and_comes_back() {
    for landing in [branch(), Landing::InPlace] {
        let folder = in_git();
        git(folder.path(), &["switch", "-q", "--detach"]);
        let before = state(folder.path());
        let applied = lands(folder.path(), &transaction(folder.path(), changes(), landing.clone()));
        assert_eq!(applied.branch.is_none(), landing == Landing::InPlace);
        assert_eq!(applied.notes.iter().any(|note| note.contains("detached")), landing == Landing::InPlace, "{:?}", applied.notes);
        folder.highroad(&["undo"]).success();
        assert_eq!(state(folder.path()), before);
    }
}

#[test]
fn what_is_not_committed_is_never_mixed_up_with_the_change() {
    let all = || vec![step("README.md", plain("# Demo\n"), plain("# New\n")), step("new.txt", None, plain("new\n"))];
    let case = |prepare: &dyn Fn(&Folder), words: &[&str]| {
        let folder = in_git();
        prepare(&folder);
        refused(&folder, &transaction(folder.path(), all(), branch()), "dirty", words);
        let error = transaction::preflight(folder.path(), &["README.md", "new.txt"], &branch()).unwrap_err();
        assert_eq!(error.code, "dirty");
    };
    case(&|folder| folder.write("README.md", "# Mine\n"), &["README.md", "git stash"]);
    case(&|folder| executable(&folder.join("README.md")), &["README.md"]);
    case(&|folder| std::fs::remove_file(folder.join("README.md")).unwrap(), &["README.md"]);
    case(&|folder| drop(git(folder.path(), &["rm", "-q", "--cached", "README.md"])), &["README.md"]);
    case(&|folder| drop(git(folder.path(), &["rm", "-q", "README.md"])), &["README.md"]);
    case(&|folder| folder.write("new.txt", "mine\n"), &["new.txt", "not in git"]);
    case(
        &|folder| {
            folder.write("README.md", "# Staged\n");
            git(folder.path(), &["add", "README.md"]);
            folder.write("README.md", "# Demo\n");
        },
        &["README.md", "staged"],
    );
    case(
        &|folder| {
            folder.write("new.txt", "mine\n");
            git(folder.path(), &["add", "-N", "new.txt"]);
        },
        &["new.txt"],
    );
    case(
        &|folder| {
            folder.write("README.md", "# Mine\n");
            git(folder.path(), &["add", "README.md"]);
            folder.write("README.md", "# Mine again\n");
        },
        &["README.md"],
    );
    // The same where the stamp tells nothing: same size, same second.
    case(
        &|folder| {
            let meta = std::fs::metadata(folder.join("README.md")).unwrap();
            folder.write("README.md", "# Dome\n");
            let file = std::fs::File::options().write(true).open(folder.join("README.md")).unwrap();
            file.set_modified(meta.modified().unwrap()).unwrap();
        },
        &["README.md"],
    );
}

#[test]
fn an_ignored_file_in_the_way_is_never_overwritten() {
    let folder = in_git();
    folder.write("settings.local", "secret of mine\n");
    let into_the_way = transaction(folder.path(), vec![step("settings.local", None, plain("theirs\n"))], branch());
    refused(&folder, &into_the_way, "in-the-way", &["settings.local"]);
    // One that the plan knows of is kept up to date, on disk alone.
    let known =
        vec![step("README.md", plain("# Demo\n"), plain("# New\n")), step("settings.local", plain("secret of mine\n"), plain("new\n"))];
    let applied = lands(folder.path(), &transaction(folder.path(), known, branch()));
    assert!(applied.notes.iter().any(|note| note.contains("settings.local")), "{:?}", applied.notes);
    assert_eq!(std::fs::read_to_string(folder.join("settings.local")).unwrap(), "new\n");
    assert!(!git(folder.path(), &["ls-files"]).contains("settings.local"));
    folder.highroad(&["undo"]).success();
    assert_eq!(std::fs::read_to_string(folder.join("settings.local")).unwrap(), "secret of mine\n");
    // Without git, what the plan does not know of is in the way as well.
    let folder = Folder::new();
    folder.write("settings.local", "mine\n");
    refused(&folder, &transaction(folder.path(), vec![step("settings.local", None, plain("x\n"))], Landing::Files), "in-the-way", &[]);
}

#[test]
fn a_plan_for_other_content_is_refused() {
    for with_git in [true, false] {
        let folder = Folder::new();
        project(&folder, with_git);
        let landing = if with_git { branch() } else { Landing::Files };
        let of = |step| transaction(folder.path(), vec![step], landing.clone());
        refused(&folder, &of(step("README.md", plain("# Other\n"), plain("# New\n"))), "changed", &["README.md"]);
        refused(&folder, &of(step("gone.txt", plain("was\n"), plain("is\n"))), "changed", &["gone.txt"]);
        refused(&folder, &of(step("gone.txt", plain("was\n"), None)), "changed", &["gone.txt"]);
        refused(&folder, &of(step("link", plain("README.md"), plain("x\n"))), "changed", &["link"]);
        refused(&folder, &of(step("scripts/run.sh", plain("#!/bin/sh\n"), None)), "changed", &["scripts/run.sh"]);
    }
}

#[test]
fn read_only_files_and_folders_are_left_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let set = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    for with_git in [true, false] {
        let folder = Folder::new();
        project(&folder, with_git);
        let landing = if with_git { branch() } else { Landing::Files };
        set(&folder.join("README.md"), 0o444);
        refused(&folder, &transaction(folder.path(), changes(), landing.clone()), "read-only", &["README.md", "chmod"]);
        set(&folder.join("README.md"), 0o644);
        set(&folder.join("notes"), 0o555);
        let new = vec![step("notes/new.txt", None, plain("x\n"))];
        refused(&folder, &transaction(folder.path(), new, landing), "read-only", &["notes/new.txt"]);
        set(&folder.join("notes"), 0o755);
    }
}

#[test]
fn no_path_leads_out_of_the_project() {
    let outside = Folder::new();
    for with_git in [true, false] {
        let folder = Folder::new();
        project(&folder, with_git);
        std::os::unix::fs::symlink(outside.path(), folder.join("out")).unwrap();
        if with_git {
            git(folder.path(), &["add", "-A"]);
            git(folder.path(), &["commit", "-qm", "out"]);
        }
        let landing = if with_git { branch() } else { Landing::Files };
        let of = |path: &str| transaction(folder.path(), vec![step(path, None, plain("x\n"))], landing.clone());
        refused(&folder, &of("out/x.txt"), "link", &["out/x.txt"]);
        refused(&folder, &of("README.md/x.txt"), "link", &["README.md/x.txt"]);
        for path in ["../x.txt", "/tmp/x.txt", "a/../../x", ".git/hooks/pre-commit", "a/.GIT/config", "", "a//b", ".highroad/x", "./x"] {
            refused(&folder, &of(path), "path", &[]);
        }
        assert_eq!(support::names(outside.path()), Vec::<String>::new());
    }
}

#[test]
fn folders_other_repositories_and_case_twins_in_the_way_are_refused() {
    let folder = in_git();
    std::fs::create_dir_all(folder.join("vendored/.git")).unwrap();
    folder.write("vendored/.git/HEAD", "ref: refs/heads/main\n");
    let of = |path: &str| transaction(folder.path(), vec![step(path, None, plain("x\n"))], branch());
    refused(&folder, &of("vendored/x.txt"), "submodule", &["vendored/x.txt"]);
    refused(&folder, &of("notes"), "folder", &["notes"]);
    refused(&folder, &of("readme.md"), "case-twin", &["readme.md"]);
    refused(&folder, &of("SRC/x.py"), "case-twin", &["SRC/x.py"]);
    // A file that is renamed to its own twin is none.
    let renamed = vec![step("README.md", plain("# Demo\n"), None), step("readme.md", None, plain("# Demo\n"))];
    std::fs::remove_dir_all(folder.join("vendored")).unwrap();
    lands(folder.path(), &transaction(folder.path(), renamed, branch()));
    // A folder makes way where all that is in it goes.
    let folder = in_git();
    let away = vec![step("notes", None, plain("x\n")), step("notes/mine.txt", plain("mine\n"), None)];
    lands(folder.path(), &transaction(folder.path(), away, branch()));
    folder.highroad(&["undo"]).success();
}

#[test]
fn what_git_does_not_look_at_is_not_changed() {
    let change = |folder: &Folder| transaction(folder.path(), changes(), branch());
    for mark in ["--assume-unchanged", "--skip-worktree"] {
        let folder = in_git();
        git(folder.path(), &["update-index", mark, "README.md"]);
        refused(&folder, &change(&folder), "not-looked-at", &["README.md"]);
    }
    let folder = in_git();
    git(folder.path(), &["sparse-checkout", "set", "--no-cone", "/*", "!/notes/", "!/.home/"]);
    let new = vec![step("notes/new.txt", None, plain("x\n"))];
    refused(&folder, &transaction(folder.path(), new, branch()), "sparse", &["notes/new.txt"]);
    lands(folder.path(), &change(&folder));
    let folder = in_git();
    folder.write(".gitattributes", "*.py filter=secret\n");
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "filter"]);
    refused(&folder, &change(&folder), "filter", &["src/train.py"]);
}

#[test]
fn line_ends_on_disk_are_those_of_a_checkout() {
    let read = |folder: &Folder, path: &str| std::fs::read_to_string(folder.join(path)).unwrap();
    for attributes in [None, Some("* text=auto eol=crlf\n"), Some("*.md text eol=crlf\n*.txt text eol=crlf\n")] {
        let folder = in_git();
        match attributes {
            None => drop(git(folder.path(), &["config", "core.autocrlf", "true"])),
            Some(text) => {
                folder.write(".gitattributes", text);
                git(folder.path(), &["add", "-A"]);
                git(folder.path(), &["commit", "-qm", "attributes"]);
            }
        }
        for path in ["README.md", "same.txt"] {
            std::fs::remove_file(folder.join(path)).unwrap();
        }
        git(folder.path(), &["checkout", "-q", "."]);
        assert_eq!(read(&folder, "README.md"), "# Demo\r\n");
        let before = state(folder.path());
        // A plan may be made from what git keeps or from what is on disk.
        let steps = vec![
            step("README.md", plain("# Demo\r\n"), plain("# Demo\r\nMore\r\n")),
            step("new.txt", None, plain("new\nfile\n")),
            step("same.txt", plain("same\n"), plain("same\nmore\n")),
        ];
        lands(folder.path(), &transaction(folder.path(), steps, branch()));
        assert_eq!(read(&folder, "README.md"), "# Demo\r\nMore\r\n");
        assert_eq!(read(&folder, "new.txt"), "new\r\nfile\r\n");
        assert_eq!(read(&folder, "same.txt"), "same\r\nmore\r\n");
        assert_eq!(git(folder.path(), &["show", "HEAD:README.md"]), "# Demo\nMore\n");
        assert_eq!(git(folder.path(), &["show", "HEAD:new.txt"]), "new\nfile\n");
        folder.highroad(&["undo"]).success();
        assert_eq!(state(folder.path()), before);
    }
}

#[test]
fn works_in_every_kind_of_working_tree() {
    let home = in_git();
    let linked = home.join("linked");
    git(home.path(), &["worktree", "add", "-q", "-b", "wt", "linked"]);
    let shallow = home.join("shallow");
    git(home.path(), &["clone", "-q", "--depth", "1", &format!("file://{}", home.path().display()), "shallow"]);
    let separate = home.join("separate");
    git(home.path(), &["clone", "-q", "--separate-git-dir", "separate-git", ".", "separate"]);
    let parent = home.join("super");
    git(home.path(), &["init", "-q", "super"]);
    let url = home.path().display().to_string();
    git(&parent, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "inner"]);
    for root in [linked, shallow, separate, parent.join("inner")] {
        git(&root, &["config", "user.name", "Ada"]);
        git(&root, &["config", "user.email", "ada@acme.test"]);
        let before = (support::files(&root), git(&root, &["ls-files", "-s"]), git(&root, &["rev-parse", "--abbrev-ref", "HEAD"]));
        let name = root.file_name().unwrap().to_str().unwrap();
        let change = transaction(&root, changes(), Landing::Branch(format!("highroad/{name}")));
        lands(&root, &change);
        assert!(!root.join(".highroad").exists(), "the record is in git's folder");
        home.highroad(&["undo", root.to_str().unwrap()]).success();
        let after = (support::files(&root), git(&root, &["ls-files", "-s"]), git(&root, &["rev-parse", "--abbrev-ref", "HEAD"]));
        assert!(before == after, "{name}");
    }
}

#[test]
fn a_project_in_a_folder_of_a_monorepo_touches_nothing_else() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = in_git();
    for path in ["a/README.md", "a/scripts/run.sh", "other.txt"] {
        folder.write(path, "text\n");
    }
    // Names that are no UTF-8 do no harm.
    std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9.txt")), "latin\n").unwrap();
    std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"a/caf\xe9.txt")), "latin\n").unwrap();
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "monorepo"]);
    folder.write("other.txt", "dirty\n");
    let tree = |reference: &str| git(folder.path(), &["ls-tree", "-rz", reference]);
    let before = tree("HEAD");
    let root = folder.join("a");
    let steps = vec![step("README.md", plain("text\n"), plain("more\n")), step("new/x.txt", None, plain("x\n"))];
    let applied = transaction::apply(&transaction(&root, steps, branch())).unwrap();
    assert!(applied.commit.is_some());
    assert_eq!(git(folder.path(), &["status", "--porcelain"]), " M other.txt\n");
    assert_eq!(git(folder.path(), &["diff", "--name-only", "main", "HEAD"]), "a/README.md\na/new/x.txt\n");
    folder.highroad(&["undo", "a/new"]).success();
    assert_eq!(tree("HEAD"), before);
    assert_eq!(git(folder.path(), &["status", "--porcelain"]), " M other.txt\n");
    // A record belongs to its project.
    transaction::apply(&transaction(&root, vec![step("y.txt", None, plain("y\n"))], branch())).unwrap();
    folder.write("b/highroad.toml", "\n");
    folder.highroad(&["undo", "b"]).fails(2, &["nothing-to-undo"]);
}

#[test]
fn a_project_that_git_ignores_is_one_without_git() {
    let folder = in_git();
    folder.write("scratch.local/README.md", "text\n");
    assert!(!transaction::has_git(&folder.join("scratch.local")).unwrap());
    assert!(transaction::has_git(&folder.join("notes")).unwrap());
    let root = folder.join("scratch.local");
    let change = transaction(&root, vec![step("README.md", plain("text\n"), plain("more\n"))], Landing::Files);
    transaction::apply(&change).unwrap();
    assert_eq!(git(folder.path(), &["status", "--porcelain"]), "");
    folder.highroad(&["undo", "scratch.local"]).success();
}

#[test]
fn two_runs_at_once_do_not_mix() {
    let folder = in_git();
    std::fs::create_dir_all(folder.join(".git/highroad/records")).unwrap();
    let lock = std::fs::File::create(folder.join(".git/highroad/lock")).unwrap();
    lock.lock().unwrap();
    let error = transaction::apply(&transaction(folder.path(), changes(), branch())).unwrap_err();
    assert_eq!(error.code, "busy", "{error}");
    lock.unlock().unwrap();
    lands(folder.path(), &transaction(folder.path(), changes(), branch()));
}

#[test]
fn conflicts_of_every_shape_are_in_the_index() {
    let folder = in_git();
    let before = state(folder.path());
    let mut change = transaction(folder.path(), changes(), Landing::InPlace);
    conflicted(&mut change);
    // Deleted by the road, edited by the project; and added by both.
    let conflict = |path: &str, base, ours, theirs| transaction::IndexConflict { path: path.to_owned(), base, ours, theirs };
    change.conflicts.push(conflict("notes/mine.txt", plain("base\n"), plain("mine\n"), None));
    change.conflicts.push(conflict("ghost.txt", plain("base\n"), None, plain("theirs\n")));
    change.steps.push(step("ghost.txt", None, plain("theirs\n")));
    change.steps.sort_by(|a, b| a.path.cmp(&b.path));
    let applied = transaction::apply(&change).unwrap();
    assert_eq!(applied.branch.as_deref(), Some("main"));
    let status = git(folder.path(), &["status", "--porcelain"]);
    assert!(status.contains("UD notes/mine.txt") && status.contains("DU ghost.txt") && status.contains("UU same.txt"), "{status}");
    assert_eq!(transaction::unsettled(folder.path()).unwrap(), ["ghost.txt", "notes/mine.txt", "same.txt"]);
    let gone = ["ghost.txt", "notes/mine.txt"].map(|path| settled(folder.path(), path, None));
    transaction::settle(folder.path(), &gone).unwrap();
    assert_eq!(transaction::unsettled(folder.path()).unwrap(), ["same.txt"]);
    assert!(!folder.join("notes").exists());
    folder.highroad(&["undo"]).success();
    assert_eq!(state(folder.path()), before);
    // Thrown away with git: nothing is open any more, and the next change may come.
    transaction::apply(&change).unwrap();
    git(folder.path(), &["reset", "-q", "--hard"]);
    git(folder.path(), &["clean", "-qfd", "-e", ".home"]);
    assert_eq!(transaction::open_conflicts(folder.path()).unwrap(), None);
    lands(folder.path(), &transaction(folder.path(), changes(), branch()));
}

#[test]
fn an_edit_after_the_index_was_written_is_still_seen() {
    // Same size, same second: git reads such a file again only while the index is as old as the file.
    let folder = in_git();
    let listed = git(folder.path(), &["ls-files", "--debug", "notes/mine.txt"]);
    folder.write("notes/mine.txt", "wine\n");
    let file = std::fs::File::options().write(true).open(folder.join("notes/mine.txt")).unwrap();
    let seconds: u64 = listed.split("mtime: ").nth(1).unwrap().split(':').next().unwrap().parse().unwrap();
    file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    transaction::apply(&transaction(folder.path(), changes(), branch())).unwrap();
    assert_eq!(git(folder.path(), &["status", "--porcelain"]), " M notes/mine.txt\n");
}

#[test]
fn git_may_keep_its_folder_on_another_disk() {
    use std::os::unix::fs::MetadataExt as _;
    let (folder, other) = (in_git(), Path::new("/dev/shm"));
    let device = |path: &Path| std::fs::metadata(path).map(|meta| meta.dev());
    if device(other).is_err() || device(other).unwrap() == device(folder.path()).unwrap() {
        return;
    }
    let other = tempfile::tempdir_in(other).unwrap();
    let work = folder.join("work");
    git(folder.path(), &["clone", "-q", "--separate-git-dir", other.path().join("git").to_str().unwrap(), ".", "work"]);
    let before = (support::files(&work), git(&work, &["ls-files", "-s"]));
    lands(&work, &transaction(&work, changes(), branch()));
    folder.highroad(&["undo", "work"]).success();
    assert!(before == (support::files(&work), git(&work, &["ls-files", "-s"])));
    // A step that cannot be done takes back what was done before it.
    std::fs::create_dir(other.path().join("git/HEAD.lock")).unwrap();
    transaction::apply(&transaction(&work, changes(), branch())).unwrap_err();
    assert!(before == (support::files(&work), git(&work, &["ls-files", "-s"])));
    assert!(!work.join(".highroad-staging").exists());
}
