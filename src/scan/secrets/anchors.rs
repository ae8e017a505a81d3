//! The one pass over a text: where one of the words that begin or name a secret stands, the rule that knows it is asked.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::formats::FORMATS;
use super::place::{Place, Syntax};
use super::{SecretHit, assignment, connection, keys, provider, special};

/// What is asked where a word was found, besides the formats that begin with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Ask {
    Name,
    Pem,
    Encoded,
    Putty,
    JsonToken,
    Address,
    Bearer,
    Basic,
    Signature,
    AzureSecret,
    AzureKey,
    TerraformCloud,
    Telegram,
    Discord,
    WandbLogin,
    CommandUser,
    CommandPassword,
    Login,
    Identified,
    FirstString,
    ThirdString,
}

/// Words that no format begins with, and who is asked.
const WORDS: &[(&str, Ask)] = &[
    ("pass", Ask::Name),
    ("pwd", Ask::Name),
    ("secret", Ask::Name),
    ("token", Ask::Name),
    ("key", Ask::Name),
    ("auth", Ask::Name),
    ("credential", Ask::Name),
    ("_pat", Ask::Name),
    ("-----begin ", Ask::Pem),
    ("ls0tls1crudjti", Ask::Encoded),
    ("putty-user-key-file-", Ask::Putty),
    ("eyj", Ask::JsonToken),
    ("://", Ask::Address),
    ("bearer", Ask::Bearer),
    ("basic", Ask::Basic),
    ("sig=", Ask::Signature),
    ("q~", Ask::AzureSecret),
    ("jqqj99", Ask::AzureKey),
    (".atlasv1.", Ask::TerraformCloud),
    (":aa", Ask::Telegram),
    (".run(", Ask::Discord),
    ("wandb login", Ask::WandbLogin),
    (" -u ", Ask::CommandUser),
    ("--user ", Ask::CommandUser),
    ("docker login", Ask::CommandPassword),
    ("podman login", Ask::CommandPassword),
    ("sshpass", Ask::CommandPassword),
    ("redis-cli", Ask::CommandPassword),
    ("az login", Ask::CommandPassword),
    (".login(", Ask::Login),
    ("auth=(", Ask::Login),
    ("basicauth(", Ask::Login),
    ("getconnection(", Ask::ThirdString),
    ("client(", Ask::FirstString),
    ("convertto-securestring", Ask::Identified),
    ("mysql -", Ask::CommandPassword),
    ("mysqldump -", Ask::CommandPassword),
    ("identified by", Ask::Identified),
    ("ewogic", Ask::JsonToken),
];

/// The automaton over all words, formats first.
static AUTOMATON: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = FORMATS.iter().map(|format| format.prefix).chain(WORDS.iter().map(|(word, _)| *word));
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::DFA))
        .build(words)
        .expect("two hundred short words fit an automaton")
});

/// Finds the secrets in a text: sorted by place, none inside another.
pub(super) fn search(place: Place, text: &[u8]) -> Vec<SecretHit> {
    let mut hits = Vec::new();
    let mut last_name = 0..0;
    for found in AUTOMATON.find_overlapping_iter(text) {
        let at = found.start();
        let index = found.pattern().as_usize();
        let hit = match index.checked_sub(FORMATS.len()).and_then(|index| WORDS.get(index)) {
            None => provider::judge(index, text, at),
            Some((_, ask)) => answer(*ask, place, text, &(at..found.end()), &mut last_name),
        };
        if let Some(hit) = hit {
            let beside = (hit.rule == "aws-access-key").then(|| special::aws_pair(text, hit.range.end)).flatten();
            hits.push(hit);
            hits.extend(beside);
        }
    }
    settled(hits)
}

fn answer(ask: Ask, place: Place, text: &[u8], found: &Range<usize>, last_name: &mut Range<usize>) -> Option<SecretHit> {
    let at = found.start;
    match ask {
        Ask::Pem => return keys::pem(text, at),
        Ask::Encoded => return keys::encoded(text, at),
        Ask::JsonToken => return keys::json_token(text, at),
        Ask::Address if place.text => return connection::address(text, at),
        Ask::Signature => return connection::signature(text, found.end),
        Ask::AzureSecret => return special::azure_secret(text, at),
        Ask::AzureKey => return special::azure_key(text, at),
        Ask::TerraformCloud => return special::terraform_cloud(text, at),
        Ask::Name
        | Ask::Putty
        | Ask::Address
        | Ask::Bearer
        | Ask::Basic
        | Ask::Telegram
        | Ask::Discord
        | Ask::WandbLogin
        | Ask::CommandUser
        | Ask::CommandPassword
        | Ask::Login
        | Ask::Identified
        | Ask::FirstString
        | Ask::ThirdString => {}
    }
    if place.syntax == Syntax::Data {
        return None;
    }
    match ask {
        Ask::Name => {
            if last_name.contains(&at) {
                return None;
            }
            let name = assignment::name_around(text, found)?;
            *last_name = name.clone();
            assignment::judge(place, text, &name)
        }
        Ask::Putty => keys::putty(text, at),
        Ask::Bearer => connection::bearer(text, found.end),
        Ask::Basic => connection::basic(text, found.end),
        Ask::Telegram => special::telegram(text, at),
        Ask::Discord => special::discord(text, found.end),
        Ask::WandbLogin => special::wandb_login(text, found.end),
        Ask::CommandPassword => special::command_password(text, found.end),
        Ask::Login => special::login(text, found.end),
        Ask::FirstString => special::first_string(text, found.end),
        Ask::ThirdString => special::third_string(text, found.end),
        Ask::Identified => special::identified(text, found.end),
        Ask::CommandUser => special::command_user(text, found.end),
        Ask::Pem
        | Ask::Encoded
        | Ask::JsonToken
        | Ask::Address
        | Ask::Signature
        | Ask::AzureSecret
        | Ask::AzureKey
        | Ask::TerraformCloud => None,
    }
}

/// Sorts hits and keeps one for each place: the one that knows more.
fn settled(mut hits: Vec<SecretHit>) -> Vec<SecretHit> {
    hits.sort_by_key(|hit| (hit.range.start, hit.range.end));
    let rank = |hit: &SecretHit| (Reverse(hit.by), hit.confidence, hit.range.len());
    let mut kept: Vec<SecretHit> = Vec::new();
    for hit in hits {
        match kept.last_mut() {
            Some(last) if hit.range.start < last.range.end => {
                if rank(&hit) > rank(last) {
                    *last = hit;
                }
            }
            Some(_) | None => kept.push(hit),
        }
    }
    kept
}
