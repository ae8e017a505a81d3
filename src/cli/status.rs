//! `highroad status`: flags and what is printed.

use std::path::PathBuf;

use clap::Args;

use super::place::Place;
use super::prompts::Terminal;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::ops::status::{self, Options};
use crate::report::{json, status_text};

/// See where the project stands on its road, and what the next version brings
#[derive(Args, Debug)]
pub(super) struct Status {
    /// The project, or a folder in it
    #[arg(default_value = ".")]
    path: PathBuf,

    #[command(flatten)]
    place: Place,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Status {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let status = status::status(&Options { path: self.path, road: self.place.road, unsigned: self.place.unsigned })?;
        ui::data(&if self.json { json::to_text(&status) } else { status_text::status(&status, Terminal::width()) })?;
        Ok(match (status.open_conflicts.is_empty(), status.looked) {
            (false, _) => Exit::Findings,
            (true, false) => Exit::Failed,
            (true, true) => Exit::Clean,
        })
    }
}
