//! Reads the templates of copier: `copier.yml` becomes questions and settings, the files stay as they are.
//!
//! Source: copier's documentation, "Configuring a template", and what copier 9 does.

mod config;
mod files;
mod questions;
mod scan;
mod settings;

use serde_json::Value;

use super::asked::{self, TAKEN};
use super::report::Report;
use super::{Made, Template, bad_template, slug};
use crate::base::diagnostic::Diagnostic;
use crate::render::dialects::Reader;

/// Reads a template at one tag.
///
/// # Errors
/// When `copier.yml` cannot be read.
pub(super) fn read(template: &Template<'_>, report: &mut Report) -> Result<Vec<Made>, Diagnostic> {
    let here = template.here();
    let (file, config) = config::read(&here)?;
    let mut settings = settings::read(&config, &file, report)?;
    if let Some(source) = Some(&template.origin.source).filter(|source| !source.is_empty()) {
        settings.dialect.insert("source".to_owned(), source.clone().into());
    }
    if let Some(commit) = &template.origin.commit {
        let named = template.origin.tag.clone().unwrap_or_else(|| commit.chars().take(7).collect());
        settings.dialect.insert("commit".to_owned(), named.into());
        settings.dialect.insert("hash".to_owned(), commit.clone().into());
    }
    let engine: crate::road::dialect::Engine = settings
        .dialect
        .get("engine")
        .cloned()
        .map_or_else(|| Ok(Default::default()), toml::Value::try_into)
        .map_err(|error: toml::de::Error| bad_template(&file, error.to_string()))?;
    let known = scan::Known {
        engine: &settings.engine.clone(),
        slugs: settings.slugs,
        now: settings.now,
        variables: config.keys().filter(|key| !key.starts_with('_')).cloned().collect(),
        more: settings.lacks_extensions,
        reader: Reader::new(&engine).map_err(|why| bad_template(&file, why))?,
    };
    let taken = files::take(&here, &settings, &known, &config, report);
    let mut all = vec![asked::name()];
    if taken.shows_day || scan::shows_day(&serde_json::Value::Object(config.clone()).to_string(), &settings.engine) {
        all.push(asked::today());
        report.told(
            &file,
            None,
            "the day that templates show is recorded as the answer `today`",
            "a render reads no clock, so that the same answers always give the same files",
            "",
        );
    }
    let keys = questions::answer_keys(&config);
    for (key, answer) in &keys {
        report.told(&file, None, format!("the answer to `{key}` is recorded as `{answer}`"), "Highroad keeps that key for itself", "");
    }
    for (key, value) in &config {
        if !key.starts_with('_') {
            let answer = keys.get(key).unwrap_or(key);
            all.push(questions::question(key, answer, value, (&settings, &known), &file, report).map_err(|why| bad_template(&file, why))?);
        }
    }
    if !keys.is_empty() {
        let renamed = keys.into_iter().map(|(key, answer)| (answer, key.into())).collect();
        settings.dialect.insert("keys".to_owned(), toml::Value::Table(renamed));
    }
    if here.files.contains_key("cookiecutter.json") {
        report.told(
            &file,
            None,
            "the template is one of cookiecutter too",
            "it has a `cookiecutter.json`",
            "where much is not portable here, import it with `--tool cookiecutter`",
        );
    }
    let name = last_part(template);
    Ok(vec![Made {
        id: slug(&name),
        title: format!("A project of the template {name}"),
        summary: "Imported from a copier template.".to_owned(),
        dialect: settings.dialect,
        questions: all,
        files: taken.files,
        seeded: taken.seeded,
        next: Vec::new(),
    }])
}

fn last_part(template: &Template<'_>) -> String {
    let place = if template.subfolder.is_empty() { &template.origin.source } else { &template.subfolder };
    let name = place.trim_end_matches('/').rsplit(['/', ':', '\\']).next().unwrap_or_default();
    let name = name.strip_suffix(".git").unwrap_or(name);
    if name.is_empty() { "template".to_owned() } else { name.to_owned() }
}

/// Writes a value as text: a text as it is, everything else as JSON.
fn text(value: &Value) -> String {
    crate::render::values::text(value)
}
