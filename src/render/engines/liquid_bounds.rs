//! liquid with bounds: no filter, captured text or list makes a value of more than 64 KiB, and no clock is read.
//!
//! The engine counts nothing. A template that doubles a text forty times would fill the memory, so every filter is looked at
//! before and after it runs; those whose result can be the product of two texts are written anew.

use liquid::ParserBuilder;
use liquid_core::model::ScalarCow;
use liquid_core::{
    BlockReflection, Display_filter, Error, Expression, Filter, FilterParameters, FilterReflection, FromFilterParameters, Language,
    ParseBlock, ParseFilter, Renderable, Result, Runtime, TagBlock, TagTokenIter, Template, Value, ValueView,
};
use liquid_lib::stdlib;

/// The most bytes of a text that a filter makes or a block captures.
const MAX_TEXT: usize = 64 << 10;
/// The most items of a list that a filter makes.
const MAX_ITEMS: usize = 10_000;
/// The largest number that a filter takes or makes: the product of two is still a number.
const LARGEST: u64 = 1_000_000_000;
/// How many blocks and variables a template may have; the engine takes some hundred bytes for each.
const MAX_TAGS: usize = 20_000;
/// The longest tag, in bytes.
const MAX_TAG: usize = 8 << 10;
/// How many variables a template may set; each holds up to [`MAX_TEXT`].
const MAX_SET: usize = 100;
/// The answer that stands for the day on which a project was made.
const TODAY: &str = "today";
/// How many filters a variable goes through.
const MAX_CHAIN: usize = 40;

/// Returns a parser's beginnings: the standard blocks, tags and filters of liquid, each with bounds.
pub(super) fn builder() -> ParserBuilder {
    macro_rules! with {
        ($builder:expr, $($filter:ident)*) => { $builder$(.filter(Checked(stdlib::$filter, false)))* };
    }
    with!(
        ParserBuilder::with_stdlib().block(Capture),
        Append Capitalize Compact Concat Default Downcase Escape EscapeOnce First Last Lstrip Map NewlineToBr Prepend Remove
        RemoveFirst ReplaceFirst Reverse Rstrip Slice Sort SortNatural Split Strip StripHtml StripNewlines Truncate
        TruncateWords Uniq Upcase UrlDecode UrlEncode Where
    )
    .filter(Checked(stdlib::Abs, true))
    .filter(Checked(stdlib::DividedBy, true))
    .filter(Checked(stdlib::Minus, true))
    .filter(Checked(stdlib::Modulo, true))
    .filter(Checked(stdlib::Plus, true))
    .filter(Checked(stdlib::Times, true))
    .filter(Clockless(stdlib::Date))
    .filter(Replace)
    .filter(Join)
}

/// Refuses templates whose parts alone would fill the memory.
pub(super) fn check(source: &str) -> std::result::Result<(), String> {
    let (mut tags, mut set) = (0, 0);
    for (at, opening) in source.match_indices(['{']) {
        let here = &source[at + opening.len()..];
        let close = match here.as_bytes().first() {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(_) | None => continue,
        };
        tags += 1;
        let window = &here.as_bytes()[..here.len().min(MAX_TAG)];
        let end = window.windows(2).position(|pair| pair == close.as_bytes());
        let inside = &String::from_utf8_lossy(&window[..end.unwrap_or(window.len())]);
        if tags > MAX_TAGS {
            return Err(format!("it has more than {MAX_TAGS} tags"));
        }
        if end.is_none() || inside.matches('|').count() > MAX_CHAIN {
            return Err(format!("a tag is longer than {MAX_TAG} bytes, or goes through more than {MAX_CHAIN} filters"));
        }
        // The engine's sums are not checked for what a number can hold.
        let digits = inside.as_bytes().windows(10).any(|ten| ten.iter().all(u8::is_ascii_digit));
        if digits && ["plus", "minus", "times", "divided_by", "modulo", "abs"].iter().any(|filter| inside.contains(filter)) {
            return Err("a tag calculates with a number of more than nine digits".to_owned());
        }
        let word = inside.trim_start_matches(['%', '-', ' ', '\t', '\r', '\n']);
        set += usize::from(word.starts_with("assign") || word.starts_with("capture"));
        if set > MAX_SET {
            return Err(format!("it sets more than {MAX_SET} variables"));
        }
    }
    Ok(())
}

/// A filter whose input and result are looked at, and whether it calculates.
#[derive(Clone)]
struct Checked<F>(F, bool);

#[derive(Debug)]
struct CheckedFilter(Box<dyn Filter>, bool);

impl<F: ParseFilter + Clone + 'static> ParseFilter for Checked<F> {
    fn parse(&self, arguments: liquid_core::parser::FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        Ok(Box::new(CheckedFilter(self.0.parse(arguments)?, self.1)))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self.0.reflection()
    }
}

impl std::fmt::Display for CheckedFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Filter for CheckedFilter {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        let large = |value: &dyn ValueView| {
            self.1 && value.as_scalar().and_then(|scalar| scalar.to_integer()).is_some_and(|number| number.unsigned_abs() > LARGEST)
        };
        checked(&input.to_value())?;
        if large(input) {
            return Err(too_large());
        }
        let result = self.0.evaluate(input, runtime)?;
        checked(&result)?;
        if large(&result) { Err(too_large()) } else { Ok(result) }
    }
}

fn checked(value: &Value) -> Result<()> {
    let small = match value {
        Value::Scalar(scalar) => scalar.to_kstr().len() <= MAX_TEXT,
        Value::Array(items) => items.len() <= MAX_ITEMS,
        Value::Object(_) | Value::State(_) | Value::Nil => true,
    };
    if small { Ok(()) } else { Err(too_large()) }
}

fn too_large() -> Error {
    Error::with_msg(format!("a value has more than {MAX_TEXT} bytes or {MAX_ITEMS} items"))
}

/// The `date` filter without a clock, and without widths that would fill the memory.
#[derive(Clone)]
struct Clockless(stdlib::Date);

#[derive(Debug)]
struct ClocklessFilter(Box<dyn Filter>);

impl ParseFilter for Clockless {
    fn parse(&self, arguments: liquid_core::parser::FilterArguments<'_>) -> Result<Box<dyn Filter>> {
        Ok(Box::new(ClocklessFilter(self.0.parse(arguments)?)))
    }

    fn reflection(&self) -> &dyn FilterReflection {
        self.0.reflection()
    }
}

impl std::fmt::Display for ClocklessFilter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Filter for ClocklessFilter {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        let text = input.to_kstr();
        let mut input = input;
        let recorded;
        if ["now", "today"].contains(&text.trim().to_lowercase().as_str()) {
            let day = runtime.try_get(&[ScalarCow::new(TODAY)]).ok_or_else(|| Error::with_msg("a render reads no clock"))?;
            recorded = Value::scalar(format!("{} 00:00:00 +0000", day.to_kstr()));
            input = &recorded;
        }
        let formats = self.0.to_string();
        if formats.as_bytes().windows(4).any(|four| four.iter().all(u8::is_ascii_digit)) {
            return Err(Error::with_msg("a date is written with a width of more than three digits"));
        }
        let result = self.0.evaluate(input, runtime)?;
        checked(&result)?;
        Ok(result)
    }
}

#[derive(Debug, FilterParameters)]
struct ReplaceArgs {
    #[parameter(description = "What is searched.", arg_type = "str")]
    search: Expression,
    #[parameter(description = "What takes its place; nothing where it is missing.", arg_type = "str")]
    replace: Option<Expression>,
}

#[derive(Clone, FilterReflection, ParseFilter)]
#[filter(name = "replace", description = "Replaces a text everywhere.", parameters(ReplaceArgs), parsed(ReplaceFilter))]
struct Replace;

#[derive(Debug, Display_filter, FromFilterParameters)]
#[name = "replace"]
struct ReplaceFilter {
    #[parameters]
    args: ReplaceArgs,
}

impl Filter for ReplaceFilter {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        let args = self.args.evaluate(runtime)?;
        let (text, search) = (input.to_kstr(), args.search);
        let by = args.replace.unwrap_or_default();
        if text.len() > MAX_TEXT || text.matches(search.as_str()).count().saturating_mul(by.len()) > MAX_TEXT {
            return Err(too_large());
        }
        Ok(Value::scalar(text.replace(search.as_str(), by.as_str())))
    }
}

#[derive(Debug, FilterParameters)]
struct JoinArgs {
    #[parameter(description = "What stands between the items: a blank where it is missing.", arg_type = "str")]
    separator: Option<Expression>,
}

#[derive(Clone, FilterReflection, ParseFilter)]
#[filter(name = "join", description = "Writes the items of a list in one text.", parameters(JoinArgs), parsed(JoinFilter))]
struct Join;

#[derive(Debug, Display_filter, FromFilterParameters)]
#[name = "join"]
struct JoinFilter {
    #[parameters]
    args: JoinArgs,
}

impl Filter for JoinFilter {
    fn evaluate(&self, input: &dyn ValueView, runtime: &dyn Runtime) -> Result<Value> {
        let args = self.args.evaluate(runtime)?;
        let separator = args.separator.unwrap_or_else(|| " ".into());
        let list = input.as_array().ok_or_else(|| Error::with_msg("a list is expected"))?;
        let mut out = String::new();
        for (at, item) in list.values().enumerate() {
            if at > 0 {
                out.push_str(&separator);
            }
            out.push_str(&item.to_kstr());
            if out.len() > MAX_TEXT {
                return Err(too_large());
            }
        }
        Ok(Value::scalar(out))
    }
}

/// `{% capture name %} … {% endcapture %}` into a bounded text.
#[derive(Clone)]
struct Capture;

impl BlockReflection for Capture {
    fn start_tag(&self) -> &str {
        "capture"
    }

    fn end_tag(&self) -> &str {
        "endcapture"
    }

    fn description(&self) -> &str {
        "Keeps what a block writes as a variable."
    }
}

impl ParseBlock for Capture {
    fn parse(&self, mut arguments: TagTokenIter<'_>, mut tokens: TagBlock<'_, '_>, options: &Language) -> Result<Box<dyn Renderable>> {
        let name = arguments.expect_next("a name is expected")?.expect_identifier().into_result()?.to_owned();
        arguments.expect_nothing()?;
        let content = Template::new(tokens.parse_all(options)?);
        tokens.assert_empty();
        Ok(Box::new(Captured { name, content }))
    }

    fn reflection(&self) -> &dyn BlockReflection {
        self
    }
}

#[derive(Debug)]
struct Captured {
    name: String,
    content: Template,
}

impl Renderable for Captured {
    fn render_to(&self, _: &mut dyn std::io::Write, runtime: &dyn Runtime) -> Result<()> {
        let mut out = super::Bounded::up_to(MAX_TEXT);
        self.content.render_to(&mut out, runtime)?;
        let text = out.into_text().map_err(Error::with_msg)?;
        runtime.set_global(self.name.clone().into(), Value::scalar(text));
        Ok(())
    }
}
