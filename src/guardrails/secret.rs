//! A credential in a file of the repository.

use std::collections::BTreeSet;

use super::finding::{Confidence, Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::place_kind::{is_documentation, is_test, is_vendored};
use crate::base::digest::Digest;
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::{IN_MEMORY, Subject, View};
use crate::scan::code::NotebookView;
use crate::scan::secrets::{self, Checksum, Recognised, SecretHit};

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "secret",
        title: "credential in the repository",
        level: Level::Block,
        why: "Whoever can read the repository, a fork, a clone or an old backup can use the credential. Deleting the line does not help: the history keeps it.",
        attack: "Bots read every public commit within minutes and try each key they find. With a cloud key they rent machines at your expense, with a model registry or data store token \
                 they download the training data or replace the model that your service loads. In a private repository one leaked laptop or one contractor's clone is enough.",
        fix: "Revoke the credential at its provider first, then issue a new one. Keep the new one in an environment variable or a secret store and read it at run time, \
              for example `api_key = os.environ[\"OPENAI_API_KEY\"]`. Then take the old one out of the history.",
        automatic: "",
        standards: &["ATLAS AML.T0055", "OWASP-LLM LLM02:2026", "CWE CWE-798"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a token of a code host in a training script",
                files: &[(
                    "train.py",
                    Content::Made { is: "a line `hub_token = \"…\"` with a token in full format", bytes: token_in_code },
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a password in a connection string of a settings file",
                files: &[(
                    "config/prod.yaml",
                    Content::Made { is: "a database address with user and password", bytes: password_in_address },
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a key that a notebook printed",
                files: &[("explore.ipynb", Content::Made { is: "a notebook whose output holds a key", bytes: key_in_notebook })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the value comes from the environment",
                files: &[
                    ("train.py", Content::Text("import os\n\napi_key = os.environ[\"OPENAI_API_KEY\"]\ntoken = tokenizer.eos_token\n")),
                    (".env.example", Content::Text("OPENAI_API_KEY=your-api-key\nDB_PASSWORD=changeme\n")),
                    (".github/workflows/ci.yml", Content::Text("env:\n  HF_TOKEN: ${{ secrets.HF_TOKEN }}\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "digests, identifiers and images look random and are public",
                files: &[
                    ("poetry.lock", Content::Text("content-hash = \"f2b1ca9f2e4a4f6fb1c0e3a1c1d4b7a98e5d62b07c3f41d8a95be07d21f36c4a\"\n")),
                    ("plot.ipynb", Content::Made { is: "a notebook with an image in its output", bytes: image_in_notebook }),
                ],
            },
        ],
    },
    inspection: Inspection::each(wants, look),
};

/// The secrets of a file.
#[derive(Debug)]
pub struct Secrets {
    /// What was found, in order of place.
    pub hits: Vec<SecretHit>,
}

impl View for Secrets {
    fn of(subject: &Subject<'_>) -> Self {
        let hits = match (subject.text(), subject.bytes()) {
            (Some(text), _) => secrets::scan_text(subject.path(), text),
            (None, Some(bytes)) => secrets::scan(subject.path(), bytes),
            (None, None) => Vec::new(),
        };
        Self { hits }
    }
}

/// Kinds of files that hold pictures, sound, weights or packed files, and no text.
const BINARY: &[&str] = &[
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "bmp",
    "tif",
    "tiff",
    "ico",
    "mp3",
    "mp4",
    "wav",
    "flac",
    "ogg",
    "avi",
    "mov",
    "mkv",
    "webm",
    "pt",
    "pth",
    "ckpt",
    "safetensors",
    "gguf",
    "ggml",
    "onnx",
    "h5",
    "hdf5",
    "keras",
    "tflite",
    "pb",
    "npy",
    "npz",
    "parquet",
    "arrow",
    "feather",
    "tfrecord",
    "zip",
    "gz",
    "tgz",
    "bz2",
    "xz",
    "zst",
    "7z",
    "tar",
    "whl",
    "jar",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "eot",
    "pdf",
    "so",
    "dll",
    "dylib",
    "exe",
    "o",
    "a",
    "pyc",
    "mat",
    "nii",
    "dcm",
    "bin",
    "idx",
    "pack",
];

fn wants(entry: &Entry) -> bool {
    entry.is_file() && entry.size >= 12 && !BINARY.contains(&entry.extension().as_str())
}

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    let binary = subject.entry.size > PART as u64 && memchr::memchr(0, subject.head()).is_some();
    if binary || subject.entry.size > IN_MEMORY {
        look_in_parts(subject, binary, sink);
        return;
    }
    let view = subject.view::<Secrets>();
    if view.hits.is_empty() {
        return;
    }
    let notebook = (subject.entry.extension() == "ipynb").then(|| subject.view::<NotebookView>());
    let mut known = Known::default();
    for hit in &view.hits {
        let value = subject.text().and_then(|text| text.get(hit.range.clone())).unwrap_or_default();
        let mut place = if subject.text().is_some() { Place::of(subject, &hit.range) } else { Place::file(subject.path()) };
        if let Some(NotebookView(Some(Ok(notebook)))) = notebook.as_deref() {
            place.cell = notebook.cell_at(hit.range.start);
        }
        let next = sink.findings.len();
        known.report(subject.path(), hit, place, value.as_bytes(), sink);
        if let Some((finding, name)) = sink.findings.get_mut(next).zip(subject.text().and_then(|text| name_of(text, hit))) {
            finding.what = format!("{}, as `{name}`", finding.what);
        }
    }
}

/// Returns the name that a line gives a value that was recognised by it; only what is a name beyond doubt.
fn name_of<'a>(text: &'a str, hit: &SecretHit) -> Option<&'a str> {
    const WORDS: &[&str] = &["auth", "credential", "key", "pass", "pwd", "secret", "token"];
    let line = text.get(..hit.range.start)?.rsplit('\n').next().filter(|line| line.len() <= 400)?;
    let quotes = [' ', '\t', '"', '\'', '\\'];
    let before = line.trim_end_matches(quotes).strip_suffix(['=', ':'])?.trim_end_matches(quotes);
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let name = &before[before.trim_end_matches(is_part).len()..];
    let lower = name.to_ascii_lowercase();
    let plain = name.len() <= 40 && name.bytes().filter(u8::is_ascii_digit).count() <= 3 && WORDS.iter().any(|word| lower.contains(word));
    (matches!(hit.by, Recognised::Name) && plain).then_some(name)
}

/// How much of a large file is looked at at once.
const PART: usize = 4 << 20;
/// How much of a part is looked at again with the next one, so that nothing is cut in two: the longest key has 24,000 bytes.
const OVERLAP: usize = 128 << 10;
/// How much of a large file without text is looked at.
const BINARY_PARTS: usize = 2;

/// Looks at a file that is too large for the memory, part by part.
fn look_in_parts(subject: &Subject<'_>, binary: bool, sink: &mut Sink) {
    let Some(reader) = subject.open() else { return };
    let (mut from, mut line, mut lower) = (0_u64, 1_usize, 0_usize);
    let mut known = Known::default();
    for number in 0.. {
        if binary && number == BINARY_PARTS {
            return;
        }
        let bytes = match reader.read_range(from, PART) {
            Ok(bytes) => bytes,
            Err(error) => {
                sink.unscannable(subject.path(), format!("it could not be searched for credentials to its end: {error}"));
                return;
            }
        };
        let last = bytes.len() < PART || from + bytes.len() as u64 >= reader.size();
        // What begins in the second half of the overlap is judged with what follows it.
        let upper = if last { bytes.len() } else { bytes.len() - OVERLAP / 2 };
        for hit in secrets::scan(subject.path(), &bytes).iter().filter(|hit| (lower..upper).contains(&hit.range.start)) {
            let place = if binary { Place::file(subject.path()) } else { place_in(subject.path(), &bytes, hit, line, from) };
            known.report(subject.path(), hit, place, bytes.get(hit.range.clone()).unwrap_or_default(), sink);
        }
        if last {
            return;
        }
        let next = bytes.len() - OVERLAP;
        line += memchr::memchr_iter(b'\n', &bytes[..next]).count();
        from += next as u64;
        lower = OVERLAP / 2;
    }
}

/// Returns the place of a hit in a part that begins on a line, at a byte of the file.
fn place_in(path: &str, bytes: &[u8], hit: &SecretHit, line: usize, from: u64) -> Place {
    let position = |offset: usize| {
        let before = &bytes[..offset.min(bytes.len())];
        let line = line + memchr::memchr_iter(b'\n', before).count();
        let start = match memchr::memrchr(b'\n', before) {
            Some(end) => end + 1,
            None if from == 0 => 0,
            // The line begins before this part.
            None => return (line, 0),
        };
        // Bytes that go on with a character are no columns of their own.
        (line, before[start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count() + 1)
    };
    let ((line, column), (end_line, end_column)) = (position(hit.range.start), position(hit.range.end));
    Place { path: path.to_owned(), line, column, end_line, end_column, cell: None }
}

/// What was reported of a file.
#[derive(Default)]
struct Known {
    /// The values, with their lines: the same value twice on a line is one secret.
    seen: BTreeSet<(usize, Vec<u8>)>,
}

impl Known {
    fn report(&mut self, path: &str, hit: &SecretHit, place: Place, value: &[u8], sink: &mut Sink) {
        if !value.is_empty() && !self.seen.insert((place.line, value.to_vec())) {
            return;
        }
        if let Some(weight) = weigh(path, hit) {
            // A waiver covers this value, not the next one at its place: the key is hashed, with the path, before anybody sees it.
            let key = format!("{} {}", hit.rule, Digest::of(value).hex());
            sink.report(finding(path, hit, place, weight).key(key));
        }
    }
}

/// How loudly a hit speaks at a place.
enum Speaks {
    Fully,
    AsAdvice,
}

/// Returns how loudly a hit speaks in a file; `None` where it says nothing.
fn weigh(path: &str, hit: &SecretHit) -> Option<Speaks> {
    let aside = is_test(path)
        || is_test_of_another_language(path)
        || is_documentation(path)
        || is_example(path)
        || path.ends_with(".md")
        || path.ends_with(".rst");
    let vendored = is_vendored(path);
    let sure = hit.confidence;
    match (hit.by, hit.verified) {
        (Recognised::Format, Checksum::Valid) => Some(Speaks::Fully),
        (Recognised::Format, Checksum::Invalid) if aside || vendored => Some(Speaks::AsAdvice),
        (Recognised::Format, Checksum::None | Checksum::Invalid) if vendored => Some(Speaks::AsAdvice),
        (Recognised::Format, Checksum::None) if aside && sure < secrets::Confidence::High => Some(Speaks::AsAdvice),
        (Recognised::Format, Checksum::None | Checksum::Invalid) => Some(Speaks::Fully),
        (Recognised::Key | Recognised::Connection, _) if aside || vendored => Some(Speaks::AsAdvice),
        (Recognised::Name, _) if vendored => None,
        // In tests nearly every password is one of the test's own.
        (Recognised::Name, _) if is_test(path) || is_test_of_another_language(path) => None,
        (Recognised::Name, _) if aside => (sure == secrets::Confidence::High).then_some(Speaks::AsAdvice),
        (Recognised::Key | Recognised::Connection | Recognised::Name, _) => {
            Some(if sure == secrets::Confidence::Low { Speaks::AsAdvice } else { Speaks::Fully })
        }
    }
}

fn is_test_of_another_language(path: &str) -> bool {
    let stem = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(stem, _)| stem);
    ["_test", ".test", ".spec", "_spec", "_tests"].iter().any(|end| stem.ends_with(end))
}

fn is_example(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let folder = |part: &str| {
        matches!(
            part,
            "example" | "examples" | "sample" | "samples" | "demo" | "demos" | "tutorial" | "tutorials" | "mocks" | "__mocks__" | "spec"
        )
    };
    lower.split('/').any(folder) || name.contains("example") || name.contains("sample")
}

fn finding(path: &str, hit: &SecretHit, place: Place, speaks: Speaks) -> Finding {
    let verified = match hit.verified {
        Checksum::Valid => ", and its checksum is right",
        Checksum::Invalid | Checksum::None => "",
    };
    let article = if hit.title.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
    let what = format!("{article} {} stands in {}{verified}", hit.title, whereabouts(path));
    let how = format!(
        "Revoke it {} first, then read the new one from an environment variable or a secret store, then take the old one out of the git history",
        match hit.by {
            Recognised::Format => "at its provider",
            Recognised::Key => "wherever its public half is trusted",
            Recognised::Connection | Recognised::Name => "at the service that accepts it",
        }
    );
    let environment = path.rsplit('/').next().is_some_and(|name| name == ".env" || name.starts_with(".env."));
    let how = if environment { format!("{how}; run `git rm --cached {path}` and add it to `.gitignore`") } else { how };
    let confidence = match hit.confidence {
        secrets::Confidence::Low => Confidence::Low,
        secrets::Confidence::Medium => Confidence::Medium,
        secrets::Confidence::High => Confidence::High,
    };
    let finding = Finding::new(GUARDRAIL.meta.id, place, what, how).sure(confidence).excerpt("");
    match speaks {
        Speaks::Fully => finding,
        Speaks::AsAdvice => finding.advice(),
    }
}

/// Says what kind of file it is, in words.
fn whereabouts(path: &str) -> &'static str {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    if name.ends_with(".ipynb") {
        "a notebook"
    } else if name.starts_with("dockerfile") || name.starts_with("containerfile") {
        "a container build, so in every layer of the image"
    } else if lower.contains(".github/workflows/") || name == ".gitlab-ci.yml" {
        "a CI workflow"
    } else if name.starts_with(".env") {
        "a committed environment file"
    } else if is_test(path) {
        "a test"
    } else if is_documentation(path) || name.ends_with(".md") || name.ends_with(".rst") {
        "the documentation"
    } else if name.ends_with(".tfstate") || name.ends_with(".tf") || name.ends_with(".tfvars") {
        "the infrastructure description"
    } else if [".yaml", ".yml", ".json", ".toml", ".ini", ".cfg", ".conf", ".properties", ".xml"].iter().any(|end| name.ends_with(end)) {
        "a settings file"
    } else {
        "a file of the repository"
    }
}

/// Makes a string that looks random, the same every time.
fn random(size: usize) -> String {
    let digits: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        digits[(state % 62) as usize]
    };
    (0..size).map(|_| next()).collect()
}

fn token_in_code() -> Vec<u8> {
    format!("from hub import login\n\nhub_token = \"{}{}\"\nlogin(hub_token)\n", "ghp_", random(36)).into_bytes()
}

fn password_in_address() -> Vec<u8> {
    format!("database: {}://trainer:{}@db.internal:5432/features\n", "postgresql", random(18)).into_bytes()
}

fn key_in_notebook() -> Vec<u8> {
    let line = format!("\"OPENAI_API_KEY=\\\"{}{}\\\"\\n\"", "sk-proj-", random(64));
    format!("{{\"cells\": [{{\"cell_type\": \"code\", \"outputs\": [{{\"output_type\": \"stream\", \"text\": [{line}]}}]}}]}}\n")
        .into_bytes()
}

fn image_in_notebook() -> Vec<u8> {
    format!(
        "{{\"cells\": [{{\"outputs\": [{{\"data\": {{\"image/png\": \"iVBORw0KGgo{}{}{}\\n\"}}}}]}}]}}\n",
        random(400),
        "AKIA",
        random(400)
    )
    .into_bytes()
}
