//! `index.toml`: the published versions of a road, each with its digest and the digests of its renders.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The name of the file, in the road's folder beside its versions.
pub const FILE: &str = "index.toml";

/// The content of `index.toml`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// The versions, oldest first.
    #[serde(default)]
    pub version: Vec<Published>,
}

/// One published version.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The calendar version; also the name of its folder.
    pub version: String,
    /// The day of publication.
    pub released: String,
    /// The channel that the version is in now, where that is another than its `road.toml` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The digest over the sorted manifest of its files.
    pub digest: String,
    /// For each case of `<kind>/<question>=<choice>`, the rest suggested: the digest of what it renders to.
    pub golden: BTreeMap<String, String>,
}
