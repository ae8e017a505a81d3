//! L2: rendering, a pure function of (road version, kind, answers). No clock, network, locale or environment.

pub mod answers;
mod context;
pub mod dialects;
mod engines;
pub mod inspect;
pub mod names;
pub mod questions;
pub mod ranking;
mod sheet;
pub mod values;

use crate::base::diagnostic::Diagnostic;
use crate::base::path::RelPath;
use crate::base::tree::{File, Tree};
use crate::repo::answers::Answers;
use crate::repo::lock::Ownership;
use crate::road::{Engine, Part, PartFile, Road, broken};

/// What a kind renders to with some answers.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// The files.
    pub tree: Tree,
    /// For each file of the tree, in the same order, why it is there and whose it is.
    pub reasons: Vec<Reason>,
}

/// Why a file is there and whose it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reason {
    /// The path of the file.
    pub path: RelPath,
    /// Why the project has it.
    pub why: String,
    /// Whose it is after the first generation.
    pub ownership: Ownership,
    /// The layer or kind that brings it.
    pub part: String,
    /// The template that it is made from, as a path in the road.
    pub template: String,
}

/// The engines that render, with their versions. Recorded in the lock.
pub const ENGINES: &str = "minijinja 3.1.0, liquid 0.26";

/// How many bytes all files of a project may have together, as they are rendered: what an archive of a road may hold. One
/// template may make many files, and much of little.
const MOST_BYTES: usize = 24 << 20;

/// Says that the files have more than so many bytes.
fn too_many_bytes(most: usize) -> String {
    format!("the files of the project have more than {most} bytes together")
}

/// Renders `kind` with `answers`, which must be complete and valid.
///
/// # Errors
/// When a template does not render, or a name would leave the target or collide.
pub fn render(road: &Road, kind_id: &str, answers: &Answers) -> Result<Rendered, Diagnostic> {
    let kind = road.kind(kind_id)?;
    let context = context::build(road, kind_id, kind, answers);
    let jinja = engines::Jinja::new(&context);
    let liquid = engines::Liquid::new(&context);
    let dialect = dialect(road, kind_id, kind, answers)?;
    let mut tree = Tree::default();
    let mut reasons = Vec::new();
    let mut bytes = 0_usize;
    let layers = kind.manifest.layers.iter().filter_map(|id| road.layers.get_key_value(id));
    let parts = layers.map(|(id, part)| (format!("layers/{id}"), part)).chain([(format!("kinds/{kind_id}"), kind)]);
    for (place, part) in parts {
        if !applies(&jinja, part.manifest.when.as_deref(), road, &place)? {
            continue;
        }
        for file in &part.files {
            let rule = part.rule(file);
            if !applies(&jinja, rule.when.as_deref(), road, &place)? {
                continue;
            }
            let template = format!("{place}/files/{}", file.source);
            let part_id = place.rsplit('/').next().unwrap_or(&place).to_owned();
            let mut add = |path: RelPath, file: File| {
                bytes = bytes.saturating_add(file.bytes.len());
                if bytes > MOST_BYTES {
                    return Err(broken(&road.source, &template, too_many_bytes(MOST_BYTES)));
                }
                tree.insert(path.clone(), file).map_err(|error| broken(&road.source, &template, error.to_string()))?;
                let (why, ownership) = (rule.why.clone(), rule.ownership);
                reasons.push(Reason { path, why, ownership, part: part_id.clone(), template: template.clone() });
                Ok::<(), Diagnostic>(())
            };
            if let Some(dialect) = dialect.as_ref().filter(|_| std::ptr::eq(part, kind)) {
                for made in dialect.make(file).map_err(|why| broken(&road.source, &template, why))? {
                    add(parse_path(&made.path, road, &template)?, File { bytes: made.bytes, mode: made.mode })?;
                }
                continue;
            }
            let path = render_path(&jinja, file, road, &template)?;
            let bytes = render_bytes(&jinja, &liquid, file).map_err(|why| broken(&road.source, &template, why))?;
            add(path, File { bytes, mode: file.mode })?;
        }
    }
    reasons.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Rendered { tree, reasons })
}

/// Prepares the dialect of a kind that is the template of another tool.
fn dialect<'a>(
    road: &'a Road,
    kind_id: &'a str,
    kind: &'a Part,
    answers: &Answers,
) -> Result<Option<Box<dyn dialects::Files + 'a>>, Diagnostic> {
    if kind.manifest.dialect.is_none() {
        return Ok(None);
    }
    let machine = questions::Machine::default();
    let hidden = sheet::Sheet::new(road, kind, &machine).hidden(answers)?;
    let scene = dialects::Scene { kind, answers: sheet::values_of(road, kind, answers), hidden };
    dialects::files(scene).map_err(|why| broken(&road.source, &format!("kinds/{kind_id}/kind.toml"), why))
}

fn applies(jinja: &engines::Jinja<'_>, when: Option<&str>, road: &Road, place: &str) -> Result<bool, Diagnostic> {
    match when {
        None => Ok(true),
        Some(expression) => jinja.holds(expression).map_err(|why| broken(&road.source, place, format!("`when = {expression:?}`: {why}"))),
    }
}

fn render_path(jinja: &engines::Jinja<'_>, file: &PartFile, road: &Road, template: &str) -> Result<RelPath, Diagnostic> {
    let text = jinja.render(&file.path).map_err(|why| broken(&road.source, template, format!("its name: {why}")))?;
    parse_path(&text, road, template)
}

fn parse_path(text: &str, road: &Road, template: &str) -> Result<RelPath, Diagnostic> {
    RelPath::parse(text).map_err(|error| broken(&road.source, template, format!("it would be written to `{text}`: {error}")))
}

fn render_bytes(jinja: &engines::Jinja<'_>, liquid: &engines::Liquid, file: &PartFile) -> Result<Vec<u8>, String> {
    let text = || std::str::from_utf8(&file.bytes).map_err(|error| format!("a template must be UTF-8: {error}"));
    match file.engine {
        Engine::Copy => Ok(file.bytes.clone()),
        Engine::Jinja => jinja.render(text()?).map(String::into_bytes),
        Engine::Liquid => liquid.render(text()?).map(String::into_bytes),
    }
}
