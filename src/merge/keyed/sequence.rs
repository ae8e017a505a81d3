//! Two diffs against one base, laid over each other: the regions of three sequences that belong together.
//!
//! The regions are those of diff3 (S. Khanna, K. Kunal, B. Pierce: "A formal investigation of diff3", 2007).

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The longest sequence that is compared.
const LONGEST: usize = 12_000;

/// Places of the three sequences that belong together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Region {
    pub(super) base: Range<usize>,
    pub(super) ours: Range<usize>,
    pub(super) theirs: Range<usize>,
    /// Whether all three hold the same tokens.
    pub(super) stable: bool,
}

/// Cuts three sequences into regions; nothing where one is too long.
pub(super) fn regions<T: Eq + Hash>(base: &[T], ours: &[T], theirs: &[T]) -> Option<Vec<Region>> {
    if [base, ours, theirs].iter().any(|side| side.len() > LONGEST) {
        return None;
    }
    let mut ids = HashMap::new();
    let base = numbered(base, &mut ids);
    let ours = numbered(ours, &mut ids);
    let theirs = numbered(theirs, &mut ids);
    let (to_ours, to_theirs) = (matches(&base, &ours), matches(&base, &theirs));
    let mut regions = Vec::new();
    let (mut b, mut o, mut t) = (0, 0, 0);
    loop {
        let stable = (b..base.len()).take_while(|&at| to_ours[at] == Some(o + at - b) && to_theirs[at] == Some(t + at - b)).count();
        if stable > 0 {
            regions.push(Region { base: b..b + stable, ours: o..o + stable, theirs: t..t + stable, stable: true });
            (b, o, t) = (b + stable, o + stable, t + stable);
            continue;
        }
        let next = (b..base.len()).find_map(|at| Some((at, to_ours[at]?, to_theirs[at]?)));
        let (to_b, to_o, to_t) = next.unwrap_or((base.len(), ours.len(), theirs.len()));
        if (to_b, to_o, to_t) != (b, o, t) {
            regions.push(Region { base: b..to_b, ours: o..to_o, theirs: t..to_t, stable: false });
        }
        (b, o, t) = (to_b, to_o, to_t);
        if next.is_none() {
            return Some(regions);
        }
    }
}

fn numbered<'a, T: Eq + Hash>(tokens: &'a [T], ids: &mut HashMap<&'a T, u32>) -> Vec<u32> {
    tokens
        .iter()
        .map(|token| {
            let next = u32::try_from(ids.len()).unwrap_or(u32::MAX);
            *ids.entry(token).or_insert(next)
        })
        .collect()
}

/// Returns for each place of `new` the place of `old` that it belongs to.
pub(super) fn align<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<Option<usize>> {
    let mut ids = HashMap::new();
    let (old, new) = (numbered(old, &mut ids), numbered(new, &mut ids));
    matches(&new, &old)
}

/// Returns for each place of `old` the place of `new` that it belongs to.
fn matches(old: &[u32], new: &[u32]) -> Vec<Option<usize>> {
    let mut found = vec![None; old.len()];
    for op in capture_diff_slices(Algorithm::Patience, old, new) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            for at in 0..len {
                found[old_index + at] = Some(new_index + at);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_where_all_three_agree() {
        let regions = regions(&["a", "b", "c"], &["a", "x", "c"], &["a", "b", "c", "d"]).unwrap();
        let found: Vec<_> = regions.iter().map(|region| (region.ours.clone(), region.theirs.clone(), region.stable)).collect();
        assert_eq!(found, [(0..1, 0..1, true), (1..2, 1..2, false), (2..3, 2..3, true), (3..3, 3..4, false)]);
    }

    proptest! {
        #[test]
        fn regions_cover_every_place_once(base in "[a-d]{0,12}", ours in "[a-d]{0,12}", theirs in "[a-d]{0,12}") {
            let [base, ours, theirs] = [base, ours, theirs].map(|side| side.chars().collect::<Vec<_>>());
            let regions = regions(&base, &ours, &theirs).unwrap();
            let (mut b, mut o, mut t) = (0, 0, 0);
            for region in regions {
                prop_assert_eq!((region.base.start, region.ours.start, region.theirs.start), (b, o, t));
                (b, o, t) = (region.base.end, region.ours.end, region.theirs.end);
                if region.stable {
                    prop_assert_eq!(&base[region.base.clone()], &ours[region.ours]);
                    prop_assert_eq!(&base[region.base], &theirs[region.theirs]);
                }
            }
            prop_assert_eq!((b, o, t), (base.len(), ours.len(), theirs.len()));
        }
    }
}
