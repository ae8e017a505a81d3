//! `highroad road test`: proves that a road version renders, is clean, and takes edited projects along from every version.

pub(super) mod cases;
mod commands;
mod edits;
mod golden;
mod renders;
mod told;
mod upgrades;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use commands::Wanted;

use super::at_hand::{self, Subject};
use super::shelf::Shelf;
use super::workers::{self, Progress};
use crate::base::diagnostic::Diagnostic;
use crate::ops::new::shell_word;
use crate::repo::answers::Answers;
use crate::report::road_test::{Failure, Kind, RoadTest};
use crate::road::Road;
use cases::Case;

/// How many failures are told.
const MOST_FAILURES: usize = 200;
/// Of how many cases of a kind and version the projects are edited; of the rest the untouched project is upgraded.
const EDITED: usize = 8;

/// What the person asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The road: working or released.
    pub folder: PathBuf,
    /// The published versions.
    pub store: Option<PathBuf>,
    /// The kinds; empty for all.
    pub kinds: Vec<String>,
    /// The versions that are upgraded from; empty for all.
    pub from: Vec<String>,
    /// The commands that are run in a project of each kind.
    pub run: Vec<Wanted>,
    /// How long a command may take.
    pub patience: Duration,
}

/// What every piece of work needs.
struct Tested<'a> {
    road: &'a Arc<Road>,
    shelf: &'a Shelf,
    folder: &'a Path,
}

impl Tested<'_> {
    /// The command line that makes a project of a case.
    fn reproduce_new(&self, kind: &str, given: &Answers) -> String {
        if self.road.kind(kind).is_ok_and(|part| part.manifest.for_adoption) {
            // A project of such a kind cannot be made from nothing.
            return format!("highroad road test {} --kind {kind}", self.folder.display());
        }
        new_line(&self.folder.display().to_string(), kind, given)
    }

    fn reproduce_upgrade(&self, old: &Road, kind: &str, given: &Answers, edit: &str) -> String {
        let road = if old.source == "built-in" { format!("VERSION-{}", old.manifest.version) } else { old.source.clone() };
        let edit = if edit == edits::UNTOUCHED { String::new() } else { format!("   # then {edit}, and commit") };
        format!("{} && cd demo && highroad upgrade --dry-run --road {}{edit}", new_line(&road, kind, given), self.folder.display())
    }
}

fn new_line(road: &str, kind: &str, given: &Answers) -> String {
    let sets: String = given.iter().map(|(key, value)| format!(" --set {}", shell_word(&format!("{key}={value}")))).collect();
    format!("highroad new demo --road {} --kind {kind}{sets} --yes", shell_word(road))
}

fn failure(kind: &str, test: &str, given: &Answers, what: String, why: String, reproduce: String) -> Failure {
    Failure { kind: kind.to_owned(), test: test.to_owned(), answers: given.clone(), what, why, reproduce, ..Failure::default() }
}

fn no_cases(tested: &Tested<'_>, kind: &str, from: Option<String>, error: Diagnostic) -> Failure {
    let (none, reproduce) = (Answers::new(), tested.reproduce_new(kind, &Answers::new()));
    let test = if from.is_some() { "upgrade" } else { "render" };
    Failure { path: error.place, from, ..failure(kind, test, &none, error.what, error.why, reproduce) }
}

/// A piece of work.
enum Piece<'a> {
    Render(&'a str, &'a Case),
    Upgrade(&'a str, &'a Arc<Road>, &'a Case, bool),
}

/// What a piece came to.
struct Done {
    clean: usize,
    count: usize,
    seconds: f64,
    failures: Vec<Failure>,
}

/// Tests a road version.
///
/// # Errors
/// When the road, the store, a kind or a version that was named is not usable, or the person stops.
pub fn test(options: &Options, progress: Progress<'_>) -> Result<RoadTest, Diagnostic> {
    let began = Instant::now();
    let Subject { road, again, shelf, store, mut notes } = at_hand::subject(&options.folder, options.store.as_deref())?;
    let tested = Tested { road: &road, shelf: &shelf, folder: &options.folder };
    for kind in &options.kinds {
        road.kind(kind)?;
    }
    let kinds: Vec<&str> = road
        .kinds
        .iter()
        .map(|(id, _)| id.as_str())
        .filter(|id| options.kinds.is_empty() || options.kinds.iter().any(|kind| kind == id))
        .collect();
    let mut failures: Vec<Failure> = Vec::new();
    let earlier = origins(options, &road, &shelf, &mut failures, &mut notes)?;
    let mut now_cases: Vec<(&str, Vec<Case>)> = Vec::new();
    let mut old_cases: Vec<(&str, &Arc<Road>, Vec<Case>)> = Vec::new();
    for kind in &kinds {
        match cases::cases(&road, kind, road.kind(kind)?) {
            Ok(cases) => now_cases.push((kind, cases)),
            Err(error) => failures.push(no_cases(&tested, kind, None, error)),
        }
        for old in &earlier {
            // A kind that is new has no project to bring along.
            match old.kind(kind).map(|part| cases::cases(old, kind, part)) {
                Ok(Ok(cases)) => old_cases.push((kind, old, cases)),
                Ok(Err(error)) => failures.push(no_cases(&tested, kind, Some(old.manifest.version.clone()), error)),
                Err(_) => {}
            }
        }
    }
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for (kind, cases) in &now_cases {
        pieces.extend(cases.iter().map(|case| Piece::Render(kind, case)));
    }
    for (kind, old, cases) in &old_cases {
        pieces.extend(cases.iter().enumerate().map(|(at, case)| Piece::Upgrade(kind, old, case, at < EDITED)));
    }
    let done = workers::each(&pieces, progress, |piece| work(&tested, &again, piece))?;
    let mut told: Vec<Kind> = kinds.iter().map(|kind| Kind { kind: (*kind).to_owned(), ..Kind::default() }).collect();
    for (piece, done) in pieces.iter().zip(done) {
        let (Piece::Render(id, _) | Piece::Upgrade(id, ..)) = piece;
        if let Some(kind) = told.iter_mut().find(|kind| kind.kind == *id) {
            let (count, clean) = match piece {
                Piece::Render(..) => (&mut kind.cases, &mut kind.clean),
                Piece::Upgrade(..) => (&mut kind.upgrades, &mut kind.upgrades_clean),
            };
            *count += done.count;
            *clean += done.clean;
            kind.seconds += done.seconds;
        }
        failures.extend(done.failures);
    }
    let golden = golden::compare(&road, store.as_deref(), &mut failures)?;
    for kind in told.iter_mut().filter(|_| !options.run.is_empty()) {
        if road.kind(&kind.kind)?.manifest.for_adoption {
            notes.push(format!("{}: no command was run: it adds to a repository that exists", kind.kind));
            continue;
        }
        kind.commands = commands::run(&tested, &kind.kind, options, &mut failures)?;
    }
    let mut failures = told::once(&tested, &again, failures);
    if failures.len() > MOST_FAILURES {
        notes.push(format!("{} more failures are not told", failures.len() - MOST_FAILURES));
        failures.truncate(MOST_FAILURES);
    }
    Ok(RoadTest {
        schema: 1,
        status: if failures.is_empty() { "passed" } else { "failed" }.to_owned(),
        road: road.manifest.id.clone(),
        version: road.manifest.version.clone(),
        digest: road.digest.to_string(),
        seconds: began.elapsed().as_secs_f64(),
        upgraded_from: earlier.iter().map(|old| old.manifest.version.clone()).collect(),
        golden,
        kinds: told,
        failures,
        notes,
    })
}

fn work(tested: &Tested<'_>, again: &Road, piece: &Piece<'_>) -> Done {
    let began = Instant::now();
    let (count, clean, failures) = match piece {
        Piece::Render(kind, case) => {
            let failures = renders::test(tested, again, kind, case);
            (1, usize::from(failures.is_empty()), failures)
        }
        Piece::Upgrade(kind, old, case, edited) => {
            let upgrades = upgrades::test(tested, old, kind, case, *edited);
            (upgrades.count, upgrades.clean, upgrades.failures)
        }
    };
    Done { clean, count, seconds: began.elapsed().as_secs_f64(), failures }
}

/// Reads the versions that projects can come from. One that is not at hand was not tested, and that is a failure.
fn origins(
    options: &Options,
    road: &Road,
    shelf: &Shelf,
    failures: &mut Vec<Failure>,
    notes: &mut Vec<String>,
) -> Result<Vec<Arc<Road>>, Diagnostic> {
    let (found, missing) = shelf.origins(&road.manifest);
    let wanted = |version: &str| options.from.is_empty() || options.from.iter().any(|from| from == version);
    if let Some(unknown) = options.from.iter().find(|from| !found.iter().any(|listed| listed.version == **from)) {
        let known: Vec<&str> = found.iter().map(|listed| listed.version.as_str()).collect();
        return Err(Diagnostic::usage("no-way", format!("no project comes from version `{unknown}`"))
            .at("--from")
            .because("no chain of `upgrades-from` leads from it to this version, or it is not at hand")
            .fix(crate::base::diagnostic::did_you_mean(unknown, &known)));
    }
    let mut not_tested = |version: &str, why: String| {
        let what = format!("upgrades from {version} could not be tested");
        let reproduce = format!("highroad road test {} --store FOLDER", options.folder.display());
        failures.push(Failure { from: Some(version.to_owned()), ..failure("", "upgrade", &Answers::new(), what, why, reproduce) });
    };
    for version in missing.iter().filter(|version| wanted(version)) {
        not_tested(version, "`upgrades-from` leads to it, and no store at hand has it; name its store with `--store`".to_owned());
    }
    let mut roads = Vec::new();
    for listed in found.iter().filter(|listed| wanted(&listed.version)) {
        match shelf.read(&road.manifest.id, &listed.version) {
            Ok(old) => roads.push(old),
            Err(error) => not_tested(&listed.version, format!("{}: {}", error.what, error.why)),
        }
    }
    if roads.is_empty() && missing.is_empty() {
        notes.push("no upgrade was tested: `upgrades-from` names no version".to_owned());
    }
    Ok(roads)
}
