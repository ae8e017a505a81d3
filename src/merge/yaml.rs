//! YAML of one document, without anchors, tags and templates.

mod read;

use super::values::{engine, places};
use super::{Merged, Merger, Sides};

/// The merger.
pub static MERGER: Merger =
    Merger { name: "yaml", claims, merge, objects_to_lines: Some(|sides, merged| places::are_mixed_up(sides, merged, read::read)) };

fn claims(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.ends_with(".yml") || name.ends_with(".yaml") || name == "citation.cff"
}

fn merge(sides: &Sides<'_>) -> Option<Merged> {
    engine::merge(sides, MERGER.name, read::read)
}

#[cfg(test)]
mod tests {
    use crate::merge::{LABELS, Merged, Sides};

    fn try_merge(base: &str, ours: &str, theirs: &str) -> Option<Merged> {
        let sides = Sides { path: "ci.yml", base: Some(base.as_bytes()), ours: ours.as_bytes(), theirs: theirs.as_bytes(), labels: LABELS };
        super::merge(&sides)
    }

    fn merged(base: &str, ours: &str, theirs: &str) -> Merged {
        try_merge(base, ours, theirs).expect("the merger takes it")
    }

    fn text(merged: &Merged) -> &str {
        std::str::from_utf8(&merged.bytes).unwrap()
    }

    fn job(name: &str) -> String {
        format!(
            "  {name}:\n    runs-on: ubuntu-24.04\n    permissions:\n      contents: read\n    steps:\n      - uses: a/checkout@v4\n      - name: Run\n        run: |\n          make {name}\n          make done\n"
        )
    }

    fn workflow(jobs: &[&str]) -> String {
        format!("name: CI\non: [push]\n\njobs:\n{}", jobs.iter().map(|name| job(name)).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn an_edit_stays_in_its_job_where_the_road_puts_a_job_above() {
        let base = workflow(&["one", "two", "three"]);
        let own = job("two").replace("contents: read", "contents: write");
        let ours = base.replace(&job("two"), &own);
        let theirs = workflow(&["zero", "one", "two", "three"]).replace("checkout@v4", "checkout@v5");
        let merged = merged(&base, &ours, &theirs);
        assert!(merged.is_clean());
        assert_eq!(text(&merged), theirs.replace(&job("two").replace("v4", "v5"), &own.replace("v4", "v5")));
    }

    #[test]
    fn a_step_is_known_by_its_name_and_a_text_merges_by_its_lines() {
        let base = workflow(&["one"]);
        let ours = base
            .replace("          make one\n", "          make mine\n          make one\n")
            .replace("      - uses: a/checkout@v4\n", "      - uses: a/checkout@v4 # mine\n");
        let theirs = base
            .replace("      - name: Run\n", "      - name: Set up\n        uses: a/setup@v1\n      - name: Run\n        shell: bash\n")
            .replace("          make done\n", "          make done\n          make more\n");
        let merged = merged(&base, &ours, &theirs);
        assert!(merged.is_clean(), "{}", text(&merged));
        let wanted = theirs
            .replace("          make one\n", "          make mine\n          make one\n")
            .replace("checkout@v4\n", "checkout@v4 # mine\n");
        assert_eq!(text(&merged), wanted);
    }

    #[test]
    fn a_commit_is_never_replaced_by_a_tag() {
        let base = workflow(&["one"]);
        let commit = "1".repeat(40);
        let ours = base.replace("checkout@v4", &format!("checkout@{commit} # v4.2.2"));
        let merged = merged(&base, &ours, &base.replace("checkout@v4", "checkout@v5").replace("[push]", "[push, pull_request]"));
        assert!(text(&merged).contains(&format!("<<<<<<< yours\n      - uses: a/checkout@{commit} # v4.2.2\n")), "{}", text(&merged));
        let conflict = &merged.conflicts[0];
        assert_eq!(conflict.key, "jobs.one.steps[0].uses");
        let suggestion = conflict.suggestion.as_ref().unwrap();
        assert_eq!((suggestion.rule.id, suggestion.text.contains(&commit)), ("stronger-pin", true));
        let newer = format!("checkout@{} # v5.0.1", "2".repeat(40));
        let theirs = base.replace("checkout@v4", &newer);
        let merged = super::tests::merged(&base, &ours, &theirs);
        assert!(merged.is_clean() && text(&merged).contains(&newer), "the comment comes along: {}", text(&merged));
    }

    #[test]
    fn a_file_that_is_indented_otherwise_stays_so() {
        let base = "a:\n  - id: x\n    v: 1\n  - id: y\n    v: 1\nb: {k: [1, 2]}\n";
        let ours = "a:\n    -   id: x\n        v: 1\n    -   id: y\n        v: 2\nb: {k: [1, 2]}\n";
        let theirs = "a:\n  - id: x\n    v: 1\n    w: 3\n  - id: new\n    v: 9\n  - id: y\n    v: 1\nb: {k: [1, 2, 3]}\n";
        let merged = merged(base, ours, theirs);
        assert_eq!(
            text(&merged),
            "a:\n    -   id: x\n        v: 1\n        w: 3\n    - id: new\n      v: 9\n    -   id: y\n        v: 2\nb: {k: [1, 2, 3]}\n"
        );
    }

    #[test]
    fn values_with_tags_and_anchors_are_kept_as_they_are_written() {
        let base = "a: &x !!str 1\nb: *x\nl: !ENV [A, 1]\nm: &m\n  k: 1\nn:\n  <<: *m\n  z: 1\n";
        let ours = base.replace("z: 1", "z: 2");
        let theirs = base.replace("k: 1", "k: 1\n  j: 2").replace("[A, 1]", "[A, 2]");
        let merged = merged(base, &ours, &theirs);
        assert_eq!(text(&merged), theirs.replace("z: 1", "z: 2"));
    }

    #[test]
    fn is_left_to_text_where_it_is_not_safe() {
        for (base, ours, theirs) in [
            ("a: 1\n---\nb: 1\n", "a: 2\n---\nb: 1\n", "a: 1\n---\nb: 2\n"),
            ("a: 1\nb: 1\n", "a: 1\na: 2\nb: 1\n", "a: 1\nb: 2\n"),
            ("{% if x %}\na: 1\n{% endif %}\n", "{% if x %}\na: 2\n{% endif %}\n", "{% if y %}\na: 1\n{% endif %}\n"),
            ("? [a]\n: 1\nb: 1\n", "? [a]\n: 2\nb: 1\n", "? [a]\n: 1\nb: 2\n"),
        ] {
            assert_eq!(try_merge(base, ours, theirs), None, "{base}");
        }
    }
}
