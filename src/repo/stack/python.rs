//! What the repository says about its Python: bounds in manifests, images, environments, pipelines; Python 2 in the code.

use super::code::Code;
use super::declared::{is_dockerfile, may_be_conda};
use super::{Evidence, Sign, note, text_of};
use crate::formats::conda;
use crate::formats::dockerfile::Dockerfile;
use crate::formats::text::Lines;
use crate::repo::snapshot::{Entry, Snapshot};

/// The largest file that is read, in bytes.
const LIMIT: u64 = 1 << 20;
/// From how many statements on a repository is one of Python 2; a few may stand behind a test of the version.
const PYTHON_2: usize = 3;

/// Returns the statements: the version is the name of the sign, `2` first where the code is Python 2.
pub(super) fn statements(snapshot: &Snapshot, files: &[&Entry], code: &Code) -> Vec<Sign> {
    let mut found = Vec::new();
    let mut say = |version: &str, evidence: Evidence| {
        let version = version.trim().trim_matches(['"', '\'']).trim();
        if version.chars().any(|c| c.is_ascii_digit()) && version.len() <= 40 && !version.contains("${{") {
            note(&mut found, version, version, evidence);
        }
    };
    for entry in files {
        let Some(read) = reader(entry) else { continue };
        if let Some(text) = text_of(snapshot, entry, LIMIT) {
            read(entry, &text, &mut say);
        }
    }
    if is_python_2(code) {
        let mut sign = Sign::new("2", "2");
        code.python2.iter().for_each(|place| sign.add(place.clone()));
        found.retain(|sign| sign.id != "2");
        found.insert(0, sign);
    }
    found
}

/// Whether the code is Python 2: print statements and the like in more than a corner of it.
pub(super) fn is_python_2(code: &Code) -> bool {
    let places: std::collections::BTreeSet<&str> = code.python2.iter().map(|place| place.path.as_str()).collect();
    let statement = |place: &&Evidence| place.shows.starts_with("print ") || place.shows.starts_with("except ");
    code.python2.iter().filter(statement).count() >= PYTHON_2 && places.len() * 6 >= code.python_files.min(60)
}

type Say<'a> = &'a mut dyn FnMut(&str, Evidence);
type Read = fn(&Entry, &str, Say<'_>);

fn reader(entry: &Entry) -> Option<Read> {
    let outer = entry.folder().is_empty();
    Some(match entry.name() {
        "pyproject.toml" => pyproject,
        "setup.py" | "setup.cfg" => |entry, text, say| after_key(entry, text, "python_requires", say),
        "Pipfile" => |entry, text, say| {
            after_key(entry, text, "python_version", say);
            after_key(entry, text, "python_full_version", say);
        },
        ".python-version" | "runtime.txt" | ".tool-versions" if outer => version_file,
        _ if is_dockerfile(entry) => image,
        _ if entry.folder() == ".github/workflows" && matches!(entry.extension().as_str(), "yml" | "yaml") => {
            |entry, text, say| after_key(entry, text, "python-version", say)
        }
        _ if may_be_conda(entry) => environment,
        _ => return None,
    })
}

fn pyproject(entry: &Entry, text: &str, say: Say<'_>) {
    after_key(entry, text, "requires-python", say);
    let mut poetry = false;
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('[') {
            poetry = line.starts_with("[tool.poetry.dependencies]");
        }
        if let Some(version) = line.strip_prefix("python").filter(|_| poetry).and_then(|rest| rest.trim_start().strip_prefix('=')) {
            say(version.split('#').next().unwrap_or_default(), Evidence::new(&entry.path, at + 1, line));
        }
    }
}

/// Says what stands behind `key:` or `key =`, in the forms of YAML, TOML and Python.
fn after_key(entry: &Entry, text: &str, key: &str, say: Say<'_>) {
    for (at, line) in text.lines().enumerate() {
        let Some(rest) = line.trim_start().trim_start_matches("- ").trim_start_matches(['"', '\'']).strip_prefix(key) else { continue };
        let rest = rest.trim_start_matches(['"', '\'']).trim_start();
        let Some(value) = rest.strip_prefix([':', '=']) else { continue };
        let value = value.split(" #").next().unwrap_or_default().trim().trim_end_matches(',');
        let list = value.trim_start_matches('[').trim_end_matches(']');
        let each = |part: &str| -> String { part.trim().trim_matches(['"', '\'']).to_owned() };
        if value.starts_with('[') {
            list.split(',').for_each(|part| say(&each(part), Evidence::new(&entry.path, at + 1, line)));
        } else {
            say(value, Evidence::new(&entry.path, at + 1, line));
        }
    }
}

fn version_file(entry: &Entry, text: &str, say: Say<'_>) {
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        let version = line.strip_prefix("python-").or_else(|| line.strip_prefix("python ")).unwrap_or(line);
        if version.starts_with(|c: char| c.is_ascii_digit()) {
            say(version, Evidence::new(&entry.path, at + 1, line));
        }
    }
}

fn image(entry: &Entry, text: &str, say: Say<'_>) {
    let Some(dockerfile) = Dockerfile::parse(text) else { return };
    for stage in &dockerfile.stages {
        let Some(image) = dockerfile.image(stage).image else { continue };
        let (name, tag) = image.split('@').next().unwrap_or_default().rsplit_once(':').unwrap_or((&image, ""));
        if name.rsplit('/').next() == Some("python") && tag.starts_with(|c: char| c.is_ascii_digit()) {
            let line = Lines::of(text).line(stage.image.span.start);
            say(
                tag.split('-').next().unwrap_or_default(),
                Evidence::new(&entry.path, line, text.lines().nth(line - 1).unwrap_or_default()),
            );
        }
    }
}

fn environment(entry: &Entry, text: &str, say: Say<'_>) {
    let Ok(Some(environment)) = conda::read(text) else { return };
    if let Some(python) = environment.packages.iter().find(|package| package.name == "python") {
        let line = Lines::of(text).line(python.range.start.min(text.len()));
        say(python.specifier.trim_start_matches('='), Evidence::new(&entry.path, line, text.lines().nth(line - 1).unwrap_or_default()));
    }
}
