//! `highroad road init`, overlays and what they do to inherited files, end to end.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;

use std::path::Path;

use highroad::base::digest::Digest;
use support::{Folder, Run};

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// A folder with a road from nothing, released as `store`, and an overlay of that called `over`.
fn overlay() -> Folder {
    let folder = Folder::new();
    folder.highroad(&["road", "init", "base"]).success();
    folder.highroad(&["road", "release", "base", "store"]).success();
    folder.highroad(&["road", "init", "over", "--from", "store"]).success();
    folder
}

fn version(folder: &Folder, road: &str) -> String {
    let text = read(&folder.join(&format!("{road}/road.toml")));
    text.parse::<toml::Table>().unwrap()["version"].as_str().unwrap().to_owned()
}

fn change(folder: &Folder, path: &str, from: &str, to: &str) {
    let text = read(&folder.join(path));
    assert!(text.contains(from), "`{from}` is not in {path}:\n{text}");
    folder.write(path, &text.replacen(from, to, 1));
}

fn append(folder: &Folder, path: &str, more: &str) {
    let text = read(&folder.join(path));
    folder.write(path, &format!("{text}\n{more}"));
}

fn lint(folder: &Folder) -> Run {
    folder.highroad(&["road", "lint", "over"])
}

fn digest(folder: &Folder, path: &str) -> String {
    Digest::of(&std::fs::read(folder.join(&format!("store/{}/{path}", version(folder, "base")))).unwrap()).to_string()
}

#[test]
fn a_road_from_nothing_lints_renders_and_its_project_is_clean() {
    let folder = Folder::new();
    let run = folder.highroad(&["road", "init", "our-road", "--publisher", "Our \"team\"", "--title", "Ours"]).success();
    assert!(run.err.contains("highroad road lint our-road"), "{}", run.err);
    let run = folder.highroad(&["road", "lint", "our-road"]).success();
    assert!(run.out.contains("nothing found"), "{}", run.out);
    folder.highroad(&["new", "demo", "--road", "our-road", "--yes"]).success();
    let run = folder.highroad(&["check", "demo"]).success();
    assert!(run.out.contains("Clean: nothing found"), "{}", run.out);
    folder.highroad(&["road", "init", "our-road"]).fails(2, &["not empty"]);
    folder.highroad(&["road", "init", "x", "--id", "Bad Id"]).fails(2, &["no id of a road"]);
    folder.highroad(&["road", "init", "x", "--from", "nowhere"]).fails(2, &["no road `nowhere`"]);
    folder.highroad(&["road", "init", "x", "--from", "our-road", "--id", "our-road"]).fails(2, &["called `our-road` already"]);
    assert!(!folder.join("x").exists());
}

#[test]
fn an_overlay_of_the_built_in_road_sets_images_index_runners_and_owners() {
    let folder = Folder::new();
    folder.highroad(&["road", "init", "acme", "--from", "ml", "--publisher", "Acme"]).success();
    // Every example works once its `#` is taken away.
    for file in ["acme/road.toml", "acme/pins/images.toml"] {
        let lines = read(&folder.join(file));
        let open = lines.lines().map(|line| match line.strip_prefix('#') {
            Some(example) if !example.is_empty() && !line.starts_with("# ") => format!("{example}\n"),
            Some(_) | None => format!("{line}\n"),
        });
        folder.write(file, &open.collect::<String>());
    }
    change(
        &folder,
        "acme/road.toml",
        "unvetted-base-image = \"warn\"",
        "unvetted-base-image = \"block\"\nmissing-security-policy = \"off\"",
    );
    let at = |name: &str, path: &str| read(&folder.join(&format!("{name}/{path}")));
    for host in ["github", "gitlab"] {
        folder.highroad(&["new", host, "--road", "acme", "--host", host, "--set", "owner_contact=ml@acme.test", "--yes"]).success();
        assert!(at(host, "Dockerfile").contains("FROM ${BASE_IMAGE:-registry.acme.example/ml/python:3.12-slim-bookworm@sha256:"));
        assert!(at(host, "docs/ORGANISATION.md").contains("the road `acme` "));
        let run = folder.highroad(&["check", host]).success();
        assert!(run.out.contains("Clean: nothing found"), "{}", run.out);
    }
    let workflow = at("github", ".github/workflows/ci.yml");
    assert!(workflow.contains("runs-on: acme-linux-4-cores") && !workflow.contains("ubuntu-24.04"), "{workflow}");
    assert!(workflow.contains("env:\n  PIP_INDEX_URL: https://packages.acme.example/simple\n"), "{workflow}");
    assert!(at("github", ".github/CODEOWNERS").contains("/security/ @acme/ml-owners @acme/security\n"));
    let pipeline = at("gitlab", ".gitlab-ci.yml");
    assert!(pipeline.contains("image: registry.acme.example/ml/python:3.11") && pipeline.contains("PIP_INDEX_URL"), "{pipeline}");
    // Another index, or the same beside the public one, is nobody's wish.
    for other in
        [("PIP_INDEX_URL: https://packages.acme", "PIP_INDEX_URL: https://packages.other"), ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")]
    {
        folder.write("github/.github/workflows/ci.yml", &workflow.replace(other.0, other.1));
        let run = folder.highroad(&["check", "github", "--only", "index-override"]);
        assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    }
    folder.write("github/.github/workflows/ci.yml", &workflow);
    // The organisation's level holds where its road is not at hand.
    std::fs::remove_file(folder.join("github/SECURITY.md")).unwrap();
    let run = folder.highroad(&["check", "github"]);
    assert!(!run.out.contains("missing-security-policy"), "{}", run.out);
    // Any content of the organisation's image is vouched for, and none of somebody else's.
    let other = at("github", "Dockerfile").replace("@sha256:0f", "@sha256:ff");
    folder.write("github/Dockerfile", &other);
    folder.highroad(&["check", "github", "--only", "unvetted-base-image"]).success();
    folder.write("github/Dockerfile", &other.replace("registry.acme.example/ml/", "somebody/"));
    let run = folder.highroad(&["check", "github", "--only", "unvetted-base-image"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
}

#[test]
fn an_overlay_replaces_removes_edits_and_adds_as_declared() {
    let folder = overlay();
    assert!(lint(&folder).success().out.contains("nothing found"));
    folder.write("over/layers/base/files/SECURITY.md.jinja", "Ring {@ owner_contact @}.\n");
    lint(&folder).fails(2, &["without a word", "[[overlay]]"]);
    let (security, ignore) = (digest(&folder, "layers/base/files/SECURITY.md.jinja"), digest(&folder, "layers/base/files/.gitignore"));
    append(
        &folder,
        "over/road.toml",
        &format!(
            "[[overlay]]\npath = \"layers/base/files/SECURITY.md.jinja\"\naction = \"replace\"\ninherited = \"{security}\"\nwhy = \"We answer by phone.\"\n\
             [[overlay]]\npath = \"layers/base/files/.gitignore\"\naction = \"remove\"\ninherited = \"{ignore}\"\nwhy = \"Ours comes from elsewhere.\"\n\
             [[edit]]\nfiles = [\"kinds/library/files/README.md.jinja\"]\nfind = \"Owned by\"\nwith = \"Kept by\"\nwhy = \"Our word for it.\"\n\
             [remove]\nquestions = [\"purpose\"]\nguardrails = [\"missing-codeowners\"]\n"
        ),
    );
    folder.write(
        "over/questions.toml",
        "[[question]]\nkey = \"cost_centre\"\nask = \"Which cost centre?\"\nhelp = \"Four digits.\"\ntype = \"text\"\ndefault = \"1000\"\n",
    );
    // The question that is gone is told where it is missed, and the new one because nothing uses it.
    let run = lint(&folder);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(
        run.out.contains("variable-unknown: `purpose`") && run.out.contains("question-unused: nothing uses the answer to `cost_centre`"),
        "{}",
        run.out
    );
    change(&folder, "over/road.toml", "questions = [\"purpose\"]\n", "");
    append(&folder, "over/layers/organisation/files/docs/ORGANISATION.md.jinja", "Cost centre {@ cost_centre @}\n");
    assert!(lint(&folder).success().out.contains("nothing found"));
    folder.highroad(&["new", "demo", "--road", "over", "--yes"]).success();
    assert!(read(&folder.join("demo/SECURITY.md")).starts_with("Ring "));
    assert!(read(&folder.join("demo/README.md")).contains("Kept by"));
    assert!(read(&folder.join("demo/docs/ORGANISATION.md")).contains("Cost centre 1000"));
    assert!(!folder.join("demo/.gitignore").exists());
    // What is released is an ordinary road that says what it came from.
    folder.highroad(&["road", "release", "over", "over-store"]).success();
    let released = read(&folder.join(&format!("over-store/{}/road.toml", version(&folder, "over"))));
    assert!(
        released.contains("[inherited]\nid = \"base\"") && !released.contains("[inherits]") && !released.contains("missing-codeowners"),
        "{released}"
    );
    folder.highroad(&["road", "verify", "over-store"]).success();
}

#[test]
fn an_overlay_is_told_when_what_it_replaces_is_gone_or_changed() {
    let folder = overlay();
    let head = read(&folder.join("over/road.toml"));
    let with = |more: &str| folder.write("over/road.toml", &format!("{head}\n{more}"));
    let declared = |path: &str, digest: &str, action: &str| {
        format!("[[overlay]]\npath = \"{path}\"\naction = \"{action}\"\ninherited = \"{digest}\"\nwhy = \"We do.\"\n")
    };
    let other = Digest::of(b"older").to_string();
    with(&declared("layers/base/files/SECURITY.md", &other, "remove"));
    lint(&folder).fails(2, &["overlay-gone", "layers/base/files/SECURITY.md.jinja"]);
    with(&declared("layers/base/files/SECURITY.md.jinja", &other, "remove"));
    lint(&folder).fails(2, &["overlay-changed", &digest(&folder, "layers/base/files/SECURITY.md.jinja")]);
    with(&declared("layers/base/files/SECURITY.md.jinja", &digest(&folder, "layers/base/files/SECURITY.md.jinja"), "replace"));
    lint(&folder).fails(2, &["overlay-empty"]);
    with("[[edit]]\nfiles = [\"kinds/library/files/README.md.jinja\"]\nfind = \"Possessed by\"\nwith = \"x\"\nwhy = \"w\"\n");
    lint(&folder).fails(2, &["edit-missed", "Possessed by"]);
    with("[[edit]]\nfiles = [\"kinds/library/files/GONE.md\"]\nfind = \"a\"\nwith = \"x\"\nwhy = \"w\"\n");
    lint(&folder).fails(2, &["overlay-gone"]);
    for list in [
        "layers = [\"bas\"]",
        "kinds = [\"libary\"]",
        "questions = [\"x\"]",
        "guardrails = [\"x\"]",
        "pins = [\"image.x\"]",
        "data = [\"x\"]",
    ] {
        with(&format!("[remove]\n{list}\n"));
        let run = lint(&folder);
        assert_eq!(run.code, 2, "{list}: {}{}", run.out, run.err);
    }
    with("[[overlay]]\npath = \"../x\"\naction = \"remove\"\ninherited = \"\"\nwhy = \"w\"\n");
    lint(&folder).fails(2, &["climbs"]);
    with("inherit = 1\n");
    assert_eq!(lint(&folder).code, 2);
}

#[test]
fn a_road_cannot_inherit_from_what_is_missing_yanked_changed_or_itself() {
    let folder = overlay();
    let head = read(&folder.join("over/road.toml"));
    let now = version(&folder, "base");
    let with = |from: &str, to: &str| {
        assert!(head.contains(from), "{head}");
        folder.write("over/road.toml", &head.replacen(from, to, 1));
    };
    let inherits = format!("id = \"base\"\nversion = \"{now}\"");
    with(&inherits, "id = \"base\"\nversion = \"2020.1.0\"");
    lint(&folder).fails(2, &["inherits-missing", &now]);
    with(&inherits, &format!("id = \"basis\"\nversion = \"{now}\""));
    lint(&folder).fails(2, &["inherits-other"]);
    for (source, code) in [
        ("built-in", "inherits-other"),
        ("../nowhere", "inherits-missing"),
        ("/etc", "it is absolute"),
        ("no-such-source", "inherits-missing"),
        ("..\\\\store", "separated by"),
        (".", "inherits-cycle"),
    ] {
        with("source = \"../store\"", &format!("source = \"{source}\""));
        let run = lint(&folder).fails(2, &[code]);
        assert!(!run_wrote(&folder), "{}", run_text(&run));
    }
    // Two that stand on each other.
    folder.highroad(&["road", "init", "twin", "--from", "over"]).code_is(2);
    folder.write("over/road.toml", &head);
    folder.highroad(&["road", "init", "twin", "--from", "over"]).success();
    folder.highroad(&["road", "lint", "twin"]).success();
    let own = version(&folder, "twin");
    with(&format!("{inherits}\n"), &format!("id = \"twin\"\nversion = \"{own}\"\n"));
    change(&folder, "over/road.toml", "source = \"../store\"", "source = \"../twin\"");
    lint(&folder).fails(2, &["inherits-cycle", "->"]);
    // The publisher takes the version back.
    folder.write("over/road.toml", &head);
    folder.highroad(&["road", "yank", &now, "--reason", "it leaks", "--store", "store"]).success();
    lint(&folder).fails(2, &["inherits-yanked", "it leaks"]);
    folder.highroad(&["new", "demo", "--road", "over", "--yes"]).fails(2, &["inherits-yanked"]);
    folder.highroad(&["road", "release", "over", "over-store"]).fails(2, &["inherits-yanked"]);
    assert!(!folder.join("over-store").exists() && !folder.join("demo").exists());
    folder.highroad(&["road", "yank", &now, "--undo", "--store", "store"]).success();
    lint(&folder).success();
    // Somebody edits what was published.
    append(&folder, &format!("store/{now}/layers/base/files/.gitignore"), "x\n");
    lint(&folder).fails(2, &["version-changed"]);
}

#[test]
fn a_second_version_brings_the_inherited_migrations() {
    let folder = overlay();
    folder.highroad(&["road", "release", "over", "over-store"]).success();
    folder.highroad(&["new", "demo", "--road", "over-store", "--yes"]).success();
    // The inherited road moves a file, and the overlay takes that version.
    let first = version(&folder, "base");
    let second = first.replacen(".0", ".1", 1);
    let next = |text: &str| text.replacen(&format!("version = \"{first}\""), &format!("version = \"{second}\""), 1);
    let base = next(&read(&folder.join("base/road.toml"))).replace("upgrades-from = []", &format!("upgrades-from = [\"{first}\"]"));
    folder.write(
        "base/road.toml",
        &format!("{base}\n[[migration]]\nversion = \"{second}\"\nwhy = \"Policies lie in docs.\"\nmove = {{ from = \"SECURITY.md\", to = \"docs/SECURITY.md\" }}\n"),
    );
    std::fs::rename(folder.join("base/layers/base/files/SECURITY.md.jinja"), folder.join("base/layers/base/files/docs/SECURITY.md.jinja"))
        .unwrap();
    change(&folder, "base/layers/base/layer.toml", "path = \"SECURITY.md\"", "path = \"docs/SECURITY.md\"");
    folder.highroad(&["road", "lint", "base", "--store", "store"]).success();
    folder.highroad(&["road", "release", "base", "store"]).success();
    let index: toml::Table = read(&folder.join("store/index.toml")).parse().unwrap();
    let new = index["version"][1]["digest"].as_str().unwrap().to_owned();
    let old = index["version"][0]["digest"].as_str().unwrap().to_owned();
    let over = read(&folder.join("over/road.toml"))
        .replacen(&old, &new, 1)
        .replace("upgrades-from = []", &format!("upgrades-from = [\"{first}\"]"));
    let over = over.replace(&format!("version = \"{first}\""), &format!("version = \"{second}\""));
    folder.write("over/road.toml", &over);
    lint(&folder).fails(2, &["[inherits.before]", &first]);
    folder.write("over/road.toml", &format!("{over}\n[inherits.before]\n\"{first}\" = \"{first}\"\n"));
    folder.highroad(&["road", "lint", "over", "--store", "over-store"]).success();
    folder.highroad(&["road", "release", "over", "over-store"]).success();
    folder.write("demo/SECURITY.md", &format!("{}\nOur own line.\n", read(&folder.join("demo/SECURITY.md"))));
    support::git(&folder.join("demo"), &["commit", "-qam", "Our line"]);
    let run = Run::of(
        folder
            .command(env!("CARGO_BIN_EXE_highroad"))
            .args(["upgrade", "--road", "../over-store", "--yes"])
            .current_dir(folder.join("demo")),
    );
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    let moved = support::git(&folder.join("demo"), &["log", "--all", "--format=%H", "--", "docs/SECURITY.md"]);
    let text = support::git(&folder.join("demo"), &["show", &format!("{}:docs/SECURITY.md", moved.lines().next().unwrap())]);
    assert!(text.contains("Our own line."), "{text}");
}

/// Whether a lint left something behind.
fn run_wrote(folder: &Folder) -> bool {
    folder.names() != ["base", "over", "store"]
}

fn run_text(run: &Run) -> String {
    format!("{}{}", run.out, run.err)
}

trait Code {
    fn code_is(&self, code: i32);
}

impl Code for Run {
    #[track_caller]
    fn code_is(&self, code: i32) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
    }
}

#[test]
fn what_is_inherited_is_shown_and_a_question_says_what_differs() {
    let folder = overlay();
    let list = folder.highroad(&["road", "show", "over"]).success().out;
    assert!(list.contains(&format!("{}  layers/base/files/.gitignore", digest(&folder, "layers/base/files/.gitignore"))), "{list}");
    let text = folder.highroad(&["road", "show", "over", "--file", "layers/base/files/.gitignore"]).success().out;
    assert_eq!(text, read(&folder.join(&format!("store/{}/layers/base/files/.gitignore", version(&folder, "base")))));
    folder.highroad(&["road", "show", "over", "--file", "layers/base/files/.gitignor"]).fails(2, &["no-file", ".gitignore"]);
    folder.write("over/questions.toml", "[[question]]\nkey = \"purpose\"\ndefault = \"Ours.\"\n");
    lint(&folder).success();
    folder.write("over/questions.toml", "# Ours\n\n[[question]]\nkey = \"size\"\ntype = \"text\"\n");
    lint(&folder).fails(2, &["over/questions.toml:4", "`size`", "missing field"]);
}

#[test]
fn every_example_of_an_overlay_works_once_its_sign_is_gone() {
    let folder = Folder::new();
    folder.highroad(&["road", "init", "over", "--from", "ml"]).success();
    let text = read(&folder.join("over/road.toml"));
    let (before, example) = text.split_once("#[remove]\n").unwrap();
    let (line, rest) = example.split_once('\n').unwrap();
    folder.write("over/road.toml", &format!("{before}[remove]\n{}\n{rest}", line.trim_start_matches('#')));
    let run = lint(&folder).success();
    assert!(run.out.contains("nothing found"), "{}", run.out);
}
