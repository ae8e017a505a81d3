//! L5: the command line. One file a command: its flags and what it prints; the work is in `ops`.

mod adopt;
mod check;
mod checklist;
mod diff;
mod explain;
mod given;
mod hook;
mod merge_trees;
mod new;
mod place;
mod progress;
mod prompts;
mod resolve;
mod road;
mod scan;
mod source;
mod status;
mod undo;
mod upgrade;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::{interrupt, mask, ui};
use crate::report;
use crate::scan::secrets;

/// Puts ML projects on the paved road: secure from the first commit.
#[derive(Debug, Parser)]
#[command(name = "highroad", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::New),
    Adopt(adopt::Adopt),
    Upgrade(upgrade::Upgrade),
    Status(status::Status),
    Diff(diff::Diff),
    Resolve(resolve::Resolve),
    Undo(undo::Undo),
    Check(check::Check),
    Fix(check::Fix),
    Explain(explain::Explain),
    Scan(scan::ScanCommand),
    Source(source::Source),
    Hook(hook::Hook),
    Road(road::Road),
    MergeTrees(merge_trees::MergeTrees),
}

/// Runs the command line of this process and returns how it ends.
pub fn run() -> Exit {
    interrupt::listen();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help to standard output and errors to standard error; a closed pipe is no error.
            if !error.use_stderr() {
                let _ = error.print();
                return Exit::Clean;
            }
            // It quotes what it does not understand, and that may be a key or an address with a password.
            ui::talk(&mask::masked(&error.render().ansi().to_string()));
            return Exit::Usage;
        }
    };
    let (json, result) = match cli.command {
        Command::New(new) => (new.json, new.exec()),
        Command::Adopt(adopt) => (adopt.json, adopt.exec()),
        Command::Upgrade(upgrade) => (upgrade.json, upgrade.exec()),
        Command::Status(status) => (status.json, status.exec()),
        Command::Diff(diff) => (diff.json, diff.exec()),
        Command::Resolve(resolve) => (resolve.json, resolve.exec()),
        Command::Undo(undo) => (undo.json, undo.exec()),
        Command::MergeTrees(merge_trees) => (merge_trees.json, merge_trees.exec()),
        Command::Check(check) => (check.is_json(), check.exec()),
        Command::Fix(fix) => (fix.json, fix.exec()),
        Command::Explain(explain) => (explain.json, explain.exec()),
        Command::Scan(scan) => (scan.is_json(), scan.exec()),
        Command::Source(source) => (source.is_json(), source.exec()),
        Command::Hook(hook) => (false, hook.exec()),
        Command::Road(road) => (road.is_json(), road.exec()),
    };
    match result {
        Ok(exit) => exit,
        Err(diagnostic) => fail(&diagnostic, json),
    }
}

fn fail(diagnostic: &Diagnostic, json: bool) -> Exit {
    let diagnostic = &masked(diagnostic);
    if json {
        let _ = ui::data(&report::json::to_text(&report::json::failure(diagnostic)));
    }
    ui::talk(&report::human::error(diagnostic));
    diagnostic.exit
}

/// Takes credentials out of an error: it may quote a line of a file.
fn masked(diagnostic: &Diagnostic) -> Diagnostic {
    let mut shown = diagnostic.clone();
    for text in [&mut shown.what, &mut shown.why, &mut shown.fix].into_iter().chain(shown.place.as_mut()) {
        *text = secrets::redacted("error.txt", text).into_owned();
    }
    shown
}

/// Returns the definition of the command line, for the reference.
pub fn definition() -> clap::Command {
    Cli::command()
}
