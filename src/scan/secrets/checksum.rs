//! Checksums that some providers build into their tokens: a right one leaves no doubt.

/// What a token's own checksum says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Checksum {
    /// It is right: a provider made this token.
    Valid,
    /// It is wrong: a copy with a slip, an older form, or made up.
    Invalid,
    /// The format has none.
    None,
}

/// How a format carries its checksum.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// It carries none that is published.
    None,
    /// The last six characters are the CRC-32 of those between prefix and checksum, in base 62. GitHub, "Behind
    /// GitHub's new authentication token formats" (2021); npm, "npm has a new access token format" (2021).
    Base62,
    /// The eight hexadecimal digits after the last `_` are the CRC-32 of all before it. Grafana, "Token secret checking".
    Hex,
}

/// Checks a token of a format; `body` is what follows the prefix.
pub(super) fn check(kind: Kind, token: &[u8], body: &[u8]) -> Checksum {
    let right = match kind {
        Kind::None => return Checksum::None,
        Kind::Base62 => {
            let at = body.len().saturating_sub(6);
            body[at..] == base62(crc32(&body[..at]))
        }
        Kind::Hex => {
            let Some(at) = memchr::memrchr(b'_', token) else { return Checksum::Invalid };
            let sum = crc32(&token[..at]);
            let digits = token[at + 1..].to_ascii_lowercase();
            digits == format!("{sum:08x}").as_bytes() || digits == format!("{:08x}", sum.swap_bytes()).as_bytes()
        }
    };
    if right { Checksum::Valid } else { Checksum::Invalid }
}

/// Returns the CRC-32 of `bytes` (ISO-HDLC, the one of zip and gzip).
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}

/// Writes a number in base 62 with six digits: `0-9A-Za-z`.
pub(super) fn base62(mut number: u32) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_published_check_value() {
        // The check value of CRC-32/ISO-HDLC in every catalogue of checksums.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(&base62(61), b"00000z");
        assert_eq!(&base62(62), b"000010");
    }

    #[test]
    fn tells_a_made_token_from_a_random_one() {
        let body = "Zq8".repeat(10);
        let sum = base62(crc32(body.as_bytes()));
        let token = [body.as_bytes(), &sum].concat();
        assert_eq!(check(Kind::Base62, &token, &token), Checksum::Valid);
        assert_eq!(check(Kind::Base62, body.as_bytes(), body.as_bytes()), Checksum::Invalid);
        assert_eq!(check(Kind::Base62, b"", b""), Checksum::Invalid);
    }
}
