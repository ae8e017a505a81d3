//! The store that an import writes: built beside its place, then switched, so that it is there whole or not at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::store::read_index;
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::durable;
use crate::base::fs::{self, Found};
use crate::base::tree::{File, Mode, Tree};
use crate::road::Road;
use crate::road::import::{Origin, one_line};
use crate::road::index::{self, Index, Published};
use crate::road::source::{read_folder, read_version};
use crate::road::version;

/// The file with the report, beside the versions.
const REPORT: &str = "IMPORT.md";
/// The longest reports of earlier imports that are kept, in bytes.
const LONGEST_REPORTS: u64 = 2 << 20;

/// A store that is being filled.
#[derive(Debug)]
pub(super) struct Shelf {
    store: PathBuf,
    /// Where the new versions wait.
    staging: PathBuf,
    index: Index,
    /// What was there before, with its origin.
    before: BTreeMap<String, Origin>,
    /// The new versions.
    fresh: Vec<String>,
}

impl Shelf {
    /// Opens the store: nothing, an empty folder, or what an import of the same template left, which has one of these names.
    ///
    /// # Errors
    /// When something else is there.
    pub(super) fn open(store: &Path, sources: [&str; 2], id: &str) -> Result<Self, Diagnostic> {
        let foreign = |why: String| foreign(store, why);
        let (mut index, mut before) = (Index::default(), BTreeMap::new());
        match fs::look(store)? {
            Found::Nothing => {}
            Found::Folder(names) if names.is_empty() => {}
            Found::Other(what) => return Err(foreign(format!("{what} stands there"))),
            Found::Folder(_) => {
                if fs::look(&store.join(index::FILE))? == Found::Nothing {
                    return Err(foreign("the folder is not empty, and is no store of road versions".to_owned()));
                }
                index = read_index(store)?;
                if index.version.is_empty() {
                    return Err(foreign("its index names no version, and an import never leaves it so".to_owned()));
                }
                for published in &index.version {
                    let road = Road::from_tree(&read_version(store, &published.version)?, &store.display().to_string())?;
                    match road.manifest.imported {
                        Some(origin) if road.manifest.id == id && sources.iter().any(|source| origin.source == one_line(source)) => {
                            before.insert(published.version.clone(), origin);
                        }
                        Some(_) | None => {
                            return Err(foreign(format!("its version {} is no import of `{}` as `{id}`", published.version, sources[0])));
                        }
                    }
                }
            }
        }
        let name = store.file_name().map_or_else(|| "store".to_owned(), |name| name.to_string_lossy().into_owned());
        let staging = store.with_file_name(format!(".{name}.importing-{}", std::process::id()));
        fs::remove(&staging)?;
        Ok(Self { store: store.to_owned(), staging, index, before, fresh: Vec::new() })
    }

    /// Whether a tag was imported before, from the same commit.
    pub(super) fn holds(&self, origin: &Origin) -> bool {
        origin.commit.is_some() && self.before.values().any(|held| held.tag == origin.tag && held.commit == origin.commit)
    }

    /// Returns the versions that were there before.
    pub(super) fn kept(&self) -> Vec<String> {
        self.before.keys().cloned().collect()
    }

    /// Returns the tool whose template the versions are that were there before.
    pub(super) fn tool(&self) -> Option<String> {
        self.before.values().next_back().map(|origin| origin.tool.clone())
    }

    /// Returns what earlier imports reported; nothing where that was taken away or has become too long.
    fn earlier(&self) -> String {
        match fs::read_text(&self.store.join(REPORT), LONGEST_REPORTS) {
            Ok(earlier) if !self.before.is_empty() => format!("\n---\n\n{earlier}"),
            Ok(_) | Err(_) => String::new(),
        }
    }

    /// Returns all versions so far, oldest first.
    pub(super) fn versions(&self) -> Vec<String> {
        let mut all: Vec<String> = self.before.keys().chain(&self.fresh).cloned().collect();
        all.sort_by(|a, b| version::compare(a, b));
        all
    }

    /// Returns the next free version of a day's month.
    pub(super) fn next_version(&self, day: Day) -> String {
        let text = day.to_string();
        let mut parts = text.split('-').map(|part| part.trim_start_matches('0'));
        let (year, month) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let prefix = format!("{year}.{month}.");
        let taken = self.versions().iter().filter_map(|version| version.strip_prefix(&prefix)?.parse::<u32>().ok()).max();
        format!("{prefix}{}", taken.map_or(0, |highest| highest + 1))
    }

    /// Adds a version.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn put(&mut self, version: &str, released: &str, tree: &Tree) -> Result<(), Diagnostic> {
        let folder = self.staging.join(version);
        fs::create_folders(&folder)?;
        fs::write_tree(&folder, tree, crate::base::interrupt::check)?;
        self.fresh.push(version.to_owned());
        self.index.version.push(Published {
            version: version.to_owned(),
            released: released.to_owned(),
            digest: tree.digest().to_string(),
            ..Published::default()
        });
        Ok(())
    }

    /// Puts everything in its place.
    ///
    /// # Errors
    /// When something of somebody else stands there, or the disk refuses; the index still names only what was there before.
    pub(super) fn finish(mut self, report: &str) -> Result<(), Diagnostic> {
        self.index.version.sort_by(|a, b| version::compare(&a.version, &b.version));
        let text = toml::to_string(&self.index).map_err(|error| Diagnostic::failed("index", error.to_string()))?;
        let index = format!("# Written by `highroad road import`. A published version never changes.\n{text}");
        for (name, bytes) in [(index::FILE, index), (REPORT, format!("{report}{}", self.earlier()))] {
            fs::write_new(&self.staging.join(name), &File { bytes: bytes.into_bytes(), mode: Mode::Plain })?;
        }
        if self.before.is_empty() {
            // An empty folder may stand there; what somebody put into it meanwhile stays.
            if !durable::remove_if_empty(&self.store)? {
                return Err(foreign(&self.store, "something was put there while the import ran".to_owned()));
            }
            return fs::rename(&self.staging, &self.store);
        }
        let missing: Vec<&Published> = self.index.version.iter().filter(|one| self.fresh.contains(&one.version)).collect();
        let missing = missing.into_iter().map(|one| Ok((one, self.has(one)?))).collect::<Result<Vec<_>, Diagnostic>>()?;
        for (published, _) in missing.iter().filter(|(_, there)| !there) {
            fs::rename(&self.staging.join(&published.version), &self.store.join(&published.version))?;
        }
        for name in [REPORT, index::FILE] {
            fs::rename(&self.staging.join(name), &self.store.join(name))?;
        }
        Ok(())
    }

    /// Whether a version stands in the store already: an import that was stopped left it, and no index names it.
    fn has(&self, published: &Published) -> Result<bool, Diagnostic> {
        let place = self.store.join(&published.version);
        match fs::look(&place)? {
            Found::Nothing => Ok(false),
            Found::Folder(names) if names.is_empty() => Ok(!durable::remove_if_empty(&place)?),
            Found::Folder(_) if read_folder(&place).is_ok_and(|tree| tree.digest().to_string() == published.digest) => Ok(true),
            Found::Folder(_) | Found::Other(_) => Err(foreign(
                &self.store,
                format!("something stands at `{}`, where a version is to go, and no index names it", published.version),
            )),
        }
    }
}

/// Says that something stands in the way that no import of the template left.
fn foreign(store: &Path, why: String) -> Diagnostic {
    Diagnostic::usage("store", "the store is not written")
        .at(store.display().to_string())
        .because(why)
        .fix("move it away, or name another folder with `--into`")
}

impl Drop for Shelf {
    fn drop(&mut self) {
        // Nothing that was not finished stays behind; where even that fails, the folder bears a name that says what it is.
        let _ = fs::remove(&self.staging);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_puts_there_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store");
        fs::create_folder(&store).unwrap();
        let shelf = Shelf::open(&store, ["t", "t"], "t").unwrap();
        let mine = store.join("notes.txt");
        fs::create_folders(&shelf.staging).unwrap();
        fs::write_new(&mine, &File { bytes: b"mine\n".to_vec(), mode: Mode::Plain }).unwrap();
        assert_eq!(shelf.finish("report\n").unwrap_err().code, "store");
        assert_eq!(fs::list(folder.path()).unwrap(), ["store"]);
        assert_eq!(fs::read_text(&mine, 100).unwrap(), "mine\n");
    }
}
