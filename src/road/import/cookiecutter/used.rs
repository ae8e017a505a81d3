//! What the templates of a cookiecutter template use, told from their text: filters, functions, values that the tool adds.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::render::dialects::Openings;

/// Where a template uses something: the line that it first stands in.
pub(super) type Uses = BTreeMap<String, usize>;

/// The delimiters of templates.
#[derive(Clone, Debug)]
pub(super) struct Delimiters {
    /// `{%` and `%}`.
    pub(super) block: (String, String),
    /// `{{` and `}}`.
    pub(super) variable: (String, String),
    /// `{#` and `#}`.
    pub(super) comment: (String, String),
}

/// What a text uses.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Used {
    /// The names of filters.
    pub(super) filters: Uses,
    /// The names that are called as functions.
    pub(super) functions: Uses,
    /// The words that tags start with.
    pub(super) tags: Uses,
    /// The variables of `cookiecutter` that start with an underscore.
    pub(super) private: Uses,
    /// The formats of `now` tags.
    pub(super) formats: Uses,
    /// The functions and variables that the text defines itself.
    pub(super) defined: Uses,
    /// The variables that neither the tool nor the text brings.
    pub(super) needed: Uses,
    /// The templates that it includes, imports or extends.
    pub(super) included: Uses,
    /// Where it shows all of `cookiecutter` at once.
    pub(super) whole: Uses,
}

impl Used {
    /// Adds what another text uses.
    pub(super) fn add(&mut self, other: Self) {
        let pairs = [
            (&mut self.filters, other.filters),
            (&mut self.functions, other.functions),
            (&mut self.tags, other.tags),
            (&mut self.private, other.private),
            (&mut self.formats, other.formats),
            (&mut self.defined, other.defined),
            (&mut self.needed, other.needed),
            (&mut self.included, other.included),
            (&mut self.whole, other.whole),
        ];
        for (uses, others) in pairs {
            for (name, line) in others {
                uses.entry(name).or_insert(line);
            }
        }
    }
}

/// Reads what `text` uses.
pub(super) fn read(text: &str, delimiters: &Delimiters) -> Used {
    let mut used = Used::default();
    for (line, inner, is_block) in insides(text, delimiters) {
        look(&mut used, line, inner, is_block);
    }
    used
}

/// Returns what stands between delimiters, outside comments and raw blocks, with its line and whether it is a block.
fn insides<'a>(text: &'a str, delimiters: &Delimiters) -> Vec<(usize, &'a str, bool)> {
    let mut found = Vec::new();
    let (mut at, mut line, mut raw) = (0, 1, false);
    let pairs = [&delimiters.block, &delimiters.variable, &delimiters.comment];
    let mut openings = Openings::new(text, &pairs.map(|(open, _)| open.as_str()));
    loop {
        let Some((from, kind)) = openings.next(at) else { return found };
        let from = from - at;
        let (open, close) = pairs[kind];
        let start = at + from + open.len();
        if raw && kind != 0 {
            line += text[at..start].matches('\n').count();
            at = start;
            continue;
        }
        let Some(length) = end(&text[start..], close, kind != 2) else { return found };
        let inner = text[start..start + length].trim_matches(['-', '+']).trim();
        line += text[at..start].matches('\n').count();
        match (kind, inner) {
            (0, "raw") => raw = true,
            (0, "endraw") => raw = false,
            (0 | 1, inner) if !raw => found.push((line, inner, kind == 0)),
            (_, _) => {}
        }
        line += text[start..start + length].matches('\n').count();
        at = start + length + close.len();
    }
}

/// Returns where `close` stands; not inside a text in quotes, where quotes count.
fn end(text: &str, close: &str, quotes: bool) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        match quote {
            _ if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if text[at..].starts_with(close) => return Some(at),
            None if quotes && matches!(c, '"' | '\'') => quote = Some(c),
            None => {}
        }
        None
    })
}

struct Signs {
    quoted: Regex,
    filter: Regex,
    function: Regex,
    private: Regex,
    whole: Regex,
    now: Regex,
    defined: Regex,
    filter_block: Regex,
}

static SIGNS: LazyLock<Option<Signs>> = LazyLock::new(|| {
    Some(Signs {
        quoted: Regex::new(r#"'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*""#).ok()?,
        filter: Regex::new(r"\|\s*([A-Za-z_][A-Za-z0-9_.]*)").ok()?,
        function: Regex::new(r"(^|[^A-Za-z0-9_.|\s])\s*([A-Za-z_][A-Za-z0-9_]*)\s*\(").ok()?,
        private: Regex::new(r#"cookiecutter\s*(?:\.\s*|\[\s*['"])(_[A-Za-z0-9_]*)"#).ok()?,
        whole: Regex::new(r"(?:^|[^A-Za-z0-9_.])cookiecutter\s*(?:\||$|\)|,|\.\s*(?:items|values|keys)\s*\()").ok()?,
        now: Regex::new(r#"^now\b.*,\s*['"]([^'"]*)['"]$"#).ok()?,
        defined: Regex::new(r"^(?:macro|from\b.*\bimport|import\b.*\bas|set)\s+([A-Za-z_].*)$").ok()?,
        filter_block: Regex::new(r"^filter\s+([A-Za-z_][A-Za-z0-9_.]*)").ok()?,
    })
});

fn look(used: &mut Used, line: usize, inner: &str, is_block: bool) {
    let Some(signs) = SIGNS.as_ref() else { return };
    let note = |uses: &mut Uses, name: &str| {
        uses.entry(name.to_owned()).or_insert(line);
    };
    for found in signs.private.captures_iter(inner) {
        note(&mut used.private, &found[1]);
    }
    if is_block {
        let word = inner.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        note(&mut used.tags, word);
        if matches!(word, "include" | "import" | "from" | "extends") {
            for name in signs.quoted.find_iter(inner) {
                note(&mut used.included, name.as_str().trim_matches(['\'', '"']).trim_start_matches("./"));
            }
        }
        if let Some(found) = signs.now.captures(inner) {
            note(&mut used.formats, &found[1]);
        }
        for names in signs.defined.captures_iter(inner) {
            for name in names[1].split(|c: char| !c.is_alphanumeric() && c != '_').filter(|name| !name.is_empty()) {
                note(&mut used.defined, name);
            }
        }
    }
    let plain = signs.quoted.replace_all(inner, "''");
    for found in signs.filter.captures_iter(&plain) {
        note(&mut used.filters, &found[1]);
    }
    if signs.whole.is_match(&plain) {
        note(&mut used.whole, "cookiecutter");
    }
    if let Some(found) = signs.filter_block.captures(&plain).filter(|_| is_block) {
        note(&mut used.filters, &found[1]);
    }
    let calls = if is_block { plain.split_once(char::is_whitespace).map_or("", |(_, rest)| rest) } else { &plain };
    for found in signs.function.captures_iter(calls) {
        note(&mut used.functions, &found[2]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiters() -> Delimiters {
        let pair = |open: &str, close: &str| (open.to_owned(), close.to_owned());
        Delimiters { block: pair("{%", "%}"), variable: pair("{{", "}}"), comment: pair("{#", "#}") }
    }

    #[test]
    fn sees_filters_functions_and_values_of_the_tool() {
        let used = read(
            "{{ cookiecutter.name|lower | replace('|x(', '') }}\n{# {{ a | hidden }} #}{% raw %}{{ b | hidden() }}{% endraw %}\n\
             {%- now 'utc', '%H' -%}{{ random_ascii_string(5) ~ x.method() ~ '}} always() {{' }}{{ cookiecutter._repo_dir }}{{ cookiecutter | tojson }}{% if f(cookiecutter['_template']) %}",
            &delimiters(),
        );
        let names = |uses: &Uses| uses.iter().map(|(name, line)| format!("{name}:{line}")).collect::<Vec<_>>();
        assert_eq!(names(&used.filters), ["lower:1", "replace:1", "tojson:3"]);
        assert_eq!(names(&used.whole), ["cookiecutter:3"]);
        assert_eq!(names(&used.functions), ["f:3", "random_ascii_string:3"]);
        assert_eq!(names(&used.private), ["_repo_dir:3", "_template:3"]);
        assert_eq!(names(&used.formats), ["%H:3"]);
        assert_eq!(
            names(&used.tags),
            ["endraw:2", "if:3", "now:3", "raw:2"].iter().filter(|t| !t.contains("raw")).copied().collect::<Vec<_>>()
        );
    }
}
