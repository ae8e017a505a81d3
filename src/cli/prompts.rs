//! The wizard's prompts, with dialoguer.

use dialoguer::console::{Term, style};
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, Input, MultiSelect, Select};

use crate::base::diagnostic::{Diagnostic, printable};
use crate::base::interrupt;
use crate::render::answers::{Asker, Reply};
use crate::report::tree::wrap;
use crate::road::manifest::{Choice, Form, Question};

/// What goes back, where an answer is typed.
const BACK: &str = "<";

/// Asks a person at the terminal, on standard error.
pub(super) struct Terminal {
    term: Term,
    theme: ColorfulTheme,
}

/// What a person wants to do with a plan.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Decision {
    Write,
    Change,
    Cancel,
}

impl Terminal {
    pub(super) fn new() -> Self {
        Self { term: Term::stderr(), theme: ColorfulTheme::default() }
    }

    /// The width of the terminal in columns, within what reads well.
    pub(super) fn width() -> usize {
        Term::stderr().size_checked().map_or(80, |(_, columns)| usize::from(columns)).clamp(60, 120)
    }

    /// Shows the keys that the wizard knows.
    pub(super) fn greet(&self, title: &str, version: &str) -> Result<(), Diagnostic> {
        let text = format!(
            "{} {}\n{}\n",
            style(title).bold(),
            style(version).dim(),
            style(format!("Enter takes the suggestion, {BACK} goes back,\nCtrl-C stops and leaves nothing behind.")).dim()
        );
        self.term.write_line(&text).map_err(|_| interrupt::interrupted())
    }

    /// Asks what to do with the plan that was shown.
    pub(super) fn decide(&mut self, root: &str) -> Result<Decision, Diagnostic> {
        let items = [format!("Write it to {root}"), "Change an answer".to_owned(), "Stop and write nothing".to_owned()];
        let chosen = Select::with_theme(&self.theme)
            .with_prompt("What now?")
            .items(&items)
            .default(0)
            .interact_on_opt(&self.term)
            .map_err(|_| self.stopped())?;
        Ok(match chosen {
            Some(0) => Decision::Write,
            Some(1) | None => Decision::Change,
            Some(_) => Decision::Cancel,
        })
    }

    /// Asks which of some items; the first is suggested, and Escape takes the last.
    pub(super) fn pick(&mut self, question: &str, items: &[&str]) -> Result<usize, Diagnostic> {
        let chosen = Select::with_theme(&self.theme)
            .with_prompt(question)
            .items(items)
            .default(0)
            .interact_on_opt(&self.term)
            .map_err(|_| self.stopped())?;
        Ok(chosen.unwrap_or(items.len().saturating_sub(1)))
    }

    /// Asks a yes or a no; yes is suggested.
    pub(super) fn agree(&mut self, question: &str) -> Result<bool, Diagnostic> {
        self.confirm(question, true)
    }

    /// Asks a yes or a no about whom to trust; no is suggested, so that a hasty Enter trusts nobody.
    pub(super) fn trust(&mut self, question: &str) -> Result<bool, Diagnostic> {
        self.confirm(question, false)
    }

    fn confirm(&mut self, question: &str, suggestion: bool) -> Result<bool, Diagnostic> {
        Confirm::with_theme(&self.theme).with_prompt(question).default(suggestion).interact_on(&self.term).map_err(|_| self.stopped())
    }

    /// A prompt ended in the middle of its line: the cursor comes back and the line ends.
    fn stopped(&self) -> Diagnostic {
        let _ = self.term.show_cursor();
        let _ = self.term.write_line("");
        interrupt::interrupted()
    }

    fn choose(
        &self,
        question: &Question,
        suggestion: &str,
        prompt: &str,
        first: bool,
        check: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Reply, Diagnostic> {
        let widest = question.choices.iter().map(|choice| choice.value.len()).max().unwrap_or(0);
        let room = usize::from(self.term.size_checked().map_or(80, |(_, columns)| columns)).saturating_sub(widest + 6);
        let mut items: Vec<String> =
            question.choices.iter().map(|choice| format!("{:<widest$}  {}", choice.value, shorten(&choice.label, room))).collect();
        if !first {
            items.push(format!("{BACK} back"));
        }
        let at = question.choices.iter().position(|choice| choice.value == suggestion).unwrap_or(0);
        let chosen = Select::with_theme(&self.theme)
            .with_prompt(prompt)
            .items(&items)
            .default(at)
            .report(false)
            .interact_on_opt(&self.term)
            .map_err(|_| self.stopped())?;
        let Some(choice) = chosen.and_then(|at| question.choices.get(at)) else {
            return Ok(Reply::Back);
        };
        if let Some(problem) = check(&choice.value) {
            self.say(&format!("{} {}", style("✘").red(), printable(&problem)))?;
        } else {
            self.say(&format!("{} {prompt} {}", style("✔").green(), style(&choice.value).cyan()))?;
        }
        Ok(Reply::Answer(choice.value.clone()))
    }

    fn choose_many(
        &self,
        question: &Question,
        suggestion: &str,
        prompt: &str,
        check: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Reply, Diagnostic> {
        let suggested: Vec<String> = serde_json::from_str::<Vec<serde_json::Value>>(suggestion)
            .map(|values| values.iter().map(crate::render::values::text).collect())
            .unwrap_or_default();
        let items: Vec<String> = question.choices.iter().map(|choice| format!("{}  {}", choice.value, choice.label)).collect();
        let marks: Vec<bool> = question.choices.iter().map(|choice| suggested.contains(&choice.value)).collect();
        let chosen = MultiSelect::with_theme(&self.theme)
            .with_prompt(format!("{prompt} (space marks, Enter goes on, Escape goes back)"))
            .items(&items)
            .defaults(&marks)
            .interact_on_opt(&self.term)
            .map_err(|_| self.stopped())?;
        let Some(chosen) = chosen else { return Ok(Reply::Back) };
        let values: Vec<&str> = chosen.iter().filter_map(|at| question.choices.get(*at)).map(|choice| choice.value.as_str()).collect();
        let answer = serde_json::json!(values).to_string();
        if let Some(problem) = check(&answer) {
            self.say(&format!("{} {}", style("✘").red(), printable(&problem)))?;
        }
        Ok(Reply::Answer(answer))
    }

    fn say(&self, line: &str) -> Result<(), Diagnostic> {
        self.term.write_line(line).map_err(|_| self.stopped())
    }

    fn type_in(&self, suggestion: &str, prompt: &str, check: &dyn Fn(&str) -> Option<String>) -> Result<Reply, Diagnostic> {
        // The suggestion stands on its own line: a prompt that is wider than the terminal is not redrawn well.
        self.say(&format!("{} {suggestion}", style("Suggestion:").dim()))?;
        let answer: String = Input::with_theme(&self.theme)
            .with_prompt(prompt)
            .default(suggestion.to_owned())
            .show_default(false)
            .validate_with(|answer: &String| match answer.trim() {
                BACK => Ok(()),
                answer => check(answer).map_or(Ok(()), Err),
            })
            .interact_text_on(&self.term)
            .map_err(|_| self.stopped())?;
        Ok(match answer.trim() {
            BACK => Reply::Back,
            answer => Reply::Answer(answer.to_owned()),
        })
    }
}

/// Offers the two answers of a question that is answered with one of them.
fn with_yes_and_no(question: &Question) -> Question {
    let choice = |value: &str, label: &str| Choice { value: value.to_owned(), label: label.to_owned(), unless: None };
    Question { choices: vec![choice("true", "yes"), choice("false", "no")], ..question.clone() }
}

fn shorten(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(room.saturating_sub(1)).collect();
    short.push('…');
    short
}

impl Asker for Terminal {
    fn ask(
        &mut self,
        question: &Question,
        suggestion: &str,
        position: (usize, usize),
        check: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Reply, Diagnostic> {
        interrupt::check()?;
        let (number, count) = position;
        let prompt = if count == 0 { question.ask.clone() } else { format!("[{number}/{count}] {}", question.ask) };
        self.say("")?;
        for row in wrap(&question.help, Self::width() - 2) {
            self.say(&style(row).dim().to_string())?;
        }
        let reply = match question.form {
            Form::Many => self.choose_many(question, suggestion, &prompt, check),
            Form::Bool => self.choose(&with_yes_and_no(question), suggestion, &prompt, count == 0, check),
            Form::Choice => self.choose(question, suggestion, &prompt, count == 0, check),
            Form::Int | Form::Float | Form::Json | Form::Text | Form::Email | Form::Name => self.type_in(suggestion, &prompt, check),
        }?;
        interrupt::check()?;
        Ok(reply)
    }
}
