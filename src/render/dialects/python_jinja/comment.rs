//! Ansible's `comment` filter.

use minijinja::value::{Rest, Value, ValueOrKwargs};
use minijinja::{Error, State};

use super::python::text;
use super::{Arguments, refuse_large, replace, wrong};

/// Makes a comment of a text, in the style of a language.
pub(super) fn comment(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let given = Arguments::of(given)?;
    let style = given.text(state, 0, "style")?.unwrap_or_else(|| "plain".to_owned());
    let (beginning, decoration, end) = match style.as_str() {
        "plain" => ("", "# ", ""),
        "erlang" => ("", "% ", ""),
        "c" => ("", "// ", ""),
        "cblock" => ("/*", " * ", " */"),
        "xml" => ("<!--", " - ", "-->"),
        other => return Err(wrong(format!("there is no style `{other}`"))),
    };
    let named = |name: &str, otherwise: &str| given.text(state, 99, name).map(|text| text.unwrap_or_else(|| otherwise.to_owned()));
    let decoration = named("decoration", decoration)?;
    let newline = named("newline", "\n")?;
    let beginning = named("beginning", beginning)?;
    let end = named("end", end)?;
    let around = decoration.trim_end().to_owned();
    let prefix = named("prefix", &around)?;
    let postfix = named("postfix", &around)?;
    let count = |name: &str| usize::try_from(given.count(99, name, 1)).unwrap_or_default();
    let (before, after) = (count("prefix_count"), count("postfix_count"));
    refuse_large(state, before.saturating_add(after).saturating_mul(prefix.len() + postfix.len() + newline.len()))?;

    let mut out = String::new();
    if !beginning.is_empty() {
        out.push_str(&beginning);
        out.push_str(&newline);
    }
    if !prefix.is_empty() {
        let line = if prefix == newline { newline.clone() } else { format!("{prefix}{newline}") };
        out.push_str(&line.repeat(before));
    }
    let inside = replace(state, &text(state, &value)?, &newline, &format!("{newline}{decoration}"), None)?;
    let (blank, bare) = (format!("{decoration}{newline}"), format!("{}{newline}", decoration.trim_end()));
    let inside = replace(state, &format!("{decoration}{inside}"), &blank, &bare, None)?;
    out.push_str(&inside);
    for _ in 0..after {
        out.push_str(&newline);
        out.push_str(&postfix);
    }
    if !end.is_empty() {
        out.push_str(&newline);
        out.push_str(&end);
    }
    Ok(out)
}
