//! Every guardrail does what its own definition and its own examples say.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, missing_docs, reason = "tests may fail by a panic")]

mod support;

use std::collections::BTreeMap;

use highroad::guardrails::coverage::{served_by, unknown_guardrails};
use highroad::guardrails::guardrail::{Guardrail, Verdict};
use highroad::guardrails::{self, edits, run};
use support::Folder;

/// These two have their findings from the check as a whole: their examples run through the binary, as all others do.
const OF_THE_CHECK: [&str; 2] = ["guardrail-weakened", "unscannable-file"];

fn write(folder: &Folder, files: &BTreeMap<String, Vec<u8>>) {
    for (path, bytes) in files {
        let path = folder.join(&format!("repository/{path}"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    std::fs::create_dir_all(folder.join("repository")).unwrap();
}

fn found(folder: &Folder, id: &str) -> bool {
    // A file that cannot be read is found by whoever wants to read it, so then all of them run.
    let only = ["--only", id];
    let only = if id == "unscannable-file" { &[][..] } else { &only[..] };
    let run = folder.highroad(&[&["check", "repository", "--json"], only].concat());
    assert_ne!(run.code, 2, "{}: {}", id, run.err);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    report["findings"].as_array().unwrap().iter().any(|finding| finding["guardrail"] == id)
}

#[test]
fn each_speaks_in_its_bad_examples_and_is_silent_in_its_good_ones() {
    let knowledge = highroad::ops::knowledge::read(None).unwrap();
    let inside = |guardrail: &&&Guardrail| !OF_THE_CHECK.contains(&guardrail.meta.id);
    let wrong: Vec<String> =
        guardrails::ALL.iter().filter(inside).flat_map(|guardrail| run::judge_examples(guardrail, &knowledge)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_binary_says_the_same_of_every_example() {
    let mut wrong = Vec::new();
    for guardrail in guardrails::ALL.iter() {
        for example in guardrail.meta.examples {
            let folder = Folder::new();
            write(&folder, &run::files_of(example));
            if found(&folder, guardrail.meta.id) != (example.verdict == Verdict::Bad) {
                wrong.push(format!("{}: {}", guardrail.meta.id, example.shows));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn definitions_are_whole() {
    let ids = guardrails::ids();
    assert_eq!(unknown_guardrails(&ids), Vec::<String>::new(), "the standards name guardrails that are not there");
    for guardrail in guardrails::ALL.iter() {
        let meta = &guardrail.meta;
        assert!(meta.id.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit()), "{}", meta.id);
        assert_eq!(ids.iter().filter(|id| **id == meta.id).count(), 1, "{}", meta.id);
        for (part, text) in [("title", meta.title), ("why", meta.why), ("attack", meta.attack), ("fix", meta.fix)] {
            assert!(text.len() > 12, "{}: {part}", meta.id);
            assert!(!text.contains("   "), "{}: {part} has a gap", meta.id);
        }
        assert!(!meta.title.ends_with('.'), "{}", meta.id);
        let of_ours = OF_THE_CHECK.contains(&meta.id) || matches!(meta.id, "road-drift" | "road-outdated" | "safeguard-removed");
        assert!(of_ours || !served_by(meta).is_empty(), "{} serves no standard", meta.id);
        for verdict in [Verdict::Bad, Verdict::Good] {
            assert!(meta.examples.iter().any(|example| example.verdict == verdict), "{}: no {verdict:?} example", meta.id);
        }
    }
}

/// Applies the safe fixes of one guardrail to its own bad examples through the binary: the findings that have a fix go,
/// and the second time nothing changes.
#[test]
fn fixes_settle_their_findings_once_and_for_all() {
    for guardrail in guardrails::ALL.iter().filter(|guardrail| !guardrail.meta.automatic.is_empty()) {
        let mut fixed = 0;
        for example in guardrail.meta.examples.iter().filter(|example| example.verdict == Verdict::Bad) {
            let folder = Folder::new();
            write(&folder, &run::files_of(example));
            let arguments = ["fix", "repository", "--only", guardrail.meta.id, "--unsafe", "--json"];
            let first: serde_json::Value = serde_json::from_str(&folder.highroad(&arguments).out).unwrap();
            fixed += first["fixes"].as_array().unwrap().len();
            let after = support::files(&folder.join("repository"));
            let second: serde_json::Value = serde_json::from_str(&folder.highroad(&arguments).out).unwrap();
            assert_eq!(second["fixes"].as_array().unwrap().len(), 0, "{}: {}: {second}", guardrail.meta.id, example.shows);
            assert_eq!(support::files(&folder.join("repository")), after, "{}: {}", guardrail.meta.id, example.shows);
        }
        assert!(fixed > 0, "{} says that it has a fix, and none of its examples shows it", guardrail.meta.id);
    }
}

#[test]
fn no_fix_touches_anything_but_what_it_names() {
    let knowledge = highroad::ops::knowledge::read(None).unwrap();
    for guardrail in guardrails::ALL.iter() {
        for example in guardrail.meta.examples {
            let files = run::files_of(example);
            for finding in run::inspect_files(guardrail, &files, &knowledge).findings {
                let Some(fix) = finding.fix else { continue };
                for path in edits::touched(&fix.changes) {
                    assert!(highroad::base::path::RelPath::parse(path).is_ok(), "{}: {path}", guardrail.meta.id);
                }
            }
        }
    }
}
