//! Which files of a repository are looked at for signs and evidence, and their bounded reading.

use aho_corasick::AhoCorasick;

use crate::formats::text::decode;
use crate::guardrails::place_kind::{is_documentation, is_test, is_vendored};
use crate::repo::snapshot::{Entry, Snapshot};

/// How much of one file is read, in bytes. What is looked for stands in files that people write.
const ONE_FILE: usize = 256 << 10;
/// How much is read in all, in bytes.
const ALL_FILES: usize = 64 << 20;

/// What a file is for, where that decides whether its words count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    /// The code of the application itself.
    Code,
    /// Tests and attacks on the application.
    Tests,
    /// A pipeline, or a stage that Highroad's pipelines call.
    Ci,
    /// Pages for people.
    Docs,
}

impl Class {
    /// Reads the name that the data uses.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "@code" => Self::Code,
            "@tests" => Self::Tests,
            "@ci" => Self::Ci,
            "@docs" => Self::Docs,
            _ => return None,
        })
    }

    /// Whether a file is of this class.
    pub(super) fn holds(self, entry: &Entry) -> bool {
        let path = entry.path.as_str();
        match self {
            Self::Code => is_code(entry) && !is_example(path),
            Self::Tests => {
                is_attack_or_test(path) && matches!(entry.extension().as_str(), "py" | "toml" | "yaml" | "yml" | "json" | "jsonl")
            }
            Self::Ci => is_pipeline(path) || path.starts_with("security/stages/"),
            Self::Docs => {
                let at_home = entry.folder().is_empty() || entry.folder() == ".github" || is_documentation(path);
                at_home && matches!(entry.extension().as_str(), "md" | "rst" | "adoc") && !is_test(path)
            }
        }
    }
}

/// Whether a path is a pipeline of any common host.
pub(super) fn is_pipeline(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let yaml = lower.ends_with(".yml") || lower.ends_with(".yaml");
    (yaml && (lower.starts_with(".github/workflows/") || lower.starts_with(".gitlab/ci/") || lower.starts_with(".pipelines/")))
        || lower.rsplit('/').next().is_some_and(|name| name.starts_with("azure-pipelines") && yaml)
        || matches!(lower.as_str(), ".gitlab-ci.yml" | "jenkinsfile" | ".circleci/config.yml" | "bitbucket-pipelines.yml")
}

/// Whether a file is code of the application, or an example of it.
pub(super) fn is_code(entry: &Entry) -> bool {
    let path = entry.path.as_str();
    matches!(entry.extension().as_str(), "py" | "ipynb" | "lua") && !is_attack_or_test(path) && !is_tooling(path)
}

fn is_example(path: &str) -> bool {
    ["examples/", "example/", "demo/", "demos/", "samples/"].iter().any(|folder| path.starts_with(folder))
}

/// Whether a path lies among tests or among attacks on the application.
fn is_attack_or_test(path: &str) -> bool {
    is_test(path)
        || ["redteam/", "red_team/", "red-team/", "eval/", "evals/", "attacks/", "benchmarks/"]
            .iter()
            .any(|folder| path.starts_with(folder))
}

/// Whether a path lies among the tools of a repository, which name what they look for.
fn is_tooling(path: &str) -> bool {
    ["security/", "scripts/", "tools/", "docs/", ".github/"].iter().any(|folder| path.starts_with(folder))
}

/// Whether a file can count at all.
pub(super) fn counts(entry: &Entry) -> bool {
    entry.is_file() && entry.size > 0 && !is_vendored(&entry.path)
}

/// Reads files for words, within a budget for all of them.
#[derive(Debug)]
pub(super) struct Reader {
    words: AhoCorasick,
    /// Whether each word begins with a letter or digit, so that it has to stand at the beginning of a word.
    begins: Vec<bool>,
    left: usize,
}

impl Reader {
    /// Makes a reader that looks for words, whatever their case.
    pub(super) fn of(words: &[&str]) -> Self {
        let begins = words.iter().map(|word| word.starts_with(|c: char| c.is_ascii_alphanumeric())).collect();
        let words =
            AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("the words of the built-in data fit an automaton");
        Self { words, begins, left: ALL_FILES }
    }

    /// Returns which words a file holds outside its comments, by their number; none where it is no text, cannot be
    /// read, or the budget is spent.
    pub(super) fn words_in(&mut self, snapshot: &Snapshot, entry: &Entry) -> Vec<usize> {
        let Some(bytes) = self.read(snapshot, entry) else { return Vec::new() };
        let Some(text) = decode(&bytes) else { return Vec::new() };
        let mut found: Vec<usize> = match comment_mark(entry) {
            Some(mark) => {
                let kept: Vec<&str> = text.text.lines().filter(|line| !line.trim_start().starts_with(mark)).collect();
                self.find(&kept.join("\n"))
            }
            None => self.find(&text.text),
        };
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether the budget was spent, so that not every file was read.
    pub(super) fn was_cut(&self) -> bool {
        self.left == 0
    }

    fn find(&self, text: &str) -> Vec<usize> {
        let glued = |at: usize| at > 0 && text.as_bytes().get(at - 1).is_some_and(u8::is_ascii_alphanumeric);
        let found = self.words.find_overlapping_iter(text).map(|found| (found.pattern().as_usize(), found.start()));
        found.filter(|(word, at)| !(self.begins[*word] && glued(*at))).map(|(word, _)| word).collect()
    }

    fn read(&mut self, snapshot: &Snapshot, entry: &Entry) -> Option<Vec<u8>> {
        let length = ONE_FILE.min(self.left);
        if length == 0 {
            return None;
        }
        let bytes = snapshot.open(entry).ok()?.read_range(0, length).ok()?;
        self.left = self.left.saturating_sub(bytes.len());
        Some(bytes)
    }
}

/// Returns what a line of comment begins with, in formats where that is certain.
fn comment_mark(entry: &Entry) -> Option<&'static str> {
    let hash =
        matches!(entry.extension().as_str(), "py" | "toml" | "yml" | "yaml" | "sh" | "cfg") || entry.name().starts_with("Dockerfile");
    hash.then_some("#")
}
