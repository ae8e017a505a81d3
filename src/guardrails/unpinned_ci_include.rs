//! `unpinned-ci-include`: a pipeline takes in files, orbs, images or scripts that can change without a commit.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::ci_files::{System, system};
use super::finding::{Confidence, Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::images::{Images, Name, is_template, known_digest, with_digest};
use super::remote_scripts::piped;
use super::workflows::is_commit;
use crate::formats::gitlab::{Include, IncludeKind, Pipeline};
use crate::formats::yaml::{self, Node};
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "unpinned-ci-include",
        title: "a pipeline takes in parts that can change without a commit",
        level: Level::Warn,
        why: "A pipeline that includes a file by address or branch, an orb by a volatile version, an image by tag, or a script straight from the web, runs whatever stands there that day, with the variables of your jobs.",
        attack: "Somebody gets write access to the project that holds the shared pipeline, or to the address that it comes from. They add one job that prints the variables. It runs in every project that includes it, at the next push.",
        fix: "Name the commit or digest: `ref: <40-character commit>` for a project, `@<40-character commit>` for a component, `integrity: sha256-…` for an address, a full version for an orb.",
        automatic: "Adds the digest of the same tag to the image of a GitLab job where the road knows it.",
        standards: &["SCORECARD Pinned-Dependencies", "OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "an address, and a project by branch",
                files: &[(
                    ".gitlab-ci.yml",
                    Content::Text(
                        "include:\n  - remote: https://ci.example/build.yml\n  - project: group/pipelines\n    ref: main\n    file: build.yml\ntest:\n  script: [make test]\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "the image of a GitLab job by tag",
                files: &[(
                    ".gitlab-ci.yml",
                    Content::Text("test:\n  image: \"python:3.12-slim-bookworm\" # the oldest\n  script: [make test]\n"),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "the newest orb",
                files: &[(".circleci/config.yml", Content::Text("version: 2.1\norbs:\n  python: circleci/python@volatile\njobs: {}\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a script straight from an address",
                files: &[(
                    ".travis.yml",
                    Content::Text("language: python\nafter_success:\n  - bash <(curl -s https://coverage.example/bash)\n"),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "by commit, by digest, and from here",
                files: &[(
                    ".gitlab-ci.yml",
                    Content::Text(
                        "include:\n  - local: ci/build.yml\n  - template: Jobs/SAST.gitlab-ci.yml\n  - project: group/pipelines\n    ref: 0123456789abcdef0123456789abcdef01234567\n    file: build.yml\n  - remote: https://ci.example/build.yml\n    integrity: sha256-L3/GAoKaw0Arw6hDCKeKQlV1QPEgHYxGBHsH4zG1IY8=\ntest:\n  image: $CI_REGISTRY_IMAGE/test:$CI_COMMIT_SHA\n  script: [make test]\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an orb by full version",
                files: &[(".circleci/config.yml", Content::Text("version: 2.1\norbs:\n  python: circleci/python@2.1.1\njobs: {}\n"))],
            },
        ],
    },
    inspection: Inspection::each(wants, look),
};

/// `image 'x'` and `docker.image('x')` of a Jenkinsfile.
static JENKINS_IMAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\bimage\s*\(?\s*['"]([\w./:@-]+)['"]"#).expect("the pattern is ours"));

fn wants(entry: &Entry) -> bool {
    system(entry).is_some()
}

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    let Some(text) = subject.text() else { return };
    let Some(system) = system(subject.entry) else { return };
    for range in piped(text) {
        let line_start = text[..range.start].rfind('\n').map_or(0, |end| end + 1);
        if text[line_start..range.start].trim_start().starts_with(['#', '/']) {
            continue;
        }
        let key = text[range.clone()].split_whitespace().find(|word| word.contains("://")).unwrap_or("script").to_owned();
        let how = "Install the program from a lock or by checksum, or use an action or image that is pinned";
        let what = "a job runs a script straight from an address".to_owned();
        let found = finding(subject, &range, what, how, key).sure(Confidence::Medium);
        // The pipelines of a road install from locks: there such a script is nobody's habit.
        sink.report(if context.lock.is_some() { found } else { found.advice() });
    }
    match system {
        System::Gitlab => {
            look_at_gitlab(subject, text, sink);
            look_at_gitlab_images(subject, context, sink);
        }
        System::Circle => look_at_circle(subject, text, sink),
        System::Azure => look_at_azure(subject, text, sink),
        System::Jenkins => {
            for found in JENKINS_IMAGE.captures_iter(text).filter_map(|found| found.get(1)) {
                image(subject, sink, found.as_str(), &found.range());
            }
        }
        // What workflows use is `unpinned-action`'s.
        System::Github | System::Travis => {}
    }
}

fn look_at_gitlab(subject: &Subject<'_>, text: &str, sink: &mut Sink) {
    let Some(pipeline) = parsed(subject, text).as_deref().and_then(Pipeline::of) else { return };
    for include in &pipeline.includes {
        let Some((what, how, advice)) = judge(include) else { continue };
        let found = finding(subject, &include.what.span, what, how, include.what.text.clone());
        sink.report(if advice { found.advice() } else { found });
    }
}

fn look_at_gitlab_images(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    for place in &subject.view::<Images>().uses {
        let image = &place.image;
        let name = Name::of(image);
        if name.digest.is_some() {
            continue;
        }
        let how = match known_digest(context, image) {
            Some(digest) => format!("Write `{image}@{digest}`"),
            None if name.tag.is_none_or(|tag| tag == "latest") => {
                format!("Name the version that you tested and add its digest: `{}:<version>@sha256:<64 digits>`", name.name)
            }
            None => format!("Add its digest: `{image}@sha256:<64 digits>`"),
        };
        let what = format!("a job runs in `{image}`, which can be moved to other content");
        let found = finding(subject, &place.span, what, &how, image.clone());
        sink.report(with_digest(found, subject, place.literal.as_ref(), image, context));
    }
}

/// Returns what is wrong with an include, what to do, and whether it is advice only.
fn judge(include: &Include) -> Option<(String, &'static str, bool)> {
    let text = &include.what.text;
    match include.kind {
        IncludeKind::Local | IncludeKind::Template => None,
        IncludeKind::Remote if include.integrity => None,
        IncludeKind::Remote => Some((
            format!("`{text}` is included as it is served that day"),
            "Add `integrity: sha256-<digest>`, or copy the file into the repository",
            false,
        )),
        IncludeKind::Project => match include.reference.as_ref().map(|reference| reference.text.as_str()) {
            Some(reference) if is_commit(reference) || reference.contains('$') => None,
            Some(reference) => {
                Some((format!("`{text}` is included by `{reference}`, which can be moved"), "Write `ref: <40-character commit>`", false))
            }
            None => Some((format!("`{text}` is included as its default branch stands"), "Add `ref: <40-character commit>`", false)),
        },
        IncludeKind::Component => {
            let reference = text.rsplit_once('@').map_or("", |(_, reference)| reference);
            if is_commit(reference) || reference.contains('$') {
                return None;
            }
            let exact = reference.split('.').count() == 3
                && reference.split('.').all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()));
            Some((format!("the component `{text}` can be moved to other jobs"), "Write `@<40-character commit>` for its version", exact))
        }
    }
}

fn look_at_circle(subject: &Subject<'_>, text: &str, sink: &mut Sink) {
    let Some(documents) = parsed(subject, text) else { return };
    let Some(root) = documents.first() else { return };
    for (_, orb) in root.get("orbs").map_or(&[][..], Node::entries) {
        let Some(name) = orb.text() else { continue };
        let version = name.rsplit_once('@').map_or("", |(_, version)| version);
        let exact = version.split('.').count() == 3 && version.bytes().all(|c| c.is_ascii_digit() || c == b'.');
        if exact || version.contains("<<") {
            continue;
        }
        let what = format!("the orb `{name}` can be moved to other jobs");
        sink.report(finding(subject, &orb.span, what, "Name its full version: `@1.2.3`", name.to_owned()));
    }
    for key in ["jobs", "executors"] {
        for (_, job) in root.get(key).map_or(&[][..], Node::entries) {
            for container in job.get("docker").map_or(&[][..], Node::items) {
                if let Some(node) = container.get("image")
                    && let Some(name) = node.text()
                {
                    image(subject, sink, name, &node.span);
                }
            }
        }
    }
}

fn look_at_azure(subject: &Subject<'_>, text: &str, sink: &mut Sink) {
    // Templates with expressions as keys are no YAML for every parser; only whole pipelines name containers.
    let Ok(documents) = yaml::parse(text) else { return };
    let Some(root) = documents.first() else { return };
    for container in root.at(&["resources", "containers"]).map_or(&[][..], Node::items) {
        if let Some(node) = container.get("image")
            && let Some(name) = node.text()
        {
            image(subject, sink, name, &node.span);
        }
    }
}

fn image(subject: &Subject<'_>, sink: &mut Sink, name: &str, range: &Range<usize>) {
    if Name::of(name).digest.is_some() || name.contains(['$', '<', '{']) || !name.contains([':', '/']) {
        return;
    }
    let what = format!("the jobs run in `{name}`, which can be moved to other content");
    sink.report(finding(subject, range, what, "Add its digest: `@sha256:<64 digits>`", name.to_owned()).advice());
}

fn parsed(subject: &Subject<'_>, text: &str) -> Option<Vec<Node>> {
    match yaml::parse(text) {
        Ok(documents) => Some(documents),
        Err(error) => {
            // A template is no pipeline yet. `${{ }}` are the expressions of Azure Pipelines.
            if !is_template(&text.replace("${{", "")) {
                subject.fail(error.to_string());
            }
            None
        }
    }
}

fn finding(subject: &Subject<'_>, range: &Range<usize>, what: String, how: &str, key: String) -> Finding {
    Finding::new(GUARDRAIL.meta.id, Place::of(subject, range), what, how).key(key)
}
