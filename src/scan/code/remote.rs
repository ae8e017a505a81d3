//! Scripts from the network that Python hands to its own interpreter or to the shell.

#![expect(clippy::wildcard_enum_match_arm, reason = "the syntax tree is the parser's enum, and grows with Python")]

use ruff_python_ast::Expr;

use super::call::{Call, hit};
use super::names::{Origin, first_of, last_of};
use super::walk::Walk;
use super::{Hit, Risk, model_output, models, shell};

const HOW: &str = "Keep the script in this repository, or download it once, check its SHA-256, and run that copy";

/// Judges a call.
pub(super) fn call(walk: &mut Walk<'_>, call: &Call<'_>) {
    let runs = models::runs_python(&call.path);
    if runs && let Some(code) = call.args.first() {
        let origin = model_output::origin(walk, code);
        if origin.network && !origin.by_model() {
            let name = call.shown();
            let what = format!("`{name}` runs code that comes over the network");
            walk.push(hit(Risk::RemoteScript, call.range.clone(), &name, what, HOW), None);
        }
    }
    if matches!(call.path.as_str(), "urllib.request.urlretrieve" | "urllib.urlretrieve" | "urlretrieve" | "wget.download")
        && let Some(file) = call.argument("filename", 1).or_else(|| call.keyword("out")).and_then(|file| walk.names.text(file))
    {
        walk.downloads.push(file);
    }
    let by_shell = models::runs_shell(&call.path)
        || matches!(last_of(&call.path), "run_line_magic" | "getoutput" | "system" | "run" | "sudo" | "local");
    if !by_shell {
        return;
    }
    let Some(command) = call.argument("args", 0).or_else(|| call.keyword("cmd")) else { return };
    if models::runs_shell(&call.path) {
        let origin = model_output::origin(walk, command);
        let direct = !matches!(command, Expr::List(_) | Expr::Tuple(_) | Expr::FString(_) | Expr::BinOp(_));
        if direct && origin.network && !origin.by_model() {
            let name = call.shown();
            let what = format!("`{name}` runs a command that comes over the network");
            walk.push(hit(Risk::RemoteScript, call.range.clone(), &name, what, HOW), None);
            return;
        }
    }
    let Some(line) = line_of(walk, command) else { return };
    if walk.downloads.iter().any(|file| shell::runs_file(&line, file)) {
        let what = "a script is run that was downloaded without a check".to_owned();
        walk.push(hit(Risk::RemoteScript, call.range.clone(), "remote script", what, HOW), None);
    }
    for found in shell::hits(&line) {
        // The place in the string is not the place in the file: the whole call is underlined.
        walk.push(Hit { range: call.range.clone(), ..found }, None);
    }
}

/// Returns the command line that an argument is, as far as it is written in the code.
fn line_of(walk: &Walk<'_>, command: &Expr) -> Option<String> {
    match command {
        Expr::List(list) => {
            let words: Vec<String> = list.elts.iter().map(|word| walk.names.text(word).unwrap_or_else(|| "python".to_owned())).collect();
            let quote = |word: &String| {
                if word.contains([' ', '|', '&', ';', '<', '>']) { format!("'{}'", word.replace('\'', "")) } else { word.clone() }
            };
            Some(words.iter().map(quote).collect::<Vec<_>>().join(" "))
        }
        Expr::FString(text) => {
            let mut line = String::new();
            for part in &text.value {
                match part {
                    ruff_python_ast::FStringPart::Literal(literal) => line.push_str(literal),
                    ruff_python_ast::FStringPart::FString(string) => {
                        for element in &string.elements {
                            match element {
                                ruff_python_ast::InterpolatedStringElement::Literal(literal) => line.push_str(&literal.value),
                                ruff_python_ast::InterpolatedStringElement::Interpolation(_) => line.push('x'),
                            }
                        }
                    }
                }
            }
            Some(line)
        }
        Expr::Call(format) if matches!(format.func.as_ref(), Expr::Attribute(attribute) if attribute.attr.as_str() == "format") => {
            let Expr::Attribute(attribute) = format.func.as_ref() else { return None };
            walk.names.text(&attribute.value)
        }
        Expr::BinOp(format) if format.op == ruff_python_ast::Operator::Mod => line_of(walk, &format.left),
        Expr::BinOp(both) => {
            let (left, right) = (line_of(walk, &both.left), line_of(walk, &both.right));
            (left.is_some() || right.is_some()).then(|| left.unwrap_or_else(|| "x".to_owned()) + &right.unwrap_or_else(|| "x".to_owned()))
        }
        _ => walk.names.text(command),
    }
}

/// Returns whether a call brings something from the network.
pub(super) fn fetches(path: &str) -> Origin {
    let network = matches!(first_of(path), "requests" | "httpx" | "urllib" | "urllib2" | "urllib3" | "aiohttp" | "niquests")
        && matches!(last_of(path), "get" | "post" | "put" | "request" | "urlopen" | "read" | "urlretrieve" | "stream" | "text")
        || last_of(path) == "urlopen";
    Origin { network, ..Origin::default() }
}
