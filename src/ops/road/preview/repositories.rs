//! Which repositories are meant: those below a folder, or those that a list names.

use std::path::{Path, PathBuf};

use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::repo::config;

/// How deep below the folder repositories are looked for: host, group, subgroup, name.
const DEPTH: usize = 4;
/// How many repositories are looked at.
const MOST: usize = 100_000;
/// The largest list that is read, in bytes.
const LIST_LIMIT: u64 = 16 << 20;

/// Finds the repositories, in order of path.
///
/// # Errors
/// When there is nothing, or none.
pub(super) fn find(place: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut found = Vec::new();
    match fs::look(place)? {
        Found::Nothing => {
            return Err(Diagnostic::usage("repositories", "there are no repositories")
                .at(place.display().to_string())
                .because("nothing is there")
                .fix("name a folder of local clones, or a file with the path of one on each line"));
        }
        Found::Folder(names) => below(place, &names, DEPTH, &mut found),
        // A link to a folder is a folder to the person who named it.
        Found::Other(_) => match fs::list(place) {
            Ok(names) => below(place, &names, DEPTH, &mut found),
            Err(_) => {
                let folder = place.parent().unwrap_or(place);
                let text = fs::read_text(place, LIST_LIMIT)?;
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
                found.extend(lines.take(MOST + 1).map(|line| folder.join(line)));
            }
        },
    }
    found.sort();
    found.dedup();
    if found.is_empty() || found.len() > MOST {
        let why = if found.is_empty() {
            "no folder in it is a git repository or has a `highroad.toml`".to_owned()
        } else {
            format!("more than {MOST} are there")
        };
        return Err(Diagnostic::usage("repositories", "there are no repositories to look at")
            .at(place.display().to_string())
            .because(why)
            .fix("name a folder of local clones, or a file with the path of one on each line"));
    }
    Ok(found)
}

/// Adds the repositories below a folder; what is in a repository is its own matter. Links are not followed.
fn below(folder: &Path, names: &[String], depth: usize, found: &mut Vec<PathBuf>) {
    if names.iter().any(|name| name == ".git" || name == config::FILE) {
        found.push(folder.to_owned());
        return;
    }
    if depth == 0 || found.len() > MOST {
        return;
    }
    for name in names.iter().filter(|name| !name.starts_with('.')) {
        let path = folder.join(name);
        if let Ok(Found::Folder(names)) = fs::look(&path) {
            below(&path, &names, depth - 1, found);
        }
    }
}
