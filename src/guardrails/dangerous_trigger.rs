//! `dangerous-trigger`: a workflow with the repository's rights fetches a stranger's code.

use super::finding::{Confidence, Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::road_example::{CONFIG, LOCK};
use super::workflows::{GithubFile, is_workflow, underlined};
use crate::formats::workflow::{Job, Scalar, Step, Trigger};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "dangerous-trigger",
        title: "a workflow with secrets checks out a stranger's code",
        level: Level::Block,
        why: "`pull_request_target`, `workflow_run` and comments start a workflow with the rights and secrets of the repository. Where it then checks out the pull request, a stranger's build files, tests and configuration run with those rights.",
        attack: "Somebody forks the repository, puts a line into `setup.py` or `conftest.py` and opens a pull request. The workflow installs and tests it with the publishing token in reach. The token is gone before anybody has looked at the pull request.",
        fix: "Test pull requests with `on: pull_request`, which gives forks no secrets. Where a label or comment needs rights, do that in a second workflow that never checks out the pull request.",
        automatic: "",
        standards: &["SCORECARD Dangerous-Workflow", "OWASP-ML ML06:2023", "CWE CWE-829"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "the head of a pull request with the rights of the target",
                files: &[(
                    ".github/workflows/pr.yml",
                    Content::Text(
                        "on:\n  pull_request_target:\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n      - run: make test\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a comment starts the code of a pull request",
                files: &[(
                    ".github/workflows/bot.yml",
                    Content::Text(
                        "on: issue_comment\njobs:\n  bench:\n    if: contains(github.event.comment.body, '/bench')\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n      - run: gh pr checkout ${{ github.event.issue.number }}\n      - run: make bench\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a pull request on a machine of the owner, on a road",
                files: &[
                    LOCK,
                    CONFIG,
                    (
                        ".github/workflows/pr.yml",
                        Content::Text(
                            "on: pull_request\njobs:\n  test:\n    runs-on: [self-hosted, linux]\n    steps:\n      - run: make test\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the target's own code",
                files: &[(
                    ".github/workflows/label.yml",
                    Content::Text(
                        "on: pull_request_target\njobs:\n  label:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n      - uses: actions/labeler@v5\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the head of a pull request without rights",
                files: &[(
                    ".github/workflows/pr.yml",
                    Content::Text(
                        "on: pull_request\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n        with: {ref: \"${{ github.event.pull_request.head.sha }}\"}\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(is_workflow, look),
};

/// Parts of a ref that name what a stranger pushed.
const STRANGERS: &[&str] = &[
    "github.event.pull_request.head.",
    "github.event.pull_request.merge_commit_sha",
    "github.event.pull_request.number",
    "github.event.workflow_run.head_",
    "github.event.workflow_run.pull_requests",
    "github.event.issue.number",
    "github.event.number",
    "github.head_ref",
    "refs/pull/",
];

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    let file = subject.view::<GithubFile>();
    let Some(workflow) = &file.workflow else { return };
    // The jobs of a road run on machines that are thrown away; elsewhere the owner knows who may send pull requests.
    if context.lock.is_some() && workflow.triggers.iter().any(|trigger| trigger.name.starts_with("pull_request")) {
        sink.findings.extend(workflow.jobs.iter().filter_map(|job| own_machine(subject, job)));
    }
    let trusted = |trigger: &&Trigger| {
        matches!(trigger.name.as_str(), "pull_request_target" | "workflow_run" | "issue_comment" | "pull_request_review_comment")
    };
    let Some(trigger) = workflow.triggers.iter().find(trusted) else { return };
    for job in workflow.jobs.iter().filter(|job| !is_for_own_branches(job)) {
        for step in &job.steps {
            if guards_itself(step) {
                continue;
            }
            let Some(place) = fetches(step) else { continue };
            let approved = job.environment
                || job
                    .condition
                    .as_ref()
                    .is_some_and(|condition| condition.text.contains("label") || condition.text.contains("author_association"));
            let what = format!(
                "`{}` starts job `{}` with the rights of the repository, and it fetches the code of a pull request",
                trigger.name, job.id
            );
            let how =
                "Test pull requests with `on: pull_request`, and keep what needs rights in a workflow that fetches none of their code";
            let finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &underlined(subject, place)), what, how)
                .key(format!("{}/{}", trigger.name, job.id));
            sink.report(if approved { finding.sure(Confidence::Medium) } else { finding });
            return;
        }
    }
    // With the target's code it is safe today, and one changed line away from the above.
    if trigger.name == "pull_request_target"
        && let Some(job) = workflow.jobs.iter().find(|job| builds(job))
    {
        let what =
            format!("`pull_request_target` starts job `{}` with the rights of the repository, and it checks out and runs code", job.id);
        let how = "Use `on: pull_request`, which tests the code of the pull request and gives it no rights";
        let finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &trigger.span), what, how).key(trigger.name.as_str());
        let finding = finding.sure(Confidence::Medium);
        sink.report(if context.lock.is_some() { finding } else { finding.advice() });
    }
}

/// Returns a job that runs what strangers propose on a machine of the owner, which keeps what they leave behind.
fn own_machine(subject: &Subject<'_>, job: &Job) -> Option<Finding> {
    let label = job.runs_on.iter().find(|label| label.text.eq_ignore_ascii_case("self-hosted"))?;
    let what = format!("job `{}` runs the code of pull requests on a machine of your own", job.id);
    let how = "Write `runs-on: ubuntu-24.04`: that machine is thrown away after the job";
    Some(Finding::new(GUARDRAIL.meta.id, Place::of(subject, &underlined(subject, label)), what, how).key(format!("runner/{}", job.id)))
}

/// Whether a job checks code out and runs commands.
fn builds(job: &Job) -> bool {
    job.steps.iter().any(|step| step.action().as_deref() == Some("actions/checkout")) && job.steps.iter().any(|step| step.run.is_some())
}

/// Returns what fetches a stranger's code in a step.
fn fetches(step: &Step) -> Option<&Scalar> {
    if step.action().as_deref() == Some("actions/checkout") {
        let strangers = |name: &str| step.input(name).filter(|value| STRANGERS.iter().any(|part| value.text.contains(part)));
        return strangers("ref").or_else(|| strangers("repository"));
    }
    let run = step.run.as_ref()?;
    let text = &run.text;
    let fetched = text.contains("gh pr checkout")
        || text.lines().any(|line| line.contains("git fetch") && (line.contains("pull/") || line.contains("pull_request.head")))
        || text.lines().any(|line| {
            (line.contains("git checkout") || line.contains("git switch")) && STRANGERS[..1].iter().any(|part| line.contains(part))
        });
    fetched.then_some(run)
}

/// Whether a job runs for branches of the repository only, which strangers cannot push to.
fn is_for_own_branches(job: &Job) -> bool {
    job.condition.as_ref().is_some_and(|condition| is_own(&condition.text))
}

fn guards_itself(step: &Step) -> bool {
    step.condition.as_ref().is_some_and(|condition| is_own(&condition.text))
}

fn is_own(condition: &str) -> bool {
    let spaceless: String = condition.chars().filter(|c| !c.is_whitespace()).collect();
    [
        "head.repo.full_name==github.repository",
        "github.repository==github.event.pull_request.head.repo.full_name",
        "head_repository.full_name==github.repository",
        "head.repo.fork==false",
        "!github.event.pull_request.head.repo.fork",
    ]
    .iter()
    .any(|own| spaceless.contains(own))
}
