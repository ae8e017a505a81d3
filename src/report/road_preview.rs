//! What programs read of `highroad road preview`.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::upgrade::Brief;

/// The result of `highroad road preview --json`.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Preview {
    /// The version of this format: 1.
    pub schema: u32,
    /// The day that it was worked out.
    pub day: String,
    /// The id of the road.
    pub road: String,
    /// The version that every repository was taken to; nothing where each goes to the newest of its channel.
    pub to: Option<String>,
    /// How many repositories came to what.
    pub counts: Counts,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// What many have in common, the most frequent first.
    pub common: Vec<Common>,
    /// The repositories, in order of path.
    pub repositories: Vec<Repository>,
    /// What a person should know of the run.
    pub notes: Vec<String>,
}

/// Something that several repositories have in common.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Common {
    /// `conflict`, or the id of a guardrail that would block.
    pub what: String,
    /// The file, with `*` for the folder of a package.
    pub path: String,
    /// In how many repositories.
    pub repositories: usize,
}

/// How many repositories came to what.
#[derive(Clone, Debug, Default, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Counts {
    /// All of them.
    pub all: usize,
    /// The upgrade needs nobody.
    pub clean: usize,
    /// A person has to decide about something.
    pub conflict: usize,
    /// A guardrail would block afterwards that does not now.
    pub regress: usize,
    /// There is nothing to do.
    pub up_to_date: usize,
    /// The upgrade could not be worked out.
    pub could_not: usize,
    /// They are on no road, or on another one.
    pub not_on_road: usize,
}

/// What an upgrade would come to in a repository.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Repository {
    /// Where it is.
    pub path: String,
    /// `clean`, `conflict`, `regress`, `up-to-date`, `could-not` or `not-on-road`.
    pub status: String,
    /// Why, where it is not clean.
    pub why: Option<String>,
    /// The kind of project.
    pub kind: Option<String>,
    /// The version that it is on.
    pub from: Option<String>,
    /// The version that it would go to.
    pub to: Option<String>,
    /// How many files would change.
    pub files: usize,
    /// The files in which a person has to decide.
    pub conflicts: Vec<String>,
    /// Findings that would be new, or louder.
    pub new: Vec<Brief>,
    /// How many findings would be gone.
    pub settled: usize,
    /// How many files could not be checked.
    pub not_checked: usize,
}

/// How many of the things in common are told.
const MOST_COMMON: usize = 20;

/// Gathers what several repositories have in common.
pub fn common(repositories: &[Repository]) -> Vec<Common> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for repository in repositories {
        let conflicts = repository.conflicts.iter().map(|path| ("conflict".to_owned(), anywhere(path)));
        let blocking = repository.new.iter().filter(|finding| finding.level == "block");
        let all: BTreeSet<(String, String)> =
            conflicts.chain(blocking.map(|finding| (finding.guardrail.clone(), anywhere(&finding.path)))).collect();
        for one in all {
            *counts.entry(one).or_default() += 1;
        }
    }
    let mut common: Vec<Common> = counts
        .into_iter()
        .map(|((what, path), repositories)| Common { what, path, repositories })
        .filter(|one| one.repositories > 1)
        .collect();
    common.sort_by_key(|one| std::cmp::Reverse(one.repositories));
    common.truncate(MOST_COMMON);
    common
}

/// The folder of a package bears the name of its project: the same file is at another path in each.
fn anywhere(path: &str) -> String {
    match path.strip_prefix("src/").and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => format!("src/*/{rest}"),
        None => path.to_owned(),
    }
}
