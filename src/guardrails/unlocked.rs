//! A project whose installation is written down nowhere with versions and hashes of all that it brings.

use super::dependency_locks::{LocksBeside, children, wants_lock};
use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::manifests::{Kind, Manifest, Manifests, Role, is_named_like_one, wants};
use super::place_kind::is_vendored;
use crate::formats::pyproject::{Packaging, Use};
use crate::repo::config::Level;
use crate::repo::snapshot::{Entry, Snapshot};
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "unlocked",
        title: "no lock with hashes for the project's packages",
        level: Level::Warn,
        why: "A list of packages says what is asked for, not what comes: each package brings others, in whatever version is newest, and nothing checks that a file is the one that was tested.",
        attack: "The package that a project pins needs another one, in any version. Somebody publishes a version of that one with code that runs on installation. \
                 The project's own list has not changed, every line is pinned, and the next build runs the attacker's code. \
                 With a lock, the version and the hash of every file are fixed; a new or changed file is refused.",
        fix: "Make a lock and commit it: `uv lock` (or `poetry lock`, `pdm lock`, `pipenv lock`) beside `pyproject.toml`; for a requirements file, \
              rename it to `requirements.in` and run `uv pip compile --generate-hashes --universal requirements.in -o requirements.txt`; for conda, `conda-lock -f environment.yml`. \
              Install by it: `pip install --require-hashes -r requirements.txt`.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010.001", "SCORECARD Pinned-Dependencies", "CWE CWE-494"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "pinned, but without hashes and what the packages bring",
                files: &[("requirements.txt", Content::Text("Flask==1.1.1\nnumpy==1.17.0\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a conda environment without a lock",
                files: &[("env.yaml", Content::Text("name: x\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.10.4\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a training script, and no list at all",
                files: &[("train.py", Content::Text("import os\nimport torch\n")), ("README.md", Content::Text("pip install torch\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "an application without a lock",
                files: &[("pyproject.toml", Content::Text("[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"torch>=2\"]\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "every line has its hash",
                files: &[(
                    "requirements.txt",
                    Content::Text("numpy==1.26.4 \\\n    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000\n"),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "ranges for people, locks for machines",
                files: &[
                    ("pyproject.toml", Content::Text("[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"numpy>=1.26,<2\"]\n")),
                    (
                        "locks/requirements-run.txt",
                        Content::Text(
                            "numpy==1.26.4 \\\n    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a lock of Pipenv",
                files: &[
                    ("Pipfile", Content::Text("[packages]\ntorch = \"*\"\n")),
                    (
                        "Pipfile.lock",
                        Content::Text("{\"default\": {\"torch\": {\"hashes\": [\"sha256:00\"], \"version\": \"==2.4.1\"}}}\n"),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "no Python that would need packages",
                files: &[("train.lua", Content::Text("require 'torch'\n")), ("tool.py", Content::Text("import json\n"))],
            },
        ],
    },
    inspection: Inspection { each: Some((wants, look)), whole: Some((concerns, look_at_all)), needs_facts: false },
};

fn look(subject: &Subject<'_>, _context: &Context<'_>, sink: &mut Sink) {
    let view = subject.view::<Manifests>();
    let Some(manifest) = &view.0 else { return };
    if !needs_lock(manifest) {
        return;
    }
    let locks = subject.view::<LocksBeside>();
    if !locks.own.is_empty() || !locks.others.is_empty() {
        return;
    }
    if manifest.kind == Kind::Project && another_manifest_beside(subject) {
        return;
    }
    let (what, how) = match manifest.kind {
        Kind::Conda => (
            "the environment has no lock: what its packages bring is open, and nothing checks the files",
            "Run `conda-lock` on it and commit the lock beside it",
        ),
        Kind::Pipfile => ("there is no `Pipfile.lock` beside it", "Run `pipenv lock` and commit `Pipfile.lock`"),
        Kind::Project | Kind::Setup => {
            ("the project has no lock: what its packages bring is open, and nothing checks the files", "Run `uv lock` and commit `uv.lock`")
        }
        Kind::Requirements | Kind::Compiled | Kind::Constraints => (
            "the packages have no hashes, and what they bring in turn is open",
            "Keep this list as `requirements.in`, compile it with `uv pip compile --generate-hashes`, and install with `--require-hashes`",
        ),
    };
    let finding = Finding::new(GUARDRAIL.meta.id, Place::file(subject.path()), what, how).key("lock");
    sink.report(if manifest.role.is_advice() { finding.advice() } else { finding });
}

/// Whether a manifest brings something in, and does not lock it itself.
fn needs_lock(manifest: &Manifest) -> bool {
    let mut fetched = manifest.fetched().filter(|declared| declared.purpose == Use::Run).peekable();
    if fetched.peek().is_none() {
        return false;
    }
    match manifest.kind {
        // Of these, `lock-without-hashes` speaks where hashes are missing.
        Kind::Compiled | Kind::Constraints => false,
        Kind::Requirements => !manifest.some_hashed(),
        Kind::Conda | Kind::Pipfile => true,
        Kind::Project => manifest.packaging != Packaging::Published,
        // Only the repository as a whole shows whether this is all that there is.
        Kind::Setup => false,
    }
}

/// Whether another manifest of the folder is the one that speaks: a list for the same installation.
fn another_manifest_beside(subject: &Subject<'_>) -> bool {
    children(subject.snapshot, subject.entry.folder()).filter(|entry| wants(entry) && entry.path != subject.path()).any(|entry| {
        let other = Subject::new(subject.snapshot, entry);
        let view = other.view::<Manifests>();
        view.0.as_ref().is_some_and(|manifest| manifest.role == Role::Application && needs_lock(manifest))
    })
}

fn concerns(path: &str) -> bool {
    let end = path.rsplit('.').next().unwrap_or("");
    matches!(end, "py" | "ipynb" | "txt" | "in" | "toml" | "lock" | "yml" | "yaml" | "cfg") || path.ends_with("Pipfile")
}

/// A repository of Python without any list of what it needs.
fn look_at_all(context: &Context<'_>, _facts: &[Fact], sink: &mut Sink) {
    let snapshot = context.snapshot;
    let mut setups = Vec::new();
    for entry in snapshot.entries() {
        if wants_lock(entry) {
            return;
        }
        if !is_named_like_one(entry) {
            continue;
        }
        let subject = Subject::new(snapshot, entry);
        let view = subject.view::<Manifests>();
        let Some(manifest) = view.0.as_ref().filter(|manifest| manifest.declares) else { continue };
        match (manifest.kind, manifest.role) {
            (Kind::Setup, _) => setups.push((entry.path.clone(), manifest.packaging, manifest.requirements.is_empty())),
            // Tests and documentation have needs of their own.
            (_, Role::Test | Role::Documentation) | (Kind::Constraints, _) => {}
            (_, Role::Application | Role::Library | Role::Development) => return,
        }
    }
    if snapshot
        .entries()
        .iter()
        .any(|entry| wants(entry) && !is_named_like_one(entry) && Subject::new(snapshot, entry).view::<Manifests>().0.is_some())
    {
        return;
    }
    let id = GUARDRAIL.meta.id;
    if let Some((path, packaging, empty)) = setups.first() {
        if *packaging != Packaging::Published && !*empty {
            let what = "what the package needs is open, and no lock fixes it for those who train with it";
            let how = "Leave the ranges here, and commit a lock with hashes for your own runs: `uv pip compile --generate-hashes setup.py -o requirements.txt`";
            sink.report(Finding::new(id, Place::file(path), what, how).key("lock").advice());
        }
        return;
    }
    if let Some((path, module)) = learning_code(snapshot) {
        let what = format!("nothing says which packages the project needs, although `{path}` imports `{module}`");
        let how = "List them in `pyproject.toml`, run `uv lock`, and commit both";
        sink.report(Finding::new(id, Place::repository(), what, how).key("lock"));
    }
}

/// Modules whose import shows that a project does machine learning or works on data.
const MODULES: &[&str] = &[
    "numpy",
    "scipy",
    "pandas",
    "polars",
    "sklearn",
    "torch",
    "torchvision",
    "torchaudio",
    "tensorflow",
    "keras",
    "jax",
    "flax",
    "caffe",
    "caffe2",
    "theano",
    "mxnet",
    "paddle",
    "chainer",
    "cv2",
    "transformers",
    "diffusers",
    "accelerate",
    "peft",
    "vllm",
    "tiktoken",
    "sentence_transformers",
    "xgboost",
    "lightgbm",
    "catboost",
    "openai",
    "anthropic",
    "langchain",
    "llama_index",
    "gradio",
    "streamlit",
    "gym",
    "gymnasium",
    "nltk",
    "spacy",
    "gensim",
    "statsmodels",
    "onnx",
    "onnxruntime",
    "pytorch_lightning",
    "lightning",
    "wandb",
    "mlflow",
    "ultralytics",
    "timm",
    "stable_baselines3",
    "ray",
    "pyspark",
    "matplotlib",
    "seaborn",
];

/// How much code is read to find an import.
const READ_AT_MOST: u64 = 8 << 20;

/// Returns the first file that imports one of the modules, and the module.
fn learning_code(snapshot: &Snapshot) -> Option<(String, &'static str)> {
    let mut left = READ_AT_MOST;
    let is_code = |entry: &&Entry| entry.is_file() && matches!(entry.extension().as_str(), "py" | "ipynb") && !is_vendored(&entry.path);
    for entry in snapshot.entries().iter().filter(is_code) {
        if entry.size > left {
            continue;
        }
        left -= entry.size;
        let subject = Subject::new(snapshot, entry);
        let Some(text) = subject.text() else { continue };
        // In a notebook the code stands in strings: a quote may come before it, an escaped line break after it.
        if let Some(module) = text.lines().find_map(|line| imported(line.trim_start().trim_start_matches('"').trim_start())) {
            return Some((entry.path.clone(), module));
        }
    }
    None
}

/// Returns the module of a line `import module` or `from module import …`.
fn imported(line: &str) -> Option<&'static str> {
    let rest = line.strip_prefix("import ").or_else(|| line.strip_prefix("from "))?.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    MODULES.iter().copied().find(|module| *module == &rest[..end])
}
