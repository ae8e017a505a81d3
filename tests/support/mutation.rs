//! One change of a project that takes a safeguard away, and what has to be said about it.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at files from outside")]

use std::path::Path;

/// What is done to one file.
#[derive(Clone, Copy)]
pub enum Edit {
    /// Takes the file away.
    Delete,
    /// Puts one text in the place of another, once.
    Replace(&'static str, &'static str),
    /// Puts one text in the place of another, wherever it stands.
    Everywhere(&'static str, &'static str),
    /// Takes away every line that holds this.
    Drop(&'static str),
    /// Keeps nothing but this.
    Only(&'static str),
    /// Adds this at the end.
    Add(&'static str),
    /// Adds this before the first line that holds the first text.
    Before(&'static str, &'static str),
    /// Changes the first digit of the first SHA-256.
    OtherHash,
    /// Makes a file that is not there.
    New(fn() -> Vec<u8>),
    /// Takes away the right to be run.
    #[cfg(unix)]
    NotExecutable,
}

/// A mutation: where it applies, what it weakens, the guardrails that would be right, the file, and the edit.
///
/// Where: empty for every project, else `github`, `gitlab`, a kind, or `trains` for the kinds that train.
#[derive(Clone, Copy)]
pub struct Mutation {
    pub on: &'static str,
    pub safeguard: &'static str,
    pub right: &'static str,
    pub path: &'static str,
    pub edit: Edit,
}

pub const fn mutation(on: &'static str, safeguard: &'static str, right: &'static str, path: &'static str, edit: Edit) -> Mutation {
    Mutation { on, safeguard, right, path, edit }
}

impl Edit {
    /// What it does, for a person who reads the list of misses.
    pub fn label(&self) -> String {
        match self {
            Self::Delete => "deleted".to_owned(),
            Self::Replace(from, to) | Self::Everywhere(from, to) => format!("{from:?} became {to:?}"),
            Self::Drop(needle) => format!("lines with {needle:?} dropped"),
            Self::Only(to) => format!("nothing left but {to:?}"),
            Self::Add(more) | Self::Before(_, more) => format!("{more:?} added"),
            Self::OtherHash => "a hash changed".to_owned(),
            Self::New(_) => "a file added".to_owned(),
            #[cfg(unix)]
            Self::NotExecutable => "no longer executable".to_owned(),
        }
    }
}

impl Mutation {
    /// Whether it applies to a project of this kind on this host.
    pub fn applies(&self, kind: &str, host: &str) -> bool {
        self.on.split_whitespace().all(|word| word == kind || word == host || (word == "trains" && kind != "llm-app"))
    }

    /// Makes the change below `root`; returns what takes it back, or `None` where it does not apply as written.
    pub fn make(&self, root: &Path) -> Option<Undo> {
        let path = root.join(self.path);
        let before = std::fs::read(&path).ok();
        let undo = Undo { path: path.clone(), mode: mode(&path), before: before.clone() };
        if let Edit::New(make) = self.edit {
            if before.is_some() {
                return None;
            }
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, make()).unwrap();
            return Some(undo);
        }
        let before = before?;
        let text = String::from_utf8(before).unwrap();
        let after = match self.edit {
            Edit::Delete => {
                std::fs::remove_file(&path).unwrap();
                return Some(undo);
            }
            #[cfg(unix)]
            Edit::NotExecutable => {
                use std::os::unix::fs::PermissionsExt;
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
                return Some(undo);
            }
            Edit::Replace(from, to) => text.replacen(from, to, 1),
            Edit::Everywhere(from, to) => text.replace(from, to),
            Edit::Drop(needle) => text.split_inclusive('\n').filter(|line| !line.contains(needle)).collect(),
            Edit::Only(to) => to.to_owned(),
            Edit::Add(more) => format!("{text}{more}"),
            Edit::Before(needle, more) => {
                let at = text.find(needle)?;
                let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
                format!("{}{more}{}", &text[..start], &text[start..])
            }
            Edit::OtherHash => {
                // A comment may speak of hashes too: the first whole one counts.
                let whole = |at: &usize| text[*at..].bytes().take_while(u8::is_ascii_hexdigit).count() == 64;
                let at = text.match_indices("sha256:").map(|(at, mark)| at + mark.len()).find(whole)?;
                let digit = if text[at..].starts_with('0') { "1" } else { "0" };
                format!("{}{digit}{}", &text[..at], &text[at + 1..])
            }
            Edit::New(_) => return None,
        };
        if after == text {
            return None;
        }
        std::fs::write(&path, after).unwrap();
        Some(undo)
    }
}

/// What takes a mutation back.
pub struct Undo {
    path: std::path::PathBuf,
    mode: Option<std::fs::Permissions>,
    before: Option<Vec<u8>>,
}

impl Undo {
    pub fn undo(self) {
        match self.before {
            None => std::fs::remove_file(&self.path).unwrap(),
            Some(bytes) => {
                std::fs::write(&self.path, bytes).unwrap();
                std::fs::set_permissions(&self.path, self.mode.unwrap()).unwrap();
            }
        }
    }
}

fn mode(path: &Path) -> Option<std::fs::Permissions> {
    std::fs::metadata(path).ok().map(|data| data.permissions())
}
