//! Single values that both sides changed: which version is higher, which pin is stronger, which part is whose.

use std::cmp::Ordering;

use super::rules::PARTS;
use crate::merge::rule::Rule;
use crate::merge::version::{self, Pin, STRONGER_PIN};

/// What becomes of a value that both sides changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Choice {
    /// The project's.
    Ours(&'static Rule),
    /// The road's.
    Theirs(&'static Rule),
    /// A text made of parts of both.
    Both(String, &'static Rule),
    /// A person has to decide; the rule would keep the project's.
    Ask(&'static Rule),
}

/// A changed value with the comment behind it, which may tell the version of a commit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side<'a> {
    /// The value.
    pub text: &'a str,
    /// The rest of its line.
    pub comment: &'a str,
}

impl Side<'_> {
    fn with_comment(self) -> String {
        format!("{} {}", self.text.trim(), self.comment.trim())
    }
}

/// Whether a text holds a commit or a digest.
pub(super) fn is_strong(text: &str) -> bool {
    let mut run = 0;
    text.bytes().any(|byte| {
        run = if byte.is_ascii_hexdigit() { run + 1 } else { 0 };
        run >= 40
    })
}

/// Settles a value that both sides changed, or both added. `version` says that its key is one of versions.
pub(super) fn settle(base: Option<&str>, ours: Side<'_>, theirs: Side<'_>, version: bool) -> Option<Choice> {
    let count = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let pins = |text: &str| is_like_a_pin(text, version) && (version || !count(text));
    if pins(ours.text) && pins(theirs.text) {
        let (one, two) = (ours.with_comment(), theirs.with_comment());
        match version::choose(base, &one, &two) {
            // The road has a newer version, and no commit of it: keeping the project's pin holds that back.
            Some(version::Choice::Ours(rule)) if std::ptr::eq(rule, &STRONGER_PIN) && !is_not_lower(&one, &two) => {
                return Some(Choice::Ask(rule));
            }
            Some(version::Choice::Ours(rule)) => return Some(Choice::Ours(rule)),
            Some(version::Choice::Theirs(rule)) => return Some(Choice::Theirs(rule)),
            None => {}
        }
    }
    parts(base?, ours.text, theirs.text).map(|text| Choice::Both(text, &PARTS))
}

/// Whether a text may be a pin: a command that holds a version is none, and a word alone only where its key says so.
fn is_like_a_pin(text: &str, version: bool) -> bool {
    let text = text.trim();
    let word = !text.contains(char::is_whitespace);
    let bare = !text.contains(['/', '@', ':', '.', '<', '>', '=', '~', '^']);
    (word && (version || !bare)) || name_end(text).is_some_and(|end| end < text.len()) || text.starts_with(['<', '>', '=', '~', '^', '!'])
}

/// Whether the first pin is known to be of a version that is not lower than the second's.
fn is_not_lower(one: &str, two: &str) -> bool {
    let (Some(one), Some(two)) = (Pin::parse(one), Pin::parse(two)) else { return false };
    let begins = |(one, two): (&String, &String)| {
        let bare = |text: &str| text.trim_start_matches(['v', 'V']).to_owned();
        bare(one) == bare(two) || bare(one).starts_with(&format!("{}.", bare(two)))
    };
    let same = !one.versions.is_empty() && one.versions.len() == two.versions.len() && one.versions.iter().zip(&two.versions).all(begins);
    same || one.order(&two).is_some_and(Ordering::is_ge)
}

/// Merges a requirement (`name[extras] specifier ; marker`) by its parts, where no part is contested.
fn parts(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let (base, ours, theirs) = (split(base)?, split(ours)?, split(theirs)?);
    if base[0].trim() != ours[0].trim() || ours[0].trim() != theirs[0].trim() {
        return None;
    }
    let mut merged = String::new();
    for ((base, ours), theirs) in base.iter().zip(ours).zip(theirs) {
        let same = |one: &str, two: &str| one.trim() == two.trim();
        merged.push_str(match () {
            () if same(ours, base) => theirs,
            () if same(theirs, base) || same(ours, theirs) => ours,
            () => match version::choose(Some(base), ours.trim(), theirs.trim())? {
                version::Choice::Ours(_) => ours,
                version::Choice::Theirs(_) => theirs,
            },
        });
    }
    Some(merged)
}

/// Returns name, extras, specifier and marker of what may be a requirement.
fn split(text: &str) -> Option<[&str; 4]> {
    let name = name_end(text)?;
    let rest = &text[name..];
    let extras = if rest.trim_start().starts_with('[') { rest.find(']')? + 1 } else { 0 };
    let marker = rest[extras..].find(';').map_or(rest.len(), |at| extras + at);
    Some([&text[..name], &rest[..extras], &rest[extras..marker], &rest[marker..]])
}

/// Returns where the name ends in a text that looks like a requirement: a name, then nothing or an operator.
pub(super) fn name_end(text: &str) -> Option<usize> {
    let end = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')).count();
    let first = text.bytes().next()?;
    let rest = text[end..].trim_start();
    let fits = rest.is_empty() || rest.starts_with(['<', '>', '=', '!', '~', '@', ';', '[', '^']);
    (first.is_ascii_alphabetic() && fits && !rest.starts_with("@v")).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::version::HIGHER_PIN;

    fn choice(base: &str, ours: &str, theirs: &str) -> Option<Choice> {
        let side = |text: &'static str| Side { text, comment: "" };
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        let divided = |text: &str| match text.split_once(" #") {
            Some((text, comment)) => Side { text: leak(text), comment: leak(&format!("#{comment}")) },
            None => side(leak(text)),
        };
        settle(Some(base), divided(ours), divided(theirs), false)
    }

    #[test]
    fn takes_the_higher_of_two_versions() {
        assert_eq!(choice("ruff==0.4.1", "ruff==0.9.0", "ruff==0.10.0"), Some(Choice::Theirs(&HIGHER_PIN)));
        assert_eq!(choice("a/b@v3", "a/b@v5", "a/b@v4"), Some(Choice::Ours(&HIGHER_PIN)));
        assert_eq!(choice("x>=1,<2", "x>=3,<4", "x>=2,<5"), None, "neither is higher");
        assert_eq!(choice("90", "95", "100"), None, "a count is no version");
        assert_eq!(choice("make v1", "make v4", "make v7"), None, "a command is no pin");
        assert_eq!(choice("v1", "v4", "v7"), None, "its key does not say that it is a version");
    }

    #[test]
    fn never_takes_a_tag_for_a_commit() {
        let commit = format!("a/b@{}", "1".repeat(40));
        assert_eq!(choice("a/b@v3", &commit, "a/b@v4"), Some(Choice::Ask(&STRONGER_PIN)), "its version is not told");
        assert_eq!(choice("a/b@v3", &format!("{commit} # v4.1.2"), "a/b@v5"), Some(Choice::Ask(&STRONGER_PIN)));
        assert_eq!(choice("a/b@v3", &format!("{commit} # v4.1.2"), "a/b@v4"), Some(Choice::Ours(&STRONGER_PIN)));
        assert_eq!(choice("a/b@v3", &format!("{commit} # v5"), "a/b@v4"), Some(Choice::Ours(&STRONGER_PIN)));
        assert_eq!(choice("a/b@v3", "a/b@v4", &format!("{commit} # v5.0.1")), Some(Choice::Theirs(&STRONGER_PIN)));
        assert_eq!(choice("a/b@v3", "a/b@v4", &commit), None, "its version is not told");
    }

    #[test]
    fn merges_a_requirement_by_its_parts() {
        let parts = choice("asv==0.6.4", "asv==0.6.5", "asv[virtualenv]==0.6.4");
        assert_eq!(parts, Some(Choice::Both("asv[virtualenv]==0.6.5".to_owned(), &PARTS)));
        assert_eq!(choice("asv==1", "asv>=2", "asv~=3"), None);
    }
}
