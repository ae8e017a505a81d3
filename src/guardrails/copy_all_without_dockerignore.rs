//! `copy-all-without-dockerignore`: an image takes in the whole folder, with whatever lies in it.

use super::finding::{Change, Finding, Place, Safety};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::images::{is_aside, is_dockerfile};
use crate::formats::dockerfile::{Dockerfile, Word};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "copy-all-without-dockerignore",
        title: "an image takes in the whole folder",
        level: Level::Warn,
        why: "`COPY .` takes whatever lies in the folder of whoever builds: `.env`, keys, the git history, data, model files of other projects. Nothing in the repository shows that it is in the image.",
        attack: "A developer builds the image on their own machine and pushes it. Their `.env` with the key of the model provider is in it, and so is a sample of customer data. Everybody who may pull the image has both.",
        fix: "Copy the folders that the program needs (`COPY src/ ./src/`), or add a `.dockerignore` that begins with `*` and names what may come in.",
        automatic: "Adds the road's `.dockerignore` where the road has one. It has to be asked for, because a build may need a file that it does not name.",
        standards: &["OWASP-LLM LLM02:2026", "ATLAS AML.T0055"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "the whole folder",
                files: &[("Dockerfile", Content::Text("FROM python:3.12-slim\nCOPY . /app\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "with flags, in a folder of its own",
                files: &[("docker/app.Dockerfile", Content::Text("FROM python:3.12-slim\nADD --chown=1000:1000 ./ /app/\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a .dockerignore at the root",
                files: &[
                    (".dockerignore", Content::Text("*\n!src/\n")),
                    ("docker/Dockerfile", Content::Text("FROM python:3.12-slim\nCOPY . /app\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "named folders, and another stage",
                files: &[(
                    "Dockerfile",
                    Content::Text(
                        "FROM python:3.12-slim AS build\nCOPY src/ pyproject.toml ./\nCOPY [ \"predict.py\", \"./\" ]\nFROM python:3.12-slim\nCOPY --from=build . .\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(is_dockerfile, look),
};

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    let Some(file) = subject.text().and_then(Dockerfile::parse) else { return };
    if has_ignore(subject) {
        return;
    }
    for instruction in file.instructions.iter().filter(|instruction| matches!(instruction.keyword.as_str(), "COPY" | "ADD")) {
        if instruction.flag("from").is_some() {
            continue;
        }
        let words = instruction.operands();
        let all = |word: &&Word| matches!(word.text.as_str(), "." | "./" | "*" | "./*");
        let Some(source) = words.split_last().and_then(|(_, sources)| sources.iter().find(all)) else { continue };
        let what = format!("`{} {}` takes the whole folder, and there is no `.dockerignore`", instruction.keyword, source.text);
        let how = "Add a `.dockerignore` that begins with `*` and names what may come in, or copy only the folders that the program needs";
        let place = Place::of(subject, &(instruction.span.start..source.span.end));
        let mut finding = Finding::new(GUARDRAIL.meta.id, place, what, how).key(source.text.as_str());
        // Only at the root: where else the build starts, nobody can see from here.
        let starter = context.knowledge().starters.iter().find(|starter| starter.guardrail == GUARDRAIL.meta.id);
        if let Some(starter) = starter.filter(|_| subject.entry.folder().is_empty()) {
            let change = Change::Create { path: starter.path.clone(), text: starter.text.clone() };
            finding = finding.fix(Safety::Unsafe, "add the road's `.dockerignore`", vec![change]);
        }
        let aside = is_aside(subject.path());
        sink.report(if aside { finding.advice() } else { finding });
    }
}

/// Whether a `.dockerignore` stands beside the file, above it, or under its own name.
fn has_ignore(subject: &Subject<'_>) -> bool {
    if subject.snapshot.has(&format!("{}.dockerignore", subject.path())) {
        return true;
    }
    let mut folder = subject.entry.folder();
    loop {
        let path = if folder.is_empty() { ".dockerignore".to_owned() } else { format!("{folder}/.dockerignore") };
        if subject.snapshot.has(&path) {
            return true;
        }
        if folder.is_empty() {
            return false;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
}
