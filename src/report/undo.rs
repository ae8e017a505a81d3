//! What an undo did or would do.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use schemars::JsonSchema;
use serde::Serialize;

use crate::base::diagnostic::printable;
use crate::plan::transaction::{How, Undo};

const STRONG: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();

/// The result of `highroad undo --json`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Undone {
    /// The version of this format: 1.
    pub schema: u32,
    /// `undone`, or `planned` with `--dry-run`.
    pub status: String,
    /// The root of the project.
    pub root: String,
    /// The command that was taken back: `upgrade`, `adopt`.
    pub command: String,
    /// The first line of the message that the change bore.
    pub title: String,
    /// The files, in order of path.
    pub files: Vec<UndoneFile>,
    /// The branch that is checked out afterwards; nothing where none is, and without git.
    pub branch: Option<String>,
    /// The branch that the change had made, which goes.
    pub deleted_branch: Option<String>,
    /// The commit that is checked out afterwards; nothing without git.
    pub commit: Option<String>,
    /// Files with edits of yours from settling conflicts, which go.
    pub edited: Vec<String>,
    /// The folder in which those files are kept; nothing where it is only planned.
    pub kept_in: Option<String>,
    /// What was found half-done by an earlier run, and taken back first.
    pub recovered: Option<String>,
}

/// A file that comes back.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct UndoneFile {
    /// Path from the root of the project.
    pub path: String,
    /// `restore`, `remove` (it was not there before) or `bring-back` (it was).
    pub change: String,
}

/// Describes an undo for programs.
pub fn document(root: &str, undo: &Undo, done: bool, recovered: Option<&str>) -> Undone {
    Undone {
        schema: 1,
        status: if done { "undone" } else { "planned" }.to_owned(),
        root: root.to_owned(),
        command: undo.command.clone(),
        title: undo.title.clone(),
        files: undo.files.iter().map(|file| UndoneFile { path: file.path.clone(), change: file.how.word().to_owned() }).collect(),
        branch: undo.branch.clone(),
        deleted_branch: undo.deleted_branch.clone(),
        commit: undo.commit.clone(),
        edited: undo.edited.clone(),
        kept_in: undo.kept_in.as_ref().map(|folder| folder.display().to_string()),
        recovered: recovered.map(str::to_owned),
    }
}

/// Describes an undo for people.
pub fn human(undo: &Undo, done: bool, recovered: Option<&str>) -> String {
    let mut out = String::new();
    if let Some(recovered) = recovered {
        let _ = writeln!(out, "{}\n", printable(recovered));
    }
    let (style, verb) = if done { (GOOD, "Took back") } else { (STRONG, "Would take back") };
    let title = if undo.title.is_empty() { String::new() } else { format!(": {}", printable(&undo.title)) };
    let _ = writeln!(out, "{style}{verb}{style:#} the last {}{title}", undo.command);
    for file in &undo.files {
        let word = match file.how {
            How::Restored => "restore",
            How::Removed => "remove",
            How::BroughtBack => "bring back",
        };
        let _ = writeln!(out, "  {word:10}  {}", printable(&file.path));
    }
    if undo.files.is_empty() {
        let _ = writeln!(out, "  the files are as they were before already");
    }
    let at = undo.commit.as_deref().and_then(|commit| commit.get(..10)).unwrap_or_default();
    let verb = |is: &'static str, will: &'static str| if done { is } else { will };
    match (&undo.branch, &undo.commit) {
        (Some(branch), Some(_)) => {
            let _ = writeln!(out, "The branch {STRONG}{}{STRONG:#} {} checked out, at {at}.", printable(branch), verb("is", "will be"));
        }
        (None, Some(_)) => {
            let _ = writeln!(out, "The commit {at} {} checked out, as before.", verb("is", "will be"));
        }
        (_, None) => {}
    }
    if let Some(branch) = &undo.deleted_branch {
        let _ = writeln!(out, "The branch {} {} deleted.", printable(branch), verb("is", "will be"));
    }
    if !undo.edited.is_empty() {
        let names = undo.edited.iter().map(|path| printable(path)).collect::<Vec<_>>().join(", ");
        let _ = match &undo.kept_in {
            Some(folder) => writeln!(out, "Your edits in {names} are kept in {}.", printable(&folder.display().to_string())),
            None => writeln!(out, "Your edits in {names} go with it; a copy will be kept."),
        };
    }
    let _ = match done {
        true => writeln!(out, "\nEverything is as it was before. `highroad status` shows where the project stands."),
        false => writeln!(out, "\nNothing was changed. Run it without `--dry-run` to do it."),
    };
    out
}
