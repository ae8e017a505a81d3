//! What the registry says of one road: its listing, and an archive for each version.

use std::collections::HashMap;
use std::path::Path;

use jiff::SignedDuration;
use tough::TargetName;
use tough::schema::{Signed, Target, Targets};

use super::super::metadata::standing;
use super::write::Writes;
use super::{Options, Report, after, key_missing, next as next_version};
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::digest::Digest;
use crate::base::fs::{self, Found, durable};
use crate::ops::road::store;
use crate::road::registry::keys::{SecretKey, hex};
use crate::road::registry::listing::{self, Entry, Listing};
use crate::road::registry::repository::Repository;
use crate::road::registry::signing::{self, SPECIFICATION, Signers, hashes};
use crate::road::registry::{TARGETS, archive, archive_target, listing_target};
use crate::road::source::{read_folder, read_version};
use crate::road::{Road, broken};

/// Works out the next files of the road in `store`. Returns its id and what its keys sign.
pub(super) fn next(
    store: &Path,
    repository: &Repository,
    targets: &Signed<Targets>,
    options: &Options,
    writes: &mut Writes,
    report: &mut Report,
) -> Result<(String, Signed<Targets>), Diagnostic> {
    let released = read(store)?;
    let id = released.id.clone();
    let signers = targets.signed.delegations.as_ref().and_then(|delegations| Signers::of_road(delegations, &id)).ok_or_else(|| {
        Diagnostic::usage("road-unknown", format!("the registry holds no road `{id}`"))
            .at(options.registry.display().to_string())
            .because("its targets name no keys for it")
            .fix(format!("`highroad road registry add {} {id} --key FILE.pub`, and let the targets be signed", options.registry.display()))
    })?;
    let old = repository.current.as_ref().and_then(|current| current.roads.get(&id));
    let before = match old {
        Some(old) => Some(old_listing(repository, &id, old)?),
        None => None,
    };
    match &before {
        Some(before) => compare(before, &released.listing, options, report)?,
        None if !options.drop.is_empty() => return Err(not_published(&options.drop[0], &[])),
        None => report.added = released.listing.versions.iter().map(|entry| entry.published.version.clone()).collect(),
    }
    let mut files = HashMap::new();
    for (entry, folder) in released.listing.versions.iter().zip(&released.folders) {
        let version = &entry.published.version;
        let name = target_name(&archive_target(&id, version))?;
        let same = before
            .iter()
            .flat_map(|before| &before.versions)
            .any(|old| old.published.version == *version && old.published.digest == entry.published.digest);
        // An archive that is there stays: another zstd could pack the same files into other bytes.
        let kept =
            old.and_then(|old| old.signed.targets.get(&name)).filter(|_| same).filter(|target| is_there(repository, &id, version, target));
        let target = match kept {
            Some(target) => target.clone(),
            None => {
                let packed = archive::pack(&read_folder(folder)?).map_err(|error| {
                    let place = error.place.clone().unwrap_or_default();
                    error.at(format!("{}/{place}", folder.display()))
                })?;
                writes.target(&id, &format!("{version}.tar.zst"), packed)
            }
        };
        files.insert(name, target);
    }
    files.insert(target_name(&listing_target(&id))?, writes.target(&id, "index.json", released.listing.to_bytes()?));
    report.versions = released.listing.versions.len();
    // What is the same, and is not due for long, stays: a review of the registry shows what changed, and nothing else.
    if let Some(old) = old.filter(|old| old.signed.targets == files && signers.enough(old)) {
        let half = SignedDuration::from_hours(i64::from(options.days.road) * 12);
        if options.now.saturating_add(half).is_ok_and(|half| half < old.signed.expires) {
            return Ok((id, old.clone()));
        }
    }
    let mut content =
        Targets::new(SPECIFICATION.to_owned(), next_version(old.map(|old| old.signed.version)), after(options.now, options.days.road));
    content.targets = files;
    content.delegations = None;
    let keys: Vec<&SecretKey> = options.keys.iter().filter(|key| signers.has(key)).collect();
    let road = signing::sign(content, &keys)?;
    if !signers.enough(&road) {
        return Err(key_missing(&id, &standing(&id, &signers, &road)));
    }
    Ok((id, road))
}

/// The released versions of a store, each proven to have the bytes that its index records.
struct Released {
    id: String,
    listing: Listing,
    folders: Vec<std::path::PathBuf>,
}

fn read(store: &Path) -> Result<Released, Diagnostic> {
    let index = store::read_index(store)?;
    let mut id: Option<String> = None;
    let mut entries = Vec::new();
    for published in index.version {
        let folder = store.join(&published.version);
        let shown = folder.display().to_string();
        let tree = read_version(store, &published.version)?;
        let found = tree.digest().to_string();
        if found != published.digest {
            return Err(Diagnostic::usage("version-changed", format!("version {} is not what was released", published.version))
                .at(shown)
                .because(format!("its files have the digest {found}, and the index records {}", published.digest))
                .fix("get the folder back from its history; a change needs a new version"));
        }
        let road = Road::from_tree(&tree, &shown)?;
        if road.manifest.version != published.version {
            return Err(broken(&shown, "road.toml", format!("it says that it is version {}", road.manifest.version)));
        }
        if id.as_ref().is_some_and(|id| *id != road.manifest.id) {
            return Err(broken(&shown, "road.toml", format!("it is of another road, `{}`", road.manifest.id)));
        }
        id = Some(road.manifest.id);
        let manifest = tree.get("road.toml").map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).unwrap_or_default();
        entries.push(Entry { published, manifest });
    }
    let id = id.ok_or_else(|| {
        Diagnostic::usage("no-version", "there is no released version to publish")
            .at(store.join(crate::road::index::FILE).display().to_string())
            .because("the store's index names none")
            .fix("release one with `highroad road release`")
    })?;
    let listing = Listing::new(&id, entries);
    if let Some(problem) = listing.problem() {
        return Err(broken(&store.display().to_string(), crate::road::index::FILE, problem));
    }
    let folders = listing.versions.iter().map(|entry| store.join(&entry.published.version)).collect();
    Ok(Released { id, listing, folders })
}

/// Reads what the registry says of the road until now.
fn old_listing(repository: &Repository, id: &str, old: &Signed<Targets>) -> Result<Listing, Diagnostic> {
    let target = old.signed.targets.get(&target_name(&listing_target(id))?);
    let target = target.ok_or_else(|| signing::unusable(&format!("{id}.json"), "it does not name the listing of the road"))?;
    let path = repository.folder.join(TARGETS).join(id).join(format!("{}.index.json", hex(&target.hashes.sha256)));
    let bytes = durable::read(&path, listing::LIMIT)?;
    if hashes(&bytes) != target.hashes {
        return Err(signing::unusable(&path.display().to_string(), "its digest is not the one that was signed"));
    }
    Listing::parse(&bytes)
}

/// Refuses to change or forget what was published, and notes what is said otherwise.
fn compare(before: &Listing, now: &Listing, options: &Options, report: &mut Report) -> Result<(), Diagnostic> {
    let known: Vec<&str> = before.versions.iter().map(|old| old.published.version.as_str()).collect();
    if let Some(unknown) = options.drop.iter().find(|version| !known.contains(&version.as_str())) {
        return Err(not_published(unknown, &known));
    }
    for old in &before.versions {
        let version = &old.published.version;
        let place = options.registry.display().to_string();
        let stays = now.versions.iter().find(|new| new.published.version == *version);
        if options.drop.contains(version) {
            let was = &old.published.digest;
            report.warnings.push(match stays {
                None => format!("version {version} of {was} was taken out of the registry"),
                Some(new) if new.published.digest != *was => {
                    format!("version {version} of {was} was replaced by that of the store, {}", new.published.digest)
                }
                Some(_) => {
                    return Err(Diagnostic::usage("drop-stays", format!("version {version} is in the store as it is in the registry"))
                        .at("--drop")
                        .because("it would be published again at once")
                        .fix(
                            "to tell projects to leave it, yank it: `highroad road yank`; to take it out, publish from a store without it",
                        ));
                }
            });
            continue;
        }
        let fix = "publish from the store that holds it; only where somebody else published it with a stolen key: `--drop VERSION`";
        let Some(new) = stays else {
            return Err(Diagnostic::usage("version-missing", format!("the store lacks version {version}, which is published"))
                .at(place)
                .because("projects stand on it, and a published version stays")
                .fix(fix));
        };
        if new.published.digest != old.published.digest {
            return Err(Diagnostic::usage("version-changed", format!("version {version} is published with other bytes"))
                .at(place)
                .because(format!("the registry has {}, the store {}", old.published.digest, new.published.digest))
                .fix(fix));
        }
        if new.published != old.published {
            report.changed.push(version.clone());
            report.said.extend(new.published.said_since(&old.published).into_iter().map(|said| format!("{version}: {said}")));
        }
    }
    let fresh = |entry: &&Entry| !before.versions.iter().any(|old| old.published.version == entry.published.version);
    report.added = now.versions.iter().filter(fresh).map(|entry| entry.published.version.clone()).collect();
    Ok(())
}

/// Says that a version cannot be taken out.
fn not_published(version: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::usage("version-unknown", format!("the registry has no version `{}` of the road", version.escape_debug()))
        .at("--drop")
        .because("what is not published cannot be taken out")
        .fix(if known.is_empty() { "leave `--drop` out".to_owned() } else { did_you_mean(version, known) })
}

fn is_there(repository: &Repository, id: &str, version: &str, target: &Target) -> bool {
    let path = repository.folder.join(TARGETS).join(id).join(format!("{}.{version}.tar.zst", hex(&target.hashes.sha256)));
    matches!(fs::look(&path), Ok(Found::Other("a file")))
        && durable::read(&path, archive::LIMIT)
            .is_ok_and(|bytes| hashes(&bytes) == target.hashes && Digest::of(&bytes).hex() == hex(&target.hashes.sha256))
}

fn target_name(name: &str) -> Result<TargetName, Diagnostic> {
    TargetName::new(name).map_err(|error| Diagnostic::failed("target", error.to_string()))
}
