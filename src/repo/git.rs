//! Git, in process: find a repository, read the person's identity, start a repository with one commit.

use std::path::{Path, PathBuf};

use git2::{Config, ErrorCode, IndexAddOption, ObjectType, Oid, Repository, RepositoryInitOptions, Signature};

use crate::base::diagnostic::Diagnostic;
use crate::base::tree::Tree;

/// What git knows about the person and the folder.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// `user.name`.
    pub user_name: Option<String>,
    /// `user.email`.
    pub user_email: Option<String>,
    /// The host of the first remote, such as `github.com`.
    pub remote_host: Option<String>,
}

/// Where a folder stands with git.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// In no repository.
    Outside,
    /// The root of a repository without a commit.
    FreshRoot,
    /// The root of a repository with history.
    Root,
    /// Inside the repository at this path.
    Inside(PathBuf),
}

fn git_error(what: &str, error: &git2::Error) -> Diagnostic {
    Diagnostic::failed("git", format!("git could not {what}"))
        .because(error.message().to_owned())
        .fix("check the folder with `git status`, or use `--no-git` to leave git out")
}

/// Finds out where `folder` stands with git.
///
/// # Errors
/// When a repository is there but cannot be read.
pub fn place(folder: &Path) -> Result<Place, Diagnostic> {
    let repository = match Repository::discover(folder) {
        Ok(repository) => repository,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(Place::Outside),
        Err(error) => return Err(git_error("open the repository", &error).at(folder.display().to_string())),
    };
    let root = repository.workdir().unwrap_or_else(|| repository.path()).to_owned();
    let same = root.canonicalize().ok().zip(folder.canonicalize().ok()).is_some_and(|(a, b)| a == b);
    if !same {
        return Ok(Place::Inside(root));
    }
    match repository.head() {
        Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(Place::FreshRoot),
        Err(_) | Ok(_) => Ok(Place::Root),
    }
}

/// Reads what git knows about the person, and about the remote of `folder` where it is a repository.
pub fn facts(folder: &Path) -> Facts {
    let repository = Repository::open(folder).ok();
    let config = repository.as_ref().and_then(|r| r.config().ok()).or_else(|| Config::open_default().ok());
    let text = |key: &str| {
        let value = config.as_ref()?.get_string(key).ok()?;
        (!value.trim().is_empty()).then(|| value.trim().to_owned())
    };
    let remote_host = repository.as_ref().and_then(|repository| {
        let names = repository.remotes().ok()?;
        let name = names.iter().flatten().flatten().next()?;
        let remote = repository.find_remote(name).ok()?;
        remote.url().ok().and_then(host_of)
    });
    Facts { user_name: text("user.name"), user_email: text("user.email"), remote_host }
}

/// Returns the host in a remote's URL: `https://host/…`, `ssh://user@host:22/…` or `user@host:path`.
fn host_of(url: &str) -> Option<String> {
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest.split('/').next()?,
        None => url.split_once(':').map(|(host, _)| host).filter(|host| !host.contains('/'))?,
    };
    let host = rest.rsplit('@').next()?.split(':').next()?;
    (!host.is_empty()).then(|| host.to_lowercase())
}

/// Returns the git object id (SHA-1) of a file's bytes.
pub fn blob_id(bytes: &[u8]) -> String {
    Oid::hash_object(ObjectType::Blob, bytes).expect("hashing bytes in memory cannot fail").to_string()
}

/// What the first commit says and where its hooks are.
#[derive(Clone, Copy, Debug)]
pub struct FirstCommit<'a> {
    /// The message.
    pub message: &'a str,
    /// The folder with the hooks, relative to the root, where the tree has one.
    pub hooks: Option<&'a str>,
}

/// Starts a repository at `root` (or takes the fresh one that is there), switches its hooks on, and commits `tree`.
/// Returns whether the person's own identity was found; otherwise the commit bears Highroad's name.
///
/// # Errors
/// When git refuses; the repository is then in an unknown state and the caller removes it.
pub fn start(root: &Path, tree: &Tree, commit: FirstCommit<'_>) -> Result<bool, Diagnostic> {
    let run = || -> Result<bool, git2::Error> {
        let repository = match Repository::open(root) {
            Ok(repository) => repository,
            Err(_) => {
                let branch = Config::open_default().and_then(|c| c.get_string("init.defaultBranch")).unwrap_or_else(|_| "main".to_owned());
                // No template of the machine: its hooks would stand beside ours and never run.
                let mut options = RepositoryInitOptions::new();
                options.initial_head(&branch).external_template(false).no_reinit(true);
                Repository::init_opts(root, &options)?
            }
        };
        if let Some(hooks) = commit.hooks {
            repository.config()?.set_str("core.hooksPath", hooks)?;
        }
        let mut index = repository.index()?;
        // Forced: the project's own ignore rules must not keep one of its files out of the first commit.
        index.add_all(tree.iter().map(|(path, _)| path.as_str()), IndexAddOption::FORCE | IndexAddOption::DISABLE_PATHSPEC_MATCH, None)?;
        index.write()?;
        let written = repository.find_tree(index.write_tree()?)?;
        let own = repository.signature();
        let known = own.is_ok();
        let signature = own.or_else(|_| Signature::now("Highroad", "highroad@localhost"))?;
        repository.commit(Some("HEAD"), &signature, &signature, commit.message, &written, &[])?;
        Ok(known)
    };
    run().map_err(|error| git_error("start the repository", &error).at(root.display().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_host_in_every_form_of_remote() {
        for (url, host) in [
            ("https://github.com/a/b.git", Some("github.com")),
            ("https://user@gitlab.example.com:8443/a/b", Some("gitlab.example.com")),
            ("git@GitHub.com:a/b.git", Some("github.com")),
            ("ssh://git@gitlab.com:22/a/b", Some("gitlab.com")),
            ("../local/repo", None),
            ("/srv/repo.git", None),
        ] {
            assert_eq!(host_of(url).as_deref(), host, "{url}");
        }
    }

    #[test]
    fn gives_the_object_ids_that_git_gives() {
        // `git hash-object` of an empty file, and of `hello\n`.
        assert_eq!(blob_id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(blob_id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }
}
