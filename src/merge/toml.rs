//! TOML: tables, arrays of tables, lists and inline tables.

mod read;
mod scan;

use super::values::{engine, places};
use super::{Merged, Merger, Sides};

/// The merger.
pub static MERGER: Merger =
    Merger { name: "toml", claims, merge, objects_to_lines: Some(|sides, merged| places::are_mixed_up(sides, merged, read::read)) };

fn claims(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.to_ascii_lowercase().ends_with(".toml") || name == "Pipfile"
}

fn merge(sides: &Sides<'_>) -> Option<Merged> {
    engine::merge(sides, MERGER.name, read::read)
}

#[cfg(test)]
mod tests {
    use crate::merge::{LABELS, Merged, Sides};

    fn merged(base: &str, ours: &str, theirs: &str) -> Merged {
        let sides =
            Sides { path: "pyproject.toml", base: Some(base.as_bytes()), ours: ours.as_bytes(), theirs: theirs.as_bytes(), labels: LABELS };
        let first = super::merge(&sides).expect("the merger takes it");
        assert_eq!(first.merger, "toml");
        first
    }

    fn text(merged: &Merged) -> &str {
        std::str::from_utf8(&merged.bytes).unwrap()
    }

    const BASE: &str =
        "[project]\nname = \"x\"\ndependencies = [\n    \"a==1.0\",\n    \"b==2.0\", # because\n]\n\n[tool.ruff]\nline-length = 100\n";

    #[test]
    fn a_pin_is_raised_next_to_a_dependency_the_user_added() {
        let ours = BASE.replace("    \"b==2.0\", # because\n", "    \"b==2.0\", # because\n    \"mine>=3\",\n");
        let theirs = BASE.replace("b==2.0", "b==2.1");
        let merged = merged(BASE, &ours, &theirs);
        assert_eq!(text(&merged), ours.replace("b==2.0", "b==2.1"));
        assert_eq!(merged.settled.iter().map(|settled| settled.rule.id).collect::<Vec<_>>(), ["separate-keys"]);
        assert!(merged.is_clean() && merged.settled[0].what.contains("dependencies[2]"), "{:?}", merged.settled);
    }

    #[test]
    fn what_both_append_is_all_there() {
        let add = |line: &str| BASE.replace("# because\n", &format!("# because\n    {line},\n"));
        let merged = merged(BASE, &add("\"mine>=3\""), &add("\"yours>=4\""));
        assert!(merged.is_clean());
        assert_eq!(text(&merged), add("\"mine>=3\",\n    \"yours>=4\""));
        assert_eq!((merged.settled[0].rule.id, merged.settled[0].line), ("union-of-items", 7));
    }

    #[test]
    fn tables_and_keys_come_and_go_apart_from_each_other() {
        let ours = BASE.replace("line-length = 100\n", "line-length = 100\ntarget-version = \"py311\" # ours\n\n[tool.mine]\nx = 1\n");
        let theirs = BASE.replace("line-length = 100\n", "# wide\nline-length = 120\n\n[tool.mypy]\nstrict = true\n");
        let merged = merged(BASE, &ours, &theirs);
        let wanted = "# wide\nline-length = 120\ntarget-version = \"py311\" # ours\n\n[tool.mine]\nx = 1\n\n[tool.mypy]\nstrict = true\n";
        assert_eq!(text(&merged), BASE.replace("line-length = 100\n", wanted));
        assert!(merged.is_clean());
    }

    #[test]
    fn only_the_contested_key_has_markers() {
        let ours = BASE.replace("100", "88").replace("a==1.0", "a==1.1");
        let theirs = BASE.replace("100", "120").replace("a==1.0", "a==1.2");
        let merged = merged(BASE, &ours, &theirs);
        let markers =
            "<<<<<<< yours\nline-length = 88\n||||||| road before\nline-length = 100\n=======\nline-length = 120\n>>>>>>> road now\n";
        assert_eq!(text(&merged), BASE.replace("line-length = 100\n", markers).replace("a==1.0", "a==1.2"));
        let conflict = &merged.conflicts[0];
        assert_eq!((conflict.key.as_str(), conflict.line), ("tool.ruff.line-length", Some(9)));
        assert_eq!((conflict.ours.as_deref(), conflict.theirs.as_deref()), (Some("line-length = 88\n"), Some("line-length = 120\n")));
        assert_eq!((merged.settled[0].rule.id, merged.settled[0].line), ("higher-pin", 4));
        assert_eq!(merged.settled[0].what, "`project.dependencies[0]` goes to `a==1.2`; `a==1.1` gives way");
    }

    #[test]
    fn what_the_user_removed_stays_away_and_what_the_road_removed_is_asked_about() {
        let base = BASE.replace("    \"a==1.0\",\n", "    \"a==1.0\",\n    \"c==1.0\",\n");
        let merged = merged(&base, BASE, &base.replace("c==1.0", "c==1.1").replace("name = \"x\"", "name = \"y\""));
        assert_eq!(text(&merged), BASE.replace("name = \"x\"", "name = \"y\""));
        assert_eq!(merged.settled[0].rule.id, "deleted-by-you");
        let merged = super::tests::merged(&base, &base.replace("c==1.0", "c==1.5"), BASE);
        assert_eq!(merged.conflicts.len(), 1);
        assert_eq!((merged.conflicts[0].key.as_str(), merged.conflicts[0].theirs.as_deref()), ("project.dependencies[1]", None));
    }

    #[test]
    fn line_endings_and_the_last_line_stay_as_the_project_has_them() {
        let ours = BASE.replace("a==1.0", "a==1.5").replace('\n', "\r\n");
        let ours = ours.trim_end();
        let theirs = BASE.replace("    \"a==1.0\",\n", "    \"a==1.0\",\n    \"c>=1\",\n");
        let merged = merged(BASE, ours, &theirs);
        assert_eq!(text(&merged), ours.replace("    \"b==2.0", "    \"c>=1\",\r\n    \"b==2.0"));
    }

    #[test]
    fn arrays_of_tables_merge_by_the_name_of_their_items() {
        let base = "[[tool.mypy.overrides]]\nmodule = \"a\"\nx = 1\n\n[[tool.mypy.overrides]]\nmodule = \"b\"\nx = 1\n";
        let ours = base.replace("module = \"b\"\nx = 1", "module = \"b\"\nx = 2");
        let theirs = format!("[[tool.mypy.overrides]]\nmodule = \"new\"\nx = 1\n\n{}", base.replace("\"b\"\n", "\"b\"\ny = 5\n"));
        let merged = merged(base, &ours, &theirs);
        assert!(merged.is_clean());
        assert_eq!(text(&merged), theirs.replace("y = 5\nx = 1", "y = 5\nx = 2"));
    }

    #[test]
    fn falls_to_text_where_it_does_not_understand() {
        let merge = |base: &str, ours: &str, theirs: &str| {
            let sides =
                Sides { path: "x.toml", base: Some(base.as_bytes()), ours: ours.as_bytes(), theirs: theirs.as_bytes(), labels: LABELS };
            super::merge(&sides)
        };
        assert_eq!(merge("a = 1\n", "a = \n", "a = 2\n"), None, "no TOML");
        assert_eq!(merge("[a]\nb.c = 1\n", "[a]\nb.c = 1\nb.d = 2\n", "[a]\n[a.b]\nc = 1\n"), None, "one table in two ways");
    }
}
