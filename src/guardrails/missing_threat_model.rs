//! `missing-threat-model`: nobody wrote down what could go wrong.

use super::finding::Safety;
use super::governance_files::{at_home_named, has_content, missing, text_of, with_starter};
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::place_kind::{is_test, is_vendored};
use crate::repo::config::Level;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "there is no threat model",
        level: Level::Advise,
        why: "A page that names what is worth protecting, who could attack it and what stands against that costs an hour, and finds what no scanner can.",
        attack: "A team fine-tunes on what users write, and nobody asks who those users are. For weeks a few accounts feed it the same false statement. \
                 The question `who can change what it learns from?` would have found that on the first day.",
        fix: "Add `threat-model.toml` or `docs/THREAT_MODEL.md`: what is protected, who could attack, the ten worst threats, and what stands against each.",
        automatic: "Adds a threat-model.toml with placeholders. It has to be asked for, and the guardrail that reads it speaks until they are filled in.",
        standards: &[],
        examples: &[
            Example { verdict: Verdict::Bad, shows: "code without a threat model", files: &[("train.py", Content::Text("print(1)\n"))] },
            Example {
                verdict: Verdict::Bad,
                shows: "the word alone in a source file's name",
                files: &[("train.py", Content::Text("print(1)\n")), ("src/threat_scores.py", Content::Text("THREATS = []\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a threat model as data",
                files: &[("train.py", Content::Text("print(1)\n")), ("threat-model.toml", Content::Text("schema = 1\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a page among the documents",
                files: &[
                    ("train.py", Content::Text("print(1)\n")),
                    ("docs/security/ThreatModel.md", Content::Text("# Threats\nPoisoned data.\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a chapter of the security policy",
                files: &[
                    ("train.py", Content::Text("print(1)\n")),
                    ("SECURITY.md", Content::Text("# Security\n## Threat model\nWe trust no model file.\n")),
                ],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "missing-threat-model";

fn concerns(path: &str) -> bool {
    is_threat_model(path) || path.to_ascii_lowercase().contains("security")
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    let snapshot = context.snapshot;
    if !has_content(snapshot)
        || snapshot.entries().iter().any(|entry| entry.is_file() && is_threat_model(&entry.path))
        || has_chapter(context)
    {
        return;
    }
    let finding =
        missing(ID, "nobody wrote down what could go wrong: there is no threat model", "Add `threat-model.toml` or `docs/THREAT_MODEL.md`");
    sink.report(with_starter(finding, context, Safety::Unsafe, "add a threat-model.toml to fill in"));
}

/// Whether a path names a threat model: `threat-model.toml`, `THREAT_MODEL.md`, `docs/threats.md`, a folder of them.
fn is_threat_model(path: &str) -> bool {
    if is_test(path) || is_vendored(path) {
        return false;
    }
    let lower: String = path.to_ascii_lowercase().chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect();
    let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let code = matches!(ending, "py" | "ipynb" | "js" | "ts" | "rs" | "go" | "png" | "svg" | "jpg");
    let folder = folders.split('/').any(|part| part.contains("threatmodel"));
    let document = folders.split('/').any(|part| matches!(part, "doc" | "docs" | "documentation" | "security"));
    !code && (folder || stem.contains("threatmodel") || (document && stem.starts_with("threat")))
}

/// Whether the security policy or the README has a chapter of that name.
fn has_chapter(context: &Context<'_>) -> bool {
    at_home_named(context.snapshot, |stem| stem == "security").any(|entry| {
        text_of(context.snapshot, &entry.path).is_some_and(|text| {
            text.lines().any(|line| line.starts_with('#') && line.to_ascii_lowercase().replace('-', " ").contains("threat model"))
        })
    })
}
