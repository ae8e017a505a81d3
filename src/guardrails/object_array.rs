//! A NumPy file holds Python objects: a pickle inside an array.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "object-array",
        title: "a NumPy file holds pickled objects",
        level: Level::Warn,
        why: "An array of objects is stored as a pickle. It can only be read with `allow_pickle=True`, which lets the file \
              run code.",
        attack: "Code that once needed `allow_pickle=True` for this file keeps it. Later the file, or another one that is read \
                 by the same line, is replaced by one whose pickle runs a command.",
        fix: "Save numbers and texts in arrays of their own type (`np.array(names, dtype=str)`), tables as Parquet, and read \
              with `np.load(path, allow_pickle=False)`.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "ATLAS AML.T0011.000", "CWE CWE-502"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "an array of objects",
                files: &[("names.npy", Content::Made { is: "a NumPy array of objects", bytes: made::object_array })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "one of them in an archive",
                files: &[("data.npz", Content::Made { is: "a NumPy archive with an array of objects", bytes: made::object_arrays })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an array of numbers",
                files: &[("x.npy", Content::Made { is: "a NumPy array of numbers", bytes: made::number_array })],
            },
            Example { verdict: Verdict::Good, shows: "a text", files: &[("x.npy", Content::Text("not an array\n"))] },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(
        subject,
        Rule::ObjectArray,
        "Save it as an array of numbers or texts and read it with `np.load(path, allow_pickle=False)`",
        sink,
    );
}
