//! Which files say what a Python project installs, what they are for, and what they ask for.
//!
//! Worked out once for a file, for every guardrail about dependencies. A file is what its content says: a list of
//! prose under a name like a requirements file is none, and a conda environment is one under any name.

use std::ops::Range;

use super::images::is_template;
use super::place_kind::{is_documentation, is_test, is_vendored};
use crate::base::path::{parent, resolved};
use crate::formats::pyproject::{self, Group, Index, Packaging, Use};
use crate::formats::requirement::Requirement;
use crate::formats::requirements::{self, Item};
use crate::formats::{conda, pipfile, setup_py};
use crate::repo::snapshot::Entry;
use crate::repo::subject::{Subject, View};

/// Requirements files with the hashes of a large project have this many bytes at most.
const LARGEST: u64 = 4 << 20;
/// Other YAML is not looked into when it is larger.
const LARGEST_YAML: u64 = 256 << 10;

/// What a manifest is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A requirements file that people write.
    Requirements,
    /// A requirements file that a tool wrote, with all that the requirements need in turn.
    Compiled,
    /// A file of limits for other requirements files.
    Constraints,
    /// A `pyproject.toml` with a project in it.
    Project,
    /// A `Pipfile`.
    Pipfile,
    /// A conda environment.
    Conda,
    /// A `setup.py` or `setup.cfg`.
    Setup,
}

/// What the things that a manifest asks for are needed for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// The project itself, where it runs.
    Application,
    /// Whoever installs the project as a library.
    Library,
    /// Its tests.
    Test,
    /// Work on it.
    Development,
    /// Its documentation or examples.
    Documentation,
}

impl Role {
    /// Whether a finding here is advice.
    pub fn is_advice(self) -> bool {
        match self {
            Self::Application => false,
            Self::Library | Self::Test | Self::Development | Self::Documentation => true,
        }
    }
}

/// One thing that a manifest asks for, and what for.
#[derive(Clone, Debug)]
pub struct Declared {
    /// What it asks for.
    pub requirement: Requirement,
    /// What for.
    pub purpose: Use,
    /// Whether conda installs it, and not pip.
    pub by_conda: bool,
}

/// An option that a manifest sets for pip.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The long name, without dashes.
    pub name: &'static str,
    /// The value.
    pub value: String,
    /// The bytes of it.
    pub range: Range<usize>,
}

/// What a file says that a Python project installs.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// What it is.
    pub kind: Kind,
    /// What for.
    pub role: Role,
    /// What it asks for.
    pub requirements: Vec<Declared>,
    /// Options for pip.
    pub settings: Vec<Setting>,
    /// Where a project says that packages are found.
    pub indexes: Vec<Index>,
    /// A setting that lets every index answer for every name.
    pub best_match: Option<Range<usize>>,
    /// Conda channels.
    pub channels: Vec<(String, Range<usize>)>,
    /// The files of limits that it names, from the root of the repository.
    pub constraints: Vec<String>,
    /// What stands where a requirement belongs and is none.
    pub invalid: Vec<Range<usize>>,
    /// What a project is packed for.
    pub packaging: Packaging,
    /// Whether it has a say on what is needed, even if it cannot be read.
    pub declares: bool,
}

/// The manifest that a file is; `None` where it is none.
#[derive(Debug)]
pub struct Manifests(pub Option<Manifest>);

/// Why a manifest could not be read.
type Failure = String;

impl View for Manifests {
    fn of(subject: &Subject<'_>) -> Self {
        let Some(kind) = candidate(subject.entry) else { return Self(None) };
        let Some(text) = subject.text() else { return Self(None) };
        let read = match kind {
            Candidate::Requirements => Ok(requirements(subject, text)),
            Candidate::Project => project(subject.path(), text),
            Candidate::Pipfile => from_pipfile(text),
            Candidate::Yaml => environment(subject.path(), text),
            Candidate::SetupProgram => Ok(setup(subject.path(), setup_py::read(text))),
            Candidate::SetupConfig => Ok(setup(subject.path(), setup_py::read_config(text))),
        };
        Self(read.unwrap_or_else(|why| {
            // A template is no manifest yet: what fills it in decides.
            if !is_template(text) {
                subject.fail(why);
            }
            None
        }))
    }
}

/// Which reader a name asks for.
#[derive(Clone, Copy)]
enum Candidate {
    Requirements,
    Project,
    Pipfile,
    Yaml,
    SetupProgram,
    SetupConfig,
}

/// Whether an entry may be a manifest, by name and size.
pub fn wants(entry: &Entry) -> bool {
    candidate(entry).is_some()
}

/// Whether an entry is a manifest by its name alone: not one of many YAML files.
pub fn is_named_like_one(entry: &Entry) -> bool {
    candidate(entry).is_some_and(|kind| !matches!(kind, Candidate::Yaml))
}

fn candidate(entry: &Entry) -> Option<Candidate> {
    if !entry.is_file() || entry.size == 0 || entry.size > LARGEST || is_vendored(&entry.path) {
        return None;
    }
    match entry.name() {
        "pyproject.toml" => return Some(Candidate::Project),
        "Pipfile" => return Some(Candidate::Pipfile),
        "setup.py" => return Some(Candidate::SetupProgram),
        "setup.cfg" => return Some(Candidate::SetupConfig),
        _ => {}
    }
    match entry.extension().as_str() {
        "yml" | "yaml" => (entry.size <= LARGEST_YAML).then_some(Candidate::Yaml),
        "txt" | "in" | "pip" | "lock" => is_requirements(&entry.path).then_some(Candidate::Requirements),
        _ => None,
    }
}

/// Splits a path into its words, in lower case.
fn words(path: &str) -> Vec<String> {
    path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
}

/// Whether a path is named like a requirements file: `requirements-dev.txt`, `requirements/base.txt`, `constraints.txt`.
fn is_requirements(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = name.to_ascii_lowercase();
    let named = lower.contains("requirement") || lower.contains("constraint");
    let words = words(name);
    let is = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    // Lists for other package managers have such names, too.
    if is(&["apt", "apk", "system", "debian", "ubuntu", "brew", "npm", "julia", "galaxy", "cmakelists"]) {
        return false;
    }
    let last = folder.rsplit('/').next().unwrap_or(folder).to_ascii_lowercase();
    let among = matches!(last.as_str(), "requirements" | "reqs" | "requires" | "constraints");
    named
        || is(&["req", "reqs", "deps", "dependencies"])
        || (among && !is(&["readme", "license"]))
        || (lower.ends_with(".pip") && !among && words.len() == 2)
}

/// Returns what a manifest at a path is for, by the names that people give.
fn role_of(path: &str) -> Role {
    let has = |names: &[&str]| words(path).iter().any(|word| names.contains(&word.as_str()));
    if is_test(path) || has(&["test", "tests", "testing", "pytest"]) {
        Role::Test
    } else if is_documentation(path)
        || has(&[
            "doc",
            "docs",
            "documentation",
            "sphinx",
            "mkdocs",
            "rtd",
            "example",
            "examples",
            "sample",
            "samples",
            "tutorial",
            "tutorials",
        ])
    {
        Role::Documentation
    } else if has(&[
        "dev",
        "develop",
        "development",
        "lint",
        "linting",
        "linters",
        "style",
        "formatting",
        "typing",
        "mypy",
        "ci",
        "build",
        "release",
        "precommit",
    ]) {
        Role::Development
    } else {
        Role::Application
    }
}

fn blank(kind: Kind, role: Role) -> Manifest {
    Manifest {
        kind,
        role,
        requirements: Vec::new(),
        settings: Vec::new(),
        indexes: Vec::new(),
        best_match: None,
        channels: Vec::new(),
        constraints: Vec::new(),
        invalid: Vec::new(),
        packaging: Packaging::Application,
        declares: true,
    }
}

impl Manifest {
    fn take(&mut self, path: &str, items: Vec<Item>) {
        for item in items {
            match item {
                Item::Requirement(requirement) => self.requirements.push(Declared { requirement, purpose: Use::Run, by_conda: false }),
                Item::Include { path: other, constraint: true, .. } => self.constraints.extend(resolve(path, &other)),
                Item::Include { constraint: false, .. } => {}
                Item::Setting { name, value, range } => self.settings.push(Setting { name, value, range }),
                Item::Invalid { range } => self.invalid.push(range),
            }
        }
    }

    fn take_groups(&mut self, groups: Vec<Group>) {
        for group in groups {
            let declared = |requirement| Declared { requirement, purpose: group.purpose, by_conda: false };
            self.requirements.extend(group.requirements.into_iter().map(declared));
        }
    }

    /// Returns what is fetched from somewhere: everything but the project's own folders.
    pub fn fetched(&self) -> impl Iterator<Item = &Declared> {
        use crate::formats::requirement::Origin;
        self.requirements.iter().filter(|declared| match declared.requirement.origin {
            Origin::Index | Origin::Repository { .. } | Origin::Archive { .. } => true,
            Origin::Local { .. } => false,
        })
    }

    /// Whether some of what comes from an index has its hashes here.
    pub fn some_hashed(&self) -> bool {
        self.requirements.iter().any(|declared| declared.requirement.hashes > 0)
    }
}

/// Returns the path that `other` means in the file at `path`; `None` for addresses and paths that leave the repository.
fn resolve(path: &str, other: &str) -> Option<String> {
    if other.contains("://") { None } else { resolved(parent(path), other) }
}

fn requirements(subject: &Subject<'_>, text: &str) -> Option<Manifest> {
    let items = requirements::read(text);
    if !requirements::is_plausible(&items) {
        return None;
    }
    let path = subject.path();
    let name = subject.entry.name().to_ascii_lowercase();
    let kind = if name.contains("constraint") {
        Kind::Constraints
    } else if !name.ends_with(".in") && (is_compiled(text) || name.contains("lock")) {
        Kind::Compiled
    } else {
        Kind::Requirements
    };
    let mut manifest = blank(kind, role_of(path));
    manifest.take(path, items);
    // Lines that a template fills in later are no requirements yet.
    manifest.invalid.retain(|range| !text.get(range.clone()).is_some_and(|line| line.contains("{{") || line.contains("{%")));
    if manifest.role == Role::Application && is_read_by_a_library(subject) {
        manifest.role = Role::Library;
    }
    Some(manifest)
}

/// Whether a tool says at the top that it wrote the file, or beside the lines what each is needed for.
fn is_compiled(text: &str) -> bool {
    let head = text.lines().take(12).filter(|line| line.starts_with('#')).map(str::to_ascii_lowercase);
    let mut says = head.filter(|line| {
        line.contains("pip-compile")
            || line.contains("autogenerated by")
            || line.contains("@generated by pdm")
            || line.contains("generated by rye")
    });
    says.next().is_some() || memchr::memmem::find_iter(text.as_bytes(), b"# via ").take(3).count() == 3
}

/// Whether a library beside it, made for an index, reads its needs from this file.
fn is_read_by_a_library(subject: &Subject<'_>) -> bool {
    let folder = subject.entry.folder();
    ["setup.py", "pyproject.toml"].into_iter().any(|name| {
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let Some(other) = subject.snapshot.subject(&path) else { return false };
        let named = other.text().is_some_and(|text| text.contains(subject.entry.name()) && text.contains("classifiers"));
        named && other.view::<Manifests>().0.as_ref().is_some_and(|manifest| manifest.packaging == Packaging::Published)
    })
}

fn project(path: &str, text: &str) -> Result<Option<Manifest>, Failure> {
    // Most of these files only hold the settings of tools.
    if !text.contains("project")
        && !text.contains("poetry")
        && !text.contains("dependenc")
        && !text.contains("index")
        && !text.contains("source")
    {
        return Ok(None);
    }
    let read = pyproject::read(text)?;
    if !read.project
        && read.groups.iter().all(|group| group.requirements.is_empty())
        && read.indexes.is_empty()
        && read.best_match.is_none()
    {
        return Ok(None);
    }
    let role = match (role_of(path), read.packaging) {
        (Role::Application, Packaging::Application) => Role::Application,
        (Role::Application, Packaging::Package | Packaging::Published) => Role::Library,
        (other, _) => other,
    };
    let mut manifest = Manifest { packaging: read.packaging, declares: read.project, ..blank(Kind::Project, role) };
    manifest.take_groups(read.groups);
    manifest.indexes = read.indexes;
    manifest.best_match = read.best_match;
    manifest.invalid = read.invalid;
    Ok(Some(manifest))
}

fn from_pipfile(text: &str) -> Result<Option<Manifest>, Failure> {
    let read = pipfile::read(text)?;
    let mut manifest = blank(Kind::Pipfile, Role::Application);
    manifest.take_groups(read.groups);
    manifest.indexes = read.indexes;
    Ok(Some(manifest))
}

fn environment(path: &str, text: &str) -> Result<Option<Manifest>, Failure> {
    // YAML that cannot be read is this guardrail's concern only under a name that says what it is.
    let named = words(path).iter().any(|word| matches!(word.as_str(), "environment" | "conda"));
    let read = match conda::read(text) {
        Ok(Some(read)) => read,
        Ok(None) => return Ok(None),
        Err(why) => return if named { Err(why) } else { Ok(None) },
    };
    let mut manifest = blank(Kind::Conda, role_of(path));
    manifest.channels = read.channels;
    manifest.requirements.extend(read.packages.into_iter().map(|requirement| Declared { requirement, purpose: Use::Run, by_conda: true }));
    manifest.take(path, read.pip);
    Ok(Some(manifest))
}

fn setup(path: &str, read: setup_py::Setup) -> Option<Manifest> {
    if !read.declares && !read.published {
        return None;
    }
    let role = if role_of(path) == Role::Application { Role::Library } else { role_of(path) };
    let packaging = if read.published { Packaging::Published } else { Packaging::Package };
    let mut manifest = Manifest { packaging, declares: read.declares, ..blank(Kind::Setup, role) };
    manifest.requirements =
        read.requirements.into_iter().map(|requirement| Declared { requirement, purpose: Use::Run, by_conda: false }).collect();
    Some(manifest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::snapshot::Snapshot;

    fn manifest(path: &str, bytes: &[u8]) -> Option<(Kind, Role, usize)> {
        let snapshot = Snapshot::of_files([(path.to_owned(), bytes.to_vec())]);
        let subject = Subject::new(&snapshot, &snapshot.entries()[0]);
        let view = subject.view::<Manifests>();
        view.0.as_ref().map(|manifest| (manifest.kind, manifest.role, manifest.requirements.len()))
    }

    #[test]
    fn knows_requirements_by_name_and_content() {
        for path in [
            "requirements.txt",
            "a/requirements_gpu.txt",
            "requirements/base.txt",
            "deps.txt",
            "pip-requirements.in",
            "REQUIREMENTS.TXT",
            "reqs.pip",
            "req.txt",
        ] {
            assert_eq!(manifest(path, b"numpy\n"), Some((Kind::Requirements, Role::Application, 1)), "{path}");
        }
        for path in
            ["notes.txt", "apt-requirements.txt", "CMakeLists.txt", "third_party/x/requirements.txt", "data/train.txt", "robots.txt"]
        {
            assert_eq!(manifest(path, b"numpy\n"), None, "{path}");
        }
        assert_eq!(manifest("docs/requirement levels.txt", b"Key words for use in documents\nto say how strict a rule is\n"), None);
        assert_eq!(manifest("constraints.txt", b"numpy<2\n"), Some((Kind::Constraints, Role::Application, 1)));
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("numpy\r\ntorch\r\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(manifest("requirements.txt", &utf16), Some((Kind::Requirements, Role::Application, 2)));
    }

    #[test]
    fn knows_what_a_manifest_is_for() {
        for (path, role) in [
            ("requirements-dev.txt", Role::Development),
            ("tests/requirements.txt", Role::Test),
            ("requirements/docs.txt", Role::Documentation),
            ("examples/chat/requirements.txt", Role::Documentation),
            ("serving/requirements.txt", Role::Application),
        ] {
            assert_eq!(manifest(path, b"numpy\n").map(|found| found.1), Some(role), "{path}");
        }
        assert_eq!(manifest("pyproject.toml", b"[tool.ruff]\nline-length = 100\n"), None);
    }

    #[test]
    fn follows_paths_inside_of_the_repository_only() {
        assert_eq!(resolve("a/b/r.txt", "../c.txt").as_deref(), Some("a/c.txt"));
        assert_eq!(resolve("r.txt", "../../etc/passwd"), None);
        assert_eq!(resolve("r.txt", "https://files.example/c.txt"), None);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..120), which in 0..7_usize) {
            let name = ["requirements.txt", "pyproject.toml", "Pipfile", "environment.yml", "setup.py", "setup.cfg", "requirements.in"][which];
            let _ = manifest(name, &bytes);
        }
    }
}
