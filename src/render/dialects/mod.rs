//! Kinds whose files are the template of another tool: each dialect renders them as that tool would.
//!
//! To add one: settings in `road::dialect`, a module here with a [`Questions`] and a [`Files`], and a line in each of the
//! two functions below.

mod binary;
pub(crate) mod cargo_generate;
mod cookiecutter;
mod copier;
mod fnmatch;
mod ignore_patterns;
mod native;
mod openings;
mod python_filters;
mod python_jinja;
mod python_time;
mod slugify;

use std::collections::BTreeSet;
use std::fmt::Write as _;

pub(crate) use cookiecutter::{is_copied as is_copied_by_cookiecutter, undeclared as undeclared_in_cookiecutter};
pub(crate) use openings::Openings;

use super::too_many_bytes;
use super::values::Values;
use crate::base::path::RelPath;
use crate::base::tree::Mode;
use crate::road::dialect::Dialect;
use crate::road::{Part, PartFile};

/// What a dialect does while questions are asked. Every method sees the answers so far, and nothing else.
pub(crate) trait Questions {
    /// Renders a template of a question.
    ///
    /// # Errors
    /// When it does not render.
    fn text(&self, template: &str, answers: &Values) -> Result<String, String>;

    /// Tells whether a condition holds.
    ///
    /// # Errors
    /// When it does not render.
    fn holds(&self, condition: &str, answers: &Values) -> Result<bool, String>;
}

/// What a dialect does with the files of a kind, all answers known.
pub(crate) trait Files {
    /// Makes what comes of one file of the kind: usually one file, none where it is left out.
    ///
    /// # Errors
    /// When a template does not render.
    fn make(&self, file: &PartFile) -> Result<Vec<Made>, String>;
}

/// How many bytes a dialect may hold that it has made, before the project takes it over.
const MOST_MADE: usize = 16 << 20;

/// Counts what a dialect has made.
#[derive(Default)]
struct Counted(usize);

impl Counted {
    /// Adds a file's bytes.
    ///
    /// # Errors
    /// When it is too much together.
    fn add(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.0 = self.0.saturating_add(bytes.len());
        if self.0 > MOST_MADE { Err(too_many_bytes(MOST_MADE)) } else { Ok(()) }
    }
}

/// A file of the project.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Made {
    /// Its path, not checked yet.
    pub(crate) path: String,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
    /// Whether it may be run.
    pub(crate) mode: Mode,
}

/// A kind and everything that is known of the project.
pub(crate) struct Scene<'a> {
    /// The kind.
    pub(crate) kind: &'a Part,
    /// The answers, in the order of the questions.
    pub(crate) answers: Values,
    /// The keys of questions that were not asked: their condition does not hold, or they are computed.
    pub(crate) hidden: BTreeSet<String>,
}

/// Returns what asks the questions of a kind.
pub(crate) fn questions<'a>(kind: &'a Part) -> Box<dyn Questions + 'a> {
    match &kind.manifest.dialect {
        None => Box::new(native::Native),
        Some(Dialect::CargoGenerate(_)) => Box::new(cargo_generate::Asked),
        Some(Dialect::Cookiecutter(settings)) => Box::new(cookiecutter::Asking::new(settings)),
        Some(Dialect::Copier(settings)) => Box::new(copier::Asking::new(settings, kind)),
    }
}

/// Returns what renders the files of a kind with a dialect; nothing for the road's own format.
///
/// # Errors
/// When the settings cannot be used.
pub(crate) fn files<'a>(scene: Scene<'a>) -> Result<Option<Box<dyn Files + 'a>>, String> {
    match &scene.kind.manifest.dialect {
        None => Ok(None),
        Some(Dialect::CargoGenerate(settings)) => Ok(Some(Box::new(cargo_generate::Project::new(&scene, settings)?))),
        Some(Dialect::Cookiecutter(settings)) => Ok(Some(Box::new(cookiecutter::Project::new(settings, &scene)?))),
        Some(Dialect::Copier(settings)) => Ok(Some(Box::new(copier::Project::new(settings, &scene)?))),
    }
}

/// Compiles patterns of `.gitignore`.
///
/// # Errors
/// When one cannot be compiled.
pub(crate) fn ignore_patterns<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<ignore_patterns::Patterns, String> {
    ignore_patterns::Patterns::new(lines)
}

/// Says what a template of copier takes from outside, and whether it can be read at all.
pub(crate) struct Reader(python_jinja::PythonJinja);

impl Reader {
    /// Prepares to read templates with the settings of Jinja2.
    ///
    /// # Errors
    /// When the delimiters cannot be used.
    pub(crate) fn new(settings: &crate::road::dialect::Engine) -> Result<Self, String> {
        python_jinja::PythonJinja::new(settings, python_jinja::Library::default()).map(Self)
    }

    /// Returns the variables that a text takes from outside.
    ///
    /// # Errors
    /// When it is no template.
    pub(crate) fn variables_of(&self, text: &str) -> Result<Vec<String>, String> {
        self.0.variables_of(text)
    }

    /// Renders a text that takes nothing from outside; nothing for any other.
    pub(crate) fn constant(&self, text: &str) -> Option<String> {
        if !self.variables_of(text).ok()?.is_empty() {
            return None;
        }
        self.0.render(text, &minijinja::Value::from(std::collections::BTreeMap::<String, minijinja::Value>::new())).ok()
    }
}

/// Writes a name of a template so that a road can hold it: what a path of ours refuses becomes `%XX`.
pub fn encode_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for (at, part) in path.split('/').enumerate() {
        if at > 0 {
            out.push('/');
        }
        encode_part(part, &mut out);
    }
    out
}

fn encode_part(part: &str, out: &mut String) {
    let last = part.chars().count().saturating_sub(1);
    let forbidden = |c: char| c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '\\' | '|' | '?' | '*' | '%');
    let encode = |first_too: bool| {
        let mut coded = String::with_capacity(part.len());
        for (at, c) in part.chars().enumerate() {
            if forbidden(c) || (at == last && matches!(c, '.' | ' ')) || (at == 0 && first_too) {
                let mut buffer = [0; 4];
                for byte in c.encode_utf8(&mut buffer).bytes() {
                    let _ = write!(coded, "%{byte:02X}");
                }
            } else {
                coded.push(c);
            }
        }
        coded
    };
    let coded = encode(false);
    // A name that Windows or git take for their own gets its first character coded.
    let coded = if RelPath::parse(&coded).is_err() { encode(true) } else { coded };
    out.push_str(&coded);
}

/// Reads a name that [`encode_path`] wrote; what is no code stays as it is.
pub fn decode_path(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = path.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_name_of_a_template_has_a_path_in_a_road(parts in proptest::collection::vec("[ -.0-~ü]{1,12}", 1..4)) {
            let path = parts.join("/");
            let encoded = encode_path(&path);
            prop_assert!(RelPath::parse(&encoded).is_ok(), "{encoded}");
            prop_assert_eq!(decode_path(&encoded), path);
        }
    }

    #[test]
    fn names_of_machines_are_coded() {
        for name in ["{% if a == 'x' %}con{% endif %}.jinja", "con", "..", ".git", "a.", "{{x}}|y"] {
            let encoded = encode_path(name);
            assert!(RelPath::parse(&encoded).is_ok(), "{encoded}");
            assert_eq!(decode_path(&encoded), name);
        }
    }
}
