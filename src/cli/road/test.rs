//! `highroad road test`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::cli::progress::Bar;
use crate::cli::prompts::Terminal;
use crate::ops::road::test::{self, Options, Wanted};
use crate::report::{json, road_test_text};

/// Prove that a road version renders, is clean under `check`, and takes edited projects along from every earlier version
///
/// Every pair of answers is rendered, twice, and checked in memory. Then projects of every earlier version are edited and
/// upgraded in memory: no line of a person may be lost, and nothing may conflict where nobody touched the same place.
#[derive(Args, Debug)]
pub(super) struct Test {
    /// The folder of the road, as it is being worked on or as it was released
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// The folder with the published versions; without it the folder around, else the versions inside this program
    #[arg(long, value_name = "FOLDER")]
    store: Option<PathBuf>,
    /// Test this kind alone; repeat for more
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Upgrade from this version alone; repeat for more
    #[arg(long, value_name = "VERSION")]
    from: Vec<String>,
    /// Also make a project of each kind and run its commands: `make setup`, `make test`, `make security`
    #[arg(long, value_name = "COMMAND", value_delimiter = ',')]
    run: Vec<Run>,
    /// How long one of these commands may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    timeout: u64,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

/// A command of a project.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Run {
    Install,
    Test,
    Security,
}

impl Test {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let wanted = |run: &Run| match run {
            Run::Install => Wanted::Install,
            Run::Test => Wanted::Test,
            Run::Security => Wanted::Security,
        };
        let options = Options {
            folder: self.folder,
            store: self.store,
            kinds: self.kind,
            from: self.from,
            run: self.run.iter().map(wanted).collect(),
            patience: Duration::from_secs(self.timeout),
        };
        let bar = Bar::of("Testing", "cases");
        let result = test::test(&options, &|done, of| bar.at(done, of))?;
        bar.end();
        if self.json {
            ui::data(&json::to_text(&result))?;
        } else {
            ui::data(&road_test_text::tested(&result, Terminal::width()))?;
        }
        Ok(if result.failures.is_empty() { Exit::Clean } else { Exit::Findings })
    }
}
