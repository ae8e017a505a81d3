//! From `cookiecutter.json` to questions, as cookiecutter 2 reads it (its `prompt_for_config`).

use serde_json::{Map, Value};

/// How long an answer may be. Defaults of templates are often a sentence, and a dictionary is one answer.
const LONGEST: i64 = 4_000;
/// How deep dictionaries may stand in each other.
const DEEPEST: usize = 20;

/// Turns the variables into questions, in the order in which the tool asks: dictionaries come last.
///
/// `answer_key` says under which key the answer to a variable is recorded.
///
/// # Errors
/// When a variable is one that the tool refuses too, or it is nested beyond measure.
pub(super) fn read(source: &Map<String, Value>, answer_key: &dyn Fn(&str) -> String) -> Result<Vec<toml::Table>, String> {
    let prompts = source.get("__prompts__").and_then(Value::as_object);
    let (mut simple, mut dictionaries) = (Vec::new(), Vec::new());
    for (key, raw) in source.iter().filter(|(key, _)| is_asked_or_worked_out(key)) {
        let prompt = prompts.and_then(|prompts| prompts.get(key));
        let question = question(key, &answer_key(key), raw, prompt).map_err(|why| format!("`{key}`: {why}"))?;
        if raw.is_object() && !key.starts_with("__") { &mut dictionaries } else { &mut simple }.push(question);
    }
    simple.append(&mut dictionaries);
    Ok(simple)
}

/// Whether a key of `cookiecutter.json` becomes a question: `_x` is a constant, `__x` is worked out.
pub(super) fn is_asked_or_worked_out(key: &str) -> bool {
    key != "__prompts__" && (!key.starts_with('_') || key.starts_with("__"))
}

fn question(key: &str, answer_key: &str, raw: &Value, prompt: Option<&Value>) -> Result<toml::Table, String> {
    let ask = prompt.and_then(|prompt| prompt.as_str().or_else(|| prompt.get("__prompt__").and_then(Value::as_str)));
    let mut out = toml::Table::new();
    let mut set = |name: &str, value: toml::Value| out.insert(name.to_owned(), value);
    let text = |value: &str| toml::Value::String(value.to_owned());
    set("key", text(answer_key));
    set("ask", text(&inert(&one_line(ask.filter(|ask| !ask.trim().is_empty()).unwrap_or(key)))));
    set("help", text(&inert(&format!("The template's variable `{}`.", one_line(key)))));
    let worked_out = key.starts_with("__");
    let (form, default) = match raw {
        Value::String(raw) => ("text", raw.clone()),
        Value::Number(raw) => ("text", raw.to_string()),
        Value::Bool(raw) => ("bool", raw.to_string()),
        Value::Null => ("json", "null".to_owned()),
        Value::Array(items) if !worked_out => {
            let first = items.first().ok_or("the list of choices is empty, which the tool refuses too")?;
            let plain = items.iter().all(|item| item.is_string() || item.is_number());
            let value = |item: &Value| if plain { Ok(plain_text(item)) } else { json_template(item, 0) };
            let labelled = items
                .iter()
                .map(|item| {
                    let value = value(item)?;
                    let label = prompt.and_then(|prompt| prompt.get(&value)).and_then(Value::as_str);
                    Ok((label.map_or_else(|| one_line(&value), |label| inert(&one_line(label))), value))
                })
                .collect::<Result<Vec<_>, String>>()?;
            if labelled.iter().any(|(_, value)| is_template(value)) {
                // Choices that hang on answers are told when they are known.
                let pairs: Vec<String> = labelled
                    .iter()
                    .map(|(label, value)| {
                        format!("[{}, {}]", text_template(label), if plain { text_template(value) } else { value.clone() })
                    })
                    .collect();
                set("choices-from", text(&format!("[{}]", pairs.join(", "))));
            } else {
                let choice = |(label, value): &(String, String)| {
                    toml::Value::Table(toml::Table::from_iter([("value".to_owned(), text(value)), ("label".to_owned(), text(label))]))
                };
                set("choices", toml::Value::Array(labelled.iter().map(choice).collect()));
            }
            if !plain {
                set("of", text("json"));
            }
            ("choice", value(first)?)
        }
        Value::Array(_) | Value::Object(_) => ("json", json_template(raw, 0)?),
    };
    set("type", text(form));
    set("default", text(&default));
    set("max-length", toml::Value::Integer(LONGEST));
    if form == "text" {
        set("optional", toml::Value::Boolean(true));
    }
    // A default may have several lines, and a template may come to several.
    if form == "text" && (worked_out || default.contains('\n') || default.contains("{%")) {
        set("multiline", toml::Value::Boolean(true));
    }
    if worked_out {
        set("computed", toml::Value::Boolean(true));
    }
    Ok(out)
}

fn plain_text(item: &Value) -> String {
    item.as_str().map_or_else(|| item.to_string(), str::to_owned)
}

/// Text that a terminal shows as it is, on one line.
fn one_line(text: &str) -> String {
    text.split(char::is_whitespace).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").replace(char::is_control, "")
}

/// Writes a value as JSON that is a template: each text in it renders on its own, then is written as JSON.
///
/// Numbers become texts, as in the tool.
fn json_template(value: &Value, depth: usize) -> Result<String, String> {
    if depth > DEEPEST {
        return Err(format!("it is nested deeper than {DEEPEST}"));
    }
    Ok(match value {
        Value::Null | Value::Bool(_) => value.to_string(),
        Value::Number(number) => Value::String(number.to_string()).to_string(),
        Value::String(text) => text_template(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| json_template(item, depth + 1)).collect::<Result<_, _>>()?;
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| Ok(format!("{}: {}", text_template(key), json_template(value, depth + 1)?));
            let members: Vec<String> = members.iter().map(member).collect::<Result<_, String>>()?;
            // The space keeps `{` apart from a `{` or `%` that follows.
            format!("{{ {} }}", members.join(", "))
        }
    })
}

/// Text that the tool shows as it stands, as a template.
fn inert(text: &str) -> String {
    if is_template(text) { format!("{{% raw %}}{text}{{% endraw %}}") } else { text.to_owned() }
}

fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|opening| text.contains(opening))
}

fn text_template(text: &str) -> String {
    if is_template(text) {
        format!("{{% set __text %}}{text}{{% endset %}}{{{{ __text | tojson }}}}")
    } else {
        Value::String(text.to_owned()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Vec<toml::Table> {
        read(&serde_json::from_str(text).unwrap(), &str::to_owned).unwrap()
    }

    fn shown(question: &toml::Table) -> String {
        let get = |key: &str| question.get(key).map(ToString::to_string).unwrap_or_default();
        format!("{} {} {} {}", get("key"), get("type"), get("default"), get("computed"))
    }

    #[test]
    fn reads_every_kind_of_variable() {
        let questions = read_text(
            r#"{ "opts": {"a": "{{ cookiecutter.n }}", "b": 1, "c": true}, "n": "x", "port": 80, "on": true, "lic": ["MIT", "{{ cookiecutter.n }}"],
                 "_copy_without_render": ["*.js"], "__slug": "{{ cookiecutter.n | lower }}", "__list": ["a"], "nothing": null }"#,
        );
        let all: Vec<String> = questions.iter().map(shown).collect();
        assert_eq!(
            all,
            [
                r#""n" "text" "x" "#,
                r#""port" "text" "80" "#,
                r#""on" "bool" "true" "#,
                r#""lic" "choice" "MIT" "#,
                r#""__slug" "text" "{{ cookiecutter.n | lower }}" true"#,
                r#""__list" "json" '["a"]' true"#,
                r#""nothing" "json" "null" "#,
                r#""opts" "json" '{ "a": {% set __text %}{{ cookiecutter.n }}{% endset %}{{ __text | tojson }}, "b": "1", "c": true }' "#,
            ]
        );
    }

    #[test]
    fn takes_the_texts_of_prompts() {
        let questions = read_text(
            r#"{ "n": "x", "lic": ["mit", "bsd"], "__prompts__": { "n": "Your\n\u001b[31mname", "lic": { "__prompt__": "Licence", "mit": "The MIT one" } } }"#,
        );
        assert_eq!(questions[0]["ask"].as_str(), Some("Your [31mname"));
        assert_eq!(questions[1]["ask"].as_str(), Some("Licence"));
        assert_eq!(questions[1]["choices"][0]["label"].as_str(), Some("The MIT one"));
        assert_eq!(questions[1]["choices"][1]["label"].as_str(), Some("bsd"));
    }

    #[test]
    fn refuses_what_the_tool_refuses_and_what_has_no_end() {
        assert!(read(&serde_json::from_str(r#"{"a": []}"#).unwrap(), &str::to_owned).unwrap_err().contains("empty"));
        let deep = format!("{{\"a\": {}1{}}}", "{\"b\":".repeat(60), "}".repeat(60));
        assert!(read(&serde_json::from_str(&deep).unwrap(), &str::to_owned).unwrap_err().contains("deeper"));
    }
}
