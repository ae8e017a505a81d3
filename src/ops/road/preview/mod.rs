//! `highroad road preview`: what a version would do to the repositories that use the road, worked out in memory.

pub mod page;
mod repositories;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::at_hand;
use super::shelf::Shelf;
use super::workers::{self, Progress};
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::ops::base::Project;
use crate::ops::upgrade::answers::Asking;
use crate::ops::upgrade::guardrails::{self, Wanted};
use crate::ops::upgrade::target::refuse_yanked;
use crate::ops::upgrade::{engine, refuse_ignored};
use crate::plan::transaction;
use crate::repo::config;
use crate::repo::project::ProjectFiles;
use crate::report::road_preview::{Counts, Preview, Repository, common};
use crate::report::upgrade_text::is_change;
use crate::road::manifest::STABLE;
use crate::road::source::Source;
use crate::road::store::{Listed, Store, reachable};
use crate::road::{Road, broken, version};

/// What the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The road: a working or released version, or a store; the built-in road where none is named.
    pub folder: Option<PathBuf>,
    /// The published versions that repositories come from.
    pub store: Option<PathBuf>,
    /// The folder of local clones, or a list of them.
    pub repositories: PathBuf,
    /// The version to go to.
    pub to: Option<String>,
    /// Whether a version that was taken back is taken all the same, where it is named.
    pub yanked: bool,
}

/// Where repositories go, and what is at hand to take them there.
struct Roads {
    id: String,
    shelf: Shelf,
    /// The one version; nothing where each goes to the newest of its channel.
    to: Option<Arc<Road>>,
    /// Whether a person named, or a folder lies in, a store of released versions.
    versions_named: bool,
}

/// Works the upgrade of every repository out. Nothing in them is written.
///
/// # Errors
/// When the road, the version or the place of the repositories is not usable, or the person stops.
pub fn preview(options: &Options, progress: Progress<'_>) -> Result<Preview, Diagnostic> {
    let began = Instant::now();
    let mut notes = Vec::new();
    let roads = roads(options, &mut notes)?;
    let found = repositories::find(&options.repositories)?;
    let repositories = workers::each(&found, progress, |root| look(&roads, root))?;
    Ok(Preview {
        schema: 1,
        day: Day::today().to_string(),
        to: roads.to.as_ref().map(|road| road.manifest.version.clone()),
        road: roads.id,
        counts: counts(&repositories),
        seconds: began.elapsed().as_secs_f64(),
        common: common(&repositories),
        repositories,
        notes,
    })
}

fn roads(options: &Options, notes: &mut Vec<String>) -> Result<Roads, Diagnostic> {
    let version = match &options.folder {
        Some(folder) => fs::look(&folder.join(crate::road::index::FILE))? == Found::Nothing,
        None => false,
    };
    if let Some(folder) = options.folder.as_deref().filter(|_| version) {
        let subject = at_hand::subject(folder, options.store.as_deref())?;
        notes.extend(subject.notes);
        let own = &subject.road.manifest.version;
        if let Some(to) = options.to.as_ref().filter(|to| *to != own) {
            return Err(Diagnostic::usage("version-unknown", format!("the folder holds version {own}, not {to}"))
                .at("--to")
                .because("a folder of one version takes repositories to that version")
                .fix("leave `--to` out, or name the folder of all versions"));
        }
        let roads = Roads {
            id: subject.road.manifest.id.clone(),
            shelf: subject.shelf,
            to: Some(subject.road),
            versions_named: subject.store.is_some(),
        };
        return roads.unless_yanked(options.yanked);
    }
    let source = options.folder.as_ref().or(options.store.as_ref()).map_or(Source::BuiltIn, |folder| Source::Folder(folder.clone()));
    let store = Store::open(&source)?;
    let id = store.id().map(str::to_owned).ok_or_else(|| broken(&store.shown(), "index.toml", "no version of it can be read"))?;
    let mut stores = vec![store];
    if source != Source::BuiltIn {
        stores.push(Store::open(&Source::BuiltIn)?);
    }
    let shelf = Shelf::new(stores, None);
    let to = options.to.as_ref().map(|to| shelf.read(&id, to)).transpose()?;
    Roads { id, shelf, to, versions_named: options.folder.is_some() || options.store.is_some() }.unless_yanked(options.yanked)
}

impl Roads {
    /// Refuses to go to a version that was taken back, as `upgrade --to` does.
    fn unless_yanked(self, wanted: bool) -> Result<Self, Diagnostic> {
        if let Some(to) = &self.to {
            let version = &to.manifest.version;
            self.shelf
                .listed(&self.id)
                .into_iter()
                .find(|listed| listed.version == *version)
                .map_or(Ok(()), |listed| refuse_yanked(listed, wanted))?;
        }
        Ok(self)
    }
}

fn counts(repositories: &[Repository]) -> Counts {
    let count = |status: &str| repositories.iter().filter(|repository| repository.status == status).count();
    Counts {
        all: repositories.len(),
        clean: count("clean"),
        conflict: count("conflict"),
        regress: count("regress"),
        up_to_date: count("up-to-date"),
        could_not: count("could-not"),
        not_on_road: count("not-on-road"),
    }
}

/// Looks at one repository.
fn look(roads: &Roads, root: &Path) -> Repository {
    let mut told = Repository { path: root.display().to_string(), ..Repository::default() };
    let (status, why) = match work_out(roads, root, &mut told) {
        Ok(said) => said,
        Err(error) if error.code == "no-road" => ("not-on-road", Some(error.why)),
        Err(error) => ("could-not", Some(format!("{}: {}", error.what, error.why))),
    };
    told.status = status.to_owned();
    told.why = why;
    told
}

type Said = (&'static str, Option<String>);

fn work_out(roads: &Roads, root: &Path, told: &mut Repository) -> Result<Said, Diagnostic> {
    if fs::look(root)? == Found::Nothing {
        return Ok(("could-not", Some("nothing is there".to_owned())));
    }
    let root = fs::canonical(root)?;
    if fs::look(&root.join(config::FILE))? == Found::Nothing {
        return Ok(("not-on-road", Some("it has no `highroad.toml`".to_owned())));
    }
    if transaction::is_half_way(&root)? {
        return Ok(("could-not", Some("an earlier run was stopped half-way; `highroad status` there takes it back".to_owned())));
    }
    let project = Project::read(root.clone())?;
    let locked = &project.lock.road;
    told.kind = Some(project.lock.kind.clone());
    told.from = Some(locked.version.clone());
    if locked.id != roads.id {
        return Ok(("not-on-road", Some(format!("it is on another road, `{}`", locked.id))));
    }
    if transaction::open_conflicts(&root)?.is_some() {
        return Ok(("could-not", Some("the last change left conflicts that are open".to_owned())));
    }
    let road = match target(roads, &project)? {
        Ok(road) => road,
        Err(said) => return Ok(said),
    };
    told.to = Some(road.manifest.version.clone());
    let list = |base: &_, now: &_| ProjectFiles::list(&root, engine::owned(base, now));
    let tried = roads.shelf.try_upgrade(&project, &road, &[], Asking::Suggest, list)?;
    refuse_ignored(&tried.disk, &tried.planned.open)?;
    told.files = tried.report.files.iter().filter(|file| is_change(&file.change)).count();
    told.conflicts = tried.report.conflicted().map(|file| file.path.clone()).collect();
    let wanted = Wanted { before: tried.from.as_ref().map(|road| &road.manifest.guardrails), after: Some(&road.manifest.guardrails) };
    let open: Vec<&str> = told.conflicts.iter().map(String::as_str).collect();
    let compared = guardrails::compare(&tried.disk, &tried.planned.steps, &open, &wanted)?;
    told.settled = compared.settled.len();
    told.not_checked = compared.not_checked.len();
    told.new = compared.new.into_iter().chain(compared.louder).collect();
    let blocking = told.new.iter().filter(|finding| finding.level == "block").count();
    let regress = (blocking > 0).then(|| format!("findings that would block and do not now: {blocking}"));
    Ok(match (told.conflicts.len(), regress) {
        (0, None) => ("clean", None),
        (0, Some(why)) => ("regress", Some(why)),
        (count, regress) => {
            let why = if count == 1 { "1 file has conflicts".to_owned() } else { format!("{count} files have conflicts") };
            ("conflict", Some(regress.map_or(why.clone(), |regress| format!("{why}, and {regress}"))))
        }
    })
}

/// Chooses the version that a repository goes to; what to say where there is none.
fn target(roads: &Roads, project: &Project) -> Result<Result<Arc<Road>, Said>, Diagnostic> {
    let current = project.lock.road.version.as_str();
    let road = match &roads.to {
        Some(road) => Arc::clone(road),
        None => {
            let channel = project.road.channel.as_deref().unwrap_or(STABLE);
            let listed = roads.shelf.listed(&roads.id);
            // The share of a roll-out is not looked at: this is about all that will have it in the end.
            let takes = |listed: &Listed| listed.is_in(channel) && listed.is_open();
            match reachable(&listed, current, takes).last() {
                Some(newest) => roads.shelf.read(&roads.id, &newest.version)?,
                None => return Ok(Err(("up-to-date", None))),
            }
        }
    };
    let to = &road.manifest.version;
    match version::compare(current, to) {
        std::cmp::Ordering::Equal if road.digest.to_string() == project.lock.road.digest => Ok(Err(("up-to-date", None))),
        std::cmp::Ordering::Equal => Ok(Err((
            "could-not",
            Some(format!("it came from version {to} with other files: the version was changed after it was published")),
        ))),
        std::cmp::Ordering::Greater => Ok(Err(("up-to-date", Some(format!("it is on {current}, which is newer"))))),
        std::cmp::Ordering::Less if roads.shelf.origins(&road.manifest).0.iter().any(|listed| listed.version == current) => Ok(Ok(road)),
        std::cmp::Ordering::Less => {
            let missing = roads.shelf.origins(&road.manifest).1;
            let why = match (missing.first(), roads.versions_named) {
                (Some(missing), false) => {
                    format!("version {missing} is not at hand: name the folder of released versions with `--store FOLDER`")
                }
                (Some(missing), true) => format!(
                    "no chain of `upgrades-from` that is at hand leads from {current} to {to}: version {missing} is not in the store; `--store FOLDER` names another"
                ),
                (None, _) => format!("no chain of `upgrades-from` leads from {current} to {to}"),
            };
            Ok(Err(("could-not", Some(why))))
        }
    }
}
