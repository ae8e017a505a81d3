//! Hostile templates, roads and archives, made at run time, and the sandbox that they are fed to the binary in.
#![allow(dead_code, unreachable_pub, reason = "each file of cases uses its part")]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at files from outside")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The most anonymous memory that a run gets, in KiB: heap, stacks and private maps. A run that needs more dies by a signal.
pub const MEMORY: u64 = 64 << 10;
/// How long one run may take.
pub const TIME: Duration = Duration::from_secs(20);

/// One hostile thing: a name, what makes it in a folder, and the commands that meet it.
pub struct Case {
    pub name: String,
    pub make: Box<dyn Fn(&Path) + Send + Sync>,
    pub runs: Vec<Vec<String>>,
}

impl Case {
    /// A case whose template is imported, and whose road a project is then made with.
    pub fn import(name: impl Into<String>, make: impl Fn(&Path) + Send + Sync + 'static) -> Self {
        let text = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            name: name.into(),
            make: Box::new(make),
            runs: vec![
                text(&["road", "import", "template", "--into", "store", "--id", "t"]),
                text(&["new", "made", "--road", "store", "--yes", "--no-git"]),
            ],
        }
    }

    /// As [`Case::import`], with more arguments to `new`.
    pub fn answered(name: impl Into<String>, make: impl Fn(&Path) + Send + Sync + 'static, answers: &[String]) -> Self {
        let mut case = Self::import(name, make);
        case.runs[1].extend(answers.iter().flat_map(|answer| ["--set".to_owned(), answer.clone()]));
        case
    }

    /// A case that one command meets.
    pub fn of(name: impl Into<String>, make: impl Fn(&Path) + Send + Sync + 'static, run: &[&str]) -> Self {
        Self { name: name.into(), make: Box::new(make), runs: vec![run.iter().map(|word| (*word).to_owned()).collect()] }
    }

    /// Runs the case in a folder of its own and returns what went wrong.
    pub fn judge(&self, binary: &str) -> Vec<String> {
        let sandbox = tempfile::tempdir().unwrap();
        let inside = sandbox.path().join("inside");
        std::fs::create_dir_all(&inside).unwrap();
        std::fs::write(sandbox.path().join("secret"), "the secret of the neighbour").unwrap();
        (self.make)(&inside);
        let before = outside(sandbox.path());
        let mut wrong = Vec::new();
        for run in &self.runs {
            let (code, said, took) = limited(binary, run, &inside);
            let mut fail = |what: String| wrong.push(format!("{}: `{}`: {what}", self.name, run.join(" ").escape_debug()));
            match code {
                Some(0..=2) => {}
                Some(code) => fail(format!("exit {code}: {}", said.chars().take(400).collect::<String>())),
                None => fail(format!("ended by a signal: {}", said.chars().take(400).collect::<String>())),
            }
            if took > TIME {
                fail(format!("took {took:?}"));
            }
            if said.contains("panicked at") || said.contains("memory allocation") {
                fail(said.chars().take(400).collect());
            }
            if let Some(c) = said.chars().find(|c| {
                c.is_control() && !matches!(c, '\n' | '\t' | '\r') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            }) {
                fail(format!("prints {c:?}"));
            }
            if said.contains("the secret of the neighbour") || said.contains("root:x:0") {
                fail("shows a file from outside".to_owned());
            }
            if code != Some(0) {
                break;
            }
        }
        if outside(sandbox.path()) != before {
            wrong.push(format!("{}: something outside changed", self.name));
        }
        for path in everything(sandbox.path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let ours = ["made", "store", "road", "template"].iter().any(|folder| path.starts_with(inside.join(folder)));
            if name == "RAN" || name.contains("PWNED") && !ours {
                wrong.push(format!("{}: code ran, or a file was written where none may be: {}", self.name, path.display()));
            }
            if path.starts_with(inside.join("made")) && std::fs::symlink_metadata(&path).unwrap().is_symlink() {
                wrong.push(format!("{}: a link in the project: {}", self.name, path.display()));
            }
            let made = path.starts_with(inside.join("made")) || path.starts_with(inside.join("store"));
            if made
                && path.is_file()
                && std::fs::read(&path).is_ok_and(|bytes| {
                    bytes.windows(8).any(|part| part == b"root:x:0") || bytes.windows(27).any(|part| part == b"the secret of the neighbour")
                })
            {
                wrong.push(format!("{}: a file from outside came in: {}", self.name, path.display()));
            }
        }
        wrong
    }
}

/// What stands beside the folder that the runs may write in, with its content.
fn outside(sandbox: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let inside = sandbox.join("inside");
    let mut found: Vec<_> = everything(sandbox)
        .into_iter()
        .filter(|path| !path.starts_with(&inside))
        .map(|path| (path.clone(), std::fs::read(path).ok()))
        .collect();
    // Inside, too, only the store, the project and the home of the run are new.
    let known = ["template", "store", "made", ".home", "road", "outside"];
    let names = std::fs::read_dir(&inside).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    found.extend(names.filter(|name| !known.contains(&name.as_str())).map(|name| (inside.join(name), None)));
    found.sort();
    found
}

/// Every path below a folder, links not followed.
fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(entry.path());
            }
            out.push(entry.path());
        }
    }
    out
}

/// Runs the binary under a limit of its anonymous memory, and returns how it ended, all that it said, and how long it took.
fn limited(binary: &str, arguments: &[String], folder: &Path) -> (Option<i32>, String, Duration) {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("ulimit -d {MEMORY}; exec \"$@\"")).arg("sh").arg(binary).args(arguments);
    crate::support::clean(&mut command, folder);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let began = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut streams: Vec<std::thread::JoinHandle<String>> = Vec::new();
    let out = child.stdout.take().unwrap();
    let err = child.stderr.take().unwrap();
    streams.push(std::thread::spawn(move || read_all(out)));
    streams.push(std::thread::spawn(move || read_all(err)));
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if began.elapsed() > TIME {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let took = began.elapsed();
    let said = streams.into_iter().map(|stream| stream.join().unwrap()).collect();
    (status.and_then(|status| status.code()), said, took)
}

fn read_all(mut stream: impl std::io::Read) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Writes a file below a folder.
pub fn write(folder: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// The settings that make a folder a template of a tool, the folder that its files are in, and how it writes an expression.
#[derive(Clone, Copy)]
pub struct Tool {
    pub name: &'static str,
    pub config: &'static str,
    pub settings: &'static str,
    pub root: &'static str,
}

/// The three tools.
pub const TOOLS: [Tool; 3] = [
    Tool { name: "copier", config: "copier.yml", settings: "_templates_suffix: \"\"\nname:\n  type: str\n  default: demo\n", root: "" },
    Tool {
        name: "cookiecutter",
        config: "cookiecutter.json",
        settings: "{\"slug\": \"demo\", \"name\": \"demo\"}",
        root: "{{cookiecutter.slug}}/",
    },
    Tool {
        name: "cargo-generate",
        config: "cargo-generate.toml",
        settings: "[placeholders.name]\nprompt = \"n\"\ntype = \"string\"\ndefault = \"demo\"\n",
        root: "",
    },
];

impl Tool {
    /// Makes a template with one more file.
    pub fn with(self, folder: &Path, path: &str, bytes: &[u8]) {
        let template = folder.join("template");
        write(&template, self.config, self.settings);
        write(&template, &format!("{}README.md", self.root), "hello\n");
        write(&template, &format!("{}{path}", self.root), bytes);
    }
}

/// A git tree, made without the checks that git makes.
pub struct RawRepository {
    repository: git2::Repository,
}

impl RawRepository {
    pub fn new(folder: &Path) -> Self {
        Self { repository: git2::Repository::init_bare(folder.join("template")).unwrap() }
    }

    pub fn blob(&self, bytes: &[u8]) -> git2::Oid {
        self.repository.blob(bytes).unwrap()
    }

    /// Writes a tree from raw entries: mode, name, id.
    pub fn tree(&self, entries: &[(&str, &[u8], git2::Oid)]) -> git2::Oid {
        let mut bytes = Vec::new();
        for (mode, name, id) in entries {
            bytes.extend_from_slice(mode.as_bytes());
            bytes.push(b' ');
            bytes.extend_from_slice(name);
            bytes.push(0);
            bytes.extend_from_slice(id.as_bytes());
        }
        self.repository.odb().unwrap().write(git2::ObjectType::Tree, &bytes).unwrap()
    }

    /// Writes a commit and a tag of the name.
    pub fn commit(&self, tree: git2::Oid, tag: &str) -> git2::Oid {
        let text = format!("tree {tree}\nauthor A <a@example.com> 1700000000 +0000\ncommitter A <a@example.com> 1700000000 +0000\n\nx\n");
        let id = self.repository.odb().unwrap().write(git2::ObjectType::Commit, text.as_bytes()).unwrap();
        self.repository.reference(&format!("refs/tags/{tag}"), id, true, "").unwrap();
        self.repository.reference("refs/heads/main", id, true, "").unwrap();
        self.repository.set_head("refs/heads/main").unwrap();
        id
    }

    /// A template of a tool with entries that no working tree could hold.
    pub fn template(&self, tool: Tool, entries: &[(&str, &[u8], git2::Oid)]) {
        let settings = self.blob(tool.settings.as_bytes());
        let mut all = vec![("100644", tool.config.as_bytes(), settings)];
        let root = tool.root.trim_end_matches('/');
        let inner;
        if root.is_empty() {
            all.extend_from_slice(entries);
        } else {
            inner = self.tree(entries);
            all.push(("40000", root.as_bytes(), inner));
        }
        let tree = self.tree(&all);
        self.commit(tree, "v1.0.0");
    }

    /// An object that holds whatever the bytes say.
    pub fn raw(&self, kind: git2::ObjectType, bytes: &[u8]) -> git2::Oid {
        self.repository.odb().unwrap().write(kind, bytes).unwrap()
    }

    /// A name for an object, whatever it is.
    pub fn name(&self, name: &str, id: git2::Oid) {
        self.repository.reference(name, id, true, "").unwrap();
    }
}
