//! What templates use that Highroad does not have: told from their text, so that no file fails half-way.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::settings::Engine;
use crate::render::dialects::{Openings, Reader};

/// Filters of Jinja2 and of Ansible that are there.
const FILTERS: &str = "abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format \
    groupby indent int items join last length list lower map max min pprint reject rejectattr replace reverse round safe select \
    selectattr slice sort string striptags sum title tojson trim truncate unique upper urlencode wordcount wordwrap xmlattr \
    b64decode b64encode basename bool checksum combine comment dirname extract flatten from_json from_yaml from_yaml_all hash mandatory \
    quote regex_escape regex_findall regex_replace regex_search sha1 splitext subelements ternary to_json to_nice_json to_nice_yaml \
    strftime to_uuid to_yaml type_debug win_basename ans_groupby";
/// Filters that come with an extension.
const SLUGS: &str = "slugify jsonify";
/// Filters that give something else each time.
const IMPURE: &str = "random ans_random shuffle random_mac to_datetime expanduser expandvars realpath relpath fileglob";
/// Tests of Jinja2 that are there.
const TESTS: &str = "boolean callable defined divisibleby eq equalto escaped even false filter float ge greaterthan gt in integer iterable le \
    lessthan lower lt mapping ne none number odd sameas sequence string test true undefined upper not None True False";
/// Tags that are there; `yield` stands in names only.
const TAGS: &str = "if elif else endif for endfor set endset block endblock extends include import from macro endmacro call endcall filter \
    endfilter raw endraw with endwith autoescape endautoescape do break continue yield endyield";
/// Functions of Jinja2 that are refused.
const REFUSED: &str = "lipsum cycler joiner now make_secret";

/// Something that a template uses and Highroad lacks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Lacks {
    pub(super) line: usize,
    pub(super) what: String,
    cause: Cause,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cause {
    Extension,
    Impure,
    Unread,
}

impl Lacks {
    /// Says why it is not there.
    pub(super) fn why(&self) -> String {
        match self.cause {
            Cause::Impure => "its value is another each time or on each machine, and a render is always the same",
            Cause::Extension => "it comes from an extension that is Python code, and a road never runs code",
            Cause::Unread => "Highroad's engine does not take it",
        }
        .to_owned()
    }
}

struct Signs {
    quoted: Regex,
    filter: Regex,
    filter_block: Regex,
    test: Regex,
    refused: Regex,
}

static SIGNS: LazyLock<Option<Signs>> = LazyLock::new(|| {
    Some(Signs {
        quoted: Regex::new(r#"(?s)'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*""#).ok()?,
        filter: Regex::new(r"\|\s*([A-Za-z_][A-Za-z0-9_.]*)").ok()?,
        filter_block: Regex::new(r"^filter\s+([A-Za-z_][A-Za-z0-9_.]*)").ok()?,
        test: Regex::new(r"\bis\s+(?:not\s+)?([A-Za-z_][A-Za-z0-9_.]*)").ok()?,
        refused: Regex::new(r"(?:^|[^.\w])([A-Za-z_][A-Za-z0-9_]*)\s*\(").ok()?,
    })
});

/// Variables that every template sees.
const SEEN: &str = "range dict namespace loop self super caller varargs kwargs true false none True False None pathjoin growing_list \
    growing_dict cycler joiner lipsum debug _copier_answers _copier_conf _copier_phase _copier_operation _copier_python _folder_name \
    _external_data UNSET now make_secret";

/// What is known of the template as a whole.
pub(super) struct Known<'a> {
    pub(super) engine: &'a Engine,
    /// Whether there is `slugify`.
    pub(super) slugs: bool,
    /// Whether there is the tag `now`.
    pub(super) now: bool,
    /// The keys of the questions.
    pub(super) variables: BTreeSet<String>,
    /// Whether extensions that are not loaded could bring further variables.
    pub(super) more: bool,
    pub(super) reader: Reader,
}

impl Known<'_> {
    /// Returns the first thing that a text uses and that is not there.
    pub(super) fn lacks(&self, text: &str) -> Option<Lacks> {
        if !self.engine.is_template(text) {
            return None;
        }
        if let Some(lack) = lacks(text, self.engine, self.slugs, self.now) {
            return Some(lack);
        }
        let text = &without_now(text, self.engine);
        let stripped = text.replace("endyield", "endfor").replace("yield ", "for ").replace(" from ", " in ");
        let readable = if text.contains("endyield") { &stripped } else { text };
        let variables = match self.reader.variables_of(readable) {
            Ok(variables) => variables,
            Err(why) => return Some(Lacks { line: 1, what: format!("what Highroad cannot read: {why}"), cause: Cause::Unread }),
        };
        let unknown = variables
            .into_iter()
            .find(|name| self.more && !self.variables.contains(name) && !SEEN.split_whitespace().any(|seen| seen == name))?;
        let line = insides(text, self.engine).iter().find(|(_, inner, _)| inner.contains(&unknown)).map_or(1, |(line, ..)| *line);
        Some(Lacks { line, what: format!("the variable `{unknown}`, which no question sets"), cause: Cause::Extension })
    }
}

/// Returns the first filter, test, tag or function that is not there.
fn lacks(text: &str, engine: &Engine, slugs: bool, now: bool) -> Option<Lacks> {
    let signs = SIGNS.as_ref()?;
    let has = |list: &str, name: &str| list.split_whitespace().any(|known| known == name);
    for (line, inner, is_block) in insides(text, engine) {
        let plain = signs.quoted.replace_all(inner, "''");
        let lack = |what: String, impure: bool| Some(Lacks { line, what, cause: if impure { Cause::Impure } else { Cause::Extension } });
        if is_block {
            let word = plain.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            if !(has(TAGS, word) || now && word == "now") {
                return lack(format!("the tag `{word}`"), false);
            }
        }
        let blocks = signs.filter_block.captures_iter(&plain).filter(|_| is_block);
        for found in signs.filter.captures_iter(&plain).chain(blocks) {
            let name = &found[1];
            if !(has(FILTERS, name) || slugs && has(SLUGS, name)) {
                return lack(format!("the filter `{name}`"), has(IMPURE, name));
            }
        }
        for found in signs.test.captures_iter(&plain) {
            if !has(TESTS, &found[1]) {
                return lack(format!("the test `{}`", &found[1]), false);
            }
        }
        for found in signs.refused.captures_iter(&plain) {
            if has(REFUSED, &found[1]) {
                return lack(format!("the function `{}`", &found[1]), true);
            }
        }
    }
    None
}

/// Writes the tag `now` as a comment, which every engine reads.
fn without_now(text: &str, engine: &Engine) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), 0);
    for (_, inner, is_block) in insides(text, engine) {
        if is_block && inner.split(|c: char| !c.is_alphanumeric()).next() == Some("now") {
            let at = inner.as_ptr().addr() - text.as_ptr().addr();
            out.push_str(&text[rest..at]);
            out.push_str("set _ = 0");
            rest = at + inner.len();
        }
    }
    out.push_str(&text[rest..]);
    out
}

/// Whether a text shows the day.
pub(super) fn shows_day(text: &str, engine: &Engine) -> bool {
    insides(text, engine).iter().any(|(_, inner, is_block)| inner.contains("strftime") || (*is_block && inner.starts_with("now")))
}

/// Whether a text takes other templates in.
pub(super) fn takes_others(text: &str, engine: &Engine) -> bool {
    insides(text, engine).iter().any(|(_, inner, is_block)| {
        *is_block
            && ["include", "import", "extends", "from"]
                .iter()
                .any(|word| inner.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
    })
}

/// Returns what stands between delimiters, outside comments and raw blocks, with its line and whether it is a block.
pub(super) fn insides<'a>(text: &'a str, engine: &Engine) -> Vec<(usize, &'a str, bool)> {
    let mut found = Vec::new();
    let (mut at, mut line, mut raw) = (0, 1, false);
    let pairs = [&engine.comment, &engine.block, &engine.variable];
    let mut openings = Openings::new(text, &pairs.map(|(open, _)| open.as_str()));
    let mut closings = pairs.map(|(_, close)| Openings::new(text, &[close]));
    loop {
        let Some((from, kind)) = openings.next(at) else { return found };
        let (open, close) = pairs[kind];
        let start = from + open.len();
        let Some(length) = closings[kind].next(start).map(|(end, _)| end - start) else { return found };
        let inner = text[start..start + length].trim_matches(['-', '+']).trim();
        line += text[at..start].matches('\n').count();
        match (kind, inner) {
            (1, "raw") => raw = true,
            (1, "endraw") => raw = false,
            (1 | 2, inner) if !raw => found.push((line, inner, kind == 1)),
            (_, _) => {}
        }
        if raw && kind != 1 {
            at = start;
        } else {
            line += text[start..start + length].matches('\n').count();
            at = start + length + close.len();
        }
    }
}
