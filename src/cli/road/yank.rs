//! `highroad road yank`.

use clap::Args;

use super::statement::Place;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::ops::road::store::Statement;

/// Take a released version out of use: no project takes it any more, those on it are told why
#[derive(Args, Debug)]
pub(super) struct Yank {
    /// The version
    #[arg(value_name = "VERSION")]
    release: String,
    /// Why, in one line that projects are told
    #[arg(long, required_unless_present = "undo")]
    reason: Option<String>,
    /// Take it back
    #[arg(long, conflicts_with = "reason")]
    undo: bool,
    #[command(flatten)]
    pub(super) place: Place,
}

impl Yank {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let told = format!("{} {}", self.release, if self.undo { "can be taken again" } else { "is yanked: no project takes it" });
        self.place.state(&self.release, &[Statement::Yanked(self.reason)], &told)
    }
}
