//! The questions of a cargo-generate template: its placeholders, and the variables that the tool finds out by itself.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::super::report::Report;
use super::super::{Files, bad_template, line_of, one_line};
use super::strings;
use crate::base::diagnostic::Diagnostic;
use crate::render::dialects::cargo_generate::{AUTHOR_EMAIL, NAME};

/// What a placeholder must not be called.
const RESERVED: [&str; 7] = ["authors", "os-arch", "project-name", "crate_name", "crate_type", "within_cargo_project", "is_init"];
/// How many placeholders a template may have.
const MOST: usize = 500;
/// The longest answer to `editor` and `text`, in characters.
const LONG: i64 = 20_000;

/// Returns the questions, in the order in which they are asked.
pub(super) fn read(
    table: &Table,
    conditionals: &[(String, Table)],
    files: &Files,
    (config, text): (&str, &str),
    report: &mut Report,
) -> Result<Vec<Table>, Diagnostic> {
    let mut questions = built_in(files, text, report);
    // Where a placeholder depends on a condition, the condition; several make it wanted where any holds.
    let mut asked: BTreeMap<String, (usize, Option<String>)> = BTreeMap::new();
    let blocks = std::iter::once((None, table)).chain(conditionals.iter().map(|(when, block)| (Some(when), block)));
    for (when, block) in blocks {
        let when = when.map(|when| with_parents(when, &asked));
        for (key, slot) in block.get("placeholders").and_then(Value::as_table).into_iter().flatten() {
            let bad = |why: &str| bad_template(config, format!("the placeholder `{}`: {why}", one_line(key)));
            if RESERVED.contains(&key.as_str()) {
                return Err(bad("the tool keeps that name for itself"));
            }
            if questions.len() > MOST {
                return Err(bad_template(config, format!("it has more than {MOST} placeholders")));
            }
            let slot = slot.as_table().ok_or_else(|| bad("it is no table"))?;
            let question = question(key, slot).map_err(|why| bad(&why))?;
            match (asked.get(key).cloned(), &when) {
                (None, _) => {
                    asked.insert(key.clone(), (questions.len(), when.clone()));
                    questions.push(question);
                }
                // What is asked of all is not asked again.
                (Some((_, None)), _) | (_, None) => {}
                (Some((at, Some(before))), Some(when)) => {
                    let either = format!("({before}) || ({when})");
                    join_choices(&mut questions[at], &question, key, (config, text), report);
                    asked.insert(key.clone(), (at, Some(either)));
                }
            }
        }
    }
    for (at, when) in asked.into_values() {
        if let Some(when) = when {
            questions[at].insert("when".to_owned(), Value::String(when));
        }
    }
    Ok(questions)
}

/// A condition over a placeholder that is not asked does not hold: the placeholder's own condition goes before it.
fn with_parents(when: &str, asked: &BTreeMap<String, (usize, Option<String>)>) -> String {
    let words: Vec<&str> = when.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let parents = asked.iter().filter(|(key, _)| words.contains(&key.as_str())).filter_map(|(_, (_, parent))| parent.as_ref());
    let mut all: Vec<String> = parents.map(|parent| format!("({parent})")).collect();
    if all.is_empty() {
        return when.to_owned();
    }
    all.push(format!("({when})"));
    all.join(" && ")
}

/// One placeholder that two conditions define: the choices of both are offered.
fn join_choices(question: &mut Table, other: &Table, key: &str, (config, text): (&str, &str), report: &mut Report) {
    if question == other {
        return;
    }
    let extra = other.get("choices").and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(Value::Array(choices)) = question.get_mut("choices") {
        for choice in extra {
            if !choices.contains(&choice) {
                choices.push(choice);
            }
        }
    }
    report.differs(
        config,
        line_of(text, key),
        format!("the placeholder `{key}` is one question, with the choices of all its conditions"),
        "several conditions define it in different ways",
        "give each of them a name of its own",
    );
}

fn entry(key: &str, ask: &str, help: &str, form: &str) -> Table {
    let mut table = Table::new();
    for (name, value) in [("key", key), ("ask", ask), ("help", help), ("type", form)] {
        table.insert(name.to_owned(), value.into());
    }
    table
}

fn question(key: &str, slot: &Table) -> Result<Table, String> {
    let key_fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if key.is_empty() || key.len() > 100 || !key.chars().all(key_fits) {
        return Err("a name has letters, digits, `_` and `-`".to_owned());
    }
    let kind = slot.get("type").map_or(Some("string"), Value::as_str).ok_or("its type is no text")?;
    let prompt = slot.get("prompt").and_then(Value::as_str).map_or_else(|| key.to_owned(), one_line);
    let choices = strings(slot.get("choices"));
    let form = match (kind, &choices) {
        ("string", Some(_)) => "choice",
        ("string" | "editor" | "text", None) => "text",
        ("bool", _) => "bool",
        ("array", _) => "many",
        (other, _) => return Err(format!("`{}` is no type that it can have", one_line(other))),
    };
    let mut table = entry(key, &prompt, &format!("The template calls it {key}."), form);
    let default = match (kind, slot.get("default")) {
        (_, None) if kind == "array" => Some("[]".to_owned()),
        (_, None) => None,
        ("bool", Some(Value::Boolean(yes))) => Some(yes.to_string()),
        ("array", Some(value @ Value::Array(_))) => Some(serde_json::json!(strings(Some(value)).unwrap_or_default()).to_string()),
        ("string" | "editor" | "text", Some(Value::String(text))) => Some(text.clone()),
        (_, Some(_)) => return Err("its default is of another type".to_owned()),
    };
    match default {
        Some(default) => table.insert("default".to_owned(), default.into()),
        None => table.insert("required".to_owned(), true.into()),
    };
    if let Some(choices) = choices {
        if choices.is_empty() {
            return Err("it has no choices".to_owned());
        }
        let choice = |value: &String| {
            let mut table = Table::new();
            table.insert("value".to_owned(), value.clone().into());
            table.insert("label".to_owned(), one_line(value).into());
            Value::Table(table)
        };
        table.insert("choices".to_owned(), Value::Array(choices.iter().map(choice).collect()));
    }
    if form == "text" {
        table.insert("optional".to_owned(), true.into());
        table.insert("max-length".to_owned(), if kind == "string" { 1000.into() } else { LONG.into() });
    }
    if matches!(kind, "editor" | "text") {
        table.insert("multiline".to_owned(), true.into());
    }
    if let Some(pattern) = slot.get("regex").and_then(Value::as_str) {
        regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().map_err(|_| "its regular expression cannot be used".to_owned())?;
        // An answer has to fit a pattern as a whole; the tool is content with a part.
        table.insert("pattern".to_owned(), format!("(?s:.*)(?:{pattern})(?s:.*)").into());
    }
    Ok(table)
}

/// The variables that the tool finds out by itself are asked, where the template uses them.
fn built_in(files: &Files, config: &str, report: &mut Report) -> Vec<Table> {
    let used = |word: &str| {
        config.contains(word)
            || files
                .files
                .iter()
                .any(|(path, file)| path.contains(word) || file.bytes.windows(word.len()).any(|part| part == word.as_bytes()))
    };
    let mut name = entry(NAME, "What is the project called?", "It starts with a letter; letters, digits, _ and - follow.", "text");
    name.insert("default".to_owned(), "my-project".into());
    name.insert("default-from".to_owned(), "folder-name".into());
    name.insert("pattern".to_owned(), "[a-zA-Z][a-zA-Z0-9_-]+".into());
    let mut out = vec![name];
    let (authors, username) = (used("authors"), used("username"));
    if authors || username {
        let mut user = entry("username", "What is your name?", "Files name you as their author.", "text");
        user.insert("default-from".to_owned(), "git-user-name".into());
        user.insert("optional".to_owned(), true.into());
        out.push(user);
    }
    if authors {
        let mut address =
            entry(AUTHOR_EMAIL, "What is your e-mail address?", "It stands behind your name where files name the authors.", "text");
        address.insert("default-from".to_owned(), "git-user-email".into());
        address.insert("optional".to_owned(), true.into());
        out.push(address);
    }
    if used("crate_type") {
        let mut crate_type =
            entry("crate_type", "Is it a program or a library?", "cargo-generate has the flags --bin and --lib for it.", "choice");
        crate_type.insert("default".to_owned(), "bin".into());
        let choice = |value: &str, label: &str| {
            let mut table = Table::new();
            table.insert("value".to_owned(), value.into());
            table.insert("label".to_owned(), label.into());
            Value::Table(table)
        };
        crate_type.insert("choices".to_owned(), Value::Array(vec![choice("bin", "a program"), choice("lib", "a library")]));
        out.push(crate_type);
    }
    if used("os-arch") {
        let mut system = entry("os-arch", "Which system is it made on?", "Such as linux-x86_64 or macos-aarch64.", "text");
        system.insert("default".to_owned(), "linux-x86_64".into());
        out.push(system);
        report.differs(
            "cargo-generate.toml",
            None,
            "`os-arch` is asked",
            "a render looks at no machine, so that it is the same everywhere",
            "",
        );
    }
    for (key, ask) in [
        ("within_cargo_project", "Does it lie inside another cargo project?"),
        ("is_init", "Is it written into a folder that is there already?"),
    ] {
        if used(key) {
            let mut question = entry(key, ask, "cargo-generate finds that out by itself.", "bool");
            question.insert("default".to_owned(), "false".into());
            out.push(question);
            report.differs(
                "cargo-generate.toml",
                None,
                format!("`{key}` is asked"),
                "a render looks at no machine, so that it is the same everywhere",
                "",
            );
        }
    }
    if ["\"now\"", "'now'", "\"today\"", "'today'"].iter().any(|word| used(word)) {
        let mut today = entry("today", "Which day is it?", "Files that name the day get this one.", "text");
        today.insert("default-from".to_owned(), "today".into());
        today.insert("default".to_owned(), "1970-01-01".into());
        today.insert("pattern".to_owned(), "[0-9]{4}-[0-9]{2}-[0-9]{2}".into());
        out.push(today);
        report.differs(
            "cargo-generate.toml",
            None,
            "the day is an answer",
            "a render reads no clock; a later one gets the day that was recorded",
            "",
        );
    }
    out
}
