//! Git, in process: find a repository, read the person's identity, start a repository with one commit.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use git2::{
    Buf, Config, ConfigLevel, ErrorCode, IndexEntry, IndexTime, Oid, Reference, Repository, RepositoryInitOptions, RepositoryOpenFlags,
    Signature,
};
use sha1::{Digest as _, Sha1};

use crate::base::diagnostic::Diagnostic;
use crate::base::env;
use crate::base::fs::{self, Stamp};
use crate::base::tree::{File, Mode, Tree};

/// What git knows about the person and the folder.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// `user.name`.
    pub user_name: Option<String>,
    /// `user.email`.
    pub user_email: Option<String>,
    /// The host of the first remote, such as `github.com`.
    pub remote_host: Option<String>,
    /// Whether the person wants commits signed.
    pub signs: bool,
    /// `core.hooksPath`, where it is set.
    pub hooks_path: Option<String>,
}

/// Where a folder stands with git.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// In no repository.
    Outside,
    /// The root of a repository without a commit, a branch or a staged file.
    FreshRoot,
    /// The root of a repository with history or staged files.
    Root,
    /// The root of a worktree that another repository keeps.
    Linked,
    /// Inside a repository, at a path that it ignores.
    Ignored,
    /// Inside the repository at this path.
    Inside(PathBuf),
}

/// Opens the repository around a folder. Unlike `Repository::discover`, this finds the files of one whose git folder lies
/// elsewhere (`git init --separate-git-dir`).
pub(super) fn discover(folder: &Path) -> Result<Repository, git2::Error> {
    Repository::open_ext(folder, RepositoryOpenFlags::CROSS_FS, &[] as &[&std::ffi::OsStr])
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
    let repository = match discover(folder) {
        Ok(repository) => repository,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(Place::Outside),
        Err(error) => return Err(git_error("open the repository", &error).at(folder.display().to_string())),
    };
    let root = repository.workdir().unwrap_or_else(|| repository.path()).to_owned();
    if repository.is_worktree() {
        return Ok(Place::Linked);
    }
    let same = fs::canonical(&root).ok().zip(fs::canonical(folder).ok()).is_some_and(|(a, b)| a == b);
    if !same {
        return Ok(Place::Inside(root));
    }
    let unborn = repository.head().is_err_and(|error| error.code() == ErrorCode::UnbornBranch);
    let bare = repository.references().is_ok_and(|mut references| references.next().is_none());
    let unstaged = repository.index().is_ok_and(|index| index.is_empty());
    Ok(if unborn && bare && unstaged { Place::FreshRoot } else { Place::Root })
}

/// Finds out where a folder that is to be made below `parent` would stand.
///
/// # Errors
/// When a repository is there but cannot be read.
pub fn place_below(parent: &Path, name: &str) -> Result<Place, Diagnostic> {
    let root = match place(parent)? {
        Place::Outside => return Ok(Place::Outside),
        Place::Inside(root) => root,
        Place::FreshRoot | Place::Root | Place::Linked | Place::Ignored => parent.to_owned(),
    };
    // The slash says that it is a folder: rules such as `/demo/` speak of folders alone.
    let ignored = discover(parent).and_then(|repository| {
        let folder = fs::canonical(parent).unwrap_or_else(|_| parent.to_owned()).join(name).join("");
        let workdir = repository.workdir().map(|workdir| fs::canonical(workdir).unwrap_or_else(|_| workdir.to_owned()));
        let inside = workdir.as_deref().and_then(|workdir| folder.strip_prefix(workdir).ok()).unwrap_or(&folder).join("");
        repository.is_path_ignored(inside)
    });
    Ok(if ignored.unwrap_or(false) { Place::Ignored } else { Place::Inside(root) })
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
    let signs = config.as_ref().and_then(|config| config.get_bool("commit.gpgsign").ok()).unwrap_or(false);
    Facts { user_name: text("user.name"), user_email: text("user.email"), remote_host, signs, hooks_path: text("core.hooksPath") }
}

/// Returns the branch that the others of the repository at `folder` start from: the remote's, else the one that is checked out.
pub fn default_branch(folder: &Path) -> Option<String> {
    let repository = Repository::open(folder).ok()?;
    let names = repository.remotes().ok();
    let remotes = names.iter().flat_map(|names| names.iter().flatten().flatten());
    let of_remote = |name: &str| {
        let head = repository.find_reference(&format!("refs/remotes/{name}/HEAD")).ok()?;
        let target = head.symbolic_target().ok().flatten()?;
        target.strip_prefix(&format!("refs/remotes/{name}/")).map(str::to_owned)
    };
    let of_remote = remotes.into_iter().find_map(of_remote);
    of_remote.or_else(|| {
        let head = repository.find_reference("HEAD").ok()?;
        let branch = head.symbolic_target().ok().flatten()?.strip_prefix("refs/heads/")?.to_owned();
        // Our own branch is nobody's start.
        (!branch.starts_with("highroad/")).then_some(branch)
    })
}

/// Returns the folder that git takes the hooks of the repository around `folder` from.
///
/// # Errors
/// When there is no repository, or it cannot be read.
pub fn hooks_folder(folder: &Path) -> Result<PathBuf, Diagnostic> {
    let failed = |error: git2::Error| git_error("open the repository", &error).at(folder.display().to_string());
    let repository = discover(folder).map_err(|error| {
        if error.code() != ErrorCode::NotFound {
            return failed(error);
        }
        Diagnostic::usage("no-git", "there is no git repository here")
            .at(folder.display().to_string())
            .because("a commit hook belongs to a repository")
            .fix("run it in a repository, or start one with `git init`")
    })?;
    let config = repository.config().map_err(failed)?;
    let root = repository.workdir().unwrap_or_else(|| repository.path());
    match config.get_path("core.hooksPath").ok().filter(|path| !path.as_os_str().is_empty()) {
        None => Ok(repository.commondir().join("hooks")),
        Some(path) => {
            let hooks = root.join(path);
            let own = [root, repository.commondir()].iter().any(|folder| hooks.starts_with(folder))
                && !hooks.components().any(|part| part.as_os_str() == "..");
            if own {
                return Ok(hooks);
            }
            Err(Diagnostic::usage("hooks-path", "the folder of hooks is not this repository's own")
                .at(hooks.display().to_string())
                .because("`core.hooksPath` leads there, and other repositories may take their hooks from it")
                .fix("add the line `highroad hook run` to the commit hook there yourself, or set `core.hooksPath` for this repository"))
        }
    }
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
    let digest = Sha1::new().chain_update(format!("blob {}\0", bytes.len())).chain_update(bytes).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the first commit says and where its hooks are.
#[derive(Clone, Copy, Debug)]
pub struct FirstCommit<'a> {
    /// The message.
    pub message: &'a str,
    /// The folder with the hooks, relative to the root, where the tree has one.
    pub hooks: Option<&'a str>,
}

/// Starts a repository at `root` (or takes the fresh one that is there), switches its hooks on, and commits `tree`,
/// which must be on disk. Returns whether the person's own identity was found; otherwise the commit bears Highroad's name.
///
/// # Errors
/// When git refuses. The branch is made last: until then the repository has no commit.
pub fn start(root: &Path, tree: &Tree, commit: FirstCommit<'_>) -> Result<bool, Diagnostic> {
    let failed = |error: git2::Error| git_error("start the repository", &error).at(root.display().to_string());
    let repository = open_or_init(root).map_err(failed)?;
    let stamps = tree.iter().map(|(path, _)| fs::stamp(&root.join(path.as_str()))).collect::<Result<Vec<_>, _>>()?;
    // What is read back below was put into memory by this very function: hashing it again proves nothing.
    git2::opts::strict_hash_verification(false);
    let no_deltas = repository.path().join("highroad-pack.config");
    fs::write_new(&no_deltas, &File { bytes: b"[core]\n\tbigFileThreshold = 1\n".to_vec(), mode: Mode::Plain })?;
    let done = first_commit(&repository, tree, &stamps, commit, &no_deltas);
    if done.is_err() {
        take_back(&repository, commit.hooks.is_some());
    }
    fs::remove(&no_deltas)?;
    done.map_err(failed)
}

fn first_commit(
    repository: &Repository,
    tree: &Tree,
    stamps: &[Stamp],
    commit: FirstCommit<'_>,
    no_deltas: &Path,
) -> Result<bool, git2::Error> {
    let text = |message: &str| git2::Error::from_str(message);
    if let Some(hooks) = commit.hooks {
        repository.config()?.set_str("core.hooksPath", hooks)?;
    }
    // Objects are gathered in memory and written as one pack: a loose object each would cost two files and,
    // for most, a folder, which is more than everything else that `new` does.
    let objects = repository.odb()?;
    let memory = objects.add_new_mempack_backend(MEMORY_FIRST)?;
    let mut index = repository.index()?;
    for ((path, file), stamp) in tree.iter().zip(stamps) {
        index.add(&entry(path.as_str(), file, *stamp, repository.blob(&file.bytes)?))?;
    }
    let written = repository.find_tree(index.write_tree()?)?;
    let (author, committer) = (signature(repository, "AUTHOR")?, signature(repository, "COMMITTER")?);
    let known = author.1 && committer.1;
    let id = repository.commit(None, &author.0, &committer.0, commit.message, &written, &[])?;
    // Deltas between the files of a first commit save 100 kB and cost a quarter of the whole run.
    repository.config()?.add_file(no_deltas, ConfigLevel::App, false)?;
    let mut pack = Buf::new();
    memory.dump(repository, &mut pack)?;
    let mut writer = objects.packwriter()?;
    writer.write_all(&pack).map_err(|error| text(&error.to_string()))?;
    writer.commit()?;
    index.write()?;
    let head = repository.find_reference("HEAD")?;
    let branch = head.symbolic_target()?.ok_or_else(|| text("HEAD names no branch"))?;
    repository.reference(branch, id, false, "commit (initial)")?;
    Ok(known)
}

/// Takes back what `first_commit` may have done to a repository that was there: its settings and its index, which were
/// empty of ours before. A pack that nothing names stays until git's next clean-up. Best effort: the error that led
/// here is the one to tell.
fn take_back(repository: &Repository, hooks: bool) {
    if hooks && let Ok(mut config) = repository.config().and_then(|config| config.open_level(ConfigLevel::Local)) {
        let _ = config.remove("core.hooksPath");
    }
    if let Ok(mut index) = repository.index() {
        let _ = index.clear().and_then(|()| index.write());
    }
}

/// Returns who commits, and whether git knows that person: by its variables, by its settings, else Highroad.
pub(super) fn signature(repository: &Repository, role: &str) -> Result<(Signature<'static>, bool), git2::Error> {
    if let Some((name, email)) = env::git_identity(role) {
        return Ok((Signature::now(&name, &email)?, true));
    }
    match repository.signature() {
        Ok(signature) => Ok((signature.to_owned(), true)),
        Err(_) => Ok((Signature::now("Highroad", "highroad@localhost")?, false)),
    }
}

/// Higher than the priority of the loose and packed backends of libgit2 (1 and 2): writes go to memory.
const MEMORY_FIRST: i32 = 1000;

fn open_or_init(root: &Path) -> Result<Repository, git2::Error> {
    if let Ok(repository) = Repository::open(root) {
        return Ok(repository);
    }
    let wished = Config::open_default().and_then(|config| config.get_string("init.defaultBranch")).ok();
    let fits = |name: &String| Reference::is_valid_name(&format!("refs/heads/{name}"));
    let branch = wished.filter(fits).unwrap_or_else(|| "main".to_owned());
    // No template of the machine: its hooks would stand beside ours and never run.
    let mut options = RepositoryInitOptions::new();
    options.initial_head(&branch).external_template(false).no_reinit(true);
    Repository::init_opts(root, &options)
}

/// Describes a file for the index. The format keeps 32 bits of each number, as git's own does.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the index keeps the low 32 bits")]
fn entry(path: &str, file: &File, stamp: Stamp, id: Oid) -> IndexEntry {
    let time = |(seconds, nanoseconds): (i64, i64)| IndexTime::new(seconds as i32, nanoseconds as u32);
    IndexEntry {
        ctime: time(stamp.changed),
        mtime: time(stamp.modified),
        dev: stamp.place.0 as u32,
        ino: stamp.place.1 as u32,
        mode: match file.mode {
            Mode::Plain => 0o100_644,
            Mode::Executable => 0o100_755,
        },
        uid: stamp.owner.0,
        gid: stamp.owner.1,
        file_size: file.bytes.len() as u32,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    }
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
