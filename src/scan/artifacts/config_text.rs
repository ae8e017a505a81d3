//! Configurations and templates: texts that a loader acts on.

use serde_json::Value;

use super::callables::{Class, judge};
use super::report::{Rule, Severity};
use super::walk::{Spot, Walk};
use super::{keras_config, template};
use crate::base::read_at::ReadAt;
use crate::formats::{text, yaml};

/// How large a text may be.
const TEXT: u64 = 12 << 20;
/// How many values are looked at.
const VALUES: usize = 600_000;

/// Looks into a text.
pub(super) fn look(walk: &mut Walk, reader: &dyn ReadAt, spot: Spot<'_>) {
    let file = spot.name.rsplit('/').next().unwrap_or(spot.name).to_ascii_lowercase();
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    if reader.size() > TEXT {
        if file.ends_with("config.json") || file.starts_with("chat_template") {
            walk.unread(spot.member, "it is too large to be looked into");
        }
        return;
    }
    let bytes = match reader.read_range(0, TEXT as usize) {
        Ok(bytes) => bytes,
        Err(error) => return walk.unread(spot.member, error.to_string()),
    };
    let has = |word: &str| memchr::memmem::find(&bytes, word.as_bytes()).is_some();
    match extension {
        "json" => {
            let words = [
                "chat_template",
                "auto_map",
                "_target_",
                "class_name",
                "__module__",
                "__class__",
                "custom_pipelines",
                "\\u005f",
                "_target\\",
            ];
            if words.iter().any(|word| has(word)) {
                look_at_json(walk, &bytes, &file, spot);
            }
        }
        "yaml" | "yml" => {
            if has("_target_") || has("!!python/") || has("python/object") || has("class_path") {
                look_at_yaml(walk, &bytes, spot);
            }
        }
        _ => {
            if file.contains("chat_template") || spot.name.contains("chat_template") {
                look_at_template(walk, &String::from_utf8_lossy(&bytes), "the template", spot);
            }
        }
    }
}

fn look_at_template(walk: &mut Walk, text: &str, name: &str, spot: Spot<'_>) {
    for (severity, what) in template::faults(text) {
        walk.hit(Rule::ChatTemplate, severity, format!("{name} {what}"), spot.member, 0);
    }
}

fn look_at_json(walk: &mut Walk, bytes: &[u8], file: &str, spot: Spot<'_>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(_) => {
            // A loader that is less strict would read it.
            let text = String::from_utf8_lossy(bytes);
            if text.contains("chat_template") {
                look_at_template(walk, &text.replace("\\\"", "'"), "the template", spot);
            }
            if matches!(file, "config.json" | "tokenizer_config.json" | "schema.json") {
                walk.unread(spot.member, "it is no JSON");
            }
            return;
        }
    };
    if value.get("class_name").is_some() {
        keras_config::look_at_config(walk, &value, spot);
    }
    let mut open = vec![(&value, "")];
    let mut seen = 0;
    while let Some((value, key)) = open.pop() {
        seen += 1;
        if seen > VALUES {
            return walk.unread(spot.member, "it has more values than are looked at");
        }
        match value {
            Value::Object(entries) => {
                object(walk, entries, file, spot);
                open.extend(entries.iter().map(|(name, value)| (value, if key == "chat_template" { key } else { name.as_str() })));
            }
            Value::Array(items) => open.extend(items.iter().map(|item| (item, key))),
            Value::String(text) => {
                if key.contains("chat_template") || key == "template" && (text.contains("{{") || text.contains("{%")) {
                    look_at_template(walk, text, "the template", spot);
                } else if key == "_target_" {
                    target(walk, text, spot);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn object(walk: &mut Walk, entries: &serde_json::Map<String, Value>, file: &str, spot: Spot<'_>) {
    if let Some(Value::Object(map)) = entries.get("auto_map") {
        let mut names: Vec<&str> = map
            .values()
            .flat_map(|value| match value {
                Value::String(name) => vec![name.as_str()],
                Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
            })
            .collect();
        names.sort_unstable();
        for name in names {
            let shown: String = name.chars().take(80).collect();
            match name.split_once("--") {
                Some((repository, _)) => {
                    walk.hit(
                        Rule::AutoMap,
                        Severity::Alarm,
                        format!(
                            "`auto_map` has the loader run code of another repository, `{}`",
                            repository.chars().take(80).collect::<String>()
                        ),
                        spot.member,
                        0,
                    );
                }
                None => walk.hit(Rule::AutoMap, Severity::Suspicious, format!("`auto_map` has the loader run `{shown}`"), spot.member, 0),
            }
        }
    }
    if let Some(Value::Object(map)) = entries.get("custom_pipelines") {
        for pipeline in map.values() {
            if let Some(code) = pipeline.get("impl").and_then(Value::as_str) {
                walk.hit(
                    Rule::AutoMap,
                    Severity::Suspicious,
                    format!("`custom_pipelines` has the loader run `{}`", code.chars().take(80).collect::<String>()),
                    spot.member,
                    0,
                );
            }
        }
    }
    // skops keeps the module and the class of each object.
    if let (Some(Value::String(module)), Some(Value::String(class))) = (entries.get("__module__"), entries.get("__class__"))
        && (file == "schema.json" || entries.contains_key("__loader__"))
    {
        let full = format!("{module}.{class}");
        let shown: String = full.chars().take(80).collect();
        match judge(module, class) {
            Class::Danger | Class::StrangeRunner => {
                let harmless = module == "builtins" || module == "types" || module == "operator" && class == "methodcaller";
                let severity = if harmless && matches!(class.as_str(), "function" | "method" | "NoneType" | "builtin_function_or_method") {
                    Severity::Note
                } else {
                    Severity::Alarm
                };
                walk.hit(Rule::ConfigInstantiation, severity, format!("the schema names `{shown}`"), spot.member, 0);
            }
            Class::Stranger | Class::StrangeFunction => walk.hit(
                Rule::ConfigInstantiation,
                Severity::Suspicious,
                format!("the schema names `{shown}`, which is not known"),
                spot.member,
                0,
            ),
            Class::Safe | Class::Attribute | Class::Wrapper | Class::Maker => {}
        }
        if let Some(Value::Object(content)) = entries.get("content")
            && let (Some(Value::String(module)), Some(Value::String(name))) = (content.get("module_path"), content.get("function"))
            && matches!(judge(module, name), Class::Danger | Class::StrangeRunner)
        {
            walk.hit(Rule::ConfigInstantiation, Severity::Alarm, format!("the schema names `{module}.{name}`"), spot.member, 0);
        }
    }
}

fn look_at_yaml(walk: &mut Walk, bytes: &[u8], spot: Spot<'_>) {
    let Some(text) = text::decode(bytes) else { return };
    for (severity, what, at) in yaml_targets(&text.text) {
        walk.hit(Rule::ConfigInstantiation, severity, what, spot.member, at as u64);
    }
}

/// Returns the callables that a YAML text has a loader call, with their places.
pub(super) fn yaml_targets(text: &str) -> Vec<(Severity, String, usize)> {
    let mut found = Vec::new();
    // Tags are no part of the values, and a full loader calls what they name.
    for (at, _) in text.match_indices("python/") {
        let rest = &text[at..];
        let line = rest.lines().next().unwrap_or(rest);
        let tag = line.split(|c: char| c.is_whitespace() || matches!(c, '>' | ',' | '[' | '{' | ']' | '}')).next().unwrap_or(line);
        let before = text[..at].ends_with("!!") || text[..at].ends_with("!python/") || text[..at].ends_with("yaml.org,2002:");
        let comment = text[..at].rsplit('\n').next().unwrap_or("").trim_start().starts_with('#');
        if let (true, false, Some((kind, name))) = (before, comment, tag.split_once(':')) {
            if !(kind.starts_with("python/object") || kind.starts_with("python/name") || kind.starts_with("python/module")) {
                continue;
            }
            let dangerous = is_dangerous(name) || kind == "python/module";
            // The settings of documentation sites name the functions of their own extensions so, as those extensions' manuals say.
            if !dangerous && is_site_extension(name) {
                continue;
            }
            let severity = if dangerous { Severity::Alarm } else { Severity::Suspicious };
            found.push((severity, format!("the tag `{}` has the loader call `{}`", kind, name.chars().take(80).collect::<String>()), at));
        }
    }
    if let Ok(documents) = yaml::parse(text) {
        for document in &documents {
            document.walk(&mut |node| {
                for key in ["_target_", "class_path"] {
                    if let Some(value) = node.get(key)
                        && let Some(name) = value.text()
                        && is_dangerous(name)
                    {
                        found.push((
                            Severity::Alarm,
                            format!("`{key}` has the loader call `{}`", name.chars().take(80).collect::<String>()),
                            value.span.start,
                        ));
                    }
                }
            });
        }
    } else {
        for (at, _) in text.match_indices("_target_") {
            let value = text[at + 8..].trim_start_matches(['"', '\'', ' ', ':']);
            let name: String = value.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
            if is_dangerous(&name) {
                found.push((Severity::Alarm, format!("`_target_` has the loader call `{name}`"), at));
            }
        }
    }
    found
}

fn target(walk: &mut Walk, name: &str, spot: Spot<'_>) {
    if is_dangerous(name) {
        walk.hit(
            Rule::ConfigInstantiation,
            Severity::Alarm,
            format!("`_target_` has the loader call `{}`", name.chars().take(80).collect::<String>()),
            spot.member,
            0,
        );
    }
}

/// Whether a name belongs to the extensions that a documentation site's settings name with a tag.
fn is_site_extension(name: &str) -> bool {
    matches!(name.split('.').next().unwrap_or(name), "pymdownx" | "material" | "materialx" | "markdown" | "mkdocs" | "slugs" | "zensical")
}

/// Whether calling this by its name in a configuration is clearly dangerous. What a project calls of its own, or of the
/// libraries that it trains with, is not.
fn is_dangerous(name: &str) -> bool {
    let Some((module, last)) = name.rsplit_once('.') else { return matches!(name, "eval" | "exec" | "compile" | "__import__" | "open") };
    let top = name.split('.').next().unwrap_or(name);
    let running = [
        "os",
        "posix",
        "nt",
        "subprocess",
        "pty",
        "builtins",
        "__builtin__",
        "importlib",
        "runpy",
        "shutil",
        "socket",
        "ctypes",
        "code",
        "sys",
        "pdb",
        "timeit",
        "marshal",
        "pickle",
        "_pickle",
        "cPickle",
        "dill",
        "cloudpickle",
        "webbrowser",
        "pip",
        "commands",
        "popen2",
        "multiprocessing",
        "asyncio",
        "urllib",
        "http",
        "ftplib",
        "smtplib",
        "pydoc",
        "cProfile",
        "profile",
        "trace",
        "bdb",
        "codeop",
        "types",
        "inspect",
        "tempfile",
        "zipimport",
        "platform",
        "pkgutil",
        "imp",
        "site",
        "requests",
        "yaml",
        "jinja2",
    ];
    if running.contains(&top) {
        // Paths and dates are worked out by configurations of real projects.
        let harmless = name.starts_with("os.path.")
            || name == "os.getenv"
            || name == "os.environ.get"
            || name == "os.getcwd"
            || name == "os.makedirs"
            || name == "os.cpu_count"
            || top == "types" && last == "SimpleNamespace"
            || name == "importlib.resources.files"
            || top == "multiprocessing" && last == "cpu_count"
            || judge(module, last) == Class::Safe;
        return !harmless;
    }
    matches!(
        name,
        "torch.load"
            | "numpy.load"
            | "joblib.load"
            | "pandas.read_pickle"
            | "torch.hub.load"
            | "torch.jit.load"
            | "hydra.utils.get_method"
            | "hydra.utils.get_object"
            | "hydra.utils.get_static_method"
            | "torch.ops.load_library"
            | "torch.utils.cpp_extension.load"
            | "torch.utils.cpp_extension.load_inline"
            | "operator.methodcaller"
            | "operator.attrgetter"
            | "operator.call"
            | "IPython.get_ipython"
    ) || name.starts_with("numpy.testing.")
        || name.starts_with("numpy.f2py")
        || name.starts_with("torch.utils.collect_env")
        || name.contains(".__")
        || name.split('.').skip(1).any(|part| matches!(part, "os" | "subprocess" | "sys" | "builtins"))
}
