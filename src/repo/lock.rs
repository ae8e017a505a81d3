//! `highroad.lock`: what Highroad has to remember of the render that the project came from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answers::Answers;
use crate::base::digest::Digest;
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
    /// The files as rendered, in order of path.
    pub file: Vec<LockedFile>,
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
    /// Writes the lock. Same content, same bytes.
    ///
    /// Paths and digests stand on lines of their own: a line such as `"secrets.py" = "<hex>"` trips secret scanners.
    pub fn to_text(&self) -> String {
        let body = toml::to_string(self).expect("a lock has only tables, strings and numbers");
        format!("# Written by Highroad. Do not edit: an upgrade starts from what this file records.\n{body}")
    }
}
