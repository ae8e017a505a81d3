//! `highroad source remove`.

use clap::Args;
use serde_json::json;

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::report::json;

/// Forget a source and what is kept of it; projects stay as they are
#[derive(Args, Debug)]
pub(super) struct Remove {
    /// The source
    name: String,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Remove {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let source = crate::ops::source::remove(&self.name)?;
        if self.json {
            ui::data(&json::to_text(&json!({ "schema": 1, "status": "removed", "source": source })))?;
        } else {
            ui::talk(&format!("Removed {}\n", source.name));
        }
        Ok(Exit::Clean)
    }
}
