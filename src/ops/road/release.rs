//! `highroad road release`: freezes a version of a road.

use std::collections::BTreeMap;
use std::path::Path;

use super::metadata::replace;
use super::store::{LOCK, read_index, write_index};
use super::verify::list_of;
use super::{busy, intact};
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs::{self, Found};
use crate::base::interrupt;
use crate::base::tree::Tree;
use crate::ops::new::render_whole;
use crate::ops::road::sources::working;
use crate::ops::road::{lint, samples};
use crate::render::answers::Given;
use crate::road::Road;
use crate::road::index::{Index, Published};
use crate::road::source::read_folder;

/// How many findings a refusal tells.
const TOLD: usize = 5;

/// Freezes the road in `source` as a folder of `store` named after its version, and adds it to the index.
/// Returns what the index says of it.
///
/// # Errors
/// When the version is there already, or `lint` finds something. Nothing is written then.
pub fn release(source: &Path, store: &Path) -> Result<Published, Diagnostic> {
    put(source, store, &|road, tree| refuse_findings(road, tree, source, store))
}

/// As [`release`], for a road that was looked at already: nothing is linted.
///
/// # Errors
/// When the version is there already, or the road does not render for one of its cases. Nothing is written then.
pub fn freeze(source: &Path, store: &Path) -> Result<Published, Diagnostic> {
    put(source, store, &|_, _| Ok(()))
}

/// Puts a version into a store, where `look` has nothing against it.
fn put(source: &Path, store: &Path, look: &dyn Fn(&Road, &Tree) -> Result<(), Diagnostic>) -> Result<Published, Diagnostic> {
    let (road, tree) = working(source)?;
    intact::outside(source, store)?;
    place(&road, store)?;
    look(&road, &tree)?;
    let made = fs::create_missing(store)?;
    let result = busy(&store.join(LOCK)).and_then(|_lock| add(&road, &tree, store));
    if result.is_err() {
        intact::unmake(&made);
    }
    result
}

/// Returns the index that a version is to be added to, and whether a release of it that was stopped is to be finished.
fn place(road: &Road, store: &Path) -> Result<(Index, bool), Diagnostic> {
    let version = &road.manifest.version;
    let index = read_index(store)?;
    let folder = store.join(version);
    intact::same_road(store, &index, &road.manifest.id)?;
    let listed = index.version.iter().any(|published| published.version == *version);
    // A release that was killed between its two renames left the folder without its line: the same bytes finish it.
    let unfinished = !listed && fs::look(&folder)? != Found::Nothing && read_folder(&folder)?.digest() == road.digest;
    if listed || (fs::look(&folder)? != Found::Nothing && !unfinished) {
        return Err(Diagnostic::usage("published", format!("version {version} is published already"))
            .at(folder.display().to_string())
            .because("a published version never changes")
            .fix("give the road a new version in its `road.toml`"));
    }
    intact::all_named(store, &index, unfinished.then_some(version.as_str()))?;
    Ok((index, unfinished))
}

/// Adds a version to a store. What a run that fails wrote is taken away.
fn add(road: &Road, tree: &Tree, store: &Path) -> Result<Published, Diagnostic> {
    let (mut index, unfinished) = place(road, store)?;
    let version = road.manifest.version.clone();
    let folder = store.join(&version);
    let published = Published {
        version: version.clone(),
        released: road.manifest.released.clone(),
        digest: road.digest.to_string(),
        golden: golden(road)?,
        ..Published::default()
    };
    index.version.push(published.clone());
    let staging = store.join(format!(".{version}.releasing"));
    let list = store.join(list_of(&version));
    fs::remove(&staging)?;
    let write = || {
        if !unfinished {
            fs::create_folder(&staging)?;
            fs::write_tree(&staging, tree, interrupt::check)?;
            fs::rename(&staging, &folder)?;
        }
        replace(&list, tree.manifest().as_bytes())?;
        interrupt::check()?;
        write_index(store, &index)
    };
    if let Err(error) = write() {
        let _ = fs::remove(&staging);
        // Once the index names it, the version is released, whatever happened to the changelog.
        let named = read_index(store).map_or(true, |index| index.version.iter().any(|published| published.version == version));
        if !named && !unfinished {
            let _ = fs::remove(&list);
            let _ = fs::remove(&folder);
        }
        return Err(error);
    }
    Ok(published)
}

/// Refuses what `lint` finds: a frozen version cannot be corrected.
fn refuse_findings(road: &Road, tree: &Tree, source: &Path, store: &Path) -> Result<(), Diagnostic> {
    let found = lint::look(road, tree, Some(store))?.findings;
    let Some(first) = found.first() else { return Ok(()) };
    let mut told: Vec<String> = found.iter().take(TOLD).map(|one| format!("{}: {}: {}", one.place, one.code, one.what)).collect();
    if found.len() > TOLD {
        told.push(format!("and {} more", found.len() - TOLD));
    }
    let count = if found.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", found.len()) };
    Err(Diagnostic::usage("lint", format!("version {} has {count}, and a released version never changes", road.manifest.version))
        .at(format!("{}/{}", source.display(), first.place))
        .because(told.join("\n"))
        .fix(format!("`highroad road lint {} --store {}` says why each matters, and what to do", source.display(), store.display())))
}

/// Renders every kind with each choice of its questions in turn, and one without choices as suggested. Returns the digest of
/// each case.
///
/// # Errors
/// When it does not render.
pub fn golden(road: &Road) -> Result<BTreeMap<String, String>, Diagnostic> {
    let mut digests = BTreeMap::new();
    for (kind_id, kind) in &road.kinds {
        let mut cases: Vec<(String, Vec<Given>)> = Vec::new();
        for question in road.questions_of(kind) {
            for choice in &question.choices {
                let given = Given { key: question.key.clone(), value: choice.value.clone(), place: "golden".to_owned() };
                cases.push((format!("{kind_id}/{}={}", question.key, choice.value), vec![given]));
            }
        }
        if cases.is_empty() {
            cases.push((kind_id.clone(), Vec::new()));
        }
        for (case, given) in cases {
            interrupt::check()?;
            let tree = render_whole(road, kind_id, samples::complete(road, kind, &given)?)?;
            // The records name the source that the road was read from; they are no part of the render.
            let manifest: String = tree
                .manifest()
                .lines()
                .filter(|line| !line.ends_with(" highroad.toml") && !line.ends_with(" highroad.lock"))
                .map(|line| format!("{line}\n"))
                .collect();
            digests.insert(case, Digest::of(manifest.as_bytes()).to_string());
        }
    }
    Ok(digests)
}
