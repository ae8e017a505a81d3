//! `highroad road verify`.

use std::path::PathBuf;

use clap::Args;

use crate::base::diagnostic::{Diagnostic, Exit, printable};
use crate::base::ui;
use crate::ops::road::{store, verify};
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
        let verified = match self.store {
            Some(store) => verify::verify(&store)?,
            None => verify::verify(&store::find(None)?)?,
        };
        let exit = if verified.changed.is_empty() { Exit::Clean } else { Exit::Findings };
        if self.json {
            ui::data(&report::json::document(&verified))?;
            return Ok(exit);
        }
        let mut text = String::new();
        for changed in &verified.changed {
            text.push_str(&format!("Not what was released: {}\n", changed.version));
            for why in &changed.why {
                text.push_str(&format!("  {}\n", printable(why)));
            }
            for (path, how) in &changed.files {
                text.push_str(&format!("  {how:<8} {}\n", printable(path)));
            }
        }
        ui::data(&text)?;
        if !verified.unchanged.is_empty() {
            ui::talk(&format!("Unchanged: {}\n", verified.unchanged.join(", ")));
        }
        if !text.is_empty() {
            ui::talk("Get the files back from their history; a change needs a new version\n");
        }
        Ok(exit)
    }
}
