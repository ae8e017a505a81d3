//! One Python requirement, as every manifest spells it.
//!
//! After the Python packaging specifications "Dependency specifiers" (PEP 508), "Version specifiers" (PEP 440) and
//! "Names and normalization", and pip's documentation of VCS addresses. What does not fit is `None`, never a guess.

use std::ops::Range;

/// How exactly a requirement names what is installed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Pin {
    /// One version, and only that.
    Exact(String),
    /// More than one version fits, tomorrow's among them.
    Loose,
}

/// Where a requirement is fetched from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// The package index.
    Index,
    /// A version control system.
    Repository {
        /// The address, without the revision.
        url: String,
        /// The branch, tag or commit; `None` where none is named.
        revision: Option<String>,
    },
    /// A file at an address.
    Archive {
        /// The address.
        url: String,
        /// Whether the file's hash is given.
        hashed: bool,
    },
    /// A folder or file of this machine or repository.
    Local {
        /// The path.
        path: String,
    },
}

/// One thing that a manifest asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Requirement {
    /// The name as written; empty where an address names none.
    pub name: String,
    /// The versions that fit; empty for any. In the words of PEP 440, except in conda's files.
    pub specifier: String,
    /// How exactly it is named.
    pub pin: Pin,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether it is asked for under a condition only: a marker, a platform, an extra.
    pub conditional: bool,
    /// How many hashes are given.
    pub hashes: usize,
    /// The bytes of name, extras and specifier.
    pub range: Range<usize>,
    /// The bytes of the specifier; empty, where a specifier would go, for none.
    pub specifier_range: Range<usize>,
}

impl Requirement {
    /// Makes a requirement for any version of a name.
    pub fn any(name: &str, range: Range<usize>) -> Self {
        Self {
            name: name.to_owned(),
            specifier: String::new(),
            pin: Pin::Loose,
            origin: Origin::Index,
            conditional: false,
            hashes: 0,
            specifier_range: range.end..range.end,
            range,
        }
    }

    /// Returns the name as indexes compare it.
    pub fn normal_name(&self) -> String {
        normal_name(&self.name)
    }

    /// Returns the one version that is named, of a requirement from the index.
    pub fn exact(&self) -> Option<&str> {
        match (&self.origin, &self.pin) {
            (Origin::Index, Pin::Exact(version)) => Some(version.as_str()).filter(|version| !version.contains('$')),
            (Origin::Index | Origin::Repository { .. } | Origin::Archive { .. } | Origin::Local { .. }, _) => None,
        }
    }

    /// Whether it always gives the same code: one version, one commit, one hash, or this repository's own files.
    pub fn is_pinned(&self) -> bool {
        match &self.origin {
            Origin::Index => matches!(self.pin, Pin::Exact(_)),
            Origin::Repository { revision, .. } => revision.as_deref().is_some_and(is_commit),
            Origin::Archive { hashed, .. } => *hashed || self.hashes > 0,
            Origin::Local { path } => !is_elsewhere(path),
        }
    }
}

/// Whether a local path lies outside of any repository, as the build folder of somebody's machine does.
fn is_elsewhere(path: &str) -> bool {
    path.strip_prefix("file://").is_some_and(|path| path.starts_with('/') && path.len() > 1) && !path.contains("${")
}

/// Returns a name as indexes compare it: lower case, runs of `-`, `_` and `.` as one `-`.
pub fn normal_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '-' | '_' | '.') {
            if !out.ends_with('-') {
                out.push('-');
            }
        } else {
            out.push(c.to_ascii_lowercase());
        }
    }
    out
}

/// Whether a revision is a full commit id, of SHA-1 or SHA-256.
pub fn is_commit(revision: &str) -> bool {
    matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Reads one requirement without comments and options; `at` is where `text` begins in the file.
pub fn parse(text: &str, at: usize) -> Option<Requirement> {
    let lead = text.len() - text.trim_start().len();
    let (text, at) = (text.trim(), at + lead);
    if is_address(text) {
        return Some(address(text, "", at..at + text.len()));
    }
    let name = &text[..name_length(text)?];
    let (extras, rest) = after_extras(&text[name.len()..])?;
    let head = name.len() + extras;
    let blank = rest.len() - rest.trim_start().len();
    let rest_at = head + blank;
    let rest = rest.trim_start();
    if let Some(target) = rest.strip_prefix('@') {
        let lead = target.len() - target.trim_start().len();
        let (target, conditional) = match target.find(" ;") {
            Some(end) => (target[..end].trim(), true),
            None => (target.trim(), false),
        };
        let end = rest_at + 1 + lead + target.len();
        let valid = !target.is_empty() && !target.contains(char::is_whitespace);
        return valid.then(|| Requirement { conditional, ..address(target, name, at..at + end) });
    }
    let (specifier, conditional) = match rest.split_once(';') {
        Some((specifier, _)) => (specifier.trim_end(), true),
        None => (rest, false),
    };
    let bare = specifier.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(specifier);
    let pin = pin_of(bare)?;
    let (from, to) = if specifier.is_empty() { (head, head) } else { (rest_at, rest_at + specifier.len()) };
    Some(Requirement {
        specifier: bare.trim().trim_end_matches(',').to_owned(),
        pin,
        conditional,
        specifier_range: at + from..at + to,
        ..Requirement::any(name, at..at + to)
    })
}

/// Returns how long the name at the beginning is; `None` where there is none.
fn name_length(text: &str) -> Option<usize> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let length = text.bytes().position(|byte| !fits(byte)).unwrap_or(text.len());
    let name = text[..length].trim_end_matches(['-', '_', '.']);
    let begins = name.bytes().next()?.is_ascii_alphanumeric() || name.starts_with('_');
    (begins && name.len() == length && length <= 128).then_some(length)
}

/// Skips extras; returns how long they are and what follows.
fn after_extras(text: &str) -> Option<(usize, &str)> {
    let lead = text.len() - text.trim_start().len();
    match text.trim_start().strip_prefix('[') {
        None => Some((0, text)),
        Some(inner) => {
            let end = inner.find(']')?;
            let plain = inner[..end].chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ',' | ' '));
            plain.then(|| (lead + end + 2, &inner[end + 1..]))
        }
    }
}

/// Returns how exact a list of version specifiers is; `None` where it is no such list.
fn pin_of(specifier: &str) -> Option<Pin> {
    let mut pin = Pin::Loose;
    let specifier = specifier.trim().trim_end_matches(',').trim_end();
    if specifier.is_empty() {
        return Some(pin);
    }
    for part in specifier.split(',') {
        let part = part.trim();
        let operator = ["===", "==", "~=", "!=", "<=", ">=", "<", ">"].into_iter().find(|operator| part.starts_with(operator))?;
        let version = part[operator.len()..].trim();
        // pip puts in what the environment calls `${NAME}`.
        let named = version.contains('$');
        let fits =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '*' | '+' | '!' | '_' | '-') || named && matches!(c, '$' | '{' | '}');
        if version.is_empty() || !version.chars().all(fits) {
            return None;
        }
        if matches!(operator, "===" | "==") && !version.contains('*') {
            pin = Pin::Exact(version.to_owned());
        }
    }
    Some(pin)
}

/// Whether a text is an address or a path, and no name.
fn is_address(text: &str) -> bool {
    if text.contains(char::is_whitespace) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let path = text.starts_with("./") || text.starts_with("../") || text.starts_with('/') || text.starts_with("~/") || text == ".";
    let file = [".whl", ".tar.gz", ".zip", ".tar.bz2"].iter().any(|end| lower.ends_with(end));
    path || file
        || text.starts_with(".[")
        || text.starts_with("file:")
        || text.find("://").is_some_and(|at| text[..at].chars().all(|c| c.is_ascii_alphanumeric() || c == '+'))
}

/// Makes a requirement of an address.
pub fn address(text: &str, name: &str, range: Range<usize>) -> Requirement {
    let (bare, fragment) = text.split_once('#').unwrap_or((text, ""));
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg=")).unwrap_or("");
    let tail = bare.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let Some((scheme, rest)) = bare.split_once("://").filter(|(scheme, _)| *scheme != "file") else {
        let name = if name.is_empty() { egg } else { name };
        return Requirement { origin: Origin::Local { path: bare.to_owned() }, ..Requirement::any(name, range) };
    };
    let version_control = scheme.starts_with("git")
        || scheme.starts_with("hg+")
        || scheme.starts_with("svn+")
        || scheme.starts_with("bzr+")
        || scheme == "ssh";
    if version_control {
        // The `@` of `git@host` stands before the first slash of the path; a revision behind it.
        let path = rest.find('/').unwrap_or(rest.len());
        let (url, revision) = match rest[path..].rfind('@') {
            Some(found) => (&bare[..bare.len() - rest.len() + path + found], Some(rest[path + found + 1..].to_owned())),
            None => (bare, None),
        };
        let tail = url.trim_end_matches('/').rsplit('/').next().unwrap_or("").trim_end_matches(".git");
        let name = [name, egg, tail].into_iter().find(|name| !name.is_empty()).unwrap_or("");
        let name = name.split('[').next().unwrap_or(name);
        let origin = Origin::Repository { url: url.to_owned(), revision: revision.filter(|revision| !revision.is_empty()) };
        return Requirement { origin, ..Requirement::any(name, range) };
    }
    let hashed = fragment.split('&').any(|part| ["sha256=", "sha384=", "sha512="].iter().any(|kind| part.starts_with(kind)));
    let name = [name, egg, tail.split('-').next().unwrap_or("")].into_iter().find(|name| !name.is_empty()).unwrap_or("");
    Requirement { origin: Origin::Archive { url: bare.to_owned(), hashed }, ..Requirement::any(name, range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pinned(text: &str) -> Option<bool> {
        parse(text, 0).map(|requirement| requirement.is_pinned())
    }

    #[test]
    fn tells_what_is_pinned() {
        let commit = "a".repeat(40);
        for (text, wanted) in [
            ("numpy==1.2.3", Some(true)),
            ("numpy == 1.2.3 ; python_version < '3.9'", Some(true)),
            ("ray[air, tune] (==2.7.0)", Some(true)),
            ("torch===2.1.0+cu118", Some(true)),
            ("torch==${TORCH_VERSION}", Some(true)),
            ("torch>=${TORCH_VERSION}", Some(false)),
            ("torch==2{1}", None),
            ("numpy==1.27.*", Some(false)),
            ("numpy>=1,<2", Some(false)),
            ("numpy", Some(false)),
            ("a b c", None),
            ("numpy=1.2", None),
            ("numpy==", None),
            ("Key words for use in", None),
            ("-e", None),
            ("a[", None),
            ("./local", Some(true)),
            ("x @ file:///opt/build/x", Some(false)),
            ("git+https://git.example/a/b.git", Some(false)),
            ("git+https://git.example/a/b.git@main#egg=b", Some(false)),
            (&format!("b @ git+https://git.example/a/b.git@{commit}"), Some(true)),
            (&format!("git+ssh://git@git.example/a/b.git@{commit}#egg=b"), Some(true)),
            ("git+ssh://git@git.example/a/b.git", Some(false)),
            ("https://files.example/a-1.0-py3-none-any.whl", Some(false)),
            ("https://files.example/a-1.0-py3-none-any.whl#sha256=00", Some(true)),
        ] {
            assert_eq!(pinned(text), wanted, "{text}");
        }
    }

    #[test]
    fn knows_names_and_places() {
        let text = "  Foo_Bar[x] >=1.0 ; marker";
        let found = parse(text, 10).unwrap();
        assert_eq!((found.normal_name().as_str(), found.specifier.as_str(), found.conditional), ("foo-bar", ">=1.0", true));
        assert_eq!(
            (&text[found.range.start - 10..found.range.end - 10], &text[found.specifier_range.start - 10..found.specifier_range.end - 10]),
            ("Foo_Bar[x] >=1.0", ">=1.0")
        );
        let bare = parse("foo[x]", 0).unwrap();
        assert_eq!((bare.range, bare.specifier_range), (0..6, 6..6));
        assert_eq!(parse("git+https://git.example/a/coco.git#subdirectory=x&egg=pycoco", 0).unwrap().name, "pycoco");
        assert_eq!(parse("git+https://git.example/a/coco.git", 0).unwrap().name, "coco");
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}", other in "[a-z@:/#;=\\[\\]() .+ü-]{0,40}") {
            for text in [text, other] {
                if let Some(found) = parse(&text, 0) {
                    proptest::prop_assert!(text.get(found.range).is_some());
                    proptest::prop_assert!(text.get(found.specifier_range).is_some());
                }
            }
        }
    }
}
