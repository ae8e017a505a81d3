//! One package that both sides changed: pin, extras, marker and comment are settled each on their own.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::read::Parts;
use crate::merge::keyed::{Contest, Item, SEPARATE_PARTS, Settlement};
use crate::merge::rule::Rule;
use crate::merge::version::{self, Choice, HIGHER_PIN, STRONGER_PIN};

/// A part on the three sides.
enum Part<T> {
    /// Both have it, or only one side changed it.
    Plain(T),
    Contested,
}

fn part<T: Clone + PartialEq>(base: Option<&T>, ours: &T, theirs: &T) -> Part<T> {
    if ours == theirs || base == Some(theirs) {
        Part::Plain(ours.clone())
    } else if base == Some(ours) {
        Part::Plain(theirs.clone())
    } else {
        Part::Contested
    }
}

/// Settles a package that both sides changed.
pub(super) fn settle(contest: &Contest<'_>) -> Settlement {
    let read = |item: &Item| Parts::read(&item.text);
    let base = match contest.base.map(read) {
        Some(None) => return Settlement::Conflict(None),
        Some(Some(base)) => Some(base),
        None => None,
    };
    let (Some(ours), Some(theirs)) = (read(contest.ours), read(contest.theirs)) else { return Settlement::Conflict(None) };
    settle_parts(contest, base.as_ref(), &ours, &theirs).unwrap_or(Settlement::Conflict(None))
}

fn settle_parts(contest: &Contest<'_>, base: Option<&Parts>, ours: &Parts, theirs: &Parts) -> Option<Settlement> {
    let Part::Plain(marker) = part(base.map(|base| &base.marker), &ours.marker, &theirs.marker) else { return None };
    let extras: BTreeSet<String> = ours
        .extras
        .union(&theirs.extras)
        .filter(|extra| {
            let was = base.is_some_and(|base| base.extras.contains(*extra));
            !was || ours.extras.contains(*extra) && theirs.extras.contains(*extra)
        })
        .cloned()
        .collect();
    let (of_ours, rule) = pin(base, ours, theirs)?;
    // The comment of a tool names what the version is there for: it goes with the pin.
    let comment = match part(base.map(|base| &base.comment), &ours.comment, &theirs.comment) {
        Part::Plain(comment) => comment,
        Part::Contested => if of_ours { ours } else { theirs }.comment.clone(),
    };
    let (item, parts) = if of_ours { (contest.ours, ours) } else { (contest.theirs, theirs) };
    let wanted = Parts { marker, extras, comment, ..parts.clone() };
    let text = if wanted == *parts { item.text.clone() } else { spell(&wanted, item)? };
    let what = match rule {
        rule if std::ptr::eq(rule, &HIGHER_PIN) => format!("`{}` goes to the higher {}", item.label, version_of(parts)),
        rule if std::ptr::eq(rule, &STRONGER_PIN) => format!("`{}` keeps the stronger pin {}", item.label, version_of(parts)),
        _ => format!("`{}` has the changes of both sides", item.label),
    };
    let read = Parts::read(&text)?;
    (read.value() == wanted.value()).then(|| Settlement::Take { item: Item { value: wanted.value(), text, ..item.clone() }, rule, what })
}

fn version_of(parts: &Parts) -> String {
    parts.exact().map_or_else(|| format!("`{}`", parts.pin), str::to_owned)
}

/// Chooses the side that the version and its hashes come from; they always go together.
fn pin(base: Option<&Parts>, ours: &Parts, theirs: &Parts) -> Option<(bool, &'static Rule)> {
    let same = |a: &Parts, b: &Parts| a.pin == b.pin && a.options == b.options;
    if ours.is_fixed() && theirs.strength() < ours.strength() {
        return Some((true, &STRONGER_PIN));
    }
    if same(ours, theirs) || base.is_some_and(|base| same(base, theirs)) {
        return Some((true, &SEPARATE_PARTS));
    }
    if base.is_some_and(|base| same(base, ours)) {
        return Some((false, &SEPARATE_PARTS));
    }
    let spelled = |parts: &Parts| if parts.name.is_empty() { parts.pin.clone() } else { format!("x{}", parts.pin) };
    let base = base.map(spelled);
    let (o, t) = (spelled(ours), spelled(theirs));
    match version::choose(base.as_deref(), &o, &t) {
        Some(Choice::Ours(rule)) => Some((true, rule)),
        Some(Choice::Theirs(rule)) => Some((false, rule)),
        None if theirs.is_fixed() && !ours.is_fixed() => {
            // The same version, now with hashes.
            let order = version::order(ours.exact()?, theirs.exact()?)?;
            (order != Ordering::Greater).then_some((false, &STRONGER_PIN))
        }
        None => None,
    }
}

/// Writes a requirement with other extras, marker or comment in the lines of an item.
fn spell(wanted: &Parts, item: &Item) -> Option<String> {
    let (first, more) = item.text.split_once('\n')?;
    if wanted.name.is_empty() || first.trim_start() != first {
        return None;
    }
    let is_continued = first.trim_end().ends_with('\\');
    let head = first.trim_end().trim_end_matches('\\').trim_end();
    let head = head.split(" #").next().unwrap_or(head);
    let head = head.split(" --").next().unwrap_or(head).trim_end();
    let address = wanted.pin.contains("://");
    let head = if address { head.split(" ;").next() } else { head.split(';').next() }?.trim_end();
    let rest = head.strip_prefix(&wanted.name)?;
    let rest = match rest.trim_start().strip_prefix('[') {
        Some(inner) => inner.split_once(']')?.1,
        None => rest,
    };
    let extras: Vec<&str> = wanted.extras.iter().map(String::as_str).collect();
    let mut text = wanted.name.clone();
    if !extras.is_empty() {
        text.push_str(&format!("[{}]", extras.join(",")));
    }
    text.push_str(rest);
    if !wanted.marker.is_empty() {
        text.push_str(&format!(" ; {}", wanted.marker));
    }
    // Options on the first line are written anew; those on lines of their own stand as they are.
    let known: Vec<&str> = more.split_whitespace().collect();
    for option in wanted.options.iter().filter(|option| !known.contains(&option.as_str())) {
        text.push_str(&format!(" {option}"));
    }
    let missing = wanted.comment.split('\n').next().filter(|comment| !comment.is_empty() && !more.contains(*comment));
    let missing = missing.map(|comment| format!("  # {comment}")).unwrap_or_default();
    if !is_continued {
        return Some(format!("{text}{missing}\n{more}"));
    }
    // A comment would end the entry: it goes behind the last of the continued lines.
    let last = more.split_inclusive('\n').take_while(|line| !line.trim_start().starts_with('#')).map(str::len).sum::<usize>();
    let (own, notes) = more.split_at(last);
    Some(format!("{text} \\\n{}{missing}\n{notes}", own.trim_end_matches('\n')))
}
