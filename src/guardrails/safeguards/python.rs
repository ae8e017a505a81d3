//! What shared Python code no longer refuses, checks or tests. By lines and indentation: the road's own style is known.

use std::collections::BTreeMap;

use super::{Loss, bare};

/// A function with its body, from its `def` line on.
#[derive(Clone, Debug)]
pub struct Function<'a> {
    /// The line of its `def`, from 1.
    pub line: usize,
    /// The lines of its body, without comments and documentation.
    pub body: Vec<&'a str>,
}

/// Calls whose loss is the loss of a safeguard.
const CALLS: &[&str] = &[
    "verify_model(",
    "record_model(",
    "read_dataset(",
    "require_plausible(",
    "inside(",
    "write_atomically(",
    "weights_only=True",
    "check_question(",
    "check_answer(",
    "check_support(",
    "screen_passages(",
];
/// Beginnings of names of functions that guard.
const GUARDS: &[&str] = &[
    "check",
    "verify",
    "require",
    "screen",
    "redact",
    "valid",
    "guard",
    "allow",
    "deny",
    "refuse",
    "permission",
    "limit",
    "approv",
    "authenti",
    "sanit",
    "permit",
    "load_verified",
    "is_allowed",
    "spend",
];

/// Returns what code has lost: a call of a safeguard, a function that guards, a refusal.
pub fn lost(before: &str, now: &str) -> Vec<Loss> {
    let mut out = Vec::new();
    for call in CALLS {
        let count = |text: &str| text.lines().map(bare).filter(|line| line.contains(call) && !line.starts_with("def ")).count();
        if count(before) > count(now) {
            let name = call.trim_end_matches('(');
            out.push(Loss::new(
                0,
                name,
                format!("`{name}` is called less often than the road does"),
                format!("Put the call of `{name}` back"),
            ));
        }
    }
    let now_functions = functions(now);
    for (name, was) in functions(before) {
        let plain = name.rsplit('.').next().unwrap_or(&name).trim_start_matches('_');
        let guards = GUARDS.iter().any(|guard| plain.starts_with(guard));
        let refusals =
            |function: &Function<'_>| function.body.iter().filter(|line| line.contains("raise ") || line.contains("refuse(")).count();
        match now_functions.get(&name) {
            None if guards || refusals(&was) > 0 => {
                let loss = Loss::new(0, &name, format!("`{name}` is gone"), "Put it back, or write where its check is now");
                out.push(if guards { loss } else { loss.advice() });
            }
            None => {}
            Some(is) if refusals(is) < refusals(&was) => {
                out.push(Loss::new(is.line, &name, format!("`{name}` refuses less than the road's does"), "Put the refusal back"));
            }
            Some(is) if answers_at_once(is) && !answers_at_once(&was) => {
                out.push(Loss::new(is.line, &name, format!("`{name}` ends before it checks anything"), "Take the early end away"));
            }
            Some(_) => {}
        }
    }
    for (name, was) in constants(before) {
        if let Some((line, is)) = constants(now).get(&name).map(|(line, is)| (*line, *is))
            && was.1 != is
        {
            out.push(
                Loss::new(
                    line,
                    &name,
                    format!("`{name}` is no longer what the road set"),
                    format!("Set it to `{}` again, or write why not", shown(was.1)),
                )
                .advice(),
            );
        }
    }
    out
}

/// Returns what tests have lost: a test, an assertion; or a mark that skips.
pub fn lost_tests(before: &str, now: &str) -> Vec<Loss> {
    let mut out = Vec::new();
    let now_functions = functions(now);
    for (name, was) in
        functions(before).into_iter().filter(|(name, _)| name.rsplit('.').next().is_some_and(|name| name.starts_with("test")))
    {
        let asserts =
            |function: &Function<'_>| function.body.iter().filter(|line| line.contains("assert") || line.contains("pytest.raises")).count();
        match now_functions.get(&name) {
            None => out.push(Loss::new(0, &name, format!("the test `{name}` is gone"), "Put it back, or write what tests it now").advice()),
            Some(is) if asserts(is) < asserts(&was) => out.push(
                Loss::new(is.line, &name, format!("the test `{name}` asserts less than the road's does"), "Put the assertion back")
                    .advice(),
            ),
            Some(_) => {}
        }
    }
    for (at, line) in now.lines().enumerate() {
        let skips =
            ["pytest.mark.skip", "pytest.skip(", "pytestmark", "mark.xfail", "__test__ = False"].iter().any(|mark| line.contains(mark));
        if skips && !before.contains(line.trim()) {
            out.push(Loss::new(at + 1, line.trim(), "a test of the road is skipped", "Let it run"));
        }
    }
    out
}

/// Returns the functions by name, with the class before a dot.
pub fn functions(text: &str) -> BTreeMap<String, Function<'_>> {
    let mut out: BTreeMap<String, Function<'_>> = BTreeMap::new();
    let mut class: Option<&str> = None;
    let mut open: Option<(String, usize)> = None;
    let mut quoted = false;
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let quotes = trimmed.matches("\"\"\"").count();
        if quoted || trimmed.starts_with("\"\"\"") || trimmed.starts_with("r\"\"\"") {
            quoted = if quotes % 2 == 1 { !quoted } else { quoted };
            continue;
        }
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let head = trimmed.strip_prefix("async ").unwrap_or(trimmed);
        if indent == 0 {
            class = head.strip_prefix("class ").map(|rest| rest.split(['(', ':']).next().unwrap_or(rest).trim());
        }
        if let Some((_, deep)) = &open
            && indent <= *deep
            && !trimmed.starts_with(')')
        {
            open = None;
        }
        if open.is_none()
            && let Some(rest) = head.strip_prefix("def ")
        {
            let name = rest.split('(').next().unwrap_or(rest).trim();
            let name = class.filter(|_| indent > 0).map_or_else(|| name.to_owned(), |class| format!("{class}.{name}"));
            out.insert(name.clone(), Function { line: at + 1, body: Vec::new() });
            open = Some((name, indent));
            continue;
        }
        if let Some((name, _)) = &open
            && let Some(function) = out.get_mut(name)
        {
            function.body.push(bare(trimmed));
        }
    }
    out
}

/// Whether the first statement of a function is to return or to do nothing, though it has more.
fn answers_at_once(function: &Function<'_>) -> bool {
    let signature = |line: &&&str| line.ends_with(',') || line.starts_with(')') || line.starts_with("self");
    let Some(first) = function.body.iter().find(|line| !signature(line)) else { return false };
    let constant = |value: &str| {
        let value = value.trim();
        value.is_empty() || matches!(value, "None" | "True" | "False" | "()" | "[]" | "\"\"") || value.parse::<f64>().is_ok()
    };
    first.strip_prefix("return").is_some_and(constant) || **first == *"pass"
}

/// Returns whether a function ends before it does anything, for suites of checks.
pub fn ends_at_once(function: &Function<'_>) -> bool {
    answers_at_once(function)
}

/// Returns the constants of a module that are numbers or words: name, line and value.
pub fn constants(text: &str) -> BTreeMap<String, (usize, &str)> {
    let mut out = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let Some((name, value)) = bare_constant(line).split_once(" = ") else { continue };
        let name = name.split(':').next().unwrap_or(name).trim();
        let value = value.trim();
        let upper = !name.is_empty() && name.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_');
        let plain = value.bytes().all(|c| c.is_ascii_digit() || matches!(c, b'.' | b'_' | b' ' | b'*' | b'-' | b'<'))
            || matches!(value, "True" | "False");
        if upper && plain && !value.is_empty() {
            out.insert(name.to_owned(), (at + 1, value));
        }
    }
    out
}

fn bare_constant(line: &str) -> &str {
    if line.starts_with([' ', '\t', '#']) { "" } else { line.split("  #").next().unwrap_or(line) }
}

fn shown(value: &str) -> String {
    value.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "\"\"\"Doc.\"\"\"\nMAX = 4_000 * 2  # bytes\n\n\nclass Guard:\n    \"\"\"G.\"\"\"\n\n    def check(self, text: str) -> None:\n        \"\"\"Checks.\n\n        More.\n        \"\"\"\n        if bad(text):\n            raise Blocked(\"x\")\n\n\ndef load(path):\n    verify_model(path)\n    return read(path)\n";

    #[test]
    fn sees_refusals_go() {
        assert!(lost(CODE, CODE).is_empty());
        assert_eq!(functions(CODE)["Guard.check"].body, ["if bad(text):", "raise Blocked(\"x\")"]);
        let keys = |now: &str| lost(CODE, now).into_iter().map(|loss| loss.key).collect::<Vec<_>>();
        assert_eq!(keys(&CODE.replace("raise Blocked(\"x\")", "pass")), ["Guard.check"]);
        assert_eq!(keys(&CODE.replace("    verify_model(path)\n", "")), ["verify_model"]);
        assert_eq!(keys(&CODE.replace("        if bad", "        return\n        if bad")), ["Guard.check"]);
        assert_eq!(keys(&CODE.replace("4_000 * 2", "9")), ["MAX"]);
    }

    #[test]
    fn sees_tests_go() {
        let test = "def test_a():\n    assert 1\n    assert 2\n";
        assert!(lost_tests(test, test).is_empty());
        assert_eq!(lost_tests(test, "def test_a():\n    assert 1\n").len(), 1);
        assert_eq!(lost_tests(test, &format!("@pytest.mark.skip\n{test}")).len(), 1);
        assert_eq!(lost_tests(test, "").len(), 1);
    }
}
