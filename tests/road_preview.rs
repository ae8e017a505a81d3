//! `highroad road preview`: what an upgrade would do to many repositories, with nothing written in them.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/small_road.rs"]
mod small_road;
mod support;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use small_road::two_versions;
use support::changes::state;
use support::{Folder, Run, git};

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", run.out, run.err))
}

/// A repository on version 2026.1.1, with an edit.
fn repository(folder: &Folder, at: &str, edit: impl Fn(&Path)) {
    let (parent, name) = at.rsplit_once('/').unwrap();
    std::fs::create_dir_all(folder.join(parent)).unwrap();
    let mut command = folder.command(env!("CARGO_BIN_EXE_highroad"));
    let road = folder.join("store/2026.1.1");
    Run::of(command.current_dir(folder.join(parent)).args(["new", name, "--yes", "--road"]).arg(road)).success();
    edit(&folder.join(at));
    git(&folder.join(at), &["add", "-A"]);
    git(&folder.join(at), &["commit", "-q", "--allow-empty", "-m", "work"]);
}

fn replace(root: &Path, path: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(root.join(path)).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(root.join(path), text.replace(from, to)).unwrap();
}

fn statuses(report: &Value) -> BTreeMap<String, String> {
    let all = report["repositories"].as_array().unwrap().iter();
    all.map(|one| {
        let path = one["path"].as_str().unwrap();
        (path.split("clones/").last().unwrap().to_owned(), one["status"].as_str().unwrap().to_owned())
    })
    .collect()
}

#[test]
fn sorts_repositories_and_writes_nothing_in_them() {
    let folder = Folder::new();
    two_versions(&folder);
    repository(&folder, "clones/a/clean", |root| replace(root, "README.md", "Six.", "Six, ours."));
    repository(&folder, "clones/a/conflict", |root| replace(root, "README.md", "Introduction.", "Introduction, <b>ours</b>."));
    repository(&folder, "clones/b/half", |root| std::fs::remove_file(root.join("highroad.lock")).unwrap());
    repository(&folder, "clones/b/edited-lock", |root| replace(root, "highroad.lock", "name = \"edited-lock\"", "name = \"other\""));
    folder.write("clones/plain/README.md", "# Plain\n");
    git(&folder.join("clones/plain"), &["init", "-q"]);
    folder.write("clones/guardrails-only/highroad.toml", "schema = 1\n");
    folder.write("clones/broken/highroad.toml", "schema = [\n");
    folder.write("clones/not-a-repository/x/y.txt", "text\n");
    repository(&folder, "clones/newest", |root| {
        std::fs::remove_dir_all(root).unwrap();
        Run::of(
            folder
                .command(env!("CARGO_BIN_EXE_highroad"))
                .current_dir(folder.join("clones"))
                .args(["new", "newest", "--yes", "--road", "../two"]),
        )
        .success();
    });
    let before = state(&folder.join("clones"));
    let stamps = |root: &Path| {
        support::files(root)
            .into_iter()
            .map(|(path, _)| (path.clone(), std::fs::metadata(root.join(&path)).unwrap().modified().unwrap()))
            .collect::<BTreeMap<_, _>>()
    };
    let modified = stamps(&folder.join("clones"));
    let run = folder.highroad(&["road", "preview", "two", "--store", "store", "--repos", "clones", "--html", "page.html", "--json"]);
    assert_eq!(run.code, 1, "{}\n{}", run.out, run.err);
    let report = json(&run);
    let wanted = [
        ("a/clean", "clean"),
        ("a/conflict", "conflict"),
        ("b/edited-lock", "could-not"),
        ("b/half", "could-not"),
        ("broken", "could-not"),
        ("guardrails-only", "not-on-road"),
        ("newest", "up-to-date"),
        ("plain", "not-on-road"),
    ];
    assert_eq!(statuses(&report), wanted.map(|(path, status)| (path.to_owned(), status.to_owned())).into(), "{report:#}");
    assert_eq!(report["counts"]["all"], 8);
    let conflict = &report["repositories"][1];
    assert_eq!(
        (conflict["conflicts"][0].as_str(), conflict["from"].as_str(), conflict["to"].as_str()),
        (Some("README.md"), Some("2026.1.1"), Some("2026.1.2"))
    );
    assert_eq!(state(&folder.join("clones")), before);
    assert_eq!(stamps(&folder.join("clones")), modified);
    let page = std::fs::read_to_string(folder.join("page.html")).unwrap().replace("<wbr>", "");
    assert!(page.contains("clones/a/conflict") && !page.contains("<script") && !page.contains("://"), "{page}");
    // A list of some of them, and the table for people.
    folder.write("list.txt", "# ours\nclones/a/clean\n\nclones/a/nowhere\n");
    let run = folder.highroad(&["road", "preview", "two", "--store", "store", "--repos", "list.txt"]);
    assert_eq!(run.code, 1);
    assert!(
        run.out.contains("1  clean") && run.out.contains("nothing is there") && run.out.lines().all(|line| line.chars().count() <= 80),
        "{}",
        run.out
    );
}

#[test]
fn a_guardrail_that_begins_to_block_is_a_regress() {
    let folder = Folder::new();
    two_versions(&folder);
    let road = std::fs::read_to_string(folder.join("two/road.toml")).unwrap();
    folder.write("two/road.toml", &road.replace("[guardrails]\n", "[guardrails]\nunsafe-deserialization = \"block\"\n"));
    let road = std::fs::read_to_string(folder.join("one/road.toml")).unwrap();
    folder.write("one/road.toml", &road.replace("[guardrails]\n", "[guardrails]\nunsafe-deserialization = \"warn\"\n"));
    std::fs::remove_dir_all(folder.join("store")).unwrap();
    folder.highroad(&["road", "release", "one", "store"]).success();
    repository(&folder, "clones/risky", |root| {
        std::fs::write(root.join("run.py"), "import pickle\n\nMODEL = pickle.load(open('m', 'rb'))\n").unwrap()
    });
    repository(&folder, "clones/calm", |_| {});
    let report = json(&folder.highroad(&["road", "preview", "two", "--store", "store", "--repos", "clones", "--json"]));
    assert_eq!(
        statuses(&report),
        [("calm", "clean"), ("risky", "regress")].map(|(path, status)| (path.to_owned(), status.to_owned())).into(),
        "{report:#}"
    );
    let new = &report["repositories"][1]["new"][0];
    assert_eq!(
        (new["guardrail"].as_str(), new["level"].as_str(), new["path"].as_str()),
        (Some("unsafe-deserialization"), Some("block"), Some("run.py"))
    );
}

#[test]
fn says_what_is_wrong_with_where_it_should_look() {
    let folder = Folder::new();
    two_versions(&folder);
    folder.write("empty/x.txt", "text\n");
    folder.highroad(&["road", "preview", "two", "--store", "store", "--repos", "empty"]).fails(2, &["repositories"]);
    folder.highroad(&["road", "preview", "two", "--store", "store", "--repos", "nowhere"]).fails(2, &["nothing is there"]);
    folder.highroad(&["road", "preview", "two", "--store", "store", "--repos", "empty", "--to", "2026.1.9"]).fails(2, &["2026.1.9"]);
    folder.highroad(&["road", "preview", "nowhere", "--repos", "empty"]).fails(2, &["no-road"]);
}

#[test]
fn a_version_that_was_taken_back_is_refused_and_a_missing_store_is_named() {
    let folder = Folder::new();
    two_versions(&folder);
    repository(&folder, "clones/a", |_| {});
    let run = folder.highroad(&["road", "preview", "two", "--repos", "clones"]);
    assert!(run.out.contains("`--store FOLDER`") && run.out.contains("1 repository in"), "{}", run.out);
    folder.highroad(&["road", "release", "two", "store"]).success();
    folder.highroad(&["road", "yank", "2026.1.2", "--reason", "It eats data", "--store", "store"]).success();
    for road in ["store", "store/2026.1.2"] {
        let run = folder.highroad(&["road", "preview", road, "--repos", "clones", "--to", "2026.1.2"]);
        run.fails(2, &["yanked", "It eats data", "--yanked"]);
    }
    folder.highroad(&["road", "preview", "store", "--repos", "clones", "--to", "2026.1.2", "--yanked", "--html", "page.html"]).success();
    let page = std::fs::read_to_string(folder.join("page.html")).unwrap();
    assert!(page.contains("to 1 repository, as they lay there on 20") && page.contains("print-color-adjust: exact"), "{page}");
}
