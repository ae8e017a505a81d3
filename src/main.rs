//! The `highroad` binary: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(highroad::cli::run() as u8)
}
