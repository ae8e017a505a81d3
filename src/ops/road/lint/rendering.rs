//! Renders every kind with every choice of every question once, and with texts that are hard to quote.

use rayon::prelude::*;

use super::Desk;
use crate::base::interrupt;
use crate::ops::road::samples;
use crate::render::answers::{self, Given};
use crate::render::questions;
use crate::render::render;
use crate::road::manifest::{Form, Question};
use crate::road::{Part, Road};

/// A text with what templates, shells, TOML, YAML, JSON, Python and Markdown read as more than text.
const AWKWARD: &str = "it's \"a\" \\ {@ x @} {% y %} ${{ z }} $(w) `v` # <u> é: - [t] & *s*";

/// Returns how many times it rendered.
pub(super) fn look(desk: &mut Desk<'_>) -> usize {
    let road = desk.road;
    let cases: Vec<(&String, &Part, Vec<Given>)> =
        road.kinds.iter().flat_map(|(id, kind)| cases(road, kind).into_iter().map(move |given| (id, kind, given))).collect();
    let failed: Vec<(String, String)> = cases
        .par_iter()
        // Whoever asked for it asks again, and ends with the error.
        .filter(|_| interrupt::check().is_ok())
        .filter_map(|(id, kind, given)| problem(road, id, kind, given))
        .collect();
    for (place, what) in failed {
        desk.report(
            "render",
            &place,
            None,
            [&what, "a person who gives that answer gets no project", "correct the template, or the rule that lets the answer through"],
        );
    }
    cases.len()
}

/// The answers to try, each one in turn while the rest is suggested.
fn cases(road: &Road, kind: &Part) -> Vec<Vec<Given>> {
    let given = |key: &str, value: &str| vec![Given { key: key.to_owned(), value: value.to_owned(), place: "lint".to_owned() }];
    let mut all = vec![Vec::new()];
    for question in road.questions_of(kind).filter(|question| !question.computed) {
        let values = values(question, kind);
        all.extend(values.iter().map(|value| given(&question.key, value)));
    }
    all
}

fn values(question: &Question, kind: &Part) -> Vec<String> {
    let choices = question.choices.iter().map(|choice| choice.value.clone());
    let tried: Vec<String> = match question.form {
        Form::Choice => choices.collect(),
        Form::Text if question.choices.is_empty() => vec![AWKWARD.chars().take(question.max_length).collect()],
        Form::Bool => vec!["true".to_owned(), "false".to_owned()],
        Form::Many => std::iter::once("[]".to_owned()).chain(choices.map(|value| serde_json::json!([value]).to_string())).collect(),
        Form::Text => choices.collect(),
        Form::Email | Form::Name | Form::Int | Form::Float | Form::Json => Vec::new(),
    };
    // What the question itself refuses, nobody can answer.
    tried.into_iter().filter(|value| questions::problem(question, value, answers::dependencies(kind)).is_none()).collect()
}

fn problem(road: &Road, id: &str, kind: &Part, given: &[Given]) -> Option<(String, String)> {
    let made = samples::complete(road, kind, given).and_then(|complete| render(road, id, &complete));
    let error = made.err()?;
    // A question of another tool's template may be off for an answer: that it was given is then no fault of the road.
    if matches!(error.code, "unknown-answer" | "question-off") {
        return None;
    }
    let with = given.first().map(|given| format!(" with {}={}", given.key, given.value)).unwrap_or_default();
    let place = error.place.clone().unwrap_or_default();
    let place = place.strip_prefix(&format!("{}/", road.source)).map_or_else(|| format!("kinds/{id}/kind.toml"), str::to_owned);
    Some((place, format!("`{id}`{with} does not render: {}", error.why)))
}
