//! Patterns of `.gitignore` as the Python package pathspec matches them: the last one that fits decides, also over a `!`.
//!
//! Source: git's `gitignore` manual, "Pattern format".

use regex::{Regex, RegexBuilder};

/// Compiled patterns.
#[derive(Debug, Default)]
pub(crate) struct Patterns(Vec<(Regex, bool)>);

impl Patterns {
    /// Compiles patterns; lines that are empty or comments are none.
    ///
    /// # Errors
    /// When one cannot be compiled.
    pub(crate) fn new<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut patterns = Vec::new();
        for line in lines {
            let Some((text, include)) = regex_of(line) else { continue };
            let regex = RegexBuilder::new(&text).size_limit(1 << 20).build().map_err(|error| format!("the pattern `{line}`: {error}"))?;
            patterns.push((regex, include));
        }
        Ok(Self(patterns))
    }

    /// Whether a path is matched.
    pub(crate) fn matches(&self, path: &str) -> bool {
        self.0.iter().rev().find(|(regex, _)| regex.is_match(path)).is_some_and(|(_, include)| *include)
    }
}

/// Turns a pattern into a regular expression, with whether it includes.
fn regex_of(line: &str) -> Option<(String, bool)> {
    let line = if line.ends_with("\\ ") { line } else { line.trim_end() };
    if line.is_empty() || line.starts_with('#') || line == "/" {
        return None;
    }
    let (line, include) = match line.strip_prefix('!') {
        Some(rest) => (rest, false),
        None => (line, true),
    };
    let folder_only = line.ends_with('/');
    let body = line.trim_end_matches('/');
    let anchored = body.trim_start_matches("**/").contains('/') || body.starts_with('/');
    let body = body.trim_start_matches('/');
    let mut out = String::from("^");
    if !anchored && !body.starts_with("**/") {
        out.push_str("(?:.+/)?");
    }
    let parts: Vec<&str> = body.split('/').collect();
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        match (*part, last) {
            ("**", true) => out.push_str(".+"),
            ("**", false) if at == 0 => out.push_str("(?:.+/)?"),
            ("**", false) => out.push_str("(?:.+/)?"),
            (part, last) => {
                part_of(part, &mut out);
                if !last {
                    out.push('/');
                }
            }
        }
    }
    out.push_str(if folder_only { "/.*$" } else { "(?:/.*)?$" });
    Some((out, include))
}

/// `*` and `?` stay within a part; `[…]` is a set.
fn part_of(part: &str, out: &mut String) {
    let mut rest = part.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '\\' => out.push_str(&regex::escape(&rest.next().unwrap_or('\\').to_string())),
            '[' if rest.clone().skip(1).any(|c| c == ']') => {
                out.push('[');
                if matches!(rest.peek(), Some('!' | '^')) {
                    rest.next();
                    out.push('^');
                }
                let mut first = true;
                for c in rest.by_ref() {
                    if c == ']' && !first {
                        break;
                    }
                    first = false;
                    if matches!(c, '[' | ']' | '\\' | '&' | '~' | '^') {
                        out.push('\\');
                    }
                    out.push(c);
                }
                out.push(']');
            }
            c => out.push_str(&regex::escape(&c.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_git_ignores() {
        let all = |lines: &[&str], path: &str| Patterns::new(lines.iter().copied()).unwrap().matches(path);
        assert!(all(&["*.py[co]"], "a/b.pyc") && !all(&["*.py[co]"], "a/b.py"));
        assert!(all(&[".git"], ".git/config") && !all(&[".git"], ".gitignore"));
        assert!(all(&["/docs"], "docs/a.md") && !all(&["/docs"], "a/docs"));
        assert!(all(&["docs/*.md"], "docs/a.md") && !all(&["docs/*.md"], "x/docs/a.md"));
        assert!(all(&["~*"], "a/~b") && all(&["a/**/z"], "a/z") && all(&["a/**/z"], "a/b/c/z"));
        assert!(!all(&["*", "!keep"], "keep") && all(&["*", "!keep"], "other"));
        assert!(all(&["build/"], "build/x") && !all(&["build/"], "build"));
        assert!(!all(&["", "# x"], "x"));
    }
}
