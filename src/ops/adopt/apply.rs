//! Applies an adoption, between two runs of the person's own tests where they named some.

use super::plan::Prepared;
use super::verify;
use crate::base::diagnostic::Diagnostic;
use crate::plan::transaction::{self, Landing};
use crate::report::adopt::{Landed, Verified};

/// The branch that is made where nobody says otherwise.
const BRANCH: &str = "highroad/adopt";

/// Where a person wants the result.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wish {
    /// On a branch of its own, of this name where one was given.
    Branch(Option<String>),
    /// On the branch that is checked out.
    InPlace,
}

/// Looks whether the plan could be applied, and decides where the result goes.
///
/// # Errors
/// Says what stands in the way.
pub fn rehearse(prepared: &mut Prepared, wish: &Wish) -> Result<(), Diagnostic> {
    let git = transaction::has_git(&prepared.transaction.root)?;
    prepared.transaction.landing = match (git, wish) {
        (true, Wish::Branch(name)) => Landing::Branch(name.clone().unwrap_or_else(|| BRANCH.to_owned())),
        (true, Wish::InPlace) => Landing::InPlace,
        (false, Wish::Branch(Some(name))) => {
            return Err(Diagnostic::usage("no-git", format!("the branch `{name}` cannot be made"))
                .at("--branch")
                .because("there is no git repository here")
                .fix("leave it out: the files are written, and `highroad undo` takes them back"));
        }
        (false, Wish::Branch(None) | Wish::InPlace) => Landing::Files,
    };
    transaction::rehearse(&prepared.transaction)
}

/// Applies the plan. With a command to verify, nothing is written where it fails before, and everything is taken back where
/// it passes before and fails after.
///
/// # Errors
/// When something stands in the way, or the disk or git refuses: then everything is as it was.
pub fn apply(prepared: &mut Prepared, wish: &Wish, command: Option<&str>) -> Result<(), Diagnostic> {
    let root = prepared.transaction.root.clone();
    if prepared.is_empty() {
        return Ok(());
    }
    rehearse(prepared, wish)?;
    if let Some(command) = command {
        let before = verify::run(command, &root)?;
        let passed = before.passed;
        prepared.adoption.verify = Some(Verified { command: command.to_owned(), before, after: None });
        if !passed {
            "tests-failed".clone_into(&mut prepared.adoption.status);
            return Ok(());
        }
    }
    let applied = transaction::apply(&prepared.transaction)?;
    let mut notes = applied.notes;
    if applied.commit.is_some() && !applied.as_person {
        notes.push("git does not know you, so the commit bears Highroad's name; set `git config user.name` and `user.email`".to_owned());
    }
    prepared.adoption.result = Some(Landed { branch: applied.branch, commit: applied.commit, notes });
    "applied".clone_into(&mut prepared.adoption.status);
    let Some(command) = command else { return Ok(()) };
    let after = verify::run(command, &root)?;
    let passed = after.passed;
    if let Some(verified) = &mut prepared.adoption.verify {
        verified.after = Some(after);
    }
    if !passed {
        transaction::undo(&root)?;
        prepared.adoption.result = None;
        "taken-back".clone_into(&mut prepared.adoption.status);
    }
    Ok(())
}
