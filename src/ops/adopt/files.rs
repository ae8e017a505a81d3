//! The files of the road in an adoption: which come, which the repository keeps its own of, which it needs not.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::diagnostic::Diagnostic;
use crate::base::tree::{File, Mode};
use crate::guardrails::edits::{self, Files};
use crate::guardrails::finding::Change;
use crate::render::{self, Reason, Rendered};
use crate::repo::answers::Answers;
use crate::repo::config;
use crate::repo::lock::{Lock, LockedFile, Ownership};
use crate::repo::snapshot::Snapshot;
use crate::report::adopt::Kept;
use crate::road::{Part, Road};

/// A file that the road gives.
#[derive(Clone, Debug)]
pub(super) struct Gift {
    /// Why, and whose it is.
    pub reason: Reason,
    /// As it is rendered: what the lock records.
    pub file: File,
    /// What will stand there.
    pub bytes: Vec<u8>,
    /// Whether it edits a file of the repository.
    pub edits: bool,
    /// The group that it belongs to.
    pub group: &'static str,
    /// The question by whose answer it can be left out, where there is one.
    pub toggle: Option<String>,
}

/// What the road gives, and what it does not.
#[derive(Clone, Debug, Default)]
pub(super) struct Gifts {
    /// The files that come.
    pub gifts: Vec<Gift>,
    /// What is not taken.
    pub kept: Vec<Kept>,
}

/// What decides about the files.
pub(super) struct Offer<'a> {
    pub road: &'a Road,
    pub kind_id: &'a str,
    pub kind: &'a Part,
    pub answers: &'a Answers,
    pub snapshot: &'a Snapshot,
    /// The guardrails that find something today.
    pub firing: &'a BTreeSet<&'static str>,
    /// What an earlier adoption recorded.
    pub lock: Option<&'a Lock>,
}

/// Sorts the rendered files.
///
/// # Errors
/// When the road does not render.
pub(super) fn sort(offer: &Offer<'_>) -> Result<Gifts, Diagnostic> {
    let Rendered { tree, reasons } = render::render(offer.road, offer.kind_id, offer.answers)?;
    let toggles = toggles(offer)?;
    let mut sorted = Gifts::default();
    for ((path, file), reason) in tree.iter().zip(reasons) {
        let path = path.as_str();
        if offer.lock.is_some_and(|lock| lock.file.iter().any(|given| given.path == path)) {
            continue;
        }
        let (bytes, edits) = match standing(offer.snapshot, path) {
            Standing::Nothing if is_needless(offer, &reason) => {
                let asked = guardrails_of(offer.kind, offer.road, &reason).join("`, `");
                sorted.kept.push(Kept { path: path.to_owned(), why: format!("not needed: the repository satisfies `{asked}`") });
                continue;
            }
            Standing::Nothing => (file.bytes.clone(), false),
            Standing::File if is_rule_list(path) && reason.ownership != Ownership::Seeded => {
                match extended(offer.snapshot, path, &file.bytes) {
                    Some(bytes) => (bytes, true),
                    None => {
                        sorted.kept.push(Kept { path: path.to_owned(), why: "yours has all of the road's lines".to_owned() });
                        continue;
                    }
                }
            }
            Standing::File => {
                sorted.kept.push(Kept { path: path.to_owned(), why: "yours stands there, and stays".to_owned() });
                continue;
            }
            Standing::InTheWay(what) => {
                sorted.kept.push(Kept { path: path.to_owned(), why: format!("{what}, and stays") });
                continue;
            }
        };
        let toggle = toggles.get(path).cloned();
        sorted.gifts.push(Gift { group: group(path), file: file.clone(), bytes, edits, reason, toggle });
    }
    Ok(sorted)
}

/// What stands at a path of the road, or on the way to it.
enum Standing {
    Nothing,
    File,
    InTheWay(String),
}

fn standing(snapshot: &Snapshot, path: &str) -> Standing {
    let folded = path.to_lowercase();
    let below = format!("{folded}/");
    for entry in snapshot.entries() {
        let other = entry.path.to_lowercase();
        if other == folded {
            return if entry.is_file() && entry.path == path {
                Standing::File
            } else if entry.is_file() {
                Standing::InTheWay(format!("yours stands at `{}`", entry.path))
            } else {
                Standing::InTheWay(format!("a link or a submodule stands at `{}`", entry.path))
            };
        }
        if other.starts_with(&below) {
            return Standing::InTheWay(format!("`{path}` is a folder of yours"));
        }
        if folded.strip_prefix(&other).is_some_and(|rest| rest.starts_with('/')) {
            return Standing::InTheWay(format!("`{}` is no folder of files", entry.path));
        }
    }
    Standing::Nothing
}

/// Whether a file answers guardrails that have nothing to say here.
fn is_needless(offer: &Offer<'_>, reason: &Reason) -> bool {
    let guardrails = guardrails_of(offer.kind, offer.road, reason);
    !guardrails.is_empty() && !guardrails.iter().any(|id| offer.firing.contains(id.as_str()))
}

/// Returns the guardrails that a rendered file answers.
fn guardrails_of(kind: &Part, road: &Road, reason: &Reason) -> Vec<String> {
    let parts = kind.manifest.layers.iter().filter_map(|id| road.layers.get(id)).chain([kind]);
    let claims = |part: &Part| part.manifest.file.iter().find(|rule| rule.path == reason.path.as_str()).map(|rule| rule.guardrails.clone());
    parts.into_iter().find_map(claims).unwrap_or_default()
}

/// Lists of rules: what the road wants is added at their end.
fn is_rule_list(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some(".gitignore" | ".dockerignore"))
}

/// Returns a list of rules with the road's rules that it lacks; nothing where it lacks none.
fn extended(snapshot: &Snapshot, path: &str, road: &[u8]) -> Option<Vec<u8>> {
    let subject = snapshot.subject(path)?;
    let own = subject.bytes()?;
    let has: BTreeSet<&str> = subject.text()?.lines().map(str::trim_end).collect();
    let wanted = String::from_utf8_lossy(road);
    let missing = |line: &&str| !line.trim().is_empty() && !line.starts_with('#') && !has.contains(line.trim_end());
    let lines: Vec<String> = wanted.lines().filter(missing).map(str::to_owned).collect();
    if lines.is_empty() {
        return None;
    }
    let before: Files = [(path.to_owned(), Some(own.to_vec()))].into();
    let change = Change::Append { path: path.to_owned(), lines };
    edits::apply(&before, [[change].as_slice()]).0.remove(path).flatten()
}

/// For each rendered path, the question whose answer `leave` takes it away.
fn toggles(offer: &Offer<'_>) -> Result<BTreeMap<String, String>, Diagnostic> {
    let mut found = BTreeMap::new();
    let all: BTreeSet<String> = paths(offer, offer.answers)?;
    for question in offer.road.questions_of(offer.kind) {
        let can = ["add", "leave"].iter().all(|value| question.choices.iter().any(|choice| choice.value == *value));
        if !can || question.choices.len() != 2 {
            continue;
        }
        let mut other = offer.answers.clone();
        other.insert(question.key.clone(), "leave".to_owned());
        for gone in all.difference(&paths(offer, &other)?) {
            found.entry(gone.clone()).or_insert_with(|| question.key.clone());
        }
    }
    Ok(found)
}

fn paths(offer: &Offer<'_>, answers: &Answers) -> Result<BTreeSet<String>, Diagnostic> {
    Ok(render::render(offer.road, offer.kind_id, answers)?.tree.iter().map(|(path, _)| path.as_str().to_owned()).collect())
}

/// Returns the group that a file of a road belongs to.
pub(super) fn group(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match () {
        () if name == "CODEOWNERS" => "governance",
        () if path.starts_with(".github/") || path.starts_with(".gitlab") => "ci",
        () if path.starts_with("locks/") || name == "renovate.json" => "ci",
        () if path.starts_with(".githooks/") || name == ".pre-commit-config.yaml" || name == ".gitignore" => "hooks",
        () if name == ".dockerignore" || name.starts_with("Dockerfile") => "containers",
        () => "governance",
    }
}

/// Returns the records of the files that the road gave, earlier ones and new ones.
pub(super) fn locked(gifts: &[&Gift], lock: Option<&Lock>) -> Vec<LockedFile> {
    let mut files: Vec<LockedFile> = lock.map(|lock| lock.file.clone()).unwrap_or_default();
    files.extend(gifts.iter().map(|gift| {
        LockedFile::new(gift.reason.path.as_str(), gift.reason.ownership, &gift.file, crate::repo::git::blob_id(&gift.file.bytes))
    }));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Whether a mode is that of a program.
pub(super) fn is_program(file: &File) -> bool {
    file.mode == Mode::Executable
}

/// Returns `highroad.toml` as an adoption writes it: a fresh one, or the repository's own with what it lacks.
///
/// # Errors
/// When the repository's own cannot be read.
pub(super) fn config_text(own: Option<&str>, fresh: &config::Config) -> Result<String, Diagnostic> {
    let Some(own) = own else { return Ok(fresh.to_text()) };
    let known = config::Config::read(own)?;
    if known.road.is_some() {
        return Ok(own.to_owned());
    }
    let mut document: toml_edit::DocumentMut = own.parse().map_err(|error: toml_edit::TomlError| {
        Diagnostic::usage("config", "`highroad.toml` cannot be edited").at(config::FILE).because(error.message().to_owned())
    })?;
    let fresh: toml_edit::DocumentMut = toml::to_string(fresh)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Diagnostic::failed("config", "the records cannot be written as TOML"))?;
    for key in ["kind", "road", "answers"] {
        if let Some(item) = fresh.get(key) {
            document.insert(key, item.clone());
        }
    }
    Ok(document.to_string())
}
