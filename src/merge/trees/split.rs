//! A file that the road divided into several.
//!
//! A part is a new file of the road most of whose lines come from a file that the road gave up. What the project had deleted stays
//! away in parts, too. What the project had edited is followed into the parts where that is certain: each edit lies among lines
//! that exactly one part has, and each part merges without a conflict. Otherwise nothing is followed, and the edited file is a
//! conflict.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use imara_diff::{Algorithm, Diff, Token};

use super::Side;
use super::content::{equal_but_for_spaces, join};
use super::pair::Trio;
use super::rules::{SPLIT_AWAY, SPLIT_FOLLOWED};
use super::settle::Leaves;
use super::similarity::{Fingerprint, MAX_BYTES};
use crate::base::leaf::Leaf;
use crate::merge::{Labels, Settled};

/// How much of a part has to come from the divided file.
const FROM_WHOLE: f64 = 0.6;
/// How much of a part has to come from a file that the project deleted, for the part to stay away, too.
const FROM_DELETED: f64 = 0.75;
/// How much more a part has to have from the divided file than from another file of the road before.
const ABOVE_PATTERN: f64 = 0.2;
/// How many lines a file may have whose parts are looked for.
const MAX_LINES: usize = 20_000;
/// How many pairs of files are compared.
const MAX_PAIRS: usize = 20_000;

/// How many candidates are compared with all files of the road before.
const MAX_CHECKS: usize = 64;

/// What is known about divided files.
#[derive(Debug, Default)]
pub(super) struct Splits {
    /// What the parts hold that got edits of the project, by place in the list of files.
    pub(super) merged: BTreeMap<usize, (Leaf, Settled)>,
    /// The parts of deleted files, with what to say about each.
    pub(super) away: BTreeMap<usize, Settled>,
}

/// Lines that were replaced by others.
struct Change {
    /// The lines before.
    before: Range<usize>,
    /// The lines now.
    after: Range<usize>,
}

/// Looks for divided files. One whose edits were all followed is no longer paired with a file of the road now.
pub(super) fn find(trios: &mut Vec<Trio>, leaves: &mut Vec<Leaves>, base: &Side<'_>, labels: Labels<'_>) -> Splits {
    let mut splits = Splits::default();
    let wholes: Vec<usize> = (0..trios.len()).filter(|at| is_divided(&trios[*at], &leaves[*at])).collect();
    if wholes.is_empty() {
        return splits;
    }
    let added: Vec<usize> = (0..trios.len()).filter(|at| trios[*at].base.is_none() && trios[*at].ours.is_none()).collect();
    let texts: Vec<(usize, Fingerprint)> = added.iter().filter_map(|at| Some((*at, fingerprint(leaves[*at].theirs.as_ref())?))).collect();
    if texts.is_empty() || wholes.len() * texts.len() > MAX_PAIRS {
        return splits;
    }
    let mut checks = MAX_CHECKS;
    for at in wholes {
        let Some(whole) = fingerprint(leaves[at].base.as_ref()) else { continue };
        let deleted = trios[at].ours.is_none();
        let least = if deleted { FROM_DELETED } else { FROM_WHOLE };
        let free = |part: &usize| !splits.merged.contains_key(part) && !splits.away.contains_key(part);
        let path = trios[at].base.clone().unwrap_or_default();
        let alike = texts.iter().filter(|(part, text)| free(part) && text.contained(&whole) >= least).take(checks);
        let alike: Vec<&(usize, Fingerprint)> = alike.collect();
        checks -= alike.len();
        let own = |text: &Fingerprint| !is_pattern(text, base, &path, text.contained(&whole) - ABOVE_PATTERN);
        let parts: Vec<usize> = alike.into_iter().filter(|(_, text)| own(text)).map(|(part, _)| *part).collect();
        if deleted {
            splits.away.extend(parts.into_iter().map(|part| {
                let what = format!("`{}` is a part of `{path}`, which you deleted", trios[part].theirs.as_deref().unwrap_or_default());
                (part, Settled { rule: &SPLIT_AWAY, line: 1, what })
            }));
        } else if !parts.is_empty() {
            follow(at, parts, trios, leaves, labels, &mut splits);
        }
    }
    splits
}

/// Whether the road gave up the path of a file that the project deleted or edited.
fn is_divided(trio: &Trio, leaves: &Leaves) -> bool {
    let gave_up = trio.base.is_some() && trio.base != trio.theirs;
    let edited = leaves.base.as_ref().zip(leaves.ours.as_ref()).is_none_or(|(base, ours)| !equal_but_for_spaces(base, ours));
    gave_up && edited && (trio.ours.is_none() || trio.ours == trio.base)
}

fn fingerprint(leaf: Option<&Leaf>) -> Option<Fingerprint> {
    let leaf = leaf.filter(|leaf| leaf.kind.is_file() && leaf.bytes.len() as u64 <= MAX_BYTES)?;
    Fingerprint::of(&leaf.bytes)
}

/// Whether another file of the road before has this much of the part: then the part is one more of a pattern.
fn is_pattern(part: &Fingerprint, base: &Side<'_>, whole: &str, least: f64) -> bool {
    base.entries().iter().filter(|(path, entry)| *path != whole && entry.kind.is_file() && entry.size <= MAX_BYTES).any(|(path, _)| {
        let leaf = base.leaf(path).ok().flatten();
        fingerprint(leaf.as_ref()).is_some_and(|other| part.contained(&other) >= least)
    })
}

/// Puts the edits of a file into the parts, where that is certain.
fn follow(at: usize, mut parts: Vec<usize>, trios: &mut Vec<Trio>, leaves: &mut Vec<Leaves>, labels: Labels<'_>, splits: &mut Splits) {
    let renamed = trios[at].theirs.clone();
    let (Some(base), Some(ours)) = (leaves[at].base.clone(), leaves[at].ours.clone()) else { return };
    if let (Some(path), Some(road)) = (&renamed, &leaves[at].theirs) {
        if join(path, Some(&base), &ours, road, labels).conflicts.is_empty() {
            return;
        }
        parts.push(trios.len());
        let part = Leaves { theirs: Some(road.clone()), ..Leaves::default() };
        trios.push(Trio { theirs: renamed.clone(), ..Trio::default() });
        leaves.push(part);
    }
    let contents: Vec<&Leaf> = parts.iter().filter_map(|part| leaves[*part].theirs.as_ref()).collect();
    let paths: Vec<&str> = parts.iter().filter_map(|part| trios[*part].theirs.as_deref()).collect();
    let Some(merged) = divide(&base, &ours, &paths, &contents, labels) else {
        if renamed.is_some() {
            trios.pop();
            leaves.pop();
        }
        return;
    };
    let whole = trios[at].base.clone().unwrap_or_default();
    for (part, leaf) in parts.into_iter().zip(merged) {
        if let Some(leaf) = leaf {
            let what = format!("your edits of `{whole}` are in `{}` now", trios[part].theirs.as_deref().unwrap_or_default());
            splits.merged.insert(part, (leaf, Settled { rule: &SPLIT_FOLLOWED, line: 1, what }));
        }
    }
    trios[at].theirs = None;
    leaves[at].theirs = None;
    // The edits are in the parts, so what is left is the road's own, which it removed.
    leaves[at].ours = leaves[at].base.clone();
}

/// Returns what each part holds with its edits, or nothing for a part that has none; nothing at all where that is not certain.
fn divide(base: &Leaf, ours: &Leaf, paths: &[&str], parts: &[&Leaf], labels: Labels<'_>) -> Option<Vec<Option<Leaf>>> {
    let (base_lines, our_lines) = (lines(&base.bytes), lines(&ours.bytes));
    let part_lines: Vec<Vec<&[u8]>> = parts.iter().map(|part| lines(&part.bytes)).collect();
    if part_lines.iter().chain([&base_lines, &our_lines]).any(|lines| lines.len() > MAX_LINES) || base.kind != ours.kind {
        return None;
    }
    let mut numbers: HashMap<&[u8], u32> = HashMap::new();
    let mut number_all = Vec::new();
    for lines in [&base_lines, &our_lines].into_iter().chain(&part_lines) {
        let of_one: Vec<u32> = lines
            .iter()
            .map(|line| {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                *numbers.entry(line.trim_ascii_end()).or_insert(next)
            })
            .collect();
        number_all.push(of_one);
    }
    let count = u32::try_from(numbers.len()).ok()?;
    let (before, rest) = number_all.split_first()?;
    let (after, parts_numbers) = rest.split_first()?;
    let kept: Vec<BTreeSet<usize>> = parts_numbers.iter().map(|part| kept(before, &changes(before, part, count))).collect();
    let mut edits: Vec<Vec<&Change>> = vec![Vec::new(); parts.len()];
    let all = changes(before, after, count);
    let mut copies: HashMap<u32, usize> = HashMap::new();
    before.iter().for_each(|line| *copies.entry(*line).or_default() += 1);
    let telling = |line: usize| before.get(line).is_some_and(|line| copies.get(line) == Some(&1));
    for change in &all {
        edits.get_mut(home(change, before.len(), telling, &kept)?)?.push(change);
    }
    let mut merged = Vec::new();
    for (((path, part), kept), edits) in paths.iter().zip(parts).zip(&kept).zip(&edits) {
        if edits.is_empty() {
            merged.push(None);
            continue;
        }
        let base_line = |line: &usize| base_lines.get(*line).copied().unwrap_or_default();
        let old: Vec<u8> = kept.iter().flat_map(|line| base_line(line).iter().copied()).collect();
        let mut new = Vec::new();
        let mut next = edits.iter().peekable();
        for line in kept {
            while let Some(edit) = next.next_if(|edit| edit.before.start <= *line) {
                put(&mut new, &our_lines, edit);
            }
            if !edits.iter().any(|edit| edit.before.contains(line)) {
                new.extend_from_slice(base_line(line));
            }
        }
        next.for_each(|edit| put(&mut new, &our_lines, edit));
        let joined = join(path, Some(&Leaf::new(part.kind, old)), &Leaf::new(part.kind, new), part, labels);
        if !joined.conflicts.is_empty() {
            return None;
        }
        merged.push(Some(joined.leaf));
    }
    Some(merged)
}

/// Returns the one part that an edit belongs to.
fn home(change: &Change, length: usize, telling: impl Fn(usize) -> bool, kept: &[BTreeSet<usize>]) -> Option<usize> {
    let window = change.before.start.saturating_sub(1)..(change.before.end + 1).min(length);
    let mut homes = (0..kept.len()).filter(|part| window.clone().all(|line| kept[*part].contains(&line)));
    let home = homes.next()?;
    // The end of a part is no neighbour of the next one, and lines that stand in several places prove nothing.
    let proven = window.clone().any(|line| telling(line) && kept.iter().filter(|part| part.contains(&line)).count() == 1);
    (homes.next().is_none() && proven).then_some(home)
}

/// Returns the changes from `before` to `after`, whose lines are numbers below `count`.
fn changes(before: &[u32], after: &[u32], count: u32) -> Vec<Change> {
    let tokens = |lines: &[u32]| lines.iter().map(|line| Token(*line)).collect::<Vec<_>>();
    let mut diff = Diff::default();
    diff.compute_with(Algorithm::Histogram, &tokens(before), &tokens(after), count);
    let range = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks().map(|hunk| Change { before: range(hunk.before), after: range(hunk.after) }).collect()
}

fn put(text: &mut Vec<u8>, lines: &[&[u8]], edit: &Change) {
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    edit.after.clone().filter_map(|line| lines.get(line)).for_each(|line| text.extend_from_slice(line));
}

/// Returns the lines of a text that another one still has.
fn kept(before: &[u32], changes: &[Change]) -> BTreeSet<usize> {
    let gone: BTreeSet<usize> = changes.iter().flat_map(|change| change.before.clone()).collect();
    (0..before.len()).filter(|line| !gone.contains(line)).collect()
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}
