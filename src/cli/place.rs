//! `--road`: where a road comes from, on every command that takes one.

use std::path::PathBuf;

use clap::Args;

use crate::base::diagnostic::Diagnostic;
use crate::road::Road;
use crate::road::folders;
use crate::road::source::Source;

/// Where the road comes from.
#[derive(Args, Clone, Debug)]
pub(super) struct Place {
    /// Take the road from a folder, a source that you added (NAME or NAME/ROAD), or a commit (git+URL@COMMIT)
    #[arg(long, value_name = "ROAD")]
    pub(super) road: Option<PathBuf>,

    /// Take a commit that nobody signs; highroad.toml records it
    #[arg(long, requires = "road")]
    pub(super) unsigned: bool,
}

impl Place {
    /// Reads the newest version that is for everybody, and what a person should know of the place.
    ///
    /// # Errors
    /// When it cannot be had.
    pub(super) fn read(&self) -> Result<(Road, Vec<String>), Diagnostic> {
        match &self.road {
            None => Ok((Source::BuiltIn.read()?, Vec::new())),
            Some(place) => {
                let (road, mut notes) = Source::named(place, self.unsigned)?.read_noted()?;
                notes.extend(folders::remember(&road.origin));
                Ok((road, notes))
            }
        }
    }
}
