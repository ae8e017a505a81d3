//! `highroad road lint`: what is wrong with a version of a road before anybody uses it.

mod files;
mod migrations;
mod pins;
mod rendering;
mod secrets;
mod texts;
mod variables;
mod versions;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::base::diagnostic::Diagnostic;
use crate::base::interrupt;
use crate::base::tree::Tree;
use crate::ops::road::sources::working;
use crate::road::Road;

/// What the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder of the road: plain, an overlay, or a released version.
    pub folder: PathBuf,
    /// The store that the version will go to.
    pub store: Option<PathBuf>,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The road's id.
    pub road: String,
    /// Its version.
    pub version: String,
    /// How many files were looked at.
    pub files: usize,
    /// How many answers of kinds were rendered.
    pub renders: usize,
    /// What was found, in order of place.
    pub findings: Vec<Finding>,
    /// What a person should know of the run.
    pub notes: Vec<String>,
}

/// Something that its author should look at.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Finding {
    /// A path in the road, with the line where one is known.
    pub place: String,
    /// A stable kebab-case name.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
    /// Why that matters.
    pub why: String,
    /// What to do.
    pub fix: String,
}

/// What the rules look at, and where they report to.
struct Desk<'a> {
    road: &'a Road,
    tree: &'a Tree,
    findings: Vec<Finding>,
    notes: Vec<String>,
}

impl Desk<'_> {
    /// Reports something about a file. `word` is a text on the line that is meant.
    fn report(&mut self, code: &'static str, path: &str, word: Option<&str>, said: [&str; 3]) {
        let place = match word.and_then(|word| self.line(path, word)) {
            Some(line) => format!("{path}:{line}"),
            None => path.to_owned(),
        };
        let [what, why, fix] = said.map(str::to_owned);
        self.findings.push(Finding { place, code, what, why, fix });
    }

    /// Returns the first line of a file that has a text; nothing for a file that an overlay was merged into, whose lines
    /// nobody can open.
    fn line(&self, path: &str, word: &str) -> Option<usize> {
        let text = std::str::from_utf8(&self.tree.get(path)?.bytes).ok()?;
        if text.starts_with(crate::road::overlay::FLATTENED) {
            return None;
        }
        text.lines().position(|line| line.contains(word)).map(|at| at + 1)
    }

    /// Returns the folder of each layer and kind, with the part: `layers/base`.
    fn parts(&self) -> Vec<(String, &crate::road::Part)> {
        let layers = self.road.layers.iter().map(|(id, part)| (format!("layers/{id}"), part));
        layers.chain(self.road.kinds.iter().map(|(id, part)| (format!("kinds/{id}"), part))).collect()
    }
}

/// Returns the manifest of a part, by its folder.
fn manifest_of(folder: &str) -> String {
    let name = if folder.starts_with("layers/") { "layer.toml" } else { "kind.toml" };
    format!("{folder}/{name}")
}

/// Looks at the road in a folder.
///
/// # Errors
/// When the road cannot be read at all, or the store cannot.
pub fn lint(options: &Options) -> Result<Report, Diagnostic> {
    let (road, tree) = working(&options.folder)?;
    look(&road, &tree, options.store.as_deref())
}

/// As [`lint`], for a road that was read already.
///
/// # Errors
/// When the store cannot be read, or the person stops.
pub fn look(road: &Road, tree: &Tree, store: Option<&Path>) -> Result<Report, Diagnostic> {
    let mut desk = Desk { road, tree, findings: Vec::new(), notes: Vec::new() };
    versions::look(&mut desk, store)?;
    for rule in [texts::look, files::look, variables::look, pins::look, secrets::look, migrations::look] {
        interrupt::check()?;
        rule(&mut desk);
    }
    let renders = rendering::look(&mut desk);
    interrupt::check()?;
    let Desk { mut findings, notes, .. } = desk;
    findings.sort();
    findings.dedup();
    let manifest = &road.manifest;
    Ok(Report { road: manifest.id.clone(), version: manifest.version.clone(), files: tree.len(), renders, findings, notes })
}
