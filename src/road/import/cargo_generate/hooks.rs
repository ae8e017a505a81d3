//! What a cargo-generate hook would do, as far as its text says: it is never run.

use std::sync::LazyLock;

use regex::Regex;

use super::super::report::Report;
use super::super::{Files, line_of};
use super::join;

/// The largest script that is looked at, in bytes.
const LARGEST: usize = 256 << 10;
/// How many of its effects are told, and how many files each is told to concern.
const MOST: usize = 30;
const MOST_FILES: usize = 12;

/// A call of cargo-generate's modules with texts for arguments. Source: cargo-generate's book, "Rhai extensions".
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\b(variable::set|file::(?:rename|delete|write)|system::command)\(\s*["`]([^"`\n]{1,200})["`](?:\s*,\s*["`]([^"`\n]{1,200})["`])?"#)
        .expect("the expression is right")
});

/// Tells what a hook sets, renames, deletes and writes, each with the files that differ for it.
pub(super) fn tell(files: &Files, leaf: &str, script: &str, report: &mut Report) {
    let Some(text) =
        files.files.get(script).filter(|file| file.bytes.len() <= LARGEST).and_then(|file| std::str::from_utf8(&file.bytes).ok())
    else {
        return;
    };
    let shown = join(leaf, script);
    for call in CALL.captures_iter(text).take(MOST) {
        let part = |at: usize| call.get(at).map_or("", |found| found.as_str());
        let what = match (part(1), part(2), part(3)) {
            ("variable::set", name, _) => format!("the hook sets `{name}`, which is missing here; {}", users(files, name)),
            ("file::rename", from, to) => format!("the hook renames `{from}` to `{to}`; here it stays `{from}`"),
            ("file::delete", path, _) => format!("the hook deletes `{path}`; here it stays"),
            ("file::write", path, _) => format!("the hook writes `{path}`; here nobody does"),
            (_, program, _) => format!("the hook runs the program `{program}`; here nobody does"),
        };
        report.not_portable(
            &shown,
            line_of(text, part(0)),
            what,
            "a road never runs code",
            "say it with placeholders and conditions in the template",
        );
    }
}

/// Names the files that use a variable.
fn users(files: &Files, name: &str) -> String {
    let uses = |path: &str, bytes: &[u8]| path.contains(name) || bytes.windows(name.len()).any(|part| part == name.as_bytes());
    let all: Vec<&str> = files
        .files
        .iter()
        .filter(|(path, file)| !path.ends_with(".rhai") && uses(path, &file.bytes))
        .map(|(path, _)| path.as_str())
        .collect();
    let named = all.iter().take(MOST_FILES).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    match all.len() {
        0 => "no file uses it".to_owned(),
        count if count > MOST_FILES => format!("{named} and {} more use it", count - MOST_FILES),
        _ => format!("used in {named}"),
    }
}
