//! Keeps passwords, tokens and secret keys out of what is shown: a person who types one in the wrong place must not find it
//! in the log of a pipeline.

/// What stands in the place of a key.
pub const KEY: &str = "(a key, not shown)";
/// What stands in the place of a password, a token or a value of a query.
const DOTS: &str = "...";
/// The fewest characters of base64 or hexadecimal that can be a key.
const SHORTEST_KEY: usize = 40;

/// Returns a text without secret keys, without who logs in to addresses, and without the values of their queries.
pub fn masked(text: &str) -> String {
    addresses(&keys(text))
}

/// As [`masked`], for a text that a program wrote which was given an address: it may quote a part of it alone.
pub fn told_of(text: &str, place: &str) -> String {
    let query = place.split_once('?').map(|(_, query)| query);
    let user = place.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@')).map(|(user, _)| user);
    // The whole query goes first, then its values and the password wherever they stand alone.
    let values = query.iter().flat_map(|query| query.split('&')).filter_map(|pair| Some(pair.split_once('=')?.1));
    let pieces = query.into_iter().chain(values).chain(user.and_then(|user| Some(user.split_once(':')?.1)));
    pieces.filter(|piece| piece.len() > 2).fold(masked(text), |text, piece| text.replace(piece, DOTS))
}

/// Returns an argument that should be a file, an address or a name, as it may be shown: nothing of it where it is a key.
pub fn argument(text: &str) -> String {
    let bare = text.trim().trim_start_matches("env:");
    let alphabet = bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    let of = |class: fn(&u8) -> bool| bare.as_bytes().iter().any(class);
    let mixed = bare.ends_with('=') || of(u8::is_ascii_uppercase) && of(u8::is_ascii_lowercase) && of(u8::is_ascii_digit);
    let hexadecimal = bare.len() >= 64 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text.contains("-----BEGIN") || bare.contains('\n') || bare.len() >= SHORTEST_KEY && alphabet && (mixed || hexadecimal) {
        return KEY.to_owned();
    }
    masked(text)
}

/// Replaces PEM blocks of secret keys, and the base64 of one (PKCS #8, RFC 5958) wherever it begins.
fn keys(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("-----BEGIN ") {
        let block = &rest[at..];
        out.push_str(&lines(&rest[..at]));
        let head = block[11..].find("-----").map_or(block.len(), |end| 11 + end + 5);
        if !block[..head].contains("PRIVATE") {
            out.push_str(&block[..head]);
            rest = &block[head..];
            continue;
        }
        out.push_str(KEY);
        // A block that does not end is cut off, not shown.
        let end = block[head..].find("-----END ").map(|end| head + end + 9);
        let after = end.map_or(block.len(), |end| block[end..].find("-----").map_or(block.len(), |close| end + close + 5));
        rest = &block[after..];
    }
    out.push_str(&lines(rest));
    out
}

/// Replaces the base64 of secret keys.
fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices('M') {
        if at < done || !begins_key(&text.as_bytes()[at..]) {
            continue;
        }
        out.push_str(&text[done..at]);
        out.push_str(KEY);
        let length = text[at..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')).count();
        done = at + length;
    }
    out.push_str(&text[done..]);
    out
}

/// Whether base64 begins with the head of PKCS #8: a sequence, the number 0 or 1, a sequence.
fn begins_key(text: &[u8]) -> bool {
    let mut bytes = Vec::new();
    for four in text.chunks_exact(4).take(3) {
        let mut bits = 0u32;
        for byte in four {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return false,
            };
            bits = bits << 6 | u32::from(value);
        }
        bytes.extend([(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
    }
    match bytes.as_slice() {
        [0x30, 0x81, _, 2, 1, 0 | 1, 0x30, ..] | [0x30, 0x82, _, _, 2, 1, 0 | 1, 0x30, ..] => true,
        [0x30, length, 2, 1, 0 | 1, 0x30, ..] => *length < 0x80,
        _ => false,
    }
}

/// Replaces who logs in to each address in a text, and the values of its query.
fn addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices(":/") {
        let scheme =
            text[done.min(at)..at].bytes().rev().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        let (scheme, start) = (scheme.count(), at + 1 + text[at + 1..].bytes().take_while(|byte| *byte == b'/').count());
        // A drive of Windows has one letter.
        if at < done || scheme < 2 {
            continue;
        }
        let ends = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '`' | '<' | '>');
        let end = text[start..].find(ends).map_or(text.len(), |end| start + end);
        out.push_str(&text[done..start]);
        out.push_str(&address(&text[at - scheme..at], &text[start..end]));
        done = end;
    }
    out.push_str(&text[done..]);
    out
}

/// What follows `scheme://`.
fn address(scheme: &str, rest: &str) -> String {
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    // A password may hold `/`, `?` or `#` that nobody encoded: then what stands before them is no host with a port.
    let odd =
        !authority.starts_with('[') && authority.split_once(':').is_some_and(|(_, port)| port.bytes().any(|byte| !byte.is_ascii_digit()));
    let sign = authority.rfind('@').or_else(|| rest.rfind('@').filter(|_| odd));
    let (user, rest) = sign.map_or(("", rest), |at| (&rest[..at], &rest[at + 1..]));
    let plain = scheme.ends_with("ssh") && !user.contains(':');
    let mut out = match user {
        "" => String::new(),
        user if plain => format!("{user}@"),
        _ => format!("{DOTS}@"),
    };
    let Some((path, query)) = rest.split_once('?') else { return out + &fragment(rest) };
    out.push_str(path);
    out.push('?');
    let (query, after) = query.split_once('#').map_or((query, None), |(query, after)| (query, Some(after)));
    let one = |pair: &str| match pair.split_once('=') {
        Some((name, _)) => format!("{name}={DOTS}"),
        None if pair.is_empty() || pair.bytes().all(|byte| byte.is_ascii_punctuation()) => pair.to_owned(),
        None => DOTS.to_owned(),
    };
    out.push_str(&query.split('&').map(one).collect::<Vec<_>>().join("&"));
    if let Some(after) = after {
        out.push_str(&fragment(&format!("#{after}")));
    }
    out
}

/// A fragment names a place; only where it is written as a query it has values.
fn fragment(rest: &str) -> String {
    match rest.split_once('#') {
        Some((path, after)) if after.contains('=') => format!("{path}#{DOTS}"),
        Some(_) | None => rest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_their_place_and_lose_their_secrets() {
        for (text, shown) in [
            ("at https://bob:word@host/a/b.git now", "at https://...@host/a/b.git now"),
            ("git+https://bob:word@host/a@0123#roads/ml", "git+https://...@host/a@0123#roads/ml"),
            ("https://host/a@0123", "https://host/a@0123"),
            ("https://host:8443/a", "https://host:8443/a"),
            ("https://token@host", "https://...@host"),
            ("https://bob:w/o@rd@host/x", "https://...@host/x"),
            ("https://bob:w@rd@host/x", "https://...@host/x"),
            ("https:/bob:word@host", "https:/...@host"),
            ("ssh://git@host/a and git+ssh://git@host/b", "ssh://git@host/a and git+ssh://git@host/b"),
            ("ssh://git:word@host/a", "ssh://...@host/a"),
            ("`https://h/{repo}?private_token=word&b=c#x`", "`https://h/{repo}?private_token=...&b=...#x`"),
            ("https://h/?word", "https://h/?..."),
            ("https://h/#token=word", "https://h/#..."),
            ("is it https://h/?", "is it https://h/?"),
            ("C:/a@b ::/ :/", "C:/a@b ::/ :/"),
        ] {
            assert_eq!(masked(text), shown);
        }
    }

    #[test]
    fn what_a_program_quotes_of_an_address_is_masked() {
        let told = told_of("fatal: '/a?token=word' is none, nor word2 with pass", "file:///a?token=word");
        assert_eq!(told, "fatal: '/a?...' is none, nor ...2 with pass");
        assert_eq!(told_of("no pass here", "https://bob:pass@host/a"), "no ... here");
    }

    #[test]
    fn keys_are_not_shown() {
        let body = ["MC4CAQAwBQYDK2VwBCIE", &"I9aZ".repeat(11)].concat();
        let block = format!("-----BEGIN {0} KEY-----\n{body}\n-----END {0} KEY-----", "PRIVATE");
        assert_eq!(masked(&format!("a '{block}' b '{block}' c")), format!("a '{KEY}' b '{KEY}' c"));
        assert_eq!(masked(&format!("a {}", &block[..40])), format!("a {KEY}"));
        assert_eq!(masked(&format!("env:{body}, x")), format!("env:{KEY}, x"));
        let public = "-----BEGIN PUBLIC KEY-----\nxyz\n-----END PUBLIC KEY-----";
        assert_eq!(masked(public), public);
        for text in [&body, &format!("env:{body}"), &block, "9f".repeat(32).as_str()] {
            assert_eq!(argument(text), KEY);
        }
        for text in ["keys/small.key", "env:ROAD_KEY", "a-folder/with/quite/a/long/name/Of/2026/for/keys/small.key"] {
            assert_eq!(argument(text), text);
        }
    }
}
