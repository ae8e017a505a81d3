//! `highroad road publish`: puts the released versions of a store into a registry, signed.
//!
//! Readers follow `timestamp.json`. All that it leads to is written first, under names that nothing had before; it is
//! switched last, by one rename. A stop at any point leaves what was published before.

mod road;
mod write;

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU64;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp as Moment};
use serde::Serialize;
use tough::schema::{Role, RoleType, Root, Signed, Snapshot, Targets, Timestamp};

use super::busy;
use super::metadata::{Ends, Judge, Standing, standing, warnings};
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::road::registry::keys::SecretKey;
use crate::road::registry::repository::{Current, DRAFT, Repository};
use crate::road::registry::signing::{self, SPECIFICATION, Signers, describe};

/// How many days what is signed lives.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    /// The files of a road.
    pub road: u32,
    /// Which files belong together.
    pub snapshot: u32,
    /// What is newest.
    pub timestamp: u32,
}

impl Default for Days {
    fn default() -> Self {
        Self { road: 365, snapshot: 30, timestamp: 14 }
    }
}

/// What to publish, and where.
#[derive(Debug)]
pub struct Options {
    /// The store of released versions; without one, only what ends soon is renewed.
    pub store: Option<PathBuf>,
    /// The registry's folder.
    pub registry: PathBuf,
    /// The secret keys: the road's, and those of snapshot and timestamp.
    pub keys: Vec<SecretKey>,
    /// How long what is signed lives.
    pub days: Days,
    /// Versions that are taken out of the registry, although they were published: after a key was stolen.
    pub drop: Vec<String>,
    /// What time it is.
    pub now: Moment,
}

/// What was published.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// The registry's folder.
    pub registry: PathBuf,
    /// The id of the road.
    pub road: Option<String>,
    /// The versions that are new in the registry.
    pub added: Vec<String>,
    /// What else the registry says otherwise now.
    pub changed: Vec<String>,
    /// What is said otherwise of each of those, one line each: what it is, and what it was.
    pub said: Vec<String>,
    /// How many versions of the road it lists.
    pub versions: usize,
    /// The root that was put into force.
    pub new_root: Option<u64>,
    /// The SHA-256 of the first root, which developers compare, where it was put into force.
    pub fingerprint: Option<String>,
    /// The targets that were put into force.
    pub new_targets: Option<u64>,
    /// When what is published ends, the first to end last.
    pub ends: Vec<Ends>,
    /// Files that still wait for signatures.
    pub waiting: Vec<Standing>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// Publishes a store, or renews what ends soon.
///
/// # Errors
/// When another process publishes, a file of the registry cannot be used, a key is missing, or a published version has other
/// bytes. The registry is as it was then.
pub fn publish(options: &Options) -> Result<Report, Diagnostic> {
    let _lock = busy(&options.registry.join(".publishing.lock"))?;
    let repository = Repository::read(&options.registry)?;
    let mut report = Report { registry: options.registry.clone(), ..Report::default() };
    let force = in_force(&repository, &mut report)?;
    let mut writes = write::Writes::default();
    let mut roads = repository.current.as_ref().map(|current| current.roads.clone()).unwrap_or_default();
    if let Some(store) = &options.store {
        let (id, road) = road::next(store, &repository, &force.targets, options, &mut writes, &mut report)?;
        report.road = Some(id.clone());
        roads.insert(id, road);
    }
    let delegations = force.targets.signed.delegations.clone().unwrap_or_default();
    roads.retain(|id, _| delegations.roles.iter().any(|role| role.name == *id));
    for (id, road) in &roads {
        let signers = Signers::of_road(&delegations, id);
        if !signers.is_some_and(|signers| signers.enough(road)) {
            return Err(Diagnostic::usage(
                "road-key",
                format!("the keys of road `{id}` changed, and its files are not signed by the new ones"),
            )
            .at(options.registry.display().to_string())
            .because("clients would refuse the road")
            .fix(format!("publish the store of `{id}` with its new key")));
        }
    }
    let snapshot = next_snapshot(options, &repository, &force, &roads)?;
    let timestamp = next_timestamp(options, &repository, &force, &snapshot)?;
    writes.metadata(&repository, &force, &roads, &snapshot, &timestamp)?;
    if report.new_root == Some(1) {
        report.fingerprint = Some(Digest::of(&signing::to_bytes(&force.root)?).to_string());
    }
    writes.run(&repository)?;
    let after = Repository {
        roots: vec![force.root.clone()],
        current: Some(Current { timestamp, snapshot, targets: force.targets.clone(), roads }),
        ..repository
    };
    report.warnings.extend(warnings(&after, options.now));
    if let Some(current) = &after.current {
        report.ends = vec![
            Ends::of("snapshot", current.snapshot.signed.expires, options.now),
            Ends::of("timestamp", current.timestamp.signed.expires, options.now),
        ];
    }
    Ok(report)
}

/// The root and the targets that the publication stands on.
#[derive(Clone, Debug)]
struct Force {
    root: Signed<Root>,
    /// Whether the root is put into force now.
    new_root: bool,
    targets: Signed<Targets>,
    /// Whether the targets are put into force now.
    new_targets: bool,
    /// Drafts that are in force already: a publication that was stopped left them.
    stale: Vec<&'static str>,
}

impl Force {
    fn signers(&self, role: RoleType) -> Option<Signers> {
        Signers::of_root(&self.root.signed, role)
    }
}

/// Chooses the root and the targets: drafts with all their signatures, else what is published.
fn in_force(repository: &Repository, report: &mut Report) -> Result<Force, Diagnostic> {
    let mut stale = Vec::new();
    let published = repository.root();
    let mut chosen = published.cloned();
    if let Some(draft) = &repository.root_draft {
        let next = published.map_or(1, |root| root.signed.version.get() + 1);
        let standings: Vec<Standing> = published
            .into_iter()
            .chain([draft])
            .filter_map(|judge| Some(Judge::of_root(&judge.signed, &draft.signed)?.standing(draft)))
            .collect();
        if draft.signed.version.get() < next {
            stale.push("root.json");
        } else if draft.signed.version.get() > next {
            return Err(outdated("root.json", repository, draft.signed.version.get(), next));
        } else if standings.iter().all(Standing::complete) {
            chosen = Some(draft.clone());
            report.new_root = Some(next);
        } else {
            report.waiting.extend(standings);
        }
    }
    let root = chosen.ok_or_else(|| unsigned("root.json", repository, &report.waiting))?;
    let current = repository.current.as_ref().map(|current| &current.targets);
    let signers = Signers::of_root(&root.signed, RoleType::Targets);
    let enough = |file: &Signed<Targets>| signers.as_ref().is_some_and(|signers| signers.enough(file));
    let mut chosen = current.filter(|targets| enough(targets)).cloned();
    let mut open = Vec::new();
    if let Some(draft) = &repository.targets_draft {
        let next = current.map_or(1, |targets| targets.signed.version.get() + 1);
        if draft.signed.version.get() < next {
            stale.push("targets.json");
        } else if draft.signed.version.get() > next {
            return Err(outdated("targets.json", repository, draft.signed.version.get(), next));
        } else if enough(draft) {
            chosen = Some(draft.clone());
            report.new_targets = Some(next);
        } else {
            open.extend(Judge::of_targets(&root.signed).map(|judge| judge.standing(draft)));
        }
    }
    let targets = chosen.ok_or_else(|| unsigned("targets.json", repository, &open))?;
    report.waiting.extend(open);
    Ok(Force { new_root: report.new_root.is_some(), new_targets: report.new_targets.is_some(), root, targets, stale })
}

fn outdated(name: &str, repository: &Repository, found: u64, next: u64) -> Diagnostic {
    signing::unusable(
        &repository.folder.join(DRAFT).join(name).display().to_string(),
        format!("it is version {found}, and the next is {next}: it belongs to another state of the registry"),
    )
}

fn unsigned(name: &str, repository: &Repository, waiting: &[Standing]) -> Diagnostic {
    let told: Vec<String> =
        waiting.iter().map(|standing| format!("{} of {} signatures of {}", standing.signed.len(), standing.needed, standing.by)).collect();
    let path = repository.folder.join(DRAFT).join(name).display().to_string();
    Diagnostic::usage("signatures-missing", format!("`{name}` is not signed by enough keys"))
        .at(path.clone())
        .because(if told.is_empty() { "the keys that sign it changed, and no draft waits".to_owned() } else { told.join(", ") })
        .fix(format!("`highroad road keys sign {path} --key FILE`, once for each key"))
}

fn next_snapshot(
    options: &Options,
    repository: &Repository,
    force: &Force,
    roads: &BTreeMap<String, Signed<Targets>>,
) -> Result<Signed<Snapshot>, Diagnostic> {
    let mut meta =
        HashMap::from([("targets.json".to_owned(), describe(force.targets.signed.version, &signing::to_bytes(&force.targets)?))]);
    for (id, road) in roads {
        meta.insert(format!("{id}.json"), describe(road.signed.version, &signing::to_bytes(road)?));
    }
    let old = repository.current.as_ref().map(|current| &current.snapshot);
    let signers = force.signers(RoleType::Snapshot);
    if let Some(old) = old {
        let half = SignedDuration::from_hours(i64::from(options.days.snapshot) * 12);
        let fresh = options.now.saturating_add(half).is_ok_and(|half| half < old.signed.expires);
        if old.signed.meta == meta && fresh && signers.as_ref().is_some_and(|signers| signers.enough(old)) {
            return Ok(old.clone());
        }
    }
    let version = next(old.map(|old| old.signed.version));
    let mut content = Snapshot::new(SPECIFICATION.to_owned(), version, after(options.now, options.days.snapshot));
    content.meta = meta;
    sign(options, repository, force, content)
}

fn next_timestamp(
    options: &Options,
    repository: &Repository,
    force: &Force,
    snapshot: &Signed<Snapshot>,
) -> Result<Signed<Timestamp>, Diagnostic> {
    let old = repository.current.as_ref().map(|current| current.timestamp.signed.version);
    let mut content = Timestamp::new(SPECIFICATION.to_owned(), next(old), after(options.now, options.days.timestamp));
    content.meta.insert("snapshot.json".to_owned(), describe(snapshot.signed.version, &signing::to_bytes(snapshot)?));
    sign(options, repository, force, content)
}

/// Signs with every key of the role, that of the root before too: then no reader has to wait for the new root.
fn sign<T: Role>(options: &Options, repository: &Repository, force: &Force, content: T) -> Result<Signed<T>, Diagnostic> {
    let new = force.signers(T::TYPE);
    let old = repository.root().and_then(|root| Signers::of_root(&root.signed, T::TYPE));
    let keys: Vec<&SecretKey> = options.keys.iter().filter(|key| new.iter().chain(&old).any(|signers| signers.has(key))).collect();
    let file = signing::sign(content, &keys)?;
    match new {
        Some(signers) if signers.enough(&file) => Ok(file),
        Some(signers) => Err(key_missing(&T::TYPE.to_string(), &standing(&T::TYPE.to_string(), &signers, &file))),
        None => Err(signing::unusable("root.json", format!("it names no keys for `{}`", T::TYPE))),
    }
}

fn key_missing(role: &str, standing: &Standing) -> Diagnostic {
    Diagnostic::usage("key-missing", format!("a key that signs `{role}` is missing"))
        .at("--key")
        .because(format!(
            "{} of {} signatures are there; these keys can sign: {}",
            standing.signed.len(),
            standing.needed,
            standing.open.join(", ")
        ))
        .fix("name its file with one more `--key`; `highroad road keys show FILE` tells the id of a key")
}

fn next(old: Option<NonZeroU64>) -> NonZeroU64 {
    old.map_or(NonZeroU64::MIN, |old| old.saturating_add(1))
}

fn after(now: Moment, days: u32) -> Moment {
    let end = now.saturating_add(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(now);
    Moment::from_second(end.as_second()).unwrap_or(end)
}
