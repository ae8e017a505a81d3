//! What people and programs read of the coverage of standards.

use schemars::JsonSchema;
use serde::Serialize;

use crate::guardrails::coverage::{Row, to_text};

/// The result of `highroad check --coverage --json`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Coverage {
    /// The version of this format: 1.
    pub schema: u32,
    /// Every item of every standard, in the order of the standards.
    pub items: Vec<Row>,
}

/// Describes the coverage for programs.
pub fn document(items: Vec<Row>) -> Coverage {
    Coverage { schema: 1, items }
}

/// What a person reads; with `all`, every item.
pub fn human(rows: &[Row], all: bool) -> String {
    to_text(rows, all)
}
