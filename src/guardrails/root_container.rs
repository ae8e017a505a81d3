//! `root-container`: the containers of an image run as root.

use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::images::{Name, is_aside, is_dockerfile};
use crate::formats::dockerfile::Dockerfile;
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "root-container",
        title: "the container runs as root",
        level: Level::Warn,
        why: "Without a `USER`, the program in the container is root. Whoever takes over the program can change every file in it, and is one flaw of the kernel or one careless mount away from the host.",
        attack: "A poisoned model file runs code while the service loads it. As root it replaces the model and the libraries, reads every mounted secret, and writes to the mounted folders of the host as root. As an ordinary user it could have done little of that.",
        fix: "Make a user without rights and switch to it in the final stage: `USER 10001:10001`, after the last instruction that needs root, and let it own only the folders that it writes to (`COPY --chown=10001:10001`). A graphics card works without root, too.",
        automatic: "",
        standards: &["ATLAS AML.T0011.000"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "no USER",
                files: &[("Dockerfile", Content::Text("FROM python:3.12-slim\nCOPY app.py .\nCMD [\"python\", \"app.py\"]\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a user in the build stage only",
                files: &[(
                    "Dockerfile",
                    Content::Text("FROM python:3.12-slim AS build\nUSER 1000\nFROM python:3.12-slim\nCOPY --from=build /app /app\n"),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "back to root at the end",
                files: &[("Dockerfile", Content::Text("FROM python:3.12-slim\nUSER app\nUSER 0:0\nCMD [\"x\"]\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a user",
                files: &[("Dockerfile", Content::Text("FROM python:3.12-slim\nRUN useradd app\nUSER app\nCMD [\"x\"]\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the user of an earlier stage",
                files: &[("Dockerfile", Content::Text("FROM python:3.12-slim AS base\nUSER 10001:10001\nFROM base\nCMD [\"x\"]\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a base that is not root, and files without a program",
                files: &[
                    ("Dockerfile", Content::Text("FROM gcr.io/distroless/python3-debian13:nonroot\nCMD [\"x\"]\n")),
                    ("export.Dockerfile", Content::Text("FROM a:1 AS build\nRUN make\nFROM scratch\nCOPY --from=build /out /\n")),
                ],
            },
        ],
    },
    inspection: Inspection::each(is_dockerfile, look),
};

/// Images whose own user is not root, by the beginning of their name, as their pages say.
const NOT_ROOT: &[&str] = &[
    "apache/airflow",
    "apache/spark",
    "bitnami/",
    "bitnamilegacy/",
    "cgr.dev/",
    "cimg/",
    "docker.elastic.co/",
    "gitpod/workspace-",
    "grafana/",
    "jenkins/",
    "jupyter/",
    "jupyterhub/k8s-",
    "kubeflownotebookswg/",
    "mambaorg/micromamba",
    "nginxinc/nginx-unprivileged",
    "prom/",
    "pytorch/torchserve",
    "opensearchproject/",
    "quay.io/astronomer/",
    "quay.io/jupyter/",
    "quay.io/keycloak/",
    "rayproject/",
    "registry.access.redhat.com/ubi8/python",
    "registry.access.redhat.com/ubi9/python",
    "registry.redhat.io/",
    "selenium/",
];

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    let Some(file) = subject.text().and_then(Dockerfile::parse) else { return };
    let Some(last) = file.stages.len().checked_sub(1) else { return };
    let stage = &file.stages[last];
    let body = file.instructions.get(stage.body.clone()).unwrap_or(&[]);
    let runs = body.iter().any(|instruction| matches!(instruction.keyword.as_str(), "CMD" | "ENTRYPOINT" | "RUN"));
    let (place, what) = match file.user(last) {
        Ok((instruction, user)) if is_root(&user) => (instruction.span.clone(), format!("the container runs as `{user}`")),
        Ok(_) => return,
        Err(image) => {
            let image = image.unwrap_or_default();
            // Files without a program: an export, or a layer for another image.
            if image == "scratch" && !runs || is_not_root(&image) {
                return;
            }
            let from = &file.instructions[stage.from];
            (from.span.start..stage.image.span.end, "the final stage sets no `USER`, so the container runs as root".to_owned())
        }
    };
    let how = "Add `USER 10001:10001` after the last instruction of the final stage that needs root, and `--chown=10001:10001` to the `COPY` of what it writes to";
    let finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &place), what, how).key("user");
    sink.report(if is_aside(subject.path()) { finding.advice() } else { finding });
}

fn is_root(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default().trim();
    name.eq_ignore_ascii_case("root") || (!name.is_empty() && name.bytes().all(|c| c == b'0'))
}

fn is_not_root(image: &str) -> bool {
    let name = Name::of(image);
    let tag = name.tag.unwrap_or_default();
    tag == "nonroot"
        || tag.starts_with("nonroot-")
        || tag.ends_with("-nonroot")
        || NOT_ROOT.iter().any(|known| name.short().starts_with(known))
}
