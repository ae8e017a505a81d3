//! Where to look: what a person gave with `--remote NAME=PLACE` and `--image NAME=PLACE`.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::mask;
use crate::repo::objects;
use crate::repo::upstream::Upstream;
use crate::road::sources::Sources;

/// The places, in the order in which they were given.
pub(super) struct Places {
    list: Vec<(String, String)>,
    used: RefCell<BTreeSet<String>>,
}

/// Reads what was given.
///
/// # Errors
/// When one has no name or no place.
pub(super) fn parse(flag: &str, given: &[String]) -> Result<Places, Diagnostic> {
    let mut list = Vec::new();
    for text in given {
        let Some((name, place)) = text.split_once('=').filter(|(name, place)| !name.is_empty() && !place.is_empty()) else {
            return Err(Diagnostic::usage("remote", format!("`{text}` names no place"))
                .at(flag.to_owned())
                .because("it is no NAME=PLACE")
                .fix(format!("write it as `{flag} checkout=../clones/checkout`, or `{flag} '*=https://…/{{repo}}.git'` for all")));
        };
        list.push((name.to_owned(), place.to_owned()));
    }
    Ok(Places { list, used: RefCell::default() })
}

impl Places {
    /// Returns the place for a pin: by its id, by what it is of, or for all; `{repo}` in it is put in.
    pub(super) fn of(&self, id: &str, of: &str) -> Option<String> {
        let found = [id, of, "*"].into_iter().find_map(|wanted| self.list.iter().find(|(name, _)| name == wanted));
        let (name, place) = found?;
        self.used.borrow_mut().insert(name.clone());
        Some(place.replace("{repo}", of))
    }

    /// Returns the names that no pin has.
    pub(super) fn unused(&self) -> Vec<String> {
        self.list.iter().map(|(name, _)| name).filter(|name| *name != "*" && !self.used.borrow().contains(*name)).cloned().collect()
    }
}

/// Opens the repository at a place: a clone on this machine, or an address that is fetched.
pub(super) fn open(place: &str) -> Result<Upstream, String> {
    if !place.contains("://") {
        return Upstream::open(&PathBuf::from(place));
    }
    let failed = |error: Diagnostic| mask::told_of(&format!("{}: {}", error.what, error.why), place);
    let home = Sources::load().map_err(failed)?.home().join("refresh").join(Digest::of(place.as_bytes()).hex());
    objects::fetch_refs(&home, place).map_err(failed)?;
    Upstream::open(&home)
}

/// Returns how a place is named in a file that others read: never by a path of this machine.
pub(super) fn shown(place: &str, upstream: &Upstream, repo: &str) -> String {
    let address = if place.contains("://") { Some(place.to_owned()) } else { upstream.origin() };
    match address.as_deref().map(plain) {
        Some(Some(address)) => address,
        Some(None) | None => format!("a clone of {repo}"),
    }
}

/// Returns an address without scheme, user and ending; nothing for a path.
fn plain(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    if scheme == "file" {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit('@').next().unwrap_or(host);
    let text = format!("{host}/{}", path.trim_end_matches('/').trim_end_matches(".git"));
    (!text.chars().any(char::is_control)).then_some(text)
}
