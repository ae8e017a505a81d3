//! `missing-security-stage`: CI does not run the security stages, or their result does not count.

use std::collections::BTreeMap;

use super::ci_files::{System, system};
use super::finding::{Confidence, Finding, Place};
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::security_stages::{Run, Strength, of_pipeline, of_workflow};
use crate::formats::gitlab::Pipeline;
use crate::formats::yaml;
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "missing-security-stage",
        title: "CI does not run a security stage, or its result does not count",
        level: Level::Block,
        why: "A check that does not run on a pull request, or may fail, stops nothing. It often goes missing in a hurry and nobody puts it back.",
        attack: "A deadline is near and the scan of model files is red, so somebody adds `continue-on-error`. Months later a pull request brings a poisoned checkpoint. The stage is red as always, the run is green, and the file is merged.",
        fix: "On a road, run every stage on pull requests and let it fail: `security/run.sh <stage>` without `|| true`, `continue-on-error`, `allow_failure` or `if: false`. Elsewhere, `highroad adopt` adds a workflow; by hand, add a job that runs on `pull_request` with the steps `run: highroad check` and `run: pip-audit`. One finding that you accept belongs into a waiver with an end.",
        automatic: "",
        standards: &["SCORECARD CI-Tests", "SCORECARD SAST", "OWASP-ML ML06:2023"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a stage taken out of the matrix",
                files: &[
                    ("highroad.toml", Content::Text(ON_A_ROAD)),
                    ("security/stages/code.sh", Content::Text("#!/bin/sh\n")),
                    ("security/stages/models.sh", Content::Text("#!/bin/sh\n")),
                    (
                        ".github/workflows/security.yml",
                        Content::Text(
                            "on: [push, pull_request]\njobs:\n  stage:\n    strategy:\n      matrix:\n        stage: [code]\n    runs-on: ubuntu-24.04\n    steps:\n      - run: security/run.sh \"$STAGE\"\n        env: {STAGE: \"${{ matrix.stage }}\"}\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "stages that may fail",
                files: &[
                    ("highroad.toml", Content::Text(ON_A_ROAD)),
                    ("security/stages/code.sh", Content::Text("#!/bin/sh\n")),
                    (
                        ".gitlab-ci.yml",
                        Content::Text(
                            ".security:\n  script: [security/run.sh \"$STAGE\"]\ncode:\n  extends: .security\n  allow_failure: true\n  variables: {STAGE: code}\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "no run on pull requests",
                files: &[
                    ("highroad.toml", Content::Text(ON_A_ROAD)),
                    ("security/stages/code.sh", Content::Text("#!/bin/sh\n")),
                    (
                        ".github/workflows/security.yml",
                        Content::Text(
                            "on:\n  push:\n    branches: [main]\njobs:\n  all:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make security\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a repository on no road whose CI looks at nothing",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text("on: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: pytest\n"),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "every stage, by matrix",
                files: &[
                    ("highroad.toml", Content::Text(ON_A_ROAD)),
                    ("security/stages/code.sh", Content::Text("#!/bin/sh\n")),
                    ("security/stages/tests.sh", Content::Text("#!/bin/sh\n")),
                    (
                        ".github/workflows/security.yml",
                        Content::Text(
                            "on:\n  pull_request:\n    branches: [main]\njobs:\n  stage:\n    strategy:\n      matrix:\n        stage: [code, tests]\n    runs-on: ubuntu-24.04\n    steps:\n      - if: ${{ matrix.stage == 'tests' }}\n        run: make setup\n      - run: security/run.sh \"$STAGE\"\n        env:\n          STAGE: ${{ matrix.stage }}\n      - if: ${{ !cancelled() }}\n        continue-on-error: true\n        run: echo done\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "another scanner, on no road",
                files: &[(
                    ".github/workflows/ci.yml",
                    Content::Text(
                        "on: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: pip install bandit && bandit -r src\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look_at_whole),
};

/// A small `highroad.toml`, for the examples.
const ON_A_ROAD: &str = "schema = 1\nkind = \"llm-app\"\n\n[road]\nid = \"ml\"\nversion = \"2026.11.0\"\nsource = \"built-in\"\n";
/// Where the stages are.
const STAGES: &str = "security/stages/";
/// How many CI files are read.
const FILES: usize = 500;

/// Names of programs and actions that look for weaknesses.
const SCANNERS: &[&str] = &[
    "bandit",
    "checkov",
    "checkmarx",
    "codeql",
    "cosign verify",
    "dependency-check",
    "dependency-review",
    "detect-secrets",
    "fickling",
    "fossa",
    "ggshield",
    "gitleaks",
    "govulncheck",
    "grype",
    "hadolint",
    "highroad check",
    "modelscan",
    "npm audit",
    "osv-scanner",
    "picklescan",
    "pip-audit",
    "pip_audit",
    "pyre",
    "safety check",
    "safety scan",
    "scorecard",
    "secret_detection",
    "secret-detection",
    "semgrep",
    "snyk",
    "sonar",
    "terrascan",
    "tfsec",
    "trivy",
    "trufflehog",
    "veracode",
    "wiz-cli",
    "zizmor",
    "/sast",
    "sast.gitlab-ci",
    "container-scanning",
    "dependency-scanning",
    "mend",
    "whitesource",
];

fn concerns(path: &str) -> bool {
    path.starts_with(STAGES)
        || path.starts_with(".github/workflows/")
        || path.contains("gitlab-ci")
        || path.starts_with("highroad.")
        || path == "security/run.sh"
}

fn look_at_whole(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    let files: Vec<(&Entry, System)> =
        context.snapshot.entries().iter().filter_map(|entry| Some((entry, system(entry)?))).take(FILES).collect();
    if context.config.is_some() || context.lock.is_some() {
        look_at_road(context, &files, sink);
    } else if let Some((first, _)) = files.first() {
        look_at_others(context, &files, first, sink);
    }
}

/// Says at most once that the CI of a repository on no road looks for nothing.
fn look_at_others(context: &Context<'_>, files: &[(&Entry, System)], first: &Entry, sink: &mut Sink) {
    let beside = [".pre-commit-config.yaml", "Makefile", "tox.ini", "noxfile.py", "package.json", "pyproject.toml", "setup.cfg"];
    let texts = files.iter().map(|(entry, _)| entry.path.as_str()).chain(beside);
    for path in texts {
        let Some(subject) = context.snapshot.subject(path).filter(|subject| subject.entry.size < 16 << 20) else { continue };
        let lower = subject.text().unwrap_or_default().to_ascii_lowercase();
        if SCANNERS.iter().any(|scanner| lower.contains(scanner)) {
            return;
        }
    }
    let what = "CI looks for no secrets, no known weaknesses and no dangerous model files";
    let how = "Run scanners on every pull request: `pip-audit` for dependencies, and `highroad check` for secrets, code, model files and workflows";
    sink.report(Finding::new(GUARDRAIL.meta.id, Place::file(&first.path), what, how).key("scanners").sure(Confidence::Low).advice());
}

fn look_at_road(context: &Context<'_>, files: &[(&Entry, System)], sink: &mut Sink) {
    let stages = stages(context);
    let host = context.config.and_then(|config| config.answers.get("host")).map(String::as_str);
    if stages.is_empty() || files.is_empty() && host == Some("none") {
        return;
    }
    let mut runs: Vec<(&str, Run, usize)> = Vec::new();
    for (entry, system) in files {
        let subject = Subject::new(context.snapshot, entry);
        let found = match system {
            System::Github => of_workflow(&subject),
            System::Gitlab => subject
                .text()
                .and_then(|text| Some((Pipeline::of(&yaml::parse(text).ok()?)?, text)))
                .map_or_else(Vec::new, |(pipeline, text)| of_pipeline(&pipeline, text)),
            System::Azure | System::Circle | System::Travis | System::Jenkins => of_lines(&subject),
        };
        runs.extend(
            found
                .into_iter()
                .map(|run| (entry.path.as_str(), subject.position(run.range.start).0, run))
                .map(|(path, line, run)| (path, run, line)),
        );
    }
    // Stages with the same trouble at the same place are one finding.
    let mut grouped: BTreeMap<(String, usize, String), Vec<String>> = BTreeMap::new();
    for stage in stages {
        let here: Vec<&(&str, Run, usize)> = runs.iter().filter(|(_, run, _)| run.stages.has(&stage)).collect();
        if here.iter().any(|(_, run, _)| run.strength == Strength::Blocking) {
            continue;
        }
        let weak = here.iter().find_map(|(path, run, line)| match &run.strength {
            Strength::Weak(why) => Some(((*path).to_owned(), *line, why.clone())),
            Strength::Blocking | Strength::Elsewhere => None,
        });
        let trouble = weak.unwrap_or_else(|| {
            let home = runs.iter().find(|(_, run, _)| run.strength == Strength::Blocking).or_else(|| here.first().copied());
            let path = home.map_or(".", |(path, ..)| *path).to_owned();
            let why = if here.is_empty() { "no job runs it" } else { "no job runs it on pull requests" };
            (path, 0, why.to_owned())
        });
        grouped.entry(trouble).or_default().push(stage);
    }
    for ((path, line, why), stages) in grouped {
        let names = stages.iter().map(|stage| format!("`{stage}`")).collect::<Vec<_>>().join(", ");
        let plural = if stages.len() == 1 { "stage" } else { "stages" };
        let what = format!("security {plural} {names}: {why}");
        let how = "Let every stage run on pull requests and fail: `security/run.sh <stage>`, without a way around";
        let place = if line == 0 { Place::file(&path) } else { Place::line(&path, line) };
        sink.report(Finding::new(GUARDRAIL.meta.id, place, what, how).key(stages.join(",")));
    }
}

/// Returns the stages that there are, and those that the road gave and are gone.
fn stages(context: &Context<'_>) -> Vec<String> {
    let paths = context.snapshot.entries().iter().filter(|entry| entry.is_file()).map(|entry| entry.path.as_str());
    let given = context.lock.into_iter().flat_map(|lock| &lock.file).map(|file| file.path.as_str());
    let name = |path: &str| path.strip_prefix(STAGES)?.strip_suffix(".sh").filter(|name| !name.contains('/')).map(str::to_owned);
    let mut names: Vec<String> = paths.chain(given).filter_map(name).collect();
    names.sort();
    names.dedup();
    names
}

/// Reads other CI files by line: what is named in them runs.
fn of_lines(subject: &Subject<'_>) -> Vec<Run> {
    let text = subject.text().unwrap_or_default();
    let job = |line: &str| line.contains("security/run.sh") || line.contains("make security");
    let Some(at) = text.lines().find(|line| job(line)).and_then(|line| text.find(line)) else { return Vec::new() };
    vec![Run { stages: super::security_stages::Stages::All, strength: Strength::Blocking, range: at..at }]
}
