//! The result of `highroad merge-trees`, for programs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::diagnostic::printable;
use crate::merge::trees::{Outcome, Verdict};
use crate::merge::{Conflict, Merged, Settled};

/// The result of `highroad merge-trees --json`, and of `--report`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct MergeTrees {
    /// The version of this format: 1.
    pub schema: u32,
    /// How many files have conflicts.
    pub conflicted: usize,
    /// The files that the road has before or now, in order of path; unchanged ones are left out.
    pub files: Vec<MergedFile>,
}

/// One file of a merge.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct MergedFile {
    /// Its path in the result.
    pub path: String,
    /// Where the project had it, if that is another path.
    pub from: Option<String>,
    /// What happened: `same`, `created`, `updated`, `removed`, `merged`, `moved`, `deleted-by-you` or `conflict`.
    pub verdict: String,
    /// The merger that made it, where both sides had changed it.
    pub merger: Option<String>,
    /// Contested places that a rule settled.
    pub settled: Vec<SettledPlace>,
    /// Contested places that are left.
    pub conflicts: Vec<ConflictPlace>,
}

/// A contested place that a rule settled.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct SettledPlace {
    /// The rule's id.
    pub rule: String,
    /// The line in the result, from 1.
    pub line: usize,
    /// What was settled.
    pub what: String,
    /// Why the rule is right.
    pub why: String,
}

/// A contested place that is left to a person.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ConflictPlace {
    /// `content`, `add-add`, `binary`, `removed-by-road`, `type`, `rename` or `occupied`.
    pub kind: String,
    /// The line of the first marker, from 1; nothing where the conflict is one of the whole file.
    pub line: Option<usize>,
    /// Where it is in the file's own terms; empty where there are none.
    pub key: String,
    /// What the road gave earlier.
    pub base: Option<String>,
    /// What the project has.
    pub ours: Option<String>,
    /// What the road gives now.
    pub theirs: Option<String>,
    /// What a rule that is not sure enough would do.
    pub suggestion: Option<SuggestedText>,
}

/// What a rule proposes.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct SuggestedText {
    /// The rule's id.
    pub rule: String,
    /// The text in the place of the markers.
    pub text: String,
}

/// Returns the document for whole trees.
pub fn of_trees(outcomes: &[Outcome]) -> MergeTrees {
    let files: Vec<MergedFile> = outcomes
        .iter()
        .filter(|outcome| outcome.verdict != Verdict::Unchanged)
        .map(|outcome| MergedFile {
            path: outcome.path.clone(),
            from: outcome.from.clone(),
            verdict: outcome.verdict.word().to_owned(),
            merger: outcome.merger.map(str::to_owned),
            settled: outcome.settled.iter().map(settled).collect(),
            conflicts: outcome.conflicts.iter().map(conflict).collect(),
        })
        .collect();
    document(files)
}

/// Returns the document for one file.
pub fn of_file(path: &str, merged: &Merged) -> MergeTrees {
    let verdict = if merged.is_clean() { Verdict::Merged } else { Verdict::Conflict };
    document(vec![MergedFile {
        path: path.to_owned(),
        from: None,
        verdict: verdict.word().to_owned(),
        merger: Some(merged.merger.to_owned()),
        settled: merged.settled.iter().map(settled).collect(),
        conflicts: merged.conflicts.iter().map(conflict).collect(),
    }])
}

fn document(files: Vec<MergedFile>) -> MergeTrees {
    MergeTrees { schema: 1, conflicted: files.iter().filter(|file| !file.conflicts.is_empty()).count(), files }
}

/// Returns a settlement for programs.
pub fn settled(settled: &Settled) -> SettledPlace {
    SettledPlace { rule: settled.rule.id.to_owned(), line: settled.line, what: settled.what.clone(), why: settled.rule.why.to_owned() }
}

/// Returns a conflict for programs.
pub fn conflict(conflict: &Conflict) -> ConflictPlace {
    ConflictPlace {
        kind: conflict.kind.word().to_owned(),
        line: conflict.line,
        key: conflict.key.clone(),
        base: conflict.base.clone(),
        ours: conflict.ours.clone(),
        theirs: conflict.theirs.clone(),
        suggestion: conflict
            .suggestion
            .as_ref()
            .map(|suggestion| SuggestedText { rule: suggestion.rule.id.to_owned(), text: suggestion.text.clone() }),
    }
}

/// Returns the document for people: what a rule settled, and what is left.
pub fn human(document: &MergeTrees) -> String {
    let mut text = String::new();
    for file in &document.files {
        for settled in &file.settled {
            text += &format!("{}:{}: {} ({})\n", file.path, settled.line, printable(&settled.what), settled.rule);
        }
        for conflict in &file.conflicts {
            let line = conflict.line.map(|line| format!(":{line}")).unwrap_or_default();
            text += &format!("{}{line}: conflict ({})\n", file.path, conflict.kind);
        }
    }
    text
}
