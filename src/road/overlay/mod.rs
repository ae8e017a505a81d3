//! A road as an overlay of another: its folder holds what differs, and is flattened when it is read.
//!
//! The result is an ordinary full road. What an overlay does to inherited files is declared with their digest, so that it is
//! told when one of them changes underneath.

mod files;
mod flatten;
mod history;
mod keyed;
mod manifest;
mod parent;

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::source::read_folder;
use super::{Road, broken};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs;
use crate::base::tree::Tree;
use history::History;
use manifest::Overlay;
use parent::Parent;

/// The first line of a file that was put together from an overlay and what it inherits.
pub const FLATTENED: &str = "# Flattened from an overlay and what it inherits.";
/// How many overlays may stand on one another.
const DEEPEST: usize = 8;
/// The largest `road.toml` that is looked at, in bytes.
const TEXT_LIMIT: u64 = 4 << 20;

/// Reads a folder with working sources, plain or an overlay, as the files of a full road.
///
/// # Errors
/// When the folder is no road, or what it inherits cannot be had.
pub fn read(folder: &Path) -> Result<Tree, Diagnostic> {
    if is_overlay(folder)? { compose(folder) } else { read_folder(folder) }
}

/// Whether the road in a folder inherits from another. Nothing there, or a text that does not parse, inherits nothing.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn is_overlay(folder: &Path) -> Result<bool, Diagnostic> {
    let path = folder.join("road.toml");
    if fs::look(&path)? != fs::Found::Other("a file") {
        return Ok(false);
    }
    let table: Result<Table, _> = toml::from_str(&fs::read_text(&path, TEXT_LIMIT)?);
    Ok(table.is_ok_and(|table| table.contains_key("inherits")))
}

/// Flattens the overlay in a folder with what it inherits: a full road.
///
/// # Errors
/// When what it inherits is missing, yanked, changed or stands on itself; when a file that it replaces is gone or changed;
/// when the result is not usable.
pub fn compose(folder: &Path) -> Result<Tree, Diagnostic> {
    compose_below(folder, &mut Vec::new())
}

/// `above` holds the folders of the overlays that stand on this one.
fn compose_below(folder: &Path, above: &mut Vec<PathBuf>) -> Result<Tree, Diagnostic> {
    let shown = folder.display().to_string().trim_end_matches('/').to_owned();
    let here = fs::canonical(folder)?;
    if above.contains(&here) {
        let chain: Vec<String> = above.iter().chain([&here]).map(|folder| folder.display().to_string()).collect();
        return Err(Diagnostic::usage("inherits-cycle", "the road inherits from itself")
            .at(format!("{shown}/road.toml"))
            .because(format!("{} come round in a circle", chain.join(" -> ")))
            .fix("let one of them inherit from a road outside of the circle"));
    }
    above.push(here);
    if above.len() > DEEPEST {
        return Err(Diagnostic::usage("inherits-deep", "too many overlays stand on one another")
            .at(format!("{shown}/road.toml"))
            .because(format!("at most {DEEPEST} are flattened"))
            .fix("release one of those in between, and inherit from the released version"));
    }
    let own = read_folder(folder)?;
    let overlay: Overlay = parse(&own, &shown)?;
    if let Some(problem) = overlay.problem() {
        return Err(broken(&shown, "road.toml", problem));
    }
    let inherited = inherited_below(folder, &overlay, &shown, above)?;
    let road: Table = parse(&inherited, &overlay.inherits.source)?;
    let between = |after: &str, to: &str| parent::changes(folder, &overlay.inherits, &road, after, to);
    let history = History::of(&overlay, &road, between).map_err(|why| broken(&shown, "road.toml", why))?;
    let laid = files::lay(&inherited, &own, &overlay, &shown)?;
    let tree = files::tree(flatten::finish(laid, &road, &overlay, &history, &inherited, &shown)?, &shown)?;
    // What is wrong with the whole is wrong with the overlay: said here, where its folder is known.
    Road::from_tree(&tree, &shown)?;
    Ok(tree)
}

/// Returns the files that the overlay in a folder inherits, flattened; nothing where the folder is a plain road.
///
/// # Errors
/// When what it inherits cannot be had.
pub fn inherited(folder: &Path) -> Result<Option<Tree>, Diagnostic> {
    if !is_overlay(folder)? {
        return Ok(None);
    }
    let shown = folder.display().to_string();
    let overlay: Overlay = parse(&read_folder(folder)?, &shown)?;
    inherited_below(folder, &overlay, &shown, &mut vec![fs::canonical(folder)?]).map(Some)
}

fn inherited_below(folder: &Path, overlay: &Overlay, shown: &str, above: &mut Vec<PathBuf>) -> Result<Tree, Diagnostic> {
    let inherited = match parent::find(folder, &overlay.inherits, shown)? {
        Parent::Whole(tree) => tree,
        Parent::Overlay(below) => compose_below(&below, above)?,
    };
    check_parent(&inherited, overlay, shown)?;
    Ok(inherited)
}

/// Proves that what was found is what the overlay was written over.
fn check_parent(inherited: &Tree, overlay: &Overlay, shown: &str) -> Result<(), Diagnostic> {
    let manifest = Road::from_tree(inherited, &overlay.inherits.source)?.manifest;
    let manifest::Inherits { id, version, digest, .. } = &overlay.inherits;
    if manifest.id != *id || manifest.version != *version {
        return Err(Diagnostic::usage("inherits-other", "another road stands where the inherited one should")
            .at(format!("{shown}/road.toml"))
            .because(format!("[inherits] names `{id}` {version}, and there is `{}` {}", manifest.id, manifest.version))
            .fix("correct `id`, `version` or `source` in [inherits]"));
    }
    let found = inherited.digest();
    if found.to_string() != *digest {
        return Err(Diagnostic::usage("inherits-changed", format!("the inherited road `{id}` {version} is not the one that was meant"))
            .at(format!("{shown}/road.toml"))
            .because(format!("[inherits] has the digest {digest}, and the road has {found}"))
            .fix("find out who changed it; where it is right, set `digest` to the new one"));
    }
    Ok(())
}

fn parse<T: serde::de::DeserializeOwned>(tree: &Tree, shown: &str) -> Result<T, Diagnostic> {
    super::parse(tree, shown, "road.toml")
}

/// Returns the rows of a list in a `road.toml`.
fn rows(table: &Table, key: &str) -> Vec<Value> {
    table.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}
