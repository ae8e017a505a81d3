//! Git's objects, measured before they are read: git takes each into memory as a whole, whatever its size.

use git2::{Commit, ObjectType, Odb, Oid, Repository, Tree};

/// The largest list of a folder, commit or tag that is read, in bytes.
const LARGEST: usize = 2 << 20;

/// Why an object is not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    /// Git cannot read it.
    #[error("{}", .0.message())]
    Broken(#[from] git2::Error),
    /// It is too large.
    #[error("it has {size} bytes, and {limit} are read at most")]
    Large {
        /// How many bytes it has.
        size: usize,
        /// How many are read.
        limit: u64,
    },
    /// It is no file.
    #[error("it is no file")]
    NoFile,
}

/// Reads objects of a repository within bounds.
pub(super) struct Records<'a> {
    repository: &'a Repository,
    odb: Odb<'a>,
}

impl<'a> Records<'a> {
    /// Prepares to read.
    pub(super) fn of(repository: &'a Repository) -> Result<Self, git2::Error> {
        Ok(Self { repository, odb: repository.odb()? })
    }

    /// Returns what an object is; nothing where it is too large for a list, a commit or a tag.
    pub(super) fn kind(&self, id: Oid) -> Result<ObjectType, Unread> {
        let (size, kind) = self.odb.read_header(id)?;
        if size > LARGEST { Err(Unread::Large { size, limit: LARGEST as u64 }) } else { Ok(kind) }
    }

    /// Reads a commit.
    pub(super) fn commit(&self, id: Oid) -> Result<Commit<'a>, Unread> {
        self.kind(id)?;
        Ok(self.repository.find_commit(id)?)
    }

    /// Reads the list of a folder.
    pub(super) fn tree(&self, id: Oid) -> Result<Tree<'a>, Unread> {
        self.kind(id)?;
        Ok(self.repository.find_tree(id)?)
    }

    /// Finds what stands at a path below a folder; nothing where nothing does.
    pub(super) fn at(&self, folder: Oid, path: &str) -> Result<Option<(Oid, ObjectType)>, Unread> {
        let mut here = (folder, ObjectType::Tree);
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if here.1 != ObjectType::Tree {
                return Ok(None);
            }
            let tree = self.tree(here.0)?;
            let Some((id, kind)) = tree.get_name(part).and_then(|entry| Some((entry.id(), entry.kind()?))) else { return Ok(None) };
            here = (id, kind);
        }
        Ok(Some(here))
    }

    /// Returns how many bytes a file has.
    pub(super) fn size(&self, id: Oid) -> Result<u64, Unread> {
        let (size, kind) = self.odb.read_header(id)?;
        if kind == ObjectType::Blob { Ok(size as u64) } else { Err(Unread::NoFile) }
    }

    /// Reads a file of at most `limit` bytes.
    pub(super) fn file(&self, id: Oid, limit: u64) -> Result<Vec<u8>, Unread> {
        let size = self.size(id)?;
        if size > limit {
            return Err(Unread::Large { size: usize::try_from(size).unwrap_or(usize::MAX), limit });
        }
        Ok(self.odb.read(id)?.data().to_vec())
    }
}
