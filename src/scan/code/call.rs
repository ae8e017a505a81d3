//! What the rules are given, a call, and what they give back, a hit.

use std::ops::Range;

use ruff_python_ast::{Arguments, Expr, Keyword};
use ruff_text_size::Ranged;

use super::names::{Constant, Names, last_of};
use super::{Edit, Hit, Risk};

/// A hit with its edit, both in places of the text that is walked.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) hit: Hit,
    pub(super) edit: Option<Edit>,
}

/// A call as the rules see it: `partial(f, x)` is a call of `f`.
#[derive(Debug)]
pub(super) struct Call<'a> {
    /// What is called, with aliases resolved.
    pub(super) path: String,
    pub(super) args: &'a [Expr],
    pub(super) keywords: &'a [Keyword],
    pub(super) arguments: &'a Arguments,
    /// What is called, as it is written.
    pub(super) callee: &'a Expr,
    pub(super) range: Range<usize>,
    /// Whether it is written as a call.
    pub(super) direct: bool,
}

impl<'a> Call<'a> {
    /// Returns the value of a keyword.
    pub(super) fn keyword(&self, name: &str) -> Option<&'a Expr> {
        self.keywords.iter().find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name)).map(|keyword| &keyword.value)
    }

    /// Returns an argument by its name or position.
    pub(super) fn argument(&self, name: &str, position: usize) -> Option<&'a Expr> {
        self.keyword(name).or_else(|| self.args.get(position))
    }

    /// Returns the last part of what is called.
    pub(super) fn last(&self) -> &str {
        last_of(&self.path)
    }

    /// Whether keywords come from a dict (`**kwargs`).
    pub(super) fn spread(&self) -> impl Iterator<Item = &'a Expr> {
        self.keywords.iter().filter(|keyword| keyword.arg.is_none()).map(|keyword| &keyword.value)
    }

    /// Returns what is called without the marks of the resolver.
    pub(super) fn shown(&self) -> String {
        self.path.trim_start_matches(['~', '.']).to_owned()
    }
}

/// Makes a hit that is sure and full.
pub(super) fn hit(risk: Risk, range: Range<usize>, key: &str, what: String, how: &str) -> Hit {
    Hit { risk, range, cell: None, key: key.to_owned(), what, how: how.to_owned(), sure: true, advice: false, edit: None }
}

/// Returns the range of a node in bytes.
pub(super) fn bytes(node: &impl Ranged) -> Range<usize> {
    node.range().start().to_usize()..node.range().end().to_usize()
}

/// Returns the entries of a spread dict, where the code says what it is.
pub(super) fn entries(names: &Names, expression: &Expr) -> Option<Vec<(String, Option<Constant>)>> {
    match names.constant(expression)? {
        Constant::Pairs(pairs) => Some(pairs),
        Constant::Text(_) | Constant::Truth(_) | Constant::Nothing => None,
    }
}
