//! `highroad resolve`: walks through the conflicts that a change left, and remembers how they were settled.

pub mod markers;

use std::path::Path;
use std::sync::Arc;

use super::base::{self, Project, Versions};
use crate::base::diagnostic::{Diagnostic, did_you_mean};
use crate::base::leaf::{Kind, Leaf};
use crate::merge;
use crate::plan::transaction::{self, Applied, Rest, Settlement, Step};
use crate::render;
use crate::repo::lock::{self, Lock, Resolution};
use crate::repo::project::{ProjectFiles, blobs};
use crate::report::conflicts::{Conflict, Open, OpenFile};
use crate::report::resolve::{Resolve, ResolveFile};
use crate::road::LIMITS;
use markers::Hunk;

/// The conflicts that are open, with the files as they are on disk now.
#[derive(Debug)]
pub struct Session {
    project: Project,
    open: Open,
    /// The files that are not settled yet, in order of path.
    pub files: Vec<OpenNow>,
}

/// A file with open conflicts as it is on disk now.
#[derive(Clone, Debug)]
pub struct OpenNow {
    /// Path from the root of the project.
    pub path: String,
    /// What the road gives it as; nothing where it does not.
    road_path: Option<String>,
    leaf: Option<Leaf>,
    hunks: Vec<Hunk>,
    /// The conflicts that are open: one for each place with markers, or one for the file as a whole.
    pub conflicts: Vec<Conflict>,
    /// Whether somebody edited the markers away: what is left is to stage it.
    pub ready: bool,
}

/// What a person chooses for a conflict.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Choice {
    /// What the project has.
    Yours,
    /// What the road gives.
    Road,
    /// What is proposed.
    Suggestion,
    /// It stays open.
    Leave,
}

impl Session {
    /// Opens the conflicts that the last change left; nothing where it left none.
    ///
    /// # Errors
    /// When there is no project, or its records cannot be read.
    pub fn open(path: &Path) -> Result<Option<Self>, Diagnostic> {
        let project = Project::load(path)?;
        let Some(text) = transaction::open_conflicts(&project.root)? else { return Ok(None) };
        let open: Open = serde_json::from_str(&text).map_err(|error| {
            Diagnostic::failed("open-conflicts", "the list of open conflicts cannot be read")
                .because(error.to_string())
                .fix("settle them with git (`git status` shows them) and commit, or take the change back with `highroad undo`")
        })?;
        let unsettled = transaction::unsettled(&project.root)?;
        let wanted = open.files.iter().filter(|file| unsettled.contains(&file.path));
        let disk = ProjectFiles::list(&project.root, wanted.clone().map(|file| file.path.as_str()))?;
        let files = wanted.map(|file| now(file, &disk)).collect::<Result<_, _>>()?;
        Ok(Some(Self { project, open, files }))
    }

    /// Returns the files that a person named; all where none was.
    ///
    /// # Errors
    /// When a file has no open conflict.
    pub fn named(&self, names: &[String]) -> Result<Vec<usize>, Diagnostic> {
        if names.is_empty() {
            return Ok((0..self.files.len()).collect());
        }
        let find = |name: &String| {
            let path = name.strip_prefix("./").unwrap_or(name);
            self.files.iter().position(|file| file.path == path).ok_or_else(|| {
                let known: Vec<&str> = self.files.iter().map(|file| file.path.as_str()).collect();
                Diagnostic::usage("no-conflict", format!("`{name}` has no open conflict"))
                    .at(name.clone())
                    .because("paths start at the project's root, and only files with open conflicts can be settled")
                    .fix(did_you_mean(path, &known))
            })
        };
        names.iter().map(find).collect()
    }

    /// Settles conflicts: writes what was chosen, stages the files that have none left, and remembers the choices.
    /// Returns how many conflicts were settled.
    ///
    /// # Errors
    /// When a choice is not possible for a conflict, a file was changed since the session was opened, or the disk or git
    /// refuses; then nothing is changed.
    pub fn settle(&self, choices: &[(usize, Vec<Choice>)]) -> Result<usize, Diagnostic> {
        let mut settlements: Vec<Settlement> = Vec::new();
        let (before, records) = self.project.lock_now()?;
        let mut lock = before.clone();
        let mut count = 0;
        for (at, chosen) in choices {
            let Some(file) = self.files.get(*at) else { continue };
            let mut settle = |after: Option<Leaf>, rest: Rest| {
                let step = Step { path: file.path.clone(), before: file.leaf.clone(), after };
                settlements.push(Settlement { step, rest });
            };
            if file.ready {
                self.remember_edited(file, &mut lock);
                settle(file.leaf.clone(), Rest::Nothing);
                count += 1;
                continue;
            }
            count += chosen.iter().filter(|choice| **choice != Choice::Leave).count();
            if file.hunks.is_empty() {
                if let Some(choice) = chosen.first().filter(|choice| **choice != Choice::Leave) {
                    settle(self.whole(file, *choice)?, Rest::Nothing);
                }
                continue;
            }
            let after = edited(file, chosen, &mut lock)?;
            match chosen.contains(&Choice::Leave) {
                false => settle(Some(after), Rest::Nothing),
                true if Some(&after) != file.leaf.as_ref() => settle(Some(after), Rest::Conflicts),
                true => {}
            }
        }
        if lock != before {
            let after = Some(Leaf::new(Kind::Plain, lock.to_text().into_bytes()));
            let step = Step { path: lock::FILE.to_owned(), before: Some(records), after };
            settlements.push(Settlement { step, rest: Rest::Nothing });
        }
        if !settlements.is_empty() {
            transaction::settle(&self.project.root, &settlements)?;
        }
        Ok(count)
    }

    /// Remembers what a person put in the place of markers, where the lines around them are still there.
    fn remember_edited(&self, file: &OpenNow, lock: &mut Lock) {
        let Some(open) = self.open.files.iter().find(|open| open.path == file.path) else { return };
        let Some(text) = file.leaf.as_ref().filter(|leaf| std::str::from_utf8(&leaf.bytes).is_ok()) else { return };
        let text = markers::plain(&text.bytes);
        for (conflict, around) in open.conflicts.iter().zip(&open.around) {
            if let Some(chosen) = markers::between(&text, around) {
                lock.remember(Resolution::new(&file.path, conflict.sides(), chosen));
            }
        }
    }

    /// Returns what stands at the path of a conflict that is one of the whole file, after a choice.
    fn whole(&self, file: &OpenNow, choice: Choice) -> Result<Option<Leaf>, Diagnostic> {
        let conflict = file.conflicts.first();
        let kind = conflict.map_or("", |conflict| conflict.kind.as_str());
        let by_hand = |why: &str| {
            Diagnostic::usage("by-hand", format!("`{}` cannot be settled so", file.path))
                .at(file.path.clone())
                .because(why.to_owned())
                .fix("put the files where they belong yourself, and name it to `highroad resolve` again; or take `yours`")
        };
        match choice {
            Choice::Yours | Choice::Leave => Ok(file.leaf.clone()),
            Choice::Suggestion => Err(by_hand("there is no suggestion for it")),
            Choice::Road if matches!(kind, "rename" | "occupied") => Err(by_hand("two places or two files are in question")),
            Choice::Road => match &file.road_path {
                None => Ok(None),
                Some(path) => self.road_side(path).map(Some).ok_or_else(|| by_hand("what the road gives cannot be had here")),
            },
        }
    }

    /// Returns what the road gives at a path: from the repository's objects, else rendered again.
    fn road_side(&self, path: &str) -> Option<Leaf> {
        let locked = self.project.lock.file(path)?;
        let kind = if locked.mode == Kind::Executable.git() { Kind::Executable } else { Kind::Plain };
        let found = blobs(&self.project.root, &[&locked.blob], LIMITS.file_bytes).remove(&locked.blob);
        let bytes = found.or_else(|| {
            let versions = Versions::of(&self.project, None, false).ok()?;
            let road = versions.read(&self.project.lock.road.version).ok()?;
            let rendered = render::render(&road, &self.project.lock.kind, &self.project.lock.answers).ok()?;
            rendered.tree.get(path).map(|file| base::leaf(file).bytes.to_vec())
        })?;
        Some(Leaf { kind, bytes: Arc::from(bytes) })
    }

    /// Tells how it stands.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn report(&self, settled: usize) -> Result<Resolve, Diagnostic> {
        let unsettled = transaction::unsettled(&self.project.root)?;
        let disk = ProjectFiles::list(&self.project.root, self.open.files.iter().map(|file| file.path.as_str()))?;
        let describe = |file: &OpenFile| -> Result<ResolveFile, Diagnostic> {
            if !unsettled.contains(&file.path) {
                return Ok(ResolveFile { path: file.path.clone(), state: "settled".to_owned(), conflicts: Vec::new() });
            }
            let now = now(file, &disk)?;
            let state = if now.ready { "ready" } else { "open" };
            Ok(ResolveFile { path: file.path.clone(), state: state.to_owned(), conflicts: now.conflicts })
        };
        let files = self.open.files.iter().map(describe).collect::<Result<Vec<_>, _>>()?;
        Ok(Resolve {
            schema: 1,
            status: if files.iter().any(|file| file.state != "settled") { "open" } else { "settled" }.to_owned(),
            root: self.project.root.display().to_string(),
            command: self.open.command.clone(),
            files,
            settled,
            ..Resolve::default()
        })
    }

    /// Ends the change: commits it, where there is git.
    ///
    /// # Errors
    /// When a conflict is open, or git refuses.
    pub fn finish(&self, report: &mut Resolve) -> Result<(), Diagnostic> {
        let Applied { commit, branch, notes, .. } = transaction::finish(&self.project.root)?;
        report.status = "committed".to_owned();
        report.branch = branch;
        report.commit = commit;
        report.notes.extend(notes);
        Ok(())
    }
}

/// Looks at what a file with conflicts is on disk now.
fn now(file: &OpenFile, disk: &ProjectFiles) -> Result<OpenNow, Diagnostic> {
    let leaf = disk.leaf(&file.path).map_err(|why| super::upgrade::files::unreadable(&file.path, why))?;
    let bytes = leaf.as_ref().filter(|leaf| leaf.kind.is_file()).map(|leaf| Arc::clone(&leaf.bytes));
    let hunks = bytes.as_ref().map(|bytes| markers::find(bytes, merge::LABELS.ours)).unwrap_or_default();
    let by_markers = file.conflicts.iter().any(|conflict| conflict.line.is_some());
    let conflicts = match &bytes {
        Some(bytes) if by_markers => hunks.iter().enumerate().map(|(at, hunk)| known(hunk, at, bytes, &file.conflicts)).collect(),
        Some(_) | None => file.conflicts.clone(),
    };
    Ok(OpenNow {
        path: file.path.clone(),
        road_path: file.road_path.clone(),
        ready: by_markers && hunks.is_empty(),
        leaf,
        hunks,
        conflicts,
    })
}

/// Returns the conflict that a place with markers shows: the one with the same texts, else a new one.
fn known(hunk: &Hunk, at: usize, bytes: &[u8], conflicts: &[Conflict]) -> Conflict {
    let text = |range: &std::ops::Range<usize>| Some(markers::plain(&bytes[range.clone()]));
    let (base, ours, theirs) = (text(&hunk.base), text(&hunk.ours), text(&hunk.theirs));
    let same = |conflict: &&Conflict| conflict.ours == ours && conflict.theirs == theirs;
    let found = conflicts.get(at).filter(same).or_else(|| conflicts.iter().find(same));
    match found {
        Some(conflict) => Conflict { line: Some(hunk.line), ..conflict.clone() },
        None => Conflict { kind: "content".to_owned(), line: Some(hunk.line), key: String::new(), base, ours, theirs, suggestion: None },
    }
}

/// Returns the file with what was chosen in the place of its markers, and remembers the choices.
fn edited(file: &OpenNow, chosen: &[Choice], lock: &mut Lock) -> Result<Leaf, Diagnostic> {
    let Some(leaf) = &file.leaf else { return Err(no_suggestion(file)) };
    let mut texts = Vec::new();
    for (at, hunk) in file.hunks.iter().enumerate() {
        let conflict = file.conflicts.get(at);
        let text = match chosen.get(at).copied().unwrap_or(Choice::Leave) {
            Choice::Leave => None,
            Choice::Yours => Some(leaf.bytes[hunk.ours.clone()].to_vec()),
            Choice::Road => Some(leaf.bytes[hunk.theirs.clone()].to_vec()),
            Choice::Suggestion => {
                let suggestion = conflict.and_then(|conflict| conflict.suggestion.as_ref()).ok_or_else(|| no_suggestion(file))?;
                Some(markers::spelled(&suggestion.text, &leaf.bytes))
            }
        };
        if let (Some(text), Some(conflict)) = (text.as_ref().filter(|text| std::str::from_utf8(text).is_ok()), conflict) {
            lock.remember(Resolution::new(&file.path, conflict.sides(), &markers::plain(text)));
        }
        texts.push(text);
    }
    Ok(Leaf::new(leaf.kind, markers::replace(&leaf.bytes, &file.hunks, &texts)))
}

fn no_suggestion(file: &OpenNow) -> Diagnostic {
    Diagnostic::usage("no-suggestion", format!("there is no suggestion for every conflict in `{}`", file.path))
        .at(file.path.clone())
        .because("no rule is sure enough, and nobody settled the same conflict before")
        .fix("take `yours` or `road`, or edit the file and name it to `highroad resolve` again")
}
