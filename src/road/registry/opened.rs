//! A registry that was opened: the listing of one road, and its archives when they are read.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp as Moment};
use url::Url;

use super::archive;
use super::cache::Cache;
use super::client::{Address, Client, LARGEST_TARGETS, Trouble};
use super::listing::{self, Listing};
use super::metadata::Root;
use super::transport::Transport;
use super::{archive_target, is_road_id, listing_target};
use crate::base::clock;
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::digest::Digest;
use crate::base::tree::Tree;
use crate::base::{fs, interrupt};
use crate::road::builtin;
use crate::road::sources::{Known, Sources};

/// The root that was trusted on first use.
const FIRST_ROOT: &str = "first-root.json";
/// How far a clock may be behind one that was right, before it is taken for wrong.
const SLACK: SignedDuration = SignedDuration::from_hours(24);

/// Whether what was fetched before does, where the registry gives no usable answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kept {
    /// It does; a note says so.
    Does,
    /// It does not.
    DoesNot,
}

/// The versions of one road in a registry.
#[derive(Clone, Debug)]
pub struct Registry {
    known: Known,
    cache: Cache,
    client: Arc<Mutex<Client>>,
    road: String,
    /// What the registry says of the versions.
    pub listing: Listing,
    /// What a person should know, such as that the registry could not be reached.
    pub notes: Vec<String>,
}

/// What a registry holds.
#[derive(Clone, Debug)]
pub struct State {
    /// The version of the trusted root.
    pub root: u64,
    /// The ids of the roads.
    pub roads: Vec<String>,
    /// When the first of the files ends, and its role.
    pub ends: Option<(Moment, String)>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Keeps a root as the one that a source is trusted by. The folder of the source is made anew.
///
/// # Errors
/// When it is no root, or the disk refuses.
pub fn trust(sources: &Sources, name: &str, root: &[u8]) -> Result<(), Diagnostic> {
    let cache = Cache::new(sources.folder(name));
    fs::remove(&sources.folder(name))?;
    super::cache::write(cache.folder(), FIRST_ROOT, root)?;
    cache.keep_metadata("root.json", root)
}

/// Looks at what a registry holds, and keeps it.
///
/// # Errors
/// When it gives no usable answer, or is not to be trusted.
pub fn refresh(sources: &Sources, known: &Known) -> Result<State, Diagnostic> {
    let cache = Cache::new(sources.folder(&known.name));
    let _lock = cache.lock()?;
    let (client, roads) = with_client(&cache, known, Kept::DoesNot, |client| {
        let roads = roads(client)?;
        for road in &roads {
            read_listing(client, road)?;
        }
        Ok(roads)
    })?;
    Ok(State { root: client.0.root().version, roads, ends: client.0.ends().cloned(), notes: client.1 })
}

/// Takes the clock of this machine for right, although it is behind one that was seen.
///
/// # Errors
/// When the disk refuses.
pub fn trust_clock(sources: &Sources, known: &Known) -> Result<(), Diagnostic> {
    let cache = Cache::new(sources.folder(&known.name));
    let _lock = cache.lock()?;
    cache.keep_clock(clock::now())
}

/// Returns what is kept of a registry, without asking it.
///
/// # Errors
/// When nothing is, or it does not hold any more.
pub fn kept(sources: &Sources, known: &Known) -> Result<State, Diagnostic> {
    let cache = Cache::new(sources.folder(&known.name));
    let mut client = Client::offline(&cache, address(known)?, clock::now())?;
    let roads = roads(&mut client)?;
    Ok(State { root: client.root().version, roads, ends: client.ends().cloned(), notes: Vec::new() })
}

impl Registry {
    /// Opens a road of a registry: `road`, or the only one that it holds.
    ///
    /// # Errors
    /// When it gives no usable answer and nothing kept does, is not to be trusted, or holds no such road.
    pub fn open(known: &Known, road: Option<&str>) -> Result<Self, Diagnostic> {
        let sources = Sources::load()?;
        let cache = Cache::new(sources.folder(&known.name));
        let _lock = cache.lock()?;
        let ((client, notes), (road, listing)) = with_client(&cache, known, Kept::Does, |client| {
            let road = choose(known, &roads(client)?, road).map_err(Trouble::Local)?;
            let listing = read_listing(client, &road)?;
            Ok((road, listing))
        })?;
        Ok(Self { known: known.clone(), cache: cache.clone(), client: Arc::new(Mutex::new(client)), road, listing, notes })
    }

    /// Returns the address, for messages and records.
    pub fn url(&self) -> &str {
        &self.known.url
    }

    /// Reads the files of a version. Their digest is checked by the caller against the listing.
    ///
    /// # Errors
    /// When the archive cannot be had, is not what was signed, or is not usable.
    pub fn read(&self, version: &str) -> Result<Tree, Diagnostic> {
        let _lock = self.cache.lock()?;
        let path = archive_target(&self.road, version);
        let mut client = self.client.lock().map_err(|_| gone(&path, "another thread stopped in the middle"))?;
        let target = client.find(&path)?.ok_or_else(|| gone(&path, "the listing names it, and no signed role does"))?;
        let bytes = client.download(&path, &target, archive::LIMIT)?;
        let tree = archive::unpack(&bytes)?;
        self.cache.keep_file(&bytes)?;
        Ok(tree)
    }
}

/// Opens a client and does some work with it; where the registry gives no usable answer, with what was fetched before.
fn with_client<T>(
    cache: &Cache,
    known: &Known,
    kept: Kept,
    work: impl Fn(&mut Client) -> Result<T, Trouble>,
) -> Result<((Client, Vec<String>), T), Diagnostic> {
    let now = clock::now();
    check_clock(cache, now)?;
    heal_root(cache, known)?;
    let address = address(known)?;
    let online = Client::open(cache, &Transport::new(), address.clone(), now).and_then(|mut client| {
        let done = work(&mut client)?;
        Ok((client, done))
    });
    match online {
        Ok((client, done)) => {
            client.complete()?;
            client.prune();
            cache.keep_clock(now)?;
            Ok(((client, Vec::new()), done))
        }
        Err(Trouble::Unreachable(error)) if kept == Kept::Does && interrupt::check().is_ok() => {
            let offline = Client::offline(cache, address, now).and_then(|mut client| {
                let done = work(&mut client)?;
                Ok((client, done))
            });
            match offline {
                Ok((client, done)) => {
                    let until = client.ends().map_or_else(String::new, |(ends, _)| format!("; it is good until {ends:.0}"));
                    let note = format!("the registry gave no usable answer ({}), so what was fetched before is used{until}", error.why);
                    Ok(((client, vec![note]), done))
                }
                Err(Trouble::Refused(refused)) if cache.complete().is_some() => Err(unreached_too(refused, &error)),
                Err(_) => Err(error),
            }
        }
        Err(trouble) => Err(trouble.into()),
    }
}

/// Adds that the registry could not be reached either.
fn unreached_too(mut refused: Diagnostic, unreachable: &Diagnostic) -> Diagnostic {
    refused.why = format!("{}; and the registry gave no usable answer: {}", refused.why, unreachable.why);
    refused.fix = format!("{}; or run it again when the registry can be reached", refused.fix);
    refused
}

fn address(known: &Known) -> Result<Address, Diagnostic> {
    let url = Url::parse(&known.url).map_err(|error| {
        Diagnostic::usage("source-url", "the source has no usable address")
            .at(known.url.clone())
            .because(error.to_string())
            .fix("remove the source and add it again")
    })?;
    Address::of(&url)
}

/// Puts the root of the first use back where the trusted one was damaged: from it the way to the newest can be walked again.
fn heal_root(cache: &Cache, known: &Known) -> Result<(), Diagnostic> {
    if cache.metadata().get("root.json").is_some_and(|bytes| Root::read(bytes).is_ok()) {
        return Ok(());
    }
    match fs::durable::read(&cache.folder().join(FIRST_ROOT), LARGEST_TARGETS) {
        Ok(bytes) if known.root.as_deref() == Some(Digest::of(&bytes).to_string().as_str()) => cache.keep_metadata("root.json", &bytes),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// A clock that went back makes ended metadata look good.
fn check_clock(cache: &Cache, now: Moment) -> Result<(), Diagnostic> {
    let wrong = |known: String| {
        Diagnostic::usage("clock", "this machine's clock is behind")
            .at(format!("this machine, at {now:.0}"))
            .because(format!("{known}; with a wrong clock, metadata that has ended looks good"))
            .fix("set the clock; if it is right now and was wrong before, say so with `highroad source refresh NAME --trust-clock`")
    };
    if let Some(seen) = cache.clock().filter(|seen| now < seen.saturating_sub(SLACK).unwrap_or(*seen)) {
        return Err(wrong(format!("it has been {seen:.0} here before")));
    }
    let released = builtin::versions().last().and_then(builtin::manifest).and_then(released);
    match released.filter(|day| now < *day) {
        Some(day) => Err(wrong(format!("this Highroad was made after {day:.0}")).fix("set the clock")),
        None => Ok(()),
    }
}

/// Returns the start of the day before a version was released, from its `road.toml`.
fn released(manifest: &str) -> Option<Moment> {
    let table: toml::Table = toml::from_str(manifest).ok()?;
    let day: Moment = format!("{}T00:00:00Z", table.get("released")?.as_str()?).parse().ok()?;
    day.saturating_sub(SLACK).ok()
}

fn roads(client: &mut Client) -> Result<Vec<String>, Trouble> {
    Ok(client.delegates()?.into_iter().filter(|name| is_road_id(name)).collect())
}

fn read_listing(client: &mut Client, road: &str) -> Result<Listing, Trouble> {
    let path = listing_target(road);
    let target = client.find(&path)?.ok_or_else(|| Trouble::Refused(gone(&path, "no signed role names it")))?;
    let bytes = client.download(&path, &target, listing::LIMIT)?;
    let listing = Listing::parse(&bytes).map_err(Trouble::Refused)?;
    if listing.road != road {
        let why = format!("it is the listing of the road `{}`", listing.road);
        return Err(client.refused(&path, &why));
    }
    client.cache.keep_file(&bytes).map_err(Trouble::Local)?;
    Ok(listing)
}

fn choose(known: &Known, roads: &[String], wanted: Option<&str>) -> Result<String, Diagnostic> {
    let names: Vec<&str> = roads.iter().map(String::as_str).collect();
    match (wanted, names.as_slice()) {
        (Some(road), names) if names.contains(&road) => Ok(road.to_owned()),
        (Some(road), names) => Err(Diagnostic::usage("other-road", format!("the source holds no road `{road}`"))
            .at(known.url.clone())
            .because("the registry has no signed role for it")
            .fix(did_you_mean(road, names))),
        (None, [road]) => Ok((*road).to_owned()),
        (None, []) => Err(Diagnostic::usage("no-road", "the source holds no road")
            .at(known.url.clone())
            .because("the registry has no signed role for one")
            .fix("ask the publisher")),
        (None, several) => Err(Diagnostic::usage("which-road", "the source holds several roads")
            .at(known.url.clone())
            .because(format!("it has {}", several.join(", ")))
            .fix(format!("name one: `--road {}/{}`", known.name, several[0]))),
    }
}

fn gone(path: &str, why: &str) -> Diagnostic {
    Diagnostic::usage("registry-missing", "a file of the registry is not there")
        .at(path.to_owned())
        .because(why)
        .fix("try again later; if it stays so, ask the publisher")
}
