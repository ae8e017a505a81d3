//! `highroad upgrade`: brings a project to another version of its road, as a three-way merge that keeps the person's edits.

pub mod answers;
pub mod engine;
pub mod files;
pub mod guardrails;
pub mod message;
pub mod ours;
mod records;
pub mod sides;
pub mod target;

use std::path::PathBuf;
use std::sync::Arc;

use super::base::{self, Base, Project, Versions};
use super::migrations;
use crate::base::diagnostic::Diagnostic;
use crate::plan::transaction::{self, Applied, Landing, Transaction};
use crate::render::answers::Given;
use crate::render::{self, Rendered};
use crate::repo::project::ProjectFiles;
use crate::report::conflicts::{Open, OpenFile};
use crate::report::upgrade::Upgrade;
use crate::road::Road;
use crate::road::folders;
use answers::{Answered, Asking};
use engine::Upgrading;

/// What the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The project, or a folder in it.
    pub path: PathBuf,
    /// The version to go to.
    pub to: Option<String>,
    /// The channel.
    pub channel: Option<String>,
    /// Where the road is: a folder, a source, a commit.
    pub road: Option<PathBuf>,
    /// Whether a commit that nobody signs is taken.
    pub unsigned: bool,
    /// Whether a version that was taken back is taken, where it is named.
    pub yanked: bool,
    /// Answers that were given.
    pub given: Vec<Given>,
    /// Whether files that cannot be had are compared two ways.
    pub without_base: bool,
    /// Where the result goes.
    pub landing: Wish,
    /// Whether only the merge is of interest: nothing is looked at that would stand in the way, and nothing is checked.
    pub in_memory: bool,
}

/// Where the person wants the result.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Wish {
    /// On a new branch, called as the road and the version.
    #[default]
    NewBranch,
    /// On a new branch of this name.
    Branch(String),
    /// On the branch that is checked out.
    InPlace,
}

/// An upgrade that is ready to be applied.
#[derive(Debug)]
pub struct Prepared {
    /// What it does.
    pub report: Upgrade,
    /// How; nothing where there is nothing to do.
    pub transaction: Option<Transaction>,
}

/// Works out an upgrade. Nothing is written.
///
/// # Errors
/// When the records, the version, the base or an answer is not usable, something stands in the way, or the person stops.
pub fn prepare(options: &Options, asking: Asking<'_>) -> Result<Prepared, Diagnostic> {
    let project = Project::load(&options.path)?;
    let versions = Versions::of(&project, options.road.as_deref(), options.unsigned)?;
    let note = if versions.named { folders::remember(&versions.store.origin()) } else { None };
    let mut prepared = prepare_with(options, &project, &versions, asking)?;
    prepared.report.notes.extend(note);
    Ok(prepared)
}

/// As [`prepare`], with the versions that are at hand.
///
/// # Errors
/// As [`prepare`].
pub fn prepare_with(options: &Options, project: &Project, versions: &Versions, asking: Asking<'_>) -> Result<Prepared, Diagnostic> {
    refuse_open_conflicts(project)?;
    let wanted = target::Wanted { to: options.to.as_deref(), channel: options.channel.as_deref(), yanked: options.yanked };
    let target = target::choose(project, versions, wanted)?;
    let mut report = engine::begin(project, &target.version);
    report.notes.extend(project.recovered.clone());
    report.notes.extend(target.notes);
    let current = &project.lock.road.version;
    let unchanged = project.config.answers.iter().all(|(key, value)| project.lock.answers.get(key) == Some(value));
    if target.version == *current && unchanged && options.given.is_empty() {
        return Ok(up_to_date(report));
    }
    let base = base::recover(project, versions, options.without_base)?;
    let road = read_target(project, versions, &base, &target.version)?;
    let due = migrations::between(&road.manifest, current, &target.version);
    let kind = road.kind(&project.lock.kind)?;
    let answered = answers::gather(project, &road, kind, &due, &options.given, asking)?;
    if target.version == *current && answered.answers == project.lock.answers {
        return Ok(up_to_date(report));
    }
    let now = render::render(&road, &project.lock.kind, &answered.answers)?;
    merge(Merge { options, project, versions, base, road: &road, now: &now, answered }, report)
}

/// What a merge needs.
struct Merge<'a> {
    options: &'a Options,
    project: &'a Project,
    versions: &'a Versions,
    base: Base,
    road: &'a Road,
    now: &'a Rendered,
    answered: Answered,
}

fn merge(merge: Merge<'_>, mut report: Upgrade) -> Result<Prepared, Diagnostic> {
    let Merge { options, project, versions, base, road, now, answered } = merge;
    let (from, to) = (project.lock.road.version.as_str(), road.manifest.version.as_str());
    let disk = ProjectFiles::list(&project.root, engine::owned(&base, now))?;
    let all = versions.all();
    let changes = target::changes(&all, from, to);
    let source = versions.source(road, &project.road, &project.root);
    let upgrading =
        Upgrading { project, disk: &disk, base: &base, road, now, answered: &answered, source: source.as_ref(), changes: &changes };
    let planned = engine::plan(&upgrading, &mut report)?;
    refuse_ignored(&disk, &planned.open)?;
    let open = (!planned.open.is_empty()).then(|| Open { schema: 1, command: "upgrade".to_owned(), files: planned.open.clone() });
    let mut transaction = Transaction {
        root: project.root.clone(),
        command: "upgrade",
        steps: planned.steps,
        conflicts: planned.conflicts,
        open: open.map(|open| crate::report::json::to_text(&open)),
        message: String::new(),
        landing: if options.in_memory { Landing::Files } else { landing(options, project, to)? },
    };
    if !options.in_memory {
        transaction::rehearse(&transaction)?;
        let conflicted: Vec<&str> = planned.open.iter().map(|file| file.path.as_str()).collect();
        report.guardrails = Some(guardrails::compare(&disk, &transaction.steps, &conflicted, &guardrails::Wanted::default())?);
    }
    report.pull_request = message::pull_request(&report);
    transaction.message = message::message(&report.pull_request);
    Ok(Prepared { report, transaction: Some(transaction) })
}

/// Applies what was prepared, and completes the report.
///
/// # Errors
/// When something stands in the way, or the disk or git refuses; then everything is as it was.
pub fn apply(prepared: &mut Prepared) -> Result<(), Diagnostic> {
    let Some(transaction) = &prepared.transaction else { return Ok(()) };
    let Applied { commit, branch, as_person, notes } = transaction::apply(transaction)?;
    let report = &mut prepared.report;
    report.status = if transaction.conflicts.is_empty() { "applied" } else { "conflicts" }.to_owned();
    report.outcome_notes = notes;
    if commit.is_some() && !as_person {
        let note = "git does not know you, so the commit bears Highroad's name; set `git config user.name` and `user.email`";
        report.outcome_notes.push(note.to_owned());
    }
    report.branch = branch;
    report.commit = commit;
    report.next = next(report, report.branch.is_some());
    Ok(())
}

fn next(report: &Upgrade, git: bool) -> Vec<String> {
    let mut next = Vec::new();
    if report.conflicted().next().is_some() {
        next.push("highroad resolve      # settle what is left".to_owned());
    } else if git && report.commit.is_some() {
        next.push("git show --stat       # what changed".to_owned());
    }
    next.push("highroad undo         # take it back, whole".to_owned());
    next
}

/// Refuses conflicts in files that git ignores: markers in them could not be told from the person's own text by anybody.
///
/// # Errors
/// Names the file.
pub fn refuse_ignored(disk: &ProjectFiles, open: &[OpenFile]) -> Result<(), Diagnostic> {
    let Some(file) = open.iter().find(|file| disk.is_ignored(&file.path)) else { return Ok(()) };
    Err(Diagnostic::usage("ignored", "a file that git ignores is in the way")
        .at(file.path.clone())
        .because("the road gives a file there too, with other content, and git could not bring yours back")
        .fix("move yours away or take it into git, then run the command again"))
}

fn refuse_open_conflicts(project: &Project) -> Result<(), Diagnostic> {
    if transaction::open_conflicts(&project.root)?.is_none() {
        return Ok(());
    }
    Err(Diagnostic::usage("open-conflicts", "the last change left conflicts that are open")
        .at(project.root.display().to_string())
        .because("a merge over them would mix two questions")
        .fix("settle them with `highroad resolve`, or take the change back with `highroad undo`"))
}

fn up_to_date(mut report: Upgrade) -> Prepared {
    report.status = "up-to-date".to_owned();
    Prepared { report, transaction: None }
}

/// Reads the version to go to. The project's own is the one that it came from, byte for byte.
fn read_target(project: &Project, versions: &Versions, base: &Base, version: &str) -> Result<Arc<Road>, Diagnostic> {
    if let Some(road) = base.road.as_ref().filter(|road| road.manifest.version == version) {
        return Ok(Arc::clone(road));
    }
    let road = versions.read(version)?;
    let locked = &project.lock.road;
    if road.manifest.version == locked.version && road.digest.to_string() != locked.digest {
        return Err(Diagnostic::usage("version-changed", format!("version {version} is not what the project came from"))
            .at(road.source.clone())
            .because(format!("its files have the digest {}, and the lock records {}", road.digest, locked.digest))
            .fix("get the version back from the road's publisher"));
    }
    Ok(Arc::new(road))
}

fn landing(options: &Options, project: &Project, to: &str) -> Result<Landing, Diagnostic> {
    let git = transaction::has_git(&project.root)?;
    let id = &project.lock.road.id;
    let branch = if project.lock.road.version == to { format!("highroad/{id}-{to}-answers") } else { format!("highroad/{id}-{to}") };
    Ok(match &options.landing {
        _ if !git => Landing::Files,
        Wish::InPlace => Landing::InPlace,
        Wish::Branch(name) => Landing::Branch(name.clone()),
        Wish::NewBranch => Landing::Branch(branch),
    })
}
