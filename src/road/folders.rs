//! The folders of this machine that a person named with `--road`: `folders.toml` in Highroad's folder of data. A repository
//! records where its road is, and that decides nothing: a recorded folder is taken where a person named it here.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::origin::Origin;
use super::registry::cache::{self, Cache};
use super::sources::{Kind, Sources};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs;

/// The name of the list.
const FILE: &str = "folders.toml";
/// The largest list that is read, in bytes.
const LIMIT: u64 = 1 << 20;
/// How many folders are remembered; the oldest make room.
const MOST: usize = 500;

#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Text {
    #[serde(default)]
    folder: Vec<String>,
}

/// Remembers that a person named the place, where it is a folder. Returns what they should know where that is not possible.
pub fn remember(origin: &Origin) -> Option<String> {
    let Origin::Folder(folder) = origin else { return None };
    let keep = || -> Result<(), Diagnostic> {
        if is_named(folder)? {
            return Ok(());
        }
        let home = Sources::load()?.home().to_owned();
        let _lock = Cache::new(home.clone()).lock()?;
        let mut list = read(&home)?;
        list.push(fs::canonical(folder)?.display().to_string());
        let oldest = list.len().saturating_sub(MOST);
        let text = toml::to_string(&Text { folder: list.split_off(oldest) }).unwrap_or_default();
        let head = "# The folders that you named with `--road`. A project that records one of them needs no `--road` here.\n";
        cache::write(&home, FILE, format!("{head}{text}").as_bytes())
    };
    let error = keep().err()?;
    Some(format!("the folder could not be remembered, so name it with `--road` each time: {}", error.why))
}

/// Whether a person named the folder, or added it as a source.
///
/// # Errors
/// When the folder is not there, or the lists cannot be read.
pub fn is_named(folder: &Path) -> Result<bool, Diagnostic> {
    let sources = Sources::load()?;
    let folder = fs::canonical(folder)?.display().to_string();
    let added = sources.list().iter().any(|known| known.kind == Kind::Folder && known.url == folder);
    Ok(added || read(sources.home())?.contains(&folder))
}

fn read(home: &Path) -> Result<Vec<String>, Diagnostic> {
    let path = home.join(FILE);
    if fs::look(&path)? == fs::Found::Nothing {
        return Ok(Vec::new());
    }
    let text: Text = toml::from_str(&fs::read_text(&path, LIMIT)?).map_err(|error| {
        Diagnostic::usage("folders", "the list of folders cannot be read")
            .at(path.display().to_string())
            .because(error.to_string())
            .fix("remove it, and name the folder with `--road` once more")
    })?;
    Ok(text.folder)
}
