//! Signed registries: static files that any server can hand out, trusted by their signatures alone (The Update Framework).
//!
//! `metadata/` holds `N.root.json`, `timestamp.json`, `N.snapshot.json`, `N.targets.json` and, for each road, the delegated
//! `N.<road id>.json`. `targets/<road id>/` holds `<sha256>.index.json` and `<sha256>.<version>.tar.zst`.

pub mod archive;
pub mod cache;
pub mod client;
pub mod keys;
pub mod listing;
pub mod metadata;
pub mod opened;
pub mod repository;
mod search;
pub mod signing;
pub mod transport;

pub use opened::Registry;

/// The folder of a registry that holds what is signed.
pub const METADATA: &str = "metadata";
/// The folder of a registry that holds the archives and listings.
pub const TARGETS: &str = "targets";

/// The name of the target with the listing of a road.
pub fn listing_target(road: &str) -> String {
    format!("{road}/index.json")
}

/// The name of the target with the archive of a version.
pub fn archive_target(road: &str, version: &str) -> String {
    format!("{road}/{version}.tar.zst")
}

/// Whether `text` can be the id of a road in a registry: it becomes a folder and the name of a signed role, so it is none of
/// the names that the metadata has already.
pub fn is_road_id(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_');
    let taken = matches!(text, "root" | "targets" | "snapshot" | "timestamp" | "mirrors");
    plain && !taken && text.len() <= 64 && text.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
}
