//! What a team does to a project in its first months: edits of every kind of file, each with what must be left of it.

use std::path::Path;

use super::support::{KINDS, git};

/// The last step of the job `test`, by a team.
const STEP: &str = "\n      - name: Time the tests\n        run: .venv/bin/python -m pytest --durations=10\n";
/// A job at the end of a workflow, by a team.
const JOB: &str = "\n  docs:\n    name: Documentation\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    permissions: {}\n    steps:\n      - name: Nothing yet\n        run: echo documentation\n";
/// The same on GitLab.
const GITLAB_JOB: &str = "\ndocs:\n  extends: .prepare\n  stage: test\n  image: ";
/// A chapter of the README, by a team.
const CHAPTER: &str = "## How we run it on Mondays\n\nAnna starts the job at nine and looks at the numbers.\n";
/// A rule of the Makefile, by a team.
const TARGET: &str = "monday: require-venv ## Start what runs on Mondays\n\t@$(PYTHON) -m demo --help\n\n";
/// A script of a team that uses a part of the road by its name.
const SCRIPT: &str = "#!/usr/bin/env bash\nset -euo pipefail\n# Our own look at the build.\ngit ls-files -z dist | .venv-security/bin/python -m security.checks.secrets --files\n";

/// What was done to one project.
pub(crate) struct Work {
    kind: &'static str,
    github: bool,
}

impl Work {
    pub(crate) fn of(kind: &str, host: &str) -> Self {
        Self { kind: KINDS.into_iter().find(|known| *known == kind).unwrap(), github: host == "github" }
    }

    /// The part of the model that a team changes: file, what it finds, what it makes of it.
    fn model(&self) -> (&'static str, &'static str, &'static str) {
        match self.kind {
            "sklearn-tabular" => ("src/demo/model.py", "FORMAT_SUFFIX = \".skops\"\n", "FORMAT_SUFFIX = \".skops\"\nOUR_FLOOR = 0.01\n"),
            "pytorch-training" => (
                "src/demo/model.py",
                "            torch.autograd.backward(loss)\n",
                "            torch.autograd.backward(loss)\n            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)\n",
            ),
            "tensorflow-training" => (
                "src/demo/model.py",
                "    optimizer = keras.optimizers.AdamW(learning_rate)\n",
                "    optimizer = keras.optimizers.AdamW(learning_rate, clipnorm=1.0)\n",
            ),
            _ => ("src/demo/retrieval.py", "_SATURATION = 1.2\n", "_SATURATION = 1.5\n"),
        }
    }

    /// Does the work.
    pub(crate) fn put_in(&self, root: &Path) {
        let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let write = |path: &str, text: &str| {
            std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            std::fs::write(root.join(path), text).unwrap();
        };
        let edit = |path: &str, from: &str, to: &str| {
            let text = read(path);
            assert_eq!(text.matches(from).count(), 1, "{path} holds `{from}` not once");
            write(path, &text.replace(from, to));
        };
        // A dependency beside those of the road, and a setting.
        edit("pyproject.toml", "dependencies = [\n", "dependencies = [\n    \"tqdm>=4.67,<5\",\n");
        edit("pyproject.toml", "line-length = 100\n", "line-length = 110 # wider screens\n");
        // A chapter in the middle, a sentence at the top, and line ends as an editor on Windows leaves them.
        edit("README.md", "## Commands\n", &format!("{CHAPTER}\n## Commands\n"));
        edit("README.md", "## The first five minutes\n", "Ask Anna before you change the data.\n\n## The first five minutes\n");
        write("README.md", &read("README.md").replace('\n', "\r\n"));
        edit("Makefile", "image: ## Build", &format!("{TARGET}image: ## Build"));
        // A step at the end of a job that the road has changed since, and a job of their own.
        if self.github {
            let ci = ".github/workflows/ci.yml";
            write(ci, &format!("{}{STEP}{JOB}", read(ci)));
            edit(".github/workflows/security.yml", "    - cron: \"23 4 * * 1\"\n", "    - cron: \"17 2 * * 3\"\n");
            edit(".github/dependabot.yml", "    open-pull-requests-limit: 5\n", "    open-pull-requests-limit: 9\n");
        } else {
            let ci = ".gitlab-ci.yml";
            let image = read(ci).lines().find_map(|line| line.trim().strip_prefix("image: ").map(str::to_owned)).unwrap();
            edit(ci, "    - make redteam\n", "    - make redteam\n    - .venv/bin/python -m pytest --durations=10\n");
            edit(ci, "  PIP_NO_CACHE_DIR: \"1\"\n", "  PIP_NO_CACHE_DIR: \"1\"\n  OUR_REGION: \"north\"\n");
            write(ci, &format!("{}{GITLAB_JOB}{image}\n  script:\n    - echo documentation\n", read(ci)));
        }
        // The first open point of the threat model was decided.
        let threats = read("threat-model.toml");
        let open = threats.lines().find(|line| line.starts_with("open = ")).unwrap().to_owned();
        write("threat-model.toml", &threats.replacen(&open, "open = \"Decided by Anna: reviewed each quarter.\"", 1));
        let (path, from, to) = self.model();
        edit(path, from, to);
        // Moved and deleted.
        std::fs::rename(root.join("CONTRIBUTING.md"), root.join("docs/CONTRIBUTING.md")).unwrap();
        edit("docs/CONTRIBUTING.md", "# Contributing\n", "# Contributing to the demo\n");
        std::fs::remove_file(root.join("tests/security/test_hooks.py")).unwrap();
        std::fs::remove_file(root.join(".editorconfig")).unwrap();
        // An edit in a file that the road renamed, and a script that knows it by its old name.
        edit("security/checks/secrets.py", "TOOL = \"secrets\"\n", "TOOL = \"secrets\"  # Anna: our log reader looks for this word\n");
        write("scripts/look.sh", SCRIPT);
        // Files that the road knows nothing of.
        write("src/demo/reports.py", "\"\"\"Our reports.\"\"\"\n\nTITLE = \"Mondays\"\n");
        write("docs/decisions/0001-mondays.md", "# Why Mondays\n\nBecause.\n");
        git(root, &["add", "-A"]);
    }

    /// Looks for all of it.
    pub(crate) fn is_still_in(&self, root: &Path, case: &str) {
        let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{case}: {path}: {error}"));
        let holds = |path: &str, text: &str| assert!(read(path).contains(text), "{case}: {path} has lost `{text}`:\n{}", read(path));
        let between = |path: &str, before: &str, text: &str, after: &str| {
            let whole = read(path);
            let at = |part: &str| whole.find(part).unwrap_or_else(|| panic!("{case}: {path} has lost `{part}`:\n{whole}"));
            assert!(at(before) < at(text) && at(text) < at(after), "{case}: {path}: `{text}` is in another place:\n{whole}");
        };
        between("pyproject.toml", "dependencies = [\n", "    \"tqdm>=4.67,<5\",\n", "[project.scripts]");
        holds("pyproject.toml", "line-length = 110 # wider screens\n");
        between("README.md", "## The first five minutes", &CHAPTER.replace('\n', "\r\n"), "## Commands");
        between("README.md", "# demo", "Ask Anna before you change the data.", "## The first five minutes");
        let readme = read("README.md");
        assert_eq!(readme.matches('\n').count(), readme.matches("\r\n").count(), "{case}: README.md has mixed line ends");
        between("Makefile", "security:", TARGET, "image: ##");
        if self.github {
            let ci = yaml(&read(".github/workflows/ci.yml"));
            let steps = ci["jobs"]["test"]["steps"].as_array().unwrap();
            assert_eq!(steps.last().unwrap()["name"], "Time the tests", "{case}");
            assert_eq!(ci["jobs"]["docs"]["steps"][0]["run"], "echo documentation", "{case}");
            assert_eq!(ci["jobs"].as_object().unwrap().keys().next_back().unwrap(), "docs", "{case}");
            let named =
                |job: &serde_json::Value| job["steps"].as_array().unwrap().iter().filter(|step| step["name"] == "Time the tests").count();
            let all: usize = ci["jobs"].as_object().unwrap().values().map(named).sum();
            assert_eq!(all, 1, "{case}: the step is in more than one job");
            holds(".github/workflows/security.yml", "    - cron: \"17 2 * * 3\"\n");
            holds(".github/dependabot.yml", "    open-pull-requests-limit: 9\n");
        } else {
            let ci = yaml(&read(".gitlab-ci.yml"));
            let script = ci[".test"]["script"].as_array().unwrap();
            assert_eq!(script.last().unwrap(), ".venv/bin/python -m pytest --durations=10", "{case}");
            assert_eq!(ci["docs"]["script"][0], "echo documentation", "{case}");
            assert_eq!(ci["variables"]["OUR_REGION"], "north", "{case}");
        }
        holds("threat-model.toml", "open = \"Decided by Anna: reviewed each quarter.\"\n");
        let (path, _, to) = self.model();
        holds(path, to);
        for gone in ["CONTRIBUTING.md", "tests/security/test_hooks.py", ".editorconfig"] {
            assert!(!root.join(gone).exists(), "{case}: {gone} came back");
        }
        holds("docs/CONTRIBUTING.md", "# Contributing to the demo\n");
        holds("docs/CONTRIBUTING.md", "`highroad diff` shows");
        holds("security/checks/secret_scan.py", "TOOL = \"secrets\"  # Anna: our log reader looks for this word\n");
        assert_eq!(read("scripts/look.sh"), SCRIPT.replace("checks.secrets", "checks.secret_scan"), "{case}");
        holds("src/demo/reports.py", "TITLE = \"Mondays\"\n");
        holds("docs/decisions/0001-mondays.md", "Because.\n");
    }
}

/// Looks for what the newest version brings.
pub(crate) fn newest_is_in(root: &Path, kind: &str, host: &str, case: &str) {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{case}: {path}: {error}"));
    for gone in ["security/checks/secrets.py", "security/checks/picklescan_result.py"] {
        assert!(!root.join(gone).exists(), "{case}: {gone} is still there");
    }
    assert!(read("README.md").contains("`highroad upgrade` merges that version"), "{case}");
    assert!(read("security/stages/models.sh").contains("tool_findings picklescan"), "{case}");
    assert!(read("security/stages/policy.sh").contains("highroad check"), "{case}");
    assert!(read(".githooks/secrets").contains("security.checks.secret_scan"), "{case}");
    if host == "github" {
        let jobs = |path: &str| -> Vec<String> { yaml(&read(path))["jobs"].as_object().unwrap().keys().cloned().collect() };
        assert_eq!(jobs(".github/workflows/ci.yml"), ["style", "test", "docs"], "{case}");
        assert_eq!(jobs(".github/workflows/security.yml"), ["review", "stage", "report"], "{case}");
        assert!(!read("SECURITY.md").contains("Report a vulnerability\""), "{case}");
    } else {
        let ci = yaml(&read(".gitlab-ci.yml"));
        assert!(ci["style"]["script"].as_array().unwrap().iter().any(|line| line.as_str().unwrap().starts_with("make lint")), "{case}");
        assert!(!ci[".test"]["script"].as_array().unwrap().iter().any(|line| line == "make lint"), "{case}");
    }
    if matches!(kind, "pytorch-training" | "tensorflow-training") {
        assert!(read("src/demo/weights.py").contains("def read_weights"), "{case}");
        assert!(read("src/demo/model.py").contains("read_weights(path"), "{case}");
        assert!(!read("src/demo/model.py").contains("class UnsafeModel"), "{case}");
    }
}

fn yaml(text: &str) -> serde_json::Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}
