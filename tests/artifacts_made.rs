//! Model files made for the test: those that would hurt raise an alarm, those as libraries write them do not.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, may fail by a panic, and print what they measured"
)]

#[path = "support/artifact_bad.rs"]
mod artifact_bad;
#[path = "support/artifact_bytes.rs"]
mod artifact_bytes;
#[path = "support/artifact_formats.rs"]
mod artifact_formats;
#[path = "support/artifact_good.rs"]
mod artifact_good;
#[path = "support/artifact_packed.rs"]
mod artifact_packed;
#[path = "support/findings.rs"]
mod findings;
#[path = "support/seeded.rs"]
mod seeded;
mod support;

use std::collections::BTreeMap;

use artifact_bad::Made;
use findings::{Said, share};
use serde_json::Value;
use support::Folder;

/// Writes the files, each in a folder of its own, and returns what `scan artifacts` says of each, with the exit code.
fn verdicts(made: &[Made]) -> (BTreeMap<String, (String, String)>, i32) {
    let folder = Folder::new();
    for (n, (name, bytes)) in made.iter().enumerate() {
        let path = folder.join(&format!("models/{n:03}/{name}"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let run = folder.highroad(&["scan", "artifacts", "models", "--json"]);
    let document: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}\n{}{}", run.out, run.err));
    let mut said = BTreeMap::new();
    for (n, (name, _)) in made.iter().enumerate() {
        let tail = format!("{n:03}/{name}");
        let row = document["files"].as_array().unwrap().iter().find(|row| row["path"].as_str().unwrap().ends_with(&tail));
        let verdict = row.map_or("not listed", |row| row["verdict"].as_str().unwrap());
        let why = row.map_or_else(String::new, |row| row["findings"].to_string());
        said.insert(name.clone(), (verdict.to_owned(), why));
    }
    assert_eq!(said.len(), made.len(), "every made file has a name of its own");
    (said, run.code)
}

fn with(said: &BTreeMap<String, (String, String)>, verdict: &str) -> Vec<String> {
    said.iter().filter(|(_, row)| row.0 == verdict).map(|(name, row)| format!("{name} {}", row.1)).collect()
}

#[test]
fn what_would_hurt_raises_an_alarm() {
    let made = artifact_bad::all();
    assert!(made.len() >= 60);
    let (said, code) = verdicts(&made);
    assert_eq!(code, 1);
    let alarms = with(&said, "alarm").len();
    println!("malicious: {} alarmed", share(alarms, made.len()));
    for verdict in ["clean", "not listed", "suspicious", "unscannable"] {
        println!("{verdict}: {:#?}", with(&said, verdict));
    }
    assert!(with(&said, "clean").is_empty() && with(&said, "not listed").is_empty());
    assert!(alarms * 100 >= made.len() * 98);
}

#[test]
fn what_libraries_write_raises_none() {
    let made = artifact_good::all();
    assert!(made.len() >= 40);
    let (said, code) = verdicts(&made);
    let (alarms, suspicious) = (with(&said, "alarm"), with(&said, "suspicious"));
    println!("benign: {} alarmed, {} suspicious", share(alarms.len(), made.len()), share(suspicious.len(), made.len()));
    println!("alarm: {alarms:#?}\nsuspicious: {suspicious:#?}\nunscannable: {:#?}", with(&said, "unscannable"));
    assert!(alarms.len() * 100 <= made.len() * 2);
    assert!(suspicious.len() * 100 <= made.len() * 5);
    assert_eq!(code, i32::from(!alarms.is_empty()));
}

#[test]
fn the_check_stops_a_model_that_runs_code() {
    let folder = Folder::new();
    let path = folder.join("repo/models/ranker.pt");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, artifact_bytes::torch_zip("m", artifact_bytes::runs(2), vec![])).unwrap();
    let said = Said::of(&folder.highroad(&["check", "repo", "--format", "json"]));
    assert_eq!(said.code, 1);
    assert!(said.findings.iter().any(|found| found.path == "models/ranker.pt" && found.level == "block"), "{:?}", said.findings);
}

#[test]
fn a_file_that_cannot_be_judged_is_never_clean() {
    // Small when packed, large when unpacked, and the call stands at the end.
    let start = artifact_bytes::Pickle::new(4).raw(b"B").raw(&(96u32 << 20).to_le_bytes()).raw(&vec![0; 96 << 20]).raw(b"0").bytes();
    let bomb = artifact_bytes::gzip(&[start, artifact_bytes::runs(4)[2..].to_vec()].concat());
    let deep = (0..40).fold(artifact_bytes::runs(4), |inner, _| artifact_bytes::gzip(&inner));
    let made = vec![("bomb.pkl.gz".to_owned(), bomb), ("deep.gz".to_owned(), deep)];
    let (said, _) = verdicts(&made);
    assert!(with(&said, "clean").is_empty() && with(&said, "not listed").is_empty(), "{said:?}");
}
