//! What cookiecutter adds to Jinja2: the filters `jsonify` and `slugify`, and the day of `{% now %}`.

use minijinja::value::{Kwargs, Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State};

use super::python_jinja::python::{Layout, dumps, to_json};
use super::python_jinja::{refuse_large, replace};
use super::python_time::{FUNCTION, show};
use super::slugify::{Options, slugify};

/// Adds the filters and functions to an engine. `today` is the recorded day, `YYYY-MM-DD`.
pub(super) fn add(environment: &mut Environment<'_>, today: Option<String>) {
    environment.add_filter("jsonify", jsonify);
    environment.add_filter("slugify", slug);
    environment.add_function(FUNCTION, move |_zone: String, sign: String, offset: String, format: Option<String>| {
        let today = today.as_deref().ok_or_else(|| wrong("`{% now %}` needs the answer `today`, which is not there"))?;
        show(today, &sign, &offset, format.as_deref()).map_err(wrong)
    });
}

fn wrong(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, why.into())
}

/// `json.dumps(value, sort_keys=True, indent=4)`.
fn jsonify(state: &State<'_, '_>, value: &Value, indent: Option<Value>, named: Kwargs) -> Result<String, Error> {
    let indent = match indent {
        Some(indent) => Some(indent),
        None if named.has("indent") => Some(named.get::<Value>("indent")?),
        None => None,
    };
    named.assert_all_used()?;
    let indent = match indent {
        Some(indent) if indent.is_none() => None,
        Some(indent) => Some(
            usize::try_from(indent)
                .ok()
                .filter(|indent| *indent <= 100)
                .ok_or_else(|| wrong("jsonify takes a small number as `indent`"))?,
        ),
        None => Some(4),
    };
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    dumps(&to_json(state, value)?, Layout { indent, sort: true, unicode: false })
}

/// The names of what `slugify` takes, in the order of its signature.
const TAKES: [&str; 12] = [
    "entities",
    "decimal",
    "hexadecimal",
    "max_length",
    "word_boundary",
    "separator",
    "save_order",
    "stopwords",
    "regex_pattern",
    "lowercase",
    "replacements",
    "allow_unicode",
];

fn slug(state: &State<'_, '_>, value: &Value, given: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    if given.len() > TAKES.len() {
        return Err(Error::from(ErrorKind::TooManyArguments));
    }
    let text = value.as_str().ok_or_else(|| wrong("slugify takes a text"))?;
    refuse_large(state, text.len())?;
    let mut options = Options::default();
    for (at, name) in TAKES.iter().enumerate() {
        let value = match given.get(at) {
            Some(value) => value.clone(),
            None if named.has(name) => named.get(name)?,
            None => continue,
        };
        let on = value.is_true();
        let word = || value.as_str().map(str::to_owned).ok_or_else(|| wrong(format!("slugify takes a text as `{name}`")));
        match *name {
            "entities" => options.entities = on,
            "decimal" => options.decimal = on,
            "hexadecimal" => options.hexadecimal = on,
            "max_length" => options.max_length = usize::try_from(value).map_err(|_| wrong("slugify takes a number as `max_length`"))?,
            "word_boundary" => options.word_boundary = on,
            "separator" => options.separator = word()?,
            "save_order" => options.save_order = on,
            "stopwords" => options.stopwords = texts(&value)?,
            "regex_pattern" => options.regex_pattern = if value.is_none() { None } else { Some(word()?) },
            "lowercase" => options.lowercase = on,
            "replacements" => {
                for pair in value.try_iter()? {
                    match &texts(&pair)?[..] {
                        [old, new] if !old.is_empty() => options.replacements.push((old.clone(), new.clone())),
                        _ => return Err(wrong("slugify takes pairs of texts as `replacements`")),
                    }
                }
            }
            _ => options.allow_unicode = on,
        }
    }
    named.assert_all_used()?;
    let replaced = |text: &str, old: &str, new: &str| replace(state, text, old, new, None).map_err(|error| error.to_string());
    slugify(text, &options, &replaced).map_err(wrong)
}

fn texts(value: &Value) -> Result<Vec<String>, Error> {
    if value.kind() == ValueKind::String {
        return Ok(value.as_str().unwrap_or_default().chars().map(String::from).collect());
    }
    value.try_iter()?.map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong("slugify takes texts here"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(source: &str) -> Result<String, String> {
        let mut environment = Environment::new();
        add(&mut environment, Some("2026-11-23".to_owned()));
        environment.render_str(source, minijinja::context! { name => "My App", list => vec![1, 2] }).map_err(|error| error.to_string())
    }

    #[test]
    fn adds_the_filters_of_the_tool() {
        assert_eq!(
            render("{{ name | slugify }} {{ name | slugify(separator='_') }} {{ name | slugify(True, True, True, 3) }}").unwrap(),
            "my-app my_app my"
        );
        assert_eq!(
            render("{{ list | jsonify }} {{ list | jsonify(1) }} {{ list | jsonify(indent=none) }}").unwrap(),
            "[\n    1,\n    2\n] [\n 1,\n 2\n] [1, 2]"
        );
        assert_eq!(
            render("{{ __highroad_now('utc', '', '', '%Y') }} {{ __highroad_now('utc', '', '', none) }}").unwrap(),
            "2026 2026-11-23"
        );
        assert!(render("{{ name | slugify(colour='red') }}").is_err());
        assert!(render("{{ name | slugify(replacements=[['', 'x']]) }}").is_err());
        assert!(render("{{ name | jsonify(indent=1000000) }}").is_err());
    }
}
