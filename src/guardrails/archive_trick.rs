//! An archive is built to be read in two ways, to leave its folder, or to fill the disk.

use super::artifact_examples as made;
use super::artifact_findings;
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::artifacts::Rule;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "archive-trick",
        title: "an archive is built to mislead or harm its reader",
        level: Level::Block,
        why: "Readers of zip and tar disagree about broken archives. A scanner that reads one list and a loader that reads \
              the other see two different models.",
        attack: "An attacker renames a member in one of the two lists, marks it as encrypted or gives it a wrong checksum. The \
                 scanner skips it, the loader does not. A member named with `..` overwrites a file outside the folder that the \
                 archive is unpacked into.",
        fix: "Do not unpack or load the file. Get it again from its source, or write it anew with `torch.save`, `zipfile` or \
              `tar` from contents that you have checked.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010", "CWE CWE-22", "CWE CWE-400"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a member with two names",
                files: &[("model.zip", Content::Made { is: "a zip archive whose two lists differ", bytes: made::two_names })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a member that leaves its folder",
                files: &[(
                    "data.zip",
                    Content::Made { is: "a zip archive with a member in a parent folder", bytes: made::leaving_archive },
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a plain archive",
                files: &[("model.pt", Content::Made { is: "a zip archive with a state dictionary", bytes: made::torch_archive })],
            },
            Example { verdict: Verdict::Good, shows: "a text", files: &[("a.zip.txt", Content::Text("PK is a brand\n"))] },
        ],
    },
    inspection: Inspection::each(artifact_findings::wants, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    artifact_findings::report(
        subject,
        Rule::ArchiveTrick,
        "Do not unpack or load it; write the archive anew from contents that you have checked",
        sink,
    );
}
