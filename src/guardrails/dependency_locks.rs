//! Which locks stand beside a manifest, and what they hold.

use super::manifests::{Kind, Manifest, Manifests, wants};
use super::place_kind::is_vendored;
use crate::formats::python_lock::{self, Locked};
use crate::formats::requirement::Requirement;
use crate::repo::snapshot::{Entry, Snapshot};
use crate::repo::subject::{Subject, View};

/// Names of folders in which locks are kept.
const FOLDERS: &[&str] = &["locks", "lock", "requirements"];

/// The lock that a file is; `None` where it is none.
#[derive(Debug)]
pub struct Locks(pub Option<python_lock::Lock>);

/// Whether an entry is a lock, by its name.
pub fn wants_lock(entry: &Entry) -> bool {
    entry.is_file() && !is_vendored(&entry.path) && python_lock::tool_of(entry.name()).is_some()
}

impl View for Locks {
    fn of(subject: &Subject<'_>) -> Self {
        let Some(tool) = python_lock::tool_of(subject.entry.name()) else { return Self(None) };
        let Some(text) = subject.text() else { return Self(None) };
        match python_lock::read(tool, text) {
            Ok(lock) => Self(Some(lock)),
            Err(why) => {
                // In the folder of a template it is no lock yet.
                if !subject.path().contains("{{") {
                    subject.fail(why);
                }
                Self(None)
            }
        }
    }
}

/// The locks that are made of a manifest.
#[derive(Debug)]
pub struct LocksBeside {
    /// Locks of this very manifest: installing by the manifest means installing by them.
    pub own: Vec<String>,
    /// Locks of the same folder that another manifest is locked by: they know versions, but this file is installed without them.
    pub others: Vec<String>,
}

impl View for LocksBeside {
    fn of(subject: &Subject<'_>) -> Self {
        let mut found = Self { own: Vec::new(), others: Vec::new() };
        if let Some(manifest) = &subject.view::<Manifests>().0 {
            match manifest.kind {
                Kind::Requirements | Kind::Compiled | Kind::Constraints => of_requirements(subject, &mut found),
                Kind::Project | Kind::Setup => of_project(subject, &mut found),
                Kind::Pipfile => found.own.extend(there(subject.snapshot, subject.entry.folder(), "Pipfile.lock")),
                Kind::Conda => of_conda(subject, &mut found),
            }
        }
        found
    }
}

/// Returns a path in a folder.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn there(snapshot: &Snapshot, folder: &str, name: &str) -> Option<String> {
    let path = join(folder, name);
    snapshot.has(&path).then_some(path)
}

/// Returns the files that lie in a folder itself.
pub fn children<'a>(snapshot: &'a Snapshot, folder: &str) -> impl Iterator<Item = &'a Entry> {
    let prefix = join(folder, "");
    let start = snapshot.entries().partition_point(|entry| entry.path.as_str() < prefix.as_str());
    let length = prefix.len();
    snapshot.entries()[start..]
        .iter()
        .take_while(move |entry| entry.path.starts_with(&prefix))
        .filter(move |entry| entry.is_file() && !entry.path[length..].contains('/'))
}

fn of_requirements(subject: &Subject<'_>, found: &mut LocksBeside) {
    let (snapshot, folder, name) = (subject.snapshot, subject.entry.folder(), subject.entry.name());
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let own = [
        format!("{stem}.lock"),
        format!("{stem}.lock.txt"),
        format!("{stem}-lock.txt"),
        format!("{stem}_lock.txt"),
        format!("{name}.lock"),
        format!("pylock.{stem}.toml"),
    ];
    found.own.extend(own.iter().filter(|other| *other != name).filter_map(|other| there(snapshot, folder, other)));
    if name.ends_with(".in") {
        found.own.extend(there(snapshot, folder, &format!("{stem}.txt")));
    }
    for entry in children(snapshot, folder).filter(|entry| entry.path != subject.path()) {
        let other = entry.name().to_ascii_lowercase();
        if wants_lock(entry) {
            found.others.push(entry.path.clone());
        } else if wants(entry) && ["lock", "hash", "frozen", "freeze"].iter().any(|word| other.contains(word)) && other.ends_with(".txt") {
            found.own.push(entry.path.clone());
        }
    }
    if !FOLDERS.contains(&folder.rsplit('/').next().unwrap_or(folder)) {
        for locks in ["locks", "lock"] {
            let same = |entry: &&Entry| entry.name().starts_with(stem) || entry.name().starts_with("requirements");
            found.own.extend(
                children(snapshot, &join(folder, locks))
                    .filter(same)
                    .filter(|entry| is_hashed(snapshot, entry) && locks_some_of(snapshot, entry, subject))
                    .map(|entry| entry.path.clone()),
            );
        }
    }
}

/// Whether a lock holds a package that the manifest asks for: a lock of scanners beside it is none of it.
fn locks_some_of(snapshot: &Snapshot, lock: &Entry, subject: &Subject<'_>) -> bool {
    let manifest = subject.view::<Manifests>();
    let Some(manifest) = &manifest.0 else { return false };
    let known = known_in(snapshot, &lock.path).unwrap_or_default();
    let names: std::collections::HashSet<&str> = known.iter().map(|package| package.name.as_str()).collect();
    manifest.requirements.is_empty()
        || manifest.requirements.iter().any(|declared| names.contains(declared.requirement.normal_name().as_str()))
}

fn of_project(subject: &Subject<'_>, found: &mut LocksBeside) {
    let (snapshot, mut folder) = (subject.snapshot, subject.entry.folder());
    found.own.extend(
        children(snapshot, folder).filter(|entry| wants_lock(entry) && entry.name() != "Pipfile.lock").map(|entry| entry.path.clone()),
    );
    found.others.extend(there(snapshot, folder, "Pipfile.lock"));
    let lists = std::iter::once(folder.to_owned()).chain(FOLDERS.iter().map(|name| join(folder, name)));
    for list in lists {
        let locks = children(snapshot, &list).filter(|entry| {
            wants(entry) && !entry.name().starts_with("pyproject") && is_hashed(snapshot, entry) && locks_some_of(snapshot, entry, subject)
        });
        found.own.extend(locks.map(|entry| entry.path.clone()));
    }
    // A member of a workspace is locked at the workspace's root.
    while let Some((parent, _)) = folder.rsplit_once('/').or((!folder.is_empty()).then_some(("", ""))) {
        folder = parent;
        for name in ["uv.lock", "poetry.lock", "pdm.lock"] {
            found.own.extend(there(snapshot, folder, name));
        }
    }
}

fn of_conda(subject: &Subject<'_>, found: &mut LocksBeside) {
    for entry in children(subject.snapshot, subject.entry.folder()).filter(|entry| entry.path != subject.path()) {
        let name = entry.name().to_ascii_lowercase();
        let conda = name.contains("conda")
            || name.contains("environment")
            || name.starts_with("linux-")
            || name.starts_with("osx-")
            || name == "pixi.lock";
        if conda && name.contains("lock") {
            found.own.push(entry.path.clone());
        }
    }
}

/// Whether a file is a requirements file with hashes, or one that a tool has written.
fn is_hashed(snapshot: &Snapshot, entry: &Entry) -> bool {
    let text = matches!(entry.extension().as_str(), "txt" | "lock");
    text && snapshot.subject(&entry.path).is_some_and(|subject| {
        let manifest = subject.view::<Manifests>();
        manifest.0.as_ref().is_some_and(|manifest| manifest.kind == Kind::Compiled || manifest.some_hashed())
    })
}

/// A package in any kind of lock.
#[derive(Clone, Debug)]
pub struct Known {
    /// The name as indexes compare it.
    pub name: String,
    /// The version; `None` where it has none.
    pub version: Option<String>,
}

/// Returns what a lock holds; `None` where it cannot be read.
pub fn known_in(snapshot: &Snapshot, path: &str) -> Option<Vec<Known>> {
    let subject = snapshot.subject(path)?;
    if wants_lock(subject.entry) {
        let locks = subject.view::<Locks>();
        let known = |package: &Locked| Known { name: package.name.clone(), version: package.version.clone() };
        return locks.0.as_ref().map(|lock| lock.packages.iter().map(known).collect());
    }
    let manifest = subject.view::<Manifests>();
    let manifest: &Manifest = manifest.0.as_ref()?;
    let known = |requirement: &Requirement| Known { name: requirement.normal_name(), version: requirement.exact().map(str::to_owned) };
    Some(manifest.requirements.iter().map(|declared| known(&declared.requirement)).collect())
}
