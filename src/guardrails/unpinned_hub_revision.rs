//! `unpinned-hub-revision`: a model or a data set is fetched in whatever version is there.

use super::code_findings::{python, report};
use super::guardrail::Content::Text;
use super::guardrail::{Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::code::Risk;

const ID: &str = "unpinned-hub-revision";

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a model or data set is fetched without a fixed commit",
        level: Level::Warn,
        why: "A name on a hub stands for whatever its owner pushed last, and a branch or a tag can be moved. Two runs of the same code may use different weights.",
        attack: "An account that owns a popular model is taken over, or its name is freed and registered again. The weights are replaced by ones with a back door that a trigger phrase opens. Projects that load the name take them at the next start, and no line of their code has changed.",
        fix: "Look the commit up in the history of the model's page, or with `HfApi().model_info(\"org/name\").sha`, and write it: `AutoModel.from_pretrained(\"org/name\", revision=\"<the commit, 40 characters>\")`.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010.003", "ATLAS AML.T0109", "CWE CWE-494"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a model by name, and one at a branch",
                files: &[(
                    "load.py",
                    Text(
                        "from transformers import AutoModel, AutoTokenizer\n\nNAME = \"org/name\"\ntokenizer = AutoTokenizer.from_pretrained(NAME)\nmodel = AutoModel.from_pretrained(NAME, revision=\"main\")\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a repository whose code runs",
                files: &[("load.py", Text("import torch\n\nmodel = torch.hub.load(\"owner/project:v1.0\", \"resnet\")\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a full commit",
                files: &[(
                    "load.py",
                    Text("model = AutoModel.from_pretrained(\"org/name\", revision=\"0123456789abcdef0123456789abcdef01234567\")\n"),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a folder, a variable, and a file",
                files: &[(
                    "load.py",
                    Text(
                        "a = AutoModel.from_pretrained(\"./model\")\nb = AutoModel.from_pretrained(args.model)\nc = AutoModel.from_pretrained(\"models/bert\")\nd = load_dataset(\"csv\", data_files=\"x.csv\")\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(python, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    report(subject, ID, Risk::HubRevision, sink);
}
