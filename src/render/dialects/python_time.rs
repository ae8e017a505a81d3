//! The tag `{% now 'utc', '%Y' %}` of jinja2-time, which cookiecutter brings along.
//!
//! A render reads no clock: the tag shows the recorded day, at midnight. The engine has no tags of others, so the tag is
//! rewritten to an expression, with the white space that the tag would have taken.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

use super::openings::Openings;

/// The name of the function that the tag becomes.
pub(super) const FUNCTION: &str = "__highroad_now";
/// The format where a tag names none.
const FORMAT: &str = "%Y-%m-%d";

/// The delimiters and habits of white space of an environment.
#[derive(Clone, Debug)]
pub(super) struct Syntax<'a> {
    /// `{%` and `%}`.
    pub(super) block: (&'a str, &'a str),
    /// `{{` and `}}`.
    pub(super) variable: (&'a str, &'a str),
    /// `{#` and `#}`.
    pub(super) comment: (&'a str, &'a str),
    /// Whether a tag takes the line end after it.
    pub(super) trim_blocks: bool,
    /// Whether a tag takes the white space before it on its line.
    pub(super) lstrip_blocks: bool,
}

/// Turns every `now` tag outside comments and raw blocks into a call of [`FUNCTION`].
pub(super) fn rewrite_now(source: &str, syntax: &Syntax<'_>) -> String {
    let (open, close) = syntax.block;
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut raw = false;
    let mut openings = Openings::new(source, &[open, syntax.comment.0]);
    while let Some((at, _)) = openings.next(source.len() - rest.len()) {
        let at = at - (source.len() - rest.len());
        let here = &rest[at..];
        if !here.starts_with(open) {
            // A comment or a tag that has no end is an error of the engine.
            let end = if raw { Some(syntax.comment.0.len()) } else { here.find(syntax.comment.1).map(|end| end + syntax.comment.1.len()) };
            let Some(end) = end else { break };
            out.push_str(&rest[..at + end]);
            rest = &here[end..];
            continue;
        }
        let Some(tag) = Tag::read(here, open, close) else { break };
        let word = tag.inner.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        raw = match word {
            "raw" => true,
            "endraw" => false,
            _ => raw,
        };
        let call = (word == "now" && !raw).then(|| call(tag.inner.trim_start()["now".len()..].trim())).flatten();
        let Some(call) = call else {
            out.push_str(&rest[..at + tag.length]);
            rest = &here[tag.length..];
            continue;
        };
        let mut before = &rest[..at];
        if syntax.lstrip_blocks && tag.left.is_none() {
            let line = before.trim_end_matches([' ', '\t']);
            if line.is_empty() && out.is_empty() || line.ends_with('\n') {
                before = line;
            }
        }
        out.push_str(before);
        let left = if tag.left == Some('-') { "-" } else { "" };
        let right = if tag.right == Some('-') { "-" } else { "" };
        out.push_str(&format!("{}{left} {call} {right}{}", syntax.variable.0, syntax.variable.1));
        rest = &here[tag.length..];
        if syntax.trim_blocks && tag.right.is_none() {
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
    }
    out.push_str(rest);
    out
}

/// A tag in the text: its signs for white space, what stands between them, and its length.
struct Tag<'a> {
    left: Option<char>,
    right: Option<char>,
    inner: &'a str,
    length: usize,
}

impl<'a> Tag<'a> {
    /// Reads the tag that `text` starts with. An end inside a text in quotes is none.
    fn read(text: &'a str, open: &str, close: &str) -> Option<Self> {
        let mut quote = None;
        let mut escaped = false;
        let end = text.char_indices().skip(open.chars().count()).find_map(|(at, c)| {
            match quote {
                _ if escaped => escaped = false,
                Some(_) if c == '\\' => escaped = true,
                Some(open) if c == open => quote = None,
                Some(_) => {}
                None if text[at..].starts_with(close) => return Some(at),
                None if c == '"' || c == '\'' => quote = Some(c),
                None => {}
            }
            None
        })?;
        let inner = &text[open.len()..end];
        let left = inner.chars().next().filter(|c| matches!(c, '-' | '+'));
        let right = inner.chars().last().filter(|c| matches!(c, '-' | '+'));
        let inner = &inner[left.map_or(0, char::len_utf8)..];
        let inner = &inner[..inner.len() - right.filter(|_| !inner.is_empty()).map_or(0, char::len_utf8)];
        Some(Self { left, right, inner, length: end + close.len() })
    }
}

/// Writes the call for `'utc' + 'days=2', '%Y'`.
fn call(arguments: &str) -> Option<String> {
    let (mut parts, mut sign, mut start) = (Vec::new(), "", 0);
    let (mut depth, mut quote) = (0usize, None);
    for (at, c) in arguments.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parts.push(arguments[start..at].trim());
                start = at + 1;
            }
            (None, '+' | '-') if depth == 0 && parts.is_empty() && sign.is_empty() => {
                parts.push(arguments[start..at].trim());
                sign = if c == '+' { "+" } else { "-" };
                start = at + 1;
            }
            (None, _) => {}
        }
    }
    parts.push(arguments[start..].trim());
    let part = |at: usize| parts.get(at).copied().filter(|part| !part.is_empty());
    Some(if sign.is_empty() {
        format!("{FUNCTION}({}, '', '', {})", part(0)?, part(1).unwrap_or("none"))
    } else {
        format!("{FUNCTION}({}, '{sign}', {}, {})", part(0)?, part(1)?, part(2).unwrap_or("none"))
    })
}

/// Shows the recorded day as the tag would, moved by an offset such as `days=2,hours=3`.
///
/// # Errors
/// When the day, the offset or the format cannot be read.
pub(super) fn show(today: &str, sign: &str, offset: &str, format: Option<&str>) -> Result<String, String> {
    let day: Date = today.parse().map_err(|_| format!("`{today}` is no day such as 2026-11-23"))?;
    let mut moment = day.at(0, 0, 0, 0);
    for part in offset.split(',').filter(|part| !part.trim().is_empty()) {
        let unknown = || format!("`{part}` is no offset such as `days=2`");
        let (unit, number) = part.split_once('=').ok_or_else(unknown)?;
        let number: i64 = format!("{sign}{}", number.trim()).parse().map_err(|_| unknown())?;
        if !(-100_000..=100_000).contains(&number) {
            return Err(unknown());
        }
        let span: Span = match unit.trim() {
            "years" => number.years(),
            "months" => number.months(),
            "weeks" => number.weeks(),
            "days" => number.days(),
            "hours" => number.hours(),
            "minutes" => number.minutes(),
            "seconds" => number.seconds(),
            _ => return Err(unknown()),
        };
        moment = moment.checked_add(span).map_err(|error| error.to_string())?;
    }
    jiff::fmt::strtime::format(format.unwrap_or(FORMAT), moment).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn syntax(trim: bool) -> Syntax<'static> {
        Syntax { block: ("{%", "%}"), variable: ("{{", "}}"), comment: ("{#", "#}"), trim_blocks: trim, lstrip_blocks: trim }
    }

    #[test]
    fn rewrites_the_tag_and_nothing_else() {
        let rewritten = |source| rewrite_now(source, &syntax(false));
        assert_eq!(rewritten("(c) {% now 'utc', '%Y' %}\nx"), "(c) {{ __highroad_now('utc', '', '', '%Y') }}\nx");
        assert_eq!(rewritten("{%- now 'local' -%}"), "{{- __highroad_now('local', '', '', none) -}}");
        assert_eq!(rewritten("{% now 'utc' + 'days=2', '%d %}' %}"), "{{ __highroad_now('utc', '+', 'days=2', '%d %}') }}");
        for same in ["{% raw %}{% now 'utc' %}{% endraw %}", "{# {% now 'utc' %} #}", "{% nowhere %}", "{% now", "{% if now %}x{% endif %}"]
        {
            assert_eq!(rewritten(same), same);
        }
    }

    #[test]
    fn takes_the_white_space_that_the_tag_would() {
        let source = "a\n  {% now 'utc', '%Y' %}\nb";
        assert_eq!(rewrite_now(source, &syntax(true)), "a\n{{ __highroad_now('utc', '', '', '%Y') }}b");
    }

    #[test]
    fn shows_the_recorded_day() {
        assert_eq!(show("2026-11-03", "", "", Some("%Y %B %-d")).unwrap(), "2026 November 3");
        assert_eq!(show("2026-11-03", "", "", None).unwrap(), "2026-11-03");
        assert_eq!(show("2026-11-30", "+", "days=2,hours=1", Some("%F %H:%M")).unwrap(), "2026-12-02 01:00");
        assert_eq!(show("2026-11-30", "-", "months=1", None).unwrap(), "2026-10-30");
        assert!(show("2026-11-30", "-", "moons=1", None).is_err());
        assert!(show("today", "", "", None).is_err());
    }
}
