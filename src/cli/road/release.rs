//! `highroad road release`.

use std::path::PathBuf;

use clap::Args;

use crate::base::diagnostic::{Diagnostic, Exit, printable};
use crate::base::ui;
use crate::base::words::counted;
use crate::ops::road::{release, store};
use crate::report;

/// Freeze the version in SOURCE as a folder of STORE; a released version never changes
///
/// It refuses what `highroad road lint` finds. Nothing leaves this machine: `highroad road publish` hands the version out.
#[derive(Args, Debug)]
pub(super) struct Release {
    /// The folder with the working sources (`road.toml`, layers, kinds, pins)
    #[arg(default_value = ".")]
    source: PathBuf,
    /// The folder with the released versions and their index; made where it is not there. Without it: the current folder
    /// where it has an index, else the only store in `paved-roads`
    store: Option<PathBuf>,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Release {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let store = match self.store {
            Some(store) => store,
            None => store::find(None).map_err(|error| {
                error.fix("name the folder for released versions: `highroad road release SOURCE STORE`; it is made where it is not there")
            })?,
        };
        let released = release::release(&self.source, &store)?;
        if self.json {
            ui::data(&report::json::document(&released))?;
            return Ok(Exit::Clean);
        }
        let golden = counted(released.golden.len(), "golden render", "golden renders");
        let (version, shown) = (&released.version, printable(&store.display().to_string()));
        ui::talk(&format!(
            "Released {version} to {shown}: {} ({golden})\n\nNext: commit {shown}, then `highroad road publish {shown} REGISTRY --key KEY` hands it out\n",
            released.digest
        ));
        Ok(Exit::Clean)
    }
}
