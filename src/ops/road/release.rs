//! `highroad road release` and `road verify`: freeze a version of a road, and prove that a frozen one is unchanged.

use std::collections::BTreeMap;
use std::path::Path;

use super::busy;
use super::store::{LOCK, read_index, write_index};
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs::{self, Found};
use crate::base::tree::Tree;
use crate::ops::new::render_whole;
use crate::ops::road::sources::working;
use crate::ops::road::{lint, samples};
use crate::render::answers::Given;
use crate::road::Road;
use crate::road::index::Published;
use crate::road::source::{read_folder, read_version};

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
    let version = road.manifest.version.clone();
    let folder = store.join(&version);
    let taken = || {
        Diagnostic::usage("published", format!("version {version} is published already"))
            .at(folder.display().to_string())
            .because("a published version never changes")
            .fix("give the road a new version in its `road.toml`")
    };
    if read_index(store)?.version.iter().any(|published| published.version == version) {
        return Err(taken());
    }
    look(&road, &tree)?;
    fs::create_folders(store)?;
    let _lock = busy(&store.join(LOCK))?;
    let mut index = read_index(store)?;
    let listed = index.version.iter().any(|published| published.version == version);
    // A release that was killed between its two renames left the folder without its line: the same bytes finish it.
    let unfinished = !listed && fs::look(&folder)? != Found::Nothing && read_folder(&folder)?.digest() == road.digest;
    if listed || (fs::look(&folder)? != Found::Nothing && !unfinished) {
        return Err(taken());
    }
    let published = Published {
        version: version.clone(),
        released: road.manifest.released.clone(),
        digest: road.digest.to_string(),
        golden: golden(&road)?,
        ..Published::default()
    };
    index.version.push(published.clone());
    let staging = store.join(format!(".{version}.releasing"));
    fs::remove(&staging)?;
    fs::create_folder(&staging)?;
    if !unfinished {
        fs::write_tree(&staging, &tree, || Ok(()))?;
        fs::rename(&staging, &folder)?;
    }
    fs::remove(&staging)?;
    write_index(store, &index)?;
    Ok(published)
}

/// Proves that every version in `store` has the files and renders to the files that it was published with.
/// Returns the versions that it looked at.
///
/// # Errors
/// At the first version that differs, with what differs.
pub fn verify(store: &Path) -> Result<Vec<String>, Diagnostic> {
    let index = read_index(store)?;
    for published in &index.version {
        let folder = store.join(&published.version);
        let road = Road::from_tree(&read_version(store, &published.version)?, &folder.display().to_string())?;
        let changed = |what: &str, recorded: &str, found: &str| {
            Diagnostic::failed("digest", format!("version {} is not what was published", published.version))
                .at(folder.display().to_string())
                .because(format!("{what}: recorded {recorded}, found {found}"))
                .fix("restore the files from history; a change needs a new version")
        };
        if road.digest.to_string() != published.digest {
            return Err(changed("its files", &published.digest, &road.digest.to_string()));
        }
        let found = golden(&road)?;
        for (case, recorded) in &published.golden {
            let now = found.get(case).map_or("nothing", String::as_str);
            if now != recorded {
                return Err(changed(&format!("what {case} renders to"), recorded, now));
            }
        }
    }
    if index.version.is_empty() {
        return Err(Diagnostic::usage("no-version", "there is no published version to verify")
            .at(store.display().to_string())
            .because("its index names none")
            .fix("publish one with `highroad road release`"));
    }
    Ok(index.version.into_iter().map(|published| published.version).collect())
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
