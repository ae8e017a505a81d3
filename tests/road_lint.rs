//! `highroad road lint`, end to end: a road that is fine is clean, and each fault of one is told with its place.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/seeded.rs"]
mod seeded;
mod support;
#[path = "support/tokens.rs"]
mod tokens;

use support::{Folder, Run};

/// A road from nothing in `road`.
fn road() -> Folder {
    let folder = Folder::new();
    folder.highroad(&["road", "init", "road", "--id", "ours"]).success();
    folder
}

fn read(folder: &Folder, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

/// Lints and expects findings with these words, each on one line of what is printed.
#[track_caller]
fn finds(folder: &Folder, words: &[&str]) {
    let run = folder.highroad(&["road", "lint", "road", "--store", "store"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    for word in words {
        assert!(run.out.lines().any(|line| line.contains(word)), "`{word}` is not in:\n{}", run.out);
    }
    assert!(!run.out.contains('\u{1b}'), "{}", run.out);
}

/// Lints a road of which one file has another text.
#[track_caller]
fn finds_after(path: &str, from: &str, to: &str, words: &[&str]) {
    let folder = road();
    let text = read(&folder, path);
    assert!(text.contains(from), "`{from}` is not in {path}:\n{text}");
    folder.write(path, &text.replacen(from, to, 1));
    finds(&folder, words);
}

#[test]
fn the_built_in_road_and_its_published_versions_are_clean() {
    let folder = Folder::new();
    let root = env!("CARGO_MANIFEST_DIR");
    let run = folder.highroad(&["road", "lint", &format!("{root}/templates"), "--json"]).success();
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((report["road"].as_str(), report["findings"].as_array().map(Vec::len)), (Some("ml"), Some(0)), "{}", run.out);
    assert!(report["renders"].as_u64().unwrap() > 100, "{}", run.out);
}

#[test]
fn variables_questions_and_constants_have_to_meet() {
    finds_after(
        "road/kinds/library/files/README.md.jinja",
        "{@ name @}",
        "{@ nmae @}",
        &["README.md.jinja:1: variable-unknown: `nmae`", "render: `library` does not render"],
    );
    // A branch that no suggestion takes is looked at, too.
    finds_after(
        "road/kinds/library/files/README.md.jinja",
        "Owned",
        "{% if name == 'x' %}{@ gone @}{% endif %}Owned",
        &["variable-unknown: `gone`"],
    );
    finds_after(
        "road/kinds/library/kind.toml",
        "ownership = \"seeded\"",
        "ownership = \"seeded\"\nwhen = \"vist == 'x'\"",
        &["kinds/library/kind.toml", "variable-unknown: `vist`"],
    );
    finds_after(
        "road/questions.toml",
        "key = \"purpose\"",
        "key = \"intent\"",
        &["questions.toml:12: question-unused: nothing uses the answer to `intent`"],
    );
    finds_after(
        "road/questions.toml",
        "One sentence that a colleague outside your team understands.",
        "",
        &["question-text: the question `purpose` has no help"],
    );
    let folder = road();
    folder.write("road/data/x.toml", "[names]\na = 1\n");
    let text = read(&folder, "road/road.toml");
    folder.write("road/road.toml", &format!("{text}\n[[data]]\nname = \"names\"\nfile = \"data/x.toml\"\ntable = \"names\"\n"));
    finds(&folder, &["constant-unused: no template looks `names` up"]);
    folder.write("road/kinds/library/files/README.md.jinja", "{@ names.a @}{@ names.b @}{@ purpose @}");
    finds(&folder, &["there is no `b`"]);
}

#[test]
fn templates_render_for_every_choice() {
    let folder = road();
    let text = read(&folder, "road/questions.toml");
    let choice = |value: &str| format!("[[question.choices]]\nvalue = \"{value}\"\nlabel = \"{value}\"\n");
    folder.write(
        "road/questions.toml",
        &format!(
            "{text}\n[[question]]\nkey = \"host\"\nask = \"Where?\"\nhelp = \"There.\"\ntype = \"choice\"\ndefault = \"a\"\n{}{}",
            choice("a"),
            choice("b")
        ),
    );
    let readme = read(&folder, "road/kinds/library/files/README.md.jinja");
    folder.write("road/kinds/library/files/README.md.jinja", &format!("{readme}{{% if host == 'b' %}}{{@ name.length.x @}}{{% endif %}}"));
    finds(&folder, &["kinds/library/files/README.md.jinja: render: `library` with host=b does not render"]);
}

#[test]
fn pins_need_evidence_and_one_mind() {
    let folder = road();
    let (one, other) = ("a".repeat(40), "b".repeat(40));
    let pin = |sha: &str, provenance: &str| {
        format!("[action.checkout]\nrepo = \"actions/checkout\"\ntag = \"v1.0.0\"\nsha = \"{sha}\"\nprovenance = \"{provenance}\"\n")
    };
    folder.write("road/pins/actions.toml", &pin(&one, "todo"));
    folder.write(
        "road/pins/known-actions.toml",
        &format!("[[action]]\nrepo = \"actions/checkout\"\ntag = \"v1.0.0\"\nsha = \"{other}\"\nprovenance = \"x\"\n"),
    );
    finds(
        &folder,
        &[
            "pins/actions.toml:1: pin-evidence: the pin `checkout` has no evidence",
            "pins/actions.toml:1: pin-unused",
            "pins/known-actions.toml:4: pin-conflict",
        ],
    );
    folder.write(
        "road/layers/base/files/.github/workflows/ci.yml",
        "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: ./local\n",
    );
    let layer = read(&folder, "road/layers/base/layer.toml");
    folder.write(
        "road/layers/base/layer.toml",
        &format!("{layer}\n[[file]]\npath = \".github/workflows/ci.yml\"\nwhy = \"Tests.\"\nownership = \"merged\"\n"),
    );
    finds(&folder, &["layers/base/files/.github/workflows/ci.yml:4: pin-movable: `actions/checkout@v4`"]);
    folder.write("road/pins/actions.toml", &pin("abc", "seen there"));
    folder.highroad(&["road", "lint", "road"]).fails(2, &["no full commit"]);
}

#[test]
fn files_and_rules_have_to_meet() {
    let folder = road();
    folder.write("road/notes.txt", "x\n");
    folder.write("road/layers/other/files/a.md", "x\n");
    folder.write("road/layers/base/extra.md", "x\n");
    let layer = read(&folder, "road/layers/base/layer.toml");
    folder.write("road/layers/base/layer.toml", &format!("{layer}\n[[file]]\npath = \"SECURTY.md\"\nwhy = \"\"\nownership = \"merged\"\n"));
    finds(
        &folder,
        &[
            "notes.txt: file-undeclared",
            "layers/other/files/a.md: file-undeclared",
            "layers/base/extra.md: file-undeclared",
            "rule-idle: the rule for `SECURTY.md` claims no file",
            "reason-missing: the rule for `SECURTY.md` has no reason",
        ],
    );
    folder.write("road/layers/base/files/unclaimed.md", "x\n");
    folder.highroad(&["road", "lint", "road"]).fails(2, &["no [[file]] rule claims `unclaimed.md`"]);
}

#[test]
fn no_secret_and_no_hidden_character_goes_out() {
    let folder = road();
    let token = tokens::tokens(1, 5)[0].value.clone();
    let readme = read(&folder, "road/kinds/library/files/README.md.jinja");
    folder.write("road/kinds/library/files/README.md.jinja", &format!("{readme}\ntoken = {token}\nthe end\u{202e}\n"));
    finds(
        &folder,
        &[
            "kinds/library/files/README.md.jinja:7: secret",
            "kinds/library/files/README.md.jinja:8: control-character: the file has the character U+202E",
        ],
    );
    let run = folder.highroad(&["road", "lint", "road"]);
    assert!(!run.out.contains(&token), "{}", run.out);
    finds_after(
        "road/layers/base/files/SECURITY.md.jinja",
        "# Security",
        "# Sec\u{1b}[2Jurity",
        &["SECURITY.md.jinja:1: control-character: the file has the character U+001B"],
    );
}

#[test]
fn migrations_lead_from_something_to_something() {
    let folder = road();
    let text = read(&folder, "road/road.toml");
    let now = text.parse::<toml::Table>().unwrap()["version"].as_str().unwrap().to_owned();
    let next = now.replacen(".0", ".1", 1);
    let head = text
        .replacen(&format!("version = \"{now}\""), &format!("version = \"{next}\""), 1)
        .replace("upgrades-from = []", &format!("upgrades-from = [\"{now}\"]"));
    let with = |migrations: &str| folder.write("road/road.toml", &format!("{head}\n{migrations}"));
    let one = |version: &str, what: &str| format!("[[migration]]\nversion = \"{version}\"\nwhy = 'w {what}'\n{what}\n");
    with(&one(&next, "move = { from = \"OLD.md\", to = \"NEW.md\" }"));
    finds(&folder, &["migration: it moves `OLD.md` to `NEW.md`, which no layer or kind writes"]);
    with(&one(&next, "move = { from = \"README.md\", to = \"SECURITY.md\" }"));
    finds(&folder, &["migration: it moves `README.md` away, which this version still writes"]);
    with(&one(&next, "delete = { path = \"src/any/__init__.py\" }"));
    finds(&folder, &["which this version still writes"]);
    with(&one(&next, "rename-answer = { from = \"x\", to = \"y\" }"));
    finds(&folder, &["which no kind asks"]);
    with(&one("2999.1.0", "delete = { path = \"a\" }"));
    finds(&folder, &["a migration is of 2999.1.0"]);
    with(&format!("{}{}", one(&next, "delete = { path = \"a\" }"), one(&now, "delete = { path = \"b\" }")));
    finds(&folder, &["stands after one of", "no project comes from before that"]);
    with(&one(&next, "delete = { path = \"../a\" }"));
    folder.highroad(&["road", "lint", "road"]).fails(2, &["climbs"]);
}

#[test]
fn versions_days_levels_and_the_store_agree() {
    finds_after("road/road.toml", "supported-until = \"", "supported-until = \"1999-01-01\" #", &["support-ended"]);
    finds_after("road/road.toml", "released = \"", "released = \"soon\" #", &["road.toml:7: day: `released = \"soon\"`"]);
    finds_after(
        "road/road.toml",
        "missing-codeowners",
        "mising-codeowners",
        &["guardrail-unknown: there is no guardrail `mising-codeowners`"],
    );
    finds_after(
        "road/road.toml",
        "why = \"Projects begin with owners, a security contact and a clean ignore list.\"",
        "why = \" \"",
        &["change-reason: a change has no reason"],
    );
    finds_after("road/road.toml", "upgrades-from = []", "upgrades-from = [\"2020.1.0\"]", &["has no version yet"]);
    let folder = road();
    folder.highroad(&["road", "release", "road", "store"]).success();
    finds(&folder, &["published: version"]);
    let text = read(&folder, "road/road.toml");
    folder.write("road/road.toml", &text.replace(".0\"\nreleased", ".1\"\nreleased"));
    finds(&folder, &["`upgrades-from` is empty"]);
    folder.write(
        "road/road.toml",
        &text.replace(".0\"\nreleased", ".1\"\nreleased").replace("upgrades-from = []", "upgrades-from = [\"2020.1.0\"]"),
    );
    finds(&folder, &["`upgrades-from` names 2020.1.0: the store does not name it"]);
}

#[test]
fn what_is_no_road_is_refused_and_nothing_is_written() {
    let folder = Folder::new();
    folder.write("empty/x", "");
    folder.highroad(&["road", "lint", "empty"]).fails(2, &["no-road"]);
    folder.write("empty/road.toml", "schema = 1\n[inherits]\n");
    assert_eq!(folder.highroad(&["road", "lint", "empty"]).code, 2);
    folder.write("empty/road.toml", "\u{1b}[31m = 1");
    let run = folder.highroad(&["road", "lint", "empty"]);
    assert!(run.code == 2 && !run.err.contains('\u{1b}'), "{}", run.err);
    assert_eq!(folder.names(), ["empty"]);
}

#[test]
fn release_refuses_what_lint_finds_and_a_store_that_is_not_there_is_said() {
    let folder = road();
    let run = folder.highroad(&["road", "lint", "road", "--store", "nowhere"]).success();
    assert!(run.out.contains("note: the store `nowhere` has no released version"), "{}", run.out);
    let text = read(&folder, "road/road.toml");
    folder.write("road/road.toml", &text.replace("missing-codeowners", "missing-codeowner"));
    let run = folder.highroad(&["road", "release", "road", "store"]);
    run.fails(2, &["error[lint]", "road/road.toml:", "guardrail-unknown", "highroad road lint road --store store"]);
    assert!(!folder.join("store/index.toml").exists());
    folder.write("road/road.toml", &text);
    let inside =
        |arguments: &[&str]| Run::of(folder.command(env!("CARGO_BIN_EXE_highroad")).current_dir(folder.join("road")).args(arguments));
    // In the road's own folder no argument is needed but the store; nothing is published yet, and that is said.
    let run = inside(&["road", "release", ".", "../store"]).success();
    assert!(
        run.err.starts_with("Released ") && run.err.contains("(1 golden render)") && run.err.contains("highroad road publish"),
        "{}",
        run.err
    );
    inside(&["road", "test", "--store", "../store"]).success();
    inside(&["road", "release"]).fails(2, &["no-store", "highroad road release SOURCE STORE"]);
}
