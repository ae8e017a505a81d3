//! The road inside the binary: published versions, packed and compressed by the build script.

use std::collections::BTreeMap;

use crate::base::diagnostic::Diagnostic;
use crate::base::path::RelPath;
use crate::base::tree::{File, Mode, Tree};
use crate::repo::config::Level;

include!(concat!(env!("OUT_DIR"), "/roads.rs"));

/// Returns the files of the newest published version, and its name.
///
/// # Errors
/// When this binary was built without a published version.
pub fn newest() -> Result<(&'static str, Tree), Diagnostic> {
    let (version, packed) = VERSIONS.last().ok_or_else(|| {
        Diagnostic::failed("no-road", "this build of Highroad holds no road")
            .because("no version was published when it was built")
            .fix("name a road with `--road FOLDER`")
    })?;
    Ok((version, unpack(packed)))
}

/// Returns the files of a published version; nothing for one that this binary does not hold.
pub fn read(version: &str) -> Option<Tree> {
    VERSIONS.iter().find(|(name, _)| *name == version).map(|(_, packed)| unpack(packed))
}

/// Returns the `road.toml` of a published version, without unpacking the rest.
pub fn manifest(version: &str) -> Option<&'static str> {
    MANIFESTS.iter().find(|(name, _)| *name == version).map(|(_, text)| *text)
}

/// Returns the names of the published versions, oldest first.
pub fn versions() -> impl Iterator<Item = &'static str> {
    VERSIONS.iter().map(|(version, _)| *version)
}

/// The part of a manifest that a check needs.
#[derive(serde::Deserialize)]
struct GuardrailLevels {
    #[serde(default)]
    guardrails: BTreeMap<String, Level>,
}

/// Returns how loudly a version wants its guardrails; nothing for a version that this binary does not hold.
///
/// # Errors
/// When the manifest inside the binary is broken.
pub fn levels(version: &str) -> Result<BTreeMap<String, Level>, Diagnostic> {
    let Some((_, manifest)) = MANIFESTS.iter().find(|(name, _)| *name == version) else { return Ok(BTreeMap::new()) };
    let levels: GuardrailLevels = toml::from_str(manifest).map_err(|error| {
        Diagnostic::failed("road", format!("the built-in road {version} cannot be read"))
            .because(error.to_string())
            .fix("install Highroad again")
    })?;
    Ok(levels.guardrails)
}

/// Unpacks what `build.rs` packed: path length, path, mode, content length, content, for each file.
fn unpack(packed: &[u8]) -> Tree {
    const OURS: &str = "the build script packed it";
    let bytes = zstd::decode_all(packed).expect(OURS);
    let mut rest = bytes.as_slice();
    let mut take = |length: usize| {
        let (head, tail) = rest.split_at_checked(length)?;
        rest = tail;
        Some(head)
    };
    let mut tree = Tree::default();
    while let Some(header) = take(9) {
        let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize;
        let mode = if header[8] == 1 { Mode::Executable } else { Mode::Plain };
        let path = std::str::from_utf8(take(number(0)).expect(OURS)).expect(OURS);
        let content = take(number(4)).expect(OURS).to_vec();
        tree.insert(RelPath::parse(path).expect(OURS), File { bytes: content, mode }).expect(OURS);
    }
    tree
}
