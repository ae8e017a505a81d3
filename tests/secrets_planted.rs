//! Secrets planted in every kind of place: how many are found, how many harmless twins are called secrets, and that
//! no output ever shows a value. Every token is made at run time, in its provider's published form.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, may fail by a panic, and print what they measured"
)]

#[path = "support/findings.rs"]
mod findings;
#[path = "support/places.rs"]
mod places;
#[path = "support/seeded.rs"]
mod seeded;
mod support;
#[path = "support/tokens.rs"]
mod tokens;
#[path = "support/twins.rs"]
mod twins;

use std::collections::{BTreeMap, BTreeSet};

use findings::{Said, share};
use places::PLACES;
use seeded::Seeded;
use support::{Folder, Run, git};
use tokens::Planted;

/// The guardrails that speak of secrets.
const SECRETS: [&str; 1] = ["secret"];
const FORMATS: [&str; 6] = ["human", "json", "sarif", "markdown", "github", "gitlab"];

/// Found and planted, by name.
type Tally = BTreeMap<String, (usize, usize)>;

fn count(tally: &mut Tally, name: &str, found: bool) {
    let row = tally.entry(name.to_owned()).or_default();
    row.0 += usize::from(found);
    row.1 += 1;
}

fn print(title: &str, tally: &Tally) -> f64 {
    let (found, all) = tally.values().fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
    println!("{title}: {}", share(found, all));
    for (name, (found, all)) in tally {
        println!("  {name:24} {}", share(*found, *all));
    }
    found as f64 / all.max(1) as f64
}

/// A folder with one planted value in each file, other values for each kind of place; returns the values by path and kind of place.
fn plant(folder: &Folder, values: impl Fn(u64) -> Vec<Planted>) -> BTreeMap<String, (&'static str, Planted)> {
    let mut by_path = BTreeMap::new();
    let mut n = 0;
    for (number, (place, make)) in PLACES.iter().enumerate() {
        for one in &values(number as u64) {
            // Where the place itself says `password`, a checksum would be one.
            let named_by_place = ["netrc", "pypirc", "kubeconfig"].contains(place);
            if named_by_place && !one.stands_in_for_a_secret() {
                continue;
            }
            n += 1;
            let (path, text) = make(one, n);
            folder.write(&format!("repo/{path}"), &text);
            by_path.insert(path, (*place, one.clone()));
        }
    }
    by_path
}

fn paths_with_secrets(said: &Said) -> BTreeSet<String> {
    said.findings.iter().filter(|found| SECRETS.contains(&found.guardrail.as_str())).map(|found| found.path.clone()).collect()
}

#[test]
fn tokens_of_known_providers_are_found_in_every_kind_of_place() {
    let folder = Folder::new();
    let planted = plant(&folder, |place| tokens::tokens(1, 0x5eed + place));
    let said = Said::of(&folder.highroad(&["check", "repo", "--format", "json"]));
    assert_eq!(said.code, 1, "secrets stop the check");
    let found = paths_with_secrets(&said);
    let (mut providers, mut by_place) = (Tally::new(), Tally::new());
    let mut missed = Vec::new();
    for (path, (place, one)) in &planted {
        count(&mut providers, &one.of, found.contains(path));
        count(&mut by_place, place, found.contains(path));
        if !found.contains(path) {
            missed.push(format!("{} in {place} ({path})", one.of));
        }
    }
    print("by provider", &providers);
    let recall = print("by place", &by_place);
    println!("missed: {missed:#?}");
    assert!(providers.len() >= 25 && by_place.values().all(|row| row.1 >= 20));
    assert!(recall >= 0.95, "recall {recall:.3}");
    assert!(said.unscannable.is_empty(), "{:?}", said.unscannable);
}

#[test]
fn no_output_shows_a_value() {
    let folder = Folder::new();
    let planted = plant(&folder, |place| [tokens::tokens(1, 0xbead + place), tokens::passwords(1, 0xbead + place)].concat());
    // What tells a value from others of its form stands near its end; a window of it is as bad as the whole.
    let windows: Vec<&str> = planted
        .values()
        .flat_map(|(_, one)| {
            let (value, length) = (one.value.as_str(), one.value.len());
            let end = if one.of == "url-with-password" || one.of == "redis-url" { value.find('@').unwrap() } else { length * 9 / 10 };
            [value, &value[end.saturating_sub(10)..end]]
        })
        .collect();
    let search = aho_corasick::AhoCorasick::new(&windows).unwrap();
    for format in FORMATS {
        let run = folder.highroad(&["check", "repo", "--format", format]);
        assert_eq!(run.code, 1, "{format}: {}", run.err);
        for text in [&run.out, &run.err] {
            if let Some(hit) = search.find(text.as_str()) {
                let start = (0..=hit.start().saturating_sub(300)).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                panic!("--format {format} shows `{}` in: {}", windows[hit.pattern().as_usize()], &text[start..hit.end()]);
            }
        }
    }
    let run = folder.highroad(&["scan", "secrets", "repo", "--json"]);
    assert!(search.find(run.out.as_str()).is_none() && search.find(run.err.as_str()).is_none());
    let run = folder.highroad(&["scan", "secrets", "repo"]);
    assert!(search.find(run.out.as_str()).is_none() && search.find(run.err.as_str()).is_none());
}

#[test]
fn passwords_without_a_form_are_found_by_their_names() {
    let folder = Folder::new();
    let planted = plant(&folder, |place| tokens::passwords(2, 0xfeed + place));
    let found = paths_with_secrets(&Said::of(&folder.highroad(&["check", "repo", "--format", "json"])));
    let (mut kinds, mut by_place) = (Tally::new(), Tally::new());
    let mut missed = Vec::new();
    for (path, (place, one)) in &planted {
        count(&mut kinds, &one.of, found.contains(path));
        count(&mut by_place, place, found.contains(path));
        if !found.contains(path) {
            missed.push(format!("{} {} in {place} ({path})", one.of, one.name));
        }
    }
    print("passwords by kind", &kinds);
    let recall = print("passwords by place", &by_place);
    println!("missed: {missed:#?}");
    assert!(recall >= 0.8, "recall {recall:.3}");
}

#[test]
fn harmless_twins_are_left_alone() {
    let folder = Folder::new();
    let mut planted = plant(&folder, |place| twins::variables(0xcafe + place));
    let mut images = 0;
    for (kind, path, text) in twins::files(0xcafe) {
        folder.write(&format!("repo/{path}"), &text);
        images += usize::from(kind == "notebook-image");
        let place = if kind == "notebook-image" { kind } else { "file of its own" };
        planted.insert(path, (place, Planted { of: kind.to_owned(), name: String::new(), value: String::new() }));
    }
    let said = Said::of(&folder.highroad(&["check", "repo", "--format", "json"]));
    let found = paths_with_secrets(&said);
    let (mut kinds, mut by_place) = (Tally::new(), Tally::new());
    let mut wrong = Vec::new();
    for (path, (place, one)) in &planted {
        count(&mut kinds, &one.of, found.contains(path));
        count(&mut by_place, place, found.contains(path));
        if found.contains(path) {
            wrong.push(format!("{} {}={} in {place} ({path})", one.of, one.name, one.value));
        }
    }
    print("twins alarmed by kind", &kinds);
    let alarmed = print("twins alarmed by place", &by_place);
    println!("wrong: {wrong:#?}");
    assert_eq!(by_place["notebook-image"], (0, images), "no image is a secret");
    assert!(alarmed <= 0.02, "{alarmed:.3} of the twins are called secrets");
}

#[test]
fn private_keys_are_found_in_files_of_their_own() {
    let folder = Folder::new();
    let mut seeded = Seeded::new(0xd00d);
    let mut paths = Vec::new();
    for (n, kind) in ["", "RSA ", "EC ", "OPENSSH ", "DSA ", "ENCRYPTED "].iter().enumerate() {
        for (name, end) in [("pem", "\n"), ("key", "\r\n")] {
            let path = format!("deploy/k{n}.{name}");
            folder.write(&format!("repo/{path}"), &tokens::armoured(&mut seeded, kind, end));
            paths.push(path);
        }
    }
    folder.write("repo/home/.ssh/id_rsa", &tokens::armoured(&mut seeded, "OPENSSH ", "\n"));
    paths.push("home/.ssh/id_rsa".to_owned());
    let found = paths_with_secrets(&Said::of(&folder.highroad(&["check", "repo", "--format", "json"])));
    let missed: Vec<&String> = paths.iter().filter(|path| !found.contains(*path) && !path.contains("k5.")).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn the_history_remembers_what_was_removed() {
    let folder = Folder::new();
    std::fs::create_dir(folder.join("repo")).unwrap();
    let repo = folder.join("repo");
    git(&repo, &["init", "-q", "-b", "main"]);
    let tokens = tokens::tokens(1, 0xace);
    let mut values = BTreeMap::new();
    for (n, one) in tokens.iter().enumerate() {
        let (_, make) = PLACES[n % PLACES.len()];
        let (path, text) = make(one, n);
        folder.write(&format!("repo/{path}"), &text);
        values.insert(path, one.clone());
    }
    git(&repo, &["add", "-A", "-f"]);
    git(&repo, &["commit", "-q", "-m", "work"]);
    git(&repo, &["rm", "-r", "-q", "."]);
    folder.write("repo/README.md", "# Clean again\n");
    git(&repo, &["add", "-A", "-f"]);
    git(&repo, &["commit", "-q", "-m", "tidy up"]);
    let now = Said::of(&folder.highroad(&["scan", "secrets", "repo", "--json"]));
    assert!(now.findings.is_empty(), "{:?}", now.findings);
    assert_eq!(now.code, 0);
    let run = folder.highroad(&["scan", "secrets", "repo", "--history", "--json"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let missed: Vec<String> =
        values.iter().filter(|(path, _)| !run.out.contains(path.as_str())).map(|(path, one)| format!("{} ({path})", one.of)).collect();
    println!("in the history: {}", share(values.len() - missed.len(), values.len()));
    println!("missed: {missed:#?}");
    assert!(missed.len() * 20 <= values.len(), "recall below 0.95");
    assert!(values.values().all(|one| !run.out.contains(&one.value) && !run.err.contains(&one.value)));
}

#[test]
fn a_staged_secret_stops_the_commit_and_an_unstaged_one_does_not() {
    let folder = Folder::new();
    std::fs::create_dir(folder.join("repo")).unwrap();
    let repo = folder.join("repo");
    git(&repo, &["init", "-q", "-b", "main"]);
    let token = tokens::tokens(1, 0xbee).into_iter().find(|one| one.of == "github-classic").unwrap();
    folder.write("repo/a.py", "print(1)\n");
    git(&repo, &["add", "-A"]);
    git(&repo, &["commit", "-q", "-m", "work"]);
    let staged =
        || Run::of(folder.command(env!("CARGO_BIN_EXE_highroad")).args(["check", "--staged", "--format", "json"]).current_dir(&repo));
    folder.write("repo/a.py", &format!("TOKEN = \"{}\"\n", token.value));
    let said = Said::of(&staged());
    assert!(paths_with_secrets(&said).is_empty(), "what is not staged is not committed");
    git(&repo, &["add", "-A"]);
    // The file on the disk is clean again: what counts is what is staged.
    folder.write("repo/a.py", "print(1)\n");
    let said = Said::of(&staged());
    assert_eq!(said.code, 1);
    assert_eq!(said.document["mode"], "staged");
    assert!(paths_with_secrets(&said).contains("a.py"));
}
