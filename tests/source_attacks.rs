//! Attacks on a registry, and everything else that can be wrong with one: each is refused with what it means, and what is
//! kept of the source and the project stay as they were.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/registry.rs"]
mod registry;
#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/mod.rs"]
mod support;

use std::process::{Command, Stdio};

use registry::{Answer, Key, Registry, Server};
use scenario::{More, Scenario, texts};
use support::{Run, files};

/// 2026-12-01 and ten years after, in seconds since 1970.
const NOW: i64 = 1_796_083_200;
const LATER: i64 = NOW + 315_360_000;

/// A project from a registry, and a second version that the registry does not have yet.
fn started() -> (Scenario, Registry, Server) {
    let s = Scenario::empty();
    s.publish(&texts(&[("a.txt", "one\n")]), &More::default());
    let mut registry = Registry::new(&s.folder.join("registry"), "small");
    registry.publish_store(&s.folder.join("store"));
    let server = Server::of(&registry.folder);
    let root = registry.root();
    s.folder.highroad(&["source", "add", &server.address, "--name", "acme", "--root", root.to_str().unwrap(), "--yes"]).success();
    s.folder.highroad(&["new", "demo", "--road", "acme", "--yes"]).success();
    s.publish(&texts(&[("a.txt", "two\n")]), &More::default());
    (s, registry, server)
}

fn command(s: &Scenario, arguments: &[&str]) -> Command {
    let mut command = s.folder.command(env!("CARGO_BIN_EXE_highroad"));
    command.args(arguments).current_dir(s.project());
    command
}

/// What is kept of the source, the lock and the clock left out.
fn kept(s: &Scenario) -> Vec<(String, Vec<u8>)> {
    let home = s.folder.join(".home/.local/share/highroad");
    files(&home).into_iter().filter(|(path, _)| !path.ends_with("lock") && !path.ends_with("/clock")).collect()
}

/// The parts of what is kept that decide what is trusted.
fn kept_files(s: &Scenario) -> Vec<(String, Vec<u8>)> {
    kept(s).into_iter().filter(|(path, _)| !path.contains("/metadata/")).collect()
}

/// Expects that an upgrade and a refresh are refused, and that the project and what serves offline stay.
#[track_caller]
fn refused(s: &Scenario, words: &[&str]) {
    let (project, before) = (s.state(), kept_files(s));
    s.folder.highroad(&["source", "refresh"]).fails(2, words);
    s.run(&["upgrade", "--yes"]).fails(2, words);
    assert_eq!(s.state(), project);
    assert_eq!(kept_files(s), before);
}

#[test]
fn an_old_state_is_refused() {
    let (s, mut registry, _server) = started();
    let old = std::fs::read(registry.folder.join("metadata/timestamp.json")).unwrap();
    registry.publish_store(&s.folder.join("store"));
    s.run(&["status"]).success();
    std::fs::write(registry.folder.join("metadata/timestamp.json"), &old).unwrap();
    refused(&s, &["registry-rollback", "`timestamp`", "version 2 was seen before", "yanked"]);
    // The same attack by somebody who holds the timestamp's key alone: a new timestamp names the old snapshot.
    registry.versions.insert("snapshot".to_owned(), 1);
    registry.publish_timestamp();
    refused(&s, &["registry-rollback", "snapshot"]);
    // And by one who holds the snapshot's key too: a new snapshot names the old file of the road.
    registry.versions.insert("snapshot".to_owned(), 2);
    registry.versions.insert("small".to_owned(), 1);
    registry.publish_snapshot();
    registry.publish_timestamp();
    refused(&s, &["registry-rollback", "small"]);
}

#[test]
fn a_frozen_state_is_refused_when_it_ends() {
    for role in ["timestamp", "snapshot", "targets", "small", "root"] {
        let (s, mut registry, _server) = started();
        registry.expires.insert(role.to_owned(), "2020-01-01T00:00:00Z".to_owned());
        if role == "root" {
            registry.publish_root();
        }
        registry.publish_store(&s.folder.join("store"));
        refused(&s, &["registry-expired", &format!("`{role}`"), "2020-01-01", "clock"]);
    }
}

#[test]
fn files_of_two_states_do_not_mix() {
    let (s, mut registry, _server) = started();
    registry.publish_store(&s.folder.join("store"));
    let folder = registry.folder.join("metadata");
    // The server gives the old file of the road under the name of the new one.
    std::fs::copy(folder.join("1.small.json"), folder.join("2.small.json")).unwrap();
    refused(&s, &["registry-refused", "digest"]);
    // The same where the snapshot tells no digest.
    let (s, mut registry, _server) = started();
    registry.publish_store(&s.folder.join("store"));
    let folder = registry.folder.join("metadata");
    std::fs::copy(folder.join("1.snapshot.json"), folder.join("2.snapshot.json")).unwrap();
    refused(&s, &["registry-mixed", "version 1", "names 2"]);
}

#[test]
fn a_stolen_key_below_the_threshold_signs_nothing() {
    for role in ["small", "targets", "root"] {
        let (s, mut registry, _server) = started();
        registry.role(role).signs = 1;
        if role == "root" {
            registry.publish_root();
        }
        registry.publish_store(&s.folder.join("store"));
        refused(&s, &["registry-refused", &format!("`{role}`"), "1 of its signatures", "2 are needed"]);
    }
    // A key that nobody named is as good as none, as many times as it signs.
    for role in ["timestamp", "snapshot"] {
        let (s, mut registry, _server) = started();
        registry.role(role).keys = vec![Key::new()];
        registry.publish_store(&s.folder.join("store"));
        refused(&s, &["registry-refused", &format!("`{role}`"), "0 of its signatures"]);
    }
}

#[test]
fn a_root_follows_only_from_the_root_before() {
    let (s, mut registry, _server) = started();
    let stolen = registry.roles["root"].keys[0].clone();
    // New keys that the old root does not know, and one that it does.
    registry.role("root").keys = vec![stolen, Key::new(), Key::new()];
    registry.publish_root();
    registry.publish_store(&s.folder.join("store"));
    refused(&s, &["registry-refused", "`root`", "by the keys of the root before"]);
}

#[test]
fn keys_are_rotated_and_a_lost_timestamp_key_is_replaced() {
    let (s, mut registry, _server) = started();
    // An attacker drove the version up with a stolen key; new keys forget that.
    for _ in 0..3 {
        registry.publish_timestamp();
    }
    s.run(&["status"]).success();
    for role in ["timestamp", "snapshot"] {
        registry.role(role).keys = vec![Key::new()];
        registry.versions.insert(role.to_owned(), 0);
    }
    registry.publish_root();
    registry.publish_store(&s.folder.join("store"));
    s.run(&["upgrade", "--yes"]).success();
    assert_eq!(s.read("a.txt"), "two\n");
    let list = s.folder.highroad(&["source", "list", "--json"]).success();
    assert!(list.out.contains("\"root_version\": 2"), "{}", list.out);
}

#[test]
fn a_road_answers_for_its_own_files_alone() {
    let (s, mut registry, _server) = started();
    // The keeper of one road signs a listing of another.
    let other = String::from_utf8(
        std::fs::read_dir(registry.folder.join("targets/small"))
            .unwrap()
            .flatten()
            .find_map(|entry| {
                let name = entry.file_name().into_string().unwrap();
                name.ends_with("index.json").then(|| std::fs::read(entry.path()).unwrap())
            })
            .unwrap(),
    )
    .unwrap();
    registry.put_target("small/index.json", other.replace("\"road\": \"small\"", "\"road\": \"large\"").as_bytes());
    registry.publish();
    refused(&s, &["listing of the road `large`"]);
}

#[test]
fn an_archive_that_is_not_what_was_signed_is_refused() {
    let (s, mut registry, _server) = started();
    registry.publish_store(&s.folder.join("store"));
    for entry in std::fs::read_dir(registry.folder.join("targets/small")).unwrap().flatten() {
        if entry.file_name().to_str().unwrap().ends_with("2026.1.1.tar.zst") {
            let mut bytes = std::fs::read(entry.path()).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(entry.path(), bytes).unwrap();
        }
    }
    let project = s.state();
    s.run(&["upgrade", "--yes"]).fails(2, &["registry-file", "digest"]);
    assert_eq!(s.state(), project);
    // Signed, and other than the listing says.
    let (s, mut registry, _server) = started();
    registry.publish_store(&s.folder.join("store"));
    let other = highroad::road::source::read_folder(&s.folder.join("store/2026.1.0")).unwrap();
    let other = highroad::road::registry::archive::pack(&other).unwrap();
    registry.put_target("small/2026.1.1.tar.zst", &other);
    registry.publish();
    let project = s.state();
    s.run(&["upgrade", "--yes"]).fails(2, &["version-changed"]);
    assert_eq!(s.state(), project);
}

#[test]
fn an_archive_is_of_the_road_and_the_text_that_were_listed() {
    for (from, to, word) in [("id = \"small\"", "id = \"large\"", "another text"), ("Acme", "Acme, Inc.", "another text")] {
        let (s, mut registry, _server) = started();
        let store = s.folder.join("store");
        let honest = std::fs::read_to_string(store.join("2026.1.1/road.toml")).unwrap();
        s.folder.write("store/2026.1.1/road.toml", &honest.replace(from, to));
        let other = highroad::road::source::read_folder(&store.join("2026.1.1")).unwrap();
        s.folder.write("store/2026.1.1/road.toml", &honest);
        let digest = other.digest().to_string();
        registry.publish_store_with(&store, |published| {
            if published.version == "2026.1.1" {
                published.digest.clone_from(&digest);
            }
        });
        registry.put_target("small/2026.1.1.tar.zst", &highroad::road::registry::archive::pack(&other).unwrap());
        registry.publish();
        let project = s.state();
        s.run(&["upgrade", "--yes"]).fails(2, &["road.toml", word]);
        s.folder.highroad(&["new", "other", "--road", "acme", "--yes"]).fails(2, &["road.toml", word]);
        assert_eq!(s.state(), project);
        assert!(!s.folder.join("other").exists());
    }
}

/// Answers that no registry gives; what is said of each.
fn answers() -> Vec<(Answer, &'static str)> {
    vec![
        (Answer::Status(500), "500"),
        (Answer::Status(401), "401"),
        (Answer::Status(204), "204"),
        (Answer::Page, "web page (HTML)"),
        (Answer::Silence, "within"),
        (Answer::Drip, "slower than"),
        (Answer::Short, "ended"),
        (Answer::Endless, "more than"),
        (Answer::Huge(u64::MAX), "more than"),
        (Answer::Redirect("https://127.0.0.1:1/x".to_owned()), "from http to https"),
        (Answer::Redirect("file:///etc/passwd".to_owned()), "from http to file"),
        (Answer::Redirect("/again".to_owned()), "more than 5 times"),
        (Answer::EndlessHead, "the registry gave no usable answer"),
        (Answer::Noise, "the registry gave no usable answer"),
    ]
}

#[test]
fn a_server_that_gives_no_usable_answer_is_left_in_time_and_the_copy_serves() {
    let (s, registry, server) = started();
    let (project, before) = (s.state(), kept(&s));
    let root = registry.root().display().to_string();
    for (answer, word) in answers() {
        server.always(answer.clone());
        let sent = server.sent();
        let run = |arguments: &[&str]| Run::of(command(&s, arguments).env("HIGHROAD_PATIENCE", "300"));
        run(&["source", "refresh"]).fails(3, &["registry-unreachable", word]);
        let status = run(&["status", "--json"]).success();
        assert!(status.out.contains("what was fetched before is used"), "{answer:?}: {}", status.out);
        assert_eq!((s.state(), kept(&s)), (project.clone(), before.clone()), "{answer:?}");
        run(&["source", "add", &server.address, "--name", "other", "--root", &root, "--yes"]).fails(3, &[word]);
        assert_eq!(kept(&s), before, "{answer:?}");
        assert!(server.sent() - sent < 64 << 20, "{answer:?}: {} bytes", server.sent() - sent);
    }
    // No timestamp at all is no registry.
    server.always(Answer::Status(404));
    s.folder.highroad(&["source", "refresh"]).fails(2, &["registry-missing", "404"]);
}

#[test]
fn a_server_that_goes_wrong_half_way_leaves_the_copy_as_it_was() {
    let (s, mut registry, server) = started();
    registry.publish_store(&s.folder.join("store"));
    for part in ["snapshot.json", "targets.json", "small.json", "index.json"] {
        let before = kept_files(&s);
        server.answer(move |path| if path.contains(part) && !path.ends_with("1.root.json") { Answer::Status(503) } else { Answer::File });
        let status = s.run(&["status", "--json"]).success();
        assert!(status.out.contains("what was fetched before is used"), "{part}: {}", status.out);
        assert!(!status.out.contains("2026.1.1"), "{part}: {}", status.out);
        assert_eq!(kept_files(&s), before, "{part}");
    }
    server.always(Answer::File);
    s.run(&["upgrade", "--yes"]).success();
    assert_eq!(s.read("a.txt"), "two\n");
}

#[test]
fn a_copy_that_ended_serves_no_more() {
    let (s, _registry, server) = started();
    server.end();
    let at = |seconds: i64, arguments: &[&str]| Run::of(command(&s, arguments).env("HIGHROAD_NOW", seconds.to_string()));
    at(NOW, &["status"]).success();
    let status = at(LATER, &["status"]);
    assert_eq!(status.code, 3, "{}", status.err);
    assert!(status.out.contains("2036-01-01"), "{}", status.out);
    // Nobody knows of newer versions then, and nobody says that there are none.
    assert!(status.out.contains("could not be looked for: "), "{}", status.out);
    assert!(
        status.err.is_empty() && status.out.contains("could not look for newer") && !status.out.contains("the newest"),
        "{}",
        status.out
    );
    let project = s.state();
    at(LATER, &["upgrade", "--yes"]).fails(2, &["registry-expired", "2036-01-01", "clock", "can be reached"]);
    at(LATER, &["new", "../other", "--road", "acme", "--yes"]).fails(2, &["registry-expired"]);
    assert_eq!(s.state(), project);
}

#[test]
fn a_clock_that_is_wrong_is_told() {
    let (s, mut registry, _server) = started();
    registry.publish_store(&s.folder.join("store"));
    let at = |seconds: i64, arguments: &[&str]| Run::of(command(&s, arguments).env("HIGHROAD_NOW", seconds.to_string()));
    let before = kept(&s);
    at(LATER, &["source", "refresh"]).fails(2, &["registry-expired", "clock says 2036"]);
    at(1_000_000_000, &["source", "refresh"]).fails(2, &["clock", "behind"]);
    assert_eq!(kept(&s), before);
    // A clock that was ahead and is right again: a person says so.
    at(NOW + 86_400 * 30, &["source", "refresh"]).success();
    at(NOW, &["source", "refresh"]).fails(2, &["clock", "has been 2026-12-31", "--trust-clock"]);
    at(NOW, &["upgrade", "--yes"]).fails(2, &["clock"]);
    at(NOW, &["source", "refresh", "acme", "--trust-clock"]).success();
    at(NOW, &["upgrade", "--yes"]).success();
}

#[test]
fn what_a_full_disk_or_a_kill_leaves_is_never_used() {
    for fault in ["full", "kill"] {
        let (s, mut registry, _server) = started();
        registry.publish_store(&s.folder.join("store"));
        let project = s.state();
        let mut writes = 0;
        for number in 1..=40 {
            let before = kept_files(&s);
            let run = Run::of(command(&s, &["source", "refresh"]).env("HIGHROAD_FAULT", format!("{fault}:{number}")));
            if run.code == 0 {
                break;
            }
            writes = number;
            assert_eq!(s.state(), project);
            if fault == "full" {
                let run = run.fails(3, &["file"]);
                assert!(run.err.contains("free some space"), "{}", run.err);
            }
            // What serves offline is the old one or the new one, whole: everything in it fits together.
            let list = s.folder.highroad(&["source", "list"]).success();
            assert!(!list.out.contains("note:"), "{fault}:{number}: {}", list.out);
            let _ = before;
        }
        assert!(writes > 3, "{fault}: only {writes} writes were tried");
        s.run(&["upgrade", "--yes"]).success();
        assert_eq!(s.read("a.txt"), "two\n");
    }
}

#[test]
fn a_damaged_copy_heals() {
    let (s, mut registry, server) = started();
    let home = s.folder.join(".home/.local/share/highroad/sources/acme");
    registry.publish_root();
    registry.publish_store(&s.folder.join("store"));
    s.run(&["status"]).success();
    for (path, _) in files(&home) {
        let whole = std::fs::read(home.join(&path)).unwrap();
        for damage in [whole[..whole.len() / 2].to_vec(), Vec::new(), b"{}".to_vec()] {
            std::fs::write(home.join(&path), damage).unwrap();
            s.run(&["upgrade", "--dry-run"]).success();
        }
        std::fs::remove_file(home.join(&path)).unwrap();
        let run = s.run(&["upgrade", "--dry-run"]);
        assert_eq!(run.code, 0, "without {path}: {}", run.err);
        std::fs::write(home.join(&path), &whole).unwrap();
    }
    server.end();
    // Offline nothing can heal: what is damaged is not used.
    let archive = files(&home.join("files")).into_iter().max_by_key(|(_, bytes)| bytes.len()).unwrap().0;
    std::fs::write(home.join("files").join(archive), "x").unwrap();
    std::fs::write(home.join("complete.json"), "{").unwrap();
    let project = s.state();
    s.run(&["upgrade", "--yes"]).fails(3, &["registry-unreachable"]);
    assert_eq!(s.state(), project);
}

#[test]
fn processes_at_once_do_not_get_in_each_others_way() {
    let (s, mut registry, _server) = started();
    registry.publish_store(&s.folder.join("store"));
    let start = |arguments: &[&str]| command(&s, arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let running: Vec<_> =
        (0..3).flat_map(|_| [start(&["source", "refresh"]), start(&["status"]), start(&["upgrade", "--dry-run"])]).collect();
    for run in running {
        let ended = run.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    s.run(&["upgrade", "--yes"]).success();
}

#[test]
fn names_and_texts_from_a_registry_drive_no_terminal_and_leave_no_folder() {
    let (s, mut registry, _server) = started();
    let evil = "\u{1b}]0;x\u{7}";
    for target in ["small/../../x.tar.zst", "/etc/x", "small/index.json/x"] {
        registry.put_target(&format!("small/{}", target.trim_start_matches('/').replace("..", "dots")), b"x");
    }
    registry.publish_store_with(&s.folder.join("store"), move |published| published.yanked = Some(evil.to_owned()));
    let run = s.run(&["upgrade", "--yes"]).fails(2, &["listing", "control"]);
    assert!(!run.err.contains('\u{1b}'));
}
