//! Patterns of Python's `fnmatch` module, which tools written in Python match paths with.

/// Whether all of `text` fits `pattern`: `*` is any run of characters (also `/`), `?` is any one, `[…]` and `[!…]` are sets.
///
/// Time grows with the product of both lengths at most.
pub(crate) fn fnmatch(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut at, mut rule) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if rule == pattern.len() && at == text.len() {
            return true;
        }
        if pattern.get(rule) == Some(&'*') {
            star = Some((rule + 1, at));
            rule += 1;
            continue;
        }
        if let Some((true, length)) = one(&pattern[rule..], text.get(at).copied()) {
            at += 1;
            rule += length;
            continue;
        }
        match star {
            Some((next, from)) if from < text.len() => {
                star = Some((next, from + 1));
                at = from + 1;
                rule = next;
            }
            Some(_) | None => return false,
        }
    }
}

/// Tells whether the first element of `pattern` fits `c`, and how many characters the element has.
fn one(pattern: &[char], c: Option<char>) -> Option<(bool, usize)> {
    let c = c?;
    match pattern.first()? {
        '?' => Some((true, 1)),
        '[' => Some(set(pattern, c).unwrap_or((c == '[', 1))),
        other => Some((*other == c, 1)),
    }
}

/// Reads `[…]`; nothing where it has no end, and then `[` is an ordinary character.
fn set(pattern: &[char], c: char) -> Option<(bool, usize)> {
    let negated = pattern.get(1) == Some(&'!');
    let first = if negated { 2 } else { 1 };
    // A `]` that comes first is a member.
    let end = (first + 1..pattern.len()).find(|at| pattern[*at] == ']')?;
    let members = &pattern[first..end];
    let mut found = false;
    let mut at = 0;
    while at < members.len() {
        if members.get(at + 1) == Some(&'-') && at + 2 < members.len() {
            found |= (members[at]..=members[at + 2]).contains(&c);
            at += 3;
        } else {
            found |= members[at] == c;
            at += 1;
        }
    }
    Some((found != negated, end + 1))
}

#[cfg(test)]
mod tests {
    use super::fnmatch;

    #[test]
    fn matches_as_python_does() {
        for (text, pattern, fits) in [
            ("a/b/c.html", "*.html", true),
            ("{{cookiecutter.x}}/js/a.js", "{{cookiecutter.x}}/js/*", true),
            ("docs/_templates/a/b.rst", "docs/_templates/**.rst", true),
            ("a.py", "a.p?", true),
            ("a.py", "A.py", false),
            ("a1", "a[0-9]", true),
            ("ab", "a[!0-9]", true),
            ("a]", "a[]]", true),
            ("a[", "a[", true),
            ("", "*", true),
            ("", "", true),
            ("a", "", false),
            ("abc", "*b", false),
            ("a-", "a[a-]", true),
        ] {
            assert_eq!(fnmatch(text, pattern), fits, "{text} {pattern}");
        }
    }

    #[test]
    fn many_stars_end() {
        assert!(!fnmatch(&"a".repeat(2_000), &format!("{}b", "*a".repeat(500))));
    }
}
