//! A guardrail as a person reads it: in the terminal and as a page of the documentation.

use std::fmt::Write as _;

use anstyle::Style;
use schemars::JsonSchema;
use serde::Serialize;

use super::tree::wrap;
use crate::guardrails::Group;
use crate::guardrails::coverage::served_by;
use crate::guardrails::guardrail::{Content, Guardrail, Verdict};
use crate::guardrails::outcome::word;

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// The result of `highroad explain ID --json`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Explanation {
    /// The version of this format: 1.
    pub schema: u32,
    /// The guardrails.
    pub guardrails: Vec<ExplainedGuardrail>,
}

/// A guardrail.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ExplainedGuardrail {
    /// Its id.
    pub id: String,
    /// What is wrong, in one line.
    pub title: String,
    /// How loudly it speaks by itself: `block`, `warn` or `advise`.
    pub level: String,
    /// Why it matters.
    pub why: String,
    /// The attack that it stops.
    pub attack: String,
    /// How to fix it.
    pub fix: String,
    /// What `highroad fix` does; empty where it does nothing.
    pub automatic: String,
    /// The items of standards that it serves.
    pub standards: Vec<String>,
}

/// Describes guardrails for programs.
pub fn document(guardrails: &[&Guardrail]) -> Explanation {
    let one = |guardrail: &&Guardrail| {
        let meta = &guardrail.meta;
        ExplainedGuardrail {
            id: meta.id.to_owned(),
            title: meta.title.to_owned(),
            level: word(meta.level).to_owned(),
            why: meta.why.to_owned(),
            attack: meta.attack.to_owned(),
            fix: meta.fix.to_owned(),
            automatic: meta.automatic.to_owned(),
            standards: served_by(meta),
        }
    };
    Explanation { schema: 1, guardrails: guardrails.iter().map(one).collect() }
}

/// The list of guardrails, one line each.
pub fn list(guardrails: &[&Guardrail]) -> String {
    let widest = guardrails.iter().map(|guardrail| guardrail.meta.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for guardrail in guardrails {
        let meta = &guardrail.meta;
        let _ = writeln!(out, "{STRONG}{:widest$}{STRONG:#}  {:6}  {}", meta.id, word(meta.level), meta.title);
    }
    out
}

/// One guardrail, whole.
pub fn human(guardrail: &Guardrail, width: usize) -> String {
    let meta = &guardrail.meta;
    let mut out = format!("{STRONG}{}{STRONG:#}  {} ({})\n", meta.id, meta.title, word(meta.level));
    let automatic = if meta.automatic.is_empty() { "There is no automatic fix." } else { meta.automatic };
    let standards = served_by(meta).join(", ");
    for (name, text) in [
        ("Why", meta.why),
        ("The attack", meta.attack),
        ("How to fix it", meta.fix),
        ("highroad fix", automatic),
        ("Standards", &standards),
    ] {
        let _ = writeln!(out, "\n{STRONG}{name}{STRONG:#}");
        for row in wrap(text, width.saturating_sub(2).max(24)) {
            let _ = writeln!(out, "  {row}");
        }
    }
    for (name, verdict) in [("It speaks here", Verdict::Bad), ("It is silent here", Verdict::Good)] {
        let Some(example) = meta.examples.iter().find(|example| example.verdict == verdict) else { continue };
        let _ = writeln!(out, "\n{STRONG}{name}{STRONG:#}: {}", example.shows);
        for (path, content) in example.files {
            let _ = writeln!(out, "  {FAINT}{path}{FAINT:#}");
            match content {
                Content::Text(text) => text.lines().for_each(|line| {
                    let _ = writeln!(out, "    {line}");
                }),
                Content::Made { is, .. } => {
                    let _ = writeln!(out, "    ({is})");
                }
            }
        }
    }
    out
}

/// The page of a guardrail in the documentation.
pub fn page(guardrail: &Guardrail) -> String {
    let meta = &guardrail.meta;
    let plain = |text: &str| wrap(text, 120).join("\n");
    let mut out = format!(
        "<!-- Made from the guardrail's definition: change it there. -->\n# `{}`: {}\n\nLevel: `{}`, unless the road or `highroad.toml` says otherwise.\n\n## Why\n\n{}\n\n## The attack\n\n{}\n\n## How to fix it\n\n{}\n",
        meta.id,
        meta.title,
        word(meta.level),
        plain(meta.why),
        plain(meta.attack),
        plain(meta.fix),
    );
    if !meta.automatic.is_empty() {
        let _ = write!(out, "\n`highroad fix`: {}\n", plain(meta.automatic));
    }
    for (name, verdict) in [("It speaks", Verdict::Bad), ("It is silent", Verdict::Good)] {
        for example in meta.examples.iter().filter(|example| example.verdict == verdict) {
            let _ = write!(out, "\n## {name}: {}\n", example.shows);
            for (path, content) in example.files {
                match content {
                    Content::Text(text) => {
                        let fence = if text.contains("```") { "````" } else { "```" };
                        let end = if text.ends_with('\n') { "" } else { "\n" };
                        let _ = write!(out, "\n`{path}`\n\n{fence}{}\n{text}{end}{fence}\n", language(path));
                    }
                    Content::Made { is, .. } => {
                        let _ = write!(out, "\n`{path}`: {is}\n");
                    }
                }
            }
        }
    }
    let served = served_by(meta);
    if !served.is_empty() {
        let _ = write!(out, "\n## Standards\n\n");
        for item in served {
            let _ = writeln!(out, "- {item}");
        }
    }
    out
}

fn language(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.starts_with("Dockerfile") {
        return "dockerfile";
    }
    match name.rsplit('.').next().unwrap_or_default() {
        "py" => "python",
        "yml" | "yaml" => "yaml",
        "toml" | "lock" => "toml",
        "json" | "ipynb" => "json",
        "sh" => "sh",
        "md" => "markdown",
        _ => "text",
    }
}

/// The page that lists all guardrails, by what they look at.
pub fn index(groups: &[Group]) -> String {
    let mut out = String::from(
        "<!-- Made from the guardrails' definitions. -->\n# Guardrails\n\n`highroad explain ID` shows each of these pages in the terminal.\n",
    );
    for group in groups {
        let _ = write!(out, "\n## {}\n\n| guardrail | level | what is wrong | `highroad fix` |\n| --- | --- | --- | --- |\n", group.title);
        for guardrail in group.guardrails {
            let meta = &guardrail.meta;
            let fix = if meta.automatic.is_empty() { "" } else { "yes" };
            let _ = writeln!(out, "| [`{0}`]({0}.md) | {1} | {2} | {fix} |", meta.id, word(meta.level), meta.title);
        }
    }
    out
}
