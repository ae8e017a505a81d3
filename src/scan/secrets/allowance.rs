//! What looks like a secret and is none: what stands in for one, what refers to one, and what everybody knows.

use super::shape::{self, Set};

/// Whether a place lies inside encoded bytes: an image in a notebook, an embedded font. Line breaks of the encoding, also
/// escaped ones, belong to it.
pub(super) fn in_blob(text: &[u8], at: usize) -> bool {
    if after_encoded_line(text, at) {
        return true;
    }
    let mut seen = 0;
    let mut signs = 0;
    let mut place = at;
    while place > 0 && seen < 160 {
        let byte = text[place - 1];
        let escape = byte == b'n' && place > 1 && text[place - 2] == b'\\';
        if escape {
            place -= 2;
            continue;
        }
        if byte == b'\n' && place > 1 && Set::Base64.has(text[place - 2]) && Set::Base64.run_back(text, place - 1, 60) == 60 {
            place -= 1;
            continue;
        }
        if !Set::Base64.has(byte) {
            return false;
        }
        signs += usize::from(byte == b'+' || byte == b'/');
        seen += 1;
        place -= 1;
    }
    seen >= 160 && signs < 40
}

/// Whether the line before is nothing but encoded bytes, as in a certificate or a key.
fn after_encoded_line(text: &[u8], at: usize) -> bool {
    let gap = text[..at]
        .iter()
        .rev()
        .take(40)
        .take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b',' | b'+' | b'\\'))
        .count();
    let end = at - gap;
    // The `n` of an escaped line break is a letter of the alphabet too.
    gap > 1 && memchr::memchr2(b'\n', b'\\', &text[end..at]).is_some() && Set::Base64.run_back(text, end, 80) >= 60
}

/// Beginnings of values that standards and makers publish as examples: the storage emulator of Azure, and RFC 6749, 6750
/// and 5849.
const PUBLISHED: &[&str] = &[
    "Eby8vdM02xNOc",
    "2YotnFZFEj",
    "tGzv3JOkF0",
    "SplxlOBeZQ",
    "czZCaGRSa3F0",
    "mF_9.B5f-4",
    "7Fjfp0ZBr1",
    "kd94hf93k4",
    "hh5s93j4hd",
    "nnch734d00",
    "dpf43f3p2l",
    "pfkkdhi9sl",
    "0685bd9184",
    "ad180jjd73",
];

/// Whether a key is one that its maker or a standard publishes as an example.
pub(super) fn is_published(token: &[u8]) -> bool {
    // AWS ends its published keys so.
    token.ends_with(b"EXAMPLE") || token.ends_with(b"EXAMPLEKEY") || PUBLISHED.iter().any(|known| token.starts_with(known.as_bytes()))
}

/// Whether an access key stands in a signed address: there it only says who signed.
pub(super) fn in_signed_address(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(20)..at];
    [&b"Credential="[..], b"Credential%3D", b"AWSAccessKeyId="].iter().any(|end| before.ends_with(end))
}

/// Whether a place lies in an address that is made to be handed around: badges, pictures, meetings, signed downloads.
pub(super) fn in_public_address(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(400)..at];
    let start = before
        .iter()
        .rposition(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'(' | b'<'))
        .map_or(0, |place| place + 1);
    let address = &before[start..];
    let parts = [&b"badge"[..], b"codecov.io", b"shields.io", b"zoom.us", b"githubusercontent", b"X-Amz-", b"alt=media", b"X-Goog-"];
    memchr::memmem::find(address, b"://").is_some() && parts.iter().any(|part| memchr::memmem::find(address, part).is_some())
}

/// Whether a key stands in the settings of a search box on a website: such a key only reads, and every visitor gets it.
pub(super) fn in_search_box(text: &[u8], at: usize) -> bool {
    let around = text[at.saturating_sub(240)..text.len().min(at + 240)].to_ascii_lowercase();
    [&b"algolia"[..], b"docsearch", b"indexname"].iter().any(|word| memchr::memmem::find(&around, word).is_some())
}

/// Whether a value refers to a secret or is made at run time: a variable, a template, a call, a path, a store.
pub(super) fn refers(value: &[u8]) -> bool {
    let has = |needle: &[u8]| memchr::memmem::find(value, needle).is_some();
    let lower = value.to_ascii_lowercase();
    let begins = [
        "env:",
        "env.",
        "vault:",
        "file:",
        "ssm:",
        "kms:",
        "enc[",
        "enc(",
        "!ref",
        "!vault",
        "arn:",
        "op://",
        "projects/",
        "/run/secrets",
        "secret:",
        "secretref:",
        "process.env",
        "os.environ",
        "getenv",
        "ref+",
        "sops",
        "keyvault",
        "@microsoft.keyvault",
        "azurekeyvault",
        "http://",
        "https://",
        "./",
        "../",
        "/",
        "~/",
        "--",
        "sha256:",
        "sha1:",
        "sha512:",
        "sha1-",
        "sha256-",
        "sha384-",
        "sha512-",
        "md5:",
        "$2a$",
        "$2b$",
        "$2y$",
        "$argon2",
        "$1$",
        "$5$",
        "$6$",
        "pbkdf2",
        "argon2:",
        "bcrypt",
        "{ssha}",
        "{sha}",
        "ssh-rsa",
        "ssh-ed25519",
        "-----begin pub",
        "-----begin cert",
        "data:",
        "bearer",
        "basic",
        "self.",
        "this.",
        "config.",
        "settings.",
        "args.",
        "options.",
        "var.",
        "local.",
        "module.",
        "secrets.",
        "data.",
        "context.",
    ];
    if begins.iter().any(|start| lower.starts_with(start.as_bytes())) {
        return true;
    }
    let variable =
        value.starts_with(b"$") && value[1..].iter().all(|byte| Set::Url64.has(*byte)) && !value[1..].iter().any(u8::is_ascii_digit);
    let percent = value.starts_with(b"%") && value.ends_with(b"%");
    let bracket = (value.starts_with(b"<") || value.starts_with(b"[") || value.starts_with(b"(") || value.starts_with(b"{"))
        && matches!(value.last(), Some(b'>' | b']' | b')' | b'}'));
    let fields = [
        "${", "$(", "{{", "}}", "#{", "<%", "%(", "%s", "%d", "{}", "{0}", "\\(", "...", "\u{2026}", "***", "<|", "|>", "[0-9", "[a-z",
        "[A-Z", "\\d", "\\w", "\\S", "\\x", "(?", "::",
    ];
    variable || percent || bracket || fields.iter().any(|field| has(field.as_bytes())) || field_in_braces(value)
}

/// Whether a value holds a name in braces, as templates write it: `{token}`.
fn field_in_braces(value: &[u8]) -> bool {
    let Some(open) = memchr::memchr(b'{', value) else { return false };
    let Some(close) = memchr::memchr(b'}', &value[open..]) else { return false };
    let inner = &value[open + 1..open + close];
    !inner.is_empty()
        && inner.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']' | b'"' | b'\'' | b'!' | b':'))
}

/// Whether the value is random text in a long table of such: test vectors, tables of constants.
pub(super) fn in_table(text: &[u8], range: &std::ops::Range<usize>) -> bool {
    let value = &text[range.clone()];
    if !value.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    // The next line, or the one before, is as long a run of digits again.
    let after = text[range.end..]
        .iter()
        .take(24)
        .take_while(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'\\' | b','))
        .count();
    let next = &text[range.end + after..];
    after > 0 && next.iter().take(24).filter(|byte| byte.is_ascii_hexdigit()).count() == 24
}

/// Whether a value is public by its form: a UUID, a public key, a date, a version, a number.
pub(super) fn is_public(value: &[u8]) -> bool {
    let text = value.to_ascii_lowercase();
    let dotted = value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b':' | b'_' | b'+' | b',' | b'/'));
    let publishable =
        ["pk_live_", "pk_test_", "sk_test_", "rk_test_", "pk-lf-", "ssh-", "aaaab3nza", "aaaac3nza", "mii", "pk.ey", "phc_", "g-"]
            .iter()
            .any(|start| text.starts_with(start.as_bytes()));
    dotted || publishable || shape::is_uuid(value)
}
