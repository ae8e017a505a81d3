//! Whole trees: which files belong together on the three sides, and what becomes of each.

mod apply;
mod away;
mod combine;
mod content;
mod folders;
mod own;
mod pair;
mod place;
mod renames;
pub mod rules;
mod settle;
mod side;
mod similarity;
mod split;

use std::collections::BTreeSet;

pub use apply::apply;
pub use side::{Entry, Side};

use super::{Conflict, Labels, Settled};
use crate::base::leaf::Leaf;
use folders::Folders;
use own::Own;
use pair::Trio;
use place::{Moved, Place};
use settle::Leaves;

/// A path that could not be read, and why.
pub type Unreadable = (String, String);

/// What becomes of one path.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Where it stands in the result; where nothing will stand there, where it stood in the project, or in the road.
    pub path: String,
    /// Where the project has it now, if that is another path.
    pub from: Option<String>,
    /// Its path in the road before, where it was there.
    pub base_path: Option<String>,
    /// Its path in the road now, where it is there.
    pub theirs_path: Option<String>,
    /// What happens.
    pub verdict: Verdict,
    /// What stands at `path` afterwards; nothing for no file. For conflicts of text: with markers.
    pub result: Option<Leaf>,
    /// The three sides, for git's index; only where there is a conflict.
    pub stages: Option<Stages>,
    /// The merger that made the result, where content was merged.
    pub merger: Option<&'static str>,
    /// Contested places that a rule settled.
    pub settled: Vec<Settled>,
    /// What is left to a person; not empty exactly for `Verdict::Conflict`.
    pub conflicts: Vec<Conflict>,
}

/// The three sides of a conflict.
#[derive(Clone, Debug, Default)]
pub struct Stages {
    /// Stage 1.
    pub base: Option<Leaf>,
    /// Stage 2.
    pub ours: Option<Leaf>,
    /// Stage 3.
    pub theirs: Option<Leaf>,
}

/// What happens to a path.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Verdict {
    /// The road did not change it: the project's stays, whatever it is.
    Unchanged,
    /// The project has what the road gives already.
    Same,
    /// New from the road.
    Created,
    /// The road's new content replaces its own earlier one.
    Updated,
    /// The road removed it, and the project had not touched it.
    Removed,
    /// Changes of both sides are in the result. Also where a file is moved and edited.
    Merged,
    /// The road moved it, and the project had not touched it.
    Moved,
    /// The road changed it, and the project had deleted it: it stays deleted.
    DeletedByYou,
    /// A person has to decide.
    Conflict,
}

impl Verdict {
    /// Returns the word for it in our formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Same => "same",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Removed => "removed",
            Self::Merged => "merged",
            Self::Moved => "moved",
            Self::DeletedByYou => "deleted-by-you",
            Self::Conflict => "conflict",
        }
    }
}

/// Merges three trees. Returns an outcome for every path that the road has before or now, in order of path. What only the
/// project has is not touched and not listed, except for files that follow a folder that the road moved: these have neither
/// `base_path` nor `theirs_path`.
///
/// In a conflict of kind `Rename`, `key` is the place that the road gives the file; in one of kind `Occupied`, the place that is
/// taken. Where the road adds a file at a place that another file of the result has, both are in one outcome: its result is the
/// file that stands there, stage 3 is the road's.
///
/// # Errors
/// Names the path that could not be read, and why.
pub fn merge(base: &Side<'_>, ours: &Side<'_>, theirs: &Side<'_>, labels: Labels<'_>) -> Result<Vec<Outcome>, Unreadable> {
    let (your_moves, road_moves) = (renames::find(base, ours)?, renames::find(base, theirs)?);
    let moved = Moved { yours: Folders::of(base, ours, &your_moves), roads: Folders::of(base, theirs, &road_moves) };
    let mut trios = pair::pair(base, ours, theirs, &your_moves, &road_moves)?;
    let mut leaves = trios.iter().map(|trio| Leaves::read(trio, base, ours, theirs)).collect::<Result<Vec<_>, _>>()?;
    let mut splits = split::find(&mut trios, &mut leaves, base, labels);
    splits.away.extend(away::with_folders(&trios, ours));
    let mut places: Vec<Place> = Vec::new();
    for (at, (trio, leaves)) in trios.iter().zip(&leaves).enumerate() {
        let nowhere = splits.away.contains_key(&at) || settle::is_removed(trio, leaves, &moved.yours);
        places.push(if nowhere { Place::default() } else { place::wanted(trio, &moved) });
    }
    let paired: BTreeSet<&str> = trios.iter().filter_map(|trio| trio.ours.as_deref()).collect();
    let own = Own::of(ours, &moved.roads, |path| !paired.contains(path));
    for (path, place) in &own.along {
        let trio = Trio { ours: Some((*path).to_owned()), ..Trio::default() };
        leaves.push(Leaves::read(&trio, base, ours, theirs)?);
        trios.push(trio);
        places.push(place.clone());
    }
    place::respell(&trios, &mut places, ours.entries().keys());
    place::part(&trios, &mut places, &own.stay);
    let mut outcomes = Vec::new();
    for (at, ((trio, place), leaves)) in trios.iter().zip(places).zip(leaves).enumerate() {
        let outcome = match splits.away.get(&at) {
            Some(note) => settle::stays_away(trio, note),
            None => settle::settle(trio, place, leaves, ours, theirs, labels),
        };
        outcomes.extend(outcome.map(|outcome| match splits.merged.get(&at) {
            Some((leaf, note)) if outcome.verdict == Verdict::Created => settle::with_edits(outcome, leaf, note),
            Some(_) | None => outcome,
        }));
    }
    own.say(&mut outcomes);
    Ok(combine::combine(outcomes))
}
