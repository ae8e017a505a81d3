//! What a pipeline or an image no longer does.
//!
//! Compared line by line: a pipeline is a list of commands and conditions, and a line that is gone names itself. Rights,
//! pins and credentials have guardrails of their own and are left to them.

use super::{Loss, added, bare, gone, line_with};

/// What a line of a pipeline is there for, by a part of it.
const GUARDS: &[(&str, &str)] = &[
    ("security/run.sh", "runs the security stages"),
    ("make security", "runs the security stages"),
    ("make redteam", "attacks the model"),
    ("make lint", "runs the linter"),
    ("make type", "checks the types"),
    ("make test", "runs the tests"),
    ("-m pytest", "runs the tests"),
    ("make train", "makes the model that is judged"),
    ("make setup", "installs from the hash locks"),
    ("--require-hashes", "checks the hash of each package"),
    ("--only-binary", "refuses packages that run code when they are installed"),
    ("--without-pip", "leaves the installer out"),
    ("chmod ug-s", "takes away rights of programs"),
    ("chmod -R u=rwX", "makes the code read-only"),
    ("requirements-security.txt", "installs the scanners"),
    ("provenance.sh", "states where a release comes from"),
    ("sbom.cdx.json", "ships the list of components"),
    ("pull_request", "runs for proposed changes"),
    ("merge_request_event", "runs for proposed changes"),
    ("push:", "runs for each change"),
    ("branches: [main]", "runs for the main branch"),
    ("$CI_DEFAULT_BRANCH", "runs for the main branch"),
    ("schedule:", "runs every week"),
    ("cron:", "runs every week"),
    ("fetch-depth: 0", "lets the secrets stage see the history"),
    ("GIT_DEPTH", "lets the secrets stage see the history"),
    ("if-no-files-found: error", "fails when a result is missing"),
    ("-euo pipefail", "stops at the first error"),
    ("environment: release", "asks a person before signing"),
    ("sigstore", "signs what is released"),
    ("upload-sarif", "shows the findings"),
    ("STAGE:", "runs a security stage"),
    ("extends: .security", "makes a job a security stage"),
    ("extends: .trained", "makes a job a security stage"),
    ("extends: .prepare", "prepares the job"),
    ("RUNNER_GENERATE_ARTIFACTS_METADATA", "writes down the provenance"),
    ("needs: [build, sign]", "waits for the signature"),
    ("needs: build", "waits for the checks"),
    ("--verify-tag", "releases tagged commits only"),
    ("--draft", "lets a person publish"),
    ("visibility ==", "keeps private names out of the public log"),
    ("pull_request.user.login", "keeps write rights from other people's changes"),
    ("head.repo.full_name", "keeps write rights from other people's changes"),
    ("HEALTHCHECK", "tells a broken container"),
    ("- security", "has the security stages"),
];

/// Parts of a new line that let a step pass whatever happens.
const SOFT: &[&str] = &[
    "continue-on-error: true",
    "allow_failure: true",
    "|| true",
    "|| :",
    "if: false",
    "if: ${{ false",
    "when: never",
    "when: manual",
    "--exit-zero",
    "set +e",
    "exit 0",
    "--no-verify",
];

/// How many losses one file is worth telling.
const MOST: usize = 12;

/// Returns what a pipeline has lost.
pub fn lost(before: &str, now: &str) -> Vec<Loss> {
    let mut out = lists(before, now);
    let now_plain = plain(now);
    for line in gone(before, now) {
        let Some((mark, does)) = GUARDS.iter().find(|(mark, _)| line.contains(mark)) else { continue };
        // A newer commit of the same action, or the same command in another layout, is no loss.
        let command = line.split_once('@').filter(|_| line.contains("uses:")).map_or(line, |(action, _)| action);
        let command = plain(command.trim_start_matches("- ").trim_start_matches("run:").trim_start_matches("script:"));
        let count = |text: &str| text.matches(command.as_str()).count();
        if !command.is_empty() && count(&now_plain) >= count(&plain(before)) && !line.ends_with(':') {
            continue;
        }
        out.push(Loss::new(
            line_with(now, mark),
            line,
            format!("the line `{}`, which {does}, is gone", shown(line)),
            format!("Put back `{}`", shown(line)),
        ));
    }
    soft(before, now, &mut out);
    out.truncate(MOST);
    out
}

/// Returns what the recipe of an image has lost. Its base and its user have guardrails of their own.
pub fn lost_in_image(before: &str, now: &str) -> Vec<Loss> {
    let mut out: Vec<Loss> = Vec::new();
    for (mark, does) in GUARDS {
        if plain(before).matches(mark).count() > plain(now).matches(mark).count() && !matches!(*mark, "push:" | "- security") {
            out.push(Loss::new(
                0,
                *mark,
                format!("`{mark}`, which {does}, is gone from the image"),
                format!("Put `{mark}` back where the road has it"),
            ));
        }
    }
    soft(before, now, &mut out);
    out
}

fn soft(before: &str, now: &str, out: &mut Vec<Loss>) {
    for (line, text) in added(before, now) {
        if let Some(soft) = SOFT.iter().find(|soft| text.contains(*soft)) {
            out.push(Loss::new(
                line,
                format!("soft {text}"),
                format!("`{}` lets it pass whatever happens", shown(text)),
                format!("Take `{soft}` away"),
            ));
        }
    }
}

/// Finds items that went away from a list in brackets under the same key: `stage: [secrets, tests]`.
fn lists(before: &str, now: &str) -> Vec<Loss> {
    let rows = |text: &'_ str| -> Vec<(String, Vec<String>, usize)> {
        let row = |(at, line): (usize, &str)| {
            let (key, items) = bare(line).split_once(": [")?;
            let items = items.strip_suffix(']')?.split(',').map(|item| item.trim().trim_matches('"').to_owned()).collect();
            Some((key.trim_start_matches("- ").to_owned(), items, at + 1))
        };
        text.lines().enumerate().filter_map(row).collect()
    };
    let now_rows = rows(now);
    let mut out = Vec::new();
    let mut seen: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for (key, items, _) in rows(before) {
        let at = seen.entry(key.clone()).or_default();
        let row = now_rows.iter().filter(|(other, ..)| *other == key).nth(*at);
        *at += 1;
        let Some((_, left, line)) = row.filter(|_| key == "stage") else { continue };
        for item in items.iter().filter(|item| !left.contains(item)) {
            out.push(Loss::new(
                *line,
                format!("{key} {item}"),
                format!("the security stage `{item}` does not run any more"),
                format!("Put `{item}` back into the list"),
            ));
        }
    }
    out
}

/// Returns a text on one line, with single spaces and without comments.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.lines().map(bare).flat_map(str::split_whitespace).filter(|word| *word != "\\").collect();
    words.join(" ")
}

fn shown(line: &str) -> String {
    line.chars().take(90).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "on:\n  pull_request:\njobs:\n  stage:\n    strategy:\n      matrix:\n        stage: [secrets, code]\n    steps:\n      - run: make security\n      - uses: sigstore/x@aaa # v1\n";

    #[test]
    fn sees_stages_and_steps_go_and_lets_updates_pass() {
        assert!(lost(BEFORE, BEFORE).is_empty());
        assert_eq!(lost(BEFORE, &BEFORE.replace("secrets, ", ""))[0].key, "stage secrets");
        assert_eq!(lost(BEFORE, &BEFORE.replace("      - run: make security\n", "")).len(), 1);
        assert_eq!(lost(BEFORE, &BEFORE.replace("  pull_request:\n", "  workflow_dispatch:\n")).len(), 1);
        assert_eq!(lost(BEFORE, &BEFORE.replace("make security", "make security || true")).len(), 1);
        assert!(lost(BEFORE, &BEFORE.replace("@aaa # v1", "@bbb # v2")).is_empty());
        assert!(lost(BEFORE, &BEFORE.replace("- run: make", "- name: Secure\n        run: make")).is_empty());
    }
}
