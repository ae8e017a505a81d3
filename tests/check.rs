//! `highroad check`, `fix`, `explain`, `scan` and `hook`, as people, hooks and CI use them.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;

use serde_json::Value;
use support::{Folder, Run, git};

/// A workflow with a finding that blocks, and one that has a safe fix.
const WORKFLOW: &str = "# ours\non: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v7.0.1 # keep\n      - run: make test\n";
const SAFE_CODE: &str = "import torch\n\nmodel = torch.load(\"m.pt\", weights_only=True)\n";
const RISKY_CODE: &str = "import requests\n\nanswer = requests.get(\"https://a.example\", verify=False)\n";

fn repository(folder: &Folder) -> std::path::PathBuf {
    folder.write("repo/train.py", SAFE_CODE);
    folder.write("repo/.github/workflows/ci.yml", WORKFLOW);
    let root = folder.join("repo");
    git(&root, &["init", "-q", "-b", "main"]);
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "start"]);
    root
}

fn highroad(folder: &Folder, root: &std::path::Path, arguments: &[&str]) -> Run {
    Run::of(folder.command(env!("CARGO_BIN_EXE_highroad")).args(arguments).current_dir(root))
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", run.out, run.err))
}

/// The findings as `guardrail path:line`, sorted.
fn places(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|f| format!("{} {}:{}", f["guardrail"].as_str().unwrap(), f["path"].as_str().unwrap(), f["line"])).collect()
}

#[test]
fn a_person_sees_what_where_why_how_and_the_next_step() {
    let folder = Folder::new();
    let root = repository(&folder);
    std::fs::write(root.join("load.py"), RISKY_CODE).unwrap();
    let run = highroad(&folder, &root, &["check"]);
    assert_eq!(run.code, 1, "{}", run.err);
    for part in
        ["tls-verification-off", "load.py:3:", "3 | answer = requests.get", "Next", "unpinned-action", ".github/workflows/ci.yml:7:"]
    {
        assert!(run.out.contains(part), "`{part}` is not in\n{}", run.out);
    }
    assert!(run.err.is_empty(), "{}", run.err);
}

#[test]
fn the_staged_content_counts_and_not_what_lies_on_disk() {
    let folder = Folder::new();
    let root = repository(&folder);
    std::fs::write(root.join("load.py"), RISKY_CODE).unwrap();
    assert_eq!(highroad(&folder, &root, &["check", "--staged"]).code, 0, "nothing is staged");
    git(&root, &["add", "load.py"]);
    std::fs::write(root.join("load.py"), SAFE_CODE).unwrap();
    let report = json(&highroad(&folder, &root, &["check", "--staged", "--json"]));
    assert_eq!(places(&report), ["tls-verification-off load.py:3"]);
    assert_eq!((&report["mode"], &report["counts"]["files"]), (&Value::from("staged"), &Value::from(1)));
    // Away from the root, too.
    std::fs::create_dir(root.join("deep")).unwrap();
    assert_eq!(highroad(&folder, &root.join("deep"), &["check", "--staged"]).code, 1);
}

#[test]
fn since_a_revision_only_what_changed_is_looked_at() {
    let folder = Folder::new();
    let root = repository(&folder);
    git(&root, &["checkout", "-qb", "feature"]);
    std::fs::write(root.join("load.py"), RISKY_CODE).unwrap();
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "load"]);
    std::fs::write(root.join("untracked.py"), RISKY_CODE).unwrap();
    let report = json(&highroad(&folder, &root, &["check", "--since", "main", "--json"]));
    assert_eq!(places(&report), ["tls-verification-off load.py:3", "tls-verification-off untracked.py:3"]);
    let bad = highroad(&folder, &root, &["check", "--since", "nowhere"]);
    assert_eq!(bad.code, 2);
    assert!(bad.err.contains("nowhere") && bad.err.contains("= fix:"), "{}", bad.err);
}

#[test]
fn it_works_without_git_and_without_a_record_and_on_a_single_file() {
    let folder = Folder::new();
    folder.write("plain/load.py", RISKY_CODE);
    folder.write("plain/.venv/pyvenv.cfg", "");
    folder.write("plain/.venv/lib/other.py", RISKY_CODE);
    let report = json(&folder.highroad(&["check", "plain", "--json", "--only", "tls-verification-off"]));
    assert_eq!(places(&report), ["tls-verification-off load.py:3"]);
    let report = json(&folder.highroad(&["check", "plain/load.py", "--json"]));
    assert!(places(&report).contains(&"tls-verification-off load.py:3".to_owned()), "{report}");
    folder.highroad(&["check", "plain", "--staged"]).fails(2, &["no git repository"]);
}

#[test]
fn a_tracked_file_counts_although_it_is_ignored_and_an_ignored_one_does_not() {
    let folder = Folder::new();
    let root = repository(&folder);
    std::fs::write(root.join(".gitignore"), "*.tmp.py\n").unwrap();
    std::fs::write(root.join("in.tmp.py"), RISKY_CODE).unwrap();
    git(&root, &["add", "-f", "in.tmp.py"]);
    std::fs::write(root.join("out.tmp.py"), RISKY_CODE).unwrap();
    let report = json(&highroad(&folder, &root, &["check", "--json", "--only", "tls-verification-off"]));
    assert_eq!(places(&report), ["tls-verification-off in.tmp.py:3"]);
}

#[test]
fn a_wrong_name_is_told_with_the_nearest_right_one() {
    let folder = Folder::new();
    let root = repository(&folder);
    for arguments in [["check", "--only", "unpined-action"], ["check", "--skip", "unpined-action"], ["explain", "unpined-action", "--json"]]
    {
        let run = highroad(&folder, &root, &arguments);
        assert_eq!(run.code, 2);
        assert!(run.err.contains("`unpinned-action`"), "{}", run.err);
    }
    for (text, words) in [
        ("schema = 1\n[guardrails]\nunpined-action = \"warn\"\n", &["highroad.toml:3", "`unpinned-action`"][..]),
        ("schema = 1\n[guardrials]\nx = 1\n", &["guardrials", "`guardrails`"][..]),
        ("schema = 1\n[guardrails]\nsecret = \"loud\"\n", &["highroad.toml:3", "loud"][..]),
        ("schema = \n", &["highroad.toml:1"][..]),
        (
            "schema = 1\n[[waiver]]\nguardrail = \"secrets\"\npath = \"x\"\nreason = \"r\"\nowner = \"o\"\nuntil = \"2026-12-01\"\n",
            &["`secret`"][..],
        ),
    ] {
        std::fs::write(root.join("highroad.toml"), text).unwrap();
        highroad(&folder, &root, &["check"]).fails(2, words);
    }
}

#[test]
fn a_waiver_rests_until_its_day_and_shows_who_answers() {
    let folder = Folder::new();
    let root = repository(&folder);
    std::fs::write(root.join("load.py"), RISKY_CODE).unwrap();
    let waiver = |until: &str| {
        let text = format!(
            "schema = 1\n[[waiver]]\nguardrail = \"tls-verification-off\"\npath = \"*.py\"\nreason = \"moves in May\"\nowner = \"ml-team\"\nuntil = \"{until}\"\n"
        );
        std::fs::write(root.join("highroad.toml"), text).unwrap();
        json(&highroad(&folder, &root, &["check", "--json", "--only", "tls-verification-off,waiver-expired"]))
    };
    let soon = highroad::base::day::Day::today().plus(30).to_string();
    let report = waiver(&soon);
    assert_eq!((&report["counts"]["block"], &report["counts"]["waived"]), (&Value::from(0), &Value::from(1)));
    assert_eq!(report["findings"][0]["waived"]["owner"], "ml-team");
    let far = highroad::base::day::Day::today().plus(200).to_string();
    for until in ["2026-01-01", far.as_str(), "never"] {
        let report = waiver(until);
        assert_eq!(places(&report), ["waiver-expired highroad.toml:7", "tls-verification-off load.py:3"], "{until}");
        assert_eq!(report["counts"]["waived"], 0, "{until}");
    }
}

#[test]
fn a_baseline_lets_what_is_there_rest_and_what_is_new_block() {
    let folder = Folder::new();
    let root = repository(&folder);
    std::fs::write(root.join("load.py"), RISKY_CODE).unwrap();
    assert_eq!(highroad(&folder, &root, &["check", "--waive"]).code, 2, "nobody owns it");
    let run = highroad(&folder, &root, &["check", "--waive", "--owner", "ml-team", "--reason", "old", "--json"]);
    assert_eq!(run.code, 0, "{}\n{}", run.out, run.err);
    let text = std::fs::read_to_string(root.join("highroad.toml")).unwrap();
    assert!(text.contains("owner = \"ml-team\"") && text.contains("reason = \"old\""), "{text}");
    assert_eq!(json(&run)["counts"]["warn"], 0);
    // A new line above moves the old finding, and does not wake it; a second call in the same file is new.
    std::fs::write(root.join("load.py"), format!("\"\"\"Loads.\"\"\"\n{RISKY_CODE}")).unwrap();
    assert_eq!(highroad(&folder, &root, &["check"]).code, 0);
    std::fs::write(root.join("load.py"), format!("{RISKY_CODE}other = requests.get(\"https://b.example\", verify=False)\n")).unwrap();
    let report = json(&highroad(&folder, &root, &["check", "--json"]));
    assert_eq!((&report["counts"]["block"], report["counts"]["waived"].as_u64() > Some(0)), (&Value::from(1), true), "{report}");
    for until in ["2020-01-01", "soon", "2030-01-01"] {
        assert_eq!(highroad(&folder, &root, &["check", "--waive", "--owner", "o", "--until", until]).code, 2, "{until}");
    }
}

#[test]
fn every_format_is_one_document_that_its_reader_takes() {
    let folder = Folder::new();
    let root = repository(&folder);
    std::fs::write(root.join("a b,c:d%.py"), RISKY_CODE).unwrap();
    let of = |format: &str| highroad(&folder, &root, &["check", "--format", format]);
    let sarif = json(&of("sarif"));
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), highroad::guardrails::ALL.len(), "every rule that ran is listed");
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["partialFingerprints"]["highroad/v1"].as_str().is_some_and(|print| print.len() == 16));
        assert!(result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64() > Some(0));
    }
    let uris: Vec<&str> = run["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|r| r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str())
        .collect();
    assert!(uris.contains(&"a%20b%2Cc%3Ad%25.py"), "{uris:?}");
    let github = of("github").out;
    assert!(github.contains("::error title=tls-verification-off,file=a b%2Cc%3Ad%25.py,line=3,"), "{github}");
    let gitlab = json(&of("gitlab"));
    let entry = gitlab.as_array().unwrap().iter().find(|entry| entry["check_name"] == "tls-verification-off").unwrap();
    assert_eq!((&entry["location"]["lines"]["begin"], &entry["severity"]), (&Value::from(3), &Value::from("critical")));
    let markdown = of("markdown").out;
    assert!(markdown.contains("| block | tls-verification-off | a b,c:d%.py:3:"), "{markdown}");
    assert_eq!(of("human").out, of("human").out, "two runs print the same bytes");
    for format in ["json", "sarif", "github", "gitlab", "markdown", "human"] {
        assert_eq!(of(format).code, 1, "{format}");
    }
}

#[test]
fn a_fix_moves_only_the_bytes_that_it_names() {
    let folder = Folder::new();
    let root = repository(&folder);
    let workflow = WORKFLOW.replace('\n', "\r\n");
    std::fs::write(root.join(".github/workflows/ci.yml"), &workflow).unwrap();
    let dry = highroad(&folder, &root, &["fix", "--dry-run", "--only", "unpinned-action"]);
    assert!(dry.err.contains("would fix"), "{}", dry.err);
    let diff = highroad(&folder, &root, &["fix", "--diff", "--only", "unpinned-action"]);
    assert!(diff.out.contains("-      - uses: actions/checkout@v7.0.1 # keep"), "{}", diff.out);
    assert_eq!(std::fs::read_to_string(root.join(".github/workflows/ci.yml")).unwrap(), workflow, "nothing was written yet");
    highroad(&folder, &root, &["fix", "--only", "unpinned-action"]);
    let fixed = std::fs::read_to_string(root.join(".github/workflows/ci.yml")).unwrap();
    let lines: Vec<(&str, &str)> = workflow.split('\n').zip(fixed.split('\n')).filter(|(a, b)| a != b).collect();
    assert_eq!(lines.len(), 1, "{fixed}");
    assert!(
        lines[0].1.contains("actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1") && lines[0].1.contains("keep"),
        "{}",
        lines[0].1
    );
    let again = highroad(&folder, &root, &["fix", "--only", "unpinned-action"]);
    assert!(again.err.contains("Nothing to fix"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(root.join(".github/workflows/ci.yml")).unwrap(), fixed);
    highroad(&folder, &root, &["fix", "--staged"]).fails_without_place(2, "not what is staged");
}

impl Run {
    #[track_caller]
    fn fails_without_place(self, code: i32, word: &str) {
        assert_eq!(self.code, code, "{}", self.err);
        assert!(self.err.contains(word) && self.err.contains("= fix: "), "{}", self.err);
    }
}

#[test]
#[cfg(unix)]
fn a_fix_keeps_the_mode_and_never_writes_through_a_link() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let root = repository(&folder);
    let path = root.join(".github/workflows/ci.yml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    highroad(&folder, &root, &["check", "--fix", "--only", "unpinned-action"]);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o755);
    assert!(std::fs::read_to_string(&path).unwrap().contains("3d3c42e5"));
    // A file of the repository that is a link is neither read nor written.
    folder.write("outside.yml", WORKFLOW);
    std::os::unix::fs::symlink(folder.join("outside.yml"), root.join(".github/workflows/link.yml")).unwrap();
    highroad(&folder, &root, &["fix", "--unsafe"]);
    assert_eq!(std::fs::read_to_string(folder.join("outside.yml")).unwrap(), WORKFLOW);
}

#[test]
fn what_cannot_be_checked_is_never_clean() {
    let folder = Folder::new();
    let root = repository(&folder);
    std::fs::write(root.join(".github/workflows/ci.yml"), "on: push\njobs: [unclosed\n").unwrap();
    let run = highroad(&folder, &root, &["check", "--json"]);
    assert_eq!(run.code, 1);
    let report = json(&run);
    assert_eq!(report["unscannable"][0]["path"], ".github/workflows/ci.yml");
    assert!(places(&report).contains(&"unscannable-file .github/workflows/ci.yml:0".to_owned()));
    let human = highroad(&folder, &root, &["check"]).out;
    assert!(human.contains("could not be checked, which is not the same as clean"), "{human}");
    let sarif = json(&highroad(&folder, &root, &["check", "--format", "sarif"]));
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
#[cfg(unix)]
fn links_in_loops_dangling_links_pipes_and_odd_names_end_well() {
    let folder = Folder::new();
    let root = repository(&folder);
    std::os::unix::fs::symlink("b", root.join("a")).unwrap();
    std::os::unix::fs::symlink("a", root.join("b")).unwrap();
    std::os::unix::fs::symlink("/nowhere/at/all", root.join("dangling.py")).unwrap();
    std::os::unix::fs::symlink("..", root.join("up")).unwrap();
    Run::of(folder.command("mkfifo").arg(root.join("pipe.py"))).success();
    std::fs::write(root.join("\u{1b}[31mred\nname.py"), RISKY_CODE).unwrap();
    std::fs::write(root.join("latin.py"), b"# caf\xe9\nimport requests\nrequests.get(u, verify=False)\n").unwrap();
    let run = highroad(&folder, &root, &["check", "--only", "tls-verification-off"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(!run.out.contains('\u{1b}'), "a name drives the terminal: {:?}", run.out);
    assert!(run.out.contains("latin.py:3:"), "{}", run.out);
    folder.highroad(&["check", "nowhere"]).fails(2, &["nowhere"]);
}

#[test]
fn a_guardrail_that_is_turned_down_is_seen_by_everybody() {
    let folder = Folder::new();
    let root = repository(&folder);
    std::fs::write(root.join("load.py"), RISKY_CODE).unwrap();
    std::fs::write(root.join("highroad.toml"), "schema = 1\n[guardrails]\ntls-verification-off = \"off\"\n").unwrap();
    let run = highroad(&folder, &root, &["check", "--json"]);
    let report = json(&run);
    assert_eq!(report["lowered"][0]["guardrail"], "tls-verification-off");
    assert!(places(&report).contains(&"guardrail-weakened highroad.toml:0".to_owned()), "{report}");
    assert!(highroad(&folder, &root, &["check"]).out.contains("the road wants"));
}

#[test]
fn the_hook_is_installed_beside_what_is_there_and_stops_a_commit() {
    let folder = Folder::new();
    let root = repository(&folder);
    highroad(&folder, &root, &["hook", "install"]).success();
    assert!(highroad(&folder, &root, &["hook", "install"]).success().err.contains("already"));
    std::fs::write(root.join("load.py"), RISKY_CODE).unwrap();
    git(&root, &["add", "load.py"]);
    let path =
        format!("{}:{}", std::path::Path::new(env!("CARGO_BIN_EXE_highroad")).parent().unwrap().display(), std::env::var("PATH").unwrap());
    let commit = || {
        let mut command = folder.command("git");
        command.args(["-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "-qm", "load"]);
        Run::of(command.current_dir(&root).env("PATH", &path))
    };
    let stopped = commit();
    assert_ne!(stopped.code, 0);
    assert!(format!("{}{}", stopped.out, stopped.err).contains("load.py:3"), "{} {}", stopped.out, stopped.err);
    std::fs::write(root.join("load.py"), SAFE_CODE).unwrap();
    git(&root, &["add", "load.py"]);
    assert_eq!(commit().code, 0);
    let other = Folder::new();
    let root = repository(&other);
    std::fs::write(root.join(".git/hooks/pre-commit"), "#!/bin/sh\n").unwrap();
    highroad(&other, &root, &["hook", "install"]).fails(2, &["highroad hook run"]);
    assert_eq!(std::fs::read_to_string(root.join(".git/hooks/pre-commit")).unwrap(), "#!/bin/sh\n");
    folder.highroad(&["hook", "install"]).fails(2, &["no git repository"]);
}

#[test]
fn one_engine_runs_on_any_path_and_on_history() {
    let folder = Folder::new();
    let root = repository(&folder);
    std::fs::write(root.join("load.py"), RISKY_CODE).unwrap();
    git(&root, &["add", "load.py"]);
    git(&root, &["commit", "-qm", "risky"]);
    git(&root, &["rm", "-q", "load.py"]);
    git(&root, &["commit", "-qm", "gone"]);
    assert_eq!(highroad(&folder, &root, &["scan", "code", "."]).code, 0);
    let run = highroad(&folder, &root, &["scan", "code", ".", "--history", "--json"]);
    assert_eq!(run.code, 1);
    let report = json(&run);
    assert_eq!((&report["files"][0]["path"], report["files"].as_array().unwrap().len()), (&Value::from("load.py"), 1));
    assert!(report["files"][0]["commit"].as_str().is_some_and(|commit| commit.len() == 40));
    folder.write("loose/load.py", RISKY_CODE);
    assert_eq!(folder.highroad(&["scan", "code", "loose/load.py", "loose"]).code, 1);
    folder.highroad(&["scan", "code", "loose", "--history"]).fails(2, &["no git repository"]);
    // A harmless pickle that calls print: the opcodes are put together here.
    let pickle = [b"cbuiltins\nprint\n(S'hi'\ntR.".as_slice()].concat();
    std::fs::write(folder.join("loose/model.bin"), pickle).unwrap();
    let run = folder.highroad(&["scan", "artifacts", "loose", "--json"]);
    let files = json(&run)["files"].clone();
    let verdict = |name: &str| {
        files.as_array().unwrap().iter().find(|file| file["path"].as_str().unwrap().ends_with(name)).unwrap()["verdict"].clone()
    };
    assert_ne!(verdict("model.bin"), "clean");
    assert_eq!(verdict("load.py"), "clean");
}

#[test]
fn explain_tells_the_whole_story() {
    let folder = Folder::new();
    let run = folder.highroad(&["explain", "unpinned-action"]).success();
    for part in ["Why", "The attack", "How to fix it", "Standards", "It speaks here"] {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
    let all = json(&folder.highroad(&["explain", "--json"]).success());
    assert_eq!(all["guardrails"].as_array().unwrap().len(), highroad::guardrails::ALL.len());
}

#[test]
fn every_item_of_every_standard_is_answered() {
    let folder = Folder::new();
    folder.highroad(&["new", "demo", "--yes"]).success();
    for path in ["demo", "."] {
        let report = json(&folder.highroad(&["check", path, "--coverage", "--json"]).success());
        let items = report["items"].as_array().unwrap();
        assert!(items.len() > 300, "{}", items.len());
        assert_eq!(items.iter().filter(|item| item["standard"] == "osps").count(), 65, "{}", items[0]);
        for item in items {
            let status = item["status"]["is"].as_str().unwrap();
            assert!(["met", "not-met", "needs-host", "not-applicable"].contains(&status), "{item}");
        }
    }
    folder.highroad(&["check", "demo", "--coverage"]).success();
}
