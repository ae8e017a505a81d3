//! `highroad road test`: what it proves, and that it finds what is wrong.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/small_road.rs"]
mod small_road;
mod support;

use serde_json::Value;
use small_road::{QUIET, files, newer, two_versions, write};
use support::{Folder, Run};

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", run.out, run.err))
}

fn failures(run: &Run) -> Vec<String> {
    let failures = json(run)["failures"].as_array().unwrap().clone();
    failures
        .iter()
        .map(|one| format!("{} {} {}", one["test"].as_str().unwrap(), one["path"].as_str().unwrap_or("-"), one["what"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_good_road_passes_with_every_pair_of_answers_and_every_edit() {
    let folder = Folder::new();
    two_versions(&folder);
    let run = folder.highroad(&["road", "test", "two", "--store", "store", "--json"]);
    assert_eq!(run.code, 0, "{}\n{}", run.out, run.err);
    let report = json(&run);
    assert_eq!(report["status"], "passed");
    assert_eq!(report["upgraded_from"][0], "2026.1.1");
    let kind = &report["kinds"][0];
    // Three hosts and two levels: six pairs, each in a case of its own.
    assert_eq!((kind["cases"].as_u64(), kind["clean"].as_u64()), (Some(6), Some(6)), "{kind}");
    assert!(kind["upgrades"].as_u64() > Some(30) && kind["upgrades"] == kind["upgrades_clean"], "{kind}");
    let shown = folder.highroad(&["road", "test", "two", "--store", "store"]).success();
    assert!(shown.out.contains("plain") && shown.out.contains("passed in"), "{}", shown.out);
    assert!(shown.out.lines().all(|line| line.chars().count() <= 80), "{}", shown.out);
}

#[test]
fn a_render_that_fails_and_one_that_blocks_are_told_with_how_to_see_them() {
    let folder = Folder::new();
    let mut bad = files();
    bad.push(("notes.md.jinja", "merged", "{% if host == 'gitlab' %}{@ nothing @}{% endif %}\n"));
    bad.push(("run.py.jinja", "merged", "{% if level == 'high' %}import pickle\n\nMODEL = pickle.load(open('m', 'rb'))\n{% endif %}"));
    write(&folder, "road", 1, &QUIET.replace("[guardrails]\n", "[guardrails]\nunsafe-deserialization = \"block\"\n"), &bad);
    let run = folder.highroad(&["road", "test", "road", "--json"]);
    assert_eq!(run.code, 1, "{}\n{}", run.out, run.err);
    let report = json(&run);
    let all = report["failures"].as_array().unwrap();
    let of = |test: &str| all.iter().filter(|one| one["test"] == test).cloned().collect::<Vec<_>>();
    assert!(
        of("render").iter().all(|one| one["answers"]["host"] == "gitlab" && one["why"].as_str().unwrap().contains("undefined")),
        "{all:#?}"
    );
    assert_eq!((of("render").len(), of("render")[0]["cases"].as_u64()), (1, Some(2)), "{all:#?}");
    let blocked = of("check");
    assert!(
        blocked.iter().any(|one| one["path"] == "run.py" && one["what"].as_str().unwrap().starts_with("unsafe-deserialization")),
        "{all:#?}"
    );
    let line = blocked[0]["reproduce"].as_str().unwrap();
    assert!(line.starts_with("highroad new demo --road road --kind plain --set ") && line.contains("level=high"), "{line}");
    let kind = &report["kinds"][0];
    assert!(kind["clean"].as_u64() < kind["cases"].as_u64(), "{kind}");
}

#[test]
fn a_migration_that_loses_what_people_wrote_is_found() {
    let folder = Folder::new();
    write(&folder, "one", 1, QUIET, &files());
    folder.highroad(&["road", "release", "one", "store"]).success();
    // It rewrites a word that people write in their own notes, too.
    let harm = "[[migration]]\nversion = \"2026.1.2\"\nwhy = \"Words.\"\nreplace-text = { files = \"**/*.md\", find = \"The team's own note\", with = \"A note\" }\n";
    write(&folder, "two", 2, &format!("{harm}{QUIET}"), &newer());
    let run = folder.highroad(&["road", "test", "two", "--store", "store", "--json"]);
    assert_eq!(run.code, 1, "{}\n{}", run.out, run.err);
    let told = failures(&run);
    assert!(told.iter().any(|one| one == "upgrade README.md a line of the person is lost"), "{told:#?}");
    let first = json(&run)["failures"][0].clone();
    assert_eq!((first["from"].as_str(), first["edit"].as_str()), (Some("2026.1.1"), Some("append to texts")), "{first:#}");
}

#[test]
fn what_could_not_be_tested_has_not_passed() {
    let folder = Folder::new();
    two_versions(&folder);
    let run = folder.highroad(&["road", "test", "two", "--json"]);
    assert_eq!(run.code, 1, "{}\n{}", run.out, run.err);
    assert_eq!(failures(&run), ["upgrade - upgrades from 2026.1.1 could not be tested"]);
    folder.highroad(&["road", "test", "two", "--store", "store", "--from", "2026.1.7"]).fails(2, &["2026.1.7", "--from"]);
    folder.highroad(&["road", "test", "two", "--store", "store", "--kind", "plane"]).fails(2, &["plain"]);
    folder.highroad(&["road", "test", "nowhere"]).fails(2, &["no-road"]);
}

#[test]
fn a_released_version_is_held_to_the_digests_it_was_published_with() {
    let folder = Folder::new();
    two_versions(&folder);
    let run = folder.highroad(&["road", "test", "store/2026.1.1", "--json"]).success();
    assert_eq!(json(&run)["golden"], 5, "{}", run.out);
    let index = std::fs::read_to_string(folder.join("store/index.toml")).unwrap();
    let line = index.lines().find(|line| line.contains("host=gitlab")).unwrap();
    folder.write("store/index.toml", &index.replace(line, &format!("\"plain/host=gitlab\" = \"sha256:{}\"", "0".repeat(64))));
    let run = folder.highroad(&["road", "test", "store/2026.1.1", "--json"]);
    assert_eq!(failures(&run), ["golden - plain/host=gitlab renders to other bytes than when it was published"], "{}", run.out);
    // The same version in the working folder, with other files.
    folder.write("one/kinds/plain/files/docs/guide.md", "# Guide\n");
    let run = folder.highroad(&["road", "test", "one", "--store", "store", "--json"]);
    assert_eq!(failures(&run), ["golden - version 2026.1.1 is published with other files"], "{}", run.out);
}

#[test]
#[cfg(unix)]
fn commands_run_on_request_and_are_ended_in_time() {
    let folder = Folder::new();
    let mut all = files();
    all.push(("Makefile", "merged", "setup:\n\t@echo it is set up\ntest:\n\t@echo a test fails; exit 3\nsecurity:\n\t@sleep 600\n"));
    write(&folder, "road", 1, QUIET, &all);
    let run = folder.highroad(&["road", "test", "road", "--run", "install,test,security", "--json"]);
    assert_eq!(run.code, 1, "{}\n{}", run.out, run.err);
    let report = json(&run);
    let commands = report["kinds"][0]["commands"].as_array().unwrap();
    let told: Vec<(bool, &str)> = commands.iter().map(|one| (one["passed"].as_bool().unwrap(), one["how"].as_str().unwrap())).collect();
    assert_eq!(told, [(true, "exit 0"), (false, "exit 2")]);
    assert!(commands[1]["output"].as_str().unwrap().contains("a test fails"), "{report:#}");
    let run = folder.highroad(&["road", "test", "road", "--run", "security", "--timeout", "1", "--json"]);
    assert_eq!(failures(&run), ["command - `make security` failed: it took longer than 1 s"]);
}

#[test]
fn a_question_without_a_suggestion_is_answered_with_a_sample() {
    let folder = Folder::new();
    write(&folder, "road", 1, QUIET, &files());
    let questions = std::fs::read_to_string(folder.join("road/questions.toml")).unwrap();
    let needed =
        "\n[[question]]\nkey = \"team\"\nask = \"Whose?\"\nhelp = \"h\"\ntype = \"text\"\nrequired = true\npattern = \"[a-z]+@.*\"\n";
    folder.write("road/questions.toml", &format!("{questions}{needed}"));
    folder.write("road/kinds/plain/files/start.txt.jinja", "{@ team @}\n");
    std::fs::remove_file(folder.join("road/kinds/plain/files/start.txt")).unwrap();
    folder.highroad(&["road", "lint", "road"]).success();
    folder.highroad(&["road", "test", "road"]).success();
    folder.highroad(&["road", "release", "road", "store"]).success();
    folder.highroad(&["road", "verify", "store"]).success();
    assert_eq!(json(&folder.highroad(&["road", "test", "store/2026.1.1", "--json"]).success())["golden"], 5);
}

#[test]
fn one_fault_is_told_once_with_the_answers_that_it_needs() {
    let folder = Folder::new();
    let mut all = files();
    all.push(("bad.txt.jinja", "merged", "one\n{% if host == 'gitlab' %}{@ gone @}{% endif %}\n"));
    write(&folder, "road", 1, QUIET, &all);
    let run = folder.highroad(&["road", "test", "road", "--json"]);
    let report = json(&run);
    let told = report["failures"].as_array().unwrap();
    assert_eq!(told.len(), 1, "{report:#}");
    assert_eq!((told[0]["answers"].to_string().as_str(), told[0]["cases"].as_u64()), ("{\"host\":\"gitlab\"}", Some(2)), "{report:#}");
    let why = told[0]["why"].as_str().unwrap();
    assert!(why.contains("(line 2)") && why.contains("{@ gone @}") && !why.contains("<string>"), "{why}");
    let run = folder.highroad(&["road", "test", "road"]);
    assert!(run.out.contains("case: host=gitlab, and 1 more case"), "{}", run.out);
}

#[test]
fn a_release_without_digests_was_not_compared() {
    let folder = Folder::new();
    two_versions(&folder);
    let index = std::fs::read_to_string(folder.join("store/index.toml")).unwrap();
    let without: String = index.lines().filter(|line| !line.contains("plain/")).map(|line| format!("{line}\n")).collect();
    folder.write("store/index.toml", &without);
    let run = folder.highroad(&["road", "test", "store/2026.1.1", "--json"]);
    assert_eq!(failures(&run), ["golden - version 2026.1.1 could not be compared with what it rendered to"], "{}", run.out);
}
