//! Mutations of what guards a commit and a pipeline: hooks, workflows, reviews, updates.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

use super::mutation::Edit::{Add, Before, Delete, Drop, Everywhere, Only, Replace};
use super::mutation::{Edit, Mutation, mutation};

/// A file of the road was changed or is gone.
const DRIFT: &str = "road-drift|safeguard-removed|guardrail-weakened";
const HOOK: &str = "road-drift|safeguard-removed|hook-disabled";
const CI: &str = "road-drift|safeguard-removed|missing-security-stage";
const ACTION: &str = "unpinned-action|road-drift";
const RIGHTS: &str = "excessive-permissions|road-drift";
const OWNERS: &str = "missing-codeowners|road-drift|safeguard-removed";
const UPDATES: &str = "road-drift|safeguard-removed|update-bot-missing";
const TRIGGER: &str = "dangerous-trigger|road-drift|safeguard-removed";
const SCRIPT: &str = "remote-script-execution|unpinned-ci-include|road-drift|safeguard-removed";

const CI_FILE: &str = ".github/workflows/ci.yml";
const SECURITY: &str = ".github/workflows/security.yml";
const RELEASE: &str = ".github/workflows/release.yml";
const GITLAB: &str = ".gitlab-ci.yml";
const HOOKS: &str = ".pre-commit-config.yaml";

pub const ALL: &[Mutation] = &[
    // Hooks.
    mutation("", "secret hook", HOOK, ".githooks/secrets", Delete),
    mutation("", "secret hook", HOOK, ".githooks/secrets", Only("#!/usr/bin/env bash\nexit 0\n")),
    mutation("", "secret hook", HOOK, ".githooks/secrets", Replace("1) printf", "9) printf")),
    mutation("", "commit hook", HOOK, ".githooks/pre-commit", Delete),
    mutation("", "commit hook", HOOK, ".githooks/pre-commit", Drop("bash .githooks/secrets")),
    mutation("", "commit hook", HOOK, ".githooks/pre-commit", Replace("set -euo pipefail", "exit 0")),
    mutation("", "commit hook", HOOK, ".githooks/pre-commit", Replace("bash .githooks/secrets", "bash .githooks/secrets || true")),
    #[cfg(unix)]
    mutation("", "commit hook", HOOK, ".githooks/pre-commit", Edit::NotExecutable),
    mutation("", "size hook", HOOK, ".githooks/large-files", Delete),
    mutation("", "size hook", HOOK, ".githooks/large-files", Replace("exit 1", "exit 0")),
    mutation("", "hook list", HOOK, HOOKS, Delete),
    mutation("", "hook list", HOOK, HOOKS, Replace("entry: bash .githooks/secrets", "entry: 'true'")),
    mutation(
        "",
        "hook list",
        HOOK,
        HOOKS,
        Replace(
            "      - id: secrets\n        name: secrets in staged files\n        entry: bash .githooks/secrets\n        language: system\n        always_run: true\n        pass_filenames: false\n",
            "",
        ),
    ),
    mutation("", "hook list", HOOK, HOOKS, Replace("default_stages: [pre-commit]", "default_stages: [manual]")),
    mutation("trains", "notebook hook", HOOK, HOOKS, Replace("entry: .venv/bin/nbstripout --verify", "entry: echo")),
    mutation(
        "",
        "pinned hooks",
        "unpinned-hook|unpinned-pre-commit-hook|hook-disabled|road-drift",
        HOOKS,
        Add("  - repo: https://github.com/acme/hooks\n    rev: main\n    hooks:\n      - id: tidy\n"),
    ),
    mutation("", "hooks switched on", DRIFT, "scripts/setup.sh", Drop("core.hooksPath")),
    mutation("", "setup from hashes", DRIFT, "scripts/setup.sh", Everywhere("--require-hashes ", "")),
    // Workflows on GitHub.
    mutation("github", "tests in CI", CI, CI_FILE, Delete),
    mutation("github", "tests in CI", CI, CI_FILE, Replace("make test", "make test || true")),
    mutation("github", "red team in CI", CI, CI_FILE, Drop("run: make redteam")),
    mutation("github", "least rights", RIGHTS, CI_FILE, Replace("permissions: {}", "permissions: write-all")),
    mutation("github", "least rights", RIGHTS, CI_FILE, Replace("contents: read", "contents: write")),
    mutation("github", "least rights", RIGHTS, CI_FILE, Everywhere("permissions:", "env:")),
    mutation(
        "github",
        "no credentials left behind",
        "persisted-credentials|road-drift",
        CI_FILE,
        Replace("persist-credentials: false", "persist-credentials: true"),
    ),
    mutation(
        "github",
        "no credentials left behind",
        "persisted-credentials|road-drift",
        SECURITY,
        Replace("          persist-credentials: false\n", ""),
    ),
    mutation("github", "pinned actions", ACTION, CI_FILE, Replace("checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", "checkout@v7")),
    mutation(
        "github",
        "pinned actions",
        ACTION,
        SECURITY,
        Replace("setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97", "setup-python@main"),
    ),
    mutation(
        "github",
        "pinned actions",
        ACTION,
        RELEASE,
        Replace("gh-action-sigstore-python@790bc6befb9d733738f18d8f895854b453640ec9", "gh-action-sigstore-python@790bc6b"),
    ),
    mutation(
        "github",
        "known actions",
        "unpinned-action|compromised-action|road-drift",
        CI_FILE,
        Replace("checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", "checkout@0123456789abcdef0123456789abcdef01234567"),
    ),
    mutation(
        "github",
        "known actions",
        "compromised-action",
        CI_FILE,
        Before("- name: Lint", "      - uses: tj-actions/changed-files@v45\n"),
    ),
    mutation("github", "no trusted code from strangers", TRIGGER, CI_FILE, Replace("  pull_request:", "  pull_request_target:")),
    mutation(
        "github",
        "no trusted code from strangers",
        TRIGGER,
        CI_FILE,
        Replace("  pull_request:", "  workflow_run:\n    workflows: [Other]\n    types: [completed]"),
    ),
    mutation(
        "github",
        "no text that becomes code",
        "workflow-injection",
        CI_FILE,
        Before("- name: Lint", "      - run: echo \"${{ github.event.pull_request.title }}\"\n"),
    ),
    mutation(
        "github",
        "no scripts from elsewhere",
        SCRIPT,
        CI_FILE,
        Before("- name: Lint", "      - run: curl -fsSL https://dl.corp-tools.io/get.sh | bash\n"),
    ),
    mutation(
        "github",
        "no unlocked packages",
        "unpinned-dependency|unlocked|road-drift|safeguard-removed",
        CI_FILE,
        Before("- name: Lint", "      - run: pip install black\n"),
    ),
    mutation(
        "github",
        "no dump of secrets",
        "excessive-permissions|workflow-injection|secret|road-drift|safeguard-removed",
        CI_FILE,
        Before("- name: Lint", "      - run: echo '${{ toJSON(secrets) }}'\n"),
    ),
    mutation(
        "github",
        "no private runner for strangers",
        "self-hosted-runner|dangerous-trigger|road-drift|safeguard-removed",
        CI_FILE,
        Replace("runs-on: ubuntu-24.04", "runs-on: self-hosted"),
    ),
    mutation("github", "security stages", CI, SECURITY, Delete),
    mutation("github", "security stages", CI, SECURITY, Everywhere("[secrets, dependencies,", "[dependencies,")),
    mutation(
        "github",
        "security stages",
        CI,
        SECURITY,
        Replace("run: security/run.sh \"$STAGE\"", "run: security/run.sh \"$STAGE\" || true"),
    ),
    mutation("github", "security stages", CI, SECURITY, Replace("run: security/run.sh \"$STAGE\"", "run: echo \"$STAGE\"")),
    mutation(
        "github",
        "security stages",
        CI,
        SECURITY,
        Replace("    timeout-minutes: 30\n", "    timeout-minutes: 30\n    continue-on-error: true\n"),
    ),
    mutation(
        "github",
        "security stages",
        CI,
        SECURITY,
        Replace("    timeout-minutes: 30\n", "    timeout-minutes: 30\n    if: ${{ false }}\n"),
    ),
    mutation("github", "security of every change", CI, SECURITY, Drop("  pull_request:")),
    mutation("github", "security every week", CI, SECURITY, Drop("cron:")),
    mutation("github", "all of the history", CI, SECURITY, Drop("fetch-depth: 0")),
    mutation(
        "github",
        "scanners from hashes",
        "lock-without-hashes|unpinned-dependency|unlocked|road-drift|safeguard-removed",
        SECURITY,
        Replace("--require-hashes ", ""),
    ),
    mutation(
        "github",
        "least rights",
        RIGHTS,
        SECURITY,
        Replace("    permissions:\n      contents: read", "    permissions:\n      id-token: write\n      contents: write"),
    ),
    mutation("github", "release checks", CI, RELEASE, Replace("        run: make security\n", "        run: echo ok\n")),
    mutation("github", "signed releases", "road-drift|safeguard-removed", RELEASE, Delete),
    mutation("github", "signed releases", "road-drift|safeguard-removed", RELEASE, Drop("sigstore/gh-action-sigstore-python")),
    mutation("github", "provenance", "road-drift|safeguard-removed", RELEASE, Drop("security/provenance.sh")),
    mutation("github", "least rights of a release", RIGHTS, RELEASE, Replace("permissions: {}", "permissions: write-all")),
    mutation("github", "reviewed release", DRIFT, RELEASE, Drop("environment: release")),
    // The pipeline on GitLab.
    mutation("gitlab", "pipeline", CI, GITLAB, Delete),
    mutation(
        "gitlab",
        "pinned images",
        "unpinned-base-image|unpinned-ci-include|road-drift|safeguard-removed",
        GITLAB,
        Replace("@sha256:0f5b26b9518d002b6173fd61daad821fa340635ebfec5bba471013f9ca114579", ""),
    ),
    mutation(
        "gitlab",
        "pinned images",
        "unpinned-base-image|unpinned-ci-include|road-drift|safeguard-removed",
        GITLAB,
        Replace(
            "image: python:3.12-slim-bookworm@sha256:0f5b26b9518d002b6173fd61daad821fa340635ebfec5bba471013f9ca114579",
            "image: python:latest",
        ),
    ),
    mutation("gitlab", "security stages", CI, GITLAB, Replace("security/run.sh \"$STAGE\"", "security/run.sh \"$STAGE\" || true")),
    mutation("gitlab", "security stages", CI, GITLAB, Replace("security/run.sh \"$STAGE\"", "echo \"$STAGE\"")),
    mutation("gitlab", "security stages", CI, GITLAB, Replace("  stage: security\n", "  stage: security\n  allow_failure: true\n")),
    mutation("gitlab", "security stages", CI, GITLAB, Replace("  stage: security\n", "  stage: security\n  when: manual\n")),
    mutation("gitlab", "security stages", CI, GITLAB, Replace("  stage: security\n", "  stage: security\n  rules:\n    - when: never\n")),
    mutation("gitlab", "secrets stage", CI, GITLAB, Replace("secrets:\n  extends: .security\n", ".secrets:\n  extends: .security\n")),
    mutation(
        "gitlab",
        "dependencies stage",
        CI,
        GITLAB,
        Replace("dependencies:\n  extends: .security\n  variables:\n    STAGE: dependencies\n\n", ""),
    ),
    mutation("gitlab", "models stage", CI, GITLAB, Replace("    STAGE: models\n", "    STAGE: code\n")),
    mutation("gitlab", "all of the history", CI, GITLAB, Drop("GIT_DEPTH")),
    mutation(
        "gitlab",
        "scanners from hashes",
        "lock-without-hashes|unpinned-dependency|unlocked|road-drift|safeguard-removed",
        GITLAB,
        Replace("--require-hashes ", ""),
    ),
    mutation(
        "gitlab",
        "no scripts from elsewhere",
        SCRIPT,
        GITLAB,
        Replace("    - make setup\n", "    - curl -fsSL https://dl.corp-tools.io/get.sh | bash\n    - make setup\n"),
    ),
    mutation(
        "gitlab",
        "no pipeline from elsewhere",
        "unpinned-ci-include|road-drift|safeguard-removed",
        GITLAB,
        Before("stages:", "include:\n  - remote: https://dl.corp-tools.io/ci.yml\n\n"),
    ),
    mutation(
        "gitlab",
        "pinned includes",
        "unpinned-ci-include|road-drift|safeguard-removed",
        GITLAB,
        Before("stages:", "include:\n  - project: platform/ci\n    file: /python.yml\n    ref: main\n\n"),
    ),
    mutation(
        "gitlab",
        "no privileged runner",
        "unpinned-ci-include|unpinned-base-image|privileged-compose-service|road-drift|safeguard-removed",
        GITLAB,
        Replace("  stage: security\n", "  stage: security\n  services:\n    - docker:dind\n"),
    ),
    mutation("gitlab", "provenance", "road-drift|safeguard-removed", GITLAB, Drop("RUNNER_GENERATE_ARTIFACTS_METADATA")),
    mutation("gitlab", "tests in CI", CI, GITLAB, Drop("-m pytest")),
    mutation("gitlab", "red team in CI", CI, GITLAB, Drop("make redteam")),
    mutation(
        "gitlab",
        "no secret in variables",
        "secret|road-drift",
        GITLAB,
        Replace("variables:\n", concat!("variables:\n  DEPLOY_PASS", "WORD: \"Quarry-Lantern-4471!\"\n")),
    ),
    // Reviews and updates.
    mutation("github", "reviewers", OWNERS, ".github/CODEOWNERS", Delete),
    mutation("github", "reviewers", OWNERS, ".github/CODEOWNERS", Only("# nobody\n")),
    mutation("github", "reviewers of the guardrails", OWNERS, ".github/CODEOWNERS", Drop("/security/")),
    mutation("gitlab", "reviewers", OWNERS, ".gitlab/CODEOWNERS", Delete),
    mutation("gitlab", "reviewers of the guardrails", OWNERS, ".gitlab/CODEOWNERS", Drop("/.gitlab-ci.yml")),
    mutation("gitlab", "reviewers", OWNERS, ".gitlab/CODEOWNERS", Drop("ml-team")),
    mutation("github", "updates", UPDATES, ".github/dependabot.yml", Delete),
    mutation("github", "updates that wait", UPDATES, ".github/dependabot.yml", Everywhere("    cooldown:\n      default-days: 10\n", "")),
    mutation("github", "updates that wait", UPDATES, ".github/dependabot.yml", Replace("default-days: 10", "default-days: 0")),
    mutation("github", "updates", UPDATES, ".github/dependabot.yml", Replace("open-pull-requests-limit: 5", "open-pull-requests-limit: 0")),
    mutation("gitlab", "updates", UPDATES, "renovate.json", Delete),
    mutation(
        "gitlab",
        "updates that wait",
        UPDATES,
        "renovate.json",
        Replace("\"minimumReleaseAge\": \"10 days\"", "\"minimumReleaseAge\": \"0 days\""),
    ),
    mutation("gitlab", "updates that people take", UPDATES, "renovate.json", Replace("\"automerge\": false", "\"automerge\": true")),
    mutation("gitlab", "pinned digests", UPDATES, "renovate.json", Replace("\"pinDigests\": true", "\"pinDigests\": false")),
];
