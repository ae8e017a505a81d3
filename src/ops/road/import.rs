//! `highroad road import`: the versions of another tool's template become a store of road versions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::Glob;
use schemars::JsonSchema;
use serde::Serialize;

use super::import_address::Address;
use super::import_store::Shelf;
use super::store::LOCK;
use super::{Busy, busy};
use crate::base::clock;
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::{fs, interrupt};
use crate::repo::template::{self, Files, Point, Templates};
use crate::road::id::{RULE, is_road_id, suggest};
use crate::road::import::report::{Report, Told};
use crate::road::import::{self, Origin, Template, Tool, Version};
use crate::road::{Road, index, manifest};

/// What to import.
#[derive(Clone, Debug)]
pub struct Options {
    /// The template: a folder, a clone of its repository, or the address of that.
    pub source: PathBuf,
    /// The store to write; a folder called as the road where nothing is said.
    pub into: Option<PathBuf>,
    /// The tool; told from the files where nothing is said.
    pub tool: Option<Tool>,
    /// The folder of the template that is meant.
    pub subfolder: Option<String>,
    /// Which of its tags.
    pub pick: Pick,
    /// The road's id.
    pub id: Option<String>,
}

/// Which tags become versions.
#[derive(Clone, Debug)]
pub enum Pick {
    /// Every tag that reads as a version.
    Released,
    /// Every tag that fits a glob.
    Matching(String),
    /// The newest tag that reads as a version.
    Newest,
    /// One commit.
    Commit(String),
}

/// The result of `highroad road import --json`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Imported {
    /// The version of this format: 1.
    pub schema: u32,
    /// The store.
    pub store: String,
    /// The road's id.
    pub road: String,
    /// The tool whose template it is.
    pub tool: String,
    /// The versions that were made, oldest first.
    pub versions: Vec<Taken>,
    /// The versions that were in the store already.
    pub kept: Vec<String>,
    /// The tags that could not be imported.
    pub skipped: Vec<Skipped>,
    /// What a person should know, what is not portable first.
    pub items: Vec<Told>,
    /// Whether there was more to tell than a report holds.
    pub cut: bool,
}

/// A version that an import made.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Taken {
    /// The calendar version.
    pub version: String,
    /// The tag.
    pub tag: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// Its kinds.
    pub kinds: Vec<String>,
    /// How many files its kinds have.
    pub files: usize,
}

/// A tag that could not be imported.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Skipped {
    /// The tag or commit.
    pub tag: String,
    /// Why.
    pub why: String,
}

impl Imported {
    /// Returns what is written beside the versions.
    pub fn markdown(&self, report: &Report, source: &str) -> String {
        let code = import::report::code;
        let mut out = format!(
            "# Import of {}\n\nA {} template, read by `highroad road import`. Nothing of it was run.\n\n| version | tag | commit | kinds | files |\n| --- | --- | --- | --- | --- |\n",
            code(source),
            self.tool
        );
        for taken in &self.versions {
            let tag = taken.tag.as_deref().map_or_else(|| "none".to_owned(), |tag| code(tag).replace('|', "/"));
            let commit = taken.commit.as_deref().map_or("none", |commit| &commit[..commit.len().min(12)]);
            out.push_str(&format!("| {} | {tag} | {commit} | {} | {} |\n", taken.version, taken.kinds.join(", "), taken.files));
        }
        if !self.kept.is_empty() {
            out.push_str(&format!("\nIn the store before, unchanged: {}. What was said of them stands below.\n", self.kept.join(", ")));
        }
        if !self.skipped.is_empty() {
            out.push_str("\n## Tags that are no versions here\n\n");
            for Skipped { tag, why } in &self.skipped {
                out.push_str(&format!("- {}: {}.\n", code(tag), import::report::plain(why)));
            }
        }
        let items = report.markdown(self.versions.len());
        out.push_str(if items.is_empty() { "\nEverything carries over.\n" } else { &items });
        out
    }
}

/// How many versions one import makes: each is a full copy.
const MOST_VERSIONS: usize = 200;
/// How many days the publisher of an import answers for a version.
const SUPPORTED_DAYS: i32 = 730;

/// Imports a template.
///
/// # Errors
/// When the template cannot be read, none of its tags can be imported, or the store belongs to something else. Nothing is
/// written then.
pub fn import(options: &Options) -> Result<(Imported, Report), Diagnostic> {
    let address = Address::of(&options.source)?;
    let pick = match (&options.pick, address.as_ref().and_then(|address| address.commit.clone())) {
        (Pick::Released, Some(commit)) => Pick::Commit(commit),
        (pick, _) => pick.clone(),
    };
    let folder = options.subfolder.as_deref().or(address.as_ref().and_then(|address| address.folder.as_deref()));
    let subfolder = subfolder(folder)?;
    let fetched = address.as_ref().map(|address| address.fetch(&pick)).transpose()?;
    let (templates, named) = match (&address, &fetched) {
        (Some(address), Some(fetched)) => {
            (Templates::open(&fetched.folder)?.map(|templates| templates.called(&address.url)), address.url.clone())
        }
        _ => (Templates::open(&fs::canonical(&options.source)?)?, options.source.display().to_string()),
    };
    let known = address.as_ref().map(|address| address.url.clone()).or_else(|| templates.as_ref()?.origin());
    let source = known.and_then(|known| public(&known)).unwrap_or_else(|| last_part(&options.source, address.as_ref(), ""));
    // An older import recorded the template as it was named.
    let before = named.trim_end_matches(['/', '\\']).to_owned();
    let mut skipped = Vec::new();
    let points = match &templates {
        Some(templates) => choose(templates, &pick, &mut skipped)?,
        None => plain(&pick, &named)?,
    };
    let id = match &options.id {
        Some(id) if is_road_id(id) => id.clone(),
        Some(id) => {
            return Err(Diagnostic::usage("road-id", format!("`{id}` is no id of a road"))
                .at("--id")
                .because(RULE)
                .fix(format!("take `{}`", suggest(id))));
        }
        None => suggest(&last_part(&options.source, address.as_ref(), &subfolder)),
    };
    let store = options.into.clone().unwrap_or_else(|| PathBuf::from(&id));
    let _lock = hold(&store)?;
    let mut shelf = Shelf::open(&store, [&source, &before], &id)?;
    let mut report = Report::default();
    let mut tool = options.tool;
    let mut versions = Vec::new();
    let mut first_error = None;
    for point in &points {
        interrupt::check()?;
        let origin = Origin { tool: String::new(), source: source.clone(), tag: point.tag.clone(), commit: commit_of(point) };
        if shelf.holds(&origin) {
            continue;
        }
        let day = Day::of_seconds(point.seconds).ok_or_else(|| {
            Diagnostic::usage("commit-date", "a commit's date is none that a calendar has")
                .at(point.commit.clone())
                .because(format!("it says {} seconds since 1970", point.seconds))
                .fix("name other versions with `--tags` or `--commit`")
        })?;
        let version = shelf.next_version(day);
        report.for_version(&version);
        let read = || match &templates {
            Some(templates) => templates.files(point),
            None => template::read_folder(&options.source),
        };
        match read().and_then(|files| make(&files, &subfolder, origin, &mut tool, (&id, &version, day), &shelf, &mut report)) {
            Ok((tree, taken)) => {
                shelf.put(&taken.version, &day.to_string(), &tree)?;
                versions.push(taken);
            }
            Err(error) => {
                skipped.push(Skipped { tag: name_of(point), why: format!("{}: {}", error.what, error.why) });
                first_error.get_or_insert(error);
            }
        }
    }
    if versions.is_empty()
        && let Some(error) = first_error
    {
        return Err(error);
    }
    let imported = Imported {
        schema: 1,
        store: store.display().to_string(),
        road: id,
        tool: tool.map(|tool| tool.name().to_owned()).or_else(|| shelf.tool()).unwrap_or_default(),
        versions,
        kept: shelf.kept(),
        skipped,
        items: report.items(),
        cut: report.is_cut(),
    };
    if !imported.versions.is_empty() {
        shelf.finish(&imported.markdown(&report, &source))?;
    }
    Ok((imported, report))
}

/// Takes the right to write the store for the whole run: the one beside it, for two imports that both make it, and the
/// store's own where it is there, which `release`, `yank` and `publish` take.
fn hold(store: &Path) -> Result<(Busy, Option<Busy>), Diagnostic> {
    let name = store.file_name().map_or_else(|| "store".to_owned(), |name| name.to_string_lossy().into_owned());
    if let Some(folder) = store.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_folders(folder)?;
    }
    let beside = busy(&store.with_file_name(format!(".{name}.importing.lock")))?;
    let is_store = fs::look(&store.join(index::FILE))? != fs::Found::Nothing;
    let own = if is_store { Some(busy(&store.join(LOCK))?) } else { None };
    Ok((beside, own))
}

/// Makes one version.
fn make(
    files: &Files,
    subfolder: &str,
    mut origin: Origin,
    tool: &mut Option<Tool>,
    (id, version, day): (&str, &str, Day),
    shelf: &Shelf,
    report: &mut Report,
) -> Result<(crate::base::tree::Tree, Taken), Diagnostic> {
    let mut template = Template { files, subfolder: subfolder.to_owned(), origin: origin.clone() };
    let found = tool.or_else(|| Tool::detect(&template)).ok_or_else(|| {
        Diagnostic::usage("no-template", "the folder is no template of a tool that is imported")
            .at(if subfolder.is_empty() { origin.source.clone() } else { format!("{}/{subfolder}", origin.source) })
            .because("it has no `copier.yml`, `cookiecutter.json` or `cargo-generate.toml`")
            .fix("name the folder of the template with `--subfolder`, or its tool with `--tool`")
    })?;
    found.name().clone_into(&mut origin.tool);
    template.origin = origin.clone();
    let kinds = import::read(found, &template, report)?;
    let released = day.to_string();
    let channel = if origin.tag.as_deref().is_some_and(is_early) { "canary" } else { manifest::STABLE };
    let about = Version {
        id: id.to_owned(),
        version: version.to_owned(),
        released,
        supported_until: day.plus(SUPPORTED_DAYS).to_string(),
        upgrades_from: shelf.versions(),
        channel: channel.to_owned(),
        origin: origin.clone(),
    };
    let taken = Taken {
        version: version.to_owned(),
        tag: origin.tag.clone(),
        commit: origin.commit.clone(),
        kinds: kinds.iter().map(|kind| kind.id.clone()).collect(),
        files: kinds.iter().map(|kind| kind.files.len()).sum(),
    };
    let tree = import::assemble(&about, kinds, report)?;
    Road::from_tree(&tree, &origin.source)?;
    *tool = Some(found);
    Ok((tree, taken))
}

/// Chooses the tags, oldest first. Of several tags of one commit, the one of a release counts, and
/// of those the one that says most.
fn choose(templates: &Templates, pick: &Pick, skipped: &mut Vec<Skipped>) -> Result<Vec<Point>, Diagnostic> {
    let glob = match pick {
        Pick::Commit(revision) => return templates.point(revision).map(|point| vec![point]),
        Pick::Matching(glob) => Some(
            Glob::new(glob)
                .map_err(|error| {
                    Diagnostic::usage("tags", "the pattern of tags is not usable")
                        .at("--tags")
                        .because(error.to_string())
                        .fix("write it as `v1.*`")
                })?
                .compile_matcher(),
        ),
        Pick::Released | Pick::Newest => None,
    };
    let all = templates.tags()?;
    let fits = |tag: &str| glob.as_ref().map_or_else(|| reads_as_version(tag).is_some(), |glob| glob.is_match(tag));
    let (chosen, left): (Vec<Point>, Vec<Point>) = all.into_iter().partition(|point| point.tag.as_deref().is_some_and(fits));
    if glob.is_some() && chosen.is_empty() {
        return Err(Diagnostic::usage("tags", "no tag fits the pattern")
            .at("--tags")
            .because(format!("the template has {} tags", left.len()))
            .fix("list them with `git tag`, and correct the pattern"));
    }
    if chosen.is_empty() {
        return templates.point("HEAD").map(|point| vec![point]);
    }
    if glob.is_none() {
        skipped.extend(left.iter().take(50).map(|point| Skipped { tag: name_of(point), why: "it does not read as a version".to_owned() }));
    }
    let mut best: BTreeMap<String, Point> = BTreeMap::new();
    for point in chosen {
        let rank = |point: &Point| point.tag.as_deref().map_or((false, 0), |tag| (!is_early(tag), tag.len()));
        match best.get(&point.commit) {
            Some(other) if rank(other) >= rank(&point) => {}
            Some(_) | None => {
                best.insert(point.commit.clone(), point);
            }
        }
    }
    let mut chosen: Vec<Point> = best.into_values().collect();
    chosen.sort_by(|a, b| (a.seconds, &a.tag).cmp(&(b.seconds, &b.tag)));
    if matches!(pick, Pick::Newest) {
        let newest = chosen.iter().rposition(|point| !point.tag.as_deref().is_some_and(is_early)).unwrap_or(chosen.len() - 1);
        chosen = vec![chosen.swap_remove(newest)];
    }
    if chosen.len() > MOST_VERSIONS {
        return Err(Diagnostic::usage("tags", format!("{} tags would become versions", chosen.len()))
            .at("--tags")
            .because(format!("one import makes at most {MOST_VERSIONS}: each is a full copy"))
            .fix("name the tags that projects still use, such as `--tags 'v2.*'`"));
    }
    Ok(chosen)
}

/// A plain folder has no history: it is one version, of today.
fn plain(pick: &Pick, named: &str) -> Result<Vec<Point>, Diagnostic> {
    match pick {
        Pick::Released | Pick::Newest => Ok(vec![Point { tag: None, commit: String::new(), seconds: clock::now().as_second() }]),
        Pick::Matching(_) | Pick::Commit(_) => Err(Diagnostic::usage("no-history", "the template has no tags and no commits")
            .at(named.to_owned())
            .because("it is a plain folder, not the root of a git repository")
            .fix("leave out `--tags` and `--commit`, or name a clone")),
    }
}

fn commit_of(point: &Point) -> Option<String> {
    (!point.commit.is_empty()).then(|| point.commit.clone())
}

fn name_of(point: &Point) -> String {
    point.tag.clone().unwrap_or_else(|| point.commit.clone())
}

/// Returns what follows the numbers, where a tag reads as a version: `v1.2.0`, `tool-1.2`, `2024.10.1rc1`.
fn reads_as_version(tag: &str) -> Option<&str> {
    let last = tag.rsplit('/').next().unwrap_or(tag);
    let starts = std::iter::once(0).chain(last.match_indices(['-', '_']).map(|(at, _)| at + 1));
    starts.map(|at| &last[at..]).find_map(|text| {
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let numbers = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        (text.starts_with(|c: char| c.is_ascii_digit()) && numbers <= 40).then(|| &text[numbers..])
    })
}

/// Whether a tag is of a version before the release: `v1.0.0-rc.1`, `2.0b3`.
fn is_early(tag: &str) -> bool {
    let rest = reads_as_version(tag).unwrap_or_default().trim_start_matches(['-', '.', '_']);
    rest.starts_with(|c: char| c.is_ascii_alphabetic()) && !rest.starts_with("post") && !rest.starts_with("final")
}

/// Returns the folder without slashes around it.
fn subfolder(given: Option<&str>) -> Result<String, Diagnostic> {
    let folder = given.unwrap_or_default().trim_matches('/').trim_start_matches("./").to_owned();
    let parts: BTreeSet<&str> = folder.split('/').collect();
    if !folder.is_empty() && ["", ".", ".."].iter().any(|part| parts.contains(part)) {
        return Err(Diagnostic::usage("subfolder", format!("`{folder}` is no folder of the template"))
            .at("--subfolder")
            .because("it has an empty part, `.` or `..`")
            .fix("name it from the template's root, such as `templates/service`"));
    }
    Ok(folder)
}

/// Returns the address that a template was cloned from as others may read it: without a user of the web, a password and what
/// follows `?` or `#`. Nothing for a path of this machine.
fn public(origin: &str) -> Option<String> {
    if origin.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let Some((scheme, rest)) = origin.split_once("://") else {
        // As ssh takes it: `git@host:path`. A drive is one letter.
        let host = origin.split_once(':')?.0;
        return (host.len() > 1 && !host.contains(['/', '\\'])).then(|| origin.to_owned());
    };
    if !["https", "http", "ssh", "git"].contains(&scheme) {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (host, path) = rest.split_once('/')?;
    let (user, host) = host.rsplit_once('@').map_or(("", host), |(user, host)| (user, host));
    let user = user.split(':').next().filter(|user| scheme == "ssh" && !user.is_empty()).map_or(String::new(), |user| format!("{user}@"));
    Some(format!("{scheme}://{user}{host}/{}", path.trim_end_matches('/')))
}

fn last_part(source: &Path, address: Option<&Address>, subfolder: &str) -> String {
    let own = subfolder.rsplit('/').next().unwrap_or_default();
    if !own.is_empty() {
        return own.to_owned();
    }
    if let Some(address) = address {
        return address.name().to_owned();
    }
    let full = fs::canonical(source).unwrap_or_else(|_| source.to_owned());
    let name = full.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    name.trim_end_matches(".git").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_versions_from_other_tags() {
        for (tag, early) in [
            ("v1.2.0", false),
            ("1.0", false),
            ("tool-v3.0.0-rc.1", true),
            ("2024.10.1b2", true),
            ("v1.0.0.post1", false),
            ("a/b/v2", false),
        ] {
            assert!(reads_as_version(tag).is_some(), "{tag}");
            assert_eq!(is_early(tag), early, "{tag}");
        }
        for tag in ["latest", "nightly-build", "", "v", "x1"] {
            assert!(reads_as_version(tag).is_none(), "{tag}");
        }
    }

    #[test]
    fn an_address_is_public_or_none() {
        let word = "w0rd";
        for (origin, shown) in [
            (format!("https://user:{word}@git.example.com/team/t.git?x={word}#y"), Some("https://git.example.com/team/t.git")),
            (format!("https://{word}@git.example.com/t/"), Some("https://git.example.com/t")),
            (format!("ssh://git:{word}@host.example/t"), Some("ssh://git@host.example/t")),
            ("git@host.example:team/t.git".to_owned(), Some("git@host.example:team/t.git")),
            ("file:///srv/t".to_owned(), None),
            ("/srv/t".to_owned(), None),
            ("../t".to_owned(), None),
            ("./a:b".to_owned(), None),
            ("C:\\t".to_owned(), None),
        ] {
            assert_eq!(public(&origin).as_deref(), shown, "{origin}");
        }
    }

    #[test]
    fn a_subfolder_stays_inside() {
        assert_eq!(subfolder(Some("/a/b/")).unwrap(), "a/b");
        for bad in ["..", "a/../b", "a//b", "../x"] {
            assert!(subfolder(Some(bad)).is_err(), "{bad}");
        }
    }
}
