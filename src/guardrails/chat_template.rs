//! A chat template reaches into Python.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "chat-template",
        title: "a chat template reaches into Python",
        level: Level::Block,
        why: "A chat template is a Jinja program that runs for each request. One that reaches for the internals of Python \
              leaves the template and runs code where the renderer has no sandbox.",
        attack: "A model file carries a template that walks from a harmless object to the functions of the operating system. A \
                 server that renders it with plain Jinja runs a command at the first request.",
        fix: "Do not use the template. Take the one from the model's original source, and render templates with \
              `jinja2.sandbox.ImmutableSandboxedEnvironment` only.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "ATLAS AML.T0011.000", "CWE CWE-502", "CWE CWE-94"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a template that reaches for internals",
                files: &[(
                    "chat_template.jinja",
                    Content::Made { is: "a template that reaches for Python's internals", bytes: made::template_bad },
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "the same in a GGUF file",
                files: &[("model.gguf", Content::Made { is: "a GGUF file with such a template", bytes: made::gguf_bad })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a plain template",
                files: &[("chat_template.jinja", Content::Text("{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}{% endfor %}"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a plain GGUF file",
                files: &[("model.gguf", Content::Made { is: "a GGUF file with a plain template", bytes: made::gguf_good })],
            },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(subject, Rule::ChatTemplate, "Do not render it; take the template of the model's original source", sink);
}
