//! A template that is named by an address: fetched through git into a bare repository of our own, which is gone afterwards.

use std::path::{Path, PathBuf};

use url::Url;

use super::import::Pick;
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs::{self, Found, Lock};
use crate::repo::objects;
use crate::road::sources::Sources;

/// The schemes that are fetched: what comes cannot be changed on the way.
const SCHEMES: [&str; 3] = ["https", "ssh", "file"];

/// The address of a template.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Address {
    /// What git takes, without `git+`.
    pub(super) url: String,
    /// The commit, where the address names one.
    pub(super) commit: Option<String>,
    /// The folder of the template, where the address names one.
    pub(super) folder: Option<String>,
}

/// A template that was fetched; what was fetched is gone when this is dropped.
pub(super) struct Fetched {
    /// The bare repository.
    pub(super) folder: PathBuf,
    lock: PathBuf,
    _held: Lock,
}

impl Drop for Fetched {
    fn drop(&mut self) {
        // What stays all the same is taken away by the next import of the same template.
        let _ = fs::remove(&self.folder);
        let _ = fs::remove(&self.lock);
    }
}

impl Address {
    /// Returns the address that a person names; nothing where they name a folder. What is there goes before an address that
    /// looks like it.
    ///
    /// # Errors
    /// When it is an address that is not taken.
    pub(super) fn of(source: &Path) -> Result<Option<Self>, Diagnostic> {
        let Some(text) = source.to_str() else { return Ok(None) };
        let (rest, marked) = text.strip_prefix("git+").map_or((text, false), |rest| (rest, true));
        if rest.contains("://") {
            return Self::parse(rest, marked).map(Some).map_err(|why| refuse(text, why));
        }
        if !marked && matches!(fs::look(source), Ok(Found::Folder(_) | Found::Other(_))) {
            return Ok(None);
        }
        if is_scp(rest) {
            return Ok(Some(Self { url: rest.to_owned(), commit: None, folder: None }));
        }
        if marked || rest.contains("::") {
            return Err(refuse(text, format!("it has none of the schemes {}", SCHEMES.join(", "))));
        }
        Ok(None)
    }

    /// Parses `SCHEME://HOST/PATH`; after `git+` with `@COMMIT` and `#FOLDER` behind it, as sources have them.
    fn parse(text: &str, marked: bool) -> Result<Self, String> {
        let (text, folder) = match text.split_once('#') {
            Some((text, folder)) if marked => (text, Some(folder).filter(|folder| !folder.is_empty())),
            Some(_) | None => (text, None),
        };
        let (text, commit) = match text.rsplit_once('@') {
            Some((text, commit)) if marked && is_commit(commit) => (text, Some(commit)),
            Some(_) | None => (text, None),
        };
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        if !SCHEMES.contains(&url.scheme()) {
            return Err(format!("`{}` is none of the schemes {}", url.scheme(), SCHEMES.join(", ")));
        }
        if url.password().is_some() || url.scheme() != "ssh" && !url.username().is_empty() {
            return Err("it holds a user or a password, which the store would show to everybody".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it holds `?` or `#`".to_owned());
        }
        let url = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, commit: commit.map(str::to_owned), folder: folder.map(str::to_owned) })
    }

    /// Returns the name of the repository.
    pub(super) fn name(&self) -> &str {
        self.url.rsplit(['/', ':']).next().unwrap_or_default().trim_end_matches(".git")
    }

    /// Fetches the branches and tags, the commit that the other side stands on, and the one that is picked.
    ///
    /// # Errors
    /// When another import of it runs, or it cannot be fetched within its bounds.
    pub(super) fn fetch(&self, pick: &Pick) -> Result<Fetched, Diagnostic> {
        let home = Sources::load()?.home().join("import");
        fs::create_folders(&home)?;
        let name = Digest::of(self.url.as_bytes()).hex();
        let lock = home.join(format!("{name}.lock"));
        let held = fs::lock(&lock)?.ok_or_else(|| {
            Diagnostic::failed("busy", "another process imports the same template")
                .at(self.url.clone())
                .because("two at once could write over each other")
                .fix("wait until it is done, and run it again; nothing was written")
        })?;
        let fetched = Fetched { folder: home.join(&name), lock, _held: held };
        // What an import that was killed left.
        fs::remove(&fetched.folder)?;
        objects::fetch_refs(&fetched.folder, &self.url)?;
        objects::fetch_head(&fetched.folder, &self.url)?;
        if let Pick::Commit(commit) = pick
            && is_commit(commit)
        {
            objects::fetch(&fetched.folder, &self.url, commit)?;
        }
        Ok(fetched)
    }
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Whether a text is `[user@]host:path`, the short form of an address over ssh. One letter before the colon is a drive.
fn is_scp(text: &str) -> bool {
    let Some((host, path)) = text.split_once(':') else { return false };
    let part = |text: &str| {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
        plain && !text.is_empty() && !text.starts_with('-')
    };
    let named = match host.split_once('@') {
        Some((user, host)) => part(user) && part(host),
        None => host.len() > 1 && part(host),
    };
    named && !path.is_empty() && !path.starts_with([':', '-']) && !path.chars().any(char::is_control)
}

fn refuse(text: &str, why: String) -> Diagnostic {
    Diagnostic::usage("template-url", "the address of the template is not taken")
        .at(text.to_owned())
        .because(why)
        .fix("name a folder, or an address such as `https://host/team/template.git` or `git@host:team/template.git`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_folders() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let of = |text: &str| Address::of(Path::new(text));
        for (text, url, name) in [
            ("https://git.example.com/a/b.git", "https://git.example.com/a/b.git", "b"),
            ("git+https://git.example.com/a/b/", "https://git.example.com/a/b", "b"),
            ("ssh://git@host.example/a/b", "ssh://git@host.example/a/b", "b"),
            ("file:///srv/t.git", "file:///srv/t.git", "t"),
            ("git@host.example:a/b.git", "git@host.example:a/b.git", "b"),
            ("host.example:b", "host.example:b", "b"),
        ] {
            let address = of(text).unwrap().unwrap();
            assert_eq!((address.url.as_str(), address.name()), (url, name), "{text}");
        }
        let pinned = of(&format!("git+ssh://git@host/a@{commit}#x/y")).unwrap().unwrap();
        assert_eq!(
            (pinned.url.as_str(), pinned.commit.as_deref(), pinned.folder.as_deref()),
            ("ssh://git@host/a", Some(commit), Some("x/y"))
        );
        for folder in ["t", "../t", "./a:b", "/srv/a:b", "C:/t", "C:\\t", "-o:x", "a@-x:y"] {
            assert_eq!(of(folder).unwrap(), None, "{folder}");
        }
        for bad in [
            "http://host/a",
            "git://host/a",
            "ext::sh -c x",
            "git+ext::sh -c x",
            "git+x",
            "https://user:word@host/a",
            "https://token@host/a",
            "https://host/a?x",
            "https://host/a#x",
        ] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }
}
