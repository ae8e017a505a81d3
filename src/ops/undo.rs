//! Takes back the last change that Highroad made in a project.

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::plan::transaction::{self, Undo};

/// What an undo did or would do.
#[derive(Debug)]
pub struct Outcome {
    /// The root of the project.
    pub root: PathBuf,
    /// What comes back.
    pub undo: Undo,
    /// Whether it was done.
    pub done: bool,
    /// What was found half-done and taken back first.
    pub recovered: Option<String>,
}

/// Takes back the last change of the project around `path`, or says what that would do.
///
/// # Errors
/// When there is nothing to take back, or something stands in the way: then everything is as it was.
pub fn undo(path: &Path, dry_run: bool) -> Result<Outcome, Diagnostic> {
    let root = root_of(path)?;
    let recovered = transaction::recover(&root)?;
    let undo = if dry_run { transaction::foresee(&root)? } else { transaction::undo(&root)? };
    Ok(Outcome { root, undo, done: !dry_run, recovered })
}

/// The nearest folder upwards with records of Highroad's: a project, or one that an adoption has not made one yet.
fn root_of(path: &Path) -> Result<PathBuf, Diagnostic> {
    let start = fs::canonical(path)?;
    let mut folder = start.as_path();
    loop {
        if transaction::has_record(folder)? || fs::look(&folder.join("highroad.toml"))? != Found::Nothing {
            return Ok(folder.to_owned());
        }
        match folder.parent() {
            Some(parent) => folder = parent,
            None => return Ok(start),
        }
    }
}
