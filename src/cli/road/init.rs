//! `highroad road init`.

use std::path::PathBuf;

use clap::Args;

use crate::base::day::Day;
use crate::base::diagnostic::{Diagnostic, Exit, printable};
use crate::base::ui;
use crate::ops::road::init::{self, Options};
use crate::report;

/// Start an organisation's road, as an overlay of another or from nothing
#[derive(Args, Debug)]
pub(super) struct Init {
    /// The folder that the road is written to: a new or an empty one
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Inherit from a road: `ml`, or a folder with one or with its versions
    #[arg(long, value_name = "ml|FOLDER")]
    from: Option<String>,
    /// The id of the road; otherwise it is made of the folder's name
    #[arg(long)]
    id: Option<String>,
    /// Who publishes it
    #[arg(long)]
    publisher: Option<String>,
    /// What it is, in one line
    #[arg(long)]
    title: Option<String>,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Init {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let Self { folder, from, id, publisher, title, json } = self;
        let shown = printable(&folder.display().to_string());
        let started = init::init(&Options { folder, from, id, publisher, title }, Day::today())?;
        if json {
            ui::data(&report::json::to_text(&started))?;
            return Ok(Exit::Clean);
        }
        let mut text = format!("Started the road `{}` {}", started.id, started.version);
        if let Some(inherits) = &started.inherits {
            text.push_str(&format!(", an overlay of {}", printable(inherits)));
        }
        text.push_str(":\n");
        for file in &started.files {
            text.push_str(&format!("  {}\n", printable(file)));
        }
        text.push_str(&format!(
            "\nNext:\n  read {shown}/road.toml       # examples to take the `#` from\n  highroad road lint {shown}   # what is wrong with it\n"
        ));
        ui::talk(&text);
        Ok(Exit::Clean)
    }
}
