//! What the project's road knows: pins, advisories, levels, starter files, and whether there is a newer version.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::base::diagnostic::Diagnostic;
use crate::base::tree::Tree;
use crate::guardrails::guardrail::{Knowledge, Starter};
use crate::guardrails::pins;
use crate::repo::config::{Config, Level};
use crate::repo::lock::Lock;
use crate::road::{builtin, version};

/// A table of starter files in a road.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct StarterFile {
    starter: Vec<StarterEntry>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct StarterEntry {
    guardrail: String,
    path: String,
    file: String,
}

/// The id of the road inside the binary.
const BUILT_IN: &str = "ml";

/// What the newest version inside the binary knows: a command that checks twice unpacks it once.
static NEWEST: LazyLock<Result<(&'static str, Knowledge), Diagnostic>> = LazyLock::new(read_newest);

/// Reads what the road of a project knows; without a project, what the newest built-in version knows.
///
/// # Errors
/// When the road inside the binary is broken.
pub fn read(config: Option<&Config>) -> Result<Knowledge, Diagnostic> {
    let (newest, knowledge) = NEWEST.as_ref().map_err(Clone::clone)?;
    let mine = config.and_then(|config| config.road.as_ref());
    let newer_road = mine
        .filter(|road| road.id == BUILT_IN && road.source == "built-in" && version::compare(&road.version, newest) == Ordering::Less)
        .map(|_| (*newest).to_owned());
    Ok(Knowledge { newer_road, ..knowledge.clone() })
}

fn read_newest() -> Result<(&'static str, Knowledge), Diagnostic> {
    let (newest, tree) = builtin::newest()?;
    let text = |path: &str| tree.get(path).map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).unwrap_or_default();
    let broken = |why: String| {
        Diagnostic::failed("road", format!("the built-in road {newest} cannot be used")).because(why).fix("install Highroad again")
    };
    let (actions, images, advisories) =
        pins::read(&text("pins/known-actions.toml"), &text("pins/known-images.toml"), &text("pins/advisories.toml")).map_err(broken)?;
    Ok((newest, Knowledge { actions, images, advisories, newer_road: None, starters: starters(&tree).map_err(broken)? }))
}

fn starters(tree: &Tree) -> Result<Vec<Starter>, String> {
    let Some(list) = tree.get("starters/starters.toml") else { return Ok(Vec::new()) };
    let list: StarterFile = toml::from_str(&String::from_utf8_lossy(&list.bytes)).map_err(|error| error.to_string())?;
    let starter = |entry: StarterEntry| {
        let file = tree.get(&format!("starters/{}", entry.file)).ok_or_else(|| format!("starters/{} is missing", entry.file))?;
        Ok(Starter { guardrail: entry.guardrail, path: entry.path, text: String::from_utf8_lossy(&file.bytes).into_owned() })
    };
    list.starter.into_iter().map(starter).collect()
}

/// Returns how loudly the road of a project wants its guardrails; nothing for a repository that is on no road. The lock
/// speaks first: who edits or removes `highroad.toml` does not leave the road by it.
///
/// # Errors
/// When the version is inside the binary and broken.
pub fn levels(config: Option<&Config>, lock: Option<&Lock>) -> Result<BTreeMap<String, Level>, Diagnostic> {
    let named = config.and_then(|config| config.road.as_ref()).map(|road| (road.id.as_str(), road.version.as_str()));
    match lock.map(|lock| (lock.road.id.as_str(), lock.road.version.as_str())).or(named) {
        // What is inside the binary goes first: nobody can edit that. Another road's versions bear the same names.
        Some((BUILT_IN, version)) if builtin::manifest(version).is_some() => builtin::levels(version),
        Some(_) | None => Ok(lock.map(|lock| lock.guardrails.clone()).unwrap_or_default()),
    }
}
