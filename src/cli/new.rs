//! `highroad new`: flags, the wizard, the plan, the result.

use std::path::PathBuf;

use clap::Args;

use super::place::Place;
use super::prompts::{Decision, Terminal};
use crate::base::diagnostic::{Diagnostic, Exit, printable};
use crate::base::{env, interrupt, ui};
use crate::ops::answers_file;
use crate::ops::new::{self, Options, Prepared};
use crate::plan::apply::Committed;
use crate::render::answers::{Asker, Given};
use crate::report::{human, json};
use crate::road::Road;

/// Start a new ML project that runs at once and is secure from its first commit
///
/// On a terminal, a wizard asks what it needs to know and shows the plan before it writes. Nothing here needs the
/// network. The project starts as a git repository with one commit and its hooks on.
#[derive(Args, Debug)]
pub(super) struct New {
    /// The folder to create; its last part is the name of the project. `.` takes the current, empty folder
    #[arg(value_name = "NAME")]
    target: Option<PathBuf>,

    /// The kind of project; `--list` shows them
    #[arg(long)]
    kind: Option<String>,

    /// Where the repository will be hosted: github, gitlab or none
    #[arg(long)]
    host: Option<String>,

    /// Answer a question; repeat for more
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    /// Take answers from a TOML file, or from another project's highroad.toml
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,

    /// Write the answers of this run to a new TOML file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "diff"])]
    save_answers: Option<PathBuf>,

    /// Ask nothing: take the suggestion for every question that is not answered
    #[arg(long, short)]
    yes: bool,

    /// Show the plan and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Show the content of every file as a diff and write nothing
    #[arg(long, conflicts_with = "json")]
    diff: bool,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,

    /// Show the kinds and their questions
    #[arg(long, conflicts_with_all = ["dry_run", "diff"])]
    list: bool,

    /// Write the files alone: no repository, no commit, no hooks
    #[arg(long)]
    no_git: bool,

    #[command(flatten)]
    place: Place,
}

impl New {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let (road, notes) = self.place.read()?;
        for note in notes {
            ui::talk(&format!("note: {}\n", printable(&note)));
        }
        if self.list {
            let text = if self.json { json::to_text(&json::kinds(&road)) } else { human::kinds(&road, Terminal::width()) };
            ui::data(&text)?;
            return Ok(Exit::Clean);
        }
        let options = self.options(&road)?;
        if let Some(path) = &self.save_answers {
            answers_file::check_new(path, &options)?;
        }
        let writes = !(self.dry_run || self.diff);
        let prepared = if self.yes || !writes && !env::can_ask() {
            new::prepare(&road, &options, None, None)?
        } else {
            self.converse(&road, &options)?
        };
        self.show_plan(&prepared, &road)?;
        if writes {
            let committed = new::write(&prepared)?;
            if let Some(path) = &self.save_answers {
                answers_file::save(path, &prepared)?;
            }
            self.show_result(&prepared, &road, committed)?;
        }
        Ok(Exit::Clean)
    }

    fn options(&self, road: &Road) -> Result<Options, Diagnostic> {
        let mut options = Options { target: self.target.clone(), no_git: self.no_git, ..Options::default() };
        if let Some(path) = &self.answers {
            (options.kind, options.given) = answers_file::read(path)?;
        }
        let named = |key: &str, value: &Option<String>| {
            value.as_ref().map(|value| Given { key: key.to_owned(), value: value.clone(), place: format!("--{key}") })
        };
        // A template that was imported may ask for a `kind` of its own.
        let asked = road.kinds_for_new().any(|(_, kind)| road.questions_of(kind).any(|question| question.key == "kind"));
        for given in super::given::set(&self.set)?.into_iter().chain(named("host", &self.host)) {
            if given.key == "kind" && !asked {
                options.kind = Some(given);
            } else {
                options.given.push(given);
            }
        }
        if let Some(kind) = named("kind", &self.kind) {
            options.kind = Some(kind);
        }
        Ok(options)
    }

    /// Runs the wizard until the person is content with the plan.
    fn converse(&self, road: &Road, options: &Options) -> Result<Prepared, Diagnostic> {
        if !env::can_ask() {
            return Err(Diagnostic::usage("no-terminal", "there is nobody to ask")
                .at("standard input or standard error")
                .because("it is no terminal, and not every question is answered")
                .fix("add `--yes` to take the suggestions, and `--set KEY=VALUE` or `--answers FILE` for what differs"));
        }
        let mut terminal = Terminal::new();
        terminal.greet(&road.manifest.title, &road.manifest.version)?;
        let mut prepared: Option<Prepared> = None;
        loop {
            let next = new::prepare(road, options, Some(&mut terminal as &mut dyn Asker), prepared.as_ref())?;
            if self.dry_run || self.diff {
                return Ok(next);
            }
            ui::talk(&format!("\n{}\n", human::plan(&next.plan, Terminal::width())));
            match terminal.decide(&next.plan.root.display().to_string())? {
                Decision::Write => return Ok(next),
                Decision::Change => prepared = Some(next),
                Decision::Cancel => return Err(interrupt::interrupted()),
            }
        }
    }

    fn show_plan(&self, prepared: &Prepared, road: &Road) -> Result<(), Diagnostic> {
        if self.diff {
            return ui::data(&human::diff(&prepared.plan));
        }
        if self.dry_run {
            return ui::data(&if self.json {
                json::to_text(&self.document(prepared, road, None))
            } else {
                human::plan(&prepared.plan, Terminal::width())
            });
        }
        Ok(())
    }

    fn show_result(&self, prepared: &Prepared, road: &Road, committed: Committed) -> Result<(), Diagnostic> {
        if self.json {
            return ui::data(&json::to_text(&self.document(prepared, road, Some(committed))));
        }
        let notes: Vec<String> = prepared.notes.iter().cloned().chain(new::commit_note(committed)).collect();
        ui::talk(&human::created(&prepared.plan, committed, new::has_hooks(prepared), &notes, &new::next_steps(prepared, road)));
        Ok(())
    }

    fn document(&self, prepared: &Prepared, road: &Road, committed: Option<Committed>) -> json::New {
        json::New {
            schema: 1,
            status: if committed.is_some() { "created" } else { "planned" }.to_owned(),
            commit: committed.map(|committed| committed.word().to_owned()),
            root: prepared.plan.root.display().to_string(),
            kind: prepared.kind.clone(),
            road: json::road_version(road),
            answers: prepared.answers.clone(),
            files: json::files(&prepared.plan),
            notes: prepared.notes.iter().cloned().chain(committed.and_then(new::commit_note)).collect(),
            next: new::next_steps(prepared, road),
        }
    }
}
