//! Expressions in `${{ }}` of GitHub Actions, as far as it takes to name the contexts in them.
//!
//! Follows "Evaluate expressions in workflows and actions" of the GitHub documentation.

use std::ops::Range;

/// How many expressions of one text are looked at.
const EXPRESSIONS: usize = 2000;

/// An expression in `${{ }}`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Expression<'a> {
    /// Its bytes, from `$` to the last brace.
    pub span: Range<usize>,
    /// What stands between the braces.
    pub body: &'a str,
}

/// Returns the expressions in a text.
pub fn expressions(text: &str) -> Vec<Expression<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| memchr::memmem::find(rest.as_bytes(), b"${{")) {
        let start = at + open;
        let inner = start + 3;
        let Some(length) = closing(&text[inner..]) else { break };
        found.push(Expression { span: start..inner + length + 2, body: &text[inner..inner + length] });
        at = inner + length + 2;
        if found.len() >= EXPRESSIONS {
            break;
        }
    }
    found
}

/// Returns where `}}` stands outside quotes.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quoted = false;
    for at in 0..bytes.len() {
        match bytes[at] {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
    }
    // An odd quote: the first braces end it, as they do for a reader.
    memchr::memmem::find(bytes, b"}}")
}

/// Returns the contexts whose text can become part of what an expression yields: `github.event.issue.title`. Lists are
/// written as `*`. What is only compared, or only asked whether it contains something, yields no text and is left out.
pub fn contexts(body: &str) -> Vec<String> {
    let bytes = body.as_bytes();
    let mut found = Vec::new();
    let mut calls: Vec<bool> = Vec::new();
    let mut at = 0;
    let mut compared = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\'' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'\'' {
                    at += 1;
                }
                at += 1;
                compared = false;
            }
            b'(' => {
                calls.push(false);
                at += 1;
            }
            b')' => {
                calls.pop();
                at += 1;
            }
            b'=' | b'!' | b'<' | b'>' if bytes.get(at + 1) == Some(&b'=') => {
                compared = true;
                at += 2;
            }
            c if c.is_ascii_alphabetic() || c == b'_' => {
                let (path, end) = path(body, at);
                let next = body.get(end..).unwrap_or("").trim_start();
                if next.starts_with('(') {
                    let asks = matches!(path.as_str(), "contains" | "startswith" | "endswith" | "hashfiles");
                    calls.push(asks);
                    at = end + (body.len() - end - next.len()) + 1;
                } else {
                    let tested = next.starts_with("==") || next.starts_with("!=") || next.starts_with("&&");
                    if !compared && !tested && !calls.contains(&true) {
                        found.push(path);
                    }
                    at = end;
                }
                compared = false;
            }
            _ => at += 1,
        }
    }
    found
}

/// Reads `a.b['c'].*[0]` from `start` on, in small letters, and returns where it ends.
fn path(body: &str, start: usize) -> (String, usize) {
    let bytes = body.as_bytes();
    let is_name = |c: u8| c.is_ascii_alphanumeric() || c == b'_' || c == b'-';
    let mut path = String::new();
    let mut at = start;
    loop {
        let from = at;
        while at < bytes.len() && is_name(bytes[at]) {
            at += 1;
        }
        if at == from && bytes.get(at) == Some(&b'*') {
            at += 1;
        }
        path.push_str(&body[from..at].to_ascii_lowercase());
        while bytes.get(at) == Some(&b'[') {
            let Some(length) = body[at..].find(']') else { return (path, bytes.len()) };
            let index = body[at + 1..at + length].trim();
            path.push('.');
            match index.strip_prefix('\'').and_then(|index| index.strip_suffix('\'')) {
                Some(name) => path.push_str(&name.to_ascii_lowercase()),
                None => path.push('*'),
            }
            at += length + 1;
        }
        if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(|c| is_name(*c) || *c == b'*') {
            path.push('.');
            at += 1;
        } else {
            return (path, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_the_contexts_that_an_expression_yields() {
        for (body, wanted) in [
            ("github.event.issue.title", vec!["github.event.issue.title"]),
            ("github['event'].commits[0].message", vec!["github.event.commits.*.message"]),
            ("github.event.commits.*.author.name", vec!["github.event.commits.*.author.name"]),
            ("contains(github.event.comment.body, '/x')", vec![]),
            ("github.head_ref == 'main' && 'a' || 'b'", vec![]),
            ("github.head_ref || github.ref_name", vec!["github.head_ref", "github.ref_name"]),
            ("toJSON(github.event)", vec!["github.event"]),
            ("format('{0} }}', inputs.x)", vec!["inputs.x"]),
            ("startsWith(format('a', github.head_ref), 'b')", vec![]),
        ] {
            assert_eq!(contexts(body), wanted, "{body}");
        }
        assert_eq!(expressions("${{ 'a }} b' }} ${{ x }}").len(), 2);
    }

    proptest! {
        #[test]
        fn never_panics_on_any_text(text in "(?s)(\\$\\{\\{|\\}\\}|github|\\.|\\*|\\[|\\]|'|\\(|\\)|==|&&|contains|ü| ){0,50}") {
            for expression in expressions(&text) {
                prop_assert!(text.get(expression.span.clone()).is_some());
                contexts(expression.body);
            }
            contexts(&text);
        }
    }
}
