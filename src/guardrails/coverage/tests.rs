//! The data is whole, and every item is answered on repositories of several kinds.

use std::collections::BTreeSet;

use super::evidence::known;
use super::files::Class;
use super::standards::ways;
use super::traits::signs;
use super::*;
use crate::repo::snapshot::Snapshot;

/// How many traits there are.
const TRAITS: usize = Trait::OnRoad as usize + 1;

fn snapshot(files: &[(&str, &str)]) -> Snapshot {
    Snapshot::of_files(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())))
}

fn rows(files: &[(&str, &str)], outcome: &dyn Fn(&str) -> GuardrailOutcome) -> Vec<Row> {
    let snapshot = snapshot(files);
    assess(&traits(&snapshot), &snapshot, outcome)
}

fn nothing_to_see(_: &str) -> GuardrailOutcome {
    GuardrailOutcome::Clean { subjects: Vec::new() }
}

fn clean(_: &str) -> GuardrailOutcome {
    GuardrailOutcome::Clean { subjects: vec!["src/app.py".to_owned()] }
}

fn status<'a>(rows: &'a [Row], item: &str) -> &'a Status {
    &rows.iter().find(|row| row.item == item).expect("an item of a standard").status
}

fn met(rows: &[Row], item: &str) -> bool {
    matches!(status(rows, item), Status::Met { .. })
}

const LLM: &[(&str, &str)] = &[
    ("SECURITY.md", "# Security\nReport to security@example.org, do not open a public issue. An answer comes within 3 working days.\n"),
    (
        ".github/workflows/ci.yml",
        "on: push\npermissions: {}\njobs:\n  t:\n    steps:\n      - run: make test\n      - run: pip-audit -r locks/run.txt\n",
    ),
    ("requirements.txt", "openai==1.0\nfastapi==0.1\n"),
    (
        "src/app.py",
        "from openai import OpenAI\nfrom fastapi import FastAPI\nMAX = dict(max_output_tokens=5)\nclass RateLimiter: ...\ncall.tool_calls\n",
    ),
    ("tests/test_limits.py", "def test_limit():\n    assert RateLimiter(1).wait('a') == 0  # 429\n"),
];

const SKLEARN: &[(&str, &str)] = &[
    ("highroad.toml", "schema = 1\nkind = \"sklearn-tabular\"\n[road]\nid = \"ml\"\nversion = \"2026.11.0\"\nsource = \"built-in\"\n"),
    ("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"scikit-learn>=1.7\", \"skops\"]\n"),
    ("src/x/train.py", "from sklearn.svm import SVC\nclf.fit(x, y)\n"),
    ("redteam/thresholds.toml", "[membership-inference]\nmax = 0.57\n[evasion]\nmax = 0.15\n"),
    ("models.toml", "# [[model]]\n# sha256 = digest\nschema = 1\nowner = \"team\"\n"),
    (".gitlab-ci.yml", "test:\n  script:\n    - make test\n    - make redteam\n"),
];

#[test]
fn every_item_of_every_standard_is_there_once() {
    let expected = [("owasp-ml", 10), ("owasp-llm", 10), ("atlas", 35), ("scorecard", 20), ("osps", 65), ("aisvs", 191)];
    let counted: Vec<(&str, usize)> = standards().iter().map(|standard| (standard.id.as_str(), standard.items.len())).collect();
    assert_eq!(counted, expected);
    for standard in standards() {
        let ids: BTreeSet<&str> = standard.items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids.len(), standard.items.len(), "{}", standard.id);
    }
    let osps = standards().iter().find(|standard| standard.id == "osps").expect("there");
    assert_eq!(osps.items.iter().filter(|item| !item.withdrawn).count(), 64);
}

#[test]
fn the_data_names_only_what_there_is() {
    let mut used = BTreeSet::new();
    for item in standards().iter().flat_map(|standard| &standard.items) {
        for name in item.applies.iter().flat_map(|entry| ways(entry)).flatten() {
            assert!(Trait::named(name).is_some(), "{}: trait {name}", item.id);
        }
        for name in item.evidence.iter().flat_map(|entry| ways(entry)).flatten() {
            assert!(known().contains_key(name), "{}: evidence {name}", item.id);
            used.insert(name);
        }
        if let Some(when) = &item.host_when {
            assert!(known().contains_key(&when.evidence), "{}", item.id);
            used.insert(when.evidence.as_str());
        }
        assert!(!item.title.is_empty());
        let decided = item.withdrawn || item.host.is_some() || item.missing.is_some();
        assert!(
            decided || !item.guardrails.is_empty() || !item.evidence.is_empty() || !item.absent.is_empty(),
            "{} has no way to be decided",
            item.id
        );
    }
    for (name, evidence) in known() {
        assert!(used.contains(name.as_str()), "evidence {name} is used by nothing");
        assert!(!evidence.paths.is_empty());
        for path in evidence.paths.iter().filter(|path| path.starts_with('@')) {
            assert!(Class::named(path).is_some(), "{name}: {path}");
        }
        for entry in &evidence.says {
            assert!(
                entry.split('|').all(|wording| wording.trim().len() > 1 || wording == "@"),
                "{name}: an empty wording matches everything: {entry}"
            );
        }
    }
    let ids: BTreeSet<Trait> = signs().iter().map(|signs| signs.id).collect();
    assert_eq!((ids.len(), signs().len()), (TRAITS, TRAITS), "every trait has its signs once");
    assert!(signs().iter().all(|signs| !signs.absence.is_empty()));
}

#[test]
fn the_data_names_only_guardrails_of_the_list() {
    let list = [
        "unpinned-dependency",
        "unlocked",
        "lock-without-hashes",
        "lock-out-of-date",
        "direct-url-dependency",
        "index-override",
        "denied-version",
        "secret",
        "pickle-artifact",
        "unsafe-pickle",
        "archive-trick",
        "object-array",
        "keras-code",
        "torchscript-code",
        "savedmodel-file-op",
        "onnx-external-data",
        "onnx-custom-op",
        "chat-template",
        "auto-map",
        "safetensors-header",
        "config-instantiation",
        "unscannable-artifact",
        "unsafe-deserialization",
        "trust-remote-code",
        "unpinned-hub-revision",
        "tls-verification-off",
        "model-output-execution",
        "shell-from-model-output",
        "remote-script-execution",
        "notebook-output-committed",
        "unpinned-base-image",
        "unvetted-base-image",
        "root-container",
        "secret-in-dockerfile",
        "remote-script-in-dockerfile",
        "latest-image-tag",
        "copy-all-without-dockerignore",
        "privileged-compose-service",
        "unpinned-action",
        "excessive-permissions",
        "workflow-injection",
        "dangerous-trigger",
        "persisted-credentials",
        "compromised-action",
        "missing-security-stage",
        "unpinned-ci-include",
        "data-in-git",
        "large-file",
        "personal-data",
        "missing-security-policy",
        "missing-codeowners",
        "missing-threat-model",
        "missing-model-card",
        "model-not-in-inventory",
        "dataset-without-owner",
        "road-drift",
        "road-outdated",
        "waiver-expired",
        "hook-disabled",
        "ignore-rule-missing",
        "weakened-lint",
        "audit-bypassed",
        "red-team-weakened",
        "threat-model-unanswered",
        "update-bot-missing",
    ];
    assert_eq!(unknown_guardrails(&list), Vec::<String>::new());
    assert!(!unknown_guardrails(&[]).is_empty());
}

#[test]
fn every_item_is_answered_on_every_kind_of_repository() {
    let items: usize = standards().iter().map(|standard| standard.items.len()).sum();
    for files in [&[][..], LLM, SKLEARN] {
        for outcome in [nothing_to_see as fn(&str) -> GuardrailOutcome, clean, |_| GuardrailOutcome::NotRun, |_| GuardrailOutcome::Waived] {
            let rows = rows(files, &outcome);
            assert_eq!(rows.len(), items);
            for row in &rows {
                let said = match &row.status {
                    Status::Met { evidence } => evidence.join(", "),
                    Status::NotMet { why } | Status::NotApplicable { why } => why.clone(),
                    Status::NeedsHost { what } => what.clone(),
                };
                assert!(!said.trim().is_empty() && !said.ends_with("missing: "), "{}: {said}", row.item);
            }
        }
    }
}

#[test]
fn an_empty_repository_meets_nothing_that_asks_for_something() {
    let rows = rows(&[], &nothing_to_see);
    let met: Vec<&str> = rows.iter().filter(|row| matches!(row.status, Status::Met { .. })).map(|row| row.item.as_str()).collect();
    // All of these ask that something be absent.
    assert_eq!(met, ["Binary-Artifacts", "OSPS-BR-07.01", "OSPS-QA-05.01", "OSPS-QA-05.02"]);
    assert_eq!(counts(&rows, "aisvs").not_applicable, 191);
    assert_eq!(counts(&rows, "owasp-llm").not_applicable, 10);
}

#[test]
fn an_application_with_a_language_model_is_judged_as_one() {
    let rows = rows(LLM, &clean);
    assert!(met(&rows, "OSPS-VM-03.01") && met(&rows, "OSPS-VM-01.01") && met(&rows, "Security-Policy"));
    assert!(met(&rows, "OSPS-QA-06.01") && met(&rows, "LLM06:2026") && met(&rows, "LLM04:2026"));
    assert!(matches!(status(&rows, "LLM01:2026"), Status::NotMet { .. }), "no screen, no attack");
    assert!(matches!(status(&rows, "ML04:2023"), Status::NotApplicable { .. }), "it trains nothing");
    assert!(matches!(status(&rows, "v1.0-C1.1.4"), Status::NotApplicable { .. }));
    assert!(matches!(status(&rows, "v1.0-C9.2.1"), Status::NotMet { .. }));
    assert!(matches!(status(&rows, "v1.0-C10.2.1"), Status::NotApplicable { .. }));
    assert!(matches!(status(&rows, "Branch-Protection"), Status::NeedsHost { .. }));
    assert!(matches!(status(&rows, "Signed-Releases"), Status::NotApplicable { .. }));
}

#[test]
fn a_training_project_is_judged_as_one() {
    let rows = rows(SKLEARN, &clean);
    assert!(met(&rows, "ML04:2023") && met(&rows, "ML01:2023") && met(&rows, "v1.0-C11.2.5") && met(&rows, "v1.0-C11.1.3"));
    assert!(matches!(status(&rows, "LLM01:2026"), Status::NotApplicable { why } if why.contains("language model")));
    assert!(matches!(status(&rows, "Token-Permissions"), Status::NotApplicable { .. }), "it is on GitLab");
    // A comment that shows the form of an entry is no entry.
    assert!(matches!(status(&rows, "v1.0-C3.1.1"), Status::NotMet { why } if why.contains("models.toml")));
}

#[test]
fn a_name_a_comment_a_test_or_an_example_is_no_evidence() {
    let base = [("requirements.txt", "openai==1.0\nfastapi==0.1\n"), ("tests/test_a.py", "x = 429  # ratelimiter\n")];
    let with = |path: &'static str, text: &'static str| {
        let mut files = base.to_vec();
        files.push((path, text));
        met(&rows(&files, &clean), "AML.M0004")
    };
    assert!(with("app/limits.py", "class RateLimiter:\n    ...\n"));
    assert!(!with("app/limits.py", "# class RateLimiter\n"));
    assert!(!with("app/limits.py", "corporateratelimiter = 1\n"), "a word begins where a word begins");
    assert!(!with("examples/limits.py", "class RateLimiter:\n    ...\n"));
    assert!(!with("third_party/x/limits.py", "class RateLimiter:\n    ...\n"));
    assert!(!with("app/ratelimiter.py", "pass\n"), "a name alone is nothing");
    let empty = rows(&[("SECURITY.md", ""), ("LICENSE", "All rights reserved.\n"), ("sbom.cdx.json", "{}")], &clean);
    assert!(!met(&empty, "OSPS-VM-02.01") && !met(&empty, "OSPS-LE-02.01") && !met(&empty, "SBOM"));
    assert!(met(&empty, "OSPS-LE-03.01"));
}

#[test]
fn traits_are_seen_in_files_manifests_code_and_answers() {
    let of = |path: &str, text: &str| traits(&snapshot(&[(path, text)]));
    assert!(of("requirements.txt", "langgraph==0.2\n").has(Trait::Agent));
    assert!(of("requirements.txt", "# openai\nrequests==2\n").seen.keys().all(|it| matches!(it, Trait::Always | Trait::Dependencies)));
    assert!(of("environment.yml", "dependencies:\n  - pytorch\n  - pip:\n    - faiss-cpu==1.7\n").has(Trait::Vectors));
    assert!(of("train.py", "loss.backward()\n").has(Trait::Training));
    assert!(of("a/model.gguf", "x").has(Trait::Quantized) && of("a/model.gguf", "x").has(Trait::Ml));
    assert!(of(".gitlab-ci.yml", "build:\n  rules:\n    - if: $CI_COMMIT_TAG\n").has(Trait::Release));
    assert!(!of("settings.py", "TENANT_ID = os.environ['TENANT_ID']\n").has(Trait::Tenants), "Azure's directory is no customer");
    let rag = traits(&snapshot(&[("requirements.txt", "openai\nchromadb\n")]));
    assert!(rag.has(Trait::Rag) && rag.has(Trait::Llm) && !rag.has(Trait::Agent));
}

#[test]
fn a_finding_or_a_guardrail_that_did_not_run_is_never_met() {
    let found = |id: &str| if id == "secret" { GuardrailOutcome::Findings(vec![".env:3".to_owned()]) } else { clean(id) };
    let judged = rows(LLM, &found);
    assert_eq!(status(&judged, "OSPS-BR-07.01"), &Status::NotMet { why: "`secret` found .env:3".to_owned() });
    let judged = rows(LLM, &|_| GuardrailOutcome::NotRun);
    assert!(matches!(status(&judged, "OSPS-BR-07.01"), Status::NotMet { why } if why.contains("did not run")));
    for row in judged.iter().filter(|row| !row.guardrails.is_empty()) {
        assert!(!matches!(row.status, Status::Met { .. } | Status::NeedsHost { .. }), "{}", row.item);
    }
    // On GitLab the rights of a job are a setting; on GitHub they are in the file.
    assert!(matches!(status(&rows(SKLEARN, &nothing_to_see), "OSPS-AC-04.01"), Status::NeedsHost { .. }));
    assert!(met(&rows(LLM, &clean), "OSPS-AC-04.01"));
}

#[test]
fn signatures_that_wait_for_a_public_repository_are_left_to_the_host() {
    let release = |condition: &str| {
        let text = format!(
            "on:\n  push:\n    tags: [v1]\njobs:\n  sign:\n{condition}    steps:\n      - uses: sigstore/sign\n      - run: gh release create x\n"
        );
        rows(&[(".github/workflows/release.yml", text.as_str())], &clean)
    };
    assert!(met(&release(""), "OSPS-BR-06.01"));
    let private = release("    if: github.event.repository.visibility == 'public'\n");
    assert!(matches!(status(&private, "OSPS-BR-06.01"), Status::NeedsHost { what } if what.contains("release.yml")));
}

#[test]
fn the_text_says_what_is_left_and_fits_a_terminal() {
    let rows = rows(LLM, &clean);
    let (short, long) = (to_text(&rows, false), to_text(&rows, true));
    assert!(short.len() < long.len() && short.contains("Branch-Protection") && !short.contains("\n  met "));
    assert!(long.contains("OpenSSF OSPS Baseline 2026.02.19 (65 items)"));
    assert!(long.lines().all(|line| line.chars().count() <= 100 || !line.trim_start().contains(' ')), "{long}");
    assert!(long.lines().all(|line| line == line.trim_end()));
}

#[test]
fn hostile_files_do_no_harm() {
    let mut bytes = vec![0xff, 0xfe, 0x00];
    bytes.extend(std::iter::repeat_n(b'#', 1 << 20));
    let files = ["highroad.toml", "pyproject.toml", "src/a.py", "threat-model.toml", ".github/workflows/a.yml"];
    let snapshot = Snapshot::of_files(files.map(|path| (path.to_owned(), bytes.clone())));
    let rows = assess(&traits(&snapshot), &snapshot, &clean);
    assert!(!met(&rows, "OSPS-SA-03.02"));
}
