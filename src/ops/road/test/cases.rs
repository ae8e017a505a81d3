//! The sets of answers that a kind is tested with: every pair of choices at least once.

use crate::base::diagnostic::Diagnostic;
use crate::ops::road::{pairwise, samples};
use crate::render::values::canonical;
use crate::repo::answers::Answers;
use crate::road::manifest::{Form, Question};
use crate::road::{Part, Road, broken};

/// A set of answers.
#[derive(Clone, Debug)]
pub(in crate::ops::road) struct Case {
    /// All answers.
    pub(in crate::ops::road) answers: Answers,
    /// Those that are other than what the road suggests.
    pub(in crate::ops::road) given: Answers,
}

/// Returns the sets of answers for a kind. The first holds what the road suggests, and a sample where it suggests nothing.
///
/// # Errors
/// When the choices have too many pairs, or no complete set of answers can be made.
pub(in crate::ops::road) fn cases(road: &Road, kind_id: &str, kind: &Part) -> Result<Vec<Case>, Diagnostic> {
    let (suggested, _) = samples::answered(road, kind, &Answers::new(), &Answers::new())?;
    let questions: Vec<(&Question, Vec<String>)> = road
        .questions_of(kind)
        .map(|question| (question, values(question, suggested.get(&question.key))))
        .filter(|(_, values)| values.len() > 1)
        .collect();
    let sizes: Vec<usize> = questions.iter().map(|(_, values)| values.len()).collect();
    let rows = pairwise::rows(&sizes).ok_or_else(|| {
        let most = pairwise::MOST_PAIRS;
        broken(&road.source, &format!("kinds/{kind_id}/kind.toml"), format!("its choices have more than {most} pairs")).fix("ask less")
    })?;
    let mut cases: Vec<Case> = Vec::new();
    for row in rows {
        let chosen: Answers =
            questions.iter().zip(row).map(|((question, values), at)| (question.key.clone(), values[at].clone())).collect();
        // A choice counts where its question is asked, and where it is an answer with those before it.
        let (answers, samples) = samples::answered(road, kind, &Answers::new(), &chosen)?;
        if cases.iter().any(|known| known.answers == answers) {
            continue;
        }
        let differs = |(key, value): &(&String, &String)| {
            samples.contains(*key) || chosen.get(*key) == Some(*value) && suggested.get(*key) != Some(*value)
        };
        let given = answers.iter().filter(differs).map(|(key, value)| (key.clone(), value.clone())).collect();
        cases.push(Case { answers, given });
    }
    Ok(cases)
}

/// The values that a question is tested with, the suggested one first; of several choices: none, each alone, all.
fn values(question: &Question, suggested: Option<&String>) -> Vec<String> {
    let choices = || question.choices.iter().map(|choice| choice.value.clone());
    let list = |values: Vec<String>| canonical(question, &serde_json::Value::from(values).to_string());
    let mut values: Vec<String> = match question.form {
        _ if question.computed || question.choices_from.is_some() => Vec::new(),
        Form::Choice => choices().collect(),
        Form::Bool => vec!["true".to_owned(), "false".to_owned()],
        Form::Many => {
            let alone = choices().map(|value| list(vec![value]));
            std::iter::once(list(Vec::new())).chain(alone).chain([list(choices().collect())]).collect()
        }
        Form::Text | Form::Email | Form::Name | Form::Int | Form::Float | Form::Json => Vec::new(),
    };
    values.splice(0..0, suggested.cloned());
    let mut seen = std::collections::BTreeSet::new();
    values.retain(|value| seen.insert(value.clone()));
    values
}
