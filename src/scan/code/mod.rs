//! What code does that could hurt: Python, notebooks, shell scripts and the settings that they read.
//!
//! A file is parsed only where a word in it makes that worth while. Nothing is run, imported or followed.

mod call;
mod config;
mod deserialize;
mod hub;
mod model_output;
mod models;
mod names;
mod python;
mod remote;
pub mod shell;
mod shell_words;
mod tls;
mod walk;
mod words;

use std::ops::Range;

use crate::formats::notebook::{self, CellKind, Notebook, NotebookError};
use crate::repo::snapshot::Entry;
use crate::repo::subject::{Subject, View};

/// Files above this size are no code that a person wrote; notebooks may be larger.
const CODE: u64 = 4 << 20;

/// What could happen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Risk {
    /// Reading a file runs what its author put in.
    Deserialization,
    /// A model's repository may run its own code here.
    RemoteCode,
    /// A model or a data set is fetched in whatever version is there.
    HubRevision,
    /// A connection is open to whoever is in between.
    Tls,
    /// What a model said is run as code.
    ModelOutput,
    /// What a model said is run by the shell.
    Shell,
    /// A script from the network is run.
    RemoteScript,
}

/// A change that would take a risk away.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Edit {
    /// What goes, in bytes of the file.
    pub range: Range<usize>,
    /// What comes.
    pub text: String,
    /// What it does.
    pub title: &'static str,
    /// Whether the project does the same as before.
    pub safe: bool,
}

/// A place that does something risky.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hit {
    /// What could happen.
    pub risk: Risk,
    /// Where, in bytes of the file.
    pub range: Range<usize>,
    /// The notebook cell, from 1.
    pub cell: Option<usize>,
    /// What identifies it in its file: the call, mostly.
    pub key: String,
    /// What it does.
    pub what: String,
    /// What to do instead.
    pub how: String,
    /// Whether it is sure: neither guessed by a name nor read from a file that does not parse.
    pub sure: bool,
    /// Whether it deserves no more than advice.
    pub advice: bool,
    /// The change, where it is certain.
    pub edit: Option<Edit>,
}

/// What the code of a file does; empty for files without code.
#[derive(Clone, Debug, Default)]
pub struct CodeScan {
    /// What could hurt, in the order of the file.
    pub hits: Vec<Hit>,
    /// Whether a part of it is deeper than any real code and was not read.
    pub too_deep: bool,
}

/// A notebook as its reader sees it; `None` where the file is none.
#[derive(Debug)]
pub struct NotebookView(pub Option<Result<Notebook, NotebookError>>);

impl View for NotebookView {
    fn of(subject: &Subject<'_>) -> Self {
        Self(subject.text().map(notebook::read))
    }
}

/// What kind of code a file holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Code {
    /// Python.
    Python,
    /// A notebook.
    Notebook,
    /// A shell script, or lines for the shell in another file.
    Shell,
    /// Settings: YAML, JSON, TOML.
    Settings,
    /// No extension: its first line tells.
    Unknown,
}

/// Parses a Python module; nothing where it does not parse, or is too deep for its tree to be walked.
pub(crate) fn python_module(text: &str) -> Option<Vec<ruff_python_ast::Stmt>> {
    python::module(text)
}

/// Returns what kind of code a file may hold, by its name; `None` for everything else and for what is too large.
pub fn code_of(entry: &Entry) -> Option<Code> {
    if !entry.is_file() || entry.size == 0 {
        return None;
    }
    let extension = entry.extension();
    if extension == "ipynb" {
        return Some(Code::Notebook);
    }
    // Python is read whatever its size: padding must not be a way out.
    if matches!(extension.as_str(), "py" | "pyw") {
        return Some(Code::Python);
    }
    if entry.size > CODE {
        return None;
    }
    let name = entry.name();
    let lower = name.to_ascii_lowercase();
    match extension.as_str() {
        "sh" | "bash" | "zsh" | "ksh" | "mk" | "dockerfile" | "containerfile" | "sbatch" | "slurm" | "ps1" => Some(Code::Shell),
        "yaml" | "yml" | "json" | "toml" | "cfg" | "ini" | "conf" => Some(Code::Settings),
        _ if lower.starts_with("dockerfile") || lower.starts_with("containerfile") => Some(Code::Shell),
        _ if matches!(lower.as_str(), "makefile" | "gnumakefile" | "justfile" | ".bashrc" | ".zshrc" | ".envrc") => Some(Code::Shell),
        _ if !name.contains('.') => Some(Code::Unknown),
        _ => None,
    }
}

impl View for CodeScan {
    fn of(subject: &Subject<'_>) -> Self {
        let mut scan = Self::default();
        let Some(code) = code_of(subject.entry) else { return scan };
        let code = match code {
            Code::Unknown => {
                let head = subject.head();
                let first = String::from_utf8_lossy(&head[..memchr::memchr(b'\n', head).unwrap_or(head.len()).min(128)]).into_owned();
                match first.strip_prefix("#!") {
                    Some(program) if program.contains("python") => Code::Python,
                    Some(program) if program.trim_end().ends_with("sh") || program.contains("sh ") => Code::Shell,
                    Some(_) | None => return scan,
                }
            }
            Code::Python | Code::Notebook | Code::Shell | Code::Settings => code,
        };
        let Some(text) = subject.text() else {
            if matches!(code, Code::Python | Code::Notebook) && subject.entry.size > 0 {
                subject.fail("it is named as code and is no text that can be read".to_owned());
            }
            return scan;
        };
        match code {
            Code::Python => python::file(text, &mut scan),
            Code::Notebook => {
                // A notebook that does not parse is reported by whoever asks for the notebook itself.
                if let Some(Ok(notebook)) = &subject.view::<NotebookView>().0 {
                    python::notebook(notebook, &mut scan);
                }
            }
            Code::Shell => {
                let dockerfile = subject.entry.name().to_ascii_lowercase().contains("dockerfile");
                shell::file(text, !dockerfile, &mut scan);
            }
            Code::Settings => config::file(text, subject.entry, &mut scan),
            Code::Unknown => {}
        }
        if scan.too_deep {
            subject.fail("an expression in it is deeper than any real code".to_owned());
        }
        scan.hits.sort_by(|a, b| (a.range.start, a.range.end, &a.key).cmp(&(b.range.start, b.range.end, &b.key)));
        scan.hits.dedup_by(|a, b| a.risk == b.risk && a.range.start == b.range.start);
        scan
    }
}

/// Whether a cell is code in Python.
fn is_python(notebook: &Notebook, kind: CellKind) -> bool {
    kind == CellKind::Code && (notebook.language.is_empty() || notebook.language.contains("python"))
}
