//! `waiver-expired`: a guardrail rests longer than anybody agreed to.

use super::finding::{Finding, Place};
use super::governance_files::text_of;
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::base::day::Day;
use crate::repo::config::{self, Level};

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a waiver has ended, never ends, or ends too late",
        level: Level::Warn,
        why: "A waiver is a loan: somebody takes a risk for a reason and until a day. Without an end it is a hole that everybody has forgotten.",
        attack: "A key in an example is let through `until the demo`. The demo was a year ago, and in the meantime the real key stands at the same place. The waiver still covers it.",
        fix: "Remove the waiver if the reason is gone; otherwise decide again, with a reason, an owner and a day at most 180 days ahead: `until = \"YYYY-MM-DD\"`.",
        automatic: "",
        standards: &[],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a day that has passed",
                files: &[(
                    "highroad.toml",
                    Content::Text(
                        "schema = 1\n\n[[waiver]]\nguardrail = \"data-in-git\"\npath = \"data/a.csv\"\nreason = \"synthetic\"\nowner = \"ML team\"\nuntil = \"2026-10-01\"\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a day far ahead",
                files: &[(
                    "highroad.toml",
                    Content::Text(
                        "schema = 1\n\n[[waiver]]\nguardrail = \"data-in-git\"\npath = \"data/a.csv\"\nreason = \"synthetic\"\nowner = \"ML team\"\nuntil = \"2030-01-01\"\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "no day at all",
                files: &[(
                    "highroad.toml",
                    Content::Text(
                        "schema = 1\n\n[[waiver]]\nguardrail = \"data-in-git\"\npath = \"data/a.csv\"\nreason = \"synthetic\"\nowner = \"ML team\"\nuntil = \"never\"\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a reviewed secret without an owner",
                files: &[(
                    "security/allow-secrets.toml",
                    Content::Text(
                        "[[allow]]\npath = \"a.md\"\nrule = \"named-secret\"\nfingerprint = \"00\"\nreason = \"sample\"\nuntil = \"2027-01-31\"\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a waiver that still runs",
                files: &[(
                    "highroad.toml",
                    Content::Text(
                        "schema = 1\n\n[[waiver]]\nguardrail = \"data-in-git\"\npath = \"data/a.csv\"\nreason = \"synthetic\"\nowner = \"ML team\"\nuntil = \"2027-05-22\"\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a list of findings, wherever they are",
                files: &[(
                    "highroad.toml",
                    Content::Text(
                        "schema = 1\n\n[[waiver]]\nguardrail = \"unsafe-deserialization\"\npath = \"**\"\nreason = \"was there at adoption\"\nowner = \"ML team\"\nuntil = \"2027-02-21\"\nfindings = [\"0123456789abcdef\"]\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "no waiver",
                files: &[("highroad.toml", Content::Text("schema = 1\n\n[guardrails]\n"))],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "waiver-expired";
/// The list of reviewed secrets that projects of the road keep.
const SECRETS: &str = "security/allow-secrets.toml";
/// How far ahead a waiver may end, in days.
const LONGEST: i32 = 180;

fn concerns(path: &str) -> bool {
    path == config::FILE || path == SECRETS
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    for (path, header, name) in [(config::FILE, "waiver", "guardrail"), (SECRETS, "allow", "rule")] {
        let Some(text) = text_of(context.snapshot, path) else { continue };
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(_) if path == config::FILE => continue, // Whoever reads the configuration says so.
            Err(error) => {
                sink.unscannable(path, format!("it is no TOML: {}", error.message()));
                continue;
            }
        };
        let Some(rows) = table.get(header).and_then(toml::Value::as_array) else { continue };
        let places = blocks(&text, header);
        for (at, row) in rows.iter().enumerate() {
            let word = |key: &str| row.get(key).and_then(toml::Value::as_str).unwrap_or_default().trim();
            let begin = places.get(at).copied().unwrap_or(1);
            let report = |sink: &mut Sink, key: &str, what: String| {
                let line = line_of_key(&text, begin, key);
                let how = "Remove it, or decide again: a reason, an owner, and `until = \"YYYY-MM-DD\"` at most 180 days ahead";
                sink.report(Finding::new(ID, Place::line(path, line), what, how).key(format!("{}:{}:{key}", word(name), word("path"))));
            };
            let subject = format!("the waiver of `{}` at `{}`", word(name), word("path"));
            match row
                .get("until")
                .and_then(|until| until.as_str().map(str::to_owned).or_else(|| until.as_datetime().map(ToString::to_string)))
                .as_deref()
                .map(Day::parse)
            {
                None | Some(None) => report(sink, "until", format!("{subject} names no day on which it ends")),
                Some(Some(day)) if context.today.until(day) < 0 => report(sink, "until", format!("{subject} ended on {day}")),
                Some(Some(day)) if context.today.until(day) > LONGEST => {
                    report(sink, "until", format!("{subject} ends on {day}, more than {LONGEST} days ahead"))
                }
                Some(Some(_)) => {}
            }
            for key in ["reason", "owner"] {
                if word(key).is_empty() {
                    report(sink, key, format!("{subject} names no {key}"));
                }
            }
            // With fingerprints it covers what is in the list, wherever that is.
            let listed = row.get("findings").and_then(toml::Value::as_array).is_some_and(|findings| !findings.is_empty());
            if matches!(word("path"), "" | "*" | "**" | "**/*" | "/") && !listed {
                report(sink, "path", format!("{subject} covers the whole repository"));
            }
        }
    }
}

/// Returns the lines (from 1) on which the tables of a list begin.
fn blocks(text: &str, header: &str) -> Vec<usize> {
    let is = |line: &str| line.trim().strip_prefix("[[").and_then(|rest| rest.split("]]").next()).is_some_and(|name| name.trim() == header);
    text.lines().enumerate().filter(|(_, line)| is(line)).map(|(at, _)| at + 1).collect()
}

/// Returns the line of a key in the table that begins on line `begin`; that line where the key is not there.
fn line_of_key(text: &str, begin: usize, key: &str) -> usize {
    let inside = text.lines().enumerate().skip(begin).take_while(|(_, line)| !line.trim_start().starts_with('['));
    let is = |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    inside.filter(|(_, line)| is(line)).map(|(at, _)| at + 1).next().unwrap_or(begin)
}
