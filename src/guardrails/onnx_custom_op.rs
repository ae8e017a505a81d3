//! An ONNX graph needs somebody's library.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "onnx-custom-op",
        title: "an ONNX model needs operations from somebody else's library",
        level: Level::Warn,
        why: "Operations outside the known sets come from a native or Python library that has to be loaded with the model. \
              That library is code.",
        attack: "A model is published with instructions to register a custom operation library. The library is the attack, the \
                 model only makes people load it.",
        fix: "Export the model with standard operations, or keep the library's source in the repository, build it there, and \
              say so in the model card.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "ATLAS AML.T0011.000", "CWE CWE-502"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "an operation that runs Python",
                files: &[("model.onnx", Content::Made { is: "an ONNX model with an operation in Python", bytes: made::onnx_python })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "an operation of an unknown library",
                files: &[("model.onnx", Content::Made { is: "an ONNX model with an unknown operation", bytes: made::onnx_custom })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "standard operations",
                files: &[("model.onnx", Content::Made { is: "an ONNX model with a standard operation", bytes: made::onnx_plain })],
            },
            Example { verdict: Verdict::Good, shows: "a text", files: &[("op.txt", Content::Text("PyOp\n"))] },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(
        subject,
        Rule::OnnxCustomOp,
        "Export the model with standard operations, or build the library from source that you have read",
        sink,
    );
}
