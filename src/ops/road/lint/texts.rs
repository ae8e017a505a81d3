//! Texts that people read: reasons that are missing, and characters that could drive a terminal.

use super::{Desk, manifest_of};
use crate::base::diagnostic::printable;

pub(super) fn look(desk: &mut Desk<'_>) {
    changes(desk);
    parts(desk);
    questions(desk);
    characters(desk);
}

fn is_blank(text: &str) -> bool {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '…' | '-' | '?')).is_empty()
        || text.trim().eq_ignore_ascii_case("todo")
}

fn changes(desk: &mut Desk<'_>) {
    let manifest = &desk.road.manifest;
    let said: Vec<(String, String)> = manifest.change.iter().map(|change| (change.what.clone(), change.why.clone())).collect();
    if said.is_empty() && !manifest.upgrades_from.is_empty() {
        desk.report(
            "change-missing",
            "road.toml",
            Some("version"),
            [
                "the version does not say what changed",
                "whoever upgrades reads it, and every changed file of theirs names its reason",
                "add a `[[change]]` with `what` and `why`",
            ],
        );
    }
    for (what, why) in said {
        if is_blank(&what) || is_blank(&why) {
            let told = format!("a change has no reason: `{}`", if is_blank(&what) { &why } else { &what });
            desk.report(
                "change-reason",
                "road.toml",
                Some(&what),
                [&told, "a change without a reason gets no trust", "say in `why` what it is good for"],
            );
        }
    }
    let migrations: Vec<String> = manifest.migration.iter().map(|migration| migration.why.clone()).filter(|why| is_blank(why)).collect();
    for _ in migrations {
        desk.report(
            "change-reason",
            "road.toml",
            Some("[[migration]]"),
            ["a migration has no reason", "it changes files of people who read why", "say it in `why`"],
        );
    }
}

fn parts(desk: &mut Desk<'_>) {
    let mut found = Vec::new();
    for (folder, part) in desk.parts() {
        let path = manifest_of(&folder);
        let manifest = &part.manifest;
        if is_blank(&manifest.title) {
            found.push((path.clone(), "title", "it has no title".to_owned()));
        }
        if folder.starts_with("layers/") && is_blank(&manifest.why) {
            found.push((path.clone(), "title", "the layer does not say why a project wants it".to_owned()));
        }
        for rule in manifest.file.iter().filter(|rule| is_blank(&rule.why)) {
            found.push((path.clone(), "why", format!("the rule for `{}` has no reason", rule.path)));
        }
    }
    for (path, word, what) in found {
        desk.report("reason-missing", &path, Some(word), [&what, "people read it before they take the files", "write one sentence"]);
    }
}

fn questions(desk: &mut Desk<'_>) {
    let mut found = Vec::new();
    let mut all: Vec<(String, &crate::road::manifest::Question)> =
        desk.road.questions.iter().map(|question| ("questions.toml".to_owned(), question)).collect();
    for (folder, part) in desk.parts() {
        // Another tool's template has the texts that its author gave it.
        if part.manifest.dialect.is_none() {
            all.extend(part.manifest.question.iter().map(|question| (manifest_of(&folder), question)));
        }
    }
    for (path, question) in all {
        let key = &question.key;
        if !question.computed && is_blank(&question.ask) {
            found.push((path.clone(), key.clone(), format!("the question `{key}` asks nothing")));
        }
        if !question.computed && is_blank(&question.help) {
            found.push((path.clone(), key.clone(), format!("the question `{key}` has no help")));
        }
        for choice in question.choices.iter().filter(|choice| is_blank(&choice.label)) {
            found.push((path.clone(), key.clone(), format!("the choice `{}` of `{key}` has no label", choice.value)));
        }
        let twice = question
            .choices
            .iter()
            .enumerate()
            .find(|(at, choice)| question.choices[..*at].iter().any(|other| other.value == choice.value));
        if let Some((_, choice)) = twice {
            found.push((path.clone(), key.clone(), format!("`{key}` has the choice `{}` twice", choice.value)));
        }
    }
    for (path, key, what) in found {
        let line = format!("\"{key}\"");
        desk.report("question-text", &path, Some(&line), [&what, "a person answers it without asking you", "write it in plain words"]);
    }
}

/// Characters that a terminal or an editor acts on instead of showing them.
fn characters(desk: &mut Desk<'_>) {
    let mut found = Vec::new();
    for (path, file) in desk.tree.iter() {
        let Ok(text) = std::str::from_utf8(&file.bytes) else { continue };
        if text.contains('\0') {
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            if let Some(c) = line.chars().find(|c| acts(*c)) {
                found.push((path.to_string(), at + 1, c));
                break;
            }
        }
    }
    for (path, line, c) in found {
        let what = format!("the file has the character U+{:04X}", c as u32);
        desk.report(
            "control-character",
            &format!("{}:{line}", printable(&path)),
            None,
            [
                &what,
                "it can hide text from whoever reviews it, or drive a terminal that shows it",
                "remove it, or write it as an escape of the file's own language",
            ],
        );
    }
}

/// Escape and other C0 and C1 controls apart from tab, form feed and line ends; and what changes the direction of text.
fn acts(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\u{c}') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
