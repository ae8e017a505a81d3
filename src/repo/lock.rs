//! `highroad.lock`: what Highroad has to remember of the render that the project came from.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answers::Answers;
use super::config::Level;
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::path::RelPath;
use crate::base::tree::{File, Mode};

/// The name of the file, at the root of the project.
pub const FILE: &str = "highroad.lock";

/// How a road treats a file after the first generation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ownership {
    /// Replaced on every upgrade; local edits are reported as drift.
    Managed,
    /// Merged three ways on every upgrade.
    Merged,
    /// Written once, then yours.
    Seeded,
}

impl Ownership {
    /// Returns the word for it in our formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::Merged => "merged",
            Self::Seeded => "seeded",
        }
    }
}

/// The content of `highroad.lock`.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The version of this format: 1.
    pub schema: u32,
    /// The template engines that rendered the files, with their versions.
    pub engine: String,
    /// The road version, with the digest over its sorted manifest.
    pub road: LockedRoad,
    /// The kind of project.
    pub kind: String,
    /// The answers that the files were rendered with.
    pub answers: Answers,
    /// How loudly the road version wants its guardrails; not written for the built-in road, which Highroad knows.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub guardrails: BTreeMap<String, Level>,
    /// The files as rendered, in order of path.
    pub file: Vec<LockedFile>,
    /// How people settled conflicts, in order of path and digest: offered when the same conflict comes again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolution: Vec<Resolution>,
}

/// How a person settled a conflict.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// Path from the root of the project.
    pub path: String,
    /// `sha256:` and the digest of the three sides of the conflict.
    pub conflict: String,
    /// What stands in its place.
    pub text: String,
}

/// How many resolutions are remembered; the largest text of one, in bytes.
const MOST_RESOLUTIONS: (usize, usize) = (500, 16 << 10);

impl Resolution {
    /// Describes how the conflict between three texts was settled.
    pub fn new(path: &str, sides: [Option<&str>; 3], text: &str) -> Self {
        Self { path: path.to_owned(), conflict: Self::key(sides), text: text.to_owned() }
    }

    /// Returns what a conflict is remembered by: the digest over its base, ours and theirs, each with its length before it.
    pub fn key(sides: [Option<&str>; 3]) -> String {
        let told: String =
            sides.iter().map(|side| side.map_or_else(|| "-\n".to_owned(), |text| format!("{}\n{text}", text.len()))).collect();
        Digest::of(told.as_bytes()).to_string()
    }
}

/// The road version that a project was rendered from.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LockedRoad {
    /// The id of the road.
    pub id: String,
    /// The calendar version.
    pub version: String,
    /// `sha256:` and the digest of the version.
    pub digest: String,
    /// The package indexes that the road lets pipelines name, where it comes from elsewhere.
    #[serde(default, rename = "package-indexes", skip_serializing_if = "Vec::is_empty")]
    pub package_indexes: Vec<String>,
    /// The images that the road vouches for, by reference, where it comes from elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<String>,
}

/// One file as it was rendered.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// Path from the root of the project.
    pub path: String,
    /// How the road treats it from now on.
    pub ownership: Ownership,
    /// The mode as git writes it.
    pub mode: String,
    /// `sha256:` and the digest of the rendered bytes.
    pub digest: String,
    /// The git object id of the rendered bytes: finds them in the repository's own history.
    pub blob: String,
}

impl LockedFile {
    /// Describes a rendered file. `blob` is its git object id.
    pub fn new(path: &str, ownership: Ownership, file: &File, blob: String) -> Self {
        let mode: Mode = file.mode;
        Self { path: path.to_owned(), ownership, mode: mode.git().to_owned(), digest: Digest::of(&file.bytes).to_string(), blob }
    }
}

impl Lock {
    /// Reads the text of a `highroad.lock`.
    ///
    /// # Errors
    /// `lock-schema` where it is of another format, `lock` where it cannot be read.
    pub fn read(text: &str) -> Result<Self, Diagnostic> {
        const BACK: &str = "Highroad writes this file: take it back with `git checkout HEAD -- highroad.lock`, or from the history";
        let unusable = |why: String| Diagnostic::usage("lock", format!("`{FILE}` cannot be read")).at(FILE).because(why).fix(BACK);
        #[derive(Deserialize)]
        struct Schema {
            schema: u32,
        }
        let Schema { schema } = toml::from_str(text).map_err(|error| unusable(error.message().to_owned()))?;
        if schema != 1 {
            return Err(Diagnostic::usage("lock-schema", format!("`{FILE}` is of another format"))
                .at(FILE)
                .because(format!("it has schema {schema}, and this Highroad reads schema 1"))
                .fix("use the version of Highroad that wrote it, or a later one"));
        }
        let lock: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text.get(..span.start).unwrap_or(text).matches('\n').count() + 1);
            unusable(error.message().to_owned()).at(format!("{FILE}:{line}"))
        })?;
        if let Some(path) = lock.file.iter().map(|file| &file.path).find(|path| RelPath::parse(path).is_err()) {
            return Err(unusable(format!("`{path}` is no path of a project")));
        }
        Ok(lock)
    }

    /// Returns the file at a path.
    pub fn file(&self, path: &str) -> Option<&LockedFile> {
        self.file.iter().find(|file| file.path == path)
    }

    /// Returns how a conflict at a path was settled.
    pub fn resolution(&self, path: &str, sides: [Option<&str>; 3]) -> Option<&str> {
        if self.resolution.is_empty() {
            return None;
        }
        let key = Resolution::key(sides);
        self.resolution.iter().find(|known| known.path == path && known.conflict == key).map(|known| known.text.as_str())
    }

    /// Remembers how a conflict was settled; very long texts and very many are not kept.
    pub fn remember(&mut self, resolution: Resolution) {
        self.resolution.retain(|known| known.path != resolution.path || known.conflict != resolution.conflict);
        if resolution.text.len() <= MOST_RESOLUTIONS.1 && self.resolution.len() < MOST_RESOLUTIONS.0 {
            self.resolution.push(resolution);
            self.resolution.sort();
        }
    }

    /// Writes the lock. Same content, same bytes.
    ///
    /// Paths and digests stand on lines of their own: a line such as `"secrets.py" = "<hex>"` trips secret scanners.
    pub fn to_text(&self) -> String {
        let body = toml::to_string(self).expect("a lock has only tables, strings and numbers");
        format!("# Written by Highroad. Do not edit: an upgrade starts from what this file records.\n{body}")
    }
}
