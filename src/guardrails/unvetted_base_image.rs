//! `unvetted-base-image`: a project on a road builds on an image that nobody vouches for.

use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::images::{Images, Name, Origin, is_dockerfile};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "unvetted-base-image",
        title: "the base image is not one that the road vouches for",
        level: Level::Advise,
        why: "A digest says that the bytes stay the same, not that they are good. The road's images were looked at; an image from an unknown account can hold anything.",
        attack: "Somebody publishes a handy image with all libraries for training, and a program in it that sends every model file to a server. Pinning its digest keeps the program in place.",
        fix: "Build on one of the road's images, or on an official image, and install what you need from the locks. Where your organisation vets its own images, hand them over as `BASE_IMAGE`.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "ATLAS AML.T0010.001"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a pinned image of an unknown account",
                files: &[
                    ("highroad.toml", Content::Text(ON_A_ROAD)),
                    (
                        "Dockerfile",
                        Content::Text(
                            "FROM somebody/training:1@sha256:4444444444444444444444444444444444444444444444444444444444444444\nUSER 1000\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "in an earlier stage",
                files: &[
                    ("highroad.toml", Content::Text(ON_A_ROAD)),
                    (
                        "Dockerfile",
                        Content::Text(
                            "FROM ghcr.io/somebody/tools@sha256:4444444444444444444444444444444444444444444444444444444444444444 AS build\nFROM python:3.12-slim-bookworm@sha256:0f5b26b9518d002b6173fd61daad821fa340635ebfec5bba471013f9ca114579\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the road's image",
                files: &[
                    ("highroad.toml", Content::Text(ON_A_ROAD)),
                    (
                        "Dockerfile",
                        Content::Text(
                            "FROM python:3.12-slim-bookworm@sha256:0f5b26b9518d002b6173fd61daad821fa340635ebfec5bba471013f9ca114579\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a repository on no road",
                files: &[(
                    "Dockerfile",
                    Content::Text("FROM somebody/training:1@sha256:4444444444444444444444444444444444444444444444444444444444444444\n"),
                )],
            },
        ],
    },
    inspection: Inspection::each(is_dockerfile, look),
};

/// A small `highroad.toml`, for the examples.
const ON_A_ROAD: &str = "schema = 1\nkind = \"llm-app\"\n\n[road]\nid = \"ml\"\nversion = \"2026.11.0\"\nsource = \"built-in\"\n";

/// Beginnings of the names of images whose publishers are known: official images have no `/` and need no row.
const PUBLISHERS: &[&str] = &[
    "cgr.dev/chainguard/",
    "continuumio/",
    "gcr.io/distroless/",
    "ghcr.io/astral-sh/",
    "huggingface/",
    "intel/",
    "mambaorg/",
    "mcr.microsoft.com/",
    "nvcr.io/nvidia/",
    "nvidia/",
    "public.ecr.aws/docker/library/",
    "public.ecr.aws/lambda/",
    "pytorch/",
    "quay.io/jupyter/",
    "rayproject/",
    "registry.access.redhat.com/",
    "registry.redhat.io/",
    "rocm/",
    "tensorflow/",
    "vllm/",
];

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    if context.config.is_none() || context.knowledge().images.is_empty() {
        return;
    }
    for place in subject.view::<Images>().uses.iter().filter(|place| place.origin == Origin::Dockerfile) {
        let name = Name::of(&place.image);
        let Some(digest) = name.digest else { continue };
        let short = name.short();
        let known = context.knowledge().images.iter().any(|pin| pin.digest == digest || Name::of(&pin.reference).short() == short);
        let ours = context.lock.iter().flat_map(|lock| &lock.road.images).any(|image| Name::of(image).short() == short);
        let internal = short.split('/').next().is_some_and(|host| short.contains('/') && (host.contains(':') || host == "localhost"));
        if known || ours || internal || !short.contains('/') || PUBLISHERS.iter().any(|publisher| short.starts_with(publisher)) {
            continue;
        }
        let what = format!("`{}` is neither one of the road's images nor an official one", name.name);
        let how = "Build on one of the road's images, or record who vouches for this one in a waiver";
        sink.report(Finding::new(GUARDRAIL.meta.id, Place::of(subject, &place.span), what, how).key(name.name));
    }
}
