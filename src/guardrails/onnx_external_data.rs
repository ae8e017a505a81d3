//! An ONNX tensor lies outside the model's folder.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "onnx-external-data",
        title: "an ONNX model reads a tensor from outside its folder",
        level: Level::Block,
        why: "An ONNX tensor may lie in another file. A path that leaves the folder reads whatever stands there, and the \
              model can return it.",
        attack: "A model names `../../../../` and a path as the file of a tensor. The service loads it, the bytes of the file \
                 become weights, and a request gets them back.",
        fix: "Store all tensors in the model or beside it: `onnx.save(model, \"model.onnx\", save_as_external_data=True, \
              location=\"model.onnx.data\")`.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "CWE CWE-22"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a tensor in a parent folder",
                files: &[("model.onnx", Content::Made { is: "an ONNX model with a tensor in a parent folder", bytes: made::onnx_leaving })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a tensor at an absolute path",
                files: &[(
                    "model.onnx",
                    Content::Made { is: "an ONNX model with a tensor at an absolute path", bytes: made::onnx_absolute },
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a tensor beside the model",
                files: &[("model.onnx", Content::Made { is: "an ONNX model with a tensor beside it", bytes: made::onnx_beside })],
            },
            Example { verdict: Verdict::Good, shows: "a text", files: &[("model.onnx.txt", Content::Text("location: ../x\n"))] },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(subject, Rule::OnnxExternalData, "Do not load it; save the model with its tensors inside or beside it", sink);
}
