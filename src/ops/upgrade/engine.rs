//! Works an upgrade out in memory: the one way that `upgrade`, `status`, `road test` and `road preview` share.

use super::answers::Answered;
use super::files::{self, Planned, Why};
use super::ours::Ours;
use super::{records, sides};
use crate::base::diagnostic::Diagnostic;
use crate::base::leaf::{Kind, Leaf};
use crate::merge::{LABELS, Labels, trees};
use crate::ops::base::{Base, Origin, Project};
use crate::ops::migrations;
use crate::plan::transaction::Step;
use crate::render::Rendered;
use crate::repo::config::RoadReference;
use crate::repo::project::ProjectFiles;
use crate::repo::{config, lock};
use crate::report::upgrade::{Base as BaseReport, Upgrade};
use crate::road::manifest::Change;
use crate::road::{Road, broken, version};

/// Everything that decides what an upgrade does.
#[derive(Clone, Copy, Debug)]
pub struct Upgrading<'a> {
    /// The project's records.
    pub project: &'a Project,
    /// Its files, with what stands at the paths of [`owned`].
    pub disk: &'a ProjectFiles,
    /// The files as it once got them.
    pub base: &'a Base,
    /// The version that it goes to.
    pub road: &'a Road,
    /// What that renders to.
    pub now: &'a Rendered,
    /// The answers that it renders with.
    pub answered: &'a Answered,
    /// Where the road comes from, if `highroad.toml` has to say another place now.
    pub source: Option<&'a RoadReference>,
    /// What the versions on the way changed, with the version of each.
    pub changes: &'a [(&'a str, &'a Change)],
}

/// Returns the paths that have to be looked at although git ignores them.
pub fn owned<'a>(base: &'a Base, now: &'a Rendered) -> impl Iterator<Item = &'a str> {
    base.files.keys().map(String::as_str).chain(now.tree.iter().map(|(path, _)| path.as_str())).chain([config::FILE, lock::FILE])
}

/// Starts the report of an upgrade.
pub fn begin(project: &Project, to: &str) -> Upgrade {
    let from = project.lock.road.version.clone();
    Upgrade {
        schema: 1,
        status: "planned".to_owned(),
        root: project.root.display().to_string(),
        road: project.lock.road.id.clone(),
        downgrade: version::compare(to, &from) == std::cmp::Ordering::Less,
        from,
        to: to.to_owned(),
        ..Upgrade::default()
    }
}

/// Works out what becomes of every file, the records included, and adds it to the report. Nothing is written.
///
/// # Errors
/// When the road gives Highroad's own records, a file of the project cannot be read, or `highroad.toml` cannot be edited.
pub fn plan(upgrading: &Upgrading<'_>, report: &mut Upgrade) -> Result<Planned, Diagnostic> {
    let Upgrading { project, disk, base, road, now, answered, source, changes } = *upgrading;
    refuse_records(road, now)?;
    let (from, to) = (project.lock.road.version.as_str(), road.manifest.version.as_str());
    let mut ours = Ours::of(disk);
    let mut given = base.files.clone();
    let due = migrations::between(&road.manifest, from, to);
    report.migrations = migrations::files(&due, &mut given, &mut ours)?;
    sides::follow_names(&mut given, now, &mut ours).map_err(|(path, why)| files::unreadable(&path, why))?;
    let adopted = road.kind(&project.lock.kind)?.manifest.for_adoption;
    let filtered = sides::filter(base, given, now, &ours.entries(), adopted);
    let labels = (format!("road {from}"), format!("road {to}"));
    let labels = Labels { ours: LABELS.ours, base: &labels.0, theirs: &labels.1 };
    let outcomes = trees::merge(&sides::side(&filtered.base), &ours.side(), &sides::side(&filtered.theirs), labels)
        .map_err(|(path, why)| files::unreadable(&path, why))?;
    let why = Why::of(changes, now, reason(from == to, report.downgrade));
    let mut planned = files::plan(outcomes, &filtered, &ours, &project.lock, &why)?;
    report.changes = why.report(&planned.files);
    report.answers.clone_from(&answered.told);
    report.base = origin(base);
    report.untouched = planned.untouched;
    report.files = std::mem::take(&mut planned.files);
    for (path, text) in [config::FILE, lock::FILE].into_iter().zip(records::texts(project, source, road, now, answered, &filtered)?) {
        planned.steps.push(record(path, text, &ours)?);
    }
    planned.steps.retain(|step| step.before != step.after);
    planned.steps.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(planned)
}

/// Refuses a road that gives Highroad's own records.
fn refuse_records(road: &Road, now: &Rendered) -> Result<(), Diagnostic> {
    match [config::FILE, lock::FILE].into_iter().find(|record| now.tree.get(record).is_some()) {
        Some(record) => Err(broken(&road.source, record, "Highroad writes this file itself")),
        None => Ok(()),
    }
}

fn reason(same_version: bool, downgrade: bool) -> Option<String> {
    match (same_version, downgrade) {
        (true, _) => Some("Another answer gives another file.".to_owned()),
        (_, true) => Some("The older version has it so.".to_owned()),
        (false, false) => None,
    }
}

fn origin(base: &Base) -> BaseReport {
    let (origin, why) = match &base.origin {
        Origin::Rendered => ("rendered", None),
        Origin::History(why) => ("history", Some(why.clone())),
        Origin::Incomplete(why) => ("incomplete", Some(why.clone())),
    };
    BaseReport { origin: origin.to_owned(), why }
}

fn record(path: &str, text: String, ours: &Ours<'_>) -> Result<Step, Diagnostic> {
    let before = ours.on_disk(path).map_err(|why| files::unreadable(path, why))?;
    let kind = before.as_ref().map_or(Kind::Plain, |leaf| leaf.kind);
    Ok(Step { path: path.to_owned(), before, after: Some(Leaf::new(kind, text.into_bytes())) })
}
