//! From what was chosen to what is written: files, fixes with their proof, records, waivers, the commit's message.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use super::files::{self, Gift};
use super::fixes::{self, Edited, Fixed, Wanted};
use super::survey::{Survey, config_of, lock_of};
use super::{Options, answers, items, proof, reasons, waivers};
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::leaf::{Kind, Leaf};
use crate::guardrails::edits::Files;
use crate::guardrails::outcome::Outcome;
use crate::ops::check::{Checked, Progress};
use crate::ops::fix;
use crate::plan::transaction::{Landing, Step, Transaction};
use crate::repo::config::{self, Level};
use crate::repo::git;
use crate::repo::lock;
use crate::repo::snapshot::{EntryKind, Snapshot};
use crate::report::adopt::{AdoptedFile, Adoption, BeforeAndAfter, Counts, Leftover, NotDone, Rest};
use crate::report::fixes::FixedFile;
use crate::report::{adopt, json};
use crate::road::Road;

/// An adoption that is ready to be applied.
#[derive(Debug)]
pub struct Prepared {
    /// What it comes to.
    pub adoption: Adoption,
    /// The files: path, content before (nothing for a new file), content after.
    pub files: Vec<FixedFile>,
    /// The transaction.
    pub transaction: Transaction,
}

impl Prepared {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// A file as it will be.
struct Future {
    before: Option<Vec<u8>>,
    after: Vec<u8>,
    program: bool,
    told: AdoptedFile,
}

/// Works out what the chosen items come to. Nothing is written.
///
/// # Errors
/// As a check; and when the day or the owner of the waivers cannot be.
pub fn plan(road: &Road, options: &Options, survey: &Survey, progress: Progress<'_>) -> Result<Prepared, Diagnostic> {
    let today = Day::today();
    let until = waivers::last_day(options.until.as_deref(), today)?;
    let mut answers = survey.answers.clone();
    let chosen = |id: &str| survey.items.iter().any(|item| item.chosen && item.id == id);
    let (taken, mut unproven) = taken(survey);
    settle_toggles(survey, &mut answers);
    let complete = answers::map(&answers);
    let owner = match options.owner.as_deref().map(str::trim) {
        Some("") => {
            return Err(Diagnostic::usage("owner", "a waiver needs an owner")
                .at("--owner")
                .because("it is empty")
                .fix("name a person or a team"));
        }
        Some(owner) => owner.to_owned(),
        None => complete.get("owner_team").cloned().unwrap_or_default(),
    };

    let snapshot = &survey.before.worktree.snapshot;
    let mut future: BTreeMap<String, Future> = BTreeMap::new();
    for gift in &taken {
        let path = gift.reason.path.as_str();
        let before = bytes_of(snapshot, path);
        let announced = before
            .as_deref()
            .map(|before| super::proof::prove(path, before, &gift.bytes))
            .transpose()
            .unwrap_or_default()
            .unwrap_or_default();
        let mut told = told(path, before.as_deref(), &gift.bytes, gift.reason.why.clone(), announced);
        told.ownership = Some(gift.reason.ownership.word().to_owned());
        future.insert(path.to_owned(), Future { before, after: gift.bytes.clone(), program: files::is_program(&gift.file), told });
    }
    let made: Files = future.iter().map(|(path, file)| (path.clone(), Some(file.after.clone()))).collect();
    let lock_text = lock_text(road, survey, &complete, &taken);
    let own = text_of(snapshot, config::FILE);
    let config_text = files::config_text(own.as_deref(), &config_of(road, &survey.kind, &complete, &survey.root))?;
    let mut over = made.clone();
    over.insert(lock::FILE.to_owned(), Some(lock_text.clone().into_bytes()));
    over.insert(config::FILE.to_owned(), Some(config_text.clone().into_bytes()));

    let wanted = Wanted { items: survey.items.iter().filter(|item| chosen(&item.id)).map(|item| item.id.clone()).collect() };
    let fresh: Files = future.iter().filter(|(_, file)| file.before.is_none()).map(|(path, _)| (path.clone(), None)).collect();
    let Fixed { files: fixed, not_done } = fixes::plan(&survey.options, &wanted, &survey.host, &fresh, &over, progress)?;
    unproven.extend(not_done);
    for Edited { path, before, after, why, announced } in fixed {
        over.insert(path.clone(), Some(after.clone()));
        let before = future.remove(&path).map_or(before, |file| file.before);
        let told = told(&path, before.as_deref(), &after, why, announced);
        future.insert(path, Future { before, after, program: false, told });
    }

    let before_waivers = fix::check_over(&survey.options, &survey.before.worktree, &over, progress)?;
    let (waiver_text, resting) = waivers::of(&before_waivers.outcome, &owner, until, survey.stack.shape);
    let config_text = joined(config_text, &waiver_text);
    config::Config::read(&config_text)?;
    over.insert(config::FILE.to_owned(), Some(config_text.clone().into_bytes()));
    let after = fix::check_over(&survey.options, &survey.before.worktree, &over, progress)?;

    for (path, text, why) in [
        (config::FILE, config_text, "Which road the repository is on, its answers, and what rests until when."),
        (lock::FILE, lock_text, "What the road gave, for its next version."),
    ] {
        let before = bytes_of(snapshot, path);
        if before.as_deref() != Some(text.as_bytes()) {
            let told = told(path, before.as_deref(), text.as_bytes(), why.to_owned(), Vec::new());
            future.insert(path.to_owned(), Future { before, after: text.into_bytes(), program: false, told });
        }
    }
    // A second run has nothing to add: what the records say stands.
    let sides = Sides { survey, resting, unproven, after: &after, answers };
    Ok(finish(road, future, sides))
}

/// Returns the files of the road that were chosen; an edit without a proof is dropped, and said.
fn taken(survey: &Survey) -> (Vec<&Gift>, Vec<NotDone>) {
    let snapshot = &survey.before.worktree.snapshot;
    let mut unproven = Vec::new();
    let chosen = |gift: &&Gift| survey.items.iter().any(|item| item.chosen && item.id.ends_with(&format!("/{}", items::id_of(gift))));
    let proved = |gift: &&Gift| {
        let path = gift.reason.path.as_str();
        let proof = bytes_of(snapshot, path).map_or(Ok(Vec::new()), |before| proof::prove(path, &before, &gift.bytes));
        if let Err(why) = &proof {
            unproven.push(NotDone {
                what: format!("`{path}` was not edited"),
                why: format!("the edit could not be proved to change nothing else: {why}"),
            });
        }
        proof.is_ok()
    };
    let taken = survey.gifts.iter().filter(chosen).filter(proved).collect();
    (taken, unproven)
}

struct Sides<'a> {
    survey: &'a Survey,
    resting: Vec<Rest>,
    unproven: Vec<NotDone>,
    after: &'a Checked,
    answers: Vec<adopt::Answer>,
}

fn finish(road: &Road, future: BTreeMap<String, Future>, sides: Sides<'_>) -> Prepared {
    let Sides { survey, resting, unproven, after, answers } = sides;
    let message = message(road, survey, &future, &resting);
    let snapshot = &survey.before.worktree.snapshot;
    let steps = future.iter().map(|(path, file)| step(snapshot, path, file)).collect();
    let mut not_done = unproven;
    not_done.extend(survey.items.iter().filter(|item| !item.chosen).map(|item| NotDone {
        what: format!("{} (`{}`)", item.title, item.id),
        why: if item.risk == "high" {
            "a reviewer could object: choose it by its name, and look".to_owned()
        } else {
            "it was not chosen".to_owned()
        },
    }));
    not_done.extend(reasons::by_shape(&survey.stack, &survey.host));
    let leftover = |left: &crate::repo::foreign_answers::Leftover| {
        let taken: Vec<(String, String)> = survey
            .taken
            .iter()
            .filter(|taken| taken.evidence.path == left.path)
            .map(|taken| (taken.key.to_owned(), taken.theirs.clone()))
            .collect();
        Leftover {
            tool: left.tool.to_owned(),
            path: left.path.clone(),
            template: left.template.clone(),
            left: left.answers.len().saturating_sub(taken.len()),
            taken,
        }
    };
    let empty = future.is_empty();
    let hook = future.keys().any(|path| road.manifest.hooks.as_ref().is_some_and(|folder| path.starts_with(&format!("{folder}/"))));
    let adoption = Adoption {
        schema: 1,
        status: if empty { "nothing-to-do" } else { "planned" }.to_owned(),
        root: survey.root.display().to_string(),
        road: json::road_version(road),
        kind: survey.kind.clone(),
        stack: adopt::stack(&survey.stack, survey.branch.clone()),
        leftovers: survey.leftovers.iter().map(leftover).collect(),
        answers,
        items: survey.items.clone(),
        files: future.values().map(|file| file.told.clone()).collect(),
        kept: survey.kept.clone(),
        waivers: resting,
        not_done,
        check: BeforeAndAfter { before: counts(&survey.before.outcome), after: counts(&after.outcome) },
        verify: None,
        result: None,
        next: next(survey, after, road, hook),
    };
    let transaction = Transaction {
        root: survey.root.clone(),
        command: "adopt",
        steps,
        conflicts: Vec::new(),
        open: None,
        message,
        landing: Landing::Files,
    };
    let files = future.into_iter().map(|(path, file)| (path, file.before, file.after)).collect();
    Prepared { adoption, files, transaction }
}

/// A part of the road that was not chosen is recorded as left out: then the road's next version does not bring it either.
fn settle_toggles(survey: &Survey, answers: &mut [adopt::Answer]) {
    for answer in answers {
        let toggled = |gift: &&Gift| gift.toggle.as_deref() == Some(answer.key.as_str());
        let Some(gift) = survey.gifts.iter().find(toggled) else { continue };
        let id = items::id_of(gift);
        let chosen = survey.items.iter().any(|item| item.chosen && item.id.ends_with(&format!("/{id}")));
        let wanted = if chosen { "add" } else { "leave" };
        if answer.value != wanted {
            wanted.clone_into(&mut answer.value);
            "chosen".clone_into(&mut answer.source);
            answer.place.clear();
        }
    }
}

fn lock_text(road: &Road, survey: &Survey, answers: &crate::repo::answers::Answers, taken: &[&Gift]) -> String {
    let snapshot = &survey.before.worktree.snapshot;
    match (&survey.before.lock, text_of(snapshot, lock::FILE)) {
        (Some(_), Some(own)) if taken.is_empty() => own,
        (Some(known), _) => {
            let mut lock = known.clone();
            lock.file = files::locked(taken, Some(known));
            lock.to_text()
        }
        (None, _) => lock_of(road, &survey.kind, answers, files::locked(taken, None)).to_text(),
    }
}

fn joined(mut config: String, waivers: &str) -> String {
    if waivers.is_empty() {
        return config;
    }
    let end = crate::formats::text::line_break(&config);
    if !config.ends_with('\n') {
        config.push_str(end);
    }
    config.push_str(&waivers.replace('\n', end));
    config
}

fn bytes_of(snapshot: &Snapshot, path: &str) -> Option<Vec<u8>> {
    snapshot.subject(path)?.bytes().map(<[u8]>::to_vec)
}

fn text_of(snapshot: &Snapshot, path: &str) -> Option<String> {
    String::from_utf8(bytes_of(snapshot, path)?).ok()
}

fn told(path: &str, before: Option<&[u8]>, after: &[u8], why: String, announced: Vec<adopt::Announced>) -> AdoptedFile {
    let (old, new) = (String::from_utf8_lossy(before.unwrap_or_default()), String::from_utf8_lossy(after));
    let (mut added, mut removed) = (0, 0);
    for change in TextDiff::from_lines(&*old, &*new).iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {}
            ChangeTag::Insert => added += 1,
            ChangeTag::Delete => removed += 1,
        }
    }
    let change = if before.is_some() { "edit" } else { "add" };
    AdoptedFile { path: path.to_owned(), change: change.to_owned(), ownership: None, why, added, removed, announced }
}

fn step(snapshot: &Snapshot, path: &str, file: &Future) -> Step {
    let executable = match snapshot.entry(path).map(|entry| entry.kind) {
        Some(EntryKind::File { executable }) => executable,
        Some(EntryKind::Link | EntryKind::Submodule) | None => file.program,
    };
    let kind = if executable { Kind::Executable } else { Kind::Plain };
    Step {
        path: path.to_owned(),
        before: file.before.as_ref().map(|bytes| Leaf::new(kind, bytes.as_slice())),
        after: Some(Leaf::new(kind, file.after.as_slice())),
    }
}

fn counts(outcome: &Outcome) -> Counts {
    Counts {
        block: outcome.count(Level::Block),
        warn: outcome.count(Level::Warn),
        advise: outcome.count(Level::Advise),
        waived: outcome.waived(),
    }
}

fn message(road: &Road, survey: &Survey, future: &BTreeMap<String, Future>, resting: &[Rest]) -> String {
    let mut text = format!(
        "Put the repository on the paved road\n\nRoad {} {}, kind {}. It is {}: {}.\n",
        road.manifest.id,
        road.manifest.version,
        survey.kind,
        survey.stack.shape.title(),
        survey.stack.why
    );
    for (title, change) in [("Added", "add"), ("Edited", "edit")] {
        let files: Vec<&Future> = future.values().filter(|file| file.told.change == change).collect();
        if !files.is_empty() {
            let _ = writeln!(text, "\n{title}:");
            for file in files {
                let _ = writeln!(text, "- {}: {}", file.told.path, file.told.why);
            }
        }
    }
    if let Some(first) = resting.first() {
        let findings: usize = resting.iter().map(|rest| rest.findings).sum();
        let _ = writeln!(
            text,
            "\nWhat could not be fixed safely rests until {}, owned by {}: {findings} findings of\n{}.",
            first.until,
            first.owner,
            resting.iter().map(|rest| rest.guardrail.as_str()).collect::<Vec<_>>().join(", ")
        );
    }
    text.push_str("\nCode, notebooks, data and licence are as they were. `highroad undo` takes it back.\n");
    text
}

/// What a person does next. Hooks are switched on only where nothing else decides about them.
fn next(survey: &Survey, after: &Checked, road: &Road, hook: bool) -> Vec<String> {
    let mut steps = Vec::new();
    let secrets = after.outcome.findings.iter().filter(|judged| judged.finding.guardrail == "secret" && judged.waived.is_some()).count();
    if secrets > 0 {
        steps.push(format!("revoke the credentials that stand in it now ({secrets}): a waiver does not make them safe"));
    }
    if let Ok(kind) = road.kind(&survey.kind) {
        let switches = |step: &&String| step.contains("core.hooksPath");
        let own = git::facts(&survey.root).hooks_path;
        steps.extend(kind.manifest.next.iter().filter(|step| hook && own.is_none() || !switches(step)).cloned());
        if let Some(own) = own.filter(|_| hook) {
            steps.push(format!("call `highroad hook run` from your own hook in {own}: git takes its hooks from there"));
        }
    }
    if survey.before.lock.as_ref().is_some_and(|lock| lock.road.version != road.manifest.version) {
        steps.push("highroad upgrade".to_owned());
    }
    steps
}
