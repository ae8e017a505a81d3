//! Tells a provider's token from a string that only begins like one.

use super::allowance;
use super::checksum::{self, Checksum};
use super::formats::{Before, FORMATS, Format, Part};
use super::shape::{self, Set};
use super::{Confidence, Recognised, SecretHit};

/// Judges the text after a prefix that stands at `at`; `format` is its row.
pub(super) fn judge(format: usize, text: &[u8], at: usize) -> Option<SecretHit> {
    let format = FORMATS.get(format)?;
    if !text.get(at..)?.starts_with(format.prefix.as_bytes()) || (format.before == Before::Edge && !begins(text, at)) {
        return None;
    }
    let body = at + format.prefix.len();
    let end = end_of(format.parts, text, body)?;
    let token = &text[at..end];
    let tail = &text[body..end];
    let verified = checksum::check(format.checksum, token, tail);
    if verified != Checksum::Valid && !plausible(format, tail) {
        return None;
    }
    let signer = format.rule == "aws-access-key" && allowance::in_signed_address(text, at);
    if signer || allowance::in_blob(text, at) || allowance::is_published(token) {
        return None;
    }
    let confidence = match verified {
        Checksum::Valid | Checksum::None => Confidence::High,
        Checksum::Invalid => Confidence::Medium,
    };
    Some(SecretHit { rule: format.rule, title: format.title, range: at..end, confidence, by: Recognised::Format, verified })
}

/// Whether a token may begin at `at`: what stands before is no part of a word, or it is the end of an escape.
pub(super) fn begins(text: &[u8], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|place| text.get(place)).copied();
    match before(1) {
        None => true,
        Some(b'n' | b't' | b'r') if before(2) == Some(b'\\') => true,
        Some(byte) if byte.is_ascii_hexdigit() && before(3) == Some(b'%') && before(2).is_some_and(|byte| byte.is_ascii_hexdigit()) => true,
        Some(byte) if byte.is_ascii_digit() && before(6) == Some(b'\\') && before(5) == Some(b'u') => true,
        // A colour of a terminal ends with `m`.
        Some(b'm') => text[at.saturating_sub(6)..at].contains(&b'['),
        Some(b'-') => !before(2).is_some_and(|byte| byte.is_ascii_alphanumeric()),
        Some(byte) => !byte.is_ascii_alphanumeric() && byte != b'_',
    }
}

/// Returns where the parts end, when all of them are there and nothing of the last one's kind follows.
fn end_of(parts: &[Part], text: &[u8], mut at: usize) -> Option<usize> {
    let mut last = Set::Alnum;
    for part in parts {
        match part {
            Part::Literal(literal) => {
                if !text[at.min(text.len())..].starts_with(literal.as_bytes()) {
                    return None;
                }
                at += literal.len();
            }
            Part::Run(set, min, max) => {
                // Fixed parts in the middle are cut at their length; the last one has to end there by itself.
                let run = set.run(text, at, *max);
                if run < *min {
                    return None;
                }
                at += run;
                last = *set;
            }
        }
    }
    let follows = text.get(at).is_some_and(|byte| last.has(*byte) || byte.is_ascii_alphanumeric() || *byte == b'_');
    if follows { None } else { Some(at) }
}

/// Whether what follows a prefix looks made by a machine.
fn plausible(format: &Format, tail: &[u8]) -> bool {
    // Numbers of accounts and versions stand beside the random part; they say nothing about it.
    let parts = tail.split(|byte| !byte.is_ascii_alphanumeric()).filter(|part| !Set::Digits.holds(part));
    let longest = parts.clone().max_by_key(|part| part.len()).unwrap_or_default();
    let letters: Vec<u8> = if longest.len() >= 20 { longest.to_vec() } else { parts.flatten().copied().collect() };
    if letters.len() < 12 || shape::stands_in(tail) || !shape::varied(&letters) {
        return false;
    }
    // Capitals and digits of a fixed length are no word, whatever they spell; nor are hexadecimal digits.
    if matches!(format.parts, [Part::Run(Set::Upper | Set::Hex, ..)]) || shape::mixes(&letters) {
        return true;
    }
    // Prefixes of three or four characters are also parts of ordinary names.
    let short = format.prefix.len() <= 4;
    shape::unspelled(tail) >= if short { 0.2 } else { 0.13 }
        || (letters.iter().any(u8::is_ascii_digit) && shape::spreads(&letters) && shape::wordiness(tail) < if short { 0.45 } else { 0.6 })
}
