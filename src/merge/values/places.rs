//! Whether the values of a text that was merged by lines stand where a side has them.
//!
//! Lines know nothing of what they lie in: the entry that the road adds at the end of the file can come to lie in a mapping
//! that the project made longer, and the text can be read all the same.

use std::collections::HashSet;

use super::engine::{self, Read};
use super::three_way::Three;
use super::{Body, Document, Node, SIZE};
use crate::merge::style::Style;
use crate::merge::{Merged, Sides};

/// A value and the keys that lead to it; items of a list are not told apart.
type Place = (String, String);

/// Whether the merge by lines says something else than the values do: a value stands where neither side has it, the values
/// come out otherwise, or are left to a person and no rule is named. A text of several lines may be made of both.
pub(in crate::merge) fn are_mixed_up(sides: &Sides<'_>, merged: &Merged, read: Read) -> bool {
    let plain = |bytes: &[u8]| Style::of(bytes).filter(|_| bytes.len() <= SIZE).map(|(_, text)| text);
    let base = sides.base.map(plain);
    let (Some(ours), Some(theirs), Some(merged_text)) = (plain(sides.ours), plain(sides.theirs), plain(&merged.bytes)) else {
        return false;
    };
    let (Some(ours), Some(theirs), Some(result)) = (read(&ours), read(&theirs), read(&merged_text)) else { return false };
    let places = |document: &Document<'_>| {
        let mut places = HashSet::new();
        gather(&document.root, document.text, "", &mut places);
        places
    };
    let sided: HashSet<Place> = places(&ours).into_iter().chain(places(&theirs)).collect();
    if !places(&result).is_subset(&sided) {
        return true;
    }
    let base = match &base {
        None => None,
        Some(base) => match base.as_deref().map(read) {
            Some(Some(base)) => Some(base),
            Some(None) | None => return false,
        },
    };
    engine::differs(Three { base: base.as_ref(), ours: &ours, theirs: &theirs }, &result, !merged.settled.is_empty())
}

fn gather(node: &Node, text: &str, path: &str, places: &mut HashSet<Place>) {
    match &node.body {
        Body::Scalar(scalar) => {
            let in_lines = text[node.span.clone()].trim_end().contains('\n');
            places.insert((path.to_owned(), if in_lines { String::new() } else { scalar.text().to_owned() }));
        }
        Body::List(items) => items.iter().for_each(|item| gather(&item.node, text, &format!("{path}\0"), places)),
        Body::Map(entries) => entries.iter().for_each(|entry| gather(&entry.node, text, &format!("{path}\0{}", entry.key), places)),
    }
}
