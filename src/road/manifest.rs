//! The formats that a road's publisher writes: `road.toml`, `questions.toml`, `layer.toml`, `kind.toml`, catalogues.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use super::dialect::Dialect;
use super::migration::Migration;
use crate::repo::config::Level;
use crate::repo::lock::Ownership;

/// `road.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// The version of this format: 1.
    pub schema: u32,
    /// The road's id.
    pub id: String,
    /// Who publishes it.
    pub publisher: String,
    /// What it is, in one line.
    pub title: String,
    /// The calendar version, `YYYY.M.N`.
    pub version: String,
    /// The day of publication, `YYYY-MM-DD`.
    pub released: String,
    /// The last day that the publisher answers for it, `YYYY-MM-DD`.
    pub supported_until: String,
    /// The versions that a project can come from.
    pub upgrades_from: Vec<String>,
    /// Who the version is for. `stable` versions are for everybody.
    #[serde(default = "stable")]
    pub channel: String,
    /// The folder of git hooks that projects bring.
    pub hooks: Option<String>,
    /// The ids of the kinds, in the order that people see.
    pub kinds: Vec<String>,
    /// The ids of the layers.
    pub layers: Vec<String>,
    /// What changed in this version, and why.
    #[serde(default)]
    pub change: Vec<Change>,
    /// What is done to projects of earlier versions before the merge, in order.
    #[serde(default)]
    pub migration: Vec<Migration>,
    /// How loudly the road wants its guardrails, by id; what is not named speaks as its own definition says.
    #[serde(default)]
    pub guardrails: BTreeMap<String, Level>,
    /// The package indexes that a project's pipelines may name.
    #[serde(default)]
    pub package_indexes: Vec<String>,
    /// Tables of constants that templates see.
    #[serde(default)]
    pub data: Vec<Data>,
    /// Lists that are chosen from a catalogue by the answers.
    #[serde(default)]
    pub ranking: Vec<Ranking>,
    /// The template that the version was imported from.
    pub imported: Option<super::import::Origin>,
    /// What it was flattened from, where it was an overlay.
    pub inherited: Option<Inherited>,
}

/// What a version was flattened from: to be read, not to be followed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Inherited {
    /// The id of the inherited road.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The digest over its files.
    pub digest: String,
}

/// One change of a version.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What changed.
    pub what: String,
    /// Why.
    pub why: String,
    /// The files of the project that it concerns: globs; `*` stays within a folder, `**` does not.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Whether a project is less secure without it.
    #[serde(default)]
    pub security: bool,
}

/// The channel of versions that are for everybody.
pub const STABLE: &str = "stable";

fn stable() -> String {
    STABLE.to_owned()
}

impl Change {
    /// Returns what tells whether it concerns a path; nothing where it names none.
    ///
    /// # Errors
    /// When a glob does not parse.
    pub fn matcher(&self) -> Result<Option<GlobSet>, globset::Error> {
        if self.paths.is_empty() {
            return Ok(None);
        }
        let mut set = GlobSetBuilder::new();
        for path in &self.paths {
            set.add(GlobBuilder::new(path).literal_separator(true).build()?);
        }
        set.build().map(Some)
    }
}

/// A table of constants: templates see it as `name`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The variable.
    pub name: String,
    /// The file in the road.
    pub file: String,
    /// The table in the file.
    pub table: String,
}

/// Chooses the entries of a catalogue that matter most for a kind and its answers: templates see them as `name`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranking {
    /// The variable.
    pub name: String,
    /// The file in the road.
    pub catalogue: String,
    /// The array of tables in the file.
    pub table: String,
    /// How many entries are taken.
    pub take: usize,
}

/// An entry of a catalogue. Keys that are not named here go to the templates as they are.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    /// The entry's id.
    pub id: String,
    /// The kinds that it can matter for.
    pub kinds: Vec<String>,
    /// The score that it starts with.
    #[serde(default)]
    pub base: i64,
    /// What the answers add.
    #[serde(default)]
    pub boost: Vec<Boost>,
    /// Everything else.
    #[serde(flatten)]
    pub rest: BTreeMap<String, toml::Value>,
}

/// Adds to an entry's score where a question has one of the answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boost {
    /// The key of the question.
    pub question: String,
    /// The answers that count.
    pub is: Vec<String>,
    /// What is added.
    pub by: i64,
}

/// `layer.toml` or `kind.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PartManifest {
    /// What it is: a short noun phrase.
    pub title: String,
    /// Why a project wants it, in one sentence.
    #[serde(default)]
    pub why: String,
    /// One line for `new --list`; kinds only.
    #[serde(default)]
    pub summary: String,
    /// Whether the layer takes part: an expression over the variables of templates.
    pub when: Option<String>,
    /// Whether the kind is for repositories that exist already: `highroad adopt` takes it, `highroad new` does not.
    #[serde(default)]
    pub for_adoption: bool,
    /// The keys of common questions that the kind does not ask; kinds only.
    #[serde(default)]
    pub without: Vec<String>,
    /// The question whose answer is the kind that rankings choose for; without it, the kind itself.
    pub ranks_as: Option<String>,
    /// The layers that a kind stands on, lowest first.
    #[serde(default)]
    pub layers: Vec<String>,
    /// Constants that templates see as `kind.values`.
    #[serde(default)]
    pub values: toml::Table,
    /// Direct dependencies that templates see as `kind.dependencies`.
    #[serde(default)]
    pub dependencies: BTreeMap<String, Vec<String>>,
    /// Modules of its dependencies that are called otherwise than their packages: no project may bear their names.
    #[serde(default)]
    pub modules: Vec<String>,
    /// Questions of this kind alone.
    #[serde(default)]
    pub question: Vec<Question>,
    /// What a person does after the project was made, in order; kinds only.
    #[serde(default)]
    pub next: Vec<String>,
    /// What each file is; the first rule that matches counts.
    #[serde(default)]
    pub file: Vec<FileRule>,
    /// The other tool whose template the files are, verbatim; kinds only.
    pub dialect: Option<Dialect>,
}

/// Says of files why they are there and whose they are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// A glob over paths inside `files/`, without the engine's suffix.
    pub path: String,
    /// Why the project has the file.
    pub why: String,
    /// Whose the file is after the first generation.
    pub ownership: Ownership,
    /// Whether the file is written: an expression over the variables of templates.
    pub when: Option<String>,
    /// The guardrails that the file answers: where an existing repository satisfies them all, it does not need the file.
    #[serde(default)]
    pub guardrails: Vec<String>,
}

impl FileRule {
    /// Compiles the glob: `*` stays within a folder, `**` does not.
    ///
    /// # Errors
    /// When the glob does not parse.
    pub fn matcher(&self) -> Result<GlobMatcher, globset::Error> {
        Ok(GlobBuilder::new(&Self::matchable(&self.path)).literal_separator(true).build()?.compile_matcher())
    }

    /// Returns a path in the form that rules are matched in: `{@ package @}` must not read as a glob's `{a,b}`.
    pub fn matchable(path: &str) -> String {
        path.replace("{@", "\u{ab}").replace("@}", "\u{bb}")
    }
}

/// `questions.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionFile {
    /// The questions, in order.
    pub question: Vec<Question>,
}

/// A question of the wizard.
///
/// In a kind with a dialect `ask`, `help`, `default`, `choices`, `when` and `validator` are templates of that dialect, which
/// see the answers to the questions before. In other kinds `when` is an expression, and the rest is taken as it stands.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Question {
    /// The variable that the answer becomes.
    pub key: String,
    /// The question in plain words.
    pub ask: String,
    /// What a person needs to know to answer it.
    pub help: String,
    /// What an answer looks like.
    #[serde(rename = "type")]
    pub form: Form,
    /// The answer of somebody in a hurry.
    #[serde(default)]
    pub default: String,
    /// A fact of the machine that is a better default, where it is known and valid.
    pub default_from: Option<Fact>,
    /// The longest answer, in characters.
    #[serde(default = "longest_answer")]
    pub max_length: usize,
    /// The possible answers of a `choice` or of `many`.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// A template that renders to the choices, as a list in YAML.
    pub choices_from: Option<String>,
    /// What each value of a `choice` or of `many` is; text where nothing is said.
    #[serde(default)]
    pub of: Form,
    /// Whether it is asked. Where not, its default is the answer.
    pub when: Option<String>,
    /// Whether nobody is ever asked: the default is the answer, and it is recorded.
    #[serde(default)]
    pub computed: bool,
    /// A template that renders to what is wrong with an answer, or to nothing.
    pub validator: Option<String>,
    /// A regular expression that an answer has to fit as a whole.
    pub pattern: Option<String>,
    /// Whether an empty text is an answer.
    #[serde(default)]
    pub optional: bool,
    /// Whether an answer may have several lines.
    #[serde(default)]
    pub multiline: bool,
    /// Whether there is no default: somebody has to answer.
    #[serde(default)]
    pub required: bool,
}

impl Question {
    /// Whether the answers before it decide what it asks.
    pub fn is_dynamic(&self) -> bool {
        self.when.is_some() || self.computed || self.validator.is_some() || self.choices_from.is_some()
    }
}

fn longest_answer() -> usize {
    200
}

/// What an answer looks like. Every answer is recorded as text; templates of a dialect see it as what its form says.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// One of the choices.
    Choice,
    /// One line of text.
    #[default]
    Text,
    /// An e-mail address.
    Email,
    /// The name of a project, which is also the name of a Python package.
    Name,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// Any value, written as JSON.
    Json,
    /// Several of the choices, written as a JSON list.
    Many,
}

/// A fact of the machine.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// The name of the target folder.
    Folder,
    /// git's `user.name`.
    GitUserName,
    /// git's `user.email`.
    GitUserEmail,
    /// Which platform the folder's remote is on.
    RemoteHost,
    /// The day, `YYYY-MM-DD`.
    Today,
    /// The name of the target folder, as it is.
    FolderName,
}

/// A possible answer.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is recorded.
    pub value: String,
    /// What a person reads; fits into a sentence.
    pub label: String,
    /// A template that renders to why the choice cannot be taken, or to nothing.
    pub unless: Option<String>,
}
