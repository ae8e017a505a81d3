//! `highroad check` and `highroad fix`: flags and what they print; the work is in `ops`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::progress::Bar;
use super::prompts::Terminal;
use crate::base::day::Day;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::guardrails::outcome::Outcome;
use crate::ops::{check, coverage, fix, waive};
use crate::repo::worktree::Scope;
use crate::report::{self, findings, json, sarif};

/// Which guardrails look at what: shared by `check` and `fix`.
#[derive(Args, Debug)]
struct Selection {
    /// The repository, or a folder or file in it
    path: Option<PathBuf>,

    /// Only the files that are staged for the next commit, as they are staged
    #[arg(long)]
    staged: bool,

    /// Only the files that differ from a branch, tag or commit
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    since: Option<String>,

    /// Run only this guardrail; repeat for more
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,

    /// Leave this guardrail out; repeat for more
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    skip: Vec<String>,
}

impl Selection {
    fn options(self) -> check::Options {
        check::Options {
            explicit: self.path.is_some(),
            path: self.path.unwrap_or_else(|| PathBuf::from(".")),
            scope: match (self.staged, self.since) {
                (true, _) => Scope::Staged,
                (false, Some(revision)) => Scope::Since(revision),
                (false, None) => Scope::Full,
            },
            only: self.only,
            skip: self.skip,
        }
    }
}

/// What `check` writes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Human,
    /// One document with a published schema
    Json,
    /// For code scanning services
    Sarif,
    /// For a comment on a change
    Markdown,
    /// Workflow commands, which GitHub shows beside the lines
    Github,
    /// GitLab's code-quality report
    Gitlab,
}

/// See what in a repository could hurt, why, and how to fix it
///
/// Works in any repository, on a road or not, with git and without. It fails (exit 1) only for findings of guardrails
/// that block, and never for those that a waiver in highroad.toml lets rest.
#[derive(Args, Debug)]
pub(super) struct Check {
    #[command(flatten)]
    selection: Selection,

    /// What to write
    #[arg(long, value_enum, default_value = "human")]
    pub(super) format: Format,

    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,

    /// Show every finding, where otherwise the tenth of a kind is only counted
    #[arg(long)]
    all: bool,

    /// Apply the safe fixes first, then check
    #[arg(long, conflicts_with_all = ["staged", "waive", "coverage"])]
    fix: bool,

    /// Make waivers in highroad.toml of what is found, so that only what is new blocks
    #[arg(long, conflicts_with_all = ["staged", "since"])]
    waive: bool,

    /// Who answers for these waivers; git's user.name where nothing is said
    #[arg(long, requires = "waive")]
    owner: Option<String>,

    /// Why these findings may rest
    #[arg(long, requires = "waive")]
    reason: Option<String>,

    /// The last day of these waivers, YYYY-MM-DD; 90 days ahead where nothing is said, 180 at most
    #[arg(long, requires = "waive", value_name = "DAY")]
    until: Option<String>,

    /// Say for each item of the standards whether it is met, by what, and what only the host's settings can show
    #[arg(long, conflicts_with_all = ["staged", "since", "waive", "only", "skip"])]
    coverage: bool,
}

impl Check {
    /// Whether errors are to be written as JSON.
    pub(super) fn is_json(&self) -> bool {
        self.json || self.format == Format::Json
    }

    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let format = if self.json { Format::Json } else { self.format };
        let options = self.selection.options();
        let bar = Bar::new("checking");
        if self.fix {
            let plan = fix::plan(&options, false, &|done, of| bar.at(done, of))?;
            fix::apply(&plan.before.worktree.root, &plan)?;
            ui::talk(&report::fixes::applied(&plan.applied));
        }
        let checked = check::check(&options, &|done, of| bar.at(done, of))?;
        bar.end();
        if self.waive {
            let terms = waive::Terms { owner: self.owner, reason: self.reason, until: self.until };
            let (text, covered) = waive::plan(&checked, &terms, Day::today())?;
            if covered == 0 {
                ui::talk("There is nothing that blocks or warns, so nothing was written.\n");
                return print(&checked.outcome, format, self.all);
            }
            waive::write(&checked.worktree.root, &text)?;
            ui::talk(&format!("Findings that rest now, by waivers in highroad.toml: {covered}. Read them, and commit the file.\n"));
            let secrets = checked.outcome.open().filter(|judged| judged.finding.guardrail == "secret").count();
            if secrets > 0 {
                ui::talk(&format!("Among them are credentials: {secrets}. A waiver does not make them safe: revoke them now.\n"));
            }
            let again = check::check(&options, &|_, _| ())?;
            return print(&again.outcome, format, self.all);
        }
        if self.coverage {
            if !matches!(format, Format::Human | Format::Json) {
                return Err(Diagnostic::usage("format", "the coverage is written for people or as JSON")
                    .because("the other formats know findings only")
                    .fix("leave `--format` out, or use `--format json`"));
            }
            let rows = coverage::rows(&checked);
            let text = if format == Format::Json {
                json::to_text(&report::coverage::document(rows))
            } else {
                report::coverage::human(&rows, self.all)
            };
            ui::data(&text)?;
            return Ok(Exit::Clean);
        }
        print(&checked.outcome, format, self.all)
    }
}

/// Writes an outcome in a format and returns how the process ends.
pub(super) fn print(outcome: &Outcome, format: Format, all: bool) -> Result<Exit, Diagnostic> {
    let text = match format {
        Format::Human => findings::human(outcome, Terminal::width(), all),
        Format::Json => json::to_text(&report::check::document(outcome)),
        Format::Sarif => json::to_text(&sarif::document(outcome)),
        Format::Markdown => findings::markdown(outcome),
        Format::Github => findings::github(outcome),
        Format::Gitlab => json::to_text(&findings::gitlab(outcome)),
    };
    ui::data(&text)?;
    Ok(outcome.exit())
}

/// Fix what `check` finds, where the fix is known to the byte
///
/// Safe fixes are those that no reviewer could object to. The others are applied with --unsafe; look at them with
/// --diff first. Nothing else in a file moves: comments, order, line ends and encoding stay.
#[derive(Args, Debug)]
pub(super) struct Fix {
    #[command(flatten)]
    selection: Selection,

    /// Apply the fixes, too, that may change what the project does
    #[arg(long)]
    r#unsafe: bool,

    /// Show the edits and write nothing
    #[arg(long)]
    diff: bool,

    /// Say what would be fixed and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Write one JSON document to standard output
    #[arg(long, conflicts_with = "diff")]
    pub(super) json: bool,
}

impl Fix {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        if self.selection.staged {
            return Err(Diagnostic::usage("staged", "`fix` edits the files on disk, not what is staged")
                .because("a file may differ from what is staged of it, and an edit could mix the two")
                .fix("run `highroad fix` without `--staged`, then stage the result"));
        }
        let options = self.selection.options();
        let bar = Bar::new("fixing");
        let plan = fix::plan(&options, self.r#unsafe, &|done, of| bar.at(done, of))?;
        bar.end();
        if self.diff {
            ui::data(&report::fixes::diff(&plan.files))?;
        } else if !self.dry_run {
            fix::apply(&plan.before.worktree.root, &plan)?;
        }
        let written = !self.diff && !self.dry_run;
        if self.json {
            let document = report::fixes::document(written, &plan.applied, &plan.files, &plan.after.outcome);
            ui::data(&json::to_text(&document))?;
        } else {
            ui::talk(&report::fixes::human(written, &plan.applied, &plan.files, &plan.before.outcome, &plan.after.outcome));
        }
        Ok(plan.after.outcome.exit())
    }
}
