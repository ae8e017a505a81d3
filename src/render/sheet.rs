//! One question in its turn: what the answers so far make of it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::answers::dependencies;
use super::dialects;
use super::questions::{self, Machine};
use super::values::{self, Values};
use crate::base::diagnostic::Diagnostic;
use crate::repo::answers::Answers;
use crate::road::manifest::{Choice, Question};
use crate::road::{Part, Road, broken};

/// How many choices one question may have.
const MOST_CHOICES: usize = 2000;

/// The questions of a kind, and what they can know.
pub(super) struct Sheet<'a> {
    road: &'a Road,
    kind: &'a Part,
    machine: &'a Machine,
    dialect: Box<dyn dialects::Questions + 'a>,
}

/// A question as it is asked: its templates rendered.
pub(super) struct Turn<'a> {
    pub(super) question: Cow<'a, Question>,
    /// Whether a person is asked.
    pub(super) asked: bool,
    /// What a person in a hurry answers; nothing where there is no default.
    pub(super) suggestion: Option<String>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(road: &'a Road, kind: &'a Part, machine: &'a Machine) -> Self {
        Self { road, kind, machine, dialect: dialects::questions(kind) }
    }

    pub(super) fn questions(&self) -> impl Iterator<Item = &'a Question> + use<'a> {
        self.road.questions_of(self.kind)
    }

    /// Renders the question with the answers so far.
    pub(super) fn turn(&self, question: &'a Question, answers: &Answers) -> Result<Turn<'a>, Diagnostic> {
        if self.kind.manifest.dialect.is_none() && !question.is_dynamic() {
            let suggestion = questions::default(question, self.machine, dependencies(self.kind));
            return Ok(Turn { question: Cow::Borrowed(question), asked: true, suggestion: (!question.required).then_some(suggestion) });
        }
        let known = self.values(answers);
        let refuse =
            |what: &str, why: String| broken(&self.road.source, "kind.toml", format!("question `{}`, {what}: {why}", question.key));
        let asked = match &question.when {
            _ if question.computed => false,
            None => true,
            Some(condition) => self.dialect.holds(condition, &known).map_err(|why| refuse("`when`", why))?,
        };
        let text = |what: &'static str, template: &str| self.dialect.text(template, &known).map_err(|why| refuse(what, why));
        let mut rendered = question.clone();
        rendered.choices = self.choices(question, &known).map_err(|why| refuse("`choices`", why))?;
        if asked {
            rendered.ask = one_line(&text("`ask`", &question.ask)?);
            rendered.help = text("`help`", &question.help)?.chars().filter(|c| !c.is_control() || *c == '\n').collect();
        }
        let fact = question.default_from.is_some().then(|| questions::default(question, self.machine, dependencies(self.kind)));
        let suggestion = match fact {
            Some(fact) if fact != question.default => Some(fact),
            Some(_) | None if question.required => None,
            Some(_) | None => {
                let answer = values::canonical(&rendered, &text("`default`", &question.default)?);
                Some(values::arranged(&rendered, &answer))
            }
        };
        Ok(Turn { question: Cow::Owned(rendered), asked, suggestion })
    }

    fn choices(&self, question: &Question, known: &Values) -> Result<Vec<Choice>, String> {
        let mut choices = question.choices.clone();
        for choice in &mut choices {
            choice.value = self.dialect.text(&choice.value, known)?;
            choice.label = self.dialect.text(&choice.label, known)?;
            choice.unless = match choice.unless.take() {
                None => None,
                Some(template) => Some(self.dialect.text(&template, known)?.trim().to_owned()).filter(|why| !why.is_empty()),
            };
        }
        // These are rendered already; to render them again would run what an answer says.
        if let Some(template) = &question.choices_from {
            choices.extend(listed(&self.dialect.text(template, known)?)?);
        }
        if choices.len() > MOST_CHOICES {
            return Err(format!("there are more than {MOST_CHOICES}"));
        }
        for choice in &mut choices {
            choice.value = values::canonical_part(question, &choice.value);
            choice.label = one_line(&choice.label);
        }
        Ok(choices)
    }

    /// Returns an answer that was given beforehand, in the order of the choices; refuses one that is none after all.
    pub(super) fn accept(&self, question: &'a Question, answer: &str, answers: &Answers) -> Result<String, Diagnostic> {
        if self.kind.manifest.dialect.is_none() && !question.is_dynamic() {
            return Ok(answer.to_owned());
        }
        let turn = self.turn(question, answers)?;
        match turn.problem(self, answer, answers) {
            Some(problem) => Err(Diagnostic::usage("invalid-answer", format!("`{answer}` is no answer to `{}`", question.key))
                .at(format!("--set {}", question.key))
                .because(problem)
                .fix("correct it; `highroad new --list` shows every question")),
            None => Ok(values::arranged(&turn.question, answer)),
        }
    }

    /// Returns the answer that stands where nobody is asked; nothing for a question that is not asked and has no default.
    pub(super) fn suggested(&self, turn: Turn<'a>, answers: &Answers) -> Result<Option<String>, Diagnostic> {
        let open = |why: String| {
            Diagnostic::usage("answer-needed", format!("`{}` needs an answer", turn.question.key))
                .at("--set")
                .because(why)
                .fix(format!("answer with `--set {}=…`, or run it at a terminal", turn.question.key))
        };
        match &turn.suggestion {
            None if turn.asked => Err(open("the road suggests none".to_owned())),
            None => Ok(None),
            // What a dialect makes of its templates is checked; the road's own suggestions are, where the road is released.
            Some(answer) if turn.asked && self.kind.manifest.dialect.is_some() => match turn.problem(self, answer, answers) {
                Some(problem) => Err(open(format!("the suggestion `{answer}` is no answer: {problem}"))),
                None => Ok(turn.suggestion),
            },
            Some(_) => Ok(turn.suggestion),
        }
    }

    /// Returns the answers as templates see them.
    pub(super) fn values(&self, answers: &Answers) -> Values {
        values_of(self.road, self.kind, answers)
    }

    /// Returns the keys of questions that were not asked.
    pub(super) fn hidden(&self, answers: &Answers) -> Result<BTreeSet<String>, Diagnostic> {
        let mut hidden = BTreeSet::new();
        let mut before = Answers::new();
        for question in self.questions() {
            if question.computed || (question.when.is_some() && !self.turn(question, &before)?.asked) {
                hidden.insert(question.key.clone());
            }
            if let Some(answer) = answers.get(&question.key) {
                before.insert(question.key.clone(), answer.clone());
            }
        }
        Ok(hidden)
    }
}

/// Returns answers as templates of a dialect see them, in the order of the questions.
pub(super) fn values_of(road: &Road, kind: &Part, answers: &Answers) -> Values {
    road.questions_of(kind)
        .filter_map(|question| {
            let value = values::typed(question, answers.get(&question.key)?).ok()?;
            Some((question.key.clone(), value))
        })
        .collect()
}

impl Turn<'_> {
    /// Tells why `answer` is none.
    pub(super) fn problem(&self, sheet: &Sheet<'_>, answer: &str, answers: &Answers) -> Option<String> {
        let question = self.question.as_ref();
        if let Some(problem) = questions::problem(question, answer, dependencies(sheet.kind)) {
            return Some(problem);
        }
        let picked = values::picked(question, answer);
        let barred = question.choices.iter().find(|choice| picked.contains(&choice.value) && choice.unless.is_some());
        if let Some(choice) = barred {
            return choice.unless.clone();
        }
        let validator = question.validator.as_ref()?;
        let mut known = sheet.values(answers);
        known.insert(question.key.clone(), values::typed(question, answer).unwrap_or_default());
        match sheet.dialect.text(validator, &known) {
            Ok(text) => Some(one_line(&text)).filter(|text| !text.is_empty()),
            Err(why) => Some(format!("the road's check of it does not work: {why}")),
        }
    }
}

/// Reads choices that a template rendered: a list of values, of pairs, or a mapping from label to value.
fn listed(text: &str) -> Result<Vec<Choice>, String> {
    use serde_json::Value;
    let choice = |label: &Value, value: &Value| Choice { value: values::text(value), label: values::text(label), unless: None };
    match crate::formats::python_yaml::load(text)? {
        Value::Array(items) => Ok(items
            .iter()
            .map(|item| match item.as_array().map(Vec::as_slice) {
                Some([label, value]) => choice(label, value),
                Some(_) | None => choice(item, item),
            })
            .collect()),
        Value::Object(entries) => Ok(entries.iter().map(|(label, value)| choice(&Value::String(label.clone()), value)).collect()),
        Value::Null => Ok(Vec::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Err("it renders to no list".to_owned()),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).collect()
}
