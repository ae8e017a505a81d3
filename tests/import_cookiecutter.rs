//! Templates of cookiecutter as roads: what a person gets from `road import` and then from `new`.
#![allow(clippy::unwrap_used, reason = "a test stops at what it does not expect")]
#![allow(clippy::disallowed_methods, reason = "tests look at files from outside")]

mod support;

use support::Folder;

/// A template that uses most of what the tool has. What a project of it holds was taken from cookiecutter 2.7.1.
fn template(folder: &Folder) {
    let files = [
        (
            "cookiecutter.json",
            r#"{
    "project_name": "My Ünusual Project",
    "slug": "{{ cookiecutter.project_name | slugify(separator='_') }}",
    "name": "{{ cookiecutter.slug }}-name",
    "licence": ["MIT", "{{ cookiecutter.slug }} licence"],
    "use_cli": true,
    "port": 8080,
    "empty": "",
    "owner": {"team": "{{ cookiecutter.project_name }} \"team\"", "size": 3, "on": false},
    "storage": [{"none": "none"}, {"s3": {"bucket": "b-{{ cookiecutter.slug }}"}}],
    "_copy_without_render": ["static/*", "*.tmpl"],
    "_private": [1, "x", null, true],
    "__upper": "{{ cookiecutter.slug | upper }}",
    "__prompts__": {"project_name": "What is it called?", "licence": {"__prompt__": "Which licence?", "MIT": "The MIT one"}}
}"#,
        ),
        ("hooks/post_gen_project.py", "import os\nif '{{ cookiecutter.use_cli }}' != 'True':\n    os.remove('src/cli.py')\n"),
        ("templates/header.txt", "Header of {{ cookiecutter.project_name }}\n"),
        (
            "{{cookiecutter.slug}}/README.md",
            "{% include 'header.txt' %}\n# {{ cookiecutter.project_name }} ({% now 'utc', '%Y' %})\n{% if cookiecutter.use_cli %}cli\n{% endif %}end\n\
             {{ cookiecutter.use_cli }} {{ cookiecutter.port }} {{ cookiecutter._private }} {{ cookiecutter.__upper }} {{ cookiecutter.name }}\n\
             {{ cookiecutter.owner }} {{ cookiecutter.owner.team }} [{{ cookiecutter.empty }}] {{ cookiecutter.licence }}\n{{ cookiecutter.storage }}\n\
             {{ cookiecutter.owner | jsonify }}\n{{ cookiecutter.slug.replace('_', '-').title() }}\n${{ '{{' }} github.sha }}\n{% raw %}{{ raw }}{% endraw %}\n",
        ),
        ("{{cookiecutter.slug}}/src/{{cookiecutter.slug}}/__init__.py", "NAME = '{{ cookiecutter.slug }}'"),
        ("{{cookiecutter.slug}}/src/{% if cookiecutter.use_cli %}cli.py{% endif %}", "print('{{ cookiecutter.slug }}')\r\nmore()\r\n"),
        ("{{cookiecutter.slug}}/static/{{ cookiecutter.slug }}.js", "let x = `{{ left alone }}`;\n"),
        ("{{cookiecutter.slug}}/page.tmpl", "{{ left alone }}\n"),
        ("{{cookiecutter.slug}}/logo.png", "{{ not read }}"),
        ("{{cookiecutter.slug}}/token.txt", "{{ random_ascii_string(12) }}\n"),
    ];
    for (path, text) in files {
        folder.write(&format!("template/{path}"), text);
    }
}

fn imported() -> Folder {
    let folder = Folder::new();
    template(&folder);
    folder.highroad(&["road", "import", "template", "--into", "store"]).success();
    folder
}

fn read(folder: &Folder, path: &str) -> String {
    String::from_utf8(std::fs::read(folder.join(path)).unwrap()).unwrap()
}

#[test]
fn a_project_is_what_the_tool_writes() {
    let folder = imported();
    folder.highroad(&["new", "churn", "--road", "store", "--yes", "--no-git", "--set", "today=2026-11-23"]).success();
    assert_eq!(
        read(&folder, "churn/README.md"),
        "Header of My Ünusual Project\n\n# My Ünusual Project (2026)\ncli\nend\n\
         True 8080 [1, 'x', None, True] MY_UNUSUAL_PROJECT my_unusual_project-name\n\
         {'team': 'My Ünusual Project \"team\"', 'size': '3', 'on': False} My Ünusual Project \"team\" [] MIT\n{'none': 'none'}\n\
         {\n    \"on\": false,\n    \"size\": \"3\",\n    \"team\": \"My \\u00dcnusual Project \\\"team\\\"\"\n}\nMy-Unusual-Project\n\
         ${{ github.sha }}\n{{ raw }}\n"
    );
    assert_eq!(read(&folder, "churn/src/my_unusual_project/__init__.py"), "NAME = 'my_unusual_project'");
    assert_eq!(read(&folder, "churn/src/cli.py"), "print('my_unusual_project')\r\nmore()\r\n");
    assert_eq!(read(&folder, "churn/static/my_unusual_project.js"), "let x = `{{ left alone }}`;\n");
    assert_eq!(read(&folder, "churn/page.tmpl"), "{{ left alone }}\n");
    assert_eq!(read(&folder, "churn/logo.png"), "{{ not read }}");
    assert!(!folder.join("churn/token.txt").exists());
}

#[test]
fn answers_change_what_the_defaults_of_later_questions_are() {
    let folder = imported();
    folder
        .highroad(&[
            "new",
            "churn",
            "--road",
            "store",
            "--yes",
            "--no-git",
            "--set",
            "project_name=Other",
            "--set",
            "use_cli=no",
            "--set",
            "licence=other licence",
            "--set",
            r#"storage={"s3": {"bucket": "b-other"}}"#,
            "--set",
            "template_name=given",
        ])
        .success();
    let readme = read(&folder, "churn/README.md");
    assert!(readme.contains("False 8080 [1, 'x', None, True] OTHER given\n"), "{readme}");
    assert!(readme.contains("other licence\n{'s3': {'bucket': 'b-other'}}\n"), "{readme}");
    assert!(!folder.join("churn/src/cli.py").exists());
    let lock = read(&folder, "churn/highroad.toml");
    assert!(lock.contains("slug = \"other\"") && lock.contains("__upper = \"OTHER\"") && lock.contains("name = \"churn\""), "{lock}");
}

#[test]
fn an_answer_that_the_template_does_not_offer_is_refused() {
    let folder = imported();
    let refused = folder.highroad(&["new", "churn", "--road", "store", "--yes", "--no-git", "--set", "licence=GPL"]);
    refused.fails(2, &[]);
    assert!(!folder.join("churn").exists());
}

#[test]
fn the_report_names_what_is_not_portable() {
    let folder = imported();
    let report = read(&folder, "store/IMPORT.md");
    for part in [
        "`hooks/post_gen_project.py`",
        "after the files are written: it removes files",
        "`{{cookiecutter.slug}}/token.txt`:1: the file is left out: it uses the function `random_ascii_string`",
        "the answer to `name` is recorded as `template_name`",
    ] {
        assert!(report.contains(part), "{part}\n{report}");
    }
}

#[test]
fn nothing_of_a_template_is_run_and_no_name_leaves_the_project() {
    let folder = Folder::new();
    folder.write("template/cookiecutter.json", r#"{"slug": "x", "up": "../../out"}"#);
    folder.write("template/hooks/pre_gen_project.sh", "touch ran\n");
    folder.write("template/hooks/pre_prompt.py", "open('ran', 'w')\n");
    folder.write("template/{{cookiecutter.slug}}/{{cookiecutter.up}}", "out");
    folder.highroad(&["road", "import", "template", "--into", "store"]).success();
    let refused = folder.highroad(&["new", "churn", "--road", "store", "--yes", "--no-git"]);
    refused.fails(2, &[]);
    assert_eq!(folder.names(), ["store", "template"]);
}

#[test]
fn every_nested_template_becomes_a_kind() {
    let folder = Folder::new();
    folder.write(
        "template/cookiecutter.json",
        r#"{"templates": {"lib": {"path": "./lib", "title": "A library", "description": "For others"}, "app": {"path": "./app", "title": "An app"}}}"#,
    );
    for kind in ["lib", "app"] {
        folder.write(&format!("template/{kind}/cookiecutter.json"), r#"{"slug": "x"}"#);
        folder.write(&format!("template/{kind}/{{{{cookiecutter.slug}}}}/{kind}.txt"), "{{ cookiecutter.slug }}\n");
    }
    folder.highroad(&["road", "import", "template", "--into", "store"]).success();
    for kind in ["lib", "app"] {
        folder.highroad(&["new", &format!("my-{kind}"), "--kind", kind, "--road", "store", "--yes", "--no-git"]).success();
        assert_eq!(read(&folder, &format!("my-{kind}/{kind}.txt")), "x\n");
    }
}

#[test]
fn a_broken_template_is_refused_and_nothing_is_written() {
    for (json, why) in [
        ("{", "EOF"),
        ("[]", "an object"),
        (r#"{"a": []}"#, "empty"),
        (r#"{"templates": {"a": {"path": "../.."}}}"#, "no folder of the template"),
        (r#"{"templates": {"a": {"path": "."}}}"#, "deeper than"),
        (r#"{"slug": "x"}"#, "no folder whose name"),
    ] {
        let folder = Folder::new();
        folder.write("template/cookiecutter.json", json);
        let refused = folder.highroad(&["road", "import", "template", "--into", "store"]);
        assert!(refused.err.contains(why), "{json}: {}", refused.err);
        refused.fails(2, &[]);
        assert_eq!(folder.names(), ["template"], "{json}");
    }
}
