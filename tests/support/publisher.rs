//! A platform team with keys, a small road and a registry; and a judge of what it publishes that is not our own.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at files from outside, and may fail by a panic")]

use std::path::{Path, PathBuf};

use highroad::base::digest::Digest;
use highroad::road::registry::keys::hex;
use tough::schema::Target;
use tough::{RepositoryLoader, TargetName};
use url::Url;

use crate::support::{Folder, Run};

/// A folder with `keys/`, `work/` (the road's working folder), `store/` and `registry/`.
pub struct Team {
    pub folder: Folder,
}

impl Team {
    /// A team with nothing but a folder.
    pub fn new() -> Self {
        Self { folder: Folder::new() }
    }

    /// A team whose registry has its first version.
    pub fn published() -> Self {
        let team = Self::new();
        team.started();
        team.release("2026.11.0", "one");
        team.publish(&[]).success();
        team
    }

    /// Makes keys, starts the registry, and signs its root and targets.
    pub fn started(&self) {
        self.keys(&["anna", "ben", "cleo", "online", "small"]);
        self.run("road registry init registry --root-key keys/anna.pub --root-key keys/ben.pub --root-key keys/cleo.pub --online-key keys/online.pub --road small=keys/small.pub").success();
        self.sign("root", "anna");
        self.sign("root", "ben");
        self.sign("targets", "anna");
        self.sign("targets", "cleo");
    }

    pub fn keys(&self, names: &[&str]) {
        for name in names {
            self.run(&format!("road keys new {name} --out keys")).success();
        }
    }

    pub fn sign(&self, draft: &str, key: &str) -> Run {
        self.run(&format!("road keys sign registry/draft/{draft}.json --key keys/{key}.key")).success()
    }

    /// Freezes a version whose one file has this text.
    pub fn release(&self, version: &str, text: &str) {
        self.road(version, text);
        // Roads of these tests name a version that they come from whether it is there or not: `lint` is beside the point.
        highroad::ops::road::release::freeze(&self.folder.join("work"), &self.folder.join("store")).unwrap();
    }

    /// Writes the working folder of the road.
    pub fn road(&self, version: &str, text: &str) {
        self.folder.write(
            "work/road.toml",
            &format!(
                "schema = 1\nid = \"small\"\npublisher = \"Acme\"\ntitle = \"A small road\"\nversion = \"{version}\"\nreleased = \"2026-11-23\"\n\
                 supported-until = \"2027-11-23\"\nupgrades-from = [\"2026.11.0\"]\nkinds = [\"note\"]\nlayers = []\n\n\
                 [[change]]\nwhat = \"The note says {text}.\"\nwhy = \"It should.\"\n\n\
                 [[change]]\nwhat = \"The note of {version} is safer.\"\nwhy = \"A hole was there.\"\nsecurity = true\n"
            ),
        );
        self.folder.write(
            "work/questions.toml",
            "[[question]]\nkey = \"name\"\nask = \"Name?\"\nhelp = \"The name.\"\ntype = \"name\"\ndefault = \"demo\"\n",
        );
        self.folder.write(
            "work/kinds/note/kind.toml",
            "title = \"a note\"\n[[file]]\npath = \"**\"\nwhy = \"It is the note.\"\nownership = \"managed\"\n",
        );
        self.folder.write("work/kinds/note/files/note.txt", &format!("{text}\n"));
    }

    /// Publishes with the road's key and the online one.
    pub fn publish(&self, more: &[&str]) -> Run {
        let mut arguments = vec!["road", "publish", "store", "registry", "--key", "keys/small.key", "--key", "keys/online.key"];
        arguments.extend(more);
        self.folder.highroad(&arguments)
    }

    /// Runs `highroad` with these words.
    pub fn run(&self, words: &str) -> Run {
        self.folder.highroad(&words.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs `highroad` with these words, and one variable more.
    pub fn run_with(&self, variable: (&str, &str), words: &str) -> Run {
        let mut command = self.folder.command(env!("CARGO_BIN_EXE_highroad"));
        Run::of(command.args(words.split_whitespace()).env(variable.0, variable.1))
    }

    pub fn registry(&self) -> PathBuf {
        self.folder.join("registry")
    }

    /// The bytes of the first root, which clients are given.
    pub fn first_root(&self) -> Vec<u8> {
        std::fs::read(self.registry().join("metadata/1.root.json")).unwrap()
    }

    /// Loads the registry with tough's own client, from this root, and reads every file that it names.
    pub fn load(&self, root: &[u8]) -> Result<Loaded, String> {
        load(&self.registry(), root)
    }
}

/// What a client sees.
#[derive(Debug, Eq, PartialEq)]
pub struct Loaded {
    pub root: u64,
    pub timestamp: u64,
    /// The names of the files, sorted.
    pub files: Vec<String>,
    /// The listing of the road.
    pub listing: String,
}

/// Loads a registry with tough's own client.
pub fn load(registry: &Path, root: &[u8]) -> Result<Loaded, String> {
    let url = |name: &str| {
        Url::from_directory_path(registry.join(name).canonicalize().map_err(|error| error.to_string())?).map_err(|()| "url".to_owned())
    };
    let (metadata, targets) = (url("metadata")?, url("targets")?);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let repository = RepositoryLoader::new(&root, metadata, targets).load().await.map_err(|error| error.to_string())?;
        let mut targets: Vec<(TargetName, Target)> =
            repository.all_targets().map(|(name, target)| (name.clone(), target.clone())).collect();
        targets.sort_by(|a, b| a.0.raw().cmp(b.0.raw()));
        let mut listing = String::new();
        for (name, target) in &targets {
            // tough looks for `HASH.folder/file`; the specification, and every other client, for `folder/HASH.file`.
            let (folder, file) = name.raw().split_once('/').unwrap();
            let hash = hex(&target.hashes.sha256);
            let bytes = std::fs::read(registry.join(format!("targets/{folder}/{hash}.{file}")))
                .map_err(|error| format!("{}: {error}", name.raw()))?;
            if Digest::of(&bytes).hex() != hash || bytes.len() as u64 != target.length {
                return Err(format!("{} has other bytes", name.raw()));
            }
            if file == "index.json" {
                listing = String::from_utf8(bytes).unwrap();
            }
        }
        Ok(Loaded {
            root: repository.root().signed.version.get(),
            timestamp: repository.timestamp().signed.version.get(),
            files: targets.iter().map(|(name, _)| name.raw().to_owned()).collect(),
            listing,
        })
    })
}
