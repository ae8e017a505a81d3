//! Where a version of a road was read from, as `highroad.toml` records it.

use std::path::{Path, PathBuf};

use crate::base::fs;
use crate::base::path::RelPath;
use crate::repo::config::RoadReference;

/// Where a version of a road was read from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// The binary.
    BuiltIn,
    /// A folder: of one version, or of all with their index.
    Folder(PathBuf),
    /// A signed registry, by its address.
    Registry(String),
    /// A commit of a git repository.
    Git {
        /// The address, without `git+`.
        url: String,
        /// The commit.
        commit: String,
        /// The folder in the repository, where it is not the root.
        path: Option<String>,
    },
}

impl Origin {
    /// Returns the origin for a text that names a place in messages.
    pub(super) fn of(source: &str) -> Self {
        if source == "built-in" { Self::BuiltIn } else { Self::Folder(PathBuf::from(source)) }
    }

    /// Returns the origin for a folder: of one version in a store, the store, where the next versions will be.
    pub(super) fn of_folder(folder: &Path) -> Self {
        let version = folder.file_name().and_then(std::ffi::OsStr::to_str).is_some_and(super::version::is_calendar);
        let store = folder.parent().filter(|parent| version && fs::is_file(&parent.join(super::index::FILE)));
        Self::Folder(store.unwrap_or(folder).to_owned())
    }

    /// Returns what `highroad.toml` of the project at `root` says of a version from here.
    pub fn reference(&self, id: &str, version: &str, root: &Path) -> RoadReference {
        let plain = RoadReference { id: id.to_owned(), version: version.to_owned(), ..RoadReference::default() };
        match self {
            Self::BuiltIn => RoadReference { source: "built-in".to_owned(), ..plain },
            Self::Folder(folder) => RoadReference { source: "folder".to_owned(), path: seen_from(folder, root), unsigned: true, ..plain },
            Self::Registry(url) => RoadReference { source: "registry".to_owned(), url: Some(url.clone()), ..plain },
            Self::Git { url, commit, path } => RoadReference {
                source: "git".to_owned(),
                url: Some(url.clone()),
                commit: Some(commit.clone()),
                path: path.clone(),
                unsigned: true,
                ..plain
            },
        }
    }
}

/// Returns a folder's path as seen from a project, where it lies inside or beside it. No other path is recorded: it would
/// be one of this machine.
fn seen_from(folder: &Path, root: &Path) -> Option<String> {
    let folder = fs::canonical(folder).ok()?;
    // A new project is not there yet, and the folder that it will lie in is.
    let parent = root.parent().and_then(|parent| fs::canonical(parent).ok());
    let root = fs::canonical(root).ok().or_else(|| Some(parent.as_ref()?.join(root.file_name()?)))?;
    let below = |base: &Path| {
        let parts: Option<Vec<&str>> = folder.strip_prefix(base).ok()?.iter().map(std::ffi::OsStr::to_str).collect();
        let text = parts?.join("/");
        RelPath::parse(&text).ok()?;
        Some(text)
    };
    below(&root).or_else(|| Some(format!("../{}", below(root.parent()?)?)))
}

/// Returns the folder that a recorded path names; nothing where it leads further away than beside the project.
pub fn recorded_folder(path: &str, root: &Path) -> Option<PathBuf> {
    let inside = path.strip_prefix("../").unwrap_or(path);
    RelPath::parse(inside).ok()?;
    let base = if inside.len() == path.len() { root } else { root.parent()? };
    Some(base.join(inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_of_a_machine_is_recorded() {
        let base = tempfile::tempdir().unwrap();
        let root = base.path().join("teams/project");
        for folder in ["teams/project/road", "teams/roads/ml", "elsewhere"] {
            fs::create_folders(&base.path().join(folder)).unwrap();
        }
        let seen = |folder: &str| seen_from(&base.path().join(folder), &root);
        assert_eq!(seen("teams/project/road").as_deref(), Some("road"));
        assert_eq!(seen("teams/roads/ml").as_deref(), Some("../roads/ml"));
        assert_eq!(seen("elsewhere"), None);
        assert_eq!(recorded_folder("../roads/ml", &root), Some(base.path().join("teams/roads/ml")));
        for bad in ["/etc", "../../x", "..", "../", "a/../../b", "C:/x", ".git/x"] {
            assert_eq!(recorded_folder(bad, &root), None, "{bad}");
        }
    }
}
