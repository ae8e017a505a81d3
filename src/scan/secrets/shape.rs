//! The shape of strings: sets of characters, how random a string looks, and whether it is a word or a placeholder.

/// A set of ASCII characters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Set {
    /// `0-9`
    Digits,
    /// `0-9A-Za-z`
    Alnum,
    /// `0-9a-f`
    Hex,
    /// `0-9A-Z`
    Upper,
    /// `0-9a-z`
    Lower,
    /// `0-9A-Za-z_-`
    Url64,
    /// `0-9A-Za-z_.-`
    Dotted,
    /// `0-9A-Za-z+/`
    Base64,
    /// `0-9A-Za-z_-=+.` and the percent sign: what tokens with padding use.
    Padded,
    /// `0-9A-Za-z/`
    Path,
}

impl Set {
    /// Whether the set has a character.
    pub(super) fn has(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            Self::Upper => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::Lower => byte.is_ascii_digit() || byte.is_ascii_lowercase(),
            Self::Url64 => byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-',
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Base64 => byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/',
            Self::Padded => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'=' | b'+' | b'.' | b'%'),
            Self::Path => byte.is_ascii_alphanumeric() || byte == b'/',
        }
    }

    /// Returns how many bytes from `at` on are in the set, at most `limit`.
    pub(super) fn run(self, text: &[u8], at: usize, limit: usize) -> usize {
        text[at.min(text.len())..].iter().take(limit).take_while(|byte| self.has(**byte)).count()
    }

    /// Returns how many bytes before `at` are in the set, at most `limit`.
    pub(super) fn run_back(self, text: &[u8], at: usize, limit: usize) -> usize {
        text[..at.min(text.len())].iter().rev().take(limit).take_while(|byte| self.has(**byte)).count()
    }

    /// Whether all of a string is in the set.
    pub(super) fn holds(self, text: &[u8]) -> bool {
        text.iter().all(|byte| self.has(*byte))
    }
}

/// Returns Shannon's entropy of a string in bits a character.
pub(super) fn entropy(text: &[u8]) -> f64 {
    if text.is_empty() {
        return 0.0;
    }
    let mut counts = [0u32; 256];
    for byte in text {
        counts[usize::from(*byte)] += 1;
    }
    let total = text.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total).map(|share| -share * share.log2()).sum()
}

/// Whether a string spreads over its characters as a random one of its length and alphabet does.
pub(super) fn spreads(text: &[u8]) -> bool {
    // A random string of 20 to 100 characters reaches 0.86 to 0.99 of the most; words and patterns stay below 0.8.
    reaches(text, 0.78)
}

/// Whether a string is varied enough to be the random part of a token whose form is known: one in a million of them is not.
pub(super) fn varied(text: &[u8]) -> bool {
    reaches(text, 0.64)
}

fn reaches(text: &[u8], share: f64) -> bool {
    let alphabet: f64 = if Set::Digits.holds(text) {
        10.0
    } else if text.iter().all(u8::is_ascii_hexdigit) {
        16.0
    } else if Set::Upper.holds(text) || Set::Lower.holds(text) {
        36.0
    } else {
        62.0
    };
    let most = alphabet.min(text.len() as f64).log2();
    entropy(text) >= share * most && longest_step(text) < 6
}

/// Returns the longest run of the same step from character to character: `aaaa`, `1234`, `fedc`.
fn longest_step(text: &[u8]) -> usize {
    let mut longest = 1;
    let mut run = 1;
    let mut step = None;
    for pair in text.windows(2) {
        let next = i16::from(pair[1]) - i16::from(pair[0]);
        if next.abs() <= 1 && step == Some(next) {
            run += 1;
        } else {
            run = if next.abs() <= 1 { 2 } else { 1 };
        }
        step = Some(next);
        longest = longest.max(run);
    }
    longest
}

/// Returns the share of characters that belong to things that read as words: `model-name`, `SomeClassName`, `eos_token`.
pub(super) fn wordiness(text: &[u8]) -> f64 {
    let mut in_words = 0;
    let mut start = 0;
    let close = |start: usize, end: usize| {
        let part = &text[start..end];
        let vowels = part.iter().filter(|byte| matches!(byte.to_ascii_lowercase(), b'a' | b'e' | b'i' | b'o' | b'u' | b'y')).count();
        let reads = part.len() >= 3 && vowels * 5 >= part.len() && vowels * 4 <= part.len() * 3;
        if reads { part.len() } else { 0 }
    };
    for at in 0..text.len() {
        let byte = text[at];
        let breaks = !byte.is_ascii_alphabetic() || (at > start && byte.is_ascii_uppercase() && !text[at - 1].is_ascii_uppercase());
        if breaks {
            in_words += close(start, at);
            start = if byte.is_ascii_alphabetic() { at } else { at + 1 };
        } else if at > start + 1 && byte.is_ascii_lowercase() && text[at - 1].is_ascii_uppercase() && text[at - 2].is_ascii_uppercase() {
            in_words += close(start, at - 1);
            start = at - 1;
        }
    }
    in_words += close(start.min(text.len()), text.len());
    in_words as f64 / text.iter().filter(|byte| byte.is_ascii_alphanumeric()).count().max(1) as f64
}

/// Whether a string mixes its characters as no word does: letters and digits alternate, or capitals and small letters do.
pub(super) fn mixes(text: &[u8]) -> bool {
    let turns = text
        .windows(2)
        .filter(|pair| {
            pair[0].is_ascii_alphanumeric() && pair[1].is_ascii_alphanumeric() && pair[0].is_ascii_digit() != pair[1].is_ascii_digit()
        })
        .count();
    let upper = text.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    let lower = text.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    let plain = text.iter().all(|byte| byte.is_ascii_alphanumeric());
    turns >= 5 || (plain && text.len() >= 20 && upper * 10 >= (upper + lower) * 3 && lower * 10 >= (upper + lower) * 3)
}

/// Pairs of letters that words in English and in code are made of: 298 of 676, which are 97 of 100 pairs there. A row for
/// each first letter, a bit for each second; counted over the words of some thirty public repositories.
const PAIRS: [u32; 26] = [
    0x1febd6e, 0x0164911, 0x01e4d95, 0x016497b, 0x1fff97f, 0x01a4931, 0x016f9d1, 0x01a4111, 0x2aefc7f, 0x0000010, 0x0040111, 0x13ed91f,
    0x014d913, 0x03efd7d, 0x0fefd6f, 0x11ec991, 0x0100000, 0x13efd7f, 0x15eddb5, 0x11ef9bf, 0x00eb95f, 0x0004111, 0x0066191, 0x0088114,
    0x00ce110, 0x0000011,
];

/// Returns the share of pairs of letters that words are not made of: about a half in random letters, hardly any in names,
/// however they are joined.
pub(super) fn unspelled(text: &[u8]) -> f64 {
    let letter = |byte: u8| byte.is_ascii_alphabetic().then(|| usize::from(byte.to_ascii_lowercase() - b'a'));
    let (mut pairs, mut odd) = (0u32, 0u32);
    for pair in text.windows(2) {
        if let (Some(first), Some(second)) = (letter(pair[0]), letter(pair[1])) {
            pairs += 1;
            odd += u32::from(PAIRS[first] >> second & 1 == 0);
        }
    }
    // A handful of pairs says nothing.
    if pairs < 6 { 0.0 } else { f64::from(odd) / f64::from(pairs) }
}

/// Words that people write where a secret goes. Short ones would turn up in random strings.
const STAND_INS: &[&str] = &[
    "example",
    "your",
    "placeholder",
    "dummy",
    "change",
    "replace",
    "redact",
    "insert",
    "fake",
    "sample",
    "xxxx",
    "todo",
    "foobar",
    "notreal",
    "token",
    "secret",
    "password",
    "passwd",
    "apikey",
    "api_key",
    "api-key",
    "invalid",
    "abcdef",
    "123456",
    "qwerty",
    "deadbeef",
    "987654",
    "test",
    "mock",
    "****",
    "....",
    "____",
    "----",
    "here",
    "1a2b3c",
    "a1b2c3",
    "q1w2e3",
];

/// Whether a string stands in for a secret: it holds a word that says so, a sequence, or hardly any characters.
pub(super) fn stands_in(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    STAND_INS.iter().any(|word| says(text, &lower, word.as_bytes())) || patterned(text)
}

/// Whether a string holds a word as people write it: small, in capitals, or with one capital in front. Random letters that
/// spell it in a mix do not count.
fn says(text: &[u8], lower: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find_iter(lower, word).any(|at| {
        let written = &text[at..at + word.len()];
        let capitals = written.iter().filter(|byte| byte.is_ascii_uppercase()).count();
        let letters = written.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
        capitals == 0 || capitals == letters || (capitals == 1 && written[0].is_ascii_uppercase()) || word.len() > 5
    })
}

/// Whether a string follows a pattern: a long sequence, or the same few characters again and again.
pub(super) fn patterned(text: &[u8]) -> bool {
    longest_step(text) >= 6 || repeats(text)
}

/// Whether a string is the same few characters again and again.
fn repeats(text: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in text {
        seen[usize::from(*byte)] = true;
    }
    let distinct = seen.iter().filter(|seen| **seen).count();
    let period = (1..=text.len() / 3).take(16).any(|period| text.iter().zip(&text[period..]).all(|(a, b)| a == b));
    period || distinct * 8 < text.len().min(64) || distinct <= 3
}

/// Whether a string is a UUID: an identifier, unless its name says otherwise.
pub(super) fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Decodes base64, in either alphabet, with or without padding, up to `limit` bytes; `None` where it is something else.
pub(super) fn base64(text: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
        if bytes.len() >= limit {
            break;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_words_from_random_strings() {
        assert!(wordiness(b"my-service-account") > 0.8);
        assert!(wordiness(b"SomeLongClassName") > 0.8);
        assert!(wordiness(b"x9Kq2vLp0ZtRw8Bn4") < 0.3);
        assert!(spreads(b"x9Kq2vLp0ZtRw8Bn4mYc"));
        assert!(!spreads(b"aaaaaaaabbbbbbbbcccc"));
        assert!(stands_in(b"abcabcabcabcabc") && stands_in(b"Your-Key-Goes") && stands_in(b"000000000000x"));
        assert!(!stands_in(b"x9Kq2vLp0ZtRw8Bn4mYc"));
        assert!(unspelled(b"LlamaForSequenceClassificationModel") < 0.1 && unspelled(b"my-gitlab-access-key") < 0.1);
        assert!(unspelled(b"HszjjaXtSeVwQwSkhv") > 0.3 && unspelled(b"jeoRMgeHdVbljiSvso") > 0.3);
    }

    #[test]
    fn decodes_both_alphabets() {
        assert_eq!(base64(b"dXNlcjpwdw==", 64).as_deref(), Some(&b"user:pw"[..]));
        assert_eq!(base64(b"_-8", 64).as_deref(), Some(&[0xff, 0xef][..]));
        assert_eq!(base64(b"no base64", 64), None);
    }
}
