//! What the road wrote into a project, rendered again from the lock: the measure for files that people and road share.
//!
//! Nothing is fetched. Where this binary does not hold the version of the road, there is no measure, and guardrails
//! that need one keep silent; `road-drift` says so.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::guardrail::Context;
use crate::base::digest::Digest;
use crate::base::tree::Tree;
use crate::render;
use crate::repo::lock::{Lock, Ownership};
use crate::road::{Road, builtin};

/// A project as its road rendered it.
#[derive(Debug)]
pub struct Pristine {
    /// The files.
    pub tree: Tree,
    /// Whose each file is, by its path.
    pub ownership: BTreeMap<String, Ownership>,
    /// The digest of the road version that this binary holds.
    pub road: String,
}

/// How many files of a lock are looked at. A project of the road has about 150.
pub const MOST_FILES: usize = 10_000;

/// A project as its road rendered it, once somebody asked; nothing off the road.
type Made = Arc<OnceLock<Option<Arc<Pristine>>>>;

/// How many renders are kept: several checks can be at work at once, each with a project before and after.
const KEPT: usize = 8;

/// The last renders: every guardrail of a check asks for the same one.
static LAST: Mutex<VecDeque<(Digest, Made)>> = Mutex::new(VecDeque::new());

/// Renders the project of the lock; `None` off the road, or where the version is not in this binary.
pub fn pristine(context: &Context<'_>) -> Option<Arc<Pristine>> {
    let lock = context.lock?;
    let mut key = format!("{}\0{}\0{}", lock.road.id, lock.road.version, lock.kind);
    for (question, answer) in &lock.answers {
        key.push_str(&format!("\0{question}\0{answer}"));
    }
    let key = Digest::of(key.as_bytes());
    let made = {
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        match last.iter().find(|(known, _)| *known == key) {
            Some((_, made)) => Arc::clone(made),
            None => {
                let made = Made::default();
                last.push_back((key, Arc::clone(&made)));
                if last.len() > KEPT {
                    last.pop_front();
                }
                made
            }
        }
    };
    made.get_or_init(|| render_again(lock).map(Arc::new)).clone()
}

/// The versions inside the binary that were read: a command that checks many projects reads each once.
static ROADS: Mutex<Vec<(String, Option<Arc<Road>>)>> = Mutex::new(Vec::new());

fn road(version: &str) -> Option<Arc<Road>> {
    let mut roads = ROADS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, road)) = roads.iter().find(|(known, _)| known == version) {
        return road.clone();
    }
    let tree = builtin::read(version)?;
    let road = Road::from_tree(&tree, "built-in").ok().map(Arc::new);
    roads.push((version.to_owned(), road.clone()));
    road
}

fn render_again(lock: &Lock) -> Option<Pristine> {
    let road = road(&lock.road.version)?;
    if road.manifest.id != lock.road.id {
        return None;
    }
    let rendered = render::render(&road, &lock.kind, &lock.answers).ok()?;
    let ownership = rendered.reasons.iter().map(|reason| (reason.path.as_str().to_owned(), reason.ownership)).collect();
    Some(Pristine { tree: rendered.tree, ownership, road: road.digest.to_string() })
}

/// Returns the text that the road wrote to `path`, where the file is still there and differs from it by more than line ends.
pub fn changed(context: &Context<'_>, path: &str) -> Option<String> {
    let locked = context.lock?.file.iter().find(|file| file.path == path)?;
    let subject = context.snapshot.subject(path)?;
    let bytes = subject.bytes()?;
    let made = pristine(context)?;
    let file = made.tree.get(path)?;
    // A lock of another road of the same version has other files: then only those count that it describes.
    let described = made.road == context.lock?.road.digest || Digest::of(&file.bytes).to_string() == locked.digest;
    if !described || file.bytes == bytes {
        return None;
    }
    let text = String::from_utf8(file.bytes.clone()).ok()?;
    let same = subject.text().is_some_and(|now| now.lines().eq(text.lines()));
    (!same).then_some(text)
}

/// Returns the files that the road wrote, that people may edit, and that differ now: path, what the road wrote, what is there.
pub fn all_changed(context: &Context<'_>) -> Vec<(String, String, String)> {
    let Some(lock) = context.lock else { return Vec::new() };
    let mut out = Vec::new();
    for file in lock.file.iter().take(MOST_FILES).filter(|file| file.ownership != Ownership::Managed) {
        if let Some(before) = changed(context, &file.path)
            && let Some(now) = context.snapshot.subject(&file.path).and_then(|subject| subject.text().map(str::to_owned))
        {
            out.push((file.path.clone(), before, now));
        }
    }
    out
}
