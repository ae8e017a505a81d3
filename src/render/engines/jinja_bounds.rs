//! Bounds of Jinja templates before they are parsed: the parser calls itself for each level and keeps every tag.

/// How many tags a template may have.
pub(crate) const MAX_TAGS: usize = 20_000;
/// The longest tag, in bytes.
const MAX_TAG: usize = 16 << 10;
/// How deep blocks may stand in each other.
const MAX_DEPTH: usize = 50;
/// How deep brackets may stand in each other.
const MAX_BRACKETS: usize = 40;
/// How often one operator may stand in a tag: each use is a level of the expression.
const MAX_OPERATORS: usize = 500;

/// What begins and ends a tag.
type Pair<'a> = (&'a str, &'a str);

/// Refuses templates that the parser would not survive.
///
/// # Errors
/// Says which bound is broken.
pub(crate) fn check(source: &str, blocks: Pair<'_>, variables: Pair<'_>, comments: Pair<'_>) -> Result<(), String> {
    if [blocks, variables, comments].iter().any(|(open, close)| open.is_empty() || close.is_empty()) {
        return Err("a delimiter is empty".to_owned());
    }
    if source.matches(comments.0).count() > MAX_TAGS {
        return Err(format!("it has more than {MAX_TAGS} comments"));
    }
    let (mut tags, mut depth) = (0_usize, 0_usize);
    for (open, close) in [variables, blocks] {
        for (at, _) in source.match_indices(open) {
            tags += 1;
            let here = &source.as_bytes()[at + open.len()..];
            let window = &here[..here.len().min(MAX_TAG)];
            let end = window.windows(close.len()).position(|part| part == close.as_bytes());
            let Some(inside) = end.map(|end| &window[..end]) else {
                // What does not end is no tag, and nothing after it ends either.
                if !source[at + open.len()..].contains(close) {
                    break;
                }
                return Err(format!("a tag is longer than {MAX_TAG} bytes"));
            };
            expression(inside)?;
            if open == blocks.0 {
                let text = String::from_utf8_lossy(inside);
                let word = text
                    .trim_start_matches(['-', '+', ' ', '\t', '\r', '\n'])
                    .split(|c: char| !c.is_alphanumeric())
                    .next()
                    .unwrap_or_default();
                match word {
                    "for" | "if" | "macro" | "call" | "filter" | "block" | "with" | "autoescape" => depth += 1,
                    "set" if !text.contains('=') => depth += 1,
                    word if word.starts_with("end") => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if tags > MAX_TAGS || depth > MAX_DEPTH {
                return Err(format!("it has more than {MAX_TAGS} tags, or blocks deeper than {MAX_DEPTH}"));
            }
        }
    }
    Ok(())
}

/// Refuses an expression with too many levels.
///
/// # Errors
/// Says which bound is broken.
pub(crate) fn expression(inside: &[u8]) -> Result<(), String> {
    let (mut open, mut counts) = (0_usize, [0_usize; 128]);
    for byte in inside {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'.' | b'|' | b'~' | b'+' | b'-' | b'*' | b'/' | b'%' => counts[usize::from(*byte)] += 1,
            _ => {}
        }
        if open > MAX_BRACKETS {
            return Err(format!("brackets in it stand deeper than {MAX_BRACKETS}"));
        }
    }
    let words =
        ["not ", "and ", " or ", " if "].iter().map(|word| inside.windows(word.len()).filter(|part| *part == word.as_bytes()).count());
    if inside.len() > MAX_TAG || counts.into_iter().chain(words).any(|count| count > MAX_OPERATORS) {
        return Err(format!("a tag is longer than {MAX_TAG} bytes, or has an operator more than {MAX_OPERATORS} times"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(source: &str) -> Result<(), String> {
        check(source, ("{%", "%}"), ("{{", "}}"), ("{#", "#}"))
    }

    #[test]
    fn takes_what_people_write_and_refuses_what_is_built_to_break() {
        assert_eq!(checked("{% if a %}{{ b | upper }}{% endif %} \\frac{{x}{y}} {# c #}"), Ok(()));
        assert_eq!(checked(&format!("{{{{ {}", "x".repeat(100_000))), Ok(()));
        for bad in [
            "{% if a %}".repeat(51),
            "{{ a }}".repeat(20_001),
            format!("{{{{ {}a }}}}", "(".repeat(41)),
            format!("{{{{ {}a }}}}", "not ".repeat(501)),
            format!("{{{{ a{} }}}}", ".b".repeat(501)),
            format!("{{{{ a{} }}}}", ".b".repeat(50_000)),
            "{#".repeat(20_001),
        ] {
            assert!(checked(&bad).is_err());
        }
        assert!(check("", ("", "%}"), ("{{", "}}"), ("{#", "#}")).is_err());
    }
}
