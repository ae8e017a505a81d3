//! Which version a project goes to, and what the versions on the way changed.

use std::cmp::Ordering;

use crate::base::diagnostic::Diagnostic;
use crate::ops::base::{Project, Versions};
use crate::report::status::Waiting;
use crate::road::manifest::{Change, STABLE};
use crate::road::store::{Listed, reachable};
use crate::road::version;

/// Which version a project goes to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Target {
    /// The version; the project's own where there is none to go to.
    pub version: String,
    /// What a person should know of the choice.
    pub notes: Vec<String>,
}

/// What a person wants of the choice.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// The version.
    pub to: Option<&'a str>,
    /// The channel.
    pub channel: Option<&'a str>,
    /// Whether a version that was taken back is taken all the same, where it is named.
    pub yanked: bool,
}

/// Chooses the version: `to` where a person named one, else the newest of the channel that a chain of `upgrades-from` leads
/// to, that is rolled out to this repository and was not taken back.
///
/// # Errors
/// `version-unknown`; `downgrade` where an older one was not named as version; `no-way` where no chain leads there;
/// `yanked` where the version was taken back.
pub fn choose(project: &Project, versions: &Versions, wanted: Wanted<'_>) -> Result<Target, Diagnostic> {
    let current = project.lock.road.version.as_str();
    let all = versions.all();
    let mut notes = versions.store.notes().to_vec();
    notes.extend(told_of_current(&all, current));
    if let Some(to) = wanted.to {
        return named(&all, versions, current, to, wanted.yanked).map(|target| target.after(notes));
    }
    let channel = wanted.channel.or(project.road.channel.as_deref()).unwrap_or(STABLE);
    if !all.iter().any(|listed| listed.is_in(channel)) {
        return Err(Diagnostic::usage("channel", format!("the road has no channel `{channel}`"))
            .at("--channel")
            .because("no version that is at hand is in it")
            .fix(format!("possible: {}", channels(&all))));
    }
    let ours: Vec<&Listed> = versions.store.versions().iter().filter(|listed| listed.is_in(channel)).collect();
    let reached = reachable(&all, current, |listed| listed.is_in(channel) && listed.is_open() && versions.takes(listed));
    let target = reached.iter().rev().find(|listed| ours.iter().any(|own| own.version == listed.version));
    if let Some(target) = target {
        return Ok(Target { version: target.version.clone(), notes: unreached(&ours, versions, &target.version) }.after(notes));
    }
    let newest = ours.iter().filter(|listed| listed.is_open()).max_by(|a, b| version::compare(&a.version, &b.version));
    match newest.map(|newest| (newest, version::compare(&newest.version, current))) {
        Some((newest, Ordering::Less)) if versions.named && ours.len() == 1 => Err(downgrade(&newest.version, current)),
        Some((newest, Ordering::Greater)) if versions.named && ours.len() == 1 && versions.takes(newest) => {
            Err(no_way(&newest.version, current, &reached))
        }
        Some(_) | None => Ok(Target { version: current.to_owned(), notes: unreached(&ours, versions, current) }.after(notes)),
    }
}

impl Target {
    /// Puts notes before its own.
    fn after(mut self, notes: Vec<String>) -> Self {
        self.notes.splice(0..0, notes);
        self
    }
}

fn named(all: &[&Listed], versions: &Versions, current: &str, to: &str, yanked: bool) -> Result<Target, Diagnostic> {
    let target = Target { version: to.to_owned(), notes: Vec::new() };
    if to == current {
        return Ok(target);
    }
    let Some(listed) = all.iter().find(|listed| listed.version == to) else {
        return Err(versions.store.read(to).err().unwrap_or_else(|| no_way(to, current, &[])).at("--to"));
    };
    refuse_yanked(listed, yanked)?;
    let reached = reachable(all, current, |_| true);
    let known = listed.manifest.is_some();
    if known && version::compare(to, current) == Ordering::Greater && !reached.iter().any(|listed| listed.version == to) {
        return Err(no_way(to, current, &reached));
    }
    Ok(target)
}

/// Refuses a version that was taken back, unless the person wants it all the same.
///
/// # Errors
/// `yanked`, with the publisher's reason.
pub fn refuse_yanked(listed: &Listed, wanted: bool) -> Result<(), Diagnostic> {
    let Some(reason) = listed.yanked.as_ref().filter(|_| !wanted) else { return Ok(()) };
    Err(Diagnostic::usage("yanked", format!("version {} was taken back by its publisher", listed.version))
        .at("--to")
        .because(reason.clone())
        .fix("leave `--to` out to get the newest good one; if you need this one all the same, add `--yanked`"))
}

/// Says what the publisher says of the version that the project stands on.
fn told_of_current(all: &[&Listed], current: &str) -> Vec<String> {
    let Some(listed) = all.iter().find(|listed| listed.version == current) else { return Vec::new() };
    let yanked = listed.yanked.iter().map(|reason| format!("version {current}, which the project is on, was taken back: {reason}"));
    let deprecated = listed.deprecated.iter().map(|reason| format!("version {current}, which the project is on, is to be left: {reason}"));
    yanked.chain(deprecated).collect()
}

fn channels(all: &[&Listed]) -> String {
    let mut names: Vec<String> = all.iter().map(|listed| format!("`{}`", listed.channel)).collect();
    names.sort();
    names.dedup();
    names.join(", ")
}

fn downgrade(to: &str, current: &str) -> Diagnostic {
    Diagnostic::usage("downgrade", format!("version {to} is older than the project's {current}"))
        .at("--road")
        .because("an older version takes safeguards back, and its migrations are not undone")
        .fix(format!("if that is what you want, name it: `--to {to}`"))
}

fn no_way(to: &str, current: &str, reached: &[&Listed]) -> Diagnostic {
    let fix = match reached.last() {
        Some(first) => format!("go to {} first, with `--to {}`", first.version, first.version),
        None => "name the folder of all versions with `--road`, or ask the road's publisher how to come from there".to_owned(),
    };
    Diagnostic::usage("no-way", format!("version {to} takes no project from {current}"))
        .at("upgrades-from")
        .because("neither it nor a version on the way names the one that the project came from")
        .fix(fix)
}

/// Says which newer versions are there that the project does not go to, and why.
fn unreached(ours: &[&Listed], versions: &Versions, target: &str) -> Vec<String> {
    let newer = |listed: &&&Listed| version::compare(&listed.version, target) == Ordering::Greater;
    let tell = |listed: &&Listed| match (&listed.manifest, &listed.yanked) {
        (_, Some(reason)) => format!("version {} is newer, and was taken back: {reason}", listed.version),
        (None, None) => format!("version {} is newer, and its files are gone or cannot be used", listed.version),
        (Some(_), None) if !versions.takes(listed) && listed.rollout == 0 => {
            format!("version {0} is newer, and goes to no repository yet; `--to {0}` takes it now", listed.version)
        }
        (Some(_), None) if !versions.takes(listed) => format!(
            "version {0} is newer, and goes to {1} of 100 repositories so far, not yet to this one; `--to {0}` takes it now",
            listed.version, listed.rollout
        ),
        (Some(_), None) => format!("version {} is newer, and takes no project from here", listed.version),
    };
    ours.iter().filter(newer).map(tell).collect()
}

/// Returns the newer versions of a channel that are not rolled out to this repository yet.
pub fn waiting(all: &[&Listed], versions: &Versions, channel: &str, current: &str) -> Vec<Waiting> {
    let waits = |listed: &&&Listed| {
        let newer = version::compare(&listed.version, current) == Ordering::Greater;
        newer && listed.is_in(channel) && listed.is_open() && !versions.takes(listed)
    };
    all.iter().filter(waits).map(|listed| Waiting { version: listed.version.clone(), rollout: listed.rollout }).collect()
}

/// Returns what the versions after `from`, up to `to`, changed, with the version of each: security first, then the newest.
pub fn changes<'a>(all: &[&'a Listed], from: &str, to: &str) -> Vec<(&'a str, &'a Change)> {
    let on_the_way = all.iter().filter(|listed| version::is_between(&listed.version, from, to));
    let mut changes: Vec<(&str, &Change)> = on_the_way
        .flat_map(|listed| {
            listed.manifest.iter().flat_map(|manifest| manifest.change.iter().map(|change| (listed.version.as_str(), change)))
        })
        .collect();
    changes.sort_by(|(a, one), (b, other)| other.security.cmp(&one.security).then_with(|| version::compare(b, a)));
    changes
}
