//! `highroad source`: whose roads this machine takes. One file a command.

mod add;
mod list;
mod refresh;
mod remove;

use clap::{Args, Subcommand};

use crate::base::diagnostic::{Diagnostic, Exit};

/// Choose whose roads you take: signed registries, and others when you say so
#[derive(Args, Debug)]
pub(super) struct Source {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(add::Add),
    List(list::List),
    Refresh(refresh::Refresh),
    Remove(remove::Remove),
}

impl Source {
    /// Whether the answer is one JSON document.
    pub(super) fn is_json(&self) -> bool {
        match &self.command {
            Command::Add(add) => add.json,
            Command::List(list) => list.json,
            Command::Refresh(refresh) => refresh.json,
            Command::Remove(remove) => remove.json,
        }
    }

    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        match self.command {
            Command::Add(add) => add.exec(),
            Command::List(list) => list.exec(),
            Command::Refresh(refresh) => refresh.exec(),
            Command::Remove(remove) => remove.exec(),
        }
    }
}
