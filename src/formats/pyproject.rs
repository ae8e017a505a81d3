//! `pyproject.toml`: what a project asks for, in each of the dialects, with the place of every requirement.
//!
//! After the packaging specifications "pyproject.toml" and "Dependency Groups", and the documentation of Poetry
//! ("Dependency specification", "Repositories"), PDM ("Project file reference") and uv ("Dependency sources", "Indexes").

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::requirement::{self, Origin, Pin, Requirement};

/// What a group of requirements is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Use {
    /// Needed to run.
    Run,
    /// Asked for by name by whoever wants more.
    Extra,
    /// Needed to work on the project.
    Development,
}

/// What the project is packed for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Packaging {
    /// It is run where it lies.
    Application,
    /// It can be installed; nothing says for whom.
    Package,
    /// It is made for an index: it has classifiers, none of which is private.
    Published,
}

/// A group of requirements.
#[derive(Clone, Debug)]
pub struct Group {
    /// What it is for.
    pub purpose: Use,
    /// What it asks for.
    pub requirements: Vec<Requirement>,
}

/// Where a project says that packages are to be found.
#[derive(Clone, Debug)]
pub struct Index {
    /// Who reads it: `uv`, `poetry`, `pdm`, `pipenv`.
    pub tool: &'static str,
    /// Its name; empty where it has none.
    pub name: String,
    /// Its address.
    pub url: String,
    /// Whether a name is looked up here although the project does not say that it comes from here.
    pub searched: bool,
    /// Whether it takes the place of the public index, or of the first one.
    pub replaces: bool,
    /// Whether its certificate is checked.
    pub verified: bool,
    /// The bytes of its address.
    pub range: Range<usize>,
}

/// What is in a `pyproject.toml`.
#[derive(Clone, Debug)]
pub struct Pyproject {
    /// Whether it describes a project, and not only the settings of tools.
    pub project: bool,
    /// What it is packed for.
    pub packaging: Packaging,
    /// Its requirements.
    pub groups: Vec<Group>,
    /// Where packages are found.
    pub indexes: Vec<Index>,
    /// The bytes of a setting that lets every index answer for every name; `None` where there is none.
    pub best_match: Option<Range<usize>>,
    /// What stands where a requirement belongs and is none.
    pub invalid: Vec<Range<usize>>,
}

type Value<'a> = Spanned<DeValue<'a>>;

/// Returns what lies at a path of keys.
pub fn at<'a, 'i>(table: &'a DeTable<'i>, path: &[&str]) -> Option<&'a Value<'i>> {
    let (last, folders) = path.split_last()?;
    let inner = folders.iter().try_fold(table, |table, key| table.get(*key)?.get_ref().as_table())?;
    inner.get(*last)
}

/// Returns a table at a path of keys.
pub fn table_at<'a, 'i>(table: &'a DeTable<'i>, path: &[&str]) -> Option<&'a DeTable<'i>> {
    at(table, path)?.get_ref().as_table()
}

/// Returns a text at a path of keys.
pub fn text_at<'a>(table: &'a DeTable<'_>, path: &[&str]) -> Option<&'a str> {
    at(table, path)?.get_ref().as_str()
}

/// Returns the members of a list at a path of keys; none for anything else.
pub fn list_at<'a, 'i>(table: &'a DeTable<'i>, path: &[&str]) -> &'a [Value<'i>] {
    at(table, path).and_then(|value| value.get_ref().as_array()).map_or(&[], |array| &**array)
}

/// Returns the bytes inside of the quotes of a text.
pub fn inside(source: &str, span: Range<usize>) -> Range<usize> {
    let long = source.get(span.clone()).is_some_and(|text| text.starts_with("\"\"\"") || text.starts_with("'''"));
    let quotes = if long { 3 } else { 1 };
    if span.len() >= 2 * quotes { span.start + quotes..span.end - quotes } else { span }
}

/// Reads a `pyproject.toml`.
///
/// # Errors
/// When it is no TOML.
pub fn read(source: &str) -> Result<Pyproject, String> {
    let root = DeTable::parse(source).map_err(|error| error.message().to_owned())?;
    let root = root.get_ref();
    well_formed(root)?;
    let mut found = Pyproject {
        project: table_at(root, &["project"]).is_some() || table_at(root, &["tool", "poetry"]).is_some(),
        packaging: packaging(root),
        groups: Vec::new(),
        indexes: Vec::new(),
        best_match: None,
        invalid: Vec::new(),
    };
    standard(source, root, &mut found);
    poetry(source, root, &mut found);
    sources(root, &mut found);
    indexes(source, root, &mut found);
    Ok(found)
}

/// Refuses dependencies that no installer would take, so that nobody takes them for none (PEP 621, `dependencies`).
fn well_formed(root: &DeTable<'_>) -> Result<(), String> {
    let Some(list) = at(root, &["project", "dependencies"]) else { return Ok(()) };
    let texts = list.get_ref().as_array().is_some_and(|list| list.iter().all(|value| value.get_ref().as_str().is_some()));
    if texts { Ok(()) } else { Err("`project.dependencies` is no list of texts".to_owned()) }
}

fn packaging(root: &DeTable<'_>) -> Packaging {
    let no = |path: &[&str]| at(root, path).is_some_and(|value| value.get_ref().as_bool() == Some(false));
    if !root.contains_key("build-system")
        || no(&["tool", "poetry", "package-mode"])
        || no(&["tool", "uv", "package"])
        || no(&["tool", "pdm", "distribution"])
    {
        return Packaging::Application;
    }
    let classifiers = [list_at(root, &["project", "classifiers"]), list_at(root, &["tool", "poetry", "classifiers"])].concat();
    let private = classifiers.iter().any(|value| value.get_ref().as_str().is_some_and(|text| text.starts_with("Private ::")));
    if classifiers.is_empty() || private { Packaging::Package } else { Packaging::Published }
}

/// Reads what the packaging specifications define, and the lists of PDM and uv that look alike.
fn standard(source: &str, root: &DeTable<'_>, found: &mut Pyproject) {
    let mut add = |purpose: Use, values: &[Value<'_>]| {
        let mut requirements = Vec::new();
        for value in values {
            // A group may name another group in a table.
            let Some(text) = value.get_ref().as_str() else { continue };
            let range = inside(source, value.span());
            match requirement::parse(text, range.start) {
                // With escapes in the text, its places are not those of the file.
                Some(read) if source.get(range.clone()) == Some(text) => requirements.push(read),
                Some(read) => requirements.push(Requirement { specifier_range: range.end..range.end, range, ..read }),
                None => found.invalid.push(range),
            }
        }
        found.groups.push(Group { purpose, requirements });
    };
    add(Use::Run, list_at(root, &["project", "dependencies"]));
    for (purpose, path) in [
        (Use::Extra, &["project", "optional-dependencies"][..]),
        (Use::Development, &["dependency-groups"]),
        (Use::Development, &["tool", "pdm", "dev-dependencies"]),
    ] {
        for value in table_at(root, path).into_iter().flat_map(|table| table.values()) {
            add(purpose, value.get_ref().as_array().map_or(&[], |array| &**array));
        }
    }
    add(Use::Development, list_at(root, &["tool", "uv", "dev-dependencies"]));
}

fn poetry(source: &str, root: &DeTable<'_>, found: &mut Pyproject) {
    let Some(poetry) = table_at(root, &["tool", "poetry"]) else { return };
    let read = |purpose: Use, table: Option<&DeTable<'_>>| Group {
        purpose,
        requirements: table.map(|table| named(source, table, true)).unwrap_or_default(),
    };
    let mut run = read(Use::Run, table_at(poetry, &["dependencies"]));
    // What the standard table already asks for is only told more about here.
    let known: Vec<String> = found
        .groups
        .iter()
        .filter(|group| group.purpose == Use::Run)
        .flat_map(|group| &group.requirements)
        .map(Requirement::normal_name)
        .collect();
    run.requirements.retain(|requirement| !known.contains(&requirement.normal_name()));
    found.groups.push(run);
    found.groups.push(read(Use::Development, table_at(poetry, &["dev-dependencies"])));
    for group in table_at(poetry, &["group"]).into_iter().flat_map(|table| table.values()) {
        found.groups.push(read(Use::Development, group.get_ref().as_table().and_then(|group| table_at(group, &["dependencies"]))));
    }
}

/// Reads a table of names and versions, as Poetry and Pipenv write it. In Poetry's, a bare version is that version.
pub fn named(source: &str, table: &DeTable<'_>, bare: bool) -> Vec<Requirement> {
    let mut requirements = Vec::new();
    for (key, value) in table {
        let name: &str = key.get_ref();
        if name == "python" {
            continue;
        }
        let range = key.span().start..value.span().end.max(key.span().end);
        let Some(table) = value.get_ref().as_table() else {
            let any = Requirement::any(name, range);
            requirements.push(match value.get_ref().as_str() {
                Some(version) => with_version(source, any, version, value.span(), bare),
                // Several versions, each under its condition.
                None => Requirement { conditional: true, ..any },
            });
            continue;
        };
        let text = |key: &str| text_at(table, &[key]);
        let conditions = [
            "markers",
            "python",
            "platform",
            "sys_platform",
            "optional",
            "python_version",
            "platform_system",
            "platform_machine",
            "os_name",
        ];
        let any = Requirement { conditional: conditions.iter().any(|key| table.contains_key(*key)), ..Requirement::any(name, range) };
        let revision = ["rev", "ref", "tag", "branch"].into_iter().find_map(text).map(str::to_owned);
        requirements.push(if let Some(url) = text("git") {
            Requirement { origin: Origin::Repository { url: url.to_owned(), revision }, ..any }
        } else if let Some(url) = text("url").or_else(|| text("file").filter(|file| file.contains("://"))) {
            Requirement { origin: Origin::Archive { url: url.to_owned(), hashed: url.contains("#sha256=") }, ..any }
        } else if let Some(path) = text("path").or_else(|| text("file")) {
            Requirement { origin: Origin::Local { path: path.to_owned() }, ..any }
        } else if let Some(version) = at(table, &["version"])
            && let Some(text) = version.get_ref().as_str()
        {
            with_version(source, any, text, version.span(), bare)
        } else {
            any
        });
    }
    requirements
}

fn with_version(source: &str, any: Requirement, version: &str, span: Range<usize>, bare: bool) -> Requirement {
    let specifier = standard_specifier(version, bare);
    let pin = specifier
        .strip_prefix("==")
        .filter(|exact| !exact.contains(['*', ',']))
        .map_or(Pin::Loose, |exact| Pin::Exact(exact.trim_start_matches('=').trim().to_owned()));
    Requirement { specifier, pin, specifier_range: inside(source, span), ..any }
}

/// Says a version of Poetry or Pipenv in the words of PEP 440; empty for any, and where there are no such words.
fn standard_specifier(version: &str, bare: bool) -> String {
    let version = version.trim();
    if version == "*" || version.contains('|') {
        return String::new();
    }
    let parts: Option<Vec<String>> = version
        .split(',')
        .map(|part| {
            let part = part.trim();
            if let Some(from) = part.strip_prefix('^') {
                return caret(from.trim());
            }
            if let Some(from) = part.strip_prefix('~').filter(|from| !from.starts_with('=')) {
                return tilde(from.trim());
            }
            if part.starts_with(|c: char| c.is_ascii_digit()) {
                return bare.then(|| format!("=={part}"));
            }
            match part.strip_prefix('=').filter(|exact| !exact.starts_with('=')) {
                Some(exact) => Some(format!("=={}", exact.trim())),
                None => Some(part.to_owned()),
            }
        })
        .collect();
    parts.unwrap_or_default().join(",")
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse::<u64>().ok().filter(|number| *number < 1 << 40)).collect()
}

fn bounded(from: &str, mut numbers: Vec<u64>, step: usize) -> Option<String> {
    *numbers.get_mut(step)? += 1;
    numbers.truncate(step + 1);
    let below = numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
    Some(format!(">={from},<{below}"))
}

/// `^1.2` is below 2, `^0.2` is below 0.3: the first number that is not zero may not change.
fn caret(from: &str) -> Option<String> {
    let numbers = numbers(from)?;
    let step = numbers.iter().position(|number| *number > 0).unwrap_or(numbers.len() - 1);
    bounded(from, numbers, step)
}

/// `~1.2.3` is below 1.3, `~1` is below 2.
fn tilde(from: &str) -> Option<String> {
    let numbers = numbers(from)?;
    let step = usize::from(numbers.len() > 1);
    bounded(from, numbers, step)
}

/// Turns requirements into what uv fetches in their place.
fn sources(root: &DeTable<'_>, found: &mut Pyproject) {
    let Some(sources) = table_at(root, &["tool", "uv", "sources"]) else { return };
    for (key, value) in sources {
        let Some(table) = value.get_ref().as_table() else { continue };
        let text = |key: &str| text_at(table, &[key]).map(str::to_owned);
        let revision = ["rev", "tag", "branch"].into_iter().find_map(text);
        let origin = match (text("git"), text("url"), text("path"), table.contains_key("workspace")) {
            (Some(url), ..) => Origin::Repository { url, revision },
            (None, Some(url), ..) => Origin::Archive { hashed: url.contains("#sha256="), url },
            (None, None, path, true) | (None, None, path @ Some(_), false) => Origin::Local { path: path.unwrap_or_default() },
            (None, None, None, false) => continue,
        };
        let name = requirement::normal_name(key.get_ref());
        for requirement in found.groups.iter_mut().flat_map(|group| &mut group.requirements).filter(|known| known.normal_name() == name) {
            requirement.origin = origin.clone();
        }
    }
}

fn indexes(source: &str, root: &DeTable<'_>, found: &mut Pyproject) {
    let yes = |table: &DeTable<'_>, key: &str| at(table, &[key]).is_some_and(|value| value.get_ref().as_bool() == Some(true));
    for (tool, path) in
        [("uv", &["tool", "uv", "index"][..]), ("poetry", &["tool", "poetry", "source"]), ("pdm", &["tool", "pdm", "source"])]
    {
        for value in list_at(root, path) {
            let Some(table) = value.get_ref().as_table() else { continue };
            let Some(url) = at(table, &["url"]) else { continue };
            let name = text_at(table, &["name"]).unwrap_or_default().to_owned();
            let priority = text_at(table, &["priority"]).unwrap_or("primary");
            let (searched, replaces) = match tool {
                // uv asks the indexes in order and stays with the first that knows the name.
                "uv" => (false, yes(table, "default")),
                "poetry" => (
                    (matches!(priority, "supplemental" | "secondary") || yes(table, "secondary")) && !is_named(root, &name),
                    priority == "default" || yes(table, "default"),
                ),
                _ => (!table.contains_key("include_packages"), name == concat!("py", "pi")),
            };
            found.indexes.push(Index {
                tool,
                name,
                url: url.get_ref().as_str().unwrap_or_default().to_owned(),
                searched: searched && !replaces,
                replaces,
                verified: at(table, &["verify_ssl"]).is_none_or(|value| value.get_ref().as_bool() != Some(false)),
                range: inside(source, url.span()),
            });
        }
    }
    if at(root, &["tool", "pdm", "resolution", "respect-source-order"]).is_some_and(|value| value.get_ref().as_bool() == Some(true)) {
        found.indexes.iter_mut().filter(|index| index.tool == "pdm").for_each(|index| index.searched = false);
    }
    let strategy =
        [&["tool", "uv", "index-strategy"][..], &["tool", "uv", "pip", "index-strategy"]].into_iter().find_map(|path| at(root, path));
    found.best_match = strategy
        .filter(|value| value.get_ref().as_str().is_some_and(|text| text.starts_with("unsafe-")))
        .map(|value| inside(source, value.span()));
}

/// Whether a requirement of Poetry's names the source that it comes from.
fn is_named(root: &DeTable<'_>, source: &str) -> bool {
    let names = |table: &DeTable<'_>| {
        table.values().any(|value| value.get_ref().as_table().is_some_and(|table| text_at(table, &["source"]) == Some(source)))
    };
    let groups = table_at(root, &["tool", "poetry", "group"]).into_iter().flat_map(|table| table.values());
    table_at(root, &["tool", "poetry", "dependencies"]).is_some_and(names)
        || groups.filter_map(|group| table_at(group.get_ref().as_table()?, &["dependencies"])).any(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_standard_form_with_places() {
        let text = "[build-system]\nrequires = ['x']\n[project]\nname = 'a'\ndependencies = [\n  \"torch>=2,<3\", # why\n  'numpy==1.2',\n  'no good one',\n]\n[project.optional-dependencies]\ndocs = ['mkdocs']\n[dependency-groups]\ndev = [{include-group = 'x'}, 'pytest']\n[tool.uv.sources]\nnumpy = { git = 'https://git.example/numpy', branch = 'main' }\n";
        let found = read(text).unwrap();
        assert_eq!((found.project, found.packaging, found.invalid.len()), (true, Packaging::Package, 1));
        let run = &found.groups[0].requirements;
        assert_eq!(&text[run[0].range.clone()], "torch>=2,<3");
        assert_eq!((run[0].is_pinned(), run[1].is_pinned()), (false, false));
        assert_eq!(found.groups.iter().filter(|group| group.purpose != Use::Run).map(|group| group.requirements.len()).sum::<usize>(), 2);
    }

    #[test]
    fn says_versions_of_poetry_in_standard_words() {
        for (poetry, standard) in [
            ("^1.2.3", ">=1.2.3,<2"),
            ("^0.2", ">=0.2,<0.3"),
            ("^0.0", ">=0.0,<0.1"),
            ("~1.2.3", ">=1.2.3,<1.3"),
            ("~1", ">=1,<2"),
            ("*", ""),
            ("1.2", "==1.2"),
            ("1.*", "==1.*"),
            (">=1,<2", ">=1,<2"),
            ("^1 || ^2", ""),
            ("^x", ""),
        ] {
            assert_eq!(standard_specifier(poetry, true), standard, "{poetry}");
        }
    }

    #[test]
    fn reads_poetry_and_its_sources() {
        let text = "[tool.poetry]\nname = 'a'\n[tool.poetry.dependencies]\npython = '^3.9'\ntorch = \"2.1.0\"\nx = {git = 'https://git.example/x', rev = 'main'}\ny = {version = '^1', optional = true}\n[[tool.poetry.source]]\nname = 'p'\nurl = 'https://p.example'\npriority = 'supplemental'\n";
        let found = read(text).unwrap();
        let run: Vec<_> = found
            .groups
            .iter()
            .flat_map(|group| &group.requirements)
            .map(|found| (found.name.as_str(), found.is_pinned(), found.conditional))
            .collect();
        assert_eq!(run, [("torch", true, false), ("x", false, false), ("y", false, true)]);
        assert!(found.indexes[0].searched);
        assert!(read("[x").is_err());
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "([a-z\"'=\n\\[\\]{}, ^~.0-9é]|\\[project\\]\ndependencies = \\[\"|\\[tool.poetry.dependencies\\]\n){0,60}") {
            let _ = read(&text);
        }
    }
}
