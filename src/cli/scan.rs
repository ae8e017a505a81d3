//! `highroad scan`: one engine on any path.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::progress::Bar;
use super::prompts::Terminal;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::guardrails::Engine;
use crate::ops::scan::{self, Scan};
use crate::report::{json, scanned};

/// Run one engine on any files, in a repository or not, or on a repository's whole history
#[derive(Args, Debug)]
pub(super) struct ScanCommand {
    #[command(subcommand)]
    engine: EngineCommand,
}

#[derive(Debug, Subcommand)]
enum EngineCommand {
    /// Secrets in text, notebooks and configuration; values are never shown
    Secrets(Paths),
    /// Model files: what they would do when they are loaded
    Artifacts(Paths),
    /// Risky calls in Python files, notebooks and scripts
    Code(Paths),
}

#[derive(Args, Debug)]
struct Paths {
    /// Files and folders
    #[arg(required = true)]
    paths: Vec<PathBuf>,

    /// Every version of every file that git keeps, each once, instead of the files on disk
    #[arg(long)]
    history: bool,

    /// Write one JSON document to standard output
    #[arg(long)]
    json: bool,
}

impl ScanCommand {
    fn parts(&self) -> (Engine, &Paths) {
        match &self.engine {
            EngineCommand::Secrets(paths) => (Engine::Secrets, paths),
            EngineCommand::Artifacts(paths) => (Engine::Artifacts, paths),
            EngineCommand::Code(paths) => (Engine::Code, paths),
        }
    }

    /// Whether errors are to be written as JSON.
    pub(super) fn is_json(&self) -> bool {
        self.parts().1.json
    }

    pub(super) fn exec(&self) -> Result<Exit, Diagnostic> {
        let (engine, paths) = self.parts();
        let bar = Bar::new("scanning");
        let mut result = Scan::default();
        if paths.history {
            for path in &paths.paths {
                let found = scan::history(engine, path, &|done, of| bar.at(done, of))?;
                result.looked_at += found.looked_at;
                result.files.extend(found.files);
                result.unscannable.extend(found.unscannable);
            }
        } else {
            result = scan::scan(engine, &paths.paths, &|done, of| bar.at(done, of))?;
        }
        bar.end();
        let document = scanned::document(&result.files_for_report(), result.looked_at, &result.unscannable);
        let text = if paths.json { json::to_text(&document) } else { scanned::human(&document, Terminal::width()) };
        ui::data(&text)?;
        Ok(result.exit())
    }
}
