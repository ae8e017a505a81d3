//! `highroad diff`: flags and what is printed.

use std::path::PathBuf;

use clap::Args;

use super::place::Place;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::ops::diff::{self, Options};
use crate::report::{diff as report, json};

/// See every file that differs from what the road gave, and why
#[derive(Args, Debug)]
pub(super) struct Diff {
    /// The project, or a folder in it
    #[arg(default_value = ".")]
    path: PathBuf,

    #[command(flatten)]
    place: Place,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Diff {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let diff = diff::diff(&Options { path: self.path, road: self.place.road, unsigned: self.place.unsigned })?;
        ui::data(&if self.json { json::to_text(&diff) } else { report::text(&diff) })?;
        Ok(Exit::Clean)
    }
}
