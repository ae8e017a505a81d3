//! Paths inside a project or a road, parsed once at the border and trusted from there on.

use std::fmt;

use thiserror::Error;

/// The longest path accepted, in bytes (git and most file systems stop at 4096 for a whole path).
const MAX_BYTES: usize = 1024;
/// The longest name of a single part, in bytes (the limit of ext4, APFS and NTFS).
const MAX_PART_BYTES: usize = 255;

/// A relative path: UTF-8, `/` between parts, no `.` or `..`, nothing that Windows or git treat specially.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RelPath(String);

/// Why a text is no [`RelPath`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum PathError {
    /// The text or one of its parts is empty.
    #[error("it has an empty part")]
    Empty,
    /// It starts at a root or a drive.
    #[error("it is absolute")]
    Absolute,
    /// It has a `.` or `..` part.
    #[error("it climbs with `.` or `..`")]
    Climbs,
    /// It has a character that Windows forbids in names, or a control character.
    #[error("it has a character that is not allowed in file names")]
    Character,
    /// A part is a device name of Windows, such as `con` or `nul.txt`.
    #[error("it is a device name on Windows")]
    Device,
    /// A part ends with a dot or a space, which Windows drops.
    #[error("a part ends with a dot or a space")]
    Trailing,
    /// A part is `.git` in some spelling.
    #[error("it is inside `.git`")]
    Git,
    /// It is longer than file systems take.
    #[error("it is too long")]
    Long,
}

impl RelPath {
    /// Parses a path.
    ///
    /// # Errors
    /// Says which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.starts_with('/') || text.starts_with('\\') || has_drive(text) {
            return Err(PathError::Absolute);
        }
        if text.len() > MAX_BYTES {
            return Err(PathError::Long);
        }
        text.split('/').try_for_each(check_part)?;
        Ok(Self(text.to_owned()))
    }

    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the parts from the outermost to the name.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// Returns the folders that the path lies in, outermost first.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }

    /// Returns the form that case-insensitive file systems compare by.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for RelPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

fn check_part(part: &str) -> Result<(), PathError> {
    if part.is_empty() {
        return Err(PathError::Empty);
    }
    if part.len() > MAX_PART_BYTES {
        return Err(PathError::Long);
    }
    if part == "." || part == ".." {
        return Err(PathError::Climbs);
    }
    // Windows file naming rules: learn.microsoft.com "Naming Files, Paths, and Namespaces".
    let forbidden = |c: char| c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '\\' | '|' | '?' | '*');
    if part.chars().any(forbidden) {
        return Err(PathError::Character);
    }
    if part.ends_with(['.', ' ']) {
        return Err(PathError::Trailing);
    }
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|n| matches!(n, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"))
    };
    if matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") || numbered("com") || numbered("lpt") {
        return Err(PathError::Device);
    }
    if is_spelling_of(part, ".git") {
        return Err(PathError::Git);
    }
    Ok(())
}

/// Whether a file system may take a part of a path for a folder with a dot before its name, such as `.git`: in any case, by
/// its short name on Windows, with the dots, blanks and stream names at the end that Windows drops, or with characters that
/// HFS+ ignores (CVE-2014-9390).
pub fn is_spelling_of(part: &str, name: &str) -> bool {
    let plain: String = part.chars().filter(|c| !is_ignored_by_hfs(*c)).collect::<String>().to_ascii_lowercase();
    let plain = plain.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']);
    let bare = name.trim_start_matches('.');
    let short = plain.strip_prefix(bare.get(..6).unwrap_or(bare)).is_some_and(|rest| rest.starts_with('~'));
    plain == name || short
}

/// Whether a path begins with a drive of Windows.
pub fn has_drive(path: &str) -> bool {
    path.get(1..2) == Some(":")
}

/// Returns the path that a relative `other` means in the folder `base`, both with `/`; nothing where it begins at the root of the
/// file system, or leads out of what `base` is relative to.
pub fn resolved(base: &str, other: &str) -> Option<String> {
    if other.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in other.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Returns the folder of a path with `/`; empty at the top.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Characters that HFS+ drops when it compares names (git's `utf8.c` has the same list).
fn is_ignored_by_hfs(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_leads_out_means_no_path() {
        assert_eq!(resolved("a", "./b/../c").as_deref(), Some("a/c"));
        assert_eq!(resolved("a", "../b").as_deref(), Some("b"));
        assert_eq!(resolved("", "../b"), None);
        assert_eq!(resolved("", "/b"), None);
        assert_eq!((parent("a/b/c"), parent("a")), ("a/b", ""));
    }

    #[test]
    fn takes_the_paths_that_projects_have() {
        for good in ["README.md", "src/a b/ü.py", ".github/workflows/ci.yml", "com/lpt.txt", ".gitignore", "console.py"] {
            assert_eq!(RelPath::parse(good).map(|p| p.to_string()), Ok(good.to_owned()));
        }
    }

    #[test]
    fn refuses_what_leaves_the_target_or_surprises_a_file_system() {
        for (bad, why) in [
            ("", PathError::Empty),
            ("a//b", PathError::Empty),
            ("a/", PathError::Empty),
            ("/etc/passwd", PathError::Absolute),
            ("\\\\host\\share", PathError::Absolute),
            ("C:evil", PathError::Absolute),
            ("../x", PathError::Climbs),
            ("a/../../x", PathError::Climbs),
            ("./x", PathError::Climbs),
            ("a\\b", PathError::Character),
            ("a\0b", PathError::Character),
            ("a\u{1b}b", PathError::Character),
            ("NUL", PathError::Device),
            ("aux.py", PathError::Device),
            ("com1.txt", PathError::Device),
            ("x/a.", PathError::Trailing),
            (".git/hooks/x", PathError::Git),
            (".GIT/x", PathError::Git),
            ("git~1/x", PathError::Git),
            (".g\u{200c}it/x", PathError::Git),
        ] {
            assert_eq!(RelPath::parse(bad), Err(why), "{bad:?}");
        }
        assert_eq!(RelPath::parse(&"a/".repeat(900)), Err(PathError::Long));
    }

    proptest! {
        #[test]
        fn never_panics_and_never_climbs(text in ".{0,64}") {
            if let Ok(path) = RelPath::parse(&text) {
                prop_assert!(path.parts().all(|p| p != ".." && !p.is_empty()));
                prop_assert!(!std::path::Path::new(path.as_str()).is_absolute());
            }
        }
    }
}
