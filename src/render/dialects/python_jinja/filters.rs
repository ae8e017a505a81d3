//! Jinja2's own filters and tests that minijinja does not have, or has otherwise.
//!
//! Source: the documentation of Jinja2 3.1, "List of Builtin Filters" and "List of Builtin Tests".
#![allow(clippy::wildcard_enum_match_arm, reason = "the kinds of values are the engine's, which may add some")]

use minijinja::value::{Rest, Value, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, State};

use super::python::{Layout, dumps, text, to_json};
use super::{Arguments, refuse_large, words, wrong};

/// Adds them.
pub(super) fn add(environment: &mut Environment<'static>) {
    plain(environment, "title", words::title_filter);
    plain(environment, "capitalize", words::capitalize);
    plain(environment, "lower", str::to_lowercase);
    plain(environment, "upper", str::to_uppercase);
    plain(environment, "string", str::to_owned);
    environment.add_filter("trim", trim);
    environment.add_filter("center", center);
    environment.add_filter("indent", indent);
    environment.add_filter("wordwrap", wordwrap);
    environment.add_filter("wordcount", |state: &State<'_, '_>, value: Value| text(state, &value).map(|text| wordcount(&text)));
    environment.add_filter("truncate", truncate);
    plain(environment, "striptags", striptags);
    environment.add_filter("urlencode", urlencode);
    environment.add_filter("filesizeformat", filesizeformat);
    environment.add_filter("tojson", tojson);
    environment.add_filter("int", int);
    environment.add_filter("float", float);
    environment.add_filter("replace", replace);
    plain(environment, "forceescape", escape);
    plain(environment, "escape", escape);
    plain(environment, "e", escape);
    environment.add_filter("xmlattr", xmlattr);
    environment.add_filter("pprint", |state: &State<'_, '_>, value: Value| {
        let shown = text(state, &value)?;
        Ok::<_, Error>(if value.as_str().is_some() { crate::formats::python_text::repr(&shown) } else { shown })
    });
    environment
        .add_filter("random", |_: Value| -> Result<Value, Error> { Err(wrong("`random` is refused: a render is the same every time")) });
    environment.add_filter("items", items);
    environment.add_filter("percent", |state: &mut State<'_, '_>, value: Value, given: Value| -> Result<Value, Error> {
        let mut values = vec![value];
        if given.is_tuple() {
            values.extend(given.try_iter()?);
        } else {
            values.push(given);
        }
        state.apply_filter("format", &values)
    });
    environment.add_test("callable", |value: Value| value.kind() == ValueKind::Plain);
    environment.add_function("lipsum", |_: Rest<ValueOrKwargs>| -> Result<Value, Error> {
        Err(wrong("`lipsum` is refused: a render is the same every time"))
    });
    environment.add_function("cycler", |_: Rest<ValueOrKwargs>| -> Result<Value, Error> { Err(wrong("`cycler` is not supported")) });
    environment.add_function("joiner", |_: Rest<ValueOrKwargs>| -> Result<Value, Error> { Err(wrong("`joiner` is not supported")) });
}

/// Adds a filter that makes a text of a text.
pub(super) fn plain(environment: &mut Environment<'static>, name: &'static str, make: fn(&str) -> String) {
    environment.add_filter(name, move |state: &State<'_, '_>, value: Value| text(state, &value).map(|text| make(&text)));
}

fn trim(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let whole = text(state, &value)?;
    Ok(match Arguments::of(given)?.text(state, 0, "chars")? {
        Some(chars) => whole.trim_matches(|c| chars.contains(c)).to_owned(),
        None => whole.trim().to_owned(),
    })
}

fn center(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let width = usize::try_from(Arguments::of(given)?.count(0, "width", 80)).unwrap_or_default();
    refuse_large(state, width)?;
    words::pad(&text(state, &value)?, width, " ", "center")
}

fn indent(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let given = Arguments::of(given)?;
    let width = given.get(0, "width");
    let by = match width.as_ref().and_then(|width| width.as_str()) {
        Some(by) => by.to_owned(),
        None => {
            let width = usize::try_from(given.count(0, "width", 4)).unwrap_or_default();
            refuse_large(state, width)?;
            " ".repeat(width)
        }
    };
    let (first, blank) = (given.truth(1, "first", false), given.truth(2, "blank", false));
    let whole = format!("{}\n", text(state, &value)?);
    let lines: Vec<&str> = split_lines(&whole);
    refuse_large(state, by.len().saturating_mul(lines.len()))?;
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if (at == 0 && first) || (at > 0 && (blank || !line.is_empty())) {
            out.push_str(&by);
        }
        out.push_str(line);
    }
    Ok(out)
}

/// `str.splitlines`.
pub(super) fn split_lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    let ends = ['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
    while !rest.is_empty() {
        let Some(at) = rest.find(ends) else {
            lines.push(rest);
            break;
        };
        lines.push(&rest[..at]);
        let end = &rest[at..];
        let length = if end.starts_with("\r\n") { 2 } else { end.chars().next().map_or(1, char::len_utf8) };
        rest = &end[length..];
    }
    lines
}

fn wordwrap(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let given = Arguments::of(given)?;
    let width =
        usize::try_from(given.count(0, "width", 79)).ok().filter(|width| *width > 0).ok_or_else(|| wrong("the width must be positive"))?;
    let break_long = given.truth(1, "break_long_words", true);
    let between = given.text(state, 2, "wrapstring")?.unwrap_or_else(|| "\n".to_owned());
    let break_hyphens = given.truth(3, "break_on_hyphens", true);
    let whole = text(state, &value)?;
    let mut lines = Vec::new();
    for line in split_lines(&whole) {
        let wrapped = words::wrap(line, width, break_long, break_hyphens);
        // A line without words is a line all the same.
        if wrapped.is_empty() {
            lines.push(String::new());
        }
        lines.extend(wrapped);
    }
    refuse_large(state, whole.len().saturating_add(between.len().saturating_mul(lines.len())))?;
    Ok(lines.join(&between))
}

fn wordcount(text: &str) -> usize {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).count()
}

fn truncate(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let given = Arguments::of(given)?;
    let whole = text(state, &value)?;
    let length = usize::try_from(given.count(0, "length", 255)).unwrap_or_default();
    let end = given.get(2, "end").map_or_else(|| Ok("...".to_owned()), |end| text(state, &end))?;
    let leeway = usize::try_from(given.count(3, "leeway", 5)).unwrap_or_default();
    if whole.chars().count() <= length.saturating_add(leeway) {
        return Ok(whole);
    }
    let room = length.checked_sub(end.chars().count()).ok_or_else(|| wrong("the length is shorter than the end"))?;
    let cut: String = whole.chars().take(room).collect();
    let kept = if given.truth(1, "killwords", false) { cut.as_str() } else { cut.rsplit_once(' ').map_or(cut.as_str(), |(kept, _)| kept) };
    Ok(format!("{kept}{end}"))
}

/// Drops comments and tags, and makes runs of blanks one.
fn striptags(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let here = &rest[at..];
        let end = match here.strip_prefix("<!--") {
            Some(_) => here.find("-->").map(|end| end + 3),
            None => here.find('>').map(|end| end + 1),
        };
        let Some(end) = end else {
            out.push_str(here);
            rest = "";
            break;
        };
        rest = &here[end..];
    }
    out.push_str(rest);
    let plain = out.split_whitespace().collect::<Vec<_>>().join(" ");
    plain
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn urlencode(state: &State<'_, '_>, value: Value) -> Result<String, Error> {
    let one = |value: &Value, slash: bool| text(state, value).map(|text| quote(&text, slash));
    match value.kind() {
        ValueKind::Map => {
            let mut pairs = Vec::new();
            for key in value.try_iter()? {
                pairs.push(format!("{}={}", one(&key, false)?, one(&value.get_item(&key)?, false)?));
            }
            Ok(pairs.join("&"))
        }
        ValueKind::Seq | ValueKind::Iterable => {
            let mut pairs = Vec::new();
            for pair in value.try_iter()? {
                pairs.push(format!("{}={}", one(&pair.get_item_by_index(0)?, false)?, one(&pair.get_item_by_index(1)?, false)?));
            }
            Ok(pairs.join("&"))
        }
        _ => one(&value, true),
    }
}

fn quote(text: &str, slash: bool) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => out.push(char::from(byte)),
            b'/' if slash => out.push('/'),
            b' ' if !slash => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn filesizeformat(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let binary = Arguments::of(given)?.truth(0, "binary", false);
    let bytes: f64 = text(state, &value)?.parse().map_err(|_| wrong("it is no number"))?;
    let base = if binary { 1024.0 } else { 1000.0 };
    if bytes == 1.0 {
        return Ok("1 Byte".to_owned());
    }
    if bytes < base {
        return Ok(format!("{} Bytes", bytes.trunc()));
    }
    let prefixes = if binary { "KiB MiB GiB TiB PiB EiB ZiB YiB" } else { "kB MB GB TB PB EB ZB YB" };
    let mut size = bytes;
    let mut shown = "";
    for prefix in prefixes.split(' ') {
        size /= base;
        shown = prefix;
        if size < base {
            break;
        }
    }
    Ok(format!("{size:.1} {shown}"))
}

/// JSON that is safe in HTML, keys sorted.
fn tojson(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    if value.is_undefined() {
        return Err(wrong("a value that is not defined has no JSON"));
    }
    let indent = Arguments::of(given)?.get(0, "indent").and_then(|indent| usize::try_from(indent).ok()).map(|indent| indent.min(64));
    let json = dumps(&to_json(state, &value)?, Layout { indent, sort: true, unicode: false })?;
    let safe = json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").replace('\'', "\\u0027");
    Ok(Value::from(safe))
}

fn int(value: Value, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let given = Arguments::of(given)?;
    let otherwise = given.get(0, "default").unwrap_or_else(|| Value::from(0));
    let base = u32::try_from(given.count(1, "base", 10)).ok().filter(|base| (2..=36).contains(base)).unwrap_or(10);
    if let Some(text) = value.as_str() {
        let plain = text.trim().replace('_', "");
        let (sign, digits) = plain.strip_prefix('-').map_or((1, plain.as_str()), |digits| (-1, digits));
        let lower = digits.trim_start_matches('+').to_ascii_lowercase();
        let digits = match base {
            16 => lower.strip_prefix("0x").unwrap_or(&lower),
            8 => lower.strip_prefix("0o").unwrap_or(&lower),
            2 => lower.strip_prefix("0b").unwrap_or(&lower),
            _ => &lower,
        };
        if let Ok(number) = i128::from_str_radix(digits, base) {
            return Ok(Value::from(sign * number));
        }
        return Ok(match plain.parse::<f64>() {
            Ok(number) if number.is_finite() => whole(number),
            Ok(_) | Err(_) => otherwise,
        });
    }
    if value.is_integer() {
        return Ok(value);
    }
    match value.kind() {
        ValueKind::Bool => Ok(Value::from(i64::from(value.is_true()))),
        ValueKind::Number => Ok(f64::try_from(value).map_or(otherwise, whole)),
        _ => Ok(otherwise),
    }
}

/// The whole part of a number.
fn whole(number: f64) -> Value {
    format!("{:.0}", number.trunc()).parse::<i128>().map_or_else(|_| Value::from(number), Value::from)
}

fn float(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let otherwise = Arguments::of(given)?.get(0, "default").unwrap_or_else(|| Value::from(0.0));
    let number = match value.kind() {
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        ValueKind::Number | ValueKind::String => text(state, &value)?.trim().parse::<f64>().ok(),
        _ => None,
    };
    Ok(number.map_or(otherwise, Value::from))
}

fn replace(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let given = Arguments::of(given)?;
    let (Some(old), Some(new)) = (given.text(state, 0, "old")?, given.get(1, "new")) else {
        return Err(wrong("`replace` needs what and by what"));
    };
    let most = given.get(2, "count").and_then(|count| i64::try_from(count).ok()).and_then(|count| usize::try_from(count).ok());
    super::replace(state, &text(state, &value)?, &old, &text(state, &new)?, most)
}

/// MarkupSafe's `escape`.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;").replace('"', "&#34;")
}

fn xmlattr(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let spaced = Arguments::of(given)?.truth(0, "autospace", true);
    let mut parts = Vec::new();
    for key in value.try_iter()? {
        let item = value.get_item(&key)?;
        if !item.is_none() && !item.is_undefined() {
            parts.push(format!("{}=\"{}\"", escape(&text(state, &key)?), escape(&text(state, &item)?)));
        }
    }
    let joined = parts.join(" ");
    Ok(if spaced && !joined.is_empty() { format!(" {joined}") } else { joined })
}

fn items(value: Value) -> Result<Value, Error> {
    if value.is_undefined() {
        return Ok(Value::from(Vec::<Value>::new()));
    }
    let mut pairs = Vec::new();
    for key in value.try_iter()? {
        let item = value.get_item(&key)?;
        pairs.push(Value::from_object(minijinja::value::Tuple::from([key, item])));
    }
    Ok(Value::from(pairs))
}
