//! The checklist of an adoption, and what to do with its plan.

use dialoguer::console::Term;
use dialoguer::theme::ColorfulTheme;
use dialoguer::{MultiSelect, Select};

use crate::base::diagnostic::Diagnostic;
use crate::base::interrupt;
use crate::report::adopt::Item;

/// What a person wants to do with the plan.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Decision {
    Apply,
    ChooseAgain,
    Stop,
}

/// Lets a person choose items; those that are chosen already are ticked.
///
/// # Errors
/// When the person stops.
pub(super) fn choose(items: &mut [Item], width: usize) -> Result<(), Diagnostic> {
    if items.is_empty() {
        return Ok(());
    }
    let room = width.saturating_sub(8);
    let shown = |item: &Item| -> String {
        let row = format!("{:<11} {} (risk: {})", item.group, item.title, item.risk);
        if row.chars().count() <= room { row } else { row.chars().take(room.saturating_sub(1)).chain(['…']).collect() }
    };
    let rows: Vec<String> = items.iter().map(shown).collect();
    let ticked: Vec<bool> = items.iter().map(|item| item.chosen).collect();
    let term = Term::stderr();
    let chosen = MultiSelect::with_theme(&ColorfulTheme::default())
        .with_prompt("What to take (space ticks, Enter goes on)")
        .items(&rows)
        .defaults(&ticked)
        .report(false)
        .interact_on_opt(&term)
        .map_err(|_| stopped(&term))?
        .ok_or_else(|| stopped(&term))?;
    for (at, item) in items.iter_mut().enumerate() {
        item.chosen = chosen.contains(&at);
    }
    interrupt::check()
}

/// Asks what to do with the plan that was shown.
///
/// # Errors
/// When the person stops.
pub(super) fn decide(landing: &str) -> Result<Decision, Diagnostic> {
    let term = Term::stderr();
    let items = [format!("Apply it {landing}"), "Choose again".to_owned(), "Stop and write nothing".to_owned()];
    let chosen = Select::with_theme(&ColorfulTheme::default())
        .with_prompt("What now?")
        .items(&items)
        .default(0)
        .interact_on_opt(&term)
        .map_err(|_| stopped(&term))?;
    interrupt::check()?;
    Ok(match chosen {
        Some(0) => Decision::Apply,
        Some(1) | None => Decision::ChooseAgain,
        Some(_) => Decision::Stop,
    })
}

/// A prompt ended in the middle of its line: the cursor comes back and the line ends.
fn stopped(term: &Term) -> Diagnostic {
    let _ = term.show_cursor();
    let _ = term.write_line("");
    interrupt::interrupted()
}
