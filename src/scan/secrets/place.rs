//! What kind of file a text is, as far as it changes how a name and its value are written there.

/// How a file writes values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Syntax {
    /// A programming language: a value without quotes is an expression.
    Code,
    /// Settings: values need no quotes.
    Settings,
    /// A container build: settings, with `ENV name value`.
    Container,
    /// `machine … login … password …`.
    Netrc,
    /// Text for people.
    Prose,
    /// Data, locks, vocabularies, minified code: names prove nothing.
    Data,
}

/// A file, for the rules.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// How it writes values.
    pub(super) syntax: Syntax,
    /// Whether it is the key file of Kaggle.
    pub(super) kaggle: bool,
    /// Whether it is text.
    pub(super) text: bool,
}

impl Place {
    /// A binary file.
    pub(super) fn binary() -> Self {
        Self { syntax: Syntax::Data, kaggle: false, text: false }
    }

    /// Tells by the name of a file and the length of its lines.
    pub(super) fn of(path: &str, text: &[u8]) -> Self {
        let lower = path.to_ascii_lowercase();
        let name = lower.rsplit('/').next().unwrap_or(&lower);
        Self { syntax: syntax(name, text), kaggle: name == "kaggle.json", text: true }
    }
}

fn syntax(name: &str, text: &[u8]) -> Syntax {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if is_data(name, extension) || is_minified(extension, text) {
        return Syntax::Data;
    }
    if name.contains("netrc") {
        return Syntax::Netrc;
    }
    if name.starts_with("dockerfile") || name.starts_with("containerfile") || extension == "dockerfile" {
        return Syntax::Container;
    }
    match extension {
        "py" | "pyi" | "pyx" | "ipynb" | "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "go" | "rs" | "java" | "kt" | "scala" | "c"
        | "h" | "cc" | "cpp" | "hpp" | "cs" | "rb" | "php" | "swift" | "r" | "jl" | "lua" | "m" | "sql" | "groovy" | "gradle" | "tf"
        | "hcl" | "vue" | "svelte" | "dart" | "ex" | "exs" | "pl" | "proto" | "cu" => Syntax::Code,
        "md" | "rst" | "adoc" | "html" | "htm" | "tex" | "mdx" => Syntax::Prose,
        // A text file without a name that says more is often settings, and often prose; only strong values count there.
        "txt" | "log" | "out" => Syntax::Prose,
        _ => Syntax::Settings,
    }
}

fn is_data(name: &str, extension: &str) -> bool {
    let locks = [
        "package-lock.json",
        "pnpm-lock.yaml",
        "yarn.lock",
        "go.sum",
        "go.work.sum",
        "npm-shrinkwrap.json",
        "merges.txt",
        "vocab.txt",
        "vocab.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
        ".secrets.baseline",
        "model.safetensors.index.json",
    ];
    let extensions =
        ["lock", "csv", "tsv", "jsonl", "ndjson", "svg", "map", "bpe", "vocab", "css", "scss", "po", "pot", "arff", "xyz", "pdb", "obj"];
    locks.contains(&name)
        || extensions.contains(&extension)
        || name.ends_with(".min.js")
        || name.ends_with(".bundle.js")
        || name.starts_with("vocab.")
}

/// Whether it is script that a machine packed: very long lines.
fn is_minified(extension: &str, text: &[u8]) -> bool {
    matches!(extension, "js" | "mjs" | "cjs" | "html")
        && text.len() > 4096
        && memchr::memchr_iter(b'\n', &text[..text.len().min(1 << 16)]).count() < text.len().min(1 << 16) / 1000
}
