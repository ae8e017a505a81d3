//! Keys, thresholds and rotation, through the binary; `tough`'s own client judges.
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

use publisher::Team;
use serde_json::Value;
use support::files;

#[test]
fn a_key_is_private_never_shown_and_never_overwritten() {
    let team = Team::new();
    let made = team.run("road keys new anna --out keys --json").success();
    let json: Value = serde_json::from_str(&made.out).unwrap();
    let secret = std::fs::read_to_string(team.folder.join("keys/anna.key")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(team.folder.join("keys/anna.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let body = secret.lines().nth(1).unwrap();
    let before = files(&team.folder.join("keys"));
    let again = team.run("road keys new anna --out keys").fails(2, &["key-exists", "anna.key"]);
    let shown = team.run("road keys show keys/anna.key").success();
    assert!(shown.out.contains(json["id"].as_str().unwrap()));
    for text in [&made.out, &made.err, &again.err, &shown.out, &shown.err] {
        assert!(!text.contains(body));
    }
    assert_eq!(files(&team.folder.join("keys")), before);
    std::fs::remove_file(team.folder.join("keys/anna.key")).unwrap();
    team.run("road keys new anna --out keys").fails(2, &["key-exists", "anna.pub"]);
    for bad in ["../x", "a/b", ".", "nul", ".git"] {
        team.run(&format!("road keys new {bad} --out keys")).fails(2, &["key-name"]);
    }
    team.run("road keys show keys/anna.pub").success();
    team.run("road keys show nothing").fails(3, &["nothing"]);
    support::git(team.folder.path(), &["init", "-q"]);
    assert!(team.run("road keys new ben --out keys").success().err.contains("git repository"));
}

#[test]
fn a_registry_starts_with_a_threshold_of_offline_keys() {
    let team = Team::new();
    team.keys(&["anna", "ben", "online"]);
    let init = "road registry init registry --root-key keys/anna.pub --root-key keys/ben.pub";
    team.run(&format!("{init} --online-key keys/anna.pub")).fails(2, &["root-online"]);
    team.run(&format!("{init} --online-key keys/online.pub --threshold 3")).fails(2, &["threshold"]);
    team.run(&format!("{init} --online-key keys/online.key")).fails(2, &["secret half"]);
    team.run(&format!("{init} --root-key keys/ben.pub --online-key keys/online.pub")).fails(2, &["key-twice"]);
    team.run(&format!("{init} --online-key keys/online.pub --road root=keys/ben.pub")).fails(2, &["road-id"]);
    team.run(&format!("{init} --online-key keys/online.pub --road ../x=keys/ben.pub")).fails(2, &["road-id"]);
    assert!(!team.registry().exists());
    let made = team.run(&format!("{init} --online-key keys/online.pub --road small=keys/ben.pub")).success();
    assert!(made.err.contains("every root key is needed"), "{}", made.err);
    team.run(&format!("{init} --online-key keys/online.pub")).fails(2, &["registry-exists"]);
}

#[test]
fn nothing_is_in_force_below_the_threshold() {
    let team = Team::new();
    team.keys(&["anna", "ben", "cleo", "online", "small", "thief"]);
    team.run("road registry init registry --root-key keys/anna.pub --root-key keys/ben.pub --root-key keys/cleo.pub --online-key keys/online.pub --road small=keys/small.pub").success();
    team.release("2026.11.0", "one");
    team.publish(&[]).fails(2, &["signatures-missing", "0 of 2"]);
    let draft = team.folder.join("registry/draft/root.json");
    let unsigned = std::fs::read(&draft).unwrap();
    team.run("road keys sign registry/draft/root.json --key keys/thief.key").fails(2, &["key-not-asked"]);
    team.run("road keys sign registry/draft/root.json --key keys/anna.pub").fails(2, &["public half"]);
    team.run("road keys sign work/road.toml --key keys/anna.key").fails(2, &["metadata"]);
    assert_eq!(std::fs::read(&draft).unwrap(), unsigned);
    assert!(team.sign("root", "anna").err.contains("1 of 2 signatures"));
    // Twice the same key is one signature.
    assert!(team.sign("root", "anna").err.contains("1 of 2 signatures"));
    team.publish(&[]).fails(2, &["signatures-missing", "1 of 2"]);
    assert!(team.sign("root", "ben").err.contains("Complete"));
    team.publish(&[]).fails(2, &["signatures-missing", "targets.json"]);
    team.run("road keys sign registry/draft/targets.json --key keys/anna.key --key keys/cleo.key").success();
    team.run("road publish store registry --key keys/online.key").fails(2, &["key-missing", "small"]);
    team.run("road publish store registry --key keys/small.key").fails(2, &["key-missing", "snapshot"]);
    assert!(!team.registry().join("metadata").exists());
    team.publish(&[]).success();
    assert_eq!(team.load(&team.first_root()).unwrap().root, 1);
}

#[test]
fn a_lost_root_key_is_replaced_by_two_others_one_after_the_other() {
    let team = Team::published();
    let first = team.first_root();
    team.keys(&["dora"]);
    let run = team.run("road keys rotate registry root --remove keys/cleo.pub --add keys/dora.pub").success();
    assert!(run.err.contains("root 1: 0 of 2") && run.err.contains("root 2: 0 of 2"), "{}", run.err);
    assert!(run.err.contains("still signs `targets`"), "{}", run.err);
    // Dora is new: her signature counts for the new root, not for the old one.
    let dora = team.sign("root", "dora");
    assert!(dora.err.contains("root 1: 0 of 2") && dora.err.contains("root 2: 1 of 2"), "{}", dora.err);
    let waiting = team.publish(&[]).success();
    assert!(waiting.err.contains("Drafts still wait"), "{}", waiting.err);
    assert_eq!(team.load(&first).unwrap().root, 1);
    assert!(team.sign("root", "anna").err.contains("root 1: 1 of 2"));
    assert!(team.sign("root", "ben").err.contains("Complete"));
    team.publish(&[]).success();
    let loaded = team.load(&first).unwrap();
    assert_eq!(loaded.root, 2);
    // The one who left cannot sign any more.
    team.run("road keys rotate registry root").success();
    team.run("road keys sign registry/draft/root.json --key keys/cleo.key").fails(2, &["key-not-asked"]);
}

#[test]
fn a_root_that_travels_is_signed_without_its_registry() {
    let team = Team::published();
    team.keys(&["dora"]);
    team.run("road keys rotate registry root --remove keys/cleo.pub --add keys/dora.pub").success();
    std::fs::create_dir(team.folder.join("stick")).unwrap();
    std::fs::copy(team.folder.join("registry/draft/root.json"), team.folder.join("stick/root.json")).unwrap();
    std::fs::copy(team.folder.join("registry/metadata/1.root.json"), team.folder.join("stick/old.json")).unwrap();
    team.run("road keys sign stick/root.json --key keys/cleo.key").fails(2, &["key-not-asked", "--root"]);
    let run = team
        .run("road keys sign stick/root.json --key keys/cleo.key --key keys/anna.key --key keys/dora.key --root stick/old.json")
        .success();
    assert!(run.err.contains("Complete"), "{}", run.err);
    std::fs::copy(team.folder.join("stick/root.json"), team.folder.join("registry/draft/root.json")).unwrap();
    team.publish(&[]).success();
    assert_eq!(team.load(&team.first_root()).unwrap().root, 2);
}

#[test]
fn a_stolen_online_key_is_removed_by_the_root() {
    let team = Team::published();
    let first = team.first_root();
    team.keys(&["fresh"]);
    for role in ["snapshot", "timestamp"] {
        team.run(&format!("road keys rotate registry {role} --remove keys/online.pub --add keys/fresh.pub")).success();
    }
    team.sign("root", "anna");
    team.sign("root", "cleo");
    team.publish(&[]).fails(2, &["key-missing"]);
    team.run("road publish --refresh registry --key keys/fresh.key").success();
    assert_eq!(team.load(&first).unwrap().root, 2);
    team.run("road publish --refresh registry --key keys/online.key").fails(2, &["key-missing"]);
    let shown = team.run("road keys show registry --json").success();
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(shown["root"]["version"], 2);
    assert_eq!(shown["root"]["roles"][3]["keys"].as_array().unwrap().len(), 1);
}

#[test]
fn what_a_removed_key_signed_is_not_built_upon() {
    let team = Team::published();
    let first = team.first_root();
    let old = files(&team.registry());
    team.release("2026.12.0", "two");
    team.publish(&[]).success();
    team.keys(&["fresh"]);
    for role in ["snapshot", "timestamp"] {
        team.run(&format!("road keys rotate registry {role} --remove keys/online.pub --add keys/fresh.pub")).success();
    }
    team.sign("root", "anna");
    team.sign("root", "cleo");
    team.run("road publish --refresh registry --key keys/fresh.key").success();
    let before = files(&team.registry());
    // The thief of the old key brings the state back that hides a version.
    for (name, bytes) in old.iter().filter(|(name, _)| !name.ends_with("root.json")) {
        std::fs::write(team.registry().join(name), bytes).unwrap();
    }
    let laid = files(&team.registry());
    team.run("road publish --refresh registry --key keys/fresh.key").fails(2, &["metadata", "timestamp.json", "newest root"]);
    assert_eq!(files(&team.registry()), laid);
    for (name, bytes) in &before {
        std::fs::write(team.registry().join(name), bytes).unwrap();
    }
    team.run("road publish --refresh registry --key keys/fresh.key").success();
    assert_eq!(team.load(&first).unwrap().files.len(), 3);
}

#[test]
fn a_rotation_that_is_stopped_at_any_write_is_finished_by_the_next_run() {
    let team = Team::published();
    let first = team.first_root();
    team.keys(&["fresh", "lead"]);
    for role in ["snapshot", "timestamp"] {
        team.run(&format!("road keys rotate registry {role} --remove keys/online.pub --add keys/fresh.pub")).success();
    }
    team.run("road keys rotate registry targets --remove keys/anna.pub --remove keys/ben.pub --remove keys/cleo.pub --add keys/lead.pub --threshold 1").success();
    team.sign("root", "anna");
    team.sign("root", "ben");
    team.sign("targets", "lead");
    let before = files(&team.registry());
    let words = "road publish --refresh registry --key keys/fresh.key";
    for at in 1.. {
        let run = team.run_with(("HIGHROAD_FAULT", &format!("kill:{at}")), words);
        let ended = run.code == 0;
        assert!(!ended || at > 10, "{at}");
        team.run(words).success();
        assert_eq!(team.load(&first).unwrap().root, 2, "{at}");
        assert!(!team.registry().join("draft").exists(), "{at}");
        if ended {
            break;
        }
        std::fs::remove_dir_all(team.registry()).unwrap();
        for (name, bytes) in &before {
            team.folder.write(&format!("registry/{name}"), "");
            std::fs::write(team.registry().join(name), bytes).unwrap();
        }
    }
}

#[test]
fn a_stolen_road_key_is_removed_by_the_targets() {
    let team = Team::published();
    team.keys(&["fresh"]);
    team.run("road keys rotate registry small --remove keys/small.pub --add keys/fresh.pub").success();
    team.sign("targets", "ben");
    team.sign("targets", "cleo");
    team.run("road publish --refresh registry --key keys/online.key").fails(2, &["road-key", "small"]);
    team.publish(&[]).fails(2, &["key-missing", "small"]);
    team.run("road publish store registry --key keys/fresh.key --key keys/online.key").success();
    team.load(&team.first_root()).unwrap();
    team.release("2026.12.0", "two");
    team.publish(&[]).fails(2, &["key-missing", "small"]);
}

#[test]
fn targets_keys_change_with_the_root_that_names_them() {
    let team = Team::published();
    team.keys(&["lead"]);
    team.run("road keys rotate registry targets --remove keys/anna.pub --remove keys/ben.pub --remove keys/cleo.pub --add keys/lead.pub --threshold 1").success();
    team.sign("root", "anna");
    team.sign("root", "ben");
    team.publish(&[]).fails(2, &["signatures-missing", "targets.json"]);
    team.sign("targets", "lead");
    team.publish(&[]).success();
    assert_eq!(team.load(&team.first_root()).unwrap().root, 2);
}

#[test]
fn a_registry_holds_one_more_road_that_only_its_key_publishes() {
    let team = Team::published();
    team.keys(&["other"]);
    team.run("road registry add registry small --key keys/other.pub").fails(2, &["road-exists"]);
    team.run("road registry add registry other --key keys/other.pub").success();
    team.sign("targets", "anna");
    team.sign("targets", "ben");
    team.run("road publish --refresh registry --key keys/online.key").success();
    team.road("2026.11.0", "other");
    let text = std::fs::read_to_string(team.folder.join("work/road.toml")).unwrap();
    let plain = |line: &str| if line.starts_with("upgrades-from") { "upgrades-from = []\n".to_owned() } else { format!("{line}\n") };
    let text: String = text.lines().map(plain).collect();
    team.folder.write("work/road.toml", &text.replace("id = \"small\"", "id = \"other\""));
    team.run("road release work others").success();
    team.run("road publish others registry --key keys/small.key --key keys/online.key").fails(2, &["key-missing", "other"]);
    team.run("road publish others registry --key keys/other.key --key keys/online.key").success();
    assert_eq!(team.load(&team.first_root()).unwrap().files.len(), 4);
    team.folder.write("work/road.toml", &text.replace("id = \"small\"", "id = \"third\""));
    team.run("road release work thirds").success();
    team.run("road publish thirds registry --key keys/other.key --key keys/online.key").fails(2, &["road-unknown", "registry add"]);
}

#[test]
fn rotation_names_what_it_does_not_know() {
    let team = Team::published();
    let before = files(&team.registry());
    team.keys(&["dora"]);
    team.run("road keys rotate registry rot --add keys/dora.pub").fails(2, &["role-unknown", "did you mean `root`"]);
    team.run("road keys rotate registry root --remove keys/dora.pub").fails(2, &["key-unknown"]);
    team.run("road keys rotate registry root --remove abc").fails(2, &["key-unknown"]);
    team.run("road keys rotate registry root --add keys/anna.pub").fails(2, &["key-twice"]);
    team.run("road keys rotate registry snapshot --remove keys/online.pub").fails(2, &["threshold"]);
    assert_eq!(files(&team.registry()), before);
    // The first digits of an id name a key, too.
    let shown = team.run("road keys show keys/cleo.pub --json").success();
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    let id = &shown["id"].as_str().unwrap()[..8];
    team.run(&format!("road keys rotate registry root --remove {id} --add keys/dora.pub")).success();
}

#[test]
fn a_pipeline_gives_its_key_in_a_variable() {
    let team = Team::published();
    let key = std::fs::read_to_string(team.folder.join("keys/online.key")).unwrap();
    team.run_with(("ONLINE_KEY", &key), "road publish --refresh registry --key env:ONLINE_KEY").success();
    let run = team.run("road publish --refresh registry --key env:ONLINE_KEY").fails(2, &["variable", "not set"]);
    assert!(!run.err.contains(key.lines().nth(1).unwrap()));
}

#[test]
fn what_is_published_is_not_signed_again() {
    let team = Team::published();
    let before = files(&team.registry());
    for file in ["1.root.json", "1.targets.json"] {
        team.run(&format!("road keys sign registry/metadata/{file} --key keys/cleo.key")).fails(2, &["published", file, "rotate"]);
    }
    assert_eq!(files(&team.registry()), before);
}

#[test]
fn signers_compare_what_they_sign_and_see_whose_keys_are_asked() {
    let team = Team::new();
    team.keys(&["anna", "ben", "cleo", "online", "small"]);
    let init = "road registry init registry --root-key keys/anna.pub --root-key keys/ben.pub --root-key keys/cleo.pub --online-key keys/online.pub --road small=keys/small.pub";
    let started = team.run(init).success();
    assert!(started.err.contains(" anna") && started.err.contains(" cleo"), "{}", started.err);
    let line = |run: &support::Run, start: &str| run.err.lines().find(|line| line.starts_with(start)).map(str::to_owned);
    let sign = |key: &str| team.sign("root", key);
    let (first, again) = (sign("anna"), sign("anna"));
    let content = line(&first, "content sha256:").unwrap();
    assert!(first.err.contains(" anna\n") && line(&first, "fingerprint").is_none(), "{}", first.err);
    assert_eq!(line(&again, "content").unwrap(), content);
    let shown = team.run("road keys show registry/draft/root.json").success();
    assert!(shown.out.contains(&content), "{}", shown.out);
    // The fingerprint is told once no signature lacks, and it is the one that developers get.
    let last = sign("ben");
    let fingerprint = line(&last, "fingerprint sha256:").unwrap();
    let targets = team.sign("targets", "anna");
    assert!(targets.err.contains("targets: 1 of 2 signatures (the keys that root 1 names)"), "{}", targets.err);
    team.sign("targets", "ben");
    team.release("2026.11.0", "one");
    assert!(team.publish(&[]).success().err.contains(&fingerprint));
    // The next root is signed by the keys until now, too.
    team.run("road keys rotate registry root").success();
    let next = sign("anna");
    for word in ["root 1: 1 of 2 signatures (the keys until now)", "root 2: 1 of 2 signatures (the keys from then on)"] {
        assert!(next.err.contains(word), "{word}: {}", next.err);
    }
    assert!(team.run("road keys show keys/anna.pub").success().out.contains("name    anna"));
}

#[test]
fn documents_bear_their_schema_and_keys_of_one_form() {
    let team = Team::published();
    for words in [
        "road keys new dora --out keys --json",
        "road keys show registry --json",
        "road keys show keys/anna.pub --json",
        "road keys rotate registry root --json",
        "road keys sign registry/draft/root.json --key keys/anna.key --json",
        "road publish store registry --key keys/small.key --key keys/online.key --json",
        "road channel 2026.11.0 stable --store store --json",
        "road verify store --json",
        "road lint work --json",
    ] {
        let run = team.run(words);
        let document: Value = serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{words}: {error}: {}", run.err));
        assert_eq!(document["schema"], 1, "{words}: {}", run.out);
        let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
        assert!(keys.iter().all(|key| !key.contains('-')), "{words}: {keys:?}");
    }
}
