//! Files of the project alone, in folders that the road moved.
//!
//! They go along where the road moved more of the folder than the project has in it, and more than one file: a folder that is
//! mostly the project's is not the road's to move.

use std::collections::BTreeMap;

use super::folders::{Folders, Followed, parent};
use super::place::Place;
use super::rules::{FOLLOWS_ROAD_FOLDER, YOURS_STAY};
use super::{Outcome, Side};
use crate::merge::Settled;

/// What happens to the files of the project alone.
#[derive(Debug, Default)]
pub(super) struct Own<'a> {
    /// Those that go along, with their places.
    pub(super) along: Vec<(&'a str, Place)>,
    /// Those that stay.
    pub(super) stay: Vec<&'a str>,
    /// How many stay in folders that the road moved, by folder.
    left: BTreeMap<&'a str, usize>,
}

impl<'a> Own<'a> {
    /// Decides about the files of the project for which `is_own` holds.
    pub(super) fn of(ours: &'a Side<'_>, roads: &Folders<'a>, is_own: impl Fn(&str) -> bool) -> Self {
        let own: Vec<&str> = ours.entries().keys().map(String::as_str).filter(|path| is_own(path)).collect();
        if roads.is_empty() {
            return Self { stay: own, ..Self::default() };
        }
        let mut held: BTreeMap<&str, usize> = BTreeMap::new();
        for path in &own {
            if let Followed::Moved { folder, .. } = roads.follow(path) {
                *held.entry(folder).or_default() += 1;
            }
        }
        let mut result = Self::default();
        for path in own {
            match roads.follow(path) {
                Followed::Moved { folder, path: new, files } => {
                    let count = held.get(folder).copied().unwrap_or_default();
                    if files > 1 && files >= count {
                        let what = format!("`{path}` follows `{folder}` to `{}`", parent(&new));
                        let notes = vec![Settled { rule: &FOLLOWS_ROAD_FOLDER, line: 1, what }];
                        result.along.push((path, Place { path: Some(new), notes, ..Place::default() }));
                        continue;
                    }
                    result.left.insert(folder, count);
                }
                Followed::Stays | Followed::Unclear { .. } => {}
            }
            result.stay.push(path);
        }
        result
    }

    /// Says with a file that the road moved away that others stay behind.
    pub(super) fn say(&self, outcomes: &mut [Outcome]) {
        for (folder, count) in &self.left {
            let inside = |outcome: &&mut Outcome| {
                outcome.base_path.as_ref().is_some_and(|path| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
            };
            let what = match count {
                1 => format!("a file of yours stays in `{folder}`, which the road moved"),
                count => format!("{count} files of yours stay in `{folder}`, which the road moved"),
            };
            if let Some(outcome) = outcomes.iter_mut().find(inside) {
                outcome.settled.push(Settled { rule: &YOURS_STAY, line: 1, what });
            }
        }
    }
}
