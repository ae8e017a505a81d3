//! Keys that sign a registry: Ed25519 (RFC 8032), the secret half as PKCS#8 (RFC 5958) in PEM, the public half as one line.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use tough::schema::decoded::{Decoded, Hex};
use tough::schema::key::Key;

use crate::base::diagnostic::Diagnostic;

/// What stands before the hexadecimal digits of a public key.
const KIND: &str = "ed25519:";
/// The kind of PEM block that a secret key is.
const PEM: &str = "PRIVATE KEY";

/// The half of a key that everybody may have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey {
    /// As metadata holds it.
    pub key: Key,
    /// Its id: SHA-256 over its canonical form (TUF 1.0, section 4.2).
    pub id: Decoded<Hex>,
}

impl PublicKey {
    /// Parses the first word of a text: `ed25519:` and 64 hexadecimal digits. What follows is a name for people.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.split_whitespace().next()?.strip_prefix(KIND)?;
        let plain = digits.len() == 64 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if plain { Self::of(digits.parse().ok()?) } else { None }
    }

    /// Takes a key of metadata.
    pub fn of(key: Key) -> Option<Self> {
        let id = key.key_id().ok()?;
        Some(Self { key, id })
    }

    /// Returns the id in hexadecimal digits.
    pub fn id(&self) -> String {
        hex(&self.id)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Key::Ed25519 { keyval, .. } => write!(f, "{KIND}{}", hex(&keyval.public)),
            Key::Rsa { .. } => write!(f, "an RSA key, {}", self.id()),
            Key::Ecdsa { .. } | Key::EcdsaOld { .. } => write!(f, "an ECDSA key, {}", self.id()),
        }
    }
}

/// Both halves of a key. It is never printed, not even for debugging.
pub struct SecretKey {
    pair: Ed25519KeyPair,
    /// The half that may be shown.
    pub public: PublicKey,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public.id())
    }
}

impl SecretKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, Diagnostic> {
        let pair = Ed25519KeyPair::generate().map_err(|_| {
            Diagnostic::failed("key", "no key was made")
                .because("the system gives no random numbers")
                .fix("run it on a machine with a working source of randomness")
        })?;
        Self::of(pair).ok_or_else(|| Diagnostic::failed("key", "no key was made").because("its public half cannot be read"))
    }

    fn of(pair: Ed25519KeyPair) -> Option<Self> {
        let digits = hex(pair.public_key().as_ref());
        let public = PublicKey::parse(&format!("{KIND}{digits}"))?;
        Some(Self { pair, public })
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// When it holds no Ed25519 key. The error quotes nothing of it.
    pub fn from_pem(text: &str, place: &str) -> Result<Self, Diagnostic> {
        let no_key = |why: &str| {
            Diagnostic::usage("key", "the file holds no secret key that can be used")
                .at(place)
                .because(why)
                .fix("name a file that `highroad road keys new` made; it begins with `-----BEGIN PRIVATE KEY-----`")
        };
        if PublicKey::parse(text).is_some() {
            return Err(no_key("it is the public half; signing takes the secret one, which ends in `.key`"));
        }
        let block = pem::parse(text).map_err(|_| no_key("it is no PEM file"))?;
        if block.tag() != PEM {
            return Err(no_key("it is a PEM file of something else"));
        }
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(block.contents()).map_err(|_| no_key("it is no Ed25519 key"))?;
        Self::of(pair).ok_or_else(|| no_key("its public half cannot be read"))
    }

    /// Returns what goes into the key's file.
    ///
    /// # Errors
    /// When the key cannot be written out.
    pub fn to_pem(&self) -> Result<String, Diagnostic> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().map_err(|_| Diagnostic::failed("key", "the key cannot be written out"))?;
        let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        Ok(pem::encode_config(&pem::Pem::new(PEM, der.as_ref()), config))
    }

    /// Signs a message.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

/// Writes bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_from_its_file_and_is_never_shown() {
        let key = SecretKey::generate().unwrap();
        let text = key.to_pem().unwrap();
        let back = SecretKey::from_pem(&text, "x.key").unwrap();
        assert_eq!(back.public, key.public);
        assert_eq!(PublicKey::parse(&format!("{} a name\n", key.public)), Some(key.public.clone()));
        let body = text.lines().nth(1).unwrap();
        assert!(!format!("{key:?}").contains(body));
        assert_ne!(SecretKey::generate().unwrap().public, key.public);
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_quoted() {
        let key = SecretKey::generate().unwrap();
        let damaged = key.to_pem().unwrap().replace("PRIVATE", "CERTIFICATE");
        for bad in ["", "hello", &key.public.to_string(), &damaged, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            let error = SecretKey::from_pem(bad, "x.key").unwrap_err();
            assert!(!error.to_string().contains("AAAA"));
        }
        for bad in ["", "ed25519:", "ed25519:00", &format!("ed25519:{}", "g".repeat(64)), &format!("rsa:{}", "0".repeat(64))] {
            assert_eq!(PublicKey::parse(bad), None, "{bad}");
        }
    }
}
