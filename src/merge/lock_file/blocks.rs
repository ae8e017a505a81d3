//! Locks in TOML as a list of packages: `[[package]]` and the tables under it are one entry, each other table is one.

use std::collections::HashSet;

use crate::merge::keyed::Item;

/// How many lines a lock may have.
const LINES: usize = 500_000;

/// Reads a lock; nothing where it has too many lines. Names of `several` go with their version.
pub(super) fn items(text: &str, several: &HashSet<String>) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    let mut block = String::new();
    let mut header = String::new();
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if number >= LINES {
            return None;
        }
        if let Some(name) = table_of(line).filter(|name| !belongs(&header, name)) {
            close(&mut items, &mut block, &header, several);
            header = name;
        }
        block.push_str(line);
    }
    close(&mut items, &mut block, &header, several);
    Some(items)
}

/// Returns the header that a line is, as `[[package]]`.
fn table_of(line: &str) -> Option<String> {
    let line = line.trim_end();
    let inner = line.strip_prefix('[')?;
    let is_table = line.ends_with(']') && inner.chars().all(|c| c.is_ascii_alphanumeric() || "[]._-\"".contains(c));
    (is_table && inner.contains(|c: char| c.is_ascii_alphabetic())).then(|| line.to_owned())
}

/// Whether a table is one of the package before it.
fn belongs(header: &str, table: &str) -> bool {
    let name = header.trim_matches(['[', ']']);
    header.starts_with("[[") && table.trim_start_matches('[').strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
}

fn close(items: &mut Vec<Item>, block: &mut String, header: &str, several: &HashSet<String>) {
    let whole = std::mem::take(block);
    let own = whole.trim_end().len();
    let own = whole[own..].find('\n').map_or(whole.len(), |end| own + end + 1);
    let (entry, blank) = whole.split_at(own);
    if !entry.trim().is_empty() {
        items.push(item(entry, header, several));
    }
    items.extend(blank.split_inclusive('\n').map(Item::between));
}

fn item(text: &str, header: &str, several: &HashSet<String>) -> Item {
    let name = string(text, "name").filter(|_| header.starts_with("[["));
    let label = name.unwrap_or(if header.is_empty() { "the head of the lock" } else { header }).to_owned();
    let mut key = format!("{header}{}", name.unwrap_or_default());
    if several.contains(&key) {
        key = format!("{key} {} {}", string(text, "version").unwrap_or_default(), string(text, "marker").unwrap_or_default());
    }
    Item { key: Some(key), label, value: value(text), text: text.to_owned() }
}

/// Returns what a block says: its lines without blanks at their ends.
pub(super) fn value(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Returns the version of a package.
pub(super) fn version(text: &str) -> Option<&str> {
    string(text, "version")
}

/// Returns the text of a key on a line of its own, before any further table.
fn string<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = text.lines().enumerate().take_while(|(number, line)| *number == 0 || !line.starts_with('[')).map(|(_, line)| line);
    lines.find_map(|line| {
        let value = line.strip_prefix(name)?.trim_start().strip_prefix('=')?.trim();
        value.strip_prefix('"')?.strip_suffix('"')
    })
}
