//! `red-team-weakened`: the suite that attacks the model attacks less, or forgives more.

use std::collections::BTreeSet;

use super::finding::{Finding, Place};
use super::governance_files::text_of;
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::pristine::{all_changed, changed};
use super::road_example::{CONFIG, LOCK, file, file_with};
use super::safeguards::{line_with, python};
use crate::repo::config::Level;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "the red team was weakened",
        level: Level::Warn,
        why: "The red team says how far each attack gets. With a looser limit or an attack fewer it still says `passed`, and means less.",
        attack: "A new model resists small changes of its input worse than the old one. To ship on time the limit is raised from 0.1 to 0.9. Everybody reads `red team passed` in the report.",
        fix: "Set the limit in `redteam/thresholds.toml` back, or put the check back. A limit that has to be raised is a decision of whoever answers for the threat model.",
        automatic: "",
        standards: &["OWASP-ML ML01:2023", "ATLAS AML.T0043"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a limit that was raised",
                files: &[LOCK, CONFIG, (LIMITS, Content::Made { is: "with `max = 1.0` for each attack", bytes: raised })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a check that is gone",
                files: &[LOCK, CONFIG, (LIMITS, Content::Made { is: "without the check of memberships", bytes: fewer })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "limits as they came",
                files: &[LOCK, CONFIG, (LIMITS, Content::Made { is: "as it came", bytes: full })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a limit that was lowered",
                files: &[LOCK, CONFIG, (LIMITS, Content::Made { is: "with `max = 0.0` for each attack", bytes: stricter })],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "red-team-weakened";
const LIMITS: &str = "redteam/thresholds.toml";

fn concerns(path: &str) -> bool {
    path.starts_with("redteam/")
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    limits(context, sink);
    for (path, before, now) in all_changed(context) {
        if path.starts_with("redteam/") && path.ends_with(".py") {
            suite(&path, &before, &now, sink);
        }
    }
}

/// Compares the limits by name; a limit that is gone switches its check off.
fn limits(context: &Context<'_>, sink: &mut Sink) {
    let Some((before, now)) = changed(context, LIMITS).zip(text_of(context.snapshot, LIMITS)) else { return };
    let Ok(was) = before.parse::<toml::Table>() else { return };
    let is: toml::Table = match now.parse() {
        Ok(table) => table,
        Err(error) => {
            sink.unscannable(LIMITS, format!("it is no TOML: {}", error.message()));
            return;
        }
    };
    let number = |table: Option<&toml::Value>, key: &str| {
        table.and_then(|table| table.get(key)).and_then(|value| value.as_float().or_else(|| value.as_integer().map(|number| number as f64)))
    };
    for (check, limit) in &was {
        let other = is.get(check);
        let line = line_with(&now, &format!("[{check}]"));
        let mut report = |what: String, how: String| {
            let place = if line == 0 { Place::file(LIMITS) } else { Place::line(LIMITS, line) };
            sink.report(Finding::new(ID, place, what, how).key(check));
        };
        if other.is_none() {
            report(format!("the limit of `{check}` is gone, and the check with it"), format!("Put `[{check}]` back"));
            continue;
        }
        for (bound, looser) in [("max", 1.0), ("min", -1.0)] {
            let Some(limit) = number(Some(limit), bound) else { continue };
            match number(other, bound) {
                None => report(format!("`{check}` has no `{bound}` any more"), format!("Write `{bound} = {limit}` under `[{check}]`")),
                Some(now) if (now - limit) * looser > 0.0 || !now.is_finite() => {
                    report(
                        format!("`{check}` forgives {now} where the road forgives {limit}"),
                        format!("Write `{bound} = {limit}` under `[{check}]`"),
                    );
                }
                Some(_) => {}
            }
        }
        let why = |table: Option<&toml::Value>| {
            table.and_then(|table| table.get("why")).and_then(toml::Value::as_str).is_some_and(|why| !why.trim().is_empty())
        };
        if why(Some(limit)) && !why(other) {
            report(format!("`{check}` does not say why its limit is what it is"), format!("Write `why` under `[{check}]`"));
        }
    }
}

/// Compares the code of the suite: its checks, its attacks, its strength.
fn suite(path: &str, before: &str, now: &str, sink: &mut Sink) {
    let mut report = |line: usize, key: &str, what: String, how: &str| {
        let place = if line == 0 { Place::file(path) } else { Place::line(path, line) };
        sink.report(Finding::new(ID, place, what, how).key(key));
    };
    let (checks, left) = (names(before), names(now));
    for check in checks.difference(&left) {
        report(0, check, format!("the check `{check}` is gone from the suite"), "Put it back");
    }
    let now_functions = python::functions(now);
    for (name, was) in python::functions(before) {
        match now_functions.get(&name) {
            None => report(0, &name, format!("`{name}` is gone from the suite"), "Put it back, or write what measures it now"),
            Some(is) if python::ends_at_once(is) && !python::ends_at_once(&was) => {
                report(is.line, &name, format!("`{name}` measures nothing: it ends at once"), "Let it measure again")
            }
            Some(is)
                if is.body.iter().filter(|line| line.starts_with("raise ")).count()
                    < was.body.iter().filter(|line| line.starts_with("raise ")).count() =>
            {
                report(is.line, &name, format!("`{name}` no longer says when it proves nothing"), "Put the `raise` back");
            }
            Some(is) if is.body.len() * 2 < was.body.len() => {
                report(is.line, &name, format!("`{name}` has lost more than half of what it does"), "Put it back as the road wrote it")
            }
            Some(_) => {}
        }
    }
    let now_constants = python::constants(now);
    for (name, (_, was)) in python::constants(before) {
        match now_constants.get(&name) {
            Some((line, is)) if *is != was => report(
                *line,
                &name,
                format!("`{name}` of the suite is {is} instead of {was}"),
                "Set it back, or write why the attack may be weaker",
            ),
            None if !now.contains(&format!("{name} =")) => report(0, &name, format!("`{name}` is gone from the suite"), "Put it back"),
            Some(_) | None => {}
        }
    }
    let (attacks, left) = (sentences(before), sentences(now));
    let lost = attacks.difference(&left).count();
    if lost > 0 {
        report(
            0,
            "attacks",
            format!("{lost} of the attacks or facts that the suite tries are gone or changed"),
            "Put them back; add new ones beside them",
        );
    }
}

/// Returns the names of the checks: `name="evasion"`.
fn names(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| line.trim().strip_prefix("name=\"")?.split('"').next()).collect()
}

/// Returns the lines that hold a sentence of an attacker: quoted, in a list.
fn sentences(text: &str) -> BTreeSet<&str> {
    text.lines()
        .map(str::trim)
        .filter(|line| line.ends_with(',') && (line.starts_with(['"', '\'', '(']) || line.starts_with("_wide(\"")) && line.len() > 12)
        .collect()
}

fn raised() -> Vec<u8> {
    let lines: Vec<String> =
        file(LIMITS).lines().map(|line| if line.starts_with("max = ") { "max = 1.0".to_owned() } else { line.to_owned() }).collect();
    lines.join("\n").into_bytes()
}

fn stricter() -> Vec<u8> {
    let lines: Vec<String> =
        file(LIMITS).lines().map(|line| if line.starts_with("max = ") { "max = 0.0".to_owned() } else { line.to_owned() }).collect();
    lines.join("\n").into_bytes()
}

fn fewer() -> Vec<u8> {
    file_with(LIMITS, "[membership-inference]", "[something-else]")
}

fn full() -> Vec<u8> {
    file(LIMITS).into_bytes()
}
