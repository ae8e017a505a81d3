//! Ctrl-C: remembered, and looked at between steps, so that a stop leaves nothing half-done.

use std::sync::atomic::{AtomicBool, Ordering};

use super::diagnostic::{Diagnostic, Exit};

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Starts to listen for Ctrl-C and for a polite kill. The second one ends the process at once.
pub fn listen() {
    // A second handler can only mean that a test runs commands in one process: the first one serves.
    let _ = ctrlc::set_handler(|| {
        if STOPPED.swap(true, Ordering::SeqCst) {
            #[expect(
                clippy::exit,
                clippy::disallowed_methods,
                reason = "asked twice: the step that does not end is left as a kill would leave it"
            )]
            std::process::exit(Exit::Failed as i32);
        }
    });
}

/// Returns an error once the person asked to stop.
///
/// # Errors
/// `interrupted`, after Ctrl-C.
pub fn check() -> Result<(), Diagnostic> {
    if STOPPED.load(Ordering::SeqCst) { Err(interrupted()) } else { Ok(()) }
}

/// The error that a stopped run ends with.
pub fn interrupted() -> Diagnostic {
    Diagnostic::failed("interrupted", "stopped at your request")
        .because("Ctrl-C, Esc or an end of input came before the work was done")
        .fix("nothing was written; run the same command again when you are ready")
}
