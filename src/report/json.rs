//! What programs read: one document on standard output.

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::plan::Plan;
use crate::repo::answers::Answers;
use crate::road::Road;
use crate::road::manifest::Question;

/// A result with the version of its format before it.
#[derive(Serialize)]
struct Document<'a, T> {
    schema: u32,
    #[serde(flatten)]
    content: &'a T,
}

/// Writes a result that bears no version of its format, with version 1.
pub fn document<T: Serialize>(content: &T) -> String {
    to_text(&Document { schema: 1, content })
}

/// The result of `highroad new --json`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct New {
    /// The version of this format: 1.
    pub schema: u32,
    /// `created`, or `planned` with `--dry-run`.
    pub status: String,
    /// In whose name the first commit is: `person`, `highroad`, or `none` without git. Nothing where it is only planned.
    pub commit: Option<String>,
    /// The folder of the project.
    pub root: String,
    /// The kind of project.
    pub kind: String,
    /// The road version that it was rendered from.
    pub road: RoadVersion,
    /// The answers that it was rendered with.
    pub answers: Answers,
    /// The files, in order of path.
    pub files: Vec<NewFile>,
    /// What a person should know of the result.
    pub notes: Vec<String>,
    /// The commands that come next.
    pub next: Vec<String>,
}

/// A road version.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RoadVersion {
    /// The id of the road.
    pub id: String,
    /// The calendar version.
    pub version: String,
    /// `sha256:` and the digest over its sorted manifest.
    pub digest: String,
    /// `built-in` or the folder that it was read from.
    pub source: String,
}

/// A file of a new project.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct NewFile {
    /// Path from the root of the project.
    pub path: String,
    /// What happens: `create`.
    pub change: String,
    /// The mode as git writes it.
    pub mode: String,
    /// `managed`, `merged` or `seeded`; nothing for Highroad's own records.
    pub ownership: Option<String>,
    /// The layer or kind that brings it.
    pub part: String,
    /// Why the project has it.
    pub why: String,
    /// `sha256:` and the digest of its bytes.
    pub digest: String,
}

/// The result of `highroad new --list --json`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Kinds {
    /// The version of this format: 1.
    pub schema: u32,
    /// The road version.
    pub road: RoadVersion,
    /// The kinds, in the road's order.
    pub kinds: Vec<Kind>,
}

/// A kind of project.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Kind {
    /// Its id, for `--kind`.
    pub id: String,
    /// What it is.
    pub title: String,
    /// What it does, in one line.
    pub summary: String,
    /// Its questions, in order.
    pub questions: Vec<KindQuestion>,
}

/// A question of a kind.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct KindQuestion {
    /// Its key, for `--set`.
    pub key: String,
    /// The question.
    pub ask: String,
    /// What a person needs to know to answer it.
    pub help: String,
    /// The answer of somebody in a hurry.
    pub default: String,
    /// The possible answers; empty where any text will do.
    pub choices: Vec<String>,
}

/// An error, where `--json` was asked for.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Failure {
    /// The version of this format: 1.
    pub schema: u32,
    /// The error.
    pub error: FailureParts,
}

/// The parts of an error.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct FailureParts {
    /// A stable name.
    pub code: String,
    /// What failed.
    pub what: String,
    /// Where.
    pub place: Option<String>,
    /// Why.
    pub why: String,
    /// What to do next.
    pub fix: String,
    /// The exit code of the process.
    pub exit: u8,
}

/// Describes a road version.
pub fn road_version(road: &Road) -> RoadVersion {
    RoadVersion {
        id: road.manifest.id.clone(),
        version: road.manifest.version.clone(),
        digest: road.digest.to_string(),
        source: road.source.clone(),
    }
}

/// Describes the files of a plan.
pub fn files(plan: &Plan) -> Vec<NewFile> {
    let file = |change: &crate::plan::Change| {
        let after = plan.after.get(&change.path)?;
        Some(NewFile {
            path: change.path.clone(),
            change: change.kind.word().to_owned(),
            mode: after.mode.git().to_owned(),
            ownership: change.ownership.map(|o| o.word().to_owned()),
            part: change.part.clone(),
            why: change.why.clone(),
            digest: Digest::of(&after.bytes).to_string(),
        })
    };
    plan.changes.iter().filter_map(file).collect()
}

/// Describes the kinds of a road.
pub fn kinds(road: &Road) -> Kinds {
    let question = |q: &Question| KindQuestion {
        key: q.key.clone(),
        ask: q.ask.clone(),
        help: q.help.clone(),
        default: q.default.clone(),
        choices: q.choices.iter().map(|c| c.value.clone()).collect(),
    };
    let kind = |(id, kind): &(String, crate::road::Part)| Kind {
        id: id.clone(),
        title: kind.manifest.title.clone(),
        summary: kind.manifest.summary.clone(),
        questions: road.questions_of(kind).map(question).collect(),
    };
    Kinds { schema: 1, road: road_version(road), kinds: road.kinds_for_new().map(kind).collect() }
}

/// Describes an error.
pub fn failure(diagnostic: &Diagnostic) -> Failure {
    let Diagnostic { code, what, place, why, fix, exit } = diagnostic.clone();
    Failure { schema: 1, error: FailureParts { code: code.to_owned(), what, place, why, fix, exit: exit as u8 } }
}

/// Writes a document with two spaces of indentation and a final line break.
pub fn to_text(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("our documents have only strings, numbers and lists");
    text.push('\n');
    text
}
