//! Judges a value that a name says is secret: real, or a stand-in.

use super::Confidence;
use super::allowance;
use super::names::{Holds, Name};
use super::shape::{self, Set};

/// The longest value that is judged; longer ones are data.
pub(super) const LONGEST: usize = 600;

/// Words that say that a value is to be put here.
const STAND_INS: &[&str] = &[
    "change",
    "example",
    "sample",
    "dummy",
    "fake",
    "mock",
    "your",
    "todo",
    "none",
    "null",
    "placeholder",
    "insert",
    "replace",
    "hidden",
    "redact",
    "undefined",
    "unknown",
    "xxx",
    "enter",
    "string",
    "required",
    "optional",
    "test",
    "demo",
    "here",
    "hunter2",
    "foobar",
    "invalid",
    "wrong",
    "correct",
    "horse",
    "true",
    "false",
    "local",
    "abcd",
    "123456",
];

/// Words of passwords that a machine is delivered with, and that everybody tries first.
const COMMON: &[&str] = &[
    "password", "passwort", "passwd", "passw0rd", "p@ssw0rd", "p@ssword", "pa$$word", "p@55w0rd", "secret", "admin", "root", "postgres",
    "mysql", "mongo", "redis", "rabbit", "guest", "user", "minio", "default", "letmein", "welcome", "qwerty", "token", "apikey", "api_key",
    "abc", "12345", "54321", "pass", "pwd", "grafana", "airflow", "mlflow", "prefect", "neo4j", "elastic",
];

/// Judges a value. `quoted` says whether it stood in quotes.
pub(super) fn judge(name: Name, value: &[u8], quoted: bool) -> Option<Confidence> {
    if value.len() > LONGEST
        || !value.iter().all(|byte| byte.is_ascii_graphic())
        || allowance::refers(value)
        || allowance::is_published(value)
    {
        return None;
    }
    match name.holds {
        Holds::Password => password(value, quoted).or_else(|| machine_made(value).filter(|_| value.len() >= 16)),
        Holds::Token if name.uuid && shape::is_uuid(value) && !shape::stands_in(value) && shape::spreads(&hex_of(value)) => {
            Some(Confidence::Medium)
        }
        Holds::Token => machine_made(value),
        Holds::Auth => login(value).or_else(|| machine_made(value)),
    }
}

fn hex_of(value: &[u8]) -> Vec<u8> {
    value.iter().copied().filter(u8::is_ascii_hexdigit).collect()
}

/// Judges a password: real-looking are those with characters of three kinds, or long ones that read as no words.
pub(super) fn password(value: &[u8], quoted: bool) -> Option<Confidence> {
    let upper = value.iter().any(u8::is_ascii_uppercase);
    if value.len() < 8
        || value.len() > 128
        || stands_in(value)
        || shape::patterned(value)
        || (!upper && is_identifier(value))
        || allowance::is_public(value)
    {
        return None;
    }
    let lower = value.iter().any(u8::is_ascii_lowercase);
    let digit = value.iter().any(u8::is_ascii_digit);
    let sign = value.iter().any(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-' | b'.'));
    // Signs of expressions and of markup, not of passwords, where nothing quotes the value.
    let expression =
        !quoted && value.iter().any(|byte| matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b'|' | b'\\' | b'`'));
    let call = value.ends_with(b"()") || memchr::memmem::find(value, b"://").is_some() || memchr::memchr2(b'<', b'>', value).is_some();
    if expression || call {
        return None;
    }
    let kinds = [lower, upper, digit, sign].iter().filter(|kind| **kind).count();
    let words = shape::wordiness(value);
    let distinct = shape::entropy(value) >= 2.5;
    // Letters alone, in both sizes, that no word is made of.
    if only_letters(value) && upper && lower && value.len() >= 14 && distinct && shape::unspelled(value) >= 0.3 {
        return Some(Confidence::Medium);
    }
    if !distinct || !(digit || (sign && kinds >= 3)) {
        return None;
    }
    // Decorated with capitals, digits and signs, a common word is a password that somebody chose.
    if is_common(value) {
        return (kinds == 4 && value.len() >= 12).then_some(Confidence::Medium);
    }
    match kinds {
        4 => Some(Confidence::High),
        3 if words < 0.75 || sign => Some(Confidence::Medium),
        2 if value.len() >= 10 && words < 0.5 => Some(Confidence::Medium),
        _ => None,
    }
}

fn only_letters(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_alphabetic)
}

/// Whether a value says that a password is to be put here.
fn stands_in(value: &[u8]) -> bool {
    holds(value, STAND_INS)
}

/// Whether a password is one of those that everybody tries first, with or without decoration.
pub(super) fn is_common(value: &[u8]) -> bool {
    holds(value, COMMON) || stands_in(value)
}

fn holds(value: &[u8], words: &[&str]) -> bool {
    let lower = value.to_ascii_lowercase();
    words.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
}

/// Judges a key or token that a machine made.
pub(super) fn machine_made(value: &[u8]) -> Option<Confidence> {
    let length = value.len();
    if !(12..=LONGEST).contains(&length) || allowance::is_public(value) || shape::stands_in(value) {
        return None;
    }
    if !value
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-.~+/=:!@#$%^&*|,".contains(byte) || (length >= 40 && matches!(byte, b'(' | b')')))
    {
        return None;
    }
    let letters: Vec<u8> = value.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let digits = letters.iter().filter(|byte| byte.is_ascii_digit()).count();
    let hex = letters.iter().all(u8::is_ascii_hexdigit);
    let share = if length >= 32 { 65 } else { 80 };
    if letters.len() * 100 < length * share || digits == letters.len() {
        return None;
    }
    let upper = letters.iter().any(u8::is_ascii_uppercase);
    let lower = letters.iter().any(u8::is_ascii_lowercase);
    if hex {
        return (length >= 24 && digits >= 4 && digits < length && shape::spreads(&letters)).then_some(if length >= 32 {
            Confidence::High
        } else {
            Confidence::Medium
        });
    }
    if !upper && is_identifier(value) {
        return None;
    }
    let words = shape::wordiness(value);
    // Paths, names of modules and lists of words have the letters of a token, and read as words.
    let mixes = shape::mixes(value) || (length >= 20 && shape::unspelled(value) >= 0.25);
    if (words >= 0.6 && !mixes)
        || (digits == 0 && ((words >= 0.4 && !mixes) || !(upper && lower) || length < 20))
        || !shape::spreads(&letters)
    {
        return None;
    }
    if digits == 1 && words > 0.35 && !mixes {
        return None;
    }
    match length {
        24.. => Some(Confidence::High),
        16.. if digits >= 2 => Some(Confidence::Medium),
        12.. if digits >= 2 && upper && lower && words < 0.4 => Some(Confidence::Low),
        _ => None,
    }
}

/// Whether a value in small letters is a name of several short parts: `encrypt_blocks_32`, `my-job-2024-01`.
fn is_identifier(value: &[u8]) -> bool {
    let parts: Vec<&[u8]> = value.split(|byte| matches!(byte, b'_' | b'-' | b'.' | b'/' | b':')).collect();
    parts.len() >= 3 && parts.iter().all(|part| part.len() < 16)
}

/// Judges a login in base64: `user:password`.
pub(super) fn login(value: &[u8]) -> Option<Confidence> {
    if value.len() < 12 || Set::Base64.run(value, 0, value.len()) + value.iter().filter(|byte| **byte == b'=').count() != value.len() {
        return None;
    }
    let plain = shape::base64(value, 600)?;
    let colon = memchr::memchr(b':', &plain)?;
    let (user, secret) = (&plain[..colon], &plain[colon + 1..]);
    let readable = plain.iter().all(u8::is_ascii_graphic);
    if !readable || user.is_empty() || secret.len() < 6 || is_common(secret) || user == secret || allowance::refers(secret) {
        return None;
    }
    password(secret, true).or_else(|| machine_made(secret)).map(|_| Confidence::High)
}

/// Judges a value in base64 as cluster secrets keep it: what it decodes to decides.
pub(super) fn wrapped(value: &[u8]) -> Option<Confidence> {
    if value.len() < 12 || !value.len().is_multiple_of(4) {
        return None;
    }
    let plain = shape::base64(value, 600)?;
    let plain = plain.trim_ascii();
    if plain.len() < 8 || !plain.iter().all(u8::is_ascii_graphic) || allowance::refers(plain) {
        return None;
    }
    password(plain, true).or_else(|| machine_made(plain))
}

/// Whether a value in base64 decodes to readable text: then what it decodes to decides.
pub(super) fn is_wrapped_text(value: &[u8]) -> bool {
    value.len() >= 8
        && value.len().is_multiple_of(4)
        && shape::base64(value, 600)
            .is_some_and(|plain| plain.len() >= 5 && plain.iter().all(|byte| byte.is_ascii_graphic() || *byte == b'\n' || *byte == b' '))
}
