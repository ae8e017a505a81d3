//! Texts as Python's methods and Jinja2's filters change them.

use minijinja::Error;

use super::wrong;

/// `str.title`: a capital where a letter follows what is no letter.
pub(super) fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_alphabetic();
    }
    out
}

/// Jinja2's `title`: words begin after blanks, hyphens and opening brackets.
pub(super) fn title_filter(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        let separator = c.is_whitespace() || matches!(c, '-' | '(' | '{' | '[' | '<');
        if separator {
            out.push(c);
        } else if begins {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        begins = separator;
    }
    out
}

/// `str.capitalize`.
pub(super) fn capitalize(text: &str) -> String {
    let mut rest = text.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest.flat_map(char::to_lowercase)).collect(),
        None => String::new(),
    }
}

/// `str.ljust`, `str.rjust`, `str.center`.
///
/// # Errors
/// When the filling is not one character.
pub(super) fn pad(text: &str, width: usize, fill: &str, method: &str) -> Result<String, Error> {
    if fill.chars().count() != 1 {
        return Err(wrong("the fill character must be exactly one character long"));
    }
    let missing = width.saturating_sub(text.chars().count());
    let left = match method {
        "ljust" => 0,
        "rjust" => missing,
        // CPython gives the odd one to the left where the width is odd too.
        _ => missing / 2 + (missing & width & 1),
    };
    Ok(format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left)))
}

/// `str.split()` and `str.rsplit()` without a separator.
pub(super) fn split_blanks(text: &str, most: usize, from_right: bool) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = if from_right { text.trim_end() } else { text.trim_start() };
    while !rest.is_empty() {
        let cut = if from_right { rest.rfind(char::is_whitespace) } else { rest.find(char::is_whitespace) };
        match cut {
            Some(at) if parts.len() < most => {
                let (before, after) = rest.split_at(at);
                if from_right {
                    parts.push(after.trim_start().to_owned());
                    rest = before.trim_end();
                } else {
                    parts.push(before.to_owned());
                    rest = after.trim_start();
                }
            }
            Some(_) | None => {
                parts.push(
                    if from_right {
                        rest.trim_start()
                    } else if parts.len() < most {
                        rest
                    } else {
                        rest.trim_end()
                    }
                    .to_owned(),
                );
                break;
            }
        }
    }
    if from_right {
        parts.reverse();
    }
    parts
}

/// `str.expandtabs`.
pub(super) fn expand_tabs(text: &str, size: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' if size > 0 => {
                let missing = size - column % size;
                out.push_str(&" ".repeat(missing));
                column += missing;
            }
            '\t' => {}
            c => {
                out.push(c);
                column = if c == '\n' || c == '\r' { 0 } else { column + 1 };
            }
        }
    }
    out
}

/// `textwrap.wrap` of one line of text, as Jinja2's `wordwrap` calls it: blanks are kept inside lines and dropped at their
/// ends.
pub(super) fn wrap(line: &str, width: usize, break_long: bool, break_hyphens: bool) -> Vec<String> {
    let mut chunks: Vec<String> = chunks(line, break_hyphens);
    chunks.reverse();
    let mut lines: Vec<String> = Vec::new();
    let count = |text: &str| text.chars().count();
    while let Some(last) = chunks.last() {
        if last.trim().is_empty() && !lines.is_empty() {
            chunks.pop();
            if chunks.is_empty() {
                break;
            }
        }
        let mut current: Vec<String> = Vec::new();
        let mut length = 0;
        while let Some(chunk) = chunks.last() {
            if length + count(chunk) > width {
                break;
            }
            length += count(chunk);
            current.extend(chunks.pop());
        }
        if let Some(chunk) = chunks.last_mut()
            && count(chunk) > width
        {
            let room = width.saturating_sub(length).max(usize::from(current.is_empty()));
            if break_long {
                let cut = chunk.char_indices().nth(room).map_or(chunk.len(), |(at, _)| at);
                let rest = chunk.split_off(cut);
                current.push(std::mem::replace(chunk, rest));
                if chunk.is_empty() {
                    chunks.pop();
                }
            } else if current.is_empty() {
                current.extend(chunks.pop());
            }
        }
        if current.last().is_some_and(|chunk| chunk.trim().is_empty()) {
            current.pop();
        }
        if !current.is_empty() {
            lines.push(current.concat());
        }
    }
    lines
}

/// Splits a line into words and the blanks between them; after hyphens inside words too.
fn chunks(line: &str, break_hyphens: bool) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    let characters: Vec<char> = line.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        let start = at;
        if characters[at].is_whitespace() {
            while at < characters.len() && characters[at].is_whitespace() {
                at += 1;
            }
        } else {
            while at < characters.len() && !characters[at].is_whitespace() {
                at += 1;
                let letter = |c: Option<&char>| c.is_some_and(|c| c.is_alphabetic() || *c == '_');
                let hyphen = characters[at - 1] == '-' && at - start >= 2;
                if break_hyphens && hyphen && letter(characters.get(at - 2)) && letter(characters.get(at)) && letter(characters.get(at + 1))
                {
                    break;
                }
            }
        }
        chunks.push(characters[start..at].iter().collect());
    }
    chunks
}
