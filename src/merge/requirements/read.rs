//! Reads requirement files into entries, one a package or setting, with all lines that belong to it.
//!
//! After "Requirements File Format" of the pip documentation. What pip would refuse is not read.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::formats::requirement::{self, Origin, Pin, Requirement};
use crate::merge::keyed::Item;
use crate::merge::version::Strength;

/// How many lines a file may have.
const LINES: usize = 100_000;

/// The parts of a requirement that change on their own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Parts {
    /// The name as written.
    pub(super) name: String,
    pub(super) extras: BTreeSet<String>,
    /// The versions or the address that fit, without blanks.
    pub(super) pin: String,
    /// The options, most of them hashes: they belong to the pin.
    pub(super) options: BTreeSet<String>,
    /// The marker, with single blanks.
    pub(super) marker: String,
    /// The comment on the line, and those of tools below it.
    pub(super) comment: String,
    pub(super) requirement: Requirement,
}

impl Parts {
    /// Reads the lines of one requirement.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (logical, comment) = logical(text);
        let (wanted, options) = match find_option(&logical) {
            Some(at) => (&logical[..at], &logical[at..]),
            None => (logical.as_str(), ""),
        };
        let wanted = wanted.trim();
        let requirement = requirement::parse(wanted, 0)?;
        let mut marker_at = wanted.len();
        let address = !matches!(requirement.origin, Origin::Index);
        if let Some(at) = if address { wanted.find(" ;") } else { wanted.find(';') } {
            marker_at = at;
        }
        let marker = wanted[marker_at..].trim_start_matches([' ', ';']);
        let head = &wanted[..marker_at];
        let name_end = head.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(head.len());
        let rest = head[name_end..].trim_start();
        let named = !requirement.name.is_empty() && head.starts_with(&requirement.name) && name_end == requirement.name.len();
        let (extras, pin) = match rest.strip_prefix('[').filter(|_| named) {
            Some(inner) => inner.split_once(']')?,
            None => ("", if named { rest } else { head }),
        };
        let pin: String = pin.chars().filter(|c| !c.is_whitespace()).collect();
        let mut pieces: Vec<&str> = pin.split(',').collect();
        pieces.sort_unstable();
        let pin = if address { pin.clone() } else { pieces.join(",") };
        Some(Self {
            name: if named { requirement.name.clone() } else { String::new() },
            extras: extras.split(',').map(|extra| requirement::normal_name(extra.trim())).filter(|extra| !extra.is_empty()).collect(),
            pin,
            options: options.split_whitespace().map(str::to_owned).collect(),
            marker: marker.split_whitespace().collect::<Vec<_>>().join(" ").replace('\'', "\""),
            comment,
            requirement,
        })
    }

    /// How exactly it is pinned. A version with hashes can be nothing else.
    pub(super) fn strength(&self) -> Strength {
        match (&self.requirement.origin, &self.requirement.pin) {
            (Origin::Index, Pin::Exact(_)) if self.has_hashes() => Strength::Fixed,
            (Origin::Index, Pin::Exact(_)) => Strength::Named,
            (Origin::Index, Pin::Loose) => Strength::Movable,
            (Origin::Repository { .. }, _) if self.requirement.is_pinned() => Strength::Fixed,
            (Origin::Archive { hashed, .. }, _) if *hashed || self.has_hashes() => Strength::Fixed,
            (Origin::Repository { .. } | Origin::Archive { .. } | Origin::Local { .. }, _) => Strength::Movable,
        }
    }

    pub(super) fn is_fixed(&self) -> bool {
        self.strength() == Strength::Fixed
    }

    /// Returns the one version that it names.
    pub(super) fn exact(&self) -> Option<&str> {
        self.requirement.exact()
    }

    fn has_hashes(&self) -> bool {
        self.options.iter().any(|option| option.starts_with("--hash"))
    }

    /// Returns what it says, without what is only writing.
    pub(super) fn value(&self) -> String {
        let joined = |set: &BTreeSet<String>| set.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        format!("{}|{}|{}|{}|{}", joined(&self.extras), self.pin, joined(&self.options), self.marker, self.comment)
    }

    /// Returns the name that it goes by.
    fn key(&self) -> String {
        let name = self.requirement.normal_name();
        if name.is_empty() { self.pin.clone() } else { name }
    }
}

/// Returns where the options of a requirement begin.
fn find_option(logical: &str) -> Option<usize> {
    [" --", "\t--"].iter().filter_map(|start| logical.find(start)).min()
}

/// Joins the lines of an entry. Returns them without comments, and the comments.
fn logical(text: &str) -> (String, String) {
    let mut joined = String::new();
    let mut comments = Vec::new();
    for line in text.lines() {
        let bare = line.trim();
        if let Some(comment) = bare.strip_prefix('#') {
            comments.push(comment.trim().to_owned());
            continue;
        }
        let (bare, comment) = match [" #", "\t#"].iter().filter_map(|start| bare.find(start)).min() {
            Some(at) => (bare[..at].trim_end(), Some(bare[at + 2..].trim().trim_end_matches('\\'))),
            None => (bare, None),
        };
        comments.extend(comment.map(|comment| comment.trim().to_owned()));
        joined.push_str(bare.strip_suffix('\\').unwrap_or(bare));
        joined.push(' ');
    }
    (joined.trim().to_owned(), comments.join("\n"))
}

/// Returns the names that one of the files has more than once.
pub(super) fn several(texts: &[&str]) -> HashSet<String> {
    let mut several = HashSet::new();
    for text in texts {
        let mut seen = HashMap::new();
        for item in items(&text.replace("\r\n", "\n"), &HashSet::new()).unwrap_or_default() {
            let Some(key) = item.key else { continue };
            let times = seen.entry(key.clone()).or_insert(0);
            *times += 1;
            if *times > 1 {
                several.insert(key);
            }
        }
    }
    several
}

/// Reads a file; nothing where a line is none of a requirements file. Names of `several` go with their marker.
pub(super) fn items(text: &str, several: &HashSet<String>) -> Option<Vec<Item>> {
    let mut items: Vec<Item> = Vec::new();
    let mut lines = text.split_inclusive('\n').take(LINES + 1).peekable();
    let mut count = 0;
    while let Some(line) = lines.next() {
        count += 1;
        let bare = line.trim();
        // What a tool notes below a package, with an indent, goes with the package.
        let noted = bare.starts_with('#') && line.starts_with([' ', '\t']);
        if noted && items.last().is_some_and(|last| last.key.is_some()) {
            let last = items.pop()?;
            items.push(entry(&(last.text + line), several)?);
            continue;
        }
        if bare.is_empty() || bare.starts_with('#') {
            items.push(Item::between(line));
            continue;
        }
        let mut whole = line.to_owned();
        let mut last = line;
        while is_continued(last) {
            // pip joins the next line, whatever it is; a comment among continued lines ends the entry.
            let next = lines.next()?;
            count += 1;
            whole.push_str(next);
            last = next;
            if next.trim().is_empty() {
                break;
            }
        }
        items.push(entry(&whole, several)?);
    }
    (count <= LINES).then_some(items)
}

fn is_continued(line: &str) -> bool {
    let bare = line.trim_end_matches(['\n', '\r']);
    bare.ends_with('\\') && !bare.trim_start().starts_with('#')
}

fn entry(text: &str, several: &HashSet<String>) -> Option<Item> {
    if text.trim_start().starts_with('-') {
        return setting(text);
    }
    let parts = Parts::read(text)?;
    let mut key = parts.key();
    if several.contains(&key) {
        key = format!("{key};{}", parts.marker);
    }
    let label = if parts.name.is_empty() { key.clone() } else { parts.name.clone() };
    Some(Item { key: Some(key), label, value: parts.value(), text: text.to_owned() })
}

/// Options that a file has one of.
const SINGLE: [&str; 4] = ["-i", "--index-url", "--pypi-url", "--no-index"];

/// `--index-url address`, `-r other.txt`, `-e path`.
fn setting(text: &str) -> Option<Item> {
    let (logical, comment) = logical(text);
    let (name, value) = logical.split_once([' ', '=']).unwrap_or((&logical, ""));
    let fits = name.chars().all(|c| c.is_ascii_alphabetic() || c == '-') && name.len() > 1;
    if !fits {
        return None;
    }
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let key = if SINGLE.contains(&name) { "--index-url".to_owned() } else { format!("{name} {value}") };
    Some(Item {
        label: format!("{name} {value}").trim().to_owned(),
        value: format!("{name} {value} {comment}"),
        key: Some(key),
        text: text.to_owned(),
    })
}
