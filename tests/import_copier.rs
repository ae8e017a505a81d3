//! Templates of copier as roads: what `highroad new` writes is what copier 9.19 writes, asked once for each case here.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at files from outside")]

mod support;

use support::{Folder, Run, files, git};

/// A template in a folder, imported as a store.
fn import(files: &[(&str, &str)]) -> (Folder, Run) {
    let folder = Folder::new();
    for (path, text) in files {
        folder.write(&format!("template/{path}"), text);
    }
    let run = folder.highroad(&["road", "import", "template", "--into", "store", "--json"]);
    (folder, run)
}

/// Makes a project and returns what it wrote, or the error.
fn new(folder: &Folder, name: &str, answers: &[&str]) -> Run {
    let mut arguments = vec!["new", name, "--road", "store", "--yes", "--no-git"];
    for answer in answers {
        arguments.extend(["--set", answer]);
    }
    folder.highroad(&arguments)
}

fn text(folder: &Folder, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap_or_else(|error| format!("{path}: {error}"))
}

const QUESTIONS: &str = r#"
_subdirectory: "{{ 'src' }}"
_exclude: ["*.tmp", "{% if not docs %}docs{% endif %}"]
_skip_if_exists: [CHANGELOG.md]
_answers_file: .answers.yml
_envops: {trim_blocks: true, lstrip_blocks: true}
---
title:
  type: str
  help: What is it called?
  validator: "{% if title|length < 3 %}at least three letters{% endif %}"
slug:
  default: "{{ title|lower|replace(' ', '-') }}"
docs: {type: bool, default: no}
level: {type: int, default: "{{ 2 + 1 }}", choices: [1, 2, 3]}
ratio: {type: float, default: 1e3}
python:
  type: str
  multiselect: true
  default: ["3.12", "3.11"]
  choices: ["3.10", "3.11", "3.12"]
extra: {type: yaml, default: {a: [1, yes], b: null}}
theme:
  type: str
  when: "{{ docs }}"
  default: plain
owner: {type: str, default: "{{ title }} team", when: false}
token: {type: str, secret: true, default: none}
"#;

fn template() -> Vec<(&'static str, &'static str)> {
    vec![
        ("copier.yml", QUESTIONS),
        ("src/{{ _copier_conf.answers_file }}.jinja", "# kept\n{{ _copier_answers|to_nice_yaml -}}\n"),
        (
            "src/README.md.jinja",
            "{{ title }}|{{ slug }}|{{ docs }}|{{ level + 1 }}|{{ ratio }}|{{ python }}|{{ extra }}|{{ theme }}|{{ owner }}\n{% for p in python %}\n  - {{ p }}\n{% endfor %}\n${{ '{{' }} x }}\n",
        ),
        ("src/README.md", "never written\n"),
        ("src/plain.txt", "{{ title }}\n"),
        ("src/{% if docs %}docs{% endif %}/{{ slug }}.md.jinja", "{% include 'shared/head.txt' %}\nend\n"),
        ("src/{% yield p from python %}v{{ p }}{% endyield %}/only.txt.jinja", "{{ p }}"),
        ("src/a.tmp", "x"),
        ("src/CHANGELOG.md.jinja", "{% raw %}{{ title }}{% endraw %}\n"),
        ("shared/head.txt", "head of {{ title }}\n"),
        ("tests/other.txt", "not of the project\n"),
    ]
}

#[test]
fn a_project_is_what_copier_makes_of_it() {
    let (folder, imported) = import(&template());
    assert_eq!(imported.code, 0, "{}", imported.err);
    let made = new(&folder, "demo", &["title=My App", "docs=yes", "python=[\"3.12\", \"3.10\"]"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert_eq!(
        text(&folder, "demo/README.md"),
        "My App|my-app|True|4|1000.0|['3.10', '3.12']|{'a': [1, True], 'b': None}|plain|My App team\n  - 3.10\n  - 3.12\n${{ x }}\n"
    );
    assert_eq!(text(&folder, "demo/plain.txt"), "{{ title }}\n");
    assert_eq!(text(&folder, "demo/docs/my-app.md"), "head of My App\nend\n");
    assert_eq!(text(&folder, "demo/v3.10/only.txt"), "3.10");
    assert_eq!(text(&folder, "demo/v3.12/only.txt"), "3.12");
    assert_eq!(text(&folder, "demo/CHANGELOG.md"), "{{ title }}");
    assert!(!folder.join("demo/a.tmp").exists() && !folder.join("demo/v3.11").exists() && !folder.join("demo/tests").exists());
    let recorded = text(&folder, "demo/.answers.yml");
    let answers = recorded.split_once("docs:").map(|(_, rest)| format!("docs:{rest}")).unwrap_or(recorded);
    assert_eq!(
        answers,
        "docs: true\nextra:\n    a:\n    - 1\n    - true\n    b: null\nlevel: 3\npython:\n- '3.10'\n- '3.12'\nratio: 1000.0\nslug: my-app\ntheme: plain\ntitle: My App\n"
    );
}

#[test]
fn questions_without_their_condition_are_not_asked_and_not_recorded_there() {
    let (folder, _) = import(&template());
    assert_eq!(new(&folder, "demo", &["title=Abc"]).code, 0);
    assert!(!folder.join("demo/docs").exists());
    let recorded = text(&folder, "demo/.answers.yml");
    assert!(!recorded.contains("theme") && !recorded.contains("owner") && !recorded.contains("token"), "{recorded}");
    // Every answer that the files were made with is in the lock.
    let lock = text(&folder, "demo/highroad.lock");
    assert!(lock.contains("theme = \"plain\"") && lock.contains("owner = \"Abc team\""), "{lock}");
}

#[test]
fn what_is_no_answer_is_refused_and_nothing_is_written() {
    let (folder, _) = import(&template());
    for (answers, why) in [
        (&["title=ab"][..], "at least three letters"),
        (&["title=abc", "level=7"], "choices"),
        (&["title=abc", "level=x"], "whole number"),
        (&["title=abc", "docs=perhaps"], "neither"),
        (&["title=abc", "python=[\"2.7\"]"], "choices"),
        (&[], "needs an answer"),
        (&["title=abc", "titel=x"], "no question"),
    ] {
        let made = new(&folder, "demo", answers);
        assert_eq!(made.code, 2, "{answers:?}: {}", made.err);
        assert!(made.err.contains(why), "{answers:?}: {}", made.err);
        assert!(!folder.join("demo").exists());
    }
}

#[test]
fn the_report_names_what_is_not_portable_and_the_rest_is_made() {
    let (folder, imported) = import(&[
        (
            "copier.yml",
            "_tasks: [\"git init\"]\n_migrations: [{version: v1, before: [x]}]\n_jinja_extensions: [ext.py:Hook, jinja2.ext.do]\n_external_data: {a: b.yml}\n_message_after_copy: hello\nid: {type: str, default: \"{{ 1|own_filter }}\"}\nnow_year: {type: str, default: \"{{ '%Y'|strftime }}\"}\nkey: {type: str, secret: true, default: x}\nname: {type: str, default: theirs}\n",
        ),
        ("one.txt.jinja", "{{ id }} {{ name }} {{ key }}\n"),
        ("two.txt.jinja", "a\n{{ id|own_filter }}\n"),
        ("three.txt.jinja", "{{ from_hook }}\n"),
        ("four.txt.jinja", "{% own %}\n"),
        ("five.txt.jinja", "{{ range(3)|random }}\n"),
    ]);
    assert_eq!(imported.code, 0, "{}", imported.err);
    let report: serde_json::Value = serde_json::from_str(&imported.out).unwrap();
    let items: Vec<String> = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| format!("{}:{} {}", item["file"].as_str().unwrap(), item["line"], item["what"]))
        .collect();
    let all = items.join("\n");
    for part in [
        "the task `git init` is not run",
        "1 migration is not run",
        "the extension `ext.py:Hook` is not loaded",
        "`_external_data` is empty",
        "`_message_after_copy` is not shown",
        "`id` has no default: it uses the filter `own_filter`",
        "`key` is not asked",
        "the answer to `name` is recorded as `template_name`",
        "the day that templates show",
        "two.txt.jinja:2 \"the file is left out: it uses the filter `own_filter`",
        "three.txt.jinja:1 \"the file is left out: it uses the variable `from_hook`",
        "four.txt.jinja:1 \"the file is left out: it uses the tag `own`",
        "five.txt.jinja:1 \"the file is left out: it uses the filter `random`",
    ] {
        assert!(all.contains(part), "{part} in\n{all}");
    }
    assert!(!all.contains("one.txt"), "{all}");
    let made = new(&folder, "demo", &["id=7", "template_name=mine", "today=2026-11-23"]);
    assert_eq!(made.code, 0, "{}", made.err);
    assert_eq!(text(&folder, "demo/one.txt"), "7 mine x\n");
    assert!(["two", "three", "four", "five"].iter().all(|name| !folder.join(&format!("demo/{name}.txt")).exists()));
}

#[test]
fn other_delimiters_an_empty_suffix_and_included_questions() {
    let (folder, imported) = import(&[
        (
            "copier.yml",
            "_templates_suffix: \"\"\n_envops: {block_start_string: \"[%\", block_end_string: \"%]\", variable_start_string: \"[[\", variable_end_string: \"]]\", undefined: jinja2.StrictUndefined, keep_trailing_newline: false}\n---\n!include parts/*.yml\n",
        ),
        ("parts/a.yml", "who: {type: str, default: me, choices: \"[% for c in ['me', 'you'] %]- [[ c ]]\\n[% endfor %]\"}\n"),
        ("[[ who ]]/x.txt", "{{ kept }} [[ who.title() ]]\n"),
        ("blob.bin", "\u{0}\u{1}"),
    ]);
    assert_eq!(imported.code, 0, "{}", imported.err);
    assert_eq!(new(&folder, "demo", &["who=you"]).code, 0);
    assert_eq!(text(&folder, "demo/you/x.txt"), "{{ kept }} You");
    assert_eq!(new(&folder, "other", &["who=they"]).code, 2);
}

#[test]
fn a_question_that_is_never_asked_follows_the_answers() {
    let (folder, _) = import(&[
        ("copier.yml", "who: {type: str, default: me}\nshout: {type: str, when: false, default: \"{{ who|upper }}\"}\n"),
        ("a.txt.jinja", "{{ shout }} one\n"),
    ]);
    assert_eq!(new(&folder, "demo", &["who=you"]).code, 0);
    assert_eq!(text(&folder, "demo/a.txt"), "YOU one\n");
}

#[test]
fn hostile_templates_end_in_an_error_and_write_nothing_outside() {
    for (config, path, body) in [
        ("a: {type: str, default: \"../../x\"}\n", "{{ a }}.txt.jinja", "x"),
        ("a: {type: str, default: /etc/x}\n", "{{ a }}/y.jinja", "x"),
        ("a: {type: str, default: x}\n", "z.txt.jinja", "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}"),
        ("a: {type: str, default: x}\n", "z.txt.jinja", "{{ 'x' * 999999999 }}"),
        ("a: {type: str, default: x}\n", "z.txt.jinja", "{% include '../../../../etc/passwd' %}"),
        ("a: {type: str, default: x}\n", "z.txt.jinja", "{% include 'z.txt.jinja' %}"),
        ("a: {type: str, default: \"{{ 'x' * 99999999 }}\"}\n", "z.txt.jinja", "x"),
        ("a: {type: yaml, default: &a [x]}\n_subdirectory: \"../..\"\n", "z.txt.jinja", "x"),
        ("a: {type: str, default: x}\n", ".git/hooks/{{ a }}.jinja", "x"),
        ("_exclude: [\"{{ 'a' * 9999999 }}\"]\na: x\n", "z.txt.jinja", "x"),
    ] {
        let (folder, imported) = import(&[("copier.yml", config), (path, body)]);
        let made = new(&folder, "demo", &[]);
        assert!(
            imported.code != 0 || made.code != 0 || std::fs::read_dir(folder.join("demo")).unwrap().count() <= 3,
            "{path} {body} {}",
            made.out
        );
        assert!(!imported.err.contains("panicked") && !made.err.contains("panicked"), "{}", made.err);
        assert!(!folder.join("x.txt").exists() && !folder.path().parent().unwrap().join("x.txt").exists());
    }
}

#[test]
fn no_path_of_this_machine_gets_into_a_road() {
    let folder = Folder::new();
    folder.write("work/service/copier.yml", "_answers_file: .answers.yml\nmood: {type: str, default: calm}\n");
    folder.write("work/service/{{ _copier_conf.answers_file }}.jinja", "{{ _copier_answers|to_nice_yaml -}}\n");
    let template = folder.join("work/service");
    let place = template.to_str().unwrap();
    let here = folder.path().to_str().unwrap();
    let import = |store: &str| folder.highroad(&["road", "import", place, "--into", store]).success();
    let told = |store: &str, source: &str| {
        for (name, bytes) in files(&folder.join(store)) {
            assert!(!String::from_utf8_lossy(&bytes).contains(here), "{name}");
        }
        folder.highroad(&["new", &format!("from-{store}"), "--road", store, "--yes", "--no-git"]).success();
        let answers = text(&folder, &format!("from-{store}/.answers.yml"));
        assert!(answers.contains(&format!("_src_path: {source}\n")), "{answers}");
        let version = support::names(&folder.join(store)).remove(0);
        let road = text(&folder, &format!("{store}/{version}/road.toml"));
        assert!(road.contains(&format!("publisher = \"{source}\"")) && road.contains(&format!("source = \"{source}\"")), "{road}");
    };
    import("plain");
    told("plain", "service");
    git(&template, &["init", "--quiet"]);
    git(&template, &["add", "--all"]);
    git(&template, &["commit", "--quiet", "--message", "one"]);
    git(&template, &["tag", "v1.0.0"]);
    let word = ["w0", "rd"].concat();
    git(&template, &["remote", "add", "origin", &format!("https://user:{word}@git.example.com/team/service.git")]);
    import("cloned");
    told("cloned", "https://git.example.com/team/service.git");
    assert!(import("cloned").err.contains("Nothing new"));
}

#[test]
fn one_rule_says_what_an_id_of_a_road_is() {
    let (folder, _) = import(&[("copier.yml", "mood: {type: str, default: calm}\n"), ("a.txt", "a\n")]);
    let run = |arguments: &str| folder.highroad(&arguments.split(' ').collect::<Vec<_>>());
    for bad in ["2fa-x", "root", "Acme"] {
        run(&format!("road import template --into other --id {bad}")).fails(2, &["road-id", "no id of a road"]);
        run(&format!("road init other --id {bad}")).fails(2, &["road-id", "no id of a road"]);
    }
    std::fs::rename(folder.join("template"), folder.join("2fa-x")).unwrap();
    run("road import 2fa-x").success();
    run("new demo --road road-2fa-x --yes --no-git").success();
    let version = support::names(&folder.join("store")).remove(0);
    let road = text(&folder, &format!("store/{version}/road.toml"));
    folder.write(&format!("store/{version}/road.toml"), &road.replace("id = \"template\"", "id = \"2fa-x\""));
    folder.highroad(&["new", "other", "--road", &format!("store/{version}"), "--yes"]).fails(2, &["road.toml", "no id of a road"]);
    assert!(!folder.join("other").exists());
}
