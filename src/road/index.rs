//! `index.toml`: the published versions of a road, each with its digest and the digests of its renders.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::version;
use crate::base::day::Day;
use crate::base::digest::Digest;

/// The name of the file, in the road's folder beside its versions.
pub const FILE: &str = "index.toml";
/// The largest index that is read, in bytes.
pub const LIMIT: u64 = 8 << 20;
/// How many versions an index may name.
pub const MOST_VERSIONS: usize = 10_000;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;
/// The longest name of a channel, in bytes.
const LONGEST_CHANNEL: usize = 40;

/// The content of `index.toml`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// The versions, oldest first.
    #[serde(default)]
    pub version: Vec<Published>,
}

impl Index {
    /// Reads an index that others wrote.
    ///
    /// # Errors
    /// Says why it does not parse, or what in it cannot be used: two entries for one version could say two things of it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let too_many = || format!("it names more than {MOST_VERSIONS} versions");
        if text.matches("[[version]]").count() > MOST_VERSIONS {
            return Err(too_many());
        }
        let index: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if index.version.len() > MOST_VERSIONS {
            return Err(too_many());
        }
        if let Some(problem) = index.version.iter().find_map(Published::problem) {
            return Err(problem);
        }
        let mut seen = BTreeSet::new();
        match index.version.iter().find(|published| !seen.insert(published.version.as_str())) {
            Some(twice) => Err(format!("it names version {} twice", twice.version)),
            None => Ok(index),
        }
    }
}

/// One published version. Its bytes never change; what its publisher says of it may.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Published {
    /// The calendar version; also the name of its folder.
    pub version: String,
    /// The day of publication.
    pub released: String,
    /// The channel that the version is in now, where that is another than its `road.toml` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// How many of a hundred repositories take the version; all, where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<u8>,
    /// The last day that the publisher answers for it, where that is another than its `road.toml` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_until: Option<String>,
    /// Why a project should leave the version, where it should.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// Why no project may take the version, where none may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<String>,
    /// The digest over the sorted manifest of its files.
    pub digest: String,
    /// For each case of `<kind>/<question>=<choice>`, the rest suggested: the digest of what it renders to.
    #[serde(default)]
    pub golden: BTreeMap<String, String>,
}

impl Published {
    /// Tells what its publisher says of the version that was not said before.
    pub fn said_since(&self, before: &Self) -> Vec<String> {
        let share = |rollout: Option<u8>| match rollout {
            None => "every repository".to_owned(),
            Some(share) => format!("{share} of 100 repositories"),
        };
        let own = |text: &Option<String>| text.clone().unwrap_or_else(|| "as its `road.toml` says".to_owned());
        let reason = |text: &Option<String>| text.as_ref().map_or_else(|| "no".to_owned(), |text| format!("yes, {text}"));
        [
            ("channel", own(&self.channel), own(&before.channel)),
            ("roll-out", share(self.rollout), share(before.rollout)),
            ("supported until", own(&self.supported_until), own(&before.supported_until)),
            ("deprecated", reason(&self.deprecated), reason(&before.deprecated)),
            ("yanked", reason(&self.yanked), reason(&before.yanked)),
        ]
        .into_iter()
        .filter(|(_, now, was)| now != was)
        .map(|(what, now, was)| format!("{what}: {now}, before: {was}"))
        .collect()
    }

    /// Says what about the entry cannot be used; nothing where all can.
    pub fn problem(&self) -> Option<String> {
        let Self { version, released, channel, rollout, supported_until, deprecated, yanked, digest, golden } = self;
        if !version::is_calendar(version) {
            return Some(format!("`{version}` is no calendar version such as `2026.11.0`"));
        }
        let of = |what: String| Some(format!("version {version}: {what}"));
        if Digest::parse(digest).is_none() {
            return of(format!("`{digest}` is no digest such as `sha256:…`"));
        }
        if let Some(day) = std::iter::once(released).chain(supported_until).find(|day| Day::parse(day).is_none()) {
            return of(format!("`{day}` is no day such as `2026-11-30`"));
        }
        if let Some(share) = rollout.filter(|share| *share > 100) {
            return of(format!("a roll-out of {share} is more than 100"));
        }
        if let Some(problem) = channel.as_deref().and_then(channel_problem) {
            return of(problem);
        }
        if let Some(problem) = deprecated.iter().chain(yanked).find_map(|reason| reason_problem(reason)) {
            return of(problem);
        }
        let case = golden.iter().find(|(case, digest)| case.chars().any(char::is_control) || Digest::parse(digest).is_none());
        case.and_then(|(case, _)| of(format!("the golden render `{}` is not usable", case.escape_debug())))
    }
}

/// Says why a text is no name of a channel: lower-case letters, digits and `-`, a letter first.
pub fn channel_problem(name: &str) -> Option<String> {
    let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let good = plain && name.len() <= LONGEST_CHANNEL && name.bytes().next().is_some_and(|first| first.is_ascii_lowercase());
    (!good).then(|| format!("`{}` is no name of a channel: lower-case letters, digits and `-`, a letter first", name.escape_debug()))
}

/// Says why a text is no reason: people read it at the terminal, in one line.
pub fn reason_problem(reason: &str) -> Option<String> {
    if reason.trim().is_empty() {
        return Some("the reason is empty".to_owned());
    }
    if reason.chars().count() > LONGEST_REASON {
        return Some(format!("the reason is longer than {LONGEST_REASON} characters"));
    }
    let control = reason.chars().any(char::is_control);
    control.then(|| format!("the reason has a control character: `{}`", reason.escape_debug()))
}
