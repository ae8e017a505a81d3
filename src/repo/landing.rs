//! The git repository that a change lands in: where it is, whether it is ready, its branches and its HEAD.

use std::path::{Path, PathBuf};

use git2::{ErrorClass, ErrorCode, Index, ObjectType, Oid, Reference, Repository, RepositoryState};

use super::git::discover;
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, fault};

/// The repository around a project.
pub struct Git {
    pub(super) repository: Repository,
    pub(super) index: Index,
    workdir: PathBuf,
    /// The project's folder from the root of the working tree, with a final `/`; empty at the root.
    prefix: String,
}

/// Where HEAD points.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Head {
    /// At a branch, by its full name.
    Branch(String),
    /// At a commit.
    Detached(String),
}

impl Head {
    /// Returns the branch's short name.
    pub fn branch(&self) -> Option<&str> {
        match self {
            Self::Branch(name) => Some(name.strip_prefix("refs/heads/").unwrap_or(name)),
            Self::Detached(_) => None,
        }
    }

    /// What it is in a sentence.
    pub fn words(&self) -> String {
        match self {
            Self::Branch(_) => format!("the branch `{}`", self.branch().unwrap_or_default()),
            Self::Detached(commit) => format!("the commit {}", short(commit)),
        }
    }
}

/// The first digits of a commit, as people write it.
pub fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

pub(super) fn failed(what: &str, error: &git2::Error) -> Diagnostic {
    let fix = match (error.code(), error.class()) {
        (ErrorCode::Locked, _) => "wait until the other git command has ended; if none runs, remove the `.lock` file that it names",
        (ErrorCode::Owner, _) => "the folder belongs to somebody else: run `git status` there, which says how to trust it",
        (_, ErrorClass::Index) => {
            "run `git status`; an index that is split or sparse has to be made whole first (`git update-index --no-split-index`, `git sparse-checkout disable`)"
        }
        _ => "look at the repository with `git status` and `git fsck`",
    };
    Diagnostic::failed("git", format!("git could not {what}")).because(error.message().to_owned()).fix(fix)
}

impl Git {
    /// Finds the repository around a project's folder, which is canonical. A project that the repository ignores, and keeps
    /// nothing of, has none.
    ///
    /// # Errors
    /// When there is a repository that cannot be read, or one without files.
    pub fn around(root: &Path) -> Result<Option<Self>, Diagnostic> {
        let at = |diagnostic: Diagnostic| diagnostic.at(root.display().to_string());
        let repository = match discover(root) {
            Ok(repository) => repository,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(at(failed("open the repository", &error))),
        };
        let workdir = repository.workdir().and_then(|workdir| fs::canonical(workdir).ok());
        let Some((workdir, below)) = workdir.and_then(|workdir| Some((workdir.clone(), root.strip_prefix(&workdir).ok()?.to_owned())))
        else {
            return Err(at(Diagnostic::usage("bare", "this is a repository without a working tree")
                .because("there are no files here that could be changed")
                .fix("run the command in a clone of it")));
        };
        let Some(below) = below.to_str() else {
            return Err(at(Diagnostic::usage("path", "the path of the project is no UTF-8")
                .because("Highroad's records could not name it")
                .fix("rename the folder")));
        };
        let mut prefix = below.replace(std::path::MAIN_SEPARATOR, "/");
        if !prefix.is_empty() {
            prefix.push('/');
        }
        let index = repository.index().map_err(|error| at(failed("read the index", &error)))?;
        let git = Self { repository, index, workdir, prefix };
        Ok(if git.leaves_out() { None } else { Some(git) })
    }

    /// Whether the repository ignores the project and keeps nothing of it.
    fn leaves_out(&self) -> bool {
        !self.prefix.is_empty()
            && self.repository.is_path_ignored(&self.prefix).unwrap_or(false)
            && !self.index.iter().any(|entry| entry.path.starts_with(self.prefix.as_bytes()))
    }

    /// Returns git's own folder for this working tree.
    pub fn folder(&self) -> &Path {
        self.repository.path()
    }

    /// Returns the root of the working tree.
    pub fn workdir(&self) -> &Path {
        &self.workdir
    }

    /// Returns the project's folder from the root of the working tree, with a final `/`; empty at the root.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns a path of the project as git names it.
    pub fn full(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// Looks whether git is in the middle of something, or holds conflicts.
    ///
    /// # Errors
    /// Says what has to be ended first.
    pub fn ready(&self) -> Result<(), Diagnostic> {
        self.idle()?;
        match self.unmerged().into_iter().next() {
            None => Ok(()),
            Some(path) => Err(Diagnostic::usage("unmerged", "git's index holds conflicts that are not settled")
                .at(path)
                .because("what will be committed there is not decided yet")
                .fix("settle them (`highroad resolve`, or `git add` after an edit) and commit; `highroad undo` takes back an upgrade")),
        }
    }

    /// Looks whether git is in the middle of something.
    ///
    /// # Errors
    /// Says what has to be ended first.
    pub fn idle(&self) -> Result<(), Diagnostic> {
        let busy = match self.repository.state() {
            RepositoryState::Clean => None,
            RepositoryState::Merge => Some(("a merge", "git merge")),
            RepositoryState::Revert | RepositoryState::RevertSequence => Some(("a revert", "git revert")),
            RepositoryState::CherryPick | RepositoryState::CherryPickSequence => Some(("a cherry-pick", "git cherry-pick")),
            RepositoryState::Bisect => Some(("a bisect", "git bisect")),
            RepositoryState::Rebase | RepositoryState::RebaseInteractive | RepositoryState::RebaseMerge => Some(("a rebase", "git rebase")),
            RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => Some(("an `am`", "git am")),
        };
        if let Some((what, command)) = busy {
            let end = if command == "git bisect" {
                "git bisect reset".to_owned()
            } else {
                format!("{command} --continue` or `{command} --abort")
            };
            return Err(self.at(Diagnostic::usage("git-busy", format!("{what} is in progress in this repository"))
                .because("a change on top of it could not be told from it, nor taken back")
                .fix(format!("end it with `{end}`, then run the command again"))));
        }
        let lock = self.folder().join("index.lock");
        if fs::look(&lock)? != fs::Found::Nothing {
            return Err(Diagnostic::usage("git-busy", "another git command is at work in this repository")
                .at(lock.display().to_string())
                .because("it holds the lock of the index")
                .fix("wait until it has ended; if no git runs, remove that file"));
        }
        Ok(())
    }

    fn at(&self, diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.at(self.workdir.display().to_string())
    }

    /// Returns the paths (from the root of the working tree) that the index holds in stages.
    pub fn unmerged(&self) -> Vec<String> {
        let mut paths: Vec<String> = self
            .index
            .iter()
            .filter(|entry| (entry.flags >> 12) & 3 != 0)
            .map(|entry| String::from_utf8_lossy(&entry.path).into_owned())
            .collect();
        paths.dedup();
        paths
    }

    /// Returns where HEAD points, and its commit.
    ///
    /// # Errors
    /// When there is no commit yet, or it cannot be read.
    pub fn head(&self) -> Result<(Head, String), Diagnostic> {
        let read = || -> Result<(Head, String), git2::Error> {
            let commit = self.repository.head()?.peel_to_commit()?.id().to_string();
            let head = self.repository.find_reference("HEAD")?;
            let target = head.symbolic_target()?.map(str::to_owned);
            Ok((target.map_or_else(|| Head::Detached(commit.clone()), Head::Branch), commit))
        };
        read().map_err(|error| {
            if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) {
                return self.at(Diagnostic::usage("no-commit", "this repository has no commit yet")
                    .because("without one there is nothing to compare a change with, and nothing to go back to")
                    .fix("commit what is there first: `git add -A`, then `git commit`"));
            }
            self.at(failed("read HEAD", &error))
        })
    }

    /// Looks whether a branch of this name can be made.
    ///
    /// # Errors
    /// When the name is not valid, or taken.
    pub fn branch_is_free(&self, name: &str) -> Result<(), Diagnostic> {
        let full = format!("refs/heads/{name}");
        if !Reference::is_valid_name(&full) || name.starts_with('-') || name == "HEAD" {
            return Err(Diagnostic::usage("branch-name", format!("git takes no branch called `{name}`"))
                .at("--branch")
                .because("it breaks the rules for names of branches")
                .fix("use letters, digits, `-`, `.` and `/`, such as `highroad/upgrade`"));
        }
        let mut taken = self.repository.find_reference(&full).is_ok().then(|| name.to_owned());
        for (at, _) in name.match_indices('/') {
            taken = taken
                .or_else(|| self.repository.find_reference(&format!("refs/heads/{}", &name[..at])).is_ok().then(|| name[..at].to_owned()));
        }
        taken = taken.or_else(|| {
            let mut below = self.repository.references_glob(&format!("{full}/*")).ok()?;
            let found = below.names().next()?.ok()?.to_owned();
            Some(found.trim_start_matches("refs/heads/").to_owned())
        });
        let Some(taken) = taken else { return Ok(()) };
        let free =
            (2..100).map(|n| format!("{name}-{n}")).find(|name| self.repository.find_reference(&format!("refs/heads/{name}")).is_err());
        let other = free.filter(|_| taken == name).unwrap_or_else(|| "upgrade-by-highroad".to_owned());
        Err(self.at(Diagnostic::usage("branch-taken", format!("there is a branch `{taken}` already"))
            .because("what is on it is not overwritten")
            .fix(format!("name another one with `--branch {other}`, delete it (`git branch -d {taken}`), or use `--in-place`"))))
    }

    /// Returns the commit that a reference names; nothing where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn target(&self, name: &str) -> Result<Option<String>, Diagnostic> {
        match self.repository.refname_to_id(name) {
            Ok(id) => Ok(Some(id.to_string())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(failed("read a branch", &error).at(name)),
        }
    }

    /// Moves a reference from one commit to another; `None` is no reference. It must be where it is said to be.
    ///
    /// # Errors
    /// When it is not, or git refuses.
    pub fn move_reference(&self, name: &str, from: Option<&str>, to: Option<&str>, log: &str) -> Result<(), Diagnostic> {
        let act = || -> Result<(), git2::Error> {
            fault::point().map_err(|error| git2::Error::from_str(&error.to_string()))?;
            match (from, to) {
                (None, None) => {}
                (None, Some(to)) => {
                    self.repository.reference(name, Oid::from_str(to)?, false, log)?;
                }
                (Some(from), Some(to)) => {
                    self.repository.reference_matching(name, Oid::from_str(to)?, true, Oid::from_str(from)?, log)?;
                }
                (Some(from), None) => {
                    let mut reference = self.repository.find_reference(name)?;
                    if reference.target() != Some(Oid::from_str(from)?) {
                        return Err(git2::Error::from_str("the branch has moved"));
                    }
                    reference.delete()?;
                }
            }
            Ok(())
        };
        act().map_err(|error| failed("move a branch", &error).at(name))?;
        fs::durable::sync(&self.repository.commondir().join(name))
    }

    /// Points HEAD elsewhere. The files stay as they are.
    ///
    /// # Errors
    /// When git refuses.
    pub fn move_head(&self, to: &Head) -> Result<(), Diagnostic> {
        let act = || -> Result<(), git2::Error> {
            fault::point().map_err(|error| git2::Error::from_str(&error.to_string()))?;
            match to {
                Head::Branch(name) => self.repository.set_head(name),
                Head::Detached(commit) => self.repository.set_head_detached(Oid::from_str(commit)?),
            }
        };
        act().map_err(|error| self.at(failed("move HEAD", &error)))?;
        fs::durable::sync(&self.folder().join("HEAD"))
    }

    /// Returns where HEAD points, whether or not there is a commit.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn head_now(&self) -> Result<Head, Diagnostic> {
        let read = || -> Result<Head, git2::Error> {
            let head = self.repository.find_reference("HEAD")?;
            Ok(match head.symbolic_target()? {
                Some(name) => Head::Branch(name.to_owned()),
                None => Head::Detached(head.target().map(|id| id.to_string()).unwrap_or_default()),
            })
        };
        read().map_err(|error| self.at(failed("read HEAD", &error)))
    }

    /// Returns the file in which `git commit` finds its message.
    pub fn message_file(&self) -> PathBuf {
        self.folder().join("MERGE_MSG")
    }

    /// Whether a commit is another one, or was made on top of it.
    pub fn is_on_top(&self, commit: &str, of: &str) -> bool {
        let ids = Oid::from_str(commit).and_then(|commit| Ok((commit, Oid::from_str(of)?)));
        ids.is_ok_and(|(commit, of)| commit == of || self.repository.graph_descendant_of(commit, of).unwrap_or(false))
    }

    /// Returns the name of a branch of a remote that holds a commit.
    pub fn published(&self, commit: &str) -> Option<String> {
        self.repository.references_glob("refs/remotes/*").ok()?.flatten().find_map(|reference| {
            let tip = reference.peel(ObjectType::Commit).ok()?.id().to_string();
            self.is_on_top(&tip, commit).then(|| reference.shorthand().unwrap_or_default().to_owned())
        })
    }
}
