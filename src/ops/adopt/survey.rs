//! Everything that is known before a person chooses: the stack, the answers, what the road would give, what could be fixed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::answers::{self, Sources};
use super::files::{self, Gift, Gifts, Offer};
use super::{Options, fixes, items};
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::guardrails::edits::Files;
use crate::guardrails::outcome::{Judged, Outcome};
use crate::ops::check::{self, Checked, Progress};
use crate::ops::fix;
use crate::plan::transaction;
use crate::render::answers::Asker;
use crate::render::questions::Machine;
use crate::render::{self, ENGINES};
use crate::repo::answers::Answers;
use crate::repo::config::{self, Config};
use crate::repo::foreign_answers::{self, Leftover, Taken};
use crate::repo::git;
use crate::repo::lock::{self, Lock};
use crate::repo::stack::{self, Stack};
use crate::repo::worktree::{self, Scope};
use crate::report::adopt::{Answer, Item, Kept};
use crate::road::{Part, Road};

/// What is known before a person chooses.
#[derive(Debug)]
pub struct Survey {
    /// The root of the repository.
    pub root: PathBuf,
    /// What it is made of.
    pub stack: Stack,
    /// The branch that the others start from.
    pub branch: Option<String>,
    /// What can be chosen; a person may change `chosen`.
    pub items: Vec<Item>,
    /// What was done about a run that was killed, where there was one.
    pub recovered: Option<String>,
    pub(super) options: check::Options,
    pub(super) before: Checked,
    pub(super) kind: String,
    pub(super) answers: Vec<Answer>,
    pub(super) leftovers: Vec<Leftover>,
    pub(super) taken: Vec<Taken>,
    pub(super) gifts: Vec<Gift>,
    pub(super) kept: Vec<Kept>,
    pub(super) host: String,
}

/// Looks at a repository and settles the answers. Nothing is written.
///
/// # Errors
/// When the repository cannot be read, is on a road that is not for adoption, or an answer is none.
pub fn survey(road: &Road, options: &Options, asker: Option<&mut dyn Asker>, progress: Progress<'_>) -> Result<Survey, Diagnostic> {
    let check =
        check::Options { path: options.path.clone(), explicit: options.explicit, scope: Scope::Full, only: Vec::new(), skip: Vec::new() };
    let recovered = transaction::recover(&worktree::open(&check.path, check.explicit, &check.scope)?.root)?;
    let before = check::check(&check, progress)?;
    if before.worktree.changed.is_some() {
        return Err(Diagnostic::usage("path", "a repository is adopted as a whole")
            .at(options.path.display().to_string())
            .because("it is a part of a repository, and hooks, owners and pipelines belong to the whole")
            .fix("name the root of the repository"));
    }
    let kind_id = kind_of(road, options, before.lock.as_ref())?;
    let kind = road.kind(&kind_id)?;
    let root = before.worktree.root.clone();
    let snapshot = &before.worktree.snapshot;
    let stack = stack::detect(snapshot);
    let leftovers = foreign_answers::read(snapshot);
    let taken = foreign_answers::taken(&leftovers);
    let machine = Machine {
        git: git::facts(&root),
        folder: root.file_name().map(|name| name.to_string_lossy().into_owned()),
        today: Some(Day::today()),
    };
    let branch = git::default_branch(&root);
    let sources = Sources {
        road,
        kind,
        given: &options.given,
        recorded: before.lock.as_ref().map(|lock| &lock.answers),
        taken: &taken,
        stack: &stack,
        machine: &machine,
        branch: branch.as_deref(),
        owner: options.owner.as_deref(),
    };
    let asker = if before.lock.is_some() { None } else { asker };
    let answers = answers::settle(&sources, asker)?;
    let complete = answers::map(&answers);
    let host = complete.get("host").cloned().unwrap_or_default();
    let firing = firing(road, &kind_id, &complete, &check, &before, progress)?;
    let offered = with_toggles(road, kind, &complete);
    let offer = Offer { road, kind_id: &kind_id, kind, answers: &offered, snapshot, firing: &firing, lock: before.lock.as_ref() };
    // What a newer version of the road brings is for an upgrade, which merges it with what is there.
    let behind = before.lock.as_ref().is_some_and(|lock| lock.road.version != road.manifest.version);
    let Gifts { gifts, kept } = if behind { Gifts::default() } else { files::sort(&offer)? };
    let questions: Vec<_> = road.questions_of(kind).collect();
    let gifts: Vec<Gift> = gifts.into_iter().filter(|gift| before.lock.is_none() || !left(gift, &complete)).collect();
    let mut found = items::of_gifts(&gifts, &questions, &complete);
    let made: Files = gifts.iter().filter(|gift| !gift.edits).map(|gift| (gift.reason.path.as_str().to_owned(), None)).collect();
    let open: Vec<&Judged> = before.outcome.open().collect();
    if stack.shape != stack::Shape::Lab {
        found.extend(fixes::items(&open, &host, &made, stack.shape.is_left_alone()));
    }
    let mut items = items::finish(found);
    items::choose(&mut items, &options.only, &options.skip)?;
    Ok(Survey {
        root,
        branch,
        items,
        recovered,
        options: check,
        kind: kind_id,
        answers,
        leftovers,
        taken,
        gifts,
        kept,
        host,
        stack,
        before,
    })
}

/// Whether the record says that a file was left out.
fn left(gift: &Gift, answers: &Answers) -> bool {
    gift.toggle.as_ref().is_some_and(|key| answers.get(key).is_some_and(|answer| answer == "leave"))
}

/// Returns the kind: the one that was named or recorded, else the road's first that is made for adoption.
fn kind_of(road: &Road, options: &Options, lock: Option<&Lock>) -> Result<String, Diagnostic> {
    let for_adoption = |id: &str| road.kinds.iter().any(|(known, kind)| known == id && kind.manifest.for_adoption);
    if let Some(lock) = lock {
        if lock.road.id == road.manifest.id && for_adoption(&lock.kind) {
            return Ok(lock.kind.clone());
        }
        return Err(Diagnostic::usage("on-the-road", "this project is on a road already")
            .at(lock::FILE)
            .because(format!("it came from road `{}` {} as `{}`", lock.road.id, lock.road.version, lock.kind))
            .fix("`highroad upgrade` takes it to the next version; `highroad fix` fixes what can be fixed"));
    }
    let kinds: Vec<&str> = road.kinds.iter().filter(|(_, kind)| kind.manifest.for_adoption).map(|(id, _)| id.as_str()).collect();
    match &options.kind {
        Some(given) => {
            road.kind(&given.value).map_err(|error| error.at(given.place.clone()))?;
            if for_adoption(&given.value) {
                return Ok(given.value.clone());
            }
            Err(Diagnostic::usage("kind", format!("`{}` starts a new project", given.value))
                .at(given.place.clone())
                .because("its files would take the place of yours")
                .fix(if kinds.is_empty() {
                    "leave `--kind` out".to_owned()
                } else {
                    format!("for a repository that exists: `{}`", kinds.join("`, `"))
                }))
        }
        None => kinds.first().map(|kind| (*kind).to_owned()).ok_or_else(|| {
            Diagnostic::usage("kind", "the road has no kind for repositories that exist")
                .at(road.source.clone())
                .because("no kind of it has `for-adoption = true`")
                .fix("take another version of the road")
        }),
    }
}

/// Returns the answers with every part of the road taken, to see what there is to choose from.
fn with_toggles(road: &Road, kind: &Part, answers: &Answers) -> Answers {
    let mut all = answers.clone();
    for question in road.questions_of(kind) {
        let can = |value: &str| question.choices.iter().any(|choice| choice.value == value);
        if question.choices.len() == 2 && can("add") && can("leave") {
            all.insert(question.key.clone(), "add".to_owned());
        }
    }
    all
}

/// Returns the guardrails that find something in the repository as it is, were it on the road: some of them only look at
/// what a road gave.
fn firing(
    road: &Road,
    kind: &str,
    answers: &Answers,
    options: &check::Options,
    before: &Checked,
    progress: Progress<'_>,
) -> Result<BTreeSet<&'static str>, Diagnostic> {
    let everything = with_toggles(road, road.kind(kind)?, answers);
    let rendered = render::render(road, kind, &everything)?;
    let asked: BTreeSet<String> = road
        .kind(kind)?
        .manifest
        .layers
        .iter()
        .filter_map(|id| road.layers.get(id))
        .flat_map(|part| &part.manifest.file)
        .flat_map(|rule| rule.guardrails.clone())
        .collect();
    if asked.is_empty() {
        return Ok(BTreeSet::new());
    }
    let file = rendered
        .tree
        .iter()
        .zip(&rendered.reasons)
        .map(|((path, file), reason)| lock::LockedFile::new(path.as_str(), reason.ownership, file, git::blob_id(&file.bytes)));
    let lock = lock_of(road, kind, &everything, file.collect());
    let config = config_of(road, kind, &everything, &before.worktree.root);
    let over: Files =
        [(config::FILE.to_owned(), Some(config.to_text().into_bytes())), (lock::FILE.to_owned(), Some(lock.to_text().into_bytes()))].into();
    let options = check::Options { only: asked.into_iter().collect(), ..options.clone() };
    let checked = fix::check_over(&options, &before.worktree, &over, progress)?;
    Ok(ids(&checked.outcome))
}

fn ids(outcome: &Outcome) -> BTreeSet<&'static str> {
    outcome.findings.iter().map(|judged| judged.finding.guardrail).collect()
}

/// Returns the lock of an adoption.
pub(super) fn lock_of(road: &Road, kind: &str, answers: &Answers, file: Vec<lock::LockedFile>) -> Lock {
    Lock {
        schema: 1,
        guardrails: road.recorded_levels(),
        engine: ENGINES.to_owned(),
        road: road.locked(),
        kind: kind.to_owned(),
        answers: answers.clone(),
        file,
        resolution: Vec::new(),
    }
}

/// Returns `highroad.toml` of an adoption, without waivers.
pub(super) fn config_of(road: &Road, kind: &str, answers: &Answers, root: &Path) -> Config {
    Config {
        schema: 1,
        road: Some(road.origin.reference(&road.manifest.id, &road.manifest.version, root)),
        kind: Some(kind.to_owned()),
        answers: answers.clone(),
        guardrails: std::collections::BTreeMap::new(),
        waiver: Vec::new(),
    }
}
