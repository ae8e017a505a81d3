//! `data-in-git`: data sets lie in the history for ever, and go to whoever clones.

use super::finding::{Finding, Place};
use super::governance_files::text_of;
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::place_kind::{is_documentation, is_vendored};
use crate::base::digest::Digest;
use crate::formats::data_magic::{DataKind, in_data_folder, kind_of, may_be_data};
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a data set is committed",
        level: Level::Warn,
        why: "What is committed once stays in every clone and cannot be taken back: not when a person asks to be deleted, not when the licence ends.",
        attack: "A table of customers is committed `for the tests` and removed a week later. It is still in the history, so a contractor who may only read the code \
                 clones it with everything else. Whoever can push can also change rows unseen: nobody reviews a diff of ten thousand lines.",
        fix: "Run `git rm --cached FILE` and add the path to `.gitignore`. Keep the data in a bucket, DVC or Git LFS with its own access rules, and its checksum written down where it is read (on a road in `datasets.toml`). It stays in the history. \
              If it must not have been public, rewrite the history and treat it as leaked.",
        automatic: "",
        standards: &["OWASP-ML ML02:2023", "ATLAS AML.T0020", "ATLAS AML.T0035"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a table in the repository",
                files: &[("data/customers.csv", Content::Made { is: "4000 rows", bytes: rows })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "one half of a split called test",
                files: &[("artifacts/test.csv", Content::Made { is: "4000 rows", bytes: rows })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a database under another name",
                files: &[("app/cache.bin", Content::Made { is: "a SQLite file of 12 kB", bytes: database })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a fixture of the tests",
                files: &[("tests/fixtures/customers.csv", Content::Made { is: "4000 rows", bytes: rows })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a few rows to show the form",
                files: &[("data/sample.csv", Content::Text("age,label\n31,1\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a text, which is no table",
                files: &[("docs/notes.dat", Content::Made { is: "a long text", bytes: prose })],
            },
        ],
    },
    inspection: Inspection { each: Some((wants, look)), whole: Some((concerns, collections)), needs_facts: false },
};

const ID: &str = "data-in-git";
/// Smaller files are samples.
const LEAST: u64 = 10_000;
/// A declared file up to this size is a sample that belongs to the code.
const DECLARED: u64 = 1 << 20;
/// How many pictures or sounds make a collection, and how many bytes.
const COLLECTION: (usize, u64) = (100, 2 << 20);

/// Returns what data a file holds that has no business in git; `None` where it is none.
pub fn data_of(subject: &Subject<'_>) -> Option<DataKind> {
    if !wants(subject.entry) {
        return None;
    }
    kind_of(subject.path(), subject.entry.size, subject.head())
}

fn wants(entry: &Entry) -> bool {
    entry.is_file() && entry.size >= LEAST && may_be_data(entry.name()) && !is_apart(&entry.path)
}

/// Whether a path lies among tests, copies of other code, logs or tools. `data/test/` is a part of a data set.
fn is_apart(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let Some((folders, _)) = lower.rsplit_once('/') else { return false };
    let mut in_data = false;
    for part in folders.split('/') {
        match part {
            "tests" | "fixtures" | "fixture" | "__tests__" | "testdata" | "test_fixtures" | "unittests" | "unit_tests"
            | "__snapshots__" => return true,
            "test" | "testing" | "test_data" | "test-data" if !in_data => return true,
            "logs" | "catboost_info" | "lightning_logs" | "wandb" | "mlruns" | ".git" | ".dvc" | "locale" | "locales" => return true,
            _ => in_data |= in_data_folder(&format!("{part}/x")),
        }
    }
    is_vendored(path)
}

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    let Some(kind) = data_of(subject) else { return };
    let path = subject.path();
    if subject.entry.size <= DECLARED && is_declared(subject, context) {
        return;
    }
    let finding = Finding::new(
        ID,
        Place::file(path),
        format!("`{path}` is {} of {} in git", kind.words(), size_words(subject.entry.size)),
        format!("Run `git rm --cached {path}`, add it to `.gitignore`, and keep it in a bucket, DVC or Git LFS"),
    )
    .key(path)
    .excerpt("");
    sink.report(if is_documentation(path) || is_example(path) { finding.advice() } else { finding });
}

/// Whether `datasets.toml` names the file with the digest that it has: a small data set that somebody answers for.
fn is_declared(subject: &Subject<'_>, context: &Context<'_>) -> bool {
    let declared = || {
        let table: toml::Table = text_of(context.snapshot, "datasets.toml")?.parse().ok()?;
        let entries = table.get("dataset")?.as_array()?;
        let entry = entries.iter().find(|entry| entry.get("path").and_then(toml::Value::as_str) == Some(subject.path()))?;
        Some(entry.get("sha256")?.as_str()? == Digest::of(subject.bytes()?).to_string())
    };
    declared().unwrap_or(false)
}

fn is_example(path: &str) -> bool {
    path.to_ascii_lowercase()
        .split('/')
        .any(|part| matches!(part, "example" | "examples" | "samples" | "demo" | "demos" | "tutorial" | "tutorials"))
}

/// Writes a size as people do.
pub fn size_words(bytes: u64) -> String {
    match bytes {
        0..=9_999 => format!("{bytes} bytes"),
        10_000..=999_999 => format!("{} kB", bytes / 1000),
        1_000_000..=999_999_999 => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        1_000_000_000.. => format!("{}.{} GB", bytes / 1_000_000_000, bytes % 1_000_000_000 / 100_000_000),
    }
}

fn concerns(path: &str) -> bool {
    is_media(path)
}

fn is_media(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_ascii_lowercase());
    matches!(
        ending.as_str(),
        "jpg"
            | "jpeg"
            | "png"
            | "bmp"
            | "tif"
            | "tiff"
            | "webp"
            | "ppm"
            | "pgm"
            | "wav"
            | "mp3"
            | "flac"
            | "ogg"
            | "m4a"
            | "mp4"
            | "avi"
            | "dcm"
            | "nii"
    )
}

/// Finds folders of data that are full of pictures or sounds: one finding for the outermost of each.
fn collections(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    let mut found: std::collections::BTreeMap<&str, (usize, u64)> = std::collections::BTreeMap::new();
    for entry in context.snapshot.entries().iter().filter(|entry| entry.is_file() && is_media(&entry.path) && in_data_folder(&entry.path)) {
        if is_apart(&entry.path) || is_documentation(&entry.path) {
            continue;
        }
        let (count, bytes) = found.entry(data_folder(&entry.path)).or_default();
        *count += 1;
        *bytes = bytes.saturating_add(entry.size);
    }
    for (folder, (count, bytes)) in found {
        if count >= COLLECTION.0 && bytes >= COLLECTION.1 {
            let what = format!("`{folder}` holds {count} pictures or recordings ({}) in git", size_words(bytes));
            let how = format!("Run `git rm -r --cached {folder}`, add it to `.gitignore`, and keep it in a bucket, DVC or Git LFS");
            sink.report(Finding::new(ID, Place::file(folder), what, how).key(folder).excerpt(""));
        }
    }
}

/// Returns the path up to and with the first folder of data.
fn data_folder(path: &str) -> &str {
    let mut end = 0;
    for part in path.split('/') {
        end += part.len();
        if in_data_folder(&format!("{part}/x")) {
            return &path[..end];
        }
        end += 1;
    }
    path
}

fn rows() -> Vec<u8> {
    let mut text = String::from("age,income,label\n");
    for row in 0..4000 {
        text.push_str(&format!("{},{},{}\n", 20 + row % 60, row * 7 % 9000, row % 2));
    }
    text.into_bytes()
}

fn database() -> Vec<u8> {
    let mut bytes = b"SQLite format 3\0".to_vec();
    bytes.resize(12_288, 0);
    bytes
}

fn prose() -> Vec<u8> {
    "A line of text, and nothing else.\nIt has no columns\nat all, whoever counts.\n".repeat(300).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_test_half_of_a_split_from_tests() {
        assert!(!is_apart("data/test/x.csv") && !is_apart("test.csv") && !is_apart("artifacts/test_set.csv"));
        assert!(is_apart("test/x.csv") && is_apart("pkg/tests/data/x.csv") && is_apart("vendor/x.csv"));
        assert_eq!(data_folder("a/data/train/x.png"), "a/data");
        assert_eq!(size_words(56_020), "56 kB");
        assert_eq!(size_words(5_300_000), "5.3 MB");
    }
}
