//! What lines say, without how they are laid out.

use std::collections::HashMap;

/// Splits lines into words and signs. Blanks and line ends between them do not count.
pub(super) fn words<'a>(lines: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut words = Vec::new();
    for line in lines {
        let mut rest = *line;
        while let Some(first) = rest.first() {
            let length = if is_word(*first) { rest.iter().take_while(|byte| is_word(**byte)).count() } else { 1 };
            let (word, after) = rest.split_at(length);
            if !first.is_ascii_whitespace() {
                words.push(word);
            }
            rest = after;
        }
    }
    words
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// Returns words without what formatters change: quotes of one kind, no comma before a closing bracket or at the end.
pub(super) fn plain<'a>(words: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut plain = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let closes = words.get(at + 1).is_none_or(|next| matches!(*next, b")" | b"]" | b"}"));
        match *word {
            b"," if closes => {}
            b"'" => plain.push(b"\"".as_slice()),
            word => plain.push(word),
        }
    }
    plain
}

/// Returns words with a `#` in the place of each version and commit.
pub(super) fn without_versions<'a>(words: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut kept: Vec<&[u8]> = Vec::with_capacity(words.len());
    for word in words {
        if !is_number(word) {
            kept.push(word);
        } else if let [.., b"#", b"."] = kept.as_slice() {
            kept.pop();
        } else if kept.last() != Some(&b"#".as_slice()) {
            kept.push(b"#");
        }
    }
    kept
}

fn is_number(word: &[u8]) -> bool {
    let hex = matches!(word.len(), 40 | 64) && word.iter().all(u8::is_ascii_hexdigit);
    let digits = word.strip_prefix(b"v").unwrap_or(word);
    hex || digits.first().is_some_and(u8::is_ascii_digit) && digits.iter().all(u8::is_ascii_alphanumeric) && digits.len() <= 12
}

/// How often words occur.
pub(super) type Bag<'a> = HashMap<&'a [u8], usize>;

/// Counts words.
pub(super) fn bag<'a>(words: &[&'a [u8]]) -> Bag<'a> {
    let mut bag = Bag::new();
    for word in words {
        *bag.entry(word).or_default() += 1;
    }
    bag
}

/// How alike two bags are, in hundredths: twice what they share of all that they hold.
pub(super) fn likeness(one: &Bag<'_>, other: &Bag<'_>) -> usize {
    let size = |bag: &Bag<'_>| bag.values().sum::<usize>();
    let all = size(one) + size(other);
    if all == 0 {
        return 100;
    }
    let shared: usize = one.iter().map(|(word, count)| (*count).min(other.get(word).copied().unwrap_or(0))).sum();
    200 * shared / all
}

/// Returns what `one` holds more often than `other`.
pub(super) fn less<'a>(one: &Bag<'a>, other: &Bag<'_>) -> Bag<'a> {
    one.iter()
        .filter_map(|(word, count)| {
            let left = count.saturating_sub(other.get(word).copied().unwrap_or(0));
            (left > 0).then_some((*word, left))
        })
        .collect()
}

/// Whether `other` holds all of `one`.
pub(super) fn is_within(one: &Bag<'_>, other: &Bag<'_>) -> bool {
    one.iter().all(|(word, count)| other.get(word).is_some_and(|held| held >= count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_versions_can_be_left_out() {
        let plain = |text: &'static str| plain(&words(&text.lines().map(str::as_bytes).collect::<Vec<_>>()));
        assert_eq!(plain("run('a',\n    b,\n)"), plain("run(\"a\", b)"));
        assert_ne!(plain("run(a)"), plain("run(a, b)"));
        let still = |text: &'static str| without_versions(&words(&[text.as_bytes()]));
        assert_eq!(still("uses: actions/checkout@v4.1.2"), still("uses: actions/checkout@v5"));
        assert_ne!(still("uses: actions/checkout@v4"), still("uses: actions/setup@v4"));
    }
}
