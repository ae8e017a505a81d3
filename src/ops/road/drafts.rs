//! `highroad road registry init|add` and `road keys rotate`: files that say who signs what, to be signed offline.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp as Moment};
use serde::Serialize;
use tough::schema::decoded::{Decoded, Hex};
use tough::schema::key::Key;
use tough::schema::{DelegatedRole, Delegations, PathPattern, PathSet, RoleKeys, RoleType, Root, Signed, Targets};

use super::metadata::{Judge, ROLES, Standing, replace};
use super::{busy, keys};
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::fs::{self, Found, durable};
use crate::road::registry::keys::{PublicKey, hex};
use crate::road::registry::repository::{DRAFT, Repository};
use crate::road::registry::signing::{self, SPECIFICATION};
use crate::road::registry::{METADATA, is_road_id};

/// How many days the files live that people sign.
pub const OFFLINE_DAYS: u32 = 365;
/// The fewest digits of a key's id that name it.
const SHORTEST_ID: usize = 6;

/// A draft that was written.
#[derive(Clone, Debug, Serialize)]
pub struct Drafted {
    /// The files that wait for signatures.
    pub files: Vec<PathBuf>,
    /// Whose signatures are needed.
    pub standing: Vec<Standing>,
    /// What the `.pub` files beside the keys that were named call them, by id.
    pub names: BTreeMap<String, String>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// Who signs what in a new registry.
#[derive(Clone, Debug, Default)]
pub struct Init {
    /// The folder.
    pub folder: PathBuf,
    /// The public keys of the people who answer for everything.
    pub root: Vec<String>,
    /// How many of them must sign.
    pub threshold: Option<u64>,
    /// The public keys of those who say which road is whose; the root's, where none is named.
    pub targets: Vec<String>,
    /// The public keys of the machine or people that sign which files belong together.
    pub snapshot: Vec<String>,
    /// The public keys of the machine that says what is newest.
    pub timestamp: Vec<String>,
    /// Roads with the public keys of those who publish them, as `ID=KEY`.
    pub roads: Vec<String>,
    /// How many days the files live.
    pub days: u32,
}

/// Starts a registry: a root and targets without signatures.
///
/// # Errors
/// When something is there already, or the keys make no sense.
pub fn init(options: &Init, now: Moment) -> Result<Drafted, Diagnostic> {
    let folder = &options.folder;
    if let Found::Folder(names) = fs::look(folder)?
        && let Some(name) = names.iter().find(|name| [METADATA, DRAFT].contains(&name.as_str()))
    {
        return Err(Diagnostic::usage("registry-exists", "the folder is a registry already")
            .at(folder.join(name).display().to_string())
            .because("a registry that is started anew loses the trust of those who use it")
            .fix("change its keys with `highroad road keys rotate`, or choose another folder"));
    }
    let root_keys = keys::public(&options.root)?;
    let offline = if options.targets.is_empty() { root_keys.clone() } else { keys::public(&options.targets)? };
    let (snapshot, timestamp) = (keys::public(&options.snapshot)?, keys::public(&options.timestamp)?);
    if let Some(shared) = root_keys.iter().find(|key| snapshot.contains(key) || timestamp.contains(key)) {
        return Err(Diagnostic::usage("root-online", "a root key would be used online")
            .at("--snapshot-key, --timestamp-key")
            .because(format!("{} signs the root too; whoever steals it from the machine has everything", shared.id()))
            .fix("make a key of its own for the machine: `highroad road keys new online`"));
    }
    let majority = root_keys.len() as u64 / 2 + 1;
    let threshold = options.threshold.unwrap_or(majority);
    let targets_threshold = if options.targets.is_empty() { threshold } else { offline.len() as u64 / 2 + 1 };
    let expires = after(now, options.days);
    let mut root = Root {
        spec_version: SPECIFICATION.to_owned(),
        consistent_snapshot: true,
        version: NonZeroU64::MIN,
        expires,
        keys: HashMap::new(),
        roles: HashMap::new(),
        _extra: HashMap::new(),
    };
    let given = [(root_keys, threshold), (offline, targets_threshold), (snapshot, 1), (timestamp, 1)];
    for (role, (keys, threshold)) in ROLES.iter().zip(given) {
        set_role(&mut root, *role, &keys, threshold)?;
    }
    let mut targets = Targets::new(SPECIFICATION.to_owned(), NonZeroU64::MIN, expires);
    let mut roads: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for road in &options.roads {
        let (id, key) = road.split_once('=').ok_or_else(|| {
            Diagnostic::usage("road-key", format!("`{road}` names no key"))
                .at("--road")
                .because("a road is published with a key of its own")
                .fix("write `--road ID=FILE.pub`")
        })?;
        roads.entry(id).or_default().push(key.to_owned());
    }
    for (id, places) in roads {
        add_road(&mut targets, id, &keys::public(&places)?, 1)?;
    }
    fs::create_folders(&folder.join(DRAFT))?;
    let warnings = cautions(&root);
    let own = options.roads.iter().filter_map(|road| road.split_once('=')).map(|(_, key)| key.to_owned());
    let given = [&options.root, &options.targets, &options.snapshot, &options.timestamp].into_iter().flatten().cloned();
    let places = given.chain(own).collect();
    Drafts { folder, root: Some(root), targets: Some(targets), previous: None, places }.write(warnings)
}

/// Lets a registry hold one more road.
///
/// # Errors
/// When it holds the road already, the id is none, or a file of the registry cannot be used.
pub fn add(folder: &Path, id: &str, places: &[String], threshold: u64, days: u32, now: Moment) -> Result<Drafted, Diagnostic> {
    let _lock = busy(&folder.join(".publishing.lock"))?;
    let repository = Repository::read(folder)?;
    let mut targets = next_targets(&repository)?;
    targets.expires = after(now, days);
    add_road(&mut targets, id, &keys::public(places)?, threshold)?;
    let previous = repository.root().cloned();
    Drafts { folder, root: None, targets: Some(targets), previous, places: places.to_vec() }
        .write(dropped(repository.targets_draft.as_ref()))
}

/// What changes about the keys of a role.
#[derive(Clone, Debug, Default)]
pub struct Rotation {
    /// `root`, `targets`, `snapshot`, `timestamp` or the id of a road.
    pub role: String,
    /// The public keys that join.
    pub add: Vec<String>,
    /// The keys that leave: files, or the first digits of their ids.
    pub remove: Vec<String>,
    /// How many must sign from now on.
    pub threshold: Option<u64>,
    /// How many days the new file lives.
    pub days: u32,
}

/// Gives a role other keys, or its file a later end: the next root or targets, to be signed by the old and the new keys.
///
/// # Errors
/// When a key is not known, or too few are left for the threshold.
pub fn rotate(folder: &Path, rotation: &Rotation, now: Moment) -> Result<Drafted, Diagnostic> {
    let _lock = busy(&folder.join(".publishing.lock"))?;
    let repository = Repository::read(folder)?;
    let previous = repository.root().cloned();
    let expires = after(now, rotation.days);
    let places: Vec<String> = rotation.add.iter().chain(&rotation.remove).cloned().collect();
    let Some(role) = ROLES.into_iter().find(|role| role.to_string() == rotation.role) else {
        let mut targets = next_targets(&repository)?;
        targets.expires = expires;
        rotate_road(&mut targets, rotation)?;
        return Drafts { folder, root: None, targets: Some(targets), previous, places }.write(dropped(repository.targets_draft.as_ref()));
    };
    if role == RoleType::Targets && rotation.add.is_empty() && rotation.remove.is_empty() && rotation.threshold.is_none() {
        let mut targets = next_targets(&repository)?;
        targets.expires = expires;
        return Drafts { folder, root: None, targets: Some(targets), previous, places }.write(dropped(repository.targets_draft.as_ref()));
    }
    let mut root = next_root(&repository);
    root.expires = expires;
    let old = root.roles.get(&role).cloned();
    let old_ids: Vec<Decoded<Hex>> = old.iter().flat_map(|old| old.keyids.clone()).collect();
    let known = old.iter().flat_map(|old| &old.keyids).filter_map(|id| PublicKey::of(root.keys.get(id)?.clone())).collect();
    let (keys, threshold) = changed(known, old.map_or(1, |old| old.threshold.get()), rotation)?;
    set_role(&mut root, role, &keys, threshold)?;
    let mut warnings = cautions(&root);
    warnings.extend(left_elsewhere(&root, old_ids.iter().filter(|id| !keys.iter().any(|key| key.id == **id))));
    warnings.extend(dropped(repository.root_draft.as_ref()));
    // What the old keys signed is not signed by the new ones: the same content waits for them.
    let targets = if role == RoleType::Targets { Some(next_targets(&repository)?) } else { None };
    if targets.is_some() {
        warnings.extend(dropped(repository.targets_draft.as_ref()));
    }
    Drafts { folder, root: Some(root), targets, previous, places }.write(warnings)
}

/// What is about to be written.
struct Drafts<'a> {
    folder: &'a Path,
    root: Option<Root>,
    targets: Option<Targets>,
    previous: Option<Signed<Root>>,
    /// What was named as keys.
    places: Vec<String>,
}

impl Drafts<'_> {
    fn write(self, warnings: Vec<String>) -> Result<Drafted, Diagnostic> {
        let folder = self.folder.join(DRAFT);
        let (mut files, mut standings) = (Vec::new(), Vec::new());
        durable::make_folder(&folder, None)?;
        // Targets are judged by the root that comes with them, or the one that waits, or the published one.
        let waiting = match (&self.root, Repository::read(self.folder)) {
            (None, Ok(repository)) => repository.root_draft.map(|draft| draft.signed),
            (None, Err(_)) | (Some(_), _) => None,
        };
        let judge = self.root.clone().or(waiting).or(self.previous.as_ref().map(|root| root.signed.clone()));
        if let Some(root) = self.root {
            let file = Signed { signed: root, signatures: Vec::new() };
            let path = folder.join("root.json");
            replace(&path, &signing::to_bytes(&file)?)?;
            files.push(path);
            let judges = self.previous.iter().chain([&file]).filter_map(|judge| Judge::of_root(&judge.signed, &file.signed));
            standings.extend(judges.map(|judge| judge.standing(&file)));
        }
        if let Some(targets) = self.targets {
            let file = Signed { signed: targets, signatures: Vec::new() };
            let path = folder.join("targets.json");
            replace(&path, &signing::to_bytes(&file)?)?;
            files.push(path);
            standings.extend(judge.as_ref().and_then(Judge::of_targets).map(|judge| judge.standing(&file)));
        }
        Ok(Drafted { files, standing: standings, names: keys::names(&self.places), warnings })
    }
}

/// Returns the root that follows the published one, or the one that waits for signatures.
fn next_root(repository: &Repository) -> Root {
    let mut roots = repository.root_draft.iter().chain(repository.roots.last()).map(|root| root.signed.clone());
    let current = repository.root().map(|root| root.signed.version);
    let newest = roots.next();
    match (newest, repository.root()) {
        // A draft that is not newer than what is published was published.
        (Some(draft), Some(root)) if Some(draft.version) <= current => {
            Root { version: root.signed.version.saturating_add(1), ..root.signed.clone() }
        }
        (Some(draft), _) => draft,
        (None, _) => unreachable!("a registry that was read has a root or a draft of one"),
    }
}

fn next_targets(repository: &Repository) -> Result<Targets, Diagnostic> {
    let current = repository.current.as_ref().map(|current| &current.targets.signed);
    match (&repository.targets_draft, current) {
        (Some(draft), Some(current)) if draft.signed.version > current.version => Ok(draft.signed.clone()),
        (Some(draft), None) => Ok(draft.signed.clone()),
        (_, Some(current)) => Ok(Targets { version: current.version.saturating_add(1), ..current.clone() }),
        (None, None) => Err(signing::unusable(
            &repository.folder.join(DRAFT).join("targets.json").display().to_string(),
            "nothing is published yet, and no draft says who answers for which road",
        )),
    }
}

fn rotate_road(targets: &mut Targets, rotation: &Rotation) -> Result<(), Diagnostic> {
    let delegations = targets.delegations.get_or_insert_with(Delegations::new);
    let names: Vec<String> = delegations.roles.iter().map(|role| role.name.clone()).collect();
    let Some(at) = names.iter().position(|name| *name == rotation.role) else {
        let roles = ROLES.map(|role| role.to_string());
        let known: Vec<&str> = roles.iter().chain(&names).map(String::as_str).collect();
        return Err(Diagnostic::usage("role-unknown", format!("the registry has no role and no road `{}`", rotation.role))
            .at("ROLE")
            .because("keys belong to one of the four roles, or to a road")
            .fix(did_you_mean(&rotation.role, &known)));
    };
    let role = &delegations.roles[at];
    let known = role.keyids.iter().filter_map(|id| PublicKey::of(delegations.keys.get(id)?.clone())).collect();
    let (keys, threshold) = changed(known, role.threshold.get(), rotation)?;
    let threshold = fitting(&rotation.role, &keys, threshold)?;
    delegations.roles[at].keyids = ids(&keys);
    delegations.roles[at].threshold = threshold;
    delegations.keys.extend(keys.into_iter().map(|key| (key.id, key.key)));
    let used: Vec<Decoded<Hex>> = delegations.roles.iter().flat_map(|role| role.keyids.clone()).collect();
    delegations.keys.retain(|id, _| used.contains(id));
    Ok(())
}

fn add_road(targets: &mut Targets, id: &str, keys: &[PublicKey], threshold: u64) -> Result<(), Diagnostic> {
    if !is_road_id(id) {
        return Err(Diagnostic::usage("road-id", format!("`{}` is no id of a road in a registry", id.escape_debug()))
            .at("--road")
            .because("it becomes the name of a folder and of a signed role: lower-case letters, digits, `-` and `_`, a letter first")
            .fix("take the `id` of the road's `road.toml`; where that does not fit, give the road another one"));
    }
    let delegations = targets.delegations.get_or_insert_with(Delegations::new);
    if delegations.roles.iter().any(|role| role.name == id) {
        return Err(Diagnostic::usage("road-exists", format!("the registry holds the road `{id}` already"))
            .at("--road")
            .because("a road has one set of keys")
            .fix(format!("change its keys with `highroad road keys rotate REGISTRY {id}`")));
    }
    let threshold = fitting(id, keys, threshold)?;
    let pattern = PathPattern::new(format!("{id}/*")).map_err(|error| Diagnostic::failed("road-id", error.to_string()))?;
    delegations.keys.extend(keys.iter().map(|key| (key.id.clone(), key.key.clone())));
    delegations.roles.push(DelegatedRole {
        name: id.to_owned(),
        keyids: ids(keys),
        threshold,
        paths: PathSet::Paths(vec![pattern]),
        terminating: true,
        targets: None,
    });
    delegations.roles.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(())
}

fn set_role(root: &mut Root, role: RoleType, keys: &[PublicKey], threshold: u64) -> Result<(), Diagnostic> {
    let threshold = fitting(&role.to_string(), keys, threshold)?;
    root.roles.insert(role, RoleKeys { keyids: ids(keys), threshold, _extra: HashMap::new() });
    root.keys.extend(keys.iter().map(|key| (key.id.clone(), key.key.clone())));
    let used: Vec<Decoded<Hex>> = root.roles.values().flat_map(|role| role.keyids.clone()).collect();
    root.keys.retain(|id: &Decoded<Hex>, _: &mut Key| used.contains(id));
    Ok(())
}

fn ids(keys: &[PublicKey]) -> Vec<Decoded<Hex>> {
    let mut ids: Vec<Decoded<Hex>> = keys.iter().map(|key| key.id.clone()).collect();
    ids.sort_by_key(|id| hex(id));
    ids
}

fn fitting(role: &str, keys: &[PublicKey], threshold: u64) -> Result<NonZeroU64, Diagnostic> {
    NonZeroU64::new(threshold).filter(|threshold| threshold.get() <= keys.len() as u64).ok_or_else(|| {
        Diagnostic::usage("threshold", format!("{threshold} signatures of {} keys cannot be", keys.len()))
            .at(format!("the role `{role}`"))
            .because("at least one key signs, and each counts once")
            .fix("add keys with `--add`, or name another `--threshold`")
    })
}

/// Returns the keys of a role after a rotation, and how many must sign.
fn changed(mut known: Vec<PublicKey>, threshold: u64, rotation: &Rotation) -> Result<(Vec<PublicKey>, u64), Diagnostic> {
    for place in &rotation.remove {
        let matches: Vec<usize> = match keys::public(std::slice::from_ref(place)) {
            Ok(keys) => known.iter().enumerate().filter(|(_, key)| keys.contains(key)).map(|(at, _)| at).collect(),
            Err(_) if place.len() >= SHORTEST_ID => {
                known.iter().enumerate().filter(|(_, key)| key.id().starts_with(place.as_str())).map(|(at, _)| at).collect()
            }
            Err(_) => Vec::new(),
        };
        let [at] = matches[..] else {
            let ids: Vec<String> = known.iter().map(PublicKey::id).collect();
            return Err(Diagnostic::usage("key-unknown", format!("`{place}` names none of the keys of `{}`, or several", rotation.role))
                .at("--remove")
                .because(format!("its keys are {}", ids.join(", ")))
                .fix(format!("name a `.pub` file, or at least {SHORTEST_ID} digits of the id")));
        };
        known.remove(at);
    }
    for key in keys::public(&rotation.add)? {
        if known.contains(&key) {
            return Err(Diagnostic::usage("key-twice", "the role has the key already")
                .at("--add")
                .because(format!("{} is one of the keys of `{}`", key.id(), rotation.role))
                .fix("leave it out"));
        }
        known.push(key);
    }
    Ok((known, rotation.threshold.unwrap_or(threshold)))
}

/// Says what about a root is allowed, and not wise.
fn cautions(root: &Root) -> Vec<String> {
    let mut cautions = Vec::new();
    let of = |role: RoleType| root.roles.get(&role);
    if let Some(role) = of(RoleType::Root) {
        if role.threshold.get() == 1 {
            cautions.push("one root key is enough to change everything: name more root keys, and a threshold of 2".to_owned());
        }
        if role.threshold.get() == role.keyids.len() as u64 {
            cautions.push("every root key is needed: one that is lost cannot be replaced; name one more than the threshold".to_owned());
        }
        let online = [RoleType::Snapshot, RoleType::Timestamp].into_iter().filter_map(of).flat_map(|role| &role.keyids);
        if online.into_iter().any(|id| role.keyids.contains(id)) {
            cautions.push("a root key signs snapshots or timestamps too: it cannot stay offline".to_owned());
        }
    }
    cautions
}

/// Says in which roles keys stay that left another one: who lost a key, or had it stolen, wants it out of all.
fn left_elsewhere<'a>(root: &Root, removed: impl Iterator<Item = &'a Decoded<Hex>>) -> Vec<String> {
    let mut left = Vec::new();
    for id in removed {
        for role in ROLES {
            if root.roles.get(&role).is_some_and(|keys| keys.keyids.contains(id)) {
                left.push(format!("{} still signs `{role}`: if it is lost or stolen, remove it there too", hex(id)));
            }
        }
    }
    left
}

/// Says that the signatures of a draft are gone, where it had some.
fn dropped<T>(draft: Option<&Signed<T>>) -> Vec<String> {
    let signed = draft.is_some_and(|draft| !draft.signatures.is_empty());
    signed.then(|| "the draft changed, so its signatures are gone: everybody signs again".to_owned()).into_iter().collect()
}

fn after(now: Moment, days: u32) -> Moment {
    let end = now.saturating_add(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(now);
    Moment::from_second(end.as_second()).unwrap_or(end)
}
