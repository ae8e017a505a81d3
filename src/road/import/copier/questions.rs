//! The questions of `copier.yml`.
#![allow(clippy::wildcard_enum_match_arm, reason = "the kinds of JSON values are few and fixed")]

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::scan::{Known, Lacks};
use super::settings::{Engine, Settings};
use super::{TAKEN, text};
use crate::road::import::report::Report;

/// The longest answer of an imported question, in characters.
const LONGEST: i64 = 20_000;

/// Returns the questions whose answers need another key than their own.
pub(super) fn answer_keys(config: &Map<String, Value>) -> BTreeMap<String, String> {
    let other = |key: &str| {
        let mut other = format!("template_{key}");
        while config.contains_key(&other) {
            other.push('_');
        }
        other
    };
    TAKEN.into_iter().filter(|key| config.contains_key(*key)).map(|key| (key.to_owned(), other(key))).collect()
}

/// Turns a question into one of ours.
///
/// # Errors
/// When it has a form that copier does not take.
pub(super) fn question(
    key: &str,
    answer: &str,
    raw: &Value,
    (settings, known): (&Settings, &Known<'_>),
    file: &str,
    report: &mut Report,
) -> Result<toml::Table, String> {
    let short = Value::Object(Map::from_iter([("default".to_owned(), raw.clone())]));
    let details = raw.as_object().or(short.as_object()).ok_or("a question has to be a mapping")?;
    let engine = &settings.engine;
    let mut table = toml::Table::new();
    let lacks = |what: &str| known.lacks(what);
    let kind = kind_of(key, details, engine, file, report);
    let many = details.get("multiselect") == Some(&Value::Bool(true));
    let choices = details.get("choices").filter(|choices| !matches!(choices, Value::Null));
    let choices = choices.filter(|choices| choices.as_array().is_none_or(|items| !items.is_empty()));

    table.insert("key".to_owned(), answer.into());
    let help = details.get("help").map(text).unwrap_or_default();
    let help = if lacks(&help).is_some() { String::new() } else { clean(&help) };
    let long = help.chars().count() > 100 || help.trim().contains('\n');
    let ask = if help.trim().is_empty() || long { key.to_owned() } else { help.trim().to_owned() };
    table.insert("ask".to_owned(), ask.into());
    let placeholder = details.get("placeholder").map(text).filter(|text| lacks(text).is_none()).map(|text| clean(&text));
    let about = if long { help.trim().to_owned() } else { placeholder.map(|text| format!("Such as: {text}")).unwrap_or_default() };
    table.insert("help".to_owned(), about.into());
    let form = match (many, choices.is_some()) {
        (true, _) => "many",
        (false, true) => "choice",
        (false, false) => kind,
    };
    table.insert("type".to_owned(), form.into());
    if form != kind && kind != "text" {
        table.insert("of".to_owned(), kind.into());
    }
    table.insert("max-length".to_owned(), LONGEST.into());
    table.insert("optional".to_owned(), true.into());
    if kind == "json" || details.get("multiline").is_some_and(|value| *value != Value::Bool(false)) {
        table.insert("multiline".to_owned(), true.into());
    }
    if let Some(choices) = choices {
        put_choices(&mut table, choices, engine, &lacks, (key, file), report)?;
    }
    put_conditions(&mut table, details, &lacks, (key, file), report);
    put_default(&mut table, details, (kind, many), (settings, known), (key, file), report);
    if settings.secret.iter().any(|secret| secret == key) {
        table.insert("computed".to_owned(), true.into());
        report.not_portable(
            file,
            None,
            format!("`{key}` is not asked: its default stands"),
            "its answer is secret, and every answer is written to the repository",
            "give the secret to what needs it in another way",
        );
    }
    Ok(table)
}

/// The form of a question's answer.
fn kind_of(key: &str, details: &Map<String, Value>, engine: &Engine, file: &str, report: &mut Report) -> &'static str {
    let named = match details.get("type").and_then(Value::as_str) {
        Some(named) => named,
        None => match details.get("default") {
            Some(Value::String(_)) => "str",
            Some(Value::Bool(_)) => "bool",
            Some(Value::Number(number)) if number.is_f64() => "float",
            Some(Value::Number(_)) => "int",
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => "yaml",
        },
    };
    match named {
        "str" | "path" => "text",
        "bool" => "bool",
        "int" => "int",
        "float" => "float",
        "json" | "yaml" => "json",
        other => {
            let why = if engine.is_template(other) { "its type is a template" } else { "its type is not known" };
            report.differs(file, None, format!("`{key}` is asked for as a text"), &format!("{why}: `{other}`"), "");
            "text"
        }
    }
}

type LacksOf<'a> = &'a dyn Fn(&str) -> Option<Lacks>;

fn put_choices(
    table: &mut toml::Table,
    choices: &Value,
    engine: &Engine,
    lacks: LacksOf<'_>,
    (key, file): (&str, &str),
    report: &mut Report,
) -> Result<(), String> {
    let pairs: Vec<(String, Value)> = match choices {
        Value::String(template) => {
            if let Some(lack) = lacks(template) {
                table.insert("type".to_owned(), "text".into());
                table.remove("of");
                report.not_portable(file, None, format!("`{key}` takes any text: its choices use {}", lack.what), &lack.why(), "");
            } else {
                table.insert("choices-from".to_owned(), template.clone().into());
            }
            return Ok(());
        }
        Value::Object(entries) => entries.iter().map(|(label, value)| (label.clone(), value.clone())).collect(),
        Value::Array(items) => items
            .iter()
            .map(|item| match item.as_array().map(Vec::as_slice) {
                Some([label, value]) => (text(label), value.clone()),
                Some(_) | None => (text(item), item.clone()),
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => return Err(format!("`{key}`: its choices are no list")),
    };
    let mut listed = Vec::new();
    for (label, value) in pairs {
        let (value, unless) = match &value {
            Value::Object(extended) => {
                let value = extended.get("value").cloned().ok_or_else(|| format!("`{key}`: a choice has no `value`"))?;
                (value, extended.get("validator").and_then(Value::as_str).map(str::to_owned))
            }
            _ => (value, None),
        };
        let mut choice = toml::Table::new();
        choice.insert("value".to_owned(), spelled(&value, engine).into());
        choice.insert("label".to_owned(), clean(&label).into());
        if let Some(unless) = unless {
            match lacks(&unless) {
                None => {
                    choice.insert("unless".to_owned(), unless.into());
                }
                Some(lack) => report.not_portable(
                    file,
                    None,
                    format!("`{key}`: a choice is always offered: its check uses {}", lack.what),
                    &lack.why(),
                    "",
                ),
            }
        }
        listed.push(toml::Value::Table(choice));
    }
    table.insert("choices".to_owned(), toml::Value::Array(listed));
    Ok(())
}

fn put_conditions(
    table: &mut toml::Table,
    details: &Map<String, Value>,
    lacks: LacksOf<'_>,
    (key, file): (&str, &str),
    report: &mut Report,
) {
    if let Some(when) = details.get("when").filter(|when| **when != Value::Bool(true)) {
        let when = if when.is_null() { "false".to_owned() } else { text(when) };
        match lacks(&when) {
            None => {
                table.insert("when".to_owned(), when.into());
            }
            Some(lack) => {
                report.not_portable(file, None, format!("`{key}` is always asked: its condition uses {}", lack.what), &lack.why(), "")
            }
        }
    }
    if let Some(validator) = details.get("validator").and_then(Value::as_str).filter(|text| !text.trim().is_empty()) {
        match lacks(validator) {
            None => {
                table.insert("validator".to_owned(), validator.into());
            }
            Some(lack) => {
                report.not_portable(file, None, format!("`{key}` is not checked: its validator uses {}", lack.what), &lack.why(), "")
            }
        }
    }
    if details.get("ask").is_some_and(|ask| *ask != Value::Bool(true)) {
        report.differs(
            file,
            None,
            format!("`{key}` is asked"),
            "`ask` is not known: Highroad asks every question whose condition holds",
            "",
        );
    }
}

fn put_default(
    table: &mut toml::Table,
    details: &Map<String, Value>,
    (kind, many): (&str, bool),
    (settings, known): (&Settings, &Known<'_>),
    (key, file): (&str, &str),
    report: &mut Report,
) {
    let default = match details.get("default") {
        None => None,
        Some(Value::Null) if kind != "json" => None,
        Some(Value::Null) => Some("null".to_owned()),
        Some(Value::Bool(value)) => Some(value.to_string()),
        Some(Value::String(value)) if kind == "json" && !many && !settings.engine.is_template(value) => Some(value.clone()),
        Some(value) => Some(spelled(value, &settings.engine)),
    };
    let Some(default) = default else {
        table.insert("required".to_owned(), true.into());
        return;
    };
    if default.contains("UNSET") && settings.engine.is_template(&default) {
        table.insert("required".to_owned(), true.into());
        report.differs(
            file,
            None,
            format!("`{key}` has no default"),
            "its default can be `UNSET`",
            &format!("answer it with `--set {key}=…`"),
        );
        return;
    }
    match known.lacks(&default) {
        None => {
            if default.contains('\n') {
                table.insert("multiline".to_owned(), true.into());
            }
            table.insert("default".to_owned(), default.into());
        }
        Some(lack) => {
            // What the template works out by itself is asked for.
            table.remove("when");
            table.insert("required".to_owned(), true.into());
            report.not_portable(
                file,
                None,
                format!("`{key}` has no default: it uses {}", lack.what),
                &lack.why(),
                &format!("answer it with `--set {key}=…`"),
            );
        }
    }
}

/// Writes a default or a value of a choice as the text that is read again; a mapping is no template.
fn spelled(value: &Value, engine: &Engine) -> String {
    let written = text(value);
    let (open, close) = &engine.block;
    if value.is_object() && engine.is_template(&written) {
        return format!("{open} raw {close}{written}{open} endraw {close}");
    }
    written
}

/// A manifest takes no control characters.
fn clean(text: &str) -> String {
    text.replace('\t', "    ").chars().filter(|c| !c.is_control() || *c == '\n').collect()
}
