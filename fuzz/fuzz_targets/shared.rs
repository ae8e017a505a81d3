//! Runs every guardrail over a repository of one file, applies what they offer, and runs them again.

use std::sync::OnceLock;

use highroad::base::day::Day;
use highroad::guardrails::edits::{self, Files};
use highroad::guardrails::guardrail::{Context, Knowledge, Sink};
use highroad::guardrails::{self, run};
use highroad::repo::snapshot::Snapshot;
use highroad::repo::subject::Subject;

fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(|| highroad::ops::knowledge::read(None).expect("the built-in road"))
}

fn look(files: &Files) -> Sink {
    let there = files.iter().filter_map(|(path, bytes)| Some((path.clone(), bytes.clone()?)));
    let snapshot = Snapshot::of_files(there);
    let know = || knowledge();
    let today = Day::parse("2026-11-23").expect("a day");
    let context = Context { snapshot: &snapshot, config: None, lock: None, today, knowledge: &know };
    let mut sink = Sink::default();
    for entry in snapshot.entries() {
        run::look_at(&Subject::new(&snapshot, entry), guardrails::ALL.iter().copied(), &context, &mut sink);
    }
    let facts = std::mem::take(&mut sink.facts);
    run::look_at_whole(guardrails::ALL.iter().copied(), &context, &facts, None, &mut sink);
    sink
}

/// Looks at one file; its fixes are applied until nothing is left, which has to be soon.
pub fn check(path: &str, bytes: &[u8]) {
    let mut files: Files = [(path.to_owned(), Some(bytes.to_vec()))].into();
    for _ in 0..12 {
        let sink = look(&files);
        let fixes: Vec<_> = sink.findings.iter().filter_map(|finding| finding.fix.as_ref()).map(|fix| fix.changes.as_slice()).collect();
        let (after, _) = edits::apply(&files, fixes);
        if after == files {
            return;
        }
        files = after;
    }
    panic!("the fixes of {path} never come to an end");
}
