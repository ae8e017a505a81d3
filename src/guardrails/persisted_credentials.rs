//! `persisted-credentials`: a checkout leaves the job's token on disk.

use super::finding::{Change, Finding, Place, Safety};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::job_rights::{Needs, of_job};
use super::workflows::{GithubFile, after, is_either, spelled, underlined};
use crate::formats::text::line_break;
use crate::formats::workflow::{Job, Step};
use crate::formats::yaml::Node;
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "persisted-credentials",
        title: "a checkout leaves the token on the disk",
        level: Level::Advise,
        why: "`actions/checkout` keeps the job's token for later git commands unless it is told not to. Every later step can read it. Up to v5 it lies in the hidden git folder, so an artifact of the whole working folder publishes it; since v6 it lies in a file beside it.",
        attack: "A package that a later step installs reads the token and pushes a change in your name. Or, up to v5, a job uploads its working folder as an artifact, with the hidden git folder in it. Somebody downloads the artifact while the job still runs, takes the token out and pushes a change in your name.",
        fix: "Add `with: {persist-credentials: false}` to the checkout. A job that pushes can be given a token in the step that pushes.",
        automatic: "Adds the line. Where a later step may push, the fix has to be asked for.",
        standards: &["SCORECARD Token-Permissions"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a checkout as it comes",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4 # the code\n      - run: pytest\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a checkout with other inputs",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - name: Code\n        uses: 'actions/checkout@v4'\n        with:\n          fetch-depth: 0\n      - uses: actions/checkout@v4\n        with: {path: other}\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "told not to",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          persist-credentials: false\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "no checkout",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/setup-python@v5\n      - run: echo actions/checkout@v4\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(is_either, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    let file = subject.view::<GithubFile>();
    let mut known = Vec::new();
    for (job, step) in file.steps() {
        if step.action().as_deref() != Some("actions/checkout") || known.contains(&step.span.start) {
            continue;
        }
        known.push(step.span.start);
        let told = step.input("persist-credentials");
        if told.is_some_and(|told| told.text.trim().eq_ignore_ascii_case("false") || told.text.contains("${{")) {
            continue;
        }
        let Some(uses) = &step.uses else { continue };
        let what = "the checkout leaves the token of the job where every later step can read it";
        let how = "Add `persist-credentials: false` under its `with:`";
        let key = format!("{}/{}", job.map_or("", |job| job.id.as_str()), known.len());
        let mut finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &underlined(subject, uses)), what, how).key(key);
        // Somebody who writes `true` means it.
        if told.is_none()
            && known.len() <= MOST
            && let Some(change) = edit(subject, step)
            && fits(subject, &change)
        {
            finding = finding.fix(safety(job), "do not keep the token after the checkout", vec![change]);
        }
        sink.report(finding);
    }
}

/// How many fixes of one file are tried out.
const MOST: usize = 20;

/// Whether a change leaves the file as it was but for the one input: in flow style a line of its own would break it.
fn fits(subject: &Subject<'_>, change: &Change) -> bool {
    let Some(text) = subject.text() else { return false };
    let Some(root) = after(text, change) else { return false };
    let nothing = Change::Edit { path: String::new(), range: 0..0, text: String::new() };
    let Some(before) = after(text, &nothing) else { return false };
    let (was, is) = (inputs(&before), inputs(&root));
    is.0 == was.0 && is.1 > was.1
}

/// Returns how many `uses:` there are, and how many checkouts that are told to keep nothing.
fn inputs(root: &Node) -> (usize, usize) {
    let (mut uses, mut told) = (0, 0);
    root.walk(&mut |node| {
        uses += usize::from(node.get("uses").is_some());
        told += usize::from(node.at(&["with", "persist-credentials"]).and_then(Node::text) == Some("false"));
    });
    (uses, told)
}

fn safety(job: Option<&Job>) -> Safety {
    // Also reading needs the token where the repository is private.
    let talks = |script: &str| {
        ["git fetch", "git pull", "git push", "git clone", "git submodule", "git lfs"].iter().any(|command| script.contains(command))
    };
    if job.is_some_and(|job| job.steps.iter().filter_map(|step| step.run.as_ref()).any(|run| talks(&run.text))) {
        return Safety::Unsafe;
    }
    match job.map(of_job) {
        Some(Needs::Reading) => Safety::Safe,
        // It may push with what the checkout left.
        Some(Needs::Unknown(_) | Needs::Writing(_)) | None => Safety::Unsafe,
    }
}

fn edit(subject: &Subject<'_>, step: &Step) -> Option<Change> {
    let text = subject.text()?;
    let end = line_break(text);
    let change = |at: usize, text: String| Some(Change::Edit { path: subject.path().to_owned(), range: at..at, text });
    let column = |at: usize| at - text[..at].rfind('\n').map_or(0, |end| end + 1);
    if let Some((first, _)) = step.with.first() {
        let at = first.span.start;
        let before = text[..at].trim_end_matches([' ', '\t', '\r', '\n']);
        if before.ends_with('{') {
            return change(at, "persist-credentials: false, ".to_owned());
        }
        let line_start = at - column(at);
        let block = text.get(line_start..at)?.bytes().all(|c| c == b' ');
        return if block { change(at, format!("persist-credentials: false{end}{}", " ".repeat(column(at)))) } else { None };
    }
    if step.with_key.is_some() {
        return None;
    }
    let uses = step.uses.as_ref()?;
    let outer = spelled(text, uses)?.outer;
    let line_start = outer.start - column(outer.start);
    let prefix = text.get(line_start..outer.start)?;
    let key = prefix.find("uses:")?;
    // `- uses:` or `uses:` at the beginning of its line, with nothing but a comment after it.
    if !prefix[..key].bytes().all(|c| c == b' ' || c == b'-') {
        return None;
    }
    let rest = text[outer.end..].split('\n').next().unwrap_or("").trim_end();
    if !(rest.is_empty() || rest.trim_start().starts_with('#')) {
        return None;
    }
    let indent = " ".repeat(key);
    change(outer.end + rest.len(), format!("{end}{indent}with:{end}{indent}  persist-credentials: false"))
}
