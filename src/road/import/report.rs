//! What an import says of a template: what does not carry over, what differs, and what a person should know.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::diagnostic::printable;

/// How many items a report holds; a template that would fill more is not told apart by more.
const MOST_ITEMS: usize = 500;
/// How many characters a text of an item holds.
const LONGEST: usize = 400;

/// What an item means for the projects.
#[derive(Clone, Copy, Debug, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The original tool does it and Highroad does not: the projects lack it.
    NotPortable,
    /// Highroad does it in another way.
    Differs,
    /// Nothing is lost, but a person should know.
    Told,
}

impl Class {
    /// Returns the class as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::NotPortable => "Not portable",
            Self::Differs => "Differs",
            Self::Told => "Good to know",
        }
    }
}

/// One thing that an import says.
#[derive(Clone, Debug, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Item {
    /// What it means for the projects.
    pub class: Class,
    /// The file of the template that it is about.
    pub file: String,
    /// The line in it, where there is one.
    pub line: Option<usize>,
    /// What it is about, in one line.
    pub what: String,
    /// Why it is so.
    pub why: String,
    /// What a person can do.
    pub fix: String,
}

/// What an import says, each thing once with the versions that it holds for.
#[derive(Clone, Debug, Default)]
pub struct Report {
    items: BTreeMap<Item, Vec<String>>,
    version: String,
    cut: bool,
}

/// An item with its versions, as programs read it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Told {
    /// The item.
    #[serde(flatten)]
    pub item: Item,
    /// The versions of the road that it holds for.
    pub versions: Vec<String>,
}

impl Report {
    /// Says that what is added from here on holds for `version`.
    pub fn for_version(&mut self, version: &str) {
        version.clone_into(&mut self.version);
    }

    /// Adds what does not carry over.
    pub fn not_portable(&mut self, file: &str, line: Option<usize>, what: impl Into<String>, why: &str, fix: &str) {
        self.add(Class::NotPortable, file, line, what.into(), why, fix);
    }

    /// Adds what is done in another way.
    pub fn differs(&mut self, file: &str, line: Option<usize>, what: impl Into<String>, why: &str, fix: &str) {
        self.add(Class::Differs, file, line, what.into(), why, fix);
    }

    /// Adds what a person should know.
    pub fn told(&mut self, file: &str, line: Option<usize>, what: impl Into<String>, why: &str, fix: &str) {
        self.add(Class::Told, file, line, what.into(), why, fix);
    }

    fn add(&mut self, class: Class, file: &str, line: Option<usize>, what: String, why: &str, fix: &str) {
        let item = Item { class, file: shorten(file), line, what: shorten(&what), why: shorten(why), fix: shorten(fix) };
        if !self.items.contains_key(&item) && self.items.len() >= MOST_ITEMS {
            self.cut = true;
            return;
        }
        let versions = self.items.entry(item).or_default();
        if versions.last() != Some(&self.version) {
            versions.push(self.version.clone());
        }
    }

    /// Returns the items, what is not portable first.
    pub fn items(&self) -> Vec<Told> {
        self.items.iter().map(|(item, versions)| Told { item: item.clone(), versions: versions.clone() }).collect()
    }

    /// Whether items were left out because there were too many.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Writes the items as Markdown, under a heading for each class. `all` is the number of versions of the import.
    pub fn markdown(&self, all: usize) -> String {
        let mut out = String::new();
        for class in [Class::NotPortable, Class::Differs, Class::Told] {
            let mut items = self.items.iter().filter(|(item, _)| item.class == class).peekable();
            if items.peek().is_none() {
                continue;
            }
            out.push_str(&format!("\n## {}\n\n", class.title()));
            for (item, versions) in items {
                let line = item.line.map(|line| format!(":{line}")).unwrap_or_default();
                out.push_str(&format!("- {}{line}: {}.", code(&item.file), plain(&item.what)));
                out.push_str(&format!(" {}.", plain(&capital(&item.why))));
                if !item.fix.is_empty() {
                    out.push_str(&format!(" Next: {}.", plain(&item.fix)));
                }
                if versions.len() < all {
                    out.push_str(&format!(" ({})", range(versions)));
                }
                out.push('\n');
            }
        }
        if self.cut {
            out.push_str(&format!("\nThere is more: only the first {MOST_ITEMS} items are written.\n"));
        }
        out
    }

    /// Writes the items for the terminal.
    pub fn human(&self, all: usize) -> String {
        let mut out = String::new();
        for (item, versions) in &self.items {
            let line = item.line.map(|line| format!(":{line}")).unwrap_or_default();
            let name = match item.class {
                Class::NotPortable => "not portable",
                Class::Differs => "differs",
                Class::Told => "note",
            };
            out.push_str(&format!(
                "{name}: {}\n  --> {}{line}\n   = why: {}\n",
                printable(&item.what),
                printable(&item.file),
                printable(&item.why)
            ));
            if !item.fix.is_empty() {
                out.push_str(&format!("   = fix: {}\n", printable(&item.fix)));
            }
            if versions.len() < all {
                out.push_str(&format!("   = in: {}\n", printable(&range(versions))));
            }
        }
        out
    }
}

fn range(versions: &[String]) -> String {
    match versions {
        [] => String::new(),
        [only] => only.clone(),
        [first, .., last] => format!("{} versions, {first} to {last}", versions.len()),
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Writes foreign text so that Markdown reads no markup in it, on one line. Code between backticks stays code.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut in_code = false;
    let balanced = text.matches('`').count().is_multiple_of(2);
    for c in printable(text).chars() {
        match c {
            '\n' => out.push(' '),
            '`' if balanced => {
                in_code = !in_code;
                out.push('`');
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' if !in_code => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// Writes foreign text as Markdown code on one line.
pub(crate) fn code(text: &str) -> String {
    format!("`{}`", printable(text).replace('\n', " ").replace('`', "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_each_thing_once_and_no_text_drives_the_terminal_or_the_page() {
        let mut report = Report::default();
        for version in ["2026.1.0", "2026.1.1"] {
            report.for_version(version);
            report.not_portable("a`\u{1b}[31m<b>", Some(3), "the hook <script> `x`", "it runs \u{202e}code", "move it");
        }
        report.told("b", None, "two", "because", "");
        assert_eq!(report.items().len(), 2);
        assert_eq!(report.items()[0].versions, ["2026.1.0", "2026.1.1"]);
        let page = report.markdown(2);
        assert!(page.contains("## Not portable") && page.contains("`a'\\u{1b}[31m<b>`:3: the hook \\<script\\> `x`."), "{page}");
        assert!(page.contains("(2026.1.1)"), "{page}");
        let shown = report.human(2);
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}') && shown.contains("not portable: the hook"), "{shown}");
    }
}
