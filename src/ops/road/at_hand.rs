//! The road that a person named, and the versions that stand beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::shelf::Shelf;
use super::sources;
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::road::source::Source;
use crate::road::store::Store;
use crate::road::{Road, builtin, index};

/// A road that was named, with what is known around it.
#[derive(Debug)]
pub struct Subject {
    /// The road.
    pub road: Arc<Road>,
    /// The same from a second reading.
    pub again: Road,
    /// The versions at hand.
    pub shelf: Shelf,
    /// The folder of published versions.
    pub store: Option<PathBuf>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Reads the road in `folder`. Its published versions are in `store`; else in the folder around it, where that has an
/// index; else in the binary, where it is the built-in road.
///
/// # Errors
/// When the folder is no road, or the store none.
pub fn subject(folder: &Path, store: Option<&Path>) -> Result<Subject, Diagnostic> {
    let (road, tree) = sources::working(folder)?;
    let again = Road::from_tree(&tree, &road.source)?;
    let store = match store {
        Some(store) => Some(store.to_owned()),
        None => around(folder)?,
    };
    let mut notes = Vec::new();
    let stores = stores(store.as_deref(), &road.manifest.id, &mut notes)?;
    let road = Arc::new(road);
    Ok(Subject { shelf: Shelf::new(stores, Some(Arc::clone(&road))), road, again, store, notes })
}

/// Returns the store that a folder lies in.
///
/// # Errors
/// When the folder is not there.
pub fn around(folder: &Path) -> Result<Option<PathBuf>, Diagnostic> {
    let folder = fs::canonical(folder)?;
    let Some(parent) = folder.parent() else { return Ok(None) };
    Ok((fs::look(&parent.join(index::FILE))? != Found::Nothing).then(|| parent.to_owned()))
}

/// Opens the store that was named or found, and the binary's own for its road.
///
/// # Errors
/// When the store is none, or of another road.
pub fn stores(folder: Option<&Path>, id: &str, notes: &mut Vec<String>) -> Result<Vec<Store>, Diagnostic> {
    let mut stores = Vec::new();
    if let Some(folder) = folder {
        let store = Store::open(&Source::Folder(folder.to_owned()))?;
        if let Some(other) = store.id().filter(|other| *other != id) {
            return Err(Diagnostic::usage("other-road", format!("the folder holds another road, `{other}`"))
                .at(folder.display().to_string())
                .because(format!("the road is `{id}`"))
                .fix("name the folder of that road's versions with `--store`"));
        }
        stores.push(store);
    }
    let built_in = Store::open(&Source::BuiltIn)?;
    if folder.is_none() && built_in.id() == Some(id) {
        notes.push(format!("earlier versions are those inside the binary: {}", builtin::versions().collect::<Vec<_>>().join(", ")));
        stores.push(built_in);
    }
    Ok(stores)
}
