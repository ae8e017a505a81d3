//! The commit hook: installs it where git looks for hooks, beside whatever is there.

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::base::tree::{File, Mode};
use crate::repo::git;

/// The line that a hook needs.
pub const LINE: &str = "highroad hook run";

/// The hook that is written where there is none.
const HOOK: &str = "#!/bin/sh\n# Stops what must not enter git. Written by `highroad hook install`.\nset -eu\nif ! command -v highroad >/dev/null; then\n    echo 'The commit hook needs highroad, which is not on PATH: install it, or commit once with --no-verify.' >&2\n    exit 1\nfi\nexec highroad hook run\n";

/// What installing did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Installed {
    /// The hook was written.
    Written(PathBuf),
    /// The hook was there and runs Highroad already.
    There(PathBuf),
}

/// Installs the commit hook in the repository around `folder`.
///
/// # Errors
/// When there is no repository, or another hook is there: it is left alone, and the error says which line to add.
pub fn install(folder: &Path) -> Result<Installed, Diagnostic> {
    let hooks = git::hooks_folder(folder)?;
    let path = hooks.join("pre-commit");
    match fs::look(&path)? {
        Found::Nothing => {
            fs::create_folders(&hooks)?;
            fs::write_new(&path, &File { bytes: HOOK.as_bytes().to_vec(), mode: Mode::Executable })?;
            Ok(Installed::Written(path))
        }
        Found::Folder(_) => Err(taken(&path, "a folder is in its place")),
        Found::Other("a file") if fs::read_text(&path, 1 << 20)?.contains("highroad ") => Ok(Installed::There(path)),
        Found::Other(what) => Err(taken(&path, &format!("{what} is there already, and it is yours"))),
    }
}

fn taken(path: &Path, why: &str) -> Diagnostic {
    Diagnostic::usage("hook-taken", "the commit hook was not installed")
        .at(path.display().to_string())
        .because(why)
        .fix(format!("add the line `{LINE}` to it, so that both run"))
}
