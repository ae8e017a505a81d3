//! What a file that people and road share has lost since the road wrote it.
//!
//! Each module knows one form of file and compares what the road wrote with what is there. A change that says as much
//! in other words is no loss; where that cannot be told, the loss is advice.

pub mod makefile;
pub mod packages;
pub mod pipelines;
pub mod python;
pub mod settings;

/// One safeguard that went away.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Loss {
    /// The line that shows it now, from 1; 0 where nothing is left to show.
    pub line: usize,
    /// What is lost, in one sentence.
    pub what: String,
    /// How to get it back.
    pub how: String,
    /// What tells it from other losses in the file.
    pub key: String,
    /// Whether there may be a good reason for it.
    pub advice: bool,
}

impl Loss {
    /// Makes a loss that has no good reason.
    pub fn new(line: usize, key: impl Into<String>, what: impl Into<String>, how: impl Into<String>) -> Self {
        Self { line, what: what.into(), how: how.into(), key: key.into(), advice: false }
    }

    /// Makes it advice.
    #[must_use]
    pub fn advice(mut self) -> Self {
        self.advice = true;
        self
    }
}

/// Words in the names of tests that test a safeguard.
const GUARDED: &[&str] =
    &["approval", "audit", "data_access", "defence", "endpoint", "guard", "inventory", "limit", "redteam", "security", "token", "tools"];

/// Returns what a shared file has lost. Files with a guardrail of their own are theirs.
pub fn lost(path: &str, before: &str, now: &str) -> Vec<Loss> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if path.starts_with(".github/workflows/") || path == ".gitlab-ci.yml" {
        pipelines::lost(before, now)
    } else if path == "Makefile" {
        makefile::lost(before, now)
    } else if name == "Dockerfile" {
        pipelines::lost_in_image(before, now)
    } else if path.starts_with("locks/") {
        packages::lost_in_lock(path, before, now)
    } else if name == "sbom.cdx.json" {
        packages::lost_in_sbom(before, now)
    } else if path == "security/denied.toml" {
        packages::lost_in_denied(before, now)
    } else if path.starts_with("configs/") && ending == "toml" {
        settings::lost(before, now)
    } else if path.starts_with("src/") && ending == "py" {
        python::lost(before, now)
    } else if path.starts_with("tests/") && ending == "py" {
        let (losses, tests) = (python::lost_tests(before, now), before.matches("def test").count());
        // One test fewer may be a better test; a file that lost half of them, or one about a guard, is none.
        let guards = GUARDED.iter().any(|word| name.contains(word)) || losses.len() * 2 >= tests.max(1);
        losses.into_iter().map(|loss| Loss { advice: loss.advice && !guards, ..loss }).collect()
    } else if path == ".gitattributes" {
        gone(before, now)
            .into_iter()
            .map(|line| Loss::new(0, line, format!("`{line}` is gone, so checksums depend on the machine"), format!("Put back `{line}`")))
            .collect()
    } else if name == "pull_request_template.md" || path.starts_with(".gitlab/merge_request_templates/") {
        let asks = |line: &&str| line.starts_with("- [ ]");
        gone(before, now)
            .into_iter()
            .filter(asks)
            .map(|line| Loss::new(0, line, format!("the question `{line}` is gone"), "Put it back"))
            .collect()
    } else {
        Vec::new()
    }
}

/// Returns a line without indentation and without the comment after it; empty for a comment.
pub fn bare(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('#') {
        return "";
    }
    line.split(" #").next().unwrap_or(line).trim_end()
}

/// Returns the bare lines that stand less often in `now` than in `before`, each once, in order.
pub fn gone<'a>(before: &'a str, now: &str) -> Vec<&'a str> {
    let mut counts: std::collections::HashMap<&str, i64> = std::collections::HashMap::new();
    for line in now.lines().map(bare) {
        *counts.entry(line).or_default() += 1;
    }
    let mut out = Vec::new();
    for line in before.lines().map(bare).filter(|line| !line.is_empty()) {
        let count = counts.entry(line).or_default();
        *count -= 1;
        if *count < 0 && !out.contains(&line) {
            out.push(line);
        }
    }
    out
}

/// Returns the bare lines that stand more often in `now` than in `before`, with their line numbers from 1.
pub fn added<'a>(before: &str, now: &'a str) -> Vec<(usize, &'a str)> {
    let mut counts: std::collections::HashMap<&str, i64> = std::collections::HashMap::new();
    for line in before.lines().map(bare) {
        *counts.entry(line).or_default() += 1;
    }
    let mut out = Vec::new();
    for (at, line) in now.lines().map(bare).enumerate().filter(|(_, line)| !line.is_empty()) {
        let count = counts.entry(line).or_default();
        *count -= 1;
        if *count < 0 {
            out.push((at + 1, line));
        }
    }
    out
}

/// Returns the line (from 1) that `needle` stands on; 0 where it is nowhere.
pub fn line_with(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_lines_and_forgets_comments() {
        assert_eq!(gone("a # x\n  b\nb\n# c\n", "b\na\n"), ["b"]);
        assert_eq!(added("a\n", "# n\na\nx || true\n"), [(3, "x || true")]);
        assert_eq!(line_with("a\nbc\n", "c"), 2);
    }

    proptest! {
        #[test]
        fn never_panics(before in "(?s).{0,200}", now in "(?s).{0,200}") {
            for path in ["Makefile", ".gitlab-ci.yml", "locks/a.txt", "sbom.cdx.json", "security/denied.toml", "configs/a.toml", "src/a.py", "tests/a.py", "Dockerfile"] {
                let _ = lost(path, &before, &now);
                assert!(lost(path, &before, &before).is_empty());
            }
        }
    }
}
