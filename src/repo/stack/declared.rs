//! What manifests ask for: requirements files, pyproject, setup, Pipfile, conda environments, base images.

use super::{Evidence, text_of};
use crate::formats::dockerfile::Dockerfile;
use crate::formats::requirement::{Requirement, normal_name};
use crate::formats::requirements::{self, Item};
use crate::formats::text::Lines;
use crate::formats::{conda, pipfile, pyproject, setup_py};
use crate::repo::snapshot::{Entry, Snapshot};

/// The largest manifest that is read, in bytes.
const LIMIT: u64 = 1 << 20;

/// A package that a manifest asks for.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    /// Its name in normal form.
    pub package: String,
    /// What is said about its version, as written.
    pub specifier: String,
    /// Where.
    pub evidence: Evidence,
}

/// Whether a file is one of requirements, by its name.
pub(super) fn is_requirements(entry: &Entry) -> bool {
    let name = entry.name().to_ascii_lowercase();
    let ending = name.ends_with(".txt") || name.ends_with(".in");
    let folder = entry.folder().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    ending && (name.contains("requirement") || folder == "requirements" || matches!(name.as_str(), "deps.txt" | "dependencies.txt"))
}

/// Whether a file may be a conda environment, by its name and place; only its content says so.
pub(super) fn may_be_conda(entry: &Entry) -> bool {
    let name = entry.name().to_ascii_lowercase();
    (name.ends_with(".yml") || name.ends_with(".yaml")) && entry.size <= 64 << 10 && entry.path.matches('/').count() <= 3
}

/// Whether a file is a recipe of an image, by its name.
pub(super) fn is_dockerfile(entry: &Entry) -> bool {
    let name = entry.name().to_ascii_lowercase();
    let stem = |name: &str| name == "dockerfile" || name == "containerfile";
    stem(&name)
        || name.split_once('.').is_some_and(|(first, last)| stem(first) || last == "dockerfile")
        || name.starts_with("dockerfile-")
        || name.starts_with("dockerfile_")
}

/// Reads what the manifests ask for.
pub(super) fn read(snapshot: &Snapshot, files: &[&Entry]) -> Vec<Declared> {
    let mut found = Vec::new();
    for entry in files {
        let name = entry.name();
        let kind: fn(&Entry, &str, &mut Vec<Declared>) = match name {
            "pyproject.toml" => in_pyproject,
            "Pipfile" => in_pipfile,
            "setup.py" => |entry, text, found| each(entry, text, &setup_py::read(text).requirements, found),
            "setup.cfg" => |entry, text, found| each(entry, text, &setup_py::read_config(text).requirements, found),
            _ if is_requirements(entry) => |entry, text, found| items(entry, text, &requirements::read(text), found),
            _ if is_dockerfile(entry) => in_dockerfile,
            _ if may_be_conda(entry) => in_conda,
            _ => continue,
        };
        if let Some(text) = text_of(snapshot, entry, LIMIT) {
            kind(entry, &text, &mut found);
        }
    }
    found
}

fn each(entry: &Entry, text: &str, requirements: &[Requirement], found: &mut Vec<Declared>) {
    let lines = Lines::of(text);
    for requirement in requirements {
        let line = lines.line(requirement.range.start.min(text.len()));
        let shows = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        found.push(Declared {
            package: requirement.normal_name(),
            specifier: requirement.specifier.clone(),
            evidence: Evidence::new(&entry.path, line, shows),
        });
    }
}

fn items(entry: &Entry, text: &str, items: &[Item], found: &mut Vec<Declared>) {
    let requirement = |item: &Item| match item {
        Item::Requirement(requirement) => Some(requirement.clone()),
        Item::Include { .. } | Item::Setting { .. } | Item::Invalid { .. } => None,
    };
    let requirements: Vec<Requirement> = items.iter().filter_map(requirement).collect();
    each(entry, text, &requirements, found);
}

fn in_pyproject(entry: &Entry, text: &str, found: &mut Vec<Declared>) {
    if let Ok(read) = pyproject::read(text) {
        read.groups.iter().for_each(|group| each(entry, text, &group.requirements, found));
    }
}

fn in_pipfile(entry: &Entry, text: &str, found: &mut Vec<Declared>) {
    if let Ok(read) = pipfile::read(text) {
        read.groups.iter().for_each(|group| each(entry, text, &group.requirements, found));
    }
}

fn in_conda(entry: &Entry, text: &str, found: &mut Vec<Declared>) {
    if let Ok(Some(environment)) = conda::read(text) {
        each(entry, text, &environment.packages, found);
        items(entry, text, &environment.pip, found);
    }
}

/// A base image that brings a framework, such as `pytorch/pytorch:1.5-cuda10.1`.
fn in_dockerfile(entry: &Entry, text: &str, found: &mut Vec<Declared>) {
    let Some(dockerfile) = Dockerfile::parse(text) else { return };
    let lines = Lines::of(text);
    for stage in &dockerfile.stages {
        let Some(image) = dockerfile.image(stage).image else { continue };
        let (name, tag) = image.split('@').next().unwrap_or_default().rsplit_once(':').unwrap_or((&image, ""));
        let package = normal_name(name.rsplit('/').next().unwrap_or(name));
        let range = stage.image.span.clone();
        let line = lines.line(range.start.min(text.len()));
        if matches!(package.as_str(), "pytorch" | "tensorflow") {
            let version = tag.split('-').next().unwrap_or_default();
            let specifier = if version.starts_with(|c: char| c.is_ascii_digit()) { format!("=={version}") } else { String::new() };
            found.push(Declared {
                package,
                specifier,
                evidence: Evidence::new(&entry.path, line, text.lines().nth(line - 1).unwrap_or_default()),
            });
        }
    }
}
