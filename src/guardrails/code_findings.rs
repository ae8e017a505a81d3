//! Findings of what code does, for the guardrails that look at code.

use super::finding::{Change, Confidence, Finding, Place, Safety};
use super::guardrail::Sink;
use super::place_kind::{is_documentation, is_test, is_vendored};
use crate::formats::notebook::NotebookError;
use crate::repo::snapshot::Entry;
use crate::repo::subject::{IN_MEMORY, Subject};
use crate::scan::code::{Code, CodeScan, Hit, NotebookView, Risk, code_of};

/// Whether a file may hold code in Python.
pub fn python(entry: &Entry) -> bool {
    matches!(code_of(entry), Some(Code::Python | Code::Notebook | Code::Unknown))
}

/// Whether a file may hold code or commands.
pub fn code(entry: &Entry) -> bool {
    matches!(code_of(entry), Some(Code::Python | Code::Notebook | Code::Shell | Code::Unknown))
}

/// Whether a file may hold code, commands or settings.
pub fn code_or_settings(entry: &Entry) -> bool {
    code_of(entry).is_some()
}

/// Reports what a file's code does of one risk.
pub fn report(subject: &Subject<'_>, guardrail: &'static str, risk: Risk, sink: &mut Sink) {
    note_unread_notebook(subject, sink);
    let scan = subject.view::<CodeScan>();
    for hit in scan.hits.iter().filter(|hit| hit.risk == risk) {
        sink.report(finding(subject, guardrail, hit));
    }
}

/// Notes a notebook that its reader does not take: whoever asks for its code has not seen it.
pub fn note_unread_notebook(subject: &Subject<'_>, sink: &mut Sink) {
    // In the folder of a template it is no notebook yet; JSON of another kind is none.
    if subject.entry.extension() != "ipynb" || subject.path().contains("{{") {
        return;
    }
    if subject.entry.size > IN_MEMORY {
        sink.unscannable(subject.path(), "the notebook is larger than 32 MB");
    } else if let Some(Err(error @ (NotebookError::Json(_) | NotebookError::TooMany))) = &subject.view::<NotebookView>().0 {
        sink.unscannable(subject.path(), format!("the notebook cannot be read: {error}"));
    }
}

fn finding(subject: &Subject<'_>, guardrail: &'static str, hit: &Hit) -> Finding {
    let mut place = Place::of(subject, &hit.range);
    place.cell = hit.cell;
    let mut finding = Finding::new(guardrail, place, hit.what.clone(), hit.how.clone()).key(hit.key.clone());
    if !hit.sure {
        finding = finding.sure(Confidence::Medium);
    }
    let path = subject.path();
    if hit.advice || is_test(path) || is_documentation(path) || is_vendored(path) {
        finding = finding.advice();
    }
    if let Some(edit) = &hit.edit {
        let safety = if edit.safe { Safety::Safe } else { Safety::Unsafe };
        let change = Change::Edit { path: path.to_owned(), range: edit.range.clone(), text: edit.text.clone() };
        finding = finding.fix(safety, edit.title, vec![change]);
    }
    finding
}
