//! What `highroad adopt` would do or did: the document that programs read, and what a person reads of it.

mod human;

pub use human::{applied, diff, plan};

use schemars::JsonSchema;
use serde::Serialize;

use super::json::RoadVersion;
use crate::repo::stack::{Evidence, Sign, Stack};

/// The result of `highroad adopt --json`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Adoption {
    /// The version of this format: 1.
    pub schema: u32,
    /// `planned`, `applied`, `nothing-to-do`; `tests-failed` where `--verify` failed before, so that nothing was written;
    /// `taken-back` where it passed before and failed after.
    pub status: String,
    /// The root of the repository.
    pub root: String,
    /// The road version.
    pub road: RoadVersion,
    /// The kind of project.
    pub kind: String,
    /// What the repository is made of.
    pub stack: AdoptedStack,
    /// What other tools' templates left behind.
    pub leftovers: Vec<Leftover>,
    /// The answers that the road's files are rendered with, and where each comes from.
    pub answers: Vec<Answer>,
    /// What can be chosen, in the order of the groups.
    pub items: Vec<Item>,
    /// The files that are added or edited, in order of path.
    pub files: Vec<AdoptedFile>,
    /// What the road has and the repository keeps its own of, or needs not.
    pub kept: Vec<Kept>,
    /// What rests, by guardrail.
    pub waivers: Vec<Rest>,
    /// What was not done, and why.
    pub not_done: Vec<NotDone>,
    /// What the check says before and after.
    pub check: BeforeAndAfter,
    /// What the person's own tests said.
    pub verify: Option<Verified>,
    /// Where the result is.
    pub result: Option<Landed>,
    /// The commands that come next.
    pub next: Vec<String>,
}

/// What the repository is made of.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct AdoptedStack {
    /// `research`, `service`, `application`, `library`, `monorepo`, `notebooks`, `archive` or `lab`.
    pub shape: String,
    /// Why, in one sentence.
    pub why: String,
    /// The places that decide.
    pub evidence: Vec<Place>,
    /// The branch that the others start from, where git tells.
    pub branch: Option<String>,
    /// Everything else, in order.
    pub signs: Vec<StackSign>,
}

/// One thing that the repository has.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct StackSign {
    /// `language`, `framework`, `declared-framework`, `service`, `manager`, `python`, `container`, `ci`, `notebooks`, `tests`,
    /// `training`, `licence`, `owner`, `contact`, `name` or `host`.
    pub about: String,
    /// Its stable name.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// In how many places it shows.
    pub times: usize,
    /// The first of them.
    pub evidence: Vec<Place>,
}

/// A place in the repository.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Place {
    /// The file.
    pub path: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What stands there.
    pub shows: String,
}

/// What another tool's template left behind.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Leftover {
    /// The tool.
    pub tool: String,
    /// The file.
    pub path: String,
    /// Where the template is, where that is said.
    pub template: Option<String>,
    /// The answers of it that were taken over: our question, and theirs.
    pub taken: Vec<(String, String)>,
    /// How many of its answers mean nothing here.
    pub left: usize,
}

/// An answer and where it comes from.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Answer {
    /// The key of the question.
    pub key: String,
    /// The answer.
    pub value: String,
    /// `given`, `recorded`, `asked`, `taken-over`, `detected`, `chosen` or `assumed`.
    pub source: String,
    /// The file and line, the flag or the tool that says so; empty where it is assumed.
    pub place: String,
}

/// Something that can be chosen as a whole.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Item {
    /// `group/name`, for `--only` and `--skip`.
    pub id: String,
    /// `pins`, `permissions`, `containers`, `hooks`, `ci` or `governance`.
    pub group: String,
    /// `none`: it adds a file that nothing else reads. `low`: everything does the same as before. `medium`: it may change a
    /// build or a pipeline. `high`: a person has to look.
    pub risk: String,
    /// What it does.
    pub title: String,
    /// Why.
    pub why: String,
    /// Whether it is part of the plan.
    pub chosen: bool,
    /// The files that it adds or edits.
    pub files: Vec<String>,
}

/// A file that is added or edited.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct AdoptedFile {
    /// The path.
    pub path: String,
    /// `add` or `edit`.
    pub change: String,
    /// `managed`, `merged` or `seeded` for a file of the road; nothing for the project's own and for Highroad's records.
    pub ownership: Option<String>,
    /// Why.
    pub why: String,
    /// How many lines are new.
    pub added: usize,
    /// How many lines are gone.
    pub removed: usize,
    /// What an edit changes, as the proof found it: key, before, after.
    pub announced: Vec<Announced>,
}

/// One value that an edit changes.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Announced {
    /// Where it is in the file's own terms: `jobs.test.steps[0].uses`.
    pub key: String,
    /// What stood there.
    pub before: Option<String>,
    /// What stands there now.
    pub after: Option<String>,
}

/// Something of the road that the repository does not take.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Kept {
    /// The road's path.
    pub path: String,
    /// Why it is not taken.
    pub why: String,
}

/// Findings of one guardrail that rest.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Rest {
    /// The guardrail.
    pub guardrail: String,
    /// `block` or `warn`.
    pub level: String,
    /// How many findings rest.
    pub findings: usize,
    /// In how many files.
    pub files: usize,
    /// Why there is no fix.
    pub why: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day.
    pub until: String,
}

/// Something that was not done.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct NotDone {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

/// What the check says before and after.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct BeforeAndAfter {
    /// As the repository is.
    pub before: Counts,
    /// As it will be.
    pub after: Counts,
}

/// How many findings there are that nothing lets rest, and how many rest.
#[derive(Clone, Copy, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Counts {
    /// Those that block.
    pub block: usize,
    /// Those that warn.
    pub warn: usize,
    /// Those that advise.
    pub advise: usize,
    /// Those that a waiver lets rest.
    pub waived: usize,
}

/// What the person's own tests said.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Verified {
    /// The command.
    pub command: String,
    /// Before: how it ended, and its last lines.
    pub before: TestRun,
    /// After; nothing where nothing was written.
    pub after: Option<TestRun>,
}

/// One run of a command.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct TestRun {
    /// Whether it ended with 0.
    pub passed: bool,
    /// How it ended.
    pub ended: String,
    /// Its last lines.
    pub tail: Vec<String>,
}

/// Where the result is.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Landed {
    /// The branch that is checked out now.
    pub branch: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// What a person should know about it.
    pub notes: Vec<String>,
}

fn place(evidence: &Evidence) -> Place {
    Place { path: evidence.path.clone(), line: evidence.line, shows: evidence.shows.clone() }
}

/// Describes a stack.
pub fn stack(stack: &Stack, branch: Option<String>) -> AdoptedStack {
    let mut signs = Vec::new();
    let mut say = |about: &str, of: &[Sign]| {
        signs.extend(of.iter().map(|sign| StackSign {
            about: about.to_owned(),
            id: sign.id.clone(),
            name: sign.name.clone(),
            times: sign.times,
            evidence: sign.evidence.iter().map(place).collect(),
        }));
    };
    say("language", &stack.languages);
    say("framework", &stack.frameworks);
    say("declared-framework", &stack.only_declared);
    say("service", &stack.services);
    say("manager", &stack.managers);
    say("python", &stack.python);
    say("container", &stack.containers);
    say("ci", &stack.ci);
    let one = |sign: &Option<Sign>| sign.clone().into_iter().collect::<Vec<_>>();
    say("notebooks", &one(&stack.notebooks));
    say("tests", &one(&stack.tests));
    say("training", &one(&stack.trains));
    say("licence", &one(&stack.licence));
    say("owner", &stack.owners);
    say("contact", &stack.contacts);
    say("name", &one(&stack.name));
    say("host", &stack.hosts);
    AdoptedStack {
        shape: stack.shape.word().to_owned(),
        why: stack.why.clone(),
        evidence: stack.evidence.iter().map(place).collect(),
        branch,
        signs,
    }
}
