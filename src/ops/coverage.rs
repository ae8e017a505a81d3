//! Says for each item of the standards what a checked repository shows of it.

use super::check::Checked;
use crate::guardrails::coverage::{self, GuardrailOutcome, Row};
use crate::report::findings::place;

/// Decides every item of every standard for a checked repository.
pub fn rows(checked: &Checked) -> Vec<Row> {
    let traits = coverage::traits(&checked.worktree.snapshot);
    coverage::assess(&traits, &checked.worktree.snapshot, &|id| outcome_of(checked, id))
}

fn outcome_of(checked: &Checked, id: &str) -> GuardrailOutcome {
    let outcome = &checked.outcome;
    if !outcome.ran.iter().any(|guardrail| guardrail.meta.id == id) {
        return GuardrailOutcome::NotRun;
    }
    let found: Vec<_> = outcome.findings.iter().filter(|judged| judged.finding.guardrail == id).collect();
    let open: Vec<String> = found.iter().filter(|judged| judged.waived.is_none()).map(|judged| place(&judged.finding.place)).collect();
    match (open.is_empty(), found.is_empty()) {
        (false, _) => GuardrailOutcome::Findings(open),
        (true, false) => GuardrailOutcome::Waived,
        (true, true) => GuardrailOutcome::Clean { subjects: outcome.subjects.get(id).cloned().unwrap_or_default() },
    }
}
