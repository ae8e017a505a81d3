//! The settings of `copier.yml`, which begin with an underscore.
#![allow(clippy::wildcard_enum_match_arm, reason = "the kinds of JSON values are few and fixed")]

use serde_json::{Map, Value};

use super::text;
use crate::base::diagnostic::Diagnostic;
use crate::road::import::bad_template;
use crate::road::import::report::Report;

/// What copier leaves out where a template says nothing, and its root is what is copied.
const EXCLUDED: [&str; 8] = ["copier.yaml", "copier.yml", "~*", "*.py[co]", "__pycache__", ".git", ".DS_Store", ".svn"];
/// Settings that only say what a person reads or what a later copier does.
const SILENT: [&str; 3] = ["min_copier_version", "preserve_symlinks", "cleanup_on_error"];
/// Extensions of Jinja2 that are always there, or whose parts are.
const BUILT_IN: [&str; 6] = [
    "jinja2.ext.do",
    "jinja2.ext.loopcontrols",
    "jinja2.ext.with_",
    "jinja2.ext.autoescape",
    "jinja2_ansible_filters.AnsibleCoreFiltersExtension",
    "jinja2.ext.ExprStmtExtension",
];
/// Extensions that bring the filters `slugify` and `jsonify`.
const SLUGS: [&str; 2] = ["cookiecutter.extensions.SlugifyExtension", "cookiecutter.extensions.JsonifyExtension"];

/// The settings, in the form of `[dialect]`.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) dialect: toml::Table,
    pub(super) suffix: String,
    pub(super) subdirectory: String,
    pub(super) skip_if_exists: Vec<String>,
    pub(super) engine: Engine,
    pub(super) preserves_links: bool,
    pub(super) slugs: bool,
    /// Whether there is the tag `now`.
    pub(super) now: bool,
    /// Whether there are extensions that are not loaded.
    pub(super) lacks_extensions: bool,
    /// Questions whose answers are secret.
    pub(super) secret: Vec<String>,
}

/// The delimiters of templates.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    pub(super) block: (String, String),
    pub(super) variable: (String, String),
    pub(super) comment: (String, String),
}

impl Default for Engine {
    fn default() -> Self {
        let pair = |open: &str, close: &str| (open.to_owned(), close.to_owned());
        Self { block: pair("{%", "%}"), variable: pair("{{", "}}"), comment: pair("{#", "#}") }
    }
}

impl Engine {
    /// Whether a text has something to render.
    pub(super) fn is_template(&self, text: &str) -> bool {
        [&self.block.0, &self.variable.0, &self.comment.0].iter().any(|opening| text.contains(opening.as_str()))
    }
}

/// Reads the settings, and reports what cannot be had.
///
/// # Errors
/// When a setting is of another form than copier takes.
pub(super) fn read(config: &Map<String, Value>, file: &str, report: &mut Report) -> Result<Settings, Diagnostic> {
    let mut settings = Settings { suffix: ".jinja".to_owned(), ..Settings::default() };
    let bad = |key: &str| bad_template(file, format!("`{key}` has a value of another form than copier takes"));
    let list = |key: &str| -> Result<Option<Vec<String>>, Diagnostic> {
        match config.get(key) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items.iter().map(text).collect())),
            Some(_) => Err(bad(key)),
        }
    };
    let word = |key: &str| config.get(key).and_then(Value::as_str).map(str::to_owned);
    if let Some(suffix) = config.get("_templates_suffix") {
        suffix.as_str().ok_or_else(|| bad("_templates_suffix"))?.clone_into(&mut settings.suffix);
    }
    settings.subdirectory = word("_subdirectory").unwrap_or_default();
    settings.preserves_links = config.get("_preserve_symlinks").is_some_and(|value| *value == Value::Bool(true));
    settings.skip_if_exists = list("_skip_if_exists")?.unwrap_or_default();
    let at_root = matches!(settings.subdirectory.trim_end_matches('/'), "" | ".");
    let usual = || if at_root { EXCLUDED.map(str::to_owned).to_vec() } else { Vec::new() };
    let exclude = list("_exclude")?.unwrap_or_else(usual);
    settings.secret = list("_secret_questions")?.unwrap_or_default();
    for (key, value) in config {
        if value.get("secret") == Some(&Value::Bool(true)) {
            settings.secret.push(key.clone());
        }
    }

    let strings = |values: &[String]| toml::Value::Array(values.iter().cloned().map(toml::Value::String).collect());
    let mut dialect = toml::Table::new();
    dialect.insert("subdirectory".to_owned(), settings.subdirectory.clone().into());
    dialect.insert("suffix".to_owned(), settings.suffix.clone().into());
    dialect.insert("exclude".to_owned(), strings(&exclude));
    dialect.insert("answers-file".to_owned(), word("_answers_file").unwrap_or_else(|| ".copier-answers.yml".to_owned()).into());
    dialect.insert("secret".to_owned(), strings(&settings.secret));
    dialect.insert("engine".to_owned(), toml::Value::Table(engine(config.get("_envops"), &mut settings.engine, file, report)));
    for extension in list("_jinja_extensions")?.unwrap_or_default() {
        extension_told(&extension, &mut settings, file, report);
    }
    dialect.insert("slugify".to_owned(), settings.slugs.into());
    dialect.insert("now".to_owned(), settings.now.into());
    settings.dialect = dialect;
    tell(config, file, report);
    Ok(settings)
}

/// `_envops`: the settings of Jinja2.
fn engine(given: Option<&Value>, known: &mut Engine, file: &str, report: &mut Report) -> toml::Table {
    let mut table = toml::Table::new();
    for (key, value) in given.and_then(Value::as_object).into_iter().flatten() {
        let text = value.as_str().map(str::to_owned);
        let to = match key.as_str() {
            "block_start_string" => Some(("block-start", &mut known.block.0)),
            "block_end_string" => Some(("block-end", &mut known.block.1)),
            "variable_start_string" => Some(("variable-start", &mut known.variable.0)),
            "variable_end_string" => Some(("variable-end", &mut known.variable.1)),
            "comment_start_string" => Some(("comment-start", &mut known.comment.0)),
            "comment_end_string" => Some(("comment-end", &mut known.comment.1)),
            _ => None,
        };
        match (to, text, key.as_str()) {
            (Some((name, known)), Some(text), _) if !text.is_empty() => {
                text.clone_into(known);
                table.insert(name.to_owned(), text.into());
            }
            (None, Some(text), "line_statement_prefix") => {
                table.insert("line-statement".to_owned(), text.into());
            }
            (None, Some(text), "line_comment_prefix") => {
                table.insert("line-comment".to_owned(), text.into());
            }
            (None, Some(text), "newline_sequence") => {
                table.insert("newline".to_owned(), text.into());
            }
            (None, Some(text), "undefined") => {
                table.insert("strict".to_owned(), (text == "jinja2.StrictUndefined").into());
            }
            (None, None, "trim_blocks" | "lstrip_blocks" | "keep_trailing_newline") => {
                table.insert(key.replace('_', "-"), (*value == Value::Bool(true)).into());
            }
            (_, _, "autoescape") if *value == Value::Bool(false) => {}
            (_, _, "optimized" | "cache_size" | "auto_reload") => {}
            (_, _, other) => report.not_portable(
                file,
                None,
                format!("`_envops` sets `{other}`, which is left out"),
                "Highroad's engine has no such setting",
                "look at what the templates do without it",
            ),
        }
    }
    table
}

fn extension_told(extension: &str, settings: &mut Settings, file: &str, report: &mut Report) {
    if BUILT_IN.contains(&extension) {
        return;
    }
    if SLUGS.contains(&extension) {
        settings.slugs = true;
        return;
    }
    if extension == "jinja2_time.TimeExtension" {
        settings.now = true;
        return;
    }
    settings.lacks_extensions = true;
    report.not_portable(
        file,
        None,
        format!("the extension `{extension}` is not loaded"),
        "it is Python code, and a road never runs code",
        "answer by hand what it would have worked out; each file and question that uses it is named below",
    );
}

/// Reports the settings that ask for something that a road does not do.
fn tell(config: &Map<String, Value>, file: &str, report: &mut Report) {
    let commands = |value: &Value| -> Vec<String> {
        let one = |item: &Value| match item {
            Value::Object(entries) => entries.get("command").map_or_else(|| item.to_string(), text),
            other => text(other),
        };
        value.as_array().map(|items| items.iter().map(one).collect()).unwrap_or_default()
    };
    for (key, value) in config.iter().filter(|(key, _)| key.starts_with('_')) {
        match key.trim_start_matches('_') {
            "tasks" => {
                for command in commands(value) {
                    report.not_portable(
                        file,
                        None,
                        format!("the task `{command}` is not run"),
                        "a road never runs code",
                        "run it by hand after `highroad new`, where the project needs it",
                    );
                }
            }
            "migrations" => report.not_portable(
                file,
                None,
                match value.as_array().map_or(0, Vec::len) {
                    1 => "1 migration is not run".to_owned(),
                    many => format!("{many} migrations are not run"),
                },
                "a road never runs code",
                "write what they do as `[[migration]]` of the version's road.toml",
            ),
            "external_data" => report.not_portable(
                file,
                None,
                "`_external_data` is empty",
                "it reads files of the project that other templates wrote",
                "make them questions",
            ),
            "message_before_copy" | "message_after_copy" | "message_before_update" | "message_after_update" => report.told(
                file,
                None,
                format!("`{key}` is not shown"),
                "it is a text for the terminal of the original tool",
                "read it in the template's configuration",
            ),
            other if SILENT.contains(&other) => {}
            "templates_suffix" | "subdirectory" | "exclude" | "skip_if_exists" | "answers_file" | "secret_questions" | "envops"
            | "jinja_extensions" => {}
            other => report.not_portable(
                file,
                None,
                format!("the setting `_{other}` is left out"),
                "Highroad does not know it",
                "look it up in copier's documentation",
            ),
        }
    }
}
