//! `highroad road diff`: what a version does to projects, why, and how much it asks of people.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/small_road.rs"]
mod small_road;
mod support;

use serde_json::Value;
use small_road::{QUIET, files, newer, two_versions, write};
use support::{Folder, Run};

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", run.out, run.err))
}

fn effects(report: &Value, class: &str) -> Vec<String> {
    let all = report["effects"].as_array().unwrap().iter().filter(|one| one["class"] == class);
    all.map(|one| one["what"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn tells_what_changes_and_why() {
    let folder = Folder::new();
    two_versions(&folder);
    let report = json(&folder.highroad(&["road", "diff", "one", "two", "--json"]).success());
    assert_eq!(report["class"], "none", "{report:#}");
    let files: Vec<(&str, &str, &str)> = report["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["path"].as_str().unwrap(), file["change"].as_str().unwrap(), file["why"][0].as_str().unwrap()))
        .collect();
    assert_eq!(
        files,
        [("README.md", "changed", "A better tool."), ("docs/new.md", "added", "A new page."), ("tool.sh", "changed", "A better tool.")]
    );
    assert!(report["unexplained"].as_array().unwrap().is_empty());
    // A version of the store by its name.
    let same = json(&folder.highroad(&["road", "diff", "2026.1.1", "two", "--store", "store", "--json"]).success());
    assert_eq!(same["files"], report["files"]);
    let notes = folder.highroad(&["road", "diff", "one", "two", "--markdown"]).success().out;
    assert_eq!(
        notes,
        "# Road small 2026.1.2\n\nFor a project on 2026.1.1, class **none**: nobody has to do anything.\n\n## Security\n\n- A better tool. It was slow. (2026.1.2)\n\n\
         ## What changed, and why\n\n- A new page. People asked. (2026.1.2)\n\n\
         ## Files\n\n- `README.md` changed\n- `docs/new.md` added\n- `tool.sh` changed\n"
    );
    let shown = folder.highroad(&["road", "diff", "one", "two"]).success().out;
    assert!(
        shown.contains("Road small: 2026.1.1 to 2026.1.2\nclass none: nobody has to do anything\n")
            && shown.lines().all(|line| line.chars().count() <= 80),
        "{shown}"
    );
}

#[test]
fn names_what_breaks_and_what_has_no_reason() {
    let folder = Folder::new();
    write(&folder, "one", 1, QUIET, &files());
    let mut changed = newer();
    changed.retain(|file| file.0 != "docs/more.md");
    for file in &mut changed {
        if file.0 == "settings.toml" {
            file.1 = "managed";
        }
        if file.0 == "docs/last.md" {
            file.0 = "docs/end.md";
        }
    }
    let manifest = "[[change]]\nwhat = \"Nothing of this is there.\"\nwhy = \"w\"\npaths = [\"src/**\"]\n\
        [[migration]]\nversion = \"2026.1.2\"\nwhy = \"It ends.\"\nmove = { from = \"docs/last.md\", to = \"docs/end.md\" }\n";
    write(&folder, "two", 2, &format!("{manifest}{}", QUIET.replace("[guardrails]\n", "[guardrails]\nlarge-file = \"block\"\n")), &changed);
    let questions = std::fs::read_to_string(folder.join("two/questions.toml")).unwrap();
    let questions = questions.replace(", { value = \"none\", label = \"nowhere\" }", "");
    folder.write(
        "two/questions.toml",
        &format!(
            "{questions}\n[[question]]\nkey = \"cost\"\nask = \"Which cost centre?\"\nhelp = \"h\"\ntype = \"text\"\ndefault = \"\"\n\
             [[question]]\nkey = \"size\"\nask = \"How large?\"\nhelp = \"h\"\ntype = \"text\"\ndefault = \"small\"\n"
        ),
    );
    let report = json(&folder.highroad(&["road", "diff", "one", "two", "--json"]).success());
    assert_eq!(report["class"], "breaking");
    let breaking = effects(&report, "breaking");
    for what in [
        "`host` can no longer be `none`",
        "a migration: move `docs/last.md` to `docs/end.md`",
        "a new question without a usable default, `cost`: Which cost centre?",
        "`docs/more.md` is removed",
        "`settings.toml` is managed, before merged",
        "`large-file` speaks as \"block\", before as \"warn\"",
    ] {
        assert!(breaking.iter().any(|one| one == what), "{what}: {breaking:#?}");
    }
    assert_eq!(breaking.len(), 6, "{breaking:#?}");
    assert_eq!(effects(&report, "attention"), ["a new question, `size`: How large?"]);
    let moved = report["files"].as_array().unwrap().iter().find(|file| file["path"] == "docs/end.md").unwrap();
    assert_eq!((moved["change"].as_str(), moved["from"].as_str()), (Some("moved"), Some("docs/last.md")));
    assert!(report["unexplained"].as_array().unwrap().contains(&"settings.toml".into()), "{report:#}");
    assert_eq!(report["without_effect"][0], "Nothing of this is there.");
    let notes = folder.highroad(&["road", "diff", "one", "two", "--markdown"]).success().out;
    assert!(notes.contains("## Breaking\n") && notes.contains("## Changed without a reason\n"), "{notes}");
}

#[test]
fn refuses_what_it_cannot_compare() {
    let folder = Folder::new();
    two_versions(&folder);
    folder.highroad(&["road", "diff", "one", "nowhere"]).fails(2, &["nowhere", "TO"]);
    folder.highroad(&["road", "diff", "one", "2026.1.9", "--store", "store"]).fails(2, &["2026.1.9"]);
    folder.highroad(&["road", "diff", "one", "two", "--kind", "plane"]).fails(2, &["plain"]);
    let other = std::fs::read_to_string(folder.join("two/road.toml")).unwrap().replace("\"small\"", "\"other\"");
    folder.write("two/road.toml", &other);
    folder.highroad(&["road", "diff", "one", "two"]).fails(2, &["two roads"]);
}

#[test]
fn an_overlay_is_compared_with_what_it_inherits() {
    let folder = Folder::new();
    two_versions(&folder);
    folder.highroad(&["road", "init", "over", "--from", "store"]).success();
    for parent in ["store/2026.1.1", "small", "2026.1.1"] {
        let report = json(&folder.highroad(&["road", "diff", parent, "over", "--json"]).success());
        assert_eq!(
            (report["files"][0]["path"].as_str(), report["files"].as_array().map(Vec::len)),
            (Some("docs/ORGANISATION.md"), Some(1))
        );
        assert!(report["unexplained"].as_array().unwrap().is_empty(), "{report:#}");
        assert!(report["notes"][0].as_str().unwrap().contains("`highroad adopt`"), "{report:#}");
    }
    folder.highroad(&["road", "diff", "over", "store/2026.1.1"]).fails(2, &["two roads"]);
}

#[test]
fn sentences_end_and_paths_are_code() {
    let folder = Folder::new();
    write(&folder, "one", 1, QUIET, &files());
    let edit = "[[migration]]\nversion = \"2026.1.2\"\nwhy = \"Words.\"\nreplace-text = { files = \"**/*.{py,md}\", find = \"a\", with = \"b\" }\n";
    let mut changed = newer();
    changed.push(("src/weights.py", "managed", "x = 1\n"));
    write(&folder, "two", 2, &format!("{edit}{QUIET}"), &changed);
    let questions = std::fs::read_to_string(folder.join("two/questions.toml")).unwrap();
    folder.write(
        "two/questions.toml",
        &format!("{questions}\n[[question]]\nkey = \"size\"\nask = \"How large?\"\nhelp = \"h\"\ntype = \"text\"\ndefault = \"s\"\n"),
    );
    let notes = folder.highroad(&["road", "diff", "one", "two", "--markdown"]).success().out;
    for line in [
        "- `src/weights.py` is new, and the road's. Where a project",
        "- A new question, `size`: How large? Whoever",
        "- A migration: replace `a` by `b` in `**/*.{py,md}`. Words.",
        "class **attention**: somebody should look",
    ] {
        assert!(notes.contains(line), "{line}\n{notes}");
    }
}
