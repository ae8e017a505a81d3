//! `highroad status`: where the project stands on its road, and what the next version brings.

use std::path::PathBuf;

use super::base::{Project, Versions};
use super::drift;
use super::upgrade::answers::Asking;
use super::upgrade::{self, files::Why, target};
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::plan::transaction;
use crate::render::Rendered;
use crate::repo::project::ProjectFiles;
use crate::report::status::{Preview, Status};
use crate::report::upgrade_text::is_change;
use crate::road::manifest::STABLE;
use crate::road::version;

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

/// Finds out where the project stands. What cannot be found out is said, and the rest is told all the same.
///
/// # Errors
/// When there is no project, or its records cannot be read.
pub fn status(options: &Options) -> Result<Status, Diagnostic> {
    let project = Project::load(&options.path)?;
    let disk = ProjectFiles::list(&project.root, project.lock.file.iter().map(|file| file.path.as_str()))?;
    let lock = &project.lock;
    let mut status = Status {
        schema: 1,
        root: project.root.display().to_string(),
        road: lock.road.id.clone(),
        kind: lock.kind.clone(),
        version: lock.road.version.clone(),
        channel: project.road.channel.clone().unwrap_or_else(|| STABLE.to_owned()),
        drift: drift::compare(&lock.file, &disk),
        compared: lock.file.len(),
        open_conflicts: transaction::unsettled(&project.root)?,
        notes: project.recovered.iter().cloned().collect(),
        ..Status::default()
    };
    match Versions::of(&project, options.road.as_deref(), options.unsigned) {
        Ok(versions) => look_ahead(&project, &versions, options, &mut status),
        Err(error) if options.road.is_some() => return Err(error),
        Err(error) => status.notes.push(format!("newer versions could not be looked for: {}: {}; {}", error.what, error.why, error.fix)),
    }
    Ok(status)
}

fn look_ahead(project: &Project, versions: &Versions, options: &Options, status: &mut Status) {
    let current = &project.lock.road.version;
    let all = versions.all();
    let listed = all.iter().find(|listed| listed.version == *current);
    match listed.and_then(|listed| listed.supported_until.as_ref()) {
        Some(last) => {
            status.supported_until = Some(last.clone());
            status.days_left = Day::parse(last).map(|last| Day::today().until(last));
        }
        None => status.notes.push(format!("version {current} is not at hand, so how long it is supported is not known")),
    }
    status.yanked = listed.and_then(|listed| listed.yanked.clone());
    status.deprecated = listed.and_then(|listed| listed.deprecated.clone());
    status.waiting = target::waiting(&all, versions, &status.channel, current);
    let next = match target::choose(project, versions, target::Wanted::default()) {
        Ok(target) => {
            status.notes.extend(target.notes);
            status.looked = true;
            target.version
        }
        Err(error) => {
            status.notes.push(format!("{}: {}", error.what, error.why));
            return;
        }
    };
    if next == *current {
        return;
    }
    status.behind = all.iter().filter(|listed| version::is_between(&listed.version, current, &next)).count();
    let changes = target::changes(&all, current, &next);
    let (report, preview) = preview(options, project, versions);
    // Which files a change concerns is known where the upgrade could be worked out.
    status.changes = report.unwrap_or_else(|| Why::of(&changes, &Rendered::default(), None).report(&[]));
    status.upgrade = Some(preview);
    status.next = Some(next);
}

/// Works the upgrade out in memory.
fn preview(options: &Options, project: &Project, versions: &Versions) -> (Option<Vec<crate::report::upgrade::Change>>, Preview) {
    let wanted =
        upgrade::Options { path: options.path.clone(), road: options.road.clone(), in_memory: true, ..upgrade::Options::default() };
    match upgrade::prepare_with(&wanted, project, versions, Asking::Suggest) {
        Ok(prepared) => {
            let report = prepared.report;
            let conflicts: Vec<String> = report.conflicted().map(|file| file.path.clone()).collect();
            let files = report.files.iter().filter(|file| is_change(&file.change)).count();
            (Some(report.changes), Preview { clean: conflicts.is_empty(), files, conflicts, problem: None })
        }
        Err(error) => (None, Preview { problem: Some(format!("{}: {}", error.what, error.why)), ..Preview::default() }),
    }
}
