//! Numbers that belong to people, told by their check digits.
//!
//! Sources: ISO/IEC 7812 (cards: issuer prefixes and the Luhn sum), ISO 13616 (IBAN: remainder 1 by 97), the Spanish
//! interior ministry's table of letters, the French INSEE's key by 97, the Dutch eleven-test, the NHS data dictionary's
//! modulus 11, and the US Social Security Administration's list of areas that are never given out.

/// Returns the digits of a value that has only digits, spaces and hyphens.
fn digits(value: &str) -> Option<Vec<u32>> {
    if value.len() > 40 || !value.bytes().all(|c| c.is_ascii_digit() || matches!(c, b' ' | b'-')) {
        return None;
    }
    Some(value.chars().filter_map(|c| c.to_digit(10)).collect())
}

/// Whether a value is the number of a payment card.
pub fn is_card(value: &str) -> bool {
    let Some(digits) = digits(value) else { return false };
    let start = |count: usize| digits.iter().take(count).fold(0, |number, digit| number * 10 + digit);
    let issuer = match digits.len() {
        13 | 19 => start(1) == 4,
        15 => matches!(start(2), 34 | 37),
        16 => start(1) == 4 || matches!(start(2), 51..=55 | 65) || matches!(start(4), 2221..=2720 | 6011 | 3528..=3589),
        _ => false,
    };
    let same = digits.iter().all(|digit| Some(digit) == digits.first());
    issuer && !same && luhn(&digits)
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 }).sum();
    sum.is_multiple_of(10)
}

/// Whether a value is the number of a bank account.
pub fn is_iban(value: &str) -> bool {
    let plain: Vec<u8> = value.bytes().filter(|c| *c != b' ').collect();
    let shape = (15..=34).contains(&plain.len())
        && plain[..2].iter().all(u8::is_ascii_uppercase)
        && plain[2..4].iter().all(u8::is_ascii_digit)
        && plain[4..].iter().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    if !shape {
        return false;
    }
    let remainder = plain[4..].iter().chain(&plain[..4]).fold(0_u32, |remainder, c| {
        if c.is_ascii_digit() { (remainder * 10 + u32::from(c - b'0')) % 97 } else { (remainder * 100 + u32::from(c - b'A') + 10) % 97 }
    });
    remainder == 1
}

/// Whether a value is a Spanish identity number: eight digits and the letter of their remainder by 23.
pub fn is_spanish_dni(value: &str) -> bool {
    let bytes = value.as_bytes();
    if bytes.len() != 9 || !bytes[..8].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = bytes[..8].iter().fold(0_usize, |number, c| number * 10 + usize::from(c - b'0'));
    b"TRWAGMYFPDXBNJZSQVHLCKE".get(number % 23) == Some(&bytes[8])
}

/// Whether a value is a French social security number: thirteen digits and their key by 97.
pub fn is_french_nir(value: &str) -> bool {
    let Some(digits) = digits(value).filter(|digits| digits.len() == 15) else { return false };
    let number = digits[..13].iter().fold(0_u64, |number, digit| number * 10 + u64::from(*digit));
    let key = u64::from(digits[13]) * 10 + u64::from(digits[14]);
    let month = digits[3] * 10 + digits[4];
    matches!(digits[0], 1 | 2) && (1..=12).contains(&month) && 97 - number % 97 == key
}

/// Whether a value has the shape of a US social security number of an area that is given out.
pub fn is_us_ssn(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let [area, group, serial] = parts.as_slice() else { return false };
    let number = |part: &str, length: usize| {
        (part.len() == length && part.bytes().all(|c| c.is_ascii_digit())).then(|| part.parse::<u32>().ok()).flatten()
    };
    matches!((number(area, 3), number(group, 2), number(serial, 4)), (Some(area), Some(1..), Some(1..)) if !matches!(area, 0 | 666 | 900..))
}

/// Whether a value is a Dutch citizen service number.
pub fn is_dutch_bsn(value: &str) -> bool {
    let Some(digits) = digits(value).filter(|digits| digits.len() == 9) else { return false };
    let sum: i64 = digits.iter().enumerate().map(|(at, digit)| i64::from(*digit) * if at == 8 { -1 } else { 9 - at as i64 }).sum();
    sum % 11 == 0 && digits.iter().any(|digit| *digit != 0)
}

/// Whether a value is a number of the National Health Service.
pub fn is_nhs(value: &str) -> bool {
    let Some(digits) = digits(value).filter(|digits| digits.len() == 10) else { return false };
    let sum: u32 = digits[..9].iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    let check = (11 - sum % 11) % 11;
    check != 10 && check == digits[9] && digits[0] != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Adds the digit that makes the Luhn sum right.
    fn with_luhn(mut digits: String) -> String {
        for last in '0'..='9' {
            digits.push(last);
            let numbers: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(10)).collect();
            if luhn(&numbers) {
                return digits;
            }
            digits.pop();
        }
        digits
    }

    #[test]
    fn goes_by_check_digits() {
        assert!(is_card(&with_luhn(format!("4{}", "01234567890123"))));
        assert!(!is_card(&with_luhn(format!("9{}", "01234567890123"))));
        assert!(!is_card("4012345678901239x"));
        assert!(is_spanish_dni(&format!("{}Z", "12345678")));
        assert!(!is_spanish_dni("12345678A"));
        assert!(is_us_ssn("123-45-6789") && !is_us_ssn("000-45-6789") && !is_us_ssn("666-45-6789") && !is_us_ssn("2020-01-02"));
        assert!(is_dutch_bsn(&format!("{}{}", "11122", "2333")));
        let account = format!("GB{}WEST{}", "82", "12345698765432");
        assert!(is_iban(&account) && !is_iban(&account.replace("82", "83")));
    }

    proptest! {
        #[test]
        fn never_panics(value in ".{0,40}", number in "[0-9]{0,20}") {
            for value in [&value, &number] {
                let _ = (is_card(value), is_iban(value), is_spanish_dni(value), is_french_nir(value), is_us_ssn(value), is_dutch_bsn(value), is_nhs(value));
            }
        }
    }
}
