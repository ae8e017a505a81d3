//! From every published version of the built-in road to the newest, over projects that people have worked on: every
//! edit is still there and in its place, the road's changes are there, nothing came back, and all of it can be undone.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;
#[path = "support/worked_on.rs"]
mod worked_on;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use highroad::repo::config::Config;
use highroad::repo::lock::{Lock, Ownership};
use highroad::road::index::{Index, Published};
use highroad::road::source::Source;
use serde_json::Value;
use support::{Folder, KINDS, Run, files, git};
use worked_on::Work;

/// The platforms whose pipelines a version can change.
const PLATFORMS: [&str; 2] = ["github", "gitlab"];

/// Every published version, and the next one from `templates/` where that is not published yet.
struct Roads {
    store: PathBuf,
    versions: Vec<String>,
}

impl Roads {
    fn newest(&self) -> &str {
        self.versions.last().unwrap()
    }

    /// Every version that is not the newest.
    fn older(&self) -> &[String] {
        &self.versions[..self.versions.len() - 1]
    }
}

fn roads() -> &'static Roads {
    static ROADS: OnceLock<Roads> = OnceLock::new();
    ROADS.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (published, sources) = (root.join("paved-roads/ml"), root.join("templates"));
        let all: Vec<u8> = [&published, &sources]
            .into_iter()
            .flat_map(|folder| files(folder))
            .flat_map(|(path, bytes)| [path.into_bytes(), bytes].concat())
            .collect();
        let stamp = &highroad::base::digest::Digest::of(&all).hex()[..16];
        let store = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("roads-{stamp}"));
        let guard = std::fs::File::create(store.with_extension("lock")).unwrap();
        guard.lock().unwrap();
        if !store.exists() {
            let making = store.with_extension("making");
            drop(std::fs::remove_dir_all(&making));
            make(&published, &sources, &making);
            std::fs::rename(&making, &store).unwrap();
        }
        let index: Index = toml::from_str(&std::fs::read_to_string(store.join("index.toml")).unwrap()).unwrap();
        Roads { versions: index.version.into_iter().map(|published| published.version).collect(), store }
    })
}

/// Makes a store of the published versions and the next one.
fn make(published: &Path, sources: &Path, store: &Path) {
    copy(published, store);
    let index = || toml::from_str::<Index>(&std::fs::read_to_string(store.join("index.toml")).unwrap()).unwrap();
    let next: toml::Table = std::fs::read_to_string(sources.join("road.toml")).unwrap().parse().unwrap();
    let version = next["version"].as_str().unwrap().to_owned();
    let mut listed = index();
    if listed.version.iter().all(|published| published.version != version) {
        let folder = store.join(&version);
        copy(sources, &folder);
        let digest = Source::Folder(folder).read().unwrap().digest.to_string();
        let released = next["released"].as_str().unwrap().to_owned();
        listed.version.push(Published { version, released, digest, ..Published::default() });
        std::fs::write(store.join("index.toml"), toml::to_string(&listed).unwrap()).unwrap();
    }
}

/// Copies a folder, with what says which of its files may be run.
fn copy(from: &Path, to: &Path) {
    for (path, _) in files(from) {
        std::fs::create_dir_all(to.join(&path).parent().unwrap()).unwrap();
        std::fs::copy(from.join(&path), to.join(&path)).unwrap();
    }
}

/// A project of a kind from a version, committed.
struct Project {
    folder: Folder,
    root: PathBuf,
}

impl Project {
    fn new(kind: &str, host: &str, version: &str) -> Self {
        let folder = Folder::new();
        let road = roads().store.join(version);
        let arguments = ["new", "demo", "--kind", kind, "--host", host, "--road", road.to_str().unwrap()];
        folder.highroad(&[&arguments[..], &["--set", "owner_contact=ml-team@acme.test", "--yes"]].concat()).success();
        let root = folder.join("demo");
        // The hooks of the project are no part of what is tested here.
        git(&root, &["config", "--unset", "core.hooksPath"]);
        git(&root, &["config", "user.name", "Test"]);
        git(&root, &["config", "user.email", "test@example.com"]);
        Self { folder, root }
    }

    fn commit(&self, message: &str) {
        git(&self.root, &["add", "-A"]);
        git(&self.root, &["commit", "-q", "-m", message]);
    }

    fn highroad(&self, arguments: &[&str]) -> Run {
        let mut command = self.folder.command(env!("CARGO_BIN_EXE_highroad"));
        Run::of(command.current_dir(&self.root).args(arguments))
    }

    /// Upgrades to the newest version, on a branch.
    fn upgrade(&self, more: &[&str]) -> Run {
        let store = roads().store.to_str().unwrap();
        self.highroad(&[&["upgrade", "--road", store, "--yes", "--json"], more].concat())
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    fn tree(&self) -> String {
        assert_eq!(git(&self.root, &["status", "--porcelain"]), "", "something is not committed");
        git(&self.root, &["rev-parse", "HEAD^{tree}"])
    }

    /// What blocks, as guardrail and path.
    fn blocking(&self) -> BTreeSet<(String, String)> {
        let report: Value = serde_json::from_str(&self.highroad(&["check", "--json"]).out).unwrap();
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
        let findings = report["findings"].as_array().unwrap().iter().filter(|finding| finding["level"] == "block");
        findings.map(|finding| (text(finding, "guardrail"), text(finding, "path"))).collect()
    }
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", run.out, run.err))
}

/// Runs a test of a kind for every host and older version.
fn from_every_version(kind: &str, test: impl Fn(Project, &str, &str)) {
    for host in PLATFORMS {
        for version in roads().older() {
            test(Project::new(kind, host, version), host, version);
        }
    }
}

/// A project that nobody has touched becomes what `new` writes today, but for the files that were its own from the start.
fn untouched(kind: &str) {
    // The files of a host do not depend on the version that a project comes from: each host once is enough.
    for (version, host) in roads().older().iter().zip(PLATFORMS.into_iter().cycle()) {
        let project = Project::new(kind, host, version);
        let case = format!("{kind} on {host} from {version}");
        let run = project.upgrade(&[]);
        assert_eq!(run.code, 0, "{case}: {}\n{}", run.out, run.err);
        let new = Project::new(kind, host, roads().newest());
        let lock: Lock = toml::from_str(&new.read("highroad.lock")).unwrap();
        let seeded: BTreeSet<&str> =
            lock.file.iter().filter(|file| file.ownership == Ownership::Seeded).map(|file| file.path.as_str()).collect();
        let shared = |project: &Project| -> Vec<(String, Vec<u8>)> {
            let all = files(&project.root).into_iter();
            all.filter(|(path, _)| !seeded.contains(path.as_str()) && path != "highroad.lock" && path != "highroad.toml").collect()
        };
        let (found, wanted) = (shared(&project), shared(&new));
        assert_eq!(found.len(), wanted.len(), "{case}");
        for ((path, now), (wanted_path, wanted)) in found.iter().zip(&wanted) {
            assert_eq!(path, wanted_path, "{case}");
            assert!(now == wanted, "{case}: {path}:\n{}", String::from_utf8_lossy(now));
        }
        let config: Config = toml::from_str(&project.read("highroad.toml")).unwrap();
        assert_eq!(config.answers, toml::from_str::<Config>(&new.read("highroad.toml")).unwrap().answers, "{case}");
        assert_eq!(config.road.unwrap().version, roads().newest(), "{case}");
        let locked: Lock = toml::from_str(&project.read("highroad.lock")).unwrap();
        assert_eq!(locked.road.digest, lock.road.digest, "{case}");
        assert!(project.blocking().is_empty(), "{case}: {:?}", project.blocking());
    }
}

/// A project that a team has worked on keeps all of it.
fn after_months_of_work(kind: &str) {
    from_every_version(kind, |project, host, version| {
        let case = format!("{kind} on {host} from {version}");
        let work = Work::of(kind, host);
        work.put_in(&project.root);
        project.commit("What the team did");
        let before = project.tree();

        let run = project.upgrade(&[]);
        let report = json(&run);
        assert_eq!(run.code, 0, "{case}: {report:#}\n{}", run.err);
        assert_eq!(report["status"], "applied", "{case}: {report:#}");
        assert_eq!(git(&project.root, &["branch", "--show-current"]).trim(), format!("highroad/ml-{}", roads().newest()), "{case}");
        assert_eq!(git(&project.root, &["rev-list", "--count", "main..HEAD"]).trim(), "1", "{case}");
        let after = project.tree();
        work.is_still_in(&project.root, &case);
        worked_on::newest_is_in(&project.root, kind, host, &case);
        assert_eq!(report["guardrails"]["scope"], "full", "{case}");
        // The file that the road renamed was edited before, and still is.
        let worse =
            report["guardrails"]["new"].as_array().unwrap().iter().filter(|finding| finding["path"] != "security/checks/secret_scan.py");
        assert_eq!(worse.count(), 0, "{case}: the check got worse: {:#}", report["guardrails"]);

        let again = project.upgrade(&[]);
        assert_eq!(again.code, 0, "{case}: {}\n{}", again.out, again.err);
        assert_eq!(json(&again)["status"], "up-to-date", "{case}: {}", again.out);
        assert_eq!(project.tree(), after, "{case}: the second upgrade changed something");

        project.highroad(&["undo"]).success();
        assert_eq!(project.tree(), before, "{case}: undo brought back something else");
        assert_eq!(git(&project.root, &["branch", "--show-current"]).trim(), "main", "{case}");
    });
}

#[test]
fn untouched_tabular_project() {
    untouched(KINDS[0]);
}

#[test]
fn untouched_pytorch_project() {
    untouched(KINDS[1]);
}

#[test]
fn untouched_tensorflow_project() {
    untouched(KINDS[2]);
}

#[test]
fn untouched_llm_project() {
    untouched(KINDS[3]);
}

#[test]
fn worked_on_tabular_project() {
    after_months_of_work(KINDS[0]);
}

#[test]
fn worked_on_pytorch_project() {
    after_months_of_work(KINDS[1]);
}

#[test]
fn worked_on_tensorflow_project() {
    after_months_of_work(KINDS[2]);
}

#[test]
fn worked_on_llm_project() {
    after_months_of_work(KINDS[3]);
}

/// An edit of code that the road moved into another file, and of a file that the road took away, is a person's to decide.
#[test]
fn an_edit_that_has_lost_its_place_is_a_conflict_and_never_lost() {
    let project = Project::new("pytorch-training", "github", &roads().older()[0]);
    let edit = |path: &str, from: &str, to: &str| {
        let text = project.read(path);
        assert!(text.contains(from), "{path} does not hold {from}");
        std::fs::write(project.root.join(path), text.replace(from, to)).unwrap();
    };
    edit("src/demo/model.py", "names: list[str] = file.keys()", "names: list[str] = sorted(file.keys())");
    edit("security/checks/picklescan_result.py", "TOOL = \"picklescan\"", "TOOL = \"picklescan\"  # ours");
    project.commit("Two edits");
    let before = project.tree();
    let run = project.upgrade(&[]);
    let report = json(&run);
    assert_eq!(run.code, 1, "{report:#}\n{}", run.err);
    let conflicts: Vec<&str> = report["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file["change"] == "conflict")
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    assert_eq!(conflicts, ["security/checks/picklescan_result.py", "src/demo/model.py"], "{report:#}");
    assert!(project.read("src/demo/model.py").contains("sorted(file.keys())"));
    let unmerged = git(&project.root, &["ls-files", "--unmerged"]);
    assert!(unmerged.contains("src/demo/model.py") && unmerged.contains("picklescan_result.py"), "{unmerged}");
    project.highroad(&["undo"]).success();
    assert_eq!(project.tree(), before);
}

/// The answers of a new question are asked for once, and decide what comes.
#[test]
fn the_answer_to_a_new_question_decides_what_comes() {
    let project = Project::new("llm-app", "github", &roads().older()[0]);
    let run = project.upgrade(&["--set", "visibility=public"]);
    assert_eq!(run.code, 0, "{}\n{}", run.out, run.err);
    assert!(project.has("docs/security/outside-changes.md"));
    assert!(project.read("SECURITY.md").contains("Report a vulnerability\" in the Security tab"));
    assert!(project.read("highroad.toml").contains("visibility = \"public\""));
    let run = project.upgrade(&[]);
    assert_eq!(json(&run)["status"], "up-to-date", "{}", run.out);
}
