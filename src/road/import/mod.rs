//! `highroad road import`: templates of other tools become road versions, with a report of what does not carry over.
//!
//! An importer gets the files of a template at one tag, in memory, and gives back kinds: questions, settings of the
//! dialect, and the template's files as they are. Nothing of a template is run.

pub mod names;
pub mod report;

mod asked;
mod cargo_generate;
mod cookiecutter;
mod copier;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::diagnostic::Diagnostic;
use crate::base::path::RelPath;
use crate::base::tree::{File, Mode, Tree};
pub use crate::repo::template::Files;
use report::Report;

/// A tool whose templates are imported.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tool {
    /// copier.
    Copier,
    /// cookiecutter.
    Cookiecutter,
    /// cargo-generate.
    CargoGenerate,
}

impl Tool {
    /// Returns the tool's name, as `tool` in `kind.toml` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Copier => "copier",
            Self::Cookiecutter => "cookiecutter",
            Self::CargoGenerate => "cargo-generate",
        }
    }

    /// Tells the tool from the files of a template; nothing where none of them has its mark.
    pub fn detect(template: &Template<'_>) -> Option<Self> {
        let here = template.here();
        let has = |name: &str| here.files.contains_key(name);
        if has("copier.yml") || has("copier.yaml") {
            Some(Self::Copier)
        } else if has("cookiecutter.json") {
            Some(Self::Cookiecutter)
        } else if here.files.keys().any(|path| path.rsplit('/').next() == Some(cargo_generate::FILE))
            || here.files.get("Cargo.toml").is_some_and(|file| file.bytes.windows(2).any(|pair| pair == b"{{"))
        {
            Some(Self::CargoGenerate)
        } else {
            None
        }
    }
}

/// A template at one of its tags.
#[derive(Clone, Debug)]
pub struct Template<'a> {
    /// All its files.
    pub files: &'a Files,
    /// The folder in it that is meant, without slashes at its ends; empty for all of it.
    pub subfolder: String,
    /// Where it stands in its history.
    pub origin: Origin,
}

impl Template<'_> {
    /// Returns the files of the folder that is meant, with paths from there.
    pub fn here(&self) -> Files {
        below(self.files, &self.subfolder)
    }
}

/// Returns the files of a folder of a template, with paths from there. An empty folder is the whole template.
pub fn below(files: &Files, folder: &str) -> Files {
    if folder.is_empty() {
        return files.clone();
    }
    let prefix = format!("{folder}/");
    let cut = |path: &String| path.strip_prefix(&prefix).map(str::to_owned);
    Files {
        files: files.files.iter().filter_map(|(path, file)| Some((cut(path)?, file.clone()))).collect(),
        links: files.links.iter().filter_map(|(path, target)| Some((cut(path)?, target.clone()))).collect(),
        left_out: files.left_out.iter().filter_map(|(path, why)| Some((cut(path)?, why.clone()))).collect(),
    }
}

/// Where an imported version comes from: `[imported]` of `road.toml`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The tool whose template it is.
    pub tool: String,
    /// The template: its address, or the name of its folder.
    pub source: String,
    /// The tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// A kind that an importer made.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// The kind's id.
    pub id: String,
    /// What it is: a short noun phrase.
    pub title: String,
    /// One line for `new --list`.
    pub summary: String,
    /// `[dialect]` of `kind.toml`, without `tool`.
    pub dialect: toml::Table,
    /// `[[question]]` of `kind.toml`, in order.
    pub questions: Vec<toml::Table>,
    /// The files of the template, by the paths that the dialect expects.
    pub files: BTreeMap<String, File>,
    /// Paths of the template that are written once and then left to the project: globs over `files`.
    pub seeded: Vec<String>,
    /// What a person does after the project was made, in order.
    pub next: Vec<String>,
}

/// Reads a template at one tag into kinds.
///
/// # Errors
/// When the template's own configuration cannot be read. What it asks for and cannot be had goes into the report instead.
pub fn read(tool: Tool, template: &Template<'_>, report: &mut Report) -> Result<Vec<Made>, Diagnostic> {
    for (path, why) in &template.here().left_out {
        report.not_portable(path, None, format!("`{path}` is left out"), why, "");
    }
    let many = |file: &File| {
        ["{{", "{%", "{#"].iter().any(|open| file.bytes.windows(2).filter(|pair| *pair == open.as_bytes()).count() > MOST_TAGS)
    };
    if let Some((path, _)) = template.files.files.iter().find(|(_, file)| many(file)) {
        return Err(bad_template(path, format!("it has more than {MOST_TAGS} tags")));
    }
    match tool {
        Tool::Copier => copier::read(template, report),
        Tool::Cookiecutter => cookiecutter::read(template, report),
        Tool::CargoGenerate => cargo_generate::read(template, report),
    }
}

/// How many tags a file of a template may have.
const MOST_TAGS: usize = 20_000;

/// An error in a template's own files.
pub fn bad_template(file: &str, why: impl Into<String>) -> Diagnostic {
    Diagnostic::usage("template", format!("the template's `{file}` is not usable"))
        .at(file)
        .because(why)
        .fix("correct the template, or leave that tag out with `--tags`")
}

/// What a version of the road is called and stands for.
#[derive(Clone, Debug)]
pub struct Version {
    /// The road's id.
    pub id: String,
    /// The calendar version.
    pub version: String,
    /// The day of the commit, `YYYY-MM-DD`.
    pub released: String,
    /// The last day that it is answered for, `YYYY-MM-DD`.
    pub supported_until: String,
    /// The versions before it.
    pub upgrades_from: Vec<String>,
    /// The channel.
    pub channel: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// How many files a version may hold when it is written.
const MOST_FILES: usize = crate::repo::template::LIMITS.files;

/// Writes kinds as the files of a road version.
///
/// # Errors
/// When a file has a name that no road can hold, or two kinds have one name.
pub fn assemble(version: &Version, kinds: Vec<Made>, report: &mut Report) -> Result<Tree, Diagnostic> {
    let mut tree = Tree::default();
    let ids: Vec<String> = kinds.iter().map(|kind| kind.id.clone()).collect();
    put(&mut tree, "road.toml", text_of(&road_toml(version, &ids))?)?;
    put(&mut tree, "questions.toml", "question = []\n".to_owned())?;
    for kind in kinds {
        let Made { id, files, .. } = &kind;
        put(&mut tree, &format!("kinds/{id}/kind.toml"), text_of(&kind_toml(&kind, &version.origin.tool))?)?;
        if files.len() > MOST_FILES {
            return Err(bad_template(id, format!("it has more than {MOST_FILES} files")));
        }
        for (path, file) in kind.files {
            if let Err(why) = writable(&path).and_then(|()| add(&mut tree, &id_prefix(&kind.id), &path, file)) {
                report.not_portable(
                    &path,
                    None,
                    format!("`{path}` is left out"),
                    &why,
                    "give the file a shorter or plainer name in the template",
                );
            }
        }
    }
    Ok(tree)
}

fn id_prefix(id: &str) -> String {
    format!("kinds/{id}/files/")
}

/// Refuses a name that no project can have, whatever its answers are: it would break every one of them. A part that the
/// template puts together is judged when it is.
fn writable(path: &str) -> Result<(), String> {
    if path.chars().any(char::is_control) {
        return Err("its name has a control character, and no project could be made".to_owned());
    }
    let plain = |part: &&str| !part.contains(['{', '[', '<', '%', '@', '#', '$', '(']);
    match path.split('/').filter(plain).find_map(|part| RelPath::parse(part).err()) {
        Some(error) => Err(format!("{error}, and no project could be made")),
        None => Ok(()),
    }
}

/// Adds a file under its encoded name; where that is another's twin, under one that differs in more than case.
fn add(tree: &mut Tree, prefix: &str, path: &str, file: File) -> Result<(), String> {
    let parse = |name: &str| RelPath::parse(&format!("{prefix}{name}")).map_err(|error| error.to_string());
    let plain = parse(&names::encode(path))?;
    match tree.insert(plain, file.clone()) {
        Ok(()) => Ok(()),
        Err(_) => tree.insert(parse(&names::encode_apart(path))?, file).map_err(|error| error.to_string()),
    }
}

fn put(tree: &mut Tree, path: &str, text: String) -> Result<(), Diagnostic> {
    let bad = |why: String| bad_template(path, why);
    let path = RelPath::parse(path).map_err(|error| bad(error.to_string()))?;
    tree.insert(path, File { bytes: text.into_bytes(), mode: Mode::Plain }).map_err(|error| bad(error.to_string()))
}

fn text_of(table: &toml::Table) -> Result<String, Diagnostic> {
    toml::to_string(table).map_err(|error| Diagnostic::failed("import", "a manifest could not be written").because(error.to_string()))
}

fn road_toml(version: &Version, kinds: &[String]) -> toml::Table {
    let mut table = toml::Table::new();
    let mut set = |key: &str, value: toml::Value| {
        table.insert(key.to_owned(), value);
    };
    let list = |values: &[String]| toml::Value::Array(values.iter().cloned().map(toml::Value::String).collect());
    let Origin { tool, source, tag, commit } = &version.origin;
    let named = tag.as_deref().or(commit.as_deref()).unwrap_or("as it stood");
    set("schema", 1.into());
    set("id", version.id.clone().into());
    set("publisher", one_line(source).into());
    set("title", format!("Imported from a {tool} template").into());
    set("version", version.version.clone().into());
    set("released", version.released.clone().into());
    set("supported-until", version.supported_until.clone().into());
    set("upgrades-from", list(&version.upgrades_from));
    if version.channel != super::manifest::STABLE {
        set("channel", version.channel.clone().into());
    }
    set("kinds", list(kinds));
    set("layers", list(&[]));
    let mut change = toml::Table::new();
    change.insert("what".to_owned(), one_line(&format!("The template at {named}")).into());
    change.insert("why".to_owned(), "Its publisher released it; the template's own history says more".into());
    set("change", toml::Value::Array(vec![change.into()]));
    let mut imported = toml::Table::new();
    for (key, value) in [("tool", Some(tool)), ("source", Some(source)), ("tag", tag.as_ref()), ("commit", commit.as_ref())] {
        if let Some(value) = value {
            imported.insert(key.to_owned(), one_line(value).into());
        }
    }
    set("imported", imported.into());
    table
}

fn kind_toml(kind: &Made, tool: &str) -> toml::Table {
    let mut table = toml::Table::new();
    table.insert("title".to_owned(), one_line(&kind.title).into());
    table.insert("summary".to_owned(), one_line(&kind.summary).into());
    if !kind.next.is_empty() {
        table.insert("next".to_owned(), toml::Value::Array(kind.next.iter().map(|line| one_line(line).into()).collect()));
    }
    let mut dialect = toml::Table::new();
    dialect.insert("tool".to_owned(), tool.into());
    dialect.extend(kind.dialect.clone());
    table.insert("question".to_owned(), toml::Value::Array(kind.questions.iter().cloned().map(toml::Value::Table).collect()));
    let rule = |path: &str, ownership: &str| {
        let mut rule = toml::Table::new();
        rule.insert("path".to_owned(), path.into());
        rule.insert("why".to_owned(), "the imported template brings it".into());
        rule.insert("ownership".to_owned(), ownership.into());
        toml::Value::Table(rule)
    };
    let mut rules: Vec<toml::Value> = kind.seeded.iter().map(|path| rule(path, "seeded")).collect();
    rules.push(rule("**", "merged"));
    table.insert("file".to_owned(), toml::Value::Array(rules));
    table.insert("dialect".to_owned(), dialect.into());
    table
}

/// Returns foreign text on one line, without characters that could drive a terminal: a road's manifest takes no others.
pub fn one_line(text: &str) -> String {
    let cleaned: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control()).collect();
    cleaned.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns foreign text as an id of a road or a kind: small letters, digits and hyphens.
pub fn slug(text: &str) -> String {
    let letters: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let slug = letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let short: String = slug.chars().take(60).collect();
    if short.is_empty() { "template".to_owned() } else { short.trim_end_matches('-').to_owned() }
}

/// Returns the number of the first line of `text` that holds `needle`.
pub fn line_of(text: &str, needle: &str) -> Option<usize> {
    text.lines().position(|line| line.contains(needle)).map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_of_a_template_are_held_apart_and_come_back() {
        let mut tree = Tree::default();
        let file = || File { bytes: Vec::new(), mode: Mode::Plain };
        for path in ["LICENSE", "license", "{{ A | b }}", "Docs/x", "docs"] {
            add(&mut tree, "kinds/k/files/", path, file()).unwrap();
        }
        let names: Vec<String> = tree.iter().map(|(path, _)| names::decode(&path.as_str()["kinds/k/files/".len()..])).collect();
        assert_eq!(names.len(), 5);
        for path in ["LICENSE", "license", "{{ A | b }}", "Docs/x", "docs"] {
            assert!(names.iter().any(|name| name == path), "{path}: {names:?}");
        }
        assert!(add(&mut tree, "kinds/k/files/", &"x".repeat(2000), file()).is_err());
    }

    #[test]
    fn names_that_break_every_project_are_found() {
        for path in ["a\u{1b}b", ".GIT/config", "x/{{ a }}\n", "con.txt", "a/b. "] {
            assert!(writable(path).is_err(), "{path:?}");
        }
        for path in ["{{ a | b }}/x", "[% if a %]x?[% endif %]", ".gitignore", "{% if git == \".git\" %}x{% endif %}"] {
            assert!(writable(path).is_ok(), "{path:?}");
        }
    }

    #[test]
    fn ids_and_lines_are_plain() {
        assert_eq!(slug("My Template_2"), "my-template-2");
        assert_eq!(slug("../é"), "template");
        assert_eq!(one_line("a\u{1b}[31m\n b\u{0}"), "a[31m b");
    }
}
