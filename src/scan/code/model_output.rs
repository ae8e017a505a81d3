//! What a language model said, followed within a file to where it is run as code or as a command.

#![expect(clippy::wildcard_enum_match_arm, reason = "the syntax tree is the parser's enum, and grows with Python")]

use std::ops::Range;

use ruff_python_ast::{Expr, FStringPart, InterpolatedStringElement};

use super::call::{Call, bytes, hit};
use super::models::{PERHAPS, answers, runs_python, runs_shell, speaks};
use super::names::{Origin, first_of, last_of};
use super::remote;
use super::walk::Walk;
use super::{Hit, Risk};

const CODE_HOW: &str = "Do not run what a model says: parse it (`json.loads`, `ast.literal_eval`) and choose among functions of your own, or run it in a sandbox without network and secrets";
const SHELL_HOW: &str = "Choose among commands of your own by name and pass arguments as a list without `shell=True`, or run it in a sandbox without network and secrets";

/// Functions whose result is harmless whatever goes in.
const HARMLESS: &[&str] = &[
    "int",
    "float",
    "bool",
    "len",
    "literal_eval",
    "isinstance",
    "hash",
    "abs",
    "round",
    "quote",
    "compile_restricted",
    "index",
    "find",
    "count",
    "startswith",
    "endswith",
    "isdigit",
    "isalnum",
    "hexdigest",
    "sha256",
    "md5",
    "print",
    "type",
    "id",
    "write",
    "write_text",
    "sorted_keys",
];
/// Words in the name of a function that checks what goes in.
const CHECKS: &[&str] =
    &["sanitize", "sanitise", "validate", "allowlist", "whitelist", "allowed", "restrict", "escape", "safe_eval", "is_safe", "sandbox"];
/// Programs that run what they are given.
const INTERPRETERS: &[&str] = &[
    "python",
    "python3",
    "bash",
    "sh",
    "zsh",
    "node",
    "perl",
    "ruby",
    "php",
    "powershell",
    "pwsh",
    "cmd",
    "cmd.exe",
    "psql",
    "Rscript",
    "osascript",
    "xargs",
    "ssh",
];

/// Returns who had a hand in a value.
pub(super) fn origin(walk: &Walk<'_>, expression: &Expr) -> Origin {
    let of = |expression: &Expr| origin(walk, expression);
    let all = |expressions: &[Expr]| expressions.iter().map(of).fold(Origin::default(), Origin::and);
    match expression {
        Expr::Name(name) => match walk.names.lookup(&name.id) {
            Some(value) => value.origin,
            None => Origin { model_by_name: speaks(&name.id), ..Origin::default() },
        },
        Expr::Attribute(attribute) => {
            let known = super::names::written(expression).and_then(|name| walk.names.lookup(&name)).map(|value| value.origin);
            known.unwrap_or_else(|| of(&attribute.value))
        }
        Expr::Call(call) => call_origin(walk, call),
        Expr::Await(awaited) => of(&awaited.value),
        Expr::Starred(starred) => of(&starred.value),
        // What is looked up in a table of the program's own is the program's own.
        Expr::Subscript(subscript) => of(&subscript.value),
        Expr::BinOp(both) => of(&both.left).and(of(&both.right)),
        Expr::BoolOp(both) => all(&both.values),
        Expr::If(choice) => of(&choice.body).and(of(&choice.orelse)),
        Expr::Named(named) => of(&named.value),
        Expr::Dict(dict) => dict.items.iter().map(|item| of(&item.value)).fold(Origin::default(), Origin::and),
        Expr::List(list) => all(&list.elts),
        Expr::Tuple(tuple) => all(&tuple.elts),
        Expr::Set(set) => all(&set.elts),
        Expr::ListComp(list) => of(&list.elt),
        Expr::Generator(generator) => of(&generator.elt),
        Expr::FString(text) => {
            let mut sum = Origin::default();
            for part in &text.value {
                if let FStringPart::FString(string) = part {
                    for element in &string.elements {
                        if let InterpolatedStringElement::Interpolation(value) = element {
                            sum = sum.and(of(&value.expression));
                        }
                    }
                }
            }
            sum
        }
        _ => Origin::default(),
    }
}

fn call_origin(walk: &Walk<'_>, call: &ruff_python_ast::ExprCall) -> Origin {
    let path = walk.names.path(&call.func).unwrap_or_default();
    let last = last_of(&path).trim_start_matches('~');
    let lower = last.to_ascii_lowercase();
    if HARMLESS.contains(&last) || CHECKS.iter().any(|word| lower.contains(word)) {
        return Origin::default();
    }
    // A subscript of a call path is a path, too; what it answered stays.
    let mut sum = answers(walk, call, &path).and(remote::fetches(&path));
    if let Some(known) = walk.functions.get(last) {
        let own = path.starts_with('~') || path.starts_with("self.") || path.starts_with("cls.") || !path.contains('.');
        if own {
            sum = sum.and(*known);
        }
    }
    let base = match call.func.as_ref() {
        Expr::Attribute(attribute) => origin(walk, &attribute.value),
        _ => Origin::default(),
    };
    // What a program looks up by what a model said is the program's own.
    if last == "get" && !base.any() {
        return sum;
    }
    let arguments = call.arguments.args.iter().map(|argument| origin(walk, argument));
    let named = call.arguments.keywords.iter().map(|keyword| origin(walk, &keyword.value));
    sum = arguments.chain(named).fold(sum.and(base), Origin::and);
    // An address that came over the network is not what comes from there: only the answer counts.
    sum
}

/// Whether an argument by its own name holds what a model said.
fn by_name(walk: &Walk<'_>, argument: &Expr) -> bool {
    let name = match argument {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => {
            return by_name(walk, &attribute.value) && matches!(attribute.attr.as_str(), "text" | "content" | "output" | "code");
        }
        Expr::Call(call) => {
            return matches!(call.func.as_ref(), Expr::Attribute(attribute)
                if matches!(attribute.attr.as_str(), "strip" | "replace" | "lower" | "rstrip" | "lstrip" | "strip_code") && by_name(walk, &attribute.value));
        }
        _ => return false,
    };
    match walk.names.lookup(name) {
        // Where it is known to come from somewhere else, its name says nothing.
        Some(value) if value.path.is_some() || value.constant.is_some() => false,
        Some(_) | None => speaks(name) || PERHAPS.contains(&name),
    }
}

/// Judges a call that runs something.
pub(super) fn call(walk: &mut Walk<'_>, call: &Call<'_>) {
    let name = call.shown();
    if let Some(code) = call.args.first().filter(|_| runs_python(&call.path)) {
        let origin = origin(walk, code);
        if origin.by_model() || by_name(walk, code) {
            let what = format!("`{}` runs what a model said as Python code", name.replace("()", ""));
            report(walk, Risk::ModelOutput, call, &name, what, origin.model);
        }
        return;
    }
    if matches!(call.path.as_str(), "compile" | "builtins.compile")
        && let Some(code) = call.args.first()
    {
        let origin = origin(walk, code);
        if origin.by_model() || by_name(walk, code) {
            report(walk, Risk::ModelOutput, call, "compile", "`compile` turns what a model said into code".to_owned(), origin.model);
        }
        return;
    }
    if matches!(call.last(), "query" | "eval")
        && let Expr::Attribute(attribute) = call.callee
        && let Some(code) = call.args.first()
    {
        let table = super::names::written(&attribute.value).is_some_and(|name| {
            let name = last_of(&name).to_ascii_lowercase();
            name == "df" || name.contains("frame") || name.starts_with("df_") || name.ends_with("_df")
        });
        let origin = origin(walk, code);
        if table && origin.by_model() {
            let what = format!("`{}` evaluates what a model said", last_of(&name));
            report(walk, Risk::ModelOutput, call, &name, what, origin.model);
        }
        return;
    }
    if runs_shell(&call.path) {
        command(walk, call, &name);
    }
}

fn command(walk: &mut Walk<'_>, call: &Call<'_>, name: &str) {
    let Some(argument) = call.argument("args", 0).or_else(|| call.keyword("cmd")).or_else(|| call.keyword("command")) else { return };
    let shell = call.keyword("shell").is_some_and(|value| walk.names.truth(value) != Some(false));
    let spread: Vec<&Expr> = call.args.iter().skip(1).collect();
    let judged = match argument {
        Expr::List(list) if !shell => words(walk, &list.elts.iter().collect::<Vec<_>>()),
        Expr::Tuple(list) if !shell => words(walk, &list.elts.iter().collect::<Vec<_>>()),
        _ if call.last().ends_with("_exec")
            || call.last().starts_with("exec") && call.path.starts_with("os.")
            || call.last().starts_with("spawn") && call.path.starts_with("os.") =>
        {
            let all: Vec<&Expr> = std::iter::once(argument).chain(spread).collect();
            words(walk, &all)
        }
        _ => origin(walk, argument),
    };
    let named = !matches!(argument, Expr::List(_) | Expr::Tuple(_)) && by_name(walk, argument);
    if judged.by_model() || named {
        let what = format!("`{}` runs what a model said as a command", name.replace("()", ""));
        report(walk, Risk::Shell, call, name, what, judged.model);
    }
}

/// Judges a command whose words are apart: what a model said is run where it is the program, or what an interpreter runs.
fn words(walk: &Walk<'_>, words: &[&Expr]) -> Origin {
    let Some((program, rest)) = words.split_first() else { return Origin::default() };
    let first = origin(walk, program);
    let text =
        walk.names.text(program).or_else(|| walk.names.path(program).filter(|path| path == "sys.executable").map(|_| "python".to_owned()));
    let name = text.as_deref().map(|text| text.rsplit('/').next().unwrap_or(text).to_owned());
    let interpreter = name.as_deref().is_some_and(|name| INTERPRETERS.contains(&name) || name.starts_with("python3."));
    let runs = rest.iter().any(|word| {
        walk.names
            .text(word)
            .is_some_and(|word| matches!(word.as_str(), "-c" | "-e" | "-lc" | "-ic" | "/c" | "-Command" | "/C" | "-r" | "-ec"))
    });
    let inside = name.as_deref().is_some_and(|name| matches!(name, "ssh" | "xargs" | "sudo" | "env"));
    let guarded =
        name.as_deref().is_some_and(|name| matches!(name, "docker" | "podman" | "firejail" | "bwrap" | "nsjail" | "gvisor" | "runsc"));
    if guarded {
        return first;
    }
    if interpreter && runs || inside { rest.iter().map(|word| origin(walk, word)).fold(first, Origin::and) } else { first }
}

/// Judges a line for the shell in a notebook: `!{command}`, `!$command`.
pub(super) fn interpolated(walk: &mut Walk<'_>, command: &str, range: &Range<usize>) {
    let names = command.split(['{', '$']).skip(1).map(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or(""));
    let names: Vec<&str> = names.take(50).collect();
    let found = names.iter().find_map(|name| walk.names.lookup(name).map(|value| value.origin).filter(|origin| origin.by_model()));
    if let Some(origin) = found {
        let what = "a shell line runs what a model said as a command".to_owned();
        let hit = hit(Risk::Shell, range.clone(), "!", what, SHELL_HOW);
        walk.push(Hit { sure: origin.model, ..hit }, None);
    }
}

fn report(walk: &mut Walk<'_>, risk: Risk, call: &Call<'_>, name: &str, what: String, sure: bool) {
    let how = if risk == Risk::Shell { SHELL_HOW } else { CODE_HOW };
    let hit = hit(risk, call.range.clone(), name, what, how);
    walk.push(Hit { sure, ..hit }, None);
}

/// Judges the tools that packages offer to let a model run code or commands.
pub(super) fn tools(walk: &mut Walk<'_>, call: &Call<'_>) {
    let name = call.shown().replace("()", "");
    let last = last_of(&name).to_owned();
    let on = |name: &str| call.keyword(name).is_some_and(|value| walk.names.truth(value) == Some(true));
    let imported = call.path.contains('.') && !call.path.starts_with(['~', '.']);
    let (risk, sure, what) = if on("allow_dangerous_code") {
        (Risk::ModelOutput, true, format!("`{last}` with `allow_dangerous_code=True` runs code that a model writes"))
    } else if on("unsafe_mode") && last.contains("CodeInterpreter") {
        (Risk::ModelOutput, true, format!("`{last}` with `unsafe_mode=True` runs code that a model writes outside its sandbox"))
    } else if call.keyword("code_execution_mode").and_then(|mode| walk.names.text(mode)).is_some_and(|mode| mode == "unsafe") {
        (Risk::ModelOutput, true, format!("`{last}` runs code that a model writes outside a sandbox"))
    } else if no_sandbox(walk, call) {
        (Risk::ModelOutput, true, format!("`{last}` runs code that a model writes on this machine, without a container"))
    } else {
        match last.as_str() {
            "PythonREPLTool" | "PythonAstREPLTool" | "PythonREPL" => {
                (Risk::ModelOutput, imported, format!("`{last}` runs whatever Python a model writes, with the rights of this process"))
            }
            "create_pandas_dataframe_agent"
            | "create_csv_agent"
            | "create_python_agent"
            | "create_spark_dataframe_agent"
            | "create_xorbits_agent"
            | "PALChain"
            | "PandasQueryEngine"
            | "PolarsQueryEngine"
            | "LocalCommandLineCodeExecutor"
            | "PandasInstructionParser" => {
                (Risk::ModelOutput, imported, format!("`{last}` runs Python that a model writes, with the rights of this process"))
            }
            "from_math_prompt" | "from_colored_object_prompt" if call.path.contains("PALChain") => {
                (Risk::ModelOutput, true, "`PALChain` runs Python that a model writes, with the rights of this process".to_owned())
            }
            "ShellTool" | "BashProcess" | "LLMBashChain" | "TerminalTool" => {
                (Risk::Shell, imported, format!("`{last}` runs whatever command a model writes, with the rights of this process"))
            }
            "from_llm" if call.path.contains("LLMBashChain") => {
                (Risk::Shell, true, "`LLMBashChain` runs whatever command a model writes, with the rights of this process".to_owned())
            }
            "load_tools" => match tool(walk, call) {
                Some((risk, tool)) => {
                    (risk, true, format!("the tool `{tool}` runs whatever a model writes, with the rights of this process"))
                }
                None => return,
            },
            _ => return,
        }
    };
    let how = if risk == Risk::Shell { SHELL_HOW } else { CODE_HOW };
    let hit = hit(risk, call.range.clone(), &name, what, how);
    walk.push(Hit { sure, ..hit }, None);
}

/// Whether an agent is told to run code without a container.
fn no_sandbox(walk: &Walk<'_>, call: &Call<'_>) -> bool {
    let Some(settings) = call.keyword("code_execution_config") else { return false };
    let pairs = super::call::entries(&walk.names, settings).unwrap_or_default();
    pairs.iter().any(|(key, value)| key == "use_docker" && *value == Some(super::names::Constant::Truth(false)))
}

fn tool(walk: &Walk<'_>, call: &Call<'_>) -> Option<(Risk, String)> {
    let Expr::List(list) = call.args.first()? else { return None };
    list.elts.iter().filter_map(|name| walk.names.text(name)).find_map(|name| match name.as_str() {
        "python_repl" | "python_repl_ast" | "pal-math" | "pal-colored-objects" => Some((Risk::ModelOutput, name)),
        "terminal" | "shell" | "bash" => Some((Risk::Shell, name)),
        _ => None,
    })
}

/// Judges `interpreter.auto_run = True`.
pub(super) fn assign(walk: &mut Walk<'_>, target: &Expr, value: &Expr) {
    if let Expr::Attribute(attribute) = target
        && attribute.attr.as_str() == "auto_run"
        && walk.names.truth(value) == Some(true)
        && walk.names.path(&attribute.value).is_some_and(|path| first_of(&path) == "interpreter")
    {
        let range = bytes(target).start..bytes(value).end;
        let what = "code that a model writes is run without being shown (`auto_run = True`)".to_owned();
        walk.push(hit(Risk::ModelOutput, range, "interpreter.auto_run", what, CODE_HOW), None);
    }
}

/// Code that is compiled and then run is one finding: where it is run.
pub(super) fn finish(walk: &mut Walk<'_>) {
    let ran = walk.found.iter().any(|raw| raw.hit.risk == Risk::ModelOutput && raw.hit.key != "compile");
    walk.found.retain(|raw| !(ran && raw.hit.key == "compile"));
}
