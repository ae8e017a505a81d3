//! Files as flat lists of values, each with its key and its lines.

use std::collections::{BTreeMap, HashMap};

use toml_edit::{Item, TableLike};

use crate::formats::dockerfile::Dockerfile;
use crate::formats::requirements::{self, Item as Line};
use crate::formats::text::Lines;
use crate::formats::yaml::{self, Node, Value};

/// How values may lie in each other; the readers have bounds of their own.
const DEPTH: usize = 100;

/// A format that is read as data.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// YAML, and JSON, which is YAML.
    Yaml,
    /// TOML.
    Toml,
    /// Requirements files.
    Requirements,
    /// Dockerfiles.
    Dockerfile,
    /// One rule a line.
    Lines,
}

/// A value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Leaf {
    /// As text.
    pub value: String,
    /// The lines that bear it and its key.
    pub lines: std::ops::RangeInclusive<usize>,
    /// The keys that it lies under, with the line of each.
    pub above: Vec<(String, usize)>,
}

type Leaves = BTreeMap<String, Leaf>;

impl Form {
    /// Tells the format by the path.
    pub(super) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let is = |ending: &str| name.ends_with(ending);
        Some(match () {
            () if name.ends_with("ignore") && name.starts_with('.') => Self::Lines,
            () if is(".yml") || is(".yaml") || is(".json") => Self::Yaml,
            () if is(".toml") => Self::Toml,
            () if name.contains("dockerfile") || name.contains("containerfile") => Self::Dockerfile,
            () if is(".txt") || is(".in") => Self::Requirements,
            () => return None,
        })
    }

    /// Reads a text.
    ///
    /// # Errors
    /// When it is not of the format.
    pub(super) fn read(self, text: &str) -> Result<Leaves, String> {
        let lines = Lines::of(text);
        let mut leaves = Leaves::new();
        match self {
            Self::Yaml => {
                let documents = yaml::parse(text).map_err(|error| format!("it is no YAML: {error}"))?;
                for (at, document) in documents.iter().enumerate() {
                    let key = if at == 0 { String::new() } else { format!("[{at}]") };
                    yaml(document, &key, lines.line(document.span.start), &mut Vec::new(), &lines, &mut leaves);
                }
            }
            Self::Toml => {
                let document =
                    toml_edit::Document::parse(text.to_owned()).map_err(|error| format!("it is no TOML: {}", error.message()))?;
                table(document.as_table(), "", 0, &lines, &mut leaves);
            }
            Self::Requirements => self::requirements(text, &lines, &mut leaves),
            Self::Dockerfile => {
                let dockerfile = Dockerfile::parse(text).ok_or("it is no Dockerfile")?;
                for (at, instruction) in dockerfile.instructions.iter().enumerate() {
                    let span = instruction.span.clone();
                    let value = text.get(span.clone()).unwrap_or_default().to_owned();
                    put(
                        &mut leaves,
                        format!("{} {}", at + 1, instruction.keyword),
                        value,
                        lines.line(span.start)..=lines.line(span.end),
                        &[],
                    );
                }
            }
            Self::Lines => {
                let mut names = Names::default();
                for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                    put(&mut leaves, names.next(line), String::new(), at + 1..=at + 1, &[]);
                }
            }
        }
        Ok(leaves)
    }
}

/// Gives what stands several times a number.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    fn next(&mut self, key: &str) -> String {
        let times = self.0.entry(key.to_owned()).or_default();
        *times += 1;
        if *times == 1 { key.to_owned() } else { format!("{key} ({times})") }
    }
}

fn put(leaves: &mut Leaves, key: String, value: String, lines: std::ops::RangeInclusive<usize>, above: &[(String, usize)]) {
    leaves.insert(key, Leaf { value, lines, above: above.to_vec() });
}

fn yaml(node: &Node, key: &str, from: usize, above: &mut Vec<(String, usize)>, lines: &Lines, leaves: &mut Leaves) {
    if above.len() > DEPTH {
        return;
    }
    let here = from..=lines.line(node.span.end.max(node.span.start)).max(from);
    match &node.value {
        Value::Scalar(text, _) => put(leaves, key.to_owned(), text.clone(), here, above),
        Value::Sequence(items) if items.is_empty() => put(leaves, key.to_owned(), "[]".to_owned(), here, above),
        Value::Mapping(entries) if entries.is_empty() => put(leaves, key.to_owned(), "{}".to_owned(), here, above),
        Value::Sequence(items) => {
            above.push((key.to_owned(), from));
            for (at, item) in items.iter().enumerate() {
                yaml(item, &format!("{key}[{at}]"), lines.line(item.span.start), above, lines, leaves);
            }
            above.pop();
        }
        Value::Mapping(entries) => {
            above.push((key.to_owned(), from));
            for (name, value) in entries {
                let name_text = name.text().unwrap_or("?");
                let inner = if key.is_empty() { name_text.to_owned() } else { format!("{key}.{name_text}") };
                yaml(value, &inner, lines.line(name.span.start), above, lines, leaves);
            }
            above.pop();
        }
    }
}

fn table(table: &dyn TableLike, key: &str, depth: usize, lines: &Lines, leaves: &mut Leaves) {
    if depth > DEPTH {
        return;
    }
    for (name, item) in table.iter() {
        let inner = if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
        match item {
            Item::Table(_) | Item::Value(toml_edit::Value::InlineTable(_)) => {
                if let Some(inside) = item.as_table_like() {
                    self::table(inside, &inner, depth + 1, lines, leaves);
                }
            }
            Item::ArrayOfTables(tables) => {
                for (at, inside) in tables.iter().enumerate() {
                    self::table(inside, &format!("{inner}[{at}]"), depth + 1, lines, leaves);
                }
            }
            Item::Value(value) => match value.as_array() {
                Some(array) => array.iter().enumerate().for_each(|(at, value)| toml_leaf(value, &format!("{inner}[{at}]"), lines, leaves)),
                None => toml_leaf(value, &inner, lines, leaves),
            },
            Item::None => {}
        }
    }
}

fn toml_leaf(value: &toml_edit::Value, key: &str, lines: &Lines, leaves: &mut Leaves) {
    let span = value.span().unwrap_or(0..0);
    let bare = value.as_str().map_or_else(|| value.to_string().trim().to_owned(), str::to_owned);
    put(leaves, key.to_owned(), bare, lines.line(span.start)..=lines.line(span.end), &[]);
}

fn requirements(text: &str, lines: &Lines, leaves: &mut Leaves) {
    let mut names = Names::default();
    for item in requirements::read(text) {
        let (name, range) = match &item {
            Line::Requirement(requirement) => (requirement.normal_name(), requirement.range.clone()),
            Line::Include { path, range, .. } => (format!("-r {path}"), range.clone()),
            Line::Setting { name, range, .. } => (format!("--{name}"), range.clone()),
            Line::Invalid { range } => ("?".to_owned(), range.clone()),
        };
        // What follows on the line, such as a marker, belongs to it; a comment does not.
        let end = text.get(range.end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| range.end + at);
        let whole = text.get(range.start..end).unwrap_or_default();
        let value = whole.split(" #").next().unwrap_or_default().trim().to_owned();
        put(leaves, names.next(&name), value, lines.line(range.start)..=lines.line(range.end), &[]);
    }
}
