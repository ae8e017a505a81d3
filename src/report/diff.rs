//! `highroad diff`: what differs from the road, and why; as one JSON document, and as a diff that people read.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use schemars::JsonSchema;
use serde::Serialize;

use super::steps::shown;
use crate::base::diagnostic::printable;

const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();
const PLUS: Style = AnsiColor::Green.on_default();
const MINUS: Style = AnsiColor::Red.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();

/// The result of `highroad diff --json`.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Diff {
    /// The version of this format: 1.
    pub schema: u32,
    /// The folder of the project.
    pub root: String,
    /// The id of the road.
    pub road: String,
    /// The version that the project came from.
    pub version: String,
    /// The files that differ, in order of path.
    pub files: Vec<DiffFile>,
    /// How many files of the road are as it gave them.
    pub same: usize,
    /// What could not be compared, and what a person should know.
    pub notes: Vec<String>,
}

/// A file that differs from what the road gave.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct DiffFile {
    /// Path from the root of the project; where it is deleted, where it was.
    pub path: String,
    /// Where the road gave it, where that is another path.
    pub from: Option<String>,
    /// `managed`, `merged` or `seeded`.
    pub ownership: String,
    /// `edited`, `moved`, `deleted`, `mode`, `type` or `newer`, where it is what a newer version of the road gives.
    pub what: String,
    /// Why, in a sentence.
    pub why: String,
    /// The difference, as a unified diff.
    pub diff: String,
}

/// The differences as a diff, each with its reason above it.
pub fn text(diff: &Diff) -> String {
    let mut out = String::new();
    for file in &diff.files {
        let from = file.from.as_ref().map(|from| format!(" (was {})", printable(from))).unwrap_or_default();
        let _ = writeln!(out, "{STRONG}# {}{from}: {}{STRONG:#}", printable(&file.path), file.why);
        for line in shown(&file.diff).lines() {
            let style = match line.as_bytes().first() {
                Some(b'+') => PLUS,
                Some(b'-') => MINUS,
                Some(b'@') => PLACE,
                Some(_) | None => Style::new(),
            };
            let _ = writeln!(out, "{style}{line}{style:#}");
        }
        out.push('\n');
    }
    let differ = if diff.files.len() == 1 { "1 file differs".to_owned() } else { format!("{} files differ", diff.files.len()) };
    let _ = writeln!(out, "{FAINT}# {differ} from road {} {}, {} are as it gave them{FAINT:#}", diff.road, diff.version, diff.same);
    for note in &diff.notes {
        let _ = writeln!(out, "{FAINT}# note: {}{FAINT:#}", printable(note));
    }
    out
}
