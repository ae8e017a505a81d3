//! Ctrl-C: remembered, and looked at between steps, so that a stop leaves nothing half-done.

use std::sync::atomic::{AtomicBool, Ordering};

use super::diagnostic::Diagnostic;

static STOPPED: AtomicBool = AtomicBool::new(false);

/// Starts to listen for Ctrl-C and for a polite kill.
pub fn listen() {
    // A second handler can only mean that a test runs commands in one process: the first one serves.
    let _ = ctrlc::set_handler(|| STOPPED.store(true, Ordering::SeqCst));
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
