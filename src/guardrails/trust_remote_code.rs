//! `trust-remote-code`: a model's repository may run its own code here.

use super::code_findings::{code_or_settings, report};
use super::guardrail::Content::Text;
use super::guardrail::{Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::code::Risk;

const ID: &str = "trust-remote-code";

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a model's repository may run its own code",
        level: Level::Block,
        why: "`trust_remote_code=True` downloads Python files from the model's repository and runs them, in whatever version its owner last pushed.",
        attack: "The owner of a model's repository loses an account, or sells it. A changed `modeling_x.py` is pushed there under the same name. Every service that starts with `trust_remote_code=True` fetches and runs it, with the tokens and data that it can reach.",
        fix: "Use a model whose architecture is in the library and leave `trust_remote_code` out. Where that cannot be, read the code, keep it in this repository, and pin `revision=\"<full commit>\"`.",
        automatic: "Offers to write `trust_remote_code=False`; the model may then refuse to load.",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010.003", "ATLAS AML.T0011.000", "CWE CWE-494"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a literal in a call",
                files: &[(
                    "load.py",
                    Text("from transformers import AutoModel\n\nmodel = AutoModel.from_pretrained(name, trust_remote_code=True)\n"),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a dict of arguments",
                files: &[(
                    "load.py",
                    Text(
                        "kwargs = {\"device_map\": \"auto\", \"trust_remote_code\": True}\nmodel = AutoModel.from_pretrained(name, **kwargs)\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "settings and a command",
                files: &[
                    ("config/model.yaml", Text("model:\n  name: org/model\n  trust_remote_code: true\n")),
                    ("serve.sh", Text("#!/bin/sh\nvllm serve org/model \\\n  --trust-remote-code\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an opt-in that is off by default",
                files: &[(
                    "load.py",
                    Text(
                        "\"\"\"Set TRUST=1 for models that need trust_remote_code=True.\"\"\"\nimport os\n\ntrust = os.getenv(\"TRUST\", \"\") == \"1\"\nmodel = AutoModel.from_pretrained(name, trust_remote_code=trust)\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a flag that is off, a comment, and settings",
                files: &[
                    (
                        "load.py",
                        Text(
                            "# trust_remote_code=True is not needed\nparser.add_argument(\"--trust-remote-code\", action=\"store_true\")\nmodel = AutoModel.from_pretrained(name, trust_remote_code=False)\n",
                        ),
                    ),
                    ("config/model.yaml", Text("model:\n  # trust_remote_code: true\n  trust_remote_code: false\n")),
                ],
            },
        ],
    },
    inspection: Inspection::each(code_or_settings, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    report(subject, ID, Risk::RemoteCode, sink);
}
