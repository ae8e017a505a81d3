//! What a pickle may call: which functions and classes of which packages are harmless, and which run code.

use super::callable_lists::{
    ALLOWED, ALLOWED_FUNCTION_PARTS, CLASS_TRAPS, DANGEROUS_PREFIXES, DANGEROUS_WORDS, FAMILIES, HARMLESS_MODULES, HARMLESS_STANDARD,
    STANDARD,
};

/// What is known of a callable.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Class {
    /// Runs code, opens files or sockets, imports or resolves names.
    Danger,
    /// Harmless, as real libraries use it.
    Safe,
    /// `getattr` and the like: harmless or not by what they reach for.
    Attribute,
    /// `functools.partial` and the like: as harmless as what they are given.
    Wrapper,
    /// Makes an instance of the class that it is given.
    Maker,
    /// Nothing is known: a class.
    Stranger,
    /// Nothing is known: a function.
    StrangeFunction,
    /// Nothing is known, but its name says that it runs, loads or opens something.
    StrangeRunner,
}

/// Judges `module.name`, as a pickle names it.
pub(super) fn judge(module: &str, name: &str) -> Class {
    let module = renamed(module);
    // `module` "torch.serialization", `name` "os.system": each part of a dotted name is looked up in the one before.
    let full = format!("{module}.{name}");
    if name.is_empty() || module.is_empty() || !full.split('.').all(is_identifier) {
        return if module == "__main__" { Class::Stranger } else { Class::Danger };
    }
    let top = module.split('.').next().unwrap_or(module);
    let last = name.rsplit('.').next().unwrap_or(name);
    let (place, end) = full.rsplit_once('.').unwrap_or(("", &full));
    if let Some((_, class, _)) =
        ALLOWED.iter().find(|(known, _, names)| *known == place && names.split_ascii_whitespace().any(|name| name == end))
    {
        return *class;
    }
    // A name that is reached through another: a module that a package imported, or an attribute that every object has.
    for (at, part) in name.split('.').enumerate() {
        if at > 0 && part.starts_with("__") || STANDARD.binary_search(&part).is_ok() && !HARMLESS_STANDARD.contains(&part) {
            return Class::Danger;
        }
    }
    if DANGEROUS_PREFIXES.iter().any(|prefix| starts_with_path(&full, prefix)) {
        return Class::Danger;
    }
    if top == "builtins" {
        return if is_exception(name) { Class::Safe } else { Class::Danger };
    }
    if STANDARD.binary_search(&top).is_ok() {
        // An exception of the standard library does nothing when it is made.
        let harmless = !name.contains('.') && is_exception(name) || HARMLESS_STANDARD.contains(&top);
        return if harmless { Class::Safe } else { Class::Danger };
    }
    let family = FAMILIES.contains(&top);
    let is_class = name.split('.').all(|part| part.trim_start_matches('_').starts_with(|c: char| c.is_ascii_uppercase()));
    if is_class {
        let trap = CLASS_TRAPS.iter().any(|trap| last.contains(trap));
        return match (family, trap) {
            (true, true) | (false, true) => Class::StrangeRunner,
            (true, false) => Class::Safe,
            (false, false) => Class::Stranger,
        };
    }
    if family {
        if HARMLESS_MODULES.iter().any(|prefix| full.starts_with(prefix)) && !name.contains('.') && !last.starts_with("__") {
            return Class::Safe;
        }
        if ALLOWED_FUNCTION_PARTS.iter().any(|part| last.starts_with(part)) || last.ends_with("_unpickle") || last.ends_with("_ctor") {
            return Class::Safe;
        }
    }
    let words = last.split('_').any(|word| DANGEROUS_WORDS.contains(&word.to_ascii_lowercase().as_str()));
    if words { Class::StrangeRunner } else { Class::StrangeFunction }
}

/// Whether a name that is looked up in an object reaches for more than the object's own data.
pub(super) fn is_dangerous_attribute(name: &str) -> bool {
    name.split('.').any(|part| {
        part.starts_with("__") && !matches!(part, "__name__" | "__doc__" | "__new__")
            || part.starts_with("func_")
            || part.starts_with("f_")
            || part.starts_with("gi_")
            || part.starts_with("cr_")
            || part.starts_with("co_")
            || STANDARD.binary_search(&part).is_ok() && !HARMLESS_STANDARD.contains(&part)
            || part.split('_').any(|word| DANGEROUS_WORDS.contains(&word.to_ascii_lowercase().as_str()))
    })
}

/// Whether the callable belongs to a library that is known.
pub(super) fn is_known_library(module: &str) -> bool {
    FAMILIES.contains(&module.split('.').next().unwrap_or(module))
}

/// Python 2 had other names for some modules; pickles of it are still read.
fn renamed(module: &str) -> &str {
    match module {
        "__builtin__" => "builtins",
        "copy_reg" => "copyreg",
        "exceptions" => "builtins",
        "cPickle" => "_pickle",
        other => other,
    }
}

fn is_identifier(part: &str) -> bool {
    // Local functions and lambdas: `f.<locals>.<lambda>`.
    let mut chars = part.trim_start_matches('<').trim_end_matches('>').chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
}

fn is_exception(name: &str) -> bool {
    (name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Warning"))
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        || matches!(name, "StopIteration" | "KeyboardInterrupt" | "StopAsyncIteration" | "ExceptionGroup")
}

fn starts_with_path(full: &str, prefix: &str) -> bool {
    full.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || prefix.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_the_standard_library_is_sorted() {
        assert!(STANDARD.is_sorted());
    }

    #[test]
    fn tells_gadgets_from_what_libraries_use() {
        let danger = [
            ("posix", "system"),
            ("__builtin__", "eval"),
            ("torch.serialization", "os.system"),
            ("torch", "load"),
            ("numpy.f2py.crackfortran", "getlincoef"),
            ("builtins", "getattr.__globals__"),
            ("shutil", "rmtree"),
            ("asyncio.unix_events", "_UnixSubprocessTransport._start"),
            ("pip", "main"),
            ("torch.utils.bottleneck.__main__", "run_cprofile"),
            ("numpy.testing._private.utils", "runstring"),
            ("pandas", "read_pickle"),
            ("linecache", "os"),
            ("sklearn.utils", "os"),
            ("collections", "namedtuple"),
            ("joblib.numpy_pickle", "load"),
            ("transformers.utils", "subprocess.run"),
        ];
        for (module, name) in danger {
            let class = judge(module, name);
            assert!(matches!(class, Class::Danger | Class::StrangeRunner), "{module}.{name}: {class:?}");
        }
        let safe = [
            ("collections", "OrderedDict"),
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "scalar"),
            ("numpy", "float64"),
            ("sklearn.ensemble._forest", "RandomForestClassifier"),
            ("sklearn.tree._tree", "Tree"),
            ("torch._utils", "_rebuild_tensor_v2"),
            ("torch", "Size"),
            ("copy_reg", "_reconstructor_not"),
            ("exceptions", "ValueError"),
            ("pandas.core.indexes.base", "_new_Index"),
            ("datetime", "datetime"),
            ("sklearn.neighbors._kd_tree", "newObj"),
            ("xgboost.core", "Booster"),
            ("uuid", "UUID"),
            ("pathlib", "PosixPath"),
            ("__builtin__", "set"),
            ("lightning.pytorch.callbacks.model_checkpoint", "ModelCheckpoint"),
            ("numpy.random._pickle", "__randomstate_ctor"),
        ];
        for (module, name) in safe {
            if name.ends_with("_not") {
                continue;
            }
            assert_eq!(judge(module, name), Class::Safe, "{module}.{name}");
        }
        assert_eq!(judge("my.package", "Model"), Class::Stranger);
        assert_eq!(judge("my.package", "make_model"), Class::StrangeFunction);
        assert_eq!(judge("my.package", "run_command"), Class::StrangeRunner);
        assert_eq!(judge("copy_reg", "_reconstructor"), Class::Maker);
    }
}
