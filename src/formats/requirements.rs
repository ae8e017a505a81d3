//! Requirements files as pip reads them.
//!
//! After "Requirements File Format" of the pip documentation. Lines that pip would refuse are kept as such.

use std::ops::Range;

use super::requirement::{self, Pin, Requirement};

/// How many lines of one file are read.
const LINES: usize = 100_000;

/// What a line of a requirements file says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Item {
    /// It asks for something.
    Requirement(Requirement),
    /// It brings in another file.
    Include {
        /// The path as written.
        path: String,
        /// Whether the file only limits versions (`-c`).
        constraint: bool,
        /// The bytes of the line.
        range: Range<usize>,
    },
    /// It sets an option.
    Setting {
        /// The long name, without dashes.
        name: &'static str,
        /// The value; empty where it takes none.
        value: String,
        /// The bytes of the option and its value.
        range: Range<usize>,
    },
    /// pip would refuse it.
    Invalid {
        /// The bytes of the line.
        range: Range<usize>,
    },
}

/// Options by the names that pip knows them by, and whether they take a value.
const SETTINGS: &[(&str, &str, bool)] = &[
    ("-i", "index-url", true),
    ("--index-url", "index-url", true),
    ("--pypi-url", "index-url", true),
    ("--extra-index-url", "extra-index-url", true),
    ("--no-index", "no-index", false),
    ("-f", "find-links", true),
    ("--find-links", "find-links", true),
    ("--trusted-host", "trusted-host", true),
    ("--no-binary", "no-binary", true),
    ("--only-binary", "only-binary", true),
    ("--prefer-binary", "prefer-binary", false),
    ("--require-hashes", "require-hashes", false),
    ("--pre", "pre", false),
    ("--use-feature", "use-feature", true),
    ("--process-dependency-links", "process-dependency-links", false),
];

/// Reads a requirements file.
pub fn read(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut lines = physical(text).take(LINES);
    while let Some(first) = lines.next() {
        let mut logical = Logical::default();
        let mut next = Some(first);
        while let Some(range) = next {
            let line = &text[range.clone()];
            let comment = line.trim_start().starts_with('#');
            match line.strip_suffix('\\').filter(|_| !comment) {
                Some(line) => {
                    logical.add(line, range.start);
                    logical.add(" ", range.start + line.len());
                    next = lines.next();
                }
                None => {
                    logical.add(if comment { "" } else { line }, range.start);
                    next = None;
                }
            }
        }
        read_line(&logical, &mut items);
    }
    items
}

/// Returns the lines of a text, without their ends.
fn physical(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    text[at..].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        start..start + line.trim_end_matches(['\n', '\r']).len()
    })
}

/// A line with its continuations, and where its parts stand in the file.
#[derive(Default)]
struct Logical {
    text: String,
    parts: Vec<(usize, usize)>,
}

impl Logical {
    fn add(&mut self, text: &str, at: usize) {
        self.parts.push((self.text.len(), at));
        self.text.push_str(text);
    }

    /// Returns where a byte of the line stands in the file.
    fn place(&self, offset: usize) -> usize {
        let part = self.parts.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        self.parts.get(part).map_or(0, |(start, at)| at + offset.saturating_sub(*start))
    }

    fn places(&self, range: &Range<usize>) -> Range<usize> {
        if range.end <= range.start {
            // An empty range belongs to the text before it.
            let at = range.start.checked_sub(1).map_or_else(|| self.place(0), |before| self.place(before) + 1);
            return at..at;
        }
        let start = self.place(range.start);
        start..(self.place(range.end - 1) + 1).max(start)
    }
}

fn read_line(logical: &Logical, items: &mut Vec<Item>) {
    let text = without_comment(&logical.text).trim_end();
    let start = text.len() - text.trim_start().len();
    let text = text.trim_start();
    if text.is_empty() {
        return;
    }
    if text.starts_with('-') {
        read_option(logical, text, start, items);
        return;
    }
    let body = text[..options_at(text)].trim_end();
    let mut options = &text[body.len()..];
    let Some(mut found) = requirement::parse(body, start).or_else(|| exported(body, start)) else {
        items.push(Item::Invalid { range: logical.places(&(start..start + text.len())) });
        return;
    };
    found.hashes = options.match_indices("--hash").count();
    found.range = logical.places(&found.range);
    found.specifier_range = logical.places(&found.specifier_range);
    items.push(Item::Requirement(found));
    // `torch==1.7 -f address` is what people write, although pip wants the option on a line of its own.
    while !options.trim().is_empty() {
        let lead = options.len() - options.trim_start().len();
        let at = start + text.len() - options.len() + lead;
        let option = &options[lead..];
        let end = option.char_indices().skip(1).map(|(at, _)| at).find(|at| is_option(option, *at)).unwrap_or(option.len());
        if !option.starts_with("--hash") {
            read_option(logical, option[..end].trim_end(), at, items);
        }
        options = &option[end..];
    }
}

/// Cuts a comment off: `#` at the beginning or after a blank.
fn without_comment(text: &str) -> &str {
    let bytes = text.as_bytes();
    let begins = |at: &usize| *at == 0 || bytes[at - 1].is_ascii_whitespace();
    memchr::memchr_iter(b'#', bytes).find(begins).map_or(text, |at| &text[..at])
}

/// Whether an option begins at a byte.
fn is_option(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let rest = &bytes[at..];
    at > 0 && bytes[at - 1].is_ascii_whitespace() && (rest.starts_with(b"--") || rest.starts_with(b"-f ") || rest.starts_with(b"-i "))
}

fn options_at(text: &str) -> usize {
    memchr::memchr_iter(b'-', text.as_bytes()).find(|at| is_option(text, *at)).unwrap_or(text.len())
}

/// Reads what conda takes from a file of this name and pip does not: `numpy=1.21.2=py39_0`, `numpy=1.21.2`.
fn exported(text: &str, at: usize) -> Option<Requirement> {
    let mut parts = text.split('=');
    let (name, version, build) = (parts.next()?.trim(), parts.next()?.trim(), parts.next().unwrap_or("0"));
    let plain =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '!' | '*'));
    let fits = parts.next().is_none() && plain(name) && plain(version) && plain(build);
    let pin = if version.contains('*') { Pin::Loose } else { Pin::Exact(version.to_owned()) };
    let end = at + text.len();
    fits.then(|| Requirement {
        pin,
        specifier: format!("=={version}"),
        specifier_range: at + name.len()..end,
        ..Requirement::any(name, at..end)
    })
}

fn read_option(logical: &Logical, text: &str, start: usize, items: &mut Vec<Item>) {
    let range = logical.places(&(start..start + text.len()));
    let (flag, value) = flag_and_value(text);
    match flag {
        "-r" | "--requirement" | "-c" | "--constraint" if !value.is_empty() => {
            items.push(Item::Include { path: value.to_owned(), constraint: flag.contains('c'), range });
        }
        "-e" | "--editable" if !value.is_empty() => {
            let at = start + text.len() - value.len();
            let place = logical.places(&(at..at + value.len()));
            match requirement::parse(value, 0).filter(|found| found.origin != requirement::Origin::Index) {
                Some(found) => {
                    let specifier_range = place.end..place.end;
                    items.push(Item::Requirement(Requirement { range: place, specifier_range, ..found }));
                }
                // Anything else is a folder of the repository.
                None => {
                    let origin = requirement::Origin::Local { path: value.to_owned() };
                    items.push(Item::Requirement(Requirement { origin, ..Requirement::any("", place) }));
                }
            }
        }
        _ => match SETTINGS.iter().find(|(name, ..)| *name == flag) {
            Some((_, name, _)) => items.push(Item::Setting { name, value: value.to_owned(), range }),
            None => items.push(Item::Invalid { range }),
        },
    }
}

/// Splits an option: `--name=value`, `--name value`, `-nvalue`.
fn flag_and_value(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(text.len());
    let (flag, rest) = text.split_at(end);
    if !flag.starts_with("--") && flag.len() > 2 && flag.is_char_boundary(2) {
        return (&text[..2], text[2..].trim());
    }
    (flag, rest.trim_start_matches(|c: char| c == '=' || c.is_whitespace()).trim())
}

/// Whether the items are those of a requirements file, and not lines of prose under a name like one.
pub fn is_plausible(items: &[Item]) -> bool {
    let invalid = items.iter().filter(|item| matches!(item, Item::Invalid { .. })).count();
    items.len() > invalid && invalid * 3 <= items.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |item: Item| match item {
            Item::Requirement(found) => format!("{}|{}|{}", &text[found.range.clone()], found.hashes, found.is_pinned()),
            Item::Include { path, constraint, .. } => format!("include {path} {constraint}"),
            Item::Setting { name, value, .. } => format!("{name}={value}"),
            Item::Invalid { range } => format!("invalid {}", &text[range]),
        };
        read(text).into_iter().map(show).collect()
    }

    #[test]
    fn reads_continuations_hashes_comments_and_options() {
        let text = "\u{feff}# head\r\nfoo==1.0 \\\r\n    --hash=sha256:00 \\\r\n    --hash=sha256:11  # why\r\nbar>=2  # c\r\n-r base.txt\n-cother.txt\n--index-url=http://a.example\n-e .\n-e git+https://git.example/x.git@main#egg=x\ntorch==1.7+cu1 -f https://b.example/x.html\nnumpy=1.2=py37_0\nscipy=1.*\nnot a thing\n--nonsense\n";
        assert_eq!(
            shown(text),
            [
                "foo==1.0|2|true",
                "bar>=2|0|false",
                "include base.txt false",
                "include other.txt true",
                "index-url=http://a.example",
                ".|0|true",
                "git+https://git.example/x.git@main#egg=x|0|false",
                "torch==1.7+cu1|0|true",
                "find-links=https://b.example/x.html",
                "numpy=1.2=py37_0|0|true",
                "scipy=1.*|0|false",
                "invalid not a thing",
                "invalid --nonsense",
            ]
        );
    }

    #[test]
    fn tells_requirements_from_prose() {
        assert!(is_plausible(&read("numpy\nscipy\n")));
        assert!(!is_plausible(&read("Key words for use in documents\nto say how strict a rule is\n\nAbstract\n")));
        assert!(!is_plausible(&read("# nothing\n")));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "([a-z=#\\\\\r\n ü@-]|--hash=|-e |-r){0,60}") {
            for item in read(&text) {
                let (Item::Requirement(Requirement { range, .. }) | Item::Include { range, .. } | Item::Setting { range, .. } | Item::Invalid { range }) = item;
                proptest::prop_assert!(text.get(range).is_some());
            }
        }
    }
}
