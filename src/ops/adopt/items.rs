//! What can be chosen of an adoption: groups and the items in them.

use std::collections::BTreeSet;

use super::files::Gift;
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::repo::answers::Answers;
use crate::report::adopt::Item;
use crate::road::manifest::Question;

/// The groups, in the order of the plan.
pub(super) const GROUPS: [&str; 6] = ["pins", "permissions", "containers", "hooks", "ci", "governance"];

/// Returns the items of the road's files: one for each question that can leave some out, else one a file.
pub(super) fn of_gifts(gifts: &[Gift], questions: &[&Question], answers: &Answers) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for gift in gifts {
        let id = id_of(gift);
        let path = gift.reason.path.as_str().to_owned();
        if let Some(item) = items.iter_mut().find(|item| item.id == id) {
            item.files.push(path);
            continue;
        }
        let question = gift.toggle.as_ref().and_then(|key| questions.iter().find(|question| question.key == *key));
        let chosen = gift.toggle.as_ref().is_none_or(|key| answers.get(key).is_none_or(|answer| answer != "leave"));
        let (title, why) = match question {
            Some(question) => (question.ask.trim_end_matches('?').to_owned(), question.help.clone()),
            None => (format!("Add `{path}`"), gift.reason.why.clone()),
        };
        let risk = if gift.group == "ci" || gift.edits { "low" } else { "none" };
        items.push(Item { id, group: group_of(gift, gifts).to_owned(), risk: risk.to_owned(), title, why, chosen, files: vec![path] });
    }
    items
}

/// Returns the id of the item that brings a file.
pub(super) fn id_of(gift: &Gift) -> String {
    match &gift.toggle {
        Some(key) => key.clone(),
        None => gift.reason.path.as_str().to_owned(),
    }
}

/// The group of all files that go together is that of the first, the pipeline's where one is in it.
fn group_of(gift: &Gift, gifts: &[Gift]) -> &'static str {
    let together = gifts.iter().filter(|other| other.toggle == gift.toggle && gift.toggle.is_some());
    if together.clone().any(|other| other.group == "ci") { "ci" } else { gift.group }
}

/// Writes ids in the form `group/name` and puts the items in the order of the groups.
pub(super) fn finish(mut items: Vec<Item>) -> Vec<Item> {
    for item in &mut items {
        if !item.id.starts_with(&format!("{}/", item.group)) {
            item.id = format!("{}/{}", item.group, item.id);
        }
    }
    items.sort_by_key(|item| GROUPS.iter().position(|group| *group == item.group));
    items
}

/// Chooses by the flags: a group means the items of it that are chosen at first, an item means itself.
///
/// # Errors
/// When a name is neither a group nor an item.
pub(super) fn choose(items: &mut [Item], only: &[String], skip: &[String]) -> Result<(), Diagnostic> {
    let known: BTreeSet<&str> = GROUPS.into_iter().chain(items.iter().map(|item| item.id.as_str())).collect();
    for (flag, names) in [("--only", only), ("--skip", skip)] {
        if let Some(unknown) = names.iter().find(|name| !known.contains(name.as_str())) {
            let known: Vec<&str> = known.iter().copied().collect();
            return Err(Diagnostic::usage("unknown-group", format!("there is no group `{unknown}`"))
                .at(flag)
                .because("a mistyped group would silently be left out, or taken")
                .fix(did_you_mean(unknown, &known)));
        }
    }
    for item in items {
        let named = |names: &[String]| names.contains(&item.id);
        let grouped = |names: &[String]| names.contains(&item.group);
        let taken = if only.is_empty() { item.chosen } else { named(only) || grouped(only) && item.chosen };
        item.chosen = taken && !named(skip) && !grouped(skip);
    }
    Ok(())
}
