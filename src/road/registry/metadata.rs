//! Signed metadata of The Update Framework (TUF 1.0): read, and its signatures checked by `tough`.
//!
//! What is checked is what is used: the signatures are checked over the canonical form of the whole `signed` part as it
//! came, fields that nobody knows included, and the types here are read from that same value.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU64;

use jiff::Timestamp as Moment;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest as _, Sha512};
use tough::schema::decoded::{Decoded, Hex};
use tough::schema::key::Key;
use tough::schema::{Role, RoleKeys, RoleType, Root as ToughRoot, Signature, Signed};

use crate::base::digest::Digest;

/// The most signatures that a file may bear; each costs time to check.
const MOST_SIGNATURES: usize = 256;
/// The most keys that a file may name.
const MOST_KEYS: usize = 1024;

/// Why metadata is refused, in a few words.
pub type Refusal = String;

/// Keys that may sign, by their ids.
pub type Keys = HashMap<Decoded<Hex>, Key>;

/// The `signed` part of a file, as it came.
#[derive(Debug, Clone)]
struct Content {
    value: Value,
    version: NonZeroU64,
    expires: Moment,
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

// `tough` counts signatures for the keys of a role type. Each check here is made with keys for this one alone, so one
// type serves all roles.
impl Role for Content {
    const TYPE: RoleType = RoleType::Targets;

    fn expires(&self) -> Moment {
        self.expires
    }

    fn version(&self) -> NonZeroU64 {
        self.version
    }

    fn filename(&self, _: bool) -> String {
        String::new()
    }
}

/// A file that was read; its signatures are not checked yet.
#[derive(Debug, Clone)]
pub struct Unchecked {
    signed: Signed<Content>,
}

/// What every file says of itself.
#[derive(Debug, Deserialize)]
struct Common {
    #[serde(rename = "_type")]
    role: String,
    spec_version: String,
    version: NonZeroU64,
    expires: String,
}

impl Unchecked {
    /// Reads a file of the role `role`: `root`, `timestamp`, `snapshot` or `targets`.
    ///
    /// # Errors
    /// When it is no such file.
    pub fn read(bytes: &[u8], role: &str) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        struct Envelope {
            signed: Value,
            signatures: Vec<Signature>,
        }
        let Envelope { signed, signatures } = serde_json::from_slice(bytes).map_err(|error| format!("it cannot be read: {error}"))?;
        if signatures.len() > MOST_SIGNATURES {
            return Err(format!("it bears more than {MOST_SIGNATURES} signatures"));
        }
        let common = Common::deserialize(&signed).map_err(|error| format!("it cannot be read: {error}"))?;
        if common.role != role {
            return Err(format!("it is of the role `{}`, and `{role}` is expected", common.role.escape_debug()));
        }
        if common.spec_version.split('.').next() != Some("1") {
            return Err(format!("it follows TUF {}, and this Highroad reads 1", common.spec_version.escape_debug()));
        }
        let expires = common.expires.parse().map_err(|_| format!("`{}` is no moment", common.expires.escape_debug()))?;
        let content = Content { value: signed, version: common.version, expires };
        Ok(Self { signed: Signed { signed: content, signatures } })
    }

    /// Checks that at least the threshold of the role's keys signed it.
    ///
    /// # Errors
    /// Says how many did.
    pub fn check(&self, keys: &Keys, role: &RoleKeys) -> Result<(), Refusal> {
        let judge = ToughRoot {
            spec_version: "1.0.0".to_owned(),
            consistent_snapshot: true,
            version: NonZeroU64::MIN,
            expires: Moment::UNIX_EPOCH,
            keys: keys.clone(),
            roles: [(Content::TYPE, role.clone())].into(),
            _extra: HashMap::new(),
        };
        judge.verify_role(&self.signed).map_err(|error| {
            if let tough::schema::Error::SignatureThreshold { threshold, valid, .. } = error {
                return format!("{valid} of its signatures are by keys of the role, and {threshold} are needed");
            }
            // A key that is named twice, or a form that has no canonical one.
            error.to_string()
        })
    }

    /// Returns the version.
    pub fn version(&self) -> u64 {
        self.signed.signed.version.get()
    }

    /// Returns the moment that it ends.
    pub fn expires(&self) -> Moment {
        self.signed.signed.expires
    }

    /// Reads the content as one of the types below.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn content<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Refusal> {
        T::deserialize(&self.signed.signed.value).map_err(|error| format!("it cannot be read: {error}"))
    }
}

/// What `root.json` says.
#[derive(Clone, Debug)]
pub struct Root {
    /// The version.
    pub version: u64,
    /// The moment that it ends.
    pub expires: Moment,
    /// Whether names of files bear versions and digests.
    pub consistent: bool,
    /// All keys.
    pub keys: Keys,
    /// Which keys a role has, by its name.
    pub roles: BTreeMap<String, RoleKeys>,
}

impl Root {
    /// Reads a root, and checks that its own keys signed it.
    ///
    /// # Errors
    /// When it is no root, or not signed by enough of its keys.
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let file = Unchecked::read(bytes, "root")?;
        let root = Self::of(&file)?;
        file.check(&root.keys, root.role("root")?)?;
        Ok(root)
    }

    /// Reads a root whose own signatures are checked elsewhere.
    fn of(file: &Unchecked) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        struct Said {
            #[serde(default)]
            consistent_snapshot: bool,
            keys: BTreeMap<String, Value>,
            roles: BTreeMap<String, RoleKeys>,
        }
        let said: Said = file.content()?;
        let root = Self {
            version: file.version(),
            expires: file.expires(),
            consistent: said.consistent_snapshot,
            keys: read_keys(said.keys)?,
            roles: said.roles,
        };
        for role in ["root", "timestamp", "snapshot", "targets"] {
            root.role(role)?;
        }
        Ok(root)
    }

    /// Returns the keys of a role.
    ///
    /// # Errors
    /// When the root does not name it.
    pub fn role(&self, name: &str) -> Result<&RoleKeys, Refusal> {
        self.roles.get(name).ok_or_else(|| format!("it names no keys for the role `{name}`"))
    }

    /// Whether another root gives a role other keys, or another threshold.
    pub fn rotates(&self, other: &Self, role: &str) -> bool {
        let told = |root: &Self| root.roles.get(role).map(|role| (role.keyids.clone(), role.threshold));
        told(self) != told(other)
    }
}

/// Reads keys. One of a kind that is not known can sign nothing and is left out; one with another id than its own is refused.
fn read_keys(said: BTreeMap<String, Value>) -> Result<Keys, Refusal> {
    if said.len() > MOST_KEYS {
        return Err(format!("it names more than {MOST_KEYS} keys"));
    }
    let mut keys = Keys::new();
    for (id, value) in said {
        let Ok(key) = serde_json::from_value::<Key>(value) else { continue };
        let own = key.key_id().map_err(|error| error.to_string())?;
        let told: Decoded<Hex> = id.parse().map_err(|_| format!("`{}` is no id of a key", id.escape_debug()))?;
        if told != own {
            return Err(format!("the key `{}` has another id than its own", id.escape_debug()));
        }
        keys.insert(told, key);
    }
    Ok(keys)
}

/// What a file says of another.
#[derive(Clone, Debug, Deserialize)]
pub struct MetaFile {
    /// Its version.
    pub version: NonZeroU64,
    /// How many bytes it has.
    pub length: Option<u64>,
    /// Its digests, by algorithm.
    #[serde(default)]
    pub hashes: BTreeMap<String, String>,
}

/// What `timestamp.json` and `snapshot.json` say.
#[derive(Clone, Debug, Deserialize)]
pub struct Meta {
    /// The files, by name.
    pub meta: BTreeMap<String, MetaFile>,
}

/// What `targets.json` and the files of delegated roles say.
#[derive(Clone, Debug, Deserialize)]
pub struct Targets {
    /// The files, by path.
    pub targets: BTreeMap<String, Target>,
    /// Who else answers for files.
    pub delegations: Option<Delegations>,
}

/// A file that the registry answers for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Target {
    /// How many bytes it has.
    pub length: u64,
    /// Its digests, by algorithm.
    pub hashes: BTreeMap<String, String>,
}

impl Target {
    /// Whether bytes are the file's.
    pub fn is(&self, bytes: &[u8]) -> bool {
        bytes.len() as u64 == self.length && check_digests(bytes, &self.hashes).is_ok()
    }
}

/// Who else answers for files.
#[derive(Clone, Debug, Deserialize)]
pub struct Delegations {
    keys: BTreeMap<String, Value>,
    /// The roles, in order: the first that answers for a file decides.
    #[serde(default)]
    pub roles: Vec<Delegated>,
}

impl Delegations {
    /// Returns the keys of the roles.
    ///
    /// # Errors
    /// When one has another id than its own.
    pub fn keys(&self) -> Result<Keys, Refusal> {
        read_keys(self.keys.clone())
    }
}

/// A role that answers for some files.
#[derive(Clone, Debug, Deserialize)]
pub struct Delegated {
    /// Its name.
    pub name: String,
    keyids: Vec<Decoded<Hex>>,
    threshold: NonZeroU64,
    /// Whether no later role is asked where this one has no answer.
    pub terminating: bool,
    paths: Option<Vec<String>>,
    path_hash_prefixes: Option<Vec<String>>,
}

impl Delegated {
    /// Returns which keys sign for it.
    pub fn role(&self) -> RoleKeys {
        RoleKeys { keyids: self.keyids.clone(), threshold: self.threshold, _extra: HashMap::new() }
    }

    /// Whether it answers for the file at `path` (TUF 1.0, section 4.5, PATHPATTERN).
    pub fn answers_for(&self, path: &str) -> bool {
        match (&self.paths, &self.path_hash_prefixes) {
            (Some(patterns), None) => patterns.iter().any(|pattern| fits(pattern, path)),
            (None, Some(prefixes)) => {
                let digest = Digest::of(path.as_bytes()).hex();
                prefixes.iter().any(|prefix| digest.starts_with(prefix.as_str()))
            }
            // The format allows one of both.
            (Some(_), Some(_)) | (None, None) => false,
        }
    }
}

/// Whether a path fits a pattern part by part; a wildcard stays within its part.
fn fits(pattern: &str, path: &str) -> bool {
    let (patterns, parts): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    patterns.len() == parts.len() && patterns.iter().zip(parts).all(|(pattern, part)| part_fits(pattern.as_bytes(), part.as_bytes()))
}

/// Whether a text fits a pattern of `*`, `?` and plain bytes, in time bounded by the product of their lengths.
fn part_fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut of) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(of) {
            Some(b'*') => {
                star = Some((of, at));
                of += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[at] => (at, of) = (at + 1, of + 1),
            Some(_) | None => match star {
                Some((back, from)) => {
                    star = Some((back, from + 1));
                    (of, at) = (back + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[of..].iter().all(|byte| *byte == b'*')
}

/// Checks bytes against the digests that are told of them. Digests of algorithms that are not known prove nothing.
///
/// # Errors
/// When one differs, or none is known although some are told.
pub fn check_digests(bytes: &[u8], hashes: &BTreeMap<String, String>) -> Result<(), Refusal> {
    let mut known = false;
    for (algorithm, told) in hashes {
        let own = match algorithm.as_str() {
            "sha256" => Digest::of(bytes).hex(),
            "sha512" => Sha512::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
            _ => continue,
        };
        known = true;
        if own != told.to_ascii_lowercase() {
            return Err(format!("its {algorithm} digest is {own}, and {} is told of it", told.escape_debug()));
        }
    }
    if known { Ok(()) } else { Err("no digest of a known kind is told of it".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stay_within_a_part() {
        for (pattern, path, fit) in [
            ("ml/*", "ml/index.json", true),
            ("ml/*", "ml/a/b", false),
            ("*", "a/b", false),
            ("**", "a/b", false),
            ("foo-?.tgz", "foo-1.tgz", true),
            ("foo-?.tgz", "foo-alpha.tgz", false),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxcxxb", false),
            ("{a,b}", "a", false),
            ("", "", true),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, path), fit, "{pattern} {path}");
        }
    }

    #[test]
    fn a_digest_of_no_known_kind_proves_nothing() {
        let hashes = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(check_digests(b"abc", &hashes(&[("sha256", abc)])).is_ok());
        assert!(check_digests(b"abd", &hashes(&[("sha256", abc)])).is_err());
        assert!(check_digests(b"abc", &hashes(&[("md5", "x")])).is_err());
        assert!(check_digests(b"abc", &hashes(&[])).is_err());
        assert!(check_digests(b"abc", &hashes(&[("sha256", abc), ("sha512", "00")])).is_err());
    }
}
