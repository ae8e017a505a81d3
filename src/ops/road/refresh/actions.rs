//! Pins of actions and hooks: a repository, a tag as a label, and the commit.

use serde::Deserialize;

use super::remotes::{self, Places};
use super::{Looked, Proposal, Verdict, nested, tags};
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::tree::Tree;
use crate::guardrails::compromised_action;
use crate::guardrails::guardrail::Advisory;
use crate::repo::upstream::{Tag, Upstream};
use crate::road::broken;

/// How many newer tags are looked at, newest first.
const MOST_CANDIDATES: usize = 30;

/// A pin of an action or a hook.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Pin {
    repo: String,
    tag: String,
    sha: String,
}

/// What every pin is looked at with.
pub(super) struct Desk<'a> {
    pub(super) remotes: &'a Places,
    pub(super) advisories: &'a [Advisory],
    pub(super) cool_down: u32,
    pub(super) today: Day,
}

/// Reads the pins of a file, in order.
pub(super) fn read(tree: &Tree, file: &str, key: &str, source: &str) -> Result<Vec<(String, Pin)>, Diagnostic> {
    let Some(bytes) = tree.get(file).map(|file| &file.bytes) else { return Ok(Vec::new()) };
    let text = std::str::from_utf8(bytes).map_err(|error| broken(source, file, error.to_string()))?;
    let mut table: toml::Table = toml::from_str(text).map_err(|error| broken(source, file, error.to_string()))?;
    let Some(toml::Value::Table(pins)) = table.remove(key) else { return Ok(Vec::new()) };
    pins.into_iter()
        .map(|(id, pin)| pin.try_into().map(|pin| (id, pin)).map_err(|error: toml::de::Error| broken(source, file, error.to_string())))
        .collect()
}

/// Looks at one pin.
pub(super) fn look(desk: &Desk<'_>, kind: &'static str, id: &str, pin: &Pin) -> Looked {
    let mut looked = Looked {
        kind,
        id: id.to_owned(),
        of: pin.repo.clone(),
        now: pin.tag.clone(),
        verdict: Verdict::Unchecked,
        proposal: None,
        evidence: Vec::new(),
    };
    let (repo, folder) = split(&pin.repo);
    let Some(place) = desk.remotes.of(id, &repo) else {
        looked.evidence.push(format!("could not be checked: no remote was named (`--remote {id}=URL_OR_CLONE`)"));
        return looked;
    };
    let upstream = match remotes::open(&place) {
        Ok(upstream) => upstream,
        Err(why) => {
            looked.evidence.push(format!("could not be checked: {why}"));
            return looked;
        }
    };
    let own = recorded(&upstream, &place, pin, &mut looked.evidence);
    let Some(now) = tags::parse(&pin.tag) else {
        looked.evidence.push(format!("could not be checked for newer ones: `{}` is no version", pin.tag));
        looked.verdict = if own == Recorded::Alarm { Verdict::Alarm } else { Verdict::Unchecked };
        return looked;
    };
    let names = upstream.tags();
    let mut newer: Vec<(tags::Version<'_>, &String)> = names
        .iter()
        .filter_map(|name| tags::parse(name).map(|version| (version, name)))
        .filter(|(version, _)| tags::is_later(&now, version))
        .collect();
    newer.sort_by(|a, b| b.0.numbers.cmp(&a.0.numbers));
    let early = names.iter().filter(|name| tags::is_early(&now, name)).count();
    if early > 0 {
        looked.evidence.push(format!("{early} newer {} not final: not looked at", if early == 1 { "tag is" } else { "tags are" }));
    }
    let shown = remotes::shown(&place, &upstream, &repo);
    for (version, name) in newer.iter().take(MOST_CANDIDATES) {
        match candidate(desk, &upstream, &pin.repo, name) {
            Ok((tag, seen)) => {
                looked.evidence.push(format!("{name}: {}, {}", tag.commit, seen.told));
                if version.numbers.first() != now.numbers.first() {
                    looked.evidence.push(format!("{name}: a new major version: read what it breaks"));
                }
                looked.evidence.extend(
                    nested::look(&upstream, &tag.commit, &folder)
                        .into_iter()
                        .filter(|_| kind == "action")
                        .map(|said| format!("{name}: {said}")),
                );
                looked.proposal = Some(Proposal {
                    tag: (*name).clone(),
                    provenance: format!("{shown} refs/tags/{name}, {}; read {}", seen.told, desk.today),
                    content: tag.commit,
                    day: seen.day.to_string(),
                });
                break;
            }
            Err(why) => looked.evidence.push(format!("{name}: refused: {why}")),
        }
    }
    looked.verdict = match (own, &looked.proposal, newer.is_empty()) {
        (Recorded::Alarm, _, _) => Verdict::Alarm,
        (Recorded::Unknown, _, _) => Verdict::Unchecked,
        (Recorded::Holds, Some(_), _) => Verdict::Newer,
        (Recorded::Holds, None, true) => Verdict::Current,
        (Recorded::Holds, None, false) => Verdict::Waiting,
    };
    // Whoever moved one tag can have moved another: nothing is proposed before somebody looked.
    if own != Recorded::Holds {
        looked.proposal = None;
    }
    looked
}

/// Takes `owner/name/folder` apart.
fn split(repo: &str) -> (String, String) {
    if repo.contains("://") {
        return (repo.to_owned(), String::new());
    }
    let mut parts = repo.splitn(3, '/');
    let owner = parts.next().unwrap_or_default();
    let name = parts.next().unwrap_or_default();
    (format!("{owner}/{name}"), parts.next().unwrap_or_default().to_owned())
}

/// What the pin itself comes to.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Recorded {
    Holds,
    /// The repository is not the one, or not new enough, to tell.
    Unknown,
    Alarm,
}

/// Compares the recorded commit with its tag and its branches. A clone that has neither may be older than the pin.
fn recorded(upstream: &Upstream, place: &str, pin: &Pin, evidence: &mut Vec<String>) -> Recorded {
    let tag = upstream.tag(&pin.tag);
    if tag.is_none() && upstream.dates(&pin.sha).is_none() && !place.contains("://") {
        evidence.push(format!(
            "could not be checked: the clone has neither {} nor the commit {}; bring it up to date with `git fetch --tags`, or name the address",
            pin.tag, pin.sha
        ));
        return Recorded::Unknown;
    }
    let mut found = Recorded::Holds;
    match tag {
        None => {
            evidence.push(format!("{}: tag gone: the pin names it, and the repository has it no more", pin.tag));
            found = Recorded::Alarm;
        }
        Some(Tag { object: Some(object), commit, .. }) if object == pin.sha => {
            evidence.push(format!("{}: the pin is the tag's own object, not its commit {commit}", pin.tag));
            return Recorded::Alarm;
        }
        Some(Tag { commit, .. }) if commit != pin.sha => {
            evidence.push(format!("{}: tag moved: recorded {}, and it names {commit} now", pin.tag, pin.sha));
            found = Recorded::Alarm;
        }
        Some(_) => evidence.push(format!("{}: still names {}", pin.tag, pin.sha)),
    }
    match upstream.branch_of(&pin.sha) {
        Ok(Some(_)) => {}
        Ok(None) if upstream.dates(&pin.sha).is_none() => {
            evidence.push(format!("{}: the pinned commit is not in the repository", pin.sha));
            found = Recorded::Alarm;
        }
        Ok(None) => {
            evidence.push(format!("{}: the pinned commit is on no branch", pin.sha));
            found = Recorded::Alarm;
        }
        Err(why) => {
            evidence.push(format!("{}: whether a branch leads there could not be checked: {why}", pin.sha));
            found = if found == Recorded::Alarm { found } else { Recorded::Unknown };
        }
    }
    found
}

/// What speaks for a tag.
struct Seen {
    day: Day,
    told: String,
}

/// Looks at one newer tag.
fn candidate(desk: &Desk<'_>, upstream: &Upstream, action: &str, name: &str) -> Result<(Tag, Seen), String> {
    let tag = upstream.tag(name).ok_or("it names no commit")?;
    let dates = upstream.dates(&tag.commit).ok_or("its commit is not there")?;
    let Some(branch) = upstream.branch_of(&tag.commit)? else {
        return Err(format!("its commit {} is on no branch: anybody with a fork can have made it", tag.commit));
    };
    if let Some(advisory) = compromised_action::bad(desk.advisories, action, [name, &tag.commit]) {
        return Err(format!("{} ({})", advisory.what, advisory.ids.join(", ")));
    }
    if dates.parent.is_some_and(|parent| parent > dates.committed + 86_400) {
        return Err("its commit says it is older than the one before it: the date is not to be believed".to_owned());
    }
    let day = |seconds: i64| Day::of_seconds(seconds).ok_or_else(|| "its date is none".to_owned());
    let committed = day(dates.committed)?;
    // A tag that was made later is younger than its commit: what counts is since when others could take it.
    let from = match tag.tagged.map(day).transpose()? {
        Some(tagged) if tagged > committed => tagged,
        Some(_) | None => committed,
    };
    let age = from.until(desk.today);
    if age < 0 {
        return Err(format!("it is from {from}, which is still to come"));
    }
    let wait = i32::try_from(desk.cool_down).unwrap_or(i32::MAX);
    if age < wait {
        return Err(format!("it is {age} days old ({from}), and a version waits {wait}"));
    }
    let form = if tag.object.is_some() { "annotated tag" } else { "lightweight tag" };
    Ok((tag, Seen { day: from, told: format!("{form}, on `{branch}`, of {from}, {age} days old") }))
}
