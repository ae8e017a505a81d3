//! The answers that the new version is rendered with: given, as recorded, or asked.

use crate::base::day::Day;
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::ops::base::Project;
use crate::ops::migrations;
use crate::render::answers::{self, Asker, Given, dependencies};
use crate::render::questions::{self, Machine};
use crate::repo::answers::Answers;
use crate::repo::config::FILE;
use crate::repo::git;
use crate::report::upgrade::Answer;
use crate::road::manifest::Question;
use crate::road::migration::Migration;
use crate::road::{Part, Road};

/// The answers that the new version is rendered with.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    /// All of them.
    pub answers: Answers,
    /// Those that are other than the lock records.
    pub told: Vec<Answer>,
    /// What `highroad.toml` has to say otherwise.
    pub set: Answers,
    /// Keys of `highroad.toml` that are called otherwise now.
    pub renamed: Vec<(String, String)>,
    /// Keys of `highroad.toml` that nothing asks for any more.
    pub dropped: Vec<String>,
}

/// How questions without an answer are dealt with.
pub enum Asking<'a> {
    /// A person is asked.
    Ask(&'a mut dyn Asker),
    /// The suggestion is taken.
    Suggest,
    /// What the road itself suggests is taken, whatever the machine knows.
    Bare,
    /// It is an error.
    Refuse,
}

/// Gathers the answers for a version: what was given, else `highroad.toml`, else the lock; what is missing is asked.
///
/// # Errors
/// `unknown-answer`, `invalid-answer`, `new-question` where nobody can be asked, or the person stops.
pub fn gather(
    project: &Project,
    road: &Road,
    kind: &Part,
    due: &[&Migration],
    given: &[Given],
    asking: Asking<'_>,
) -> Result<Answered, Diagnostic> {
    let recorded = &project.lock.answers;
    let mut known = recorded.clone();
    known.extend(project.config.answers.clone());
    let renamed = migrations::answers(due, &mut known);
    let mut have = answers::check(road, kind, given)?;
    let asked: Vec<&str> = road.questions_of(kind).map(|question| question.key.as_str()).collect();
    for key in project.config.answers.keys() {
        let moved = renamed.iter().any(|(from, _)| from == key);
        if !recorded.contains_key(key) && !moved && !asked.contains(&key.as_str()) {
            return Err(unknown(project, key, &asked));
        }
    }
    let mut again = Vec::new();
    let mut recalled = Answers::new();
    for question in road.questions_of(kind) {
        let Some(answer) = known.get(&question.key).filter(|_| !have.contains_key(&question.key)) else { continue };
        match questions::problem(question, answer, dependencies(kind)) {
            // What is only asked under a condition, or never, is settled in its turn.
            None if question.is_dynamic() && !is_edited(project, &question.key) => {
                recalled.insert(question.key.clone(), answer.clone());
            }
            None => {
                have.insert(question.key.clone(), answer.clone());
            }
            // What a person has just written is theirs to correct; what an earlier version took is asked again.
            Some(problem) if is_edited(project, &question.key) => return Err(invalid(project, &question.key, answer, problem)),
            Some(_) => again.push(question.key.as_str()),
        }
    }
    if road.questions_of(kind).any(Question::is_dynamic) {
        recall(road, kind, &mut have, &recalled)?;
    }
    let open: Vec<&str> = asked.iter().copied().filter(|key| !have.contains_key(*key)).collect();
    let (answers, how) = if open.is_empty() { (have, "edited") } else { settle(project, road, kind, have, &open, &again, asking)? };
    Ok(told(project, answers, given, &open, how, renamed))
}

/// Answers the questions that are open.
fn settle(
    project: &Project,
    road: &Road,
    kind: &Part,
    have: Answers,
    open: &[&str],
    again: &[&str],
    asking: Asking<'_>,
) -> Result<(Answers, &'static str), Diagnostic> {
    let folder = project.root.file_name().map(|name| name.to_string_lossy().into_owned());
    let machine = || Machine { git: git::facts(&project.root), folder, today: Some(Day::today()) };
    match asking {
        Asking::Ask(asker) => {
            let machine = machine();
            loop {
                // There is nothing before the first question: going back asks it again.
                if let Some(answers) = answers::ask(road, kind, &have, &machine, asker, None)? {
                    return Ok((answers, "asked"));
                }
            }
        }
        Asking::Suggest => Ok((answers::complete(road, kind, have, &machine())?, "suggested")),
        Asking::Bare => Ok((answers::complete(road, kind, have, &Machine::default())?, "suggested")),
        Asking::Refuse => {
            let list = open.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            let why = match again.first() {
                Some(key) => format!("the answer to `{key}` is none any more"),
                None => "the new version asks what the project has not answered yet".to_owned(),
            };
            let sets = open.iter().map(|key| format!("--set {key}=…")).collect::<Vec<_>>().join(" ");
            Err(Diagnostic::usage("new-question", format!("there is nobody to ask for {list}"))
                .at("standard input or standard error")
                .because(format!("{why}, and it is no terminal"))
                .fix(format!(
                    "answer with `{sets}`, or add `--yes` to take what the road suggests; `highroad new --list` shows the questions"
                )))
        }
    }
}

/// Adds what needs no person: recorded answers to questions that are still asked, and the defaults of those that are not.
fn recall(road: &Road, kind: &Part, have: &mut Answers, recalled: &Answers) -> Result<(), Diagnostic> {
    let (settled, open) = answers::settle(road, kind, have, recalled, &Machine::default())?;
    have.extend(settled.into_iter().filter(|(key, _)| !open.contains(key)));
    Ok(())
}

fn is_edited(project: &Project, key: &str) -> bool {
    let written = project.config.answers.get(key);
    written.is_some() && written != project.lock.answers.get(key)
}

fn place(project: &Project, key: &str) -> String {
    let is_it = |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    project.config_text.lines().position(is_it).map_or_else(|| FILE.to_owned(), |at| format!("{FILE}:{}", at + 1))
}

fn unknown(project: &Project, key: &str, asked: &[&str]) -> Diagnostic {
    Diagnostic::usage("unknown-answer", format!("there is no question `{key}`"))
        .at(place(project, key))
        .because("a mistyped answer would silently be a default")
        .fix(did_you_mean(key, asked))
}

fn invalid(project: &Project, key: &str, answer: &str, problem: String) -> Diagnostic {
    Diagnostic::usage("invalid-answer", format!("`{answer}` is no answer to `{key}`"))
        .at(place(project, key))
        .because(problem)
        .fix("correct it there; `highroad new --list` shows every question")
}

/// Tells what is other than before.
fn told(project: &Project, answers: Answers, given: &[Given], open: &[&str], how: &str, renamed: Vec<(String, String)>) -> Answered {
    let (recorded, written) = (&project.lock.answers, &project.config.answers);
    let mut told = Vec::new();
    for (key, after) in &answers {
        let old = renamed.iter().find(|(from, to)| to == key && from != to).map(|(from, _)| from);
        let before = recorded.get(key).or_else(|| recorded.get(old?));
        if before == Some(after) && old.is_none() {
            continue;
        }
        let how = match (given.iter().any(|one| one.key == *key), open.contains(&key.as_str()), old) {
            (true, ..) => "given",
            (_, true, _) => how,
            (.., Some(_)) => "renamed",
            (.., None) if renamed.iter().any(|(from, to)| from == key && to == key) && !is_edited(project, key) => "renamed",
            (.., None) => "edited",
        };
        told.push(Answer { key: key.clone(), before: before.cloned(), after: Some(after.clone()), how: how.to_owned() });
    }
    let gone = |key: &&String| !answers.contains_key(*key) && !renamed.iter().any(|(from, _)| from == *key);
    told.extend(recorded.iter().filter(|(key, _)| gone(key)).map(|(key, before)| Answer {
        key: key.clone(),
        before: Some(before.clone()),
        after: None,
        how: "dropped".to_owned(),
    }));
    let dropped = written.keys().filter(gone).cloned().collect();
    let now = |key: &String| {
        let old = renamed.iter().find(|(from, to)| to == key && from != to).map(|(from, _)| from);
        written.get(key).or_else(|| written.get(old?))
    };
    let set = answers.iter().filter(|(key, value)| now(key) != Some(*value)).map(|(key, value)| (key.clone(), value.clone())).collect();
    Answered { told, set, renamed: renamed.into_iter().filter(|(from, _)| written.contains_key(from)).collect(), dropped, answers }
}
