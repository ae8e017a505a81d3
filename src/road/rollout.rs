//! Which repositories a version that is rolled out step by step goes to.

use sha2::{Digest as _, Sha256};

/// How fine the steps are.
const BUCKETS: u64 = 10_000;

/// Returns the bucket of a repository, 0 to 9,999: the first eight bytes, big-endian, of the SHA-256 digest over the road's id,
/// the version and the repository's id, a line each without the last line's end, modulo 10,000. The version is part of it,
/// so that it is not always the same repositories that go first.
pub fn bucket(road: &str, version: &str, repository: &str) -> u64 {
    let digest = Sha256::digest(format!("{road}\n{version}\n{repository}").as_bytes());
    let first: [u8; 8] = digest[..8].try_into().unwrap_or_default();
    u64::from_be_bytes(first) % BUCKETS
}

/// Whether a version that goes to `share` of a hundred repositories goes to this one.
pub fn includes(share: u8, road: &str, version: &str, repository: &str) -> bool {
    bucket(road, version, repository) < u64::from(share.min(100)) * (BUCKETS / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_share_holds_the_smaller_one_and_the_shares_are_right() {
        let ids: Vec<String> = (0..2000).map(|number| format!("git.example.com/team/app-{number}")).collect();
        let taken = |share: u8| ids.iter().filter(|id| includes(share, "ml", "2026.11.1", id)).count();
        assert_eq!((taken(0), taken(100)), (0, ids.len()));
        assert!((400..600).contains(&taken(25)), "{}", taken(25));
        for id in &ids {
            assert!(!includes(10, "ml", "2026.11.1", id) || includes(25, "ml", "2026.11.1", id));
        }
        // A value worked out by hand, so that no change of the formula goes unseen.
        assert_eq!(bucket("ml", "2026.11.0", "github.com/acme/app"), BY_HAND);
    }

    const BY_HAND: u64 = 2_623;
}
