//! What a careful person would do by hand in small upgrades. The numbers are those of the list in docs/upgrade.md.
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

use scenario::{Files, More, Scenario, is_executable, make_executable, texts, twenty};
use support::Run;

/// A conflict that is shown: exit 1, an open entry in git's index, and the path in what is printed.
#[track_caller]
fn conflict(scenario: &Scenario, run: &Run, path: &str) {
    assert_eq!(run.code, 1, "{}\n{}", run.out, run.err);
    assert!(format!("{}{}", run.out, run.err).contains(path), "`{path}` is not named:\n{}\n{}", run.out, run.err);
    assert!(scenario.stages(path).iter().any(|stage| stage != "0"), "git knows no conflict in {path}");
}

fn one(text: &str) -> Files {
    texts(&[("a.txt", text)])
}

#[test]
fn s01_disjoint_edits_in_one_file() {
    let s = Scenario::of(&one(&twenty()));
    s.edit("a.txt", "line 2\n", "mine 2\n");
    s.upgrade_to(&one(&twenty().replace("line 15\n", "road 15\n"))).success();
    assert_eq!(s.read("a.txt"), twenty().replace("line 2\n", "mine 2\n").replace("line 15\n", "road 15\n"));
}

#[test]
fn s02_edits_two_lines_apart() {
    let s = Scenario::of(&one(&twenty()));
    s.edit("a.txt", "line 5\n", "mine 5\n");
    s.upgrade_to(&one(&twenty().replace("line 7\n", "road 7\n"))).success();
    assert_eq!(s.read("a.txt"), twenty().replace("line 5\n", "mine 5\n").replace("line 7\n", "road 7\n"));
}

#[test]
fn s03_an_overlapping_edit_is_a_conflict() {
    let s = Scenario::of(&one(&twenty()));
    s.edit("a.txt", "line 5\n", "mine 5\n");
    let run = s.upgrade_to(&one(&twenty().replace("line 5\n", "road 5\n")));
    conflict(&s, &run, "a.txt");
    let text = s.read("a.txt");
    assert!(text.contains("<<<<<<<") && text.contains("mine 5") && text.contains("road 5"), "{text}");
    assert_eq!(s.stages("a.txt"), ["1", "2", "3"]);
}

#[test]
fn s04_the_same_edit_on_both_sides() {
    let s = Scenario::of(&one(&twenty()));
    let edited = twenty().replace("line 5\n", "better 5\n");
    s.write("a.txt", &edited);
    s.upgrade_to(&one(&edited)).success();
    assert_eq!(s.read("a.txt"), edited);
}

#[test]
fn s05_the_road_deletes_and_nobody_touched_it() {
    let s = Scenario::of(&texts(&[("a.txt", "a\n"), ("b.txt", "b\n")]));
    s.write("own.txt", "mine\n");
    s.upgrade_to(&one("a\n")).success();
    assert!(!s.has("b.txt") && s.has("own.txt"));
}

#[test]
fn s06_the_road_deletes_what_you_edited() {
    let s = Scenario::of(&texts(&[("a.txt", "a\n"), ("b.txt", &twenty())]));
    s.edit("b.txt", "line 9\n", "mine 9\n");
    let run = s.upgrade_to(&one("a\n"));
    conflict(&s, &run, "b.txt");
    assert!(s.read("b.txt").contains("mine 9\n"));
}

#[test]
fn s07_what_you_deleted_stays_away_and_it_is_said() {
    let s = Scenario::of(&texts(&[("a.txt", "a\n"), ("b.txt", &twenty())]));
    s.remove("b.txt");
    let run = s.upgrade_to(&texts(&[("a.txt", "a\n"), ("b.txt", &twenty().replace("line 3", "road 3"))])).success();
    assert!(!s.has("b.txt"));
    assert!(format!("{}{}", run.out, run.err).contains("b.txt"), "{}\n{}", run.out, run.err);
}

#[test]
fn s08_the_road_renames() {
    let s = Scenario::of(&texts(&[("a.txt", "a\n"), ("old.txt", &twenty())]));
    s.write("own.txt", "mine\n");
    s.upgrade_to(&texts(&[("a.txt", "a\n"), ("new.txt", &twenty())])).success();
    assert!(!s.has("old.txt"));
    assert_eq!(s.read("new.txt"), twenty());
}

#[test]
fn s09_the_road_renames_and_edits_what_you_edited() {
    let s = Scenario::of(&texts(&[("a.txt", "a\n"), ("old.txt", &twenty())]));
    s.edit("old.txt", "line 3\n", "mine 3\n");
    s.upgrade_to(&texts(&[("a.txt", "a\n"), ("docs/new.txt", &twenty().replace("line 15\n", "road 15\n"))])).success();
    assert!(!s.has("old.txt"));
    assert_eq!(s.read("docs/new.txt"), twenty().replace("line 3\n", "mine 3\n").replace("line 15\n", "road 15\n"));
}

#[test]
fn s10_a_file_that_you_moved_gets_the_roads_edit() {
    let s = Scenario::of(&one(&twenty()));
    s.git(&["mv", "a.txt", "b.txt"]);
    s.upgrade_to(&one(&twenty().replace("line 15\n", "road 15\n"))).success();
    assert!(!s.has("a.txt"));
    assert_eq!(s.read("b.txt"), twenty().replace("line 15\n", "road 15\n"));
}

#[test]
fn s11_a_file_that_you_moved_and_edited_gets_the_roads_edit() {
    let s = Scenario::of(&one(&twenty()));
    s.remove("a.txt");
    s.write("sub/b.txt", twenty().replace("line 2\n", "mine 2\n"));
    s.upgrade_to(&one(&twenty().replace("line 15\n", "road 15\n"))).success();
    assert!(!s.has("a.txt"));
    assert_eq!(s.read("sub/b.txt"), twenty().replace("line 2\n", "mine 2\n").replace("line 15\n", "road 15\n"));
}

#[test]
fn s12_both_add_one_path_with_other_text() {
    let s = Scenario::of(&one("a\n"));
    s.write("notes.md", "# Mine\n\nmy notes\n");
    let run = s.upgrade_to(&texts(&[("a.txt", "a\n"), ("notes.md", "# Notes\n\nof the road\n")]));
    conflict(&s, &run, "notes.md");
    assert!(s.read("notes.md").contains("my notes"));
}

#[test]
fn s13_both_add_one_path_with_the_same_text() {
    let s = Scenario::of(&one("a\n"));
    s.write("notes.md", "# Notes\n");
    s.upgrade_to(&texts(&[("a.txt", "a\n"), ("notes.md", "# Notes\n")])).success();
    assert_eq!(s.read("notes.md"), "# Notes\n");
}

const BINARY: [&[u8]; 3] = [b"\x00\x01\x02base", b"\x00\x01\x02mine", b"\x00\x01\x02road"];

fn with_binary(bytes: &[u8], text: &str) -> Files {
    let mut files = one(text);
    files.push(("logo.bin".to_owned(), bytes.to_vec()));
    files
}

#[test]
fn s14_a_binary_that_the_road_changes() {
    let s = Scenario::of(&with_binary(BINARY[0], "a\n"));
    s.write("own.txt", "mine\n");
    s.upgrade_to(&with_binary(BINARY[2], "a\n")).success();
    assert_eq!(s.bytes("logo.bin"), BINARY[2]);
}

#[test]
fn s15_a_binary_that_only_you_changed() {
    let s = Scenario::of(&with_binary(BINARY[0], "a\n"));
    s.write("logo.bin", BINARY[1]);
    s.upgrade_to(&with_binary(BINARY[0], "b\n")).success();
    assert_eq!(s.bytes("logo.bin"), BINARY[1]);
    assert_eq!(s.read("a.txt"), "b\n");
}

#[test]
fn s16_a_binary_that_both_changed() {
    let s = Scenario::of(&with_binary(BINARY[0], "a\n"));
    s.write("logo.bin", BINARY[1]);
    let run = s.upgrade_to(&with_binary(BINARY[2], "a\n"));
    conflict(&s, &run, "logo.bin");
    assert_eq!(s.bytes("logo.bin"), BINARY[1]);
    assert_eq!(s.stages("logo.bin"), ["1", "2", "3"]);
}

#[test]
fn s17_the_road_makes_a_file_executable() {
    let s = Scenario::of(&texts(&[("run.sh", "#!/bin/sh\n")]));
    s.write("own.txt", "mine\n");
    s.upgrade_to(&texts(&[("run.sh*", "#!/bin/sh\n")])).success();
    assert!(is_executable(&s.project().join("run.sh")));
    assert!(s.git(&["ls-files", "--stage", "run.sh"]).starts_with("100755"));
}

#[test]
fn s18_your_executable_bit_and_the_roads_text() {
    let s = Scenario::of(&texts(&[("run.sh", "#!/bin/sh\necho a\n")]));
    make_executable(&s.project().join("run.sh"));
    s.upgrade_to(&texts(&[("run.sh", "#!/bin/sh\necho b\n")])).success();
    assert!(is_executable(&s.project().join("run.sh")));
    assert_eq!(s.read("run.sh"), "#!/bin/sh\necho b\n");
}

/// Roads hold no links, so the rows that need one on the road's side go through `merge-trees`.
fn merge_trees_with_a_link(ours: &str) -> (support::Folder, Run) {
    let folder = support::Folder::new();
    folder.write("base/a.txt", &twenty());
    folder.write("ours/a.txt", ours);
    folder.write("new/real.txt", &twenty());
    folder.write("base/b.txt", "b\n");
    folder.write("ours/b.txt", "b\n");
    folder.write("new/b.txt", "b\n");
    std::os::unix::fs::symlink("real.txt", folder.join("new/a.txt")).unwrap();
    let run = folder.highroad(&["merge-trees", "base", "ours", "new", "out"]);
    (folder, run)
}

#[test]
fn s19_a_file_becomes_a_link() {
    let (folder, run) = merge_trees_with_a_link(&twenty());
    assert_eq!(run.code, 0, "{}\n{}", run.out, run.err);
    assert_eq!(std::fs::read_link(folder.join("out/a.txt")).unwrap().to_str(), Some("real.txt"));
    assert_eq!(std::fs::read_to_string(folder.join("out/real.txt")).unwrap(), twenty());
}

#[test]
fn s20_a_file_that_you_edited_becomes_a_link() {
    let mine = twenty().replace("line 4\n", "mine 4\n");
    let (folder, run) = merge_trees_with_a_link(&mine);
    assert_eq!(run.code, 1, "{}\n{}", run.out, run.err);
    let kept = ["out/a.txt", "out/real.txt"].iter().any(|path| {
        let place = folder.join(path);
        !place.is_symlink() && std::fs::read_to_string(place).is_ok_and(|text| text.contains("mine 4"))
    });
    assert!(kept, "{:?}", support::files(&folder.join("out")));
}

#[test]
fn s21_your_file_has_crlf() {
    let s = Scenario::of(&one(&twenty()));
    s.write("a.txt", twenty().replace('\n', "\r\n"));
    s.upgrade_to(&one(&twenty().replace("line 7\n", "road 7\n"))).success();
    assert_eq!(s.read("a.txt"), twenty().replace("line 7\n", "road 7\n").replace('\n', "\r\n"));
}

#[test]
fn s22_your_file_has_no_final_newline() {
    let s = Scenario::of(&one(&twenty()));
    s.write("a.txt", twenty().trim_end());
    s.upgrade_to(&one(&twenty().replace("line 7\n", "road 7\n"))).success();
    assert_eq!(s.read("a.txt"), twenty().replace("line 7\n", "road 7\n").trim_end());
}

#[test]
fn s23_an_ignored_file_in_the_way_is_never_overwritten() {
    let s = Scenario::of(&one("a\n"));
    s.write(".gitignore", "local.cfg\n");
    s.commit();
    s.write("local.cfg", "password of mine\n");
    s.publish(&texts(&[("a.txt", "a\n"), ("local.cfg", "of the road\n")]), &More::default());
    let before = s.state();
    s.upgrade(&[]).fails(2, &["local.cfg"]);
    assert_eq!(s.state(), before);
}

fn stanzas(names: &[(&str, &str)]) -> String {
    names.iter().map(|(name, limit)| format!("[{name}]\nenabled = yes\nlimit {limit}\nretries 3\n\n")).collect()
}

#[test]
fn s24_repeated_stanzas() {
    let s = Scenario::of(&one(&stanzas(&[("a", "10"), ("b", "10"), ("c", "10")])));
    s.write("a.txt", stanzas(&[("a", "10"), ("b", "99"), ("c", "10")]));
    s.upgrade_to(&one(&stanzas(&[("z", "10"), ("a", "10"), ("b", "10"), ("c", "10")]))).success();
    assert_eq!(s.read("a.txt"), stanzas(&[("z", "10"), ("a", "10"), ("b", "99"), ("c", "10")]));
}

#[test]
fn s25_repeated_stanzas_below_a_header_of_yours() {
    let s = Scenario::of(&one(&stanzas(&[("a", "10"), ("b", "10"), ("c", "10")])));
    s.write("a.txt", format!("# our settings\n{}", stanzas(&[("a", "10"), ("b", "99"), ("c", "10")])));
    let run = s.upgrade_to(&one(&stanzas(&[("z", "10"), ("a", "10"), ("b", "10"), ("c", "10")])));
    let text = s.read("a.txt");
    let at = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word}: {text}"));
    assert!(at("[b]") < at("limit 99") && at("limit 99") < at("[c]"), "{text}");
    assert!(text.contains("# our settings\n") && text.contains("[z]"), "{text}");
    assert!(run.code == 0 || text.contains("<<<<<<<"), "{}\n{}", run.out, run.err);
}

#[test]
fn s26_you_indented_the_file() {
    let nested = |indent: &str, seven: &str| -> String {
        (1..=20).map(|n| if n == 7 { format!("{indent}{seven}\n") } else { format!("{indent}item {n}\n") }).collect()
    };
    let s = Scenario::of(&one(&nested("  ", "item 7")));
    s.write("a.txt", nested("\t", "item 7"));
    let run = s.upgrade_to(&one(&nested("  ", "road 7")));
    let text = s.read("a.txt");
    if run.code == 0 {
        assert_eq!(text, nested("\t", "road 7"));
    } else {
        assert_eq!(run.code, 1, "{}\n{}", run.out, run.err);
        assert_eq!(text.matches("<<<<<<<").count(), 1, "{text}");
        assert!(text.lines().count() <= 20 + 7, "{text}");
    }
}

fn pyproject(dependencies: &[&str]) -> String {
    let lines: String = dependencies.iter().map(|dependency| format!("    \"{dependency}\",\n")).collect();
    format!("[project]\nname = \"demo\"\nversion = \"0.1.0\"\ndependencies = [\n{lines}]\n\n[tool.ruff]\nline-length = 100\n")
}

#[test]
fn s27_a_pin_is_raised_next_to_a_dependency_of_yours() {
    let s = Scenario::of(&texts(&[("pyproject.toml", &pyproject(&["numpy>=2.0,<3", "pandas>=2.2"]))]));
    s.write("pyproject.toml", pyproject(&["numpy>=2.0,<3", "pandas>=2.2", "httpx>=0.27"]));
    s.upgrade_to(&texts(&[("pyproject.toml", &pyproject(&["numpy>=2.0,<3", "pandas>=2.3"]))])).success();
    assert_eq!(s.read("pyproject.toml"), pyproject(&["numpy>=2.0,<3", "pandas>=2.3", "httpx>=0.27"]));
}

#[test]
fn s28_both_append_another_dependency() {
    let s = Scenario::of(&texts(&[("pyproject.toml", &pyproject(&["numpy>=2.0,<3", "pandas>=2.2"]))]));
    s.write("pyproject.toml", pyproject(&["numpy>=2.0,<3", "pandas>=2.2", "httpx>=0.27"]));
    s.upgrade_to(&texts(&[("pyproject.toml", &pyproject(&["numpy>=2.0,<3", "pandas>=2.2", "skops>=0.13"]))])).success();
    let text = s.read("pyproject.toml");
    let one_of = [
        pyproject(&["numpy>=2.0,<3", "pandas>=2.2", "httpx>=0.27", "skops>=0.13"]),
        pyproject(&["numpy>=2.0,<3", "pandas>=2.2", "skops>=0.13", "httpx>=0.27"]),
    ];
    assert!(one_of.contains(&text), "{text}");
}

#[test]
fn s29_a_folder_that_you_renamed_is_followed() {
    let files = |seven: &str, more: &[(&str, &str)]| {
        let mut files = texts(&[
            ("pkg/core.py", &twenty().replace("line 7\n", seven)),
            ("pkg/io.py", &format!("{}io\n", twenty())),
            ("pkg/cli.py", &format!("cli\n{}", twenty())),
        ]);
        files.extend(texts(more));
        files
    };
    let s = Scenario::of(&files("line 7\n", &[]));
    s.git(&["mv", "pkg", "engine"]);
    s.upgrade_to(&files("road 7\n", &[("pkg/extra.py", "extra = 1\n")])).success();
    assert!(s.read("engine/core.py").contains("road 7\n"));
    assert_eq!(s.read("engine/extra.py"), "extra = 1\n");
    assert!(!s.has("pkg"));
}

#[test]
fn s30_names_with_space_umlaut_and_quote() {
    let name = "docs/it's für alle.txt";
    let s = Scenario::of(&texts(&[(name, &twenty())]));
    s.edit(name, "line 2\n", "mine 2\n");
    s.upgrade_to(&texts(&[(name, &twenty().replace("line 15\n", "road 15\n"))])).success();
    assert_eq!(s.read(name), twenty().replace("line 2\n", "mine 2\n").replace("line 15\n", "road 15\n"));
}

#[test]
fn s31_latin_1_bytes_are_kept() {
    let latin = |two: &str, fifteen: &str| -> Vec<u8> {
        let mut bytes = b"gr\xfc\xdfe\n".to_vec();
        bytes.extend(twenty().replace("line 2\n", two).replace("line 15\n", fifteen).into_bytes());
        bytes.extend(b"sch\xf6n\n");
        bytes
    };
    let s = Scenario::of(&vec![("a.txt".to_owned(), latin("line 2\n", "line 15\n"))]);
    s.write("a.txt", latin("mine 2\n", "line 15\n"));
    s.upgrade_to(&vec![("a.txt".to_owned(), latin("line 2\n", "road 15\n"))]).success();
    assert_eq!(s.bytes("a.txt"), latin("mine 2\n", "road 15\n"));
}

#[test]
fn s32_a_file_that_holds_conflict_markers() {
    let marked = |first: &str, last: &str| {
        let (open, middle, close) = ("<".repeat(7), "=".repeat(7), ">".repeat(7));
        format!("{first}\nintro\nmore\n{open} yours\nleft\n{middle}\nright\n{close} theirs\nmore\noutro\n{last}\n")
    };
    let s = Scenario::of(&one(&marked("first", "last")));
    s.write("a.txt", marked("mine", "last"));
    s.upgrade_to(&one(&marked("first", "road"))).success();
    assert_eq!(s.read("a.txt"), marked("mine", "road"));
}

#[test]
fn s38_the_road_drops_a_folder_that_holds_a_file_of_yours() {
    let s = Scenario::of(&texts(&[("a.txt", "a\n"), ("old/b.txt", "b\n")]));
    s.write("old/own.txt", "mine\n");
    s.upgrade_to(&one("a\n")).success();
    assert!(!s.has("old/b.txt"));
    assert_eq!(s.read("old/own.txt"), "mine\n");
}

#[test]
fn s39_you_replaced_the_file_by_a_link() {
    let s = Scenario::of(&one(&twenty()));
    s.remove("a.txt");
    s.write("shared.txt", "elsewhere\n");
    std::os::unix::fs::symlink("shared.txt", s.project().join("a.txt")).unwrap();
    let run = s.upgrade_to(&one(&twenty().replace("line 7\n", "road 7\n")));
    conflict(&s, &run, "a.txt");
    assert_eq!(std::fs::read_link(s.project().join("a.txt")).unwrap().to_str(), Some("shared.txt"));
    assert_eq!(s.read("shared.txt"), "elsewhere\n");
}

#[test]
fn s40_both_delete() {
    let s = Scenario::of(&texts(&[("a.txt", "a\n"), ("b.txt", "b\n")]));
    s.remove("b.txt");
    s.upgrade_to(&one("a\n")).success();
    assert!(!s.has("b.txt"));
}

#[test]
fn s41_you_removed_the_block_that_the_road_edits() {
    let s = Scenario::of(&one(&twenty()));
    s.write("a.txt", twenty().replace("line 6\nline 7\nline 8\n", ""));
    let run = s.upgrade_to(&one(&twenty().replace("line 7\n", "road 7\n")));
    conflict(&s, &run, "a.txt");
    assert!(s.read("a.txt").contains("road 7"));
}

#[test]
fn s42_the_road_turns_to_crlf_and_yours_is_lf() {
    let s = Scenario::of(&one(&twenty()));
    s.edit("a.txt", "line 2\n", "mine 2\n");
    s.upgrade_to(&one(&twenty().replace("line 15\n", "road 15\n").replace('\n', "\r\n"))).success();
    assert_eq!(s.read("a.txt"), twenty().replace("line 2\n", "mine 2\n").replace("line 15\n", "road 15\n"));
}

fn workflow(jobs: &[(&str, &str)]) -> String {
    let jobs: String = jobs
        .iter()
        .map(|(name, rights)| {
            format!(
                "  {name}:\n    runs-on: ubuntu-latest\n    permissions:\n      contents: {rights}\n    steps:\n      - run: make {name}\n"
            )
        })
        .collect();
    format!("name: ci\non: push\npermissions: {{}}\njobs:\n{jobs}")
}

#[test]
fn s43_a_right_that_you_gave_to_one_of_three_like_jobs_stays_there() {
    let path = ".github/workflows/ci.yml";
    let s = Scenario::of(&texts(&[(path, &workflow(&[("lint", "read"), ("test", "read"), ("docs", "read")]))]));
    s.write(path, workflow(&[("lint", "read"), ("test", "write"), ("docs", "read")]));
    s.upgrade_to(&texts(&[(path, &workflow(&[("audit", "read"), ("lint", "read"), ("test", "read"), ("docs", "read")]))])).success();
    assert_eq!(s.read(path), workflow(&[("audit", "read"), ("lint", "read"), ("test", "write"), ("docs", "read")]));
}
