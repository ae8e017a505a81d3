//! The line that a finding shows: short, printable, and never with a secret in it.

use super::finding::Finding;
use crate::repo::snapshot::Snapshot;
use crate::repo::subject::Subject;
use crate::scan::secrets;

/// The longest line that is shown, in characters.
const LONGEST: usize = 160;

/// How much stands before a finding where a long line is cut, in characters.
const BEFORE: usize = 40;

/// Gives the findings of a file the line that they are on, where they bring none.
pub fn add_from(subject: &Subject<'_>, findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| finding.excerpt.is_none() && finding.place.path == subject.path()) {
        let (line, from) = line_of(subject, finding.place.line, finding.place.column);
        finding.excerpt = Some(line);
        finding.excerpt_from = from;
    }
}

/// Gives findings the line that they are on, where they bring none; the files are read for it.
pub fn add(snapshot: &Snapshot, findings: &mut [Finding]) {
    let bare = |finding: &&Finding| finding.excerpt.is_none() && finding.place.line > 0;
    let mut paths: Vec<String> = findings.iter().filter(bare).map(|finding| finding.place.path.clone()).collect();
    paths.sort();
    paths.dedup();
    for path in paths {
        if let Some(subject) = snapshot.subject(&path) {
            add_from(&subject, findings);
        }
    }
}

/// Takes credentials out of what a finding says: a name that it quotes can hold one.
pub fn mask(finding: &mut Finding) {
    let path = finding.place.path.clone();
    for text in [&mut finding.what, &mut finding.how].into_iter().chain(finding.fix.as_mut().map(|fix| &mut fix.title)) {
        if let std::borrow::Cow::Owned(masked) = secrets::redacted(&path, text) {
            *text = masked;
        }
    }
}

/// Returns a line as it may be shown, and the column that it begins at; an empty one where it may not be shown, or there
/// is none. A long line is cut around the finding.
fn line_of(subject: &Subject<'_>, line: usize, column: usize) -> (String, usize) {
    let nothing = (String::new(), 0);
    let (Some(lines), Some(text)) = (subject.lines().filter(|_| line > 0), subject.text()) else { return nothing };
    let whole = &text[lines.lines.range(text, line)];
    let indent = whole.chars().take_while(|c| c.is_whitespace()).count();
    let from = if whole.len() > LONGEST { indent.max(column.saturating_sub(BEFORE)) } else { indent };
    let mut shown: String = whole.chars().skip(from).take(LONGEST).collect();
    shown.truncate(shown.trim_end().len());
    // What is cut away around a secret could hide that it is one.
    let around: String = whole.chars().skip(from.saturating_sub(LONGEST)).take(3 * LONGEST).collect();
    let secret = |text: &str| !secrets::scan(subject.path(), text.as_bytes()).is_empty();
    if shown.is_empty() || secret(&shown) || secret(&around) {
        return nothing;
    }
    match notebook_source(subject.path(), &shown) {
        Some(source) => (source, 0),
        None => (shown, from + 1),
    }
}

/// Returns the line of code that a line of a notebook's JSON holds.
fn notebook_source(path: &str, line: &str) -> Option<String> {
    let inside = line.strip_suffix(',').unwrap_or(line);
    let quoted = path.ends_with(".ipynb") && inside.starts_with('"');
    let source: String = quoted.then(|| serde_json::from_str(inside).ok()).flatten()?;
    Some(source.trim_end().to_owned())
}
