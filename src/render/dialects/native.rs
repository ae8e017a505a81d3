//! The road's own format: questions are taken as they stand, conditions are expressions.

use super::super::engines::Jinja;
use super::super::values::Values;
use super::Questions;

/// Asks the questions of kinds without a dialect.
pub(super) struct Native;

impl Questions for Native {
    fn text(&self, template: &str, _: &Values) -> Result<String, String> {
        Ok(template.to_owned())
    }

    fn holds(&self, condition: &str, answers: &Values) -> Result<bool, String> {
        Jinja::new(&serde_json::Value::Object(answers.clone())).holds(condition)
    }
}
