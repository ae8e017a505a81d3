//! The `slugify` of Python's python-slugify, in the pipeline that its version 9 keeps for good.
//!
//! Text beyond ASCII is spelt in Latin letters by the Python package `text-unidecode`. Its tables cover all of Unicode;
//! here are the Latin alphabets and common marks. A character of another script is an error, never a guess.

use std::collections::BTreeSet;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// What `slugify` can be told; the defaults are the filter's.
#[derive(Clone, Debug)]
pub(super) struct Options {
    /// Reads `&amp;` and its like.
    pub(super) entities: bool,
    /// Reads `&#38;`.
    pub(super) decimal: bool,
    /// Reads `&#x26;`.
    pub(super) hexadecimal: bool,
    /// The most characters; 0 is no limit.
    pub(super) max_length: usize,
    /// Cuts between words only.
    pub(super) word_boundary: bool,
    /// What stands between words.
    pub(super) separator: String,
    /// Keeps the first words, instead of all that fit, when it cuts.
    pub(super) save_order: bool,
    /// Words that are left out.
    pub(super) stopwords: Vec<String>,
    /// What is not kept, as a regular expression.
    pub(super) regex_pattern: Option<String>,
    /// Writes small letters.
    pub(super) lowercase: bool,
    /// Texts and what they become, before and after everything else.
    pub(super) replacements: Vec<(String, String)>,
    /// Keeps letters beyond ASCII.
    pub(super) allow_unicode: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            entities: true,
            decimal: true,
            hexadecimal: true,
            max_length: 0,
            word_boundary: false,
            separator: "-".to_owned(),
            save_order: false,
            stopwords: Vec::new(),
            regex_pattern: None,
            lowercase: true,
            replacements: Vec::new(),
            allow_unicode: false,
        }
    }
}

/// Replaces one text in another by a third, within bounds.
pub(super) type Replace<'a> = dyn Fn(&str, &str, &str) -> Result<String, String> + 'a;

/// Makes a slug.
///
/// # Errors
/// When a character cannot be spelt, or the pattern does not parse, or it becomes larger than `replace` lets it.
pub(super) fn slugify(text: &str, options: &Options, replace: &Replace<'_>) -> Result<String, String> {
    let replaced = |text: &str| options.replacements.iter().try_fold(text.to_owned(), |text, (old, new)| replace(&text, old, new));
    let mut text = replaced(text)?;
    text = collapse(&text, |c| c == '\'', "-");
    text = if options.allow_unicode { text.nfkc().collect() } else { spell(&text.nfkd().collect::<String>())? };
    text = decode(&text, options)?;
    text = if options.allow_unicode { text.nfkc().collect() } else { text.nfkd().collect() };
    if options.lowercase {
        text = text.to_lowercase();
    }
    text = text.replace('\'', "");
    text = without_commas_in_numbers(&text);
    text = match &options.regex_pattern {
        Some(pattern) => {
            let pattern = Regex::new(pattern).map_err(|error| format!("slugify's pattern: {error}"))?;
            pattern.replace_all(&text, "-").into_owned()
        }
        None if options.allow_unicode => collapse(&text, |c| !c.is_alphanumeric(), "-"),
        None => collapse(&text, |c| !(c.is_ascii_alphanumeric() || c == '-'), "-"),
    };
    text = collapse(&text, |c| c == '-', "-").trim_matches('-').to_owned();
    if !options.stopwords.is_empty() {
        let stopwords = options.stopwords.iter().map(|stop| if options.lowercase { stop.to_lowercase() } else { stop.clone() });
        let stopwords: BTreeSet<String> = stopwords.collect();
        text = text.split('-').filter(|word| !stopwords.contains(*word)).collect::<Vec<_>>().join("-");
    }
    text = replaced(&text)?;
    if options.max_length > 0 {
        text = truncate(&text, options);
    }
    if options.separator == "-" { Ok(text) } else { replace(&text, "-", &options.separator) }
}

/// Replaces every run of characters that `is` holds for.
fn collapse(text: &str, is: impl Fn(char) -> bool, with: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if !is(c) {
            out.push(c);
        } else if !inside {
            out.push_str(with);
        }
        inside = is(c);
    }
    out
}

fn without_commas_in_numbers(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| at.and_then(|at| all.get(at)).is_some_and(char::is_ascii_digit);
    let keep = |(at, c): &(usize, &char)| !(**c == ',' && digit(at.checked_sub(1)) && digit(Some(at + 1)));
    all.iter().enumerate().filter(keep).map(|(_, c)| *c).collect()
}

/// Cuts as the package does: with `word_boundary`, all words that fit, else the first characters.
fn truncate(text: &str, options: &Options) -> String {
    let text = text.trim_matches('-');
    let count = |text: &str| text.chars().count();
    let first = || text.chars().take(options.max_length).collect::<String>();
    if count(text) < options.max_length {
        return text.to_owned();
    }
    if !options.word_boundary {
        return first().trim_matches('-').to_owned();
    }
    if !text.contains('-') {
        return first();
    }
    let mut out = String::new();
    let mut taken = 0;
    for word in text.split('-').filter(|word| !word.is_empty()) {
        let length = taken + count(word);
        if length < options.max_length {
            out.push_str(word);
            out.push('-');
            taken = length + 1;
        } else if length == options.max_length {
            out.push_str(word);
            break;
        } else if options.save_order {
            break;
        }
    }
    if out.is_empty() {
        out = first();
    }
    out.trim_matches('-').to_owned()
}

/// Reads references of HTML. Of the named ones it knows those that people type.
fn decode(text: &str, options: &Options) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let here = &rest[at..];
        let end = here.find(';').filter(|end| (2..=10).contains(end));
        let read = match end.map(|end| &here[1..end]) {
            Some(name) if name.starts_with("#x") => options.hexadecimal.then(|| u32::from_str_radix(&name[2..], 16).ok()).flatten(),
            Some(name) if name.starts_with('#') => options.decimal.then(|| name[1..].parse().ok()).flatten(),
            Some(name) if options.entities && name.chars().all(|c| c.is_ascii_alphanumeric()) => match name {
                "amp" => Some(u32::from(b'&')),
                "lt" => Some(u32::from(b'<')),
                "gt" => Some(u32::from(b'>')),
                "quot" => Some(u32::from(b'"')),
                "nbsp" => Some(0xa0),
                _ => return Err(format!("slugify reads no `&{name};`")),
            },
            Some(_) | None => None,
        };
        match (read.and_then(char::from_u32), end) {
            (Some(c), Some(end)) => {
                out.push(c);
                rest = &here[end + 1..];
            }
            (Some(_) | None, _) => {
                out.push('&');
                rest = &here[1..];
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// Letters and marks that no decomposition turns into ASCII, with their spelling.
const SPELT: &str = "¡! ¢C/ £PS ¥Y= §SS ©(c) «<< ®(r) °deg ±+- ¶P ·* »>> ¿? ÆAE ÐD ×x ØO ÞTh ßss æae ðd ÷/ øo þth ĐD đd ĦH ħh ıi ĸk \
    ŁL łl Ŋng ŋNG ŒOE œoe ŦT ŧt ƒf ẞSs ȷj ‐- ‒- –- —-- ―-- ‘' ’' ‚, ‛' “\" ”\" „,, †+ ‡++ •* ′' ‹< ›> ⁄/ €EUR";

fn spell(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            '\u{300}'..='\u{345}' | '\u{ad}' | '\u{200c}'..='\u{200f}' => {}
            c => match SPELT.split_whitespace().find_map(|entry| entry.strip_prefix(c)) {
                Some(spelling) => out.push_str(spelling),
                None => return Err(format!("slugify cannot spell `{}` in Latin letters: type the slug yourself", c.escape_debug())),
            },
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(text: &str, options: &Options) -> Result<String, String> {
        slugify(text, options, &|text, old, new| Ok(text.replace(old, new)))
    }

    fn plain(text: &str) -> String {
        slug(text, &Options::default()).unwrap()
    }

    #[test]
    fn makes_the_slugs_of_the_package() {
        for (text, slug) in [
            ("My Awesome Project!", "my-awesome-project"),
            ("Ünïcödé Straße", "unicode-strasse"),
            ("it's 1,000 -- things", "it-s-1000-things"),
            ("Æsir & Łódź — a “test”", "aesir-lodz-a-test"),
            ("a_b.c", "a-b-c"),
            ("&amp; &#62; x &#x3C;", "x"),
            ("---", ""),
        ] {
            assert_eq!(plain(text), slug, "{text}");
        }
        assert!(slug("北京", &Options::default()).unwrap_err().contains("cannot spell"));
        assert_eq!(slug("北京 Ä", &Options { allow_unicode: true, ..Options::default() }).unwrap(), "北京-ä");
    }

    #[test]
    fn follows_the_options() {
        let with = |change: &dyn Fn(&mut Options)| {
            let mut options = Options::default();
            change(&mut options);
            slug("The quick Brown fox", &options).unwrap()
        };
        assert_eq!(with(&|o| o.separator = "_".to_owned()), "the_quick_brown_fox");
        assert_eq!(with(&|o| o.max_length = 12), "the-quick-br");
        assert_eq!(
            with(&|o| {
                o.max_length = 12;
                o.word_boundary = true;
            }),
            "the-quick"
        );
        assert_eq!(with(&|o| o.stopwords = vec!["The".to_owned()]), "quick-brown-fox");
        assert_eq!(with(&|o| o.lowercase = false), "The-quick-Brown-fox");
        assert_eq!(with(&|o| o.regex_pattern = Some("[^a-z]+".to_owned())), "the-quick-brown-fox");
        assert_eq!(with(&|o| o.replacements = vec![("quick".to_owned(), "slow".to_owned())]), "the-slow-brown-fox");
    }
}
