//! Three texts by line, with no rule: what both sides changed is a conflict. For files in which a rule could put lines of two
//! sides together that belong to one, as a version and its hash.

use std::ops::Range;

use super::sequence::regions;
use crate::merge::style::Style;
use crate::merge::{Conflict, ConflictKind, Merged, Sides, markers};

/// Merges by line; nothing where a side is too long, or is not text written in one way.
pub(in crate::merge) fn by_line(name: &'static str, sides: &Sides<'_>) -> Option<Merged> {
    let (style, ours) = Style::of(sides.ours)?;
    let (base, theirs) = (Style::of(sides.base.unwrap_or_default())?.1, Style::of(sides.theirs)?.1);
    let [b, o, t] = [&base, &ours, &theirs].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let mut merged = Merged::clean(Vec::new(), name);
    let mut text = String::new();
    let mut line = 1;
    for region in regions(&b, &o, &t)? {
        let lines = |side: &[&str], range: &Range<usize>| side[range.clone()].concat();
        let (base, ours, theirs) = (lines(&b, &region.base), lines(&o, &region.ours), lines(&t, &region.theirs));
        let from = text.len();
        if region.stable || base == theirs || ours == theirs {
            text.push_str(&ours);
        } else if base == ours {
            text.push_str(&theirs);
        } else {
            text.push_str(&markers::block(&base, &ours, &theirs, sides.labels));
            merged.conflicts.push(Conflict {
                kind: ConflictKind::Content,
                line: Some(line),
                key: String::new(),
                base: Some(base),
                ours: Some(ours),
                theirs: Some(theirs),
                suggestion: None,
            });
        }
        line += text[from..].matches('\n').count();
    }
    merged.bytes = style.write(&text);
    Some(merged)
}
