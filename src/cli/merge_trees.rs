//! `highroad merge-trees`: flags and what is printed.

use std::path::PathBuf;

use clap::Args;

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::leaf::{Kind, Leaf};
use crate::base::{fs, leaf_files, ui};
use crate::merge::LABELS;
use crate::ops::merge_trees::{self, Places};
use crate::report::{json, merged};

/// Merge three trees, or three versions of one file
///
/// With folders: merges NEW into OUT, which is a copy of OURS (or is made one). With files, it is a merge driver for git:
/// `highroad merge-trees --path %P %O %A %B %A`. Exit code 1 says that conflicts are left: markers in the files, and the
/// paths that cannot bear markers in OUT/.upgrade-conflicts.
#[derive(Args, Debug)]
pub(super) struct MergeTrees {
    /// What the template gave earlier
    base: PathBuf,

    /// What the project has
    ours: PathBuf,

    /// What the template gives now
    new: PathBuf,

    /// Where the result goes
    out: PathBuf,

    /// The path that the file has in the project: how a file is merged depends on it
    #[arg(long, value_name = "PATH")]
    path: Option<String>,

    /// Write what happened to each file, by which rule, to this file as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl MergeTrees {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let name = self.path.unwrap_or_else(|| self.ours.to_string_lossy().into_owned());
        let places = Places { base: self.base, ours: self.ours, theirs: self.new, out: self.out };
        let document = if fs::is_folder(&places.ours) {
            merged::of_trees(&merge_trees::folders(&places, LABELS)?)
        } else {
            merged::of_file(&name, &merge_trees::files(&places, &name, LABELS)?)
        };
        let text = json::to_text(&document);
        if let Some(report) = &self.report {
            leaf_files::put_file(report, &Leaf::new(Kind::Plain, text.clone().into_bytes()))?;
        }
        if self.json {
            ui::data(&text)?;
        } else {
            ui::talk(&merged::human(&document));
        }
        Ok(if document.conflicted == 0 { Exit::Clean } else { Exit::Findings })
    }
}
