//! `remote-script-in-dockerfile`: a build runs or takes in what an address serves that day.

use super::finding::{Confidence, Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::images::{is_aside, is_dockerfile};
use super::remote_scripts::{piped, stored};
use crate::formats::dockerfile::{Dockerfile, Instruction};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "remote-script-in-dockerfile",
        title: "a build runs what an address serves that day",
        level: Level::Block,
        why: "What the address serves can change between two builds, and can differ for each reader. The build runs it as root without comparing it with anything.",
        attack: "The web server of an installer is broken into and the script gets one more line. Every image that is built that day holds a back door, and the Dockerfiles look the same as before.",
        fix: "Use a package or an image that is pinned, or fetch the file, compare it with its checksum (`ADD --checksum=sha256:<digest> <address> <path>`, or `sha256sum -c`), and run it then.",
        automatic: "",
        standards: &["SCORECARD Pinned-Dependencies", "OWASP-ML ML06:2023", "CWE CWE-494"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "straight into a shell",
                files: &[(
                    "Dockerfile",
                    Content::Text(
                        "FROM python:3.12-slim\nRUN apt-get update && \\\n    curl -sSL https://installer.example/get.sh \\\n    | bash\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a file from an address without checksum",
                files: &[("Dockerfile", Content::Text("FROM python:3.12-slim\nADD https://installer.example/tool.tar.gz /opt/\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "stored, and run unseen",
                files: &[(
                    "Dockerfile",
                    Content::Text(
                        "FROM ubuntu:24.04\nRUN wget -q https://installer.example/Tool-latest.sh -O /tmp/tool.sh && bash /tmp/tool.sh -b\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "with its checksum",
                files: &[(
                    "Dockerfile",
                    Content::Text(
                        "FROM python:3.12-slim\nADD --checksum=sha256:0f5b26b9518d002b6173fd61daad821fa340635ebfec5bba471013f9ca114579 https://installer.example/tool.tar.gz /opt/\nRUN curl -o t.sh https://installer.example/t.sh && echo \"abc t.sh\" | sha256sum -c && sh t.sh\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a key, an archive, and a comment",
                files: &[(
                    "Dockerfile",
                    Content::Text(
                        "FROM python:3.12-slim\n# curl https://installer.example | bash\nRUN curl https://installer.example/key.asc | gpg --dearmor && curl https://installer.example/a.tar.gz | tar xz\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(is_dockerfile, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    let Some(text) = subject.text() else { return };
    let Some(file) = Dockerfile::parse(text) else { return };
    let aside = is_aside(subject.path());
    for instruction in &file.instructions {
        let findings = match instruction.keyword.as_str() {
            "RUN" => look_at_run(subject, text, instruction),
            "ADD" => look_at_add(subject, instruction).into_iter().collect(),
            _ => continue,
        };
        for finding in findings {
            sink.report(if aside { finding.advice() } else { finding });
        }
    }
}

fn look_at_run(subject: &Subject<'_>, text: &str, instruction: &Instruction) -> Vec<Finding> {
    let bodies = instruction.heredocs.iter().filter_map(|range| Some((text.get(range.clone())?, range.start)));
    let mut findings = Vec::new();
    for (script, start) in std::iter::once((instruction.arguments.as_str(), instruction.start)).chain(bodies) {
        let how = "Fetch the file, compare it with its checksum (`sha256sum -c`), and run it then";
        for (ranges, what, confidence) in [
            (piped(script), "the build runs a script straight from an address", Confidence::High),
            (stored(script), "the build runs a script from an address without comparing it with a checksum", Confidence::Medium),
        ] {
            for range in ranges {
                let written = script.get(range.clone()).unwrap_or_default();
                let key = written.split_whitespace().find(|word| word.contains("://")).unwrap_or("script").to_owned();
                let place = Place::of(subject, &(start + range.start..start + range.end));
                findings.push(Finding::new(GUARDRAIL.meta.id, place, what, how).sure(confidence).key(key));
            }
        }
    }
    findings
}

fn look_at_add(subject: &Subject<'_>, instruction: &Instruction) -> Option<Finding> {
    if instruction.flag("checksum").is_some() {
        return None;
    }
    let words = instruction.operands();
    let (_, sources) = words.split_last()?;
    let source = sources
        .iter()
        .find(|word| (word.text.starts_with("http://") || word.text.starts_with("https://")) && !word.text.contains(".git"))?;
    let what = "`ADD` takes in whatever the address serves that day";
    let how = "Add `--checksum=sha256:<digest>` to it";
    Some(Finding::new(GUARDRAIL.meta.id, Place::of(subject, &source.span), what, how).key(source.text.as_str()))
}
