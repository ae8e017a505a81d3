//! Which version a project goes to, and what the versions on the way changed.

use std::cmp::Ordering;

use crate::base::diagnostic::Diagnostic;
use crate::ops::base::{Project, Versions};
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

/// Chooses the version: `to` where a person named one, else the newest of the channel that a chain of `upgrades-from` leads to.
///
/// # Errors
/// `version-unknown`; `downgrade` where an older one was not named as version; `no-way` where no chain leads there.
pub fn choose(project: &Project, versions: &Versions, to: Option<&str>, channel: Option<&str>) -> Result<Target, Diagnostic> {
    let current = project.lock.road.version.as_str();
    let all = versions.all();
    if let Some(to) = to {
        return named(&all, versions, current, to);
    }
    let channel = channel.or(project.road.channel.as_deref()).unwrap_or(STABLE);
    if !all.iter().any(|listed| listed.is_in(channel)) {
        return Err(Diagnostic::usage("channel", format!("the road has no channel `{channel}`"))
            .at("--channel")
            .because("no version that is at hand is in it")
            .fix(format!("possible: {}", channels(&all))));
    }
    let ours: Vec<&Listed> = versions.store.versions().iter().filter(|listed| listed.is_in(channel)).collect();
    let reached = reachable(&all, current, |listed| listed.is_in(channel) && listed.manifest.is_some());
    let target = reached.iter().rev().find(|listed| ours.iter().any(|own| own.version == listed.version));
    if let Some(target) = target {
        return Ok(Target { version: target.version.clone(), notes: unreached(&ours, &target.version) });
    }
    let newest = ours.iter().filter(|listed| listed.manifest.is_some()).max_by(|a, b| version::compare(&a.version, &b.version));
    match newest.map(|newest| (newest, version::compare(&newest.version, current))) {
        Some((newest, Ordering::Less)) if versions.named && ours.len() == 1 => Err(downgrade(&newest.version, current)),
        Some((newest, Ordering::Greater)) if versions.named && ours.len() == 1 => Err(no_way(&newest.version, current, &reached)),
        Some(_) | None => Ok(Target { version: current.to_owned(), notes: unreached(&ours, current) }),
    }
}

fn named(all: &[&Listed], versions: &Versions, current: &str, to: &str) -> Result<Target, Diagnostic> {
    let target = Target { version: to.to_owned(), notes: Vec::new() };
    if to == current {
        return Ok(target);
    }
    let Some(listed) = all.iter().find(|listed| listed.version == to) else {
        return Err(versions.store.read(to).err().unwrap_or_else(|| no_way(to, current, &[])).at("--to"));
    };
    let reached = reachable(all, current, |_| true);
    let known = listed.manifest.is_some();
    if known && version::compare(to, current) == Ordering::Greater && !reached.iter().any(|listed| listed.version == to) {
        return Err(no_way(to, current, &reached));
    }
    Ok(target)
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

/// Says which newer versions are there that no chain leads to, or whose files are gone.
fn unreached(ours: &[&Listed], target: &str) -> Vec<String> {
    let newer = |listed: &&&Listed| version::compare(&listed.version, target) == Ordering::Greater;
    let tell = |listed: &&Listed| match listed.manifest {
        Some(_) => format!("version {} is newer, and takes no project from here", listed.version),
        None => format!("version {} is newer, and its files are gone or cannot be used", listed.version),
    };
    ours.iter().filter(newer).map(tell).collect()
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
