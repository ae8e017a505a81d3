//! How cookiecutter 2 writes a project: which files, under which names, rendered or copied (its `generate_files`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::super::Counted;
use super::super::binary::is_binary;
use super::super::fnmatch::fnmatch;

/// A file of the template, by its path below the folder that becomes the project.
#[derive(Clone, Copy, Debug)]
pub(super) struct Original<'a> {
    /// The path, not rendered.
    pub(super) path: &'a str,
    /// The content.
    pub(super) bytes: &'a [u8],
}

/// A file of the project.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Written {
    /// Which of the originals it was made from.
    pub(super) from: usize,
    /// The content.
    pub(super) bytes: Vec<u8>,
}

/// What went wrong, and in which original.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Problem {
    /// The path of the original.
    pub(super) path: String,
    /// What the engine or a rule says.
    pub(super) why: String,
}

impl Problem {
    /// Whether the file at `path` is the one, or lies in the folder that is.
    pub(super) fn concerns(&self, path: &str) -> bool {
        path.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Renders one template.
pub(super) type Render<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

/// Writes the project's files, by path.
///
/// # Errors
/// When a name or a content does not render, or the tool would stop too: folders that become one, text that is not UTF-8.
pub(super) fn write(
    files: &[Original<'_>],
    source: &Map<String, Value>,
    render: &Render<'_>,
) -> Result<BTreeMap<String, Written>, Problem> {
    let mut folder = Folder::default();
    for (at, file) in files.iter().enumerate() {
        folder.insert(file.path, at);
    }
    let mut writer = Writer {
        files,
        copied: patterns(source.get("_copy_without_render")),
        line_end: source.get("_new_lines").and_then(Value::as_str).filter(|end| !end.is_empty()),
        render,
        folders: BTreeSet::new(),
        out: BTreeMap::new(),
        counted: Counted::default(),
    };
    writer.walk(&folder, "", 0)?;
    Ok(writer.out)
}

/// The patterns of `_copy_without_render`. A single text is read as the tool does it: each character is a pattern.
fn patterns(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => text.chars().map(String::from).collect(),
        Some(Value::Object(members)) => members.keys().cloned().collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_)) | None => Vec::new(),
    }
}

fn matches_any(path: &str, patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| fnmatch(path, pattern))
}

/// Whether the tool copies the file as it is: it is no text, or a pattern of `_copy_without_render` names it or a folder
/// that it lies in.
pub(crate) fn is_copied(path: &str, bytes: &[u8], source: &Map<String, Value>) -> bool {
    let patterns = patterns(source.get("_copy_without_render"));
    let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    is_binary(path, bytes) || folders.chain([path]).any(|path| matches_any(path, &patterns))
}

/// A folder of the template: originals by name, folders by name.
#[derive(Default)]
struct Folder {
    files: BTreeMap<String, usize>,
    folders: BTreeMap<String, Self>,
}

impl Folder {
    fn insert(&mut self, path: &str, at: usize) {
        let mut here = self;
        let mut rest = path;
        while let Some((first, inner)) = rest.split_once('/') {
            here = here.folders.entry(first.to_owned()).or_default();
            rest = inner;
        }
        here.files.insert(rest.to_owned(), at);
    }
}

/// How deep folders may stand in each other.
const DEEPEST: usize = 64;

struct Writer<'a> {
    files: &'a [Original<'a>],
    copied: Vec<String>,
    line_end: Option<&'a str>,
    render: &'a Render<'a>,
    folders: BTreeSet<String>,
    out: BTreeMap<String, Written>,
    counted: Counted,
}

impl Writer<'_> {
    /// Writes what is in a folder in the order of the tool: copied folders, the names of the others, files, what is inside.
    fn walk(&mut self, folder: &Folder, place: &str, depth: usize) -> Result<(), Problem> {
        if depth > DEEPEST {
            return Err(Problem { path: place.to_owned(), why: format!("folders stand deeper than {DEEPEST}") });
        }
        for (name, inner) in &folder.folders {
            let path = join(place, name);
            if self.is_copied(&path) {
                let to = self.name(&path)?;
                self.copy(inner, &to, depth)?;
            }
        }
        let rendered: Vec<(&Folder, String)> =
            folder.folders.iter().map(|(name, inner)| (inner, join(place, name))).filter(|(_, path)| !self.is_copied(path)).collect();
        for (_, path) in &rendered {
            let to = self.name(path)?;
            if to.is_empty() || self.folders.contains(&to) {
                let why = format!("the folder's name becomes `{to}`, which is there already: the tool stops here too");
                return Err(Problem { path: path.clone(), why });
            }
            self.enter(&to);
        }
        for (name, at) in &folder.files {
            self.file(&join(place, name), *at)?;
        }
        rendered.into_iter().try_for_each(|(inner, path)| self.walk(inner, &path, depth + 1))
    }

    fn is_copied(&self, path: &str) -> bool {
        matches_any(path, &self.copied)
    }

    /// Copies a folder with the names inside as they stand.
    fn copy(&mut self, folder: &Folder, to: &str, depth: usize) -> Result<(), Problem> {
        if depth > DEEPEST {
            return Err(Problem { path: to.to_owned(), why: format!("folders stand deeper than {DEEPEST}") });
        }
        self.enter(to);
        for (name, at) in &folder.files {
            self.put(join(to, name), Written { from: *at, bytes: self.files[*at].bytes.to_vec() })?;
        }
        folder.folders.iter().try_for_each(|(name, inner)| self.copy(inner, &join(to, name), depth + 1))
    }

    /// Remembers a folder of the project, and those that it lies in.
    fn enter(&mut self, folder: &str) {
        let above: Vec<String> = folder.match_indices('/').map(|(at, _)| folder[..at].to_owned()).collect();
        self.folders.extend(above);
        self.folders.insert(folder.to_owned());
    }

    fn file(&mut self, path: &str, at: usize) -> Result<(), Problem> {
        let file = self.files[at];
        let problem = |why: String| Problem { path: path.to_owned(), why };
        let rendered = (self.render)(path).map_err(|why| problem(format!("its name: {why}")))?;
        let to = self.name(path)?;
        // A name that renders to nothing leaves the folder that it is in.
        if to.is_empty() || rendered.ends_with('/') || self.folders.contains(&to) {
            return Ok(());
        }
        let bytes = if self.is_copied(path) || is_binary(path, file.bytes) {
            file.bytes.to_vec()
        } else {
            let text = std::str::from_utf8(file.bytes)
                .map_err(|error| problem(format!("the tool reads it as UTF-8, which it is not: {error}")))?;
            let out = (self.render)(&universal(text)).map_err(problem)?;
            with_line_end(out, self.line_end.unwrap_or_else(|| first_line_end(text)))
        };
        self.put(to, Written { from: at, bytes })
    }

    fn put(&mut self, path: String, written: Written) -> Result<(), Problem> {
        let from = written.from;
        self.counted.add(&written.bytes).map_err(|why| Problem { path: self.files[from].path.to_owned(), why })?;
        self.out.insert(path, written);
        Ok(())
    }

    /// Renders a path, without parts that render to nothing.
    fn name(&self, path: &str) -> Result<String, Problem> {
        let text = (self.render)(path).map_err(|why| Problem { path: path.to_owned(), why: format!("its name: {why}") })?;
        if text.starts_with('/') {
            return Err(Problem { path: path.to_owned(), why: format!("its name becomes `{text}`, outside the project") });
        }
        Ok(text.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/"))
    }
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") }
}

/// Reads every line end as `\n`, as Python does for text.
pub(super) fn universal(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// How much Python decodes at once: the tool takes the line end that it met in the pieces up to the first line end.
const PIECE: usize = 8192;

/// Returns the line end that the tool writes for a text: of several kinds in the first piece, in the order CR, LF, CRLF.
fn first_line_end(text: &str) -> &'static str {
    let bytes = text.as_bytes();
    let Some(first) = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else { return "\n" };
    let piece = &bytes[..bytes.len().min((first / PIECE + 1) * PIECE)];
    let (mut cr, mut lf) = (false, false);
    for (at, byte) in piece.iter().enumerate() {
        match byte {
            b'\r' => cr |= bytes.get(at + 1) != Some(&b'\n'),
            b'\n' => lf |= at == 0 || piece[at - 1] != b'\r',
            _ => {}
        }
    }
    match (cr, lf) {
        (true, _) => "\r",
        (false, true) => "\n",
        (false, false) => "\r\n",
    }
}

fn with_line_end(text: String, end: &str) -> Vec<u8> {
    if end == "\n" { text.into_bytes() } else { text.replace('\n', end).into_bytes() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A stand-in for the engine: `<a>` becomes A, `<>` nothing.
    fn render(text: &str) -> Result<String, String> {
        if text.contains("<!>") { Err("undefined".to_owned()) } else { Ok(text.replace("<a>", "A").replace("<>", "")) }
    }

    fn written(files: &[(&str, &str)], source: Value) -> Result<Vec<(String, String)>, Problem> {
        let files: Vec<Original<'_>> = files.iter().map(|(path, text)| Original { path, bytes: text.as_bytes() }).collect();
        let out = write(&files, source.as_object().unwrap(), &render)?;
        Ok(out.into_iter().map(|(path, file)| (path, String::from_utf8(file.bytes).unwrap())).collect())
    }

    fn pair(path: &str, text: &str) -> (String, String) {
        (path.to_owned(), text.to_owned())
    }

    #[test]
    fn renders_names_and_texts_and_leaves_the_rest() {
        let files =
            [("<a>/b.txt", "<a>"), ("<a>/<>", "gone"), ("c/x.png", "<a>"), ("js/<a>.js", "<a>"), ("keep/<a>/k", "<a>"), ("<>", "gone")];
        let source = json!({ "_copy_without_render": ["js/*", "keep"] });
        assert_eq!(
            written(&files, source).unwrap(),
            [pair("A/b.txt", "A"), pair("c/x.png", "<a>"), pair("js/A.js", "<a>"), pair("keep/<a>/k", "<a>")]
        );
    }

    #[test]
    fn keeps_line_ends_as_the_tool_does() {
        assert_eq!(
            written(&[("a", "x\r\ny\r\n"), ("b", "x\ny\r\n"), ("c", "x")], json!({})).unwrap(),
            [pair("a", "x\r\ny\r\n"), pair("b", "x\ny\n"), pair("c", "x")]
        );
        assert_eq!(written(&[("a", "x\r\ny\n")], json!({ "_new_lines": "\n" })).unwrap(), [pair("a", "x\ny\n")]);
    }

    #[test]
    fn stops_where_the_tool_stops_and_where_a_name_leaves_the_project() {
        assert!(written(&[("<>/f", "x")], json!({})).unwrap_err().why.contains("there already"));
        assert!(written(&[("<>/<a>/f", "x")], json!({ "_copy_without_render": ["<>/*"] })).is_err());
        assert!(written(&[("d/<>/f", "x")], json!({})).unwrap_err().why.contains("there already"));
        assert!(written(&[("<a>/f", "x"), ("A/g", "x")], json!({})).unwrap_err().why.contains("there already"));
        assert!(written(&[("/<a>", "x")], json!({})).is_err());
        assert!(written(&[("a", "<!>")], json!({})).unwrap_err().why.contains("undefined"));
        assert!(write(&[Original { path: "a.txt", bytes: b"caf\xe9 and more text" }], &Map::new(), &render).is_err());
    }
}
