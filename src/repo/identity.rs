//! What a repository is known by: the same on every clone, so that a roll-out treats all clones alike.

use std::path::Path;

use git2::{Repository, Sort};

use super::git::discover;

/// How many commits are walked to find the first.
const MOST_COMMITS: usize = 200_000;

/// Returns the id of a repository: the address of its remote `origin`, else its first commit, else the name of the project.
pub fn id_of(root: &Path, name: &str) -> String {
    let repository = discover(root).ok();
    let remote = repository.as_ref().and_then(|repository| {
        let remote = repository.find_remote("origin").ok()?;
        normalised(remote.url().ok()?)
    });
    remote.or_else(|| first_commit(repository.as_ref()?)).unwrap_or_else(|| name.to_owned())
}

/// Returns the id of the first commit; of several, the one that sorts first. Nothing where the history was cut off.
fn first_commit(repository: &Repository) -> Option<String> {
    if repository.is_shallow() {
        return None;
    }
    let mut walk = repository.revwalk().ok()?;
    walk.set_sorting(Sort::NONE).ok()?;
    walk.push_head().ok()?;
    let mut first: Option<String> = None;
    for id in walk.take(MOST_COMMITS) {
        let id = id.ok()?;
        if repository.find_commit(id).ok()?.parent_count() == 0 {
            first = first.into_iter().chain(Some(id.to_string())).min();
        }
    }
    first
}

/// Returns `host/path` of a remote's address: no user, no port, no `.git`, the host in lower case. Nothing for a path of this
/// machine, which other clones do not share.
pub fn normalised(url: &str) -> Option<String> {
    let url = url.trim();
    let (host, path) = match url.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?,
        // `git@host:path`, as scp writes it; a colon after one letter is a drive.
        None => url.split_once(':').filter(|(host, _)| host.len() > 1 && !host.contains('/'))?,
    };
    let host = host.rsplit('@').next()?;
    let host = host.split(':').next()?.to_ascii_lowercase();
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    (!host.is_empty() && !path.is_empty()).then(|| format!("{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_an_address_are_one() {
        for url in [
            "https://Git.Example.com/team/app.git",
            "https://user:pass@git.example.com/team/app",
            "ssh://git@git.example.com:22/team/app.git/",
            "git@git.example.com:team/app.git",
            "git.example.com:/team/app",
        ] {
            assert_eq!(normalised(url).as_deref(), Some("git.example.com/team/app"), "{url}");
        }
        for url in ["/srv/git/app.git", "file:///srv/app", "C:/projects/app", "../app", "https://host", ""] {
            assert_eq!(normalised(url), None, "{url}");
        }
    }
}
