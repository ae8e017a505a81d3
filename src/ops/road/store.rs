//! A store of released versions: its index, what its publisher says of versions, and the changelog.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::busy;
use super::metadata::replace;
use crate::base::day::Day;
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::fs::{self, Found};
use crate::road::broken;
use crate::road::index::{self, Index, Published, channel_problem, reason_problem};
use crate::road::manifest::Manifest;

/// The changelog of a store.
pub const CHANGELOG: &str = "CHANGELOG.md";
/// Whoever changes a store holds this file.
pub(super) const LOCK: &str = ".index.lock";
/// What stands at the head of an index.
const HEAD: &str = "# Written by `highroad road release`. A published version never changes.\n";

/// What a publisher says of a version from now on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Statement {
    /// It is in this channel.
    Channel(String),
    /// This share of a hundred repositories takes it.
    Rollout(u8),
    /// Projects should leave it, for this reason; nothing takes it back.
    Deprecated(Option<String>),
    /// No project may take it, for this reason; nothing takes it back.
    Yanked(Option<String>),
    /// The publisher answers for it until this day.
    SupportedUntil(String),
}

/// What a statement came to.
#[derive(Clone, Debug, Serialize)]
pub struct Stated {
    /// What the index says of the version now.
    pub version: Published,
    /// Whether something changed.
    pub changed: bool,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// Reads the index of a store; one without is empty.
///
/// # Errors
/// When it does not parse, or holds what cannot be used.
pub fn read_index(store: &Path) -> Result<Index, Diagnostic> {
    let path = store.join(index::FILE);
    if fs::look(&path)? == Found::Nothing {
        return Ok(Index::default());
    }
    Index::parse(&fs::read_text(&path, index::LIMIT)?).map_err(|why| broken(&store.display().to_string(), index::FILE, why))
}

/// Writes the index of a store, whole, then the changelog that follows from it.
///
/// # Errors
/// When the disk refuses; the index is as it was then.
pub fn write_index(store: &Path, index: &Index) -> Result<(), Diagnostic> {
    let text = toml::to_string(index).map_err(|error| Diagnostic::failed("index", error.to_string()))?;
    replace(&store.join(index::FILE), format!("{HEAD}{text}").as_bytes())?;
    replace(&store.join(CHANGELOG), changelog(store, index).as_bytes())
}

/// Records what a publisher says of a version.
///
/// # Errors
/// When the store has no such version, or a statement makes no sense. The index is as it was then.
pub fn state(store: &Path, version: &str, statements: &[Statement], today: Day) -> Result<Stated, Diagnostic> {
    let _lock = busy(&store.join(LOCK))?;
    let mut index = read_index(store)?;
    let known: Vec<&str> = index.version.iter().map(|published| published.version.as_str()).collect();
    let Some(at) = known.iter().position(|known| *known == version) else {
        return Err(Diagnostic::usage("version-unknown", format!("the store has no version `{}`", version.escape_debug()))
            .at(store.join(index::FILE).display().to_string())
            .because("its index does not name it")
            .fix(if known.is_empty() { "release one with `highroad road release`".to_owned() } else { did_you_mean(version, &known) }));
    };
    let before = index.version[at].clone();
    let mut warnings = Vec::new();
    for statement in statements {
        warnings.extend(say(&mut index.version[at], statement, today)?);
    }
    let (version, changed) = (index.version[at].clone(), index.version[at] != before);
    if changed {
        if index.version.iter().all(|published| published.yanked.is_some()) {
            warnings.push("every version is yanked: no project can be made".to_owned());
        }
        write_index(store, &index)?;
    }
    Ok(Stated { version, changed, warnings })
}

/// Applies one statement. Returns what a person should know.
fn say(published: &mut Published, statement: &Statement, today: Day) -> Result<Option<String>, Diagnostic> {
    let refuse = |flag: &str, why: String| {
        Diagnostic::usage("statement", "that cannot be said of a version")
            .at(flag)
            .because(why)
            .fix("say it otherwise; nothing was written")
    };
    match statement {
        Statement::Channel(name) => {
            if let Some(problem) = channel_problem(name) {
                return Err(refuse("CHANNEL", problem));
            }
            published.channel = Some(name.clone());
            let known = ["canary", "stable", "lts"].contains(&name.as_str());
            Ok((!known).then(|| format!("`{name}` is a channel of your own: only projects that name it take the version")))
        }
        Statement::Rollout(share) if *share > 100 => Err(refuse("PERCENT", format!("{share} is more than 100"))),
        Statement::Rollout(share) => {
            let smaller = *share < published.rollout.unwrap_or(100);
            published.rollout = (*share < 100).then_some(*share);
            Ok(smaller.then(|| "projects that took the version already stay on it; to move them away, yank it".to_owned()))
        }
        Statement::Deprecated(reason) | Statement::Yanked(reason) => {
            if let Some(problem) = reason.as_deref().and_then(reason_problem) {
                return Err(refuse("--reason", problem));
            }
            let yanks = matches!(statement, Statement::Yanked(_));
            let place = if yanks { &mut published.yanked } else { &mut published.deprecated };
            place.clone_from(reason);
            Ok(None)
        }
        Statement::SupportedUntil(day) => {
            let end = Day::parse(day).ok_or_else(|| refuse("DAY", format!("`{}` is no day such as `2027-11-30`", day.escape_debug())))?;
            published.supported_until = Some(day.clone());
            Ok((end < today).then(|| format!("{day} is past: the version counts as unsupported at once")))
        }
    }
}

/// Tells what changed in each version, newest first, and in each what concerns security first.
pub fn changelog(store: &Path, index: &Index) -> String {
    let mut text = "# Changelog\n\nWritten by `highroad road release` from the changes in each version's `road.toml`.\n".to_owned();
    let mut versions: Vec<&Published> = index.version.iter().collect();
    versions.sort_by(|a, b| crate::road::version::compare(&b.version, &a.version));
    for published in versions {
        text.push_str(&format!("\n## {} ({})\n\n", published.version, published.released));
        for (word, reason) in [("Yanked", &published.yanked), ("Deprecated", &published.deprecated)] {
            if let Some(reason) = reason {
                text.push_str(&format!("**{word}: {}**\n\n", line(reason)));
            }
        }
        let manifest = fs::read_text(&store.join(&published.version).join("road.toml"), index::LIMIT).ok();
        let Some(manifest) = manifest.and_then(|text| toml::from_str::<Manifest>(&text).ok()) else {
            text.push_str("Its `road.toml` cannot be read.\n");
            continue;
        };
        if manifest.change.is_empty() {
            text.push_str("No changes are told.\n");
        }
        let (security, others): (Vec<_>, Vec<_>) = manifest.change.iter().partition(|change| change.security);
        for change in security {
            text.push_str(&format!("- **Security.** {} {}\n", line(&change.what), line(&change.why)));
        }
        for change in others {
            text.push_str(&format!("- {} {}\n", line(&change.what), line(&change.why)));
        }
    }
    text
}

/// Brings a text into one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Finds the store: the folder that a person named, else the current one where it has an index, else the only one in
/// `paved-roads`.
///
/// # Errors
/// When there is none, or several.
pub fn find(named: Option<&Path>) -> Result<PathBuf, Diagnostic> {
    let is_store = |folder: &Path| Ok::<_, Diagnostic>(fs::look(&folder.join(index::FILE))? != Found::Nothing);
    let no_store = |at: &Path, why: &str| {
        Diagnostic::usage("no-store", "there is no store of released versions")
            .at(at.display().to_string())
            .because(why.to_owned())
            .fix("name its folder with `--store FOLDER`, or release a first version with `highroad road release`")
    };
    if let Some(folder) = named {
        return if is_store(folder)? { Ok(folder.to_owned()) } else { Err(no_store(folder, "the folder has no `index.toml`")) };
    }
    let here = Path::new(".");
    if is_store(here)? {
        return Ok(here.to_owned());
    }
    let roads = Path::new("paved-roads");
    let mut stores = Vec::new();
    if let Found::Folder(names) = fs::look(roads)? {
        for name in names {
            if is_store(&roads.join(&name))? {
                stores.push(roads.join(name));
            }
        }
    }
    match stores.len() {
        1 => Ok(stores.remove(0)),
        0 => Err(no_store(here, "neither this folder nor one in `paved-roads` has an `index.toml`")),
        _ => Err(no_store(roads, "several folders in it have an `index.toml`")),
    }
}
