//! Looks into model files: pickles, archives, graphs, headers and templates. Nothing is loaded, run or unpacked to disk.
//!
//! A file that could not be read to its end is never clean.

mod archive;
mod callable_lists;
mod callables;
mod code_text;
mod compressed;
mod config_text;
mod graphs;
mod joblib_array;
mod keras_config;
mod pickle_calls;
mod pickle_machine;
mod pickle_value;
mod report;
mod sniff;
mod template;
mod view;
mod walk;

pub use report::{ArtifactReport, Hit, Kind, Limits, Rule, Severity, Unread, Verdict};
pub use view::Artifact;

use crate::base::read_at::ReadAt;

/// Scans a file. The name only breaks ties; what counts are the bytes.
pub fn scan(reader: &dyn ReadAt, name: &str, limits: Limits) -> ArtifactReport {
    let mut walk = walk::Walk::new(limits);
    let kind = walk.look(reader, name, "", 0);
    walk.finish(kind)
}

/// Scans bytes that have no name.
pub fn scan_bytes(bytes: &[u8]) -> ArtifactReport {
    scan(&bytes.to_vec(), "", Limits::default())
}

#[cfg(test)]
mod tests;
