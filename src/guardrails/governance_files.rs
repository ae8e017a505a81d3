//! The files by which a project says who answers for what: where they may lie, and how a missing one is added.

use super::finding::{Change, Finding, Place, Safety};
use super::guardrail::{Context, Sink};
use crate::repo::config;
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

/// Whether the repository holds anything that governance could be about: our own settings alone are nothing.
pub fn has_content(snapshot: &Snapshot) -> bool {
    snapshot.entries().iter().any(|entry| entry.is_file() && entry.path != config::FILE)
}

/// The owner that our starter of CODEOWNERS leaves to be replaced.
const TEAM: &str = "@organisation/team";
/// Longer lines are no text that people fill in.
const LONGEST_LINE: usize = 4000;
/// Tags of HTML that may stand with a word and nothing more.
const TAGS: &[&str] =
    &["audio", "button", "details", "dialog", "iframe", "img", "input", "ol", "option", "script", "select", "td", "th", "video"];

/// Returns the first placeholder of a starter that nobody has filled in, with its line.
pub fn placeholder<'a>(path: &str, text: &'a str) -> Option<(usize, &'a str)> {
    let owners = path.ends_with("OWNERS");
    let mut code = false;
    text.lines().enumerate().filter(|(_, line)| line.len() <= LONGEST_LINE).find_map(|(at, line)| {
        let trimmed = line.trim_start();
        if owners {
            let rule = if trimmed.starts_with('#') { "" } else { line.split(" #").next().unwrap_or(line) };
            return rule.split_whitespace().find(|word| *word == TEAM).map(|team| (at + 1, team));
        }
        code ^= trimmed.starts_with("```");
        if code { None } else { in_angles(line).map(|found| (at + 1, found)) }
    })
}

/// Returns `<some words>` in a line: no tag, no address, no code.
fn in_angles(line: &str) -> Option<&str> {
    line.match_indices('<').find_map(|(start, _)| {
        let (before, rest) = (&line[..start], &line[start + 1..]);
        let inner = &rest[..rest.find(['<', '>']).filter(|end| rest[*end..].starts_with('>'))?];
        let code = before.matches('`').count() % 2 == 1 || before.ends_with("](") || before.ends_with(char::is_alphanumeric);
        let words = inner.starts_with(char::is_alphanumeric)
            && inner.ends_with(|c: char| c.is_alphanumeric() || c == '.')
            && !inner.contains(['=', '@', ':', '"']);
        let first = inner.split(' ').next().unwrap_or_default().to_ascii_lowercase();
        let several = inner.contains(' ') && !TAGS.contains(&first.as_str());
        let number = inner.bytes().all(|c| c.is_ascii_digit());
        (!code && words && (several || number)).then(|| &line[start..start + inner.len() + 2])
    })
}

/// Makes a finding about a starter that nobody has filled in.
pub fn unfilled(id: &'static str, path: &str, text: &str) -> Option<Finding> {
    let (line, found) = placeholder(path, text)?;
    let what = format!("`{path}` still has the placeholder `{found}`");
    let how = format!("Write what belongs in the place of `{found}`, and look for others in the file");
    Some(Finding::new(id, Place::line(path, line), what, how).key("placeholder"))
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

/// Returns a record in TOML, as text and read; one that is no TOML is noted as unscannable.
pub fn table_of(snapshot: &Snapshot, path: &str, sink: &mut Sink) -> Option<(String, toml::Table)> {
    let text = text_of(snapshot, path)?;
    match text.parse() {
        Ok(table) => Some((text, table)),
        Err(error) => {
            let error: toml::de::Error = error;
            sink.unscannable(path, format!("it is no TOML: {}", error.message()));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_starter_that_nobody_filled_in() {
        let policy = include_str!("../../templates/starters/SECURITY.md");
        assert_eq!(placeholder("SECURITY.md", policy), Some((5, "<the address of a team, not of one person>")));
        let card = include_str!("../../templates/starters/MODEL_CARD.md");
        assert_eq!(placeholder("MODEL_CARD.md", card), Some((1, "<name of the model>")));
        let owners = include_str!("../../templates/starters/CODEOWNERS");
        assert_eq!(placeholder(".github/CODEOWNERS", owners), Some((3, "@organisation/team")));
        assert_eq!(placeholder("SECURITY.md", "within <3> days"), Some((1, "<3>")));
        for text in [
            "Write to <security@example.com>, or <https://example.com/a b>.",
            "<br /> <details open> <a href=\"x y\"> <!-- to do --> [a](<a b.md>) `<your name>`",
            "```\nrun <some command>\n```",
            "HashMap<int, str> and 3 < 4 and 5 > 4, also <30 and >20",
        ] {
            assert_eq!(placeholder("SECURITY.md", text), None, "{text}");
        }
        assert_eq!(placeholder("CODEOWNERS", "# put @organisation/team here\n* @real/team # not @organisation/team\n"), None);
    }

    #[test]
    fn knows_homes_and_empty_words() {
        assert!(at_home("SECURITY.md") && at_home(".github/security.md") && at_home("Docs/SECURITY.md"));
        assert!(!at_home("src/SECURITY.md") && !at_home("vendor/docs/SECURITY.md"));
        assert!(!says_something("# Security\n\n<!-- write\nsomething here please -->\n"));
        assert!(says_something("# Security\nWrite to security at example dot com.\n"));
    }
}
