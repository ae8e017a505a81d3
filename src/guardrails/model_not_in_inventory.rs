//! `model-not-in-inventory`: a model that nobody recorded, or that is not the one that was.

use sha2::{Digest as _, Sha256};

use super::dataset_without_owner::block_line;
use super::finding::{Finding, Place};
use super::governance_files::table_of;
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::place_kind::{is_test, is_vendored};
use super::pristine::changed;
use super::release_signs::{is_model, is_model_ending};
use super::safeguards::line_with;
use crate::base::digest::Digest;
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a model is not in the inventory, or is another one",
        level: Level::Block,
        why: "The inventory says which model files may be loaded, what they learned from and who answers for them. A file that is not in it came from nobody knows where.",
        attack: "Somebody who can write to the artifact store exchanges the model for one with a back door. Its name and size are the same. Only the digest in the inventory tells them apart.",
        fix: "Record the model by training it (`make train` writes `models.toml`), or remove the file. A digest that differs is found out about before it is written anew.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "ATLAS AML.T0010"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a model that nobody recorded",
                files: &[
                    ("models.toml", Content::Text("schema = 1\nowner = \"ML team\"\n")),
                    ("artifacts/model.safetensors", Content::Made { is: "a small model", bytes: model }),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a model that was exchanged",
                files: &[
                    (
                        "models.toml",
                        Content::Text(
                            "[[model]]\nname = \"m\"\nartifact = \"artifacts/model.safetensors\"\nsha256 = \"sha256:00\"\nowner = \"ML team\"\ndata_sources = [\"a\"]\n",
                        ),
                    ),
                    ("artifacts/model.safetensors", Content::Made { is: "a small model", bytes: model }),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a record without an owner",
                files: &[(
                    "models.toml",
                    Content::Text(
                        "[[model]]\nname = \"m\"\nartifact = \"m.safetensors\"\nsha256 = \"sha256:00\"\nowner = \"\"\ndata_sources = [\"a\"]\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a model that is recorded",
                files: &[
                    ("models.toml", Content::Made { is: "a record with the digest of the file", bytes: recorded }),
                    ("artifacts/model.safetensors", Content::Made { is: "a small model", bytes: model }),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a repository without an inventory",
                files: &[("artifacts/model.safetensors", Content::Made { is: "a small model", bytes: model })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an inventory of another tool",
                files: &[("models.toml", Content::Text("[models.small]\nlayers = 2\n"))],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "model-not-in-inventory";
const FILE: &str = "models.toml";
/// How many models are judged.
const MOST: usize = 500;
/// Up to this size a model is read to be compared.
const LARGEST: u64 = 8 << 30;

fn concerns(path: &str) -> bool {
    path == FILE || is_model_ending(&path.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase()))
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    let Some((text, table)) = table_of(context.snapshot, FILE, sink) else { return };
    let rows = table.get("model").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let ours = context.lock.is_some()
        || table.contains_key("schema")
        || rows.iter().any(|row| row.get("artifact").is_some() || row.get("sha256").is_some());
    if !ours {
        return;
    }
    if changed(context, FILE).is_some_and(|before| before.contains("\nowner ="))
        && word(&toml::Value::Table(table.clone()), "owner").is_empty()
    {
        sink.report(
            Finding::new(
                ID,
                Place::line(FILE, line_with(&text, "owner =").max(1)),
                "the inventory names no owner any more",
                "Write the team in `owner`",
            )
            .key("owner"),
        );
    }
    for (at, row) in rows.iter().take(MOST).enumerate() {
        judge(context, &text, at, row, &rows, sink);
    }
    let recorded: Vec<&str> = rows.iter().filter_map(|row| row.get("artifact")?.as_str()).collect();
    let models = context
        .snapshot
        .entries()
        .iter()
        .filter(|entry| entry.is_file() && is_model_ending(&entry.extension()) && !is_test(&entry.path) && !is_vendored(&entry.path));
    for entry in models.filter(|entry| !recorded.contains(&entry.path.as_str())).take(MOST) {
        let is = context.snapshot.subject(&entry.path).is_some_and(|subject| is_model(&entry.path, subject.head()));
        // The same bytes under another name are the recorded model.
        if is && !digest_of(context, entry).is_some_and(|digest| rows.iter().any(|row| word(row, "sha256") == digest)) {
            let finding = Finding::new(
                ID,
                Place::file(&entry.path),
                format!("the model `{}` is not in `{FILE}`", entry.path),
                "Record it by training it, or remove it",
            );
            sink.report(finding.key("unknown").excerpt(""));
        }
    }
}

fn word<'a>(row: &'a toml::Value, key: &str) -> &'a str {
    row.get(key).and_then(toml::Value::as_str).unwrap_or_default().trim()
}

fn judge(context: &Context<'_>, text: &str, at: usize, row: &toml::Value, rows: &[toml::Value], sink: &mut Sink) {
    let name = if word(row, "name").is_empty() { "without a name" } else { word(row, "name") };
    let artifact = word(row, "artifact");
    let mut report = |key: &str, what: String, how: &str| {
        sink.report(
            Finding::new(ID, Place::line(FILE, block_line(text, "model", at, key)), what, how)
                .key(format!("{name} {} {key}", word(row, "version"))),
        );
    };
    if word(row, "owner").is_empty() {
        report("owner", format!("the model `{name}` has no owner"), "Write the team that answers for it in `owner`");
    }
    let sources = match row.get("data_sources") {
        Some(toml::Value::Array(items)) => !items.is_empty(),
        Some(toml::Value::String(text)) => !text.trim().is_empty(),
        Some(_) | None => !word(row, "data_source").is_empty() || !word(row, "origin").is_empty() || !word(row, "endpoint").is_empty(),
    };
    if !sources {
        report(
            "data_sources",
            format!("nobody recorded what the model `{name}` learned from"),
            "Train it again, or write its data sets in `data_sources`",
        );
    }
    let digest = word(row, "sha256");
    let endpoint = artifact.is_empty() || artifact.contains("://");
    if digest.is_empty() && !endpoint {
        report("sha256", format!("the model `{name}` is recorded without a digest"), "Train it again; the run records the digest");
    }
    // Older versions of a path stay as history: only the last row of a path describes the file.
    let newest = rows.iter().rposition(|other| word(other, "artifact") == artifact) == Some(at);
    let Some(entry) = context.snapshot.entry(artifact).filter(|entry| newest && entry.is_file() && !digest.is_empty()) else { return };
    match digest_of(context, entry) {
        Some(now) if now != digest => report(
            "sha256",
            format!("`{artifact}` is not the file that was recorded"),
            "Do not load it: find out who changed it, and train again",
        ),
        Some(_) => {}
        None => sink.unscannable(artifact, "it is too large or cannot be read, so its digest was not compared"),
    }
}

/// Returns the digest of a file of any size, read in pieces.
fn digest_of(context: &Context<'_>, entry: &Entry) -> Option<String> {
    if entry.size > LARGEST {
        return None;
    }
    let reader = context.snapshot.open(entry).ok()?;
    let mut hasher = Sha256::new();
    let mut offset = 0;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let came = reader.read_at(offset, &mut buffer).ok()?;
        if came == 0 {
            break;
        }
        hasher.update(&buffer[..came]);
        offset += came as u64;
    }
    let bytes: [u8; 32] = hasher.finalize().into();
    Some(format!("sha256:{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

fn model() -> Vec<u8> {
    let header = br#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    bytes.extend([0; 4]);
    bytes
}

fn recorded() -> Vec<u8> {
    let digest = Digest::of(&model());
    format!("[[model]]\nname = \"m\"\nartifact = \"artifacts/model.safetensors\"\nsha256 = \"{digest}\"\nowner = \"ML team\"\ndata_sources = [\"a {digest}\"]\n").into_bytes()
}
