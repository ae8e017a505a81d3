//! `missing-security-policy`: nobody who finds a hole knows whom to tell.

use super::finding::{Finding, Place, Safety};
use super::governance_files::{at_home, at_home_named, has_content, missing, says_something, text_of, unfilled, with_starter};
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::pristine;
use crate::repo::config::Level;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "there is no security policy",
        level: Level::Advise,
        why: "Whoever finds a weakness looks for SECURITY.md first. Without it the report goes into a public issue, or nowhere.",
        attack: "Somebody notices that a model file of yours runs code when it is loaded. There is no address to write to, so they open a public issue. \
                 For the days until you have a fix, every attacker can read how it is done.",
        fix: "Add `SECURITY.md` with an address that a team reads, and what happens after a report.",
        automatic: "Adds a SECURITY.md with placeholders. It has to be asked for, and the guardrail speaks until they are filled in.",
        standards: &["SCORECARD Security-Policy"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "code without a policy",
                files: &[("train.py", Content::Text("print(1)\n")), ("README.md", Content::Text("# Demo\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a policy that says nothing",
                files: &[
                    ("train.py", Content::Text("print(1)\n")),
                    ("SECURITY.md", Content::Text("# Security\n\n<!-- to be written -->\n")),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a policy of somebody else's code",
                files: &[
                    ("train.py", Content::Text("print(1)\n")),
                    ("third_party/lib/SECURITY.md", Content::Text("Report weaknesses of the library to its authors.\n")),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a form that nobody has filled in",
                files: &[
                    ("train.py", Content::Text("print(1)\n")),
                    ("SECURITY.md", Content::Text("# Security\nWrite to <the address of a team>. We answer within three days.\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a policy in the folder of the host",
                files: &[
                    ("train.py", Content::Text("print(1)\n")),
                    (".github/security.md", Content::Text("# Security\nWrite to security@example.com; we answer within three days.\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "another ending",
                files: &[
                    ("train.py", Content::Text("print(1)\n")),
                    ("docs/SECURITY.rst", Content::Text("Security\n========\nUse the private report form of the host.\n")),
                ],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "missing-security-policy";

fn concerns(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    at_home(path) && is_policy(name.split('.').next().unwrap_or(&name))
}

/// Whether a name, in lower case and without its ending, is that of a policy.
fn is_policy(stem: &str) -> bool {
    matches!(stem, "security" | "security-policy" | "security_policy" | "vulnerability-disclosure")
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    if !has_content(context.snapshot) {
        return;
    }
    let mut empty = None;
    for policy in at_home_named(context.snapshot, is_policy) {
        match text_of(context.snapshot, &policy.path) {
            Some(text) if !says_something(&text) => empty = Some(policy.path.clone()),
            Some(text) => {
                sink.findings.extend(unfilled(ID, &policy.path, &text));
                weakened(context, &policy.path, &text, sink);
                return;
            }
            // Another format, such as a PDF, is a policy too.
            None => return,
        }
    }
    sink.report(match empty {
        Some(path) => Finding::new(
            ID,
            Place::file(&path),
            format!("`{path}` names nobody to tell"),
            "Write an address that a team reads, and what happens after a report",
        )
        .key("empty"),
        None => {
            let finding = missing(
                ID,
                "there is no SECURITY.md, so nobody who finds a weakness knows whom to tell",
                "Add `SECURITY.md` with an address that a team reads",
            );
            with_starter(finding, context, Safety::Unsafe, "add a SECURITY.md to fill in")
        }
    });
}

/// On a road, a policy whose address went away is no policy any more.
fn weakened(context: &Context<'_>, path: &str, text: &str, sink: &mut Sink) {
    let Some(pristine) = pristine::changed(context, path) else { return };
    let address =
        |text: &str| text.contains('@') || text.contains("https://") || text.to_ascii_lowercase().contains("report a vulnerability");
    if address(&pristine) && !address(text) {
        let finding =
            Finding::new(ID, Place::file(path), format!("`{path}` names no address any more"), "Put back an address that a team reads");
        sink.report(finding.key("address"));
    }
}
