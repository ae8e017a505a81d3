//! `remote-script-execution`: a script from the network is run.

use super::code_findings::{code, report};
use super::guardrail::Content::Text;
use super::guardrail::{Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::code::Risk;

const ID: &str = "remote-script-execution";

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a script from the network is run unchecked",
        level: Level::Block,
        why: "What is at an address today may be something else tomorrow, and a server can give a script to one caller and another to the next. Nobody has read what is run.",
        attack: "A set-up script pipes an installer from a vendor's site into a shell. The site is broken into for an hour. Every machine that is set up in that hour runs the changed installer as the user who trains models, or as root.",
        fix: "Download the script once, read it, and keep it in the repository, or check its SHA-256 before it is run: `curl -fsSLo install.sh <address> && echo \"<sha256>  install.sh\" | sha256sum -c && sh install.sh`.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010.001", "ATLAS AML.T0011", "CWE CWE-494"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "an installer that is piped into a shell",
                files: &[("setup.sh", Text("#!/bin/sh\nset -e\ncurl -sSL https://example.org/install.sh \\\n  | bash\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a line of a notebook",
                files: &[(
                    "setup.ipynb",
                    Text(
                        "{\"cells\": [{\"cell_type\": \"code\", \"outputs\": [], \"source\": [\"!wget -qO- https://example.org/install.sh | sh\"]}], \"nbformat\": 4}\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "Python from the network",
                files: &[("setup.py", Text("import requests\n\ncode = requests.get(\"https://example.org/x.py\").text\nexec(code)\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a digest that is checked first",
                files: &[(
                    "setup.sh",
                    Text("#!/bin/sh\ncurl -fsSLo i.sh https://example.org/i.sh && echo \"$SUM  i.sh\" | sha256sum -c && sh i.sh\n"),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "data from the network, a comment and a message",
                files: &[
                    (
                        "get.sh",
                        Text(
                            "#!/bin/sh\n# curl https://example.org/i.sh | bash\necho \"run: curl https://example.org/i.sh | bash\"\ncurl -s https://example.org/x.json | python -m json.tool\n",
                        ),
                    ),
                    ("Makefile", Text("data:\n\tcurl -fsSL https://example.org/data.tgz | tar xz\n")),
                ],
            },
        ],
    },
    inspection: Inspection::each(code, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    report(subject, ID, Risk::RemoteScript, sink);
}
