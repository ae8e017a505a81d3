//! What `setup.py` and `setup.cfg` ask for, as far as it is written down as text.
//!
//! `setup.py` is a program. It is not run, and not parsed as one: a small reader of its words finds lists of strings
//! behind the names that setuptools knows (setuptools documentation, "Dependency management"). Whatever is worked out
//! by a call is left alone; that there is such a call is said.

use std::ops::Range;

use super::requirement::{self, Requirement};

/// How many words are read.
const WORDS: usize = 200_000;

/// What a setup file asks for.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// What the package needs.
    pub requirements: Vec<Requirement>,
    /// Whether it has a say on what the package needs, by text or by a call.
    pub declares: bool,
    /// Whether it is made for an index: it has classifiers, none of which is private.
    pub published: bool,
}

#[derive(Debug, PartialEq)]
enum Word<'a> {
    Name(&'a str),
    Text(Range<usize>),
    Sign(u8),
}

/// Reads a `setup.py`.
pub fn read(text: &str) -> Setup {
    let words = words(text);
    let mut setup = Setup::default();
    for at in 0..words.len() {
        if words.get(at + 1) != Some(&Word::Sign(b'=')) || words.get(at + 2) == Some(&Word::Sign(b'=')) {
            continue;
        }
        match words[at] {
            Word::Name("install_requires") => {
                setup.declares = true;
                match words.get(at + 2) {
                    Some(Word::Sign(b'[' | b'(')) => list(text, &words[at + 2..], &mut setup.requirements),
                    Some(Word::Name(name)) => {
                        if let Some(defined) = definition(&words, name) {
                            list(text, &words[defined..], &mut setup.requirements);
                        }
                    }
                    Some(Word::Text(_) | Word::Sign(_)) | None => {}
                }
            }
            Word::Name("classifiers") => setup.published = !text.contains("Private ::"),
            Word::Name(_) | Word::Text(_) | Word::Sign(_) => {}
        }
    }
    setup
}

/// Returns where the list begins that a name is set to.
fn definition(words: &[Word<'_>], name: &str) -> Option<usize> {
    (0..words.len().saturating_sub(2))
        .find(|at| words[*at] == Word::Name(name) && words[at + 1] == Word::Sign(b'=') && words[at + 2] == Word::Sign(b'['))
        .map(|at| at + 2)
}

/// Reads the strings that are members of a list themselves: not those handed to a call in it.
fn list(text: &str, words: &[Word<'_>], requirements: &mut Vec<Requirement>) {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate() {
        match word {
            Word::Sign(b'[' | b'(' | b'{') => depth += 1,
            Word::Sign(b']' | b')' | b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return;
                }
            }
            Word::Text(range) if depth == 1 => {
                let before = at.checked_sub(1).and_then(|at| words.get(at));
                let alone = matches!(before, Some(Word::Sign(b'[' | b'(' | b',')))
                    && matches!(words.get(at + 1), Some(Word::Sign(b',' | b']' | b')')));
                if alone {
                    requirements.extend(requirement::parse(&text[range.clone()], range.start));
                }
            }
            Word::Text(_) | Word::Name(_) | Word::Sign(_) => {}
        }
    }
}

/// Splits Python into names, strings and signs; comments and blanks go.
fn words(text: &str) -> Vec<Word<'_>> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() && words.len() < WORDS {
        match bytes[at] {
            b'#' => at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end),
            quote @ (b'"' | b'\'') => {
                let (inner, next) = string(bytes, at, quote);
                words.push(Word::Text(inner));
                at = next;
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'_' => {
                let end =
                    bytes[at..].iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').map_or(bytes.len(), |end| at + end);
                // The letters before a string are its prefix.
                if !(end - at <= 2 && matches!(bytes.get(end), Some(b'"' | b'\''))) {
                    words.push(Word::Name(&text[at..end]));
                }
                at = end;
            }
            byte => {
                if byte.is_ascii_punctuation() {
                    words.push(Word::Sign(byte));
                }
                at += 1;
            }
        }
    }
    words
}

/// Returns the inside of a string and where it ends.
fn string(bytes: &[u8], start: usize, quote: u8) -> (Range<usize>, usize) {
    let long = bytes[start..].starts_with(&[quote; 3]);
    let inner = start + if long { 3 } else { 1 };
    let mut at = inner;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' if !long => break,
            byte if byte == quote && (!long || bytes[at..].starts_with(&[quote; 3])) => return (inner..at, at + if long { 3 } else { 1 }),
            _ => {}
        }
        at += 1;
    }
    let end = at.min(bytes.len());
    (inner.min(end)..end, end)
}

/// Reads a `setup.cfg`.
pub fn read_config(text: &str) -> Setup {
    let mut setup = Setup::default();
    let (mut section, mut key, mut at) = ("", "", 0);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            (section, key) = (content.trim_matches(['[', ']']), "");
            continue;
        }
        let mut value = line;
        if !line.starts_with([' ', '\t']) {
            let Some((name, rest)) = line.split_once('=') else { continue };
            (key, value) = (name.trim(), rest);
        }
        match (section, key) {
            ("options", "install_requires") => {
                setup.declares = true;
                if !value.trim().is_empty() {
                    setup.requirements.extend(requirement::parse(value, start + line.len() - value.len()));
                }
            }
            ("metadata", "classifiers" | "classifier") => setup.published = !text.contains("Private ::"),
            _ => {}
        }
    }
    setup
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(setup: &Setup) -> Vec<&str> {
        setup.requirements.iter().map(|found| found.name.as_str()).collect()
    }

    #[test]
    fn reads_lists_and_leaves_calls_alone() {
        let text = "import x\nsetup(\n  name='a', # install_requires=['no']\n  install_requires=['torch', \"numpy>=1\", read('b'), 'c' + 'd'],\n)\n";
        let setup = read(text);
        assert_eq!(names(&setup), ["torch", "numpy"]);
        assert_eq!(&text[setup.requirements[1].range.clone()], "numpy>=1");
        assert!(setup.declares && !setup.published);
        let call = read("setup(install_requires=get_requirements('requirements.txt'))");
        assert!(call.declares && call.requirements.is_empty());
        assert_eq!(names(&read("R = [\n 'a==1',\n]\nsetup(install_requires=R, classifiers=['x'])")), ["a"]);
        assert!(!read("setup(name='x', ext_modules=[])").declares);
    }

    #[test]
    fn reads_the_config_form() {
        let text = "[metadata]\nname = x\n[options]\npython_requires = >=3.8\ninstall_requires =\n    numpy>=1  \n    # no\n    torch==2.0\n\n[options.extras_require]\ndev = black\n";
        let setup = read_config(text);
        assert_eq!(names(&setup), ["numpy", "torch"]);
        assert_eq!(&text[setup.requirements[1].range.clone()], "torch==2.0");
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "([a-z'\"#\\\\\n\\[\\](),=ü ]|install_requires=\\[){0,60}") {
            let _ = (read(&text), read_config(&text));
        }
    }
}
