//! `highroad upgrade`, `status`, `diff` and `resolve`, through the binary, over small roads.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/mod.rs"]
mod support;

use scenario::{Files, More, Scenario, texts, twenty};
use serde_json::Value;
use support::Run;

fn one(text: &str) -> Files {
    texts(&[("a.txt", text)])
}

fn line(number: usize, by: &str) -> String {
    twenty().replace(&format!("line {number}\n"), &format!("{by} {number}\n"))
}

fn road(text: &str) -> More {
    More { road: text.to_owned(), ..More::default() }
}

fn migration(what: &str) -> String {
    format!("[[migration]]\nversion = \"2026.1.1\"\nwhy = \"It is better so.\"\n{what}\n")
}

#[track_caller]
fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", run.out, run.err))
}

/// A project in which line 7 was edited by both.
fn conflicted() -> Scenario {
    let s = Scenario::of(&one(&twenty()));
    s.edit("a.txt", "line 7\n", "mine 7\n");
    s.commit();
    s.publish(&one(&line(7, "road")), &More::default());
    s
}

#[test]
fn the_commit_explains_itself_and_json_has_the_same_as_a_pull_request() {
    let s = Scenario::of(&texts(&[("a.txt", &twenty()), ("b.txt", "b\n")]));
    s.edit("a.txt", "line 2\n", "mine 2\n");
    s.commit();
    let change = "[[change]]\nwhat = \"Line 15 is safer.\"\nwhy = \"The old one leaked.\"\npaths = [\"*.txt\"]\nsecurity = true\n";
    s.publish(&texts(&[("a.txt", &line(15, "road")), ("new/c.txt", "c\n")]), &road(change));
    let report = json(&s.upgrade(&["--json"]).success());
    assert_eq!(report["status"], "applied");
    assert_eq!((&report["from"], &report["to"]), (&"2026.1.0".into(), &"2026.1.1".into()));
    let message = s.git(&["log", "-1", "--format=%B"]);
    assert!(message.starts_with("Upgrade road small from 2026.1.0 to 2026.1.1\n\n"), "{message}");
    for part in ["Security: Line 15 is safer. The old one leaked.", "new/c.txt", "a.txt", "b.txt", "highroad undo"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let body = report["pull_request"]["body"].as_str().unwrap();
    assert_eq!(message.trim(), format!("{}\n\n{}", report["pull_request"]["title"].as_str().unwrap(), body.trim()));
    let files: Vec<(&str, &str, bool)> = report["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["path"].as_str().unwrap(), file["change"].as_str().unwrap(), file["security"].as_bool().unwrap()))
        .collect();
    assert_eq!(files, [("a.txt", "merged", true), ("b.txt", "removed", true), ("new/c.txt", "created", false)]);
    assert_eq!(report["files"][0]["why"][0], "Line 15 is safer.");
    assert_eq!(report["branch"], "highroad/small-2026.1.1");
    assert_eq!(s.git(&["rev-parse", "HEAD"]).trim(), report["commit"].as_str().unwrap());
}

#[test]
fn a_dry_run_and_a_diff_change_nothing() {
    let s = conflicted();
    let before = s.state();
    let plan = s.run(&["upgrade", "--road", "../store", "--dry-run"]);
    assert_eq!(plan.code, 1, "{}", plan.err);
    assert!(plan.out.contains("conflict") && plan.out.contains("a.txt"), "{}", plan.out);
    assert!(plan.out.lines().all(|line| line.chars().count() <= 80), "{}", plan.out);
    let diff = s.run(&["upgrade", "--road", "../store", "--diff"]);
    assert!(diff.out.contains("+road 7") && diff.out.contains("--- a/highroad.lock"), "{}", diff.out);
    assert_eq!(json(&s.run(&["upgrade", "--road", "../store", "--dry-run", "--json"]))["status"], "planned");
    assert_eq!(s.state(), before);
}

#[test]
fn it_lands_where_it_is_told_to() {
    let s = Scenario::of(&one(&twenty()));
    s.publish(&one(&line(7, "road")), &More::default());
    let branch = s.git(&["symbolic-ref", "--short", "HEAD"]);
    s.upgrade(&["--branch", "mine/next"]).success();
    assert_eq!(s.git(&["symbolic-ref", "--short", "HEAD"]), "mine/next\n");
    s.git(&["checkout", "--quiet", branch.trim()]);
    assert_eq!(s.read("a.txt"), twenty());
    s.upgrade(&["--in-place"]).success();
    assert_eq!(s.git(&["symbolic-ref", "--short", "HEAD"]), branch);
    assert_eq!(s.read("a.txt"), line(7, "road"));
    assert_eq!(s.git(&["status", "--porcelain"]), "");
}

#[test]
fn it_works_from_a_folder_below_and_says_where_there_is_no_project() {
    let s = Scenario::of(&texts(&[("sub/a.txt", &twenty())]));
    s.publish(&texts(&[("sub/a.txt", &line(7, "road"))]), &More::default());
    let mut command = s.folder.command(env!("CARGO_BIN_EXE_highroad"));
    Run::of(command.args(["upgrade", "--road", "../../store", "--yes"]).current_dir(s.project().join("sub"))).success();
    assert!(s.read("sub/a.txt").contains("road 7"));
    s.folder.highroad(&["upgrade"]).fails(2, &["no-project", "highroad adopt"]);
    let error = s.folder.highroad(&["status", "--json"]);
    assert_eq!(json(&error)["error"]["code"], "no-project");
}

#[test]
fn records_that_were_edited_are_refused_and_every_file_stays() {
    let s = Scenario::of(&texts(&[("a.txt.jinja", &format!("{{@ name @}}\n{}", twenty()))]));
    s.publish(&texts(&[("a.txt.jinja", &format!("{{@ name @}}\n{}", line(7, "road")))]), &More::default());
    let lock = s.read("highroad.lock");
    let config = s.read("highroad.toml");
    let digest = lock.lines().rfind(|line| line.starts_with("digest = ")).unwrap().to_owned();
    for (path, text, words) in [
        ("highroad.lock", lock.replace("name = \"demo\"", "name = \"other\""), &["lock-edited", "git checkout"][..]),
        ("highroad.lock", lock.replace(&digest, "digest = \"sha256:00\""), &["lock-edited"]),
        ("highroad.lock", lock.replace("schema = 1", "schema = 2"), &["lock-schema", "schema 2"]),
        ("highroad.lock", lock.replace("[road]", "[raod]"), &["error[lock]", "highroad.lock"]),
        ("highroad.lock", lock.replace("path = \"a.txt\"", "path = \"../a.txt\""), &["error[lock]"]),
        ("highroad.lock", lock.replace("id = \"small\"", "id = \"large\""), &["records-differ", "large"]),
        ("highroad.toml", config.replace("2026.1.0", "2026.1.1"), &["records-differ", "--to 2026.1.1"]),
        ("highroad.toml", config.replace("kind = \"plain\"", "kind = \"other\""), &["records-differ", "plain"]),
        ("highroad.toml", config.replace("name = \"demo\"", "nmae = \"demo\""), &["unknown-answer", "did you mean `name`"]),
        ("highroad.toml", config.replace("name = \"demo\"", "name = \"../x\""), &["invalid-answer", "highroad.toml:"]),
    ] {
        let original = s.read(path);
        s.write(path, &text);
        assert_ne!(original, text, "{words:?}");
        let before = s.state();
        s.upgrade(&["--in-place"]).fails(2, words);
        assert_eq!(s.state(), before, "{words:?}");
        s.write(path, original);
    }
    s.remove("highroad.lock");
    s.upgrade(&[]).fails(2, &["no-lock", "git checkout"]);
}

#[test]
fn a_road_from_a_folder_that_is_gone_has_to_be_named_again() {
    let s = Scenario::of(&one(&twenty()));
    s.run(&["upgrade", "--yes"]).success();
    std::fs::rename(s.folder.join("store"), s.folder.join("away")).unwrap();
    s.run(&["upgrade", "--yes"]).fails(2, &["road-folder", "--road FOLDER"]);
    s.folder.write("other/road.toml", "schema = 1\n");
    s.run(&["upgrade", "--road", "../other", "--yes"]).fails(2, &["road.toml"]);
    s.run(&["upgrade", "--road", "..", "--yes"]).fails(2, &["no-road", "index.toml"]);
}

#[test]
fn only_versions_that_a_chain_leads_to_are_taken() {
    let s = Scenario::of(&one("0\n"));
    s.publish(&one("1\n"), &More::default());
    s.publish(&one("2\n"), &More::default());
    s.run(&["upgrade", "--road", "../store", "--to", "2026.1.9"]).fails(2, &["version-unknown", "2026.1.2"]);
    let path = s.folder.join("store/2026.1.2/road.toml");
    let text = std::fs::read_to_string(&path).unwrap().replace("[\"2026.1.0\", \"2026.1.1\"]", "[\"2025.1.0\"]");
    std::fs::remove_dir_all(s.folder.join("store")).unwrap();
    s.folder.write("sources/2/road.toml", &text);
    for number in 0..3 {
        highroad::ops::road::release::freeze(&s.folder.join(&format!("sources/{number}")), &s.folder.join("store")).unwrap();
    }
    s.upgrade(&["--to", "2026.1.2"]).fails(2, &["no-way", "--to 2026.1.1"]);
    let run = s.upgrade(&[]).success();
    assert_eq!(s.read("a.txt"), "1\n");
    assert!(run.err.contains("2026.1.2"), "{}", run.err);
}

#[test]
fn a_channel_adds_versions_to_those_for_everybody() {
    let s = Scenario::of(&one("0\n"));
    s.publish(&one("1\n"), &road("channel = \"early\"\n"));
    s.upgrade(&[]).success();
    assert_eq!(s.read("a.txt"), "0\n");
    s.upgrade(&["--channel", "none"]).success();
    s.upgrade(&["--channel", "early"]).success();
    assert_eq!(s.read("a.txt"), "1\n");
}

const PURPOSE: &str = "[[question]]\nkey = \"purpose\"\nask = \"What for?\"\nhelp = \"One line.\"\ntype = \"text\"\ndefault = \"a demo\"\n";

fn choice(key: &str, values: &[&str]) -> String {
    let choices: Vec<String> = values.iter().map(|value| format!("{{ value = \"{value}\", label = \"{value}\" }}")).collect();
    format!(
        "[[question]]\nkey = \"{key}\"\nask = \"Which?\"\nhelp = \"One.\"\ntype = \"choice\"\ndefault = \"{}\"\nchoices = [{}]\n",
        values[0],
        choices.join(", ")
    )
}

#[test]
fn answers_are_kept_renamed_dropped_and_asked_again() {
    let s = Scenario::empty();
    let old = More {
        questions: format!("{PURPOSE}{}{}", choice("size", &["small", "large"]), choice("cloud", &["one", "two"])),
        ..More::default()
    };
    s.publish(&texts(&[("a.txt.jinja", "{@ purpose @} {@ size @} {@ cloud @}\n")]), &old);
    s.start(&["--set", "purpose=work", "--set", "size=large", "--set", "cloud=two"]);
    s.edit("highroad.toml", "purpose = \"work\"", "purpose = \"work\" # said by the team");
    s.commit();
    let new = More {
        questions: format!("{}{}", choice("scale", &["s", "l"]), choice("cloud", &["one", "three"])),
        road: migration("rename-answer = { from = \"size\", to = \"scale\", values = { small = \"s\", large = \"l\" } }"),
        ..More::default()
    };
    s.publish(&texts(&[("a.txt.jinja", "{@ scale @} {@ cloud @}\n")]), &new);
    s.run(&["upgrade", "--road", "../store"]).fails(2, &["new-question", "cloud", "--yes"]);
    let report = json(&s.upgrade(&["--json"]).success());
    assert_eq!(s.read("a.txt"), "l one\n");
    let config = s.read("highroad.toml");
    assert!(config.contains("scale = \"l\"") && config.contains("cloud = \"one\"") && !config.contains("purpose"), "{config}");
    let answers: Vec<(&str, &str)> =
        report["answers"].as_array().unwrap().iter().map(|a| (a["key"].as_str().unwrap(), a["how"].as_str().unwrap())).collect();
    assert_eq!(answers, [("cloud", "suggested"), ("scale", "renamed"), ("purpose", "dropped")]);
    s.upgrade(&[]).success();
    assert_eq!(s.git(&["rev-list", "--count", "HEAD"]), "3\n");
}

#[test]
fn other_answers_render_again_at_the_same_version() {
    let s = Scenario::with(
        &texts(&[("{@ package @}/a.py.jinja", "name = \"{@ name @}\"\n\n# Settings\n\nx = 1\n"), ("b.txt.jinja", "{@ purpose @}\n")]),
        &More { questions: PURPOSE.to_owned(), seeded: vec!["{@ package @}/**".to_owned()], ..More::default() },
    );
    s.edit("demo/a.py", "x = 1", "mine = 1");
    s.write("demo/own/b.py", "own = 1\n");
    s.commit();
    s.upgrade(&["--set", "name=tool", "--set", "purpose=work"]).success();
    assert_eq!(s.read("b.txt"), "work\n");
    assert_eq!(s.read("tool/a.py"), "name = \"tool\"\n\n# Settings\n\nmine = 1\n");
    assert_eq!(s.read("tool/own/b.py"), "own = 1\n");
    assert!(!s.has("demo"));
    assert_eq!(s.git(&["log", "-1", "--format=%s"]), "Render road small 2026.1.0 with other answers\n");
}

#[test]
fn every_kind_of_migration_is_made_once_and_told() {
    let s = Scenario::with(
        &texts(&[
            ("old/a.txt", &twenty()),
            ("gone.txt", "of the road\n"),
            ("kept.txt", "of the road\n"),
            ("settings.toml", "# top\n[tool]\nlevel = 1 # low\nold = true\n"),
            ("ci.yml", "jobs:\n  test: # it\n    runs-on: old\n"),
            ("data.json", "{\n  \"a\": 1,\n  \"b\": 2\n}\n"),
        ]),
        &More { seeded: ["gone.txt", "kept.txt", "settings.toml", "ci.yml", "data.json"].map(str::to_owned).to_vec(), ..More::default() },
    );
    s.edit("old/a.txt", "line 2\n", "mine 2\n");
    s.write("old/own.txt", "mine\n");
    s.write("kept.txt", "mine now\n");
    s.write("own.yml", "uses: acme/tool@v1 # mine\nother: acme/tool@v1.2\n");
    s.write("docs/own.md", "run `make check`\n");
    s.commit();
    let seeded: More = More { seeded: ["settings.toml", "ci.yml", "data.json"].map(str::to_owned).to_vec(), ..More::default() };
    let migrations: String = [
        "move = { from = \"old\", to = \"new\" }",
        "delete = { path = \"gone.txt\" }",
        "delete = { path = \"kept.txt\" }",
        "set = { file = \"settings.toml\", key = \"tool.level\", value = 2 }",
        "remove = { file = \"settings.toml\", key = \"tool.old\" }",
        "set = { file = \"ci.yml\", key = \"jobs.test.runs-on\", value = \"new\" }",
        "remove = { file = \"data.json\", key = \"b\" }",
        "replace-pin = { find = \"acme/tool@v1\", with = \"acme/tool@0123456789012345678901234567890123456789\" }",
        "replace-text = { files = \"docs/*.md\", find = \"make check\", with = \"make test\" }",
    ]
    .map(migration)
    .concat();
    s.publish(
        &texts(&[
            ("new/a.txt", &line(15, "road")),
            ("settings.toml", "# top\n[tool]\nlevel = 2\n"),
            ("ci.yml", "jobs: {}\n"),
            ("data.json", "{}\n"),
        ]),
        &More { road: migrations.clone(), ..seeded.clone() },
    );
    let plan = s.run(&["upgrade", "--road", "../store", "--dry-run"]).success();
    assert!(plan.out.contains("move old to new") && plan.out.contains("kept.txt stays"), "{}", plan.out);
    s.upgrade(&[]).success();
    assert_eq!(s.read("new/a.txt"), line(15, "road").replace("line 2\n", "mine 2\n"));
    assert_eq!(s.read("new/own.txt"), "mine\n");
    assert!(!s.has("old") && !s.has("gone.txt"));
    assert_eq!(s.read("kept.txt"), "mine now\n");
    assert_eq!(s.read("settings.toml"), "# top\n[tool]\nlevel = 2 # low\n");
    assert_eq!(s.read("ci.yml"), "jobs:\n  test: # it\n    runs-on: \"new\"\n");
    assert_eq!(s.read("data.json"), "{\n  \"a\": 1\n}\n");
    assert_eq!(s.read("own.yml"), "uses: acme/tool@0123456789012345678901234567890123456789 # mine\nother: acme/tool@v1.2\n");
    assert_eq!(s.read("docs/own.md"), "run `make test`\n");
    let message = s.git(&["log", "-1", "--format=%B"]);
    assert!(message.contains("Done before the merge:\n- move old to new: It is better so."), "{message}");
}

#[test]
fn a_seeded_file_is_offered_only_where_nothing_stands() {
    let seeded = More { seeded: vec!["seed/**".to_owned()], ..More::default() };
    let s = Scenario::with(&texts(&[("a.txt", "a\n"), ("seed/own.txt", "own\n")]), &seeded);
    s.write("seed/mine.txt", "mine\n");
    s.commit();
    s.publish(&texts(&[("a.txt", "a\n"), ("seed/mine.txt", "road\n"), ("seed/new.txt", "road\n")]), &seeded);
    let report = json(&s.upgrade(&["--json"]).success());
    assert_eq!((s.read("seed/mine.txt").as_str(), s.read("seed/new.txt").as_str()), ("mine\n", "road\n"));
    assert_eq!(report["files"][0]["change"], "kept-yours");
    // What was given once is the project's: it is not given again.
    s.remove("seed/new.txt");
    s.commit();
    s.publish(&texts(&[("a.txt", "b\n"), ("seed/mine.txt", "road 2\n"), ("seed/new.txt", "road 2\n")]), &seeded);
    s.upgrade(&[]).success();
    assert!(!s.has("seed/new.txt"));
    assert_eq!(s.read("seed/mine.txt"), "mine\n");
}

#[test]
fn resolve_takes_a_side_stages_it_commits_and_remembers() {
    let s = conflicted();
    let before = s.git(&["rev-parse", "HEAD"]);
    let run = s.upgrade(&[]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("a.txt line 7") && run.err.contains("highroad resolve"), "{}", run.err);
    s.upgrade(&[]).fails(2, &["open-conflicts", "highroad resolve", "highroad undo"]);
    let list = s.run(&["resolve", "--list", "--json"]);
    assert_eq!(list.code, 1);
    let list = json(&list);
    assert_eq!(list["files"][0]["conflicts"][0]["ours"], "mine 7\n");
    assert_eq!(list["files"][0]["conflicts"][0]["theirs"], "road 7\n");
    assert_eq!(s.run(&["status"]).code, 1);
    s.run(&["resolve", "--take", "suggestion"]).fails(2, &["no-suggestion"]);
    s.run(&["resolve", "--take", "road", "b.txt"]).fails(2, &["no-conflict"]);
    s.run(&["resolve", "a.txt"]).fails(2, &["markers"]);
    s.run(&["resolve", "--take", "yours", "a.txt"]).success();
    assert_eq!(s.read("a.txt"), line(7, "mine"));
    assert_eq!(s.stages("a.txt"), ["0"]);
    assert_eq!(s.git(&["rev-parse", "HEAD"]), before);
    s.run(&["resolve", "--commit"]).success();
    assert_eq!(s.git(&["log", "-1", "--format=%s"]), "Upgrade road small from 2026.1.0 to 2026.1.1\n");
    assert_eq!(s.git(&["status", "--porcelain"]), "");
    assert!(s.read("highroad.lock").contains("[[resolution]]"));
    assert_eq!(json(&s.run(&["resolve", "--json"]).success())["status"], "none");

    // Back and forth: the same conflict comes again, and what was chosen is offered.
    assert_eq!(s.upgrade(&["--to", "2026.1.0"]).code, 1);
    s.run(&["resolve", "--take", "yours", "--commit"]).success();
    let again = s.upgrade(&["--branch", "again", "--json"]);
    assert_eq!(again.code, 1, "{}", again.err);
    assert_eq!(json(&again)["files"][0]["conflicts"][0]["suggestion"]["rule"], "remembered");
    s.run(&["resolve", "--take", "suggestion", "--commit"]).success();
    assert_eq!(s.read("a.txt"), line(7, "mine"));
}

#[test]
fn what_was_edited_by_hand_is_staged_as_it_is() {
    let s = conflicted();
    s.upgrade(&[]);
    s.write("a.txt", line(7, "both"));
    let ready = json(&s.run(&["resolve", "--list", "--json"]));
    assert_eq!(ready["files"][0]["state"], "ready");
    s.run(&["resolve", "a.txt", "--commit"]).success();
    assert_eq!(s.git(&["show", "HEAD:a.txt"]), line(7, "both"));
    let lock = s.read("highroad.lock");
    assert!(lock.contains("[[resolution]]") && lock.contains("\nboth 7\n"), "{lock}");
}

#[test]
fn resolve_settles_what_is_no_text() {
    for (side, stays) in [("yours", true), ("road", false)] {
        let s = Scenario::of(&texts(&[("a.txt", "a\n"), ("b.txt", &twenty()), ("c.bin", "\0base")]));
        s.edit("b.txt", "line 7\n", "mine 7\n");
        s.write("c.bin", "\0mine");
        s.commit();
        s.publish(&texts(&[("a.txt", "a\n"), ("c.bin", "\0road")]), &More::default());
        assert_eq!(s.upgrade(&[]).code, 1);
        s.run(&["resolve", "--take", side, "--commit"]).success();
        assert_eq!(s.has("b.txt"), stays, "{side}");
        assert_eq!(s.bytes("c.bin"), if stays { b"\0mine" } else { b"\0road" });
        assert_eq!(s.git(&["status", "--porcelain"]), "");
    }
}

#[test]
fn resolve_works_without_git() {
    let s = Scenario::empty();
    s.publish(&one(&twenty()), &More::default());
    s.start(&["--no-git"]);
    s.edit("a.txt", "line 7\n", "mine 7\n");
    s.publish(&one(&line(7, "road")), &More::default());
    assert_eq!(s.upgrade(&[]).code, 1);
    s.run(&["resolve", "--take", "road", "--commit"]).success();
    assert_eq!(s.read("a.txt"), line(7, "road"));
    s.upgrade(&[]).success();
}

#[test]
fn status_tells_how_far_behind_security_first_and_what_drifted() {
    let s = Scenario::of(&texts(&[("a.txt", &twenty()), ("b.txt", "b\n"), ("c.txt", "c\n")]));
    let same = json(&s.run(&["status", "--road", "../store", "--json"]).success());
    assert_eq!((&same["next"], &same["behind"]), (&Value::Null, &0.into()));
    s.edit("a.txt", "line 7\n", "mine 7\n");
    s.remove("b.txt");
    s.commit();
    let change = |what: &str, more: &str| format!("[[change]]\nwhat = \"{what}\"\nwhy = \"Because.\"\n{more}");
    s.publish(&texts(&[("a.txt", &line(15, "road")), ("c.txt", "c\n")]), &road(&change("A nicer line.", "")));
    s.publish(&texts(&[("a.txt", &line(7, "road")), ("c.txt", "c\n")]), &road(&change("A hole is closed.", "security = true\n")));
    s.publish(&texts(&[("a.txt", &line(7, "road")), ("c.txt", "d\n")]), &road(&change("Another nicer line.", "paths = [\"c.txt\"]\n")));
    let before = s.state();
    let status = json(&s.run(&["status", "--road", "../store", "--json"]).success());
    assert_eq!((&status["next"], &status["behind"]), (&"2026.1.3".into(), &3.into()));
    let whats: Vec<&str> = status["changes"].as_array().unwrap().iter().map(|change| change["what"].as_str().unwrap()).collect();
    assert_eq!(whats, ["A hole is closed.", "Another nicer line.", "A nicer line."]);
    assert_eq!(status["changes"][1]["paths"][0], "c.txt");
    assert_eq!(status["upgrade"]["conflicts"][0], "a.txt");
    let drift: Vec<(&str, &str)> =
        status["drift"].as_array().unwrap().iter().map(|d| (d["path"].as_str().unwrap(), d["what"].as_str().unwrap())).collect();
    assert_eq!(drift, [("a.txt", "edited"), ("b.txt", "deleted")]);
    let text = s.run(&["status", "--road", "../store"]).success().out;
    assert!(text.contains("3 versions behind: 2026.1.3 is there; 1 for security"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    // Without the road's folder the rest is told all the same, and that newer versions were not looked for.
    std::fs::rename(s.folder.join("store"), s.folder.join("away")).unwrap();
    let run = s.run(&["status", "--json"]);
    assert_eq!(run.code, 3, "{}", run.err);
    let alone = json(&run);
    assert_eq!(alone["looked"], false);
    assert!(alone["notes"][0].as_str().unwrap().contains("--road FOLDER"), "{alone}");
    assert_eq!(alone["drift"].as_array().unwrap().len(), 2);
    assert_eq!(s.state(), before);
}

#[test]
fn diff_shows_what_differs_and_why() {
    let seeded = More { seeded: vec!["seed.txt".to_owned()], ..More::default() };
    let s = Scenario::with(
        &texts(&[
            ("a.txt", &twenty()),
            ("b.txt", "b\n"),
            ("moved.txt", &format!("{}m\n", twenty())),
            ("seed.txt", "s\n"),
            ("newer.txt", "old\n"),
            ("same.txt", "same\n"),
        ]),
        &seeded,
    );
    assert_eq!(json(&s.run(&["diff", "--road", "../store", "--json"]).success())["files"], Value::Array(Vec::new()));
    s.edit("a.txt", "line 7\n", "mine 7\n");
    s.remove("b.txt");
    s.git(&["mv", "moved.txt", "there.txt"]);
    s.write("seed.txt", "mine\n");
    s.write("newer.txt", "new\n");
    s.commit();
    s.publish(&texts(&[("a.txt", &twenty()), ("newer.txt", "new\n")]), &More::default());
    let diff = json(&s.run(&["diff", "--road", "../store", "--json"]).success());
    let told: Vec<(&str, &str)> =
        diff["files"].as_array().unwrap().iter().map(|file| (file["path"].as_str().unwrap(), file["what"].as_str().unwrap())).collect();
    let expected = [("a.txt", "edited"), ("b.txt", "deleted"), ("newer.txt", "newer"), ("seed.txt", "edited"), ("there.txt", "moved")];
    assert_eq!(told, expected);
    assert_eq!(diff["same"], 1);
    let text = s.run(&["diff", "--road", "../store"]).success().out;
    assert!(text.contains("# a.txt: you edited it") && text.contains("-line 7\n+mine 7\n"), "{text}");
    assert!(text.contains("there.txt (was moved.txt)") && text.contains("version 2026.1.1"), "{text}");
    // The repository's own history has the files, too.
    let alone = json(&s.run(&["diff", "--json"]).success());
    assert_eq!(alone["files"].as_array().unwrap().len(), 5);
}

#[test]
fn the_built_in_road_goes_from_every_version_to_the_newest() {
    let s = support::Folder::new();
    let versions: Vec<&str> = highroad::road::builtin::versions().collect();
    let newest = versions[versions.len() - 1];
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/paved-roads/ml/2026.11.0");
    s.highroad(&["new", "demo", "--road", old, "--kind", "sklearn-tabular", "--host", "gitlab", "--yes"]).success();
    let run = |arguments: &[&str]| Run::of(s.command(env!("CARGO_BIN_EXE_highroad")).args(arguments).current_dir(s.join("demo")));
    let plan = run(&["upgrade", "--dry-run", "--yes"]).success().out;
    assert!(plan.contains(&format!("from 2026.11.0 to {newest}")) && plan.contains("before  0 block"), "{plan}");
    assert!(plan.lines().all(|line| line.chars().count() <= 80), "{plan}");
    run(&["upgrade", "--yes"]).success();
    assert!(run(&["status"]).success().out.contains("the newest"));
    run(&["check"]).success();
}
