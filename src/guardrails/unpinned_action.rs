//! `unpinned-action`: a step or job takes code from elsewhere by a name that its owner can move.

use super::compromised_action;
use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::images::{Name, is_aside, with_digest};
use super::workflows::{GithubFile, is_commit, is_either, is_of, known_tag, spelled, underlined, with_pin};
use crate::formats::workflow::Scalar;
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "unpinned-action",
        title: "a workflow takes code by a tag or branch that can move",
        level: Level::Warn,
        why: "A tag or branch of an action can be moved to other code after you reviewed it, and that code runs with the token and the secrets of your job. Only a full commit, or a digest for an image, always names the same code.",
        attack: "Somebody steals the account of an action's maintainer and moves every tag to a version that reads the secrets from the memory of the runner. Your workflow has not changed, and the next run hands over your cloud keys and publishing tokens. This has happened to actions that tens of thousands of repositories used.",
        fix: "Name the full commit and keep the tag as a comment: `uses: actions/checkout@<40-character commit> # v4.2.2`. Update bots keep such lines current.",
        automatic: "Pins the action to the commit of the same tag, or the image to the digest of the same tag, where the road knows it; the tag stays as a comment.",
        standards: &["SCORECARD Pinned-Dependencies", "OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010.001", "CWE CWE-829"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a step by tag",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v4\n      - run: make test\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a tag in quotes with a comment",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: \"actions/checkout@v7.0.1\" # the code\r\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a reusable workflow by branch",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text("on: push\njobs:\n  build:\n    uses: example/shared/.github/workflows/build.yml@main\n"),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a composite action, and an image without digest",
                files: &[(
                    "tools/setup/action.yml",
                    Content::Text(
                        "name: setup\nruns:\n  using: composite\n  steps:\n    - uses: docker://alpine:3.20\n    - {uses: actions/setup-python@v5, with: {python-version: '3.12'}}\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a commit under the name of a version that is another one",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v7.0.1\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a version that its owner has switched off",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/upload-artifact@v2\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a block of text as the name, which no fix touches",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: |\n          actions/checkout@v4\n      - \"uses\": >-\n          actions/checkout@v4\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an action that was taken over, of which another guardrail speaks",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: tj-actions/changed-files@v45\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a full commit, and a local action",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1\n      - uses: ./tools/setup\n  call:\n    uses: ./.github/workflows/other.yml\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the commit of another release than the comment says, which is out of date",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0 # v7.0.1\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "`uses` in a script and in a matrix",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    strategy:\n      matrix:\n        uses: [a/b@v1]\n    container: ${{ matrix.image }}\n    steps:\n      - run: |\n          uses: actions/checkout@v4\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(is_either, look),
};

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    let file = subject.view::<GithubFile>();
    for uses in file.uses() {
        if let Some(image) = uses.text.strip_prefix("docker://") {
            look_at_image(subject, context, sink, uses, image, false);
        } else {
            look_at_action(subject, context, sink, uses);
        }
    }
    if let Some(workflow) = &file.workflow {
        for job in &workflow.jobs {
            for (image, beside) in job.container.iter().map(|image| (image, false)).chain(job.services.iter().map(|image| (image, true))) {
                look_at_image(subject, context, sink, image, &image.text, beside);
            }
        }
    }
    if let Some(image) = file.action.as_ref().and_then(|action| action.image.as_ref())
        && let Some(name) = image.text.strip_prefix("docker://")
    {
        look_at_image(subject, context, sink, image, name, false);
    }
}

fn look_at_action(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink, uses: &Scalar) {
    let text = uses.text.trim();
    if text.starts_with("./") || text.starts_with("../") || text.is_empty() || text.contains("${{") {
        return;
    }
    let (action, reference) = text.rsplit_once('@').unwrap_or((text, ""));
    // Pinning what was taken over would keep the bad code.
    if !action.contains('/') || compromised_action::speaks_of(context, text) {
        return;
    }
    if is_commit(reference) {
        sink.findings.extend(impostor(subject, context, uses, action, reference));
        return;
    }
    let known = known_tag(context, action, reference);
    let what = match reference {
        "" => format!("`{action}` names no version, so its newest code runs"),
        short if short.len() >= 7 && short.bytes().all(|c| c.is_ascii_hexdigit()) && short.bytes().any(|c| c.is_ascii_alphabetic()) => {
            format!("`{text}` is a shortened commit, which can be made to name other code")
        }
        _ => format!("`{text}` can be moved to other code"),
    };
    let off = is_switched_off(action, reference);
    let how = match &known {
        _ if off => {
            let newer = known_tag(context, action, "v4").map(|known| format!(": `{action}@{} # {}`", known.sha, known.exact));
            format!("Move to v4, because `{reference}` no longer runs on github.com, then pin it{}", newer.unwrap_or_default())
        }
        Some(known) => format!("Write `{action}@{} # {}`", known.sha, known.exact),
        None => format!("Look up the commit of that version and write `{action}@<40-character commit> # <tag>`"),
    };
    let mut finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &underlined(subject, uses)), what, how).key(text);
    if let Some(known) = known.as_ref().filter(|_| !off) {
        finding = with_pin(finding, subject, uses, known);
    }
    sink.report(if is_aside(subject.path()) { finding.advice() } else { finding });
}

/// Whether github.com refuses a version of an action, as the deprecation notices of these actions say: artifacts below
/// v4, and caches before v3.4.0 and from v4.0.0 to v4.1.2. The tag `v3` of the cache moved on to one that runs.
fn is_switched_off(action: &str, tag: &str) -> bool {
    let mut parts = tag.trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    let (Some(major), minor) = (parts.next(), parts.next()) else { return false };
    match action.to_ascii_lowercase().as_str() {
        "actions/upload-artifact" | "actions/download-artifact" => major < 4,
        "actions/cache" | "actions/cache/restore" | "actions/cache/save" => match major {
            0..=2 => true,
            3 => minor.is_some_and(|minor| minor < 4),
            4 => minor.is_some_and(|minor| minor < 2),
            _ => false,
        },
        _ => false,
    }
}

/// Returns a commit that its comment gives the name of a version which the road knows as another commit.
///
/// GitHub serves commits of forks under the name of the original, so such a line looks right to every reader.
fn impostor(subject: &Subject<'_>, context: &Context<'_>, uses: &Scalar, action: &str, commit: &str) -> Option<Finding> {
    let range = underlined(subject, uses);
    let rest = subject.text()?.get(range.end..)?.split('\n').next()?.trim_start();
    let tag = rest.strip_prefix('#')?.split_whitespace().next()?;
    // `v4` moves on with each release: only a whole version stays where it is.
    let whole = tag.trim_start_matches('v').split('.').filter(|part| part.parse::<u32>().is_ok()).count() == 3;
    let known = known_tag(context, action, tag).filter(|known| whole && !known.sha.eq_ignore_ascii_case(commit))?;
    // The commit of another release of the same action: the comment is out of date, and the code is the maintainer's.
    if context.knowledge().actions.iter().any(|pin| pin.sha.eq_ignore_ascii_case(commit) && is_of(pin, action)) {
        return None;
    }
    let what = format!("the commit of `{action}` is not the one of `{tag}`, as its comment says");
    let how = format!("Write `{action}@{} # {tag}`, and find out where the other commit came from", known.sha);
    let finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &range), what, how).key(format!("{action} {tag}"));
    Some(if is_aside(subject.path()) { finding.advice() } else { finding })
}

fn look_at_image(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink, place: &Scalar, image: &str, beside: bool) {
    let name = Name::of(image);
    if name.digest.is_some() || image.contains("${{") || image.trim().is_empty() {
        return;
    }
    let finding = Finding::new(
        GUARDRAIL.meta.id,
        Place::of(subject, &underlined(subject, place)),
        format!("the image `{image}` can be moved to other content"),
        format!("Add the digest: `{image}@sha256:<64 digits>`"),
    )
    .key(image);
    let literal = subject.text().and_then(|text| spelled(text, place)).map(|spelling| spelling.inner);
    let finding = with_digest(finding, subject, literal.as_ref(), image, context);
    // A service beside the job sees neither its token nor its files.
    sink.report(if beside || is_aside(subject.path()) { finding.advice() } else { finding });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_github_refuses() {
        for (action, tag) in
            [("upload-artifact", "v3.2.1"), ("download-artifact", "v1"), ("cache", "v2"), ("cache", "v3.3.3"), ("cache", "4.1.2")]
        {
            assert!(is_switched_off(&format!("actions/{action}"), tag), "{action} {tag}");
        }
        for (action, tag) in
            [("upload-artifact", "v4"), ("cache", "v3"), ("cache", "v3.4.0"), ("cache", "v4"), ("checkout", "v1"), ("cache", "main")]
        {
            assert!(!is_switched_off(&format!("actions/{action}"), tag), "{action} {tag}");
        }
    }
}
