//! The client of a registry: the detailed client workflow of the TUF specification (1.0, section 5), step by step.
//!
//! Signatures, keys and canonical forms are `tough`'s (see `metadata`). The order of the steps is kept here, because what
//! a road needs beside it is not in `tough`'s own loader: metadata is kept as it was received, a role is asked only when a
//! file needs it, a copy that was complete serves when the server is gone, and a refusal says what it means.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp as Moment;
use url::Url;

use super::cache::{Cache, Texts};
use super::metadata::{Meta, MetaFile, Refusal, Root, Targets, Unchecked, check_digests};
use super::transport::{Missed, Transport};
use crate::base::diagnostic::Diagnostic;

/// The largest files, in bytes, where no signed file says how large they are.
const LARGEST_ROOT: u64 = 512 << 10;
const LARGEST_TIMESTAMP: u64 = 64 << 10;
const LARGEST_SNAPSHOT: u64 = 2 << 20;
pub(super) const LARGEST_TARGETS: u64 = 5 << 20;
/// How many new roots one run walks through.
const MOST_ROOTS: u64 = 256;

/// Why a registry cannot be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// It gave no usable answer; what was fetched before may do.
    Unreachable(Diagnostic),
    /// It gave an answer that is not to be trusted, or that ended.
    Refused(Diagnostic),
    /// Something on this machine.
    Local(Diagnostic),
}

impl From<Trouble> for Diagnostic {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable(diagnostic) | Trouble::Refused(diagnostic) | Trouble::Local(diagnostic) => diagnostic,
        }
    }
}

impl From<Missed> for Trouble {
    fn from(missed: Missed) -> Self {
        match missed {
            // A file that the metadata names must be there: a registry without it is half copied.
            Missed::Missing(diagnostic) | Missed::Unreachable(diagnostic) => Self::Unreachable(diagnostic),
        }
    }
}

/// Where a registry is.
#[derive(Clone, Debug)]
pub struct Address {
    /// The folder of the metadata; ends with `/`.
    pub metadata: Url,
    /// The folder of the files; ends with `/`.
    pub targets: Url,
}

impl Address {
    /// Returns the address of a registry whose folders are `metadata` and `targets`.
    ///
    /// # Errors
    /// When the text is no address.
    pub fn of(base: &Url) -> Result<Self, Diagnostic> {
        let below = |name: &str| {
            let text = format!("{}/{name}/", base.as_str().trim_end_matches('/'));
            Url::parse(&text).map_err(|error| {
                Diagnostic::usage("source-url", "it is no address of a registry")
                    .at(base.as_str())
                    .because(error.to_string())
                    .fix("write `https://host/path`")
            })
        };
        Ok(Self { metadata: below("metadata")?, targets: below("targets")? })
    }
}

/// A client with what it trusts.
#[derive(Debug)]
pub struct Client {
    pub(super) cache: Cache,
    /// Nothing where only what was fetched before counts.
    pub(super) transport: Option<Transport>,
    pub(super) address: Address,
    pub(super) now: Moment,
    pub(super) texts: Texts,
    pub(super) root: Root,
    pub(super) snapshot: BTreeMap<String, MetaFile>,
    /// When the first of them ends, and its role.
    ends: Option<(Moment, String)>,
}

impl Client {
    /// Loads the trusted root and updates everything that stands below it.
    ///
    /// # Errors
    /// Where the registry cannot be reached, or is not to be trusted.
    pub fn open(cache: &Cache, transport: &Transport, address: Address, now: Moment) -> Result<Self, Trouble> {
        let texts = cache.metadata();
        let mut client = Self::load(cache, Some(transport), address, now, texts)?;
        client.update_root()?;
        client.update()?;
        Ok(client)
    }

    /// Uses what was fetched before, all of it checked again.
    ///
    /// # Errors
    /// Where nothing was, or it does not hold any more.
    pub fn offline(cache: &Cache, address: Address, now: Moment) -> Result<Self, Trouble> {
        let mut texts = cache.complete().unwrap_or_default();
        // The root only ever moves forward.
        texts.extend(cache.metadata().remove_entry("root.json"));
        let mut client = Self::load(cache, None, address, now, texts)?;
        client.not_ended("root", client.root.expires)?;
        client.update()?;
        Ok(client)
    }

    fn load(cache: &Cache, transport: Option<&Transport>, address: Address, now: Moment, texts: Texts) -> Result<Self, Trouble> {
        let bytes = texts.get("root.json").ok_or_else(|| no_root(cache, "it is not there"))?;
        let root = Root::read(bytes).map_err(|why| no_root(cache, &why))?;
        let (cache, transport) = (cache.clone(), transport.cloned());
        Ok(Self { cache, transport, address, now, texts, root, snapshot: BTreeMap::new(), ends: None })
    }

    /// Returns the trusted root.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Returns when the first of the files that were checked ends, and its role.
    pub fn ends(&self) -> Option<&(Moment, String)> {
        self.ends.as_ref()
    }

    /// Keeps what this run checked as the copy that serves when the server is gone.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn complete(&self) -> Result<(), Diagnostic> {
        if self.transport.is_none() {
            return Ok(());
        }
        // Roles that this run did not need are kept along: each is checked again when it is read.
        let texts = self.texts.iter().filter(|(name, _)| *name != "root.json");
        self.cache.keep_complete(&texts.map(|(name, bytes)| (name.clone(), bytes.clone())).collect())
    }

    /// Forgets what no current file names: roles that went, and listings and archives that none of the others has. The caller
    /// holds the lock, so nobody else reads meanwhile.
    pub fn prune(&self) {
        if self.transport.is_none() {
            return;
        }
        let roles = self.snapshot.keys().filter_map(|name| Some(kept_name(name.strip_suffix(".json")?)));
        let names: BTreeSet<String> =
            ["root.json", "timestamp.json", "snapshot.json"].map(str::to_owned).into_iter().chain(roles).collect();
        let mut digests = BTreeSet::new();
        for (_, bytes) in self.texts.iter().filter(|(name, _)| names.contains(*name)) {
            let targets = Unchecked::read(bytes, "targets").and_then(|file| file.content::<Targets>());
            let Ok(targets) = targets else { continue };
            digests.extend(targets.targets.into_values().filter_map(|mut target| target.hashes.remove("sha256")));
        }
        self.cache.prune(&names, &digests);
    }

    /// Section 5.3: walks from the trusted root to the newest, each signed by the one before and by itself.
    fn update_root(&mut self) -> Result<(), Trouble> {
        let Some(transport) = self.transport.clone() else { return Ok(()) };
        for _ in 0..MOST_ROOTS {
            let version = self.root.version.saturating_add(1);
            let url = self.url(&format!("{version}.root.json"))?;
            let bytes = match transport.fetch(&url, LARGEST_ROOT) {
                Ok(bytes) => bytes,
                Err(Missed::Missing(_)) => break,
                Err(missed) => return Err(missed.into()),
            };
            let next = self.next_root(&bytes, version).map_err(|why| refused(&url, "root", &why))?;
            // Section 5.3.11: new keys for these roles forget the versions that a stolen key may have driven up.
            if ["timestamp", "snapshot"].iter().any(|role| next.rotates(&self.root, role)) {
                for name in ["timestamp.json", "snapshot.json"] {
                    self.forget(name)?;
                }
            }
            self.root = next;
            self.keep("root.json", bytes)?;
        }
        self.not_ended("root", self.root.expires)
    }

    fn next_root(&self, bytes: &[u8], version: u64) -> Result<Root, Refusal> {
        let file = Unchecked::read(bytes, "root")?;
        file.check(&self.root.keys, self.root.role("root")?).map_err(|why| format!("by the keys of the root before: {why}"))?;
        let next = Root::read(bytes).map_err(|why| format!("by its own keys: {why}"))?;
        if next.version == version { Ok(next) } else { Err(format!("it is version {}, and {version} is due", next.version)) }
    }

    /// Sections 5.4 to 5.6: the timestamp, the snapshot it names, the targets that the snapshot names.
    fn update(&mut self) -> Result<(), Trouble> {
        let named = self.update_timestamp()?;
        self.update_snapshot(&named)?;
        let keys = self.root.keys.clone();
        let role = self.root.role("targets").map_err(|why| self.refused("targets", &why))?.clone();
        self.role("targets", &keys, &role)?;
        Ok(())
    }

    fn update_timestamp(&mut self) -> Result<MetaFile, Trouble> {
        const NAME: &str = "timestamp.json";
        let old = self.texts.get(NAME).and_then(|bytes| self.timestamp(bytes).ok());
        let current = match self.transport.clone() {
            None => old.ok_or_else(|| self.refused("timestamp", "it is not kept on this machine"))?,
            Some(transport) => {
                let url = self.url(NAME)?;
                let bytes = transport.fetch(&url, LARGEST_TIMESTAMP)?;
                let new = self.timestamp(&bytes).map_err(|why| refused(&url, "timestamp", &why))?;
                match old {
                    Some(old) if new.0.version() < old.0.version() => {
                        return Err(rolled_back(&url, "timestamp", new.0.version(), old.0.version()));
                    }
                    // The same version says nothing new, whatever it says.
                    Some(old) if new.0.version() == old.0.version() => old,
                    Some(old) if new.1.version < old.1.version => {
                        return Err(rolled_back(&url, "snapshot", new.1.version.get(), old.1.version.get()));
                    }
                    Some(_) | None => {
                        self.not_ended("timestamp", new.0.expires())?;
                        self.keep(NAME, bytes)?;
                        new
                    }
                }
            }
        };
        self.not_ended("timestamp", current.0.expires())?;
        Ok(current.1)
    }

    fn timestamp(&self, bytes: &[u8]) -> Result<(Unchecked, MetaFile), Refusal> {
        let file = Unchecked::read(bytes, "timestamp")?;
        file.check(&self.root.keys, self.root.role("timestamp")?)?;
        let mut meta: Meta = file.content()?;
        let named = meta.meta.remove("snapshot.json").ok_or("it names no snapshot")?;
        Ok((file, named))
    }

    fn update_snapshot(&mut self, named: &MetaFile) -> Result<(), Trouble> {
        const NAME: &str = "snapshot.json";
        let (keys, role) = (&self.root.keys, self.root.role("snapshot").map_err(|why| self.refused("snapshot", &why))?);
        let read = |bytes: &[u8]| -> Result<(Unchecked, Meta), Refusal> {
            let file = Unchecked::read(bytes, "snapshot")?;
            file.check(keys, role)?;
            let meta = file.content()?;
            Ok((file, meta))
        };
        let old = self.texts.get(NAME).and_then(|bytes| Some((bytes, read(bytes).ok()?)));
        if let Some((bytes, (file, meta))) = &old
            && is_named(bytes, file, named)
            && file.expires() > self.now
        {
            let (ends, meta) = (file.expires(), meta.meta.clone());
            self.snapshot = meta;
            return self.not_ended("snapshot", ends);
        }
        let (url, bytes) = self.fetch_named("snapshot", named, LARGEST_SNAPSHOT)?;
        let (file, meta) = read(&bytes).map_err(|why| refused(&url, "snapshot", &why))?;
        if file.version() != named.version.get() {
            return Err(mixed(&url, "snapshot", file.version(), named.version.get()));
        }
        // Section 5.5.5: a role never goes back, and never goes away.
        for (name, before) in old.iter().flat_map(|(_, (_, meta))| &meta.meta) {
            let shown = name.trim_end_matches(".json");
            match meta.meta.get(name) {
                Some(after) if after.version < before.version => {
                    return Err(rolled_back(&url, shown, after.version.get(), before.version.get()));
                }
                Some(_) => {}
                None => return Err(refused(&url, "snapshot", &format!("it leaves the role `{shown}` out, which it named before"))),
            }
        }
        self.not_ended("snapshot", file.expires())?;
        self.snapshot = meta.meta;
        self.keep(NAME, bytes)
    }

    /// Returns what a role of targets says, checked with the keys of the role that delegates to it.
    pub(super) fn role(&mut self, name: &str, keys: &super::metadata::Keys, role: &tough::schema::RoleKeys) -> Result<Targets, Trouble> {
        let file_name = kept_name(name);
        let Some(named) = self.snapshot.get(&format!("{name}.json")).cloned() else {
            return Err(self.refused(name, "the snapshot does not name it"));
        };
        let read = |bytes: &[u8]| -> Result<(Unchecked, Targets), Refusal> {
            let file = Unchecked::read(bytes, "targets")?;
            file.check(keys, role)?;
            let targets = file.content()?;
            Ok((file, targets))
        };
        if let Some(bytes) = self.texts.get(&file_name)
            && let Ok((file, targets)) = read(bytes)
            && is_named(bytes, &file, &named)
            && file.expires() > self.now
        {
            self.not_ended(name, file.expires())?;
            return Ok(targets);
        }
        let (url, bytes) = self.fetch_named(name, &named, LARGEST_TARGETS)?;
        let (file, targets) = read(&bytes).map_err(|why| refused(&url, name, &why))?;
        if file.version() != named.version.get() {
            return Err(mixed(&url, name, file.version(), named.version.get()));
        }
        self.not_ended(name, file.expires())?;
        self.keep(&file_name, bytes)?;
        Ok(targets)
    }

    /// Fetches the file of a role in the version that another file names.
    fn fetch_named(&self, role: &str, named: &MetaFile, largest: u64) -> Result<(Url, Vec<u8>), Trouble> {
        let quoted = quoted(role);
        let name = if self.root.consistent { format!("{}.{quoted}.json", named.version) } else { format!("{quoted}.json") };
        let url = self.url(&name)?;
        let Some(transport) = &self.transport else {
            return Err(self.refused(role, "the copy on this machine is not the one that is named, or it ended"));
        };
        let bytes = transport.fetch(&url, named.length.map_or(largest, |length| length.min(largest)))?;
        if !named.hashes.is_empty() {
            check_digests(&bytes, &named.hashes).map_err(|why| refused(&url, role, &why))?;
        }
        Ok((url, bytes))
    }

    fn url(&self, name: &str) -> Result<Url, Trouble> {
        let text = format!("{}{name}", self.address.metadata);
        Url::parse(&text).map_err(|error| self.refused(name, &error.to_string()))
    }

    fn keep(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), Trouble> {
        self.cache.keep_metadata(name, &bytes).map_err(Trouble::Local)?;
        self.texts.insert(name.to_owned(), bytes);
        Ok(())
    }

    fn forget(&mut self, name: &str) -> Result<(), Trouble> {
        self.texts.remove(name);
        self.cache.forget_metadata(name).map_err(Trouble::Local)
    }

    /// Checks that a role has not ended, and remembers when it does.
    fn not_ended(&mut self, role: &str, ends: Moment) -> Result<(), Trouble> {
        if ends <= self.now {
            return Err(ended(&self.address.metadata, role, ends, self.now));
        }
        if self.ends.as_ref().is_none_or(|(first, _)| ends < *first) {
            self.ends = Some((ends, role.to_owned()));
        }
        Ok(())
    }

    pub(super) fn refused(&self, role: &str, why: &str) -> Trouble {
        refused(&self.address.metadata, role, why)
    }
}

/// Whether a file that is kept is the one that another file names.
fn is_named(bytes: &[u8], file: &Unchecked, named: &MetaFile) -> bool {
    let length = named.length.is_none_or(|length| bytes.len() as u64 == length);
    file.version() == named.version.get() && length && (named.hashes.is_empty() || check_digests(bytes, &named.hashes).is_ok())
}

/// Writes a role's name so that it is one part of a path (RFC 3986, section 2.3: unreserved characters stay).
pub(super) fn quoted(name: &str) -> String {
    escaped(name, u8::is_ascii_alphanumeric)
}

/// Returns the name of the file that a role is kept in. Some disks take `Root` for `root`, so capitals do not stay.
fn kept_name(role: &str) -> String {
    format!("{}.json", escaped(role, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

fn escaped(name: &str, stays: impl Fn(&u8) -> bool) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if stays(&byte) || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

const PUBLISHER: &str = "do not use it; ask the publisher over another way than this server";

fn refused(url: &Url, role: &str, why: &str) -> Trouble {
    Trouble::Refused(
        Diagnostic::usage("registry-refused", format!("the registry's metadata `{role}` is not to be trusted"))
            .at(url.as_str())
            .because(why)
            .fix(PUBLISHER),
    )
}

fn rolled_back(url: &Url, role: &str, came: u64, known: u64) -> Trouble {
    Trouble::Refused(
        Diagnostic::usage("registry-rollback", format!("the registry went back: version {came} of its metadata `{role}`"))
            .at(url.as_str())
            .because(format!("version {known} was seen before; an old state hides newer versions and yanked ones"))
            .fix("try again later: the server may lag behind; if it stays so, ask the publisher over another way"),
    )
}

fn mixed(url: &Url, role: &str, came: u64, named: u64) -> Trouble {
    Trouble::Refused(
        Diagnostic::usage("registry-mixed", format!("the registry's metadata `{role}` is of another state than the rest"))
            .at(url.as_str())
            .because(format!("it is version {came}, and the signed list names {named}"))
            .fix("try again later: it may be half copied; if it stays so, ask the publisher over another way"),
    )
}

fn ended(url: &Url, role: &str, ends: Moment, now: Moment) -> Trouble {
    Trouble::Refused(
        Diagnostic::usage("registry-expired", format!("the registry's metadata `{role}` has ended"))
            .at(url.as_str())
            .because(format!("it was good until {ends}, and this machine's clock says {now:.0}; a server that shows an old state looks so"))
            .fix("check the clock; if it is right, ask the publisher to sign the metadata again"),
    )
}

fn no_root(cache: &Cache, why: &str) -> Trouble {
    Trouble::Local(
        Diagnostic::usage("source-root", "the trusted root of the source cannot be used")
            .at(cache.folder().join("metadata/root.json").display().to_string())
            .because(why)
            .fix("remove the source and add it again with a root that you trust: `highroad source remove`, `highroad source add`"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_role_is_kept_in_the_file_of_another_where_capitals_do_not_count() {
        let roles = ["root", "Root", "ROOT", "snapshot", "Snapshot", "a", "A", "a/b", "A/b", "%41", "%61", "a%2Fb", "a%2fb", "/", "%2F"];
        let names: BTreeSet<String> = roles.iter().map(|role| kept_name(role).to_lowercase()).collect();
        assert_eq!(names.len(), roles.len(), "{names:?}");
        assert_eq!(kept_name("small-road"), "small-road.json");
        assert_eq!(kept_name("Root"), "%52oot.json");
    }
}
