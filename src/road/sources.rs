//! The sources of roads that this machine's user chose to take: `sources.toml` in Highroad's folder of data, and below
//! `sources/<name>/` what is kept of each.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::commit::Commit;
use super::registry::cache::{self, Cache};
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::{env, fs};

/// The name of the list.
const FILE: &str = "sources.toml";
/// The largest list that is read, in bytes.
const LIMIT: u64 = 1 << 20;
/// How many sources there may be.
const MOST: usize = 200;
/// How many earlier commits of a source are remembered; the oldest make room.
const MOST_BEFORE: usize = 100;
/// The longest name, in bytes.
const LONGEST_NAME: usize = 40;

/// What a source is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A signed registry.
    Registry,
    /// A commit of a git repository; unsigned.
    Git,
    /// A folder of this machine; unsigned.
    Folder,
}

impl Kind {
    /// Returns the word for it in our formats.
    pub fn word(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Git => "git",
            Self::Folder => "folder",
        }
    }
}

/// A source that was added.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The name that commands take.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where it is: an address, or the path of a folder.
    pub url: String,
    /// The commit, where it is one of a git repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The folder in the git repository, where it is not the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The commits that it named before, where it is one of a git repository: a person chose each of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<String>,
    /// Whether it bears no signatures, and the user took it all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsigned: bool,
    /// The digest of the root that was trusted on first use, where it is a registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// The day that it was added.
    pub added: String,
}

/// The list of sources.
#[derive(Clone, Debug)]
pub struct Sources {
    home: PathBuf,
    list: Vec<Known>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Text {
    schema: u32,
    #[serde(default)]
    source: Vec<Known>,
}

/// Keeps other processes from changing the list.
#[derive(Debug)]
pub struct Guard {
    _lock: fs::Lock,
}

impl Sources {
    /// Reads the list; an empty one where nothing was added yet.
    ///
    /// # Errors
    /// When the machine has no place for it, or it cannot be read.
    pub fn load() -> Result<Self, Diagnostic> {
        let home = env::data_folder().ok_or_else(|| {
            Diagnostic::failed("no-home", "nobody knows where Highroad keeps its sources")
                .at("HIGHROAD_HOME")
                .because("neither it, nor XDG_DATA_HOME, nor HOME names a folder")
                .fix("set HIGHROAD_HOME to an absolute path")
        })?;
        let path = home.join(FILE);
        if fs::look(&path)? == fs::Found::Nothing {
            return Ok(Self { home, list: Vec::new() });
        }
        let unusable = |why: String| {
            Diagnostic::usage("sources", "the list of sources cannot be read")
                .at(path.display().to_string())
                .because(why)
                .fix("correct it, or move it away and add the sources again with `highroad source add`")
        };
        let text: Text = toml::from_str(&fs::read_text(&path, LIMIT)?).map_err(|error| unusable(error.to_string()))?;
        if text.schema != 1 {
            return Err(unusable(format!("it has schema {}, and this Highroad reads schema 1", text.schema)).fix("update Highroad"));
        }
        if text.source.len() > MOST {
            return Err(unusable(format!("it has more than {MOST} sources")));
        }
        if let Some(bad) = text.source.iter().find(|known| !is_name(&known.name)) {
            return Err(unusable(format!("`{}` is no name of a source", bad.name.escape_debug())));
        }
        Ok(Self { home, list: text.source })
    }

    /// Reads the list, and keeps other processes from changing it until the guard is dropped.
    ///
    /// # Errors
    /// As [`Sources::load`]; when another process changes it for a minute.
    pub fn load_to_change() -> Result<(Self, Guard), Diagnostic> {
        let home = Self::load()?.home;
        let guard = Guard { _lock: Cache::new(home).lock()? };
        Ok((Self::load()?, guard))
    }

    /// Returns the sources, in order of name.
    pub fn list(&self) -> &[Known] {
        &self.list
    }

    /// Returns a source by its name.
    pub fn get(&self, name: &str) -> Option<&Known> {
        self.list.iter().find(|known| known.name == name)
    }

    /// Returns a source by its name.
    ///
    /// # Errors
    /// When there is none; names the nearest.
    pub fn find(&self, name: &str) -> Result<&Known, Diagnostic> {
        self.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.list.iter().map(|known| known.name.as_str()).collect();
            let fix = if names.is_empty() { "add it with `highroad source add`".to_owned() } else { did_you_mean(name, &names) };
            Diagnostic::usage("source-unknown", format!("there is no source `{name}`"))
                .at(self.home.join(FILE).display().to_string())
                .because("nobody added one of that name on this machine")
                .fix(fix)
        })
    }

    /// Returns a source by what it is and where.
    pub fn at(&self, kind: Kind, url: &str) -> Option<&Known> {
        let plain = |url: &str| url.trim_end_matches('/').to_owned();
        self.list.iter().find(|known| known.kind == kind && plain(&known.url) == plain(url))
    }

    /// Whether a person chose this commit of a repository: its address alone leads to every other commit, too, and on some
    /// servers to those of strangers.
    pub fn chose(&self, commit: &Commit) -> bool {
        let plain = |url: &str| url.trim_end_matches('/').to_owned();
        let mut git = self.list.iter().filter(|known| known.kind == Kind::Git && plain(&known.url) == plain(&commit.url));
        git.any(|known| known.commit.iter().chain(&known.before).any(|chosen| *chosen == commit.commit))
    }

    /// Adds a source, in place of one of the same name.
    ///
    /// # Errors
    /// When the name is none, there are too many, or the disk refuses.
    pub fn put(&mut self, mut known: Known) -> Result<(), Diagnostic> {
        if !is_name(&known.name) {
            return Err(Diagnostic::usage("source-name", format!("`{}` is no name of a source", known.name.escape_debug()))
                .at("--name")
                .because(format!("it has other characters than a-z, 0-9 and `-`, or more than {LONGEST_NAME}, or no letter first"))
                .fix("name it with `--name`, such as `--name acme`"));
        }
        if let Some(other) = self.get(&known.name).filter(|other| other.kind == Kind::Git && other.url == known.url) {
            let before = other.before.iter().chain(&other.commit).filter(|commit| known.commit.as_ref() != Some(*commit));
            known.before = before.cloned().collect();
            known.before.drain(..known.before.len().saturating_sub(MOST_BEFORE));
        }
        let mut list: Vec<Known> = self.list.iter().filter(|other| other.name != known.name).cloned().collect();
        list.push(known);
        if list.len() > MOST {
            return Err(Diagnostic::usage("sources", "there are too many sources")
                .at(self.home.join(FILE).display().to_string())
                .because(format!("{MOST} are taken at most"))
                .fix("remove one with `highroad source remove`"));
        }
        list.sort_by(|a, b| a.name.cmp(&b.name));
        self.save(list)
    }

    /// Forgets a source and what is kept of it.
    ///
    /// # Errors
    /// When there is none, or the disk refuses.
    pub fn remove(&mut self, name: &str) -> Result<Known, Diagnostic> {
        let known = self.find(name)?.clone();
        self.save(self.list.iter().filter(|other| other.name != name).cloned().collect())?;
        fs::remove(&self.folder(name))?;
        Ok(known)
    }

    fn save(&mut self, list: Vec<Known>) -> Result<(), Diagnostic> {
        let text = toml::to_string(&Text { schema: 1, source: list.clone() }).unwrap_or_default();
        let head = "# The sources of roads that you chose to take. `highroad source` writes this file.\n";
        cache::write(&self.home, FILE, format!("{head}{text}").as_bytes())?;
        self.list = list;
        Ok(())
    }

    /// Returns the folder of what is kept of a source.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.home.join("sources").join(name)
    }

    /// Returns Highroad's folder of data.
    pub fn home(&self) -> &Path {
        &self.home
    }
}

/// Whether a text can be the name of a source: it becomes a folder, and stands before `/` in `--road NAME/ROAD`.
pub fn is_name(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    plain && text.len() <= LONGEST_NAME && text.bytes().next().is_some_and(|first| first.is_ascii_lowercase()) && text != "built-in"
}

/// Labels that stand between a name and its country, or between a name and a host that serves many people's pages.
const SHARED: [&str; 16] = [
    "ac",
    "co",
    "com",
    "edu",
    "gov",
    "net",
    "or",
    "org",
    "amazonaws",
    "cloudfront",
    "github",
    "gitlab",
    "netlify",
    "pages",
    "vercel",
    "web",
];

/// The name for an address that has no part to make one of.
const NAMELESS: &str = "source";

/// Suggests a name for an address: the part of its host that names somebody, or the last part of its path.
pub fn suggested_name(url: &str) -> String {
    let host = url::Url::parse(url).ok().and_then(|url| url.domain().map(str::to_owned)).filter(|host| host.contains('.'));
    let part = match &host {
        Some(host) => {
            let labels: Vec<&str> = host.split('.').filter(|label| !label.is_empty()).collect();
            let own = labels.split_last().map_or(&labels[..], |(_, own)| own);
            let named = own.iter().rposition(|label| !SHARED.contains(label)).or(own.len().checked_sub(1));
            named.map_or_else(String::new, |at| own[at].to_owned())
        }
        None => {
            // An address of numbers has a path, or nothing to make a name of.
            let path = url.split_once("://").map_or(url, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
            path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
        }
    };
    let name: String = part
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' })
        .take(LONGEST_NAME)
        .collect();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_lowercase()).trim_end_matches('-').to_owned();
    if is_name(&name) { name } else { NAMELESS.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_names_that_are_names() {
        for (url, name) in [
            ("https://roads.acme.example/ml", "acme"),
            ("http://127.0.0.1:8080/x", "x"),
            ("http://127.0.0.1:8080", "source"),
            ("http://localhost:8080", "source"),
            ("https://acme.github.io/roads", "acme"),
            ("https://roads.x.co.uk", "x"),
            ("https://www.acme.example", "acme"),
            ("https://github.com/acme/roads", "github"),
            ("file:///srv/Our Roads/", "our-roads"),
            ("https://example.com", "example"),
            ("../x/..", "source"),
        ] {
            assert_eq!(suggested_name(url), name, "{url}");
        }
        for bad in ["", "../x", "A", "a/b", "built-in", "-a", "1a", "a b", "con\u{0}"] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }
}
