//! Files of a commit of another repository: fetched into a bare one of our own, read from its objects. Nothing is checked
//! out, and nothing of the other repository is run.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use git2::{ObjectType, Oid, Repository};

use super::records::{Records, Unread};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found, Limits};
use crate::base::path::RelPath;
use crate::base::process::{self, Program};
use crate::base::tree::{File, Mode, Tree};
use crate::base::{env, interrupt, walk};

/// How long a fetch may take.
const TIME: Duration = Duration::from_secs(300);
/// How large the folder of a fetched repository may become, in bytes.
const LARGEST: u64 = 512 << 20;
/// Whoever fetches into a repository holds this file in it.
const BUSY: &str = "fetching";
/// How deep folders may lie.
const DEEPEST: usize = 40;

/// Settings that git gets on its command line, where they win over every file: no hooks, no other program but ssh, no
/// scheme but those, no upkeep in the background, every object checked.
const SETTINGS: [&str; 13] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.sshCommand=ssh -oBatchMode=yes",
    "protocol.allow=never",
    "protocol.ext.allow=never",
    "protocol.https.allow=always",
    "protocol.ssh.allow=always",
    "protocol.file.allow=always",
    "fetch.recurseSubmodules=false",
    "fetch.fsckObjects=true",
    "gc.auto=0",
    "maintenance.auto=false",
    "credential.interactive=false",
];

/// Variables that would lead git to another repository, program or setting.
const WITHOUT: [&str; 14] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_EXTERNAL_DIFF",
    "GIT_PROXY_COMMAND",
    "GIT_TEMPLATE_DIR",
    "GIT_EXEC_PATH",
];

/// Variables that keep git from asking anybody, and to the schemes that are taken.
const QUIET: [(&str, &str); 5] = [
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_ASKPASS", "true"),
    ("SSH_ASKPASS_REQUIRE", "never"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    // Goes before what any file of settings says of schemes.
    ("GIT_ALLOW_PROTOCOL", "https:ssh:file"),
];

/// Fetches a commit with what it holds into the bare repository `home`, if it is not there yet.
///
/// # Errors
/// When git is missing, the other side cannot be reached in time or has no such commit, or it is too large.
pub fn fetch(home: &Path, url: &str, commit: &str) -> Result<(), Diagnostic> {
    if is_whole(home, commit) {
        return Ok(());
    }
    let failed = |why: String, fix: &str| {
        Diagnostic::failed("git-fetch", "the commit could not be fetched").at(url.to_owned()).because(why).fix(fix)
    };
    let git = env::find_program("git").ok_or_else(|| failed("git is not on the search path".to_owned(), "install git"))?;
    let _lock = alone(home)?;
    // Who held the lock before may have brought it.
    if is_whole(home, commit) {
        return Ok(());
    }
    begin(&git, home)?;
    let fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
    let one: Vec<&str> = fetch.into_iter().chain(["--depth=1", "--", url, commit]).collect();
    let mut ended = run(&git, home, &one)?;
    if !ended.passed {
        // Some servers give no commit by its id alone: then all branches and tags are fetched, and it is looked for in them.
        let all: Vec<&str> = fetch.into_iter().chain(["--", url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]).collect();
        if run(&git, home, &all)?.passed {
            ended.passed = true;
        }
    }
    if !ended.passed {
        let told = ended.output.trim().replace('\n', "; ");
        let why = if told.is_empty() { ended.how } else { format!("git: {told}") };
        return Err(failed(why, "check the address, the commit and your access with `git ls-remote`; git asks for nothing here"));
    }
    if is_whole(home, commit) {
        return Ok(());
    }
    Err(failed(format!("the repository has no commit {commit}"), "name a commit that is in the repository"))
}

/// Fetches all branches and tags into the bare repository `home`, and forgets those that the other side no longer has.
///
/// # Errors
/// As [`fetch`].
pub fn fetch_refs(home: &Path, url: &str) -> Result<(), Diagnostic> {
    let failed = |why: String, fix: &str| {
        Diagnostic::failed("git-fetch", "the repository could not be fetched").at(url.to_owned()).because(why).fix(fix)
    };
    let git = env::find_program("git").ok_or_else(|| failed("git is not on the search path".to_owned(), "install git"))?;
    let _lock = alone(home)?;
    begin(&git, home)?;
    let fetch = ["fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--"];
    let all: Vec<&str> = fetch.into_iter().chain([url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]).collect();
    let ended = run(&git, home, &all)?;
    if ended.passed {
        return Ok(());
    }
    let told = ended.output.trim().replace('\n', "; ");
    let why = if told.is_empty() { ended.how } else { format!("git: {told}") };
    Err(failed(why, "check the address and your access with `git ls-remote`; git asks for nothing here"))
}

/// Lets `HEAD` of the bare repository `home` be the commit that the other side stands on. A repository that stands on none
/// is left as it is.
///
/// # Errors
/// When git is missing or cannot be run.
pub fn fetch_head(home: &Path, url: &str) -> Result<(), Diagnostic> {
    let git = env::find_program("git").ok_or_else(|| {
        Diagnostic::failed("git-fetch", "the repository could not be fetched")
            .at(url.to_owned())
            .because("git is not on the search path")
            .fix("install git")
    })?;
    let fetch =
        ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--", url, "+HEAD:refs/highroad/HEAD"];
    if run(&git, home, &fetch)?.passed {
        run(&git, home, &["update-ref", "--no-deref", "HEAD", "refs/highroad/HEAD"])?;
    }
    Ok(())
}

fn run(git: &Path, home: &Path, arguments: &[&str]) -> Result<process::Ended, Diagnostic> {
    let mut all: Vec<&str> = Vec::new();
    for setting in SETTINGS {
        all.extend(["-c", setting]);
    }
    all.extend(arguments);
    let program = Program { path: git, arguments: &all, variables: &QUIET, without: &WITHOUT, time: TIME };
    let ended = process::run_program(&program, home, || interrupt::check().is_ok() && walk::size(home, LARGEST) < LARGEST);
    if !ended.as_ref().is_ok_and(|ended| ended.passed) {
        clear(home)?;
    }
    interrupt::check()?;
    ended
}

/// Keeps other processes out of a repository; waits as long as a fetch may take.
fn alone(home: &Path) -> Result<fs::Lock, Diagnostic> {
    let path = home.join(BUSY);
    fs::create_folders(home)?;
    let end = Instant::now() + TIME;
    loop {
        if let Some(lock) = fs::lock(&path)? {
            return Ok(lock);
        }
        if Instant::now() > end {
            return Err(Diagnostic::failed("git-busy", "another Highroad fetches from the same repository")
                .at(path.display().to_string())
                .because(format!("it has held the lock for {} seconds", TIME.as_secs()))
                .fix("wait until it is done, or end it, then run the command again"));
        }
        interrupt::check()?;
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Makes a repository ready for a fetch: what a stopped one left goes, and one that is full starts anew.
fn begin(git: &Path, home: &Path) -> Result<(), Diagnostic> {
    clear(home)?;
    if walk::size(home, LARGEST) >= LARGEST {
        fs::list(home)?.iter().filter(|name| *name != BUSY).try_for_each(|name| fs::remove(&home.join(name)))?;
    }
    run(git, home, &["init", "--quiet", "--bare", "--template="]).map(|_| ())
}

/// Removes the files of a fetch that was stopped: packs and objects that are not whole, and git's own locks.
fn clear(home: &Path) -> Result<(), Diagnostic> {
    let objects = home.join("objects");
    let inner = if let Found::Folder(names) = fs::look(&objects)? { names } else { Vec::new() };
    let folders = inner.iter().map(|name| objects.join(name)).chain([objects.clone(), home.to_owned()]);
    for folder in folders {
        let Found::Folder(names) = fs::look(&folder)? else { continue };
        let lock = |name: &str| folder == *home && name.ends_with(".lock");
        for name in names.iter().filter(|name| name.starts_with("tmp_") || name.starts_with("incoming-") || lock(name)) {
            fs::remove(&folder.join(name))?;
        }
    }
    Ok(())
}

fn is_whole(home: &Path, commit: &str) -> bool {
    tree_of(home, commit).is_ok_and(|(repository, id)| {
        // A stopped fetch leaves no objects behind: git moves a pack into place when it is whole and checked.
        repository.odb().is_ok_and(|odb| odb.exists(id))
    })
}

fn tree_of(home: &Path, commit: &str) -> Result<(Repository, Oid), Unread> {
    let repository = Repository::open_bare(home)?;
    let id = Records::of(&repository)?.commit(Oid::from_str(commit)?)?.tree_id();
    Ok((repository, id))
}

/// The files of one commit.
#[derive(Clone, Debug)]
pub struct Objects {
    home: PathBuf,
    commit: String,
    folder: Option<String>,
}

impl Objects {
    /// Names the commit in a repository, and the folder in it where that is not the root.
    pub fn new(home: PathBuf, commit: &str, folder: Option<&str>) -> Self {
        Self { home, commit: commit.to_owned(), folder: folder.map(str::to_owned) }
    }

    /// Reads a text; nothing where there is no such file.
    ///
    /// # Errors
    /// When it is too large, or no UTF-8.
    pub fn text(&self, path: &str, limit: u64) -> Result<Option<String>, Diagnostic> {
        let (repository, root) = self.open()?;
        let records = Records::of(&repository).map_err(|error| self.unread(path, Unread::Broken(error)))?;
        let full = self.folder.as_ref().map_or_else(|| path.to_owned(), |folder| format!("{folder}/{path}"));
        let Some((id, ObjectType::Blob)) = records.at(root, &full).map_err(|why| self.unread(&full, why))? else { return Ok(None) };
        let bytes = records.file(id, limit).map_err(|why| self.unread(&full, why))?;
        String::from_utf8(bytes).map(Some).map_err(|error| self.refuse(&full, error.to_string()))
    }

    /// Reads the files below a folder; of all, where it is empty. Links and submodules are refused, as in a folder.
    ///
    /// # Errors
    /// When there is no such folder, or it holds what a tree does not take.
    pub fn tree(&self, below: &str, limits: Limits) -> Result<Tree, Diagnostic> {
        let (repository, root) = self.open()?;
        let start: Vec<&str> = self.folder.as_deref().into_iter().chain(Some(below)).filter(|part| !part.is_empty()).collect();
        let start = start.join("/");
        let records = Records::of(&repository).map_err(|error| self.unread(&start, Unread::Broken(error)))?;
        let found = records.at(root, &start).map_err(|why| self.unread(&start, why))?;
        let (id, _) = found.ok_or_else(|| self.broken(&start, "there is no such folder".to_owned()))?;
        let mut tree = Tree::default();
        let mut total = 0;
        let mut open = vec![(id, String::new(), 0)];
        while let Some((id, prefix, depth)) = open.pop() {
            if depth > DEEPEST {
                return Err(self.refuse(&prefix, format!("folders lie deeper than {DEEPEST}")));
            }
            let folder = records.tree(id).map_err(|why| self.unread(&prefix, why))?;
            for entry in &folder {
                let name = entry.name().map_err(|_| self.refuse(&prefix, "a name in it is not UTF-8".to_owned()))?;
                let path = format!("{prefix}{name}");
                let mode = match (entry.kind(), entry.filemode()) {
                    (Some(ObjectType::Tree), _) => {
                        open.push((entry.id(), format!("{path}/"), depth + 1));
                        if open.len() > limits.files {
                            return Err(self.refuse(&path, format!("there are more than {} folders", limits.files)));
                        }
                        continue;
                    }
                    (Some(ObjectType::Blob), 0o100_644 | 0o100_664) => Mode::Plain,
                    (Some(ObjectType::Blob), 0o100_755) => Mode::Executable,
                    _ => return Err(self.refuse(&path, "links, submodules and special files could point anywhere".to_owned())),
                };
                let bytes = records.file(entry.id(), limits.file_bytes).map_err(|why| self.unread(&path, why))?;
                total += bytes.len() as u64;
                if tree.len() >= limits.files || total > limits.total_bytes {
                    let why = format!("there are more than {} files or {} bytes", limits.files, limits.total_bytes);
                    return Err(self.refuse(&path, why));
                }
                let parsed = RelPath::parse(&path).map_err(|error| self.refuse(&path, error.to_string()))?;
                tree.insert(parsed, File { bytes, mode }).map_err(|error| self.refuse(&path, error.to_string()))?;
            }
        }
        Ok(tree)
    }

    fn open(&self) -> Result<(Repository, Oid), Diagnostic> {
        tree_of(&self.home, &self.commit).map_err(|why| self.unread("", why))
    }

    fn unread(&self, path: &str, why: Unread) -> Diagnostic {
        match why {
            Unread::Broken(_) => self.broken(path, why.to_string()),
            Unread::Large { .. } | Unread::NoFile => self.refuse(path, why.to_string()),
        }
    }

    fn broken(&self, path: &str, why: String) -> Diagnostic {
        Diagnostic::usage("git-object", "a file of the commit cannot be read")
            .at(format!("{}:{path}", self.commit))
            .because(why)
            .fix("check the folder after `#`; if it is right, remove the source and add it again")
    }

    fn refuse(&self, path: &str, why: String) -> Diagnostic {
        Diagnostic::usage("road-file", "the commit holds a file that is not taken")
            .at(format!("{}:{path}", self.commit))
            .because(why)
            .fix("ask the road's publisher to remove or rename it")
    }
}
