//! `highroad road release`.

use std::path::PathBuf;

use clap::Args;

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::ops::road::release;
use crate::report;

/// Freeze the version in SOURCE as a folder of STORE; a published version never changes
#[derive(Args, Debug)]
pub(super) struct Release {
    /// The folder with the working sources (`road.toml`, layers, kinds, pins)
    #[arg(default_value = "templates")]
    source: PathBuf,
    /// The folder with the published versions and their index
    #[arg(default_value = "paved-roads/ml")]
    store: PathBuf,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Release {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let published = release::release(&self.source, &self.store)?;
        if self.json {
            ui::data(&report::json::to_text(&published))?;
            return Ok(Exit::Clean);
        }
        ui::talk(&format!("Published {} {} ({} golden renders)\n", published.version, published.digest, published.golden.len()));
        Ok(Exit::Clean)
    }
}
