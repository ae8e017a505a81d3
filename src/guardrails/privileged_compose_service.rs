//! `privileged-compose-service`: a service can take over the host.

use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::images::{is_aside, is_compose, is_template, merged};
use crate::formats::yaml::{self, Node};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "privileged-compose-service",
        title: "a service can take over the host",
        level: Level::Warn,
        why: "A privileged container, and one that can talk to Docker's socket, is root on the host in one step. The network or the processes of the host take away the wall that a container is for.",
        attack: "A flaw in the model server lets a stranger run code in its container. The container has Docker's socket, so they start another one with the host's disk in it. Now every model, data set and key on that machine is theirs.",
        fix: "Take the line out. A GPU needs `deploy.resources.reservations.devices`, not `privileged`; a port needs `ports:`, not the network of the host.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "privileged",
                files: &[("docker-compose.yml", Content::Text("services:\n  train:\n    build: .\n    privileged: true\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "Docker's socket",
                files: &[(
                    "compose.yaml",
                    Content::Text(
                        "services:\n  watch:\n    build: .\n    volumes:\n      - ./data:/data\n      - /var/run/docker.sock:/var/run/docker.sock:ro\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "the network of the host",
                files: &[("docker-compose.gpu.yml", Content::Text("services:\n  serve:\n    build: .\n    network_mode: \"host\"\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a GPU and a port",
                files: &[(
                    "docker-compose.yml",
                    Content::Text(
                        "services:\n  train:\n    build: .\n    ports: [\"127.0.0.1:8000:8000\"]\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - {driver: nvidia, count: 1, capabilities: [gpu]}\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "privileged: false",
                files: &[(
                    "docker-compose.yml",
                    Content::Text("services:\n  a:\n    build: .\n    privileged: false\n    network_mode: bridge\n    ipc: host\n"),
                )],
            },
        ],
    },
    inspection: Inspection::each(is_compose, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    let Some(text) = subject.text() else { return };
    let documents = match yaml::parse(text) {
        Ok(documents) => documents,
        Err(_) if is_template(text) => return,
        Err(error) => return subject.fail(error.to_string()),
    };
    let aside = is_aside(subject.path());
    let mut known = Vec::new();
    for (name, service) in documents.iter().flat_map(|root| root.get("services").map_or(&[][..], Node::entries)) {
        let name = name.text().unwrap_or_default();
        for (node, what, how) in dangers(service) {
            if known.contains(&node.span.start) {
                continue;
            }
            known.push(node.span.start);
            let line_end = text.get(node.span.start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| node.span.start + at);
            let range = node.span.start..node.span.end.min(line_end).max(node.span.start);
            let finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &range), format!("service `{name}` {what}"), how)
                .key(format!("{name}/{what}"));
            sink.report(if aside { finding.advice() } else { finding });
        }
    }
}

/// Returns what in a service opens the host, and what to do about it.
fn dangers(service: &Node) -> Vec<(&Node, &'static str, &'static str)> {
    let mut found = Vec::new();
    let is = |key: &str, value: &str| merged(service, key).filter(|node| node.text().is_some_and(|text| text.eq_ignore_ascii_case(value)));
    if let Some(node) = is("privileged", "true") {
        found.push((
            node,
            "is privileged, which makes it root on the host",
            "Take `privileged: true` out, and name the device or capability that it needs",
        ));
    }
    if let Some(node) = is("network_mode", "host") {
        found.push((node, "uses the network of the host", "Take `network_mode: host` out, and list its ports under `ports:`"));
    }
    if let Some(node) = is("pid", "host") {
        found.push((node, "sees the processes of the host", "Take `pid: host` out"));
    }
    for volume in merged(service, "volumes").map_or(&[][..], Node::items) {
        let source = volume.get("source").or(Some(volume)).filter(|node| node.text().is_some());
        let Some(node) = source else { continue };
        let path = node.text().unwrap_or_default().split(':').next().unwrap_or_default();
        if path.ends_with("/docker.sock") || path.ends_with("/containerd.sock") || path.ends_with("/podman.sock") {
            found.push((
                node,
                "can talk to the container engine of the host, which makes it root there",
                "Take the socket out of `volumes:`",
            ));
        } else if path == "/" {
            found.push((node, "has the whole disk of the host", "Mount only the folder that it needs"));
        }
    }
    for capability in merged(service, "cap_add").map_or(&[][..], Node::items) {
        let name = capability.text().unwrap_or_default().to_ascii_uppercase();
        if matches!(name.trim_start_matches("CAP_"), "ALL" | "SYS_ADMIN") {
            found.push((capability, "has the rights of an administrator of the host", "Name the one capability that it needs, or none"));
        }
    }
    found
}
