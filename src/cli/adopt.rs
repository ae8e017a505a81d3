//! `highroad adopt`: flags, the questions, the checklist, and what is printed; the work is in `ops`.

use std::path::PathBuf;

use clap::Args;

use super::checklist::{self, Decision};
use super::place::Place;
use super::progress::Bar;
use super::prompts::Terminal;
use crate::base::diagnostic::{Diagnostic, Exit, printable};
use crate::base::{env, interrupt, ui};
use crate::ops::adopt::{self, Options, Prepared, Survey, Wish};
use crate::ops::answers_file;
use crate::render::answers::{Asker, Given};
use crate::report;
use crate::road::Road;

/// Bring an existing repository onto the road, in one change that you can review and undo
///
/// Detects what the repository is made of, adds what is missing, edits only pins and permissions, and never touches code,
/// notebooks, data, history or licence. What cannot be fixed safely rests in highroad.toml until a day.
#[derive(Args, Debug)]
pub(super) struct Adopt {
    /// The repository
    path: Option<PathBuf>,

    #[command(flatten)]
    place: Place,

    /// The kind, where the road has more than one for repositories that exist
    #[arg(long)]
    kind: Option<String>,

    /// Answer a question; repeat for more
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Take answers from a TOML file
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,

    /// Take only this group or item: pins, permissions, containers, hooks, ci, governance
    #[arg(long, value_name = "GROUP", value_delimiter = ',')]
    only: Vec<String>,

    /// Leave this group or item out
    #[arg(long, value_name = "GROUP", value_delimiter = ',')]
    skip: Vec<String>,

    /// Who answers for what rests; the owning team where nothing is said
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,

    /// The last day of what rests, YYYY-MM-DD; 90 days ahead where nothing is said, 180 at most
    #[arg(long, value_name = "DAY")]
    until: Option<String>,

    /// Run your own tests with this command before and after; nothing stays where they pass before and fail after
    #[arg(long, value_name = "CMD", conflicts_with_all = ["dry_run", "diff"])]
    verify: Option<String>,

    /// Ask nothing: take what was detected, and the suggestion for every question that is not answered
    #[arg(long, short)]
    yes: bool,

    /// Show the plan and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Show every file as a diff and write nothing
    #[arg(long, conflicts_with = "json")]
    diff: bool,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,

    /// The branch that is made for it; highroad/adopt where nothing is said
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,

    /// Commit on the branch that is checked out
    #[arg(long, conflicts_with = "branch")]
    in_place: bool,
}

impl Adopt {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let (road, notes) = self.place.read()?;
        for note in notes {
            ui::talk(&format!("note: {}\n", printable(&note)));
        }
        let options = self.options()?;
        let writes = !(self.dry_run || self.diff);
        if writes && !self.yes && (self.json || !env::can_ask()) {
            return Err(Diagnostic::usage("no-terminal", "there is nobody to ask")
                .at("standard input or standard error")
                .because("the plan is to be seen before it is applied")
                .fix("look at it with `--dry-run`, then add `--yes`"));
        }
        if writes && !self.yes {
            return self.converse(&road, &options);
        }
        let survey = self.look(&road, &options, None)?;
        let mut prepared = adopt::plan(&road, &options, &survey, &|_, _| {})?;
        if self.diff {
            ui::data(&report::adopt::diff(&prepared.files))?;
            return Ok(Exit::Clean);
        }
        if writes {
            adopt::apply(&mut prepared, &self.wish(), self.verify.as_deref())?;
        }
        self.show(&prepared, writes)
    }

    /// Asks, lets the person choose, shows the plan, and applies it once they are content.
    fn converse(&self, road: &Road, options: &Options) -> Result<Exit, Diagnostic> {
        let mut terminal = Terminal::new();
        let mut survey = self.look(road, options, Some(&mut terminal))?;
        let landing = match (&self.branch, self.in_place) {
            (_, true) => "on the branch that is checked out".to_owned(),
            (Some(name), false) => format!("on a new branch `{name}`"),
            (None, false) => "on a new branch".to_owned(),
        };
        loop {
            checklist::choose(&mut survey.items, Terminal::width())?;
            let mut prepared = adopt::plan(road, options, &survey, &|_, _| {})?;
            ui::talk(&format!("\n{}\n", report::adopt::plan(&prepared.adoption, Terminal::width())));
            if prepared.is_empty() {
                return Ok(Exit::Clean);
            }
            match checklist::decide(&landing)? {
                Decision::Apply => {
                    adopt::apply(&mut prepared, &self.wish(), self.verify.as_deref())?;
                    ui::talk(&report::adopt::applied(&prepared.adoption, Terminal::width()));
                    return Ok(exit(&prepared));
                }
                Decision::ChooseAgain => {}
                Decision::Stop => return Err(interrupt::interrupted()),
            }
        }
    }

    fn show(&self, prepared: &Prepared, applied: bool) -> Result<Exit, Diagnostic> {
        if self.json {
            ui::data(&report::json::to_text(&prepared.adoption))?;
        } else {
            ui::data(&report::adopt::plan(&prepared.adoption, Terminal::width()))?;
            if applied {
                ui::talk(&format!("\n{}", report::adopt::applied(&prepared.adoption, Terminal::width())));
            }
        }
        Ok(exit(prepared))
    }

    fn wish(&self) -> Wish {
        if self.in_place { Wish::InPlace } else { Wish::Branch(self.branch.clone()) }
    }

    fn look(&self, road: &Road, options: &Options, asker: Option<&mut dyn Asker>) -> Result<Survey, Diagnostic> {
        let bar = Bar::new("looking");
        // The bar is gone before a question comes.
        let progress = |done: usize, of: usize| {
            bar.at(done, of);
            if done == of {
                bar.end();
            }
        };
        let survey = adopt::survey(road, options, asker, &progress)?;
        bar.end();
        if let Some(recovered) = &survey.recovered {
            ui::talk(&format!("note: {recovered}\n"));
        }
        Ok(survey)
    }

    fn options(&self) -> Result<Options, Diagnostic> {
        let mut options = Options {
            path: self.path.clone().unwrap_or_else(|| PathBuf::from(".")),
            explicit: self.path.is_some(),
            only: self.only.clone(),
            skip: self.skip.clone(),
            owner: self.owner.clone(),
            until: self.until.clone(),
            ..Options::default()
        };
        if let Some(path) = &self.answers {
            (options.kind, options.given) = answers_file::read(path)?;
        }
        for set in &self.set {
            let (key, value) = set.split_once('=').ok_or_else(|| {
                Diagnostic::usage("set", format!("`{set}` sets nothing"))
                    .at("--set")
                    .because("it has no `=`")
                    .fix("write `--set KEY=VALUE`")
            })?;
            options.given.push(Given { key: key.trim().to_owned(), value: value.to_owned(), place: format!("--set {key}") });
        }
        if let Some(kind) = &self.kind {
            options.kind = Some(Given { key: "kind".to_owned(), value: kind.clone(), place: "--kind".to_owned() });
        }
        Ok(options)
    }
}

/// A person has to look where their tests failed.
fn exit(prepared: &Prepared) -> Exit {
    match prepared.adoption.status.as_str() {
        "tests-failed" | "taken-back" => Exit::Findings,
        _ => Exit::Clean,
    }
}
