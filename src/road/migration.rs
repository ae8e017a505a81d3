//! `[[migration]]` in `road.toml`: what a new version does to a project before the merge. Declared, never run as code.

use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;

use super::version;
use crate::base::path::RelPath;
use crate::repo::{config, lock};

/// One migration: when it applies, why, and exactly one thing that it does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Migration {
    /// The version that brought it: it applies where old < version <= new.
    pub version: String,
    /// Why.
    pub why: String,
    /// Moves a file or a folder.
    #[serde(rename = "move")]
    moved: Option<Move>,
    /// Deletes a file that is still as the road wrote it.
    delete: Option<Delete>,
    /// Sets a key in a TOML, YAML or JSON file.
    set: Option<Set>,
    /// Removes a key from a TOML, YAML or JSON file.
    remove: Option<Remove>,
    /// Puts one pin in the place of another, wherever it stands.
    replace_pin: Option<ReplacePin>,
    /// Puts one text in the place of another.
    replace_text: Option<ReplaceText>,
    /// Takes an answer over under another key, or with another value.
    rename_answer: Option<RenameAnswer>,
}

/// Moves a file, or a folder with all that is in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Where it was.
    pub from: String,
    /// Where it will be.
    pub to: String,
}

/// Deletes a file that is still as the road wrote it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delete {
    /// Where it is.
    pub path: String,
}

/// Sets a key; tables on the way are made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// The file.
    pub file: String,
    /// The key, with dots between its parts.
    pub key: String,
    /// What it will be.
    pub value: toml::Value,
}

/// Removes a key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// The file.
    pub file: String,
    /// The key, with dots between its parts.
    pub key: String,
}

/// Puts one pin in the place of another.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplacePin {
    /// The pin as it stands in files, whole.
    pub find: String,
    /// What stands there then.
    pub with: String,
}

/// Puts one text in the place of another.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplaceText {
    /// The files: a glob; `*` stays within a folder, `**` does not.
    pub files: String,
    /// The text, as it stands there.
    pub find: String,
    /// What stands there then.
    pub with: String,
}

/// Takes an answer over.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameAnswer {
    /// The key that it had.
    pub from: String,
    /// The key that it has; the same where values change alone.
    pub to: String,
    /// Values that are called otherwise now.
    #[serde(default)]
    pub values: std::collections::BTreeMap<String, String>,
}

/// What a migration does.
#[derive(Clone, Copy, Debug)]
pub enum Action<'a> {
    /// Moves a file or a folder.
    Move(&'a Move),
    /// Deletes a file.
    Delete(&'a Delete),
    /// Sets a key.
    Set(&'a Set),
    /// Removes a key.
    Remove(&'a Remove),
    /// Replaces a pin.
    ReplacePin(&'a ReplacePin),
    /// Replaces a text.
    ReplaceText(&'a ReplaceText),
    /// Takes an answer over.
    RenameAnswer(&'a RenameAnswer),
}

/// The longest pin, and the longest text, that is put in the place of another, in bytes.
const LONGEST_PIN: usize = 1000;
const LONGEST_TEXT: usize = 64 << 10;

/// Files that have keys.
const WITH_KEYS: [&str; 4] = ["toml", "yaml", "yml", "json"];

impl Migration {
    /// Returns what it does. It has exactly one thing to do once `problem` found nothing.
    pub fn action(&self) -> Option<Action<'_>> {
        let mut all = self.actions();
        let first = all.next();
        if all.next().is_some() { None } else { first }
    }

    fn actions(&self) -> impl Iterator<Item = Action<'_>> {
        [
            self.moved.as_ref().map(Action::Move),
            self.delete.as_ref().map(Action::Delete),
            self.set.as_ref().map(Action::Set),
            self.remove.as_ref().map(Action::Remove),
            self.replace_pin.as_ref().map(Action::ReplacePin),
            self.replace_text.as_ref().map(Action::ReplaceText),
            self.rename_answer.as_ref().map(Action::RenameAnswer),
        ]
        .into_iter()
        .flatten()
    }

    /// Says what is wrong with it; nothing where it can be used.
    pub fn problem(&self) -> Option<String> {
        if !version::is_calendar(&self.version) {
            return Some(format!("the version `{}` of a migration is no calendar version", self.version));
        }
        let Some(action) = self.action() else {
            return Some(
                "a migration does exactly one thing: move, delete, set, remove, replace-pin, replace-text or rename-answer".into(),
            );
        };
        let path = |text: &str| match RelPath::parse(text) {
            Err(error) => Some(format!("the path `{text}` of a migration: {error}")),
            Ok(_) if text == config::FILE || text == lock::FILE => Some(format!("`{text}` is Highroad's own record")),
            Ok(_) => None,
        };
        let key = |file: &str, key: &str| {
            if !WITH_KEYS.contains(&file.rsplit('.').next().unwrap_or_default()) {
                return Some(format!("`{file}` is no TOML, YAML or JSON file: a migration cannot set keys in it"));
            }
            key_parts(key).is_none().then(|| format!("`{key}` is no key such as `tool.ruff.line-length`"))
        };
        match action {
            Action::Move(Move { from, to }) => path(from).or_else(|| path(to)).or_else(|| {
                let inside = |outer: &str, inner: &str| inner == outer || inner.starts_with(&format!("{outer}/"));
                (inside(from, to) || inside(to, from)).then(|| format!("`{from}` cannot be moved to `{to}`"))
            }),
            Action::Delete(Delete { path: at }) => path(at),
            Action::Set(set) => path(&set.file).or_else(|| key(&set.file, &set.key)),
            Action::Remove(remove) => path(&remove.file).or_else(|| key(&remove.file, &remove.key)),
            Action::ReplacePin(ReplacePin { find, with }) => {
                if find.trim().len() < 3 || find.contains('\n') || with.contains('\n') {
                    return Some("a pin is one line, and longer than two characters".to_owned());
                }
                if with.len() > LONGEST_PIN {
                    return Some(format!("a pin has at most {LONGEST_PIN} bytes"));
                }
                (is_whole(find) && !is_whole(with)).then(|| format!("`{with}` is a weaker pin than `{find}`"))
            }
            Action::ReplaceText(text) => {
                if text.find.is_empty() {
                    return Some("a migration that replaces nothing".to_owned());
                }
                if text.with.len() > LONGEST_TEXT {
                    return Some(format!("a text that a migration puts in has at most {LONGEST_TEXT} bytes"));
                }
                text.matcher().err().map(|error| error.to_string())
            }
            Action::RenameAnswer(rename) => (rename.from.is_empty() || rename.to.is_empty()).then(|| "an answer without a key".to_owned()),
        }
    }
}

impl ReplaceText {
    /// Compiles the glob.
    ///
    /// # Errors
    /// When the glob does not parse.
    pub fn matcher(&self) -> Result<GlobMatcher, globset::Error> {
        Ok(GlobBuilder::new(&self.files).literal_separator(true).build()?.compile_matcher())
    }
}

/// Returns the parts of a dotted key; a part in double quotes may hold dots. Nothing where it is no key.
pub fn key_parts(key: &str) -> Option<Vec<String>> {
    let parts: Vec<String> = toml_edit::Key::parse(key).ok()?.iter().map(|key| key.get().to_owned()).collect();
    (!parts.is_empty() && parts.len() <= 16).then_some(parts)
}

/// Whether a pin names content, not a movable name: a full commit or a digest.
fn is_whole(pin: &str) -> bool {
    pin.split(|c: char| !c.is_ascii_hexdigit()).any(|word| word.len() == 40 || word.len() == 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<String> {
        toml::from_str::<Migration>(&format!("version = '2026.1.1'\nwhy = 'w'\n{text}")).unwrap().problem()
    }

    #[test]
    fn takes_each_kind_and_refuses_what_would_do_harm() {
        for good in [
            "move = { from = 'a', to = 'b/c' }",
            "delete = { path = 'a/b' }",
            "set = { file = 'a.toml', key = 'tool.ruff.\"a.b\"', value = [1, 2] }",
            "remove = { file = 'a.yml', key = 'on.push' }",
            "replace-pin = { find = 'a/b@v1', with = 'a/b@0123456789012345678901234567890123456789' }",
            "replace-text = { files = '**/*.py', find = 'a', with = 'b' }",
            "rename-answer = { from = 'a', to = 'b', values = { x = 'y' } }",
        ] {
            assert_eq!(problem(good), None, "{good}");
        }
        for bad in [
            "",
            "delete = { path = 'a' }\nremove = { file = 'a.yml', key = 'b' }",
            "delete = { path = '../a' }",
            "move = { from = 'a', to = '.git/hooks/x' }",
            "move = { from = 'a', to = 'a/b' }",
            "set = { file = 'a.py', key = 'x', value = 1 }",
            "set = { file = 'a.toml', key = 'a..b', value = 1 }",
            "replace-pin = { find = 'a/b@0123456789012345678901234567890123456789', with = 'a/b@v1' }",
            "replace-text = { files = '[', find = 'a', with = 'b' }",
        ] {
            assert!(problem(bad).is_some(), "{bad}");
        }
    }
}
