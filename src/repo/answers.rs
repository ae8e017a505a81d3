//! The answers that a project was rendered with.

use std::collections::BTreeMap;

/// Answers by the key of their question. Choices are held by value, never by label.
pub type Answers = BTreeMap<String, String>;

/// Writes answers as the lines of a TOML table, in order of key.
pub fn to_toml(answers: &Answers) -> String {
    answers.iter().map(|(key, value)| format!("{key} = {}\n", toml::Value::String(value.clone()))).collect()
}
