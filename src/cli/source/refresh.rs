//! `highroad source refresh`.

use clap::Args;

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::report::{human, json, source};

/// Fetch what registries say now; what is kept of one stays as it was where it gives no usable answer
#[derive(Args, Debug)]
pub(super) struct Refresh {
    /// The source; all registries where nothing is said
    name: Option<String>,

    /// Take the clock of this machine for right, although it is behind one that was seen
    #[arg(long, requires = "name")]
    trust_clock: bool,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Refresh {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let (list, mut failed) = crate::ops::source::refresh(self.name.as_deref(), self.trust_clock)?;
        if list.sources.len() == 1
            && let Some(error) = failed.pop()
        {
            return Err(error);
        }
        ui::data(&if self.json { json::to_text(&list) } else { source::list(&list) })?;
        for error in &failed {
            ui::talk(&human::error(error));
        }
        Ok(if failed.is_empty() { Exit::Clean } else { Exit::Failed })
    }
}
