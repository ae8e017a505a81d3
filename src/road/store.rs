//! The versions of a road that are at hand: those inside the binary, a folder of versions, or a folder with one.

use std::path::{Path, PathBuf};

use super::index::{self, Index, Published};
use super::manifest::{Manifest, STABLE};
use super::source::{Source, read_folder};
use super::{Road, broken, builtin, read_manifest, version};
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::fs;
use crate::base::path::RelPath;
use crate::base::tree::{File, Mode, Tree};

/// The largest index or manifest that is read, in bytes.
const TEXT_LIMIT: u64 = 8 << 20;
/// How many versions an index may name.
const MOST_VERSIONS: usize = 10_000;

/// The versions of a road that are at hand.
#[derive(Clone, Debug)]
pub struct Store {
    place: Place,
    versions: Vec<Listed>,
}

#[derive(Clone, Debug)]
enum Place {
    BuiltIn,
    /// A folder with an index and a folder for each version.
    Many(PathBuf),
    /// The folder of one version.
    One(PathBuf),
}

/// A version of a road, its files not read yet.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The calendar version.
    pub version: String,
    /// The channel that it is in.
    pub channel: String,
    /// Its `road.toml`; nothing where its files are gone or cannot be used, which `read` tells more about.
    pub manifest: Option<Manifest>,
    /// The digest that it was published with, where there is an index.
    digest: Option<String>,
}

impl Listed {
    /// Whether a project on `channel` takes it.
    pub fn is_in(&self, channel: &str) -> bool {
        self.channel == STABLE || self.channel == channel
    }

    fn comes_from(&self, older: &str) -> bool {
        self.manifest.as_ref().is_some_and(|manifest| manifest.upgrades_from.iter().any(|from| from == older))
    }
}

impl Store {
    /// Lists the versions of a source.
    ///
    /// # Errors
    /// When a folder is no road and holds none, or its index is not usable.
    pub fn open(source: &Source) -> Result<Self, Diagnostic> {
        match source {
            Source::BuiltIn => Self::built_in(),
            Source::Folder(folder) if fs::look(&folder.join("road.toml"))? != fs::Found::Nothing => Self::one(folder),
            Source::Folder(folder) if fs::look(&folder.join(index::FILE))? != fs::Found::Nothing => Self::many(folder),
            Source::Folder(folder) => Err(no_road(folder)),
        }
    }

    fn built_in() -> Result<Self, Diagnostic> {
        let mut versions = Vec::new();
        for version in builtin::versions() {
            let text = builtin::manifest(version).unwrap_or_default();
            let manifest = manifest_of(text.as_bytes().to_vec(), "built-in")?;
            versions.push(Listed {
                version: version.to_owned(),
                channel: manifest.channel.clone(),
                manifest: Some(manifest),
                digest: None,
            });
        }
        Ok(Self { place: Place::BuiltIn, versions })
    }

    fn one(folder: &Path) -> Result<Self, Diagnostic> {
        let text = fs::read_text(&folder.join("road.toml"), TEXT_LIMIT)?;
        let manifest = manifest_of(text.into_bytes(), &folder.display().to_string())?;
        let listed =
            Listed { version: manifest.version.clone(), channel: manifest.channel.clone(), manifest: Some(manifest), digest: None };
        Ok(Self { place: Place::One(folder.to_owned()), versions: vec![listed] })
    }

    fn many(folder: &Path) -> Result<Self, Diagnostic> {
        let shown = folder.display().to_string();
        let text = fs::read_text(&folder.join(index::FILE), TEXT_LIMIT)?;
        let index: Index = toml::from_str(&text).map_err(|error| broken(&shown, index::FILE, error.to_string()))?;
        if index.version.len() > MOST_VERSIONS {
            return Err(broken(&shown, index::FILE, format!("it names more than {MOST_VERSIONS} versions")));
        }
        let mut versions = Vec::new();
        for Published { version, channel, digest, .. } in index.version {
            if !version::is_calendar(&version) {
                return Err(broken(&shown, index::FILE, format!("`{version}` is no calendar version such as `2026.11.0`")));
            }
            let path = folder.join(&version).join("road.toml");
            let manifest = fs::read_text(&path, TEXT_LIMIT).ok().and_then(|text| manifest_of(text.into_bytes(), &shown).ok());
            let channel = channel.or_else(|| manifest.as_ref().map(|manifest| manifest.channel.clone()));
            versions.push(Listed { version, channel: channel.unwrap_or_else(|| STABLE.to_owned()), manifest, digest: Some(digest) });
        }
        versions.sort_by(|a, b| version::compare(&a.version, &b.version));
        Ok(Self { place: Place::Many(folder.to_owned()), versions })
    }

    /// Returns the versions, oldest first.
    pub fn versions(&self) -> &[Listed] {
        &self.versions
    }

    /// Returns a version that is listed.
    pub fn get(&self, version: &str) -> Option<&Listed> {
        self.versions.iter().find(|listed| listed.version == version)
    }

    /// Returns the id of the road; nothing where no version can be read.
    pub fn id(&self) -> Option<&str> {
        self.versions.iter().rev().find_map(|listed| listed.manifest.as_ref()).map(|manifest| manifest.id.as_str())
    }

    /// Returns where the versions are, for messages.
    pub fn shown(&self) -> String {
        match &self.place {
            Place::BuiltIn => "built-in".to_owned(),
            Place::Many(folder) | Place::One(folder) => folder.display().to_string(),
        }
    }

    /// Returns the newest version that a project on `channel` takes.
    pub fn newest(&self, channel: &str) -> Option<&Listed> {
        self.versions.iter().rev().find(|listed| listed.manifest.is_some() && listed.is_in(channel))
    }

    /// Reads a version, and proves that it has the bytes that it was published with.
    ///
    /// # Errors
    /// `version-unknown`, `version-gone`, `version-changed`, or what makes its files unusable.
    pub fn read(&self, version: &str) -> Result<Road, Diagnostic> {
        let shown = self.shown();
        let Some(listed) = self.get(version) else {
            let known: Vec<&str> = self.versions.iter().map(|listed| listed.version.as_str()).collect();
            return Err(Diagnostic::usage("version-unknown", format!("there is no version `{version}` of the road"))
                .at(shown)
                .because("what the road published does not name it")
                .fix(did_you_mean(version, &known)));
        };
        let folder = match &self.place {
            Place::BuiltIn => {
                let tree = builtin::read(version).unwrap_or_default();
                return Road::from_tree(&tree, "built-in");
            }
            Place::One(folder) => return Road::from_tree(&read_folder(folder)?, &shown),
            Place::Many(folder) => folder.join(version),
        };
        let place = folder.display().to_string();
        if fs::look(&folder)? == fs::Found::Nothing {
            return Err(Diagnostic::usage("version-gone", format!("version {version} of the road is gone"))
                .at(place)
                .because("the index names it, and its folder is not there")
                .fix("get the folder back from the road's publisher or its history, or name another version with `--to`"));
        }
        let tree = read_folder(&folder)?;
        let (found, recorded) = (tree.digest().to_string(), listed.digest.clone().unwrap_or_default());
        if found != recorded {
            return Err(Diagnostic::usage("version-changed", format!("version {version} of the road is not what was published"))
                .at(place)
                .because(format!("its files have the digest {found}, and the index records {recorded}; a published version never changes"))
                .fix("get the folder back from the road's publisher, and ask who changed it; `highroad road verify` tells more"));
        }
        let road = Road::from_tree(&tree, &place)?;
        if road.manifest.version != version {
            return Err(broken(&place, "road.toml", format!("it says that it is version {}", road.manifest.version)));
        }
        Ok(road)
    }
}

/// Returns the versions that a chain of `upgrades-from` leads to, oldest first. A version that `takes` refuses is no step.
/// `versions` are in order of age.
pub fn reachable<'a>(versions: &[&'a Listed], from: &str, takes: impl Fn(&Listed) -> bool) -> Vec<&'a Listed> {
    let mut reached: Vec<&Listed> = Vec::new();
    // A version comes from earlier ones, so one pass in order of age finds every chain.
    for listed in versions {
        let later = version::compare(&listed.version, from) == std::cmp::Ordering::Greater;
        let step = listed.comes_from(from) || reached.iter().any(|earlier| listed.comes_from(&earlier.version));
        if later && step && takes(listed) {
            reached.push(listed);
        }
    }
    reached
}

fn manifest_of(text: Vec<u8>, source: &str) -> Result<Manifest, Diagnostic> {
    let mut tree = Tree::default();
    let path = RelPath::parse("road.toml").map_err(|error| broken(source, "road.toml", error.to_string()))?;
    tree.insert(path, File { bytes: text, mode: Mode::Plain }).map_err(|error| broken(source, "road.toml", error.to_string()))?;
    read_manifest(&tree, source)
}

fn no_road(folder: &Path) -> Diagnostic {
    Diagnostic::usage("no-road", "the folder is no road")
        .at(folder.display().to_string())
        .because("it has no `road.toml`, and no `index.toml` of published versions")
        .fix("name the folder of one version of a road, or the folder of all of them")
}
