//! `highroad road rollout`.

use clap::Args;

use super::statement::Place;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::ops::road::store::Statement;

/// Give a released version to a share of the repositories; the same ones stay in as the share grows
#[derive(Args, Debug)]
pub(super) struct Rollout {
    /// The version
    #[arg(value_name = "VERSION")]
    release: String,
    /// How many of a hundred repositories take it: 0 to 100
    #[arg(value_parser = clap::value_parser!(u8).range(0..=100))]
    percent: u8,
    #[command(flatten)]
    pub(super) place: Place,
}

impl Rollout {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let told = match self.percent {
            100 => format!("{} goes to every repository", self.release),
            0 => format!("{} goes to no repository", self.release),
            share => format!("{} goes to {share} of 100 repositories", self.release),
        };
        self.place.state(&self.release, &[Statement::Rollout(self.percent)], &told)
    }
}
