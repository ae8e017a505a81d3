//! Releasing and publishing, through the binary; `tough`'s own client judges what is published.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/publisher.rs"]
mod publisher;
#[path = "support/mod.rs"]
mod support;

use std::time::{SystemTime, UNIX_EPOCH};

use publisher::Team;
use support::files;

#[test]
fn what_is_published_is_what_another_client_reads() {
    let team = Team::published();
    let root = team.first_root();
    let first = team.load(&root).unwrap();
    assert_eq!(first.files, ["small/2026.11.0.tar.zst", "small/index.json"]);
    team.release("2026.12.0", "two");
    let run = team.publish(&[]).success();
    assert!(run.err.contains("2026.12.0 new, 2 versions"), "{}", run.err);
    let second = team.load(&root).unwrap();
    assert_eq!(second.files.len(), 3);
    assert!(second.timestamp > first.timestamp && second.listing.contains("\"2026.12.0\""));
    assert!(!team.registry().join("draft").exists());
    assert!(!team.registry().join(".publishing.lock").exists());
    // The archive holds the files of the version, each as it was released.
    let archive = files(&team.registry()).into_iter().find(|(name, _)| name.ends_with("2026.12.0.tar.zst")).unwrap().1;
    let tree = highroad::road::registry::archive::unpack(&archive).unwrap();
    assert_eq!(tree.get("kinds/note/files/note.txt").unwrap().bytes, b"two\n");
}

#[test]
fn the_same_store_is_the_same_archive_and_the_same_metadata() {
    let team = Team::published();
    let before = files(&team.registry());
    std::fs::remove_dir_all(team.registry().join("targets")).unwrap();
    team.publish(&[]).fails(3, &["index.json"]);
    for (name, bytes) in &before {
        if name.starts_with("targets/") && name.contains("index.json") {
            std::fs::create_dir_all(team.registry().join(name).parent().unwrap()).unwrap();
            std::fs::write(team.registry().join(name), bytes).unwrap();
        }
    }
    // An archive that is gone is packed again, into the same bytes.
    team.publish(&[]).success();
    let after = files(&team.registry());
    for file in before.iter().filter(|(name, _)| !name.ends_with("timestamp.json")) {
        assert!(after.contains(file), "{}", file.0);
    }
    assert_eq!(after.len(), before.len());
}

#[test]
fn a_published_version_never_changes_and_never_goes() {
    let team = Team::published();
    let before = files(&team.registry());
    let index = std::fs::read_to_string(team.folder.join("store/index.toml")).unwrap();
    team.folder.write("store/2026.11.0/kinds/note/files/note.txt", "other\n");
    team.publish(&[]).fails(2, &["version-changed", "2026.11.0", "index records"]);
    std::fs::remove_dir_all(team.folder.join("store")).unwrap();
    team.publish(&[]).fails(2, &["no-version"]);
    team.release("2026.11.0", "other");
    team.publish(&[]).fails(2, &["version-changed", "published with other bytes"]);
    std::fs::remove_dir_all(team.folder.join("store")).unwrap();
    team.release("2026.12.0", "two");
    team.publish(&[]).fails(2, &["version-missing", "2026.11.0", "--drop"]);
    assert_eq!(files(&team.registry()), before, "nothing was written");
    // With a stolen key somebody published what is in no store: it is taken out by name.
    assert!(team.publish(&["--drop", "2026.11.0"]).success().err.contains("taken out"));
    let loaded = team.load(&team.first_root()).unwrap();
    assert_eq!(loaded.files, ["small/2026.12.0.tar.zst", "small/index.json"]);
    assert!(index.contains("2026.11.0"));
}

#[test]
fn a_release_writes_a_changelog_and_is_refused_twice() {
    let team = Team::new();
    team.release("2026.11.0", "one");
    team.release("2026.11.10", "ten");
    team.release("2026.11.9", "nine");
    let changelog = std::fs::read_to_string(team.folder.join("store/CHANGELOG.md")).unwrap();
    let at = |words: &str| changelog.find(words).unwrap_or_else(|| panic!("{words}: {changelog}"));
    assert!(at("## 2026.11.10") < at("## 2026.11.9") && at("## 2026.11.9") < at("## 2026.11.0"));
    assert!(at("**Security.** The note of 2026.11.10 is safer.") < at("The note says ten."));
    let before = files(&team.folder.join("store"));
    team.run("road release work store").fails(2, &["published", "never changes"]);
    team.road("2027.1.0", "late");
    let text = std::fs::read_to_string(team.folder.join("work/road.toml")).unwrap();
    for (from, to, word) in [
        ("supported-until = \"2027-11-23\"", "supported-until = \"2025-01-01\"", "support ends on 2025-01-01"),
        ("supported-until = \"2027-11-23\"", "supported-until = \"one day\"", "no day"),
        ("upgrades-from", "channel = \"For All\"\nupgrades-from", "no name of a channel"),
    ] {
        team.folder.write("work/road.toml", &text.replace(from, to));
        team.run("road release work store").fails(2, &["road.toml", word]);
    }
    assert_eq!(files(&team.folder.join("store")), before);
    team.run("road verify store").success();
}

#[test]
fn what_the_publisher_says_of_a_version_reaches_the_registry() {
    let team = Team::published();
    team.run("road channel 2026.11.0 canary --store store").success();
    let run = team.run("road rollout 2026.11.0 25 --store store").success();
    assert!(run.err.contains("Next: highroad road publish store"), "{}", run.err);
    team.folder
        .highroad(&["road", "deprecate", "2026.11.0", "--reason", "It is old", "--supported-until", "2027-01-31", "--store", "store"])
        .success();
    team.folder.highroad(&["road", "yank", "2026.11.0", "--reason", "It leaks", "--store", "store", "--json"]).success();
    assert!(team.publish(&[]).success().err.contains("otherwise of 2026.11.0"));
    let listing = team.load(&team.first_root()).unwrap().listing;
    for word in ["\"channel\": \"canary\"", "\"rollout\": 25", "\"supported-until\": \"2027-01-31\"", "It is old", "It leaks"] {
        assert!(listing.contains(word), "{word}: {listing}");
    }
    assert!(std::fs::read_to_string(team.folder.join("store/CHANGELOG.md")).unwrap().contains("**Yanked: It leaks**"));
    team.run("road yank 2026.11.0 --undo --store store").success();
    team.run("road rollout 2026.11.0 100 --store store").success();
    team.publish(&[]).success();
    let listing = team.load(&team.first_root()).unwrap().listing;
    assert!(!listing.contains("yanked") && !listing.contains("rollout") && listing.contains("deprecated"));
    // Found without a flag from the store itself.
    let mut command = team.folder.command(env!("CARGO_BIN_EXE_highroad"));
    support::Run::of(command.args(["road", "rollout", "2026.11.0", "50"]).current_dir(team.folder.join("store"))).success();
}

#[test]
fn a_statement_that_makes_no_sense_leaves_the_index() {
    let team = Team::new();
    team.release("2026.11.0", "one");
    let before = files(&team.folder.join("store"));
    team.run("road channel 2026.11.0 Canary --store store").fails(2, &["no name of a channel"]);
    team.run("road channel 2026.11.1 canary --store store").fails(2, &["version-unknown", "did you mean `2026.11.0`"]);
    team.run("road yank 2026.11.0 --reason \u{1b}[2J --store store").fails(2, &["control character"]);
    team.run("road channel 2026.11.0 canary --store nowhere").fails(2, &["no-store"]);
    assert_eq!(team.run("road rollout 2026.11.0 101 --store store").code, 2);
    assert_eq!(team.run("road yank 2026.11.0 --store store").code, 2);
    team.folder.write("store/index.toml", "[[version]]\nversion = \"../../x\"\nreleased = \"2026-11-23\"\ndigest = \"x\"\n");
    team.run("road channel 2026.11.0 canary --store store").fails(2, &["no calendar version"]);
    team.folder.write("store/index.toml", std::str::from_utf8(&before.iter().find(|file| file.0 == "index.toml").unwrap().1).unwrap());
    assert_eq!(files(&team.folder.join("store")), before);
}

#[test]
fn a_daily_job_renews_what_ends_soon_and_nothing_else() {
    let team = Team::published();
    let root = team.first_root();
    let before = files(&team.registry());
    team.run("road publish --refresh registry --key keys/online.key").success();
    let changed: Vec<String> = files(&team.registry()).into_iter().filter(|file| !before.contains(file)).map(|file| file.0).collect();
    assert_eq!(changed, ["metadata/timestamp.json"]);
    team.load(&root).unwrap();
    let day = |days: u64| (SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + days * 86_400).to_string();
    let run = team.run_with(("HIGHROAD_NOW", &day(20)), "road publish --refresh registry --key keys/online.key").success();
    assert!(team.registry().join("metadata/2.snapshot.json").exists() && !run.err.contains("warning"), "{}", run.err);
    let late = team.run_with(("HIGHROAD_NOW", &day(340)), "road publish --refresh registry --key keys/online.key").success();
    for word in ["root ends in 25 days", "targets ends in 25 days", "small ends in 25 days", "rotate"] {
        assert!(late.err.contains(word), "{word}: {}", late.err);
    }
    let ended = team.run_with(("HIGHROAD_NOW", &day(400)), "road keys show registry").success();
    assert!(ended.out.contains("timestamp ended on") && ended.out.contains("root ended on"), "{}", ended.out);
    team.run("road publish --refresh registry --key keys/small.key").fails(2, &["key-missing", "timestamp"]);
    team.run("road publish registry --key keys/online.key").fails(2, &["STORE REGISTRY"]);
    team.run("road publish --refresh store registry --key keys/online.key").fails(2, &["--refresh"]);
}

#[test]
fn a_publication_that_is_stopped_at_any_write_leaves_a_registry_that_loads() {
    let team = Team::published();
    let root = team.first_root();
    team.release("2026.12.0", "two");
    team.keys(&["next"]);
    team.run("road keys rotate registry timestamp --add keys/next.pub --remove keys/online.pub").success();
    team.sign("root", "ben");
    team.sign("root", "cleo");
    let before = files(&team.registry());
    let words = "road publish store registry --key keys/small.key --key keys/online.key --key keys/next.key";
    let (old, mut stops) = (team.load(&root).unwrap(), 0);
    for fault in ["kill", "full"] {
        for at in 1.. {
            let run = team.run_with(("HIGHROAD_FAULT", &format!("{fault}:{at}")), words);
            let seen = team.load(&root).unwrap_or_else(|error| panic!("{fault}:{at}: {error}"));
            assert!(seen == old || seen.files.len() == 3, "{fault}:{at}: {seen:?}");
            if run.code == 0 {
                assert!(at > 10, "{fault}: {at}");
                break;
            }
            if fault == "full" {
                assert!(run.code == 3 && run.err.contains("free some space"), "{}", run.err);
            }
            stops += 1;
            // The next run finishes what was begun.
            if at % 5 == 0 {
                team.run(words).success();
                assert_eq!(team.load(&root).unwrap().files.len(), 3);
            }
            std::fs::remove_dir_all(team.registry()).unwrap();
            for (name, bytes) in &before {
                team.folder.write(&format!("registry/{name}"), std::str::from_utf8(bytes).unwrap_or_default());
                std::fs::write(team.registry().join(name), bytes).unwrap();
            }
        }
        if fault == "kill" {
            std::fs::remove_dir_all(team.registry()).unwrap();
            for (name, bytes) in &before {
                team.folder.write(&format!("registry/{name}"), "");
                std::fs::write(team.registry().join(name), bytes).unwrap();
            }
        }
    }
    assert!(stops > 20, "{stops}");
    assert_eq!(team.load(&root).unwrap().root, 2);
}

#[test]
fn two_processes_do_not_publish_at_once() {
    let team = Team::published();
    let before = files(&team.registry());
    let lock = highroad::base::fs::lock(&team.registry().join(".publishing.lock")).unwrap().unwrap();
    team.publish(&[]).fails(3, &["busy", "another process"]);
    drop(lock);
    std::fs::remove_file(team.registry().join(".publishing.lock")).unwrap();
    assert_eq!(files(&team.registry()), before);
    team.publish(&[]).success();
}

#[test]
fn a_damaged_registry_is_not_built_upon() {
    let team = Team::published();
    let before = files(&team.registry());
    for (name, word) in [
        ("metadata/timestamp.json", "signed"),
        ("metadata/1.snapshot.json", "digest"),
        ("metadata/1.targets.json", "digest"),
        ("metadata/1.small.json", "digest"),
        ("metadata/1.root.json", "not enough keys"),
    ] {
        let text = String::from_utf8(before.iter().find(|file| file.0 == name).unwrap().1.clone()).unwrap();
        team.folder.write(&format!("registry/{name}"), &text.replace("\"expires\": \"20", "\"expires\": \"21"));
        team.publish(&[]).fails(2, &["metadata", word]);
        team.folder.write(&format!("registry/{name}"), "<html>");
        team.publish(&[]).fails(2, &["metadata"]);
        team.folder.write(&format!("registry/{name}"), &text);
    }
    assert_eq!(files(&team.registry()), before);
    team.run("road publish store nowhere --key keys/small.key").fails(2, &["no-folder"]);
    team.run("road publish store store --key keys/small.key").fails(2, &["no-registry"]);
}

#[test]
fn a_template_that_was_imported_is_published_taken_and_upgraded() {
    let team = Team::new();
    let (folder, template) = (&team.folder, team.folder.join("small"));
    folder.write("small/cargo-generate.toml", "[placeholders.kind]\nprompt = \"Which?\"\ntype = \"string\"\ndefault = \"app\"\n");
    support::git(folder.path(), &["init", "--quiet", "small"]);
    let release = |text: &str, tag: &str| {
        folder.write("small/a.txt", &format!("{text} {{{{project-name}}}} {{{{kind}}}}\n"));
        support::git(&template, &["add", "--all"]);
        support::git(&template, &["commit", "--quiet", "--message", text]);
        support::git(&template, &["tag", tag]);
        team.run("road import small --into store").success();
    };
    team.started();
    release("one", "v1.0.0");
    team.publish(&[]).success();
    let url = format!("file://{}", team.registry().display());
    folder.highroad(&["source", "add", &url, "--root", "registry/metadata/1.root.json", "--name", "acme", "--yes"]).success();
    team.run("new demo --road acme/small --set kind=lib --yes").success();
    let read = |path: &str| std::fs::read_to_string(folder.join(path)).unwrap();
    assert_eq!(read("demo/a.txt"), "one demo lib\n");
    folder.write("demo/own.txt", "mine\n");
    release("two", "v1.1.0");
    team.publish(&[]).success();
    let status = team.run("status demo --json").success();
    assert!(status.out.contains("\"clean\": true"), "{}", status.out);
    team.run("upgrade demo --yes --in-place").success();
    assert_eq!((read("demo/a.txt").as_str(), read("demo/own.txt").as_str()), ("two demo lib\n", "mine\n"));
}

#[test]
fn a_version_whose_folder_is_lost_is_named() {
    let team = Team::published();
    std::fs::remove_file(team.folder.join("store/2026.11.0/road.toml")).unwrap();
    let is_found = || {
        let verified = team.run("road verify store");
        assert!(verified.code == 1 && verified.out.contains("version 2026.11.0 of the road is gone"), "{}{}", verified.out, verified.err);
    };
    is_found();
    for words in ["road publish store registry --key keys/small.key --key keys/online.key", "new demo --road store/ --yes"] {
        let word = if words.starts_with("new") { "no-version" } else { "version-gone" };
        team.run(words).fails(2, &[word]);
    }
    std::fs::remove_dir_all(team.folder.join("store/2026.11.0")).unwrap();
    is_found();
}
