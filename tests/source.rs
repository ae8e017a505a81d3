//! Roads from sources, through the binary: add, new, upgrade, offline, roll-out, yanked, git, folders.
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

use registry::{Registry, Server};
use scenario::{More, Scenario, texts};
use serde_json::Value;
use support::{Run, git};

#[track_caller]
fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", run.out, run.err))
}

/// A store with one version of the road `small`, its registry, and a server of it.
fn published() -> (Scenario, Registry, Server) {
    let s = Scenario::empty();
    s.publish(&texts(&[("a.txt", "one\n")]), &More::default());
    let mut registry = Registry::new(&s.folder.join("registry"), "small");
    registry.publish_store(&s.folder.join("store"));
    let server = Server::of(&registry.folder);
    (s, registry, server)
}

fn add(s: &Scenario, registry: &Registry, server: &Server) {
    let root = registry.root();
    let arguments = ["source", "add", &server.address, "--name", "acme", "--root", root.to_str().unwrap(), "--yes"];
    s.folder.highroad(&arguments).success();
}

/// As `published`, with the source added and a project from it.
fn started() -> (Scenario, Registry, Server) {
    let (s, registry, server) = published();
    add(&s, &registry, &server);
    s.folder.highroad(&["new", "demo", "--road", "acme", "--yes"]).success();
    (s, registry, server)
}

fn next_version(s: &Scenario, registry: &mut Registry) {
    s.publish(&texts(&[("a.txt", "two\n")]), &More::default());
    registry.publish_store(&s.folder.join("store"));
}

#[test]
fn a_registry_is_trusted_on_first_use_by_a_root_that_a_person_names() {
    let (s, registry, server) = published();
    s.folder.highroad(&["source", "add", &server.address]).fails(2, &["source-root", "--root", "fingerprint"]);
    let root = registry.root();
    let root = root.to_str().unwrap();
    let asked = s.folder.highroad(&["source", "add", &server.address, "--root", root]).fails(2, &["no-terminal", "--yes"]);
    for word in [registry.fingerprint().as_str(), "2 of 3 keys", "2036-01-01"] {
        assert!(asked.err.contains(word), "{word}: {}", asked.err);
    }
    assert!(server.requests().is_empty(), "nothing is asked of the server before a person agrees");
    let wrong = format!("sha256:{}", "0".repeat(64));
    s.folder.highroad(&["source", "add", &server.address, "--root", root, "--fingerprint", &wrong]).fails(2, &["fingerprint"]);
    s.folder.highroad(&["source", "add", &server.address, "--fingerprint", &wrong]).fails(2, &["fingerprint"]);
    assert!(s.folder.highroad(&["source", "list"]).success().out.contains("No sources"));
    let added =
        s.folder.highroad(&["source", "add", &server.address, "--fingerprint", &registry.fingerprint(), "--name", "acme", "--json"]);
    let added = json(&added.success());
    assert_eq!(added["source"]["roads"], serde_json::json!(["small"]));
    assert_eq!(added["first_use"]["threshold"], 2);
    let list = json(&s.folder.highroad(&["source", "list", "--json"]).success());
    assert_eq!(list["sources"][0]["fingerprint"], registry.fingerprint());
    assert_eq!(list["sources"][0]["unsigned"], false);
    s.folder.highroad(&["source", "add", &server.address, "--root", root, "--name", "acme", "--yes"]).fails(2, &["already"]);
    s.folder.highroad(&["source", "remove", "acme"]).success();
    s.folder.highroad(&["new", "demo", "--road", "acme", "--yes"]).fails(2, &["no-road"]);
}

#[test]
fn new_and_upgrade_take_a_road_from_a_registry_and_need_no_flag_after_that() {
    let (s, mut registry, server) = started();
    let config = s.read("highroad.toml");
    assert!(config.contains(&format!("source = \"registry\"\nurl = \"{}\"\n", server.address)), "{config}");
    assert_eq!(s.read("a.txt"), "one\n");
    next_version(&s, &mut registry);
    let status = json(&s.run(&["status", "--json"]).success());
    assert_eq!(status["next"], "2026.1.1");
    assert_eq!(status["upgrade"]["clean"], true);
    s.run(&["upgrade", "--yes"]).success();
    assert_eq!(s.read("a.txt"), "two\n");
    s.write("a.txt", "two\nmine\n");
    let diff = s.run(&["diff"]).success();
    assert!(diff.out.contains("+mine"), "{}", diff.out);
    // Another machine does not take whom this one trusts from the repository.
    let mut other = s.folder.command(env!("CARGO_BIN_EXE_highroad"));
    let home = s.folder.join("other-home");
    let run = Run::of(other.args(["upgrade", "--yes"]).env("HIGHROAD_HOME", &home).current_dir(s.project()));
    run.fails(2, &["source-unknown", "no repository decides whom you trust", "highroad source add"]);
}

#[test]
fn a_verified_copy_serves_when_the_server_is_gone() {
    let (s, mut registry, server) = started();
    next_version(&s, &mut registry);
    s.run(&["upgrade", "--dry-run"]).success();
    server.end();
    let status = s.run(&["status"]).success();
    assert!(status.out.contains("what was fetched before is used"), "{}", status.out);
    s.run(&["upgrade", "--yes"]).success();
    assert_eq!(s.read("a.txt"), "two\n");
    let new = s.folder.highroad(&["new", "other", "--road", "acme", "--yes"]).success();
    assert!(new.err.contains("what was fetched before is used"), "{}", new.err);
    s.folder.highroad(&["source", "refresh"]).fails(3, &["registry-unreachable"]);
    // An archive that was never fetched is not there.
    let (s, _, server) = published();
    add(&s, &registry_of(&s), &server);
    server.end();
    s.folder.highroad(&["new", "demo", "--road", "acme", "--yes"]).fails(3, &["registry-unreachable", "never fetched"]);
    assert!(!s.project().exists());
}

/// The root alone is needed of it.
fn registry_of(s: &Scenario) -> Registry {
    let folder = s.folder.join("registry");
    let root = std::fs::read(folder.join("metadata/1.root.json")).unwrap();
    let registry = Registry::new(&s.folder.join("unused"), "small");
    std::fs::write(registry.root(), root).unwrap();
    registry
}

#[test]
fn what_no_signed_file_names_any_more_is_not_kept() {
    let (s, mut registry, server) = started();
    let home = s.folder.join(".home/.local/share/highroad/sources/acme");
    for reason in ["old", "older", "oldest"] {
        registry.publish_store_with(&s.folder.join("store"), |published| published.deprecated = Some(reason.to_owned()));
        s.run(&["status"]).success();
    }
    let left = [home.join("metadata/gone.json"), home.join("files").join("0".repeat(64))];
    for path in &left {
        std::fs::write(path, "{}").unwrap();
    }
    s.run(&["status"]).success();
    let names = |folder: &str| support::names(&home.join(folder));
    assert_eq!(names("files").len(), 2, "the listing, and the archive of the version in use: {:?}", names("files"));
    assert_eq!(names("metadata"), ["root.json", "small.json", "snapshot.json", "targets.json", "timestamp.json"]);
    // What is left is all that it takes without the server.
    server.end();
    s.folder.highroad(&["new", "other", "--road", "acme", "--yes"]).success();
}

#[test]
fn a_version_goes_to_a_share_of_the_repositories() {
    let (s, mut registry, _server) = started();
    s.git(&["remote", "add", "origin", "https://user@git.example.com/team/app.git"]);
    s.publish(&texts(&[("a.txt", "two\n")]), &More::default());
    let bucket = highroad::road::rollout::bucket("small", "2026.1.1", "git.example.com/team/app");
    let share = u8::try_from(bucket / 100).unwrap();
    let roll = |registry: &mut Registry, share: u8| {
        registry.publish_store_with(&s.folder.join("store"), |published| {
            published.rollout = (published.version == "2026.1.1").then_some(share);
        });
    };
    roll(&mut registry, share);
    let status = json(&s.run(&["status", "--json"]).success());
    assert_eq!(status["next"], Value::Null);
    assert_eq!(status["waiting"], serde_json::json!([{ "version": "2026.1.1", "rollout": share }]));
    let run = s.run(&["upgrade", "--yes"]).success();
    assert!(run.err.contains("not yet to this one"), "{}", run.err);
    assert_eq!(s.read("a.txt"), "one\n");
    // A new project takes what is for everybody.
    s.folder.highroad(&["new", "fresh", "--road", "acme", "--yes"]).success();
    assert_eq!(std::fs::read_to_string(s.folder.join("fresh/a.txt")).unwrap(), "one\n");
    s.run(&["upgrade", "--to", "2026.1.1", "--dry-run"]).success();
    roll(&mut registry, share + 1);
    s.run(&["upgrade", "--yes"]).success();
    assert_eq!(s.read("a.txt"), "two\n");
}

#[test]
fn a_yanked_version_is_never_chosen_and_those_on_it_are_told() {
    let (s, mut registry, _server) = started();
    s.publish(&texts(&[("a.txt", "two\n")]), &More::default());
    let yank = |registry: &mut Registry, version: &'static str| {
        registry.publish_store_with(&s.folder.join("store"), move |published| {
            published.yanked = (published.version == version).then(|| "its hook leaks".to_owned());
        });
    };
    yank(&mut registry, "2026.1.1");
    let run = s.run(&["upgrade", "--yes"]).success();
    assert!(run.err.contains("its hook leaks"), "{}", run.err);
    assert_eq!(s.read("a.txt"), "one\n");
    s.run(&["upgrade", "--yes", "--to", "2026.1.1"]).fails(2, &["yanked", "its hook leaks", "--yanked"]);
    s.run(&["upgrade", "--yes", "--to", "2026.1.1", "--yanked"]).success();
    let status = json(&s.run(&["status", "--json"]).success());
    assert_eq!(status["yanked"], "its hook leaks");
    let status = s.run(&["status"]).success();
    assert!(status.out.contains("taken back by its publisher: its hook leaks"), "{}", status.out);
    s.folder.highroad(&["new", "fresh", "--road", "acme", "--yes"]).success();
    assert_eq!(std::fs::read_to_string(s.folder.join("fresh/a.txt")).unwrap(), "one\n");
    registry.publish_store_with(&s.folder.join("store"), |published| {
        published.deprecated = Some("no fixes any more".to_owned());
        published.supported_until = Some("2026-02-01".to_owned());
        published.channel = (published.version == "2026.1.1").then(|| "canary".to_owned());
    });
    let status = json(&s.run(&["status", "--json"]).success());
    assert_eq!((&status["deprecated"], &status["supported_until"]), (&"no fixes any more".into(), &"2026-02-01".into()));
}

#[test]
fn a_canary_goes_to_those_who_asked_for_it() {
    let (s, mut registry, _server) = started();
    s.publish(&texts(&[("a.txt", "two\n")]), &More::default());
    registry.publish_store_with(&s.folder.join("store"), |published| {
        published.channel = (published.version == "2026.1.1").then(|| "canary".to_owned());
    });
    assert_eq!(json(&s.run(&["status", "--json"]).success())["next"], Value::Null);
    s.run(&["upgrade", "--yes", "--channel", "lts"]).fails(2, &["channel"]);
    s.run(&["upgrade", "--yes", "--channel", "canary"]).success();
    assert_eq!(s.read("a.txt"), "two\n");
}

/// A git repository with the store, and the address of its newest commit.
fn repository(s: &Scenario) -> (std::path::PathBuf, String) {
    let folder = s.folder.join("store");
    if !folder.join(".git").exists() {
        git(&folder, &["init", "--quiet"]);
    }
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "versions"]);
    let commit = git(&folder, &["rev-parse", "HEAD"]).trim().to_owned();
    let url = format!("git+file://{}@{commit}", folder.display());
    (folder, url)
}

#[test]
fn a_commit_is_taken_only_when_a_person_says_so_and_that_is_recorded() {
    let s = Scenario::empty();
    s.publish(&texts(&[("a.txt", "one\n")]), &More::default());
    let (folder, url) = repository(&s);
    s.folder.highroad(&["new", "demo", "--road", &url, "--yes"]).fails(2, &["unsigned", "--unsigned"]);
    s.folder.highroad(&["source", "add", &url]).fails(2, &["unsigned", "--unsigned"]);
    s.folder.highroad(&["new", "demo", "--road", &url, "--unsigned", "--yes"]).success();
    let config = s.read("highroad.toml");
    let commit = url.rsplit('@').next().unwrap();
    assert!(config.contains("source = \"git\"") && config.contains(&format!("commit = \"{commit}\"\nunsigned = true\n")), "{config}");
    // What the repository says does not make a person agree.
    s.run(&["upgrade", "--yes"]).fails(2, &["unsigned"]);
    s.folder.highroad(&["source", "add", &url, "--unsigned", "--name", "ours"]).success();
    let list = s.folder.highroad(&["source", "list"]).success();
    assert!(list.out.contains("unsigned"), "{}", list.out);
    assert!(s.run(&["upgrade", "--yes"]).success().err.contains("2026.1.0"));
    // The next commit is a step on purpose.
    s.publish(&texts(&[("a.txt", "two\n")]), &More::default());
    let (_, next) = repository(&s);
    s.folder.highroad(&["source", "add", &next, "--unsigned", "--name", "ours"]).success();
    s.run(&["upgrade", "--yes"]).success();
    assert_eq!(s.read("a.txt"), "two\n");
    let commit = next.rsplit('@').next().unwrap();
    assert!(s.read("highroad.toml").contains(&format!("commit = \"{commit}\"")), "{}", s.read("highroad.toml"));
    // What was fetched is there without the repository.
    std::fs::rename(&folder, s.folder.join("away")).unwrap();
    s.folder.highroad(&["new", "other", "--road", "ours", "--yes"]).success();
}

#[test]
fn agreement_to_one_commit_is_none_to_another() {
    let s = Scenario::empty();
    s.publish(&texts(&[("a.txt", "one\n")]), &More::default());
    let (_, url) = repository(&s);
    s.folder.highroad(&["source", "add", &url, "--unsigned", "--name", "ours"]).success();
    s.folder.highroad(&["new", "demo", "--road", &url, "--yes"]).success();
    s.publish(&texts(&[("a.txt", "two\n")]), &More::default());
    let (_, next) = repository(&s);
    s.folder.highroad(&["new", "other", "--road", &next, "--yes"]).fails(2, &["unsigned", "--unsigned"]);
    // Nor does the repository choose one of them.
    let commit = |url: &str| url.rsplit('@').next().unwrap().to_owned();
    s.edit("highroad.toml", &commit(&url), &commit(&next));
    let status = json(&s.run(&["status", "--json"]).success());
    assert_eq!(status["next"], Value::Null, "{status}");
    // What a person chose once stays chosen, when the next one takes its place.
    s.folder.highroad(&["source", "add", &next, "--unsigned", "--name", "ours"]).success();
    for road in [&url, &next] {
        s.folder.highroad(&["new", &format!("p{}", &commit(road)[..8]), "--road", road, "--yes"]).success();
    }
}

#[test]
fn what_a_killed_fetch_left_keeps_no_later_one_out() {
    let s = Scenario::empty();
    s.publish(&texts(&[("a.txt", "one\n")]), &More::default());
    let (_, url) = repository(&s);
    s.folder.highroad(&["source", "add", &url, "--unsigned", "--name", "ours"]).success();
    let all = s.folder.join(".home/.local/share/highroad/git");
    let home = std::fs::read_dir(&all).unwrap().flatten().map(|entry| entry.path()).find(|path| path.is_dir()).unwrap();
    let large = |name: &str| {
        let path = home.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::File::create(&path).unwrap().set_len(600 << 20).unwrap();
        path
    };
    for name in ["objects/pack/tmp_pack_Ab12", "objects/0a/tmp_obj_Ab12", "shallow.lock", "objects/pack/pack-1.pack"] {
        let left = large(name);
        s.publish(&texts(&[("a.txt", &format!("{name}\n"))]), &More::default());
        let (_, next) = repository(&s);
        s.folder.highroad(&["source", "add", &next, "--unsigned", "--name", "ours"]).success();
        assert!(!left.exists(), "{name}");
    }
    s.folder.highroad(&["new", "demo", "--road", &url, "--yes"]).success();
}

#[test]
fn a_version_that_is_listed_twice_is_refused() {
    let s = Scenario::empty();
    s.publish(&texts(&[("a.txt", "one\n")]), &More::default());
    let index = std::fs::read_to_string(s.folder.join("store/index.toml")).unwrap();
    let entry = &index[index.find("[[version]]").unwrap()..];
    s.folder.write("store/index.toml", &format!("{index}\n{}", entry.replace("digest =", "yanked = \"it leaks\"\ndigest =")));
    s.folder.highroad(&["new", "demo", "--road", "store", "--yes"]).fails(2, &["index.toml", "2026.1.0 twice"]);
    let (_, url) = repository(&s);
    s.folder.highroad(&["new", "demo", "--road", &url, "--unsigned", "--yes"]).fails(2, &["2026.1.0 twice"]);
    assert!(!s.project().exists());
}

#[test]
fn nothing_of_a_repository_runs_and_no_link_is_followed() {
    let s = Scenario::empty();
    s.publish(&texts(&[("a.txt", "one\n")]), &More::default());
    let store = s.folder.join("store");
    git(&store, &["init", "--quiet"]);
    let mark = s.folder.join("ran");
    let script = format!("#!/bin/sh\ntouch {}\ncat\n", mark.display());
    for hook in ["post-checkout", "post-merge", "pre-auto-gc", "reference-transaction", "post-upload-pack"] {
        let path = store.join(".git/hooks").join(hook);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &script).unwrap();
        scenario::make_executable(&path);
    }
    s.folder.write("script.sh", &script);
    scenario::make_executable(&s.folder.join("script.sh"));
    let run = s.folder.join("script.sh").display().to_string();
    std::fs::write(store.join(".gitattributes"), "* filter=evil\n").unwrap();
    git(&store, &["config", "filter.evil.smudge", &run]);
    git(&store, &["config", "uploadpack.packObjectsHook", &run]);
    git(&store, &["config", "core.fsmonitor", "false"]);
    let (_, url) = repository(&s);
    drop(std::fs::remove_file(&mark));
    s.folder.highroad(&["new", "demo", "--road", &url, "--unsigned", "--yes"]).success();
    assert!(!mark.exists(), "something of the repository ran");
    std::os::unix::fs::symlink("/etc/passwd", store.join("2026.1.0/link")).unwrap();
    let (_, url) = repository(&s);
    s.folder.highroad(&["new", "other", "--road", &url, "--unsigned", "--yes"]).fails(2, &["road-file", "links"]);
    let missing = format!("{}@{}", url.rsplit_once('@').unwrap().0, "0".repeat(40));
    s.folder.highroad(&["new", "other", "--road", &missing, "--unsigned", "--yes"]).fails(3, &["git-fetch"]);
    assert!(!s.folder.join("other").exists());
}

#[test]
fn check_follows_the_levels_of_the_road_that_the_project_is_on() {
    let s = Scenario::empty();
    let more = More { road: "[guardrails]\nmissing-codeowners = \"off\"\nmissing-threat-model = \"warn\"\n".to_owned(), ..More::default() };
    s.publish(&texts(&[("a.txt", "one\n")]), &more);
    let mut registry = Registry::new(&s.folder.join("registry"), "small");
    registry.publish_store(&s.folder.join("store"));
    let server = Server::of(&registry.folder);
    add(&s, &registry, &server);
    s.folder.highroad(&["new", "demo", "--road", "acme", "--yes"]).success();
    server.end();
    let check = json(&s.run(&["check", "--json"]));
    let level = |id: &str| {
        let found = check["findings"].as_array().unwrap().iter().find(|finding| finding["guardrail"] == id);
        found.map(|finding| finding["level"].as_str().unwrap().to_owned())
    };
    assert_eq!(level("missing-codeowners"), None);
    assert_eq!(level("missing-threat-model").as_deref(), Some("warn"));
    s.edit("highroad.lock", "missing-threat-model = \"warn\"", "missing-threat-model = \"off\"");
    s.run(&["upgrade", "--yes", "--set", "name=other"]).fails(2, &["lock-edited", "guardrails"]);
}

#[test]
fn a_folder_beside_the_project_is_remembered_and_no_path_of_the_machine_is() {
    let s = Scenario::of(&texts(&[("a.txt", "one\n")]));
    assert!(s.read("highroad.toml").contains("source = \"folder\"\npath = \"../store\"\n"), "{}", s.read("highroad.toml"));
    s.publish(&texts(&[("a.txt", "two\n")]), &More::default());
    s.run(&["upgrade", "--yes"]).success();
    assert_eq!(s.read("a.txt"), "two\n");
    let far = support::Folder::new();
    Run::of(far.command("cp").args(["-r", s.folder.join("store").to_str().unwrap(), "far"])).success();
    let road = far.join("far").display().to_string();
    s.folder.highroad(&["new", "other", "--road", &road, "--yes"]).success();
    let config = std::fs::read_to_string(s.folder.join("other/highroad.toml")).unwrap();
    assert!(config.contains("source = \"folder\"\nunsigned = true\n\n"), "{config}");
}

#[test]
fn a_folder_that_a_repository_records_is_taken_where_a_person_named_it() {
    let s = Scenario::of(&texts(&[("a.txt", "one\n")]));
    s.publish(&texts(&[("a.txt", "two\n")]), &More::default());
    let on = |home: &str, arguments: &[&str]| {
        let mut command = s.folder.command(env!("CARGO_BIN_EXE_highroad"));
        Run::of(command.args(arguments).env("HIGHROAD_HOME", s.folder.join(home)).current_dir(s.project()))
    };
    let project = s.state();
    on("second", &["upgrade", "--yes"]).fails(2, &["unsigned", "`../store`", "--road ../store"]);
    let status = on("second", &["status"]);
    let said = status.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(status.code == 3 && said.contains("--road ../store"), "{said}");
    assert_eq!(s.state(), project);
    // Named once, it is remembered; added, it needs no name.
    on("second", &["upgrade", "--road", "../store", "--dry-run"]).success();
    on("second", &["upgrade", "--dry-run"]).success();
    on("third", &["source", "add", "../store", "--unsigned", "--name", "ours"]).success();
    on("third", &["upgrade", "--dry-run"]).success();
    // Another folder is another choice, also inside of the project.
    Run::of(s.folder.command("cp").args(["-r", "store", "demo/road"])).success();
    s.edit("highroad.toml", "\"../store\"", "\"road\"");
    s.run(&["upgrade", "--yes"]).fails(2, &["unsigned", "`road`"]);
}

#[test]
fn a_source_goes_before_a_folder_of_its_name() {
    let (s, registry, server) = published();
    add(&s, &registry, &server);
    s.folder.write("acme/road.toml", "schema = 1\n");
    s.folder.highroad(&["new", "demo", "--road", "acme", "--yes"]).success();
    assert!(s.read("highroad.toml").contains("registry"));
    s.folder.highroad(&["new", "other", "--road", "acme/none", "--yes"]).fails(2, &["other-road", "small"]);
    s.folder.highroad(&["new", "third", "--road", "acme/small", "--yes"]).success();
    s.folder.highroad(&["new", "fourth", "--road", "acne", "--yes"]).fails(2, &["source-unknown", "acme"]);
}

#[test]
fn a_commit_or_a_folder_never_stands_in_for_another_road() {
    let s = Scenario::empty();
    s.publish(&texts(&[("a.txt", "one\n")]), &More::default());
    let (store, url) = repository(&s);
    s.folder.highroad(&["source", "add", &url, "--unsigned", "--name", "roads"]).success();
    s.folder.highroad(&["source", "add", store.to_str().unwrap(), "--unsigned", "--name", "near"]).success();
    for name in ["roads", "near"] {
        let road = format!("{name}/other");
        s.folder.highroad(&["new", "zz", "--road", &road, "--yes"]).fails(2, &["other-road", "`small`", &format!("./{road}")]);
        assert!(!s.folder.join("zz").exists());
        s.folder.highroad(&["new", name, "--road", &format!("{name}/small"), "--yes"]).success();
    }
}

#[test]
fn a_registry_in_a_folder_is_named_by_its_address() {
    let (s, registry, _server) = published();
    let root = registry.root();
    let root = root.to_str().unwrap();
    s.folder.highroad(&["source", "add", "registry", "--root", root]).fails(2, &["source-url", "highroad source add file:///"]);
    s.folder.highroad(&["source", "add", "registry", "--unsigned"]).fails(2, &["source-url", "file:///"]);
    s.folder.highroad(&["source", "add", "store", "--root", root]).fails(2, &["source-url", "--unsigned"]);
    let url = format!("file://{}", registry.folder.display());
    let print = registry.fingerprint();
    let told = s.folder.highroad(&["source", "add", &url, "--name", "acme", "--fingerprint", &print]).success();
    assert!(told.err.contains("is the one that you were told") && !told.err.contains("Compare"), "{}", told.err);
}

#[test]
fn an_overlay_in_a_repository_is_no_version() {
    let s = Scenario::empty();
    s.publish(&texts(&[("a.txt", "one\n")]), &More::default());
    s.folder.highroad(&["road", "init", "acme", "--from", "ml"]).success();
    let folder = s.folder.join("acme");
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "overlay"]);
    let commit = git(&folder, &["rev-parse", "HEAD"]);
    let url = format!("git+file://{}@{}", folder.display(), commit.trim());
    s.folder.highroad(&["source", "add", &url, "--unsigned"]).fails(2, &["overlay-commit", "road release"]);
}
