//! Answers on the command line.

use crate::base::diagnostic::Diagnostic;
use crate::render::answers::Given;

/// Reads what `--set` was given.
///
/// # Errors
/// When a text is no key with a value.
pub(super) fn set(pairs: &[String]) -> Result<Vec<Given>, Diagnostic> {
    let one = |pair: &String| match pair.split_once('=') {
        Some((key, value)) => Ok(Given { key: key.trim().to_owned(), value: value.trim().to_owned(), place: format!("--set {pair}") }),
        None => Err(Diagnostic::usage("set", format!("`{pair}` is no answer"))
            .at("--set")
            .because("a key, `=` and a value are expected")
            .fix("write `--set host=gitlab`")),
    };
    pairs.iter().map(one).collect()
}
