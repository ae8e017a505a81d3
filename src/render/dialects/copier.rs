//! How copier 9 writes a project: which files, under which names, rendered or copied (its `_render_template`).

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::Value;
use minijinja::{Error, ErrorKind, State};
use serde_json::{Map, Value as Json, json};

use super::ignore_patterns::Patterns;
use super::python_jinja::{Library, PythonJinja, python, variables};
use super::python_time::{FUNCTION, Syntax, rewrite_now, show};
use super::{Counted, Made, Scene, decode_path};
use crate::render::values::Values;
use crate::road::dialect::Copier as Settings;
use crate::road::{Part, PartFile};

/// The answer that names the folder of the project.
const NAME: &str = "name";
/// The answer that holds the day, and the variable that carries it to the filters.
const TODAY: &str = "today";
const DAY: &str = "__highroad_today";
/// How many files one `yield` may make.
const MOST_YIELDED: usize = 1000;
/// The largest template that others may include, in bytes.
const LARGEST_INCLUDE: usize = 1 << 20;

/// Asks the questions of a template.
pub(super) struct Asking<'a> {
    settings: &'a Settings,
    engine: Result<PythonJinja, String>,
}

impl<'a> Asking<'a> {
    /// Prepares to ask.
    pub(super) fn new(settings: &'a Settings, kind: &Part) -> Self {
        Self { settings, engine: engine(settings, library(settings, kind)) }
    }
}

impl super::Questions for Asking<'_> {
    fn text(&self, template: &str, answers: &Values) -> Result<String, String> {
        let engine = &self.settings.engine;
        if ![&engine.block_start, &engine.variable_start, &engine.comment_start].iter().any(|opening| template.contains(opening.as_str())) {
            return Ok(template.to_owned());
        }
        let context = context(self.settings, answers, None, "");
        self.engine.as_ref().map_err(Clone::clone)?.render(&with_day(self.settings, template), &Value::from(context))
    }

    fn holds(&self, condition: &str, answers: &Values) -> Result<bool, String> {
        Ok(truth(&self.text(condition, answers)?))
    }
}

/// copier's `cast_to_bool` of a text.
fn truth(text: &str) -> bool {
    if let Ok(number) = text.trim().parse::<f64>() {
        return number != 0.0;
    }
    !matches!(text.trim().to_lowercase().as_str(), "" | "n" | "no" | "f" | "false" | "off" | "~" | "null" | "none")
}

/// Renders the files of a template.
pub(super) struct Project<'a> {
    settings: &'a Settings,
    engine: PythonJinja,
    context: BTreeMap<String, Value>,
    subdirectory: String,
    suffix: String,
    exclude: Patterns,
    answers_file: String,
    /// The files of the template.
    paths: std::collections::BTreeSet<String>,
}

impl<'a> Project<'a> {
    /// Prepares to render.
    ///
    /// # Errors
    /// When the settings do not render.
    pub(super) fn new(settings: &'a Settings, scene: &Scene<'_>) -> Result<Self, String> {
        let engine = engine(settings, library(settings, scene.kind))?;
        let early = Value::from(context(settings, &scene.answers, Some(&scene.hidden), ""));
        let rendered = |what: &str, text: &str| engine.render(text, &early).map_err(|why| format!("{what}: {why}"));
        let subdirectory = plain_path(&rendered("`subdirectory`", &settings.subdirectory)?);
        let answers_file = plain_path(&rendered("`answers-file`", &settings.answers_file)?);
        let mut context = context(settings, &scene.answers, Some(&scene.hidden), &answers_file);
        context.insert("_copier_operation".to_owned(), Value::from("copy"));
        let full = Value::from(context.clone());
        let mut lines = Vec::new();
        for pattern in &settings.exclude {
            let text = engine.render(pattern, &full).map_err(|why| format!("`exclude`: {why}"))?;
            lines.extend(text.split(['\r', '\n']).map(str::to_owned));
        }
        context.remove("_copier_operation");
        Ok(Self {
            settings,
            engine,
            context,
            subdirectory,
            suffix: settings.suffix.clone(),
            exclude: Patterns::new(lines.iter().map(String::as_str))?,
            answers_file,
            paths: scene.kind.files.iter().map(|file| decode_path(&file.source)).collect(),
        })
    }

    fn variables(&self, extra: &BTreeMap<String, Value>) -> Value {
        let mut all = self.context.clone();
        all.extend(extra.iter().map(|(key, value)| (key.clone(), value.clone())));
        Value::from(all)
    }

    /// Renders the parts of a path; each pair is a path with the variables that a `yield` in it gives.
    fn places(&self, inside: &str, is_template: bool) -> Result<Vec<Place>, String> {
        let mut open = vec![Place::default()];
        let mut done = Vec::new();
        for part in inside.split('/') {
            let mut next = Vec::new();
            for place in open {
                for (rendered, extra) in self.part(part, &place.extra)? {
                    if rendered.is_empty() {
                        continue;
                    }
                    let mut parts = place.parts.clone();
                    if rendered == self.answers_file {
                        done.push(Place { parts: vec![rendered], extra });
                        continue;
                    }
                    parts.push(rendered);
                    next.push(Place { parts, extra });
                }
            }
            if next.len() + done.len() > MOST_YIELDED {
                return Err(format!("its name makes more than {MOST_YIELDED} files"));
            }
            open = next;
        }
        for place in open {
            let sibling = format!("{}{}", place.path(), self.suffix);
            if is_template || !self.paths.contains(&sibling) {
                done.push(place);
            }
        }
        Ok(done)
    }

    /// Renders one part of a path: several times where it has a `yield`.
    fn part(&self, part: &str, extra: &BTreeMap<String, Value>) -> Result<Vec<Named>, String> {
        let Some(tag) = Yield::find(part, &self.engine) else {
            return Ok(vec![(self.engine.render(part, &self.variables(extra))?, extra.clone())]);
        };
        let values = self.engine.evaluate(&tag.from, &self.variables(extra))?;
        let mut made = Vec::new();
        for value in values.try_iter().map_err(|error| error.to_string())?.take(MOST_YIELDED + 1) {
            let mut extra = extra.clone();
            extra.insert(tag.name.clone(), value);
            made.push((self.engine.render(&tag.rest, &self.variables(&extra))?, extra));
        }
        Ok(made)
    }
}

/// A name, with the variables that a loop in it sets.
type Named = (String, BTreeMap<String, Value>);

#[derive(Clone, Debug, Default)]
struct Place {
    parts: Vec<String>,
    extra: BTreeMap<String, Value>,
}

impl Place {
    fn path(&self) -> String {
        plain_path(&self.parts.join("/"))
    }
}

impl super::Files for Project<'_> {
    fn make(&self, file: &PartFile) -> Result<Vec<Made>, String> {
        let source = decode_path(&file.source);
        let inside = match self.subdirectory.as_str() {
            "" => source.as_str(),
            folder => match source.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
                Some(inside) => inside,
                None => return Ok(Vec::new()),
            },
        };
        let is_template = inside.ends_with(&self.suffix);
        if !self.suffix.is_empty() && self.paths.contains(&format!("{source}{}", self.suffix)) {
            return Ok(Vec::new());
        }
        let target = if is_template && !self.suffix.is_empty() { without_ending(inside) } else { inside };
        let (mut made, mut counted) = (Vec::new(), Counted::default());
        for place in self.places(target, is_template).map_err(|why| format!("its name: {why}"))? {
            let path = place.path();
            if self.exclude.matches(&path) {
                continue;
            }
            let bytes = match std::str::from_utf8(&file.bytes) {
                Ok(text) if is_template => {
                    self.engine.render_named(&source, &with_day(self.settings, text), &self.variables(&place.extra))?.into_bytes()
                }
                Err(error) if is_template && !self.suffix.is_empty() => return Err(format!("a template must be UTF-8: {error}")),
                Ok(_) | Err(_) => file.bytes.clone(),
            };
            counted.add(&bytes)?;
            made.push(Made { path, bytes, mode: file.mode });
        }
        Ok(made)
    }
}

/// `{% yield NAME from EXPRESSION %}…{% endyield %}` in a name.
struct Yield {
    name: String,
    from: String,
    /// The name without the two tags.
    rest: String,
}

impl Yield {
    fn find(part: &str, engine: &PythonJinja) -> Option<Self> {
        let (open, close) = engine.block_delimiters();
        let at = part.match_indices(open).find(|(at, _)| tag_word(&part[at + open.len()..]) == "yield")?.0;
        let inner = &part[at + open.len()..];
        let length = inner.find(close)?;
        let statement = inner[..length].trim_matches(['-', '+']).trim().strip_prefix("yield")?;
        let (name, from) = statement.split_once(" from ")?;
        let after = &inner[length + close.len()..];
        let end = after.match_indices(open).find(|(at, _)| tag_word(&after[at + open.len()..]) == "endyield")?.0;
        let end_length = after[end..].find(close)? + close.len();
        let rest = format!("{}{}{}", &part[..at], &after[..end], &after[end + end_length..]);
        Some(Self { name: name.trim().to_owned(), from: from.trim().to_owned(), rest })
    }
}

fn tag_word(text: &str) -> &str {
    let text = text.trim_start_matches(['-', '+']).trim_start();
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
}

/// Python's `PurePath.with_suffix("")`.
fn without_ending(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |at| at + 1);
    match path[name..].rfind('.') {
        Some(dot) if dot > 0 && name + dot + 1 < path.len() => &path[..name + dot],
        Some(_) | None => path,
    }
}

/// Drops what Python's paths drop: empty parts and `.`.
fn plain_path(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
}

fn engine(settings: &Settings, library: Library) -> Result<PythonJinja, String> {
    let mut engine = PythonJinja::new(&settings.engine, library)?;
    engine.environment().add_function("pathjoin", |parts: minijinja::value::Rest<String>| {
        let mut joined = String::new();
        for part in parts.iter() {
            if part.starts_with('/') {
                joined.clear();
            } else if !joined.is_empty() && !joined.ends_with('/') {
                joined.push('/');
            }
            joined.push_str(part);
        }
        plain_path(&joined)
    });
    let environment = engine.environment();
    if settings.slugify {
        super::python_filters::add(environment, None);
    }
    environment.add_function(FUNCTION, |state: &mut State<'_, '_>, _: String, sign: String, offset: String, format: Option<String>| {
        day(state, &sign, &offset, format.as_deref())
    });
    environment.add_filter("strftime", |state: &mut State<'_, '_>, format: String| day(state, "", "", Some(&format)));
    Ok(engine)
}

/// Shows the recorded day.
fn day(state: &State<'_, '_>, sign: &str, offset: &str, format: Option<&str>) -> Result<String, Error> {
    let wrong = |why: String| Error::new(ErrorKind::InvalidOperation, why);
    let today = state.lookup(DAY).ok_or_else(|| wrong("the day needs the answer `today`, which is not there".to_owned()))?;
    show(today.as_str().unwrap_or_default(), sign, offset, format).map_err(wrong)
}

/// Writes `{% now %}` as a call, where the template has that tag.
fn with_day(settings: &Settings, text: &str) -> String {
    let engine = &settings.engine;
    if !settings.now || !text.contains("now") {
        return text.to_owned();
    }
    let syntax = Syntax {
        block: (&engine.block_start, &engine.block_end),
        variable: (&engine.variable_start, &engine.variable_end),
        comment: (&engine.comment_start, &engine.comment_end),
        trim_blocks: engine.trim_blocks,
        lstrip_blocks: engine.lstrip_blocks,
    };
    rewrite_now(text, &syntax)
}

/// The templates that others can include: every text of the kind, by its path in the template.
fn library(settings: &Settings, kind: &Part) -> Library {
    let texts = kind.files.iter().filter(|file| file.bytes.len() <= LARGEST_INCLUDE);
    let texts = texts.filter_map(|file| Some((decode_path(&file.source), with_day(settings, std::str::from_utf8(&file.bytes).ok()?))));
    Arc::new(texts.collect())
}

/// What templates see. `hidden` are the questions that were not asked, where the answers are complete.
fn context(
    settings: &Settings,
    answers: &Values,
    hidden: Option<&std::collections::BTreeSet<String>>,
    answers_file: &str,
) -> BTreeMap<String, Value> {
    let name = |key: &String| settings.keys.get(key).unwrap_or(key).clone();
    let own = |key: &str| key != NAME && key != TODAY;
    let seen: Map<String, Json> = answers.iter().filter(|(key, _)| own(key)).map(|(key, value)| (name(key), value.clone())).collect();
    let mut remembered = Map::new();
    for (key, value) in [("_commit", &settings.commit), ("_src_path", &settings.source)] {
        if let Some(value) = value {
            remembered.insert(key.to_owned(), json!(value));
        }
    }
    for (key, value) in answers.iter().filter(|(key, _)| own(key)) {
        let key_of = name(key);
        let kept = hidden.is_none_or(|hidden| !hidden.contains(key)) && !settings.secret.contains(&key_of) && !key_of.starts_with('_');
        if kept {
            remembered.insert(key_of, value.clone());
        }
    }
    let mut all = variables(&seen);
    for (key, value) in &settings.constants {
        all.insert(key.clone(), python::from_json(&crate::road::to_json(value)));
    }
    let conf = json!({
        "answers_file": answers_file,
        "src_path": settings.source,
        "vcs_ref": settings.commit,
        "vcs_ref_hash": settings.hash,
        "sep": "/",
        "os": "linux",
        "defaults": false,
        "overwrite": false,
        "pretend": false,
        "quiet": false,
        "data": {},
    });
    all.insert("_copier_answers".to_owned(), python::from_json(&Json::Object(remembered)));
    all.insert("_copier_conf".to_owned(), python::from_json(&conf));
    if let Some(day) = answers.get(TODAY) {
        all.insert(DAY.to_owned(), python::from_json(day));
    }
    if let Some(folder) = answers.get(NAME) {
        all.insert("_folder_name".to_owned(), python::from_json(folder));
    }
    all.insert("_copier_phase".to_owned(), Value::from(if hidden.is_some() { "render" } else { "prompt" }));
    all.insert("_external_data".to_owned(), Value::from(BTreeMap::<String, Value>::new()));
    all
}
