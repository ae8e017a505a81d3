//! Where a road comes from.

use std::path::{Path, PathBuf};

use super::commit::{self, Commit};
use super::manifest::STABLE;
use super::origin::Origin;
use super::sources::{Kind, Known, Sources};
use super::store::Store;
use super::{LIMITS, Road, broken, builtin, index, overlay};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs;
use crate::base::tree::Tree;

/// Where a road comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// The versions inside the binary.
    BuiltIn,
    /// A folder with a `road.toml`, or one with an `index.toml` and a folder for each version.
    Folder(PathBuf),
    /// A signed registry that was added; the id of the road, where one was named.
    Registry(Known, Option<String>),
    /// A commit of a git repository.
    Git(Commit),
}

impl Source {
    /// Finds out what a person names with `--road`: a source that was added (`NAME` or `NAME/ROAD`), a commit
    /// (`git+https://…@…`), or a folder. A source goes before a folder of the same name, so that no repository can stand in
    /// its place; the folder is named `./NAME`.
    ///
    /// # Errors
    /// When it is a commit that is not usable, or that nobody signs and `unsigned` does not allow.
    pub fn named(text: &Path, unsigned: bool) -> Result<Self, Diagnostic> {
        let Some(name) = text.to_str() else { return Ok(Self::Folder(text.to_owned())) };
        if Commit::is_meant(name) {
            let commit = Commit::parse(name)?;
            let agreed = unsigned || Sources::load()?.chose(&commit);
            return if agreed { Ok(Self::Git(commit)) } else { Err(commit::unsigned(name)) };
        }
        let (name, road) = name.split_once('/').map_or((name, None), |(name, road)| (name, Some(road)));
        if !super::sources::is_name(name) || road.is_some_and(|road| !super::registry::is_road_id(road)) {
            return Ok(Self::Folder(text.to_owned()));
        }
        let sources = Sources::load()?;
        match sources.get(name) {
            Some(known) => Self::of(known, road),
            None if road.is_none() && !sources.list().is_empty() && fs::look(text)? == fs::Found::Nothing => {
                Err(sources.find(name).err().unwrap_or_else(|| broken(name, "road.toml", "it is not there")))
            }
            None => Ok(Self::Folder(text.to_owned())),
        }
    }

    /// Returns the place of a source that was added; of a road in it, where one is named.
    ///
    /// # Errors
    /// When the list of sources names a commit that is none; `other-road` where a commit or a folder holds another road. A
    /// registry says so when it is opened.
    pub fn of(known: &Known, road: Option<&str>) -> Result<Self, Diagnostic> {
        let source = match known.kind {
            Kind::Registry => return Ok(Self::Registry(known.clone(), road.map(str::to_owned))),
            Kind::Folder => Self::Folder(PathBuf::from(&known.url)),
            Kind::Git => Commit::of_source(known).map(Self::Git).ok_or_else(|| {
                Diagnostic::usage("git-source", "the source names no commit that can be used")
                    .at(known.url.clone())
                    .because("the list of sources was edited")
                    .fix(format!("remove it with `highroad source remove {}` and add it again", known.name))
            })?,
        };
        if let Some(wanted) = road {
            let store = Store::open(&source)?;
            if store.id() != Some(wanted) {
                let held = store.id().map_or("no road that can be read".to_owned(), |id| format!("road `{id}` alone"));
                let name = &known.name;
                return Err(Diagnostic::usage("other-road", format!("the source `{name}` holds no road `{wanted}`"))
                    .at(store.shown())
                    .because(format!("it holds {held}"))
                    .fix(format!("name the source alone, `{name}`; if a folder is meant, write `./{name}/{wanted}`")));
            }
        }
        Ok(source)
    }

    /// Reads the road: of several versions, the newest that is for everybody.
    ///
    /// # Errors
    /// When it is not there, or is not usable.
    pub fn read(&self) -> Result<Road, Diagnostic> {
        self.read_noted().map(|(road, _)| road)
    }

    /// As [`Source::read`], with what a person should know of the place, such as that a registry could not be reached.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn read_noted(&self) -> Result<(Road, Vec<String>), Diagnostic> {
        let road = match self {
            Self::BuiltIn => Road::from_tree(&builtin::newest()?.1, "built-in")?,
            Self::Folder(folder) if !is_store(folder)? => {
                let mut road = Road::from_tree(&overlay::read(folder)?, &folder.display().to_string())?;
                road.origin = Origin::of_folder(folder);
                road
            }
            Self::Folder(_) | Self::Registry(..) | Self::Git(_) => {
                let store = Store::open(self)?;
                let newest = store.newest(STABLE).ok_or_else(|| store.nothing_to_take())?;
                let deprecated = newest.deprecated.iter().map(|reason| format!("version {} is to be left: {reason}", newest.version));
                let notes = store.notes().iter().cloned().chain(deprecated).collect();
                return Ok((store.read(&newest.version)?, notes));
            }
        };
        Ok((road, Vec::new()))
    }
}

fn is_store(folder: &Path) -> Result<bool, Diagnostic> {
    Ok(fs::look(&folder.join("road.toml"))? == fs::Found::Nothing && fs::look(&folder.join(index::FILE))? != fs::Found::Nothing)
}

/// What git keeps at the root of a repository, a folder or, in a submodule, a file: it is no part of the road.
const GIT: &str = ".git";

/// Reads the files of a version that the index of a store names.
///
/// # Errors
/// `version-gone` where they are not there; when they hold what a road may not.
pub fn read_version(store: &Path, version: &str) -> Result<Tree, Diagnostic> {
    let folder = store.join(version);
    let why = match (fs::look(&folder)?, fs::look(&folder.join("road.toml"))?) {
        (fs::Found::Nothing, _) => "the index names it, and its folder is not there",
        (_, fs::Found::Nothing) => "the index names it, and its folder has no `road.toml`",
        _ => return fs::read_tree(&folder, LIMITS, GIT),
    };
    Err(Diagnostic::usage("version-gone", format!("version {version} of the road is gone"))
        .at(folder.display().to_string())
        .because(why)
        .fix("get the folder back from the store's history or the road's publisher: a published version is never made anew"))
}

/// Reads the files of a road version from a folder, which may be the root of a git repository.
///
/// # Errors
/// When the folder is no road, or holds what a road may not.
pub fn read_folder(folder: &Path) -> Result<Tree, Diagnostic> {
    if fs::look(&folder.join("road.toml"))? == fs::Found::Nothing {
        return Err(Diagnostic::usage("no-road", "the folder is no road")
            .at(folder.display().to_string())
            .because("it has no `road.toml`")
            .fix("name the folder of one version of a road"));
    }
    fs::read_tree(folder, LIMITS, GIT)
}
