//! `highroad road show`.

use std::path::PathBuf;

use clap::Args;

use crate::base::diagnostic::{Diagnostic, Exit, printable};
use crate::base::ui;
use crate::base::words::counted;
use crate::ops::road::show::{self, Options};
use crate::report;

/// Show the files that an overlay inherits, with the digests that `[[overlay]]` declares; or the text of one
///
/// An `[[edit]]` needs the text as it is inherited: `highroad road show --file PATH` prints it.
#[derive(Args, Debug)]
pub(super) struct Show {
    /// The folder of the road
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Print this file, by its path in the road
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
    /// Show the whole road as the overlay makes it, and not what it inherits
    #[arg(long)]
    flattened: bool,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Show {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let shown = show::show(&Options { folder: self.folder, file: self.file, whole: self.flattened })?;
        if self.json {
            ui::data(&report::json::to_text(&shown))?;
            return Ok(Exit::Clean);
        }
        if let Some(text) = &shown.text {
            // Line by line: what drives a terminal is written out, and line breaks stay as they are.
            let lines: String = text.lines().map(|line| format!("{}\n", printable(line))).collect();
            ui::data(&lines)?;
            return Ok(Exit::Clean);
        }
        let mut text = String::new();
        for file in &shown.files {
            text.push_str(&format!("{}  {}\n", file.digest, printable(&file.path)));
        }
        let whose = if shown.inherited { "inherited from" } else { "of" };
        let files = counted(shown.files.len(), "file", "files");
        text.push_str(&format!("\n{files} {whose} `{}` {}; `--file PATH` prints one\n", printable(&shown.road), shown.version));
        ui::data(&text)?;
        Ok(Exit::Clean)
    }
}
