//! Pins of images: what a registry said of a reference, kept in a file or in an OCI layout.
//!
//! The digest of an image is the digest of the very bytes of its manifest (OCI image format, "Descriptors"), so evidence that
//! was saved byte for byte proves itself. An index names a manifest for each platform; a road pins the index.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::remotes::Places;
use super::{Looked, Proposal, Verdict};
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs::{self, Found};
use crate::base::tree::Tree;
use crate::road::broken;

const FILE: &str = "pins/images.toml";
/// The largest manifest or configuration that is read, in bytes (registries take 4 MiB).
const LARGEST: u64 = 4 << 20;
/// How many entries of an index are looked at.
const MOST: usize = 200;

/// A pin of an image.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Image {
    #[serde(rename = "ref")]
    reference: String,
    digest: String,
}

/// Reads the pins, in order.
pub(super) fn read(tree: &Tree, source: &str) -> Result<Vec<(String, Image)>, Diagnostic> {
    let Some(bytes) = tree.get(FILE).map(|file| &file.bytes) else { return Ok(Vec::new()) };
    let text = std::str::from_utf8(bytes).map_err(|error| broken(source, FILE, error.to_string()))?;
    let mut table: toml::Table = toml::from_str(text).map_err(|error| broken(source, FILE, error.to_string()))?;
    let Some(toml::Value::Table(images)) = table.remove("image") else { return Ok(Vec::new()) };
    images
        .into_iter()
        .map(|(id, image)| {
            image.try_into().map(|image| (id, image)).map_err(|error: toml::de::Error| broken(source, FILE, error.to_string()))
        })
        .collect()
}

/// What was seen of an image.
struct Seen {
    digest: Digest,
    /// The platforms of an index; nothing for the manifest of one platform.
    platforms: Option<Vec<(String, String)>>,
    created: Option<Day>,
}

/// Looks at one pin.
pub(super) fn look(places: &Places, id: &str, image: &Image, today: Day, cool_down: u32) -> Looked {
    let mut looked = Looked {
        kind: "image",
        id: id.to_owned(),
        of: image.reference.clone(),
        now: image.digest.clone(),
        verdict: Verdict::Unchecked,
        proposal: None,
        evidence: Vec::new(),
    };
    let Some(place) = places.of(id, &image.reference) else {
        looked.evidence.push(format!(
            "could not be checked: no registry is asked; copy the image with `skopeo copy --all --preserve-digests docker://{} oci:FOLDER`, and name it: `--image {id}=FOLDER`",
            image.reference
        ));
        return looked;
    };
    let seen = match see(&PathBuf::from(&place), &image.reference) {
        Ok(seen) => seen,
        Err(why) => {
            looked.evidence.push(format!("could not be checked: {why}"));
            return looked;
        }
    };
    let Some(platforms) = &seen.platforms else {
        looked
            .evidence
            .push(format!("{}: the manifest of one platform: a road pins the index, so that every machine gets its own", seen.digest));
        if seen.digest.to_string() == image.digest {
            looked.evidence.push("the pin itself is that of one platform".to_owned());
            looked.verdict = Verdict::Alarm;
        }
        return looked;
    };
    if platforms.iter().any(|(_, digest)| *digest == image.digest) {
        looked.evidence.push("the pin is the manifest of one platform of this index".to_owned());
    }
    let names: Vec<&str> = platforms.iter().map(|(platform, _)| platform.as_str()).collect();
    looked.evidence.push(format!("{}: an index for {}", seen.digest, names.join(", ")));
    if seen.digest.to_string() == image.digest {
        looked.verdict = Verdict::Current;
        return looked;
    }
    let Some(created) = seen.created else {
        looked
            .evidence
            .push(format!(
                "could not be checked: it is another one than the pin, and nothing says which day it was built; a copy in OCI layout does: `skopeo copy --all --preserve-digests docker://{} oci:FOLDER`",
                image.reference
            ));
        return looked;
    };
    let age = created.until(today);
    let wait = i32::try_from(cool_down).unwrap_or(i32::MAX);
    if age < wait {
        looked.evidence.push(format!("{}: refused: built on {created}, {age} days ago, and an image waits {wait}", seen.digest));
        looked.verdict = Verdict::Waiting;
        return looked;
    }
    looked.evidence.push(format!("{}: built on {created}, {age} days ago", seen.digest));
    looked.verdict = Verdict::Newer;
    looked.proposal = Some(Proposal {
        tag: image.reference.clone(),
        content: seen.digest.to_string(),
        provenance: format!("index of {} for {}, as the registry's saved bytes say; read {today}", image.reference, names.join(", ")),
        day: created.to_string(),
    });
    looked
}

fn see(place: &Path, reference: &str) -> Result<Seen, String> {
    let failed = |error: Diagnostic| format!("{}: {}", error.what, error.why);
    match fs::look(place).map_err(failed)? {
        Found::Folder(_) => layout(place, reference),
        Found::Other("a file") => {
            let bytes = fs::read_text(place, LARGEST).map_err(failed)?.into_bytes();
            describe(&bytes, |_| None)
        }
        Found::Nothing => Err("nothing is there".to_owned()),
        Found::Other(what) => Err(format!("it is {what}")),
    }
}

/// Reads an OCI layout: `index.json` names the images in it, `blobs/sha256/` holds their bytes.
fn layout(folder: &Path, reference: &str) -> Result<Seen, String> {
    let text = fs::read_text(&folder.join("index.json"), LARGEST).map_err(|error| format!("`index.json`: {}", error.why))?;
    let top: Value = serde_json::from_str(&text).map_err(|error| format!("`index.json`: {error}"))?;
    let tag = reference.rsplit('/').next().and_then(|name| name.split_once(':')).map_or("latest", |(_, tag)| tag);
    let entries = list(&top, "manifests");
    let named = |entry: &&Value| {
        let annotations = entry.get("annotations");
        ["org.opencontainers.image.ref.name", "io.containerd.image.name"]
            .iter()
            .filter_map(|key| annotations?.get(key)?.as_str())
            .any(|name| name == tag || name == reference || name.ends_with(&format!("/{reference}")))
    };
    let entry = entries.iter().find(named).or_else(|| (entries.len() == 1).then(|| &entries[0]));
    let entry = entry.ok_or_else(|| format!("the layout has no image `{reference}`"))?;
    let digest = text_of(entry, "digest").ok_or("an entry without a digest")?;
    let bytes = blob(folder, &digest)?;
    describe(&bytes, |digest| blob(folder, digest).ok())
}

/// Returns the bytes of a blob, proved by its digest.
fn blob(folder: &Path, digest: &str) -> Result<Vec<u8>, String> {
    let wanted = Digest::parse(digest).ok_or_else(|| format!("`{}` is no digest", digest.escape_debug()))?;
    let path = folder.join("blobs").join("sha256").join(wanted.hex());
    let bytes = fs::read_text(&path, LARGEST).map_err(|error| format!("{digest}: {}", error.why))?.into_bytes();
    if Digest::of(&bytes) != wanted {
        return Err(format!("the bytes of {digest} have another digest"));
    }
    Ok(bytes)
}

/// Says what a manifest is. `blob` returns the bytes of another one that it names.
fn describe(bytes: &[u8], blob: impl Fn(&str) -> Option<Vec<u8>>) -> Result<Seen, String> {
    let manifest: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is no manifest: {error}"))?;
    let digest = Digest::of(bytes);
    if manifest.get("layers").is_some() && manifest.get("config").is_some() {
        return Ok(Seen { digest, platforms: None, created: created(&manifest, &blob) });
    }
    if manifest.get("manifests").is_none() {
        return Err("it is neither an index nor a manifest".to_owned());
    }
    let mut platforms = Vec::new();
    let mut day: Option<Day> = manifest.pointer("/annotations/org.opencontainers.image.created").and_then(Value::as_str).and_then(day_of);
    for entry in list(&manifest, "manifests").iter().take(MOST) {
        let part = |key: &str| entry.pointer(&format!("/platform/{key}")).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (system, machine) = (part("os"), part("architecture"));
        // Attestations stand in an index as a platform that no machine has.
        if system.is_empty() || system == "unknown" {
            continue;
        }
        let digest = text_of(entry, "digest").filter(|digest| Digest::parse(digest).is_some()).ok_or("an entry without a digest")?;
        let inner = blob(&digest).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        // The youngest of its images is how old the index is.
        day = day.max(inner.and_then(|inner| created(&inner, &blob)));
        platforms.push((format!("{system}/{machine}"), digest));
    }
    if platforms.is_empty() {
        return Err("it is an index of no platform".to_owned());
    }
    if platforms.iter().any(|(name, _)| name.chars().any(|c| !c.is_ascii_graphic())) {
        return Err("a platform has a name that is none".to_owned());
    }
    Ok(Seen { digest, platforms: Some(platforms), created: day })
}

fn created(manifest: &Value, blob: &impl Fn(&str) -> Option<Vec<u8>>) -> Option<Day> {
    let digest = manifest.pointer("/config/digest").and_then(Value::as_str)?;
    let config: Value = serde_json::from_slice(&blob(digest)?).ok()?;
    config.get("created").and_then(Value::as_str).and_then(day_of)
}

fn day_of(time: &str) -> Option<Day> {
    Day::parse(time.get(..10)?)
}

fn list(value: &Value, key: &str) -> Vec<Value> {
    value.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn text_of(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}
