//! What somebody wrote is not lost, whatever Highroad was about to do there; what came with a project is not believed.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/mod.rs"]
mod support;

use std::os::unix::fs::PermissionsExt as _;

use highroad::ops::resolve::{Choice, Session};
use highroad::plan::transaction;
use highroad::repo::project::ProjectFiles;
use scenario::{More, Scenario, texts, twenty};
use support::{Folder, files, git};

/// A template with a tag.
fn template(folder: &Folder) {
    folder.write("t/cargo-generate.toml", "");
    folder.write("t/a.txt", "{{project-name}}\n");
    git(&folder.join("t"), &["init", "-q"]);
    tag(folder, "v1.0.0");
}

fn tag(folder: &Folder, name: &str) {
    for arguments in [&["add", "-A"][..], &["-c", "user.name=A", "-c", "user.email=a@b.test", "commit", "-qm", "x"], &["tag", name]] {
        git(&folder.join("t"), arguments);
    }
}

#[test]
fn an_import_leaves_what_others_put_into_the_store() {
    let folder = Folder::new();
    template(&folder);
    for (path, text) in [("index.toml", ""), ("notes.txt", "mine\n"), (".git/HEAD", "ref: refs/heads/main\n")] {
        folder.write(&format!("store/{path}"), text);
    }
    let before = files(&folder.join("store"));
    folder.highroad(&["road", "import", "t", "--into", "store"]).fails(2, &["error[store]", "--into"]);
    assert!(files(&folder.join("store")) == before && folder.join("store/.git/HEAD").exists());

    std::fs::create_dir(folder.join("empty")).unwrap();
    folder.highroad(&["road", "import", "t", "--into", "empty"]).success();
    let names = support::names(&folder.join("empty"));
    let version = names.iter().find(|name| name.ends_with(".0")).unwrap();
    let next = format!("{}.1", version.rsplit_once('.').unwrap().0);
    folder.write("t/a.txt", "{{project-name}} again\n");
    tag(&folder, "v1.1.0");
    folder.write(&format!("empty/{next}/mine.txt"), "mine\n");
    let before = files(&folder.join("empty"));
    folder.highroad(&["road", "import", "t", "--into", "empty"]).fails(2, &["error[store]", &next]);
    assert!(files(&folder.join("empty")) == before);

    // What an import that was stopped left there is what this one would write.
    std::fs::remove_file(folder.join(&format!("empty/{next}/mine.txt"))).unwrap();
    folder.highroad(&["road", "import", "t", "--into", "empty"]).success();
    let index = std::fs::read_to_string(folder.join("empty/index.toml")).unwrap();
    let stopped = index.split_inclusive("[[version]]").take(2).collect::<String>();
    let cut = stopped.strip_suffix("[[version]]").unwrap();
    std::fs::write(folder.join("empty/index.toml"), cut).unwrap();
    folder.highroad(&["road", "import", "t", "--into", "empty"]).success();
    assert_eq!(std::fs::read_to_string(folder.join("empty/index.toml")).unwrap(), index);
}

/// A project in which lines 4 and 16 of `a.txt` were edited by both.
fn conflicted(more: &[&str]) -> Scenario {
    let both = |by: &str| twenty().replace("line 4\n", &format!("{by} 4\n")).replace("line 16\n", &format!("{by} 16\n"));
    let s = Scenario::empty();
    s.publish(&texts(&[("a.txt", &twenty())]), &More::default());
    s.start(more);
    s.write("a.txt", both("mine"));
    if more.is_empty() {
        s.commit();
    }
    s.publish(&texts(&[("a.txt", &both("road"))]), &More::default());
    assert_eq!(s.upgrade(&[]).code, 1);
    s
}

fn opened(s: &Scenario) -> Session {
    Session::open(&s.project()).unwrap().unwrap()
}

#[test]
fn a_line_that_is_written_while_a_choice_waits_is_not_overwritten() {
    for more in [&[][..], &["--no-git"]] {
        let s = conflicted(more);
        for choices in [vec![Choice::Road; 2], vec![Choice::Road, Choice::Leave]] {
            let session = opened(&s);
            s.edit("a.txt", "line 1\n", "line 1 and by hand\n");
            let before = s.state();
            assert_eq!(session.settle(&[(0, choices.clone())]).unwrap_err().code, "changed");
            assert!(s.state() == before, "{choices:?}");
            s.edit("a.txt", "line 1 and by hand\n", "line 1\n");
        }
    }
}

#[test]
fn what_is_settled_in_part_is_settled_as_a_whole_or_not_at_all() {
    for more in [&[][..], &["--no-git"]] {
        let s = conflicted(more);
        let session = opened(&s);
        let records = s.read("highroad.lock");
        s.write("highroad.lock", format!("{records}\n# mine\n"));
        let before = s.state();
        assert_eq!(session.settle(&[(0, vec![Choice::Road, Choice::Leave])]).unwrap_err().code, "changed");
        assert!(s.state() == before);
        s.write("highroad.lock", records);
        assert_eq!(opened(&s).settle(&[(0, vec![Choice::Road, Choice::Leave])]).unwrap(), 1);
        let rest = opened(&s);
        assert_eq!((rest.files.len(), rest.files[0].conflicts.len()), (1, 1));
        assert!(s.read("a.txt").contains("\nroad 4\n") && s.read("highroad.lock").contains("[[resolution]]"));
        assert_eq!(rest.settle(&[(0, vec![Choice::Yours])]).unwrap(), 1);
        assert_eq!(s.read("a.txt"), twenty().replace("line 4\n", "road 4\n").replace("line 16\n", "mine 16\n"));
        s.run(&["resolve", "--commit"]).success();
        s.run(&["undo"]).success();
        assert!(s.read("a.txt").contains("\nmine 4\n"));
    }
}

#[test]
fn a_heading_is_not_taken_for_a_marker() {
    let row = |sign: &str, times: usize| format!("{}\n", sign.repeat(times));
    let plain = |middle: String| twenty().replace("line 7\n", &middle);
    let toml = |middle: String| format!("[a]\nx = 1\ntext = \"\"\"\n{middle}\"\"\"\n\n[b]\ny = 2\n");
    let python = |middle: String| format!("import os\n\nTEXT = \"\"\"\n{middle}\"\"\"\n");
    let headed = |frame: &dyn Fn(String) -> String| {
        let base = frame(format!("Install\n{}", row("=", 7)));
        [base, frame(format!("Set up\n{}", row("=", 6))), frame(format!("Install it\n{}", row("=", 10)))]
    };
    let marked = |frame: &dyn Fn(String) -> String| {
        let base = frame(format!("{}a\n{}b\n{}", row("<", 7), row("=", 7), row(">", 8)));
        [base, frame(format!("{}mine\n", row("|", 9))), frame(format!("{}road\n{}", row("=", 9), row(">", 7)))]
    };
    let cases = [
        ("a.rst", headed(&plain)),
        ("b.txt", marked(&plain)),
        ("a.toml", headed(&toml)),
        ("b.toml", marked(&toml)),
        ("a.py", headed(&python)),
    ];
    for (path, [base, mine, road]) in cases {
        for (side, wanted) in [("road", &road), ("yours", &mine)] {
            let s = Scenario::of(&texts(&[(path, &base)]));
            s.write(path, &mine);
            s.commit();
            s.publish(&texts(&[(path, &road)]), &More::default());
            assert_eq!(s.upgrade(&[]).code, 1, "{path}");
            s.run(&["resolve", "--take", side, "--commit"]).success();
            assert_eq!(s.read(path), *wanted, "{path} {side}");
        }
    }
}

#[test]
fn a_conflicted_file_that_is_edited_in_place_comes_back() {
    for more in [&[][..], &["--no-git"]] {
        let s = Scenario::empty();
        s.publish(&texts(&[("c.bin", "\0base")]), &More::default());
        s.start(more);
        s.write("c.bin", "\0mine");
        if more.is_empty() {
            s.commit();
        }
        s.publish(&texts(&[("c.bin", "\0road")]), &More::default());
        assert_eq!(s.upgrade(&[]).code, 1);
        s.write("c.bin", "\0half of my work");
        s.run(&["undo"]).success();
        assert_eq!(s.bytes("c.bin"), b"\0mine");
    }
}

fn choice(key: &str) -> String {
    let choices = "[{ value = \"small\", label = \"Small\" }, { value = \"large\", label = \"Large\" }]";
    format!(
        "[[question]]\nkey = \"{key}\"\nask = \"Which?\"\nhelp = \"One.\"\ntype = \"choice\"\ndefault = \"small\"\nchoices = {choices}\n"
    )
}

fn renamed(questions: &str, answers: &[&str], edit: impl Fn(&Scenario)) -> Scenario {
    let s = Scenario::empty();
    let file = texts(&[("a.txt.jinja", "{@ name @}\n")]);
    s.publish(&file, &More { questions: questions.to_owned(), ..More::default() });
    s.start(answers);
    edit(&s);
    s.commit();
    let road = "[[migration]]\nversion = \"2026.1.1\"\nwhy = \"It says more.\"\nrename-answer = { from = \"size\", to = \"scale\" }\n";
    let new = More { questions: choice("scale"), road: road.to_owned(), ..More::default() };
    s.publish(&texts(&[("a.txt.jinja", "{@ name @} {@ scale @}\n")]), &new);
    s.upgrade(&[]).success();
    s
}

#[test]
fn an_answer_that_was_given_stands_and_a_renamed_one_keeps_its_comment() {
    let both = format!("{}{}", choice("size"), choice("scale"));
    let s = renamed(&both, &["--set", "size=large", "--set", "scale=small"], |s| {
        s.edit("highroad.toml", "scale = \"small\"", "scale = \"small\" # by the team");
    });
    let config = s.read("highroad.toml");
    assert!(config.contains("scale = \"small\" # by the team\n") && !config.contains("size ="), "{config}");
    assert_eq!(s.read("a.txt"), "demo small\n");

    let s = renamed(&choice("size"), &["--set", "size=large"], |s| {
        s.edit("highroad.toml", "size = \"large\"\n", "# Agreed with finance.\nsize   = \"large\" # for now\n");
    });
    let config = s.read("highroad.toml");
    assert!(config.contains("# Agreed with finance.\nscale   = \"large\" # for now\n"), "{config}");
    assert_eq!(s.read("a.txt"), "demo large\n");
}

/// A journal that a project brings along: a file is to come back in a folder.
fn journal(path: &str, mode: u32) -> String {
    let digest = highroad::base::digest::Digest::of(b"evil\n");
    let folder = path.rsplit_once('/').map_or("x", |(folder, _)| folder);
    format!(
        r#"{{"format":1,"command":"upgrade","prefix":"","ends":"record","files":[{{"path":"{path}","before":{{"link":false,"mode":{mode},"digest":"{digest}"}},"after":null}}],"folders":[{{"path":"{folder}","before":{mode},"after":null}}],"git":null,"conflicts":[],"open":null,"message":""}}"#
    )
}

#[test]
fn a_journal_that_came_with_a_project_gives_no_special_rights() {
    let folder = Folder::new();
    folder.write("highroad.toml", "\n");
    folder.write(".highroad/open/journal.json", &journal("bin/tool", 0o7755));
    folder.write(".highroad/open/old/0", "evil\n");
    folder.highroad(&["status"]);
    for path in ["bin", "bin/tool"] {
        let mode = std::fs::metadata(folder.join(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o755, "{path} {mode:o}");
    }
}

#[test]
fn a_journal_that_came_with_a_project_names_no_spelling_of_a_folder_that_is_not_its_own() {
    for path in [
        "C:evil",
        ".git./x",
        ".git /hooks/x",
        ".git::$INDEX_ALLOCATION/x",
        ".g\u{200c}it/x",
        "a/.GIT. ./x",
        "git~1/x",
        ".highroad./x",
        ".Highroad /x",
        ".highro\u{feff}ad/x",
    ] {
        let folder = Folder::new();
        folder.write("highroad.toml", "\n");
        folder.write(".highroad/open/journal.json", &journal(path, 0o644));
        folder.write(".highroad/open/old/0", "evil\n");
        let error = transaction::recover(folder.path()).map(|_| ()).unwrap_err();
        assert_eq!(error.code, "record", "{path}");
    }
}

#[test]
fn a_repository_with_its_git_folder_elsewhere_is_one() {
    let folder = Folder::new();
    folder.write("p/kept.txt", "kept\n");
    folder.write("p/.gitignore", "*.local\n");
    folder.write("p/mine.local", "mine\n");
    git(folder.path(), &["init", "-q", "--separate-git-dir", "elsewhere", "p"]);
    folder.write("p/forced.local", "forced\n");
    git(&folder.join("p"), &["add", "-A"]);
    git(&folder.join("p"), &["add", "--force", "forced.local"]);
    let root = folder.join("p").canonicalize().unwrap();
    let listed = ProjectFiles::list(&root, ["mine.local"]).unwrap();
    assert!(listed.git && listed.has("kept.txt") && listed.has("forced.local") && listed.is_ignored("mine.local"));
    let id = git(&root, &["rev-parse", ":kept.txt"]);
    assert_eq!(highroad::repo::project::blobs(&root, &[id.trim()], 100)[id.trim()], b"kept\n");
}

#[test]
fn one_line_that_ends_as_on_windows_leaves_the_others_as_they_are() {
    let settings = "[a]\nx = 1\n\n[b]\ny = 2\n";
    let s = Scenario::of(&texts(&[("set.toml", settings)]));
    s.edit("set.toml", "\n\n[b]\n", "\n\n# mine\r\n[b]\n");
    s.edit("highroad.toml", "[road]\n", "# mine\r\n[road]\n");
    s.commit();
    let before = s.read("highroad.toml");
    let road = "[[migration]]\nversion = \"2026.1.1\"\nwhy = \"It is better.\"\nset = { file = \"set.toml\", key = \"a.z\", value = 3 }\n";
    let new = More { questions: choice("size"), road: road.to_owned(), ..More::default() };
    s.publish(&texts(&[("set.toml", &settings.replace("x = 1\n", "x = 1\nz = 3\n"))]), &new);
    s.upgrade(&[]).success();
    assert_eq!(s.read("set.toml"), "[a]\nx = 1\nz = 3\n\n# mine\r\n[b]\ny = 2\n");
    let after = s.read("highroad.toml");
    assert_eq!(after.replace("size = \"small\"\n", ""), before.replace("2026.1.0", "2026.1.1"));
}
