//! Runs guardrails over subjects and wholes, and examples over a guardrail.

use std::collections::BTreeMap;

use super::edits::{self, Files};
use super::finding::{Change, Finding};
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Knowledge, Sink, Verdict};
use crate::base::day::Day;
use crate::repo::config::Config;
use crate::repo::lock::{self, Lock};
use crate::repo::snapshot::Snapshot;
use crate::repo::subject::Subject;

/// Lets every guardrail that wants the file look at it.
pub fn look_at<'g>(subject: &Subject<'_>, guardrails: impl IntoIterator<Item = &'g Guardrail>, context: &Context<'_>, sink: &mut Sink) {
    for guardrail in guardrails {
        if let Some((wants, look)) = guardrail.inspection.each
            && wants(subject.entry)
        {
            look(subject, context, sink);
        }
    }
    if let Some(failure) = subject.failure() {
        sink.unscannable(&failure.path, failure.why);
    }
    // A place in converted text is no place in the file: such a file is not edited.
    if subject.lines().is_some_and(|text| !text.exact) {
        for finding in sink.findings.iter_mut().filter(|finding| finding.place.path == subject.path()) {
            finding.fix = None;
        }
    }
}

/// Lets every guardrail look at the whole that one of the changed paths concerns; `None` stands for all paths.
pub fn look_at_whole<'g>(
    guardrails: impl IntoIterator<Item = &'g Guardrail>,
    context: &Context<'_>,
    facts: &[Fact],
    changed: Option<&[String]>,
    sink: &mut Sink,
) {
    for guardrail in guardrails {
        let Some((concerns, look)) = guardrail.inspection.whole else { continue };
        let wanted = match changed {
            None => true,
            Some(paths) => !guardrail.inspection.needs_facts && paths.iter().any(|path| concerns(path)),
        };
        if wanted {
            look(context, facts, sink);
        }
    }
}

/// Returns what a guardrail finds in files, one after the other.
pub fn inspect_files(guardrail: &Guardrail, files: &BTreeMap<String, Vec<u8>>, knowledge: &Knowledge) -> Sink {
    let snapshot = Snapshot::of_files(files.clone());
    let text = |name: &str| files.get(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let config: Option<Config> = text(crate::repo::config::FILE).and_then(|text| toml::from_str(&text).ok());
    let lock: Option<Lock> = text(lock::FILE).and_then(|text| toml::from_str(&text).ok());
    let known = || knowledge;
    let today = Day::parse("2026-11-23").expect("a day");
    let context = Context { snapshot: &snapshot, config: config.as_ref(), lock: lock.as_ref(), today, knowledge: &known };
    let mut sink = Sink::default();
    for entry in snapshot.entries() {
        look_at(&Subject::new(&snapshot, entry), [guardrail], &context, &mut sink);
    }
    let facts = std::mem::take(&mut sink.facts);
    look_at_whole([guardrail], &context, &facts, None, &mut sink);
    sink
}

/// Returns the files of an example.
pub fn files_of(example: &Example) -> BTreeMap<String, Vec<u8>> {
    let bytes = |content: &Content| match content {
        Content::Text(text) => text.as_bytes().to_vec(),
        Content::Made { bytes, .. } => bytes(),
    };
    example.files.iter().map(|(path, content)| ((*path).to_owned(), bytes(content))).collect()
}

/// Runs a guardrail over its own examples: the bad ones are found, the good ones are not; a fix that it offers makes
/// its finding go away, and has nothing left to do the second time. Returns what is wrong.
pub fn judge_examples(guardrail: &Guardrail, knowledge: &Knowledge) -> Vec<String> {
    let id = guardrail.meta.id;
    let mut wrong = Vec::new();
    for verdict in [Verdict::Bad, Verdict::Good] {
        if !guardrail.meta.examples.iter().any(|example| example.verdict == verdict) {
            wrong.push(format!("{id}: no {verdict:?} example"));
        }
    }
    for example in guardrail.meta.examples {
        let files = files_of(example);
        let sink = inspect_files(guardrail, &files, knowledge);
        let found: Vec<&Finding> = sink.findings.iter().filter(|finding| finding.guardrail == id).collect();
        match example.verdict {
            Verdict::Bad if found.is_empty() => wrong.push(format!("{id}: finds nothing in `{}`", example.shows)),
            Verdict::Good if !found.is_empty() => wrong.push(format!("{id}: finds `{}` in `{}`", found[0].what, example.shows)),
            Verdict::Bad | Verdict::Good => {}
        }
        for finding in found {
            let Some(fix) = &finding.fix else { continue };
            let after = fixed(&files, &fix.changes);
            if after == files {
                wrong.push(format!("{id}: the fix of `{}` changes nothing", example.shows));
            }
            let again = inspect_files(guardrail, &after, knowledge).findings;
            if again.iter().any(|other| other.key == finding.key && other.place.path == finding.place.path)
                && again.len() >= sink.findings.len()
            {
                wrong.push(format!("{id}: the fix of `{}` leaves `{}`", example.shows, finding.what));
            }
        }
    }
    wrong
}

fn fixed(files: &BTreeMap<String, Vec<u8>>, changes: &[Change]) -> BTreeMap<String, Vec<u8>> {
    let before: Files = files.iter().map(|(path, bytes)| (path.clone(), Some(bytes.clone()))).collect();
    edits::apply(&before, [changes]).0.into_iter().filter_map(|(path, bytes)| bytes.map(|bytes| (path, bytes))).collect()
}
