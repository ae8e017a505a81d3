//! `highroad diff`: every file that differs from what the road gave, and why.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::base::{self, Given, Project, Versions};
use super::upgrade::files::unreadable;
use super::upgrade::ours::Ours;
use super::upgrade::{sides, target};
use crate::base::diagnostic::Diagnostic;
use crate::base::leaf::Leaf;
use crate::merge::{LABELS, trees};
use crate::render::questions::Machine;
use crate::render::{self, answers};
use crate::repo::lock::Ownership;
use crate::repo::project::ProjectFiles;
use crate::report::diff::{Diff, DiffFile};
use crate::report::steps;

/// What the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The project, or a folder in it.
    pub path: PathBuf,
    /// Where the road is: a folder, a source, a commit.
    pub road: Option<PathBuf>,
    /// Whether a commit that nobody signs is taken.
    pub unsigned: bool,
}

/// Compares the project with what its road gave it.
///
/// # Errors
/// When the records are not usable, what the road gave cannot be had, or a file cannot be read.
pub fn diff(options: &Options) -> Result<Diff, Diagnostic> {
    let project = Project::load(&options.path)?;
    let versions = Versions::of(&project, options.road.as_deref(), options.unsigned);
    let mut notes: Vec<String> = project.recovered.iter().cloned().collect();
    let base = match &versions {
        Ok(versions) => base::recover(&project, versions, false)?,
        // Without any version at hand the repository's own history still has the files.
        Err(error) if options.road.is_none() => base::from_records(&project, error)?,
        Err(error) => return Err(error.clone()),
    };
    if let base::Origin::History(why) | base::Origin::Incomplete(why) = &base.origin {
        notes.push(format!("what the road gave comes from the repository's own history: {why}"));
    }
    let disk = ProjectFiles::list(&project.root, base.files.keys().map(String::as_str))?;
    let ours = Ours::of(&disk);
    let given: BTreeMap<String, Leaf> = base.files.iter().filter_map(|(path, file)| Some((path.clone(), file.leaf.clone()?))).collect();
    let pristine = sides::side(&given);
    let outcomes = trees::merge(&pristine, &ours.side(), &pristine, LABELS).map_err(|(path, why)| unreadable(&path, why))?;
    let newer = versions.ok().and_then(|versions| newest(&project, &versions));
    let mut diff = Diff {
        schema: 1,
        root: project.root.display().to_string(),
        road: project.lock.road.id.clone(),
        version: project.lock.road.version.clone(),
        notes,
        ..Diff::default()
    };
    for outcome in outcomes {
        let Some(was) = outcome.base_path else { continue };
        let Some(file) = base.files.get(&was) else { continue };
        let place = if disk.has(&outcome.path) { outcome.path } else { was.clone() };
        let mine = ours.leaf(&place).map_err(|why| unreadable(&place, why))?;
        let moved = place != was;
        if mine == file.leaf && !moved {
            diff.same += 1;
            continue;
        }
        diff.files.push(describe(&was, &place, file, mine.as_ref(), newer.as_ref()));
    }
    diff.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(diff)
}

/// Renders the newest version that an upgrade would go to, with the answers as they are: what it gives, and its number.
fn newest(project: &Project, versions: &Versions) -> Option<(String, BTreeMap<String, Leaf>)> {
    let target = target::choose(project, versions, target::Wanted::default()).ok()?.version;
    if target == project.lock.road.version {
        return None;
    }
    let road = versions.read(&target).ok()?;
    let kind = road.kind(&project.lock.kind).ok()?;
    let answers = answers::complete(&road, kind, project.lock.answers.clone(), &Machine::default()).ok()?;
    let rendered = render::render(&road, &project.lock.kind, &answers).ok()?;
    Some((target, rendered.tree.iter().map(|(path, file)| (path.as_str().to_owned(), base::leaf(file))).collect()))
}

fn describe(was: &str, place: &str, file: &Given, mine: Option<&Leaf>, newer: Option<&(String, BTreeMap<String, Leaf>)>) -> DiffFile {
    let before = file.leaf.as_ref();
    let ahead = newer.filter(|(_, files)| mine.is_some() && files.get(was) == mine);
    let kinds = before.zip(mine).map(|(before, mine)| (before.kind, mine.kind));
    let whose = match file.ownership {
        Ownership::Managed => "the road answers for this file",
        Ownership::Merged => "you and the road both edit this file",
        Ownership::Seeded => "it is yours since it was written",
    };
    let (what, why) = match (mine, ahead, kinds) {
        (None, ..) => ("deleted", format!("you deleted it, and it stays deleted; {whose}")),
        (_, Some((version, _)), _) => ("newer", format!("it is what version {version} of the road gives")),
        (_, _, Some((one, other))) if one.is_file() != other.is_file() => ("type", format!("{} stands there now; {whose}", other.word())),
        _ if was != place => ("moved", format!("you moved it; {whose}")),
        (Some(mine), ..) if before.is_some_and(|before| before.bytes == mine.bytes) => {
            ("mode", format!("you changed whether it may be run; {whose}"))
        }
        _ => ("edited", format!("you edited it; {whose}")),
    };
    DiffFile {
        path: place.to_owned(),
        from: (was != place).then(|| was.to_owned()),
        ownership: file.ownership.word().to_owned(),
        what: what.to_owned(),
        why,
        diff: steps::one(place, before, mine),
    }
}
