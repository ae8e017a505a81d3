//! A pickle calls what no model needs: commands, code, files, sockets, imports.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "unsafe-pickle",
        title: "a pickle calls something that a model does not need",
        level: Level::Block,
        why: "A pickle is a small program. One that calls a shell, a file function or an import does it when it is loaded. \
              One that calls something unknown may do anything.",
        attack: "A poisoned model is shared or slipped into a pull request. Its pickle calls a function that runs a command. \
                 Whoever loads it, on a laptop or in the training cluster, hands over credentials, data and the machine.",
        fix: "Do not load the file. Delete it, find out where it came from and who has loaded it, and get the model again \
              from its source as safetensors.",
        automatic: "",
        standards: &[
            "OWASP-ML ML06:2023",
            "OWASP-LLM LLM04:2026",
            "ATLAS AML.T0010",
            "ATLAS AML.T0011.000",
            "CWE CWE-502",
            "ATLAS AML.T0018.002",
            "CWE CWE-94",
        ],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a pickle that runs a command",
                files: &[("model.bin", Content::Made { is: "a pickle that calls a shell", bytes: made::shell_pickle })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "the same in a torch archive",
                files: &[("model.pt", Content::Made { is: "a torch archive whose pickle calls a shell", bytes: made::shell_archive })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "the same, compressed",
                files: &[("model.joblib", Content::Made { is: "that pickle, compressed by zlib", bytes: made::shell_compressed })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a pickled dictionary",
                files: &[("model.pkl", Content::Made { is: "a pickled dictionary", bytes: made::plain_pickle })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a torch archive",
                files: &[("model.pt", Content::Made { is: "a zip archive with a state dictionary", bytes: made::torch_archive })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a text about pickles",
                files: &[("notes.md", Content::Text("cos\nis a function, and R is a language.\n"))],
            },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(subject, Rule::UnsafePickle, "Do not load it; delete it and get the model again as safetensors", sink);
}
