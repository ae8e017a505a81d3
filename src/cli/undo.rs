//! `highroad undo`: flags and what is printed.

use std::path::PathBuf;

use clap::Args;

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::ops::undo;
use crate::report;
use crate::report::json;

/// Take back the last upgrade or adoption
///
/// Every file, mode, link, index entry, branch and HEAD is as before. It is refused where that would lose something: edits
/// or commits that were made since. Edits from settling conflicts are kept in a folder that is named. Works in git and
/// without; the records of the last changes are on this machine alone.
#[derive(Args, Debug)]
pub(super) struct Undo {
    /// The project, or a folder in it
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,

    /// Say what would come back and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Undo {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let outcome = undo::undo(&self.path, self.dry_run)?;
        let recovered = outcome.recovered.as_deref();
        if self.json {
            let root = outcome.root.display().to_string();
            ui::data(&json::to_text(&report::undo::document(&root, &outcome.undo, outcome.done, recovered)))?;
        } else {
            let text = report::undo::human(&outcome.undo, outcome.done, recovered);
            if self.dry_run { ui::data(&text)? } else { ui::talk(&text) }
        }
        Ok(Exit::Clean)
    }
}
