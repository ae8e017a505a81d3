//! Objects of git: blobs, a tree with some paths changed, a commit. All of them are on the disk before anything names them.

use std::collections::BTreeMap;

use git2::{ErrorCode, ObjectType, Oid, Tree, TreeBuilder};

use super::git::signature;
use super::landing::{Git, failed};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::durable;
use crate::base::fs::fault;

/// A file as a tree of git keeps it: the id of its blob and its mode.
pub type Kept = (String, u32);

/// A commit that nothing names yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Made {
    /// Its id.
    pub id: String,
    /// Whether git knows the person.
    pub as_person: bool,
}

impl Git {
    /// Keeps a blob and returns its id.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn keep(&self, bytes: &[u8]) -> Result<String, Diagnostic> {
        let write = || {
            fault::point().map_err(|error| git2::Error::from_str(&error.to_string()))?;
            self.repository.blob(bytes)
        };
        let id = write().map_err(|error| failed("keep a file", &error))?;
        self.sync_object(id)?;
        Ok(id.to_string())
    }

    /// Returns a blob's bytes.
    ///
    /// # Errors
    /// When it is not there.
    pub fn blob(&self, id: &str) -> Result<Vec<u8>, Diagnostic> {
        let read = || Ok(self.repository.find_blob(Oid::from_str(id)?)?.content().to_vec());
        read().map_err(|error: git2::Error| failed("read a file", &error).at(id))
    }

    /// Waits until a loose object is on the disk; one in a pack is.
    fn sync_object(&self, id: Oid) -> Result<(), Diagnostic> {
        let hex = id.to_string();
        durable::sync(&self.repository.commondir().join("objects").join(&hex[..2]).join(&hex[2..]))
    }

    /// Returns what a commit has at a path from the root of the working tree.
    ///
    /// # Errors
    /// When the commit cannot be read.
    pub fn committed(&self, commit: &str, path: &str) -> Result<Option<Kept>, Diagnostic> {
        let read = || -> Result<Option<Kept>, git2::Error> {
            let tree = self.repository.find_commit(Oid::from_str(commit)?)?.tree()?;
            match tree.get_path(std::path::Path::new(path)) {
                Ok(entry) if entry.kind() == Some(ObjectType::Tree) => Ok(None),
                Ok(entry) => Ok(Some((entry.id().to_string(), u32::try_from(entry.filemode()).unwrap_or_default()))),
                Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        };
        read().map_err(|error| failed("read the last commit", &error).at(path))
    }

    /// Makes the commit that holds the tree of `parent` with some paths (from the root of the working tree) changed;
    /// nothing where that is the same tree.
    ///
    /// # Errors
    /// When git refuses.
    pub fn make_commit(&self, parent: &str, changes: &BTreeMap<String, Option<Kept>>, message: &str) -> Result<Option<Made>, Diagnostic> {
        let make = || -> Result<Option<(Vec<Oid>, bool)>, git2::Error> {
            fault::point().map_err(|error| git2::Error::from_str(&error.to_string()))?;
            let parent = self.repository.find_commit(Oid::from_str(parent)?)?;
            let base = parent.tree()?;
            let mut made = Vec::new();
            let changes: Vec<Change<'_>> = changes.iter().map(|(path, kept)| (path.as_str(), kept.as_ref())).collect();
            let id = match self.with_changes(Some(&base), &changes, &mut made)? {
                Some(id) => id,
                None => self.repository.treebuilder(None)?.write()?,
            };
            if id == base.id() {
                return Ok(None);
            }
            let (author, committer) = (signature(&self.repository, "AUTHOR")?, signature(&self.repository, "COMMITTER")?);
            let tree = self.repository.find_tree(id)?;
            made.push(self.repository.commit(None, &author.0, &committer.0, message, &tree, &[&parent])?);
            Ok(Some((made, author.1 && committer.1)))
        };
        let Some((made, as_person)) = make().map_err(|error| failed("make the commit", &error))? else { return Ok(None) };
        made.iter().try_for_each(|id| self.sync_object(*id))?;
        Ok(made.last().map(|id| Made { id: id.to_string(), as_person }))
    }

    /// Writes a tree with some paths changed, and those below it; `None` where nothing is left in it. A path has at most
    /// 512 parts, so this goes no deeper.
    fn with_changes(&self, base: Option<&Tree<'_>>, changes: &[Change<'_>], made: &mut Vec<Oid>) -> Result<Option<Oid>, git2::Error> {
        let mut builder = self.repository.treebuilder(base)?;
        let mut below: BTreeMap<&str, Vec<Change<'_>>> = BTreeMap::new();
        let mut here = Vec::new();
        for (path, kept) in changes {
            match path.split_once('/') {
                Some((folder, rest)) => below.entry(folder).or_default().push((rest, *kept)),
                None => here.push((*path, *kept)),
            }
        }
        // What goes, goes first: a folder may come where a file was.
        for (name, _) in here.iter().filter(|(_, kept)| kept.is_none()) {
            if kind_in(&builder, name)?.is_some_and(|kind| kind != ObjectType::Tree) {
                builder.remove(*name)?;
            }
        }
        for (folder, changes) in below {
            let inner = match base.and_then(|base| base.get_name(folder)) {
                Some(entry) if entry.kind() == Some(ObjectType::Tree) => Some(self.repository.find_tree(entry.id())?),
                Some(_) | None => None,
            };
            match self.with_changes(inner.as_ref(), &changes, made)? {
                Some(id) => {
                    builder.insert(folder, id, 0o040_000)?;
                }
                None if kind_in(&builder, folder)? == Some(ObjectType::Tree) => builder.remove(folder)?,
                None => {}
            }
        }
        for (name, kept) in here {
            if let Some((id, mode)) = kept {
                builder.insert(name, Oid::from_str(id)?, i32::try_from(*mode).unwrap_or(0o100_644))?;
            }
        }
        if builder.is_empty() {
            return Ok(None);
        }
        let id = builder.write()?;
        made.push(id);
        Ok(Some(id))
    }
}

/// A path from the tree at hand, and what is to be there.
type Change<'a> = (&'a str, Option<&'a Kept>);

fn kind_in(builder: &TreeBuilder<'_>, name: &str) -> Result<Option<ObjectType>, git2::Error> {
    Ok(builder.get(name)?.and_then(|entry| entry.kind()))
}
