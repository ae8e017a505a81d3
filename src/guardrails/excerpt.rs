//! The line that a finding shows: short, printable, and never with a secret in it.

use super::finding::Finding;
use crate::repo::snapshot::Snapshot;
use crate::repo::subject::Subject;
use crate::scan::secrets;

/// The longest line that is shown, in characters.
const LONGEST: usize = 160;

/// Gives the findings of a file the line that they are on, where they bring none.
pub fn add_from(subject: &Subject<'_>, findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| finding.excerpt.is_none() && finding.place.path == subject.path()) {
        finding.excerpt = Some(line_of(subject, finding.place.line));
    }
}

/// Gives findings the line that they are on, where they bring none; the files are read for it.
pub fn add(snapshot: &Snapshot, findings: &mut [Finding]) {
    let mut paths: Vec<String> = findings
        .iter()
        .filter(|finding| finding.excerpt.is_none() && finding.place.line > 0)
        .map(|finding| finding.place.path.clone())
        .collect();
    paths.sort();
    paths.dedup();
    for path in paths {
        if let Some(subject) = snapshot.subject(&path) {
            add_from(&subject, findings);
        }
    }
}

/// Returns a line as it may be shown; empty where it may not be, or there is none.
fn line_of(subject: &Subject<'_>, line: usize) -> String {
    let Some(text) = subject.lines().filter(|_| line > 0) else { return String::new() };
    let line = &subject.text().unwrap_or_default()[text.lines.range(subject.text().unwrap_or_default(), line)];
    let shown: String = line.trim().chars().take(LONGEST).collect();
    if shown.is_empty() || !secrets::scan(subject.path(), line.get(..line.len().min(64 * LONGEST)).unwrap_or(&shown).as_bytes()).is_empty()
    {
        return String::new();
    }
    shown
}
