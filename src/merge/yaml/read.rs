//! Reads YAML into values with the text that belongs to each.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::merge::values::flow::{self, Comments};
use crate::merge::values::{Body, Child, DEPTH, Document, Node, Scalar, divide, line_end, line_start, preamble};

/// The most values that a file may have.
const NODES: usize = 100_000;

/// A value before the lines are dealt out.
struct Raw {
    span: Range<usize>,
    body: RawBody,
}

enum RawBody {
    Scalar(String, ScalarStyle),
    /// An alias, a scalar with a tag or anchor, or (`true`) a list or mapping with a tag.
    Marked(bool),
    List(Vec<Raw>),
    Map(Vec<(Raw, Raw)>),
}

enum Open {
    List(Vec<Raw>),
    Map(Vec<(Raw, Raw)>, Option<Raw>),
}

/// Reads a text: nothing for several documents, keys that are no scalars, and templates. An
/// alias, and a value with a tag or anchor, is compared as it is written.
pub(super) fn read(text: &str) -> Option<Document<'_>> {
    if text.contains("{%") || text.contains('\t') && text.lines().any(|line| line.starts_with('\t')) {
        return None;
    }
    let raw = parse(text)?;
    if matches!(raw.body, RawBody::Scalar(..) | RawBody::Marked(_)) {
        return None;
    }
    let reader = Reader { text };
    let flow = text[raw.span.start..].starts_with(['{', '[']);
    let start = if flow { raw.span.start } else { preamble(text, raw.span.start) };
    let place = Place { start: Some(start), column: None, head: start };
    let root = reader.node(&raw, place, 0)?;
    (!root.repeats_a_key()).then_some(Document { text, root })
}

fn parse(text: &str) -> Option<Raw> {
    let starts: Vec<usize> = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
    let byte = |index: usize| if starts.is_empty() { index.min(text.len()) } else { starts.get(index).copied().unwrap_or(text.len()) };
    let bytes = |span: Span| {
        let start = byte(span.start.index());
        start..byte(span.end.index()).max(start)
    };
    let mut open: Vec<(Open, usize, bool)> = Vec::new();
    let mut document = None;
    for (count, event) in Parser::new_from_str(text).enumerate() {
        let (event, span) = event.ok()?;
        let span = bytes(span);
        if count > NODES || open.len() > DEPTH {
            return None;
        }
        let raw = match event {
            Event::Scalar(value, style, 0, None) => {
                let end = scalar_end(text, &span, style)?;
                Raw { span: span.start..end, body: RawBody::Scalar(value.into_owned(), style) }
            }
            Event::Scalar(_, style @ (ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted), ..) => {
                let end = scalar_end(text, &span, style)?;
                Raw { span: span.start..end.max(span.start), body: RawBody::Marked(false) }
            }
            Event::Alias(_) => Raw { span, body: RawBody::Marked(false) },
            Event::SequenceStart(_, tag) => {
                open.push((Open::List(Vec::new()), span.start, tag.is_some()));
                continue;
            }
            Event::MappingStart(_, tag) => {
                open.push((Open::Map(Vec::new(), None), span.start, tag.is_some()));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop()? {
                (Open::List(_) | Open::Map(_, None), start, true) => Raw { span: start..span.end.max(start), body: RawBody::Marked(true) },
                (Open::List(items), start, false) => Raw { span: start..span.end.max(start), body: RawBody::List(items) },
                (Open::Map(entries, None), start, false) => Raw { span: start..span.end.max(start), body: RawBody::Map(entries) },
                (Open::Map(_, Some(_)), ..) => return None,
            },
            Event::Scalar(..) => return None,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => continue,
        };
        match open.last_mut() {
            None if document.is_some() => return None,
            None => document = Some(raw),
            Some((Open::List(items), ..)) => items.push(raw),
            Some((Open::Map(entries, key), ..)) => match key.take() {
                None => *key = Some(raw),
                Some(key) => entries.push((key, raw)),
            },
        }
    }
    document
}

/// Returns where a scalar ends; for a block one, where its header ends.
fn scalar_end(text: &str, span: &Range<usize>, style: ScalarStyle) -> Option<usize> {
    let inside = text.get(span.clone())?.as_bytes();
    let quote = match style {
        ScalarStyle::SingleQuoted => b'\'',
        ScalarStyle::DoubleQuoted => b'"',
        ScalarStyle::Plain => return Some(span.start + inside.trim_ascii_end().len()),
        ScalarStyle::Literal | ScalarStyle::Folded => return Some(span.start),
    };
    let mut at = 1;
    while let Some(byte) = inside.get(at) {
        match *byte {
            b'\\' if quote == b'"' => at += 2,
            b'\'' if quote == b'\'' && inside.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return Some(span.start + at + 1),
            _ => at += 1,
        }
    }
    None
}

/// Whether a plain scalar is read as something else than text, by any reader of YAML 1.1 or 1.2.
fn is_plain(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let word = matches!(lower.as_str(), "" | "~" | "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n");
    word || text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '.' | '-' | '+'))
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b'-' | b'+' | b'_' | b':' | b'x' | b'o' | b'T' | b'Z' | b' '))
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place {
    /// Where its lines begin, if it is a block.
    start: Option<usize>,
    /// The column of the entry or item that holds it.
    column: Option<usize>,
    /// Where the colon or dash before it ends.
    head: usize,
}

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    /// Deals out the lines.
    fn node(&self, raw: &Raw, place: Place, depth: usize) -> Option<Node> {
        let Place { start, column, head } = place;
        if depth > DEPTH {
            return None;
        }
        let text = self.text;
        match &raw.body {
            RawBody::Scalar(value, style) => {
                let span = match style {
                    // An empty value stands behind its colon or dash, wherever the parser saw it.
                    ScalarStyle::Plain if value.is_empty() => head..head,
                    ScalarStyle::Literal | ScalarStyle::Folded => {
                        let header = head + text[head..].bytes().take_while(|byte| *byte == b' ').count();
                        text[header..].starts_with(['|', '>']).then_some(())?;
                        header..self.block_end(header, column?)?
                    }
                    ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => raw.span.clone(),
                };
                let plain = *style == ScalarStyle::Plain && is_plain(value);
                Some(Node::scalar(span, if plain { Scalar::Plain(value.clone()) } else { Scalar::Text(value.clone()) }))
            }
            RawBody::Marked(list) => {
                let from = head + text[head..].bytes().take_while(|byte| *byte == b' ').count();
                let line = text.get(from..line_end(text, from))?;
                let line = line.find(" #").map_or(line, |comment| &line[..comment]).trim_end();
                let end = match (list, line.contains(['[', '{'])) {
                    (false, _) => raw.span.end,
                    (true, true) => from + line.len(),
                    (true, false) => self.block_end(from, column?)?,
                };
                let own = text.get(from..end)?.trim_end();
                let fits = own.starts_with(['!', '&', '*']) && (!list || !line.contains(['[', '{']) || own.ends_with([']', '}']));
                fits.then(|| Node::scalar(from..from + own.len(), Scalar::Plain(own.to_owned())))
            }
            RawBody::List(items) if text[raw.span.start..].starts_with('[') => {
                let mut places = Vec::new();
                let mut from = raw.span.start + 1;
                for item in items {
                    // A tag stands before what the parser calls the value.
                    let at = if matches!(item.body, RawBody::Marked(_)) { self.next(from) } else { item.span.start };
                    let node = self.in_flow(item, at, depth + 1)?;
                    from = node.span.end;
                    places.push((String::new(), at, node));
                }
                self.flow(raw.span.start, places, false)
            }
            RawBody::Map(entries) if text[raw.span.start..].starts_with('{') => {
                let items: Option<Vec<(String, usize, Node)>> = entries
                    .iter()
                    .map(|(key, value)| Some((self.key(key)?, key.span.start, self.in_flow(value, self.colon(key)?, depth + 1)?)))
                    .collect();
                self.flow(raw.span.start, items?, true)
            }
            RawBody::List(items) => {
                let mut places = Vec::new();
                let mut from = start?;
                for item in items {
                    let at = self.dash(from)?;
                    let node = self.child(item, at, at + 1, depth)?;
                    from = self.after(&node, at)?;
                    places.push((String::new(), at, node));
                }
                self.block(places, start?, false)
            }
            RawBody::Map(entries) => {
                let mut places = Vec::new();
                for (key, value) in entries {
                    let at = key.span.start;
                    let colon = self.colon(key)?;
                    places.push((self.key(key)?, at, self.child(value, at, colon, depth)?));
                }
                self.block(places, start?, true)
            }
        }
    }

    /// Reads the value of an entry or item at `at` whose colon or dash ends at `head`.
    fn child(&self, raw: &Raw, at: usize, head: usize, depth: usize) -> Option<Node> {
        let column = at - line_start(self.text, at);
        let line = line_end(self.text, head);
        let rest = self.text[head..line].trim_start_matches(' ');
        // What an anchor names stands on the next line.
        let below = rest.trim().is_empty() || rest.starts_with('#') || rest.starts_with('&');
        let start = match raw.body {
            RawBody::Scalar(..) | RawBody::Marked(_) => None,
            RawBody::List(_) | RawBody::Map(_) if self.text[raw.span.start..].starts_with(['[', '{']) => None,
            RawBody::List(_) | RawBody::Map(_) if below => Some(line),
            RawBody::List(_) | RawBody::Map(_) => Some(line - rest.len()),
        };
        self.node(raw, Place { start, column: Some(column), head }, depth + 1)
    }

    fn in_flow(&self, raw: &Raw, head: usize, depth: usize) -> Option<Node> {
        let bracketed = self.text[raw.span.start..].starts_with(['[', '{']);
        let fits =
            bracketed || matches!(&raw.body, RawBody::Scalar(_, style) if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded));
        fits.then(|| self.node(raw, Place { start: None, column: None, head }, depth))?
    }

    fn flow(&self, start: usize, items: Vec<(String, usize, Node)>, map: bool) -> Option<Node> {
        let last = items.last().map_or(start + 1, |item| item.2.span.end);
        let span = start..self.close(last, if map { b'}' } else { b']' })?;
        let children = flow::children(self.text, &span, items, Comments::Hash)?;
        let lines = flow::has_lines(self.text, &span, &children);
        Some(Node { span, body: if map { Body::Map(children) } else { Body::List(children) }, lines, flow: true })
    }

    /// Gives the entries of a block the lines between them.
    fn block(&self, places: Vec<(String, usize, Node)>, start: usize, map: bool) -> Option<Node> {
        let text = self.text;
        let ats: Vec<usize> = places.iter().map(|(_, at, _)| *at).collect();
        let column = |at: usize| at - line_start(text, at);
        let mut children: Vec<Child> = Vec::with_capacity(places.len());
        let mut lead = start;
        for (place, (key, at, node)) in places.into_iter().enumerate() {
            let mut end = self.after(&node, at)?;
            if lead > at || column(at) != column(ats[0]) {
                return None;
            }
            if let Some(next) = ats.get(place + 1) {
                let next_line = line_start(text, *next);
                if next_line < end {
                    return None;
                }
                end = divide(text, end..next_line, column(*next));
            }
            children.push(Child { key, lead, at, node, comma: None, end });
            lead = end;
        }
        let end = children.last().map_or(start, |child| child.end);
        Some(Node { span: start..end, body: if map { Body::Map(children) } else { Body::List(children) }, lines: true, flow: false })
    }

    /// Returns where the line ends that a value ends on.
    fn after(&self, node: &Node, at: usize) -> Option<usize> {
        let block = !node.flow && node.as_scalar().is_none();
        let end = node.span.end.max(at);
        if block {
            return Some(end);
        }
        let line = line_end(self.text, end);
        let rest = self.text.get(end..line)?.trim();
        (rest.is_empty() || rest.starts_with('#')).then_some(line)
    }

    /// Returns the key of an entry.
    fn key(&self, raw: &Raw) -> Option<String> {
        match &raw.body {
            RawBody::Scalar(text, ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)
                if !raw.span.is_empty()
                    && !self.text.get(raw.span.clone())?.contains('\n')
                    && !self.text[raw.span.start..].starts_with("? ") =>
            {
                Some(text.clone())
            }
            RawBody::Scalar(..) | RawBody::Marked(_) | RawBody::List(_) | RawBody::Map(_) => None,
        }
    }

    /// Returns where the colon behind a key ends.
    fn colon(&self, key: &Raw) -> Option<usize> {
        let rest = self.text.get(key.span.end..)?;
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        rest[blanks..].starts_with(':').then_some(key.span.end + blanks + 1)
    }

    /// Returns the next dash that begins an item.
    fn dash(&self, mut from: usize) -> Option<usize> {
        let text = self.text.as_bytes();
        loop {
            match text.get(from)? {
                b' ' | b'\n' => from += 1,
                b'#' => from = line_end(self.text, from),
                b'-' => return Some(from),
                _ => return None,
            }
        }
    }

    /// Returns where brackets close whose last item ends at `at`.
    fn close(&self, at: usize, bracket: u8) -> Option<usize> {
        let at = self.next(at);
        (self.text.as_bytes().get(at) == Some(&bracket)).then_some(at + 1)
    }

    /// Passes over blanks, commas and comments in brackets.
    fn next(&self, mut at: usize) -> usize {
        loop {
            match self.text.as_bytes().get(at) {
                Some(b' ' | b'\t' | b'\n' | b',') => at += 1,
                Some(b'#') => at = line_end(self.text, at),
                Some(_) | None => return at,
            }
        }
    }

    /// Returns where a block scalar ends whose key or dash stands on `column`, without its last line break.
    fn block_end(&self, header: usize, column: usize) -> Option<usize> {
        let text = self.text;
        let mut at = line_end(text, header);
        if text.get(header..at)?.contains('+') {
            return None;
        }
        let mut end = text.get(header..at)?.trim_end().len() + header;
        while at < text.len() {
            let next = line_end(text, at);
            let line = &text[at..next];
            let body = line.trim_end_matches(['\n', '\r']);
            if !body.trim().is_empty() {
                if body.len() - body.trim_start_matches(' ').len() <= column {
                    break;
                }
                end = at + body.len();
            }
            at = next;
        }
        Some(end)
    }
}
