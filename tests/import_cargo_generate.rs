//! `highroad road import` of cargo-generate templates, end to end.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;

use support::Folder;

const SETTINGS: &str = r#"[template]
cargo_generate_version = ">=0.10"
exclude = ["logo.bin", "raw/*"]
ignore = ["notes"]

[placeholders.flavour]
prompt = "Which kind?"
type = "string"
choices = ["app", "service"]
default = "app"

[placeholders.logging]
prompt = "Log?"
type = "bool"
default = false

[placeholders.features]
prompt = "Features?"
type = "array"
choices = ["a", "b"]
default = ["b"]

[conditional.'flavour == "service"'.placeholders.port]
prompt = "Port?"
type = "string"
default = "8080"
regex = "^[0-9]+$"

[conditional.'!logging && flavour != "service"']
ignore = ["src/log.rs"]

[conditional.'system::command("ls")']
ignore = ["src"]

[hooks]
pre = ["setup.rhai"]
"#;

fn template(folder: &Folder) {
    folder.write("t/cargo-generate.toml", SETTINGS);
    folder.write("t/setup.rhai", "variable::set(\"x\", \"y\");");
    folder.write("t/notes/todo.md", "no");
    folder.write("t/Cargo.toml", "[package]\nname = \"{{project-name}}\"\nauthors = [\"{{authors}}\"]\n");
    folder.write("t/README.md", "plain");
    folder.write("t/README.md.liquid", "# {{ project-name | title_case }} ${{ crate_name }}{{missing}}\r\n");
    folder.write("t/src/{{crate_name}}.rs", "// {% for f in features %}[{{f}}]{% endfor %}{% if port %} {{port}}{% endif %}\n");
    folder.write("t/src/log.rs", "log\n");
    folder.write("t/raw/x.txt", "{{ project-name }}");
    std::fs::write(folder.join("t/logo.bin"), [0xff, 0xfe, b'{', b'{']).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.join("t/link")).unwrap();
}

fn git(folder: &Folder, arguments: &[&str], day: &str) {
    let mut command = folder.command("git");
    command.arg("-C").arg(folder.join("t")).args(["-c", "user.name=A", "-c", "user.email=a@example.com"]).args(arguments);
    assert!(command.env("GIT_COMMITTER_DATE", day).env("GIT_AUTHOR_DATE", day).output().unwrap().status.success(), "{arguments:?}");
}

fn read(folder: &Folder, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn a_template_becomes_a_road_and_projects_get_what_the_tool_would_write() {
    let folder = Folder::new();
    template(&folder);
    folder.highroad(&["road", "import", "t", "--into", "store"]).success();
    let report = read(&folder, "store/IMPORT.md");
    for told in [
        "the hook sets `x`, which is missing here",
        "the pre hook `setup.rhai` is not run",
        "system::command",
        "the link `link` is left out",
    ] {
        assert!(report.contains(told), "{told}: {report}");
    }
    let new = |name: &str, answers: &[&str]| {
        let mut arguments = vec![
            "new",
            name,
            "--road",
            "store",
            "--yes",
            "--no-git",
            "--set",
            "project-name=myApp",
            "--set",
            "username=Ann",
            "--set",
            "author-email=a@example.com",
        ];
        arguments.extend(answers.iter().flat_map(|answer| ["--set", answer]));
        folder.highroad(&arguments).success();
    };
    new("one", &[]);
    assert_eq!(read(&folder, "one/Cargo.toml"), "[package]\nname = \"my-app\"\nauthors = [\"Ann <a@example.com>\"]\n");
    assert_eq!(read(&folder, "one/README.md"), "# My App $my_app\r\n");
    assert_eq!(read(&folder, "one/src/my_app.rs"), "// [b]\n");
    assert_eq!(read(&folder, "one/raw/x.txt"), "{{ project-name }}");
    assert_eq!(std::fs::read(folder.join("one/logo.bin")).unwrap(), [0xff, 0xfe, b'{', b'{']);
    for gone in ["src/log.rs", "notes", "setup.rhai", "cargo-generate.toml", "link", "README.md.liquid"] {
        assert!(!folder.join("one").join(gone).exists(), "{gone}");
    }
    new("two", &["flavour=service", "port=99", "features=[\"a\", \"b\"]"]);
    assert_eq!(read(&folder, "two/src/my_app.rs"), "// [a][b] 99\n");
    assert!(folder.join("two/src/log.rs").exists());
    let wrong = folder.highroad(&["new", "three", "--road", "store", "--yes", "--no-git", "--set", "flavour=service", "--set", "port=x"]);
    assert_eq!(wrong.code, 2);
}

#[test]
fn tags_become_versions_and_a_second_import_adds_only_what_is_new() {
    let folder = Folder::new();
    folder.write("t/cargo-generate.toml", "");
    folder.write("t/a.txt", "{{project-name}} 1\n");
    git(&folder, &["init", "-q"], "2026-03-01T00:00:00Z");
    for (tag, day, text) in
        [("v1.0.0", "2026-03-02T00:00:00Z", "1"), ("v1.1.0-rc.1", "2026-03-03T00:00:00Z", "2"), ("v1.1.0", "2026-04-01T00:00:00Z", "3")]
    {
        folder.write("t/a.txt", &format!("{{{{project-name}}}} {text}\n"));
        git(&folder, &["add", "-A"], day);
        git(&folder, &["commit", "-q", "-m", "x"], day);
        git(&folder, &["tag", tag], day);
    }
    git(&folder, &["tag", "latest"], "2026-04-01T00:00:00Z");
    folder.highroad(&["road", "import", "t", "--into", "store"]).success();
    let names = support::names(&folder.join("store"));
    assert_eq!(names, ["2026.3.0", "2026.3.1", "2026.4.0", "IMPORT.md", "index.toml"]);
    assert!(read(&folder, "store/2026.3.1/road.toml").contains("channel = \"canary\""));
    assert!(read(&folder, "store/2026.4.0/road.toml").contains("tag = \"v1.1.0\""));
    folder.highroad(&["new", "demo", "--road", "store", "--yes", "--no-git"]).success();
    assert_eq!(read(&folder, "demo/a.txt"), "demo 3\n");
    let before = read(&folder, "store/index.toml");
    folder.highroad(&["road", "import", "t", "--into", "store", "--id", "t"]).success();
    assert_eq!(read(&folder, "store/index.toml"), before);
    folder.write("t/a.txt", "4\n");
    git(&folder, &["commit", "-qam", "x"], "2026-04-05T00:00:00Z");
    git(&folder, &["tag", "v1.2.0"], "2026-04-05T00:00:00Z");
    folder.highroad(&["road", "import", "t", "--into", "store"]).success();
    assert!(folder.join("store/2026.4.1/road.toml").exists());
    assert!(folder.highroad(&["road", "import", "t", "--into", "t"]).code == 2);
}

#[test]
fn a_release_counts_before_its_candidate_on_the_same_commit() {
    let folder = Folder::new();
    folder.write("t/cargo-generate.toml", "");
    folder.write("t/a.txt", "1\n");
    let day = "2026-03-02T00:00:00Z";
    git(&folder, &["init", "-q"], day);
    git(&folder, &["add", "-A"], day);
    git(&folder, &["commit", "-q", "-m", "x"], day);
    for tag in ["v1", "v1.0.0-rc.1", "v1.0.0", "v1.0.0-rc.12"] {
        git(&folder, &["tag", tag], day);
    }
    folder.highroad(&["road", "import", "t", "--into", "store"]).success();
    let road = read(&folder, "store/2026.3.0/road.toml");
    assert!(road.contains("tag = \"v1.0.0\"") && !road.contains("canary"), "{road}");
    folder.highroad(&["new", "demo", "--road", "store", "--yes", "--no-git"]).success();
}

const OWN_NAMES: &str = "[placeholders.kind]\nprompt = \"Which?\"\ntype = \"string\"\nchoices = [\"app\", \"lib\"]\ndefault = \"app\"\n\
                         [placeholders.host]\nprompt = \"Host?\"\ntype = \"string\"\ndefault = \"h\"\n";

#[test]
fn placeholders_called_kind_and_host_are_answered() {
    let folder = Folder::new();
    folder.write("t/cargo-generate.toml", OWN_NAMES);
    folder.write("t/a.txt", "{{project-name}} {{kind}} {{host}}\n");
    folder.highroad(&["road", "import", "t", "--into", "store"]).success();
    let new = |name: &str, more: &[&str]| folder.highroad(&[&["new", name, "--road", "store", "--yes"], more].concat());
    new("one", &["--set", "kind=lib", "--set", "host=here", "--kind", "t", "--save-answers", "one.toml"]).success();
    assert_eq!(read(&folder, "one/a.txt"), "one lib here\n");
    let said = support::git(&folder.join("one"), &["log", "-1", "--format=%s"]);
    assert_eq!(said, "Start one on the paved road\n");
    new("two", &["--answers", "one.toml", "--set", "project-name=two"]).success();
    assert_eq!(read(&folder, "two/a.txt"), "two lib here\n");
    new("three", &["--set", "kind=none"]).fails(2, &["invalid-answer", "`kind`"]);
    new("four", &["--kind", "none"]).fails(2, &["unknown-kind", "--kind"]);
    for (path, text) in [("c/copier.yml", "kind: {type: str, default: k}\n"), ("c/a.txt.jinja", "{{ kind }}\n")] {
        folder.write(path, text);
    }
    folder.write("k/cookiecutter.json", "{\"kind\": \"k\"}");
    folder.write("k/{{cookiecutter.kind}}/a.txt", "{{cookiecutter.kind}}\n");
    for template in ["c", "k"] {
        folder.highroad(&["road", "import", template, "--into", &format!("{template}-store")]).success();
        let road = format!("{template}-store");
        folder.highroad(&["new", &format!("{template}-made"), "--road", &road, "--yes", "--no-git", "--set", "kind=mine"]).success();
        assert_eq!(read(&folder, &format!("{template}-made/a.txt")), "mine\n");
    }
}

/// A bare repository with two tags, and its address.
fn bare(folder: &Folder) -> String {
    folder.write("t/cargo-generate.toml", "");
    git(folder, &["init", "-q", "-b", "trunk"], "2026-03-01T00:00:00Z");
    for (tag, day) in [("v1.0.0", "2026-03-02T00:00:00Z"), ("v1.1.0", "2026-04-01T00:00:00Z")] {
        folder.write("t/a.txt", &format!("{{{{project-name}}}} {tag}\n"));
        git(folder, &["add", "-A"], day);
        git(folder, &["commit", "-q", "-m", "x"], day);
        git(folder, &["tag", "-a", "-m", "x", tag], day);
    }
    folder.write("t/a.txt", "later\n");
    git(folder, &["commit", "-qam", "x"], "2026-05-01T00:00:00Z");
    git(folder, &["clone", "-q", "--bare", ".", "../bare.git"], "2026-05-01T00:00:00Z");
    format!("file://{}", folder.join("bare.git").display())
}

#[test]
fn a_template_at_an_address_is_imported_as_a_clone_is() {
    let folder = Folder::new();
    let url = bare(&folder);
    let home = folder.join(".home/.local/share/highroad/import");
    folder.highroad(&["road", "import", &format!("git+{url}"), "--into", "store"]).success();
    assert_eq!(support::names(&folder.join("store")), ["2026.3.0", "2026.4.0", "IMPORT.md", "index.toml"]);
    assert!(support::names(&home).is_empty(), "what was fetched is gone");
    let commit = support::git(&folder.join("t"), &["rev-parse", "v1.1.0^{commit}"]);
    let road = read(&folder, "store/2026.4.0/road.toml");
    // The address of a repository on this machine holds a path of it: the name is told.
    for word in ["source = \"bare\"".to_owned(), "tag = \"v1.1.0\"".to_owned(), format!("commit = \"{}\"", commit.trim())] {
        assert!(road.contains(&word), "{word}: {road}");
    }
    assert!(road.contains("id = \"bare\""), "{road}");
    // But for the address, the files are those of a local clone.
    folder.highroad(&["road", "import", "bare.git", "--into", "near"]).success();
    for file in ["kinds/bare/kind.toml", "kinds/bare/files/a.txt"] {
        assert_eq!(read(&folder, &format!("store/2026.4.0/{file}")), read(&folder, &format!("near/2026.4.0/{file}")), "{file}");
    }
    folder.highroad(&["new", "demo", "--road", "store", "--yes", "--no-git"]).success();
    assert_eq!(read(&folder, "demo/a.txt"), "demo v1.1.0\n");
    // One branch, and a second import, which adds what is new.
    folder.highroad(&["road", "import", &url, "--ref", "trunk", "--into", "trunk"]).success();
    assert!(read(&folder, "trunk/2026.5.0/kinds/bare/files/a.txt").contains("later"));
    git(&folder, &["tag", "v1.2.0"], "2026-05-01T00:00:00Z");
    git(&folder, &["push", "-q", "../bare.git", "v1.2.0"], "2026-05-01T00:00:00Z");
    folder.highroad(&["road", "import", &url, "--into", "store"]).success();
    assert!(folder.join("store/2026.5.0/road.toml").exists());
}

#[test]
fn an_address_that_cannot_be_had_leaves_nothing() {
    let folder = Folder::new();
    let url = bare(&folder);
    for (address, code, word) in [
        (format!("{url}x"), 3, "git-fetch"),
        ("http://127.0.0.1:9/t.git".to_owned(), 2, "template-url"),
        ("ext::sh -c true".to_owned(), 2, "template-url"),
        ("https://token@127.0.0.1/t.git".to_owned(), 2, "template-url"),
    ] {
        folder.highroad(&["road", "import", &address, "--into", "store"]).fails(code, &[word]);
    }
    folder.highroad(&["road", "import", &url, "--ref", "none", "--into", "store"]).fails(2, &["revision", &url]);
    assert!(!folder.join("store").exists());
    // Settings of a person that would lead git to another program are not followed.
    let mark = folder.join("ran");
    let settings = format!("[url \"ext::sh -c touch% {}% \"]\n\tinsteadOf = {url}\n[protocol \"ext\"]\n\tallow = always\n", mark.display());
    folder.write(".home/.gitconfig", &settings);
    folder.highroad(&["road", "import", &url, "--into", "store"]).fails(3, &["git-fetch"]);
    assert!(!mark.exists() && !folder.join("store").exists());
}

#[test]
fn a_second_import_keeps_what_the_first_one_reported() {
    let folder = Folder::new();
    template(&folder);
    let day = "2026-03-02T00:00:00Z";
    git(&folder, &["init", "-q"], day);
    git(&folder, &["add", "-A"], day);
    git(&folder, &["commit", "-q", "-m", "x"], day);
    git(&folder, &["tag", "v1.0.0"], day);
    folder.highroad(&["road", "import", "t", "--into", "store"]).success();
    git(&folder, &["rm", "-q", "setup.rhai"], day);
    folder.write("t/cargo-generate.toml", "");
    git(&folder, &["commit", "-qam", "x"], "2026-04-02T00:00:00Z");
    git(&folder, &["tag", "v1.1.0"], "2026-04-02T00:00:00Z");
    folder.highroad(&["road", "import", "t", "--into", "store"]).success();
    let report = read(&folder, "store/IMPORT.md");
    for word in ["| 2026.3.0 |", "| 2026.4.0 |", "setup.rhai"] {
        assert!(report.contains(word), "{word}: {report}");
    }
    let again = folder.highroad(&["road", "import", "t", "--into", "store", "--json"]).success();
    assert!(again.out.contains("\"tool\": \"cargo-generate\""), "{}", again.out);
    assert_eq!(read(&folder, "store/IMPORT.md"), report);
}
