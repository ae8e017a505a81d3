//! `highroad source list`.

use clap::Args;

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::report::{json, source};

/// Show the sources, by what root each is trusted, and until when what is kept of it is good
#[derive(Args, Debug)]
pub(super) struct List {
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl List {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let list = crate::ops::source::list()?;
        ui::data(&if self.json { json::to_text(&list) } else { source::list(&list) })?;
        Ok(Exit::Clean)
    }
}
