//! `highroad adopt` over small repositories of every shape: what it finds, adds, edits, leaves alone, and takes back.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{Folder, Run, files, git};

/// A version of the road that has a kind for adoption.
fn road() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").display().to_string()
}

/// A repository that came from nowhere.
struct Legacy {
    folder: Folder,
    root: PathBuf,
}

const WORKFLOW: &str = "name: ci\non: push\n\n# Our jobs.\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          pip install -r requirements.txt   # keep\n          pytest\n";

impl Legacy {
    fn of(some: &[(&str, &str)]) -> Self {
        let legacy = Self::without_git(some);
        git(&legacy.root, &["init", "-q", "-b", "main"]);
        git(&legacy.root, &["add", "-A"]);
        git(&legacy.root, &["commit", "-qm", "Start"]);
        legacy
    }

    fn without_git(some: &[(&str, &str)]) -> Self {
        let folder = Folder::new();
        for (path, text) in some {
            folder.write(&format!("churn/{path}"), text);
        }
        let root = folder.join("churn");
        Self { folder, root }
    }

    /// A service that is trained and tested, on GitHub.
    fn service() -> Self {
        Self::of(&[
            (
                "app.py",
                "from flask import Flask\nimport pickle\n\nimport requests\n\nmodel = pickle.load(open('model.pkl', 'rb'))\nrequests.get('https://example.com', verify=False)\n",
            ),
            ("train.py", "import xgboost\nfrom sklearn.svm import SVC\n\nSVC().fit([[0]], [0])\n"),
            (
                "explore.ipynb",
                "{\"cells\": [{\"cell_type\": \"code\", \"metadata\": {}, \"execution_count\": 1, \"source\": [\"1\"], \"outputs\": [{\"output_type\": \"stream\", \"name\": \"stdout\", \"text\": [\"1\"]}]}], \"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 5}\n",
            ),
            ("data/rows.csv", "a,b\n1,2\n"),
            ("requirements.txt", "flask\nxgboost>=1\n"),
            ("LICENSE", "MIT License\n\nPermission is hereby granted, free of charge\n"),
            (
                "setup.py",
                "from setuptools import setup\nsetup(\n    name='churn-scores',\n    author='Ada',\n    author_email='ada@example.com',\n)\n",
            ),
            ("tests/test_app.py", "def test_it():\n    assert True\n"),
            (".github/workflows/ci.yml", WORKFLOW),
            (".gitignore", "*.log\n"),
        ])
    }

    fn adopt(&self, more: &[&str]) -> Run {
        let road = road();
        let mut arguments = vec!["adopt", "churn", "--road", &road];
        arguments.extend(more);
        self.folder.highroad(&arguments)
    }

    fn report(&self, more: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(more);
        let run = self.adopt(&all);
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", run.out, run.err))
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap()
    }

    fn tree(&self) -> String {
        git(&self.root, &["rev-parse", "HEAD^{tree}"])
    }

    fn undo(&self) -> Run {
        Run::of(self.folder.command(env!("CARGO_BIN_EXE_highroad")).args(["undo"]).current_dir(&self.root))
    }
}

fn paths<'a>(report: &'a Value, change: &str) -> Vec<&'a str> {
    let files = report["files"].as_array().unwrap().iter();
    files.filter(|file| file["change"] == change).map(|file| file["path"].as_str().unwrap()).collect()
}

fn signs(report: &Value, about: &str) -> Vec<String> {
    let all = report["stack"]["signs"].as_array().unwrap().iter().filter(|sign| sign["about"] == about);
    all.map(|sign| {
        let place = &sign["evidence"][0];
        format!("{} {}:{}", sign["name"].as_str().unwrap(), place["path"].as_str().unwrap(), place["line"])
    })
    .collect()
}

fn answer<'a>(report: &'a Value, key: &str) -> (&'a str, &'a str) {
    let all = report["answers"].as_array().unwrap();
    let answer = all.iter().find(|answer| answer["key"] == key).unwrap();
    (answer["value"].as_str().unwrap(), answer["place"].as_str().unwrap())
}

fn list(report: &Value, what: &str, key: &str) -> Vec<String> {
    report[what].as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
}

#[test]
fn adopts_in_one_commit_that_is_checked_and_undone() {
    let legacy = Legacy::service();
    let (before, start) = (files(&legacy.root), legacy.tree());
    let report = legacy.report(&["--yes"]);
    assert_eq!(report["status"], "applied");
    assert_eq!(report["result"]["branch"], "highroad/adopt");
    assert_eq!(paths(&report, "edit"), [".github/workflows/ci.yml", ".gitignore"]);
    for path in ["SECURITY.md", ".github/CODEOWNERS", ".githooks/pre-commit", "threat-model.toml", "highroad.toml", "highroad.lock"] {
        assert!(paths(&report, "add").contains(&path), "{path}");
    }
    // Everything else is byte for byte as it was.
    for (path, bytes) in &before {
        if ![".github/workflows/ci.yml", ".gitignore"].contains(&path.as_str()) {
            assert_eq!(&std::fs::read(legacy.root.join(path)).unwrap(), bytes, "{path}");
        }
    }
    let workflow = legacy.read(".github/workflows/ci.yml");
    let kept = |line: &str| workflow.lines().any(|other| other == line);
    assert!(WORKFLOW.lines().filter(|line| !line.contains("uses:")).all(kept), "{workflow}");
    assert!(workflow.contains("uses: actions/checkout@") && workflow.contains("contents: read") && !workflow.contains("@v4\n"));
    assert_eq!(legacy.read(".gitignore").lines().next(), Some("*.log"));
    assert_eq!(git(&legacy.root, &["status", "--porcelain"]), "");
    assert_eq!(git(&legacy.root, &["log", "--format=%s"]).lines().count(), 2);

    // What could not be fixed rests, and only until its day.
    let check = |legacy: &Legacy| legacy.folder.highroad(&["check", "churn"]);
    check(&legacy).success();
    let settings = legacy.read("highroad.toml");
    let ended: String = settings
        .lines()
        .map(|line| if line.starts_with("until") { "until = \"2020-01-01\"\n".to_owned() } else { format!("{line}\n") })
        .collect();
    legacy.folder.write("churn/highroad.toml", &ended);
    assert_eq!(check(&legacy).code, 1);
    legacy.folder.write("churn/highroad.toml", &settings);
    // What is new is in no list of them.
    legacy.folder.write("churn/new.py", "import pickle\npickle.load(open('x', 'rb'))\n");
    assert!(check(&legacy).out.contains("new.py"));
    std::fs::remove_file(legacy.root.join("new.py")).unwrap();

    let again = legacy.report(&["--yes"]);
    assert_eq!((again["status"].as_str(), paths(&again, "edit").len() + paths(&again, "add").len()), (Some("nothing-to-do"), 0));
    legacy.undo().success();
    assert_eq!(legacy.tree(), start);
    assert_eq!(files(&legacy.root), before);
    assert_eq!(git(&legacy.root, &["branch", "--show-current"]).trim(), "main");
}

#[test]
fn tells_what_the_repository_is_made_of_and_where_that_stands() {
    let report = Legacy::service().report(&["--dry-run"]);
    assert_eq!(report["stack"]["shape"], "application");
    assert_eq!(signs(&report, "framework"), ["XGBoost train.py:1", "scikit-learn train.py:2"]);
    assert_eq!(signs(&report, "service"), ["Flask app.py:1"]);
    assert_eq!(signs(&report, "manager"), ["requirements files requirements.txt:0", "setuptools setup.py:2"]);
    assert_eq!(signs(&report, "ci"), ["GitHub Actions .github/workflows/ci.yml:0"]);
    assert_eq!(signs(&report, "licence"), ["MIT LICENSE:1"]);
    assert_eq!(signs(&report, "tests"), ["tests tests/test_app.py:1"]);
    assert_eq!(answer(&report, "name"), ("churn-scores", "setup.py:3"));
    assert_eq!(answer(&report, "owner_team"), ("Ada", "setup.py:4"));
    assert_eq!(answer(&report, "owner_contact"), ("ada@example.com", "setup.py:5"));
    assert_eq!(answer(&report, "host"), ("github", ".github/workflows/ci.yml"));
    assert_eq!(answer(&report, "stack").0, "sklearn-tabular");
}

#[test]
fn each_edit_is_proved_and_says_what_it_changes() {
    let report = Legacy::service().report(&["--dry-run"]);
    let workflow = report["files"].as_array().unwrap().iter().find(|file| file["path"] == ".github/workflows/ci.yml").unwrap();
    let keys: Vec<&str> = workflow["announced"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["jobs.test.steps[0].uses", "jobs.test.steps[0].with.persist-credentials", "permissions.contents"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let legacy = Legacy::service();
    let before = files(&legacy.root);
    let plan = legacy.adopt(&["--dry-run"]).success();
    for words in ["it is", "pins/unpinned-action", "Risk: low", "Not done", "before", "after"] {
        assert!(plan.out.contains(words), "`{words}` is not in:\n{}", plan.out);
    }
    assert!(plan.out.lines().all(|line| line.chars().count() <= 80), "{}", plan.out);
    let diff = legacy.adopt(&["--diff"]).success();
    assert!(diff.out.contains("-      - uses: actions/checkout@v4\n"));
    assert_eq!(files(&legacy.root), before);
    assert_eq!(git(&legacy.root, &["branch", "--list", "highroad/*"]), "");
}

#[test]
fn asks_for_a_decision_where_nobody_can_be_asked() {
    Legacy::service().adopt(&[]).fails(2, &["no-terminal", "--yes"]);
}

#[test]
fn a_group_that_is_left_out_is_recorded_and_rests() {
    let legacy = Legacy::service();
    let report = legacy.report(&["--yes", "--skip", "hooks,pins", "--skip", "ci/updates"]);
    assert!(!paths(&report, "add").contains(&".githooks/pre-commit") && !paths(&report, "add").contains(&".github/dependabot.yml"));
    assert!(legacy.read(".github/workflows/ci.yml").contains("actions/checkout@v4"));
    assert!(list(&report, "waivers", "guardrail").contains(&"unpinned-action".to_owned()));
    let settings = legacy.read("highroad.toml");
    assert!(settings.contains("hook = \"leave\"") && settings.contains("updates = \"leave\"") && settings.contains("pipeline = \"add\""));
    assert_eq!(legacy.report(&["--yes"])["status"], "nothing-to-do");
    legacy.folder.highroad(&["check", "churn"]).success();
}

#[test]
fn only_takes_what_is_named() {
    let legacy = Legacy::service();
    let report = legacy.report(&["--yes", "--only", "pins"]);
    assert_eq!(paths(&report, "edit"), [".github/workflows/ci.yml"]);
    assert_eq!(paths(&report, "add"), ["highroad.lock", "highroad.toml"]);
    assert!(!legacy.read(".github/workflows/ci.yml").contains("permissions"));
    Legacy::service().adopt(&["--dry-run", "--only", "pin"]).fails(2, &["unknown-group", "did you mean `pins`"]);
}

#[test]
fn a_lab_gets_governance_only() {
    let legacy = Legacy::of(&[
        ("README.md", "# Agent\n\nThis agent is deliberately vulnerable, for training.\n"),
        ("main.py", "import streamlit\nfrom langchain.agents import Tool\n"),
        ("Dockerfile", "FROM python:3.9-slim\nCOPY . /app\n"),
        (".github/workflows/ci.yml", WORKFLOW),
    ]);
    let report = legacy.report(&["--yes"]);
    assert_eq!(report["stack"]["shape"], "lab");
    assert!(paths(&report, "edit").is_empty());
    assert_eq!(paths(&report, "add"), [".github/CODEOWNERS", "SECURITY.md", "highroad.lock", "highroad.toml", "threat-model.toml"]);
    assert!(list(&report, "not_done", "why").iter().any(|why| why.contains("vulnerable on purpose")));
    legacy.folder.highroad(&["check", "churn"]).success();
}

#[test]
fn an_archive_is_left_alone_unless_a_person_chooses() {
    let old = [
        ("train.py", "import caffe\nprint 'a'\nprint 'b'\ntry:\n    pass\nexcept ValueError, e:\n    print 'c'\n"),
        (".github/workflows/ci.yml", WORKFLOW),
    ];
    let report = Legacy::of(&old).report(&["--yes"]);
    assert_eq!((report["stack"]["shape"].as_str(), signs(&report, "python")), (Some("archive"), vec!["2 train.py:2".to_owned()]));
    assert!(paths(&report, "edit").is_empty());
    assert!(!paths(&report, "add").contains(&".githooks/pre-commit"));
    let report = Legacy::of(&old).report(&["--yes", "--only", "governance,pins/unpinned-action"]);
    assert_eq!(paths(&report, "edit"), [".github/workflows/ci.yml"]);
}

#[test]
fn the_pipeline_of_another_system_is_not_touched() {
    let pipeline = "pool:\n  vmImage: ubuntu-latest\nsteps:\n- script: pip install numpy\n";
    let legacy = Legacy::of(&[("azure-pipelines.yml", pipeline), ("train.py", "import torch\n"), ("Jenkinsfile", "pipeline {}\n")]);
    let report = legacy.report(&["--yes"]);
    assert_eq!(answer(&report, "host").0, "none");
    assert_eq!(legacy.read("azure-pipelines.yml"), pipeline);
    assert!(!legacy.root.join(".github").exists());
    assert!(list(&report, "not_done", "what").iter().any(|what| what.contains("Azure Pipelines")));
}

#[test]
fn what_is_there_or_stronger_stays() {
    let pinned = WORKFLOW
        .replace("on: push\n", "on: push\npermissions: {}\n")
        .replace("actions/checkout@v4", "actions/checkout@0123456789abcdef0123456789abcdef01234567 # v4");
    let own = [
        ("train.py", "import torch\n"),
        (".github/workflows/ci.yml", pinned.as_str()),
        (".github/dependabot.yml", "version: 2\nupdates: []\n"),
        ("docs/SECURITY.md", "# Security\n\nWrite to security at example dot com, and you get an answer.\n"),
        (".github/CODEOWNERS", "* @acme/ml\n"),
        (".gitignore", ".env*\n.env\n.env.local\n.env.*.local\n"),
        ("threat-model.toml/README", "a folder"),
    ];
    let legacy = Legacy::of(&own);
    let report = legacy.report(&["--yes"]);
    let kept = list(&report, "kept", "path");
    for path in [".github/dependabot.yml", "SECURITY.md", ".github/CODEOWNERS", ".gitignore", "threat-model.toml"] {
        assert!(kept.contains(&path.to_owned()), "{path} is not in {kept:?}");
    }
    assert_eq!(answer(&report, "owner_team"), ("@acme/ml", ".github/CODEOWNERS:1"));
    for (path, text) in own.iter().filter(|(path, _)| *path != ".github/workflows/ci.yml") {
        assert_eq!(legacy.read(path), *text);
    }
    let workflow = legacy.read(".github/workflows/ci.yml");
    assert!(workflow.contains("permissions: {}\n") && workflow.contains("0123456789abcdef0123456789abcdef01234567 # v4"));
}

#[test]
fn line_ends_stay_as_they_are() {
    let legacy = Legacy::of(&[
        ("train.py", "import torch\r\n"),
        (".github/workflows/ci.yml", &WORKFLOW.replace('\n', "\r\n")),
        (".gitignore", "*.log\r\n"),
    ]);
    legacy.adopt(&["--yes"]).success();
    for path in [".github/workflows/ci.yml", ".gitignore", "train.py"] {
        let text = legacy.read(path);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{path}");
    }
}

#[test]
fn takes_over_the_answers_of_other_tools_and_says_so() {
    let copier = "_commit: v1\n_src_path: gh:acme/template\nauthor_email: ml@example.com\nauthor_fullname: Ml Team\nproject_name: Churn Scores\npython: '3.11'\n";
    let legacy = Legacy::of(&[(".copier-answers.yml", copier), ("src/a.py", "import sklearn\n")]);
    let report = legacy.report(&["--yes"]);
    assert_eq!(answer(&report, "name"), ("churn-scores", ".copier-answers.yml:5 (copier, `project_name`)"));
    assert_eq!(answer(&report, "owner_contact").0, "ml@example.com");
    assert_eq!((report["leftovers"][0]["tool"].as_str(), report["leftovers"][0]["left"].as_u64()), (Some("copier"), Some(1)));
    assert_eq!(legacy.read(".copier-answers.yml"), copier);
}

#[test]
fn runs_the_persons_own_tests_before_and_after() {
    let legacy = Legacy::service();
    let before = files(&legacy.root);
    let red = legacy.report(&["--yes", "--verify", "echo broken; exit 3"]);
    assert_eq!((red["status"].as_str(), red["verify"]["before"]["ended"].as_str()), (Some("tests-failed"), Some("exit 3")));
    assert_eq!(red["verify"]["before"]["tail"][0], "broken");
    assert_eq!(files(&legacy.root), before);

    let spoilt = legacy.adopt(&["--yes", "--verify", "test ! -e highroad.toml"]);
    assert_eq!(spoilt.code, 1);
    assert!(spoilt.err.contains("Taken back"), "{}", spoilt.err);
    assert_eq!(files(&legacy.root), before);
    assert_eq!(git(&legacy.root, &["branch", "--list", "highroad/*"]), "");

    let green = legacy.report(&["--yes", "--verify", "test -e app.py"]);
    assert_eq!((green["status"].as_str(), green["verify"]["after"]["passed"].as_bool()), (Some("applied"), Some(true)));
}

#[test]
fn works_without_git() {
    let legacy = Legacy::without_git(&[("train.py", "import jax\n"), (".gitignore", "*.log")]);
    let before = files(&legacy.root);
    let report = legacy.report(&["--yes"]);
    assert_eq!((report["status"].as_str(), report["result"]["commit"].as_str()), (Some("applied"), None));
    assert_eq!(legacy.read(".gitignore").lines().next(), Some("*.log"));
    let mode = std::fs::metadata(legacy.root.join(".githooks/pre-commit")).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111);
    assert_eq!(legacy.report(&["--yes"])["status"], "nothing-to-do");
    legacy.undo().success();
    let after: Vec<_> = files(&legacy.root).into_iter().filter(|(path, _)| !path.starts_with(".highroad/")).collect();
    assert_eq!(after, before);
}

#[test]
fn settings_that_are_there_stay_byte_for_byte() {
    let own = "# ours\nschema = 1\n\n[guardrails]\nlarge-file = \"off\" # too many\n";
    let legacy = Legacy::of(&[("train.py", "import torch\n"), ("highroad.toml", own)]);
    legacy.adopt(&["--yes"]).success();
    let settings = legacy.read("highroad.toml");
    assert!(own.lines().all(|line| settings.lines().any(|other| other == line)), "{settings}");
    assert!(settings.contains("kind = \"existing\"") && settings.contains("[answers]"));
    legacy.folder.highroad(&["check", "churn"]).success();
    assert_eq!(legacy.report(&["--yes"])["status"], "nothing-to-do");
}

#[test]
fn refuses_what_it_cannot_do_well() {
    let legacy = Legacy::service();
    legacy.adopt(&["--yes", "--until", "2099-01-01"]).fails(2, &["until"]);
    legacy.adopt(&["--yes", "--owner", " "]).fails(2, &["owner"]);
    legacy.adopt(&["--yes", "--kind", "llm-app"]).fails(2, &["existing"]);
    legacy.adopt(&["--yes", "--set", "hots=github"]).fails(2, &["did you mean `host`"]);
    let part = legacy.folder.highroad(&["adopt", "churn/tests", "--yes", "--road", &road()]);
    part.fails(2, &["as a whole"]);
    legacy.folder.write("churn/.github/workflows/ci.yml", &WORKFLOW.replace("pytest", "pytest -q"));
    let before = files(&legacy.root);
    let dirty = legacy.adopt(&["--yes"]);
    assert_eq!(dirty.code, 2, "{}", dirty.err);
    assert_eq!(files(&legacy.root), before);

    let folder = Folder::new();
    folder.project("sklearn-tabular", "github");
    folder.highroad(&["adopt", "demo", "--yes"]).fails(2, &["on a road already", "highroad upgrade"]);
}

#[test]
fn other_work_of_the_person_stays_uncommitted() {
    let legacy = Legacy::service();
    legacy.folder.write("churn/train.py", "import torch\n");
    legacy.folder.write("churn/notes.txt", "mine\n");
    legacy.adopt(&["--yes", "--in-place"]).success();
    assert_eq!(git(&legacy.root, &["status", "--porcelain"]), " M train.py\n?? notes.txt\n");
    assert_eq!(git(&legacy.root, &["branch", "--show-current"]).trim(), "main");
}

/// Runs `highroad adopt` in a pseudo-terminal.
fn terminal(legacy: &Legacy) -> rexpect::session::PtySession {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_highroad"));
    support::clean(&mut command, legacy.folder.path());
    command.args(["adopt", "--road", &road()]).current_dir(&legacy.root).env("TERM", "xterm");
    rexpect::session::spawn_command(command, Some(60_000)).unwrap()
}

#[track_caller]
fn at(session: &mut rexpect::session::PtySession, text: &str, keys: &str) {
    if let Err(error) = session.exp_string(text) {
        panic!("`{text}` did not come: {error}");
    }
    session.send(keys).unwrap();
    session.flush().unwrap();
}

#[test]
fn a_person_answers_chooses_and_applies() {
    let legacy = Legacy::service();
    let mut session = terminal(&legacy);
    at(&mut session, "[1/2]", "\r");
    at(&mut session, "[2/2]", "team@acme.test\r");
    // The first item of the checklist loses its tick.
    at(&mut session, "What to take", " \r");
    at(&mut session, "What now?", "\r");
    session.exp_string("Adopted").unwrap();
    let _ = session.exp_eof();
    assert!(legacy.read("SECURITY.md").contains("team@acme.test"));
    assert!(legacy.read(".github/workflows/ci.yml").contains("actions/checkout@v4"));
    assert_eq!(git(&legacy.root, &["branch", "--show-current"]).trim(), "highroad/adopt");
}

#[test]
fn a_person_stops_and_nothing_is_written() {
    let legacy = Legacy::service();
    let before = files(&legacy.root);
    let mut session = terminal(&legacy);
    at(&mut session, "[1/2]", "\r");
    at(&mut session, "[2/2]", "\r");
    at(&mut session, "What to take", "\r");
    at(&mut session, "What now?", "\u{1b}[B\u{1b}[B\r");
    let _ = session.exp_eof();
    assert_eq!(files(&legacy.root), before);
}
