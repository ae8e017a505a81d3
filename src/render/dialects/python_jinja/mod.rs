//! Jinja2 as Python runs it, on minijinja: for the templates of tools that are written in Python.
//!
//! What differs between the two is settled here: Python's literals ([`source`]), methods ([`methods`], [`lists`]), filters
//! and tests ([`filters`], [`ansible`]), and how Python writes values. There is no clock, no chance and no file.

mod ansible;
mod collections;
mod comment;
mod filters;
mod lists;
mod methods;
pub(super) mod python;
mod regular;
mod source;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Rest, Serde, Value, ValueOrKwargs};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, escape_formatter};

pub(super) use super::super::engines::extent::refuse_large;
use super::super::engines::extent::{self, LARGEST_TEXT};
use super::super::engines::{Bounded, FUEL, explain};
use crate::base::replace;
use crate::road::dialect::Engine;

/// The largest template, in bytes.
pub(super) const LARGEST: usize = 2 << 20;

/// The templates that others may include, import or extend, by path.
pub(crate) type Library = Arc<BTreeMap<String, String>>;

/// Renders templates of Jinja2.
pub(crate) struct PythonJinja {
    environment: Environment<'static>,
    settings: Engine,
}

impl PythonJinja {
    /// Prepares an engine; includes, imports and parents come from `library` alone.
    ///
    /// # Errors
    /// When the delimiters cannot be used.
    pub(crate) fn new(settings: &Engine, library: Library) -> Result<Self, String> {
        let mut builder = SyntaxConfig::builder();
        builder
            .block_delimiters(settings.block_start.clone(), settings.block_end.clone())
            .variable_delimiters(settings.variable_start.clone(), settings.variable_end.clone())
            .comment_delimiters(settings.comment_start.clone(), settings.comment_end.clone())
            .trim_blocks(settings.trim_blocks)
            .lstrip_blocks(settings.lstrip_blocks)
            .keep_trailing_newline(settings.keep_trailing_newline);
        if let Some(prefix) = &settings.line_statement {
            builder.line_statement_prefix(prefix.clone());
        }
        if let Some(prefix) = &settings.line_comment {
            builder.line_comment_prefix(prefix.clone());
        }
        let mut environment = Environment::new();
        environment.set_syntax(builder.build().map_err(|error| error.to_string())?);
        environment.set_undefined_behavior(if settings.strict { UndefinedBehavior::Strict } else { UndefinedBehavior::Lenient });
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(100);
        environment.set_unknown_method_callback(methods::call);
        environment.set_formatter(|out, state, value| match python::special(value) {
            Some(text) => out.write_str(&text).map_err(|_| Error::new(ErrorKind::WriteFailure, "the output is full")),
            None => extent::of_output(state, value).and_then(|()| escape_formatter(out, state, value)),
        });
        filters::add(&mut environment);
        ansible::add(&mut environment);
        lists::add(&mut environment);
        let for_loader = settings.clone();
        environment.set_loader(move |name| match library.get(name.trim_start_matches("./")) {
            None => Ok(None),
            Some(text) => source::prepare(text, &for_loader).map(Some).map_err(|why| Error::new(ErrorKind::SyntaxError, why)),
        });
        Ok(Self { environment, settings: settings.clone() })
    }

    /// Returns what begins and ends a block.
    pub(crate) fn block_delimiters(&self) -> (&str, &str) {
        (&self.settings.block_start, &self.settings.block_end)
    }

    /// Gives a dialect the engine, to add its own filters and functions.
    pub(crate) fn environment(&mut self) -> &mut Environment<'static> {
        &mut self.environment
    }

    /// Renders a text with some variables.
    ///
    /// # Errors
    /// When it is no template, or goes wrong, or does not end.
    pub(crate) fn render(&self, text: &str, variables: &Value) -> Result<String, String> {
        self.render_named("<text>", text, variables)
    }

    /// As [`PythonJinja::render`], for the file of that name.
    ///
    /// # Errors
    /// As [`PythonJinja::render`].
    pub(crate) fn render_named(&self, name: &str, text: &str, variables: &Value) -> Result<String, String> {
        if text.len() > LARGEST {
            return Err(format!("it has more than {LARGEST} bytes"));
        }
        let prepared = source::prepare(text, &self.settings)?;
        let mut out = Bounded::default();
        let template = self.environment.template_from_named_str(name, &prepared).map_err(|error| explain(&error))?;
        template.render_captured_to(variables.clone(), &mut out).map_err(|error| explain(&error))?;
        let text = out.into_text()?;
        Ok(if self.settings.newline == "\n" { text } else { text.replace('\n', &self.settings.newline) })
    }

    /// Returns the variables that a text takes from outside.
    ///
    /// # Errors
    /// When it is no template.
    pub(crate) fn variables_of(&self, text: &str) -> Result<Vec<String>, String> {
        if text.len() > LARGEST {
            return Err(format!("it has more than {LARGEST} bytes"));
        }
        let prepared = source::prepare(text, &self.settings)?;
        let template = self.environment.template_from_str(&prepared).map_err(|error| explain(&error))?;
        let mut names: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        names.sort();
        Ok(names)
    }

    /// Evaluates an expression.
    ///
    /// # Errors
    /// As [`PythonJinja::render`].
    pub(crate) fn evaluate(&self, expression: &str, variables: &Value) -> Result<Value, String> {
        let prepared = source::prepare_expression(expression, &self.settings)?;
        let compiled = self.environment.compile_expression(&prepared).map_err(|error| explain(&error))?;
        compiled.eval(variables.clone()).map_err(|error| explain(&error))
    }
}

/// Turns values of answers into what templates see.
pub(crate) fn variables(values: &serde_json::Map<String, serde_json::Value>) -> BTreeMap<String, Value> {
    values.iter().map(|(key, value)| (key.clone(), Value::from(Serde(value)))).collect()
}

/// An error of a filter or a method.
fn wrong(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

/// Replaces in a text, `most` times at most: the result is measured and paid for before it is made.
pub(super) fn replace(state: &State<'_, '_>, text: &str, old: &str, new: &str, most: Option<usize>) -> Result<String, Error> {
    refuse_large(state, text.len().max(replace::size(text, old, new, most)))?;
    replace::within(LARGEST_TEXT, text, old, new, most).ok_or_else(|| wrong("a text of more than 1 MiB"))
}

/// The arguments of a filter, by place or by name.
struct Arguments {
    placed: Vec<Value>,
    named: Kwargs,
}

impl Arguments {
    fn of(given: Rest<ValueOrKwargs>) -> Result<Self, Error> {
        let mut placed = given.into_values();
        let named = match placed.last() {
            Some(last) if last.is_kwargs() => Kwargs::try_from(placed.pop().unwrap_or_default())?,
            Some(_) | None => Kwargs::from_iter(Vec::<(String, Value)>::new()),
        };
        Ok(Self { placed, named })
    }

    /// Returns the argument at a place or of a name.
    fn get(&self, at: usize, name: &str) -> Option<Value> {
        self.placed.get(at).cloned().or_else(|| self.named.peek::<Option<Value>>(name).ok().flatten())
    }

    fn text(&self, state: &State<'_, '_>, at: usize, name: &str) -> Result<Option<String>, Error> {
        let given = self.get(at, name).filter(|value| !value.is_none() && !value.is_undefined());
        given.map(|value| python::text(state, &value)).transpose()
    }

    fn count(&self, at: usize, name: &str, otherwise: i64) -> i64 {
        self.get(at, name).and_then(|value| i64::try_from(value).ok()).unwrap_or(otherwise)
    }

    fn truth(&self, at: usize, name: &str, otherwise: bool) -> bool {
        self.get(at, name).map_or(otherwise, |value| value.is_true())
    }
}

#[cfg(test)]
mod tests;
