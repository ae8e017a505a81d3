//! A guardrail that the project turned down below what its road wants.

use super::guardrail::{Content, Example, Guardrail, Inspection, Meta, Verdict};
use crate::repo::config::Level;

/// The guardrail. Its findings come from whoever runs the check: only there are the road's levels known.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "guardrail-weakened",
        title: "guardrail is turned down in highroad.toml",
        level: Level::Warn,
        why: "A guardrail that speaks less loudly than the road wants makes the check look cleaner than the project is.",
        attack: "One line in `highroad.toml` of a large change turns a guardrail off. From then on what it stopped passes, and every report says \
                 that there are no findings.",
        fix: "Remove the line from `[guardrails]`. Where the guardrail has to rest for a while, write a `[[waiver]]` with a reason, an owner and an \
              end date: everybody can see it, and it ends by itself.",
        automatic: "",
        standards: &[],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a guardrail that is switched off",
                files: &[("highroad.toml", Content::Text("schema = 1\n\n[guardrails]\nsecret = \"off\"\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a guardrail that speaks louder",
                files: &[("highroad.toml", Content::Text("schema = 1\n\n[guardrails]\npersisted-credentials = \"block\"\n"))],
            },
        ],
    },
    inspection: Inspection { each: None, whole: None, needs_facts: false },
};
