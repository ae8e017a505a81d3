//! Which files of the repository belong to a template, and which of them cannot be rendered here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::settings::Settings;
use super::used::{self, Used};
use super::{Files, bad_template};
use crate::base::diagnostic::Diagnostic;
use crate::base::tree::File;
use crate::render::dialects::{is_copied_by_cookiecutter, undeclared_in_cookiecutter};
use crate::road::import::line_of;
use crate::road::import::report::Report;

/// The folder of templates that others include.
const INCLUDED: &str = "templates";

/// The files of a template.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    /// The files, below the folder that becomes the project or below `templates`.
    pub(super) files: BTreeMap<String, File>,
    /// The paths below the folder that becomes the project.
    pub(super) paths: BTreeSet<String>,
    /// Whether a template shows the day.
    pub(super) uses_now: bool,
}

/// Finds the folder that becomes the project, as the tool's `find_template` does.
///
/// # Errors
/// When there is none.
pub(super) fn root(here: &Files, settings: &Settings, shown: &str, report: &mut Report) -> Result<String, Diagnostic> {
    let (open, close) = &settings.delimiters.variable;
    let fits = |name: &&str| name.contains("cookiecutter") && name.contains(open.as_str()) && name.contains(close.as_str());
    let folders: BTreeSet<&str> =
        here.files.keys().chain(here.links.keys()).filter_map(|path| Some(path.split_once('/')?.0)).filter(fits).collect();
    let mut folders = folders.into_iter();
    let root = folders.next().ok_or_else(|| {
        bad_template(
            if shown.is_empty() { "." } else { shown },
            "it has no folder whose name holds `{{cookiecutter.…}}`, which becomes the project",
        )
    })?;
    for other in folders {
        report.not_portable(
            &format!("{shown}{other}"),
            None,
            "the folder is left out: a template has one folder that becomes the project",
            "the tool takes whichever of them the file system names first",
            "give each its own folder with a `cookiecutter.json`",
        );
    }
    Ok(root.to_owned())
}

/// Takes the files that a project is made from, and reports those that cannot be had.
pub(super) fn take(
    here: &Files,
    root: &str,
    source: &Map<String, Value>,
    settings: &Settings,
    shown: &dyn Fn(&str) -> String,
    report: &mut Report,
) -> Taken {
    let mut taken = Taken::default();
    let below_root = |path: &str| path.strip_prefix(root).and_then(|rest| rest.strip_prefix('/')).map(str::to_owned);
    let mut defined: BTreeSet<String> = BTreeSet::new();
    let mut texts: BTreeMap<&str, Used> = BTreeMap::new();
    for (path, file) in &here.files {
        let inside = below_root(path);
        if inside.is_none() && !path.starts_with(&format!("{INCLUDED}/")) {
            continue;
        }
        let name = inside.as_deref().unwrap_or_default();
        let mut used = used::read(name, &settings.delimiters);
        let mut needed = needed(name, settings);
        if !inside.as_deref().is_some_and(|inside| is_copied_by_cookiecutter(inside, &file.bytes, source)) {
            let text = String::from_utf8_lossy(&file.bytes);
            used.add(used::read(&text, &settings.delimiters));
            needed.extend(self::needed(&text, settings));
        }
        used.needed = needed;
        defined.extend(used.defined.keys().cloned());
        texts.insert(path.as_str(), used);
    }
    let mut left_out: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for (path, used) in &texts {
        if let Some(found) = unknown(used, &defined, settings) {
            left_out.insert(path, found);
        }
    }
    spread(&texts, &mut left_out, root);
    for (path, used) in texts {
        let Some(file) = here.files.get(path) else { continue };
        if let Some((line, what)) = left_out.get(path) {
            report.not_portable(
                &shown(path),
                Some(*line),
                format!("the file is left out: it uses {what}"),
                "Highroad has no such thing, and a file that is half right is worse than none",
                "write the file without it, or add it to the project by hand",
            );
            continue;
        }
        taken.uses_now |= used.tags.contains_key("now");
        tell_values(path, &used, shown, report);
        if let Some(inside) = below_root(path) {
            taken.paths.insert(inside);
        }
        taken.files.insert(path.to_owned(), file.clone());
    }
    for (path, target) in &here.links {
        if below_root(path).is_some() {
            link(here, path, target, &mut taken, shown, report);
        }
    }
    taken
}

/// Leaves out what includes a file that is left out.
fn spread<'a>(texts: &BTreeMap<&'a str, Used>, left_out: &mut BTreeMap<&'a str, (usize, String)>, root: &str) {
    loop {
        let gone: BTreeSet<String> = left_out
            .keys()
            .filter_map(|path| {
                [root, INCLUDED].into_iter().find_map(|folder| path.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned))
            })
            .collect();
        let before = left_out.len();
        for (path, used) in texts {
            if let Some((name, line)) = used.included.iter().find(|(name, _)| gone.contains(*name)) {
                left_out.entry(path).or_insert_with(|| (*line, format!("`{name}`, which is left out")));
            }
        }
        if left_out.len() == before {
            return;
        }
    }
}

/// A link to a file of the template is that file, as in the tool; every other link is left out.
fn link(here: &Files, path: &str, target: &str, taken: &mut Taken, shown: &dyn Fn(&str) -> String, report: &mut Report) {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    let mut out = target.starts_with('/');
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => out |= parts.pop().is_none(),
            part => parts.push(part),
        }
    }
    match here.files.get(&parts.join("/")).filter(|_| !out) {
        Some(file) => {
            taken.files.insert(path.to_owned(), file.clone());
            report.told(
                &shown(path),
                None,
                format!("the link to `{target}` becomes a file of the same content"),
                "the tool writes the content, too",
                "",
            );
        }
        None => report.not_portable(
            &shown(path),
            None,
            format!("the link to `{target}` is left out"),
            "it leads to a folder, to another link or out of the template",
            "add it to the project by hand",
        ),
    }
}

/// Reports the values that only the tool knows.
fn tell_values(path: &str, used: &Used, shown: &dyn Fn(&str) -> String, report: &mut Report) {
    for (key, line) in &used.private {
        let is = match key.as_str() {
            "_template" => "the address that the template was imported from",
            "_checkout" => "the tag that the template was imported at",
            "_output_dir" | "_repo_dir" => "`.`, since it is a folder of the machine that the tool runs on",
            _ => continue,
        };
        report.differs(
            &shown(path),
            Some(*line),
            format!("it uses `cookiecutter.{key}`: here that is {is}"),
            "the tool takes it from the command line and the machine",
            "",
        );
    }
    for line in used.whole.values() {
        report.differs(
            &shown(path),
            Some(*line),
            "it shows all of `cookiecutter`: `_output_dir` and `_repo_dir` are `.` in it, `_template` and `_checkout` those of the import",
            "the tool takes them from the command line and the machine",
            "",
        );
    }
    for (format, line) in &used.formats {
        if ["%H", "%I", "%M", "%S", "%f", "%p", "%c", "%X", "%T", "%R", "%s"].iter().any(|part| format.contains(part)) {
            report.differs(
                &shown(path),
                Some(*line),
                format!("`{{% now %}}` shows a time of day (`{format}`): here it is midnight"),
                "only the day is recorded",
                "",
            );
        }
    }
}

/// Filters of Jinja2 and of the tool that Highroad has.
const FILTERS: &str = "abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format \
    groupby indent int items join last length list lower map max min pprint reject rejectattr replace reverse round safe select \
    selectattr slice sort string striptags sum title tojson trim truncate unique upper urlencode wordcount wordwrap \
    jsonify slugify";

/// Tags of Jinja2 and of the tool that Highroad has.
const TAGS: &str = "if elif else endif for endfor set endset block endblock extends include import from macro endmacro call endcall \
    filter endfilter raw endraw with endwith autoescape endautoescape do break continue now";

/// Functions of Jinja2 that Highroad has.
const FUNCTIONS: &str = "range dict namespace caller super not in and or if else is elif";

fn has(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|known| known == name)
}

/// Returns the first thing that cannot be had, with its line.
fn unknown(used: &Used, defined: &BTreeSet<String>, settings: &Settings) -> Option<(usize, String)> {
    let filters = used.filters.iter().filter(|(name, _)| !has(FILTERS, name)).map(|(name, line)| (*line, format!("the filter `{name}`")));
    let tags = used.tags.iter().filter(|(name, _)| !has(TAGS, name)).map(|(name, line)| (*line, format!("the tag `{name}`")));
    let random = |name: &str| matches!(name, "random_ascii_string" | "uuid4" | "lipsum");
    let functions = used
        .functions
        .iter()
        .filter(|(name, _)| random(name) || !settings.extensions_known && !has(FUNCTIONS, name) && !defined.contains(*name));
    let functions = functions.map(|(name, line)| {
        let why = if random(name) { ", whose value is another each time" } else { "" };
        (*line, format!("the function `{name}`{why}"))
    });
    let variables = used.needed.iter().filter(|(name, _)| !defined.contains(*name));
    let variables = variables.map(|(name, line)| (*line, format!("`{name}`, which only an extension can bring")));
    filters.chain(tags).chain(functions).chain(variables).min()
}

/// Returns the variables of a text that neither the tool nor the text brings, where an extension may bring some.
fn needed(text: &str, settings: &Settings) -> BTreeMap<String, usize> {
    if settings.extensions_known {
        return BTreeMap::new();
    }
    let own = |name: &String| matches!(name.as_str(), "cookiecutter" | "_cookiecutter") || has(FUNCTIONS, name);
    let names = undeclared_in_cookiecutter(text, &settings.engine).into_iter().filter(|name| !own(name));
    names.map(|name| (name.clone(), line_of(text, &name).unwrap_or(1))).collect()
}

/// Looks at the templates of questions: a default that cannot be worked out here is asked for instead.
pub(super) fn mend_questions(questions: &mut [toml::Table], settings: &Settings, shown: &str, report: &mut Report, uses_now: &mut bool) {
    for question in questions {
        let key = question.get("key").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let default = question.get("default").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let mut used = used::read(&default, &settings.delimiters);
        for choice in question.get("choices").and_then(toml::Value::as_array).into_iter().flatten() {
            used.add(used::read(choice.get("value").and_then(toml::Value::as_str).unwrap_or_default(), &settings.delimiters));
        }
        used.add(used::read(question.get("choices-from").and_then(toml::Value::as_str).unwrap_or_default(), &settings.delimiters));
        *uses_now |= used.tags.contains_key("now");
        tell_values("", &used, &|_| shown.to_owned(), report);
        let Some((_, what)) = unknown(&used, &BTreeSet::new(), settings) else { continue };
        question.remove("computed");
        for settled in ["choices", "choices-from", "of"] {
            question.remove(settled);
        }
        question.insert("default".to_owned(), "".into());
        question.insert("type".to_owned(), "text".into());
        question.insert("required".to_owned(), true.into());
        report.not_portable(
            shown,
            None,
            format!("`{key}` has no default: it uses {what}"),
            "Highroad has no such thing",
            &format!("answer it with `--set {key}=…`"),
        );
    }
}
