//! The folders with packages or images of their own: what an update bot looks after, and what makes a monorepo.

use std::collections::BTreeSet;

use super::declared::{is_dockerfile, is_requirements};
use super::is_aside;
use crate::repo::snapshot::{Entry, Snapshot};

/// How many of a sort are listed.
const MOST: usize = 60;

/// Returns the folders by who installs what is in them: `pip`, `npm`, `docker`; `""` is the root. In order.
pub(super) fn of(snapshot: &Snapshot, files: &[&Entry]) -> Vec<(&'static str, String)> {
    let mut roots: BTreeSet<(&'static str, String)> = BTreeSet::new();
    for entry in files {
        let python =
            matches!(entry.name(), "pyproject.toml" | "Pipfile" | "setup.py") || is_requirements(entry) && entry.extension() == "txt";
        let sort = match entry.name() {
            _ if python => "pip",
            "package.json" => "npm",
            _ if is_dockerfile(entry) => "docker",
            _ => continue,
        };
        let folder = match entry.folder().rsplit_once('/') {
            // pip reads `requirements/base.txt` from the folder above.
            _ if entry.folder() == "requirements" => String::new(),
            Some((outer, "requirements")) => outer.to_owned(),
            _ => entry.folder().to_owned(),
        };
        if python && is_tool_settings(snapshot, entry) {
            continue;
        }
        if roots.iter().filter(|(known, _)| *known == sort).count() < MOST {
            roots.insert((sort, folder));
        }
    }
    roots.into_iter().collect()
}

/// Whether a `pyproject.toml` holds settings of tools alone.
fn is_tool_settings(snapshot: &Snapshot, entry: &Entry) -> bool {
    entry.name() == "pyproject.toml"
        && super::text_of(snapshot, entry, 1 << 20)
            .is_some_and(|text| !["[project]", "[tool.poetry", "dependencies"].iter().any(|word| text.contains(word)))
}

/// Returns the folders that hold a Python project of their own, examples and tests left out.
pub(super) fn projects<'a>(roots: &'a [(&'static str, String)]) -> Vec<&'a str> {
    roots.iter().filter(|(sort, folder)| *sort == "pip" && !is_aside(&format!("{folder}/x"))).map(|(_, folder)| folder.as_str()).collect()
}
