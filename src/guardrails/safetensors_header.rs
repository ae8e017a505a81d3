//! A safetensors header is not as the format wants it.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "safetensors-header",
        title: "a safetensors header does not follow the format",
        level: Level::Block,
        why: "The format is safe because it is strict: no gaps, no overlaps, no claims beyond the file. A header that breaks \
              the rules is damaged or aimed at a parser.",
        attack: "A header claims a length of exabytes, or two tensors share bytes. A reader that trusts it allocates until it \
                 dies or reads what it should not. Bytes that belong to no tensor can hold a second file.",
        fix: "Do not load the file. Write it anew with the `safetensors` library from tensors that you trust.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "CWE CWE-20", "CWE CWE-400"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "tensors that overlap",
                files: &[(
                    "model.safetensors",
                    Content::Made { is: "a safetensors file whose tensors overlap", bytes: made::tensors_overlapping },
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a length beyond the file",
                files: &[("model.safetensors", Content::Made { is: "a safetensors file with a wrong length", bytes: made::tensors_long })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a sound file",
                files: &[("model.safetensors", Content::Made { is: "a sound safetensors file", bytes: made::sound_tensors })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a pointer to a large file",
                files: &[("model.safetensors", Content::Text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"))],
            },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(subject, Rule::SafetensorsHeader, "Do not load it; write it anew with the `safetensors` library", sink);
}
