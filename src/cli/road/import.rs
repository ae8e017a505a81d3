//! `highroad road import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::base::diagnostic::{Diagnostic, Exit, printable};
use crate::base::ui;
use crate::ops::road::import::{self, Options, Pick};
use crate::report;
use crate::road::import::Tool;

/// Make road versions of a copier, cookiecutter or cargo-generate template; nothing of the template is run
#[derive(Args, Debug)]
pub(super) struct Import {
    /// The template: a folder, a clone of its git repository, or the address of that repository
    source: PathBuf,
    /// The store to write [default: a folder called as the road]
    #[arg(long, value_name = "STORE")]
    into: Option<PathBuf>,
    /// The tool that the template is made for
    #[arg(long, value_enum, default_value_t = Which::Auto)]
    tool: Which,
    /// The folder of the template, where it is not the root
    #[arg(long, value_name = "PATH")]
    subfolder: Option<String>,
    /// Import the tags that fit a pattern, such as 'v2.*'
    #[arg(long, value_name = "GLOB", conflicts_with_all = ["commit", "newest"])]
    tags: Option<String>,
    /// Import one commit, branch or tag
    #[arg(long, visible_alias = "ref", value_name = "REV", conflicts_with = "newest")]
    commit: Option<String>,
    /// Import the newest tag alone
    #[arg(long)]
    newest: bool,
    /// The id of the road [default: from the name of the template]
    #[arg(long)]
    id: Option<String>,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    Auto,
    Copier,
    Cookiecutter,
    CargoGenerate,
}

impl Import {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let options = Options {
            source: self.source,
            into: self.into,
            tool: match self.tool {
                Which::Auto => None,
                Which::Copier => Some(Tool::Copier),
                Which::Cookiecutter => Some(Tool::Cookiecutter),
                Which::CargoGenerate => Some(Tool::CargoGenerate),
            },
            subfolder: self.subfolder,
            pick: match (self.tags, self.commit, self.newest) {
                (Some(glob), ..) => Pick::Matching(glob),
                (None, Some(revision), _) => Pick::Commit(revision),
                (None, None, true) => Pick::Newest,
                (None, None, false) => Pick::Released,
            },
            id: self.id,
        };
        let (imported, report) = import::import(&options)?;
        if self.json {
            ui::data(&report::json::to_text(&imported))?;
            return Ok(Exit::Clean);
        }
        ui::data(&report.human(imported.versions.len()))?;
        for skipped in &imported.skipped {
            ui::talk(&format!("Left out: {}: {}\n", printable(&skipped.tag), printable(&skipped.why)));
        }
        ui::talk(&match imported.versions.as_slice() {
            [] => "Nothing new: every tag is in the store already\n".to_owned(),
            [first, .., last] => format!(
                "Imported {} versions, {} to {}, as road `{}` into {}\n",
                imported.versions.len(),
                first.version,
                last.version,
                imported.road,
                printable(&imported.store)
            ),
            [only] => format!("Imported {} as road `{}` into {}\n", only.version, imported.road, printable(&imported.store)),
        });
        if !imported.versions.is_empty() {
            ui::talk(&format!("The report is in {}/IMPORT.md\n", printable(&imported.store)));
        }
        Ok(Exit::Clean)
    }
}
