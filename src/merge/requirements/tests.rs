use super::*;
use crate::merge::{ConflictKind, LABELS};
use proptest::prelude::*;

fn merged(base: &str, ours: &str, theirs: &str) -> Option<Merged> {
    merge(&Sides {
        path: "requirements.txt",
        base: Some(base.as_bytes()),
        ours: ours.as_bytes(),
        theirs: theirs.as_bytes(),
        labels: LABELS,
    })
}

fn clean(base: &str, ours: &str, theirs: &str) -> (String, Vec<&'static str>) {
    let merged = merged(base, ours, theirs).unwrap_or_else(|| panic!("not merged: {base:?} {ours:?} {theirs:?}"));
    assert!(merged.is_clean(), "{:?}", merged.conflicts);
    (String::from_utf8(merged.bytes).unwrap(), merged.settled.iter().map(|settled| settled.rule.id).collect())
}

fn hashed(version: &str, hash: char) -> String {
    format!("numpy=={version} \\\n    --hash=sha256:{}\n", hash.to_string().repeat(64))
}

#[test]
fn claims_requirement_and_constraint_files() {
    for path in [
        "requirements.txt",
        "docs/requirements.txt",
        "requirements-dev.txt",
        "dev-requirements.txt",
        "requirements/base.in",
        "constraints.txt",
    ] {
        assert!(claims(path), "{path}");
    }
    for path in ["requirements.py", "notes.txt", "requirements/readme.md", "MANIFEST.in", "myrequirements.txt"] {
        assert!(!claims(path), "{path}");
    }
}

#[test]
fn packages_that_both_added_stay_all() {
    assert_eq!(clean("a\n", "a\nx>=1\n", "a\ny>=2\n"), ("a\nx>=1\ny>=2\n".to_owned(), vec!["both-added-entries"]));
    assert_eq!(clean("", "x>=1\n", "X >=1\n"), ("x>=1\n".to_owned(), vec![]));
}

#[test]
fn changes_of_neighbouring_packages_are_both_there() {
    assert_eq!(clean("a==1\nb==1\n", "a==2\nb==1\n", "a==1\nb==2\n"), ("a==2\nb==2\n".to_owned(), vec![]));
}

#[test]
fn the_higher_of_two_raised_versions_wins_with_its_hashes() {
    assert_eq!(clean("a>=1\n", "a>=3\n", "a>=2\n"), ("a>=3\n".to_owned(), vec!["higher-pin"]));
    let (old, ours, theirs) = (hashed("1.0", 'a'), hashed("1.9", 'b'), hashed("1.10", 'c'));
    assert_eq!(clean(&old, &ours, &theirs), (theirs.clone(), vec!["higher-pin", "lock-again"]));
    let merged = merged(&old, &ours, &theirs).unwrap();
    assert_eq!((merged.settled[0].line, merged.settled[0].what.as_str()), (1, "`numpy` goes to the higher 1.10"));
}

#[test]
fn what_went_down_or_has_no_order_is_a_conflict() {
    for (base, ours, theirs) in
        [("a==2\n", "a==1\n", "a==3\n"), ("a>=1\n", "a==2\n", "a~=3.0\n"), ("a\n", "a @ git+https://git.example/o/a@x\n", "a>=2\n")]
    {
        let merged = merged(base, ours, theirs).unwrap();
        assert_eq!((merged.conflicts.len(), merged.conflicts[0].key.as_str(), merged.conflicts[0].line), (1, "a", Some(1)), "{ours}");
    }
    let same_version = merged(&hashed("1.0", 'a'), &hashed("2.0", 'b'), &hashed("2.0", 'c')).unwrap();
    assert!(!same_version.is_clean(), "other bytes for one version");
}

#[test]
fn parts_that_do_not_touch_are_combined() {
    assert_eq!(clean("a>=1\n", "a[x]>=1 # why\n", "a>=2\n"), ("a[x]>=2  # why\n".to_owned(), vec!["separate-parts"]));
    assert_eq!(clean("a[x]>=1\n", "a[x,y]>=1\n", "a[x,z]>=1\n").0, "a[x,y,z]>=1\n");
    assert_eq!(clean("a>=1\n", "a>=1; python_version < '3.9'\n", "a>=2\n").0, "a>=2 ; python_version < \"3.9\"\n");
    let marked = format!("numpy==1.0 ; python_version < \"4\" \\\n    --hash=sha256:{}\n", "a".repeat(64));
    let wanted = format!("numpy==2.0 ; python_version < \"4\" \\\n    --hash=sha256:{}\n", "b".repeat(64));
    assert_eq!(clean(&hashed("1.0", 'a'), &marked, &hashed("2.0", 'b')).0, wanted);
}

#[test]
fn removed_packages_stay_removed() {
    assert_eq!(clean("a==1\nb==1\n", "b==1\n", "a==2\nb==1\n"), ("b==1\n".to_owned(), vec!["stays-removed"]));
    let edited = merged("a==1\nb==1\n", "a==2\nb==1\n", "b==1\n").unwrap();
    assert_eq!(edited.conflicts[0].kind, ConflictKind::RemovedByRoad);
}

#[test]
fn a_version_with_hashes_is_never_replaced_by_a_looser_one() {
    let ours = hashed("1.0", 'a');
    assert_eq!(clean("b\n", &format!("b\n{ours}"), "b\nnumpy>=2\n"), (format!("b\n{ours}"), vec!["stronger-pin"]));
    assert_eq!(clean(&format!("b\n{ours}"), &format!("b>1\n{ours}"), "b\nnumpy>=2\n").1, vec!["stronger-pin"]);
    assert_eq!(clean("numpy==1.0\n", "numpy==1.0 # x\n", &hashed("1.0", 'a')).1, vec!["separate-parts"]);
}

#[test]
fn one_package_under_several_markers_keeps_them_apart() {
    let base = "a==1 ; python_version < \"3.9\"\na==2 ; python_version >= \"3.9\"\n";
    let ours = "a==1 ; python_version < \"3.9\"\na==3 ; python_version >= \"3.9\"\n";
    let theirs = "a==1.5 ; python_version < \"3.9\"\na==2 ; python_version >= \"3.9\"\n";
    assert_eq!(clean(base, ours, theirs).0, "a==1.5 ; python_version < \"3.9\"\na==3 ; python_version >= \"3.9\"\n");
}

#[test]
fn what_tools_note_goes_with_the_package() {
    let base = "a==1\n    # via b\nb==1\n";
    assert_eq!(
        clean(base, "a==1\n    # via b\nb==1\nc==1\n    # via b\n", "a==2\n    # via b\nb==1\n").0,
        "a==2\n    # via b\nb==1\nc==1\n    # via b\n"
    );
}

#[test]
fn settings_and_other_lines_are_entries_too() {
    assert_eq!(clean("-r a.txt\nx\n", "-r a.txt\n-c c.txt\nx\n", "-r a.txt\nx\ny\n").0, "-r a.txt\n-c c.txt\nx\ny\n");
    let index = merged("--index-url https://a.example\nx\n", "--index-url https://b.example\nx\n", "-i https://c.example\nx\n").unwrap();
    assert_eq!(index.conflicts.len(), 1);
    assert!(merged("a b c\n", "x\n", "y\n").is_none());
}

#[test]
fn the_project_says_how_the_file_is_written() {
    assert_eq!(clean("a\n", "a\r\nb", "a\nc\n").0, "a\r\nb\r\nc");
}

proptest! {
    #[test]
    fn laws(base in file(), x in file(), y in file()) {
        let text = |merged: Option<Merged>| merged.map(|merged| String::from_utf8(merged.bytes).unwrap());
        if let Some(got) = text(merged(&base, &x, &base)) { prop_assert_eq!(&got, &x); }
        if let Some(got) = text(merged(&base, &x, &x)) { prop_assert_eq!(&got, &x); }
        if let Some(done) = merged(&base, &x, &y) {
            let got = String::from_utf8(done.bytes.clone()).unwrap();
            let names = |text: &str| read::items(text, &Default::default()).unwrap().into_iter().filter_map(|item| item.key).collect::<std::collections::BTreeSet<_>>();
            let (b, o, t) = (names(&base), names(&x), names(&y));
            for name in o.iter().filter(|name| !b.contains(*name) || t.contains(*name)) {
                prop_assert!(got.contains(name.as_str()), "{name} of yours is lost in {got}");
            }
            for name in t.iter().filter(|name| !b.contains(*name)) {
                prop_assert!(got.contains(name.as_str()), "{name} of the road is lost in {got}");
            }
            if done.is_clean() {
                for name in &b {
                    prop_assert_eq!(names(&got).contains(name), o.contains(name) && t.contains(name), "{}", &got);
                }
                let again = text(merged(&y, &got, &y)).unwrap_or(got.clone());
                prop_assert_eq!(again, got, "merging twice changes something");
            }
        }
    }

    #[test]
    fn never_panics(base in "\\PC{0,40}", ours in "(a|b|==|1|;|\\[|\\]|,|#| |\\\\|\n|--hash=|-r|@|git\\+|://|ü|\r\n){0,40}", theirs in "(a|b|>=|2|;|\\[|\\]| #|\\\\\n|\n|    # via){0,30}") {
        let _ = (merged(&base, &ours, &theirs), merged(&theirs, &ours, &base), merged(&ours, &theirs, &ours));
    }
}

fn file() -> impl Strategy<Value = String> {
    let line = (
        prop::sample::select(vec!["aa", "bb", "cc", "dd", "ee"]),
        prop::sample::select(vec!["", "[x]", "[y]"]),
        prop::sample::select(vec!["", ">=1", ">=2", "==1", "==2", "==3 --hash=sha256:00", "~=1.0"]),
        prop::sample::select(vec!["", " # note", " ; os_name == \"nt\""]),
    )
        .prop_map(
            |(name, extras, pin, rest)| {
                if pin.contains("--") { format!("{name}{extras}{pin}\n") } else { format!("{name}{extras}{pin}{rest}\n") }
            },
        );
    let other = prop::sample::select(vec!["# one\n".to_owned(), "\n".to_owned(), "-r more.txt\n".to_owned()]);
    prop::collection::btree_map(0..9u8, prop_oneof![4 => line, 1 => other], 0..7).prop_map(|lines| {
        let mut seen = std::collections::HashSet::new();
        lines.into_values().filter(|line| !line.starts_with(|c: char| c.is_alphabetic()) || seen.insert(line[..2].to_owned())).collect()
    })
}
