//! What time it is: signed metadata, waivers and support end at one.

use jiff::Timestamp;

/// Returns the time, in UTC. A debug build can be told another one, in seconds since 1970, for tests: `HIGHROAD_NOW`.
pub fn now() -> Timestamp {
    if let Some(told) = super::env::told_time().and_then(|seconds| Timestamp::from_second(seconds).ok()) {
        return told;
    }
    Timestamp::now()
}
