//! The versions of a road that are at hand: inside the binary, in a folder, in a registry, in a commit of a git repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::commit::Commit;
use super::index::{self, Index, Published};
use super::manifest::{Manifest, STABLE};
use super::origin::Origin;
use super::registry::Registry;
use super::source::{Source, read_version};
use super::sources::Known;
use super::{LIMITS, Road, broken, builtin, overlay, read_manifest, rollout, version};
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::fs;
use crate::base::path::RelPath;
use crate::base::tree::{File, Mode, Tree};
use crate::repo::objects::Objects;

/// The largest manifest that is read, in bytes.
const TEXT_LIMIT: u64 = index::LIMIT;
/// How many bytes the manifests of all versions may have together.
const ALL_MANIFESTS: u64 = 64 << 20;

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
    /// A road of a signed registry.
    Registry(Arc<Registry>),
    /// A commit with an index and a folder for each version.
    GitMany(Commit, Objects),
    /// A commit with one version.
    GitOne(Commit, Objects),
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
    /// How many of a hundred repositories take it.
    pub rollout: u8,
    /// Why a project should leave it, where it should.
    pub deprecated: Option<String>,
    /// Why no project may take it, where none may.
    pub yanked: Option<String>,
    /// The last day that the publisher answers for it, where its manifest or the index says.
    pub supported_until: Option<String>,
    /// The digest that it was published with, where there is an index.
    digest: Option<String>,
}

/// The channel of versions that are supported for long.
const LONG: &str = "lts";

impl Listed {
    /// Whether a project on `channel` takes it: `lts` takes `lts` alone, every other takes `stable` and `lts` too.
    pub fn is_in(&self, channel: &str) -> bool {
        self.channel == channel || channel != LONG && (self.channel == STABLE || self.channel == LONG)
    }

    /// Whether it goes to a repository, as its publisher rolls it out.
    pub fn goes_to(&self, repository: &str) -> bool {
        let road = self.manifest.as_ref().map_or("", |manifest| manifest.id.as_str());
        rollout::includes(self.rollout, road, &self.version, repository)
    }

    /// Whether it may be chosen: it is there, and was not taken back.
    pub fn is_open(&self) -> bool {
        self.manifest.is_some() && self.yanked.is_none()
    }

    fn comes_from(&self, older: &str) -> bool {
        self.manifest.as_ref().is_some_and(|manifest| manifest.upgrades_from.iter().any(|from| from == older))
    }

    fn plain(manifest: Manifest) -> Self {
        Self {
            version: manifest.version.clone(),
            channel: manifest.channel.clone(),
            supported_until: Some(manifest.supported_until.clone()),
            manifest: Some(manifest),
            rollout: 100,
            deprecated: None,
            yanked: None,
            digest: None,
        }
    }

    fn published(published: Published, manifest: Option<Manifest>) -> Self {
        let Published { version, channel, digest, rollout, supported_until, deprecated, yanked, .. } = published;
        let of = |field: fn(&Manifest) -> &String| manifest.as_ref().map(|manifest| field(manifest).clone());
        Self {
            version,
            channel: channel.or_else(|| of(|manifest| &manifest.channel)).unwrap_or_else(|| STABLE.to_owned()),
            supported_until: supported_until.or_else(|| of(|manifest| &manifest.supported_until)),
            manifest,
            rollout: rollout.unwrap_or(100),
            deprecated,
            yanked,
            digest: Some(digest),
        }
    }
}

impl Store {
    /// Lists the versions of a source.
    ///
    /// # Errors
    /// When it is no road and holds none, its index is not usable, or it cannot be had.
    pub fn open(source: &Source) -> Result<Self, Diagnostic> {
        match source {
            Source::BuiltIn => Self::built_in(),
            Source::Folder(folder) if fs::look(&folder.join("road.toml"))? != fs::Found::Nothing => Self::one(folder),
            Source::Folder(folder) if fs::look(&folder.join(index::FILE))? != fs::Found::Nothing => Self::many(folder),
            Source::Folder(folder) => Err(no_road(folder)),
            Source::Registry(known, road) => Self::registry(known, road.as_deref()),
            Source::Git(commit) => Self::git(commit),
        }
    }

    fn built_in() -> Result<Self, Diagnostic> {
        let mut versions = Vec::new();
        for version in builtin::versions() {
            let text = builtin::manifest(version).unwrap_or_default();
            versions.push(Listed::plain(manifest_of(text.as_bytes().to_vec(), "built-in")?));
        }
        Ok(Self { place: Place::BuiltIn, versions })
    }

    fn one(folder: &Path) -> Result<Self, Diagnostic> {
        let text = match overlay::is_overlay(folder)? {
            true => overlay::read(folder)?.get("road.toml").map(|file| file.bytes.clone()).unwrap_or_default(),
            false => fs::read_text(&folder.join("road.toml"), TEXT_LIMIT)?.into_bytes(),
        };
        let listed = Listed::plain(manifest_of(text, &folder.display().to_string())?);
        Ok(Self { place: Place::One(folder.to_owned()), versions: vec![listed] })
    }

    fn many(folder: &Path) -> Result<Self, Diagnostic> {
        let shown = folder.display().to_string();
        let text = fs::read_text(&folder.join(index::FILE), TEXT_LIMIT)?;
        let manifest = |version: &str| fs::read_text(&folder.join(version).join("road.toml"), TEXT_LIMIT).ok();
        let versions = indexed(&text, &shown, manifest)?;
        Ok(Self { place: Place::Many(folder.to_owned()), versions })
    }

    fn registry(known: &Known, road: Option<&str>) -> Result<Self, Diagnostic> {
        let registry = Registry::open(known, road)?;
        let shown = known.url.clone();
        let mut versions = Vec::new();
        for entry in &registry.listing.versions {
            let manifest = manifest_of(entry.manifest.clone().into_bytes(), &shown).ok();
            // A version whose manifest is of another road or version is none that can be used.
            let manifest = manifest.filter(|manifest| manifest.id == registry.listing.road && manifest.version == entry.published.version);
            versions.push(Listed::published(entry.published.clone(), manifest));
        }
        Ok(Self { place: Place::Registry(Arc::new(registry)), versions })
    }

    fn git(commit: &Commit) -> Result<Self, Diagnostic> {
        let objects = commit.objects()?;
        let shown = commit.shown();
        if let Some(text) = objects.text("road.toml", TEXT_LIMIT)? {
            if toml::from_str::<toml::Table>(&text).is_ok_and(|table| table.contains_key("inherits")) {
                return Err(Diagnostic::usage("overlay-commit", "the commit holds an overlay, and no version of a road")
                    .at(format!("{shown}: road.toml"))
                    .because("an overlay stands on another road, which a commit does not bring along")
                    .fix("release it with `highroad road release FOLDER STORE`, commit the store, and name its folder after `#`"));
            }
            let listed = Listed::plain(manifest_of(text.into_bytes(), &shown)?);
            return Ok(Self { place: Place::GitOne(commit.clone(), objects), versions: vec![listed] });
        }
        let Some(text) = objects.text(index::FILE, TEXT_LIMIT)? else { return Err(no_road(Path::new(&shown))) };
        let manifest = |version: &str| objects.text(&format!("{version}/road.toml"), TEXT_LIMIT).ok().flatten();
        let versions = indexed(&text, &shown, manifest)?;
        Ok(Self { place: Place::GitMany(commit.clone(), objects), versions })
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
            Place::Registry(registry) => registry.url().to_owned(),
            Place::GitMany(commit, _) | Place::GitOne(commit, _) => commit.shown(),
        }
    }

    /// Returns where the versions are, for records.
    pub fn origin(&self) -> Origin {
        match &self.place {
            Place::BuiltIn => Origin::BuiltIn,
            Place::Many(folder) | Place::One(folder) => Origin::of_folder(folder),
            Place::Registry(registry) => Origin::Registry(registry.url().to_owned()),
            Place::GitMany(commit, _) | Place::GitOne(commit, _) => commit.origin(),
        }
    }

    /// Returns what a person should know of the place, such as that a registry could not be reached.
    pub fn notes(&self) -> &[String] {
        match &self.place {
            Place::Registry(registry) => &registry.notes,
            Place::BuiltIn | Place::Many(_) | Place::One(_) | Place::GitMany(..) | Place::GitOne(..) => &[],
        }
    }

    /// Returns the newest version that a new project on `channel` takes: one that goes to everybody.
    pub fn newest(&self, channel: &str) -> Option<&Listed> {
        self.versions.iter().rev().find(|listed| listed.is_open() && listed.rollout == 100 && listed.is_in(channel))
    }

    /// Says that no version can be taken.
    pub fn nothing_to_take(&self) -> Diagnostic {
        Diagnostic::usage("no-version", "the road has no version for a new project")
            .at(self.shown())
            .because("each is yanked, rolled out to some repositories only, in another channel, or cannot be read")
            .fix("ask the road's publisher for a version that is for everybody")
    }

    /// Reads a version, and proves that it has the bytes that it was published with.
    ///
    /// # Errors
    /// `version-unknown`, `version-gone`, `version-changed`, or what makes its files unusable.
    pub fn read(&self, version: &str) -> Result<Road, Diagnostic> {
        let (tree, place) = self.tree(version)?;
        let mut road = Road::from_tree(&tree, &place)?;
        road.origin = self.origin();
        let is_indexed = self.get(version).is_some_and(|listed| listed.digest.is_some());
        if is_indexed && road.manifest.version != version {
            return Err(broken(&place, "road.toml", format!("it says that it is version {}", road.manifest.version)));
        }
        if let Place::Registry(registry) = &self.place
            && road.manifest.id != registry.listing.road
        {
            let why =
                format!("it says that it is the road `{}`, and the registry signs it as `{}`", road.manifest.id, registry.listing.road);
            return Err(broken(&place, "road.toml", why));
        }
        Ok(road)
    }

    /// Reads the files of a version, and proves that they are what was published. Returns where they were, too, for messages.
    ///
    /// # Errors
    /// `version-unknown`, `version-gone`, `version-changed`, or what makes its files unreadable.
    pub fn tree(&self, version: &str) -> Result<(Tree, String), Diagnostic> {
        let Some(listed) = self.get(version) else {
            let known: Vec<&str> = self.versions.iter().map(|listed| listed.version.as_str()).collect();
            return Err(Diagnostic::usage("version-unknown", format!("there is no version `{version}` of the road"))
                .at(self.shown())
                .because("what the road published does not name it")
                .fix(did_you_mean(version, &known)));
        };
        let shown = self.shown();
        let (tree, place) = match &self.place {
            Place::BuiltIn => (builtin::read(version).unwrap_or_default(), shown),
            Place::One(folder) => (overlay::read(folder)?, shown),
            Place::Many(folder) => (read_version(folder, version)?, folder.join(version).display().to_string()),
            Place::Registry(registry) => (registry.read(version)?, format!("{shown}/{version}")),
            Place::GitOne(_, objects) => (objects.tree("", LIMITS)?, shown),
            Place::GitMany(_, objects) => (objects.tree(version, LIMITS)?, format!("{shown}/{version}")),
        };
        let found = tree.digest().to_string();
        if let Some(recorded) = listed.digest.as_ref().filter(|recorded| **recorded != found) {
            return Err(Diagnostic::usage("version-changed", format!("version {version} of the road is not what was published"))
                .at(place)
                .because(format!("its files have the digest {found}, and the index records {recorded}; a published version never changes"))
                .fix("get the folder back from the road's publisher, and ask who changed it; `highroad road verify` tells more"));
        }
        if let Place::Registry(registry) = &self.place {
            let told = registry.listing.versions.iter().find(|entry| entry.published.version == version);
            let found = tree.get("road.toml").map(|file| file.bytes.as_slice());
            if told.map(|entry| entry.manifest.as_bytes()) != found {
                return Err(broken(&place, "road.toml", "the registry's listing shows another text of it"));
            }
        }
        Ok((tree, place))
    }
}

/// Reads an index, with the manifest of each version where it can be had.
fn indexed(text: &str, shown: &str, manifest: impl Fn(&str) -> Option<String>) -> Result<Vec<Listed>, Diagnostic> {
    let index = Index::parse(text).map_err(|why| broken(shown, index::FILE, why))?;
    let (mut versions, mut left) = (Vec::new(), ALL_MANIFESTS);
    for published in index.version {
        let text = manifest(&published.version);
        left = left.checked_sub(text.as_ref().map_or(0, |text| text.len() as u64)).ok_or_else(|| {
            broken(shown, index::FILE, format!("the `road.toml` of its versions have more than {ALL_MANIFESTS} bytes together"))
        })?;
        let manifest = text.and_then(|text| manifest_of(text.into_bytes(), shown).ok());
        versions.push(Listed::published(published, manifest));
    }
    versions.sort_by(|a, b| version::compare(&a.version, &b.version));
    Ok(versions)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_manifests_together_are_bounded() {
        let digest = crate::base::digest::Digest::of(b"").to_string();
        let entry = |number| format!("[[version]]\nversion = \"2026.1.{number}\"\nreleased = \"2026-01-01\"\ndigest = \"{digest}\"\n");
        let index: String = (0..9).map(entry).collect();
        let large = "=".repeat(usize::try_from(TEXT_LIMIT).unwrap());
        let error = indexed(&index, "store", |_| Some(large.clone())).unwrap_err();
        assert!(error.why.contains("together"), "{}", error.why);
        assert_eq!(indexed(&index, "store", |_| None).unwrap().len(), 9);
    }
}
