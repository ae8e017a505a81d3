//! One instruction of a name that both sides changed.

use crate::formats::dockerfile::{Instruction, Word};
use crate::merge::keyed::{Contest, Item, SEPARATE_PARTS, Settlement};
use crate::merge::rule::Rule;
use crate::merge::version::{self, Choice, Form, HIGHER_PIN, Pin};

use super::read;

/// Settles what both changed: the image of a stage, or the variables of an `ARG`, `ENV` or `LABEL`.
pub(super) fn settle(contest: &Contest<'_>) -> Settlement {
    settled(contest).unwrap_or(Settlement::Conflict(None))
}

fn settled(contest: &Contest<'_>) -> Option<Settlement> {
    let read = |item: &Item| read::one(&item.text);
    let base = match contest.base {
        Some(base) => Some(read(base)?),
        None => None,
    };
    let (ours, theirs) = (read(contest.ours)?, read(contest.theirs)?);
    if !["FROM", "ARG", "ENV", "LABEL"].contains(&ours.keyword.as_str())
        || ours.keyword != theirs.keyword
        || ours.flags.iter().map(|flag| &flag.text).ne(theirs.flags.iter().map(|flag| &flag.text))
    {
        return None;
    }
    let (of_base, of_ours, of_theirs) = (base.as_ref().map(places), places(&ours), places(&theirs));
    let names = |places: &[(String, Word)]| places.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if names(&of_ours) != names(&of_theirs) || of_base.as_ref().is_some_and(|base| names(base) != names(&of_ours)) {
        return None;
    }
    // The road's values are put into the project's lines.
    let mut text = contest.ours.text.clone();
    let mut rule = &SEPARATE_PARTS;
    let mut chosen = None;
    for (at, ((name, ours), (_, theirs))) in of_ours.iter().zip(&of_theirs).enumerate().rev() {
        let raw = |item: &Item, word: &Word| item.text.get(word.span.clone()).map(str::to_owned);
        let (mine, new) = (raw(contest.ours, ours)?, raw(contest.theirs, theirs)?);
        let was = match (&of_base, contest.base) {
            (Some(places), Some(item)) => raw(item, &places.get(at)?.1),
            (_, _) => None,
        };
        if mine == new || was.as_ref() == Some(&new) {
            continue;
        }
        let take = if was.as_ref() == Some(&mine) {
            if version::weakens(&mine, &new) {
                (rule, chosen) = (&version::STRONGER_PIN, Some(mine.clone()));
                continue;
            }
            new
        } else {
            let (side, by) = choose(name, was.as_deref(), &mine, &new)?;
            (rule, chosen) = (by, Some(side.clone()));
            side
        };
        text.replace_range(ours.span.clone(), &take);
    }
    let what = match (&chosen, std::ptr::eq(rule, &HIGHER_PIN)) {
        (Some(value), true) => format!("`{}` goes to the higher `{value}`", contest.ours.label),
        (Some(value), false) => format!("`{}` keeps the stronger `{value}`", contest.ours.label),
        (None, _) => format!("`{}` has the changes of both sides", contest.ours.label),
    };
    let again = read::items(&format!("FROM x\n{text}")).filter(|_| ours.keyword != "FROM").or_else(|| read::items(&text))?;
    let value = again.iter().rfind(|item| item.key.is_some())?.value.clone();
    Some(Settlement::Take { item: Item { value, text, ..contest.ours.clone() }, rule, what })
}

/// Returns the parts of an instruction that have a name each, in order.
fn places(instruction: &Instruction) -> Vec<(String, Word)> {
    match instruction.keyword.as_str() {
        "FROM" => {
            let words = instruction.words().into_iter().enumerate();
            // The word in the middle is `AS`, in any case.
            words
                .filter(|(at, _)| *at != 1)
                .map(|(at, word)| (if at == 0 { "image".to_owned() } else { format!("word {at}") }, word))
                .collect()
        }
        "ARG" | "ENV" | "LABEL" => instruction.pairs().into_iter().filter_map(|(name, word)| Some((name, word?))).collect(),
        _ => Vec::new(),
    }
}

/// Chooses between two values that both sides changed.
fn choose(name: &str, base: Option<&str>, ours: &str, theirs: &str) -> Option<(String, &'static Rule)> {
    // A number alone is a version only where the name says so.
    let versions = ["version", "tag", "image"].iter().any(|word| name.to_ascii_lowercase().contains(word));
    let bare = Pin::parse(ours).is_none_or(|pin| pin.form == Form::Bare);
    if bare && !versions {
        return None;
    }
    match version::choose(base, ours, theirs)? {
        Choice::Ours(rule) => Some((ours.to_owned(), rule)),
        Choice::Theirs(rule) => Some((theirs.to_owned(), rule)),
    }
}

/// Whether the second instruction lets an image be moved that the first pins by digest.
pub(super) fn weakens(from: &Item, to: &Item) -> bool {
    let (Some(from), Some(to)) = (read::one(&from.text), read::one(&to.text)) else { return false };
    let (from, to) = (places(&from), places(&to));
    from.iter().any(|(name, from)| to.iter().any(|(other, to)| name == other && version::weakens(&from.text, &to.text)))
}
