//! Files as cargo-generate 0.23 makes them: liquid in contents and in every part of a name, built-in variables, and
//! conditions that choose what is rendered and what is left out.
//!
//! Source: cargo-generate's book, chapters "Templates by example", "Builtin placeholders", "Include/Exclude", "Conditional".

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use heck::{ToKebabCase as _, ToSnakeCase as _};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use serde_json::{Value, json};

use super::super::engines::{Bare, Fault};
use super::super::values::Values;
use super::{Files, Made, Questions, Scene, decode_path};
use crate::formats::rhai;
use crate::road::PartFile;
use crate::road::dialect::CargoGenerate;

/// The question for the name as a person gives it.
pub(crate) const NAME: &str = "project-name";
/// The question for the person's address, which `authors` is made with.
pub(crate) const AUTHOR_EMAIL: &str = "author-email";
/// How many patterns a list may hold, and how long one may be: each becomes a part of one regular expression.
const MOST_PATTERNS: usize = 500;
const LONGEST_PATTERN: usize = 500;
/// The longest name of a file, in bytes.
const LONGEST_NAME: usize = 255;

/// Asks the questions: texts are taken as they stand, conditions compare.
pub(super) struct Asked;

impl Questions for Asked {
    fn text(&self, template: &str, _: &Values) -> Result<String, String> {
        Ok(template.to_owned())
    }

    fn holds(&self, condition: &str, answers: &Values) -> Result<bool, String> {
        Ok(rhai::parse(condition)?.holds(&variables(answers.clone(), false)).unwrap_or(false))
    }
}

/// Adds the variables that the tool makes itself.
fn variables(mut answers: Values, init: bool) -> Values {
    let text = |answers: &Values, key: &str| answers.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let raw = text(&answers, NAME);
    let snake = raw.to_snake_case();
    let (name, address) = (text(&answers, "username"), text(&answers, AUTHOR_EMAIL));
    answers.remove(AUTHOR_EMAIL);
    answers.insert(NAME.to_owned(), json!(if snake == raw { snake.clone() } else { raw.to_kebab_case() }));
    answers.insert("crate_name".to_owned(), json!(snake));
    answers.insert("authors".to_owned(), json!(if address.is_empty() { name.clone() } else { format!("{name} <{address}>") }));
    for (key, value) in [
        ("username", json!(name)),
        ("crate_type", json!("bin")),
        ("os-arch", json!("linux-x86_64")),
        ("is_init", json!(init)),
        ("within_cargo_project", json!(false)),
    ] {
        answers.entry(key).or_insert(value);
    }
    answers
}

/// What the files of a template become, made at once: a variable that one file lacks is there, and empty, for the next.
pub(super) struct Project {
    made: RefCell<BTreeMap<String, Vec<Made>>>,
}

impl Project {
    /// Renders the template.
    ///
    /// # Errors
    /// When a pattern or condition cannot be used, or a file takes too long.
    pub(super) fn new(scene: &Scene<'_>, settings: &CargoGenerate) -> Result<Self, String> {
        let mut answers = scene.answers.clone();
        answers.retain(|key, _| !scene.hidden.contains(key));
        let variables = variables(answers, settings.init);
        let mut wanted = settings.clone();
        let mut ignored = Vec::new();
        for conditional in &settings.conditional {
            if rhai::parse(&conditional.when)?.holds(&variables) != Some(true) {
                continue;
            }
            for (all, extra) in [(&mut wanted.include, &conditional.include), (&mut wanted.exclude, &conditional.exclude)] {
                if let Some(extra) = extra {
                    all.get_or_insert_default().extend(extra.iter().cloned());
                }
            }
            ignored.extend(conditional.ignore.iter().map(String::as_str));
        }
        let chosen = Chosen::new(&wanted)?;
        let bare = Bare::new(&Value::Object(variables));
        let mut files: Vec<(String, &PartFile)> = scene.kind.files.iter().map(|file| (decode_path(&file.source), file)).collect();
        files.sort_by(|(a, _), (b, _)| a.split('/').cmp(b.split('/')));
        let mut made = BTreeMap::new();
        for (path, file) in files {
            if ignored.iter().any(|ignored| is_at_or_below(&path, ignored)) {
                continue;
            }
            made.insert(file.source.clone(), vec![make(&bare, &path, file, chosen.renders(&path))?]);
        }
        Ok(Self { made: RefCell::new(made) })
    }
}

impl Files for Project {
    fn make(&self, file: &PartFile) -> Result<Vec<Made>, String> {
        Ok(self.made.borrow_mut().remove(&file.source).unwrap_or_default())
    }
}

fn make(bare: &Bare, path: &str, file: &PartFile, renders: bool) -> Result<Made, String> {
    let in_file = |why: String| format!("`{path}`: {why}");
    let raw = |path: String| Made { path, bytes: file.bytes.clone(), mode: file.mode };
    let text = std::str::from_utf8(&file.bytes).ok().filter(|_| renders);
    let bytes = match text.map(|text| bare.render(text)) {
        None if renders => return Ok(raw(path.to_owned())),
        None | Some(Err(Fault::Render(_))) => None,
        Some(Ok(text)) => Some(text.into_bytes()),
        // The tool would end here; with `--continue-on-error` it leaves the file as it is, and so it is here.
        Some(Err(Fault::Syntax(_))) => return Ok(raw(path.to_owned())),
        Some(Err(Fault::Time(why))) => return Err(in_file(why)),
    };
    let mut parts = Vec::new();
    for part in path.split('/') {
        let rendered = match bare.render(part) {
            Ok(rendered) => rendered,
            Err(Fault::Render(_)) => part.to_owned(),
            Err(Fault::Syntax(why) | Fault::Time(why)) => return Err(in_file(format!("its name: {why}"))),
        };
        parts.push(sanitize(&rendered));
    }
    if parts.last().is_some_and(String::is_empty) {
        return Err(in_file("its name would be empty".to_owned()));
    }
    parts.retain(|part| !part.is_empty());
    Ok(Made { path: parts.join("/"), bytes: bytes.unwrap_or_else(|| file.bytes.clone()), mode: file.mode })
}

/// Replaces what no file name holds, as the tool does on Linux.
fn sanitize(name: &str) -> String {
    let forbidden = |c: char| matches!(c, '/' | '?' | '<' | '>' | '\\' | ':' | '*' | '|' | '"') || c.is_control();
    let mut name: String = name.chars().map(|c| if forbidden(c) { '_' } else { c }).collect();
    if !name.is_empty() && name.chars().all(|c| c == '.') {
        "_".clone_into(&mut name);
    }
    let mut end = name.len().min(LONGEST_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name
}

/// Whether `path` is the file or lies in the folder that `place` names.
pub(crate) fn is_at_or_below(path: &str, place: &str) -> bool {
    let place = place.trim_start_matches("./").trim_end_matches('/');
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Which files are rendered.
pub(crate) struct Chosen {
    include: Option<Gitignore>,
    exclude: Option<Gitignore>,
}

impl Chosen {
    /// Reads the patterns. Where there are both kinds, `include` counts alone.
    ///
    /// # Errors
    /// When a pattern cannot be used.
    pub(crate) fn new(settings: &CargoGenerate) -> Result<Self, String> {
        let matcher = |patterns: &Option<Vec<String>>| patterns.as_deref().map(patterns_of).transpose();
        Ok(Self { include: matcher(&settings.include)?, exclude: matcher(&settings.exclude)? })
    }

    /// Whether the file at `path` is rendered.
    pub(crate) fn renders(&self, path: &str) -> bool {
        let hits = |matcher: &Gitignore| matcher.matched_path_or_any_parents(Path::new(path), false).is_ignore();
        match (&self.include, &self.exclude) {
            (Some(include), _) => hits(include),
            (None, Some(exclude)) => !hits(exclude),
            (None, None) => true,
        }
    }
}

fn patterns_of(patterns: &[String]) -> Result<Gitignore, String> {
    let mut builder = GitignoreBuilder::new("");
    if patterns.len() > MOST_PATTERNS || patterns.iter().any(|pattern| pattern.len() > LONGEST_PATTERN) {
        return Err(format!("there are more than {MOST_PATTERNS} patterns, or one of more than {LONGEST_PATTERN} bytes"));
    }
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(|error| format!("the pattern `{pattern}`: {error}"))?;
    }
    builder.build().map_err(|error| error.to_string())
}

/// Says why a file would not be rendered whatever the answers are; nothing where it can be.
pub(crate) fn problem(bytes: &[u8]) -> Option<String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Some("it is no UTF-8 text".to_owned()) };
    match Bare::new(&json!({})).render(text) {
        Err(Fault::Syntax(why)) => Some(why),
        Ok(_) | Err(Fault::Render(_) | Fault::Time(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_the_variables_of_the_tool() {
        let answers = json!({ NAME: "MyApp", "username": "A", AUTHOR_EMAIL: "a@example.com", "crate_type": "lib" });
        let made = variables(answers.as_object().unwrap().clone(), false);
        assert_eq!((made[NAME].as_str(), made["crate_name"].as_str()), (Some("my-app"), Some("my_app")));
        assert_eq!((made["authors"].as_str(), made["crate_type"].as_str()), (Some("A <a@example.com>"), Some("lib")));
        assert_eq!(variables(json!({ NAME: "my_app" }).as_object().unwrap().clone(), false)[NAME], "my_app");
    }

    #[test]
    fn names_stay_names() {
        assert_eq!(sanitize("a/b:c"), "a_b_c");
        assert_eq!(sanitize(".."), "_");
        assert_eq!(sanitize(&"é".repeat(200)).len(), 254);
        assert!(is_at_or_below("a/b", "./a/") && !is_at_or_below("ab", "a"));
    }
}
