//! `highroad road preview`.

use std::path::PathBuf;

use clap::Args;

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::cli::progress::Bar;
use crate::cli::prompts::Terminal;
use crate::ops::road::preview::{self, Options, page};
use crate::report::{json, road_preview_html, road_preview_text};

/// See what a version would do to many repositories: clean, conflict, or a guardrail that would block
///
/// The upgrade of each is worked out in memory; nothing in the repositories is written.
#[derive(Args, Debug)]
pub(super) struct Preview {
    /// The road: a working or released version, or the folder of all versions; without it the versions inside this program
    folder: Option<PathBuf>,
    /// The folder of local clones, or a file with the path of one on each line
    #[arg(long, value_name = "DIR|LIST")]
    repos: PathBuf,
    /// The version to go to; without it each goes to the newest of its channel
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    /// Also where the version was taken back
    #[arg(long)]
    yanked: bool,
    /// The folder with the published versions that repositories come from
    #[arg(long, value_name = "FOLDER")]
    store: Option<PathBuf>,
    /// Also write a page for a browser
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Preview {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let options = Options { folder: self.folder, store: self.store, repositories: self.repos, to: self.to, yanked: self.yanked };
        self.html.as_deref().map_or(Ok(()), page::check)?;
        let bar = Bar::of("Looking", "repositories");
        let result = preview::preview(&options, &|done, of| bar.at(done, of))?;
        bar.end();
        if let Some(path) = &self.html {
            page::write(path, road_preview_html::page(&result))?;
        }
        if self.json {
            ui::data(&json::to_text(&result))?;
        } else {
            ui::data(&road_preview_text::preview(&result, Terminal::width()))?;
        }
        let counts = &result.counts;
        Ok(if counts.conflict + counts.regress + counts.could_not == 0 { Exit::Clean } else { Exit::Findings })
    }
}
