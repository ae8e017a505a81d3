//! A pickle is in the repository: whoever loads it runs what it says.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "pickle-artifact",
        title: "a model or data file is a pickle",
        level: Level::Warn,
        why: "Loading a pickle runs code that the file chooses. No reader can tell by looking at the name, and \
              most loaders run it.",
        attack: "Somebody with write access, or a dependency's build, replaces the file by one that behaves the same and also \
                 runs a command. Nobody reviews a binary in a pull request. The next training run or the next start of the \
                 service executes it with all the rights that it has.",
        fix: "Save tensors as safetensors (`safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")`), \
              scikit-learn models with `skops.io.dump(model, \"model.skops\")`, arrays with `np.save(path, array, \
              allow_pickle=False)`, tables as Parquet; then remove the pickle from the repository.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "ATLAS AML.T0011.000", "CWE CWE-502"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a pickle by its bytes",
                files: &[("models/model.pkl", Content::Made { is: "a pickled dictionary", bytes: made::plain_pickle })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a pickle under another name",
                files: &[("weights.dat", Content::Made { is: "a pickled dictionary", bytes: made::plain_pickle })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a torch archive",
                files: &[("model.pt", Content::Made { is: "a zip archive with a pickle", bytes: made::torch_archive })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a text that ends in .pt",
                files: &[("net.pt", Content::Text("name: \"net\"\nlayer {\n  type: \"ReLU\"\n}\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a safetensors file",
                files: &[("model.safetensors", Content::Made { is: "a sound safetensors file", bytes: made::sound_tensors })],
            },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report_pickles(subject, sink);
}
