//! What rights the steps of a job need, as far as a reader can tell from the actions and commands in it.

use crate::formats::workflow::{Job, Step};

/// What a job needs of its token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Needs {
    /// It reads the code, and nothing else.
    Reading,
    /// Something in it cannot be judged from here; said in a few words.
    Unknown(String),
    /// It writes; the rights as they are written in `permissions:`.
    Writing(Vec<&'static str>),
}

/// Actions that do their work without the right to write, as their documentation says.
const READS: &[&str] = &[
    "abatilo/actions-poetry",
    "actions/cache",
    "actions/cache/restore",
    "actions/cache/save",
    "actions/checkout",
    "actions/download-artifact",
    "actions/setup-go",
    "actions/setup-java",
    "actions/setup-node",
    "actions/setup-python",
    "actions/upload-artifact",
    "astral-sh/ruff-action",
    "astral-sh/setup-uv",
    "azure/webapps-deploy",
    "codecov/codecov-action",
    "conda-incubator/setup-miniconda",
    "docker/setup-buildx-action",
    "docker/setup-qemu-action",
    "dorny/paths-filter",
    "jakebailey/pyright-action",
    "mamba-org/setup-micromamba",
    "pre-commit/action",
    "psf/black",
    "s-weigand/setup-conda",
    "snok/install-poetry",
    "step-security/harden-runner",
];

/// Actions that need more, and what.
const WRITES: &[(&str, &[&str])] = &[
    ("actions/attest", &["attestations: write", "id-token: write"]),
    ("actions/attest-build-provenance", &["attestations: write", "id-token: write"]),
    ("actions/create-release", &["contents: write"]),
    ("actions/deploy-pages", &["id-token: write", "pages: write"]),
    ("actions/first-interaction", &["issues: write", "pull-requests: write"]),
    ("actions/labeler", &["pull-requests: write"]),
    ("actions/stale", &["issues: write", "pull-requests: write"]),
    ("ad-m/github-push-action", &["contents: write"]),
    ("anothrnick/github-tag-action", &["contents: write"]),
    ("github/codeql-action/analyze", &["security-events: write"]),
    ("github/codeql-action/upload-sarif", &["security-events: write"]),
    ("jamesives/github-pages-deploy-action", &["contents: write"]),
    ("ncipollo/release-action", &["contents: write"]),
    ("ossf/scorecard-action", &["id-token: write", "security-events: write"]),
    ("peaceiris/actions-gh-pages", &["contents: write"]),
    ("peter-evans/create-or-update-comment", &["issues: write", "pull-requests: write"]),
    ("peter-evans/create-pull-request", &["contents: write", "pull-requests: write"]),
    ("release-drafter/release-drafter", &["contents: write", "pull-requests: write"]),
    ("sigstore/gh-action-sigstore-python", &["id-token: write"]),
    ("softprops/action-gh-release", &["contents: write"]),
    ("stefanzweifel/git-auto-commit-action", &["contents: write"]),
    ("thollander/actions-comment-pull-request", &["pull-requests: write"]),
];

/// Actions that need `id-token: write` where they are given this input, and nothing otherwise.
const CLOUDS: &[(&str, &str)] = &[
    ("aws-actions/configure-aws-credentials", "role-to-assume"),
    ("azure/login", "client-id"),
    ("google-github-actions/auth", "workload_identity_provider"),
];

/// Commands that read, install, build and test. What a path points to counts by its last part.
const COMMANDS: &[&str] = &[
    "apt",
    "apt-get",
    "bandit",
    "black",
    "brew",
    "cat",
    "cd",
    "chmod",
    "conda",
    "coverage",
    "cp",
    "curl",
    "df",
    "echo",
    "env",
    "export",
    "flake8",
    "free",
    "grep",
    "if",
    "fi",
    "then",
    "else",
    "isort",
    "ls",
    "mamba",
    "micromamba",
    "mkdir",
    "mv",
    "mypy",
    "nosetests",
    "nproc",
    "pdm",
    "pip",
    "pip3",
    "pipenv",
    "pipx",
    "poetry",
    "pre-commit",
    "printenv",
    "pwd",
    "pylint",
    "pyright",
    "pytest",
    "rm",
    "ruff",
    "set",
    "source",
    "sudo",
    "tee",
    "touch",
    "tox",
    "uname",
    "unzip",
    "uv",
    "uvx",
    "wget",
    "which",
    "nox",
    "npm",
    "make",
    "nvidia-smi",
    "tar",
    "virtualenv",
];

/// Words that a command has where it publishes.
const PUBLISHES: &[&str] = &["deploy", "publish", "release", "push", "upload"];

/// Returns what a job needs.
pub fn of_job(job: &Job) -> Needs {
    if let Some(uses) = &job.uses {
        return Needs::Unknown(format!("`{}` is called", uses.text));
    }
    let mut writing: Vec<&'static str> = Vec::new();
    let mut unknown = None;
    for step in &job.steps {
        match of_step(step) {
            Needs::Reading => {}
            Needs::Unknown(why) => {
                unknown.get_or_insert(why);
            }
            Needs::Writing(more) => writing.extend(more),
        }
    }
    writing.sort_unstable();
    writing.dedup();
    match (writing.is_empty(), unknown) {
        (false, _) => Needs::Writing(writing),
        (true, Some(why)) => Needs::Unknown(why),
        (true, None) => Needs::Reading,
    }
}

fn of_step(step: &Step) -> Needs {
    let hands_token = step.env.iter().chain(&step.with).any(|(_, value)| has_token(&value.text));
    if let Some(action) = step.action() {
        if let Some((_, rights)) = WRITES.iter().find(|(name, _)| *name == action) {
            return Needs::Writing(rights.to_vec());
        }
        if let Some((_, input)) = CLOUDS.iter().find(|(name, _)| *name == action) {
            return if step.input(input).is_some() { Needs::Writing(vec!["id-token: write"]) } else { Needs::Reading };
        }
        let reads = READS.contains(&action.as_str()) && !hands_token;
        return if reads { Needs::Reading } else { Needs::Unknown(format!("`{action}` is used")) };
    }
    let Some(run) = &step.run else { return Needs::Reading };
    of_script(&run.text, hands_token)
}

fn of_script(script: &str, hands_token: bool) -> Needs {
    let writes = |part: &str| script.contains(part);
    if writes("git push") || writes("gh-deploy") || writes("gh release create") || writes("gh release upload") || writes("semantic-release")
    {
        return Needs::Writing(vec!["contents: write"]);
    }
    if writes("gh pr comment")
        || writes("gh pr create")
        || writes("cml comment")
        || writes("cml send-comment")
        || writes("cml-send-comment")
    {
        return Needs::Writing(vec!["pull-requests: write"]);
    }
    if hands_token || has_token(script) {
        return Needs::Unknown("a script is given the token".to_owned());
    }
    let joined = script.replace("\\\n", " ");
    for line in joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        for command in line.split("&&").flat_map(|part| part.split([';', '|'])).map(str::trim).filter(|command| !command.is_empty()) {
            if !is_harmless(command) {
                let word = command.split_whitespace().next().unwrap_or_default();
                return Needs::Unknown(format!("`{word}` is run"));
            }
        }
    }
    Needs::Reading
}

fn is_harmless(command: &str) -> bool {
    let mut words = command.split_whitespace().skip_while(|word| word.contains('=') && !word.starts_with('-') || *word == "sudo");
    let Some(first) = words.next() else { return true };
    let rest: Vec<&str> = words.collect();
    if rest.iter().chain([&first]).any(|word| PUBLISHES.iter().any(|publishes| word.contains(publishes))) {
        return false;
    }
    if first == "git" {
        let looks = [
            "checkout",
            "clone",
            "config",
            "describe",
            "diff",
            "fetch",
            "log",
            "ls-files",
            "pull",
            "rev-parse",
            "show",
            "status",
            "submodule",
            "switch",
        ];
        return rest.iter().find(|word| !word.starts_with('-')).is_some_and(|command| looks.contains(command));
    }
    let name = first.rsplit('/').next().unwrap_or(first).trim_matches(['"', '\'']);
    if name.starts_with("python") {
        return rest.first() == Some(&"-m")
            && rest.get(1).is_some_and(|module| {
                COMMANDS.contains(module) || matches!(*module, "build" | "compileall" | "hatchling" | "unittest" | "venv")
            })
            || rest.first().is_some_and(|flag| matches!(*flag, "-V" | "--version" | "-c" | "setup.py"));
    }
    // The road's own stages look and never write.
    first.starts_with('-') || first.starts_with("security/") || COMMANDS.contains(&name) || command.starts_with("fi") || command == "done"
}

fn has_token(text: &str) -> bool {
    ["GITHUB_TOKEN", "github.token", "GH_TOKEN"].iter().any(|token| text.contains(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_tests_from_what_publishes_and_from_what_it_cannot_judge() {
        let needs = |script: &str| of_script(script, false);
        assert_eq!(
            needs("python -m pip install --upgrade pip\npip install -r requirements.txt \\\n  --quiet\npytest --cov src"),
            Needs::Reading
        );
        assert_eq!(needs("make test && .venv/bin/python -m pytest"), Needs::Reading);
        assert!(matches!(needs("python deploy.py"), Needs::Unknown(_)));
        assert!(matches!(needs("make deploy"), Needs::Unknown(_)));
        assert_eq!(needs("git commit -am x && git push"), Needs::Writing(vec!["contents: write"]));
        assert!(matches!(of_script("pytest", true), Needs::Unknown(_)));
    }
}
