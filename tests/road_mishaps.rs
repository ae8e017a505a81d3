//! What goes wrong around roads: secrets in the wrong place, a repository around the road, two runs at once.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/publisher.rs"]
mod publisher;
#[path = "support/small_road.rs"]
mod small_road;
mod support;

use highroad::base::fs;
use publisher::Team;
use support::{Folder, files, git};

#[test]
fn a_key_in_the_wrong_place_is_never_printed() {
    let team = Team::new();
    team.started();
    let whole = std::fs::read_to_string(team.folder.join("keys/small.key")).unwrap();
    let body = whole.lines().nth(1).unwrap().to_owned();
    let named = format!("env:{body}");
    let joined = format!("--key={body}");
    let cases: [&[&str]; 9] = [
        &["road", "publish", "store", "registry", "--key", &whole],
        &["road", "publish", "store", "registry", &joined],
        &["road", "publish", "store", "registry", "--key", &named],
        &["road", "publish", &body, &body, "--key", "keys/small.key", "--json"],
        &["road", "keys", "show", &body],
        &["road", "keys", "show", "--", &whole],
        &["road", "keys", "rotate", "registry", "small", "--add", &body, "--json"],
        &["road", "keys", "rotate", "registry", "small", &format!("--add={whole}")],
        &["road", "keys", "sign", "registry/draft/root.json", &format!("--key={whole}")],
    ];
    for case in cases {
        let run = team.folder.highroad(case);
        assert!(run.code >= 2, "{case:?}: {}", run.err);
        assert!(!run.err.contains(&body) && !run.out.contains(&body), "{}\n{}", run.err, run.out);
        assert!(run.err.contains("(a key, not shown)"), "{}", run.err);
    }
}

#[test]
fn a_password_in_an_address_is_never_printed() {
    let folder = Folder::new();
    let word = ["hunt", "er", "Zwei"].concat();
    let login = format!("https://bob:{word}@host.invalid/road");
    let query = format!("https://host.invalid/road?private_token={word}");
    let commit = format!("git+https://bob:{word}@host.invalid/road@{}", "0".repeat(40));
    small_road::write(&folder, "one", 1, small_road::QUIET, &small_road::files());
    folder.highroad(&["new", "demo", "--road", "one", "--kind", "plain", "--yes"]).success();
    let record = std::fs::read_to_string(folder.join("demo/highroad.toml")).unwrap();
    let check = |folder: &Folder, case: &[&str]| {
        let run = folder.highroad(case);
        assert!(!run.err.contains(&word) && !run.out.contains(&word), "{case:?}\n{}\n{}", run.err, run.out);
        run
    };
    for place in [&login, &query, &commit] {
        let cases: [&[&str]; 8] = [
            &["source", "add", place, "--unsigned"],
            &["source", "add", place, "--json"],
            &["new", "x", "--road", place, "--kind", "plain", "--yes"],
            &["road", "import", place],
            &["road", "lint", place],
            &["road", "keys", "show", place],
            &["road", "preview", "one", "--repos", place],
            &["source", "add", place, place],
        ];
        for case in cases {
            assert!(check(&folder, case).code >= 2, "{case:?}");
        }
        for source in ["registry", "git"] {
            let lines = record.lines().filter(|line| !line.starts_with("path =")).map(|line| match line.starts_with("source =") {
                true => format!("source = \"{source}\"\nurl = \"{place}\"\ncommit = \"{}\"\n", "0".repeat(40)),
                false => format!("{line}\n"),
            });
            folder.write("demo/highroad.toml", &lines.collect::<String>());
            for command in ["status", "diff", "upgrade", "check"] {
                let mut run = folder.command(env!("CARGO_BIN_EXE_highroad"));
                let run = support::Run::of(run.args([command, "--json"]).current_dir(folder.join("demo")));
                assert!(!run.err.contains(&word) && !run.out.contains(&word), "{command}\n{}\n{}", run.err, run.out);
            }
        }
    }
    folder.highroad(&["road", "init", "ours", "--id", "ours"]).success();
    folder.write(
        "ours/pins/actions.toml",
        &format!("[action.thing]\nrepo = \"some/thing\"\ntag = \"v1.0.0\"\nsha = \"{}\"\nprovenance = \"seen\"\n", "1".repeat(40)),
    );
    for remote in [format!("thing=file:///nothing/{{repo}}?private_token={word}"), format!("file:///nothing?private_token&{word}")] {
        check(&folder, &["road", "refresh", "ours", "--remote", &remote]);
    }
}

#[test]
fn a_road_may_be_the_root_of_a_git_repository() {
    let folder = Folder::new();
    small_road::write(&folder, "one", 1, small_road::QUIET, &small_road::files());
    let plain = folder.highroad(&["road", "lint", "one", "--json"]).out;
    git(&folder.join("one"), &["init", "-q"]);
    git(&folder.join("one"), &["add", "-A"]);
    git(&folder.join("one"), &["commit", "-q", "-m", "one"]);
    assert_eq!(folder.highroad(&["road", "lint", "one", "--json"]).out, plain);
    folder.highroad(&["new", "demo", "--road", "one", "--kind", "plain", "--yes"]).success();
    folder.highroad(&["road", "release", "one", "store"]).success();
    assert!(!folder.join("store/2026.1.1/.git").exists());
    // In a submodule it is a file.
    std::fs::remove_dir_all(folder.join("one/.git")).unwrap();
    folder.write("one/.git", "gitdir: ../.git/modules/one\n");
    assert_eq!(folder.highroad(&["road", "lint", "one", "--json"]).out, plain);
    // Further down there is no reason for one.
    folder.write("one/kinds/plain/files/.git/config", "[core]\n");
    folder.highroad(&["road", "lint", "one"]).fails(2, &["road-file"]);
}

#[test]
fn an_import_waits_for_nobody_and_writes_over_nobody() {
    let folder = Folder::new();
    folder.write("tool/cookiecutter.json", "{\"name\": \"demo\"}\n");
    folder.write("tool/{{cookiecutter.name}}/README.md", "one\n");
    let into = ["road", "import", "tool", "--into", "store"];
    {
        let _other = fs::lock(&folder.join(".store.importing.lock")).unwrap().unwrap();
        folder.highroad(&into).fails(3, &["busy"]);
        assert!(!folder.join("store").exists());
    }
    folder.highroad(&into).success();
    let before = files(&folder.join("store"));
    {
        let _other = fs::lock(&folder.join("store/.index.lock")).unwrap().unwrap();
        folder.highroad(&into).fails(3, &["busy"]);
    }
    std::fs::remove_file(folder.join("store/.index.lock")).unwrap();
    assert_eq!(files(&folder.join("store")), before);
    folder.highroad(&into).success();
    assert_eq!(folder.names(), ["store", "tool"]);
}

#[test]
fn a_store_keeps_to_one_road_and_to_its_index() {
    let team = Team::new();
    team.release("2026.11.0", "one");
    team.release("2026.12.0", "two");
    team.run("road yank 2026.11.0 --store store --reason Hole").success();
    let before = files(&team.folder.join("store"));
    // Another road.
    team.road("2027.1.0", "three");
    let own = std::fs::read_to_string(team.folder.join("work/road.toml")).unwrap();
    team.folder.write("work/road.toml", &own.replace("id = \"small\"", "id = \"other\""));
    team.run("road release work store").fails(2, &["other-road", "`small`", "`other`"]);
    assert_eq!(files(&team.folder.join("store")), before);
    // An index that lost versions: all, then one.
    team.folder.write("work/road.toml", &own);
    let index = std::fs::read_to_string(team.folder.join("store/index.toml")).unwrap();
    let first = index.find("[[version]]").unwrap();
    let second = index.rfind("[[version]]").unwrap();
    for (short, missing) in
        [(String::new(), "2026.11.0, 2026.12.0 stand"), (format!("{}{}", &index[..first], &index[second..]), "2026.11.0 stand")]
    {
        team.folder.write("store/index.toml", &short);
        team.run("road release work store").fails(2, &["index-short", missing, "git checkout"]);
        assert!(!team.folder.join("store/2027.1.0").exists());
        let told = team.run("road verify store");
        assert!(told.code == 1 && told.out.contains("does not name it"), "{}{}", told.out, told.err);
    }
    team.folder.write("store/index.toml", &index);
    assert_eq!(files(&team.folder.join("store")), before);
    // What a stopped release of the same version left is finished.
    team.run("road release work store").success();
    team.folder.write("store/index.toml", &index);
    team.run("road release work store").success();
    team.run("road verify store").success();
}

#[test]
fn verify_looks_at_every_version_and_names_the_files() {
    let team = Team::new();
    for version in ["2026.11.0", "2026.12.0", "2027.1.0", "2027.2.0"] {
        team.release(version, version);
    }
    team.folder.write("store/2026.11.0/kinds/note/files/note.txt", "other\n");
    team.folder.write("store/2026.12.0/kinds/note/files/more.txt", "more\n");
    std::fs::remove_file(team.folder.join("store/2026.12.0/kinds/note/files/note.txt")).unwrap();
    let manifest = std::fs::read_to_string(team.folder.join("store/2027.1.0/road.toml")).unwrap();
    team.folder.write("store/2027.1.0/road.toml", &manifest.replace("id = \"small\"", "id = \"other\""));
    let run = team.run("road verify store");
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    for line in [
        "Not what was released: 2026.11.0",
        "  changed  kinds/note/files/note.txt",
        "  added    kinds/note/files/more.txt",
        "  removed  kinds/note/files/note.txt",
        "another road, `other`",
        "  changed  road.toml",
    ] {
        assert!(run.out.contains(line), "`{line}` is not in\n{}", run.out);
    }
    assert!(run.err.contains("Unchanged: 2027.2.0"), "{}", run.err);
    // A list of files that was changed too proves nothing.
    let list = std::fs::read_to_string(team.folder.join("store/2026.11.0.files")).unwrap();
    team.folder.write("store/2026.11.0.files", &list.replace('0', "1"));
    let json: serde_json::Value = serde_json::from_str(&team.run("road verify store --json").out).unwrap();
    assert!(json["changed"][0]["why"][1].as_str().unwrap().contains("cannot be told"), "{json}");
    assert_eq!(json["changed"][1]["files"]["kinds/note/files/more.txt"], "added");
}

#[test]
fn a_release_that_fails_leaves_nothing() {
    let team = Team::new();
    team.road("2026.11.0", "one");
    team.run("road release work work/store").fails(2, &["store-inside"]);
    team.run("road release work work/kinds/../a/store").fails(2, &["store-inside"]);
    assert!(!team.folder.join("work/store").exists() && !team.folder.join("work/a").exists());
    let kind = "title = \"a note\"\n[[file]]\npath = \"**\"\nwhy = \"It is the note.\"\nownership = \"managed\"\n";
    team.folder.write("work/kinds/note/kind.toml", kind);
    team.folder.write("work/kinds/note/files/note.txt.jinja", "{@ nothing.at.all @}\n");
    let question = "[[question]]\nkey = \"size\"\nask = \"?\"\nhelp = \"h\"\ntype = \"choice\"\ndefault = \"a\"\nchoices = [{ value = \"a\", label = \"a\" }]\n";
    team.folder.write("work/questions.toml", question);
    let run = team.run("road release work new/store");
    assert!(run.code >= 2 && !team.folder.join("new").exists(), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_leaves_no_half_key() {
    let team = Team::new();
    for fault in ["full:1", "full:2"] {
        let run = team.run_with(("HIGHROAD_FAULT", fault), "road keys new anna --out a/keys");
        assert_eq!(run.code, 3, "{}", run.err);
        assert!(!team.folder.join("a").exists(), "{fault}");
    }
}

#[test]
fn a_misspelt_file_of_pins_is_refused() {
    let team = Team::new();
    team.road("2026.11.0", "one");
    team.folder.write("work/pins/image.toml", "[image]\n");
    for command in ["road lint work", "road test work", "road release work store"] {
        team.run(command).fails(2, &["pins-file", "pins/image.toml", "did you mean `images.toml`", "`hooks.toml`"]);
    }
}

#[test]
fn dropping_a_version_tells_the_truth() {
    let team = Team::published();
    let before = files(&team.registry());
    team.publish(&["--drop", "2026.11.0"]).fails(2, &["drop-stays", "2026.11.0"]);
    team.publish(&["--drop", "2026.11.1"]).fails(2, &["version-unknown", "did you mean `2026.11.0`"]);
    assert_eq!(files(&team.registry()), before);
    std::fs::remove_dir_all(team.folder.join("store")).unwrap();
    team.release("2026.11.0", "other");
    let run = team.publish(&["--drop", "2026.11.0"]).success();
    assert!(run.err.contains("replaced by that of the store"), "{}", run.err);
}

#[test]
fn a_page_takes_the_place_of_a_page_alone() {
    let folder = Folder::new();
    small_road::write(&folder, "one", 1, small_road::QUIET, &small_road::files());
    folder.write("repos/demo/highroad.toml", "no project\n");
    folder.write("thesis.html", "<!doctype html>\n<p>Three years of work.</p>\n");
    folder.write("page.html.new", "mine\n");
    let before = files(folder.path());
    let at = |place: &str| folder.highroad(&["road", "preview", "one", "--repos", "repos", "--html", place]);
    at("thesis.html").fails(2, &["error[html]", "no page of an earlier preview"]);
    at("repos").fails(2, &["error[html]", "folder"]);
    at("nowhere/page.html").fails(2, &["error[html]"]);
    assert_eq!(files(folder.path()), before);
    assert!(at("page.html").code <= 1 && at("page.html").code <= 1);
    assert!(std::fs::read_to_string(folder.join("page.html")).unwrap().contains("Preview of road"));
    assert_eq!(std::fs::read_to_string(folder.join("page.html.new")).unwrap(), "mine\n");
}

#[test]
fn names_that_break_every_project_are_told_at_import() {
    let folder = Folder::new();
    folder.write("tool/cookiecutter.json", "{\"name\": \"demo\"}\n");
    folder.write("tool/{{cookiecutter.name}}/README.md", "one\n");
    folder.write("tool/{{cookiecutter.name}}/.GIT/config", "[core]\n");
    folder.write("tool/{{cookiecutter.name}}/a\u{7}b", "bell\n");
    let run = folder.highroad(&["road", "import", "tool", "--into", "store"]).success();
    assert!(run.out.contains(".GIT/config` is left out") && run.out.contains("control character"), "{}", run.out);
    folder.highroad(&["new", "demo", "--road", "store", "--yes"]).success();
    assert!(folder.join("demo/README.md").exists());
}

/// A run that is stopped with Ctrl-C once `begun` says so.
#[cfg(unix)]
fn stopped(mut command: std::process::Command, begun: impl Fn() -> bool) -> (support::Run, std::time::Duration) {
    use std::time::{Duration, Instant};
    let piped = std::process::Stdio::piped;
    let child = command.stdout(piped()).stderr(piped()).spawn().unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    while !begun() {
        assert!(Instant::now() < patience, "it does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    let asked = Instant::now();
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let run = support::Run { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) };
    (run, asked.elapsed())
}

#[cfg(unix)]
#[test]
fn a_release_stops_when_asked_and_leaves_nothing() {
    let team = Team::new();
    team.road("2026.11.0", "one");
    let choices: String = (0..4000).map(|at| format!("{{ value = \"v{at}\", label = \"v{at}\" }}, ")).collect();
    let manifest = std::fs::read_to_string(team.folder.join("work/road.toml")).unwrap();
    team.folder.write("work/road.toml", &manifest.replace("[\"2026.11.0\"]", "[]"));
    std::fs::remove_file(team.folder.join("work/kinds/note/files/note.txt")).unwrap();
    team.folder.write("work/kinds/note/files/note.txt.jinja", "{@ size @}\n");
    team.folder.write(
        "work/questions.toml",
        &format!("[[question]]\nkey = \"size\"\nask = \"Size?\"\nhelp = \"The size.\"\ntype = \"choice\"\ndefault = \"v0\"\nchoices = [{choices}]\n"),
    );
    let mut command = team.folder.command(env!("CARGO_BIN_EXE_highroad"));
    command.args(["road", "release", "work", "new/store"]);
    let (run, _) = stopped(command, || team.folder.join("new/store/.index.lock").exists());
    assert!(run.code == 3 && run.err.contains("stopped at your request"), "{}\n{}", run.code, run.err);
    assert!(!team.folder.join("new").exists());
}

#[cfg(unix)]
#[test]
fn commands_of_a_tested_road_end_when_asked_with_all_that_they_started() {
    let folder = Folder::new();
    let mark = folder.join("begun");
    let make = format!("setup:\n\tsleep 300 & echo $$! > {0}.new; mv {0}.new {0}; wait\n", mark.display());
    small_road::write(&folder, "one", 1, small_road::QUIET, &[("Makefile", "managed", &make)]);
    std::fs::create_dir(folder.join("tmp")).unwrap();
    let mut command = folder.command(env!("CARGO_BIN_EXE_highroad"));
    command.args(["road", "test", "one", "--run", "install"]).env("TMPDIR", folder.join("tmp"));
    let (run, took) = stopped(command, || mark.exists());
    assert!(run.code == 3 && run.err.contains("stopped at your request"), "{}\n{}", run.code, run.err);
    assert!(took.as_secs() < 10, "{took:?}");
    assert_eq!(support::names(&folder.join("tmp")), Vec::<String>::new());
    let child = std::fs::read_to_string(&mark).unwrap();
    let state = std::fs::read_to_string(format!("/proc/{}/stat", child.trim())).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
}

#[cfg(unix)]
#[test]
fn a_wait_for_a_server_ends_when_asked() {
    let folder = Folder::new();
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let place = format!("http://{}/registry", server.local_addr().unwrap());
    let mut command = folder.command(env!("CARGO_BIN_EXE_highroad"));
    command.args(["source", "add", &place, "--fingerprint", &format!("sha256:{}", "0".repeat(64))]);
    let connection = std::cell::RefCell::new(None);
    let (run, took) = stopped(command, || {
        *connection.borrow_mut() = server.accept().ok();
        connection.borrow().is_some()
    });
    assert!(run.code == 3 && run.err.contains("stopped at your request"), "{}\n{}", run.code, run.err);
    assert!(took.as_secs() < 4, "{took:?}");
}

#[test]
fn one_dead_registry_does_not_keep_the_others_from_being_asked() {
    let team = Team::published();
    let digest = highroad::base::digest::Digest::of(&team.first_root()).to_string();
    for name in ["a", "b"] {
        let run = support::Run::of(std::process::Command::new("cp").arg("-r").arg(team.registry()).arg(team.folder.join(name)));
        run.success();
        let place = format!("file://{}", team.folder.join(name).display());
        team.folder.highroad(&["source", "add", &place, "--name", name, "--fingerprint", &digest]).success();
    }
    team.folder.highroad(&["source", "refresh"]).success();
    std::fs::remove_dir_all(team.folder.join("a")).unwrap();
    let run = team.folder.highroad(&["source", "refresh", "--json"]);
    assert!(run.code == 3 && run.err.contains("error["), "{}\n{}", run.code, run.err);
    let list: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert!(list["sources"][0]["notes"][0].as_str().unwrap().starts_with("not refreshed: "), "{list}");
    assert_eq!(list["sources"][1]["roads"][0], "small");
}
