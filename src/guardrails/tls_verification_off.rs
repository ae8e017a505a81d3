//! `tls-verification-off`: a connection is open to whoever is in between.

use super::code_findings::{code_or_settings, report};
use super::guardrail::Content::Text;
use super::guardrail::{Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::code::Risk;

const ID: &str = "tls-verification-off";

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "the check of certificates is switched off",
        level: Level::Block,
        why: "Without the check of its certificate, the other end of a connection is anybody. Models, data, packages and tokens that go over it can be read and changed.",
        attack: "Somebody on the same network, or in control of a name server, answers in place of the model store. The client takes any certificate, sends its token, and gets a checkpoint that holds code. Nothing in the logs differs from a normal download.",
        fix: "Leave the check on. For a certificate of your own organisation, name its authority: `requests.get(url, verify=\"/etc/ssl/certs/company.pem\")`, or `SSL_CERT_FILE` for the whole process.",
        automatic: "Offers to take the switch out of a call; a server with a certificate of its own then needs its authority named.",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM02:2026", "ATLAS AML.T0010", "CWE CWE-295"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a request, and a session",
                files: &[(
                    "fetch.py",
                    Text(
                        "import requests\n\nanswer = requests.get(url, timeout=5, verify=False)\nsession = requests.Session()\nsession.verify = False\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "the whole process",
                files: &[("fetch.py", Text("import ssl\n\nssl._create_default_https_context = ssl._create_unverified_context\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a command",
                files: &[("get.sh", Text("#!/bin/sh\ncurl -sk https://example.org/model.bin -o model.bin\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an authority of your own, and words that mean something else",
                files: &[
                    (
                        "fetch.py",
                        Text(
                            "import requests\n\nanswer = requests.get(url, verify=\"/etc/ssl/company.pem\")\n# never use verify=False\nclaims = jwt.decode(token, verify=False)\n",
                        ),
                    ),
                    ("get.sh", Text("#!/bin/sh\n# curl -k is not needed\ncurl -fsSL https://example.org/model.bin -o model.bin\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a context that checks",
                files: &[(
                    "fetch.py",
                    Text(
                        "import ssl\n\ncontext = ssl.create_default_context(cafile=\"ca.pem\")\nif context.verify_mode == ssl.CERT_NONE:\n    raise ValueError\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(code_or_settings, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    report(subject, ID, Risk::Tls, sink);
}
