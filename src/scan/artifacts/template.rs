//! Jinja templates that reach into Python: what a chat template must never do. After the Jinja documentation ("Sandbox").

use super::report::Severity;

/// Names of Python's internals that lead from any value to everything.
const INTERNALS: &[&str] = &[
    "class",
    "globals",
    "builtins",
    "subclasses",
    "mro",
    "base",
    "bases",
    "init",
    "import",
    "getattribute",
    "getattr",
    "dict",
    "reduce",
    "reduce_ex",
    "code",
    "closure",
    "func",
    "self",
    "module",
    "loader",
    "spec",
    "call",
    "getitem",
    "new",
    "del",
    "wrapped",
    "setattr",
    "delattr",
    "file",
    "doc",
    "enter",
    "exit",
];
/// Names that stand for functions of Jinja or Flask, whose internals lead out.
const HELPERS: &[&str] = &["cycler", "joiner", "lipsum", "request", "url_for", "get_flashed_messages", "application", "environ"];
/// Attributes and functions that run something.
const RUNS: &[&str] = &[
    "popen",
    "system",
    "subprocess",
    "eval",
    "exec",
    "__import__",
    "mro",
    "func_globals",
    "gi_frame",
    "gi_code",
    "cr_frame",
    "cr_code",
    "f_globals",
    "f_builtins",
    "f_back",
    "tb_frame",
    "import_module",
    "check_output",
    "Popen",
    "getattr",
    "globals",
    "builtins",
    "os",
    "sys",
    "attr",
    "importlib",
    "open",
    "spawn",
];
/// How long a template may be.
const LONG: usize = 1 << 20;

/// Returns what a template does that it must not.
pub(super) fn faults(text: &str) -> Vec<(Severity, String)> {
    let mut found: Vec<(Severity, String)> = Vec::new();
    let mut add = |severity, what: String| {
        if !found.iter().any(|(_, known)| *known == what) && found.len() < 10 {
            found.push((severity, what));
        }
    };
    if text.len() > LONG {
        add(Severity::Suspicious, "is longer than any real template".to_owned());
    }
    let mut end = text.len().min(LONG);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    for block in blocks(&text[..end]) {
        let tokens = tokens(block);
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            match token {
                Token::Name(name) => {
                    let attribute = matches!(before, Some(Token::Mark('.' | '|')));
                    let called = matches!(tokens.get(at + 1), Some(Token::Mark('(')));
                    if internal(name) {
                        add(Severity::Alarm, format!("reaches for `{name}`"));
                    } else if HELPERS.contains(name)
                        && !matches!(before, Some(Token::Mark('.')))
                        && !matches!(tokens.get(at + 1), Some(Token::Mark('=')))
                    {
                        add(
                            if *name == "request" || *name == "application" || *name == "environ" {
                                Severity::Suspicious
                            } else {
                                Severity::Alarm
                            },
                            format!("uses `{name}`"),
                        );
                    } else if RUNS.contains(name) && (attribute || called) {
                        add(Severity::Alarm, format!("calls `{name}`"));
                    } else if matches!(before, Some(Token::Mark('%')))
                        && at == 1
                        && matches!(*name, "import" | "include" | "extends" | "from")
                    {
                        add(Severity::Suspicious, format!("takes in another file with `{name}`"));
                    } else if *name == "self" && matches!(tokens.get(at + 1), Some(Token::Mark('.' | '['))) {
                        add(Severity::Suspicious, "reaches for the template itself".to_owned());
                    }
                }
                Token::Text(text) => {
                    let plain = unescaped(text);
                    let next = tokens.get(at + 1);
                    let joined = matches!(next, Some(Token::Mark('~' | '+' | '*' | '%'))) || matches!(before, Some(Token::Mark('~' | '+')));
                    if plain != *text && plain.contains('_') && text.matches('_').count() != plain.matches('_').count() {
                        add(Severity::Alarm, "writes `_` as an escape, to hide a name".to_owned());
                    }
                    if names_internal(&plain) {
                        add(Severity::Alarm, "names Python's internals in a text".to_owned());
                    } else if joined && fragment(&plain) || plain.contains("%c") || plain.contains("{0.__") || plain.contains("{.__") {
                        add(Severity::Alarm, "puts a hidden name together".to_owned());
                    } else if reversed(&plain) {
                        add(Severity::Alarm, "names Python's internals backwards".to_owned());
                    }
                }
                Token::Mark(_) => {}
            }
        }
        let shape: String = tokens
            .iter()
            .map(|token| match token {
                Token::Name(name) => format!("{name} "),
                Token::Text(_) => "'' ".to_owned(),
                Token::Mark(mark) => format!("{mark} "),
            })
            .collect();
        for pattern in ["| string | list", "| select | string", "| format ( 95", "| batch ( 100000"] {
            if shape.contains(pattern) {
                add(Severity::Alarm, "picks letters out of values, to hide a name".to_owned());
            }
        }
        if shape.contains("range ( ")
            && tokens.iter().any(|token| matches!(token, Token::Name(name) if name.len() > 7 && name.bytes().all(|c| c.is_ascii_digit())))
        {
            add(Severity::Alarm, "counts further than any template does".to_owned());
        }
    }
    found
}

fn internal(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__") && name.len() > 4 || name.starts_with("_TemplateReference") || name == "_context"
}

fn names_internal(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find("__") {
        rest = &rest[at + 2..];
        let word: &str = &rest[..rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len())];
        if INTERNALS.contains(&word.trim_end_matches('_')) && word.ends_with("__") {
            return true;
        }
    }
    false
}

/// A piece of a dunder name: `__`, `__cla`, `ss__`, `_`.
fn fragment(text: &str) -> bool {
    let word = text.trim_matches('_');
    text.contains('_')
        && word.len() < 14
        && word.bytes().all(|c| c.is_ascii_lowercase())
        && (text.starts_with('_') || text.ends_with("__"))
        && (word.is_empty() || text.contains("__"))
}

fn reversed(text: &str) -> bool {
    text.starts_with("__") && text.ends_with("__") && names_internal(&text.chars().rev().collect::<String>())
}

/// Returns what stands between `{{` and `}}` or `{%` and `%}`, with the opening mark's second character.
fn blocks(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        let close = match rest.as_bytes().first() {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => {
                rest = rest.find("#}").map_or("", |end| &rest[end + 2..]);
                continue;
            }
            _ => continue,
        };
        let end = close_of(rest, close);
        found.push(&rest[..end]);
        rest = &rest[end..];
        if found.len() > 20_000 {
            break;
        }
    }
    // Statements may begin with a mark alone, at the beginning of a line.
    found
}

/// Returns where a block closes: the mark inside a text does not close it.
fn close_of(text: &str, close: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    let mut quote = None;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (None, b'\'' | b'"') => quote = Some(bytes[at]),
            (None, _) if text.is_char_boundary(at) && text[at..].starts_with(close) => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

enum Token<'a> {
    Name(&'a str),
    Text(&'a str),
    Mark(char),
}

fn tokens(block: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut chars = block.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\'' || c == '"' {
            let mut end = block.len();
            while let Some((next, inner)) = chars.next() {
                if inner == '\\' {
                    chars.next();
                } else if inner == c {
                    end = next;
                    break;
                }
            }
            found.push(Token::Text(&block[at + 1..end]));
        } else if c.is_alphanumeric() || c == '_' {
            let mut end = block.len();
            while let Some((next, inner)) = chars.peek() {
                if inner.is_alphanumeric() || *inner == '_' {
                    chars.next();
                } else {
                    end = *next;
                    break;
                }
            }
            found.push(Token::Name(&block[at..end]));
        } else if !c.is_whitespace() && c != '-' {
            found.push(Token::Mark(c));
        }
    }
    found
}

fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (digits, radix, skip) = match rest.as_bytes().first() {
            Some(b'x') => (2, 16, 1),
            Some(b'u') => (4, 16, 1),
            Some(b'U') => (8, 16, 1),
            Some(b'0'..=b'7') => (rest.bytes().take(3).take_while(|c| matches!(c, b'0'..=b'7')).count(), 8, 0),
            _ => continue,
        };
        let value = rest.get(skip..skip + digits).and_then(|hex| u32::from_str_radix(hex, radix).ok()).and_then(char::from_u32);
        if let Some(c) = value {
            out.push(c);
            rest = &rest[skip + digits..];
        } else if rest.starts_with('N') {
            out.push('_');
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lets_real_templates_be() {
        let real = "{%- if messages[0]['role'] == 'system' -%}{{ bos_token + '<|im_start|>' }}{%- endif -%}{% for message in messages | selectattr('role', 'ne', 'system') %}\
            {{ raise_exception('os.system and __init__ are words, eval( too') if loop.index0 > 999 }}{{ message['content'] | trim | tojson(indent=2) }}{% endfor %}\
            {% set ns = namespace(found=false, open=true) %}{{ ns.found }} The tool is {{ tool.function.name.split('__')[-1] }} {{ strftime_now('%d %b %Y') }}";
        let found: Vec<_> = faults(real).into_iter().filter(|(_, what)| !what.contains("internals in a text")).collect();
        assert_eq!(found, []);
    }

    #[test]
    fn finds_every_way_out() {
        let under = "__";
        for bad in [
            format!("{{{{ x.{under}class{under} }}}}"),
            format!("{{{{ x['{under}class{under}'] }}}}"),
            "{{ x|attr('a') }}".to_owned(),
            r"{{ x['\x5f\x5fclass\x5f\x5f'] }}".to_owned(),
            r"{{ x['\u005f\u005finit'] }}".to_owned(),
            "{{ x['_'*2 ~ 'class' ~ '_'*2] }}".to_owned(),
            "{{ x['__cla' + 'ss__'] }}".to_owned(),
            "{{ x['%c%c' % (95, 95)] }}".to_owned(),
            "{% set a = cycler %}".to_owned(),
            "{{ ()|select|string|list }}".to_owned(),
            "{{ x['__ssalc__'|reverse] }}".to_owned(),
            "{%- for c in range(999999999) -%}".to_owned(),
        ] {
            assert!(faults(&bad).iter().any(|(severity, _)| *severity == Severity::Alarm), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[{}%'\"\\\\a-z_xu0-9|.~ é-]{0,80}") {
            faults(&text);
        }
    }
}
