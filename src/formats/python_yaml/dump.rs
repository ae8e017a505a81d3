//! The dumper: the layout of PyYAML's emitter.
//!
//! Source: the rules of PyYAML 6's `emitter.py` (which scalars may stand plain, where lines fold).

use serde_json::Value;

use super::scalar::is_resolved;

/// How a value is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// How far a level is indented; PyYAML takes 2 where it is out of bounds.
    pub indent: usize,
    /// The column that lines fold after.
    pub width: usize,
    /// Whether everything is in brackets; with nothing said, lists and mappings of scalars alone are.
    pub flow: Option<bool>,
    /// Whether keys are sorted.
    pub sort: bool,
    /// Whether characters beyond ASCII stay.
    pub unicode: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self { indent: 2, width: 80, flow: Some(false), sort: true, unicode: true }
    }
}

/// Writes a value as a document.
pub fn dump(value: &Value, layout: Layout) -> String {
    let indent = if (2..10).contains(&layout.indent) { layout.indent } else { 2 };
    let width = if layout.width > indent * 2 { layout.width } else { 80 };
    let mut emitter =
        Emitter { layout: Layout { indent, width, ..layout }, out: String::new(), column: 0, whitespace: true, plain_root: false };
    emitter.node(value, Place { indent: None, flow: 0, root: true, in_sequence: false, in_mapping: false, key: false });
    if !emitter.out.ends_with('\n') {
        emitter.out.push('\n');
    }
    if !matches!(value, Value::Array(_) | Value::Object(_)) && emitter.plain_root {
        emitter.out.push_str("...\n");
    }
    emitter.out
}

struct Emitter {
    layout: Layout,
    out: String,
    /// In characters.
    column: usize,
    /// Whether a blank or the start of a line stands before.
    whitespace: bool,
    /// Whether the document is one scalar without quotes.
    plain_root: bool,
}

#[derive(Clone, Copy)]
struct Place {
    /// The indent of the block around.
    indent: Option<usize>,
    /// How many brackets are around.
    flow: usize,
    root: bool,
    in_sequence: bool,
    in_mapping: bool,
    key: bool,
}

impl Emitter {
    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn indicator(&mut self, text: &str, needs_blank: bool) {
        if needs_blank && !self.whitespace {
            self.write(" ");
        }
        self.write(text);
        self.whitespace = false;
    }

    /// Starts a line at an indent.
    fn new_line(&mut self, indent: usize) {
        if !(self.column == indent && self.whitespace && (self.out.is_empty() || self.column > 0 || self.out.ends_with('\n'))) {
            if !self.out.is_empty() && !self.out.ends_with('\n') {
                self.out.push('\n');
            }
            self.column = 0;
        }
        while self.column < indent {
            self.out.push(' ');
            self.column += 1;
        }
        self.whitespace = true;
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.whitespace = true;
    }

    fn is_flow(&self, value: &Value, place: Place) -> bool {
        let scalar = |value: &Value| !matches!(value, Value::Array(_) | Value::Object(_));
        let (empty, simple) = match value {
            Value::Array(items) => (items.is_empty(), items.iter().all(scalar)),
            Value::Object(entries) => (entries.is_empty(), entries.values().all(scalar)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (false, false),
        };
        place.flow > 0 || empty || self.layout.flow.unwrap_or(simple)
    }

    fn node(&mut self, value: &Value, place: Place) {
        match value {
            Value::Array(items) if self.is_flow(value, place) => self.flow_list(items, place),
            Value::Object(entries) if self.is_flow(value, place) => self.flow_map(entries, place),
            Value::Array(items) => self.block_list(items, place),
            Value::Object(entries) => self.block_map(entries, place),
            Value::Null => self.plain("null", place),
            Value::Bool(true) => self.plain("true", place),
            Value::Bool(false) => self.plain("false", place),
            Value::Number(number) => self.plain(&number_text(number), place),
            Value::String(text) => self.text(text, place),
        }
    }

    fn plain(&mut self, text: &str, place: Place) {
        self.plain_root |= place.root;
        self.indicator(text, true);
    }

    fn block_list(&mut self, items: &[Value], place: Place) {
        // A list inside a mapping stands where its key stands.
        let indentless = place.in_mapping && !place.in_sequence && place.flow == 0 && !place.root;
        let indent = match place.indent {
            None => 0,
            Some(indent) if indentless => indent,
            Some(indent) => indent + self.layout.indent,
        };
        for (at, item) in items.iter().enumerate() {
            // The first item of a list in a list stands on its line.
            if at > 0 || !(place.in_sequence && self.column > 0) {
                self.new_line(indent);
            } else {
                self.fill(indent);
            }
            self.indicator("-", true);
            self.node(item, Place { indent: Some(indent), flow: 0, root: false, in_sequence: true, in_mapping: false, key: false });
        }
    }

    /// Brings the column to where a nested block begins on the same line.
    fn fill(&mut self, indent: usize) {
        while self.column < indent {
            self.write(" ");
        }
        self.whitespace = true;
    }

    fn block_map(&mut self, entries: &serde_json::Map<String, Value>, place: Place) {
        let indent = place.indent.map_or(0, |indent| indent + self.layout.indent);
        for (at, (key, value)) in self.ordered(entries).into_iter().enumerate() {
            if at > 0 || !(place.in_sequence && self.column > 0) {
                self.new_line(indent);
            } else {
                self.fill(indent);
            }
            let inside = Place { indent: Some(indent), flow: 0, root: false, in_sequence: false, in_mapping: true, key: false };
            if simple_key(key) {
                self.text(key, Place { key: true, ..inside });
                self.indicator(":", false);
            } else {
                self.indicator("?", true);
                self.text(key, inside);
                self.new_line(indent);
                self.indicator(":", true);
            }
            self.node(value, inside);
        }
    }

    fn ordered<'a>(&self, entries: &'a serde_json::Map<String, Value>) -> Vec<(&'a String, &'a Value)> {
        let mut entries: Vec<_> = entries.iter().collect();
        if self.layout.sort {
            entries.sort_by(|a, b| a.0.cmp(b.0));
        }
        entries
    }

    fn flow_list(&mut self, items: &[Value], place: Place) {
        self.indicator("[", true);
        self.whitespace = true;
        let indent = place.indent.map_or(self.layout.indent, |indent| indent + self.layout.indent);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.indicator(",", false);
            }
            if self.column > self.layout.width {
                self.new_line(indent);
            }
            self.node(
                item,
                Place { indent: Some(indent), flow: place.flow + 1, root: false, in_sequence: true, in_mapping: false, key: false },
            );
        }
        self.indicator("]", false);
    }

    fn flow_map(&mut self, entries: &serde_json::Map<String, Value>, place: Place) {
        self.indicator("{", true);
        self.whitespace = true;
        let indent = place.indent.map_or(self.layout.indent, |indent| indent + self.layout.indent);
        for (at, (key, value)) in self.ordered(entries).into_iter().enumerate() {
            if at > 0 {
                self.indicator(",", false);
            }
            if self.column > self.layout.width {
                self.new_line(indent);
            }
            let inside =
                Place { indent: Some(indent), flow: place.flow + 1, root: false, in_sequence: false, in_mapping: true, key: false };
            if simple_key(key) {
                self.text(key, Place { key: true, ..inside });
                self.indicator(":", false);
            } else {
                self.indicator("?", true);
                self.text(key, inside);
                self.indicator(":", true);
            }
            self.node(value, inside);
        }
        self.indicator("}", false);
    }

    fn text(&mut self, text: &str, place: Place) {
        let kind = Kind::of(text, self.layout.unicode);
        let may_be_plain = if place.flow > 0 { kind.flow_plain } else { kind.block_plain };
        if !is_resolved(text)
            && may_be_plain
            && !(text.is_empty() && (place.flow > 0 || place.key))
            && !text.contains('\n')
            && !text.is_empty()
        {
            self.plain_root |= place.root;
            self.folded(text, place);
        } else if kind.single && !(place.key && text.contains('\n')) {
            self.single(text, place);
        } else {
            self.double(text, place);
        }
    }

    fn inner(&self, place: Place) -> usize {
        place.indent.map_or(self.layout.indent, |indent| indent + self.layout.indent)
    }

    /// A scalar without quotes: folds at a single blank beyond the width.
    fn folded(&mut self, text: &str, place: Place) {
        if !self.whitespace {
            self.write(" ");
        }
        self.whitespace = false;
        let indent = self.inner(place);
        for (blanks, word) in words(text) {
            if blanks == 1 && self.column > self.layout.width && !place.key {
                self.new_line(indent);
                self.whitespace = false;
            } else {
                self.write(&" ".repeat(blanks));
            }
            self.write(word);
        }
    }

    fn single(&mut self, text: &str, place: Place) {
        self.indicator("'", true);
        let indent = self.inner(place);
        let mut rest = text;
        let mut begun = false;
        while !rest.is_empty() {
            let breaks = rest.len() - rest.trim_start_matches('\n').len();
            if breaks > 0 {
                // One break more than the text has, and each further one is an empty line.
                self.line_break();
                for _ in 0..breaks {
                    self.line_break();
                }
                self.new_line(indent);
                rest = &rest[breaks..];
                begun = true;
                continue;
            }
            let blanks = rest.len() - rest.trim_start_matches(' ').len();
            if blanks > 0 {
                let last = blanks == rest.len();
                if blanks == 1 && self.column > self.layout.width && !place.key && begun && !last {
                    self.new_line(indent);
                } else {
                    self.write(&" ".repeat(blanks));
                }
                rest = &rest[blanks..];
                begun = true;
                continue;
            }
            let end = rest.find([' ', '\n']).unwrap_or(rest.len());
            self.write(&rest[..end].replace('\'', "''"));
            rest = &rest[end..];
            begun = true;
        }
        self.whitespace = false;
        self.indicator("'", false);
    }

    fn double(&mut self, text: &str, place: Place) {
        self.indicator("\"", true);
        let indent = self.inner(place);
        let characters: Vec<char> = text.chars().collect();
        let (mut start, mut end) = (0, 0);
        while end <= characters.len() {
            let c = characters.get(end).copied();
            let kept = c.is_some_and(|c| !matches!(c, '"' | '\\' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}') && self.shows(c));
            if !kept {
                if start < end {
                    let run: String = characters[start..end].iter().collect();
                    self.write(&run);
                    start = end;
                }
                if let Some(c) = c {
                    self.write(&escaped(c));
                    start = end + 1;
                }
            }
            let inside = 0 < end && end + 1 < characters.len();
            let wide = self.column + end.saturating_sub(start) > self.layout.width;
            if inside && (c == Some(' ') || start >= end) && wide && !place.key {
                let run: String = characters.get(start..end).unwrap_or_default().iter().collect();
                self.write(&format!("{run}\\"));
                start = start.max(end);
                self.new_line(indent);
                self.whitespace = false;
                if characters.get(start) == Some(&' ') {
                    self.write("\\");
                }
            }
            end += 1;
        }
        self.indicator("\"", false);
    }

    fn shows(&self, c: char) -> bool {
        (' '..='~').contains(&c) || (self.layout.unicode && matches!(c, '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}'))
    }
}

/// Splits into words, each with the number of blanks before it.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let word = &rest[blanks..];
        let end = word.find(' ').unwrap_or(word.len());
        rest = &word[end..];
        Some((blanks, &word[..end]))
    })
}

fn escaped(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        c if u32::from(c) <= 0xff => return format!("\\x{:02X}", u32::from(c)),
        c if u32::from(c) <= 0xffff => return format!("\\u{:04X}", u32::from(c)),
        c => return format!("\\U{:08X}", u32::from(c)),
    };
    format!("\\{short}")
}

fn simple_key(key: &str) -> bool {
    key.chars().count() < 123 && !key.contains('\n')
}

fn number_text(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => {
            let text = crate::formats::python_text::float(float);
            // 1e+20 has no point, and would be read as a text.
            if text.contains('.') || !text.contains('e') { text } else { text.replacen('e', ".0e", 1) }
        }
        Some(_) | None => number.to_string(),
    }
}

/// Which styles a text may be written in.
struct Kind {
    block_plain: bool,
    flow_plain: bool,
    single: bool,
}

impl Kind {
    fn of(text: &str, unicode: bool) -> Self {
        if text.is_empty() {
            return Self { block_plain: true, flow_plain: false, single: true };
        }
        let is_break = |c: char| matches!(c, '\n' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let is_blank = |c: char| matches!(c, '\0' | ' ' | '\t' | '\r') || is_break(c);
        let characters: Vec<char> = text.chars().collect();
        let document = text.starts_with("---") || text.starts_with("...");
        let (mut block, mut flow, mut special, mut line_breaks) = (document, document, false, false);
        let (mut space_break, mut break_space) = (false, false);
        for (at, c) in characters.iter().copied().enumerate() {
            let before = at == 0 || is_blank(characters[at - 1]);
            let after = characters.get(at + 1).is_none_or(|c| is_blank(*c));
            match c {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' if at == 0 => {
                    (block, flow) = (true, true);
                }
                '?' | ':' if at == 0 => {
                    flow = true;
                    block |= after;
                }
                '-' if at == 0 && after => (block, flow) = (true, true),
                ',' | '?' | '[' | ']' | '{' | '}' => flow = true,
                ':' => {
                    flow = true;
                    block |= after;
                }
                '#' if before => (block, flow) = (true, true),
                _ => {}
            }
            line_breaks |= is_break(c);
            let printable = c == '\n' || (' '..='~').contains(&c);
            let wide = c == '\u{85}' || (matches!(c, '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..) && c != '\u{feff}');
            special |= !(printable || wide && unicode);
            if at > 0 {
                space_break |= characters[at - 1] == ' ' && is_break(c);
                break_space |= is_break(characters[at - 1]) && c == ' ';
            }
        }
        let edge = |c: Option<&char>| c.is_some_and(|c| *c == ' ' || is_break(*c));
        let bad = edge(characters.first()) || edge(characters.last()) || break_space || space_break || special || line_breaks;
        Self { block_plain: !bad && !block, flow_plain: !bad && !flow, single: !break_space && !space_break && !special }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What PyYAML 6 writes, asked once.
    #[test]
    fn writes_as_pyyaml_does() {
        let nice = Layout { indent: 4, ..Layout::default() };
        for (value, expected) in [
            (json!({"b": [1, {"c": [], "d": {}}], "a": "x\ny\n"}), "a: 'x\n\n    y\n\n    '\nb:\n- 1\n-   c: []\n    d: {}\n"),
            (json!({"e": "yes", "f": "a: b", "h": null, "i": 1.0, "j": 1e20}), "e: 'yes'\nf: 'a: b'\nh: null\ni: 1.0\nj: 1.0e+20\n"),
            (
                json!({"o": "tab\there", "r": [["a", "b"], []], "v": "2020-01-01"}),
                "o: \"tab\\there\"\nr:\n-   - a\n    - b\n- []\nv: '2020-01-01'\n",
            ),
            (json!("plain"), "plain\n...\n"),
        ] {
            assert_eq!(dump(&value, nice), expected);
        }
        let line = format!("{}end", "word ".repeat(30));
        let written = dump(&json!({ "q": line }), nice);
        assert!(written.lines().count() == 2 && written.lines().all(|line| line.len() <= 84), "{written}");
        assert_eq!(crate::formats::python_yaml::load(&written), Ok(json!({ "q": line })));
    }
}
