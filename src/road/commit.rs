//! Roads from git, pinned by commit: `git+https://host/path@<40 hex>`, with `#folder` where the road is not at the root.

use std::path::PathBuf;

use url::Url;

use super::origin::Origin;
use super::sources::{Kind, Known, Sources};
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::path::RelPath;
use crate::repo::objects::{self, Objects};

/// The schemes that git is let use. Nothing signs what comes, so none that lets others change it on the way.
const SCHEMES: [&str; 3] = ["https", "ssh", "file"];

/// A commit of a git repository.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Commit {
    /// The address, without `git+`.
    pub url: String,
    /// The commit: 40 lower-case hexadecimal digits.
    pub commit: String,
    /// The folder of the road, where it is not the root.
    pub path: Option<String>,
}

impl Commit {
    /// Whether a text is meant as one.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with("git+")
    }

    /// Parses `git+SCHEME://HOST/PATH@COMMIT#FOLDER`.
    ///
    /// # Errors
    /// When it has no full commit, another scheme, or names a folder that no path can be.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let refuse = |why: &str| {
            Diagnostic::usage("git-source", "it is no commit of a git repository")
                .at(text.to_owned())
                .because(why)
                .fix("write `git+https://host/path@<40 hexadecimal digits>`, and `#folder` where the road is not at the root")
        };
        let rest = text.strip_prefix("git+").ok_or_else(|| refuse("it does not start with `git+`"))?;
        let (rest, path) = rest.split_once('#').map_or((rest, None), |(rest, path)| (rest, Some(path)));
        let (url, commit) = rest.rsplit_once('@').ok_or_else(|| refuse("it names no commit after `@`"))?;
        Self::of(url, commit, path.filter(|path| !path.is_empty())).map_err(|why| refuse(&why))
    }

    /// Puts one together from its parts.
    ///
    /// # Errors
    /// Says which part is not usable.
    pub fn of(url: &str, commit: &str, path: Option<&str>) -> Result<Self, String> {
        if commit.len() != 40 || !commit.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
            return Err(format!(
                "`{}` is no full commit: a branch, a tag or a short id can lead elsewhere tomorrow",
                commit.escape_debug()
            ));
        }
        let parsed = Url::parse(url).map_err(|error| format!("the address: {error}"))?;
        if !SCHEMES.contains(&parsed.scheme()) {
            return Err(format!("`{}` is none of the schemes {}", parsed.scheme(), SCHEMES.join(", ")));
        }
        if parsed.password().is_some() {
            return Err("the address holds a password, which records would show".to_owned());
        }
        let path = path.map(RelPath::parse).transpose().map_err(|error| format!("the folder: {error}"))?;
        let path = path.map(|path| path.as_str().to_owned());
        Ok(Self { url: parsed.as_str().to_owned(), commit: commit.to_owned(), path })
    }

    /// Returns it as people write it.
    pub fn shown(&self) -> String {
        let path = self.path.as_ref().map(|path| format!("#{path}")).unwrap_or_default();
        format!("git+{}@{}{path}", self.url, self.commit)
    }

    /// Returns where a version from here was read from.
    pub fn origin(&self) -> Origin {
        Origin::Git { url: self.url.clone(), commit: self.commit.clone(), path: self.path.clone() }
    }

    /// Returns the commit that a source names; nothing for another kind of source.
    pub fn of_source(known: &Known) -> Option<Self> {
        let commit = known.commit.as_deref().filter(|_| known.kind == Kind::Git)?;
        Self::of(&known.url, commit, known.path.as_deref()).ok()
    }

    /// Fetches it, if it is not on this machine, and returns its files.
    ///
    /// # Errors
    /// When it cannot be fetched.
    pub fn objects(&self) -> Result<Objects, Diagnostic> {
        let home: PathBuf = Sources::load()?.home().join("git").join(Digest::of(self.url.as_bytes()).hex());
        objects::fetch(&home, &self.url, &self.commit)?;
        Ok(Objects::new(home, &self.commit, self.path.as_deref()))
    }
}

/// Says that nobody signs a source, and what it takes to use it all the same.
pub fn unsigned(shown: &str) -> Diagnostic {
    Diagnostic::usage("unsigned", "nobody signs that source")
        .at(shown.to_owned())
        .because("whoever can write to it decides what your projects get; Highroad takes such a source only when you say so")
        .fix(format!("if you trust it, add it once: `highroad source add {shown} --unsigned`; or add `--unsigned` to this command"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_full_commits_of_safe_schemes() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let good = Commit::parse(&format!("git+https://git.example.com/a/b.git@{commit}#roads/ml")).unwrap();
        assert_eq!((good.url.as_str(), good.path.as_deref()), ("https://git.example.com/a/b.git", Some("roads/ml")));
        assert_eq!(Commit::parse(&good.shown()).unwrap(), good);
        assert_eq!(Commit::parse(&format!("git+ssh://git@host/a@{commit}")).unwrap().url, "ssh://git@host/a");
        for bad in [
            format!("git+ext::sh -c x@{commit}"),
            format!("git+http://host/a@{commit}"),
            format!("git+https://user:word@host/a@{commit}"),
            format!("git+https://host/a@{}", &commit[1..]),
            format!("git+https://host/a@{}", commit.to_uppercase()),
            "git+https://host/a@main".to_owned(),
            "git+https://host/a".to_owned(),
            format!("git+https://host/a@{commit}#../x"),
            format!("git+--upload-pack=x@{commit}"),
        ] {
            assert!(Commit::parse(&bad).is_err(), "{bad}");
        }
    }
}
