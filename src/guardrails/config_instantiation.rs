//! A configuration names a callable that runs code when it is read.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "config-instantiation",
        title: "a configuration has its loader call something dangerous",
        level: Level::Block,
        why: "Hydra, NeMo and full YAML loaders call what a configuration names. A name such as a shell function turns a \
              text into a program.",
        attack: "A model archive brings a `model_config.yaml` whose `_target_` is a shell function with a command as its \
                 argument. Restoring the model calls it.",
        fix: "Remove the entry. Check `_target_` against a list of your own classes before it is instantiated, and read YAML \
              with `yaml.safe_load`.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "ATLAS AML.T0011.000", "CWE CWE-502", "CWE CWE-94"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a target that runs a command",
                files: &[(
                    "conf/config.yaml",
                    Content::Made { is: "a configuration whose target is a shell function", bytes: made::yaml_target },
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a tag that runs a command",
                files: &[(
                    "conf/config.yaml",
                    Content::Made { is: "a configuration with a tag that calls a shell function", bytes: made::yaml_tag },
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a target of a library",
                files: &[("conf/model.yaml", Content::Text("_target_: torch.optim.Adam\nlr: 0.1\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a path that is joined",
                files: &[("conf/paths.yaml", Content::Text("root:\n  _target_: os.path.join\n  _args_: [a, b]\n"))],
            },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(
        subject,
        Rule::ConfigInstantiation,
        "Remove the entry, and let only names of your own list be instantiated",
        sink,
    );
}
