//! `[dialect]` with `tool = "cookiecutter"`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Engine;

/// What a cookiecutter template settles apart from its questions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Cookiecutter {
    /// The folder below `files/` that becomes the project, such as `{{cookiecutter.slug}}`.
    pub root: String,
    /// `cookiecutter.json`, on one line.
    pub context: String,
    /// The variables whose answers have another key: key to variable.
    pub keys: BTreeMap<String, String>,
    /// How templates are read.
    pub engine: Engine,
    /// Where the template came from; templates see it as `_template`.
    pub source: String,
    /// The tag that it was imported at; templates see it as `_checkout`.
    pub checkout: Option<String>,
}
