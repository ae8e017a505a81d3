//! The tree that the outcomes of a merge leave behind.

use std::collections::BTreeMap;

use super::{Outcome, Side, Unreadable};
use crate::base::leaf::Leaf;

/// Returns the merged tree: the project with the outcomes in it. Conflicts of text stand there with their markers.
///
/// # Errors
/// Names the path of the project that could not be read, and why.
pub fn apply(outcomes: &[Outcome], ours: &Side<'_>) -> Result<BTreeMap<String, Leaf>, Unreadable> {
    let mut tree = BTreeMap::new();
    let taken: std::collections::BTreeSet<&str> =
        outcomes.iter().flat_map(|outcome| [Some(outcome.path.as_str()), outcome.from.as_deref()]).flatten().collect();
    for path in ours.entries().keys().filter(|path| !taken.contains(path.as_str())) {
        if let Some(leaf) = ours.leaf(path).map_err(|why| (path.clone(), why))? {
            tree.insert(path.clone(), leaf);
        }
    }
    tree.extend(outcomes.iter().filter_map(|outcome| Some((outcome.path.clone(), outcome.result.clone()?))));
    Ok(tree)
}
