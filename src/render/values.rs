//! Answers as values: recorded as text, seen by the templates of a dialect as what the form of their question says.

use serde_json::{Map, Number, Value};

use crate::formats::python_yaml;
use crate::road::manifest::{Form, Question};

/// Values by key, in the order of the questions.
pub type Values = Map<String, Value>;

/// Reads an answer as a value.
///
/// # Errors
/// When the text is none of that form; the error says what is expected.
pub fn typed(question: &Question, answer: &str) -> Result<Value, String> {
    match question.form {
        Form::Text | Form::Email | Form::Name => Ok(Value::String(answer.to_owned())),
        Form::Choice => one(question.of, answer),
        Form::Bool | Form::Int | Form::Float | Form::Json => one(question.form, answer),
        Form::Many => {
            let items: Vec<Value> = list(answer)?.iter().map(|item| one(question.of, &text(item))).collect::<Result<_, _>>()?;
            Ok(Value::Array(items))
        }
    }
}

fn one(form: Form, answer: &str) -> Result<Value, String> {
    match form {
        Form::Text | Form::Email | Form::Name | Form::Choice | Form::Many => Ok(Value::String(answer.to_owned())),
        Form::Bool => truth(answer).map(Value::Bool).ok_or_else(|| format!("`{answer}` is neither `true` nor `false`")),
        Form::Int => {
            let digits = answer.trim().replace('_', "");
            digits.parse::<i64>().map(Value::from).map_err(|_| format!("`{answer}` is no whole number"))
        }
        Form::Float => {
            let number = answer.trim().parse::<f64>().ok().and_then(Number::from_f64);
            number.map(Value::Number).ok_or_else(|| format!("`{answer}` is no number"))
        }
        Form::Json => serde_json::from_str(answer)
            .or_else(|_| python_yaml::load(answer))
            .map_err(|error| format!("it is neither JSON nor YAML: {error}")),
    }
}

/// Returns the form in which an answer is recorded: `true` for `yes`, JSON for a value; as it is where it is no answer.
pub fn canonical(question: &Question, answer: &str) -> String {
    let plain = matches!(question.form, Form::Text | Form::Email | Form::Name);
    match typed(question, answer) {
        Ok(value) if !plain => match question.form {
            Form::Many => value.to_string(),
            Form::Json => bare(&value),
            Form::Choice if question.of == Form::Json => bare(&value),
            Form::Choice | Form::Text | Form::Email | Form::Name | Form::Bool | Form::Int | Form::Float => text(&value),
        },
        Ok(_) | Err(_) => answer.to_owned(),
    }
}

/// Returns the choices that an answer to `many` names, each in the form that choices have.
pub(super) fn parts(question: &Question, answer: &str) -> Vec<String> {
    let Ok(Value::Array(items)) = typed(question, answer) else { return Vec::new() };
    items.iter().map(|item| if question.of == Form::Json { bare(item) } else { text(item) }).collect()
}

/// A list in JSON or YAML; also `a, b` without brackets.
fn list(answer: &str) -> Result<Vec<Value>, String> {
    let trimmed = answer.trim();
    if trimmed.starts_with('[') || trimmed.starts_with('-') {
        match serde_json::from_str(trimmed).or_else(|_| python_yaml::load(trimmed)) {
            Ok(Value::Array(items)) => return Ok(items),
            Ok(_) | Err(_) => return Err("a list such as `[\"one\", \"two\"]` is expected".to_owned()),
        }
    }
    Ok(trimmed.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| Value::String(part.to_owned())).collect())
}

/// Writes a scalar without quotes, everything else as JSON.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Returns an answer to `many` with its values in the order of the choices; any other as it is.
pub(super) fn arranged(question: &Question, answer: &str) -> String {
    let Ok(Value::Array(items)) = typed(question, answer) else { return answer.to_owned() };
    if question.form != Form::Many || question.choices.is_empty() {
        return answer.to_owned();
    }
    let names = parts(question, answer);
    let place = |name: &String| question.choices.iter().position(|choice| choice.value == *name).unwrap_or(usize::MAX);
    let mut pairs: Vec<(usize, Value)> = names.iter().map(place).zip(items).collect();
    pairs.sort_by_key(|(place, _)| *place);
    Value::Array(pairs.into_iter().map(|(_, item)| item).collect()).to_string()
}

/// Writes JSON; a text without quotes where it reads back as the same text.
fn bare(value: &Value) -> String {
    match value {
        Value::String(text) if one(Form::Json, text).as_ref() == Ok(value) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Reads `true`, `yes`, `1` and the like.
pub fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "t" | "on" => Some(true),
        "false" | "no" | "n" | "f" | "off" | "" => Some(false),
        number => number.parse::<f64>().ok().map(|number| number != 0.0),
    }
}

/// Returns the value of a choice in the form in which an answer names it.
pub(super) fn canonical_part(question: &Question, value: &str) -> String {
    let form = match question.form {
        Form::Choice | Form::Many => question.of,
        Form::Text | Form::Email | Form::Name | Form::Bool | Form::Int | Form::Float | Form::Json => question.form,
    };
    match one(form, value) {
        Ok(read) if form == Form::Json => bare(&read),
        Ok(read) => text(&read),
        Err(_) => value.to_owned(),
    }
}

/// Returns the choices that an answer names.
pub(super) fn picked(question: &Question, answer: &str) -> Vec<String> {
    match question.form {
        Form::Many => parts(question, answer),
        Form::Choice | Form::Text | Form::Email | Form::Name | Form::Bool | Form::Int | Form::Float | Form::Json => {
            vec![answer.to_owned()]
        }
    }
}
