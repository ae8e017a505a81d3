//! `secret-in-dockerfile`: an image is built with a credential in it.

use super::finding::{Confidence, Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::images::{is_aside, is_dockerfile};
use crate::formats::dockerfile::{Dockerfile, Instruction, Word};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "secret-in-dockerfile",
        title: "an image is built with a credential in it",
        level: Level::Block,
        why: "Every `ENV`, every default of an `ARG` and every copied file stays in the image, also when a later step deletes it. Whoever can pull the image can read it.",
        attack: "Somebody pulls the image from the registry of a partner and prints its history. The key to the data bucket stands there in clear text. They read the training data and put their own beside it.",
        fix: "Take the value out and replace it at its issuer. Give it to the build with `RUN --mount=type=secret,id=<name>`, and to the running container as a secret of the platform.",
        automatic: "",
        standards: &["OWASP-LLM LLM02:2026", "ATLAS AML.T0055", "CWE CWE-798"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a key in the environment",
                files: &[(
                    "Dockerfile",
                    Content::Made { is: "a Dockerfile with `ENV STORAGE_SECRET_KEY=` and a made-up value", bytes: with_key },
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a copied `.env`",
                files: &[("Dockerfile", Content::Text("FROM python:3.12-slim\nCOPY app.py .env /app/\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a secret of the build, and a value that is given later",
                files: &[(
                    "Dockerfile",
                    Content::Text(
                        "FROM python:3.12-slim\nARG API_TOKEN\nENV API_TOKEN=${API_TOKEN} DB_PASSWORD= API_KEY_FILE=/run/secrets/key\nRUN --mount=type=secret,id=token make\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "tokens that are words, placeholders, and templates",
                files: &[(
                    "Dockerfile",
                    Content::Text(
                        "FROM python:3.12-slim\nENV TOKENIZERS_PARALLELISM=false MAX_TOKENS=4096 SECRET_KEY=changeme\nCOPY .env.example /app/.env.example\nCOPY --from=build /x/.env /x\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(is_dockerfile, look),
};

fn with_key() -> Vec<u8> {
    format!("FROM python:3.12-slim\nENV STORAGE_SECRET_KEY={}{}\n", "q7Vb2", "mZr9Xw4").into_bytes()
}

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    let Some(file) = subject.text().and_then(Dockerfile::parse) else { return };
    let aside = is_aside(subject.path());
    for instruction in &file.instructions {
        let finding = match instruction.keyword.as_str() {
            "ENV" | "ARG" => look_at_pairs(subject, instruction),
            "COPY" | "ADD" => look_at_copy(subject, instruction),
            _ => None,
        };
        if let Some(finding) = finding {
            sink.report(if aside { finding.advice() } else { finding });
        }
    }
}

fn look_at_pairs(subject: &Subject<'_>, instruction: &Instruction) -> Option<Finding> {
    let (name, value) = instruction.pairs().into_iter().find_map(|(name, value)| {
        let value = value.filter(|value| is_credential(&name) && is_literal(&value.text))?;
        Some((name, value))
    })?;
    let keyword = &instruction.keyword;
    let what = format!("`{keyword} {name}` writes a credential into the image");
    let how = format!("Take the value of `{name}` out, replace it at its issuer, and give it to the container when it starts");
    let start = instruction.span.start;
    let finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &(start..value.span.start.max(start))), what, how)
        .key(name.as_str())
        .excerpt(format!("{keyword} {name}=…"));
    let known_default = ["postgres", "password", "root", "admin", "minio", "minioadmin", "guest", "secret", "airflow"];
    let weak = known_default.contains(&value.text.to_ascii_lowercase().as_str());
    Some(if weak { finding.sure(Confidence::Medium).advice() } else { finding })
}

fn look_at_copy(subject: &Subject<'_>, instruction: &Instruction) -> Option<Finding> {
    if instruction.flag("from").is_some() {
        return None;
    }
    let words = instruction.operands();
    let (_, sources) = words.split_last()?;
    let source: &Word = sources.iter().find(|word| is_secret_file(&word.text))?;
    let what = format!("`{}` is copied into the image", source.text);
    let how = "Leave the file out, list it in `.dockerignore`, and give it to the build with `RUN --mount=type=secret` or to the container when it starts";
    Some(Finding::new(GUARDRAIL.meta.id, Place::of(subject, &source.span), what, how).key(source.text.as_str()))
}

/// Whether a name says that its value is a credential.
fn is_credential(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words: Vec<&str> = upper.split('_').filter(|word| !word.is_empty()).collect();
    let about = [
        "FILE",
        "PATH",
        "DIR",
        "URL",
        "URI",
        "NAME",
        "ID",
        "LENGTH",
        "LEN",
        "SIZE",
        "LIMIT",
        "TTL",
        "TYPE",
        "ENDPOINT",
        "HEADER",
        "ENABLED",
        "ALGORITHM",
        "EXPIRY",
        "EXPIRATION",
        "HOURS",
        "MINUTES",
        "SECONDS",
        "MIN",
        "MAX",
        "PREFIX",
        "REQUIRED",
        "HASHERS",
        "PROVIDER",
        "LOCATION",
        "ARN",
        "VERSION",
    ];
    if words.last().is_some_and(|last| about.contains(last)) || words.iter().any(|word| matches!(*word, "PUBLIC" | "ALLOW" | "EMPTY")) {
        return false;
    }
    let pair = |first: &str, second: &str| words.windows(2).any(|two| two == [first, second]);
    words
        .iter()
        .any(|word| matches!(*word, "PASSWORD" | "PASSWD" | "PASSPHRASE" | "SECRET" | "SECRETS" | "TOKEN" | "APIKEY" | "CREDENTIALS"))
        || pair("API", "KEY")
        || pair("ACCESS", "KEY")
        || pair("PRIVATE", "KEY")
        || pair("ACCOUNT", "KEY")
}

/// Whether a value is spelled out, and is no placeholder.
fn is_literal(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    let placeholder = [
        "change",
        "your",
        "example",
        "dummy",
        "placeholder",
        "xxx",
        "***",
        "todo",
        "replace",
        "fake",
        "insert",
        "sample",
        "not-needed",
        "notneeded",
    ];
    let word = ["none", "null", "true", "false", "test", "empty", "unset", "auto", "default", "build", "buildtime"];
    let path = value.starts_with('/') || value.starts_with("./") || value.contains("/run/secrets");
    value.len() >= 4
        && !value.contains(['$', '<', '{'])
        && !path
        && !placeholder.iter().any(|part| lower.contains(part))
        && !word.contains(&lower.as_str())
        && !value.bytes().all(|c| c.is_ascii_digit() && c == b'0')
}

/// Whether a path names a file that holds credentials.
fn is_secret_file(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let template = ["example", "sample", "template", "dist", "tmpl", "default"].iter().any(|part| name.contains(part));
    let secret = matches!(
        name,
        ".env"
            | ".netrc"
            | "_netrc"
            | ".pypirc"
            | ".git-credentials"
            | "id_rsa"
            | "id_dsa"
            | "id_ecdsa"
            | "id_ed25519"
            | "kaggle.json"
            | "kubeconfig"
            | ".dockercfg"
    ) || name.starts_with(".env.")
        || name.ends_with(".ppk")
        || name == "credentials" && (lower.contains(".aws/") || lower.contains("aws/"))
        || name.ends_with(".json")
            && (name.starts_with("service-account")
                || name.starts_with("service_account")
                || name.starts_with("gcp-key")
                || name.starts_with("gcloud-key"));
    secret && !template
}
