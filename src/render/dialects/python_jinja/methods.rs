//! Methods of Python's texts, lists and mappings that neither minijinja nor minijinja-contrib have.

use minijinja::value::{Kwargs, Tuple, Value, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State};
use minijinja_contrib::pycompat;

use super::{lists, refuse_large, replace, words, wrong};

/// Calls a method that minijinja does not know.
pub(super) fn call(state: &mut State<'_, '_>, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    if let Some(done) = lists::call(state, value, method, args)? {
        return Ok(done);
    }
    let own = match value.kind() {
        ValueKind::String => text(state, value.as_str().unwrap_or_default(), method, args)?,
        ValueKind::Map => mapping(value, method, args)?,
        ValueKind::Seq => sequence(value, method, args)?,
        ValueKind::Undefined
        | ValueKind::None
        | ValueKind::Bool
        | ValueKind::Number
        | ValueKind::Bytes
        | ValueKind::Iterable
        | ValueKind::Plain
        | ValueKind::Invalid
        | _ => None,
    };
    match own {
        Some(done) => Ok(done),
        None => pycompat::unknown_method_callback(state, value, method, args),
    }
}

fn text(state: &State<'_, '_>, text: &str, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    let done = match method {
        "removeprefix" => {
            let (prefix,): (&str,) = from_args(args)?;
            Value::from(text.strip_prefix(prefix).unwrap_or(text))
        }
        "removesuffix" => {
            let (suffix,): (&str,) = from_args(args)?;
            Value::from(text.strip_suffix(suffix).unwrap_or(text))
        }
        "ljust" | "rjust" | "center" => {
            let (width, fill): (i64, Option<&str>) = from_args(args)?;
            let width = usize::try_from(width).unwrap_or_default();
            refuse_large(state, width)?;
            Value::from(words::pad(text, width, fill.unwrap_or(" "), method)?)
        }
        "zfill" => {
            let (width,): (i64,) = from_args(args)?;
            let width = usize::try_from(width).unwrap_or_default();
            refuse_large(state, width)?;
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
            let missing = width.saturating_sub(text.chars().count());
            Value::from(format!("{sign}{}{digits}", "0".repeat(missing)))
        }
        "title" => Value::from(words::title(text)),
        "capitalize" => Value::from(words::capitalize(text)),
        "swapcase" => Value::from(
            text.chars()
                .flat_map(|c| if c.is_uppercase() { c.to_lowercase().collect::<Vec<_>>() } else { c.to_uppercase().collect() })
                .collect::<String>(),
        ),
        "casefold" => Value::from(text.to_lowercase().replace('ß', "ss")),
        "isspace" => Value::from(!text.is_empty() && text.chars().all(char::is_whitespace)),
        "isdecimal" => Value::from(!text.is_empty() && text.chars().all(|c| c.is_ascii_digit())),
        "istitle" => Value::from(text.chars().any(char::is_alphabetic) && words::title(text) == text),
        "isprintable" => Value::from(text.chars().all(|c| !c.is_control())),
        "isidentifier" => {
            let first = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
            Value::from(first && text.chars().all(|c| c.is_alphanumeric() || c == '_'))
        }
        "index" | "rindex" => {
            let (part,): (&str,) = from_args(args)?;
            let found = if method == "index" { text.find(part) } else { text.rfind(part) };
            let at = found.ok_or_else(|| wrong("substring not found"))?;
            Value::from(text[..at].chars().count())
        }
        "partition" | "rpartition" => {
            let (separator,): (&str,) = from_args(args)?;
            if separator.is_empty() {
                return Err(wrong("empty separator"));
            }
            let found = if method == "partition" { text.split_once(separator) } else { text.rsplit_once(separator) };
            let parts = match found {
                Some((before, after)) => [before, separator, after],
                None if method == "partition" => [text, "", ""],
                None => ["", "", text],
            };
            Value::from_object(Tuple::from(parts.map(Value::from)))
        }
        "split" | "rsplit" => split(text, method, args)?,
        "replace" => {
            let (old, new, count): (&str, &str, Option<i64>) = from_args(args)?;
            Value::from(replace(state, text, old, new, count.and_then(|count| usize::try_from(count).ok()))?)
        }
        "expandtabs" => {
            let (size,): (Option<usize>,) = from_args(args)?;
            let size = size.unwrap_or(8).min(64);
            refuse_large(state, text.len().saturating_add(text.matches('\t').count() * size))?;
            Value::from(words::expand_tabs(text, size))
        }
        "startswith" | "endswith" => {
            let (what,): (Value,) = from_args(args)?;
            let fits = |part: &str| if method == "startswith" { text.starts_with(part) } else { text.ends_with(part) };
            match what.as_str() {
                Some(part) => Value::from(fits(part)),
                None => Value::from(what.try_iter()?.any(|part| part.as_str().is_some_and(fits))),
            }
        }
        "encode" | "format_map" | "translate" | "maketrans" => {
            return Err(Error::new(ErrorKind::UnknownMethod, format!("`str.{method}` is not supported")));
        }
        _ => return Ok(None),
    };
    Ok(Some(done))
}

/// `str.split` and `str.rsplit`, with `sep` and `maxsplit` also by name.
fn split(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let (separator, most, kwargs): (Option<Value>, Option<i64>, Kwargs) = from_args(args)?;
    let separator = match separator {
        Some(separator) => Some(separator),
        None => kwargs.get::<Option<Value>>("sep")?,
    };
    let most = match most {
        Some(most) => Some(most),
        None => kwargs.get::<Option<i64>>("maxsplit")?,
    };
    kwargs.assert_all_used()?;
    let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let separator = separator.filter(|separator| !separator.is_none());
    let parts: Vec<String> = match separator.as_ref().and_then(|separator| separator.as_str().map(str::to_owned)) {
        Some(separator) if separator.is_empty() => return Err(wrong("empty separator")),
        Some(separator) if method == "split" => text.splitn(most.saturating_add(1), &separator).map(str::to_owned).collect(),
        Some(separator) => {
            let mut parts: Vec<String> = text.rsplitn(most.saturating_add(1), &separator).map(str::to_owned).collect();
            parts.reverse();
            parts
        }
        None => words::split_blanks(text, most, method == "rsplit"),
    };
    Ok(Value::from(parts))
}

fn mapping(value: &Value, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    match method {
        "copy" => {
            from_args::<()>(args)?;
            Ok(Some(value.clone()))
        }
        _ => Ok(None),
    }
}

fn sequence(value: &Value, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    match method {
        "copy" => {
            from_args::<()>(args)?;
            Ok(Some(value.clone()))
        }
        "index" => {
            let (what,): (Value,) = from_args(args)?;
            let at = value.try_iter()?.position(|item| item == what).ok_or_else(|| wrong("it is not in the list"))?;
            Ok(Some(Value::from(at)))
        }
        _ => Ok(None),
    }
}
