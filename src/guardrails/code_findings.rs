//! Findings of what code does, for the guardrails that look at code.

use super::finding::{Change, Confidence, Finding, Place, Safety};
use super::guardrail::Sink;
use super::place_kind::{is_documentation, is_test, is_vendored};
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;
use crate::scan::code::{Code, CodeScan, Hit, Risk, code_of};

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
    let scan = subject.view::<CodeScan>();
    for hit in scan.hits.iter().filter(|hit| hit.risk == risk) {
        sink.report(finding(subject, guardrail, hit));
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
