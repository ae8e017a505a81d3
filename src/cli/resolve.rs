//! `highroad resolve`: flags, the walk through conflicts, what is printed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::prompts::Terminal;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::{env, ui};
use crate::ops::resolve::{Choice, Session};
use crate::report::resolve::Resolve as Report;
use crate::report::{json, resolve_text};

/// Settle the conflicts that an upgrade left, one by one, and remember how
///
/// On a terminal it shows each conflict with its three sides. Without one, `--take` settles files as a whole, and a FILE
/// without `--take` is staged as it is, once no marker is left in it.
#[derive(Args, Debug)]
pub(super) struct Resolve {
    /// The files; all that are open where none is named
    #[arg(value_name = "FILE")]
    files: Vec<String>,

    /// The project, or a folder in it
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    path: PathBuf,

    /// Show what is open and change nothing
    #[arg(long, conflicts_with_all = ["take", "commit"])]
    list: bool,

    /// Settle every open conflict of the files this way
    #[arg(long, value_name = "SIDE")]
    take: Option<Side>,

    /// Commit, once nothing is open
    #[arg(long)]
    commit: bool,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Side {
    /// What the project has
    Yours,
    /// What the road gives
    Road,
    /// What a rule proposes, or what you chose for the same conflict before
    Suggestion,
}

impl Resolve {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let Some(session) = Session::open(&self.path)? else {
            return self.show(&Report { schema: 1, status: "none".to_owned(), ..Report::default() });
        };
        let named = session.named(&self.files)?;
        let settled = if self.list {
            0
        } else if let Some(side) = self.take {
            let choice = match side {
                Side::Yours => Choice::Yours,
                Side::Road => Choice::Road,
                Side::Suggestion => Choice::Suggestion,
            };
            let all = |at: usize| (at, vec![choice; session.files[at].conflicts.len()]);
            session.settle(&named.into_iter().map(all).collect::<Vec<_>>())?
        } else if env::can_ask() && !self.json {
            walk(&session, &named)?
        } else {
            self.stage(&session, &named)?
        };
        let mut report = session.report(settled)?;
        if report.status == "settled" && !self.list {
            let asked = env::can_ask() && !self.json && !self.commit;
            if self.commit || asked && Terminal::new().agree("Nothing is open. Commit it?")? {
                session.finish(&mut report)?;
            }
        } else if self.commit && report.status == "open" {
            report.notes.push("nothing was committed: conflicts are open".to_owned());
        }
        self.show(&report)
    }

    /// Stages the files that were edited by hand.
    fn stage(&self, session: &Session, named: &[usize]) -> Result<usize, Diagnostic> {
        let ready = |at: &usize| session.files[*at].ready;
        if let Some(open) = named.iter().find(|at| !ready(at)).filter(|_| !self.files.is_empty()) {
            let path = &session.files[*open].path;
            return Err(Diagnostic::usage("markers", format!("`{path}` still has conflicts"))
                .at(path.clone())
                .because("its markers are there, or the conflict is one of the whole file")
                .fix("edit it first, or choose a side with `--take yours`, `--take road` or `--take suggestion`"));
        }
        session.settle(&named.iter().copied().filter(|at| ready(at)).map(|at| (at, Vec::new())).collect::<Vec<_>>())
    }

    fn show(&self, report: &Report) -> Result<Exit, Diagnostic> {
        let text = if self.json { json::to_text(report) } else { resolve_text::report(report, Terminal::width()) };
        if self.json || self.list {
            ui::data(&text)?
        } else {
            ui::talk(&text)
        }
        Ok(if report.open().next().is_some() { Exit::Findings } else { Exit::Clean })
    }
}

/// Walks through the conflicts, and settles each file when all of its own are decided.
fn walk(session: &Session, named: &[usize]) -> Result<usize, Diagnostic> {
    let mut terminal = Terminal::new();
    let mut settled = 0;
    for at in named {
        let file = &session.files[*at];
        if file.ready {
            if terminal.agree(&format!("{} has no markers any more. Stage it as it is?", file.path))? {
                settled += session.settle(&[(*at, Vec::new())])?;
            }
            continue;
        }
        let mut chosen = Vec::new();
        for conflict in &file.conflicts {
            ui::talk(&resolve_text::conflict(&file.path, conflict, Terminal::width()));
            let mut items = vec![("Keep yours", Choice::Yours), ("Take the road's", Choice::Road)];
            if conflict.suggestion.is_some() {
                items.insert(0, ("Take the suggestion", Choice::Suggestion));
            }
            items.push(("Leave it open: I will edit the file", Choice::Leave));
            let labels: Vec<&str> = items.iter().map(|(label, _)| *label).collect();
            let picked = terminal.pick("What should stand there?", &labels)?;
            chosen.push(items.get(picked).map_or(Choice::Leave, |(_, choice)| *choice));
        }
        settled += session.settle(&[(*at, chosen)])?;
    }
    Ok(settled)
}
