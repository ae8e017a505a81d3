//! A small project, and a change of it with one step of every kind.

use std::collections::BTreeMap;
use std::path::Path;

use highroad::base::leaf::{Kind, Leaf};
use highroad::plan::transaction::{IndexConflict, Landing, Rest, Settlement, Step, Transaction};

use super::{Folder, git};

pub fn plain(text: &str) -> Option<Leaf> {
    Some(Leaf::new(Kind::Plain, text.as_bytes()))
}

pub fn run_by(text: &str) -> Option<Leaf> {
    Some(Leaf::new(Kind::Executable, text.as_bytes()))
}

pub fn link(target: &str) -> Option<Leaf> {
    Some(Leaf::new(Kind::Link, target.as_bytes()))
}

pub fn step(path: &str, before: Option<Leaf>, after: Option<Leaf>) -> Step {
    Step { path: path.to_owned(), before, after }
}

/// Settles a file as it stands now.
pub fn settled(root: &Path, path: &str, after: Option<Leaf>) -> Settlement {
    let before = std::fs::read(root.join(path)).ok().map(|bytes| Leaf::new(Kind::Plain, bytes));
    Settlement { step: step(path, before, after), rest: Rest::Nothing }
}

pub fn transaction(root: &Path, steps: Vec<Step>, landing: Landing) -> Transaction {
    Transaction {
        root: root.to_owned(),
        command: "upgrade",
        steps,
        conflicts: Vec::new(),
        open: None,
        message: "Upgrade to 2026.11.2\n\nBecause.\n".to_owned(),
        landing,
    }
}

pub fn branch() -> Landing {
    Landing::Branch("highroad/ml-2026.11.2".to_owned())
}

/// A project with one of everything, committed in git or not.
pub fn project(folder: &Folder, with_git: bool) {
    folder.write("README.md", "# Demo\n");
    folder.write("src/train.py", "print('a')\n");
    folder.write("src/old/gone.py", "x = 1\n");
    folder.write("scripts/run.sh", "#!/bin/sh\n");
    folder.write("to-be-folder", "text\n");
    folder.write("notes/mine.txt", "mine\n");
    folder.write("same.txt", "same\n");
    executable(&folder.join("scripts/run.sh"));
    std::os::unix::fs::symlink("README.md", folder.join("link")).unwrap();
    if with_git {
        git(folder.path(), &["init", "-q", "-b", "main"]);
        git(folder.path(), &["config", "user.name", "Ada"]);
        git(folder.path(), &["config", "user.email", "ada@acme.test"]);
        std::fs::write(folder.join(".git/info/exclude"), ".home\n*.local\n").unwrap();
        git(folder.path(), &["add", "-A"]);
        git(folder.path(), &["commit", "-qm", "start"]);
    }
}

pub fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// One of every kind of change.
pub fn changes() -> Vec<Step> {
    vec![
        step("README.md", plain("# Demo\n"), plain("# Demo\n\nMore.\n")),
        step("docs/a/new.md", None, plain("new\n")),
        step("docs/tool.sh", None, run_by("#!/bin/sh\n")),
        step("link", link("README.md"), link("src/train.py")),
        step("new-link", None, link("docs/a/new.md")),
        step("scripts/run.sh", run_by("#!/bin/sh\n"), plain("#!/bin/sh\n")),
        step("src/old/gone.py", plain("x = 1\n"), None),
        step("src/train.py", plain("print('a')\n"), run_by("print('b')\n")),
        step("to-be-folder", plain("text\n"), None),
        step("to-be-folder/inside.txt", None, plain("inside\n")),
    ]
}

/// Everything of a project that must be as before or as after: files with bytes, modes and links, empty folders, the index,
/// HEAD and the branches.
pub fn state(root: &Path) -> BTreeMap<String, String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut state = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if matches!(name.as_str(), ".git" | ".highroad" | ".home") {
                continue;
            }
            let meta = std::fs::symlink_metadata(&path).unwrap();
            let value = if meta.is_symlink() {
                format!("link {}", std::fs::read_link(&path).unwrap().display())
            } else if meta.is_dir() {
                open.push(path.clone());
                format!("folder {:o}", meta.permissions().mode())
            } else {
                format!("{:o} {:?}", meta.permissions().mode(), String::from_utf8_lossy(&std::fs::read(&path).unwrap()))
            };
            state.insert(name, value);
        }
    }
    if root.join(".git").exists() {
        for arguments in [&["ls-files", "-s"][..], &["status", "--porcelain"]] {
            state.insert(format!("git {}", arguments.join(" ")), git(root, arguments));
        }
        for file in ["HEAD", "MERGE_MSG", "index.lock", "HEAD.lock", "packed-refs"] {
            let text = std::fs::read_to_string(root.join(".git").join(file)).ok();
            state.insert(format!("git file {file}"), format!("{text:?}"));
        }
        for (name, bytes) in super::files(&root.join(".git/refs")) {
            state.insert(format!("branch {name}"), String::from_utf8(bytes).unwrap());
        }
    }
    state
}

pub fn conflicted(transaction: &mut Transaction) {
    let at = transaction.steps.iter().position(|step| step.path == "scripts/run.sh").unwrap();
    transaction.steps.insert(at, step("same.txt", plain("same\n"), plain("<<<<<<< yours\nsame\n=======\ntheirs\n>>>>>>> road\n")));
    transaction.steps.sort_by(|a, b| a.path.cmp(&b.path));
    transaction.conflicts =
        vec![IndexConflict { path: "same.txt".to_owned(), base: plain("base\n"), ours: plain("same\n"), theirs: plain("theirs\n") }];
    transaction.open = Some("{\"conflicts\":1}".to_owned());
}
