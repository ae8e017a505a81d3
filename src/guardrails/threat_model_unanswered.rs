//! `threat-model-unanswered`: a threat that nobody answers for.

use std::collections::BTreeSet;

use super::finding::{Finding, Place};
use super::governance_files::text_of;
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::pristine::changed;
use super::safeguards::line_with;
use crate::repo::config::Level;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a threat has no owner, no status or no answer",
        level: Level::Warn,
        why: "A threat that is written down and answered by nobody gives the feeling of safety without any.",
        attack: "`Somebody poisons the feedback` stands in the threat model with the status `done` and without a control. Reviewers read `done`. \
                 An attacker who sends feedback for a week finds that nothing was ever done.",
        fix: "Give each `[[threat]]` a `status` (open, mitigated in part, accepted), somebody who decides (`decides`), and `controls` or `mitigations`, or a sentence in `open` on what is left.",
        automatic: "",
        standards: &[],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a threat that nobody decides about",
                files: &[(
                    "threat-model.toml",
                    Content::Text(
                        "[[threat]]\nid = \"poison\"\ntitle = \"Poisoned data\"\nstatus = \"open\"\nopen = \"Nobody looks at new rows.\"\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a place that is still to be filled in",
                files: &[(
                    "threat-model.toml",
                    Content::Text(
                        "[[threat]]\nid = \"poison\"\ntitle = \"Poisoned data\"\nstatus = \"open\"\ndecides = \"<who>\"\nopen = \"Nobody looks.\"\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a control that is not there",
                files: &[(
                    "threat-model.toml",
                    Content::Text(
                        "[[threat]]\nid = \"poison\"\ntitle = \"Poisoned data\"\nstatus = \"mitigated in part\"\ndecides = \"ML team\"\ncontrols = [{ path = \"src/check.py\", how = \"counts labels\" }]\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a threat with an answer",
                files: &[
                    (
                        "threat-model.toml",
                        Content::Text(
                            "[[threat]]\nid = \"poison\"\ntitle = \"Poisoned data\"\nstatus = \"mitigated in part\"\ndecides = \"ML team\"\ncontrols = [{ path = \"check.py\", how = \"counts labels\" }]\n",
                        ),
                    ),
                    ("check.py", Content::Text("a = 1\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an open threat that says what is left",
                files: &[(
                    "threat-model.toml",
                    Content::Text(
                        "[[threat]]\nid = \"poison\"\ntitle = \"Poisoned data\"\nstatus = \"open\"\nowner = \"ML team\"\nopen = \"Nobody looks at new rows yet.\"\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "threat-model-unanswered";
const FILE: &str = "threat-model.toml";
const PAGE: &str = "docs/THREAT_MODEL.md";

fn concerns(_: &str) -> bool {
    true
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    judge_page(context, sink);
    let Some(text) = text_of(context.snapshot, FILE) else { return };
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            sink.unscannable(FILE, format!("it is no TOML: {}", error.message()));
            return;
        }
    };
    for (at, threat) in rows(&table, "threat").iter().take(1000).enumerate() {
        judge(context, &text, at, threat, sink);
    }
    if table.contains_key("decided-by") && word(&toml::Value::Table(table.clone()), &["decided-by"]).is_empty() {
        sink.report(
            Finding::new(
                ID,
                Place::line(FILE, line_with(&text, "decided-by")),
                "nobody stands behind the threat model",
                "Write who decided in `decided-by`",
            )
            .key("decided-by"),
        );
    }
    let Some(before) = changed(context, FILE).and_then(|before| before.parse::<toml::Table>().ok()) else { return };
    compare(&before, &table, &text, sink);
}

fn rows(table: &toml::Table, key: &str) -> Vec<toml::Value> {
    table.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default()
}

/// Returns the first of some keys that says something; what stands in `<...>` is still to be filled in.
fn word<'a>(row: &'a toml::Value, keys: &[&str]) -> &'a str {
    let said = |text: &&str| !text.trim().is_empty() && !is_placeholder(text);
    keys.iter().filter_map(|key| row.get(*key)?.as_str()).find(said).unwrap_or_default()
}

fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    (text.starts_with('<') && text.ends_with('>'))
        || ["todo", "tbd", "fixme", "?", "n/a", "-", "none", "nobody"].contains(&text.to_ascii_lowercase().as_str())
}

fn is_filled(row: &toml::Value, key: &str) -> bool {
    match row.get(key) {
        Some(toml::Value::Array(items)) => !items.is_empty(),
        Some(toml::Value::String(text)) => !text.trim().is_empty() && !is_placeholder(text),
        Some(_) | None => false,
    }
}

fn judge(context: &Context<'_>, text: &str, at: usize, threat: &toml::Value, sink: &mut Sink) {
    let id = threat.get("id").or_else(|| threat.get("title")).and_then(toml::Value::as_str).unwrap_or("without a name");
    let line = block_line(text, at, "");
    let mut report = |near: &str, what: String, how: &str| {
        let line = if near.is_empty() { line } else { block_line(text, at, near) };
        sink.report(Finding::new(ID, Place::line(FILE, line), what, how).key(format!("{id} {near}")));
    };
    if word(threat, &["decides", "owner", "decided-by"]).is_empty() {
        report("decides", format!("nobody decides about the threat `{id}`"), "Write a team or a role in `decides`");
    }
    let status = word(threat, &["status"]).to_ascii_lowercase();
    if status.is_empty() {
        report("status", format!("the threat `{id}` has no status"), "Write `status = \"open\"` or `\"mitigated in part\"`");
    } else if ["solved", "done", "closed", "fixed", "resolved", "mitigated", "none", "ignored", "ignore", "n/a", "wontfix"]
        .contains(&status.as_str())
    {
        report(
            "status",
            format!("the threat `{id}` is called `{status}`, which a file alone cannot make true"),
            "Write `open`, `mitigated in part` or `accepted`, and in `open` what is left",
        );
    }
    let answered = ["controls", "mitigations", "mitigation", "control"].iter().any(|key| is_filled(threat, key));
    if !answered && !is_filled(threat, "open") && !is_filled(threat, "reason") {
        report(
            "open",
            format!("nothing stands against the threat `{id}`"),
            "Name `controls` or `mitigations`, or write in `open` what is left and why",
        );
    } else if status.starts_with("mitigated") && !answered {
        report(
            "controls",
            format!("the threat `{id}` is called mitigated, and no control is named"),
            "Name the `controls`, or set the status to `open`",
        );
    }
    for control in threat.get("controls").and_then(toml::Value::as_array).into_iter().flatten().take(100) {
        let Some(path) = control.get("path").and_then(toml::Value::as_str) else { continue };
        let folder = format!("{}/", path.trim_end_matches('/'));
        if !context.snapshot.has(path) && !context.snapshot.entries().iter().any(|entry| entry.path.starts_with(&folder)) {
            report(
                path,
                format!("the control `{path}` of the threat `{id}` is not there"),
                "Put the file back, or name what stands against the threat now",
            );
        }
    }
}

/// Returns the line of a key in the n-th `[[threat]]`; the line of its header where the key is not there.
fn block_line(text: &str, at: usize, near: &str) -> usize {
    let Some(begin) = text.lines().enumerate().filter(|(_, line)| line.trim() == "[[threat]]").map(|(line, _)| line).nth(at) else {
        return 1;
    };
    if near.is_empty() {
        return begin + 1;
    }
    let block = text.lines().enumerate().skip(begin + 1).take_while(|(_, line)| !line.starts_with('['));
    block.filter(|(_, line)| line.contains(near)).map(|(line, _)| line + 1).next().unwrap_or(begin + 1)
}

/// Compares with what the road drew: a threat, a boundary or a control that is gone was taken out by hand.
fn compare(before: &toml::Table, now: &toml::Table, text: &str, sink: &mut Sink) {
    for (list, called) in [("threat", "the threat"), ("asset", "the asset"), ("boundary", "the boundary")] {
        let now = rows(now, list);
        for was in rows(before, list) {
            let id = word(&was, &["id"]);
            let Some(is) = now.iter().find(|row| word(row, &["id"]) == id) else {
                sink.report(
                    Finding::new(
                        ID,
                        Place::file(FILE),
                        format!("{called} `{id}` is gone from the threat model"),
                        "Put it back; if it cannot happen any more, say so in `open`",
                    )
                    .key(id),
                );
                continue;
            };
            for key in ["controls", "mitigations", "atlas", "owasp"] {
                let count = |row: &toml::Value| row.get(key).and_then(toml::Value::as_array).map_or(0, Vec::len);
                if count(is) < count(&was) {
                    let line = line_with(text, &format!("id = \"{id}\""));
                    sink.report(
                        Finding::new(
                            ID,
                            Place::line(FILE, line),
                            format!("{called} `{id}` has lost some of its `{key}`"),
                            format!("Put the rows of `{key}` back"),
                        )
                        .key(format!("{id} {key}")),
                    );
                }
            }
            for key in ["open", "crown-jewel", "guarded-by", "rank", "decides"] {
                let lost = match (was.get(key), is.get(key)) {
                    (Some(_), None) => true,
                    (Some(toml::Value::Boolean(true)), Some(toml::Value::Boolean(false))) => true,
                    (Some(toml::Value::String(_)), Some(toml::Value::String(now))) => now.trim().is_empty(),
                    (Some(toml::Value::Integer(was)), Some(toml::Value::Integer(now))) => was < now,
                    (Some(_) | None, _) => false,
                };
                if lost {
                    let line = line_with(text, &format!("id = \"{id}\""));
                    sink.report(
                        Finding::new(
                            ID,
                            Place::line(FILE, line),
                            format!("{called} `{id}` has lost its `{key}`, or it counts less"),
                            format!("Set `{key}` again"),
                        )
                        .key(format!("{id} {key}")),
                    );
                }
            }
        }
    }
    for key in ["decided-by", "contact"] {
        if before.contains_key(key) && !now.contains_key(key) {
            sink.report(
                Finding::new(ID, Place::file(FILE), format!("the threat model no longer says `{key}`"), format!("Write `{key}` again"))
                    .key(key),
            );
        }
    }
    let answers = |table: &toml::Table| table.get("answers").cloned();
    if answers(before) != answers(now) {
        let what = "the answers that the threats were drawn from were changed, and the threats are the old ones";
        sink.report(
            Finding::new(
                ID,
                Place::line(FILE, line_with(text, "[answers]").max(1)),
                what,
                "Put the answers back as they are in `highroad.toml`, or decide again about each threat that they concern",
            )
            .key("answers")
            .advice(),
        );
    }
}

/// The page for people tells of the same threats.
fn judge_page(context: &Context<'_>, sink: &mut Sink) {
    let Some((before, now)) = changed(context, PAGE).zip(text_of(context.snapshot, PAGE)) else { return };
    let headings = |text: &str| -> BTreeSet<String> {
        text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim().to_owned()).collect()
    };
    let left = headings(&now);
    let lost: Vec<String> = headings(&before).into_iter().filter(|heading| !left.contains(heading)).collect();
    // The measure is there on a road only, and there the page is the one that reviewers read.
    if let Some(first) = lost.first() {
        let what = format!("`{PAGE}` no longer tells of {} of its chapters, such as `{first}`", lost.len());
        sink.report(Finding::new(ID, Place::file(PAGE), what, "Put the chapters back, or tell the same in others").key("page"));
        return;
    }
    let words = |text: &str| text.split_whitespace().count();
    if words(&now) * 2 < words(&before) {
        let what = format!("`{PAGE}` has its chapters, and less than half of what stood in them");
        sink.report(
            Finding::new(ID, Place::file(PAGE), what, "Put the text back from the history, and keep your additions in a page of your own")
                .key("page"),
        );
    }
}
