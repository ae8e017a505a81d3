//! `highroad road channel`.

use clap::Args;

use super::statement::Place;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::ops::road::store::Statement;

/// Put a released version into another channel: canary, stable, lts, or one of your own
#[derive(Args, Debug)]
pub(super) struct Channel {
    /// The version
    #[arg(value_name = "VERSION")]
    release: String,
    /// The channel. Projects on stable take stable and lts, on canary all three, on lts only lts
    channel: String,
    #[command(flatten)]
    pub(super) place: Place,
}

impl Channel {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let told = format!("{} is in the channel {}", self.release, self.channel);
        self.place.state(&self.release, &[Statement::Channel(self.channel)], &told)
    }
}
