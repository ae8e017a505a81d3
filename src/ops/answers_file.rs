//! Answers files: what `--answers` reads and `--save-answers` writes.

use std::path::Path;

use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::env;
use crate::base::fs::{self, Found};
use crate::base::tree::{File, Mode};
use crate::ops::new::{Options, Prepared};
use crate::render::answers::Given;
use crate::repo::answers::to_toml;

/// The largest answers file that is read, in bytes.
const ANSWERS_LIMIT: u64 = 1 << 20;

/// Reads an answers file: `key = "value"` lines, alone or in an `[answers]` table, and a `kind`, which comes first.
/// The `highroad.toml` of another project is such a file too.
///
/// # Errors
/// When it is no TOML, or an answer is no text.
pub fn read(path: &Path) -> Result<(Option<Given>, Vec<Given>), Diagnostic> {
    let text = fs::read_text(path, ANSWERS_LIMIT)?;
    let shown = path.display().to_string();
    let table: toml::Table = toml::from_str(&text).map_err(|error| {
        let place = error.span().map_or_else(|| shown.clone(), |span| position(&shown, &text, span.start));
        Diagnostic::usage("answers", "the answers file is no TOML")
            .at(place)
            .because(error.message().to_owned())
            .fix("write lines such as `host = \"gitlab\"`")
    })?;
    let mut kind = None;
    let mut given = Vec::new();
    let own = |key: &str| matches!(key, "schema" | "road" | "guardrails" | "waiver");
    let nested = table.get("answers").and_then(toml::Value::as_table).into_iter().flatten();
    let flat = table.iter().filter(|(key, value)| !(own(key) || key.as_str() == "answers" && value.is_table()));
    for (key, value) in flat.chain(nested) {
        let place = text
            .lines()
            .position(|line| line.trim_start().strip_prefix(key.as_str()).is_some_and(|rest| rest.trim_start().starts_with('=')))
            .map_or_else(|| shown.clone(), |line| format!("{shown}:{}", line + 1));
        let Some(value) = value.as_str() else {
            return Err(Diagnostic::usage("answers", format!("the answer to `{key}` is no text"))
                .at(place)
                .because(format!("it is {}", value.type_str()))
                .fix(format!("put it in quotes; known beside the questions are {}", did_you_mean(key, &["kind", "answers"]))));
        };
        let entry = Given { key: key.clone(), value: value.to_owned(), place };
        // Below a `kind` of the file, one in `[answers]` is the answer to a question of that name.
        if key == "kind" && kind.is_none() {
            kind = Some(entry);
        } else {
            given.push(entry);
        }
    }
    Ok((kind, given))
}

fn position(file: &str, text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    format!("{file}:{line}:{column}")
}

/// Refuses a path that answers cannot be saved to, before anything else is done.
///
/// # Errors
/// When something is there, its folder is not, or it lies in the project itself.
pub fn check_new(path: &Path, options: &Options) -> Result<(), Diagnostic> {
    let refuse = |why: &str| {
        Err(Diagnostic::usage("save-answers", "the answers cannot be saved there")
            .at(path.display().to_string())
            .because(why)
            .fix("name a new file outside of the project"))
    };
    let here = env::current_folder()?;
    let full = here.join(path);
    if fs::look(&full)? != Found::Nothing {
        return refuse("something of that name is there");
    }
    let parent = full.parent().unwrap_or(&full);
    if fs::look(parent)? == Found::Nothing {
        return refuse("its folder does not exist");
    }
    let target = options.target.as_ref().map_or(here.clone(), |target| here.join(target));
    let in_place = fs::look(&target)? != Found::Nothing && options.target.is_some();
    if in_place && fs::canonical(parent)?.starts_with(fs::canonical(&target)?) {
        return refuse("the project would start with a file that is not its own");
    }
    Ok(())
}

/// Writes the kind and the answers to a new file that `read` reads.
///
/// # Errors
/// When the file is there, or the disk refuses.
pub fn save(path: &Path, prepared: &Prepared) -> Result<(), Diagnostic> {
    let text = format!(
        "# Answers for `highroad new --answers`.\nkind = {}\n\n[answers]\n{}",
        toml::Value::String(prepared.kind.clone()),
        to_toml(&prepared.answers)
    );
    fs::write_new(path, &File { bytes: text.into_bytes(), mode: Mode::Plain })
}
