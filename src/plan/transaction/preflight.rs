//! What stands in the way of a change. Nothing is changed here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::home::Home;
use super::journal::{Shape, is_plain, shape};
use super::{Landing, Step};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs;
use crate::base::fs::durable::{self, Standing};
use crate::base::leaf::{Kind, Leaf};
use crate::repo::commits::Kept;
use crate::repo::entries::{Entry, Filter, Mark};
use crate::repo::eol::LineEnds;
use crate::repo::git::blob_id;
use crate::repo::landing::{Git, Head};

/// A path as it was found, ready to be changed.
pub(super) struct Found {
    /// What stands there.
    pub shape: Option<Shape>,
    /// What the index holds of it.
    pub entries: Vec<Entry>,
    /// What HEAD holds of it.
    pub committed: Option<Kept>,
    /// What git does to its line ends.
    pub ends: LineEnds,
    /// Whether git ignores it and does not keep it, though it stands there.
    pub is_private: bool,
}

/// Where the repository stands.
pub(super) struct Start {
    pub head: Head,
    pub commit: String,
}

/// Why a path cannot be changed. The order is the order in which they are told.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Obstacle {
    Outside,
    Submodule,
    Link,
    Special,
    Folder,
    Unmerged,
    Marked,
    LeftOut,
    Filtered,
    Staged,
    Dirty,
    Untracked,
    Ignored,
    InTheWay,
    Changed,
    ReadOnly,
    Twin,
}

impl Obstacle {
    /// The code, what, why and fix.
    fn words(self) -> [&'static str; 4] {
        match self {
            Self::Outside => [
                "path",
                "the change names a path that no project may have",
                "it leads out of the project, or into git's or Highroad's own folder",
                "look where the path comes from",
            ],
            Self::Submodule => [
                "submodule",
                "the path is in another repository inside this one",
                "that repository has its own history, and a change there would not be in this commit",
                "run the command in that repository, or take it out of the way",
            ],
            Self::Link => [
                "link",
                "a folder on the way is no folder but a link or a file",
                "a link could lead out of the project, and is never followed",
                "put a folder in its place, or leave that part out",
            ],
            Self::Special => ["special-file", "a special file stands there", "only files and links are changed", "move it away"],
            Self::Folder => {
                ["folder", "a folder stands where a file should come", "what is in it would have to go", "move the folder away"]
            }
            Self::Unmerged => [
                "unmerged",
                "git's index holds conflicts that are not settled",
                "what will be committed there is not decided yet",
                "settle them and commit; `highroad undo` takes back an upgrade",
            ],
            Self::Marked => [
                "not-looked-at",
                "git is told not to look at the file",
                "`--assume-unchanged`, `--skip-worktree` or `--intent-to-add` is set for it, so a change of it could not be told",
                "take the mark away: `git update-index --no-assume-unchanged --no-skip-worktree FILE`, or `git add FILE`",
            ],
            Self::LeftOut => [
                "sparse",
                "a sparse checkout leaves out the folder",
                "a file there would be outside of what this checkout holds",
                "widen the checkout with `git sparse-checkout add`, or disable it",
            ],
            Self::Filtered => [
                "filter",
                "the file goes through a filter of git",
                "`.gitattributes` asks for a filter, an encoding or `ident`, which is not run here, so git would keep other bytes",
                "take the attribute away for that path, or leave that part out",
            ],
            Self::Staged => [
                "dirty",
                "the file has a staged change that is not committed",
                "the change could not be told from yours, nor taken back",
                "commit it, or take it out with `git stash`, then run the command again",
            ],
            Self::Dirty => [
                "dirty",
                "the file has a change that is not committed",
                "the change could not be told from yours, nor taken back",
                "commit it, or take it out with `git stash`, then run the command again",
            ],
            Self::Untracked => [
                "dirty",
                "the file is not in git",
                "what is not committed could not be brought back",
                "commit it or move it away, then run the command again",
            ],
            Self::Ignored => [
                "in-the-way",
                "a file that git ignores stands where a new one should come",
                "what is not in git could not be brought back from it, and nothing of yours is overwritten",
                "move it away, or delete it, then run the command again",
            ],
            Self::InTheWay => [
                "in-the-way",
                "a file stands where a new one should come",
                "nothing of yours is overwritten",
                "move it away, or delete it, then run the command again",
            ],
            Self::Changed => {
                ["changed", "the file is not what the plan was made for", "it changed since the project was read", "run the command again"]
            }
            Self::ReadOnly => [
                "read-only",
                "the file or its folder may not be written to",
                "somebody made it read-only",
                "give yourself the right to write (`chmod u+w`), or leave that part out",
            ],
            Self::Twin => [
                "case-twin",
                "another file differs from this one by case alone",
                "on many disks the two would be one file",
                "rename or remove one of them",
            ],
        }
    }
}

/// Looks at the repository: whether anything can be changed in it now.
pub(super) fn repository(home: &Home, landing: &Landing) -> Result<Option<Start>, Diagnostic> {
    let Some(git) = &home.git else { return Ok(None) };
    git.ready()?;
    let (head, commit) = git.head()?;
    if let Landing::Branch(name) = landing {
        git.branch_is_free(name)?;
    }
    Ok(Some(Start { head, commit }))
}

/// A path that is to be changed, and the step for it where it is known.
pub(super) struct Wanted<'a> {
    pub path: &'a str,
    pub step: Option<&'a Step>,
}

/// Looks at every path.
///
/// # Errors
/// Names all paths that have the gravest obstacle.
pub(super) fn paths(home: &Home, start: Option<&Start>, wanted: &[Wanted<'_>]) -> Result<BTreeMap<String, Found>, Diagnostic> {
    let mut found = BTreeMap::new();
    let mut obstacles: BTreeMap<Obstacle, Vec<String>> = BTreeMap::new();
    let goes: BTreeSet<&str> =
        wanted.iter().filter(|wanted| wanted.step.is_none_or(|step| step.after.is_none())).map(|wanted| wanted.path).collect();
    let mut names = Names::default();
    for wanted in wanted {
        match one(home, start, wanted, &goes, &mut names)? {
            Ok(one) => {
                found.insert(wanted.path.to_owned(), one);
            }
            Err(obstacle) => obstacles.entry(obstacle).or_default().push(wanted.path.to_owned()),
        }
    }
    let Some((obstacle, paths)) = obstacles.into_iter().next() else { return Ok(found) };
    let [code, what, why, fix] = obstacle.words();
    let more = paths.len().saturating_sub(10);
    let mut place = paths.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
    if more > 0 {
        place.push_str(&format!("\nand {more} more"));
    }
    Err(Diagnostic::usage(code, what).at(place).because(why).fix(fix))
}

type Judged = Result<Result<Found, Obstacle>, Diagnostic>;

fn one(home: &Home, start: Option<&Start>, wanted: &Wanted<'_>, goes: &BTreeSet<&str>, names: &mut Names) -> Judged {
    let path = wanted.path;
    if !is_plain(path) {
        return Ok(Err(Obstacle::Outside));
    }
    let submodule = |leaf: &Option<Leaf>| leaf.as_ref().is_some_and(|leaf| leaf.kind == Kind::Submodule);
    if wanted.step.is_some_and(|step| submodule(&step.before) || submodule(&step.after)) {
        return Ok(Err(Obstacle::Submodule));
    }
    if let Some(obstacle) = on_the_way(home, path, goes)? {
        return Ok(Err(obstacle));
    }
    let place = home.root.join(path);
    let stands = durable::standing(&place)?;
    match stands {
        Standing::Special => return Ok(Err(Obstacle::Special)),
        Standing::Folder(_) if is_repository(&place)? => return Ok(Err(Obstacle::Submodule)),
        Standing::Folder(_) if !empties(&place, path, goes)? => return Ok(Err(Obstacle::Folder)),
        Standing::Folder(_) | Standing::File { .. } | Standing::Link | Standing::Nothing => {}
    }
    let (now, bytes) = shape(&place)?.unzip();
    let mut found = Found { shape: now, entries: Vec::new(), committed: None, ends: LineEnds::default(), is_private: false };
    if let (Some(git), Some(start)) = (&home.git, start)
        && let Some(obstacle) = in_git(git, start, path, bytes.as_deref(), &mut found)?
    {
        return Ok(Err(obstacle));
    }
    if let Some(step) = wanted.step {
        if let Some(obstacle) = fits(home, step, bytes.as_deref(), &found) {
            return Ok(Err(obstacle));
        }
        if step.before == step.after {
            return Ok(Ok(found));
        }
    }
    if is_read_only(home, path, stands)? {
        return Ok(Err(Obstacle::ReadOnly));
    }
    let comes = wanted.step.is_none_or(|step| step.after.is_some());
    if comes && found.shape.is_none() && names.has_twin(&home.root, path, goes) {
        return Ok(Err(Obstacle::Twin));
    }
    Ok(Ok(found))
}

/// The folders on the way must be folders of this repository, or missing, or files that go.
fn on_the_way(home: &Home, path: &str, goes: &BTreeSet<&str>) -> Result<Option<Obstacle>, Diagnostic> {
    if let Some(git) = &home.git
        && git.submodule_near(&git.full(path)).is_some()
    {
        return Ok(Some(Obstacle::Submodule));
    }
    for (at, _) in path.match_indices('/') {
        let folder = home.root.join(&path[..at]);
        match durable::standing(&folder)? {
            Standing::Nothing => return Ok(None),
            Standing::File { .. } | Standing::Link if goes.contains(&path[..at]) => return Ok(None),
            Standing::File { .. } | Standing::Link | Standing::Special => return Ok(Some(Obstacle::Link)),
            Standing::Folder(_) if is_repository(&folder)? => return Ok(Some(Obstacle::Submodule)),
            Standing::Folder(_) => {}
        }
    }
    Ok(None)
}

fn is_repository(folder: &Path) -> Result<bool, Diagnostic> {
    Ok(durable::standing(&folder.join(".git"))? != Standing::Nothing)
}

/// Whether all that is in a folder goes.
fn empties(folder: &Path, path: &str, goes: &BTreeSet<&str>) -> Result<bool, Diagnostic> {
    let mut open = vec![(folder.to_owned(), path.to_owned())];
    while let Some((folder, path)) = open.pop() {
        for name in fs::list(&folder)? {
            let (place, path) = (folder.join(&name), format!("{path}/{name}"));
            match durable::standing(&place)? {
                Standing::Folder(_) => open.push((place, path)),
                Standing::Nothing | Standing::File { .. } | Standing::Link | Standing::Special if goes.contains(path.as_str()) => {}
                Standing::Nothing | Standing::File { .. } | Standing::Link | Standing::Special => return Ok(false),
            }
        }
    }
    Ok(true)
}

/// Compares a path on disk with the index and with HEAD.
fn in_git(git: &Git, start: &Start, path: &str, bytes: Option<&[u8]>, found: &mut Found) -> Result<Option<Obstacle>, Diagnostic> {
    let full = git.full(path);
    if let Some(mark) = git.mark(&full) {
        return Ok(Some(match mark {
            Mark::IntentToAdd => Obstacle::Untracked,
            Mark::AssumeUnchanged | Mark::SkipWorktree => Obstacle::Marked,
        }));
    }
    found.entries = git.entries(&full);
    found.committed = git.committed(&start.commit, &full)?;
    match git.filter(&full)? {
        Filter::LineEnds(ends) => found.ends = ends,
        Filter::Foreign(_) => return Ok(Some(Obstacle::Filtered)),
    }
    let entry = match found.entries.as_slice() {
        [] => None,
        [entry] if entry.stage == 0 => Some((entry.id.clone(), entry.mode)),
        _ => return Ok(Some(Obstacle::Unmerged)),
    };
    if entry != found.committed {
        return Ok(Some(Obstacle::Staged));
    }
    let Some((id, mode)) = entry else {
        if found.shape.is_none() {
            return Ok(git.is_left_out(&full).then_some(Obstacle::LeftOut));
        }
        found.is_private = git.ignores(&full);
        return Ok((!found.is_private).then_some(Obstacle::Untracked));
    };
    let Some((shape, bytes)) = found.shape.as_ref().zip(bytes) else { return Ok(Some(Obstacle::Dirty)) };
    let link = mode == Kind::Link.mode();
    let executable = mode & 0o100 != 0;
    let same_kind = link == shape.link && (link || !git.trusts_modes() || cfg!(not(unix)) || executable == (shape.mode & 0o100 != 0));
    let same_bytes = blob_id(bytes) == id || !link && git.to_git(&full, found.ends, bytes).is_some_and(|bytes| blob_id(&bytes) == id);
    Ok((!same_kind || !same_bytes).then_some(Obstacle::Dirty))
}

/// Whether what stands there is what the step was made for.
fn fits(home: &Home, step: &Step, bytes: Option<&[u8]>, found: &Found) -> Option<Obstacle> {
    let (shape, before) = match (&found.shape, &step.before) {
        (None, None) => return None,
        (Some(_), None) if found.is_private => return Some(Obstacle::Ignored),
        (Some(_), None) => return Some(Obstacle::InTheWay),
        (None, Some(_)) => return Some(Obstacle::Changed),
        (Some(shape), Some(before)) => (shape, before),
    };
    let trusts = cfg!(unix) && home.git.as_ref().is_none_or(Git::trusts_modes);
    let kind = match (shape.link, before.kind) {
        (true, kind) => kind == Kind::Link,
        (false, Kind::Plain) => !trusts || shape.mode & 0o100 == 0,
        (false, Kind::Executable) => !trusts || shape.mode & 0o100 != 0,
        (false, Kind::Link | Kind::Submodule) => false,
    };
    // The plan may have been made from what git keeps, with other line ends than on disk.
    let content = bytes == Some(before.bytes.as_ref()) || found.committed.as_ref().is_some_and(|(id, _)| *id == blob_id(&before.bytes));
    (!kind || !content).then_some(Obstacle::Changed)
}

/// A file or the nearest folder that nobody may write to.
fn is_read_only(home: &Home, path: &str, stands: Standing) -> Result<bool, Diagnostic> {
    if matches!(stands, Standing::File { mode, .. } if mode & 0o222 == 0) {
        return Ok(true);
    }
    let folders = path.match_indices('/').map(|(at, _)| home.root.join(&path[..at])).collect::<Vec<_>>();
    for folder in folders.into_iter().rev().chain([home.root.clone()]) {
        if let Standing::Folder(mode) = durable::standing(&folder)? {
            return Ok(mode & 0o222 == 0);
        }
    }
    Ok(false)
}

/// The names in folders, in the form that case-blind disks compare by; each folder is read once.
#[derive(Default)]
struct Names(BTreeMap<String, BTreeMap<String, Vec<String>>>);

impl Names {
    /// Whether a path that is not there, or a folder on its way, has a twin that differs by case alone and stays.
    fn has_twin(&mut self, root: &Path, path: &str, goes: &BTreeSet<&str>) -> bool {
        let mut folder = "";
        for (at, _) in path.match_indices('/').chain([(path.len(), "")]) {
            let (here, name) = (&path[..at], path[..at].rsplit('/').next().unwrap_or_default());
            let names = self.0.entry(folder.to_owned()).or_insert_with(|| {
                let mut folded: BTreeMap<String, Vec<String>> = BTreeMap::new();
                // A folder that cannot be listed has no twins that could be known.
                for name in fs::list(&root.join(folder)).unwrap_or_default() {
                    folded.entry(name.to_lowercase()).or_default().push(name);
                }
                folded
            });
            let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            let others = names.get(&name.to_lowercase()).map(Vec::as_slice).unwrap_or_default();
            let is_there = others.iter().any(|other| other == name);
            if !is_there {
                return others.iter().any(|other| !goes_away(&format!("{prefix}{other}"), goes));
            }
            folder = here;
        }
        false
    }
}

/// Whether a path goes, or is a folder of which something goes.
fn goes_away(path: &str, goes: &BTreeSet<&str>) -> bool {
    let inside = format!("{path}/");
    goes.contains(path) || goes.range(inside.as_str()..).next().is_some_and(|next| next.starts_with(&inside))
}
