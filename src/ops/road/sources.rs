//! The road in a folder that somebody works on, or in a released one: what `lint`, `test`, `diff`, `preview` and `release`
//! begin with.

use std::path::Path;

use crate::base::diagnostic::Diagnostic;
use crate::base::tree::Tree;
use crate::road::{Road, overlay};

/// Reads the road in `folder`. An overlay is flattened with what it inherits, so that every command sees a full road.
///
/// # Errors
/// When the folder is no road, or what it inherits cannot be had, or the result is not usable.
pub fn working(folder: &Path) -> Result<(Road, Tree), Diagnostic> {
    let tree = overlay::read(folder)?;
    let road = Road::from_tree(&tree, &folder.display().to_string())?;
    Ok((road, tree))
}
