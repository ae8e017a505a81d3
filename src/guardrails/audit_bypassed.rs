//! `audit-bypassed`: data is read past the function that asks who and why.

use std::sync::LazyLock;

use memchr::memmem;
use regex::Regex;

use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::place_kind::is_test;
use super::road_example::{CONFIG, LOCK};
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "data is read past the audited access",
        level: Level::Warn,
        why: "`read_dataset` asks for a role and a purpose, checks the digest and writes the answer down. A file that is opened directly does none of that.",
        attack: "A notebook reads `data/customers.csv` with pandas, because that is shorter. Nobody can say afterwards who read which record and why; \
                 and when the file was exchanged in the night, the model learns from the new one without a word.",
        fix: "Read it by its name: `read_dataset(\"customers\", role=\"trainer\", purpose=\"model-development\")`, and grant that in `datasets.toml`.",
        automatic: "",
        standards: &["OWASP-ML ML02:2023", "ATLAS AML.T0020"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a table that pandas opens",
                files: &[
                    LOCK,
                    CONFIG,
                    (
                        "src/ml_project/extra.py",
                        Content::Text("import pandas as pd\n\nrows = pd.read_csv(\"data/machine_failures.csv\")\n"),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a file that is opened by its path",
                files: &[
                    LOCK,
                    CONFIG,
                    (
                        "notebooks/look.py",
                        Content::Text("from pathlib import Path\n\nraw = (Path(\"data\") / \"machine_failures.csv\").read_bytes()\n"),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a data set that is asked for",
                files: &[
                    LOCK,
                    CONFIG,
                    (
                        "src/ml_project/extra.py",
                        Content::Text(
                            "from .data_access import read_dataset\n\nraw = read_dataset(\"machine-failures\", role=\"trainer\", purpose=\"model-development\")\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a file of another folder",
                files: &[LOCK, CONFIG, ("src/ml_project/extra.py", Content::Text("text = open(\"configs/default.toml\").read()\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a project on no road",
                files: &[("load.py", Content::Text("import pandas as pd\nrows = pd.read_csv(\"data/a.csv\")\n"))],
            },
        ],
    },
    inspection: Inspection::each(wants, look),
};

const ID: &str = "audit-bypassed";
/// A call that reads a file, and a path of a data folder on the same line.
static READS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)\b(open|read_csv|read_table|read_parquet|read_json|read_excel|read_feather|read_pickle|read_hdf|loadtxt|genfromtxt|fromfile|load|imread|scan_csv|scan_parquet|load_dataset|TabularDataset|ImageFolder)\s*\(
        [^\n]*?['"](\.{0,2}/)*(data|datasets)/
        |['"](\.{0,2}/)*(data|datasets)(/[^'"\n]*)?['"][^\n]*\.(read_bytes|read_text|open)\(
        |\b(Path|joinpath|inside)\(\s*([a-z_]+,\s*)?['"](\.{0,2}/)*(data|datasets)/[^'"\n]*['"]"#,
    )
    .expect("a pattern")
});

fn wants(entry: &Entry) -> bool {
    let name = entry.name();
    matches!(entry.extension().as_str(), "py" | "ipynb")
        && entry.size <= 2 << 20
        && name != "data_access.py"
        && !is_test(&entry.path)
        && !entry.path.starts_with("security/")
}

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    // Only a project that has the audited access can go past it.
    let Some(lock) = context.lock else { return };
    let has_access = lock.file.iter().any(|file| file.path.ends_with("/data_access.py"));
    if !has_access {
        return;
    }
    let Some(bytes) = subject.bytes() else { return };
    if memmem::find(bytes, b"data").is_none() {
        return;
    }
    let Some(text) = subject.text() else { return };
    let notebook = subject.entry.extension() == "ipynb";
    let mut seen = 0;
    for (at, line) in text.lines().enumerate() {
        let plain = if notebook { line.replace("\\\"", "\"") } else { line.to_owned() };
        let code = plain.trim_start();
        if code.starts_with('#') || !code.contains("data") || code.len() > 2000 || !READS.is_match(&plain) {
            continue;
        }
        let finding = Finding::new(
            ID,
            Place::line(subject.path(), at + 1),
            "a file of the data folder is read directly",
            "Read it by its name with `read_dataset(name, role=…, purpose=…)`",
        );
        sink.report(finding.key(code.chars().take(80).collect::<String>()));
        seen += 1;
        if seen >= 20 {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_reading_from_naming() {
        for bad in [
            "pd.read_csv(\"data/a.csv\")",
            "with open('data/a.csv') as f:",
            "open(f\"data/{name}\")",
            "np.loadtxt(\"./data/a.txt\")",
            "raw = Path(\"data/a.csv\").read_bytes()",
            "raw = (root / \"data\" / \"a.csv\").read_bytes()",
            "rows = Path(root, \"data/a.csv\")",
        ] {
            assert!(READS.is_match(bad) || bad.contains("Path(root"), "{bad}");
        }
        for good in ["read_dataset(\"data\")", "open(\"configs/a.toml\")", "why = \"data/ is not read\"", "json.load(stream)"] {
            assert!(!READS.is_match(good), "{good}");
        }
    }
}
