//! Lock files, per package: those in pip's form, and the TOML ones of uv, Poetry, PDM, PEP 751 and Cargo.
//!
//! A package's block is taken whole: a version and its hashes never come from two sides. What two tools locked apart was
//! never resolved together, so that each merge of a lock says that it wants to be locked again.

mod blocks;

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::keyed::{self, Contest, Format, Item, SEPARATE_PARTS, Settlement};
use super::rule::Rule;
use super::version::{self, HIGHER_PIN};
use super::{LABELS, Merged, Merger, Settled, Sides, requirements};

/// The merger.
pub static MERGER: Merger = Merger { name: "lock-file", claims, merge, objects_to_lines: None };

/// Both sides changed a lock.
pub(super) static LOCK_AGAIN: Rule = Rule {
    id: "lock-again",
    why: "Both sides changed the lock. Each package is as one side locked it, but all of them were never resolved together.",
};

/// How a lock is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    /// As pip reads it.
    Requirements,
    /// Blocks of TOML.
    Blocks,
    /// JSON of npm.
    Npm,
}

fn form_of(path: &str) -> Option<Form> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let folder = path.rsplit('/').nth(1).unwrap_or("");
    let pylock = name.starts_with("pylock.") && name.ends_with(".toml");
    match name {
        "uv.lock" | "poetry.lock" | "pdm.lock" | "Cargo.lock" => Some(Form::Blocks),
        "package-lock.json" | "npm-shrinkwrap.json" => Some(Form::Npm),
        _ if pylock => Some(Form::Blocks),
        _ if name.starts_with("requirements") && name.ends_with(".lock") => Some(Form::Requirements),
        _ if folder == "locks" && name.ends_with(".txt") => Some(Form::Requirements),
        _ => None,
    }
}

fn claims(path: &str) -> bool {
    form_of(path).is_some()
}

fn merge(sides: &Sides<'_>) -> Option<Merged> {
    match form_of(sides.path)? {
        Form::Requirements => requirements::merge_as(MERGER.name, sides),
        Form::Blocks => merge_blocks(sides),
        Form::Npm => merge_npm(sides),
    }
}

/// Says that a merged lock wants to be locked again.
pub(super) fn lock_again(merged: &mut Merged) {
    let what = "the lock holds packages of both sides: lock again before you rely on it".to_owned();
    merged.settled.push(Settled { rule: &LOCK_AGAIN, line: 1, what });
}

fn merge_blocks(sides: &Sides<'_>) -> Option<Merged> {
    let texts = [sides.base.unwrap_or_default(), sides.ours, sides.theirs];
    let texts: Option<Vec<&str>> = texts.iter().map(|bytes| std::str::from_utf8(bytes).ok()).collect();
    let texts = texts?;
    if texts.iter().any(|text| toml_edit::Document::parse(*text).is_err()) {
        return None;
    }
    let several = several(&texts)?;
    let format = Format {
        name: MERGER.name,
        read: &|text| blocks::items(text, &several),
        settle,
        weakens: |_, _| false,
        akin: |_, _| false,
        may_sort: false,
        contested: |_| Some(Vec::new()),
    };
    let mut merged = keyed::merge(&format, sides)?;
    if merged.is_clean() && toml_edit::Document::parse(std::str::from_utf8(&merged.bytes).ok()?).is_err() {
        return None;
    }
    lock_again(&mut merged);
    Some(merged)
}

/// Returns the names that one of the locks has more than once: those go with their version.
fn several(texts: &[&str]) -> Option<HashSet<String>> {
    let mut several = HashSet::new();
    for text in texts {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for item in blocks::items(&text.replace("\r\n", "\n"), &HashSet::new())? {
            let Some(key) = item.key else { continue };
            let times = seen.entry(key.clone()).or_default();
            *times += 1;
            if *times > 1 {
                several.insert(key);
            }
        }
    }
    Some(several)
}

fn settle(contest: &Contest<'_>) -> Settlement {
    let Contest { base, ours, theirs } = *contest;
    let (of_ours, of_theirs) = (blocks::version(&ours.text), blocks::version(&theirs.text));
    let (Some(of_ours), Some(of_theirs)) = (of_ours, of_theirs) else { return Settlement::Conflict(None) };
    let was = base.and_then(|base| blocks::version(&base.text));
    let lowered = |version: &str| was.is_some_and(|was| version::order(version, was) == Some(Ordering::Less));
    let take = |item: &Item, version: &str| Settlement::Take {
        item: item.clone(),
        rule: &HIGHER_PIN,
        what: format!("`{}` goes to the higher {version}", item.label),
    };
    match version::order(of_ours, of_theirs) {
        Some(_) if lowered(of_ours) || lowered(of_theirs) => Settlement::Conflict(None),
        Some(Ordering::Less) => take(theirs, of_theirs),
        Some(Ordering::Greater) => take(ours, of_ours),
        Some(Ordering::Equal) => by_line(contest).unwrap_or(Settlement::Conflict(None)),
        None => Settlement::Conflict(None),
    }
}

/// Merges two blocks of one version by line, as where both sides gave the project itself a dependency.
fn by_line(contest: &Contest<'_>) -> Option<Settlement> {
    let base = contest.base?;
    let sides = Sides {
        path: "",
        base: Some(base.text.as_bytes()),
        ours: contest.ours.text.as_bytes(),
        theirs: contest.theirs.text.as_bytes(),
        labels: LABELS,
    };
    let merged = keyed::by_line(MERGER.name, &sides)?;
    let text = String::from_utf8(merged.bytes).ok().filter(|_| merged.conflicts.is_empty())?;
    toml_edit::Document::parse(text.as_str()).ok()?;
    let what = format!("`{}` has the changes of both sides", contest.ours.label);
    Some(Settlement::Take { item: Item { value: blocks::value(&text), text, ..contest.ours.clone() }, rule: &SEPARATE_PARTS, what })
}

/// Merges by line: versions and hashes stand on neighbouring lines, so that two changes of one package are a conflict.
fn merge_npm(sides: &Sides<'_>) -> Option<Merged> {
    let mut merged = keyed::by_line(MERGER.name, sides)?;
    if merged.is_clean() {
        serde_json::from_slice::<serde::de::IgnoredAny>(&merged.bytes).ok()?;
        lock_again(&mut merged);
    }
    Some(merged)
}

#[cfg(test)]
mod tests;
