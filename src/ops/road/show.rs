//! `highroad road show`: the files of a road as they are before an overlay touches them.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::base::diagnostic::{Diagnostic, nearest};
use crate::base::digest::Digest;
use crate::base::tree::Tree;
use crate::ops::road::sources;
use crate::road::{Road, overlay};

/// What the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder of the road.
    pub folder: PathBuf,
    /// The file; nothing for the list.
    pub file: Option<String>,
    /// Whether the flattened road is meant, and not what it inherits.
    pub whole: bool,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// The id of the road that the files are of.
    pub road: String,
    /// Its version.
    pub version: String,
    /// Whether they are inherited.
    pub inherited: bool,
    /// The files, in order of path.
    pub files: Vec<File>,
    /// The content of the file that was named; bytes that are no text are replaced.
    pub text: Option<String>,
}

/// A file of a road.
#[derive(Clone, Debug, Serialize)]
pub struct File {
    /// Its path in the road, as `[[edit]]` and `[[overlay]]` name it.
    pub path: String,
    /// Its digest, as `[[overlay]]` declares it.
    pub digest: String,
}

/// Shows what an overlay inherits, or the files of a plain road.
///
/// # Errors
/// When the road or what it inherits cannot be had, or there is no such file.
pub fn show(options: &Options) -> Result<Shown, Diagnostic> {
    let folder = options.folder.as_path();
    let parent = if options.whole { None } else { overlay::inherited(folder)? };
    let inherited = parent.is_some();
    let (road, tree) = match parent {
        Some(tree) => (Road::from_tree(&tree, &format!("what {} inherits", folder.display()))?, tree),
        None => sources::working(folder)?,
    };
    let mut shown = Shown {
        road: road.manifest.id,
        version: road.manifest.version,
        inherited,
        files: tree
            .iter()
            .map(|(path, file)| File { path: path.as_str().to_owned(), digest: Digest::of(&file.bytes).to_string() })
            .collect(),
        text: None,
    };
    if let Some(path) = &options.file {
        let Some(file) = tree.get(path.as_str()) else { return Err(no_file(folder, path, &tree)) };
        shown.files.retain(|one| one.path == *path);
        shown.text = Some(String::from_utf8_lossy(&file.bytes).into_owned());
    }
    Ok(shown)
}

fn no_file(folder: &Path, path: &str, tree: &Tree) -> Diagnostic {
    let near = nearest(path, tree.iter().map(|(known, _)| known.as_str()));
    Diagnostic::usage("no-file", format!("the road has no file `{path}`")).at("--file").because("none of its paths is that one").fix(
        match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`highroad road show {}` lists them", folder.display()),
        },
    )
}
