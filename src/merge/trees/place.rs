//! Where each file of the result stands.
//!
//! The project's own paths never collide, so whatever cannot go where it should stays where the project has it. Paths that differ
//! only in upper and lower case are one place.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::folders::{Folders, Followed, above, join, parent};
use super::pair::Trio;
use super::rules::{FOLDER_UNCLEAR, FOLLOWS_YOUR_FOLDER, YOUR_SPELLING};
use crate::merge::Settled;

/// Where a file goes, and why.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// Its path in the result; nothing where nothing will stand.
    pub(super) path: Option<String>,
    /// The path that it should have had, where something is in the way.
    pub(super) taken: Option<String>,
    /// The place that the road gives it, where the project moved it to another one.
    pub(super) elsewhere: Option<String>,
    /// What rules said about the place.
    pub(super) notes: Vec<Settled>,
}

/// The folders that the two sides moved.
pub(super) struct Moved<'a> {
    /// By the project.
    pub(super) yours: Folders<'a>,
    /// By the road.
    pub(super) roads: Folders<'a>,
}

impl Place {
    fn at(path: &str) -> Self {
        Self { path: Some(path.to_owned()), ..Self::default() }
    }

    fn noted(mut self, rule: &'static crate::merge::rule::Rule, what: String) -> Self {
        self.notes.push(Settled { rule, line: 1, what });
        self
    }
}

/// Returns where a file should stand that stands in the result, before looking at what else is there.
pub(super) fn wanted(trio: &Trio, moved: &Moved<'_>) -> Place {
    match (&trio.base, &trio.ours, &trio.theirs) {
        (_, Some(ours), None) => Place::at(ours),
        (None, Some(ours), Some(theirs)) if ours == theirs => Place::at(ours),
        (None, Some(ours), Some(theirs)) => Place::at(ours).noted(&YOUR_SPELLING, format!("`{theirs}` is your `{ours}`")),
        (_, None, Some(theirs)) => added(theirs, &moved.yours),
        (Some(base), Some(ours), Some(theirs)) => both(base, ours, theirs, moved),
        (_, None, None) => Place::default(),
    }
}

/// Places what the road adds.
fn added(path: &str, yours: &Folders<'_>) -> Place {
    match yours.follow(path) {
        Followed::Stays => Place::at(path),
        Followed::Moved { folder, path: new, .. } => {
            let to = parent(&new).to_owned();
            Place::at(&new).noted(&FOLLOWS_YOUR_FOLDER, format!("`{path}` follows `{folder}` to `{to}`"))
        }
        Followed::Unclear { folder } => {
            Place::at(path).noted(&FOLDER_UNCLEAR, format!("`{path}` stays there, although you moved files of `{folder}`"))
        }
    }
}

/// Places a file that the project has and the road has before and now.
fn both(base: &str, ours: &str, theirs: &str, moved: &Moved<'_>) -> Place {
    if theirs == base || theirs == ours {
        return Place::at(ours);
    }
    if ours == base {
        return Place::at(theirs);
    }
    let goes = |folders: &Folders<'_>, path: &str| match folders.follow(path) {
        Followed::Moved { path, .. } => Some(path),
        Followed::Stays | Followed::Unclear { .. } => None,
    };
    // A side that only moved the folder has no opinion on where the file goes inside it.
    let with_yours = goes(&moved.yours, base).filter(|path| path == ours).and_then(|_| goes(&moved.yours, theirs));
    let with_roads = goes(&moved.roads, base).filter(|path| path == theirs).and_then(|_| goes(&moved.roads, ours));
    match (with_yours, with_roads) {
        (Some(path), None) => Place::at(&path),
        (None, Some(path)) => Place::at(&path),
        (Some(one), Some(other)) if one == other => Place::at(&one),
        (Some(_), Some(_)) | (None, None) => Place { elsewhere: Some(theirs.to_owned()), ..Place::at(ours) },
    }
}

/// Spells the folders of added files as the project spells them, where it has them in one spelling only.
pub(super) fn respell<'a>(trios: &[Trio], places: &mut [Place], ours: impl Iterator<Item = &'a String>) {
    let mut spellings: HashMap<String, Option<&str>> = HashMap::new();
    for folder in ours.flat_map(|path| above(path)).collect::<HashSet<_>>() {
        spellings.entry(folder.to_lowercase()).and_modify(|known| *known = None).or_insert(Some(folder));
    }
    for (trio, place) in trios.iter().zip(places) {
        let Some(path) = place.path.clone().filter(|path| trio.ours.as_ref() != Some(path)) else { continue };
        let known = above(&path).find_map(|folder| Some((folder, (*spellings.get(&folder.to_lowercase())?)?)));
        let Some((folder, yours)) = known.filter(|(folder, yours)| folder != yours) else { continue };
        let new = join(yours, path.get(folder.len()..).unwrap_or_default().trim_start_matches('/'));
        *place = std::mem::take(place).noted(&YOUR_SPELLING, format!("`{folder}` is your `{yours}`"));
        place.path = Some(new);
    }
}

/// Sends back what would stand where something else stands, until nothing collides.
pub(super) fn part(trios: &[Trio], places: &mut [Place], own: &[&str]) {
    // Each round sends at least one file back. The limit is for crafted chains of moves: then all moves are taken back at once.
    for round in 0..64 {
        let colliding = collisions(trios, places, own);
        if colliding.is_empty() {
            return;
        }
        let all: Vec<usize> = (0..trios.len()).filter(|at| moves(&trios[*at], &places[*at])).collect();
        for at in if round < 60 { colliding } else { all } {
            send_back(&trios[at], &mut places[at]);
        }
    }
}

/// Whether a file is to stand where the project does not have it.
fn moves(trio: &Trio, place: &Place) -> bool {
    place.path.is_some() && place.path != trio.ours
}

fn send_back(trio: &Trio, place: &mut Place) {
    let Some(path) = place.path.take() else { return };
    let road = trio.theirs.clone().filter(|theirs| trio.ours.is_none() && *theirs != path && place.taken.is_none());
    place.notes.clear();
    place.path = trio.ours.clone().or(road);
    place.taken.get_or_insert(path);
}

/// Returns the files that are to stand where something else will, or inside of it.
fn collisions(trios: &[Trio], places: &[Place], own: &[&str]) -> Vec<usize> {
    let mut standing: BTreeMap<String, usize> = BTreeMap::new();
    let mut folders: HashSet<String> = HashSet::new();
    let results = places.iter().filter_map(|place| place.path.as_deref());
    for path in own.iter().copied().chain(results) {
        let folded = path.to_lowercase();
        folders.extend(above(&folded).map(str::to_owned));
        *standing.entry(folded).or_default() += 1;
    }
    let collides = |path: &str| {
        let folded = path.to_lowercase();
        standing.get(&folded).is_some_and(|count| *count > 1)
            || folders.contains(&folded)
            || above(&folded).any(|folder| standing.contains_key(folder))
    };
    (0..trios.len()).filter(|at| moves(&trios[*at], &places[*at]) && places[*at].path.as_deref().is_some_and(collides)).collect()
}
