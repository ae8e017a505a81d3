//! `highroad road diff`.

use std::path::PathBuf;

use clap::Args;

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::cli::progress::Bar;
use crate::cli::prompts::Terminal;
use crate::ops::road::diff::{self, Options};
use crate::report::{json, road_diff_text};

/// See what a project gets by going from one version to another, and why; as release notes with `--markdown`
///
/// Every pair of answers is rendered with both versions. The class is `breaking` where somebody has to act: a file is removed
/// or changes hands, a migration moves or removes something, a guardrail begins to block, a question has no usable default.
#[derive(Args, Debug)]
pub(super) struct Diff {
    /// The version before: the folder of a road, or a version of the store; of an overlay also the id of what it inherits
    from: String,
    /// The version after
    to: String,
    /// The folder with the published versions; without it the folder around, else the versions inside this program
    #[arg(long, value_name = "FOLDER")]
    store: Option<PathBuf>,
    /// Compare this kind alone; repeat for more
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Write release notes in Markdown
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Diff {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let options = Options { from: self.from, to: self.to, store: self.store, kinds: self.kind };
        let bar = Bar::of("Comparing", "cases");
        let result = diff::diff(&options, &|done, of| bar.at(done, of))?;
        bar.end();
        ui::data(&if self.json {
            json::to_text(&result)
        } else if self.markdown {
            road_diff_text::markdown(&result)
        } else {
            road_diff_text::text(&result, Terminal::width())
        })?;
        Ok(Exit::Clean)
    }
}
