//! Which folders a side moved, told from the files that it moved.
//!
//! As in git, a folder counts as moved when nothing stands in it any more on that side and one new folder got more of its files
//! than any other. Only files that kept their name are evidence.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Side;

/// What a side did with the folders of the road before.
#[derive(Debug, Default)]
pub(super) struct Folders<'a> {
    /// The folders that a side emptied, or at least half of which it moved.
    fates: BTreeMap<&'a str, Fate>,
    /// The folders that the side has.
    standing: HashSet<&'a str>,
}

/// What became of a folder.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Fate {
    /// It went to another place as a whole.
    Moved { to: String, files: usize },
    /// It went to several places, or a part of it stayed.
    Unclear,
}

/// Where a path goes with the folder that it lies in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Followed<'a> {
    /// The folder was not moved.
    Stays,
    /// The folder was moved, so the path would be this one.
    Moved { folder: &'a str, path: String, files: usize },
    /// The folder was moved, but not to one place.
    Unclear { folder: &'a str },
}

impl<'a> Folders<'a> {
    /// Reads the moves of folders off the moves of files.
    pub(super) fn of(base: &'a Side<'_>, side: &'a Side<'_>, moved: &'a BTreeMap<String, String>) -> Self {
        if moved.is_empty() {
            return Self::default();
        }
        let mut votes: BTreeMap<&str, HashMap<&str, usize>> = BTreeMap::new();
        for (from, to) in moved {
            for (folder, new) in steps(from, to) {
                *votes.entry(folder).or_default().entry(new).or_default() += 1;
            }
        }
        let standing: HashSet<&str> = side.entries().keys().flat_map(|path| above(path)).collect();
        let mut held: HashMap<&str, usize> = HashMap::new();
        for folder in base.entries().keys().flat_map(|path| above(path)) {
            *held.entry(folder).or_default() += 1;
        }
        let fates = votes.into_iter().filter_map(|(folder, places)| {
            let held = held.get(folder).copied().unwrap_or_default();
            Some((folder, fate(folder, &places, held, standing.contains(folder))?))
        });
        Self { fates: fates.collect(), standing }
    }

    /// Returns whether no folder was moved.
    pub(super) fn is_empty(&self) -> bool {
        self.fates.is_empty()
    }

    /// Returns where `path` goes with its folder.
    pub(super) fn follow(&self, path: &str) -> Followed<'a> {
        if self.fates.is_empty() {
            return Followed::Stays;
        }
        for folder in above(path) {
            let Some((folder, fate)) = self.fates.get_key_value(folder) else {
                if self.standing.contains(folder) {
                    return Followed::Stays;
                }
                continue;
            };
            let rest = path.get(folder.len()..).unwrap_or_default().trim_start_matches('/');
            return match fate {
                Fate::Moved { to, files } => Followed::Moved { folder, path: join(to, rest), files: *files },
                Fate::Unclear => Followed::Unclear { folder },
            };
        }
        Followed::Stays
    }
}

/// Decides what became of a folder from how many of its files went where.
fn fate(folder: &str, places: &HashMap<&str, usize>, held: usize, stands: bool) -> Option<Fate> {
    let (to, files) = places.iter().max_by_key(|(place, files)| (**files, std::cmp::Reverse(**place)))?;
    let clear = places.values().filter(|other| *other == files).count() == 1;
    // One file that left the top is no move of the whole project.
    let enough = !folder.is_empty() || *files > 1;
    if !stands && clear && enough {
        return Some(Fate::Moved { to: (*to).to_owned(), files: *files });
    }
    let most = places.values().sum::<usize>() * 2 >= held;
    (most && enough).then_some(Fate::Unclear)
}

/// Returns the folders that a move of a file moves: `a/b/x` to `c/b/x` moves `a/b` to `c/b` and `a` to `c`.
fn steps<'p>(from: &'p str, to: &'p str) -> Vec<(&'p str, &'p str)> {
    let (mut old, mut new) = (from, to);
    let mut steps = Vec::new();
    while !old.is_empty() && !new.is_empty() && name(old) == name(new) {
        (old, new) = (parent(old), parent(new));
        if old == new {
            break;
        }
        steps.push((old, new));
    }
    steps
}

/// Returns the folders that a path lies in, innermost first, ending with the top, which is empty.
pub(super) fn above(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').map(|(at, _)| path.get(..at).unwrap_or_default()).chain(std::iter::once(""))
}

/// Returns the folder of a path; empty for the top.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the last part of a path.
pub(super) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Puts a path into a folder.
pub(super) fn join(folder: &str, rest: &str) -> String {
    if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::leaf::{Kind, Leaf};

    fn side(paths: &[&str]) -> Side<'static> {
        Side::of(paths.iter().map(|path| ((*path).to_owned(), Leaf::new(Kind::Plain, path.as_bytes()))))
    }

    fn follow(base: &[&str], now: &[&str], moved: &[(&str, &str)], path: &str) -> Option<String> {
        let moved = moved.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        let (base, now) = (side(base), side(now));
        match Folders::of(&base, &now, &moved).follow(path) {
            Followed::Moved { path, .. } => Some(path),
            Followed::Unclear { .. } => Some("?".to_owned()),
            Followed::Stays => None,
        }
    }

    #[test]
    fn a_folder_that_went_to_one_place_takes_new_paths_along() {
        let moved = [("src/a/x", "lib/a/x"), ("src/y", "lib/y")];
        let run = |path| follow(&["src/a/x", "src/y", "z"], &["lib/a/x", "lib/y", "z"], &moved, path);
        assert_eq!(run("src/new"), Some("lib/new".to_owned()));
        assert_eq!(run("src/a/new"), Some("lib/a/new".to_owned()));
        assert_eq!(run("src/b/new"), Some("lib/b/new".to_owned()));
        assert_eq!(run("new"), None);
        assert_eq!(run("srcx/new"), None);
    }

    #[test]
    fn a_folder_that_stands_or_went_apart_takes_nothing_along() {
        assert_eq!(follow(&["a/x", "a/y"], &["b/x", "a/y"], &[("a/x", "b/x")], "a/n"), Some("?".to_owned()));
        assert_eq!(follow(&["a/x", "a/y", "a/z"], &["b/x", "a/y", "a/z"], &[("a/x", "b/x")], "a/n"), None);
        assert_eq!(follow(&["a/x", "a/y"], &["b/x", "c/y"], &[("a/x", "b/x"), ("a/y", "c/y")], "a/n"), Some("?".to_owned()));
        assert_eq!(follow(&["a/x"], &["b/q"], &[("a/x", "b/q")], "a/n"), None);
    }
}
