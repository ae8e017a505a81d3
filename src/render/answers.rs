//! From what was given, what the machine knows and what a person says, to a complete set of valid answers.

use std::collections::BTreeSet;

use super::questions::{self, Machine};
use super::sheet::{Sheet, Turn};
use super::values;
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
        let value = values::canonical(question, value);
        if let Some(problem) = stated(question).and_then(|question| questions::problem(&question, &value, dependencies(kind))) {
            return Err(Diagnostic::usage("invalid-answer", format!("`{value}` is no answer to `{key}`"))
                .at(place.clone())
                .because(problem)
                .fix(format!("{} `highroad new --list` shows every question", question.help)));
        }
        answers.insert(key.clone(), value);
    }
    Ok(answers)
}

/// Returns the question as far as it can be checked before the answers to the others are known.
fn stated(question: &Question) -> Option<std::borrow::Cow<'_, Question>> {
    let mut early = std::borrow::Cow::Borrowed(question);
    // Values of choices may be templates: they are checked in their turn.
    if question.choices_from.is_some() || question.is_dynamic() {
        let early = early.to_mut();
        early.choices_from.get_or_insert_default();
        early.choices = Vec::new();
    }
    Some(early)
}

/// Fills in what is missing with what the questions suggest, in order. A question that is not asked takes its default.
///
/// # Errors
/// When a question has no default, its default or a given answer is not valid, or a template does not render.
pub fn complete(road: &Road, kind: &Part, given: Answers, machine: &Machine) -> Result<Answers, Diagnostic> {
    Ok(settle(road, kind, &given, &Answers::new(), machine)?.0)
}

/// Answers everything that needs no person: given first, then recorded where the question is asked, then suggested.
/// Returns the answers, and the keys of asked questions that were neither given nor recorded.
///
/// # Errors
/// As [`complete`].
pub fn settle(
    road: &Road,
    kind: &Part,
    given: &Answers,
    recorded: &Answers,
    machine: &Machine,
) -> Result<(Answers, Vec<String>), Diagnostic> {
    let sheet = Sheet::new(road, kind, machine);
    let mut answers = Answers::new();
    let mut open = Vec::new();
    for question in road.questions_of(kind) {
        if let Some(answer) = given.get(&question.key) {
            let answer = sheet.accept(question, answer, &answers)?;
            answers.insert(question.key.clone(), answer);
            continue;
        }
        let turn = sheet.turn(question, &answers)?;
        let known = recorded.get(&question.key).filter(|answer| turn.asked && turn.problem(&sheet, answer, &answers).is_none());
        if known.is_none() && turn.asked {
            open.push(question.key.clone());
        }
        if let Some(answer) = known.cloned().map_or_else(|| sheet.suggested(turn, &answers), |answer| Ok(Some(answer)))? {
            answers.insert(question.key.clone(), answer);
        }
    }
    Ok((answers, open))
}

/// Answers everything without a person, as [`settle`] does, and takes a sample where the road suggests nothing that can be
/// answered: a test has nobody to ask. `samples` are tried in order. Returns the answers, and the keys of the samples.
///
/// # Errors
/// As [`complete`]; `answer-needed` where no sample is an answer.
pub fn sampled(
    road: &Road,
    kind: &Part,
    given: &Answers,
    recorded: &Answers,
    samples: &dyn Fn(&Question) -> Vec<String>,
) -> Result<(Answers, BTreeSet<String>), Diagnostic> {
    let machine = Machine::default();
    let sheet = Sheet::new(road, kind, &machine);
    let mut answers = Answers::new();
    let mut keys = BTreeSet::new();
    for question in sheet.questions() {
        if let Some(answer) = given.get(&question.key) {
            let answer = sheet.accept(question, answer, &answers)?;
            answers.insert(question.key.clone(), answer);
            continue;
        }
        let turn = sheet.turn(question, &answers)?;
        let fits = |turn: &Turn<'_>, answer: &str| turn.asked && turn.problem(&sheet, answer, &answers).is_none();
        if let Some(answer) = recorded.get(&question.key).filter(|answer| fits(&turn, answer)) {
            answers.insert(question.key.clone(), answer.clone());
            continue;
        }
        match sheet.suggested(turn, &answers) {
            Ok(Some(answer)) => {
                answers.insert(question.key.clone(), answer);
            }
            Ok(None) => {}
            Err(error) => {
                let turn = sheet.turn(question, &answers)?;
                let canonical = |sample: String| values::canonical(&turn.question, &sample);
                let sample = samples(&turn.question).into_iter().map(canonical).find(|sample| fits(&turn, sample));
                answers.insert(question.key.clone(), sample.ok_or(error)?);
                keys.insert(question.key.clone());
            }
        }
    }
    Ok((answers, keys))
}

/// Asks what is missing, one question after the other; going back asks the one before again.
/// Returns nothing where the person goes back before the first question.
///
/// # Errors
/// When the person stops the wizard, or a template does not render.
pub fn ask(
    road: &Road,
    kind: &Part,
    given: &Answers,
    machine: &Machine,
    asker: &mut dyn Asker,
    from_last: Option<&Answers>,
) -> Result<Option<Answers>, Diagnostic> {
    let sheet = Sheet::new(road, kind, machine);
    let mut said = from_last.cloned().unwrap_or_default();
    let mut settled = match from_last {
        Some(_) => walk(&sheet, given, &said, usize::MAX)?.number.saturating_sub(1),
        None => 0,
    };
    loop {
        let Walk { answers, turn, number, count } = walk(&sheet, given, &said, settled)?;
        let Some(turn) = turn else { return Ok(Some(answers)) };
        let key = turn.question.key.clone();
        let suggestion = said.get(&key).cloned().or_else(|| turn.suggestion.clone()).unwrap_or_default();
        let check = |answer: &str| turn.problem(&sheet, answer, &answers);
        match asker.ask(&turn.question, &suggestion, (number + 1, count), &check)? {
            Reply::Answer(answer) => {
                let answer = values::canonical(&turn.question, &answer);
                if check(&answer).is_none() {
                    said.insert(key, answer);
                    settled = number + 1;
                }
            }
            Reply::Back if number == 0 => return Ok(None),
            Reply::Back => settled = number - 1,
        }
    }
}

/// How far the questions are answered.
struct Walk<'a> {
    answers: Answers,
    /// The question that is to be asked next.
    turn: Option<Turn<'a>>,
    /// How many were asked before it.
    number: usize,
    /// How many there are at most.
    count: usize,
}

/// Answers the first `settled` questions that are asked with what was said, and stops at the next.
fn walk<'a>(sheet: &Sheet<'a>, given: &Answers, said: &Answers, settled: usize) -> Result<Walk<'a>, Diagnostic> {
    let mut walk = Walk { answers: Answers::new(), turn: None, number: 0, count: 0 };
    for question in sheet.questions() {
        if walk.turn.is_some() {
            walk.count += usize::from(!given.contains_key(&question.key) && !question.computed);
            continue;
        }
        if let Some(answer) = given.get(&question.key) {
            let answer = sheet.accept(question, answer, &walk.answers)?;
            walk.answers.insert(question.key.clone(), answer);
            continue;
        }
        let turn = sheet.turn(question, &walk.answers)?;
        if turn.asked && walk.number == settled {
            walk.count = walk.number + 1;
            walk.turn = Some(turn);
            continue;
        }
        walk.number += usize::from(turn.asked);
        let kept = said.get(&question.key).filter(|_| turn.asked).cloned();
        if let Some(answer) = kept.map_or_else(|| sheet.suggested(turn, &walk.answers), |answer| Ok(Some(answer)))? {
            walk.answers.insert(question.key.clone(), answer);
        }
    }
    // What was given stays, also where nothing asks for it.
    if walk.turn.is_none() {
        for (key, value) in given {
            walk.answers.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    Ok(walk)
}

/// Returns what a project of this kind can import: its requirements, every package that its locks install, and the
/// modules that the kind names because they are called otherwise than their packages.
pub fn dependencies(kind: &Part) -> impl Iterator<Item = &str> {
    let locks = kind.files.iter().filter(|file| file.path.starts_with("locks/")).filter_map(|file| std::str::from_utf8(&file.bytes).ok());
    let locked = locks.flat_map(str::lines).filter(|line| line.contains("=="));
    kind.manifest.dependencies.values().flatten().chain(&kind.manifest.modules).map(String::as_str).chain(locked)
}
