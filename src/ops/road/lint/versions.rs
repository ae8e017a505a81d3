//! Versions and days of `road.toml`, its guardrails, and what its store says.

use std::path::Path;

use super::{Desk, manifest_of};
use crate::base::day::Day;
use crate::base::diagnostic::{Diagnostic, nearest};
use crate::base::fs;
use crate::guardrails;
use crate::road::index;
use crate::road::source::Source;
use crate::road::store::Store;
use crate::road::version;

const FILE: &str = "road.toml";

pub(super) fn look(desk: &mut Desk<'_>, store: Option<&Path>) -> Result<(), Diagnostic> {
    days(desk);
    channel(desk);
    froms(desk);
    guardrails(desk);
    match store {
        Some(store) => in_store(desk, store),
        None => Ok(()),
    }
}

fn days(desk: &mut Desk<'_>) {
    let manifest = &desk.road.manifest;
    let (released, until) = (manifest.released.clone(), manifest.supported_until.clone());
    for (key, day) in [("released", &released), ("supported-until", &until)] {
        if Day::parse(day).is_none() {
            let what = format!("`{key} = \"{}\"` is no day", day.escape_debug());
            desk.report("day", FILE, Some(key), [&what, "projects are told of it by the calendar", "write it as `2026-11-30`"]);
        }
    }
    if let (Some(from), Some(to)) = (Day::parse(&released), Day::parse(&until))
        && from >= to
    {
        let what = format!("support ends on {until}, and the version is released on {released}");
        desk.report(
            "support-ended",
            FILE,
            Some("supported-until"),
            [&what, "nobody would answer for it on its first day", "set a later day"],
        );
    }
}

fn channel(desk: &mut Desk<'_>) {
    if let Some(problem) = index::channel_problem(&desk.road.manifest.channel) {
        desk.report(
            "channel",
            FILE,
            Some("channel"),
            [&problem, "projects follow a channel by its name", "name it with a plain word, such as `stable`"],
        );
    }
}

fn froms(desk: &mut Desk<'_>) {
    let manifest = &desk.road.manifest;
    let version = manifest.version.clone();
    let froms = manifest.upgrades_from.clone();
    for (at, from) in froms.iter().enumerate() {
        let problem = if !version::is_calendar(from) {
            "it is no calendar version"
        } else if version::compare(from, &version) != std::cmp::Ordering::Less {
            "it is not older than this version"
        } else if froms[..at].contains(from) {
            "it is named twice"
        } else {
            continue;
        };
        let what = format!("`upgrades-from` names `{}`: {problem}", from.escape_debug());
        desk.report("upgrades-from", FILE, Some("upgrades-from"), [&what, "no project could come from there", "correct or remove it"]);
    }
}

fn guardrails(desk: &mut Desk<'_>) {
    let ids = guardrails::ids();
    let mut named: Vec<(String, String)> = desk.road.manifest.guardrails.keys().map(|id| (FILE.to_owned(), id.clone())).collect();
    for (folder, part) in desk.parts() {
        let path = manifest_of(&folder);
        named.extend(part.manifest.file.iter().flat_map(|rule| &rule.guardrails).map(|id| (path.clone(), id.clone())));
    }
    for (path, id) in named.iter().filter(|(_, id)| !ids.contains(&id.as_str())) {
        let what = format!("there is no guardrail `{}`", id.escape_debug());
        let fix = match nearest(id, ids.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`highroad explain` lists them".to_owned(),
        };
        desk.report("guardrail-unknown", path, Some(id), [&what, "a level or a promise for nothing protects nobody", &fix]);
    }
}

/// What the store knows of earlier versions, and of this one.
fn in_store(desk: &mut Desk<'_>, folder: &Path) -> Result<(), Diagnostic> {
    let manifest = &desk.road.manifest;
    let (id, now, froms) = (manifest.id.clone(), manifest.version.clone(), manifest.upgrades_from.clone());
    if fs::look(&folder.join(index::FILE))? == fs::Found::Nothing {
        if !froms.is_empty() {
            let what = format!("the store `{}` has no version yet, and `upgrades-from` names {}", folder.display(), froms.join(", "));
            desk.report(
                "upgrades-from",
                FILE,
                Some("upgrades-from"),
                [&what, "no project could come from there", "empty the list, or name the right store"],
            );
        }
        desk.notes.push(format!(
            "the store `{}` has no released version: nothing was compared with earlier ones; right before the first release, else check `--store`",
            folder.display()
        ));
        return Ok(());
    }
    let store = Store::open(&Source::Folder(folder.to_owned()))?;
    if store.id().is_some_and(|other| other != id) {
        let what = format!("the store holds versions of `{}`, and this is `{id}`", store.id().unwrap_or_default());
        desk.report("other-road", FILE, Some("id ="), [&what, "a store holds the versions of one road", "name the store of this road"]);
        return Ok(());
    }
    if store.get(&now).is_some() {
        let what = format!("version {now} is published already");
        desk.report("published", FILE, Some("version ="), [&what, "a published version never changes", "give the road a new version"]);
    }
    for from in &froms {
        let problem = match store.get(from) {
            None => "the store does not name it".to_owned(),
            Some(listed) if listed.manifest.is_none() => "its files in the store cannot be read".to_owned(),
            Some(_) => continue,
        };
        let what = format!("`upgrades-from` names {}: {problem}", from.escape_debug());
        desk.report(
            "upgrades-from",
            FILE,
            Some("upgrades-from"),
            [&what, "no upgrade from there can be made or tested", "correct or remove it"],
        );
    }
    let newest = store.versions().iter().rfind(|listed| listed.yanked.is_none() && listed.version != now);
    if let Some(newest) = newest
        && version::compare(&newest.version, &now) == std::cmp::Ordering::Less
        && froms.is_empty()
    {
        let what = format!("`upgrades-from` is empty, and {} is published", newest.version);
        desk.report(
            "upgrades-from",
            FILE,
            Some("upgrades-from"),
            [&what, "no project could ever take this version by `highroad upgrade`", "name the versions that a project can come from"],
        );
    }
    Ok(())
}
