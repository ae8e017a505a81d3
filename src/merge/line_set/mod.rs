//! Ignore files, attributes and code owners: sets of lines under comments.
//!
//! After `gitignore`, `gitattributes` of git and "About code owners" of GitHub and GitLab. In all of them the last line
//! that fits a path wins: where that could matter, an order that neither side had is a conflict.

use std::collections::{HashMap, HashSet};

use super::keyed::{self, Contest, Format, Item, Orders, Settlement};
use super::{Merged, Merger, Sides};

/// The merger.
pub static MERGER: Merger = Merger { name: "line-set", claims, merge, objects_to_lines: None };

/// How many pairs of lines are compared for their order.
const PAIRS: usize = 2_000_000;
/// How many lines a file may have.
const LINES: usize = 10_000;

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn claims(path: &str) -> bool {
    let name = file_name(path);
    // In `.hgignore` a line `syntax: regexp` says what those below it mean.
    let ignore = name.starts_with('.') && name.ends_with("ignore") && name != ".hgignore";
    ignore || has_values(path)
}

fn has_values(path: &str) -> bool {
    matches!(file_name(path), "CODEOWNERS" | ".gitattributes")
}

fn merge(sides: &Sides<'_>) -> Option<Merged> {
    let owners = has_values(sides.path);
    let format = Format {
        name: MERGER.name,
        read: if owners { &read_owners } else { &read_patterns },
        settle,
        weakens: |_, _| false,
        akin,
        may_sort: false,
        contested: if owners { contested_owners } else { contested_patterns },
    };
    keyed::merge(&format, sides)
}

fn read_patterns(text: &str) -> Option<Vec<Item>> {
    read(text, |line, _| Some((line.to_owned(), String::new())))
}

/// Lines of a pattern and what holds for it, under sections as GitLab has them.
fn read_owners(text: &str) -> Option<Vec<Item>> {
    read(text, |line, section| {
        if line.starts_with('[') && line.contains(']') || line.starts_with("^[") {
            *section = line.trim_start_matches('^').split(']').next().unwrap_or(line).to_lowercase();
            return Some((section.clone(), line.to_owned()));
        }
        let (pattern, rest) = pattern_of(line)?;
        let words: Vec<&str> = rest.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
        Some((format!("{section}{pattern}"), words.join(" ")))
    })
}

/// Splits a line behind its pattern, which may hold `\ ` and be in quotes.
fn pattern_of(line: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = line.strip_prefix('"') {
        let end = quoted.find('"')? + 2;
        return Some(line.split_at(end));
    }
    let mut escaped = false;
    let end = line.find(|c: char| {
        let ends = c.is_whitespace() && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    Some(line.split_at(end.unwrap_or(line.len())))
}

fn read(text: &str, mut entry: impl FnMut(&str, &mut String) -> Option<(String, String)>) -> Option<Vec<Item>> {
    let mut section = String::new();
    let mut items = Vec::new();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let is_escaped = bare.ends_with('\\') && !bare.ends_with("\\\\");
        if items.len() >= LINES || line.contains('\0') || is_escaped || is_marker(bare) {
            return None;
        }
        if bare.trim_start().is_empty() || bare.starts_with('#') {
            items.push(Item::between(line));
            continue;
        }
        let (key, value) = entry(bare, &mut section)?;
        items.push(Item { key: Some(key), label: bare.to_owned(), value, text: line.to_owned() });
    }
    Some(items)
}

/// Whether a line is a conflict marker that somebody left.
fn is_marker(line: &str) -> bool {
    ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().any(|marker| line.starts_with(marker))
}

fn settle(_contest: &Contest<'_>) -> Settlement {
    Settlement::Conflict(None)
}

/// Whether two patterns may be one, spelled in two ways: `build/` and `/build/`, `docs/_build` and `docs/source/_build`.
fn akin(a: &Item, b: &Item) -> bool {
    let plain = |c: char| !(matches!(c, '/' | '*' | '!' | '.') || c.is_whitespace());
    let bare = |item: &Item| item.label.trim_matches(|c| !plain(c)).to_owned();
    let (a, b) = (bare(a), bare(b));
    let (a_last, b_last) = (a.rsplit('/').next(), b.rsplit('/').next());
    let same_name = a.contains('/') && b.contains('/') && a_last == b_last;
    let long = |text: &str| (5..100).contains(&text.len());
    a == b || same_name || long(&a) && long(&b) && strsim::normalized_levenshtein(&a, &b) > 0.7
}

/// In an ignore file order has a meaning around a `!`.
fn contested_patterns(orders: &Orders<'_>) -> Option<Vec<String>> {
    contested(orders, |a, b| a.starts_with('!') != b.starts_with('!') && may_fit_one_path(a, b, false))
}

fn contested_owners(orders: &Orders<'_>) -> Option<Vec<String>> {
    contested(orders, |a, b| may_fit_one_path(a, b, true))
}

/// Finds pairs of lines whose order has a meaning, and is not that of a side.
fn contested(orders: &Orders<'_>, matters: fn(&str, &str) -> bool) -> Option<Vec<String>> {
    let places = |items: &[Item]| -> HashMap<String, usize> {
        items.iter().enumerate().filter_map(|(at, item)| Some((item.key.clone()?, at))).collect()
    };
    let (base, ours, theirs) = (places(orders.base), places(orders.ours), places(orders.theirs));
    let of_road: Vec<bool> = orders.result.iter().map(|key| theirs.contains_key(*key)).collect();
    let mut contested = HashSet::new();
    let mut pairs = 0;
    for (first, a) in orders.result.iter().enumerate() {
        for (second, b) in orders.result.iter().enumerate().skip(first + 1) {
            if !of_road[first] && !of_road[second] {
                continue;
            }
            pairs += 1;
            if pairs > PAIRS {
                return None;
            }
            let order = |side: &HashMap<String, usize>| Some(side.get(*a)? < side.get(*b)?);
            let wanted = match (order(&ours), order(&theirs)) {
                (Some(ours), Some(theirs)) if ours == theirs => Some(ours),
                (Some(ours), Some(theirs)) => order(&base).map(|base| if base == ours { theirs } else { ours }),
                (Some(one), None) | (None, Some(one)) => Some(one),
                (None, None) => None,
            };
            if wanted != Some(true) && matters(a, b) {
                let new = [a, b].into_iter().find(|key| !ours.contains_key(**key))?;
                contested.insert((*new).to_owned());
            }
        }
    }
    let mut contested: Vec<String> = contested.into_iter().collect();
    contested.sort();
    Some(contested)
}

/// Whether two patterns can fit the same path, as far as their plain parts tell. With `inside`, a pattern for a folder
/// holds for all that is in it.
fn may_fit_one_path(a: &str, b: &str, inside: bool) -> bool {
    let (a, b) = (Pattern::of(a), Pattern::of(b));
    if a.has_globs() || b.has_globs() {
        let (a_tail, b_tail) = (a.tail(inside), b.tail(inside));
        let (a_head, b_head) = (a.head(), b.head());
        let tails = a_tail.ends_with(b_tail) || b_tail.ends_with(a_tail);
        return tails && (!a.rooted || !b.rooted || a_head.starts_with(b_head) || b_head.starts_with(a_head));
    }
    let below = |folder: &Pattern<'_>, other: &Pattern<'_>| {
        if folder.rooted {
            let rest = other.path.strip_prefix(folder.path);
            other.rooted && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                || inside && !other.rooted && folder.may_be_folder()
        } else {
            other.path.split('/').any(|part| part == folder.path) || inside && !other.rooted && folder.may_be_folder()
        }
    };
    below(&a, &b) || below(&b, &a)
}

/// A pattern in parts.
struct Pattern<'a> {
    path: &'a str,
    /// Whether it fits from the top only.
    rooted: bool,
    /// Whether it says that it fits folders.
    folder: bool,
}

impl<'a> Pattern<'a> {
    /// Reads a key: the number behind a `\0` is no part of the pattern.
    fn of(key: &'a str) -> Self {
        let text = key.split('\0').next().unwrap_or(key).trim_start_matches('!');
        let (bare, folder) = text.strip_suffix('/').map_or((text, false), |bare| (bare, true));
        Self { path: bare.trim_start_matches('/'), rooted: bare.contains('/'), folder }
    }

    fn has_globs(&self) -> bool {
        self.path.contains(['*', '?', '[', '\\'])
    }

    fn last(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    fn may_be_folder(&self) -> bool {
        self.folder || !self.last().contains('.')
    }

    fn head(&self) -> &'a str {
        self.path.split(['*', '?', '[', '\\']).next().unwrap_or("")
    }

    /// The plain end of all names that fit; empty where any end may fit.
    fn tail(&self, inside: bool) -> &'a str {
        let last = self.last().rsplit(['*', '?', ']']).next().unwrap_or("");
        if inside && self.may_be_folder() { "" } else { last }
    }
}

#[cfg(test)]
mod tests;
