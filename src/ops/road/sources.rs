//! The road in a folder that somebody works on, or in a released one: what `lint`, `test`, `diff`, `preview` and `release`
//! begin with.

use std::path::Path;

use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::tree::Tree;
use crate::road::{Road, overlay};

/// The files in `pins/`.
const PINS: [&str; 6] = ["actions.toml", "advisories.toml", "hooks.toml", "images.toml", "known-actions.toml", "known-images.toml"];

/// Reads the road in `folder`. An overlay is flattened with what it inherits, so that every command sees a full road.
///
/// # Errors
/// When the folder is no road, or what it inherits cannot be had, or the result is not usable.
pub fn working(folder: &Path) -> Result<(Road, Tree), Diagnostic> {
    let tree = overlay::read(folder)?;
    let road = Road::from_tree(&tree, &folder.display().to_string())?;
    known_pins(&road, &tree)?;
    Ok((road, tree))
}

/// Refuses a file in `pins/` that nothing reads: it is mistyped, and what it says would be no pin.
fn known_pins(road: &Road, tree: &Tree) -> Result<(), Diagnostic> {
    let manifest = &road.manifest;
    let named =
        manifest.data.iter().map(|data| data.file.as_str()).chain(manifest.ranking.iter().map(|ranking| ranking.catalogue.as_str()));
    let known: Vec<&str> = PINS.into_iter().chain(named.filter_map(|file| file.strip_prefix("pins/"))).collect();
    let unknown = tree.iter().filter_map(|(path, _)| path.as_str().strip_prefix("pins/")).find(|name| !known.contains(name));
    match unknown {
        Some(name) => Err(Diagnostic::usage("pins-file", format!("nothing reads `pins/{name}`"))
            .at(format!("{}/pins/{name}", road.source.trim_end_matches('/')))
            .because("what it says would be no pin, and nobody would be told")
            .fix(did_you_mean(name, &known))),
        None => Ok(()),
    }
}
