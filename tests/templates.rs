//! A road from a folder: both engines in one road, layers, conditions, names; and roads that mean harm.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;

use highroad::ops::road::release::freeze;
use support::Folder;

/// A small road with one kind on two layers; `files` are added to the kind.
fn road(folder: &Folder, files: &[(&str, &str)]) {
    folder.write("road/road.toml", "schema = 1\nid = \"tiny\"\npublisher = \"Tests\"\ntitle = \"A tiny road\"\nversion = \"2026.1.0\"\nreleased = \"2026-01-01\"\nsupported-until = \"2027-01-01\"\nupgrades-from = []\nkinds = [\"app\"]\nlayers = [\"base\", \"ci\"]\n");
    folder.write(
        "road/questions.toml",
        "[[question]]\nkey = \"name\"\nask = \"Name?\"\nhelp = \"The name.\"\ntype = \"name\"\ndefault = \"tiny\"\n\
         [[question]]\nkey = \"host\"\nask = \"Host?\"\nhelp = \"The host.\"\ntype = \"choice\"\ndefault = \"github\"\nchoices = [{ value = \"github\", label = \"GitHub\" }, { value = \"none\", label = \"none\" }]\n\
         [[question]]\nkey = \"purpose\"\nask = \"Why?\"\nhelp = \"Why.\"\ntype = \"text\"\ndefault = \"Because.\"\n",
    );
    let part = |title: &str, extra: &str| {
        format!("title = \"{title}\"\n{extra}[[file]]\npath = \"**\"\nwhy = \"It belongs.\"\nownership = \"merged\"\n")
    };
    folder.write("road/layers/base/layer.toml", &part("Base", ""));
    folder
        .write("road/layers/base/files/README.md.jinja", "# {@ name @}\n{% if host == \"github\" %}\non ${{ github.sha }}\n{% endif %}\n");
    folder.write("road/layers/base/files/{@ package @}/main.txt", "copied {@ as it is @}\n");
    folder.write("road/layers/ci/layer.toml", &part("CI", "when = \"host == 'github'\"\n"));
    folder.write(
        "road/layers/ci/files/ci.yml.liquid",
        "name: {{ name | shouty_snake_case }}\nrun: ${{ github.sha }}\nwhy: {{ labels.host }}\n",
    );
    folder.write("road/kinds/app/kind.toml", &part("App", "layers = [\"base\", \"ci\"]\n"));
    folder.write("road/kinds/app/files/app.txt", "app\n");
    for (path, text) in files {
        folder.write(&format!("road/kinds/app/files/{path}"), text);
    }
}

fn new(folder: &Folder, more: &[&str]) -> support::Run {
    folder.highroad(&[&["new", "my-app", "--road", "road", "--yes"], more].concat())
}

#[test]
fn both_engines_layers_conditions_and_names_work_in_one_road() {
    let folder = Folder::new();
    road(&folder, &[]);
    new(&folder, &[]).success();
    let read = |path: &str| std::fs::read_to_string(folder.join(path)).unwrap();
    assert_eq!(read("my-app/README.md"), "# my-app\non ${{ github.sha }}\n");
    assert_eq!(read("my-app/my_app/main.txt"), "copied {@ as it is @}\n");
    assert_eq!(read("my-app/ci.yml"), "name: MY_APP\nrun: ${{ github.sha }}\nwhy: GitHub\n");
    std::fs::create_dir(folder.join("two")).unwrap();
    folder.highroad(&["new", "two/my-app", "--road", "road", "--yes", "--set", "host=none"]).success();
    assert!(!folder.join("two/my-app/ci.yml").exists());
    assert!(read("my-app/highroad.lock").contains("path = \"ci.yml\"\nownership = \"merged\""));
}

#[test]
fn a_broken_road_is_named_with_its_file_and_nothing_is_written() {
    for (path, text, words) in [
        ("a.txt.jinja", "{@ nmae @}", &["kinds/app/files/a.txt", "undefined"][..]),
        ("a.txt.liquid", "{{ nmae }}", &["kinds/app/files/a.txt", "nmae"]),
        ("a.txt.jinja", "{% if %}", &["a.txt.jinja", "syntax error"]),
        ("a.txt.liquid", "{% for i in (1..3000000000) %}x{% endfor %}", &["a.txt.liquid", "range"]),
        ("a.txt.jinja", "{% include 'road.toml' %}", &["a.txt"]),
        ("b.txt.jinja", "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}", &["b.txt"]),
        ("README.md", "twice", &["same file"]),
        ("readme.MD", "case twin", &["same file"]),
        ("README.md/x", "file and folder", &["a file and a folder"]),
        ("{@ '..' @}/evil.txt", "x", &["climbs"]),
        ("{@ '/etc' @}/evil.txt", "x", &["absolute"]),
        ("{@ '.git' @}/hooks/post-checkout", "x", &["inside `.git`"]),
        ("{@ 'nul' @}.txt", "x", &["device name"]),
        ("{@ purpose @}.txt", "x", &["not allowed in file names"]),
        ("highroad.toml", "mine", &["Highroad writes this file itself"]),
    ] {
        let folder = Folder::new();
        road(&folder, &[(path, text)]);
        new(&folder, &["--set", "purpose=why: because"]).fails(2, words);
        assert_eq!(folder.names(), ["road"], "{path}");
    }
}

#[test]
#[cfg(unix)]
fn links_and_floods_in_a_road_are_refused() {
    let folder = Folder::new();
    road(&folder, &[]);
    std::os::unix::fs::symlink("/etc/passwd", folder.join("road/kinds/app/files/link.txt")).unwrap();
    new(&folder, &[]).fails(2, &["link.txt", "could point anywhere"]);
    std::fs::remove_file(folder.join("road/kinds/app/files/link.txt")).unwrap();
    std::fs::write(folder.join("road/kinds/app/files/big.bin"), vec![0; (4 << 20) + 1]).unwrap();
    new(&folder, &[]).fails(2, &["big.bin", "too large"]);
    std::fs::remove_file(folder.join("road/kinds/app/files/big.bin")).unwrap();
    folder.write("road/layers/base/layer.toml", "title = \"\\u001b]0;mine\\u0007\"\n");
    new(&folder, &[]).fails(2, &["layer.toml", "control character"]);
    folder.write("road/road.toml", "schema = 1\nkidns = []\n");
    new(&folder, &[]).fails(2, &["road.toml", "kidns"]);
}

#[test]
fn a_published_version_is_frozen_and_a_changed_one_is_found() {
    let folder = Folder::new();
    road(&folder, &[]);
    freeze(&folder.join("road"), &folder.join("store")).unwrap();
    assert!(freeze(&folder.join("road"), &folder.join("store")).unwrap_err().what.contains("published already"));
    folder.highroad(&["road", "verify", "store"]).success();
    // Killed before the index was written: the same command finishes it.
    std::fs::remove_file(folder.join("store/index.toml")).unwrap();
    freeze(&folder.join("road"), &folder.join("store")).unwrap();
    folder.highroad(&["road", "verify", "store"]).success();
    let readme = folder.join("store/2026.1.0/layers/base/files/README.md.jinja");
    let text = std::fs::read_to_string(&readme).unwrap();
    std::fs::write(&readme, text.replace("# ", "## ")).unwrap();
    let changed = folder.highroad(&["road", "verify", "store"]);
    assert!(changed.code == 1 && changed.out.contains("changed  layers/base/files/README.md.jinja"), "{}{}", changed.out, changed.err);
    folder.highroad(&["road", "verify", "nowhere"]).fails(2, &["no published version"]);
}
