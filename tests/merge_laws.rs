//! Laws of merging one file, over every merger: nothing is lost, nothing is broken, nothing panics.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, missing_docs, reason = "tests may fail by a panic")]

use highroad::merge::{LABELS, MERGERS, Merged, Sides, file, text};
use proptest::prelude::*;

/// A path for each merger, how its blocks are joined, and blocks with their variants.
struct Format {
    path: &'static str,
    around: (&'static str, &'static str, &'static str),
    blocks: &'static [[&'static str; 3]],
}

static FORMATS: [Format; 9] = [
    Format {
        path: "pyproject.toml",
        around: ("", "\n", "\n"),
        blocks: &[
            ["[project]\nname = \"a\"", "[project]\nname = \"b\"", "[project]\nname = \"a\"\nversion = \"1\""],
            [
                "dependencies = [\n    \"numpy>=1\",\n]",
                "dependencies = [\n    \"numpy>=2\",\n]",
                "dependencies = [\n    \"numpy>=1\",\n    \"torch\",\n]",
            ],
            ["[tool.ruff]\nline-length = 100", "[tool.ruff]\nline-length = 120", "[tool.ruff]\nselect = [\"E\"]"],
            ["[tool.mypy]\nstrict = true", "[tool.mypy]\nstrict = false", "[tool.mypy]"],
        ],
    },
    Format {
        path: ".github/workflows/ci.yml",
        around: ("", "\n", "\n"),
        blocks: &[
            ["name: ci", "name: CI", "name: tests"],
            ["permissions: {}", "permissions:\n  contents: read", "permissions: read-all"],
            [
                "jobs:\n  a:\n    steps:\n      - run: make",
                "jobs:\n  a:\n    steps:\n      - run: make test",
                "jobs:\n  b:\n    steps:\n      - run: make",
            ],
            ["env:\n  X: 1", "env:\n  X: 2", "env:\n  Y: 1"],
        ],
    },
    Format {
        path: "package.json",
        around: ("{\n", ",\n", "\n}\n"),
        blocks: &[
            ["  \"name\": \"a\"", "  \"name\": \"b\"", "  \"name\": \"c\""],
            [
                "  \"dependencies\": {\n    \"x\": \"1\"\n  }",
                "  \"dependencies\": {\n    \"x\": \"2\"\n  }",
                "  \"dependencies\": {\n    \"y\": \"1\"\n  }",
            ],
            ["  \"files\": [\"a\"]", "  \"files\": [\"a\", \"b\"]", "  \"files\": [\"c\", \"a\"]"],
        ],
    },
    Format {
        path: "requirements.txt",
        around: ("", "\n", "\n"),
        blocks: &[
            ["numpy==1.0", "numpy==2.0", "numpy>=1"],
            ["torch", "torch==2.1", "torch # why"],
            ["-r base.txt", "-r other.txt", "--no-binary :all:"],
        ],
    },
    Format {
        path: "Dockerfile",
        around: ("", "\n", "\n"),
        blocks: &[
            ["FROM python:3.11", "FROM python:3.12", "FROM python:3.12-slim"],
            ["RUN make", "RUN make all", "RUN make \\\n  test"],
            ["COPY . .", "COPY src .", "USER app"],
        ],
    },
    Format {
        path: ".gitignore",
        around: ("", "\n", "\n"),
        blocks: &[["a", "b", "!a"], ["*.pyc", "*.py[co]", "__pycache__/"], ["# x\nc", "d", "e/"]],
    },
    Format {
        path: "a/main.py",
        around: ("", "\n", "\n"),
        blocks: &[
            ["import os", "import os\nimport sys", "import json"],
            ["def f():\n    return 1", "def f():\n    return 2", "def f(x):\n    return x"],
            ["f()", "print(f())", "if f():\n    pass"],
        ],
    },
    Format {
        path: "poetry.lock",
        around: ("", "\n\n", "\n"),
        blocks: &[
            [
                "[[package]]\nname = \"a\"\nversion = \"1\"",
                "[[package]]\nname = \"a\"\nversion = \"2\"",
                "[[package]]\nname = \"c\"\nversion = \"1\"",
            ],
            [
                "[[package]]\nname = \"b\"\nversion = \"1\"",
                "[[package]]\nname = \"b\"\nversion = \"3\"",
                "[[package]]\nname = \"d\"\nversion = \"1\"",
            ],
        ],
    },
    Format {
        path: "notes.md",
        around: ("", "\n\n", "\n"),
        blocks: &[["one", "two", "three"], ["- a\n- b", "- a\n- c", "- b"], ["x y z", "x  y z", "x y"], ["end", "END", "the end"]],
    },
];

impl Format {
    /// Writes the chosen variants; 3 is none.
    fn text(&self, chosen: &[usize]) -> String {
        let blocks: Vec<&str> = self.blocks.iter().zip(chosen).filter_map(|(block, choice)| block.get(*choice).copied()).collect();
        let (before, between, after) = self.around;
        if blocks.is_empty() { format!("{before}{after}") } else { format!("{before}{}{after}", blocks.join(between)) }
    }
}

fn merge(path: &str, base: &[u8], ours: &[u8], theirs: &[u8]) -> Merged {
    file::merge(&Sides { path, base: Some(base), ours, theirs, labels: LABELS })
}

fn parses(path: &str, text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    match path.rsplit('.').next().unwrap() {
        "toml" | "lock" => toml::from_str::<toml::Table>(text).is_ok(),
        "json" => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        "yml" => highroad::formats::yaml::parse(text).is_ok(),
        _ => true,
    }
}

fn choices() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(0_usize..4, 4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(std::env::var("MERGE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400)))]

    #[test]
    fn what_one_side_did_is_the_result(at in 0..FORMATS.len(), b in choices(), x in choices()) {
        let format = &FORMATS[at];
        let (b, x) = (format.text(&b), format.text(&x));
        let (b, x) = (b.as_bytes(), x.as_bytes());
        prop_assert_eq!(merge(format.path, b, x, b).bytes, x);
        prop_assert_eq!(merge(format.path, b, b, x).bytes, x);
        prop_assert_eq!(merge(format.path, b, x, x).bytes, x);
        let by_text = |ours, theirs| text::merge(&Sides { path: format.path, base: Some(b), ours, theirs, labels: LABELS });
        prop_assert_eq!(by_text(x, b).bytes, x);
        prop_assert_eq!(by_text(b, x).bytes, x);
        prop_assert_eq!(by_text(x, x).bytes, x);
    }

    #[test]
    fn nothing_is_lost_or_broken(at in 0..FORMATS.len(), b in choices(), o in choices(), t in choices()) {
        let format = &FORMATS[at];
        let (b, o, t) = (format.text(&b), format.text(&o), format.text(&t));
        let merged = merge(format.path, b.as_bytes(), o.as_bytes(), t.as_bytes());
        let text = String::from_utf8(merged.bytes.clone()).unwrap();
        if merged.is_clean() && [&b, &o, &t].iter().all(|side| parses(format.path, side.as_bytes())) {
            prop_assert!(parses(format.path, &merged.bytes), "{}\n--\n{}\n--\n{}\n==\n{}", b, o, t, text);
        }
        // Every line that a side brought is there, or a rule or a conflict says what became of it.
        if merged.settled.is_empty() && merged.conflicts.iter().all(|conflict| conflict.line.is_some()) {
            let plain = |line: &str| line.trim().trim_end_matches(',').to_owned();
            let had: Vec<String> = text.lines().map(plain).collect();
            for line in o.lines().chain(t.lines()).map(plain) {
                let new = !b.lines().any(|old| plain(old) == line);
                let inside = had.iter().any(|there| there.contains(&line));
                prop_assert!(!new || inside, "{:?} is lost\n{}\n--\n{}\n--\n{}\n==\n{}", line, b, o, t, text);
            }
        }
        if merged.is_clean() {
            prop_assert_eq!(&merge(format.path, t.as_bytes(), &merged.bytes, t.as_bytes()).bytes, &merged.bytes);
        }
    }

    #[test]
    fn line_endings_change_nothing(at in 0..FORMATS.len(), b in choices(), o in choices(), t in choices()) {
        let format = &FORMATS[at];
        let (b, o, t) = (format.text(&b), format.text(&o), format.text(&t));
        prop_assume!(b != o && b != t && o != t);
        let windows = |text: &str| text.replace('\n', "\r\n");
        let plain = merge(format.path, b.as_bytes(), o.as_bytes(), t.as_bytes());
        let mixed = merge(format.path, b.as_bytes(), windows(&o).as_bytes(), t.as_bytes());
        prop_assert_eq!(String::from_utf8(mixed.bytes).unwrap(), windows(&String::from_utf8(plain.bytes).unwrap()));
        prop_assert_eq!(mixed.conflicts.len(), plain.conflicts.len());
    }

    #[test]
    fn no_bytes_make_it_panic(
        at in 0..FORMATS.len(),
        b in "(\\PC|\n|\r|[\\[\\]{}:,=\"'#@ -]|<<<<<<<|a|\u{feff}){0,40}",
        o in "(\\PC|\n|\r|[\\[\\]{}:,=\"'#@ -]|=======|a|1){0,40}",
        t in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let path = FORMATS[at].path;
        for (b, o, t) in [(b.as_bytes(), o.as_bytes(), t.as_slice()), (o.as_bytes(), t.as_slice(), b.as_bytes()), (b.as_bytes(), o.as_bytes(), b"x".as_slice())] {
            merge(path, b, o, t);
            let sides = Sides { path, base: None, ours: o, theirs: t, labels: LABELS };
            file::merge(&sides);
            text::merge(&sides);
            let utf8 = [b, o, t].iter().all(|side| std::str::from_utf8(side).is_ok());
            for merger in MERGERS.iter().filter(|merger| utf8 && (merger.claims)(path)) {
                (merger.merge)(&Sides { path, base: Some(b), ours: o, theirs: t, labels: LABELS });
            }
        }
    }
}

/// Every merger is met by one of the paths.
#[test]
fn every_merger_is_tried() {
    // Python is merged by lines: its merger takes no path.
    for merger in MERGERS.iter().filter(|merger| merger.name != "python") {
        assert!(FORMATS.iter().any(|format| (merger.claims)(format.path)), "{} has no path here", merger.name);
    }
}
