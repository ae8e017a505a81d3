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

pub use super::id::is_road_id;
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
