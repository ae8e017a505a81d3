//! The kind for repositories that exist already: small, clean under `check` on every host, and it steps on no toes.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;

use std::path::{Path, PathBuf};

use highroad::ops::new::render_whole;
use highroad::render::answers::{Given, check, complete};
use highroad::render::questions::Machine;
use highroad::road::Road;
use highroad::road::source::Source;
use support::{Folder, HOSTS, Run, git};

/// The road as it will be published next.
fn road() -> Road {
    Source::Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")).read().unwrap()
}

/// Renders the kind with some answers, the rest suggested; without Highroad's records.
fn render(road: &Road, answers: &[(&str, &str)]) -> Vec<(String, Vec<u8>, bool)> {
    let kind = road.kind("existing").unwrap();
    let given: Vec<Given> = [("owner_contact", "ml-team@acme.test")]
        .iter()
        .chain(answers)
        .map(|(key, value)| Given { key: (*key).to_owned(), value: (*value).to_owned(), place: "test".to_owned() })
        .collect();
    let answers = complete(road, kind, check(road, kind, &given).unwrap(), &Machine::default()).unwrap();
    let tree = render_whole(road, "existing", answers).unwrap();
    tree.iter()
        .filter(|(path, _)| !path.as_str().starts_with("highroad."))
        .map(|(path, file)| (path.as_str().to_owned(), file.bytes.clone(), file.mode == highroad::base::tree::Mode::Executable))
        .collect()
}

/// A small repository with a history, and the kind's files on top of it.
fn repository(folder: &Folder, files: &[(String, Vec<u8>, bool)]) -> PathBuf {
    folder.write("legacy/train.py", "import numpy as np\n\nprint(np.zeros(3))\n");
    folder.write("legacy/README.md", "# Legacy\n\nA model from long ago.\n");
    let root = folder.join("legacy");
    git(&root, &["init", "-q", "-b", "main"]);
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-q", "-m", "Long ago"]);
    for (path, bytes, executable) in files {
        std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        std::fs::write(root.join(path), bytes).unwrap();
        if *executable {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(root.join(path), mode).unwrap();
        }
    }
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-q", "-m", "On the road"]);
    root
}

#[test]
fn it_is_small_enough_to_be_read_and_clean_under_check_on_every_host() {
    let road = road();
    for host in HOSTS {
        for stack in ["sklearn-tabular", "pytorch-training", "tensorflow-training", "llm-app"] {
            let folder = Folder::new();
            let files = render(&road, &[("host", host), ("stack", stack), ("container", "yes")]);
            let lines: usize = files
                .iter()
                .filter(|(path, ..)| !path.starts_with("locks/"))
                .map(|(_, bytes, _)| bytes.iter().filter(|byte| **byte == b'\n').count())
                .sum();
            assert!(files.len() <= 10 && lines <= 300, "{host} {stack}: {} files, {lines} lines", files.len());
            let root = repository(&folder, &files);
            let check = folder.highroad(&["check", root.to_str().unwrap(), "--json"]);
            let report: serde_json::Value = serde_json::from_str(&check.out).unwrap();
            for finding in report["findings"].as_array().unwrap() {
                let path = finding["path"].as_str().unwrap();
                assert!(files.iter().all(|(own, ..)| own != path), "{host} {stack}: {finding:#}");
            }
            for (path, bytes, _) in &files {
                let text = std::str::from_utf8(bytes).unwrap();
                assert!(
                    text.ends_with('\n') && !text.contains("{@") && !text.contains("{%") && !text.contains("\n\n\n"),
                    "{path}:\n{text}"
                );
                match path.rsplit('.').next().unwrap() {
                    "toml" => drop(text.parse::<toml::Table>().unwrap()),
                    "json" => drop(serde_json::from_str::<serde_json::Value>(text).unwrap()),
                    "yml" => drop(serde_saphyr::from_str::<serde_json::Value>(text).unwrap()),
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn each_group_can_be_left_out() {
    let road = road();
    let paths = |answers: &[(&str, &str)]| -> Vec<String> { render(&road, answers).into_iter().map(|(path, ..)| path).collect() };
    let all = paths(&[]);
    assert!(all.contains(&"SECURITY.md".to_owned()) && all.contains(&".github/workflows/highroad.yml".to_owned()));
    let left = |key: &str| -> Vec<String> {
        let some = paths(&[(key, "leave")]);
        all.iter().filter(|path| !some.contains(path)).cloned().collect()
    };
    assert_eq!(left("policies"), [".github/CODEOWNERS", "MODEL_CARD.md", "SECURITY.md", "threat-model.toml"]);
    assert_eq!(left("hook"), [".githooks/pre-commit", ".gitignore"]);
    assert_eq!(left("pipeline"), [".github/workflows/highroad.yml", "locks/requirements-scan.txt"]);
    assert_eq!(left("updates"), [".github/dependabot.yml"]);
    assert!(!paths(&[("trains", "no")]).contains(&"MODEL_CARD.md".to_owned()));
    assert!(paths(&[("policies", "leave"), ("hook", "leave"), ("pipeline", "leave"), ("updates", "leave")]).is_empty());
}

#[test]
fn the_stack_decides_the_threats_and_the_licence_is_not_asked_for() {
    let road = road();
    let threats = |stack: &str| -> Vec<String> {
        let files = render(&road, &[("stack", stack)]);
        let (_, bytes, _) = files.iter().find(|(path, ..)| path == "threat-model.toml").unwrap();
        let table: toml::Table = std::str::from_utf8(bytes).unwrap().parse().unwrap();
        table["threat"].as_array().unwrap().iter().map(|threat| threat["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(threats("llm-app").len(), 5);
    assert!(threats("llm-app") != threats("pytorch-training"));
    assert!(road.questions_of(road.kind("existing").unwrap()).all(|question| question.key != "licence"));
    assert!(road.questions_of(road.kind("llm-app").unwrap()).any(|question| question.key == "licence"));
}

#[test]
fn a_new_project_cannot_be_of_this_kind() {
    let folder = Folder::new();
    let road = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let road = road.to_str().unwrap();
    folder
        .highroad(&["new", "demo", "--road", road, "--kind", "existing", "--yes"])
        .fails(2, &["no new project can be of the kind `existing`", "highroad adopt"]);
    assert!(folder.names().is_empty());
    let list = folder.highroad(&["new", "--list", "--road", road]).success().out;
    assert!(!list.contains("existing"), "{list}");
}

#[test]
fn the_scanner_is_the_one_of_the_other_kinds() {
    let layers = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/layers");
    let whole = std::fs::read_to_string(layers.join("security/files/locks/requirements-security.txt")).unwrap();
    let part = std::fs::read_to_string(layers.join("adopted-ci/files/locks/requirements-scan.txt")).unwrap();
    let packages = |text: &str| -> Vec<String> {
        let mut blocks: Vec<String> = Vec::new();
        for line in text.lines() {
            if line.starts_with(' ') { blocks.last_mut().unwrap().push_str(line) } else { blocks.push(line.to_owned()) }
        }
        blocks
    };
    let known = packages(&whole);
    for package in packages(&part) {
        assert!(known.contains(&package), "locks/requirements-scan.txt has {}, the other lock has not", &package[..40.min(package.len())]);
    }
}

#[test]
#[cfg(unix)]
fn the_hook_runs_the_one_that_is_there_and_does_not_call_itself() {
    let folder = Folder::new();
    let root = repository(&folder, &render(&road(), &[]));
    let hook = root.join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\necho 'the old hook ran'\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    git(&root, &["config", "core.hooksPath", ".githooks"]);
    folder.write("legacy/more.py", "MORE = 1\n");
    git(&root, &["add", "-A"]);
    let highroad = Path::new(env!("CARGO_BIN_EXE_highroad")).parent().unwrap();
    let commit = |path: String| {
        let mut command = folder.command("git");
        let identity = ["-c", "user.name=T", "-c", "user.email=t@example.com"];
        Run::of(command.current_dir(&root).env("PATH", path).args(identity).args(["commit", "-m", "More"]))
    };
    let path = std::env::var("PATH").unwrap();
    let without = commit(path.clone());
    assert!(without.code != 0 && without.err.contains("needs highroad"), "{without:?}");
    assert!(format!("{}{}", without.out, without.err).contains("the old hook ran"));
    let with = format!("{}:{path}", highroad.display());
    std::fs::remove_file(&hook).unwrap();
    std::os::unix::fs::symlink("../../.githooks/pre-commit", &hook).unwrap();
    let run = commit(with);
    assert_eq!(run.code, 0, "{run:?}");
}
