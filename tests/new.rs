//! `highroad new` without a terminal: what a person gives, gets, and is told when something is wrong.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;

use support::{Folder, files, git};

#[test]
fn one_command_makes_a_project_with_one_commit_and_its_hooks_on() {
    let folder = Folder::new();
    let run = folder.highroad(&["new", "demo", "--yes"]).success();
    let demo = folder.join("demo");
    assert!(run.out.is_empty(), "standard output is for data");
    assert!(run.err.contains("Created") && run.err.contains("cd demo") && run.err.contains("make setup"), "{}", run.err);
    assert_eq!(git(&demo, &["status", "--porcelain"]), "");
    assert_eq!(git(&demo, &["rev-list", "--count", "HEAD"]).trim(), "1");
    assert_eq!(git(&demo, &["config", "core.hooksPath"]).trim(), ".githooks");
    assert_eq!(git(&demo, &["branch", "--show-current"]).trim(), "main");
    assert_eq!(git(&demo, &["ls-files", "-s", ".githooks/pre-commit"]).split(' ').next(), Some("100755"));
    assert_eq!(folder.names(), ["demo"], "nothing else is left behind");
}

#[test]
fn the_current_folder_serves_when_it_is_empty_or_a_fresh_clone() {
    let folder = Folder::new();
    let clone = folder.join("churn-model");
    std::fs::create_dir(&clone).unwrap();
    git(&clone, &["init", "-q", "-b", "trunk"]);
    git(&clone, &["remote", "add", "origin", "git@gitlab.example.com:team/churn-model.git"]);
    let run = support::Run::of(folder.command(env!("CARGO_BIN_EXE_highroad")).args(["new", "--yes"]).current_dir(&clone));
    run.success();
    assert_eq!(git(&clone, &["status", "--porcelain"]), "");
    assert_eq!(git(&clone, &["branch", "--show-current"]).trim(), "trunk");
    let config = std::fs::read_to_string(clone.join("highroad.toml")).unwrap();
    assert!(config.contains("name = \"churn-model\"") && config.contains("host = \"gitlab\""), "{config}");
    assert!(clone.join(".gitlab-ci.yml").is_file());
}

#[test]
fn answers_come_from_flags_files_and_another_projects_record() {
    let folder = Folder::new();
    folder.write("a.toml", "kind = \"llm-app\"\nhost = \"gitlab\"\n[answers]\nowner_team = \"Fraud \\\"A\\\" team\"\n");
    folder.highroad(&["new", "one", "--answers", "a.toml", "--set", "licence=MIT", "--save-answers", "saved.toml", "--yes"]).success();
    let config = std::fs::read_to_string(folder.join("one/highroad.toml")).unwrap();
    for line in ["kind = \"llm-app\"", "host = \"gitlab\"", "licence = \"MIT\"", "Fraud"] {
        assert!(config.contains(line), "{line} is not in\n{config}");
    }
    folder.highroad(&["new", "two", "--save-answers", "saved.toml", "--yes"]).fails(2, &["something of that name is there"]);
    folder.highroad(&["new", "two", "--save-answers", "none/saved.toml", "--yes"]).fails(2, &["its folder does not exist"]);
    assert!(!folder.join("two").exists());
    folder.highroad(&["new", "x/one", "--answers", "saved.toml", "--yes"]).fails(2, &["x` does not exist"]);
    std::fs::create_dir(folder.join("x")).unwrap();
    folder.highroad(&["new", "x/one", "--answers", "saved.toml", "--yes"]).success();
    std::fs::create_dir(folder.join("y")).unwrap();
    folder.highroad(&["new", "y/one", "--answers", "one/highroad.toml", "--yes"]).success();
    assert_eq!(files(&folder.join("one")), files(&folder.join("x/one")));
    assert_eq!(files(&folder.join("one")), files(&folder.join("y/one")));
}

#[test]
fn dry_run_diff_and_list_write_nothing() {
    let folder = Folder::new();
    let plan = folder.highroad(&["new", "demo", "--yes", "--dry-run"]).success().out;
    assert!(plan.contains("demo/") && plan.contains("README.md") && plan.contains("└── "), "{plan}");
    assert!(plan.lines().all(|line| line.chars().count() <= 80), "the plan fits 80 columns");
    let diff = folder.highroad(&["new", "demo", "--yes", "--diff"]).success().out;
    assert!(diff.contains("+++ b/README.md") && diff.contains("new file mode 100755"), "a diff of every file");
    let list = folder.highroad(&["new", "--list"]).success().out;
    for kind in support::KINDS {
        assert!(list.contains(kind));
    }
    assert!(list.contains("worst_misuse") && list.contains("(default)"));
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn json_is_one_document_also_for_errors() {
    let folder = Folder::new();
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let plan = parse(&folder.highroad(&["new", "demo", "--yes", "--dry-run", "--json"]).success().out);
    assert_eq!(plan["status"], "planned");
    let done = parse(&folder.highroad(&["new", "demo", "--yes", "--json"]).success().out);
    assert_eq!(done["status"], "created");
    assert_eq!(done["commit"], "highroad");
    assert_eq!(plan["files"], done["files"]);
    assert_eq!(done["files"].as_array().unwrap().len(), files(&folder.join("demo")).len());
    let error = folder.highroad(&["new", "demo", "--yes", "--json"]).fails(2, &["not empty"]);
    assert_eq!(parse(&error.out)["error"]["exit"], 2);
    let list = parse(&folder.highroad(&["new", "--list", "--json"]).success().out);
    assert_eq!(list["kinds"].as_array().unwrap().len(), 4);
}

#[test]
fn two_renders_are_the_same_to_the_byte() {
    let (one, two) = (Folder::new(), Folder::new());
    for folder in [&one, &two] {
        folder.project("llm-app", "github");
    }
    assert_eq!(files(&one.join("demo")), files(&two.join("demo")));
}

#[test]
fn a_target_that_holds_something_is_refused_and_left_alone() {
    let folder = Folder::new();
    folder.write("full/mine.txt", "mine");
    folder.write("file", "mine");
    folder.highroad(&["new", "full", "--yes"]).fails(2, &["not empty", "mine.txt"]);
    folder.highroad(&["new", "file", "--yes"]).fails(2, &["a file of that name is there"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.join("full"), folder.join("link")).unwrap();
        folder.highroad(&["new", "link", "--yes"]).fails(2, &["a symbolic link"]);
    }
    assert_eq!(support::names(&folder.join("full")), ["mine.txt"]);
    assert_eq!(std::fs::read_to_string(folder.join("file")).unwrap(), "mine");
}

#[test]
fn a_target_inside_another_repository_is_refused_unless_git_is_left_out() {
    let folder = Folder::new();
    git(folder.path(), &["init", "-q"]);
    folder.highroad(&["new", "demo", "--yes"]).fails(2, &["inside another git repository", "--no-git"]);
    assert!(!folder.join("demo").exists());
    folder.highroad(&["new", "demo", "--yes", "--no-git"]).success();
    assert!(folder.join("demo/README.md").is_file() && !folder.join("demo/.git").exists());
    // A folder that the other repository ignores does not disturb it.
    folder.write(".gitignore", "/scratch/\n/one/\n");
    folder.highroad(&["new", "one", "--yes"]).success();
    std::fs::create_dir(folder.join("scratch")).unwrap();
    folder.highroad(&["new", "scratch/two", "--yes"]).success();
    assert_eq!(git(&folder.join("scratch/two"), &["status", "--porcelain"]), "");
}

#[test]
fn a_repository_with_anything_of_its_own_is_no_target() {
    let folder = Folder::new();
    let make = |name: &str| {
        let path = folder.join(name);
        std::fs::create_dir(&path).unwrap();
        git(&path, &["init", "-q", "-b", "main"]);
        path
    };
    // History on another branch, with a journal that would have it removed.
    let orphan = make("orphan");
    git(&orphan, &["commit", "-q", "--allow-empty", "-m", "mine"]);
    git(&orphan, &["checkout", "-q", "--orphan", "other"]);
    folder.write("orphan/.highroad-staging/moving", ".git\n\n.\n");
    for mode in ["--dry-run", "--json"] {
        folder.highroad(&["new", "orphan", "--yes", mode]).fails(2, &["history"]);
    }
    assert_eq!(git(&orphan, &["rev-list", "--count", "main"]).trim(), "1");
    // A file that is staged and gone.
    let staged = make("staged");
    folder.write("staged/old.env", "mine");
    git(&staged, &["add", "old.env"]);
    std::fs::remove_file(staged.join("old.env")).unwrap();
    folder.highroad(&["new", "staged", "--yes"]).fails(2, &["staged files"]);
    // A worktree: its hooks are those of the repository that keeps it.
    let main = make("main");
    git(&main, &["worktree", "add", "-q", "--orphan", "-b", "side", "../side"]);
    folder.highroad(&["new", "side", "--yes"]).fails(2, &["worktree"]);
    // Git refuses in the middle: nothing of the try stays.
    let blocked = make("blocked");
    std::fs::write(blocked.join(".git/refs/heads/main.lock"), "").unwrap();
    folder.highroad(&["new", "blocked", "--yes"]).fails(3, &["git could not"]);
    std::fs::remove_file(blocked.join(".git/refs/heads/main.lock")).unwrap();
    assert_eq!(git(&blocked, &["status", "--porcelain"]), "");
    assert!(!git(&blocked, &["config", "--list", "--local"]).contains("hookspath"));
    folder.highroad(&["new", "blocked", "--yes"]).success();
}

#[test]
fn a_staging_folder_that_is_not_ours_is_left_alone() {
    let folder = Folder::new();
    folder.write(".demo.highroad/thesis.txt", "mine");
    folder.highroad(&["new", "demo", "--yes"]).fails(2, &["is taken", ".demo.highroad"]);
    assert!(folder.join(".demo.highroad/thesis.txt").is_file());
    #[cfg(unix)]
    {
        folder.write("victim/project/x", "mine");
        std::os::unix::fs::symlink(folder.join("victim"), folder.join(".other.highroad")).unwrap();
        folder.highroad(&["new", "other", "--yes"]).fails(2, &["is taken"]);
        assert!(folder.join("victim/project/x").is_file());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_read_only_place_is_refused() {
    // The folder refuses even root: `/proc` takes no folders.
    let folder = Folder::new();
    folder.highroad(&["new", "/proc/demo", "--yes"]).fails(3, &["/proc/.demo.highroad"]);
}

#[test]
fn without_git_nothing_is_written_and_the_way_out_is_named() {
    let folder = Folder::new();
    let run =
        |arguments: &[&str]| support::Run::of(folder.command(env!("CARGO_BIN_EXE_highroad")).args(arguments).env("PATH", folder.path()));
    run(&["new", "demo", "--yes"]).fails(3, &["git was not found", "--no-git"]);
    assert!(folder.names().is_empty());
    let without = run(&["new", "demo", "--yes", "--no-git"]).success();
    assert!(without.err.contains("no `python3` was found"), "{}", without.err);
}

#[test]
fn wrong_words_are_named_with_the_nearest_right_one() {
    let folder = Folder::new();
    let new = |arguments: &[&str]| folder.highroad(&[&["new"], arguments, &["--yes"]].concat());
    new(&["demo", "--kind", "llm-ap"]).fails(2, &["there is no kind `llm-ap`", "did you mean `llm-app`"]);
    new(&["demo", "--host", "githbu"]).fails(2, &["--host", "did you mean `github`"]);
    new(&["demo", "--set", "hots=github"]).fails(2, &["no question `hots`", "did you mean `host`"]);
    new(&["demo", "--set", "host"]).fails(2, &["`host` is no answer"]);
    new(&["Bad Name"]).fails(2, &["NAME", "does not fit"]);
    new(&["numpy"]).fails(2, &["depends on"]);
    new(&["json"]).fails(2, &["standard library"]);
    new(&["sklearn"]).fails(2, &["depends on"]);
    new(&["scipy"]).fails(2, &["depends on"]);
    new(&["demo", "--set", &format!("purpose=use ghp_{}", "x1Y".repeat(12))]).fails(2, &["looks like a key"]);
    new(&["demo", "--set", "purpose=a\u{1b}[2Jb"]).fails(2, &["control character"]);
    folder.write("typo.toml", "host = \"github\"\nlicense = \"MIT\"\n");
    new(&["demo", "--answers", "typo.toml"]).fails(2, &["typo.toml:2", "did you mean `licence`"]);
    folder.write("broken.toml", "host = \"github\"\nlicence = MIT\n");
    new(&["demo", "--answers", "broken.toml"]).fails(2, &["broken.toml:2:11", "no TOML"]);
    folder.write("number.toml", "name = 5\n");
    new(&["demo", "--answers", "number.toml"]).fails(2, &["number.toml:1", "is no text"]);
    new(&["demo", "--answers", "gone.toml"]).fails(3, &["gone.toml"]);
    new(&["demo", "--road", "."]).fails(2, &["no `road.toml`"]);
    assert_eq!(folder.names(), ["broken.toml", "number.toml", "typo.toml"]);
}

#[test]
fn without_a_terminal_and_without_yes_it_says_what_to_add() {
    let folder = Folder::new();
    folder.highroad(&["new", "demo"]).fails(2, &["nobody to ask", "--yes"]);
    assert!(folder.names().is_empty());
}

#[test]
fn text_that_looks_like_a_template_or_markup_stays_text() {
    let folder = Folder::new();
    let purpose = "{@ name @} {% raw %} ${{ github.token }} | `x` <b> \"q\" 'r' \\ # ü";
    folder.highroad(&["new", "demo", "--yes", "--set", &format!("purpose={purpose}")]).success();
    let config: toml::Table = toml::from_str(&std::fs::read_to_string(folder.join("demo/highroad.toml")).unwrap()).unwrap();
    assert_eq!(config["answers"]["purpose"].as_str(), Some(purpose));
    let pyproject: toml::Table = toml::from_str(&std::fs::read_to_string(folder.join("demo/pyproject.toml")).unwrap()).unwrap();
    assert_eq!(pyproject["project"]["description"].as_str(), Some(purpose));
}

#[test]
fn what_a_killed_run_left_is_cleared_and_a_running_one_is_respected() {
    let folder = Folder::new();
    folder.write(".demo.highroad/project/half.txt", "half");
    folder.write(".demo.highroad/lock", "");
    folder.highroad(&["new", "demo", "--yes"]).success();
    assert_eq!(folder.names(), ["demo"]);
    assert!(!folder.join("demo/half.txt").exists());

    // Killed while it moved files into a folder that was there.
    folder.write("there/README.md", "half");
    folder.write("there/.highroad-staging/lock", "");
    folder.write("there/.highroad-staging/moving", "README.md\n../file\n");
    folder.write("file", "mine");
    folder.write("there/mine.txt", "not in the journal: nothing is removed");
    folder.highroad(&["new", "there", "--yes"]).fails(2, &["not empty"]);
    assert!(folder.join("there/README.md").is_file());
    std::fs::remove_file(folder.join("there/mine.txt")).unwrap();
    folder.highroad(&["new", "there", "--yes"]).success();
    assert_ne!(std::fs::read_to_string(folder.join("there/README.md")).unwrap(), "half");
    assert!(!folder.join("there/.highroad-staging").exists());
    assert!(folder.join("file").is_file());

    folder.write(".busy.highroad/lock", "");
    let held = std::fs::File::open(folder.join(".busy.highroad/lock")).unwrap();
    held.lock().unwrap();
    folder.highroad(&["new", "busy", "--yes"]).fails(3, &["another run"]);
    assert!(!folder.join("busy").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_or_a_kill_leaves_no_project() {
    let folder = Folder::new();
    // `ulimit -f` stops every file at 8 blocks: what a full disk does, at the first large file.
    let limited = |limit: &str| {
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec {} new demo --yes", env!("CARGO_BIN_EXE_highroad"));
        support::Run::of(folder.command("bash").args(["-c", &script]))
    };
    limited("8").fails(3, &["writing the file"]);
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    // A kill at any moment: the project is whole or not there.
    for millis in [1, 3, 6, 10, 15, 25] {
        let script = format!(
            "{} new demo --yes >/dev/null 2>&1 & sleep 0.{millis:03}; kill -9 $! 2>/dev/null; wait",
            env!("CARGO_BIN_EXE_highroad")
        );
        support::Run::of(folder.command("bash").args(["-c", &script]));
        if folder.join("demo").exists() {
            assert_eq!(git(&folder.join("demo"), &["status", "--porcelain"]), "");
            std::fs::remove_dir_all(folder.join("demo")).unwrap();
        }
    }
    folder.highroad(&["new", "demo", "--yes"]).success();
    assert_eq!(folder.names(), ["demo"]);
}
