//! `<road id>/index.json`: what a registry says of the versions of a road.

use serde::{Deserialize, Serialize};

use super::is_road_id;
use crate::base::diagnostic::Diagnostic;
use crate::road::index::{MOST_VERSIONS, Published};
use crate::road::version;

/// The version of the format.
const SCHEMA: u32 = 1;
/// The largest listing that is read, in bytes.
pub const LIMIT: u64 = 8 << 20;

/// The versions of a road, as its registry lists them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// The version of this format: 1.
    pub schema: u32,
    /// The id of the road.
    pub road: String,
    /// The versions, oldest first.
    pub versions: Vec<Entry>,
}

/// One version.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What `index.toml` of the store says of it.
    pub published: Published,
    /// The text of its `road.toml`, so that a reader can choose a version without its archive.
    pub manifest: String,
}

impl Listing {
    /// Makes the listing of a road; the order of `versions` does not matter.
    pub fn new(road: &str, mut versions: Vec<Entry>) -> Self {
        versions.sort_by(|a, b| version::compare(&a.published.version, &b.published.version));
        Self { schema: SCHEMA, road: road.to_owned(), versions }
    }

    /// Reads a listing. It was written by others, and signed only by the keeper of one road.
    ///
    /// # Errors
    /// When it is too large, does not parse, is of another schema, or holds what cannot be used.
    pub fn parse(bytes: &[u8]) -> Result<Self, Diagnostic> {
        if bytes.len() as u64 > LIMIT {
            return Err(unusable(format!("it is larger than {LIMIT} bytes")));
        }
        let listing: Self = serde_json::from_slice(bytes).map_err(|error| unusable(error.to_string()))?;
        if listing.schema != SCHEMA {
            let why = format!("it has schema {}, this Highroad reads schema {SCHEMA}", listing.schema);
            return Err(unusable(why).fix("update Highroad"));
        }
        match listing.problem() {
            Some(problem) => Err(unusable(problem)),
            None => Ok(listing),
        }
    }

    /// Says what in the listing cannot be used; nothing where all can.
    pub fn problem(&self) -> Option<String> {
        if !is_road_id(&self.road) {
            return Some(format!("`{}` is no id of a road", self.road.escape_debug()));
        }
        if self.versions.len() > MOST_VERSIONS {
            return Some(format!("it names more than {MOST_VERSIONS} versions"));
        }
        if let Some(problem) = self.versions.iter().find_map(|entry| entry.published.problem()) {
            return Some(problem);
        }
        let rising = |pair: &[Entry]| version::compare(&pair[0].published.version, &pair[1].published.version).is_lt();
        let turn = self.versions.windows(2).find(|pair| !rising(pair));
        turn.map(|pair| format!("version {} stands after {}", pair[1].published.version, pair[0].published.version))
    }

    /// Returns the bytes of the target: the same for the same listing, always.
    ///
    /// # Errors
    /// When it is larger than what is read.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Diagnostic> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| unusable(error.to_string()))?;
        bytes.push(b'\n');
        if bytes.len() as u64 > LIMIT {
            return Err(unusable(format!("it is larger than {LIMIT} bytes")).fix("take versions that nobody uses out of the store"));
        }
        Ok(bytes)
    }
}

fn unusable(why: impl Into<String>) -> Diagnostic {
    Diagnostic::usage("listing", "the registry's listing of the road is not usable")
        .at("index.json")
        .because(why)
        .fix("ask the road's publisher to publish again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(version: &str) -> Entry {
        let digest = crate::base::digest::Digest::of(b"").to_string();
        let published = Published { version: version.to_owned(), released: "2026-11-23".to_owned(), digest, ..Published::default() };
        Entry { published, manifest: String::new() }
    }

    #[test]
    fn reads_back_what_it_writes_and_sorts_by_version() {
        let mut newer = entry("2026.11.10");
        newer.published.rollout = Some(25);
        newer.published.supported_until = Some("2027-11-23".to_owned());
        newer.published.yanked = Some("it leaks".to_owned());
        let listing = Listing::new("acme", vec![newer, entry("2026.11.9")]);
        let bytes = listing.to_bytes().unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains("\"supported-until\": \"2027-11-23\""));
        assert_eq!(Listing::parse(&bytes).unwrap(), listing);
        assert_eq!(listing.versions[0].published.version, "2026.11.9");
    }

    #[test]
    fn refuses_what_a_hostile_publisher_could_write() {
        let refused = |change: &dyn Fn(&mut Listing), word: &str| {
            let mut listing = Listing::new("acme", vec![entry("2026.11.0"), entry("2026.11.1")]);
            change(&mut listing);
            let error = Listing::parse(&serde_json::to_vec(&listing).unwrap()).unwrap_err();
            assert!(error.why.contains(word), "{}", error.why);
        };
        refused(&|listing| listing.schema = 2, "schema 2");
        refused(&|listing| listing.road = "../x".to_owned(), "no id");
        refused(&|listing| listing.road = "root".to_owned(), "no id");
        refused(&|listing| listing.versions.swap(0, 1), "stands after");
        refused(&|listing| listing.versions[1] = entry("2026.11.0"), "stands after");
        refused(&|listing| listing.versions[1] = entry("../../x"), "no calendar version");
        refused(&|listing| listing.versions[0].published.rollout = Some(101), "roll-out");
        refused(&|listing| listing.versions[0].published.digest = "x".to_owned(), "digest");
        refused(&|listing| listing.versions[0].published.yanked = Some("\u{1b}[2J".to_owned()), "control");
        refused(&|listing| listing.versions[0].published.deprecated = Some(" ".to_owned()), "empty");
        refused(&|listing| listing.versions[0].published.channel = Some("Stable\n".to_owned()), "channel");
        refused(&|listing| listing.versions[0].published.supported_until = Some("soon".to_owned()), "day");
        for bad in [b"" as &[u8], b"<html>", b"{}", b"[[[[[[[[", br#"{"schema":1,"road":"a","versions":[],"more":1}"#] {
            assert!(Listing::parse(bad).is_err());
        }
    }
}
