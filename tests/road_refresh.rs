//! `highroad road refresh`, end to end: clones of repositories and images that tests make stand for those of the world.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;

use std::path::{Path, PathBuf};

use highroad::base::digest::Digest;
use serde_json::{Value, json};
use support::{Folder, Run, clean, git};

const TODAY: &str = "2026-06-30";

/// Commits in `folder` at a day, and returns the commit.
fn commit(folder: &Path, day: &str, what: &str) -> String {
    std::fs::write(folder.join("code"), what).unwrap();
    git(folder, &["add", "-A"]);
    at(folder, day, &["commit", "-q", "-m", what]);
    git(folder, &["rev-parse", "HEAD"]).trim().to_owned()
}

/// Runs git with its clock at a day.
fn at(folder: &Path, day: &str, arguments: &[&str]) {
    let mut command = std::process::Command::new("git");
    clean(&mut command, folder.parent().unwrap());
    let date = format!("{day}T12:00:00Z");
    command.env("GIT_COMMITTER_DATE", &date).env("GIT_AUTHOR_DATE", &date).current_dir(folder);
    Run::of(command.args(["-c", "user.name=T", "-c", "user.email=t@example.com"]).args(arguments)).success();
}

struct World {
    folder: Folder,
    clone: PathBuf,
    first: String,
}

/// A road that pins v1.0.0 of an action, and the action's repository.
fn world() -> World {
    let folder = Folder::new();
    folder.highroad(&["road", "init", "road", "--id", "ours"]).success();
    let clone = folder.join("clone");
    std::fs::create_dir(&clone).unwrap();
    git(&clone, &["init", "-q", "-b", "main"]);
    std::fs::write(clone.join("action.yml"), "runs:\n  using: composite\n  steps:\n    - uses: other/thing@v3\n    - uses: ./local\n")
        .unwrap();
    let first = commit(&clone, "2026-01-01", "one");
    git(&clone, &["tag", "v1.0.0"]);
    folder.write(
        "road/pins/actions.toml",
        &format!(
            "# Kept.\n[action.thing]\nrepo = \"some/thing\"\ntag = \"v1.0.0\" # a label\nsha = \"{first}\"\nprovenance = \"seen there\"\n"
        ),
    );
    World { folder, clone, first }
}

impl World {
    fn refresh(&self, more: &[&str]) -> Run {
        let arguments = ["road", "refresh", "road", "--remote", "thing=clone", "--today", TODAY];
        self.folder.highroad(&[&arguments, more].concat())
    }

    fn pins(&self) -> String {
        std::fs::read_to_string(self.folder.join("road/pins/actions.toml")).unwrap()
    }
}

#[test]
fn proposes_the_newest_tag_that_has_evidence_and_writes_it_when_told() {
    let world = world();
    let good = commit(&world.clone, "2026-03-01", "two");
    at(&world.clone, "2026-03-02", &["tag", "-a", "-m", "two", "v1.1.0"]);
    commit(&world.clone, "2026-06-25", "three");
    git(&world.clone, &["tag", "v1.2.0"]);
    git(&world.clone, &["tag", "v2.0.0-rc.1"]);
    git(&world.clone, &["tag", "v9"]);
    let before = world.pins();
    let run = world.refresh(&[]).success();
    for word in [
        "newer",
        "v1.0.0 -> v1.1.0",
        "v1.0.0: still names ",
        "v1.2.0: refused: it is 5 days old (2026-06-25), and a version waits 10",
        &format!("v1.1.0: {good}, annotated tag, on `main`, of 2026-03-02, 120 days old"),
        "v1.1.0: nested: it runs `other/thing@v3`, which names no commit",
        "1 newer tag is not final",
        "0 alarms, 0 could not be checked",
    ] {
        assert!(run.out.contains(word), "`{word}` is not in:\n{}", run.out);
    }
    assert_eq!(world.pins(), before);
    let run = world.refresh(&["--write", "--json"]).success();
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        (report["pins"][0]["verdict"].as_str(), report["written"][0].as_str()),
        (Some("newer"), Some("pins/actions.toml")),
        "{}",
        run.out
    );
    let written = world.pins();
    assert!(written.starts_with("# Kept.\n") && written.contains("tag = \"v1.1.0\"") && written.contains(&good), "{written}");
    assert!(written.contains("a clone of some/thing refs/tags/v1.1.0, annotated tag, on `main`"), "{written}");
    assert!(!written.contains(&world.folder.path().display().to_string()) && !written.contains(&world.first), "{written}");
    assert!(world.refresh(&["--cool-down", "5"]).success().out.contains("v1.1.0 -> v1.2.0"));
    // What was written passes the lint but for its use.
    let run = world.folder.highroad(&["road", "lint", "road"]);
    assert!(run.out.contains("1 finding ") && run.out.contains("pin-unused"), "{}", run.out);
}

#[test]
fn a_commit_on_no_branch_is_refused_however_new_its_tag() {
    let world = world();
    git(&world.clone, &["checkout", "-q", "--orphan", "elsewhere"]);
    let bad = commit(&world.clone, "2026-02-01", "bad");
    git(&world.clone, &["tag", "v1.0.1"]);
    git(&world.clone, &["checkout", "-q", "main"]);
    git(&world.clone, &["branch", "-q", "-D", "elsewhere"]);
    let run = world.refresh(&["--write"]).success();
    assert!(run.out.contains("waits") && run.out.contains(&format!("its commit {bad} is on no branch")), "{}", run.out);
    assert!(world.pins().contains(&world.first));
    // On a branch, the same commit is taken.
    git(&world.clone, &["branch", "-q", "fix", &bad]);
    assert!(world.refresh(&[]).success().out.contains("on `fix`"));
}

#[test]
fn a_moved_or_vanished_tag_is_an_alarm_and_nothing_is_proposed() {
    let world = world();
    let next = commit(&world.clone, "2026-02-01", "two");
    git(&world.clone, &["tag", "v1.1.0"]);
    git(&world.clone, &["tag", "-f", "v1.0.0"]);
    let run = world.refresh(&["--write"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(
        run.out.contains("ALARM") && run.out.contains(&format!("tag moved: recorded {}, and it names {next} now", world.first)),
        "{}",
        run.out
    );
    assert!(!run.out.contains("->") && world.pins().contains(&world.first), "{}", run.out);
    git(&world.clone, &["tag", "-d", "v1.0.0"]);
    let run = world.refresh(&[]);
    assert!(run.code == 1 && run.out.contains("tag gone"), "{}", run.out);
    // The object of an annotated tag is no commit.
    at(&world.clone, "2026-02-02", &["tag", "-a", "-m", "x", "v1.0.0", &world.first]);
    let object = git(&world.clone, &["rev-parse", "refs/tags/v1.0.0"]);
    world.folder.write("road/pins/actions.toml", &world.pins().replace(&world.first, object.trim()));
    let run = world.refresh(&[]);
    assert!(run.code == 1 && run.out.contains("the pin is the tag's own object"), "{}", run.out);
}

#[test]
fn dates_that_cannot_be_and_known_bad_versions_are_refused() {
    let world = world();
    commit(&world.clone, "2026-05-01", "two");
    commit(&world.clone, "2026-01-02", "backdated");
    git(&world.clone, &["tag", "v1.1.0"]);
    commit(&world.clone, "2027-01-01", "from the future");
    git(&world.clone, &["tag", "v1.2.0"]);
    let run = world.refresh(&[]).success();
    assert!(
        run.out.contains("v1.1.0: refused: its commit says it is older") && run.out.contains("v1.2.0: refused: it is from 2027-01-01"),
        "{}",
        run.out
    );
    git(&world.clone, &["reset", "-q", "--hard", "v1.0.0"]);
    commit(&world.clone, "2026-03-01", "three");
    git(&world.clone, &["tag", "v1.0.5"]);
    world.folder.write(
        "road/pins/advisories.toml",
        "[[advisory]]\necosystem = \"action\"\nname = \"some/thing\"\nversions = [\"v1.0.5\"]\nsafe = []\nids = [\"X-1\"]\ndate = \"2026-04-01\"\nwhat = \"it steals keys\"\ninstead = \"v1.0.0\"\nprovenance = \"x y\"\n",
    );
    assert!(world.refresh(&[]).success().out.contains("v1.0.5: refused: it steals keys (X-1)"));
}

#[test]
fn what_could_not_be_checked_is_said_and_is_not_passed() {
    let world = world();
    let unchecked = |arguments: &[&str], words: &str| {
        let run = world.folder.highroad(&[&["road", "refresh", "road", "--today", TODAY], arguments].concat());
        assert_eq!(run.code, 1, "{}{}", run.out, run.err);
        assert!(run.out.contains("could not check") && run.out.contains(words), "`{words}` is not in:\n{}", run.out);
    };
    unchecked(&[], "no remote was named");
    unchecked(&["--remote", "thing=nowhere"], "could not be checked");
    let shallow = world.folder.join("shallow");
    commit(&world.clone, "2026-02-01", "two");
    git(world.folder.path(), &["clone", "-q", "--depth=1", &format!("file://{}", world.clone.display()), shallow.to_str().unwrap()]);
    unchecked(&["--remote", "*=shallow"], "shallow clone");
    // A clone from before the pin knows nothing of it: that is no alarm.
    git(world.folder.path(), &["clone", "-q", &format!("file://{}", world.clone.display()), "stale"]);
    let next = commit(&world.clone, "2026-02-02", "three");
    git(&world.clone, &["tag", "v1.1.0"]);
    let pins = world.pins();
    world.folder.write("road/pins/actions.toml", &pins.replace(&world.first, &next).replace("v1.0.0", "v1.1.0"));
    unchecked(&["--remote", "*=stale"], "the clone has neither v1.1.0 nor the commit");
    unchecked(&["--remote", "*=stale"], "0 alarms, 1 could not be checked");
    world.folder.write("road/pins/actions.toml", &pins);
    world.folder.highroad(&["road", "refresh", "road", "--remote", "thing"]).fails(2, &["NAME=PLACE"]);
    world.folder.highroad(&["road", "refresh", "road", "--remote", "thin=clone"]).fails(2, &["there is no pin `thin`"]);
    world.folder.highroad(&["road", "refresh", "road", "--today", "soon"]).fails(2, &["--today"]);
}

#[test]
fn an_address_is_fetched_and_named_without_what_is_private() {
    let world = world();
    commit(&world.clone, "2026-02-01", "two");
    git(&world.clone, &["tag", "v1.1.0"]);
    let url = format!("some/thing=file://{}", world.clone.display());
    let run = world.folder.highroad(&["road", "refresh", "road", "--remote", &url, "--today", TODAY, "--write"]).success();
    assert!(run.out.contains("v1.0.0 -> v1.1.0") && run.out.contains("lightweight tag"), "{}{}", run.out, run.err);
    assert!(world.pins().contains("a clone of some/thing refs/tags/v1.1.0"), "{}", world.pins());
    git(&world.clone, &["tag", "-f", "v1.1.0", "v1.0.0"]);
    let run = world.folder.highroad(&["road", "refresh", "road", "--remote", &url, "--today", TODAY]);
    assert!(run.code == 1 && run.out.contains("tag moved"), "{}", run.out);
}

#[test]
fn in_an_overlay_a_newer_pin_becomes_an_entry_of_its_own() {
    let world = world();
    world.folder.highroad(&["road", "init", "over", "--from", "road"]).success();
    commit(&world.clone, "2026-02-01", "two");
    git(&world.clone, &["tag", "v1.1.0"]);
    let run = world.folder.highroad(&["road", "refresh", "over", "--remote", "*=clone", "--today", TODAY, "--write"]).success();
    assert!(run.out.contains("Written: pins/actions.toml"), "{}", run.out);
    let own = std::fs::read_to_string(world.folder.join("over/pins/actions.toml")).unwrap();
    assert!(own.contains("[action.thing]") && own.contains("v1.1.0") && own.contains("repo = \"some/thing\""), "{own}");
    let run = world.folder.highroad(&["road", "refresh", "over", "--remote", "*=clone", "--today", TODAY]).success();
    assert!(run.out.contains("current"), "{}", run.out);
}

/// Writes a blob into an OCI layout, and returns its descriptor.
fn blob(layout: &Path, content: &Value, kind: &str) -> Value {
    let bytes = content.to_string();
    let digest = Digest::of(bytes.as_bytes());
    std::fs::create_dir_all(layout.join("blobs/sha256")).unwrap();
    std::fs::write(layout.join("blobs/sha256").join(digest.hex()), &bytes).unwrap();
    json!({ "mediaType": kind, "digest": digest.to_string(), "size": bytes.len() })
}

#[test]
fn an_image_is_pinned_by_its_index_and_proved_by_its_bytes() {
    let folder = Folder::new();
    folder.highroad(&["road", "init", "road", "--id", "ours"]).success();
    let layout = folder.join("layout");
    let mut entries = Vec::new();
    for machine in ["amd64", "arm64"] {
        let config = blob(&layout, &json!({ "created": "2026-06-01T00:00:00Z", "architecture": machine }), "config");
        let mut manifest = blob(&layout, &json!({ "config": config, "layers": [] }), "manifest");
        manifest["platform"] = json!({ "os": "linux", "architecture": machine });
        entries.push(manifest);
    }
    entries.push(json!({ "digest": format!("sha256:{}", "1".repeat(64)), "platform": { "os": "unknown", "architecture": "unknown" } }));
    let platform = entries[0]["digest"].as_str().unwrap().to_owned();
    let index = blob(&layout, &json!({ "schemaVersion": 2, "manifests": entries }), "index");
    let digest = index["digest"].as_str().unwrap().to_owned();
    std::fs::write(layout.join("index.json"), json!({ "manifests": [index] }).to_string()).unwrap();
    let pin = |digest: &str| {
        folder.write(
            "road/pins/images.toml",
            &format!("[image.python]\nref = \"python:3.12-slim\"\ndigest = \"{digest}\"\nbuilt = \"2026-01-01\"\ncontains = \"x\"\nprovenance = \"seen there\"\n"),
        );
    };
    pin(&platform);
    let refresh = |more: &[&str]| folder.highroad(&[&["road", "refresh", "road", "--image", "python=layout"], more].concat());
    let run = refresh(&["--today", "2026-06-05"]).success();
    assert!(
        run.out.contains("the pin is the manifest of one platform") && run.out.contains("4 days ago, and an image waits 10"),
        "{}",
        run.out
    );
    let run = refresh(&["--today", TODAY, "--write"]).success();
    assert!(run.out.contains("an index for linux/amd64, linux/arm64"), "{}", run.out);
    let written = std::fs::read_to_string(folder.join("road/pins/images.toml")).unwrap();
    assert!(written.contains(&digest) && written.contains("built = \"2026-06-01\"") && written.contains("read 2026-06-30"), "{written}");
    assert!(refresh(&["--today", TODAY]).success().out.contains("current"));
    // The bytes of the index alone prove it, too; the manifest of one platform is no index.
    let saved = |name: &str, digest: &str| {
        let hex = digest.strip_prefix("sha256:").unwrap();
        std::fs::copy(layout.join("blobs/sha256").join(hex), folder.join(name)).unwrap();
        folder.highroad(&["road", "refresh", "road", "--image", &format!("python={name}"), "--today", TODAY])
    };
    assert!(saved("index.txt", &digest).success().out.contains("current"));
    let run = saved("platform.txt", &platform);
    assert!(run.code == 1 && run.out.contains("the manifest of one platform"), "{}", run.out);
    // A blob that is not what its name says proves nothing.
    std::fs::write(layout.join("blobs/sha256").join(digest.strip_prefix("sha256:").unwrap()), "{}").unwrap();
    let run = refresh(&["--today", TODAY]);
    assert!(run.code == 1 && run.out.contains("have another digest"), "{}", run.out);
    for bad in ["<html>", "[]", "{}", "{\"manifests\": []}", ""] {
        folder.write("bad.txt", bad);
        let run = folder.highroad(&["road", "refresh", "road", "--image", "python=bad.txt"]);
        assert!(run.code == 1 && run.out.contains("could not be checked"), "{bad}: {}", run.out);
    }
    let run = folder.highroad(&["road", "refresh", "road"]);
    assert!(run.code == 1 && run.out.contains("no registry is asked"), "{}", run.out);
}
