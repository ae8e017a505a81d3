//! `highroad road verify`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::ops::road::{release, store};
use crate::report;

/// Prove that every published version in STORE still has its bytes and renders to the same bytes
#[derive(Args, Debug)]
pub(super) struct Verify {
    /// The folder with the released versions and their index; without it the current folder, else the only one in `paved-roads`
    store: Option<PathBuf>,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Verify {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let versions = match self.store {
            Some(store) => release::verify(&store)?,
            None => release::verify(&store::find(None)?)?,
        };
        if self.json {
            ui::data(&report::json::to_text(&json!({ "schema": 1, "unchanged": versions })))?;
            return Ok(Exit::Clean);
        }
        ui::talk(&format!("Unchanged: {}\n", versions.join(", ")));
        Ok(Exit::Clean)
    }
}
