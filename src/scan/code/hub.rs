//! Models and data sets from a hub: whether their own code may run, and whether their version is fixed.

#![expect(clippy::wildcard_enum_match_arm, reason = "the syntax tree is the parser's enum, and grows with Python")]

use ruff_python_ast::{Expr, ExprDict};

use super::call::{Call, bytes, entries, hit};
use super::names::{Constant, last_of};
use super::walk::Walk;
use super::{Edit, Risk};

const TRUST: &str = "trust_remote_code";
const TRUST_HOW: &str = "Leave `trust_remote_code` out and use a model whose code is in the library, or keep its code in this repository after a review and pin `revision=` to the full commit";
const PIN_HOW: &str =
    "Write `revision=\"<the full commit, 40 characters>\"`: `HfApi().model_info(name).sha` and the history on the hub show it";

/// Folders that a path with one slash begins with more often than an owner's name does.
const FOLDERS: &[&str] = &[
    "models",
    "model",
    "checkpoints",
    "checkpoint",
    "ckpt",
    "ckpts",
    "output",
    "outputs",
    "out",
    "results",
    "result",
    "data",
    "datasets",
    "dataset",
    "weights",
    "saved_models",
    "saved_model",
    "runs",
    "logs",
    "log",
    "artifacts",
    "tmp",
    "temp",
    "pretrained",
    "pretrained_models",
    "save",
    "saved",
    "src",
    "path",
    "path_to",
    "my_model",
    "assets",
    "cache",
    "work",
    "exp",
    "experiments",
    "home",
    "mnt",
    "workspace",
    "content",
    "your-org",
    "your_org",
    "user",
    "username",
    "your-username",
    "local",
    "lib",
    "resources",
    "files",
    "build",
    "dist",
    "test",
    "tests",
];
/// Beginnings of the models that stand on the hub without an owner.
const OWNERLESS: &[&str] = &[
    "bert-base-",
    "bert-large-",
    "distilbert-",
    "distilgpt2",
    "distilroberta-",
    "gpt2",
    "roberta-",
    "xlm-roberta-",
    "xlm-mlm-",
    "xlnet-",
    "albert-",
    "t5-small",
    "t5-base",
    "t5-large",
    "t5-3b",
    "t5-11b",
    "camembert-base",
    "openai-gpt",
    "ctrl",
    "transfo-xl-",
];
/// Kinds of local files that `load_dataset` takes as a name.
const BUILDERS: &[&str] = &[
    "csv",
    "json",
    "parquet",
    "text",
    "arrow",
    "pandas",
    "xml",
    "webdataset",
    "sql",
    "imagefolder",
    "audiofolder",
    "videofolder",
    "pdffolder",
    "generator",
    "hdf5",
];

/// Judges a call.
pub(super) fn call(walk: &mut Walk<'_>, call: &Call<'_>) {
    trust(walk, call);
    revision(walk, call);
}

fn report_trust(walk: &mut Walk<'_>, range: std::ops::Range<usize>, key: &str, what: String, value: Option<&Expr>) {
    let literal = value.filter(|value| matches!(value, Expr::BooleanLiteral(truth) if truth.value));
    let edit =
        literal.map(|value| Edit { range: bytes(value), text: "False".to_owned(), title: "do not run the model's own code", safe: false });
    walk.push(hit(Risk::RemoteCode, range, key, what, TRUST_HOW), edit);
}

fn trust(walk: &mut Walk<'_>, call: &Call<'_>) {
    let name = call.shown().replace("()", "");
    let key = format!("{} {TRUST}", last_of(&name));
    if let Some(keyword) = call.keywords.iter().find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == TRUST)) {
        if walk.names.truth(&keyword.value) == Some(true) {
            let what = match last_of(&name) {
                "dict" => "`trust_remote_code=True` lets the model's repository run its own code here".to_owned(),
                last => format!("`{last}` with `trust_remote_code=True` runs code from the model's repository"),
            };
            report_trust(walk, bytes(keyword), &key, what, Some(&keyword.value));
        }
        return;
    }
    // A dict that is written elsewhere is found where it is written.
    let flag = |argument: Option<&Expr>| argument.and_then(|argument| walk.names.text(argument));
    let named = |text: &str| {
        matches!(text, TRUST | "--trust_remote_code" | "--trust-remote-code" | "trust-remote-code") || text.ends_with("TRUST_REMOTE_CODE")
    };
    let on = |value: &Expr| match walk.names.constant(value) {
        Some(Constant::Truth(truth)) => truth,
        Some(Constant::Text(text)) => matches!(text.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on"),
        Some(Constant::Nothing | Constant::Pairs(_)) | None => false,
    };
    if !flag(call.args.first()).is_some_and(|text| named(&text)) {
        return;
    }
    let default = match call.last() {
        // `kwargs.get("trust_remote_code", True)`, `os.getenv("TRUST_REMOTE_CODE", "1")`
        "get" | "pop" | "setdefault" | "getenv" => call.args.get(1),
        "add_argument" | "option" | "Option" | "DEFINE_bool" | "DEFINE_boolean" => call.keyword("default").or_else(|| call.args.get(1)),
        _ => None,
    };
    if let Some(default) = default
        && on(default)
    {
        let what = "remote code is trusted unless somebody says otherwise".to_owned();
        report_trust(walk, call.range.clone(), &key, what, Some(default));
    }
}

/// Judges `config.trust_remote_code = True`, `kwargs["trust_remote_code"] = True` and a field of a class.
pub(super) fn assign(walk: &mut Walk<'_>, target: &Expr, value: &Expr) {
    let named = match target {
        Expr::Name(name) => {
            // A name of its own is judged where it is used; a field of settings is not seen again.
            name.id.as_str().eq_ignore_ascii_case(TRUST) && !walk.names.in_function()
        }
        Expr::Attribute(attribute) => attribute.attr.as_str() == TRUST,
        Expr::Subscript(subscript) => walk.names.text(&subscript.slice).is_some_and(|text| text == TRUST),
        _ => false,
    };
    let variable = matches!(target, Expr::Subscript(subscript) if walk.names.text(&subscript.slice).is_some_and(|text| text.ends_with("TRUST_REMOTE_CODE")))
        && walk.names.text(value).is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "1" | "true" | "yes" | "on"));
    if !named && !variable {
        return;
    }
    let on = variable
        || walk.names.truth(value) == Some(true)
        || matches!(value, Expr::Call(call) if call.arguments.find_keyword("default").is_some_and(|default| walk.names.truth(&default.value) == Some(true)));
    if on {
        let range = bytes(target).start..bytes(value).end;
        report_trust(walk, range, TRUST, "`trust_remote_code` is set to `True` for whatever is loaded with it".to_owned(), Some(value));
    }
}

/// Judges the default of a parameter.
pub(super) fn default(walk: &mut Walk<'_>, name: &str, default: &Expr) {
    if name == TRUST && walk.names.truth(default) == Some(true) {
        let what = "`trust_remote_code` is `True` unless a caller says otherwise".to_owned();
        report_trust(walk, bytes(default), "trust_remote_code default", what, Some(default));
    }
}

/// Judges a dict that is written out.
pub(super) fn dict(walk: &mut Walk<'_>, dict: &ExprDict) {
    for item in &dict.items {
        let Some(key) = &item.key else { continue };
        if walk.names.text(key).is_some_and(|key| key == TRUST) && walk.names.truth(&item.value) == Some(true) {
            let range = bytes(key).start..bytes(&item.value).end;
            let what = "`trust_remote_code` is `True` for what is loaded with these settings".to_owned();
            report_trust(walk, range, "trust_remote_code in a dict", what, Some(&item.value));
        }
    }
}

/// Judges a list of command line words.
pub(super) fn flags(walk: &mut Walk<'_>, elements: &[Expr]) {
    for (at, element) in elements.iter().enumerate() {
        let Expr::StringLiteral(text) = element else { continue };
        let text = text.value.to_str();
        let flag = matches!(text, "--trust-remote-code" | "--trust_remote_code");
        let off = elements
            .get(at + 1)
            .and_then(|next| walk.names.text(next))
            .is_some_and(|next| matches!(next.to_ascii_lowercase().as_str(), "false" | "0" | "no"));
        let spelled = matches!(
            text,
            "--trust-remote-code=true" | "--trust_remote_code=True" | "--trust-remote-code=True" | "--trust_remote_code=true"
        );
        // A lone flag in a list of names says nothing; in a command there are other words.
        if spelled || flag && !off && elements.len() > 1 {
            report_trust(walk, bytes(element), text, format!("`{text}` lets the model's repository run its own code here"), None);
        }
    }
}

fn revision(walk: &mut Walk<'_>, call: &Call<'_>) {
    let path = call.path.replace("()", "");
    let (last, first) = (last_of(&path), call.args.first());
    let (thing, named) = match last {
        // An adapter is put on a model that stands first: `PeftModel.from_pretrained(base, "owner/adapter")`.
        "from_pretrained" if path.rsplit('.').nth(1).is_some_and(|class| class.starts_with("PeftModel")) => {
            ("adapter", call.argument("model_id", 1))
        }
        "from_pretrained" => (
            "model",
            ["pretrained_model_name_or_path", "repo_id", "model_id", "model_name"].iter().find_map(|name| call.keyword(name)).or(first),
        ),
        "hf_hub_download" | "snapshot_download" | "cached_download" => ("repository", call.argument("repo_id", 0)),
        "load_dataset" | "load_dataset_builder" => ("data set", call.argument("path", 0)),
        "SentenceTransformer" | "CrossEncoder" => {
            ("model", call.keyword("model_name_or_path").or_else(|| call.keyword("model_name")).or(first))
        }
        "pipeline" if !path.starts_with("sklearn") => ("model", call.keyword("model").or_else(|| call.args.get(1))),
        "LLM" if path.starts_with("vllm") || path == "LLM" => ("model", call.keyword("model").or(first)),
        "load" | "list" | "help" if path.ends_with("torch.hub.load") && last == "load" => return hub_load(walk, call),
        "create_model" if path.starts_with("timm") => ("model", first),
        _ => return,
    };
    let Some(name) = named.and_then(|named| walk.names.text(named)) else { return };
    let repository = match last {
        "create_model" => match name.strip_prefix("hf_hub:").or_else(|| name.strip_prefix("hf-hub:")) {
            Some(rest) => rest.split_once('@').map_or(rest, |(repository, _)| repository).to_owned(),
            None => return,
        },
        _ => name,
    };
    if last == "create_model"
        && call
            .args
            .first()
            .and_then(|name| walk.names.text(name))
            .is_some_and(|name| name.rsplit_once('@').is_some_and(|(_, at)| full_commit(at)))
    {
        return;
    }
    let ownerless = match last {
        "load_dataset" | "load_dataset_builder" => {
            !BUILDERS.contains(&repository.as_str()) && word(&repository) && !repository.contains('.')
        }
        "SentenceTransformer" | "CrossEncoder" => word(&repository) && repository.contains('-'),
        _ => OWNERLESS.iter().any(|begin| repository.starts_with(begin)) && word(&repository),
    };
    if !on_hub(&repository) && !ownerless {
        return;
    }
    if call.keyword("local_files_only").is_some_and(|value| walk.names.truth(value) != Some(false)) {
        return;
    }
    let spread: Option<Vec<_>> = call.spread().map(|spread| entries(&walk.names, spread)).collect();
    let Some(spread) = spread else { return };
    if spread.iter().flatten().any(|(key, _)| key == "revision") {
        return;
    }
    let revision = call.keyword("revision").or_else(|| call.keyword("code_revision"));
    let given = match revision {
        None => None,
        Some(Expr::NoneLiteral(_)) => None,
        Some(value) => match walk.names.text(value) {
            Some(text) if full_commit(&text) => return,
            Some(text) => Some(text),
            // What is not written here cannot be judged.
            None => return,
        },
    };
    let what = match given {
        Some(revision) => format!("{thing} `{repository}` is fetched at `{revision}`, which can be moved"),
        None => format!("{thing} `{repository}` is fetched in whatever version is newest"),
    };
    let mut hit = hit(Risk::HubRevision, call.range.clone(), &format!("{last} {repository}"), what, PIN_HOW);
    hit.sure = false;
    walk.push(hit, None);
}

fn hub_load(walk: &mut Walk<'_>, call: &Call<'_>) {
    let Some(name) = call.argument("repo_or_dir", 0).and_then(|name| walk.names.text(name)) else { return };
    let local = call.keyword("source").and_then(|source| walk.names.text(source)).is_some_and(|source| source == "local");
    let (repository, reference) = name.split_once(':').unwrap_or((&name, ""));
    if local || !on_hub(repository) || full_commit(reference) {
        return;
    }
    let what = match reference {
        "" => format!("`{repository}` is fetched at its default branch, and its code runs here"),
        reference => format!("`{repository}` is fetched at `{reference}`, which can be moved, and its code runs here"),
    };
    let how = "Write the full commit behind the name: `owner/name:<commit>`";
    let mut hit = hit(Risk::HubRevision, call.range.clone(), &format!("torch.hub.load {repository}"), what, how);
    hit.sure = false;
    walk.push(hit, None);
}

/// Whether a text is a full commit.
pub(super) fn full_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn word(text: &str) -> bool {
    let mut bytes = text.bytes();
    (1..=96).contains(&text.len())
        && bytes.next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Whether a text names a repository on a hub: an owner and a name, and neither looks like a folder or a file.
fn on_hub(text: &str) -> bool {
    let Some((owner, name)) = text.split_once('/') else { return false };
    const FILES: [&str; 14] =
        [".pt", ".pth", ".bin", ".json", ".ckpt", ".pkl", ".safetensors", ".csv", ".txt", ".onnx", ".h5", ".model", ".gguf", ".yaml"];
    word(owner) && word(name) && !FOLDERS.contains(&owner.to_ascii_lowercase().as_str()) && !FILES.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_repositories_from_folders() {
        for name in ["google/flan-t5-base", "BAAI/bge-m3", "sentence-transformers/all-MiniLM-L6-v2"] {
            assert!(on_hub(name), "{name}");
        }
        for name in ["./model", "/data/model", "models/bert", "a/b/c", "checkpoints/x", "org/model.bin", "~/x", "a b/c"] {
            assert!(!on_hub(name), "{name}");
        }
    }
}
