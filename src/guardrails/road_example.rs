//! A project of the built-in road in memory, for the examples of guardrails that speak on a road.

use std::sync::LazyLock;

use super::guardrail::Content;
use crate::base::tree::Tree;
use crate::render::answers::complete;
use crate::render::questions::Machine;
use crate::render::{self, ENGINES};
use crate::repo::answers::Answers;
use crate::repo::config::{Config, RoadReference};
use crate::repo::git;
use crate::repo::lock::{Lock, LockedFile};
use crate::road::{Road, builtin};

struct Project {
    tree: Tree,
    lock: String,
    config: String,
}

static PROJECT: LazyLock<Option<Project>> = LazyLock::new(make);

/// Renders the first kind of the road with every suggestion.
fn make() -> Option<Project> {
    let (version, tree) = builtin::newest().ok()?;
    let road = Road::from_tree(&tree, "built-in").ok()?;
    let (kind_id, kind) = road.kinds.first()?;
    let answers = complete(&road, kind, Answers::new(), &Machine::default()).ok()?;
    let rendered = render::render(&road, kind_id, &answers).ok()?;
    let file = rendered
        .tree
        .iter()
        .zip(&rendered.reasons)
        .map(|((path, file), reason)| LockedFile::new(path.as_str(), reason.ownership, file, git::blob_id(&file.bytes)));
    let lock = Lock {
        schema: 1,
        guardrails: std::collections::BTreeMap::new(),
        engine: ENGINES.to_owned(),
        road: road.locked(),
        kind: kind_id.clone(),
        answers: answers.clone(),
        file: file.collect(),
        resolution: Vec::new(),
    };
    let reference = RoadReference {
        id: road.manifest.id.clone(),
        version: version.to_owned(),
        source: "built-in".to_owned(),
        ..RoadReference::default()
    };
    let config = Config {
        schema: 1,
        road: Some(reference),
        kind: Some(kind_id.clone()),
        answers,
        guardrails: std::collections::BTreeMap::new(),
        waiver: Vec::new(),
    };
    Some(Project { lock: lock.to_text(), config: config.to_text(), tree: rendered.tree })
}

/// The lock of the project.
pub const LOCK: (&str, Content) = ("highroad.lock", Content::Made { is: "the lock of a new project", bytes: lock });
/// Its `highroad.toml`.
pub const CONFIG: (&str, Content) = ("highroad.toml", Content::Made { is: "the `highroad.toml` of a new project", bytes: config });

fn lock() -> Vec<u8> {
    PROJECT.as_ref().map_or_else(Vec::new, |project| project.lock.clone().into_bytes())
}

fn config() -> Vec<u8> {
    PROJECT.as_ref().map_or_else(Vec::new, |project| project.config.clone().into_bytes())
}

/// Returns a file of the project; empty where it has none of that path.
pub fn file(path: &str) -> String {
    let bytes = PROJECT.as_ref().and_then(|project| project.tree.get(path)).map_or_else(Vec::new, |file| file.bytes.clone());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns a file of the project with one text for another.
pub fn file_with(path: &str, from: &str, to: &str) -> Vec<u8> {
    file(path).replace(from, to).into_bytes()
}
