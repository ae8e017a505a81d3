//! A model file could not be read to its end: it is not clean, it is not known.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "unscannable-artifact",
        title: "a model file could not be read to its end",
        level: Level::Warn,
        why: "What cannot be read cannot be judged: an encrypted, damaged or foreign archive may hold anything.",
        attack: "A model is shipped in an archive that scanners cannot open, with a line in the documentation that unpacks it. \
                 The check stays green, the payload runs.",
        fix: "Store the model in a format that can be read: safetensors, ONNX, GGUF, or a plain zip or tar. Replace damaged \
              files.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "an archive that cannot be read",
                files: &[("model.7z", Content::Made { is: "the beginning of a 7z archive", bytes: made::seven })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a pickle that ends in the middle",
                files: &[("model.pkl", Content::Made { is: "half of a pickle", bytes: made::half_pickle })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a whole pickle",
                files: &[("model.pkl", Content::Made { is: "a pickled dictionary", bytes: made::plain_pickle })],
            },
            Example { verdict: Verdict::Good, shows: "a text", files: &[("model.txt", Content::Text("half a sente"))] },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report_unread(subject, sink);
}
