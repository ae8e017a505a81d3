//! What people read of `highroad road test`.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::road_test::{Failure, RoadTest};
use super::tree::wrap;
use crate::base::diagnostic::printable;
use crate::base::words::counted;

const STRONG: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
/// How many failures are shown.
const MOST: usize = 20;

/// The table per kind, and each failure with how to see it again.
pub fn tested(test: &RoadTest, width: usize) -> String {
    let mut out = format!("{STRONG}Road {} {}{STRONG:#}\n\n", printable(&test.road), printable(&test.version));
    let names = test.kinds.iter().map(|kind| kind.kind.chars().count()).max().unwrap_or(4).clamp(4, 32);
    let _ = writeln!(
        out,
        "  {STRONG}{:<names$}  {:>5}  {:>5}  {:>8}  {:>5}  {:>7}{STRONG:#}",
        "kind", "cases", "clean", "upgrades", "clean", "seconds"
    );
    for kind in &test.kinds {
        let style = if kind.cases == kind.clean && kind.upgrades == kind.upgrades_clean { GOOD } else { BAD };
        let _ = writeln!(
            out,
            "  {style}{:<names$}{style:#}  {:>5}  {:>5}  {:>8}  {:>5}  {:>7.1}",
            printable(&kind.kind),
            kind.cases,
            kind.clean,
            kind.upgrades,
            kind.upgrades_clean,
            kind.seconds
        );
        for command in &kind.commands {
            let style = if command.passed { GOOD } else { BAD };
            let _ = writeln!(out, "    {style}{}{style:#}: {}, {:.0} s", command.line, command.how, command.seconds);
        }
    }
    out.push('\n');
    let mut say = |text: String| {
        for (row, line) in wrap(&printable(&text), width.saturating_sub(4).max(24)).iter().enumerate() {
            let _ = writeln!(out, "{}{line}", if row == 0 { "  " } else { "    " });
        }
    };
    if !test.upgraded_from.is_empty() {
        say(format!("upgraded from {}", test.upgraded_from.join(", ")));
    }
    match test.golden {
        Some(count) => say(counted(count, "golden digest compared", "golden digests compared")),
        None => say("no golden digests compared: the version is not released, or its index records none".to_owned()),
    }
    for note in &test.notes {
        say(format!("note: {note}"));
    }
    for failure in test.failures.iter().take(MOST) {
        describe(failure, width, &mut out);
    }
    if test.failures.len() > MOST {
        let _ = writeln!(out, "\n  and {} more; `--json` has them all", test.failures.len() - MOST);
    }
    let verdict = if test.failures.is_empty() {
        format!("{GOOD}passed{GOOD:#} in {:.1} s", test.seconds)
    } else {
        format!("{BAD}{} failed{BAD:#} in {:.1} s", test.failures.len(), test.seconds)
    };
    let _ = writeln!(out, "\n{verdict}");
    out
}

fn describe(failure: &Failure, width: usize, out: &mut String) {
    let place = [
        Some(failure.kind.clone()).filter(|kind| !kind.is_empty()),
        failure.from.as_ref().map(|from| format!("from {from}")),
        failure.edit.as_ref().map(|edit| format!("edit: {edit}")),
        failure.path.clone(),
    ];
    let place: Vec<String> = place.into_iter().flatten().map(|part| printable(&part)).collect();
    let _ = writeln!(out, "\n  {BAD}{}{BAD:#} {}", failure.test, place.join(", "));
    let answers: Vec<String> = failure.answers.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let mut parts = vec![failure.what.clone(), format!("why: {}", failure.why)];
    let more = match (failure.cases.saturating_sub(1), failure.kinds.len()) {
        (0, _) => String::new(),
        (more, 0 | 1) => format!("and {}", counted(more, "more case", "more cases")),
        (more, kinds) => format!("and {}, of {kinds} kinds", counted(more, "more case", "more cases")),
    };
    match (answers.is_empty(), more.is_empty()) {
        (true, true) => {}
        (true, false) => parts.push(format!("case: as suggested, {more}")),
        (false, true) => parts.push(format!("case: {}", answers.join(" "))),
        (false, false) => parts.push(format!("case: {}, {more}", answers.join(" "))),
    }
    for part in parts {
        for (row, line) in wrap(&printable(&part), width.saturating_sub(8).max(24)).iter().enumerate() {
            let _ = writeln!(out, "{}{line}", if row == 0 { "    " } else { "      " });
        }
    }
    let _ = writeln!(out, "    see: {}", printable(&failure.reproduce));
}
