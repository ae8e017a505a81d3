//! New files of the road in folders that the project deleted.
//!
//! Where the road had files in a folder before and the project deleted every one of them, it does not want that part of the road:
//! what the road adds to the folder stays away. Whoever deleted one of several is offered the new one.

use std::collections::HashMap;

use super::Side;
use super::folders::{above, parent};
use super::pair::Trio;
use super::rules::FOLDER_AWAY;
use crate::merge::Settled;

/// Returns the added files that stay away, by place in the list, with what to say about each.
pub(super) fn with_folders(trios: &[Trio], ours: &Side<'_>) -> Vec<(usize, Settled)> {
    let mut kept: HashMap<&str, bool> = HashMap::new();
    for trio in trios {
        if let Some(base) = &trio.base {
            *kept.entry(parent(base)).or_default() |= trio.ours.is_some();
        }
    }
    let added = trios.iter().enumerate().filter(|(_, trio)| trio.base.is_none() && trio.ours.is_none());
    added
        .filter_map(|(at, trio)| {
            let path = trio.theirs.as_deref()?;
            let folder = Some(parent(path)).filter(|folder| !folder.is_empty() && kept.get(folder) == Some(&false))?;
            if above(path).any(|folder| ours.entry(folder).is_some()) {
                // The folder is not deleted: something else stands in its place, and that is a conflict.
                return None;
            }
            let what = format!("`{path}` is new in `{folder}`, where you deleted all that the road had");
            Some((at, Settled { rule: &FOLDER_AWAY, line: 1, what }))
        })
        .collect()
}
