//! Credentials in addresses and headers: `scheme://user:password@host`, `Authorization: Bearer …`, signed Azure addresses.

use super::checksum::Checksum;
use super::shape::{self, Set};
use super::{Confidence, Recognised, SecretHit, allowance, value};

/// How far the part before `@` may reach.
const USERINFO: usize = 300;

fn hit(rule: &'static str, title: &'static str, range: std::ops::Range<usize>, confidence: Confidence) -> SecretHit {
    SecretHit { rule, title, range, confidence, by: Recognised::Connection, verified: Checksum::None }
}

/// Judges what follows `://`, which stands at `at`. The form is that of RFC 3986, section 3.2.1.
pub(super) fn address(text: &[u8], at: usize) -> Option<SecretHit> {
    let from = at + 3;
    let rest = &text[from.min(text.len())..text.len().min(from + USERINFO)];
    let stop = rest.iter().position(|byte| {
        !byte.is_ascii_graphic() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'/' | b'?' | b'\\' | b'|' | b'^')
    })?;
    let authority = &rest[..stop];
    let sign = memchr::memrchr(b'@', authority)?;
    let host = &authority[sign + 1..];
    if host.is_empty() || !(host[0].is_ascii_alphanumeric() || matches!(host[0], b'[' | b'$' | b'{')) {
        return None;
    }
    let userinfo = &authority[..sign];
    let scheme_size =
        text[..at].iter().rev().take(20).take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-')).count();
    let scheme = text[at - scheme_size..at].to_ascii_lowercase();
    if scheme.is_empty() || shown_host(host) {
        return None;
    }
    let title = match scheme.as_slice() {
        b"http" | b"https" | b"git" | b"git+https" => "password in an address",
        b"ssh" | b"ftp" | b"sftp" | b"smtp" | b"smtps" | b"ldap" | b"ldaps" => "password of a server",
        _ => "password of a database or broker",
    };
    let Some(colon) = memchr::memchr(b':', userinfo) else {
        // A token in place of the user, as git and Sentry take it; Sentry's is public.
        let git = matches!(scheme.as_slice(), b"http" | b"https" | b"git+https") && !has(host, b"sentry") && !host.starts_with(b"o");
        let made = git && userinfo.len() >= 20 && !allowance::refers(userinfo) && value::machine_made(userinfo).is_some();
        return made.then(|| hit("address-token", "token in an address", from..from + sign, Confidence::Medium));
    };
    let (user, secret) = (&userinfo[..colon], &userinfo[colon + 1..]);
    if secret.len() < 6
        || user == secret
        || allowance::refers(secret)
        || has(secret, b"{")
        || has(secret, b",")
        || has(secret, b"$(")
        || has(user, b"{")
    {
        return None;
    }
    let secret_plain = plain(secret);
    let strength = value::password(&secret_plain, true).or_else(|| {
        (!value::is_common(&secret_plain)).then(|| value::machine_made(&secret_plain).or_else(|| lone(&secret_plain, user)))?
    });
    let near = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"].iter().any(|name| host.starts_with(name.as_bytes()));
    let confidence = if near { strength?.min(Confidence::Low) } else { strength?.max(Confidence::Medium) };
    Some(hit("address-password", title, from + colon + 1..from + sign, confidence))
}

/// A password that is neither long nor varied, but none of the usual ones: only in an address it means something.
fn lone(secret: &[u8], user: &[u8]) -> Option<Confidence> {
    let digit = secret.iter().any(u8::is_ascii_digit);
    let letter = secret.iter().any(u8::is_ascii_alphabetic);
    let beyond = !secret.windows(user.len().max(3)).any(|window| window.eq_ignore_ascii_case(user));
    (secret.len() >= 8 && digit && letter && beyond && shape::wordiness(secret) < 0.9 && shape::entropy(secret) >= 2.5)
        .then_some(Confidence::Medium)
}

/// Whether a host is one of those that stand for any.
fn shown_host(host: &[u8]) -> bool {
    let lower = host.to_ascii_lowercase();
    let name = lower.split(|byte| *byte == b':').next().unwrap_or_default();
    [
        "example.com",
        "example.org",
        "example.net",
        ".example",
        ".invalid",
        ".test",
        "domain.com",
        "domain.tld",
        "yourhost",
        "your-host",
        "your_host",
    ]
    .iter()
    .any(|end| name.ends_with(end.as_bytes()))
        || matches!(name, b"host" | b"hostname" | b"server" | b"..." | b"ip" | b"address" | b"proxy.server")
}

/// Undoes percent encoding.
fn plain(secret: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(secret.len());
    let mut at = 0;
    while at < secret.len() {
        let digits = secret.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| secret[at] == b'%') {
            Some(byte) => {
                bytes.push(byte);
                at += 3;
            }
            None => {
                bytes.push(secret[at]);
                at += 1;
            }
        }
    }
    bytes
}

/// Judges what follows the word `bearer`, which ends at `at`: RFC 6750.
pub(super) fn bearer(text: &[u8], at: usize) -> Option<SecretHit> {
    let from = after_space(text, at)?;
    let size = Set::Padded.run(text, from, 2048);
    let token = &text[from..from + size];
    let whole = !text.get(from + size).is_some_and(|byte| matches!(byte, b'{' | b'(' | b'$' | b'<' | b'['));
    let strong = size >= 16 && whole && value::machine_made(&token[..size.min(600)]).is_some();
    (strong && !allowance::refers(token) && !allowance::is_published(token))
        .then(|| hit("authorization-header", "bearer token in a header", from..from + size, Confidence::High))
}

/// Judges what follows the word `basic`, which ends at `at`: RFC 7617.
pub(super) fn basic(text: &[u8], at: usize) -> Option<SecretHit> {
    let from = after_space(text, at)?;
    let size = Set::Base64.run(text, from, 600);
    let padding = text[from + size..].iter().take(2).take_while(|byte| **byte == b'=').count();
    let login = &text[from..from + size + padding];
    let confidence = value::login(login).filter(|_| !allowance::is_published(login))?;
    Some(hit("authorization-header", "login in a header", from..from + size + padding, confidence))
}

/// Returns where a value begins after a word: one to three spaces, or a sign and a space.
fn after_space(text: &[u8], at: usize) -> Option<usize> {
    let spaces = text.get(at..)?.iter().take(4).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if spaces > 0 {
        return Some(at + spaces);
    }
    text[at..].starts_with(b"%20").then_some(at + 3)
}

/// Judges what follows `sig=`, which ends at `at`: Azure, "Grant limited access with shared access signatures".
pub(super) fn signature(text: &[u8], at: usize) -> Option<SecretHit> {
    let size = Set::Padded
        .run(text, at, 120)
        .max(text[at.min(text.len())..].iter().take(120).take_while(|byte| Set::Base64.has(**byte) || matches!(byte, b'%' | b'=')).count());
    let token = &text[at..at + size];
    let letters: Vec<u8> = token.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    if !(43..=80).contains(&size) || !shape::spreads(&letters) || shape::stands_in(token) {
        return None;
    }
    let around = &text[at.saturating_sub(400)..text.len().min(at + size + 200)];
    let signed = (has(around, b"sv=20") || has(around, b"se="))
        && (has(around, b"sp=") || has(around, b"sr=") || has(around, b"SharedAccessSignature"));
    signed.then(|| hit("azure-signature", "Azure shared access signature", at..at + size, Confidence::High))
}

fn has(text: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(text, needle).is_some()
}
