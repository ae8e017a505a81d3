//! Files of a commit of another repository: fetched into a bare one of our own, read from its objects. Nothing is checked
//! out, and nothing of the other repository is run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use git2::{ObjectType, Oid, Repository};

use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Limits};
use crate::base::path::RelPath;
use crate::base::process::{self, Program};
use crate::base::tree::{File, Mode, Tree};
use crate::base::{env, walk};

/// How long a fetch may take.
const TIME: Duration = Duration::from_secs(300);
/// How large the folder of a fetched repository may become, in bytes.
const LARGEST: u64 = 512 << 20;
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
    fs::create_folders(home)?;
    run(&git, home, &["init", "--quiet", "--bare", "--template="])?;
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
    fs::create_folders(home)?;
    run(&git, home, &["init", "--quiet", "--bare", "--template="])?;
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
    let fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--", url, "+HEAD:refs/highroad/HEAD"];
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
    process::run_program(&program, home, || walk::size(home, LARGEST) < LARGEST)
}

fn is_whole(home: &Path, commit: &str) -> bool {
    tree_of(home, commit).is_ok_and(|(repository, id)| {
        // A stopped fetch leaves no objects behind: git moves a pack into place when it is whole and checked.
        repository.find_tree(id).is_ok()
    })
}

fn tree_of(home: &Path, commit: &str) -> Result<(Repository, Oid), git2::Error> {
    let repository = Repository::open_bare(home)?;
    let id = repository.find_commit(Oid::from_str(commit)?)?.tree_id();
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
        let root = repository.find_tree(root).map_err(|error| self.broken(path, &error))?;
        let full = self.folder.as_ref().map_or_else(|| path.to_owned(), |folder| format!("{folder}/{path}"));
        let Ok(entry) = root.get_path(Path::new(&full)) else { return Ok(None) };
        if entry.kind() != Some(ObjectType::Blob) {
            return Ok(None);
        }
        let bytes = self.blob(&repository, entry.id(), &full, limit)?;
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
        let mut id = root;
        if !start.is_empty() {
            let root = repository.find_tree(root).map_err(|error| self.broken(&start, &error))?;
            let entry = root.get_path(Path::new(&start)).map_err(|error| self.broken(&start, &error))?;
            id = entry.id();
        }
        let mut tree = Tree::default();
        let mut total = 0;
        let mut open = vec![(id, String::new(), 0)];
        while let Some((id, prefix, depth)) = open.pop() {
            if depth > DEEPEST {
                return Err(self.refuse(&prefix, format!("folders lie deeper than {DEEPEST}")));
            }
            let folder = repository.find_tree(id).map_err(|error| self.broken(&prefix, &error))?;
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
                let bytes = self.blob(&repository, entry.id(), &path, limits.file_bytes)?;
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
        tree_of(&self.home, &self.commit).map_err(|error| self.broken("", &error))
    }

    fn blob(&self, repository: &Repository, id: Oid, path: &str, limit: u64) -> Result<Vec<u8>, Diagnostic> {
        // The size is looked at before the bytes are unpacked.
        let odb = repository.odb().map_err(|error| self.broken(path, &error))?;
        let (size, _) = odb.read_header(id).map_err(|error| self.broken(path, &error))?;
        if size as u64 > limit {
            return Err(self.refuse(path, format!("it has {size} bytes, and {limit} are read at most")));
        }
        Ok(odb.read(id).map_err(|error| self.broken(path, &error))?.data().to_vec())
    }

    fn broken(&self, path: &str, error: &git2::Error) -> Diagnostic {
        Diagnostic::usage("git-object", "a file of the commit cannot be read")
            .at(format!("{}:{path}", self.commit))
            .because(error.message().to_owned())
            .fix("check the folder after `#`; if it is right, remove the source and add it again")
    }

    fn refuse(&self, path: &str, why: String) -> Diagnostic {
        Diagnostic::usage("road-file", "the commit holds a file that is not taken")
            .at(format!("{}:{path}", self.commit))
            .because(why)
            .fix("ask the road's publisher to remove or rename it")
    }
}
