//! What becomes of one file, once it is known where it stands.

use super::content::{Joined, equal_but_for_line_ends, equal_but_for_spaces, join, same_kind, whole};
use super::folders::{Folders, Followed};
use super::pair::Trio;
use super::place::Place;
use super::{Outcome, Side, Stages, Unreadable, Verdict};
use crate::base::leaf::Leaf;
use crate::merge::{Conflict, ConflictKind, Labels, Settled};

/// The contents of a file on the three sides.
#[derive(Clone, Debug, Default)]
pub(super) struct Leaves {
    /// In the road before.
    pub(super) base: Option<Leaf>,
    /// In the project.
    pub(super) ours: Option<Leaf>,
    /// In the road now.
    pub(super) theirs: Option<Leaf>,
}

impl Leaves {
    /// Reads the contents.
    ///
    /// # Errors
    /// Names the path that could not be read, and why.
    pub(super) fn read(trio: &Trio, base: &Side<'_>, ours: &Side<'_>, theirs: &Side<'_>) -> Result<Self, Unreadable> {
        let read = |side: &Side<'_>, path: &Option<String>| match path {
            Some(path) => side.leaf(path).map_err(|why| (path.clone(), why)),
            None => Ok(None),
        };
        Ok(Self { base: read(base, &trio.base)?, ours: read(ours, &trio.ours)?, theirs: read(theirs, &trio.theirs)? })
    }

    /// Whether the road left the file as it was.
    fn road_is_still(&self, trio: &Trio) -> bool {
        trio.base == trio.theirs && self.base == self.theirs
    }

    /// Whether the project's file is the road's earlier one, but for line ends.
    fn untouched(&self) -> bool {
        self.base.as_ref().zip(self.ours.as_ref()).is_some_and(|(base, ours)| base.kind == ours.kind && equal_but_for_line_ends(base, ours))
    }

    fn stages(self) -> Stages {
        Stages { base: self.base, ours: self.ours, theirs: self.theirs }
    }
}

/// Whether nothing of the file is to stand in the result, because a side removed it.
pub(super) fn is_removed(trio: &Trio, leaves: &Leaves, yours: &Folders<'_>) -> bool {
    match (&trio.base, &trio.ours, &trio.theirs) {
        (Some(_), None, _) => true,
        (Some(base), Some(ours), None) => {
            let moved_alone = base != ours && !matches!(yours.follow(base), Followed::Moved { path, .. } if path == *ours);
            let unedited = |(base, ours)| same_kind(base, ours) && equal_but_for_spaces(base, ours);
            !moved_alone && leaves.base.as_ref().zip(leaves.ours.as_ref()).is_some_and(unedited)
        }
        (Some(_), Some(_), Some(_)) | (None, _, _) => false,
    }
}

/// Says what becomes of a file; nothing for a file of the project alone that stays where it is.
pub(super) fn settle(trio: &Trio, place: Place, leaves: Leaves, ours: &Side<'_>, theirs: &Side<'_>, labels: Labels<'_>) -> Option<Outcome> {
    let mut outcome = Outcome {
        path: place.path.clone().or_else(|| trio.ours.clone()).or_else(|| trio.base.clone()).or_else(|| trio.theirs.clone())?,
        from: trio.ours.clone().filter(|from| place.path.as_ref().is_some_and(|path| path != from)),
        base_path: trio.base.clone(),
        theirs_path: trio.theirs.clone(),
        verdict: Verdict::Unchanged,
        result: None,
        stages: None,
        merger: None,
        settled: place.notes.clone(),
        conflicts: Vec::new(),
    };
    match (&leaves.base, &leaves.ours, &leaves.theirs) {
        (None, Some(mine), None) => {
            outcome.from.as_ref()?;
            outcome.result = Some(mine.clone());
            outcome.verdict = Verdict::Moved;
        }
        (None, None, Some(_)) => create(&mut outcome, &place, leaves),
        (Some(_), None, _) => stay_away(&mut outcome, trio, leaves, ours),
        (Some(_), Some(mine), None) => {
            if place.path.is_none() {
                outcome.verdict = Verdict::Removed;
            } else {
                outcome.result = Some(mine.clone());
                let kind = if is_folder(theirs, &outcome.path) { ConflictKind::Type } else { ConflictKind::RemovedByRoad };
                let conflict = whole(kind, leaves.base.as_ref(), leaves.ours.as_ref(), None);
                contest(&mut outcome, conflict, leaves);
            }
        }
        (_, Some(mine), Some(road)) => {
            let joined = join(&outcome.path, leaves.base.as_ref(), mine, road, labels);
            three_sided(&mut outcome, trio, &place, leaves, joined);
        }
        (None, None, None) => return None,
    }
    Some(outcome)
}

/// A new file of the road that belongs to what the project deleted.
pub(super) fn stays_away(trio: &Trio, note: &Settled) -> Option<Outcome> {
    let path = trio.theirs.clone()?;
    Some(Outcome {
        path,
        from: None,
        base_path: None,
        theirs_path: trio.theirs.clone(),
        verdict: Verdict::DeletedByYou,
        result: None,
        stages: None,
        merger: None,
        settled: vec![note.clone()],
        conflicts: Vec::new(),
    })
}

/// A part of a file that the project edited, with those edits.
pub(super) fn with_edits(outcome: Outcome, leaf: &Leaf, note: &Settled) -> Outcome {
    let mut settled = outcome.settled;
    settled.push(note.clone());
    Outcome { verdict: Verdict::Merged, result: Some(leaf.clone()), settled, ..outcome }
}

/// The road adds a file.
fn create(outcome: &mut Outcome, place: &Place, leaves: Leaves) {
    if place.path.is_some() {
        outcome.result = leaves.theirs;
        outcome.verdict = Verdict::Created;
    } else {
        let mut conflict = whole(ConflictKind::Occupied, None, None, leaves.theirs.as_ref());
        conflict.key = place.taken.clone().unwrap_or_default();
        contest(outcome, conflict, leaves);
    }
}

/// The project has deleted the file.
fn stay_away(outcome: &mut Outcome, trio: &Trio, leaves: Leaves, ours: &Side<'_>) {
    let covered = |path: &str| is_folder(ours, path) || super::folders::above(path).any(|folder| ours.entry(folder).is_some());
    if leaves.theirs.is_none() {
        outcome.verdict = Verdict::Same;
    } else if leaves.road_is_still(trio) {
        outcome.verdict = Verdict::Unchanged;
    } else if covered(&outcome.path) {
        let conflict = whole(ConflictKind::Type, leaves.base.as_ref(), None, leaves.theirs.as_ref());
        contest(outcome, conflict, leaves);
    } else {
        outcome.verdict = Verdict::DeletedByYou;
    }
}

/// All three sides have it, or both sides added it.
fn three_sided(outcome: &mut Outcome, trio: &Trio, place: &Place, leaves: Leaves, joined: Joined) {
    let stays = outcome.from.is_none();
    let as_it_was = stays && leaves.ours.as_ref() == Some(&joined.leaf);
    outcome.result = Some(joined.leaf);
    outcome.merger = joined.merger;
    outcome.settled.extend(joined.settled);
    outcome.conflicts = joined.conflicts;
    for (kind, path) in [(ConflictKind::Rename, &place.elsewhere), (ConflictKind::Occupied, &place.taken)] {
        if let Some(path) = path {
            let mut conflict = whole(kind, leaves.base.as_ref(), leaves.ours.as_ref(), leaves.theirs.as_ref());
            conflict.key.clone_from(path);
            outcome.conflicts.push(conflict);
        }
    }
    let your_place = trio.base == trio.ours;
    outcome.verdict = if !outcome.conflicts.is_empty() {
        outcome.stages = Some(leaves.stages());
        return outcome.verdict = Verdict::Conflict;
    } else if leaves.road_is_still(trio) {
        Verdict::Unchanged
    } else if as_it_was && outcome.settled.is_empty() {
        Verdict::Same
    } else if leaves.untouched() && your_place {
        if stays { Verdict::Updated } else { Verdict::Moved }
    } else {
        Verdict::Merged
    };
}

fn contest(outcome: &mut Outcome, conflict: Conflict, leaves: Leaves) {
    outcome.verdict = Verdict::Conflict;
    outcome.conflicts.push(conflict);
    outcome.stages = Some(leaves.stages());
}

/// Whether the side has a folder at `path`.
fn is_folder(side: &Side<'_>, path: &str) -> bool {
    let inside = format!("{path}/");
    side.entries().range(inside.clone()..).next().is_some_and(|(first, _)| first.starts_with(&inside))
}
