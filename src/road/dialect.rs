//! `[dialect]` of a `kind.toml`: the files of the kind are the template of another tool, and this is how it reads them.

mod cookiecutter;

use std::collections::BTreeMap;

pub use cookiecutter::Cookiecutter;
use serde::{Deserialize, Serialize};

/// The other tool, with the settings that its own configuration file made.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "tool", rename_all = "kebab-case")]
pub enum Dialect {
    /// cargo-generate.
    CargoGenerate(CargoGenerate),
    /// cookiecutter.
    Cookiecutter(Cookiecutter),
    /// copier.
    Copier(Copier),
}

/// What `cargo-generate.toml` settles apart from its questions.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CargoGenerate {
    /// Patterns of the files that are rendered, in the syntax of `.gitignore`; where there are none, `exclude` counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include: Option<Vec<String>>,
    /// Patterns of the files that are copied as they are, in the syntax of `.gitignore`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<String>>,
    /// Whether the template is made for a folder that is there already.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub init: bool,
    /// What holds where a condition does, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditional: Vec<Conditional>,
}

/// `[conditional.'…']` of `cargo-generate.toml`, apart from its questions.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Conditional {
    /// The condition, in the part of rhai that compares.
    pub when: String,
    /// As for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include: Option<Vec<String>>,
    /// As for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<String>>,
    /// Files and folders that the project does not get.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
}

/// What `copier.yml` settles apart from its questions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Copier {
    /// The folder inside the template whose files are rendered; may be a template.
    pub subdirectory: String,
    /// The ending of files that are rendered; every file where it is empty.
    pub suffix: String,
    /// Patterns of paths in the project that are not written, in the syntax of `.gitignore`; may be templates.
    pub exclude: Vec<String>,
    /// The path of the answers file; may be a template.
    pub answers_file: String,
    /// Questions whose answers stay out of the answers file.
    pub secret: Vec<String>,
    /// How templates are read.
    pub engine: Engine,
    /// Constants that templates see beside the answers.
    pub constants: BTreeMap<String, toml::Value>,
    /// What the answers file names as the template: the tag or commit.
    pub commit: Option<String>,
    /// What the answers file names as the template: the address.
    pub source: Option<String>,
    /// The commit, 40 hexadecimal digits.
    pub hash: Option<String>,
    /// The names that templates have for answers that are recorded under another key.
    pub keys: BTreeMap<String, String>,
    /// Whether the filters `slugify` and `jsonify` are there.
    pub slugify: bool,
    /// Whether the tag `now` is there.
    pub now: bool,
}

/// The settings of Jinja2, by the names that they have there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Engine {
    /// What begins a block: `{%`.
    pub block_start: String,
    /// What ends a block: `%}`.
    pub block_end: String,
    /// What begins a variable: `{{`.
    pub variable_start: String,
    /// What ends a variable: `}}`.
    pub variable_end: String,
    /// What begins a comment: `{#`.
    pub comment_start: String,
    /// What ends a comment: `#}`.
    pub comment_end: String,
    /// What makes a line a statement.
    pub line_statement: Option<String>,
    /// What makes the rest of a line a comment.
    pub line_comment: Option<String>,
    /// Whether the line end after a block goes.
    pub trim_blocks: bool,
    /// Whether blanks before a block at the start of a line go.
    pub lstrip_blocks: bool,
    /// Whether the last line end of a template stays.
    pub keep_trailing_newline: bool,
    /// What line ends become.
    pub newline: String,
    /// Whether a variable that is not defined is an error.
    pub strict: bool,
}

impl Default for Engine {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            block_start: text("{%"),
            block_end: text("%}"),
            variable_start: text("{{"),
            variable_end: text("}}"),
            comment_start: text("{#"),
            comment_end: text("#}"),
            line_statement: None,
            line_comment: None,
            trim_blocks: false,
            lstrip_blocks: false,
            keep_trailing_newline: true,
            newline: text("\n"),
            strict: false,
        }
    }
}
