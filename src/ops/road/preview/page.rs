//! The page for a browser: it takes the place of an earlier page, and of nothing else.

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::base::read_at::ReadAt as _;
use crate::base::tree::{File, Mode};
use crate::base::walk;
use crate::report::road_preview_html::MARK;

/// How much of a file is looked at.
const HEAD: usize = 4 << 10;

/// Refuses a place where no page can be written, before there is anything to write.
///
/// # Errors
/// When something else than an earlier page is there, or the folder takes no file.
pub fn check(path: &Path) -> Result<(), Diagnostic> {
    let refuse = |why: String| {
        Diagnostic::usage("html", "the page cannot be written").at(path.display().to_string()).because(why).fix("name another file")
    };
    match fs::look(path)? {
        Found::Nothing => {}
        Found::Folder(_) => return Err(refuse("a folder of that name is there".to_owned())),
        Found::Other(_) => {
            let mut head = vec![0; HEAD];
            let read = walk::open(path).and_then(|file| file.read_at(0, &mut head).map_err(|error| error.to_string())).map_err(refuse)?;
            if !String::from_utf8_lossy(&head[..read]).contains(MARK) {
                return Err(refuse("a file of that name is there, and it is no page of an earlier preview".to_owned()));
            }
        }
    }
    let beside = beside(path).ok_or_else(|| refuse("it names no file".to_owned()))?;
    let written = fs::write_new(&beside, &File { bytes: Vec::new(), mode: Mode::Plain });
    let removed = fs::remove(&beside);
    written.and(removed).map_err(|error| refuse(error.why))
}

/// Writes the page: beside its place first, then one rename.
///
/// # Errors
/// As [`check`], or when the disk refuses; what was there is as it was then.
pub fn write(path: &Path, page: String) -> Result<(), Diagnostic> {
    check(path)?;
    let beside = beside(path).unwrap_or_else(|| path.to_owned());
    let result = fs::write_new(&beside, &File { bytes: page.into_bytes(), mode: Mode::Plain }).and_then(|()| fs::rename(&beside, path));
    if result.is_err() {
        let _ = fs::remove(&beside);
    }
    result
}

fn beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy();
    Some(path.with_file_name(format!(".{name}.highroad-{}", std::process::id())))
}
