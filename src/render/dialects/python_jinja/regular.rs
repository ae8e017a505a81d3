//! Python's regular expressions, as far as they run in linear time.

use minijinja::value::{Rest, Value, ValueOrKwargs};
use minijinja::{Error, State};
use regex::{Captures, Regex, RegexBuilder};

use super::python::text;
use super::{Arguments, refuse_large, wrong};

/// What a pattern takes of the fuel.
const COMPILED: u64 = 200;

/// Compiles a pattern; what only Python has (looking ahead or behind, references back) is refused.
fn compile(state: &State<'_, '_>, pattern: &str, ignore_case: bool, lines: bool) -> Result<Regex, Error> {
    // A pattern costs far more than its length: up to a megabyte when it is compiled.
    state.consume_fuel(COMPILED)?;
    refuse_large(state, pattern.len())?;
    // `\Z` is Python's end of the text; `(?P<…>)` is the same in both.
    let pattern = pattern.replace("\\Z", "\\z");
    // Python's `$` also takes the place before a last line end.
    let pattern = if lines { pattern } else { end_of_text(&pattern) };
    RegexBuilder::new(&pattern).case_insensitive(ignore_case).multi_line(lines).size_limit(1 << 20).build().map_err(|error| {
        wrong(format!("the pattern `{pattern}` cannot be used here: {}", error.to_string().lines().last().unwrap_or_default()))
    })
}

/// Turns a `$` at the very end into what Python means by it.
fn end_of_text(pattern: &str) -> String {
    match pattern.strip_suffix('$') {
        Some(rest) if !rest.ends_with('\\') => format!("{rest}(?:\\n?\\z)"),
        Some(_) | None => pattern.to_owned(),
    }
}

/// `regex_search`.
pub(super) fn search(state: &State<'_, '_>, value: Value, pattern: String, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let given = Arguments::of(given)?;
    let flag = |name| given.named.peek::<Option<Value>>(name).ok().flatten().is_some_and(|value| value.is_true());
    let pattern = compile(state, &pattern, flag("ignorecase"), flag("multiline"))?;
    let whole = text(state, &value)?;
    let Some(found) = pattern.captures(&whole) else { return Ok(Value::from(())) };
    if given.placed.is_empty() {
        return Ok(Value::from(found.get(0).map_or("", |group| group.as_str())));
    }
    let mut groups = Vec::new();
    for group in &given.placed {
        let name = group.as_str().ok_or_else(|| wrong("Unknown argument"))?;
        let named = name.strip_prefix("\\g<").and_then(|rest| rest.strip_suffix('>')).or_else(|| name.strip_prefix('\\'));
        let named = named.ok_or_else(|| wrong("Unknown argument"))?;
        let group = match named.parse::<usize>() {
            Ok(number) => found.get(number),
            Err(_) => found.name(named),
        };
        groups.push(group.map_or(Value::from(()), |group| Value::from(group.as_str())));
    }
    Ok(Value::from(groups))
}

/// `regex_findall`.
pub(super) fn find_all(state: &State<'_, '_>, value: Value, pattern: String, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let given = Arguments::of(given)?;
    let pattern = compile(state, &pattern, given.truth(1, "ignorecase", false), given.truth(0, "multiline", false))?;
    let whole = text(state, &value)?;
    let mut all = Vec::new();
    for found in pattern.captures_iter(&whole).take(100_000) {
        let group = |at: usize| Value::from(found.get(at).map_or("", |group| group.as_str()));
        all.push(match found.len() {
            1 => group(0),
            2 => group(1),
            count => Value::from_object(minijinja::value::Tuple::new((1..count).map(group).collect())),
        });
    }
    Ok(Value::from(all))
}

/// `regex_replace`.
pub(super) fn replace(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let given = Arguments::of(given)?;
    let pattern = compile(state, &given.text(state, 0, "pattern")?.unwrap_or_default(), given.truth(2, "ignorecase", false), false)?;
    let by = given.get(1, "replacement").map_or_else(|| Ok(String::new()), |by| text(state, &by))?;
    let whole = text(state, &value)?;
    let mut size = whole.len();
    let mut failed = None;
    let replaced = pattern.replace_all(&whole, |found: &Captures<'_>| {
        let part = expand(&by, found);
        size = size.saturating_add(part.len());
        if size > 1 << 20 {
            failed = Some(());
            return String::new();
        }
        part
    });
    refuse_large(state, size)?;
    match failed {
        Some(()) => Err(wrong("it grows over 1 MiB")),
        None => Ok(replaced.into_owned()),
    }
}

/// Writes a replacement: `\1`, `\g<name>`, and Python's escapes.
fn expand(by: &str, found: &Captures<'_>) -> String {
    let mut out = String::new();
    let mut rest = by;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(named) = after.strip_prefix("g<")
            && let Some(end) = named.find('>')
        {
            let name = &named[..end];
            let group = name.parse().map_or_else(|_| found.name(name), |number: usize| found.get(number));
            out.push_str(group.map_or("", |group| group.as_str()));
            rest = &named[end + 1..];
            continue;
        }
        let digits = after.bytes().take(2).take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            let group = after[..digits].parse().ok().and_then(|number: usize| found.get(number));
            out.push_str(group.map_or("", |group| group.as_str()));
            rest = &after[digits..];
            continue;
        }
        let Some(c) = after.chars().next() else {
            out.push('\\');
            rest = "";
            break;
        };
        match c {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            '\\' => out.push('\\'),
            c => {
                out.push('\\');
                out.push(c);
            }
        }
        rest = &after[c.len_utf8()..];
    }
    out.push_str(rest);
    out
}

/// `re.escape`.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
