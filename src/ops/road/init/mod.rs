//! `highroad road init`: the first files of an organisation's road, as an overlay of another or from nothing.

mod examples;
mod nothing;
mod texts;

use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::base::path::RelPath;
use crate::base::tree::{File, Mode, Tree};
use crate::road::id::{RULE, is_road_id, suggest};
use crate::road::manifest::STABLE;
use crate::road::source::Source;
use crate::road::store::Store;
use crate::road::{Road, builtin, overlay, version};

/// What the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder that the road is written to: a new one, or an empty one.
    pub folder: PathBuf,
    /// The road that is inherited: `ml`, or a folder; nothing for a road of its own.
    pub from: Option<String>,
    /// The road's id.
    pub id: Option<String>,
    /// Who publishes it.
    pub publisher: Option<String>,
    /// What it is, in one line.
    pub title: Option<String>,
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct Started {
    /// The road's id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The inherited road and version, where there is one.
    pub inherits: Option<String>,
    /// The files, in order.
    pub files: Vec<String>,
}

/// What the texts speak of.
struct Facts {
    id: String,
    publisher: String,
    title: String,
    version: String,
    released: String,
    supported_until: String,
}

/// What is inherited.
struct Parent {
    road: Road,
    tree: Tree,
    source: String,
}

/// Writes the first files of a road. `today` becomes its version and its days.
///
/// # Errors
/// When the folder holds something, a name cannot be used, or the inherited road cannot be had. Nothing is written then.
pub fn init(options: &Options, today: Day) -> Result<Started, Diagnostic> {
    match fs::look(&options.folder)? {
        Found::Nothing => {}
        Found::Folder(names) if names.iter().all(|name| name == ".git") => {}
        Found::Folder(_) | Found::Other(_) => {
            return Err(Diagnostic::usage("target", "the folder of the new road is not empty")
                .at(options.folder.display().to_string())
                .because("nothing of yours is ever overwritten")
                .fix("name a new folder, such as `highroad road init acme-road`"));
        }
    }
    let parent = options.from.as_deref().map(|from| parent(from, &options.folder)).transpose()?;
    let facts = facts(options, parent.as_ref(), today)?;
    let texts = match &parent {
        Some(parent) => examples::overlay(&facts, parent),
        None => nothing::road(&facts),
    };
    let mut tree = Tree::default();
    for (path, text) in &texts {
        let parsed = RelPath::parse(path).map_err(|error| Diagnostic::failed("init", format!("`{path}`: {error}")))?;
        let file = File { bytes: text.clone().into_bytes(), mode: Mode::Plain };
        tree.insert(parsed, file).map_err(|error| Diagnostic::failed("init", error.to_string()))?;
    }
    fs::create_folders(&options.folder)?;
    fs::write_tree(&options.folder, &tree, || Ok(()))?;
    Ok(Started {
        id: facts.id,
        version: facts.version,
        inherits: parent.map(|parent| format!("{} {}", parent.road.manifest.id, parent.road.manifest.version)),
        files: tree.iter().map(|(path, _)| path.to_string()).collect(),
    })
}

fn facts(options: &Options, parent: Option<&Parent>, today: Day) -> Result<Facts, Diagnostic> {
    let full = crate::base::env::current_folder()?.join(&options.folder);
    let last = full.components().rev().find_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => None,
    });
    let id = options.id.clone().unwrap_or_else(|| suggest(&last.unwrap_or_default()));
    if !is_road_id(&id) {
        return Err(Diagnostic::usage("road-id", format!("`{id}` is no id of a road"))
            .at("--id")
            .because(RULE)
            .fix("name one, such as `--id acme-ml`"));
    }
    if parent.is_some_and(|parent| parent.road.manifest.id == id) {
        return Err(Diagnostic::usage("road-id", format!("the inherited road is called `{id}` already"))
            .at("--id")
            .because("a project has to be able to tell which of the two it is on")
            .fix(format!("choose another id, such as `--id acme-{id}`")));
    }
    for (flag, text) in [("--publisher", &options.publisher), ("--title", &options.title)] {
        if text.as_ref().is_some_and(|text| text.trim().is_empty() || text.len() > 200 || text.chars().any(char::is_control)) {
            return Err(Diagnostic::usage("road-text", "the text cannot be used")
                .at(flag)
                .because("it is empty, longer than 200 bytes, or has a control character")
                .fix("give it in one line"));
        }
    }
    let publisher = options.publisher.clone().unwrap_or_else(|| format!("{id} platform team"));
    let day = today.to_string();
    let mut parts = day.split('-').map(|part| part.parse::<u32>().unwrap_or(0));
    Ok(Facts {
        title: options.title.clone().unwrap_or_else(|| format!("The paved road of {publisher}")),
        version: format!("{}.{}.0", parts.next().unwrap_or(0), parts.next().unwrap_or(0)),
        released: day.clone(),
        supported_until: today.plus(365).to_string(),
        id,
        publisher,
    })
}

/// Reads the road that is inherited: the newest stable version of a store.
fn parent(from: &str, target: &Path) -> Result<Parent, Diagnostic> {
    let built_in = |version: &str, tree: Tree| {
        let road = Road::from_tree(&tree, "built-in")?;
        debug_assert_eq!(road.manifest.version, version);
        Ok(Parent { road, tree, source: "built-in".to_owned() })
    };
    let (newest, tree) = builtin::newest()?;
    let ours = builtin::manifest(newest).and_then(|text| toml::from_str::<toml::Table>(text).ok());
    if from == "built-in" || ours.is_some_and(|table| table.get("id").and_then(toml::Value::as_str) == Some(from)) {
        return built_in(newest, tree);
    }
    let folder = PathBuf::from(from);
    if fs::look(&folder)? == Found::Nothing {
        return Err(Diagnostic::usage("no-road", format!("there is no road `{from}`"))
            .at("--from")
            .because("it is neither the built-in road, `ml`, nor a folder")
            .fix("write `--from ml`, or name the folder of a road or of its versions"));
    }
    let source = relative(&folder, target)?;
    if fs::look(&folder.join("road.toml"))? != Found::Nothing {
        let tree = overlay::read(&folder)?;
        return Ok(Parent { road: Road::from_tree(&tree, &folder.display().to_string())?, tree, source });
    }
    let store = Store::open(&Source::Folder(folder.clone()))?;
    let newest = store.newest(STABLE).map(|listed| listed.version.clone()).filter(|newest| version::is_calendar(newest));
    let newest = newest.ok_or_else(|| {
        Diagnostic::usage("no-version", "there is no version to inherit")
            .at(from.to_owned())
            .because("the store names none that can be read")
            .fix("name the folder of one version")
    })?;
    let road = store.read(&newest)?;
    let tree = crate::road::source::read_version(&folder, &newest)?;
    Ok(Parent { road, tree, source })
}

/// Returns the path from `target`, which need not be there yet, to `folder`.
fn relative(folder: &Path, target: &Path) -> Result<String, Diagnostic> {
    let to = fs::canonical(folder)?;
    let here = crate::base::env::current_folder()?;
    let mut from = fs::canonical(&here)?;
    for part in here.join(target).components().skip(here.components().count()) {
        match part {
            Component::ParentDir => {
                from.pop();
            }
            Component::Normal(name) => from.push(name),
            Component::Prefix(_) | Component::RootDir | Component::CurDir => {}
        }
    }
    if target.is_absolute() {
        from = target.to_owned();
    }
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().count() - shared;
    let mut parts: Vec<String> = vec!["..".to_owned(); up];
    parts.extend(to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned()));
    let text = parts.join("/");
    Ok(if text.starts_with("..") { text } else { format!("./{text}") })
}
