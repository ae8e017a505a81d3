//! `highroad hook`: the commit hook.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::check::{Format, print};
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::{env, ui};
use crate::ops::{check, hook};
use crate::repo::config::Level;
use crate::repo::worktree::Scope;

/// Check what is about to be committed, at every commit
#[derive(Args, Debug)]
pub(super) struct Hook {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Put the hook where git looks for it; a hook that is there is left alone
    Install,
    /// What the hook runs: check the staged files, and say nothing where they are clean
    Run,
}

impl Hook {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        match self.command {
            Command::Install => {
                match hook::install(&env::current_folder()?)? {
                    hook::Installed::Written(path) => ui::talk(&format!("The hook is on: {}\n", path.display())),
                    hook::Installed::There(path) => ui::talk(&format!("The hook was on already: {}\n", path.display())),
                }
                Ok(Exit::Clean)
            }
            Command::Run => {
                let options =
                    check::Options { path: PathBuf::from("."), explicit: false, scope: Scope::Staged, only: Vec::new(), skip: Vec::new() };
                let checked = check::check(&options, &|_, _| ())?;
                // Advice is for a calm moment, not for every commit.
                if checked.outcome.open().all(|judged| judged.level == Level::Advise) && checked.outcome.exit() == Exit::Clean {
                    return Ok(Exit::Clean);
                }
                print(&checked.outcome, Format::Human, false)
            }
        }
    }
}
