//! Three-way merges of values that keep the text of the project: what TOML, JSON and YAML share.
//!
//! A format reads a text into a [`Node`] that knows where everything stands. [`three_way`] merges three of them into a
//! plan, key by key and item by item; [`emit`] writes the plan over the project's text; [`engine`] says whether the
//! result counts: it has to be read back as the value that the plan stands for.

pub(super) mod align;
pub(super) mod emit;
pub(super) mod engine;
pub(super) mod flow;
pub(super) mod hunks;
pub(super) mod order;
pub(super) mod pins;
pub(super) mod places;
pub(super) mod rules;
pub(super) mod three_way;

use std::collections::BTreeMap;
use std::ops::Range;

/// How deep values may lie in each other.
pub(super) const DEPTH: usize = 64;

/// The most bytes that a file may have to be merged by its structure.
pub(super) const SIZE: usize = 2 << 20;

/// A text and the value in it.
#[derive(Debug)]
pub(super) struct Document<'a> {
    /// The text.
    pub text: &'a str,
    /// The value.
    pub root: Node,
}

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    /// The bytes that it takes. A list or mapping without brackets takes whole lines, except where it begins after a dash.
    pub span: Range<usize>,
    /// What it is.
    pub body: Body,
    /// Whether each child has lines of its own.
    pub lines: bool,
    /// Whether it stands in brackets, with commas.
    pub flow: bool,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Body {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    List(Vec<Child>),
    /// Keys and values, in the order of the file.
    Map(Vec<Child>),
}

/// A single value: what it means, without how it is quoted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Scalar {
    /// A text.
    Text(String),
    /// A number, a truth value, a date or nothing, as it is written.
    Plain(String),
}

impl Scalar {
    /// Returns how it reads.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Plain(text) => text,
        }
    }
}

/// An entry of a mapping or an item of a list, with the text that belongs to it.
#[derive(Debug)]
pub(super) struct Child {
    /// The key; empty in a list.
    pub key: String,
    /// Where its text begins: comments and blank lines above it; in brackets, what stands between it and the comma before.
    pub lead: usize,
    /// Where its key, its dash or (in brackets) its value begins.
    pub at: usize,
    /// The value.
    pub node: Node,
    /// Where its comma stands.
    pub comma: Option<usize>,
    /// Where its text ends: with its line, or with the comment on its line.
    pub end: usize,
}

/// A value without places, to compare.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Value {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    List(Vec<Self>),
    /// Keys and values.
    Map(BTreeMap<String, Self>),
}

impl Node {
    /// A node of a single value.
    pub(super) fn scalar(span: Range<usize>, scalar: Scalar) -> Self {
        Self { span, body: Body::Scalar(scalar), lines: false, flow: false }
    }

    /// Returns the entries or items.
    pub(super) fn children(&self) -> &[Child] {
        match &self.body {
            Body::Scalar(_) => &[],
            Body::List(children) | Body::Map(children) => children,
        }
    }

    /// Returns a single value.
    pub(super) fn as_scalar(&self) -> Option<&Scalar> {
        match &self.body {
            Body::Scalar(scalar) => Some(scalar),
            Body::List(_) | Body::Map(_) => None,
        }
    }

    /// Returns the value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.body {
            Body::Map(children) => children.iter().find(|child| child.key == key).map(|child| &child.node),
            Body::Scalar(_) | Body::List(_) => None,
        }
    }

    /// Returns the text of a key's value.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_scalar().map(Scalar::text)
    }

    /// Returns the value without places.
    pub(super) fn value(&self) -> Value {
        match &self.body {
            Body::Scalar(scalar) => Value::Scalar(scalar.clone()),
            Body::List(children) => Value::List(children.iter().map(|child| child.node.value()).collect()),
            Body::Map(children) => Value::Map(children.iter().map(|child| (child.key.clone(), child.node.value())).collect()),
        }
    }

    /// Whether two values mean the same. The order of keys does not count.
    pub(super) fn means(&self, other: &Self) -> bool {
        match (&self.body, &other.body) {
            (Body::Scalar(one), Body::Scalar(two)) => one == two,
            (Body::List(one), Body::List(two)) => one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.node.means(&two.node)),
            (Body::Map(one), Body::Map(two)) => {
                one.len() == two.len() && one.iter().all(|child| other.get(&child.key).is_some_and(|there| child.node.means(there)))
            }
            (Body::Scalar(_) | Body::List(_) | Body::Map(_), _) => false,
        }
    }

    /// Whether a key stands twice in a mapping, here or below.
    pub(super) fn repeats_a_key(&self) -> bool {
        let mut keys = std::collections::BTreeSet::new();
        let map = matches!(self.body, Body::Map(_));
        self.children().iter().any(|child| (map && !keys.insert(child.key.as_str())) || child.node.repeats_a_key())
    }
}

/// Returns where the line begins that `at` is on.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..at.min(text.len())]).map_or(0, |found| found + 1)
}

/// Returns where the line ends that `at` is on, with its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |found| at + found + 1)
}

/// Returns where the comments of a text's first entry begin: those of the text stand before them, parted by a blank line.
pub(super) fn preamble(text: &str, first: usize) -> usize {
    let line = line_start(text, first);
    let head = &text[..line];
    match head.rfind("\n\n") {
        Some(at) => at + 2,
        None if head.lines().all(|line| line.starts_with('#')) => 0,
        None => line,
    }
}

/// Divides the lines between two children: returns where those of the first end. Comments belong to what follows them, but
/// for those that directly follow the first and are indented deeper than the second.
pub(super) fn divide(text: &str, gap: Range<usize>, column: usize) -> usize {
    let deeper = |line: &&str| !line.trim().is_empty() && line.len() - line.trim_start_matches([' ', '\t']).len() > column;
    gap.start + text[gap].split_inclusive('\n').take_while(deeper).map(str::len).sum::<usize>()
}
