//! From what was given, what the machine knows and what a person says, to a complete set of valid answers.

use super::questions::{self, Machine};
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::repo::answers::Answers;
use crate::road::manifest::Question;
use crate::road::{Part, Road};

/// What a person says to a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reply {
    /// An answer; it is checked again.
    Answer(String),
    /// Ask the question before this one again.
    Back,
}

/// Somebody who can be asked.
pub trait Asker {
    /// Asks one question. `position` is its number and the number of all questions.
    ///
    /// # Errors
    /// When the person stops the wizard.
    fn ask(
        &mut self,
        question: &Question,
        suggestion: &str,
        position: (usize, usize),
        check: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Reply, Diagnostic>;
}

/// An answer that was given beforehand, with the place that it came from.
#[derive(Clone, Debug)]
pub struct Given {
    /// The key of the question.
    pub key: String,
    /// The answer.
    pub value: String,
    /// The flag or file, for the error message.
    pub place: String,
}

/// Checks the answers that were given beforehand.
///
/// # Errors
/// At the first unknown key or invalid answer; the error names the nearest key or says what is expected.
pub fn check(road: &Road, kind: &Part, given: &[Given]) -> Result<Answers, Diagnostic> {
    let mut answers = Answers::new();
    for Given { key, value, place } in given {
        let question = road.questions_of(kind).find(|question| question.key == *key).ok_or_else(|| {
            let keys: Vec<&str> = road.questions_of(kind).map(|question| question.key.as_str()).collect();
            Diagnostic::usage("unknown-answer", format!("there is no question `{key}`"))
                .at(place.clone())
                .because("a mistyped answer would silently be a default")
                .fix(did_you_mean(key, &keys))
        })?;
        if let Some(problem) = questions::problem(question, value, dependencies(kind)) {
            return Err(Diagnostic::usage("invalid-answer", format!("`{value}` is no answer to `{key}`"))
                .at(place.clone())
                .because(problem)
                .fix(format!("{} `highroad new --list` shows every question", question.help)));
        }
        answers.insert(key.clone(), value.clone());
    }
    Ok(answers)
}

/// Fills in what is missing with what the questions suggest.
pub fn complete(road: &Road, kind: &Part, mut answers: Answers, machine: &Machine) -> Answers {
    for question in road.questions_of(kind) {
        if !answers.contains_key(&question.key) {
            answers.insert(question.key.clone(), questions::default(question, machine, dependencies(kind)));
        }
    }
    answers
}

/// Asks what is missing, one question after the other; going back asks the one before again.
/// Returns nothing where the person goes back before the first question.
///
/// # Errors
/// When the person stops the wizard.
pub fn ask(
    road: &Road,
    kind: &Part,
    given: &Answers,
    machine: &Machine,
    asker: &mut dyn Asker,
    from_last: Option<&Answers>,
) -> Result<Option<Answers>, Diagnostic> {
    let open: Vec<&Question> = road.questions_of(kind).filter(|question| !given.contains_key(&question.key)).collect();
    let mut answers = from_last.cloned().unwrap_or_default();
    let mut at = if from_last.is_some() { open.len().saturating_sub(1) } else { 0 };
    while let Some(question) = open.get(at) {
        let suggestion = answers.get(&question.key).cloned().unwrap_or_else(|| questions::default(question, machine, dependencies(kind)));
        let check = |answer: &str| questions::problem(question, answer, dependencies(kind));
        match asker.ask(question, &suggestion, (at + 1, open.len()), &check)? {
            Reply::Answer(answer) if check(&answer).is_none() => {
                answers.insert(question.key.clone(), answer);
                at += 1;
            }
            Reply::Answer(_) => {}
            Reply::Back if at == 0 => return Ok(None),
            Reply::Back => at -= 1,
        }
    }
    answers.extend(given.iter().map(|(key, value)| (key.clone(), value.clone())));
    Ok(Some(answers))
}

/// Returns what a project of this kind can import: its requirements, every package that its locks install, and the
/// modules that the kind names because they are called otherwise than their packages.
pub fn dependencies(kind: &Part) -> impl Iterator<Item = &str> {
    let locks = kind.files.iter().filter(|file| file.path.starts_with("locks/")).filter_map(|file| std::str::from_utf8(&file.bytes).ok());
    let locked = locks.flat_map(str::lines).filter(|line| line.contains("=="));
    kind.manifest.dependencies.values().flatten().chain(&kind.manifest.modules).map(String::as_str).chain(locked)
}
