//! Locks of Python packages: `uv.lock`, `poetry.lock`, `pdm.lock`, `pylock.toml` (PEP 751) and `Pipfile.lock`.
//!
//! The TOML ones are written by programs, one key a line, and can have megabytes: they are read line by line. A lock
//! that is not in that form is not read: [`read`] says so, and nobody takes it for complete.

use std::ops::Range;

use super::requirement::normal_name;

/// How many packages one lock may have.
const PACKAGES: usize = 50_000;

/// Whose lock it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tool {
    /// `uv.lock`
    Uv,
    /// `poetry.lock`
    Poetry,
    /// `pdm.lock`
    Pdm,
    /// `pylock.toml`, `pylock.<name>.toml`
    Standard,
    /// `Pipfile.lock`
    Pipenv,
}

/// A package in a lock.
#[derive(Clone, Debug)]
pub struct Locked {
    /// The name as indexes compare it.
    pub name: String,
    /// The version; `None` for what has none, as a folder.
    pub version: Option<String>,
    /// Whether it comes from an index, and not from a repository, an address or a folder.
    pub from_index: bool,
    /// Whether its files have hashes.
    pub hashed: bool,
    /// The bytes of the version, or of the name where there is none.
    pub range: Range<usize>,
}

/// A lock.
#[derive(Clone, Debug)]
pub struct Lock {
    /// Whose it is.
    pub tool: Tool,
    /// Its packages, in the order of the file.
    pub packages: Vec<Locked>,
}

impl Lock {
    /// Returns every locked version of a package, by its normal name.
    pub fn versions<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Locked> {
        self.packages.iter().filter(move |package| package.name == name)
    }
}

/// Returns whose lock a file name is.
pub fn tool_of(name: &str) -> Option<Tool> {
    match name {
        "uv.lock" => Some(Tool::Uv),
        "poetry.lock" => Some(Tool::Poetry),
        "pdm.lock" => Some(Tool::Pdm),
        "Pipfile.lock" => Some(Tool::Pipenv),
        _ => (name.starts_with("pylock.") && name.ends_with(".toml")).then_some(Tool::Standard),
    }
}

/// Reads a lock.
///
/// # Errors
/// When it is not in the form that its tool writes.
pub fn read(tool: Tool, text: &str) -> Result<Lock, String> {
    let packages = match tool {
        Tool::Pipenv => pipenv(text)?,
        Tool::Uv | Tool::Poetry | Tool::Pdm | Tool::Standard => lines(text, tool)?,
    };
    Ok(Lock { tool, packages })
}

/// Reads the TOML locks.
fn lines(text: &str, tool: Tool) -> Result<Vec<Locked>, String> {
    let mut packages: Vec<Locked> = Vec::new();
    // Inside of `[[package]]` itself, not of a table below it.
    let (mut inside, mut at, mut at_the_end) = (false, 0, false);
    let mut hashed_at_the_end = std::collections::HashSet::new();
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim_end();
        if content.starts_with('[') {
            inside = matches!(content, "[[package]]" | "[[packages]]");
            if inside {
                if packages.len() >= PACKAGES {
                    return Err("it has more packages than any real lock".to_owned());
                }
                packages.push(Locked {
                    name: String::new(),
                    version: None,
                    from_index: true,
                    hashed: tool == Tool::Uv,
                    range: start..start + content.len(),
                });
            }
            let table = content.trim_matches(['[', ']']);
            at_the_end = matches!(table, "metadata.files" | "metadata.hashes");
            if let Some(package) = packages
                .last_mut()
                .filter(|_| matches!(table, "package.source" | "packages.vcs" | "packages.directory" | "packages.archive"))
            {
                package.from_index = false;
            }
            continue;
        }
        let Some(package) = packages.last_mut() else { continue };
        let hash = ["hash = \"", "hashes = {", "sha256 = \"", "\"sha256:"].iter().any(|sign| content.contains(sign));
        if at_the_end {
            // poetry.lock before 2.0 keeps all hashes at its end.
            if let Some((name, rest)) = content.split_once('=')
                && rest.trim() != "[]"
            {
                hashed_at_the_end.insert(normal_name(name.trim().trim_matches('"')));
            }
            continue;
        }
        if tool == Tool::Uv {
            // A package of which no file fits the project's platforms has no files, and is never installed.
            let file = ["sdist = {", "    { url = ", "    { path = ", "    { filename = "].iter().any(|sign| content.starts_with(sign));
            package.hashed &= hash || !file;
        } else {
            package.hashed |= hash;
        }
        // To Poetry, an index beside the public one is a source of this type.
        if content == "type = \"legacy\"" {
            package.from_index = true;
        }
        if !inside {
            continue;
        }
        if let Some((value, range)) = value_of(content, "name", start) {
            package.name = normal_name(value);
            if package.version.is_none() {
                package.range = range;
            }
        } else if let Some((value, range)) = value_of(content, "version", start) {
            package.version = Some(value.to_owned());
            package.range = range;
        } else if let Some(source) = content.strip_prefix("source = {") {
            package.from_index = source.trim_start().starts_with("registry");
        } else if ["git = ", "path = ", "url = ", "editable = ", "vcs = ", "directory = ", "archive = "]
            .iter()
            .any(|key| content.starts_with(key))
        {
            package.from_index = false;
        }
    }
    packages.iter_mut().for_each(|package| package.hashed |= hashed_at_the_end.contains(&package.name));
    if packages.iter().any(|package| package.name.is_empty()) {
        return Err("a package in it has no name in the form that its tool writes".to_owned());
    }
    let known = text.contains("version = ") || text.contains("metadata");
    if packages.is_empty() && !known { Err("it is not in the form that its tool writes".to_owned()) } else { Ok(packages) }
}

/// Returns the text of `key = "text"` and its place.
fn value_of<'a>(content: &'a str, key: &str, start: usize) -> Option<(&'a str, Range<usize>)> {
    let quoted = content.strip_prefix(key)?.strip_prefix(" = \"")?;
    let value = &quoted[..quoted.find('"')?];
    let at = start + content.len() - quoted.len();
    Some((value, at..at + value.len()))
}

/// Reads a `Pipfile.lock`.
fn pipenv(text: &str) -> Result<Vec<Locked>, String> {
    use jsonc_parser::ast::Value;
    if deepest(text) > 64 {
        return Err("its values lie deeper in each other than in any real lock".to_owned());
    }
    let parsed = jsonc_parser::parse_to_ast(text, &jsonc_parser::CollectOptions::default(), &jsonc_parser::ParseOptions::default());
    let parsed = parsed.map_err(|error| error.kind().to_string())?;
    let Some(Value::Object(root)) = parsed.value else { return Err("it is no JSON object".to_owned()) };
    let mut packages = Vec::new();
    for group in root.properties.iter().filter(|group| group.name.as_str() != "_meta") {
        let Value::Object(group) = &group.value else { continue };
        for package in &group.properties {
            let Value::Object(facts) = &package.value else { continue };
            let (mut version, mut hashed, mut from_index) = (None, false, true);
            for fact in &facts.properties {
                match (fact.name.as_str(), &fact.value) {
                    ("version", Value::StringLit(text)) => {
                        version = Some((text.value.trim_start_matches('=').to_owned(), text.range.start..text.range.end))
                    }
                    ("hashes", Value::Array(hashes)) => hashed = !hashes.elements.is_empty(),
                    ("git" | "path" | "file" | "ref", _) => from_index = false,
                    _ => {}
                }
            }
            let (version, range) =
                version.map_or((None, package.range.start..package.range.start), |(version, range)| (Some(version), range));
            packages.push(Locked { name: normal_name(package.name.as_str()), version, from_index, hashed, range });
            if packages.len() > PACKAGES {
                return Err("it has more packages than any real lock".to_owned());
            }
        }
    }
    Ok(packages)
}

/// Returns how deep brackets lie in each other, at most; those in texts count too.
fn deepest(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(tool: Tool, text: &str) -> Vec<(String, String, bool, bool)> {
        let show = |package: &Locked| (package.name.clone(), text[package.range.clone()].to_owned(), package.from_index, package.hashed);
        read(tool, text).unwrap().packages.iter().map(show).collect()
    }

    fn row(name: &str, shown: &str, from_index: bool, hashed: bool) -> (String, String, bool, bool) {
        (name.to_owned(), shown.to_owned(), from_index, hashed)
    }

    #[test]
    fn reads_each_form() {
        let uv = "version = 1\n\n[[package]]\nname = \"Foo.bar\"\nversion = \"1.2\"\nsource = { registry = \"https://i.example\" }\nsdist = { url = \"u\", hash = \"sha256:00\" }\n\n[[package]]\nname = \"me\"\nsource = { virtual = \".\" }\n\n[package.metadata]\nrequires-dist = [{ name = \"x\" }]\n";
        let bare = uv.replace(", hash = \"sha256:00\"", "");
        assert_eq!(shown(Tool::Uv, &bare)[0], row("foo-bar", "1.2", true, false));
        assert_eq!(shown(Tool::Uv, uv), [row("foo-bar", "1.2", true, true), row("me", "me", false, true)]);
        let poetry = "[[package]]\nname = \"a\"\nversion = \"1\"\nfiles = [\n    {file = \"a.whl\", hash = \"sha256:00\"},\n]\n\n[[package]]\nname = \"b\"\nversion = \"2\"\nfiles = []\n\n[package.source]\ntype = \"git\"\n\n[[package]]\nname = \"c\"\nversion = \"3\"\n\n[metadata]\npython-versions = \"*\"\n\n[metadata.files]\nc = [\n    {file = \"c\", hash = \"sha256:00\"},\n]\n";
        assert_eq!(shown(Tool::Poetry, poetry), [row("a", "1", true, true), row("b", "2", false, false), row("c", "3", true, true)]);
        let pipenv = r#"{"_meta": {"hash": {"sha256": "x"}}, "default": {"a": {"hashes": ["sha256:00"], "version": "==1.0"}, "b": {"git": "u", "ref": "m"}}, "develop": {}}"#;
        assert_eq!(shown(Tool::Pipenv, pipenv), [row("a", "\"==1.0\"", true, true), row("b", "", false, false)]);
        assert!(read(Tool::Pipenv, "[").is_err() && read(Tool::Uv, "[[package]]\n'name' = 'x'\n").is_err());
        assert!(read(Tool::Pipenv, &"[".repeat(100_000)).is_err());
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "([a-z\"=\n{}, ]|\\[\\[package\\]\\]\n|name = \"|version = \"|\\[metadata.files\\]\n){0,60}") {
            let _ = (read(Tool::Uv, &text), read(Tool::Pipenv, &text));
        }
    }
}
