//! What the end-to-end tests share: a clean environment, a folder of their own, and the binary.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests look at files and environment from outside"
)]

pub mod changes;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The kinds of the built-in road.
pub const KINDS: [&str; 4] = ["sklearn-tabular", "pytorch-training", "tensorflow-training", "llm-app"];
/// The platforms that a project can be hosted on, and none.
pub const HOSTS: [&str; 3] = ["github", "gitlab", "none"];

/// A folder for one test, removed when the test ends.
pub struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn join(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Runs `highroad` in this folder, with a home of its own and no variables that change what tools do.
    pub fn highroad(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(env!("CARGO_BIN_EXE_highroad")).args(arguments))
    }

    /// A command that runs in this folder with a clean environment.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        clean(&mut command, self.path());
        command.current_dir(self.path());
        command
    }

    /// The sorted names of what is in this folder, hidden ones too; the home of the tests left out.
    pub fn names(&self) -> Vec<String> {
        names(self.path()).into_iter().filter(|name| name != ".home").collect()
    }

    /// Makes a project of `kind` called `demo` and returns its folder.
    pub fn project(&self, kind: &str, host: &str) -> PathBuf {
        self.highroad(&["new", "demo", "--kind", kind, "--host", host, "--set", "owner_contact=ml-team@acme.test", "--yes"]).success();
        self.join("demo")
    }
}

/// Gives a command a home below `folder` and takes away what would make a run differ from machine to machine.
pub fn clean(command: &mut Command, folder: &Path) {
    let home = folder.join(".home");
    std::fs::create_dir_all(&home).unwrap();
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("GIT_")
            || name.starts_with("HIGHROAD_")
            || name.to_ascii_lowercase().ends_with("_proxy")
            || matches!(
                name.as_str(),
                "CI" | "NO_COLOR" | "CLICOLOR_FORCE" | "COLUMNS" | "RUST_LOG" | "VIRTUAL_ENV" | "XDG_CONFIG_HOME" | "XDG_DATA_HOME"
            )
        {
            command.env_remove(name);
        }
    }
    // Packages that were fetched once are not fetched again; what is installed is checked by its hash either way.
    if let Some(real) = std::env::var_os("HOME") {
        command.env("PIP_CACHE_DIR", Path::new(&real).join(".cache/pip"));
    }
    command.env("HOME", home).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CEILING_DIRECTORIES", folder);
}

/// The sorted names in a folder.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Every file below `folder` but `.git`, as path and bytes.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().unwrap() != ".git" {
                    open.push(path);
                }
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// How a command ended.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().expect("the command starts");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: status.code().unwrap_or(-1), out: text(stdout), err: text(stderr) }
    }

    /// Expects exit code 0.
    #[track_caller]
    pub fn success(self) -> Self {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self
    }

    /// Expects an error with its four parts, this code and these words.
    #[track_caller]
    pub fn fails(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        for word in words.iter().chain(&["error[", "--> ", "= why: ", "= fix: "]) {
            assert!(self.err.contains(word), "`{word}` is not in:\n{}", self.err);
        }
        self
    }
}

/// Runs git in `folder` and returns what it printed.
#[track_caller]
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    clean(&mut command, folder.parent().unwrap());
    let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    Run::of(command.args(identity).args(arguments).current_dir(folder)).success().out
}

/// Makes a Python environment called `name` from a hash-locked list, once, and returns the folder of its programs.
pub fn environment(name: &str, requirements: &Path) -> PathBuf {
    let lock = std::fs::read(requirements).unwrap();
    let stamp = highroad::base::digest::Digest::of(&lock).hex();
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", &stamp[..16]));
    let programs = root.join("bin");
    let done = root.join("done");
    // Tests run side by side, and in several processes: one makes it, the others wait.
    let guard = std::fs::File::create(root.with_extension("lock")).unwrap();
    guard.lock().unwrap();
    if !done.exists() {
        Run::of(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&root)).success();
        Run::of(
            Command::new(programs.join("python")).args(["-m", "pip", "install", "--quiet", "--require-hashes", "-r"]).arg(requirements),
        )
        .success();
        std::fs::write(done, "").unwrap();
    }
    programs
}
