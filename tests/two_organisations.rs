//! A platform team and the team that uses its road: from the first overlay to a yanked version, over HTTP and offline.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/registry.rs"]
mod registry;
#[path = "support/mod.rs"]
mod support;

use std::path::Path;

use registry::Server;
use support::{Folder, Run, git};

const INDEX: &str = "PIP_INDEX_URL: https://packages.acme.example/simple";

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Takes the `#` away from the examples of an overlay: each works then.
fn open_examples(publisher: &Folder, path: &str) {
    let text: String = read(&publisher.join(path))
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(example) if !example.is_empty() && !line.starts_with("# ") => format!("{example}\n"),
            Some(_) | None => format!("{line}\n"),
        })
        .collect();
    publisher.write(path, &text);
}

fn replace(folder: &Folder, path: &str, from: &str, to: &str) {
    let text = read(&folder.join(path));
    assert!(text.contains(from), "`{from}` is not in {path}");
    folder.write(path, &text.replacen(from, to, 1));
}

fn publish(publisher: &Folder) -> Run {
    publisher.highroad(&["road", "publish", "store", "registry", "--key", "keys/acme.key", "--key", "keys/online.key"]).success()
}

/// The version in the records of the developer's project.
fn version(developer: &Folder) -> String {
    let text = read(&developer.join("demo/highroad.toml"));
    text.lines().find_map(|line| line.strip_prefix("version = ")).unwrap().trim_matches('"').to_owned()
}

#[test]
fn from_an_overlay_to_a_yanked_version() {
    let (publisher, developer) = (Folder::new(), Folder::new());

    // The platform team: an overlay of the built-in road with its own base image and package index.
    publisher.highroad(&["road", "init", "acme", "--from", "ml", "--publisher", "Acme"]).success();
    for file in ["acme/road.toml", "acme/pins/images.toml"] {
        open_examples(&publisher, file);
    }
    // Its teams train no networks and serve no language models, so the road leaves those kinds out.
    let left_out = "[remove]\nkinds = [\"pytorch-training\", \"tensorflow-training\", \"llm-app\"]\nlayers = [\"network-training\"]\n";
    let text = read(&publisher.join("acme/road.toml"));
    let example = text.split_once("[remove]\n").unwrap().1.lines().next().unwrap();
    replace(&publisher, "acme/road.toml", &format!("[remove]\n{example}\n"), left_out);
    publisher.highroad(&["road", "lint", "acme"]).success();
    publisher.highroad(&["road", "test", "acme", "--kind", "sklearn-tabular"]).success();
    publisher.highroad(&["road", "release", "acme", "store"]).success();

    // Two people hold the root; the pipeline holds the road's key and the online key.
    for name in ["anna", "ben", "acme", "online"] {
        publisher.highroad(&["road", "keys", "new", name, "--out", "keys"]).success();
    }
    let (anna, ben) = (["--root-key", "keys/anna.pub"], ["--root-key", "keys/ben.pub"]);
    let roles = ["--online-key", "keys/online.pub", "--road", "acme=keys/acme.pub", "--threshold", "2"];
    publisher.highroad(&[&["road", "registry", "init", "registry"][..], &anna, &ben, &roles].concat()).success();
    let draft = |name: &str, key: &str| {
        publisher
            .highroad(&["road", "keys", "sign", &format!("registry/draft/{name}.json"), "--key", &format!("keys/{key}.key")])
            .success();
    };
    for name in ["root", "targets"] {
        draft(name, "anna");
    }
    let early = ["road", "publish", "store", "registry", "--key", "keys/acme.key", "--key", "keys/online.key"];
    assert_ne!(publisher.highroad(&early).code, 0, "one signature of two is not enough");
    for name in ["root", "targets"] {
        draft(name, "ben");
    }
    publish(&publisher);
    let server = Server::of(&publisher.join("registry"));

    // The other organisation: trusts the publisher once, by the root that it was given.
    std::fs::copy(publisher.join("registry/metadata/1.root.json"), developer.join("root.json")).unwrap();
    let add = ["source", "add", &server.address, "--root", "root.json", "--name", "acme"];
    assert_ne!(developer.highroad(&add).code, 0, "nobody said yes");
    let added = developer.highroad(&[&add[..], &["--yes"]].concat()).success();
    assert!(added.err.contains("sha256:") || added.out.contains("sha256:"), "{}{}", added.out, added.err);
    let new = ["new", "demo", "--road", "acme", "--kind", "sklearn-tabular", "--host", "github", "--yes"];
    developer.highroad(&[&new[..], &["--set", "owner_contact=ml@beta.test"]].concat()).success();
    let project = developer.join("demo");
    let first = version(&developer);
    assert!(read(&project.join("highroad.toml")).contains("source = \"registry\""));
    assert!(read(&project.join("Dockerfile")).contains("registry.acme.example/"));
    assert!(read(&project.join(".github/workflows/ci.yml")).contains(INDEX));
    developer.highroad(&["check", "demo"]).success();

    // Work goes on in the project, and on the road.
    let readme = format!("{}\n## Our notes\n\nTrained on Tuesdays.\n", read(&project.join("README.md")));
    std::fs::write(project.join("README.md"), readme).unwrap();
    git(&project, &["commit", "-qam", "Our notes"]);
    let second = {
        let [year, month, count] = first.split('.').map(|part| part.parse::<u32>().unwrap()).collect::<Vec<_>>()[..] else { panic!() };
        format!("{year}.{month}.{}", count + 1)
    };
    replace(&publisher, "acme/road.toml", &format!("version = \"{first}\""), &format!("version = \"{second}\""));
    replace(&publisher, "acme/road.toml", "upgrades-from = []", &format!("upgrades-from = [\"{first}\"]"));
    replace(&publisher, "acme/road.toml", "\"2026.1.0\" = ", &format!("\"{first}\" = "));
    replace(&publisher, "acme/road.toml", "acme-linux-4-cores", "acme-linux-8-cores");
    publisher.highroad(&["road", "release", "acme", "store"]).success();

    // First for nobody, then for everybody.
    publisher.highroad(&["road", "rollout", &second, "0", "--store", "store"]).success();
    publish(&publisher);
    let status = developer.highroad(&["status", "demo"]);
    assert!(status.code <= 1 && format!("{}{}", status.out, status.err).contains(&second), "{}{}", status.out, status.err);
    let waits = developer.highroad(&["upgrade", "demo", "--yes"]).success();
    assert_eq!(version(&developer), first, "{}{}", waits.out, waits.err);
    publisher.highroad(&["road", "rollout", &second, "100", "--store", "store"]).success();
    publish(&publisher);
    developer.highroad(&["upgrade", "demo", "--yes", "--in-place"]).success();
    assert_eq!(version(&developer), second);
    assert!(read(&project.join(".github/workflows/ci.yml")).contains("acme-linux-8-cores"));
    assert!(read(&project.join("README.md")).contains("Trained on Tuesdays."));

    // A yanked version is told to who is on it, and nobody takes it any more.
    publisher.highroad(&["road", "yank", &second, "--reason", "its runners leak", "--store", "store"]).success();
    publish(&publisher);
    let told = developer.highroad(&["status", "demo"]);
    assert!(format!("{}{}", told.out, told.err).contains("its runners leak"), "{}{}", told.out, told.err);
    let other = ["new", "other", "--road", "acme", "--kind", "sklearn-tabular", "--host", "github", "--yes"];
    developer.highroad(&[&other[..], &["--set", "owner_contact=ml@beta.test"]].concat()).success();
    assert!(read(&developer.join("other/highroad.toml")).contains(&format!("version = \"{first}\"")));

    // The server goes away: what was fetched and verified still serves.
    server.end();
    let offline = ["new", "third", "--road", "acme", "--kind", "sklearn-tabular", "--host", "github", "--yes"];
    developer.highroad(&[&offline[..], &["--set", "owner_contact=ml@beta.test"]].concat()).success();
    assert!(read(&developer.join("third/Dockerfile")).contains("registry.acme.example/"));
}
