//! Which files of the repository belong to a template, and which of them cannot be rendered here.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::scan::{self, Known};
use super::settings::Settings;
use crate::base::path;
use crate::base::tree::File;
use crate::render::dialects::encode_path;
use crate::repo::template::Files;
use crate::road::import::report::Report;

/// The files of a template.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    pub(super) files: BTreeMap<String, File>,
    pub(super) seeded: Vec<String>,
    /// Whether a template shows the day.
    pub(super) shows_day: bool,
}

/// Takes the files that a project is made from, and reports those that cannot be had.
pub(super) fn take(here: &Files, settings: &Settings, known: &Known<'_>, config: &Map<String, Value>, report: &mut Report) -> Taken {
    let mut all = here.files.clone();
    links(here, settings, &mut all, report);
    let constant = known.reader.constant(&settings.subdirectory);
    let fixed = constant.is_some();
    let folder = constant.as_ref().unwrap_or(&settings.subdirectory).trim_matches('/').trim_start_matches("./").to_owned();
    let inside =
        |path: &str| matches!(folder.as_str(), "" | ".") || !fixed || path.strip_prefix(&folder).is_some_and(|rest| rest.starts_with('/'));
    let text_of = |file: &File| std::str::from_utf8(&file.bytes).ok().map(str::to_owned);
    // Templates outside the folder matter where others take them in.
    let asked = Value::Object(config.clone()).to_string();
    let texts = all.iter().filter(|(path, _)| inside(path) && path.ends_with(&settings.suffix)).filter_map(|(_, file)| text_of(file));
    let others = texts.chain([asked]).any(|text| scan::takes_others(&text, &settings.engine))
        || all.keys().any(|path| inside(path) && scan::takes_others(path, &settings.engine));
    let mut taken = Taken::default();
    for (path, file) in all {
        let is_inside = inside(&path);
        if path.starts_with(".git/") || path == ".git" || !(is_inside || others && text_of(&file).is_some()) {
            continue;
        }
        if is_inside && let Some((line, what, why)) = trouble(&path, &file, settings, known) {
            let fix = "write the file by hand after `highroad new`, or change the template";
            report.not_portable(&path, line, format!("the file is left out: {what}"), &why, fix);
            continue;
        }
        if is_inside {
            tell_values(&path, &file, settings, report);
        }
        taken.shows_day |= text_of(&file).is_some_and(|text| scan::shows_day(&text, &settings.engine));
        taken.files.insert(path, file);
    }
    taken.seeded = seeded(&taken.files, &folder, settings);
    taken
}

/// Tells what a file uses that is not there.
fn trouble(path: &str, file: &File, settings: &Settings, known: &Known<'_>) -> Option<(Option<usize>, String, String)> {
    if let Some(lack) = known.lacks(path) {
        return Some((None, format!("its name uses {}", lack.what), lack.why()));
    }
    if !path.ends_with(&settings.suffix) {
        return None;
    }
    let text = std::str::from_utf8(&file.bytes).ok()?;
    let lack = known.lacks(text)?;
    Some((Some(lack.line), format!("it uses {}", lack.what), lack.why()))
}

/// Tells of values that copier takes from the machine.
fn tell_values(path: &str, file: &File, settings: &Settings, report: &mut Report) {
    let Some(text) = std::str::from_utf8(&file.bytes).ok().filter(|_| path.ends_with(&settings.suffix)) else { return };
    let values = [
        ("_copier_python", "it is empty"),
        ("_copier_conf.dst_path", "it is empty"),
        ("_copier_conf.os", "it is always `linux`"),
        ("_copier_conf.settings", "it is empty"),
        ("_copier_conf.src_path", "it is the address that the template was imported from"),
        ("_external_data", "it is empty"),
        ("_folder_name", "it is the answer to `name`"),
    ];
    for (line, inner, _) in scan::insides(text, &settings.engine) {
        for (name, is) in values {
            if inner.contains(name) {
                report.differs(
                    path,
                    Some(line),
                    format!("it uses `{name}`: here {is}"),
                    "copier takes it from the machine that it runs on",
                    "",
                );
            }
        }
        if inner.contains("_copier_answers") {
            report.told(
                path,
                Some(line),
                "the file records the answers as copier does; its `_commit` and `_src_path` name the tag and the address of the import",
                "copier writes where it ran",
                "",
            );
        }
    }
}

/// Puts the files that links lead to in their place, as copier does; a road holds no links.
fn links(here: &Files, settings: &Settings, all: &mut BTreeMap<String, File>, report: &mut Report) {
    for (path, target) in &here.links {
        let resolved = path::resolved(path::parent(path), target);
        if settings.preserves_links {
            report.not_portable(
                path,
                None,
                format!("the link to `{target}` is left out"),
                "a road holds no links",
                "make it by hand after `highroad new`",
            );
            continue;
        }
        let Some(resolved) = resolved else {
            report.not_portable(path, None, format!("the link to `{target}` is left out"), "it leads out of the template", "");
            continue;
        };
        if let Some(file) = here.files.get(&resolved) {
            all.insert(path.clone(), file.clone());
            continue;
        }
        let prefix = format!("{resolved}/");
        let mut found = false;
        for (inside, file) in here.files.range(prefix.clone()..).take_while(|(inside, _)| inside.starts_with(&prefix)) {
            found = true;
            all.insert(format!("{path}/{}", &inside[prefix.len()..]), file.clone());
        }
        if !found {
            report.not_portable(path, None, format!("the link to `{target}` is left out"), "nothing of the template is there", "");
        }
    }
}

/// Files that copier leaves alone once they are there: their patterns are over paths in the project.
fn seeded(files: &BTreeMap<String, File>, folder: &str, settings: &Settings) -> Vec<String> {
    let patterns = crate::render::dialects::ignore_patterns(settings.skip_if_exists.iter().map(String::as_str));
    let Ok(patterns) = patterns else { return Vec::new() };
    let mut seeded = Vec::new();
    for path in files.keys() {
        let inside = path.strip_prefix(folder).map_or(path.as_str(), |rest| rest.trim_start_matches('/'));
        let target = inside.strip_suffix(settings.suffix.as_str()).filter(|_| !settings.suffix.is_empty()).unwrap_or(inside);
        if settings.skip_if_exists.iter().any(|pattern| pattern == target) || patterns.matches(target) {
            seeded.push(globset::escape(&encode_path(path)));
        }
    }
    seeded
}
