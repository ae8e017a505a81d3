//! Configurations of Keras models: layers that bring code, and names of functions that are looked up when the model loads.

use serde_json::Value;

use super::callables::{Class, judge};
use super::report::{Rule, Severity};
use super::walk::{Spot, Walk};
use crate::base::read_at::ReadAt;
use crate::formats::hdf5;

/// How many values are looked at.
const VALUES: usize = 600_000;

/// Looks for the configuration of a model in an HDF5 file.
pub(super) fn look_at_hdf5(walk: &mut Walk, reader: &dyn ReadAt, spot: Spot<'_>) {
    let (texts, whole) = match hdf5::class_texts(reader, walk.limits.read) {
        Ok(found) => found,
        Err(error) => return walk.unread(spot.member, error.to_string()),
    };
    if !whole {
        walk.unread(spot.member, "it is too large to be searched to its end");
    }
    for (at, text) in texts {
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => look_at_config(walk, &value, spot),
            Err(_) => {
                if text.contains("Lambda") || text.contains("__lambda__") {
                    walk.hit(Rule::KerasCode, Severity::Alarm, "a damaged configuration names a lambda layer", spot.member, at);
                } else {
                    walk.unread(spot.member, "the configuration of the model is damaged");
                }
            }
        }
    }
}

/// Looks at the configuration of a model.
pub(super) fn look_at_config(walk: &mut Walk, value: &Value, spot: Spot<'_>) {
    let mut open = vec![value];
    let mut seen = 0;
    while let Some(value) = open.pop() {
        seen += 1;
        if seen > VALUES {
            return walk.unread(spot.member, "it has more values than are looked at");
        }
        match value {
            Value::Object(entries) => {
                for (severity, what) in object(entries) {
                    walk.hit(Rule::KerasCode, severity, what, spot.member, 0);
                }
                open.extend(entries.values());
            }
            Value::Array(items) => open.extend(items),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn object(entries: &serde_json::Map<String, Value>) -> Vec<(Severity, String)> {
    let text = |key: &str| entries.get(key).and_then(Value::as_str).unwrap_or_default();
    let (class, module, registered) = (text("class_name"), text("module"), text("registered_name"));
    let config = entries.get("config");
    let mut found = Vec::new();
    if class.is_empty() {
        return found;
    }
    let last = class.rsplit(['>', '.']).next().unwrap_or(class);
    let inner = |key: &str| config.and_then(|config| config.get(key));
    match last {
        "__lambda__" => found.push((Severity::Alarm, "it brings compiled code, in a `__lambda__`".to_owned())),
        "Lambda" | "SlicingOpLambda" | "TFOpLambda" | "MathOpLambda" if last == "Lambda" => {
            let function = inner("function");
            let named = function
                .is_some_and(|function| function.is_string() || function.get("class_name").and_then(Value::as_str) == Some("function"));
            if named {
                found.push((Severity::Suspicious, "a lambda layer calls a function by its name".to_owned()));
            } else {
                found.push((Severity::Alarm, "a lambda layer brings code".to_owned()));
            }
        }
        "TorchModuleWrapper" => found.push((Severity::Alarm, "a layer brings a pickled torch module".to_owned())),
        "TFSMLayer" => {
            let path = inner("filepath").and_then(Value::as_str).unwrap_or_default();
            found.push((
                if leaves(path) { Severity::Alarm } else { Severity::Suspicious },
                "a layer loads a TensorFlow graph from another file".to_owned(),
            ));
        }
        "StringLookup" | "IntegerLookup" | "TextVectorization" | "IndexLookup" => {
            for key in ["vocabulary", "idf_weights"] {
                if let Some(path) = inner(key).and_then(Value::as_str)
                    && !path.is_empty()
                {
                    found.push((
                        if leaves(path) { Severity::Alarm } else { Severity::Suspicious },
                        format!("a layer reads its {key} from a file: `{}`", shown(path)),
                    ));
                }
            }
        }
        _ => {}
    }
    // The name of a function stands in `config`, that of a class in `class_name`.
    let function = matches!(class, "function" | "method" | "builtin_function_or_method" | "type" | "class");
    let name = if function { config.and_then(Value::as_str).filter(|name| !name.is_empty()).unwrap_or(registered) } else { class };
    if !module.is_empty() {
        let keras = ["keras", "keras_core", "tf_keras", "tensorflow", "keras_nlp", "keras_cv", "keras_hub", "keras_tuner"]
            .contains(&module.split('.').next().unwrap_or(module));
        if keras {
            if is_keras_trap(module, name, function) {
                found.push((Severity::Alarm, format!("it has the loader look up `{}`", shown(&format!("{module}.{name}")))));
            }
        } else if module != "builtins"
            || function
            || !matches!(class, "str" | "int" | "float" | "tuple" | "list" | "dict" | "slice" | "bool" | "NoneType" | "bytes" | "set")
        {
            match judge(module, name) {
                Class::Danger | Class::StrangeRunner | Class::Attribute | Class::Wrapper => {
                    found.push((Severity::Alarm, format!("it has the loader look up `{}`", shown(&format!("{module}.{name}")))));
                }
                Class::Safe | Class::Maker => {}
                Class::Stranger | Class::StrangeFunction if function => {
                    found.push((Severity::Alarm, format!("it has the loader look up `{}`", shown(&format!("{module}.{name}")))));
                }
                Class::Stranger | Class::StrangeFunction => {
                    found.push((Severity::Suspicious, format!("it has the loader import `{}`", shown(&format!("{module}.{name}")))));
                }
            }
        }
    } else if function
        && !name.is_empty()
        && matches!(judge("builtins", name), Class::Danger)
        && judge("os", name) == Class::Danger
        && ["eval", "exec", "system", "popen", "open", "compile", "__import__"].contains(&name)
    {
        found.push((Severity::Alarm, format!("it has the loader look up `{}`", shown(name))));
    }
    found
}

fn is_keras_trap(module: &str, name: &str, function: bool) -> bool {
    let full = format!("{module}.{name}");
    let harmless = [
        "activations",
        "ops",
        "initializers",
        "regularizers",
        "constraints",
        "losses",
        "metrics",
        "nn",
        "layers",
        "backend",
        "applications",
        "optimizers",
        "math",
        "random",
    ];
    if name.contains("lambda") && function || name.starts_with("__") {
        return !matches!(name, "__operators__" | "__tensor__");
    }
    let words = [
        "load",
        "save",
        "get_file",
        "exec",
        "eval",
        "unsafe",
        "deserialize",
        "download",
        "system",
        "popen",
        "write",
        "read",
        "open",
        "import",
        "py_function",
        "numpy_function",
        "pickle",
        "unpack",
        "extract",
    ];
    let dangerous = words.iter().any(|word| name.to_ascii_lowercase().contains(word)) && !name.contains("Thread") && name != "Spread";
    let outside = !module.split('.').any(|part| harmless.contains(&part));
    function
        && (dangerous
            || outside && full.contains("utils")
            || full.contains(".config")
            || full.contains("saving")
            || full.contains("models."))
        || module.contains("saving") && dangerous
        || module.split('.').any(|part| matches!(part, "os" | "sys" | "subprocess" | "builtins"))
}

fn leaves(path: &str) -> bool {
    let path = path.replace('\\', "/");
    path.starts_with('/')
        || path.starts_with('~')
        || path.contains("://")
        || path.split('/').any(|part| part == "..")
        || path.get(1..2) == Some(":")
}

fn shown(name: &str) -> String {
    super::pickle_calls::shown(name)
}
