//! `workflow-injection`: text that a stranger writes becomes part of a script.

use std::ops::Range;

use super::finding::{Confidence, Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::images::is_aside;
use super::workflows::{GithubFile, is_either};
use crate::formats::expressions::{contexts, expressions};
use crate::formats::workflow::{Job, Scalar, Step, Workflow};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "workflow-injection",
        title: "text that a stranger writes becomes part of a script",
        level: Level::Block,
        why: "An expression in a `run` is put into the script before the shell reads it. Titles, comments, branch names and commit messages are written by whoever opens an issue or a pull request, so they can end the string and add commands.",
        attack: "Somebody opens an issue whose title closes the quote and starts a program. The job runs it with its token and secrets: it reads the key of the model registry and pushes a changed model. No pull request was ever merged.",
        fix: "Hand the text over as a variable and quote it in the script: `env: {TITLE: \"${{ github.event.issue.title }}\"}` and then `echo \"$TITLE\"`.",
        automatic: "",
        standards: &["SCORECARD Dangerous-Workflow", "CWE CWE-78", "CWE CWE-94"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "an issue's title in a script",
                files: &[(
                    ".github/workflows/triage.yml",
                    Content::Text(
                        "on: issues\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n          echo \"${{ github.event.issue.title }}\"\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a comment in github-script",
                files: &[(
                    ".github/workflows/triage.yml",
                    Content::Text(
                        "on: issue_comment\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/github-script@v7\n        with:\n          script: console.log(`${{ github.event.comment.body }}`)\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a branch name through `env` and back into the script",
                files: &[(
                    ".github/workflows/pr.yml",
                    Content::Text(
                        "on: pull_request\nenv:\n  BRANCH: ${{ github.head_ref }}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: git switch ${{ env.BRANCH }}\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "handed over as a variable",
                files: &[(
                    ".github/workflows/triage.yml",
                    Content::Text(
                        "on: issues\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - env:\n          TITLE: ${{ github.event.issue.title }}\n        run: echo \"$TITLE\"\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "numbers, commits, a test, and text that is no script",
                files: &[(
                    ".github/workflows/pr.yml",
                    Content::Text(
                        "on: pull_request\njobs:\n  a:\n    name: ${{ github.event.pull_request.title }}\n    if: contains(github.event.pull_request.title, 'x')\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ github.event.pull_request.number }} ${{ github.event.pull_request.head.sha }} ${{ contains(github.event.pull_request.body, 'x') }}\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(is_either, look),
};

/// Contexts with text that anybody can write, and events that hold it as a whole.
///
/// From "Secure use reference" and "Script injections" of the GitHub documentation and the payloads of its webhooks.
const WRITTEN: &[&str] = &[
    "github",
    "github.event",
    "github.event.comment",
    "github.event.comment.body",
    "github.event.commits",
    "github.event.commits.*",
    "github.event.commits.*.author.email",
    "github.event.commits.*.author.name",
    "github.event.commits.*.committer.email",
    "github.event.commits.*.committer.name",
    "github.event.commits.*.message",
    "github.event.discussion.body",
    "github.event.discussion.title",
    "github.event.head_commit",
    "github.event.head_commit.author.email",
    "github.event.head_commit.author.name",
    "github.event.head_commit.committer.email",
    "github.event.head_commit.committer.name",
    "github.event.head_commit.message",
    "github.event.issue",
    "github.event.issue.body",
    "github.event.issue.title",
    "github.event.pages.*.page_name",
    "github.event.pages.*.title",
    "github.event.pull_request",
    "github.event.pull_request.body",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.pull_request.head.repo.description",
    "github.event.pull_request.head.repo.homepage",
    "github.event.pull_request.title",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.workflow_run.display_title",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit.author.email",
    "github.event.workflow_run.head_commit.author.name",
    "github.event.workflow_run.head_commit.message",
    "github.event.workflow_run.head_repository.description",
    "github.event.workflow_run.pull_requests.*.head.ref",
    "github.head_ref",
];

/// Actions whose outputs are names of files, which whoever sends a pull request chooses.
const FILE_LISTS: &[&str] = &[
    "jitterbit/get-changed-files",
    "lots0logs/gh-action-get-changed-files",
    "masesgroup/retrieve-changed-files",
    "tj-actions/changed-files",
    "trilom/file-changes-action",
];

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    let file = subject.view::<GithubFile>();
    let Some(text) = subject.text() else { return };
    if memchr::memmem::find(text.as_bytes(), b"${{").is_none() {
        return;
    }
    let mut known: Vec<Range<usize>> = Vec::new();
    for (job, step) in file.steps() {
        let Some((script, kind)) = script(step) else { continue };
        // Places come from the file itself: a block scalar is indented there.
        let Some(written) = text.get(script.span.clone()) else { continue };
        for expression in expressions(written) {
            let range = script.span.start + expression.span.start..script.span.start + expression.span.end;
            let source = contexts(expression.body).into_iter().find_map(|context| source(&file, job, step, &context));
            let Some((context, confidence)) = source.filter(|_| !known.contains(&range)) else { continue };
            let what = format!("`{context}` is text that a stranger can write, and it becomes part of the {kind}");
            let how = if kind == "script" {
                "Put it into `env:` of the step and write `\"$NAME\"` in the script".to_owned()
            } else {
                "Read it from `context.payload` or from `process.env`, which is data and never code".to_owned()
            };
            let finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &range), what, how).sure(confidence).key(context);
            known.push(range);
            sink.report(if is_aside(subject.path()) { finding.advice() } else { finding });
        }
    }
}

/// Returns the script of a step, and what it is.
fn script(step: &Step) -> Option<(&Scalar, &'static str)> {
    if let Some(run) = &step.run {
        return Some((run, "script"));
    }
    match step.action()?.as_str() {
        "actions/github-script" => step.input("script").map(|script| (script, "JavaScript")),
        "azure/powershell" | "azure/cli" => step.input("inlinescript").map(|script| (script, "script")),
        "addnab/docker-run-action" | "appleboy/ssh-action" | "nick-fields/retry" | "nick-invision/retry" => {
            step.input("run").or_else(|| step.input("script")).or_else(|| step.input("command")).map(|script| (script, "script"))
        }
        _ => None,
    }
}

/// Returns what a stranger writes in a context, and how sure that is.
fn source(file: &GithubFile, job: Option<&Job>, step: &Step, context: &str) -> Option<(String, Confidence)> {
    if WRITTEN.contains(&context) {
        return Some((context.to_owned(), Confidence::High));
    }
    if let Some(name) = context.strip_prefix("env.") {
        let workflow = file.workflow.as_ref().map_or(&[][..], |workflow: &Workflow| &workflow.env);
        let defined =
            step.env.iter().chain(job.map_or(&[][..], |job| &job.env)).chain(workflow).find(|(key, _)| key.text.eq_ignore_ascii_case(name));
        let (_, value) = defined?;
        let inner = expressions(&value.text)
            .into_iter()
            .flat_map(|expression| contexts(expression.body))
            .find(|inner| WRITTEN.contains(&inner.as_str()))?;
        return Some((inner, Confidence::High));
    }
    let id = context.strip_prefix("steps.")?.split('.').next()?;
    if !context.contains(".outputs.") {
        return None;
    }
    let steps = job.map(|job| job.steps.as_slice()).or_else(|| file.action.as_ref().map(|action| action.steps.as_slice()))?;
    let made_by = steps.iter().find(|other| other.id.as_deref().is_some_and(|other| other.eq_ignore_ascii_case(id)))?.action()?;
    FILE_LISTS.contains(&made_by.as_str()).then(|| (context.to_owned(), Confidence::Medium))
}
