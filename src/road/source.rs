//! Where a road comes from.

use std::path::{Path, PathBuf};

use super::manifest::STABLE;
use super::store::Store;
use super::{LIMITS, Road, broken, builtin, index};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs;
use crate::base::tree::Tree;

/// Where a road comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// The versions inside the binary.
    BuiltIn,
    /// A folder with a `road.toml`, or one with an `index.toml` and a folder for each version.
    Folder(PathBuf),
}

impl Source {
    /// Reads the road: of several versions, the newest that is for everybody.
    ///
    /// # Errors
    /// When it is not there, or is not usable.
    pub fn read(&self) -> Result<Road, Diagnostic> {
        match self {
            Self::BuiltIn => Road::from_tree(&builtin::newest()?.1, "built-in"),
            Self::Folder(folder) if is_store(folder)? => {
                let store = Store::open(self)?;
                let newest = store.newest(STABLE).map(|listed| listed.version.clone());
                store.read(&newest.ok_or_else(|| broken(&store.shown(), index::FILE, "it names no version that can be read"))?)
            }
            Self::Folder(folder) => Road::from_tree(&read_folder(folder)?, &folder.display().to_string()),
        }
    }
}

fn is_store(folder: &Path) -> Result<bool, Diagnostic> {
    Ok(fs::look(&folder.join("road.toml"))? == fs::Found::Nothing && fs::look(&folder.join(index::FILE))? != fs::Found::Nothing)
}

/// Reads the files of a road version from a folder.
///
/// # Errors
/// When the folder is no road, or holds what a road may not.
pub fn read_folder(folder: &Path) -> Result<Tree, Diagnostic> {
    if fs::look(&folder.join("road.toml"))? == fs::Found::Nothing {
        return Err(Diagnostic::usage("no-road", "the folder is no road")
            .at(folder.display().to_string())
            .because("it has no `road.toml`")
            .fix("name the folder of one version of a road"));
    }
    fs::read_tree(folder, LIMITS)
}
