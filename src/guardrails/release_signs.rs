//! Signs that a repository trains a model, or gives one away.
//!
//! They are cheap: names of files and words in them. A syntax tree would know more about one file and cost more than
//! the question is worth.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::memmem;
use regex::bytes::Regex;

use crate::formats::model_magic::{ModelKind, is_pickle, sniff};

/// What a file shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sign {
    /// It offers models to a hub.
    Hub,
    /// It registers or uploads a model.
    Registers,
    /// It offers weights for download.
    Offers,
    /// It trains a model.
    Trains,
}

/// A link to a file of weights.
static WEIGHTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)https?://[^\s)\x22'<>]+\.(pth|pt|ckpt|caffemodel|h5|keras|weights|safetensors|onnx|gguf|t7|tflite|pdparams|msgpack|pth\.tar|pkl|npz)\b").expect("a pattern")
});
/// A heading over models that were released.
static ZOO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im-u)^(#+|\*\*)\s*.{0,40}(model zoo|pre-?trained (\w+ )?(models?|weights|checkpoints|ldms|networks)|released? (models|weights|checkpoints)|model weights)\b").expect("a pattern")
});
/// Somewhere that a model is fetched from.
static FETCH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i-u)https?://|\bwget\b|\bcurl\b|scripts/(fetch|download)").expect("a pattern"));
/// Calls that hand a model to a registry or a hub.
static REGISTERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u)\b(push_to_hub\(|\w*Model\.register\(|mlflow\.register_model\(|registered_model_name\s*=\s*[\x22'\w]|create_model_package\(|upload_model\(|models\.create_or_update\()").expect("a pattern")
});
/// Calls of a loop that trains, looked for around the words of [`LOOPS`].
static TRAINS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u)loss\w*\.backward\(|\.backward\(\s*\w*loss|scaler\.scale\(|optimi[sz]er\.step\(|(model|clf|classifier|regressor|estimator|net|reg|pipeline|pipe|gan|vae|agent)\w*\.fit(_generator)?\(|\btrainer\.(fit|train)\(|Trainer\([^)]*\)\.(fit|train)\(|GradientTape\(|\.minimize\(\s*\w*loss|\b(xgb|lgb|lightgbm|xgboost|catboost)\.(train|cv)\(|caffe\.(SGDSolver|get_solver)|optim\.\w+\(feval|TorchTrainer\(").expect("a pattern")
});
/// One of these is in every such call.
static LOOPS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = [
        ".backward(",
        "scaler.scale(",
        "er.step(",
        ".fit",
        ".train(",
        ".cv(",
        "GradientTape(",
        ".minimize(",
        "caffe.",
        "(feval",
        "TorchTrainer(",
    ];
    AhoCorasick::new(words).expect("a few short words fit an automaton")
});
/// How much around such a word is looked at, in bytes before and after.
const AROUND: (usize, usize) = (300, 100);

/// Whether code runs a loop that trains.
fn trains(bytes: &[u8]) -> bool {
    LOOPS.find_iter(bytes).take(200).any(|found| {
        let around = found.start().saturating_sub(AROUND.0)..(found.end() + AROUND.1).min(bytes.len());
        TRAINS.is_match(&bytes[around])
    })
}

/// Returns what a file of code or text shows.
pub fn of(path: &str, bytes: &[u8]) -> Vec<Sign> {
    let lower = path.to_ascii_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    let has = |word: &str| memmem::find(bytes, word.as_bytes()).is_some();
    let mut signs = Vec::new();
    match ending {
        "md" | "rst"
            if is_readme(&lower)
                && (has("http") || has("wget"))
                && (WEIGHTS.is_match(bytes) || ZOO.is_match(bytes))
                && FETCH.is_match(bytes) =>
        {
            signs.push(Sign::Offers);
        }
        "py" | "lua" | "ipynb" => {
            if path == "hubconf.py" && (has("pretrained") || has("http")) {
                signs.push(Sign::Hub);
            }
            if (has("register") || has("push_to_hub") || has("upload_model") || has("create_model_package") || has("create_or_update"))
                && REGISTERS.is_match(bytes)
            {
                signs.push(Sign::Registers);
            }
            if trains(bytes) {
                signs.push(Sign::Trains);
            }
        }
        _ => {}
    }
    signs
}

/// Whether a page is one that people read to get the model.
fn is_readme(lower: &str) -> bool {
    let name = lower.rsplit('/').next().unwrap_or(lower);
    lower.matches('/').count() <= 2
        && (name.starts_with("readme") || name.contains("zoo") || name.contains("model") || name.contains("checkpoint"))
}

/// Whether files of that ending hold models.
pub fn is_model_ending(ending: &str) -> bool {
    matches!(
        ending,
        "pkl"
            | "pickle"
            | "joblib"
            | "pt"
            | "pth"
            | "ckpt"
            | "bin"
            | "safetensors"
            | "onnx"
            | "gguf"
            | "ggml"
            | "h5"
            | "hdf5"
            | "keras"
            | "tflite"
            | "pb"
            | "caffemodel"
            | "t7"
            | "mar"
            | "cbm"
            | "ubj"
            | "bst"
            | "skops"
            | "mlmodel"
            | "pdparams"
            | "weights"
    )
}

/// Whether a file of such an ending is a model, by its first bytes and, for a pickle, by what it says it is.
pub fn is_model(path: &str, head: &[u8]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let has = |word: &str| memmem::find(head, word.as_bytes()).is_some();
    match sniff(head) {
        Some(
            ModelKind::TorchZip
            | ModelKind::KerasZip
            | ModelKind::Safetensors
            | ModelKind::Onnx
            | ModelKind::Gguf
            | ModelKind::KerasHdf5
            | ModelKind::TfLite,
        ) => true,
        Some(ModelKind::Pickle) => {
            names_model(&name) || ["sklearn", "xgboost", "lightgbm", "catboost", "keras", "torch"].iter().any(|word| has(word))
        }
        None if head.starts_with(b"version https://git-lfs") => names_model(&name) || !name.ends_with(".bin"),
        None => match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "joblib" | "pkl" => (head.starts_with(b"\x78") || is_pickle(head)) && names_model(&name),
            "pb" => name == "saved_model.pb" || name.contains("frozen"),
            "caffemodel" | "cbm" | "t7" | "mar" | "skops" | "mlmodel" | "pdparams" => memchr::memchr(0, head).is_some(),
            _ => false,
        },
    }
}

fn names_model(name: &str) -> bool {
    ["model", "classifier", "regressor", "clf", "weights", "checkpoint", "estimator", "forest", "lstm", "_rf", "svm"]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_who_gives_a_model_away() {
        assert_eq!(of("train.py", b"loss.backward()\noptimizer.step()\n"), [Sign::Trains]);
        assert_eq!(of("a/b.py", b"hub = AMLModel.register(name=1)\n"), [Sign::Registers]);
        assert_eq!(of("a/b.py", b"def register(self): pass\n"), []);
        assert_eq!(of("README.md", b"## Model Zoo\nsee https://x.example/y\n"), [Sign::Offers]);
        assert_eq!(of("README.md", b"# Usage\nhttps://x.example/y\n"), []);
        assert!(is_model("a/model.pkl", b"\x80\x04\x95\x0b\0\0\0\0\0\0\0}."));
        assert!(!is_model("a/indices.pkl", b"\x80\x04\x95\x0b\0\0\0\0\0\0\0}."));
        assert!(!is_model("a/train.pt", b"name: \"VGG\"\nlayer {"));
    }
}
