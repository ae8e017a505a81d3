//! Container files, per stage and instruction.
//!
//! What has a name goes by it: a stage, the variable of an `ENV`, the one `CMD` of a stage. All else is what it says. The
//! result keeps the order that each side has, since a build runs from top to bottom.

mod read;
mod settle;

use std::collections::HashMap;

use super::keyed::{self, Format, Item, Orders};
use super::{Merged, Merger, Sides};

/// The merger.
pub static MERGER: Merger = Merger { name: "dockerfile", claims, merge, objects_to_lines: None };

fn claims(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    ["dockerfile", "containerfile"].iter().any(|word| {
        name == *word
            || name.strip_prefix(word).is_some_and(|rest| rest.starts_with('.') && !rest.ends_with("ignore"))
            || name.strip_suffix(word).is_some_and(|rest| rest.ends_with('.'))
    })
}

fn merge(sides: &Sides<'_>) -> Option<Merged> {
    let format = Format {
        name: MERGER.name,
        read: &read::items,
        settle: settle::settle,
        weakens: settle::weakens,
        akin,
        may_sort: false,
        contested: in_order,
    };
    // Two edits of one `RUN` are shown by line, as people read them.
    keyed::merge(&format, sides).filter(|merged| merged.is_clean())
}

/// Whether two instructions may mean one thing, or depend on which runs first. A setting stands beside all of other names.
fn akin(a: &Item, b: &Item) -> bool {
    let is_setting = |item: &Item| ["ARG ", "ENV ", "LABEL ", "EXPOSE "].iter().any(|word| item.label.starts_with(word));
    !(is_setting(a) || is_setting(b)) || a.key == b.key
}

/// The result stands in the order of each side.
fn in_order(orders: &Orders<'_>) -> Option<Vec<String>> {
    let places: HashMap<&str, usize> = orders.result.iter().enumerate().map(|(at, key)| (*key, at)).collect();
    let is_sorted = |side: &[Item]| side.iter().filter_map(|item| places.get(item.key.as_deref()?)).is_sorted();
    (is_sorted(orders.ours) && is_sorted(orders.theirs)).then(Vec::new)
}

#[cfg(test)]
mod tests;
