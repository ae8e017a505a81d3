//! `highroad upgrade`: flags, questions, the plan, the result.

use std::path::PathBuf;

use clap::Args;

use super::place::Place;
use super::prompts::Terminal;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::{env, ui};
use crate::ops::answers_file;
use crate::ops::upgrade::answers::Asking;
use crate::ops::upgrade::{self, Options, Prepared, Wish};
use crate::report::{json, steps, upgrade_text};

/// Bring the project to a later version of its road, as a merge that keeps your edits
///
/// What you edited, moved or deleted stays so. The result is one commit on a new branch; what both of you changed at the
/// same place is left as a conflict in git's index, and `highroad resolve` walks through it. Only what is new is asked.
#[derive(Args, Debug)]
pub(super) struct Upgrade {
    /// The project, or a folder in it
    #[arg(default_value = ".")]
    path: PathBuf,

    /// The version to go to; an older one takes the project back
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,

    /// Take versions of this channel too, beside those that are for everybody
    #[arg(long)]
    channel: Option<String>,

    /// Take the version that `--to` names although its publisher took it back
    #[arg(long, requires = "to")]
    yanked: bool,

    #[command(flatten)]
    place: Place,

    /// Answer a question; repeat for more
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Take answers from a TOML file
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,

    /// Ask nothing: take the suggestion for every new question that is not answered
    #[arg(long, short)]
    yes: bool,

    /// Show the plan and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Show every change as a diff and change nothing
    #[arg(long, conflicts_with = "json")]
    diff: bool,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,

    /// The name of the new branch
    #[arg(long, value_name = "NAME", conflicts_with = "in_place")]
    branch: Option<String>,

    /// Commit to the branch that is checked out
    #[arg(long)]
    in_place: bool,

    /// Go on where the files as you once got them cannot be had: then every difference is a conflict
    #[arg(long)]
    without_base: bool,
}

impl Upgrade {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let options = self.options()?;
        let writes = !(self.dry_run || self.diff);
        let mut terminal;
        let asking = if self.yes {
            Asking::Suggest
        } else if env::can_ask() {
            terminal = Terminal::new();
            Asking::Ask(&mut terminal)
        } else if writes {
            Asking::Refuse
        } else {
            Asking::Suggest
        };
        let mut prepared = upgrade::prepare(&options, asking)?;
        if prepared.transaction.is_none() {
            return self.show_nothing(&prepared);
        }
        if !writes {
            return self.show_plan(&prepared);
        }
        if !self.json {
            ui::talk(&format!("{}\n", upgrade_text::plan(&prepared.report, Terminal::width())));
            if env::can_ask() && !self.yes && !Terminal::new().agree("Apply it?")? {
                ui::talk("Nothing was changed\n");
                return Ok(Exit::Clean);
            }
        }
        upgrade::apply(&mut prepared)?;
        if self.json {
            ui::data(&json::to_text(&prepared.report))?;
        } else {
            ui::talk(&upgrade_text::applied(&prepared.report, Terminal::width()));
        }
        Ok(exit(&prepared))
    }

    fn options(&self) -> Result<Options, Diagnostic> {
        let mut given = match &self.answers {
            Some(path) => answers_file::read(path)?.1,
            None => Vec::new(),
        };
        given.extend(super::given::set(&self.set)?);
        Ok(Options {
            path: self.path.clone(),
            to: self.to.clone(),
            channel: self.channel.clone(),
            road: self.place.road.clone(),
            unsigned: self.place.unsigned,
            yanked: self.yanked,
            given,
            without_base: self.without_base,
            landing: match (&self.branch, self.in_place) {
                (Some(name), _) => Wish::Branch(name.clone()),
                (None, true) => Wish::InPlace,
                (None, false) => Wish::NewBranch,
            },
            in_memory: false,
        })
    }

    fn show_nothing(&self, prepared: &Prepared) -> Result<Exit, Diagnostic> {
        if self.json {
            ui::data(&json::to_text(&prepared.report))?;
        } else {
            ui::talk(&upgrade_text::up_to_date(&prepared.report, Terminal::width()));
        }
        Ok(Exit::Clean)
    }

    fn show_plan(&self, prepared: &Prepared) -> Result<Exit, Diagnostic> {
        let text = if self.diff {
            steps::shown(&steps::diff(prepared.transaction.as_ref().map_or(&[], |transaction| &transaction.steps)))
        } else if self.json {
            json::to_text(&prepared.report)
        } else {
            upgrade_text::plan(&prepared.report, Terminal::width())
        };
        ui::data(&text)?;
        Ok(exit(prepared))
    }
}

fn exit(prepared: &Prepared) -> Exit {
    if prepared.report.conflicted().next().is_some() { Exit::Findings } else { Exit::Clean }
}
