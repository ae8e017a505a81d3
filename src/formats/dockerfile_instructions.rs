//! The instructions of a Dockerfile, each with the place of its words: what `dockerfile` builds stages from.
//!
//! Follows the "Dockerfile reference" of Docker: parser directives, line continuations, comments between continued lines,
//! here-documents and flags.

use std::ops::Range;

/// How many instructions a file may have.
const INSTRUCTIONS: usize = 20_000;

/// A word and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Word {
    /// The word without its quotes.
    pub text: String,
    /// Its bytes, with quotes.
    pub span: Range<usize>,
}

/// One instruction.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// The keyword, in capitals.
    pub keyword: String,
    /// From the keyword to the end of the last line, without its line break.
    pub span: Range<usize>,
    /// What follows the keyword, with continued lines and without flags; comments and continuations are written as spaces.
    pub arguments: String,
    /// Where `arguments` begin. A place in `arguments` is this place plus it.
    pub start: usize,
    /// The flags, as `--platform=linux/amd64`.
    pub flags: Vec<Word>,
    /// The bodies of here-documents.
    pub heredocs: Vec<Range<usize>>,
}

impl Instruction {
    /// Returns the arguments as words, with quotes taken away.
    pub fn words(&self) -> Vec<Word> {
        words(&self.arguments, self.start)
    }

    /// Returns the arguments as words, also those of the form `["a", "b"]`.
    pub fn operands(&self) -> Vec<Word> {
        if !self.arguments.trim_start().starts_with('[') {
            return self.words();
        }
        let mut words = Vec::new();
        let mut rest = self.arguments.as_str();
        while let Some(open) = rest.find('"') {
            let from = self.arguments.len() - rest.len() + open;
            let Some(length) = rest[open + 1..].find('"') else { break };
            let span = self.start + from..self.start + from + length + 2;
            words.push(Word { text: rest[open + 1..open + 1 + length].to_owned(), span });
            rest = &rest[open + length + 2..];
        }
        words
    }

    /// Returns the value of a flag: `flag("from")` of `--from=builder`.
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().find_map(|flag| flag.text.strip_prefix("--")?.strip_prefix(name)?.strip_prefix('='))
    }

    /// Returns names and values of an `ENV`, `ARG` or `LABEL`; the value is `None` for an `ARG` without default.
    pub fn pairs(&self) -> Vec<(String, Option<Word>)> {
        let words = self.words();
        let old_form = self.keyword == "ENV" && words.first().is_some_and(|word| !word.text.contains('='));
        if old_form {
            // `ENV NAME the rest is the value`
            let Some(name) = words.first() else { return Vec::new() };
            let value = words.get(1).map(|second| {
                let from = second.span.start.saturating_sub(self.start).min(self.arguments.len());
                let text = self.arguments.get(from..).unwrap_or("").trim_end().to_owned();
                let span = second.span.start..second.span.start + text.len();
                Word { text: text.trim_matches('"').to_owned(), span }
            });
            return vec![(name.text.clone(), value)];
        }
        words
            .into_iter()
            .map(|word| match word.text.split_once('=') {
                Some((name, value)) => {
                    let inside =
                        self.arguments.get(word.span.start.saturating_sub(self.start)..).and_then(|rest| rest.find('=')).unwrap_or(0);
                    let start = (word.span.start + inside + 1).min(word.span.end);
                    (name.to_owned(), Some(Word { text: value.to_owned(), span: start..word.span.end }))
                }
                None => (word.text, None),
            })
            .collect()
    }
}

/// Splits arguments at blanks outside quotes.
fn words(arguments: &str, start: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let mut current: Option<(usize, String)> = None;
    let mut quote = None;
    for (at, c) in arguments.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => current.get_or_insert((at, String::new())).1.push(c),
            None if c.is_whitespace() => {
                if let Some((from, text)) = current.take() {
                    words.push(Word { text, span: start + from..start + at });
                }
            }
            None if c == '"' || c == '\'' => {
                current.get_or_insert((at, String::new()));
                quote = Some(c);
            }
            None => current.get_or_insert((at, String::new())).1.push(c),
        }
    }
    if let Some((from, text)) = current {
        words.push(Word { text, span: start + from..start + arguments.len() });
    }
    words
}

/// Returns the instructions of a text, in order.
pub fn instructions(text: &str) -> Vec<Instruction> {
    let escape = escape_character(text);
    let mut instructions = Vec::new();
    let mut lines = LineCursor { text, at: usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8() };
    while instructions.len() < INSTRUCTIONS {
        let Some(line) = lines.next() else { break };
        let trimmed = text[line.clone()].trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let begin = line.end - trimmed.len();
        let mut logical = String::new();
        let mut end = line.end;
        let mut piece = begin..line.end;
        loop {
            let written = &text[piece.clone()];
            let kept = written.trim_end();
            if !kept.ends_with(escape) {
                logical.push_str(written);
                break;
            }
            logical.push_str(&kept[..kept.len() - escape.len_utf8()]);
            // The escape, blanks and the line break become blanks; so do comments and empty lines in between.
            let mut next = None;
            while let Some(line) = lines.next() {
                let here = text[line.clone()].trim_start();
                if here.starts_with('#') || here.is_empty() {
                    continue;
                }
                next = Some(line);
                break;
            }
            let Some(next) = next else { break };
            logical.extend(std::iter::repeat_n(' ', next.start.saturating_sub(begin + logical.len())));
            end = next.end;
            piece = next;
        }
        let mut heredocs = Vec::new();
        for (marker, strip) in heredoc_markers(&logical) {
            let from = lines.at;
            let mut to = from;
            while let Some(line) = lines.next() {
                let written = &text[line.clone()];
                let written = if strip { written.trim_start_matches('\t') } else { written };
                end = line.end;
                if written.trim_end() == marker {
                    break;
                }
                to = lines.at;
            }
            heredocs.push(from..to);
        }
        instructions.push(instruction(&logical, begin, begin..end, heredocs));
    }
    instructions
}

fn instruction(logical: &str, begin: usize, span: Range<usize>, heredocs: Vec<Range<usize>>) -> Instruction {
    let keyword_end = logical.find(char::is_whitespace).unwrap_or(logical.len());
    let keyword = logical[..keyword_end].to_ascii_uppercase();
    let mut at = keyword_end;
    let mut flags = Vec::new();
    loop {
        let rest = &logical[at..];
        let blank = rest.len() - rest.trim_start().len();
        at += blank;
        let rest = &logical[at..];
        if !rest.starts_with("--") {
            break;
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        flags.push(Word { text: rest[..end].to_owned(), span: begin + at..begin + at + end });
        at += end;
    }
    Instruction { keyword, span, arguments: logical[at..].to_owned(), start: begin + at, flags, heredocs }
}

/// Returns the escape character: that of a directive in the first comment lines, else the backslash.
fn escape_character(text: &str) -> char {
    for line in text.lines() {
        let Some(directive) = line.trim().strip_prefix('#') else { break };
        let Some((name, value)) = directive.split_once('=') else { break };
        if name.trim().eq_ignore_ascii_case("escape") {
            return if value.trim() == "`" { '`' } else { '\\' };
        }
    }
    '\\'
}

/// Returns the end markers of here-documents in an instruction, and whether leading tabs are stripped.
fn heredoc_markers(logical: &str) -> Vec<(String, bool)> {
    let keyword = logical.split_whitespace().next().unwrap_or("");
    if !["RUN", "COPY", "ADD"].iter().any(|known| keyword.eq_ignore_ascii_case(known)) {
        return Vec::new();
    }
    let mut markers = Vec::new();
    let mut rest = logical;
    while let Some(at) = rest.find("<<") {
        rest = &rest[at + 2..];
        if rest.starts_with('<') {
            rest = rest.trim_start_matches('<');
            continue;
        }
        let (strip, after) = rest.strip_prefix('-').map_or((false, rest), |after| (true, after));
        let name = after.trim_start_matches(['"', '\'']);
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
        // `1 << 2` is arithmetic, not a document.
        if end > 0 && !name.starts_with(|c: char| c.is_ascii_digit()) && markers.len() < 16 {
            markers.push((name[..end].to_owned(), strip));
        }
    }
    markers
}

/// Walks over lines; each is given without its line break.
struct LineCursor<'a> {
    text: &'a str,
    at: usize,
}

impl LineCursor<'_> {
    fn next(&mut self) -> Option<Range<usize>> {
        if self.at >= self.text.len() {
            return None;
        }
        let start = self.at;
        let end = memchr::memchr(b'\n', &self.text.as_bytes()[start..]).map_or(self.text.len(), |at| start + at);
        self.at = (end + 1).min(self.text.len());
        let end = if end > start && self.text.as_bytes()[end - 1] == b'\r' { end - 1 } else { end };
        Some(start..end)
    }
}
