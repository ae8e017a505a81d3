//! What a repository is as a whole, and why: it decides how much of the road fits.

use super::code::Code;
use super::known::{KNOWN, Role};
use super::packaging::Packaging;
use super::papers::Papers;
use super::{Evidence, Sign, is_aside, python, roots};
use crate::formats::requirement::normal_name;
use crate::repo::snapshot::Entry;

/// What a repository is as a whole.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Shape {
    /// Code that people run from a clone, to train or to try something.
    Research,
    /// A program that answers requests.
    Service,
    /// A program that people use, or a system of training and serving.
    Application,
    /// A package that others install.
    Library,
    /// Several projects side by side, such as a course.
    Monorepo,
    /// A collection of notebooks.
    Notebooks,
    /// Code on a runtime that nobody maintains any more.
    Archive,
    /// Vulnerable on purpose.
    Lab,
}

impl Shape {
    /// Returns the word for it in our formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Research => "research",
            Self::Service => "service",
            Self::Application => "application",
            Self::Library => "library",
            Self::Monorepo => "monorepo",
            Self::Notebooks => "notebooks",
            Self::Archive => "archive",
            Self::Lab => "lab",
        }
    }

    /// What it is in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Research => "a research script",
            Self::Service => "a service",
            Self::Application => "an application",
            Self::Library => "a library",
            Self::Monorepo => "several projects side by side",
            Self::Notebooks => "a book of notebooks",
            Self::Archive => "an archive",
            Self::Lab => "a lab that is vulnerable on purpose",
        }
    }

    /// Whether the code is to stay as it is: only papers are added beside it.
    pub fn is_left_alone(self) -> bool {
        match self {
            Self::Lab | Self::Archive => true,
            Self::Research | Self::Service | Self::Application | Self::Library | Self::Monorepo | Self::Notebooks => false,
        }
    }
}

/// What decides.
pub(super) struct Subject<'a> {
    pub code: &'a Code,
    pub frameworks: &'a [Sign],
    pub services: &'a [Sign],
    pub platforms: &'a [Sign],
    pub papers: &'a Papers,
    pub packaging: &'a Packaging,
    pub roots: &'a [(&'static str, String)],
    pub files: &'a [&'a Entry],
}

/// A shape with its reason.
pub(super) struct Verdict {
    pub shape: Shape,
    pub why: String,
    pub evidence: Vec<Evidence>,
}

/// How many projects make a monorepo.
const PROJECTS: usize = 4;
/// How many numbered folders make a course.
const CHAPTERS: usize = 4;
/// How many notebooks make a book, where there is little other code.
const BOOK: usize = 4;
/// In how many places a platform shows that the repository is made for it.
const PLATFORM: usize = 5;

/// Frameworks through which a program talks to a language model.
const TALKS: &[&str] = &["langchain", "llama-index", "haystack", "openai", "anthropic", "google-genai", "ollama", "litellm"];

/// Decides; the first reason that holds counts.
pub(super) fn decide(subject: &Subject<'_>) -> Verdict {
    let rules = [lab, archive, several, book, library, program];
    rules.iter().find_map(|rule| rule(subject)).unwrap_or_else(|| research(subject))
}

fn verdict(shape: Shape, why: impl Into<String>, evidence: impl IntoIterator<Item = Evidence>) -> Verdict {
    Verdict { shape, why: why.into(), evidence: evidence.into_iter().take(4).collect() }
}

fn lab(subject: &Subject<'_>) -> Option<Verdict> {
    let place = subject.papers.vulnerable.clone()?;
    Some(verdict(Shape::Lab, "its README says that it is vulnerable on purpose: fixing it would break what it teaches", [place]))
}

fn archive(subject: &Subject<'_>) -> Option<Verdict> {
    let archived = subject.papers.archived.clone();
    if python::is_python_2(subject.code) {
        let places = subject.code.python2.iter().take(3).cloned().chain(archived);
        return Some(verdict(Shape::Archive, "its code is Python 2, which has had no fixes since 2020", places));
    }
    let leading = subject.frameworks.first()?;
    let over = matches!(leading.id.as_str(), "caffe" | "theano" | "chainer" | "torch7" | "mxnet") || leading.name == "TensorFlow 1";
    // The newest framework decides: TensorFlow 1 beside PyTorch is a helper that was left.
    let newer =
        subject.frameworks.iter().skip(1).any(|sign| matches!(sign.id.as_str(), "pytorch" | "jax") && sign.times * 2 >= leading.times);
    if !over || newer {
        return None;
    }
    let places = leading.evidence.iter().take(3).cloned().chain(archived);
    Some(verdict(Shape::Archive, format!("it stands on {}, which is no longer maintained", leading.name), places))
}

fn several(subject: &Subject<'_>) -> Option<Verdict> {
    let chapters: Vec<&str> = chapters(subject.files);
    let notebooks = subject.code.notebooks.as_ref().map_or(0, |sign| sign.times);
    if chapters.len() >= CHAPTERS && (subject.papers.course.is_some() || chapters.len() >= 6 || notebooks >= BOOK) {
        let places = chapters.iter().map(|folder| Evidence::new(folder, 0, "a numbered folder")).take(3);
        let only_notebooks = notebooks >= BOOK && subject.code.python_files * 2 < notebooks;
        if !only_notebooks {
            let why = format!("it has {} numbered folders, as a course has", chapters.len());
            return Some(verdict(Shape::Monorepo, why, places.chain(subject.papers.course.clone())));
        }
    }
    let projects = roots::projects(subject.roots);
    let own = projects.iter().filter(|folder| !folder.is_empty()).count();
    let published = published(subject).is_some();
    (own >= PROJECTS && !published).then(|| {
        let places =
            projects.iter().filter(|folder| !folder.is_empty()).map(|folder| Evidence::new(folder, 0, "a project of its own")).take(4);
        verdict(Shape::Monorepo, format!("{own} of its folders ask for packages of their own"), places)
    })
}

/// The outer folders that are numbered: `01-intro`, `week2`, `lesson_3`.
fn chapters<'a>(files: &[&'a Entry]) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for entry in files {
        let Some((folder, _)) = entry.path.split_once('/') else { continue };
        let lower = folder.to_ascii_lowercase();
        let rest = ["week", "lesson", "chapter", "module", "lecture", "lab", "day", "part", "ch", "session"]
            .iter()
            .find_map(|word| lower.strip_prefix(word))
            .unwrap_or(&lower)
            .trim_start_matches(['-', '_', ' ']);
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        let ends = rest[digits..].is_empty() || rest[digits..].starts_with(['-', '_', '.', ' ']);
        if (1..=2).contains(&digits) && ends && found.last() != Some(&folder) && !found.contains(&folder) {
            found.push(folder);
        }
    }
    found
}

fn book(subject: &Subject<'_>) -> Option<Verdict> {
    let notebooks = subject.code.notebooks.as_ref()?;
    let enough = notebooks.times >= BOOK && notebooks.times > subject.code.python_files * 2;
    let nothing_else = notebooks.times >= 1 && subject.code.python_files == 0;
    (enough || nothing_else).then(|| {
        verdict(
            Shape::Notebooks,
            format!("it has {} notebooks and {} other Python files", notebooks.times, subject.code.python_files),
            notebooks.evidence.clone(),
        )
    })
}

/// Where it shows that others install it: an index knows it, or its README says so.
fn published(subject: &Subject<'_>) -> Option<(String, Evidence)> {
    let name = subject.packaging.name.as_ref()?;
    let normal = normal_name(&name.name);
    let installs = subject.papers.installs.iter().find(|(package, _)| *package == normal);
    let place = installs.map(|(_, place)| place.clone()).or_else(|| subject.packaging.published.clone())?;
    Some((name.name.clone(), place))
}

fn library(subject: &Subject<'_>) -> Option<Verdict> {
    let (name, place) = published(subject)?;
    let package = normal_name(&name);
    // A README that tells to install it by name is as good as a folder of that name.
    let told = subject.papers.installs.iter().any(|(installed, _)| *installed == package);
    let has = subject.files.iter().find(|entry| {
        let folder = entry.folder().strip_prefix("src/").unwrap_or(entry.folder());
        entry.name() == "__init__.py" && !folder.is_empty() && !folder.contains('/') && {
            let folder = normal_name(folder);
            let alike = folder == package
                || package.ends_with(&format!("-{folder}"))
                || folder.starts_with(&package)
                || package.starts_with(&folder);
            alike || told && !is_aside(&entry.path)
        }
    });
    let module = has.map(|entry| Evidence::new(&entry.path, 0, "the package"))?;
    Some(verdict(Shape::Library, format!("it is the package `{name}`, which others install"), [place, module]))
}

fn program(subject: &Subject<'_>) -> Option<Verdict> {
    let has_role = |sign: &&Sign, role: Role| KNOWN.iter().any(|known| known.id == sign.id && known.role == role);
    let central = |sign: &&Sign| sign.evidence.iter().any(|place| !is_side_folder(&place.path));
    let surface = subject.services.iter().filter(central).find(|sign| has_role(sign, Role::Surface));
    let service = subject.services.iter().filter(central).find(|sign| has_role(sign, Role::Service));
    let front = subject.files.iter().find(|entry| entry.name() == "package.json" && !is_aside(&entry.path));
    let trains = subject.code.trains.as_ref();
    let code = |sign: &&Sign| sign.evidence.iter().any(|place| place.path.ends_with(".py"));
    let platform = subject.platforms.iter().filter(code).find(|sign| sign.times >= PLATFORM);
    let talks = subject.frameworks.first().filter(|sign| TALKS.contains(&sign.id.as_str()));
    if let Some(platform) = platform {
        return Some(verdict(Shape::Application, format!("its pipelines run on {}", platform.name), platform.evidence.clone()));
    }
    match (surface, service, front, trains) {
        (Some(surface), _, _, None) => {
            Some(verdict(Shape::Application, format!("people use it through {}", surface.name), surface.evidence.clone()))
        }
        (_, Some(service), Some(front), _) => {
            let places = service.evidence.iter().take(2).cloned().chain([Evidence::new(&front.path, 0, "a front end")]);
            Some(verdict(Shape::Application, format!("it has a front end, and answers it with {}", service.name), places))
        }
        (_, Some(service), None, Some(trains)) => {
            let places = service.evidence.iter().take(2).cloned().chain(trains.evidence.iter().take(2).cloned());
            Some(verdict(Shape::Application, format!("it trains models and serves them with {}", service.name), places))
        }
        (_, Some(service), None, None) => {
            Some(verdict(Shape::Service, format!("it answers requests with {}", service.name), service.evidence.clone()))
        }
        (_, None, Some(front), _) if talks.is_some() => {
            let name = talks.map_or("", |talks| talks.name.as_str());
            let places =
                talks.iter().flat_map(|sign| sign.evidence.iter().take(2).cloned()).chain([Evidence::new(&front.path, 0, "a front end")]);
            Some(verdict(Shape::Application, format!("it has a front end, and talks to a model through {name}"), places))
        }
        (Some(_) | None, None, _, _) => None,
    }
}

/// Folders whose content is of use beside the code: a server there is not what the repository is.
fn is_side_folder(path: &str) -> bool {
    const FOLDERS: &[&str] = &["utils", "util", "tools", "tool", "scripts", "notebooks", "research", "misc", "extras"];
    path.split('/').rev().skip(1).any(|part| FOLDERS.contains(&part))
}

fn research(subject: &Subject<'_>) -> Verdict {
    let (trains, leading) = (subject.code.trains.as_ref(), subject.frameworks.first());
    match (trains, leading) {
        (Some(trains), _) => verdict(Shape::Research, "it trains models, and people run it from a clone", trains.evidence.clone()),
        (None, Some(leading)) => {
            verdict(Shape::Research, format!("people run its {} code from a clone", leading.name), leading.evidence.clone())
        }
        (None, None) => {
            let first =
                subject.files.iter().find(|entry| entry.name().to_ascii_lowercase().starts_with("readme")).or(subject.files.first());
            let place = first.map(|entry| Evidence::new(&entry.path, 0, "nothing else was found"));
            verdict(Shape::Research, "nothing shows that it serves, or that others install it", place)
        }
    }
}
