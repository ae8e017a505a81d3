//! Calendar versions: a year, a month, a count, with dots between.

use std::cmp::Ordering;

/// Returns the three numbers of a calendar version, to compare; nothing where the text is none.
pub fn numbers(version: &str) -> Option<[u32; 3]> {
    let number = |part: &str| {
        let plain = !part.is_empty() && part.len() <= 6 && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse().ok()).flatten()
    };
    let mut parts = version.split('.').map(number);
    let all = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(all)
}

/// Whether `text` is a calendar version. It becomes the name of a folder.
pub fn is_calendar(text: &str) -> bool {
    numbers(text).is_some()
}

/// Compares two versions; what is no calendar version comes before all that are.
pub fn compare(one: &str, other: &str) -> Ordering {
    numbers(one).cmp(&numbers(other))
}

/// Whether `old < version <= new`.
pub fn is_between(version: &str, old: &str, new: &str) -> bool {
    compare(old, version) == Ordering::Less && compare(version, new) != Ordering::Greater
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_by_number_and_takes_nothing_else() {
        assert_eq!(compare("2026.11.10", "2026.11.9"), Ordering::Greater);
        assert_eq!(compare("2026.1.0", "2026.01.0"), Ordering::Equal);
        assert!(is_between("2026.11.1", "2026.11.0", "2026.11.1"));
        assert!(!is_between("2026.11.0", "2026.11.0", "2026.11.1"));
        for bad in ["", "1.2", "1.2.3.4", "1..2", "../x", "1.2.-3", "1.2.1234567", "a.b.c"] {
            assert!(!is_calendar(bad), "{bad}");
        }
    }
}
