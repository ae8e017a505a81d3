//! `highroad road verify`: proves that released versions are unchanged, and names what is not.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::intact::unnamed;
use super::release::golden;
use super::store::read_index;
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs::{self, Found};
use crate::base::interrupt;
use crate::base::tree::Tree;
use crate::road::Road;
use crate::road::index::{self, Published};
use crate::road::source::read_version;

/// The largest list of files that is read, in bytes.
const LIMIT: u64 = 16 << 20;

/// What was found.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Verified {
    /// The versions that are as they were released.
    pub unchanged: Vec<String>,
    /// What is not.
    pub changed: Vec<Changed>,
}

/// A version that is not as it was released.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Changed {
    /// The version.
    pub version: String,
    /// What differs, a sentence each.
    pub why: Vec<String>,
    /// The files that differ, each with `changed`, `added` or `removed`.
    pub files: BTreeMap<String, &'static str>,
}

/// Returns the name of the file, beside the folder of a version, that lists the digest of each of its files. Its own digest
/// is the one that the index records, so nobody can change it unseen.
pub(super) fn list_of(version: &str) -> String {
    format!("{version}.files")
}

/// Proves that every version in `store` has the files and renders to the files that it was released with.
///
/// # Errors
/// When the store has no version, or the person stops.
pub fn verify(store: &Path) -> Result<Verified, Diagnostic> {
    let index = read_index(store)?;
    let mut verified = Verified::default();
    let mut id: Option<String> = None;
    for published in &index.version {
        interrupt::check()?;
        let mut changed = Changed { version: published.version.clone(), ..Changed::default() };
        match look(store, published, &mut changed) {
            Ok(found) if id.as_ref().is_some_and(|id| *id != found) => {
                changed.why.push(format!("it is of another road, `{found}`; the others are of `{}`", id.as_deref().unwrap_or_default()));
            }
            Ok(found) => {
                id.get_or_insert(found);
            }
            Err(error) => {
                interrupt::check()?;
                let place = error.place.map_or_else(String::new, |place| format!(" ({place})"));
                changed.why.push(format!("{}{place}: {}", error.what, error.why));
            }
        }
        if changed.why.is_empty() {
            verified.unchanged.push(changed.version);
        } else {
            verified.changed.push(changed);
        }
    }
    for version in unnamed(store, &index)? {
        let why = vec![format!("its folder is there, and `{}` does not name it", index::FILE)];
        verified.changed.push(Changed { version, why, ..Changed::default() });
    }
    if verified == Verified::default() {
        return Err(Diagnostic::usage("no-version", "there is no published version to verify")
            .at(store.display().to_string())
            .because("its index names none")
            .fix("publish one with `highroad road release`"));
    }
    Ok(verified)
}

/// Looks at one version, and returns the id of its road.
fn look(store: &Path, published: &Published, changed: &mut Changed) -> Result<String, Diagnostic> {
    let folder = store.join(&published.version);
    let tree = read_version(store, &published.version)?;
    let found = tree.digest().to_string();
    if found != published.digest {
        changed.why.push(format!("its files: recorded {}, found {found}", published.digest));
        match released(store, published)? {
            Some(before) => changed.files = differences(&before, &tree),
            None => changed.why.push(format!(
                "which files it is cannot be told: there is no list of them, `{}`, as it was released",
                list_of(&published.version)
            )),
        }
    }
    let road = Road::from_tree(&tree, &folder.display().to_string())?;
    if road.manifest.version != published.version {
        changed.why.push(format!("its `road.toml` says that it is version {}", road.manifest.version));
    }
    let now = golden(&road)?;
    for (case, recorded) in &published.golden {
        let found = now.get(case).map_or("nothing", String::as_str);
        if found != recorded {
            changed.why.push(format!("what {case} renders to: recorded {recorded}, found {found}"));
        }
    }
    Ok(road.manifest.id)
}

/// Reads the list of a version's files as it was released; nothing where there is none, or it is another.
fn released(store: &Path, published: &Published) -> Result<Option<String>, Diagnostic> {
    let path = store.join(list_of(&published.version));
    if fs::look(&path)? == Found::Nothing {
        return Ok(None);
    }
    let text = fs::read_text(&path, LIMIT).ok();
    Ok(text.filter(|text| Digest::of(text.as_bytes()).to_string() == published.digest))
}

/// Compares the list of released files with those that are there.
fn differences(before: &str, now: &Tree) -> BTreeMap<String, &'static str> {
    fn read(text: &str) -> BTreeMap<&str, (&str, &str)> {
        let line = |line: &'_ str| -> Option<(usize, usize)> {
            let digest = line.find(' ')?;
            Some((digest, digest + 1 + line[digest + 1..].find(' ')?))
        };
        text.lines()
            .filter_map(|text| line(text).map(|(digest, mode)| (&text[mode + 1..], (&text[..digest], &text[digest + 1..mode]))))
            .collect()
    }
    let manifest = now.manifest();
    let (before, now) = (read(before), read(&manifest));
    let mut differences = BTreeMap::new();
    for (path, content) in &before {
        match now.get(path) {
            Some(found) if found == content => {}
            Some(_) => drop(differences.insert((*path).to_owned(), "changed")),
            None => drop(differences.insert((*path).to_owned(), "removed")),
        }
    }
    differences.extend(now.keys().filter(|path| !before.contains_key(*path)).map(|path| ((*path).to_owned(), "added")));
    differences
}
