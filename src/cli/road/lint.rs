//! `highroad road lint`.

use std::path::PathBuf;

use clap::Args;

use crate::base::diagnostic::{Diagnostic, Exit, printable};
use crate::base::ui;
use crate::base::words::counted;
use crate::ops::road::lint::{self, Options};
use crate::report;

/// Look at a road before anybody uses it: variables, pins, rules, reasons, secrets, migrations, renders
#[derive(Args, Debug)]
pub(super) struct Lint {
    /// The folder of the road: plain, an overlay, or a released version
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// The store that the version will go to: earlier versions are looked up there
    #[arg(long, value_name = "FOLDER")]
    store: Option<PathBuf>,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Lint {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let found = lint::lint(&Options { folder: self.folder, store: self.store })?;
        let exit = if found.findings.is_empty() { Exit::Clean } else { Exit::Findings };
        if self.json {
            ui::data(&report::json::document(&found))?;
            return Ok(exit);
        }
        let mut text = String::new();
        for lint::Finding { place, code, what, why, fix } in &found.findings {
            let [place, what, why, fix] = [place, what, why, fix].map(|part| printable(part));
            text.push_str(&format!("{place}: {code}: {what}\n   = why: {why}\n   = fix: {fix}\n"));
        }
        for note in &found.notes {
            text.push_str(&format!("note: {}\n", printable(note)));
        }
        let count = match found.findings.len() {
            0 => "nothing found".to_owned(),
            1 => "1 finding".to_owned(),
            many => format!("{many} findings"),
        };
        text.push_str(&format!(
            "Road `{}` {}: {count} in {} and {}\n",
            printable(&found.road),
            found.version,
            counted(found.files, "file", "files"),
            counted(found.renders, "render", "renders")
        ));
        ui::data(&text)?;
        Ok(exit)
    }
}
