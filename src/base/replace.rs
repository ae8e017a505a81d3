//! Replacing in a text, with the result measured before it is made: a short text and a long one make gigabytes.

/// Returns how many bytes `text` has once `old` has become `new`, `most` times at most.
pub fn size(text: &str, old: &str, new: &str, most: Option<usize>) -> usize {
    let found = text.matches(old).take(most.unwrap_or(usize::MAX)).count();
    (text.len() - found * old.len()).saturating_add(found.saturating_mul(new.len()))
}

/// Replaces `old` by `new`, `most` times at most; nothing where the result would have more than `limit` bytes.
pub fn within(limit: usize, text: &str, old: &str, new: &str, most: Option<usize>) -> Option<String> {
    if size(text, old, new, most) > limit {
        return None;
    }
    Some(match most {
        Some(most) => text.replacen(old, new, most),
        None => text.replace(old, new),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_what_is_made_to_the_byte() {
        for (text, old, new, most) in [
            ("aaa", "a", "bc", None),
            ("aaa", "a", "bc", Some(2)),
            ("é", "", "-", None),
            ("é", "", "-", Some(1)),
            ("aaa", "aa", "", None),
            ("x", "y", "z", Some(0)),
        ] {
            let made = within(usize::MAX, text, old, new, most).unwrap();
            assert_eq!(size(text, old, new, most), made.len(), "{text} {old} {new}");
            assert_eq!(within(made.len(), text, old, new, most), Some(made.clone()));
            assert!(made.is_empty() || within(made.len() - 1, text, old, new, most).is_none());
        }
    }
}
