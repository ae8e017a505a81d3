//! L2: a version of a road, read from the binary or a folder and checked as a whole.

pub mod builtin;
pub mod commit;
pub mod dialect;
pub mod folders;
pub mod id;
pub mod import;
pub mod index;
pub mod manifest;
pub mod migration;
pub mod origin;
pub mod overlay;
pub mod pins;
pub mod registry;
pub mod rollout;
pub mod source;
pub mod sources;
pub mod store;
pub mod version;

use std::collections::BTreeMap;

use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::tree::{Mode, Tree};
use crate::repo::lock::LockedRoad;
use manifest::{FileRule, Manifest, PartManifest, Question, QuestionFile};

/// How much a road version may hold. The built-in one has about 300 files and 2 MB.
pub const LIMITS: crate::base::fs::Limits = crate::base::fs::Limits { files: 10_000, file_bytes: 4 << 20, total_bytes: 64 << 20 };

/// How many kinds and how many layers a road may have.
const MOST_PARTS: usize = 500;

/// One version of a road, ready to render.
#[derive(Clone, Debug)]
pub struct Road {
    /// `road.toml`.
    pub manifest: Manifest,
    /// The questions that every kind asks.
    pub questions: Vec<Question>,
    /// The layers, by id.
    pub layers: BTreeMap<String, Part>,
    /// The kinds, by id, in the order of `road.toml`.
    pub kinds: Vec<(String, Part)>,
    /// Constants for templates: `pins`, and the tables that `road.toml` names.
    pub constants: serde_json::Map<String, serde_json::Value>,
    /// The catalogues that rankings choose from, by the name of the ranking.
    pub catalogues: BTreeMap<String, Vec<manifest::Entry>>,
    /// The digest over the sorted manifest of all files.
    pub digest: Digest,
    /// Where it was read from, for messages: `built-in`, a folder, an address.
    pub source: String,
    /// Where it was read from, for records.
    pub origin: origin::Origin,
}

/// A layer or a kind: what it is, and its files.
#[derive(Clone, Debug)]
pub struct Part {
    /// `layer.toml` or `kind.toml`.
    pub manifest: PartManifest,
    /// The files with their rules, in order of path.
    pub files: Vec<PartFile>,
}

/// A file of a part.
#[derive(Clone, Debug)]
pub struct PartFile {
    /// The path in the project, not yet rendered, without the engine's suffix.
    pub path: String,
    /// The path as it stands in the road, with the engine's suffix.
    pub source: String,
    /// Which engine renders the bytes.
    pub engine: Engine,
    /// The bytes as they stand in the road.
    pub bytes: Vec<u8>,
    /// Whether the file may be run.
    pub mode: Mode,
    /// Which of the part's rules claims the file.
    pub rule: usize,
}

/// What turns a template's bytes into a file's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Engine {
    /// The bytes are copied.
    Copy,
    /// minijinja, for the suffix `.jinja`.
    Jinja,
    /// liquid, for the suffix `.liquid`.
    Liquid,
}

impl Engine {
    /// Tells the engine from a file name, and returns the name without the engine's suffix.
    pub(crate) fn of(path: &str) -> (Self, &str) {
        if let Some(rest) = path.strip_suffix(".jinja") {
            (Self::Jinja, rest)
        } else if let Some(rest) = path.strip_suffix(".liquid") {
            (Self::Liquid, rest)
        } else {
            (Self::Copy, path)
        }
    }
}

impl Part {
    /// Returns the rule that claims `file`.
    pub fn rule(&self, file: &PartFile) -> &FileRule {
        &self.manifest.file[file.rule]
    }
}

impl Road {
    /// Reads a road version from its files.
    ///
    /// # Errors
    /// When a manifest does not parse, names a part that is not there, or a file has no rule.
    pub fn from_tree(tree: &Tree, source: &str) -> Result<Self, Diagnostic> {
        let manifest = read_manifest(tree, source)?;
        let questions = parse_shown::<QuestionFile>(tree, source, "questions.toml")?.question;
        let mut layers = BTreeMap::new();
        for id in &manifest.layers {
            layers.insert(id.clone(), read_part(tree, source, "layers", id)?);
        }
        let mut kinds = Vec::new();
        for id in &manifest.kinds {
            let kind = read_part(tree, source, "kinds", id)?;
            if let Some(missing) = kind.manifest.layers.iter().find(|layer| !layers.contains_key(*layer)) {
                return Err(broken(
                    source,
                    &format!("kinds/{id}/kind.toml"),
                    format!("it names the layer `{missing}`, which road.toml does not list"),
                ));
            }
            kinds.push((id.clone(), kind));
        }
        let mut constants = serde_json::Map::new();
        constants.insert("pins".to_owned(), pins::read(tree, source)?);
        for data in &manifest.data {
            let mut file: toml::Table = parse(tree, source, &data.file)?;
            let table = file.remove(&data.table).ok_or_else(|| broken(source, &data.file, format!("it has no table `{}`", data.table)))?;
            constants.insert(data.name.clone(), to_json(&table));
        }
        let mut catalogues = BTreeMap::new();
        for ranking in &manifest.ranking {
            let mut file: BTreeMap<String, Vec<manifest::Entry>> = parse(tree, source, &ranking.catalogue)?;
            let entries = file
                .remove(&ranking.table)
                .ok_or_else(|| broken(source, &ranking.catalogue, format!("it has no `[[{}]]`", ranking.table)))?;
            catalogues.insert(ranking.name.clone(), entries);
        }
        Ok(Self {
            manifest,
            questions,
            layers,
            kinds,
            constants,
            catalogues,
            digest: tree.digest(),
            source: source.to_owned(),
            origin: origin::Origin::of(source),
        })
    }

    /// Returns what the lock of a project remembers of the version. Of the built-in road every Highroad knows the rest.
    pub fn locked(&self) -> LockedRoad {
        let is_ours = self.origin == origin::Origin::BuiltIn;
        let images = self.constants.get("pins").and_then(|pins| pins.get("images")).and_then(serde_json::Value::as_object);
        let references = images.into_iter().flat_map(|images| images.values()).filter_map(|image| image.get("ref")?.as_str());
        let mut images: Vec<String> = if is_ours { Vec::new() } else { references.map(str::to_owned).collect() };
        images.sort();
        images.dedup();
        LockedRoad {
            id: self.manifest.id.clone(),
            version: self.manifest.version.clone(),
            digest: self.digest.to_string(),
            package_indexes: if is_ours { Vec::new() } else { self.manifest.package_indexes.clone() },
            images,
        }
    }

    /// Returns a kind by its id.
    ///
    /// # Errors
    /// When the road has no such kind; the error names the nearest.
    pub fn kind(&self, id: &str) -> Result<&Part, Diagnostic> {
        self.kinds.iter().find(|(known, _)| known == id).map(|(_, kind)| kind).ok_or_else(|| {
            let known: Vec<&str> = self.kinds_for_new().map(|(id, _)| id.as_str()).collect();
            Diagnostic::usage("unknown-kind", format!("there is no kind `{id}`"))
                .at("--kind")
                .because(format!("road `{}` {} has no kind of that name", self.manifest.id, self.manifest.version))
                .fix(crate::base::diagnostic::did_you_mean(id, &known))
        })
    }

    /// Returns the questions that a project of `kind` is asked: those of all kinds that it does not leave out, then its own.
    pub fn questions_of<'a>(&'a self, kind: &'a Part) -> impl Iterator<Item = &'a Question> {
        let common = self.questions.iter().filter(|question| !kind.manifest.without.contains(&question.key));
        common.chain(&kind.manifest.question)
    }

    /// Returns the levels of guardrails that a lock records: those of a road that no Highroad knows by itself.
    pub fn recorded_levels(&self) -> BTreeMap<String, crate::repo::config::Level> {
        if self.origin == origin::Origin::BuiltIn { BTreeMap::new() } else { self.manifest.guardrails.clone() }
    }

    /// Returns the kinds that a new project can be, in the order of `road.toml`.
    pub fn kinds_for_new(&self) -> impl Iterator<Item = &(String, Part)> {
        self.kinds.iter().filter(|(_, kind)| !kind.manifest.for_adoption)
    }
}

/// Reads and checks `road.toml`.
///
/// # Errors
/// When it does not parse, is of another schema, or holds what cannot be used.
pub(crate) fn read_manifest(tree: &Tree, source: &str) -> Result<Manifest, Diagnostic> {
    let manifest: Manifest = parse_shown(tree, source, "road.toml")?;
    if manifest.schema != 1 {
        return Err(
            broken(source, "road.toml", format!("it has schema {}, this Highroad reads schema 1", manifest.schema)).fix("update Highroad")
        );
    }
    if manifest.kinds.len() > MOST_PARTS || manifest.layers.len() > MOST_PARTS {
        return Err(broken(source, "road.toml", format!("it lists more than {MOST_PARTS} kinds or layers")));
    }
    if !id::is_road_id(&manifest.id) {
        return Err(broken(source, "road.toml", format!("`{}` is no id of a road: {}", manifest.id, id::RULE)));
    }
    if !version::is_calendar(&manifest.version) {
        return Err(broken(source, "road.toml", format!("`{}` is no calendar version such as `2026.11.0`", manifest.version)));
    }
    if let Some(problem) = manifest.migration.iter().find_map(migration::Migration::problem) {
        return Err(broken(source, "road.toml", problem));
    }
    if let Some(error) = manifest.change.iter().find_map(|change| change.matcher().err()) {
        return Err(broken(source, "road.toml", error.to_string()));
    }
    Ok(manifest)
}

/// An error in a road's own files: the publisher's to repair.
pub fn broken(source: &str, file: &str, why: impl Into<String>) -> Diagnostic {
    Diagnostic::usage("road", format!("the road's `{file}` is not usable"))
        .at(format!("{}/{file}", source.trim_end_matches('/')))
        .because(why)
        .fix("correct the file, or ask the road's publisher to")
}

/// Parses a file whose texts people read at the terminal: a control character in one of them is refused.
fn parse_shown<T: serde::de::DeserializeOwned>(tree: &Tree, source: &str, path: &str) -> Result<T, Diagnostic> {
    let table: toml::Table = parse(tree, source, path)?;
    if let Some(text) = control_character(&toml::Value::Table(table)) {
        return Err(broken(source, path, format!("a text in it has a control character: `{}`", text.escape_debug())));
    }
    parse(tree, source, path)
}

/// Returns the first text in `value` that could drive a terminal.
fn control_character(value: &toml::Value) -> Option<&str> {
    match value {
        toml::Value::String(text) => text.chars().any(|c| c.is_control() && c != '\n').then_some(text),
        toml::Value::Array(values) => values.iter().find_map(control_character),
        toml::Value::Table(table) => table.values().find_map(control_character),
        toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_) | toml::Value::Datetime(_) => None,
    }
}

fn parse<T: serde::de::DeserializeOwned>(tree: &Tree, source: &str, path: &str) -> Result<T, Diagnostic> {
    let file = tree.get(path).ok_or_else(|| broken(source, path, "it is missing"))?;
    let text = std::str::from_utf8(&file.bytes).map_err(|error| broken(source, path, error.to_string()))?;
    toml::from_str(text).map_err(|error| broken(source, path, error.to_string()))
}

/// Turns a TOML value into the JSON that templates see.
pub(crate) fn to_json(value: &toml::Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or(serde_json::Value::Null)
}

fn read_part(tree: &Tree, source: &str, folder: &str, id: &str) -> Result<Part, Diagnostic> {
    let base = format!("{folder}/{id}/");
    let manifest_path = format!("{base}{}.toml", folder.trim_end_matches('s'));
    let manifest: PartManifest = parse_shown(tree, source, &manifest_path)?;
    let matchers = manifest
        .file
        .iter()
        .map(|rule| rule.matcher().map_err(|error| broken(source, &manifest_path, error.to_string())))
        .collect::<Result<Vec<_>, _>>()?;
    let prefix = format!("{base}files/");
    let mut files = Vec::new();
    for (path, file) in tree.iter() {
        let Some(inside) = path.as_str().strip_prefix(&prefix) else { continue };
        // A dialect knows its own endings.
        let (engine, target) = if manifest.dialect.is_some() { (Engine::Copy, inside) } else { Engine::of(inside) };
        let target_plain = FileRule::matchable(target);
        let rule = matchers
            .iter()
            .position(|matcher| matcher.is_match(&target_plain))
            .ok_or_else(|| broken(source, &manifest_path, format!("no [[file]] rule claims `{inside}`")))?;
        files.push(PartFile {
            path: target.to_owned(),
            source: inside.to_owned(),
            engine,
            bytes: file.bytes.clone(),
            mode: file.mode,
            rule,
        });
    }
    Ok(Part { manifest, files })
}
