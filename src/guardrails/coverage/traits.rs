//! What a repository is, as far as its files tell: it decides which items of the standards apply.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::files::{Reader, counts, is_code, is_pipeline};
use crate::formats::text::decode;
use crate::repo::config::{self, Config};
use crate::repo::snapshot::{Entry, Snapshot};

/// Something that a repository is or has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trait {
    /// Holds anything at all.
    Always,
    /// Python code.
    Python,
    /// Something says on which packages it depends.
    Dependencies,
    /// Builds a container image.
    Container,
    /// Has a pipeline of any host.
    Ci,
    /// Has GitHub Actions.
    CiGithub,
    /// Has GitLab CI.
    CiGitlab,
    /// Makes releases.
    Release,
    /// Uses, trains or keeps a model.
    Ml,
    /// Trains a model.
    Training,
    /// Trains a model further that somebody else began.
    FineTuning,
    /// Trains with rewards from people or models.
    Rlhf,
    /// Makes or finds labels by program.
    AutoLabels,
    /// Works with a labelling platform.
    Labelling,
    /// Stores weights with fewer bits.
    Quantized,
    /// Loads, saves or keeps model files.
    ModelArtifact,
    /// Computes on an accelerator.
    Accelerator,
    /// Asks a language model.
    Llm,
    /// Gives a model documents to answer from.
    Rag,
    /// Keeps vectors of texts.
    Vectors,
    /// Remembers conversations or facts between calls of a model.
    Memory,
    /// Lets a model call tools.
    Agent,
    /// Several agents work together.
    MultiAgent,
    /// Starts actions without being asked.
    Autonomous,
    /// Speaks the Model Context Protocol.
    Mcp,
    /// Answers over a network.
    Serving,
    /// Takes images, sound or video.
    Media,
    /// Makes images, sound or video.
    MediaOutput,
    /// Keeps customers apart.
    Tenants,
    /// Runs models on devices.
    Edge,
    /// Is on a Highroad road.
    OnRoad,
}

impl Trait {
    /// Reads the name that the data uses.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name)).ok()
    }

    /// Says what was not seen where the trait is missing.
    pub fn absence(self) -> &'static str {
        signs().iter().find(|signs| signs.id == self).map_or("it was not seen", |signs| &signs.absence)
    }
}

/// What a repository is, each with the file that showed it.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Traits {
    /// The traits, each with the path or the answer that showed it.
    pub seen: BTreeMap<Trait, String>,
}

impl Traits {
    /// Whether the repository has a trait.
    pub fn has(&self, it: Trait) -> bool {
        self.seen.contains_key(&it)
    }

    fn note(&mut self, it: Trait, path: &str) {
        self.seen.entry(it).or_insert_with(|| path.to_owned());
        // What follows from it.
        let follows: &[Trait] = match it {
            Trait::Training | Trait::Llm | Trait::ModelArtifact | Trait::Accelerator => &[Trait::Ml],
            Trait::FineTuning | Trait::Quantized => &[Trait::ModelArtifact, Trait::Ml],
            Trait::Rlhf => &[Trait::Training, Trait::FineTuning, Trait::ModelArtifact, Trait::Ml],
            Trait::Rag | Trait::Agent | Trait::Memory => &[Trait::Llm, Trait::Ml],
            Trait::MultiAgent | Trait::Autonomous => &[Trait::Agent, Trait::Llm, Trait::Ml],
            Trait::Edge | Trait::MediaOutput => &[Trait::Ml],
            Trait::CiGithub | Trait::CiGitlab => &[Trait::Ci],
            Trait::Always
            | Trait::Python
            | Trait::Dependencies
            | Trait::Container
            | Trait::Ci
            | Trait::Release
            | Trait::Ml
            | Trait::AutoLabels
            | Trait::Labelling
            | Trait::Vectors
            | Trait::Mcp
            | Trait::Serving
            | Trait::Media
            | Trait::Tenants
            | Trait::OnRoad => &[],
        };
        for other in follows {
            self.seen.entry(*other).or_insert_with(|| path.to_owned());
        }
    }
}

/// What shows a trait.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signs {
    /// The trait.
    pub(super) id: Trait,
    /// What is said where it was not seen.
    pub(super) absence: String,
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default)]
    code: Vec<String>,
    #[serde(default)]
    pipeline: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    r#trait: Vec<Signs>,
}

/// Returns what shows each trait.
pub(super) fn signs() -> &'static [Signs] {
    static SIGNS: LazyLock<Vec<Signs>> = LazyLock::new(|| {
        let file: File = toml::from_str(include_str!("../standards/traits.toml")).expect("the built-in signs are read in the tests");
        file.r#trait
    });
    &SIGNS
}

/// Finds out what a repository is, from names of files, manifests, code and the answers in `highroad.toml`.
pub fn traits(snapshot: &Snapshot) -> Traits {
    let mut traits = Traits::default();
    let of = |words: fn(&'static Signs) -> &'static [String]| {
        let named = signs().iter().flat_map(move |signs| words(signs).iter().map(|word| (signs.id, word.as_str())));
        named.collect::<Vec<(Trait, &'static str)>>()
    };
    let (packages, code, pipeline) = (of(|signs| &signs.packages), of(|signs| &signs.code), of(|signs| &signs.pipeline));
    let words: Vec<&str> = code.iter().chain(&pipeline).map(|(_, word)| *word).collect();
    let mut reader = Reader::of(&words);
    for entry in snapshot.entries().iter().filter(|entry| counts(entry)) {
        let path = entry.path.as_str();
        traits.note(Trait::Always, path);
        by_name(&mut traits, entry);
        if is_manifest(entry) {
            traits.note(Trait::Dependencies, path);
            for package in packages_in(snapshot, entry) {
                for (it, _) in packages.iter().filter(|(_, name)| *name == package) {
                    traits.note(*it, path);
                }
            }
        }
        let (in_code, in_pipeline) = (is_code(entry), is_pipeline(path));
        if in_code || in_pipeline {
            for word in reader.words_in(snapshot, entry) {
                let shows = if in_code { code.get(word) } else { word.checked_sub(code.len()).and_then(|word| pipeline.get(word)) };
                if let Some((it, _)) = shows {
                    traits.note(*it, path);
                }
            }
        }
    }
    by_answers(&mut traits, snapshot);
    // Vectors of texts beside a language model are there to be retrieved for it.
    if let (Some(_), Some(path)) = (traits.seen.get(&Trait::Llm), traits.seen.get(&Trait::Vectors).cloned()) {
        traits.note(Trait::Rag, &path);
    }
    traits
}

fn by_name(traits: &mut Traits, entry: &Entry) {
    let path = entry.path.as_str();
    let name = entry.name().to_ascii_lowercase();
    match entry.extension().as_str() {
        "py" | "ipynb" => traits.note(Trait::Python, path),
        "pt" | "pth" | "ckpt" | "safetensors" | "onnx" | "h5" | "hdf5" | "keras" | "joblib" | "pkl" | "pickle" | "skops" | "caffemodel"
        | "pb" => {
            traits.note(Trait::ModelArtifact, path);
        }
        "gguf" => traits.note(Trait::Quantized, path),
        "tflite" | "mlmodel" | "mlpackage" => traits.note(Trait::Edge, path),
        _ => {}
    }
    if name.starts_with("dockerfile") || name.starts_with("containerfile") || name.ends_with(".dockerfile") {
        traits.note(Trait::Container, path);
    }
    if matches!(name.as_str(), ".mcp.json" | "mcp.json") {
        traits.note(Trait::Mcp, path);
    }
    if is_pipeline(path) {
        traits.note(Trait::Ci, path);
        if path.starts_with(".github/") {
            traits.note(Trait::CiGithub, path);
        } else if path.starts_with(".gitlab") {
            traits.note(Trait::CiGitlab, path);
        }
    }
}

fn is_manifest(entry: &Entry) -> bool {
    let name = entry.name().to_ascii_lowercase();
    let requirements = name.contains("requirements") && (name.ends_with(".txt") || name.ends_with(".in"));
    let conda = (name.starts_with("conda") || name.starts_with("environment")) && (name.ends_with(".yml") || name.ends_with(".yaml"));
    requirements || conda || matches!(name.as_str(), "pyproject.toml" | "setup.py" | "setup.cfg" | "pipfile" | "package.json")
}

/// Returns the words of a manifest that could be names of packages. The lock of the scanners is none of the project's.
fn packages_in(snapshot: &Snapshot, entry: &Entry) -> Vec<String> {
    const LENGTH: usize = 128 << 10;
    if entry.path.ends_with("requirements-security.txt") {
        return Vec::new();
    }
    let Some(bytes) = snapshot.open(entry).ok().and_then(|reader| reader.read_range(0, LENGTH).ok()) else { return Vec::new() };
    let Some(text) = decode(&bytes) else { return Vec::new() };
    let prose = |line: &str| line.starts_with('#') || line.starts_with("description") || line.starts_with("//");
    let lines = text.text.lines().map(str::trim).filter(|line| !prose(line));
    // The first word of each quoted or listed requirement: what follows a version mark is no name.
    lines
        .flat_map(|line| line.split(['"', '\'', ',']))
        .filter_map(|part| {
            let part = part.trim_start_matches(['-', ' ', '[', '(']);
            let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(part.len());
            let name = part[..end].to_ascii_lowercase().replace('_', "-");
            (!name.is_empty()).then_some(name)
        })
        .collect()
}

/// Adds what the project's own file says about its kind.
fn by_answers(traits: &mut Traits, snapshot: &Snapshot) {
    let Some(subject) = snapshot.subject(config::FILE) else { return };
    traits.note(Trait::OnRoad, config::FILE);
    let Some(config) = subject.text().and_then(|text| toml::from_str::<Config>(text).ok()) else { return };
    let kind = config.kind.as_deref().unwrap_or_default();
    let of_kind: &[Trait] = if kind == "llm-app" {
        &[Trait::Llm, Trait::Rag, Trait::Agent, Trait::Serving]
    } else if kind.ends_with("-training") || kind.starts_with("sklearn") {
        &[Trait::Training, Trait::ModelArtifact]
    } else {
        &[]
    };
    for it in of_kind {
        traits.note(*it, config::FILE);
    }
}
