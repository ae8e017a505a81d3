//! Private keys in their envelopes, and tokens that carry JSON in base64.

use super::checksum::Checksum;
use super::shape::{self, Set};
use super::{Confidence, Recognised, SecretHit, allowance, provider};

/// How much of a key's body is looked at: an RSA key of 16,384 bits has 12,700 characters.
const BODY: usize = 24_000;

/// Judges what follows `-----BEGIN `, which stands at `at`. PEM is RFC 7468, PGP armour RFC 9580.
pub(super) fn pem(text: &[u8], at: usize) -> Option<SecretHit> {
    let label_at = at + b"-----BEGIN ".len();
    let label_size = text
        .get(label_at..)?
        .iter()
        .take(40)
        .take_while(|byte| byte.is_ascii_uppercase() || **byte == b' ' || byte.is_ascii_digit())
        .count();
    let label = &text[label_at..label_at + label_size];
    let title = match label {
        b"PRIVATE KEY" => "private key",
        b"RSA PRIVATE KEY" => "RSA private key",
        b"EC PRIVATE KEY" => "EC private key",
        b"DSA PRIVATE KEY" => "DSA private key",
        b"OPENSSH PRIVATE KEY" => "OpenSSH private key",
        b"ENCRYPTED PRIVATE KEY" => "private key with a passphrase",
        b"SSH2 ENCRYPTED PRIVATE KEY" => "SSH private key",
        b"PGP PRIVATE KEY BLOCK" => "PGP private key",
        _ => return None,
    };
    let mut place = label_at + label_size;
    if !text[place..].starts_with(b"-----") {
        return None;
    }
    place += 5;
    let body = Body::read(text, place)?;
    let expected: bool = match label {
        b"OPENSSH PRIVATE KEY" => body.text.starts_with(b"b3BlbnNzaC1rZXktdjE"),
        b"PGP PRIVATE KEY BLOCK" | b"SSH2 ENCRYPTED PRIVATE KEY" => body.text.len() >= 100,
        // DER begins with a sequence, which is `M` in base64; a body with a passphrase begins with anything.
        _ => body.locked || body.text.starts_with(b"M"),
    };
    let varied = shape::entropy(&body.text[..body.text.len().min(400)]) > 4.0;
    if !expected || !varied || body.text.len() < 60 || says_example(&body.text) {
        return None;
    }
    let locked = body.locked || label == b"ENCRYPTED PRIVATE KEY";
    let confidence = if locked { Confidence::Medium } else { Confidence::High };
    Some(key("private-key", title, at..body.end, confidence))
}

fn key(rule: &'static str, title: &'static str, range: std::ops::Range<usize>, confidence: Confidence) -> SecretHit {
    SecretHit { rule, title, range, confidence, by: Recognised::Key, verified: Checksum::None }
}

fn says_example(body: &[u8]) -> bool {
    let head = body[..body.len().min(400)].to_ascii_lowercase();
    ["example", "placeholder", "yourprivatekey", "privatekeyhere", "xxxxxx", "redacted", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
        .iter()
        .any(|word| memchr::memmem::find(&head, word.as_bytes()).is_some())
}

/// The base64 of a PEM block, without what quotes and indents it.
struct Body {
    text: Vec<u8>,
    end: usize,
    locked: bool,
}

impl Body {
    /// Reads up to the end line; `None` where something stands there that is no key.
    fn read(text: &[u8], from: usize) -> Option<Self> {
        let mut body = Self { text: Vec::new(), end: from, locked: false };
        let limit = text.len().min(from + BODY);
        let mut at = from;
        while at < limit {
            let byte = text[at];
            match byte {
                b'-' if text[at..].starts_with(b"-----END ") => {
                    let close = memchr::memmem::find(&text[at + 9..text.len().min(at + 80)], b"-----");
                    body.end = close.map_or(at, |close| at + 9 + close + 5);
                    return Some(body);
                }
                // An escape in text that is itself escaped has several signs: a line break in a string of a notebook's code.
                b'\\' => {
                    let signs = text[at..limit].iter().take(8).take_while(|byte| **byte == b'\\').count();
                    at += signs;
                    at += usize::from(matches!(text.get(at), Some(b'n' | b'r' | b't')));
                    continue;
                }
                b'"' | b'\'' | b',' | b'#' | b'>' | b'*' | b'`' | b'|' | b';' => {}
                b'-' if text.get(at + 1) == Some(&b'-') => return None,
                b'.' | b'<' | b'[' | b'{' | b'$' | b'(' => return None,
                // Headers: `Proc-Type: 4,ENCRYPTED`, `DEK-Info: …`, `Version: …`, `Comment: …`.
                b':' => {
                    let line = memchr::memchr2(b'\n', b'\\', &text[at..limit])?;
                    body.locked |= memchr::memmem::find(&text[at..at + line], b"ENCRYPTED").is_some();
                    body.text.clear();
                    at += line;
                    continue;
                }
                byte if byte.is_ascii_whitespace() || byte == b'=' || byte == b'-' => {}
                byte if Set::Base64.has(byte) => body.text.push(byte),
                _ => return None,
            }
            at += 1;
        }
        // No end line: cut off, or the key goes on in another way. A long body is a key all the same.
        body.end = at;
        (body.text.len() >= 600 && limit == text.len()).then_some(body)
    }
}

/// Judges what follows the beginning of a PEM block in base64, which stands at `at`.
pub(super) fn encoded(text: &[u8], at: usize) -> Option<SecretHit> {
    if !provider::begins(text, at) {
        return None;
    }
    let size = Set::Base64.run(text, at, BODY);
    encoded_private(&text[at..at + size]).then(|| key("private-key", "private key in base64", at..at + size, Confidence::High))
}

/// Whether a value in base64 is a PEM block of a private key.
fn encoded_private(value: &[u8]) -> bool {
    let head = shape::base64(value, 80).unwrap_or_default();
    value.len() > 120 && head.starts_with(b"-----BEGIN ") && memchr::memmem::find(&head, b"PRIVATE KEY").is_some()
}

/// Judges what follows `PuTTY-User-Key-File-`: PuTTY, "PPK file format".
pub(super) fn putty(text: &[u8], at: usize) -> Option<SecretHit> {
    let rest = &text[at..text.len().min(at + 4000)];
    let lines = memchr::memmem::find(rest, b"Private-Lines:")?;
    // `Private-Lines: 14`, and then that many lines of base64: a source that only names the words has none.
    let after = rest[lines + b"Private-Lines:".len()..].trim_ascii_start();
    let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rows = after[digits..].trim_ascii_start();
    let body = if digits > 0 { rows.iter().take_while(|byte| Set::Base64.has(**byte)).count() } else { 0 };
    let locked = memchr::memmem::find(rest, b"Encryption: none").is_none();
    (body >= 40)
        .then(|| key("private-key", "PuTTY private key", at..at + lines, if locked { Confidence::Medium } else { Confidence::High }))
}

/// Judges a token that begins with JSON in base64 (`eyJ`): a JSON Web Token (RFC 7519), or a token of Neptune.
pub(super) fn json_token(text: &[u8], at: usize) -> Option<SecretHit> {
    if !provider::begins(text, at) {
        return None;
    }
    let first = Set::Url64.run(text, at, 4096);
    if first < 16 {
        return None;
    }
    let header = shape::base64(&text[at..at + first], 3072)?;
    if has(&header, b"service_account") && has(&header, b"private_key") {
        return Some(key("private-key", "service account key in base64", at..at + first, Confidence::High));
    }
    if !has(&header, b"\"") {
        return None;
    }
    if has(&header, b"api_address") && has(&header, b"api_key") {
        let end = at + Set::Padded.run(text, at, 4096);
        return Some(SecretHit {
            rule: "neptune-token",
            title: "Neptune API token",
            range: at..end,
            confidence: Confidence::High,
            by: Recognised::Format,
            verified: Checksum::None,
        });
    }
    if !has(&header, b"\"alg\"") || text.get(at + first) != Some(&b'.') {
        return None;
    }
    let payload_at = at + first + 1;
    let size = Set::Url64.run(text, payload_at, 8192);
    let payload = shape::base64(text.get(payload_at..payload_at + size)?, 6144)?;
    let signature_at = payload_at + size + 1;
    let signature = Set::Url64.run(text, signature_at, 1024);
    let signed = text.get(payload_at + size) == Some(&b'.') && signature >= 32;
    let object = payload.first() == Some(&b'{') && payload.trim_ascii_end().last() == Some(&b'}');
    let shown = has(&payload, b"John Doe") || has(&payload, b"1234567890") || has(&payload, b"joe\"");
    // What a service issues says for whom, by whom or until when; samples hold a word or two.
    let claims = [
        &b"\"exp\""[..],
        b"\"iat\"",
        b"\"iss\"",
        b"\"sub\"",
        b"\"aud\"",
        b"\"jti\"",
        b"\"nbf\"",
        b"id\"",
        b"user",
        b"mail",
        b"role",
        b"scope",
    ];
    let issued = payload.len() >= 20 && claims.iter().any(|claim| has(&payload, claim));
    // A key that a page in the browser may hold: its role is that of anybody.
    let anybody = has(&payload, b"\"role\":\"anon\"");
    // Addresses of pictures that a code host signs for some minutes.
    let public = anybody || has(&payload, b"githubusercontent");
    let signature_text = text.get(signature_at..signature_at + signature)?;
    if !signed || !object || !issued || shown || public || shape::stands_in(signature_text) || allowance::in_blob(text, at) {
        return None;
    }
    let range = at..signature_at + signature;
    Some(SecretHit {
        rule: "json-web-token",
        title: "JSON Web Token",
        range,
        confidence: Confidence::Medium,
        by: Recognised::Format,
        verified: Checksum::None,
    })
}

fn has(text: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(text, needle).is_some()
}
