//! What programs read of `highroad road test`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::repo::answers::Answers;

/// The result of `highroad road test --json`.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct RoadTest {
    /// The version of this format: 1.
    pub schema: u32,
    /// `passed`; `failed` where something did not hold, or could not be tested.
    pub status: String,
    /// The id of the road.
    pub road: String,
    /// Its version.
    pub version: String,
    /// `sha256:` and the digest of its files.
    pub digest: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// The versions that projects were upgraded from.
    pub upgraded_from: Vec<String>,
    /// How many golden digests were compared; nothing where the version is not released, or its index records none.
    pub golden: Option<usize>,
    /// What each kind came to.
    pub kinds: Vec<Kind>,
    /// What did not hold.
    pub failures: Vec<Failure>,
    /// What a person should know of the run.
    pub notes: Vec<String>,
}

/// What a kind came to.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Kind {
    /// Its id.
    pub kind: String,
    /// How many sets of answers were rendered.
    pub cases: usize,
    /// How many of them render twice to the same bytes and are clean under `check`.
    pub clean: usize,
    /// How many upgrades were worked out.
    pub upgrades: usize,
    /// How many of them are as they should be.
    pub upgrades_clean: usize,
    /// The work, in seconds of all cores together.
    pub seconds: f64,
    /// The commands that were run.
    pub commands: Vec<Command>,
}

/// A command that was run in a project of a kind.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Command {
    /// `install`, `test` or `security`.
    pub name: String,
    /// The command line.
    pub line: String,
    /// Whether it ended with 0 in time.
    pub passed: bool,
    /// How it ended.
    pub how: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// The end of what it wrote.
    pub output: String,
}

/// Something that did not hold.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Failure {
    /// The kind; empty for the road as a whole.
    pub kind: String,
    /// All kinds that show it.
    pub kinds: Vec<String>,
    /// How many cases show it; this one needs the fewest answers.
    pub cases: usize,
    /// `render`, `check`, `upgrade`, `golden` or `command`.
    pub test: String,
    /// The answers that differ from what the road suggests.
    pub answers: Answers,
    /// The version that the project came from, for an upgrade.
    pub from: Option<String>,
    /// What was done to the project before the upgrade.
    pub edit: Option<String>,
    /// The file.
    pub path: Option<String>,
    /// What is wrong.
    pub what: String,
    /// Why.
    pub why: String,
    /// A command line that shows it.
    pub reproduce: String,
}
