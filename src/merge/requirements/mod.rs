//! Requirement files, per package: pip's form, with hashes, markers, extras, options and comments.

mod read;
mod settle;

use super::keyed::{self, Format, Item};
use super::{Merged, Merger, Sides, lock_file};
use read::{Parts, several};

/// The merger.
pub static MERGER: Merger = Merger { name: "requirements", claims, merge, objects_to_lines: None };

fn claims(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let folder = path.rsplit('/').nth(1).unwrap_or("").to_ascii_lowercase();
    let list = name.ends_with(".txt") || name.ends_with(".in");
    let known = ["requirements", "constraints"].iter().any(|word| {
        let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let begins = stem.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_', '.']));
        begins || stem.strip_suffix(word).is_some_and(|rest| rest.ends_with(['-', '_', '.']))
    });
    list && (known || folder == "requirements" || folder == "constraints")
}

fn merge(sides: &Sides<'_>) -> Option<Merged> {
    merge_as(MERGER.name, sides)
}

/// Merges a file in this form under the name of another merger.
pub(super) fn merge_as(name: &'static str, sides: &Sides<'_>) -> Option<Merged> {
    let texts = [sides.base.unwrap_or_default(), sides.ours, sides.theirs];
    let texts: Option<Vec<&str>> = texts.iter().map(|bytes| std::str::from_utf8(bytes).ok()).collect();
    // Of a package that is asked for more than once the markers tell which is which.
    let several = several(&texts?);
    let format = Format {
        name,
        read: &|text| read::items(text, &several),
        settle: settle::settle,
        weakens,
        akin: |_, _| false,
        may_sort: true,
        contested: |_| Some(Vec::new()),
    };
    let mut merged = keyed::merge(&format, sides)?;
    let has_hashes = |bytes: &[u8]| memchr::memmem::find(bytes, b"--hash=").is_some();
    if has_hashes(sides.ours) && has_hashes(sides.theirs) {
        lock_file::lock_again(&mut merged);
    }
    Some(merged)
}

/// Whether the second lets move what the first pins: a commit, or a version with hashes.
fn weakens(from: &Item, to: &Item) -> bool {
    let (Some(from), Some(to)) = (Parts::read(&from.text), Parts::read(&to.text)) else { return false };
    from.strength() > to.strength() && from.is_fixed()
}

#[cfg(test)]
mod tests;
