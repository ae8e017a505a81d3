//! Code that can hurt, in modules and in notebooks: the right guardrail speaks on the right line, and nothing is
//! said about code that does the same work safely.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, may fail by a panic, and print what they measured"
)]

#[path = "support/findings.rs"]
mod findings;
#[path = "support/risky_files.rs"]
mod risky_files;
#[path = "support/risky_python.rs"]
mod risky_python;
mod support;

use findings::{Found, Said, share};
use risky_files::{CELLS, FILES, SAFE, SAFE_FILES};
use risky_python::{ANSWERS, CONNECTIONS, HUBS, LOADS};
use support::Folder;

/// The guardrails that look at code.
const GUARDRAILS: [&str; 7] = [
    "unsafe-deserialization",
    "trust-remote-code",
    "unpinned-hub-revision",
    "tls-verification-off",
    "model-output-execution",
    "shell-from-model-output",
    "remote-script-execution",
];

/// What has to be found: the guardrails that would be right, the path, the line, and the snippet.
struct Expected {
    ids: &'static str,
    path: String,
    line: u64,
    shown: String,
}

/// Takes the mark off the line that the finding belongs to; returns the text and the line.
fn unmarked(text: &str) -> (String, u64) {
    let line = text.lines().position(|line| line.starts_with(">>")).expect("a marked line");
    (text.replacen(">>", "", 1), line as u64 + 1)
}

/// A notebook with a text cell in front and the code in the second one, and the line of the file that its first line is on.
fn notebook(code: &str) -> (String, u64) {
    let source: Vec<&str> = code.split_inclusive('\n').collect();
    let document = serde_json::json!({
        "cells": [
            {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# Work\n", "Never call `pickle.load`."]},
            {"cell_type": "code", "execution_count": null, "id": "b", "metadata": {}, "outputs": [], "source": source},
        ],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    let first = text.lines().enumerate().filter(|(_, line)| line.contains("\"source\"")).nth(1).unwrap().0;
    // `lines` counts from 0, and the first string is on the line after the key.
    (text, first as u64 + 2)
}

/// Writes every snippet into `repo`, each as a module and as a notebook.
fn write(folder: &Folder) -> Vec<Expected> {
    let mut expected = Vec::new();
    for (n, (ids, text)) in [LOADS, HUBS, CONNECTIONS, ANSWERS].concat().into_iter().enumerate() {
        let (code, line) = unmarked(text);
        let path = format!("src/jobs/r{n}.py");
        folder.write(&format!("repo/{path}"), &code);
        expected.push(Expected { ids, path, line, shown: text.to_owned() });
        expected.push(write_notebook(folder, ids, text, n));
    }
    for (n, (ids, text)) in CELLS.iter().enumerate() {
        expected.push(write_notebook(folder, ids, text, 1000 + n));
    }
    for (ids, path, text) in FILES {
        let (content, line) = unmarked(text);
        folder.write(&format!("repo/{path}"), &content);
        expected.push(Expected { ids, path: (*path).to_owned(), line, shown: (*text).to_owned() });
    }
    expected
}

fn write_notebook(folder: &Folder, ids: &'static str, text: &str, n: usize) -> Expected {
    let (code, line) = unmarked(text);
    let (content, first) = notebook(&code);
    let path = format!("notebooks/r{n}.ipynb");
    folder.write(&format!("repo/{path}"), &content);
    Expected { ids, path, line: first + line - 1, shown: text.to_owned() }
}

#[test]
fn what_can_hurt_is_found_on_its_line() {
    let folder = Folder::new();
    let expected = write(&folder);
    assert!(LOADS.len() + HUBS.len() + CONNECTIONS.len() + ANSWERS.len() >= 100 && SAFE.len() >= 40, "enough of each");
    let said = Said::of(&folder.highroad(&["check", "repo", "--format", "json"]));
    assert_eq!(said.code, 1);
    let (mut hit, mut missed) = (0, Vec::new());
    for one in &expected {
        let there: Vec<&Found> = said.findings.iter().filter(|found| found.path == one.path).collect();
        if there.iter().any(|found| one.ids.split('|').any(|id| id == found.guardrail) && found.line == one.line) {
            hit += 1;
        } else {
            let said: Vec<String> = there.iter().map(|found| format!("{}:{}", found.guardrail, found.line)).collect();
            missed.push(format!("{} line {} ({}) said {said:?}:\n{}", one.ids, one.line, one.path, one.shown));
        }
    }
    println!("risky code found: {}", share(hit, expected.len()));
    for row in &missed {
        println!("missed {row}");
    }
    assert!(hit * 100 >= expected.len() * 95, "{} missed", missed.len());
    assert!(said.unscannable.is_empty(), "{:?}", said.unscannable);
}

#[test]
fn safe_code_is_left_alone() {
    let folder = Folder::new();
    for (n, code) in SAFE.iter().enumerate() {
        folder.write(&format!("repo/src/jobs/s{n}.py"), code);
        folder.write(&format!("repo/notebooks/s{n}.ipynb"), &notebook(code).0);
    }
    for (path, text) in SAFE_FILES {
        folder.write(&format!("repo/{path}"), text);
    }
    let said = Said::of(&folder.highroad(&["check", "repo", "--format", "json"]));
    let wrong: Vec<String> = said
        .findings
        .iter()
        .filter(|found| GUARDRAILS.contains(&found.guardrail.as_str()))
        .map(|found| {
            let text = std::fs::read_to_string(folder.join("repo").join(&found.path)).unwrap();
            let line = text.lines().nth(usize::try_from(found.line).unwrap().saturating_sub(1)).unwrap_or_default().to_owned();
            format!("{} {} {}:{} {} | {line}", found.guardrail, found.level, found.path, found.line, found.what)
        })
        .collect();
    println!("safe code alarmed: {}", share(wrong.len(), SAFE.len() * 2 + SAFE_FILES.len()));
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(said.unscannable.is_empty(), "{:?}", said.unscannable);
}

#[test]
fn the_engine_alone_says_the_same_of_a_folder() {
    let folder = Folder::new();
    folder.write("repo/a.py", "import pickle\nmodel = pickle.load(open('m.pkl', 'rb'))\n");
    folder.write("repo/b.py", "import json\nprint(json.loads('1'))\n");
    let run = folder.highroad(&["scan", "code", "repo", "--json"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("unsafe-deserialization") && run.out.contains("a.py") && !run.out.contains("b.py\""), "{}", run.out);
    folder.highroad(&["scan", "code", "repo/b.py", "--json"]).success();
}

#[test]
fn code_that_cannot_be_parsed_is_reported_and_not_called_clean() {
    let folder = Folder::new();
    folder.write("repo/old.py", "import pickle\nprint 'loading'\nmodel = pickle.load(open('m.pkl', 'rb'))\n");
    folder.write("repo/broken.ipynb", "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"import pickle\\n\", \"pickle.load(f)\"");
    let said = Said::of(&folder.highroad(&["check", "repo", "--format", "json"]));
    for path in ["old.py", "broken.ipynb"] {
        let known = said.findings.iter().any(|found| found.path == path && found.guardrail == "unsafe-deserialization")
            || said.unscannable.iter().any(|(there, _)| there == path);
        assert!(known, "{path} passed for clean: {:?}", said.unscannable);
    }
}
