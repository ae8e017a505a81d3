//! A Keras model brings code or has the loader look up functions.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "keras-code",
        title: "a Keras model brings code or names functions to call",
        level: Level::Block,
        why: "Lambda layers hold compiled Python, and a configuration can name any function for the loader to look up. Both \
              run when the model is loaded or used.",
        attack: "A model with a lambda layer is published under a known name. `load_model` with safe mode off, or an older \
                 Keras that has none, rebuilds the function from the file and runs it.",
        fix: "Replace lambda layers by layers of your own that are registered in code \
              (`@keras.saving.register_keras_serializable()`), save the weights alone (`model.save_weights`), and load with \
              `safe_mode=True`.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "ATLAS AML.T0011.000", "CWE CWE-502", "CWE CWE-94"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a lambda layer",
                files: &[("model.keras", Content::Made { is: "a Keras archive with a lambda layer", bytes: made::keras_lambda })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a lambda layer in HDF5",
                files: &[("model.h5", Content::Made { is: "an HDF5 file with a lambda layer", bytes: made::keras_lambda_hdf5 })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "plain layers",
                files: &[("model.keras", Content::Made { is: "a Keras archive with plain layers", bytes: made::keras_plain })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a text that speaks of layers",
                files: &[("notes.json", Content::Text("{\"about\": \"a Lambda layer\"}"))],
            },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(
        subject,
        Rule::KerasCode,
        "Do not load it with safe mode off; replace the layer by one that is defined in code, and keep the weights \
        alone",
        sink,
    );
}
