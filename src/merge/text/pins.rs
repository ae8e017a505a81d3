//! Pins inside lines: one by commit or digest never gives way to a weaker one, and of two the higher is taken.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::merge::rule::Rule;
use crate::merge::version::{self, Choice, Pin, STRONGER_PIN, Strength};

/// Longer lines hold no pin for people.
const LONGEST: usize = 2000;

/// Splits a line into words that could be pins and what stands between them.
fn parts(line: &[u8]) -> Vec<&[u8]> {
    let between = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b',' | b'(' | b')' | b'{' | b'}' | b'`' | b';');
    line.chunk_by(|one, other| between(*one) == between(*other)).collect()
}

/// Reads a word as a pin of something: what, and how exactly.
fn pin(word: &[u8]) -> Option<Pin> {
    let word = std::str::from_utf8(word).ok()?;
    if !word.contains('@') && !word.contains(':') {
        return None;
    }
    Pin::parse(word).filter(|pin| !pin.subject.is_empty())
}

/// Returns the pins by commit or digest, by what they pin, as they are spelled with the comment behind them. What is pinned
/// to different ones is left out.
fn fixed<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> BTreeMap<String, &'a [u8]> {
    let mut found: BTreeMap<String, Option<&[u8]>> = BTreeMap::new();
    for line in lines.into_iter().filter(|line| line.len() <= LONGEST && line.contains(&b'@')) {
        let mut at = 0;
        for part in parts(line) {
            if let Some(pin) = pin(part).filter(|pin| pin.strength == Strength::Fixed) {
                let spelled = with_comment(line, at, part.len());
                found.entry(pin.subject).and_modify(|other| *other = other.filter(|other| *other == spelled)).or_insert(Some(spelled));
            }
            at += part.len();
        }
    }
    found.into_iter().filter_map(|(subject, spelled)| Some((subject, spelled?))).collect()
}

/// Returns the word at a place of a line, with a comment that follows it and ends the line.
fn with_comment(line: &[u8], at: usize, length: usize) -> &[u8] {
    let rest = line.get(at + length..).unwrap_or_default();
    let comment = rest.trim_ascii_start().starts_with(b"#") && rest.first().is_some_and(u8::is_ascii_whitespace);
    let end = if comment { line.len() } else { at + length };
    line.get(at..end).unwrap_or_default()
}

/// Returns lines of the road in which what the project pins by commit or digest is pinned so, and which lines these are.
pub(in crate::merge) fn keep<'a>(ours: &[&'a [u8]], theirs: &[&'a [u8]]) -> (Vec<Cow<'a, [u8]>>, Vec<usize>) {
    let mut kept = Vec::new();
    let pins = fixed(ours.iter().copied());
    let replace = |line: &'a [u8]| -> Option<Vec<u8>> {
        if pins.is_empty() || line.len() > LONGEST {
            return None;
        }
        let mut at = 0;
        for part in parts(line) {
            if let Some(weak) = pin(part).filter(|pin| pin.strength < Strength::Fixed)
                && let Some(strong) = pins.get(&weak.subject)
            {
                let old = with_comment(line, at, part.len());
                return Some([line.get(..at)?, strong, line.get(at + old.len()..)?].concat());
            }
            at += part.len();
        }
        None
    };
    let lines = theirs
        .iter()
        .enumerate()
        .map(|(at, line)| match replace(line) {
            Some(stronger) => {
                kept.push(at);
                Cow::Owned(stronger)
            }
            None => Cow::Borrowed(*line),
        })
        .collect();
    (lines, kept)
}

/// Whether something that `before` pins by commit or digest is pinned weaker in `after`.
pub(in crate::merge) fn weakened(before: &[&[u8]], after: &[Vec<u8>]) -> bool {
    let had = fixed(before.iter().copied());
    !had.is_empty()
        && after
            .iter()
            .any(|line| parts(line).into_iter().filter_map(pin).any(|pin| pin.strength < Strength::Fixed && had.contains_key(&pin.subject)))
}

/// Whether a line is an item of a list of pins or names, a pin under a key, or nothing but a bracket.
pub(super) fn is_of_a_list(line: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(line) else { return false };
    let text = text.trim().trim_start_matches("- ").trim_end_matches(',');
    if text.chars().all(|sign| "[](){},".contains(sign)) || text.starts_with('#') {
        return true;
    }
    let value = text.split_once(" = ").or_else(|| text.split_once(": ")).map_or(text, |(_, value)| value);
    let quoted = text.starts_with(['"', '\'']) && !text.contains(": ") && !text.contains(" = ");
    let name = |text: &str| !text.is_empty() && text.chars().all(|sign| sign.is_alphanumeric() || "-_.[]/@+".contains(sign));
    if quoted {
        let inner = text.trim_matches(['"', '\'']);
        return name(inner) || Pin::parse(inner).is_some();
    }
    value != text && Pin::parse(value).is_some() || value == text && name(text)
}

/// Merges lines word by word where all that both sides changed are pins of one thing: of these the better is taken.
pub(super) fn by_word(base: &[&[u8]], ours: &[&[u8]], theirs: &[&[u8]]) -> Option<(Vec<Vec<u8>>, &'static Rule)> {
    if base.len() != ours.len() || base.len() != theirs.len() {
        return None;
    }
    let mut rule = None;
    let mut lines = Vec::new();
    for ((b, o), t) in base.iter().zip(ours).zip(theirs) {
        let (b, o, t) = (parts(b), parts(o), parts(t));
        if b.len() != o.len() || b.len() != t.len() {
            return None;
        }
        // In a line that both sides changed, what one side alone changed may be what the pin belongs to.
        let both = b != o && b != t && o != t;
        let mut line = Vec::new();
        for ((b, o), t) in b.into_iter().zip(o).zip(t) {
            if both && o != t && (b == o || b == t) {
                return None;
            }
            let text = |word| std::str::from_utf8(word).ok();
            line.extend_from_slice(match (o == t || b == t, b == o) {
                (true, _) => o,
                (false, true) => t,
                (false, false) => match version::choose(text(b), text(o)?, text(t)?)? {
                    Choice::Ours(by) => {
                        rule = Some(by);
                        o
                    }
                    Choice::Theirs(by) => {
                        rule = Some(by);
                        t
                    }
                },
            });
        }
        lines.push(line);
    }
    rule.map(|rule| (lines, rule))
}

/// The rule by which a pin stays.
pub(super) static KEPT: &Rule = &STRONGER_PIN;
