//! Templates of cookiecutter 2: what their templates see, and how they are rendered.

mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::value::Serde;
use serde_json::{Map, Value, json};

pub(crate) use walk::is_copied;
use walk::{Original, Problem, Written, universal, write};

use super::Made;
use super::python_filters;
use super::python_jinja::{LARGEST, PythonJinja};
use super::python_time::{self, Syntax, rewrite_now};
use crate::render::engines::jinja_bounds;
use crate::render::values::Values;
use crate::road::PartFile;
use crate::road::dialect::{Cookiecutter as Settings, Engine};

/// What templates see of a template and of answers.
struct Sight {
    source: Map<String, Value>,
    keys: BTreeMap<String, String>,
    origin: (String, Option<String>),
}

impl Sight {
    fn new(settings: &Settings) -> Result<Self, String> {
        let source = serde_json::from_str(&settings.context).map_err(|error| format!("`context`: {error}"))?;
        let origin = (settings.source.clone(), settings.checkout.clone());
        Ok(Self { source, keys: settings.keys.clone(), origin })
    }

    fn variables(&self, answers: &Values) -> Value {
        let answers = answers.iter().map(|(key, value)| (self.keys.get(key).unwrap_or(key).clone(), value.clone())).collect();
        variables(&self.source, &answers, (&self.origin.0, self.origin.1.as_deref()))
    }
}

/// Returns the recorded day.
fn today(answers: &Values) -> Option<String> {
    answers.get(TODAY).and_then(Value::as_str).map(str::to_owned)
}

/// The key of the answer that holds the day.
const TODAY: &str = "today";

/// The engine with what the tool adds to it, and what templates see.
struct Python<'a> {
    jinja: PythonJinja,
    settings: &'a Engine,
    variables: minijinja::Value,
}

impl<'a> Python<'a> {
    fn new(settings: &'a Engine, today: Option<String>, included: BTreeMap<String, String>, variables: &Value) -> Result<Self, String> {
        let included = included.into_iter().map(|(name, text)| (name, rewrite_now(&text, &syntax(settings)))).collect();
        let mut jinja = PythonJinja::new(settings, Arc::new(included))?;
        python_filters::add(jinja.environment(), today);
        Ok(Self { jinja, settings, variables: minijinja::Value::from(Serde(variables)) })
    }

    fn render(&self, text: &str) -> Result<String, String> {
        self.jinja.render(&rewrite_now(text, &syntax(self.settings)), &self.variables)
    }
}

fn syntax(settings: &Engine) -> Syntax<'_> {
    Syntax {
        block: (&settings.block_start, &settings.block_end),
        variable: (&settings.variable_start, &settings.variable_end),
        comment: (&settings.comment_start, &settings.comment_end),
        trim_blocks: settings.trim_blocks,
        lstrip_blocks: settings.lstrip_blocks,
    }
}

/// Returns the variables that a template needs and does not set itself; nothing where that cannot be told.
pub(crate) fn undeclared(text: &str, settings: &Engine) -> BTreeSet<String> {
    let Ok(mut jinja) = PythonJinja::new(settings, Arc::default()) else { return BTreeSet::new() };
    let text = rewrite_now(&universal(text), &syntax(settings));
    let bounds = syntax(settings);
    if text.len() > LARGEST || jinja_bounds::check(&text, bounds.block, bounds.variable, bounds.comment).is_err() {
        return BTreeSet::new();
    }
    let names = jinja.environment().template_from_str(&text).map(|template| template.undeclared_variables(false));
    names.unwrap_or_default().into_iter().filter(|name| name != python_time::FUNCTION).collect()
}

/// Asks the questions of a template.
pub(super) struct Asking<'a> {
    settings: &'a Settings,
}

impl<'a> Asking<'a> {
    /// Prepares to ask.
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self { settings }
    }
}

impl super::Questions for Asking<'_> {
    fn text(&self, template: &str, answers: &Values) -> Result<String, String> {
        let engine = &self.settings.engine;
        if ![&engine.block_start, &engine.variable_start, &engine.comment_start].iter().any(|opening| template.contains(opening.as_str())) {
            return Ok(template.to_owned());
        }
        Python::new(engine, today(answers), BTreeMap::new(), &Sight::new(self.settings)?.variables(answers))?.render(template)
    }

    fn holds(&self, _: &str, _: &Values) -> Result<bool, String> {
        Err("a cookiecutter template has no conditions".to_owned())
    }
}

/// Renders the files of a template.
pub(super) struct Project {
    /// What comes of each file of the kind, by its path there.
    made: BTreeMap<String, Made>,
    /// What went wrong: in which file or folder, and why.
    problem: Option<Problem>,
}

/// The folder of templates that others include.
const INCLUDED: &str = "templates/";

impl Project {
    /// Renders all files, since what one becomes depends on the others.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub(super) fn new(settings: &Settings, scene: &super::Scene<'_>) -> Result<Self, String> {
        let sight = Sight::new(settings)?;
        let root = format!("{}/", settings.root);
        let mut included = BTreeMap::new();
        let mut inside = Vec::new();
        for file in &scene.kind.files {
            let path = super::decode_path(&file.source);
            let text = std::str::from_utf8(&file.bytes).map(universal).ok();
            if let Some(name) = path.strip_prefix(&root) {
                included.extend(text.map(|text| (name.to_owned(), text)));
                inside.push((name.to_owned(), file));
            }
        }
        for file in &scene.kind.files {
            let path = super::decode_path(&file.source);
            if let (Some(name), Ok(text)) = (path.strip_prefix(INCLUDED), std::str::from_utf8(&file.bytes)) {
                included.entry(name.to_owned()).or_insert_with(|| universal(text));
            }
        }
        let python = Python::new(&settings.engine, today(&scene.answers), included, &sight.variables(&scene.answers))?;
        let render = |text: &str| python.render(text);
        let originals: Vec<Original<'_>> = inside.iter().map(|(path, file)| Original { path, bytes: &file.bytes }).collect();
        match write(&originals, &sight.source, &render) {
            Ok(written) => {
                let made = |(path, file): (String, Written)| {
                    let from = inside[file.from].1;
                    (from.source.clone(), Made { path, bytes: file.bytes, mode: from.mode })
                };
                Ok(Self { made: written.into_iter().map(made).collect(), problem: None })
            }
            Err(mut problem) => {
                problem.path = format!("{root}{}", problem.path);
                if !scene.kind.files.iter().any(|file| problem.concerns(&super::decode_path(&file.source))) {
                    return Err(problem.why);
                }
                Ok(Self { made: BTreeMap::new(), problem: Some(problem) })
            }
        }
    }
}

impl super::Files for Project {
    fn make(&self, file: &PartFile) -> Result<Vec<Made>, String> {
        if let Some(problem) = self.problem.as_ref().filter(|problem| problem.concerns(&super::decode_path(&file.source))) {
            return Err(problem.why.clone());
        }
        Ok(self.made.get(&file.source).cloned().into_iter().collect())
    }
}

/// Builds what templates see: the variables of `cookiecutter.json` in its order, private ones as they stand there, the
/// others as they were answered, and what the tool adds.
///
/// `origin` is the address and the tag that the template was imported from. The folders that the tool adds are those of
/// a machine: both read `.` here.
fn variables(source: &Map<String, Value>, answers: &Map<String, Value>, origin: (&str, Option<&str>)) -> Value {
    let mut own = Map::new();
    for (key, raw) in source.iter().filter(|(key, _)| *key != "__prompts__") {
        if key.starts_with('_') && !key.starts_with("__") {
            own.insert(key.clone(), raw.clone());
        } else if let Some(answer) = answers.get(key) {
            own.insert(key.clone(), answer.clone());
        }
    }
    for (key, value) in
        [("_template", json!(origin.0)), ("_output_dir", json!(".")), ("_repo_dir", json!(".")), ("_checkout", json!(origin.1))]
    {
        own.insert(key.to_owned(), value);
    }
    let raw: Map<String, Value> =
        source.iter().filter(|(key, _)| !key.starts_with('_')).map(|(key, raw)| (key.clone(), raw.clone())).collect();
    json!({ "cookiecutter": own, "_cookiecutter": raw })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_variables_in_the_order_of_the_file() {
        let source = json!({ "b": "x", "_private": [1], "a": "{{ cookiecutter.b }}", "__prompts__": {} });
        let answers = json!({ "a": "1", "b": "2" });
        let all = variables(source.as_object().unwrap(), answers.as_object().unwrap(), ("https://example.com/t", Some("v1")));
        let keys: Vec<&String> = all["cookiecutter"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["b", "_private", "a", "_template", "_output_dir", "_repo_dir", "_checkout"]);
        assert_eq!(all["_cookiecutter"], json!({ "b": "x", "a": "{{ cookiecutter.b }}" }));
    }
}
