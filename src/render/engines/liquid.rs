//! liquid for `.liquid` files, with the case filters that cargo-generate adds.
//!
//! Sources: the filter list of cargo-generate's book, chapter "Templates", and the liquid crate's standard library.

use std::cell::{OnceCell, RefCell};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use liquid_core::{Display_filter, Filter, FilterReflection, ParseFilter, Result, Runtime, Value, ValueView};

use super::{Bounded, liquid_bounds};

/// Renders with one set of variables.
pub(in crate::render) struct Liquid {
    variables: serde_json::Value,
    ready: OnceCell<Ready>,
}

macro_rules! case_filter {
    ($parse:ident, $filter:ident, $name:literal, $description:literal, $convert:expr) => {
        #[doc = $description]
        #[derive(Clone, FilterReflection, ParseFilter)]
        #[filter(name = $name, description = $description, parsed($filter))]
        struct $parse;

        #[doc = $description]
        #[derive(Debug, Default, Display_filter)]
        #[name = $name]
        struct $filter;

        impl Filter for $filter {
            fn evaluate(&self, input: &dyn ValueView, _: &dyn Runtime) -> Result<Value> {
                let text = input.to_kstr();
                Ok(Value::scalar($convert(text.as_str())))
            }
        }
    };
}

case_filter!(KebabCase, KebabCaseFilter, "kebab_case", "Writes words-like-this.", heck::ToKebabCase::to_kebab_case);
case_filter!(SnakeCase, SnakeCaseFilter, "snake_case", "Writes words_like_this.", heck::ToSnakeCase::to_snake_case);
case_filter!(PascalCase, PascalCaseFilter, "pascal_case", "Writes WordsLikeThis.", heck::ToPascalCase::to_pascal_case);
case_filter!(
    UpperCamelCase,
    UpperCamelCaseFilter,
    "upper_camel_case",
    "Writes WordsLikeThis.",
    heck::ToUpperCamelCase::to_upper_camel_case
);
case_filter!(
    LowerCamelCase,
    LowerCamelCaseFilter,
    "lower_camel_case",
    "Writes wordsLikeThis.",
    heck::ToLowerCamelCase::to_lower_camel_case
);
case_filter!(
    ShoutyKebabCase,
    ShoutyKebabCaseFilter,
    "shouty_kebab_case",
    "Writes WORDS-LIKE-THIS.",
    heck::ToShoutyKebabCase::to_shouty_kebab_case
);
case_filter!(
    ShoutySnakeCase,
    ShoutySnakeCaseFilter,
    "shouty_snake_case",
    "Writes WORDS_LIKE_THIS.",
    heck::ToShoutySnakeCase::to_shouty_snake_case
);
case_filter!(TitleCase, TitleCaseFilter, "title_case", "Writes Words Like This.", heck::ToTitleCase::to_title_case);
case_filter!(TrainCase, TrainCaseFilter, "train_case", "Writes Words-Like-This.", heck::ToTrainCase::to_train_case);

/// How deep blocks may stand in each other: the engine's parser and renderer call themselves for each level.
const MAX_DEPTH: usize = 50;
/// How deep loops may stand in each other.
const MAX_LOOPS: usize = 3;
/// How long one template may take.
const DEADLINE: Duration = Duration::from_secs(5);

impl Liquid {
    /// Prepares an engine that sees `variables` and no partial templates.
    pub(in crate::render) fn new(variables: &serde_json::Value) -> Self {
        Self { variables: variables.clone(), ready: OnceCell::new() }
    }

    /// Renders a template.
    pub(in crate::render) fn render(&self, source: &str) -> std::result::Result<String, String> {
        let guarded = keep_github_expressions(source);
        check_bounds(&guarded)?;
        let ready = self.ready.get_or_init(|| prepare(&self.variables));
        let (parser, variables) = ready.clone()?;
        in_time(move || {
            let mut out = Bounded::default();
            let template = parser.parse(&guarded).map_err(|error| error.to_string())?;
            template.render_to(&mut out, &*variables).map_err(|error| error.to_string())?;
            out.into_text()
        })
        .unwrap_or_else(Err)
    }
}

/// Runs `work` on a thread of its own: the engine counts nothing, so a template that never ends is left behind.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> std::result::Result<T, String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let _ = sender.send(work());
    });
    receiver.recv_timeout(DEADLINE).map_err(|_| format!("it did not end within {} seconds", DEADLINE.as_secs()))
}

/// Why a template does not render as cargo-generate would.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::render) enum Fault {
    /// It does not parse, or asks for what is not taken.
    Syntax(String),
    /// It parses, but does not render.
    Render(String),
    /// It took too long.
    Time(String),
}

/// Renders as cargo-generate does: `${{` is liquid, too, and a variable that is missing becomes an empty text, from there on.
pub(in crate::render) struct Bare {
    parser: std::result::Result<liquid::Parser, String>,
    variables: RefCell<liquid::Object>,
}

/// How many variables one template may lack.
const MOST_MISSING: usize = 100;

impl Bare {
    /// Prepares an engine that sees `variables`.
    pub(in crate::render) fn new(variables: &serde_json::Value) -> Self {
        let object = liquid::to_object(variables).unwrap_or_default();
        let parser = parser().build().map_err(|error| error.to_string());
        Self { parser, variables: RefCell::new(object) }
    }

    /// Renders a template.
    pub(in crate::render) fn render(&self, source: &str) -> std::result::Result<String, Fault> {
        if !source.contains("{{") && !source.contains("{%") {
            return Ok(source.to_owned());
        }
        check_bounds(source).map_err(Fault::Syntax)?;
        let parser = self.parser.clone().map_err(Fault::Syntax)?;
        let mut variables = self.variables.borrow().clone();
        let text = source.to_owned();
        let (result, variables) = in_time(move || {
            let result = parser.parse(&text).map_err(|error| Fault::Syntax(error.to_string())).and_then(|template| {
                for _ in 0..MOST_MISSING {
                    let mut out = Bounded::default();
                    let Err(error) = template.render_to(&mut out, &variables) else { return out.into_text().map_err(Fault::Render) };
                    let why = error.to_string();
                    let Some(missing) = missing(&why) else { return Err(Fault::Render(why)) };
                    variables.entry(missing.to_owned()).or_insert_with(|| liquid::model::Value::scalar(""));
                }
                Err(Fault::Render(format!("more than {MOST_MISSING} of its variables are missing")))
            });
            (result, variables)
        })
        .map_err(Fault::Time)?;
        *self.variables.borrow_mut() = variables;
        result
    }
}

/// Returns the variable that an error of the engine says is missing.
fn missing(why: &str) -> Option<&str> {
    why.lines().filter_map(|line| line.split_once("requested variable=")).next().map(|(_, name)| name)
}

/// The parser with its filters, and the variables in its own form.
type Ready = std::result::Result<(liquid::Parser, Arc<liquid::Object>), String>;

fn prepare(variables: &serde_json::Value) -> Ready {
    let parser = parser().build().map_err(|error| error.to_string())?;
    let variables = liquid::to_object(variables).map_err(|error| error.to_string())?;
    Ok((parser, Arc::new(variables)))
}

/// A parser's beginnings, with the filters that cargo-generate adds.
fn parser() -> liquid::ParserBuilder {
    liquid_bounds::builder()
        .filter(KebabCase)
        .filter(SnakeCase)
        .filter(PascalCase)
        .filter(UpperCamelCase)
        .filter(LowerCamelCase)
        .filter(ShoutyKebabCase)
        .filter(ShoutySnakeCase)
        .filter(TitleCase)
        .filter(TrainCase)
}

/// Refuses what the engine would not survive: deep blocks (it calls itself) and ranges (it writes them out in memory).
fn check_bounds(source: &str) -> std::result::Result<(), String> {
    liquid_bounds::check(source)?;
    let (mut depth, mut loops) = (0usize, 0usize);
    for (at, _) in source.match_indices("{%") {
        let here = &source[at..];
        let word = tag(here).unwrap_or_default();
        match word {
            "if" | "unless" | "case" | "capture" | "comment" | "raw" | "ifchanged" => depth += 1,
            "for" | "tablerow" => {
                depth += 1;
                loops += 1;
                if here.split("%}").next().is_some_and(|inner| inner.contains("..")) {
                    return Err("a range such as `(1..9)` is not taken: it could be endless".to_owned());
                }
            }
            "endfor" | "endtablerow" => {
                depth = depth.saturating_sub(1);
                loops = loops.saturating_sub(1);
            }
            word if word.starts_with("end") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH || loops > MAX_LOOPS {
            return Err(format!("blocks stand deeper than {MAX_DEPTH}, or loops deeper than {MAX_LOOPS}"));
        }
    }
    Ok(())
}

/// Puts every `${{ … }}` outside a raw block into one, so that it comes out as it went in.
fn keep_github_expressions(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut raw = false;
    while let Some(at) = rest.find(['$', '{']) {
        let (before, here) = rest.split_at(at);
        out.push_str(before);
        if !raw && let Some(length) = here.strip_prefix("${{").and_then(|_| here.find("}}")).map(|end| end + 2) {
            out.push_str("{% raw %}");
            out.push_str(&here[..length]);
            out.push_str("{% endraw %}");
            rest = &here[length..];
            continue;
        }
        if let Some(word) = tag(here) {
            match word {
                "raw" => raw = true,
                "endraw" => raw = false,
                _ => {}
            }
        }
        let (first, tail) = here.split_at(1);
        out.push_str(first);
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Returns the word of the liquid tag that `text` starts with.
fn tag(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("{%")?;
    let inner = inner.strip_prefix('-').unwrap_or(inner).trim_start();
    inner.split(|c: char| !c.is_alphanumeric()).next()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn render(source: &str) -> std::result::Result<String, String> {
        Liquid::new(&json!({ "name": "my demo-app", "kind": { "id": "k" } })).render(source)
    }

    #[test]
    fn has_the_case_filters_of_cargo_generate() {
        let source = "{{ name | kebab_case }} {{ name | snake_case }} {{ name | pascal_case }} {{ name | upper_camel_case }} {{ name | lower_camel_case }} \
                      {{ name | shouty_kebab_case }} {{ name | shouty_snake_case }} {{ name | title_case }} {{ name | train_case }} {{ kind.id | upcase }}";
        assert_eq!(
            render(source).unwrap(),
            "my-demo-app my_demo_app MyDemoApp MyDemoApp myDemoApp MY-DEMO-APP MY_DEMO_APP My Demo App My-Demo-App K"
        );
    }

    #[test]
    fn leaves_github_expressions_alone_and_is_strict() {
        assert_eq!(render("a: ${{ secrets.X }} {{ name }}").unwrap(), "a: ${{ secrets.X }} my demo-app");
        assert_eq!(render("{% raw %}${{ a }} {{ b }}{% endraw %}").unwrap(), "${{ a }} {{ b }}");
        assert!(render("{{ nmae }}").unwrap_err().contains("nmae"));
    }

    #[test]
    fn endless_and_deep_templates_end_in_an_error() {
        assert!(render("{% for a in (1..3000000000) %}x{% endfor %}").unwrap_err().contains("range"));
        assert!(
            render(&format!("{}x{}", "{% if name %}".repeat(100_000), "{% endif %}".repeat(100_000))).unwrap_err().contains("more than")
        );
        assert!(render(&"{% for a in name %}".repeat(4)).unwrap_err().contains("deeper"));
        assert!(render("{% include 'other' %}").is_err());
    }
}
