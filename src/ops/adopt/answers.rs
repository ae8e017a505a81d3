//! The answers of an adoption: given, recorded, taken over from another tool, detected, asked, and assumed at last.

use crate::base::diagnostic::Diagnostic;
use crate::render::answers::{self, Asker, Given, Reply, dependencies};
use crate::render::names;
use crate::render::questions::{self, Machine};
use crate::repo::answers::Answers;
use crate::repo::foreign_answers::Taken;
use crate::repo::stack::{Shape, Sign, Stack};
use crate::report::adopt::Answer;
use crate::road::manifest::Question;
use crate::road::{Part, Road};

/// The questions whose answer nothing in a repository decides, and that a person is asked.
const ASKED: &[&str] = &["owner_team", "owner_contact", "host"];

/// What the answers can come from.
pub(super) struct Sources<'a> {
    pub road: &'a Road,
    pub kind: &'a Part,
    pub given: &'a [Given],
    pub recorded: Option<&'a Answers>,
    pub taken: &'a [Taken],
    pub stack: &'a Stack,
    pub machine: &'a Machine,
    pub branch: Option<&'a str>,
    pub owner: Option<&'a str>,
}

/// A suggestion with where it comes from.
struct Suggestion {
    value: String,
    source: &'static str,
    place: String,
}

/// Answers every question of the kind.
///
/// # Errors
/// When a given answer is none, or the person stops.
pub(super) fn settle(sources: &Sources<'_>, asker: Option<&mut dyn Asker>) -> Result<Vec<Answer>, Diagnostic> {
    let given = answers::check(sources.road, sources.kind, sources.given)?;
    let mut settled: Vec<Answer> = Vec::new();
    let mut open: Vec<(&Question, Suggestion)> = Vec::new();
    for question in sources.road.questions_of(sources.kind) {
        let recorded = sources.recorded.and_then(|answers| answers.get(&question.key));
        if let Some(value) = given.get(&question.key) {
            let place = sources.given.iter().rfind(|given| given.key == question.key).map_or_else(String::new, |given| given.place.clone());
            settled.push(answer(question, value.clone(), "given", place));
        } else if let Some(value) = recorded.filter(|value| fits(question, value, sources.kind)) {
            settled.push(answer(question, value.clone(), "recorded", "highroad.lock".to_owned()));
        } else {
            let suggestion = suggest(question, sources);
            let certain = question.key == "host" && suggestion.source == "detected";
            if ASKED.contains(&question.key.as_str()) && !certain && asker.is_some() {
                open.push((question, suggestion));
            } else {
                settled.push(answer(question, suggestion.value, suggestion.source, suggestion.place));
            }
        }
    }
    if let Some(asker) = asker {
        settled.extend(ask(&open, sources.kind, asker)?);
    }
    settled.sort_by_key(|answer| sources.road.questions_of(sources.kind).position(|question| question.key == answer.key));
    Ok(settled)
}

fn answer(question: &Question, value: String, source: &str, place: String) -> Answer {
    Answer { key: question.key.clone(), value, source: source.to_owned(), place }
}

fn ask(open: &[(&Question, Suggestion)], kind: &Part, asker: &mut dyn Asker) -> Result<Vec<Answer>, Diagnostic> {
    let mut said: Vec<Answer> = Vec::new();
    while let Some((question, suggestion)) = open.get(said.len()) {
        let check = |answer: &str| questions::problem(question, answer, dependencies(kind));
        match asker.ask(question, &suggestion.value, (said.len() + 1, open.len()), &check)? {
            Reply::Answer(value) if check(&value).is_none() => said.push(answer(question, value, "asked", String::new())),
            Reply::Answer(_) => {}
            Reply::Back => {
                said.pop();
            }
        }
    }
    Ok(said)
}

fn fits(question: &Question, value: &str, kind: &Part) -> bool {
    questions::problem(question, value, dependencies(kind)).is_none()
}

/// Returns the best suggestion that is a valid answer; what the road assumes where nothing is known.
fn suggest(question: &Question, sources: &Sources<'_>) -> Suggestion {
    let taken = sources.taken.iter().filter(|taken| taken.key == question.key).map(|taken| Suggestion {
        value: taken.value.clone(),
        source: "taken-over",
        place: format!("{} ({}, `{}`)", taken.evidence.place(), taken.tool, taken.theirs),
    });
    let known = taken.chain(detected(question, sources)).find(|suggestion| fits(question, &suggestion.value, sources.kind));
    known.unwrap_or_else(|| {
        let value = questions::default(question, sources.machine, dependencies(sources.kind));
        let machine = value != question.default;
        Suggestion {
            value,
            source: if machine { "detected" } else { "assumed" },
            place: if machine { "git".to_owned() } else { String::new() },
        }
    })
}

/// Names that templates and tutorials give to every project.
const NO_NAMES: &[&str] =
    &["src", "app", "project", "my-project", "package", "code", "main", "template", "test", "unknown", "example", "demo", "name"];

fn detected(question: &Question, sources: &Sources<'_>) -> Vec<Suggestion> {
    let stack = sources.stack;
    let from = |sign: &Sign, value: &str| Suggestion {
        value: value.to_owned(),
        source: "detected",
        place: sign.evidence.first().map_or_else(String::new, crate::repo::stack::Evidence::place),
    };
    let known = |value: &str, signs: &[&Sign]| Suggestion {
        value: value.to_owned(),
        source: "detected",
        place: signs
            .iter()
            .find_map(|sign| sign.evidence.first())
            .map_or_else(|| "no sign of it".to_owned(), crate::repo::stack::Evidence::place),
    };
    let yes = |sign: Option<&Sign>| vec![known(if sign.is_some() { "yes" } else { "no" }, &sign.into_iter().collect::<Vec<_>>())];
    match question.key.as_str() {
        "name" => {
            let own = stack.name.iter().filter_map(|sign| Some(from(sign, &names::suggest(&sign.name)?)));
            own.filter(|own| !NO_NAMES.contains(&own.value.as_str())).collect()
        }
        "purpose" => stack.purpose.iter().map(|sign| from(sign, &sign.name)).collect(),
        "owner_team" => {
            let named = sources.owner.map(|owner| Suggestion { value: owner.to_owned(), source: "given", place: "--owner".to_owned() });
            named.into_iter().chain(stack.owners.iter().map(|sign| from(sign, &sign.name))).collect()
        }
        "owner_contact" => stack.contacts.iter().map(|sign| from(sign, &sign.name)).collect(),
        "host" => host(question, sources, &from),
        "stack" => vec![leading(stack)],
        "trains" => yes(stack.trains.as_ref()),
        "branch" => sources
            .branch
            .map(|branch| Suggestion { value: branch.to_owned(), source: "detected", place: "git".to_owned() })
            .into_iter()
            .collect(),
        "packages" => vec![packages(stack)],
        "container" => {
            let outer = stack.roots.iter().any(|(sort, folder)| *sort == "docker" && folder.is_empty());
            yes(stack.containers.first().filter(|_| outer))
        }
        "notebooks" => yes(stack.notebooks.as_ref()),
        "serves" => yes(stack.services.first()),
        "shape" => vec![Suggestion {
            value: stack.shape.word().to_owned(),
            source: "detected",
            place: stack.evidence.first().map_or_else(String::new, crate::repo::stack::Evidence::place),
        }],
        "policies" | "hook" | "pipeline" | "updates" if stack.shape.is_left_alone() => {
            let leave = question.key != "policies";
            let value = if leave { "leave" } else { "add" };
            vec![Suggestion { value: value.to_owned(), source: "detected", place: format!("it is {}", stack.shape.title()) }]
        }
        _ => Vec::new(),
    }
}

fn host(question: &Question, sources: &Sources<'_>, from: &dyn Fn(&Sign, &str) -> Suggestion) -> Vec<Suggestion> {
    let remote = sources.machine.git.remote_host.as_deref();
    let value = questions::default(question, sources.machine, []);
    let mut found = Vec::new();
    if let Some(remote) = remote.filter(|remote| remote.split('.').any(|label| label == value)) {
        found.push(Suggestion { value, source: "detected", place: format!("git's remote, {remote}") });
    }
    found.extend(sources.stack.hosts.iter().map(|sign| from(sign, &sign.id)));
    // Another CI system says that the platform is perhaps another, too: nothing is written that nobody would read.
    let other = sources.stack.ci.iter().find(|sign| !matches!(sign.id.as_str(), "github" | "gitlab"));
    if let (None, Some(other)) = (remote, other) {
        found.push(from(other, "none"));
    }
    found
}

/// The stack that decides about the threats.
fn leading(stack: &Stack) -> Suggestion {
    const TALKS: &[&str] =
        &["langchain", "llama-index", "haystack", "openai", "anthropic", "google-genai", "ollama", "litellm", "llama-cpp", "vllm"];
    const TORCH: &[&str] = &[
        "pytorch",
        "jax",
        "lightning",
        "transformers",
        "diffusers",
        "fastai",
        "timm",
        "peft",
        "torch7",
        "caffe",
        "theano",
        "mxnet",
        "chainer",
        "paddle",
        "stable-baselines3",
        "megatron",
    ];
    let talks = stack.frameworks.iter().find(|sign| TALKS.contains(&sign.id.as_str()));
    let program = matches!(stack.shape, Shape::Application | Shape::Service | Shape::Lab);
    let first = stack.frameworks.first();
    let talks = talks.filter(|sign| first.is_some_and(|first| first.id == sign.id) || program && stack.trains.is_none());
    let leads = |sign: &&Sign| TORCH.contains(&sign.id.as_str()) || matches!(sign.id.as_str(), "tensorflow" | "keras");
    let sign = talks.or_else(|| stack.frameworks.iter().find(leads)).or(first);
    let value = match sign.map(|sign| sign.id.as_str()) {
        Some(_) if talks.is_some() => "llm-app",
        Some("tensorflow" | "keras") => "tensorflow-training",
        Some(id) if TORCH.contains(&id) => "pytorch-training",
        Some(_) | None => "sklearn-tabular",
    };
    let place = sign
        .and_then(|sign| sign.evidence.first())
        .map_or_else(|| "no framework was found".to_owned(), crate::repo::stack::Evidence::place);
    Suggestion { value: value.to_owned(), source: "detected", place }
}

fn packages(stack: &Stack) -> Suggestion {
    let outer = stack.roots.iter().any(|(sort, folder)| *sort == "pip" && folder.is_empty());
    let (value, sign) = match stack.managers.iter().find(|sign| sign.id == "uv") {
        Some(uv) => ("uv", Some(uv)),
        None if outer => ("pip", stack.managers.first()),
        None => ("none", stack.managers.first()),
    };
    let place = sign
        .and_then(|sign| sign.evidence.first())
        .map_or_else(|| "no manifest of packages in the top folder".to_owned(), crate::repo::stack::Evidence::place);
    Suggestion { value: value.to_owned(), source: "detected", place }
}

/// Returns the answers by their keys.
pub(super) fn map(settled: &[Answer]) -> Answers {
    settled.iter().map(|answer| (answer.key.clone(), answer.value.clone())).collect()
}
