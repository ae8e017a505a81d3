//! What templates look up, told without rendering them.

use std::collections::BTreeSet;

use super::engines::Jinja;
use crate::road::manifest::Question;
use crate::road::{Engine, Part, PartFile, Road};

/// Where a variable is looked up.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Lookup {
    /// The variable, with the names inside it that are spelled out: `pins.images.python.ref`.
    pub variable: String,
    /// The path inside `files/` of the template; nothing for a condition of the part's own manifest.
    pub file: Option<String>,
}

/// Returns what the conditions, file names and templates of a part look up, and what could not be read: path and reason.
/// The files of a kind in another tool's dialect are not looked at.
pub fn lookups(part: &Part) -> (BTreeSet<Lookup>, Vec<(String, String)>) {
    let jinja = Jinja::new(&serde_json::Value::Null);
    let (mut found, mut failed) = (BTreeSet::new(), Vec::new());
    let mut add = |file: Option<&str>, variables: Result<Vec<String>, String>| match variables {
        Ok(variables) => {
            found.extend(variables.into_iter().map(|variable| Lookup { variable, file: file.map(str::to_owned) }));
        }
        Err(why) => failed.push((file.unwrap_or_default().to_owned(), why)),
    };
    let conditions = part.manifest.file.iter().filter_map(|rule| rule.when.as_deref()).chain(part.manifest.when.as_deref());
    for condition in conditions {
        add(None, jinja.variables_of_condition(condition));
    }
    if part.manifest.dialect.is_some() {
        return (found, failed);
    }
    for PartFile { path, source, engine, bytes, .. } in &part.files {
        add(Some(source), jinja.variables(path));
        match (engine, std::str::from_utf8(bytes)) {
            (Engine::Jinja, Ok(text)) => add(Some(source), jinja.variables(text)),
            (Engine::Liquid, Ok(text)) => add(Some(source), Ok(liquid_words(text))),
            (Engine::Copy, _) => {}
            (Engine::Jinja | Engine::Liquid, Err(error)) => add(Some(source), Err(error.to_string())),
        }
    }
    (found, failed)
}

/// Returns the variables that every template of a kind sees, apart from its questions.
pub fn given(road: &Road) -> BTreeSet<String> {
    let fixed = ["package", "labels", "kind", "road"].into_iter().map(str::to_owned);
    let rankings = road.manifest.ranking.iter().map(|ranking| ranking.name.clone());
    fixed.chain(road.constants.keys().cloned()).chain(rankings).collect()
}

/// Whether a question's key is what `variable` looks up.
pub fn is_of(question: &Question, variable: &str) -> bool {
    let root = variable.split('.').next().unwrap_or_default();
    root == question.key || variable.strip_prefix("labels.") == Some(&question.key) || variable == "labels"
}

/// Returns the words that begin an expression of a liquid template: it can be used, and whether it is given shows when it is
/// rendered.
fn liquid_words(text: &str) -> Vec<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let inside = text.split("{{").skip(1).chain(text.split("{%").skip(1));
    let ends = |part: &str| part.find(['}', '%']).unwrap_or(part.len());
    inside.flat_map(|part| part[..ends(part)].split(|c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_owned)).collect()
}
