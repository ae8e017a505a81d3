//! The three sides of an upgrade, with what is not up for a merge taken out: files that are the project's alone.

use std::collections::{BTreeMap, BTreeSet};

use super::ours::Ours;
use crate::base::leaf::Leaf;
use crate::merge::trees::{Entry, Side};
use crate::ops::base::{self, Base, Given};
use crate::render::{Reason, Rendered};
use crate::repo::lock::Ownership;

/// What the road gives now, and what is the project's alone.
#[derive(Debug)]
pub struct Filtered {
    /// The road before.
    pub base: BTreeMap<String, Leaf>,
    /// The road now.
    pub theirs: BTreeMap<String, Leaf>,
    /// Files that stay whatever the road has, and why: shown where the road changed them.
    pub kept: BTreeMap<String, &'static str>,
    /// What the project did not take before, and does not get now.
    pub not_taken: BTreeSet<String>,
}

const SEEDED: &str = "It is yours since it was written.";
const THERE: &str = "Something of yours stands there, and the road's would only be a start.";
const ADOPTED: &str = "Something of yours stood there before the road gave it.";
const NOT_TAKEN: &str = "The project did not take it before.";

/// Moves files that the same template gives another name now, such as that of a package, in base and in ours.
///
/// # Errors
/// Names the file of the project that cannot be read, and why.
pub fn follow_names(given: &mut BTreeMap<String, Given>, now: &Rendered, ours: &mut Ours<'_>) -> Result<(), (String, String)> {
    let paths: BTreeMap<&str, &str> = base::templates(now).into_iter().map(|(path, template)| (template, path)).collect();
    let target = |path: &str, file: &Given| {
        let target = file.template.as_deref().and_then(|template| paths.get(template)).copied()?;
        let free = target != path && now.tree.get(path).is_none() && !given.contains_key(target);
        free.then(|| (path.to_owned(), target.to_owned()))
    };
    let moves: Vec<(String, String)> = given.iter().filter_map(|(path, file)| target(path, file)).collect();
    if moves.is_empty() {
        return Ok(());
    }
    let there = ours.entries();
    for (from, to) in along(&moves, now, &there) {
        ours.rename(&from, &to).map_err(|why| (from, why))?;
    }
    for (from, to) in moves {
        if let Some(file) = given.remove(&from) {
            given.insert(to.clone(), Given { renamed: true, ..file });
        }
        if there.contains_key(&from) && !there.contains_key(&to) {
            ours.rename(&from, &to).map_err(|why| (from, why))?;
        }
    }
    Ok(())
}

/// Returns the moves of files that only the project has, in folders that move whole: no file of the road is left in them.
fn along(moves: &[(String, String)], now: &Rendered, there: &BTreeMap<String, Entry>) -> Vec<(String, String)> {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
    let mut folders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, to) in moves {
        if let (Some(from), Some(to)) = (folder(from), folder(to)) {
            folders.entry(from).or_default().insert(to);
        }
    }
    let left = |from: &str| now.tree.iter().any(|(path, _)| path.as_str().starts_with(from));
    let whole: Vec<(&String, &String)> =
        folders.iter().filter(|(from, to)| to.len() == 1 && !left(from)).filter_map(|(from, to)| Some((from, to.first()?))).collect();
    let known: BTreeSet<&str> = moves.iter().map(|(from, _)| from.as_str()).collect();
    let target = |path: &String| {
        // The deepest folder that moves is the one that says where to.
        let (from, to) = whole.iter().rev().find(|(from, _)| path.starts_with(from.as_str()))?;
        let target = format!("{to}{}", &path[from.len()..]);
        (!known.contains(path.as_str()) && !there.contains_key(&target) && now.tree.get(&target).is_none())
            .then_some((path.clone(), target))
    };
    there.keys().filter_map(target).collect()
}

/// Takes out of base and theirs what no upgrade touches: seeded files that the road gave before, whatever became of them;
/// new seeded files where something stands; what the project left when it came to the road.
///
/// A project that was `adopted` keeps what stands at the path of any file that is new.
pub fn filter(before: &Base, given: BTreeMap<String, Given>, now: &Rendered, ours: &BTreeMap<String, Entry>, adopted: bool) -> Filtered {
    let mut filtered = Filtered { base: BTreeMap::new(), theirs: BTreeMap::new(), kept: BTreeMap::new(), not_taken: BTreeSet::new() };
    let reasons: BTreeMap<&str, &Reason> = now.reasons.iter().map(|reason| (reason.path.as_str(), reason)).collect();
    for (path, file) in now.tree.iter() {
        let path = path.as_str();
        let seeded = reasons.get(path).is_some_and(|reason| reason.ownership == Ownership::Seeded);
        let leaf = base::leaf(file);
        match given.get(path) {
            // A seeded file that bears another answer's name has to be moved and edited as the others are.
            Some(earlier) if seeded && !earlier.renamed => {
                if earlier.leaf.as_ref() != Some(&leaf) && ours.contains_key(path) {
                    filtered.kept.insert(path.to_owned(), SEEDED);
                }
            }
            None if before.not_taken.contains(path) => {
                filtered.not_taken.insert(path.to_owned());
                filtered.kept.insert(path.to_owned(), NOT_TAKEN);
            }
            None if adopted && ours.contains_key(path) => {
                filtered.not_taken.insert(path.to_owned());
                filtered.kept.insert(path.to_owned(), ADOPTED);
            }
            None if seeded && ours.contains_key(path) => {
                filtered.kept.insert(path.to_owned(), THERE);
            }
            Some(_) | None => {
                filtered.theirs.insert(path.to_owned(), leaf);
            }
        }
    }
    for (path, file) in &given {
        let now_seeded = !file.renamed && reasons.get(path.as_str()).is_some_and(|reason| reason.ownership == Ownership::Seeded);
        let gone = file.ownership == Ownership::Seeded && !reasons.contains_key(path.as_str());
        if let Some(leaf) = file.leaf.clone().filter(|_| !now_seeded && !gone) {
            filtered.base.insert(path.clone(), leaf);
        }
    }
    filtered
}

/// Returns a side in memory.
pub fn side(files: &BTreeMap<String, Leaf>) -> Side<'static> {
    Side::of(files.iter().map(|(path, leaf)| (path.clone(), leaf.clone())))
}
