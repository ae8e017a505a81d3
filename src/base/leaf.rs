//! What stands at one path of a tree that may be anybody's: a file, a link or another repository.

use std::sync::Arc;

/// What a path is, as git tells it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// `100644`.
    Plain,
    /// `100755`.
    Executable,
    /// `120000`: a symbolic link.
    Link,
    /// `160000`: a commit of another repository.
    Submodule,
}

impl Kind {
    /// Returns the mode as git counts it.
    pub fn mode(self) -> u32 {
        match self {
            Self::Plain => 0o100_644,
            Self::Executable => 0o100_755,
            Self::Link => 0o120_000,
            Self::Submodule => 0o160_000,
        }
    }

    /// Returns the mode as git writes it.
    pub fn git(self) -> &'static str {
        match self {
            Self::Plain => "100644",
            Self::Executable => "100755",
            Self::Link => "120000",
            Self::Submodule => "160000",
        }
    }

    /// Whether it is a regular file.
    pub fn is_file(self) -> bool {
        matches!(self, Self::Plain | Self::Executable)
    }

    /// What it is in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Plain | Self::Executable => "a file",
            Self::Link => "a link",
            Self::Submodule => "a submodule",
        }
    }
}

/// What stands at a path, with its content.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Leaf {
    /// What it is.
    pub kind: Kind,
    /// A file's content, a link's target, or a submodule's commit as 40 hex digits.
    pub bytes: Arc<[u8]>,
}

impl Leaf {
    /// Makes a leaf.
    pub fn new(kind: Kind, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { kind, bytes: bytes.into() }
    }
}
