//! `highroad explain`: a guardrail, whole.

use clap::Args;

use super::prompts::Terminal;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::guardrails;
use crate::ops::check;
use crate::report::{explain, json};

/// Read why a guardrail is there, what attack it stops, and how to fix what it finds
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// The guardrail; without one, all are listed
    id: Option<String>,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Explain {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let chosen = match &self.id {
            Some(id) => check::choose(std::slice::from_ref(id), &[])?,
            None => guardrails::ALL.clone(),
        };
        let text = match (self.json, self.id, chosen.as_slice()) {
            (true, ..) => json::to_text(&explain::document(&chosen)),
            (false, Some(_), [one]) => explain::human(one, Terminal::width()),
            (false, ..) => explain::list(&chosen),
        };
        ui::data(&text)?;
        Ok(Exit::Clean)
    }
}
