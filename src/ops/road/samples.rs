//! Answers where a road suggests none: whoever tests, compares or freezes a road has nobody to ask.

use std::collections::BTreeSet;

use crate::base::diagnostic::Diagnostic;
use crate::render::answers::{self, Given};
use crate::repo::answers::Answers;
use crate::road::manifest::{Form, Question};
use crate::road::{Part, Road};

/// Answers every question: as given, as recorded, as suggested, and with a sample where nothing is suggested. Returns the
/// answers, and the keys of the samples.
///
/// # Errors
/// When a template does not render, or no sample is an answer.
pub(super) fn answered(road: &Road, kind: &Part, given: &Answers, recorded: &Answers) -> Result<(Answers, BTreeSet<String>), Diagnostic> {
    answers::sampled(road, kind, given, recorded, &samples)
}

/// Checks what was given, and answers the rest.
///
/// # Errors
/// As [`answered`], and when something that was given is no answer.
pub(super) fn complete(road: &Road, kind: &Part, given: &[Given]) -> Result<Answers, Diagnostic> {
    let given = answers::check(road, kind, given)?;
    Ok(answered(road, kind, &given, &Answers::new())?.0)
}

/// Returns samples for the questions that suggest nothing and that `known` does not answer.
pub(super) fn beside(road: &Road, kind: &Part, known: &Answers) -> Vec<Given> {
    // Where there is no sample, whoever needs the answer says so.
    let Ok((answers, keys)) = answered(road, kind, &Answers::new(), known) else { return Vec::new() };
    let given = |(key, value)| Given { key, value, place: "a sample of the test".to_owned() };
    answers.into_iter().filter(|(key, _)| keys.contains(key)).map(given).collect()
}

/// What is tried, in order: plain words first, then forms that checks of answers often ask for.
fn samples(question: &Question) -> Vec<String> {
    let choices = || question.choices.iter().map(|choice| choice.value.clone());
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    match question.form {
        Form::Choice => choices().collect(),
        Form::Many => std::iter::once("[]".to_owned()).chain(choices().map(|value| serde_json::json!([value]).to_string())).collect(),
        Form::Text if !question.choices.is_empty() => choices().collect(),
        Form::Text => words(&[
            "sample",
            "sample-project",
            "sample_project",
            "Sample",
            "Sample project",
            "SAMPLE",
            "team@example.com",
            "https://example.com/sample",
            "example.com",
            "1",
            "1.0",
            "1.0.0",
            "v1.0.0",
            "2026-01-01",
            "2026",
            "3.12",
            "sample/sample",
            "A sample that is long enough for a description.",
        ]),
        Form::Email => words(&["team@example.com"]),
        Form::Name => words(&["sample-project", "sample_project"]),
        Form::Bool => words(&["false", "true"]),
        Form::Int => words(&["1", "0", "10", "1024", "8080"]),
        Form::Float => words(&["1.5", "1.0", "0.5"]),
        Form::Json => words(&["{}", "[]"]),
    }
}
