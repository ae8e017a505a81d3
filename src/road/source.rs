//! Where a road comes from.

use std::path::{Path, PathBuf};

use super::{LIMITS, Road, builtin};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs;

/// Where a road comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// The newest version inside the binary.
    BuiltIn,
    /// A folder with a `road.toml`.
    Folder(PathBuf),
}

impl Source {
    /// Reads the road.
    ///
    /// # Errors
    /// When it is not there, or is not usable.
    pub fn read(&self) -> Result<Road, Diagnostic> {
        match self {
            Self::BuiltIn => Road::from_tree(&builtin::newest()?.1, "built-in"),
            Self::Folder(folder) => Road::from_tree(&read_folder(folder)?, &folder.display().to_string()),
        }
    }
}

/// Reads the files of a road version from a folder.
///
/// # Errors
/// When the folder is no road, or holds what a road may not.
pub fn read_folder(folder: &Path) -> Result<crate::base::tree::Tree, Diagnostic> {
    if fs::look(&folder.join("road.toml"))? == fs::Found::Nothing {
        return Err(Diagnostic::usage("no-road", "the folder is no road")
            .at(folder.display().to_string())
            .because("it has no `road.toml`")
            .fix("name the folder of one version of a road"));
    }
    fs::read_tree(folder, LIMITS)
}
