use super::*;
use proptest::prelude::*;

const HEAD: &str = "version = 1\nrevision = 3\n\n";

fn package(name: &str, version: &str) -> String {
    format!(
        "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nwheels = [\n    {{ hash = \"sha256:{name}{version}\" }},\n]\n\n[package.metadata]\nx = \"{version}\"\n\n"
    )
}

fn lock(packages: &[(&str, &str)]) -> String {
    let all: String = packages.iter().map(|(name, version)| package(name, version)).collect();
    format!("{HEAD}{}\n", all.trim_end())
}

fn merged_at(path: &str, base: &str, ours: &str, theirs: &str) -> Option<Merged> {
    merge(&Sides { path, base: Some(base.as_bytes()), ours: ours.as_bytes(), theirs: theirs.as_bytes(), labels: LABELS })
}

fn text(merged: &Merged) -> &str {
    std::str::from_utf8(&merged.bytes).unwrap()
}

#[test]
fn packages_are_merged_as_whole_blocks_and_the_lock_says_so() {
    let base = lock(&[("a", "1"), ("b", "1"), ("c", "1")]);
    let ours = lock(&[("a", "2"), ("b", "1"), ("bb", "1"), ("c", "9")]);
    let theirs = lock(&[("a", "3"), ("b", "2"), ("c", "1"), ("d", "1")]);
    let merged = merged_at("uv.lock", &base, &ours, &theirs).unwrap();
    assert_eq!(text(&merged), lock(&[("a", "3"), ("b", "2"), ("bb", "1"), ("c", "9"), ("d", "1")]));
    let rules: Vec<&str> = merged.settled.iter().map(|settled| settled.rule.id).collect();
    assert!(rules.contains(&"higher-pin") && rules.contains(&"lock-again"), "{rules:?}");
}

#[test]
fn other_bytes_for_one_version_are_a_conflict() {
    let base = lock(&[("a", "1")]);
    let other = |hash: &str| base.replace("sha256:a1", hash);
    let merged = merged_at("uv.lock", &base, &other("x"), &other("y")).unwrap();
    assert_eq!((merged.conflicts.len(), merged.conflicts[0].key.as_str()), (1, "a"));
}

#[test]
fn what_the_tool_notes_about_the_whole_is_a_conflict() {
    let file = |version: &str, hash: &str| format!("{}\n[metadata]\ncontent-hash = \"{hash}\"\n", package("a", version).trim_end());
    let merged = merged_at("poetry.lock", &file("1", "x"), &file("2", "y"), &file("3", "z")).unwrap();
    assert_eq!((merged.conflicts.len(), merged.conflicts[0].key.as_str()), (1, "[metadata]"));
    assert!(text(&merged).contains("version = \"3\""));
}

#[test]
fn dependencies_of_the_project_itself_are_merged_by_line() {
    let own = |dependencies: &str| format!("[[package]]\nname = \"me\"\nversion = \"0.1\"\ndependencies = [\n{dependencies}]\n");
    let merged = merged_at(
        "uv.lock",
        &own("    { name = \"b\" },\n    { name = \"c\" },\n"),
        &own("    { name = \"a\" },\n    { name = \"b\" },\n    { name = \"c\" },\n"),
        &own("    { name = \"b\" },\n    { name = \"c\" },\n    { name = \"d\" },\n"),
    );
    let merged = merged.unwrap();
    assert!(
        merged.is_clean()
            && text(&merged).contains("{ name = \"a\" },\n    { name = \"b\" },\n    { name = \"c\" },\n    { name = \"d\" },\n")
    );
}

#[test]
fn versions_of_one_package_side_by_side_are_entries_of_their_own() {
    let base = lock(&[("a", "1"), ("a", "2"), ("b", "1")]);
    let ours = lock(&[("a", "1"), ("a", "3"), ("b", "1")]);
    let theirs = lock(&[("a", "1"), ("a", "2"), ("b", "2")]);
    assert_eq!(text(&merged_at("Cargo.lock", &base, &ours, &theirs).unwrap()), lock(&[("a", "1"), ("a", "3"), ("b", "2")]));
}

#[test]
fn pips_form_keeps_hashes_with_their_version() {
    let line = |name: &str, version: &str| format!("{name}=={version} \\\n    --hash=sha256:{}\n", version.repeat(64));
    let base = line("a", "1") + &line("b", "1");
    let merged =
        merged_at("locks/run.txt", &base, &(line("a", "2") + &line("b", "1") + &line("c", "1")), &(line("a", "3") + &line("b", "2")))
            .unwrap();
    assert_eq!(text(&merged), line("a", "3") + &line("b", "2") + &line("c", "1"));
    assert!(merged.settled.iter().any(|settled| settled.rule.id == "lock-again"));
}

#[test]
fn locks_of_npm_are_merged_by_line() {
    let file = |a: &str, b: &str| {
        format!(
            "{{\n  \"a\": {{\n    \"version\": \"{a}\",\n    \"integrity\": \"{a}\"\n  }},\n  \"x\": 1,\n  \"y\": 1,\n  \"b\": {{\n    \"version\": \"{b}\"\n  }}\n}}\n"
        )
    };
    let merged = merged_at("web/package-lock.json", &file("1", "1"), &file("2", "1"), &file("1", "2")).unwrap();
    assert_eq!((text(&merged), merged.settled[0].rule.id), (file("2", "2").as_str(), "lock-again"));
    assert!(!merged_at("package-lock.json", &file("1", "1"), &file("2", "1"), &file("3", "1")).unwrap().is_clean());
}

#[test]
fn what_is_no_lock_is_left_to_others() {
    assert!(merged_at("uv.lock", "a = 1\n", "a = \n", "a = 2\n").is_none());
    assert!(!claims("requirements.txt") && !claims("yarn.lock") && claims("locks/a.txt") && claims("pylock.dev.toml"));
}

proptest! {
    #[test]
    fn no_package_is_lost(base in packages(), ours in packages(), theirs in packages()) {
        let all = |side: &std::collections::BTreeMap<&'static str, &'static str>| lock(&side.iter().map(|(name, version)| (*name, *version)).collect::<Vec<_>>());
        if let Some(merged) = merged_at("uv.lock", &all(&base), &all(&ours), &all(&theirs)) {
            let has = |name: &str| text(&merged).contains(&format!("name = \"{name}\""));
            for name in ["a", "b", "c", "d"] {
                let (b, o, t) = (base.contains_key(name), ours.contains_key(name), theirs.contains_key(name));
                let wanted = if b { o && t } else { o || t };
                prop_assert!(!merged.is_clean() && has(name) || has(name) == wanted, "{name}");
            }
        }
    }

    #[test]
    fn never_panics(base in "(\\[\\[package\\]\\]\n|\\[x\\]\n|name = \"a\"\n|version = \"[0-9]\"\n|\n|\\[|\"|#|ü){0,14}", ours in "(\\[\\[package\\]\\]\n|name = \"[ab]\"\n|version = \"[0-9]\"\n|\n| |\r\n){0,14}") {
        for path in ["uv.lock", "locks/a.txt", "package-lock.json"] {
            let _ = (merged_at(path, &base, &ours, "x = 1\n"), merged_at(path, "", &ours, &base), merged_at(path, &ours, &base, ""));
        }
    }
}

fn packages() -> impl Strategy<Value = std::collections::BTreeMap<&'static str, &'static str>> {
    prop::collection::btree_map(prop::sample::select(vec!["a", "b", "c", "d"]), prop::sample::select(vec!["1", "2", "3"]), 0..4)
}
