//! Templates of Jinja2 as minijinja reads them: line ends, Python's text literals, and lists that can grow.
//!
//! Source: the lexer and parser of Jinja2 3.1 (`string_re`, `parse_primary`, newline normalisation).

use crate::render::dialects::Openings;
use crate::render::engines::jinja_bounds;
use crate::road::dialect::Engine;

/// Methods that change a list or a mapping in place.
const CHANGES: [&str; 9] = [".append(", ".extend(", ".insert(", ".pop(", ".remove(", ".update(", ".setdefault(", ".sort(", ".clear("];

/// Rewrites a template.
///
/// # Errors
/// When a block does not end.
pub(super) fn prepare(text: &str, settings: &Engine) -> Result<String, String> {
    jinja_bounds::check(
        text,
        (&settings.block_start, &settings.block_end),
        (&settings.variable_start, &settings.variable_end),
        (&settings.comment_start, &settings.comment_end),
    )?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let growing = CHANGES.iter().any(|method| text.contains(method));
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text.as_str();
    let mut openings = Openings::new(&text, &[&settings.comment_start, &settings.block_start, &settings.variable_start]);
    while let Some((at, number)) = openings.next(text.len() - rest.len()) {
        let kind = [Kind::Comment, Kind::Block, Kind::Variable][number];
        let at = at - (text.len() - rest.len());
        out.push_str(&rest[..at]);
        let here = &rest[at..];
        let (opening, closing) = match kind {
            Kind::Comment => {
                let end = here.find(&settings.comment_end).map_or(here.len(), |end| end + settings.comment_end.len());
                out.push_str(&here[..end]);
                rest = &here[end..];
                continue;
            }
            Kind::Block => (&settings.block_start, &settings.block_end),
            Kind::Variable => (&settings.variable_start, &settings.variable_end),
        };
        if kind == Kind::Block
            && let Some(end) = raw_end(here, settings)
        {
            out.push_str(&here[..end]);
            rest = &here[end..];
            continue;
        }
        out.push_str(opening);
        let inside = &here[opening.len()..];
        let length = expression(inside, Some(closing), growing, &mut out)?;
        out.push_str(closing);
        rest = inside.get(length + closing.len()..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

/// Rewrites an expression.
///
/// # Errors
/// When a text in it does not end.
pub(super) fn prepare_expression(text: &str, _: &Engine) -> Result<String, String> {
    jinja_bounds::expression(text.as_bytes())?;
    let mut out = String::with_capacity(text.len());
    expression(text, None, false, &mut out)?;
    Ok(out)
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Block,
    Variable,
    Comment,
}

/// Where `here` opens a raw block, returns where that block ends.
fn raw_end(here: &str, settings: &Engine) -> Option<usize> {
    let after = |text: &str, word: &str| -> Option<usize> {
        let inside = text.strip_prefix(settings.block_start.as_str())?;
        let inside = inside.strip_prefix(['-', '+']).unwrap_or(inside).trim_start().strip_prefix(word)?;
        let inside = inside.trim_start();
        let inside = inside.strip_prefix(['-', '+']).filter(|rest| rest.starts_with(&settings.block_end)).unwrap_or(inside);
        inside.strip_prefix(settings.block_end.as_str()).map(|rest| text.len() - rest.len())
    };
    let mut at = after(here, "raw")?;
    while let Some(found) = here[at..].find(&settings.block_start) {
        at += found;
        if let Some(end) = after(&here[at..], "endraw") {
            return Some(at + end);
        }
        at += settings.block_start.len();
    }
    Some(here.len())
}

/// Copies an expression until `closing`, with its texts rewritten; returns its length.
fn expression(text: &str, closing: Option<&str>, growing: bool, out: &mut String) -> Result<usize, String> {
    let mut at = 0;
    // For each open bracket, whether a call was put around it.
    let mut open: Vec<bool> = Vec::new();
    let mut last = Last::Start;
    while at < text.len() {
        let here = &text[at..];
        if let Some(closing) = closing
            && (open.is_empty() || !closing.starts_with(['}', ']', ')']))
        {
            let signed = here.strip_prefix(['-', '+']).is_some_and(|rest| rest.starts_with(closing));
            if signed {
                out.push_str(&here[..1]);
                return Ok(at + 1);
            }
            if here.starts_with(closing) {
                return Ok(at);
            }
        }
        let Some(c) = here.chars().next() else { break };
        if c == '\'' || c == '"' {
            let length = literal_length(here).ok_or_else(|| "a text in it does not end".to_owned())?;
            let value = unescape(&here[1..length - 1]);
            // Texts beside each other are one.
            if last == Last::Text && out.ends_with(['"']) {
                out.pop();
            } else if last == Last::Text && out.trim_end().ends_with('"') {
                out.truncate(out.trim_end().len() - 1);
            } else {
                out.push('"');
            }
            push_literal(&value, out);
            at += length;
            last = Last::Text;
            continue;
        }
        if c == '%' && last == Last::Text {
            let operand = &here[1..];
            let length = operand_length(operand, closing);
            out.push_str("|percent(");
            expression(&operand[..length], None, growing, out)?;
            out.push(')');
            at += 1 + length;
            last = Last::Value;
            continue;
        }
        if c.is_alphanumeric() || c == '_' {
            let length = here.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(here.len());
            let word = &here[..length];
            out.push_str(word);
            last = if KEYWORDS.contains(&word) { Last::Operator } else { Last::Value };
            at += length;
            continue;
        }
        match c {
            '(' | '[' | '{' => {
                let display = last != Last::Value && last != Last::Text && growing;
                let around = match c {
                    '[' if display => "growing_list(",
                    '{' if display => "growing_dict(",
                    _ => "",
                };
                out.push_str(around);
                open.push(!around.is_empty());
                out.push(c);
                last = Last::Operator;
            }
            ')' | ']' | '}' => {
                out.push(c);
                if open.pop() == Some(true) {
                    out.push(')');
                }
                last = Last::Value;
            }
            c => {
                out.push(c);
                if !c.is_whitespace() {
                    last = Last::Operator;
                }
            }
        }
        at += c.len_utf8();
    }
    if closing.is_some() { Err("a block in it does not end".to_owned()) } else { Ok(text.len()) }
}

/// Returns the length of what stands right of `%`: a value with what is called, looked up or filtered on it.
fn operand_length(text: &str, closing: Option<&str>) -> usize {
    let mut at = text.len() - text.trim_start().len();
    let mut expects_value = true;
    while at < text.len() {
        let here = &text[at..];
        if closing.is_some_and(|closing| here.starts_with(closing)) {
            break;
        }
        let Some(c) = here.chars().next() else { break };
        match c {
            '(' | '[' | '{' if expects_value || c != '{' => {
                at += bracket_length(here);
                expects_value = false;
            }
            '\'' | '"' if expects_value => {
                at += literal_length(here).unwrap_or(here.len());
                expects_value = false;
            }
            '.' | '|' => {
                at += 1;
                expects_value = true;
            }
            c if c.is_whitespace() => {
                let next = here.trim_start();
                if !expects_value && !next.starts_with('|') {
                    break;
                }
                at += here.len() - next.len();
            }
            c if expects_value && (c.is_alphanumeric() || c == '_') => {
                at += here.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(here.len());
                expects_value = false;
            }
            _ => break,
        }
    }
    at
}

/// Returns the length of a bracket with all that is in it.
fn bracket_length(text: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\'' | '"' => {
                at += literal_length(&text[at..]).unwrap_or(text.len() - at);
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += c.len_utf8();
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// Words that a value does not end with.
const KEYWORDS: [&str; 12] = ["in", "is", "not", "and", "or", "if", "else", "elif", "set", "do", "for", "call"];

#[derive(Clone, Copy, Eq, PartialEq)]
enum Last {
    Start,
    Value,
    Text,
    Operator,
}

fn literal_length(text: &str) -> Option<usize> {
    let quote = text.chars().next()?;
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Reads the escapes of Python; what is none stays as it is.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let Some(next) = rest.next() else {
            out.push('\\');
            break;
        };
        let hex = |rest: &mut std::iter::Peekable<std::str::Chars<'_>>, digits: usize| {
            let ahead: String = rest.clone().take(digits).collect();
            let c = (ahead.len() == digits).then(|| u32::from_str_radix(&ahead, 16).ok()).flatten().and_then(char::from_u32)?;
            for _ in 0..digits {
                rest.next();
            }
            Some(c)
        };
        let read = match next {
            '\n' => continue,
            '\\' | '\'' | '"' => Some(next),
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'v' => Some('\u{b}'),
            'x' => hex(&mut rest, 2),
            'u' => hex(&mut rest, 4),
            'U' => hex(&mut rest, 8),
            '0'..='7' => {
                let mut code = next.to_digit(8).unwrap_or_default();
                for _ in 0..2 {
                    let Some(digit) = rest.peek().and_then(|c| c.to_digit(8)) else { break };
                    code = code * 8 + digit;
                    rest.next();
                }
                char::from_u32(code)
            }
            _ => None,
        };
        match read {
            Some(c) => out.push(c),
            None => {
                out.push('\\');
                out.push(next);
            }
        }
    }
    out
}

/// Writes a text so that minijinja reads it back.
fn push_literal(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
}
