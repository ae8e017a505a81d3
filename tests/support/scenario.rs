//! A small road with two versions, a project that came from the first, and the upgrade to the second.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, missing_docs, reason = "tests look at files from outside")]

use std::path::PathBuf;

use crate::support::{Folder, Run, git};

/// A road's files: path and content. A path that ends in `*` may be run; the star is no part of the name.
pub type Files = Vec<(String, Vec<u8>)>;

/// Makes files of texts.
pub fn texts(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

/// One text of twenty lines.
pub fn twenty() -> String {
    (1..=20).map(|n| format!("line {n}\n")).collect()
}

/// What a version has beside its files.
#[derive(Clone, Debug, Default)]
pub struct More {
    /// Questions, as TOML after the first one.
    pub questions: String,
    /// What follows in `road.toml`.
    pub road: String,
    /// Globs of files that are seeded.
    pub seeded: Vec<String>,
}

/// A store of road versions and a project.
pub struct Scenario {
    pub folder: Folder,
    published: std::cell::Cell<usize>,
}

impl Scenario {
    /// A store with nothing in it.
    pub fn empty() -> Self {
        Self { folder: Folder::new(), published: std::cell::Cell::new(0) }
    }

    /// A store with one version, and a committed project from it.
    pub fn of(files: &Files) -> Self {
        Self::with(files, &More::default())
    }

    pub fn with(files: &Files, more: &More) -> Self {
        let scenario = Self::empty();
        scenario.publish(files, more);
        scenario.start(&[]);
        scenario
    }

    /// Makes the project from the newest version.
    pub fn start(&self, more: &[&str]) {
        let road = format!("store/{}", self.newest());
        self.folder.highroad(&[&["new", "demo", "--road", &road, "--yes"], more].concat()).success();
    }

    pub fn newest(&self) -> String {
        format!("2026.1.{}", self.published.get() - 1)
    }

    /// Publishes the next version in the store.
    pub fn publish(&self, files: &Files, more: &More) {
        let number = self.published.get();
        self.published.set(number + 1);
        let source = format!("sources/{number}");
        let from: Vec<String> = (0..number).map(|n| format!("\"2026.1.{n}\"")).collect();
        let road = format!(
            "schema = 1\nid = \"small\"\npublisher = \"Acme\"\ntitle = \"A small road\"\nversion = \"2026.1.{number}\"\n\
             released = \"2026-01-0{}\"\nsupported-until = \"2099-01-01\"\nupgrades-from = [{}]\nkinds = [\"plain\"]\nlayers = []\n{}",
            number + 1,
            from.join(", "),
            more.road
        );
        self.folder.write(&format!("{source}/road.toml"), &road);
        let name = "[[question]]\nkey = \"name\"\nask = \"What is it called?\"\nhelp = \"A name.\"\ntype = \"name\"\ndefault = \"demo\"\n";
        self.folder.write(&format!("{source}/questions.toml"), &format!("{name}{}", more.questions));
        let rule = |glob: &str, ownership: &str| {
            format!("[[file]]\npath = {glob:?}\nwhy = \"A file of the road.\"\nownership = \"{ownership}\"\n")
        };
        let rules: String = more.seeded.iter().map(|glob| rule(glob, "seeded")).chain([rule("**", "merged")]).collect();
        self.folder.write(&format!("{source}/kinds/plain/kind.toml"), &format!("title = \"Plain\"\nsummary = \"Some files.\"\n{rules}"));
        for (path, bytes) in files {
            let (path, runs) = path.strip_suffix('*').map_or((path.as_str(), false), |path| (path, true));
            let place = self.folder.join(&format!("{source}/kinds/plain/files/{path}"));
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            std::fs::write(&place, bytes).unwrap();
            if runs {
                make_executable(&place);
            }
        }
        // These roads are made for what merges do to files; what `lint` would say of them is beside the point.
        highroad::ops::road::release::freeze(&self.folder.join(&source), &self.folder.join("store")).unwrap();
    }

    /// The project's folder.
    pub fn project(&self) -> PathBuf {
        self.folder.join("demo")
    }

    pub fn read(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).unwrap()
    }

    pub fn bytes(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.project().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn has(&self, path: &str) -> bool {
        self.project().join(path).symlink_metadata().is_ok()
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let place = self.project().join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, text).unwrap();
    }

    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.project().join(path)).unwrap();
    }

    /// Replaces text in a file; it has to be there.
    #[track_caller]
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "`{from}` is not in {path}:\n{text}");
        self.write(path, text.replacen(from, to, 1));
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.project(), arguments)
    }

    pub fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--no-verify", "--message", "my work"]);
    }

    /// Runs a command in the project.
    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.folder.command(env!("CARGO_BIN_EXE_highroad")).args(arguments).current_dir(self.project()))
    }

    /// Upgrades to the newest version of the store.
    pub fn upgrade(&self, more: &[&str]) -> Run {
        self.run(&[&["upgrade", "--road", "../store", "--yes"], more].concat())
    }

    /// What the user committed, then the upgrade to a new version with these files.
    pub fn upgrade_to(&self, files: &Files) -> Run {
        self.commit();
        self.publish(files, &More::default());
        self.upgrade(&[])
    }

    /// The stages that git's index holds for a path.
    pub fn stages(&self, path: &str) -> Vec<String> {
        let listed = self.git(&["ls-files", "--stage", "--", path]);
        listed.lines().filter_map(|line| line.split_whitespace().nth(2).map(str::to_owned)).collect()
    }

    /// Every file with its bytes and whether it may be run, links with their target, and what git says of it all.
    pub fn state(&self) -> Vec<(String, Vec<u8>)> {
        let mut state: Vec<(String, Vec<u8>)> = Vec::new();
        let mut open = vec![self.project()];
        while let Some(next) = open.pop() {
            for entry in std::fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(self.project()).unwrap().to_str().unwrap().to_owned();
                let meta = path.symlink_metadata().unwrap();
                if name == ".git" || name == ".highroad" {
                } else if meta.is_symlink() {
                    state.push((format!("{name} ->"), std::fs::read_link(&path).unwrap().to_str().unwrap().into()));
                } else if meta.is_dir() {
                    open.push(path);
                } else {
                    state.push((format!("{name} {}", is_executable(&path)), std::fs::read(&path).unwrap()));
                }
            }
        }
        if self.project().join(".git").exists() {
            for arguments in [&["status", "--porcelain=v1", "--branch"][..], &["ls-files", "--stage"], &["rev-parse", "HEAD"]] {
                state.push((arguments.join(" "), self.git(arguments).into_bytes()));
            }
        }
        state.sort();
        state
    }
}

#[cfg(unix)]
pub fn make_executable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
pub fn is_executable(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().unwrap().permissions().mode() & 0o100 != 0
}
