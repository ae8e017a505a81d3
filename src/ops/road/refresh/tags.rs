//! Tags as versions: a word before, numbers with dots between, nothing after.

/// A tag that is a version.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Version<'a> {
    /// What stands before the numbers: `v`, or the name of one of several things in a repository.
    pub(super) prefix: &'a str,
    /// The numbers.
    pub(super) numbers: Vec<u64>,
}

/// Reads a tag; nothing for one that is no version, or not a final one.
pub(super) fn parse(tag: &str) -> Option<Version<'_>> {
    let from = tag.rfind(|c: char| !c.is_ascii_digit() && c != '.').map_or(0, |at| at + tag[at..].chars().next().map_or(1, char::len_utf8));
    let (prefix, numbers) = tag.split_at(from);
    // `1.0-rc.1` ends with a number, too: a version before its numbers is a sign of it.
    if prefix.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let numbers: Option<Vec<u64>> = numbers.split('.').map(|part| (part.len() <= 12).then(|| part.parse().ok()).flatten()).collect();
    numbers.filter(|numbers| numbers.len() <= 4).map(|numbers| Version { prefix, numbers })
}

/// Whether `other` is a later version of the same thing, written the same way.
pub(super) fn is_later(now: &Version<'_>, other: &Version<'_>) -> bool {
    other.prefix == now.prefix && other.numbers.len() == now.numbers.len() && other.numbers > now.numbers
}

/// Whether a tag looks like a later version that is not final, such as `v2.0.0-rc1`.
pub(super) fn is_early(now: &Version<'_>, tag: &str) -> bool {
    let Some(rest) = tag.strip_prefix(now.prefix) else { return false };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    end > 0 && end < rest.len() && parse(&tag[..now.prefix.len() + end]).is_some_and(|base| base.numbers > now.numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_final_versions_of_the_same_form_are_later() {
        let now = parse("v4.1.2").unwrap();
        for later in ["v4.1.3", "v4.10.0", "v5.0.0"] {
            assert!(parse(later).is_some_and(|other| is_later(&now, &other)), "{later}");
        }
        for not in [
            "v4.1.2",
            "v4.1.1",
            "v5",
            "4.2.0",
            "x-v9.0.0",
            "v5.0.0-rc.1",
            "v5.0.0rc1",
            "v5.0.0+1",
            "v",
            "",
            "v1..2",
            "v99999999999999.0.0",
            "é1.0.0",
        ] {
            assert!(!parse(not).is_some_and(|other| is_later(&now, &other)), "{not}");
        }
        assert!(is_early(&now, "v5.0.0-rc.1") && !is_early(&now, "v4.0.0-rc.1") && !is_early(&now, "v5.0.0"));
    }
}
