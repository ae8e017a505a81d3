//! A TensorFlow graph reads or writes files, or runs Python.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "savedmodel-file-op",
        title: "a TensorFlow graph reads or writes files",
        level: Level::Block,
        why: "A SavedModel is a program. Operations such as `ReadFile` and `WriteFile` run with the rights of the service \
              that serves the model.",
        attack: "A graph reads a credential file while it answers a request and returns it as an output, or writes a start \
                 script. Nothing in the Python code of the service shows that.",
        fix: "Do not serve the model. Get it again from its source, or export it anew from code that you have read.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "ATLAS AML.T0011.000", "CWE CWE-502", "CWE CWE-94"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a graph that reads a file",
                files: &[("export/saved_model.pb", Content::Made { is: "a SavedModel that reads a file", bytes: made::graph_reading })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "the same in a function",
                files: &[(
                    "export/saved_model.pb",
                    Content::Made { is: "a SavedModel whose function writes a file", bytes: made::graph_function },
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a graph that multiplies",
                files: &[("export/saved_model.pb", Content::Made { is: "a SavedModel that multiplies", bytes: made::graph_plain })],
            },
            Example { verdict: Verdict::Good, shows: "a text", files: &[("a.txt", Content::Text("ReadFile WriteFile\n"))] },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(subject, Rule::SavedmodelFileOp, "Do not serve it; export the model anew from code that you have read", sink);
}
