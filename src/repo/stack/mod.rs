//! What a repository is made of, with the place of every sign: frameworks, services, package managers, Python, CI, shape.
//!
//! Nothing is run and nothing is guessed without a place: each thing that is said bears the file and line that says it.

mod code;
mod declared;
mod imports;
mod known;
mod packaging;
mod papers;
mod python;
mod roots;
mod shape;
mod signs;
mod surroundings;

pub use shape::Shape;

use crate::repo::snapshot::{Entry, Snapshot};

/// How many places are kept for one thing.
const PLACES: usize = 3;

/// A place that shows something.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Evidence {
    /// The file.
    pub path: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What stands there, in a few words.
    pub shows: String,
}

impl Evidence {
    /// A place in a file.
    pub fn new(path: &str, line: usize, shows: impl Into<String>) -> Self {
        let shows: String = shows.into();
        let short: String = shows.trim().chars().take(100).collect();
        Self { path: path.to_owned(), line, shows: short }
    }

    /// Returns `file:line`, or the file alone.
    pub fn place(&self) -> String {
        if self.line == 0 { self.path.clone() } else { format!("{}:{}", self.path, self.line) }
    }
}

/// One thing that a repository has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sign {
    /// Its stable name: `pytorch`, `poetry`, `github`.
    pub id: String,
    /// What a person calls it: `PyTorch`, `TensorFlow 1`.
    pub name: String,
    /// In how many places it shows.
    pub times: usize,
    /// The first of them.
    pub evidence: Vec<Evidence>,
}

impl Sign {
    /// A sign without a place yet.
    pub fn new(id: &str, name: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), times: 0, evidence: Vec::new() }
    }

    /// Adds a place.
    pub fn add(&mut self, evidence: Evidence) {
        self.times += 1;
        if self.evidence.len() < PLACES {
            self.evidence.push(evidence);
        }
    }
}

/// Adds a place to the sign with this id; a new one is begun where there is none.
pub(crate) fn note(signs: &mut Vec<Sign>, id: &str, name: &str, evidence: Evidence) {
    match signs.iter_mut().find(|sign| sign.id == id) {
        Some(sign) => sign.add(evidence),
        None => {
            let mut sign = Sign::new(id, name);
            sign.add(evidence);
            signs.push(sign);
        }
    }
}

/// What a repository is made of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stack {
    /// What it is as a whole.
    pub shape: Shape,
    /// Why, in one sentence.
    pub why: String,
    /// The places that decide about the shape.
    pub evidence: Vec<Evidence>,
    /// The languages that it is written in, the first has the most files.
    pub languages: Vec<Sign>,
    /// Frameworks that its code uses, the leading one first.
    pub frameworks: Vec<Sign>,
    /// Frameworks that it asks for, and whose import was not seen.
    pub only_declared: Vec<Sign>,
    /// What it answers requests or people with.
    pub services: Vec<Sign>,
    /// Who installs its packages.
    pub managers: Vec<Sign>,
    /// What it says about its Python, one sign for each statement.
    pub python: Vec<Sign>,
    /// Images, compose files, development containers.
    pub containers: Vec<Sign>,
    /// Whose pipelines it has.
    pub ci: Vec<Sign>,
    /// Its notebooks.
    pub notebooks: Option<Sign>,
    /// Its tests.
    pub tests: Option<Sign>,
    /// That it trains models.
    pub trains: Option<Sign>,
    /// Its licence.
    pub licence: Option<Sign>,
    /// Who answers for it: owners, authors, maintainers.
    pub owners: Vec<Sign>,
    /// Addresses that reach them.
    pub contacts: Vec<Sign>,
    /// The name that it gives itself.
    pub name: Option<Sign>,
    /// What it says that it is for.
    pub purpose: Option<Sign>,
    /// Folders with packages of their own, by who installs them: `pip`, `docker`, `npm`; `""` is the root.
    pub roots: Vec<(&'static str, String)>,
    /// Signs of the platform that it lives on, other than its remote.
    pub hosts: Vec<Sign>,
}

impl Stack {
    /// Whether its code uses a framework.
    pub fn uses(&self, id: &str) -> bool {
        self.frameworks.iter().any(|sign| sign.id == id)
    }
}

/// Reads what a repository is made of.
pub fn detect(snapshot: &Snapshot) -> Stack {
    let files: Vec<&Entry> = snapshot.entries().iter().filter(|entry| entry.is_file() && !is_foreign(&entry.path)).collect();
    let code = code::read(snapshot, &files);
    let declared = declared::read(snapshot, &files);
    let papers = papers::read(snapshot, &files);
    let surroundings = surroundings::read(snapshot, &files);
    let packaging = packaging::read(snapshot, &files);
    let signs::Uses { frameworks, only_declared, services, platforms } = signs::weigh(&code, &declared);
    let roots = roots::of(snapshot, &files);
    let python = python::statements(snapshot, &files, &code);
    let subject = shape::Subject {
        code: &code,
        frameworks: &frameworks,
        services: &services,
        platforms: &platforms,
        papers: &papers,
        packaging: &packaging,
        roots: &roots,
        files: &files,
    };
    let shape::Verdict { shape, why, evidence } = shape::decide(&subject);
    Stack {
        shape,
        why,
        evidence,
        languages: code.languages,
        frameworks,
        only_declared,
        services,
        managers: packaging.managers,
        python,
        containers: surroundings.containers,
        ci: surroundings.ci,
        notebooks: code.notebooks,
        tests: code.tests,
        trains: code.trains,
        licence: papers.licence,
        owners: papers.owners.into_iter().chain(packaging.authors).collect(),
        contacts: packaging.contacts,
        name: packaging.name,
        purpose: packaging.purpose,
        roots,
        hosts: surroundings.hosts,
    }
}

/// Folders whose content somebody else wrote, or a tool made.
fn is_foreign(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "node_modules",
        "vendor",
        "third_party",
        "third-party",
        "thirdparty",
        "external",
        "site-packages",
        ".venv",
        "venv",
        "dist-packages",
        ".tox",
        ".git",
        "__pycache__",
        ".ipynb_checkpoints",
        "bower_components",
    ];
    path.split('/').rev().skip(1).any(|part| FOLDERS.contains(&part))
}

/// Folders that show or prove the code, and are not it.
fn is_aside(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "test",
        "tests",
        "testing",
        "example",
        "examples",
        "doc",
        "docs",
        "documentation",
        "demo",
        "demos",
        "tutorial",
        "tutorials",
        "sample",
        "samples",
        "benchmark",
        "benchmarks",
        "docs_src",
        "experimental",
        "contrib",
    ];
    path.split('/').rev().skip(1).any(|part| FOLDERS.contains(&part.to_ascii_lowercase().as_str()))
}

/// Returns the text of a file up to a size; nothing for what is larger, binary or unreadable.
fn text_of(snapshot: &Snapshot, entry: &Entry, limit: u64) -> Option<String> {
    if entry.size > limit {
        return None;
    }
    snapshot.subject(&entry.path)?.text().map(str::to_owned)
}

/// Returns the line (from 1) of the first line that holds `what`; 0 where none does.
fn line_with(text: &str, what: &str) -> usize {
    text.lines().position(|line| line.contains(what)).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests;
