//! `highroad road`: for those who keep a road.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::ops::release;

/// Keep a road: freeze a version, prove that frozen versions are unchanged
#[derive(Args, Debug)]
pub(super) struct Road {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Freeze the version in SOURCE as a folder of STORE; a published version never changes
    Release {
        /// The folder with the working sources (`road.toml`, layers, kinds, pins)
        #[arg(default_value = "templates")]
        source: PathBuf,
        /// The folder with the published versions and their index
        #[arg(default_value = "paved-roads/ml")]
        store: PathBuf,
    },
    /// Prove that every published version in STORE still has its bytes and renders to the same bytes
    Verify {
        /// The folder with the published versions and their index
        #[arg(default_value = "paved-roads/ml")]
        store: PathBuf,
    },
}

impl Road {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        match self.command {
            Command::Release { source, store } => {
                let published = release::release(&source, &store)?;
                ui::talk(&format!("Published {} {} ({} golden renders)\n", published.version, published.digest, published.golden.len()));
            }
            Command::Verify { store } => {
                let versions = release::verify(&store)?;
                ui::talk(&format!("Unchanged: {}\n", versions.join(", ")));
            }
        }
        Ok(Exit::Clean)
    }
}
