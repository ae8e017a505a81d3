//! A project on a road: its records, the versions of its road that are at hand, and the files as it once got them.

mod project;
mod versions;

pub use project::Project;
pub use versions::Versions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::leaf::{Kind, Leaf};
use crate::base::tree::{File, Mode};
use crate::render::{self, ENGINES, Rendered};
use crate::repo::lock::{self, Lock, LockedFile, Ownership};
use crate::repo::project::blobs;
use crate::road::{LIMITS, Road};

/// Where the files as the project once got them come from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// The version was rendered again, and every file has its recorded digest.
    Rendered,
    /// From the repository's own history, by the ids in the lock; why the version could not be rendered.
    History(String),
    /// Some files cannot be had, and the person goes on without them: they are compared two ways.
    Incomplete(String),
}

/// A file as the project once got it.
#[derive(Clone, Debug)]
pub struct Given {
    /// What it was; nothing where that cannot be had.
    pub leaf: Option<Leaf>,
    /// Whose it is.
    pub ownership: Ownership,
    /// The template that it was made from, where that is known.
    pub template: Option<String>,
    /// Whether the same template gives it another name now.
    pub renamed: bool,
}

/// The files as the project once got them.
#[derive(Clone, Debug)]
pub struct Base {
    /// The files that the lock lists, by path.
    pub files: BTreeMap<String, Given>,
    /// Where they come from.
    pub origin: Origin,
    /// The version that they come from, where it can be had.
    pub road: Option<Arc<Road>>,
    /// What the version gives, and the project did not take.
    pub not_taken: BTreeSet<String>,
}

/// Recovers the files as the project once got them.
///
/// # Errors
/// `lock-edited` where the lock contradicts its own version; what is wrong with the version where the history does not have
/// the files either, unless `without_base` allows to go on.
pub fn recover(project: &Project, versions: &Versions, without_base: bool) -> Result<Base, Diagnostic> {
    let lock = &project.lock;
    let rendered =
        versions.came_from(lock).and_then(|road| Ok((Arc::new(render::render(&road, &lock.kind, &lock.answers)?), Arc::new(road))));
    recover_from(project, rendered, without_base)
}

/// Recovers the files as the project once got them from its version and what that renders to, or why these cannot be had.
///
/// # Errors
/// As [`recover`].
pub fn recover_from(
    project: &Project,
    rendered: Result<(Arc<Rendered>, Arc<Road>), Diagnostic>,
    without_base: bool,
) -> Result<Base, Diagnostic> {
    let lock = &project.lock;
    let (road, rendered, problem) = match rendered {
        Ok((rendered, road)) => (Some(road), Some(rendered), None),
        Err(error) => (None, None, Some(error)),
    };
    if let Some(road) = road.as_ref().filter(|road| !lock.guardrails.is_empty() && road.manifest.guardrails != lock.guardrails) {
        return Err(levels_edited(road));
    }
    let mut base = Base { files: BTreeMap::new(), origin: Origin::Rendered, road, not_taken: BTreeSet::new() };
    let templates = rendered.as_deref().map(templates).unwrap_or_default();
    let mut open: Vec<&LockedFile> = Vec::new();
    for file in &lock.file {
        let made = rendered.as_ref().and_then(|rendered| rendered.tree.get(&file.path)).filter(|made| is_as_locked(made, file));
        if made.is_none() {
            open.push(file);
        }
        let template = templates.get(file.path.as_str()).map(|template| (*template).to_owned());
        base.files.insert(file.path.clone(), Given { leaf: made.map(leaf), ownership: file.ownership, template, renamed: false });
    }
    if let Some(rendered) = &rendered {
        let listed: BTreeSet<&str> = lock.file.iter().map(|file| file.path.as_str()).collect();
        let left = rendered.tree.iter().map(|(path, _)| path.as_str()).filter(|path| !listed.contains(path));
        base.not_taken = left.map(str::to_owned).collect();
        if let Some(first) = open.first().filter(|_| lock.engine == ENGINES) {
            return Err(edited(lock, first, open.len()));
        }
    }
    if open.is_empty() {
        return Ok(base);
    }
    let why = match &problem {
        Some(problem) => format!("{}: {}", problem.what, problem.why),
        None => format!("it was rendered with {}, and this Highroad has {ENGINES}", lock.engine),
    };
    let missing = from_history(project, &open, &mut base);
    if missing.is_empty() {
        base.origin = Origin::History(why);
        return Ok(base);
    }
    if without_base {
        base.origin = Origin::Incomplete(why);
        return Ok(base);
    }
    Err(no_base(problem, &why, &missing, lock.file.len()))
}

/// Takes the files as the project once got them from the repository's own history alone, because of a problem.
///
/// # Errors
/// When the history lacks one of them.
pub fn from_records(project: &Project, problem: &Diagnostic) -> Result<Base, Diagnostic> {
    let given = |file: &LockedFile| (file.path.clone(), Given { leaf: None, ownership: file.ownership, template: None, renamed: false });
    let why = format!("{}: {}", problem.what, problem.why);
    let mut base = Base {
        files: project.lock.file.iter().map(given).collect(),
        origin: Origin::History(why.clone()),
        road: None,
        not_taken: BTreeSet::new(),
    };
    let missing = from_history(project, &project.lock.file.iter().collect::<Vec<_>>(), &mut base);
    if missing.is_empty() { Ok(base) } else { Err(no_base(Some(problem.clone()), &why, &missing, project.lock.file.len())) }
}

fn no_base(problem: Option<Diagnostic>, why: &str, missing: &[String], all: usize) -> Diagnostic {
    let some = missing.iter().take(3).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    let place = problem.and_then(|problem| problem.place).unwrap_or_else(|| lock::FILE.to_owned());
    Diagnostic::usage("no-base", "what the project came from cannot be had")
        .at(place)
        .because(format!("{why}; and the repository's own history lacks {} of {all} files, such as {some}", missing.len()))
        .fix(
            "name the folder of the road's versions with `--road FOLDER`; or go on with `--without-base`: \
             then files that differ from the road's are conflicts, whoever changed them",
        )
}

fn edited(lock: &Lock, first: &LockedFile, count: usize) -> Diagnostic {
    Diagnostic::usage("lock-edited", format!("`{}` was edited", lock::FILE))
        .at(lock::FILE)
        .because(format!(
            "road `{}` {} with the recorded answers gives other files than it records: {count}, such as `{}`",
            lock.road.id, lock.road.version, first.path
        ))
        .fix("take it back with `git checkout HEAD -- highroad.lock` or from the history; answers are changed in `highroad.toml`")
}

fn levels_edited(road: &Road) -> Diagnostic {
    Diagnostic::usage("lock-edited", format!("`{}` was edited", lock::FILE))
        .at(lock::FILE)
        .because(format!("road `{}` {} wants its guardrails otherwise than it records", road.manifest.id, road.manifest.version))
        .fix("take it back with `git checkout HEAD -- highroad.lock` or from the history; levels are changed in `highroad.toml`")
}

/// Returns which template made which file.
pub fn templates(rendered: &Rendered) -> BTreeMap<&str, &str> {
    rendered.reasons.iter().map(|reason| (reason.path.as_str(), reason.template.as_str())).collect()
}

/// Returns a rendered file as a leaf.
pub fn leaf(file: &File) -> Leaf {
    let kind = match file.mode {
        Mode::Plain => Kind::Plain,
        Mode::Executable => Kind::Executable,
    };
    Leaf { kind, bytes: Arc::from(file.bytes.as_slice()) }
}

fn is_as_locked(made: &File, file: &LockedFile) -> bool {
    made.mode.git() == file.mode && Digest::of(&made.bytes).to_string() == file.digest
}

/// Takes files from the repository's history by the ids in the lock, and returns the paths that it lacks.
fn from_history(project: &Project, open: &[&LockedFile], base: &mut Base) -> Vec<String> {
    let ids: Vec<&str> = open.iter().map(|file| file.blob.as_str()).collect();
    let found = blobs(&project.root, &ids, LIMITS.file_bytes);
    let mut missing = Vec::new();
    for file in open {
        let kind = if file.mode == Kind::Executable.git() { Kind::Executable } else { Kind::Plain };
        match found.get(&file.blob).filter(|bytes| Digest::of(bytes).to_string() == file.digest) {
            Some(bytes) => {
                if let Some(given) = base.files.get_mut(&file.path) {
                    given.leaf = Some(Leaf::new(kind, bytes.clone()));
                }
            }
            None => missing.push(file.path.clone()),
        }
    }
    missing
}
