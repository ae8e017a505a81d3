//! `highroad road deprecate`.

use clap::Args;

use super::statement::Place;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::ops::road::store::Statement;

/// Ask projects to leave a released version, with the reason
#[derive(Args, Debug)]
pub(super) struct Deprecate {
    /// The version
    #[arg(value_name = "VERSION")]
    release: String,
    /// Why, in one line that projects are told
    #[arg(long, required_unless_present = "undo")]
    reason: Option<String>,
    /// The last day that you answer for it, as YYYY-MM-DD, where that is another than its road.toml says
    #[arg(long, value_name = "DAY")]
    supported_until: Option<String>,
    /// Take it back
    #[arg(long, conflicts_with = "reason")]
    undo: bool,
    #[command(flatten)]
    pub(super) place: Place,
}

impl Deprecate {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let told = format!("{} {}", self.release, if self.undo { "is not deprecated any more" } else { "is deprecated" });
        let until = self.supported_until.map(Statement::SupportedUntil);
        let statements: Vec<Statement> = std::iter::once(Statement::Deprecated(self.reason)).chain(until).collect();
        self.place.state(&self.release, &statements, &told)
    }
}
