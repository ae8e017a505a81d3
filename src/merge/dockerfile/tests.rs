use super::*;
use crate::merge::LABELS;
use proptest::prelude::*;

fn merged(base: &str, ours: &str, theirs: &str) -> Option<Merged> {
    merge(&Sides { path: "Dockerfile", base: Some(base.as_bytes()), ours: ours.as_bytes(), theirs: theirs.as_bytes(), labels: LABELS })
}

fn clean(base: &str, ours: &str, theirs: &str) -> (String, Vec<&'static str>) {
    let merged = merged(base, ours, theirs).unwrap_or_else(|| panic!("not merged: {base:?} {ours:?} {theirs:?}"));
    (String::from_utf8(merged.bytes).unwrap(), merged.settled.iter().map(|settled| settled.rule.id).collect())
}

fn digest(c: char) -> String {
    format!("@sha256:{}", c.to_string().repeat(64))
}

#[test]
fn claims_container_files() {
    for path in ["Dockerfile", "a/Dockerfile.gpu", "Containerfile", "gpu.dockerfile"] {
        assert!(claims(path), "{path}");
    }
    for path in ["Dockerfile.dockerignore", "dockerfiles/readme", "mydockerfile"] {
        assert!(!claims(path), "{path}");
    }
}

#[test]
fn neighbouring_instructions_are_merged() {
    let base = "FROM a:1\nRUN x\nCMD [\"a\"]\n";
    assert_eq!(clean(base, "FROM a:1\nRUN y\nCMD [\"a\"]\n", "FROM a:2\nRUN x\nCMD [\"b\"]\n").0, "FROM a:2\nRUN y\nCMD [\"b\"]\n");
    assert_eq!(
        clean(base, "FROM a:1\nRUN x\nENV A=1\nCMD [\"a\"]\n", "FROM a:1\nRUN z\nCMD [\"a\"]\n").0,
        "FROM a:1\nRUN z\nENV A=1\nCMD [\"a\"]\n"
    );
    assert_eq!(
        clean(base, "FROM a:1\nENV A=1\nRUN x\nCMD [\"a\"]\n", "FROM a:1\nRUN z\nCMD [\"a\"]\n").0,
        "FROM a:1\nENV A=1\nRUN z\nCMD [\"a\"]\n"
    );
}

#[test]
fn settings_of_other_names_that_both_added_stay_all() {
    assert_eq!(
        clean("FROM a\n", "FROM a\nENV A=1\n", "FROM a\nENV B=1\n"),
        ("FROM a\nENV A=1\nENV B=1\n".to_owned(), vec!["both-added-entries"])
    );
    assert!(merged("FROM a\n", "FROM a\nRUN x\n", "FROM a\nRUN y\n").is_none(), "which runs first, a person knows");
}

#[test]
fn one_instruction_edited_on_both_sides_is_left_to_a_person() {
    assert!(merged("FROM a\nRUN x\n", "FROM a\nRUN y\n", "FROM a\nRUN z\n").is_none());
    assert!(merged("FROM a\nCMD a\n", "FROM a\nCMD b\n", "FROM a\nCMD c\n").is_none());
}

#[test]
fn the_higher_image_wins_and_a_digest_stays() {
    assert_eq!(clean("FROM a:1\n", "FROM a:2\n", "FROM a:3\n"), ("FROM a:3\n".to_owned(), vec!["higher-pin"]));
    let pinned = format!("FROM a:2{} AS x\n", digest('a'));
    assert_eq!(clean("FROM a:1 AS x\n", &pinned, "FROM a:3 AS x\n"), (pinned.clone(), vec!["stronger-pin"]));
    let more = format!("{pinned}RUN y\n");
    assert_eq!(clean(&pinned, &more, "FROM a:3 AS x\n"), (more.clone(), vec!["stronger-pin"]), "whoever takes the digest away");
    let higher = format!("FROM a:3{} AS x\n", digest('b'));
    assert_eq!(clean("FROM a:1 AS x\n", &pinned, &higher).0, higher);
    assert!(merged("FROM a:1\n", "FROM b:1\n", "FROM a:2\n").is_none());
}

#[test]
fn variables_of_one_instruction_are_merged_apart() {
    assert_eq!(
        clean("FROM x\nLABEL a=1 \\\n      b=1\n", "FROM x\nLABEL a=2 \\\n      b=1\n", "FROM x\nLABEL a=1 \\\n      b=\"2 3\"\n"),
        ("FROM x\nLABEL a=2 \\\n      b=\"2 3\"\n".to_owned(), vec!["separate-parts"])
    );
    assert_eq!(
        clean("ARG PYTHON_VERSION=3.9\nFROM x\n", "ARG PYTHON_VERSION=3.10\nFROM x\n", "ARG PYTHON_VERSION=3.12\nFROM x\n").0,
        "ARG PYTHON_VERSION=3.12\nFROM x\n"
    );
    assert!(merged("FROM x\nENV WORKERS=1\n", "FROM x\nENV WORKERS=4\n", "FROM x\nENV WORKERS=2\n").is_none());
}

#[test]
fn stages_are_told_apart_by_name() {
    let base = "FROM a AS one\nENV P=1\n\nFROM b AS two\nENV P=1\n";
    let ours = "FROM a AS one\nENV P=1\n\nFROM b AS two\nENV P=2\n";
    let theirs = "FROM a AS zero\nENV Q=1\n\nFROM a AS one\nENV P=3\n\nFROM b AS two\nENV P=1\n";
    assert_eq!(clean(base, ours, theirs).0, "FROM a AS zero\nENV Q=1\n\nFROM a AS one\nENV P=3\n\nFROM b AS two\nENV P=2\n");
}

#[test]
fn what_only_the_road_writes_in_another_way_is_written_so() {
    assert_eq!(clean("FROM a as x\nRUN y\n\n", "FROM a as x\nRUN y\n", "FROM a AS x\nRUN y\n\n").0, "FROM a AS x\nRUN y\n");
}

#[test]
fn here_documents_are_left_to_text() {
    assert!(merged("FROM a\n", "FROM a\nRUN <<EOF\nx\nEOF\n", "FROM b\n").is_none());
}

proptest! {
    #[test]
    fn laws(base in file(), x in file(), y in file()) {
        let text = |merged: Option<Merged>| merged.map(|merged| String::from_utf8(merged.bytes).unwrap());
        if let Some(got) = text(merged(&base, &x, &base)) { prop_assert_eq!(&got, &x); }
        if let Some(got) = text(merged(&base, &x, &x)) { prop_assert_eq!(&got, &x); }
        if let Some(got) = text(merged(&base, &x, &y)) {
            let has = |side: &str, line: &str| side.lines().any(|there| there == line);
            for line in x.lines().filter(|line| line.starts_with("RUN") && !has(&base, line)) {
                prop_assert!(has(&got, line), "{line} of yours is lost in {got}");
            }
            for line in y.lines().filter(|line| line.starts_with("RUN") && !has(&base, line)) {
                prop_assert!(has(&got, line), "{line} of the road is lost in {got}");
            }
        }
    }

    #[test]
    fn never_panics(base in "\\PC{0,30}", ours in "(FROM |RUN |ENV |ARG |LABEL |a|=|\"|\\\\\n|\n|#|<<EOF|AS |ü|:1| ){0,40}", theirs in "(FROM a|\n|RUN b|ENV A=1|=|\"|\\\\| ){0,30}") {
        let _ = (merged(&base, &ours, &theirs), merged(&theirs, &ours, &base), merged("FROM a\n", &ours, &theirs));
    }
}

fn file() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "RUN a",
        "RUN b",
        "RUN c",
        "ENV A=1",
        "ENV A=2",
        "ENV B=1",
        "# one",
        "# two",
        "",
        "CMD x",
        "CMD y",
        "FROM b AS two",
        "ARG V_VERSION=1",
        "ARG V_VERSION=2",
    ]);
    prop::collection::vec(line, 0..7)
        .prop_map(|lines| "FROM a AS one\n".to_owned() + &lines.iter().map(|line| format!("{line}\n")).collect::<String>())
}
