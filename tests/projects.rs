//! What every kind renders to on every host: nothing left of a template, everything parses, hooks stop a secret.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;

use std::path::Path;

use support::{Folder, HOSTS, KINDS, files, git};

/// Runs `check` on a project of every kind on every host.
fn everywhere(check: impl Fn(&Path, &str)) {
    for kind in KINDS {
        for host in HOSTS {
            let folder = Folder::new();
            check(&folder.project(kind, host), &format!("{kind} on {host}"));
        }
    }
}

#[test]
fn no_template_residue_and_every_data_file_parses() {
    everywhere(|project, case| {
        for (path, bytes) in files(project) {
            assert!(!path.contains(['{', '}', '@']) && !path.ends_with(".jinja") && !path.ends_with(".liquid"), "{case}: {path}");
            let Ok(text) = std::str::from_utf8(&bytes) else { continue };
            for residue in ["{@", "@}", "{%"] {
                assert!(!text.contains(residue), "{case}: {path} holds `{residue}`");
            }
            match Path::new(&path).extension().and_then(|e| e.to_str()) {
                Some("toml" | "lock") => drop(toml::from_str::<toml::Table>(text).unwrap_or_else(|e| panic!("{case}: {path}: {e}"))),
                Some("json" | "ipynb") => {
                    drop(serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|e| panic!("{case}: {path}: {e}")))
                }
                Some("yml" | "yaml") => {
                    drop(serde_saphyr::from_str::<serde_json::Value>(text).unwrap_or_else(|e| panic!("{case}: {path}: {e}")))
                }
                _ => {}
            }
            assert!(text.is_empty() || text.ends_with('\n'), "{case}: {path} has no final line break");
        }
    });
}

#[test]
fn the_record_tells_every_file_and_git_is_clean() {
    everywhere(|project, case| {
        assert_eq!(git(project, &["status", "--porcelain", "--ignored"]), "", "{case}");
        let lock: highroad::repo::lock::Lock = toml::from_str(&std::fs::read_to_string(project.join("highroad.lock")).unwrap()).unwrap();
        let _: highroad::repo::config::Config = toml::from_str(&std::fs::read_to_string(project.join("highroad.toml")).unwrap()).unwrap();
        let recorded: Vec<&str> = lock.file.iter().map(|file| file.path.as_str()).collect();
        let found = files(project);
        let there: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).filter(|path| !path.starts_with("highroad.")).collect();
        assert_eq!(recorded, there, "{case}");
        for file in &lock.file {
            assert_eq!(git(project, &["rev-parse", &format!("HEAD:{}", file.path)]).trim(), file.blob, "{case}: {}", file.path);
        }
    });
}

#[test]
fn every_pin_of_a_project_is_a_pin_of_the_road() {
    let road = highroad::road::source::Source::BuiltIn.read().unwrap();
    let pins = road.constants["pins"].to_string();
    everywhere(|project, case| {
        for (path, bytes) in files(project) {
            if path.ends_with("highroad.lock")
                || path.starts_with("locks/")
                || path.ends_with("sbom.cdx.json")
                || path == "datasets.toml"
                || path == "models.toml"
            {
                continue;
            }
            let text = String::from_utf8_lossy(&bytes);
            for (at, _) in text.match_indices('@') {
                let pin: String = text[at + 1..].trim_start_matches("sha256:").chars().take_while(char::is_ascii_hexdigit).collect();
                if pin.len() == 40 || pin.len() == 64 {
                    assert!(pins.contains(&pin), "{case}: {path} pins {pin}, which the road does not");
                }
            }
        }
    });
}

/// Keys that the hook must stop, put together here so that no scanner trips over this file.
fn planted() -> Vec<(&'static str, String)> {
    let token = format!("ghp_{}{}", "Zx9Qw3Er7Ty1Ui5O", "p2As4Df6Gh8Jk0LzXcVb");
    let notebook = serde_json::json!({
        "cells": [{ "cell_type": "code", "execution_count": 1, "id": "a", "metadata": {}, "source": ["1"],
            "outputs": [{ "name": "stdout", "output_type": "stream", "text": [format!("token {token}\n")] }] }],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5
    });
    vec![
        ("src/demo/keys.py", format!("TOKEN = \"{token}\"\n")),
        ("notebooks/run.ipynb", notebook.to_string()),
        (".env", format!("GITHUB_TOKEN={token}\n")),
        ("configs/extra.yaml", format!("github:\n  token: {token}\n")),
    ]
}

#[test]
fn the_hook_stops_a_key_before_the_first_commit_and_lets_clean_work_through() {
    for kind in ["sklearn-tabular", "llm-app"] {
        let folder = Folder::new();
        let demo = folder.project(kind, "github");
        let commit = |message: &str| {
            let mut command = folder.command("git");
            support::Run::of(command.current_dir(&demo).args([
                "-c",
                "user.name=T",
                "-c",
                "user.email=t@example.com",
                "commit",
                "-qm",
                message,
            ]))
        };
        for (path, text) in planted() {
            std::fs::create_dir_all(demo.join(path).parent().unwrap()).unwrap();
            std::fs::write(demo.join(path), text).unwrap();
            git(&demo, &["add", "-f", path]);
            let run = commit("oops");
            assert_ne!(run.code, 0, "{kind}: {path} went through");
            let said = format!("{}{}", run.out, run.err);
            assert!(said.contains(path), "{kind}: {path} is not named:\n{said}");
            assert!(!said.contains("Zx9Qw3Er7Ty1Ui5O"), "{kind}: the value is printed:\n{said}");
            git(&demo, &["rm", "-qf", "--cached", path]);
            std::fs::remove_file(demo.join(path)).unwrap();
        }
        std::fs::write(demo.join("docs/notes.md"), "# Notes\n\nNothing secret.\n").unwrap();
        git(&demo, &["add", "docs/notes.md"]);
        let run = commit("clean");
        assert_eq!(run.code, 0, "{kind}: {}{}", run.out, run.err);
    }
}
