//! The one error type that people see: what failed, where, why, and what to do next.

use std::fmt;

use super::mask::masked;

/// How a run ends, as the exit code of the process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// Done, and nothing is left for a person.
    Clean = 0,
    /// Findings or conflicts are left for a person.
    Findings = 1,
    /// Wrong use or bad input.
    Usage = 2,
    /// The tool could not complete.
    Failed = 3,
}

/// An error with its four parts, each one sentence or less, without a final period. None of them holds a secret key, a
/// password in an address or the value of a query: errors end up in logs, in reports and in each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Diagnostic {
    /// A stable kebab-case name, for searching.
    pub code: &'static str,
    /// What failed.
    pub what: String,
    /// Where: a file, `file:line:column`, a flag or a key.
    pub place: Option<String>,
    /// Why that is a failure.
    pub why: String,
    /// What to do next.
    pub fix: String,
    /// How the process ends.
    pub exit: Exit,
}

impl Diagnostic {
    /// Wrong use or bad input (exit 2).
    pub fn usage(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(code, what, Exit::Usage)
    }

    /// Something that the tool could not complete (exit 3).
    pub fn failed(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(code, what, Exit::Failed)
    }

    fn new(code: &'static str, what: impl Into<String>, exit: Exit) -> Self {
        Self { code, what: masked(&what.into()), place: None, why: String::new(), fix: String::new(), exit }
    }

    /// Adds where it happened.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(masked(&place.into()));
        self
    }

    /// Adds why it is a failure.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = masked(&why.into());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = masked(&fix.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}", self.code, printable(&self.what))?;
        if let Some(place) = &self.place {
            write!(f, "\n  --> {}", printable(place))?;
        }
        if !self.why.is_empty() {
            write!(f, "\n   = why: {}", printable(&self.why))?;
        }
        if !self.fix.is_empty() {
            write!(f, "\n   = fix: {}", printable(&self.fix))?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// Returns `text` with control characters written out, so that no input can drive the terminal.
/// Line breaks stay, indented under the part that they belong to.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\n     "),
            '\t' => out.push(' '),
            c if c.is_control() || is_bidirectional_control(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Whether `c` changes the direction of text (Unicode UAX #9), which can make a line read as another.
fn is_bidirectional_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns the candidate that is most like `word`, when one is close enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Returns a fix line: the nearest candidate where one is close, and the whole list.
pub fn did_you_mean(word: &str, candidates: &[&str]) -> String {
    let list = candidates.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ");
    match nearest(word, candidates.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? Possible: {list}"),
        None => format!("possible: {list}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_four_parts_and_no_escape_sequences() {
        let shown = Diagnostic::usage("x", "bad \u{1b}[31mred").at("a.toml:1:2").because("it is red").fix("paint it").to_string();
        assert_eq!(shown, "error[x]: bad \\u{1b}[31mred\n  --> a.toml:1:2\n   = why: it is red\n   = fix: paint it");
    }

    #[test]
    fn suggests_only_what_is_close() {
        assert_eq!(nearest("githbu", ["github", "gitlab", "none"]), Some("github"));
        assert_eq!(nearest("zzz", ["github", "gitlab"]), None);
    }
}
