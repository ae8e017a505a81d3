//! Python sources in model archives: calls that no model needs.

use std::sync::LazyLock;

use regex::Regex;

/// Calls that run commands or code, or reach for files.
static CALLS: LazyLock<Regex> = LazyLock::new(|| {
    let words = [
        r"\bos\s*\.\s*(?:system|popen|exec[lv]p?e?|spawn\w+|posix_spawn|remove|unlink|fork)\s*\(",
        r"\bsubprocess\s*\.\s*\w+\s*\(",
        r"\bfrom\s+(?:subprocess|pty|ctypes|socket|commands)\s+import\b",
        r"\b(?:pty\s*\.\s*spawn|ctypes\s*\.\s*(?:CDLL|cdll)|socket\s*\.\s*(?:socket|create_connection))\b",
        r"(?:^|[^\w.])(?:eval|exec|execfile|__import__)\s*\(",
        r"\b(?:importlib\s*\.\s*import_module|runpy\s*\.\s*run_\w+|builtins\s*\.\s*\w+)\s*\(",
        r"\b(?:pickle|marshal|dill|cloudpickle)\s*\.\s*loads?\s*\(",
        r"\b(?:urllib\s*\.\s*request|requests)\s*\.\s*(?:urlopen|urlretrieve|get|post)\s*\(",
        r"\b(?:torch|ops\s*\.\s*aten|aten)\s*\.\s*(?:from_file|save|load|load_library)\s*\(",
        r"\bops\s*\.\s*(?:aten\s*\.\s*(?:from_file|save)|torch\s*\.\s*load\w*|prim\s*\.\s*PythonOp|inductor\s*\.\s*\w+)",
        r"\^Py\w*|\bPythonOp\b",
        r"__(?:globals|builtins|subclasses|mro|code|reduce)__",
    ];
    Regex::new(&words.join("|")).expect("the pattern is fixed")
});

/// Returns what a source calls that no model needs.
pub(super) fn faults(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines().take(200_000) {
        let code = line.split('#').next().unwrap_or(line);
        if code.len() > 100_000 {
            found.push("the source has a line that is too long for people".to_owned());
            continue;
        }
        if let Some(hit) = CALLS.find(code) {
            let call: String = hit.as_str().trim().trim_end_matches('(').chars().take(60).collect();
            let what = format!("the source calls `{}`", call.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_' && c != '^'));
            if !found.contains(&what) {
                found.push(what);
            }
        }
        if found.len() > 10 {
            break;
        }
    }
    found
}

/// Whether a member's name is made for a shell or a terminal rather than for a file.
pub(super) fn is_shell_name(name: &str) -> bool {
    name.contains("$(")
        || name.contains('`')
        || name.chars().any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}
