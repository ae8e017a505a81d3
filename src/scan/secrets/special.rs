//! Tokens without a prefix: they are known by a part in their middle, or by the words before them.

use super::checksum::Checksum;
use super::shape::{self, Set};
use super::{Confidence, Recognised, SecretHit, allowance, value};

fn hit(rule: &'static str, title: &'static str, range: std::ops::Range<usize>) -> Option<SecretHit> {
    Some(SecretHit { rule, title, range, confidence: Confidence::High, by: Recognised::Format, verified: Checksum::None })
}

fn random(token: &[u8]) -> bool {
    let letters: Vec<u8> = token.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    shape::varied(&letters) && !shape::stands_in(token)
}

/// Returns the characters of a set around `at`.
fn around(set: Set, text: &[u8], at: usize, limit: usize) -> std::ops::Range<usize> {
    at - set.run_back(text, at, limit)..at + set.run(text, at, limit)
}

/// The secret that stands beside an access key of AWS without a name, as in the file that its console offers for download.
pub(super) fn aws_pair(text: &[u8], at: usize) -> Option<SecretHit> {
    let window = &text[at.min(text.len())..text.len().min(at + 120)];
    let gap = window
        .iter()
        .take(60)
        .take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b':' | b'|' | b'"' | b'\'' | b'\\'))
        .count();
    let from = at + gap;
    let token = text.get(from..from + Set::Base64.run(text, from, 41))?;
    (gap > 0 && token.len() == 40 && random(token) && !token.iter().all(u8::is_ascii_hexdigit)).then_some(())?;
    hit("aws-secret-key", "AWS secret access key", from..from + 40)
}

/// A client secret of Microsoft Entra: three characters, a digit, `Q~`, and 34: Microsoft, "Secret type entity definitions".
pub(super) fn azure_secret(text: &[u8], at: usize) -> Option<SecretHit> {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'.' | b'-');
    let from = at.checked_sub(4)?;
    if !text[at..].starts_with(b"Q~") || !text[at - 1].is_ascii_digit() || !text[from..at].iter().all(part) {
        return None;
    }
    let size = text[at + 2..].iter().take(40).take_while(|byte| part(byte)).count();
    let edge = from.checked_sub(1).is_none_or(|before| !text[before].is_ascii_alphanumeric());
    let token = from..at + 2 + size;
    (edge && (31..=35).contains(&size) && random(&text[token.clone()])).then_some(())?;
    hit("azure-client-secret", "Azure client secret", token)
}

/// A key of Azure's AI services: 84 letters and digits with a mark: Microsoft, "Secret type entity definitions".
pub(super) fn azure_key(text: &[u8], at: usize) -> Option<SecretHit> {
    let range = around(Set::Alnum, text, at, 120);
    (text[at..].starts_with(b"JQQJ99") && range.len() == 84 && random(&text[range.clone()])).then_some(())?;
    hit("azure-key", "Azure AI services key", range)
}

/// A token of Terraform Cloud: 14 characters, `.atlasv1.`, 60 to 70: HashiCorp, "API tokens".
pub(super) fn terraform_cloud(text: &[u8], at: usize) -> Option<SecretHit> {
    let before = Set::Alnum.run_back(text, at, 20);
    let after = Set::Url64.run(text, at + 9, 90);
    let range = at - before..at + 9 + after;
    let body = text.get(at + 9..at + 9 + after)?;
    (before == 14 && (55..=80).contains(&after) && random(body)).then_some(())?;
    hit("terraform-token", "Terraform Cloud token", range)
}

/// A token of a Telegram bot: its number, a colon, 35 characters that begin with `AA`: Telegram, "Bots: authorising your bot".
pub(super) fn telegram(text: &[u8], at: usize) -> Option<SecretHit> {
    let digits = Set::Digits.run_back(text, at, 12);
    let size = Set::Url64.run(text, at + 1, 40);
    let edge = at.checked_sub(digits + 1).is_none_or(|before| {
        !text[before].is_ascii_alphanumeric() || text[..=before].ends_with(b"bot") || text[..=before].ends_with(b"\\n")
    });
    let body = text.get(at + 1..at + 1 + size)?;
    (edge && (8..=10).contains(&digits) && size == 35 && body.starts_with(b"AA") && random(body)).then_some(())?;
    hit("telegram-token", "Telegram bot token", at - digits..at + 1 + size)
}

/// A token of a Discord bot, as it is given to `client.run("…")`: Discord, "API reference: authentication".
pub(super) fn discord(text: &[u8], at: usize) -> Option<SecretHit> {
    let quotes = text.get(at..)?.iter().take(6).take_while(|byte| matches!(byte, b'"' | b'\'' | b'\\' | b' ')).count();
    let from = at + quotes;
    let size = Set::Dotted.run(text, from, 90);
    let token = &text[from..from + size];
    let sizes: Vec<usize> = token.split(|byte| *byte == b'.').map(<[u8]>::len).collect();
    let [user, time, sign] = sizes[..] else { return None };
    let shaped = quotes > 0 && (22..=28).contains(&user) && (5..=7).contains(&time) && (27..=40).contains(&sign);
    (shaped && random(token)).then_some(())?;
    hit("discord-token", "Discord bot token", from..from + size)
}

/// A key after `wandb login`: Weights & Biases, "wandb login".
pub(super) fn wandb_login(text: &[u8], at: usize) -> Option<SecretHit> {
    let line = &text[at..text.len().min(at + 120)];
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    let start =
        (0..line.len()).find(|place| Set::Hex.run(line, *place, 41) == 40 && (*place == 0 || !line[place - 1].is_ascii_alphanumeric()))?;
    random(&line[start..start + 40]).then_some(())?;
    hit("wandb-key", "Weights & Biases API key", at + start..at + start + 40)
}

/// A login on a command line: `curl -u user:password`.
pub(super) fn command_user(text: &[u8], at: usize) -> Option<SecretHit> {
    let quotes = text.get(at..)?.iter().take(3).take_while(|byte| matches!(byte, b'"' | b'\'' | b'\\')).count();
    let from = at + quotes;
    let size =
        text[from..].iter().take(200).take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b'`')).count();
    let login = &text[from..from + size];
    let colon = memchr::memchr(b':', login)?;
    let secret = &login[colon + 1..];
    if colon == 0 || secret.len() < 6 || allowance::refers(secret) || secret == &login[..colon] {
        return None;
    }
    on_command_line(text, from + colon + 1..from + size, quotes > 0)
}

/// A password after `-p` or `-a`: `docker login -u user -p password`.
pub(super) fn command_password(text: &[u8], at: usize) -> Option<SecretHit> {
    let line = text.get(at..text.len().min(at + 240))?;
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    let flag = [&b" -p "[..], b" -a ", b" -p"].iter().find_map(|flag| memchr::memmem::find(line, flag).map(|place| place + flag.len()))?;
    let quotes = line[flag..].iter().take(3).take_while(|byte| matches!(byte, b'"' | b'\'' | b'\\' | b'=')).count();
    let from = flag + quotes;
    let size = line[from..].iter().take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b'`')).count();
    on_command_line(text, at + from..at + from + size, quotes > 0)
}

/// Returns the strings that a call begins with, at most three, without their quotes; nothing but commas may stand between them.
fn strings(text: &[u8], at: usize) -> Vec<std::ops::Range<usize>> {
    let end = text.len().min(at + 320);
    let mut found = Vec::new();
    let mut place = at;
    while found.len() < 3 {
        let gap = text[place..end].iter().take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'\\')).count();
        let Some(quote) = text[place + gap..end].first().filter(|byte| matches!(byte, b'"' | b'\'')) else { break };
        let from = place + gap + 1;
        let Some(size) = memchr::memchr2(*quote, b'\n', &text[from..end]) else { break };
        let escaped = usize::from(size > 0 && text[from + size - 1] == b'\\');
        found.push(from..from + size - escaped);
        place = from + size + 1;
    }
    found
}

fn as_login(hit: SecretHit) -> SecretHit {
    SecretHit { rule: "login-password", title: "password of a login", ..hit }
}

/// A login with two strings: `server.login("user", "password")`.
pub(super) fn login(text: &[u8], at: usize) -> Option<SecretHit> {
    on_command_line(text, strings(text, at).get(1)?.clone(), true).map(as_login)
}

/// A login with an address before it: `getConnection("jdbc:…", "user", "password")`.
pub(super) fn third_string(text: &[u8], at: usize) -> Option<SecretHit> {
    on_command_line(text, strings(text, at).get(2)?.clone(), true).map(as_login)
}

/// A key as the first argument of a client, or the second after the account of Twilio.
pub(super) fn first_string(text: &[u8], at: usize) -> Option<SecretHit> {
    let strings = strings(text, at);
    let mut range = strings.first()?.clone();
    let account = &text[range.clone()];
    if account.len() == 34 && account.starts_with(b"AC") && Set::Hex.holds(&account[2..]) {
        range = strings.get(1)?.clone();
    }
    let token = text.get(range.clone())?;
    let made = token.len() >= 30 && !allowance::refers(token) && value::machine_made(token) == Some(Confidence::High);
    made.then_some(SecretHit {
        rule: "generic-secret",
        title: "key given to a client",
        range,
        confidence: Confidence::Medium,
        by: Recognised::Name,
        verified: Checksum::None,
    })
}

/// A password in SQL: `IDENTIFIED BY '…'`.
pub(super) fn identified(text: &[u8], at: usize) -> Option<SecretHit> {
    let rest = text.get(at..text.len().min(at + 160))?;
    let open = rest.iter().take(4).position(|byte| matches!(byte, b'\'' | b'"'))?;
    let size = rest[open + 1..].iter().position(|byte| *byte == rest[open] || *byte == b'\n' || *byte == b'\\')?;
    let range = at + open + 1..at + open + 1 + size;
    on_command_line(text, range, true).map(|hit| SecretHit { rule: "login-password", title: "password of a database user", ..hit })
}

fn on_command_line(text: &[u8], range: std::ops::Range<usize>, quoted: bool) -> Option<SecretHit> {
    let secret = text.get(range.clone())?;
    if secret.len() < 6 || allowance::refers(secret) || !secret.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    let confidence = value::password(secret, quoted).or_else(|| value::machine_made(secret))?;
    Some(SecretHit {
        rule: "command-login",
        title: "password on a command line",
        range,
        confidence,
        by: Recognised::Connection,
        verified: Checksum::None,
    })
}
