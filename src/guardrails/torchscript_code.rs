//! A TorchScript archive brings code.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "torchscript-code",
        title: "a TorchScript archive brings code",
        level: Level::Warn,
        why: "A TorchScript archive holds the source of the model beside its weights. It runs when the model is used, and it \
              can read and write files.",
        attack: "The code of a shared model reads a file by `from_file` or writes one by `save`, and hides what it read in its \
                 outputs.",
        fix: "Keep the model's code in the repository and its weights as safetensors. Where TorchScript has to stay, read \
              the files under `code/` in the archive before you use it.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "ATLAS AML.T0011.000", "CWE CWE-502"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "code that reads a file",
                files: &[("model.pt", Content::Made { is: "a TorchScript archive that reads a file", bytes: made::script_reading })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "any TorchScript archive, as advice",
                files: &[("model.pt", Content::Made { is: "a TorchScript archive", bytes: made::script_plain })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a torch archive without code",
                files: &[("model.pt", Content::Made { is: "a zip archive with a state dictionary", bytes: made::torch_archive })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a text",
                files: &[("code.txt", Content::Text("def forward(self, x):\n    return x\n"))],
            },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(
        subject,
        Rule::TorchscriptCode,
        "Read the files under `code/` in the archive, or keep the code in the repository and the weights as safetensors",
        sink,
    );
}
