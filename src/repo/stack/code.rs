//! What the code shows: imports, languages, tests, training, and signs of old versions.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::{self, Import};
use super::{Evidence, Sign, is_aside, note, text_of};
use crate::formats::notebook;
use crate::repo::snapshot::{Entry, Snapshot};

/// The largest source that is read, in bytes.
const SOURCE: u64 = 2 << 20;
/// The largest notebook that is read, in bytes.
const NOTEBOOK: u64 = 24 << 20;
/// How many sources are read; the first in order of path.
const SOURCES: usize = 20_000;

/// Where an import stands.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// The import.
    pub import: Import,
    /// The file.
    pub path: String,
    /// Whether the file is a test, an example or a document.
    pub aside: bool,
}

/// What the code shows.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// The imports of what is not in the repository itself.
    pub uses: Vec<Use>,
    /// The languages, the first has the most files.
    pub languages: Vec<Sign>,
    /// The notebooks.
    pub notebooks: Option<Sign>,
    /// The tests.
    pub tests: Option<Sign>,
    /// That models are trained.
    pub trains: Option<Sign>,
    /// Statements that only Python 2 takes.
    pub python2: Sign2,
    /// Calls that only TensorFlow 1 has.
    pub tensorflow1: Sign2,
    /// Names that only TensorFlow 2 has.
    pub tensorflow2: Sign2,
    /// Torch7, in Lua.
    pub torch7: Sign2,
    /// How many Python files there are beside tests, examples and documents.
    pub python_files: usize,
}

/// Places of a sign that may not show at all.
pub(super) type Sign2 = Vec<Evidence>;

const LANGUAGES: &[(&str, &str, &str)] = &[
    ("py", "python", "Python"),
    ("ipynb", "notebook", "Jupyter"),
    ("lua", "lua", "Lua"),
    ("r", "r", "R"),
    ("jl", "julia", "Julia"),
    ("js", "javascript", "JavaScript"),
    ("jsx", "javascript", "JavaScript"),
    ("ts", "typescript", "TypeScript"),
    ("tsx", "typescript", "TypeScript"),
    ("java", "java", "Java"),
    ("scala", "scala", "Scala"),
    ("go", "go", "Go"),
    ("rs", "rust", "Rust"),
    ("cpp", "c++", "C++"),
    ("cc", "c++", "C++"),
    ("cu", "cuda", "CUDA"),
    ("c", "c", "C"),
    ("m", "matlab", "MATLAB"),
];

const TRAINING: &[&str] = &[".backward(", "optimizer.step(", ".fit(", "Trainer(", "train_step(", ".minimize(", "gradient_checkpointing"];
const TENSORFLOW_1: &[&str] = &[
    "tf.Session(",
    "tf.placeholder(",
    "tf.contrib.",
    "tensorflow.contrib",
    "tf.app.run",
    "tf.flags.",
    "tf.ConfigProto",
    "tf.get_variable(",
    "tf.variable_scope(",
    "tf.global_variables_initializer",
];
const TENSORFLOW_2: &[&str] = &["tf.compat.v1", "tensorflow.compat.v1", "tf.function", "tf.config.", "tf.GradientTape"];

/// Reads the code.
pub(super) fn read(snapshot: &Snapshot, files: &[&Entry]) -> Code {
    let mut code = Code::default();
    let local = Local::of(files);
    let mut languages: BTreeMap<&str, (Sign, usize)> = BTreeMap::new();
    for entry in files.iter().take(200_000) {
        let extension = entry.extension();
        if let Some((_, id, name)) = LANGUAGES.iter().find(|(ending, ..)| *ending == extension) {
            let (sign, count) = languages.entry(id).or_insert_with(|| (Sign::new(id, name), 0));
            sign.add(Evidence::new(&entry.path, 0, "source"));
            *count += 1;
        }
    }
    let sources = files.iter().filter(|entry| matches!(entry.extension().as_str(), "py" | "ipynb" | "lua"));
    for entry in sources.take(SOURCES) {
        match entry.extension().as_str() {
            "py" => {
                if let Some(text) = text_of(snapshot, entry, SOURCE) {
                    python(entry, &text, &local, &mut code);
                }
            }
            "lua" => {
                if let Some(text) = text_of(snapshot, entry, SOURCE) {
                    lua(entry, &text, &mut code);
                }
            }
            _ => notebook_file(snapshot, entry, &local, &mut code),
        }
    }
    let mut languages: Vec<(Sign, usize)> = languages.into_values().collect();
    languages.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.id.cmp(&b.0.id)));
    code.languages = languages.into_iter().map(|(sign, _)| sign).collect();
    code
}

fn python(entry: &Entry, text: &str, local: &Local, code: &mut Code) {
    let path = &entry.path;
    let aside = is_aside(path);
    code.python_files += usize::from(!aside);
    let imports = imports::read(text);
    if let Some(line) = test_line(entry, text) {
        code.tests.get_or_insert_with(|| Sign::new("tests", "tests")).add(Evidence::new(path, line, "a test"));
    }
    for import in imports.into_iter().filter(|import| !local.has(path, &import.module)) {
        code.uses.push(Use { import, path: path.clone(), aside: aside || is_test_name(entry.name()) });
    }
    for (at, line) in text.lines().enumerate() {
        signs_of(path, at + 1, line, aside, code);
    }
}

/// Looks at one line of code for signs of training and of old versions.
fn signs_of(path: &str, number: usize, line: &str, aside: bool, code: &mut Code) {
    let trimmed = line.trim_start();
    if trimmed.starts_with('#') || line.len() > 2000 {
        return;
    }
    let mark = |places: &mut Sign2| {
        if places.len() < 50 {
            places.push(Evidence::new(path, number, trimmed));
        }
    };
    if is_python_2(trimmed) {
        mark(&mut code.python2);
    }
    if TENSORFLOW_1.iter().any(|name| line.contains(name)) {
        mark(&mut code.tensorflow1);
    }
    if TENSORFLOW_2.iter().any(|name| line.contains(name)) {
        mark(&mut code.tensorflow2);
    }
    if !aside && TRAINING.iter().any(|call| line.contains(call)) && !trimmed.starts_with("def ") && !trimmed.starts_with("class ") {
        code.trains.get_or_insert_with(|| Sign::new("training", "training")).add(Evidence::new(path, number, trimmed));
    }
}

/// Whether a line is a statement that Python 3 refuses, or a name that it does not have.
fn is_python_2(line: &str) -> bool {
    if let Some(rest) = line.strip_prefix("print ") {
        let rest = rest.trim_start();
        let text = rest.starts_with(['"', '\'']) && !rest.ends_with(',') || rest.starts_with(['"', '\'']) && rest.contains(" % ");
        let word =
            rest.starts_with(|c: char| c.is_alphabetic() || c == '_') && !rest.contains(" is ") && rest.split_whitespace().count() == 1;
        return text || word;
    }
    let except = line.strip_prefix("except ").is_some_and(|rest| {
        rest.trim_end().ends_with(':')
            && rest.split_once(", ").is_some_and(|(kind, name)| {
                !kind.contains('(') && name.trim_end_matches([':', ' ']).chars().all(|c| c.is_alphanumeric() || c == '_')
            })
    });
    except
        || line.contains("xrange(")
        || line.contains(".iteritems()")
        || line.contains(".has_key(")
        || line.starts_with("import cPickle")
        || line.starts_with("import urllib2")
}

fn is_test_name(name: &str) -> bool {
    name.starts_with("test_") || name.ends_with("_test.py") || name == "tests.py" || name == "conftest.py"
}

/// Returns the line that makes a file a test: a name alone is none, `test_net.py` may test a network.
fn test_line(entry: &Entry, text: &str) -> Option<usize> {
    let folder = entry.folder().split('/').any(|part| matches!(part, "test" | "tests"));
    if !folder && !is_test_name(entry.name()) {
        return None;
    }
    let is = |line: &str| {
        let line = line.trim_start();
        line.starts_with("def test_")
            || line.starts_with("async def test_")
            || line.starts_with("import unittest")
            || line.starts_with("from unittest")
            || line.starts_with("import pytest")
            || line.starts_with("assert ")
    };
    text.lines().position(is).map(|at| at + 1)
}

fn lua(entry: &Entry, text: &str, code: &mut Code) {
    for (at, line) in text.lines().enumerate() {
        let packed: String = line.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '"' | '\'')).collect();
        if ["requiretorch", "requirenn", "requirenngraph", "requireoptim"].contains(&packed.as_str()) && code.torch7.len() < 50 {
            code.torch7.push(Evidence::new(&entry.path, at + 1, line));
        }
        if line.contains(":backward(") || line.contains(".backward(") {
            code.trains.get_or_insert_with(|| Sign::new("training", "training")).add(Evidence::new(&entry.path, at + 1, line));
        }
    }
}

fn notebook_file(snapshot: &Snapshot, entry: &Entry, local: &Local, code: &mut Code) {
    let mut notebooks = code.notebooks.take().unwrap_or_else(|| Sign::new("notebooks", "notebooks"));
    notebooks.add(Evidence::new(&entry.path, 0, "a notebook"));
    code.notebooks = Some(notebooks);
    let Some(subject) = snapshot.subject(&entry.path).filter(|subject| subject.entry.size <= NOTEBOOK) else { return };
    let Some(notebook) = subject.text().and_then(|text| notebook::read(text).ok()) else { return };
    let aside = is_aside(&entry.path);
    for cell in notebook.cells.iter().filter(|cell| cell.kind == notebook::CellKind::Code) {
        let mut at = 0;
        for line in cell.source.split_inclusive('\n') {
            let begins = at;
            at += line.len();
            if TRAINING.iter().any(|call| line.contains(call)) && !aside {
                let number = subject.position(cell.place(begins)).0;
                code.trains.get_or_insert_with(|| Sign::new("training", "training")).add(Evidence::new(&entry.path, number, line));
            }
        }
        for mut import in imports::read(&cell.source) {
            if !local.has(&entry.path, &import.module) {
                import.line = subject.position(cell.place(import.at)).0;
                code.uses.push(Use { import, path: entry.path.clone(), aside });
            }
        }
    }
}

/// The modules that the repository itself has.
struct Local {
    /// Folder of a module, and the module: `("src", "model")`.
    modules: BTreeSet<(String, String)>,
}

impl Local {
    fn of(files: &[&Entry]) -> Self {
        let mut modules = BTreeSet::new();
        for entry in files.iter().filter(|entry| matches!(entry.extension().as_str(), "py" | "pyx")) {
            let stem = entry.name().rsplit_once('.').map_or("", |(stem, _)| stem);
            modules.insert((entry.folder().to_owned(), stem.to_owned()));
            // A folder with code in it can be imported, whether it has an `__init__.py` or not.
            let mut folder = entry.folder();
            while !folder.is_empty() {
                let (outer, name) = folder.rsplit_once('/').unwrap_or(("", folder));
                modules.insert((outer.to_owned(), name.to_owned()));
                folder = outer;
            }
        }
        Self { modules }
    }

    /// Whether an import in a file means a module of the repository: one beside the file, or in a folder that the file is
    /// in, or in a source folder.
    fn has(&self, path: &str, module: &str) -> bool {
        let first = module.split('.').next().unwrap_or(module);
        let own = path.rsplit('/').next().unwrap_or(path).rsplit_once('.').map_or("", |(stem, _)| stem);
        let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let nearest = folder;
        let known = |folder: &str| self.modules.contains(&(folder.to_owned(), first.to_owned())) && !(folder == nearest && own == first);
        loop {
            if known(folder) {
                return true;
            }
            if folder.is_empty() {
                break;
            }
            folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
        }
        ["src", "lib", "python"].iter().any(|folder| known(folder))
    }
}

/// Adds the languages that only the code's own words show.
pub(super) fn frameworks_of(code: &Code, frameworks: &mut Vec<Sign>) {
    for place in &code.torch7 {
        note(frameworks, "torch7", "Torch7 (Lua)", place.clone());
    }
}
