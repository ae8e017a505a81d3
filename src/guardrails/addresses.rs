//! Addresses of dependencies and indexes, shown without the passwords that people write into them.

use std::ops::Range;

use crate::formats::requirement::{Origin, Requirement};
use crate::repo::subject::Subject;

/// Returns a requirement as it can be shown: an address without the name and password that may be in it.
pub fn shown(subject: &Subject<'_>, requirement: &Requirement) -> String {
    let address = match &requirement.origin {
        Origin::Index => None,
        Origin::Repository { url, .. } | Origin::Archive { url, .. } => Some(url.as_str()),
        Origin::Local { path } => Some(path.as_str()),
    };
    let text = match address {
        Some(address) if !requirement.name.is_empty() => format!("{} from {}", requirement.name, host_of(address)),
        Some(address) => host_of(address),
        None => subject.text().and_then(|text| text.get(requirement.range.clone())).unwrap_or(&requirement.name).trim().to_owned(),
    };
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Returns the host of an address, without the name and password that may stand before it.
pub fn host_of(address: &str) -> String {
    let Some((_, rest)) = address.split_once("://") else { return address.split('/').next().unwrap_or(address).to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    rest[..end].rsplit('@').next().unwrap_or_default().to_owned()
}

/// Whether the line that a range begins in may hold a password, and so must not be shown.
pub fn may_hold_password(subject: &Subject<'_>, range: &Range<usize>) -> bool {
    let Some(text) = subject.text() else { return false };
    let line = subject.line_range(subject.position(range.start).0);
    let line = text.get(line).unwrap_or("");
    line.match_indices("://").any(|(at, _)| {
        let rest = &line[at + 3..];
        rest[..rest.find('/').unwrap_or(rest.len())].contains('@')
    })
}

#[cfg(test)]
mod tests {
    use super::super::manifests::Manifests;
    use super::*;
    use crate::repo::snapshot::Snapshot;

    #[test]
    fn shows_addresses_without_what_is_secret_in_them() {
        assert_eq!(host_of("https://user:word@packages.company.example:8443/simple"), "packages.company.example:8443");
        let snapshot =
            Snapshot::of_files([("requirements.txt".to_owned(), b"x @ git+https://user:word@git.example/x.git\nnumpy\n".to_vec())]);
        let subject = Subject::new(&snapshot, &snapshot.entries()[0]);
        let view = subject.view::<Manifests>();
        let found = &view.0.as_ref().unwrap().requirements;
        assert_eq!(shown(&subject, &found[0].requirement), "x from git.example");
        assert!(may_hold_password(&subject, &found[0].requirement.range) && !may_hold_password(&subject, &found[1].requirement.range));
    }
}
