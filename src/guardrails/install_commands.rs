//! What shell commands install without a lock: `pip install x`, `uv pip install x`, `pipx run x`, and where from.
//!
//! After "pip install" of the pip documentation and the command line reference of uv. Read in recipes of images, in
//! pipelines, in Makefiles and in shell scripts of a project on a road, where everything comes from hash locks.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::ci_files::system;
use crate::repo::snapshot::Entry;
use crate::repo::subject::{Subject, View};

/// Larger files are no scripts written by hand.
const SIZE: u64 = 16 << 20;

/// One thing that a command does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Does {
    /// It installs what is newest, or a version without its hashes.
    Installs,
    /// It asks another index.
    Index,
}

/// A word of a command that installs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Word {
    /// What it does.
    pub does: Does,
    /// The package, or the address.
    pub text: String,
    /// Its bytes in the file.
    pub range: Range<usize>,
}

/// What the commands of a file install.
#[derive(Debug, Default)]
pub struct InstallCommands(pub Vec<Word>);

/// `pip install`, `pip3 --quiet install`, `python -m pip --python x install`, `uv pip install`, `uv add`, `uvx`, `pipx run`.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    let pip = r"pip3?(?:\.\d+)?(?:[ \t]+-[^\s;&|]*(?:[ \t]+[^-\s;&|][^\s;&|]*)?)*[ \t]+(?:install|download|wheel)";
    let others = r"uv[ \t]+(?:add|tool[ \t]+(?:install|run))|uvx|pipx[ \t]+(?:install|run)|poetry[ \t]+add|(?:conda|mamba|micromamba)[ \t]+install|easy_install";
    Regex::new(&format!(r"(?:^|[\s/;&|('\x22`@-])(?:{pip}|{others})(?:[ \t]|$)")).expect("the pattern is ours")
});
/// `PIP_INDEX_URL=…`, `UV_EXTRA_INDEX_URL: …`.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:PIP|UV)_(?:EXTRA_INDEX_URL|INDEX_URL|DEFAULT_INDEX|INDEX|FIND_LINKS|TRUSTED_HOST)[ \t]*[=:][ \t]*['\x22]?([^\s'\x22\\]+)",
    )
    .expect("the pattern is ours")
});

/// Options that take a value.
const WITH_VALUE: &[&str] = &[
    "-c",
    "--constraint",
    "-t",
    "--target",
    "--prefix",
    "--root",
    "--python",
    "-p",
    "--cache-dir",
    "--platform",
    "--python-version",
    "--implementation",
    "--abi",
    "--no-binary",
    "--only-binary",
    "--src",
    "--upgrade-strategy",
    "--log",
    "--proxy",
    "--timeout",
    "--retries",
    "--cert",
    "--progress-bar",
    "-d",
    "--dest",
    "--group",
    "--report",
    "--config-settings",
    "-C",
    "-w",
    "--wheel-dir",
    "--channel",
    "-n",
    "--name",
];
/// Options with the address of an index.
const INDEXES: &[&str] = &["-i", "--index-url", "--extra-index-url", "--default-index", "--index", "-f", "--find-links", "--trusted-host"];

/// Whether a file holds commands that run where the project is built, tested or served.
pub fn wants(entry: &Entry) -> bool {
    if !entry.is_file() || entry.size > SIZE || entry.path.starts_with("docs/") || entry.path.starts_with("tests/") {
        return false;
    }
    let name = entry.name();
    system(entry).is_some()
        || matches!(name, "Makefile" | "makefile" | "GNUmakefile" | "action.yml" | "action.yaml" | "Justfile" | "justfile")
        || name.contains("Dockerfile")
        || name.contains("Containerfile")
        || name.ends_with(".sh")
        || entry.path.starts_with(".githooks/")
        || name == ".pre-commit-config.yaml"
        || name.starts_with("docker-compose")
        || name.starts_with("compose.")
}

impl View for InstallCommands {
    fn of(subject: &Subject<'_>) -> Self {
        let Some(text) = subject.text() else { return Self::default() };
        Self(read(text))
    }
}

/// Returns what the commands of a text install without a lock.
pub fn read(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    for found in VARIABLE.captures_iter(text).filter_map(|found| found.get(1)) {
        if !is_comment(text, found.start()) {
            out.push(Word { does: Does::Index, text: found.as_str().to_owned(), range: found.range() });
        }
    }
    for found in COMMAND.find_iter(text) {
        if !is_comment(text, found.start()) && !is_said(text, found.start()) {
            words(text, found.end(), &mut out);
        }
    }
    out
}

/// Whether a place lies in a comment.
fn is_comment(text: &str, at: usize) -> bool {
    let line = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at];
    line.trim_start().starts_with('#') || line.contains(" #")
}

/// Whether a command is printed, not run.
fn is_said(text: &str, at: usize) -> bool {
    let line = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at];
    let command = line.rsplit([';', '&', '|']).next().unwrap_or(line);
    command
        .split_whitespace()
        .any(|word| matches!(word.trim_start_matches(['@', '"', '\'']), "echo" | "printf" | "fail" | "say" | "die" | "warn"))
        || command.trim_start().starts_with("name:")
        || command.trim_start().starts_with("- name:")
}

/// Reads the words of one command, over lines that end in a backslash.
fn words(text: &str, start: usize, out: &mut Vec<Word>) {
    let mut at = start;
    let mut value: Option<Does> = None;
    let mut skip = false;
    let mut found = Vec::new();
    for _ in 0..200 {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        at += blank;
        let rest = &text[at..];
        if let Some(next) = rest.strip_prefix("\\\n").or_else(|| rest.strip_prefix("\\\r\n")) {
            at = text.len() - next.len();
            continue;
        }
        let length = rest.find([' ', '\t', '\n', '\r', ';', '&', '|', ')']).unwrap_or(rest.len());
        let raw = &rest[..length];
        if raw.is_empty() || raw.starts_with('#') {
            break;
        }
        let inner = raw.trim_matches(['"', '\'', '`', ',', ']']);
        let range = at..at + length;
        at += length;
        if skip {
            skip = false;
        } else if let Some(does) = value.take() {
            found.push(Word { does, text: inner.to_owned(), range });
        } else if matches!(
            inner,
            "--require-hashes" | "-r" | "--requirement" | "-e" | "--editable" | "--no-index" | "--frozen" | "--locked"
        ) {
            // A file of requirements is judged where it lies; the project itself is no package of the index.
            skip = matches!(inner, "-r" | "--requirement" | "-e" | "--editable");
        } else if let Some((_, address)) = inner.split_once('=').filter(|(option, _)| INDEXES.contains(option)) {
            found.push(Word { does: Does::Index, text: address.to_owned(), range });
        } else if INDEXES.contains(&inner) {
            value = Some(Does::Index);
        } else if WITH_VALUE.contains(&inner) {
            skip = true;
        } else if is_package(inner) {
            found.push(Word { does: Does::Installs, text: inner.to_owned(), range });
        }
    }
    out.append(&mut found);
}

/// Whether a word names a package of the index or an address: no option, path, file or variable.
fn is_package(word: &str) -> bool {
    if word.contains("://") {
        return true;
    }
    let first = word.bytes().next().unwrap_or(b'-');
    first.is_ascii_alphanumeric()
        && !word.contains(['$', '/', '{', '*', '<'])
        && !["whl", "txt", "gz", "zip", "toml"].iter().any(|ending| word.rsplit('.').next() == Some(ending))
        && word.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.[],=<>!~".contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        read(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn reads_what_is_installed_without_a_lock() {
        assert_eq!(texts("RUN pip install flask"), ["flask"]);
        assert_eq!(texts("      - run: pip install --upgrade black==24.1 'ruff'\n      - run: x\n"), ["black==24.1", "ruff"]);
        assert_eq!(texts("RUN apt-get update && python3 -m pip install -q \\\n    a \\\n    b && rm x"), ["a", "b"]);
        assert_eq!(texts("\t@$(PYTHON) -m pip install x\n"), ["x"]);
        assert_eq!(texts("uv pip install --python .venv/bin/python x"), ["x"]);
        assert_eq!(texts("pip install git+https://git.example/a/b"), ["git+https://git.example/a/b"]);
        assert_eq!(texts("pip install --extra-index-url https://i.example/s -r r.txt"), ["https://i.example/s"]);
        assert_eq!(texts("ENV PIP_EXTRA_INDEX_URL=https://i.example/s\n"), ["https://i.example/s"]);
        assert_eq!(texts("  - uvx ruff check"), ["ruff", "check"]);
    }

    #[test]
    fn leaves_locks_the_project_itself_and_talk_alone() {
        for good in [
            "# pip install flask",
            "echo pip install flask",
            "pip install --require-hashes --no-deps \\\n  --requirement locks/run.txt",
            "pip install -e .\npip install . ./other\n",
            "pip --python /opt/venv/bin/python install --only-binary :all: --require-hashes -r x.txt",
            "- name: pip install things",
            "pip install dist/*.whl \"$WHEEL\"",
        ] {
            assert!(texts(good).is_empty(), "{good}: {:?}", texts(good));
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "(?s)(pip install |uv add |[a-z \\\\\n;&|'\"=-]|\\PC){0,40}") {
            let _ = read(&text);
        }
    }
}
