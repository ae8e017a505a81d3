//! The files by which a project says who answers for what: where they may lie, and how a missing one is added.

use super::finding::{Change, Finding, Place, Safety};
use super::guardrail::Context;
use crate::repo::snapshot::{Entry, Snapshot};

/// How much of a governance file is read, in bytes.
const READ: u64 = 1 << 20;

/// The folders that hosts look for such files in, and the root.
const HOMES: &[&str] = &["", ".github", ".gitlab", ".gitea", ".forgejo", "docs", "doc", "documentation", ".well-known"];

/// Whether a file lies where hosts and readers look for governance files.
pub fn at_home(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    HOMES.iter().any(|home| home.eq_ignore_ascii_case(folder))
}

/// Returns the files at home whose name, in lower case and without its ending, `is` takes.
pub fn at_home_named<'a>(snapshot: &'a Snapshot, is: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = &'a Entry> {
    snapshot.entries().iter().filter(move |entry| {
        let name = entry.name().to_ascii_lowercase();
        let stem = name.split_once('.').map_or(name.as_str(), |(stem, _)| stem);
        entry.is_file() && at_home(&entry.path) && is(stem)
    })
}

/// Returns the text of a small file; `None` for what is large, binary or unreadable.
pub fn text_of(snapshot: &Snapshot, path: &str) -> Option<String> {
    let subject = snapshot.subject(path).filter(|subject| subject.entry.size <= READ)?;
    subject.text().map(str::to_owned)
}

/// Whether a text says anything beyond headings, comments and blank lines.
pub fn says_something(text: &str) -> bool {
    let mut comment = false;
    let mut letters = 0;
    for line in text.lines() {
        let line = line.trim();
        comment |= line.starts_with("<!--");
        if !comment && !line.starts_with('#') {
            letters += line.chars().filter(|c| c.is_alphanumeric()).count();
        }
        comment &= !line.contains("-->");
    }
    letters >= 20
}

/// Whether the repository holds anything that governance could be about.
pub fn has_content(snapshot: &Snapshot) -> bool {
    snapshot.entries().iter().any(Entry::is_file)
}

/// Adds the road's starter file as a fix, where the road has one and its place is free.
pub fn with_starter(finding: Finding, context: &Context<'_>, safety: Safety, title: &str) -> Finding {
    let starter = context.knowledge().starters.iter().find(|starter| starter.guardrail == finding.guardrail);
    match starter {
        Some(starter) if context.snapshot.entry(&starter.path).is_none() => {
            let change = Change::Create { path: starter.path.clone(), text: starter.text.clone() };
            finding.fix(safety, title, vec![change])
        }
        Some(_) | None => finding,
    }
}

/// Makes a finding about the repository as a whole.
pub fn missing(id: &'static str, what: &str, how: &str) -> Finding {
    Finding::new(id, Place::repository(), what, how).key("missing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_homes_and_empty_words() {
        assert!(at_home("SECURITY.md") && at_home(".github/security.md") && at_home("Docs/SECURITY.md"));
        assert!(!at_home("src/SECURITY.md") && !at_home("vendor/docs/SECURITY.md"));
        assert!(!says_something("# Security\n\n<!-- write\nsomething here please -->\n"));
        assert!(says_something("# Security\nWrite to security at example dot com.\n"));
    }
}
