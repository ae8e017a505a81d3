//! A command line to its words and commands, as far as a shell would see them.

use std::ops::Range;

/// A word of a command line, or what stands between commands.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) range: Range<usize>,
    /// The text without quotes; the operator where it is one.
    pub(super) text: String,
    pub(super) operator: bool,
    /// Whether any of it was in quotes.
    pub(super) quoted: bool,
}

pub(super) fn tokens(line: &str) -> Vec<Token> {
    let bytes = line.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() && tokens.len() < 4000 {
        let byte = bytes[at];
        let next = bytes.get(at + 1).copied();
        if byte == b'\\' && matches!(next, Some(b'\n' | b'\r')) {
            at += 2;
        } else if byte.is_ascii_whitespace() {
            at += 1;
        } else if byte == b'#' {
            at += line[at..].find('\n').unwrap_or(bytes.len() - at);
        } else if matches!(byte, b'|' | b'&' | b';' | b'(' | b')') || byte == b'<' && next == Some(b'(') {
            let size = match (byte, next) {
                (b'|', Some(b'|' | b'&')) | (b'&', Some(b'&')) | (b'<', _) => 2,
                _ => 1,
            };
            tokens.push(Token { range: at..at + size, text: line[at..at + size].to_owned(), operator: true, quoted: false });
            at += size;
        } else {
            let token = word(line, at);
            at = token.range.end.max(at + 1);
            tokens.push(token);
        }
    }
    tokens
}

fn word(line: &str, start: usize) -> Token {
    let bytes = line.as_bytes();
    let (mut at, mut text, mut quoted) = (start, Vec::new(), false);
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'\'' | b'"' => {
                quoted = true;
                at += 1;
                while let Some(inner) = bytes.get(at).copied().filter(|inner| *inner != byte) {
                    if inner == b'\\' && byte == b'"' && at + 1 < bytes.len() {
                        at += 1;
                        text.push(bytes[at]);
                    } else if inner == b'$' && byte == b'"' && bytes.get(at + 1) == Some(&b'(') {
                        let end = closing(bytes, at + 1);
                        text.extend(&bytes[at..end]);
                        at = end;
                        continue;
                    } else {
                        text.push(inner);
                    }
                    at += 1;
                }
                at += 1;
            }
            b'\\' => {
                if matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) {
                    break;
                }
                text.extend(bytes.get(at + 1));
                at += 2;
            }
            b'$' if bytes.get(at + 1) == Some(&b'(') => {
                let end = closing(bytes, at + 1);
                text.extend(&bytes[at..end]);
                at = end;
            }
            b'`' => {
                let end = bytes[at + 1..].iter().position(|byte| *byte == b'`').map_or(bytes.len(), |found| at + found + 2);
                text.extend(&bytes[at..end]);
                at = end;
            }
            b'|' | b'&' | b';' | b'(' | b')' => break,
            byte if byte.is_ascii_whitespace() => break,
            byte => {
                text.push(byte);
                at += 1;
            }
        }
    }
    let end = at.min(bytes.len());
    Token { range: start..end, text: String::from_utf8_lossy(&text).into_owned(), operator: false, quoted }
}

/// Returns the end of what a bracket at `at` opens.
fn closing(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, byte) in bytes[at..].iter().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + offset + 1;
                }
            }
            _ => {}
        }
    }
    bytes.len()
}

pub(super) fn program(text: &str) -> &str {
    let name = text.rsplit('/').next().unwrap_or(text).trim_start_matches(['@', '-', '!', '{']);
    name.trim_end_matches(".exe")
}

pub(super) fn fetches(name: &str) -> bool {
    matches!(
        program(name).to_ascii_lowercase().as_str(),
        "curl" | "wget" | "fetch" | "iwr" | "invoke-webrequest" | "invoke-restmethod" | "irm" | "aria2c" | "http" | "https"
    )
}

pub(super) fn interpreter(name: &str) -> bool {
    let name = program(name);
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    matches!(
        bare,
        "bash"
            | "sh"
            | "zsh"
            | "dash"
            | "ksh"
            | "ash"
            | "fish"
            | "python"
            | "perl"
            | "ruby"
            | "node"
            | "php"
            | "iex"
            | "Invoke-Expression"
            | "pwsh"
    ) || matches!(name, "$SHELL" | "${SHELL}" | "$BASH" | "$PYTHON" | "${PYTHON}")
}

pub(super) fn shell(name: &str) -> bool {
    matches!(program(name), "bash" | "sh" | "zsh" | "dash" | "ksh" | "ash" | "$SHELL" | "${SHELL}")
}

/// Whether a text fetches something as a command of its own.
pub(super) fn fetching(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, '(' | '|' | ';' | '&' | '`')).any(fetches)
        && (text.contains("http") || text.contains("://") || text.contains('$') || text.contains('.'))
}

/// Splits tokens into commands, each with its words; words that only say how it runs are left out.
pub(super) fn commands(tokens: &[Token]) -> Vec<(Vec<&Token>, &str)> {
    let mut commands: Vec<(Vec<&Token>, &str)> = vec![(Vec::new(), "")];
    for token in tokens {
        if token.operator {
            commands.push((Vec::new(), &token.text));
        } else if let Some((words, _)) = commands.last_mut() {
            let begins = words.is_empty();
            let assigns = token
                .text
                .split_once('=')
                .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
            let wrapper = matches!(
                program(&token.text),
                "sudo"
                    | "env"
                    | "time"
                    | "exec"
                    | "nohup"
                    | "command"
                    | "RUN"
                    | "run"
                    | "then"
                    | "do"
                    | "else"
                    | "if"
                    | ""
                    | "retry"
                    | "yes"
            );
            if begins && !token.quoted && (assigns || wrapper || token.text.starts_with('-') || token.text.starts_with("--mount")) {
                continue;
            }
            words.push(token);
        }
    }
    commands
}
