//! Independent judges on every kind and host, from a hash-locked list of our own. None may be silenced by the project.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use support::{Folder, KINDS, Run, files};

/// The folder of the judges' programs, installed once from `tests/judges/requirements.txt`.
fn programs() -> &'static Path {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| support::environment("judges", &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/requirements.txt")))
}

/// A judge: its name, the files that it looks at, and its arguments before them.
struct Judge {
    name: &'static str,
    subject: fn(&str) -> bool,
    arguments: &'static [&'static str],
    /// Whether it looks at the whole folder instead of a list of files.
    whole: bool,
}

fn ends(path: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| path.ends_with(ending))
}

fn is_test(path: &str) -> bool {
    path.starts_with("tests/")
}

const JUDGES: &[Judge] = &[
    Judge {
        name: "zizmor",
        subject: |path| path.starts_with(".github/") && ends(path, &[".yml"]),
        arguments: &["--offline", "--no-config", "--no-ignores", "--strict-collection", "--persona", "auditor", "--no-progress", "."],
        whole: true,
    },
    Judge {
        name: "check-jsonschema",
        subject: |path| path.starts_with(".github/workflows/"),
        arguments: &["--builtin-schema", "vendor.github-workflows"],
        whole: false,
    },
    Judge {
        name: "check-jsonschema",
        subject: |path| path == ".github/dependabot.yml",
        arguments: &["--builtin-schema", "vendor.dependabot"],
        whole: false,
    },
    Judge {
        name: "check-jsonschema",
        subject: |path| path == ".gitlab-ci.yml",
        arguments: &["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
        whole: false,
    },
    Judge {
        name: "check-jsonschema",
        subject: |path| path == "renovate.json",
        arguments: &["--builtin-schema", "vendor.renovate"],
        whole: false,
    },
    Judge {
        name: "hadolint",
        subject: |path| path == "Dockerfile",
        arguments: &["--disable-ignore-pragma", "--failure-threshold", "info"],
        whole: false,
    },
    Judge {
        name: "yamllint",
        subject: |path| ends(path, &[".yml", ".yaml"]),
        arguments: &["--strict", "-d", "{extends: relaxed, rules: {line-length: disable}}"],
        whole: false,
    },
    Judge { name: "bandit", subject: |path| ends(path, &[".py"]) && !is_test(path), arguments: &["-q", "--ignore-nosec"], whole: false },
    Judge {
        name: "ruff",
        subject: |path| ends(path, &[".py", ".ipynb"]) && !is_test(path),
        arguments: &["check", "--no-cache", "--isolated", "--ignore-noqa", "--select", "S,E9,F"],
        whole: false,
    },
    Judge {
        name: "detect-secrets-hook",
        subject: |path| !ends(path, &[".lock", ".ipynb", "cdx.json"]) && !path.starts_with("locks/"),
        arguments: &[],
        whole: false,
    },
    Judge { name: "shellcheck", subject: |path| ends(path, &[".sh"]), arguments: &[], whole: false },
    Judge { name: "validate-pyproject", subject: |path| path == "pyproject.toml", arguments: &[], whole: false },
    Judge { name: "prek", subject: |path| path == ".pre-commit-config.yaml", arguments: &["validate-config"], whole: false },
    Judge { name: "nbstripout", subject: |path| ends(path, &[".ipynb"]), arguments: &["--verify"], whole: false },
];

/// Runs a judge on a project; nothing where the project has no subject for it.
fn judge(judge: &Judge, project: &Path) -> Option<Run> {
    let subjects: Vec<String> = files(project).into_iter().map(|(path, _)| path).filter(|path| (judge.subject)(path)).collect();
    if subjects.is_empty() {
        return None;
    }
    let mut command = Command::new(programs().join(judge.name));
    support::clean(&mut command, project.parent().unwrap());
    // Some judges look for others on the search path.
    let path =
        std::env::join_paths(std::iter::once(programs().to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())))
            .unwrap();
    command.current_dir(project).env("PATH", path).args(judge.arguments);
    if !judge.whole {
        command.args(&subjects);
    }
    Some(Run::of(&mut command))
}

#[test]
fn no_judge_finds_anything_in_a_new_project() {
    let mut ran = std::collections::BTreeMap::new();
    for kind in KINDS {
        for host in ["github", "gitlab"] {
            let folder = Folder::new();
            let project = folder.project(kind, host);
            for one in JUDGES {
                if let Some(run) = judge(one, &project) {
                    assert_eq!(run.code, 0, "{} on {kind} for {host}:\n{}{}", one.name, run.out, run.err);
                    *ran.entry(format!("{} {:?}", one.name, one.arguments)).or_insert(0) += 1;
                }
            }
        }
    }
    assert_eq!(ran.len(), JUDGES.len(), "every judge had a subject: {ran:?}");
}

#[test]
fn every_judge_sees_what_it_is_there_for() {
    let folder = Folder::new();
    let project = folder.project("sklearn-tabular", "github");
    let other = Folder::new();
    let gitlab = other.project("sklearn-tabular", "gitlab");
    let write = |root: &Path, path: &str, text: &str| {
        std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        std::fs::write(root.join(path), text).unwrap();
    };
    let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    write(
        &project,
        ".github/workflows/bad.yml",
        "name: bad\non: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: 5\n",
    );
    write(&project, ".github/dependabot.yml", "version: 2\nupdates: 5\n");
    write(&gitlab, ".gitlab-ci.yml", "job:\n  script: 5\n  retry: 9\n");
    write(&gitlab, "renovate.json", "{ \"extends\": 5 }\n");
    write(&project, "Dockerfile", "FROM python:latest\nRUN cd /x\n");
    write(&project, ".pre-commit-config.yaml", "repos:\n- repo: local\n  hooks:\n  - name: x\n");
    write(&project, "src/demo/bad.py", &format!("import pickle\nTOKEN = \"{token}\"\npickle.loads(b\"\")\n"));
    write(&project, "bad.sh", "#!/bin/bash\nrm -rf $1\n");
    write(&project, "bad.yaml", "a:   1\na: 2\n");
    write(&project, "pyproject.toml", "[project]\nname = 5\n");
    write(
        &project,
        "bad.ipynb",
        "{\"cells\":[{\"cell_type\":\"code\",\"execution_count\":3,\"id\":\"a\",\"metadata\":{},\"outputs\":[],\"source\":[\"1\"]}],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":5}\n",
    );
    for one in JUDGES {
        let run = judge(one, &project)
            .filter(|_| !one.arguments.contains(&"vendor.gitlab-ci"))
            .or_else(|| judge(one, &gitlab))
            .expect("a subject");
        assert_ne!(run.code, 0, "{} {:?} found nothing:\n{}{}", one.name, one.arguments, run.out, run.err);
    }
}
