//! Turns what the scan of a model file saw into findings.

use super::finding::{Confidence, Finding, Place};
use super::guardrail::Sink;
use super::place_kind::{is_documentation, is_test};
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;
use crate::scan::artifacts::{Artifact, Hit, Kind, Rule, Severity};

/// How many findings one file gets of one guardrail: the first tell enough.
const MOST: usize = 10;

/// Whether a file is worth its first bytes: a model can have any name.
pub fn wants(entry: &Entry) -> bool {
    entry.is_file() && entry.size > 1
}

/// Reports the hits of a rule.
pub fn report(subject: &Subject<'_>, rule: Rule, how: &str, sink: &mut Sink) {
    let view = subject.view::<Artifact>();
    let Some(found) = &view.0 else { return };
    for hit in found.hits.iter().filter(|hit| hit.rule == rule).take(MOST) {
        let how = if rule == Rule::UnsafePickle && hit.severity != Severity::Alarm { doubtful(hit) } else { how.to_owned() };
        let mut finding =
            Finding::new(rule.id(), place(subject, found.kind, hit), sentence(hit), how).key(format!("{}:{}", hit.member, hit.what));
        finding = match hit.severity {
            Severity::Alarm => finding,
            Severity::Suspicious if matches!(rule, Rule::AutoMap) => finding.sure(Confidence::Medium),
            Severity::Suspicious => finding.sure(Confidence::Medium).advice(),
            Severity::Note if matches!(rule, Rule::ObjectArray) => finding,
            Severity::Note => finding.advice(),
        };
        // What runs code is loud wherever it lies; what merely could is not, among tests and documents.
        let quiet = hit.severity != Severity::Alarm && (is_test(subject.path()) || is_documentation(subject.path()));
        sink.report(if quiet { finding.advice() } else { finding });
    }
}

/// Says what to do about a pickle that may well be harmless.
fn doubtful(hit: &Hit) -> String {
    let maker = ["cloudpickle", "dill"].into_iter().find(|maker| hit.what.contains(maker));
    let why = maker.map_or_else(
        || "Nobody can tell from the file what that does".to_owned(),
        |maker| format!("`{maker}` rebuilds a function or class here, so nobody can tell what it calls"),
    );
    format!("{why}: save the model with `skops.io.dump` or as safetensors, or make the object again from code")
}

/// Reports that a file is a pickle, or holds some.
pub fn report_pickles(subject: &Subject<'_>, sink: &mut Sink) {
    if subject.head().starts_with(b"version https://git-lfs") {
        let extension = subject.entry.extension();
        if matches!(extension.as_str(), "pkl" | "pickle" | "p" | "pt" | "pth" | "ckpt" | "joblib" | "bin" | "sav") {
            sink.unscannable(subject.path(), "it is a git-lfs pointer: the file itself is not here");
        }
        return;
    }
    let view = subject.view::<Artifact>();
    let Some(found) = &view.0 else { return };
    let arrays: Vec<&str> = found.hits.iter().filter(|hit| hit.rule == Rule::ObjectArray).map(|hit| hit.member.as_str()).collect();
    let members: Vec<&Hit> =
        found.hits.iter().filter(|hit| hit.rule == Rule::PickleArtifact && !arrays.contains(&hit.member.as_str())).collect();
    let Some(first) = members.first() else { return };
    let what = match (first.member.as_str(), members.len()) {
        ("", _) => format!("`{}` is a pickle", subject.entry.name()),
        (member, 1) => format!("`{}` holds a pickle, `{member}`", subject.entry.name()),
        (member, count) => format!("`{}` holds {count} pickles, the first is `{member}`", subject.entry.name()),
    };
    let how = match found.kind {
        Kind::Torch | Kind::TorchScript => {
            "Save the weights with `safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")` and remove this file"
        }
        Kind::Other
        | Kind::Pickle
        | Kind::Zip
        | Kind::Keras
        | Kind::Tar
        | Kind::Compressed
        | Kind::Numpy
        | Kind::Hdf5
        | Kind::TensorFlow
        | Kind::TensorFlowLite
        | Kind::Onnx
        | Kind::Gguf
        | Kind::Safetensors
        | Kind::Text
        | Kind::Bytecode
        | Kind::Closed => {
            "Save tensors as safetensors, scikit-learn models with `skops.io.dump`, plain data as JSON or Parquet, and remove this file"
        }
    };
    let finding = Finding::new(Rule::PickleArtifact.id(), Place::file(subject.path()), what, how).key(subject.path());
    let quiet = is_test(subject.path()) || is_documentation(subject.path());
    sink.report(if quiet { finding.advice() } else { finding });
}

/// Reports that a file could not be read to its end.
pub fn report_unread(subject: &Subject<'_>, sink: &mut Sink) {
    let how = "Store it in a format that can be read, or replace the damaged file";
    report(subject, Rule::UnscannableArtifact, how, sink);
    let view = subject.view::<Artifact>();
    let Some(found) = &view.0 else { return };
    // A configuration with comments in it is no damaged model.
    if found.kind == Kind::Text {
        return;
    }
    if let Some(unread) = found.unread.first() {
        let what = if unread.member.is_empty() { unread.why.clone() } else { format!("`{}` in it: {}", unread.member, unread.why) };
        sink.unscannable(subject.path(), what.clone());
        let finding = Finding::new(
            Rule::UnscannableArtifact.id(),
            Place::file(subject.path()),
            format!("`{}` could not be read to its end: {what}", subject.entry.name()),
            how,
        )
        .key(subject.path());
        let quiet = is_test(subject.path()) || is_documentation(subject.path());
        sink.report(if quiet { finding.advice() } else { finding });
    }
}

fn sentence(hit: &Hit) -> String {
    let verb = hit.rule == Rule::UnsafePickle && !hit.what.starts_with("it ") && !hit.what.starts_with("behind ");
    let what = if verb { format!("the pickle {}", hit.what) } else { hit.what.clone() };
    if hit.member.is_empty() { what } else { format!("{what} (in `{}`)", hit.member) }
}

/// A text has lines; everything else is shown as a file.
fn place(subject: &Subject<'_>, kind: Kind, hit: &Hit) -> Place {
    if kind != Kind::Text || !hit.member.is_empty() {
        return Place::file(subject.path());
    }
    let Some(text) = subject.text() else { return Place::file(subject.path()) };
    let named = hit.what.rsplit('`').nth(1).unwrap_or_default();
    let from = usize::try_from(hit.offset).unwrap_or(0).min(text.len());
    let at = text.get(from..).and_then(|rest| rest.find(named)).map(|at| from + at);
    match at {
        Some(at) if !named.is_empty() => Place::of(subject, &(at..at + named.len())),
        _ if from > 0 => Place::of(subject, &(from..from)),
        _ => Place::file(subject.path()),
    }
}
