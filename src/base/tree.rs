//! A tree of files in memory: what every command reads, merges and writes.

use std::collections::BTreeMap;

use super::digest::Digest;
use super::path::RelPath;

/// Whether a file may be run.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Mode {
    /// `100644` in git.
    Plain,
    /// `100755` in git.
    Executable,
}

impl Mode {
    /// Returns the mode as git writes it.
    pub fn git(self) -> &'static str {
        match self {
            Self::Plain => "100644",
            Self::Executable => "100755",
        }
    }
}

/// A file: its bytes and its mode. Roads hold no links.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct File {
    /// The content.
    pub bytes: Vec<u8>,
    /// Whether it may be run.
    pub mode: Mode,
}

/// Why a path cannot join a tree.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TreeError {
    /// The path is there already, perhaps in another case.
    #[error("`{path}` and `{other}` are the same file where case does not count")]
    Twin {
        /// The path that came second.
        path: RelPath,
        /// The path that was there.
        other: String,
    },
    /// One path is a folder of the other.
    #[error("`{path}` is a file and a folder at once")]
    FileAndFolder {
        /// The path that came second.
        path: RelPath,
    },
}

/// Paths with their files, in order of path; no two differ by case alone.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tree {
    files: BTreeMap<RelPath, File>,
    /// Folded path to the path as given, for files; folders are kept as `None`.
    folded: BTreeMap<String, Option<String>>,
}

impl Tree {
    /// Adds a file.
    ///
    /// # Errors
    /// When the path, or a case twin of it, is there already as a file or a folder.
    pub fn insert(&mut self, path: RelPath, file: File) -> Result<(), TreeError> {
        let folded = path.folded();
        match self.folded.get(&folded) {
            Some(Some(other)) => return Err(TreeError::Twin { path, other: other.clone() }),
            Some(None) => return Err(TreeError::FileAndFolder { path }),
            None => {}
        }
        let folders: Vec<String> = path.folders().map(str::to_lowercase).collect();
        if folders.iter().any(|folder| matches!(self.folded.get(folder), Some(Some(_)))) {
            return Err(TreeError::FileAndFolder { path });
        }
        self.folded.extend(folders.into_iter().map(|folder| (folder, None)));
        self.folded.insert(folded, Some(path.as_str().to_owned()));
        self.files.insert(path, file);
        Ok(())
    }

    /// Returns the file at `path`.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }

    /// Returns the files in order of path.
    pub fn iter(&self) -> impl Iterator<Item = (&RelPath, &File)> {
        self.files.iter()
    }

    /// Returns how many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Returns whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Returns the sorted manifest: a line `<sha256 hex> <git mode> <path>` for each file.
    pub fn manifest(&self) -> String {
        self.files.iter().map(|(path, file)| format!("{} {} {path}\n", Digest::of(&file.bytes).hex(), file.mode.git())).collect()
    }

    /// Returns the digest over the sorted manifest.
    pub fn digest(&self) -> Digest {
        Digest::of(self.manifest().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(tree: &mut Tree, path: &str) -> Result<(), TreeError> {
        tree.insert(RelPath::parse(path).unwrap(), File { bytes: Vec::new(), mode: Mode::Plain })
    }

    #[test]
    fn refuses_case_twins_and_a_file_that_is_also_a_folder() {
        let mut tree = Tree::default();
        add(&mut tree, "docs/A.md").unwrap();
        assert!(matches!(add(&mut tree, "docs/a.md"), Err(TreeError::Twin { .. })));
        assert!(matches!(add(&mut tree, "Docs"), Err(TreeError::FileAndFolder { .. })));
        assert!(matches!(add(&mut tree, "docs/a.md/x"), Err(TreeError::FileAndFolder { .. })));
    }

    #[test]
    fn the_digest_sees_bytes_modes_and_names() {
        let with = |path: &str, bytes: &[u8], mode| {
            let mut tree = Tree::default();
            tree.insert(RelPath::parse(path).unwrap(), File { bytes: bytes.to_vec(), mode }).unwrap();
            tree.digest()
        };
        let base = with("a", b"x", Mode::Plain);
        assert_eq!(base, with("a", b"x", Mode::Plain));
        assert_ne!(base, with("b", b"x", Mode::Plain));
        assert_ne!(base, with("a", b"y", Mode::Plain));
        assert_ne!(base, with("a", b"x", Mode::Executable));
    }
}
