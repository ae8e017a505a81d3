//! Settings that let a model's repository run its code: YAML, JSON and TOML, and commands in them.

use super::call::hit;
use super::{CodeScan, Risk, shell};
use crate::repo::snapshot::Entry;

/// Files of other tools that are long and hold no settings of a project.
const LOCKS: &[&str] = &["package-lock.json", "yarn.lock", "poetry.lock", "Pipfile.lock", "uv.lock", "pnpm-lock.yaml"];

/// Scans a file of settings.
pub(super) fn file(text: &str, entry: &Entry, scan: &mut CodeScan) {
    if LOCKS.contains(&entry.name()) {
        return;
    }
    let yaml = matches!(entry.extension().as_str(), "yaml" | "yml");
    for word in ["trust_remote_code", "trust-remote-code"] {
        for at in memchr::memmem::find_iter(text.as_bytes(), word) {
            setting(text, at, word, yaml, scan);
        }
    }
    if yaml {
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            shell::insecure(line, &mut |range, what, key| {
                scan.hits.push(hit(Risk::Tls, at + range.start..at + range.end, key, what, shell::TLS_HOW));
            });
            at += line.len();
        }
    }
}

fn setting(text: &str, at: usize, word: &str, yaml: bool, scan: &mut CodeScan) {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let (before, after) = (&text[start..at], text[at + word.len()..end].trim_end());
    // JSON has no comments; a `#` in front of the key makes the others one.
    let comment = before.trim_start().starts_with(['#', ';']) || before.contains(" #") || before.trim_start().starts_with("//");
    if comment {
        return;
    }
    let flag = before.ends_with("--");
    let (range, on) = if flag {
        let rest = after.trim_start_matches(['"', '\'']);
        let value = rest.strip_prefix('=').unwrap_or_else(|| rest.trim_start_matches([' ', ',', '"', '\'']));
        let word_start = before.chars().rev().nth(2).is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '[' | ',' | '-'));
        (at - 2..at + word.len(), word_start && !says(value, &["false", "0", "no"]))
    } else {
        // A key, alone in its place, and the value after it.
        let key = before.trim_end_matches(['"', '\'']);
        let alone = key.is_empty() || key.ends_with([' ', '\t', '{', ',', '.', '-', '+', '[']);
        let rest = after.trim_start_matches(['"', '\'']).trim_start();
        let value = rest.strip_prefix([':', '=']).map(|value| value.trim_start().trim_start_matches(['"', '\'']));
        let size = value.map_or(0, |value| text[..end].trim_end().len() - value.len() - at);
        let on = value.is_some_and(|value| says(value, &["true", "yes", "on"]) || yaml && says(value, &["True"]));
        let length = if size > 0 { size + 4 } else { word.len() };
        (at..(at + length).min(end), alone && on)
    };
    if on && text.is_char_boundary(range.end) {
        let what = format!("`{}{word}` lets the model's repository run its own code here", if flag { "--" } else { "" });
        let how = "Set it to `false`, or keep the model's code in this repository after a review and fix its revision to a commit";
        scan.hits.push(hit(Risk::RemoteCode, range, word, what, how));
    }
}

/// Whether a value begins with one of the words.
fn says(value: &str, words: &[&str]) -> bool {
    let word: String = value.chars().take_while(char::is_ascii_alphanumeric).collect();
    words.iter().any(|known| known.eq_ignore_ascii_case(&word))
}
