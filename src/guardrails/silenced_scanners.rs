//! Files that make a scanner see less: its ignore lists, and settings of its own that leave rules or files out.
//!
//! After the documentation of each tool: which file it reads by itself, and which words in it leave something out.

use crate::repo::snapshot::{Entry, Snapshot};

/// A file that a scanner reads by itself.
struct Silencer {
    /// Its name, in whatever folder it lies.
    name: &'static str,
    /// The tool.
    tool: &'static str,
    /// Words of settings that leave something out; none for a list where each line does.
    words: &'static [&'static str],
}

const fn list(name: &'static str, tool: &'static str) -> Silencer {
    Silencer { name, tool, words: &[] }
}

const fn settings(name: &'static str, tool: &'static str, words: &'static [&'static str]) -> Silencer {
    Silencer { name, tool, words }
}

/// Words that leave something out, in most settings.
const OUT: &[&str] = &[
    "allow",
    "disable",
    "exclude",
    "exempt",
    "exit-code",
    "exit_code",
    "exitcode",
    "false",
    "ignore",
    "off",
    "path-ignore",
    "severity",
    "skip",
    "suppress",
    "threshold",
    "trusted",
    "usedefault",
    "whitelist",
];

const SILENCERS: &[Silencer] = &[
    list(".banditignore", "bandit"),
    list(".dockleignore", "dockle"),
    list(".gitguardianignore", "ggshield"),
    list(".gitleaksignore", "gitleaks"),
    list(".kicsignore", "kics"),
    list(".semgrepignore", "semgrep"),
    list(".secretlintignore", "secretlint"),
    list(".snyk", "snyk"),
    list(".trivyignore", "trivy"),
    list(".trivyignore.yaml", "trivy"),
    list(".trivyignore.yml", "trivy"),
    list(".trufflehogignore", "trufflehog"),
    list(".nosec", "bandit"),
    list(".secrets.baseline", "detect-secrets"),
    list(".detect-secrets.cfg", "detect-secrets"),
    list(".talismanrc", "talisman"),
    settings(".bandit", "bandit", OUT),
    settings("bandit.yaml", "bandit", OUT),
    settings("bandit.yml", "bandit", OUT),
    settings("bandit.toml", "bandit", OUT),
    settings(".checkov.yaml", "checkov", OUT),
    settings(".checkov.yml", "checkov", OUT),
    settings(".flake8", "flake8", OUT),
    settings(".ggshield.yaml", "ggshield", OUT),
    settings(".ggshield.yml", "ggshield", OUT),
    settings(".gitguardian.yaml", "ggshield", OUT),
    settings(".gitguardian.yml", "ggshield", OUT),
    settings(".gitleaks.toml", "gitleaks", OUT),
    settings("gitleaks.toml", "gitleaks", OUT),
    settings(".grype.yaml", "grype", OUT),
    settings(".grype.yml", "grype", OUT),
    settings(".hadolint.yaml", "hadolint", OUT),
    settings(".hadolint.yml", "hadolint", OUT),
    settings("hadolint.yaml", "hadolint", OUT),
    settings("modelscan-settings.toml", "modelscan", OUT),
    settings("osv-scanner.toml", "osv-scanner", OUT),
    settings("picklescan.toml", "picklescan", OUT),
    settings(".safety-policy.yml", "safety", OUT),
    settings(".safety-policy.yaml", "safety", OUT),
    settings(".secretlintrc", "secretlint", OUT),
    settings(".secretlintrc.json", "secretlint", OUT),
    settings(".secretlintrc.yml", "secretlint", OUT),
    settings(".secretlintrc.yaml", "secretlint", OUT),
    settings(".semgrep.yml", "semgrep", OUT),
    settings(".semgrep.yaml", "semgrep", OUT),
    settings(".shellcheckrc", "shellcheck", OUT),
    settings("trivy.yaml", "trivy", OUT),
    settings("trivy.yml", "trivy", OUT),
    settings(".trufflehog.yaml", "trufflehog", OUT),
    settings(".trufflehog.yml", "trufflehog", OUT),
    settings("zizmor.yml", "zizmor", OUT),
    settings("zizmor.yaml", "zizmor", OUT),
    settings(".zizmor.yml", "zizmor", OUT),
    settings("actionlint.yaml", "actionlint", OUT),
    settings("actionlint.yml", "actionlint", OUT),
    settings("codeql-config.yml", "CodeQL", OUT),
    settings("codeql-config.yaml", "CodeQL", OUT),
];

/// Sections of shared settings files that a tool reads.
const SECTIONS: &[(&str, &str)] = &[
    ("[bandit]", "bandit"),
    ("[flake8]", "flake8"),
    ("[mypy]", "mypy"),
    ("[mypy-", "mypy"),
    ("[pytest]", "pytest"),
    ("[tool:pytest]", "pytest"),
];

/// A test suite's own settings that keep tests from running or from failing.
const SKIPS: &[&str] = &[
    "collect_ignore",
    "pytest_collection_modifyitems",
    "pytest_ignore_collect",
    "pytest_pycollect",
    "pytest_runtest_makereport",
    "pytest_sessionfinish",
    "pytest_report_teststatus",
    "pytest.skip(",
    "pytest.exit(",
    "mark.skip",
    "mark.xfail",
    "os._exit",
    "exitstatus",
];

/// What puts a scanner to sleep, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Silenced {
    /// The tool.
    pub tool: &'static str,
    /// The line that leaves something out, from 1.
    pub line: usize,
}

/// Whether a path may be such a file.
pub fn is_silencer(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    SILENCERS.iter().any(|silencer| silencer.name == name) || matches!(name, "setup.cfg" | "tox.ini" | "conftest.py")
}

/// Returns what a file puts to sleep; `None` where it leaves nothing out.
pub fn silenced(snapshot: &Snapshot, entry: &Entry) -> Option<Silenced> {
    let subject = snapshot.subject(&entry.path).filter(|subject| subject.entry.size < 16 << 20)?;
    let text = subject.text()?;
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim().to_ascii_lowercase()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with(['#', ';']));
    match entry.name() {
        "setup.cfg" | "tox.ini" => SECTIONS.iter().find_map(|(section, tool)| {
            let line = lines.clone().find(|(_, line)| line.starts_with(section))?.0;
            Some(Silenced { tool, line })
        }),
        "conftest.py" => {
            let line = lines.find(|(_, line)| SKIPS.iter().any(|skip| line.contains(skip)))?.0;
            Some(Silenced { tool: "pytest", line })
        }
        name => {
            let silencer = SILENCERS.iter().find(|silencer| silencer.name == name)?;
            let mut leaves = lines.filter(|(_, line)| silencer.words.is_empty() || silencer.words.iter().any(|word| line.contains(word)));
            Some(Silenced { tool: silencer.tool, line: leaves.next()?.0 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_leaves_something_out_from_what_adds() {
        let line = |path: &str, text: &str| {
            let snapshot = Snapshot::of_files([(path.to_owned(), text.as_bytes().to_vec())]);
            assert!(is_silencer(path), "{path}");
            silenced(&snapshot, &snapshot.entries()[0]).map(|found| found.line)
        };
        assert_eq!(line(".gitleaks.toml", "# all\n[allowlist]\npaths = ['''.*''']\n"), Some(2));
        assert_eq!(line(".gitleaks.toml", "[[rules]]\nid = \"ours\"\nregex = \"x\"\n"), None);
        assert_eq!(line(".trivyignore", "# none\n\n"), None);
        assert_eq!(line("a/.secretlintignore", "**\n"), Some(1));
        assert_eq!(line(".github/zizmor.yml", "rules:\n  unpinned-uses: {disable: true}\n"), Some(2));
        assert_eq!(line("setup.cfg", "[metadata]\nname = x\n[mypy]\nignore_errors = true\n"), Some(3));
        assert_eq!(line("setup.cfg", "[metadata]\nname = x\n"), None);
        assert_eq!(line("tests/security/conftest.py", "collect_ignore_glob = ['*']\n"), Some(1));
        assert_eq!(line("tests/conftest.py", "import sys\n"), None);
    }
}
