//! Calls that run what is in the file that they read.

use ruff_python_ast::{Expr, ExprSubscript};

use super::call::{Call, bytes, entries, hit};
use super::names::{first_of, last_of, written};
use super::walk::Walk;
use super::{Edit, Risk};

/// Modules whose `load`, `loads` and `Unpickler` run code, by the last part of their name.
const PICKLES: &[&str] =
    &["pickle", "cPickle", "_pickle", "pickle5", "cloudpickle", "dill", "_dill", "hickle", "compress_pickle", "zodbpickle", "joblib"];
/// Functions that run code, by their whole path.
const LOADERS: &[&str] = &[
    "marshal.load",
    "marshal.loads",
    "shelve.open",
    "shelve.Shelf",
    "shelve.DbfilenameShelf",
    "shelve.BsdDbShelf",
    "pandas.read_pickle",
    "pandas.io.pickle.read_pickle",
    "pandas.compat.pickle_compat.load",
    "dask.dataframe.read_pickle",
    "jsonpickle.decode",
    "jsonpickle.loads",
    "jsonpickle.unpickler.decode",
    "jsonpickle.Unpickler",
    "jsonpickle.unpickler.Unpickler",
    "numpy.loads",
    "dill.load_session",
    "dill.load_module",
    "dill.load_module_asdict",
    "srsly.pickle_loads",
    "paddle.load",
    "torch.package.PackageImporter",
    "torch.PackageImporter",
    "statsmodels.iolib.smpickle.load_pickle",
    "statsmodels.api.load",
    "surprise.dump.load",
    "keras.config.enable_unsafe_deserialization",
    "fastai.learner.load_learner",
    "fastai.basic_train.load_learner",
    "pytorch_lightning.utilities.cloud_io.load",
    "lightning.fabric.utilities.cloud_io._load",
    "pandas.core.internals.pickle.load",
];
/// Functions whose formats are pickles inside, which their users rarely know.
const INSIDE: &[&str] = &[
    "mlflow.pyfunc.load_model",
    "mlflow.sklearn.load_model",
    "mlflow.pytorch.load_model",
    "mlflow.xgboost.load_model",
    "mlflow.lightgbm.load_model",
    "mlflow.tensorflow.load_model",
    "mlflow.keras.load_model",
    "mlflow.statsmodels.load_model",
    "mlflow.pyfunc.spark_udf",
    "gensim.models.Word2Vec.load",
    "gensim.models.Doc2Vec.load",
    "gensim.models.FastText.load",
    "gensim.models.LdaModel.load",
    "gensim.models.KeyedVectors.load",
    "gensim.corpora.Dictionary.load",
    "gensim.utils.unpickle",
    "pycaret.classification.load_model",
    "pycaret.regression.load_model",
    "autogluon.tabular.TabularPredictor.load",
];

const PICKLE_HOW: &str = "Keep data in JSON, Parquet or NumPy files without objects and weights in safetensors or ONNX; where a pickle must stay, check its SHA-256 before you load it";
const TORCH_HOW: &str = "Write `weights_only=True`, or keep the weights in safetensors";
const YAML_HOW: &str = "Write `yaml.safe_load(…)`";

/// Judges a call.
pub(super) fn call(walk: &mut Walk<'_>, call: &Call<'_>) {
    straight(walk, call);
    handed_on(walk, call);
    keywords(walk, call);
    for path in paths(walk, &call.path) {
        if torch(walk, call, &path) || yaml(walk, call, &path) || array(walk, call, &path) || direct(walk, call, &path) {
            return;
        }
    }
}

/// Returns what a path may be: itself, and with `from module import *` a name of that module.
fn paths(walk: &Walk<'_>, path: &str) -> Vec<String> {
    let mut paths = vec![path.to_owned()];
    if !path.contains('.') && !path.starts_with('~') {
        paths.extend(walk.names.stars().iter().map(|module| format!("{module}.{path}")));
    }
    paths
}

/// Whether a path is a function that runs code whatever its arguments are.
fn runs_code(path: &str) -> bool {
    let mut parts = path.rsplit('.');
    let (last, module) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let pickle = PICKLES.contains(&module) && matches!(last, "load" | "loads" | "Unpickler" | "_Unpickler" | "_load" | "_loads");
    // `.pickle.load` of a module of the project's own is not known to be a pickle.
    pickle || LOADERS.contains(&path)
}

fn report(walk: &mut Walk<'_>, call: &Call<'_>, name: &str, what: String, how: &str, edit: Option<Edit>) {
    let key = name.trim_start_matches(['~', '.']);
    walk.push(hit(Risk::Deserialization, call.range.clone(), key, what, how), edit);
}

fn advise(walk: &mut Walk<'_>, call: &Call<'_>, name: &str, what: String, how: &str) {
    let mut hit = hit(Risk::Deserialization, call.range.clone(), name, what, how);
    hit.advice = true;
    hit.sure = false;
    walk.push(hit, None);
}

fn shown(path: &str) -> String {
    path.trim_start_matches(['~', '.']).replace("()", "")
}

fn direct(walk: &mut Walk<'_>, call: &Call<'_>, path: &str) -> bool {
    let name = shown(path);
    if runs_code(path) {
        if guarded(walk) && !path.starts_with("marshal") {
            return true;
        }
        if path == "keras.config.enable_unsafe_deserialization" {
            let what = format!("`{name}()` lets every Keras file run code when it is loaded");
            report(walk, call, path, what, "Take it out, and load Keras files with `safe_mode=True`", None);
            return true;
        }
        // `loads(dumps(x))` copies a value of the program's own.
        if call.args.first().and_then(|argument| walk.names.path(argument)).is_some_and(|path| last_of(&path) == "dumps()") {
            advise(walk, call, &name, format!("`{name}` only copies a value here"), "Write `copy.deepcopy(…)`, which needs no pickle");
            return true;
        }
        report(walk, call, path, format!("`{name}` runs code that is hidden in what it reads"), how_for(&name), None);
        return true;
    }
    if path.ends_with("keras.config.enable_unsafe_deserialization") || last_of(path) == "enable_unsafe_deserialization" {
        let what = format!("`{name}()` lets every Keras file run code when it is loaded");
        report(walk, call, path, what, "Take it out, and load Keras files with `safe_mode=True`", None);
        return true;
    }
    if last_of(path) == "load_learner" {
        report(walk, call, path, format!("`{name}` unpickles the file, which runs code that is hidden in it"), PICKLE_HOW, None);
        return true;
    }
    if last_of(path) == "read_pickle" && !path.starts_with('~') {
        report(walk, call, path, format!("`{name}` runs code that is hidden in what it reads"), PICKLE_HOW, None);
        return true;
    }
    if INSIDE.contains(&path) {
        let what = format!("`{name}` unpickles the model, which runs code that is hidden in it");
        advise(walk, call, &name, what, "Load models only from a registry that you trust, by version and checked digest");
        return true;
    }
    // A repository that is named here is judged by its revision.
    if path == "torch.hub.load"
        && !local_hub(walk, call)
        && call.argument("repo_or_dir", 0).and_then(|name| walk.names.text(name)).is_none()
    {
        let what = "`torch.hub.load` downloads a repository and runs its `hubconf.py`".to_owned();
        let how = "Name the repository with the full commit (`owner/name:<commit>`), or keep the model's code with yours";
        advise(walk, call, &name, what, how);
        return true;
    }
    if last_of(path) == "load_state_dict_from_url" && weights_only(walk, call) != Some(true) {
        let what = format!("`{name}` unpickles a file that it downloads");
        advise(walk, call, &name, what, "Write `weights_only=True` and `check_hash=True`");
        return true;
    }
    if path == "nltk.data.load" && call.args.first().and_then(|file| walk.names.text(file)).is_some_and(|file| file.ends_with(".pickle")) {
        report(walk, call, path, format!("`{name}` unpickles the file, which runs code that is hidden in it"), PICKLE_HOW, None);
        return true;
    }
    if path.starts_with("skops.io.load") && trusts_all(walk, call) {
        let what = format!("`{name}` is told to trust every type in the file");
        report(
            walk,
            call,
            path,
            what,
            "Read `skops.io.get_untrusted_types(…)` once, and write the types that you accept into `trusted=[…]`",
            None,
        );
        return true;
    }
    if last_of(path) == "YAML" && path.contains("ruamel") {
        let kind = call.argument("typ", 0).and_then(|kind| walk.names.text(kind));
        if kind.as_deref() == Some("unsafe") {
            let what = "`YAML(typ=\"unsafe\")` builds any Python object that the YAML names".to_owned();
            report(walk, call, path, what, "Write `YAML(typ=\"safe\")`", None);
        }
        return true;
    }
    false
}

fn how_for(name: &str) -> &'static str {
    match first_of(name) {
        "jsonpickle" | "marshal" => "Read plain JSON and build the objects yourself",
        "shelve" => "Keep the data in SQLite or JSON",
        "pandas" => "Write the table as Parquet and read it with `pandas.read_parquet`",
        _ => PICKLE_HOW,
    }
}

/// Whether the file has every pickle checked before it is read.
fn guarded(walk: &Walk<'_>) -> bool {
    walk.text.contains("fickling.always_check_safety(") || walk.text.contains("activate_safe_ml_environment(")
}

fn local_hub(walk: &Walk<'_>, call: &Call<'_>) -> bool {
    call.argument("source", 2).and_then(|source| walk.names.text(source)).is_some_and(|source| source == "local")
}

fn trusts_all(walk: &Walk<'_>, call: &Call<'_>) -> bool {
    let Some(trusted) = call.argument("trusted", 1) else { return false };
    let all = |path: String| path.contains("get_untrusted_types");
    walk.names.truth(trusted) == Some(true) || walk.names.path(trusted).is_some_and(all)
}

/// Returns what `weights_only` is: `Some(true)` for safe and for what cannot be known, `None` where it is missing.
fn weights_only(walk: &Walk<'_>, call: &Call<'_>) -> Option<bool> {
    if let Some(value) = call.keyword("weights_only") {
        let off = walk.names.truth(value) == Some(false) || matches!(value, Expr::NoneLiteral(_));
        return Some(!off);
    }
    for spread in call.spread() {
        let Some(known) = entries(&walk.names, spread) else {
            // A dict that depends on something: `{"weights_only": True} if … else {}`.
            let set =
                ["weights_only\": True", "weights_only': True", "weights_only=True", "weights_only\"] = True", "weights_only'] = True"];
            return set.iter().any(|set| walk.text.contains(set)).then_some(true);
        };
        if let Some((_, value)) = known.iter().find(|(key, _)| key == "weights_only") {
            return Some(!matches!(value, Some(super::names::Constant::Truth(false) | super::names::Constant::Nothing)));
        }
    }
    None
}

fn torch(walk: &mut Walk<'_>, call: &Call<'_>, path: &str) -> bool {
    let load = matches!(path, "torch.load" | "torch.serialization.load" | "torch.serialization._load" | "torch.serialization._legacy_load");
    if !load {
        return false;
    }
    let safe = weights_only(walk, call);
    if safe == Some(true) || guarded(walk) {
        return true;
    }
    let what = match safe {
        Some(_) => "`torch.load` is told to run code that is hidden in the checkpoint (`weights_only=False`)",
        None => "`torch.load` without `weights_only=True` can run code that is hidden in the checkpoint",
    };
    let edit = (safe.is_none() && call.direct && call.spread().next().is_none()).then(|| add_weights_only(walk, call)).flatten();
    report(walk, call, "torch.load", what.to_owned(), TORCH_HOW, edit);
    true
}

/// Returns the edit that adds `weights_only=True`, where the loaded thing is known to be plain tensors.
fn add_weights_only(walk: &Walk<'_>, call: &Call<'_>) -> Option<Edit> {
    let used = walk.straight.get(&call.range.start).copied();
    let safe = used == Some(true) && call.keyword("pickle_module").is_none();
    let last = call.arguments.args.iter().map(bytes).chain(call.arguments.keywords.iter().map(bytes)).map(|range| range.end).max()?;
    let rest = walk.text.get(last..call.range.end)?;
    let plain = rest.strip_suffix(')')?.chars().all(|c| c.is_whitespace() || c == ',');
    if !plain || call.keyword("pickle_module").is_some() {
        return None;
    }
    used?;
    Some(Edit { range: last..last, text: ", weights_only=True".to_owned(), title: "load only tensors", safe })
}

/// Notes which loads go straight into `load_state_dict`: their checkpoints are plain tensors.
fn straight(walk: &mut Walk<'_>, call: &Call<'_>) {
    if call.last() == "load_state_dict"
        && let Some(Expr::Call(load)) = call.args.first()
    {
        // The state of an optimizer may hold more than tensors.
        let lower = call.path.to_ascii_lowercase();
        let plain = !["optim", "sched", "scaler", "trainer", "engine", "self.load_", "state.load_"].iter().any(|word| lower.contains(word));
        walk.straight.insert(bytes(load).start, plain);
    }
}

/// Notes loads that a part is taken out of by name: `torch.load(f)["state_dict"]`.
pub(super) fn taken_apart(walk: &mut Walk<'_>, subscript: &ExprSubscript) {
    let part = walk.names.text(&subscript.slice);
    if let Expr::Call(load) = subscript.value.as_ref()
        && part.is_some_and(|part| matches!(part.as_str(), "state_dict" | "model" | "model_state_dict" | "net" | "weights"))
    {
        walk.straight.entry(bytes(load).start).or_insert(false);
    }
}

fn yaml(walk: &mut Walk<'_>, call: &Call<'_>, path: &str) -> bool {
    let (module, last) = path.rsplit_once('.').unwrap_or(("", path));
    if !matches!(module, "yaml" | "ruamel.yaml" | "ruamel_yaml" | "oyaml" | "yamlordereddictloader.yaml") {
        return false;
    }
    let name = shown(path);
    match last {
        "unsafe_load" | "unsafe_load_all" => {
            report(walk, call, path, format!("`{name}` builds any Python object that the YAML names"), YAML_HOW, None);
        }
        // Since PyYAML 5.4 these build no objects that run code.
        "full_load" | "full_load_all" => {}
        "load" | "load_all" => match loader(walk, call) {
            Loader::Safe | Loader::Full => {}
            Loader::Missing => {
                let edit =
                    (call.args.len() == 1 && call.keywords.is_empty() && call.direct && last == "load").then(|| safe_load(call)).flatten();
                let what = format!("`{name}` without a safe loader builds any Python object that the YAML names");
                report(walk, call, path, what, YAML_HOW, edit);
            }
            Loader::Unsafe => {
                report(
                    walk,
                    call,
                    path,
                    format!("`{name}` with an unsafe loader builds any Python object that the YAML names"),
                    YAML_HOW,
                    None,
                );
            }
        },
        "Loader" | "UnsafeLoader" | "CLoader" => {}
        _ => return false,
    }
    true
}

enum Loader {
    Safe,
    Missing,
    Full,
    Unsafe,
}

fn loader(walk: &Walk<'_>, call: &Call<'_>) -> Loader {
    let Some(given) = call.argument("Loader", 1) else {
        return if call.spread().next().is_some() { Loader::Safe } else { Loader::Missing };
    };
    if matches!(given, Expr::NoneLiteral(_)) {
        return Loader::Unsafe;
    }
    let path = walk.names.path(given).unwrap_or_default();
    match last_of(&path) {
        "FullLoader" | "CFullLoader" => Loader::Full,
        "Loader" | "UnsafeLoader" | "CLoader" | "CUnsafeLoader" if !path.starts_with('~') => Loader::Unsafe,
        // A loader of the project's own: what it is built on was looked at where it is defined.
        _ => Loader::Safe,
    }
}

fn safe_load(call: &Call<'_>) -> Option<Edit> {
    let Expr::Attribute(attribute) = call.callee else { return None };
    let edit = |range| Edit { range, text: "safe_load".to_owned(), title: "read plain YAML only", safe: false };
    (attribute.attr.as_str() == "load").then(|| edit(bytes(&attribute.attr)))
}

fn array(walk: &mut Walk<'_>, call: &Call<'_>, path: &str) -> bool {
    let last = last_of(path);
    let reads =
        matches!(last, "load" | "NpzFile" | "read_array" | "open_memmap" | "genfromtxt") || last == "load_npz" || last == "fromfile";
    let array = ["numpy", "jax.numpy", "cupy", "lib.npyio", "lib.format", "jnp"]
        .iter()
        .any(|module| path.starts_with(module) || path.contains(module));
    if !reads || !array {
        return false;
    }
    let allow = call.keyword("allow_pickle").or_else(|| if last == "load" { call.args.get(2) } else { None });
    let spread = call.spread().filter_map(|spread| entries(&walk.names, spread)).flatten();
    let by_dict = spread.into_iter().any(|(key, value)| key == "allow_pickle" && value == Some(super::names::Constant::Truth(true)));
    if by_dict || allow.is_some_and(|allow| walk.names.truth(allow) == Some(true)) {
        let name = shown(path);
        let what = format!("`{name}` with `allow_pickle=True` runs code that is hidden in the file");
        report(walk, call, path, what, "Save plain arrays, and leave `allow_pickle` out", None);
    }
    true
}

/// Keywords that switch a safe loader off, whatever is called.
fn keywords(walk: &mut Walk<'_>, call: &Call<'_>) {
    let on = |walk: &Walk<'_>, name: &str| call.keyword(name).is_some_and(|value| walk.names.truth(value) == Some(true));
    let off = |walk: &Walk<'_>, name: &str| call.keyword(name).is_some_and(|value| walk.names.truth(value) == Some(false));
    let name = shown(&call.path);
    let name = last_of(&name).to_owned();
    if on(walk, "allow_dangerous_deserialization") {
        let what = format!("`{name}` with `allow_dangerous_deserialization=True` unpickles what it reads");
        report(walk, call, &call.path, what, "Rebuild the index from its documents, or load it only after a check of its SHA-256", None);
    }
    if off(walk, "safe_mode") {
        let what = format!("`{name}` with `safe_mode=False` runs code that is hidden in the model file");
        report(walk, call, &call.path, what, "Leave `safe_mode` out, and write custom layers instead of `Lambda`", None);
    }
    let torch = matches!(call.path.as_str(), "torch.load" | "torch.serialization.load") || call.last() == "load_state_dict_from_url";
    if off(walk, "weights_only") && !torch {
        let what = format!("`{name}` with `weights_only=False` runs code that is hidden in the checkpoint");
        report(walk, call, &call.path, what, TORCH_HOW, None);
    }
}

/// A function that runs code may be handed on: `map(pickle.loads, blobs)`, `loader=pickle.load`.
fn handed_on(walk: &mut Walk<'_>, call: &Call<'_>) {
    if !call.direct {
        return;
    }
    let takes = matches!(
        call.last(),
        "map"
            | "imap"
            | "imap_unordered"
            | "filter"
            | "apply"
            | "applymap"
            | "submit"
            | "run_in_executor"
            | "to_thread"
            | "mapValues"
            | "flatMap"
            | "starmap"
            | "register"
            | "Lambda"
            | "Depends"
    );
    let positional = call.args.iter().filter(|_| takes);
    let named = call
        .keywords
        .iter()
        .filter(|keyword| keyword.arg.as_ref().is_some_and(|name| !name.starts_with("patch")))
        .map(|keyword| &keyword.value);
    for argument in positional.chain(named) {
        mention(walk, argument);
    }
}

/// Judges a function that is named without being called: in a table of loaders, or handed on.
pub(super) fn mention(walk: &mut Walk<'_>, expression: &Expr) {
    if written(expression).is_none() {
        return;
    }
    let Some(path) = walk.names.path(expression) else { return };
    if runs_code(&path) && !last_of(&path).ends_with("npickler") || path == "torch.load" {
        let name = shown(&path);
        let what = format!("`{name}` is handed on here and runs code that is hidden in what it reads");
        walk.push(hit(Risk::Deserialization, bytes(expression), &name, what, how_for(&name)), None);
    }
}
