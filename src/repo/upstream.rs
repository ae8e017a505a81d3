//! What a repository says of its own tags: which commit they name, how, and whether a branch leads there.

use std::path::Path;

use git2::{ErrorCode, ObjectType, Oid, Repository};

use super::records::Records;

/// How many tags and branches are looked at.
const MOST_REFS: usize = 20_000;
/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// A repository whose tags are looked at: bare, a mirror, or somebody's clone. Nothing of it is changed or run.
pub struct Upstream {
    repository: Repository,
    branches: Vec<(String, Oid)>,
}

/// A tag.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tag {
    /// The commit that it leads to.
    pub commit: String,
    /// The object that has the tagger's words, where it is annotated.
    pub object: Option<String>,
    /// When it was tagged, in seconds since 1970, where it is annotated and says so.
    pub tagged: Option<i64>,
}

/// A commit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dates {
    /// When it was committed, in seconds since 1970, as it says itself.
    pub committed: i64,
    /// When the newest of its parents was.
    pub parent: Option<i64>,
}

impl Upstream {
    /// Opens the repository in a folder.
    ///
    /// # Errors
    /// When there is none, or it is shallow, or it has no branch.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let repository = Repository::open(folder).map_err(|error| error.message().to_owned())?;
        if repository.is_shallow() {
            return Err("it is a shallow clone: whether a branch leads to a commit cannot be told".to_owned());
        }
        // In a clone, the other side's branches count, not those that somebody made here.
        let of = |pattern: &str| -> Result<Vec<(String, Oid)>, git2::Error> {
            let mut found = Vec::new();
            for reference in repository.references_glob(pattern)?.take(MOST_REFS) {
                let reference = reference?;
                if let (Ok(name), Ok(commit)) = (reference.shorthand(), reference.peel_to_commit()) {
                    found.push((name.to_owned(), commit.id()));
                }
            }
            Ok(found)
        };
        let remote = of("refs/remotes/origin/*").map_err(|error| error.message().to_owned())?;
        let mut branches = if remote.is_empty() { of("refs/heads/*").map_err(|error| error.message().to_owned())? } else { remote };
        branches.retain(|(name, _)| name != "origin/HEAD" && name != "origin");
        let is_main = |name: &str| matches!(name.rsplit('/').next(), Some("main" | "master" | "trunk"));
        branches.sort_by(|a, b| (!is_main(&a.0), &a.0).cmp(&(!is_main(&b.0), &b.0)));
        if branches.is_empty() {
            return Err("it has no branch".to_owned());
        }
        Ok(Self { repository, branches })
    }

    /// Returns the address that it was cloned from.
    pub fn origin(&self) -> Option<String> {
        self.repository.find_remote("origin").ok()?.url().ok().map(str::to_owned)
    }

    /// Returns the names of the tags.
    pub fn tags(&self) -> Vec<String> {
        let names = self.repository.tag_names(None).ok();
        let names = names.iter().flat_map(|names| names.iter()).filter_map(|name| name.ok().flatten().map(str::to_owned));
        names.take(MOST_REFS).collect()
    }

    /// Returns a tag; nothing where there is none of that name, or it names no commit.
    pub fn tag(&self, name: &str) -> Option<Tag> {
        let reference = self.repository.find_reference(&format!("refs/tags/{name}")).ok()?;
        let commit = reference.peel_to_commit().ok()?.id().to_string();
        let annotated = reference.peel(ObjectType::Tag).ok().and_then(|object| object.into_tag().ok());
        Some(Tag {
            commit,
            object: annotated.as_ref().map(|tag| tag.id().to_string()),
            tagged: annotated.as_ref().and_then(|tag| tag.tagger()).map(|tagger| tagger.when().seconds()),
        })
    }

    /// Returns when a commit was made; nothing where it is not here.
    pub fn dates(&self, commit: &str) -> Option<Dates> {
        let commit = Records::of(&self.repository).ok()?.commit(Oid::from_str(commit).ok()?).ok()?;
        let parent = commit.parents().map(|parent| parent.time().seconds()).max();
        Some(Dates { committed: commit.time().seconds(), parent })
    }

    /// Returns a branch that leads to a commit: the main one where it does. Nothing where none does.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub fn branch_of(&self, commit: &str) -> Result<Option<String>, String> {
        let id = Oid::from_str(commit).map_err(|error| error.message().to_owned())?;
        for (name, tip) in &self.branches {
            if *tip == id {
                return Ok(Some(name.clone()));
            }
            match self.repository.graph_descendant_of(*tip, id) {
                Ok(true) => return Ok(Some(name.clone())),
                Ok(false) => {}
                Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
                Err(error) => return Err(error.message().to_owned()),
            }
        }
        Ok(None)
    }

    /// Returns the text of a file in a commit; nothing where it is not there, is too large or no text.
    pub fn text(&self, commit: &str, path: &str) -> Option<String> {
        let records = Records::of(&self.repository).ok()?;
        let commit = records.commit(Oid::from_str(commit).ok()?).ok()?;
        let (id, _) = records.at(commit.tree_id(), path).ok()??;
        String::from_utf8(records.file(id, LARGEST).ok()?).ok()
    }
}
