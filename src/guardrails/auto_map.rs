//! A model's configuration has the loader run code.

use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "auto-map",
        title: "a model's configuration has the loader run code",
        level: Level::Warn,
        why: "`auto_map` in a model's configuration names Python files that the loader imports when remote code is trusted. \
              Without a pinned revision they change under you.",
        attack: "The code that a configuration names lies in another repository. Its owner, or whoever takes the account over, \
                 changes it, and the next load with `trust_remote_code=True` runs the new code.",
        fix: "Use a model class that the library has, or copy the code into the repository, review it, and load it by \
              import. Where it has to stay, pin `revision=` and `code_revision=` to commits.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "ATLAS AML.T0011.000", "CWE CWE-502"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "code of another repository",
                files: &[(
                    "config.json",
                    Content::Text("{\"model_type\": \"x\", \"auto_map\": {\"AutoModel\": \"someone/code--modeling_x.XModel\"}}"),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "code beside the model",
                files: &[("model/config.json", Content::Text("{\"auto_map\": {\"AutoConfig\": \"configuration_x.XConfig\"}}"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a class of the library",
                files: &[("config.json", Content::Text("{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"]}"))],
            },
            Example { verdict: Verdict::Good, shows: "an empty map", files: &[("config.json", Content::Text("{\"auto_map\": {}}"))] },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(
        subject,
        Rule::AutoMap,
        "Use a class of the library, or keep the code in the repository and pin `revision=` and `code_revision=` to \
        commits",
        sink,
    );
}
