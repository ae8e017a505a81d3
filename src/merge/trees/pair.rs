//! Which paths of the three sides are one file.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::content::equal_but_for_line_ends;
use super::{Side, Unreadable};

/// One file on the three sides; at least one side has it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Trio {
    /// Its path in the road before.
    pub(super) base: Option<String>,
    /// Its path in the project.
    pub(super) ours: Option<String>,
    /// Its path in the road now.
    pub(super) theirs: Option<String>,
}

/// Pairs the files of the road before and now with those of the project.
///
/// # Errors
/// Names the path that could not be read, and why.
pub(super) fn pair(
    base: &Side<'_>,
    ours: &Side<'_>,
    theirs: &Side<'_>,
    your_moves: &BTreeMap<String, String>,
    road_moves: &BTreeMap<String, String>,
) -> Result<Vec<Trio>, Unreadable> {
    let here = |side: &Side<'_>, moves: &BTreeMap<String, String>, path: &String| {
        if side.entry(path).is_some() { Some(path.clone()) } else { moves.get(path).cloned() }
    };
    let mut trios: Vec<Trio> = base
        .entries()
        .keys()
        .map(|path| Trio { base: Some(path.clone()), ours: here(ours, your_moves, path), theirs: here(theirs, road_moves, path) })
        .collect();
    let mut mine: BTreeSet<String> = trios.iter().filter_map(|trio| trio.ours.clone()).collect();
    let mut roads: BTreeSet<String> = trios.iter().filter_map(|trio| trio.theirs.clone()).collect();
    for trio in &mut trios {
        meet(trio, (base, ours, theirs), &mut mine, &mut roads)?;
    }
    let mut spelled: HashMap<String, Vec<&String>> = HashMap::new();
    for path in ours.entries().keys() {
        spelled.entry(path.to_lowercase()).or_default().push(path);
    }
    for path in theirs.entries().keys().filter(|path| !roads.contains(*path)) {
        let same = ours.entry(path).is_some().then(|| path.clone());
        let twin = || {
            spelled.get(&path.to_lowercase()).and_then(|twins| twins.iter().find(|twin| !mine.contains(**twin))).map(|twin| (*twin).clone())
        };
        let standing = same.filter(|path| !mine.contains(path)).or_else(twin);
        mine.extend(standing.clone());
        trios.push(Trio { base: None, ours: standing, theirs: Some(path.clone()) });
    }
    Ok(trios)
}

/// Looks at a file that one side moved to a path where the other side has a new file, too.
fn meet(
    trio: &mut Trio,
    (base, ours, theirs): (&Side<'_>, &Side<'_>, &Side<'_>),
    mine: &mut BTreeSet<String>,
    roads: &mut BTreeSet<String>,
) -> Result<(), Unreadable> {
    let fresh = |path: &str, side: &Side<'_>, taken: &BTreeSet<String>| {
        base.entry(path).is_none() && side.entry(path).is_some() && !taken.contains(path)
    };
    match (trio.ours.clone(), trio.theirs.clone()) {
        // Both gave up the old path, and both have a file at the new one: it is the same file, however much was rewritten.
        (None, Some(new)) if trio.base.as_ref() != Some(&new) && fresh(&new, ours, mine) => {
            mine.insert(new.clone());
            trio.ours = Some(new);
        }
        (Some(new), None) if trio.base.as_ref() != Some(&new) && fresh(&new, theirs, roads) => {
            roads.insert(new.clone());
            trio.theirs = Some(new);
        }
        // The project has the moved file already, beside the old one.
        (Some(old), Some(new)) if trio.base.as_ref() == Some(&old) && old != new && fresh(&new, ours, mine) => {
            let (yours, roads_new) = (leaf(ours, &new)?, leaf(theirs, &new)?);
            if yours.zip(roads_new).is_some_and(|(yours, road)| equal_but_for_line_ends(&yours, &road)) {
                roads.remove(&new);
                trio.theirs = None;
            }
        }
        _ => {}
    }
    Ok(())
}

fn leaf(side: &Side<'_>, path: &str) -> Result<Option<crate::base::leaf::Leaf>, Unreadable> {
    side.leaf(path).map_err(|why| (path.to_owned(), why))
}
