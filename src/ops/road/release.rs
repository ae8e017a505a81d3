//! `highroad road release` and `road verify`: freeze a version of a road, and prove that a frozen one is unchanged.

use std::collections::BTreeMap;
use std::path::Path;

use super::busy;
use super::store::{LOCK, read_index, write_index};
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs::{self, Found};
use crate::ops::new::render_whole;
use crate::ops::road::sources::working;
use crate::render::answers::{Given, check, complete};
use crate::render::questions::Machine;
use crate::road::index::{Published, channel_problem};
use crate::road::source::read_folder;
use crate::road::{Road, broken};

/// Freezes the road in `source` as a folder of `store` named after its version, and adds it to the index.
/// Returns what the index says of it.
///
/// # Errors
/// When the version is there already, or the road does not render for one of its cases. Nothing is written then.
pub fn release(source: &Path, store: &Path) -> Result<Published, Diagnostic> {
    let (road, tree) = working(source)?;
    lint(&road)?;
    dates(&road)?;
    fs::create_folders(store)?;
    let _lock = busy(&store.join(LOCK))?;
    let version = road.manifest.version.clone();
    let mut index = read_index(store)?;
    let folder = store.join(&version);
    let listed = index.version.iter().any(|published| published.version == version);
    // A release that was killed between its two renames left the folder without its line: the same bytes finish it.
    let unfinished = !listed && fs::look(&folder)? != Found::Nothing && read_folder(&folder)?.digest() == road.digest;
    if listed || (fs::look(&folder)? != Found::Nothing && !unfinished) {
        return Err(Diagnostic::usage("published", format!("version {version} is published already"))
            .at(folder.display().to_string())
            .because("a published version never changes")
            .fix("give the road a new version in its `road.toml`"));
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
        let road = Road::from_tree(&read_folder(&folder)?, &folder.display().to_string())?;
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

/// Refuses days that are none, support that ended before it began, and a channel without a name.
fn dates(road: &Road) -> Result<(), Diagnostic> {
    let manifest = &road.manifest;
    let day = |key: &str, text: &str| {
        Day::parse(text).ok_or_else(|| {
            broken(&road.source, "road.toml", format!("`{key}` is `{}`, which is no day such as `2026-11-30`", text.escape_debug()))
        })
    };
    let (released, until) = (day("released", &manifest.released)?, day("supported-until", &manifest.supported_until)?);
    if until < released {
        let why = format!("`supported-until` is {until}, before `released`, {released}: nobody would answer for it for a day");
        return Err(broken(&road.source, "road.toml", why));
    }
    match channel_problem(&manifest.channel) {
        Some(problem) => Err(broken(&road.source, "road.toml", problem)),
        None => Ok(()),
    }
}

/// Refuses rules that claim no file: they are mistyped, or what they spoke of was forgotten.
fn lint(road: &Road) -> Result<(), Diagnostic> {
    let parts = road.layers.iter().chain(road.kinds.iter().map(|(id, part)| (id, part)));
    for (id, part) in parts {
        for (at, rule) in part.manifest.file.iter().enumerate() {
            if !part.files.iter().any(|file| file.rule == at) {
                return Err(broken(&road.source, id, format!("the rule for `{}` claims no file", rule.path)));
            }
        }
    }
    Ok(())
}

/// Renders every kind for every host, and for every other answer once, and returns the digest of each case.
///
/// # Errors
/// When it does not render.
pub fn golden(road: &Road) -> Result<BTreeMap<String, String>, Diagnostic> {
    let mut digests = BTreeMap::new();
    for (kind_id, kind) in &road.kinds {
        for question in road.questions_of(kind) {
            for choice in &question.choices {
                let given = Given { key: question.key.clone(), value: choice.value.clone(), place: "golden".to_owned() };
                let answers = complete(road, kind, check(road, kind, &[given])?, &Machine::default())?;
                let tree = render_whole(road, kind_id, answers)?;
                // The records name the source that the road was read from; they are no part of the render.
                let manifest: String = tree
                    .manifest()
                    .lines()
                    .filter(|line| !line.ends_with(" highroad.toml") && !line.ends_with(" highroad.lock"))
                    .map(|line| format!("{line}\n"))
                    .collect();
                digests.insert(format!("{kind_id}/{}={}", question.key, choice.value), Digest::of(manifest.as_bytes()).to_string());
            }
        }
    }
    Ok(digests)
}
