//! Runs one engine over any path, or over every version of every file that git keeps.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::check::Progress;
use crate::base::day::Day;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::{fs, interrupt};
use crate::guardrails::guardrail::{Context, Guardrail, Knowledge, Sink};
use crate::guardrails::outcome::{Judged, judge};
use crate::guardrails::{self, Engine, excerpt, run};
use crate::repo::snapshot::{Snapshot, Unreadable};
use crate::repo::subject::Subject;
use crate::repo::worktree;
use crate::report::scanned::ReportedFile;
use crate::scan::artifacts::{Artifact, Verdict};

/// The largest blob of a history that is read, in bytes.
const LARGEST_BLOB: u64 = 64 << 20;

/// What an engine found in one file.
#[derive(Debug)]
pub struct Scanned {
    /// The path as the person would name it; in a history, the path that the blob had.
    pub path: String,
    /// The commit that the blob was met in.
    pub commit: Option<String>,
    /// What it found.
    pub findings: Vec<Judged>,
    /// What the artifact engine says of the file; nothing for the other engines, and for files that are no artifacts.
    pub verdict: Option<Verdict>,
}

/// What an engine found.
#[derive(Debug, Default)]
pub struct Scan {
    /// Files with something to say; for artifacts, every file that is one.
    pub files: Vec<Scanned>,
    /// How many files or blobs were looked at.
    pub looked_at: usize,
    /// What could not be read.
    pub unscannable: Vec<Unreadable>,
}

impl Scan {
    /// Returns the files as a report takes them.
    pub fn files_for_report(&self) -> Vec<ReportedFile<'_>> {
        let verdict = |verdict: Verdict| match verdict {
            Verdict::Clean => "clean",
            Verdict::Suspicious => "suspicious",
            Verdict::Unscannable => "unscannable",
            Verdict::Alarm => "alarm",
        };
        self.files
            .iter()
            .map(|file| (file.path.as_str(), file.commit.as_deref(), file.verdict.map(verdict), file.findings.as_slice()))
            .collect()
    }

    /// Returns how the process ends: 1 on an alarm or a finding, 3 where something could not be read and nothing was found.
    pub fn exit(&self) -> Exit {
        let alarmed = |file: &Scanned| match file.verdict {
            Some(verdict) => verdict == Verdict::Alarm,
            None => !file.findings.is_empty(),
        };
        let unread = !self.unscannable.is_empty() || self.files.iter().any(|file| file.verdict == Some(Verdict::Unscannable));
        match (self.files.iter().any(alarmed), unread) {
            (true, _) => Exit::Findings,
            (false, true) => Exit::Failed,
            (false, false) => Exit::Clean,
        }
    }
}

/// Runs an engine over paths.
///
/// # Errors
/// When a path is not there.
pub fn scan(engine: Engine, paths: &[PathBuf], progress: Progress<'_>) -> Result<Scan, Diagnostic> {
    let mut scan = Scan::default();
    for path in paths {
        let worktree = worktree::open_everything(path)?;
        let named = |inside: &str| if fs::is_folder(path) { slashed(&path.join(inside)) } else { slashed(path) };
        let entries: Vec<_> = match &worktree.changed {
            None => worktree.snapshot.entries().iter().filter(|entry| entry.is_file()).collect(),
            Some(changed) => changed.iter().filter_map(|path| worktree.snapshot.entry(path)).filter(|entry| entry.is_file()).collect(),
        };
        let full_name = |inside: &str| {
            if worktree.changed.is_some() && fs::is_folder(path) { slashed(&worktree.root.join(inside)) } else { named(inside) }
        };
        let done = std::sync::atomic::AtomicUsize::new(0);
        let looked: Vec<(Scanned, Vec<Unreadable>)> = entries
            .par_iter()
            .map(|entry| {
                interrupt::check()?;
                let result = look(engine, &worktree.snapshot, &entry.path, None);
                progress(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, entries.len());
                Ok(result)
            })
            .collect::<Result<_, Diagnostic>>()?;
        scan.looked_at += entries.len();
        for (mut scanned, unscannable) in looked {
            scanned.path = full_name(&scanned.path);
            let said = !scanned.findings.is_empty() || scanned.verdict.is_some();
            let renamed = unscannable.into_iter().map(|file| Unreadable { path: scanned.path.clone(), why: file.why });
            scan.unscannable.extend(renamed);
            if said {
                scan.files.push(scanned);
            }
        }
        scan.unscannable
            .extend(worktree.snapshot.unreadable.iter().map(|file| Unreadable { path: full_name(&file.path), why: file.why.clone() }));
    }
    Ok(scan)
}

/// Runs an engine over every blob of a repository's history, each once.
///
/// # Errors
/// When there is no repository, or its history cannot be read.
pub fn history(engine: Engine, path: &Path, progress: Progress<'_>) -> Result<Scan, Diagnostic> {
    let mut scan = Scan::default();
    let mut skipped = Vec::new();
    let mut stopped = None;
    let mut count = 0;
    worktree::history(
        path,
        LARGEST_BLOB,
        |blob| {
            if stopped.is_some() {
                return;
            }
            if let Err(error) = interrupt::check() {
                stopped = Some(error);
                return;
            }
            count += 1;
            progress(count, count);
            let snapshot = Snapshot::of_files([(blob.path.clone(), blob.bytes)]);
            let (scanned, unscannable) = look(engine, &snapshot, &blob.path, Some(blob.commit));
            scan.unscannable.extend(unscannable);
            if !scanned.findings.is_empty() || scanned.verdict.is_some() {
                scan.files.push(scanned);
            }
        },
        |file| skipped.push(file),
    )?;
    if let Some(error) = stopped {
        return Err(error);
    }
    scan.looked_at = count;
    scan.unscannable.extend(skipped);
    Ok(scan)
}

fn look(engine: Engine, snapshot: &Snapshot, path: &str, commit: Option<String>) -> (Scanned, Vec<Unreadable>) {
    let guardrails: Vec<&'static Guardrail> = guardrails::of_engine(engine);
    let knowledge = Knowledge::default();
    let know = || &knowledge;
    let context = Context { snapshot, config: None, lock: None, today: Day::today(), knowledge: &know };
    let mut sink = Sink::default();
    let mut verdict = None;
    if let Some(subject) = snapshot.subject(path) {
        // A file that no guardrail wants has to be readable all the same, or it is not "looked at".
        subject.head();
        run::look_at(&subject, guardrails, &context, &mut sink);
        excerpt::add_from(&subject, &mut sink.findings);
        if engine == Engine::Artifacts {
            verdict = verdict_of(&subject);
            if subject.failure().is_some() {
                verdict = Some(Verdict::Unscannable);
            }
        }
    }
    let level = |id: &str| guardrails::find(id).map_or(crate::repo::config::Level::Warn, |guardrail| guardrail.meta.level);
    let mut findings = judge(sink.findings, level, None, context.today);
    findings.iter_mut().for_each(|judged| excerpt::mask(&mut judged.finding));
    let unscannable = sink.unscannable.into_iter().map(|(path, why)| Unreadable { path, why }).collect();
    (Scanned { path: path.to_owned(), commit, findings, verdict }, unscannable)
}

/// What the artifact engine says of a file: every file gets a verdict, those that are no artifact are clean.
fn verdict_of(subject: &Subject<'_>) -> Option<Verdict> {
    Some(subject.view::<Artifact>().0.as_ref().map_or(Verdict::Clean, |report| report.verdict))
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}
