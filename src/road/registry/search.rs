//! Finds who answers for a file of a registry, and fetches it (TUF 1.0, sections 5.6.7 and 5.7).

use std::collections::BTreeSet;

use url::Url;

use super::client::{Client, Trouble};
use super::metadata::{Keys, Target, Targets, check_digests};
use crate::base::diagnostic::Diagnostic;
use crate::base::path::RelPath;

/// How many roles are asked for one file.
const MOST_ROLES: usize = 32;
/// Names that a delegated role may not have: their files would be those of other roles.
const TAKEN: [&str; 4] = ["root", "timestamp", "snapshot", "targets"];

impl Client {
    /// Returns the names of the roles that the registry's own targets delegate to, in order.
    ///
    /// # Errors
    /// When the targets cannot be had.
    pub fn delegates(&mut self) -> Result<Vec<String>, Trouble> {
        let targets = self.top()?;
        Ok(targets.delegations.map(|delegations| delegations.roles.into_iter().map(|role| role.name).collect()).unwrap_or_default())
    }

    fn top(&mut self) -> Result<Targets, Trouble> {
        let keys = self.root.keys.clone();
        let role = self.root.role("targets").map_err(|why| self.refused("targets", &why))?.clone();
        self.role("targets", &keys, &role)
    }

    /// Returns what the registry says of a file: the first role that answers for it decides, in the order of delegation,
    /// each before those beside it. Nothing where no role names the file.
    ///
    /// # Errors
    /// When a role on the way cannot be had or is not to be trusted: another answer might have been there.
    pub fn find(&mut self, path: &str) -> Result<Option<Target>, Trouble> {
        let mut visited = BTreeSet::new();
        let mut open: Vec<(String, Keys, tough::schema::RoleKeys)> = Vec::new();
        let mut targets = self.top()?;
        loop {
            if let Some(target) = targets.targets.remove(path) {
                return Ok(Some(target));
            }
            if let Some(delegations) = targets.delegations {
                let keys = delegations.keys().map_err(|why| self.refused("targets", &why))?;
                let mut below = Vec::new();
                for role in delegations.roles.iter().filter(|role| role.answers_for(path)) {
                    below.push((role.name.clone(), keys.clone(), role.role()));
                    if role.terminating {
                        open.clear();
                        break;
                    }
                }
                open.extend(below.into_iter().rev());
            }
            targets = loop {
                let Some((name, keys, role)) = open.pop() else { return Ok(None) };
                if TAKEN.contains(&name.as_str()) {
                    return Err(self.refused(&name, "a delegated role bears the name of another"));
                }
                // A circle of delegations ends here.
                if !visited.insert(name.clone()) {
                    continue;
                }
                if visited.len() > MOST_ROLES {
                    return Err(self.refused(&name, &format!("more than {MOST_ROLES} roles would have to be asked for one file")));
                }
                break self.role(&name, &keys, &role)?;
            };
        }
    }

    /// Returns the bytes of a file: those that are kept, else fetched; checked either way.
    ///
    /// # Errors
    /// When it is larger than `limit`, cannot be had, or is not what the registry says of it.
    pub fn download(&self, path: &str, target: &Target, limit: u64) -> Result<Vec<u8>, Trouble> {
        if target.length > limit {
            return Err(self.refused(path, &format!("the file has {} bytes, and {limit} are read at most", target.length)));
        }
        if let Some(bytes) = target.hashes.get("sha256").and_then(|digest| self.cache.file(digest, limit)) {
            return Ok(bytes);
        }
        let url = self.target_url(path, target)?;
        let Some(transport) = &self.transport else {
            return Err(Trouble::Unreachable(
                Diagnostic::failed("registry-unreachable", "a file of the registry is not on this machine")
                    .at(url.as_str())
                    .because("the registry cannot be reached, and the file was never fetched, or the copy lost bytes")
                    .fix("run it again when the registry can be reached"),
            ));
        };
        let bytes = transport.fetch(&url, target.length)?;
        let checked = match bytes.len() as u64 == target.length {
            true => check_digests(&bytes, &target.hashes),
            false => Err(format!("it has {} bytes, and {} are told of it", bytes.len(), target.length)),
        };
        checked.map_err(|why| {
            Trouble::Refused(
                Diagnostic::usage("registry-file", "a file of the registry is not what was signed")
                    .at(url.as_str())
                    .because(why)
                    .fix("try again later: it may be half copied; if it stays so, ask the publisher over another way"),
            )
        })?;
        Ok(bytes)
    }

    /// Returns where a file is: with its digest before its name, where the registry's names bear digests.
    fn target_url(&self, path: &str, target: &Target) -> Result<Url, Trouble> {
        let parsed = RelPath::parse(path).map_err(|error| self.refused(path, &error.to_string()))?;
        let mut parts: Vec<String> = parsed.parts().map(str::to_owned).collect();
        if self.root.consistent
            && let Some(name) = parts.last_mut()
        {
            let hash = ["sha256", "sha512"].iter().find_map(|algorithm| target.hashes.get(*algorithm));
            let hash = hash.filter(|hash| hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
            *name = format!("{}.{name}", hash.ok_or_else(|| self.refused(path, "no digest of a known kind is told of it"))?);
        }
        let mut url = self.address.targets.clone();
        match url.path_segments_mut() {
            Ok(mut segments) => {
                segments.pop_if_empty().extend(&parts);
            }
            Err(()) => return Err(self.refused(path, "the address takes no path")),
        }
        Ok(url)
    }
}
