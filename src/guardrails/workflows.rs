//! GitHub workflows and actions as guardrails share them: which files they are, what is in them, and how a step is
//! pinned to a commit.

use std::ops::Range;

use super::finding::{Change, Finding, Safety};
use super::guardrail::{ActionPin, Context};
use crate::formats::workflow::{Action, Job, Scalar, Step, Workflow};
use crate::formats::yaml::{self, Node};
use crate::repo::snapshot::Entry;
use crate::repo::subject::{Subject, View};

/// Files larger than this are no workflows: GitHub refuses them at half of it.
const SIZE: u64 = 16 << 20;

/// Whether a file is a workflow that a forge runs.
pub fn is_workflow(entry: &Entry) -> bool {
    let folder = matches!(entry.folder(), ".github/workflows" | ".gitea/workflows" | ".forgejo/workflows");
    folder && is_yaml(entry.name()) && entry.is_file() && entry.size <= SIZE
}

/// Whether a file describes an action.
pub fn is_action(entry: &Entry) -> bool {
    matches!(entry.name(), "action.yml" | "action.yaml") && entry.is_file() && entry.size <= SIZE
}

/// Whether a file is a workflow or an action.
pub fn is_either(entry: &Entry) -> bool {
    is_workflow(entry) || is_action(entry)
}

/// Whether a name ends as YAML does.
pub fn is_yaml(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.ends_with(".yml") || lower.ends_with(".yaml")
}

/// A workflow or an action, read once for all guardrails.
#[derive(Debug, Default)]
pub struct GithubFile {
    /// The workflow, where the file is one.
    pub workflow: Option<Workflow>,
    /// The action, where the file is one.
    pub action: Option<Action>,
}

impl View for GithubFile {
    fn of(subject: &Subject<'_>) -> Self {
        let Some(text) = subject.text() else { return Self::default() };
        let documents = match yaml::parse(text) {
            Ok(documents) => documents,
            // Other things are called `action.yml`, too, and templates of actions.
            Err(error) => {
                if is_workflow(subject.entry) || text.contains("using:") && !text.contains("{%") {
                    subject.fail(error.to_string());
                }
                return Self::default();
            }
        };
        let Some(root) = documents.first() else { return Self::default() };
        if is_workflow(subject.entry) {
            return Self { workflow: Workflow::of(root), action: None };
        }
        Self { workflow: None, action: Action::of(root) }
    }
}

impl GithubFile {
    /// Returns all steps, with the job that each is in.
    pub fn steps(&self) -> impl Iterator<Item = (Option<&Job>, &Step)> {
        let jobs =
            self.workflow.iter().flat_map(|workflow| &workflow.jobs).flat_map(|job| job.steps.iter().map(move |step| (Some(job), step)));
        jobs.chain(self.action.iter().flat_map(|action| &action.steps).map(|step| (None, step)))
    }

    /// Returns every `uses:`: of steps and of jobs that call another workflow. One that an alias repeats comes once.
    pub fn uses(&self) -> Vec<&Scalar> {
        let jobs = self.workflow.iter().flat_map(|workflow| &workflow.jobs).filter_map(|job| job.uses.as_ref());
        let mut all: Vec<&Scalar> = jobs.chain(self.steps().filter_map(|(_, step)| step.uses.as_ref())).collect();
        all.sort_by_key(|uses| uses.span.start);
        all.dedup_by_key(|uses| uses.span.start);
        all
    }
}

/// How a file spells a scalar.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Spelling {
    /// Its own characters, without quotes.
    pub inner: Range<usize>,
    /// With its quotes.
    pub outer: Range<usize>,
}

/// Returns how a file spells a scalar on the line of its key; `None` where it does so in another way: an alias, escapes,
/// a block of text.
pub fn spelled(text: &str, scalar: &Scalar) -> Option<Spelling> {
    let start = scalar.span.start;
    let raw = text.get(start..)?;
    let before = text.get(..start)?.rsplit('\n').next().unwrap_or_default();
    // What stands alone on its line may be the inside of a block, where a comment would be part of the value.
    if before.trim().is_empty() || scalar.text.contains(['\n', '\r']) {
        return None;
    }
    let end = start + scalar.text.len();
    let Some(quote) = raw.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return raw.starts_with(&scalar.text).then_some(Spelling { inner: start..end, outer: start..end });
    };
    let after = raw[1..].strip_prefix(scalar.text.as_str())?;
    after.starts_with(quote).then(|| Spelling { inner: start + 1..end + 1, outer: start..end + 2 })
}

/// Returns the bytes of a scalar to underline: a parser may count what follows a quote.
pub fn underlined(subject: &Subject<'_>, scalar: &Scalar) -> Range<usize> {
    let spelling = subject.text().and_then(|text| spelled(text, scalar));
    spelling.map_or_else(|| scalar.span.clone(), |spelling| spelling.outer)
}

/// Whether a ref is a full commit.
pub fn is_commit(reference: &str) -> bool {
    matches!(reference.len(), 40 | 64) && reference.bytes().all(|c| c.is_ascii_hexdigit())
}

/// What the road knows about a tag of an action.
#[derive(Debug)]
pub struct KnownTag<'a> {
    /// Its commit.
    pub sha: &'a str,
    /// The most exact tag of the same commit: `v4.2.2` where the workflow says `v4`.
    pub exact: &'a str,
}

/// Returns the commit of exactly this tag of an action, where the road knows it.
pub fn known_tag<'a>(context: &Context<'a>, action: &str, tag: &str) -> Option<KnownTag<'a>> {
    let pins = &context.knowledge().actions;
    let pin = pins.iter().find(|pin| pin.tag == tag && is_of(pin, action))?;
    let same = pins.iter().filter(|other| other.sha == pin.sha && is_of(other, action));
    let exact = same.map(|other| other.tag.as_str()).max_by_key(|tag| (tag.matches('.').count(), tag.starts_with('v'))).unwrap_or(&pin.tag);
    Some(KnownTag { sha: &pin.sha, exact })
}

/// Whether a pin is of the repository that an action lies in.
pub fn is_of(pin: &ActionPin, action: &str) -> bool {
    repository(&pin.repo).eq_ignore_ascii_case(repository(action))
}

/// Returns `owner/name` of `owner/name/path`.
pub fn repository(action: &str) -> &str {
    let end = action.match_indices('/').nth(1).map_or(action.len(), |(at, _)| at);
    &action[..end]
}

/// Adds the fix that pins a `uses:` to the commit of the tag that it names, and keeps the tag as a comment.
#[must_use]
pub fn with_pin(finding: Finding, subject: &Subject<'_>, uses: &Scalar, known: &KnownTag<'_>) -> Finding {
    let Some(text) = subject.text() else { return finding };
    let Some(Spelling { inner, outer }) = spelled(text, uses) else { return finding };
    let Some(at) = text[inner.clone()].rfind('@') else { return finding };
    let reference = inner.start + at + 1..inner.end;
    let tag = text[reference.clone()].to_owned();
    let rest = text[outer.end..].split('\n').next().unwrap_or("").trim_end();
    // In `{uses: a/b@v1, with: …}` a comment would swallow what follows.
    // JSON has no comments at all.
    let json = text.trim_start().starts_with('{');
    let room = !json && (rest.is_empty() || rest.trim_start().starts_with('#'));
    let comment = if room && !rest.contains(known.exact) { format!(" # {}", known.exact) } else { String::new() };
    let edit = |range: Range<usize>, text: String| Change::Edit { path: subject.path().to_owned(), range, text };
    let changes = if outer == inner {
        vec![edit(reference, format!("{}{comment}", known.sha))]
    } else if comment.is_empty() {
        vec![edit(reference, known.sha.to_owned())]
    } else {
        vec![edit(reference, known.sha.to_owned()), edit(outer.end..outer.end, comment)]
    };
    let title = if tag == known.exact {
        format!("pin it to the commit of `{tag}`")
    } else {
        format!("pin it to the commit of `{tag}`, which the road knows as {}", known.exact)
    };
    finding.fix(Safety::Safe, title, changes)
}

/// Returns the first document of a file as it is after one change; `None` where it is no YAML any more.
pub fn after(text: &str, change: &Change) -> Option<Node> {
    let Change::Edit { range, text: new, .. } = change else { return None };
    let changed = format!("{}{new}{}", text.get(..range.start)?, text.get(range.end..)?);
    let documents = yaml::parse(&changed).ok()?;
    documents.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_how_a_value_is_spelled() {
        let spells = |text: &str, value: &str, at: &str| {
            let start = text.find(at).unwrap();
            spelled(text, &Scalar { text: value.to_owned(), span: start..text.len() }).map(|spelling| text[spelling.outer].to_owned())
        };
        assert_eq!(spells("uses: a/b@v1 # c\n", "a/b@v1", "a/b").as_deref(), Some("a/b@v1"));
        assert_eq!(spells("uses: 'a/b@v1'\n", "a/b@v1", "'a/b").as_deref(), Some("'a/b@v1'"));
        assert_eq!(spells("uses: |\n  a/b@v1\n", "a/b@v1\n", "a/b"), None);
        assert_eq!(spells("uses: >-\n  a/b@v1\n", "a/b@v1", "a/b"), None);
        assert_eq!(spells("uses: |\n  a/b@v1\n", "a/b@v1\n", "|"), None);
    }

    #[test]
    fn knows_a_commit_from_a_short_one_and_a_repository_from_a_path() {
        assert!(is_commit("3d3c42e5aac5ba805825da76410c181273ba90b1"));
        assert!(!is_commit("3d3c42e") && !is_commit("v4"));
        assert_eq!((repository("a/b/c@x"), repository("a/b"), repository("")), ("a/b", "a/b", ""));
    }
}
