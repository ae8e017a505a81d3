//! Talking to the person and to programs: data on standard output, talk on standard error.

use std::io::{self, Write as _};

use super::diagnostic::Diagnostic;

/// Writes data to standard output. A reader that closed the pipe is no error.
///
/// # Errors
/// When standard output refuses for another reason, such as a full disk.
pub fn data(text: &str) -> Result<(), Diagnostic> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Diagnostic::failed("output", "the result could not be written to standard output")
                .because(error.to_string())
                .fix("check where the output goes"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Says something on standard error. Where nobody can hear it, it is lost.
pub fn talk(text: &str) {
    let mut err = anstream::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
