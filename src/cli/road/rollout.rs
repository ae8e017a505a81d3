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
        let told = format!("{} goes to {} of a hundred repositories", self.release, self.percent);
        self.place.state(&self.release, &[Statement::Rollout(self.percent)], &told)
    }
}
