//! The commands of a project, run on request in a folder that is thrown away afterwards.

use std::path::PathBuf;
use std::time::Instant;

use super::{Options, Tested, failure};
use crate::base::diagnostic::Diagnostic;
use crate::base::{env, fs, process};
use crate::ops::new;
use crate::ops::road::samples;
use crate::render::answers::Given;
use crate::repo::answers::Answers;
use crate::report::road_test::{Command, Failure};

/// What can be run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// `make setup`.
    Install,
    /// `make test`.
    Test,
    /// `make security`.
    Security,
}

impl Wanted {
    fn name(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Test => "test",
            Self::Security => "security",
        }
    }

    fn line(self) -> &'static str {
        match self {
            Self::Install => "make setup",
            Self::Test => "make test",
            Self::Security => "make security",
        }
    }
}

/// Makes a project of a kind and runs the commands in it, one after the other; after one that failed, none.
///
/// # Errors
/// When the project cannot be written, or a shell not started.
pub(super) fn run(tested: &Tested<'_>, kind: &str, options: &Options, failures: &mut Vec<Failure>) -> Result<Vec<Command>, Diagnostic> {
    let folder = env::temporary_folder().join(format!("highroad-road-test-{}-{kind}", std::process::id()));
    fs::create_private_folder(&folder)?;
    let result = run_in(tested, kind, folder.join("demo"), options, failures);
    // What was ended may write a last file while its folder goes.
    let gone = fs::remove(&folder).or_else(|_| fs::remove(&folder));
    let ran = result?;
    gone.map(|()| ran)
}

fn run_in(
    tested: &Tested<'_>,
    kind: &str,
    root: PathBuf,
    options: &Options,
    failures: &mut Vec<Failure>,
) -> Result<Vec<Command>, Diagnostic> {
    let given = Given { key: "kind".to_owned(), value: kind.to_owned(), place: "--kind".to_owned() };
    let samples = samples::beside(tested.road, tested.road.kind(kind)?, &Answers::new());
    let answers: Answers = samples.iter().map(|given| (given.key.clone(), given.value.clone())).collect();
    let wanted = new::Options { target: Some(root.clone()), kind: Some(given), given: samples, no_git: false };
    new::write(&new::prepare(tested.road, &wanted, None, None)?)?;
    let mut ran = Vec::new();
    // What the others run is what `make setup` installs.
    let install = (!options.run.contains(&Wanted::Install)).then_some(&Wanted::Install);
    for wanted in install.into_iter().chain(&options.run) {
        let began = Instant::now();
        let ended = process::run_within(wanted.line(), &root, options.patience)?;
        let (name, line, seconds) = (wanted.name().to_owned(), wanted.line().to_owned(), began.elapsed().as_secs_f64());
        let passed = ended.passed;
        if !passed {
            let reproduce = format!("{} && cd demo && {line}", tested.reproduce_new(kind, &answers));
            let last: Vec<&str> = ended.output.lines().rev().take(3).collect();
            let why = last.into_iter().rev().collect::<Vec<_>>().join(" | ");
            failures.push(failure(kind, "command", &answers, format!("`{line}` failed: {}", ended.how), why, reproduce));
        }
        ran.push(Command { name, line, passed, how: ended.how, seconds, output: ended.output });
        if !passed {
            break;
        }
    }
    Ok(ran)
}
