//! The imports of Python code: read line by line, so that scripts of Python 2 and cells of notebooks count, too.

/// An import.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Import {
    /// The dotted name after `import` or `from`.
    pub module: String,
    /// The names after `from … import`, where they stand on the same line.
    pub names: Vec<String>,
    /// The line, from 1.
    pub line: usize,
    /// The byte that the line begins at.
    pub at: usize,
}

/// Returns the imports of a text, those in texts and comments left out.
pub(super) fn read(text: &str) -> Vec<Import> {
    let mut found = Vec::new();
    let mut quote: Option<&str> = None;
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let begins = at;
        at += line.len();
        if let Some(end) = quote {
            if line.matches(end).count() % 2 == 1 {
                quote = None;
            }
            continue;
        }
        let trimmed = line.trim_start();
        let mut module = |module: &str, names: Vec<String>| {
            let module: String = module.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
            if module.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_') {
                found.push(Import { module, names, line: number + 1, at: begins });
            }
        };
        if let Some(rest) = trimmed.strip_prefix("import ") {
            let rest = rest.split('#').next().unwrap_or_default();
            rest.split([',', ';']).for_each(|part| module(part.trim(), Vec::new()));
        } else if let Some(rest) = trimmed.strip_prefix("from ")
            && let Some((from, names)) = rest.split_once(" import ")
        {
            let names = names.split('#').next().unwrap_or_default();
            let names = names.split(',').map(|name| name.trim_matches(|c: char| !c.is_alphanumeric() && c != '_'));
            module(from.trim(), names.map(|name| name.split(' ').next().unwrap_or_default().to_owned()).collect());
        }
        quote = ["\"\"\"", "'''"].into_iter().find(|mark| code_part(line).matches(mark).count() % 2 == 1);
    }
    found
}

/// A line up to its comment, as far as that can be told without reading it word by word.
fn code_part(line: &str) -> &str {
    if line.trim_start().starts_with('#') { "" } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_imports_and_leaves_texts_alone() {
        let text = "\"\"\"\nimport a\n\"\"\"\nimport os, torch.nn as nn # import z\ntry:\n    from x.y import (b, c)\nexcept ImportError: pass\n# import d\nfrom . import local\ns = '''\nfrom e import f\n'''\nimport g\n";
        let modules: Vec<(String, usize)> = read(text).into_iter().map(|import| (import.module, import.line)).collect();
        let wanted = [("os", 4), ("torch.nn", 4), ("x.y", 6), ("g", 13)];
        assert_eq!(modules, wanted.map(|(module, line)| (module.to_owned(), line)));
    }
}
