//! Signing and reading metadata of The Update Framework. Forms and checks are `tough`'s; files come out the same for the
//! same content, so that a review shows what changed.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroU64;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tough::schema::decoded::{Decoded, Hex};
use tough::schema::key::Key;
use tough::schema::{Delegations, Hashes, Metafile, Role, RoleKeys, RoleType, Root, Signature, Signed};

use super::keys::{SecretKey, hex};
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;

/// The version of the specification that the files follow.
pub const SPECIFICATION: &str = "1.0.0";
/// The largest file of metadata, in bytes.
pub const LIMIT: u64 = 5 << 20;

/// The keys of a role, and how many of them must sign.
#[derive(Clone, Debug)]
pub struct Signers {
    /// The keys by their ids.
    pub keys: HashMap<Decoded<Hex>, Key>,
    /// The ids that count, and how many are needed.
    pub role: RoleKeys,
}

impl Signers {
    /// Returns who signs for a role of a root.
    pub fn of_root(root: &Root, role: RoleType) -> Option<Self> {
        Some(Self { keys: root.keys.clone(), role: root.roles.get(&role)?.clone() })
    }

    /// Returns who signs for a delegated role.
    pub fn of_road(delegations: &Delegations, road: &str) -> Option<Self> {
        let role = delegations.roles.iter().find(|role| role.name == road)?;
        Some(Self { keys: delegations.keys.clone(), role: role.keys() })
    }

    /// How many must sign.
    pub fn needed(&self) -> u64 {
        self.role.threshold.get()
    }

    /// Whether a key is one of them.
    pub fn has(&self, key: &SecretKey) -> bool {
        self.role.keyids.contains(&key.public.id)
    }

    /// Returns the ids of those whose signature holds, sorted.
    pub fn signed<T: Role>(&self, file: &Signed<T>) -> BTreeSet<String> {
        let ids = self.role.keyids.iter().filter(|id| file.signatures.iter().any(|signature| signature.keyid == **id));
        ids.filter(|id| self.holds(file, id)).map(|id| hex(id)).collect()
    }

    /// Whether enough signed.
    pub fn enough<T: Role>(&self, file: &Signed<T>) -> bool {
        self.signed(file).len() as u64 >= self.needed()
    }

    /// Whether one key's signature holds: `tough` checks a root that knows this key alone.
    fn holds<T: Role>(&self, file: &Signed<T>, id: &Decoded<Hex>) -> bool {
        let Some(key) = self.keys.get(id) else { return false };
        let role = RoleKeys { keyids: vec![id.clone()], threshold: NonZeroU64::MIN, _extra: HashMap::new() };
        let judge = Root {
            spec_version: SPECIFICATION.to_owned(),
            consistent_snapshot: true,
            version: NonZeroU64::MIN,
            expires: file.signed.expires(),
            keys: HashMap::from([(id.clone(), key.clone())]),
            roles: HashMap::from([(T::TYPE, role)]),
            _extra: HashMap::new(),
        };
        judge.verify_role(file).is_ok()
    }
}

/// Signs content with each of the keys.
///
/// # Errors
/// When the content has no canonical form.
pub fn sign<T: Role>(content: T, keys: &[&SecretKey]) -> Result<Signed<T>, Diagnostic> {
    let mut file = Signed { signed: content, signatures: Vec::new() };
    keys.iter().try_for_each(|key| add_signature(&mut file, key))?;
    Ok(file)
}

/// Adds the signature of a key, in the place of an older one of the same key.
///
/// # Errors
/// When the content has no canonical form.
pub fn add_signature<T: Role>(file: &mut Signed<T>, key: &SecretKey) -> Result<(), Diagnostic> {
    let message = file.signed.canonical_form().map_err(|error| Diagnostic::failed("metadata", error.to_string()))?;
    file.signatures.retain(|signature| signature.keyid != key.public.id);
    file.signatures.push(Signature { keyid: key.public.id.clone(), sig: key.sign(&message).into() });
    file.signatures.sort_by_key(|signature| hex(&signature.keyid));
    Ok(())
}

/// Returns the bytes of a file of metadata, with its keys sorted.
///
/// # Errors
/// When it is larger than readers take.
pub fn to_bytes<T: Serialize>(file: &Signed<T>) -> Result<Vec<u8>, Diagnostic> {
    let failed = |why: String| Diagnostic::failed("metadata", "the metadata cannot be written").because(why);
    let mut value = serde_json::to_value(file).map_err(|error| failed(error.to_string()))?;
    value.sort_all_objects();
    let mut bytes = serde_json::to_vec_pretty(&value).map_err(|error| failed(error.to_string()))?;
    bytes.push(b'\n');
    if bytes.len() as u64 > LIMIT {
        return Err(failed(format!("it would have more than {LIMIT} bytes")));
    }
    Ok(bytes)
}

/// Reads a file of metadata. Its signatures are not checked.
///
/// # Errors
/// When it is no such file.
pub fn read<T: DeserializeOwned>(bytes: &[u8], place: &str) -> Result<Signed<T>, Diagnostic> {
    serde_json::from_slice(bytes).map_err(|error| unusable(place, error.to_string()))
}

/// The error that a file of metadata cannot be used.
pub fn unusable(place: &str, why: impl Into<String>) -> Diagnostic {
    Diagnostic::usage("metadata", "a file of the registry's metadata is not usable")
        .at(place)
        .because(why)
        .fix("get the registry's folder back from its history; nothing was written")
}

/// What a file of metadata says of another one.
pub fn describe(version: NonZeroU64, bytes: &[u8]) -> Metafile {
    Metafile { length: Some(bytes.len() as u64), hashes: Some(hashes(bytes)), version, _extra: HashMap::new() }
}

/// The digests of a file, as metadata holds them.
pub fn hashes(bytes: &[u8]) -> Hashes {
    Hashes { sha256: digest_bytes(&Digest::of(bytes)).into(), _extra: HashMap::new() }
}

fn digest_bytes(digest: &Digest) -> Vec<u8> {
    let hex = digest.hex();
    (0..hex.len()).step_by(2).filter_map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect()
}
