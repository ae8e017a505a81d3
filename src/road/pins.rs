//! `pins/`: the exact actions and images of a version, each with the place where it was seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{broken, parse};
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::tree::Tree;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionFile {
    action: BTreeMap<String, Action>,
}

/// An action by full commit; the tag is a label only.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Action {
    repo: String,
    tag: String,
    sha: String,
    provenance: String,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageFile {
    image: BTreeMap<String, Image>,
}

/// A container image by index digest; the tag is a label only.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Image {
    #[serde(rename = "ref")]
    reference: String,
    digest: String,
    built: String,
    contains: String,
    provenance: String,
}

/// Reads the pins into what templates see: `pins.actions.<id>.uses` and `pins.images.<id>.reference` are ready to write.
///
/// # Errors
/// When a pin is no full commit or digest, or does not say where it was seen.
pub(super) fn read(tree: &Tree, source: &str) -> Result<serde_json::Value, Diagnostic> {
    let mut actions = serde_json::Map::new();
    let mut images = serde_json::Map::new();
    if tree.get("pins/actions.toml").is_some() {
        for (id, action) in parse::<ActionFile>(tree, source, "pins/actions.toml")?.action {
            let whole = action.sha.len() == 40 && action.sha.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c));
            if !whole || action.provenance.is_empty() {
                return Err(broken(source, "pins/actions.toml", format!("`{id}` is no full commit with its provenance")));
            }
            let Action { repo, tag, sha, .. } = action;
            actions.insert(id, json!({ "uses": format!("{repo}@{sha} # {tag}"), "repo": repo, "tag": tag, "sha": sha }));
        }
    }
    if tree.get("pins/images.toml").is_some() {
        for (id, image) in parse::<ImageFile>(tree, source, "pins/images.toml")?.image {
            if Digest::parse(&image.digest).is_none() || image.provenance.is_empty() {
                return Err(broken(source, "pins/images.toml", format!("`{id}` is no full digest with its provenance")));
            }
            let Image { reference, digest, .. } = image;
            images.insert(id, json!({ "reference": format!("{reference}@{digest}"), "ref": reference, "digest": digest }));
        }
    }
    Ok(json!({ "actions": actions, "images": images }))
}
