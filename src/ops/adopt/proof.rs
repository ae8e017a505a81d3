//! The proof that an edit changes what was announced and nothing else: both contents are read as data and compared value by
//! value, and every line that differs has to bear such a value.
//!
//! It knows nothing of how the edit was made. An edit without a proof is not made.

mod values;

use std::collections::{BTreeMap, BTreeSet};

use similar::{ChangeTag, TextDiff};

use crate::report::adopt::Announced;
use values::{Form, Leaf};

/// Proves an edit of a file that is there. Returns the values that differ.
///
/// # Errors
/// Says what is not as announced: then the edit is dropped.
pub(super) fn prove(path: &str, before: &[u8], after: &[u8]) -> Result<Vec<Announced>, String> {
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| "it is no text in UTF-8".to_owned());
    let (before, after) = (text(before)?, text(after)?);
    let form = Form::of(path).ok_or("there is no reader for its format that could prove the edit")?;
    let (was, is) = (form.read(before)?, form.read(after)?);
    let differences = differences(&was, &is);
    if let Some(strange) = differences.iter().find(|difference| !is_announced(form, difference)) {
        return Err(format!("`{}` would change in a way that was not announced", strange.key));
    }
    lines_hold(before, after, &was, &is, &differences, form)?;
    Ok(differences)
}

fn differences(was: &BTreeMap<String, Leaf>, is: &BTreeMap<String, Leaf>) -> Vec<Announced> {
    let keys: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let value = |leaves: &BTreeMap<String, Leaf>, key: &str| leaves.get(key).map(|leaf| leaf.value.clone());
    keys.into_iter()
        .map(|key| Announced { key: key.clone(), before: value(was, key), after: value(is, key) })
        .filter(|difference| difference.before != difference.after)
        .collect()
}

/// Whether a difference is one that adoption may make: it pins the same thing, takes rights away, or keeps files out of git.
fn is_announced(form: Form, difference: &Announced) -> bool {
    let key = difference.key.as_str();
    let last = key.rsplit('.').next().unwrap_or(key);
    match (form, difference.before.as_deref(), difference.after.as_deref()) {
        (Form::Lines, None, Some(_)) => true,
        (Form::Lines, ..) => false,
        (_, Some(before), Some(after)) if digest_off(after) == before && after != before => true,
        (Form::Requirements, Some(before), Some(after)) => pins_version(before, after),
        (Form::Yaml, Some(before), Some(after)) if last == "uses" => pins_commit(before, after),
        (Form::Yaml, before, Some("false")) if last == "persist-credentials" => before.is_none_or(|before| before == "true"),
        (Form::Yaml, Some("write-all"), None) => last == "permissions",
        (Form::Yaml, None, Some(after)) => {
            let of_permissions = last == "permissions" || key.split('.').rev().nth(1) == Some("permissions");
            of_permissions && matches!(after, "read" | "none" | "read-all" | "{}")
        }
        (Form::Toml | Form::Dockerfile | Form::Requirements | Form::Yaml, ..) => false,
    }
}

/// Returns a text without the digests in it.
fn digest_off(text: &str) -> String {
    let mut out = text.to_owned();
    while let Some(at) = out.find("@sha256:") {
        let end = at + 8;
        let digits = out[end..].bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits != 64 {
            break;
        }
        out.replace_range(at..end + digits, "");
    }
    out
}

/// Whether `after` is the same action as `before` by a full commit.
fn pins_commit(before: &str, after: &str) -> bool {
    let parts = before.rsplit_once('@').zip(after.rsplit_once('@'));
    parts.is_some_and(|((was, old), (is, new))| was == is && old != new && new.len() == 40 && new.bytes().all(|c| c.is_ascii_hexdigit()))
}

/// Whether `after` asks for exactly one version of what `before` asks for.
fn pins_version(before: &str, after: &str) -> bool {
    let bare = |text: &str| text.split(';').next().unwrap_or_default().trim().to_owned();
    let (was, is) = (bare(before), bare(after));
    let same_marker = before.split_once(';').map(|(_, marker)| marker.trim()) == after.split_once(';').map(|(_, marker)| marker.trim());
    is.split_once("==").is_some_and(|(name, version)| {
        let rest = was.strip_prefix(name.trim());
        same_marker
            && !version.contains('*')
            && rest.is_some_and(|rest| !rest.contains("==") && !rest.starts_with(|c: char| c.is_alphanumeric()))
    })
}

/// Every line that is gone bears a value that changed, and every new line bears one, or is the key above one that is new.
fn lines_hold(
    before: &str,
    after: &str,
    was: &BTreeMap<String, Leaf>,
    is: &BTreeMap<String, Leaf>,
    differences: &[Announced],
    form: Form,
) -> Result<(), String> {
    let lines = |leaves: &BTreeMap<String, Leaf>, others: &BTreeMap<String, Leaf>| {
        let mut lines = BTreeSet::new();
        for leaf in differences.iter().filter_map(|difference| leaves.get(&difference.key)) {
            lines.extend(leaf.lines.clone());
            let new = |prefix: &str| !others.keys().any(|key| key == prefix || key.starts_with(&format!("{prefix}.")));
            lines.extend(leaf.above.iter().filter(|(prefix, _)| new(prefix)).map(|(_, line)| *line));
        }
        lines
    };
    let (gone, new) = (lines(was, is), lines(is, was));
    for change in TextDiff::from_lines(before, after).iter_all_changes() {
        let blank = change.value().trim().is_empty();
        let (line, holds) = match change.tag() {
            ChangeTag::Equal => continue,
            ChangeTag::Delete => (change.old_index(), change.old_index().is_some_and(|at| gone.contains(&(at + 1)))),
            ChangeTag::Insert => (change.new_index(), blank || change.new_index().is_some_and(|at| new.contains(&(at + 1)))),
        };
        // A last line without an end gets one where lines follow it.
        let ended = form == Form::Lines && before.lines().last() == Some(change.value().trim_end_matches(['\r', '\n']));
        if !holds && !ended {
            return Err(format!("line {} would change, and bears nothing that was announced", line.map_or(0, |at| at + 1)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn keys(path: &str, before: &str, after: &str) -> Result<Vec<String>, String> {
        prove(path, before.as_bytes(), after.as_bytes()).map(|all| all.into_iter().map(|one| one.key).collect())
    }

    #[test]
    fn takes_pins_and_rights_that_shrink() {
        let before = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: a/b@v1\n";
        let after = format!(
            "on: push\npermissions:\n  contents: read\n\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: a/b@{COMMIT} # v1\n"
        );
        assert_eq!(keys("w.yml", before, &after), Ok(vec!["jobs.a.steps[0].uses".into(), "permissions.contents".into()]));
        let digest = format!("@sha256:{}", "0".repeat(64));
        assert_eq!(keys("Dockerfile", "FROM a:1\nRUN x\n", &format!("FROM a:1{digest}\nRUN x\n")), Ok(vec!["1 FROM".into()]));
        assert_eq!(keys("requirements.txt", "numpy>=1 # n\ntorch\n", "numpy==1.2 # n\ntorch\n"), Ok(vec!["numpy".into()]));
        assert_eq!(keys(".gitignore", "a", "a\n.env\n"), Ok(vec![".env".into()]));
    }

    #[test]
    fn refuses_everything_else() {
        let before = "on: push\njobs:\n  a:\n    steps:\n      - uses: a/b@v1\n      - run: x # keep\n";
        for (why, after) in [
            ("another action", before.replace("a/b@v1", &format!("a/c@{COMMIT}"))),
            ("a tag", before.replace("@v1", "@v2")),
            ("another value", before.replace("run: x", "run: y")),
            ("a right to write", before.replace("jobs:", "permissions:\n  contents: write\njobs:")),
            ("a comment elsewhere", before.replace("# keep", "# gone")),
            ("an indentation elsewhere", before.replace("      - run", "      -  run")),
            ("no YAML", before.replace("jobs:", "jobs: [")),
        ] {
            assert!(keys("w.yml", before, &after).is_err(), "{why}");
        }
        assert!(keys("requirements.txt", "a\nb\n", "a==1\n").is_err());
        assert!(keys("requirements.txt", "a==1\n", "a==2\n").is_err());
        assert!(keys("requirements.txt", "a>=1; python_version<'3'\n", "a==1\n").is_err());
        assert!(keys("Dockerfile", "FROM a:1\nRUN x\n", "FROM a:2\nRUN x\n").is_err());
        assert!(keys(".gitignore", "a\nb\n", "a\n.env\n").is_err());
        assert!(keys("train.py", "a = 1\n", "a = 2\n").is_err());
    }
}
