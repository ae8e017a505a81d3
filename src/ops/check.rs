//! Checks a repository: every guardrail over every file that it wants, then over the whole.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::knowledge;
use crate::base::day::Day;
use crate::base::diagnostic::{Diagnostic, did_you_mean, nearest};
use crate::base::{fs, interrupt};
use crate::guardrails::excerpt;
use crate::guardrails::finding::{Finding, Place};
use crate::guardrails::guardrail::{Context, Fact, Guardrail, Knowledge, Sink};
use crate::guardrails::outcome::{Judged, Levels, Outcome, SUBJECTS, judge, word};
use crate::guardrails::{self, guardrail_weakened, run, unscannable_file};
use crate::repo::config::{self, Config, Level, Waiver};
use crate::repo::lock::{self, Lock};
use crate::repo::snapshot::{Entry, Unreadable};
use crate::repo::subject::Subject;
use crate::repo::worktree::{self, Scope, Worktree};

/// From how many files on more than one thread pays.
const PARALLEL_FROM: usize = 24;

/// What is to be checked.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder or file.
    pub path: PathBuf,
    /// Whether a person named the path.
    pub explicit: bool,
    /// Which files.
    pub scope: Scope,
    /// The guardrails that run; empty for all.
    pub only: Vec<String>,
    /// The guardrails that do not run.
    pub skip: Vec<String>,
}

/// Hears how many of how many files were looked at.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// A checked repository.
#[derive(Debug)]
pub struct Checked {
    /// What the check came to.
    pub outcome: Outcome,
    /// What was checked.
    pub worktree: Worktree,
    /// `highroad.toml`, where there is one.
    pub config: Option<Config>,
    /// `highroad.lock`, where there is one.
    pub lock: Option<Lock>,
}

/// Checks what the options name.
///
/// # Errors
/// When the path is not there, a guardrail is unknown, `highroad.toml` or `highroad.lock` cannot be read, or git fails.
pub fn check(options: &Options, progress: Progress<'_>) -> Result<Checked, Diagnostic> {
    let worktree = worktree::open(&options.path, options.explicit, &options.scope)?;
    check_worktree(worktree, options, progress)
}

/// Checks a worktree that is open.
///
/// # Errors
/// As [`check`].
pub fn check_worktree(worktree: Worktree, options: &Options, progress: Progress<'_>) -> Result<Checked, Diagnostic> {
    check_as(worktree, options, None, progress)
}

/// Checks a worktree as a road version wants it that is at hand: its levels, whatever the binary holds.
///
/// # Errors
/// As [`check`].
pub fn check_as(
    worktree: Worktree,
    options: &Options,
    levels: Option<&BTreeMap<String, Level>>,
    progress: Progress<'_>,
) -> Result<Checked, Diagnostic> {
    let chosen = choose(&options.only, &options.skip)?;
    let (config, lock) = records(&worktree)?;
    let road = levels.cloned().map_or_else(|| knowledge::levels(config.as_ref(), lock.as_ref()), Ok)?;
    let outcome = judge_worktree(&worktree, config.as_ref(), lock.as_ref(), &chosen, &options.scope, &road, progress)?;
    Ok(Checked { outcome, worktree, config, lock })
}

/// Returns the guardrails that run.
///
/// # Errors
/// When an id is unknown.
pub fn choose(only: &[String], skip: &[String]) -> Result<Vec<&'static Guardrail>, Diagnostic> {
    let known = guardrails::ids();
    if let Some(unknown) = only.iter().chain(skip).find(|id| !known.contains(&id.as_str())) {
        let fix = nearest(unknown, known.iter().copied());
        return Err(Diagnostic::usage("guardrail-id", format!("there is no guardrail `{unknown}`"))
            .because("a check that runs nothing would look clean")
            .fix(fix.map_or_else(
                || did_you_mean(unknown, &known),
                |near| format!("did you mean `{near}`? `highroad explain` lists them all"),
            )));
    }
    let wanted = |guardrail: &&'static Guardrail| {
        let id = guardrail.meta.id;
        (only.is_empty() || only.iter().any(|other| other == id)) && !skip.iter().any(|other| other == id)
    };
    let chosen: Vec<&'static Guardrail> = guardrails::ALL.iter().copied().filter(wanted).collect();
    if chosen.is_empty() {
        return Err(Diagnostic::usage("nothing-left", "no guardrail is left to run")
            .because("`--skip` takes away everything that `--only` names, and a check that runs nothing would look clean")
            .fix("leave one of the two out"));
    }
    Ok(chosen)
}

fn records(worktree: &Worktree) -> Result<(Option<Config>, Option<Lock>), Diagnostic> {
    // What decides about the check has to be there as it should be, or not at all.
    let text = |name: &str| -> Result<Option<String>, Diagnostic> {
        let Some(entry) = worktree.snapshot.entry(name) else {
            return match fs::is_folder(&worktree.root.join(name)) && worktree.git {
                true => Err(unusable(name, "it is a folder")),
                false => Ok(None),
            };
        };
        let Some(subject) = worktree.snapshot.subject(name).filter(|_| entry.size <= LARGEST_RECORD) else {
            return Err(unusable(name, "it is a link, no regular file, or far too large"));
        };
        match subject.text().filter(|text| subject.bytes() == Some(text.as_bytes())) {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(unusable(name, &subject.failure().map_or_else(|| "it is no UTF-8 text".to_owned(), |failure| failure.why))),
        }
    };
    let config = match text(config::FILE)? {
        None => None,
        Some(text) => {
            let config = Config::read(&text)?;
            config.check_ids(&text, &guardrails::ids())?;
            Some(config)
        }
    };
    let lock = match text(lock::FILE)? {
        None => None,
        Some(text) => Some(toml::from_str(&text).map_err(|error| {
            Diagnostic::usage("lock", format!("`{}` cannot be read", lock::FILE))
                .at(lock::FILE)
                .because(error.message().to_owned())
                .fix("Highroad writes this file: take it back from git's history")
        })?),
    };
    Ok((config, lock))
}

/// The largest `highroad.toml` or `highroad.lock` that is read, in bytes.
const LARGEST_RECORD: u64 = 8 << 20;

fn unusable(name: &str, why: &str) -> Diagnostic {
    Diagnostic::usage("record", format!("`{name}` cannot be read"))
        .at(name)
        .because(format!("{why}, and without it nobody knows what this repository decided"))
        .fix("repair it, take it back from git's history, or remove it")
}

fn judge_worktree(
    worktree: &Worktree,
    config: Option<&Config>,
    lock: Option<&Lock>,
    chosen: &[&'static Guardrail],
    scope: &Scope,
    road: &BTreeMap<String, Level>,
    progress: Progress<'_>,
) -> Result<Outcome, Diagnostic> {
    let knowledge: OnceLock<Result<Knowledge, Diagnostic>> = OnceLock::new();
    let none = Knowledge::default();
    let know = || knowledge.get_or_init(|| knowledge::read(config)).as_ref().unwrap_or(&none);
    let levels = Levels { road, project: config.map(|config| &config.guardrails) };
    let running: Vec<&'static Guardrail> = chosen.iter().copied().filter(|guardrail| levels.of(guardrail) != Level::Off).collect();
    let today = Day::today();
    let context = Context { snapshot: &worktree.snapshot, config, lock, today, knowledge: &know };
    let mut looked = look_at_files(worktree, &running, &context, progress)?;
    let facts: Vec<Fact> = std::mem::take(&mut looked.sink.facts);
    let files_seen = looked.sink.findings.len();
    run::look_at_whole(running.iter().copied(), &context, &facts, worktree.changed.as_deref(), &mut looked.sink);
    let in_scope = |finding: &Finding| worktree.changed.as_ref().is_none_or(|paths| concerns_change(finding, paths, worktree));
    let mut findings = looked.sink.findings;
    let whole = findings.split_off(files_seen);
    findings.extend(whole.into_iter().filter(in_scope));
    excerpt::add(&worktree.snapshot, &mut findings);
    if let Some(Err(error)) = knowledge.get() {
        return Err(error.clone());
    }
    let mut unscannable: Vec<Unreadable> = looked.sink.unscannable.into_iter().map(|(path, why)| Unreadable { path, why }).collect();
    unscannable.extend(worktree.snapshot.unreadable.iter().cloned());
    unscannable.sort_by(|a, b| (&a.path, &a.why).cmp(&(&b.path, &b.why)));
    unscannable.dedup();
    let runs = |guardrail: &Guardrail| running.iter().any(|other| other.meta.id == guardrail.meta.id);
    if runs(&unscannable_file::GUARDRAIL) {
        findings.extend(unscannable.iter().map(could_not_check));
    }
    let lowered = levels.lowered(&guardrails::ALL);
    if runs(&guardrail_weakened::GUARDRAIL) && worktree.changed.is_none() {
        findings.extend(lowered.iter().map(|lowered| {
            let (id, road, project) = (&lowered.guardrail, word(lowered.road), word(lowered.project));
            let what = format!("`{id}` is set to \"{project}\"; the road wants \"{road}\"");
            Finding::new(guardrail_weakened::GUARDRAIL.meta.id, Place::file(config::FILE), what, "remove the line, or write a waiver")
                .key(id.clone())
        }));
    }
    let level = |id: &str| guardrails::find(id).map_or(Level::Warn, |guardrail| levels.of(guardrail));
    let mut findings = judge(findings, level, config, today);
    findings.iter_mut().for_each(|judged| excerpt::mask(&mut judged.finding));
    Ok(Outcome {
        not_entered: worktree.not_entered.clone(),
        anchor: anchor(worktree),
        idle_waivers: if worktree.changed.is_none() { idle(config, &findings, &running, today) } else { Vec::new() },
        mode: match (scope, &worktree.changed) {
            (Scope::Staged, _) => "staged",
            (Scope::Since(_), _) => "since",
            (Scope::Full, Some(_)) => "paths",
            (Scope::Full, None) => "full",
        },
        findings,
        unscannable,
        left_out: match worktree.changed {
            Some(_) => running.iter().filter(|guardrail| guardrail.inspection.needs_facts).map(|guardrail| guardrail.meta.id).collect(),
            None => Vec::new(),
        },
        ran: running,
        lowered,
        files: looked.files,
        subjects: looked.subjects,
    })
}

fn anchor(worktree: &Worktree) -> String {
    let root = || worktree.snapshot.entries().iter().filter(|entry| entry.is_file() && entry.folder().is_empty());
    let readme = root().find(|entry| entry.name().to_ascii_lowercase().starts_with("readme"));
    readme.or_else(|| root().next()).map_or_else(|| config::FILE.to_owned(), |entry| entry.path.clone())
}

/// Returns the waivers that hold and let nothing rest.
fn idle(config: Option<&Config>, findings: &[Judged], running: &[&'static Guardrail], today: Day) -> Vec<Waiver> {
    let used = |waiver: &&Waiver| findings.iter().any(|judged| judged.waived.as_ref() == Some(*waiver));
    let ran = |waiver: &&Waiver| running.iter().any(|guardrail| guardrail.meta.id == waiver.guardrail);
    let waivers = config.map_or(&[][..], |config| &config.waiver);
    waivers.iter().filter(|waiver| waiver.holds(today) && ran(waiver) && !used(waiver)).cloned().collect()
}

/// Whether a finding about the whole has to do with the changed paths: it is in one of them, or one of them is gone and
/// the repository lacks it now. What was missing all along is not the matter of this change.
fn concerns_change(finding: &Finding, changed: &[String], worktree: &Worktree) -> bool {
    let concerned = |path: &str| {
        let inspection = guardrails::find(finding.guardrail).and_then(|guardrail| guardrail.inspection.whole);
        inspection.is_some_and(|(concerns, _)| concerns(path))
    };
    let gone = |path: &String| !worktree.snapshot.has(path) && concerned(path);
    changed.contains(&finding.place.path) || changed.iter().any(gone)
}

fn could_not_check(unreadable: &Unreadable) -> Finding {
    let what = format!("could not be checked: {}", unreadable.why);
    let how = "repair or remove it; what cannot be read is never clean";
    Finding::new(unscannable_file::GUARDRAIL.meta.id, Place::file(&unreadable.path), what, how).key(unreadable.why.clone())
}

#[derive(Default)]
struct Looked {
    sink: Sink,
    files: usize,
    subjects: BTreeMap<&'static str, Vec<String>>,
}

impl Looked {
    fn and(mut self, other: Self) -> Self {
        self.sink.findings.extend(other.sink.findings);
        self.sink.facts.extend(other.sink.facts);
        self.sink.unscannable.extend(other.sink.unscannable);
        self.files += other.files;
        for (id, paths) in other.subjects {
            let known = self.subjects.entry(id).or_default();
            known.extend(paths);
            known.sort();
            known.truncate(SUBJECTS);
        }
        self
    }
}

fn look_at_files(
    worktree: &Worktree,
    running: &[&'static Guardrail],
    context: &Context<'_>,
    progress: Progress<'_>,
) -> Result<Looked, Diagnostic> {
    let wanted: Vec<&Entry> = match &worktree.changed {
        None => worktree.snapshot.entries().iter().filter(|entry| entry.is_file()).collect(),
        Some(paths) => paths.iter().filter_map(|path| worktree.snapshot.entry(path)).filter(|entry| entry.is_file()).collect(),
    };
    let done = AtomicUsize::new(0);
    let look = |entry: &Entry| -> Result<Looked, Diagnostic> {
        interrupt::check()?;
        let mut looked = Looked { files: 1, ..Looked::default() };
        let subject = Subject::new(&worktree.snapshot, entry);
        let wants: Vec<&'static Guardrail> =
            running.iter().copied().filter(|guardrail| guardrail.inspection.each.is_some_and(|(wants, _)| wants(entry))).collect();
        looked.subjects = wants.iter().map(|guardrail| (guardrail.meta.id, vec![entry.path.clone()])).collect();
        run::look_at(&subject, wants, context, &mut looked.sink);
        excerpt::add_from(&subject, &mut looked.sink.findings);
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, wanted.len());
        Ok(looked)
    };
    if wanted.len() < PARALLEL_FROM {
        return wanted.iter().try_fold(Looked::default(), |sum, entry| Ok(sum.and(look(entry)?)));
    }
    wanted.par_iter().map(|entry| look(entry)).try_reduce(Looked::default, |a, b| Ok(a.and(b)))
}
