//! The published versions are what they were when they were published, in the repository and in the binary.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

use std::path::Path;

use highroad::ops::road::verify::verify;
use highroad::road::Road;
use highroad::road::builtin;
use highroad::road::index::Index;

fn store() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("paved-roads/ml")
}

#[test]
fn every_published_version_has_its_bytes_and_renders_to_the_same_bytes() {
    let versions = verify(&store()).unwrap();
    assert_eq!(versions.changed, []);
    assert!(versions.unchanged.contains(&"2026.11.0".to_owned()));
    assert_eq!(versions.unchanged, builtin::versions().collect::<Vec<_>>());
}

#[test]
fn the_binary_holds_the_newest_published_version() {
    let index: Index = toml::from_str(&std::fs::read_to_string(store().join("index.toml")).unwrap()).unwrap();
    let newest = index.version.last().unwrap();
    let (version, tree) = builtin::newest().unwrap();
    assert_eq!(version, newest.version);
    assert_eq!(Road::from_tree(&tree, "built-in").unwrap().digest.to_string(), newest.digest);
}
