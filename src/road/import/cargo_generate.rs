//! Reads cargo-generate templates: `cargo-generate.toml`, its sub-templates, and what of the files is never delivered.

mod hooks;
mod placeholders;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::report::Report;
use super::{Files, Made, Template, bad_template, below, line_of, slug};
use crate::base::diagnostic::Diagnostic;
use crate::base::tree::File;
use crate::formats::rhai;
use crate::render::dialects::cargo_generate::{Chosen, is_at_or_below, problem};
use crate::road::dialect::{CargoGenerate, Conditional};

/// The file with the template's settings.
pub(super) const FILE: &str = "cargo-generate.toml";
/// The file with patterns of what is not delivered.
const IGNORE: &str = ".genignore";
/// What the tool never delivers, beside what is ignored.
const NEVER: [&str; 3] = [FILE, IGNORE, ".cargo-ok"];
/// The largest settings that are read, in bytes.
const LARGEST: usize = 256 << 10;
/// How many sub-templates are imported, and how deep they may stand in each other.
const MOST_TEMPLATES: usize = 50;
const DEEPEST: usize = 4;

/// Reads a template at one tag into kinds: one for each sub-template.
pub(super) fn read(template: &Template<'_>, report: &mut Report) -> Result<Vec<Made>, Diagnostic> {
    let all = strip_liquid(template.files);
    let mut leaves = BTreeSet::new();
    find_leaves(&all, &template.subfolder, 0, &mut leaves)?;
    let several = leaves.len() > 1;
    let mut kinds = Vec::new();
    let mut ids = BTreeSet::new();
    for leaf in &leaves {
        let id = if several { slug(leaf) } else { slug(own_name(template, leaf)) };
        if !ids.insert(id.clone()) {
            return Err(bad_template(leaf, format!("two of its templates would both be the kind `{id}`")));
        }
        kinds.push(read_one(&all, leaf, id, report)?);
    }
    if several {
        report.told(
            FILE,
            None,
            format!("it holds {} templates", leaves.len()),
            "each is a kind of the road",
            "choose one with `highroad new --kind`",
        );
    }
    Ok(kinds)
}

fn own_name<'a>(template: &'a Template<'_>, leaf: &'a str) -> &'a str {
    let name = leaf.rsplit('/').next().unwrap_or_default();
    let source = template.origin.source.trim_end_matches(".git").rsplit(['/', '\\']).next().unwrap_or_default();
    if name.is_empty() { source } else { name }
}

/// Takes the ending `.liquid` from names; such a file wins over one that is called so without it.
fn strip_liquid(files: &Files) -> Files {
    let mut out = files.clone();
    for (path, file) in &files.files {
        if let Some(plain) = path.strip_suffix(".liquid").filter(|plain| !plain.is_empty() && !plain.ends_with('/')) {
            out.files.remove(path);
            out.files.insert(plain.to_owned(), file.clone());
        }
    }
    out
}

/// Returns the folders that hold settings, looking no deeper than the first on each way.
fn configured(files: &Files, folder: &str) -> BTreeSet<String> {
    let inside = below(files, folder);
    let places: BTreeSet<&str> =
        inside.files.keys().filter_map(|path| path.strip_suffix(FILE)).filter(|place| place.is_empty() || place.ends_with('/')).collect();
    let nested = |place: &str| places.iter().any(|other| *other != place && place.starts_with(*other));
    places.iter().filter(|place| !nested(place)).map(|place| join(folder, place)).collect()
}

fn join(folder: &str, inner: &str) -> String {
    [folder, inner.trim_end_matches('/')].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/")
}

/// Finds the folders that are templates: a folder may hold several, or name some in `sub_templates`.
fn find_leaves(files: &Files, folder: &str, depth: usize, leaves: &mut BTreeSet<String>) -> Result<(), Diagnostic> {
    let config = join(folder, FILE);
    if depth > DEEPEST || leaves.len() > MOST_TEMPLATES {
        return Err(bad_template(&config, format!("it has more than {MOST_TEMPLATES} templates, or templates deeper than {DEEPEST}")));
    }
    let found = configured(files, folder);
    match found.iter().collect::<Vec<_>>().as_slice() {
        [] => {
            leaves.insert(folder.to_owned());
        }
        [only] => {
            let table = settings(files, only)?.map(|(_, table)| table).unwrap_or_default();
            let subs = strings(table.get("template").and_then(|template| template.get("sub_templates")));
            match subs {
                None => {
                    leaves.insert((*only).clone());
                }
                Some(subs) => {
                    for sub in subs {
                        let sub = sub.trim_start_matches("./").trim_end_matches('/').to_owned();
                        let place = join(only, &sub);
                        let inside = !sub.is_empty() && !sub.split('/').any(|part| matches!(part, "" | "." | ".."));
                        if !inside || !files.files.keys().any(|path| path.starts_with(&format!("{place}/"))) {
                            return Err(bad_template(&config, format!("its sub-template `{sub}` is no folder of the template")));
                        }
                        find_leaves(files, &place, depth + 1, leaves)?;
                    }
                }
            }
        }
        several => {
            for place in several {
                if place.as_str() == folder {
                    leaves.insert((*place).clone());
                } else {
                    find_leaves(files, place, depth + 1, leaves)?;
                }
            }
        }
    }
    Ok(())
}

/// Returns the settings of a folder: its own, or those of the nearest folder above.
fn settings(files: &Files, folder: &str) -> Result<Option<(String, toml::Table)>, Diagnostic> {
    let mut place = folder;
    loop {
        let path = join(place, FILE);
        if let Some(file) = files.files.get(&path) {
            let text = text_of(&path, file)?;
            let table = toml::from_str(text).map_err(|error: toml::de::Error| bad_template(&path, error.message().to_owned()))?;
            return Ok(Some((path, table)));
        }
        if place.is_empty() {
            return Ok(None);
        }
        place = place.rsplit_once('/').map_or("", |(above, _)| above);
    }
}

fn text_of<'a>(path: &str, file: &'a File) -> Result<&'a str, Diagnostic> {
    if file.bytes.len() > LARGEST {
        return Err(bad_template(path, format!("it is larger than {LARGEST} bytes")));
    }
    std::str::from_utf8(&file.bytes).map_err(|error| bad_template(path, error.to_string()))
}

/// Reads a list of texts.
fn strings(value: Option<&toml::Value>) -> Option<Vec<String>> {
    value?.as_array().map(|items| items.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect())
}

fn read_one(all: &Files, leaf: &str, id: String, report: &mut Report) -> Result<Made, Diagnostic> {
    let (config, table) = settings(all, leaf)?.unwrap_or_default();
    let text = all.files.get(&config).map(|file| text_of(&config, file)).transpose()?.unwrap_or_default();
    let template = table.get("template").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let conditionals = conditionals(&table, &config, text, report);
    let dialect = CargoGenerate {
        include: strings(template.get("include")),
        exclude: strings(template.get("exclude")),
        init: template.get("init").and_then(toml::Value::as_bool).unwrap_or(false),
        conditional: conditionals.iter().filter_map(|(when, block)| conditional(when, block)).collect(),
    };
    let chosen = Chosen::new(&dialect).map_err(|why| bad_template(&config, why))?;
    for conditional in &dialect.conditional {
        let extra =
            CargoGenerate { include: conditional.include.clone(), exclude: conditional.exclude.clone(), ..CargoGenerate::default() };
        Chosen::new(&extra).map_err(|why| bad_template(&config, why))?;
    }
    let mut files = below(all, leaf);
    for path in files.links.keys() {
        report.told(&join(leaf, path), None, format!("the link `{path}` is left out"), "cargo-generate leaves links out, too", "");
    }
    leave_out(&mut files, leaf, &config, text, &table, &template, report);
    tell_settings(&template, &config, text, report);
    let questions = placeholders::read(&table, &conditionals, &files, (&config, text), report)?;
    tell_files(&files, leaf, &chosen, report);
    let dialect = toml::Table::try_from(&dialect).map_err(|error| Diagnostic::failed("import", error.to_string()))?;
    Ok(Made {
        title: format!("The template {id}"),
        summary: format!("Made from the cargo-generate template {id}"),
        id,
        dialect,
        questions,
        files: files.files,
        ..Made::default()
    })
}

/// Returns the conditional blocks whose condition can be told without code, in order of the file.
fn conditionals(table: &toml::Table, config: &str, text: &str, report: &mut Report) -> Vec<(String, toml::Table)> {
    let blocks = table.get("conditional").and_then(toml::Value::as_table);
    let mut out = Vec::new();
    for (when, block) in blocks.into_iter().flatten() {
        let Some(block) = block.as_table() else { continue };
        match rhai::parse(when) {
            Ok(_) => out.push((when.clone(), block.clone())),
            Err(why) => report.not_portable(
                config,
                line_of(text, when),
                format!("the condition `{when}` is left out, with its placeholders and lists"),
                &format!("it is a script: {why}"),
                "write it as comparisons of placeholders, with `==`, `!=`, `in`, `&&`, `||`, `!`",
            ),
        }
    }
    out
}

fn conditional(when: &str, block: &toml::Table) -> Option<Conditional> {
    let made = Conditional {
        when: when.to_owned(),
        include: strings(block.get("include")),
        exclude: strings(block.get("exclude")),
        ignore: strings(block.get("ignore")).unwrap_or_default(),
    };
    (made.include.is_some() || made.exclude.is_some() || !made.ignore.is_empty()).then_some(made)
}

/// Takes away what no project gets: settings, hooks, and what the template ignores whatever the answers are.
fn leave_out(files: &mut Files, leaf: &str, config: &str, text: &str, table: &toml::Table, template: &toml::Table, report: &mut Report) {
    let scripts = table.get("hooks").and_then(toml::Value::as_table);
    for (moment, scripts) in scripts.into_iter().flatten() {
        for script in strings(Some(scripts)).unwrap_or_default() {
            hooks::tell(files, leaf, &script, report);
            files.files.retain(|path, _| !is_at_or_below(path, &script));
            report.not_portable(
                config,
                line_of(text, &script),
                format!("the {moment} hook `{}` is not run", join(leaf, &script)),
                "it is a script, and a road never runs code",
                "do what it does with conditions, or in the project after it was made",
            );
        }
    }
    let patterns = genignore(files);
    files.files.retain(|path, _| !is_ignored(&patterns, path));
    files.files.retain(|path, _| !NEVER.contains(&path.as_str()));
    for place in strings(template.get("ignore")).unwrap_or_default() {
        files.files.retain(|path, _| !is_at_or_below(path, &place));
    }
}

/// Reads the patterns of every `.genignore`; without one at the root there are none.
fn genignore(files: &Files) -> BTreeMap<String, Gitignore> {
    let mut out = BTreeMap::new();
    if !files.files.contains_key(IGNORE) {
        return out;
    }
    for (path, file) in &files.files {
        let Some(folder) = path.strip_suffix(IGNORE).filter(|folder| folder.is_empty() || folder.ends_with('/')) else { continue };
        let mut builder = GitignoreBuilder::new("");
        // More lines, or longer ones, than any list needs count for nothing, as do those that cannot be used.
        for line in String::from_utf8_lossy(&file.bytes).lines().filter(|line| line.len() <= 500).take(500) {
            // As the tool: a pattern that cannot be used counts for nothing.
            let _ = builder.add_line(None, line);
        }
        if let Ok(patterns) = builder.build() {
            out.insert(folder.to_owned(), patterns);
        }
    }
    out
}

/// Whether a file, or a folder that it lies in, is ignored. Of several lists the one that is nearest counts.
fn is_ignored(patterns: &BTreeMap<String, Gitignore>, path: &str) -> bool {
    let folders = path.match_indices('/').map(|(at, _)| (&path[..at], true));
    folders.chain([(path, false)]).any(|(place, is_folder)| {
        let mut lists: Vec<(&String, &Gitignore)> = patterns.iter().filter(|(folder, _)| place.starts_with(folder.as_str())).collect();
        lists.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        let verdict =
            lists.iter().map(|(folder, list)| list.matched(Path::new(&place[folder.len()..]), is_folder)).find(|found| !found.is_none());
        verdict.is_some_and(|found| found.is_ignore())
    })
}

fn tell_settings(template: &toml::Table, config: &str, text: &str, report: &mut Report) {
    if let Some(needed) = template.get("cargo_generate_version").and_then(toml::Value::as_str) {
        report.told(
            config,
            line_of(text, "cargo_generate_version"),
            format!("it asks for cargo-generate {needed}"),
            "Highroad does what 0.23 does",
            "",
        );
    }
    if let Some(vcs) = template.get("vcs").and_then(toml::Value::as_str) {
        report.differs(
            config,
            line_of(text, "vcs"),
            format!("`vcs = \"{vcs}\"` is not followed"),
            "`highroad new` makes a repository with a first commit, in every project",
            "use `highroad new --no-git` where none is wanted",
        );
    }
    if template.get("init").and_then(toml::Value::as_bool) == Some(true) {
        report.differs(
            config,
            line_of(text, "init"),
            "`init = true` does not write into the current folder",
            "`highroad new` makes a folder of its own",
            "",
        );
    }
    if template.contains_key("include") && template.contains_key("exclude") {
        report.told(
            config,
            line_of(text, "exclude"),
            "`exclude` counts for nothing",
            "there is an `include`, too, and the tool takes that alone",
            "",
        );
    }
}

/// Says of every file that would be rendered what stands against it.
fn tell_files(files: &Files, leaf: &str, chosen: &Chosen, report: &mut Report) {
    for (path, file) in files.files.iter().filter(|(path, _)| chosen.renders(path)) {
        let shown = join(leaf, path);
        let text = String::from_utf8_lossy(&file.bytes);
        if let Some((at, _)) = text.lines().enumerate().find(|(_, line)| is_rhai_filter(line)) {
            report.not_portable(
                &shown,
                Some(at + 1),
                "the filter `rhai` is not run; the file is copied as it is",
                "it runs a script, and a road never runs code",
                "ask for the value with a placeholder instead",
            );
        } else if let Some(why) = problem(&file.bytes) {
            let first = why.lines().next().unwrap_or_default();
            report.differs(
                &shown,
                None,
                "the file is copied as it is",
                &format!("cargo-generate cannot render it either, and ends there without `--continue-on-error`: {first}"),
                "name it in `exclude`",
            );
        }
    }
}

fn is_rhai_filter(line: &str) -> bool {
    line.contains("{{")
        && line.split('|').skip(1).any(|filter| {
            filter.trim_start().strip_prefix("rhai").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
}
