//! `compromised-action`: a workflow uses an action that was taken over.

use super::finding::{Confidence, Finding, Place};
use super::guardrail::{Advisory, Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::workflows::{GithubFile, is_commit, is_either, repository, underlined};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "compromised-action",
        title: "a workflow uses an action that was taken over",
        level: Level::Block,
        why: "The tags of this action have pointed at malicious code. Whoever ran it then has to take the secrets of those jobs as stolen, and a tag that was moved once can be moved again.",
        attack: "Attackers with a maintainer's token moved the tags of popular actions to a program that reads the memory of the runner and prints or sends the secrets in it. Every workflow that named a tag ran it at its next start.",
        fix: "Take the action out, or pin it to a commit that is known to be good. If it ran in the days of the attack, replace every secret that its jobs could reach.",
        automatic: "",
        standards: &["SCORECARD Vulnerabilities", "OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010.001"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a tag that was moved",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: tj-actions/changed-files@v45\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a tag before the repair",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: aquasecurity/trivy-action@0.28.0\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a commit that is known to be good, and a tag after the repair",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: aquasecurity/trivy-action@57a97c7e7821a5776cebc9bb87c984fa69cba8f1 # v0.35.0\n      - uses: aquasecurity/trivy-action@v0.36.0\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "another action of the same owner",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: tj-actions/branch-names@v8\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(is_either, look),
};

/// Whether an advisory calls what a `uses:` names bad, or not known to be good.
pub fn speaks_of(context: &Context<'_>, uses: &str) -> bool {
    let Some((action, reference)) = uses.trim().rsplit_once('@') else { return false };
    let named = |advisory: &&Advisory| advisory.ecosystem == "action" && advisory.name.eq_ignore_ascii_case(repository(action));
    context.knowledge().advisories.iter().filter(named).any(|advisory| judge(advisory, reference).is_some())
}

/// Returns the advisory that calls a version of an action bad, by its tag or by its commit.
pub fn bad<'a>(advisories: &'a [Advisory], action: &str, references: [&str; 2]) -> Option<&'a Advisory> {
    let named = |advisory: &&Advisory| advisory.ecosystem == "action" && advisory.name.eq_ignore_ascii_case(repository(action));
    let is_safe = |advisory: &Advisory| references.iter().any(|reference| advisory.safe.iter().any(|row| fits(row, reference)));
    let is_bad = |advisory: &Advisory| references.iter().any(|reference| matches!(judge(advisory, reference), Some(Judgement::Bad)));
    advisories.iter().filter(named).find(|advisory| !is_safe(advisory) && is_bad(advisory))
}

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    let file = subject.view::<GithubFile>();
    for uses in file.uses() {
        let Some((action, reference)) = uses.text.trim().rsplit_once('@') else { continue };
        if action.starts_with('.') || action.starts_with("docker://") {
            continue;
        }
        let named = |advisory: &&Advisory| advisory.ecosystem == "action" && advisory.name.eq_ignore_ascii_case(repository(action));
        for advisory in context.knowledge().advisories.iter().filter(named) {
            let Some(verdict) = judge(advisory, reference) else { continue };
            let ids = if advisory.ids.is_empty() { String::new() } else { format!(" ({})", advisory.ids.join(", ")) };
            let (what, how) = match verdict {
                Judgement::Bad => (
                    format!("`{}`: {}{ids}", uses.text.trim(), advisory.what),
                    format!("Use {} instead, and replace the secrets that its jobs could reach", advisory.instead),
                ),
                Judgement::Unknown => (
                    format!("`{action}` was taken over{ids}, and this commit is not known to be good"),
                    format!("Check that the commit is from before the attack, or use {}", advisory.instead),
                ),
            };
            let finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &underlined(subject, uses)), what, how).key(uses.text.trim());
            sink.report(match verdict {
                Judgement::Bad => finding,
                Judgement::Unknown => finding.sure(Confidence::Low).advice(),
            });
        }
    }
}

/// What an advisory says of a ref.
#[derive(Clone, Copy)]
enum Judgement {
    Bad,
    Unknown,
}

fn judge(advisory: &Advisory, reference: &str) -> Option<Judgement> {
    if advisory.safe.iter().any(|row| fits(row, reference)) {
        return None;
    }
    if advisory.versions.iter().any(|row| fits(row, reference)) {
        return Some(Judgement::Bad);
    }
    match (advisory.versions.is_empty(), is_commit(reference)) {
        (true, true) => Some(Judgement::Unknown),
        (true, false) => Some(Judgement::Bad),
        (false, _) => None,
    }
}

/// Whether a row of an advisory names a ref: the same text, a range of versions, or the beginning of a commit.
fn fits(row: &str, reference: &str) -> bool {
    if let Some(bound) = row.strip_prefix("<=") {
        return version(reference).zip(version(bound)).is_some_and(|(version, bound)| version <= bound);
    }
    if let Some(bound) = row.strip_prefix(">=") {
        return version(reference).zip(version(bound)).is_some_and(|(version, bound)| version >= bound);
    }
    let same = row.trim_start_matches('v') == reference.trim_start_matches('v');
    let begins = is_commit(reference)
        && row.len() >= 7
        && row.bytes().all(|c| c.is_ascii_hexdigit())
        && reference.to_ascii_lowercase().starts_with(&row.to_ascii_lowercase());
    same || begins
}

/// Reads `v1.2.3`; parts that are missing count as 0, as a tag `v45` stood for its newest release or an older one.
fn version(text: &str) -> Option<[u64; 3]> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut parts = [0; 3];
    for (at, part) in text.split('.').enumerate() {
        *parts.get_mut(at)? = part.parse().ok().filter(|_| part.len() < 10)?;
    }
    Some(parts)
}
