//! `large-file`: a file that makes every clone slow and that nobody can review.

use super::data_in_git::{data_of, size_words};
use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::place_kind::{is_documentation, is_test, is_vendored};
use crate::formats::model_magic::{ModelKind, sniff};
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a large file is committed",
        level: Level::Warn,
        why: "Nobody can review five megabytes of bytes, and they stay in every clone for ever, also after they are deleted.",
        attack: "A model file of 300 MB is replaced in a pull request. The host shows `binary file changed` and nothing else, so the reviewer approves it. \
                 The new weights have a back door that no diff could show.",
        fix: "Run `git rm --cached FILE`, add it to `.gitignore`, and keep it in a release, a model registry, a bucket or Git LFS with its checksum written down. It stays in the history: every clone still brings it until the history is rewritten.",
        automatic: "",
        standards: &["SCORECARD Binary-Artifacts"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "weights in the repository",
                files: &[("models/net.safetensors", Content::Made { is: "6 MB of tensors", bytes: tensors })],
            },
            Example { verdict: Verdict::Bad, shows: "a film", files: &[("media/demo.mov", Content::Made { is: "6 MB", bytes: zeros })] },
            Example {
                verdict: Verdict::Good,
                shows: "generated code",
                files: &[("src/tables.c", Content::Made { is: "6 MB of C", bytes: code })],
            },
            Example { verdict: Verdict::Good, shows: "a small picture", files: &[("docs/logo.png", Content::Text("small"))] },
            Example {
                verdict: Verdict::Good,
                shows: "data, which has a guardrail of its own",
                files: &[("data/rows.csv", Content::Made { is: "6 MB of rows", bytes: code })],
            },
        ],
    },
    inspection: Inspection::each(wants, look),
};

const ID: &str = "large-file";
/// From this size on nobody reviews a file.
const LARGE: u64 = 5 << 20;

fn wants(entry: &Entry) -> bool {
    entry.is_file() && entry.size >= LARGE && !is_code(entry)
}

/// Whether it is code, a lock file or a notebook: these are judged by what is in them.
fn is_code(entry: &Entry) -> bool {
    let name = entry.name();
    let code = matches!(
        entry.extension().as_str(),
        "py" | "pyi"
            | "ipynb"
            | "js"
            | "mjs"
            | "ts"
            | "tsx"
            | "c"
            | "h"
            | "cc"
            | "cpp"
            | "cxx"
            | "hpp"
            | "cu"
            | "cuh"
            | "rs"
            | "go"
            | "java"
            | "kt"
            | "scala"
            | "jl"
            | "r"
            | "lua"
            | "m"
            | "sh"
            | "html"
            | "css"
            | "sql"
            | "lock"
            | "pb_txt"
            | "proto"
    );
    code || matches!(name, "package-lock.json" | "pnpm-lock.yaml" | "yarn.lock" | "go.sum")
}

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    let path = subject.path();
    let runs_code = matches!(sniff(subject.head()), Some(ModelKind::Pickle | ModelKind::TorchZip));
    if runs_code || data_of(subject).is_some() {
        return;
    }
    let finding = Finding::new(
        ID,
        Place::file(path),
        format!("`{path}` has {}", size_words(subject.entry.size)),
        format!("Run `git rm --cached {path}` and keep it in a release, a registry, a bucket or Git LFS"),
    )
    .key(path)
    .excerpt("");
    sink.report(if is_test(path) || is_documentation(path) || is_vendored(path) { finding.advice() } else { finding });
}

fn zeros() -> Vec<u8> {
    vec![0; 6 << 20]
}

fn code() -> Vec<u8> {
    b"int a,b;\n".repeat(700_000)
}

fn tensors() -> Vec<u8> {
    let header = br#"{"w":{"dtype":"F32","shape":[1572864],"data_offsets":[0,6291456]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    bytes.resize(bytes.len() + (6 << 20), 0);
    bytes
}
