//! What `cookiecutter.json` settles apart from its questions: how templates are read, and which Python they ask for.

use serde_json::{Map, Value};

use super::used::Delimiters;
use crate::road::dialect::Engine;
use crate::road::import::report::Report;

/// Settings of a template.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// `[dialect]` of `kind.toml`, as far as it comes from here.
    pub(super) dialect: toml::Table,
    /// The delimiters of its templates.
    pub(super) delimiters: Delimiters,
    /// How templates are read.
    pub(super) engine: Engine,
    /// Whether every extension is one that Highroad has too.
    pub(super) extensions_known: bool,
}

/// Extensions that the tool always loads, or that Highroad's engine has built in.
const KNOWN: [&str; 10] = [
    "cookiecutter.extensions.JsonifyExtension",
    "cookiecutter.extensions.RandomStringExtension",
    "cookiecutter.extensions.SlugifyExtension",
    "cookiecutter.extensions.TimeExtension",
    "cookiecutter.extensions.UUIDExtension",
    "jinja2_time.TimeExtension",
    "jinja2.ext.do",
    "jinja2.ext.loopcontrols",
    "jinja2.ext.with_",
    "jinja2.ext.autoescape",
];

/// The text settings of Jinja2's environment, with their names in `[dialect.engine]`.
const TEXTS: [(&str, &str); 9] = [
    ("block_start_string", "block-start"),
    ("block_end_string", "block-end"),
    ("variable_start_string", "variable-start"),
    ("variable_end_string", "variable-end"),
    ("comment_start_string", "comment-start"),
    ("comment_end_string", "comment-end"),
    ("line_statement_prefix", "line-statement"),
    ("line_comment_prefix", "line-comment"),
    ("newline_sequence", "newline"),
];

/// Reads the settings, and reports what cannot be had.
pub(super) fn read(source: &Map<String, Value>, shown: &str, report: &mut Report) -> Settings {
    let mut engine = toml::Table::new();
    engine.insert("strict".to_owned(), true.into());
    engine.insert("keep-trailing-newline".to_owned(), true.into());
    let given = source.get("_jinja2_env_vars").and_then(Value::as_object);
    for (name, value) in given.into_iter().flatten() {
        let text = TEXTS.iter().find(|(known, _)| known == name).zip(value.as_str());
        match (name.as_str(), text, value.as_bool()) {
            (_, Some(((_, ours), text)), _)
                if !text.is_empty() && text.len() <= 20 && !text.contains(|c: char| c.is_control() && c != '\n') =>
            {
                engine.insert((*ours).to_owned(), text.into());
            }
            ("trim_blocks", None, Some(on)) => {
                engine.insert("trim-blocks".to_owned(), on.into());
            }
            ("lstrip_blocks", None, Some(on)) => {
                engine.insert("lstrip-blocks".to_owned(), on.into());
            }
            ("optimized" | "cache_size" | "auto_reload" | "enable_async", None, _) | ("autoescape", None, Some(false)) => {}
            (_, _, _) => report.not_portable(
                shown,
                None,
                format!("the setting `{name}` of `_jinja2_env_vars` is left out"),
                "Highroad's engine has no such setting",
                "",
            ),
        }
    }
    let mut extensions_known = true;
    for extension in source.get("_extensions").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if !KNOWN.contains(&extension) {
            extensions_known = false;
            report.not_portable(
                shown,
                None,
                format!("the extension `{extension}` is not loaded"),
                "it is Python code, and a road never runs code",
                "files that use a filter, a tag or a function that only it brings are named below; where it changes one of the tool, compare the files",
            );
        }
    }
    let text = |key: &str, default: &str| engine.get(key).and_then(toml::Value::as_str).unwrap_or(default).to_owned();
    let delimiters = Delimiters {
        block: (text("block-start", "{%"), text("block-end", "%}")),
        variable: (text("variable-start", "{{"), text("variable-end", "}}")),
        comment: (text("comment-start", "{#"), text("comment-end", "#}")),
    };
    let mut dialect = toml::Table::new();
    dialect.insert("engine".to_owned(), engine.into());
    let engine = dialect.get("engine").cloned().and_then(|engine| engine.try_into().ok()).unwrap_or_default();
    Settings { dialect, delimiters, engine, extensions_known }
}
