//! What a scalar without quotes is.

use serde_json::Value;

/// Resolves a plain scalar. A day or a time stays a text, as it was written.
pub fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Value::Bool(false),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Value::String(text.to_owned());
    }
    if let Some(number) = int(text) {
        return number;
    }
    if let Some(number) = float(text).and_then(serde_json::Number::from_f64) {
        return Value::Number(number);
    }
    Value::String(text.to_owned())
}

/// A whole number: decimal, `0b…`, `0…` (octal), `0x…`, or sexagesimal such as `1:30`.
fn int(text: &str) -> Option<Value> {
    let (negative, digits) = signed(text);
    let plain = digits.replace('_', "");
    let radix = |digits: &str, radix| i64::from_str_radix(digits, radix).ok();
    let all = |test: fn(char) -> bool| !digits.is_empty() && digits.chars().all(|c| c == '_' || test(c));
    let value = if digits == "0" {
        0
    } else if let Some(rest) = plain.strip_prefix("0b") {
        radix(rest, 2)?
    } else if let Some(rest) = plain.strip_prefix("0x") {
        radix(rest, 16)?
    } else if digits.starts_with('0') && all(|c| matches!(c, '0'..='7')) {
        radix(&plain, 8)?
    } else if digits.starts_with(|c: char| matches!(c, '1'..='9')) && all(|c| c.is_ascii_digit()) {
        // Python's numbers have no end; one that does not fit stays a text.
        match plain.parse::<i64>() {
            Ok(value) => value,
            Err(_) => return plain.parse::<u64>().ok().filter(|_| !negative).map(|value| Value::Number(value.into())),
        }
    } else if digits.starts_with(|c: char| matches!(c, '1'..='9')) && digits.contains(':') {
        sexagesimal(&plain)?
    } else {
        return None;
    };
    Some(Value::Number(if negative { value.checked_neg()? } else { value }.into()))
}

fn sexagesimal(text: &str) -> Option<i64> {
    let mut value = 0i64;
    for (at, part) in text.split(':').enumerate() {
        let number: i64 = part.parse().ok().filter(|_| part.chars().all(|c| c.is_ascii_digit()))?;
        if at > 0 && (number > 59 || part.len() > 2) {
            return None;
        }
        value = value.checked_mul(60)?.checked_add(number)?;
    }
    Some(value)
}

/// A number with a point; an exponent needs its sign.
fn float(text: &str) -> Option<f64> {
    let (negative, digits) = signed(text);
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let number = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    if !number(whole) || !number(fraction) || (whole.is_empty() && !fraction.starts_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    if whole.starts_with('_') {
        return None;
    }
    if let Some(exponent) = exponent {
        let rest = exponent.strip_prefix(['+', '-'])?;
        if rest.is_empty() || !rest.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
    }
    let value: f64 = digits.replace('_', "").parse().ok()?;
    Some(if negative { -value } else { value })
}

fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Whether PyYAML reads `text` as something else than a text where it stands without quotes.
pub(super) fn is_resolved(text: &str) -> bool {
    if !matches!(plain(text), Value::String(_)) || matches!(text, "<<" | "=" | ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (_, digits) = signed(text);
    if matches!(digits, ".inf" | ".Inf" | ".INF") || is_time(text) {
        return true;
    }
    // A whole number beyond 64 bits, and 1:30.5.
    let digit = |c: char| c.is_ascii_digit() || c == '_';
    !digits.is_empty() && digits.starts_with(|c: char| matches!(c, '1'..='9')) && digits.chars().all(digit) || sexagesimal_float(digits)
}

fn sexagesimal_float(digits: &str) -> bool {
    let Some((minutes, fraction)) = digits.split_once('.') else { return false };
    let Some((first, rest)) = minutes.split_once(':') else { return false };
    let number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '_');
    number(first)
        && rest.split(':').all(|part| part.len() <= 2 && part.parse::<u8>().is_ok_and(|part| part < 60))
        && fraction.chars().all(|c| c.is_ascii_digit() || c == '_')
}

/// A day `2026-11-23`, or a day with a time.
fn is_time(text: &str) -> bool {
    let number = |part: &str, least: usize, most: usize| (least..=most).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit());
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    if !number(year, 4, 4) || !number(month, 1, 2) {
        return false;
    }
    let day = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    if day == 0 || day > 2 {
        return false;
    }
    let after = &rest[day..];
    if after.is_empty() {
        return month.len() == 2 && day == 2;
    }
    let time = after.trim_start_matches(['T', 't', ' ', '\t']);
    let mut clock = time.splitn(3, ':');
    time.len() < after.len()
        && clock.next().is_some_and(|hour| number(hour, 1, 2))
        && clock.next().is_some_and(|minute| number(minute, 2, 2))
        && clock.next().is_some_and(|second| second.starts_with(|c: char| c.is_ascii_digit()))
}
