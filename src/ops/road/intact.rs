//! Whether a store is one that a version can be added to: of the same road, its index whole, not inside the road itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::road::index::{self, Index};
use crate::road::manifest::Manifest;
use crate::road::version;

/// The largest manifest that is read, in bytes.
const LIMIT: u64 = 8 << 20;

/// Refuses a store inside the road: each version would hold all versions before it.
///
/// # Errors
/// When it is, or the road is not there.
pub(super) fn outside(source: &Path, store: &Path) -> Result<(), Diagnostic> {
    let source = fs::canonical(source)?;
    // The store need not be there yet: what of its path is there says where it will be.
    let mut there = if store.is_absolute() { store.to_owned() } else { Path::new(".").join(store) };
    let mut rest: Vec<OsString> = Vec::new();
    while fs::look(&there)? == Found::Nothing {
        let Some(name) = there.file_name().map(OsString::from) else { break };
        rest.push(name);
        there.pop();
    }
    let place = rest.iter().rev().fold(fs::canonical(&there)?, |place, name| place.join(name));
    if !place.starts_with(&source) {
        return Ok(());
    }
    Err(Diagnostic::usage("store-inside", "the store lies inside the road")
        .at(store.display().to_string())
        .because("each version would hold all versions before it")
        .fix("name a folder beside the road"))
}

/// Refuses a store of another road, whose versions nobody could publish together.
///
/// # Errors
/// When it is one.
pub(super) fn same_road(store: &Path, index: &Index, id: &str) -> Result<(), Diagnostic> {
    for published in &index.version {
        if let Some(other) = id_of(&store.join(&published.version)).filter(|other| other != id) {
            return Err(Diagnostic::usage("other-road", format!("the store holds another road, `{other}`"))
                .at(store.display().to_string())
                .because(format!("the road is `{id}`, and a store holds the versions of one road"))
                .fix("name another folder for the versions of this road"));
        }
    }
    Ok(())
}

/// Returns the id of the road in a folder; nothing where it cannot be read, which others tell more about.
fn id_of(folder: &Path) -> Option<String> {
    let text = fs::read_text(&folder.join("road.toml"), LIMIT).ok()?;
    Some(toml::from_str::<Manifest>(&text).ok()?.id)
}

/// Returns the folders of versions that the index does not name.
///
/// # Errors
/// When the store cannot be listed.
pub(super) fn unnamed(store: &Path, index: &Index) -> Result<Vec<String>, Diagnostic> {
    let Found::Folder(names) = fs::look(store)? else { return Ok(Vec::new()) };
    let mut unnamed = Vec::new();
    for name in names {
        let known = index.version.iter().any(|published| published.version == name);
        if !known && version::is_calendar(&name) && fs::look(&store.join(&name).join("road.toml"))? != Found::Nothing {
            unnamed.push(name);
        }
    }
    unnamed.sort_by(|a, b| version::compare(a, b));
    Ok(unnamed)
}

/// Refuses an index that lost versions: with it went what was said of them, such as that one is yanked. `leftover` is the
/// version of a release that was stopped, which this one finishes.
///
/// # Errors
/// When a folder of a version is in no index.
pub(super) fn all_named(store: &Path, index: &Index, leftover: Option<&str>) -> Result<(), Diagnostic> {
    let unnamed: Vec<String> = unnamed(store, index)?.into_iter().filter(|version| Some(version.as_str()) != leftover).collect();
    if unnamed.is_empty() {
        return Ok(());
    }
    Err(Diagnostic::usage("index-short", "the index does not name every version of the store")
        .at(store.join(index::FILE).display().to_string())
        .because(format!("{} stand beside it; with their lines went what was said of them, such as a yank", unnamed.join(", ")))
        .fix(format!(
            "get the index back from its history, such as with `git checkout -- {}`; a folder that was never released is to be moved away",
            index::FILE
        )))
}

/// Takes away the folders that a run made, as far as nothing is in them.
pub(super) fn unmake(made: &[PathBuf]) {
    for folder in made.iter().rev() {
        let _ = fs::durable::remove_if_empty(folder);
    }
}
