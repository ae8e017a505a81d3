//! `unpinned-base-image`: an image is named by a tag that can move, not by its digest.

use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::images::{Images, Name, Origin, is_aside, is_compose, is_dockerfile, known_digest, with_digest};
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "unpinned-base-image",
        title: "an image is named by a tag, not by its digest",
        level: Level::Warn,
        why: "A tag names whatever its owner pushed last. Two builds of one commit can hold different systems, and nobody reviewed the second one. A digest always names the same bytes.",
        attack: "The account of a popular image is taken over and its tag is pushed again with a program that mines or steals. Your next build takes it in without a change on your side. The training job then runs it next to your data and cloud credentials.",
        fix: "Keep the tag for people and add the digest for the machine: `FROM python:3.12-slim-bookworm@sha256:<64 digits>`. `docker buildx imagetools inspect <image>` prints it; update bots keep it current.",
        automatic: "Adds the digest of the same tag where the road knows it.",
        standards: &["SCORECARD Pinned-Dependencies", "OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010.001"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a tag",
                files: &[("Dockerfile", Content::Text("FROM python:3.12-slim-bookworm AS base\nUSER 1000\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a tag in the default of an argument",
                files: &[(
                    "docker/Dockerfile.gpu",
                    Content::Text("ARG BASE=python:3.12-slim-bookworm\nFROM --platform=linux/amd64 ${BASE}\n"),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a compose service that builds nothing",
                files: &[("docker-compose.yml", Content::Text("services:\n  cache:\n    image: redis\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a tool that is copied out of an image",
                files: &[("Dockerfile", Content::Text("FROM scratch\nCOPY --from=ghcr.io/example/tool:latest /tool /bin/\nUSER 1000\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "an image that services of a compose file share by a merge",
                files: &[(
                    "docker-compose.yml",
                    Content::Text(
                        "x-common: &common\n  image: ${IMAGE:-example/flow:2.3}\nservices:\n  web:\n    <<: *common\n    command: web\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a digest, a stage of the same file, and scratch",
                files: &[(
                    "Dockerfile",
                    Content::Text(
                        "ARG BASE_IMAGE\nFROM ${BASE_IMAGE:-python:3.12-slim-bookworm@sha256:0f5b26b9518d002b6173fd61daad821fa340635ebfec5bba471013f9ca114579} AS Base\nFROM base AS build\nFROM scratch\nCOPY --from=build /x /x\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the name of what a service builds, and its second use",
                files: &[(
                    "docker-compose.yml",
                    Content::Text("services:\n  web:\n    image: example/web\n    build: ./web\n  worker:\n    image: example/web\n"),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an image that the caller decides",
                files: &[("Dockerfile", Content::Text("ARG BASE\nFROM ${BASE}\n"))],
            },
        ],
    },
    inspection: Inspection::each(wants, look),
};

fn wants(entry: &Entry) -> bool {
    is_dockerfile(entry) || is_compose(entry)
}

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    let images = subject.view::<Images>();
    let mut lines = Vec::new();
    for place in images.uses.iter().filter(|place| matches!(place.origin, Origin::Dockerfile | Origin::Copied | Origin::Compose)) {
        let name = Name::of(&place.image);
        if name.digest.is_some() {
            continue;
        }
        let image = &place.image;
        // One line that names an image twice says it once.
        let line = (subject.position(place.span.start).0, image.as_str());
        if lines.contains(&line) {
            continue;
        }
        lines.push(line);
        let how = match known_digest(context, image) {
            Some(digest) => format!("Write `{image}@{digest}`"),
            None if name.tag.is_none_or(|tag| tag == "latest") => {
                format!("Name the version that you tested and add its digest: `{}:<version>@sha256:<64 digits>`", name.name)
            }
            None => format!("Add the digest: `{image}@sha256:<64 digits>`"),
        };
        let what = format!("`{image}` can be moved to other content");
        let finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &place.span), what, how).key(image.as_str());
        let finding = with_digest(finding, subject, place.literal.as_ref(), image, context);
        sink.report(if is_aside(subject.path()) { finding.advice() } else { finding });
    }
}
