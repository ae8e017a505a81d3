//! The filters of the Python package jinja2-ansible-filters, which copier always loads, as far as they are pure.
//!
//! Source: its documentation, and that of Ansible's core filters. What reaches for a file, the environment, a clock or
//! chance is an error.
#![allow(clippy::wildcard_enum_match_arm, reason = "the kinds of values are the engine's, which may add some")]

use minijinja::value::{Rest, Tuple, Value, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, State};
use sha2::Digest as _;

use super::filters::plain;
use super::python::{Layout, dumps, from_json, text, to_json};
use super::{Arguments, collections, comment, refuse_large, regular, wrong};
use crate::formats::python_yaml;

/// Filters whose result is another every time, or on every machine.
const IMPURE: [&str; 9] =
    ["ans_random", "shuffle", "random_mac", "strftime", "to_datetime", "expanduser", "expandvars", "realpath", "fileglob"];

/// Adds them.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment
        .add_filter("to_json", |state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>| json(state, &value, given, None, false));
    environment.add_filter("to_nice_json", |state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>| {
        json(state, &value, given, Some(4), true)
    });
    environment.add_filter("from_json", |state: &State<'_, '_>, value: Value| {
        serde_json::from_str(&text(state, &value)?)
            .map(|json: serde_json::Value| from_json(&json))
            .map_err(|error| wrong(error.to_string()))
    });
    environment
        .add_filter("to_yaml", |state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>| yaml(state, &value, given, 2, None));
    environment.add_filter("to_nice_yaml", |state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>| {
        yaml(state, &value, given, 4, Some(false))
    });
    environment.add_filter("from_yaml", |state: &State<'_, '_>, value: Value| match value.as_str() {
        Some(given) => {
            refuse_large(state, given.len())?;
            python_yaml::load(given).map(|json| from_json(&json)).map_err(wrong)
        }
        None => Ok(value),
    });
    environment.add_filter("from_yaml_all", |state: &State<'_, '_>, value: Value| match value.as_str() {
        Some(given) => {
            refuse_large(state, given.len())?;
            let mut refuse = |_: &str| Err("`!include` is not known here".to_owned());
            let all = python_yaml::load_all(given, &mut refuse).map_err(wrong)?;
            Ok(Value::from(all.iter().map(from_json).collect::<Vec<_>>()))
        }
        None => Ok(value),
    });
    environment.add_filter("bool", truth);
    environment.add_filter("ternary", ternary);
    environment.add_filter("mandatory", mandatory);
    plain(environment, "quote", shell_quote);
    environment.add_filter("hash", |state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>| -> Result<Value, Error> {
        let kind = Arguments::of(given)?.text(state, 0, "hashtype")?.unwrap_or_else(|| "sha1".to_owned());
        hash(&text(state, &value)?, &kind)
    });
    environment.add_filter("sha1", |state: &State<'_, '_>, value: Value| hash(&text(state, &value)?, "sha1"));
    environment.add_filter("checksum", |state: &State<'_, '_>, value: Value| hash(&text(state, &value)?, "sha1"));
    environment.add_filter("md5", |state: &State<'_, '_>, value: Value| hash(&text(state, &value)?, "md5"));
    plain(environment, "to_uuid", uuid);
    environment.add_filter("b64encode", |state: &State<'_, '_>, value: Value, _: Rest<ValueOrKwargs>| {
        text(state, &value).map(|text| encode_base64(text.as_bytes()))
    });
    environment.add_filter("b64decode", |state: &State<'_, '_>, value: Value, _: Rest<ValueOrKwargs>| decode_base64(&text(state, &value)?));
    plain(environment, "basename", |text| text.rsplit('/').next().unwrap_or_default().to_owned());
    plain(environment, "dirname", dirname);
    environment.add_filter("splitext", |state: &State<'_, '_>, value: Value| text(state, &value).map(|text| split_ending(&text)));
    plain(environment, "win_basename", |text| text.rsplit(['/', '\\', ':']).next().unwrap_or_default().to_owned());
    environment.add_filter("regex_search", regular::search);
    environment.add_filter("regex_replace", regular::replace);
    environment.add_filter("regex_findall", regular::find_all);
    environment.add_filter("regex_escape", |state: &State<'_, '_>, value: Value, _: Rest<ValueOrKwargs>| {
        text(state, &value).map(|text| regular::escape(&text))
    });
    environment.add_filter("comment", comment::comment);
    environment.add_filter("type_debug", |value: Value| type_name(&value));
    environment.add_filter("combine", collections::combine);
    environment.add_filter("extract", collections::extract);
    environment.add_filter("flatten", collections::flatten);
    environment.add_filter("subelements", collections::sub_elements);
    environment.add_filter("ans_groupby", |state: &mut minijinja::State<'_, '_>, value: Value, attribute: Value| {
        state.apply_filter("groupby", &[value, attribute])
    });
    for name in IMPURE {
        environment.add_filter(name, move |_: Value, _: Rest<ValueOrKwargs>| -> Result<Value, Error> {
            Err(wrong(format!("`{name}` is refused: a render is the same every time and everywhere")))
        });
    }
}

fn json(state: &State<'_, '_>, value: &Value, given: Rest<ValueOrKwargs>, indent: Option<usize>, sort: bool) -> Result<String, Error> {
    let given = Arguments::of(given)?;
    let place = usize::from(indent.is_none()) * 9;
    let layout = Layout {
        indent: given.get(place, "indent").and_then(|indent| usize::try_from(indent).ok()).map(|indent| indent.min(64)).or(indent),
        sort: given.truth(place + 1, "sort_keys", sort),
        unicode: !given.truth(99, "ensure_ascii", true),
    };
    dumps(&to_json(state, value)?, layout)
}

fn yaml(state: &State<'_, '_>, value: &Value, given: Rest<ValueOrKwargs>, indent: usize, flow: Option<bool>) -> Result<String, Error> {
    let given = Arguments::of(given)?;
    let count = |at: usize, name: &str, otherwise: usize| {
        given.get(at, name).and_then(|value| usize::try_from(value).ok()).map_or(otherwise, |count| count.min(1 << 31))
    };
    let layout = python_yaml::Layout {
        indent: count(usize::from(flow.is_none()) * 9, "indent", indent),
        width: match given.named.peek::<Option<Value>>("width").ok().flatten() {
            Some(value) if f64::try_from(value.clone()).is_ok_and(f64::is_infinite) => usize::MAX / 4,
            Some(_) | None => count(99, "width", 80),
        },
        flow: match given.get(99, "default_flow_style") {
            Some(value) if !value.is_none() => Some(value.is_true()),
            Some(_) | None => flow,
        },
        sort: given.truth(99, "sort_keys", true),
        unicode: given.truth(99, "allow_unicode", true),
    };
    Ok(python_yaml::dump(&to_json(state, value)?, layout))
}

fn truth(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    if value.is_none() || value.kind() == ValueKind::Bool {
        return Ok(value);
    }
    let text = text(state, &value)?.to_lowercase();
    Ok(Value::from(matches!(text.as_str(), "yes" | "on" | "1" | "true") || value == Value::from(1)))
}

fn ternary(value: Value, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let given = Arguments::of(given)?;
    let (Some(yes), Some(no)) = (given.get(0, "true_val"), given.get(1, "false_val")) else {
        return Err(wrong("`ternary` needs two values"));
    };
    Ok(match given.get(2, "none_val").filter(|none| !none.is_none()) {
        Some(none) if value.is_none() => none,
        Some(_) | None if value.is_true() => yes,
        Some(_) | None => no,
    })
}

fn mandatory(state: &State<'_, '_>, value: Value, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    if value.is_undefined() {
        let said = Arguments::of(given)?.text(state, 0, "msg")?;
        return Err(wrong(said.unwrap_or_else(|| "Mandatory variable not defined.".to_owned())));
    }
    Ok(value)
}

/// `shlex.quote`.
fn shell_quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if text.is_empty() {
        "''".to_owned()
    } else if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\"'\"'"))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash(text: &str, kind: &str) -> Result<Value, Error> {
    let bytes = text.as_bytes();
    Ok(Value::from(match kind {
        "sha1" => hex(&sha1::Sha1::digest(bytes)),
        "sha224" => hex(&sha2::Sha224::digest(bytes)),
        "sha256" => hex(&sha2::Sha256::digest(bytes)),
        "sha384" => hex(&sha2::Sha384::digest(bytes)),
        "sha512" => hex(&sha2::Sha512::digest(bytes)),
        other => return Err(wrong(format!("the digest `{other}` is not supported"))),
    }))
}

/// A version 5 UUID in the name space of Ansible (its documented constant).
fn uuid(text: &str) -> String {
    const SPACE: [u8; 16] = [0x36, 0x1e, 0x6d, 0x51, 0xfa, 0xec, 0x44, 0x4a, 0x90, 0x79, 0x34, 0x13, 0x86, 0xda, 0x8e, 0x2e];
    let mut digest = sha1::Sha1::new();
    digest.update(SPACE);
    digest.update(text.as_bytes());
    let mut bytes: Vec<u8> = digest.finalize().iter().copied().take(16).collect();
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let all = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &all[..8], &all[8..12], &all[12..16], &all[16..20], &all[20..])
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 (RFC 4648, section 4).
fn encode_base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let index = usize::try_from(word >> (18 - 6 * at) & 63).unwrap_or_default();
            out.push(if at > chunk.len() { '=' } else { char::from(BASE64[index]) });
        }
    }
    out
}

fn decode_base64(text: &str) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let (mut word, mut bits) = (0u32, 0);
    for c in text.bytes().filter(|c| *c != b'=' && !c.is_ascii_whitespace()) {
        let index = BASE64.iter().position(|known| *known == c).ok_or_else(|| wrong("it is no base64"))?;
        word = (word << 6 | u32::try_from(index).unwrap_or_default()) & 0xff_ffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(word >> bits & 0xff).unwrap_or_default());
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong("it is no text"))
}

fn dirname(path: &str) -> String {
    match path.rfind('/') {
        Some(at) => {
            let head = &path[..=at];
            let trimmed = head.trim_end_matches('/');
            if trimmed.is_empty() { head.to_owned() } else { trimmed.to_owned() }
        }
        None => String::new(),
    }
}

/// `os.path.splitext`.
fn split_ending(path: &str) -> Value {
    let name = path.rfind('/').map_or(0, |at| at + 1);
    let stem = path[name..].trim_start_matches('.');
    let at = match stem.rfind('.') {
        Some(dot) => path.len() - stem.len() + dot,
        None => path.len(),
    };
    Value::from_object(Tuple::from([Value::from(&path[..at]), Value::from(&path[at..])]))
}

fn type_name(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "Undefined",
        ValueKind::None => "NoneType",
        ValueKind::Bool => "bool",
        ValueKind::Number if value.is_integer() => "int",
        ValueKind::Number => "float",
        ValueKind::String => "str",
        ValueKind::Bytes => "bytes",
        ValueKind::Seq if value.is_tuple() => "tuple",
        ValueKind::Seq => "list",
        ValueKind::Map => "dict",
        ValueKind::Iterable => "generator",
        _ => "object",
    }
}
