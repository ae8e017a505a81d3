//! What `highroad road channel`, `rollout`, `deprecate` and `yank` share: where the store is, and what is printed.

use std::path::PathBuf;

use clap::Args;

use crate::base::day::Day;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::ops::road::store::{self, Statement};
use crate::report;

/// Where the store is, and how the answer is written.
#[derive(Args, Debug)]
pub(super) struct Place {
    /// The folder with the released versions and their index; else this folder, or the only one in `paved-roads`
    #[arg(long, value_name = "FOLDER")]
    store: Option<PathBuf>,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Place {
    /// Records statements, and says what they came to.
    pub(super) fn state(&self, version: &str, statements: &[Statement], told: &str) -> Result<Exit, Diagnostic> {
        let folder = store::find(self.store.as_deref())?;
        let stated = store::state(&folder, version, statements, Day::today())?;
        if self.json {
            ui::data(&report::json::document(&stated))?;
            return Ok(Exit::Clean);
        }
        for warning in &stated.warnings {
            ui::talk(&format!("note: {warning}\n"));
        }
        ui::talk(&match stated.changed {
            true => format!("{told}\nNobody sees it yet. Next: highroad road publish {} REGISTRY --key …\n", folder.display()),
            false => format!("Nothing changed: the index says so already of {version}\n"),
        });
        Ok(Exit::Clean)
    }
}
