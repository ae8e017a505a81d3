//! A file that could not be read or parsed: never clean.

use super::guardrail::{Content, Example, Guardrail, Inspection, Meta, Verdict};
use crate::repo::config::Level;

/// The guardrail. Its findings come from whoever runs the check: every reader can fail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "unscannable-file",
        title: "file could not be checked",
        level: Level::Block,
        why: "A file that no check could read may hold anything. Saying nothing about it would look like saying that it is clean.",
        attack: "Somebody damages a workflow or a notebook just enough that scanners give up on it, while the program that runs it is more \
                 forgiving. Every check stays green, and the file does its work.",
        fix: "Repair the file so that its own tools read it, or remove it. If it has to stay as it is, let the guardrail rest there with a waiver.",
        automatic: "",
        standards: &[],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a workflow that is no YAML",
                files: &[(".github/workflows/ci.yml", Content::Text("on: push\njobs: [unclosed\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a workflow that is read",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\npermissions: {}\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make test\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection { each: None, whole: None, needs_facts: false },
};
