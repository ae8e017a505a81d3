//! `excessive-permissions`: a workflow's token may do more than its jobs need.

use super::finding::{Change, Confidence, Finding, Place, Safety};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::job_rights::{Needs, of_job};
use super::workflows::{GithubFile, after, is_workflow, underlined};
use crate::formats::expressions::expressions;
use crate::formats::text::line_break;
use crate::formats::workflow::{Grant, Job, Permissions, Scalar, Workflow};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "excessive-permissions",
        title: "a workflow's token may do more than its jobs need",
        level: Level::Warn,
        why: "A workflow without `permissions` gets what the repository gives by default, which for many is the right to write to everything. Every action and every package that a job installs can use that token.",
        attack: "A package that your tests install is taken over. It finds the token of the job in the checkout and pushes a commit that changes the training code, or replaces a release. With `contents: read` the same package could have read what it can read anyway.",
        fix: "Write `permissions: {}` or `permissions: {contents: read}` above `jobs:`, and give each job that writes exactly the rights that it uses.",
        automatic: "Adds `contents: read` at the top where no job writes. Where a step cannot be judged, the fix has to be asked for.",
        standards: &["SCORECARD Token-Permissions", "OWASP-ML ML06:2023", "CWE CWE-732"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "no permissions",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "name: CI\non: [push]\n\n# The tests.\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n      - run: pytest\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a workflow in one line, and one that is indented: no line can be put in",
                files: &[
                    (
                        ".github/workflows/flow.yml",
                        Content::Text("{name: x, on: push, jobs: {a: {runs-on: ubuntu-24.04, steps: [{run: pytest}]}}}\n"),
                    ),
                    (
                        ".github/workflows/indented.yml",
                        Content::Text("  on: push\n  jobs:\n    a:\n      runs-on: ubuntu-24.04\n      steps: [{run: pytest}]\n"),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "every right",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: [push]\npermissions: write-all\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: pytest\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "one job without its own",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: [push]\njobs:\n  a:\n    permissions: {}\n    runs-on: ubuntu-24.04\n    steps: [{run: pytest}]\n  b:\n    runs-on: ubuntu-24.04\n    steps: [{run: ./deploy.sh}]\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a right to write for a job that tests",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: [push]\npermissions: {}\njobs:\n  test:\n    permissions:\n      contents: write\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make test\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "all secrets as one text",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\npermissions: {contents: read}\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo '${{ toJSON(secrets) }}'\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the one secret that a step needs",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\npermissions: {contents: read}\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - env: {KEY: \"${{ secrets.KEY }}\"}\n        run: make test\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "read at the top, and write for the job that releases",
                files: &[(
                    ".github/workflows/release.yml",
                    Content::Text(
                        "on: [push]\npermissions:\n  contents: read\njobs:\n  draft:\n    permissions:\n      contents: write\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: release-drafter/release-drafter@v5\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "each job with its own, and a workflow that others call",
                files: &[
                    (
                        ".github/workflows/ci.yml",
                        Content::Text(
                            "on: [push]\njobs:\n  a:\n    permissions: {contents: read}\n    runs-on: ubuntu-24.04\n    steps: [{run: pytest}]\n",
                        ),
                    ),
                    (
                        ".github/workflows/shared.yml",
                        Content::Text("on:\n  workflow_call:\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps: [{run: pytest}]\n"),
                    ),
                ],
            },
        ],
    },
    inspection: Inspection::each(is_workflow, look),
};

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    let file = subject.view::<GithubFile>();
    let Some(workflow) = &file.workflow else { return };
    let called_only = !workflow.triggers.is_empty() && workflow.triggers.iter().all(|trigger| trigger.name == "workflow_call");
    match &workflow.permissions {
        // A workflow that others call has the rights of its caller.
        None if called_only => {}
        None if workflow.jobs.iter().any(|job| job.permissions.is_none()) => sink.report(missing(subject, workflow)),
        None => {}
        Some(top) => look_at_top(subject, workflow, top, sink),
    }
    for job in &workflow.jobs {
        if let Some(own) = &job.permissions {
            look_at_job(subject, job, own, sink);
        }
        look_at_secrets(subject, job, context.lock.is_some(), sink);
    }
    let values = workflow.env.iter().map(|(_, value)| value);
    sink.findings.extend(values.filter_map(|value| whole(subject, value)));
}

/// A job that is handed every secret of the repository, whatever it uses.
fn look_at_secrets(subject: &Subject<'_>, job: &Job, on_road: bool, sink: &mut Sink) {
    let steps = job.steps.iter().flat_map(|step| step.run.iter().chain(step.env.iter().chain(&step.with).map(|(_, value)| value)));
    let values = steps.chain(job.env.iter().map(|(_, value)| value));
    sink.findings.extend(values.filter_map(|value| whole(subject, value)));
    let elsewhere = job.uses.as_ref().is_some_and(|uses| !uses.text.starts_with("./"));
    if let Some(secrets) = job.secrets.as_ref().filter(|secrets| on_road && elsewhere && secrets.text == "inherit") {
        let what = format!("job `{}` hands every secret to a workflow of another repository", job.id);
        let how = "Name the secrets that it needs under `secrets:`";
        let place = Place::of(subject, &underlined(subject, secrets));
        sink.report(Finding::new(GUARDRAIL.meta.id, place, what, how).key(format!("{}/secrets", job.id)));
    }
}

/// Returns the place where all secrets are taken as one text.
fn whole(subject: &Subject<'_>, value: &Scalar) -> Option<Finding> {
    let taken = expressions(&value.text).into_iter().any(|expression| {
        let plain: String = expression.body.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
        plain.contains("tojson(secrets)") || plain.contains("join(secrets.*") || plain == "secrets"
    });
    let what = "all secrets of the repository are taken as one text, also those that the step does not need";
    let how = "Name the one secret that the step needs: `${{ secrets.NAME }}`, in its `env:`";
    taken.then(|| Finding::new(GUARDRAIL.meta.id, Place::of(subject, &underlined(subject, value)), what, how).key("secrets"))
}

/// What to write where nothing stands.
const ABOVE: &str = "Write `permissions: {contents: read}` above `jobs:`";

fn missing(subject: &Subject<'_>, workflow: &Workflow) -> Finding {
    let what = "it sets no `permissions`, so its token has all the rights that the repository gives by default";
    let finding = |how: String| Finding::new(GUARDRAIL.meta.id, Place::line(subject.path(), 1), what, how).key("permissions");
    let Some(text) = subject.text() else { return finding(advice(workflow, ABOVE).0) };
    let (how, safety) = advice(workflow, ABOVE);
    let Some(safety) = safety else { return finding(how) };
    let at = above_jobs(text, workflow.jobs_key.start);
    let end = line_break(text);
    let change =
        Change::Edit { path: subject.path().to_owned(), range: at..at, text: format!("permissions:{end}  contents: read{end}{end}") };
    if !reads_only(text, &change, workflow) {
        return finding(how);
    }
    finding(how).fix(safety, "let the token read the code, and nothing else", vec![change])
}

/// Whether the file after a change is the same workflow with rights to read: in flow style and in an indented mapping a
/// line of its own would break it.
fn reads_only(text: &str, change: &Change, workflow: &Workflow) -> bool {
    after(text, change).as_ref().and_then(Workflow::of).is_some_and(|after| {
        let rights = |workflow: &Workflow| workflow.jobs.iter().map(|job| (job.id.clone(), job.permissions.is_some())).collect::<Vec<_>>();
        let reads = |(scope, level): &(Scalar, Scalar)| scope.text == "contents" && level.text == "read";
        let granted = after.permissions.as_ref().map(|permissions| &permissions.grant);
        matches!(granted, Some(Grant::Scopes(scopes)) if scopes.len() == 1 && scopes.iter().all(reads))
            && rights(&after) == rights(workflow)
    })
}

/// Returns what to do, and how safe a `contents: read` at the top is; `None` where a job would lose a right it uses.
fn advice(workflow: &Workflow, top: &str) -> (String, Option<Safety>) {
    let mut safety = Safety::Safe;
    let mut doubt = String::new();
    let mut writing = Vec::new();
    for job in workflow.jobs.iter().filter(|job| job.permissions.is_none()) {
        match of_job(job) {
            Needs::Reading => {}
            Needs::Unknown(why) => {
                safety = Safety::Unsafe;
                if doubt.is_empty() {
                    doubt = format!("; look whether job `{}` needs more, because {why}", job.id);
                }
            }
            Needs::Writing(rights) => writing.push(format!("`permissions: {{{}}}` in job `{}`", with_reading(&rights), job.id)),
        }
    }
    if writing.is_empty() { (format!("{top}{doubt}"), Some(safety)) } else { (format!("{top}, and {}", writing.join(", ")), None) }
}

fn with_reading(rights: &[&str]) -> String {
    let reads = if rights.contains(&"contents: write") { "" } else { "contents: read, " };
    format!("{reads}{}", rights.join(", "))
}

fn look_at_top(subject: &Subject<'_>, workflow: &Workflow, top: &Permissions, sink: &mut Sink) {
    let inherits: Vec<&Job> = workflow.jobs.iter().filter(|job| job.permissions.is_none()).collect();
    let place = Place::of(subject, &(top.key.start..top.span.end));
    match &top.grant {
        Grant::WriteAll => {
            let (how, safety) = advice(workflow, "Replace it by `permissions: {contents: read}`");
            let mut finding =
                Finding::new(GUARDRAIL.meta.id, place, "`write-all` lets every job write to everything", how).key("permissions");
            let plain = subject.text().and_then(|text| text.get(top.span.clone())) == Some("write-all");
            if let Some(safety) = safety.filter(|_| plain) {
                let change = Change::Edit { path: subject.path().to_owned(), range: top.span.clone(), text: "{contents: read}".to_owned() };
                if subject.text().is_some_and(|text| reads_only(text, &change, workflow)) {
                    finding = finding.fix(safety, "let the token read the code, and nothing else", vec![change]);
                }
            }
            sink.report(finding);
        }
        Grant::Scopes(scopes) => {
            let writes: Vec<&str> =
                scopes.iter().filter(|(_, level)| level.text == "write").map(|(scope, _)| scope.text.as_str()).collect();
            if writes.is_empty() {
                return;
            }
            let unused = inherits.iter().all(|job| of_job(job) == Needs::Reading);
            let shared = inherits.len() > 1 && inherits.iter().any(|job| of_job(job) == Needs::Reading);
            if !unused && !shared {
                return;
            }
            let what = format!("every job may write to `{}`, also those that only read", writes.join("`, `"));
            let how = "Write `permissions: {contents: read}` above `jobs:`, and give the rights to write to the job that uses them";
            let place = scopes
                .iter()
                .find(|(_, level)| level.text == "write")
                .map_or(place, |(scope, level)| Place::of(subject, &(scope.span.start..level.span.start + level.text.len())));
            sink.report(Finding::new(GUARDRAIL.meta.id, place, what, how).sure(Confidence::Medium).key("permissions"));
        }
        Grant::ReadAll | Grant::Unknown => {}
    }
}

fn look_at_job(subject: &Subject<'_>, job: &Job, own: &Permissions, sink: &mut Sink) {
    let how = || format!("Give job `{}` only what its steps use: `permissions: {{contents: read}}` where it reads the code", job.id);
    match &own.grant {
        Grant::WriteAll => {
            let what = format!("`write-all` lets job `{}` write to everything", job.id);
            sink.report(
                Finding::new(GUARDRAIL.meta.id, Place::of(subject, &(own.key.start..own.span.end)), what, how()).key(job.id.as_str()),
            );
        }
        Grant::Scopes(scopes) if of_job(job) == Needs::Reading => {
            for (scope, level) in scopes.iter().filter(|(_, level)| level.text == "write") {
                let what = format!("job `{}` may write to `{}`, and no step of it writes", job.id, scope.text);
                let place = Place::of(subject, &(scope.span.start..level.span.start + level.text.len()));
                sink.report(
                    Finding::new(GUARDRAIL.meta.id, place, what, how()).sure(Confidence::Medium).key(format!("{}/{}", job.id, scope.text)),
                );
            }
        }
        Grant::Scopes(_) | Grant::ReadAll | Grant::Unknown => {}
    }
}

/// Returns where a key can be put in before `jobs:`, above the comments that belong to it.
fn above_jobs(text: &str, jobs: usize) -> usize {
    let mut at = text[..jobs].rfind('\n').map_or(0, |end| end + 1);
    while at > 0 {
        let start = text[..at - 1].rfind('\n').map_or(0, |end| end + 1);
        if !text[start..at].starts_with('#') {
            break;
        }
        at = start;
    }
    at
}
