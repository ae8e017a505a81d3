//! What people and programs read of a scan by one engine.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use schemars::JsonSchema;
use serde::Serialize;

use super::check::{CheckFinding, CheckUnscannable, finding};
use crate::base::diagnostic::printable;
use crate::guardrails::outcome::Judged;
use crate::repo::snapshot::Unreadable;

const STRONG: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// The result of `highroad scan … --json`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Scanned {
    /// The version of this format: 1.
    pub schema: u32,
    /// The files with something to say; of artifacts, every file that was looked at.
    pub files: Vec<ScannedFile>,
    /// Files that could not be read: they are not clean.
    pub unscannable: Vec<CheckUnscannable>,
    /// How many files, or versions of files, were looked at.
    pub looked_at: usize,
}

/// What was found in one file.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ScannedFile {
    /// The path.
    pub path: String,
    /// The commit that this version was met in, with `--history`.
    pub commit: Option<String>,
    /// `clean`, `suspicious`, `alarm` or `unscannable`.
    pub verdict: String,
    /// What was found.
    pub findings: Vec<CheckFinding>,
}

/// A file for the report: path, commit, the engine's verdict where it gives one, findings.
pub type ReportedFile<'a> = (&'a str, Option<&'a str>, Option<&'static str>, &'a [Judged]);

/// Describes a scan for programs.
pub fn document(files: &[ReportedFile<'_>], looked_at: usize, unscannable: &[Unreadable]) -> Scanned {
    let one = |(path, commit, verdict, findings): &ReportedFile<'_>| ScannedFile {
        path: (*path).to_owned(),
        commit: commit.map(ToOwned::to_owned),
        verdict: verdict.unwrap_or(if findings.is_empty() { "clean" } else { "alarm" }).to_owned(),
        findings: findings.iter().map(finding).collect(),
    };
    let mut files: Vec<ScannedFile> = files.iter().map(one).collect();
    files.sort_by(|a, b| (&a.path, &a.commit).cmp(&(&b.path, &b.commit)));
    let unscannable = unscannable.iter().map(|file| CheckUnscannable { path: file.path.clone(), why: file.why.clone() }).collect();
    Scanned { schema: 1, files, unscannable, looked_at }
}

/// What a person reads of a scan.
pub fn human(scanned: &Scanned, width: usize) -> String {
    let mut out = String::new();
    let speaking: Vec<&ScannedFile> = scanned.files.iter().filter(|file| file.verdict != "clean" || !file.findings.is_empty()).collect();
    for file in &speaking {
        let commit = file.commit.as_deref().map_or_else(String::new, |commit| format!(" (commit {})", &commit[..commit.len().min(12)]));
        let _ = writeln!(out, "{STRONG}{}{STRONG:#}{commit}  {BAD}{}{BAD:#}", printable(&file.path), file.verdict);
        for finding in &file.findings {
            let line = if finding.line > 0 { format!("{}: ", finding.line) } else { String::new() };
            let _ = writeln!(out, "  {line}{}  [{}]", printable(&finding.what), finding.guardrail);
            for row in super::tree::wrap(&printable(&finding.how), width.saturating_sub(6).max(24)) {
                let _ = writeln!(out, "    {row}");
            }
        }
    }
    for file in &scanned.unscannable {
        let _ = writeln!(out, "{STRONG}{}{STRONG:#}  {BAD}could not be checked{BAD:#}: {}", printable(&file.path), printable(&file.why));
    }
    let count: usize = speaking.iter().map(|file| file.findings.len()).sum();
    let looked = format!("{} {} looked at", scanned.looked_at, if scanned.looked_at == 1 { "file" } else { "files" });
    let _ = if count == 0 && speaking.is_empty() && scanned.unscannable.is_empty() {
        writeln!(out, "{GOOD}Clean{GOOD:#}: {looked}.")
    } else {
        writeln!(out, "{count} findings in {} files; {looked}, {} could not be checked.", speaking.len(), scanned.unscannable.len())
    };
    out
}
