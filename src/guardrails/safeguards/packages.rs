//! What the locks, the list of components and the list of refused releases have lost.

use std::collections::{BTreeMap, BTreeSet};

use super::{Loss, line_with};

/// Returns what a hash lock has lost: hashes, and scanners.
pub fn lost_in_lock(path: &str, before: &str, now: &str) -> Vec<Loss> {
    let (before, now) = (requirements(before), requirements(now));
    let mut out = Vec::new();
    for (name, is) in &now {
        if is.hashes.is_empty() {
            if before.get(name).is_some_and(|was| was.hashes.is_empty()) {
                continue;
            }
            out.push(Loss::new(is.line, name, format!("`{name}` is installed without a hash"), "run `make lock`"));
            continue;
        }
        let Some(was) = before.get(name) else { continue };
        if was.version != is.version {
            // Another version has other files, so hashes that stayed tell that only the number was changed.
            if was.hashes == is.hashes {
                let what = format!("`{name}` is {} instead of {} with the same hashes", is.version, was.version);
                out.push(Loss::new(is.line, name, what, "run `make lock`"));
            }
            continue;
        }
        // New wheels of a version only add hashes; a hash that was exchanged lets another file in.
        if !was.hashes.is_subset(&is.hashes) && !is.hashes.is_subset(&was.hashes) {
            out.push(Loss::new(
                is.line,
                name,
                format!("the hashes of `{name}` {} are others than the road locked", is.version),
                "run `make lock`, and find out who changed them",
            ));
        }
    }
    for name in before.keys().filter(|name| !now.contains_key(*name)) {
        let loss = Loss::new(
            0,
            name,
            format!("`{name}` is not locked any more"),
            "run `make lock`, or take the package out of `pyproject.toml` too",
        );
        out.push(if path.contains("security") { loss } else { loss.advice() });
    }
    out
}

struct Requirement {
    line: usize,
    version: String,
    hashes: BTreeSet<String>,
}

/// Reads `name==version ; marker \` and the hashes below it.
fn requirements(text: &str) -> BTreeMap<String, Requirement> {
    let mut out: BTreeMap<String, Requirement> = BTreeMap::new();
    let mut open: Option<String> = None;
    for (at, line) in text.lines().enumerate() {
        let words = line.split_whitespace().filter_map(|word| word.strip_prefix("--hash="));
        if !line.starts_with([' ', '\t', '#', '-']) && !line.trim().is_empty() {
            let head = line.split([' ', ';', '\\']).next().unwrap_or(line);
            let end = head.find(['=', '<', '>', '~', '!', '@']).unwrap_or(head.len());
            let (name, version) = (&head[..end], head[end..].trim_start_matches("=="));
            let name = name.split('[').next().unwrap_or(name).to_ascii_lowercase();
            out.entry(name.clone()).or_insert_with(|| Requirement { line: at + 1, version: version.to_owned(), hashes: BTreeSet::new() });
            open = Some(name);
        }
        if let Some(requirement) = open.as_ref().and_then(|name| out.get_mut(name)) {
            requirement.hashes.extend(words.map(str::to_owned));
        }
    }
    out
}

/// Returns the components that the list no longer names.
pub fn lost_in_sbom(before: &str, now: &str) -> Vec<Loss> {
    let names = |text: &str| -> Option<BTreeMap<String, bool>> {
        let document: serde_json::Value = serde_json::from_str(text).ok()?;
        let components = document.get("components")?.as_array()?;
        let name = |component: &serde_json::Value| {
            let hashed = component.to_string().contains("\"SHA-256\"");
            Some((component.get("name")?.as_str()?.to_ascii_lowercase(), hashed))
        };
        Some(components.iter().filter_map(name).collect())
    };
    let Some(was) = names(before) else { return Vec::new() };
    let Some(is) = names(now) else {
        return vec![Loss::new(0, "sbom", "the list of components cannot be read any more", "run `make sbom`")];
    };
    let mut out = Vec::new();
    for (name, hashed) in &was {
        match is.get(name) {
            None => out.push(Loss::new(0, name, format!("`{name}` is not in the list of components any more"), "run `make sbom`").advice()),
            Some(false) if *hashed => out.push(Loss::new(
                line_with(now, &format!("\"{name}\"")),
                name,
                format!("`{name}` has no digest in the list of components"),
                "run `make sbom`",
            )),
            Some(_) => {}
        }
    }
    out
}

/// Returns the refused releases that are let in again.
pub fn lost_in_denied(before: &str, now: &str) -> Vec<Loss> {
    let rows = |text: &str| -> Option<BTreeMap<String, String>> {
        let table: toml::Table = text.parse().ok()?;
        let mut out = BTreeMap::new();
        for kind in ["package", "action"] {
            for row in table.get(kind).and_then(toml::Value::as_array).into_iter().flatten() {
                let text = |key: &str| row.get(key).and_then(toml::Value::as_str).unwrap_or_default();
                out.insert(format!("{kind} `{}`", text("name")), text("versions").to_owned());
            }
        }
        Some(out)
    };
    let Some(was) = rows(before) else { return Vec::new() };
    let Some(is) = rows(now) else {
        return vec![Loss::new(0, "denied", "the list of refused releases cannot be read any more", "correct the TOML")];
    };
    let mut out = Vec::new();
    for (name, versions) in &was {
        match is.get(name) {
            None => out.push(Loss::new(
                0,
                name,
                format!("the {name}, which is known to be malicious, is not refused any more"),
                "Put its row back",
            )),
            Some(now_versions) if now_versions != versions => {
                let line = line_with(now, name.trim_start_matches(|c| c != '`').trim_matches('`'));
                out.push(Loss::new(
                    line,
                    name,
                    format!("other versions of the {name} are refused than before"),
                    format!("refuse `{versions}` again"),
                ));
            }
            Some(_) => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_hashes_go_and_lets_new_wheels_in() {
        let before = "a==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nb==2 \\\n    --hash=sha256:cc\n";
        let lost = |now: &str| lost_in_lock("locks/requirements-security.txt", before, now);
        assert!(lost(before).is_empty());
        assert!(lost(&before.replace("sha256:aa", "sha256:aa --hash=sha256:ab")).is_empty());
        assert_eq!(lost(&before.replace("sha256:cc", "sha256:cd"))[0].key, "b");
        assert_eq!(lost(&before.replace("b==2", "b==1"))[0].key, "b");
        assert_eq!(lost(&before.replace("b==2", "b>=2"))[0].key, "b");
        assert_eq!(lost(&before.replace(" \\\n    --hash=sha256:cc", ""))[0].line, 4);
        assert_eq!(lost(&before.replace("b==2 \\\n    --hash=sha256:cc\n", "")).len(), 1);
        assert!(lost(&before.replace("b==2 \\\n    --hash=sha256:cc", "b==3 \\\n    --hash=sha256:ff")).is_empty());
        assert_eq!(lost_in_denied("[[action]]\nname = \"x\"\n", "").len(), 1);
    }
}
