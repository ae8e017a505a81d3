//! Finds the version that an overlay inherits: inside the binary, in a folder, or in a source of this machine.

use std::cmp::Ordering;
use std::path::{Component, Path, PathBuf};

use toml::{Table, Value};

use super::manifest::Inherits;
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::fs;
use crate::base::tree::Tree;
use crate::road::source::Source;
use crate::road::sources::Sources;
use crate::road::store::Store;
use crate::road::{broken, builtin, version};

/// The largest `road.toml` that is read, in bytes.
const TEXT_LIMIT: u64 = 8 << 20;

/// Where an inherited version was found.
pub(super) enum Parent {
    /// The files of a released version.
    Whole(Tree),
    /// A folder that is an overlay itself.
    Overlay(PathBuf),
}

/// Finds what the overlay in `folder` inherits.
///
/// # Errors
/// `inherits-missing`, `inherits-yanked`, or what makes its place unreadable.
pub(super) fn find(folder: &Path, inherits: &Inherits, shown: &str) -> Result<Parent, Diagnostic> {
    let Inherits { id, version, source, .. } = inherits;
    let place = match place(folder, source) {
        Ok(place) => place,
        Err(why) => return Err(broken(shown, "road.toml", format!("[inherits] source `{source}`: {why}"))),
    };
    if let Place::Folder(place) = &place
        && super::is_overlay(place)?
    {
        return Ok(Parent::Overlay(place.clone()));
    }
    let store = match place {
        Place::BuiltIn => Store::open(&Source::BuiltIn),
        Place::Folder(place) => Store::open(&Source::Folder(place)),
        Place::Named => Sources::load()
            .and_then(|sources| sources.find(source).cloned())
            .and_then(|known| Source::of(&known, Some(id)))
            .and_then(|source| Store::open(&source)),
    };
    let store = store.map_err(|error| missing(inherits, shown, &format!("{}: {}", error.what, error.why), &[]))?;
    let known: Vec<&str> = store.versions().iter().map(|listed| listed.version.as_str()).collect();
    let Some(listed) = store.get(version) else {
        return Err(missing(inherits, shown, &format!("`{}` names no such version", store.shown()), &known));
    };
    if let Some(reason) = &listed.yanked {
        return Err(yanked(inherits, shown, reason));
    }
    match store.tree(version) {
        Ok((tree, _)) => Ok(Parent::Whole(tree)),
        Err(error) if error.code == "version-changed" => Err(error),
        Err(error) => Err(missing(inherits, shown, &format!("{}: {}", error.what, error.why), &[])),
    }
}

/// What `source` means.
enum Place {
    BuiltIn,
    Folder(PathBuf),
    /// A source of this machine, by its name.
    Named,
}

fn place(folder: &Path, source: &str) -> Result<Place, &'static str> {
    if source == "built-in" {
        return Ok(Place::BuiltIn);
    }
    if is_path(source) { Ok(Place::Folder(folder.join(relative(source)?))) } else { Ok(Place::Named) }
}

/// Whether a source is a path, and not a name.
fn is_path(source: &str) -> bool {
    source.starts_with('.') || source.contains(['/', '\\'])
}

/// Takes a path that leads somewhere from the overlay's folder, on every machine that has both.
fn relative(source: &str) -> Result<PathBuf, &'static str> {
    if source.contains('\\') || source.chars().any(char::is_control) {
        return Err("its parts are separated by `/`");
    }
    let path = Path::new(source);
    if path.is_absolute() || path.components().any(|part| matches!(part, Component::Prefix(_) | Component::RootDir)) {
        return Err("it is absolute: write it from the overlay's folder on, so that it holds on every machine");
    }
    Ok(path.to_owned())
}

fn missing(inherits: &Inherits, shown: &str, why: &str, known: &[&str]) -> Diagnostic {
    let Inherits { id, version, source, .. } = inherits;
    let fix = if known.is_empty() {
        "correct `source` or `version` in [inherits], or bring the road to that place".to_owned()
    } else {
        format!("correct [inherits]; {}", did_you_mean(version, known))
    };
    Diagnostic::usage("inherits-missing", format!("the inherited road `{id}` {version} from `{source}` cannot be had"))
        .at(format!("{shown}/road.toml"))
        .because(why)
        .fix(fix)
}

/// The error for a version that its publisher took back.
fn yanked(inherits: &Inherits, shown: &str, reason: &str) -> Diagnostic {
    let Inherits { id, version, .. } = inherits;
    Diagnostic::usage("inherits-yanked", format!("the inherited road `{id}` {version} was yanked by its publisher"))
        .at(format!("{shown}/road.toml"))
        .because(reason)
        .fix("inherit another version: set `version` and `digest` in [inherits], and run `highroad road lint`")
}

/// Returns the changes of the inherited versions after `after` and up to `to`, as far as those between can be read. `road` is
/// the `road.toml` of `to`.
pub(super) fn changes(folder: &Path, inherits: &Inherits, road: &Table, after: &str, to: &str) -> Vec<Value> {
    let store = folder.join(&inherits.source);
    let between = |found: &str| version::is_between(found, after, to) && version::compare(found, to) == Ordering::Less;
    let manifests: Vec<String> = if inherits.source == "built-in" {
        builtin::versions().filter(|found| between(found)).filter_map(builtin::manifest).map(str::to_owned).collect()
    } else if is_path(&inherits.source) {
        let mut names = fs::list(&store).unwrap_or_default();
        names.retain(|name| between(name));
        names.sort_by(|a, b| version::compare(a, b));
        names.iter().filter_map(|name| fs::read_text(&store.join(name).join("road.toml"), TEXT_LIMIT).ok()).collect()
    } else {
        Vec::new()
    };
    let tables = manifests.iter().filter_map(|text| toml::from_str::<Table>(text).ok());
    tables.chain([road.clone()]).flat_map(|table| super::rows(&table, "change")).collect()
}
